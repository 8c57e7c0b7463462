/* SPDX-License-Identifier: GPL-3.0-or-later
 * maildir: names, flags, listings, and what lies about in tmp/ */
#include "box.h"
#include "store/store.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <time.h>
#include <utime.h>

static char *root;

static void add(const char *sub, const char *name)
{
	char *path = tbox_path("%s/%s/%s", root, sub, name);

	tbox_put(path, SL("Subject: x\n\n"));
	free(path);
}

static bool there(const char *sub, const char *name)
{
	char *path = tbox_path("%s/%s/%s", root, sub, name);
	bool yes = access(path, F_OK) == 0;

	free(path);
	return yes;
}

static void fresh_root(void)
{
	free(root);
	root = tbox_dir();
}

static void t_open(void)
{
	struct err err = ERR_INIT;
	struct maildir m;
	char *path, *sub, *target;
	struct stat st;

	fresh_root();
	path = tbox_path("%s/a/b", root);
	is_int(maildir_open(&m, path, false, &err), -1, "a mailbox that is not there does not open");
	is_int(err.kind, ERR_NOTFOUND, "... and is said to be missing");
	ok(!maildir_is(path), "... and nothing was made");
	is_int(maildir_open(&m, path, true, &err), 0, "it is made when asked for, with the folders above it");
	ok(maildir_is(path), "... with tmp, new and cur");
	sub = tbox_path("%s/cur", path);
	ok(stat(sub, &st) == 0 && (st.st_mode & 0777) == 0700, "... readable by its owner only");
	maildir_close(&m);
	rmdir(sub);
	is_int(maildir_open(&m, path, true, &err), 0, "a folder that is missing is made again");
	ok(maildir_is(path), "... and all three are there");
	maildir_close(&m);

	target = tbox_path("%s/elsewhere", root);
	mkdir(target, 0700);
	rmdir(sub);
	ok(symlink(target, sub) == 0, "cur becomes a link to a folder elsewhere");
	is_int(maildir_open(&m, path, false, &err), -1, "a link in place of cur is refused (P22)");
	free(target);
	free(sub);
	free(path);
}

static void t_publish(void)
{
	struct err err = ERR_INIT;
	struct maildir m;
	char name[128];
	struct stat st;
	int fd;

	fresh_root();
	maildir_open(&m, root, true, &err);
	fd = maildir_tmp(&m, name, &err);
	ok(fd >= 0 && fstat(fd, &st) == 0 && (st.st_mode & 0777) == 0600, "a new file is 0600");
	ok(there("tmp", name) && tbox_count(root) == 3, "... and lies in tmp/");
	fs_close(&fd);
	is_int(maildir_publish(&m, name, NULL, &err), 0, "it is published");
	ok(there("new", name) && !there("tmp", name), "... under its name in new/, and gone from tmp/");
	add("tmp", name);
	is_int(maildir_publish(&m, name, NULL, &err), -1, "a second one of that name is refused");
	is_int(err.sys, EEXIST, "... because the name is taken");
	ok(there("tmp", name), "... and stays in tmp/");
	is_int(maildir_publish(&m, name, "S", &err), 0, "with flags it goes to cur/");
	snprintf(name + strlen(name), 8, ":2,S");
	ok(there("cur", name), "... with them in its name");
	maildir_close(&m);
}

static void t_scan(void)
{
	struct err err = ERR_INIT;
	struct utimbuf old = { 1000000000, 1000000000 };
	struct entries all;
	struct maildir m;
	char *path;

	fresh_root();
	maildir_open(&m, root, true, &err);
	is_int(maildir_scan(&m, &all, &err), 0, "an empty mailbox is listed");
	is_int((int)all.n, 0, "... as nothing");
	entries_release(&all);
	add("new", "1700000003.a.h");
	add("cur", "1700000001.b.h:2,FS");
	add("cur", "1700000002.c.h");
	add("cur", "1700000003.a.h:2,S");
	add("new", ".hidden");
	add("tmp", "1700000009.t.h");
	add("cur", "stray");
	path = tbox_path("%s/cur/stray", root);
	utime(path, &old);
	free(path);
	is_int(maildir_scan(&m, &all, &err), 0, "a mailbox is listed");
	is_int((int)all.n, 4, "a name in new/ and cur/ at once counts once; dot files and tmp/ do not");
	is_str(all.v[0].name, "1700000003.a.h", "newest first");
	ok(all.v[0].fresh, "... and it is new");
	is_str(all.v[2].name, "1700000001.b.h:2,FS", "the oldest of those with a time comes last");
	ok(!all.v[2].fresh && all.v[2].when == 1700000001, "... its time from its name");
	is_int(all.v[3].when, 1000000000, "a name without a time has that of the file");
	entries_release(&all);
	maildir_close(&m);
}

