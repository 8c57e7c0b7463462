#!/usr/bin/env python3
"""A script of random keys: random-keys.py SEED COUNT.  The same seed gives the same keys."""
import random
import sys

seed, count = int(sys.argv[1]), int(sys.argv[2])
r = random.Random(seed)
letters = list("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!$%&*()-_=+[]{};:,./?|~^#'\"@")
named = ["<Enter>", "<Enter>", "<Enter>", "<Esc>", "<Esc>", "<Tab>", "<BackTab>", "<Space>", "<Backspace>", "<Delete>", "<Up>", "<Down>", "<Down>",
         "<Left>", "<Right>", "<Home>", "<End>", "<PageUp>", "<PageDown>", "<F1>", "<F10>", "<C-Left>", "<C-Right>", "<C-Up>", "<C-Down>"]
control = ["^" + c for c in "ABCDEFGHIJKLNOPQRSTUVWXY_]"]
words = ["hello", "기현", "📅 event", "~f bob", "~s re", "~U", "INBOX", "Work/Reports", "שלום", "a@example.org, b@example.com", "^[[31m", "limit ~A",
         "sort-mailbox size", "help", "mailboxes", "outbox", "compose"]
sizes = [(24, 80), (12, 40), (40, 120), (30, 170), (10, 40), (9, 39), (60, 200)]
print("stay\nwait-idle")
done = 0
while done < count:
    x = r.random()
    if x < 0.03:
        print("type", r.choice(words))
        done += 5
    elif x < 0.04:
        print("paste", r.choice(words) + "\\n" + r.choice(words))
        done += 5
    elif x < 0.06:
        print("resize %d %d" % r.choice(sizes))
        done += 1
    elif x < 0.08:
        print("wait-idle")
    else:
        n = r.randint(1, 8)
        ks = []
        for _ in range(n):
            y = r.random()
            k = r.choice(letters) if y < 0.6 else r.choice(named) if y < 0.88 else r.choice(control) if y < 0.96 else "<Esc>" + r.choice("abcdefghijklmnopqrstuvwxyzVL/<>-+_")
            # leaving for good would end the run: the questions before it are answered by no
            if k in ("q", "Q", "x", ",") and r.random() < 0.6:
                k = "j"
            ks.append(k)
        # all at once: without blanks, and without what begins the name of a key
        if r.random() < 0.3:
            ks = ["".join(k for k in ks if len(k) > 1 or k not in ",<^") or "j"]
        print("keys", " ".join(ks))
        done += n
