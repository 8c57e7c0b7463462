# Several programs on the same mailboxes at once, for SECONDS of random actions.
#
#   shared-check.py PABAL WORK SECONDS [SEED]
#
# On the Maildirs "one" and "two": two pabals with homes of their own, neomutt, Dovecot
# and a delivery agent; on an mbox: a program that appends, and a third pabal, which has
# the home of the first.  Each message has a number; only its owner flags, moves or
# deletes it.  Prints what is wrong, one line each, first the kind: command, lost, twice,
# torn, flags, index; and lines with # for people.
import collections, fcntl, glob, json, os, pty, pwd, random, re, select, shutil, signal, subprocess, sys, threading, time, traceback

PABAL, WORK, SECONDS = sys.argv[1], sys.argv[2], float(sys.argv[3])
SEED = int(sys.argv[4]) if len(sys.argv) > 4 else random.randrange(1 << 30)
MAIL, BOX = WORK + "/mail", WORK + "/mail/box"
ONE, TWO = MAIL + "/one", MAIL + "/two"
FEW, MANY = 120, 1500           # messages at the start, and in the end at most
WORDS = {"F": "flagged", "S": "seen", "R": "replied", "D": "draft", "P": "passed"}

lock = threading.Lock()
bad, counts = [], collections.Counter()
delivered = {"a": [], "b": [], "mutt": [], "dovecot": [], "mbox": []}   # numbers by owner
place, flags = {}, {}           # number: where its owner left it, and its flags
deadline = time.monotonic() + SECONDS


def wrong(kind, text):
    with lock:
        bad.append("%s %s" % (kind, text.replace("\n", " | ")))


