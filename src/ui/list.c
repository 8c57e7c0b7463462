/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * list: the messages of a mailbox, or of a search: where the cursor is, which are tagged,
 * and which mailboxes stand beside it.
 */
#include "screens.h"

enum { SIDE_COLS = 24, SIDE_FROM = 100, BESIDE_FROM = 160, BELOW_FROM = 40 };

/* ---- the cursor ---- */

const struct row *list_current(struct screen_list *l)
{
	return rows_get(l->rows, l->at.at);
}

void list_moved(struct screen_list *l)
{
	const struct row *w = list_current(l);

	l->current = w ? w->id : 0;
	app_dirty(l->s.app);
}

void list_reload(struct screen_list *l)
{
	const struct row *w;
	uint64_t k;

	list_size(&l->at, rows_count(l->rows), l->at.rows);
	w = list_current(l);
	/* mostly it is where it was; looking for it costs as much as the list is long */
	if (l->current && !(w && w->id == l->current)) {
		if (rows_where(l->rows, l->current, &k))
			list_goto(&l->at, k);
		else if (rows_finding(l->rows))
			return app_dirty(l->s.app);     /* it may be found yet */
	}
	list_moved(l);
}

bool list_step(struct screen_list *l, int by)
{
	uint64_t k = l->at.at, n = rows_count(l->rows);
	const struct row *w;

	while (by > 0 ? k + 1 < n : k > 0) {
		k += (uint64_t)(int64_t)by;
		w = rows_get(l->rows, k);
		if (w && !picks_has(&l->deleted, w->id)) {
			list_goto(&l->at, k);
			list_moved(l);
			return true;
		}
	}
	return false;
}

void list_step_off(struct screen_list *l, const struct picks *p)
{
	const struct row *w = list_current(l);

	if (p->n == 1 && w && w->id == p->v[0].id && !list_step(l, 1))
		list_step(l, -1);
}

bool list_may_change(struct screen_list *l)
{
	if (!l->read_only)
		return true;
	app_say(l->s.app, STYLE_WARNING, "%s", _("This mailbox was opened read-only. {change-folder} opens it anew."));
	return false;
}

/* ---- what is chosen ---- */

void list_tag(struct screen_list *l, const struct row *w, bool on)
{
	if (on)
		picks_add(&l->tagged, w->id, w->key);
	else
		picks_del(&l->tagged, w->id);
}

void list_chosen(struct screen_list *l, struct picks *out)
{
	const struct row *w = list_current(l);

	*out = (struct picks){ 0 };
	if (l->s.app->tag_prefix) {
		l->s.app->tag_prefix = false;
		for (size_t i = 0; i < l->tagged.n; i++)
			picks_append(out, l->tagged.v[i].id, l->tagged.v[i].key);
		rows_keep(l->rows, out);        /* what a limit hides is left alone, as in mutt */
		if (l->tagged.n == 0)
			app_say(l->s.app, STYLE_WARNING, "%s", _("No message is tagged. {tag-entry} tags one, {tag-pattern} those that match."));
		else if (out->n == 0)
			app_say(l->s.app, STYLE_WARNING, "%s", _("No tagged message is shown here. {limit} and then an empty line shows all."));
	} else if (w) {
		picks_append(out, w->id, w->key);
	} else {
		app_say(l->s.app, STYLE_WARNING, "%s", _("There is no message here."));
	}
}

/* ---- the mailboxes beside it ---- */

static void sides_clear(struct screen_list *l)
{
	for (size_t i = 0; i < l->n_sides; i++) {
		free(l->sides[i].path);
		free(l->sides[i].name);
	}
	free(l->sides);
	l->sides = NULL;
	l->n_sides = 0;
}

static int add_side(void *ctx, const struct index_folder *f)
{
	struct screen_list *l = ctx;
	struct str name;

	str_init(&name, 65536);
	utf8_sanitize(&name, sl(folder_name(&l->s.app->conf, f->path)), CLEAN_LINE);
	l->sides = mem_array(l->sides, l->n_sides + 1, sizeof(*l->sides));
	l->sides[l->n_sides++] = (struct side){ mem_strdup(f->path), str_detach(&name), f->role, f->unread, f->total };
	if (l->path && strcmp(f->path, l->path) == 0)
		l->there = f->id;
	return 0;
}

static int by_role(const void *a, const void *b)
{
	static const char order[] = "ids\0atj";
	const struct side *x = a, *y = b;
	int rx = (int)((const char *)memchr(order, x->role, sizeof(order)) - order), ry = (int)((const char *)memchr(order, y->role, sizeof(order)) - order);

	/* those without a role (NUL) stand between what is sent and the archive */
	return rx != ry ? rx - ry : strcmp(x->name, y->name);
}

void list_sides(struct screen_list *l)
{
	struct err ignored = ERR_INIT;

	sides_clear(l);
	l->there = 0;
	index_folders(folders_index(l->s.app->folders), add_side, l, &ignored);
	if (l->n_sides)
		qsort(l->sides, l->n_sides, sizeof(*l->sides), by_role);
	list_size(&l->side_at, l->n_sides, l->side_at.rows);
}