static void t_names(void)
{
	char a[13], b[13];

	is_slice(entry_base("1.a.h:2,FS"), SL("1.a.h"), "the base name has no flags");
	is_slice(entry_flags("1.a.h:2,FS"), SL("FS"), "the flags stand behind it");
	is_slice(entry_base("1.a.h"), SL("1.a.h"), "a name without flags is its base");
	is_int((int)entry_flags("1.a.h").n, 0, "... and has none");
	is_int((int)entry_flags("1.a.h:2,").n, 0, "an empty list of flags");
	is_slice(entry_base("1.a:1,x"), SL("1.a:1,x"), "other info is part of the name");
	entry_id("1.a.h:2,FS", a);
	entry_id("1.a.h", b);
	is_str(a, b, "the short name does not change with the flags");
	is_int((int)strlen(a), 12, "... and has 12 digits");
}

static void t_flags(void)
{
	struct err err = ERR_INIT;
	struct entries all;
	struct maildir m;

	fresh_root();
	maildir_open(&m, root, true, &err);
	add("new", "1.a.h");
	maildir_scan(&m, &all, &err);
	is_int(maildir_set_flags(&m, &all.v[0], "SRF", &err), 0, "flags of a new message are set");
	is_str(all.v[0].name, "1.a.h:2,FRS", "... sorted in its name");
	ok(!all.v[0].fresh && there("cur", "1.a.h:2,FRS") && !there("new", "1.a.h"), "... and it moves to cur/");
	is_int(maildir_set_flags(&m, &all.v[0], "FRS", &err), 0, "the same flags again change nothing");
	is_int(maildir_set_flags(&m, &all.v[0], "", &err), 0, "no flags");
	is_str(all.v[0].name, "1.a.h:2,", "... leave an empty list");
	is_int(maildir_set_flags(&m, &all.v[0], "S/.:2,", &err), 0, "only letters are flags");
	is_str(all.v[0].name, "1.a.h:2,S", "... so nothing else reaches the name");
	unlinkat(m.cur, all.v[0].name, 0);
	is_int(maildir_set_flags(&m, &all.v[0], "", &err), -1, "a message that is gone can't be flagged");
	entries_release(&all);
	maildir_close(&m);
}

static int find(struct maildir *m, const char *base, const char *want, bool want_fresh)
{
	struct err err = ERR_INIT;
	struct str name;
	bool fresh = !want_fresh;
	int r;

	str_init(&name, 256);
	r = maildir_find(m, sl(base), &name, &fresh, &err);
	if (r == 1 && (strcmp(name.p, want) != 0 || fresh != want_fresh))
		r = 99;
	str_release(&name);
	return r;
}

static void t_find(void)
{
	struct err err = ERR_INIT;
	struct maildir m;

	fresh_root();
	maildir_open(&m, root, true, &err);
	add("new", "1.a.h");
	add("cur", "2.b.h:2,S");
	add("new", "3.c.h:2,");
	is_int(find(&m, "1.a.h", "1.a.h", true), 1, "found in new/");
	is_int(find(&m, "2.b.h", "2.b.h:2,S", false), 1, "found in cur/ with its flags");
	is_int(find(&m, "3.c.h", "3.c.h:2,", true), 1, "found in new/ with flags");
	is_int(find(&m, "1.a", "", true), 0, "a part of a name is not it");
	maildir_close(&m);
}

static void t_sweep(void)
{
	struct err err = ERR_INIT;
	struct utimbuf old = { time(NULL) - 37 * 3600, time(NULL) - 37 * 3600 };
	struct maildir m;
	char name[128], other[128];
	char *path;
	int fd;

	fresh_root();
	maildir_open(&m, root, true, &err);
	fd = maildir_tmp(&m, other, &err);
	fs_close(&fd);
	memcpy(m.mark, "0123abcd", 9);
	fd = maildir_tmp(&m, name, &err);
	fs_close(&fd);
	ok(strstr(name, "A0123abcd.") != NULL, "names bear the mark");
	add("tmp", "1.young.h");
	add("tmp", "1.old.h");
	path = tbox_path("%s/tmp/1.old.h", root);
	utime(path, &old);
	free(path);
	is_int(maildir_sweep(&m, &err), 0, "tmp/ is swept");
	ok(!there("tmp", name), "what bears the mark goes");
	ok(there("tmp", other) && there("tmp", "1.young.h"), "what others made stays");
	ok(!there("tmp", "1.old.h"), "... for 36 hours (maildir(5))");
	maildir_close(&m);
}

int main(void)
{
	int fds;

	fresh_root();
	fds = tap_open_fds();
	t_open();
	t_publish();
	t_scan();
	t_names();
	t_flags();
	t_find();
	t_sweep();
	is_int(tap_open_fds(), fds, "no descriptor was left open");
	free(root);
	return tap_done();
}
