/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * textdraw: a text in an area of the grid.  Only the rows that are seen are
 * looked at.
 */
#include "tui/priv.h"

enum { SIGNATURE_LINES = 100 };

/* ---- the window ---- */

/* After changes the top may be a row that is no more. */
static void settle_top(struct text *t)
{
	size_t from, to;

	if (t->top.line >= t->n)
		t->top = (struct pos){ t->n - 1, 0 };
	if (!text_row(t, t->top.line, t->top.byte, &from, &to))
		t->top.byte = text_last_row(t, t->top.line);
}

/* The cursor is seen; where it was far away, it comes to the middle. */
static void follow(struct text *t, int rows)
{
	struct pos at = { t->at.line, text_row_of(t, t->at) }, seen;
	int back = rows / 2;

	settle_top(t);
	seen = t->top;
	if (pos_cmp(at, seen) >= 0) {
		for (int i = 0; i < rows; i++) {
			if (pos_cmp(seen, at) == 0)
				return;
			if (!text_row_down(t, &seen.line, &seen.byte))
				break;
		}
		if (pos_cmp(seen, at) == 0)
			back = rows - 1;        /* one row below the window */
	} else {
		seen = at;
		if (text_row_down(t, &seen.line, &seen.byte) && pos_cmp(seen, t->top) == 0)
			back = 0;               /* one row above it */
	}
	t->top = at;
	while (back-- > 0 && text_row_up(t, &t->top.line, &t->top.byte))
		;
}

/* ---- rows ---- */

/* The first line of the signature, or n. */
static size_t signature(const struct text *t)
{
	for (size_t i = t->n; i > 0 && t->n - i < SIGNATURE_LINES; i--)
		if (sl_is(text_line(t, i - 1), "-- "))
			return i - 1;
	return t->n;
}

static enum style style_of(struct slice line, bool signed_)
{
	int depth;

	quote_mark(line, &depth);
	if (depth)
		return depth == 1 ? STYLE_QUOTE1 : depth == 2 ? STYLE_QUOTE2 : STYLE_QUOTE3;
	return signed_ ? STYLE_SIGNATURE : STYLE_NORMAL;
}

static void add_untabbed(struct str *out, struct slice row)
{
	ssize_t tab;
	int col = 0;

	while ((tab = sl_find(row, '\t')) >= 0) {
		str_add(out, row.p, (size_t)tab);
		col += text_columns(sl_head(row, (size_t)tab));
		do
			str_addc(out, ' ');
		while (++col % 8);
		row = sl_skip(row, (size_t)tab + 1);
	}
	str_addsl(out, row);
}

struct row { struct grid *g; struct area a; size_t line, from, to; struct slice text; };

static void style_bytes(const struct row *r, size_t from, size_t to, enum style style)
{
	int start, end;

	from = MAX(from, r->from) - r->from;
	to = MIN(to, r->to) - r->from;
	if (from >= to)
		return;
	start = text_columns(sl_head(r->text, from));
	end = MIN(text_columns(sl_head(r->text, to)), r->a.cols);
	if (start < end)
		grid_style(r->g, (struct area){ r->a.row, r->a.col + start, 1, end - start }, style);
}

static void mark_misspelt(const struct text *t, const struct row *r)
{
	struct slice word;
	size_t at = 0;

	if (!t->is_wrong || (t->lines[r->line].n && t->lines[r->line].p[0] == '>'))
		return;
	while (word_next(r->text, &at, &word))
		if (t->is_wrong(t->wrong_ctx, word))
			style_bytes(r, r->from + at - word.n, r->from + at, STYLE_MISSPELT);
}

static void mark_selection(const struct text *t, const struct row *r)
{
	struct pos from, to;
	size_t start, end;
	bool to_edge;

	if (!text_range(t, &from, &to) || r->line < from.line || r->line > to.line)
		return;
	start = r->line == from.line ? from.byte : 0;
	end = r->line == to.line ? to.byte : SIZE_MAX;
	style_bytes(r, start, end, STYLE_SELECTION);
	/* a line end that is marked is seen as a cell */
	to_edge = end == SIZE_MAX && r->to == t->lines[r->line].n && start <= r->to;
	if (to_edge && text_columns(r->text) < r->a.cols)
		grid_style(r->g, (struct area){ r->a.row, r->a.col + text_columns(r->text), 1, 1 }, STYLE_SELECTION);
}

static void draw_row(const struct text *t, const struct row *r, enum style style)
{
	struct str s;

	str_init(&s, TEXT_MAX);
	if (sl_find(r->text, '\t') >= 0) {
		add_untabbed(&s, r->text);
		grid_put(r->g, r->a.row, r->a.col, r->a.cols, str_sl(&s), style);
	} else {
		grid_put(r->g, r->a.row, r->a.col, r->a.cols, r->text, style);
	}
	str_release(&s);
	mark_misspelt(t, r);
	mark_selection(t, r);
}

static void put_cursor(const struct text *t, struct grid *g, const struct row *r)
{
	int col = text_columns(sl_head(r->text, t->at.byte - r->from));

	grid_cursor(g, r->a.row, r->a.col + MIN(col, r->a.cols - 1), true);
}

void text_draw(struct text *t, struct grid *g, struct area a, bool focus)
{
	size_t signed_from = signature(t), row, cursor_row;
	struct pos at;

	if (a.rows <= 0 || a.cols <= 0)
		return;
	t->view_rows = a.rows;
	t->view_cols = a.cols;
	if (focus)
		follow(t, a.rows);
	grid_fill(g, a, STYLE_NORMAL);
	at = focus ? t->top : (struct pos){ 0, 0 };
	cursor_row = text_row_of(t, t->at);
	for (int i = 0; i < a.rows; i++) {
		struct row r = { .g = g, .a = { a.row + i, a.col, 1, a.cols }, .line = at.line };

		row = at.byte;
		text_row(t, at.line, row, &r.from, &r.to);
		r.text = sl_head(sl_skip(text_line(t, at.line), r.from), r.to - r.from);
		draw_row(t, &r, style_of(text_line(t, at.line), at.line >= signed_from));
		if (focus && at.line == t->at.line && row == cursor_row)
			put_cursor(t, g, &r);
		if (!text_row_down(t, &at.line, &at.byte))
			break;
	}
}

void text_click(struct text *t, struct area a, int row, int col)
{
	struct pos p;

	t->view_rows = MAX(a.rows, 1);
	t->view_cols = MAX(a.cols, 1);
	settle_top(t);
	p = t->top;
	for (int i = a.row; i < row && text_row_down(t, &p.line, &p.byte); i++)
		;
	text_goto(t, p.line, text_byte_at(t, p.line, p.byte, MAX(col - a.col, 0)));
}
