/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * grid: a screen as cells.  The one place where text becomes columns.
 *
 * Invariants:
 *   1. A cell of width 2 is followed by one of width 0 in the same row, and no
 *      other cell has width 0.
 *   2. grid_put, grid_put_cut and grid_width take text apart by pieces_next and
 *      so agree on its columns.
 */
#include "tui/priv.h"
#include <unictype.h>

enum { MARKS_MAX = 4 };

struct grid {
	int rows, cols;
	int cursor_row, cursor_col;
	bool cursor_visible;
	struct cell *cells;
};

/* ---- pieces ---- */

/* Conjoining jamo (NFD Korean): as syllables they keep their columns everywhere. */
static bool has_jamo(struct slice s)
{
	for (size_t i = 0; i + 2 < s.n; i++)
		if ((unsigned char)s.p[i] == 0xE1 && (unsigned char)s.p[i + 1] >= 0x84 &&
		    (unsigned char)s.p[i + 1] <= 0x87)
			return true;
	return false;
}

void pieces_init(struct pieces *p, struct slice utf8)
{
	str_init(&p->composed, STR_MAX * 3);
	p->rest = utf8;
	if (has_jamo(utf8)) {
		utf8_nfc(&p->composed, utf8);
		p->rest = str_sl(&p->composed);
	}
}

void pieces_release(struct pieces *p)
{
	str_release(&p->composed);
}

static bool is_left_out(uint32_t cp)
{
	return cp == 0x200D || (cp >= 0xFE00 && cp <= 0xFE0F);
}

static bool is_skin(uint32_t cp)
{
	return cp >= 0x1F3FB && cp <= 0x1F3FF;
}

static bool is_emoji(uint32_t cp)
{
	return cp >= 0xA9 && !is_skin(cp) && uc_is_property_extended_pictographic(cp);
}

static void add_point(struct cell *c, const char *p, size_t n)
{
	memcpy(c->text + c->n, p, n);
	c->n = (unsigned char)(c->n + n);
}

/* Marks that follow the base in c; base: its code point. */
static void take_marks(struct pieces *p, struct cell *c, uint32_t base)
{
	int marks = 0;

	while (p->rest.n && (unsigned char)p->rest.p[0] >= 0x80) {
		uint32_t cp;
		size_t n = utf8_decode(p->rest, &cp);
		struct slice point = sl_head(p->rest, n);

		if (is_left_out(cp) || (is_skin(cp) && is_emoji(base))) {
			p->rest = sl_skip(p->rest, n);
			continue;
		}
		if (cp < 0xA0 || utf8_width(point) > 0)
			break;
		if (marks++ < MARKS_MAX)
			add_point(c, point.p, n);
		p->rest = sl_skip(p->rest, n);
	}
}

bool pieces_next(struct pieces *p, struct cell *c)
{
	uint32_t cp = 0;
	size_t n = 0;
	int width;

	while (p->rest.n) {
		n = utf8_decode(p->rest, &cp);
		bug_on(cp < 0x20 || (cp >= 0x7F && cp < 0xA0));
		if (!is_left_out(cp))
			break;
		p->rest = sl_skip(p->rest, n);
	}
	if (p->rest.n == 0)
		return false;
	c->n = 0;
	width = cp < 0x7F ? 1 : cp == UTF8_BAD ? 1 : utf8_width(sl_head(p->rest, n));
	if (width == 0) {
		add_point(c, "\xE2\x97\x8C", 3);        /* a dotted circle under a lone mark */
		cp = 0x25CC;
	} else if (cp == UTF8_BAD) {
		add_point(c, "\xEF\xBF\xBD", 3);
		p->rest = sl_skip(p->rest, n);
	} else {
		add_point(c, p->rest.p, n);
		p->rest = sl_skip(p->rest, n);
	}
	c->width = (unsigned char)(width == 0 ? 1 : MIN(width, 2));
	take_marks(p, c, cp);
	return true;
}

static size_t ascii_only(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x7F || (unsigned char)s.p[i] < 0x20)
			return 0;
	return s.n;
}

int grid_width(struct slice utf8)
{
	struct pieces p;
	struct cell c;
	int width = 0;

	if (ascii_only(utf8))
		return (int)MIN(utf8.n, (size_t)INT32_MAX);
	pieces_init(&p, utf8);
	while (pieces_next(&p, &c) && width < INT32_MAX - 2)
		width += c.width;
	pieces_release(&p);
	return width;
}

