/* SPDX-License-Identifier: GPL-3.0-or-later
 * mbox, writing: locks (P14), appending and rewriting (P12, P15), and both killed and
 * failing at each file call (FAULTS.md W5): the old file or the new one. */
#include "../job/crash.h"
#include "store/priv.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define FROM "From a@b.example Tue Mar  3 09:30:00 2026\n"
#define WHEN 1772530200

static char *home, *box;

static struct slice slurp(const char *path)
{
	static struct str s;
	struct err err = ERR_INIT;

	if (!s.p)
		str_init(&s, STR_MAX);
	str_clear(&s);
	if (fs_slurp(path, STR_MAX, &s, &err) != 0)
		return SL("(no file)");
	return str_sl(&s);
}

static int append(const char *path, struct slice text, const char *flags, struct err *err)
{
	struct mbox_lock k;
	struct src src;
	int r;

	src_mem(&src, text);
	if (mbox_lock(&k, path, true, 0, err) != 0)
		return -1;
	r = mbox_append(&k, &src, "a@b.example", WHEN, flags, err);
	if (r == 0)
		r = mbox_commit(&k, err);
	mbox_unlock(&k);
	return r;
}

/* All messages of the file, at most max; -1 failed. */
static int list(const char *path, struct mbox_change *v, int max)
{
	struct err err = ERR_INIT;
	struct mbox m;
	int n = 0, r;

	if (mbox_open(&m, path, &err) != 0)
		return -1;
	while (n < max && (r = mbox_next(&m, &v[n].msg, &err)) == 1)
		v[n++].flags = NULL;
	mbox_close(&m);
	return n;
}

static int rewrite(const char *path, const struct mbox_change *v, size_t n, struct err *err)
{
	struct mbox_lock k;
	int r;

	if (mbox_lock(&k, path, false, 0, err) != 0)
		return -1;
	r = mbox_rewrite(&k, v, n, err);
	mbox_unlock(&k);
	return r;
}

/* ---- append ---- */

static const struct { const char *name; struct slice before, text; const char *flags; struct slice after; } adds[] = {
	{ "into an empty file", SL(""), SL("A: b\n\nx\n"), NULL, SL(FROM "A: b\n\nx\n\n") },
	{ "after no final newline", SL(FROM "A: b\n\nx"), SL("C: d\n\n"), NULL, SL(FROM "A: b\n\nx\n\n" FROM "C: d\n\n\n") },
	{ "after no blank line", SL(FROM "A: b\n\nx\n"), SL("y\n"), NULL, SL(FROM "A: b\n\nx\n\n" FROM "y\n\n") },
	{ "after CRLF", SL(FROM "A: b\r\n\r\nx\r\n\r\n"), SL("y"), NULL, SL(FROM "A: b\r\n\r\nx\r\n\r\n" FROM "y\n\n") },
	{ "quoted", SL(""), SL("From x\n>From y\n\n>>From z\nFro\n"), NULL, SL(FROM ">From x\n>>From y\n\n>>>From z\nFro\n\n") },
	{ "flags at the end of the header", SL(""), SL("A: b\n\nx\n"), "FS", SL(FROM "A: b\nStatus: RO\nX-Status: F\n\nx\n\n") },
	{ "no flags but shown", SL(""), SL("A: b\n\nx\n"), "", SL(FROM "A: b\nStatus: O\n\nx\n\n") },
	{ "flags with CRLF", SL(""), SL("A: b\r\n\r\nx\r\n"), "DFPRST",
		SL(FROM "A: b\r\nStatus: RO\r\nX-Status: AFDTP\r\n\r\nx\r\n\n") },
	{ "flags, header alone", SL(""), SL("A: b"), "S", SL(FROM "A: b\nStatus: RO\n\n") },
	{ "the sender's Status and Content-Length go", SL(""),
		SL("Status: RO\nA: b\nX-Status: D\n folded\nContent-Length: 3\nStatusx: y\n\nStatus: x\n"), NULL,
		SL(FROM "A: b\nStatusx: y\n\nStatus: x\n\n") },
	{ "empty message", SL(""), SL(""), NULL, SL(FROM "\n") },
	{ "NULs and bare CR", SL(""), SL("A: b\n\n\0\r\0\r\n\0"), NULL, SL(FROM "A: b\n\n\0\r\0\r\n\0\n\n") },
};

