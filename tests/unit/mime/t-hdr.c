/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * hdr: header blocks are read field by field, fields are written folded. */
#include "../../tap.h"
#include "mime/mime.h"

/* Each field as "name|value\n". */
static const struct { const char *name, *block, *want; } blocks[] = {
	{ "empty", "", "" },
	{ "one field", "A: b\r\n\r\n", "A| b\n" },
	{ "no line end at the end", "A: b", "A| b\n" },
	{ "RFC 5322 2.2.3: a folded value keeps its folds", "A: b\r\n c\r\n\td\r\nE: f\r\n",
	  "A| b\r\n c\r\n\td\nE| f\n" },
	{ "LF, CRLF and a mix", "A: b\nC: d\r\n e\n f\nG:\n\n", "A| b\nC| d\r\n e\n f\nG|\n" },
	{ "a bare CR ends no line", "A: b\rC: d\nE: f\n", "A| b\rC: d\nE| f\n" },
	{ "RFC 5322 4.5.8: blanks before the colon", "A \t: b\n", "A| b\n" },
	{ "the blank line is the end", "A: b\n\nC: d\n", "A| b\n" },
	{ "a blank line first", "\r\nA: b\r\n", "" },
	{ "a line of blanks only continues (RFC 5322 4.2)", "A: b\n \n c\nD: e\n",
	  "A| b\n \n c\nD| e\n" },
	{ "an mbox line is no field", "From a@b Thu Jan 1 00:00:00 1970\nA: b\n", "A| b\n" },
	{ "a quoted mbox line is no field", ">From a@b Thu Jan 1 00:00:00 1970\nA: b\n", "A| b\n" },
	{ "From with blanks before the colon is one", "From : a@b\n", "From| a@b\n" },
	{ "junk goes with the lines that continue it", "junk\n more: x\nA: b\n", "A| b\n" },
	{ "junk ends no header", "A: b\njunk\nC: d\n", "A| b\nC| d\n" },
	{ "a continuation first", " x: y\nA: b\n", "A| b\n" },
	{ "no name", ": x\n: \nA: b\n", "A| b\n" },
	{ "8-bit in a name", "\xc3\xa9: x\nA: b\n", "A| b\n" },
	{ "8-bit in a value", "A: \xc3\xa9\xff\n", "A| \xc3\xa9\xff\n" },
};

static char *dump(struct slice block)
{
	struct str s;
	struct hdr h;

	str_init(&s, STR_MAX);
	while (hdr_next(&block, &h) == 1)
		str_addf(&s, SL_FMT "|" SL_FMT "\n", SL_ARG(h.name), SL_ARG(h.value));
	return str_detach(&s);
}

static void test_blocks(void)
{
	for (size_t i = 0; i < ARRAY_LEN(blocks); i++) {
		char *got = dump(sl(blocks[i].block));

		is_str(got, blocks[i].want, "%s", blocks[i].name);
		free(got);
		for (size_t n = 0; n <= strlen(blocks[i].block); n++) {
			char *copy = malloc(n ? n : 1);

			memcpy(copy, blocks[i].block, n);
			free(dump(sl_make(copy, n)));
			hdr_length(sl_make(copy, n));
			free(copy);
		}
	}
}

static void test_block_parts(void)
{
	struct slice b = SL("A: 1\r\nsubject: 2\r\n 3\r\nSUBJECT: 4\r\n\r\nSubject: 5\r\n");
	struct hdr h;

	ok(hdr_find(b, "Subject", &h), "a field is found in any case");
	is_slice(h.whole, SL("subject: 2\r\n 3\r\n"), "the first of its name, as it stands");
	ok(!hdr_find(b, "B", &h), "one that is not there is not found");
	is_int(hdr_length(b), 36, "the header ends with its blank line");
	is_int(hdr_length(SL("A: b\n c\n")), 8, "a header without a blank line");
	is_int(hdr_length(SL("\nbody")), 1, "an empty header");
	is_int(hdr_length(SL_NONE), 0, "nothing at all");
	is_int(hdr_length(SL("A: b\n \n\nbody")), 8, "a line with a blank is not blank");
	is_int(hdr_length(SL("A: b\r\n\rx\r\n\r\n")), 12, "CR and more is not blank");
	ok(hdr_name_ok(SL("X-A!~")) && !hdr_name_ok(SL("")) && !hdr_name_ok(SL("a b")) &&
	   !hdr_name_ok(SL("a:")) && !hdr_name_ok(SL("a\x7f")) && !hdr_name_ok(SL("\xc3\xa9")) &&
	   !hdr_name_ok(sl_make("a\0", 2)) && !hdr_name_ok(SL("a\n")), "RFC 5322 3.6.8: names");
	b = sl_make("A: b\0c\nD\0: e\n", 13);
	ok(hdr_next(&b, &h) == 1, "a NUL in a value");
	is_slice(h.value, sl_make(" b\0c", 4), "is a byte of it");
	is_int(hdr_next(&b, &h), 0, "a NUL in a name makes it no field");
}

