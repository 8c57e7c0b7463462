#!/bin/sh
# Searches: every letter of the manual against mail with known answers; the same before
# there is an index, with one, and with one that holds no texts.
. "${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/cli/lib.sh"
command -v python3 >/dev/null 2>&1 || skip_all "no python3"

person me "Me <me@my.test>"
{ printf 'lists = news@lists.test\n'; cat "$T/home-me/pabal/config"; printf '[search waiting]\npattern = ~F !~Q\n'; } >"$T/c" && mv "$T/c" "$T/home-me/pabal/config"
chmod 600 "$T/home-me/pabal/config"
mail=$T/home-me/pabal/mail
mkdir -p "$mail"
run() {
	as me "$@" >"$T/run.out" 2>"$T/run.err" && code=0 || code=$?
	out=$(cat "$T/run.out") err=$(cat "$T/run.err")
}
python3 - "$mail" <<'PY'
import base64, email.utils, os, quopri, sys, time, unicodedata
root, now = sys.argv[1], int(time.time())
n = 0
def put(box, name, header, body, flags="", age=100, sub="cur", arrived=None):
    global n
    n += 1
    for d in ("cur", "new", "tmp"):
        os.makedirs("%s/%s/%s" % (root, box, d), exist_ok=True)
    date = "" if "Date:" in header else "Date: %s\n" % email.utils.formatdate(now - age * 86400)
    t = now - (arrived if arrived is not None else age) * 86400
    file = "%s/%s/%s/%d.M%dP1.t%s" % (root, box, sub, t, n, ":2," + flags if sub == "cur" else "")
    data = ("Message-ID: <%s@s.test>\n%s%s\n\n" % (name, date, header)).encode() + (body if isinstance(body, bytes) else body.encode())
    open(file, "wb").write(data)
    os.utime(file, (t, t))
text = "\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: "
put("INBOX", "plain", "From: Ann Smith <ann@a.test>\nTo: me@my.test, Zoe <zoe@z.test>\nCc: carl@c.test\nSubject: Quarterly report", "The budget is attached, 100% sure.\nKind regards (really)\n", "S")
put("INBOX", "korean", "From: =?UTF-8?B?%s?= <kim@k.test>\nTo: me@my.test\nSubject: =?UTF-8?B?%s?=" % (base64.b64encode("김기현".encode()).decode(), base64.b64encode("시험 메시지".encode()).decode()) + text + "base64",
    base64.encodebytes("전자우편으로 보고서를 보냅니다.\n".encode()), "F")