static void t_append(void)
{
	for (size_t i = 0; i < ARRAY_LEN(adds); i++) {
		struct err err = ERR_INIT;

		tbox_put(box, adds[i].before);
		is_int(append(box, adds[i].text, adds[i].flags, &err), 0, "append %s: %s", adds[i].name, err.text);
		is_slice(slurp(box), adds[i].after, "append %s: the file", adds[i].name);
	}
	ok(tbox_count(home) == 1, "no lock and no other file stays");
}

static void t_sender(void)
{
	static const char *const bad[] = { "", "a b", "a\nb", "a\177", NULL };
	struct mbox_lock k;
	struct err err = ERR_INIT;
	struct src src;

	unlink(box);
	is_int(mbox_lock(&k, box, true, 0, &err), 0, "lock: %s", err.text);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		src_mem(&src, SL("x\n"));
		is_int(mbox_append(&k, &src, bad[i], -5, NULL, &err), 0, "append");
	}
	is_int(mbox_commit(&k, &err), 0, "commit");
	mbox_unlock(&k);
	is_slice(slurp(box), SL("From MAILER-DAEMON Thu Jan  1 00:00:00 1970\nx\n\n"
		"From MAILER-DAEMON Thu Jan  1 00:00:00 1970\nx\n\n" "From MAILER-DAEMON Thu Jan  1 00:00:00 1970\nx\n\n"
		"From MAILER-DAEMON Thu Jan  1 00:00:00 1970\nx\n\n" "From MAILER-DAEMON Thu Jan  1 00:00:00 1970\nx\n\n"),
		"a sender that is no word becomes MAILER-DAEMON");
}

/* ---- rewriting ---- */

#define M1 FROM "Subject: 1\n\none\n\n"
#define M2 FROM "Subject: 2\nStatus: O\n\n>From two\n\n"
#define M3 FROM "Subject: 3\n\nthree\n\n\n"
#define M4 FROM "Subject: 4\n\nfour"
#define M5 FROM "Subject: 5\n\nfive\n\n"

static void t_rewrite(void)
{
	struct mbox_change v[8];
	struct err err = ERR_INIT;
	struct stat st;
	int n;

	tbox_put(box, SL("junk\n" M1 M2 M3 M4));
	chmod(box, 0640);
	n = list(box, v, 8);
	is_int(n, 4, "four messages");
	v[1].flags = "S";
	v[3].flags = "F";
	is_int(rewrite(box, v + 1, 3, &err), 0, "rewrite: %s", err.text);
	is_slice(slurp(box), SL("junk\n" M1 FROM "Subject: 2\nStatus: RO\n\n>From two\n\n"
		FROM "Subject: 4\nStatus: O\nX-Status: F\n\nfour"), "flags of two, one removed, the rest as it was");
	ok(stat(box, &st) == 0 && (st.st_mode & 0777) == 0640, "the mode is kept");
	is_int(tbox_count(home), 1, "no other file stays");

	/* what others did meanwhile */
	tbox_put(box, SL(M1 M2 M3));
	n = list(box, v, 8);
	is_int(append(box, SL("Subject: 5\n\nfive\n"), NULL, &err), 0, "another one appends");
	is_int(rewrite(box, v, 1, &err), 0, "rewrite after that: %s", err.text);
	is_slice(slurp(box), SL(M2 M3 M5), "what was appended is kept");
	is_int(rewrite(box, v, 1, &err), -1, "the first is gone: no change");
	is_int(err.kind, ERR_TEMP, "%s", err.text);
	is_slice(slurp(box), SL(M2 M3 M5), "nothing is changed");
	tbox_put(box, SL(M1 M2 M3));
	list(box, v, 8);
	tbox_put(box, SL(M1 M2));
	is_int(rewrite(box, v + 2, 1, &err), -1, "a message cut off: no change");
	tbox_put(box, SL(FROM "Subject: X\n\none\n\n" M2));
	is_int(rewrite(box, v, 1, &err), -1, "another message of the same size: no change");
	is_slice(slurp(box), SL(FROM "Subject: X\n\none\n\n" M2), "nothing is changed");
	is_int(tbox_count(home), 1, "no other file stays");
}

