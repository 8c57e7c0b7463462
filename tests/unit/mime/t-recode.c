/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a message needs of a path, and the message made fit for a narrower one. */
#include "base/base.h"
#include "mime/mime.h"
#include "../../tap.h"

/* ---- needs ---- */

enum { EIGHT = 1, NUL = 2, LONG = 4, CR = 8, UTF8 = 16 };

struct need { struct needs got; unsigned want; uint64_t size; const char *name; bool bad; };

static void begin(void *ctx)
{
	memset(&((struct need *)ctx)->got, 0, sizeof(struct needs));
}

static void feed(void *ctx, struct slice in, bool last)
{
	(void)last;
	needs_feed(&((struct need *)ctx)->got, in);
}

static void check(void *ctx, const char *how)
{
	struct need *n = ctx;
	const struct needs *g = &n->got;
	unsigned got = (g->eight_bit ? EIGHT : 0u) | (g->nul ? NUL : 0u) | (g->long_lines ? LONG : 0u) |
		(g->bare_cr ? CR : 0u) | (g->utf8_header ? UTF8 : 0u);

	if ((got == n->want && g->size_crlf == n->size) || n->bad)
		return;
	n->bad = true;
	is_int(got, n->want, "needs of %s, %s", n->name, how);
	is_int((long long)g->size_crlf, (long long)n->size, "size of %s, %s", n->name, how);
}

static void needs(const char *name, struct slice in, unsigned want, uint64_t size)
{
	struct need n = { .want = want, .size = size, .name = name };
	struct tap_split split = { begin, feed, check, &n };

	tap_each_split(in, &split);
	if (!n.bad)
		ok(true, "needs of %s, in every split", name);
}

static void test_needs(void)
{
	struct str s;

	needs("nothing", SL(""), 0, 0);
	needs("a message", SL("A: b\n\nhello\n"), 0, 15);
	needs("CRLF", SL("A: b\r\n\r\nhello\r\n"), 0, 15);
	needs("no final line end", SL("A: b\n\nhello"), 0, 15);
	needs("bare CR", SL("A: b\n\nhel\rlo\n"), CR, 17);
	needs("a CR at the end", SL("A: b\n\nhello\r"), CR, 15);
	needs("CR CR LF", SL("A\r\r\nB\n"), CR, 8);
	needs("8-bit in the body", SL("A: b\n\ncaf\xc3\xa9\n"), EIGHT, 15);
	needs("8-bit in the header", SL("A: caf\xc3\xa9\n\nx\n"), UTF8, 15);
	needs("NUL", SL("A: b\n\n\0\n"), NUL, 11);
	needs("only line ends", SL("\n\n"), 0, 4);
	str_init(&s, STR_MAX);
	str_adds(&s, "A: b\n\n");
	for (int i = 0; i < 998; i++)
		str_addc(&s, 'a');
	str_adds(&s, "\r\n");
	needs("a line of 998", str_sl(&s), 0, 6 + 2 + 1000);
	str_cut(&s, s.n - 2);
	str_adds(&s, "a\n");
	needs("a line of 999", str_sl(&s), LONG, 6 + 2 + 1001);
	str_release(&s);
}

/* ---- recode ---- */

static int recode(struct slice in, bool keep_8bit, struct str *out, struct err *err)
{
	FILE *f = tmpfile();
	struct mime_tree *t = mime_parse_mem(in, NULL);
	struct sink sink;
	int result;

	fwrite(in.p, 1, in.n, f);
	fflush(f);
	str_clear(out);
	sink_str(&sink, out);
	result = recode_write(t, fileno(f), keep_8bit, &sink, err);
	tree_free(&t);
	fclose(f);
	return result;
}

#define MIXED "Content-Type: multipart/mixed; boundary=b\n\n"
#define QP "Content-Transfer-Encoding: quoted-printable\n"
#define B64 "Content-Transfer-Encoding: base64\n"
#define E8 "Content-Transfer-Encoding: 8bit\n"

