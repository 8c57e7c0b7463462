/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * utf8: code points, grapheme clusters and the columns they take, cleaning.
 * Tables come from libunistring; bytes are never trusted to be UTF-8.
 *
 * Invariants of what utf8_sanitize writes: valid UTF-8; every code point is
 * seen or changes how its neighbour looks; a cluster has 33 code points at
 * most, stands on a base, and its width is what utf8_width says.  What is kept,
 * dropped or marked depends only on what was written before and on the next
 * code point, so that cleaning twice changes nothing.
 */
#include "base/base.h"
#include <unicase.h>
#include <unictype.h>
#include <unigbrk.h>
#include <unilbrk.h>
#include <uninorm.h>
#include <unistr.h>
#include <uniwidth.h>

#define CLUSTER_MAX 33  /* a base and 32 marks */

/* ---- code points ---- */

size_t utf8_decode(struct slice s, uint32_t *cp)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const unsigned char *)s.p;
	uint32_t c = p[0];
	size_t n = c < 0x80 ? 1 : c < 0xC2 ? 0 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : c < 0xF5 ? 4 : 0;

	*cp = c;
	if (n == 1)
		return 1;
	*cp = UTF8_BAD;
	if (n == 0 || n > s.n)
		return 1;
	c &= 0x7Fu >> n;
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return 1;
		c = c << 6 | (p[i] & 0x3F);
	}
	if (c < least[n] || (c >= 0xD800 && c <= 0xDFFF) || c > 0x10FFFF)
		return 1;
	*cp = c;
	return n;
}

