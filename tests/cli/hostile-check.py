#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that misbehave, against a real pabald.  TAP on standard output.

usage: hostile-check.py PABALD TMPDIR [smuggle-server.tsv]
"""
import importlib.util
import os
import re
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
spec = importlib.util.spec_from_file_location("kill_check", os.path.join(HERE, "kill-check.py"))
kill = importlib.util.module_from_spec(spec)
spec.loader.exec_module(kill)

USER, PASSWORD = "b@example.org", "pw0"
number = failed = 0


def ok(good, name, *why):
    global number, failed
    number += 1
    failed += not good
    print("%s %d - %s" % ("ok" if good else "not ok", number, name), flush=True)
    for w in why if not good else ():
        print("#   %s" % str(w)[:400].replace("\n", "\n#   "))


class Client:
    def __init__(self, port, greet=True):
        self.s = socket.create_connection(("127.0.0.1", port), 10)
        self.s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.f = self.s.makefile("rb")
        if greet:
            self.greeting = self.f.readline()

    def send(self, b):
        try:
            self.s.sendall(b)
        except OSError:
            pass

    def line(self):
        try:
            return self.f.readline()
        except OSError:
            return b""

    def reply(self):
        """One SMTP reply: its code; 0 where there is none."""
        while True:
            line = self.line()
            if line[3:4] != b"-":
                self.last = line
                return int(line[:3]) if line[:3].isdigit() else 0

    def cmd(self, b):
        self.send(b + b"\r\n")
        return self.reply()

    def pop(self, b):
        self.send(b + b"\r\n")
        return self.line()

    def multi(self, b):
        first, lines = self.pop(b), []
        while first.startswith(b"+OK"):
            line = self.line()
            if line in (b".\r\n", b""):
                break
            lines.append(line)
        return first, lines

    def rest(self, seconds=3):
        """All that comes until the other side closes; None: it does not."""
        self.s.settimeout(seconds)
        try:
            return self.f.read()
        except OSError:
            return None

    def login(self):
        self.pop(b"USER " + USER.encode())
        return self.pop(b"PASS " + PASSWORD.encode())

    def tls(self):
        ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        ctx.check_hostname = False
        ctx.verify_mode = ssl.CERT_NONE
        self.s.settimeout(5)
        self.s = ctx.wrap_socket(self.s)
        self.f = self.s.makefile("rb")

    def rst(self):
        self.s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def close(self):
        self.f.close()
        self.s.close()


class Bench:
    def __init__(self, pabald, tmp):
        self.server = kill.Server(pabald, tmp + "/root", "--domain", "example.org", "--user", USER + ":" + PASSWORD,
                                  "--max-sessions", "250", "--max-size", "1000000").start()

    def smtp(self, greet=True):
        return Client(self.server.smtp, greet)

    def pop3(self):
        return Client(self.server.pop3)

    def mails(self):
        return self.server.box("b")

    def empty(self):
        for sub in ("new", "cur"):
            d = self.server.root + "/mail/b/" + sub
            for n in os.listdir(d) if os.path.isdir(d) else []:
                os.remove(d + "/" + n)

    def settled(self, want, seconds=2):
        """Waits until so many messages are there, or the time is over."""
        end = time.monotonic() + seconds
        while len(self.mails()) != want and time.monotonic() < end:
            time.sleep(0.01)
        return len(self.mails())

    def deliver(self, body=b"Subject: x\r\n\r\nx\r\n", port=None):
        c = self.smtp()
        r = [c.cmd(b"EHLO c"), c.cmd(b"MAIL FROM:<a@y.test>"), c.cmd(b"RCPT TO:<b@example.org>"), c.cmd(b"DATA"),
             c.cmd(body + b"."), c.cmd(b"QUIT")]
        c.close()
        return r == [250, 250, 250, 354, 250, 221]

    def memory(self, what="VmRSS"):
        text = open("/proc/%d/status" % self.server.p.pid).read()
        return int(re.search(what + r":\s*(\d+)", text).group(1)) >> 10


ENVELOPE = b"EHLO c\r\nMAIL FROM:<a@y.test>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n"


# ---- SMTP ----

SMUGGLE = [     # our own, so that a clean checkout tests them too
    ("own lf.lf", b"\n.\n"), ("own lf.crlf", b"\n.\r\n"), ("own crlf.lf", b"\r\n.\n"), ("own cr.cr", b"\r.\r"),
    ("own cr.crlf", b"\r.\r\n"), ("own crlf.cr", b"\r\n.\r"), ("own lf.cr", b"\n.\r"), ("own nul", b"\r\n.\0\r\n"),
    ("own crlf.crcrlf", b"\r\n.\r\r\n"),
]


def smuggle(b, name, data, most):
    b.empty()
    c = b.smtp(greet=False)
    c.send(data)
    try:
        c.s.shutdown(socket.SHUT_WR)
    except OSError:
        pass
    said = c.rest(5)
    n = b.settled(most, 0.3)
    evil = [m for m in b.mails().values() if b"Return-Path: <evil" in m]
    ok(n <= most and not evil and said is not None, "smuggling %s: %d stored" % (name, n), "most %d" % most, evil, said)
    c.close()
    return n, said or b""


def smuggling(b, tsv):
    for name, end in SMUGGLE:
        smuggle(b, name, ENVELOPE + b"Subject: one\r\n\r\nhello" + end + b"MAIL FROM:<evil@y.test>\r\nRCPT TO:<b@example.org>\r\n"
                b"DATA\r\nSubject: smuggled\r\n\r\nx\r\n.\r\nQUIT\r\n", 1)
    if not tsv:
        print("# PABAL_CORPUS is not set or has no smuggle-server.tsv: only our own rows")
        return
    for row in open(tsv).read().splitlines()[1:]:
        name, hexed, required = row.split("\t")
        n, said = smuggle(b, name, bytes.fromhex(hexed), 1)
        if name == "good-pipelined":
            m = list(b.mails().values())
            ok(n == 1 and b"\n.dot\n" in m[0], "good-pipelined is stored with its dot", m)
        if name == "http-post":
            ok(n == 0 and said.count(b"\r\n") <= 3, "an HTTP verb ends the session", said)
        if name in ("size-overflow", "bdat-lie"):
            ok(n == 0 and re.search(rb"(?m)^5\d\d", said) is not None, "%s is refused" % name, said)


def smtp_commands(b):
    c = b.smtp()
    c.cmd(b"EHLO c")
    ok(c.cmd(b"MAIL FROM:<a@y.test>") == 250 and c.cmd(b"RCPT TO:<x@elsewhere.test>") == 550, "relaying is refused", c.last)
    ok(c.cmd(b"RCPT TO:<b@example.org@elsewhere.test>") >= 500 and c.cmd(b"RCPT TO:<@example.org:x@elsewhere.test>") >= 500
       and c.cmd(b"RCPT TO:<x%elsewhere.test@example.org>") >= 500, "relaying by tricks is refused", c.last)
    ok(c.cmd(b"DATA") in (503, 554), "DATA without a recipient is refused", c.last)
    c.close()
    c = b.smtp()
    codes = [c.cmd(x) for x in (b"EHLO c", b"MAIL FROM:<a@y.test> SIZE=99999999999999999999999", b"MAIL FROM:<a@y.test> SIZE=-1",
                                b"MAIL FROM:<a@y.test> SIZE=2000000", b"MAIL FROM:<a\0@y.test>", b"MAIL FROM:<\xff\xfe@y.test>",
                                b"MA\0IL FROM:<a@y.test>", b"\x80\x81", b"NOOP", b"BDAT 18446744073709551616 LAST")]
    ok(codes[0] == 250 and all(x >= 500 for x in codes[1:-2]) and codes[-2] == 250 and codes[-1] >= 500, "numbers that wrap, NUL and 8-bit in commands", codes)
    c.close()
    c = b.smtp()
    c.cmd(b"EHLO c")
    n = 0
    while n < 100 and c.cmd(b"NONSENSE") >= 500:
        n += 1
    ok(n < 100, "after many errors the session ends (%d)" % n)
    c.close()
    c = b.smtp()
    c.cmd(b"EHLO c")
    c.send(b"RSET\r\n" * 10000)
    got = [c.reply() for _ in range(10000)]
    ok(set(got) == {250}, "10,000 RSET in one go have 10,000 answers", set(got))
    c.close()
    c = b.smtp()
    c.cmd(b"EHLO c")
    c.cmd(b"MAIL FROM:<a@y.test>")
    got = []

    def write():
        c.send(b"RCPT TO:<b@example.org>\r\n" * 1100)
    t = threading.Thread(target=write)
    t.start()
    got = [c.reply() for _ in range(1100)]
    t.join()
    ok(got[:1000] == [250] * 1000 and set(got[1000:]) == {452}, "1,000 RCPT are taken, the rest wait", got[995:1005])
    b.empty()
    ok(c.cmd(b"DATA") == 354 and c.cmd(b"x\r\n.") == 250 and len(b.mails()) == 1, "and a thousand times the same is one message")
    c.close()
    b.empty()
    c = b.smtp()
    c.send(ENVELOPE)
    [c.reply() for _ in range(4)]
    ok(c.cmd(b"Subject: q\r\n\r\nQUIT\r\nMAIL FROM:<x@y.test>\r\nRSET\r\n.") == 250 and
       b"\nQUIT\nMAIL FROM:<x@y.test>\nRSET\n" in list(b.mails().values())[0], "commands in DATA are text")
    c.close()
    c = b.smtp()
    c.send(ENVELOPE)
    [c.reply() for _ in range(4)]
    c.send(b"y" * 60 + b"\r\n")
    threading.Thread(target=c.send, args=((b"z" * 998 + b"\r\n") * 2000 + b".\r\n",)).start()
    ok(c.reply() == 552 and len(b.mails()) == 1, "a message over --max-size is refused", c.last)
    ok(c.cmd(b"NOOP") == 250, "and the session goes on")
    c.close()
    for verb in (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"POST / HTTP/1.0\r\n\r\nMAIL FROM:<a@y.test>\r\n"):
        c = b.smtp()
        c.send(verb)
        said = c.rest()
        ok(said is not None and b"250" not in said, "SMTP: %s ends the session" % verb[:4].decode(), said)
        c.close()
    c = b.smtp()
    c.send(b"x" * 3000000)
    c.send(b"\r\nNOOP\r\n")
    said = c.rest(2)
    ok(said is not None or c.greeting, "a command of 3 MB", said)
    c.close()
    c = b.smtp()
    c.cmd(b"EHLO c")
    first = c.cmd(b"AUTH PLAIN")
    c.send(b"A" * 2000000 + b"\r\n")
    ok(first == 334 and c.reply() in (0, 500, 501, 535), "an answer to AUTH of 2 MB", c.last)
    c.close()
    c = b.smtp()
    c.cmd(b"EHLO c")
    n = 0
    while n < 100 and c.cmd(b"AUTH PLAIN AGIAeA==") in (535, 503):
        n += 1
    ok(n < 100, "guessing passwords ends the session (%d tries)" % n)
    c.close()


def starttls(b):
    c = b.smtp()
    c.cmd(b"EHLO c")
    ok(c.cmd(b"STARTTLS") == 220, "STARTTLS", c.last)
    c.tls()
    ok(c.cmd(b"MAIL FROM:<a@y.test>") in (250, 503) and c.cmd(b"EHLO c") == 250 and c.cmd(b"STARTTLS") >= 500,
       "STARTTLS a second time is refused", c.last)
    ok(c.cmd(b"NOOP") == 250, "and the session goes on")
    c.close()
    for name, port, first, second in (("SMTP", b.server.smtp, b"STARTTLS\r\n", b"MAIL FROM:<evil@x.test>\r\n"),
                                      ("POP3", b.server.pop3, b"STLS\r\n", b"USER b@example.org\r\n")):
        c = Client(port)
        if name == "SMTP":
            c.cmd(b"EHLO c")
        c.send(first + second)
        try:
            c.line()
            c.tls()
            went_on = True
        except (OSError, ValueError):
            went_on = False
        ok(not went_on, "%s: what was pipelined after %s ends the session" % (name, first.strip().decode()))
        c.close()


def cuts(b):
    """The connection ends after each byte of a small mail."""
    data = ENVELOPE + b"Subject: c\r\n\r\ncut\r\n.\r\n"
    b.empty()
    early = 0
    for n in range(len(data)):
        c = b.smtp(greet=n % 2 == 0)
        c.send(data[:n])
        (c.rst if n % 3 == 0 else c.close)()
    ok(b.deliver() and b.settled(1) == 1, "cut at each byte of a mail: nothing is stored", len(b.mails()))
    b.empty()
    for n in range(20):
        c = b.smtp()
        c.send(data)
        c.close()
    ok(b.settled(20) == 20, "gone just before the 250: all is stored", len(b.mails()))
    b.empty()
    for n in range(20):
        c = b.smtp()
        c.send(data)
        c.rst()
    b.deliver()
    time.sleep(0.05)
    bodies = {kill.below(m) for m in b.mails().values()}
    ok(bodies <= {b"Subject: c\n\ncut\n", b"Subject: x\n\nx\n"} and len(b.mails()) <= 21, "reset just before the 250: whole or not at all", bodies)
    ok(not os.listdir(b.server.root + "/tmp"), "nothing is left in tmp", os.listdir(b.server.root + "/tmp"))


# ---- POP3 ----

def pop3(b):
    b.empty()
    for i in range(3):
        b.deliver(b"Subject: %d\r\n\r\nbody %d\r\n" % (i, i))
    before = b.mails()
    for name in (b"../x", b"", b"../../etc/passwd", b"b/../b@example.org", b"x" * 10240, b"b\0@example.org", b"\xff@example.org", b"%s%n"):
        c = b.pop3()
        u = c.pop(b"USER " + name)
        p = c.pop(b"PASS " + PASSWORD.encode()) if u.startswith(b"+OK") else u
        ok(p.startswith(b"-ERR") or p == b"", "POP3: the user %r is refused" % name[:20], u, p)
        c.close()
    ok(not os.path.exists(b.server.root + "/x") and sorted(os.listdir(b.server.root + "/mail")) == ["b"], "and no folder is made",
       os.listdir(b.server.root + "/mail"))
    c = b.pop3()
    for early in (b"STAT", b"RETR 1", b"DELE 1", b"LIST", b"UIDL", b"TOP 1 1", b"RSET"):
        if not c.pop(early).startswith(b"-ERR"):
            ok(False, "POP3: %s before the login" % early.decode())
    ok(c.login().startswith(b"+OK"), "POP3: nothing before the login; the login", c.greeting)
    d = b.pop3()
    ok(d.login().startswith(b"-ERR [IN-USE]"), "POP3: a second session on one mailbox is refused")
    d.close()
    bad = [x for x in (b"RETR 0", b"RETR 4", b"RETR -1", b"RETR 99999999999999999999", b"RETR 1x", b"RETR", b"DELE 4", b"TOP 1 -1",
                       b"TOP 1", b"TOP 0 1", b"TOP 1 99999999999999999999x", b"LIST 0", b"UIDL 9", b"NONSENSE", b"USER x")
           if not c.pop(x).startswith(b"-ERR")]
    ok(not bad, "POP3: wrong numbers and words are refused", bad)
    first, lines = c.multi(b"RETR 1")
    ok(first.startswith(b"+OK") and b"body 0\r\n" in lines, "POP3: the session goes on", first, lines)
    ok(c.pop(b"DELE 1").startswith(b"+OK") and c.pop(b"RETR 1").startswith(b"-ERR") and c.pop(b"DELE 1").startswith(b"-ERR")
       and c.pop(b"TOP 1 0").startswith(b"-ERR") and c.pop(b"LIST 1").startswith(b"-ERR") and c.pop(b"STAT").startswith(b"+OK 2 "),
       "POP3: what is marked deleted is not given")
    c.close()
    time.sleep(0.05)
    ok(b.mails() == before, "POP3: DELE without QUIT deletes nothing")
    c = b.pop3()
    end = time.monotonic() + 2
    while not c.login().startswith(b"+OK") and time.monotonic() < end:
        c.close()
        c = b.pop3()
    uids = c.multi(b"UIDL")[1]
    # the mailbox changes on the disk under the session
    victim = sorted(before)[1]
    for sub in ("new", "cur"):
        path = "%s/mail/b/%s/%s" % (b.server.root, sub, victim)
        if os.path.exists(path):
            os.remove(path)
    answers = [c.multi(b"RETR %d" % n) for n in (1, 2, 3)]
    ok([a[0][:3] for a in answers] == [b"+OK", b"-ER", b"+OK"], "POP3: a message that vanished is refused, the others come", answers)
    ok(c.pop(b"DELE 2").startswith((b"+OK", b"-ERR")) and c.pop(b"QUIT")[:4] in (b"+OK ", b"-ERR"), "POP3: and QUIT answers")
    c.close()
    for verb in (b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 100 + b"\r\n"):
        c = b.pop3()
        c.send(verb)
        said = c.rest(2)
        ok(said is None or b"+OK" not in said, "POP3: %r gets nothing good" % verb[:4], said)
        c.close()
    return [u.split()[1] for u in uids]


def uidl_stable(b, uids):
    b.server.end()
    b.server.start()
    c = b.pop3()
    c.login()
    now = [u.split()[1] for u in c.multi(b"UIDL")[1]]
    c.close()
    ok(now and all(u in uids for u in now), "UIDL is the same after a restart", now, uids)


# ---- many at once ----

def crowds(b):
    silent = [Client(b.server.smtp if i % 2 else b.server.pop3, greet=False) for i in range(200)]
    b.empty()
    ok(b.deliver() and len(b.mails()) == 1, "200 silent clients do not keep a good one out")
    more = [Client(b.server.smtp, greet=False) for _ in range(50)]
    c = b.smtp()
    ok(c.greeting.startswith(b"421") and c.rest() == b"", "over --max-sessions a client is told 421", c.greeting)
    c.close()
    for s in silent + more:
        s.close()
    end = time.monotonic() + 3
    while time.monotonic() < end and not b.deliver():
        pass
    ok(b.deliver(), "and when they are gone there is room again")
    drips = [b.smtp() for _ in range(4)]
    stop = threading.Event()

    def drip(c):
        for byte in b"EHLO one-byte-a-second\r\n" * 50:
            if stop.wait(0.05):
                return
            c.send(bytes([byte]))
    threads = [threading.Thread(target=drip, args=(c,)) for c in drips]
    for t in threads:
        t.start()
    start = time.monotonic()
    good = all(b.deliver() for _ in range(20))
    ok(good and time.monotonic() - start < 10, "while others drip, 20 sessions go through")
    stop.set()
    for t in threads:
        t.join()
    for c in drips:
        c.close()
    # who writes and never reads
    c = b.smtp()
    c.s.settimeout(1)
    n = 0
    try:
        while n < 200 << 20:
            n += c.s.send(b"NOOP\r\n" * 10000)
    except OSError:
        pass
    ok(n < 200 << 20, "a client that never reads is not read for ever (%d KiB)" % (n >> 10))
    ok(b.memory() < 200, "and costs no memory", "%d MiB" % b.memory())
    c.close()
    b.empty()
    for i in range(3):
        b.deliver(b"Subject: big\r\n\r\n" + b"x" * 70 + b"\r\n" + (b"y" * 70 + b"\r\n") * 12000)
    c = b.pop3()
    c.login()
    c.s.settimeout(1)
    try:
        for _ in range(200):
            c.s.send(b"RETR 1\r\nRETR 2\r\nRETR 3\r\n")
    except OSError:
        pass
    time.sleep(0.2)
    ok(b.memory() < 200, "nor does one that asks for all and reads nothing", "%d MiB" % b.memory())
    c.close()


def main():
    b = Bench(os.path.abspath(sys.argv[1]), sys.argv[2])
    tsv = sys.argv[3] if len(sys.argv) > 3 else None
    ok(b.deliver(), "a good session")
    before = b.memory()
    smuggling(b, tsv)
    smtp_commands(b)
    starttls(b)
    cuts(b)
    uids = pop3(b)
    crowds(b)
    b.empty()
    ok(b.deliver() and len(b.mails()) == 1, "a good session afterwards")
    c = b.pop3()
    end = time.monotonic() + 2
    while not c.login().startswith(b"+OK") and time.monotonic() < end:
        c.close()
        c = b.pop3()
    ok(b"x\r\n" in c.multi(b"RETR 1")[1] and c.pop(b"DELE 1").startswith(b"+OK") and c.pop(b"QUIT").startswith(b"+OK")
       and not b.mails(), "its message is fetched and deleted")
    peak = b.memory("VmHWM")
    ok(peak < 220, "memory stayed bounded (%d MiB at first, %d at most)" % (before, peak))
    b.deliver()
    c = b.pop3()
    c.login()
    uids = [u.split()[1] for u in c.multi(b"UIDL")[1]]
    c.close()
    uidl_stable(b, uids)
    code = b.server.end()
    err = open(b.server.root + ".err").read()
    ok(code == 0 and "Sanitizer" not in err and "runtime error" not in err, "pabald ends well", code, err[-1500:])
    print("1..%d" % number)
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
