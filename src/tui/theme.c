/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * theme: what each style looks like, on terminals of every number of colours.
 * Red and green never speak alone: what they say stands in words or marks, too.
 */
#include "tui/priv.h"

#define N LOOK_NONE
/* style, name; dark: fg, bg, fg16, bg16, attributes; light: the same; without colour */
#define STYLES(X) \
	X(NORMAL, "normal", L(N, N, -1, -1, 0), L(N, N, -1, -1, 0), 0) \
	X(BAR, "bar", L(0xE8E8F0, 0x303A58, 15, 4, 0), L(0x1A2440, 0xC6D2EE, 0, 7, 0), ATTR_REVERSE) \
	X(HINT, "hint", L(0xB0B4C0, N, 7, -1, 0), L(0x4A4E5A, N, 0, -1, 0), 0) \
	X(HINT_KEY, "hint-key", L(0x8AB4F8, N, 14, -1, ATTR_BOLD), L(0x0B4FB3, N, 4, -1, ATTR_BOLD), ATTR_REVERSE) \
	X(CURSOR, "cursor", L(0xFFFFFF, 0x2B5A94, 0, 6, 0), L(0x000000, 0xA9CDF5, 15, 4, 0), ATTR_REVERSE) \
	X(TAGGED, "tagged", L(0xF5C86B, N, 11, -1, ATTR_BOLD), L(0x7A4A00, N, 5, -1, ATTR_BOLD), ATTR_BOLD | ATTR_UNDERLINE) \
	X(UNREAD, "unread", L(0xFFFFFF, N, 15, -1, ATTR_BOLD), L(0x000000, N, 0, -1, ATTR_BOLD), ATTR_BOLD) \
	X(FLAGGED, "flagged", L(0xFF9F80, N, 9, -1, 0), L(0xB02A00, N, 1, -1, 0), ATTR_UNDERLINE) \
	X(DELETED, "deleted", L(0x8F94A0, N, 8, -1, ATTR_DIM), L(0x6B6F78, N, 8, -1, ATTR_DIM), ATTR_DIM) \
	X(TREE, "tree", L(0x7F9F8F, N, 6, -1, 0), L(0x3F6B52, N, 6, -1, 0), 0) \
	X(DIM, "dim", L(0x9A9EAA, N, 8, -1, 0), L(0x646872, N, 8, -1, 0), ATTR_DIM) \
	X(HEADER, "header", L(0xC8D0E0, N, 7, -1, 0), L(0x2A3448, N, 0, -1, 0), 0) \
	X(HEADER_NAME, "header-name", L(0x8AC8E8, N, 14, -1, ATTR_BOLD), L(0x0A5A80, N, 6, -1, ATTR_BOLD), ATTR_BOLD) \
	X(QUOTE1, "quote1", L(0x8FC99A, N, 10, -1, 0), L(0x1F6B2F, N, 2, -1, 0), ATTR_DIM) \
	X(QUOTE2, "quote2", L(0xD8B878, N, 11, -1, 0), L(0x7A5200, N, 5, -1, 0), ATTR_UNDERLINE) \
	X(QUOTE3, "quote3", L(0xB8A0E8, N, 13, -1, 0), L(0x5A3AA0, N, 4, -1, 0), ATTR_DIM | ATTR_UNDERLINE) \
	X(SIGNATURE, "signature", L(0x9AA0B4, N, 8, -1, 0), L(0x5C6270, N, 8, -1, 0), ATTR_DIM) \
	X(LINK, "link", L(0x80B8FF, N, 12, -1, ATTR_UNDERLINE), L(0x0A4EC0, N, 4, -1, ATTR_UNDERLINE), ATTR_UNDERLINE) \
	X(BOLD, "bold", L(N, N, -1, -1, ATTR_BOLD), L(N, N, -1, -1, ATTR_BOLD), ATTR_BOLD) \
	X(ITALIC, "italic", L(N, N, -1, -1, ATTR_ITALIC), L(N, N, -1, -1, ATTR_ITALIC), ATTR_ITALIC) \
	X(ATTACHMENT, "attachment", L(0xE0A8D8, N, 13, -1, 0), L(0x862A78, N, 5, -1, 0), ATTR_BOLD) \
	X(MATCH, "match", L(0x000000, 0xF0D060, 0, 3, 0), L(0x000000, 0xFFE27A, 0, 3, 0), ATTR_REVERSE | ATTR_UNDERLINE) \
	X(SELECTION, "selection", L(0xFFFFFF, 0x4A5A78, 0, 7, 0), L(0x000000, 0xC4D0E4, 15, 4, 0), ATTR_REVERSE) \
	X(WARNING, "warning", L(0xFFCC66, N, 11, -1, ATTR_BOLD), L(0x8A4B00, N, 1, -1, 0), ATTR_BOLD) \
	X(ERROR, "error", L(0xFFFFFF, 0xB3261E, 15, 1, ATTR_BOLD), L(0xFFFFFF, 0xB3261E, 15, 1, ATTR_BOLD), ATTR_REVERSE | ATTR_BOLD) \
	X(GOOD, "good", L(0x7FD88F, N, 10, -1, 0), L(0x1A6B2A, N, 2, -1, 0), ATTR_BOLD) \
	X(PROMPT, "prompt", L(0xE8ECF8, N, 15, -1, ATTR_BOLD), L(0x101830, N, 0, -1, ATTR_BOLD), ATTR_BOLD) \
	X(FIELD, "field", L(0xF0F2F8, 0x2C313C, 15, -1, ATTR_UNDERLINE), L(0x101420, 0xE6EAF2, 0, -1, ATTR_UNDERLINE), ATTR_UNDERLINE) \
	X(MISSPELT, "misspelt", L(0xFF8080, N, 9, -1, ATTR_UNDERLINE), L(0xC0182A, N, 1, -1, ATTR_UNDERLINE), ATTR_UNDERLINE | ATTR_BOLD) \
	X(BORDER, "border", L(0x8088A0, N, 8, -1, 0), L(0x5A6478, N, 8, -1, 0), 0) \
	X(CLIENT, "client", L(0x8AB4F8, N, 14, -1, 0), L(0x0B4FB3, N, 4, -1, 0), ATTR_BOLD) \
	X(SERVER, "server", L(0x8FC99A, N, 10, -1, 0), L(0x1F6B2F, N, 2, -1, 0), 0)

