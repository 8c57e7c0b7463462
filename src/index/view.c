/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * view: rows k to k + n of a folder or of what was found: as ids first (window.c,
 * found.c), then row by row.  All that one call reads is of one moment.  A folder's
 * view is always what the folder is now; what was found and once put in order stays
 * that list, without what went since.
 */
#include "index/priv.h"

#define CHUNK 4096
#define ROW "SELECT " IX_ROW_COLUMNS " FROM " IX_ROW_FROM

const char *const ix_sort_column[IX_SORTS] = { [SORT_DATE] = "date", [SORT_SENDER] = "skey", [SORT_SUBJECT] = "bkey",
	[SORT_SIZE] = "size", [SORT_THREAD] = "date", [SORT_RECEIVED] = "received" };
const bool ix_sort_down[IX_SORTS] = { [SORT_DATE] = true, [SORT_SIZE] = true, [SORT_THREAD] = true, [SORT_RECEIVED] = true };

/* ---- rows ---- */

void ix_row(struct index *i, sqlite3_stmt *st, struct index_row *r)
{
	*r = (struct index_row){
		.msg = {
			.id = sqlite3_column_int64(st, 0), .folder = sqlite3_column_int64(st, 1),
			.ref = { .key = (uint64_t)sqlite3_column_int64(st, 2), .name = ix_text(st, 4),
				.fresh = sqlite3_column_int(st, 5) != 0, .pos = sqlite3_column_int64(st, 6) },
			.print = (uint64_t)sqlite3_column_int64(st, 3), .ino = (uint64_t)sqlite3_column_int64(st, 7),
			.flags = (unsigned)sqlite3_column_int(st, 8), .received = sqlite3_column_int64(st, 11),
			.size = (uint64_t)sqlite3_column_int64(st, 12), .attachments = (unsigned)sqlite3_column_int(st, 17),
		},
		.thread = sqlite3_column_int64(st, 16), .ident = (uint64_t)sqlite3_column_int64(st, 15),
		.date = sqlite3_column_int64(st, 9), .zone = sqlite3_column_int(st, 10),
		.from_name = ix_text(st, 19), .from = ix_text(st, 20), .subject = ix_text(st, 13), .message_id = ix_text(st, 14),
		.textless = sqlite3_column_int(st, 18) != 0,
	};
	(void)i;
}

/* 1 and r borrows from the statement; 0 no such row. */
static int row_of(struct index *i, sqlite3_stmt *st, int64_t id, struct index_row *row, struct err *err)
{
	int r;

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, id);
	r = ix_step(i, st, err);
	if (r == 1)
		ix_row(i, st, row);
	return r;
}

int index_get(struct index *i, int64_t id, int (*each)(void *, const struct index_row *), void *ctx, struct err *err)
{
	/* not the statement of view_rows: one of its rows may be in use */
	sqlite3_stmt *st = ix_stmt(i, ROW " WHERE 1 AND msg.id = ?1", err);
	struct index_row row;
	int r = row_of(i, st, id, &row, err);

	if (r == 1) {
		if (each(ctx, &row) != 0)
			r = -1;
		sqlite3_reset(st);
	}
	return r;
}

/* ---- by what people type ---- */

static bool key_range(struct slice hex, uint64_t *lo, uint64_t *hi)
{
	*lo = 0;
	if (hex.n == 0 || hex.n > 16)
		return false;
	for (size_t k = 0; k < hex.n; k++) {
		if (hex_val((unsigned char)hex.p[k]) < 0)
			return false;
		*lo = *lo << 4 | (uint64_t)hex_val((unsigned char)hex.p[k]);
	}
	if (hex.n < 16)
		*lo <<= 64 - 4 * hex.n;
	*hi = hex.n < 16 ? *lo | UINT64_MAX >> 4 * hex.n : *lo;
	return true;
}

