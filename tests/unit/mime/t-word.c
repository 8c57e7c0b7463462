/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * word: RFC 2047 encoded words, read and written. */
#include "../../tap.h"
#include "mime/mime.h"

#define HAN "\xed\x95\x9c"      /* U+D55C */
#define GEUL "\xea\xb8\x80"     /* U+AE00 */
#define FAMILY "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7"

static const struct { const char *name, *text, *want; } reads[] = {
	{ "empty", "", "" },
	{ "no word", "a = b ? c", "a = b ? c" },
	{ "RFC 2047 8 (1)", "(=?ISO-8859-1?Q?a?=)", "(a)" },
	{ "RFC 2047 8 (2)", "(=?ISO-8859-1?Q?a?= b)", "(a b)" },
	{ "RFC 2047 8 (3)", "(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)", "(ab)" },
	{ "RFC 2047 8 (4)", "(=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=)", "(ab)" },
	{ "RFC 2047 8 (5)", "(=?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?=)", "(ab)" },
	{ "RFC 2047 8 (6)", "(=?ISO-8859-1?Q?a_b?=)", "(a b)" },
	{ "RFC 2047 8 (7)", "(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)", "(a b)" },
	{ "RFC 2047 4.1: B", "=?utf-8?B?7ZWc6riA?=", HAN GEUL },
	{ "RFC 2047 4.2: Q", "=?utf-8?Q?=ED=95=9C=EA=B8=80?=", HAN GEUL },
	{ "lower case", "=?UTF-8?b?7ZWc?= =?utf-8?q?=ea=b8=80?=", HAN GEUL },
	{ "RFC 2231 5: a language", "=?utf-8*ko?B?7ZWc?= =?utf-8*en?Q?a?=", HAN "a" },
	{ "a character split between words", "=?utf-8?B?7Q==?= =?utf-8?B?lZw=?=", HAN },
	{ "split between B and Q", "=?utf-8?B?7Q==?=\n =?UTF-8?Q?=95=9C?=", HAN },
	{ "not split across charsets", "=?utf-8?B?7Q==?= =?euc-kr?Q?a?=", "\xef\xbf\xbd" "a" },
	{ "no padding", "=?utf-8?B?7ZWcYQ?=", HAN "a" },
	{ "too much padding", "=?utf-8?B?YQ=====?=", "a" },
	{ "a mark too many behind padding", "=?utf-8?B?YQ==?\?= =?utf-8?B?YmM=?= x", "abc x" },
	{ "padding, then more", "=?utf-8?B?YQ==Yg==?=", "ab" },
	{ "one character too many", "=?utf-8?B?YWJjZ?=", "abc" },
	{ "blanks in base64", "=?utf-8?B?YW Jj?=", "abc" },
	{ "junk in base64", "=?utf-8?B?Y\x01W.J-j?=", "abc" },
	{ "blanks in Q", "=?utf-8?Q?a b c?= d", "a b c d" },
	{ "a bad escape in Q", "=?utf-8?Q?a=zz=4?=", "a=zz=4" },
	{ "raw 8-bit in Q", "=?utf-8?Q?\xed\x95\x9c?=", HAN },
	{ "an empty word", "a =?utf-8?Q?" "?= b", "a  b" },
	{ "words that touch", "=?utf-8?Q?a?==?utf-8?Q?b?=", "ab" },
	{ "words inside of words of text", "x=?utf-8?Q?a?=y", "xay" },
	{ "text between words keeps its blanks", "=?utf-8?Q?a?= x =?utf-8?Q?b?=", "a x b" },
	{ "an unknown encoding", "=?utf-8?X?a?=", "=?utf-8?X?a?=" },
	{ "an unknown charset, plain bytes", "=?x-none?Q?caf=C3=A9?=", "caf\xc3\xa9" },
	{ "an unknown charset, other bytes", "=?x-none?Q?caf=E9?=", "caf\xc3\xa9" },
	{ "no charset", "=??Q?a?=", "=??Q?a?=" },
	{ "no end", "=?utf-8?Q?abc", "=?utf-8?Q?abc" },
	{ "no end before the next", "=?utf-8?Q?a =?utf-8?Q?b?=", "=?utf-8?Q?a b" },
	{ "what is decoded is not decoded again", "=?utf-8?Q?=3D=3Futf-8=3FQ=3Fa=3F=3D?=",
	  "=?utf-8?Q?a?=" },
	{ "EUC-KR", "=?euc-kr?B?x9GxuQ==?=", HAN "\xea\xb5\xad" },
	{ "ks_c_5601-1987 as UHC", "=?ks_c_5601-1987?B?jGM=?=", "\xeb\x98\xa0" },
	{ "ISO-8859-1 as windows-1252", "=?iso-8859-1?Q?=80?=", "\xe2\x82\xac" },
	{ "ISO-2022-JP, each word anew", "=?iso-2022-jp?B?GyRCJDM=?= =?iso-2022-jp?Q?a?=",
	  "\xe3\x81\x93" "a" },
	{ "ISO-2022-JP cut between its escapes", "=?iso-2022-jp?B?GyRCMnE=?= =?iso-2022-jp?B?NUQbKEI=?=",
	  "\xe4\xbc\x9a\xe8\xad\xb0" },
	{ "a group of base64 cut between words", "=?utf-8?B?7ZWc6r?= =?utf-8?B?iA?=", HAN GEUL },
	{ "... of a length that may be a group without padding", "=?utf-8?B?YWFhYWE?=\n =?utf-8?B?hYWFh?=", "aaaaa!aaa" },
	{ "groups without padding", "=?utf-8?B?7ZWcYQ?= =?utf-8?B?7ZWcYg?=", HAN "a" HAN "b" },
	{ "one charset by two names", "=?utf-8?B?7Q==?= =?UTF8?B?lZw=?=", HAN },
	{ "bytes that the charset has not", "=?utf-8?Q?a=FFb?=", "a\xef\xbf\xbd" "b" },
	{ "raw UTF-8 beside a word", HAN " =?utf-8?Q?a?=", HAN " a" },
	{ "raw Latin-1 beside a word", "\xe9 =?utf-8?Q?a?=", "\xc3\xa9 a" },
};

