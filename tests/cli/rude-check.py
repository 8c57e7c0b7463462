#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs pabal against every scenario of rude-server.py and checks what must
hold whatever a server does (I1 to I7, P1 to P8), and what each scenario asks
for.  TAP on standard output.

usage: rude-check.py pop3|smtp PABAL TMPDIR [--only NAME] FILE...
"""
import importlib.util
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
spec = importlib.util.spec_from_file_location("rude_server", os.path.join(HERE, "rude-server.py"))
rude = importlib.util.module_from_spec(spec)
spec.loader.exec_module(rude)

PASSWORD = "s3cretpw"
LIMIT = 25                              # seconds a run may take


# ---- certificates ----

def openssl(dir, *args):
    r = subprocess.run(("openssl",) + args, cwd=dir, stdin=subprocess.DEVNULL, capture_output=True)
    if r.returncode:
        raise RuntimeError("openssl %s: %s" % (" ".join(args), r.stderr.decode()))
    return r.stdout


CA_CONF = """[ca]
default_ca = c
[c]
database = {db}/index
serial = {db}/serial
new_certs_dir = {db}
default_md = sha256
default_days = 30
policy = any
email_in_dn = no
unique_subject = no
[any]
commonName = optional
[req]
distinguished_name = dn
prompt = no
[dn]
CN = pabal test
"""


class Certs:
    """Certificates made when they are asked for."""

    def __init__(self, dir):
        self.dir, self.lock, self.made = dir, threading.Lock(), {}
        os.makedirs(dir)
        for ca in ("ca", "other-ca"):
            self.authority(ca, "CA:TRUE")

    def path(self, name):
        return os.path.join(self.dir, name)

    def authority(self, ca, constraints, extra=""):
        db = self.path(ca + ".db")
        os.makedirs(db)
        open(db + "/index", "w").close()
        with open(db + "/serial", "w") as f:
            f.write("1000\n")
        with open(self.path(ca + ".cnf"), "w") as f:
            f.write(CA_CONF.format(db=db))
        self.key(ca)
        args = ["req", "-x509", "-new", "-key", ca + ".key", "-days", "30", "-subj", "/CN=" + ca, "-out", ca + ".pem",
                "-config", ca + ".cnf", "-addext", "basicConstraints=critical," + constraints,
                "-addext", "keyUsage=critical,keyCertSign,cRLSign"]
        if extra:
            args += ["-addext", extra]
        openssl(self.dir, *args)

    def key(self, name, weak=False):
        if weak:
            openssl(self.dir, "genrsa", "-out", name + ".key", "1024")
        else:
            openssl(self.dir, "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", name + ".key")

    def sign(self, name, ca, cn, ext, start=None, end=None, md=None):
        with open(self.path(name + ".ext"), "w") as f:
            f.write(ext or "subjectKeyIdentifier=hash\n")
        openssl(self.dir, "req", "-new", "-key", name + ".key", "-subj", "/CN=" + cn, "-out", name + ".csr",
                "-config", "ca.cnf", "-utf8")
        args = ["ca", "-batch", "-notext", "-config", ca + ".cnf", "-cert", ca + ".pem", "-keyfile", ca + ".key",
                "-in", name + ".csr", "-out", name + ".pem", "-extfile", name + ".ext"]
        if start:
            args += ["-startdate", start]
        if end:
            args += ["-enddate", end]
        if md:
            args += ["-md", md]
        openssl(self.dir, *args)

    def get(self, kind):
        with self.lock:
            if kind not in self.made:
                self.make(kind)
                self.made[kind] = (self.path(kind + ".pem"), self.path(kind + ".key"))
            return self.made[kind]

    def make(self, kind):
        good = "subjectAltName=DNS:localhost,IP:127.0.0.1\n"
        if kind in ("bad-bc", "nc"):
            return self.make_chain(kind, good)
        self.key(kind, weak=kind == "weak")
        if kind == "self-signed":
            openssl(self.dir, "req", "-x509", "-new", "-key", kind + ".key", "-days", "30", "-subj", "/CN=localhost",
                    "-config", "ca.cnf", "-addext", good.strip(), "-out", kind + ".pem")
            return None
        nul = b"good.example\0.evil.example"
        general = b"\x82" + bytes([len(nul)]) + nul
        der = b"\x30" + bytes([len(general)]) + general
        ext = {
            "wrong-host": "subjectAltName=DNS:other.example\n",
            "ip-san": "subjectAltName=IP:127.0.0.1\n",
            "ip-cn": "subjectAltName=DNS:127.0.0.1\n",
            "cn-only": "",
            "wild": "subjectAltName=DNS:*.example.org\n",
            "wild-partial": "subjectAltName=DNS:m*.example.org,DNS:*.org,DNS:*\n",
            "idn": "subjectAltName=DNS:xn--bj0bj06e.example\n",
            "nul": "subjectAltName=DER:" + ":".join("%02X" % b for b in der) + "\n",
            "eku": good + "extendedKeyUsage=clientAuth\n",
        }.get(kind, good)
        dates = {"expired": ("20200101000000Z", "20210101000000Z"),
                 "not-yet": ("20900101000000Z", "20910101000000Z")}.get(kind, (None, None))
        cn = {"ip-cn": "127.0.0.1", "cn-only": "localhost"}.get(kind, kind)
        self.sign(kind, "other-ca" if kind == "untrusted-ca" else "ca", cn, ext, dates[0], dates[1],
                  "sha1" if kind == "weak" else None)

    def make_chain(self, kind, good):
        """bad-bc: signed by a leaf; nc: by an authority for example.net only."""
        mid = kind + "-mid"
        self.authority(mid, "CA:TRUE")
        ext = "basicConstraints=critical,CA:FALSE\n" if kind == "bad-bc" else \
            "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\nnameConstraints=critical,permitted;DNS:example.net\n"
        os.remove(self.path(mid + ".pem"))
        self.sign(mid, "ca", mid, ext)
        self.key(kind)
        self.sign(kind, mid, kind, good)
        with open(self.path(kind + ".pem"), "ab") as f:
            f.write(open(self.path(mid + ".pem"), "rb").read())

    def fingerprint(self, kind):
        pem = self.get(kind)[0]
        out = openssl(self.dir, "x509", "-in", pem, "-noout", "-fingerprint", "-sha256").decode()
        return out.split("=")[1].strip().replace(":", "").lower()


# ---- names that lead to loopback ----

PRELOAD = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
/* Every name is this host: for certificates of names that nobody has. */
int getaddrinfo(const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **res)
{
	int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

	*(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
	if (host)
		for (const char *p = host; *p; p++)
			if ((*p < '0' || *p > '9') && *p != '.' && *p != ':')
				return real("127.0.0.1", port, hints, res);
	return real(host, port, hints, res);
}
"""


