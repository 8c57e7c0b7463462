/* SPDX-License-Identifier: GPL-3.0-or-later
 * mbox: where messages begin and end, whatever the size of the blocks, what the
 * reader gives of each, and the filters between a message and the file (P15). */
#include "box.h"
#include "store/priv.h"
#include <fcntl.h>
#include <unistd.h>

#define FROM "From a@b.example Tue Mar  3 09:30:00 2026\n"
#define ALL 64

struct split { struct mbox_msg v[ALL]; int n; off_t junk; bool failed; };

static char *home;

static struct split split_file(const char *path)
{
	struct split s = { 0 };
	struct err err = ERR_INIT;
	struct mbox_msg msg;
	struct mbox m;
	int r;

	s.failed = true;
	if (mbox_open(&m, path, &err) != 0) {
		tap_note("%s", err.text);
		return s;
	}
	while ((r = mbox_next(&m, &msg, &err)) == 1)
		if (s.n < ALL)
			s.v[s.n++] = msg;
	s.failed = r < 0;
	if (r < 0)
		tap_note("%s", err.text);
	s.junk = m.junk;
	mbox_close(&m);
	return s;
}

static bool same(const struct split *a, const struct split *b)
{
	if (a->n != b->n || a->junk != b->junk || a->failed != b->failed)
		return false;
	for (int i = 0; i < a->n; i++) {
		const struct mbox_msg *x = &a->v[i], *y = &b->v[i];

		if (x->from != y->from || x->at != y->at || x->len != y->len || x->next != y->next ||
		    x->when != y->when || x->sum != y->sum || strcmp(x->flags, y->flags) != 0 ||
		    x->old != y->old || x->raw != y->raw)
			return false;
	}
	return true;
}

/* Blocks of 1 to 7 bytes and whole ones give the same; each byte has one place. */
static struct split split_each(const char *path, const char *name)
{
	size_t big = mbox_block;
	struct split whole = split_file(path);
	bool good = true, covered = true;

	for (mbox_block = 1; mbox_block <= 7; mbox_block++) {
		struct split s = split_file(path);

		good = good && same(&s, &whole);
	}
	mbox_block = big;
	ok(good, "%s: blocks of 1 to 7 bytes give the same", name);
	for (int i = 0; i < whole.n && i + 1 < ALL; i++) {
		const struct mbox_msg *m = &whole.v[i];

		covered = covered && m->from < m->at + 1 && m->len >= 0 && m->at + m->len <= m->next;
		covered = covered && (i + 1 == whole.n || whole.v[i + 1].from == m->next ||
			/* MMDF: the line that ends, then the one that begins */
			whole.v[i + 1].from == m->next + 5);
	}
	ok(covered, "%s: each byte is in one place", name);
	return whole;
}

static char *file_of(struct slice text)
{
	char *path = tbox_path("%s/case.mbox", home);

	tbox_put(path, text);
	return path;
}

static void read_msg(const char *path, const struct mbox_msg *msg, struct str *out)
{
	struct err err = ERR_INIT;
	struct mbox m;
	struct src src;
	struct sink sink;

	str_clear(out);
	if (mbox_open(&m, path, &err) != 0) {
		tap_note("%s", err.text);
		return;
	}
	mbox_src(&src, &m, msg);
	sink_str(&sink, out);
	if (src_copy(&src, &sink, &err) != 0)
		tap_note("%s", err.text);
	src_release(&src);
	mbox_close(&m);
}

/* ---- the form of the file ---- */

