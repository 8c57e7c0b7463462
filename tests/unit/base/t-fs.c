/* SPDX-License-Identifier: GPL-3.0-or-later
 * fs and path: each call of the table fails in turn, and nothing may be left
 * half done, half open or lying about */
#include "../../tap.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>
#include <sys/wait.h>

/* ---- a table that fails the n-th of one call ---- */

static struct fs_calls sound;
static const char *fail_call;
static int fail_at, fail_errno, calls_seen;
static bool short_writes;

static bool fails(const char *call)
{
	if (!fail_call || strcmp(call, fail_call) != 0 || ++calls_seen != fail_at)
		return false;
	errno = fail_errno;
	return true;
}

static int t_open(int dir, const char *path, int flags, mode_t mode)
{
	return fails("open") ? -1 : sound.open(dir, path, flags, mode);
}

static ssize_t t_write(int fd, const void *p, size_t n)
{
	if (fails("write"))
		return fail_errno ? -1 : 0;
	return sound.write(fd, p, short_writes && n > 3 ? 3 : n);
}

static int t_fsync(int fd)
{
	return fails("fsync") ? -1 : sound.fsync(fd);
}

static int t_syncfs(int fd)
{
	return fails("syncfs") ? -1 : sound.syncfs(fd);
}

static int t_close(int fd)
{
	int rc = sound.close(fd);

	return fails("close") ? -1 : rc;
}

static int t_rename(int odir, const char *o, int ndir, const char *n, unsigned flags)
{
	return fails("rename") ? -1 : sound.rename(odir, o, ndir, n, flags);
}

static int t_link(int odir, const char *o, int ndir, const char *n)
{
	return fails("link") ? -1 : sound.link(odir, o, ndir, n);
}

static ssize_t t_read(int fd, void *p, size_t n)
{
	return fails("read") ? -1 : sound.read(fd, p, n);
}

static void fail(const char *call, int at, int why)
{
	fail_call = call;
	fail_at = at;
	fail_errno = why;
	calls_seen = 0;
}

static void fail_nothing(void)
{
	fail(NULL, 0, 0);
	short_writes = false;
}

static void use_table(void)
{
	sound = fs_sys;
#ifndef HAVE_SYNCFS
	sound.syncfs = fsync;   /* the choice is what is tested here */
#endif
	fs_sys.open = t_open;
	fs_sys.write = t_write;
	fs_sys.fsync = t_fsync;
	fs_sys.syncfs = t_syncfs;
	fs_sys.close = t_close;
	fs_sys.rename = t_rename;
	fs_sys.link = t_link;
	fs_sys.read = t_read;
}

/* ---- helpers ---- */

static int count_files(const char *dir)
{
	DIR *d = opendir(dir);
	int n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n - 2;
}

static void is_file(const char *path, const char *want, const char *name)
{
	struct err e = ERR_INIT;
	struct str s;

	str_init(&s, 1000);
	if (fs_slurp(path, 1000, &s, &e) != 0)
		tap_note("%s", e.text);
	is_slice(str_sl(&s), sl(want), "%s", name);
	str_release(&s);
}

static char *in_tmp(const char *name)
{
	return path_join(tap_tmpdir(), name);
}

/* ---- what may go wrong while a file is replaced ---- */

