/* SPDX-License-Identifier: GPL-3.0-or-later
 * box: each kind of mailbox told by what lies there, listed, stamped, read, found after
 * others renamed, changed; and what is swapped in its place told in words. */
#include "box.h"
#include "store/priv.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#define FROM "From a@b.example Tue Mar  3 09:30:00 2026\n"
#define WHEN 1772530200
#define M1 FROM "Subject: 1\n\none\n\n"
#define M2 FROM "Subject: 2\nStatus: RO\n\n>From two\n\n"
#define M3 FROM "Subject: 3\nStatus: O\nX-Status: F\n\nthree\n\n"

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

static void make_dir(const char *name)
{
	mkdir(at(name), 0700);
}

static void make_maildir(const char *name)
{
	struct err err = ERR_INIT;
	struct maildir m;

	if (maildir_open(&m, at(name), true, &err) == 0)
		maildir_close(&m);
}

static void put(const char *name, const char *text)
{
	tbox_put(at(name), sl(text));
}

static void make_fifo(const char *name)
{
	mkfifo(at(name), 0600);
}

static void gzip_to(const char *name, struct slice text, const char *mode)
{
	gzFile f = gzopen(at(name), mode);

	gzwrite(f, text.p, (unsigned)text.n);
	gzclose(f);
}

/* ---- kinds ---- */

static const struct { const char *name; struct slice text; int kind; } files[] = {
	{ "empty", { "", 0 }, BOX_MBOX }, { "mbox", { M1, sizeof(M1) - 1 }, BOX_MBOX },
	{ "blank lines before", { "\n\r\n" M1, sizeof(M1) + 2 }, BOX_MBOX },
	{ "byte order mark", { "\xEF\xBB\xBF" M1, sizeof(M1) + 2 }, BOX_MBOX },
	{ "mmdf", { "\1\1\1\1\nA: b\n\nx\n\1\1\1\1\n", 19 }, BOX_MBOX },
	{ "junk.mbox", { "junk\n" M1, sizeof(M1) + 4 }, BOX_MBOX },
	{ "a header", { "A: b\n\nx\n", 8 }, BOX_FILE }, { "header alone", { "A-b:", 4 }, BOX_FILE },
	{ "strange.eml", { "\n\nx\n", 4 }, BOX_FILE }, { "From.eml", { M1, sizeof(M1) - 1 }, BOX_MBOX },
	{ "text", { "just a text\n", 12 }, -1 }, { "colon", { ": x\n", 4 }, -1 },
	{ "8 bit", { "\xC3\xA4: x\n", 6 }, -1 }, { "nul", { "\0\0\0\0", 4 }, -1 },
	{ "a.bz2", { "BZh91AY", 7 }, -1 }, { "a.xz", { "\xFD" "7zXZ\0\0", 7 }, -1 },
	{ "a.zst", { "\x28\xB5\x2F\xFD\0", 5 }, -1 }, { "a.zip", { "PK\3\4", 4 }, -1 },
	{ "cut.gz", { "\x1F\x8B\x08", 3 }, -1 },
};

static void t_kinds(void)
{
	int fds = tap_open_fds(), sock;
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct err err = ERR_INIT;
	char cwd[4096];

	fresh_home();
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		tbox_put(at(files[i].name), files[i].text);
		err.text[0] = 0;
		is_int(box_kind_of(at(files[i].name), &err), files[i].kind, "a file, %s: %s", files[i].name, err.text);
		is_int(err.text[0] != 0, files[i].kind < 0, "... an error in words, or none");
	}
	is_int(box_kind_of(at("nothing"), &err), 0, "nothing there");
	is_int(box_kind_of(at("text/below"), &err), 0, "nothing below a file");
	bug_on(symlink("nowhere", at("dangling")) != 0);
	is_int(box_kind_of(at("dangling"), &err), -1, "%s", err.text);
	bug_on(symlink("mbox", at("link")) != 0);
	is_int(box_kind_of(at("link"), &err), BOX_MBOX, "a link is followed by name");
	make_fifo("fifo");
	is_int(box_kind_of(at("fifo"), &err), -1, "%s", err.text);
	is_int(box_kind_of("/dev/null", &err), -1, "%s", err.text);
	/* the name of a socket is short, so it is made from there */
	if (getcwd(cwd, sizeof(cwd)) && chdir(home) == 0) {
		memcpy(un.sun_path, "sock", 5);
		sock = socket(AF_UNIX, SOCK_STREAM, 0);
		bind(sock, (struct sockaddr *)&un, sizeof(un));
		close(sock);
		bug_on(chdir(cwd) != 0);
	}
	is_int(box_kind_of(at("sock"), &err), -1, "%s", err.text);

	make_dir("d");
	is_int(box_kind_of(at("d"), &err), 0, "an empty folder is no mailbox");
	make_dir("d/sub");
	put("d/readme", "x");
	is_int(box_kind_of(at("d"), &err), 0, "nor is one with other things");
	make_dir("d/7");
	is_int(box_kind_of(at("d"), &err), 0, "a folder called 7 is no message");
	put("d/a.eml", "A: b\n");
	is_int(box_kind_of(at("d"), &err), BOX_DIR, "a folder of .eml");
	put("d/12", "A: b\n");
	is_int(box_kind_of(at("d"), &err), BOX_MH, "a folder with a number");
	make_dir("mh");
	put("mh/.mh_sequences", "");
	is_int(box_kind_of(at("mh"), &err), BOX_MH, "an MH folder without messages");
	make_dir("md");
	make_dir("md/cur");
	is_int(box_kind_of(at("md"), &err), 0, "cur/ alone");
	make_dir("md/new");
	is_int(box_kind_of(at("md"), &err), BOX_MAILDIR, "new/ and cur/");
	gzip_to("mail.gz", SL(M1 M2), "wb");
	is_int(box_kind_of(at("mail.gz"), &err), BOX_MBOX, "gzip with an mbox in it: %s", err.text);
	gzip_to("text.gz", SL("text"), "wb");
	is_int(box_kind_of(at("text.gz"), &err), -1, "%s", err.text);
	is_int(tap_open_fds(), fds, "no descriptor is lost");
}

