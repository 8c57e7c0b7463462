/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * changemove: messages on their way from one mailbox into another.
 *
 *   planned   the row is in the journal, with the names that the messages will have
 *     |  Maildir to Maildir on one file system: each is renamed, both are synced
 *     |  else: all are put into the target and committed (synced there)
 *   copied    only in the second case: they lie in both
 *     |  they are removed from where they were
 *   done
 *
 * After a crash (change_mend):
 *   planned, target has the name         renamed, or put: what is left in the source
 *                                        is removed
 *   planned, target has it not           it never moved; the journal forgets it
 *   copied                               what is left in the source is removed
 * In an mbox nothing has a name: what lies behind its old end is compared with what was
 * planned; a half message of ours at the very end is cut off again.
 */
#include "priv.h"
#include <fcntl.h>
#include <unistd.h>

#define HEADER_MAX (1 << 20)
#define LEAVE_MS 10000

/* ---- the journal's row of a group ---- */

struct plan { struct journal_row row; char **names; };

static void plan_make(struct plan *p, struct change *c, struct change_group *g)
{
	p->row = (struct journal_row){ .action = c->action, .at = rt_now() / 1000000, .what = c->what, .kind = g->kind,
		.state = JOURNAL_PLANNED, .from = folder_of(c->folders, g->from), .to = g->to, .n = g->n };
	p->row.v = mem_array(NULL, g->n, sizeof(*p->row.v));
	p->names = mem_array(NULL, g->n, sizeof(*p->names));
	for (size_t i = 0; i < g->n; i++) {
		p->names[i] = sl_dup(entry_base(g->v[i].ref.name));
		p->row.v[i] = (struct journal_item){ g->v[i].ref.key, g->v[i].flags, g->v[i].set, g->v[i].clear, p->names[i], g->v[i].to_name };
	}
}

static void plan_release(struct plan *p)
{
	for (size_t i = 0; i < p->row.n; i++)
		free(p->names[i]);
	free(p->names);
	free(p->row.v);
}

/* A move is done.  What moved elsewhere than into the trash was not deleted: the server
 * may keep its copy. */
int change_moved(struct folders *folders, struct state *state, struct journal_row *row, struct err *err)
{
	bool trash = folder_role(folders_conf(folders), row->to) == 't';
	int r;

	if (state_begin(state, err) != 0)
		return -1;
	r = row->n ? state_journal_put(state, row, err) : state_journal_drop(state, row->id, err);
	for (size_t i = 0; i < row->n && r == 0 && row->kind == 'm' && !trash; i++)
		if (row->v[i].name[0] && row->v[i].to_name[0] && row->v[i].to_name[0] != '#')
			r = state_uidl_moved(state, row->from, row->v[i].name, row->to, row->v[i].to_name, err);
	if (r == 0)
		return state_commit(state, err);
	state_rollback(state);
	return -1;
}

/* In an mbox a message is known by its key, once it is there: for undo. */
char *change_to_name(const struct box_ref *ref)
{
	char key[24];

	snprintf(key, sizeof(key), "#%016llx", (unsigned long long)ref->key);
	return ref->name && ref->name[0] ? sl_dup(entry_base(ref->name)) : mem_strdup(key);
}

static int plan_done(struct plan *p, struct change *c, struct change_group *g, struct err *err)
{
	size_t n = 0, had = p->row.n;
	int r;

	p->row.state = c->final;
	for (size_t i = 0; i < g->n; i++) {
		if (!g->v[i].over)
			continue;
		if (!g->v[i].to_name[0]) {
			free(g->v[i].to_name);
			g->v[i].to_name = change_to_name(&g->v[i].now);
		}
		p->row.v[n] = p->row.v[i];
		p->row.v[n++].to_name = g->v[i].to_name;
	}
	p->row.n = n;
	r = change_moved(c->folders, c->state, &p->row, err);
	p->row.n = had;         /* of names */
	return r;
}

/* ---- the index follows (invariant 5 of change.c) ---- */

