/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sending: what became of each recipient of what goes out, in the state
 * database: one row an item, one a recipient.  A result that finds no row is an
 * error, so that none is lost silently.
 */
#include "priv.h"

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
	st = state_stmt(s, S_ITEM_ADD);
	if (st) {
		state_bind(st, 1, item);
		sqlite3_bind_int64(st, 2, created);
	}
	if (state_run(s, st, err) != 0)
		goto failed;
	for (size_t i = 0; i < n; i++) {
		st = state_stmt(s, S_RCPT_ADD);
		if (st) {
			state_bind(st, 1, item);
			sqlite3_bind_int64(st, 2, (sqlite3_int64)i);
			state_bind(st, 3, addrs[i]);
		}
		if (state_run(s, st, err) != 0)
			goto failed;
	}
	return state_commit(s, err);
failed:
	state_rollback(s);
	return -1;
}

static int get_fates(struct state *s, const char *item, struct fates *out, struct err *err)
{
	sqlite3_stmt *st = state_stmt(s, S_RCPT_GET);
	size_t cap = 0;
	int r;

	if (st)
		state_bind(st, 1, item);
	while ((r = state_step(s, st, err)) == 1) {
		mem_grow(out->v, out->n, cap);
		out->v[out->n++] = (struct fate){
			.addr = mem_strdup(state_text(st, 0)), .fate = (enum rcpt_fate)sqlite3_column_int(st, 1),
			.code = sqlite3_column_int(st, 2), .enh = mem_strdup(state_text(st, 3)),
			.text = mem_strdup(state_text(st, 4)), .when = sqlite3_column_int64(st, 5),
		};
	}
	if (st)
		state_reset(st);
	return r;
}

static int get_item(struct state *s, const char *item, struct sending *out, struct err *err)
{
	sqlite3_stmt *st = state_stmt(s, S_ITEM_GET);
	int r;

	if (st)
		state_bind(st, 1, item);
	r = state_step(s, st, err);
	if (r == 1)
		*out = (struct sending){
			.created = sqlite3_column_int64(st, 0), .first_try = sqlite3_column_int64(st, 1),
			.last_try = sqlite3_column_int64(st, 2), .next_try = sqlite3_column_int64(st, 3),
			.attempts = (unsigned)sqlite3_column_int(st, 4),
			.held = sqlite3_column_int(st, 5) != 0,
		};
	if (st)
		state_reset(st);
	return r;
}

int state_item_get(struct state *s, const char *item, struct sending *out, struct fates *fates, struct err *err)
{
	int r;

	memset(out, 0, sizeof(*out));
	memset(fates, 0, sizeof(*fates));
	r = get_item(s, item, out, err);
	if (r == 1 && get_fates(s, item, fates, err) != 0) {
		fates_release(fates);
		r = -1;
	}
	return r;
}

int state_fate(struct state *s, const char *item, const struct fate *f, struct err *err)
{
	sqlite3_stmt *st = state_stmt(s, S_FATE);

	if (st) {
		state_bind(st, 1, item);
		state_bind(st, 2, f->addr);
		sqlite3_bind_int(st, 3, f->fate);
		sqlite3_bind_int(st, 4, f->code);
		state_bind(st, 5, f->enh);
		state_bind(st, 6, f->text);
		sqlite3_bind_int64(st, 7, f->when);
	}
	return state_change(s, st, err);
}

int state_tried(struct state *s, const char *item, int64_t now, int64_t next_try, struct err *err)
{
	sqlite3_stmt *st = state_stmt(s, S_TRIED);

	if (st) {
		state_bind(st, 1, item);
		sqlite3_bind_int64(st, 2, now);
		sqlite3_bind_int64(st, 3, next_try);
	}
	return state_change(s, st, err);
}

int state_item_hold(struct state *s, const char *item, bool held, struct err *err)
{
	sqlite3_stmt *st = state_stmt(s, S_HOLD);

	if (st) {
		state_bind(st, 1, item);
		sqlite3_bind_int(st, 2, held);
	}
	return state_change(s, st, err);
}

int state_item_later(struct state *s, const char *item, int64_t next_try, struct err *err)
{
	sqlite3_stmt *st = state_stmt(s, S_LATER);

	if (st) {
		state_bind(st, 1, item);
		sqlite3_bind_int64(st, 2, next_try);
	}
	return state_change(s, st, err);
}

int state_item_drop(struct state *s, const char *item, struct err *err)
{
	static const enum stmt both[] = { S_RCPT_DROP, S_ITEM_DROP };

	if (state_begin(s, err) != 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(both); i++) {
		sqlite3_stmt *st = state_stmt(s, both[i]);

		if (st)
			state_bind(st, 1, item);
		if (state_run(s, st, err) != 0) {
			state_rollback(s);
			return -1;
		}
	}
	return state_commit(s, err);
}