void list_area_split(const struct app *a, struct area whole, struct area *side, struct area *list, struct area *message)
{
	const char *bar = a->conf.look.sidebar, *layout = a->conf.look.layout;
	int cols = whole.cols;

	*side = *list = (struct area){ 0 };
	*message = whole;
	if (strcmp(bar, "no") != 0 && cols >= (strcmp(bar, "yes") == 0 ? 60 : SIDE_FROM)) {
		*side = (struct area){ whole.row, whole.col, whole.rows, SIDE_COLS };
		message->col += SIDE_COLS + 1;
		message->cols -= SIDE_COLS + 1;
	}
	if (strcmp(layout, "beside") == 0 ? message->cols >= 80 : strcmp(layout, "auto") == 0 && cols >= BESIDE_FROM) {
		int half = message->cols * 45 / 100;

		*list = (struct area){ whole.row, message->col, whole.rows, half };
		message->col += half + 1;
		message->cols -= half + 1;
	} else if (strcmp(layout, "below") == 0 && whole.rows >= 20) {
		int part = MAX(whole.rows / 3, 6);

		*list = (struct area){ whole.row, message->col, part, message->cols };
		message->row += part + 1;
		message->rows -= part + 1;
	}
}

/* ---- what is shown ---- */

/* What it still finds is of other rows than are shown by then. */
void list_drop_job(struct screen_list *l, struct task **t)
{
	if (*t) {
		(*t)->item = NULL;
		(*t)->end = NULL;
		jobs_cancel(l->s.app, *t);
	}
	*t = NULL;
}

void list_forget(struct screen_list *l)
{
	picks_clear(&l->tagged);
	picks_clear(&l->deleted);
	picks_clear(&l->found);
	picks_clear(&l->picked);
	free(l->sought);
	l->sought = NULL;
	free(l->limit);
	l->limit = NULL;
	list_drop_job(l, &l->seeking);
	list_drop_job(l, &l->picking);
	l->current = 0;
	l->at = (struct list){ .rows = l->at.rows };
}

/* What shows the old rows goes; what is being written stays open below. */
void list_come_up(struct app *a)
{
	struct screen *next;

	for (struct screen *s = a->top; s != &a->list->s; s = next) {
		next = s->below;
		if (s->ops->where != WHERE_COMPOSE && s->ops->where != WHERE_EDITOR && s->ops->where != WHERE_PICK)
			app_close(s);
	}
	app_raise(&a->list->s);
}

char *list_folder(const struct app *a, const char *name)
{
	if (strcmp(name, "-") == 0 && a->list->before)
		return mem_strdup(a->list->before);
	return folder_path(&a->conf, name[0] ? name : NULL);
}

void list_open(struct app *a, const char *folder)
{
	struct screen_list *l = a->list;

	list_forget(l);
	free(l->path);
	free(l->title);
	free(l->pattern);
	l->path = folder_path(&a->conf, folder);
	l->title = mem_strdup(folder_name(&a->conf, l->path));
	l->pattern = NULL;
	l->read_only = false;
	list_show(l);
	list_sides(l);
	for (size_t i = 0; i < l->n_sides; i++)
		if (strcmp(l->sides[i].path, l->path) == 0)
			list_goto(&l->side_at, i);
}

void list_search(struct app *a, const char *pattern, const char *title)
{
	struct screen_list *l = a->list;
	char *own = mem_strdup(pattern);
	struct str s;

	list_forget(l);
	free(l->path);
	free(l->title);
	free(l->pattern);
	l->path = NULL;
	l->pattern = own;
	str_init(&s, 4096);
	utf8_sanitize(&s, sl(title ? title : own), CLEAN_LINE);
	l->title = str_detach(&s);
	list_come_up(a);
	list_show(l);
}

static void title(struct screen *s, struct str *left, struct str *right)
{
	struct screen_list *l = (struct screen_list *)s;
	uint64_t n = rows_count(l->rows);
	struct str limit;

	str_addf(left, "pabal: %s", l->title);
	if (l->limit) {
		str_init(&limit, 4096);
		utf8_sanitize(&limit, sl(l->limit), CLEAN_LINE);
		str_addf(left, _("  limit: %s"), limit.p);
		str_release(&limit);
	}
	if (l->read_only)
		str_adds(left, _("  read-only"));
	if (rows_finding(l->rows) && !l->narrowing)
		str_adds(right, _("searching  "));
	if (l->tagged.n)
		str_addf(right, ngettext_("%zu tagged  ", "%zu tagged  ", l->tagged.n), l->tagged.n);
	if (l->deleted.n)
		str_addf(right, ngettext_("%zu deleted  ", "%zu deleted  ", l->deleted.n), l->deleted.n);
	str_addf(right, "%llu/%llu", (unsigned long long)(n ? l->at.at + 1 : 0), (unsigned long long)n);
}

/* ---- what is tagged or marked and went ---- */

enum { CHECKED = 1000 };        /* so many are looked up when it is not told what changed */

struct going { struct screen_list *l; struct picks gone; bool much, here; };

