/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * state: the database that must survive everything: which messages of a
 * server are here, and what became of each recipient of what was sent.  WAL
 * with synchronous=FULL: when a commit returns, it is on disk.
 *
 * Format 1:
 *   meta(key, value)                            "stamp", "whole ACCOUNT"
 *   uidl(account, uid, box, file, size, hash, state, at)
 *   item(id, created, first_try, last_try, next_try, attempts, held)
 *   rcpt(item, n, addr, fate, code, enh, text, at)
 *   journal, why, edit                          made when first needed (journal.c)
 *   track, track_rcpt, track_event, track_notice                     (track.c)
 * A newer format is refused untouched; an older one is brought up in one
 * transaction (none exists yet).
 */
#include "priv.h"
#include <errno.h>
#include <unistd.h>

#define FORMAT 1

static const char *const sql[S_COUNT] = {
	[S_BEGIN] = "BEGIN IMMEDIATE",
	[S_LOOK] = "BEGIN DEFERRED",
	[S_COMMIT] = "COMMIT",
	[S_UIDL_ALL] = "SELECT uid, box, file, hash, size, at, state FROM uidl WHERE account = ?1",
	[S_UIDL_ONLY] = "SELECT uid, box, file, hash, size, at, state FROM uidl WHERE account = ?1 AND state = ?2",
	[S_UIDL_PUT] = "INSERT OR REPLACE INTO uidl(account, uid, box, file, hash, size, at, state) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	[S_UIDL_SET] = "UPDATE uidl SET state = ?3 WHERE account = ?1 AND uid = ?2",
	[S_UIDL_FORGET] = "DELETE FROM uidl WHERE account = ?1 AND uid = ?2",
	[S_UIDL_GET] = "SELECT state, at FROM uidl WHERE account = ?1 AND uid = ?2",
	[S_HASH] = "SELECT 1 FROM uidl WHERE account = ?1 AND hash = ?2 AND size = ?3 AND state >= 2 LIMIT 1",
	[S_WHOLE] = "SELECT 1 FROM meta WHERE key = 'whole ' || ?1",
	[S_WHOLE_SET] = "INSERT OR REPLACE INTO meta(key, value) VALUES('whole ' || ?1, '1')",
	[S_ITEM_ADD] = "INSERT INTO item(id, created, first_try, last_try, next_try, attempts, held) VALUES(?1, ?2, 0, 0, 0, 0, 0)",
	[S_RCPT_ADD] = "INSERT INTO rcpt(item, n, addr, fate, code, enh, text, at) VALUES(?1, ?2, ?3, 0, 0, '', '', 0)",
	[S_ITEM_GET] = "SELECT created, first_try, last_try, next_try, attempts, held FROM item WHERE id = ?1",
	[S_RCPT_GET] = "SELECT addr, fate, code, enh, text, at FROM rcpt WHERE item = ?1 ORDER BY n",
	[S_LATER] = "UPDATE item SET next_try = ?2 WHERE id = ?1",
	[S_TRIED] = "UPDATE item SET next_try = ?3, last_try = ?2, attempts = attempts + 1, first_try = coalesce(nullif(first_try, 0), ?2) WHERE id = ?1",
	[S_FATE] = "UPDATE rcpt SET fate = ?3, code = ?4, enh = ?5, text = ?6, at = ?7 WHERE item = ?1 AND addr = ?2",
	[S_HOLD] = "UPDATE item SET held = ?2 WHERE id = ?1",
	[S_ITEM_DROP] = "DELETE FROM item WHERE id = ?1",
	[S_RCPT_DROP] = "DELETE FROM rcpt WHERE item = ?1",
	JOURNAL_SQL,
	TRACK_SQL,
};

/* ---- statements ---- */

static int damaged(struct state *s, const char *why, struct err *err)
{
	return err_set(err, ERR_SYS,
		_("The database %s is damaged (%s). No mail is lost: move it aside and run again; messages left on servers are compared before they are stored again."),
		s->path, why);
}

int state_fail(struct state *s, struct err *err)
{
	int code = sqlite3_errcode(s->db);

	s->broken = true;
	if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
		return damaged(s, sqlite3_errmsg(s->db), err);
	if (code == SQLITE_BUSY)
		return err_set(err, ERR_LOCKED, _("Another program holds the database %s for too long."), s->path);
	if (code == SQLITE_FULL || sqlite3_system_errno(s->db) == ENOSPC)
		return err_set(err, ERR_SYS, _("There is no room on the disk for the database %s."), s->path);
	return err_set(err, ERR_SYS, _("The database %s can't be used: %s."), s->path, sqlite3_errmsg(s->db));
}

