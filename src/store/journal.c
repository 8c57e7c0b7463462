/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * journal: what is done to messages, written down before it is done, so that what
 * a crash cut short is finished, and what was done can be taken back.
 *
 * The tables came after the first ones of the database and are made when somebody
 * needs them; a pabal that does not know them leaves them alone.
 *
 * The messages of a row are one blob: for each the key (8 bytes, the least first),
 * old, set and clear (1 byte each), then both names, each ended by a NUL.
 */
#include "priv.h"

static const char schema[] =
	"CREATE TABLE IF NOT EXISTS journal(id INTEGER PRIMARY KEY AUTOINCREMENT, action INTEGER NOT NULL, at INTEGER NOT NULL, "
	" what TEXT NOT NULL, kind INTEGER NOT NULL, state INTEGER NOT NULL, source TEXT NOT NULL, target TEXT NOT NULL, "
	" before INTEGER NOT NULL, items BLOB NOT NULL);"
	"CREATE INDEX IF NOT EXISTS journal_action ON journal(action);"
	"CREATE INDEX IF NOT EXISTS journal_open ON journal(state) WHERE state < 3;"
	"CREATE TABLE IF NOT EXISTS why(ident INTEGER PRIMARY KEY, rule TEXT NOT NULL, at INTEGER NOT NULL);"
	"CREATE TABLE IF NOT EXISTS edit(child INTEGER PRIMARY KEY, parent INTEGER NOT NULL);"
	"CREATE INDEX IF NOT EXISTS uidl_file ON uidl(file);";

static int ready(struct state *s, struct err *err)
{
	if (!s->journal && sqlite3_exec(s->db, schema, NULL, NULL, NULL) != SQLITE_OK)
		return state_fail(s, err);
	s->journal = true;
	return 0;
}

/* ---- messages to bytes and back ---- */

static void pack(struct str *out, const struct journal_item *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		for (unsigned k = 0; k < 8; k++)
			str_addc(out, (char)(v[i].key >> (8 * k)));
		str_addc(out, (char)v[i].old);
		str_addc(out, (char)v[i].set);
		str_addc(out, (char)v[i].clear);
		str_add(out, v[i].name, strlen(v[i].name) + 1);
		str_add(out, v[i].to_name, strlen(v[i].to_name) + 1);
	}
}

static const char *take_name(struct slice *s)
{
	const char *p = s->p, *end = s->n ? memchr(p, 0, s->n) : NULL;

	if (!end)
		return NULL;
	*s = sl_skip(*s, (size_t)(end - p) + 1);
	return p;
}

/* -1: these are no messages. */
static int unpack(struct slice s, struct journal_row *row)
{
	size_t cap = 0;

	while (s.n) {
		struct journal_item one = { 0 };

		if (s.n < 11)
			return -1;
		for (unsigned k = 0; k < 8; k++)
			one.key |= (uint64_t)(unsigned char)s.p[k] << (8 * k);
		one.old = (unsigned char)s.p[8];
		one.set = (unsigned char)s.p[9];
		one.clear = (unsigned char)s.p[10];
		s = sl_skip(s, 11);
		one.name = take_name(&s);
		one.to_name = one.name ? take_name(&s) : NULL;
		if (!one.to_name)
			return -1;
		mem_grow(row->v, row->n, cap);
		row->v[row->n++] = one;
	}
	return 0;
}

/* ---- rows ---- */

int state_action(struct state *s, int64_t *action, struct err *err)
{
	sqlite3_stmt *st;
	int r;

	if (ready(s, err) != 0)
		return -1;
	st = state_stmt(s, S_ACTION);
	r = state_step(s, st, err);
	if (r == 1)
		*action = sqlite3_column_int64(st, 0);
	if (st)
		state_reset(st);
	return r == 1 ? 0 : -1;
}

int state_journal_put(struct state *s, struct journal_row *row, struct err *err)
{
	sqlite3_stmt *st;
	struct str items;
	int r;

	if (ready(s, err) != 0)
		return -1;
	str_init(&items, STR_MAX);
	pack(&items, row->v, row->n);
	st = items.full ? NULL : state_stmt(s, S_JOURNAL_PUT);
	if (items.full) {
		str_release(&items);
		return err_set(err, ERR_LIMIT, "%s", _("These are too many messages for one step of the journal."));
	}
	if (st) {
		if (row->id)
			sqlite3_bind_int64(st, 1, row->id);
		sqlite3_bind_int64(st, 2, row->action);
		sqlite3_bind_int64(st, 3, row->at);
		state_bind(st, 4, row->what);
		sqlite3_bind_int(st, 5, row->kind);
		sqlite3_bind_int(st, 6, (int)row->state);
		state_bind(st, 7, row->from);
		state_bind(st, 8, row->to);
		sqlite3_bind_int64(st, 9, row->before);
		sqlite3_bind_blob64(st, 10, items.p, items.n, SQLITE_TRANSIENT);
	}
	r = state_run(s, st, err);
	if (r == 0 && !row->id)
		row->id = sqlite3_last_insert_rowid(s->db);
	str_release(&items);
	return r;
}

int state_journal_set(struct state *s, int64_t id, enum journal_state to, struct err *err)
{
	sqlite3_stmt *st;

	if (ready(s, err) != 0)
		return -1;
	st = state_stmt(s, S_JOURNAL_SET);
	if (st) {
		sqlite3_bind_int64(st, 1, id);
		sqlite3_bind_int(st, 2, (int)to);
	}
	return state_change(s, st, err);
}

