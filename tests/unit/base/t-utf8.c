/* SPDX-License-Identifier: GPL-3.0-or-later
 * utf8: decoding, clusters, columns, and what may reach a terminal (P20) */
#include "../../tap.h"

#define BAD "\xEF\xBF\xBD"

static void test_decode(void)
{
	static const struct { const char *in; size_t used; uint32_t cp; } t[] = {
		{ "a", 1, 'a' }, { "\xC2\x80", 2, 0x80 }, { "\xDF\xBF", 2, 0x7FF },
		{ "\xE0\xA0\x80", 3, 0x800 }, { "\xED\x9F\xBF", 3, 0xD7FF },
		{ "\xEE\x80\x80", 3, 0xE000 }, { "\xEF\xBF\xBF", 3, 0xFFFF },
		{ "\xF0\x90\x80\x80", 4, 0x10000 }, { "\xF4\x8F\xBF\xBF", 4, 0x10FFFF },
		{ "\xC0\x80", 1, UTF8_BAD }, { "\xC0\x9B", 1, UTF8_BAD }, { "\xC1\xBF", 1, UTF8_BAD },
		{ "\xE0\x9F\xBF", 1, UTF8_BAD }, { "\xF0\x8F\xBF\xBF", 1, UTF8_BAD },
		{ "\xED\xA0\x80", 1, UTF8_BAD }, { "\xED\xBF\xBF", 1, UTF8_BAD },
		{ "\xF4\x90\x80\x80", 1, UTF8_BAD }, { "\xF5\x80\x80\x80", 1, UTF8_BAD },
		{ "\x80", 1, UTF8_BAD }, { "\xBF", 1, UTF8_BAD }, { "\xFF", 1, UTF8_BAD },
		{ "\xC2", 1, UTF8_BAD }, { "\xE2\x82", 1, UTF8_BAD }, { "\xF0\x9F\x94", 1, UTF8_BAD },
		{ "\xC2" "a", 1, UTF8_BAD }, { "\xE2\x82" "a", 1, UTF8_BAD },
		{ "\xEF\xBF\xBD", 3, UTF8_BAD },
	};
	bool back = true;

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		char *exact = mem_strndup(t[i].in, 4);
		uint32_t cp;
		size_t n = strlen(t[i].in), used;

		exact = mem_realloc(exact, n);
		used = utf8_decode(sl_make(exact, n), &cp);
		ok(used == t[i].used && cp == t[i].cp, "RFC 3629 3: row %zu is U+%04X", i, (unsigned)cp);
		is_int(utf8_valid(sl_make(exact, n)), t[i].cp != UTF8_BAD || t[i].used == 3,
			"valid agrees");
		free(exact);
	}
	for (uint32_t cp = 0; cp <= 0x110000; cp++) {
		char text[4];
		uint32_t got;
		size_t n = utf8_encode(cp, text);
		bool none = (cp >= 0xD800 && cp < 0xE000) || cp > 0x10FFFF;

		back &= utf8_decode(sl_make(text, n), &got) == n && got == (none ? UTF8_BAD : cp);
	}
	ok(back, "every code point comes back");
	ok(utf8_valid(SL_NONE), "nothing is valid");
}

