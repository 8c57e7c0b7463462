#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A scripted POP3 and SMTP server that keeps to a scenario.

Without overrides it behaves well.  A scenario (JSON) names commands whose
answer is replaced by acts:

  on      CONNECT CAPA STLS USER PASS AUTH STAT LIST UIDL RETR TOP DELE NOOP
          QUIT EHLO HELO STARTTLS MAIL RCPT DATA BODY EOD RSET TLS, * = any
  nth     which occurrence in a session (0: every one)
  do      send S | repeat [N, S] | count N, fmt F | sleep_ms N (scaled by
          1/1000) | wait_s N (not scaled) | drip_ms N, send S | cut_at_byte N
          of the natural answer (BODY: of what the client sends) | natural |
          rst | close | tcp_fin_without_close_notify | drop_input

It keeps the ledger: what was said to whom, outside the program under test.
As a program:  rude-server.py --smtp|--pop3 [--scenario FILE --name NAME]
[--mail N] [--ledger FILE] --ready FILE
"""
import argparse
import hashlib
import json
import os
import socket
import ssl
import struct
import sys
import threading
import time

BLOCK = 65536


def latin(s):
    """A JSON string of code points 0..255 is bytes; others are UTF-8."""
    try:
        return s.encode("latin-1")
    except UnicodeEncodeError:
        return s.encode("utf-8")


def digest(b):
    return hashlib.sha256(b).hexdigest()[:16]


class Gone(Exception):
    """The session is over."""


class Message:
    def __init__(self, uid, wire):
        self.uid, self.wire = uid, wire         # wire: CRLF lines, not stuffed
        self.disk = wire.replace(b"\r\n", b"\n")
        self.hash = digest(self.disk)


def w1_messages():
    """The mailbox of workload W1: no body; 1 KiB; 70 KiB; NUL and bare CR; a
    twin of the second, byte for byte."""
    head = "From: alice@crepes.fr\r\nTo: bob@hamburger.edu\r\nSubject: %s\r\nMessage-ID: <%s@w1>\r\n\r\n"
    kib = (head % ("one KiB", "kib")).encode() + b"".join(b".%03d dots and a line of text\r\n" % i for i in range(33))
    big = (head % ("70 KiB", "big")).encode() + b"".join(b"%05d %s\r\n" % (i, b"x" * 56) for i in range(1120))
    odd = (head % ("odd", "odd")).encode() + b"nul \0 here\r\nbare \r here\r\n\x80\xff eight\r\n.\r.\r\n..\r\nend\r\n"
    wires = [(head % ("no body", "none")).encode(), kib, big, odd, kib]
    return [Message("uid-%d" % (i + 1), w) for i, w in enumerate(wires)]


def stuff(wire):
    out = wire if wire.endswith(b"\r\n") else wire + b"\r\n"
    out = b"\r\n" + out
    return out.replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n"


def unstuff(wire):
    """What a whole multi-line answer holds, as it stands on a disk; or None."""
    if wire.startswith(b".\r\n"):
        return b""
    end = wire.find(b"\r\n.\r\n")
    if end < 0:
        return None
    body = b"\r\n" + wire[:end + 2]
    return body.replace(b"\r\n.", b"\r\n")[2:].replace(b"\r\n", b"\n")


class Server:
    """One listener; a thread a connection."""

    def __init__(self, proto, scenario=None, mode="none", cert=None, key=None, tls_version=None,
                 caps=None, messages=None, split="whole", ledger=None, eager=False):
        self.proto, self.mode, self.split = proto, mode, split
        self.scenario = scenario or {}
        self.evil = scenario is not None
        self.caps = caps
        self.eager = eager              # DELE is done at once, as some do when the connection breaks
        self.messages = w1_messages() if messages is None else messages
        self.served = {}                # uid -> [disk bytes of whole answers to RETR]
        self.deleted = []               # uids that a QUIT took away
        self.dele = []                  # uids that DELE was said of, in order
        self.taken = []                 # mails: dict from, rcpts, wire, said (250 was sent whole)
        self.refused_rcpts = []
        self.clear = bytearray()        # what came without TLS
        self.commands = []              # (session, command word)
        self.connections = 0
        self.body_bytes = 0             # of mail, also what was not taken
        self.sni = []
        self.quit = threading.Event()
        self.barrier, self.passed = None, threading.Event()
        self.lock = threading.Lock()
        self.ledger_fd = os.open(ledger, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) if ledger else -1
        self.ctx = None
        if mode != "none":
            self.ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.ctx.set_ciphers("DEFAULT:@SECLEVEL=0")
            if tls_version == "1.0":
                self.ctx.minimum_version = self.ctx.maximum_version = ssl.TLSVersion.TLSv1
            self.ctx.load_cert_chain(cert, key)
            self.ctx.sni_callback = lambda sock, name, ctx: self.sni.append(name)
        self.sock = socket.socket()
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.sock.bind(("127.0.0.1", 0))
        # little room, or a whole message is in the system's buffers when the server breaks off
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32768)
        self.sock.listen(64)
        self.port = self.sock.getsockname()[1]
        self.threads = []
        self.sessions = []
        self.acceptor = threading.Thread(target=self.accept, daemon=True)
        self.acceptor.start()

    def say(self, *words):
        if self.ledger_fd >= 0:
            os.write(self.ledger_fd, (" ".join(str(w) for w in words) + "\n").encode())

    def accept(self):
        while not self.quit.is_set():
            try:
                fd, peer = self.sock.accept()
            except OSError:
                return
            if peer[1] == self.barrier:
                fd.close()
                self.passed.set()
                continue
            self.connections += 1
            s = (Pop3 if self.proto == "pop3" else Smtp)(self, fd, self.connections)
            self.sessions.append(s)
            t = threading.Thread(target=s.run, daemon=True)
            t.start()
            self.threads.append(t)

    def settle(self):
        """After the client ended: no session of the past goes on, nor comes."""
        if not self.quit.is_set():
            s = socket.socket()
            s.bind(("127.0.0.1", 0))
            self.passed.clear()
            self.barrier = s.getsockname()[1]
            s.connect(("127.0.0.1", self.port))
            self.passed.wait(10)
            s.close()
        for s in self.sessions:
            s.over.set()
        for t in self.threads:
            t.join(10)
        self.sessions, self.threads = [], []

    def stop(self):
        self.quit.set()
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.sock.close()
        self.settle()
        if self.ledger_fd >= 0:
            os.close(self.ledger_fd)


class Session:
    def __init__(self, server, sock, number):
        self.server, self.sock, self.number = server, sock, number
        self.raw = sock
        self.over = threading.Event()
        self.buf = b""
        self.tls = False
        self.counts = {}
        self.total = 0                  # commands, for "*"
        self.out = None                 # what was sent as an answer, where it is kept
        self.cut = None                 # bytes until the stream stops
        self.after = None               # what happens then
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock.settimeout(30)

    # ---- the wire ----

    def push(self, b):
        try:
            if self.server.split == "byte" and len(b) < 400:
                for i in range(len(b)):
                    self.sock.sendall(b[i:i + 1])
            elif self.server.split == "crlf" and len(b) < 20000:
                parts = b.split(b"\r\n")
                for i, part in enumerate(parts):
                    part = (b"\n" if i else b"") + part + (b"\r" if i + 1 < len(parts) else b"")
                    if part:
                        self.sock.sendall(part)
            else:
                self.sock.sendall(b)
        except (OSError, ValueError):
            raise Gone()

    def send(self, b):
        if self.cut is not None:
            b, self.cut = b[:self.cut], self.cut - len(b)
            if self.out is not None:
                self.out += b
            self.push(b)
            if self.cut <= 0:
                self.stop_stream()
            return
        if self.out is not None and len(self.out) < 4000000:
            self.out += b
        self.push(b)

    def stop_stream(self):
        self.cut = None
        (self.rst if self.after == "rst" else self.fin)()

    def recv(self):
        try:
            b = self.sock.recv(BLOCK)
        except (OSError, ValueError):
            raise Gone()
        if not b:
            raise Gone()
        if not self.tls:
            self.server.clear += b
        return b

    def line(self):
        while b"\n" not in self.buf:
            self.buf += self.recv()
            if len(self.buf) > 1000000:
                raise Gone()
        line, self.buf = self.buf.split(b"\n", 1)
        return line.rstrip(b"\r")

    def rst(self):
        # shutdown(2) first would send a FIN: the linger of 0 makes close a reset
        self.raw_sock().setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()
        raise Gone()

    def fin(self):
        self.sock.close()               # no close_notify: Python sends one by unwrap only
        raise Gone()

    def bye(self):
        if self.tls:
            try:
                self.sock.settimeout(0.5)
                self.sock.unwrap()
            except (OSError, ValueError):
                pass
        self.sock.close()
        raise Gone()

    def raw_sock(self):
        return self.sock

    def start_tls(self):
        acts = self.override("TLS")
        if acts:
            self.run_acts(acts, None)
        self.buf = b""
        try:
            self.sock = self.server.ctx.wrap_socket(self.sock, server_side=True, suppress_ragged_eofs=True)
        except (OSError, ValueError):
            self.sock.close()
            raise Gone()
        self.tls = True

    # ---- the scenario ----

    def override(self, word):
        """The acts for this occurrence of a command, or None."""
        self.counts[word] = self.counts.get(word, 0) + 1
        if word not in ("BODY", "TLS"):
            self.total += 1
        if not self.server.evil:
            return None
        for o in self.server.scenario.get("overrides", []):
            nth = o.get("nth", 1)
            if o["on"] == word and nth in (0, self.counts[word]):
                return o["do"]
            if o["on"] == "*" and word not in ("BODY", "TLS") and nth in (0, self.total):
                return o["do"]
        return None

    def pause(self, seconds):
        if self.over.wait(seconds):
            self.fin()

    def run_acts(self, acts, natural):
        """Runs acts; True: the natural answer is still to be given."""
        give = True
        for a in acts:
            if "drip_ms" in a:
                give = False
                for c in latin(a["send"]):
                    self.send(bytes([c]))
                    self.pause(a["drip_ms"] / 1e6)
            elif "drip_s" in a:
                give = False
                for c in latin(a["send"]):
                    self.send(bytes([c]))
                    self.pause(a["drip_s"])
            elif "send" in a:
                give = False
                self.send(latin(a["send"].replace("%t", "%d-%d" % (self.number, time.monotonic_ns()))))
            elif "repeat" in a:
                give = False
                n, s = a["repeat"][0], latin(a["repeat"][1])
                many = max(1, BLOCK // len(s))
                while n > 0:
                    self.send(s * min(n, many))
                    n -= many
            elif "count" in a:
                give = False
                fmt, block = a["fmt"].replace("%d", "{0}"), []
                for i in range(1, a["count"] + 1):
                    block.append(fmt.format(i))
                    if len(block) == 2000 or i == a["count"]:
                        self.send(latin("".join(block)))
                        block = []
            elif "sleep_ms" in a:
                self.pause(a["sleep_ms"] / 1e6)
            elif "wait_s" in a:
                self.pause(a["wait_s"])
            elif "cut_at_byte" in a:
                self.cut = int(a["cut_at_byte"])
                if self.cut <= 0:
                    self.stop_stream()
            elif "natural" in a:
                give = False
                if natural:
                    natural()
            elif "rst" in a:
                if self.cut is None:
                    self.rst()
                self.after = "rst"
            elif "close" in a:
                if self.cut is None:
                    self.fin()
            elif "tcp_fin_without_close_notify" in a:
                self.fin()
            elif "drop_input" in a:
                self.buf = b""
        return give

    def answer(self, word, natural, keep=False):
        """Runs the override of a command or the natural answer; what was sent
        in place of the natural answer is returned (None: natural)."""
        acts = self.override(word)
        self.out = b"" if keep or acts else None
        give = self.run_acts(acts, natural) if acts else True
        if give:
            natural()
        self.cut = None
        sent, self.out = self.out, None
        if acts and not give:
            return sent
        return None

    def run(self):
        try:
            if self.server.mode == "implicit":
                self.start_tls()
            self.talk()
        except Gone:
            pass
        except Exception as e:                                  # a fault of the test itself
            print("# rude-server: %s: %r" % (self.server.scenario.get("name"), e), file=sys.stderr)
        finally:
            try:
                self.sock.close()
            except OSError:
                pass


class Pop3(Session):
    def talk(self):
        s = self.server
        self.user = None
        self.authed = False
        with s.lock:
            self.box = list(s.messages)
        self.gone = [False] * len(self.box)
        self.answer("CONNECT", lambda: self.send(b"+OK rude\r\n"))
        while True:
            line = self.line()
            word = line.split(b" ")[0].upper().decode("latin-1")
            arg = line[len(word) + 1:]
            s.commands.append((self.number, word))
            s.say("C", self.number, word)
            getattr(self, "do_" + word.lower(), self.unknown)(arg)

    def unknown(self, arg):
        self.answer("?", lambda: self.send(b"-ERR what?\r\n"))

    def lines(self, first, items):
        self.send(first + b"".join(i + b"\r\n" for i in items) + b".\r\n")

    def do_capa(self, arg):
        caps = self.server.caps or [b"USER", b"UIDL", b"TOP", b"RESP-CODES", b"PIPELINING", b"SASL PLAIN"]
        if self.server.mode == "starttls" and not self.tls:
            caps = caps + [b"STLS"]
        self.answer("CAPA", lambda: self.lines(b"+OK\r\n", caps))

    def do_stls(self, arg):
        sent = self.answer("STLS", lambda: self.send(b"+OK begin\r\n"))
        if sent is None or sent.upper().startswith(b"+OK"):
            if self.server.mode == "starttls":
                self.start_tls()
                self.counts["CAPA2"] = 0

    def do_user(self, arg):
        self.answer("USER", lambda: self.send(b"+OK\r\n"))

    def login(self, word, natural):
        sent = self.answer(word, natural)
        self.authed = sent is None or sent.upper().startswith(b"+OK")

    def do_pass(self, arg):
        self.login("PASS", lambda: self.send(b"+OK\r\n"))

    def do_apop(self, arg):
        self.login("APOP", lambda: self.send(b"+OK\r\n"))

    def do_auth(self, arg):
        def natural():
            if b" " not in arg:
                self.send(b"+ \r\n")
                self.line()
            self.send(b"+OK\r\n")
        self.login("AUTH", natural)

    def listed(self):
        return [(i + 1, m) for i, m in enumerate(self.box) if not self.gone[i]]

    def do_stat(self, arg):
        all = self.listed()
        self.answer("STAT", lambda: self.send(b"+OK %d %d\r\n" % (len(all), sum(len(m.wire) for _, m in all))))

    def do_list(self, arg):
        self.answer("LIST", lambda: self.lines(b"+OK\r\n", [b"%d %d" % (i, len(m.wire)) for i, m in self.listed()]))

    def do_uidl(self, arg):
        self.answer("UIDL", lambda: self.lines(b"+OK\r\n", [b"%d %s" % (i, m.uid.encode()) for i, m in self.listed()]))

    def pick(self, arg):
        try:
            n = int(arg.split(b" ")[0])
        except ValueError:
            return None
        return self.box[n - 1] if 0 < n <= len(self.box) and not self.gone[n - 1] else None

    def do_retr(self, arg):
        m = self.pick(arg)
        if not self.authed or not m:
            self.answer("RETR", lambda: self.send(b"-ERR no such message\r\n"))
            return
        try:
            self.answer_retr(m)
        finally:
            # also of an answer whose end broke off: it may have been whole
            pass

    def answer_retr(self, m):
        acts = self.override("RETR")
        natural = lambda: self.send(b"+OK\r\n" + stuff(m.wire))
        self.out = b""
        try:
            if not acts or self.run_acts(acts, natural):
                natural()
        finally:
            self.cut = None
            sent, self.out = self.out, None
            if sent.startswith(b"+OK"):
                got = unstuff(sent.split(b"\r\n", 1)[1] if b"\r\n" in sent else b"")
                if got is not None:
                    self.server.served.setdefault(m.uid, []).append(got)
                    self.server.say("RETR", m.uid, digest(got))

    def do_top(self, arg):
        m = self.pick(arg)
        if not m:
            self.send(b"-ERR no such message\r\n")
            return
        head = m.wire.split(b"\r\n\r\n")[0] + b"\r\n\r\n"
        self.answer("TOP", lambda: self.send(b"+OK\r\n" + stuff(head)))

    def do_dele(self, arg):
        m = self.pick(arg)
        if not self.authed or not m:
            self.send(b"-ERR no such message\r\n")
            return
        self.server.dele.append(m.uid)
        self.server.say("DELE", m.uid, m.hash)
        i = self.box.index(m)
        sent = self.answer("DELE", lambda: self.send(b"+OK\r\n"))
        self.gone[i] = sent is None or sent.startswith(b"+OK")
        if self.server.eager and self.gone[i]:
            with self.server.lock:
                self.server.messages.remove(m)

    def do_noop(self, arg):
        self.answer("NOOP", lambda: self.send(b"+OK\r\n"))

    def do_rset(self, arg):
        self.gone = [False] * len(self.box)
        self.send(b"+OK\r\n")

    def do_quit(self, arg):
        acts = self.override("QUIT")
        if acts and self.run_acts(acts, lambda: self.send(b"+OK\r\n")):
            acts = None
        if acts is None:
            with self.server.lock:
                for i, m in enumerate(self.box):
                    if self.gone[i] and m in self.server.messages:
                        self.server.messages.remove(m)
                        self.server.deleted.append(m.uid)
            self.server.say("QUIT", " ".join(self.server.deleted))
            self.send(b"+OK bye\r\n")
        self.bye()


class Smtp(Session):
    def talk(self):
        s = self.server
        self.mail = None
        self.answer("CONNECT", lambda: self.send(b"220 mx.rude.test ESMTP\r\n"))
        while True:
            line = self.line()
            word = line.split(b" ")[0].upper().decode("latin-1")
            arg = line[len(word) + 1:]
            s.commands.append((self.number, word))
            s.say("C", self.number, word)
            getattr(self, "do_" + word.lower(), self.unknown)(arg)

    def unknown(self, arg):
        self.send(b"500 5.5.2 what?\r\n")

    def do_ehlo(self, arg):
        caps = self.server.caps or [b"SIZE 35651584", b"PIPELINING", b"8BITMIME", b"DSN", b"ENHANCEDSTATUSCODES",
                                    b"SMTPUTF8", b"AUTH PLAIN LOGIN"]
        if self.server.mode == "starttls" and not self.tls:
            caps = caps + [b"STARTTLS"]
        self.mail = None

        def natural():
            lines = [b"mx.rude.test"] + caps
            self.send(b"".join(b"250%s%s\r\n" % (b" " if i + 1 == len(lines) else b"-", c) for i, c in enumerate(lines)))
        self.answer("EHLO", natural)

    def do_helo(self, arg):
        self.answer("HELO", lambda: self.send(b"250 mx.rude.test\r\n"))

    def do_starttls(self, arg):
        sent = self.answer("STARTTLS", lambda: self.send(b"220 go\r\n"))
        if sent is None or sent.startswith(b"220"):
            if self.server.mode == "starttls":
                self.start_tls()

    def do_auth(self, arg):
        def natural():
            for _ in range(2 if arg.upper() == b"LOGIN" else b" " not in arg):
                self.send(b"334 \r\n")
                self.line()
            self.send(b"235 2.7.0 in\r\n")
        self.answer("AUTH", natural)

    @staticmethod
    def ok(sent, first=b"2"):
        return sent is None or sent.startswith(first)

    def do_mail(self, arg):
        sent = self.answer("MAIL", lambda: self.send(b"250 2.1.0 ok\r\n"))
        self.mail = {"from": arg, "rcpts": [], "wire": b"", "said": False} if self.ok(sent) else None

    def do_rcpt(self, arg):
        addr = arg[arg.find(b"<") + 1:arg.find(b">")].decode("utf-8", "replace")
        if self.mail is None:
            self.send(b"503 5.5.1 MAIL first\r\n")
            return
        sent = self.answer("RCPT", lambda: self.send(b"250 2.1.5 ok\r\n"))
        if self.ok(sent):
            self.mail["rcpts"].append(addr)
        else:
            self.server.refused_rcpts.append(addr)

    def do_data(self, arg):
        if not self.mail or not self.mail["rcpts"]:
            self.send(b"503 5.5.1 RCPT first\r\n")
            return
        sent = self.answer("DATA", lambda: self.send(b"354 go\r\n"))
        if not self.ok(sent, b"354"):
            return
        wire = self.body(None)
        self.end_of_data(unstuff(wire).replace(b"\n", b"\r\n"))

    def body(self, size):
        acts = self.override("BODY")
        limit = None
        for a in acts or []:
            if "cut_at_byte" in a:
                limit = int(a["cut_at_byte"])
        got = self.buf
        self.buf = b""
        while True:
            if limit is not None and len(got) >= limit:
                self.server.body_bytes += len(got)
                self.after = "rst" if any("rst" in a for a in acts) else None
                self.stop_stream()
            if size is None:
                end = 3 if got.startswith(b".\r\n") else got.find(b"\r\n.\r\n") + 5
                if end >= 5 or got.startswith(b".\r\n"):
                    break
            elif len(got) >= size:
                end = size
                break
            got += self.recv()
        if acts and limit is None:
            self.run_acts(acts, None)
        self.server.body_bytes += end
        self.buf = got[end:]
        return got[:end]

    def do_bdat(self, arg):
        words = arg.split()
        chunk = self.body(int(words[0])) if int(words[0]) else b""
        if not self.mail or not self.mail["rcpts"]:
            self.send(b"503 5.5.1 RCPT first\r\n")
            return
        self.mail["wire"] += chunk
        if len(words) > 1:
            self.end_of_data(self.mail["wire"])
        else:
            self.send(b"250 2.0.0 %d octets\r\n" % int(words[0]))

    def end_of_data(self, wire):
        mail, self.mail = self.mail, None
        mail["wire"] = wire
        acts = self.override("EOD")
        self.out = b""
        natural = lambda: self.send(b"250 2.0.0 queued\r\n")
        mail["doubt"] = acts is not None
        try:
            if not acts or self.run_acts(acts, natural):
                natural()
        finally:
            self.cut = None
            sent, self.out = self.out, None
            # a server that keeps what it may not have answered for
            if sent[:1] not in (b"4", b"5"):
                mail["said"] = sent.startswith(b"250 ") and sent.endswith(b"\n")
                self.server.taken.append(mail)
                for r in mail["rcpts"]:
                    self.server.say("250" if mail["said"] else "kept", digest(wire), r)

    def do_rset(self, arg):
        self.mail = None
        self.answer("RSET", lambda: self.send(b"250 2.0.0 ok\r\n"))

    def do_noop(self, arg):
        self.answer("NOOP", lambda: self.send(b"250 2.0.0 ok\r\n"))

    def do_quit(self, arg):
        self.answer("QUIT", lambda: self.send(b"221 2.0.0 bye\r\n"))
        self.bye()


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--smtp", action="store_true")
    p.add_argument("--pop3", action="store_true")
    p.add_argument("--scenario")
    p.add_argument("--name")
    p.add_argument("--mail", type=int, default=0, help="that many small messages in place of W1")
    p.add_argument("--ledger")
    p.add_argument("--ready", required=True)
    a = p.parse_args()
    scenario = None
    if a.scenario:
        scenario = next(s for s in json.load(open(a.scenario)) if s["name"] == a.name)
    messages = None
    if a.mail:
        messages = [Message("m%d" % i, b"Subject: %d\r\n\r\nbody %d\r\n" % (i, i)) for i in range(a.mail)]
    s = Server("smtp" if a.smtp else "pop3", scenario, messages=messages, ledger=a.ledger)
    with open(a.ready + ".tmp", "w") as f:
        f.write("%d\n" % s.port)
    os.rename(a.ready + ".tmp", a.ready)
    threading.Event().wait()


if __name__ == "__main__":
    main()
