/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * htmltable: tables that hold data as columns, or where these do not fit as
 * "header: value" lines.  Tables that lay out a page are left to the walk.
 */
#include "base/base.h"
#include "mime/mime.h"
#include "mime/priv.h"
#include <gumbo.h>

#define CELL_MAX 60             /* characters of a cell that is data    */
#define COLS_MAX 64
#define LINES_MAX 20            /* of a cell, that are kept             */
#define GAP      2              /* blanks between columns               */

/* ---- data or layout ---- */

/* full: cells with something; wide: with more than CELL_MAX; lines: some in a cell */
struct kind { unsigned rows, cols, cells, full, wide; size_t text; bool heads, lines, layout; };

static bool is_row(const GumboNode *n)
{
	return n->type == GUMBO_NODE_ELEMENT && n->v.element.tag == GUMBO_TAG_TR;
}

static bool is_cell(const GumboNode *n)
{
	return n->type == GUMBO_NODE_ELEMENT && (n->v.element.tag == GUMBO_TAG_TD || n->v.element.tag == GUMBO_TAG_TH);
}

static bool is_section(const GumboNode *n)
{
	return n->type == GUMBO_NODE_ELEMENT && (n->v.element.tag == GUMBO_TAG_TBODY ||
		n->v.element.tag == GUMBO_TAG_THEAD || n->v.element.tag == GUMBO_TAG_TFOOT);
}

/* The next node below root, in order, or NULL. */
static const GumboNode *next_node(const GumboNode *root, const GumboNode *n)
{
	if (n->type == GUMBO_NODE_ELEMENT && n->v.element.children.length)
		return n->v.element.children.data[0];
	while (n != root) {
		const GumboVector *peers = &n->parent->v.element.children;

		if (n->index_within_parent + 1 < peers->length)
			return peers->data[n->index_within_parent + 1];
		n = n->parent;
	}
	return NULL;
}

static bool is_wide(const GumboNode *n)
{
	switch (n->v.element.tag) {
	case GUMBO_TAG_TABLE:
	case GUMBO_TAG_UL:
	case GUMBO_TAG_OL:
	case GUMBO_TAG_DL:
	case GUMBO_TAG_H1:
	case GUMBO_TAG_H2:
	case GUMBO_TAG_H3:
	case GUMBO_TAG_PRE:
	case GUMBO_TAG_BLOCKQUOTE:
		return true;
	default:
		return false;
	}
}

/* Looks no further than to the first thing that data does not have, so that
 * nested tables are not read again and again. */
static void look_at(const struct html_walk *w, const GumboNode *table, struct kind *kind)
{
	unsigned cols = 0;
	size_t text = 0;
	bool empty = true, broken = false;      /* of the cell at hand */

	for (const GumboNode *n = next_node(table, table); n && !kind->layout; n = next_node(table, n)) {
		struct slice s;

		if (html_text(w, n, &s)) {
			size_t width;

			s = sl_trim(s);
			width = s.n > 4 * CELL_MAX ? s.n : (size_t)utf8_width(s);
			kind->wide += cols > 0 && text <= CELL_MAX && text + width > CELL_MAX;
			text += width;
			kind->layout = cols > 0 && (text > 4 * CELL_MAX || (!kind->heads && broken && width && text > CELL_MAX));
			kind->text += width;
			kind->full += empty && sl_search(s, SL("\xC2\xA0")) != 0 && s.n > 0;
			empty = empty && width == 0;
		} else if (is_row(n)) {
			kind->rows++;
			cols = 0;
		} else if (is_cell(n)) {
			cols++;
			kind->cells++;
			kind->cols = MAX(kind->cols, cols);
			kind->heads |= n->v.element.tag == GUMBO_TAG_TH;
			text = 0;
			empty = true;
			broken = false;
		} else if (n->type == GUMBO_NODE_ELEMENT) {
			kind->layout = is_wide(n);
			if (n->v.element.tag == GUMBO_TAG_IMG && sl(html_attr(n, "alt")).n) {
				kind->text += sl(html_attr(n, "alt")).n;
				kind->full += empty;
				empty = false;
			}
			broken |= text > 0 && (n->v.element.tag == GUMBO_TAG_BR || n->v.element.tag == GUMBO_TAG_P || n->v.element.tag == GUMBO_TAG_DIV);
			kind->lines |= broken;
		}
	}
}