static void test_clusters(void)
{
	static const struct { const char *in; size_t first; int cols; const char *name; } t[] = {
		{ "a", 1, 1, "a letter" },
		{ "ab", 1, 2, "two letters" },
		{ "\r\nx", 2, 1, "CRLF (GB3)" },
		{ "\ta", 1, 1, "a control (GB4)" },
		{ "e\xCC\x81x", 3, 2, "a letter with an accent (GB9)" },
		{ "\xED\x95\x9C\xEA\xB8\x80", 3, 4, "Hangul syllables" },
		{ "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB\xEA\xB8\x80", 9, 4, "Hangul of three letters (GB6..8)" },
		{ "\xEA\xB0\x80\xE1\x86\xA8", 6, 2, "a syllable and a final (GB7)" },
		{ "\xE6\xBC\xA2", 3, 2, "an ideograph" },
		{ "\xEF\xBC\xA1", 3, 2, "a fullwidth letter" },
		{ "\xEF\xBD\xB1", 3, 1, "halfwidth kana" },
		{ "\xC2\xA7", 2, 1, "ambiguous is narrow" },
		{ "\xCE\xB1", 2, 1, "Greek is narrow" },
		{ "\xF0\x9F\x87\xB0\xF0\x9F\x87\xB7\xF0\x9F\x87\xB0", 8, 3, "a flag and half of one (GB12)" },
		{ "\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7!", 18, 3,
			"a family (GB11)" },
		{ "\xF0\x9F\x91\x8D\xF0\x9F\x8F\xBD!", 8, 3, "a thumb with a skin" },
		{ "\xE2\x98\x9D\xF0\x9F\x8F\xBD", 7, 2, "a narrow hand with a skin" },
		{ "\xE2\x9D\xA4\xE2\x80\x8D\xF0\x9F\x94\xA5", 10, 2, "a narrow heart joined to fire" },
		{ "a\xE2\x80\x8D\xF0\x9F\x94\xA5", 4, 3, "a joiner after a letter joins nothing" },
		{ "\xE0\xA4\x95\xE0\xA4\xBF", 6, 2, "Devanagari with a spacing vowel (GB9a)" },
		{ "\xD8\x80" "1", 3, 2, "a sign before a number (GB9b)" },
		{ "\xFF\xCC\x81", 3, 1, "an accent on a bad byte" },
		{ "\xF0\x9F\xAB\xA8", 4, 2, "an emoji younger than the tables" },
		{ "\x01\x02", 1, 0, "controls have no width" },
		{ "", 0, 0, "nothing" },
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct slice s = sl(t[i].in);
		size_t at = 0;

		is_int((long long)utf8_grapheme(s), (long long)t[i].first, "%s: cluster", t[i].name);
		is_int(utf8_width(s), t[i].cols, "%s: width", t[i].name);
		while (at < s.n) {
			size_t n = utf8_grapheme(sl_skip(s, at));

			if (!n)
				break;
			at += n;
		}
		ok(at == s.n, "%s: clusters add up", t[i].name);
	}
}

static void test_fit(void)
{
	struct slice s = SL("a\xED\x95\x9C" "e\xCC\x81\xF0\x9F\x87\xB0\xF0\x9F\x87\xB7z");
	static const struct { int cols; size_t n; int used; } t[] = {
		{ 0, 0, 0 }, { -1, 0, 0 }, { 1, 1, 1 }, { 2, 1, 1 }, { 3, 4, 3 }, { 4, 7, 4 },
		{ 5, 7, 4 }, { 6, 15, 6 }, { 7, 16, 7 }, { 100, 16, 7 },
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		int used = -7;

		is_int((long long)utf8_fit(s, t[i].cols, &used), (long long)t[i].n, "%d columns", t[i].cols);
		is_int(used, t[i].used, "%d used", t[i].used);
	}
	is_int((long long)utf8_fit(s, 3, NULL), 4, "used may be left out");
}