static void test_replace(void)
{
	static const struct { const char *call; int at, why; bool is_new; } t[] = {
		{ "open", 1, EACCES, false },           /* the folder        */
		{ "open", 2, EMFILE, false },           /* the new file      */
		{ "open", 2, EEXIST, false },
		{ "write", 1, ENOSPC, false }, { "write", 2, EIO, false }, { "write", 1, 0, false },
		{ "write", 2, EDQUOT, false },
		{ "fsync", 1, EIO, false }, { "close", 1, EDQUOT, false },
		{ "rename", 1, EIO, false },
		{ "fsync", 2, EIO, true },              /* the folder        */
	};
	char *dir = mem_strdup(tap_tmpdir()), *path = path_join(dir, "state");
	struct err e = ERR_INIT;
	struct stat st;

	is_int(fs_replace(path, SL("old"), &e), 0, "a file that was not there");
	is_file(path, "old", "has the content");
	ok(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600, "and is ours alone");
	is_int(fs_replace(path, SL_NONE, &e), 0, "replaced by nothing");
	is_file(path, "", "is empty");
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		int fds = tap_open_fds();

		fs_replace(path, SL("old"), &e);
		e = (struct err)ERR_INIT;
		short_writes = true;
		fail(t[i].call, t[i].at, t[i].why);
		is_int(fs_replace(path, SL("new content"), &e), -1, "%s %d fails", t[i].call, t[i].at);
		fail_nothing();
		ok(e.kind == ERR_SYS && e.sys == (t[i].why ? t[i].why : ENOSPC), "said: %s", e.text);
		ok(strstr(e.text, path) != NULL, "with the path");
		is_file(path, t[i].is_new ? "new content" : "old", "one of the two contents, whole");
		is_int(count_files(dir), 1, "no other file is left");
		is_int(tap_open_fds(), fds, "no descriptor is left");
	}
	fail("fsync", 2, EINVAL);
	is_int(fs_replace(path, SL("new"), &e), 0, "a folder that cannot be synced is let pass (rule 3)");
	fail("fsync", 1, EINVAL);
	is_int(fs_replace(path, SL("newer"), &e), -1, "a file that cannot is not");
	for (int i = 1; i < 3; i++) {
		static const char *const calls[] = { "", "open", "fsync" };

		fail(calls[i], 1, EINTR);
		is_int(fs_replace(path, SL("newest"), &e), 0, "%s is tried again after EINTR (rule 2)", calls[i]);
	}
	fail_nothing();
	free(path);
	free(dir);
	is_int(fs_replace("/nonexistent/x", SL(""), &e), -1, "no folder");
}

/* ---- the rest ---- */

static void test_open(void)
{
	char *path = in_tmp("file"), *link_path = in_tmp("link");
	int fd = fs_open(FS_CWD, path, O_RDWR | O_CREAT | O_EXCL, 0600);

	ok(fd >= 0 && fcntl(fd, F_GETFD) & FD_CLOEXEC, "close-on-exec is added");
	is_int(fs_write_all(fd, "abc", 3), 0, "written");
	is_int(fs_truncate(fd, 1), 0, "truncated");
	is_int(fs_close(&fd), 0, "closed");
	is_int(fd, -1, "and forgotten");
	is_int(fs_close(&fd), 0, "closing nothing is no error");
	is_file(path, "a", "the one byte is there");
	if (symlink(path, link_path) != 0)
		exit(99);
	ok(fs_open(FS_CWD, link_path, O_RDONLY, 0) < 0 && errno == ELOOP, "a link is not followed (rule 1)");
	fd = fs_open_named(link_path, O_RDONLY, 0);
	ok(fd >= 0, "unless a person named it");
	fail("close", 1, EIO);
	ok(fs_close(&fd) == -1 && errno == EIO && fd == -1, "an error of close is real");
	fail_nothing();
	free(path);
	free(link_path);
}

static void test_slurp(void)
{
	char *path = in_tmp("file");
	struct err e = ERR_INIT;
	struct str s;

	fs_replace(path, SL("0123456789"), &e);
	str_init(&s, 12);
	str_adds(&s, "x");
	is_int(fs_slurp(path, 10, &s, &e), 0, "as long as the limit");
	is_slice(str_sl(&s), SL("x0123456789"), "is added");
	str_cut(&s, 1);
	is_int(fs_slurp(path, 9, &s, &e), -1, "one byte more than the limit");
	ok(e.kind == ERR_LIMIT && s.n == 1, "is a limit and adds nothing: %s", e.text);
	is_int(fs_slurp("/nonexistent", 9, &s, &e), -1, "no such file");
	ok(e.kind == ERR_NOTFOUND && e.sys == ENOENT, "is told apart: %s", e.text);
	is_int(fs_slurp("/", 9, &s, &e), -1, "a folder");
	is_int(e.sys, EISDIR, "is no file");
	fail("read", 1, EIO);
	is_int(fs_slurp(path, 10, &s, &e), -1, "a bad disk");
	is_int(e.sys, EIO, "is said");
	fail_nothing();
	str_release(&s);
	free(path);
}