def become_somebody():
    """Dovecot gives root no mail: then all is done as another user, where pabal can be run by it."""
    if os.getuid() != 0:
        return True
    user = pwd.getpwnam("nobody")
    if subprocess.run(["setpriv", "--reuid=%d" % user.pw_uid, "--regid=%d" % user.pw_gid, "--clear-groups", PABAL, "--version"],
                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode != 0:
        return False
    os.chown(WORK, user.pw_uid, user.pw_gid)
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    return True


# ---- messages ----

def message(n):
    text = random.Random(n)
    body = "".join("line %d of %d: %s\n" % (i, n, "x" * text.randrange(70)) for i in range(text.randrange(1, 60)))
    return ("From: Sender %d <s%d@shared.test>\nTo: me@shared.test\nSubject: shared %d\nDate: Thu, 1 Jan 2026 %02d:%02d:%02d +0000\n"
            "Message-ID: <x%dx@shared.test>\n\nnumber %d\n%sFrom here to the end of %d\n"
            % (n % 9, n % 9, n, n // 3600 % 24, n // 60 % 60, n % 60, n, n, body, n)).encode()


def number(data):
    m = re.search(rb"^Message-ID: <x(\d+)x@shared\.test>", data, re.M)
    return int(m.group(1)) if m else None


def plain(data):
    """Without the fields in which an mbox keeps flags."""
    head, sep, body = data.partition(b"\n\n")
    head = b"\n".join(l for l in head.split(b"\n") if not re.match(rb"(Status|X-Status|Content-Length|Lines):", l))
    return head + sep + body


def deliver(n, where=ONE):
    """As maildir(5) says: tmp, link, unlink."""
    name = "%d.M%dP%dQ%d.%s" % (time.time(), time.time() % 1 * 1000000, os.getpid(), n, "host")
    tmp = "%s/tmp/%s" % (where, name)
    with open(tmp, "wb") as f:
        f.write(message(n))
        f.flush()
        os.fsync(f.fileno())
    os.link(tmp, "%s/new/%s" % (where, name))
    os.unlink(tmp)


def entry(n):
    data = re.sub(rb"^(>*From )", rb">\1", message(n), flags=re.M)
    return b"From s%d@shared.test Thu Jan  1 00:00:00 2026\n" % (n % 9) + data.replace(b">From: ", b"From: ", 1) + b"\n"


def append(n):
    """As Debian's policy says: dotlock by link, then fcntl."""
    own = "%s.lock.%d.%d" % (BOX, os.getpid(), n)
    os.close(os.open(own, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        until = time.monotonic() + 60
        while True:
            try:
                os.link(own, BOX + ".lock")
                break
            except FileExistsError:
                if time.monotonic() > until:
                    wrong("command", "the appender got no lock for a minute")
                    return False
                time.sleep(random.random() * 0.02)
    finally:
        os.unlink(own)
    try:
        with open(BOX, "r+b") as f:
            fcntl.lockf(f, fcntl.LOCK_EX)
            f.seek(0, 2)
            f.write(entry(n))
            f.flush()
            os.fsync(f.fileno())
    finally:
        os.unlink(BOX + ".lock")
    return True


def maildir(path):
    """(number, flags, data, file) of each message; a name that others change is looked for again."""
    met = {}
    for _ in range(50):
        missed = False
        for sub in ("cur", "new"):
            for name in os.listdir("%s/%s" % (path, sub)):
                base, _, info = name.partition(":2,")
                try:
                    with open("%s/%s/%s" % (path, sub, name), "rb") as f:
                        met.setdefault(base, {})[sub + "/" + name] = ("".join(c for c in info if c in WORDS), f.read())
                except FileNotFoundError:
                    missed = True
        if not missed:
            break
        met = {}
    return [(number(data), fl, data, "%s/%s" % (path, file)) for files in met.values() for file, (fl, data) in files.items()]


def mbox(path):
    out = []
    with open(path, "rb") as f:
        data = f.read()
    for part in re.split(rb"(?:\A|(?<=\n\n))(?=From )", data):
        if not part:
            continue
        head = part.split(b"\n", 1)[1]
        status = b"".join(re.findall(rb"^(?:X-)?Status: (.*)$", head.partition(b"\n\n")[0], re.M)).decode()
        fl = ("F" if "F" in status else "") + ("S" if "R" in status else "") + ("R" if "A" in status else "") + ("D" if "T" in status else "")
        out.append((number(head), fl, re.sub(rb"^>(>*From )", rb"\1", head[:-1], flags=re.M), path))
    return out


# ---- those who work on them ----

def run(argv, env, seconds=60):
    p = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)
    try:
        out, err = p.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        p.kill()
        out, err = p.communicate()
        return -9, out, err + b" (it hung)"
    return p.returncode, out, err


class Pabal:
    def __init__(self, name, home):
        self.name, self.random = name, random.Random("%d %s" % (SEED, name))
        self.env = dict(os.environ, HOME=home, XDG_CONFIG_HOME=home, XDG_DATA_HOME=home, XDG_CACHE_HOME=home, TZ="UTC")

    def call(self, *args):
        code, out, err = run([PABAL, *args], self.env)
        counts["pabal %s" % args[0]] += 1
        if code == 75 and err.startswith(b"pabal: "):
            counts["pabal: locked"] += 1
        elif code != 0:
            wrong("command", "%s: pabal %s: %d %s" % (self.name, " ".join(args), code, err.decode(errors="replace")[:2000]))
        elif err:
            wrong("command", "%s: pabal %s says %s" % (self.name, " ".join(args), err.decode(errors="replace")))
        return code, out

    def some(self, owner):
        """Numbers of its own that lie in the same mailbox."""
        with lock:
            mine = [n for n in delivered[owner] if place[n]]
        if not mine:
            return None, []
        where = place[self.random.choice(mine)]
        mine = [n for n in mine if place[n] == where]
        return where, self.random.sample(mine, min(len(mine), self.random.choice([1, 1, 2, 5])))

    def pattern(self, some):
        return " | ".join("=i x%dx@" % n for n in some)

    def flag(self, where, some):
        words, after = [], {n: flags[n] for n in some}
        for letter in self.random.sample("FSRP" if where != "box" else "FSR", self.random.choice([1, 2])):
            on = self.random.random() < 0.6
            words.append(("+" if on else "-") + WORDS[letter])
            after = {n: (f | {letter}) if on else f - {letter} for n, f in after.items()}
        code, _ = self.call("--flag", " ".join(words), where, self.pattern(some))
        if code == 0:
            flags.update(after)
        return code

    def undo(self, before_flags, before_place):
        code, _ = self.call("--undo")
        if code == 0:
            flags.update(before_flags)
            place.update(before_place)

    def on_maildirs(self, undoes):
        while time.monotonic() < deadline:
            what = self.random.random()
            where, some = self.some(self.name)
            if what < 0.15 or not some:
                self.call("--list", self.random.choice(["one", "two"]), "--json", "--limit", "50")
                continue
            before = {n: flags[n] for n in some}, {n: place[n] for n in some}
            if what < 0.6:
                code = self.flag(where, some)
                changed = any(flags[n] != before[0][n] for n in some)
            else:
                to = "two" if where == "one" else "one"
                code, _ = self.call("--move", to, where, self.pattern(some))
                changed = code == 0
                if changed:
                    place.update({n: to for n in some})
            if undoes and changed and self.random.random() < 0.25:
                self.undo(*before)

    def on_mbox(self):
        while time.monotonic() < deadline:
            where, some = self.some("mbox")
            what = self.random.random()
            if what < 0.2 or not some:
                self.call("--list", "box", "--json", "--limit", "50")
            elif what < 0.8:
                self.flag("box", some)
            else:
                code, _ = self.call("--delete", "box", self.pattern(some[:2]))
                if code == 0:
                    place.update({n: None for n in some[:2]})
            # the lock is free for the others, too
            time.sleep(self.random.random() * 0.05)


def note_peer(owner):
    """What one who isn't pabal left behind is what it wanted."""
    with lock:
        mine = set(delivered[owner])
    for path in (ONE, TWO):
        for n, fl, _, _ in maildir(path):
            if n in mine:
                flags[n], place[n] = set(fl), os.path.basename(path)


class Mutt:
    def __init__(self):
        self.random = random.Random("%d mutt" % SEED)
        self.rc = WORK + "/neomuttrc"
        with open(self.rc, "w") as f:
            f.write("set folder=%s\nset spoolfile=%s\nset quit=yes\nset move=no\nset confirmappend=no\nset wait_key=no\nset sleep_time=0\n"
                    "set header_cache=\"\"\nset record=\"\"\nset mail_check=0\nset timeout=1\nset delete=no\nset abort_key=\"\\007\"\n" % (MAIL, ONE))

    def once(self, some):
        keys = ""
        for n in some:
            letter = self.random.choice("!!r")
            keys += "<tag-pattern>~i x%dx@<enter><tag-prefix><%s-flag>%s<untag-pattern>~A<enter>" % (n, self.random.choice(["set", "set", "clear"]), letter)
        argv = ["neomutt", "-n", "-F", self.rc, "-f", ONE, "-e", "push '%s%s'" % (keys, "<sync-mailbox><quit>" * 8)]
        # again, as mail that comes in at that moment stops both
        pid, fd = pty.fork()
        if pid == 0:
            os.environ.update(TERM="xterm", HOME=WORK, LC_ALL="C.UTF-8")
            os.execvp(argv[0], argv)
        until, code = time.monotonic() + 15, None
        while code is None:
            if select.select([fd], [], [], 0.05)[0]:
                try:
                    os.read(fd, 65536)
                except OSError:
                    pass
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                code = status
            elif time.monotonic() > until:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
                code = -9
                counts["neomutt: ended by us"] += 1
        os.close(fd)
        counts["neomutt"] += 1

    def work(self):
        while time.monotonic() < deadline:
            with lock:
                mine = list(delivered["mutt"])
            if mine:
                before = dict((n, flags[n]) for n in mine)
                self.once(self.random.sample(mine, min(len(mine), 3)))
                note_peer("mutt")
                counts["neomutt: flags changed"] += sum(before[n] != flags[n] for n in mine)
            time.sleep(self.random.random() * 0.2)


class Dovecot:
    def __init__(self):
        self.random = random.Random("%d dovecot" % SEED)
        me = pwd.getpwuid(os.getuid())
        os.makedirs(WORK + "/dv/run", exist_ok=True)
        self.conf = WORK + "/dv/dovecot.conf"
        with open(self.conf, "w") as f:
            f.write("base_dir = %s/dv/run\nstate_dir = %s/dv/run\nlog_path = %s/dv/log\nssl = no\nmail_uid = %d\nmail_gid = %d\n"
                    "first_valid_uid = 1\nfirst_valid_gid = 1\nmail_home = %s/dv\nmail_location = maildir:%s:LAYOUT=fs:INBOX=%s:INDEX=%s/dv/index\n"
                    % (WORK, WORK, WORK, me.pw_uid, me.pw_gid, WORK, MAIL, ONE, WORK))
        self.env = dict(os.environ, USER=me.pw_name, HOME=WORK + "/dv")

    def call(self, *args):
        code, out, err = run(["doveadm", "-c", self.conf, *args], self.env, 30)
        counts["doveadm %s" % args[0]] += 1
        if code != 0:
            counts["doveadm: failed"] += 1
            self.last = err.decode(errors="replace")
        return code, out

    def works(self):
        self.last = ""
        return self.call("fetch", "flags", "mailbox", "one", "all")[0] == 0

    def work(self):
        while time.monotonic() < deadline:
            with lock:
                mine = list(delivered["dovecot"])
            if mine:
                n = self.random.choice(mine)
                here, there = place[n], "two" if place[n] == "one" else "one"
                which = ["mailbox", here, "header", "message-id", "x%dx@shared.test" % n]
                if self.random.random() < 0.7:
                    flag = self.random.choice(["\\Flagged", "\\Seen", "\\Answered"])
                    self.call("flags", self.random.choice(["add", "add", "remove"]), flag, *which)
                else:
                    self.call("move", there, *which)
                note_peer("dovecot")
            time.sleep(self.random.random() * 0.1)


def agent(owners):
    """Brings mail, with pauses."""
    mine, n = random.Random("%d agent" % SEED), 0
    while n < MANY and (n < FEW or time.monotonic() < deadline):
        n += 1
        owner = owners[n % len(owners)]
        deliver(n)
        place[n], flags[n] = "one", set()
        with lock:
            delivered[owner].append(n)
        counts["delivered"] += 1
        if n >= FEW:
            time.sleep(mine.random() * 0.5)


def appender():
    mine, n = random.Random("%d appender" % SEED), 100000
    while time.monotonic() < deadline and n < 100000 + MANY:
        n += 1
        if append(n):
            flags[n], place[n] = set(), "box"
            with lock:
                # every other one is nobody's: its flags stay as they came
                delivered["mbox" if n % 2 else "nobody"].append(n)
            counts["appended"] += 1
        time.sleep(mine.random() * 0.25)


# ---- the end ----

def check(homes):
    where = collections.defaultdict(list)
    for path in (ONE, TWO, MAIL + "/Trash"):
        if os.path.isdir(path):
            for m in maildir(path):
                where[m[0]].append(m)
        for left in glob.glob(path + "/tmp/*"):
            wrong("twice", "left over: " + left)
    for m in mbox(BOX):
        where[m[0]].append(m)
    for n in where.pop(None, []):
        wrong("torn", "a message without a number: %s" % n[3])
    for n in sorted(place):
        got = where.pop(n, [])
        if not got:
            wrong("lost", "%d, of %s" % (n, owner_of(n)))
        if len(got) > 1:
            wrong("twice", "%d, of %s: %s" % (n, owner_of(n), " ".join(m[3] for m in got)))
        for _, fl, data, file in got:
            if plain(data) != message(n):
                wrong("torn", "%d, of %s: %s: %r" % (n, owner_of(n), file, data[:3000]))
            if set(fl) != flags[n]:
                wrong("flags", "%d, of %s: %s: %s, set were %s" % (n, owner_of(n), file, fl, "".join(sorted(flags[n]))))
            right = {"one": ONE, "two": TWO, "box": BOX, None: MAIL + "/Trash"}[place[n]]
            if not file.startswith(right):
                wrong("lost", "%d, of %s, is at %s and should be in %s" % (n, owner_of(n), file, right))
    for n in where:
        wrong("twice", "%s was never delivered: %s" % (n, where[n][0][3]))
    for home in homes:
        for path, name in ((ONE, "one"), (TWO, "two"), (BOX, "box")):
            code, out = Pabal("end", home).call("--list", name, "--json")
            rows = sorted((d["message_id"], "".join(sorted(d["flags"]))) for d in map(json.loads, out.splitlines()))
            disk = sorted(("x%dx@shared.test" % n, "".join(sorted(fl))) for n, fl, _, _ in (mbox(path) if path == BOX else maildir(path)))
            for row in set(rows) ^ set(disk):
                wrong("index", "%s of %s: %s only %s" % (name, home, row, "in the list" if row in rows else "on the disk"))
            if len(rows) != len(disk):
                wrong("index", "%s of %s: %d rows for %d messages" % (name, home, len(rows), len(disk)))
        for file in glob.glob(MAIL + "/box.*"):
            wrong("twice", "left over: " + file)


def owner_of(n):
    return next((o for o, v in delivered.items() if n in v), "?")


def main():
    delivered["nobody"] = []
    other = become_somebody()
    print("# seed %d, user %d" % (SEED, os.getuid()))
    for path in (ONE, TWO):
        for sub in ("cur", "new", "tmp"):
            os.makedirs("%s/%s" % (path, sub))
    homes = [WORK + "/home1", WORK + "/home2"]
    for home in homes:
        os.makedirs(home + "/pabal")
        with open(home + "/pabal/config", "w") as f:
            f.write("mail = %s\n[account me]\naddress = me@shared.test\ninbox = one\n" % MAIL)
    owners = ["a", "b"]
    with open(BOX, "wb"):
        pass
    append(100000)
    flags[100000], place[100000] = set(), "box"
    delivered["nobody"].append(100000)
    deliver(0)
    flags[0], place[0] = set(), "one"
    delivered["nobody"].append(0)
    a, b, m = Pabal("a", homes[0]), Pabal("b", homes[1]), Pabal("mbox", homes[0])
    work = [lambda: a.on_maildirs(False), lambda: b.on_maildirs(True), m.on_mbox, appender]
    if shutil.which("neomutt"):
        owners.append("mutt")
        work.append(Mutt().work)
    else:
        print("# no neomutt")
    dovecot = Dovecot() if other and shutil.which("doveadm") else None
    if dovecot and dovecot.works():
        owners.append("dovecot")
        work.append(dovecot.work)
    else:
        print("# no Dovecot that works alone: %s" % (dovecot.last if dovecot else ""))
    work.append(lambda: agent(owners))

    def guarded(fn):
        try:
            fn()
        except Exception:
            wrong("command", "a worker ended: " + traceback.format_exc())
    threads = [threading.Thread(target=guarded, args=(w,)) for w in work]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    check(homes)
    for k in sorted(counts):
        print("# %6d %s" % (counts[k], k))
    if dovecot and dovecot.last:
        print("# Dovecot said last: %s" % dovecot.last.replace("\n", " | "))
    for line in bad[:200]:
        print(line)


main()
