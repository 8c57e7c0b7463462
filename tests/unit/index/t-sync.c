/* SPDX-License-Identifier: GPL-3.0-or-later
 * sync: the index beside mailboxes that others change */
#include "../store/box.h"
#include "index/index.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static char *root;
static struct index *ix;
static struct err err;

/* ---- counting what is opened ---- */

static unsigned opened;         /* messages: what lies in new/, cur/ or ends in .eml */
static int (*real_open)(int, const char *, int, mode_t);

static unsigned failing;                /* the so-manieth of them fails        */

static int counting_open(int dir, const char *path, int flags, mode_t mode)
{
	if ((flags & (O_DIRECTORY | O_CREAT)) == 0 && strstr(path, ".M") && ++opened == failing) {
		errno = EIO;
		return -1;
	}
	return real_open(dir, path, flags, mode);
}

/* ---- a mailbox of files ---- */

static void put(const char *box, const char *sub, unsigned i, const char *flags)
{
	char *path = tbox_path("%s/%s/%s/%u.M%uP1.host%s", root, box, sub, 1700000000 + i, i, flags);
	struct str s;

	str_init(&s, 65536);
	str_addf(&s, "From: Kim %u <kim%u@x.test>\nTo: me@x.test\nSubject: number %u\nMessage-ID: <m%u@x.test>\n"
		"Date: Tue, 14 Nov 2023 22:%02u:%02u +0000\n\nwords of %u: 파발마%u\n", i % 7, i % 7, i, i, i / 60 % 60, i % 60, i, i);
	tbox_put(path, str_sl(&s));
	str_release(&s);
	free(path);
}

static void make(const char *box)
{
	struct maildir m;
	char *path = tbox_path("%s/%s", root, box);

	is_int(maildir_open(&m, path, true, &err), 0, "a Maildir %s", box);
	maildir_close(&m);
	free(path);
}

static int sync_named(const char *box, int64_t *id)
{
	char *path = tbox_path("%s/%s", root, box);
	int64_t folder = 0;
	struct box b;
	int r;

	err = (struct err)ERR_INIT;
	opened = 0;
	r = box_open(&b, path, &err);
	if (r == 0) {
		r = sync_folder(ix, &b, 'i', UINT64_MAX, NULL, &folder, &err);
		box_close(&b);
	}
	if (id)
		*id = folder;
	free(path);
	return r;
}

static uint64_t total(const char *box)
{
	char *path = tbox_path("%s/%s", root, box);
	struct index_folder f;
	uint64_t n = UINT64_MAX;

	if (index_folder(ix, path, &f, &err) == 1) {
		n = f.total;
		index_folder_release(&f);
	}
	free(path);
	return n;
}

static int add_row(void *ctx, const struct index_row *r)
{
	struct str *out = ctx;
	char flags[8];

	flags_letters(r->msg.flags, flags);
	str_addf(out, "%s%s ", r->subject, flags);
	return 0;
}

/* The rows of a folder, newest first, with their flags. */
static char *rows(int64_t folder)
{
	struct view *v = NULL;
	struct str out;

	str_init(&out, 1 << 20);
	if (view_folder(ix, folder, SORT_DATE, false, &v, &err) != 0 || view_rows(v, 0, 1000, add_row, &out, &err) != 0)
		str_adds(&out, err.text);
	view_close(&v);
	return str_detach(&out);
}