static void follow(struct change *c, struct change_group *g, int64_t to_id, struct box *to)
{
	struct index *ix = folders_index(c->folders);
	struct err own = ERR_INIT;
	int64_t id;
	int r = index_begin(ix, &own);

	for (size_t i = 0; i < g->n && r == 0; i++) {
		struct change_item *it = &g->v[i];
		struct index_msg m = { .folder = to_id, .ref = it->now, .flags = it->flags, .received = it->received, .size = it->size };
		struct stat st;

		if (!it->over || g->kind == 'c')
			continue;
		if (to->kind != BOX_MAILDIR || !it->now.name) {
			r = index_gone(ix, it->id, &own);
			continue;
		}
		m.print = box_print(it->now.name, it->now.fresh);
		if (fstatat(it->now.fresh ? to->md.new : to->md.cur, it->now.name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			m.ino = (uint64_t)st.st_ino;
		r = index_move(ix, it->id, &m, &own);
	}
	if (r == 0)
		index_commit(ix, &own);
	else
		index_rollback(ix);
	if (g->kind == 'c' || to->kind != BOX_MAILDIR)
		folder_sync(c->folders, g->to, UINT64_MAX, NULL, &id, &own);
	if (folder_box(c->folders, g->from, &own) && folder_box(c->folders, g->from, &own)->kind != BOX_MAILDIR)
		folder_sync(c->folders, folder_of(c->folders, g->from), UINT64_MAX, NULL, &id, &own);
}

/* ---- by rename ---- */

/* The full name that a message has in the target, with its flags. */
static void came_to(struct change_item *it, const char *base, const struct box_ref *was)
{
	struct slice info = sl_skip(sl(was->name), entry_base(was->name).n);
	struct str name;

	str_init(&name, 1024);
	str_adds(&name, base);
	if (!was->fresh)
		str_addsl(&name, info);
	it->now = (struct box_ref){ .key = entry_key(base), .name = str_detach(&name), .fresh = was->fresh };
	it->over = true;
}

/* 1 all that could be, 0 stopped or not one file system (*other), -1 */
static int rename_all(struct change *c, struct change_group *g, struct box *from, struct box *to, bool *other, struct err *err)
{
	int r = 1;

	for (size_t i = 0; i < g->n && r == 1; i++) {
		struct err own = ERR_INIT;
		char *base = NULL;

		if (change_stopped(c))
			return 0;
		r = box_rename(from, &g->v[i].ref, to, g->v[i].to_name, &base, &own);
		if (r == 1) {
			came_to(&g->v[i], base, &g->v[i].ref);
		} else if (r < 0 && own.kind == ERR_NOTFOUND) {
			g->v[i].gone = true;
			r = 1;
		} else if (r == 0) {
			*other = i == 0;
		} else {
			*err = own;
		}
		free(base);
	}
	return r;
}

/* ---- by copying ---- */

struct putting { struct change_group *g; size_t *which; };

static void put_lies(void *ctx, size_t i, const struct box_ref *ref)
{
	struct putting *p = ctx;
	struct change_item *it = &p->g->v[p->which[i]];

	it->now = *ref;
	it->now.name = mem_strdup(ref->name);
}

static int put_one(struct box *from, struct box_put *put, const struct change_item *it, struct str *mem, struct err *err)
{
	struct box_meta meta = { .flags = it->flags, .received = it->received };
	struct src src;
	int fd = -1, r;

	str_clear(mem);
	if (box_read(from, &it->ref, mem, &fd, err) != 0)
		return -1;
	if (fd >= 0)
		src_range(&src, fd, 0, -1);
	else
		src_mem(&src, str_sl(mem));
	r = box_put(put, &src, &meta, it->to_name[0] ? it->to_name : NULL, err);
	src_release(&src);
	if (fd >= 0)
		fs_close(&fd);
	return r;
}

/* 1 all that could be, 0 stopped: nothing was put, -1 */
static int put_all(struct change *c, struct change_group *g, struct box *from, struct box_put **put, struct err *err)
{
	struct putting p = { .g = g };
	struct str mem;
	size_t n = 0;
	int r = 1;

	p.which = mem_array(NULL, g->n, sizeof(*p.which));
	str_init(&mem, 2 << 20);
	for (size_t i = 0; i < g->n && r == 1; i++) {
		struct err own = ERR_INIT;

		if (change_stopped(c)) {
			r = 0;
		} else if (put_one(from, *put, &g->v[i], &mem, &own) == 0) {
			p.which[n++] = i;
		} else if (own.kind == ERR_NOTFOUND) {
			g->v[i].gone = true;
		} else {
			*err = own;
			r = -1;
		}
	}
	if (r == 1 && n && box_put_commit(*put, put_lies, &p, err) != 0)
		r = -1;
	/* They are stored, whether their place is known or not. */
	for (size_t i = 0; r == 1 && i < n; i++)
		g->v[p.which[i]].over = true;
	box_put_close(put);
	str_release(&mem);
	free(p.which);
	return r;
}

/* What could not leave is not copied: it would lie in both. */
static int may_leave(const struct box *from, struct err *err)
{
	struct mbox_lock lock;

	if (from->kind == BOX_MAILDIR)
		return 0;
	if (mbox_lock(&lock, from->real, false, LEAVE_MS, err) != 0)
		return -1;
	mbox_unlock(&lock);
	return 0;
}

/* Those that are over leave the source. */
static int leave(struct box *from, struct change_group *g, struct err *err)
{
	struct box_change *v = mem_array(NULL, g->n, sizeof(*v));
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; i < g->n; i++)
		if (g->v[i].over)
			v[n++] = (struct box_change){ .ref = g->v[i].ref, .remove = true };
	if (n)
		r = box_change(from, v, n, NULL, NULL, err);
	for (size_t i = 0; i < n; i++)
		free(v[i].name);
	free(v);
	return r < 0 ? -1 : 0;
}

static int by_copy(struct change *c, struct change_group *g, struct box *from, struct plan *plan, struct err *err)
{
	struct box_put *put = NULL;
	off_t end;
	int r;

	if ((g->kind == 'm' && may_leave(from, err) != 0) || box_put_open(&put, g->to, "", err) != 0)
		return -1;
	/* The end of an mbox is known only under its lock. */
	r = box_put_end(put, &end, err) == 0 ? 1 : -1;
	plan->row.before = end;
	if (r == 1 && state_journal_put(c->state, &plan->row, err) != 0)
		r = -1;
	if (r == 1)
		r = put_all(c, g, from, &put, err);
	box_put_close(&put);
	if (r != 1) {
		struct err own = ERR_INIT;

		if (plan->row.id)
			state_journal_drop(c->state, plan->row.id, &own);
		plan->row.id = 0;
		return r;
	}
	if (g->kind == 'm') {
		plan->row.state = JOURNAL_COPIED;
		if (state_journal_set(c->state, plan->row.id, JOURNAL_COPIED, err) != 0)
			return -1;
		if (leave(from, g, err) != 0)
			return err_prefix(err, _("The messages are in %s already, and leave %s at the next look"), g->to, from->path);
	}
	return 1;
}

/* ---- a batch ---- */

static bool is_free(struct box *to, const char *base)
{
	struct box_ref ref = { .key = entry_key(base), .name = base };
	struct err ignored = ERR_INIT;
	char *name = NULL;
	bool fresh;
	off_t pos;
	int r = box_find(to, &ref, &name, &fresh, &pos, &ignored);

	free(name);
	return r == 0;
}

static void name_all(struct change_group *g, struct box *to)
{
	for (size_t i = 0; i < g->n; i++) {
		char name[128] = "";

		/* Undo asks for the old one. */
		if (g->v[i].to_name && to->kind == BOX_MAILDIR && g->v[i].to_name[0] && is_free(to, g->v[i].to_name))
			continue;
		if (to->kind == BOX_MAILDIR)
			fs_unique_at(name, g->v[i].received);
		free(g->v[i].to_name);
		g->v[i].to_name = mem_strdup(name);
	}
}

static int flag_after(struct change_group *g, struct box *to, struct err *err)
{
	struct box_change *v = mem_array(NULL, g->n, sizeof(*v));
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; i < g->n; i++)
		if (g->v[i].over && (g->v[i].set | g->v[i].clear))
			v[n++] = (struct box_change){ .ref = g->v[i].now, .set = g->v[i].set, .clear = g->v[i].clear };
	if (n)
		r = box_change(to, v, n, NULL, NULL, err);
	n = 0;
	for (size_t i = 0; i < g->n; i++) {
		if (!g->v[i].over || !(g->v[i].set | g->v[i].clear))
			continue;
		if (v[n].done && v[n].name) {
			free((char *)(uintptr_t)g->v[i].now.name);
			g->v[i].now.name = v[n].name;
			g->v[i].now.fresh = v[n].fresh;
			v[n].name = NULL;
		}
		g->v[i].flags = (g->v[i].flags | g->v[i].set) & ~g->v[i].clear;
		free(v[n++].name);
	}
	free(v);
	return r < 0 ? -1 : 0;
}

