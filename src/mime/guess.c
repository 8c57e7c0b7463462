/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * guess: the charset of bytes of which nothing is said, or what cannot be.
 *
 * Own rules come first, because text of mail is short: valid UTF-8 is UTF-8;
 * escapes of ISO-2022 and HZ are what they are; text of pairs is what has the
 * most pairs that its language is made of (guesstab.c).  What these leave open
 * is the reader's (by locale), then uchardet's, then windows-1252.
 */
#include "base/base.h"
#include "mime/mime.h"
#include "mime/priv.h"
#include <uchardet.h>

#define SEEN_MAX   (64u << 10)  /* of the bytes that are judged                 */
#define ASKED_MAX  (16u << 10)  /* ... by uchardet                              */
#define TYPICAL    20           /* percent of pairs that make a language likely */
#define SURE       40           /* ... against what is said                     */

static const char *reader;      /* label of the reader's language, or NULL      */
static char field_hint[64];     /* label for the header that is being read, or "" */

/* ---- UTF-8 ---- */

struct utf8_look { size_t good, longer, broken, bad; };

/* broken: of the form of UTF-8 but not allowed (overlong, surrogates, cut), or no
 * letter of any other charset either. */
static struct utf8_look utf8_look(struct slice s)
{
	struct utf8_look u = { 0 };

	while (s.n) {
		unsigned char lead = (unsigned char)s.p[0];
		uint32_t cp;
		size_t n = utf8_decode(s, &cp), want = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2, i = 1;

		if (lead < 0x80 || n > 1) {
			u.good += n > 1;
			u.longer += n > 2;
			s = sl_skip(s, n);
			continue;
		}
		while (i < s.n && i < want && ((unsigned char)s.p[i] & 0xC0) == 0x80)
			i++;
		if (lead == 0xFF || (lead >= 0xC0 && (i == want || (i == s.n && i > 1))))
			u.broken++;
		else
			u.bad++;
		s = sl_skip(s, i == want ? i : 1);
	}
	return u;
}

/* ---- seven bits ---- */

static size_t count_high(struct slice s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += (unsigned char)s.p[i] >= 0x80;
	return n;
}

/* "~{", pairs, "~}" on one line (RFC 1843). */
static bool is_hz(struct slice s)
{
	ssize_t at;

	while ((at = sl_search(s, SL("~{"))) >= 0) {
		size_t i = 0;

		s = sl_skip(s, (size_t)at + 2);
		while (i + 1 < s.n && s.p[i] >= 0x21 && s.p[i] <= 0x77 && s.p[i + 1] >= 0x21 && s.p[i + 1] <= 0x7E)
			i += 2;
		if (i > 0 && i + 1 < s.n && s.p[i] == '~' && s.p[i + 1] == '}')
			return true;
	}
	return false;
}

static const char *by_escapes(struct slice s)
{
	static const struct { const char *seq, *label; } seqs[] = {
		{ "$)C", "iso-2022-kr" }, { "$)A", "iso-2022-cn" }, { "$)G", "iso-2022-cn" },
		{ "$B", "iso-2022-jp" }, { "$@", "iso-2022-jp" }, { "$(D", "iso-2022-jp" }, { "(I", "iso-2022-jp" },
	};
	struct slice rest = s;
	ssize_t at;

	while ((at = sl_find(rest, '\x1b')) >= 0) {
		rest = sl_skip(rest, (size_t)at + 1);
		for (size_t i = 0; i < ARRAY_LEN(seqs); i++)
			if (sl_starts(rest, seqs[i].seq))
				return seqs[i].label;
	}
	return is_hz(s) ? "hz-gb-2312" : NULL;
}