static const struct { const char *name; struct slice in, out; bool keep_8bit; } rows[] = {
#define ROW(name, in, out) { name, { in, sizeof(in) - 1 }, { out, sizeof(out) - 1 }, false }
#define KEEP(name, in, out) { name, { in, sizeof(in) - 1 }, { out, sizeof(out) - 1 }, true }
	ROW("nothing to do", "A: b\r\n\nhello\r\n.\nFrom x", "A: b\r\n\nhello\r\n.\nFrom x"),
	ROW("an empty message", "", ""),
	ROW("RFC 6152 3: 8bit text", "A: b\n" E8 "C: d\n\ncaf\xc3\xa9 au lait\n", "A: b\n" QP "C: d\n\ncaf=C3=A9 au lait\n"),
	ROW("no such field", "A: b\n\ncaf\xc3\xa9 au lait\n", "A: b\n" QP "\ncaf=C3=A9 au lait\n"),
	ROW("no header", "\ncaf\xc3\xa9 au lait", QP "\ncaf=C3=A9 au lait=\n"),
	ROW("no blank line", "A: b\ncaf\xc3\xa9 au lait\n", "A: b\n" QP "\ncaf=C3=A9 au lait\n"),
	ROW("no blank line and the field is the last, in CRLF", "A: b\r\nContent-Transfer-Encoding: 8bit\r\ncaf\xc3\xa9 au lait\r\n",
	    "A: b\r\n" QP "\ncaf=C3=A9 au lait\n"),
	ROW("fields behind the first line of the body", "caf\xc3\xa9 au lait\nContent-Type: image/x\n", QP "\ncaf=C3=A9 au lait\nContent-Type: image/x\n"),
	ROW("CRLF", "A: b\r\n\r\ncaf\xc3\xa9 au lait\r\nand so on\r\n", "A: b\r\n" QP "\r\ncaf=C3=A9 au lait\nand so on\n"),
	ROW("a folded field in other letters", "content-transfer-ENCODING:\n 8bit\nA: b\n\ncaf\xc3\xa9 au lait\n", QP "A: b\n\ncaf=C3=A9 au lait\n"),
	ROW("two fields become one", E8 "A: b\nContent-Transfer-Encoding: 7bit\n\ncaf\xc3\xa9 au lait\n", "A: b\n" QP "\ncaf=C3=A9 au lait\n"),
	ROW("what is no field stays in the header", E8 "no field\nContent-Transfer-Encoding: binary\n\ncaf\xc3\xa9 au lait\n",
	    "no field\n" QP "\ncaf=C3=A9 au lait\n"),
	ROW("much 8bit, lines keep LF inside", "\n\xed\x95\x9c\xea\xb8\x80\n\xed\x95\x9c\n", B64 "\n7ZWc6riACu2VnAo=\n"),
	ROW("no text: the same bytes", "Content-Type: image/x\n\na\n\xff\r\n", "Content-Type: image/x\n" B64 "\nYQr/DQo=\n"),
	ROW("NUL in text: the same bytes", "\na\0b\n", B64 "\nYQBiCg==\n"),
	ROW("UTF-16 has other line ends", "Content-Type: text/plain; charset=utf-16be\n\n\xac\n", "Content-Type: text/plain; charset=utf-16be\n" B64 "\nrAo=\n"),
	ROW("8-bit in quoted-printable", QP "\ncaf\xc3\xa9 =C3=A9 oh la la\n", QP "\ncaf=C3=A9 =C3=A9 oh la la\n"),
	ROW("8-bit in a header stays", "A: \xc3\xa9\n\nx\n", "A: \xc3\xa9\n\nx\n"),
	ROW("one part of three", MIXED "pr\xc3\xa9\n--b\n\nA\n--b\nX: y\n\ncaf\xc3\xa9 au lait\n--b\n\nB\n--b--\n\xc3\xa9pi\n",
	    MIXED "pr\xc3\xa9\n--b\n\nA\n--b\nX: y\n" QP "\ncaf=C3=A9 au lait=\n\n--b\n\nB\n--b--\n\xc3\xa9pi\n"),
	ROW("a part without header", MIXED "--b\n\ncaf\xc3\xa9 au lait\n\n--b--\n", MIXED "--b\n" QP "\ncaf=C3=A9 au lait\n\n--b--\n"),
	ROW("a leaf of a message inside", "Content-Type: message/rfc822\n\nA: b\n\ncaf\xc3\xa9 au lait\n", "Content-Type: message/rfc822\n\nA: b\n" QP "\ncaf=C3=A9 au lait\n"),
	ROW("a message inside without header, behind a header without blank line", "Content-Type: message/rfc822\ncaf\xc3\xa9 au lait\n",
	    "Content-Type: message/rfc822\n\n" QP "\ncaf=C3=A9 au lait\n"),
	ROW("the same in a digest", "Content-Type: multipart/digest; boundary=b\n\n--b\ncaf\xc3\xa9 au lait\n--b--\n",
	    "Content-Type: multipart/digest; boundary=b\n\n--b\n\n" QP "\ncaf=C3=A9 au lait=\n\n--b--\n"),
	ROW("what would be a boundary is in base64", MIXED "--b\n" QP "\n=2D-b\ncaf\xc3\xa9\n--b--\n", MIXED "--b\n" B64 "\nLS1iCmNhZsOp\n\n--b--\n"),
	KEEP("8-bit may stay", "\ncaf\xc3\xa9\n", "\ncaf\xc3\xa9\n"),
	KEEP("but not NUL", MIXED "--b\n\ncaf\xc3\xa9\n--b\n\na\0b\n--b--\n", MIXED "--b\n\ncaf\xc3\xa9\n--b\n" B64 "\nYQBi\n\n--b--\n"),
};