static void t_maildir(void)
{
	int64_t id, again;
	char *got, *a, *b;

	make("A");
	for (unsigned i = 1; i <= 3; i++)
		put("A", i == 3 ? "new" : "cur", i, i == 1 ? ":2,S" : i == 2 ? ":2," : "");
	is_int(sync_named("A", &id), 1, "a Maildir is taken in: %s", err.text);
	is_int(opened, 3, "... with one look at each message");
	got = rows(id);
	is_str(got, "number 3 number 2 number 1S ", "... its rows are there");
	free(got);
	is_int(sync_named("A", &again), 1, "nothing new");
	ok(again == id && opened == 0, "... is seen without opening a message");

	put("A", "new", 4, "");
	a = tbox_path("%s/A/cur/1700000001.M1P1.host:2,S", root);
	b = tbox_path("%s/A/cur/1700000001.M1P1.host:2,FS", root);
	rename(a, b);
	free(a);
	a = tbox_path("%s/A/cur/1700000002.M2P1.host:2,", root);
	unlink(a);
	is_int(sync_named("A", NULL), 1, "others delivered one, flagged one and removed one");
	is_int(opened, 1, "... only the new one is read");
	got = rows(id);
	is_str(got, "number 4 number 3 number 1FS ", "... and all three are seen");
	free(got);
	is_int((long long)total("A"), 3, "... and counted");
	free(a);
	free(b);
}

static void t_moved(void)
{
	char *a = tbox_path("%s/A", root), *c = tbox_path("%s/C", root), *from, *to, *got;
	int64_t id, other;

	is_int(sync_named("A", &id), 1, "a mailbox in the index");
	rename(a, c);
	is_int(sync_named("C", &other), 1, "others renamed it");
	ok(other == id && opened == 0, "... it is the same one, and no message was read");
	is_int((long long)total("A"), -1, "... the old name is gone");
	rename(c, a);
	sync_named("A", NULL);

	make("B");
	from = tbox_path("%s/A/cur/1700000001.M1P1.host:2,FS", root);
	to = tbox_path("%s/B/cur/1700000001.M1P1.host:2,FST", root);
	rename(from, to);
	is_int(sync_named("B", &other), 1, "others moved a message from one mailbox into another");
	is_int(opened, 0, "... it is not read again");
	got = rows(other);
	is_str(got, "number 1FST ", "... and is there");
	free(got);
	is_int(sync_named("A", NULL), 1, "its old mailbox");
	got = rows(id);
	is_str(got, "number 4 number 3 ", "... has it no more");
	free(got);
	if (link(to, from) == 0) {
		is_int(sync_named("A", NULL), 1, "a link to the same message in both");
		is_int((long long)total("A"), 3, "... counts in the one");
		is_int((long long)total("B"), 1, "... and stays in the other");
		unlink(from);
	} else {
		tap_skip("no hard links here");
	}
	free(from);
	free(to);
	free(a);
	free(c);
}

/* ---- stops ---- */

static unsigned allowed;

static bool stop_after(void *ctx)
{
	(void)ctx;
	return allowed-- == 0;
}

static void t_stopped(void)
{
	struct sync_events ev = { .stop = stop_after };
	char *path = tbox_path("%s/S", root), *got;
	int64_t id = 0;
	struct box b;
	int r = 0;

	make("S");
	for (unsigned i = 1; i <= 30; i++)
		put("S", "cur", i, ":2,S");
	is_int(box_open(&b, path, &err), 0, "a mailbox of thirty");
	for (unsigned k = 0; k < 10; k++) {
		allowed = 4;
		r = sync_folder(ix, &b, 0, UINT64_MAX, &ev, &id, &err);
		if (r != 0)
			break;
	}
	is_int(r, 1, "stopped again and again it is whole in the end: %s", err.text);
	is_int((long long)total("S"), 30, "... each message once");
	got = rows(id);
	ok(strncmp(got, "number 30S number 29S ", 22) == 0, "... newest first");
	free(got);
	opened = 0;
	is_int(sync_folder(ix, &b, 0, UINT64_MAX, NULL, &id, &err), 1, "once more");
	is_int(opened, 0, "... reads nothing");
	box_close(&b);
	make("L");
	put("L", "cur", 1, ":2,");
	put("L", "cur", 2, ":2,");
	free(path);
	path = tbox_path("%s/L", root);
	is_int(box_open(&b, path, &err), 0, "a mailbox of two");
	is_int(sync_folder(ix, &b, 0, 1, NULL, &id, &err), 2, "more to read than asked for: it is said");
	is_int((long long)total("L"), 0, "... and nothing is done");
	is_int(sync_folder(ix, &b, 0, 2, NULL, &id, &err), 1, "just as many as asked for");
	box_close(&b);
	free(path);
}