/* UTF-16 by its mark, or by the zeros beside ASCII. */
static const char *by_zeros(struct slice s)
{
	size_t zero[2] = { 0, 0 }, half = s.n / 2;

	if (s.n >= 2 && (memcmp(s.p, "\xFE\xFF", 2) == 0 || memcmp(s.p, "\xFF\xFE", 2) == 0))
		return "utf-16";
	for (size_t i = 0; i < s.n; i++)
		zero[i & 1] += s.p[i] == 0;
	if (half >= 2 && zero[0] * 4 > half * 3 && zero[1] * 8 < half)
		return "utf-16be";
	return half >= 2 && zero[1] * 4 > half * 3 && zero[0] * 8 < half ? "utf-16le" : NULL;
}

/* ---- tables of pairs ---- */

enum pairs { KOREAN, JAPANESE_EUC, JAPANESE_SJIS, SIMPLIFIED, TRADITIONAL };
static const char *const pair_labels[] = { "euc-kr", "euc-jp", "shift_jis", "gb18030", "big5" };

struct tally { size_t pairs, typical, foreign, bad; };

static bool in(unsigned c, unsigned from, unsigned to)
{
	return c >= from && c <= to;
}

static bool is_trail(enum pairs kind, unsigned lead, unsigned b)
{
	switch (kind) {
	case KOREAN:
		return b >= 0xA1 ? b != 0xFF : lead < 0xC7 && (in(b, 0x41, 0x5A) || in(b, 0x61, 0x7A) || b >= 0x81);
	case JAPANESE_EUC:
		return in(b, 0xA1, 0xFE);
	case JAPANESE_SJIS:
		return in(b, 0x40, 0x7E) || in(b, 0x80, 0xFC);
	case SIMPLIFIED:
		return in(b, 0x40, 0x7E) || in(b, 0x80, 0xFE);
	case TRADITIONAL:
		return in(b, 0x40, 0x7E) || in(b, 0xA1, 0xFE);
	}
	return false;
}

/* Pairs that a text of the language seldom has, however valid. */
static bool is_foreign(enum pairs kind, unsigned lead, unsigned b)
{
	switch (kind) {
	case KOREAN:
		return !(b >= 0xA1 && (in(lead, 0xA1, 0xA3) || in(lead, 0xB0, 0xC8)));
	case JAPANESE_EUC:
		return !(lead == 0x8E || in(lead, 0xA1, 0xA5) || in(lead, 0xB0, 0xF4));
	case JAPANESE_SJIS:
		return !(in(lead, 0x81, 0x83) || in(lead, 0x88, 0x9F) || in(lead, 0xE0, 0xEA));
	case SIMPLIFIED:
		return !(b >= 0xA1 && (in(lead, 0xA1, 0xA3) || lead == 0xA7 || in(lead, 0xB0, 0xD7)));
	case TRADITIONAL:
		return !(in(lead, 0xA1, 0xA3) || in(lead, 0xA4, 0xC6));
	}
	return false;
}

static bool is_typical(enum pairs kind, unsigned lead, unsigned b)
{
	switch (kind) {
	case KOREAN:
		return guess_is_typical(GUESS_KOREAN, lead << 8 | b);
	case JAPANESE_EUC:
		return in(lead, 0xA4, 0xA5) || (lead == 0xA1 && in(b, 0xA2, 0xA3));
	case JAPANESE_SJIS:
		return (lead == 0x82 && b >= 0x9F) || (lead == 0x83 && b <= 0x96) || (lead == 0x81 && in(b, 0x41, 0x42));
	case SIMPLIFIED:
		/* Russian from a Chinese computer has a row of its own */
		return guess_is_typical(GUESS_SIMPLIFIED, lead << 8 | b) || (lead == 0xA7 && (in(b, 0xA1, 0xC1) || in(b, 0xD1, 0xF1)));
	case TRADITIONAL:
		return guess_is_typical(GUESS_TRADITIONAL, lead << 8 | b);
	}
	return false;
}

static bool is_single(enum pairs kind, unsigned c)
{
	return kind == JAPANESE_SJIS && in(c, 0xA1, 0xDF);
}