/* ---- a listing: "header line|flags|seconds|size" each, sorted ---- */

struct listing { char *v[300]; size_t n; struct box *box; uint64_t sum; struct box_msg last; char name[300]; };

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int list_one(void *ctx, const struct box_msg *m)
{
	struct listing *l = ctx;
	struct err err = ERR_INIT;
	struct slice rest, line = SL("");
	struct str head;
	uint64_t size = 0;
	char flags[8];

	flags_letters(m->flags, flags);
	str_init(&head, 4096);
	if (box_header(l->box, &m->ref, &head, &size, &err) != 0)
		str_adds(&head, err.text);
	rest = str_sl(&head);
	sl_line(&rest, &line);
	l->v[l->n++] = tbox_path(SL_FMT "|%s%s|%lld|%llu", SL_ARG(line), flags, m->flags & FLAG_FRESH ? "*" : "",
		(long long)m->received, (unsigned long long)size);
	str_release(&head);
	l->sum += m->print;
	l->last = *m;
	snprintf(l->name, sizeof(l->name), "%s", m->ref.name);
	l->last.ref.name = l->name;
	return l->n == 300 ? -1 : 0;
}

static struct listing listed;
static struct str listed_text;

/* All of it, and box_sum must agree. */
static const char *list_box(struct box *b)
{
	struct err err = ERR_INIT;
	uint64_t n = 0, sum = 0;
	bool resumed;

	for (size_t i = 0; i < listed.n; i++)
		free(listed.v[i]);
	listed = (struct listing){ .box = b };
	if (!listed_text.p)
		str_init(&listed_text, STR_MAX);
	str_clear(&listed_text);
	if (box_scan(b, NULL, &resumed, list_one, &listed, &err) != 0)
		str_addf(&listed_text, "error: %s", err.text);
	else if (box_sum(b, &n, &sum, &err) != 0 || n != listed.n || sum != listed.sum)
		str_addf(&listed_text, "the sum does not fit: %s", err.text);
	qsort(listed.v, listed.n, sizeof(*listed.v), by_text);
	for (size_t i = 0; i < listed.n; i++)
		str_addf(&listed_text, "%s%s", i ? "\n" : "", listed.v[i]);
	return listed_text.p;
}

static bool open_box(struct box *b, const char *name)
{
	struct err err = ERR_INIT;

	return is_int(box_open(b, at(name), &err), 0, "%s is opened: %s", name, err.text);
}

static const char *list_path(const char *name)
{
	struct box b;

	if (!open_box(&b, name))
		return "";
	list_box(&b);
	box_close(&b);
	return listed_text.p;
}

/* The ref of the message whose header begins so. */
struct seek { struct box *box; const char *head; struct box_ref ref; char name[300]; bool found; };

static int seek_one(void *ctx, const struct box_msg *m)
{
	struct seek *s = ctx;
	struct err err = ERR_INIT;
	struct str head;
	uint64_t size;

	str_init(&head, 4096);
	box_header(s->box, &m->ref, &head, &size, &err);
	if (sl_starts(str_sl(&head), s->head)) {
		s->found = true;
		s->ref = m->ref;
		snprintf(s->name, sizeof(s->name), "%s", m->ref.name);
	}
	str_release(&head);
	return 0;
}

static struct box_ref ref_of(struct box *b, const char *head)
{
	static struct seek kept[16];
	static unsigned next;
	struct seek *s = &kept[next++ % 16];
	struct err err = ERR_INIT;
	bool resumed;

	*s = (struct seek){ .box = b, .head = head };
	box_scan(b, NULL, &resumed, seek_one, s, &err);
	if (!s->found)
		ok(false, "there is a message \"%s\" %s", head, err.text);
	s->ref.name = s->name;
	return s->ref;
}

static const char *read_ref(struct box *b, const struct box_ref *ref)
{
	static struct str text;
	struct err err = ERR_INIT;
	int fd;

	if (!text.p)
		str_init(&text, STR_MAX);
	if (box_read(b, ref, &text, &fd, &err) != 0)
		return err.kind == ERR_NOTFOUND ? "gone" : "error";
	if (fd >= 0) {
		str_adds(&text, "in a file");
		fs_close(&fd);
	}
	return text.p;
}

/* One change of one message: '1' done, '0' gone, or 'e'. */
static char change(struct box *b, const struct box_ref *ref, bool remove, unsigned set, unsigned clear)
{
	struct box_change v = { .ref = *ref, .remove = remove, .set = set, .clear = clear };
	struct err err = ERR_INIT;
	int r = box_change(b, &v, 1, NULL, NULL, &err);

	if (r != 0)
		tap_note("%s", err.text);
	free(v.name);
	return r != 0 ? 'e' : v.done ? '1' : '0';
}

/* ---- Maildir ---- */

