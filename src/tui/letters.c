/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * letters: graphemes, cleaning and case of text that is edited.  A boundary of
 * graphemes is found without reading a long line from its start.
 */
#include "tui/priv.h"
#include <unicase.h>
#include <unictype.h>
#include <unigbrk.h>

/* Is there a boundary between these two, whatever stands before (UAX 29)? */
static bool is_sure(uint32_t before, uint32_t cp)
{
	int gcb;

	if (before < 0x80 && cp < 0x80)
		return true;
	gcb = uc_graphemeclusterbreak_property(before);
	if (gcb == GBP_PREPEND || gcb == GBP_L)
		return false;
	gcb = uc_graphemeclusterbreak_property(cp);
	if (gcb == GBP_LV || gcb == GBP_LVT || gcb == GBP_L)
		return true;
	return gcb == GBP_OTHER && !(cp >= 0xA9 && uc_is_property_extended_pictographic(cp));
}

static size_t point_before(struct slice s, size_t at)
{
	do
		at--;
	while (at > 0 && ((unsigned char)s.p[at] & 0xC0) == 0x80);
	return at;
}

/* The last boundary before at that needs no look at more than its two neighbours, or 0. */
static size_t sure_start(struct slice s, size_t at)
{
	uint32_t before, cp;

	at = at ? point_before(s, at) : 0;
	while (at > 0) {
		size_t back = point_before(s, at);

		utf8_decode(sl_skip(s, at), &cp);
		utf8_decode(sl_skip(s, back), &before);
		if (is_sure(before, cp))
			break;
		at = back;
	}
	return at;
}

size_t grapheme_snap(struct slice s, size_t at)
{
	size_t i;

	if (at >= s.n)
		return s.n;
	for (i = sure_start(s, at); i < at; )
		i += utf8_grapheme(sl_skip(s, i));
	return i;
}

size_t grapheme_before(struct slice s, size_t at)
{
	size_t i = sure_start(s, at), next;

	while ((next = i + utf8_grapheme(sl_skip(s, i))) < at && next > i)
		i = next;
	return i;
}

int clean_behind(struct str *out, struct slice before, struct slice text, int flags)
{
	struct slice last;
	struct str joined, clean;
	int rc;

	if (before.n == 0)
		return utf8_sanitize(out, text, flags);
	last = sl_skip(before, grapheme_before(before, before.n));
	str_init(&joined, STR_MAX);
	str_init(&clean, STR_MAX);
	rc = str_reserve(&joined, last.n + text.n);
	rc |= str_reserve(&clean, MIN(4 * (last.n + text.n), STR_MAX / 2));
	rc |= str_addsl(&joined, last);
	rc |= str_addsl(&joined, text);
	rc |= utf8_sanitize(&clean, str_sl(&joined), flags);
	if (rc == 0 && clean.n >= last.n && sl_eq(sl_head(str_sl(&clean), last.n), last))
		rc = str_addsl(out, sl_skip(str_sl(&clean), last.n));
	else if (rc == 0)
		rc = utf8_sanitize(out, text, flags);
	str_wipe(&joined);      /* it may be a password */
	str_wipe(&clean);
	str_release(&joined);
	str_release(&clean);
	return rc;
}

void add_cased(struct str *out, struct slice s, enum text_case how)
{
	const uint8_t *p = (const uint8_t *)s.p;
	uint8_t *changed = NULL;
	size_t n = 0;

	switch (how) {
	case CASE_UPPER:
		changed = u8_toupper(p, s.n, NULL, NULL, NULL, &n);
		break;
	case CASE_LOWER:
		changed = u8_tolower(p, s.n, NULL, NULL, NULL, &n);
		break;
	case CASE_TITLE:
		changed = u8_totitle(p, s.n, NULL, NULL, NULL, &n);
		break;
	}
	str_add(out, changed, changed ? n : 0);
	free(changed);
}
