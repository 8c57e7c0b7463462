/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rank: how many rows lie before a row, without counting them.  Beside the order of
 * a folder stands a ladder: each step has the least entry (key, id) that it holds and
 * the number of rows up to the next step, ix_bucket of them or so.  The lowest step
 * begins below every entry, so a ladder that is there has at least that one.
 *
 * An entry is a message, or in SORT_THREAD a thread with as many rows as it has.  A
 * folder without ladders (while it is filled) is counted by SQLite, row by row.
 */
#include "index/priv.h"

size_t ix_bucket = 512;

struct ladder { const char *from, *all; };

/* Entries from one on, upwards; all of a folder. */
#define FROM(column) "SELECT " column ", id, 1 FROM msg WHERE folder = ?1 AND (" column ", id) >= (?2, ?3) ORDER BY " column ", id"
#define ALL(column) "SELECT " column ", id, 1 FROM msg WHERE folder = ?1 ORDER BY " column ", id"
#define LADDER(column) { FROM(column), ALL(column) }

static const struct ladder ladders[IX_SORTS] = {
	[SORT_DATE] = LADDER("date"), [SORT_SENDER] = LADDER("skey"), [SORT_SUBJECT] = LADDER("bkey"),
	[SORT_SIZE] = LADDER("size"), [SORT_RECEIVED] = LADDER("received"),
	[SORT_THREAD] = { "SELECT latest, thread, n FROM tfold WHERE folder = ?1 AND (latest, thread) >= (?2, ?3) ORDER BY latest, thread",
		"SELECT latest, thread, n FROM tfold WHERE folder = ?1 ORDER BY latest, thread" },
};

void ix_start_release(struct ix_start *s)
{
	sqlite3_value_free(s->key);
	s->key = NULL;
}

/* ---- made ---- */

static int add_step(struct index *i, int64_t folder, enum index_sort sort, sqlite3_value *key, int64_t id, int64_t n, struct err *err)
{
	sqlite3_stmt *st = ix_stmt(i, "INSERT INTO rank(folder, sort, key, id, n) VALUES(?1, ?2, ?3, ?4, ?5)", err);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, folder);
	sqlite3_bind_int(st, 2, (int)sort);
	if (key)
		sqlite3_bind_value(st, 3, key);
	else
		sqlite3_bind_int64(st, 3, INT64_MIN);
	sqlite3_bind_int64(st, 4, id);
	sqlite3_bind_int64(st, 5, n);
	return ix_run(i, st, err);
}

static int make_one(struct index *i, int64_t folder, enum index_sort sort, struct err *err)
{
	sqlite3_stmt *st = ix_stmt(i, ladders[sort].all, err);
	struct ix_start step = { NULL, INT64_MIN, 0 };
	int64_t n = 0;
	int r;

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, folder);
	while ((r = ix_step(i, st, err)) == 1) {
		if (n >= (int64_t)ix_bucket) {
			if (add_step(i, folder, sort, step.key, step.id, n, err) != 0) {
				r = -1;
				break;
			}
			ix_start_release(&step);
			step.key = sqlite3_value_dup(sqlite3_column_value(st, 0));
			step.id = sqlite3_column_int64(st, 1);
			n = 0;
		}
		n += sqlite3_column_int64(st, 2);
	}
	sqlite3_reset(st);
	if (r == 0)
		r = add_step(i, folder, sort, step.key, step.id, n, err);
	ix_start_release(&step);
	return r;
}

int ix_rank_drop(struct index *i, int64_t folder, struct err *err)
{
	return ix_do(i, "DELETE FROM rank WHERE folder = ?1", folder, 0, err);
}

int ix_rank_make(struct index *i, int64_t folder, struct err *err)
{
	int64_t *ids = NULL, has;
	size_t n = 1;
	int r = 0;

	if (folder == 0)
		r = ix_folder_ids(i, 0, &ids, &n, err);
	for (size_t k = 0; r >= 0 && k < n; k++) {
		int64_t id = ids ? ids[k] : folder;

		for (int sort = 0; r >= 0 && sort < IX_SORTS; sort++) {
			r = ix_int(i, "SELECT 1 FROM rank WHERE folder = ?1 AND sort = ?2 LIMIT 1", id, sort, &has, err);
			if (r == 0)
				r = make_one(i, id, (enum index_sort)sort, err);
		}
	}
	free(ids);
	return r < 0 ? -1 : 0;
}

