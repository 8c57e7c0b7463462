/* SPDX-License-Identifier: GPL-3.0-or-later
 * Messages that are written: fields, encodings, files, limits, and that the
 * parser reads back what went in. */
#include "base/base.h"
#include "mime/mime.h"
#include "../../tap.h"

/* ---- a draft and its files ---- */

struct mem_file { struct src src; struct slice bytes; int reads; };

static int mem_rewind(struct gen_file *f, struct err *err)
{
	struct mem_file *m = f->ctx;

	(void)err;
	m->reads++;
	src_release(&m->src);
	src_mem(&m->src, m->bytes);
	return 0;
}

static void file_init(struct gen_file *f, struct mem_file *m, struct slice bytes, const char *type, const char *name)
{
	m->bytes = bytes;
	m->reads = 0;
	src_mem(&m->src, bytes);
	*f = (struct gen_file){ .src = &m->src, .rewind = mem_rewind, .ctx = m, .type = type, .filename = name };
}

static struct addrs from, to;
static struct mem_file text_mem;
static struct gen_file text_file;

static struct gen_file *as_text(struct slice text)
{
	if (text_mem.src.read)
		src_release(&text_mem.src);
	file_init(&text_file, &text_mem, text, NULL, NULL);
	return &text_file;
}

static struct gen draft(struct slice text)
{
	return (struct gen){ .from = &from, .to = &to, .subject = "hello", .date = 1739404800, .zone = 540,
		.message_id = "1@example.org", .text = as_text(text) };
}

static bool write_to(struct gen *g, struct str *out)
{
	struct sink sink;
	struct err err = ERR_INIT;

	str_clear(out);
	sink_str(&sink, out);
	if (gen_write(g, &sink, &err) == 0)
		return true;
	tap_note("%s", err.text);
	return false;
}

/* ---- what a strict reader asks of any message of ours ---- */

static const char *fault(struct slice message, bool allow_8bit)
{
	struct slice line, rest = message;
	bool in_header = true;

	if (message.n == 0 || message.p[message.n - 1] != '\n')
		return "no final line end";
	while (sl_line(&rest, &line)) {
		if (line.n > 998)
			return "a line over 998";
		if (in_header && line.n > 78 && sl_find(sl_skip(line, 1), ' ') >= 0)
			return "a header line over 78";
		if (line.n == 0)
			in_header = false;
		for (size_t i = 0; i < line.n; i++) {
			if (line.p[i] == '\r' || line.p[i] == 0)
				return "a CR or NUL";
			if ((unsigned char)line.p[i] >= 0x80 && !allow_8bit)
				return "an 8-bit byte";
		}
	}
	return NULL;
}

static void test_plain(void)
{
	struct gen g = draft(SL("Hello,\r\nyou\rthere"));
	struct str out;

	str_init(&out, STR_MAX);
	ok(write_to(&g, &out), "a plain message is written");
	is_slice(str_sl(&out), SL("From: Alice <alice@example.org>\nTo: bob@example.org\nSubject: hello\n"
		"Date: Thu, 13 Feb 2025 09:00:00 +0900\nMessage-ID: <1@example.org>\nMIME-Version: 1.0\n"
		"Content-Type: text/plain; charset=us-ascii\nContent-Transfer-Encoding: 7bit\n\n"
		"Hello,\nyou\nthere\n"), "RFC 5322 3.6: and looks so");
	g.text = as_text(SL(""));
	ok(write_to(&g, &out) && sl_ends(str_sl(&out), "7bit\n\n"), "an empty text");
	g.text = NULL;
	ok(write_to(&g, &out) && sl_ends(str_sl(&out), "us-ascii\nContent-Transfer-Encoding: 7bit\n\n"), "no text");
	g.text = as_text(SL("caf\xc3\xa9 au lait"));
	ok(write_to(&g, &out) && sl_ends(str_sl(&out), "Content-Type: text/plain; charset=utf-8\n"
		"Content-Transfer-Encoding: quoted-printable\n\ncaf=C3=A9 au lait\n"), "text with an accent");
	g.text = as_text(SL("\xed\x95\x9c\xea\xb8\x80\xed\x95\x9c\xea\xb8\x80\n\xed\x95\x9c\n"));
	ok(write_to(&g, &out) && sl_ends(str_sl(&out), "base64\n\n7ZWc6riA7ZWc6riACu2VnAo=\n"),
	   "departure: lines inside base64 keep LF");
	g.text = as_text(SL("caf\xe9"));
	ok(write_to(&g, &out) && sl_search(str_sl(&out), SL("charset=unknown-8bit")) >= 0, "RFC 1428: text of no known charset");
	g.text_charset = "iso-8859-1";
	g.text_type = "text/x-test";
	ok(write_to(&g, &out) && sl_search(str_sl(&out), SL("text/x-test; charset=iso-8859-1")) >= 0, "type and charset as given");
	g = draft(SL("one\r\ntwo\r\r\nthree\r"));
	ok(write_to(&g, &out) && sl_ends(str_sl(&out), "\n\none\ntwo\n\nthree\n"), "line ends of all kinds");
	as_text(SL("plain"))->rewind = NULL;
	ok(write_to(&g, &out) && sl_ends(str_sl(&out), "charset=utf-8\nContent-Transfer-Encoding: base64\n\ncGxhaW4K\n"),
	   "text that can be read only once is base64");
	str_release(&out);
}