static void t_refused(void)
{
	struct err err = ERR_INIT;
	struct mbox_change v[8];
	struct mbox m;
	char *other = tbox_path("%s/other", home);

	tbox_put(box, SL(M1));
	list(box, v, 8);
	is_int(link(box, other), 0, "a second name");
	is_int(rewrite(box, v, 1, &err), -1, "hard link: %s", err.text);
	unlink(other);
	is_int(symlink(box, other), 0, "a link");
	is_int(mbox_open(&m, other, &err), -1, "symbolic link: %s", err.text);
	is_int(append(other, SL("x"), NULL, &err), -1, "symbolic link, append: %s", err.text);
	unlink(other);
	is_int(mkfifo(other, 0600), 0, "a FIFO");
	is_int(mbox_open(&m, other, &err), -1, "FIFO: %s", err.text);
	is_int(append(other, SL("x"), NULL, &err), -1, "FIFO, append: %s", err.text);
	unlink(other);
	is_int(mbox_open(&m, home, &err), -1, "folder: %s", err.text);
	is_int(mbox_open(&m, other, &err), -1, "nothing: %s", err.text);
	is_int(err.kind, ERR_NOTFOUND, "nothing there");
	tbox_put(box, SL("\1\1\1\1\nx\n\1\1\1\1\n"));
	list(box, v, 8);
	is_int(append(box, SL("x"), NULL, &err), -1, "MMDF: %s", err.text);
	is_int(rewrite(box, v, 1, &err), -1, "MMDF: %s", err.text);
	is_slice(slurp(box), SL("\1\1\1\1\nx\n\1\1\1\1\n"), "MMDF stays as it is");
	is_int(tbox_count(home), 1, "no other file stays");
	free(other);
}

static void t_resume(void)
{
	struct mbox_change v[8];
	struct err err = ERR_INIT;
	struct mbox_msg msg;
	struct mbox m;
	struct stat st;

	tbox_put(box, SL(M1 M2));
	list(box, v, 8);
	stat(box, &st);
	append(box, SL("Subject: 5\n\nfive\n"), NULL, &err);
	is_int(mbox_open(&m, box, &err), 0, "open");
	is_int(mbox_resume(&m, st.st_dev, st.st_ino, &v[1].msg, &err), 1, "what came since");
	is_int(mbox_next(&m, &msg, &err), 1, "a message");
	is_int(msg.from, sizeof(M1 M2) - 1, "the appended one");
	is_int(mbox_next(&m, &msg, &err), 0, "and no other");
	is_int(mbox_resume(&m, st.st_dev, st.st_ino + 1, &v[1].msg, &err), 0, "another file: from the start");
	is_int(mbox_next(&m, &msg, &err), 1, "a message");
	is_int(msg.from, 0, "the first");
	v[1].msg.sum++;
	is_int(mbox_resume(&m, st.st_dev, st.st_ino, &v[1].msg, &err), 0, "another message there: from the start");
	mbox_close(&m);
}

/* ---- locks ---- */

static void lock_file(const char *text, int age)
{
	char *dot = tbox_path("%s.lock", box);
	struct timespec t[2] = { { 0 } };

	tbox_put(dot, sl(text));
	t[0].tv_sec = t[1].tv_sec = rt_now() / 1000000 - age;
	utimensat(AT_FDCWD, dot, t, 0);
	free(dot);
}

static pid_t dead_pid(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	return pid;
}

