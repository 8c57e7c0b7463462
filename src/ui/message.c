/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * message: one message, read and laid out in slices, so that no length of it blocks the
 * screen.  It counts as read when its first lines were drawn.
 */
#include "screens.h"

/* ---- laid out in slices ---- */

struct work { struct app *app; struct screen *screen; uint64_t generation; };

static struct screen_message *alive(struct work *w)
{
	for (struct screen *s = w->app->top; s; s = s->below)
		if (s == w->screen && s->ops->where == WHERE_MESSAGE && ((struct screen_message *)s)->generation == w->generation)
			return (struct screen_message *)s;
	return NULL;
}

static size_t paragraphs_before(const struct screen_message *m, size_t line)
{
	size_t n = 0;

	for (size_t k = 0; k < line && k < render_lines(m->r); k++)
		n += !render_line(m->r, k)->goes_on;
	return n;
}

static void restore_top(struct screen_message *m)
{
	size_t n = 0, k = 0;

	while (k < render_lines(m->r) && n < m->keep)
		n += !render_line(m->r, k++)->goes_on;
	if (n < m->keep && !m->done)
		return;
	m->top = k;
	m->restore = false;
	message_scroll(m, 0);
}

static bool step(struct screen_message *m, int64_t usec)
{
	struct err err = ERR_INIT;
	int r = render_step(m->r, usec, &err);

	m->done = r != 0;
	if (r < 0)
		app_fail(m->s.app, &err);
	if (m->restore)
		restore_top(m);
	return r == 0;
}

static bool go_on(void *ctx)
{
	struct work *w = ctx;
	struct screen_message *m = alive(w);
	bool more = m && step(m, 4000);

	if (!more) {
		if (m)
			m->working = false;
		app_dirty(w->app);
		free(w);
	} else if (render_lines(m->r) < m->top + (size_t)m->rows * 2) {
		app_dirty(w->app);
	}
	return more;
}

static void work_on(struct screen_message *m)
{
	struct work *w;

	if (!step(m, 6000))
		return;
	w = mem_zalloc(sizeof(*w));
	*w = (struct work){ m->s.app, &m->s, ++m->generation };
	m->working = true;
	app_later(m->s.app, go_on, w);
}

static void message_key(void *ctx, const char *command, struct str *out)
{
	const struct app *a = ((struct screen_message *)ctx)->s.app;

	keymap_key_of(&a->keymap, WHERE_MESSAGE, cmd_find(WHERE_MESSAGE, sl(command)), out);
}

/* ---- what became of it, where it was sent from here ---- */

/* One look-up, and only where it can have gone from here, or is a notice. */
static void read_fate(struct screen_message *m, const struct render *r, struct str *wrong, struct str *fine)
{
	struct app *a = m->s.app;
	const struct env *env = render_env(r);
	struct err ignored = ERR_INIT;
	struct state *st;
	struct str all;

	m->ours = env && env->message_id && (track_is_ours(&a->conf, env, render_header(r)) ||
		(m->id && a->list->is_sent));
	if (!m->ours && render_report(r)->kind == REPORT_NONE)
		return;
	str_init(&all, 256);
	keys_name(a, "{delivery}", &all);
	if (track_open(&a->conf, &st, &ignored) == 0 && st && m->ours)
		track_tell(st, env->message_id, all.p, wrong, fine, &ignored);
	else if (st)
		track_tell_stray(st, render_report(r), fine, &ignored);
	state_close(&st);
	str_release(&all);
}

static char *as_one(const struct str *wrong, const struct str *fine)
{
	struct str s;

	str_init(&s, STR_MAX);
	str_addf(&s, "%s\n%s", wrong->p, fine->p);
	return str_detach(&s);
}

static void tell_fate(void *ctx, const struct render *r, struct str *wrong, struct str *fine)
{
	struct screen_message *m = ctx;

	read_fate(m, r, wrong, fine);
	free(m->fate);
	m->fate = as_one(wrong, fine);
}

static void message_changed(struct screen *s, unsigned what)
{
	struct screen_message *m = (struct screen_message *)s;
	struct str wrong, fine;
	char *now;

	if (!m->ours || m->opts.raw || !(what & (CHANGED_OUTBOX | CHANGED_JOBS)))
		return;
	str_init(&wrong, STR_MAX);
	str_init(&fine, STR_MAX);
	read_fate(m, m->r, &wrong, &fine);
	now = as_one(&wrong, &fine);
	if (m->cols && strcmp(now, m->fate) != 0)
		message_layout(m);
	free(now);
	str_release(&wrong);
	str_release(&fine);
}

void message_layout(struct screen_message *m)
{
	m->generation++;
	if (render_lines(m->r)) {
		m->keep = paragraphs_before(m, m->top);
		m->restore = m->keep > 0;
	}
	m->opts.width = m->cols;
	m->opts.charset = m->charset;
	m->opts.trust = known_trust(m->s.app);
	m->opts.headers = m->s.app->conf.look.headers;
	m->opts.key = message_key;
	m->opts.sent = tell_fate;
	m->opts.ctx = m;
	render_layout(m->r, &m->opts);
	m->done = false;
	m->has_match = false;
	work_on(m);
}