/* The target, made where it is missing, and in the index. */
static struct box *open_target(struct change *c, const char *path, int64_t *id, struct err *err)
{
	int kind = box_kind_of(path, err);

	if (kind < 0 || (kind == 0 && box_create(path, BOX_MAILDIR, err) != 0))
		return NULL;
	if (folder_sync(c->folders, path, UINT64_MAX, NULL, id, err) < 0)
		return NULL;
	return folder_box(c->folders, *id, err);
}

int change_move_batch(struct change *c, struct change_group *g, struct err *err)
{
	struct box *to, *from;
	bool other = false;
	struct plan plan;
	int64_t id;
	int r;

	to = open_target(c, g->to, &id, err);
	from = to ? folder_box(c->folders, g->from, err) : NULL;
	if (!from)
		return -1;
	if (g->kind == 'm' && from->read_only)
		return err_set(err, ERR_INPUT, _("%s can only be read, so nothing can be moved out of it. Copy instead."), from->path);
	name_all(g, to);
	plan_make(&plan, c, g);
	other = g->kind == 'c' || from->kind != BOX_MAILDIR || to->kind != BOX_MAILDIR;
	r = 1;
	if (!other) {
		r = state_journal_put(c->state, &plan.row, err) == 0 ? 1 : -1;
		if (r == 1)
			r = rename_all(c, g, from, to, &other, err);
		if (r >= 0 && !other && (box_sync(to, err) != 0 || box_sync(from, err) != 0))
			r = -1;
	}
	if (other)
		r = by_copy(c, g, from, &plan, err);
	/* What a failure left half done stays in the journal: change_recover. */
	if (r >= 0 && plan.row.id && plan_done(&plan, c, g, err) != 0)
		r = -1;
	if (r >= 0 && flag_after(g, to, err) != 0)
		r = -1;
	for (size_t i = 0; i < g->n; i++) {
		c->done += g->v[i].over;
		c->gone += g->v[i].gone;
	}
	follow(c, g, id, to);
	plan_release(&plan);
	return r;
}

