#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mailboxes, index and search: commands run in turn, medians, ratios to the least
that the kernel allows.  A goal stands beside each; nothing passes or fails here."""
import fcntl, os, pty, resource, select, shutil, statistics, struct, subprocess, sys, termios, time

T, PABAL, BOXES = (os.environ[k] for k in ("T", "PABAL", "BOXES"))
SIZES = [int(n) for n in os.environ.get("BENCH_SIZES", "1000,10000,100000").split(",")]
KEEP = os.environ.get("BENCH_BOXES", T)
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
BYTES = lambda n: 4500 if n > 300000 else 14000


def have(name):
    return shutil.which(name)


def run(argv, env=None, out=subprocess.DEVNULL):
    """Seconds and peak MiB of one command."""
    t = time.monotonic()
    p = subprocess.Popen(argv, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE)
    err = p.stderr.read()
    _, status, use = os.wait4(p.pid, 0)
    took = time.monotonic() - t
    p.returncode = os.waitstatus_to_exitcode(status)
    if p.returncode not in (0, 1):
        print("#   %s failed (%d): %s" % (" ".join(argv[:4]), p.returncode, err.decode(errors="replace")[:300].strip()))
    return took, use.ru_maxrss / 1024


def screen(argv, env, marker, keys=b"q", limit=120):
    """Seconds until the program's screen shows so many subject numbers, on a pty of 50 by 160."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execvpe(argv[0], argv, env)
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 160, 0, 0))
    t, seen = time.monotonic(), b""
    took = None
    while time.monotonic() - t < limit:
        if not select.select([fd], [], [], 1)[0]:
            continue
        try:
            more = os.read(fd, 65536)
        except OSError:
            break
        if not more:
            break
        seen += more
        if took is None and seen.count(marker) >= 20:
            took = time.monotonic() - t
            os.write(fd, keys)
            break
    return (took if took is not None else float("nan")), end(pid, fd)


def end(pid, fd):
    """A second to quit, then it is ended; its peak MiB."""
    for tries in range(20):
        got, _, use = os.wait4(pid, os.WNOHANG)
        if got:
            break
        if select.select([fd], [], [], 0.05)[0]:
            try:
                os.read(fd, 65536)
            except OSError:
                pass
    else:
        os.kill(pid, 9)
        _, _, use = os.wait4(pid, 0)
    os.close(fd)
    return use.ru_maxrss / 1024


def rounds(cases, times=None):
    got = {k: [] for k in cases}
    for _ in range(times or ROUNDS):
        for k, fn in cases.items():
            got[k].append(fn())
    return {k: (statistics.median(x[0] for x in v), max(x[1] for x in v)) for k, v in got.items()}


def table(title, res, ref, goal):
    print("\n%s" % title)
    for k, (sec, mib) in res.items():
        print("  %-40s %9.4f s  %8.2f  %7.1f MiB" % (k, sec, sec / res[ref][0], mib))
    print("  (times %s; goal: %s)" % (ref, goal))
    sys.stdout.flush()


class Home:
    """pabal with a home of its own and one mailbox in it."""

    def __init__(self, name, box):
        self.top = os.path.join(T, "home-" + name)
        os.makedirs(self.top + "/pabal", exist_ok=True)
        self.box = box
        self.env = dict(os.environ, HOME=self.top, XDG_CONFIG_HOME=self.top, XDG_DATA_HOME=self.top, XDG_CACHE_HOME=self.top + "/cache")
        with open(self.top + "/pabal/config", "w") as f:
            f.write("index-text = yes\n[account x]\naddress = me@bench.test\n")

    def do(self, *args):
        return run([PABAL, *args], self.env)

    def forget(self):
        shutil.rmtree(self.top + "/cache", ignore_errors=True)

    def db(self):
        return self.top + "/cache/pabal/index.db"


def md(n):
    return os.path.join(KEEP, "md-%d" % n)


def mb(n):
    return os.path.join(KEEP, "mb-%d" % n)


def make(n):
    if not os.path.isdir(md(n) + "/cur"):
        args = [BOXES, "make", md(n), str(n), str(BYTES(n))]
        subprocess.run(args + ([mb(n)] if n <= 100000 else []), check=True)


