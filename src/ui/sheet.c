/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sheet: lines of text that can be scrolled, searched, narrowed and chosen: help, logs,
 * transcripts, links.
 */
#include "screens.h"

/* from: which line it shows (of all); line: the number of that among those shown, from 1. */
struct sheet_row { char *text; enum style style; uint64_t id; size_t from, line; };
struct sheet {
	struct screen s;
	char *title;
	struct sheet_row *all; size_t n, cap;
	struct sheet_row *rows; size_t n_rows, cap_rows; int cols;       /* laid out for that width */
	struct list at;
	uint64_t kept; size_t kept_line;        /* where the cursor was when all went */
	bool filters; int indent;       /* of rows that go on                  */
	bool note;                      /* there is but a note, that nothing is there */
	struct edit filter;
	char *sought;
	void (*enter)(struct screen *, size_t, void *); void *ctx;
	void (*change)(struct screen *);
};

#define SHEET(s) ((struct sheet *)(s))

static void rows_clear(struct sheet *p)
{
	for (size_t i = 0; i < p->n_rows; i++)
		free(p->rows[i].text);
	p->n_rows = 0;
	p->cols = 0;
}

/* Before it is laid out, that of what was there before. */
static size_t line_here(const struct sheet *p)
{
	size_t line = p->at.at < p->n_rows ? p->rows[p->at.at].from : p->kept_line;

	for (size_t i = 0; p->kept && p->n_rows == 0 && i < p->n; i++)
		if (p->all[i].id == p->kept)
			line = i;
	return MIN(line, p->n ? p->n - 1 : 0);
}

void sheet_clear(struct screen *s)
{
	struct sheet *p = SHEET(s);

	if (p->n) {
		p->kept_line = line_here(p);
		p->kept = p->all[p->kept_line].id;
	}
	rows_clear(p);
	for (size_t i = 0; i < p->n; i++)
		free(p->all[i].text);
	p->n = 0;
}

void sheet_add(struct screen *s, enum style style, struct slice line)
{
	struct sheet *p = SHEET(s);
	struct str clean, tabs;

	str_init(&clean, 1 << 20);
	str_init(&tabs, 1 << 20);
	utf8_sanitize(&clean, sl_head(line, 65536), CLEAN_TABS);
	for (size_t i = 0; i < clean.n; i++)
		if (clean.p[i] == '\t')
			str_adds(&tabs, "    ");
		else
			str_addc(&tabs, clean.p[i]);
	mem_grow(p->all, p->n, p->cap);
	p->all[p->n++] = (struct sheet_row){ .text = str_detach(&tabs), .style = style };
	p->note = false;
	str_release(&clean);
	p->cols = 0;
}

void sheet_id(struct screen *s, uint64_t id)
{
	SHEET(s)->all[SHEET(s)->n - 1].id = id;
}

uint64_t sheet_id_of(const struct screen *s, size_t line)
{
	return ((const struct sheet *)s)->all[line].id;
}

void sheet_column(struct str *line, const char *text, int cols)
{
	struct str clean;
	struct slice fits;
	int used;

	str_init(&clean, 65536);
	utf8_sanitize(&clean, sl(text), CLEAN_LINE);
	fits = str_sl(&clean);
	if (grid_width(fits) > cols) {
		fits = sl_head(fits, utf8_fit(fits, cols - 1, NULL));
		str_addsl(line, fits);
		str_adds(line, "…");
		used = grid_width(fits) + 1;
	} else {
		str_addsl(line, fits);
		used = grid_width(fits);
	}
	for (; used <= cols; used++)
		str_addc(line, ' ');
	str_release(&clean);
}

size_t sheet_lines(const struct screen *s)
{
	return ((const struct sheet *)s)->n;
}

static bool has_fold(const char *text, const char *needle)
{
	struct str a, b;
	bool has;

	str_init(&a, 1 << 20);
	str_init(&b, 65536);
	utf8_casefold(&a, sl(text));
	utf8_casefold(&b, sl(needle));
	has = sl_search(str_sl(&a), str_sl(&b)) >= 0;
	str_release(&a);
	str_release(&b);
	return has;
}

static void lay_out(struct sheet *p, int cols)
{
	size_t old = line_here(p);
	size_t n_lines = 0;
	uint64_t at = 0;

	rows_clear(p);
	p->cols = cols;
	for (size_t i = 0; i < p->n; i++) {
		struct slice rest = sl(p->all[i].text);

		if (p->filters && p->filter.text.n && !has_fold(p->all[i].text, p->filter.text.p))
			continue;
		if (i <= old)
			at = p->n_rows;
		n_lines++;
		for (int indent = 0; indent >= 0; ) {
			int used;
			size_t n = rest.n ? utf8_wrap(rest, MAX(cols - indent, 1), &used) : 0;
			struct str row;

			str_init(&row, 1 << 20);
			str_addf(&row, "%*s" SL_FMT, indent, "", (int)n, rest.p ? rest.p : "");
			mem_grow(p->rows, p->n_rows, p->cap_rows);
			p->rows[p->n_rows++] = (struct sheet_row){ .text = str_detach(&row), .style = p->all[i].style, .from = i, .line = n_lines };
			rest = sl_skip(rest, n);
			indent = rest.n ? MIN(p->indent, cols * 2 / 3) : -1;
		}
	}
	list_size(&p->at, p->n_rows, p->at.rows);
	list_goto(&p->at, at);
}