sqlite3_stmt *state_stmt(struct state *s, enum stmt which)
{
	if (!s->st[which] && sqlite3_prepare_v3(s->db, sql[which], -1, SQLITE_PREPARE_PERSISTENT, &s->st[which], NULL) != SQLITE_OK)
		return NULL;
	return s->st[which];
}

void state_bind(sqlite3_stmt *st, int n, const char *z)
{
	sqlite3_bind_text(st, n, z ? z : "", -1, SQLITE_TRANSIENT);
}

const char *state_text(sqlite3_stmt *st, int n)
{
	const unsigned char *p = sqlite3_column_text(st, n);

	return p ? (const char *)p : "";
}

int state_step(struct state *s, sqlite3_stmt *st, struct err *err)
{
	int r = st ? sqlite3_step(st) : SQLITE_ERROR;

	if (r == SQLITE_ROW)
		return 1;
	return r == SQLITE_DONE ? 0 : state_fail(s, err);
}

void state_reset(sqlite3_stmt *st)
{
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
}

int state_run(struct state *s, sqlite3_stmt *st, struct err *err)
{
	int r = state_step(s, st, err);

	if (st)
		state_reset(st);
	return r < 0 ? -1 : 0;
}

int state_change(struct state *s, sqlite3_stmt *st, struct err *err)
{
	if (state_run(s, st, err) != 0)
		return -1;
	if (sqlite3_changes(s->db) > 0)
		return 0;
	s->broken = true;
	return err_set(err, ERR_SYS, _("A record is missing in the database %s, so nothing was changed."), s->path);
}

/* ---- opening ---- */

static const char schema[] =
	"CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;"
	"CREATE TABLE uidl(account TEXT NOT NULL, uid TEXT NOT NULL, box TEXT NOT NULL, file TEXT NOT NULL, "
	" hash TEXT NOT NULL, size INTEGER NOT NULL, at INTEGER NOT NULL, state INTEGER NOT NULL, "
	" PRIMARY KEY(account, uid)) WITHOUT ROWID;"
	"CREATE INDEX uidl_hash ON uidl(account, hash);"
	"CREATE INDEX uidl_open ON uidl(account) WHERE state = 1;"
	"CREATE TABLE item(id TEXT PRIMARY KEY, created INTEGER, first_try INTEGER, last_try INTEGER, "
	" next_try INTEGER, attempts INTEGER, held INTEGER) WITHOUT ROWID;"
	"CREATE TABLE rcpt(item TEXT NOT NULL, n INTEGER NOT NULL, addr TEXT NOT NULL, fate INTEGER, code INTEGER, "
	" enh TEXT, text TEXT, at INTEGER, PRIMARY KEY(item, n)) WITHOUT ROWID;"
	"CREATE UNIQUE INDEX rcpt_addr ON rcpt(item, addr);";

static int exec(struct state *s, const char *text, struct err *err)
{
	return sqlite3_exec(s->db, text, NULL, NULL, NULL) == SQLITE_OK ? 0 : state_fail(s, err);
}