static struct tally tally(enum pairs kind, struct slice s)
{
	struct tally t = { 0 };

	for (size_t i = 0; i < s.n; i++) {
		unsigned lead = (unsigned char)s.p[i], b = i + 1 < s.n ? (unsigned char)s.p[i + 1] : 0;

		if (lead < 0x80)
			continue;
		if (is_single(kind, lead)) {
			t.pairs++;
			t.foreign++;
		} else if (lead > 0x80 && lead < 0xFF && is_trail(kind, lead, b)) {
			t.pairs++;
			t.typical += is_typical(kind, lead, b);
			t.foreign += is_foreign(kind, lead, b);
			i++;
		} else if (i + 1 < s.n) {
			t.bad++;        /* a pair that the end cut off is none */
		}
	}
	return t;
}

/* The likeliest of the tables of pairs, or NULL; percent: how likely. */
static const char *by_pairs(struct slice s, size_t *percent)
{
	const char *best = NULL;

	*percent = 0;
	for (size_t i = 0; i < ARRAY_LEN(pair_labels); i++) {
		struct tally t = tally((enum pairs)i, s);
		size_t score;

		if (t.typical == 0 || t.bad * 10 > t.pairs || t.foreign * 2 > t.pairs)
			continue;
		score = t.typical * 100 / t.pairs;
		if (score > *percent) {
			*percent = score;
			best = pair_labels[i];
		}
	}
	return *percent >= TYPICAL ? best : NULL;
}

/* ---- one byte a character ---- */

struct letters { size_t high, apart, other, ascii, kinds; };

/* high bytes; apart: with ASCII on both sides; other: not of the West's;
 * kinds: different ones. */
static struct letters letters(struct slice s)
{
	static const char west[] = "\x80\x82\x84\x85\x8B\x91\x92\x93\x94\x95\x96\x97\x99\x9B\x9C\xA0\xA1\xA3\xA7\xA9\xAA\xAB"
		"\xAE\xB0\xB2\xB4\xB7\xBA\xBB\xBF\xC0\xC1\xC2\xC3\xC4\xC5\xC6\xC7\xC8\xC9\xCA\xCB\xCD\xCE\xD1\xD3\xD4\xD5\xD6"
		"\xD8\xD9\xDA\xDC\xDF\xE0\xE1\xE2\xE3\xE4\xE5\xE6\xE7\xE8\xE9\xEA\xEB\xEC\xED\xEE\xEF\xF1\xF2\xF3\xF4\xF5\xF6"
		"\xF8\xF9\xFA\xFB\xFC";
	struct letters l = { 0 };
	bool met[256] = { false };

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		l.kinds += c >= 0x80 && !met[c];
		met[c] = true;
		l.ascii += ascii_isalnum(s.p[i]);
		if (c < 0x80)
			continue;
		l.high++;
		l.apart += (i == 0 || (unsigned char)s.p[i - 1] < 0x80) && (i + 1 == s.n || (unsigned char)s.p[i + 1] < 0x80);
		l.other += !memchr(west, c, sizeof(west) - 1);
	}
	return l;
}

static bool is_clean(struct slice s, const char *label)
{
	struct str out;
	int bad;

	str_init(&out, STR_MAX);
	bad = charset_to_utf8(sl(label), s, &out);
	str_release(&out);
	return bad >= 0 && (size_t)bad * 50 <= s.n;
}

/* The table of one that takes ASCII and any bytes above, as Latin 1 does. */
static bool is_single_table(const char *table)
{
	return strncmp(table, "WINDOWS-", 8) == 0 || strncmp(table, "ISO-8859-", 9) == 0 ||
		strncmp(table, "KOI8", 4) == 0 || strcmp(table, "CP874") == 0 || strcmp(table, "MACINTOSH") == 0;
}

