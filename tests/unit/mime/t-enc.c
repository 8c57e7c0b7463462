/* SPDX-License-Identifier: GPL-3.0-or-later
 * Transfer encodings: tables of RFC 2045 6 and of what is found, every split,
 * round trips, and the choice of an encoding. */
#include "base/base.h"
#include "mime/mime.h"
#include "../../tap.h"

struct conv { enum enc enc; bool encode; struct enc_state st; struct str out; struct slice want; const char *name; bool bad; };

static void begin(void *ctx)
{
	struct conv *c = ctx;

	enc_init(&c->st, c->enc, c->encode);
	str_clear(&c->out);
}

static void feed(void *ctx, struct slice in, bool last)
{
	struct conv *c = ctx;

	enc_feed(&c->st, in, last, &c->out);
}

static void check(void *ctx, const char *how)
{
	struct conv *c = ctx;

	if (sl_eq(str_sl(&c->out), c->want) || c->bad)
		return;
	c->bad = true;
	is_slice(str_sl(&c->out), c->want, "%s, %s", c->name, how);
}

static void convert(enum enc enc, bool encode, struct slice in, struct slice want, const char *name)
{
	struct conv c = { .enc = enc, .encode = encode, .want = want, .name = name };
	struct tap_split split = { begin, feed, check, &c };

	str_init(&c.out, STR_MAX);
	tap_each_split(in, &split);
	if (!c.bad)
		ok(true, "%s, in every split", name);
	str_release(&c.out);
}

struct row { const char *name; struct slice in, out; };
#define ROW(name, in, out) { name, { in, sizeof(in) - 1 }, { out, sizeof(out) - 1 } }
#define A57 "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZABCDE"
#define A57_B64 "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVpBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWkFCQ0RF"