static void test_wrap(void)
{
	static const struct { const char *in; int cols; const char *rows; const char *name; } t[] = {
		{ "", 10, "|", "nothing" },
		{ "one two three", 20, "one two three|", "all of it" },
		{ "one two three", 7, "one two|three|", "blanks at the break are of no row" },
		{ "one two three", 8, "one two|three|", "a word that does not fit" },
		{ "one   two", 5, "one|two|", "several blanks" },
		{ "abcdefghij", 4, "abcd|efgh|ij|", "a word without a break" },
		{ "see abcdefghij", 6, "see|abcdef|ghij|", "behind a short one" },
		{ "     abcdefgh", 6, "     a|bcdefg|h|", "an indent is no row of its own" },
		{ "x-ray well-known", 6, "x-ray|well-|known|", "behind a hyphen" },
		{ "a https://b.example/c", 9, "a|https://b|.example/|c|", "an address of a page" },
		{ "www.example.com x", 16, "www.example.com|x|", "not behind a dot in a word (LB29)" },
		{ "the log (,l) has", 10, "the log|(,l) has|", "nor behind a comma" },
		{ "\xED\x95\x9C\xEA\xB8\x80 \xEA\xB8\x80", 4, "\xED\x95\x9C\xEA\xB8\x80|\xEA\xB8\x80|", "Hangul" },
		{ "\xE6\xBC\xA2\xE6\xBC\xA2\xE6\xBC\xA2", 5, "\xE6\xBC\xA2\xE6\xBC\xA2|\xE6\xBC\xA2|", "between ideographs" },
		{ "\xE6\xBC\xA2\xE6\xBC\xA2", 1, "\xE6\xBC\xA2|\xE6\xBC\xA2|", "one grapheme at least" },
		{ "abc \xCC\x81" "de", 4, "abc \xCC\x81|de|", "a mark on a blank stays there" },
		{ "ab cd \xCC\x81" "de", 5, "ab|cd \xCC\x81" "de|", "and is not the beginning of a row" },
		{ "ab\ncd", 9, "ab\n|cd|", "a line end" },
		{ "e\xCC\x81" "e\xCC\x81" "e\xCC\x81", 2, "e\xCC\x81" "e\xCC\x81|e\xCC\x81|", "no accent is lost from its letter" },
		{ "\xFF\xFE \xED", 2, "\xFF\xFE|\xED|", "bad bytes" },
	};
	struct str rows, big;
	size_t n = 0;
	int64_t before;

	str_init(&rows, STR_MAX);
	str_init(&big, STR_MAX);
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct slice rest = sl(t[i].in);

		str_clear(&rows);
		do {
			int used;
			size_t take = utf8_wrap(rest, t[i].cols, &used), seen = take;

			if ((take == 0 && rest.n) || take > rest.n)
				break;
			while (seen && rest.p[seen - 1] == ' ')
				seen--;
			str_add(&rows, rest.p, seen);
			str_addc(&rows, '|');
			if (used != utf8_width(sl_head(rest, seen)))
				str_adds(&rows, "wrong width");
			rest = sl_skip(rest, take);
		} while (rest.n);
		is_str(rows.p, t[i].rows, "wrap: %s", t[i].name);
	}
	for (int i = 0; i < 200000; i++)
		str_adds(&big, i % 3 ? "a\xCC\x81\xCC\x81\xCC\x81" : "word ");
	before = rt_mono();
	for (struct slice rest = str_sl(&big); rest.n; n++)
		rest = sl_skip(rest, utf8_wrap(rest, 20, NULL));
	ok(n > 1000 && rt_mono() - before < 10000000, "a long text is wrapped in linear time");
	str_release(&rows);
	str_release(&big);
}

struct clean { const char *in, *want; int flags; const char *name; };

static void clean_into(struct str *out, struct slice in, int flags)
{
	str_init(out, STR_MAX);
	is_int(utf8_sanitize(out, in, flags), 0, "cleaned");
}

static void check_clean(const struct clean *t)
{
	struct slice in = sl(t->in);
	struct str once, twice, room;

	clean_into(&once, in, t->flags);
	is_slice(str_sl(&once), sl(t->want), "%s", t->name);
	clean_into(&twice, str_sl(&once), t->flags);
	is_slice(str_sl(&twice), str_sl(&once), "%s: once is enough", t->name);
	if (once.n) {
		str_init(&room, once.n + 1);
		str_addc(&room, 'x');
		is_int(utf8_sanitize(&room, in, t->flags), 0, "%s: fits exactly", t->name);
		str_cut(&room, 1);
		room.max--;
		is_int(utf8_sanitize(&room, in, t->flags), -1, "%s: not one less", t->name);
		is_slice(str_sl(&room), SL("x"), "%s: and nothing is left", t->name);
		str_release(&room);
	}
	str_release(&once);
	str_release(&twice);
}