/* ---- kept up ---- */

#define STEP_OF "SELECT key, id, n FROM rank WHERE folder = ?1 AND sort = ?2 AND (key, id) <= (?3, ?4) ORDER BY key DESC, id DESC LIMIT 1"

static sqlite3_stmt *step_of(struct index *i, int64_t folder, enum index_sort sort, struct err *err)
{
	sqlite3_stmt *st = ix_stmt(i, STEP_OF, err);

	if (st) {
		sqlite3_bind_int64(st, 1, folder);
		sqlite3_bind_int(st, 2, (int)sort);
	}
	return st;
}

static int set_step(struct index *i, int64_t folder, enum index_sort sort, const struct ix_start *at, int64_t n, struct err *err)
{
	sqlite3_stmt *st = ix_stmt(i, "UPDATE rank SET n = ?5 WHERE folder = ?1 AND sort = ?2 AND key = ?3 AND id = ?4", err);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, folder);
	sqlite3_bind_int(st, 2, (int)sort);
	sqlite3_bind_value(st, 3, at->key);
	sqlite3_bind_int64(st, 4, at->id);
	sqlite3_bind_int64(st, 5, n);
	return ix_run(i, st, err);
}

/* The lowest step stays, also empty. */
static int drop_step(struct index *i, int64_t folder, enum index_sort sort, const struct ix_start *at, struct err *err)
{
	sqlite3_stmt *st = ix_stmt(i, "DELETE FROM rank WHERE folder = ?1 AND sort = ?2 AND key = ?3 AND id = ?4", err);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, folder);
	sqlite3_bind_int(st, 2, (int)sort);
	sqlite3_bind_value(st, 3, at->key);
	sqlite3_bind_int64(st, 4, at->id);
	return ix_run(i, st, err);
}

/* A step that grew too large becomes two. */
static int split(struct index *i, int64_t folder, enum index_sort sort, const struct ix_start *at, int64_t n, struct err *err)
{
	sqlite3_stmt *st = ix_stmt(i, ladders[sort].from, err);
	sqlite3_value *key = NULL;
	int64_t id = 0, half = 0;
	int r;

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, folder);
	sqlite3_bind_value(st, 2, at->key);
	sqlite3_bind_int64(st, 3, at->id);
	while ((r = ix_step(i, st, err)) == 1 && half < n / 2)
		half += sqlite3_column_int64(st, 2);
	if (r == 1 && half < n) {
		key = sqlite3_value_dup(sqlite3_column_value(st, 0));
		id = sqlite3_column_int64(st, 1);
	}
	sqlite3_reset(st);
	if (r < 0)
		return -1;
	r = set_step(i, folder, sort, at, key ? half : n, err);
	if (r == 0 && key)
		r = add_step(i, folder, sort, key, id, n - half, err);
	sqlite3_value_free(key);
	return r;
}

static int shift(struct index *i, sqlite3_stmt *st, int64_t folder, enum index_sort sort, int64_t by, struct err *err)
{
	struct ix_start at;
	int64_t n;
	int r = st ? ix_step(i, st, err) : -1;

	if (r != 1)
		return r;       /* no ladder yet */
	at = (struct ix_start){ sqlite3_value_dup(sqlite3_column_value(st, 0)), sqlite3_column_int64(st, 1), 0 };
	n = sqlite3_column_int64(st, 2) + by;
	sqlite3_reset(st);
	if (by > 0 && n > 2 * (int64_t)ix_bucket)
		r = split(i, folder, sort, &at, n, err);
	else if (n <= 0 && at.id != INT64_MIN)
		r = drop_step(i, folder, sort, &at, err);
	else
		r = set_step(i, folder, sort, &at, n, err);
	ix_start_release(&at);
	return r;
}

