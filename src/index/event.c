/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * event: the log of what changed, for screens of other processes.  It is bounded:
 * who comes late is told to look at everything again.
 */
#include "index/priv.h"

#define LOG_MAX 10000

int ix_event(struct index *i, char what, int64_t folder, int64_t id, struct err *err)
{
	sqlite3_stmt *st;

	i->changed = true;
	if (i->bulk && what != 'x')
		return 0;       /* one for all, when it is committed */
	st = ix_stmt(i, "INSERT INTO change(what, folder, msg) VALUES(?1, ?2, ?3)", err);
	if (!st)
		return -1;
	sqlite3_bind_int(st, 1, what);
	sqlite3_bind_int64(st, 2, folder);
	sqlite3_bind_int64(st, 3, id);
	return ix_run(i, st, err);
}

int ix_event_trim(struct index *i, struct err *err)
{
	if (i->bulk && ix_event(i, 'x', 0, 0, err) != 0)
		return -1;
	return ix_do(i, "DELETE FROM change WHERE seq <= (SELECT max(seq) FROM change) - ?1", LOG_MAX, 0, err);
}

static int tell(struct index *i, int64_t *seq, int64_t first, int64_t last,
	int (*each)(void *, char, int64_t, int64_t), void *ctx, struct err *err)
{
	sqlite3_stmt *st;
	int r;

	if (*seq > last || *seq + 1 < first) {
		*seq = last;
		return each(ctx, 'x', 0, 0);
	}
	st = ix_stmt(i, "SELECT seq, what, folder, msg FROM change WHERE seq > ?1 ORDER BY seq", err);
	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, *seq);
	while ((r = ix_step(i, st, err)) == 1) {
		*seq = sqlite3_column_int64(st, 0);
		if (each(ctx, (char)sqlite3_column_int(st, 1), sqlite3_column_int64(st, 2), sqlite3_column_int64(st, 3)) != 0) {
			sqlite3_reset(st);
			return -1;
		}
	}
	return r;
}

int index_events(struct index *i, int64_t *seq, int (*each)(void *, char, int64_t, int64_t), void *ctx, struct err *err)
{
	int64_t first = 1, last = 1;
	int r;

	if (ix_look(i, err) != 0)
		return -1;
	r = ix_int(i, "SELECT coalesce(min(seq), 1) FROM change", 0, 0, &first, err) < 0 ||
		ix_int(i, "SELECT coalesce(max(seq), 1) FROM change", 0, 0, &last, err) < 0 ? -1 : 0;
	if (r == 0 && *seq == 0)
		*seq = last;
	else if (r == 0)
		r = tell(i, seq, first, last, each, ctx, err);
	ix_look_end(i);
	return r;
}