static const char *ask(struct slice s, bool latin, char found[32])
{
	uchardet_t ud = uchardet_new();

	s = sl_head(s, ASKED_MAX);
	found[0] = 0;
	if (ud && uchardet_handle_data(ud, s.p, s.n) == 0) {
		uchardet_data_end(ud);
		snprintf(found, 32, "%s", uchardet_get_charset(ud));
	}
	if (ud)
		uchardet_delete(ud);
	if (!found[0] || !charset_table(sl(found)) || sl_iis(sl(found), "ascii") || sl_iis(sl(found), "utf-8") ||
	    !is_clean(s, found))
		return NULL;
	if (latin && !is_single_table(charset_table(sl(found))))
		return NULL;
	if (sl_istarts(sl(found), "ibm") && count_high(s) < 40)
		return NULL;                    /* of DOS, and in no short mail */
	if (sl_iis(sl(found), "koi8-r"))        /* the same, but for four letters in the place of lines */
		snprintf(found, 32, "koi8-u");
	return found;
}

/* Cyrillic has its small letters in one half of the upper bytes or the other. */
static const char *by_case(struct slice s)
{
	size_t low = 0, high = 0;

	for (size_t i = 0; i < s.n; i++) {
		low += in((unsigned char)s.p[i], 0xC0, 0xDF);
		high += (unsigned char)s.p[i] >= 0xE0;
	}
	return low > 2 * high ? "koi8-u" : "windows-1251";
}

/* Words of KOI8 with a capital first, which in no other alphabet begin small and go on in capitals. */
static bool is_koi8_words(struct slice s)
{
	size_t length = 0, high = 0, words = 0;
	bool capital = false;

	for (size_t i = 0; i <= s.n; i++) {
		unsigned char c = i < s.n ? (unsigned char)s.p[i] : ' ';

		if (c < 0x80) {
			words += capital && length > 2;
			length = 0;
			capital = false;
			continue;
		}
		if (c < 0xC0 && c != 0xA3 && c != 0xB3)
			return false;
		if (c >= 0xE0 && length > 0)
			return false;
		capital |= c >= 0xE0;
		length++;
		high++;
	}
	return words > 0 && high >= 5;
}

/* Signs of Latin 1 within words are letters of Latin 2. */
static bool is_latin2_words(struct slice s)
{
	static const char signs[] = "\xA1\xA3\xA6\xAC\xAF\xB1\xB3\xB6\xBC\xBF";
	size_t within = 0;

	for (size_t i = 1; i + 1 < s.n; i++) {
		bool before = ascii_isalpha(s.p[i - 1]) || (unsigned char)s.p[i - 1] >= 0xC0;
		bool after = ascii_isalpha(s.p[i + 1]) || (unsigned char)s.p[i + 1] >= 0xC0;

		if (in((unsigned char)s.p[i], 0x80, 0x9F))
			return false;
		within += before && after && memchr(signs, s.p[i], sizeof(signs) - 1);
	}
	return within >= 2;
}

static const char *by_letters(struct slice s, char found[32])
{
	struct letters l = letters(s);
	/* words of another script have more than a few letters, and no others between */
	bool latin = l.apart * 2 > l.high || l.ascii > 3 * l.high || (l.kinds < 3 && l.other == 0);
	const char *label;

	if (latin && (l.other == 0 || l.high < 6))
		return "windows-1252";
	if (!latin && is_koi8_words(s))
		return "koi8-u";
	label = l.high >= 6 ? ask(s, latin, found) : NULL;
	if (label && sl_iis(sl(label), "windows-1252") && is_latin2_words(s))
		return "iso-8859-2";
	if (label)
		return label;
	if (reader && is_clean(s, reader))
		return reader;
	return !latin && l.high >= 4 && l.ascii < l.high && l.apart == 0 ? by_case(s) : "windows-1252";
}

/* ---- answers ---- */

