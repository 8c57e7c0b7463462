/* SPDX-License-Identifier: GPL-3.0-or-later
 * boxes as a whole: made, renamed, removed only when empty, and all of them found. */
#include "box.h"
#include "store/store.h"
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#define M1 "From a@b.example Tue Mar  3 09:30:00 2026\nSubject: 1\n\none\n\n"

static char *home;

static char *at(const char *name)
{
	static char *kept[8];
	static unsigned next;
	char **p = &kept[next++ % 8];

	free(*p);
	return *p = tbox_path("%s/%s", home, name);
}

static void fresh_home(void)
{
	free(home);
	home = tbox_dir();
}

static bool there(const char *name)
{
	struct stat st;

	return lstat(at(name), &st) == 0;
}

static int kind(const char *name)
{
	struct err err = ERR_INIT;

	return box_kind_of(at(name), &err);
}

static int create(const char *name, enum box_kind k, struct err *err)
{
	return box_create(at(name), k, err);
}

static void t_create(void)
{
	struct err err = ERR_INIT;
	struct stat st;
	int fds = tap_open_fds();

	fresh_home();
	is_int(create("a/b/m", BOX_MAILDIR, &err), 0, "a Maildir, with the folders above it: %s", err.text);
	is_int(kind("a/b/m"), BOX_MAILDIR, "it is one");
	stat(at("a/b/m/cur"), &st);
	is_int(st.st_mode & 0777, 0700, "for its owner alone");
	is_int(create("a/b/m", BOX_MAILDIR, &err), -1, "%s", err.text);
	is_int(err.kind, ERR_EXISTS, "not twice");
	is_int(create("a/b/m/", BOX_MBOX, &err), -1, "%s", err.text);
	is_int(create("c/box", BOX_MBOX, &err), 0, "an mbox: %s", err.text);
	stat(at("c/box"), &st);
	ok(kind("c/box") == BOX_MBOX && (st.st_mode & 0777) == 0600 && st.st_size == 0, "an empty file, for its owner alone");
	is_int(create("c/box", BOX_MBOX, &err), -1, "%s", err.text);
	is_int(create("c/box/m", BOX_MAILDIR, &err), -1, "below a file: %s", err.text);
	is_int(create("x", BOX_MH, &err), -1, "%s", err.text);
	bug_on(symlink("nowhere", at("link")) != 0);
	is_int(create("link", BOX_MAILDIR, &err), -1, "%s", err.text);
	is_int(create("link", BOX_MBOX, &err), -1, "%s", err.text);
	/* what a crash left */
	mkdir(at("half"), 0700);
	mkdir(at("half/tmp"), 0700);
	mkdir(at("half/cur"), 0700);
	is_int(kind("half"), 0, "half a Maildir is none");
	is_int(create("half", BOX_MAILDIR, &err), 0, "... and is finished: %s", err.text);
	is_int(kind("half"), BOX_MAILDIR, "... to be one");
	is_int(create("a/b/m/.sub.한글 이름", BOX_MAILDIR, &err), 0, "a Maildir++ folder: %s", err.text);
	is_int(tap_open_fds(), fds, "no descriptor is lost");
}

static void t_move(void)
{
	struct err err = ERR_INIT;

	fresh_home();
	create("m", BOX_MAILDIR, &err);
	create("n", BOX_MAILDIR, &err);
	tbox_put(at("m/cur/1.a.h:2,"), SL("A: 1\n\n"));
	tbox_put(at("box"), SL(M1));
	is_int(box_move(at("m"), at("deep/er/m"), &err), 0, "renamed: %s", err.text);
	ok(!there("m") && there("deep/er/m/cur/1.a.h:2,"), "with what is in it");
	is_int(box_move(at("deep/er/m"), at("n"), &err), -1, "%s", err.text);
	is_int(err.kind, ERR_EXISTS, "never onto another");
	is_int(box_move(at("n"), at("box"), &err), -1, "%s", err.text);
	is_int(box_move(at("box"), at("n"), &err), -1, "%s", err.text);
	is_int(box_move(at("box"), at("deep/box/"), &err), 0, "an mbox: %s", err.text);
	ok(!there("box") && there("deep/box") && !there("box.lock"), "renamed, and no lock stays");
	is_int(box_move(at("nothing"), at("x"), &err), -1, "%s", err.text);
	is_int(err.kind, ERR_NOTFOUND, "nothing there");
	is_int(box_move(at("n"), at("n/cur/n"), &err), -1, "into itself: %s", err.text);
	is_int(kind("n"), BOX_MAILDIR, "it stays");
	if (access("/dev/shm", W_OK) == 0 && !sl_starts(sl(home), "/dev/shm")) {
		char *other = mem_strdup("/dev/shm/pabal-test-XXXXXX"), *to;

		if (mkdtemp(other)) {
			to = tbox_path("%s/n", other);
			is_int(box_move(at("n"), to, &err), -1, "%s", err.text);
			is_int(kind("n"), BOX_MAILDIR, "it stays");
			free(to);
			rmdir(other);
		}
		free(other);
	}
}

