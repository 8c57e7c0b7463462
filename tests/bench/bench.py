#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The measuring part of "make bench": commands run in turn, medians, ratios.

A goal is printed beside each ratio; nothing passes or fails here."""
import os, shutil, socket, statistics, subprocess, sys, threading, time

T, PABAL, N = os.environ["T"], os.environ["PABAL"], int(os.environ["n"])
DOVECOT, PABALD_POP, PABALD_SMTP = (int(os.environ[k]) for k in ("dv_pop3", "pd_pop3", "pd_smtp"))
POSTFIX = os.environ.get("pf_bare") or None
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))


def have(name):
    return shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")


def home(name, lines):
    path = os.path.join(T, "home-" + name, "pabal")
    os.makedirs(path, exist_ok=True)
    with open(path + "/config", "w") as f:
        f.write("[account x]\naddress = a@bench.test\n" + "\n".join(lines) + "\n")
    os.chmod(path + "/config", 0o600)
    top = os.path.dirname(path)
    return dict(os.environ, HOME=top, XDG_CONFIG_HOME=top, XDG_DATA_HOME=top)


def run(argv, env=None, stdin=None):
    t = time.monotonic()
    p = subprocess.run(argv, env=env, stdin=open(stdin) if stdin else subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    took = time.monotonic() - t
    if p.returncode:
        print("#   %s failed (%d): %s" % (argv[0], p.returncode, p.stderr.decode(errors="replace")[:200].strip()))
    return took


def rounds(cases, times=ROUNDS):
    """{name: seconds}: all cases in turn, medians; a case is a function that returns seconds."""
    got = {name: [] for name in cases}
    for _ in range(times):
        for name, fn in cases.items():
            got[name].append(fn())
    return {name: statistics.median(v) for name, v in got.items()}


def table(title, res, ref, goal):
    print("\n%s" % title)
    for name, sec in res.items():
        print("  %-34s %9.4f s   %6.2f" % (name, sec, sec / res[ref]))
    print("  (times %s; goal: %s)" % (ref, goal))
    sys.stdout.flush()


class Proxy(threading.Thread):
    """Holds every chunk half a round trip each way; counts the client's turns."""

    def __init__(self, port, rtt):
        super().__init__(daemon=True)
        self.to, self.rtt, self.turns = port, rtt, 0
        self.sock = socket.create_server(("127.0.0.1", 0))
        self.port = self.sock.getsockname()[1]
        self.start()

    def run(self):
        while True:
            c, _ = self.sock.accept()
            threading.Thread(target=self.serve, args=(c,), daemon=True).start()

    def serve(self, c):
        time.sleep(self.rtt)                    # the handshake of TCP
        s = socket.create_connection(("127.0.0.1", self.to))
        last = ["server"]
        for a, b, who in ((c, s, "client"), (s, c, "server")):
            threading.Thread(target=self.pump, args=(a, b, who, last), daemon=True).start()

    def pump(self, a, b, who, last):
        import queue
        q = queue.Queue()

        def out():
            while True:
                at, data = q.get()
                time.sleep(max(0, at - time.monotonic()))
                try:
                    b.sendall(data) if data else b.shutdown(socket.SHUT_WR)
                except OSError:
                    return
                if not data:
                    return
        threading.Thread(target=out, daemon=True).start()
        while True:
            try:
                data = a.recv(65536)
            except OSError:
                data = b""
            if data and who == "client" and last[0] == "server":
                self.turns += 1
            if data:
                last[0] = who
            q.put((time.monotonic() + self.rtt / 2, data))
            if not data:
                return


def pop_minimal(port, what):
    """The least a pipelining client sends: login, then UIDL or n RETR, then QUIT."""
    t = time.monotonic()
    s = socket.create_connection(("127.0.0.1", port))
    f = s.makefile("rb", 1 << 20)

    def ask(text, replies=1):
        s.sendall(text.encode())
        for _ in range(replies):
            assert f.readline().startswith(b"+OK")

    def multi():
        line = f.readline()
        assert line.startswith(b"+OK"), line
        while f.readline() != b".\r\n":
            pass
    assert f.readline().startswith(b"+OK")
    ask("USER bench\r\nPASS secret\r\n", 2)
    if what == "uidl":
        s.sendall(b"UIDL\r\n")
        multi()
    else:
        s.sendall(b"UIDL\r\n")
        multi()
        threading.Thread(target=s.sendall, args=(b"".join(b"RETR %d\r\n" % i for i in range(1, what + 1)),), daemon=True).start()
        for _ in range(what):
            multi()
    ask("QUIT\r\n")
    s.close()
    return time.monotonic() - t