static void t_locks(void)
{
	char host[256] = "", text[320], *dot = tbox_path("%s.lock", box);
	struct mbox_lock k, other;
	struct err err = ERR_INIT;
	struct flock l = { .l_type = F_WRLCK };
	long dead = dead_pid();
	int fd, before = tap_open_fds();

	log_open(-1, LOG_ERROR);
	gethostname(host, sizeof(host) - 1);
	tbox_put(box, SL(M1));
	is_int(mbox_lock(&k, box, false, 0, &err), 0, "locked");
	ok(access(dot, F_OK) == 0, "there is a dotlock");
	is_int(mbox_lock(&other, box, false, 50, &err), -1, "not twice: %s", err.text);
	is_int(err.kind, ERR_LOCKED, "held by another one");
	ok(access(dot, F_OK) == 0, "the dotlock stays");
	mbox_unlock(&k);
	ok(access(dot, F_OK) != 0, "and goes at the end");

	fd = open(box, O_RDWR);
	fcntl(fd, F_OFD_SETLK, &l);
	is_int(mbox_lock(&k, box, false, 30, &err), -1, "fcntl held: %s", err.text);
	ok(access(dot, F_OK) != 0, "the dotlock is let go of");
	close(fd);

	for (int i = 0; i < 9; i++) {
		static const struct { const char *name; bool dead, live, own; const char *host; int age, r; } v[] = {
			{ "dead, old", true, false, false, "", 301, 0 }, { "dead, not old", true, false, false, "", 290, -1 },
			{ "dead with our host, old", true, false, false, "us", 400, 0 },
			{ "dead on another host", true, false, false, "elsewhere.invalid", 4000, -1 },
			{ "alive, old", false, true, false, "", 4000, -1 }, { "no pid, old", false, false, false, "", 301, 0 },
			{ "no pid, not old", false, false, false, "", 100, -1 },
			{ "our own, left behind", false, false, true, "us", 10, 0 }, { "our own pid elsewhere", false, false, true, "elsewhere.invalid", 4000, -1 },
		};

		text[0] = 0;
		if (v[i].dead || v[i].live || v[i].own)
			snprintf(text, sizeof(text), "%ld%s%s\n", v[i].dead ? dead : v[i].live ? (long)getppid() : (long)getpid(), v[i].host[0] ? ":" : "",
				strcmp(v[i].host, "us") == 0 ? host : v[i].host);
		lock_file(text, v[i].age);
		is_int(mbox_lock(&k, box, false, 40, &err), v[i].r, "a lock, %s", v[i].name);
		mbox_unlock(&k);
		unlink(dot);
	}
	is_int(tap_open_fds(), before, "no descriptor is lost");
	is_int(tbox_count(home), 1, "no other file stays");
	if (geteuid() == 0) {
		tap_skip("root may write everywhere");
	} else {
		chmod(home, 0500);
		is_int(append(box, SL("x\n"), NULL, &err), 0, "folder not writable: fcntl alone");
		is_int(rewrite(box, NULL, 0, &err), -1, "but no rewrite: %s", err.text);
		chmod(home, 0700);
	}
	free(dot);
}

/* ---- others at the same time (P12, P13) ---- */