static void sheet_draw(struct screen *s, struct grid *g, struct area r, bool focus)
{
	struct sheet *p = SHEET(s);

	if (p->filters) {
		int used = grid_put(g, r.row, r.col, r.cols, sl(_("Find: ")), STYLE_PROMPT);

		edit_draw(&p->filter, g, r.row, r.col + used, r.cols - used, STYLE_FIELD, focus);
		r.row += 1;
		r.rows -= 1;
	}
	if (p->cols != r.cols)
		lay_out(p, r.cols);
	list_size(&p->at, p->n_rows, r.rows);
	for (int i = 0; i < r.rows && p->at.top + (uint64_t)i < p->n_rows; i++) {
		const struct sheet_row *row = &p->rows[p->at.top + (uint64_t)i];

		grid_put(g, r.row + i, r.col, r.cols, sl(row->text), row->style);
		if (p->sought && has_fold(row->text, p->sought))
			grid_style(g, (struct area){ r.row + i, r.col, 1, r.cols }, STYLE_MATCH);
		if (p->at.top + (uint64_t)i == p->at.at && (p->enter || focus))
			grid_style(g, (struct area){ r.row + i, r.col, 1, r.cols }, p->enter ? STYLE_CURSOR : row->style);
	}
	if (p->n_rows == 0)
		grid_put(g, r.row, r.col, r.cols, sl(p->filters && p->filter.text.n ? _("Nothing is called so. Backspace widens it again.") : _("There is nothing here yet.")), STYLE_DIM);
	if (focus && !p->filters)
		grid_cursor(g, r.row + (int)(p->n_rows ? p->at.at - p->at.top : 0), r.col, false);
}

static bool sheet_key(struct screen *s, key_code k)
{
	struct sheet *p = SHEET(s);
	enum edit_result r;

	if (!p->filters)
		return false;
	if (k == KEY_HOME_ || k == KEY_END_)    /* of the lines below */
		return false;
	if (k == 27 || k == 13 || k == KEY_UP_ || k == KEY_DOWN_ || k == KEY_PGUP || k == KEY_PGDN || k == KEY_CTRL('c') || k == KEY_CTRL('g'))
		return false;
	r = edit_key(&p->filter, k);
	if (r == EDIT_CHANGED) {
		lay_out(p, p->cols);
		list_goto(&p->at, 0);
	}
	return r != EDIT_IGNORED || key_is_text(k);
}

static void sheet_title(struct screen *s, struct str *left, struct str *right)
{
	struct sheet *p = SHEET(s);

	utf8_sanitize(left, sl(p->title), CLEAN_LINE);
	if (p->n_rows && !p->note)
		str_addf(right, "%zu/%zu", p->rows[MIN(p->at.at, p->n_rows - 1)].line, p->rows[p->n_rows - 1].line);
}

static void sheet_mouse(struct screen *s, const struct mouse *m, struct area r)
{
	struct sheet *p = SHEET(s);
	int row = m->row - r.row - p->filters;

	if (m->what == MOUSE_WHEEL_UP || m->what == MOUSE_WHEEL_DOWN) {
		list_scroll(&p->at, m->what == MOUSE_WHEEL_UP ? -3 : 3);
	} else if (row >= 0 && p->at.top + (uint64_t)row < p->n_rows) {
		list_goto(&p->at, p->at.top + (uint64_t)row);
		if (m->what == MOUSE_DOUBLE)
			cmd_run(s->app, "choose");
	}
	app_dirty(s->app);
}

static void sheet_changed(struct screen *s, unsigned what)
{
	(void)what;
	if (SHEET(s)->change)
		SHEET(s)->change(s);
}

static void sheet_free(struct screen *s)
{
	struct sheet *p = SHEET(s);

	sheet_clear(s);
	free(p->all);
	free(p->rows);
	free(p->title);
	free(p->sought);
	edit_release(&p->filter);
	free(p);
}

static bool sheet_typing(struct screen *s)
{
	return SHEET(s)->filters;
}

static const struct screen_ops ops = {
	.where = WHERE_TEXT, .typing = sheet_typing, .title = sheet_title, .draw = sheet_draw, .key = sheet_key, .mouse = sheet_mouse, .changed = sheet_changed, .free = sheet_free,
	.hints = "exit choose next-page previous-page search search-next help",
};

struct screen *sheet_new(struct app *a, const char *title)
{
	struct sheet *p = mem_zalloc(sizeof(*p));

	p->s = (struct screen){ .ops = &ops, .app = a };
	p->title = mem_strdup(title);
	edit_init(&p->filter, "");
	app_push(a, &p->s);
	return &p->s;
}