def submit():
    sink = have("smtp-sink")
    if not sink:
        return print("\nSubmission: skipped, no smtp-sink (Debian: postfix)")
    with socket.create_server(("127.0.0.1", 0)) as s:
        port = s.getsockname()[1]
    p = subprocess.Popen([sink, "-u", "nobody", "127.0.0.1:%d" % port, "100"] if os.getuid() == 0 else [sink, "127.0.0.1:%d" % port, "100"], stderr=subprocess.DEVNULL)
    body = T + "/body.txt"
    with open(body, "w") as f:
        f.write("A line of a small message.\n" * 70)
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.02)

        def cases(to):
            env = home("send", ["smtp = smtp+plain://127.0.0.1:%d" % to, "sent = no"])
            c = {"pabal -s": lambda: run([PABAL, "-s", "bench", "b@bench.test"], env, body)}
            if have("msmtp"):
                c["msmtp"] = lambda: run(["msmtp", "-C", "/dev/null", "--host=127.0.0.1", "--port=%d" % to, "-f", "a@bench.test", "b@bench.test"], None, body)
            if have("s-nail"):
                c["s-nail"] = lambda: run(["s-nail", "-:/", "-Sv15-compat", "-Ssendwait", "-Smta=smtp://127.0.0.1:%d" % to, "-Ssmtp-auth=none", "-Sfrom=a@bench.test", "-s", "bench", "b@bench.test"], None, body)
            return c
        res = rounds(cases(port), 2 * ROUNDS)
        table("Submission of one message to a sink, start to end", res, min((k for k in res if k != "pabal -s"), key=res.get, default="pabal -s"), "pabal no more than 1.5, though it syncs first")
        turns = {}
        for name in cases(port):
            proxy = Proxy(port, 0)
            cases(proxy.port)[name]()
            time.sleep(0.2)
            turns[name] = proxy.turns
        print("  turns (client after server): " + ", ".join("%s %d" % x for x in turns.items()) + "   (goal: pabal 3)")
    finally:
        p.terminate()
        p.wait()


def fetch():
    def fresh(name, port, url="bench"):
        d = os.path.join(T, "home-" + name)
        shutil.rmtree(d, ignore_errors=True)
        env = home(name, ["pop3 = pop3+plain://bench@127.0.0.1:%d" % port, "password = secret", "auth = USER"])
        os.sync()
        return env

    def pabal(port, name="fetch"):
        return run([PABAL, "--fetch"], fresh(name, port))

    def mpop(port):
        d = os.path.join(T, "home-mpop")
        shutil.rmtree(d, ignore_errors=True)
        for x in ("new", "cur", "tmp"):
            os.makedirs(d + "/Maildir/" + x)
        os.sync()
        return run(["mpop", "-C", "/dev/null", "--host=127.0.0.1", "--port=%d" % port, "--user=bench", "--passwordeval=echo secret", "--keep=on", "--auth=user",
                    "--uidls-file=%s/uidls" % d, "--delivery=maildir,%s/Maildir" % d, "--tls=off"])
    c = {"pabal --fetch, all synced": lambda: pabal(DOVECOT)}
    if have("mpop"):
        c["mpop"] = lambda: mpop(DOVECOT)
    res = rounds(c, 3)
    table("Fetching %d messages from Dovecot into a Maildir" % N, res, "pabal --fetch, all synced", "mpop at least 2")
    got = sum(len(os.listdir(T + "/home-fetch/pabal/mail/INBOX/" + x)) for x in ("new", "cur"))
    print("  %d of %d messages came" % (got, N))
    env = home("fetch", ["pop3 = pop3+plain://bench@127.0.0.1:%d" % DOVECOT, "password = secret", "auth = USER"])
    res = rounds({"the bare UIDL exchange": lambda: pop_minimal(DOVECOT, "uidl"), "pabal --fetch, nothing new": lambda: run([PABAL, "--fetch"], env)}, 3 * ROUNDS)
    table("A poll with nothing new among %d" % N, res, "the bare UIDL exchange", "no more than 1.5")

    few = 200
    slow = Proxy(DOVECOT, 0.1)
    half = os.path.join(T, "dv/mail/bench")
    aside = os.path.join(T, "aside")
    os.makedirs(aside, exist_ok=True)
    for x in ("new", "cur"):
        names = sorted(os.listdir(half + "/" + x))
        for name in names[few:] if len(names) > few else []:
            os.rename(half + "/" + x + "/" + name, aside + "/" + name)
    left = sum(len(os.listdir(half + "/" + x)) for x in ("new", "cur"))
    res = rounds({"a minimal pipelining client": lambda: pop_minimal(slow.port, left), "pabal --fetch": lambda: pabal(slow.port, "slow")}, 3)
    table("Fetching %d messages with 100 ms of round trip" % left, res, "a minimal pipelining client", "no more than 1.3")
    for name in os.listdir(aside):
        os.rename(aside + "/" + name, half + "/cur/" + name + ("" if ":2," in name else ":2,"))


def server():
    source = have("smtp-source")
    if not source:
        return print("\nServer: skipped, no smtp-source (Debian: postfix)")

    def push(port, rcpt, box):
        before = len(os.listdir(box))
        m = 2000
        t = time.monotonic()
        run([source, "-4", "-d", "-s", "10", "-m", str(m), "-l", "5120", "-f", "a@bench.test", "-t", rcpt, "127.0.0.1:%d" % port])
        while len(os.listdir(box)) < before + m and time.monotonic() - t < 120:
            time.sleep(0.01)
        return time.monotonic() - t
    os.makedirs(T + "/pd/mail/store/new", exist_ok=True)
    c = {"pabald": lambda: push(PABALD_SMTP, "store@bench.test", T + "/pd/mail/store/new")}
    if POSTFIX:
        c["Postfix"] = lambda: push(int(POSTFIX), "store@dv.test", T + "/dv/mail/store/new")
    res = rounds(c, 3)
    table("Storing 2000 messages, synced, 10 kept connections", res, "pabald", "Postfix at least 3")
    res = rounds({"pabald": lambda: pop_minimal(PABALD_POP, N), "Dovecot": lambda: pop_minimal(DOVECOT, N)}, 3)
    table("Giving out %d messages by POP3, pipelined" % N, res, "pabald", "Dovecot at least 1")


print("pabal beside its peers; ratios of this run, seconds of this machine")
for part in os.environ.get("BENCH_ONLY", "submit,fetch,server").split(","):
    {"submit": submit, "fetch": fetch, "server": server}[part]()
