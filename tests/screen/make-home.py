#!/usr/bin/env python3
"""A home for the tests of screens: make-home.py DIR [SCRIPT].  Always the same mail; view, parts and bound have some of their own."""
import base64
import binascii
import os
import sys

home = sys.argv[1]
mail = os.path.join(home, "pabal/mail")
T0 = 1772416800                         # Mon, 2 Mar 2026 02:00:00 UTC


def box(name):
    for sub in ("cur", "new", "tmp"):
        os.makedirs(os.path.join(mail, name, sub), exist_ok=True)


def put(name, n, text, flags="S", new=False):
    base = f"{T0 + n * 600}.M{n}P1.host"
    path = os.path.join(mail, name, "new" if new else "cur", base + ("" if new else ":2," + flags))
    with open(path, "wb") as f:
        f.write(text if isinstance(text, bytes) else text.encode())


def date(n):
    m = n * 10
    return f"Mon, 02 Mar 2026 {2 + m // 60:02d}:{m % 60:02d}:00 +0000"


def message(n, sender, subject, body, to="Jane Doe <jane@example.org>", more="", ctype='text/plain; charset="utf-8"'):
    return (f"From: {sender}\nTo: {to}\nSubject: {subject}\nDate: {date(n)}\nMessage-ID: <{n}@screen.test>\n"
            f"MIME-Version: 1.0\nContent-Type: {ctype}\nContent-Transfer-Encoding: 8bit\n{more}\n{body}")


for b in ("INBOX", "Sent", "Trash", "Drafts", "Work/Reports"):
    box(b)

put("INBOX", 1, message(1, "Bob <bob@hamburger.edu>", "Do you like ketchup?", "Do you like ketchup?\nHow about pickles?\n"))
put("INBOX", 2, message(2, "Jane Doe <jane@example.org>", "Re: Do you like ketchup?",
    "On Mon, 2 Mar 2026, Bob wrote:\n> Do you like ketchup?\n> How about pickles?\n> And mustard?\n> And relish?\n>> An older line\n\nYes, all of them.\n\n-- \nJane Doe\nhttps://example.org/~jane\n",
    to="Bob <bob@hamburger.edu>", more="In-Reply-To: <1@screen.test>\nReferences: <1@screen.test>\n"), "RS")
put("INBOX", 3, message(3, "Carol Lee <carol@example.net>", "Re: Do you like ketchup?", "Only on Sundays.\n",
    more="In-Reply-To: <1@screen.test>\nReferences: <1@screen.test>\n"), "", True)
put("INBOX", 4, message(4, "기현 <kihyun@uu.ac.kr>", "회의 시간이 바뀌었습니다 📅", "안녕하세요.\n\n내일 회의는 오후 세 시에 시작합니다. 장소는 그대로입니다.\n회의록은 https://uu.ac.kr/회의/2026 에 있습니다.\n\n기현 드림 👩‍🚀👍🏽\n"), "F")
put("INBOX", 5, message(5, "דנה <dana@example.com>", "שלום עולם", "שלום לכולם, נפגשים מחר.\n"))
put("INBOX", 6, message(6, "News <news@shop.example>", "Your weekly offers",
    '<html><body><h1>Offers of the week</h1><p>Hello <b>Jane</b>, look at <a href="https://shop.example/offers">our offers</a> '
    'or <a href="https://evil.example/login">www.bank.example</a>.</p><ul><li>Apples</li><li>Pears</li></ul>'
    '<div style="display:none">secret words for filters</div><img src="https://track.example/p.gif" width="1" height="1">'
    '<table><tr><th>Fruit</th><th>Price</th></tr><tr><td>Apple</td><td>1.20</td></tr><tr><td>Pear</td><td>1.50</td></tr></table></body></html>\n',
    ctype='text/html; charset="utf-8"'), "")
pdf = base64.b64encode(b"%PDF-1.4 not really\n" * 20).decode()
pdf = "\n".join(pdf[i:i + 76] for i in range(0, len(pdf), 76))
put("INBOX", 7, message(7, '"bank@bank.example" <x@evil.example>', "Report attached",
    f'--b1\nContent-Type: text/plain; charset=utf-8\n\nThe report is attached.\n--b1\nContent-Type: application/pdf; name="report.pdf"\n'
    f'Content-Disposition: attachment; filename="report.pdf"\nContent-Transfer-Encoding: base64\n\n{pdf}\n'
    f"--b1\nContent-Type: text/plain; name=\"notes.txt\"\nContent-Disposition: attachment; filename=\"../../notes.txt\"\n\nSome notes.\n--b1--\n",
    ctype='multipart/mixed; boundary="b1"', more="Reply-To: other@elsewhere.example\n"))
flowed = ("This paragraph was written by a client that sends format=flowed, so it \nbreaks its lines softly, and a reader joins \n"
          "them to the width of the screen.\n\n> A quoted line that goes on \n> and on.\n\nEnd.\n")
