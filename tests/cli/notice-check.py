#!/usr/bin/env python3
"""Every notice of the corpus: notice-check.py PABAL CORPUS.

Standard reports against the fields as Python reads them: each recipient's address, action
and status.  All others against the addresses that their collections name, and the kind that
they are; and no other mail may be taken for a failure.  Prints TAP, a table and each miss."""
import collections
import email.utils
import json
import os
import re
import subprocess
import sys

pabal, corpus = sys.argv[1:3]
n = bad = 0


def ok(good, name, *notes):
    global n, bad
    n += 1
    bad += not good
    print(("ok" if good else "not ok"), n, "-", name)
    for note in notes:
        print("#", note)


def notices(paths):
    out = {}
    for i in range(0, len(paths), 100):
        some = paths[i:i + 100]
        text = subprocess.run([pabal, "--notice", "--json", *some], capture_output=True, text=True, check=True).stdout
        out.update(zip(some, map(json.loads, text.splitlines())))
    return out


def bare(value):
    """rfc822; <a@b> as pabal shows it; RFC 6533's \\x{HEX} as characters"""
    value = re.sub(r"\\x\{([0-9a-fA-F]+)\}", lambda m: chr(int(m.group(1), 16)), value)
    value = re.sub(r"^[A-Za-z0-9-]+\s*;\s*", "", " ".join(value.split())).strip()
    m = re.search(r"<([^<>\s]+)>", value)
    return (m.group(1) if m else value.split(" ")[0] if "@" in value.split(" ")[0] else value).strip("<>").lower()


def status(value):
    m = re.search(r"(?<![\w.])([245]\.\d{1,3}\.\d{1,3})(?!\w)", value or "")
    return m.group(1) if m else None


rows = [json.loads(line) for line in open(os.path.join(corpus, "_oracle/dsn-mdn-fields.jsonl"))]
key = next(k for k in rows[0] if isinstance(rows[0][k], str))
# Files with bare CR as line ends are no mail; and what these hold is told apart on purpose:
EXPLAINED = {
    "flufl-bounce/dsn_16.txt": "the second report is inside of what is returned",
    "sisimai/maildir/bsd/lhost-sendmail-38.eml": "likewise",
    "flufl-bounce/dsn_15.txt": "a report inside of a message that somebody passes on is not about this one",
    "sisimai/maildir/bsd/lhost-x5-01.eml": "likewise",
    "sisimai/maildir/dos/lhost-x5-01.eml": "likewise",
    "sisimai/maildir/bsd/lhost-exim-44.eml": "a program that mail is piped into is no address",
}
rows = [r for r in rows if os.path.isfile(os.path.join(corpus, r[key])) and r.get("dsn")
        and "/mac/" not in r[key] and r[key] not in EXPLAINED]
got = notices([os.path.join(corpus, r[key]) for r in rows])
count = collections.Counter()
misses = []
for r in rows:
    notice = got[os.path.join(corpus, r[key])]
    if notice["kind"] != "dsn":
        count["kind"] += 1
        misses.append((r[key], "kind", notice["kind"]))
        continue
    blocks = [b for b in r["dsn"] if "final-recipient" in b]
    for b in blocks:
        want = bare(b["final-recipient"])
        mine = [c for c in notice["recipients"] if c["address"].lower() == want]
        count["recipients"] += 1
        if not mine:
            misses.append((r[key], want, [c["address"] for c in notice["recipients"]]))
            continue
        c = mine[0]
        action = re.match(r"[A-Za-z]*", b.get("action", "").strip()).group(0).lower()
        if action in ("failed", "delayed", "delivered", "relayed", "expanded") and not any(x["action"] == action for x in mine):
            misses.append((r[key], want, "action", action, c["action"]))
        elif status(b.get("status")) and not any(x["status"] == status(b["status"]) for x in mine):
            misses.append((r[key], want, "status", b["status"], c["status"]))
        else:
            count["right"] += 1
ok(count["recipients"] > 300 and count["right"] == count["recipients"] and not count["kind"],
   f"{len(rows)} reports, {count['recipients']} recipients: address, action and status right in {count['right']}",
   *misses[:40])

# ---- all kinds ----

# What is told apart on purpose, and what says no address at all.
NO_MISS = {
    "sisimai/maildir/bsd/arf-26.eml": "a command for a list, and no complaint",
    "sisimai/maildir/bsd/lhost-sendmail-14.eml": "somebody passes a notice on",
    "sisimai/maildir/err/make-test-36.eml": "likewise",
    "sisimai/maildir/bsd/rfc3464-28.eml": "several messages in one file",
}
# Of sets without expected results: what is no bounce.
KINDS = {
    "perl-bounceparser/corpus/aol-vacation.msg": "vacation", "perl-bounceparser/corpus/autoreply.msg": "vacation",
    "perl-bounceparser/corpus/warning-6.msg": "vacation", "perl-bounceparser/corpus/bluebottle.msg": "challenge",
    "perl-bounceparser/corpus/spam-bogus-email-in-report.msg": "none", "perl-bounceparser/corpus/spam-with-image.msg": "none",
    "perl-bounceparser/corpus/spam-lots-of-bogus-addresses.msg": "none",
    "perl-bounceparser/corpus/spam-with-badly-parsed-email.msg": "none",
    "flufl-bounce/bounce_01.txt": "bounce", "sisimai/maildir/not/is-not-bounce-01.eml": "none",
}
# Bounces that stand in sets of other mail.
STRAY = {
    "cpython-email/msg_25.txt", "flanker/messages/bounce/broken-mime.eml", "flanker/messages/bounce/gmail-invalid-address.eml",
    "mailcore2/parser/input/mbox/jwz/21", "mailcore2/parser/input/mbox/jwz/132", "enmime/mail/multipart-wo-boundary.raw",
    "spamassassin-corpus/spam-2/00169.86268e75abd1bd4bda4d6c129681df34.txt",
}
NOTICES = ("sisimai", "flufl-bounce", "perl-bounceparser", "node-bounce-handler")
NO_MAIL = (".json", ".jsonl", ".tsv", ".xml", ".out", ".bin", ".png", ".md", ".ics", ".vcf", ".asc", ".pem")


