/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rows: the rows of a list of any length.  A folder is a window on the index; what a
 * pattern finds is a list of ids that a job sends.  Folded threads are runs of rows that
 * are passed over.
 *
 * "Base" rows count what the view or the ids hold; the rows that callers see are those
 * without what is hidden.
 */
#include "screens.h"

enum { WINDOW = 200 };

struct hit { int64_t id, thread; uint64_t key; unsigned depth; };
struct hits { struct hit *v; size_t n, cap; };
struct hide { int64_t thread, root; uint64_t at, n, before; };  /* base rows [at, at + n); before: hidden above */
struct overlay { int64_t id; unsigned set, clear; };

struct rows {
	struct app *app;
	struct view *view;
	bool is_find, reverse, fold_after;
	enum index_sort sort;
	int64_t folder_id;
	char *folder, *pattern;
	struct hits hits, next;
	struct task *finding; bool again;       /* again: next takes the place of hits at its end */
	uint64_t base;                          /* number of base rows              */
	struct hide *hides; size_t n_hides, cap_hides; uint64_t hidden;
	struct row *win; size_t n_win; uint64_t first; bool fresh;
	struct overlay *over; size_t n_over, cap_over;
};

struct rows *rows_new(struct app *a)
{
	struct rows *r = mem_zalloc(sizeof(*r));

	r->app = a;
	return r;
}

static void row_release(struct row *w)
{
	free(w->from_name);
	free(w->from);
	free(w->subject);
	free(w->message_id);
	free(w->to);
}

static void drop_window(struct rows *r)
{
	for (size_t i = 0; i < r->n_win; i++)
		row_release(&r->win[i]);
	r->n_win = 0;
	r->fresh = false;
}

static void stop_finding(struct rows *r)
{
	struct task *t = r->finding;

	if (!t)
		return;
	r->finding = NULL;
	t->item = NULL;
	t->end = NULL;
	jobs_cancel(r->app, t);
}

static void reset(struct rows *r)
{
	stop_finding(r);
	view_close(&r->view);
	drop_window(r);
	r->hits.n = r->next.n = 0;
	r->n_hides = 0;
	r->hidden = 0;
	r->base = 0;
	r->fold_after = false;
}

void rows_free(struct rows **rp)
{
	struct rows *r = *rp;

	if (!r)
		return;
	reset(r);
	free(r->win);
	free(r->hits.v);
	free(r->next.v);
	free(r->hides);
	free(r->over);
	free(r->folder);
	free(r->pattern);
	free(r);
	*rp = NULL;
}

/* ---- base rows and what is hidden of them ---- */

static void number_hides(struct rows *r)
{
	uint64_t before = 0;

	for (size_t i = 0; i < r->n_hides; i++) {
		r->hides[i].before = before;
		before += r->hides[i].n;
	}
	r->hidden = before;
}

