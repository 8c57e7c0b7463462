/* SPDX-License-Identifier: GPL-3.0-or-later
 * inner: files inside of texts and of winmail.dat; what is said of odd parts. */
#include "base/base.h"
#include "mime/mime.h"
#include "../../tap.h"

#define BIG ((size_t)64 << 20)

struct got { struct str message; struct mime_tree *t; struct inners all; };

static void find(struct got *g, const char *head, struct slice body)
{
	struct err err = ERR_INIT;

	str_init(&g->message, BIG);
	str_adds(&g->message, head);
	str_addsl(&g->message, body);
	g->t = mime_parse_mem(str_sl(&g->message), NULL);
	is_int(inner_find(g->t->root, -1, str_sl(&g->message), &g->all, &err), 0, "looked for");
}

static void done(struct got *g)
{
	inners_release(&g->all);
	tree_free(&g->t);
	str_release(&g->message);
}

static void has(struct got *g, size_t i, const char *name, const char *bytes, bool whole)
{
	struct str out;
	struct sink sink;
	struct err err = ERR_INIT;

	if (i >= g->all.n) {
		ok(false, "there is a file %zu (\"%s\")", i, name);
		return;
	}
	str_init(&out, BIG);
	sink_str(&sink, &out);
	is_str(g->all.v[i].name, name, "its name");
	is_int(inner_copy(g->t->root, &g->all, &g->all.v[i], -1, str_sl(&g->message), &sink, &err), 0, "it is copied");
	is_slice(str_sl(&out), sl(bytes), "its bytes");
	is_int(g->all.v[i].whole, whole, "whole or not");
	str_release(&out);
}

static void text(const char *body, size_t n, struct got *g)
{
	find(g, "Content-Type: text/plain\n\n", sl(body));
	is_int((long long)g->all.n, (long long)n, "files in %.20s", body);
}

static void test_uu(void)
{
	struct got g;

	text("Hi,\nbegin 644 a b.txt\n#:&D*\n`\nend\nbye\n", 1, &g);
	has(&g, 0, "a b.txt", "hi\n", true);
	done(&g);
	text("begin 0644 x\r\n#:&D*\r\n \r\nend\r\nbegin 600 y\r\n#:&D*\r\n`\r\nend\r\n", 2, &g);
	has(&g, 0, "x", "hi\n", true);
	has(&g, 1, "y", "hi\n", true);
	done(&g);
	text("x\nbegin-base64 644 b\naGkK\n====\nbegin-base64 100644 \"c d\"\naGkKaGkK\n", 2, &g);
	has(&g, 0, "b", "hi\n", true);
	has(&g, 1, "c d", "hi\nhi\n", false);
	done(&g);
	text("begin-base64 644 is how\nit begins, or\nbegin 644 =?utf-8?q?=C3=A9?=\n#:&D*\n`\nend\n", 1, &g);
	has(&g, 0, "\xc3\xa9", "hi\n", true);
	done(&g);
	text("begin 644 cut\n#:&D*\n", 1, &g);
	has(&g, 0, "cut", "hi\n", false);
	done(&g);
	text("begin 644 footer\n#:&D*\n-- a list of words, in lower case\n", 1, &g);
	has(&g, 0, "footer", "hi\n", false);
	done(&g);
	text("begin 644 tests before you go on\nwith the rest of the day\n", 0, &g);
	done(&g);
	text("begin 9 x\n#:&D*\nend\nbegin 644\n#:&D*\nend\nbegin 644 a", 0, &g);
	done(&g);
	find(&g, "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n", SL("YmVnaW4gNjQ0IHgKIzomRCoKYAplbmQK"));
	has(&g, 0, "x", "hi\n", true);
	done(&g);
	find(&g, "Content-Type: text/html\n\n", SL("begin 644 x\n#:&D*\n`\nend\n"));
	is_int((long long)g.all.n, 0, "none in HTML");
	done(&g);
}

static void test_yenc(void)
{
	struct got g;

	text("=ybegin line=128 size=3 name=../x y\nkkk\n=yend size=3\n", 1, &g);
	has(&g, 0, "../x y", "AAA", true);
	is_int(g.all.v[0].bad_size, false, "as long as it says");
	done(&g);
	text("=ybegin line=128 size=4 name=x\nk=kk\n=yend size=9\n", 1, &g);
	has(&g, 0, "x", "A\x01" "A", true);
	is_int(g.all.v[0].bad_size, true, "not as long as it says");
	done(&g);
	text("=ybegin part=1 total=2 line=128 size=6 name=x\n=ypart begin=1 end=3\nkkk\n=yend size=3 part=1\n", 1, &g);
	has(&g, 0, "x", "AAA", false);
	is_int(g.all.v[0].bad_size, false, "the piece is as long as it says");
	done(&g);
	text("=ybegin line=128 size=3 name=x\nkk", 1, &g);
	has(&g, 0, "x", "AA", false);
	done(&g);
	text("=ybegin is a word\n=yend\n", 0, &g);
	done(&g);
}

