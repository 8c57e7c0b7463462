#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many processes empty one outbox into a server that drops, delays and refuses at
random: each message is taken exactly once, or it is unsure and named as that.

usage: flush-check.py PABAL TMPDIR
PABAL_SLOW=1: 2,000 messages in place of 120; PABAL_SEED: other luck.
"""
import json
import os
import random
import re
import socket
import subprocess
import sys
import threading
import time

PABAL, TMP = os.path.abspath(sys.argv[1]), sys.argv[2]
MESSAGES = 2000 if os.environ.get("PABAL_SLOW") else 120
PROCESSES = 20
SEED = int(os.environ.get("PABAL_SEED", "1"))
taken, lock = {}, threading.Lock()      # Message-ID -> how often the whole of it was taken
evil = threading.Event()


def luck(r, chance):
    return evil.is_set() and r.random() < chance


def serve(s, r):
    f = s.makefile("rb")

    def say(text):
        if luck(r, 0.02):
            time.sleep(r.random() * 0.2)
        s.sendall(text + b"\r\n")
    try:
        s.settimeout(60)
        say(b"220 x")
        while True:
            line = f.readline()
            if not line or luck(r, 0.01):
                return                          # dropped between two commands
            verb = line[:4].upper()
            if verb == b"DATA":
                if luck(r, 0.05):
                    say(b"451 4.3.0 not now")
                    continue
                say(b"354 go on")
                body = b""
                while not body.endswith(b"\r\n.\r\n"):
                    more = f.readline()
                    if not more or luck(r, 0.001):
                        return                  # dropped inside of the message
                    body += more
                if luck(r, 0.05):
                    say(b"452 4.3.1 no room")
                    continue
                id = re.search(rb"(?mi)^Message-ID: *<(.*)>", body).group(1).decode()
                with lock:
                    taken[id] = taken.get(id, 0) + 1
                if luck(r, 0.1):
                    return                      # taken, and nobody is told
                say(b"250 2.0.0 taken")
            elif verb == b"RCPT" and luck(r, 0.05):
                say(b"450 4.2.1 busy")
            elif verb == b"QUIT":
                say(b"221 bye")
                return
            else:
                say(b"250 ok")
    except (OSError, AttributeError):
        pass
    finally:
        s.close()


def accept(listener):
    r = random.Random(SEED)
    while True:
        s, _ = listener.accept()
        threading.Thread(target=serve, args=(s, random.Random(r.random())), daemon=True).start()


ENV = dict(os.environ, HOME=TMP, XDG_CONFIG_HOME=TMP, XDG_DATA_HOME=TMP, XDG_CACHE_HOME=TMP, LC_ALL="C.UTF-8", TZ="UTC")


def config(port):
    os.makedirs(TMP + "/pabal", exist_ok=True)
    with open(TMP + "/pabal/config", "w") as f:
        f.write("timeout = 20s\nretry = 1s\nhostname = c.test\n[account a]\naddress = bob@x.test\nsmtp = smtp+plain://127.0.0.1:%d\n" % port)


def pabal(*args, text=""):
    return subprocess.run((PABAL,) + args, input=text.encode(), env=ENV, capture_output=True, timeout=600)


def items():
    return [json.loads(line) for line in pabal("--outbox", "--json").stdout.decode().splitlines()]


def flush(said):
    p = subprocess.run((PABAL, "--flush"), stdin=subprocess.DEVNULL, env=ENV, capture_output=True, timeout=600)
    said.append((p.returncode, p.stderr.decode()))


def hang_up_on(n):
    """A server that waits until n clients are there, and closes: all of them failed at once."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=n)

    def run():
        all = [listener.accept()[0] for _ in range(n)]
        for s in all:
            s.close()
    threading.Thread(target=run, daemon=True).start()
    return listener


def flush_at_once(said):
    ts = [threading.Thread(target=flush, args=(said,)) for _ in range(PROCESSES)]
    for t in ts:
        t.start()
    for t in ts:
        t.join()


def main():
    n = 0

    def ok(good, name, *why):
        nonlocal n
        n += 1
        print("%s %d - %s" % ("ok" if good else "not ok", n, name))
        for w in [] if good else why:
            print("#   %s" % str(w)[:500])
        return good
    dead = socket.socket()
    dead.bind(("127.0.0.1", 0))
    config(dead.getsockname()[1])
    began = time.monotonic()
    for i in range(MESSAGES):
        r = pabal("-s", "m%d" % i, "a%d@y.test" % i, text="text\n" * (1 + i % 50))
        if r.returncode or b"waits" not in r.stderr:
            print("Bail out! %s" % r)
            return 1
    tries = {i["attempts"] for i in items()}
    gone = hang_up_on(PROCESSES)
    config(gone.getsockname()[1])
    flush_at_once([])
    gone.close()
    ok(tries == {1} and {i["attempts"] for i in items()} == {2}, "one failure that many processes meet is one try", tries, items()[:2])
    filled = time.monotonic()
    listener = socket.create_server(("127.0.0.1", 0), backlog=200)
    threading.Thread(target=accept, args=(listener,), daemon=True).start()
    config(listener.getsockname()[1])
    evil.set()
    said, rounds = [], 0
    while rounds < 40 and any(x["state"] in ("queued", "sending") for i in items() for x in i["recipients"]):
        rounds += 1
        flush_at_once(said)
        if rounds == 20:
            evil.clear()
    flushed = time.monotonic()
    left = items()
    unsure = [i for i in left if any(x["state"] == "unsure" for x in i["recipients"])]
    bad = [i for i in left if any(x["state"] != "unsure" for x in i["recipients"])]
    ok(not bad, "nothing waits any more", *bad[:5])
    twice = [k for k, v in taken.items() if v > 1]
    ok(not twice, "none was taken twice", *twice[:5])
    # what is not in the outbox was accepted, and so was taken
    ok(len(taken) >= MESSAGES - len(unsure), "none is lost", len(taken), len(unsure))
    ok(len(unsure) > 0, "some were taken and nobody was told")
    words = "".join(w for _, w in said)
    ok(all(i["recipients"][0]["address"] in words for i in unsure), "the unsure ones were named", words[:300])
    ok(all(c in (0, 75) for c, _ in said), "each process ended as it should", sorted({c for c, _ in said}), words[:500])
    ok("Sanitizer" not in words and "runtime error" not in words, "no sanitizer spoke", words[:500])
    tracks = [json.loads(line) for line in pabal("--track", "--json", "--limit", "5000").stdout.decode().splitlines()]
    states = {}
    for t in tracks:
        states[t["state"]] = states.get(t["state"], 0) + 1
    ok(states == {"accepted": MESSAGES - len(unsure), "unclear": len(unsure)}, "the tracking says the same", states, len(unsure))
    evil.clear()
    for i in unsure:
        pabal("--flush", i["id"])
    ok(not items() and len(taken) == MESSAGES, "what is unsure goes again when the person says so, and then all is there")
    ok(all(v <= 2 for v in taken.values()) and sum(v - 1 for v in taken.values()) <= len(unsure), "twice at most those")
    print("# %d messages, %d rounds of %d processes, %d unsure" % (MESSAGES, rounds, PROCESSES, len(unsure)))
    print("# queued in %.0f s, flushed in %.0f s, the unsure ones again in %.0f s" % (filled - began, flushed - filled, time.monotonic() - flushed))
    print("1..%d" % n)
    return 0


sys.exit(main())