/* ---- moving ---- */

void message_scroll(struct screen_message *m, int64_t by)
{
	int64_t n = (int64_t)render_lines(m->r), top = (int64_t)m->top + by, most = MAX(n - m->rows, 0);

	m->top = (size_t)MAX(MIN(top, most), 0);
	app_dirty(m->s.app);
}

/* ---- drawing ---- */

static enum style base_style(const struct render_line *l)
{
	static const enum style quotes[] = { STYLE_QUOTE1, STYLE_QUOTE2, STYLE_QUOTE3 };

	switch (l->kind) {
	case LINE_HEADER: return STYLE_HEADER;
	case LINE_TEXT: return STYLE_NORMAL;
	case LINE_QUOTE: return quotes[(MAX(l->quote, 1) - 1) % 3];
	case LINE_SIGNATURE: return STYLE_SIGNATURE;
	case LINE_ATTACHMENT: return STYLE_ATTACHMENT;
	case LINE_TRUST: return STYLE_WARNING;
	case LINE_NOTE: return STYLE_DIM;
	case LINE_RAW: return STYLE_NORMAL;
	}
	return STYLE_NORMAL;
}

static void span(struct grid *g, int row, int col, int cols, struct slice line, size_t from, size_t to, enum style style)
{
	int at = grid_width(sl_head(line, from)), n = grid_width(sl_make(line.p + from, MIN(to, line.n) - from));

	if (at < cols)
		grid_style(g, (struct area){ row, col + at, 1, MIN(n, cols - at) }, style);
}

static void draw_line(struct screen_message *m, struct grid *g, struct area r, int row, size_t k)
{
	static const enum style spans[] = { [SPAN_NAME] = STYLE_HEADER_NAME, [SPAN_BOLD] = STYLE_BOLD, [SPAN_ITALIC] = STYLE_ITALIC, [SPAN_LINK] = STYLE_LINK };
	const struct render_line *l = render_line(m->r, k);

	grid_put(g, row, r.col, r.cols, l->text, base_style(l));
	for (size_t i = 0; i < l->n_spans; i++)
		if (l->spans[i].kind != SPAN_QUOTE_MARK && l->spans[i].from < l->text.n)
			span(g, row, r.col, r.cols, l->text, l->spans[i].from, l->spans[i].to, spans[l->spans[i].kind]);
	if (m->sought) {
		struct str folded, needle;
		ssize_t at;

		str_init(&folded, 1 << 20);
		str_init(&needle, 65536);
		utf8_casefold(&folded, l->text);
		utf8_casefold(&needle, sl(m->sought));
		/* folding keeps the length of nearly all text; where not, only the line is marked */
		at = sl_search(str_sl(&folded), str_sl(&needle));
		if (at >= 0 && folded.n == l->text.n)
			span(g, row, r.col, r.cols, l->text, (size_t)at, (size_t)at + needle.n, STYLE_MATCH);
		else if (at >= 0)
			grid_style(g, (struct area){ row, r.col, 1, r.cols }, STYLE_MATCH);
		str_release(&folded);
		str_release(&needle);
	}
}

/* The parts that can be taken out, on the last row. */
static bool draw_bar(struct screen_message *m, struct grid *g, struct area r)
{
	const struct part *p = render_part(m->r, 0);
	struct str s, name;
	size_t n = 0;

	if (!p || r.rows < 4)
		return false;
	str_init(&s, 65536);
	str_init(&name, 4096);
	while (render_part(m->r, n))
		n++;
	message_key(m, "view-attachments", &name);
	str_addf(&s, ngettext_("%zu attachment (%s):", "%zu attachments (%s):", n), n, name.p);
	for (size_t k = 0; k < 8 && (p = render_part(m->r, k)); k++) {
		str_clear(&name);
		utf8_sanitize(&name, sl(p->filename ? p->filename : p->subtype), CLEAN_LINE);
		str_addf(&s, "  [%zu] %s ", k + 1, name.p);
		fmt_size(&s, render_part_size(p));
	}
	grid_fill(g, (struct area){ r.row + r.rows - 1, r.col, 1, r.cols }, STYLE_BAR);
	grid_put_cut(g, r.row + r.rows - 1, r.col + 1, r.cols - 2, str_sl(&s), STYLE_BAR);
	str_release(&s);
	str_release(&name);
	return true;
}

static void mark_read(struct screen_message *m)
{
	struct app *a = m->s.app;
	const struct row *w = list_current(a->list);
	struct picks p = { 0 };

	m->seen = true;
	if (!w || w->id != m->id || (w->flags & FLAG_SEEN) || a->list->read_only)
		return;
	picks_append(&p, w->id, w->key);
	act_change(a, "flag", &p, "+seen");
	picks_clear(&p);
	receipt_shown(a, m->r);
}