/* ---- after a crash ---- */

/* 1 it is there, 0 not, -1 */
static int has_name(struct box *to, const char *base, struct err *err)
{
	struct box_ref ref = { .key = entry_key(base), .name = base };
	char *name = NULL;
	bool fresh;
	off_t pos;
	int r = box_find(to, &ref, &name, &fresh, &pos, err);

	free(name);
	return r;
}

/* A header without what an mbox changes of it. */
static uint64_t plain_header(struct slice head)
{
	struct hdr f;
	struct str all;
	uint64_t h;

	str_init(&all, HEADER_MAX + 1024);
	while (hdr_next(&head, &f) == 1)
		if (!sl_iis(f.name, "status") && !sl_iis(f.name, "x-status") && !sl_iis(f.name, "content-length"))
			str_addsl(&all, f.whole);
	h = hash64(all.p, all.n);
	str_release(&all);
	return h;
}

static uint64_t source_header(struct box *from, const struct journal_item *it, struct err *err)
{
	struct box_ref ref = { .key = it->key, .name = it->name };
	struct str head;
	uint64_t size, h = 0;

	str_init(&head, HEADER_MAX);
	if (box_header(from, &ref, &head, &size, err) == 0)
		h = plain_header(str_sl(&head));
	str_release(&head);
	return h;
}