def peers(n):
    """mutt with a warm header cache, mu and notmuch with their indexes; what is there."""
    p = {}
    home = os.path.join(T, "peers-%d" % n)
    os.makedirs(home, exist_ok=True)
    env = dict(os.environ, HOME=home, XDG_CACHE_HOME=home, TERM="xterm", MUHOME=home + "/mu", NOTMUCH_CONFIG=home + "/nm")
    for name in ("mutt", "neomutt"):
        if have(name):
            rc = home + "/" + name + "rc"
            with open(rc, "w") as f:
                f.write("set header_cache=%s/%s.hc\nset mbox_type=Maildir\nset sort=date\nset quit=yes\nset delete=no\n"
                        "set folder=%s\nset index_format='%%Z %%s'\nset wait_key=no\n" % (home, name, home))
            p[name] = ([name, "-n", "-R", "-F", rc, "-f", md(n)], env)
            screen(*p[name], b"#")
    return p, env


def first_screens():
    for n in SIZES:
        make(n)
    homes = {n: Home("list-%d" % n, md(n)) for n in SIZES}
    for n, h in homes.items():
        h.do("--index", h.box) if n <= 100000 else h.do("--count", h.box)
    res = rounds({"pabal --list, %d" % n: (lambda h=h: h.do("--list", h.box, "--limit", "50")) for n, h in homes.items()}, 4 * ROUNDS)
    table("first screenful of an indexed folder, exec to last byte", res, "pabal --list, %d" % SIZES[0], "the largest 1.5, memory too")
    n = 100000 if 100000 in SIZES else SIZES[-1]
    p, env = peers(n)
    cases = {"pabal --list, %d" % n: lambda: homes[n].do("--list", homes[n].box, "--limit", "50")}
    for name in p:
        cases[name + " (header cache warm)"] = lambda name=name: screen(*p[name], b"#")
    table("first screenful beside the peers, %d" % n, rounds(cases), "pabal --list, %d" % n, "mutt 25 and more")
    m = min(n, 10000)           # mu takes minutes to index more
    if have("mu") and m in homes:
        env = dict(os.environ, HOME=T, MUHOME=T + "/mu")
        run(["mu", "init", "--maildir=" + md(m)], env)
        run(["mu", "index", "--quiet"], env)
        table("the same rows from an index, %d" % m, rounds({
            "pabal --list, %d" % m: lambda: homes[m].do("--list", homes[m].box, "--limit", "50"),
            "mu find -n 50": lambda: run(["mu", "find", "-n", "50", "-s", "date", "-z", "''"], env)}, 2 * ROUNDS),
            "pabal --list, %d" % m, "mu 1 and more")
    return homes


def no_index(n):
    h = Home("none", md(n))

    def unindexed(box):
        h.forget()
        return h.do("--list", box, "--limit", "50")
    table("newest screenful without an index, Maildir of %d" % n, rounds({
        "readdir": lambda: run([BOXES, "readdir", md(n)]), "pabal --list": lambda: unindexed(md(n))}), "readdir", "4")
    if os.path.exists(mb(n)):
        table("newest screenful without an index, mbox of %d" % n, rounds({
            "memchr": lambda: run([BOXES, "memchr", mb(n)]), "pabal --list": lambda: unindexed(mb(n))}), "memchr", "2")


def build(n):
    h = Home("build", md(n))

    def headers():
        h.forget()
        return h.do("--count", h.box)
    table("headers indexed from nothing, %d" % n, rounds({
        "open and read each header": lambda: run([BOXES, "headers", md(n)]), "pabal --count": headers}, 3), "open and read each header", "6")
    h.forget()
    sec, mib = h.do("--index", h.box)
    print("\nheaders and texts, %d: %.0f messages/s, %.0f MiB; index.db %.0f MiB" % (n, n / sec, mib, os.path.getsize(h.db()) / 2**20))
    m = 1000
    if have("notmuch"):
        make(m)
        env = dict(os.environ, HOME=T, NOTMUCH_CONFIG=T + "/nm", XDG_CONFIG_HOME=T)
        with open(T + "/nm", "w") as f:
            f.write("[database]\npath=%s\nmail_root=%s\n[user]\nname=x\nprimary_email=x@bench.test\n" % (T + "/nmdb", md(m)))
        os.makedirs(T + "/nmdb", exist_ok=True)
        sec2, _ = run(["notmuch", "new", "--quiet"], env)
        print("  notmuch new, %d: %.0f messages/s; pabal %.1f times as many (goal: 10)" % (m, m / sec2, n / sec * sec2 / m))
    return h