/* An attribute with its length and a sum that nobody checks. */
static void attribute(struct str *s, int level, unsigned id, struct slice value)
{
	char head[9] = { (char)level, (char)(id & 255), (char)(id >> 8), 0, 0, (char)(value.n & 255), (char)(value.n >> 8), 0, 0 };

	str_add(s, head, sizeof(head));
	str_addsl(s, value);
	str_add(s, "\0\0", 2);
}

/* A message that is attached, and a text in UTF-16. */
static void test_tnef_inside(struct slice inside)
{
	static const char text[] = "\1\0\0\0\x1f\0\0\x10\1\0\0\0\6\0\0\0\x5c\xd5\0\xae\0\0\0\0";
	char head[] = "\1\0\0\0\x0d\0\1\x37\1\0\0\0\0\0\0\0\7\3\2\0\0\0\0\0\xc0\0\0\0\0\0\0\x46";
	struct str s, object;
	struct got g;

	str_init(&s, BIG);
	str_init(&object, BIG);
	head[12] = (char)((inside.n + 16) & 255);
	head[13] = (char)((inside.n + 16) >> 8);
	str_add(&object, head, 32);
	str_addsl(&object, inside);
	str_add(&object, "\0\0\0", -inside.n & 3);
	str_add(&s, "\x78\x9f\x3e\x22\1\0", 6);
	attribute(&s, 1, 0x9003, sl_make(text, sizeof(text) - 1));
	attribute(&s, 2, 0x9002, SL("rend"));
	attribute(&s, 2, 0x8010, SL("Inside"));
	attribute(&s, 2, 0x9005, str_sl(&object));
	find(&g, "Content-Type: application/ms-tnef\n\n", str_sl(&s));
	is_int((long long)g.all.n, 5, "a text, a message, and what is in it");
	has(&g, 0, "message.txt", "\xED\x95\x9C\xEA\xB8\x80", true);
	has(&g, 4, "l.txt", "long", true);
	ok(!g.all.bad, "all of it was read");
	done(&g);
	str_release(&s);
	str_release(&object);
}

static void test_tnef(void)
{
	static const char props[] = "\2\0\0\0\x1e\0\7\x37\1\0\0\0\6\0\0\0l.txt\0\0\0\2\1\1\x37\1\0\0\0\4\0\0\0long";
	struct str s;
	struct got g;

	str_init(&s, BIG);
	str_add(&s, "\x78\x9f\x3e\x22\1\0", 6);
	attribute(&s, 1, 0x9007, sl_make("\xb5\3\0\0\0\0\0\0", 8));
	attribute(&s, 1, 0x800C, sl_make("the text\0", 9));
	attribute(&s, 2, 0x9002, SL("rend"));
	attribute(&s, 2, 0x8010, sl_make("\xc7\xd1\xb1\xdb.txt", 9));
	attribute(&s, 2, 0x800F, SL("bytes"));
	attribute(&s, 2, 0x9002, SL("rend"));
	attribute(&s, 2, 0x800F, SL("short"));
	attribute(&s, 2, 0x9005, sl_make(props, sizeof(props) - 1));
	find(&g, "Content-Type: application/ms-tnef\n\n", str_sl(&s));
	is_int((long long)g.all.n, 3, "two files and a text");
	has(&g, 1, "\xED\x95\x9C\xEA\xB8\x80.txt", "bytes", true);
	has(&g, 2, "l.txt", "long", true);
	has(&g, 0, "message.txt", "the text", true);
	ok(!g.all.bad, "all of it was read");
	done(&g);
	find(&g, "Content-Type: application/ms-tnef\n\n", sl_head(str_sl(&s), (size_t)(sl_search(str_sl(&s), SL("bytes")) + 3)));
	has(&g, 1, "\xED\x95\x9C\xEA\xB8\x80.txt", "byt", false);
	ok(g.all.bad, "what is cut off is said, and what is there is there");
	done(&g);
	test_tnef_inside(str_sl(&s));
	for (size_t n = 0; n < s.n; n++) {
		struct inners all = { .n = 0 };
		struct str cut;
		struct err err = ERR_INIT;
		struct mime_tree *t;

		str_init(&cut, BIG);
		str_adds(&cut, "Content-Type: application/ms-tnef\n\n");
		str_add(&cut, s.p, n);
		t = mime_parse_mem(str_sl(&cut), NULL);
		if (inner_find(t->root, -1, str_sl(&cut), &all, &err) != 0 || all.n > 3)
			ok(false, "cut at %zu", n);
		inners_release(&all);
		tree_free(&t);
		str_release(&cut);
	}
	str_release(&s);
}

