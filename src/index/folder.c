/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * folder: the mailboxes that the index knows, and their counts.  Counts change in
 * memory while messages of one folder come and go, and are written when another
 * folder comes, when they are asked for, and before a commit.
 */
#include "index/priv.h"

#define COLUMNS "id, path, kind, role, no_text, whole, dev, ino, stamp, sum, last, total, unread, flagged, bytes, textless"

void index_folder_release(struct index_folder *f)
{
	free(f->path);
	*f = (struct index_folder){ 0 };
}

/* ---- counts ---- */

int ix_counts_flush(struct index *i, struct err *err)
{
	struct ix_counts *c = &i->counts;
	sqlite3_stmt *st;

	if (c->folder == 0)
		return 0;
	st = ix_stmt(i, "UPDATE folder SET total = total + ?2, unread = unread + ?3, flagged = flagged + ?4, "
		"bytes = bytes + ?5, textless = textless + ?6, sum = sum + ?7 WHERE id = ?1", err);
	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, c->folder);
	sqlite3_bind_int64(st, 2, c->total);
	sqlite3_bind_int64(st, 3, c->unread);
	sqlite3_bind_int64(st, 4, c->flagged);
	sqlite3_bind_int64(st, 5, c->bytes);
	sqlite3_bind_int64(st, 6, c->textless);
	sqlite3_bind_int64(st, 7, (int64_t)c->sum);
	*c = (struct ix_counts){ 0 };
	return ix_run(i, st, err);
}

int ix_count(struct index *i, const struct ix_counts *add, struct err *err)
{
	struct ix_counts *c = &i->counts;

	if (c->folder != add->folder && ix_counts_flush(i, err) != 0)
		return -1;
	c->folder = add->folder;
	c->total += add->total;
	c->unread += add->unread;
	c->flagged += add->flagged;
	c->bytes += add->bytes;
	c->textless += add->textless;
	c->sum += add->sum;
	return 0;
}

/* ---- reading ---- */

static void take_blob(sqlite3_stmt *st, int n, void *to, size_t size)
{
	if ((size_t)sqlite3_column_bytes(st, n) == size)
		memcpy(to, sqlite3_column_blob(st, n), size);
}

static void read_row(sqlite3_stmt *st, struct index_folder *f)
{
	*f = (struct index_folder){
		.id = sqlite3_column_int64(st, 0), .path = mem_strdup(ix_text(st, 1)),
		.kind = (enum box_kind)sqlite3_column_int(st, 2), .role = (char)sqlite3_column_int(st, 3),
		.no_text = sqlite3_column_int(st, 4) != 0, .whole = sqlite3_column_int(st, 5) != 0,
		.dev = (uint64_t)sqlite3_column_int64(st, 6), .ino = (uint64_t)sqlite3_column_int64(st, 7),
		.sum = (uint64_t)sqlite3_column_int64(st, 9),
		.total = (uint64_t)sqlite3_column_int64(st, 11), .unread = (uint64_t)sqlite3_column_int64(st, 12),
		.flagged = (uint64_t)sqlite3_column_int64(st, 13), .bytes = (uint64_t)sqlite3_column_int64(st, 14),
		.textless = (uint64_t)sqlite3_column_int64(st, 15),
	};
	take_blob(st, 8, &f->stamp, sizeof(f->stamp));
	take_blob(st, 10, &f->last, sizeof(f->last));
}

static int one(struct index *i, sqlite3_stmt *st, struct index_folder *f, struct err *err)
{
	int r = st ? ix_step(i, st, err) : -1;

	if (r == 1) {
		read_row(st, f);
		sqlite3_reset(st);
	}
	return r;
}

int index_folder(struct index *i, const char *path, struct index_folder *f, struct err *err)
{
	sqlite3_stmt *st;

	if (ix_counts_flush(i, err) != 0)
		return -1;
	st = ix_stmt(i, "SELECT " COLUMNS " FROM folder WHERE path = ?1", err);
	if (st)
		sqlite3_bind_text(st, 1, path, -1, SQLITE_TRANSIENT);
	return one(i, st, f, err);
}

int index_folder_inode(struct index *i, uint64_t dev, uint64_t ino, struct index_folder *f, struct err *err)
{
	sqlite3_stmt *st;

	if (ix_counts_flush(i, err) != 0)
		return -1;
	st = ix_stmt(i, "SELECT " COLUMNS " FROM folder WHERE dev = ?1 AND ino = ?2", err);
	if (st) {
		sqlite3_bind_int64(st, 1, (int64_t)dev);
		sqlite3_bind_int64(st, 2, (int64_t)ino);
	}
	return one(i, st, f, err);
}

