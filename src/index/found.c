/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * found: rows of what a condition finds.  The first of them come folder by folder,
 * from indexes that have them in order, as many from each as are asked for, so that
 * a screen of all inboxes or of all that is unread needs no look at the rest.  What
 * lies deeper, and what only a search can tell, is found whole and kept as ids.
 */
#include "index/priv.h"

#define FIRST 512       /* rows that come without finding all */

/* ---- the first ---- */

struct best { int64_t id; sqlite3_value *key; };
struct bests { struct best *v; size_t n, cap, most; bool down; };

static int value_cmp(sqlite3_value *a, sqlite3_value *b)
{
	if (sqlite3_value_type(a) == SQLITE_BLOB || sqlite3_value_type(b) == SQLITE_BLOB) {
		size_t an = (size_t)sqlite3_value_bytes(a), bn = (size_t)sqlite3_value_bytes(b);

		return sl_cmp(sl_make(sqlite3_value_blob(a), an), sl_make(sqlite3_value_blob(b), bn));
	}
	return (sqlite3_value_int64(a) > sqlite3_value_int64(b)) - (sqlite3_value_int64(a) < sqlite3_value_int64(b));
}

/* Does the first stand before the second? */
static bool is_before(const struct bests *l, int64_t id, sqlite3_value *key, const struct best *b)
{
	int c = value_cmp(key, b->key);

	if (c == 0)
		c = (id > b->id) - (id < b->id);
	return l->down ? c > 0 : c < 0;
}

/* False: it comes too late, and so does all behind it in its folder. */
static bool best_put(struct bests *l, int64_t id, sqlite3_value *key)
{
	size_t lo = 0, hi = l->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (is_before(l, id, key, &l->v[mid]))
			hi = mid;
		else
			lo = mid + 1;
	}
	if (lo >= l->most)
		return false;
	if (l->n == l->most)
		sqlite3_value_free(l->v[--l->n].key);
	mem_grow(l->v, l->n, l->cap);
	memmove(l->v + lo + 1, l->v + lo, (l->n++ - lo) * sizeof(*l->v));
	l->v[lo] = (struct best){ id, sqlite3_value_dup(key) };
	return true;
}

static sqlite3_stmt *ordered(struct view *v, const char *more, struct err *err)
{
	const char *dir = v->down ? "DESC" : "ASC";
	const char *column = ix_sort_column[v->sort];
	struct str s;
	sqlite3_stmt *st;

	str_init(&s, STR_MAX);
	str_addf(&s, "SELECT m.id, m.%s, m.thread FROM msg m WHERE ", column);
	str_addf(&s, "%s(%s)", more, v->where.sql.p);
	if (v->sort != SORT_THREAD)
		str_addf(&s, " ORDER BY m.%s %s, m.id %s", column, dir, dir);
	st = ix_prepare(v->i, s.p, err);
	str_release(&s);
	return st;
}

static int first(struct view *v, uint64_t k, size_t n, struct ix_slot *out, size_t *got, struct err *err)
{
	struct bests l = { .most = (size_t)k + n, .down = v->down };
	int64_t *all = NULL, *ids = v->where.folders;
	size_t n_ids = v->where.n_folders;
	sqlite3_stmt *st;
	int r = 0;

	if (!v->where.scoped) {
		r = ix_folder_ids(v->i, 0, &all, &n_ids, err);
		ids = all;
	}
	st = r == 0 ? ordered(v, "m.folder = ?1 AND ", err) : NULL;
	r = st ? 0 : -1;
	for (size_t f = 0; r == 0 && f < n_ids; f++) {
		sqlite3_reset(st);
		sqlite3_bind_int64(st, 1, ids[f]);
		ix_where_bind(&v->where, st, 2);
		while ((r = ix_step(v->i, st, err)) == 1)
			if (!best_put(&l, sqlite3_column_int64(st, 0), sqlite3_column_value(st, 1)))
				break;
		r = r < 0 ? -1 : 0;
	}
	sqlite3_finalize(st);
	for (size_t b = 0; b < l.n; b++) {
		if (r == 0 && b >= k && *got < n)
			out[(*got)++] = (struct ix_slot){ l.v[b].id, 0 };
		sqlite3_value_free(l.v[b].key);
	}
	free(l.v);
	free(all);
	return r;
}

/* ---- all ---- */

static void keep(struct view *v, int64_t id)
{
	mem_grow(v->ids, v->n, v->cap);
	v->ids[v->n++] = id;
}

struct of { int64_t thread, date, id; };