def make_preload(tmp):
    """A library that answers every name with 127.0.0.1, or None."""
    with open(tmp + "/names.c", "w") as f:
        f.write(PRELOAD)
    cc = os.environ.get("CC", "cc").split()[0]
    try:
        r = subprocess.run([cc, "-shared", "-fPIC", "-o", tmp + "/names.so", tmp + "/names.c", "-ldl"], capture_output=True)
    except OSError:
        return None
    return tmp + "/names.so" if r.returncode == 0 else None


# ---- a person who runs pabal ----

class Run:
    def __init__(self, code, out, err, seconds, rss):
        self.code, self.out, self.err, self.seconds, self.rss = code, out, err, seconds, rss

    def __str__(self):
        return "%s %.1fs %dM %s" % (self.code, self.seconds, self.rss >> 10, self.err.decode("utf-8", "replace").strip())


class Person:
    def __init__(self, pabal, home, env=None):
        self.pabal, self.home = pabal, home
        self.env = dict(os.environ, HOME=home, XDG_CONFIG_HOME=home, XDG_DATA_HOME=home, XDG_CACHE_HOME=home,
                        LC_ALL="C.UTF-8", TZ="UTC", **(env or {}))
        os.makedirs(home + "/pabal")

    def config(self, lines, timeout=2):
        path, self.lines = self.home + "/pabal/config", lines
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as f:
            f.write("timeout = %ds\nhostname = client.test\n[account a]\naddress = Bob <bob@hamburger.edu>\n" % timeout +
                    "password = %s\n" % PASSWORD + "".join(l + "\n" for l in lines))

    def calm(self):
        """From here on the server is good: however slow this machine is, it answers in time."""
        self.config(self.lines, 20)

    def run(self, *args, text=b""):
        start = time.monotonic()
        with open(self.home + "/in", "wb") as f:
            f.write(text)
        with open(self.home + "/in", "rb") as i, open(self.home + "/out", "wb") as o, open(self.home + "/err", "wb") as e:
            p = subprocess.Popen((self.pabal,) + args, stdin=i, stdout=o, stderr=e, env=self.env)
            timer = threading.Timer(LIMIT, p.kill)
            timer.start()
            _, status, usage = os.wait4(p.pid, 0)
            timer.cancel()
            p.returncode = os.waitstatus_to_exitcode(status)
        return Run(p.returncode, open(self.home + "/out", "rb").read(), open(self.home + "/err", "rb").read(),
                   time.monotonic() - start, usage.ru_maxrss)

    def mails(self, box):
        found = []
        for sub in ("new", "cur"):
            d = "%s/pabal/mail/%s/%s" % (self.home, box, sub)
            if os.path.isdir(d):
                found += [open(d + "/" + n, "rb").read() for n in sorted(os.listdir(d))]
        return found

    def left_in_tmp(self, box):
        d = "%s/pabal/mail/%s/tmp" % (self.home, box)
        return os.listdir(d) if os.path.isdir(d) else []


