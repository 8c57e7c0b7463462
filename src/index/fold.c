/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fold: one character as the index knows it, the same for NFC and NFD:
 * compatibility forms off, case off, accents off Latin, Greek and Cyrillic;
 * elsewhere marks stay.  What is left is decomposed but for Korean syllables.
 */
#include "index/priv.h"
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>

bool ix_is_whole(uint32_t cp)
{
	return ix_in(cp, 0xAC00, 0xD7A3) || ix_in(cp, 0x4E00, 0x9FFF) ||
		ix_in(cp, 0x3041, 0x3096) || ix_in(cp, 0x30A1, 0x30FA) || cp == 0x30FC;
}

static bool is_pair(uint32_t cp)
{
	if (cp < 0x0E01)
		return false;
	return ix_is_whole(cp) || ix_in(cp, 0x0E01, 0x0E3A) || ix_in(cp, 0x0E40, 0x0E4E) ||     /* Thai */
		ix_in(cp, 0x0E81, 0x0ECF) || ix_in(cp, 0x0EDC, 0x0EDF) ||                    /* Lao */
		ix_in(cp, 0x1000, 0x103F) || ix_in(cp, 0x1050, 0x108F) ||                    /* Myanmar */
		ix_in(cp, 0x109A, 0x109D) || ix_in(cp, 0xAA60, 0xAA7F) || ix_in(cp, 0xA9E0, 0xA9FE) ||
		ix_in(cp, 0x1780, 0x17D3) || cp == 0x17D7 || ix_in(cp, 0x17DC, 0x17DD) ||    /* Khmer */
		ix_in(cp, 0x1100, 0x11FF) || ix_in(cp, 0xA960, 0xA97F) || ix_in(cp, 0xD7B0, 0xD7FF) ||
		ix_in(cp, 0x3131, 0x318E) ||                                              /* jamo */
		ix_in(cp, 0x3005, 0x3007) || ix_in(cp, 0x3021, 0x3029) || ix_in(cp, 0x3031, 0x3035) ||
		ix_in(cp, 0x3038, 0x303C) || ix_in(cp, 0x3099, 0x309A) || ix_in(cp, 0x309D, 0x309F) ||
		ix_in(cp, 0x30FD, 0x30FF) || ix_in(cp, 0x31F0, 0x31FF) || ix_in(cp, 0x1AFF0, 0x1B16F) ||
		ix_in(cp, 0x3105, 0x312F) || ix_in(cp, 0x31A0, 0x31BF) ||                    /* Bopomofo */
		ix_in(cp, 0x3400, 0x4DBF) || ix_in(cp, 0xF900, 0xFAFF) || ix_in(cp, 0x20000, 0x323AF);
}

/* Latin, Greek, Cyrillic. */
static bool is_bare(uint32_t cp)
{
	return cp < 0x530 || ix_in(cp, 0x1C80, 0x1C8F) || ix_in(cp, 0x1D00, 0x1FFF) ||
		ix_in(cp, 0x2C60, 0x2C7F) || ix_in(cp, 0x2DE0, 0x2DFF) || ix_in(cp, 0xA640, 0xA69F) ||
		ix_in(cp, 0xA720, 0xA7FF) || ix_in(cp, 0xAB30, 0xAB6F);
}

static enum ix_class classify(uint32_t cp)
{
	if (cp == 0x200B)
		return IX_SEP;     /* a place to break */
	if (uc_is_property_default_ignorable_code_point(cp))
		return IX_SKIP;
	if (is_pair(cp))
		return IX_PAIR;
	if (uc_is_general_category_withtable(cp, UC_CATEGORY_MASK_M))
		return IX_MARK;
	if (uc_is_general_category_withtable(cp, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_N))
		return is_bare(cp) ? IX_BARE : IX_LETTER;
	return IX_SEP;
}

/* Compatibility forms off, but Korean stays whole, and a sign is no word: "x™". */
static size_t decompose(uint32_t cp, uint32_t *to, size_t n, unsigned depth)
{
	ucs4_t parts[UC_DECOMPOSITION_MAX_LENGTH];
	bool sign = uc_is_general_category_withtable(cp, UC_CATEGORY_MASK_S) &&
		!ix_in(cp, 0x3200, 0x33FF);
	int tag, k = -1;

	if (!sign && depth < 8 && !ix_in(cp, 0x3131, 0x318E) && !ix_in(cp, 0xAC00, 0xD7A3))
		k = uc_decomposition(cp, &tag, parts);
	if (k <= 0 && n < IX_FOLD_MAX)
		to[n++] = cp;
	for (int i = 0; i < k; i++)
		n = decompose(parts[i], to, n, depth + 1);
	return n;
}

/* Letters that people type without what they are made of. */
static const char *plain(uint32_t cp)
{
	switch (cp) {
	case 0xE6:
		return "ae";
	case 0x153:
		return "oe";
	case 0xF8:
		return "o";
	case 0xF0:
	case 0x111:
		return "d";
	case 0xFE:
		return "th";
	case 0x127:
		return "h";
	case 0x131:
		return "i";
	case 0x142:
		return "l";
	case 0x167:
		return "t";
	}
	return NULL;
}

static size_t fold_slow(uint32_t cp, uint32_t out[IX_FOLD_MAX])
{
	uint32_t parts[IX_FOLD_MAX], folded[3 * IX_FOLD_MAX];
	size_t n = decompose(cp, parts, 0, 0), len = ARRAY_LEN(folded), made = 0;
	uint32_t *cased = u32_casefold(parts, n, NULL, UNINORM_NFD, folded, &len);
	bool bare = false;

	for (size_t i = 0; cased && i < len && made < IX_FOLD_MAX - 1; i++) {
		enum ix_class class = classify(cased[i]);
		const char *ascii = plain(cased[i]);

		if (class == IX_MARK && bare)
			continue;
		bare = class == IX_BARE;
		if (!ascii)
			out[made++] = IX_CP(cased[i], class);
		for (; ascii && *ascii; ascii++)
			out[made++] = IX_CP((uint32_t)*ascii, IX_BARE);
	}
	if (cased != folded)
		free(cased);
	return made;
}

/* The last ones asked for: most text of a script has few characters. */
size_t ix_fold(uint32_t cp, uint32_t out[IX_FOLD_MAX])
{
	static struct { uint32_t cp, n, to[2]; } cache[2048];
	size_t slot = cp % ARRAY_LEN(cache), n;

	if (cache[slot].cp != cp) {
		n = fold_slow(cp, out);
		if (n > ARRAY_LEN(cache[slot].to))
			return n;
		cache[slot].cp = cp;
		cache[slot].n = (uint32_t)n;
		memcpy(cache[slot].to, out, n * sizeof(out[0]));
	}
	memcpy(out, cache[slot].to, sizeof(cache[slot].to));
	return cache[slot].n;
}