static void t_maildir(void)
{
	char long_name[300];
	struct box b;

	fresh_home();
	make_maildir("m");
	put("m/new/100.a.h", "A: 1\n\nx");
	put("m/new/101.b.h:2,S", "A: 2\r\n\r\nx");
	put("m/cur/102.c.h:2,", "A: 3\n");
	put("m/cur/103.d.h:2,DFPRST", "A: 4\n\n");
	put("m/cur/104.e.h", "A: 5\n\n");
	put("m/cur/105.f.h:2,FSabz", "A: 6\n\n");
	put("m/cur/106.g.h;2,S", "A: 7\n\n");
	put("m/cur/107.with blanks \xED\x8C\x8C.h:2,S", "A: 8\n\n");
	put("m/cur/.hidden", "A: no\n\n");
	make_dir("m/cur/108.dir");
	make_fifo("m/cur/109.fifo");
	bug_on(symlink("102.c.h:2,", at("m/cur/110.link")) != 0);
	put("m/new/111.twice.h", "A: 9\n\n");
	put("m/cur/111.twice.h:2,R", "A: 9\n\nx");
	is_str(list_path("m"), "A: 1|*|100|7\nA: 2|S*|101|9\nA: 3||102|5\nA: 4|DFPRST|103|6\nA: 5||104|6\n"
		"A: 6|FS|105|6\nA: 7||106|6\nA: 8|S|107|6\nA: 9|R|111|7", "what lies in a Maildir");
	memset(long_name, 'n', sizeof(long_name));
	memcpy(long_name, "m/cur/200.", 10);
	long_name[6 + 255] = 0;
	put(long_name, "A: long\n\n");
	ok(strstr(list_path("m"), "A: long||200|9") != NULL, "a name of 255 bytes");
	if (!open_box(&b, "m"))
		return;
	ok(!b.read_only && b.kind == BOX_MAILDIR, "it may be written");
	box_close(&b);
}

static void t_key(void)
{
	struct err err = ERR_INIT;
	struct box_ref ref;
	struct box b;
	char id[13], top[13];
	int ino_ok;
	struct stat st;

	fresh_home();
	make_maildir("m");
	put("m/cur/100.a.h:2,S", "A: 1\n\n");
	open_box(&b, "m");
	list_box(&b);
	ref = ref_of(&b, "A: 1");
	entry_id("100.a.h:2,S", id);
	snprintf(top, sizeof(top), "%012llx", (unsigned long long)(ref.key >> 16));
	is_str(top, id, "the id that people see is the head of the key");
	stat(at("m/cur/100.a.h:2,S"), &st);
	ino_ok = listed.last.ino == st.st_ino;
	ok(ino_ok, "its inode comes from the listing");
	rename(at("m/cur/100.a.h:2,S"), at("m/cur/100.a.h:2,FS"));
	ok(ref_of(&b, "A: 1").key == ref.key, "flags do not change the key");
	is_str(read_ref(&b, &ref), "A: 1\n\n", "it is read though it was renamed");
	(void)err;
	box_close(&b);
}

static void t_maildir_change(void)
{
	struct box_change v[3];
	struct err err = ERR_INIT;
	struct box_ref a, c, d, e;
	struct box b;

	fresh_home();
	make_maildir("m");
	put("m/new/100.a.h", "A: 1\n\n");
	put("m/cur/101.b.h:2,Sxa,kept", "A: 2\n\n");
	put("m/cur/102.c.h", "A: 3\n\n");
	put("m/new/103.d.h", "A: 4\n\n");
	put("m/cur/103.d.h:2,", "A: 4\n\n");
	open_box(&b, "m");
	a = ref_of(&b, "A: 1"), c = ref_of(&b, "A: 2"), d = ref_of(&b, "A: 3"), e = ref_of(&b, "A: 4");
	is_int(change(&b, &a, false, FLAG_SEEN | FLAG_FLAGGED, 0), '1', "flags of a new one");
	ok(access(at("m/cur/100.a.h:2,FS"), F_OK) == 0, "... which moves to cur/");
	is_int(change(&b, &c, false, FLAG_REPLIED, FLAG_SEEN), '1', "flags with keywords");
	ok(access(at("m/cur/101.b.h:2,Rax,kept"), F_OK) == 0, "... which stay, and what is unknown, too");
	is_int(change(&b, &d, false, 0, FLAG_SEEN), '1', "nothing to clear");
	is_int(change(&b, &d, true, 0, 0), '1', "removed under the name that it got");
	is_int(change(&b, &d, true, 0, 0), '0', "it is gone");
	is_int(change(&b, &d, false, FLAG_SEEN, 0), '0', "no flags for what is gone");
	is_int(change(&b, &e, true, 0, 0), '1', "one that lies in new/ and cur/ is removed");
	is_str(list_box(&b), "A: 1|FS|100|6\nA: 2|R|101|6", "... and both of it are gone");

	/* what others renamed, and one of each kind in one go */
	rename(at("m/cur/100.a.h:2,FS"), at("m/cur/100.a.h:2,"));
	v[0] = (struct box_change){ .ref = a, .set = FLAG_TRASHED };
	v[1] = (struct box_change){ .ref = d, .set = FLAG_TRASHED };
	v[2] = (struct box_change){ .ref = c, .remove = true };
	is_int(box_change(&b, v, 3, NULL, NULL, &err), 0, "three changes: %s", err.text);
	ok(v[0].done && !v[1].done && v[2].done, "two of them done");
	is_str(v[0].name, "100.a.h:2,T", "the new name is told");
	ok(!v[0].fresh && !v[1].name && !v[2].name, "... of that one only");
	free(v[0].name);
	is_str(list_box(&b), "A: 1|T|100|6", "and that is what lies there");
	box_close(&b);
}

