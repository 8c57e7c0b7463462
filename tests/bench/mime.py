#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Transfer encodings, structure, extraction, pages: commands run in turn, medians,
ratios to pabal or to the least that the kernel allows; the worst inputs at n, 2n
and 4n.  A goal stands beside each; nothing passes or fails here."""
import hashlib, os, shutil, statistics, subprocess, sys

T, PABAL, MIME, PEER = (os.environ[k] for k in ("T", "PABAL", "MIME", "PEER"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
BYTES = int(os.environ.get("BENCH_MIB", "64")) << 20
LESS = float(os.environ.get("BENCH_BAD", "1"))
PARTS = os.environ.get("BENCH_MIME", "base64,memory,qp,tree,extract,html,bounds").split(",")
GMIME = os.access(PEER, os.X_OK)


def run(argv, stdin=None, out=subprocess.DEVNULL, cwd=None):
    """Seconds, seconds of processor and peak MiB of one command."""
    with open(stdin or os.devnull) as f:
        p = subprocess.run([MIME, "spend"] + argv, stdin=f, stdout=out, stderr=subprocess.PIPE, cwd=cwd, text=True)
    if p.returncode:
        print("#   %s failed (%d): %s" % (" ".join(argv[:4]), p.returncode, p.stderr[:300].strip()))
    took, cpu, kib = p.stderr.split("\n")[-2].split()
    return float(took), float(cpu), int(kib) / 1024


def rounds(cases, times=None):
    got = {k: [] for k in cases}
    for n in range((times or 2 * ROUNDS) + 1):
        for k, fn in cases.items():
            x = fn()
            if n:                       # the first fills the caches
                got[k].append(x)
    return {k: (statistics.median(x[0] for x in v), statistics.median(x[1] for x in v), max(x[2] for x in v)) for k, v in got.items()}


def table(title, res, ref, goal):
    print("\n%s" % title)
    for k, (sec, cpu, mib) in res.items():
        print("  %-34s %9.4f s  %8.2f   processor %9.4f s  %8.2f  %7.1f MiB" % (k, sec, sec / res[ref][0], cpu, cpu / res[ref][1], mib))
    print("  (times %s; goal: %s)" % (ref, goal))
    sys.stdout.flush()


def file(kind, size=None):
    path = os.path.join(T, kind)
    if not os.path.exists(path):
        subprocess.run([MIME, "file", kind, path, str(size or BYTES)], check=True)
    return path


def output(argv):
    h, path = hashlib.sha256(), os.path.join(T, "output")
    with open(path, "wb") as f:
        subprocess.run(argv, stdout=f, stdin=subprocess.DEVNULL)
    with open(path, "rb") as f:
        for block in iter(lambda: f.read(1 << 20), b""):
            h.update(block)
    return h.hexdigest()


def coded(enc, kind):
    plain, wire = file(kind), os.path.join(T, kind + "." + enc)
    if not os.path.exists(wire):
        with open(wire, "wb") as f:
            subprocess.run([MIME, "enc", enc, plain], stdout=f, check=True)
    return plain, wire


def codec(enc, kind, peer, goals):
    plain, wire = coded(enc, kind)
    for how, path, goal in (("dec", wire, goals[0]), ("enc", plain, goals[1])):
        c = {"pabal": [MIME, how, enc, path], "pabal, plain C": [MIME, "plain", how, enc, path]}
        if peer:
            c[peer] = [peer, path] if how == "enc" else [peer, "-d", path]
        if GMIME:
            c["gmime"] = [PEER, how, enc, path]
        want = output(["cat", plain]) if how == "dec" else output(c["pabal"])
        for k, argv in c.items():
            if output(argv) != want and (how == "dec" or k != "gmime"):
                print("#   %s: another output" % k)
        table("%s %sode, %s, %d MiB, file to /dev/null" % (enc, how, kind, BYTES >> 20),
              rounds({k: lambda argv=argv: run(argv) for k, argv in dict(c, cat=["cat", path]).items()}), "pabal", goal)


def in_memory(enc, kind, goal):
    """The codec alone: seconds of processor in one process, nothing read or written."""
    plain, wire = coded(enc, kind)
    for how, path in (("dec", wire), ("enc", plain)):
        got = {k: [] for k in ["pabal", "pabal, plain C"] + ["gmime"] * GMIME}
        for _ in range(3):
            for k in got:
                argv = [PEER] if k == "gmime" else [MIME, "plain"] if k != "pabal" else [MIME]
                got[k].append(float(subprocess.run(argv + ["memory", how, enc, path], capture_output=True, text=True).stdout or "nan"))
        best = {k: min(v) for k, v in got.items()}
        print("\n%s %sode, %s, %d MiB, in memory" % (enc, how, kind, BYTES >> 20))
        for k, sec in best.items():
            print("  %-34s %9.4f s  %8.2f" % (k, sec, sec / best["pabal"]))
        print("  (times pabal; goal: %s)" % goal)


def base64():
    codec("base64", "raw", "base64" if shutil.which("base64") else None, ("base64 at least 5", "base64 at least 3"))


def qp():
    for kind in ("latin", "korean"):
        in_memory("qp", kind, "gmime at least 3")
        codec("qp", kind, None, ("gmime at least 3", "gmime at least 3"))


def memory():
    for size, name in ((BYTES, "from memory"), (16384, "within the nearest cache")):
        print("\nbase64 beside a memory copy of what is read, %s (%d bytes)" % (name, size))
        got = {}
        for line in subprocess.run([MIME, "memory", str(size)], capture_output=True, text=True).stdout.splitlines():
            form, way, n, sec = line.split()
            got[form, way] = float(n) / float(sec), float(sec)
        for (form, way), (speed, sec) in got.items():
            copy = got[form, "copy-bytes" if way in ("encode", "copy-bytes") else "copy-letters"][0]
            print("  %-6s %-18s %9.2f GB/s  %6.2f" % (form, way, speed / 1e9, speed / copy))
        print("  (of the speed of a copy; goal: 0.5)")


def tree():
    d, names = os.path.join(T, "messages"), os.path.join(T, "names")
    os.mkdir(d)
    subprocess.run([MIME, "make", d, "10000"], check=True)
    with open(names, "w") as f:
        f.write("".join("%s/%s\n" % (d, x) for x in sorted(os.listdir(d))))
    size = sum(os.path.getsize(e) for e in os.scandir(d))
    c = {"pabal, parts and fields": lambda: run([MIME, "tree"], names), "pabal, parts": lambda: run([MIME, "parts"], names)}
    if GMIME:
        c["gmime, parts and fields"] = lambda: run([PEER, "tree"], names)
    if shutil.which("mshow"):
        c["mshow -t, parts"] = lambda: run(["xargs", "mshow", "-t"], names)
    c["cat"] = lambda: run(["xargs", "cat"], names)
    table("structure and fields of 10,000 messages, %d MiB" % (size >> 20), rounds(c, ROUNDS), "pabal, parts and fields", "gmime at least 2, mshow at least 3")


def extract():
    message = file("message", 50 << 20)
    d = os.path.join(T, "out")

    def into(argv):
        def fn():
            shutil.rmtree(d, ignore_errors=True)
            os.mkdir(d)
            return run(argv, cwd=d)
        return fn
    c = {"cp of the message": into(["cp", message, d]), "pabal --extract": into([PABAL, "--extract", "2", message, "-o", d])}
    c["cat of the message to a file"] = into(["sh", "-c", "cat %s >x" % message])
    if shutil.which("mshow"):
        c["mshow -x"] = into(["mshow", "-x", message, "3"])
    if GMIME:
        c["gmime"] = into(["sh", "-c", "%s extract %s big.bin >big.bin" % (PEER, message)])
    res = rounds(c)
    into([PABAL, "--extract", "2", message, "-o", d])()
    if os.path.getsize(d + "/big.bin") != 50 << 20:
        print("#   pabal: another output")
    table("an attachment of 50 MiB to a file", res, "cp of the message", "pabal 2 and less, under 16 MiB")


def html():
    path = file("newsletter", 200 << 10)
    got = [subprocess.run([MIME, "html", path], capture_output=True, text=True).stdout.split() for _ in range(ROUNDS)]
    print("\na newsletter of %d KiB to %s lines: %.2f ms, at worst %.2f ms (goal: under 10)" % (os.path.getsize(path) >> 10, got[0][2],
          1000 * statistics.median(float(x[0]) for x in got), 1000 * max(float(x[1]) for x in got)))


def bounds():
    print("\nthe worst inputs at n, 2n and 4n: seconds, and how much longer for twice the size (goal: about 2)")
    for kind, n, what in (("parts", 250000, "parts"), ("boundaries", 25000, "nested boundaries"), ("fields", 250000, "header fields"),
                          ("line", 25, "MiB in one line"), ("words", 25000, "encoded words"), ("addresses", 250000, "addresses"),
                          ("comments", 250000, "nested comments"), ("blocks", 25000, "nested blocks of HTML"), ("marks", 25000, "open marks of HTML"),
                          ("tables", 25000, "nested tables"), ("lists", 25000, "nested lists")):
        n = max(int(n / LESS), 4)
        got = {k: [] for k in (n, 2 * n, 4 * n)}
        for _ in range(3):
            for k in got:
                got[k].append(float(subprocess.run([MIME, "bad", kind, str(k)], capture_output=True, text=True).stdout or "nan"))
        a, b, c = (statistics.median(x) for x in got.values())
        print("  %8d %-22s %8.3f %8.3f %8.3f s   %5.2f %5.2f" % (4 * n, what, a, b, c, b / a, c / b))
        sys.stdout.flush()


print("mime beside its peers; ratios of this run, seconds of this machine")
for part in PARTS:
    {"base64": base64, "memory": memory, "qp": qp, "tree": tree, "extract": extract, "html": html, "bounds": bounds}[part]()