static const struct { const char *name, *value, *flat, *text; } texts[] = {
	{ "empty", "", "", "" },
	{ "blanks at the ends", "  a b\r\n ", "a b", "a b" },
	{ "RFC 5322 2.2.3", " a\r\n b\n\tc", "a b\tc", "a b c" },
	{ "a tab that is no fold stays", "a\tb", "a\tb", "a\tb" },
	{ "blank lines inside", "a\r\n \r\n b", "a  b", "a  b" },
	{ "a bare CR stays", "a\rb", "a\rb", "a\rb" },
	{ "RFC 2047 6.2: a fold between words vanishes", "=?utf-8?Q?a?=\r\n =?utf-8?Q?b?= c",
	  "=?utf-8?Q?a?= =?utf-8?Q?b?= c", "ab c" },
	{ "raw UTF-8", "caf\xc3\xa9", "caf\xc3\xa9", "caf\xc3\xa9" },
	{ "raw bytes that are not", "caf\xe9 \x80", "caf\xe9 \x80", "caf\xc3\xa9 \xe2\x82\xac" },
};

static void test_texts(void)
{
	struct str s;

	str_init(&s, STR_MAX);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		str_clear(&s);
		hdr_unfold(sl(texts[i].value), &s);
		is_slice(str_sl(&s), sl(texts[i].flat), "unfold: %s", texts[i].name);
		str_clear(&s);
		hdr_text(sl(texts[i].value), &s);
		is_slice(str_sl(&s), sl(texts[i].text), "text: %s", texts[i].name);
	}
	str_release(&s);
	str_init(&s, 4);
	is_int(hdr_unfold(SL("abcd"), &s), 0, "unfold: as long as the limit");
	str_clear(&s);
	is_int(hdr_unfold(SL("abcde"), &s), -1, "unfold: one over the limit");
	str_clear(&s);
	is_int(hdr_text(SL("abcde"), &s), -1, "text: one over the limit");
	str_release(&s);
}

/* Every line: at most max, not only blanks, no CR and NUL, a continuation but the first. */
static bool lines_ok(struct slice field, size_t max)
{
	struct slice line;
	bool first = true;

	if (!sl_ends(field, "\n"))
		return false;
	while (sl_line(&field, &line)) {
		if (line.n > max || sl_trim(line).n == 0 || ascii_isblank(line.p[0]) == first ||
		    memchr(line.p, '\r', line.n) || memchr(line.p, 0, line.n))
			return false;
		first = false;
	}
	return true;
}

static void test_write(void)
{
	struct str s;
	char big[1100];

	str_init(&s, STR_MAX);
	is_int(hdr_write(&s, "A", SL("b c")), 0, "a short field");
	is_slice(str_sl(&s), SL("A: b c\n"), "on one line");
	str_clear(&s);
	hdr_write(&s, "A", SL_NONE);
	is_slice(str_sl(&s), SL("A:\n"), "an empty value leaves no blank");
	str_clear(&s);
	hdr_write(&s, "To", SL("aaaaaaaaaaaaaaaaaaaaaa bbbbbbbbb <cccccccccccc@example.org>, "
			       "ddddddddddd eeeeeeeee <fffffffff@example.org>"));
	is_slice(str_sl(&s), SL("To: aaaaaaaaaaaaaaaaaaaaaa bbbbbbbbb <cccccccccccc@example.org>,\n"
		" ddddddddddd eeeeeeeee <fffffffff@example.org>\n"), "folded after a comma");
	memset(big, 'x', sizeof(big));
	str_clear(&s);
	is_int(hdr_write(&s, "References", sl_make(big, 70)), 0,
	       "a word that does not fit behind the name");
	ok(lines_ok(str_sl(&s), 78) && sl_starts(str_sl(&s), "References:\n x"),
	   "stands on a line of its own");
	str_clear(&s);
	is_int(hdr_write(&s, "A", sl_make(big, 995)), 0, "RFC 5322 2.1.1: a line of 998");
	ok(lines_ok(str_sl(&s), 998), "is kept");
	str_clear(&s);
	is_int(hdr_write(&s, "A", sl_make(big, 996)), -1, "RFC 5322 2.1.1: a line of 999");
	is_int(s.n, 0, "is refused and leaves nothing");
	memset(big, ' ', sizeof(big));
	big[0] = big[sizeof(big) - 1] = 'x';
	is_int(hdr_write(&s, "A", sl_make(big, sizeof(big))), -1,
	       "1,000 blanks in a row are refused");
	str_clear(&s);
	is_int(hdr_write(&s, "A", sl_make(big, 1000)), 0, "blanks at the end");
	is_slice(str_sl(&s), SL("A: x\n"), "are dropped (HI7)");
	is_int(hdr_write(&s, "A", SL("b\nC: d")), -1, "LF in a value");
	is_int(hdr_write(&s, "A", SL("b\rC: d")), -1, "CR in a value");
	is_int(hdr_write(&s, "A", sl_make("b\0", 2)), -1, "NUL in a value");
	is_int(hdr_write(&s, "A:\nB", SL("b")), -1, "LF in a name");
	str_release(&s);
}