static bool stop_third(void *ctx)
{
	return ++*(int *)ctx == 3;
}

static void t_stop(void)
{
	struct box_change v[5];
	struct err err = ERR_INIT;
	struct box b;
	int asked = 0, done = 0;

	fresh_home();
	make_maildir("m");
	for (int i = 0; i < 5; i++) {
		char name[40];

		snprintf(name, sizeof(name), "m/new/%d.a.h", i);
		put(name, "A: x\n\n");
	}
	open_box(&b, "m");
	for (int i = 0; i < 5; i++) {
		static char names[5][20];

		snprintf(names[i], 20, "%d.a.h", i);
		v[i] = (struct box_change){ .set = FLAG_SEEN, .ref = { .key = entry_key(names[i]), .name = names[i], .fresh = true } };
	}
	is_int(box_change(&b, v, 5, stop_third, &asked, &err), 1, "stopped");
	for (int i = 0; i < 5; i++) {
		done += v[i].done;
		free(v[i].name);
	}
	is_int(done, 2, "what was done before is marked");
	is_int(tbox_count(at("m/cur")), 2, "... and done");
	box_close(&b);
}

/* ---- stamps ---- */

static void set_time(const char *name, int64_t sec)
{
	struct timespec t[2] = { { .tv_sec = sec, .tv_nsec = 5 }, { .tv_sec = sec, .tv_nsec = 5 } };

	utimensat(AT_FDCWD, at(name), t, AT_SYMLINK_NOFOLLOW);
}

static void t_stamps(void)
{
	static const char *const names[] = { "m", "mbox", "mh", "dir", "one.eml" };
	static const char *const within[] = { "m/new/2.b.h", NULL, "mh/2", "dir/2.eml", NULL };

	fresh_home();
	make_maildir("m");
	put("m/cur/1.a.h:2,", "A: 1\n\n");
	put("mbox", M1);
	make_dir("mh");
	put("mh/1", "A: 1\n\n");
	put("mh/.mh_sequences", "unseen: 1\n");
	make_dir("dir");
	put("dir/1.eml", "A: 1\n\n");
	put("one.eml", "A: 1\n\n");
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct box_stamp x, y;
		struct err err = ERR_INIT;
		struct box b;

		open_box(&b, names[i]);
		is_int(box_stamp(&b, &x, &err), 0, "stamp: %s", err.text);
		ok(!x.sure, "%s, just made: not sure", names[i]);
		box_stamp(&b, &y, &err);
		ok(box_stamp_same(&x, &y), "... the same stamp while nothing changes");
		rt_set_clock(rt_now() + 2000000);
		box_stamp(&b, &y, &err);
		ok(y.sure && box_stamp_same(&x, &y), "two seconds later: sure");
		rt_set_clock(rt_now() - 8000000);
		box_stamp(&b, &y, &err);
		ok(!y.sure, "times that lie ahead: not sure");
		rt_set_clock(-1);
		list_box(&b);
		box_stamp(&b, &y, &err);
		ok(box_stamp_same(&x, &y), "reading changes nothing");
		if (within[i])
			put(within[i], "A: 2\n\n");
		else
			put(names[i], M1 M2);
		box_stamp(&b, &y, &err);
		ok(!box_stamp_same(&x, &y), "%s changed: another stamp", names[i]);
		x = y;
		/* another one in its place, of the same times */
		rename(at(names[i]), at("away"));
		if (i == 0)
			make_maildir("m");
		else if (within[i])
			make_dir(names[i]);
		else
			put(names[i], M1 M2);
		set_time(names[i], 1000);
		set_time("away", 1000);
		if (i == 0) {
			set_time("m/new", 1000), set_time("m/cur", 1000);
			set_time("away/new", 1000), set_time("away/cur", 1000);
		}
		rename(at(names[i]), at("other"));
		rename(at("away"), at(names[i]));
		box_stamp(&b, &x, &err);
		rename(at(names[i]), at("away"));
		rename(at("other"), at(names[i]));
		is_int(box_stamp(&b, &y, &err), 0, "stamp: %s", err.text);
		ok(!box_stamp_same(&x, &y), "another %s in its place: another stamp", names[i]);
		box_close(&b);
	}
	make_maildir("q");
	{
		struct box_stamp x;
		struct err err = ERR_INIT;
		struct box b;

		open_box(&b, "q");
		set_time("q/new", 1000), set_time("q/cur", 1000);
		box_stamp(&b, &x, &err);
		ok(x.sure, "an old one is sure");
		set_time("q/cur", rt_now() / 1000000 + 3600);
		box_stamp(&b, &x, &err);
		ok(!x.sure, "one from the future is not");
		box_close(&b);
	}
}

/* ---- mbox ---- */