static int by_thread(const void *a, const void *b)
{
	const struct of *x = a, *y = b;

	if (x->thread != y->thread)
		return x->thread < y->thread ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

static int by_date(const void *a, const void *b)
{
	const struct of *x = a, *y = b;

	if (x->date != y->date)
		return x->date < y->date ? -1 : 1;
	return by_thread(a, b);
}

/* Threads by their newest message that was found: each gets its date. */
static void keep_threads(struct view *v, struct of *list, size_t n)
{
	if (n == 0)
		return;
	qsort(list, n, sizeof(*list), by_thread);
	for (size_t a = 0, b; a < n; a = b) {
		int64_t latest = list[a].date;

		for (b = a; b < n && list[b].thread == list[a].thread; b++)
			latest = MAX(latest, list[b].date);
		for (size_t k = a; k < b; k++)
			list[k].date = latest;
	}
	qsort(list, n, sizeof(*list), by_date);
	for (size_t k = 0; k < n; k++) {
		const struct of *t = &list[v->down ? n - 1 - k : k];

		if (k == 0 || t->thread != list[v->down ? n - k : k - 1].thread) {
			mem_grow(v->starts, v->n_starts, v->cap_starts);
			v->starts[v->n_starts++] = k;
		}
		keep(v, t->id);
	}
}

static int find_all(struct view *v, struct err *err)
{
	sqlite3_stmt *st = ordered(v, "", err);
	struct of *list = NULL;
	size_t n = 0, cap = 0;
	int r;

	if (!st)
		return -1;
	ix_where_bind(&v->where, st, 1);
	while ((r = ix_step(v->i, st, err)) == 1) {
		if (v->sort != SORT_THREAD) {
			keep(v, sqlite3_column_int64(st, 0));
			continue;
		}
		mem_grow(list, n, cap);
		list[n++] = (struct of){ sqlite3_column_int64(st, 2), sqlite3_column_int64(st, 1), sqlite3_column_int64(st, 0) };
	}
	sqlite3_finalize(st);
	if (r == 0)
		keep_threads(v, list, n);
	free(list);
	v->whole = r == 0;
	return r;
}

/* ---- one thread of what was found ---- */

static size_t group_of(const struct view *v, uint64_t k)
{
	size_t lo = 0, hi = v->n_starts;

	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (v->starts[mid] <= k)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

static int group_slots(struct view *v, size_t group, struct ix_slot **out, size_t *n, struct err *err)
{
	size_t from = v->starts[group], to = group + 1 < v->n_starts ? v->starts[group + 1] : v->n;
	struct ix_items items = { 0 };
	int r = 0;

	for (size_t k = from; r >= 0 && k < to; k++) {
		sqlite3_stmt *st = ix_stmt(v->i, "SELECT id, ident, refs, date, subject FROM msg WHERE id = ?1", err);

		if (st)
			sqlite3_bind_int64(st, 1, v->ids[k]);
		r = st ? ix_step(v->i, st, err) : -1;
		if (r == 1)
			ix_item_add(v->i, &items, st);
		sqlite3_reset(st);
	}
	*n = to - from;
	*out = mem_array(NULL, *n, sizeof(**out));
	/* what went since stands behind the others */
	for (size_t k = 0; k < *n; k++)
		(*out)[k] = (struct ix_slot){ 0, 0 };
	if (r >= 0)
		r = ix_items_order(v->i, &items, *out, err);
	else
		ix_items_clear(&items);
	free(items.v);
	return r;
}

static int by_groups(struct view *v, uint64_t k, size_t n, struct ix_slot *out, size_t *got, struct err *err)
{
	struct ix_slot *slots;
	size_t have;
	int r = 0;

	if (k >= v->n)
		return 0;
	for (size_t g = group_of(v, k); r == 0 && g < v->n_starts && *got < n; g++) {
		r = group_slots(v, g, &slots, &have, err);
		for (size_t s = k > v->starts[g] ? (size_t)k - v->starts[g] : 0; r == 0 && s < have && *got < n; s++)
			out[(*got)++] = slots[s];
		free(slots);
	}
	return r;
}

/* ---- asked ---- */

int ix_found(struct view *v, uint64_t k, size_t n, struct ix_slot *out, size_t *got, struct err *err)
{
	*got = 0;
	if (!v->whole && !v->where.slow && v->sort != SORT_THREAD && n > 0 && k < FIRST && n <= FIRST - k)
		return first(v, k, n, out, got, err);
	if (!v->whole && find_all(v, err) != 0)
		return -1;
	if (v->sort == SORT_THREAD)
		return by_groups(v, k, n, out, got, err);
	for (; k < v->n && *got < n; k++)
		out[(*got)++] = (struct ix_slot){ v->ids[k], 0 };
	return 0;
}

int ix_found_count(struct view *v, uint64_t *n, struct err *err)
{
	struct str s;
	sqlite3_stmt *st;
	int64_t rows = 0;
	int r = 0;

	*n = v->n;
	if (v->whole)
		return 0;
	if (v->where.pure) {
		for (size_t f = 0; r >= 0 && f < v->where.n_folders; f++) {
			r = ix_int(v->i, "SELECT total FROM folder WHERE id = ?1", v->where.folders[f], 0, &rows, err);
			*n += r == 1 ? (uint64_t)rows : 0;
		}
		if (!v->where.scoped) {
			r = ix_int(v->i, "SELECT coalesce(sum(total), 0) FROM folder", 0, 0, &rows, err);
			*n = (uint64_t)rows;
		}
		return r < 0 ? -1 : 0;
	}
	str_init(&s, STR_MAX);
	str_addf(&s, "SELECT count(*) FROM msg m WHERE %s", v->where.sql.p);
	st = ix_prepare(v->i, s.p, err);
	str_release(&s);
	if (!st)
		return -1;
	ix_where_bind(&v->where, st, 1);
	r = ix_step(v->i, st, err);
	if (r == 1)
		*n = (uint64_t)sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return r < 0 ? -1 : 0;
}

int ix_found_where(struct view *v, int64_t id, uint64_t *k, struct err *err)
{
	struct ix_slot *slots;
	size_t at = 0, n, g;
	int r;

	if (!v->whole && find_all(v, err) != 0)
		return -1;
	while (at < v->n && v->ids[at] != id)
		at++;
	if (at == v->n)
		return 0;
	*k = at;
	if (v->sort != SORT_THREAD)
		return 1;
	g = group_of(v, at);
	r = group_slots(v, g, &slots, &n, err);
	for (size_t s = 0; r == 0 && s < n; s++) {
		if (slots[s].id == id) {
			*k = v->starts[g] + s;
			r = 1;
		}
	}
	free(slots);
	return r;
}
