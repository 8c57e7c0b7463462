/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * change: what a person does to messages: flags, moves, copies, deletions, any
 * number at once.
 *
 * Invariants.
 * 1. What moves is in the journal, with the name it will have, before it moves
 *    (state.db is synced); so at any moment each message is where it was, or where it
 *    goes to, or in both and the journal knows (changemove.c).
 * 2. Flags go through the journal as they were before they change: taking back what
 *    was never done changes nothing.
 * 3. One process changes at a time: a lock beside the state database.
 * 4. A batch is one row of the journal, of one mailbox; an action is any number of
 *    batches under one number.
 * 5. The index follows the mailboxes and never leads: when it fails, the next look at
 *    the mailbox mends it.
 */
#include "priv.h"
#include <unistd.h>

#define MOVE_BATCH 1000
#define FLAG_BATCH 100000

void change_item_release(struct change_item *i)
{
	free((char *)(uintptr_t)i->ref.name);
	free((char *)(uintptr_t)i->now.name);
	free(i->to_name);
}

bool change_stopped(void *ctx)
{
	struct change *c = ctx;

	return front_stop(c->front);
}

int change_lock(struct folders *folders, bool wait, int *lock, struct err *err)
{
	struct str path;
	int64_t until = rt_mono() + (wait ? 10000000 : 0);
	int r;

	str_init(&path, 65536);
	str_addf(&path, "%s/change.lock", folders_conf(folders)->data);
	r = fs_mkdirs(folders_conf(folders)->data, err);
	while (r == 0 && (r = fs_lock(path.p, false, lock, err)) != 0 && err->kind == ERR_LOCKED && rt_mono() < until) {
		*err = (struct err)ERR_INIT;
		usleep(20000);
		r = 0;
	}
	if (r != 0 && err->kind == ERR_LOCKED)
		err_set(err, ERR_LOCKED, "%s", _("Another pabal is changing mailboxes. Try again when it is done."));
	str_release(&path);
	return r;
}

int change_begin(struct change **out, struct front *front, struct folders *folders, struct state *state, const char *what, struct err *err)
{
	struct change *c = mem_zalloc(sizeof(*c));
	int64_t now = rt_now() / 1000000;

	c->front = front;
	c->folders = folders;
	c->state = state;
	c->what = mem_strdup(what ? what : "");
	c->final = what ? JOURNAL_DONE : JOURNAL_UNDONE;
	c->lock = -1;
	if (change_lock(folders, true, &c->lock, err) != 0 || change_recover(folders, state, true, err) != 0 ||
	    state_journal_prune(state, 100, now - 90 * 86400, err) != 0 || state_action(state, &c->action, err) != 0) {
		if (c->lock >= 0)
			fs_close(&c->lock);
		free(c->what);
		free(c);
		return -1;
	}
	*out = c;
	return 0;
}

/* ---- taking note ---- */

static struct change_group *group_of(struct change *c, char kind, int64_t from, const char *to)
{
	for (size_t i = 0; i < c->n_groups; i++)
		if (c->groups[i].kind == kind && c->groups[i].from == from && strcmp(c->groups[i].to, to) == 0)
			return &c->groups[i];
	c->groups = mem_array(c->groups, c->n_groups + 1, sizeof(*c->groups));
	c->groups[c->n_groups] = (struct change_group){ .kind = kind, .from = from, .to = mem_strdup(to) };
	return &c->groups[c->n_groups++];
}

static void note(struct change *c, char kind, const struct index_row *row, const char *to, unsigned set, unsigned clear)
{
	struct change_group *g = group_of(c, kind, row->msg.folder, to);

	mem_grow(g->v, g->n, g->cap);
	g->v[g->n] = (struct change_item){ .id = row->msg.id, .ref = row->msg.ref, .flags = row->msg.flags,
		.ino = row->msg.ino, .size = row->msg.size, .set = set, .clear = clear, .received = row->msg.received };
	g->v[g->n++].ref.name = mem_strdup(row->msg.ref.name);
	c->total++;
}