static const struct clean clean_table[] = {
	{ "plain text", "plain text", CLEAN_LINE, "ASCII" },
	{ "\x1b[2J", "\xE2\x90\x9B[2J", CLEAN_LINE, "TE1 CSI" },
	{ "\x07\x0e\x0f\x08", "\xE2\x90\x87\xE2\x90\x8E\xE2\x90\x8F\xE2\x90\x88", CLEAN_LINE, "TE1 BEL SO SI BS" },
	{ "a\rb", "a\xE2\x90\x8D" "b", CLEAN_LINES, "TE1 bare CR" },
	{ "a\r\nb", "a\nb", CLEAN_LINES, "CRLF is a line end" },
	{ "a\r\nb", "a\xE2\x90\x8D\xE2\x90\x8A" "b", CLEAN_LINE, "CRLF in one line" },
	{ "a\tb\n", "a b\xE2\x90\x8A", CLEAN_LINE, "tab and LF in one line" },
	{ "a\tb\n", "a\tb\xE2\x90\x8A", CLEAN_TABS, "tabs kept" },
	{ "a\tb\n", "a\tb\n", CLEAN_TABS | CLEAN_LINES, "tabs and lines kept" },
	{ "\x7f", "\xE2\x90\xA1", CLEAN_LINE, "TE1 DEL" },
	{ "\xC2\x9B" "2J", BAD "2J", CLEAN_LINES, "TE2 C1 in UTF-8" },
	{ "\xC2\x85", BAD, CLEAN_LINES, "TE2 NEL" },
	{ "\x9B" "2J", BAD "2J", CLEAN_LINE, "TE2 raw C1" },
	{ "\xC0\x9B[", BAD BAD "[", CLEAN_LINE, "TE4 overlong ESC" },
	{ "\xED\xA0\x80", BAD BAD BAD, CLEAN_LINE, "TE4 surrogate" },
	{ "\xF4\x90\x80\x80", BAD BAD BAD BAD, CLEAN_LINE, "TE4 above U+10FFFF" },
	{ "\xED\x95", BAD BAD, CLEAN_LINE, "TE4 truncated" },
	{ "\xEF\xBF\xBE\xEF\xB7\x90", BAD BAD, CLEAN_LINE, "noncharacters" },
	{ "a\xE2\x80\xAE" "b", "a" BAD "b", CLEAN_LINE, "TE5 RLO in a name" },
	{ "a\xE2\x80\xAE" "b", "a" BAD "b", CLEAN_LINES, "TE5 RLO in a text" },
	{ "a\xE2\x80\xAD", "a" BAD, CLEAN_LINES, "TE5 LRO" },
	{ "\xE2\x81\xA6" "a\xE2\x81\xA9", BAD "a" BAD, CLEAN_LINE, "TE5 isolates in a name" },
	{ "\xE2\x81\xA6" "a\xE2\x81\xA9", "a", CLEAN_LINES, "TE5 isolates in a text" },
	{ "a\xE2\x80\x8E\xD8\x9C" "b", "a" BAD "b", CLEAN_LINE, "TE5 LRM, ALM in a name" },
	{ "\xD7\x90\xE2\x80\x8F" "b", "\xD7\x90" "b", CLEAN_LINE, "TE5 RLM after Hebrew" },
	{ "pay\xE2\x80\x8Bpal", "pay" BAD "pal", CLEAN_LINE, "TE6 ZWSP splits a name" },
	{ "pay\xE2\x80\x8Bpal", "paypal", CLEAN_LINES, "TE6 ZWSP in a text" },
	{ "pay\xC2\xADpal", "pay" BAD "pal", CLEAN_LINE, "TE6 soft hyphen splits a name" },
	{ "in\xC2\xADto", "into", CLEAN_LINES, "TE6 soft hyphen in a text" },
	{ "\xEF\xBB\xBF" "a", BAD "a", CLEAN_LINE, "TE6 BOM in a name" },
	{ "\xEF\xBB\xBF" "a", "a", CLEAN_LINES, "TE6 BOM in a text" },
	{ "a\xE2\x81\xA0" "b", "a" BAD "b", CLEAN_LINE, "TE6 word joiner" },
	{ "\xE3\x85\xA4", BAD, CLEAN_LINES, "TE6 Hangul filler" },
	{ "\xE1\x85\x9F\xE1\x85\xA0\xEF\xBE\xA0", BAD BAD BAD, CLEAN_LINES, "TE6 other fillers" },
	{ "\xE1\xA0\x8E", BAD, CLEAN_LINE, "TE6 Mongolian vowel separator" },
	{ "\xF3\xA0\x80\x81\xF3\xA0\x81\x81", BAD BAD, CLEAN_LINES, "TE6 tag characters" },
	{ "\xF0\x9F\x8F\xB4\xF3\xA0\x81\xA7\xF3\xA0\x81\xA2\xF3\xA0\x81\xBF!", "\xF0\x9F\x8F\xB4!", CLEAN_LINE,
		"tags of a flag go" },
	{ "\xD9\x85\xDB\x8C\xE2\x80\x8C\xD8\xAE", "\xD9\x85\xDB\x8C\xD8\xAE", CLEAN_LINE, "Persian non-joiner" },
	{ "a\xE2\x80\x8D" "b", "a" BAD "b", CLEAN_LINE, "a joiner between letters" },
	{ "\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9", "\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9", CLEAN_LINE,
		"a joiner in an emoji stays" },
	{ "\xF0\x9F\x91\xA8\xE2\x80\x8D" "a", "\xF0\x9F\x91\xA8" "a", CLEAN_LINE, "a joiner at its end goes" },
	{ "\xE2\x9D\xA4\xEF\xB8\x8F\xE2\x80\x8D\xF0\x9F\x94\xA5", "\xE2\x9D\xA4\xE2\x80\x8D\xF0\x9F\x94\xA5", CLEAN_LINE,
		"a selector in an emoji goes" },
	{ "5\xEF\xB8\x8F\xE2\x83\xA3", "5\xE2\x83\xA3", CLEAN_LINE, "a keycap" },
	{ "5\xEF\xB8\x8F" "6", "5" BAD "6", CLEAN_LINE, "a selector between digits" },
	{ "\xE8\x91\x9B\xF3\xA0\x84\x80", "\xE8\x91\x9B", CLEAN_LINE, "a variant of an ideograph" },
	{ "\xE2\x80\xA8\xE2\x80\xA9", BAD BAD, CLEAN_LINES, "U+2028, U+2029" },
	{ "\xEF\xBF\xB9", BAD, CLEAN_LINE, "interlinear annotation" },
	{ "\xCC\x81" "a", "\xE2\x97\x8C\xCC\x81" "a", CLEAN_LINE, "an accent on nothing" },
	{ "a\n\xCC\x81", "a\n\xE2\x97\x8C\xCC\x81", CLEAN_LINES, "an accent at a line's start" },
	{ "e\xCC\x81", "e\xCC\x81", CLEAN_LINE, "an accent on a letter" },
	{ "\xE1\x85\xA1", BAD, CLEAN_LINE, "a vowel without its consonant" },
	{ "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB", "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB", CLEAN_LINE, "Hangul letters" },
	{ "\xED\x95\x9C\xEA\xB8\x80 \xE6\xBC\xA2 \xC3\xA9 \xCE\xB1 \xD0\xB6 \xF0\x9F\x87\xB0\xF0\x9F\x87\xB7",
		"\xED\x95\x9C\xEA\xB8\x80 \xE6\xBC\xA2 \xC3\xA9 \xCE\xB1 \xD0\xB6 \xF0\x9F\x87\xB0\xF0\x9F\x87\xB7", CLEAN_LINE,
		"text of many scripts stays" },
	{ "", "", CLEAN_LINE, "nothing" },
};

