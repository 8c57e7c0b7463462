# Makes a mailbox: make-box.py KIND PATH N [FIRST].  Message n says its number in
# Message-ID, Subject and body; one in three is read, one in five flagged; the later its
# number the newer it is.
import gzip, os, sys

kind, path, n = sys.argv[1], sys.argv[2], int(sys.argv[3])
first = int(sys.argv[4]) if len(sys.argv) > 4 else 1
box = os.path.basename(os.path.normpath(path))  # in names and headers: no two are the same
DAY = 86400
START = 1767225600              # 2026-01-01
names = ["Ann", "bob", "Caro", "김기현", "Émile"]
week = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]


def when(i):
    return START + i * 600


def date(t):
    d, s = divmod(t - START, DAY)
    month, day = 1, d + 1
    for m, days in enumerate([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], 1):
        if day <= days:
            month = m
            break
        day -= days
    mon = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()[month - 1]
    return week[d % 7], mon, day, "%02d:%02d:%02d" % (s // 3600, s // 60 % 60, s % 60)


def message(i):
    w, mon, day, clock = date(when(i))
    who = names[i % 5]
    return ("From: %s <u%d@make.test>\nTo: me@make.test\nSubject: %s number %d\nDate: %s, %d %s 2026 %s +0000\n"
            "Message-ID: <%d@make.test>\nX-Box: %s\n\nThis is message %d.\nFrom here on it is text.\n%s\n" %
            (who, i % 7, ["alpha", "Beta", "gamma"][i % 3], i, w, day, mon, clock, i, box, i, "x" * (i % 50))).encode()


def flags(i):
    return ("F" if i % 5 == 0 else "") + ("S" if i % 3 == 0 else "")


def write(file, data):
    with open(file, "wb") as f:
        f.write(data)


def maildir(path, named):
    for d in ("cur", "new", "tmp"):
        os.makedirs(os.path.join(path, d), exist_ok=True)
    for i in range(first, first + n):
        base = "%d.M%dP1.%s" % (when(i), i, box)
        if not named:
            file = os.path.join(path, "cur" if i % 2 else "new", base)
        elif flags(i) or i % 2:
            file = os.path.join(path, "cur", base + ":2," + flags(i))
        else:
            file = os.path.join(path, "new", base)
        write(file, message(i))
        os.utime(file, (when(i), when(i)))


def mbox(kind):
    out = []
    for i in range(first, first + n):
        w, mon, day, clock = date(when(i))
        m = message(i)
        status = b"Status: %s\n" % (b"RO" if "S" in flags(i) else b"O") + (b"X-Status: F\n" if "F" in flags(i) else b"")
        m = m.replace(b"\n\n", b"\n" + status + b"\n", 1)
        m = m.replace(b"\nFrom here", b"\n>From here")
        out.append(("From u%d@make.test %s %s %2d %s 2026\n" % (i % 7, w, mon, day, clock)).encode() + m + b"\n")
    data = b"".join(out)
    if kind == "crlf":
        data = data.replace(b"\n", b"\r\n")
    if kind == "cut":
        data = data.rstrip(b"\n")
    return data


if kind == "maildir":
    maildir(path, True)
elif kind == "plain":
    maildir(path, False)
elif kind in ("mbox", "crlf", "cut"):
    write(path, mbox(kind))
elif kind == "gzip":
    with gzip.open(path, "wb") as f:
        f.write(mbox("mbox"))
elif kind in ("mh", "eml"):
    os.makedirs(path, exist_ok=True)
    for i in range(first, first + n):
        file = os.path.join(path, "%d" % i if kind == "mh" else "m%d.eml" % i)
        write(file, message(i))
        os.utime(file, (when(i), when(i)))
    if kind == "mh":
        write(os.path.join(path, ".mh_sequences"), b"unseen: %s\n" % b" ".join(b"%d" % i for i in range(first, first + n) if i % 3))
else:
    sys.exit("no such kind")