size_t utf8_encode(uint32_t cp, char out[4])
{
	if (cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF))
		cp = UTF8_BAD;
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xC0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3F));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xE0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
		out[2] = (char)(0x80 | (cp & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
	out[3] = (char)(0x80 | (cp & 0x3F));
	return 4;
}

bool utf8_valid(struct slice s)
{
	uint64_t eight;

	for (; s.n >= sizeof(eight); s.p += sizeof(eight), s.n -= sizeof(eight)) {
		memcpy(&eight, s.p, sizeof(eight));
		if (eight & UINT64_C(0x8080808080808080))
			break;
	}
	return s.n == 0 || u8_check((const uint8_t *)s.p, s.n) == NULL;
}

static size_t ascii_run(struct slice s)
{
	size_t i = 0;

	while (i < s.n && s.p[i] >= 0x20 && s.p[i] < 0x7F)
		i++;
	return i;
}

/* ---- clusters (UAX 29) and columns ---- */

/* Where a walk over code points stands in its cluster. */
struct walk {
	int gcb;                /* of the last code point                */
	unsigned run;           /* code points in this cluster, 0 before the first */
	bool pict;              /* it is a pictograph and its extensions */
	bool pict_zwj;          /* ... and then a joiner                 */
	bool ri_open;           /* half a flag                           */
};

static bool is_pict(uint32_t cp)
{
	return cp >= 0xA9 && uc_is_property_extended_pictographic(cp);
}

static bool is_joined(const struct walk *w, int gcb, bool pict)
{
	switch (w->gcb) {
	case GBP_CR:
		return gcb == GBP_LF;                                   /* GB3 */
	case GBP_LF:
	case GBP_CONTROL:
		return false;                                           /* GB4 */
	}
	switch (gcb) {
	case GBP_CR:
	case GBP_LF:
	case GBP_CONTROL:
		return false;                                           /* GB5 */
	case GBP_EXTEND:
	case GBP_ZWJ:
	case GBP_SPACINGMARK:
		return true;                                            /* GB9, 9a */
	case GBP_L:
	case GBP_LV:
	case GBP_LVT:
		return w->gcb == GBP_L || w->gcb == GBP_PREPEND;        /* GB6 */
	case GBP_V:
		return w->gcb == GBP_L || w->gcb == GBP_V || w->gcb == GBP_LV ||
			w->gcb == GBP_PREPEND;                          /* GB6, 7 */
	case GBP_T:
		return w->gcb == GBP_V || w->gcb == GBP_LV || w->gcb == GBP_T ||
			w->gcb == GBP_LVT || w->gcb == GBP_PREPEND;     /* GB7, 8 */
	case GBP_RI:
		return w->ri_open || w->gcb == GBP_PREPEND;             /* GB12, 13 */
	}
	return (pict && w->pict_zwj) || w->gcb == GBP_PREPEND;          /* GB11, 9b */
}

/* Takes one code point; false when a new cluster begins with it. */
static bool walk_next(struct walk *w, uint32_t cp, int gcb)
{
	bool pict = is_pict(cp);
	bool joined = w->run && is_joined(w, gcb, pict);
	bool extends = joined && w->pict;

	w->pict_zwj = extends && gcb == GBP_ZWJ;
	w->pict = pict || (extends && gcb == GBP_EXTEND);
	w->ri_open = gcb == GBP_RI && !(joined && w->ri_open);
	w->run = joined ? w->run + 1 : 1;
	w->gcb = gcb;
	return joined;
}

static int char_width(uint32_t cp, int gcb)
{
	int width = uc_width(cp, "UTF-8");

	if (width == 0 && gcb == GBP_PREPEND)
		return 1;       /* signs of Arabic that are seen */
	if (width == 1 && cp >= 0x1F300 && cp <= 0x1FAFF && is_pict(cp) &&
	    uc_is_general_category(cp, UC_UNASSIGNED))
		return 2;       /* an emoji younger than our tables */
	return MAX(width, 0);
}

static size_t first_cluster(struct slice s, int *cols)
{
	struct walk w = { .gcb = GBP_OTHER };
	size_t used = 0;

	*cols = 0;
	while (used < s.n) {
		struct walk before = w;
		uint32_t cp;
		size_t n = utf8_decode(sl_skip(s, used), &cp);
		int gcb = uc_graphemeclusterbreak_property(cp);
		int width = char_width(cp, gcb);

		if (!walk_next(&w, cp, gcb) && used)
			break;
		used += n;
		/* a skin or the next figure of a group: drawn in the first one's cells */
		if (width && used > n && (before.pict_zwj || (before.pict && gcb == GBP_EXTEND)))
			*cols = MAX(*cols, 2);
		else
			*cols += width;
	}
	return used;
}

/* An ASCII letter that nothing can combine with needs no tables. */
static size_t next_cluster(struct slice s, int *cols)
{
	if (ascii_run(sl_head(s, 1)) && (s.n == 1 || (unsigned char)s.p[1] < 0x80)) {
		*cols = 1;
		return 1;
	}
	return first_cluster(s, cols);
}

size_t utf8_grapheme(struct slice s)
{
	int cols;

	return s.n ? next_cluster(s, &cols) : 0;
}

int utf8_width(struct slice s)
{
	int used;

	utf8_fit(s, INT32_MAX, &used);
	return used;
}

size_t utf8_fit(struct slice s, int cols, int *used)
{
	size_t at = 0;
	int taken = 0;

	while (at < s.n) {
		int width;
		size_t n = next_cluster(sl_skip(s, at), &width);

		if (width > cols - taken)
			break;
		taken += width;
		at += n;
	}
	if (used)
		*used = taken;
	return at;
}

static size_t without_blanks(struct slice s)
{
	while (s.n && s.p[s.n - 1] == ' ')
		s.n--;
	return s.n;
}

/* A mark belongs to what stands before it, be that a blank. */
static bool is_inside(struct slice s, size_t at)
{
	uint32_t cp;
	int gcb;

	if (at >= s.n || (unsigned char)s.p[at] < 0x80)
		return false;
	utf8_decode(sl_skip(s, at), &cp);
	gcb = uc_graphemeclusterbreak_property(cp);
	return gcb == GBP_EXTEND || gcb == GBP_ZWJ || gcb == GBP_SPACINGMARK;
}

/* The last place at or before end where s may be broken; 0: nowhere.  It hangs
 * on what follows too, a few marks further on at most. */
static size_t last_break(struct slice s, size_t end)
{
	size_t seen = MIN(s.n, end + 64), at = end;
	char small[1024], *breaks = seen <= sizeof(small) ? small : mem_alloc(seen);

	while (seen < s.n && seen > end + 1 && ((unsigned char)s.p[seen] & 0xC0) == 0x80)
		seen--;
	u8_possible_linebreaks((const uint8_t *)s.p, seen, "UTF-8", breaks);
	while (at > 0 && (is_inside(s, at) || (breaks[at] != UC_BREAK_POSSIBLE && breaks[at] != UC_BREAK_MANDATORY) ||
	    ((s.p[at - 1] == '.' || s.p[at - 1] == ',') && ascii_isalnum(s.p[at])) ||   /* LB29, which the tables lack */
	    (at > 1 && s.p[at - 1] == '/' && s.p[at - 2] == '/')))      /* nor "http://", alone */
		at--;
	if (breaks != small)
		free(breaks);
	return at;
}

/* A stretch that is looked at and left for the next row begins that one, so
 * that nothing is looked at more than twice. */
size_t utf8_wrap(struct slice s, int cols, int *used)
{
	int taken;
	size_t fit = utf8_fit(s, cols, &taken), end, at;
	ssize_t line = sl_find(sl_head(s, fit + 1), '\n');

	if (line >= 0)
		fit = end = (size_t)line + 1;
	else
		end = fit = s.n && fit == 0 ? utf8_grapheme(s) : fit;
	while (line < 0 && end < s.n && s.p[end] == ' ')
		end++;
	at = end == s.n || line >= 0 ? end : last_break(s, end);
	if (at == 0 || without_blanks(sl_head(s, at)) == 0)
		at = end > fit && !is_inside(s, end) ? end : fit;
	if (used)
		*used = utf8_width(sl_head(s, without_blanks(sl_head(s, at))));
	return at;
}

/* ---- cleaning ---- */

struct cleaner {
	struct str *out;
	struct slice in;
	size_t at, flushed;     /* in[flushed, at) is fine as it is      */
	struct walk w;          /* over what is written                  */
	uint32_t last;          /* the last code point of that, or 0     */
	int flags;
	int rc;
};

static void keep(struct cleaner *c, uint32_t cp, int gcb, size_t n)
{
	walk_next(&c->w, cp, gcb);
	c->last = cp;
	c->at += n;
}

static void put(struct cleaner *c, const char *text, size_t text_n)
{
	c->rc |= str_add(c->out, c->in.p + c->flushed, c->at - c->flushed);
	c->rc |= str_add(c->out, text, text_n);
	c->flushed = c->at;
}

static void drop(struct cleaner *c, size_t n)
{
	put(c, NULL, 0);
	c->at += n;
	c->flushed = c->at;
}

static void put_instead(struct cleaner *c, uint32_t cp, size_t n)
{
	char text[4];

	size_t text_n = utf8_encode(cp, text);

	put(c, text, text_n);
	keep(c, cp, GBP_OTHER, n);
	c->flushed = c->at;
}

static void mark(struct cleaner *c, size_t n)
{
	put_instead(c, UTF8_BAD, n);
}

/* 0 at the end */
static uint32_t peek(const struct cleaner *c, size_t n)
{
	struct slice rest = sl_skip(c->in, c->at + n);
	uint32_t cp = 0;

	if (rest.n)
		utf8_decode(rest, &cp);
	return cp;
}

static void clean_control(struct cleaner *c, uint32_t cp, size_t n)
{
	bool lines = c->flags & CLEAN_LINES;

	if ((cp == '\n' && lines) || (cp == '\t' && c->flags & CLEAN_TABS)) {
		keep(c, cp, GBP_CONTROL, n);
		c->w.run = 0;   /* what follows has nothing to stand on */
	} else if (cp == '\r' && lines && peek(c, n) == '\n') {
		drop(c, n);
	} else if (cp == '\t') {
		put_instead(c, ' ', n);
	} else if (cp < 0x20) {
		put_instead(c, 0x2400 + cp, n);
	} else if (cp == 0x7F) {
		put_instead(c, 0x2421, n);
	} else {
		mark(c, n);
	}
}

static bool is_selector(uint32_t cp)
{
	return (cp >= 0xFE00 && cp <= 0xFE0F) || (cp >= 0xE0100 && cp <= 0xE01EF);
}

/* Invisible characters that honest typesetting uses: soft hyphen, grapheme
 * joiner, direction marks and isolates, selectors, (non-)joiners, spaces of no
 * width.  The overrides U+202D and U+202E are not among them. */
static bool is_typographic(uint32_t cp)
{
	return cp == 0xAD || cp == 0x34F || cp == 0x61C || cp == 0x17B4 || cp == 0x17B5 ||
		(cp >= 0x180B && cp <= 0x180F) || (cp >= 0x200B && cp <= 0x200F) ||
		(cp >= 0x202A && cp <= 0x202C) || cp == 0x2060 ||
		(cp >= 0x2066 && cp <= 0x2069) || cp == 0xFEFF || is_selector(cp);
}

/* What cannot be seen goes without a trace only where it cannot hide a
 * difference between two names: in running text, after letters of the scripts
 * that need it, in an emoji.  Between ASCII letters it leaves a mark. */
static void clean_invisible(struct cleaner *c, uint32_t cp, int gcb, size_t n)
{
	bool is_tag = cp >= 0xE0020 && cp <= 0xE007F;

	if (gcb == GBP_ZWJ && c->w.pict && c->w.run < CLUSTER_MAX - 1 && is_pict(peek(c, n)))
		keep(c, cp, gcb, n);
	else if (c->w.pict && (is_tag || is_selector(cp)))
		drop(c, n);
	else if (cp == 0xFE0F && peek(c, n) == 0x20E3)
		drop(c, n);
	else if (is_typographic(cp) && (c->flags & CLEAN_LINES || c->last >= 0x590))
		drop(c, n);
	else
		mark(c, n);
}

static bool is_nonchar(uint32_t cp)
{
	return (cp & 0xFFFE) == 0xFFFE || (cp >= 0xFDD0 && cp <= 0xFDEF);
}

static void clean_visible(struct cleaner *c, uint32_t cp, size_t n)
{
	int gcb = uc_graphemeclusterbreak_property(cp);
	struct walk next = c->w;
	bool joined = walk_next(&next, cp, gcb);
	bool seen = char_width(cp, gcb) > 0;

	if (joined && (next.run > CLUSTER_MAX ||
	    (gcb == GBP_PREPEND && next.run == CLUSTER_MAX))) {
		drop(c, n);
	} else if (!seen && !joined && gcb == GBP_EXTEND) {
		put(c, "\xE2\x97\x8C", 3);      /* a dotted circle to stand on */
		walk_next(&c->w, 0x25CC, GBP_OTHER);
		keep(c, cp, gcb, n);
	} else if (!seen && !joined) {
		mark(c, n);                     /* a vowel without its consonant */
	} else {
		keep(c, cp, gcb, n);
	}
}

/* Letters of the commonest scripts, which are neither joined nor hidden. */
static bool is_plain(uint32_t cp)
{
	return (cp >= 0x4E00 && cp <= 0x9FFF) || (cp >= 0x3041 && cp <= 0x3096) ||
		(cp >= 0x30A1 && cp <= 0x30FA) || (cp >= 0xC0 && cp <= 0x24F) ||
		(cp >= 0x370 && cp <= 0x482);
}

static void clean_one(struct cleaner *c)
{
	uint32_t cp;
	size_t n = utf8_decode(sl_skip(c->in, c->at), &cp);
	int gcb;

	if (cp < 0x20 || (cp >= 0x7F && cp < 0xA0)) {
		clean_control(c, cp, n);
	} else if (cp == UTF8_BAD && n == 1) {
		mark(c, n);
	} else if (is_plain(cp)) {
		keep(c, cp, GBP_OTHER, n);
	} else if (uc_is_property_default_ignorable_code_point(cp)) {
		gcb = uc_graphemeclusterbreak_property(cp);
		clean_invisible(c, cp, gcb, n);
	} else {
		gcb = uc_graphemeclusterbreak_property(cp);
		if (gcb == GBP_CONTROL || is_nonchar(cp))
			mark(c, n);
		else
			clean_visible(c, cp, n);
	}
}

int utf8_sanitize(struct str *out, struct slice in, int flags)
{
	struct cleaner c = { .out = out, .in = in, .flags = flags };
	size_t start = out->n;

	if (in.n == 0)
		return 0;
	while (c.at < in.n && c.rc == 0) {
		size_t run = ascii_run(sl_skip(in, c.at));

		if (run) {
			c.at += run - 1;
			if (run > 1)
				c.w = (struct walk){ .gcb = GBP_OTHER };
			keep(&c, (uint32_t)in.p[c.at], GBP_OTHER, 1);
		} else {
			clean_one(&c);
		}
	}
	if (c.rc == 0)
		put(&c, NULL, 0);
	if (c.rc != 0)
		str_cut(out, start);
	return c.rc;
}

/* ---- normal forms ---- */

static int add_result(struct str *out, uint8_t *text, size_t n)
{
	int rc;

	bug_on(!text);          /* valid text went in: only memory can be missing */
	rc = str_add(out, text, n);
	free(text);
	return rc;
}

/* libunistring wants valid text. */
static struct slice valid_form(struct slice in, struct str *room)
{
	char text[4];
	uint32_t cp;
	size_t n;

	if (utf8_valid(in))
		return in;
	while (in.n) {
		in = sl_skip(in, utf8_decode(in, &cp));
		n = utf8_encode(cp, text);
		str_add(room, text, n);
	}
	return str_sl(room);
}

int utf8_nfc(struct str *out, struct slice in)
{
	struct str room;
	size_t n = 0;
	uint8_t *text;

	if (ascii_run(in) == in.n)
		return str_addsl(out, in);
	str_init(&room, STR_MAX * 3);
	in = valid_form(in, &room);
	text = u8_normalize(UNINORM_NFC, (const uint8_t *)in.p, in.n, NULL, &n);
	str_release(&room);
	return add_result(out, text, n);
}

int utf8_casefold(struct str *out, struct slice in)
{
	struct str room;
	size_t n = 0, start = out->n;
	uint8_t *text;

	if (ascii_run(in) == in.n) {
		if (str_addsl(out, in) != 0)
			return -1;
		for (size_t i = start; i < out->n; i++)
			out->p[i] = (char)ascii_lower(out->p[i]);
		return 0;
	}
	str_init(&room, STR_MAX * 3);
	in = valid_form(in, &room);
	text = u8_casefold((const uint8_t *)in.p, in.n, NULL, UNINORM_NFC, NULL, &n);
	str_release(&room);
	return add_result(out, text, n);
}