put("INBOX", 8, message(8, "Flo <flo@example.com>", "A flowed text", flowed, ctype='text/plain; charset="utf-8"; format=flowed'))
put("INBOX", 9, message(9, "Long <long@example.com>", "A subject that is so long that it can not be shown on a line of eighty columns, and goes on",
    "".join(f"Line {i} of a long message.\n" for i in range(1, 201))), "")
put("INBOX", 10, message(10, "Esc <esc@example.com>", "Escape \x1b[31mred\x1b[0m and \u202etfel", "Text with \x1b]0;title\x07 escapes and a\u0301 accent.\n"), "")
for i in range(3):
    put("Work/Reports", 20 + i, message(20 + i, "Boss <boss@example.org>", f"Report {i + 1}", "Please read.\n"), "S" if i else "")
put("Sent", 30, message(30, "Jane Doe <jane@example.org>", "Lunch?", "At noon?\n", to="Bob <bob@hamburger.edu>"))


def parts(*each, boundary="b2"):
    return "".join(f"--{boundary}\n{p}\n" for p in each) + f"--{boundary}--\n"


if sys.argv[2:] in (["view"], ["bound"]):
    ics = ("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Work//EN\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:lunch-1@work.example\nDTSTAMP:20260302T000000Z\n"
           "SUMMARY:Lunch with the team\nDTSTART:20260305T030000Z\nDTEND:20260305T043000Z\nRRULE:FREQ=WEEKLY;UNTIL=20260430T000000Z\nLOCATION:Cafeteria\\, 2nd floor\n"
           "ORGANIZER;CN=Bob Boss:mailto:boss@work.example\nATTENDEE;CN=Bob Boss;PARTSTAT=ACCEPTED:mailto:boss@work.example\n"
           "ATTENDEE;CN=Jane Doe;RSVP=TRUE:mailto:jane@example.org\nEND:VEVENT\nEND:VCALENDAR\n")
    put("INBOX", 40, message(40, "Bob Boss <boss@work.example>", "Lunch with the team", parts(
        "Content-Type: text/plain; charset=utf-8\n\nYou are invited to lunch.\n", f"Content-Type: text/calendar; charset=utf-8; method=REQUEST\n\n{ics}"),
        ctype='multipart/alternative; boundary="b2"'))
    card = "BEGIN:VCARD\nVERSION:3.0\nFN:기현 김\nORG:UU;Research\nEMAIL;TYPE=work:kihyun@uu.ac.kr\nTEL;TYPE=cell:+82-10-1234-5678\nADR;TYPE=work:;;1 Road;Seoul;;04524;Korea\nEND:VCARD\n"
    put("INBOX", 41, message(41, "기현 <kihyun@uu.ac.kr>", "My card", parts("\nHere is my card.\n",
        f"Content-Type: text/vcard; charset=utf-8; name=kihyun.vcf\nContent-Disposition: attachment; filename=kihyun.vcf\nContent-Transfer-Encoding: 8bit\n\n{card}"),
        ctype='multipart/mixed; boundary="b2"'))
    put("INBOX", 42, message(42, "Service <service@bank.example>", "Your account", parts(
        "Content-Type: text/plain; charset=utf-8\n\nThis is an HTML message. Please view it in your browser.\n",
        'Content-Type: text/html; charset=utf-8\n\n<p>Please <a href="https://evil.example/in?u=1">www.bank.example</a> at once, or <a href="https://evil.example/out">leave</a>.</p>\n'),
        ctype='multipart/alternative; boundary="b2"',
        more="Authentication-Results: mx.test; spf=fail smtp.mailfrom=evil.example; dkim=none; dmarc=fail header.from=bank.example\nReturn-Path: <x@evil.example>\n"))
    put("INBOX", 43, message(43, "News <news@shop.example>", "More offers", "Pears again.\n",
        more="Authentication-Results: mx.test; spf=pass smtp.mailfrom=shop.example;\n dkim=pass header.d=shop.example; dmarc=pass header.from=shop.example\n"))
    put("INBOX", 44, message(44, "Jane Doe <jane@examp1e.org>", "Urgent", "Please pay this at once.\n"))