static void test_fields(void)
{
	struct gen_field fields[] = { { "X-One", "a b", false }, { "Comments", "caf\xc3\xa9", true } };
	struct gen g = draft(SL("x"));
	struct str out;
	struct env env = { 0 };

	str_init(&out, STR_MAX);
	g.sender = &to;
	g.reply_to = &to;
	g.cc = &from;
	g.in_reply_to = "a@b";
	g.references = "c@d a@b";
	g.subject = "\xed\x95\x9c\xea\xb8\x80 subject";
	g.fields = fields;
	g.n_fields = 2;
	ok(write_to(&g, &out), "a message with all fields");
	ok(!fault(str_sl(&out), false), "is strict");
	ok(sl_search(str_sl(&out), SL("\nX-One: a b\n")) > 0, "a field of the user");
	ok(sl_search(str_sl(&out), SL("\nComments: =?")) > 0, "a field of the user, as text");
	env_parse(sl_head(str_sl(&out), hdr_length(str_sl(&out))), &mime_limits_default, &env);
	is_str(env.subject, "\xed\x95\x9c\xea\xb8\x80 subject", "the subject is read back");
	is_str(env.message_id, "1@example.org", "the id is read back");
	is_str(env.references, "c@d a@b", "the references are read back");
	is_str(env.in_reply_to, "a@b", "the parent is read back");
	is_int(env.date.sec, 1739404800, "the date is read back");
	ok(env.sender.n == 1 && env.reply_to.n == 1 && env.cc.n == 1, "the addresses are read back");
	env_release(&env);
	str_release(&out);
}

static void refused(struct gen *g, const char *name)
{
	struct str out;
	struct sink sink;
	struct err err = ERR_INIT;

	str_init(&out, STR_MAX);
	sink_str(&sink, &out);
	ok(gen_write(g, &sink, &err) == -1 && err.kind == ERR_INPUT && out.n == 0, "refused: %s (%s)", name, err.text);
	str_release(&out);
}

static void test_refused(void)
{
	struct gen_field f = { "X-A", "b", false };
	struct addrs none = { 0 };
	struct gen g = draft(SL("x"));

	g.from = &none;
	refused(&g, "no sender");
	g = draft(SL("x"));
	g.message_id = "a@b>\nBcc: x";
	refused(&g, "an id with a line break");
	g.message_id = " ";
	refused(&g, "an empty id");
	g = draft(SL("x"));
	g.references = "<a@b>";
	refused(&g, "references with brackets");
	g = draft(SL("x"));
	g.fields = &f;
	g.n_fields = 1;
	f.value = "a\nBcc: x";
	refused(&g, "a line break in a field");
	f.value = "a\rb";
	refused(&g, "a CR in a field");
	f.value = "a\nb";
	f.text = true;
	refused(&g, "a line break in a text field");
	f = (struct gen_field){ "X A", "b", false };
	refused(&g, "a blank in a field's name");
	f.name = "X:A";
	refused(&g, "a colon in a field's name");
	f.name = "";
	refused(&g, "an empty name");
	f.name = "bcc";
	refused(&g, "Bcc");
	f.name = "Content-Type";
	refused(&g, "a content field");
	f.name = "Date";
	refused(&g, "a second date");
	g = draft(SL("x"));
	g.text_type = "text/plain\nBcc: x";
	refused(&g, "a type with a line break");
	g.text_type = NULL;
	g.text_charset = "utf-8; x=y";
	refused(&g, "a charset that is none");
	g = draft(SL("x"));
	g.subject = "a\r\nBcc: x";
	{
		struct str out;

		str_init(&out, STR_MAX);
		ok(write_to(&g, &out) && sl_search(str_sl(&out), SL("\nBcc")) < 0, "a subject starts no other field");
		str_release(&out);
	}
}

