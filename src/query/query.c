/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * query: the pattern language, from text to a tree.  Text is UTF-8 without
 * controls before anything of it is read; only parentheses recurse, and they
 * are counted.
 */
#include "query/priv.h"

#define QUERY_TEXT_MAX (256u << 10)
#define QUERY_TERMS 1000
#define QUERY_DEPTH 32

enum takes { ARG_NONE, ARG_TEXT, ARG_DATE, ARG_RANGE };

static const struct def { char letter; enum takes arg; unsigned needs; } defs[] = {
	{ 'f', ARG_TEXT, QUERY_NEEDS_ENV },
	{ 't', ARG_TEXT, QUERY_NEEDS_ENV },
	{ 'c', ARG_TEXT, QUERY_NEEDS_ENV },
	{ 'C', ARG_TEXT, QUERY_NEEDS_ENV },
	{ 'L', ARG_TEXT, QUERY_NEEDS_ENV },
	{ 'e', ARG_TEXT, QUERY_NEEDS_ENV },
	{ 's', ARG_TEXT, QUERY_NEEDS_ENV },
	{ 'i', ARG_TEXT, QUERY_NEEDS_ENV },
	{ 'x', ARG_TEXT, QUERY_NEEDS_ENV },
	{ 'b', ARG_TEXT, QUERY_NEEDS_TEXT },
	{ 'B', ARG_TEXT, QUERY_NEEDS_RAW },
	{ 'h', ARG_TEXT, QUERY_NEEDS_HEADER },
	{ 'y', ARG_TEXT, QUERY_NEEDS_HEADER },
	{ 'd', ARG_DATE, QUERY_NEEDS_DATES },
	{ 'r', ARG_DATE, QUERY_NEEDS_DATES },
	{ 'z', ARG_RANGE, QUERY_NEEDS_SIZE },
	{ 'X', ARG_RANGE, QUERY_NEEDS_PARTS },
	{ 'D', ARG_NONE, QUERY_NEEDS_FLAGS },
	{ 'U', ARG_NONE, QUERY_NEEDS_FLAGS },
	{ 'N', ARG_NONE, QUERY_NEEDS_FLAGS },
	{ 'O', ARG_NONE, QUERY_NEEDS_FLAGS },
	{ 'R', ARG_NONE, QUERY_NEEDS_FLAGS },
	{ 'F', ARG_NONE, QUERY_NEEDS_FLAGS },
	{ 'Q', ARG_NONE, QUERY_NEEDS_FLAGS },
	{ 'T', ARG_NONE, QUERY_NEEDS_FLAGS },
	{ 'v', ARG_NONE, QUERY_NEEDS_FLAGS },
	{ '=', ARG_NONE, QUERY_NEEDS_FLAGS },
	{ '$', ARG_NONE, QUERY_NEEDS_FLAGS },
	{ 'p', ARG_NONE, QUERY_NEEDS_WHO | QUERY_NEEDS_ENV },
	{ 'P', ARG_NONE, QUERY_NEEDS_WHO | QUERY_NEEDS_ENV },
	{ 'l', ARG_NONE, QUERY_NEEDS_WHO | QUERY_NEEDS_ENV },
	{ 'A', ARG_NONE, 0 },
};
static const struct def word_def = { '\0', ARG_TEXT, QUERY_NEEDS_ENV | QUERY_NEEDS_TEXT };

struct parse {
	struct slice text;
	size_t at;
	int64_t now;
	unsigned terms;
	struct query_error *error;
};

/* ---- errors ---- */

static int fail(struct parse *p, size_t at, size_t n, const char *fmt, ...) PRINTF(4, 5);
static int fail(struct parse *p, size_t at, size_t n, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(p->error->text, sizeof(p->error->text), fmt, ap);
	va_end(ap);
	p->error->at = at;
	p->error->n = n;
	return -1;
}

