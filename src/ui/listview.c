/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * listview: which messages a list shows and in which order: limits, sorting, folding;
 * and finding the next one that a pattern means.
 */
#include "screens.h"

/* ---- the rows ---- */

void list_show(struct screen_list *l)
{
	struct app *a = l->s.app;
	struct index_folder f = { 0 };
	struct err err = ERR_INIT;
	int r;

	l->known = true;
	if (l->path && !l->limit) {
		r = index_folder(folders_index(a->folders), l->path, &f, &err);
		l->known = r == 1;
		l->shown = r == 1 ? f.id : 0;
		if (r == 1)
			r = rows_folder(l->rows, f.id, l->sort, l->reverse, &err);
		if (r < 0)
			app_fail(a, &err);
		if (l->known)
			index_folder_release(&f);
	} else {
		rows_find(l->rows, l->path, l->path ? l->limit : l->pattern, l->sort, l->reverse);
	}
	list_states(l);
	list_reload(l);
}

/* ---- limits, narrowing as one types ---- */

static bool pattern_ok(struct app *a, const char *text, bool say)
{
	struct query_error why;
	struct query *q = NULL;
	bool ok = query_parse(sl(text), rt_now() / 1000000, &q, &why) == 0;

	if (!ok && say)
		app_say(a, STYLE_ERROR, _("The pattern is wrong at character %zu: %s"), why.at + 1, why.text);
	query_free(&q);
	return ok;
}

static void set_limit(struct screen_list *l, const char *text)
{
	free(l->limit);
	l->limit = text && text[0] && strcmp(text, ".") != 0 && strcmp(text, "~A") != 0 && strcmp(text, "all") != 0 ? mem_strdup(text) : NULL;
	list_show(l);
}

struct limiting { struct screen_list *l; char *before; int64_t current; uint64_t top; };

/* Whatever was shown meanwhile, the cursor is where it was before, if that is shown. */
static void limit_again(struct limiting *m, const char *text)
{
	m->l->current = m->current;
	set_limit(m->l, text);
}

static void limit_typing(void *ctx, const char *text)
{
	struct limiting *m = ctx;

	if (!pattern_ok(m->l->s.app, text, false))
		return;
	m->l->narrowing = true;
	limit_again(m, text);
}

static void limit_typed(void *ctx, const char *text)
{
	struct limiting *m = ctx;

	m->l->narrowing = false;
	if (text && pattern_ok(m->l->s.app, text, true)) {
		limit_again(m, text);
	} else {
		limit_again(m, m->before);
		m->l->at.top = m->top;
		list_goto(&m->l->at, m->l->at.at);
	}
	free(m->before);
	free(m);
}

static void do_limit(struct screen *s, const char *arg)
{
	struct screen_list *l = s->app->list;
	struct limiting *m;

	if (!l->path) {
		app_say(s->app, STYLE_WARNING, "%s", _("This is a search already; {search-everywhere} makes another one."));
	} else if (arg[0]) {
		if (pattern_ok(s->app, arg, true))
			set_limit(l, arg);
	} else {
		m = mem_zalloc(sizeof(*m));
		*m = (struct limiting){ l, mem_strdup(l->limit), l->current, l->at.top };
		ask_line(s->app, &(struct ask_opts){ .label = _("Limit to: "), .text = l->limit, .history = "pattern", .typing = limit_typing, .done = limit_typed, .ctx = m });
	}
}

static void do_show_limit(struct screen *s, const char *arg)
{
	struct screen_list *l = s->app->list;

	(void)arg;
	if (l->limit)
		app_say(s->app, STYLE_NORMAL, _("Limit: %s"), l->limit);
	else
		app_say(s->app, STYLE_NORMAL, "%s", _("All messages are shown."));
}

/* ---- order ---- */

static void set_sort(struct screen_list *l, enum index_sort sort, bool reverse)
{
	l->sort = sort;
	l->reverse = reverse;
	list_show(l);
}

static void sort_by(struct screen_list *l, char key, bool reverse)
{
	static const struct { char key; enum index_sort sort; } keys[] = { { 'd', SORT_DATE }, { 'r', SORT_RECEIVED }, { 'f', SORT_SENDER },
		{ 's', SORT_SUBJECT }, { 'z', SORT_SIZE }, { 't', SORT_THREAD } };

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (keys[i].key == key)
			set_sort(l, keys[i].sort, reverse);
}

static void sort_chosen(void *ctx, char key)
{
	sort_by(ctx, key, false);
}

static void reverse_chosen(void *ctx, char key)
{
	sort_by(ctx, key, true);
}