/* What must hold for anything that was cleaned. */
static bool is_clean(struct slice s, int flags)
{
	if (!utf8_valid(s))
		return false;
	for (size_t at = 0, n; at < s.n; at += n) {
		uint32_t cp;

		n = utf8_decode(sl_skip(s, at), &cp);
		if ((cp < 0x20 && !(cp == '\t' && flags & CLEAN_TABS) && !(cp == '\n' && flags & CLEAN_LINES)) ||
		    (cp >= 0x7F && cp < 0xA0) || cp == 0xAD || cp == 0x61C || cp == 0x115F || cp == 0x1160 ||
		    (cp >= 0x200B && cp <= 0x200F && cp != 0x200D) || (cp >= 0x2028 && cp <= 0x202E) ||
		    (cp >= 0x2060 && cp <= 0x206F) || cp == 0x3164 || cp == 0xFFA0 || cp == 0xFEFF ||
		    (cp >= 0xFE00 && cp <= 0xFE0F) || (cp >= 0xE0000 && cp <= 0xE0FFF))
			return false;
	}
	for (size_t at = 0, n; at < s.n; at += n) {
		struct slice cluster;
		size_t marks = 0;

		n = utf8_grapheme(sl_skip(s, at));
		cluster = sl_head(sl_skip(s, at), n);
		for (size_t i = 0; i < n; i++)
			marks += ((unsigned char)cluster.p[i] & 0xC0) != 0x80;
		if (n == 0 || marks > 33)
			return false;
		if (utf8_width(cluster) == 0 && cluster.p[0] != '\n' && cluster.p[0] != '\t')
			return false;
	}
	return true;
}

