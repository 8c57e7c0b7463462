/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * index: the database as such: opened, made, made anew, asked, changed.
 *
 * It is a cache.  WAL with synchronous=NORMAL: a crash loses commits at most, and the
 * mailboxes tell them again.  Whoever finds it damaged removes it, under a lock of
 * ours, and only when it is still the file of that name; who has it open goes on
 * reading a dead file and is told when it begins to write (SQLite itself neither
 * writes back nor removes logs for a file that was moved).
 */
#include "index/priv.h"
#include <errno.h>
#include <unistd.h>

#define FORMAT 1
#define APPLICATION 0x7061626c          /* "pabl" */
#define CACHE_READ "-2048"              /* KiB */
#define CACHE_BULK "-65536"

/* ---- statements ---- */

/* Removes the files, if they are still those that are open here. */
static void condemn(struct index *i)
{
	static const char *const tails[] = { "", "-wal", "-shm" };
	struct err ignored = ERR_INIT;
	struct str s;
	int lock, moved = 1;

	if (!i->path)
		return;
	str_init(&s, 65536);
	str_addf(&s, "%s.lock", i->path);
	if (fs_lock(s.p, true, &lock, &ignored) == 0) {
		sqlite3_file_control(i->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
		for (size_t k = 0; !moved && k < ARRAY_LEN(tails); k++) {
			str_clear(&s);
			str_addf(&s, "%s%s", i->path, tails[k]);
			fs_unlink(FS_CWD, s.p);
		}
		fs_close(&lock);
	}
	str_release(&s);
}

static bool is_damage(int code, const char *words)
{
	return code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_CONSTRAINT ||
		code == SQLITE_MISMATCH || (code == SQLITE_ERROR && strncmp(words, "no such", 7) == 0);
}

int ix_fail(struct index *i, struct err *err)
{
	int code = sqlite3_errcode(i->db);
	const char *words = sqlite3_errmsg(i->db);

	i->broken = true;
	if (is_damage(code, words)) {
		err_set(err, ERR_TEMP, _("The index is damaged (%s). It will be made anew; no mail is lost."), words);
		condemn(i);
		return -1;
	}
	if (code == SQLITE_BUSY)
		return err_set(err, ERR_LOCKED, _("Another program holds the index %s for too long."), i->path ? i->path : "");
	if (code == SQLITE_FULL || sqlite3_system_errno(i->db) == ENOSPC)
		return err_set(err, ERR_SYS, _("There is no room for the index %s."), i->path ? i->path : "");
	return err_set(err, ERR_SYS, _("The index can't be used: %s."), words);
}

sqlite3_stmt *ix_stmt(struct index *i, const char *sql, struct err *err)
{
	struct slice key = sl_make((const char *)&sql, sizeof(sql));
	sqlite3_stmt *st = map_get(i->stmts, key);

	if (st) {
		sqlite3_reset(st);
		return st;
	}
	if (sqlite3_prepare_v3(i->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &st, NULL) != SQLITE_OK) {
		ix_fail(i, err);
		return NULL;
	}
	map_put(i->stmts, key, st);
	return st;
}

sqlite3_stmt *ix_prepare(struct index *i, const char *sql, struct err *err)
{
	sqlite3_stmt *st = NULL;

	if (sqlite3_prepare_v2(i->db, sql, -1, &st, NULL) != SQLITE_OK)
		ix_fail(i, err);
	return st;
}

int ix_step(struct index *i, sqlite3_stmt *st, struct err *err)
{
	int r = sqlite3_step(st);

	if (r == SQLITE_ROW)
		return 1;
	if (r != SQLITE_DONE)
		ix_fail(i, err);
	sqlite3_reset(st);
	return r == SQLITE_DONE ? 0 : -1;
}

int ix_run(struct index *i, sqlite3_stmt *st, struct err *err)
{
	int r = st ? ix_step(i, st, err) : -1;

	if (r == 1)
		sqlite3_reset(st);
	return r < 0 ? -1 : 0;
}

int ix_exec(struct index *i, const char *sql, struct err *err)
{
	return sqlite3_exec(i->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : ix_fail(i, err);
}

static sqlite3_stmt *bound(struct index *i, const char *sql, int64_t a, int64_t b, struct err *err)
{
	sqlite3_stmt *st = ix_stmt(i, sql, err);

	if (st && sqlite3_bind_parameter_count(st) > 0)
		sqlite3_bind_int64(st, 1, a);
	if (st && sqlite3_bind_parameter_count(st) > 1)
		sqlite3_bind_int64(st, 2, b);
	return st;
}

int ix_int(struct index *i, const char *sql, int64_t a, int64_t b, int64_t *out, struct err *err)
{
	sqlite3_stmt *st = bound(i, sql, a, b, err);
	int r = st ? ix_step(i, st, err) : -1;

	if (r == 1) {
		*out = sqlite3_column_int64(st, 0);
		sqlite3_reset(st);
	}
	return r;
}

int ix_do(struct index *i, const char *sql, int64_t a, int64_t b, struct err *err)
{
	return ix_run(i, bound(i, sql, a, b, err), err);
}

const char *ix_text(sqlite3_stmt *st, int n)
{
	const unsigned char *p = sqlite3_column_text(st, n);

	return p ? (const char *)p : "";
}

/* ---- opening ---- */

static int64_t pragma(struct index *i, const char *sql)
{
	sqlite3_stmt *st = NULL;
	int64_t v = -1;

	if (sqlite3_prepare_v2(i->db, sql, -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW)
		v = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return v;
}

static void shut(struct index *i)
{
	sqlite3_close(i->db);
	i->db = NULL;
}

static int open_file(struct index *i, const char *path, int flags)
{
	if (sqlite3_open_v2(path, &i->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | flags, NULL) != SQLITE_OK)
		return -1;
	sqlite3_busy_timeout(i->db, 10000);
	return 0;
}

static void note(struct index *i, const char *text)
{
	if (!i->note)
		i->note = mem_strdup(text);
}

enum found { USABLE, MISSING, UNUSABLE, READ_ONLY, BUSY };

static enum found look_at(struct index *i)
{
	int64_t format;

	if (open_file(i, i->path, 0) != 0) {
		shut(i);
		return MISSING;
	}
	if (sqlite3_db_readonly(i->db, "main") == 1)
		return READ_ONLY;
	format = pragma(i, "PRAGMA user_version");
	if (format == FORMAT && pragma(i, "PRAGMA application_id") == APPLICATION &&
	    pragma(i, "SELECT lean FROM state") >= 0)
		return USABLE;
	if (sqlite3_errcode(i->db) == SQLITE_BUSY)
		return BUSY;
	if (format == 0 && pragma(i, "SELECT count(*) FROM sqlite_master") == 0)
		note(i, _("The index is made for the first time."));
	else if (format > FORMAT)
		note(i, _("The index was written by a newer pabal and is made anew."));
	else if (format >= 0 && format < FORMAT)
		note(i, _("The index has an old format and is made anew."));
	else
		note(i, _("The index is damaged and is made anew."));
	return UNUSABLE;
}

static int make_tables(struct index *i, struct err *err)
{
	struct str s;
	int r;

	str_init(&s, 65536);
	str_addf(&s, "BEGIN IMMEDIATE;%s%s", ix_schema, ix_text_schema);
	str_addf(&s, "PRAGMA application_id = %d;", APPLICATION);
	r = ix_exec(i, s.p, err);
	if (r == 0)
		r = ix_schema_make(i, err);
	str_clear(&s);
	str_addf(&s, "PRAGMA user_version = %d;COMMIT", FORMAT);
	if (r == 0)
		r = ix_exec(i, s.p, err);
	str_release(&s);
	return r;
}

static int make_file(struct index *i, struct err *err)
{
	static const char *const tails[] = { "", "-wal", "-shm", "-journal" };
	struct str s;

	str_init(&s, 65536);
	for (size_t k = 0; k < ARRAY_LEN(tails); k++) {
		str_clear(&s);
		str_addf(&s, "%s%s", i->path, tails[k]);
		fs_unlink(FS_CWD, s.p);
	}
	str_release(&s);
	if (open_file(i, i->path, SQLITE_OPEN_CREATE) != 0)
		return i->db ? ix_fail(i, err) : err_set(err, ERR_SYS, _("The index can't be opened."));
	if (ix_exec(i, "PRAGMA page_size=4096; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;", err) != 0)
		return -1;
	return make_tables(i, err);
}

static void make_parent(const char *path)
{
	struct err ignored = ERR_INIT;
	const char *slash = strrchr(path, '/');
	char *dir;

	if (!slash || slash == path)
		return;
	dir = mem_strndup(path, (size_t)(slash - path));
	if (access(dir, F_OK) != 0)
		fs_mkdirs(dir, &ignored);
	free(dir);
}

/* The first of several processes makes it; the others find it made. */
static int make(struct index *i, struct err *err)
{
	struct str lock_path;
	enum found f;
	int lock, r = -1;

	make_parent(i->path);
	str_init(&lock_path, 65536);
	str_addf(&lock_path, "%s.lock", i->path);
	if (fs_lock(lock_path.p, true, &lock, err) == 0) {
		f = look_at(i);
		if (f == USABLE) {
			r = 0;
		} else if (f == READ_ONLY) {
			err_set(err, ERR_SYS, _("It can't be written."));
		} else if (f == BUSY) {
			ix_fail(i, err);
		} else {
			shut(i);
			r = make_file(i, err);
		}
		fs_close(&lock);
	}
	str_release(&lock_path);
	return r;
}

/* No place for a file: it lives as long as this process. */
static int make_nameless(struct index *i, struct err *err)
{
	free(i->path);
	i->path = NULL;
	if (open_file(i, "", SQLITE_OPEN_CREATE) != 0)
		return err_set(err, ERR_SYS, _("No index can be made, not even in memory."));
	return make_tables(i, err);
}

static int open_any(struct index *i, struct err *err)
{
	struct err why = ERR_INIT;
	enum found f = MISSING;
	struct str s;

	if (!i->path)
		return make_nameless(i, err);
	f = look_at(i);
	if (f == USABLE)
		return 0;
	if (f == BUSY)
		return ix_fail(i, err);
	shut(i);
	if (f != READ_ONLY && make(i, &why) == 0)
		return 0;
	if (why.kind == ERR_LOCKED)
		return err_set(err, ERR_LOCKED, "%s", why.text);
	shut(i);
	str_init(&s, 4096);
	str_addf(&s, _("The index %s can't be written, so one is made for this time only. %s"), i->path, why.text);
	free(i->note);
	i->note = str_detach(&s);
	return make_nameless(i, err);
}

int index_open(struct index **out, const char *path, struct err *err)
{
	struct index *i = mem_zalloc(sizeof(*i));
	mode_t mask = umask(077);
	int r;

	i->path = mem_strdup(path);
	i->stmts = map_new();
	i->addrs = map_new();
	str_init(&i->fold, STR_MAX);
	str_init(&i->held, STR_MAX);
	r = open_any(i, err);
	umask(mask);
	if (r == 0)
		r = ix_exec(i, "PRAGMA synchronous=NORMAL; PRAGMA trusted_schema=OFF; PRAGMA cache_size=" CACHE_READ, err);
	if (r == 0 && ix_find_open(i) != 0)
		r = ix_fail(i, err);
	i->broken = false;
	if (r != 0) {
		index_close(&i);
		return -1;
	}
	*out = i;
	return 0;
}

void index_close(struct index **ip)
{
	struct index *i = *ip;
	struct slice key;
	size_t it = 0;
	void *st;

	if (!i)
		return;
	while (map_next(i->stmts, &it, &key, &st))
		sqlite3_finalize(st);
	map_free(&i->stmts);
	map_free(&i->addrs);
	sqlite3_close(i->db);
	str_release(&i->fold);
	str_release(&i->held);
	free(i->path);
	free(i->note);
	free(i);
	*ip = NULL;
}

const char *index_note(const struct index *i)
{
	return i->note;
}

/* ---- transactions ---- */

static int read_state(struct index *i, struct err *err)
{
	sqlite3_stmt *st = ix_stmt(i, "SELECT lean, subjects, next, EXISTS(SELECT 1 FROM edit) FROM state", err);
	int r = st ? ix_step(i, st, err) : -1;

	if (r == 0)
		return err_set(err, ERR_TEMP, _("The index is damaged."));
	if (r < 0)
		return -1;
	i->lean = sqlite3_column_int(st, 0) != 0;
	i->subjects = sqlite3_column_int(st, 1) != 0;
	i->first_id = i->next_id = sqlite3_column_int64(st, 2);
	i->edits = sqlite3_column_int(st, 3) != 0;
	sqlite3_reset(st);
	return 0;
}

static void undo(struct index *i)
{
	sqlite3_exec(i->db, "ROLLBACK", NULL, NULL, NULL);
	map_free(&i->addrs);    /* may know what was never written */
	i->addrs = map_new();
	i->counts = (struct ix_counts){ 0 };
}

int index_begin(struct index *i, struct err *err)
{
	int moved = 0;

	if (i->depth > 0) {
		i->depth++;
		return 0;
	}
	bug_on(i->looks > 0);
	if (i->path)
		sqlite3_file_control(i->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
	if (moved)
		return err_set(err, ERR_TEMP, _("The index was made anew by another pabal; open it again."));
	i->broken = i->changed = false;
	if (ix_run(i, ix_stmt(i, "BEGIN IMMEDIATE", err), err) != 0)
		return -1;
	if (read_state(i, err) != 0) {
		undo(i);
		return -1;
	}
	i->depth = 1;
	return 0;
}

static int finish(struct index *i, struct err *err)
{
	if (ix_counts_flush(i, err) != 0)
		return -1;
	if (i->next_id != i->first_id && ix_do(i, "UPDATE state SET next = ?1", i->next_id, 0, err) != 0)
		return -1;
	if (i->changed && ix_event_trim(i, err) != 0)
		return -1;
	return ix_run(i, ix_stmt(i, "COMMIT", err), err);
}

int index_commit(struct index *i, struct err *err)
{
	bug_on(i->depth == 0);
	if (--i->depth > 0)
		return 0;
	if (!i->broken && finish(i, err) == 0)
		return 0;
	if (err->kind == ERR_NONE)
		err_set(err, ERR_SYS, _("A change of the index was given up."));
	undo(i);
	return -1;
}

void index_rollback(struct index *i)
{
	bug_on(i->depth == 0);
	i->broken = true;
	if (--i->depth == 0)
		undo(i);
}

int ix_end(struct index *i, int r, struct err *err)
{
	if (r == 0)
		return index_commit(i, err);
	if ((err->kind == ERR_EXISTS || err->kind == ERR_NOTFOUND) && !i->broken) {
		struct err ignored = ERR_INIT;

		index_commit(i, &ignored);
		return -1;
	}
	index_rollback(i);
	return -1;
}

int ix_look(struct index *i, struct err *err)
{
	if (i->depth == 0 && i->looks == 0 && ix_run(i, ix_stmt(i, "BEGIN", err), err) != 0)
		return -1;
	i->looks++;
	return i->depth > 0 ? ix_counts_flush(i, err) : 0;
}

void ix_look_end(struct index *i)
{
	struct err ignored = ERR_INIT;

	bug_on(i->looks == 0);
	if (--i->looks == 0 && i->depth == 0 && ix_run(i, ix_stmt(i, "COMMIT", &ignored), &ignored) != 0)
		sqlite3_exec(i->db, "ROLLBACK", NULL, NULL, NULL);
}

/* ---- many at once ---- */

int index_bulk(struct index *i, bool begin, struct err *err)
{
	int64_t n = 0;
	int r;

	bug_on(begin == i->bulk);
	if (ix_exec(i, begin ? "PRAGMA cache_size=" CACHE_BULK "; PRAGMA wal_autocheckpoint=16000"
		: "PRAGMA wal_autocheckpoint=1000", err) != 0 || index_begin(i, err) != 0)
		return -1;
	r = ix_int(i, "SELECT count(*) FROM (SELECT 1 FROM msg LIMIT 1000)", 0, 0, &n, err) < 0 ? -1 : 0;
	if (r == 0 && begin && !i->lean && n < 1000) {
		r = ix_schema_drop(i, err);
		if (r == 0)
			r = ix_exec(i, "DELETE FROM tfold; DELETE FROM rank; UPDATE state SET lean = 1", err);
	} else if (r == 0 && !begin) {
		if (i->lean)
			r = ix_schema_make(i, err);
		if (r == 0 && i->lean)
			r = ix_joined_settle(i, err);
		if (r == 0 && i->lean && i->subjects)
			r = ix_thread_again(i, 0, 0, err);
		if (r == 0 && i->lean)
			r = ix_tfold_make(i, err);
		if (r == 0)
			r = ix_rank_make(i, 0, err);
		if (r == 0)
			r = ix_exec(i, "UPDATE state SET lean = 0", err);
		if (r == 0)
			r = ix_event(i, 'x', 0, 0, err);
	}
	r = ix_end(i, r, err);
	if (r == 0)
		i->bulk = begin;
	if (!begin && r == 0)
		ix_exec(i, "PRAGMA cache_size=" CACHE_READ, err);
	return r;
}