static bool is_data(const struct html_walk *w, const GumboNode *table, struct kind *kind)
{
	const char *role = html_attr(table, "role");

	if (role && (sl_iis(sl(role), "presentation") || sl_iis(sl(role), "none")))
		return false;
	look_at(w, table, kind);
	if (kind->layout || kind->cols < 2)
		return false;
	if (!kind->heads && (kind->cols > 2 ? 3 * kind->wide > kind->cells : 4 * kind->wide >= kind->cells))
		return false;           /* of data some cells are long, not most */
	if (kind->rows < 2 && !kind->heads)       /* a line, such as that of a menu */
		return !kind->lines && kind->full > 1 && kind->text <= CELL_MAX;
	return kind->text > 0;
}

/* ---- cells ---- */

struct cell { size_t from, n, run, n_runs; unsigned col, span; bool head, right; int cols; };
struct row { size_t cell, n; };
struct grid {
	struct str text;
	struct page_run *runs; size_t n_runs, cap_runs;
	struct cell *cells; size_t n_cells, cap_cells;
	struct row *rows; size_t n_rows, cap_rows;
	int width[COLS_MAX]; unsigned n_cols;
	unsigned down[COLS_MAX];        /* rows from here on that a cell above takes */
};

static void add_to_row(struct grid *g, const struct cell *c)
{
	mem_grow(g->cells, g->n_cells, g->cap_cells);
	g->cells[g->n_cells++] = *c;
	g->rows[g->n_rows - 1].n++;
}

/* The column of the next cell, behind those that cells of rows above reach into. */
static unsigned next_col(struct grid *g)
{
	struct row *row = &g->rows[g->n_rows - 1];
	unsigned col = row->n ? g->cells[g->n_cells - 1].col + g->cells[g->n_cells - 1].span : 0;

	for (; col < COLS_MAX && g->down[col]; col++)
		add_to_row(g, &(struct cell){ .from = g->text.n, .run = g->n_runs, .col = col, .span = 1 });
	return col;
}

static int widest(struct slice s)
{
	struct slice line;
	int cols = 0;

	while (sl_line(&s, &line))
		cols = MAX(cols, utf8_width(line));
	return cols;
}

/* Lines of an address stay; what has more is no list of them. */
static void join_lines(char *p, size_t n, unsigned keep)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] == '\n' && (keep == 0 || keep-- == 0))
			p[i] = ' ';
}

/* What stands past the last column goes with what is before it. */
static void add_past(struct grid *g, struct slice s)
{
	struct cell *last = &g->cells[g->n_cells - 1];

	str_adds(&g->text, "  ");
	str_addsl(&g->text, s);
	join_lines(g->text.p + g->text.n - s.n, s.n, 0);
	last->n = g->text.n - last->from;
	last->cols += 2 + utf8_width(s);
	if (last->span == 1)
		g->width[last->col] = MAX(g->width[last->col], last->cols);
}

/* What the flow has gathered becomes a cell. */
static void take_cell(struct grid *g, struct flow *f, const GumboNode *node, bool right)
{
	struct cell c = { .from = g->text.n, .run = g->n_runs, .n_runs = f->n_runs, .col = next_col(g) };
	unsigned down = (unsigned)html_number(node, "rowspan", 1, 1, 1000);
	struct slice s = str_sl(&f->para);

	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\n'))
		s.n--;
	join_lines(f->para.p, s.n, LINES_MAX - 1);
	if (c.col >= COLS_MAX) {
		if (s.n)
			add_past(g, s);
		return;
	}
	c.span = (unsigned)html_number(node, "colspan", 1, 1, COLS_MAX - c.col);
	for (unsigned k = c.col; k < c.col + c.span && down > 1; k++)
		g->down[k] = down;
	c.head = node->v.element.tag == GUMBO_TAG_TH;
	c.right = right;
	c.n = s.n;
	c.cols = widest(s);
	str_addsl(&g->text, s);
	for (size_t i = 0; i < f->n_runs; i++) {
		mem_grow(g->runs, g->n_runs, g->cap_runs);
		g->runs[g->n_runs++] = f->runs[i];
	}
	add_to_row(g, &c);
	g->n_cols = MAX(g->n_cols, MIN(c.col + 1, (unsigned)COLS_MAX));
	if (c.span == 1)
		g->width[c.col] = MAX(g->width[c.col], c.cols);
}

