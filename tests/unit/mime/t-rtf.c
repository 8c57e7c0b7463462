/* SPDX-License-Identifier: GPL-3.0-or-later
 * rtf: what documents in RTF say. */
#include "../../tap.h"
#include "mime/mime.h"

static const struct { const char *name, *rtf, *text; } rows[] = {
	{ "words and paragraphs", "{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}\\pard\\b Hello\\b0 , world.\\par\r\nSecond\\line line\\tab x}", "Hello, world.\nSecond\nline\tx" },
	{ "braces and backslashes", "{\\rtf1 a\\{b\\}c\\\\d\\~e\\_f\\-g}", "a{b}c\\d e-fg" },
	{ "bytes of Windows", "{\\rtf1\\ansi caf\\'e9 \\ldblquote q\\rdblquote  \\emdash  \\bullet}", "café “q” — •" },
	{ "Korean", "{\\rtf1\\ansi\\ansicpg949 \\'b1\\'e8\\'b1\\'e2\\'c7\\'f6\\par}", "김기현\n" },
	{ "Japanese, half of a letter as it is", "{\\rtf1\\ansi\\ansicpg932 \\'8f\\\\}", "十" },
	{ "Unicode", "{\\rtf1\\uc1 \\u8364?5 \\u-10179?\\u-8704? {\\uc2\\u44608\\'b1\\'e8}\\u233?}", "€5 😀 김é" },
	{ "a half alone", "{\\rtf1 a\\u-9000?b}", "a\xEF\xBF\xBD" "b" },
	{ "what is for programs", "{\\rtf1{\\*\\generator x}{\\info{\\author me}}{\\colortbl;\\red1;}a{\\pict 0102}{\\field{\\*\\fldinst HYPERLINK \"u\"}{\\fldrslt link}}{\\v no}b}", "alinkb" },
	{ "bytes that are no text", "{\\rtf1 a\\bin3 {{{b}", "ab" },
	{ "lines of the file", "{\\rtf1 one\r\n two\\\nthree}", "one two\nthree" },
	{ "what is already UTF-8", "{\\rtf1 \\'e9é}", "éé" },
	{ "cut off", "{\\rtf1 a\\'", "a" },
	{ "too many ends", "{\\rtf1 a}}}b", "ab" },
};

static void test_rows(void)
{
	struct str out;

	str_init(&out, STR_MAX);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct slice in = sl(rows[i].rtf);

		str_clear(&out);
		ok(rtf_text(in, &out), "it is read");
		is_slice(str_sl(&out), sl(rows[i].text), "%s", rows[i].name);
		for (size_t n = 0; n < in.n; n++) {     /* not a byte more */
			char *copy = malloc(n ? n : 1);

			memcpy(copy, in.p, n);
			str_clear(&out);
			rtf_text(sl_make(copy, n), &out);
			free(copy);
		}
	}
	str_clear(&out);
	ok(!rtf_text(SL("Hello {\\rtf1 x}"), &out) && out.n == 0, "another text is none");
	str_release(&out);
}

static void test_deep(void)
{
	struct str in, out;

	str_init(&in, STR_MAX);
	str_init(&out, STR_MAX);
	str_adds(&in, "{\\rtf1 a");
	for (int i = 0; i < 100000; i++)
		str_addc(&in, '{');
	str_adds(&in, "b");
	for (int i = 0; i < 100000; i++)
		str_addc(&in, '}');
	str_adds(&in, "c}");
	ok(rtf_text(str_sl(&in), &out), "100,000 groups");
	is_slice(str_sl(&out), SL("ac"), "what is too deep is left out");
	str_release(&in);
	str_release(&out);
}

int main(void)
{
	test_rows();
	test_deep();
	return tap_done();
}