/* ---- files ---- */

static struct str bytes_of(const struct part *p, struct slice message)
{
	struct part_src ps;
	struct str out;
	struct sink sink;
	struct err err = ERR_INIT;

	str_init(&out, STR_MAX);
	sink_str(&sink, &out);
	part_open(&ps, p, -1, message);
	src_copy(part_src(&ps), &sink, &err);
	part_close(&ps);
	return out;
}

static void test_files(void)
{
	static const struct { const char *name, *type, *enc; struct slice bytes; } rows[] = {
#define FILE_ROW(name, type, enc, bytes) { name, type, enc, { bytes, sizeof(bytes) - 1 } }
		FILE_ROW("plain.txt", "text/plain", "7bit", "one\ntwo\n"),
		FILE_ROW("noend.txt", "text/plain", "7bit", "one\ntwo"),
		FILE_ROW("ends.txt", "text/plain", "7bit", "one\n\n\n"),
		FILE_ROW("empty.bin", "application/octet-stream", "7bit", ""),
		FILE_ROW("nl.txt", "text/plain", "7bit", "\n"),
		FILE_ROW("dos.txt", "text/plain", "base64", "one\r\ntwo\r\n"),
		FILE_ROW("from.mbox", "text/plain", "quoted-printable", "From me\n\n.\nFrom you"),
		FILE_ROW("caf\xc3\xa9.txt", "text/plain", "quoted-printable", "caf\xc3\xa9 au lait \n  \n x"),
		FILE_ROW("latin.txt", "text/plain", "quoted-printable", "caf\xe9 au lait, encore une fois\n"),
		FILE_ROW("\xed\x95\x9c\xea\xb8\x80 \xed\x8c\x8c\xec\x9d\xbc \"x\".png", "image/png", "base64", "\x89PNG\r\n\x1a\n\0\0"),
		FILE_ROW("nul", "bad type", "base64", "\0"),
		FILE_ROW("multi", "multipart/mixed", "7bit", "--x\n\n--x--\n"),
		FILE_ROW("fwd.eml", "message/rfc822", "7bit", "Subject: x\n\nFrom here\n"),
		FILE_ROW("fwd8.eml", "message/rfc822", "8bit", "Subject: x\n\ncaf\xc3\xa9"),
		FILE_ROW("fwdcr.eml", "message/rfc822", "base64", "Subject: x\r\n\r\nhello\r\n"),
	};
	struct mem_file mem[ARRAY_LEN(rows)];
	struct gen_file files[ARRAY_LEN(rows)];
	struct gen g = draft(SL("see below"));
	struct mime_tree *t;
	struct part *p;
	struct str out;

	str_init(&out, STR_MAX);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		file_init(&files[i], &mem[i], rows[i].bytes, rows[i].type, rows[i].name);
	files[0].description = "caf\xc3\xa9";
	files[0].id = "part1@example.org";
	files[0].inline_ = true;
	g.files = files;
	g.n_files = ARRAY_LEN(rows);
	ok(write_to(&g, &out), "a message with files of all kinds");
	ok(!fault(str_sl(&out), true), "is strict: %s", fault(str_sl(&out), true) ? fault(str_sl(&out), true) : "yes");
	t = mime_parse_mem(str_sl(&out), NULL);
	is_int(t->defects, DEF_ENC_ON_MULTI, "and without defects, but for a message that had to be encoded");
	is_int(t->root->enc, ENC_8BIT, "RFC 2045 6.4: the multipart is 8bit as a part of it");
	p = t->root->child;
	{
		struct str text = bytes_of(p, str_sl(&out));

		is_slice(str_sl(&text), SL("see below\n"), "the text comes first");
		str_release(&text);
	}
	for (size_t i = 0; i < ARRAY_LEN(rows) && p->next; i++) {
		struct str got;

		p = p->next;
		got = bytes_of(p, str_sl(&out));
		is_slice(str_sl(&got), rows[i].bytes, "%s: the same bytes", rows[i].name);
		is_str(enc_name(p->enc), rows[i].enc, "%s: the encoding", rows[i].name);
		is_str(p->filename, rows[i].name, "%s: the name", rows[i].name);
		is_int(mem[i].reads, 1, "%s: was read twice", rows[i].name);
		str_release(&got);
	}
	ok(!p->next, "no part is left");
	p = t->root->child->next;
	is_str(p->description, "caf\xc3\xa9", "the description");
	is_str(p->id, "part1@example.org", "the id");
	is_str(p->disposition, "inline", "the disposition");
	is_str(part_charset(p), "us-ascii", "the charset of an ASCII file");
	is_str(part_charset(tree_find(t, SL("9"))), "utf-8", "the charset of a UTF-8 file");
	is_str(part_charset(tree_find(t, SL("10"))), NULL, "no charset is made up");
	ok(part_is(tree_find(t, SL("12")), "application", "octet-stream"), "a type that is none");
	ok(part_is(tree_find(t, SL("13")), "application", "octet-stream"), "a file is no multipart");
	is_int(tree_find(t, SL("14"))->kind, PART_MESSAGE, "a message inside");
	tree_free(&t);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		src_release(&mem[i].src);
	str_release(&out);
}

