/* SPDX-License-Identifier: GPL-3.0-or-later
 * charset: labels, every table, bad bytes, input cut anywhere.  The source of
 * the labels is part of this program, so that its rows can be looked at. */
#include "base/alias.c"
#include "../../tap.h"

#define BAD "\xEF\xBF\xBD"

static void test_rows(void)
{
	bool sorted = true, open = true;

	for (size_t i = 0; i < ARRAY_LEN(aliases); i++) {
		struct charset *c = charset_open(sl(aliases[i].key));

		if (i && strcmp(aliases[i - 1].key, aliases[i].key) >= 0) {
			tap_note("%s is out of order", aliases[i].key);
			sorted = false;
		}
		if (!c || charset_table(sl(aliases[i].key)) != aliases[i].table) {
			tap_note("%s does not open", aliases[i].key);
			open = false;
		}
		charset_free(&c);
	}
	ok(sorted, "the rows are sorted");
	ok(open, "each has a table in this iconv");
}

static void test_labels(void)
{
	static const struct { const char *label, *table; } t[] = {
		{ "ks_c_5601-1987", "CP949" }, { "KS_C_5601-1987", "CP949" }, { "EUC-KR", "CP949" },
		{ "korean", "CP949" }, { "x-windows-949", "CP949" }, { "ms949", "CP949" }, { "UHC", "CP949" },
		{ "cp949", "CP949" }, { "windows-949", "CP949" }, { "csKSC56011987", "CP949" },
		{ "csEUCKR", "CP949" }, { "iso-2022-kr", "ISO-2022-KR" }, { "csISO2022KR", "ISO-2022-KR" },
		{ "gb2312", "GB18030" }, { "GBK", "GB18030" }, { "x-gbk", "GB18030" }, { "cp936", "GB18030" },
		{ "SJIS-win", "CP932" }, { "eucJP-win", "EUC-JP-MS" }, { "MS-CYRL", "WINDOWS-1251" }, { "gb18030", "GB18030" }, { "shift_jis", "CP932" }, { "x-sjis", "CP932" },
		{ "ms_kanji", "CP932" }, { "Windows-31J", "CP932" }, { "shift-jis", "CP932" },
		{ "iso-8859-1", "WINDOWS-1252" }, { "ISO_8859-1:1987", "WINDOWS-1252" },
		{ "us-ascii", "WINDOWS-1252" }, { "ascii", "WINDOWS-1252" },
		{ "ANSI_X3.4-1968", "WINDOWS-1252" }, { "latin1", "WINDOWS-1252" },
		{ "iso-8859-9", "WINDOWS-1254" }, { "iso-8859-11", "CP874" }, { "tis-620", "CP874" },
		{ "windows-874", "CP874" }, { "big5", "BIG5-HKSCS" }, { "iso-2022-jp", "ISO-2022-JP" },
		{ "cp50220", "ISO-2022-JP" }, { "euc-jp", "EUC-JP-MS" }, { "x-euc-jp", "EUC-JP-MS" },
		{ "utf-7", "UTF-7" }, { "UTF8", "UTF-8" }, { "utf_8", "UTF-8" }, { "utf-16le", "UTF-16LE" },
		{ "koi8-r", "KOI8-R" }, { "iso-8859-8-i", "ISO-8859-8" }, { "iso-8859-15", "ISO-8859-15" },
		{ "windows-1251", "WINDOWS-1251" }, { "IBM866", "CP866" }, { "x-mac-cyrillic", "MAC-CYRILLIC" },
		{ "macintosh", "MACINTOSH" }, { "csISOLatin1", "WINDOWS-1252" },
		{ "x-windows-874", "CP874" }, { "x-windows-932", "CP932" }, { "iso-2022-jp-ms", "ISO-2022-JP" },
		{ "iso-2022-jp-2", "ISO-2022-JP" }, { "cp50221", "ISO-2022-JP" }, { "iso-2022-jp-3", "ISO-2022-JP" },
		{ "big5-hkscs", "BIG5-HKSCS" }, { "x-x-big5", "BIG5-HKSCS" }, { "unicode-1-1-utf-7", "UTF-7" },
		{ "utf8mb4", "UTF-8" }, { "x-mac-korean", "CP949" }, { "ibm-943", "CP932" }, { "iso-8859-8-e", "ISO-8859-8" },
		{ "", NULL }, { "x-", NULL }, { "cs", NULL }, { "unknown-8bit", NULL }, { "utf-8//IGNORE", NULL },
		{ "utf-9", NULL }, { "../../x", NULL }, { "windows-", NULL },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL },
		{ "1251", "WINDOWS-1251" }, { "949", "CP949" }, { "646", "WINDOWS-1252" }, { "77777", NULL },
		{ "x-unicode-2-0-utf-7", "UTF-7" }, { "IBM00858", "CP858" },
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		is_str(charset_table(sl(t[i].label)), t[i].table, "\"%s\"", t[i].label);
	ok(charset_table(sl_make("utf-8\0", 6)) == NULL, "a NUL is no part of a label");
	ok(charset_open(SL("utf-9")) == NULL, "an unknown label opens nothing");
}