static void test_recode(void)
{
	struct str out, again;
	struct err err = ERR_INIT;

	str_init(&out, STR_MAX);
	str_init(&again, STR_MAX);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		is_int(recode(rows[i].in, rows[i].keep_8bit, &out, &err), 0, "recode: %s: %s", rows[i].name, err.text);
		is_slice(str_sl(&out), rows[i].out, "recode: %s: the result", rows[i].name);
		recode(str_sl(&out), rows[i].keep_8bit, &again, &err);
		ok(sl_eq(str_sl(&out), str_sl(&again)), "recode: %s: a second time changes nothing", rows[i].name);
	}
	str_release(&out);
	str_release(&again);
}

static void test_long(void)
{
	struct str in, out;
	struct err err = ERR_INIT;
	struct needs n = { 0 };

	str_init(&in, STR_MAX);
	str_init(&out, STR_MAX);
	str_adds(&in, "A: b\n\n");
	for (int i = 0; i < 998; i++)
		str_addc(&in, 'a');
	recode(str_sl(&in), true, &out, &err);
	ok(sl_eq(str_sl(&in), str_sl(&out)), "recode: a line of 998 stays");
	str_addc(&in, 'a');
	recode(str_sl(&in), true, &out, &err);
	needs_feed(&n, str_sl(&out));
	ok(!n.long_lines && sl_starts(str_sl(&out), "A: b\n" QP "\naaa"), "recode: a line of 999 does not");
	str_release(&in);
	str_release(&out);
}

static void refused(const char *name, struct slice in)
{
	struct str out;
	struct err err = ERR_INIT;

	str_init(&out, STR_MAX);
	ok(recode(in, false, &out, &err) == -1 && err.kind == ERR_INPUT, "recode: refused: %s (%s)", name, err.text);
	str_release(&out);
}

static void test_refused(void)
{
	struct str out;
	struct err err = ERR_INIT;

	refused("RFC 1847 2.1: a signed part", SL("Content-Type: multipart/signed; boundary=b\n\n--b\n\ncaf\xc3\xa9\n--b\n\nsig\n--b--\n"));
	refused("a signed part, deeper", SL("Content-Type: multipart/signed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n\ncaf\xc3\xa9\n--b--\n"));
	refused("RFC 2046 5.2.2: message/partial", SL("Content-Type: message/partial\n\n\xc3\xa9\n"));
	refused("an unknown encoding", SL("Content-Transfer-Encoding: x-gzip64\n\n\xc3\xa9\n"));
	refused("a multipart that is none", SL("Content-Type: multipart/mixed\n\n\xc3\xa9\n"));
	str_init(&out, STR_MAX);
	is_int(recode(SL("Content-Type: multipart/signed; boundary=b\n\n--b\n\ncafe\n--b--\n"), false, &out, &err), 0,
	       "recode: a signed message that needs nothing passes");
	str_release(&out);
}

int main(void)
{
	test_needs();
	test_recode();
	test_long();
	test_refused();
	return tap_done();
}