/* The value of one cell, or -1 when there is none. */
static int64_t one_int(struct state *s, const char *text)
{
	sqlite3_stmt *st = NULL;
	int64_t v = -1;

	if (sqlite3_prepare_v2(s->db, text, -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW)
		v = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return v;
}

static int make_schema(struct state *s, struct err *err)
{
	unsigned char key[16];
	struct str text;
	int r;

	rt_random(key, sizeof(key));
	str_init(&text, 4096);
	str_addf(&text, "BEGIN IMMEDIATE;%sINSERT INTO meta VALUES('stamp', '", schema);
	for (size_t i = 0; i < sizeof(key); i++)
		str_addf(&text, "%02x", key[i]);
	str_addf(&text, "');PRAGMA user_version = %d;COMMIT;", FORMAT);
	r = exec(s, text.p, err);
	str_release(&text);
	if (r != 0)
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	return r;
}

static int read_stamp(struct state *s, struct err *err)
{
	sqlite3_stmt *st = NULL;
	const char *stamp;
	size_t digits = 0;
	int r = -1;

	if (sqlite3_prepare_v2(s->db, "SELECT value FROM meta WHERE key = 'stamp'", -1, &st, NULL) != SQLITE_OK)
		return state_fail(s, err);
	r = state_step(s, st, err);
	if (r == 1) {
		stamp = state_text(st, 0);
		while (hex_val((unsigned char)stamp[digits]) >= 0)
			digits++;
		if (digits == 32 && !stamp[32])
			memcpy(s->stamp, stamp, 33);
		else
			r = 0;
	}
	if (r == 0)
		damaged(s, _("it has no stamp"), err);
	sqlite3_finalize(st);
	return r == 1 ? 0 : -1;
}

/* The version is looked at before anything that writes. */
static int check_format(struct state *s, struct err *err)
{
	int64_t format = one_int(s, "PRAGMA user_version");

	if (format < 0)
		return state_fail(s, err);
	if (format > FORMAT) {
		sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
		return err_set(err, ERR_CONFIG, _("The database %s was written by a newer pabal. Use that one; nothing was changed."), s->path);
	}
	return 0;
}

static bool is_ready(struct state *s)
{
	sqlite3_stmt *st = NULL;
	bool wal = sqlite3_prepare_v2(s->db, "PRAGMA journal_mode", -1, &st, NULL) == SQLITE_OK &&
		sqlite3_step(st) == SQLITE_ROW && strcmp(state_text(st, 0), "wal") == 0;

	sqlite3_finalize(st);
	return wal && one_int(s, "PRAGMA user_version") == FORMAT;
}

/* The first of several processes makes the tables.  A lock of our own, because
 * SQLite does not wait for its own when the journal mode changes. */
static int make_ready(struct state *s, struct err *err)
{
	struct str path;
	int lock, r;

	str_init(&path, 65536);
	str_addf(&path, "%s.lock", s->path);
	r = fs_lock(path.p, true, &lock, err);
	if (r == 0) {
		if (check_format(s, err) != 0 || exec(s, "PRAGMA journal_mode=WAL", err) != 0)
			r = -1;
		else if (one_int(s, "PRAGMA user_version") != FORMAT)
			r = make_schema(s, err);
		fs_close(&lock);
	}
	str_release(&path);
	return r;
}

static int prepare(struct state *s, struct err *err)
{
	if (check_format(s, err) != 0 || (!is_ready(s) && make_ready(s, err) != 0) ||
	    exec(s, "PRAGMA synchronous=FULL; PRAGMA trusted_schema=OFF;", err) != 0)
		return -1;
	s->broken = false;
	return read_stamp(s, err);
}

int state_open(struct state **out, const char *path, struct err *err)
{
	struct state *s = mem_zalloc(sizeof(*s));
	mode_t mask = umask(077);
	int r;

	s->path = mem_strdup(path);
	r = sqlite3_open_v2(path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
	if (r == SQLITE_OK) {
		sqlite3_busy_timeout(s->db, 30000);
		r = prepare(s, err);
	} else if (s->db) {
		state_fail(s, err);
	} else {
		err_set(err, ERR_SYS, _("The database %s can't be opened."), path);
	}
	umask(mask);
	if (r != 0) {
		state_close(&s);
		return -1;
	}
	*out = s;
	return 0;
}

void state_close(struct state **sp)
{
	struct state *s = *sp;

	if (!s)
		return;
	for (size_t i = 0; i < S_COUNT; i++)
		sqlite3_finalize(s->st[i]);
	sqlite3_close(s->db);
	free(s->path);
	free(s);
	*sp = NULL;
}

const char *state_stamp(struct state *s)
{
	return s->stamp;
}

void state_hash_init(struct state *s, struct sip *h)
{
	unsigned char key[16];

	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = (unsigned char)(hex_val(s->stamp[2 * i]) << 4 | hex_val(s->stamp[2 * i + 1]));
	sip_init(h, key);
}

/* ---- transactions ---- */

int state_begin(struct state *s, struct err *err)
{
	if (s->depth == 0) {
		s->broken = false;
		if (state_run(s, state_stmt(s, S_BEGIN), err) != 0)
			return -1;
	}
	s->depth++;
	return 0;
}

int state_look(struct state *s, struct err *err)
{
	bug_on(s->depth > 0);
	return state_run(s, state_stmt(s, S_LOOK), err);
}

void state_look_end(struct state *s)
{
	struct err ignored = ERR_INIT;

	state_run(s, state_stmt(s, S_COMMIT), &ignored);
}

int state_commit(struct state *s, struct err *err)
{
	bug_on(s->depth == 0);
	if (--s->depth > 0)
		return 0;
	if (!s->broken && state_run(s, state_stmt(s, S_COMMIT), err) == 0)
		return 0;
	if (s->broken && err->kind == ERR_NONE)
		err_set(err, ERR_SYS, _("A change to the database %s was given up."), s->path);
	sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	return -1;
}

void state_rollback(struct state *s)
{
	bug_on(s->depth == 0);
	s->broken = true;
	if (--s->depth == 0)
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}