struct sample { const char *label, *in, *want; int bad; const char *name; size_t in_n; };

static const struct sample samples[] = {
	{ "euc-kr", "\xC7\xD1\xB1\xDB a", "\xED\x95\x9C\xEA\xB8\x80 a", 0, "KS X 1001", 0 },
	{ "ks_c_5601-1987", "\x8C\x63", "\xEB\x98\xA0", 0, "the syllables that Windows added", 0 },
	{ "euc-kr", "\xA1", BAD, 1, "half a character", 0 },
	{ "euc-kr", "a\xA2\xE8", "a" BAD, 1, "a pair that the library steps over, at the end", 0 },
	{ "euc-kr", "\xA2\xE8\xB0\xA1\xA2\xE8\xA2\xE8\xFF\xA2\xE8\nb", BAD "\xEA\xB0\x80" BAD BAD BAD BAD "\nb", 5, "... and before others", 0 },
	{ "euc-kr", "\xC7\nb", BAD "\nb", 1, "a line end is not swallowed", 0 },
	{ "euc-kr", "a\xFF\xB0\xA1", "a" BAD "\xEA\xB0\x80", 1, "a byte that begins nothing", 0 },
	{ "euc-kr", "\xC9\xA1\xB0\xA1", BAD "\xEA\xB0\x80", 1, "a pair without a character keeps the rest in step", 0 },
	{ "euc-kr", "\xFE\xFE\xB0\xA1\xFF", BAD "\xEA\xB0\x80" BAD, 2, "again, and a bad end", 0 },
	{ "shift_jis", "\x81\x40", "\xE3\x80\x80", 0, "an ideographic space", 0 },
	{ "shift_jis", "\x87\x40\xB1", "\xE2\x91\xA0\xEF\xBD\xB1", 0, "a number in a ring, halfwidth kana", 0 },
	{ "shift_jis", "\x81\n", BAD "\n", 1, "a lead before a line end", 0 },
	{ "gb2312", "\xC4\xE3\xBA\xC3", "\xE4\xBD\xA0\xE5\xA5\xBD", 0, "GB 2312", 0 },
	{ "gb18030", "\x94\x39\xDA\x33" "a", "\xF0\x9F\x92\xA9" "a", 0, "four bytes", 0 },
	{ "big5", "\xA7\x41\xA6\x6E", "\xE4\xBD\xA0\xE5\xA5\xBD", 0, "Big5", 0 },
	{ "euc-jp", "\xA4\xA2\x8E\xB1\x8F\xB0\xA1", "\xE3\x81\x82\xEF\xBD\xB1\xE4\xB8\x82", 0, "EUC of three sets", 0 },
	{ "iso-2022-jp", "a\x1b$B$\"$$\x1b(Bb", "a\xE3\x81\x82\xE3\x81\x84" "b", 0, "RFC 1468", 0 },
	{ "iso-2022-jp", "\x1b$B-!\x1b(I1\x1b(B", "\xE2\x91\xA0\xEF\xBD\xB1", 0, "row 13 and kana, as mail has them", 0 },
	{ "iso-2022-jp", "\x1b$(D0!\x1b(J~", "\xE4\xB8\x82~", 0, "RFC 2237, JIS X 0212", 0 },
	{ "iso-2022-jp", "\x1b$B$\"\nab", "\xE3\x81\x82\nab", 0, "a line begins in ASCII", 0 },
	{ "iso-2022-jp", "\x1b$B$\"$\x1b(Bz", "\xE3\x81\x82" BAD "z", 1, "half a pair before an escape", 0 },
	{ "iso-2022-jp", "\x1b$B)!$\"", BAD "\xE3\x81\x82", 1, "a bad pair keeps the rest in step", 0 },
	{ "iso-2022-jp", "\x1b[2Ja", BAD "[2Ja", 1, "TE3: another escape is not passed on", 0 },
	{ "iso-2022-jp", "a\x1b$", "a" BAD "$", 1, "TE3: an unfinished escape", 0 },
	{ "iso-2022-jp", "\x1b\x1b$B$\"", BAD "\xE3\x81\x82", 1, "TE3: two escapes in a row", 0 },
	{ "iso-2022-jp", "\x1b\n\x1b\xF0", BAD "\n" BAD BAD, 3, "TE3: escapes cut by others", 0 },
	{ "iso-2022-jp", "\x1b$B$\"\xB1\x1b(B\xDD" "a", "\xE3\x81\x82\xEF\xBD\xB1\xEF\xBE\x9D" "a", 0, "kana of eight bits", 0 },
	{ "iso-2022-kr", "\x1b$)C\x0eGQ1[\x0f a", "\xED\x95\x9C\xEA\xB8\x80 a", 0, "RFC 1557", 0 },
	{ "iso-2022-kr", "\x0eGQ\x0f", "\xED\x95\x9C", 0, "without a designator", 0 },
	{ "iso-2022-kr", "\x0e" "0L\x0f", "\xEA\xB2\x81", 0, "the set of attacks", 0 },
	{ "iso-2022-kr", "\x0eGQ\nab", "\xED\x95\x9C\nab", 0, "a line begins in ASCII", 0 },
	{ "iso-2022-kr", "\x0eG Q", BAD " " BAD, 2, "half a pair before a blank", 0 },
	{ "iso-2022-kr", "\x1b(B", BAD "(B", 1, "an escape of another form", 0 },
	{ "iso-2022-cn", "\x1b$)A\x0e=;;;\x0f" "a", "\xE4\xBA\xA4\xE6\x8D\xA2" "a", 0, "RFC 1922", 0 },
	{ "iso-2022-cn", "\x1b$)G\x0eGQ", BAD "$)G\xE8\x8C\x84", -1, "RFC 1922, a set that is not read", 0 },
	{ "hz-gb-2312", "a~{VPND~}~~b~\nc", "a\xE4\xB8\xAD\xE6\x96\x87~bc", 0, "RFC 1843", 0 },
	{ "hz-gb-2312", "~x~{V\nz", BAD "x" BAD "\nz", 2, "RFC 1843, broken", 0 },
	{ "iso-8859-1", "\x80\x93\xE9", "\xE2\x82\xAC\xE2\x80\x9C\xC3\xA9", 0, "what Windows calls Latin 1", 0 },
	{ "us-ascii", "\x81\x8D\x8F\x90\x9D" "a", BAD BAD BAD BAD BAD "a", 5, "its five undefined bytes", 0 },
	{ "iso-8859-1", "\x9B[2J", "\xE2\x80\xBA[2J", 0, "TE2: no C1", 0 },
	{ "iso-8859-9", "\xFD\x80", "\xC4\xB1\xE2\x82\xAC", 0, "Turkish", 0 },
	{ "tis-620", "\xA1\x80", "\xE0\xB8\x81\xE2\x82\xAC", 0, "Thai", 0 },
	{ "koi8-r", "\xD0\xD2", "\xD0\xBF\xD1\x80", 0, "Russian", 0 },
	{ "windows-1258", "a\xEC\xFF", "\xC3\xA1\xC3\xBF", 0, "Vietnamese, letters that wait for an accent", 0 },
	{ "windows-1255", "\xE0", "\xD7\x90", 0, "Hebrew, a letter that waits", 0 },
	{ "utf-8", "\xED\x95\x9C\xF0\x9F\x94\xA5", "\xED\x95\x9C\xF0\x9F\x94\xA5", 0, "UTF-8", 0 },
	{ "utf-8", "\xED\x95" "a\xC0\x9B\xED\xA0\x80\xF0\x9F\x94", BAD BAD "a" BAD BAD BAD BAD BAD BAD BAD BAD, 10,
		"RFC 3629: bad UTF-8", 0 },
	{ "utf-7", "Hi +1Vw- +-", "Hi \xED\x95\x9C +", 0, "RFC 2152", 0 },
	{ "utf-7", "a\xFF" "b", "a" BAD "b", 1, "RFC 2152: eight bits", 0 },
	{ "utf-16", "\xFE\xFF\xD5\x5C\0a", "\xED\x95\x9C" "a", 0, "RFC 2781: big-endian mark", 6 },
	{ "utf-16", "\xFF\xFE\x5C\xD5" "a\0", "\xED\x95\x9C" "a", 0, "RFC 2781: little-endian mark", 6 },
	{ "utf-16", "\xD5\x5C\0a", "\xED\x95\x9C" "a", 0, "RFC 2781 4.3: no mark", 4 },
	{ "utf-16", "a\0\x5C\xD5", "a\xED\x95\x9C", 0, "no mark, little-endian", 4 },
	{ "utf-16be", "\xD8\x3D\xDD\x25\xDD\x25\0a\0", "\xF0\x9F\x94\xA5" BAD "a" BAD, 2, "surrogates: a pair, half of one, a bad end", 9 },
	{ "utf-16le", "a\0", "a", 0, "UTF-16LE", 2 },
	{ "utf-16", "a", BAD, 1, "half a unit", 1 },
	{ "utf-32", "\0\0\xFE\xFF\0\1\xF5\x25", "\xF0\x9F\x94\xA5", 0, "UTF-32", 8 },
	{ "utf-32le", "a\0\0\0\0\0\x11\0z\0\0\0", "a" BAD "z", 1, "UTF-32: past the end of Unicode", 12 },
	{ "iso-8859-1", "a\0b", "a\0b", 0, "a NUL is a character", 3 },
	{ "iso-2022-kr", "", "", 0, "nothing", 0 },
};

