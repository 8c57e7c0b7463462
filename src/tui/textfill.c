/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * textfill: paragraphs filled to a column, lines broken while they are typed,
 * marks of quoting.
 */
#include "tui/priv.h"

size_t quote_mark(struct slice line, int *depth)
{
	size_t n = 0;

	*depth = 0;
	while (n < line.n && line.p[n] == '>') {
		n++;
		(*depth)++;
		if (n < line.n && line.p[n] == ' ')
			n++;
	}
	return n;
}

static size_t blanks_at(struct slice s)
{
	size_t n = 0;

	while (n < s.n && ascii_isblank(s.p[n]))
		n++;
	return n;
}

static struct slice without_end_blanks(struct slice s)
{
	while (s.n && ascii_isblank(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* A word that is too long stays whole. */
static size_t fill_row(struct slice rest, int cols)
{
	bool forced;
	size_t n = wrap_row(rest, cols, NULL, &forced);

	if (!forced)
		return n;
	while (n < rest.n && !ascii_isblank(rest.p[n]))
		n++;
	return n + blanks_at(sl_skip(rest, n));
}

/* ---- while typing ---- */

void text_break_long(struct text *t)
{
	struct slice line = text_line(t, t->at.line), rest;
	size_t mark, n;
	int depth;
	struct str end;

	if (line.n <= (size_t)t->wrap_at)
		return;
	mark = quote_mark(line, &depth);
	rest = sl_skip(line, mark);
	n = fill_row(rest, MAX(t->wrap_at - (int)mark, 1));
	if (n >= rest.n || blanks_at(rest) >= n)
		return;
	str_init(&end, TEXT_MAX);
	str_addc(&end, '\n');
	str_add(&end, line.p, mark);
	rest = without_end_blanks(sl_head(rest, n));
	text_splice(t, (struct pos){ t->at.line, mark + rest.n }, (struct pos){ t->at.line, mark + n }, str_sl(&end));
	t->typing = false;
	str_release(&end);
}

void text_wrap_at(struct text *t, int col)
{
	t->wrap_at = MAX(col, 0);
}

/* ---- filling ---- */

/* Does a line belong to a paragraph of that depth? */
static bool is_of(const struct text *t, size_t i, int depth)
{
	struct slice line = text_line(t, i);
	int own;
	size_t mark = quote_mark(line, &own);

	return own == depth && blanks_at(sl_skip(line, mark)) < line.n - mark && !sl_is(line, "-- ");
}

/* Scripts that put no blanks between words (not Korean). */
static bool is_unspaced(uint32_t cp)
{
	return (cp >= 0x2E80 && cp <= 0x9FFF && !(cp >= 0x3130 && cp <= 0x318F)) || (cp >= 0xF900 && cp <= 0xFAFF) ||
		(cp >= 0xFF00 && cp <= 0xFF60) || (cp >= 0x20000 && cp <= 0x3FFFF);
}

static bool joins_unspaced(struct slice before, struct slice after)
{
	uint32_t last = 0, first = 0;

	if (before.n && after.n) {
		utf8_decode(sl_skip(before, grapheme_before(before, before.n)), &last);
		utf8_decode(after, &first);
	}
	return is_unspaced(last) && is_unspaced(first);
}

/* The text of lines [from, to) in one. */
static void join_lines(const struct text *t, size_t from, size_t to, struct str *out)
{
	int depth;

	for (size_t i = from; i < to; i++) {
		struct slice line = text_line(t, i);

		line = sl_skip(line, quote_mark(line, &depth));
		if (i > from)
			line = sl_skip(line, blanks_at(line));
		line = without_end_blanks(line);
		if (i > from && !joins_unspaced(str_sl(out), line))
			str_addc(out, ' ');
		str_addsl(out, line);
	}
}

/* What stands before the first line and before all others: the mark of quoting, and
 * the blanks of the paragraph's second line. */
static void add_leads(const struct text *t, size_t from, size_t to, struct str *first, struct str *others)
{
	struct slice line = text_line(t, from);
	int depth;
	size_t mark = quote_mark(line, &depth);

	str_add(first, line.p, mark);
	if (mark && first->p[mark - 1] != ' ')
		str_addc(first, ' ');
	str_addsl(others, str_sl(first));
	if (from + 1 < to) {
		line = text_line(t, from + 1);
		line = sl_skip(line, quote_mark(line, &depth));
		str_add(others, line.p, blanks_at(line));
	}
}

static void add_filled(struct str *out, struct slice joined, struct slice first, struct slice others, int col)
{
	struct slice lead = first;

	/* an indent of the first line is no place to break it */
	while (joined.n) {
		size_t blanks = blanks_at(joined);
		int cols = MAX(col - text_columns(lead) - (int)blanks, 1);
		size_t n = blanks + fill_row(sl_skip(joined, blanks), cols);

		str_addsl(out, lead);
		str_addsl(out, without_end_blanks(sl_head(joined, n)));
		joined = sl_skip(joined, n);
		if (joined.n)
			str_addc(out, '\n');
		lead = others;
	}
}

/* Lines [from, to) are a paragraph.  Returns the line behind it afterwards. */
static size_t fill(struct text *t, size_t from, size_t to, int col)
{
	struct pos start = { from, 0 }, end = { to - 1, t->lines[to - 1].n };
	size_t before = t->n;
	struct str joined, first, others, filled, old;

	str_init(&joined, TEXT_MAX);
	str_init(&first, TEXT_MAX);
	str_init(&others, TEXT_MAX);
	str_init(&filled, TEXT_MAX);
	str_init(&old, TEXT_MAX);
	join_lines(t, from, to, &joined);
	add_leads(t, from, to, &first, &others);
	add_filled(&filled, str_sl(&joined), str_sl(&first), str_sl(&others), col);
	text_between(t, start, end, &old);
	if (!filled.full && !sl_eq(str_sl(&old), str_sl(&filled)))
		text_splice(t, start, end, str_sl(&filled));
	str_release(&joined);
	str_release(&first);
	str_release(&others);
	str_release(&filled);
	str_release(&old);
	return to + t->n - before;
}

/* The lines that are marked, or the current one. */
static void marked_lines(const struct text *t, size_t *from, size_t *to)
{
	struct pos a, b;

	*from = t->at.line;
	*to = t->at.line + 1;
	if (!text_range(t, &a, &b))
		return;
	*from = a.line;
	*to = b.line + (b.byte > 0 || b.line == a.line);
}

void text_fill(struct text *t, int col)
{
	size_t i, end, to, before;
	int depth;

	marked_lines(t, &i, &to);
	text_step(t);
	while (i < to) {
		quote_mark(text_line(t, i), &depth);
		if (!is_of(t, i, depth)) {
			i++;
			continue;
		}
		while (!t->marked && i > 0 && is_of(t, i - 1, depth))
			i--;
		for (end = i + 1; end < (t->marked ? to : t->n) && is_of(t, end, depth); end++)
			;
		before = t->n;
		i = fill(t, i, end, MAX(col, 1));
		to = to + t->n - before;
		if (!t->marked) {
			t->at = (struct pos){ i - 1, t->lines[i - 1].n };
			break;
		}
	}
	t->marked = false;
	text_step(t);
}

/* ---- quoting ---- */

void text_quote(struct text *t, bool add)
{
	size_t from, to;

	marked_lines(t, &from, &to);
	text_step(t);
	for (size_t i = from; i < to; i++) {
		struct slice line = text_line(t, i);
		size_t n = line.n && line.p[0] == '>' ? 1 : 0;

		if (n && line.n > 1 && line.p[1] == ' ')
			n = 2;
		if (add)
			text_splice(t, (struct pos){ i, 0 }, (struct pos){ i, 0 }, line.n ? SL("> ") : SL(">"));
		else if (n)
			text_splice(t, (struct pos){ i, 0 }, (struct pos){ i, n }, SL_NONE);
	}
	text_step(t);
}