static void test_once(void)
{
	struct mem_file mem;
	struct gen_file file;
	struct gen g = draft(SL("x\n"));
	struct str out;

	str_init(&out, STR_MAX);
	file_init(&file, &mem, SL("plain"), "text/plain", NULL);
	file.rewind = NULL;
	g.files = &file;
	g.n_files = 1;
	ok(write_to(&g, &out) && sl_search(str_sl(&out), SL("base64\nContent-Disposition: attachment\n\ncGxhaW4=\n--")) > 0,
	   "a file that can be read only once is base64");
	src_release(&mem.src);
	str_release(&out);
}

/* Two forms of the text, alone and with a file. */
static void test_html(void)
{
	struct mem_file html_mem, mem;
	struct gen_file html, file;
	struct gen g = draft(SL(""));
	struct mime_tree *t;
	struct str out;

	str_init(&out, STR_MAX);
	for (int n = 0; n < 2; n++) {
		file_init(&html, &html_mem, SL("<p>caf\xc3\xa9</p>"), NULL, NULL);
		file_init(&file, &mem, SL("x"), "text/plain", "x");
		g.text = as_text(SL("caf\xc3\xa9"));
		g.html = &html;
		g.files = &file;
		g.n_files = (size_t)n;
		ok(write_to(&g, &out) && !fault(str_sl(&out), false), "text and HTML, %d files: is strict", n);
		t = mime_parse_mem(str_sl(&out), NULL);
		is_int(t->defects, 0, "without defects");
		is_int(t->parts, n ? 5 : 3, "all parts");
		ok(part_is(n ? t->root->child : t->root, "multipart", "alternative"), "RFC 2046 5.1.4: alternatives");
		ok(part_is(tree_best_text(t), "text", "plain"), "the plain text comes first");
		ok(part_is(tree_best_text(t)->next, "text", "html") && !strcmp(part_charset(tree_best_text(t)->next), "utf-8"), "the HTML is next");
		if (n) {
			ok(strcmp(params_get(&t->root->params, "boundary"), params_get(&t->root->child->params, "boundary")) != 0, "of two boundaries");
			ok(tree_find(t, SL("2")) && !strcmp(tree_find(t, SL("2"))->filename, "x"), "the file is last");
		} else {
			ok(sl_search(str_sl(&out), SL("\n\ncaf=C3=A9\n\n--")) > 0, "the text has its last line end");
		}
		tree_free(&t);
		src_release(&mem.src);
		src_release(&html_mem.src);
	}
	str_release(&out);
}

