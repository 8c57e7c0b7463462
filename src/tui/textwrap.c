/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * textwrap: the rows that a line takes on the screen.  They are found as far as
 * somebody asks, and kept with their line; a change drops those behind it.  So
 * a line of a megabyte costs no more than what is looked at.
 */
#include "tui/priv.h"
#include <unilbrk.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Columns of the first grapheme, which begins at column col. */
static int width_at(struct slice s, size_t n, int col)
{
	if (s.p[0] == '\t')
		return 8 - col % 8;
	return n == 1 ? 1 : grid_width(sl_head(s, n));
}

int text_columns(struct slice s)
{
	int col = 0;

	while (s.n) {
		size_t n = utf8_grapheme(s);

		col += width_at(s, n, col);
		s = sl_skip(s, n);
	}
	return col;
}

/* The usual text needs no tables.  false: it is not of that kind. */
static bool wrap_ascii(struct slice s, int cols, size_t *out, bool *forced)
{
	size_t last = 0, i;
	int col = 0;

	for (i = 0; i < s.n; i++) {
		char c = s.p[i];

		if ((unsigned char)c >= 0x80 || (i + 1 < s.n && (unsigned char)s.p[i + 1] >= 0x80))
			return false;
		col += c == '\t' ? 8 - col % 8 : 1;
		if (is_blank(c))
			last = i + 1;
		else if (col > cols)
			break;
	}
	*out = i == s.n ? s.n : last;
	*forced = false;
	if (*out == 0) {
		*out = MAX(i, 1);
		*forced = true;
	}
	return true;
}

/* The last opportunity in (0, end], or 0. */
static size_t last_break(struct slice s, size_t end)
{
	size_t n = MIN(s.n, end + utf8_grapheme(sl_skip(s, end)));
	char *breaks = mem_alloc(n + 1);
	size_t at = end;

	u8_possible_linebreaks((const uint8_t *)s.p, n, "UTF-8", breaks);
	/* between a blank and its mark there is one, too, which is none for us */
	while (at > 0 && (at >= n || breaks[at] != UC_BREAK_POSSIBLE || grapheme_snap(s, at) != at))
		at--;
	free(breaks);
	return at;
}

size_t wrap_row(struct slice s, int cols, int *used, bool *forced)
{
	size_t at = 0, n;
	int col = 0;

	*forced = false;
	if (!wrap_ascii(s, cols, &at, forced)) {
		for (at = 0; at < s.n; at += n) {
			n = utf8_grapheme(sl_skip(s, at));
			col += width_at(sl_skip(s, at), n, col);
			if (col > cols && !is_blank(s.p[at]))
				break;
		}
		if (at < s.n) {
			size_t opportunity = last_break(s, at);

			*forced = opportunity == 0;
			at = opportunity ? opportunity : MAX(at, utf8_grapheme(s));
		}
	}
	if (used) {
		for (n = at; n > 0 && is_blank(s.p[n - 1]); n--)
			;
		*used = text_columns(sl_head(s, n));
	}
	return at;
}

/* ---- rows of a line ---- */

void wraps_free(struct line *l)
{
	if (l->rows)
		free(l->rows->start);
	free(l->rows);
	l->rows = NULL;
}

/* The row where start <= byte, of those that are known. */
static size_t known_row(const struct rows *r, size_t byte)
{
	size_t low = 0, high = r->n;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (r->start[middle] <= byte)
			low = middle;
		else
			high = middle;
	}
	return low;
}

void wraps_forget(struct line *l, size_t from)
{
	size_t row;

	if (!l->rows)
		return;
	row = known_row(l->rows, from);
	l->rows->n = row > 1 ? row - 1 : 1;     /* a word may go back to the row before */
	l->rows->complete = false;
}

/* A column is left free for the cursor behind a full row. */
static int row_cols(const struct text *t)
{
	return MAX(t->view_cols - 1, 1);
}

/* One row surely? */
static bool is_short(const struct text *t, const struct line *l)
{
	return l->n <= (size_t)row_cols(t) && (l->n == 0 || !memchr(l->p, '\t', l->n));
}

static struct rows *rows_of(const struct text *t, struct line *l)
{
	struct rows *r = l->rows;

	if (!r)
		r = l->rows = mem_zalloc(sizeof(*r));
	if (r->cols != row_cols(t) || r->n == 0) {
		r->cols = row_cols(t);
		r->complete = false;
		r->n = 0;
		mem_grow(r->start, r->n, r->cap);
		r->start[r->n++] = 0;
	}
	return r;
}

/* One more row; false: there is none. */
static bool rows_more(struct rows *r, const struct line *l)
{
	size_t start = r->start[r->n - 1], n;
	struct slice rest = sl_skip(sl_make(l->p, l->n), start);
	bool forced;

	if (r->complete)
		return false;
	n = rest.n ? wrap_row(rest, r->cols, NULL, &forced) : 0;
	if (n >= rest.n) {
		r->complete = true;
		return false;
	}
	mem_grow(r->start, r->n, r->cap);
	r->start[r->n++] = start + n;
	return true;
}

bool text_row(struct text *t, size_t line, size_t row, size_t *from, size_t *to)
{
	struct line *l = &t->lines[line];
	struct rows *r;

	*from = 0;
	*to = l->n;
	if (is_short(t, l))
		return row == 0;
	r = rows_of(t, l);
	while (r->n <= row + 1 && rows_more(r, l))
		;
	if (row >= r->n)
		return false;
	*from = r->start[row];
	if (row + 1 < r->n)
		*to = r->start[row + 1];
	return true;
}

size_t text_row_of(struct text *t, struct pos p)
{
	struct line *l = &t->lines[p.line];
	struct rows *r;

	if (is_short(t, l))
		return 0;
	r = rows_of(t, l);
	while (r->start[r->n - 1] <= p.byte && rows_more(r, l))
		;
	return known_row(r, p.byte);
}

size_t text_last_row(struct text *t, size_t line)
{
	return text_row_of(t, (struct pos){ line, t->lines[line].n });
}

size_t text_byte_at(struct text *t, size_t line, size_t row, int col)
{
	size_t from, to, last;
	struct slice s;
	int at = 0;

	if (!text_row(t, line, row, &from, &to))
		return t->lines[line].n;
	last = from;
	s = sl_make(t->lines[line].p, to);
	while (from < to) {
		size_t n = utf8_grapheme(sl_skip(s, from));
		int width = width_at(sl_skip(s, from), n, at);

		if (at + width > col)
			return from;
		last = from;
		at += width;
		from += n;
	}
	return to < t->lines[line].n ? last : to;       /* behind it the next row begins */
}

bool text_row_up(struct text *t, size_t *line, size_t *row)
{
	if (*row > 0) {
		(*row)--;
		return true;
	}
	if (*line == 0)
		return false;
	(*line)--;
	*row = text_last_row(t, *line);
	return true;
}

bool text_row_down(struct text *t, size_t *line, size_t *row)
{
	size_t from, to;

	if (text_row(t, *line, *row + 1, &from, &to)) {
		(*row)++;
		return true;
	}
	if (*line + 1 >= t->n)
		return false;
	(*line)++;
	*row = 0;
	return true;
}