/* How many of the hides lie wholly above; base: k counts base rows, else those seen. */
static size_t hides_above(const struct rows *r, uint64_t k, bool base)
{
	size_t lo = 0, hi = r->n_hides;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		const struct hide *h = &r->hides[mid];

		if ((base ? h->at : h->at - h->before) <= k)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static uint64_t to_base(const struct rows *r, uint64_t k)
{
	size_t n = hides_above(r, k, false);

	return n ? k + r->hides[n - 1].before + r->hides[n - 1].n : k;
}

static uint64_t from_base(const struct rows *r, uint64_t base)
{
	size_t n = hides_above(r, base, true);
	const struct hide *h = n ? &r->hides[n - 1] : NULL;

	if (!h)
		return base;
	if (base < h->at + h->n)
		return h->at - 1 - h->before;   /* its thread's first row */
	return base - h->before - h->n;
}

static const struct hide *hidden_below(const struct rows *r, uint64_t base)
{
	size_t lo = 0, hi = r->n_hides;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (r->hides[mid].at <= base + 1 && r->hides[mid].at != base + 1)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < r->n_hides && r->hides[lo].at == base + 1 ? &r->hides[lo] : NULL;
}

uint64_t rows_count(const struct rows *r)
{
	return r->base - r->hidden;
}

/* ---- the window ---- */

static char *clean(const char *text)
{
	struct str s;

	str_init(&s, 65536);
	utf8_sanitize(&s, sl_head(sl(text), 4096), CLEAN_LINE);
	return str_detach(&s);
}

static int first_rcpt(void *ctx, char kind, const char *name, const char *addr)
{
	char **to = ctx;

	if (!*to && kind == 't')
		*to = clean(name[0] ? name : addr);
	return 0;
}

static void lay_over(const struct rows *r, struct row *w)
{
	for (size_t i = 0; i < r->n_over; i++)
		if (r->over[i].id == w->id)
			w->flags = (w->flags & ~r->over[i].clear) | r->over[i].set;
}

static int take_row(void *ctx, const struct index_row *row)
{
	struct rows *r = ctx;
	struct row *w = &r->win[r->n_win++];

	*w = (struct row){ .id = row->msg.id, .folder = row->msg.folder, .thread = row->thread, .date = row->date,
		.key = row->msg.ref.key, .size = row->msg.size, .ident = row->ident, .flags = row->msg.flags,
		.attachments = row->msg.attachments, .depth = row->depth, .from_name = clean(row->from_name), .from = clean(row->from),
		.subject = clean(row->subject), .message_id = mem_strdup(row->message_id) };
	lay_over(r, w);
	return r->n_win > WINDOW ? -1 : 0;
}

static int load_hits(struct rows *r, uint64_t first, struct err *err)
{
	size_t k = (size_t)first;

	while (k < r->hits.n && r->n_win < WINDOW) {
		int got = index_get(folders_index(r->app->folders), r->hits.v[k].id, take_row, r, err);

		if (got < 0)
			return -1;
		if (got == 0) {         /* gone: the list closes over it */
			memmove(&r->hits.v[k], &r->hits.v[k + 1], (r->hits.n - k - 1) * sizeof(*r->hits.v));
			r->hits.n--;
			r->base--;
			continue;
		}
		r->win[r->n_win - 1].depth = r->hits.v[k].depth;
		k++;
	}
	return 0;
}

static void load(struct rows *r, uint64_t base)
{
	uint64_t first = base > WINDOW / 3 ? base - WINDOW / 3 : 0;
	struct index *index = folders_index(r->app->folders);
	struct err ignored = ERR_INIT;
	const char *path;
	bool sent = false;

	drop_window(r);
	if (!r->win)
		r->win = mem_array(NULL, WINDOW + 2, sizeof(*r->win));
	if (r->is_find)
		load_hits(r, first, &ignored);
	else if (r->view)
		view_rows(r->view, first, WINDOW, take_row, r, &ignored);
	r->first = first;
	r->fresh = true;
	for (size_t i = 0; i < r->n_win; i++) {
		/* what a folder is for costs a look at the disk */
		if (i == 0 || r->win[i].folder != r->win[i - 1].folder) {
			path = folder_of(r->app->folders, r->win[i].folder);
			sent = path && folder_role(&r->app->conf, path) == 's';
		}
		if (sent)
			index_rcpts(index, r->win[i].id, first_rcpt, &r->win[i].to, &ignored);
	}
}

const struct row *rows_get(struct rows *r, uint64_t k)
{
	uint64_t base = to_base(r, k);
	const struct hide *h;

	if (base >= r->base)
		return NULL;
	if (!r->fresh || base < r->first || base >= r->first + r->n_win)
		load(r, base);
	if (base < r->first || base >= r->first + r->n_win)
		return NULL;
	h = hidden_below(r, base);
	r->win[base - r->first].folded = h ? h->n : 0;
	return &r->win[base - r->first];
}

bool rows_where(struct rows *r, int64_t id, uint64_t *k)
{
	struct err ignored = ERR_INIT;
	uint64_t base;

	if (r->is_find) {
		for (size_t i = 0; i < r->hits.n; i++) {
			if (r->hits.v[i].id == id) {
				*k = from_base(r, i);
				return true;
			}
		}
		return false;
	}
	if (!r->view || view_where(r->view, id, &base, &ignored) != 1)
		return false;
	*k = from_base(r, base);
	return true;
}

void rows_keep(const struct rows *r, struct picks *p)
{
	struct picks held = { 0 };
	size_t to = 0;

	for (size_t i = 0; r->is_find && i < r->hits.n; i++)
		picks_append(&held, r->hits.v[i].id, r->hits.v[i].key);
	picks_sort(&held);
	for (size_t i = 0; i < p->n; i++)
		if (!r->is_find || picks_has(&held, p->v[i].id))
			p->v[to++] = p->v[i];
	p->n = to;
	picks_clear(&held);
}

/* ---- folding ---- */

/* The rows of a thread behind its first one, from base on. */
static uint64_t below(struct rows *r, uint64_t base, int64_t *thread, int64_t *root)
{
	uint64_t n = 0;

	*thread = 0;
	for (uint64_t k = base; k < r->base; k++, n++) {
		if (!r->is_find && (!r->fresh || k < r->first || k >= r->first + r->n_win))
			load(r, k);
		if (!r->is_find && (k < r->first || k >= r->first + r->n_win))
			break;
		if (k == base) {
			*thread = r->is_find ? r->hits.v[k].thread : r->win[k - r->first].thread;
			*root = r->is_find ? r->hits.v[k].id : r->win[k - r->first].id;
		} else if ((r->is_find ? r->hits.v[k].thread : r->win[k - r->first].thread) != *thread) {
			break;
		}
	}
	return n ? n - 1 : 0;
}

static uint64_t thread_start(struct rows *r, uint64_t base)
{
	int64_t thread, root;

	below(r, base, &thread, &root);
	while (base > 0) {
		uint64_t k = base - 1;

		if (!r->is_find && (k < r->first || k >= r->first + r->n_win))
			load(r, k);
		if ((r->is_find ? r->hits.v[k].thread : r->win[k - r->first].thread) != thread)
			break;
		base = k;
	}
	return base;
}

static void add_hide(struct rows *r, struct hide h)
{
	size_t at = r->n_hides;

	mem_grow(r->hides, r->n_hides, r->cap_hides);
	while (at > 0 && r->hides[at - 1].at > h.at)
		at--;
	memmove(&r->hides[at + 1], &r->hides[at], (r->n_hides - at) * sizeof(*r->hides));
	r->hides[at] = h;
	r->n_hides++;
	number_hides(r);
}

void rows_fold(struct rows *r, uint64_t k, bool fold)
{
	struct hide h = { 0 };
	uint64_t start;

	if (r->sort != SORT_THREAD || k >= rows_count(r))
		return;
	start = thread_start(r, to_base(r, k));
	for (size_t i = 0; i < r->n_hides; i++) {
		if (r->hides[i].at != start + 1)
			continue;
		if (!fold) {
			memmove(&r->hides[i], &r->hides[i + 1], (r->n_hides - i - 1) * sizeof(*r->hides));
			r->n_hides--;
			number_hides(r);
		}
		return;
	}
	h.at = start + 1;
	h.n = below(r, start, &h.thread, &h.root);
	if (fold && h.n)
		add_hide(r, h);
}

static void fold_hits(struct rows *r)
{
	r->n_hides = 0;
	for (size_t i = 0; i < r->hits.n; ) {
		struct hide h = { .at = i + 1 };

		h.n = below(r, i, &h.thread, &h.root);
		if (h.n) {
			mem_grow(r->hides, r->n_hides, r->cap_hides);
			r->hides[r->n_hides++] = h;
		}
		i += h.n + 1;
	}
	number_hides(r);
}

void rows_fold_all(struct rows *r, bool fold)
{
	if (r->sort != SORT_THREAD)
		return;
	if (!fold) {
		r->n_hides = 0;
		r->hidden = 0;
		r->fold_after = false;
	} else if (r->is_find && !r->finding) {
		fold_hits(r);
	} else {
		char *folder = mem_strdup(r->folder), *pattern = mem_strdup(r->pattern ? r->pattern : "");

		rows_find(r, folder, pattern, r->sort, r->reverse);
		r->fold_after = true;
		free(folder);
		free(pattern);
	}
}

/* Where the folded threads are now. */
static void hide_again(struct rows *r)
{
	struct hide *old = r->hides;
	size_t n = r->n_hides;
	struct err ignored = ERR_INIT;

	r->hides = NULL;
	r->n_hides = r->cap_hides = 0;
	r->hidden = 0;
	for (size_t i = 0; i < n; i++) {
		struct hide h = { 0 };
		uint64_t base;

		if (view_where(r->view, old[i].root, &base, &ignored) != 1)
			continue;
		base = thread_start(r, base);
		h.at = base + 1;
		h.n = below(r, base, &h.thread, &h.root);
		if (h.n)
			add_hide(r, h);
	}
	free(old);
}

/* ---- what is shown ---- */

static void count(struct rows *r)
{
	struct err ignored = ERR_INIT;

	if (r->is_find)
		r->base = r->hits.n;
	else if (!r->view || view_count(r->view, &r->base, &ignored) != 0)
		r->base = 0;
}

int rows_folder(struct rows *r, int64_t folder, enum index_sort sort, bool reverse, struct err *err)
{
	const char *path = folder_of(r->app->folders, folder);

	reset(r);
	r->is_find = false;
	r->sort = sort;
	r->reverse = reverse;
	r->folder_id = folder;
	free(r->folder);
	free(r->pattern);
	r->folder = mem_strdup(path);
	r->pattern = NULL;
	if (view_folder(folders_index(r->app->folders), folder, sort, reverse, &r->view, err) != 0)
		return -1;
	count(r);
	return 0;
}

static void take_hits(void *ctx, struct task *t, const struct wire *w)
{
	struct rows *r = ctx;
	struct hits *to = r->again ? &r->next : &r->hits;
	struct slice rest, word;
	struct str text;

	(void)t;
	str_init(&text, WIRE_MAX);
	wire_get(w, "rows", &text);
	rest = str_sl(&text);
	while (sl_word(&rest, &word)) {
		uint64_t v[4] = { 0 };
		size_t part = 0;

		for (size_t i = 0; i < word.n; i++) {
			if (word.p[i] == ',')
				part += part < 3;
			else
				v[part] = v[part] << 4 | (uint64_t)MAX(hex_val((unsigned char)word.p[i]), 0);
		}
		mem_grow(to->v, to->n, to->cap);
		to->v[to->n++] = (struct hit){ (int64_t)v[0], (int64_t)v[1], v[3], (unsigned)v[2] };
	}
	str_release(&text);
	if (!r->again) {
		r->base = r->hits.n;
		/* what is in the window stays, but it may have been too short */
		if (r->n_win < WINDOW)
			r->fresh = false;
	}
	app_changed(r->app, CHANGED_JOBS);
}

static void found_all(void *ctx, struct task *t)
{
	struct rows *r = ctx;

	r->finding = NULL;
	if (r->again && t->err.kind == ERR_NONE) {
		struct hits old = r->hits;

		r->hits = r->next;
		r->next = old;
		r->next.n = 0;
		r->n_hides = 0;
		r->hidden = 0;
	}
	r->again = false;
	count(r);
	r->fresh = false;
	if (r->fold_after)
		fold_hits(r);
	if (t->err.kind != ERR_NONE && t->err.kind != ERR_CANCEL)
		app_fail(r->app, &t->err);
	app_changed(r->app, CHANGED_JOBS);
}

static const char *sort_name(enum index_sort sort, bool reverse)
{
	static const char *const names[] = { [SORT_DATE] = "-date", [SORT_SENDER] = "-sender", [SORT_SUBJECT] = "-subject",
		[SORT_SIZE] = "-size", [SORT_THREAD] = "-thread", [SORT_RECEIVED] = "-received" };

	return names[sort] + !reverse;
}

static void start_finding(struct rows *r)
{
	struct job_spec spec = { .kind = "find", .folder = r->folder, .pattern = r->pattern, .to = sort_name(r->sort, r->reverse) };

	r->finding = jobs_start(r->app, &spec, _("Searching"), true, take_hits, found_all, r);
}

void rows_find(struct rows *r, const char *folder, const char *pattern, enum index_sort sort, bool reverse)
{
	char *f = mem_strdup(folder), *p = mem_strdup(pattern);

	reset(r);
	free(r->folder);
	free(r->pattern);
	r->folder = f;
	r->pattern = p;
	r->is_find = true;
	r->again = false;
	r->sort = sort;
	r->reverse = reverse;
	start_finding(r);
}

bool rows_finding(const struct rows *r)
{
	return r->finding != NULL;
}

void rows_changed(struct rows *r, bool appeared)
{
	r->fresh = false;
	count(r);
	if (!r->is_find && r->n_hides && r->view)
		hide_again(r);
	if (r->is_find && appeared && !r->finding) {
		r->again = true;
		r->next.n = 0;
		start_finding(r);
	}
}

void rows_flags(struct rows *r, int64_t id, unsigned set, unsigned clear)
{
	mem_grow(r->over, r->n_over, r->cap_over);
	r->over[r->n_over++] = (struct overlay){ id, set, clear };
	for (size_t i = 0; i < r->n_win; i++)
		if (r->win[i].id == id)
			r->win[i].flags = (r->win[i].flags & ~clear) | set;
}

void rows_flags_done(struct rows *r)
{
	r->n_over = 0;
	r->fresh = false;
}
