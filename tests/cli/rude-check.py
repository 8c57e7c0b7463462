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

    def config(self, lines):
        path = self.home + "/pabal/config"
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as f:
            f.write("timeout = 2s\nhostname = client.test\n[account a]\naddress = Bob <bob@hamburger.edu>\n"
                    "password = %s\n" % PASSWORD + "".join(l + "\n" for l in lines))

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

def sweep(case):
    """A scenario with a sweep: every N until nothing is cut off any more."""
    def run(ctx, sc, variant, expect, dir):
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
            whole += note.startswith("0 ")
        all.need(n > 10, "the sweep ended at %d", n)
        return all, "%d cuts" % (n - whole)
    return run


@sweep
def pop3_case(ctx, sc, variant, expect, dir):
    bad = Bad()
    if expect.get("also"):
        sc = dict(sc, overrides=sc["overrides"] + [expect["also"]])
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
    server = rude.Server("pop3", sc, mode, cert, key, sc.get("tls_version"), caps, messages, variant["split"])
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