static void ask_sort(struct screen *s, const char *arg, bool turned)
{
	struct screen_list *l = s->app->list;
	enum index_sort sort;
	bool reverse;

	if (!arg[0])
		ask_choice(s->app, "drfszt", turned ? reverse_chosen : sort_chosen, l, "%s", turned ? _("Reverse order by (d)ate, (r)eceived, (f)rom, (s)ubject, si(z)e, (t)hreads? ")
			: _("Order by (d)ate, (r)eceived, (f)rom, (s)ubject, si(z)e, (t)hreads? "));
	else if (find_sort(arg, &sort, &reverse) == 0)
		set_sort(l, sort, reverse != turned);
	else
		app_say(s->app, STYLE_ERROR, "%s", _("Orders are date, received, sender, subject, size and thread, with - before them for the reverse."));
}

static void do_sort(struct screen *s, const char *arg)
{
	ask_sort(s, arg, false);
}

static void do_sort_reverse(struct screen *s, const char *arg)
{
	ask_sort(s, arg, true);
}

/* ---- to the next one ---- */

/* The place of a found message in the list, as far as it is there. */
static bool place(struct screen_list *l, size_t i, uint64_t *k)
{
	return rows_where(l->rows, l->found.v[i].id, k);
}

/* One in a folded thread is behind the row that stands for the thread. */
static bool is_behind(struct screen_list *l, size_t i, uint64_t k)
{
	return k > l->at.at || (k == l->at.at && l->found.v[i].id != l->current);
}

/* A thread is unfolded for what was found in it. */
static void go_to(struct screen_list *l, size_t i)
{
	const struct row *w;
	uint64_t k = 0;

	place(l, i, &k);
	w = rows_get(l->rows, k);
	if (w && w->id != l->found.v[i].id) {
		rows_fold(l->rows, k, false);
		list_size(&l->at, rows_count(l->rows), l->at.rows);
		place(l, i, &k);
	}
	list_goto(&l->at, k);
	list_moved(l);
}

/* What was found is in the order of the list. */
static void go_to_found(struct screen_list *l)
{
	bool any = false, have = false, back = l->seek_by < 0;
	size_t lo = 0, hi = l->found.n, best = 0, other = 0;
	uint64_t k;

	while (lo < hi) {               /* the first one behind the cursor */
		size_t mid = (lo + hi) / 2;

		if (place(l, mid, &k) && !is_behind(l, mid, k))
			lo = mid + 1;
		else
			hi = mid;
	}
	if (back) {
		for (best = lo; best > 0 && !have; )
			have = place(l, --best, &k) && k < l->at.at;
		for (other = l->found.n; other > 0 && !any; )
			any = place(l, --other, &k);
	} else {
		for (best = lo; best < l->found.n && !(have = place(l, best, &k) && is_behind(l, best, k)); )
			best++;
		for (other = 0; other < l->found.n && !(any = place(l, other, &k)); )
			other++;
	}
	if (!have && !any) {
		app_forget_waiting(l->s.app);
		app_say(l->s.app, STYLE_WARNING, "%s", l->seek_quiet ? _("There is none.") : _("Not found."));
		return;
	}
	if (!have)
		app_say(l->s.app, STYLE_DIM, "%s", back ? _("From the end again.") : _("From the start again."));
	go_to(l, have ? best : other);
	if (l->seek_shows && l->s.app->top->ops->where == WHERE_MESSAGE)
		message_here(l->s.app->top);
	app_changed(l->s.app, CHANGED_JOBS);
}

static void sought_item(void *ctx, struct task *t, const struct wire *w)
{
	struct screen_list *l = ctx;

	(void)t;
	picks_take(&l->found, w);
}

static void sought_end(void *ctx, struct task *t)
{
	struct screen_list *l = ctx;

	l->seeking = NULL;
	if (t->err.kind == ERR_NONE) {
		go_to_found(l);
		return;
	}
	app_forget_waiting(l->s.app);
	app_fail(l->s.app, &t->err);
}

static const char *order(const struct screen_list *l)
{
	static const char *const names[] = { [SORT_DATE] = "-date", [SORT_SENDER] = "-sender", [SORT_SUBJECT] = "-subject",
		[SORT_SIZE] = "-size", [SORT_THREAD] = "-thread", [SORT_RECEIVED] = "-received" };

	return names[l->sort] + !l->reverse;
}

/* What the list shows and the pattern, too. */
static void narrowed(const struct screen_list *l, const char *pattern, struct str *out)
{
	const char *base = l->path ? l->limit : l->pattern;

	if (base)
		str_addf(out, "(%s) (%s)", base, pattern);
	else
		str_adds(out, pattern);
}

static struct task *start(struct screen_list *l, const char *pattern, bool quiet,
	void (*item)(void *, struct task *, const struct wire *), void (*end)(void *, struct task *))
{
	struct task *t;
	struct str s;

	str_init(&s, 65536);
	narrowed(l, pattern, &s);
	t = jobs_start(l->s.app, &(struct job_spec){ .kind = "find", .folder = l->path, .pattern = s.p, .to = order(l) }, _("Searching"), quiet, item, end, l);
	str_release(&s);
	return t;
}

