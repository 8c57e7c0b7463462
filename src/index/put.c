/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * put: messages come in, change, move and go.  Each call is a transaction of its own
 * where none is open.  Everything that counts or orders messages (counts, ranks,
 * threads of folders, the log) is kept up here and nowhere else.
 */
#include "index/priv.h"

#define RCPTS_MAX 10000         /* of one message */
#define ADDRS_HELD 200000
#define DAY 86400

/* ---- addresses ---- */

/* What searches look into: the name and the address as one reads them. */
static void fold_addr(struct index *i, struct slice name, struct slice spec)
{
	struct str s;

	str_init(&s, STR_MAX);
	if (name.n) {
		str_addsl(&s, name);
		str_adds(&s, " <");
	}
	str_addsl(&s, spec);
	if (name.n)
		str_addc(&s, '>');
	str_clear(&i->fold);
	utf8_casefold(&i->fold, str_sl(&s));
	str_release(&s);
}

static int addr_row(struct index *i, struct slice name, struct slice spec, int64_t *id, struct err *err)
{
	sqlite3_stmt *st = ix_stmt(i, "SELECT id FROM addr WHERE name = ?1 AND spec = ?2", err);
	int r;

	if (!st)
		return -1;
	sqlite3_bind_text(st, 1, name.n ? name.p : "", (int)name.n, SQLITE_TRANSIENT);
	sqlite3_bind_text(st, 2, spec.n ? spec.p : "", (int)spec.n, SQLITE_TRANSIENT);
	r = ix_step(i, st, err);
	if (r == 1) {
		*id = sqlite3_column_int64(st, 0);
		sqlite3_reset(st);
	}
	if (r != 0)
		return r < 0 ? -1 : 0;
	st = ix_stmt(i, "INSERT INTO addr(name, spec, folded) VALUES(?1, ?2, ?3)", err);
	if (!st)
		return -1;
	fold_addr(i, name, spec);
	sqlite3_bind_text(st, 1, name.n ? name.p : "", (int)name.n, SQLITE_TRANSIENT);
	sqlite3_bind_text(st, 2, spec.n ? spec.p : "", (int)spec.n, SQLITE_TRANSIENT);
	sqlite3_bind_text(st, 3, i->fold.p, (int)i->fold.n, SQLITE_TRANSIENT);
	if (ix_run(i, st, err) != 0)
		return -1;
	*id = sqlite3_last_insert_rowid(i->db);
	return 0;
}

static int addr_id(struct index *i, const struct addr *a, int64_t *id, struct err *err)
{
	struct slice name = sl(a->name), key, spec;
	void *known;
	size_t cut;

	str_clear(&i->held);
	str_addsl(&i->held, name);
	str_addc(&i->held, 0);
	cut = i->held.n;
	if (addr_spec(a, &i->held) != 0) {
		str_cut(&i->held, cut);
		str_adds(&i->held, a->local);
	}
	key = str_sl(&i->held);
	spec = sl_skip(key, cut);
	known = map_get(i->addrs, key);
	if (known) {
		*id = (int64_t)(intptr_t)known;
		return 0;
	}
	if (addr_row(i, name, spec, id, err) != 0)
		return -1;
	if (map_count(i->addrs) >= ADDRS_HELD) {
		map_free(&i->addrs);
		i->addrs = map_new();
	}
	map_put(i->addrs, key, (void *)(intptr_t)*id);
	return 0;
}

static int put_rcpts(struct index *i, int64_t msg, char kind, const struct addrs *l, size_t from, int *n, struct err *err)
{
	sqlite3_stmt *st;
	int64_t id;

	for (size_t k = from; k < l->n && *n < RCPTS_MAX; k++) {
		if (addr_id(i, &l->v[k], &id, err) != 0)
			return -1;
		st = ix_stmt(i, "INSERT INTO rcpt(msg, n, kind, addr) VALUES(?1, ?2, ?3, ?4)", err);
		if (!st)
			return -1;
		sqlite3_bind_int64(st, 1, msg);
		sqlite3_bind_int(st, 2, (*n)++);
		sqlite3_bind_int(st, 3, kind);
		sqlite3_bind_int64(st, 4, id);
		if (ix_run(i, st, err) != 0)
			return -1;
	}
	return 0;
}