int index_folders(struct index *i, int (*each)(void *, const struct index_folder *), void *ctx, struct err *err)
{
	struct index_folder *v = NULL, f;
	size_t n = 0, cap = 0;
	sqlite3_stmt *st;
	int r = -1;

	/* all first: what each does may read them, too */
	if (ix_counts_flush(i, err) == 0 && (st = ix_stmt(i, "SELECT " COLUMNS " FROM folder ORDER BY path", err))) {
		while ((r = ix_step(i, st, err)) == 1) {
			read_row(st, &f);
			mem_grow(v, n, cap);
			v[n++] = f;
		}
	}
	for (size_t k = 0; k < n; k++) {
		if (r == 0 && each(ctx, &v[k]) != 0)
			r = -1;
		index_folder_release(&v[k]);
	}
	free(v);
	return r;
}

int ix_folder_ids(struct index *i, char role, int64_t **ids, size_t *n, struct err *err)
{
	sqlite3_stmt *st = ix_stmt(i, "SELECT id FROM folder WHERE ?1 IN (0, role) ORDER BY id", err);
	size_t cap = 0;
	int r;

	*ids = NULL;
	*n = 0;
	if (!st)
		return -1;
	sqlite3_bind_int(st, 1, role);
	while ((r = ix_step(i, st, err)) == 1) {
		mem_grow(*ids, *n, cap);
		(*ids)[(*n)++] = sqlite3_column_int64(st, 0);
	}
	return r;
}

/* ---- changing ---- */

static int write_row(struct index *i, const struct index_folder *f, struct err *err)
{
	sqlite3_stmt *st = ix_stmt(i, "UPDATE folder SET path = ?2, kind = ?3, role = ?4, no_text = ?5, whole = ?6, "
		"dev = ?7, ino = ?8, stamp = ?9, last = ?10 WHERE id = ?1", err);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, f->id);
	sqlite3_bind_text(st, 2, f->path, -1, SQLITE_TRANSIENT);
	sqlite3_bind_int(st, 3, (int)f->kind);
	sqlite3_bind_int(st, 4, f->role);
	sqlite3_bind_int(st, 5, f->no_text);
	sqlite3_bind_int(st, 6, f->whole);
	sqlite3_bind_int64(st, 7, (int64_t)f->dev);
	sqlite3_bind_int64(st, 8, (int64_t)f->ino);
	sqlite3_bind_blob(st, 9, &f->stamp, sizeof(f->stamp), SQLITE_TRANSIENT);
	sqlite3_bind_blob(st, 10, &f->last, sizeof(f->last), SQLITE_TRANSIENT);
	return ix_run(i, st, err);
}

static int create(struct index *i, struct index_folder *f, struct err *err)
{
	sqlite3_stmt *st = ix_stmt(i, "INSERT INTO folder(path) VALUES(?1)", err);

	if (!st)
		return -1;
	sqlite3_bind_text(st, 1, f->path, -1, SQLITE_TRANSIENT);
	if (ix_run(i, st, err) != 0)
		return -1;
	f->id = sqlite3_last_insert_rowid(i->db);
	return i->lean ? 0 : ix_rank_make(i, f->id, err);
}

static int put(struct index *i, struct index_folder *f, struct err *err)
{
	struct index_folder old = { 0 };
	int64_t role = 0;
	int r;

	r = index_folder(i, f->path, &old, err);
	if (r < 0)
		return -1;
	if (r == 1 && f->id == 0)
		f->id = old.id;         /* another process was first */
	if (r == 1 && old.id != f->id)
		r = index_folder_drop(i, old.id, err);
	index_folder_release(&old);
	if (r < 0 || (f->id == 0 && create(i, f, err) != 0))
		return -1;
	if (ix_int(i, "SELECT coalesce(role, 0) FROM folder WHERE id = ?1", f->id, 0, &role, err) < 0 ||
	    write_row(i, f, err) != 0)
		return -1;
	/* messages of sent folders stand in the threads of all */
	if (!i->lean && (role == 's') != (f->role == 's'))
		return ix_tfold_make(i, err);
	return 0;
}

int index_folder_put(struct index *i, struct index_folder *f, struct err *err)
{
	if (index_begin(i, err) != 0)
		return -1;
	return ix_end(i, put(i, f, err), err);
}

static int drop_messages(struct index *i, int64_t folder, struct err *err)
{
	int64_t id;
	int r;

	while ((r = ix_int(i, "SELECT id FROM msg WHERE folder = ?1 ORDER BY date LIMIT 1", folder, 0, &id, err)) == 1)
		if (index_gone(i, id, err) != 0)
			return -1;
	return r;
}

int index_folder_drop(struct index *i, int64_t folder, struct err *err)
{
	int r;

	if (index_begin(i, err) != 0)
		return -1;
	/* first, so that nothing is counted for it any more */
	r = ix_rank_drop(i, folder, err);
	if (r == 0)
		r = drop_messages(i, folder, err);
	if (r == 0)
		r = ix_counts_flush(i, err);
	if (r == 0)
		r = ix_do(i, "DELETE FROM folder WHERE id = ?1", folder, 0, err);
	if (r == 0)
		r = ix_event(i, 'x', folder, 0, err);
	return ix_end(i, r, err);
}