struct feed { const struct sample *sample; struct charset *c; struct str out; int bad; };

static void begin(void *ctx)
{
	struct feed *f = ctx;

	f->c = charset_open(sl(f->sample->label));
	f->bad = 0;
	str_init(&f->out, STR_MAX);
}

static void feed(void *ctx, struct slice piece, bool last)
{
	struct feed *f = ctx;

	f->bad += charset_feed(f->c, piece, last, &f->out);
}

static struct slice wanted(const struct sample *s)
{
	return s->in_n == 3 ? sl_make(s->want, 3) : sl(s->want);
}

static void check(void *ctx, const char *how)
{
	struct feed *f = ctx;

	is_slice(str_sl(&f->out), wanted(f->sample), "%s: %s, %s", f->sample->label, f->sample->name, how);
	if (f->sample->bad >= 0)
		is_int(f->bad, f->sample->bad, "%s: bad bytes", f->sample->name);
	charset_free(&f->c);
	str_release(&f->out);
}

static void test_samples(void)
{
	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		const struct sample *s = &samples[i];
		struct slice in = s->in_n ? sl_make(s->in, s->in_n) : sl(s->in);
		struct feed f = { .sample = s };
		struct tap_split split = { begin, feed, check, &f };
		struct str out;

		tap_each_split(in, &split);
		str_init(&out, wanted(s).n + 1);
		str_addc(&out, 'x');
		charset_to_utf8(sl(s->label), in, &out);
		is_slice(sl_skip(str_sl(&out), 1), wanted(s), "%s: at once, into just enough room", s->name);
		if (wanted(s).n) {
			str_cut(&out, 1);
			out.max--;
			is_int(charset_to_utf8(sl(s->label), in, &out), -1, "one byte less does not do");
			is_slice(str_sl(&out), SL("x"), "and leaves nothing");
		}
		str_release(&out);
	}
}

