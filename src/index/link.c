/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * link: which thread a message belongs to.  All idents that are named together are
 * in one thread, kept in mid, messages that are missing included; a message that
 * names two threads joins them (the smaller is rewritten).  So the order of arrival
 * changes nothing.  The tree inside a thread is thread_order's.
 *
 * An edit replaces what a message says of its parent; what others' references say
 * of what lies above an edited message is ignored, too.
 */
#include "index/priv.h"

size_t ix_refs_read(sqlite3_stmt *st, int column, uint64_t refs[IX_REFS])
{
	size_t n = (size_t)sqlite3_column_bytes(st, column) / sizeof(*refs);

	n = MIN(n, (size_t)IX_REFS);
	if (n)
		memcpy(refs, sqlite3_column_blob(st, column), n * sizeof(*refs));
	return n;
}

/* ---- what a message refers to ---- */

static bool is_in(const uint64_t *v, size_t n, uint64_t x)
{
	for (size_t k = 0; k < n; k++)
		if (v[k] == x)
			return true;
	return false;
}

/* Refs with edits in force: from the message upwards, where an edit says where it
 * goes on. */
int ix_edit_refs(struct index *i, uint64_t ident, uint64_t *refs, size_t *n, bool *edited, struct err *err)
{
	uint64_t up[2 * IX_REFS];
	size_t left = *n, have = 0;
	uint64_t at = ident;
	int64_t parent;
	int r = 0;

	*edited = false;
	while (have < ARRAY_LEN(up)) {
		r = ix_int(i, "SELECT parent FROM edit WHERE child = ?1", (int64_t)at, 0, &parent, err);
		if (r < 0)
			return -1;
		if (r == 1) {
			*edited = *edited || at == ident;
			left = 0;
			at = (uint64_t)parent;
		} else {
			at = left ? refs[--left] : 0;
		}
		if (at == 0 || at == ident || is_in(up, have, at))
			break;
		up[have++] = at;
	}
	for (size_t k = 0; k < have; k++)
		refs[k] = up[have - 1 - k];
	*n = have;
	return 0;
}

/* ---- threads ---- */

static int thread_of(struct index *i, uint64_t ident, int64_t *thread, struct err *err)
{
	return ix_int(i, "SELECT thread FROM mid WHERE ident = ?1", (int64_t)ident, 0, thread, err);
}

/* Which of two has fewer idents, in the time that the smaller one takes. */
static int is_smaller(struct index *i, int64_t a, int64_t b, struct err *err)
{
	sqlite3_stmt *x = ix_stmt(i, "SELECT 1 FROM mid WHERE thread = ?1", err);
	sqlite3_stmt *y = ix_stmt(i, "SELECT 2 FROM mid WHERE thread = ?1", err);
	int rx = 1, ry = 1;

	if (!x || !y)
		return -1;
	sqlite3_bind_int64(x, 1, a);
	sqlite3_bind_int64(y, 1, b);
	while (rx == 1 && ry == 1) {
		rx = ix_step(i, x, err);
		if (rx == 1)
			ry = ix_step(i, y, err);
	}
	sqlite3_reset(x);
	sqlite3_reset(y);
	return rx < 0 || ry < 0 ? -1 : rx == 0;
}

static int folders_of(struct index *i, int64_t thread, int64_t **v, size_t *n, struct err *err)
{
	sqlite3_stmt *st = ix_stmt(i, "SELECT DISTINCT folder FROM msg WHERE thread = ?1", err);
	size_t cap = 0;
	int r;

	*v = NULL;
	*n = 0;
	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, thread);
	while ((r = ix_step(i, st, err)) == 1) {
		mem_grow(*v, *n, cap);
		(*v)[(*n)++] = sqlite3_column_int64(st, 0);
	}
	return r;
}

static int merge_now(struct index *i, int64_t *into, int64_t other, struct err *err)
{
	int smaller = is_smaller(i, *into, other, err);
	int64_t gone = smaller == 1 ? *into : other, stays = smaller == 1 ? other : *into;
	int64_t *folders = NULL;
	size_t n = 0;
	int r = smaller < 0 ? -1 : 0;

	if (r == 0)
		r = folders_of(i, gone, &folders, &n, err);
	if (r == 0)
		r = ix_do(i, "UPDATE mid SET thread = ?1 WHERE thread = ?2", stays, gone, err);
	if (r == 0)
		r = ix_do(i, "UPDATE msg SET thread = ?1 WHERE thread = ?2", stays, gone, err);
	for (size_t k = 0; r == 0 && k < n; k++)
		r = ix_tfold_touch(i, folders[k], gone, err);
	if (r == 0 && n)
		r = ix_tfold_thread(i, stays, err);
	free(folders);
	*into = stays;
	return r;
}