static const struct { const char *name; struct slice text; int n; const char *first; off_t junk; } forms[] = {
	{ "empty file", SL(""), 0, "", 0 },
	{ "one message", SL(FROM "A: b\n\ntext\n\n"), 1, "A: b\n\ntext\n", 0 },
	{ "no final newline", SL(FROM "A: b\n\ntext"), 1, "A: b\n\ntext", 0 },
	{ "no final blank line", SL(FROM "A: b\n\ntext\n"), 1, "A: b\n\ntext\n", 0 },
	{ "blank lines of the message stay", SL(FROM "A: b\n\ntext\n\n\n\n" FROM "\n"), 2, "A: b\n\ntext\n\n\n", 0 },
	{ "header alone", SL(FROM "A: b\n\n" FROM "C: d\n\n"), 2, "A: b\n", 0 },
	{ "empty message", SL(FROM "\n" FROM "\n"), 2, "", 0 },
	{ "From_ line at the end of the file", SL(FROM "A: b\n\nx\n\nFrom a@b.example Tue Mar  3 09:30:00 2026"), 2, "A: b\n\nx\n", 0 },
	{ "From_ without a blank line before is text", SL(FROM "A: b\n\nx\n" FROM "y\n"), 1, "A: b\n\nx\n" FROM "y\n", 0 },
	{ "From_ in a header is text", SL(FROM "A: b\n" FROM "C: d\n\nx\n"), 1, "A: b\n" FROM "C: d\n\nx\n", 0 },
	{ "words after From are text", SL(FROM "A: b\n\nx\n\nFrom Russia with love\n\nFrom this Tue on\n\n"), 1,
		"A: b\n\nx\n\nFrom Russia with love\n\nFrom this Tue on\n", 0 },
	{ "CRLF", SL("From a@b Tue Mar  3 09:30:00 2026\r\nA: b\r\n\r\ntext\r\n\r\nFrom a@b Tue Mar  3 09:30:00 2026\r\nC: d\r\n\r\n"),
		2, "A: b\r\n\r\ntext\r\n", 0 },
	{ "blank lines first", SL("\n\n" FROM "A: b\n\nx\n"), 1, "A: b\n\nx\n", 2 },
	{ "junk first", SL("junk\nmore\n" FROM "A: b\n\nx\n"), 1, "A: b\n\nx\n", 10 },
	{ "nothing but junk", SL("A: b\n\nx\n"), 0, "", 8 },
	{ "byte order mark", SL("\xEF\xBB\xBF" FROM "A: b\n\nx\n"), 1, "A: b\n\nx\n", 3 },
	{ "NULs and bare CR", SL(FROM "A: b\n\n\0\rx\0\n\r\n" FROM "\n"), 2, "A: b\n\n", 0 },
	{ "a hole of NULs is text", SL(FROM "A: b\n\nx\n\n\0\0\0" FROM "A: b\n"), 1, "A: b\n\nx\n\n", 0 },
	{ "quoting is undone once", SL(FROM "A: b\n\n>From x\n>>From y\n> From z\n>Fro\n>"), 1, "A: b\n\nFrom x\n>From y\n> From z\n>Fro\n>", 0 },
	{ "MMDF", SL("\1\1\1\1\n" FROM "A: b\n\nx\n\1\1\1\1\n\1\1\1\1\nC: d\n\n" FROM "\n\1\1\1\1\n"), 2, "A: b\n\nx\n", 0 },
	{ "MMDF without pairs and end", SL("\1\1\1\1\nA: b\n\1\1\1\1\nC: d\n"), 2, "A: b\n", 0 },
	{ "Content-Length leads to a separator", SL(FROM "Content-Length: 49\n\n" FROM "\nquoted\n\n" FROM "\n"), 2,
		"Content-Length: 49\n\n" FROM "\nquoted", 0 },
	{ "Content-Length leads into the last line", SL(FROM "Content-Length: 43\n\nx\n\n" FROM), 2, "Content-Length: 43\n\nx\n", 0 },
	{ "Content-Length leads to the end, exactly", SL(FROM "Content-Length: 45\n\nx\n\n" FROM), 1,
		"Content-Length: 45\n\nx\n\n" FROM, 0 },
	{ "Content-Length past the end", SL(FROM "Content-Length: 46\n\nx\n\n" FROM), 2, "Content-Length: 46\n\nx\n", 0 },
	{ "Content-Length twice", SL(FROM "Content-Length: 45\nContent-Length: 45\n\nx\n\n" FROM), 2,
		"Content-Length: 45\nContent-Length: 45\n\nx\n", 0 },
	{ "Content-Length 0", SL(FROM "Content-Length: 0\n\n\n" FROM "\n"), 2, "Content-Length: 0\n\n", 0 },
	{ "Content-Length of 30 digits", SL(FROM "Content-Length: 999999999999999999999999999999\n\nx\n\n" FROM), 2,
		"Content-Length: 999999999999999999999999999999\n\nx\n", 0 },
};