static void test_rename_new(void)
{
	static const int cannot[] = { 0, EINVAL, ENOSYS };
	char *dir = mem_strdup(tap_tmpdir()), *a = path_join(dir, "a"), *b = path_join(dir, "b");
	struct err e = ERR_INIT;

	for (size_t i = 0; i < ARRAY_LEN(cannot); i++) {
		fs_replace(a, SL("one"), &e);
		fail(cannot[i] ? "rename" : NULL, 1, cannot[i]);
		is_int(fs_rename_new(FS_CWD, a, FS_CWD, b), 0, "onto no name (%d)", cannot[i]);
		fail_nothing();
		is_int(count_files(dir), 1, "there is one file");
		is_file(b, "one", "under the new name");
		fs_replace(a, SL("two"), &e);
		fail(cannot[i] ? "rename" : NULL, 1, cannot[i]);
		ok(fs_rename_new(FS_CWD, a, FS_CWD, b) == -1 && errno == EEXIST, "never onto one that is");
		fail_nothing();
		is_file(b, "one", "which keeps its content");
		is_file(a, "two", "as does the other");
		is_int(fs_unlink(FS_CWD, b), 0, "unlink");
	}
	fail("rename", 1, EIO);
	ok(fs_rename_new(FS_CWD, a, FS_CWD, b) == -1 && errno == EIO, "an error that says nothing about links");
	fail_nothing();
	ok(fs_rename(FS_CWD, "/nonexistent", FS_CWD, b) == -1 && errno == ENOENT, "nothing to rename");
	is_int(fs_rename(FS_CWD, a, FS_CWD, b), 0, "rename");
	is_file(b, "two", "moves");
	free(a);
	free(b);
	free(dir);
}

/* Done over a network, and the answer was lost. */
static int lost_rename(int odir, const char *o, int ndir, const char *n, unsigned flags)
{
	if (flags) {
		errno = EINVAL;
		return -1;
	}
	sound.rename(odir, o, ndir, n, 0);
	errno = ENOENT;
	return -1;
}

static int lost_link(int odir, const char *o, int ndir, const char *n)
{
	sound.link(odir, o, ndir, n);
	errno = EEXIST;
	return -1;
}

static void test_lost_answers(void)
{
	char *dir = mem_strdup(tap_tmpdir()), *a = path_join(dir, "a"), *b = path_join(dir, "b");
	struct err e = ERR_INIT;

	fs_replace(a, SL("one"), &e);
	fs_sys.rename = lost_rename;
	fs_sys.link = lost_link;
	is_int(fs_rename(FS_CWD, a, FS_CWD, b), 0, "a rename that was done is done (rule 5)");
	is_int(fs_rename_new(FS_CWD, b, FS_CWD, a), 0, "a link too");
	is_int(count_files(dir), 1, "the old name is gone");
	is_file(a, "one", "the new one has the content");
	if (link(a, b) != 0)
		exit(99);
	ok(fs_rename_new(FS_CWD, a, FS_CWD, b) == -1 && errno == EEXIST, "a link that was there before is not ours");
	fs_sys.rename = t_rename;
	fs_sys.link = t_link;
	free(a);
	free(b);
	free(dir);
}

static char hook_log[400];

static void hook(const char *call, bool after)
{
	size_t n = strlen(hook_log);

	snprintf(hook_log + n, sizeof(hook_log) - n, "%s%s ", after ? "/" : "", call);
}

static void test_hook(void)
{
	char *dir = in_tmp("new"), *a = path_join(dir, "a"), *b = path_join(dir, "b");
	struct err e = ERR_INIT;

	fs_hook = hook;
	fs_mkdir(FS_CWD, dir, 0700);
	fs_replace(a, SL("x"), &e);
	fail("rename", 1, ENOSYS);
	fs_rename_new(FS_CWD, a, FS_CWD, b);
	fs_hook = NULL;
	fail_nothing();
	is_str(hook_log, "mkdir /mkdir open /open write /write fsync /fsync rename /rename fsync /fsync "
		"rename /rename link /link unlink /unlink ", "the hook sees every change");
	free(a);
	free(b);
	free(dir);
}