/* A charset that is said stays where the bytes do not speak against it. */
static void test_charset(void)
{
	static const struct { const char *type, *bytes, *want; } rows[] = {
		{ "text/plain; charset=euc-kr", "\xb0\xa1\n", "euc-kr" },
		{ "text/plain; charset=iso-2022-jp", "\x1b$B\n", "iso-2022-jp" },
		{ "text/plain; charset=utf-8", "\xb0\xa1\n", NULL },
		{ "text/plain; charset=iso-8859-1", "caf\xc3\xa9\n", "utf-8" },
		{ "text/plain; charset=\"a b\"", "x\n", "us-ascii" },
		{ "image/png; charset=euc-kr", "x", NULL },
	};
	struct mem_file mem;
	struct gen_file file;
	struct gen g;
	struct mime_tree *t;
	struct str out;

	str_init(&out, STR_MAX);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		g = draft(SL("x"));
		g.files = &file;
		g.n_files = 1;
		file_init(&file, &mem, sl(rows[i].bytes), rows[i].type, "x");
		write_to(&g, &out);
		t = mime_parse_mem(str_sl(&out), NULL);
		is_str(part_charset(tree_find(t, SL("2"))), rows[i].want, "%s", rows[i].type);
		tree_free(&t);
		src_release(&mem.src);
	}
	str_release(&out);
}

/* The seed gives the same boundary again, and now it stands in a file. */
static void test_boundary(void)
{
	struct mem_file mem;
	struct gen_file file;
	struct gen g = draft(SL("x\n"));
	struct mime_tree *t;
	struct str out, bad;
	char *first;

	str_init(&out, STR_MAX);
	str_init(&bad, STR_MAX);
	file_init(&file, &mem, SL("plain"), "text/plain", "a");
	g.files = &file;
	g.n_files = 1;
	rt_set_seed(7);
	write_to(&g, &out);
	t = mime_parse_mem(str_sl(&out), NULL);
	first = mem_strdup(params_get(&t->root->params, "boundary"));
	tree_free(&t);
	rt_set_seed(7);
	write_to(&g, &bad);
	ok(sl_eq(str_sl(&out), str_sl(&bad)), "the same seed, the same message");
	for (int round = 0; round < 2; round++) {
		str_clear(&bad);
		for (int i = 0; i < 1000 && round; i++)
			str_adds(&bad, "0123456789abcde\n");
		str_addf(&bad, "--%s--\n", first);
		src_release(&mem.src);
		file_init(&file, &mem, str_sl(&bad), "text/plain", "a");
		rt_set_seed(7);
		write_to(&g, &out);
		t = mime_parse_mem(str_sl(&out), NULL);
		ok(!sl_is(sl(params_get(&t->root->params, "boundary")), first), "a boundary that stands in a file is not taken");
		is_int(t->root->child->next->end - t->root->child->next->body, (long long)bad.n, "and the file is whole");
		tree_free(&t);
	}
	g.text = as_text(str_sl(&bad));
	g.n_files = 1;
	rt_set_seed(7);
	write_to(&g, &out);
	ok(sl_search(str_sl(&out), SL("boundary=")) > 0, "nor one that stands in the text");
	src_release(&mem.src);
	free(first);
	str_release(&out);
	str_release(&bad);
	rt_set_seed(45);
}

/* ---- a large file passes in blocks ---- */

struct zeros { struct src src; uint64_t left; };

static ssize_t zeros_read(struct src *src, void *buf, size_t n, struct err *err)
{
	struct zeros *z = src->ctx;

	(void)err;
	n = MIN((uint64_t)n, z->left);
	memset(buf, 'z', n);
	z->left -= n;
	return (ssize_t)n;
}

static int zeros_rewind(struct gen_file *f, struct err *err)
{
	(void)err;
	((struct zeros *)f->ctx)->left = 8 << 20;
	return 0;
}

static int count_write(struct sink *sink, struct slice s, struct err *err)
{
	size_t *most = sink->ctx;

	(void)err;
	*most = MAX(*most, s.n);
	return 0;
}

static int fail_rewind(struct gen_file *f, struct err *err)
{
	(void)f;
	return err_set(err, ERR_SYS, "no");
}

static int fail_write(struct sink *sink, struct slice s, struct err *err)
{
	(void)s;
	return (*(int *)sink->ctx)-- > 0 ? 0 : err_set(err, ERR_SYS, "full");
}