bool list_seeks(const struct screen_list *l)
{
	return l->seeking || l->picking || (rows_finding(l->rows) && rows_count(l->rows) == 0);
}

void list_seek(struct screen_list *l, const char *pattern, int by, bool quiet)
{
	if (!pattern_ok(l->s.app, pattern, true))
		return;
	list_drop_job(l, &l->seeking);
	picks_clear(&l->found);
	l->seek_by = by;
	l->seek_quiet = quiet;
	l->seek_shows = false;
	l->seeking = start(l, pattern, true, sought_item, sought_end);
}

static void search_typed(void *ctx, const char *text)
{
	struct screen_list *l = ctx;

	if (!text)
		return;
	if (text[0]) {
		free(l->sought);
		l->sought = mem_strdup(text);
	}
	if (l->sought)
		list_seek(l, l->sought, l->seek_by, false);
}

static void ask_search(struct screen *s, const char *arg, int by)
{
	struct screen_list *l = s->app->list;

	l->seek_by = by;
	if (arg[0])
		search_typed(l, arg);
	else
		ask_line(s->app, &(struct ask_opts){ .label = by < 0 ? _("Search back for: ") : _("Search for: "), .history = "pattern", .done = search_typed, .ctx = l });
}

static void do_search_next(struct screen *s, const char *arg)
{
	struct screen_list *l = s->app->list;

	(void)arg;
	if (!l->sought)
		ask_search(s, "", 1);
	else
		list_seek(l, l->sought, l->seek_by ? l->seek_by : 1, false);
}

static void do_search_for(struct screen *s, const char *arg)
{
	ask_search(s, arg, 1);
}

static void do_search_back(struct screen *s, const char *arg)
{
	ask_search(s, arg, -1);
}

/* ---- all that match ---- */

static void picked_item(void *ctx, struct task *t, const struct wire *w)
{
	struct screen_list *l = ctx;

	(void)t;
	picks_take(&l->picked, w);
}

static void picked_end(void *ctx, struct task *t)
{
	struct screen_list *l = ctx;
	struct picks *to = strchr("tT", l->pick_what) ? &l->tagged : &l->deleted;

	l->picking = NULL;
	picks_sort(&l->picked);
	picks_merge(to, &l->picked, strchr("td", l->pick_what) != NULL);
	picks_clear(&l->picked);
	if (t->err.kind != ERR_NONE) {
		app_forget_waiting(l->s.app);
		app_fail(l->s.app, &t->err);
		return;
	}
	app_say(l->s.app, STYLE_NORMAL, to == &l->tagged ? ngettext_("%zu message is tagged.", "%zu messages are tagged.", to->n)
		: ngettext_("%zu message is marked as deleted; {sync-mailbox} moves it to the trash.", "%zu messages are marked as deleted; {sync-mailbox} moves them to the trash.", to->n), to->n);
}

static void pick_typed(void *ctx, const char *text)
{
	struct screen_list *l = ctx;

	if (!text || !text[0] || !pattern_ok(l->s.app, text, true))
		return;
	list_drop_job(l, &l->picking);
	picks_clear(&l->picked);
	l->pick_what = l->pick_asked;
	l->picking = start(l, text, true, picked_item, picked_end);
}

void list_pick(struct screen *s, const char *arg, char what, const char *label)
{
	struct screen_list *l = s->app->list;

	l->pick_asked = what;           /* what is looked for meanwhile keeps its own */
	if (arg[0])
		pick_typed(l, arg);
	else
		ask_line(s->app, &(struct ask_opts){ .label = label, .history = "pattern", .done = pick_typed, .ctx = l });
}

const struct cmd list_view_cmds[] = {
	{ "search", "/", "W", NULL, "PATTERN", N_("Search"), N_("To the next message that a pattern finds."), do_search_for },
	{ "search-reverse", "<Esc>/", "", NULL, "PATTERN", NULL, N_("To the message before that a pattern finds."), do_search_back },
	{ "search-next", "n", "<Esc>w", NULL, NULL, NULL, N_("To the next one that the last search found."), do_search_next },
	{ "limit", "l \\", "z \\", "\\ f", "PATTERN", N_("Limit"), N_("Show only what a pattern finds, narrowing while it is typed; nothing: show all."), do_limit },
	{ "show-limit", "<Esc>l", NULL, NULL, NULL, NULL, N_("Say which limit is set."), do_show_limit },
	{ "sort-mailbox", "o", "$", NULL, "ORDER", NULL, N_("Change the order."), do_sort },
	{ "sort-reverse", "O", "", NULL, "ORDER", NULL, N_("Change the order, turned around."), do_sort_reverse },
	{ NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL },
};