int change_flags(struct change *c, const struct index_row *row, unsigned set, unsigned clear, struct err *err)
{
	(void)err;
	note(c, 'f', row, "", set, clear);
	return 0;
}

int change_move(struct change *c, const struct index_row *row, const char *to, unsigned set, unsigned clear, struct err *err)
{
	const char *from = folder_of(c->folders, row->msg.folder);

	if (from && strcmp(from, to) == 0)
		return set | clear ? change_flags(c, row, set, clear, err) : 0;
	note(c, 'm', row, to, set, clear);
	return 0;
}

int change_copy(struct change *c, const struct index_row *row, const char *to, struct err *err)
{
	(void)err;
	note(c, 'c', row, to, 0, 0);
	return 0;
}

int change_delete(struct change *c, const struct index_row *row, struct err *err)
{
	const char *trash = folders_conf(c->folders)->trash, *from = folder_of(c->folders, row->msg.folder);
	char *to;

	if (!trash || !from || folder_role(folders_conf(c->folders), from) == 't') {
		note(c, 'd', row, "", 0, 0);
		return 0;
	}
	to = folder_path(folders_conf(c->folders), trash);
	note(c, 'm', row, to, 0, 0);
	free(to);
	return 0;
}

int change_back(struct change *c, const struct index_row *row, char kind, const char *to, const char *name, unsigned set, unsigned clear)
{
	struct change_group *g;

	if (kind != 'm') {
		note(c, kind, row, "", set, clear);
		return 0;
	}
	note(c, 'm', row, to, set, clear);
	g = group_of(c, 'm', row->msg.folder, to);
	g->v[g->n - 1].to_name = mem_strdup(name);
	return 0;
}

/* ---- flags ---- */

static int write_flags(struct change *c, const struct change_group *g, struct err *err)
{
	struct journal_row row = { .action = c->action, .at = rt_now() / 1000000, .what = c->what, .kind = 'f', .state = c->final,
		.from = folder_of(c->folders, g->from), .to = "", .n = g->n };
	int r;

	row.v = mem_array(NULL, g->n, sizeof(*row.v));
	for (size_t i = 0; i < g->n; i++)
		row.v[i] = (struct journal_item){ g->v[i].ref.key, g->v[i].flags, g->v[i].set, g->v[i].clear,
			sl_dup(entry_base(g->v[i].ref.name)), "" };
	r = state_journal_put(c->state, &row, err);
	for (size_t i = 0; i < g->n; i++)
		free((char *)(uintptr_t)row.v[i].name);
	free(row.v);
	return r;
}

static int follow_flags(struct change *c, struct change_group *g, const struct box_change *v, struct err *err)
{
	struct index *ix = folders_index(c->folders);
	int r = index_begin(ix, err);

	for (size_t i = 0; i < g->n && r == 0; i++) {
		unsigned flags = (g->v[i].flags | v[i].set) & ~v[i].clear & ~(unsigned)FLAG_FRESH;
		struct index_msg m = { .id = g->v[i].id, .folder = g->from, .ref = v[i].ref, .flags = flags,
			.received = g->v[i].received, .ino = g->v[i].ino, .print = v[i].name ? box_print(v[i].name, v[i].fresh) : 0 };

		if (!v[i].done || !v[i].name)
			continue;
		m.ref.name = v[i].name;
		m.ref.fresh = v[i].fresh;
		r = index_change(ix, &m, err);
	}
	if (r == 0)
		return index_commit(ix, err);
	index_rollback(ix);
	return -1;
}