/* *into becomes the one that stays.  Without indexes that waits (ix_joined_settle). */
static int merge(struct index *i, int64_t *into, int64_t other, struct err *err)
{
	if (i->lean)
		return ix_do(i, "INSERT OR IGNORE INTO joined(a, b) VALUES(?1, ?2)", MIN(*into, other), MAX(*into, other), err);
	return merge_now(i, into, other, err);
}

/* 1 it is known, 0 not, -1. */
static int join(struct index *i, uint64_t ident, int64_t *thread, struct err *err)
{
	int64_t t;
	int r = thread_of(i, ident, &t, err);

	if (r != 1)
		return r;
	if (*thread == 0)
		*thread = t;
	return t == *thread || merge(i, thread, t, err) == 0 ? 1 : -1;
}

static int know(struct index *i, uint64_t ident, int64_t thread, struct err *err)
{
	return ix_do(i, "INSERT OR IGNORE INTO mid(ident, thread) VALUES(?1, ?2)", (int64_t)ident, thread, err);
}

/* ---- by subject ---- */

/* Messages that begin a subject to which there is an answer now. */
static int join_begun(struct index *i, uint64_t subject, struct slice text, int64_t *thread, struct err *err)
{
	sqlite3_stmt *st;
	struct str hold, low;
	bool reply;
	int r;

	str_init(&hold, STR_MAX);
	str_init(&low, STR_MAX);
	ix_sort_key(ix_base_subject(text, &reply, &hold), INT64_MAX, &i->fold, &low);
	str_release(&hold);
	str_cut(&low, low.n - 8);
	st = ix_stmt(i, "SELECT m.ident, m.subject, m.thread FROM folder f JOIN msg m ON m.folder = f.id "
		"WHERE m.bkey >= ?1 AND m.bkey < ?2 AND m.refs IS NULL", err);
	if (st) {
		sqlite3_bind_blob(st, 1, low.p, (int)low.n, SQLITE_TRANSIENT);
		low.p[low.n - 1] = 1;
		sqlite3_bind_blob(st, 2, low.p, (int)low.n, SQLITE_TRANSIENT);
	}
	str_release(&low);
	r = st ? 0 : -1;
	while (r == 0 && (r = ix_step(i, st, err)) == 1) {
		int64_t t = sqlite3_column_int64(st, 2);
		bool edited = false;
		size_t n = 0;
		uint64_t refs[2 * IX_REFS];

		r = 0;
		if (t == *thread || ix_subject_ident(sl(ix_text(st, 1)), &reply) != subject || reply)
			continue;
		if (i->edits)
			r = ix_edit_refs(i, (uint64_t)sqlite3_column_int64(st, 0), refs, &n, &edited, err);
		if (r == 0 && !edited) {
			r = merge(i, thread, t, err);
			/* the rows under the statement are other ones now: from the start */
			sqlite3_reset(st);
		}
	}
	return r;
}

/* ---- in and out ---- */

int ix_thread_in(struct index *i, int64_t id, uint64_t ident, const uint64_t *given, size_t n, const char *subject, int64_t *thread, struct err *err)
{
	uint64_t refs[2 * IX_REFS + 2], unknown[2 * IX_REFS + 2], by_subject = 0;
	bool edited = false, reply = false, begun = false;
	size_t n_unknown = 0;
	int64_t t = 0;
	int r;

	if (n)
		memcpy(refs, given, n * sizeof(*refs));
	if (i->edits && ix_edit_refs(i, ident, refs, &n, &edited, err) != 0)
		return -1;
	/* without indexes all is linked anew at the end */
	if (i->subjects && n == 0 && !edited && !i->lean)
		by_subject = ix_subject_ident(sl(subject), &reply);
	if (by_subject) {
		int known = thread_of(i, by_subject, &t, err);

		if (known < 0)
			return -1;
		begun = reply && known == 0;
		if (reply || known == 1)
			refs[n++] = by_subject;
		t = 0;
	}
	refs[n] = ident;        /* room for one more */
	for (size_t k = 0; k <= n; k++) {
		if ((r = join(i, refs[k], &t, err)) < 0)
			return -1;
		if (r == 0)
			unknown[n_unknown++] = refs[k];
	}
	if (begun) {
		if (t == 0)
			t = id;
		if (know(i, by_subject, t, err) != 0 || join_begun(i, by_subject, sl(subject), &t, err) != 0)
			return -1;
	}
	if (t == 0)
		t = id;
	for (size_t k = 0; k < n_unknown; k++)
		if (know(i, unknown[k], t, err) != 0)
			return -1;
	*thread = t;
	return 0;
}

