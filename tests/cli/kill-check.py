#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 at many moments, spread over the measured length of an undisturbed
run, and what is there afterwards.  TAP on standard output; the ledger is kept
here, outside the programs.

usage: kill-check.py fetch|send|server PABAL PABALD TMPDIR
PABAL_SLOW=1: 1,000 moments in place of 100; PABAL_SEED: another spread.
"""
import importlib.util
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))


def load(name):
    spec = importlib.util.spec_from_file_location(name.replace("-", "_"), os.path.join(HERE, name + ".py"))
    mod = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(mod)
    return mod


check = load("rude-check")
rude = check.rude
MOMENTS = 100
TIMES = 10 if os.environ.get("PABAL_SLOW") else 1       # each time in fresh folders, with a seed of its own
SEED = int(os.environ.get("PABAL_SEED", "1"))


class Server:
    """A pabald that can be killed and started again on the same root."""

    def __init__(self, pabald, root, *options):
        self.args = [pabald, "--root", root, "--ready-file", root + ".ready", "--smtp", "127.0.0.1:0",
                     "--pop3", "127.0.0.1:0"] + list(options)
        self.root, self.ready, self.p = root, root + ".ready", None

    def start(self):
        if os.path.exists(self.ready):
            os.remove(self.ready)
        self.err = open(self.root + ".err", "ab")
        self.p = subprocess.Popen(self.args, stdin=subprocess.DEVNULL, stdout=self.err, stderr=self.err)
        end = time.monotonic() + 20
        while not os.path.exists(self.ready) or not os.path.getsize(self.ready):
            if self.p.poll() is not None or time.monotonic() > end:
                raise RuntimeError("pabald did not start: " + open(self.root + ".err").read()[-500:])
            time.sleep(0.002)
        for line in open(self.ready):
            key, value = line.strip().split("=")
            setattr(self, key, int(value.rsplit(":", 1)[1]))
        return self

    def end(self, sig=signal.SIGTERM):
        if self.p:
            self.p.send_signal(sig)
            code = self.p.wait()
            self.p = None
            self.err.close()
            return code
        return 0

    def box(self, user):
        return maildir(self.root + "/mail/" + user)


def maildir(path):
    """name -> bytes of every message that is visible.  A server may still be at the
    deletions of a session whose client is dead: what goes while it is read is read again."""
    end = time.monotonic() + 20
    while True:
        found = {}
        try:
            for sub in ("new", "cur"):
                d = path + "/" + sub
                for n in os.listdir(d) if os.path.isdir(d) else []:
                    with open(d + "/" + n, "rb") as f:
                        found[n] = f.read()
            return found
        except FileNotFoundError:
            if time.monotonic() > end:
                raise


class Moments:
    """n kills that meet a running program, at moments spread over its length,
    in a shuffled order.  The length is that of the first runs, and follows what
    is seen later, for other work on the machine changes it."""

    def __init__(self, n, length, rng):
        self.n, self.length, self.alive = n, length, 0
        self.rounds = [(i + rng.random()) / n for i in range(n)]
        rng.shuffle(self.rounds)

    def __iter__(self):
        for i in range(3 * self.n):
            if self.alive >= self.n:
                return
            self.at = self.rounds[i % self.n] * 1.05
            yield i, self.at * self.length

    def met(self, alive):
        self.alive += alive
        if alive and self.at > 0.95:
            self.length *= 1.05
        elif not alive and self.at < 0.95:
            self.length *= 0.95

    def enough(self, bad):
        bad.need(self.alive >= self.n * 3 // 4, "only %d of %d kills met a running program", self.alive, self.n)
        return "%d kills in %.0f ms" % (self.alive, self.length * 1000)


def killed_run(p, delay, *args, text=b""):
    """Runs pabal and kills it after the delay; True: the kill met it alive."""
    with open(p.home + "/in", "wb") as f:
        f.write(text)
    with open(p.home + "/in", "rb") as i, open(p.home + "/out", "wb") as o, open(p.home + "/err", "wb") as e:
        q = subprocess.Popen((p.pabal,) + args, stdin=i, stdout=o, stderr=e, env=p.env)
        time.sleep(delay)
        q.kill()
        q.wait()
    with open(p.home + "/err", "rb") as e:
        return q.returncode == -signal.SIGKILL, e.read()


def length_of(run, times=3):
    best = []
    for _ in range(times):
        start = time.monotonic()
        run()
        best.append(time.monotonic() - start)
    return sorted(best)[times // 2]


def subject(b):
    m = re.search(rb"(?m)^Subject: (\S+)", b)
    return m.group(1).decode() if m else None


def below(b):
    """A stored message without the trace fields on top."""
    lines = b.split(b"\n")
    i = 0
    while i < len(lines) and re.match(rb"(Return-Path|Delivered-To|Received):|[ \t]", lines[i]):
        i += 1
    return b"\n".join(lines[i:])


# ---- fetch ----

def fetch_rounds(ctx, leave, n, bad):
    """Each round new messages lie in the maildrop, a fetch is killed, the next one is clean."""
    rng = random.Random(SEED * 7 + len(leave))
    dir = "%s/fetch-%s" % (ctx.tmp, leave)
    os.makedirs(dir)
    server = Server(ctx.pabald, dir + "/root", "--domain", "x.test", "--user", "bob@x.test:" + check.PASSWORD).start()
    p = check.Person(ctx.pabal, dir + "/home")
    sent, per = {}, 24
    drop = dir + "/root/mail/bob"
    for sub in ("new", "cur", "tmp"):
        os.makedirs(drop + "/" + sub)

    def fill():
        for _ in range(per):
            k = len(sent)
            body = b"Subject: k%d\n\n" % k + b".%d some text of a line\n" % k * rng.choice((0, 1, 3, 100, 1500))
            sent["k%d" % k] = body
            with open("%s/tmp/%d.M%d.test" % (drop, 1700000000 + k, k), "wb") as f:
                f.write(body)
            os.rename("%s/tmp/%d.M%d.test" % (drop, 1700000000 + k, k), "%s/new/%d.M%d.test" % (drop, 1700000000 + k, k))

    p.config(["pop3 = pop3+plain://bob%%40x.test@127.0.0.1:%d" % server.pop3, "leave-on-server = " + leave], 20)

    def verify(what, settled):
        here = [b for b in maildir(dir + "/home/pabal/mail/INBOX").values()]
        there = {subject(b) for b in server.box("bob").values()}
        count = {}
        for b in here:
            k = subject(b)
            count[k] = count.get(k, 0) + 1
            bad.need(sent.get(k) == b, "%s: %s in the mailbox is not what was sent (I3)", what, k)
        for k in sent:
            bad.need(k in there or k in count, "%s: %s is lost (I1)", what, k)
            bad.need(count.get(k, 0) <= 1, "%s: %s is there %d times (I2)", what, k, count.get(k, 0))
            bad.need(not settled or count.get(k, 0) == 1, "%s: %s is not in the mailbox (I2)", what, k)
        bad.need(not settled or leave == "yes" or not there, "%s: %d are left on the server", what, len(there))

    try:
        def undisturbed():
            fill()
            r = p.run("--fetch")
            bad.need(r.code == 0 and not r.err, "undisturbed: %s", r)
        length = length_of(undisturbed)
        all = Moments(n, length, rng)
        for i, delay in all:
            fill()
            all.met(killed_run(p, delay, "--fetch")[0])
            verify("%s, kill %d at %.1f ms" % (leave, i, delay * 1000), False)
            r = p.run("--fetch")
            # the server may still hold the lock of the killed session
            end = time.monotonic() + 20
            while r.code == 75 and b"IN-USE" in r.err and time.monotonic() < end:
                time.sleep(0.02)
                r = p.run("--fetch")
            bad.need(r.code == 0 and not r.err, "%s: after kill %d: %s", leave, i, r)
            verify("%s, after kill %d at %.1f ms" % (leave, i, delay * 1000), True)
            if len(bad) > 20:
                break
        left = os.listdir(dir + "/home/pabal/mail/INBOX/tmp")
        bad.need(not left, "%d files are left in tmp", len(left))
        return "%s, %d messages" % (all.enough(bad), len(sent))
    finally:
        server.end()


def eager_rounds(ctx, n, bad):
    """From a server that deletes at DELE, not at QUIT: what is gone there is here (I4)."""
    rng = random.Random(SEED * 19)
    dir = ctx.tmp + "/eager"
    os.makedirs(dir)
    server = rude.Server("pop3", messages=[], eager=True)
    p = check.Person(ctx.pabal, dir + "/home")
    p.config(["pop3 = pop3+plain://bob@127.0.0.1:%d" % server.port, "leave-on-server = no"], 20)
    sent = {}

    def fill():
        for _ in range(40):
            k = "k%d" % len(sent)
            wire = b"Subject: %s\r\n\r\n" % k.encode() + b".text of a line\r\n" * rng.choice((0, 1, 100, 3000))
            m = rude.Message(k, wire)
            sent[k] = m.disk
            server.messages.append(m)

    def verify(what, settled):
        server.settle()
        here = {}
        for b in maildir(dir + "/home/pabal/mail/INBOX").values():
            here[subject(b)] = here.get(subject(b), 0) + 1
            bad.need(sent.get(subject(b)) == b, "%s: %s is not what was sent (I3)", what, subject(b))
        there = {m.uid for m in server.messages}
        for k in sent:
            bad.need(k in there or here.get(k), "%s: %s is lost (I1, I4)", what, k)
            bad.need(here.get(k, 0) <= 1, "%s: %s is there %d times (I2)", what, k, here.get(k, 0))
            bad.need(not settled or (here.get(k) == 1 and k not in there), "%s: %s is not fetched", what, k)

    try:
        def undisturbed():
            fill()
            r = p.run("--fetch")
            bad.need(r.code == 0 and not r.err, "undisturbed: %s", r)
        all = Moments(n, length_of(undisturbed), rng)
        for i, delay in all:
            fill()
            all.met(killed_run(p, delay, "--fetch")[0])
            verify("eager, kill %d at %.1f ms" % (i, delay * 1000), False)
            r = p.run("--fetch")
            bad.need(r.code == 0 and not r.err, "eager, after kill %d: %s", i, r)
            verify("eager, after kill %d at %.1f ms" % (i, delay * 1000), True)
            if len(bad) > 20:
                break
        return "%s, %d messages" % (all.enough(bad), len(sent))
    finally:
        server.stop()


# ---- send ----

RCPTS = ["bob@x.test", "carol@x.test", "dave@x.test"]


def outbox(p):
    """What waits, each item with the subject of its message."""
    items = [json.loads(line) for line in p.run("--outbox", "--json").out.decode().splitlines()]
    for i in items:
        with open("%s/pabal/outbox/%s/message" % (p.home, i["id"]), "rb") as f:
            i["subject"] = subject(f.read())
    return items


def verify_sent(bad, what, p, copies, subjects, may_lack):
    """Settled: copies(subject) -> {address: [bytes]}; once each, or unsure and said so."""
    items = {i["subject"]: i for i in outbox(p)}
    sent = {}
    for b in maildir(p.home + "/pabal/mail/Sent").values():
        sent[subject(b)] = sent.get(subject(b), 0) + 1
    for k in subjects:
        got = copies(k)
        n = {a: len(got.get(a, [])) for a in RCPTS}
        state = {x["address"]: x["state"] for x in items[k]["recipients"]} if k in items else {}
        bad.need(sent.get(k, 0) <= 1, "%s: %s: %d copies in Sent", what, k, sent.get(k, 0))
        for a in RCPTS:
            bad.need(n[a] <= 1, "%s: %s went to %s %d times (I6)", what, k, a, n[a])
            bad.need(state.get(a, "accepted") in ("accepted", "unsure"), "%s: %s: %s is still %s", what, k, a, state.get(a))
            if state.get(a) != "unsure" and (k in items or sent.get(k) or not may_lack):
                bad.need(n[a] == 1, "%s: %s is not with %s (I5)", what, k, a)
        if not items.get(k) and not sent.get(k):
            bad.need(may_lack and not any(n.values()), "%s: %s is nowhere (I7): %s", what, k, n)
        ids = {check.message_id(b) for v in got.values() for b in v}
        bad.need(len(ids) <= 1, "%s: %s: several Message-IDs", what, k)
    return [i["id"] for i in items.values() if any(x["state"] == "unsure" for x in i["recipients"])], items


def give_up_unsure(bad, what, p, copies, ids, items):
    """The person sends the unsure ones again: the same Message-ID, nothing else doubled."""
    for id in ids:
        item = next(i for i in items.values() if i["id"] == id)
        r = p.run("--flush", id)
        bad.need(r.code == 0, "%s: --flush ID: %s", what, r)
        got = copies(item["subject"])
        for x in item["recipients"]:
            n = len(got.get(x["address"], []))
            bad.need(1 <= n <= (2 if x["state"] == "unsure" else 1), "%s: %s has it %d times", what, x["address"], n)
        bad.need(len({check.message_id(b) for v in got.values() for b in v}) == 1, "%s: another Message-ID", what)
    bad.need(not outbox(p), "%s: the outbox is not empty in the end", what)


class Into:
    """Where mail is sent: a pabald, whose mailboxes are the ledger."""

    def __init__(self, ctx, dir):
        users = []
        for a in RCPTS:
            users += ["--user", a + ":" + check.PASSWORD]
        self.server = Server(ctx.pabald, dir + "/root", "--domain", "x.test", *users).start()
        self.port = self.server.smtp

    def copies(self, k):
        return {a: [b for b in self.server.box(a.split("@")[0]).values() if subject(b) == k] for a in RCPTS}

    def clear(self):
        for a in RCPTS:
            for sub in ("new", "cur"):
                d = "%s/mail/%s/%s" % (self.server.root, a.split("@")[0], sub)
                for n in os.listdir(d) if os.path.isdir(d) else []:
                    os.remove(d + "/" + n)

    def clean(self, yes):
        pass

    def end(self):
        self.server.end()


class IntoRude:
    """A server that takes the mail and closes in place of its 250."""

    def __init__(self, ctx, dir):
        sc = {"name": "cut", "overrides": [{"on": "EOD", "nth": 0, "do": [{"close": True}]}]}
        self.server = rude.Server("smtp", sc, messages=[])
        self.port = self.server.port

    def copies(self, k):
        self.server.settle()
        return {a: [m["wire"] for m in self.server.taken if subject(m["wire"]) == k and a in m["rcpts"]] for a in RCPTS}

    def clear(self):
        self.server.taken.clear()

    def clean(self, yes):
        self.server.settle()
        self.server.evil = not yes

    def end(self):
        self.server.stop()


def send_rounds(ctx, name, into_class, n, bad):
    """A message is handed in and the command killed; then the outbox is flushed."""
    rng = random.Random(SEED * 11 + len(name))
    dir = "%s/send-%s" % (ctx.tmp, name)
    os.makedirs(dir)
    into = into_class(ctx, dir)
    p = check.Person(ctx.pabal, dir + "/home")
    p.config(["smtp = smtp+plain://127.0.0.1:%d" % into.port], 20)
    text = b"a line of text\n" * 3000
    count = [0]
    try:
        def undisturbed():
            count[0] += 1
            p.run("-s", "u%d" % count[0], *RCPTS, text=text)
        length = length_of(undisturbed)
        into.clean(True)
        for i in outbox(p):
            p.run("--drop", i["id"])
        unsure = queued = told = 0
        all = Moments(n, length, rng)
        for i, delay in all:
            k, what = "k%d" % i, "%s, kill %d at %.1f ms" % (name, i, delay * 1000)
            into.clean(False)
            was, said = killed_run(p, delay, "-s", k, *RCPTS, text=text)
            all.met(was)
            into.clean(True)
            r = p.run("--flush")
            bad.need(r.code in (0, 75), "%s: --flush: %s", what, r)
            ids, items = verify_sent(bad, what, p, into.copies, [k], was)
            if ids:
                unsure += 1
                # a kill right after the result was recorded leaves it to --outbox to say so
                bad.need(b"never came" in r.err + said or was, "%s: unsure and not said so: %s", what, r)
                told += b"never came" in r.err + said
                give_up_unsure(bad, what, p, into.copies, ids, items)
            queued += any(into.copies(k).values())
            into.clear()
            if len(bad) > 20:
                break
        tmp = dir + "/home/pabal/outbox/tmp"
        left = len(os.listdir(tmp)) if os.path.isdir(tmp) else 0
        bad.need(told * 2 >= unsure, "only %d of %d unsure ones were told", told, unsure)
        return "%s, %d sent in the end, %d unsure (%d told), %d left in the outbox's tmp" % (all.enough(bad), queued, unsure, told, left)
    finally:
        into.end()


def flush_rounds(ctx, n, bad):
    """Three items wait, --flush is killed; the next one is clean."""
    rng = random.Random(SEED * 13)
    dir = ctx.tmp + "/flush"
    os.makedirs(dir)
    into = Into(ctx, dir)
    p = check.Person(ctx.pabal, dir + "/home")
    dead = socket.socket()
    dead.bind(("127.0.0.1", 0))             # bound and not listening: refused at once
    count = [0]

    def queue(m=3):
        p.config(["smtp = smtp+plain://127.0.0.1:%d" % dead.getsockname()[1]], 20)
        names = []
        for _ in range(m):
            count[0] += 1
            names.append("f%d" % count[0])
            r = p.run("-s", names[-1], *RCPTS, text=b"some text\n" * rng.choice((1, 5000)))
            bad.need(r.code == 0 and b"waits in the outbox" in r.err, "queueing: %s", r)
        p.config(["smtp = smtp+plain://127.0.0.1:%d" % into.port], 20)
        return names

    try:
        lengths = []
        for _ in range(2):
            queue()
            lengths.append(length_of(lambda: p.run("--flush"), 1))
        all, unsure, names = Moments(n, min(lengths), rng), 0, []
        for i, delay in all:
            # several kills on the way of the same three, then a clean run
            if i % 4 == 0:
                names = queue()
            what = "flush, kill %d at %.1f ms" % (i, delay * 1000)
            all.met(killed_run(p, delay, "--flush")[0])
            if i % 4 < 3 and all.alive < n:
                continue
            r = p.run("--flush")
            bad.need(r.code in (0, 75), "%s: --flush: %s", what, r)
            ids, items = verify_sent(bad, what, p, into.copies, names, False)
            unsure += len(ids)
            give_up_unsure(bad, what, p, into.copies, ids, items)
            into.clear()
            if len(bad) > 20:
                break
        return "%s, %d items, %d unsure" % (all.enough(bad), count[0], unsure)
    finally:
        into.end()
        dead.close()


# ---- the server ----

class Sender(threading.Thread):
    """Sends unique messages on one connection as fast as it can; notes each 250."""

    def __init__(self, port, name, ledger, boxes):
        super().__init__(daemon=True)
        self.port, self.name_, self.ledger, self.boxes = port, name, ledger, boxes

    def run(self):
        try:
            s = socket.create_connection(("127.0.0.1", self.port), 5)
            f = s.makefile("rb")
            f.readline()
            s.sendall(b"HELO c\r\n")
            f.readline()
            for i in range(10000):
                k = "%s-%d" % (self.name_, i)
                body = b"Subject: %s\r\n\r\n" % k.encode() + b"text of the message\r\n" * (i % 4 * 200)
                self.ledger["sent"][k] = body.replace(b"\r\n", b"\n")
                rcpts = b"".join(b"RCPT TO:<%s@x.test>\r\n" % b.encode() for b in self.boxes)
                s.sendall(b"MAIL FROM:<a@y.test>\r\n" + rcpts + b"DATA\r\n")
                for _ in range(len(self.boxes) + 2):
                    if f.readline()[:1] not in b"23":
                        return
                s.sendall(body + b".\r\n")
                if f.readline().startswith(b"250"):
                    for b in self.boxes:
                        self.ledger["accepted"].append((b, k))
        except OSError:
            pass


def server_rounds(ctx, n, bad):
    rng = random.Random(SEED * 17)
    dir = ctx.tmp + "/server"
    os.makedirs(dir)
    server = Server(ctx.pabald, dir + "/root", "--domain", "x.test", "--user", "bob@x.test:" + check.PASSWORD,
                    "--user", "carol@x.test:" + check.PASSWORD)
    p = check.Person(ctx.pabal, dir + "/home")
    ledger = {"sent": {}, "accepted": []}
    fetched = 0

    def one(i, delay):
        server.start()
        p.config(["pop3 = pop3+plain://bob%%40x.test@127.0.0.1:%d" % server.pop3, "leave-on-server = no"], 20)
        senders = [Sender(server.smtp, "r%ds%d" % (i, k), ledger, [("bob",), ("carol",), ("bob", "carol")][k]) for k in range(3)]
        for s in senders:
            s.start()
        fetch = None
        if i % 2 == 0:
            fetch = subprocess.Popen((p.pabal, "--fetch"), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                     stderr=open(p.home + "/err", "wb"), env=p.env)
        time.sleep(delay)
        code = server.end(signal.SIGKILL)
        bad.need(code == -signal.SIGKILL, "round %d: pabald had ended by itself: %s", i, code)
        for s in senders:
            s.join(10)
        if fetch:
            bad.need(fetch.wait(20) in (0, 75, 76), "round %d: fetch: %s %s", i, fetch.returncode, open(p.home + "/err").read())

    def verify(what, settled):
        bob = list(maildir(dir + "/home/pabal/mail/INBOX").values())
        drops = {b: list(server.box(b).values()) for b in ("bob", "carol")}
        for b in bob + drops["bob"] + drops["carol"]:
            bad.need(below(b) == ledger["sent"].get(subject(b)), "%s: %s is not what was sent (I3)", what, subject(b))
        if settled:
            here = {}
            for b, all in (("bob", bob + drops["bob"]), ("carol", drops["carol"])):
                for m in all:
                    here[b, subject(m)] = here.get((b, subject(m)), 0) + 1
            for a in ledger["accepted"]:
                bad.need(here.get(a, 0) == 1, "%s: %s was accepted and is there %d times (P28)", what, a, here.get(a, 0))
            for a, m in here.items():
                bad.need(m == 1, "%s: %s is there %d times", what, a, m)

    for i, delay in enumerate(0.005 + 0.12 * (k + rng.random()) / n for k in rng.sample(range(n), n)):
        one(i, delay)
        if i % 20 == 19:
            verify("round %d" % i, False)
        if len(bad) > 20:
            break
    # a clean run of everything
    server.start()
    try:
        p.config(["pop3 = pop3+plain://bob%%40x.test@127.0.0.1:%d" % server.pop3, "leave-on-server = no"], 20)
        r = p.run("--fetch")
        bad.need(r.code == 0, "the clean fetch: %s", r)
        verify("in the end", True)
        fetched = len(maildir(dir + "/home/pabal/mail/INBOX"))
        left = os.listdir(dir + "/root/tmp")
        bad.need(not left, "%d files are left in the server's tmp", len(left))
        bad.need(len(ledger["accepted"]) > n, "only %d were accepted in all", len(ledger["accepted"]))
    finally:
        server.end()
    text = open(dir + "/root.err").read()
    bad.need("Sanitizer" not in text and "runtime error" not in text, "pabald said: %s", text[-2000:])
    return "%d rounds, %d sent, %d accepted, %d fetched" % (n, len(ledger["sent"]), len(ledger["accepted"]), fetched)


def main():
    global SEED

    class Context:
        pass
    what = sys.argv[1]
    ctx = Context()
    ctx.pabal, ctx.pabald, ctx.tmp = os.path.abspath(sys.argv[2]), os.path.abspath(sys.argv[3]), sys.argv[4]
    cases = {
        "fetch": [("a killed fetch that deletes on the server loses and doubles nothing", lambda b: fetch_rounds(ctx, "no", MOMENTS // 2, b)),
                  ("a killed fetch that leaves on the server loses and doubles nothing", lambda b: fetch_rounds(ctx, "yes", MOMENTS // 2, b)),
                  ("a killed fetch from a server that deletes at DELE", lambda b: eager_rounds(ctx, MOMENTS // 2, b))],
        "send": [("a killed pabal -s: once, or unsure", lambda b: send_rounds(ctx, "pabald", Into, MOMENTS // 2, b)),
                 ("a killed pabal -s into a server that closes after the dot", lambda b: send_rounds(ctx, "rude", IntoRude, MOMENTS // 4, b)),
                 ("a killed --flush: once, or unsure", lambda b: flush_rounds(ctx, MOMENTS // 2, b))],
        "server": [("what pabald said 250 for is there once after kill -9", lambda b: server_rounds(ctx, MOMENTS, b))],
    }[what]
    print("1..%d" % len(cases), flush=True)
    notes, bads = [[] for _ in cases], [check.Bad() for _ in cases]

    def go(k):
        bad, note = check.Bad(), ""
        try:
            note = cases[k][1](bad)
        except Exception as e:
            bad.append("the test broke: %s" % "".join(traceback.format_exception(e)))
        notes[k].append("seed %d: %s" % (SEED, note))
        bads[k] += bad

    tmp = ctx.tmp
    for i in range(TIMES):
        ctx.tmp = "%s/%d" % (tmp, i)
        os.makedirs(ctx.tmp)
        threads = [threading.Thread(target=go, args=(k,)) for k in range(len(cases))]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        if not any(bads):
            shutil.rmtree(ctx.tmp)
        SEED += 1
    failed = 0
    for k, bad in enumerate(bads):
        failed += bool(bad)
        print("%s %d - %s" % ("not ok" if bad else "ok", k + 1, cases[k][0]))
        for note in notes[k]:
            print("#   " + note)
        for b in bad[:20]:
            print("#   %s" % b[:1500].replace("\n", "\n#     "))
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