/* ---- keys and counts ---- */

struct row { struct ix_keys keys; unsigned flags; bool textless; uint64_t print; struct str hold; };

static int count_row(struct index *i, const struct row *row, int by, struct err *err)
{
	struct ix_counts c = { row->keys.folder, by, row->flags & FLAG_SEEN ? 0 : by, row->flags & FLAG_FLAGGED ? by : 0,
		by * row->keys.size, row->textless ? by : 0, by < 0 ? 0 - row->print : row->print };

	return ix_count(i, &c, err);
}

/* What is counted and ordered of a message: 1, 0 no such one, -1. */
static int load(struct index *i, int64_t id, struct row *row, struct err *err)
{
	sqlite3_stmt *st = ix_stmt(i, "SELECT folder, thread, date, received, size, flags, textless, skey, bkey, print "
		"FROM msg WHERE id = ?1", err);
	size_t n;
	int r;

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, id);
	if ((r = ix_step(i, st, err)) != 1)
		return r;
	*row = (struct row){ .keys = { .id = id, .folder = sqlite3_column_int64(st, 0), .thread = sqlite3_column_int64(st, 1),
		.date = sqlite3_column_int64(st, 2), .received = sqlite3_column_int64(st, 3), .size = sqlite3_column_int64(st, 4) },
		.flags = (unsigned)sqlite3_column_int(st, 5), .textless = sqlite3_column_int(st, 6) != 0,
		.print = (uint64_t)sqlite3_column_int64(st, 9) };
	str_init(&row->hold, STR_MAX);
	str_add(&row->hold, sqlite3_column_blob(st, 7), n = (size_t)sqlite3_column_bytes(st, 7));
	str_add(&row->hold, sqlite3_column_blob(st, 8), (size_t)sqlite3_column_bytes(st, 8));
	row->keys.sender = sl_head(str_sl(&row->hold), n);
	row->keys.subject = sl_skip(str_sl(&row->hold), n);
	sqlite3_reset(st);
	return 1;
}

/* A message stands in the orders and threads of its folder, or no more. */
static int order_row(struct index *i, const struct ix_keys *k, int by, struct err *err)
{
	if (i->lean)
		return 0;
	if (ix_rank_row(i, k, by, err) != 0)
		return -1;
	return ix_tfold_row(i, k->folder, k->thread, err);
}

/* ---- a message comes in ---- */

static void ref_add(uint64_t refs[IX_REFS], size_t *n, uint64_t ident, uint64_t self)
{
	for (size_t k = 0; k < *n; k++)
		if (refs[k] == ident)
			return;
	if (ident == self)
		return;
	if (*n == IX_REFS)
		memmove(refs, refs + 1, --*n * sizeof(*refs));
	refs[(*n)++] = ident;
}

/* RFC 5256: References, else the first of In-Reply-To. */
static size_t gather_refs(const struct env *e, uint64_t self, uint64_t refs[IX_REFS])
{
	struct slice rest = sl(e->references), id;
	size_t n = 0;

	while (sl_word(&rest, &id))
		ref_add(refs, &n, ix_hash("id:", id), self);
	rest = sl(e->in_reply_to);
	if (n == 0 && sl_word(&rest, &id))
		ref_add(refs, &n, ix_hash("id:", id), self);
	return n;
}

static int64_t shown_date(const struct index_msg *m, const struct env *e)
{
	return e->date.ok && e->date.sec <= m->received + DAY ? e->date.sec : m->received;
}