static void read_row(struct html_walk *w, struct grid *g, const GumboNode *tr)
{
	const GumboVector *cells = &tr->v.element.children;
	struct flow *f = &w->flow;

	mem_grow(g->rows, g->n_rows, g->cap_rows);
	g->rows[g->n_rows++] = (struct row){ .cell = g->n_cells };
	html_enter(w, tr, false);
	for (unsigned i = 0; i < cells->length; i++) {
		const GumboNode *cell = cells->data[i];
		bool right;

		if (!is_cell(cell))
			continue;
		html_enter(w, cell, true);
		right = w->stack[w->n - 1].right;
		html_children(w, cell);
		html_leave(w);
		take_cell(g, f, cell, right);
		str_clear(&f->para);
		f->n_runs = 0;
		f->space = false;
	}
	html_leave(w);
	for (unsigned k = 0; k < COLS_MAX; k++)
		g->down[k] -= g->down[k] > 0;
	if (g->rows[g->n_rows - 1].n == 0)
		g->n_rows--;
}

int html_table_place(const GumboNode *n)
{
	GumboTag tag = n->type == GUMBO_NODE_ELEMENT ? n->v.element.tag : GUMBO_TAG_UNKNOWN;

	return tag == GUMBO_TAG_THEAD || tag == GUMBO_TAG_CAPTION ? 0 : tag == GUMBO_TAG_TFOOT ? 2 : 1;
}

/* Those that belong there. */
static void read_rows(struct html_walk *w, struct grid *g, const GumboNode *node, int place)
{
	const GumboVector *children = &node->v.element.children;

	for (unsigned i = 0; i < children->length; i++) {
		const GumboNode *child = children->data[i];

		if (html_table_place(child) != place)
			continue;
		if (is_row(child)) {
			read_row(w, g, child);
		} else if (is_section(child)) {
			html_enter(w, child, false);
			read_rows(w, g, child, 1);
			html_leave(w);
			memset(g->down, 0, sizeof(g->down));
		}
	}
}

/* ---- out ---- */

struct line { struct str text; struct page_run *runs; size_t n_runs, cap_runs; };

static void line_clear(struct line *l)
{
	str_clear(&l->text);
	l->n_runs = 0;
}

/* The bytes [from, to) of a cell. */
static void add_part(struct line *l, const struct grid *g, const struct cell *c, size_t from, size_t to)
{
	size_t at = l->text.n;

	str_add(&l->text, g->text.p + c->from + from, to - from);
	for (size_t i = 0; i < c->n_runs; i++) {
		struct page_run run = g->runs[c->run + i];

		run.from = at + MAX(from, MIN(run.from, to)) - from;
		run.to = at + MAX(from, MIN(run.to, to)) - from;
		if (run.from == run.to)
			continue;
		mem_grow(l->runs, l->n_runs, l->cap_runs);
		l->runs[l->n_runs++] = run;
	}
}

static void add_cell(struct line *l, const struct grid *g, const struct cell *c)
{
	size_t at = l->text.n;

	add_part(l, g, c, 0, c->n);
	join_lines(l->text.p + at, c->n, 0);
}

static void pad(struct line *l, int n)
{
	while (n-- > 0)
		str_addc(&l->text, ' ');
}

/* Of its columns; one that is empty takes no room, nor a gap. */
static int span_width(const struct grid *g, const struct cell *c)
{
	int n = 0;

	for (unsigned k = c->col; k < MIN(c->col + c->span, g->n_cols); k++)
		n += g->width[k] ? g->width[k] + GAP : 0;
	return MAX(n - GAP, 0);
}

/* The next line of each cell, of which rest[] is left; false: there was none. */
static bool put_row(struct flow *f, const struct grid *g, const struct row *row, struct slice *rest, struct line *l)
{
	bool any = false;

	line_clear(l);
	for (size_t i = 0; i < row->n; i++) {
		const struct cell *c = &g->cells[row->cell + i];
		struct slice line = { .p = rest[i].p };
		int space = span_width(g, c), cols;
		size_t from;

		any = sl_line(&rest[i], &line) || any;
		from = line.n ? (size_t)(line.p - (g->text.p + c->from)) : 0;
		cols = utf8_width(line);
		if (c->right)
			pad(l, space - cols);
		add_part(l, g, c, from, from + line.n);
		if (i + 1 < row->n && (space || cols))
			pad(l, GAP + (c->right ? 0 : MAX(space - cols, 0)));
	}
	if (any)
		flow_row(f, str_sl(&l->text), l->runs, l->n_runs);
	return any;
}