static int remove_box(const char *name)
{
	struct err err = ERR_INIT;
	int r = box_remove(at(name), &err);

	if (r != 0)
		tap_note("%s", err.text);
	ok(r == 0 || err.text[0], "an error is in words");
	return r;
}

static void t_remove(void)
{
	static const char *const in_the_way[] = { "m/cur/1.a.h:2,", "m/new/1.a.h", "m/tmp/1.a.h", "m/dovecot.index", "m/.x", "m/cur/.dot" };
	struct err err = ERR_INIT;
	int fds = tap_open_fds();

	fresh_home();
	for (size_t i = 0; i < ARRAY_LEN(in_the_way); i++) {
		create("m", BOX_MAILDIR, &err);
		tbox_put(at(in_the_way[i]), SL("A: 1\n\n"));
		is_int(remove_box("m"), -1, "%s is in the way", in_the_way[i]);
		ok(there(in_the_way[i]) && kind("m") == BOX_MAILDIR, "it stays, and the mailbox, too");
		unlink(at(in_the_way[i]));
	}
	create("m/.sub", BOX_MAILDIR, &err);
	is_int(remove_box("m"), -1, "a folder is in the way");
	is_int(kind("m/.sub"), BOX_MAILDIR, "it stays");
	is_int(remove_box("m/.sub"), 0, "it is empty itself");
	ok(!there("m/.sub"), "and goes");
	bug_on(symlink("/", at("m/link")) != 0);
	is_int(remove_box("m"), -1, "a link is in the way");
	unlink(at("m/link"));
	tbox_put(at("m/maildirfolder"), SL(""));
	mkdir(at("m/empty"), 0700);
	is_int(remove_box("m/"), 0, "maildirfolder and an empty folder are not in the way");
	ok(!there("m"), "it is gone");
	is_int(remove_box("m"), -1, "and can't go again");
	mkdir(at("half"), 0700);
	mkdir(at("half/tmp"), 0700);
	is_int(remove_box("half"), 0, "half a Maildir goes");
	bug_on(symlink(at("half"), at("link")) != 0);
	is_int(remove_box("link"), -1, "a link to nothing");
	create("m", BOX_MAILDIR, &err);
	bug_on(symlink(at("m"), at("linkm")) != 0);
	is_int(remove_box("linkm"), -1, "a link to a mailbox");
	ok(there("linkm") && kind("m") == BOX_MAILDIR, "both stay");

	tbox_put(at("box"), SL(M1));
	is_int(remove_box("box"), -1, "mail is in it");
	ok(there("box"), "it stays");
	tbox_put(at("box"), SL(""));
	is_int(remove_box("box"), 0, "an empty mbox");
	ok(!there("box") && !there("box.lock"), "is gone, and its lock");
	tbox_put(at("one.eml"), SL("A: b\n\n"));
	is_int(remove_box("one.eml"), -1, "a single message");
	ok(there("one.eml"), "stays");
	is_int(tap_open_fds(), fds, "no descriptor is lost");
}

/* One that has the empty mbox open and waits for its lock, as some agents do. */
static void t_late_writer(void)
{
	struct err err = ERR_INIT;
	struct str s;
	int to[2], from[2], status, r;
	struct flock l = { .l_type = F_WRLCK };
	char c = 0;
	pid_t pid;

	fresh_home();
	tbox_put(at("box"), SL(""));
	if (pipe(to) != 0 || pipe(from) != 0)
		return;
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		int fd = open(at("box"), O_RDWR);

		if (fd < 0 || write(from[1], "x", 1) != 1 || read(to[0], &c, 1) != 1)
			_exit(1);
		for (int i = 0; i < 2000 && there("box"); i++)
			usleep(1000);
		if (fcntl(fd, F_SETLKW, &l) != 0 || write(fd, M1, strlen(M1)) != (ssize_t)strlen(M1))
			_exit(2);
		_exit(0);
	}
	r = read(from[0], &c, 1) == 1 && write(to[1], "x", 1) == 1;
	ok(r, "it has the file open");
	r = box_remove(at("box"), &err);
	waitpid(pid, &status, 0);
	is_int(status, 0, "it wrote");
	str_init(&s, 4096);
	if (r == 0) {
		/* it came later than all locks: nobody can know */
		tap_skip("the writer came too late");
	} else {
		is_int(fs_slurp(at("box"), 4096, &s, &err), 0, "%s", err.text);
		is_str(s.p, M1, "what came at the last moment is there");
	}
	str_release(&s);
	for (int i = 0; i < 2; i++)
		close(to[i]), close(from[i]);
}