static void t_mbox(void)
{
	struct box_change v[3];
	struct err err = ERR_INIT;
	struct box_ref one, two, three, new_one;
	struct box b;
	char *big;

	fresh_home();
	put("box", M1 M2 M3);
	open_box(&b, "box");
	ok(b.kind == BOX_MBOX && !b.read_only, "an mbox");
	is_str(list_box(&b), "Subject: 1|*|1772530200|16\nSubject: 2|S|1772530200|33\nSubject: 3|F|1772530200|40", "three messages");
	one = ref_of(&b, "Subject: 1"), two = ref_of(&b, "Subject: 2"), three = ref_of(&b, "Subject: 3");
	is_str(read_ref(&b, &two), "Subject: 2\nStatus: RO\n\nFrom two\n", "read without its quoting");
	is_int(change(&b, &one, false, FLAG_FLAGGED, 0), '1', "a flag");
	is_str(list_box(&b), "Subject: 1|F|1772530200|38\nSubject: 2|S|1772530200|33\nSubject: 3|F|1772530200|40", "... is set, and the message listed");
	is_str(read_ref(&b, &three), "Subject: 3\nStatus: O\nX-Status: F\n\nthree\n", "found where it lies now");
	is_int(change(&b, &two, true, 0, 0), '1', "removed, although it moved");
	is_int(change(&b, &two, true, 0, 0), '0', "not twice");
	is_str(read_ref(&b, &two), "gone", "it is gone");
	is_int(change(&b, &one, false, FLAG_FLAGGED, 0), '1', "a flag that is set");

	/* others write it anew, and append */
	put("box", FROM "Subject: 0\n\nzero\n\n" M3 M1);
	new_one = ref_of(&b, "Subject: 0");
	v[0] = (struct box_change){ .ref = three, .remove = true };
	v[1] = (struct box_change){ .ref = new_one, .set = FLAG_SEEN };
	v[2] = (struct box_change){ .ref = two, .set = FLAG_SEEN };
	is_int(box_change(&b, v, 3, NULL, NULL, &err), 0, "three changes: %s", err.text);
	ok(v[0].done && v[1].done && !v[2].done, "two are done");
	is_str(list_box(&b), "Subject: 0|S|1772530200|28\nSubject: 1|*|1772530200|16", "... in the file that is there now");
	v[0] = (struct box_change){ .ref = one, .set = FLAG_SEEN };
	v[1] = (struct box_change){ .ref = one, .set = FLAG_FLAGGED };
	v[2] = (struct box_change){ .ref = new_one, .clear = FLAG_SEEN };
	is_int(box_change(&b, v, 3, NULL, NULL, &err), 0, "two changes of one message: %s", err.text);
	ok(v[0].done && v[1].done && v[2].done, "... are done");
	is_str(list_box(&b), "Subject: 0||1772530200|27\nSubject: 1|FS|1772530200|39", "... both of them");
	box_close(&b);

	big = mem_alloc(BOX_MEM + 100);
	memset(big, 'x', BOX_MEM + 99);
	memcpy(big, M1, sizeof(M1) - 1);
	big[BOX_MEM + 99] = 0;
	put("big", big);
	open_box(&b, "big");
	one = ref_of(&b, "Subject: 1");
	is_str(read_ref(&b, &one), "in a file", "one over 1 MiB comes in a file");
	big[BOX_MEM + sizeof(FROM) - 1] = 0;
	put("big", big);
	one = ref_of(&b, "Subject: 1");
	is_slice(sl(read_ref(&b, &one)), sl(big + sizeof(FROM) - 1), "one of 1 MiB in memory");
	box_close(&b);
	free(big);
}

/* ---- mbox: twins, and what is appended ---- */

struct kept { struct box_msg v[16]; size_t n; };

static int keep(void *ctx, const struct box_msg *m)
{
	struct kept *k = ctx;

	k->v[k->n++] = *m;
	return 0;
}

static void t_twins(void)
{
	struct err err = ERR_INIT;
	struct kept k = { .n = 0 }, more = { .n = 0 };
	struct box b;
	bool resumed;

	fresh_home();
	put("box", M1 M1 M2 M1);
	open_box(&b, "box");
	is_int(box_scan(&b, NULL, &resumed, keep, &k, &err), 0, "scan");
	ok(!resumed && k.n == 4, "four messages");
	for (unsigned i = 0, turn = 0; i < 4; i++)
		if (i != 2)
			ok(k.v[i].ref.key == box_mbox_key(k.v[0].mbox.sum, turn++), "the key of twin %u", i);
	ok(k.v[0].ref.key >> 16 != k.v[1].ref.key >> 16, "twins have different ids");
	put("box", M1 M1 M2 M1 M1 M3);
	is_int(box_scan(&b, &k.v[3].mbox, &resumed, keep, &more, &err), 0, "scan on");
	ok(resumed && more.n == 2, "two came since");
	ok(more.v[0].ref.key == box_mbox_key(k.v[0].mbox.sum, 0), "... each with turn 0");
	more.v[0].ref.key = box_mbox_key(k.v[0].mbox.sum, 3);
	more.v[0].ref.pos = 0;
	is_int(change(&b, &more.v[0].ref, false, FLAG_FLAGGED, 0), '1', "the fourth twin is not the first");
	more.n = 0;
	box_scan(&b, &k.v[3].mbox, &resumed, keep, &more, &err);
	ok(resumed && more.n == 2 && more.v[0].flags & FLAG_FLAGGED, "... but itself");
	is_int(change(&b, &k.v[1].ref, true, 0, 0), '1', "the second is removed");
	k.n = 0;
	box_scan(&b, &k.v[3].mbox, &resumed, keep, &k, &err);
	ok(!resumed && k.n == 5, "another file: all of it is read");
	box_close(&b);
}