static void check_hostile(struct slice in, const char *name)
{
	bool good = true;

	for (int flags = 0; flags < 4; flags++) {
		struct str once, twice;

		str_init(&once, STR_MAX);
		str_init(&twice, STR_MAX);
		good &= utf8_sanitize(&once, in, flags) == 0 && is_clean(str_sl(&once), flags);
		good &= utf8_sanitize(&twice, str_sl(&once), flags) == 0 && sl_eq(str_sl(&once), str_sl(&twice));
		str_release(&once);
		str_release(&twice);
	}
	ok(good, "%s", name);
}

static void test_marks(void)
{
	static const char *const pieces[] = { "\xCC\x81", "\xE0\xA4\xBE", "\xD8\x80", "\xE1\x84\x80",
		"\xF0\x9F\x94\xA5\xE2\x80\x8D", "\xF0\x9F\x8F\xBD", "\xE1\x85\xA1", "\xF0\x9F\x87\xB0",
		"\xE2\x80\x8D", "\xE2\x83\xA3" };
	struct str s, out;

	str_init(&s, STR_MAX);
	str_init(&out, STR_MAX);
	for (size_t k = 0; k < ARRAY_LEN(pieces); k++) {
		str_clear(&s);
		str_addc(&s, 'a');
		for (int i = 0; i < 10000; i++)
			str_adds(&s, pieces[k]);
		str_addc(&s, 'z');
		check_hostile(str_sl(&s), "TE6: ten thousand of one that joins");
	}
	str_clear(&s);
	str_addc(&s, 'a');
	for (int i = 0; i < 33; i++)
		str_adds(&s, "\xCC\x81");
	utf8_sanitize(&out, str_sl(&s), CLEAN_LINE);
	is_int((long long)out.n, 1 + 32 * 2, "TE6: 32 marks stay, the 33rd goes");
	str_release(&s);
	str_release(&out);
}

/* Rows of nasty pieces, put together by chance: always clean, always stable. */
static void test_random(void)
{
	static const char *const pieces[] = { "a", "5", " ", "\n", "\t", "\r", "\x1b", "\x7f", "\xFF", "\xED",
		"\x95\x9C", "\xED\x95\x9C", "\xCC\x81", "\xE2\x80\x8D", "\xE2\x80\x8B", "\xEF\xB8\x8F",
		"\xE2\x83\xA3", "\xF0\x9F\x94\xA5", "\xE2\x9D\xA4", "\xF0\x9F\x87\xB0", "\xF0\x9F\x8F\xBD",
		"\xF0\x9F\x8F\xB4", "\xF3\xA0\x81\xA7", "\xE1\x84\x80", "\xE1\x85\xA1", "\xE1\x86\xA8",
		"\xE1\x85\xA0", "\xD8\x80", "\xE0\xA4\xBE", "\xD7\x90", "\xE2\x80\x8F", "\xE2\x80\xAE",
		"\xC2\xAD", "\xE3\x85\xA4", "\xC2\x9B", "\xEF\xBF\xBD", "\xE6\xBC\xA2", "\xF3\xA0\x84\x80" };
	struct str s;
	size_t bad = 0;

	str_init(&s, 1000);
	rt_set_seed(20);
	for (int round = 0; round < 4000; round++) {
		unsigned char pick[24];

		str_clear(&s);
		rt_random(pick, sizeof(pick));
		for (size_t i = 0; i < sizeof(pick); i++)
			str_adds(&s, pieces[pick[i] % ARRAY_LEN(pieces)]);
		for (int flags = 0; flags < 4; flags++) {
			struct str once, twice;

			str_init(&once, 1000);
			str_init(&twice, 1000);
			utf8_sanitize(&once, str_sl(&s), flags);
			utf8_sanitize(&twice, str_sl(&once), flags);
			if (!is_clean(str_sl(&once), flags) || !sl_eq(str_sl(&once), str_sl(&twice))) {
				if (!bad++) {
					is_slice(str_sl(&once), str_sl(&s), "the first that failed");
					is_slice(str_sl(&twice), str_sl(&once), "and again");
				}
			}
			str_release(&once);
			str_release(&twice);
		}
	}
	is_int((long long)bad, 0, "P20: 16,000 random rows of nasty pieces (seed 20)");
	rt_set_seed(0);
	str_release(&s);
}