/* Those results had their line ends changed. */
static void drop_cr(struct str *s)
{
	size_t to = 0;

	for (size_t i = 0; i < s->n; i++)
		if (s->p[i] != '\r')
			s->p[to++] = s->p[i];
	str_cut(s, to);
}

/* What another program took out of the same (corpus). */
static void corpus(const char *tnef, const char *name, const char *file)
{
	struct str s, want, out;
	struct sink sink;
	struct err err = ERR_INIT;
	const char *path = tap_corpus(tnef);
	struct got g;
	bool same = false;

	str_init(&s, BIG);
	str_init(&want, BIG);
	str_init(&out, BIG);
	if (!path || fs_slurp(path, BIG, &s, &err) != 0 || !(path = tap_corpus(file)) || fs_slurp(path, BIG, &want, &err) != 0) {
		tap_skip("%s is not there", tnef);
	} else {
		find(&g, "Content-Type: application/ms-tnef\nContent-Transfer-Encoding: binary\n\n", str_sl(&s));
		for (size_t i = 0; i < g.all.n && !same; i++) {
			str_clear(&out);
			sink_str(&sink, &out);
			inner_copy(g.t->root, &g.all, &g.all.v[i], -1, str_sl(&g.message), &sink, &err);
			if (out.n != want.n) {
				drop_cr(&out);
				drop_cr(&want);
			}
			same = strcmp(g.all.v[i].name, name) == 0 && sl_eq(str_sl(&out), str_sl(&want));
		}
		ok(same, "%s holds %s (%zu files)", tnef, name, g.all.n);
		if (!same)
			for (size_t i = 0; i < g.all.n; i++)
				tap_note("%s %llu", g.all.v[i].name, (unsigned long long)(g.all.v[i].to - g.all.v[i].from));
		done(&g);
	}
	str_release(&s);
	str_release(&want);
	str_release(&out);
}

static void remark(const char *head, const char *want)
{
	struct mime_tree *t = mime_parse_mem(sl(head), NULL);
	struct str s;

	str_init(&s, 4096);
	is_int(part_remark(t->root, &s), want[0] != 0, "something to say");
	is_slice(str_sl(&s), sl(want), "which is that");
	str_release(&s);
	tree_free(&t);
}

static void defect(const char *message, unsigned bit)
{
	struct mime_tree *t = mime_parse_mem(sl(message), NULL);

	ok(t->root->defects & bit, "noted: %s", part_defect_text(bit));
	tree_free(&t);
}

static void damage(const char *enc, const char *body, const char *want)
{
	struct str s;
	struct mime_tree *t;
	const char *got;

	str_init(&s, BIG);
	str_addf(&s, "Content-Transfer-Encoding: %s\n\n%s", enc, body);
	t = mime_parse_mem(str_sl(&s), NULL);
	got = part_damage(t->root, -1, str_sl(&s));
	is_str(got ? got : "", want, "%s: %.12s", enc, body);
	tree_free(&t);
	str_release(&s);
}

static void test_damage(void)
{
	damage("base64", "aGVsbG8=\n", "");
	damage("base64", "aGVs\n bG8=\r\n", "");
	damage("base64", "aGVsbG8", "the base64 is cut off");
	damage("base64", "aGV*sbG8=", "the base64 has bytes that belong to nothing");
	damage("base64", "aGVsbG8=\nfooter", "something follows the end of the base64");
	damage("quoted-printable", "a=3D=\r\nb= \t\nc=e9", "");
	damage("quoted-printable", "a=ZZ", "the quoted-printable has a = that means nothing");
	damage("quoted-printable", "a=3", "the quoted-printable is cut off");
	damage("quoted-printable", "\xE9", "bytes of eight bits stand where seven are said");
	damage("7bit", "\xE9", "bytes of eight bits stand where seven are said");
	damage("8bit", "\xE9", "");
}

static void is_body(const char *message, const char *want)
{
	struct mime_tree *t = mime_parse_mem(sl(message), NULL);

	is_slice(sl_skip(sl(message), (size_t)t->root->body), sl(want), "the body of %s", message);
	tree_free(&t);
}