static const char *guess_into(struct slice s, char found[32])
{
	struct utf8_look u;
	const char *label;
	size_t percent;

	s = sl_head(s, SEEN_MAX);
	label = by_zeros(s);
	if (!label && count_high(s) == 0)
		label = by_escapes(s);
	if (label)
		return label;
	u = utf8_look(s);
	if (u.bad + u.broken == 0 || u.good > 4 * (u.bad + u.broken))
		return "utf-8";
	label = by_pairs(s, &percent);
	return label ? label : by_letters(s, found);
}

const char *guess_bytes(struct slice s)
{
	static char found[32];

	return guess_into(s, found);
}

static const char *against_latin(struct slice s, const char *said)
{
	struct letters l = letters(s);
	size_t percent;
	const char *label = by_pairs(s, &percent);
	static char found[32];

	if (label && percent >= SURE && l.high >= 8)
		return label;
	/* words without a letter of ASCII are none of Latin script */
	if (l.high >= 20 && l.high > 2 * l.ascii && l.apart * 8 < l.high && (label = ask(s, false, found)) &&
	    (sl_istarts(sl(label), "windows-1251") || sl_istarts(sl(label), "koi8")))
		return label;
	return said;
}

static const char *against_pairs(struct slice s, const char *said)
{
	struct str out;
	size_t high = count_high(s);
	const char *label;
	int bad;

	str_init(&out, STR_MAX);
	bad = charset_to_utf8(sl(said), s, &out);
	str_release(&out);
	if (bad <= 0 || (size_t)bad * 8 < high)
		return said;
	label = guess_bytes(s);
	return sl_iis(sl(label), "windows-1252") || !is_clean(s, label) ? said : label;
}

/* What UTF-16 or UTF-32 is called and has no zero is text of eight bits. */
static bool is_no_wide(struct slice s, const char *table)
{
	return (strncmp(table, "UTF-16", 6) == 0 || strncmp(table, "UTF-32", 6) == 0) && s.n >= 4 &&
		!memchr(s.p, 0, s.n) && utf8_valid(s) && letters(s).ascii * 2 > s.n;
}

const char *guess_said(struct slice s, const char *said)
{
	const char *table = said ? charset_table(sl(said)) : NULL, *label;
	struct utf8_look u;

	s = sl_head(s, SEEN_MAX);
	if (!table || sl_iis(sl(said), "us-ascii") || is_no_wide(s, table))
		return guess_bytes(s);
	if (count_high(s) == 0) {
		label = strncmp(table, "ISO-2022", 8) != 0 && strcmp(table, "HZ") != 0 && strncmp(table, "UTF-", 4) != 0 ?
			by_escapes(s) : NULL;
		if (strcmp(table, "UTF-8") == 0 && sl_find(s, '\x1b') >= 0)
			label = by_escapes(s);
		return label && !sl_istarts(sl(label), "hz") ? label : said;
	}
	if (strcmp(table, "ISO-2022-JP") == 0 && sl_find(s, '\x1b') < 0) {
		label = guess_bytes(s);
		return sl_iis(sl(label), "windows-1252") ? said : label;
	}
	u = utf8_look(s);
	if (strcmp(table, "UTF-8") == 0)
		return u.good + u.broken >= u.bad || s.n < 4 ? said : guess_bytes(s);
	if (strncmp(table, "UTF-", 4) == 0)
		return said;
	if (u.bad + u.broken == 0 && (is_single_table(table) ? u.good > 0 : u.longer > 2 && u.longer * 2 > u.good))
		return "utf-8";
	return is_single_table(table) ? against_latin(s, said) : against_pairs(s, said);
}