class Bad(list):
    """What was wrong in a case."""

    def need(self, ok, text, *args):
        if not ok:
            self.append(text % args if args else text)


def clean_text(bad, run, what):
    """Nothing of the network reaches the terminal uncleaned (P20), no sanitizer spoke."""
    text = run.err + run.out
    bad.need(not re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", text), "%s: control bytes in the output", what)
    try:
        bad.need(not re.search("[\x80-\x9f\u202a-\u202e\u2066-\u2069]", text.decode()), "%s: C1 or bidi in the output", what)
    except UnicodeDecodeError:
        bad.append("%s: the output is not UTF-8" % what)
    for word in (b"Sanitizer", b"runtime error", b"bug:", b"Assertion"):
        bad.need(word not in text, "%s: %r in the output", what, word.decode())
    bad.need(run.code is not None and run.code >= 0, "%s: killed by signal or time limit (%s)", what, run.code)
    for line in run.err.decode("utf-8", "replace").splitlines():
        bad.need(line.startswith("pabal: ") and len(line) > 15, "%s: not a sentence: %r", what, line)
    bad.need(PASSWORD.encode() not in text, "%s: the password in the output", what)


def no_secret(bad, server, words):
    """I9: before TLS nothing that is secret, and no mail."""
    clear = bytes(server.clear)
    for w in words:
        bad.need(w not in clear.upper(), "%r went out without TLS", w.decode())
    bad.need(PASSWORD.encode() not in clear, "the password went out without TLS")


# ---- POP3 ----

def split_of(sc, variant):
    """A reset throws away what TCP has not sent yet: then in one segment."""
    return "whole" if '"rst"' in json.dumps(sc) else variant["split"]


def sweep(case):
    """A scenario with a sweep: every N until nothing is cut off any more."""
    def run(ctx, sc, variant, expect, dir):
        if expect.get("also"):
            sc = dict(sc, overrides=sc["overrides"] + [expect["also"]])
        if not sc.get("sweep"):
            return case(ctx, sc, variant, expect, dir)
        all, whole, n, step = Bad(), 0, 0, 1
        while whole < 2 and n < 400:
            n += step
            one = json.loads(json.dumps(sc).replace('"N"', str(n)))
            for o in one["overrides"]:
                if o["on"] == "*":
                    o["nth"] = n
            bad, note = case(ctx, one, variant, expect, "%s-%d" % (dir, n))
            shutil.rmtree("%s-%d" % (dir, n), ignore_errors=True)
            all += ["at %d: %s" % (n, b) for b in bad]
            whole += note.startswith("0 ") and "pabal:" not in note
        all.need(n > 8, "the sweep ended at %d", n)
        return all, "%d cuts" % (n - whole)
    return run


@sweep
def pop3_case(ctx, sc, variant, expect, dir):
    bad = Bad()
    mode = sc.get("tls") or variant["mode"]
    kind = sc.get("cert", "ok") if mode != "none" else None
    cert, key = ctx.certs.get(kind) if kind else (None, None)
    on = {o["on"] for o in sc.get("overrides", [])}
    caps = [b"USER", b"UIDL", b"TOP", b"RESP-CODES"]
    if variant["pipelining"] and expect.get("pipelining", True):
        caps.append(b"PIPELINING")
    if not on & {"USER", "PASS"}:
        caps.append(b"SASL PLAIN")
    if expect.get("no_top"):
        caps.remove(b"TOP")
    messages = [rude.Message("tiny", b"Subject: a\r\n\r\nx\r\n"), rude.Message("more", b"Subject: b\r\n\r\n.y\r\n")] \
        if expect.get("small") else rude.w1_messages()
    start = {m.uid: m for m in messages}
    server = rude.Server("pop3", sc, mode, cert, key, sc.get("tls_version"), caps, messages, split_of(sc, variant))
    scheme = {"none": "pop3+plain", "starttls": "pop3", "implicit": "pop3s"}[mode]
    host = expect.get("host", "localhost" if mode != "none" else "127.0.0.1")
    p = Person(ctx.pabal, dir, expect.get("env"))
    p.config(["pop3 = %s://bob@%s:%d" % (scheme, host, server.port), "leave-on-server = " + expect.get("leave", "no"),
              "max-fetch = 4", "tls-trust-file = " + ctx.certs.path("ca.pem")] + expect.get("conf", []))
    try:
        runs = []
        for i in range(expect.get("evil_runs", 1)):
            before = server.connections
            runs.append(p.run("--fetch"))
            server.settle()
            bad.need(server.connections - before <= 1, "%d connections in one fetch", server.connections - before)
        r = runs[-1]
        clean_text(bad, r, "first")
        codes = expect.get("code", 0)
        bad.need(r.code in (codes if isinstance(codes, tuple) else (codes,)), "exit code %s, want %s", r.code, codes)
        bad.need((r.err != b"") == (r.code != 0 or expect.get("warns", False)) or expect.get("may_warn"), "exit code and words do not fit")
        bad.need(r.err.count(b"\n") <= expect.get("lines", 12), "%d lines of words", r.err.count(b"\n"))
        for words in expect.get("says", []):
            bad.need(any(w in r.err.decode("utf-8", "replace") for w in words.split("|")), "does not say %r", words)
        bad.need(r.seconds < expect.get("seconds", 12), "took %.1f s", r.seconds)
        bad.need(r.rss < expect.get("rss", 250) << 10, "took %d MiB", r.rss >> 10)
        if mode == "starttls" or (mode == "implicit" and kind != "ok"):
            no_secret(bad, server, (b"USER ", b"PASS", b"AUTH", b"APOP"))
        # I3: what is visible was served whole
        mails = p.mails("INBOX")
        served = [b for v in server.served.values() for b in v]
        for m in mails:
            bad.need(m in served, "a message in the mailbox that was never served: %r", m[:60])
        first = None if expect.get("any") else expect.get("first", len(start) if r.code == 0 else None)
        if first is not None:
            bad.need(len(mails) == first, "%d messages after it, want %d", len(mails), first)
        # I1, I4: on the server or whole in the mailbox, and DELE only for what is stored
        there = {m.uid for m in server.messages}
        for uid in start:
            stored = any(b in mails for b in server.served.get(uid, []))
            bad.need(uid in there or stored, "%s is lost", uid)
        for uid in server.dele:
            bad.need(any(b in mails for b in server.served.get(uid, [])), "DELE of %s, which is not stored", uid)
        if "deles" in expect:
            bad.need(sorted(set(server.dele)) == sorted(expect["deles"]), "DELE of %s, want %s", server.dele, expect["deles"])
        # I2, I12, I14, I20: a clean run, then another
        server.evil = False
        p.calm()
        c = p.run("--fetch")
        server.settle()
        clean_text(bad, c, "clean run")
        bad.need(c.code == expect.get("clean", 0), "clean run: exit code %s, want %s: %s", c.code, expect.get("clean", 0), c.err.decode())
        mails = p.mails("INBOX")
        bad.need(len(mails) == expect.get("total", len(start)), "%d messages in the end, want %d", len(mails), expect.get("total", len(start)))
        if "total" not in expect:
            for uid, m in start.items():
                want = [b for b in server.served.get(uid, [m.disk])]
                bad.need(any(b in mails for b in want), "%s is not in the mailbox", uid)
            bad.need(sorted(rude.digest(m) for m in mails) == sorted(rude.digest(server.served[u][-1]) for u in start if u in server.served)
                     or expect.get("any_content"), "not each message exactly once")
        left = expect.get("left", 0 if expect.get("leave", "no") == "no" else len(start))
        bad.need(len(server.messages) == left, "%d left on the server, want %d", len(server.messages), left)
        bad.need(not p.left_in_tmp("INBOX"), "files are left in tmp/")
        if expect.get("twice"):
            again = p.run("--fetch")
            bad.need(len(p.mails("INBOX")) == len(mails) and again.code == 0, "a further run changes something")
        note = str(r)
    finally:
        server.stop()
    return bad, note


# ---- SMTP ----

TEXT = ("첫 줄\n.\n..\n.dot\n" + "a line of the body that has some length\n" * 40).encode()
RAW = b"From: bob@hamburger.edu\nTo: %s\nSubject: raw\nMIME-Version: 1.0\n" \
    b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n" + TEXT


def outbox(p, bad, what):
    r = p.run("--outbox", "--json")
    bad.need(r.code == 0, "%s: --outbox fails: %s", what, r.err.decode())
    return [json.loads(line) for line in r.out.decode().splitlines()]


def states(items, rcpts):
    """The state of each recipient, "-" where no item names it; each in one item at most."""
    found = {a: [x for i in items for x in i["recipients"] if x["address"] == a] for a in rcpts}
    return {a: "-" if not v else v[0]["state"] if len(v) == 1 else "twice" for a, v in found.items()}


def message_id(wire):
    m = re.search(rb"(?im)^Message-ID:\s*(<[^>]*>)", wire)
    return m and m.group(1)


def want_states(want, rcpts):
    if isinstance(want, str):
        return {a: want for a in rcpts}
    return dict(zip(rcpts, want))


def smtp_env(ctx, expect):
    if "host" not in expect or expect["host"] == "127.0.0.1":
        return None
    asan = os.environ.get("ASAN_OPTIONS", "")
    return {"LD_PRELOAD": ctx.preload, "ASAN_OPTIONS": asan + (":" if asan else "") + "verify_asan_link_order=0:detect_leaks=0"}


def smtp_check(bad, what, server, p, rcpts, now, recoded):
    """What must hold at any time: P6, P7, P8, I5, I6, I7."""
    for a in rcpts:
        said = [m for m in server.taken if m["said"] and a in m["rcpts"]]
        kept = [m for m in server.taken if a in m["rcpts"]]
        bad.need(now[a] in ("-", "queued", "accepted", "failed", "unsure"), "%s: %s is %s", what, a, now[a])
        bad.need(len(said) <= 1, "%s: %s has it %d times", what, a, len(said))
        bad.need(now[a] not in ("-", "accepted") or kept, "%s: %s is %s, but has nothing", what, a, now[a])
        bad.need(not said or now[a] in ("-", "accepted"), "%s: %s was told 250 and is %s", what, a, now[a])
        bad.need(now[a] != "queued" or not [m for m in kept if m["doubt"]], "%s: %s may have it and only waits", what, a)
    sent = p.mails("Sent")
    any_in = any(s in ("-", "accepted") for s in now.values())
    bad.need(len(sent) == (1 if any_in else 0), "%s: %d copies in Sent", what, len(sent))
    for m in server.taken:
        if sent and not recoded:
            bad.need(m["wire"] == sent[0].replace(b"\n", b"\r\n"), "%s: what was sent is not what is in Sent", what)
    bad.need(len({message_id(m["wire"]) for m in server.taken}) <= 1, "%s: several Message-IDs", what)


@sweep
def smtp_case(ctx, sc, variant, expect, dir):
    bad = Bad()
    mode = sc.get("tls") or variant["mode"]
    kind = expect.get("cert", sc.get("cert", "ok")) if mode != "none" else None
    cert, key = ctx.certs.get(kind) if kind else (None, None)
    on = {o["on"] for o in sc.get("overrides", [])}
    caps = [b"SIZE 35651584", b"8BITMIME", b"DSN", b"ENHANCEDSTATUSCODES", b"AUTH PLAIN LOGIN"]
    if variant["pipelining"] and expect.get("pipelining", True):
        caps.append(b"PIPELINING")
    if variant.get("chunking"):
        caps.append(b"CHUNKING")
    server = rude.Server("smtp", sc, mode, cert, key, sc.get("tls_version"), caps, [], split_of(sc, variant))
    scheme = {"none": "smtp+plain", "starttls": "smtp", "implicit": "smtps"}[mode]
    host = expect.get("host", "localhost" if mode != "none" else "127.0.0.1")
    user = "bob@" if mode != "none" or on & {"AUTH"} or expect.get("user") else ""
    p = Person(ctx.pabal, dir, smtp_env(ctx, expect))
    conf = [c % {"pin": ctx.certs.fingerprint("ok")} for c in expect.get("conf", [])]
    p.config(["smtp = %s://%s%s:%d" % (scheme, user, host, server.port), "tls-trust-file = " + ctx.certs.path("ca.pem")] + conf)
    rcpts = expect.get("rcpts", ["one@x.test", "two@x.test", "three@x.test"])
    try:
        if expect.get("raw"):
            r = p.run("-t", text=RAW % ", ".join(rcpts).encode())
        else:
            r = p.run("-s", "rude", *rcpts, text=TEXT * (6000 if expect.get("big") else 1))
        server.settle()
        clean_text(bad, r, "first")
        bad.need(server.connections <= 1, "%d connections", server.connections)
        codes = expect.get("code", 0)
        bad.need(r.code in (codes if isinstance(codes, tuple) else (codes,)), "exit code %s, want %s", r.code, codes)
        items = outbox(p, bad, "first")
        now = states(items, rcpts)
        if not expect.get("any"):
            want = want_states(expect.get("states", "-"), rcpts)
            bad.need(now == want, "states %s, want %s", sorted(now.items())[:4], sorted(want.items())[:4])
        bad.need((r.err == b"") == all(s == "-" for s in now.values()), "words and states do not fit")
        bad.need(r.code == 0 or r.err, "no words")
        bad.need(r.err.count(b"\n") <= expect.get("lines", 6), "%d lines of words", r.err.count(b"\n"))
        for words in expect.get("says", []):
            bad.need(any(w in r.err.decode("utf-8", "replace") for w in words.split("|")), "does not say %r", words)
        bad.need(r.seconds < expect.get("seconds", 12), "took %.1f s", r.seconds)
        bad.need(r.rss < 250 << 10, "took %d MiB", r.rss >> 10)
        bad.need(not expect.get("no_body") or server.body_bytes == 0, "%d bytes of the body were sent", server.body_bytes)
        bad.need(not expect.get("no_auth") or not any(w == "AUTH" for _, w in server.commands), "AUTH was sent")
        if mode == "starttls" or (mode == "implicit" and "-" not in now.values()):
            no_secret(bad, server, (b"AUTH", b"MAIL FROM", b"RCPT TO", b"SUBJECT"))
        bad.need(expect.get("sni") in (None,) + tuple(server.sni), "SNI was %s", server.sni)
        for m in server.taken:
            bad.need(not expect.get("raw") or not re.search(rb"[\x80-\xff]", m["wire"]), "8-bit octets were sent")
        smtp_check(bad, "first", server, p, rcpts, now, expect.get("raw"))
        # a clean try of what waits, and one of what is unsure
        server.evil = False
        p.calm()
        c = p.run("--flush")
        server.settle()
        clean_text(bad, c, "flush")
        after = states(outbox(p, bad, "flush"), rcpts)
        want = want_states(expect["clean"], rcpts) if "clean" in expect else \
            {a: s if s in ("failed", "unsure") else "accepted" if set(now.values()) & {"failed", "unsure"} else "-" for a, s in now.items()}
        bad.need(after == want, "after --flush %s, want %s", sorted(after.items())[:4], sorted(want.items())[:4])
        smtp_check(bad, "flush", server, p, rcpts, after, expect.get("raw"))
        unsure = [i["id"] for i in items if any(x["state"] == "unsure" for x in i["recipients"])]
        for id in unsure:
            u = p.run("--flush", id)
            server.settle()
            bad.need(u.code == 0, "--flush ID: %s", u)
            last = states(outbox(p, bad, "last"), rcpts)
            bad.need(all(s in ("-", "accepted") for s in last.values()), "--flush ID leaves %s", last)
            smtp_check(bad, "last", server, p, rcpts, last, expect.get("raw"))
            bad.need(r.code != 0 and b"never came" in r.err, "nobody was told that the outcome is unsure")
        n = len(server.taken)
        p.run("--flush")
        bad.need(len(server.taken) == n, "a further --flush sends again")
        note = str(r)
    finally:
        server.stop()
    return bad, note


# ---- running ----

class Context:
    pass


def load(files, proto):
    all = []
    for f in files:
        for sc in json.load(open(f)):
            if sc.get("proto", proto) == proto:
                all.append(sc)
    return all


def main():
    proto, pabal, tmp = sys.argv[1:4]
    rest, only, show = sys.argv[4:], None, False
    if rest[0] == "--only":
        only, rest, show = rest[1], rest[2:], True
    table = importlib.util.spec_from_file_location("expect", os.path.join(HERE, "rude-expect.py"))
    expects = importlib.util.module_from_spec(table)
    table.loader.exec_module(expects)
    ctx = Context()
    ctx.pabal, ctx.tmp = os.path.abspath(pabal), tmp
    ctx.certs = Certs(tmp + "/certs")
    ctx.preload = make_preload(tmp)
    cases = []
    for sc in load(rest, proto):
        if only and not re.fullmatch(only, sc["name"]):
            continue
        cases += expects.cases(proto, sc, bool(os.environ.get("PABAL_SLOW")))
    print("1..%d" % len(cases), flush=True)
    run_case = pop3_case if proto == "pop3" else smtp_case
    failed = 0

    def one(k):
        sc, variant, expect = cases[k]
        name = sc["name"] + variant.get("label", "")
        if expect.get("skip"):
            return name, None, expect["skip"]
        if expect.get("host", "127.0.0.1") not in ("127.0.0.1", "localhost", "0.0.0.0") and not ctx.preload:
            return name, None, "no compiler to make every name this host"
        dir = "%s/case-%d" % (tmp, k)
        try:
            bad, note = run_case(ctx, sc, variant, expect, dir)
        except Exception as e:
            bad, note = Bad(["the test broke: %r" % e]), ""
            if show:
                raise
        shutil.rmtree(dir, ignore_errors=True)
        return name, bad, note

    with ThreadPoolExecutor(2) as pool:
        for k, (name, bad, note) in enumerate(pool.map(one, range(len(cases)))):
            if bad is None:
                print("ok %d - %s # SKIP %s" % (k + 1, name, note), flush=True)
                continue
            failed += bool(bad)
            print("%s %d - %s" % ("not ok" if bad else "ok", k + 1, name), flush=True)
            if bad or show or os.environ.get("RUDE_SHOW"):
                print("#   %s" % note[:600].replace("\n", "\n#   "))
            for b in bad[:20]:
                print("#   %s" % b[:600].replace("\n", "\n#     "), flush=True)
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