/* A message that is encoded, against RFC 2046 5.2.1, is taken apart. */
static void test_message(void)
{
	static const char inside[] = "Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\ncaf\xc3\xa9\n--b\n"
		"Content-Type: image/png; name=a.png\nContent-Transfer-Encoding: base64\n\naGk=\n--b--\n";
	struct enc_state e;
	struct str coded;
	struct got g;

	for (int qp = 0; qp < 2; qp++) {
		str_init(&coded, BIG);
		enc_init(&e, qp ? ENC_QP : ENC_BASE64, true);
		enc_feed(&e, sl(inside), true, &coded);
		find(&g, qp ? "Content-Type: message/rfc822\nContent-Transfer-Encoding: quoted-printable\n\n"
			: "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n", str_sl(&coded));
		is_int((long long)g.all.n, 2, "two parts in it");
		has(&g, 0, "", "caf\xc3\xa9", true);
		has(&g, 1, "a.png", "hi", true);
		ok(g.all.n == 2 && part_is(g.all.v[1].part, "image", "png"), "of their types");
		done(&g);
		str_release(&coded);
	}
	find(&g, "Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: quoted-printable\n\n", SL("--=62\n\na=3Db\n--=62--\n"));
	is_int((long long)g.all.n, 1, "a multipart that is encoded");
	has(&g, 0, "", "a=b", true);
	done(&g);
	find(&g, "Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: base64\n\n", SL("aGk="));
	is_int((long long)g.all.n, 0, "... and has no parts");
	done(&g);
	find(&g, "Content-Type: message/rfc822\n\n", sl(inside));
	is_int((long long)g.all.n, 0, "one that is not encoded has parts of its own");
	done(&g);
}

int main(void)
{
	test_damage();
	test_message();
	test_uu();
	test_yenc();
	test_tnef();
	corpus("mimekit/tnef/attachments.tnef", "zappa_av1.jpg", "mimekit/tnef/attachments/zappa_av1.jpg");
	corpus("mimekit/tnef/attachments.tnef", "bookmark.htm", "mimekit/tnef/attachments/bookmark.htm");
	corpus("mimekit/tnef/attachments.tnef", "message.rtf", "mimekit/tnef/attachments/message.rtf");
	corpus("mimekit/tnef/christmas.tnef", "kitten-playing-with-a-christmas-tree.jpg",
	       "mimekit/tnef/christmas/kitten-playing-with-a-christmas-tree.jpg");
	corpus("mimekit/tnef/christmas.tnef", "message.rtf", "mimekit/tnef/christmas/message.rtf");
	corpus("mimekit/tnef/data-before-name.tnef", "boot.ini", "mimekit/tnef/data-before-name/boot.ini");
	corpus("mimekit/tnef/data-before-name.tnef", "message.rtf", "mimekit/tnef/data-before-name/message.rtf");
	corpus("mimekit/tnef/rtf.tnef", "message.rtf", "mimekit/tnef/rtf/message.rtf");
	corpus("mimekit/tnef/triples.tnef", "message.txt", "mimekit/tnef/triples/message.txt");
	corpus("mimekit/tnef/triples.tnef", "message.rtf", "mimekit/tnef/triples/message.rtf");
	corpus("mimekit/tnef/multi-value-attribute.tnef", "208225__5_seconds__Voice_Mail.mp3",
	       "mimekit/tnef/multi-value-attribute/208225__5_seconds__Voice_Mail.mp3");
	corpus("mimekit/tnef/unicode-mapi-attr.tnef", "example.dat", "mimekit/tnef/unicode-mapi-attr/example.dat");
	corpus("mimekit/tnef/unicode-mapi-attr-name.tnef", "spaconsole2.cfg", "mimekit/tnef/unicode-mapi-attr-name/spaconsole2.cfg");
	corpus("mimekit/tnef/unicode-mapi-attr-name.tnef", "image001.png", "mimekit/tnef/unicode-mapi-attr-name/image001.png");
	remark("Content-Type: message/partial; number=2; total=3; id=\"x@y\"\n\nabc", "a piece of a longer message, number 2 of 3, id x@y");
	remark("Content-Type: message/external-body; access-type=local-file; name=\"/etc/passwd\"\n\n",
	       "the body is elsewhere and is not fetched: local-file /etc/passwd");
	remark("Content-Type: multipart/appledouble; boundary=b\n\n--b\n\n--b\n\n--b--\n",
	       "a file of a Macintosh: the second part is the file");
	remark("Content-Type: text/plain\n\n", "");
	defect("Subject : x\n\ny", DEF_COLON);
	defect("Subject: x\nno field\nTo: y\n\nz", DEF_JUNK);
	defect("Subject: x\nX-no (field)\t!: y\n\nz", DEF_JUNK);
	is_body("Subject: x\nX-no (field)\t!: y\n more\n\nz", "z");
	is_body("Subject: x\nno field: y\n\nz", "no field: y\n\nz");
	defect("Subject: caf\xE9\n\nz", DEF_RAW);
	defect("Content-Type: text/plain\nContent-Type: text/html\n\nz", DEF_TWICE);
	defect("Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: base64\n\n--b\n\nx\n--b--\n", DEF_ENC_ON_MULTI);
	return tap_done();
}