/* How many of the planned messages lie whole behind the old end, one after the other. */
static size_t whole_behind(struct box *from, const struct journal_row *row, off_t *end, bool *more, struct err *err)
{
	struct mbox_msg m;
	struct str head;
	struct mbox mb;
	struct src src;
	struct sink sink;
	size_t n = 0;

	*end = row->before;
	*more = false;
	if (mbox_open(&mb, row->to, err) != 0)
		return 0;
	mbox_seek(&mb, row->before);
	str_init(&head, STR_MAX);
	while (mb.size > row->before && mbox_next(&mb, &m, err) == 1) {
		*more = true;
		if (n == row->n)
			break;
		str_clear(&head);
		mbox_src(&src, &mb, &m);
		sink_str(&sink, &head);
		src_copy(&src, &sink, err);
		src_release(&src);
		if (plain_header(sl_head(str_sl(&head), hdr_length(str_sl(&head)))) != source_header(from, &row->v[n], err))
			break;
		*end = m.next;
		n++;
		*more = false;
	}
	str_release(&head);
	mbox_close(&mb);
	return n;
}

/* The append was never committed: what is ours at the end is taken off again. */
static int cut_back(const struct journal_row *row, struct err *err)
{
	struct mbox_lock lock;
	int r;

	if (mbox_lock(&lock, row->to, false, 10000, err) != 0)
		return -1;
	r = fs_truncate(lock.fd, row->before) != 0 || fs_sync(lock.fd) != 0 ?
		err_sys(err, _("Can't take a half message off the end of %s"), row->to) : 0;
	mbox_unlock(&lock);
	return r;
}

/* 1 all were appended, 0 none was, -1 */
static int mend_mbox(struct box *from, const struct journal_row *row, struct err *err)
{
	struct stat st;
	bool more;
	off_t end;
	size_t n;

	if (stat(row->to, &st) != 0 || st.st_size <= row->before)
		return 0;
	n = whole_behind(from, row, &end, &more, err);
	if (n == row->n && !more)
		return 1;
	if (n + more > row->n || (n == 0 && !more))
		return 0;       /* others appended; nothing of it is surely ours */
	log_msg(LOG_WARN, _("A move into %s was cut short: what was half there is taken off, and the messages stay in %s."), row->to, row->from);
	return cut_back(row, err);
}

int change_mend(struct folders *folders, struct state *state, const struct journal_row *row, struct err *err)
{
	struct box from, to;
	struct box_change *v;
	struct journal_row left = *row;
	size_t n = 0;
	int r = 0, all = 0;

	if (box_open(&to, row->to, err) != 0) {
		*err = (struct err)ERR_INIT;    /* the target is gone: nothing can be told, nothing is removed */
		return state_journal_drop(state, row->id, err);
	}
	if (box_open(&from, row->from, err) != 0) {
		*err = (struct err)ERR_INIT;
		box_close(&to);
		return state_journal_set(state, row->id, JOURNAL_DONE, err);
	}
	v = mem_array(NULL, row->n, sizeof(*v));
	left.v = mem_array(NULL, row->n, sizeof(*left.v));
	left.n = 0;
	if (to.kind == BOX_MBOX && row->state == JOURNAL_PLANNED)
		all = mend_mbox(&from, row, err);
	for (size_t i = 0; i < row->n && r == 0 && all >= 0; i++) {
		int there = row->state == JOURNAL_COPIED ? 1 : to.kind == BOX_MBOX ? all : has_name(&to, row->v[i].to_name, err);

		if (there < 0)
			r = -1;
		if (there != 1)
			continue;
		left.v[left.n++] = row->v[i];
		if (row->kind == 'm')
			v[n++] = (struct box_change){ .remove = true,
				.ref = { .key = row->v[i].key, .name = row->v[i].name } };
	}
	if (all < 0)
		r = -1;
	/* Synced before the source lets go of them: a rename may not have been. */
	if (r == 0 && left.n && to.kind == BOX_MAILDIR)
		r = box_sync(&to, err);
	if (r == 0 && n)
		r = box_change(&from, v, n, NULL, NULL, err) < 0 ? -1 : 0;
	left.state = row->what[0] ? JOURNAL_DONE : JOURNAL_UNDONE;      /* of an undo: nothing to take back */
	if (r == 0)
		r = change_moved(folders, state, &left, err);
	for (size_t i = 0; i < n; i++)
		free(v[i].name);
	free(v);
	free(left.v);
	box_close(&from);
	box_close(&to);
	return r;
}