static void test_reads(void)
{
	struct str s;

	str_init(&s, STR_MAX);
	for (size_t i = 0; i < ARRAY_LEN(reads); i++) {
		size_t n = strlen(reads[i].text);

		str_clear(&s);
		word_decode(sl(reads[i].text), &s);
		is_slice(str_sl(&s), sl(reads[i].want), "read: %s", reads[i].name);
		for (size_t k = 0; k <= n; k++) {
			char *copy = malloc(k ? k : 1);

			memcpy(copy, reads[i].text, k);
			str_clear(&s);
			word_decode(sl_make(copy, k), &s);
			free(copy);
		}
	}
	str_clear(&s);
	word_decode(SL("=?utf-8?Q?a=00b=0Ac?="), &s);
	is_slice(str_sl(&s), sl_make("a\0b\nc", 5), "read: controls are the caller's matter");
	str_release(&s);
	str_init(&s, 4);
	is_int(word_decode(SL("=?utf-8?Q?abcd?="), &s), 0, "read: as long as the limit");
	str_clear(&s);
	is_int(word_decode(SL("=?utf-8?Q?abcde?="), &s), -1, "read: one over the limit");
	str_release(&s);
	is_int(word_match(SL("=?a?q?b?= c")), 9, "the length of a word");
	is_int(word_match(SL("a =?a?q?b?=")), 0, "not at the front");
}

static void test_hostile(void)
{
	static const char *const bits[] = {
		"=?utf-8?Q?a?= ", "=?a?q?", "=?utf-8?B?", "=?iso-2022-jp?B?GyRCJDMbKEI=?= ", "?=",
		"=?",
	};
	struct str text, s;

	str_init(&text, STR_MAX);
	str_init(&s, STR_MAX);
	for (size_t i = 0; i < ARRAY_LEN(bits); i++) {
		str_clear(&text);
		str_clear(&s);
		for (int k = 0; k < 100000; k++)
			str_adds(&text, bits[i]);
		is_int(word_decode(str_sl(&text), &s), 0, "100,000 times %s", bits[i]);
		if (i == 0)
			is_int(s.n, 100001, "they are joined");
	}
	/* one grapheme of a megabyte */
	str_clear(&text);
	str_clear(&s);
	str_addc(&text, 'a');
	for (int k = 0; k < 500000; k++)
		str_adds(&text, "\xcc\x81");
	is_int(word_encode(str_sl(&text), false, &s), 0, "500,000 marks on one letter");
	str_release(&text);
	str_release(&s);
}

