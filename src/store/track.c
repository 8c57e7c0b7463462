/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * track: what went out and what was heard of each of its recipients, in the state
 * database.  An item of the outbox goes when nobody of it waits; these rows stay, for
 * notices come days later.
 *
 * Like those of the journal the tables are made when somebody needs them.  An address
 * is looked for in any case: servers change it.
 */
#include "priv.h"

static const char schema[] =
	"CREATE TABLE IF NOT EXISTS track(id INTEGER PRIMARY KEY AUTOINCREMENT, item TEXT NOT NULL, account TEXT NOT NULL, "
	" message_id TEXT NOT NULL, envid TEXT NOT NULL, subject TEXT NOT NULL, at INTEGER NOT NULL, dsn INTEGER NOT NULL);"
	"CREATE INDEX IF NOT EXISTS track_item ON track(item);"
	"CREATE INDEX IF NOT EXISTS track_envid ON track(envid) WHERE envid <> '';"
	"CREATE INDEX IF NOT EXISTS track_msgid ON track(message_id);"
	"CREATE TABLE IF NOT EXISTS track_rcpt(track INTEGER NOT NULL, n INTEGER NOT NULL, addr TEXT NOT NULL, state INTEGER NOT NULL, "
	" code TEXT NOT NULL, text TEXT NOT NULL, by TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY(track, n)) WITHOUT ROWID;"
	"CREATE INDEX IF NOT EXISTS track_addr ON track_rcpt(addr COLLATE NOCASE, track);"
	"CREATE TABLE IF NOT EXISTS track_event(id INTEGER PRIMARY KEY AUTOINCREMENT, track INTEGER NOT NULL, n INTEGER NOT NULL, "
	" at INTEGER NOT NULL, state INTEGER NOT NULL, sets INTEGER NOT NULL, code TEXT NOT NULL, text TEXT NOT NULL, by TEXT NOT NULL, "
	" notice TEXT NOT NULL);"
	"CREATE INDEX IF NOT EXISTS track_history ON track_event(track, n);"
	"CREATE TABLE IF NOT EXISTS track_notice(notice TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;";

static int ready(struct state *s, struct err *err)
{
	if (!s->track && sqlite3_exec(s->db, schema, NULL, NULL, NULL) != SQLITE_OK)
		return state_fail(s, err);
	s->track = true;
	return 0;
}

void track_release(struct track *t)
{
	free(t->item);
	free(t->account);
	free(t->message_id);
	free(t->envid);
	free(t->subject);
	for (size_t i = 0; i < t->n; i++) {
		free(t->rcpt[i].addr);
		free(t->rcpt[i].code);
		free(t->rcpt[i].text);
		free(t->rcpt[i].by);
	}
	free(t->rcpt);
	*t = (struct track){ 0 };
}

/* ---- writing ---- */

static int add_message(struct state *s, struct track *t, struct err *err)
{
	sqlite3_stmt *st = state_stmt(s, S_TRACK_ADD);

	if (st) {
		state_bind(st, 1, t->item);
		state_bind(st, 2, t->account);
		state_bind(st, 3, t->message_id);
		state_bind(st, 4, t->envid);
		state_bind(st, 5, t->subject);
		sqlite3_bind_int64(st, 6, t->at);
	}
	if (state_run(s, st, err) != 0)
		return -1;
	t->id = sqlite3_last_insert_rowid(s->db);
	return 0;
}

static int add_rcpt(struct state *s, const struct track *t, size_t k, struct err *err)
{
	sqlite3_stmt *st = state_stmt(s, S_TRACK_RCPT);

	if (st) {
		sqlite3_bind_int64(st, 1, t->id);
		sqlite3_bind_int64(st, 2, (sqlite3_int64)k);
		state_bind(st, 3, t->rcpt[k].addr);
		sqlite3_bind_int(st, 4, t->rcpt[k].state);
		sqlite3_bind_int64(st, 5, t->at);
	}
	return state_run(s, st, err);
}

