/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * relink: threads taken apart and put together again, after an edit or when joining
 * by subject is switched.  The messages of the threads in question, and of all that
 * they refer to now, are linked as if they had just arrived.
 *
 * A thread is named after the least id of its messages: no other thread can have
 * that name, because a thread that is named after a living message holds it.
 */
#include "index/priv.h"

struct told { int64_t id, folder, thread; uint64_t ident; };
struct edge { uint64_t a, b; };
struct begins { uint64_t subject, ident; bool reply; };
struct ident { uint64_t ident; size_t root; int64_t thread; };
struct relink {
	struct told *v; size_t n, cap;
	struct edge *edges; size_t n_edges, cap_edges;
	struct begins *begins; size_t n_begins, cap_begins;
	struct ident *idents; size_t n_idents;
	int64_t *threads; size_t n_threads, cap_threads;        /* taken apart; 0: all */
};

static void add_thread(struct relink *w, int64_t thread)
{
	for (size_t k = 0; k < w->n_threads; k++)
		if (w->threads[k] == thread)
			return;
	mem_grow(w->threads, w->n_threads, w->cap_threads);
	w->threads[w->n_threads++] = thread;
}

static void add_edge(struct relink *w, uint64_t a, uint64_t b)
{
	mem_grow(w->edges, w->n_edges, w->cap_edges);
	w->edges[w->n_edges++] = (struct edge){ a, b };
}

static int load(struct index *i, struct relink *w, int64_t thread, struct err *err)
{
	sqlite3_stmt *st = thread ?
		ix_stmt(i, "SELECT id, ident, refs, date, subject, folder, thread FROM msg WHERE thread = ?1", err) :
		ix_stmt(i, "SELECT id, ident, refs, date, subject, folder, thread FROM msg", err);
	uint64_t refs[2 * IX_REFS];
	int r;

	if (!st)
		return -1;
	if (thread)
		sqlite3_bind_int64(st, 1, thread);
	while ((r = ix_step(i, st, err)) == 1) {
		struct told t = { sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 5), sqlite3_column_int64(st, 6),
			(uint64_t)sqlite3_column_int64(st, 1) };
		size_t n = ix_refs_read(st, 2, refs);
		bool edited = false, reply;
		uint64_t s;

		if (i->edits && ix_edit_refs(i, t.ident, refs, &n, &edited, err) != 0)
			return -1;
		mem_grow(w->v, w->n, w->cap);
		w->v[w->n++] = t;
		add_edge(w, t.ident, t.ident);
		for (size_t k = 0; k < n; k++)
			add_edge(w, t.ident, refs[k]);
		if (i->subjects && n == 0 && !edited && (s = ix_subject_ident(sl(ix_text(st, 4)), &reply)) != 0) {
			mem_grow(w->begins, w->n_begins, w->cap_begins);
			w->begins[w->n_begins++] = (struct begins){ s, t.ident, reply };
		}
	}
	return r;
}

static int begins_cmp(const void *a, const void *b)
{
	const struct begins *x = a, *y = b;

	if (x->subject != y->subject)
		return x->subject < y->subject ? -1 : 1;
	return (int)y->reply - (int)x->reply;
}

/* Those of a subject are one thread where one of them is an answer. */
static void link_subjects(struct relink *w)
{
	bool answered = false;

	if (w->n_begins)
		qsort(w->begins, w->n_begins, sizeof(*w->begins), begins_cmp);
	for (size_t k = 0; k < w->n_begins; k++) {
		if (k == 0 || w->begins[k].subject != w->begins[k - 1].subject)
			answered = w->begins[k].reply;
		if (answered)
			add_edge(w, w->begins[k].ident, w->begins[k].subject);
	}
}

static int ident_cmp(const void *a, const void *b)
{
	uint64_t x = ((const struct ident *)a)->ident, y = ((const struct ident *)b)->ident;

	return x < y ? -1 : x > y;
}

static size_t find(const struct relink *w, uint64_t ident)
{
	struct ident key = { .ident = ident };
	struct ident *at = bsearch(&key, w->idents, w->n_idents, sizeof(key), ident_cmp);

	return (size_t)(at - w->idents);
}

static size_t root_of(struct relink *w, size_t x)
{
	while (w->idents[x].root != x) {
		w->idents[x].root = w->idents[w->idents[x].root].root;
		x = w->idents[x].root;
	}
	return x;
}