static void bind_ref(sqlite3_stmt *st, const struct index_msg *m)
{
	sqlite3_bind_int64(st, 2, m->folder);
	sqlite3_bind_int64(st, 3, (int64_t)m->ref.key);
	sqlite3_bind_int64(st, 4, (int64_t)m->print);
	sqlite3_bind_text(st, 5, m->ref.name ? m->ref.name : "", -1, SQLITE_TRANSIENT);
	sqlite3_bind_int(st, 6, m->ref.fresh);
	sqlite3_bind_int64(st, 7, m->ref.pos);
	sqlite3_bind_int64(st, 8, (int64_t)m->ino);
	sqlite3_bind_int(st, 9, (int)m->flags);
}

static int insert(struct index *i, const struct index_msg *m, const struct env *e, const struct ix_keys *k,
	int64_t sender, uint64_t ident, const uint64_t *refs, size_t n, struct err *err)
{
	sqlite3_stmt *st = ix_stmt(i, "INSERT INTO msg(id, folder, key, print, name, fresh, pos, ino, flags, "
		"date, zone, received, size, sender, subject, mid, ident, thread, refs, skey, bkey, attachments, textless) "
		"VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, 1)", err);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, k->id);
	bind_ref(st, m);
	sqlite3_bind_int64(st, 10, k->date);
	sqlite3_bind_int(st, 11, k->date == e->date.sec && e->date.ok ? e->date.zone : 0);
	sqlite3_bind_int64(st, 12, k->received);
	sqlite3_bind_int64(st, 13, k->size);
	sqlite3_bind_int64(st, 14, sender);
	sqlite3_bind_text(st, 15, e->subject ? e->subject : "", -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 16, e->message_id ? e->message_id : "", -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 17, (int64_t)ident);
	sqlite3_bind_int64(st, 18, k->thread);
	if (n)
		sqlite3_bind_blob(st, 19, refs, (int)(n * sizeof(*refs)), SQLITE_STATIC);
	else
		sqlite3_bind_null(st, 19);
	sqlite3_bind_blob(st, 20, k->sender.p, (int)k->sender.n, SQLITE_STATIC);
	sqlite3_bind_blob(st, 21, k->subject.p, (int)k->subject.n, SQLITE_STATIC);
	sqlite3_bind_int(st, 22, (int)m->attachments);
	return ix_run(i, st, err);
}

static void text_keys(struct index *i, const struct addr *from, const char *subject, struct ix_keys *k, struct str *keys)
{
	struct slice who = SL_NONE;
	struct str hold;
	bool reply;
	size_t n;

	str_init(&hold, STR_MAX);
	if (from && from->name && from->name[0])
		who = sl(from->name);
	else if (from && addr_spec(from, &hold) == 0)
		who = str_sl(&hold);
	ix_sort_key(who, k->date, &i->fold, keys);
	n = keys->n;
	ix_sort_key(ix_base_subject(sl(subject), &reply, &hold), k->date, &i->fold, keys);
	k->sender = sl_head(str_sl(keys), n);
	k->subject = sl_skip(str_sl(keys), n);
	str_release(&hold);
}

static int add(struct index *i, struct index_msg *m, const struct env *e, struct slice header, struct str *keys, struct err *err)
{
	const struct addrs *from = e->from.n ? &e->from : &e->sender;
	struct row row = { .keys = { .folder = m->folder, .date = shown_date(m, e), .received = m->received, .size = (int64_t)m->size },
		.flags = m->flags, .textless = true, .print = m->print };
	struct ix_keys *k = &row.keys;
	uint64_t refs[IX_REFS], ident = index_ident(e, header);
	size_t n = gather_refs(e, ident, refs);
	int64_t sender = 0;
	int n_rcpts = 0;

	m->id = k->id = i->next_id++;
	text_keys(i, from->n ? &from->v[0] : NULL, e->subject, k, keys);
	if (from->n && addr_id(i, &from->v[0], &sender, err) != 0)
		return -1;
	if (ix_thread_in(i, k->id, ident, refs, n, e->subject, &k->thread, err) != 0 ||
	    insert(i, m, e, k, sender, ident, refs, n, err) != 0 ||
	    put_rcpts(i, k->id, 't', &e->to, 0, &n_rcpts, err) != 0 ||
	    put_rcpts(i, k->id, 'c', &e->cc, 0, &n_rcpts, err) != 0 ||
	    put_rcpts(i, k->id, 'f', from, 1, &n_rcpts, err) != 0 ||
	    count_row(i, &row, 1, err) != 0 ||
	    order_row(i, k, 1, err) != 0)
		return -1;
	return ix_event(i, 'a', m->folder, k->id, err);
}

