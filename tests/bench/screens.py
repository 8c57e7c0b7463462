#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The screens on a pseudo-terminal: what a person waits for, beside mutt and neomutt.

A reaction is over with the last byte before the terminal was silent for SILENCE; the
silence is not counted.  Goals stand beside the figures; nothing passes or fails here."""
import fcntl, os, pty, re, select, shutil, signal, statistics, struct, subprocess, sys, termios, time

T, PABAL, PABALD, BOXES = (os.environ[k] for k in ("T", "PABAL", "PABALD", "BOXES"))
SIZES = [int(n) for n in os.environ.get("BENCH_SIZES", "1000,10000,100000").split(",")]
KEEP = os.environ.get("BENCH_BOXES", T)
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
KEYS = int(os.environ.get("BENCH_KEYS", "200"))
IDLE = float(os.environ.get("BENCH_IDLE", "20"))
PARTS = os.environ.get("BENCH_SCREENS", "start,keys,bytes,busy,turns,memory,idle").split(",")
SILENCE, FRAME = 0.005, 1 / 60
ROWS, COLS = 24, 80
PEERS = [p for p in ("mutt", "neomutt") if shutil.which(p)]
PROGRAMS = ["pabal"] + PEERS
NAN = float("nan")


class Terminal:
    """A program on a pseudo-terminal of its own."""

    def __init__(self, argv, env, rows=ROWS, cols=COLS):
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
        self.began = time.monotonic()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(master)
            os.login_tty(slave) if hasattr(os, "login_tty") else login(slave)
            try:
                os.execvpe(argv[0], argv, env)
            finally:
                os._exit(127)
        os.close(slave)
        os.set_blocking(master, False)
        self.fd, self.over = master, False

    def read(self, wait):
        """What comes within so long; None: nothing did."""
        if self.over or not select.select([self.fd], [], [], max(wait, 0))[0]:
            return None
        try:
            got = os.read(self.fd, 1 << 16)
        except OSError:
            got = b""
        self.over = not got
        return got or None

    def settle(self, limit, silence=SILENCE, begun=False):
        """(time of the last byte, bytes) of a reaction; None where there was none."""
        until, last, out = time.monotonic() + limit, None, b""
        while time.monotonic() < until:
            got = self.read(silence if out or begun else until - time.monotonic())
            if got is None:
                break
            last = time.monotonic()
            out += got
        return last, out

    def drain(self, silence=0.05):
        self.settle(30, silence, begun=True)

    def first(self, need, limit=120):
        """Seconds from exec until so many rows and what is below them were drawn."""
        seen, last = b"", self.began
        while seen.count(b"Sender N") < need:
            got = self.read(limit - (time.monotonic() - self.began))
            if got is None:
                return NAN
            last = time.monotonic()
            seen += got
        more, _ = self.settle(1, begun=True)
        return (more or last) - self.began

    def key(self, keys, limit=5):
        """Seconds and bytes of the reaction to keys."""
        t = time.monotonic()
        os.write(self.fd, keys)
        last, out = self.settle(limit)
        return (last - t if last else NAN), out

    def text(self, keys, want, limit=60):
        """Seconds until the reaction holds a text."""
        t, seen = time.monotonic(), b""
        os.write(self.fd, keys)
        while want not in seen:
            got = self.read(limit - (time.monotonic() - t))
            if got is None:
                return NAN
            seen += got
        return time.monotonic() - t

    def memory(self):
        with open("/proc/%d/status" % self.pid) as f:
            return int(re.search(r"VmHWM:\s+(\d+)", f.read()).group(1)) / 1024

    def processor(self):
        """Seconds of processor time so far, with those of children that are over."""
        with open("/proc/%d/stat" % self.pid) as f:
            v = f.read().rsplit(")", 1)[1].split()
        ticks = os.sysconf("SC_CLK_TCK")
        try:                                    # nanoseconds, where the kernel tells them
            with open("/proc/%d/schedstat" % self.pid) as f:
                own = int(f.read().split()[0]) / 1e9
        except OSError:
            own = (int(v[11]) + int(v[12])) / ticks
        return own + (int(v[13]) + int(v[14])) / ticks

    def end(self, keys=b""):
        """A second and a half to leave, then it is ended."""
        if keys and not self.over:
            os.write(self.fd, keys)
        until = time.monotonic() + 1.5
        while time.monotonic() < until and keys:
            if os.waitpid(self.pid, os.WNOHANG)[0]:
                break
            self.read(0.02)
            if self.over:
                time.sleep(0.005)
        else:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)


def login(slave):
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for fd in (0, 1, 2):
        os.dup2(slave, fd)


# ---- what is run ----

QUIT = {"pabal": b"qqq", "mutt": b"q", "neomutt": b"q"}


def md(n):
    return os.path.join(KEEP, "md-%d" % n)


def make(n):
    if not os.path.isdir(md(n) + "/cur"):
        subprocess.run([BOXES, "make", md(n), str(n), "4500" if n > 300000 else "14000"], check=True)


def home(name, *lines):
    """A home for pabal: its environment."""
    top = os.path.join(T, "screens-" + name)
    os.makedirs(top + "/pabal", exist_ok=True)
    with open(top + "/pabal/config", "w") as f:
        f.write("\n".join(lines[:-1] + ("[account x]", "address = me@bench.test") + lines[-1:]) + "\n")
    os.chmod(top + "/pabal/config", 0o600)
    return dict(os.environ, HOME=top, XDG_CONFIG_HOME=top, XDG_DATA_HOME=top, XDG_CACHE_HOME=top + "/cache", TERM="xterm-256color")


def log_of(env):
    try:
        with open(env["XDG_CACHE_HOME"] + "/pabal/log") as f:
            return f.read()
    except OSError:
        return ""


def slow_turns(text):
    return [int(ms) for ms in re.findall(r"a turn took (\d+) ms", text)]


def commands(n):
    """{program: (argv, env)} on the mailbox of n messages, all that they keep being warm."""
    env = home("%d" % n, "fetch-every = no\nindex-text = no", "sent = no")
    out = {"pabal": ([PABAL, "-f", md(n)], env)}
    subprocess.run([PABAL, "--count", md(n)], env=env, stdout=subprocess.DEVNULL, check=True)
    for name in PEERS:
        top = os.path.join(T, "screens-%s-%d" % (name, n))
        os.makedirs(top, exist_ok=True)
        with open(top + "/rc", "w") as f:
            f.write("set header_cache=%s/hc\nset mbox_type=Maildir\nset sort=date\nset quit=yes\nset delete=no\nset folder=%s\n"
                    "set index_format='%%Z %%-18.18n %%s'\nset wait_key=no\nset mark_old=no\nset help\n" % (top, top))
        out[name] = ([name, "-n", "-R", "-F", top + "/rc", "-f", md(n)],
                     dict(os.environ, HOME=top, XDG_CACHE_HOME=top, XDG_CONFIG_HOME=top, TERM="xterm-256color"))
        t = Terminal(*out[name])
        t.first(15)
        t.end(QUIT[name])
    return out


# ---- the table ----

def head(title):
    print("\n%-44s" % title + "".join("%10s" % p for p in PROGRAMS) + "     ratio  goal")
    sys.stdout.flush()


def row(what, values, unit, goal, ratio=True):
    """The ratio is that of the better peer to pabal."""
    v = [values.get(p, NAN) for p in PROGRAMS]
    best = min((x for x in v[1:] if x == x), default=NAN)
    print("  %-42s" % (what + ", " + unit) + "".join("%10s" % ("" if x != x else "%.4g" % x) for x in v) +
          "  %8s  %s" % ("%.1f" % (best / v[0]) if ratio and best == best and v[0] > 0 else "", goal))
    sys.stdout.flush()


def part(v, p):
    v = sorted(x for x in v if x == x)
    return v[min(len(v) - 1, int(len(v) * p))] if v else NAN


# ---- what is measured ----

def start(all_of):
    head("from exec to the first full screen")
    for n, cmds in all_of.items():
        got, listed = {p: [] for p in cmds}, []
        for _ in range(ROUNDS if n > 10000 else 2 * ROUNDS):
            for p, (argv, env) in cmds.items():
                if p != "pabal" and n > 300000 and got[p]:
                    continue                    # they take long there: once
                t = Terminal(argv, env)
                got[p].append(t.first(18))
                t.end(QUIT[p])
            began = time.monotonic()
            subprocess.run([PABAL, "--list", md(n), "--limit", "20"], env=cmds["pabal"][1], stdout=subprocess.DEVNULL)
            listed.append(time.monotonic() - began)
        res = {p: 1000 * statistics.median(v) for p, v in got.items()}
        less = 1000 * statistics.median(listed)
        row("%d messages" % n, res, "ms", "pabal --list (%.1f) + 15 = %.1f" % (less, less + 15))
        row("%d messages" % n, {p: v / 1000 / FRAME for p, v in res.items()}, "frames", "", False)


MOVES = {
    "list": {"pabal": (b"", b"j"), "mutt": (b"=", b"j"), "neomutt": (b"=", b"j")},
    "message": {p: (b"\r", b" ") for p in ("pabal", "mutt", "neomutt")},
    "next message": {"pabal": (b"=\r", b"J"), "mutt": (b"=\r", b"J"), "neomutt": (b"=\r", b"J")},
    "pages of the list": {p: (b"=", b"z") for p in ("pabal", "mutt", "neomutt")},
    "editor": {"pabal": (b"m", b"letters of a text ")},
}


def open_at(cmds, p, rows=ROWS, cols=COLS):
    t = Terminal(*cmds[p], rows, cols)
    t.first(15)
    t.drain(0.3)
    return t


def prepare(t, what, p):
    """To where the keys of a measurement are typed."""
    if what == "editor":
        for keys in (b"m", b"you@bench.test\r", b"A subject\r"):
            t.key(keys)
            t.drain(0.15)
        return
    if what == "message":
        t.key(b"=\r", 10)
    elif MOVES[what][p][0]:
        t.key(MOVES[what][p][0], 10)
    t.drain(0.3)


def typed(t, what, p, times):
    """Seconds of each key."""
    keys, out = MOVES[what][p][1], []
    for k in range(times):
        key = keys[k % len(keys):k % len(keys) + 1] if what == "editor" else keys
        took, _ = t.key(key, 1)
        out.append(took)
        time.sleep(0.002)
    return out


def keys(all_of, n):
    head("from key to changed screen, %d messages" % n)
    for what in MOVES:
        p50, p99 = {}, {}
        for p in PROGRAMS:
            if p not in MOVES[what]:
                continue
            t = open_at(all_of[n], p)
            prepare(t, what, p)
            v = typed(t, what, p, KEYS)
            p50[p], p99[p] = 1000 * part(v, .5), 1000 * part(v, .99)
            t.end()
        row(what + ", p50", p50, "ms", "")
        row(what + ", p99", p99, "ms", "16.7, a frame")


def moved_bytes(all_of, n):
    head("bytes for a move by one line, %d messages" % n)
    for rows, cols in ((24, 80), (50, 200)):
        mid, most = {}, {}
        for p in PROGRAMS:
            t = open_at(all_of[n], p, rows, cols)
            prepare(t, "list", p)
            v = [len(t.key(b"j", 1)[1]) for _ in range(15)]
            mid[p], most[p] = statistics.median(v), max(v)
            t.end()
        row("%dx%d, median" % (cols, rows), mid, "bytes", "under 300")
        row("%dx%d, most" % (cols, rows), most, "bytes", "under 300")


def serve(n):
    """A server with n messages in a maildrop: (process, port)."""
    root = T + "/screens-server"
    os.makedirs(root + "/mail", exist_ok=True)
    shutil.copytree(md(n), root + "/mail/bench")
    os.chmod(root, 0o700)
    ready = T + "/screens-ready"
    p = subprocess.Popen([PABALD, "--root", root, "--ready-file", ready, "--smtp", "127.0.0.1:0", "--pop3", "127.0.0.1:0",
                          "--domain", "bench.test", "--user", "bench:secret"], stderr=subprocess.DEVNULL)
    until = time.monotonic() + 10
    while time.monotonic() < until and not (os.path.exists(ready) and os.path.getsize(ready)):
        time.sleep(0.02)
    with open(ready) as f:
        return p, int(re.search(r"^pop3=.*:(\d+)$", f.read(), re.M).group(1))


def pop(port):
    return "pop3 = pop3+plain://bench@127.0.0.1:%d\npassword = secret\nauth = USER\nsent = no" % port


def busy(n, port):
    """Keys while the screen's own jobs index a new folder and fetch."""
    fresh = max((k for k in SIZES if k < n), default=SIZES[0])
    p50, p99, long = {}, {}, []
    for what in ("list", "message", "editor"):
        env = home("busy-" + what, "fetch-every = no\nindex-text = yes", pop(port))
        subprocess.run([PABAL, "--count", md(n)], env=env, stdout=subprocess.DEVNULL, check=True)
        inbox = env["HOME"] + "/pabal/mail/Large"
        os.makedirs(os.path.dirname(inbox), exist_ok=True)
        subprocess.run(["cp", "-al", md(fresh), inbox], check=False)
        t = Terminal([PABAL, "-f", md(n)], env)
        t.first(15)
        other = subprocess.Popen([PABAL, "--index", inbox], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        t.drain(0.02)
        os.write(t.fd, b"G")
        t.drain(0.02)
        if what == "editor":
            for k in (b"m", b"you@bench.test\r", b"A subject\r"):
                t.key(k, 0.2)
                t.drain(0.02)
        elif what == "message":
            os.write(t.fd, b"=\r")
            t.drain(0.02)
        v = typed(t, what, "pabal", KEYS)
        going = other.poll() is None
        p50[what], p99[what] = part(v, .5), part(v, .99)
        t.end()
        if going:
            other.kill()
        other.wait()
        long += slow_turns(log_of(env))
        if not going:
            print("#   the index was done before the keys of %s were" % what)
    head("the same while a fetch and an index run")
    for what in p50:
        row(what + ", p50", {"pabal": 1000 * p50[what]}, "ms", "")
        row(what + ", p99", {"pabal": 1000 * p99[what]}, "ms", "16.7, a frame")
    row("turns of 100 ms and more", {"pabal": len(long)}, "number", "0")


TURNS = (("to the end", b"*", b""), ("to the start", b"=", b""), ("by sender", b"of", b""), ("by threads", b"ot", b""),
         ("limit to a letter", b"l~s x\r", b""), ("all again", b"l\x15\r", b""), ("tag all", b"T~A\r", b"tagged"),
         ("untag all", b"\x14~A\r", b"0 messages are tagged"), ("fold all", b"\x1bV", b""),
         ("down there", b"z", b""), ("end there", b"*", b""), ("next unread", b"\t", b""), ("unfold all", b"\x1bV", b""))


def turns(all_of, n):
    """The longest that the screen does without listening, when the list is large."""
    argv, env = all_of[n]["pabal"]
    before = len(slow_turns(log_of(env)))
    t = open_at(all_of[n], "pabal")
    head("what is about all of %d messages" % n)
    for what, keys_, want in TURNS:
        began, worst = time.monotonic(), 0
        if want:
            os.write(t.fd, keys_)
        else:
            took, _ = t.key(keys_, 20)
            worst = took
        # a job may go on: keys are tried until it is silent
        quiet = 0
        while quiet < 3 and time.monotonic() - began < 60:
            last, out = t.settle(0.1, 0.1)
            quiet = quiet + 1 if not out else 0
            took, _ = t.key(b"\x0c", 5)           # drawn anew: always a reaction
            worst = max(worst, took if took == took else 5)
        log = slow_turns(log_of(env))[before:]
        before += len(log)
        row(what, {"pabal": 1000 * worst}, "ms", "100; longest turn %d ms, %d long ones, %.1f s in all" % (max(log, default=0), len(log), time.monotonic() - began))
    row("memory then", {"pabal": t.memory()}, "MiB", "")
    t.end()


def memory(all_of):
    head("memory: first screen, end, start")
    for n, cmds in all_of.items():
        got = {}
        for p in PROGRAMS:
            t = open_at(cmds, p)
            t.key(b"*", 5)
            t.key(b"=", 5)
            got[p] = t.memory()
            t.end()
        row("%d messages" % n, got, "MiB", "")


def idle(all_of, n, port):
    """Seconds of processor time in an hour of nothing."""
    env = home("idle", "index-text = no", pop(port))
    subprocess.run([PABAL, "--fetch"], env=env, stdout=subprocess.DEVNULL)
    shown = {p: open_at(all_of[n], p) for p in PROGRAMS}
    shown["fetching"] = Terminal([PABAL], env)
    for t in shown.values():
        t.drain(1.5)
    was = {k: t.processor() for k, t in shown.items()}
    began = time.monotonic()
    while time.monotonic() - began < IDLE:
        for t in shown.values():
            t.read((began + IDLE - time.monotonic()) / len(shown))
    took = time.monotonic() - began
    used = {k: (t.processor() - was[k]) * 3600 / took for k, t in shown.items()}
    for k, t in shown.items():
        t.end()
    head("processor time when idle, %d messages" % n)
    row("in an hour, nothing is fetched", {p: used[p] for p in PROGRAMS}, "s", "under 0.1")
    p = subprocess.Popen([PABAL, "--fetch"], env=env, stdout=subprocess.DEVNULL)
    use = os.wait4(p.pid, 0)[2]
    p.returncode = 0
    row("in an hour, between fetches", {"pabal": used["fetching"]}, "s", "under 0.1")
    row("12 fetches of nothing", {"pabal": 12 * (use.ru_utime + use.ru_stime)}, "s", "")


def main():
    print("the screens beside mutt and neomutt, %dx%d; ratio: the better of them to pabal" % (COLS, ROWS))
    for n in SIZES:
        make(n)
    all_of = {n: commands(n) for n in SIZES}
    n = 100000 if 100000 in SIZES else SIZES[-1]
    server, port = serve(min(SIZES[-1], 10000 if 10000 in SIZES else SIZES[0]))
    parts = {"start": lambda: start(all_of), "keys": lambda: keys(all_of, n), "bytes": lambda: moved_bytes(all_of, n),
             "busy": lambda: busy(n, port), "turns": lambda: turns(all_of, SIZES[-1]), "memory": lambda: memory(all_of),
             "idle": lambda: idle(all_of, n, port)}
    try:
        for name in PARTS:
            parts[name]()
    finally:
        server.terminate()
        server.wait()


main()