void message_draw(struct screen *s, struct grid *g, struct area r, bool focus)
{
	struct screen_message *m = (struct screen_message *)s;

	if (r.cols != m->cols) {
		m->rows = r.rows;
		m->cols = r.cols;
		message_layout(m);
	}
	m->rows = r.rows - draw_bar(m, g, r);
	if (m->top > render_lines(m->r) && m->done)
		message_scroll(m, 0);
	for (int i = 0; i < m->rows && m->top + (size_t)i < render_lines(m->r); i++)
		draw_line(m, g, r, r.row + i, m->top + (size_t)i);
	if (render_lines(m->r) == 0)
		grid_put(g, r.row, r.col, r.cols, sl(m->done ? _("This message is empty.") : _("Reading...")), STYLE_DIM);
	if (!m->seen && (render_lines(m->r) || m->done) && m->id && s->app->shows && s->app->area.rows)
		mark_read(m);
	if (focus) {
		size_t at = m->has_match && m->match >= m->top && m->match < m->top + (size_t)m->rows ? m->match - m->top : 0;

		grid_cursor(g, r.row + (int)at, r.col, false);
	}
}

static void title(struct screen *s, struct str *left, struct str *right)
{
	struct screen_message *m = (struct screen_message *)s;
	const struct env *env = render_env(m->r);
	size_t n = render_lines(m->r), last = m->top + (size_t)m->rows;
	struct screen_list *l = s->app->list;

	if (m->id)
		str_addf(left, "%s: %llu/%llu  ", l->title, (unsigned long long)l->at.at + 1, (unsigned long long)l->at.n);
	else if (m->title)
		str_addf(left, "%s  ", m->title);
	if (env)
		utf8_sanitize(left, sl(env->subject), CLEAN_LINE);
	if (m->opts.raw)
		str_adds(right, _("raw source  "));
	if (m->id && picks_has(&l->deleted, m->id))
		str_adds(right, _("deleted  "));
	if (m->id && picks_has(&l->tagged, m->id))
		str_adds(right, _("tagged  "));
	if (!m->done)
		str_adds(right, "...");
	else if (last >= n)
		str_adds(right, m->top ? _("end") : _("all"));
	else
		str_addf(right, "%zu%%", last * 100 / MAX(n, 1));
}

static void mouse(struct screen *s, const struct mouse *m, struct area r)
{
	(void)r;
	if (m->what == MOUSE_WHEEL_UP || m->what == MOUSE_WHEEL_DOWN)
		message_scroll((struct screen_message *)s, m->what == MOUSE_WHEEL_UP ? -3 : 3);
}

static void message_free(struct screen *s)
{
	struct screen_message *m = (struct screen_message *)s;

	render_free(&m->r);
	free(m->sought);
	free(m->charset);
	free(m->fate);
	free(m->title);
	free(m);
}

static const struct screen_ops ops = {
	.where = WHERE_MESSAGE, .title = title, .draw = message_draw, .mouse = mouse, .about = message_about, .changed = message_changed,
	.free = message_free,
	.hints = "help exit next-page previous-page next-undeleted previous-undeleted reply group-reply forward-message delete-message "
		"view-attachments links search display-toggle-weed toggle-quoted save-message archive flag-message display-raw toggle-html",
};

/* ---- opening ---- */

static void show(struct app *a, struct render *r, int64_t id, const char *name)
{
	struct screen_message *m = mem_zalloc(sizeof(*m));

	m->s = (struct screen){ .ops = &ops, .app = a };
	m->r = r;
	m->id = id;
	m->title = mem_strdup(name);
	m->rows = 1;
	app_push(a, &m->s);
}

void message_open(struct app *a, int64_t id)
{
	struct render *r = act_read(a, id);

	if (r)
		show(a, r, id, NULL);
}

void message_open_render(struct app *a, struct render *r, const char *name)
{
	show(a, r, 0, name);
}

bool message_step(struct screen_message *m, int by)
{
	return m->id && list_step(m->s.app->list, by) && message_here(&m->s);
}

bool message_here(struct screen *s)
{
	struct screen_message *m = (struct screen_message *)s;
	struct app *a = s->app;
	const struct row *w = list_current(a->list);
	struct render *r = w ? act_read(a, w->id) : NULL;

	if (!r)
		return false;
	render_free(&m->r);
	m->generation++;
	m->r = r;
	m->id = w->id;
	m->top = m->keep = 0;
	m->seen = m->restore = m->has_match = m->ours = false;
	m->opts = (struct render_opts){ .all_headers = m->opts.all_headers, .fold_quotes = m->opts.fold_quotes };
	free(m->charset);
	m->charset = NULL;
	m->cols = 0;                    /* laid out when it is drawn */
	app_dirty(a);
	return true;
}

struct render *message_render(struct screen *s)
{
	struct screen_message *m = (struct screen_message *)s;

	if (render_tree(m->r))
		return m->r;
	app_say(s->app, STYLE_WARNING, "%s", _("The message is still being read."));
	return NULL;
}

int64_t message_id(struct screen *s)
{
	return ((struct screen_message *)s)->id;
}