static void write_at_end(int fd, const char *text)
{
	if (lseek(fd, 0, SEEK_END) < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		_exit(1);
}

/* Does somebody wait for a lock of this file? */
static bool waited_for(ino_t ino)
{
	char line[256], want[40];
	bool found = false;
	FILE *f = fopen("/proc/locks", "r");

	snprintf(want, sizeof(want), ":%llu ", (unsigned long long)ino);
	while (f && fgets(line, sizeof(line), f))
		found = found || (strstr(line, "->") && strstr(line, want));
	if (f)
		fclose(f);
	return found;
}

/* One without a dotlock that has the old file open and waits for its lock. */
static void t_waiter(void)
{
	struct mbox_change v[4];
	struct mbox_lock k;
	struct err err = ERR_INIT;
	pid_t pid;
	int status;

	if (access("/proc/locks", R_OK) != 0) {
		tap_skip("there is no /proc/locks");
		return;
	}
	tbox_put(box, SL(M1 M2));
	list(box, v, 4);
	is_int(mbox_lock(&k, box, false, 0, &err), 0, "locked");
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		struct flock l = { .l_type = F_WRLCK };
		int fd = open(box, O_RDWR);

		if (fd < 0 || fcntl(fd, F_SETLKW, &l) != 0)
			_exit(1);
		write_at_end(fd, M5);
		_exit(0);
	}
	while (!waited_for(k.st.st_ino) && waitpid(pid, &status, WNOHANG) == 0)
		poll(NULL, 0, 1);
	is_int(mbox_rewrite(&k, v, 1, &err), 0, "rewrite while one waits: %s", err.text);
	mbox_unlock(&k);
	waitpid(pid, &status, 0);
	is_int(status, 0, "it wrote");
	is_slice(slurp(box), SL(M2 M5), "and what it wrote is there");
}

#define EACH 25

static int with_name(int who, int i)
{
	struct err err = ERR_INIT;
	struct mbox_lock k;
	struct src src;
	char text[80];
	int r;

	snprintf(text, sizeof(text), "Subject: m%d.%d\n\nbody\n", who, i);
	src_mem(&src, sl(text));
	if (mbox_lock(&k, box, false, 20000, &err) != 0)
		return -1;
	r = mbox_append(&k, &src, "a@b.example", WHEN, NULL, &err);
	if (r == 0)
		r = mbox_commit(&k, &err);
	mbox_unlock(&k);
	return r;
}

/* As a delivery agent without dotlocks does it. */
static int foreign(int who, int i)
{
	for (;;) {
		struct flock l = { .l_type = F_WRLCK };
		struct stat a, b;
		char text[120];
		int fd = open(box, O_RDWR);
		bool same;

		if (fd < 0 || fcntl(fd, F_SETLKW, &l) != 0)
			return -1;
		same = fstat(fd, &a) == 0 && stat(box, &b) == 0 && a.st_ino == b.st_ino;
		if (same) {
			snprintf(text, sizeof(text), FROM "Subject: m%d.%d\n\nbody\n\n", who, i);
			write_at_end(fd, text);
		}
		close(fd);
		if (same)
			return 0;
	}
}

/* Flags of all, and what it appended itself is removed again. */
static int changer(int who, int i)
{
	static struct mbox_change v[512];
	struct err err = ERR_INIT;
	int n, r;

	if (with_name(who, i) != 0)
		return -1;
	do {
		struct mbox_lock k;
		struct str s;
		int keep = 0;

		n = list(box, v, 512);
		str_init(&s, STR_MAX);
		str_addsl(&s, slurp(box));
		for (int j = 0; j < n; j++) {
			struct slice m = sl_head(sl_skip(str_sl(&s), (size_t)v[j].msg.at), 12);

			v[keep] = v[j];
			v[keep++].flags = sl_starts(m, "Subject: m2.") ? NULL : "S";
		}
		str_release(&s);
		err.kind = ERR_NONE;
		r = mbox_lock(&k, box, false, 20000, &err);
		if (r == 0)
			r = mbox_rewrite(&k, v, (size_t)keep, &err);
		mbox_unlock(&k);
	} while (r != 0 && err.kind == ERR_TEMP);
	if (r != 0)
		fprintf(stderr, "# %s\n", err.text);
	return r;
}