static void t_unreadable(void)
{
	int64_t id;
	char *got;

	make("U");
	put("U", "cur", 1, ":2,S");
	put("U", "cur", 2, ":2,S");
	failing = 1;
	is_int(sync_named("U", &id), 1, "the disk fails at one header: %s", err.text);
	failing = 0;
	got = rows(id);
	ok(strstr(got, "S ") && !strstr(got, "number 2"), "... its message is listed without one: %s", got);
	free(got);
	is_int(sync_named("U", &id), 1, "the next time");
	is_int(opened, 1, "... it alone is read again");
	got = rows(id);
	is_str(got, "number 2S number 1S ", "... and all is well");
	free(got);
	is_int((long long)total("U"), 2, "... and counted once");
}

/* ---- mbox ---- */

#define FROM(n, who) "From " who " Tue Nov 14 22:13:2" #n " 2023\n"
#define MAIL(n, status) "From: k@x.test\nSubject: mail " #n "\nDate: Tue, 14 Nov 2023 22:13:2" #n " +0000\n" status "\nbody " #n "\n\n"

static void mbox_is(const char *box, const char *what, const char *want)
{
	int64_t id;
	char *got;

	is_int(sync_named(box, &id), 1, "%s: %s", what, err.text);
	got = rows(id);
	is_str(got, want, "... its rows");
	free(got);
}

static void t_mbox(void)
{
	char *path = tbox_path("%s/box.mbox", root);

	tbox_put(path, SL(FROM(1, "k") MAIL(1, "Status: RO\n") FROM(2, "k") MAIL(2, "")));
	mbox_is("box.mbox", "an mbox is taken in", "mail 2 mail 1S ");
	tbox_put(path, SL(FROM(1, "k") MAIL(1, "Status: RO\n") FROM(2, "k") MAIL(2, "") FROM(3, "k") MAIL(3, "")));
	mbox_is("box.mbox", "something was appended", "mail 3 mail 2 mail 1S ");
	tbox_put(path, SL(FROM(1, "k") MAIL(1, "Status: RO\n") FROM(2, "k") MAIL(2, "") FROM(3, "k") MAIL(3, "")
		FROM(3, "k") MAIL(3, "")));
	mbox_is("box.mbox", "the same message came again", "mail 3 mail 3 mail 2 mail 1S ");
	tbox_put(path, SL(FROM(1, "k") MAIL(1, "Status: RO\nX-Status: F\n") FROM(3, "k") MAIL(3, "") FROM(3, "k") MAIL(3, "Status: O\n")));
	mbox_is("box.mbox", "others wrote it anew without the second", "mail 3 mail 3 mail 1FS ");
	unlink(path);           /* another file, as a rewrite leaves one, and longer, with the same end */
	tbox_put(path, SL(FROM(1, "k") MAIL(1, "Status: RO\nX-Status: A\n") FROM(3, "k") MAIL(3, "") FROM(3, "k") MAIL(3, "Status: O\n")
		FROM(4, "k") MAIL(4, "")));
	mbox_is("box.mbox", "others changed a flag and appended at once", "mail 4 mail 3 mail 3 mail 1RS ");
	tbox_put(path, SL(""));
	mbox_is("box.mbox", "all were taken out", "");
	tbox_put(path, SL(FROM(4, "k") MAIL(4, "")));
	mbox_is("box.mbox", "one is in again", "mail 4 ");
	free(path);
}

/* ---- texts ---- */

static int count_row(void *ctx, const struct index_row *r)
{
	++*(unsigned *)ctx;
	(void)r;
	return 0;
}

static unsigned find_text(const char *text)
{
	struct find f = { .kind = FIND_TEXT, .text = text };
	struct view *v = NULL;
	unsigned n = 0;

	if (view_find(ix, &f, SORT_DATE, false, &v, &err) != 0 || view_rows(v, 0, 1000, count_row, &n, &err) != 0)
		tap_note("%s", err.text);
	view_close(&v);
	return n;
}