put("INBOX", "nfd", "From: b@b.test\nTo: me@my.test\nSubject: decomposed" + text + "8bit", unicodedata.normalize("NFD", "한글날에 café에서 만나요\n"))
put("INBOX", "nfc", "From: b@b.test\nTo: me@my.test\nSubject: composed" + text + "8bit", "개천절에 résumé 제출\n")
put("INBOX", "japanese", "From: b@b.test\nTo: me@my.test\nSubject: x" + text + "8bit", "明日の会議は東京都庁で行います。カタカナ\n")
put("INBOX", "chinese", "From: b@b.test\nTo: me@my.test\nSubject: y" + text + "quoted-printable", quopri.encodestring("我们明天在北京大学见面。\n".encode()))
put("INBOX", "html", "From: shop@shop.test\nTo: you@y.test\nSubject: z\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8", "<html><head><style>hidden { }</style></head><body><p>Big <b>dis</b>count &amp; more</p><script>scripted()</script></body></html>")
put("INBOX", "parts", "From: b@b.test\nTo: me@my.test\nSubject: files\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=q", "--q\nContent-Type: text/plain\n\nsee the files\n--q\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=invoice2026.pdf\nContent-Transfer-Encoding: base64\n\nJVBERi0=\n--q\nContent-Type: text/plain\nContent-Disposition: attachment; filename=notes.txt\n\nsecret handshake\n--q--\n")
put("INBOX", "parent", "From: p@p.test\nTo: news@lists.test\nSubject: a thread", "root\n", "S", 50)
put("INBOX", "child", "From: q@q.test\nTo: news@lists.test\nSubject: Re: a thread\nReferences: <parent@s.test>\nIn-Reply-To: <parent@s.test>", "leaf\n", "RS", 49)
put("INBOX", "big", "From: b@b.test\nTo: me@my.test\nSubject: large\nX-Special: needle-in-header\nSender: robot@r.test", "x" * 70 + "\n" + ("filler line of words\n" * 6000))
put("INBOX", "fresh", "From: b@b.test\nTo: me@my.test\nSubject: just in", "new\n", age=1, sub="new")
put("INBOX", "old", "From: b@b.test\nTo: me@my.test\nSubject: march\nDate: Tue, 10 Mar 2020 12:00:00 +0000", "spring\n", arrived=3)
put("INBOX", "trashed", "From: b@b.test\nTo: me@my.test\nSubject: marked", "gone soon\n", "T")
put("INBOX", "twin", "From: tw@in.test\nTo: me@my.test\nSubject: twins", "same\n")
put("INBOX", "twin", "From: tw@in.test\nTo: me@my.test\nSubject: twins", "same\n")
put("INBOX", "phrase", "From: b@b.test\nTo: me@my.test\nSubject: order", "alpha beta gamma; delta-epsilon\n")
put("Sent", "sent", "From: Me <me@my.test>\nTo: ann@a.test\nSubject: Re: Quarterly report\nReferences: <plain@s.test>", "thanks for the budget\n", "S", 99)
put("Trash", "binned", "From: b@b.test\nTo: me@my.test\nSubject: binned", "budget in the bin\n")
PY
# NAMES PATTERN: what it finds in the inbox
cat >"$T/table" <<'EOT'
~f;ann;plain
~f;김기;korean
~f;nobody;
~f;"Ann Smith";plain
~f;^Ann;plain
~f;^Smith;
~t;zoe;plain
~t;carl;
~c;carl;plain
~c;zoe;
~C;zoe;plain
~C;carl;plain
~C;ann;
~L;ann;plain
~L;carl;plain
~L;none;
~e;robot;big
~e;ann;
~s;quarterly;plain
~s;시험;korean
~s;Quarterly;plain
~s;budget;
~i;korean@s;korean
~i;nothere@;
~x;parent@;child
~x;child@;
~b;budget;plain
~b;전자우편;korean
~b;우편으;korean
~b;보고서;korean
~b;냅니;korean
~b;우표;
~b;한글;nfd
~b;café;nfd
~b;개천;nfc
~b;résumé;nfc
~b;会議;japanese
~b;京都;japanese
~b;カタカ;japanese
~b;大学;chinese
~b;学大;
~b;discount;html
~b;hidden;
~b;scripted;
~b;invoice2026;parts
~b;handshake;parts
~b;budg;plain
~b;udget;
~b;"beta gamma";phrase
~b;"gamma beta";
~b;bu.get;plain
~b;b[aeiou]dget;plain
=b;"100% sure";plain
=b;"(really)";plain
~B;JVBERi0;parts
~B;handshake;parts
~B;전자우편;
~B;"needle-in-header";big
~B;nowhere-at-all;
~h;needle-in-header;big
~h;x-special;big
~h;budget;
~h;"^X-Special: needle";big
~d;2020-03-01-2020-03-15;old
~d;2020-03-11-2020-03-15;
~d;<7d;fresh
~d;>12m;old
~r;<2d;fresh
~r;<5d;fresh old
~z;>100k;big
~z;>10M;
~X;2;parts
~X;>2;
~N;;fresh
~F;;korean
~Q;;child
~D;;trashed
~R;;child parent plain
~O ~s;large;big
~O ~s;"just in";
~U ~s;march;old
~U ~s;quarterly;
~p ~s;quarterly;plain
~p ~f;shop;
~P;;
~l;;child parent
~= ~s;twins;twin
~= ~s;march;
~$ ~s;march;old
~$ ~s;"a thread";
~(;~s "Re: a thread" );child parent
~( ~f;ann );plain
~( ~f;nobody );
!~A;;
~A ~s;large;big
!~R ~s;report;
!~U ~s;thread;child parent
~s;(large|march);big old
~s;large | ~s march;big old
(~s;large | ~s march) ~z >100k;big
!(~s;large | ~f b@b.test | ~f tw@ | ~s z | ~f kim) ~A;child parent plain
~X;0 ~s large;big
!~X 0;!~X 2;
!~b budget;~s report;
!~b budget;~s large;big
~b budget |; ~s large;big plain
EOT
# which PATTERN: the names, in order
which() { as me --list INBOX "$1" --json 2>"$T/which.err" | python3 -c 'import json, sys
print(*sorted({json.loads(l)["message_id"].split("@")[0] for l in sys.stdin}))'; }
each_pattern() {
	HOME=$T/home-me XDG_CONFIG_HOME=$T/home-me XDG_DATA_HOME=$T/home-me XDG_CACHE_HOME=$T/home-me python3 - "$PABAL" "$T/table" <<'PY'
import json, subprocess, sys
for line in open(sys.argv[2], encoding="utf-8"):
    a, b, want = line.rstrip("\n").split(";")
    p = subprocess.run([sys.argv[1], "--list", "INBOX", a + (" " + b if b else ""), "--json"], capture_output=True)
    got = " ".join(sorted({json.loads(l)["message_id"].split("@")[0] for l in p.stdout.splitlines()}))
    if got != want or p.stderr or p.returncode: print(a, b, "found:", got, "not:", want, p.returncode, p.stderr.decode())
PY
}
nfd() { python3 -c 'import sys, unicodedata
print(unicodedata.normalize("NFD", sys.argv[1]))' "$1"; }
others() {
	is "$(each_pattern)" "" "$1: every pattern finds what it should"
	is "$(which "~b $(nfd 개천절)"):$(which "~b $(nfd résumé)")" "nfc:nfc" "$1: a decomposed pattern finds composed text"
	is "$(which "~b 한글날"):$(which "~s $(nfd 시험)")" "nfd:korean" "$1: and the reverse"
	run --search budget --json; is "$code:$(echo "$out" | grep -o '[a-z]*@s.test' | sort | tr '\n' ' ')" "0:plain@s.test sent@s.test " "$1: --search looks in all mailboxes but the trash"
	run --count '"budget"'; is "$code:$out" "0:1" "$1: plain words, counted"
	run --count @flagged; is "$out" 1 "$1: @flagged"
	run --count @waiting; is "$out" 1 "$1: a saved search"
	run --count @unread; all=$out; run --count INBOX '~U'; is "$all" "$out" "$1: @unread"
	run --count @inboxes '~b budget'; is "$out" 1 "$1: @inboxes with a pattern"
	run --count @inboxes; is "$out" 17 "$1: @inboxes"
}
rm -f "$T"/home-me/pabal/index.db*
others "before --index"
run --index; is "$code:$out:$err" "0::" "--index in silence"
others "with an index"
sed -i '1i index-text = no' "$T/home-me/pabal/config"; rm -f "$T"/home-me/pabal/index.db*
run --index; is "$code:$out:$err" "0::" "--index with index-text = no"
others "without texts in it"

# ---- errors ----
wrong() { # PATTERN CHARACTER
	run --list INBOX "$1"; is "$code:$out" "64:" "$1: refused"
	has "$err" "at character $2" "and where"
}
wrong '~f' 3
wrong '~s a ~j b' 7
wrong '~s a (~s b' 6
wrong '~s a )' 6
wrong '~d someday' 4
wrong '~z big' 4
wrong '~s a[b' 4
wrong '~s "open' 4
wrong '~s a | ' 8
run --list @nothing; is "$code:$out" "64:" "no such saved search"; has "$err" "@nothing" "with its name"
run --search '~f ('; is "$code:$out" "64:" "--search refuses as well"

done_testing