static void test_sync_many(void)
{
	static const struct { size_t n; int why, rc; const char *want, *name; } t[] = {
		{ 0, 0, 0, "0 0", "none" },
		{ 3, 0, 0, "3 0", "three: one fsync each" },
		{ 4, 0, 0, "0 1", "four: one syncfs" },
		{ 12, ENOSYS, 0, "1 2", "no syncfs for the first: fsync, and the next is asked" },
		{ 12, EIO, -1, "0 1", "syncfs fails" },
	};
	char *path = in_tmp("f");
	int fds[12], bad;

	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		fds[i] = fs_open(FS_CWD, path, O_RDWR | O_CREAT, 0600);
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		int n_fsync = 0, n_syncfs = 0;
		const char *p = hook_log;
		char got[32];

		hook_log[0] = 0;
		fs_hook = hook;
		fail("syncfs", 1, t[i].why);
		if (!t[i].why)
			fail_nothing();
		is_int(fs_sync_many(fds, t[i].n), t[i].rc, "%s", t[i].name);
		fs_hook = NULL;
		fail_nothing();
		for (; (p = strstr(p, "/")); p++) {
			n_fsync += strncmp(p, "/fsync", 6) == 0;
			n_syncfs += strncmp(p, "/syncfs", 7) == 0;
		}
		snprintf(got, sizeof(got), "%d %d", n_fsync, n_syncfs);
		is_str(got, t[i].want, "%s: fsync and syncfs", t[i].name);
	}
	fs_sys.syncfs = NULL;
	is_int(fs_sync_many(fds, 12), 0, "no syncfs at all");
	fail("fsync", 12, EIO);
	is_int(fs_sync_many(fds, 12), -1, "the last of them fails");
	fail_nothing();
	fs_sys.syncfs = t_syncfs;
	bad = -1;
	is_int(fs_sync_many(&bad, 1), -1, "no descriptor");
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		fs_close(&fds[i]);
	free(path);
}

static void test_lock(void)
{
	char *path = in_tmp("lock");
	struct err e = ERR_INIT;
	int fd, other, status;
	pid_t child;

	is_int(fs_lock(path, false, &fd, &e), 0, "a lock is taken");
	other = open(path, O_RDWR);
	close(other);
	child = fork();
	if (child == 0) {
		int mine;
		struct err why = ERR_INIT;

		if (fs_lock(path, false, &mine, &why) == 0)
			_exit(1);
		_exit(why.kind == ERR_LOCKED && strstr(why.text, path) ? 0 : 2);
	}
	waitpid(child, &status, 0);
	is_int(status, 0, "another process does not get it, even after another descriptor was closed (rule 7)");
	child = fork();
	if (child == 0) {
		int mine;
		struct err why = ERR_INIT;

		fs_close(&fd);  /* its copy; the lock stays with the parent's */
		_exit(fs_lock(path, true, &mine, &why) == 0 ? 0 : 1);
	}
	fs_close(&fd);
	waitpid(child, &status, 0);
	is_int(status, 0, "it gets it when it waits");
	is_int(fs_lock(path, false, &fd, &e), 0, "the lock ends with its process");
	fs_close(&fd);
	is_int(fs_lock("/nonexistent/lock", false, &fd, &e), -1, "no folder");
	ok(e.kind == ERR_SYS, "is no lock held by others");
	free(path);
}

static void test_mkdirs(void)
{
	char *base = mem_strdup(tap_tmpdir()), *deep = path_join(base, "a/b//c/"), *file = path_join(base, "f");
	char *below = path_join(file, "x");
	struct err e = ERR_INIT;
	struct stat st;

	is_int(fs_mkdirs(deep, &e), 0, "three folders at once");
	ok(stat(deep, &st) == 0 && S_ISDIR(st.st_mode) && (st.st_mode & 0777) == 0700, "ours alone (rule 12)");
	is_int(fs_mkdirs(deep, &e), 0, "again is no error");
	is_int(fs_mkdirs("/", &e), 0, "the root is there");
	fs_replace(file, SL("x"), &e);
	is_int(fs_mkdirs(below, &e), -1, "a file is in the way");
	ok(e.kind == ERR_EXISTS, "said: %s", e.text);
	ok(fs_mkdir(FS_CWD, deep, 0700) == -1 && errno == EEXIST, "mkdir of what is there is an error");
	is_int(fs_check_private(base, &e), 0, "a folder of ours");
	if (chmod(base, 0770) != 0)
		exit(99);
	is_int(fs_check_private(base, &e), -1, "is not when the group may write");
	ok(e.kind == ERR_CONFIG, "said: %s", e.text);
	is_int(fs_check_private("/nonexistent", &e), -1, "nothing there");
	ok(e.kind == ERR_NOTFOUND, "said: %s", e.text);
	chmod(base, 0700);
	free(base);
	free(deep);
	free(file);
	free(below);
}