static void t_forms(void)
{
	struct str out;

	str_init(&out, STR_MAX);
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		char *path = file_of(forms[i].text);
		struct split s = split_each(path, forms[i].name);
		struct slice want = sl(forms[i].first);

		is_int(s.n, forms[i].n, "%s: messages", forms[i].name);
		is_int(s.junk, forms[i].junk, "%s: junk", forms[i].name);
		if (s.n) {
			read_msg(path, &s.v[0], &out);
			/* where NULs follow, the head of it */
			is_slice(sl_head(str_sl(&out), want.n ? MAX(want.n, strlen(out.p)) : out.n), want,
				"%s: the first message", forms[i].name);
		}
		free(path);
	}
	str_release(&out);
}

/* ---- From_ lines ---- */

static const struct { const char *rest; bool yes; int64_t when; } froms[] = {
	{ "a@b Tue Mar  3 09:30:00 2026", true, 1772530200 },
	{ "a@b Tue Mar 3 09:30 2026", true, 1772530200 },
	{ "a@b Tue Mar  3 9:30:00 2026", true, 1772530200 },
	{ "a@b  Tue Mar  3 09:30:00 KST 2026", true, 1772530200 },
	{ "a@b Tue Mar  3 09:30:00 +0900 2026", true, 1772530200 - 32400 },
	{ "a@b Tue Mar  3 09:30:00 2026 -0400", true, 1772530200 + 14400 },
	{ "a@b Tue Mar  3 09:30:00 2026 WETDST", true, 1772530200 },
	{ "MAILER-DAEMON Tue Mar  3 09:30:00 2026 remote from x", true, 1772530200 },
	{ "upi at papat.org  Tue Mar  3 09:30:00 2026", true, 1772530200 },
	{ "\"quoted name\"@b.example Tue, 3 Mar 2026 09:30:00 +0900", true, 1772530200 - 32400 },
	{ "Mon Mon Tue Mar  3 09:30:00 2026", true, 1772530200 },
	{ "- ", true, 0 }, { "-", true, 0 },
	{ "1844347792267117879@xxx", true, 0 },
	{ "a@b Thu Jan  1 00:00:00 1970", true, 0 },
	{ "", false, 0 }, { "a", false, 0 }, { "@b", false, 0 }, { "a@", false, 0 }, { "a@b c", false, 0 },
	{ "here, on Tue Mar 3, we went", false, 0 },
	{ "a@b Tue Mar 32 09:30:00 2026", false, 0 },
	{ "a@b Tue Mar 0 09:30:00 2026", false, 0 },
	{ "a@b Tue Mar 3 24:30:00 2026", false, 0 },
	{ "a@b Tue Mar 3 09:60:00 2026", false, 0 },
	{ "a@b Tue Mar 3 09:30:61 2026", false, 0 },
	{ "a@b Tue Mar 3 09:30:00 26", false, 0 },
	{ "a@b Tue Mar 3 2026", false, 0 },
	{ "a@b Mar 3 09:30:00 2026", false, 0 },
	{ "a@b Tue Xyz 3 09:30:00 2026", false, 0 },
};