int ix_thread_out(struct index *i, int64_t thread, struct err *err)
{
	int64_t other;
	int r;

	if (i->lean)    /* to look for others would take too long now */
		return 0;
	r = ix_int(i, "SELECT 1 FROM msg WHERE thread = ?1 LIMIT 1", thread, 0, &other, err);
	return r == 0 ? ix_thread_forget(i, thread, err) : r < 0 ? -1 : 0;
}

int ix_thread_forget(struct index *i, int64_t thread, struct err *err)
{
	return ix_do(i, "DELETE FROM mid WHERE thread = ?1", thread, 0, err);
}

/* ---- the tree of some of a thread ---- */

void ix_item_add(struct index *i, struct ix_items *l, sqlite3_stmt *st)
{
	struct ix_item *t;

	mem_grow(l->v, l->n, l->cap);
	t = &l->v[l->n++];
	t->id = sqlite3_column_int64(st, 0);
	t->ident = (uint64_t)sqlite3_column_int64(st, 1);
	t->n = (unsigned)ix_refs_read(st, 2, t->refs);
	t->date = sqlite3_column_int64(st, 3);
	t->subject = t->n == 0 ? mem_strdup(ix_text(st, 4)) : NULL;
}

struct begun { uint64_t subject, ident; int64_t date; };

static int begun_cmp(const void *a, const void *b)
{
	const struct begun *x = a, *y = b;

	if (x->subject != y->subject)
		return x->subject < y->subject ? -1 : 1;
	if (x->date != y->date)
		return x->date < y->date ? -1 : 1;
	return x->ident < y->ident ? -1 : x->ident > y->ident;
}

/* Answers without references stand under the first message of their subject. */
static void refer_by_subject(struct ix_items *l)
{
	struct begun *v = mem_array(NULL, l->n, sizeof(*v));
	size_t n = 0;
	bool reply;

	for (size_t k = 0; k < l->n; k++) {
		struct ix_item *t = &l->v[k];
		uint64_t s = t->n == 0 && t->subject ? ix_subject_ident(sl(t->subject), &reply) : 0;

		if (s && reply)
			t->refs[t->n++] = s;
		else if (s)
			v[n++] = (struct begun){ s, t->ident, t->date };
	}
	qsort(v, n, sizeof(*v), begun_cmp);
	for (size_t k = 0; k < l->n; k++) {
		struct ix_item *t = &l->v[k];
		size_t lo = 0, hi = n;

		while (t->n == 1 && lo < hi) {
			size_t mid = lo + (hi - lo) / 2;

			if (v[mid].subject < t->refs[0])
				lo = mid + 1;
			else
				hi = mid;
		}
		if (t->n == 1 && lo < n && v[lo].subject == t->refs[0])
			t->refs[0] = v[lo].ident;
	}
	free(v);
}

static int refer(struct index *i, struct ix_items *l, struct err *err)
{
	sqlite3_stmt *st = ix_stmt(i, "SELECT subjects, EXISTS(SELECT 1 FROM edit) FROM state", err);
	bool subjects, edits, edited;
	size_t n;

	if (!st || ix_step(i, st, err) < 0)
		return -1;
	subjects = sqlite3_column_int(st, 0) != 0;
	edits = sqlite3_column_int(st, 1) != 0;
	sqlite3_reset(st);
	for (size_t k = 0; edits && k < l->n; k++) {
		n = l->v[k].n;
		if (ix_edit_refs(i, l->v[k].ident, l->v[k].refs, &n, &edited, err) != 0)
			return -1;
		l->v[k].n = (unsigned)n;
		if (edited) {
			free(l->v[k].subject);
			l->v[k].subject = NULL;
		}
	}
	if (subjects)
		refer_by_subject(l);
	return 0;
}

void ix_items_clear(struct ix_items *l)
{
	for (size_t k = 0; k < l->n; k++)
		free(l->v[k].subject);
	l->n = 0;
}

int ix_items_order(struct index *i, struct ix_items *l, struct ix_slot *out, struct err *err)
{
	int r = l->n > 1 ? refer(i, l, err) : 0;
	struct thread_item *v;

	if (r == 0) {
		v = mem_array(NULL, l->n ? l->n : 1, sizeof(*v));
		for (size_t k = 0; k < l->n; k++)
			v[k] = (struct thread_item){ .ident = l->v[k].ident, .refs = l->v[k].refs, .n_refs = l->v[k].n,
				.date = l->v[k].date, .ctx = &l->v[k] };
		thread_order(v, l->n);
		for (size_t k = 0; k < l->n; k++) {
			const struct ix_item *t = v[k].ctx;

			out[k] = (struct ix_slot){ t->id, v[k].depth };
		}
		free(v);
	}
	ix_items_clear(l);
	return r;
}