int state_journal_drop(struct state *s, int64_t id, struct err *err)
{
	sqlite3_stmt *st;

	if (ready(s, err) != 0)
		return -1;
	st = state_stmt(s, S_JOURNAL_DROP);
	if (st)
		sqlite3_bind_int64(st, 1, id);
	return state_run(s, st, err);
}

struct held { struct journal_row row; char *what, *from, *to; struct str items; };

/* The newest row older than `below`: 1, 0, -1.  A copy, so that the statement is free. */
static int take_next(struct state *s, int64_t below, int64_t action, enum journal_state only, struct held *h, struct err *err)
{
	sqlite3_stmt *st = state_stmt(s, S_JOURNAL_NEXT);
	int r;

	if (st) {
		sqlite3_bind_int64(st, 1, below);
		sqlite3_bind_int64(st, 2, action);
		sqlite3_bind_int(st, 3, (int)only);
	}
	r = state_step(s, st, err);
	if (r == 1) {
		h->what = mem_strdup(state_text(st, 3));
		h->from = mem_strdup(state_text(st, 6));
		h->to = mem_strdup(state_text(st, 7));
		str_init(&h->items, STR_MAX);
		str_add(&h->items, sqlite3_column_blob(st, 9), (size_t)sqlite3_column_bytes(st, 9));
		h->row = (struct journal_row){ .id = sqlite3_column_int64(st, 0), .action = sqlite3_column_int64(st, 1),
			.at = sqlite3_column_int64(st, 2), .kind = (char)sqlite3_column_int(st, 4),
			.state = (enum journal_state)sqlite3_column_int(st, 5), .before = sqlite3_column_int64(st, 8),
			.what = h->what, .from = h->from, .to = h->to };
		if (unpack(str_sl(&h->items), &h->row) != 0)
			r = err_set(err, ERR_SYS, _("A record of the journal in %s is damaged; it is left alone."), s->path);
	}
	if (st)
		state_reset(st);
	return r;
}

static void let_go(struct held *h)
{
	if (!h->what)
		return;
	free(h->what);
	free(h->from);
	free(h->to);
	free(h->row.v);
	str_release(&h->items);
}

int state_journal_each(struct state *s, int64_t action, enum journal_state only,
	int (*each)(void *ctx, const struct journal_row *), void *ctx, struct err *err)
{
	int64_t below = INT64_MAX;
	int r = ready(s, err) == 0 ? 1 : -1;

	while (r == 1) {
		struct held h = { 0 };

		r = take_next(s, below, action, only, &h, err);
		if (r == 1) {
			below = h.row.id;
			if (each(ctx, &h.row) != 0)
				r = -1;
		}
		let_go(&h);
	}
	return r;
}

int state_journal_prune(struct state *s, unsigned keep, int64_t older_than, struct err *err)
{
	sqlite3_stmt *st;

	if (ready(s, err) != 0)
		return -1;
	st = state_stmt(s, S_JOURNAL_PRUNE);
	if (st) {
		sqlite3_bind_int64(st, 1, keep);
		sqlite3_bind_int64(st, 2, older_than);
	}
	return state_run(s, st, err);
}

int state_uidl_moved(struct state *s, const char *box, const char *file, const char *to, const char *name, struct err *err)
{
	sqlite3_stmt *st;

	if (ready(s, err) != 0)
		return -1;
	st = state_stmt(s, S_MOVED);
	if (st) {
		state_bind(st, 1, box);
		state_bind(st, 2, file);
		state_bind(st, 3, to);
		state_bind(st, 4, name);
	}
	return state_run(s, st, err);
}

/* ---- filters and threads ---- */

int state_why_put(struct state *s, uint64_t ident, const char *rule, int64_t at, struct err *err)
{
	sqlite3_stmt *st;

	if (ready(s, err) != 0)
		return -1;
	st = state_stmt(s, S_WHY_PUT);
	if (st) {
		sqlite3_bind_int64(st, 1, (sqlite3_int64)ident);
		state_bind(st, 2, rule);
		sqlite3_bind_int64(st, 3, at);
	}
	return state_run(s, st, err);
}

int state_why_get(struct state *s, uint64_t ident, struct str *rule, int64_t *at, struct err *err)
{
	sqlite3_stmt *st;
	int r;

	if (ready(s, err) != 0)
		return -1;
	st = state_stmt(s, S_WHY_GET);
	if (st)
		sqlite3_bind_int64(st, 1, (sqlite3_int64)ident);
	r = state_step(s, st, err);
	if (r == 1) {
		str_adds(rule, state_text(st, 0));
		*at = sqlite3_column_int64(st, 1);
	}
	if (st)
		state_reset(st);
	return r;
}

int state_edit_put(struct state *s, uint64_t child, uint64_t parent, struct err *err)
{
	sqlite3_stmt *st;

	if (ready(s, err) != 0)
		return -1;
	st = state_stmt(s, S_EDIT_PUT);
	if (st) {
		sqlite3_bind_int64(st, 1, (sqlite3_int64)child);
		sqlite3_bind_int64(st, 2, (sqlite3_int64)parent);
	}
	return state_run(s, st, err);
}

int state_edits(struct state *s, int (*each)(void *ctx, uint64_t child, uint64_t parent), void *ctx, struct err *err)
{
	sqlite3_stmt *st;
	int r = ready(s, err) == 0 ? 1 : -1;

	st = r == 1 ? state_stmt(s, S_EDITS) : NULL;
	while (r == 1 && (r = state_step(s, st, err)) == 1)
		if (each(ctx, (uint64_t)sqlite3_column_int64(st, 0), (uint64_t)sqlite3_column_int64(st, 1)) != 0)
			r = -1;
	if (st)
		state_reset(st);
	return r;
}