/* ---- all of them ---- */

struct all { struct str s; size_t skip; int stop_at, n; };

static int one(void *ctx, const char *path, enum box_kind k)
{
	struct all *a = ctx;

	str_addf(&a->s, "%s=%d ", path + MIN(a->skip, strlen(path)), (int)k);
	return ++a->n == a->stop_at ? -1 : 0;
}

static const char *each(const char *root, int stop_at)
{
	static struct all a;
	struct err err = ERR_INIT;
	int r;

	if (a.s.p)
		str_release(&a.s);
	a = (struct all){ .stop_at = stop_at, .skip = strlen(home) + 1 };
	str_init(&a.s, 65536);
	r = box_each(root, one, &a, &err);
	if (r != 0)
		str_adds(&a.s, err.text[0] ? "error" : "stopped");
	return a.s.p;
}

static void t_each(void)
{
	struct err err = ERR_INIT;
	struct str deep;

	fresh_home();
	create("M", BOX_MAILDIR, &err);
	create("M/.Sent", BOX_MAILDIR, &err);
	create("M/.A.B", BOX_MAILDIR, &err);
	create("M/sub", BOX_MAILDIR, &err);
	create("M/cur/not", BOX_MAILDIR, &err);
	tbox_put(at("M/file"), SL(M1));
	mkdir(at("d"), 0700);
	tbox_put(at("d/box"), SL(M1));
	tbox_put(at("d/empty.mbox"), SL(""));
	tbox_put(at("d/empty"), SL(""));
	tbox_put(at("d/text"), SL("From\n"));
	tbox_put(at("d/.hidden"), SL(M1));
	mkfifo(at("d/fifo"), 0600);
	mkfifo(at("d/fifo.mbox"), 0600);
	bug_on(symlink(at("M"), at("d/link")) != 0);
	bug_on(symlink("box", at("d/linked.mbox")) != 0);
	bug_on(symlink("..", at("d/up")) != 0);
	mkdir(at("d/.git"), 0700);
	tbox_put(at("d/.git/box"), SL(M1));
	create("d/.Hidden", BOX_MAILDIR, &err);
	mkdir(at("mh"), 0700);
	tbox_put(at("mh/1"), SL(M1));
	tbox_put(at("mh/box"), SL(M1));
	mkdir(at("mh/eml"), 0700);
	tbox_put(at("mh/eml/a.eml"), SL(M1));
	is_str(each(home, -1), "M=1 M/.A.B=1 M/.Sent=1 M/sub=1 d/.Hidden=1 d/box=2 d/empty.mbox=2 mh=3 mh/box=2 mh/eml=4 ",
		"all mailboxes, sorted, no links, no FIFOs, no hidden files");
	is_str(each(at("M"), -1), "M=1 M/.A.B=1 M/.Sent=1 M/sub=1 ", "of a Maildir");
	is_str(each(at("d/link"), -1), "d/link=1 d/link/.A.B=1 d/link/.Sent=1 d/link/sub=1 ", "through a link that was named");
	is_str(each(at("d/box"), -1), "d/box=2 ", "of an mbox: itself");
	is_str(each(home, 2), "M=1 M/.A.B=1 stopped", "stopped by the caller");
	is_str(each(at("nothing"), -1), "error", "nothing there");
	is_str(each(at("d/fifo"), -1), "error", "a FIFO");

	str_init(&deep, 4096);
	str_adds(&deep, "deep");
	for (int i = 0; i < 40; i++) {
		mkdir(at(deep.p), 0700);
		str_addf(&deep, "/%d", i);
	}
	create("deep/0/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18/19/20/21/22/23/24/25/26/27/28/29/30/m", BOX_MAILDIR, &err);
	create("deep/0/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18/19/20/21/22/23/24/25/26/27/28/29/30/31/m", BOX_MAILDIR, &err);
	ok(strstr(each(at("deep"), -1), "/30/m=1 ") && !strstr(each(at("deep"), -1), "/31/m"), "32 deep, and no deeper");
	str_release(&deep);
}

int main(void)
{
	log_open(-1, LOG_ERROR);
	fresh_home();
	t_create();
	t_move();
	t_remove();
	t_late_writer();
	t_each();
	free(home);
	return tap_done();
}