int state_track_add(struct state *s, struct track *t, struct err *err)
{
	int r;

	if (ready(s, err) != 0 || state_begin(s, err) != 0)
		return -1;
	r = add_message(s, t, err);
	for (size_t k = 0; k < t->n && r == 0; k++)
		r = add_rcpt(s, t, k, err);
	if (r == 0)
		return state_commit(s, err);
	state_rollback(s);
	return -1;
}

int state_track_dsn(struct state *s, int64_t id, int dsn, struct err *err)
{
	sqlite3_stmt *st;

	if (ready(s, err) != 0)
		return -1;
	st = state_stmt(s, S_TRACK_DSN);
	if (st) {
		sqlite3_bind_int64(st, 1, id);
		sqlite3_bind_int(st, 2, dsn);
	}
	return state_change(s, st, err);
}

int state_track_drop(struct state *s, int64_t id, struct err *err)
{
	static const enum stmt all[] = { S_TRACK_DROP_EVENT, S_TRACK_DROP_RCPT, S_TRACK_DROP };

	if (ready(s, err) != 0 || state_begin(s, err) != 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		sqlite3_stmt *st = state_stmt(s, all[i]);

		if (st)
			sqlite3_bind_int64(st, 1, id);
		if (state_run(s, st, err) != 0) {
			state_rollback(s);
			return -1;
		}
	}
	return state_commit(s, err);
}

static sqlite3_stmt *bind_event(struct state *s, enum stmt which, int64_t id, size_t k, const struct track_event *e)
{
	sqlite3_stmt *st = state_stmt(s, which);

	if (st) {
		sqlite3_bind_int64(st, 1, id);
		sqlite3_bind_int64(st, 2, (sqlite3_int64)k);
		sqlite3_bind_int64(st, 3, e->at);
		sqlite3_bind_int(st, 4, e->state);
		state_bind(st, 5, e->code);
		state_bind(st, 6, e->text);
		state_bind(st, 7, e->by);
	}
	return st;
}

int state_track_event(struct state *s, int64_t id, size_t k, const struct track_event *e, bool sets, struct err *err)
{
	sqlite3_stmt *st;
	int r;

	if (ready(s, err) != 0 || state_begin(s, err) != 0)
		return -1;
	st = bind_event(s, S_TRACK_EVENT, id, k, e);
	if (st) {
		state_bind(st, 8, e->notice);
		sqlite3_bind_int(st, 9, sets);
	}
	r = state_run(s, st, err);
	if (r == 0 && sets)
		r = state_change(s, bind_event(s, S_TRACK_SET, id, k, e), err);
	if (r == 0)
		return state_commit(s, err);
	state_rollback(s);
	return -1;
}

int state_track_notice(struct state *s, const char *notice, int64_t at, struct err *err)
{
	sqlite3_stmt *st;

	if (ready(s, err) != 0)
		return -1;
	st = state_stmt(s, S_TRACK_NOTICE);
	if (st) {
		state_bind(st, 1, notice);
		sqlite3_bind_int64(st, 2, at);
	}
	if (state_run(s, st, err) != 0)
		return -1;
	return sqlite3_changes(s->db) > 0;
}

/* ---- reading ---- */

static int take_rcpts(struct state *s, struct track *t, struct err *err)
{
	sqlite3_stmt *st = state_stmt(s, S_TRACK_RCPTS);
	size_t cap = 0;
	int r;

	if (st)
		sqlite3_bind_int64(st, 1, t->id);
	while ((r = state_step(s, st, err)) == 1) {
		mem_grow(t->rcpt, t->n, cap);
		t->rcpt[t->n++] = (struct track_rcpt){
			.addr = mem_strdup(state_text(st, 0)), .state = sqlite3_column_int(st, 1),
			.code = mem_strdup(state_text(st, 2)), .text = mem_strdup(state_text(st, 3)),
			.by = mem_strdup(state_text(st, 4)), .at = sqlite3_column_int64(st, 5),
		};
	}
	if (st)
		state_reset(st);
	return r;
}