static void t_together(void)
{
	static int (*const work[])(int, int) = { with_name, foreign, changer };
	pid_t pid[3];
	int wrong = 0;

	tbox_put(box, SL(M1));
	fflush(stdout);
	for (int who = 0; who < 3; who++)
		if ((pid[who] = fork()) == 0) {
			for (int i = 0; i < EACH; i++)
				if (work[who](who, i) != 0)
					_exit(1);
			_exit(0);
		}
	for (int who = 0; who < 3; who++) {
		int status = -1;

		waitpid(pid[who], &status, 0);
		is_int(status, 0, "writer %d came to its end", who);
	}
	for (int who = 0; who < 3; who++)
		for (int i = 0; i < EACH; i++) {
			struct slice s = slurp(box);
			char text[40];
			int n = 0;
			ssize_t at;

			snprintf(text, sizeof(text), "\nSubject: m%d.%d\n", who, i);
			for (; (at = sl_search(s, sl(text))) >= 0; n++)
				s = sl_skip(s, (size_t)at + 1);
			wrong += n != (who != 2);
		}
	is_int(wrong, 0, "each message is there once, and the removed ones are gone");
	is_int(tbox_count(home), 1, "no lock stays");
}

/* ---- killed and failing ---- */

static struct mbox_change todo[4];
static struct err why;

static int w_append(void *ctx)
{
	return append(box, SL("Subject: 5\n\nfive\n"), NULL, &why);
}

static int w_rewrite(void *ctx)
{
	return rewrite(box, todo, 2, &why);
}

static const struct { const char *name; int (*work)(void *); struct slice new; } works[] = {
	{ "append", w_append, SL(M1 M2 M3 M5) },
	{ "rewrite", w_rewrite, SL(FROM "Subject: 1\nStatus: RO\n\none\n\n" M3) },
};

static void fresh(void)
{
	lock_file("", 4000);
	tbox_put(box, SL(M1 M2 M3));
	list(box, todo, 2);
	todo[0].flags = "S";
}

static void t_crash(void)
{
	char *dot = tbox_path("%s.lock", box);

	for (size_t i = 0; i < ARRAY_LEN(works); i++) {
		int r = 1, bad = 0, healed = 0, n;

		for (n = 1; r == 1; n++) {
			struct timespec t[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };

			fresh();
			r = crash_at(n, works[i].work, NULL);
			bad += !sl_eq(slurp(box), SL(M1 M2 M3)) && !sl_eq(slurp(box), works[i].new);
			utimensat(AT_FDCWD, dot, t, 0);
			list(box, todo, 2);
			todo[0].flags = "S";
			if (sl_eq(slurp(box), SL(M1 M2 M3)) && works[i].work(NULL) != 0)
				tap_note("%d: %s", n, why.text);
			healed += sl_eq(slurp(box), works[i].new);
		}
		is_int(r, 0, "%s: ran to its end after %d kills", works[i].name, n - 2);
		is_int(bad, 0, "%s killed: the old file or the new one", works[i].name);
		is_int(healed, n - 1, "%s killed: the next run makes it whole", works[i].name);
	}
	free(dot);
}

static void t_fail(void)
{
	for (size_t i = 0; i < ARRAY_LEN(works); i++)
		for (int f = FAULT_ENOSPC; f <= FAULT_EINTR; f++) {
			bool came = true;
			int bad = 0, fds = tap_open_fds();

			for (int n = 1; came; n++) {
				int r;

				fresh();
				fault_set((enum fault)f, n, false);
				r = works[i].work(NULL);
				came = fault_off();
				if (r == 0 ? !sl_eq(slurp(box), works[i].new) :
				    !sl_eq(slurp(box), SL(M1 M2 M3)) && !sl_eq(slurp(box), works[i].new)) {
					bad++;
					tap_note("%d, %s: %d %s", n, fault_call(), r, why.text);
				}
			}
			is_int(bad, 0, "%s, %s: the old file or the new one", works[i].name, fault_names[f]);
			is_int(tap_open_fds(), fds, "%s, %s: no descriptor is lost", works[i].name, fault_names[f]);
		}
}

int main(void)
{
	crash_init();
	home = tbox_dir();
	box = tbox_path("%s/box", home);
	t_append();
	t_sender();
	t_rewrite();
	t_refused();
	t_resume();
	t_locks();
	t_waiter();
	t_together();
	t_crash();
	t_fail();
	free(box);
	free(home);
	return tap_done();
}