static void test_stream(void)
{
	struct zeros z = { .left = 8 << 20 };
	struct gen_file file = { .src = &z.src, .rewind = zeros_rewind, .ctx = &z, .type = "application/x-z", .filename = "z" };
	struct gen g = draft(SL("x"));
	size_t most = 0;
	int left;
	struct sink sink = { .write = count_write, .ctx = &most };
	struct err err = ERR_INIT;

	z.src.read = zeros_read;
	z.src.ctx = &z;
	g.files = &file;
	g.n_files = 1;
	is_int(gen_write(&g, &sink, &err), 0, "8 MiB are written: %s", err.text);
	ok(most <= 1 << 17, "never more than a block at a time (%zu)", most);
	ok(sink.count > 8 << 20, "all of it");
	for (int n = 0; n < 4; n++) {
		sink = (struct sink){ .write = fail_write, .ctx = &left };
		left = n;
		z.left = 100;
		err = (struct err)ERR_INIT;
		ok(gen_write(&g, &sink, &err) == -1 && sl_is(sl(err.text), "full"), "write %d fails: an error", n + 1);
	}
	file.rewind = fail_rewind;
	ok(gen_write(&g, &sink, &err) == -1, "a rewind fails: an error");
}

/* ---- random drafts come back ---- */

static unsigned rnd(unsigned n)
{
	uint32_t r;

	rt_random(&r, sizeof(r));
	return r % n;
}

static void random_text(struct str *s, size_t n, bool utf8, bool lines)
{
	static const char *const words[] = { "word ", "a", "\t", ".", "From ", "=", "--", "\xed\x95\x9c\xea\xb8\x80",
		"caf\xc3\xa9", "\xf0\x9f\x98\x80", "\"", "\\", "(", ";", "=?utf-8?q?x?=", " " };

	str_clear(s);
	while (s->n < n) {
		const char *w = words[rnd(ARRAY_LEN(words))];

		if (lines && rnd(6) == 0)
			str_adds(s, "\n");
		else if (utf8 || !(w[0] & 0x80))
			str_adds(s, w);
	}
}

struct made { struct str text, subject, names[3], bytes[3]; };

static bool same_part(const struct part *p, struct slice message, const struct made *m, int i)
{
	struct str got = bytes_of(p, message);
	bool good = sl_eq(str_sl(&got), str_sl(&m->bytes[i])) && sl_eq(sl(p->filename), str_sl(&m->names[i]));

	str_release(&got);
	return good;
}

static bool same_text(const struct part *p, struct slice message, const struct made *m)
{
	struct str got;
	struct sink sink;
	struct err err = ERR_INIT;
	bool good;

	str_init(&got, STR_MAX);
	sink_str(&sink, &got);
	part_text(p, -1, message, &sink, &err);
	good = sl_eq(sl_trim(str_sl(&got)), sl_trim(str_sl(&m->text)));
	str_release(&got);
	return good;
}

static bool one_draft(struct made *m, struct str *out)
{
	struct mem_file mem[3];
	struct gen_file files[3];
	struct gen g;
	int n = (int)rnd(4);
	struct mime_tree *t;
	struct part *p;
	struct env env = { 0 };
	bool good = true;

	random_text(&m->text, rnd(rnd(4) ? 400 : 5000), rnd(2), rnd(8));
	random_text(&m->subject, rnd(100), rnd(2), false);
	for (int i = 0; i < n; i++) {
		random_text(&m->names[i], 1 + rnd(rnd(4) ? 20 : 150), rnd(2), false);
		random_text(&m->bytes[i], rnd(2000), rnd(2), rnd(8));
		for (unsigned k = 0; rnd(3) == 0 && k < m->bytes[i].n; k++)
			m->bytes[i].p[rnd((unsigned)m->bytes[i].n)] = (char)rnd(256);
		file_init(&files[i], &mem[i], str_sl(&m->bytes[i]), rnd(2) ? "text/plain" : "image/png", m->names[i].p);
	}
	g = draft(str_sl(&m->text));
	g.subject = m->subject.p;
	g.files = files;
	g.n_files = (size_t)n;
	good = write_to(&g, out) && !fault(str_sl(out), false);
	t = mime_parse_mem(str_sl(out), NULL);
	good = good && t->defects == 0 && t->parts == (unsigned)(n ? n + 2 : 1);
	p = n ? t->root->child : t->root;
	good = good && same_text(p, str_sl(out), m);
	for (int i = 0; i < n && good; i++) {
		p = p->next;
		good = same_part(p, str_sl(out), m, i);
	}
	env_parse(sl_head(str_sl(out), hdr_length(str_sl(out))), &mime_limits_default, &env);
	for (char *c = m->subject.p; *c; c++)
		if (*c == '\t')
			*c = ' ';
	if (good && !sl_eq(sl_trim(sl(env.subject)), sl_trim(str_sl(&m->subject)))) {
		tap_note("subject <%s> was <%s>", env.subject, m->subject.p);
		good = false;
	}
	env_release(&env);
	tree_free(&t);
	for (int i = 0; i < n; i++)
		src_release(&mem[i].src);
	return good;
}