static void unite(struct relink *w)
{
	size_t n = 0, kept = 0;

	w->idents = mem_array(NULL, w->n_edges ? 2 * w->n_edges : 1, sizeof(*w->idents));
	for (size_t k = 0; k < w->n_edges; k++) {
		w->idents[n++].ident = w->edges[k].a;
		w->idents[n++].ident = w->edges[k].b;
	}
	qsort(w->idents, n, sizeof(*w->idents), ident_cmp);
	for (size_t k = 0; k < n; k++)
		if (kept == 0 || w->idents[kept - 1].ident != w->idents[k].ident)
			w->idents[kept++].ident = w->idents[k].ident;
	w->n_idents = kept;
	for (size_t k = 0; k < kept; k++) {
		w->idents[k].root = k;
		w->idents[k].thread = 0;
	}
	for (size_t k = 0; k < w->n_edges; k++)
		w->idents[root_of(w, find(w, w->edges[k].a))].root = root_of(w, find(w, w->edges[k].b));
	for (size_t k = 0; k < w->n; k++) {
		struct ident *top = &w->idents[root_of(w, find(w, w->v[k].ident))];

		if (top->thread == 0 || w->v[k].id < top->thread)
			top->thread = w->v[k].id;
	}
}

static int write_mids(struct index *i, struct relink *w, struct err *err)
{
	int r = w->n_threads ? 0 : ix_exec(i, "DELETE FROM mid", err);

	for (size_t k = 0; r == 0 && k < w->n_threads; k++)
		r = ix_thread_forget(i, w->threads[k], err);
	for (size_t k = 0; r == 0 && k < w->n_idents; k++)
		r = ix_do(i, "INSERT OR REPLACE INTO mid(ident, thread) VALUES(?1, ?2)", (int64_t)w->idents[k].ident,
			w->idents[root_of(w, k)].thread, err);
	for (size_t k = 0; r == 0 && k < w->n; k++) {
		int64_t thread = w->idents[root_of(w, find(w, w->v[k].ident))].thread;

		if (thread != w->v[k].thread)
			r = ix_do(i, "UPDATE msg SET thread = ?1 WHERE id = ?2", thread, w->v[k].id, err);
	}
	return r;
}

static int write_folders(struct index *i, struct relink *w, struct err *err)
{
	int r = 0;

	if (i->lean)
		return 0;
	if (w->n_threads == 0)
		return ix_tfold_make(i, err);
	for (size_t k = 0; r == 0 && k < w->n; k++) {
		r = ix_tfold_touch(i, w->v[k].folder, w->v[k].thread, err);
		if (r == 0)
			r = ix_tfold_thread(i, w->idents[root_of(w, find(w, w->v[k].ident))].thread, err);
	}
	return r;
}

/* Threads that are referred to now and were not looked at. */
static int follow(struct index *i, struct relink *w, size_t from, struct err *err)
{
	int64_t thread;
	int r = 0;

	for (size_t k = from; r >= 0 && k < w->n_edges; k++) {
		r = ix_int(i, "SELECT thread FROM mid WHERE ident = ?1", (int64_t)w->edges[k].b, 0, &thread, err);
		if (r == 1)
			add_thread(w, thread);
	}
	return r < 0 ? -1 : 0;
}

int ix_thread_again(struct index *i, int64_t a, int64_t b, struct err *err)
{
	struct relink w = { 0 };
	int r = 0;

	if (a)
		add_thread(&w, a);
	if (b)
		add_thread(&w, b);
	if (!a && !b)
		r = load(i, &w, 0, err);
	for (size_t k = 0; r == 0 && k < w.n_threads; k++) {
		size_t from = w.n_edges;

		r = load(i, &w, w.threads[k], err);
		if (r == 0)
			r = follow(i, &w, from, err);
	}
	if (r == 0) {
		link_subjects(&w);
		unite(&w);
		r = write_mids(i, &w, err);
	}
	if (r == 0)
		r = write_folders(i, &w, err);
	if (r == 0)
		r = ix_event(i, 'x', 0, 0, err);
	free(w.v);
	free(w.edges);
	free(w.begins);
	free(w.idents);
	free(w.threads);
	return r;
}

/* ---- threads that were joined while there were no indexes ---- */

