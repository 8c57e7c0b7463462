/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * window: rows of one folder.  A ladder (rank.c) says where the entries with row k
 * begin, an index gives them from there on; neither takes longer in a larger folder.
 */
#include "index/priv.h"

/* ---- threads ---- */

static int add_part(struct index *i, struct ix_items *items, int64_t folder, int64_t thread, struct err *err)
{
	sqlite3_stmt *st = ix_stmt(i, "SELECT id, ident, refs, date, subject FROM msg WHERE thread = ?1 AND folder = ?2", err);
	int r;

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, thread);
	sqlite3_bind_int64(st, 2, folder);
	while ((r = ix_step(i, st, err)) == 1)
		ix_item_add(i, items, st);
	return r;
}

int ix_thread_slots(struct index *i, int64_t folder, int64_t thread, struct ix_slot **out, size_t *n, struct err *err)
{
	struct ix_items items = { 0 };
	int64_t *sent = NULL;
	size_t n_sent = 0;
	int r;

	*out = NULL;
	r = add_part(i, &items, folder, thread, err);
	if (r == 0)
		r = ix_folder_ids(i, 's', &sent, &n_sent, err);
	for (size_t k = 0; r == 0 && k < n_sent; k++)
		if (sent[k] != folder)
			r = add_part(i, &items, sent[k], thread, err);
	free(sent);
	*n = items.n;
	*out = mem_array(NULL, items.n + 1, sizeof(**out));
	if (r == 0)
		r = ix_items_order(i, &items, *out, err);
	else
		ix_items_clear(&items);
	free(items.v);
	return r;
}

#define THREADS(op, dir) "SELECT thread, n FROM tfold WHERE folder = ?1 AND (latest, thread) " op " (?2, ?3) " \
	"ORDER BY latest " dir ", thread " dir

/* ---- a window ---- */

#define WINDOW(column, op, dir) "SELECT id FROM msg WHERE folder = ?1 AND (" column ", id) " op " (?2, ?3) " \
	"ORDER BY " column " " dir ", id " dir " LIMIT ?4 OFFSET ?5"
#define BOTH(column) { WINDOW(column, ">=", "ASC"), WINDOW(column, "<", "DESC") }

static const char *const windows[IX_SORTS][2] = {
	[SORT_DATE] = BOTH("date"), [SORT_SENDER] = BOTH("skey"), [SORT_SUBJECT] = BOTH("bkey"),
	[SORT_SIZE] = BOTH("size"), [SORT_RECEIVED] = BOTH("received"),
	[SORT_THREAD] = { THREADS(">=", "ASC"), THREADS("<", "DESC") },
};

/* Bytes are greater than any number, and these than any bytes of a text. */
static void bind_bound(sqlite3_stmt *st, const struct ix_start *at, bool down)
{
	if (at->key)
		sqlite3_bind_value(st, 2, at->key);
	else if (down)
		sqlite3_bind_blob(st, 2, "\377\377", 2, SQLITE_STATIC);
	else
		sqlite3_bind_int64(st, 2, INT64_MIN);
	sqlite3_bind_int64(st, 3, at->key ? at->id : INT64_MIN);
}

static int plain(struct view *v, sqlite3_stmt *st, uint64_t skip, size_t n, struct ix_slot *out, size_t *got, struct err *err)
{
	int r;

	sqlite3_bind_int64(st, 4, (int64_t)n);
	sqlite3_bind_int64(st, 5, (int64_t)skip);
	while ((r = ix_step(v->i, st, err)) == 1)
		out[(*got)++] = (struct ix_slot){ sqlite3_column_int64(st, 0), 0 };
	return r;
}

static int threads(struct view *v, sqlite3_stmt *st, uint64_t skip, size_t n, struct ix_slot *out, size_t *got, struct err *err)
{
	struct ix_slot *slots;
	size_t have;
	int r = 0;

	while (*got < n && (r = ix_step(v->i, st, err)) == 1) {
		uint64_t rows = (uint64_t)sqlite3_column_int64(st, 1);

		if (skip >= rows) {
			skip -= rows;
			continue;
		}
		r = ix_thread_slots(v->i, v->folder, sqlite3_column_int64(st, 0), &slots, &have, err);
		for (size_t k = skip; r == 0 && k < have && *got < n; k++)
			out[(*got)++] = slots[k];
		free(slots);
		if (r != 0)
			break;
		skip = 0;
	}
	sqlite3_reset(st);
	return r < 0 ? -1 : 0;
}