int index_by_id(struct index *i, int64_t folder, struct slice hex, int (*each)(void *, const struct index_row *), void *ctx, struct err *err)
{
	int64_t *ids = NULL;
	uint64_t lo, hi;
	size_t n = 1;
	int r = 0, found = 0;

	if (!key_range(hex, &lo, &hi))
		return 0;
	if (folder == 0)
		r = ix_folder_ids(i, 0, &ids, &n, err);
	for (size_t k = 0; r == 0 && k < n; k++) {
		/* both ends have the same first bit, so the order is that of numbers with a sign */
		sqlite3_stmt *st = ix_stmt(i, ROW " WHERE msg.folder = ?1 AND msg.key BETWEEN ?2 AND ?3 ORDER BY msg.key", err);
		struct index_row row;

		if (!st) {
			r = -1;
			break;
		}
		sqlite3_bind_int64(st, 1, ids ? ids[k] : folder);
		sqlite3_bind_int64(st, 2, (int64_t)lo);
		sqlite3_bind_int64(st, 3, (int64_t)hi);
		while ((r = ix_step(i, st, err)) == 1) {
			found = 1;
			ix_row(i, st, &row);
			if (each(ctx, &row) != 0) {
				sqlite3_reset(st);
				r = -1;
				break;
			}
		}
	}
	free(ids);
	return r < 0 ? -1 : found;
}

int index_rcpts(struct index *i, int64_t id, int (*each)(void *, char, const char *, const char *), void *ctx, struct err *err)
{
	sqlite3_stmt *st = ix_stmt(i, "SELECT rcpt.kind, addr.name, addr.spec FROM rcpt CROSS JOIN addr ON addr.id = rcpt.addr "
		"WHERE rcpt.msg = ?1 AND rcpt.kind IN (99, 116) ORDER BY rcpt.n", err);
	int r;

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, id);
	while ((r = ix_step(i, st, err)) == 1) {
		if (each(ctx, (char)sqlite3_column_int(st, 0), ix_text(st, 1), ix_text(st, 2)) != 0) {
			sqlite3_reset(st);
			return -1;
		}
	}
	return r;
}

/* ---- views ---- */

static struct view *make(struct index *i, enum index_sort sort, bool reverse)
{
	struct view *v = mem_zalloc(sizeof(*v));

	v->i = i;
	v->sort = sort;
	v->down = ix_sort_down[sort] != reverse;
	return v;
}

void view_close(struct view **vp)
{
	struct view *v = *vp;

	if (!v)
		return;
	ix_where_release(&v->where);
	free(v->ids);
	free(v->starts);
	free(v);
	*vp = NULL;
}

/* While a folder is filled its threads are not gathered yet (tfold.c). */
static void as_threads(struct ix_where *w)
{
	long long folder = (long long)w->folders[0];

	str_clear(&w->sql);
	str_addf(&w->sql, "m.folder = %lld OR (m.folder IN (SELECT id FROM folder WHERE role = 115) AND "
		"m.thread IN (SELECT thread FROM msg WHERE folder = %lld))", folder, folder);
	w->pure = w->scoped = false;
	w->slow = true;
}

int view_find(struct index *i, const struct find *find, enum index_sort sort, bool reverse, struct view **out, struct err *err)
{
	struct view *v = make(i, sort, reverse);
	int64_t lean = 0;

	if (ix_where_make(i, find, &v->where, err) != 0 ||
	    ix_int(i, "SELECT lean FROM state", 0, 0, &lean, err) < 0) {
		view_close(&v);
		return -1;
	}
	if (v->where.pure && v->where.scoped && v->where.n_folders == 1) {
		if (lean && sort == SORT_THREAD)
			as_threads(&v->where);
		else
			v->folder = v->where.folders[0];
	}
	*out = v;
	return 0;
}

int view_folder(struct index *i, int64_t folder, enum index_sort sort, bool reverse, struct view **out, struct err *err)
{
	struct find f = { .kind = FIND_FOLDER, .min = folder };

	return view_find(i, &f, sort, reverse, out, err);
}