static void put_columns(struct flow *f, const struct grid *g, struct line *l)
{
	struct slice rest[COLS_MAX];

	for (size_t r = 0; r < g->n_rows; r++) {
		const struct row *row = &g->rows[r];

		bug_on(row->n > COLS_MAX);
		for (size_t i = 0; i < row->n; i++)
			rest[i] = sl_make(g->text.p + g->cells[row->cell + i].from, g->cells[row->cell + i].n);
		while (put_row(f, g, row, rest, l))
			;
	}
}

static const struct cell *head_of(const struct grid *g, unsigned col)
{
	for (size_t i = 0; i < g->rows[0].n; i++)
		if (g->cells[g->rows[0].cell + i].col == col)
			return &g->cells[g->rows[0].cell + i];
	return NULL;
}

static bool has_head_row(const struct grid *g)
{
	const struct row *row = &g->rows[0];

	for (size_t i = 0; i < row->n; i++)
		if (!g->cells[row->cell + i].head)
			return false;
	return g->n_rows > 1;
}

/* A line a cell, with the name of its column; without names a line a row. */
static void put_lines(struct flow *f, const struct grid *g, struct line *l)
{
	bool heads = has_head_row(g);

	for (size_t r = heads; r < g->n_rows; r++) {
		line_clear(l);
		for (size_t i = 0; i < g->rows[r].n; i++) {
			const struct cell *c = &g->cells[g->rows[r].cell + i], *head = heads ? head_of(g, c->col) : NULL;

			if (c->n == 0)
				continue;
			if (head && head->n) {
				add_cell(l, g, head);
				str_adds(&l->text, ": ");
			} else if (l->text.n) {
				pad(l, GAP);
			}
			add_cell(l, g, c);
			if (!heads)
				continue;
			flow_row(f, str_sl(&l->text), l->runs, l->n_runs);
			line_clear(l);
		}
		if (l->text.n)
			flow_row(f, str_sl(&l->text), l->runs, l->n_runs);
		if (heads)
			flow_blank(f);
	}
}

/* Longer rows than the first, cells over several columns: all is counted. */
static bool fits(const struct grid *g, int room)
{
	int total = 0;

	for (size_t r = 0; r < g->n_rows; r++) {
		int at = 0;

		for (size_t i = 0; i < g->rows[r].n; i++) {
			const struct cell *c = &g->cells[g->rows[r].cell + i];

			at += MAX(span_width(g, c), c->cols) + GAP;
		}
		total = MAX(total, at - GAP);
	}
	return total <= room;
}

static void put_captions(struct html_walk *w, const GumboNode *table)
{
	const GumboVector *children = &table->v.element.children;

	for (unsigned i = 0; i < children->length; i++) {
		const GumboNode *child = children->data[i];

		if (child->type != GUMBO_NODE_ELEMENT || child->v.element.tag != GUMBO_TAG_CAPTION)
			continue;
		html_enter(w, child, true);
		html_children(w, child);
		html_leave(w);
		flow_break(&w->flow);
	}
}

bool html_table(struct html_walk *w, const GumboNode *table)
{
	struct flow *f = &w->flow;
	struct grid g = { 0 };
	struct line l = { 0 };
	struct kind kind = { 0 };
	void (*around)(struct flow *);

	if (!is_data(w, table, &kind))
		return false;
	around = kind.rows > 1 ? flow_blank : flow_break;
	around(f);
	put_captions(w, table);
	str_init(&g.text, STR_MAX);
	str_init(&l.text, STR_MAX);
	f->cell = true;
	for (int place = 0; place < 3; place++)
		read_rows(w, &g, table, place);
	f->cell = false;
	if (g.n_rows && fits(&g, flow_room(f)))
		put_columns(f, &g, &l);
	else if (g.n_rows)
		put_lines(f, &g, &l);
	around(f);
	str_release(&g.text);
	str_release(&l.text);
	free(g.runs);
	free(g.cells);
	free(g.rows);
	free(l.runs);
	return true;
}