static size_t char_at(const struct parse *p, size_t at)
{
	return utf8_grapheme(sl_skip(p->text, at));
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static int check_text(struct parse *p)
{
	if (p->text.n > QUERY_TEXT_MAX)
		return fail(p, QUERY_TEXT_MAX, 1,
			_("This pattern is longer than %u bytes."), QUERY_TEXT_MAX);
	for (size_t at = 0, n; at < p->text.n; at += n) {
		uint32_t cp;

		n = utf8_decode(sl_skip(p->text, at), &cp);
		if (cp == UTF8_BAD && n == 1)
			return fail(p, at, 1, _("This byte is not UTF-8 text."));
		if ((cp < 0x20 && !is_blank((char)cp)) || (cp >= 0x7F && cp < 0xA0))
			return fail(p, at, n, _("A control character can't stand in a pattern."));
	}
	return 0;
}

/* ---- words ---- */

static char peek(const struct parse *p)
{
	return p->at < p->text.n ? p->text.p[p->at] : '\0';
}

static void skip_blanks(struct parse *p)
{
	while (is_blank(peek(p)))
		p->at++;
}

static int quoted(struct parse *p, struct str *out)
{
	size_t start = p->at;
	char quote = peek(p);

	for (p->at++; peek(p) != quote; p->at++) {
		char next = p->at + 1 < p->text.n ? p->text.p[p->at + 1] : '\0';

		if (p->at >= p->text.n)
			return fail(p, start, 1, _("This quote has no end."));
		if (peek(p) == '\\' && (next == quote || next == '\\'))
			p->at++;
		str_addc(out, is_blank(peek(p)) ? ' ' : peek(p));
	}
	p->at++;
	return 0;
}

/* ) and | inside parentheses of its own belong to a word: ~s (no|number) */
static void unquoted(struct parse *p, struct str *out)
{
	unsigned depth = 0;

	for (; p->at < p->text.n && !is_blank(peek(p)); p->at++) {
		char c = peek(p), next = p->at + 1 < p->text.n ? p->text.p[p->at + 1] : '\0';

		if (depth == 0 && strchr(")|~", c))
			return;
		if (c == '\\' && next && strchr("\\\"'~| ", next)) {
			p->at++;
		} else if (c == '\\' && next && !is_blank(next)) {
			str_addc(out, c);
			p->at++;
		} else if (c == '(') {
			depth++;
		} else if (c == ')') {
			depth--;
		}
		str_addc(out, peek(p));
	}
}

static int read_word(struct parse *p, struct str *out)
{
	size_t start = p->at;

	if (peek(p) == '"' || peek(p) == '\'') {
		if (quoted(p, out) != 0)
			return -1;
	} else {
		unquoted(p, out);
	}
	if (out->n == 0)
		return fail(p, start, char_at(p, start), _("There is nothing to look for here."));
	return 0;
}

/* ---- arguments ---- */

static char *normal(struct slice text, bool fold)
{
	struct str s;

	str_init(&s, STR_MAX);
	if (fold)
		utf8_casefold(&s, text);
	else
		utf8_nfc(&s, text);
	return str_detach(&s);
}

/* literal: typed with =, or a word of its own. */
static int set_text(struct parse *p, struct query *q, size_t start, bool literal)
{
	char *folded = normal(sl(q->text), true);
	char why[160];

	q->how = QUERY_FOLD;
	if (literal && q->letter && strcmp(folded, q->text) != 0)
		q->how = QUERY_EXACT;
	else if (!literal && query_is_regex(q->text))
		q->how = QUERY_REGEX;
	if (q->how == QUERY_FOLD) {
		if (literal && q->letter == 'b')
			q->needs |= QUERY_NEEDS_SCAN;   /* inside words, too */
		q->needle = folded;
		return 0;
	}
	free(folded);
	q->needle = mem_strdup(q->text);
	q->needs |= QUERY_NEEDS_SCAN;
	if (q->how == QUERY_EXACT)
		return 0;
	q->regex = query_regex_new(q->text, why);
	if (!q->regex)
		return fail(p, start, p->at - start, "%s", why);
	return 0;
}

/* Digits and a unit, taken off the front: 10, 10k, 5M. */
static int size_of(struct slice *s, int64_t *out)
{
	size_t n = 0;
	uint64_t v;
	unsigned shift = 0;

	while (n < s->n && ascii_isdigit((unsigned char)s->p[n]))
		n++;
	if (sl_u64(sl_head(*s, n), (uint64_t)1 << 32, &v) != 0)
		return -1;
	*s = sl_skip(*s, n);
	if (s->n) {
		int c = ascii_lower((unsigned char)s->p[0]);

		shift = c == 'k' ? 10 : c == 'm' ? 20 : c == 'g' ? 30 : 0;
		*s = sl_skip(*s, shift ? 1 : 0);
	}
	*out = (int64_t)(v << shift);
	return 0;
}

/* >10k <2K 10k 1M-5M 1M- -5M; 0, or -1 with the rest in *s */
static int range_of(struct slice *s, int64_t *min, int64_t *max)
{
	char sign = s->n && strchr("<>=", s->p[0]) ? s->p[0] : '\0';

	*min = 0;
	*max = INT64_MAX;
	if (sign)
		*s = sl_skip(*s, 1);
	if (sign || (s->n && s->p[0] != '-')) {
		if (size_of(s, min) != 0)
			return -1;
		if (sign == '>')
			*min += 1;
		if (sign == '<') {
			*max = *min - 1;
			*min = 0;
		}
		if (sign != '>' && sign != '<')
			*max = *min;
		if (sign || !s->n)
			return s->n ? -1 : 0;
	}
	if (!s->n || s->p[0] != '-')
		return -1;
	*s = sl_skip(*s, 1);
	if (!s->n)
		*max = INT64_MAX;
	else if (size_of(s, max) != 0 || s->n)
		return -1;
	if (*min > *max) {
		int64_t least = *max;

		*max = *min;
		*min = least;
	}
	return 0;
}

/* Where the text stands as it is, the very character is shown. */
static int set_range(struct parse *p, struct query *q, size_t start, enum takes arg)
{
	struct slice text = sl(q->text), rest = text;
	const char *why =
		_("A number or a range is needed here, such as >10k, <2M, 1M-5M or 100-.");
	size_t off;
	int rc;

	if (arg == ARG_DATE) {
		rc = query_date(text, p->now, &q->min, &q->max, &off, &why);
	} else {
		rc = range_of(&rest, &q->min, &q->max);
		off = text.n - rest.n;
	}
	if (rc == 0)
		return 0;
	if (p->text.p[start] == '"' || p->text.p[start] == '\'')
		start++;
	if (start + text.n > p->text.n || memcmp(p->text.p + start, text.p, text.n) != 0)
		off = 0;
	return fail(p, start + off, start + off < p->at ? char_at(p, start + off) : 0, "%s", why);
}

/* ---- terms ---- */

static int set_argument(struct parse *p, struct query *q, enum takes arg, bool literal)
{
	size_t start;
	struct str raw;
	int rc;

	skip_blanks(p);
	start = p->at;
	if (start == p->text.n)
		return fail(p, start, 0, arg == ARG_DATE ?
			_("A date is missing at the end, such as <7d or 15/3/2026-.") :
			arg == ARG_RANGE ?
				_("A number is missing at the end, such as >10k or 1M-5M.") :
			_("The text to look for is missing at the end."));
	str_init(&raw, STR_MAX);
	rc = read_word(p, &raw);
	if (rc == 0)
		q->text = normal(str_sl(&raw), false);
	str_release(&raw);
	if (rc != 0)
		return -1;
	return arg == ARG_TEXT ? set_text(p, q, start, literal) : set_range(p, q, start, arg);
}

static int count_term(struct parse *p, size_t start)
{
	if (++p->terms <= QUERY_TERMS)
		return 0;
	return fail(p, start, char_at(p, start),
		_("A pattern can't have more than %d terms."), QUERY_TERMS);
}

static const struct def *find_def(char letter)
{
	for (size_t i = 0; i < ARRAY_LEN(defs); i++)
		if (defs[i].letter == letter)
			return &defs[i];
	return NULL;
}

/* p is at the ~, = or % of a term. */
static const struct def *read_letter(struct parse *p)
{
	char sign = peek(p);
	size_t at = ++p->at, n = char_at(p, at);
	const struct def *def = n == 1 ? find_def(peek(p)) : NULL;

	if (sign == '%') {
		fail(p, at - 1, 1,
			_("Groups of addresses (%%f) are not known here; ~f, ~t and ~C look for one address."));
		def = NULL;
	} else if (at == p->text.n || is_blank(peek(p))) {
		fail(p, at - 1, 1,
			_("A letter is missing after this %c, such as ~f for the sender; put a %c to look for in quotes."),
			sign, sign);
	} else if (!def) {
		fail(p, at, n,
			_("There is no pattern %c%.*s here; there are ~f sender, ~t recipient, ~s subject, ~b text, ~d date, ~U unread and others."),
			sign, (int)MIN(n, 40u), p->text.p + at);
	} else if (sign == '=' && def->arg != ARG_TEXT) {
		fail(p, at - 1, 1,
			_("Only patterns that take text can begin with =; write ~%c."), def->letter);
		def = NULL;
	}
	p->at++;
	return def;
}

static struct query *read_term(struct parse *p)
{
	size_t start = p->at;
	char sign = peek(p);
	const struct def *def = &word_def;
	struct query *q;

	if (count_term(p, start) != 0)
		return NULL;
	if (sign == '~' || sign == '=' || sign == '%') {
		def = read_letter(p);
		if (!def)
			return NULL;
	}
	q = query_node(def->letter == 'A' ? QUERY_ALL : QUERY_TERM);
	q->letter = q->kind == QUERY_ALL ? '\0' : def->letter;
	q->needs = def->needs;
	if (def->arg != ARG_NONE && set_argument(p, q, def->arg, sign == '=' || !def->letter) != 0)
		query_free(&q);
	return q;
}

/* ---- groups ---- */

static struct query *read_or(struct parse *p, unsigned depth);

/* p is at the ( of a group, or before it at the ~ of a thread. */
static struct query *read_group(struct parse *p, unsigned depth)
{
	bool is_thread = peek(p) == '~';
	size_t start = p->at + is_thread;
	struct query *q, *thread;

	if (depth == QUERY_DEPTH) {
		fail(p, start, 1, _("Parentheses can't be nested deeper than %d."), QUERY_DEPTH);
		return NULL;
	}
	p->at = start + 1;
	if (is_thread && count_term(p, start) != 0)
		return NULL;
	q = read_or(p, depth + 1);
	if (!q)
		return NULL;
	if (peek(p) != ')') {
		fail(p, start, 1, _("This ( has no ) after it."));
		query_free(&q);
		return NULL;
	}
	p->at++;
	if (!is_thread)
		return q;
	thread = query_node(QUERY_THREAD);
	thread->needs = QUERY_NEEDS_THREAD | q->needs;
	thread->child = q;
	return thread;
}

static struct query *read_item(struct parse *p, unsigned depth)
{
	bool negated = false;
	size_t bang = p->at;
	struct query *q;

	while (peek(p) == '!') {
		negated = !negated;
		bang = p->at++;
		skip_blanks(p);
	}
	if (p->at > bang && (p->at == p->text.n || strchr(")|", peek(p)))) {
		fail(p, bang, 1, _("There is nothing after this ! to turn round."));
		return NULL;
	}
	if (peek(p) == '(' || sl_starts(sl_skip(p->text, p->at), "~("))
		q = read_group(p, depth);
	else
		q = read_term(p);
	if (q)
		q->negated ^= negated;
	return q;
}

static struct query *read_and(struct parse *p, unsigned depth)
{
	struct query *group = query_node(QUERY_AND), *last = NULL, *q;

	for (skip_blanks(p); p->at < p->text.n && !strchr(")|", peek(p)); skip_blanks(p)) {
		q = read_item(p, depth);
		if (!q) {
			query_free(&group);
			return NULL;
		}
		query_add(group, &last, q);
	}
	return group;
}

/* One side of | may be empty only where there is no | and no parenthesis. */
static int check_side(struct parse *p, const struct query *side, bool after_bar, unsigned depth)
{
	if (side->child)
		return 0;
	if (peek(p) == '|')
		return fail(p, p->at, 1, _("There is nothing before this |."));
	if (after_bar)
		return fail(p, p->at, p->at < p->text.n, _("There is nothing after the |."));
	if (depth && peek(p) == ')')
		return fail(p, p->at, 1, _("There is nothing between these parentheses."));
	return 0;
}

static struct query *read_or(struct parse *p, unsigned depth)
{
	struct query *group = query_node(QUERY_OR), *last = NULL, *side;
	bool more = false;

	do {
		side = read_and(p, depth);
		if (side && check_side(p, side, more, depth) != 0)
			query_free(&side);
		if (!side) {
			query_free(&group);
			return NULL;
		}
		query_add(group, &last, query_end(side));
		more = peek(p) == '|';
		p->at += more;
	} while (more);
	return query_end(group);
}

int query_parse(struct slice text, int64_t now, struct query **out, struct query_error *error)
{
	struct parse p = { .text = text, .now = now, .error = error };
	struct query *q;

	*out = NULL;
	if (check_text(&p) != 0)
		return -1;
	q = read_or(&p, 0);
	if (q && p.at < text.n) {
		fail(&p, p.at, 1, _("This ) has no ( before it."));
		query_free(&q);
	}
	*out = q;
	return q ? 0 : -1;
}
