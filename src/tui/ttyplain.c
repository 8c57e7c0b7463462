/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ttyplain: a cell in the characters that the locale has.  Whatever comes out
 * takes exactly the columns of the cell, and the C library agrees on that.
 */
#include "tui/priv.h"
#include <langinfo.h>
#include <limits.h>
#include <uninorm.h>

/* ASCII in place of what a terminal of few characters lacks. */
static const struct { uint32_t first, last; char c; } stand_ins[] = {
	{ 0xA0, 0xA0, ' ' }, { 0xAB, 0xAB, '<' }, { 0xBB, 0xBB, '>' }, { 0xB7, 0xB7, '*' }, { 0xD7, 0xD7, 'x' },
	{ 0x2002, 0x200A, ' ' }, { 0x202F, 0x202F, ' ' },
	{ 0x2010, 0x2015, '-' }, { 0x2212, 0x2212, '-' },
	{ 0x2018, 0x201B, '\'' }, { 0x201C, 0x201F, '"' }, { 0x2039, 0x2039, '<' }, { 0x203A, 0x203A, '>' },
	{ 0x2022, 0x2022, '*' }, { 0x2026, 0x2026, '~' },
	{ 0x2190, 0x2190, '<' }, { 0x2191, 0x2191, '^' }, { 0x2192, 0x2192, '>' }, { 0x2193, 0x2193, 'v' },
	{ 0x21B5, 0x21B5, '<' }, { 0x21A9, 0x21A9, '<' }, { 0x21AA, 0x21AA, '>' },
	{ 0x2500, 0x2501, '-' }, { 0x2502, 0x2503, '|' }, { 0x2504, 0x2505, '-' }, { 0x2506, 0x2507, '|' },
	{ 0x2508, 0x2509, '-' }, { 0x250A, 0x250B, '|' }, { 0x250C, 0x2513, '+' }, { 0x2514, 0x2517, '`' },
	{ 0x2518, 0x251B, '\'' }, { 0x251C, 0x2523, '|' }, { 0x2524, 0x254B, '+' }, { 0x254C, 0x254D, '-' },
	{ 0x254E, 0x254F, '|' }, { 0x2550, 0x2550, '=' }, { 0x2551, 0x2551, '|' }, { 0x2552, 0x256C, '+' },
	{ 0x256D, 0x256E, '+' }, { 0x256F, 0x256F, '\'' }, { 0x2570, 0x2570, '`' },
	{ 0x2574, 0x2574, '-' }, { 0x2588, 0x2588, '#' }, { 0x2591, 0x2593, '#' },
	{ 0x25A0, 0x25A1, '#' }, { 0x25B2, 0x25B3, '^' }, { 0x25B6, 0x25B9, '>' }, { 0x25BC, 0x25BF, 'v' },
	{ 0x25C0, 0x25C3, '<' }, { 0x25C6, 0x25C7, '*' }, { 0x25CB, 0x25CB, 'o' }, { 0x25CF, 0x25CF, '*' },
	{ 0x2605, 0x2606, '*' }, { 0x2690, 0x2691, '!' }, { 0x26A0, 0x26A0, '!' }, { 0x2709, 0x2709, 'm' },
	{ 0x2713, 0x2714, 'x' }, { 0x2717, 0x2718, 'x' }, { 0x276F, 0x276F, '>' },
};

static bool plain_is_utf8(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* Has the locale this character, and in as many columns? */
static bool has(uint32_t cp, int width)
{
	char bytes[MB_LEN_MAX];
	mbstate_t state;

	if (cp < 0x7F)
		return width == 1;
	memset(&state, 0, sizeof(state));
	return wcrtomb(bytes, (wchar_t)cp, &state) != (size_t)-1 && wcwidth((wchar_t)cp) == width;
}

static wchar_t stand_in(uint32_t cp)
{
	ucs4_t parts[UC_DECOMPOSITION_MAX_LENGTH];

	for (size_t i = 0; i < ARRAY_LEN(stand_ins); i++)
		if (cp >= stand_ins[i].first && cp <= stand_ins[i].last)
			return (wchar_t)stand_ins[i].c;
	if (uc_canonical_decomposition(cp, parts) > 0 && parts[0] < 0x7F)
		return (wchar_t)parts[0];       /* a letter without its accent */
	return has(UTF8_BAD, 1) ? (wchar_t)UTF8_BAD : L'?';
}

static void put_stand_ins(struct plain *out, uint32_t cp, int width)
{
	wchar_t c = stand_in(cp);

	out->n = width;
	for (int i = 0; i < width; i++) {
		out->text[i][0] = i && c == (wchar_t)UTF8_BAD ? L' ' : c;
		out->text[i][1] = 0;
	}
}

void plain_cell(const struct cell *c, struct plain *out)
{
	struct slice rest = sl_make(c->text, c->n);
	size_t n = 0;
	uint32_t cp;

	rest = sl_skip(rest, utf8_decode(rest, &cp));
	if (!has(cp, c->width)) {
		put_stand_ins(out, cp, c->width);
		return;
	}
	out->n = 1;
	out->text[0][n++] = (wchar_t)cp;
	while (rest.n && n < 5) {
		rest = sl_skip(rest, utf8_decode(rest, &cp));
		if (has(cp, 0))
			out->text[0][n++] = (wchar_t)cp;
	}
	out->text[0][n] = 0;
}

void plain_text(struct str *out, struct slice utf8, int cols)
{
	struct str clean;
	struct slice rest;
	bool is_utf8 = plain_is_utf8();

	str_init(&clean, 1 << 14);
	utf8_sanitize(&clean, sl_head(utf8, 1 << 12), CLEAN_LINE);
	rest = sl_head(str_sl(&clean), utf8_fit(str_sl(&clean), cols, NULL));
	while (rest.n) {
		uint32_t cp;
		size_t n = utf8_decode(rest, &cp);

		if (cp < 0x7F || is_utf8)
			str_add(out, rest.p, n);
		else
			str_addc(out, '?');
		rest = sl_skip(rest, n);
	}
	str_release(&clean);
}