def files(top):
    for folder, _, names in os.walk(os.path.join(corpus, top)):
        for name in sorted(names):
            path = os.path.join(folder, name)
            if not name.endswith(NO_MAIL) and "LICENSE" not in name and os.path.getsize(path) < 5_000_000:
                yield os.path.relpath(path, corpus)


def failed_field(data):
    """what Exim says in its header"""
    m = re.search(rb"(?im)^X-Failed-Recipients:((?:.*\n[ \t])*.*)", data.split(b"\n\n", 1)[0].replace(b"\r", b""))
    return {a.lower() for _, a in email.utils.getaddresses([m.group(1).decode("latin1")])} if m else set()


def expected():
    """path: (kinds that are right, addresses)"""
    out = {p: ({k}, set()) for p, k in KINDS.items()}
    for p in files("sisimai/maildir"):
        facts = os.path.join(corpus, p + ".sisimai.json")
        if p.endswith(".eml") and os.path.isfile(facts):
            facts = json.load(open(facts))
            if facts:
                reason = facts[0]["reason"]
                kinds = {reason} if reason in ("feedback", "vacation") else {"dsn", "bounce"}
                # what is redacted is nobody's address
                out[p] = (kinds, {w["recipient"].lower() for w in facts if not w["recipient"].endswith(".invalid")})
    for line in open(os.path.join(corpus, "flufl-bounce/EXPECTED.tsv")).read().splitlines()[1:]:
        name, _, _, addresses = line.split("\t")
        out["flufl-bounce/" + name] = ({"dsn", "bounce"}, {a.lower() for a in addresses.split(",") if a})
    for p in [*files("node-bounce-handler"), *files("perl-bounceparser/corpus")]:
        data = open(os.path.join(corpus, p), "rb").read()
        if p not in out and data[:1].strip() and b"report-type=feedback" not in data.replace(b'"', b"") and p.endswith((".eml", ".msg")):
            out[p] = ({"dsn", "bounce"}, failed_field(data))
    return {p: v for p, v in out.items() if "/mac/" not in p and p not in NO_MISS and os.path.isfile(os.path.join(corpus, p))}


want = expected()
got = notices([os.path.join(corpus, p) for p in want])
table = collections.defaultdict(collections.Counter)
misses = []
for p, (kinds, addresses) in sorted(want.items()):
    notice = got[os.path.join(corpus, p)]
    standard = re.search(rb"(?i)message/(global-)?delivery-status|message/feedback-report", open(os.path.join(corpus, p), "rb").read())
    mine = {c[k].lower() for c in notice["recipients"] for k in ("address", "original") if c[k]}
    for row in (table[p.split("/")[0]], table["standard" if standard else "the rest"]):
        row["messages"] += 1
        row["kind"] += notice["kind"] in kinds
        row["named"] += bool(addresses)
        row["recipient"] += bool(addresses) and addresses <= mine
    if notice["kind"] not in kinds:
        misses.append((p, "kind", sorted(kinds), notice["kind"]))
    if not addresses <= mine:
        misses.append((p, "recipient", sorted(addresses), sorted(mine)))
rest = table["the rest"]
ok(rest["messages"] > 150 and rest["kind"] >= 0.95 * rest["messages"] and table["standard"]["kind"] >= 0.95 * table["standard"]["messages"],
   f"kinds of notices: {rest['kind']} of {rest['messages']} right that keep to no standard")
ok(rest["named"] > 150 and rest["recipient"] >= 0.97 * rest["named"] and table["standard"]["recipient"] >= 0.97 * table["standard"]["named"],
   f"their recipients: {rest['recipient']} of {rest['named']} right")
print("# table %-22s %8s %8s %8s %8s" % ("notices of", "messages", "kind", "named", "right"))
for name, row in table.items():
    print("# table %-22s %8d %8d %8d %8d" % (name, row["messages"], row["kind"], row["named"], row["recipient"]))

for miss in misses:
    print("# table", *miss)

others = [p for top in sorted(os.listdir(corpus)) if top not in NOTICES and top[0] != "_" and os.path.isdir(os.path.join(corpus, top))
          for p in files(top)]
got = notices([os.path.join(corpus, p) for p in others])
false = []
for p in others:
    notice = got[os.path.join(corpus, p)]
    if notice["kind"] == "bounce" and p not in STRAY:
        false.append((p, "bounce", [c["address"] for c in notice["recipients"]]))
    elif notice["kind"] == "dsn" and not re.search(rb"(?i)delivery-status", open(os.path.join(corpus, p), "rb").read()):
        false.append((p, "dsn"))
    elif notice["kind"] in ("challenge", "vacation") and any(c["action"] for c in notice["recipients"]):
        false.append((p, notice["kind"]))
ok(len(others) > 2000 and not false, f"no failure in {len(others)} other files", *false)
print(f"1..{n}")
sys.exit(bad > 0)
