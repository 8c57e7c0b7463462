/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tfold: the threads that a folder shows, by their newest message.  A thread is in a
 * folder that has a message of it, and its rows there are those messages and the ones
 * in sent folders, so that one's own answers stand where they belong.
 */
#include "index/priv.h"

static int add_part(struct index *i, int64_t folder, int64_t thread, int64_t *n, int64_t *latest, struct err *err)
{
	sqlite3_stmt *st = ix_stmt(i, "SELECT count(*), max(date) FROM msg WHERE thread = ?1 AND folder = ?2", err);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, thread);
	sqlite3_bind_int64(st, 2, folder);
	if (ix_step(i, st, err) != 1)
		return -1;
	if (sqlite3_column_int64(st, 0) > 0) {
		if (*n == 0 || sqlite3_column_int64(st, 1) > *latest)
			*latest = sqlite3_column_int64(st, 1);
		*n += sqlite3_column_int64(st, 0);
	}
	sqlite3_reset(st);
	return 0;
}

static int measure(struct index *i, int64_t folder, int64_t thread, int64_t *n, int64_t *latest, struct err *err)
{
	int64_t *sent = NULL;
	size_t n_sent = 0;
	int r;

	*n = 0;
	r = add_part(i, folder, thread, n, latest, err);
	if (r != 0 || *n == 0)
		return r;
	r = ix_folder_ids(i, 's', &sent, &n_sent, err);
	for (size_t k = 0; r == 0 && k < n_sent; k++)
		if (sent[k] != folder)
			r = add_part(i, sent[k], thread, n, latest, err);
	free(sent);
	return r;
}

static int write_row(struct index *i, int64_t folder, int64_t thread, int64_t n, int64_t latest, struct err *err)
{
	sqlite3_stmt *st;

	if (n == 0)
		return ix_do(i, "DELETE FROM tfold WHERE folder = ?1 AND thread = ?2", folder, thread, err);
	st = ix_stmt(i, "INSERT OR REPLACE INTO tfold(folder, thread, latest, n) VALUES(?1, ?2, ?3, ?4)", err);
	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, folder);
	sqlite3_bind_int64(st, 2, thread);
	sqlite3_bind_int64(st, 3, latest);
	sqlite3_bind_int64(st, 4, n);
	return ix_run(i, st, err);
}

int ix_tfold_touch(struct index *i, int64_t folder, int64_t thread, struct err *err)
{
	sqlite3_stmt *st = ix_stmt(i, "SELECT n, latest FROM tfold WHERE folder = ?1 AND thread = ?2", err);
	int64_t old_n = 0, old_latest = 0, n = 0, latest = 0;
	int r;

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, folder);
	sqlite3_bind_int64(st, 2, thread);
	r = ix_step(i, st, err);
	if (r < 0)
		return -1;
	if (r == 1) {
		old_n = sqlite3_column_int64(st, 0);
		old_latest = sqlite3_column_int64(st, 1);
		sqlite3_reset(st);
	}
	if (measure(i, folder, thread, &n, &latest, err) != 0)
		return -1;
	if (n == old_n && latest == old_latest)
		return 0;
	/* the entry goes before its rows are counted elsewhere: a step that is split
	 * looks at the entries */
	if (write_row(i, folder, thread, n, latest, err) != 0)
		return -1;
	if (old_n && ix_rank_thread(i, folder, thread, old_latest, -old_n, err) != 0)
		return -1;
	return n ? ix_rank_thread(i, folder, thread, latest, n, err) : 0;
}

int ix_tfold_thread(struct index *i, int64_t thread, struct err *err)
{
	sqlite3_stmt *st = ix_stmt(i, "SELECT DISTINCT folder FROM msg WHERE thread = ?1", err);
	int64_t *v = NULL;
	size_t n = 0, cap = 0;
	int r;

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, thread);
	while ((r = ix_step(i, st, err)) == 1) {
		mem_grow(v, n, cap);
		v[n++] = sqlite3_column_int64(st, 0);
	}
	for (size_t k = 0; r == 0 && k < n; k++)
		r = ix_tfold_touch(i, v[k], thread, err);
	free(v);
	return r;
}

int ix_tfold_row(struct index *i, int64_t folder, int64_t thread, struct err *err)
{
	int64_t role = 0;

	if (ix_tfold_touch(i, folder, thread, err) != 0 ||
	    ix_int(i, "SELECT coalesce(role, 0) FROM folder WHERE id = ?1", folder, 0, &role, err) < 0)
		return -1;
	return role == 's' ? ix_tfold_thread(i, thread, err) : 0;
}

/* What is in sent folders stands in the threads of the others, too. */
static int add_sent(struct index *i, struct err *err)
{
	sqlite3_stmt *st = ix_stmt(i, "SELECT t.thread FROM folder f JOIN tfold t ON t.folder = f.id WHERE f.role = 115", err);
	int64_t *v = NULL;
	size_t n = 0, cap = 0;
	int r;

	if (!st)
		return -1;
	while ((r = ix_step(i, st, err)) == 1) {
		mem_grow(v, n, cap);
		v[n++] = sqlite3_column_int64(st, 0);
	}
	for (size_t k = 0; r == 0 && k < n; k++)
		r = ix_tfold_thread(i, v[k], err);
	free(v);
	return r;
}

int ix_tfold_make(struct index *i, struct err *err)
{
	if (ix_exec(i, "DELETE FROM rank WHERE sort = 4; DELETE FROM tfold; DROP INDEX tfold_latest;"
		"INSERT INTO tfold(folder, thread, latest, n) SELECT folder, thread, max(date), count(*) FROM msg "
		" GROUP BY folder, thread ORDER BY folder, thread;", err) != 0 || add_sent(i, err) != 0 ||
	    ix_exec(i, "CREATE INDEX tfold_latest ON tfold(folder, latest, thread, n)", err) != 0)
		return -1;
	return ix_rank_make(i, 0, err);
}
