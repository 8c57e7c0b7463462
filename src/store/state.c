/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * state: the database that must survive everything: which messages of a
 * server are here, and what became of each recipient of what was sent.  WAL
 * with synchronous=FULL: when a commit returns, it is on disk.
 *
 * Format 1:
 *   meta(key, value)                            "format", "stamp"
 *   uidl(account, uid, box, file, size, hash, state, at)
 *   item(id, created, first_try, last_try, next_try, attempts, held)
 *   rcpt(item, n, addr, fate, code, enh, text, at)
 * A newer format is refused untouched; an older one is brought up in one
 * transaction (none exists yet).
 */
#include "store.h"
#include <sqlite3.h>
#include <unistd.h>

#define FORMAT 1

enum stmt {
	S_BEGIN, S_COMMIT, S_ROLLBACK,
	S_UIDL_ALL, S_UIDL_ONLY, S_UIDL_PUT, S_UIDL_SET, S_UIDL_FORGET, S_UIDL_GET, S_UIDL_ANY, S_HASH,
	S_ITEM_ADD, S_RCPT_ADD, S_ITEM_GET, S_RCPT_GET, S_TRIED, S_FATE,
	S_HOLD, S_ITEM_DROP, S_RCPT_DROP,
	S_COUNT
};

static const char *const sql[S_COUNT] = {
	[S_BEGIN] = "BEGIN IMMEDIATE",
	[S_COMMIT] = "COMMIT",
	[S_ROLLBACK] = "ROLLBACK",
	[S_UIDL_ALL] = "SELECT uid, box, file, hash, size, at, state FROM uidl WHERE account = ?1",
	[S_UIDL_ONLY] = "SELECT uid, box, file, hash, size, at, state FROM uidl WHERE account = ?1 AND state = ?2",
	[S_UIDL_PUT] = "INSERT OR REPLACE INTO uidl(account, uid, box, file, hash, size, at, state) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	[S_UIDL_SET] = "UPDATE uidl SET state = ?3 WHERE account = ?1 AND uid = ?2",
	[S_UIDL_FORGET] = "DELETE FROM uidl WHERE account = ?1 AND uid = ?2",
	[S_UIDL_GET] = "SELECT state, at FROM uidl WHERE account = ?1 AND uid = ?2",
	[S_UIDL_ANY] = "SELECT 1 FROM uidl WHERE account = ?1 LIMIT 1",
	[S_HASH] = "SELECT 1 FROM uidl WHERE account = ?1 AND hash = ?2 AND size = ?3 AND state >= 2 LIMIT 1",
	[S_ITEM_ADD] = "INSERT INTO item(id, created, first_try, last_try, next_try, attempts, held) VALUES(?1, ?2, 0, 0, 0, 0, 0)",
	[S_RCPT_ADD] = "INSERT INTO rcpt(item, n, addr, fate, code, enh, text, at) VALUES(?1, ?2, ?3, 0, 0, '', '', 0)",
	[S_ITEM_GET] = "SELECT created, first_try, last_try, next_try, attempts, held FROM item WHERE id = ?1",
	[S_RCPT_GET] = "SELECT addr, fate, code, enh, text, at FROM rcpt WHERE item = ?1 ORDER BY n",
	[S_TRIED] = "UPDATE item SET next_try = ?3, last_try = ?2, attempts = attempts + 1, first_try = coalesce(nullif(first_try, 0), ?2) WHERE id = ?1",
	[S_FATE] = "UPDATE rcpt SET fate = ?3, code = ?4, enh = ?5, text = ?6, at = ?7 WHERE item = ?1 AND addr = ?2",
	[S_HOLD] = "UPDATE item SET held = ?2 WHERE id = ?1",
	[S_ITEM_DROP] = "DELETE FROM item WHERE id = ?1",
	[S_RCPT_DROP] = "DELETE FROM rcpt WHERE item = ?1",
};

struct state {
	sqlite3 *db;
	sqlite3_stmt *st[S_COUNT];
	char *path;
	char stamp[33];
	unsigned depth;         /* of nested transactions */
	bool broken;            /* a nested one failed: the outermost rolls back */
};

static int fail(struct state *s, struct err *err)
{
	int code = sqlite3_errcode(s->db);

	s->broken = true;
	if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
		return err_set(err, ERR_SYS,
			_("The database %s is damaged (%s). No mail is lost: move it aside and run again; messages left on servers are compared before they are stored again."),
			s->path, sqlite3_errmsg(s->db));
	if (code == SQLITE_BUSY)
		return err_set(err, ERR_LOCKED, _("Another program holds the database %s for too long."), s->path);
	return err_set(err, ERR_SYS, _("The database %s can't be used: %s."), s->path, sqlite3_errmsg(s->db));
}