/* ---- the grid ---- */

static void blank(struct cell *c, unsigned char style)
{
	memset(c, 0, sizeof(*c));
	c->text[0] = ' ';
	c->n = c->width = 1;
	c->style = style;
}

struct grid *grid_new(int rows, int cols)
{
	struct grid *g = mem_zalloc(sizeof(*g));

	grid_resize(g, rows, cols);
	return g;
}

void grid_free(struct grid **g)
{
	if (*g)
		free((*g)->cells);
	free(*g);
	*g = NULL;
}

void grid_resize(struct grid *g, int rows, int cols)
{
	g->rows = MAX(rows, 1);
	g->cols = MAX(cols, 1);
	g->cells = mem_array(g->cells, (size_t)g->rows * (size_t)g->cols, sizeof(*g->cells));
	grid_fill(g, grid_area(g), STYLE_NORMAL);
	grid_cursor(g, -1, -1, false);
}

int grid_rows(const struct grid *g)
{
	return g->rows;
}

int grid_cols(const struct grid *g)
{
	return g->cols;
}

struct area grid_area(const struct grid *g)
{
	return (struct area){ 0, 0, g->rows, g->cols };
}

static struct cell *at(const struct grid *g, int row, int col)
{
	return &g->cells[(size_t)row * (size_t)g->cols + (size_t)col];
}

const struct cell *grid_cell(const struct grid *g, int row, int col)
{
	bug_on(row < 0 || col < 0 || row >= g->rows || col >= g->cols);
	return at(g, row, col);
}

/* Before [col, end) is written: wide characters that stand half in it go. */
static void split_wide(struct grid *g, int row, int col, int end)
{
	if (col < end && at(g, row, col)->width == 0)
		blank(at(g, row, col - 1), at(g, row, col - 1)->style);
	if (col < end && end < g->cols && at(g, row, end)->width == 0)
		blank(at(g, row, end), at(g, row, end - 1)->style);
}

static struct area clip(const struct grid *g, struct area a)
{
	int64_t row_end = MIN((int64_t)a.row + a.rows, g->rows), col_end = MIN((int64_t)a.col + a.cols, g->cols);
	struct area in = { .row = MAX(a.row, 0), .col = MAX(a.col, 0) };

	in.rows = (int)MAX(row_end - in.row, 0);
	in.cols = (int)MAX(col_end - in.col, 0);
	return in;
}

void grid_fill(struct grid *g, struct area a, enum style style)
{
	struct area in = clip(g, a);
	bool whole = in.rows == g->rows && in.cols == g->cols;

	for (int row = in.row; row < in.row + in.rows; row++) {
		if (!whole)
			split_wide(g, row, in.col, in.col + in.cols);
		for (int col = in.col; col < in.col + in.cols; col++)
			blank(at(g, row, col), (unsigned char)style);
	}
}

void grid_style(struct grid *g, struct area a, enum style style)
{
	struct area in = clip(g, a);

	for (int row = in.row; row < in.row + in.rows; row++)
		for (int col = in.col; col < in.col + in.cols; col++)
			at(g, row, col)->style = (unsigned char)style;
}

static void put_cell(struct grid *g, int row, int col, struct cell *c, enum style style)
{
	struct cell *to = at(g, row, col);

	split_wide(g, row, col, col + c->width);
	memset(to, 0, sizeof(*to));
	memcpy(to->text, c->text, c->n);
	to->n = c->n;
	to->width = c->width;
	to->style = (unsigned char)style;
	if (c->width == 2) {
		memset(to + 1, 0, sizeof(*to));
		to[1].style = (unsigned char)style;
	}
}

/* Columns from col on that may be written; 0: none. */
static int room(const struct grid *g, int row, int col, int cols)
{
	if (row < 0 || row >= g->rows || col < 0 || col >= g->cols)
		return 0;
	return MAX(MIN(cols, g->cols - col), 0);
}

int grid_put(struct grid *g, int row, int col, int cols, struct slice utf8, enum style style)
{
	int can = room(g, row, col, cols), used = 0;
	struct pieces p;
	struct cell c;

	if (can == 0)
		return 0;
	pieces_init(&p, utf8);
	while (used < can && pieces_next(&p, &c) && used + c.width <= can) {
		put_cell(g, row, col + used, &c, style);
		used += c.width;
	}
	pieces_release(&p);
	return used;
}

