/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * qbytes: a regular expression over characters of UTF-8 becomes one over bytes,
 * which needs no locale and which regexec runs fastest.  A character beyond
 * ASCII becomes a group, "." and brackets become all the bytes that they mean.
 * What is rewritten must be valid UTF-8, and so must the text that is searched.
 */
#include "query/priv.h"

#define HIGH "[\xC2-\xF4][\x80-\xBF]+"  /* one character beyond ASCII */

struct range { uint32_t lo, hi; };
struct set {
	struct str ascii;       /* members, as in the expression */
	struct range *v; size_t n, cap;
};

/* ---- characters to bytes ---- */

/* lo and hi have as many bytes as each other where this ends. */
static void add_range(struct str *out, uint32_t lo, uint32_t hi)
{
	static const uint32_t last[] = { 0x7FF, 0xD7FF, 0xDFFF, 0xFFFF };
	char a[4], b[4];
	size_t n;

	for (size_t i = 0; i < ARRAY_LEN(last); i++) {
		if (lo <= last[i] && hi > last[i]) {
			add_range(out, lo, last[i]);
			add_range(out, last[i] + 1, hi);
			return;
		}
	}
	if (lo >= 0xD800 && lo <= 0xDFFF)
		return;                                 /* surrogates are in no text */
	for (unsigned bits = 6; bits <= 18; bits += 6) {
		uint32_t m = ((uint32_t)1 << bits) - 1;

		if ((lo & ~m) == (hi & ~m))
			continue;
		if ((lo & m) != 0 || (hi & m) != m) {
			uint32_t cut = (lo & m) != 0 ? lo | m : (hi & ~m) - 1;

			add_range(out, lo, cut);
			add_range(out, cut + 1, hi);
			return;
		}
	}
	n = utf8_encode(lo, a);
	utf8_encode(hi, b);
	str_addc(out, '|');
	for (size_t i = 0; i < n; i++) {
		if (a[i] == b[i])
			str_addc(out, a[i]);
		else
			str_addf(out, "[%c-%c]", a[i], b[i]);
	}
}

/* ---- bracket expressions ---- */

static int by_lo(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return x->lo < y->lo ? -1 : x->lo > y->lo;
}

/* From lo (ASCII or not) to hi: what is ASCII stays as it is. */
static int set_add(struct set *s, uint32_t lo, uint32_t hi)
{
	if (lo > hi)
		return -1;
	if (lo < 0x80) {
		str_addc(&s->ascii, (char)lo);
		if (hi > lo)
			str_addf(&s->ascii, "-%c", (char)MIN(hi, 0x7Fu));
	}
	if (hi >= 0x80) {
		mem_grow(s->v, s->n, s->cap);
		s->v[s->n++] = (struct range){ MAX(lo, 0x80u), hi };
	}
	return 0;
}

/* members: between the brackets, without ^.  A ] at its front is kept in front. */
static int set_read(struct set *s, struct slice members)
{
	while (members.n) {
		uint32_t lo, hi;
		size_t n;

		if (sl_starts(members, "[:") || sl_starts(members, "[.") || sl_starts(members, "[=")) {
			const char end[] = { members.p[1], ']', '\0' };

			n = 2 + (size_t)sl_search(sl_skip(members, 2), sl(end)) + 2;
			str_addsl(&s->ascii, sl_head(members, n));
			members = sl_skip(members, n);
			continue;
		}
		members = sl_skip(members, utf8_decode(members, &lo));
		hi = lo;
		if (members.n > 1 && members.p[0] == '-') {
			members = sl_skip(members, 1);
			members = sl_skip(members, utf8_decode(members, &hi));
		}
		if (set_add(s, lo, hi) != 0)
			return -1;
	}
	return 0;
}

static void add_ranges(struct str *out, struct set *s, bool negated)
{
	uint32_t from = 0x80;

	if (s->n)
		qsort(s->v, s->n, sizeof(*s->v), by_lo);
	for (size_t i = 0; i < s->n; i++) {
		if (!negated)
			add_range(out, s->v[i].lo, s->v[i].hi);
		else if (s->v[i].lo > from)
			add_range(out, from, s->v[i].lo - 1);
		from = MAX(from, s->v[i].hi + 1);
	}
	if (negated && from <= 0x10FFFF)
		add_range(out, from, 0x10FFFF);
}

/* The members of ASCII, or all of ASCII without them.  A - is a member only at
 * the end; in the middle it would make a range of its neighbours. */
static void add_ascii(struct str *out, struct str *members, bool negated)
{
	struct slice rest = str_sl(members);

	str_adds(out, negated ? "[^" : "[");
	if (sl_starts(rest, "]") && negated) {
		str_addc(out, ']');
		rest = sl_skip(rest, 1);
	}
	if (negated)
		str_adds(out, "\x80-\xFF");
	str_addsl(out, rest);
	str_addc(out, ']');
}

/* Of n bytes, brackets and all. */
static int add_bracket(struct str *out, struct slice whole)
{
	bool negated = whole.p[1] == '^', high = false;
	struct slice members = sl_skip(sl_head(whole, whole.n - 1), 1 + negated);
	struct set s = { .v = NULL };
	int rc = 0;

	for (size_t i = 0; i < members.n; i++)
		high |= (unsigned char)members.p[i] >= 0x80;
	if (!high && !negated)
		return str_addsl(out, whole);
	str_init(&s.ascii, STR_MAX);
	if (!high)
		str_addsl(&s.ascii, members);
	else
		rc = set_read(&s, members);
	str_addc(out, '(');
	if (negated || s.ascii.n)
		add_ascii(out, &s.ascii, negated);
	else
		str_adds(out, "[^\x01-\xFF]");          /* nothing: before the first | */
	add_ranges(out, &s, negated);
	str_addc(out, ')');
	str_release(&s.ascii);
	free(s.v);
	return rc;
}

/* ---- the whole ---- */

static size_t add_escape(struct str *out, struct slice rest)
{
	char c = rest.n > 1 ? rest.p[1] : '\0';

	if (c == 'w')
		str_adds(out, "([[:alnum:]_]|" HIGH ")");
	else if (c == 'W')
		str_adds(out, "[^[:alnum:]_\x80-\xFF]");
	else if ((unsigned char)c >= 0x80)
		return 1;       /* a letter that needs no backslash */
	else
		str_addsl(out, sl_head(rest, 2));
	return 2;
}

static size_t add_char(struct str *out, struct slice rest)
{
	uint32_t cp;
	size_t n = utf8_decode(rest, &cp);
	bool group = n > 1 && n < rest.n && strchr("*+?{", rest.p[n]);

	if (group)
		str_addc(out, '(');
	str_addsl(out, sl_head(rest, n));
	if (group)
		str_addc(out, ')');
	return n;
}

int query_regex_bytes(struct slice text, struct str *out)
{
	size_t n;

	for (; text.n; text = sl_skip(text, n)) {
		switch (text.p[0]) {
		case '\\':
			n = add_escape(out, text);
			break;
		case '.':
			str_adds(out, "([\x01-\x7F]|" HIGH ")");
			n = 1;
			break;
		case '[':
			n = query_regex_bracket(text);
			if (n == 0 || add_bracket(out, sl_head(text, n)) != 0)
				return -1;
			break;
		default:
			n = add_char(out, text);
		}
	}
	return out->full ? -1 : 0;
}