static void test_corpus(void)
{
	const char *path = tap_corpus("attack-inputs/sanitise.tsv");
	struct slice rest, line, hex, label;
	struct err e = ERR_INIT;
	struct str file;

	if (!path) {
		tap_skip("attack-inputs/sanitise.tsv is not there");
		return;
	}
	str_init(&file, 1 << 20);
	is_int(fs_slurp(path, 1 << 20, &file, &e), 0, "the set of attacks is read");
	rest = str_sl(&file);
	sl_line(&rest, &line);
	while (sl_line(&rest, &line)) {
		struct str raw, text;
		char name[80];

		sl_cut(&line, '\t', &hex);
		sl_cut(&line, '\t', &label);
		str_init(&raw, 1000);
		str_init(&text, 1000);
		for (size_t i = 0; i + 1 < hex.n; i += 2)
			str_addc(&raw, (char)(hex_val(hex.p[i]) << 4 | hex_val(hex.p[i + 1])));
		charset_to_utf8(label, str_sl(&raw), &text);
		snprintf(name, sizeof(name), SL_FMT " as " SL_FMT, SL_ARG(hex), SL_ARG(label));
		check_hostile(str_sl(&text), name);
		str_release(&raw);
		str_release(&text);
	}
	str_release(&file);
}

static void check_form(int (*form)(struct str *, struct slice), const char *in, const char *want, const char *name)
{
	struct str s;

	str_init(&s, 1000);
	is_int(form(&s, sl(in)), 0, "%s", name);
	is_slice(str_sl(&s), sl(want), "%s", name);
	str_release(&s);
}

static void test_forms(void)
{
	check_form(utf8_nfc, "abc", "abc", "NFC of ASCII");
	check_form(utf8_nfc, "", "", "NFC of nothing");
	check_form(utf8_nfc, "e\xCC\x81", "\xC3\xA9", "NFC of a letter with an accent");
	check_form(utf8_nfc, "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB", "\xED\x95\x9C", "NFC of Hangul from another system");
	check_form(utf8_nfc, "\xFF" "e\xCC\x81\xED", BAD "\xC3\xA9" BAD, "NFC of bad bytes");
	check_form(utf8_casefold, "AbC", "abc", "folded ASCII");
	check_form(utf8_casefold, "Stra\xC3\x9F" "E", "strasse", "folded German");
	check_form(utf8_casefold, "E\xCC\x81", "\xC3\xA9", "folded and composed");
	check_form(utf8_casefold, "\xCE\xA3\xCF\x82", "\xCF\x83\xCF\x83", "both Greek sigmas");
	check_form(utf8_casefold, "\xC0" "A", BAD "a", "folded bad bytes");
}

int main(void)
{
	test_decode();
	test_clusters();
	test_fit();
	test_wrap();
	for (size_t i = 0; i < ARRAY_LEN(clean_table); i++)
		check_clean(&clean_table[i]);
	test_marks();
	test_random();
	test_corpus();
	test_forms();
	return tap_done();
}