/* Does it need more than cols?  Of a long text only a head is looked at. */
static bool is_wider(struct slice utf8, int cols)
{
	struct pieces p;
	struct cell c;
	int width = 0;

	if (utf8.n <= (size_t)cols)     /* a byte takes a column at most */
		return false;
	pieces_init(&p, utf8);
	while (width <= cols && pieces_next(&p, &c))
		width += c.width;
	pieces_release(&p);
	return width > cols;
}

int grid_put_cut(struct grid *g, int row, int col, int cols, struct slice utf8, enum style style)
{
	int can = room(g, row, col, cols), used;

	if (can == 0)
		return 0;
	if (!is_wider(utf8, can))
		return grid_put(g, row, col, can, utf8, style);
	used = grid_put(g, row, col, can - 1, utf8, style);
	return used + grid_put(g, row, col + used, 1, SL("…"), style);
}

int grid_put_right(struct grid *g, int row, int col, int cols, struct slice utf8, enum style style)
{
	int can = room(g, row, col, cols);

	if (can == 0)
		return 0;
	if (is_wider(utf8, can))
		return grid_put_cut(g, row, col, can, utf8, style);
	return grid_put(g, row, col + can - grid_width(utf8), can, utf8, style);
}

int grid_putf(struct grid *g, int row, int col, int cols, enum style style, const char *fmt, ...)
{
	struct str raw, clean;
	va_list ap;
	int used = 0;

	str_init(&raw, 1 << 16);
	str_init(&clean, 1 << 19);
	va_start(ap, fmt);
	str_vaddf(&raw, fmt, ap);
	va_end(ap);
	if (utf8_sanitize(&clean, str_sl(&raw), CLEAN_LINE) == 0)
		used = grid_put(g, row, col, cols, str_sl(&clean), style);
	str_release(&raw);
	str_release(&clean);
	return used;
}

/* ---- the cursor, comparing, reading ---- */

void grid_cursor(struct grid *g, int row, int col, bool visible)
{
	bool inside = row >= 0 && row < g->rows && col >= 0 && col < g->cols;

	g->cursor_row = inside ? row : g->rows - 1;
	g->cursor_col = inside ? col : g->cols - 1;
	g->cursor_visible = inside && visible;
}

void grid_cursor_at(const struct grid *g, int *row, int *col, bool *visible)
{
	*row = g->cursor_row;
	*col = g->cursor_col;
	*visible = g->cursor_visible;
}

bool grid_same(const struct grid *a, const struct grid *b)
{
	return a->rows == b->rows && a->cols == b->cols && a->cursor_row == b->cursor_row &&
		a->cursor_col == b->cursor_col && a->cursor_visible == b->cursor_visible &&
		memcmp(a->cells, b->cells, (size_t)a->rows * (size_t)a->cols * sizeof(*a->cells)) == 0;
}

void grid_copy(struct grid *to, const struct grid *from)
{
	if (to->rows != from->rows || to->cols != from->cols)
		grid_resize(to, from->rows, from->cols);
	memcpy(to->cells, from->cells, (size_t)from->rows * (size_t)from->cols * sizeof(*from->cells));
	to->cursor_row = from->cursor_row;
	to->cursor_col = from->cursor_col;
	to->cursor_visible = from->cursor_visible;
}

void grid_text(const struct grid *g, struct str *out)
{
	for (int row = 0; row < g->rows; row++) {
		size_t start = out->n;

		for (int col = 0; col < g->cols; col++)
			str_add(out, at(g, row, col)->text, at(g, row, col)->n);
		while (out->n > start && out->p[out->n - 1] == ' ')
			str_cut(out, out->n - 1);
		str_addc(out, '\n');
	}
}

static int run_end(const struct grid *g, int row, int col)
{
	int end = col;

	while (end < g->cols && at(g, row, end)->style == at(g, row, col)->style)
		end++;
	return end;
}

void grid_styles(const struct grid *g, struct str *out)
{
	for (int row = 0; row < g->rows; row++) {
		bool any = false;

		for (int col = 0, end; col < g->cols; col = end) {
			enum style style = at(g, row, col)->style;

			end = run_end(g, row, col);
			if (style == STYLE_NORMAL)
				continue;
			if (any)
				str_adds(out, ", ");
			else
				str_addf(out, "%d: ", row);
			str_addf(out, "%d-%d %s", col, end - 1, style_name(style));
			any = true;
		}
		if (any)
			str_addc(out, '\n');
	}
}