/* 0 it is free, or -1. */
static int check_key(struct index *i, int64_t folder, uint64_t key, struct err *err)
{
	int64_t id;
	int r = ix_int(i, "SELECT id FROM msg WHERE folder = ?1 AND key = ?2", folder, (int64_t)key, &id, err);

	if (r == 1)
		return err_set(err, ERR_EXISTS, _("This message is in the index already."));
	return r;
}

int index_add(struct index *i, struct index_msg *m, const struct env *e, struct slice header, struct err *err)
{
	struct str keys;
	int r;

	if (index_begin(i, err) != 0)
		return -1;
	str_init(&keys, STR_MAX);
	r = check_key(i, m->folder, m->ref.key, err);
	if (r == 0)
		r = add(i, m, e, header, &keys, err);
	str_release(&keys);
	return ix_end(i, r, err);
}

/* ---- it changes, moves, goes ---- */

static int no_such(struct err *err)
{
	return err_set(err, ERR_NOTFOUND, _("This message is not in the index any more."));
}

/* What stands in no index but those of flags. */
static int write_name(struct index *i, int64_t id, const struct index_msg *m, struct err *err)
{
	sqlite3_stmt *st = ix_stmt(i, "UPDATE msg SET print = ?4, name = ?5, fresh = ?6, pos = ?7, flags = ?9 "
		"WHERE id = ?1 AND folder = ?2 AND key = ?3 AND ino = ?8", err);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, id);
	bind_ref(st, m);
	if (ix_run(i, st, err) != 0)
		return -1;
	return sqlite3_changes(i->db) > 0;
}

static int write_ref(struct index *i, int64_t id, const struct index_msg *m, struct err *err)
{
	int named = write_name(i, id, m, err);
	sqlite3_stmt *st;

	if (named != 0)
		return named < 0 ? -1 : 0;
	st = ix_stmt(i, "UPDATE msg SET folder = ?2, key = ?3, print = ?4, name = ?5, fresh = ?6, pos = ?7, "
		"ino = ?8, flags = ?9 WHERE id = ?1", err);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, id);
	bind_ref(st, m);
	return ix_run(i, st, err);
}

/* It stands elsewhere now, or is what it was in another folder. */
static int change(struct index *i, int64_t id, int64_t folder, const struct index_msg *m, struct err *err)
{
	struct index_msg to = *m;
	struct row row, old;
	int r = load(i, id, &row, err);

	if (r != 1)
		return r < 0 ? -1 : no_such(err);
	old = row;
	to.folder = row.keys.folder = folder ? folder : old.keys.folder;
	row.flags = m->flags;
	row.print = m->print;
	r = to.folder == old.keys.folder ? 0 : check_key(i, to.folder, m->ref.key, err);
	if (r == 0 && (count_row(i, &old, -1, err) != 0 || write_ref(i, id, &to, err) != 0 || count_row(i, &row, 1, err) != 0))
		r = -1;
	if (r == 0 && to.folder != old.keys.folder &&
	    (order_row(i, &old.keys, -1, err) != 0 || order_row(i, &row.keys, 1, err) != 0 ||
	     ix_event(i, 'g', old.keys.folder, id, err) != 0 || ix_event(i, 'a', to.folder, id, err) != 0))
		r = -1;
	else if (r == 0 && to.folder == old.keys.folder)
		r = ix_event(i, 'f', to.folder, id, err);
	str_release(&row.hold);
	return r;
}

int index_change(struct index *i, const struct index_msg *m, struct err *err)
{
	if (index_begin(i, err) != 0)
		return -1;
	return ix_end(i, change(i, m->id, 0, m, err), err);
}