static const struct row b64_decode[] = {
	ROW("RFC 4648 10: empty", "", ""),
	ROW("RFC 4648 10: f", "Zg==", "f"),
	ROW("RFC 4648 10: fo", "Zm8=", "fo"),
	ROW("RFC 4648 10: foo", "Zm9v", "foo"),
	ROW("RFC 4648 10: foobar", "Zm9vYmFy", "foobar"),
	ROW("RFC 2045 6.8: lines", "Zm9v\nYmFy\n", "foobar"),
	ROW("RFC 2045 6.8: CRLF and blanks", "Zm9v\r\n Ym\tFy \r\n", "foobar"),
	ROW("RFC 2045 6.8: junk is skipped", "aGVs!!bG8g\001d29y~~bGQ=", "hello world"),
	ROW("RFC 2045 6.8: url-safe letters are junk", "_-_-Zm9v", "foo"),
	ROW("RFC 2045 6.8: 8-bit and NUL are junk", "Zm\xff" "9\0v", "foo"),
	ROW("missing padding, two letters", "aGVsbG8gd29ybGQ", "hello world"),
	ROW("missing padding, one byte", "Zg", "f"),
	ROW("one letter says nothing", "Zm9vY", "foo"),
	ROW("only padding", "====", ""),
	ROW("padding after one letter is junk", "Z=m9v", "foo"),
	ROW("a footer after padding is no data", "aGVsbG8=\n\n______\nlist footer text\n", "hello"),
	ROW("a footer behind an empty line is no data", "Zm9v\n \r\n-- \nlist footer text\n", "foo"),
	ROW("a footer behind data without its padding is no data", "Zm9vYg\n\n______\nlist footer\n", "foob"),
	ROW("an empty line, and more data in lines of any length", "Zm9vYm\n\nFyZ\n\n\nm9v\n", "foobarfoo"),
	ROW("an empty line, and one damaged letter", "Zm9v\n\nYmFyYmFyYmFy.YmFyYmFy\n", "foobarbarbarbarbar"),
	ROW("empty lines before the data", "\n\nZm9v\n", "foo"),
	ROW("a footer of words is no data", "aGVsbG8=\nThis is a list\n", "hello"),
	ROW("a footer of one odd word is no data", "aGVsbG8=\nfooter1\nZm9v\n", "hello"),
	ROW("joined blocks, next line", "aGVsbG8=\nIHdvcmxk\n", "hello world"),
	ROW("joined blocks, same line", "aGVsbG8=IHdvcmxkIQ==", "hello world!"),
	ROW("joined blocks, blank lines and CRLF", "Zg==\r\n\r\nZm8=\r\n\r\nZm9v", "ffofoo"),
	ROW("joined blocks, long second line", "Zg==\n" A57_B64 A57_B64 "\nZm8=", "f" A57 A57 "fo"),
	ROW("joined blocks, cut last group", "Zg==\nZm9vY", "f"),
	ROW("blanks between padding", "Zg= =\nZm9v", "ffoo"),
	ROW("lines not of whole groups", "QUJDREVGR0h\nJSktMTU5PUF\nFSU1RVVldYWVo=", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
};

static const struct row b64_encode[] = {
	ROW("RFC 4648 10: empty is empty", "", ""),
	ROW("RFC 4648 10: f encoded", "f", "Zg==\n"),
	ROW("RFC 4648 10: fooba encoded", "fooba", "Zm9vYmE=\n"),
	ROW("RFC 2045 6.8: a full line", A57, A57_B64 "\n"),
	ROW("RFC 2045 6.8: a full line and a byte", A57 "f", A57_B64 "\nZg==\n"),
	ROW("NUL, CR, LF and 8-bit", "\0\r\n\xff", "AA0K/w==\n"),
};

#define A72 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HAN "=ED=95=9C"

static const struct row qp_decode[] = {
	ROW("empty qp", "", ""),
	ROW("RFC 2045 6.7(1): escapes", "a=3Db=C3=A9", "a=b\xc3\xa9"),
	ROW("RFC 2045 6.7: lower case digits", "=c3=a9", "\xc3\xa9"),
	ROW("RFC 2045 6.7(3): trailing blanks go, =20 stays", "a=20 \t\nb  \r\nc \t", "a \nb\r\nc"),
	ROW("RFC 2045 6.7(4): line ends stay as they are", "a\nb\r\nc", "a\nb\r\nc"),
	ROW("RFC 2045 6.7(5): soft breaks", "a=\nb=\r\nc", "abc"),
	ROW("RFC 2045 6.7(5): padding behind a soft break", "a= \t\nb=  \r\nc", "abc"),
	ROW("RFC 2045 6.7: a soft break at the end", "abc=", "abc"),
	ROW("a soft break and padding at the end", "abc= ", "abc"),
	ROW("a soft break with a bare CR joins", "a=\nb=\rc=0D=0Ad", "abc\r\nd"),
	ROW("a bad escape is literal", "a=ZZb=4\r\nc=\r\n", "a=ZZb=4\r\nc"),
	ROW("half an escape at the end is literal", "a=4", "a=4"),
	ROW("an escape of an escape", "==3D=", "=="),
	ROW("equals and blanks inside a line are literal", "a=  b", "a=  b"),
	ROW("bare CR stays", "a\rb \rc\r", "a\rb \rc\r"),
	ROW("NUL and 8-bit stay", "a\0b\xff", "a\0b\xff"),
	ROW("a soft break keeps blanks before it", "a =\nb", "a b"),
};

static const struct row qp_encode[] = {
	ROW("empty qp encoded", "", ""),
	ROW("RFC 2045 6.7: escapes written", "a=b\xc3\xa9\n", "a=3Db=C3=A9\n"),
	ROW("RFC 2045 6.7(3): trailing blanks escaped", "a \nb\t\n \n", "a=20\nb=09\n=20\n"),
	ROW("RFC 2045 6.7(4): CR is escaped, LF ends a line", "a\r\nb\n\n", "a=0D\nb\n\n"),
	ROW("no final LF is kept by a soft break", "abc", "abc=\n"),
	ROW("no final LF after a blank", "abc ", "abc =\n"),
	ROW("a line From ", "From me\nFrom\n>From x\n", "=46rom me\nFrom\n>From x\n"),
	ROW("a lone dot", ".\n..\n.", "=2E\n..\n.=\n"),
	ROW("76 fit on a line", A72 "bbbb\n", A72 "bbbb\n"),
	ROW("77 do not", A72 "bbbbb\n", A72 "bbb=\nbb\n"),
	ROW("a break behind a word", A72 " bbbbb\n", A72 " =\nbbbbb\n"),
	ROW("76 with a trailing blank", A72 "bbb \n", A72 "bbb=\n=20\n"),
	ROW("no break inside an escape", A72 "bb=\n", A72 "bb=\n=3D\n"),
	ROW("no break inside a character", A72 "\xed\x95\x9c\n", A72 "=\n" HAN "\n"),
	ROW("NUL and DEL", "\0\x7f\n", "=00=7F\n"),
	ROW("From after a soft break is escaped", A72 " From x\n", A72 " =\n=46rom x\n"),
};

static const struct row uu_decode[] = {
	ROW("uuencode: a file", "begin 644 ../../evil\n#:&D*\n`\nend\n", "hi\n"),
	ROW("uuencode: text around, CRLF", "hello\r\nbegin 0644 a b\r\n#:&D*\r\n`\r\nend\r\nbye\r\n", "hi\n"),
	ROW("uuencode: no end", "begin 644 x\n#:&D*", "hi\n"),
	ROW("uuencode: cut blanks mean zeros", "begin 644 x\n#\n`\nend\n", "\0\0\0"),
	ROW("uuencode: a line that is none is skipped", "begin 644 x\n\x80zz\n\n#:&D*\nend\n", "hi\n"),
	ROW("uuencode: no begin", "begin x\n#:&D*\n", "hi\n"),
	ROW("uuencode: nothing of it", "begin x\nHELLO\n\n#:&D\n", ""),
	ROW("uuencode: junk between", "begin 644 x\nXXX\n#:&D*\n`\nend\n", "hi\n"),
	ROW("uuencode: an overlong line", "begin 644 x\n" A72 A72 "\n#:&D*\nend", "hi\n"),
};

static void test_tables(void)
{
	for (size_t i = 0; i < ARRAY_LEN(b64_decode); i++)
		convert(ENC_BASE64, false, b64_decode[i].in, b64_decode[i].out, b64_decode[i].name);
	for (size_t i = 0; i < ARRAY_LEN(b64_encode); i++)
		convert(ENC_BASE64, true, b64_encode[i].in, b64_encode[i].out, b64_encode[i].name);
	for (size_t i = 0; i < ARRAY_LEN(qp_decode); i++)
		convert(ENC_QP, false, qp_decode[i].in, qp_decode[i].out, qp_decode[i].name);
	for (size_t i = 0; i < ARRAY_LEN(qp_encode); i++)
		convert(ENC_QP, true, qp_encode[i].in, qp_encode[i].out, qp_encode[i].name);
	for (size_t i = 0; i < ARRAY_LEN(uu_decode); i++)
		convert(ENC_UU, false, uu_decode[i].in, uu_decode[i].out, uu_decode[i].name);
	convert(ENC_8BIT, false, SL("a\r\n\0\xff"), SL("a\r\n\0\xff"), "8bit is copied");
	convert(ENC_UNKNOWN, false, SL("=41"), SL("=41"), "an unknown encoding is copied");
}

static void test_names(void)
{
	is_int(enc_by_name(SL("")), ENC_7BIT, "RFC 2045 6.1: the default is 7bit");
	is_int(enc_by_name(SL(" Quoted-PRINTABLE \r\n")), ENC_QP, "RFC 2045 6.1: names in any case");
	is_int(enc_by_name(SL("BASE64")), ENC_BASE64, "base64 in capitals");
	is_int(enc_by_name(SL("x-gzip64")), ENC_UNKNOWN, "an unknown name is known as such");
	is_int(enc_by_name(SL("base64x")), ENC_UNKNOWN, "a longer name is another name");
	for (int e = ENC_7BIT; e < ENC_UNKNOWN; e++)
		is_int(enc_by_name(sl(enc_name((enum enc)e))), e, "%s there and back", enc_name((enum enc)e));
}

/* Bytes of different kinds: 0 all, 1 mostly text, 2 utf-8 text. */
static void random_bytes(struct str *s, size_t n, int kind)
{
	static const char *const words[] = { "word ", "\n", "From ", ".", " \n", "\xed\x95\x9c\xea\xb8\x80", "=", "x", "\t", "\xc3\xa9t\xc3\xa9 " };
	unsigned char c[2];

	str_clear(s);
	while (s->n < n) {
		rt_random(c, 2);
		if (kind == 0 || (kind == 1 && c[1] < 16))
			str_addc(s, (char)c[0]);
		else
			str_adds(s, words[c[0] % ARRAY_LEN(words)]);
	}
}

static bool strict_lines(struct slice s)
{
	struct slice line;

	if (s.n && s.p[s.n - 1] != '\n')
		return false;
	while (sl_line(&s, &line)) {
		if (line.n > 76 || (line.n && ascii_isblank(line.p[line.n - 1])) ||
		    sl_starts(line, "From ") || sl_is(line, "."))
			return false;
		for (size_t i = 0; i < line.n; i++)
			if ((line.p[i] < 32 && line.p[i] != '\t') || line.p[i] > 126)
				return false;
	}
	return true;
}

/* Encodes and decodes in random pieces. */
static bool round_trip(enum enc enc, struct slice in)
{
	struct str wire, back;
	struct enc_state e, d;
	bool good;

	str_init(&wire, STR_MAX);
	str_init(&back, STR_MAX);
	enc_init(&e, enc, true);
	enc_init(&d, enc, false);
	for (struct slice rest = in; ; ) {
		unsigned char n;
		struct slice part;

		rt_random(&n, 1);
		part = sl_head(rest, n);
		rest = sl_skip(rest, part.n);
		enc_feed(&e, part, rest.n == 0, &wire);
		if (rest.n == 0)
			break;
	}
	for (struct slice rest = str_sl(&wire); ; ) {
		unsigned char n;
		struct slice part;

		rt_random(&n, 1);
		part = sl_head(rest, n);
		rest = sl_skip(rest, part.n);
		enc_feed(&d, part, rest.n == 0, &back);
		if (rest.n == 0)
			break;
	}
	good = sl_eq(str_sl(&back), in) && strict_lines(str_sl(&wire));
	if (!good)
		tap_note("wire: " SL_FMT, SL_ARG(sl_head(str_sl(&wire), 400)));
	str_release(&wire);
	str_release(&back);
	return good;
}

static void test_round_trips(void)
{
	struct str s;
	int bad = 0;

	str_init(&s, STR_MAX);
	for (int i = 0; i < 1000; i++) {
		unsigned char n;

		rt_random(&n, 1);
		random_bytes(&s, i % 10 ? n : 20u * n, i % 3);
		bad += !round_trip(ENC_QP, str_sl(&s));
		bad += !round_trip(ENC_BASE64, str_sl(&s));
	}
	is_int(bad, 0, "1,000 random texts come back from both encodings, lines strict");
	str_release(&s);
}

static void test_src(void)
{
	struct src mem, dec;
	struct sink sink;
	struct str wire, out, big;
	struct err err = ERR_INIT;

	str_init(&wire, STR_MAX);
	str_init(&out, STR_MAX);
	str_init(&big, STR_MAX);
	random_bytes(&big, 300000, 0);
	src_mem(&mem, str_sl(&big));
	enc_src(&dec, &mem, ENC_BASE64, true);
	sink_str(&sink, &wire);
	is_int(src_copy(&dec, &sink, &err), 0, "a source encodes: %s", err.text);
	src_release(&dec);
	src_mem(&mem, str_sl(&wire));
	enc_src(&dec, &mem, ENC_BASE64, false);
	sink_str(&sink, &out);
	is_int(src_copy(&dec, &sink, &err), 0, "a source decodes: %s", err.text);
	src_release(&dec);
	ok(sl_eq(str_sl(&out), str_sl(&big)), "300 kB through two sources are the same");
	str_release(&wire);
	str_release(&out);
	str_release(&big);
}

static void test_full(void)
{
	struct enc_state st;
	struct str out;

	str_init(&out, 5);
	enc_init(&st, ENC_BASE64, false);
	is_int(enc_feed(&st, SL("Zm9vYmE="), true, &out), 0, "a result as large as its limit");
	str_clear(&out);
	enc_init(&st, ENC_BASE64, false);
	is_int(enc_feed(&st, SL("Zm9vYmFy"), true, &out), -1, "one byte over the limit is refused");
	str_release(&out);
	str_init(&out, 5);
	enc_init(&st, ENC_QP, false);
	is_int(enc_feed(&st, SL("Zm9vYmFy"), true, &out), -1, "quoted-printable too");
	str_release(&out);
}

static struct enc_look looked(struct slice s, size_t step)
{
	struct enc_look look = { 0 };

	for (; s.n; s = sl_skip(s, step))
		enc_look_feed(&look, sl_head(s, step));
	return look;
}

static void is_best(struct slice s, bool text, bool allow_8bit, enum enc want, const char *name)
{
	for (size_t step = 1; step < 8; step++) {
		struct enc_look look = looked(s, step == 7 ? 4096 : step);
		enum enc got = enc_look_best(&look, text, allow_8bit);

		if (got != want || step == 7) {
			is_str(enc_name(got), enc_name(want), "%s", name);
			return;
		}
	}
}

static void test_look(void)
{
	struct str s;

	is_best(SL(""), true, false, ENC_7BIT, "empty text is 7bit");
	is_best(SL("hello\nFrom me\n"), true, false, ENC_7BIT, "ASCII text is 7bit");
	is_best(SL("caf\xc3\xa9 au lait\n"), true, false, ENC_QP, "text with an accent is quoted-printable");
	is_best(SL("caf\xc3\xa9 au lait\n"), true, true, ENC_8BIT, "or 8bit where that is allowed");
	is_best(SL("\xed\x95\x9c\xea\xb8\x80 \xed\x95\x9c\xea\xb8\x80\n"), true, false, ENC_BASE64, "Korean text is base64");
	is_best(SL("a\0b\n"), true, true, ENC_BASE64, "NUL is base64");
	is_best(SL("a\rb c d e f g h i j k l m n o p\n"), true, true, ENC_QP, "CR in text is quoted-printable");
	is_best(SL("a file\nwithout end"), false, false, ENC_7BIT, "a plain file is 7bit");
	is_best(SL("a file\r\nof DOS\r\n"), false, true, ENC_BASE64, "a file with CR is base64");
	is_best(SL("a\n\nFrom here\n"), false, true, ENC_QP, "a file with a From line is escaped");
	is_best(SL("a\n\nFrom\nFro m\n"), false, true, ENC_7BIT, "but not one that is only near it");
	is_best(SL("\x01\x02\x03\x04\n"), true, true, ENC_7BIT, "controls are legal in 7bit text");
	is_best(SL("\x01\x02\x03\x04\n"), false, false, ENC_BASE64, "a file of controls is base64");
	str_init(&s, STR_MAX);
	for (int i = 0; i < 998; i++)
		str_addc(&s, 'a');
	is_best(str_sl(&s), true, false, ENC_7BIT, "RFC 5322 2.1.1: a line of 998 is 7bit");
	str_addc(&s, 'a');
	is_best(str_sl(&s), true, true, ENC_QP, "RFC 5322 2.1.1: a line of 999 is not");
	str_release(&s);
}

int main(void)
{
	rt_set_seed(45);
	test_names();
	test_tables();
	test_round_trips();
	test_src();
	test_full();
	test_look();
	return tap_done();
}
