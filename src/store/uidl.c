/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * uidl: which messages of a server are here, one row each, in the state
 * database.  The rows of one account are under its name.
 */
#include "priv.h"

int state_uidls(struct state *s, const char *account, enum uidl_state only,
	int (*each)(void *, const struct uidl *), void *ctx, struct err *err)
{
	sqlite3_stmt *st = state_stmt(s, only ? S_UIDL_ONLY : S_UIDL_ALL);
	int r;

	if (st) {
		state_bind(st, 1, account);
		if (only)
			sqlite3_bind_int(st, 2, only);
	}
	while ((r = state_step(s, st, err)) == 1) {
		struct uidl u = {
			.uid = state_text(st, 0), .box = state_text(st, 1), .file = state_text(st, 2),
			.hash = state_text(st, 3), .size = (uint64_t)sqlite3_column_int64(st, 4),
			.when = sqlite3_column_int64(st, 5), .state = (enum uidl_state)sqlite3_column_int(st, 6),
		};

		if (each(ctx, &u) != 0) {
			r = -1;
			break;
		}
	}
	if (st)
		state_reset(st);
	return r;
}

int state_uidl_put(struct state *s, const char *account, const struct uidl *u, struct err *err)
{
	sqlite3_stmt *st = state_stmt(s, S_UIDL_PUT);

	if (st) {
		state_bind(st, 1, account);
		state_bind(st, 2, u->uid);
		state_bind(st, 3, u->box);
		state_bind(st, 4, u->file);
		state_bind(st, 5, u->hash);
		sqlite3_bind_int64(st, 6, (sqlite3_int64)u->size);
		sqlite3_bind_int64(st, 7, u->when);
		sqlite3_bind_int(st, 8, u->state);
	}
	return state_run(s, st, err);
}

int state_uidl_set(struct state *s, const char *account, const char *uid, enum uidl_state state, struct err *err)
{
	sqlite3_stmt *st = state_stmt(s, S_UIDL_SET);

	if (st) {
		state_bind(st, 1, account);
		state_bind(st, 2, uid);
		sqlite3_bind_int(st, 3, state);
	}
	return state_change(s, st, err);
}

int state_uidl_forget(struct state *s, const char *account, const char *uid, struct err *err)
{
	sqlite3_stmt *st = state_stmt(s, S_UIDL_FORGET);

	if (st) {
		state_bind(st, 1, account);
		state_bind(st, 2, uid);
	}
	return state_run(s, st, err);
}

int state_uidl_get(struct state *s, const char *account, const char *uid, enum uidl_state *state, int64_t *when, struct err *err)
{
	sqlite3_stmt *st = state_stmt(s, S_UIDL_GET);
	int r;

	if (st) {
		/* Asked for each message of a listing: borrowed, not copied. */
		sqlite3_bind_text(st, 1, account, -1, SQLITE_STATIC);
		sqlite3_bind_text(st, 2, uid, -1, SQLITE_STATIC);
	}
	r = state_step(s, st, err);
	if (r == 1) {
		*state = (enum uidl_state)sqlite3_column_int(st, 0);
		*when = sqlite3_column_int64(st, 1);
	}
	if (st)
		state_reset(st);
	return r;
}

int state_hash_known(struct state *s, const char *account, const char *hash, uint64_t size, struct err *err)
{
	sqlite3_stmt *st = state_stmt(s, S_HASH);
	int r;

	if (st) {
		state_bind(st, 1, account);
		state_bind(st, 2, hash);
		sqlite3_bind_int64(st, 3, (sqlite3_int64)size);
	}
	r = state_step(s, st, err);
	if (st)
		state_reset(st);
	return r;
}

/* ---- is the record of an account whole? ---- */

int state_whole(struct state *s, const char *account, struct err *err)
{
	sqlite3_stmt *st = state_stmt(s, S_WHOLE);
	int r;

	if (st)
		state_bind(st, 1, account);
	r = state_step(s, st, err);
	if (st)
		state_reset(st);
	return r;
}

int state_whole_set(struct state *s, const char *account, struct err *err)
{
	sqlite3_stmt *st = state_stmt(s, S_WHOLE_SET);

	if (st)
		state_bind(st, 1, account);
	return state_run(s, st, err);
}