static int heard(void *ctx, char what, int64_t folder, int64_t id)
{
	struct going *g = ctx;

	(void)folder;
	g->much = g->much || what == 'x';
	if (what == 'g' && (picks_has(&g->l->tagged, id) || picks_has(&g->l->deleted, id)))
		picks_append(&g->gone, id, 0);
	return 0;
}

static int is_here(void *ctx, const struct index_row *row)
{
	struct going *g = ctx;

	g->here = !g->l->path || row->msg.folder == g->l->shown;
	return 0;
}

static void drop_gone(struct screen_list *l)
{
	struct going g = { .l = l };
	struct err ignored = ERR_INIT;
	struct picks *sets[2] = { &l->tagged, &l->deleted };

	index_events(folders_index(l->s.app->folders), &l->heard, heard, &g, &ignored);
	for (size_t k = 0; g.much && k < 2; k++)
		for (size_t i = 0; sets[k]->n <= CHECKED && i < sets[k]->n; i++)
			picks_append(&g.gone, sets[k]->v[i].id, 0);
	for (size_t i = 0; i < g.gone.n; i++) {
		int r;

		g.here = false;
		r = index_get(folders_index(l->s.app->folders), g.gone.v[i].id, is_here, &g, &ignored);
		if (r < 0 || g.here)
			continue;
		picks_del(&l->tagged, g.gone.v[i].id);
		picks_del(&l->deleted, g.gone.v[i].id);
	}
	picks_clear(&g.gone);
}

static void changed(struct screen *s, unsigned what)
{
	struct screen_list *l = (struct screen_list *)s;

	if (what & (CHANGED_INDEX | CHANGED_JOBS)) {    /* a mailbox that is empty makes no event of the index */
		list_sides(l);
		/* it came, or was removed and made again */
		if (l->path && (!l->known || (!l->limit && l->there && l->there != l->shown)))
			list_show(l);
	}
	if (what & CHANGED_INDEX) {
		folders_look(s->app->folders);
		drop_gone(l);
		rows_changed(l->rows, what & CHANGED_NEW);
	}
	if (what & (CHANGED_OUTBOX | CHANGED_INDEX))
		list_states(l);
	if (what & CHANGED_OUTBOX)
		send_plan(s->app);
	if (what & (CHANGED_INDEX | CHANGED_JOBS))
		list_reload(l);
}

static void mouse(struct screen *s, const struct mouse *m, struct area r)
{
	struct screen_list *l = (struct screen_list *)s;
	struct area side, rows, message;
	int row = m->row - r.row;

	list_area_split(s->app, r, &side, &rows, &message);
	if (m->what == MOUSE_WHEEL_UP || m->what == MOUSE_WHEEL_DOWN) {
		list_scroll(&l->at, m->what == MOUSE_WHEEL_UP ? -3 : 3);
	} else if (side.cols && m->col < side.col + side.cols) {
		uint64_t k = l->side_at.top + (uint64_t)row;

		if (k < l->n_sides)
			cmd_find(WHERE_LIST, SL("change-folder"))->fn(s, l->sides[k].path);
		return;
	} else if (l->at.top + (uint64_t)row < l->at.n) {
		uint64_t k = l->at.top + (uint64_t)row;
		bool again = k == l->at.at;

		list_goto(&l->at, k);
		list_moved(l);
		if (again || m->what == MOUSE_DOUBLE)
			cmd_run(s->app, "display-message");
	}
	list_moved(l);
}

static void sync_answered(void *ctx, bool yes)
{
	struct app *a = ctx;

	if (yes)
		act_purge(a);
	else
		picks_clear(&a->list->deleted);
	if (a->list->deleted.n == 0)
		app_quit(a);
}

static void stay(void *ctx)
{
	(void)ctx;
}

static bool may_close(struct screen *s)
{
	struct screen_list *l = (struct screen_list *)s;

	if (l->deleted.n == 0)
		return true;
	act_ask_purge(s->app, sync_answered, stay, s->app);
	return false;
}

static void list_free(struct screen *s)
{
	struct screen_list *l = (struct screen_list *)s;

	l->seeking = l->picking = NULL;
	list_forget(l);
	rows_free(&l->rows);
	sides_clear(l);
	list_states_free(l);
	free(l->path);
	free(l->title);
	free(l->pattern);
	free(l->before);
	free(l);
}

static const struct screen_ops ops = {
	.where = WHERE_LIST, .title = title, .draw = list_draw, .mouse = mouse, .changed = changed, .may_close = may_close, .about = list_about, .free = list_free,
	.hints = "help display-message quit mail reply group-reply delete-message undelete-message save-message change-folder "
		"limit search tag-entry next-new-then-unread fetch-mail sync-mailbox archive flag-message forward-message mailboxes undo",
};

struct screen *list_new(struct app *a)
{
	struct screen_list *l = mem_zalloc(sizeof(*l));

	l->s = (struct screen){ .ops = &ops, .app = a };
	l->rows = rows_new(a);
	if (find_sort(a->conf.look.sort, &l->sort, &l->reverse) != 0)
		l->sort = SORT_THREAD;
	a->list = l;
	return &l->s;
}