static void t_froms(void)
{
	struct str s;

	str_init(&s, STR_MAX);
	for (size_t i = 0; i < ARRAY_LEN(froms); i++) {
		struct split got;
		char *path;

		str_clear(&s);
		str_addf(&s, FROM "\nx\n\nFrom %s\nA: b\n", froms[i].rest);
		path = file_of(str_sl(&s));
		got = split_each(path, froms[i].rest);
		is_int(got.n, 1 + froms[i].yes, "\"From %s\": a separator?", froms[i].rest);
		if (got.n == 2)
			is_int(got.v[1].when, froms[i].when, "\"From %s\": its date", froms[i].rest);
		free(path);
	}
	for (int more = 0; more < 2; more++) {
		char *path;

		/* a From_ line of 1000 bytes, and of 1001 */
		str_clear(&s);
		str_adds(&s, FROM "\nx\n\nFrom ");
		for (int i = 0; i < 970 + more; i++)
			str_addc(&s, 'a');
		str_adds(&s, " Tue Mar  3 09:30:00 2026\n\ny\n");
		path = file_of(str_sl(&s));
		is_int(split_each(path, "long From_ line").n, 2 - more, "a From_ line of %d bytes", 1000 + more);
		free(path);
	}
	str_release(&s);
}

/* ---- flags ---- */

static const struct { const char *fields, *flags; bool old; } flags[] = {
	{ "A: b\n", "", false }, { "Status: RO\n", "S", true }, { "Status: O\n", "", true },
	{ "Status: R\nX-Status: AFDTP\n", "DFPRST", false }, { "x-status:A\r\nSTATUS:  O\r\n", "R", true },
	{ "Status : R\n", "", false }, { "Status: Nxyz\n", "", false }, { "\nStatus: R\n", "", false },
};

static void t_flags(void)
{
	for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
		char *text = tbox_path(FROM "%s\nx\n", flags[i].fields), *path = file_of(sl(text));
		struct split s = split_each(path, "flags");

		is_int(s.n, 1, "one message");
		is_str(s.v[0].flags, flags[i].flags, "flags %zu", i);
		is_int(s.v[0].old, flags[i].old, "old %zu", i);
		free(text);
		free(path);
	}
}

/* ---- the filters of writing ---- */

/* Both filters, in pieces, and there and back (P15). */

struct there { struct mbox_quote quote, undo; struct str a, b; struct slice want; };

static void there_begin(void *ctx)
{
	struct there *t = ctx;

	t->quote = (struct mbox_quote){ 0 };
	t->undo = (struct mbox_quote){ .undo = true };
	str_clear(&t->a);
	str_clear(&t->b);
}

static void there_feed(void *ctx, struct slice s, bool last)
{
	struct there *t = ctx;

	mbox_quote(&t->quote, s, last, &t->a);
	mbox_quote(&t->undo, str_sl(&t->a), last, &t->b);
	str_clear(&t->a);
}

static void there_check(void *ctx, const char *how)
{
	struct there *t = ctx;

	is_slice(str_sl(&t->b), t->want, "there and back, %s", how);
}

struct fields { struct mbox_fields f; struct str out; };

static void fields_begin(void *ctx)
{
	struct fields *t = ctx;

	t->f = (struct mbox_fields){ .flags = "RS", .drop_length = true };
	str_clear(&t->out);
}

static void fields_feed(void *ctx, struct slice s, bool last)
{
	struct fields *t = ctx;

	mbox_fields(&t->f, s, last, &t->out);
}

static void fields_check(void *ctx, const char *how)
{
	struct fields *t = ctx;

	is_str(t->out.p, "Subject: a long enough line\r\nA: b\r\nStatus: RO\r\nX-Status: A\r\n\r\nStatus: x\n", "fields, %s", how);
}

static void t_filters(void)
{
	struct there t = { .want = SL(">\n>>From \nFrom x\n>From y\nFro\n>Fr\n\0From \n\nFrom \r\n>From") };
	struct fields f;

	str_init(&t.a, STR_MAX);
	str_init(&t.b, STR_MAX);
	str_init(&f.out, STR_MAX);
	tap_each_split(t.want, &(struct tap_split){ there_begin, there_feed, there_check, &t });
	tap_each_split(SL("Subject: a long enough line\r\nStatus: O that is too long for a head\r\n\tand folded\r\nA: b\r\n"
		"content-length: 7\r\n\r\nStatus: x\n"), &(struct tap_split){ fields_begin, fields_feed, fields_check, &f });
	str_release(&t.a);
	str_release(&t.b);
	str_release(&f.out);
}