#define NAME(style, name, dark, light, mono)   [STYLE_##style] = name,
#define DARK(style, name, dark, light, mono)   [STYLE_##style] = { dark, mono },
#define LIGHT(style, name, dark, light, mono)  [STYLE_##style] = { light, mono },
#define MONO(style, name, dark, light, mono)   [STYLE_##style] = { L(N, N, -1, -1, mono), mono },
#define L(fg, bg, fg16, bg16, attrs)           fg, bg, fg16, bg16, attrs

static const char *const names[STYLE_COUNT] = { STYLES(NAME) };
static const struct look dark_looks[STYLE_COUNT] = { STYLES(DARK) };
static const struct look light_looks[STYLE_COUNT] = { STYLES(LIGHT) };
static const struct look mono_looks[STYLE_COUNT] = { STYLES(MONO) };

static const struct theme themes[] = {
	{ "dark", dark_looks }, { "light", light_looks }, { "mono", mono_looks },
};

const char *style_name(enum style s)
{
	bug_on((unsigned)s >= STYLE_COUNT);
	return names[s];
}

int style_by_name(struct slice name, enum style *out)
{
	for (int i = 0; i < STYLE_COUNT; i++)
		if (sl_iis(name, names[i])) {
			*out = (enum style)i;
			return 0;
		}
	return -1;
}

const struct theme *theme_by_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(themes); i++)
		if (sl_iis(sl(name), themes[i].name))
			return &themes[i];
	return NULL;
}

const struct theme *theme_next(const struct theme *t)
{
	if (!t)
		return themes;
	return t + 1 < themes + ARRAY_LEN(themes) ? t + 1 : NULL;
}

/* ---- the 240 fixed colours of xterm ---- */

static int square(int x)
{
	return x * x;
}

static int distance(int rgb, int r, int g, int b)
{
	return square((rgb >> 16 & 255) - r) + square((rgb >> 8 & 255) - g) + square((rgb & 255) - b);
}

static int nearest_level(int x)
{
	return x < 48 ? 0 : x < 115 ? 1 : (x - 35) / 40;
}

int colour_256(int rgb)
{
	static const int levels[] = { 0, 95, 135, 175, 215, 255 };
	int r = nearest_level(rgb >> 16 & 255), g = nearest_level(rgb >> 8 & 255), b = nearest_level(rgb & 255);
	int mean = ((rgb >> 16 & 255) + (rgb >> 8 & 255) + (rgb & 255)) / 3;
	int grey = mean < 8 ? 0 : mean > 238 ? 23 : (mean - 3) / 10;
	int level = 8 + 10 * grey;

	if (distance(rgb, level, level, level) < distance(rgb, levels[r], levels[g], levels[b]))
		return 232 + grey;
	return 16 + 36 * r + 6 * g + b;
}