static void t_gzip(void)
{
	struct err err = ERR_INIT;
	struct box_ref ref;
	struct stat st;
	struct str packed;
	struct box b;
	int fds = tap_open_fds(), bad = 0, r;

	fresh_home();
	gzip_to("g", SL(M1 M2), "wb");
	gzip_to("g", SL(M3), "ab");
	open_box(&b, "g");
	ok(b.read_only, "gzip is only read");
	is_str(list_box(&b), "Subject: 1|*|1772530200|16\nSubject: 2|S|1772530200|33\nSubject: 3|F|1772530200|40", "two members are one mailbox");
	ref = ref_of(&b, "Subject: 2");
	is_str(read_ref(&b, &ref), "Subject: 2\nStatus: RO\n\nFrom two\n", "read");
	is_int(change(&b, &ref, true, 0, 0), 'e', "not changed");
	box_close(&b);

	str_init(&packed, STR_MAX);
	fs_slurp(at("g"), STR_MAX, &packed, &err);
	for (size_t cut = 10; cut < packed.n; cut++) {
		tbox_put(at("cut"), sl_head(str_sl(&packed), cut));
		r = box_open(&b, at("cut"), &err);
		if (r == 0) {
			const char *text = list_box(&b);
			/* between the members it is whole */
			bad += strncmp(text, "error: ", 7) != 0 && strstr(text, "Subject: 3");
			box_close(&b);
		}
	}
	is_int(bad, 0, "cut at any byte: no message of it is shown");
	packed.p[packed.n / 2] ^= 0x55;
	tbox_put(at("flip"), str_sl(&packed));
	r = box_open(&b, at("flip"), &err);
	ok(r != 0 || strncmp(list_box(&b), "error: ", 7) == 0, "a damaged one: %s", r ? err.text : listed_text.p);
	if (r == 0)
		box_close(&b);
	packed.p[packed.n / 2] ^= 0x55;
	str_adds(&packed, "garbage");
	tbox_put(at("tail"), str_sl(&packed));
	ok(strncmp(list_path("tail"), "error: ", 7) == 0, "garbage behind: %s", listed_text.p);
	str_cut(&packed, packed.n - 7);
	str_add(&packed, "\0\0\0\0\0\0\0\0", 8);
	tbox_put(at("tape"), str_sl(&packed));
	ok(strstr(list_path("tape"), "Subject: 3") != NULL, "zeros behind do no harm");
	box_gzip_max = 80;
	ok(strncmp(list_path("g"), "error: ", 7) == 0, "one too large: %s", listed_text.p);
	box_gzip_max = (off_t)64 << 30;
	stat(at("g"), &st);
	is_int(st.st_size, packed.n - 8, "the packed file is as it was");
	str_release(&packed);
	is_int(tap_open_fds(), fds, "no descriptor is lost");
}

/* ---- MH, .eml, one message ---- */

static void t_dirs(void)
{
	struct box_ref ref;
	struct box b;
	char *big;

	fresh_home();
	make_dir("mh");
	for (int i = 1; i <= 12; i++) {
		char name[20], text[20];

		snprintf(name, sizeof(name), "mh/%d", i);
		snprintf(text, sizeof(text), "A: %02d\n\nx", i);
		put(name, text);
		set_time(name, 1000 + i);
	}
	put("mh/013", "A: no\n\n");
	put("mh/,5", "A: no\n\n");
	put("mh/.mh_sequences", "cur: 5\nunseen: 4-7 2 6-9 99-12\nflagged: 12\nReplied: 1 x 3-y -4\nbroken\n");
	make_dir("mh/14");
	is_str(list_path("mh"), "A: 01|RS|1001|8\nA: 02||1002|8\nA: 03|S|1003|8\nA: 04||1004|8\nA: 05||1005|8\nA: 06||1006|8\n"
		"A: 07||1007|8\nA: 08||1008|8\nA: 09||1009|8\nA: 10|S|1010|8\nA: 11|S|1011|8\nA: 12|FS|1012|8", "an MH folder");
	open_box(&b, "mh");
	ok(b.read_only && b.kind == BOX_MH, "... is only read");
	ref = ref_of(&b, "A: 03");
	is_str(read_ref(&b, &ref), "A: 03\n\nx", "a message of it");
	is_int(change(&b, &ref, false, FLAG_SEEN, 0), 'e', "not changed");
	unlink(at("mh/3"));
	is_str(read_ref(&b, &ref), "gone", "gone");
	box_close(&b);

	make_dir("d");
	put("d/a b.eml", "A: 1\n\nx");
	put("d/c.eml", "A: 2\n\nx");
	put("d/.h.eml", "A: no\n\nx");
	put("d/c.txt", "A: no\n\nx");
	set_time("d/a b.eml", 7), set_time("d/c.eml", 8);
	is_str(list_path("d"), "A: 1||7|7\nA: 2||8|7", "a folder of .eml");
	big = mem_alloc(BOX_MEM + 2);
	memset(big, 'x', BOX_MEM + 1);
	memcpy(big, "A: 3\n\n", 6);
	big[BOX_MEM + 1] = 0;
	put("big.eml", big);
	bug_on(symlink("d/c.eml", at("one")) != 0);
	open_box(&b, "big.eml");
	ok(b.read_only && b.kind == BOX_FILE, "one message");
	ref = ref_of(&b, "A: 3");
	is_str(read_ref(&b, &ref), "in a file", "a large one comes in a file");
	box_close(&b);
	is_str(list_path("one"), "A: 2||8|7", "through a link");
	free(big);
}