static void test_random(void)
{
	struct made m;
	struct str out;
	int bad = 0;

	str_init(&out, STR_MAX);
	str_init(&m.text, STR_MAX);
	str_init(&m.subject, STR_MAX);
	for (int i = 0; i < 3; i++) {
		str_init(&m.names[i], STR_MAX);
		str_init(&m.bytes[i], STR_MAX);
	}
	for (int i = 0; i < 1000; i++) {
		rt_set_seed(1000 + (uint64_t)i);
		if (!one_draft(&m, &out) && bad++ == 0)
			tap_note("seed %d", 1000 + i);
	}
	is_int(bad, 0, "1,000 random drafts come back");
	str_release(&out);
	str_release(&m.text);
	str_release(&m.subject);
	for (int i = 0; i < 3; i++) {
		str_release(&m.names[i]);
		str_release(&m.bytes[i]);
	}
}

/* ---- ids ---- */

static void is_refs(const char *references, const char *in_reply_to, const char *id, const char *want, const char *name)
{
	char *r = mem_strdup(references), *i = mem_strdup(in_reply_to), *m = mem_strdup(id);
	struct env env = { .references = r, .in_reply_to = i, .message_id = m };
	struct str out;

	str_init(&out, STR_MAX);
	is_int(gen_references(&env, &out), 0, "references are made: %s", name);
	is_slice(str_sl(&out), sl(want), "RFC 5322 3.6.4: %s", name);
	str_release(&out);
	free(r);
	free(i);
	free(m);
}

static void test_ids(void)
{
	struct str out, want;

	str_init(&out, STR_MAX);
	str_init(&want, STR_MAX);
	rt_set_clock(1700000000000000);
	gen_message_id(&out, SL("mail.example.org"));
	ok(sl_ends(str_sl(&out), ".60a24181e4000@mail.example.org") && out.n > 45, "an id: %s", out.p);
	str_clear(&out);
	gen_message_id(&out, SL("ex\nBcc: x"));
	ok(sl_ends(str_sl(&out), "@localhost"), "an id of a domain that is none");
	str_clear(&out);
	gen_message_id(&out, SL(""));
	ok(sl_ends(str_sl(&out), "@localhost"), "an id of no domain");
	rt_set_clock(-1);
	is_refs("a b", "b", "c", "a b c", "parent's references and id");
	is_refs(NULL, "b", "c", "b c", "parent's In-Reply-To where it has no references");
	is_refs(NULL, "a b", "c", "c", "but not if it has several ids");
	is_refs(NULL, NULL, "c", "c", "only the id");
	is_refs("a b", NULL, NULL, "a b", "no id");
	is_refs(NULL, NULL, NULL, "", "nothing");
	str_clear(&out);
	str_adds(&want, "r0");
	for (int i = 0; i < 30; i++) {
		str_addf(&out, "r%d ", i);
		if (i >= 12)
			str_addf(&want, " r%d", i);
	}
	str_adds(&want, " new");
	is_refs(out.p, NULL, "new", want.p, "the first and the last 19");
	str_release(&out);
	str_release(&want);
}

int main(void)
{
	struct err err = ERR_INIT;

	rt_set_seed(45);
	addrs_parse_typed(SL("Alice <alice@example.org>"), &from, &err);
	addrs_parse_typed(SL("bob@example.org"), &to, &err);
	test_plain();
	test_fields();
	test_refused();
	test_files();
	test_once();
	test_html();
	test_charset();
	test_boundary();
	test_stream();
	test_random();
	test_ids();
	addrs_release(&from);
	addrs_release(&to);
	return tap_done();
}
