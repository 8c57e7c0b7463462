#!/usr/bin/env python3
"""Puts each message of the corpus through pabal -t, pabald and pabal --fetch, and
says what became of its bytes.  A tool of bytes.t; one line a finding on standard
output, "STATUS NAME", STATUS as that of a command.

bytes.py PABAL CORPUS FOLDER SMTP_PORT POP3_PORT STEP"""
import collections
import concurrent.futures as futures
import hashlib
import json
import os
import re
import subprocess
import sys

PABAL, CORPUS, T, SMTP, POP3, STEP = sys.argv[1:7]
ADDED = (b"Date:", b"From:", b"Message-ID:")
LABEL = b"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n"


def env(home):
    e = dict(os.environ, HOME=home)
    for v in ("CONFIG", "DATA", "CACHE"):
        e["XDG_%s_HOME" % v] = home
    return e


def config(path, *lines):
    with open(path, "w") as f:
        f.write("\n".join(("[account a]", "address = Tester <tester@crepes.fr>") + lines) + "\n")
    os.chmod(path, 0o600)
    return path


def pabal(home, *args, **kw):
    return subprocess.run([PABAL] + list(args), env=env(home), capture_output=True, **kw)


def normal(raw):
    """LF line ends, the last one too."""
    raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return raw if raw.endswith(b"\n") or not raw else raw + b"\n"


def without_bcc(raw):
    """The message as it may leave: no From_ line on top, no Bcc field."""
    if raw.startswith((b"From ", b">From ")):
        raw = raw[raw.index(b"\n") + 1:]
    end = re.search(rb"(?m)^\n", raw)
    end = end.start() if end else len(raw)
    head = re.sub(rb"(?im)^(?:resent-)?bcc[ \t]*:.*\n(?:[ \t].*\n)*", b"", raw[:end])
    return head + raw[end:]


def without_added(stored, want):
    """Takes off the fields that pabal put on top; the label only where UTF-8 had none."""
    head = want[:(b"\n" + want).find(b"\n\n")].lower()
    if stored.startswith(LABEL) and not want.isascii() and not re.search(rb"(?m)^(mime-version|content-[a-z-]+)[ \t]*:", head):
        want.decode("utf-8")
        stored = stored[len(LABEL):]
    for name in ADDED:
        if stored.startswith(name) and not want.startswith(stored[:stored.index(b"\n") + 1]):
            stored = stored[stored.index(b"\n") + 1:]
    return stored


def leaves(path):
    """Every leaf of a message, decoded; text by its lines."""
    out = []
    for line in pabal(T, "--parts", "--json", path).stdout.splitlines():
        d = json.loads(line)
        if d["type"].startswith("multipart/"):
            continue
        data = pabal(T, "--extract", d["number"], path, "-o", "-").stdout
        out.append((d["number"], d["type"], d["filename"], normal(data) if d["type"].startswith(("text/", "message/")) else data))
    return out


def send(job):
    n, path, home = job
    sent = os.path.join(T, "sent", str(n))
    cfg = config(os.path.join(T, "cfg", str(n)), "smtp = smtp+plain://127.0.0.1:" + SMTP, "sent = " + sent)
    raw = open(os.path.join(CORPUS, path), "rb").read()
    p = pabal(home, "-F", cfg, "-t", "added@example.org", input=raw)
    why = None
    if p.returncode == 1:
        # An address in its header is none: then it goes to one added on top.
        why = p.stderr.decode(errors="replace").strip()
        raw = b"Resent-To: added@example.org\n" + (without_bcc(normal(raw)) if raw.startswith((b"From ", b">From ")) else raw)
        p = pabal(home, "-F", cfg, "-t", input=raw)
    files = []
    for root, _, names in os.walk(sent):
        files += [os.path.join(root, f) for f in names]
    return n, path, raw, why, p, files