static void t_header(void)
{
	static const struct { const char *name, *text, *head; } v[] = {
		{ "LF", "A: b\n\nx\n\n", "A: b\n\n" }, { "CRLF", "A: b\r\n\r\nx", "A: b\r\n\r\n" },
		{ "LF and CRLF", "A: b\n\r\nx", "A: b\n\r\n" }, { "none", "\nA: b\n\n", "\n" }, { "none, CRLF", "\r\nx\n\n", "\r\n" },
		{ "no body", "A: b\n", "A: b\n" }, { "no end", "A: b", "A: b" }, { "CR alone", "A: b\r\rx", "A: b\n\n" }, { "a bare CR", "A: b\rc\n\nx", "A: b\rc\n\n" }, { "empty", "", "" },
	};
	struct err err = ERR_INIT;
	struct box_ref ref = { .name = "1.a.h:2," };
	uint64_t size;
	struct str s;
	struct box b;
	char *long_one = mem_alloc(BOX_HEADER + 200);
	int bad = 0;

	fresh_home();
	make_maildir("m");
	open_box(&b, "m");
	str_init(&s, STR_MAX);
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		put("m/cur/1.a.h:2,", v[i].text);
		str_clear(&s);
		is_int(box_header(&b, &ref, &s, &size, &err), 0, "header: %s", err.text);
		is_str(s.p, v[i].head, "the header, %s", v[i].name);
		is_int(size, strlen(v[i].text), "and the size");
	}
	/* the blank line over each edge of the blocks */
	for (size_t n = 4090; n < 4100; n++) {
		memset(long_one, 'h', n);
		memcpy(long_one + n, "\r\n\r\nbody", 9);
		put("m/cur/1.a.h:2,", long_one);
		str_clear(&s);
		box_header(&b, &ref, &s, &size, &err);
		bad += s.n != n + 4;
	}
	is_int(bad, 0, "a blank line at the edge of a block");
	memset(long_one, 'h', BOX_HEADER + 100);
	long_one[BOX_HEADER + 100] = 0;
	put("m/cur/1.a.h:2,", long_one);
	str_clear(&s);
	is_int(box_header(&b, &ref, &s, &size, &err), 0, "a header without end");
	is_int(s.n, BOX_HEADER, "... is cut at 1 MiB");
	str_release(&s);
	str_init(&s, 100);
	is_int(box_header(&b, &ref, &s, &size, &err), 0, "... or where there is no more room");
	is_int(s.n, 100, "... just there");
	ref.name = "../cur/1.a.h:2,";
	is_int(box_header(&b, &ref, &s, &size, &err), -1, "a name with a slash: %s", err.text);
	str_release(&s);
	free(long_one);
	box_close(&b);
}

/* ---- swapped, removed, forbidden ---- */

static void swap_link(const char *name)
{
	char *away = tbox_path("%s.away", name);

	rename(at(name), at(away));
	bug_on(symlink(at(away), at(name)) != 0);
	free(away);
}

static void swap_fifo(const char *name)
{
	char *away = tbox_path("%s.away", name);

	rename(at(name), at(away));
	make_fifo(name);
	free(away);
}

static void swap_dir(const char *name)
{
	char *away = tbox_path("%s.away", name);

	rename(at(name), at(away));
	make_dir(name);
	free(away);
}

static void swap_file(const char *name)
{
	char *away = tbox_path("%s.away", name);

	rename(at(name), at(away));
	put(name, "Not: that\n\n");
	free(away);
}

static void swap_gone(const char *name)
{
	char *away = tbox_path("%s.away", name);

	rename(at(name), at(away));
	free(away);
}

static int none(void *ctx, const struct box_msg *m)
{
	(void)m;
	++*(int *)ctx;
	return 0;
}

/* Every function says it in words, and none of them shows a message. */
static void check_lost(const char *what, struct box *b, struct box_ref *ref, bool same_by_path)
{
	struct box_stamp stamp;
	struct err err = ERR_INIT;
	uint64_t n, sum;
	bool resumed, fresh;
	struct str s;
	char *name = NULL;
	off_t pos;
	int shown = 0, fd, r;

	is_int(box_scan(b, NULL, &resumed, none, &shown, &err), -1, "%s, scan: %s", what, err.text);
	is_int(shown, 0, "... and nothing is shown");
	err.text[0] = 0;
	is_int(box_sum(b, &n, &sum, &err), -1, "%s, sum: %s", what, err.text);
	err.text[0] = 0;
	if (!same_by_path)
		is_int(box_stamp(b, &stamp, &err), -1, "%s, stamp: %s", what, err.text);
	str_init(&s, 4096);
	err.text[0] = 0;
	if (b->kind == BOX_MBOX || b->kind == BOX_FILE) {
		is_int(box_header(b, ref, &s, &n, &err), -1, "%s, header: %s", what, err.text);
		is_int(box_read(b, ref, &s, &fd, &err), -1, "%s, read: %s", what, err.text);
	}
	err.text[0] = 0;
	r = box_find(b, ref, &name, &fresh, &pos, &err);
	ok(r != 0 || b->kind == BOX_FILE, "%s, find: not taken for gone: %s", what, err.text);
	free(name);
	is_int(change(b, ref, true, 0, 0), 'e', "%s, change", what);
	str_release(&s);
}