if sys.argv[2:] == ["parts"]:
    inner = ('Subject: Inside\nFrom: Bob <bob@hamburger.edu>\nContent-Type: multipart/mixed; boundary="b3"\n\n' + parts(
        "Content-Type: text/plain; charset=utf-8\n\nThe text of the message inside: 안녕.\n", "Content-Type: text/x-log; name=log.txt\n\nOne line of a log.\n", boundary="b3"))
    put("INBOX", 50, message(50, "Old <old@example.org>", "Files of old times", parts(
        "Content-Type: text/plain\n\nHere is a file.\nbegin 644 note.txt\n" + binascii.b2a_uu(b"A note from long ago.\n").decode() + "`\nend\nAnd a picture:\n"
        "begin 644 pic.png\n" + binascii.b2a_uu(b"\x89PNG\r\n\x1a\n").decode() + "`\nend\n",
        "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(inner.encode()).decode()),
        ctype='multipart/mixed; boundary="b2"'))
    put("INBOX", 51, message(51, "Bit <bit@example.org>", "Whole (1/2)", "Subject: The whole\nContent-Type: text/plain; charset=utf-8\n\nThe first half,\n",
        ctype='message/partial; id="w@example.org"; number=1; total=2'))
    put("INBOX", 52, message(52, "Bit <bit@example.org>", "Whole (2/2)", "and the second one.\n", ctype='message/partial; id="w@example.org"; number=2; total=2'))
    put("INBOX", 53, message(53, "Bit <bit@example.org>", "Lost (1/2)", "Subject: Lost\n\nHalf of it.\n", ctype='message/partial; id="l@example.org"; number=1; total=2'))

os.makedirs(os.path.join(home, "pabal"), exist_ok=True)
with open(os.path.join(home, "pabal/config"), "w") as f:
    f.write('undo-send = 10s\nfetch-every = no\n[account home]\naddress = "Jane Doe <jane@example.org>"\nsmtp = smtp+plain://127.0.0.1:9\n'
            "pop3 = pop3+plain://jane@127.0.0.1:9\npassword = x\n")
    if sys.argv[2:] == ["bound"]:
        f.write("[bind message]\n,y = noop\n<F8> = answer-invitation\n[bind all]\nG = noop\n<F9> = fetch-mail\n")
os.chmod(os.path.join(home, "pabal/config"), 0o600)

if sys.argv[2:] == ["marks"]:           # what went out, as it is followed
    import sqlite3
    import subprocess
    subprocess.run([os.environ["PABAL"], "--track"], check=True, stdout=subprocess.DEVNULL,
        env=dict(os.environ, HOME=home, XDG_CONFIG_HOME=home, XDG_DATA_HOME=home, XDG_CACHE_HOME=home))
    db = sqlite3.connect(os.path.join(home, "pabal/state.db"))
    ACCEPTED, DELIVERED, FAILED, READ = 1, 3, 5, 6
    n_track = 0

    def track(message_id, subject, at, *rcpts):
        """rcpts: (address, events); an event: (state, seconds later, counts, code, text, notice)"""
        global n_track
        n_track += 1
        db.execute("INSERT INTO track VALUES(?, ?, 'home', ?, '', ?, ?, 1)", (n_track, f"item{n_track}", message_id, subject, at))
        for k, (addr, events) in enumerate(rcpts):
            last = [e for e in events if e[2]][-1]
            db.execute("INSERT INTO track_rcpt VALUES(?, ?, ?, ?, ?, ?, '', ?)", (n_track, k, addr, last[0], last[3], last[4], at + last[1]))
            for state, later, counts, code, text, notice in events:
                db.execute("INSERT OR IGNORE INTO track_notice VALUES(?, ?)", (notice, at))
                db.execute("INSERT INTO track_event(track, n, at, state, sets, code, text, by, notice) VALUES(?, ?, ?, ?, ?, ?, ?, '', ?)",
                    (n_track, k, at + later, state, counts, code, text, notice))

    def sent(n, subject, to):
        put("Sent", n, message(n, "Jane Doe <jane@example.org>", subject, "Hello.\n", to=to))

    took = (ACCEPTED, 1, 1, "2.0.0", "Stored", "")
    track("30@screen.test", "Lunch?", T0 + 18000, ("bob@hamburger.edu", [took, (DELIVERED, 60, 1, "2.0.0", "", "60@screen.test"),
        (FAILED, 120, 0, "5.1.1", "550 no such user", "61@screen.test")]))
    sent(31, "Two of you", "carol@example.net, carl@example.net")
    track("31@screen.test", "Two of you", T0 + 18600, ("carol@example.net", [took, (READ, 300, 1, "", "", "")]),
        ("carl@example.net", [took, (FAILED, 90, 1, "5.1.1", "550 no such user", "62@screen.test")]))
    many = [f"user{i}@list.example" for i in range(9)]
    sent(32, "To many", ", ".join(many))
    track("32@screen.test", "To many", T0 + 19200, *((a, [took]) for a in many))
    db.commit()
    db.close()
    for n, state, status, who, of in ((60, "delivered", "2.0.0", "bob@hamburger.edu", 30), (61, "failed", "5.1.1", "bob@hamburger.edu", 30), (62, "failed", "5.1.1", "carl@example.net", 31)):
        put("INBOX", n, message(n, "MAILER-DAEMON@hamburger.edu", f"Notice {n}", parts("\nWhat became of your message.\n",
            f"Content-Type: message/delivery-status\n\nReporting-MTA: dns; hamburger.edu\n\nFinal-Recipient: rfc822; {who}\nAction: {state}\nStatus: {status}\n",
            f"Content-Type: text/rfc822-headers\n\nMessage-ID: <{of}@screen.test>\n"),
            ctype='multipart/report; report-type=delivery-status; boundary="b2"', more="Return-Path: <>\n"))