/* ---- limits and harm ---- */

static void t_limits(void)
{
	for (int more = 0; more < 2; more++) {
		struct mbox_msg msg = { 0 };
		struct split s;
		struct str text;
		char *path;

		/* a Status line of 1024 bytes is read, one of 1025 is not */
		str_init(&text, STR_MAX);
		str_adds(&text, FROM "Status: R");
		for (int i = 9; i < 1024 + more; i++)
			str_addc(&text, ' ');
		str_adds(&text, "\n\nx\n");
		path = file_of(str_sl(&text));
		s = split_each(path, "long Status line");
		is_str(s.v[0].flags, more ? "" : "S", "a Status line of %d bytes", 1024 + more);
		msg = s.v[0];
		free(path);

		/* lines of any length: other bytes behind what is kept are the same message */
		str_clear(&text);
		str_adds(&text, FROM "A: ");
		for (int i = 0; i < 600000; i++)
			str_addc(&text, 'a');
		str_adds(&text, "\r\n\r\nx\r\n\r\n" FROM "\n");
		path = file_of(str_sl(&text));
		s = split_file(path);
		is_int(s.n, 2, "a header line of 600 kB");
		is_int(s.v[0].next - s.v[0].at - s.v[0].len, 2, "and the blank line after it is found");
		ok(s.v[0].sum != msg.sum, "another message has another sum");
		free(path);
		str_release(&text);
	}
}

static void t_shorter(void)
{
	char *path = file_of(SL(FROM "A: b\n\nx\n"));
	struct err err = ERR_INIT;
	struct mbox_msg msg;
	struct mbox m;
	int fds = tap_open_fds();

	is_int(mbox_open(&m, path, &err), 0, "open");
	is_int(truncate(path, 20), 0, "cut by another one");
	is_int(mbox_next(&m, &msg, &err), -1, "became shorter: %s", err.text);
	is_int(err.kind, ERR_TEMP, "open it again");
	mbox_close(&m);
	is_int(tap_open_fds(), fds, "no descriptor is lost");
	free(path);
}

/* Beyond 32 bits: a hole, and messages behind it. */
static void t_huge(void)
{
	char *path = tbox_path("%s/huge", home);
	off_t at = ((off_t)10 << 30) + 5;
	const char tail[] = "\n\n" FROM "Subject: far\n\nx\n\n" FROM "Subject: last\n\ny\n";
	int fd = open(path, O_RDWR | O_CREAT, 0600);
	struct err err = ERR_INIT;
	struct mbox_msg msg;
	struct mbox m;
	struct str out;

	if (fd < 0 || pwrite(fd, tail, sizeof(tail) - 1, at) != (ssize_t)sizeof(tail) - 1) {
		tap_skip("no sparse file of 10 GiB here");
		close(fd);
		unlink(path);
		free(path);
		return;
	}
	close(fd);
	is_int(mbox_open(&m, path, &err), 0, "10 GiB: open");
	/* the last 64 MiB of the hole are read */
	mbox_seek(&m, at - ((off_t)64 << 20));
	is_int(mbox_next(&m, &msg, &err), 1, "10 GiB: a message behind it");
	is_int(msg.from, at + 2, "10 GiB: its offset");
	is_int(mbox_resume(&m, m.dev, m.ino, &msg, &err), 1, "10 GiB: resumed there");
	is_int(mbox_next(&m, &msg, &err), 1, "10 GiB: the last message");
	is_int(msg.next, m.size, "10 GiB: it ends with the file");
	mbox_close(&m);
	str_init(&out, STR_MAX);
	read_msg(path, &msg, &out);
	is_slice(str_sl(&out), SL("Subject: last\n\ny\n"), "10 GiB: its text");
	str_release(&out);
	unlink(path);
	free(path);
}

int main(void)
{
	home = tbox_dir();
	t_forms();
	t_froms();
	t_flags();
	t_filters();
	t_limits();
	t_shorter();
	t_huge();
	free(home);
	return tap_done();
}