/* Any bytes under any label: an end, valid UTF-8, no ASCII control that was not
 * there, and the same in pieces. */
static void test_random(void)
{
	size_t broken = 0;

	rt_set_seed(5);
	for (size_t i = 0; i < ARRAY_LEN(aliases); i++) {
		for (int round = 0; round < 3; round++) {
			char bytes[3000];
			struct slice in = sl_make(bytes, round == 2 ? sizeof(bytes) : 300), rest = in;
			struct charset *c = charset_open(sl(aliases[i].key));
			struct str whole, parts;
			int bad, bad_parts = 0;

			rt_random(bytes, sizeof(bytes));
			for (size_t k = 0; k < sizeof(bytes) && round; k += 3)
				bytes[k] &= 0x7F;
			str_init(&whole, STR_MAX);
			str_init(&parts, STR_MAX);
			bad = charset_to_utf8(sl(aliases[i].key), in, &whole);
			while (c && rest.n) {
				struct slice part = sl_head(rest, 1 + (rest.n * 7) % 13);

				rest = sl_skip(rest, part.n);
				bad_parts += charset_feed(c, part, rest.n == 0, &parts);
			}
			if (bad < 0 || bad != bad_parts || !utf8_valid(str_sl(&whole)) ||
			    !sl_eq(str_sl(&whole), str_sl(&parts))) {
				tap_note("%s, round %d: %d and %d bad", aliases[i].key, round, bad, bad_parts);
				if (!broken++)
					is_slice(str_sl(&parts), str_sl(&whole), "%s in pieces", aliases[i].key);
			}
			charset_free(&c);
			str_release(&whole);
			str_release(&parts);
		}
	}
	is_int((long long)broken, 0, "random bytes under every label (seed 5)");
	rt_set_seed(0);
}