int index_move(struct index *i, int64_t id, const struct index_msg *to, struct err *err)
{
	if (index_begin(i, err) != 0)
		return -1;
	return ix_end(i, change(i, id, to->folder, to, err), err);
}

static int gone(struct index *i, int64_t id, struct err *err)
{
	struct row row;
	int r = load(i, id, &row, err);

	if (r != 1)
		return r;
	if (count_row(i, &row, -1, err) != 0 ||
	    ix_do(i, "DELETE FROM msg WHERE id = ?1", id, 0, err) != 0 ||
	    ix_do(i, "DELETE FROM rcpt WHERE msg = ?1", id, 0, err) != 0 ||
	    order_row(i, &row.keys, -1, err) != 0 ||
	    ix_event(i, 'g', row.keys.folder, id, err) != 0)
		r = -1;
	str_release(&row.hold);
	if (r < 0)
		return -1;
	return ix_thread_out(i, row.keys.thread, err);
}

int index_gone(struct index *i, int64_t id, struct err *err)
{
	if (index_begin(i, err) != 0)
		return -1;
	return ix_end(i, gone(i, id, err), err);
}

/* ---- asked by sync ---- */

#define MSG_COLUMNS "id, folder, key, print, name, fresh, pos, ino, flags, size, received, attachments"

static void read_msg(sqlite3_stmt *st, struct index_msg *m)
{
	*m = (struct index_msg){
		.id = sqlite3_column_int64(st, 0), .folder = sqlite3_column_int64(st, 1),
		.ref = { .key = (uint64_t)sqlite3_column_int64(st, 2), .name = ix_text(st, 4),
			.fresh = sqlite3_column_int(st, 5) != 0, .pos = sqlite3_column_int64(st, 6) },
		.print = (uint64_t)sqlite3_column_int64(st, 3), .ino = (uint64_t)sqlite3_column_int64(st, 7),
		.flags = (unsigned)sqlite3_column_int(st, 8), .size = (uint64_t)sqlite3_column_int64(st, 9),
		.received = sqlite3_column_int64(st, 10), .attachments = (unsigned)sqlite3_column_int(st, 11),
	};
}

static int keys(struct index *i, sqlite3_stmt *st, int64_t folder, int (*each)(void *, const struct index_msg *), void *ctx, struct err *err)
{
	struct index_msg m;
	int r;

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, folder);
	while ((r = ix_step(i, st, err)) == 1) {
		read_msg(st, &m);
		if (each(ctx, &m) != 0) {
			sqlite3_reset(st);
			return -1;
		}
	}
	return r;
}

int index_keys(struct index *i, int64_t folder, int (*each)(void *, const struct index_msg *), void *ctx, struct err *err)
{
	int r;

	if (ix_look(i, err) != 0)
		return -1;
	/* as unsigned: those that lie as negative numbers are the greater half */
	r = keys(i, ix_stmt(i, "SELECT " MSG_COLUMNS " FROM msg WHERE folder = ?1 AND key >= 0 ORDER BY key", err), folder, each, ctx, err);
	if (r == 0)
		r = keys(i, ix_stmt(i, "SELECT " MSG_COLUMNS " FROM msg WHERE folder = ?1 AND key < 0 ORDER BY key", err), folder, each, ctx, err);
	ix_look_end(i);
	return r;
}

int index_by_inode(struct index *i, uint64_t ino, struct slice base, struct index_msg *m, struct err *err)
{
	sqlite3_stmt *st = ix_stmt(i, "SELECT " MSG_COLUMNS " FROM msg WHERE ino = ?1 AND ino <> 0", err);
	int r;

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, (int64_t)ino);
	while ((r = ix_step(i, st, err)) == 1) {
		if (!sl_eq(entry_base(ix_text(st, 4)), base))
			continue;
		read_msg(st, m);
		str_clear(&i->held);
		str_adds(&i->held, m->ref.name);
		m->ref.name = i->held.p;
		sqlite3_reset(st);
		return 1;
	}
	return r;
}