static enum stmt by_stmt(char by)
{
	switch (by) {
	case 'i': return S_TRACK_ITEM;
	case 'e': return S_TRACK_ENVID;
	case 'm': return S_TRACK_MSGID;
	case 'a': return S_TRACK_ADDR;
	}
	bug_on(by != '*');
	return S_TRACK_ANY;
}

int state_track_get(struct state *s, char by, const char *what, int64_t below, struct track *out, struct err *err)
{
	sqlite3_stmt *st;
	int r;

	*out = (struct track){ 0 };
	if (ready(s, err) != 0)
		return -1;
	st = state_stmt(s, by_stmt(by));
	if (st && by != '*')
		state_bind(st, 1, what);
	if (st)
		sqlite3_bind_int64(st, 2, below);
	r = state_step(s, st, err);
	if (r == 1)
		*out = (struct track){
			.id = sqlite3_column_int64(st, 0), .item = mem_strdup(state_text(st, 1)),
			.account = mem_strdup(state_text(st, 2)), .message_id = mem_strdup(state_text(st, 3)),
			.envid = mem_strdup(state_text(st, 4)), .subject = mem_strdup(state_text(st, 5)),
			.at = sqlite3_column_int64(st, 6), .dsn = sqlite3_column_int(st, 7),
		};
	if (st)
		state_reset(st);
	if (r == 1 && take_rcpts(s, out, err) != 0) {
		track_release(out);
		r = -1;
	}
	return r;
}

static int each_event(struct state *s, sqlite3_stmt *st, int (*each)(void *, const struct track_event *), void *ctx, struct err *err)
{
	int r, state = -1;

	while ((r = state_step(s, st, err)) == 1) {
		bool sets = sqlite3_column_int(st, 6) != 0;
		struct track_event e = {
			.counted = sets || sqlite3_column_int(st, 1) == state, .at = sqlite3_column_int64(st, 0), .state = sqlite3_column_int(st, 1), .code = state_text(st, 2),
			.text = state_text(st, 3), .by = state_text(st, 4), .notice = state_text(st, 5),
		};

		if (sets)
			state = e.state;
		if (each(ctx, &e) != 0) {
			r = -1;
			break;
		}
	}
	if (st)
		state_reset(st);
	return r;
}

int state_track_events(struct state *s, int64_t id, size_t k,
	int (*each)(void *ctx, const struct track_event *), void *ctx, struct err *err)
{
	sqlite3_stmt *st;

	if (ready(s, err) != 0)
		return -1;
	st = state_stmt(s, S_TRACK_EVENTS);
	if (st) {
		sqlite3_bind_int64(st, 1, id);
		sqlite3_bind_int64(st, 2, (sqlite3_int64)k);
	}
	return each_event(s, st, each, ctx, err);
}

int state_track_fates(struct state *s, const char *addr, int (*each)(void *ctx, const struct track_event *), void *ctx, struct err *err)
{
	sqlite3_stmt *st;

	if (ready(s, err) != 0)
		return -1;
	st = state_stmt(s, S_TRACK_FATES);
	if (st)
		state_bind(st, 1, addr);
	return each_event(s, st, each, ctx, err);
}

int state_track_news(struct state *s, int state, int other, bool looked, uint64_t *n, struct err *err)
{
	sqlite3_stmt *st;
	int r;

	*n = 0;
	if (ready(s, err) != 0)
		return -1;
	st = state_stmt(s, S_TRACK_NEWS);
	if (st) {
		sqlite3_bind_int(st, 1, state);
		sqlite3_bind_int(st, 2, other);
	}
	r = state_step(s, st, err);
	if (r == 1)
		*n = (uint64_t)sqlite3_column_int64(st, 0);
	if (st)
		state_reset(st);
	if (r != 1)
		return -1;
	return looked && *n ? state_run(s, state_stmt(s, S_TRACK_LOOKED), err) : 0;
}