static size_t place(const int64_t *ids, size_t n, int64_t id)
{
	size_t lo = 0, hi = n;

	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (ids[mid] <= id)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

static int id_cmp(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Each becomes the least that it is joined with. */
static int settle(struct index *i, const int64_t *pairs, size_t n_pairs, struct err *err)
{
	int64_t *ids = mem_array(NULL, 2 * n_pairs, sizeof(*ids));
	size_t *root = mem_array(NULL, 2 * n_pairs, sizeof(*root)), n = 0;
	int r = 0;

	memcpy(ids, pairs, 2 * n_pairs * sizeof(*ids));
	qsort(ids, 2 * n_pairs, sizeof(*ids), id_cmp);
	for (size_t k = 0; k < 2 * n_pairs; k++)
		if (n == 0 || ids[n - 1] != ids[k])
			ids[n++] = ids[k];
	for (size_t k = 0; k < n; k++)
		root[k] = k;
	for (size_t k = 0; k < 2 * n_pairs; k += 2) {
		size_t a = place(ids, n, pairs[k]), b = place(ids, n, pairs[k + 1]);

		while (root[a] != a)
			a = root[a] = root[root[a]];
		while (root[b] != b)
			b = root[b] = root[root[b]];
		root[MAX(a, b)] = MIN(a, b);
	}
	for (size_t k = 0; r == 0 && k < n; k++) {
		size_t top = k;

		while (root[top] != top)
			top = root[top];
		if (top == k)
			continue;
		r = ix_do(i, "UPDATE mid SET thread = ?1 WHERE thread = ?2", ids[top], ids[k], err);
		if (r == 0)
			r = ix_do(i, "UPDATE msg SET thread = ?1 WHERE thread = ?2", ids[top], ids[k], err);
	}
	free(ids);
	free(root);
	return r == 0 ? ix_exec(i, "DELETE FROM joined", err) : -1;
}

int ix_joined_settle(struct index *i, struct err *err)
{
	int64_t *v = NULL;
	size_t n = 0, cap = 0;
	sqlite3_stmt *st = ix_stmt(i, "SELECT a, b FROM joined", err);
	int r = st ? 1 : -1;

	while (r == 1 && (r = ix_step(i, st, err)) == 1) {
		for (int c = 0; c < 2; c++) {
			mem_grow(v, n, cap);
			v[n++] = sqlite3_column_int64(st, c);
		}
	}
	if (r == 0 && n)
		r = settle(i, v, n / 2, err);
	free(v);
	return r;
}

/* ---- asked for ---- */

static int edit(struct index *i, uint64_t child, uint64_t parent, struct err *err)
{
	int64_t a = 0, b = 0;

	if (ix_joined_settle(i, err) != 0 ||
	    ix_int(i, "SELECT thread FROM mid WHERE ident = ?1", (int64_t)child, 0, &a, err) < 0 ||
	    (parent && ix_int(i, "SELECT thread FROM mid WHERE ident = ?1", (int64_t)parent, 0, &b, err) < 0))
		return -1;
	if (parent == child) {
		if (ix_do(i, "DELETE FROM edit WHERE child = ?1", (int64_t)child, 0, err) != 0)
			return -1;
	} else if (ix_do(i, "INSERT OR REPLACE INTO edit(child, parent) VALUES(?1, ?2)", (int64_t)child, (int64_t)parent, err) != 0) {
		return -1;
	}
	i->edits = true;
	/* a subject may join any of them again */
	if (i->subjects)
		return ix_thread_again(i, 0, 0, err);
	return a || b ? ix_thread_again(i, a, b, err) : 0;
}

int index_thread_edit(struct index *i, uint64_t child, uint64_t parent, struct err *err)
{
	if (index_begin(i, err) != 0)
		return -1;
	return ix_end(i, edit(i, child, parent, err), err);
}

int index_thread_subjects(struct index *i, bool join, struct err *err)
{
	int r = 0;

	if (index_begin(i, err) != 0)
		return -1;
	if (i->subjects != join) {
		i->subjects = join;
		r = ix_joined_settle(i, err);
		if (r == 0)
			r = ix_do(i, "UPDATE state SET subjects = ?1", join, 0, err);
		if (r == 0)
			r = ix_thread_again(i, 0, 0, err);
	}
	return ix_end(i, r, err);
}