static int pick(struct index *i, const int64_t *ids, size_t n, struct err *err)
{
	sqlite3_stmt *st;

	if (ix_exec(i, "CREATE TEMP TABLE IF NOT EXISTS pick(id INTEGER PRIMARY KEY); DELETE FROM temp.pick", err) != 0)
		return -1;
	for (size_t k = 0; k < n; k++) {
		st = ix_stmt(i, "INSERT OR IGNORE INTO temp.pick(id) VALUES(?1)", err);
		if (!st)
			return -1;
		sqlite3_bind_int64(st, 1, ids[k]);
		if (ix_run(i, st, err) != 0)
			return -1;
	}
	return 0;
}

int view_ids(struct index *i, const int64_t *ids, size_t n, enum index_sort sort, bool reverse, struct view **out, struct err *err)
{
	struct view *v = make(i, sort, reverse);
	struct find all = { .kind = FIND_ALL };
	size_t got;
	int r;

	if (ix_look(i, err) != 0) {
		view_close(&v);
		return -1;
	}
	r = ix_where_make(i, &all, &v->where, err);
	if (r == 0) {
		str_clear(&v->where.sql);
		str_adds(&v->where.sql, "m.id IN (SELECT id FROM temp.pick)");
		v->where.pure = false;
		v->where.slow = true;
		r = pick(i, ids, n, err);
	}
	if (r == 0)
		r = ix_found(v, 0, 0, NULL, &got, err); /* now, while the ids are there */
	ix_look_end(i);
	if (r != 0)
		view_close(&v);
	else
		*out = v;
	return r;
}

int view_count(struct view *v, uint64_t *n, struct err *err)
{
	int r;

	if (ix_look(v->i, err) != 0)
		return -1;
	r = v->folder ? ix_window_count(v, n, err) : ix_found_count(v, n, err);
	ix_look_end(v->i);
	return r;
}

int view_where(struct view *v, int64_t id, uint64_t *k, struct err *err)
{
	int r;

	if (ix_look(v->i, err) != 0)
		return -1;
	r = v->folder ? ix_window_where(v, id, k, err) : ix_found_where(v, id, k, err);
	ix_look_end(v->i);
	return r;
}

static int tell(struct view *v, const struct ix_slot *slots, size_t n, int (*each)(void *, const struct index_row *), void *ctx, struct err *err)
{
	static const char sql[] = ROW " WHERE msg.id = ?1";
	struct index_row row;
	/* what is called may look at a view, too, while its row is in use */
	bool inner = v->i->telling++ > 0;
	sqlite3_stmt *own = inner ? ix_prepare(v->i, sql, err) : NULL;
	int r = 0;

	for (size_t k = 0; k < n && r >= 0; k++) {
		sqlite3_stmt *st = inner ? own : ix_stmt(v->i, sql, err);

		r = row_of(v->i, st, slots[k].id, &row, err);
		if (r != 1)
			continue;       /* found once, gone since */
		row.depth = slots[k].depth;
		if (each(ctx, &row) != 0)
			r = -1;
		sqlite3_reset(st);
	}
	sqlite3_finalize(own);
	v->i->telling--;
	return r < 0 ? -1 : 0;
}

int view_rows(struct view *v, uint64_t k, uint64_t n, int (*each)(void *, const struct index_row *), void *ctx, struct err *err)
{
	struct ix_slot *slots = mem_array(NULL, MIN(n, (uint64_t)CHUNK) + 1, sizeof(*slots));
	size_t got = 1;
	int r = ix_look(v->i, err);

	if (r != 0) {
		free(slots);
		return -1;
	}
	while (r == 0 && n > 0 && got > 0) {
		size_t want = (size_t)MIN(n, (uint64_t)CHUNK);

		r = v->folder ? ix_window(v, k, want, slots, &got, err) : ix_found(v, k, want, slots, &got, err);
		if (r == 0)
			r = tell(v, slots, got, each, ctx, err);
		k += got;
		n -= got;
	}
	ix_look_end(v->i);
	free(slots);
	return r;
}