static int flag_batch(struct change *c, struct change_group *g, struct err *err)
{
	struct box *box = folder_box(c->folders, g->from, err);
	struct err own = ERR_INIT;
	struct box_change *v;
	int64_t id;
	int r;

	if (!box || write_flags(c, g, err) != 0)
		return -1;
	v = mem_array(NULL, g->n, sizeof(*v));
	for (size_t i = 0; i < g->n; i++)
		v[i] = (struct box_change){ .ref = g->v[i].ref, .set = g->v[i].set, .clear = g->v[i].clear };
	r = box_change(box, v, g->n, change_stopped, c, err);
	for (size_t i = 0; i < g->n; i++) {
		c->done += v[i].done;
		c->gone += r == 0 && !v[i].done;
	}
	/* invariant 5 */
	if (box->kind == BOX_MAILDIR)
		follow_flags(c, g, v, &own);
	else
		folder_sync(c->folders, folder_of(c->folders, g->from), UINT64_MAX, NULL, &id, &own);
	for (size_t i = 0; i < g->n; i++)
		free(v[i].name);
	free(v);
	return r == 0 ? 1 : r == 1 ? 0 : -1;
}

/* ---- for good ---- */

static int remove_batch(struct change *c, struct change_group *g, struct err *err)
{
	struct box *from = folder_box(c->folders, g->from, err);
	struct index *ix = folders_index(c->folders);
	struct box_change *v;
	struct err own = ERR_INIT;
	int64_t id;
	int r;

	if (!from)
		return -1;
	v = mem_array(NULL, g->n, sizeof(*v));
	for (size_t i = 0; i < g->n; i++)
		v[i] = (struct box_change){ .ref = g->v[i].ref, .remove = true };
	r = box_change(from, v, g->n, change_stopped, c, err);
	if (index_begin(ix, &own) == 0) {
		for (size_t i = 0; i < g->n; i++) {
			c->done += v[i].done;
			c->gone += r == 0 && !v[i].done;
			if (v[i].done)
				index_gone(ix, g->v[i].id, &own);
		}
		index_commit(ix, &own);
	}
	for (size_t i = 0; i < g->n; i++)
		free(v[i].name);
	free(v);
	if (from->kind != BOX_MAILDIR)
		folder_sync(c->folders, folder_of(c->folders, g->from), UINT64_MAX, NULL, &id, &own);
	return r == 0 ? 1 : r == 1 ? 0 : -1;
}

/* ---- batches ---- */

static void group_empty(struct change_group *g)
{
	for (size_t i = 0; i < g->n; i++)
		change_item_release(&g->v[i]);
	g->n = 0;
}

/* The first n of a group as a batch of their own. */
static int batch(struct change *c, struct change_group *g, struct err *err)
{
	size_t max = g->kind == 'f' ? FLAG_BATCH : MOVE_BATCH;
	int r = 1;

	for (size_t at = 0; at < g->n && r == 1; at += max) {
		struct change_group part = *g;

		part.v = g->v + at;
		part.n = MIN(max, g->n - at);
		if (change_stopped(c))
			r = 0;
		else if (g->kind == 'f')
			r = flag_batch(c, &part, err);
		else if (g->kind == 'd')
			r = remove_batch(c, &part, err);
		else
			r = change_move_batch(c, &part, err);
		front_progress(c->front, c->done + c->gone, c->total, c->what);
	}
	group_empty(g);
	return r;
}

int change_step(struct change *c, struct err *err)
{
	int r = 1;

	for (size_t i = 0; i < c->n_groups && r == 1; i++)
		if (c->groups[i].n >= (c->groups[i].kind == 'f' ? FLAG_BATCH : MOVE_BATCH))
			r = batch(c, &c->groups[i], err);
	return r;
}

int change_end(struct change **cp, uint64_t *done, uint64_t *gone, struct err *err)
{
	struct change *c = *cp;
	int r = 1;

	for (size_t i = 0; i < c->n_groups; i++) {
		if (r == 1)
			r = batch(c, &c->groups[i], err);
		group_empty(&c->groups[i]);
		free(c->groups[i].v);
		free(c->groups[i].to);
	}
	if (done)
		*done = c->done;
	if (gone)
		*gone = c->gone;
	free(c->groups);
	fs_close(&c->lock);
	free(c->what);
	free(c);
	*cp = NULL;
	return r;
}