def judge(raw, stored_path):
    """"same", "recoded" or what is wrong."""
    stored = open(stored_path, "rb").read()
    want = without_bcc(normal(raw))
    if not re.match(rb"[!-9;-~]+[ \t]*:|\n", want):
        want = b"\n" + want     # it begins with no field: all of it is the text
    got = without_added(stored, want)
    if got == want:
        return "same"
    if b"\0" in want or max(map(len, want.split(b"\n"))) > 998:
        original = os.path.join(T, "orig-" + os.path.basename(os.path.dirname(os.path.dirname(stored_path))))
        with open(original, "wb") as f:
            f.write(want)
        a, b = leaves(original), leaves(stored_path)
        os.remove(original)
        if a == b:
            return "recoded"
        return "decoded leaves differ: " + repr([(x[:3], y[:3]) for x, y in zip(a, b) if x != y][:3])
    at = next((i for i, (x, y) in enumerate(zip(got, want)) if x != y), min(len(got), len(want)))
    return "differs at byte %d: %r, not %r" % (at, got[at - 20:at + 40], want[at - 20:at + 40])


def below(raw):
    """Without the trace fields that pabald put on top, and not a line more: a message
    may begin with white space."""
    return re.sub(rb"\AReturn-Path: .*\n(?:Delivered-To: .*\n)?Received: from .*\n\tby .*\n(?:\tfor .*\n)?\t\w+, .*\n", b"", raw)


def main():
    rows = [line.rstrip("\n").split("\t") for line in open(CORPUS + "/manifest.tsv", encoding="utf-8")][1:]
    paths = [r[0] for r in rows if r[1] in ("message", "message-from_") and os.path.isfile(os.path.join(CORPUS, r[0]))]
    paths = paths[int(STEP) // 2::int(STEP)]
    for d in ("cfg", "sent"):
        os.makedirs(os.path.join(T, d))
    wide = 4
    homes = [os.path.join(T, "home-w%d" % i) for i in range(wide)]
    failed, wrong, hashes, other = [], [], collections.defaultdict(list), 0
    same = recoded = 0
    with futures.ThreadPoolExecutor(wide) as pool:
        for n, path, raw, why, p, files in pool.map(send, [(i, x, homes[i % wide]) for i, x in enumerate(paths)]):
            other += why is not None
            if p.returncode != 0 or p.stdout or p.stderr or len(files) != 1:
                failed.append("%s: %d %s" % (path, p.returncode, p.stderr.decode(errors="replace").strip()))
                continue
            verdict = judge(raw, files[0])
            same += verdict == "same"
            recoded += verdict == "recoded"
            if verdict not in ("same", "recoded"):
                wrong.append(path + ": " + verdict)
            hashes[hashlib.sha256(open(files[0], "rb").read()).hexdigest()].append(path)
    cfg = config(os.path.join(T, "cfg", "in"), "pop3 = pop3+plain://catch@127.0.0.1:" + POP3, "password = c0", "inbox = " + T + "/in")
    p = pabal(homes[0], "-F", cfg, "--fetch")
    strange = 0
    for d in ("new", "cur"):
        for f in os.listdir(os.path.join(T, "in", d)):
            h = hashlib.sha256(below(open(os.path.join(T, "in", d, f), "rb").read())).hexdigest()
            if hashes[h]:
                hashes[h].pop()
            else:
                strange += 1
    lost = [x for v in hashes.values() for x in v]
    for line in failed + wrong + [x + ": did not come back" for x in lost]:
        print("# " + line.replace("\n", " | "))
    print("# %d messages: %d the same, %d encoded anew for NUL or long lines, %d by Resent-To (an address in the header is none)"
          % (len(paths), same, recoded, other))
    print(int(bool(failed)), "all of %d messages are sent" % len(paths))
    print(int(bool(wrong)), "the copy of each in Sent is what came in")
    print(int(p.returncode != 0 or bool(p.stderr)), "they are fetched")
    print(int(strange or bool(lost)), "each came back as it stands in Sent, to the last byte")


main()