static void check_unknown(struct slice label, const char *in, const char *want)
{
	struct str out;

	str_init(&out, 100);
	is_int(charset_to_utf8(label, sl(in), &out), 0, "an unknown label is no mistake of the bytes");
	is_slice(str_sl(&out), sl(want), "they are UTF-8 or Latin 1");
	str_release(&out);
}

static void check_write(const char *label, const char *in, const char *want)
{
	struct str out, back;

	str_init(&out, 1000);
	str_init(&back, 1000);
	str_addc(&out, 'x');
	is_int(charset_from_utf8(sl(label), sl(in), &out), want ? 0 : -1, "writing %s", label);
	is_slice(sl_skip(str_sl(&out), 1), want ? sl(want) : SL(""), "gives what it should");
	if (want) {
		charset_to_utf8(sl(label), sl(want), &back);
		is_slice(str_sl(&back), sl(in), "and comes back");
	}
	str_release(&out);
	str_release(&back);
}

int main(void)
{
	test_rows();
	test_labels();
	test_samples();
	test_random();
	check_unknown(SL("x-nothing"), "\xED\x95\x9C", "\xED\x95\x9C");
	check_unknown(SL_NONE, "caf\xE9", "caf\xC3\xA9");
	check_unknown(SL("utf-8//TRANSLIT"), "abc", "abc");
	check_write("utf-8", "\xED\x95\x9C", "\xED\x95\x9C");
	check_write("utf-8", "\xED\x95", NULL);
	check_write("euc-kr", "\xED\x95\x9C", "\xC7\xD1");
	check_write("euc-kr", "\xEB\x98\xA0", NULL);
	check_write("ks_c_5601-1987", "\xEB\x98\xA0", "\x8C\x63");
	check_write("us-ascii", "caf\xC3\xA9", NULL);
	check_write("us-ascii", "cafe", "cafe");
	check_write("iso-8859-1", "caf\xC3\xA9", "caf\xE9");
	check_write("iso-8859-1", "\xE2\x82\xAC", NULL);
	check_write("iso-8859-15", "\xE2\x82\xAC", "\xA4");
	check_write("iso-2022-jp", "\xE3\x81\x82", "\x1b$B$\"\x1b(B");
	check_write("iso-8859-1", "", "");
	check_write("nothing", "a", NULL);
	return tap_done();
}