static const struct { const char *name, *text, *want; } writes[] = {
	{ "plain", "Hello, world", "Subject: Hello, world\n" },
	{ "empty", "", "Subject:\n" },
	{ "HI1: LF becomes a blank", "a\nBcc: v@x", "Subject: a Bcc: v@x\n" },
	{ "HI1: CRLF becomes one blank", "a\r\nBcc: v@x", "Subject: a Bcc: v@x\n" },
	{ "HI1: NEL and U+2028 too", "a\xc2\x85" "b\xe2\x80\xa8" "c", "Subject: a b c\n" },
	{ "other controls go", "a\x01\x1b[2J\x7f\xc2\x9b" "b", "Subject: a[2Jb\n" },
	{ "only what needs it is encoded", "Re: caf\xc3\xa9 is open",
	  "Subject: Re: =?utf-8?b?Y2Fmw6k=?= is open\n" },
	{ "blanks at the ends survive", " a ", "Subject: =?utf-8?q?_a_?=\n" },
	{ "what looks encoded is encoded", "=?utf-8?q?a?=",
	  "Subject: =?utf-8?b?PT91dGYtOD9xP2E/PQ==?=\n" },
};

static void test_write_text(void)
{
	struct str s, back;
	struct slice block;
	struct hdr h;

	str_init(&s, STR_MAX);
	str_init(&back, STR_MAX);
	for (size_t i = 0; i < ARRAY_LEN(writes); i++) {
		str_clear(&s);
		hdr_write_text(&s, "Subject", sl(writes[i].text));
		is_slice(str_sl(&s), sl(writes[i].want), "text: %s", writes[i].name);
	}
	str_clear(&s);
	hdr_write_text(&s, "Subject", sl_make("a\0b", 3));
	is_slice(str_sl(&s), SL("Subject: ab\n"), "text: a NUL goes");
	for (int i = 0; i < 2; i++) {
		struct str text;

		str_init(&text, STR_MAX);
		for (int k = 0; k < 300; k++)
			str_adds(&text,
			       i ? "ASCII words go on and on " : "\xed\x95\x9c\xea\xb8\x80 ");
		str_adds(&text, "end");
		str_clear(&s);
		hdr_write_text(&s, "Subject", str_sl(&text));
		ok(lines_ok(str_sl(&s), i ? 78 : 76), "text: %s, long, is folded",
		   i ? "ASCII" : "Korean");
		block = str_sl(&s);
		ok(hdr_next(&block, &h) == 1, "text: it is one field");
		str_clear(&back);
		hdr_text(h.value, &back);
		is_slice(str_sl(&back), str_sl(&text), "text: it reads back");
		str_release(&text);
	}
	str_release(&back);
	str_release(&s);
}

/* Texts made of what has gone wrong before, written and read back. */
static void test_property(void)
{
	static const char *const bits[] = {
		" ", "  ", "a", "word", "\xed\x95\x9c", "\xc3\xa9", "=?", "?=", "=", "_", "?",
		"\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9", "e\xcc\x81", "\"", ",", "(", ")",
		"\\",
		"=?utf-8?q?x?=",
		"                                                                      ",
	};
	struct str text, s, back;
	unsigned wrong = 0;

	rt_set_seed(47);
	str_init(&text, STR_MAX);
	str_init(&s, STR_MAX);
	str_init(&back, STR_MAX);
	for (int i = 0; i < 2000; i++) {
		struct slice block;
		struct hdr h;
		uint8_t n, pick;

		str_clear(&text);
		str_clear(&s);
		str_clear(&back);
		rt_random(&n, 1);
		for (n %= 64; n; n--) {
			rt_random(&pick, 1);
			str_adds(&text, bits[pick % ARRAY_LEN(bits)]);
		}
		hdr_write_text(&s, "X-Long-Name", str_sl(&text));
		block = str_sl(&s);
		if (!lines_ok(str_sl(&s), 998) || hdr_next(&block, &h) != 1 ||
		    hdr_text(h.value, &back) != 0 || !sl_eq(str_sl(&back), str_sl(&text))) {
			tap_note("seed 47, case %d: [%s] [%s] [%s]", i, text.p, s.p, back.p);
			wrong++;
		}
	}
	is_int(wrong, 0, "2,000 texts are written and read back (seed 47)");
	str_release(&text);
	str_release(&s);
	str_release(&back);
}

int main(void)
{
	test_blocks();
	test_block_parts();
	test_texts();
	test_write();
	test_write_text();
	test_property();
	return tap_done();
}