/* The label in <meta charset="..."> or its older form, near the beginning. */
char *guess_meta(struct slice html)
{
	struct slice head = sl_head(html, 4096);
	ssize_t at;

	while ((at = sl_find(head, '=')) >= 0) {
		struct slice before = sl_trim(sl_head(head, (size_t)at)), label;
		size_t n = 0;

		head = sl_skip(head, (size_t)at + 1);
		if (before.n < 7 || !sl_iis(sl_skip(before, before.n - 7), "charset"))
			continue;
		label = sl_trim(head);
		while (label.n && (label.p[0] == '"' || label.p[0] == '\''))
			label = sl_skip(label, 1);
		while (n < label.n && (ascii_isalnum(label.p[n]) || memchr("-_.:", label.p[n], 4)))
			n++;
		label = sl_head(label, n);
		if (sl_istarts(label, "utf-16") || sl_istarts(label, "utf-32"))
			label = SL("utf-8");    /* who can read it reads ASCII; so says HTML, too */
		if (charset_table(label))
			return sl_dup(label);
	}
	return NULL;
}

/* ---- what the caller knows ---- */

void guess_reader(const char *locale)
{
	static const struct { const char *start, *label; } rows[] = {
		{ "ko", "euc-kr" }, { "ja", "shift_jis" }, { "zh_TW", "big5" }, { "zh_HK", "big5" }, { "zh", "gb18030" },
		{ "ru", "windows-1251" }, { "uk", "windows-1251" }, { "bg", "windows-1251" }, { "be", "windows-1251" },
		{ "el", "windows-1253" }, { "he", "windows-1255" }, { "ar", "windows-1256" }, { "fa", "windows-1256" },
		{ "th", "windows-874" }, { "tr", "windows-1254" }, { "vi", "windows-1258" },
		{ "pl", "iso-8859-2" }, { "cs", "windows-1250" }, { "sk", "windows-1250" }, { "hu", "iso-8859-2" },
		{ "hr", "windows-1250" }, { "sl", "windows-1250" }, { "ro", "iso-8859-2" },
		{ "lt", "windows-1257" }, { "lv", "windows-1257" },
	};

	reader = NULL;
	for (size_t i = 0; locale && i < ARRAY_LEN(rows) && !reader; i++)
		if (sl_starts(sl(locale), rows[i].start))
			reader = rows[i].label;
}

/* Of a line of a header what is written in words: not the name of the field, nor what stands
 * around the value of a parameter or a name. */
static struct slice words_of(struct slice line)
{
	size_t from = 0, to, first = 0;

	while (first < line.n && (unsigned char)line.p[first] < 0x80)
		first++;
	for (size_t i = 0; i < first; i++)
		from = strchr(":=\"<;", line.p[i]) && line.p[i] ? i + 1 : from;
	for (to = line.n; to > first && (unsigned char)line.p[to - 1] < 0x80; to--)
		;
	while (to < line.n && !strchr("\"<;", line.p[to]))
		to++;
	return sl_range(line.p + from, line.p + to);
}

/* The high bytes of a header are of one charset: that of its text, if it fits. */
void guess_header(struct slice block)
{
	struct slice rest = block, line;
	struct params params = { 0 };
	struct str raw;
	struct hdr type;
	const char *label;

	field_hint[0] = 0;
	if (!block.n || utf8_valid(block))
		return;
	str_init(&raw, SEEN_MAX);
	while (sl_line(&rest, &line)) {
		if (count_high(line) && str_addsl(&raw, words_of(line)) == 0)
			str_addc(&raw, '\n');
	}
	if (hdr_find(block, "Content-Type", &type) && sl_find(type.value, ';') >= 0)
		params_parse(sl_skip(type.value, (size_t)sl_find(type.value, ';') + 1), &mime_limits_default, &params);
	label = params_get(&params, "charset");
	if (label && charset_table(sl(label)) && !is_clean(str_sl(&raw), label))
		label = NULL;
	label = guess_said(str_sl(&raw), label);
	if (strlen(label) < sizeof(field_hint))
		snprintf(field_hint, sizeof(field_hint), "%s", label);
	params_release(&params);
	str_release(&raw);
}

const char *guess_field(struct slice text)
{
	return field_hint[0] && is_clean(text, field_hint) ? field_hint : guess_bytes(text);
}