int ix_window(struct view *v, uint64_t k, size_t n, struct ix_slot *out, size_t *got, struct err *err)
{
	struct ix_start at;
	sqlite3_stmt *st;
	int r = ix_rank_find(v->i, v->folder, v->sort, v->down, k, &at, err);

	*got = 0;
	st = r == 1 ? ix_stmt(v->i, windows[v->sort][v->down], err) : NULL;
	if (st) {
		sqlite3_bind_int64(st, 1, v->folder);
		bind_bound(st, &at, v->down);
		r = (v->sort == SORT_THREAD ? threads : plain)(v, st, k - at.before, n, out, got, err);
	} else if (r == 1) {
		r = -1;
	}
	ix_start_release(&at);
	return r;
}

int ix_window_count(struct view *v, uint64_t *n, struct err *err)
{
	int64_t rows = 0;
	int r = v->sort == SORT_THREAD ?
		ix_int(v->i, "SELECT coalesce(sum(n), 0) FROM rank WHERE folder = ?1 AND sort = 4", v->folder, 0, &rows, err) :
		ix_int(v->i, "SELECT total FROM folder WHERE id = ?1", v->folder, 0, &rows, err);

	*n = (uint64_t)rows;
	return r < 0 ? -1 : 0;
}

/* ---- where ---- */

#define ENTRY(column) "SELECT " column ", id, 1 FROM msg WHERE id = ?2 AND folder = ?1"
#define BEFORE(column) "SELECT count(*) FROM msg WHERE folder = ?1 AND (" column ", id) >= (?2, ?3) AND (" column ", id) < (?4, ?5)"
#define WHERE(column) { ENTRY(column), BEFORE(column) }

static const struct { const char *entry, *before; } wheres[IX_SORTS] = {
	[SORT_DATE] = WHERE("date"), [SORT_SENDER] = WHERE("skey"), [SORT_SUBJECT] = WHERE("bkey"),
	[SORT_SIZE] = WHERE("size"), [SORT_RECEIVED] = WHERE("received"),
	[SORT_THREAD] = {
		"SELECT latest, thread, n FROM tfold WHERE folder = ?1 AND thread = ?2",
		"SELECT coalesce(sum(n), 0) FROM tfold WHERE folder = ?1 AND (latest, thread) >= (?2, ?3) AND (latest, thread) < (?4, ?5)",
	},
};

/* Rows below an entry, and its own. */
static int below(struct view *v, int64_t id, uint64_t *before, uint64_t *own, struct err *err)
{
	sqlite3_stmt *st = ix_stmt(v->i, wheres[v->sort].entry, err);
	struct ix_start at = { NULL, 0, 0 };
	sqlite3_value *key;
	int64_t second;
	int r;

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, v->folder);
	sqlite3_bind_int64(st, 2, id);
	if ((r = ix_step(v->i, st, err)) != 1)
		return r;
	key = sqlite3_value_dup(sqlite3_column_value(st, 0));
	second = sqlite3_column_int64(st, 1);
	*own = (uint64_t)sqlite3_column_int64(st, 2);
	sqlite3_reset(st);
	r = ix_rank_of(v->i, v->folder, v->sort, key, second, &at, err);
	st = r == 0 ? ix_stmt(v->i, wheres[v->sort].before, err) : NULL;
	if (st) {
		sqlite3_bind_int64(st, 1, v->folder);
		bind_bound(st, &at, false);
		sqlite3_bind_value(st, 4, key);
		sqlite3_bind_int64(st, 5, second);
		r = ix_step(v->i, st, err);
		*before = at.before + (r == 1 ? (uint64_t)sqlite3_column_int64(st, 0) : 0);
		sqlite3_reset(st);
	} else {
		r = -1;
	}
	ix_start_release(&at);
	sqlite3_value_free(key);
	return r;
}

int ix_window_where(struct view *v, int64_t id, uint64_t *k, struct err *err)
{
	struct ix_slot *slots = NULL;
	uint64_t before, own, total;
	int64_t thread = 0;
	size_t n = 0;
	int r = 1;

	if (v->sort == SORT_THREAD)
		r = ix_int(v->i, "SELECT thread FROM msg WHERE id = ?1", id, 0, &thread, err);
	if (r == 1)
		r = below(v, v->sort == SORT_THREAD ? thread : id, &before, &own, err);
	if (r != 1 || ix_window_count(v, &total, err) != 0)
		return r == 1 ? -1 : r;
	*k = v->down ? total - before - own : before;
	if (v->sort != SORT_THREAD)
		return 1;
	r = ix_thread_slots(v->i, v->folder, thread, &slots, &n, err);
	for (size_t s = 0; r == 0 && s < n; s++) {
		if (slots[s].id == id) {
			*k += s;
			r = 1;
		}
	}
	free(slots);
	return r;
}