int ix_rank_row(struct index *i, const struct ix_keys *k, int by, struct err *err)
{
	const int64_t numbers[IX_SORTS] = { [SORT_DATE] = k->date, [SORT_SIZE] = k->size, [SORT_RECEIVED] = k->received };

	for (int sort = 0; sort < IX_SORTS; sort++) {
		struct slice text = sort == SORT_SENDER ? k->sender : k->subject;
		sqlite3_stmt *st;

		if (sort == SORT_THREAD)
			continue;
		st = step_of(i, k->folder, (enum index_sort)sort, err);
		if (!st)
			return -1;
		if (sort == SORT_SENDER || sort == SORT_SUBJECT)
			sqlite3_bind_blob(st, 3, text.p, (int)text.n, SQLITE_TRANSIENT);
		else
			sqlite3_bind_int64(st, 3, numbers[sort]);
		sqlite3_bind_int64(st, 4, k->id);
		if (shift(i, st, k->folder, (enum index_sort)sort, by, err) != 0)
			return -1;
	}
	return 0;
}

int ix_rank_thread(struct index *i, int64_t folder, int64_t thread, int64_t latest, int64_t by, struct err *err)
{
	sqlite3_stmt *st = step_of(i, folder, SORT_THREAD, err);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 3, latest);
	sqlite3_bind_int64(st, 4, thread);
	return shift(i, st, folder, SORT_THREAD, by, err);
}

/* ---- asked ---- */

/* The step above, which bounds this one: key NULL where it is the highest. */
static int step_above(struct index *i, int64_t folder, enum index_sort sort, struct ix_start *at, struct err *err)
{
	sqlite3_stmt *st = ix_stmt(i, "SELECT key, id FROM rank WHERE folder = ?1 AND sort = ?2 AND (key, id) > (?3, ?4) "
		"ORDER BY key, id LIMIT 1", err);
	int r;

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, folder);
	sqlite3_bind_int(st, 2, (int)sort);
	sqlite3_bind_value(st, 3, at->key);
	sqlite3_bind_int64(st, 4, at->id);
	ix_start_release(at);
	if ((r = ix_step(i, st, err)) == 1) {
		at->key = sqlite3_value_dup(sqlite3_column_value(st, 0));
		at->id = sqlite3_column_int64(st, 1);
	}
	sqlite3_reset(st);
	return r < 0 ? -1 : 1;
}

int ix_rank_find(struct index *i, int64_t folder, enum index_sort sort, bool down, uint64_t k, struct ix_start *out, struct err *err)
{
	sqlite3_stmt *st;
	bool any = false;
	int r;

	*out = (struct ix_start){ NULL, 0, 0 };
	if (k == 0)
		return 1;
	st = down ? ix_stmt(i, "SELECT n, key, id FROM rank WHERE folder = ?1 AND sort = ?2 ORDER BY key DESC, id DESC", err) :
		ix_stmt(i, "SELECT n, key, id FROM rank WHERE folder = ?1 AND sort = ?2 ORDER BY key, id", err);
	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, folder);
	sqlite3_bind_int(st, 2, (int)sort);
	while ((r = ix_step(i, st, err)) == 1) {
		uint64_t n = (uint64_t)sqlite3_column_int64(st, 0);

		any = true;
		if (out->before + n > k)
			break;
		out->before += n;
	}
	if (r == 1) {
		out->key = sqlite3_value_dup(sqlite3_column_value(st, 1));
		out->id = sqlite3_column_int64(st, 2);
		sqlite3_reset(st);
		return down ? step_above(i, folder, sort, out, err) : 1;
	}
	return r == 0 && !any ? 1 : r;
}

int ix_rank_of(struct index *i, int64_t folder, enum index_sort sort, sqlite3_value *key, int64_t id, struct ix_start *out, struct err *err)
{
	sqlite3_stmt *st = step_of(i, folder, sort, err);
	int r;

	*out = (struct ix_start){ NULL, 0, 0 };
	if (!st)
		return -1;
	sqlite3_bind_value(st, 3, key);
	sqlite3_bind_int64(st, 4, id);
	if ((r = ix_step(i, st, err)) != 1)
		return r;
	out->key = sqlite3_value_dup(sqlite3_column_value(st, 0));
	out->id = sqlite3_column_int64(st, 1);
	sqlite3_reset(st);
	st = ix_stmt(i, "SELECT coalesce(sum(n), 0) FROM rank WHERE folder = ?1 AND sort = ?2 AND (key, id) < (?3, ?4)", err);
	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, folder);
	sqlite3_bind_int(st, 2, (int)sort);
	sqlite3_bind_value(st, 3, out->key);
	sqlite3_bind_int64(st, 4, out->id);
	if ((r = ix_step(i, st, err)) == 1)
		out->before = (uint64_t)sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	return r < 0 ? -1 : 0;
}