static void t_texts(void)
{
	char *path = tbox_path("%s/S", root);
	struct index_folder f;
	int64_t id;
	struct box b;

	is_int(sync_named("S", &id), 1, "a mailbox in the index");
	is_int(box_open(&b, path, &err), 0, "it is opened");
	allowed = 10;
	is_int(sync_text(ix, &b, id, &(struct sync_events){ .stop = stop_after }, &err), 0, "its texts are read, and stopped");
	is_int(index_folder(ix, path, &f, &err), 1, "the folder");
	is_int((long long)f.textless, 20, "... knows how many texts are missing");
	index_folder_release(&f);
	is_int(sync_text(ix, &b, id, NULL, &err), 1, "the rest is read: %s", err.text);
	is_int(index_folder(ix, path, &f, &err), 1, "the folder");
	is_int((long long)f.textless, 0, "... misses none");
	index_folder_release(&f);
	ok(find_text("파발") >= 30, "a word inside a word is found in all");
	opened = 0;
	is_int(sync_text(ix, &b, id, NULL, &err), 1, "once more");
	is_int(opened, 0, "... reads nothing");
	box_close(&b);
	free(path);
}

/* ---- another process is first ---- */

static char *raced_box;
static bool raced;

/* Asked in the midst of a listing. */
static bool other_is_first(void *ctx)
{
	struct index *other = ctx;
	struct err own = ERR_INIT;
	int64_t folder;
	struct box b;

	if (!raced) {
		raced = true;
		is_int(box_open(&b, raced_box, &own), 0, "another process opens %s", raced_box);
		is_int(sync_folder(other, &b, 'i', UINT64_MAX, NULL, &folder, &own), 1, "and reads it: %s", own.text);
		box_close(&b);
	}
	return false;
}

static void race(struct index *other, const char *box, uint64_t want)
{
	struct sync_events ev = { .stop = other_is_first, .ctx = other };
	char *path = tbox_path("%s/%s", root, box);
	int64_t folder = 0;
	struct box b;

	raced = false;
	raced_box = path;
	err = (struct err)ERR_INIT;
	is_int(box_open(&b, path, &err), 0, "%s", box);
	is_int(sync_folder(ix, &b, 'i', UINT64_MAX, &ev, &folder, &err), 1, "what another process read is no fault: %s", err.text);
	box_close(&b);
	ok(raced, "it was first");
	is_int((long long)total(box), (long long)want, "each message is there once");
	free(path);
}

static void t_raced(const char *db)
{
	char *path = tbox_path("%s/raced.mbox", root);
	struct index *other = NULL;
	struct str s;

	is_int(index_open(&other, db, &err), 0, "another process");
	make("raced");
	for (unsigned i = 0; i < 1100; i++)
		put("raced", "cur", i, ":2,");
	race(other, "raced", 1100);
	str_init(&s, 1 << 20);
	for (unsigned i = 0; i < 1100; i++) {
		str_addf(&s, "From a@x.test Tue Nov 14 22:00:00 2023\nSubject: %u\nMessage-ID: <r%u@x.test>\n\nx\n\n", i, i);
		if (i == 0) {
			tbox_put(path, str_sl(&s));
			is_int(sync_named("raced.mbox", NULL), 1, "an mbox of one message");
		}
	}
	tbox_put(path, str_sl(&s));
	race(other, "raced.mbox", 1100);
	str_release(&s);
	index_close(&other);
	free(path);
}

int main(void)
{
	char *db;
	int open_before;

	root = tbox_dir();
	open_before = tap_open_fds();
	db = tbox_path("%s/index.db", root);
	real_open = fs_sys.open;
	fs_sys.open = counting_open;
	is_int(index_open(&ix, db, &err), 0, "an index: %s", err.text);
	t_maildir();
	t_moved();
	t_stopped();
	t_unreadable();
	t_mbox();
	t_texts();
	t_raced(db);
	index_close(&ix);
	is_int(tap_open_fds(), open_before, "no descriptor is left open");
	free(db);
	free(root);
	return tap_done();
}