def nothing_new(homes):
    for n, h in homes.items():
        def touched(h=h):
            # a file that comes and goes changes the time of the folder, and nothing else
            open(h.box + "/cur/.x", "w").close()
            os.unlink(h.box + "/cur/.x")
            return h.do("--count", h.box)
        h.do("--count", h.box)
        time.sleep(1.2)
        h.do("--count", h.box)
        table("nothing new, %d" % n, rounds({
            "pabal --version": lambda: h.do("--version"), "pabal --count, untouched": lambda h=h: h.do("--count", h.box),
            "readdir": lambda h=h: run([BOXES, "readdir", h.box]), "pabal --count, touched": touched}),
            "readdir", "untouched: two stats; touched: 1.5 with the start of a program")


def searching(n, h):
    cases = {"pabal zyzzyva": lambda: h.do("--count", h.box, "~b zyzzyva"), "pabal 두루미": lambda: h.do("--count", h.box, "~b 두루미")}
    if have("notmuch"):
        env = dict(os.environ, HOME=T, NOTMUCH_CONFIG=T + "/nm")
        cases["notmuch count, 1000"] = lambda: run(["notmuch", "count", "zyzzyva"], env)
    table("search, %d" % n, rounds(cases, 2 * ROUNDS), "pabal zyzzyva", "notmuch 0.5 and more")
    m = 10000
    make(m)
    s = Home("scan", md(m))
    s.do("--count", s.box)
    cases = {"pabal ~B": lambda: s.do("--count", s.box, "~B zyzzyva")}
    if have("rg"):
        cases["rg -lF"] = lambda: run(["rg", "-lF", "zyzzyva", md(m)])
    if have("neomutt"):
        p, _ = peers(m)
        argv, env = p["neomutt"]
        keys = b"l~B zyzzyva\r"
        start = statistics.median(screen(argv, env, b"#")[0] for _ in range(3))
        cases["neomutt ~B (less its start)"] = lambda: (limited(argv, env, keys) - start, 0)
    table("scan of %d bodies" % m, rounds(cases, 3), "pabal ~B", "neomutt 10 and more, rg 0.33 and more")


def limited(argv, env, keys):
    """Seconds until a limit has drawn its 10 of 10,000 rows."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execvpe(argv[0], argv, env)
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 160, 0, 0))
    t, seen, sent, took = time.monotonic(), b"", False, float("nan")
    while time.monotonic() - t < 120:
        if not select.select([fd], [], [], 1)[0]:
            continue
        try:
            seen += os.read(fd, 65536)
        except OSError:
            break
        if not sent and seen.count(b"#") >= 20:
            os.write(fd, keys)
            sent, seen = True, b""
        elif sent and b"limit" in seen.lower() and seen.count(b"#") >= 8:
            took = time.monotonic() - t
            os.write(fd, b"q")
            break
    end(pid, fd)
    return took


def flags(n):
    src = md(n)
    box, bare = T + "/flags-md", T + "/bare-md"
    for to in (box, bare):
        os.makedirs(to + "/new")
        os.makedirs(to + "/tmp")
        subprocess.run(["cp", "-al", src + "/cur", to + "/cur"], check=True)
    h = Home("flags", box)
    h.do("--count", box)
    a = run([BOXES, "rename", bare])
    b = h.do("--flag", "+flagged", box, "~A")
    table("flags on %d messages, Maildir" % n, {"bare rename": a, "pabal --flag": b}, "bare rename", "1.5")
    if os.path.exists(mb(n)):
        shutil.copy(mb(n), T + "/flags-mb")
        h.do("--count", T + "/flags-mb")
        table("flags on %d messages, mbox" % n, {
            "cp": run(["cp", "--reflink=never", T + "/flags-mb", T + "/flags-cp"]), "pabal --flag": h.do("--flag", "+flagged", T + "/flags-mb", "~A")},
            "cp", "one pass")


def main():
    homes = first_screens()
    n = 100000 if 100000 in SIZES else SIZES[-1]
    no_index(n)
    h = build(n)
    nothing_new({k: v for k, v in homes.items() if k >= n})
    searching(n, h)
    flags(n)


main()