static void test_detach(void)
{
	struct str s;
	char *z;

	str_init(&s, STR_MAX);
	str_add(&s, "\0a\0\0b", 5);
	z = word_detach(&s);
	is_str(z, "\xe2\x90\x80" "a\xe2\x90\x80\xe2\x90\x80" "b", "NULs are shown");
	free(z);
	z = word_detach(&s);
	is_str(z, "", "nothing is an empty string");
	free(z);
	str_release(&s);
}

static const struct { const char *name, *text; bool phrase; const char *want; } writes[] = {
	{ "empty", "", false, "" },
	{ "ASCII is copied", "Hello, (world) \"x\" = ?", false, "Hello, (world) \"x\" = ?" },
	{ "Korean in B", HAN GEUL, false, "=?utf-8?b?7ZWc6riA?=" },
	{ "French in Q", "\xc3\x80 quelle heure part le train", false,
	  "=?utf-8?b?w4A=?= quelle heure part le train" },
	{ "the narrower of the two", "Stra\xc3\x9f" "enverkehrsordnung", false,
	  "=?utf-8?q?Stra=C3=9Fenverkehrsordnung?=" },
	{ "from the first to the last", "a " HAN " b " GEUL " c", false,
	  "a =?utf-8?b?7ZWcIGIg6riA?= c" },
	{ "RFC 2047 5(3): marks in a phrase", "\xc3\xa9, Mister Longname", true,
	  "=?utf-8?q?=C3=A9=2C_Mister_Longname?=" },
	{ "a phrase of atoms is copied", "John Q Public", true, "John Q Public" },
	{ "other ASCII in a phrase is encoded", "John Q. Public", true,
	  "=?utf-8?q?John_Q=2E_Public?=" },
	{ "two blanks in a phrase", "a  b", true, "=?utf-8?q?a__b?=" },
	{ "bytes that are not UTF-8", "a\xff", false, "=?utf-8?b?Ye+/vQ==?=" },
	{ "blanks at the ends", " a\t", false, "=?utf-8?q?_a_?=" },
	{ "a word beside its long blanks",
	  "a                                                                 b", false,
	  "=?utf-8?q?a______________________________________________________________?= "
	  "=?utf-8?q?___b?=" },
};

static void test_writes(void)
{
	struct str s;

	str_init(&s, STR_MAX);
	for (size_t i = 0; i < ARRAY_LEN(writes); i++) {
		str_clear(&s);
		word_encode(sl(writes[i].text), writes[i].phrase, &s);
		is_slice(str_sl(&s), sl(writes[i].want), "write: %s", writes[i].name);
	}
	str_release(&s);
	str_init(&s, 20);
	is_int(word_encode(SL(HAN GEUL), false, &s), 0, "write: as long as the limit");
	str_clear(&s);
	is_int(word_encode(SL(HAN GEUL "a"), false, &s), -1, "write: over the limit");
	str_release(&s);
}

/* Each word of what is written decodes alone to whole graphemes. */
static void test_borders(void)
{
	static const char *const chars[] = { HAN, "e\xcc\x81", FAMILY, "a", " ",
		"\xf0\x9f\x87\xb0\xf0\x9f\x87\xb7" };
	struct str text, s, part;
	struct slice rest, word;
	unsigned wrong = 0;

	str_init(&text, STR_MAX);
	str_init(&s, STR_MAX);
	str_init(&part, STR_MAX);
	for (unsigned i = 0; i < 600; i++)
		str_adds(&text, chars[(i * i + i / 7) % ARRAY_LEN(chars)]);
	word_encode(str_sl(&text), true, &s);
	rest = str_sl(&s);
	while (sl_cut(&rest, ' ', &word)) {
		struct slice left = str_sl(&text);

		str_clear(&part);
		word_decode(word, &part);
		wrong += word.n > 75 || !utf8_valid(str_sl(&part)) || !sl_starts(left, part.p);
		for (size_t n = 0; n < part.n; n += utf8_grapheme(sl_skip(left, n)))
			wrong += n + utf8_grapheme(sl_skip(left, n)) > part.n;
		str_drop(&text, MIN(part.n, text.n));
	}
	is_int(wrong, 0, "RFC 2047 5: words of 75 that split no grapheme");
	is_int(text.n, 0, "and say all of it");
	str_release(&text);
	str_release(&s);
	str_release(&part);
}

int main(void)
{
	test_reads();
	test_hostile();
	test_detach();
	test_writes();
	test_borders();
	return tap_done();
}