void sheet_on_enter(struct screen *s, void (*fn)(struct screen *, size_t, void *), void *ctx)
{
	SHEET(s)->enter = fn;
	SHEET(s)->ctx = ctx;
}

void sheet_on_change(struct screen *s, void (*fn)(struct screen *))
{
	SHEET(s)->change = fn;
}

void sheet_note(struct screen *s, const char *text)
{
	struct str named;

	str_init(&named, 4096);
	keys_name(s->app, text, &named);
	sheet_add(s, STYLE_NORMAL, str_sl(&named));
	SHEET(s)->note = SHEET(s)->n == 1;
	str_release(&named);
}

void sheet_filter(struct screen *s)
{
	SHEET(s)->filters = true;
}

void sheet_indent(struct screen *s, int cols)
{
	SHEET(s)->indent = cols;
}

/* ---- commands ---- */

/* Without lines to choose the window moves, else the line. */
static void move(struct screen *s, int by)
{
	struct sheet *p = SHEET(s);

	if (p->enter) {
		list_move(&p->at, by);
	} else {
		if (by > 0 && p->at.top + (uint64_t)p->at.rows >= p->at.n)
			return;
		list_scroll(&p->at, by);
		list_goto(&p->at, p->at.top);
	}
	app_dirty(s->app);
}

static void do_exit(struct screen *s, const char *arg)
{
	(void)arg;
	app_close(s);
}

static void do_next_line(struct screen *s, const char *arg)
{
	(void)arg;
	move(s, 1);
}

static void do_previous_line(struct screen *s, const char *arg)
{
	(void)arg;
	move(s, -1);
}

static void do_next_page(struct screen *s, const char *arg)
{
	(void)arg;
	list_page(&SHEET(s)->at, 1);
	app_dirty(s->app);
}

static void do_previous_page(struct screen *s, const char *arg)
{
	(void)arg;
	list_page(&SHEET(s)->at, -1);
	app_dirty(s->app);
}

static void do_first(struct screen *s, const char *arg)
{
	(void)arg;
	list_goto(&SHEET(s)->at, 0);
	app_dirty(s->app);
}

static void do_last(struct screen *s, const char *arg)
{
	(void)arg;
	list_goto(&SHEET(s)->at, UINT64_MAX);
	app_dirty(s->app);
}

static void do_choose(struct screen *s, const char *arg)
{
	struct sheet *p = SHEET(s);

	(void)arg;
	if (p->enter && p->at.at < p->n_rows)
		p->enter(s, p->rows[p->at.at].from, p->ctx);
	else
		move(s, 1);
}

static void find(struct sheet *p)
{
	for (uint64_t i = 1; i <= p->n_rows; i++) {
		uint64_t k = (p->at.at + i) % p->n_rows;

		if (has_fold(p->rows[k].text, p->sought)) {
			list_goto(&p->at, k);
			return;
		}
	}
	app_say(p->s.app, STYLE_WARNING, _("\"%s\" is not here."), p->sought);
}

static void find_typed(void *ctx, const char *text)
{
	struct app *a = ctx;
	struct sheet *p = SHEET(a->top);

	if (!text || !text[0] || a->top->ops->where != WHERE_TEXT)
		return;
	free(p->sought);
	p->sought = mem_strdup(text);
	find(p);
}

static void do_search(struct screen *s, const char *arg)
{
	if (arg[0])
		find_typed(s->app, arg);
	else
		ask_line(s->app, &(struct ask_opts){ .label = _("Find: "), .history = "text", .done = find_typed, .ctx = s->app });
}

static void do_search_next(struct screen *s, const char *arg)
{
	(void)arg;
	if (SHEET(s)->sought)
		find(SHEET(s));
	else
		do_search(s, "");
}

const struct cmd text_cmds[] = {
	{ "exit", "q i x <Left> <Esc>", "< q <Left> <Esc>", NULL, NULL, N_("Back"), N_("Back to where this was opened."), do_exit },
	{ "choose", "<Enter>", NULL, NULL, NULL, N_("Choose"), N_("Choose the line."), do_choose },
	{ "next-line", "j <Down>", "<Down> n", NULL, NULL, NULL, N_("One line down."), do_next_line },
	{ "previous-line", "k <Up>", "<Up> p", NULL, NULL, NULL, N_("One line up."), do_previous_line },
	{ "next-page", "<Space> z <PageDown>", NULL, "^F <Space> <PageDown>", NULL, N_("Down"), N_("One page down."), do_next_page },
	{ "previous-page", "- Z <PageUp>", NULL, "^B - <PageUp>", NULL, N_("Up"), N_("One page up."), do_previous_page },
	{ "first-entry", "= <Home>", NULL, "gg <Home>", NULL, NULL, N_("To the start."), do_first },
	{ "last-entry", "* <End>", NULL, "G <End>", NULL, NULL, N_("To the end."), do_last },
	{ "search", "/", "W /", NULL, "TEXT", N_("Find"), N_("Find text."), do_search },
	{ "search-next", "n", "<Esc>w", NULL, NULL, N_("Next"), N_("To the next place of the text."), do_search_next },
	{ NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL },
};