static sqlite3_stmt *stmt(struct state *s, enum stmt which)
{
	if (!s->st[which] && sqlite3_prepare_v3(s->db, sql[which], -1, SQLITE_PREPARE_PERSISTENT, &s->st[which], NULL) != SQLITE_OK)
		return NULL;
	return s->st[which];
}

static void bind_text(sqlite3_stmt *st, int n, const char *z)
{
	sqlite3_bind_text(st, n, z ? z : "", -1, SQLITE_TRANSIENT);
}

/* Steps a statement that returns no rows. */
static int run(struct state *s, sqlite3_stmt *st, struct err *err)
{
	int r = st ? sqlite3_step(st) : SQLITE_ERROR;

	if (r != SQLITE_DONE)
		fail(s, err);
	if (st) {
		sqlite3_reset(st);
		sqlite3_clear_bindings(st);
	}
	return r == SQLITE_DONE ? 0 : -1;
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
	" enh TEXT, text TEXT, at INTEGER, PRIMARY KEY(item, n)) WITHOUT ROWID;";

static int exec(struct state *s, const char *text, struct err *err)
{
	return sqlite3_exec(s->db, text, NULL, NULL, NULL) == SQLITE_OK ? 0 : fail(s, err);
}

/* The value of one cell, or -1 when there is none. */
static int64_t one_int(struct state *s, const char *text)
{
	sqlite3_stmt *st;
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
	sqlite3_stmt *st;
	int r = -1;

	if (sqlite3_prepare_v2(s->db, "SELECT value FROM meta WHERE key = 'stamp'", -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW && sqlite3_column_bytes(st, 0) == 32) {
		memcpy(s->stamp, sqlite3_column_text(st, 0), 33);
		r = 0;
	}
	if (r != 0)
		fail(s, err);
	sqlite3_finalize(st);
	return r;
}

int state_open(struct state **out, const char *path, struct err *err)
{
	struct state *s = mem_zalloc(sizeof(*s));
	mode_t mask = umask(077);
	int64_t format;
	int r;

	s->path = mem_strdup(path);
	r = sqlite3_open_v2(path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
	umask(mask);
	if (r != SQLITE_OK) {
		if (s->db)
			fail(s, err);
		else
			err_set(err, ERR_SYS, _("The database %s can't be opened."), path);
		goto failed;
	}
	sqlite3_busy_timeout(s->db, 30000);
	if (exec(s, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA trusted_schema=OFF;", err) != 0)
		goto failed;
	format = one_int(s, "PRAGMA user_version");
	if (format > FORMAT) {
		err_set(err, ERR_CONFIG, _("The database %s was written by a newer pabal. Use that one; nothing was changed."), path);
		goto failed;
	}
	/* Two processes may come here at once: the second finds the tables made. */
	if (format == 0 && make_schema(s, err) != 0 && one_int(s, "PRAGMA user_version") != FORMAT)
		goto failed;
	s->broken = false;
	if (read_stamp(s, err) != 0)
		goto failed;
	*out = s;
	return 0;
failed:
	state_close(&s);
	return -1;
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
		if (run(s, stmt(s, S_BEGIN), err) != 0)
			return -1;
	}
	s->depth++;
	return 0;
}

int state_commit(struct state *s, struct err *err)
{
	bug_on(s->depth == 0);
	if (--s->depth > 0)
		return 0;
	if (!s->broken && run(s, stmt(s, S_COMMIT), err) == 0)
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

/* ---- UIDLs ---- */

static const char *text_at(sqlite3_stmt *st, int n)
{
	const unsigned char *p = sqlite3_column_text(st, n);

	return p ? (const char *)p : "";
}

int state_uidls(struct state *s, const char *account, enum uidl_state only,
	int (*each)(void *, const struct uidl *), void *ctx, struct err *err)
{
	sqlite3_stmt *st = stmt(s, only ? S_UIDL_ONLY : S_UIDL_ALL);
	int r = SQLITE_ERROR, stop = 0;

	if (st) {
		bind_text(st, 1, account);
		if (only)
			sqlite3_bind_int(st, 2, only);
		while (!stop && (r = sqlite3_step(st)) == SQLITE_ROW) {
			struct uidl u = {
				.uid = text_at(st, 0), .box = text_at(st, 1), .file = text_at(st, 2),
				.hash = text_at(st, 3), .size = (uint64_t)sqlite3_column_int64(st, 4),
				.when = sqlite3_column_int64(st, 5), .state = (enum uidl_state)sqlite3_column_int(st, 6),
			};

			stop = each(ctx, &u);
		}
	}
	if (!stop && r != SQLITE_DONE)
		fail(s, err);
	if (st)
		sqlite3_reset(st);
	return stop || r != SQLITE_DONE ? -1 : 0;
}

int state_uidl_put(struct state *s, const char *account, const struct uidl *u, struct err *err)
{
	sqlite3_stmt *st = stmt(s, S_UIDL_PUT);

	if (st) {
		bind_text(st, 1, account);
		bind_text(st, 2, u->uid);
		bind_text(st, 3, u->box);
		bind_text(st, 4, u->file);
		bind_text(st, 5, u->hash);
		sqlite3_bind_int64(st, 6, (sqlite3_int64)u->size);
		sqlite3_bind_int64(st, 7, u->when);
		sqlite3_bind_int(st, 8, u->state);
	}
	return run(s, st, err);
}

int state_uidl_set(struct state *s, const char *account, const char *uid, enum uidl_state state, struct err *err)
{
	sqlite3_stmt *st = stmt(s, S_UIDL_SET);

	if (st) {
		bind_text(st, 1, account);
		bind_text(st, 2, uid);
		sqlite3_bind_int(st, 3, state);
	}
	return run(s, st, err);
}

int state_uidl_forget(struct state *s, const char *account, const char *uid, struct err *err)
{
	sqlite3_stmt *st = stmt(s, S_UIDL_FORGET);

	if (st) {
		bind_text(st, 1, account);
		bind_text(st, 2, uid);
	}
	return run(s, st, err);
}

int state_uidl_get(struct state *s, const char *account, const char *uid, enum uidl_state *state, int64_t *when, struct err *err)
{
	sqlite3_stmt *st = stmt(s, S_UIDL_GET);
	int r = SQLITE_ERROR;

	if (st) {
		sqlite3_bind_text(st, 1, account, -1, SQLITE_STATIC);
		sqlite3_bind_text(st, 2, uid, -1, SQLITE_STATIC);
		r = sqlite3_step(st);
		if (r == SQLITE_ROW) {
			*state = (enum uidl_state)sqlite3_column_int(st, 0);
			*when = sqlite3_column_int64(st, 1);
		} else if (r != SQLITE_DONE) {
			fail(s, err);
		}
		sqlite3_reset(st);
		sqlite3_clear_bindings(st);
	}
	return r == SQLITE_ROW ? 1 : r == SQLITE_DONE ? 0 : -1;
}

int state_uidl_any(struct state *s, const char *account, struct err *err)
{
	sqlite3_stmt *st = stmt(s, S_UIDL_ANY);
	int r = SQLITE_ERROR;

	if (st) {
		bind_text(st, 1, account);
		r = sqlite3_step(st);
		if (r != SQLITE_ROW && r != SQLITE_DONE)
			fail(s, err);
		sqlite3_reset(st);
	}
	return r == SQLITE_ROW ? 1 : r == SQLITE_DONE ? 0 : -1;
}

int state_hash_known(struct state *s, const char *account, const char *hash, uint64_t size, struct err *err)
{
	sqlite3_stmt *st = stmt(s, S_HASH);
	int r = SQLITE_ERROR;

	if (st) {
		bind_text(st, 1, account);
		bind_text(st, 2, hash);
		sqlite3_bind_int64(st, 3, (sqlite3_int64)size);
		r = sqlite3_step(st);
		if (r != SQLITE_ROW && r != SQLITE_DONE)
			fail(s, err);
		sqlite3_reset(st);
	}
	return r == SQLITE_ROW ? 1 : r == SQLITE_DONE ? 0 : -1;
}

/* ---- outgoing ---- */

void fates_release(struct fates *f)
{
	for (size_t i = 0; i < f->n; i++) {
		free(f->v[i].addr);
		free(f->v[i].enh);
		free(f->v[i].text);
	}
	free(f->v);
	memset(f, 0, sizeof(*f));
}

int state_item_add(struct state *s, const char *item, int64_t created, const char *const *addrs, size_t n, struct err *err)
{
	sqlite3_stmt *st;

	if (state_begin(s, err) != 0)
		return -1;
	st = stmt(s, S_ITEM_ADD);
	if (st) {
		bind_text(st, 1, item);
		sqlite3_bind_int64(st, 2, created);
	}
	if (run(s, st, err) != 0)
		goto failed;
	for (size_t i = 0; i < n; i++) {
		st = stmt(s, S_RCPT_ADD);
		if (st) {
			bind_text(st, 1, item);
			sqlite3_bind_int64(st, 2, (sqlite3_int64)i);
			bind_text(st, 3, addrs[i]);
		}
		if (run(s, st, err) != 0)
			goto failed;
	}
	return state_commit(s, err);
failed:
	state_rollback(s);
	return -1;
}

static int get_fates(struct state *s, const char *item, struct fates *out, struct err *err)
{
	sqlite3_stmt *st = stmt(s, S_RCPT_GET);
	size_t cap = 0;
	int r = SQLITE_ERROR;

	if (st) {
		bind_text(st, 1, item);
		while ((r = sqlite3_step(st)) == SQLITE_ROW) {
			mem_grow(out->v, out->n, cap);
			out->v[out->n++] = (struct fate){
				.addr = mem_strdup(text_at(st, 0)), .fate = (enum rcpt_fate)sqlite3_column_int(st, 1),
				.code = sqlite3_column_int(st, 2), .enh = mem_strdup(text_at(st, 3)),
				.text = mem_strdup(text_at(st, 4)), .when = sqlite3_column_int64(st, 5),
			};
		}
		if (r != SQLITE_DONE)
			fail(s, err);
		sqlite3_reset(st);
	}
	return r == SQLITE_DONE ? 0 : -1;
}

int state_item_get(struct state *s, const char *item, struct sending *out, struct fates *fates, struct err *err)
{
	sqlite3_stmt *st = stmt(s, S_ITEM_GET);
	int r;

	memset(out, 0, sizeof(*out));
	memset(fates, 0, sizeof(*fates));
	if (!st)
		return fail(s, err);
	bind_text(st, 1, item);
	r = sqlite3_step(st);
	if (r == SQLITE_ROW)
		*out = (struct sending){
			.created = sqlite3_column_int64(st, 0), .first_try = sqlite3_column_int64(st, 1),
			.last_try = sqlite3_column_int64(st, 2), .next_try = sqlite3_column_int64(st, 3),
			.attempts = (unsigned)sqlite3_column_int(st, 4),
			.held = sqlite3_column_int(st, 5) != 0,
		};
	else if (r != SQLITE_DONE)
		fail(s, err);
	sqlite3_reset(st);
	if (r == SQLITE_DONE)
		return 0;
	if (r != SQLITE_ROW)
		return -1;
	if (get_fates(s, item, fates, err) != 0) {
		fates_release(fates);
		return -1;
	}
	return 1;
}

int state_fate(struct state *s, const char *item, const struct fate *f, struct err *err)
{
	sqlite3_stmt *st = stmt(s, S_FATE);

	if (st) {
		bind_text(st, 1, item);
		bind_text(st, 2, f->addr);
		sqlite3_bind_int(st, 3, f->fate);
		sqlite3_bind_int(st, 4, f->code);
		bind_text(st, 5, f->enh);
		bind_text(st, 6, f->text);
		sqlite3_bind_int64(st, 7, f->when);
	}
	return run(s, st, err);
}

int state_tried(struct state *s, const char *item, int64_t now, int64_t next_try, struct err *err)
{
	sqlite3_stmt *st = stmt(s, S_TRIED);

	if (st) {
		bind_text(st, 1, item);
		sqlite3_bind_int64(st, 2, now);
		sqlite3_bind_int64(st, 3, next_try);
	}
	return run(s, st, err);
}

int state_item_hold(struct state *s, const char *item, bool held, struct err *err)
{
	sqlite3_stmt *st = stmt(s, S_HOLD);

	if (st) {
		bind_text(st, 1, item);
		sqlite3_bind_int(st, 2, held);
	}
	return run(s, st, err);
}

int state_item_drop(struct state *s, const char *item, struct err *err)
{
	static const enum stmt both[] = { S_RCPT_DROP, S_ITEM_DROP };

	if (state_begin(s, err) != 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(both); i++) {
		sqlite3_stmt *st = stmt(s, both[i]);

		if (st)
			bind_text(st, 1, item);
		if (run(s, st, err) != 0) {
			state_rollback(s);
			return -1;
		}
	}
	return state_commit(s, err);
}