static void test_remove_tree(void)
{
	char *base = mem_strdup(tap_tmpdir()), *tree = path_join(base, "tree"), *safe = path_join(base, "safe");
	char *kept = path_join(safe, "kept"), *leaf = path_join(tree, "cur/leaf"), *cur = path_join(tree, "cur");
	char *into = path_join(tree, "link");
	struct err e = ERR_INIT;

	fs_mkdirs(cur, &e);
	fs_mkdirs(safe, &e);
	fs_replace(kept, SL("kept"), &e);
	fs_replace(leaf, SL("leaf"), &e);
	for (int i = 0; i < 300; i++) {
		char name[64];
		char *path;

		snprintf(name, sizeof(name), "cur/%d", i);
		path = path_join(tree, name);
		close(open(path, O_CREAT | O_WRONLY, 0600));
		free(path);
	}
	if (symlink(safe, into) != 0)
		exit(99);
	is_int(fs_remove_tree(FS_CWD, tree), 0, "a tree with a link in it");
	is_int(count_files(base), 1, "is gone");
	is_file(kept, "kept", "what the link pointed to is not");
	if (symlink(safe, tree) != 0)
		exit(99);
	ok(fs_remove_tree(FS_CWD, tree) == -1, "a link is no tree");
	is_file(kept, "kept", "and is not followed");
	ok(fs_remove_tree(FS_CWD, cur) == -1, "what is not there cannot be removed");
	is_int(fs_unlink(FS_CWD, kept), 0, "unlink");
	is_int(fs_rmdir(FS_CWD, safe), 0, "rmdir");
	free(base); free(tree); free(safe); free(kept); free(leaf); free(cur); free(into);
}

static void test_names(void)
{
	static const struct { const char *a, *b, *want; } t[] = {
		{ "a", "b", "a/b" }, { "a/", "b", "a/b" }, { "a//", "/b", "a/b" }, { "/", "b", "/b" },
		{ "", "b", "b" }, { "", "/b", "/b" }, { "a", "", "a/" },
	};
	struct map *seen = map_new();
	char name[128];
	bool plain = true;

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		char *got = path_join(t[i].a, t[i].b);

		is_str(got, t[i].want, "\"%s\" and \"%s\"", t[i].a, t[i].b);
		free(got);
	}
	setenv("HOME", "/home/x", 1);
	for (int i = 0; i < 5; i++) {
		static const char *const in[] = { "~/a", "~", "~other/a", "/a", "a/~/b" };
		static const char *const want[] = { "/home/x/a", "/home/x", "~other/a", "/a", "a/~/b" };
		char *got = path_expand(in[i]);

		is_str(got, want[i], "%s", in[i]);
		free(got);
	}
	rt_set_clock(1234567890123456);
	rt_set_seed(3);
	for (int i = 0; i < 1000; i++) {
		fs_unique(name);
		plain &= !strpbrk(name, "/: \n") && strlen(name) < 128;
		map_put(seen, sl(name), name);
	}
	is_int((long long)map_count(seen), 1000, "a thousand names in one microsecond differ (rule 14)");
	ok(plain, "and could stand in a Maildir");
	ok(sl_starts(sl(name), "1234567890.M123456P"), "they say when: %s", name);
	rt_set_clock(-1);
	rt_set_seed(0);
	map_free(&seen);
}

int main(void)
{
	int fds;

	umask(022);
	use_table();
	free(mem_strdup(tap_tmpdir()));
	fds = tap_open_fds();
	test_replace();
	test_open();
	test_slurp();
	test_rename_new();
	test_lost_answers();
	test_hook();
	test_sync_many();
	test_lock();
	test_mkdirs();
	test_remove_tree();
	test_names();
	is_int(tap_open_fds(), fds, "no descriptor is left open at the end");
	return tap_done();
}