static void t_swapped(void)
{
	static const char *const names[] = { "m", "box", "mh", "one.eml", "g" };
	static const struct { const char *what; void (*swap)(const char *); } swaps[] = {
		{ "a link", swap_link }, { "a FIFO", swap_fifo }, { "a folder", swap_dir }, { "nothing", swap_gone },
		{ "a file", swap_file },
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		for (size_t k = 0; k < ARRAY_LEN(swaps); k++) {
			struct box_ref ref;
			struct box b;
			char what[100];
			int fds = tap_open_fds();

			/* a file in place of a file is just another one; a link to the same folder is the same */
			if ((k == 4 && (i == 1 || i == 3 || i == 4)) || (k == 0 && (i == 0 || i == 2)))
				continue;
			fresh_home();
			make_maildir("m");
			put("m/cur/1.a.h:2,", "Subject: 1\n\n");
			put("box", M1);
			make_dir("mh");
			put("mh/1", "Subject: 1\n\n");
			put("one.eml", "Subject: 1\n\n");
			gzip_to("g", SL(M1), "wb");
			open_box(&b, names[i]);
			ref = ref_of(&b, "Subject: 1");
			swaps[k].swap(names[i]);
			snprintf(what, sizeof(what), "%s became %s", names[i], swaps[k].what);
			check_lost(what, &b, &ref, k == 0 || (k == 2 && i == 2));
			box_close(&b);
			is_int(tap_open_fds(), fds, "no descriptor is lost");
		}
	/* a part of a Maildir */
	for (size_t k = 0; k < ARRAY_LEN(swaps); k++) {
		struct box_ref ref;
		struct box b;
		char what[100];

		fresh_home();
		make_maildir("m");
		put("m/cur/1.a.h:2,", "Subject: 1\n\n");
		open_box(&b, "m");
		ref = ref_of(&b, "Subject: 1");
		swaps[k].swap("m/cur");
		snprintf(what, sizeof(what), "m/cur became %s", swaps[k].what);
		check_lost(what, &b, &ref, k == 2);
		box_close(&b);
	}
	/* one message */
	for (size_t k = 0; k < 4; k++) {
		struct err err = ERR_INIT;
		struct box_ref ref;
		struct str s;
		struct box b;
		int fd;

		fresh_home();
		make_maildir("m");
		put("m/cur/1.a.h:2,", "Subject: 1\n\n");
		open_box(&b, "m");
		ref = ref_of(&b, "Subject: 1");
		swaps[k].swap("m/cur/1.a.h:2,");
		if (k == 0)
			ok(symlink("/etc/passwd", at("m/cur/1.a.h:2,")) == 0 || errno == EEXIST, "a link in its place");
		unlink(at("m/cur/1.a.h:2,.away"));
		str_init(&s, 4096);
		is_int(box_read(&b, &ref, &s, &fd, &err), -1, "a message became %s: %s", swaps[k].what, err.text);
		str_release(&s);
		box_close(&b);
	}
}

/* Others than root, in a child: 0 all was well. */
static int as_nobody(void)
{
	struct err err = ERR_INIT;
	struct box_ref ref;
	struct box b;
	int bad = 0;

	if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
		return 77;
	if (box_open(&b, at("m"), &err) != 0)
		return 1;
	bad |= !b.read_only ? 2 : 0;
	list_box(&b);
	bad |= strcmp(listed_text.p, "Subject: 1|*|1|12\nSubject: 2|S|2|12") != 0 ? 4 : 0;
	ref = (struct box_ref){ .name = "1.a.h", .fresh = true, .key = entry_key("1.a.h") };
	bad |= change(&b, &ref, false, FLAG_SEEN, 0) != 'e' ? 8 : 0;
	box_close(&b);
	if (box_open(&b, at("box"), &err) != 0)
		return 16;
	bad |= !b.read_only ? 32 : 0;
	ref = ref_of(&b, "Subject: 1");
	bad |= change(&b, &ref, false, FLAG_SEEN, 0) != 'e' ? 64 : 0;
	box_close(&b);
	bad |= box_open(&b, at("closed"), &err) != -1 || !strstr(err.text, "ermission") ? 128 : 0;
	return bad;
}

static void t_forbidden(void)
{
	int status = -1;
	pid_t pid;

	fresh_home();
	make_maildir("m");
	put("m/new/1.a.h", "Subject: 1\n\n");
	put("m/cur/2.b.h:2,S", "Subject: 2\n\n");
	put("box", M1);
	make_maildir("closed");
	chmod(at("m/new/1.a.h"), 0444), chmod(at("m/cur/2.b.h:2,S"), 0444), chmod(at("box"), 0444);
	chmod(at("m/new"), 0555), chmod(at("m/cur"), 0555), chmod(at("m/tmp"), 0555), chmod(at("m"), 0555);
	chmod(at("closed/cur"), 0);
	/* home and the folder of this run */
	chmod(home, 0755);
	chmod(at(".."), 0755);
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(as_nobody());
	waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		tap_skip("root can't become somebody else here");
	else
		is_int(status, 0, "what may not be written is read, and not changed");
	chmod(at("m/new"), 0755), chmod(at("m/cur"), 0755), chmod(at("m"), 0755), chmod(at("m/tmp"), 0755);
	chmod(at("closed/cur"), 0700);
}

int main(void)
{
	int fds;

	log_open(-1, LOG_ERROR);
	fresh_home();
	fds = tap_open_fds();
	t_kinds();
	t_maildir();
	t_key();
	t_maildir_change();
	t_stop();
	t_stamps();
	t_mbox();
	t_twins();
	t_gzip();
	t_dirs();
	t_header();
	t_swapped();
	t_forbidden();
	is_int(tap_open_fds(), fds, "no descriptor was left open");
	return tap_done();
}
