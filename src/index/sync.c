/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sync: the index is brought up to date with a mailbox, or told that it is.
 *
 * What it costs: nothing changed: two stats; changed and yet the same (names in
 * new/ and cur/ have the known sum): one listing without memory; else a listing,
 * a walk over the index in the order of keys beside it, and one header for each
 * message that neither the index nor another folder of it knew.
 *
 * Invariants.
 * 1. The stamp that is recorded was taken before the listing: what changed during
 *    it is found the next time.
 * 2. A message whose header could not be read is listed all the same, with a print that
 *    it can't have: so the folder is never whole, and the message is read again.
 * 3. A folder is `whole` only after every message that was listed is in; so a
 *    stop or a crash at any moment leaves rows that are right and a folder that is
 *    looked at again.
 * 4. Rows are written only where the folder has the count (and at first the sum) that it
 *    had before it was compared: when another process wrote meanwhile, all is looked at
 *    again.  Flags may change between our commits.
 */
#include "priv.h"
#include <fcntl.h>
#include <sys/stat.h>

#define HEADER_MAX (1 << 20)
#define FIRST 200               /* rows of the first commit: they are seen first */
#define RACES 50                /* so often others may be first */
#define BATCH 5000
#define BULK_BATCH 50000        /* where nothing was: commits rewrite pages all over */

struct found {
	uint64_t key, print, ino;
	size_t name;            /* in names                                     */
	int64_t received;
	off_t pos;
	unsigned flags;
	bool fresh, known;
};

struct pair { int64_t id; size_t at; };

struct sync {
	struct index *ix;
	struct box *box;
	const struct sync_events *ev;
	struct index_folder f;
	struct found *v; size_t n, cap;
	struct str names;
	struct mbox_msg last;
	bool resumed, bulk;
	uint64_t unread;                        /* headers that could not be read */
	uint64_t total, sum; bool raced;        /* invariant 4 */
	uint64_t max; bool over;                /* more than max are there, and none is known */
	size_t at;                              /* of the walk beside the index */
	int64_t *gone; size_t n_gone, cap_gone;
	struct pair *changed; size_t n_changed, cap_changed;
	struct { int64_t id; char *path; } *dirs; size_t n_dirs;        /* where folders lie */
};

static bool stopped(const struct sync *s)
{
	return s->ev && s->ev->stop && s->ev->stop(s->ev->ctx);
}

static void progress(const struct sync *s, uint64_t done, uint64_t total)
{
	if (s->ev && s->ev->progress)
		s->ev->progress(s->ev->ctx, done, total);
}

/* ---- one writes at a time ---- */

static int look(struct sync *s, struct index_folder *now, struct err *err)
{
	int r = index_folder(s->ix, s->f.path, now, err);

	if (r == 0) {
		s->raced = true;
		err_set(err, ERR_TEMP, _("The mailbox %s left the index meanwhile."), s->f.path);
	}
	return r == 1 ? 0 : -1;
}

static int begin(struct sync *s, bool first, struct err *err)
{
	struct index_folder now = { 0 };
	int r = index_begin(s->ix, err);

	if (r != 0)
		return -1;
	r = look(s, &now, err);
	if (r == 0 && (now.total != s->total || (first && now.sum != s->sum))) {
		s->raced = true;
		r = err_set(err, ERR_TEMP, _("Others change what the index says of the mailbox %s."), s->f.path);
	}
	/* what is read of a tail is in before it is known how far that was read */
	if (r == 0 && first && s->resumed) {
		now.whole = false;
		r = index_folder_put(s->ix, &now, err);
	}
	index_folder_release(&now);
	if (r != 0)
		index_rollback(s->ix);
	return r;
}

static int commit(struct sync *s, struct err *err)
{
	struct index_folder now = { 0 };

	if (look(s, &now, err) != 0) {
		index_rollback(s->ix);
		return -1;
	}
	s->total = now.total;
	s->sum = now.sum;
	index_folder_release(&now);
	return index_commit(s->ix, err);
}

/* ---- which folder it is ---- */

static int inode_of(const struct box *b, struct stat *st)
{
	if (b->kind == BOX_MAILDIR)
		return fstat(b->md.cur, st);
	return stat(b->path, st);
}

/* Does the folder still lie where the index knows it? */
static bool lies_there(const struct index_folder *f)
{
	char *cur = f->kind == BOX_MAILDIR ? path_join(f->path, "cur") : mem_strdup(f->path);
	struct stat st;
	bool same = stat(cur, &st) == 0 && (uint64_t)st.st_dev == f->dev && (uint64_t)st.st_ino == f->ino;

	free(cur);
	return same;
}

/* By its path, or, moved by others, by its inode. */
static int find_folder(struct sync *s, char role, struct err *err)
{
	struct stat st;
	int r;

	if (inode_of(s->box, &st) != 0)
		return err_sys(err, _("Can't look at the mailbox %s"), s->box->path);
	r = index_folder(s->ix, s->box->path, &s->f, err);
	if (r == 1 && s->f.kind == s->box->kind && s->f.role == role &&
	    s->f.dev == (uint64_t)st.st_dev && s->f.ino == (uint64_t)st.st_ino)
		return 0;
	if (r == 1 && s->f.kind != s->box->kind) {      /* another mailbox in its place */
		r = index_folder_drop(s->ix, s->f.id, err);
		index_folder_release(&s->f);
		if (r != 0)
			return -1;
	}
	if (r == 0) {
		r = index_folder_inode(s->ix, (uint64_t)st.st_dev, (uint64_t)st.st_ino, &s->f, err);
		if (r == 1 && s->f.kind != s->box->kind) {
			index_folder_release(&s->f);
			r = 0;
		} else if (r == 1 && lies_there(&s->f)) {
			return 0;       /* the same one, by another way */
		} else if (r == 1) {
			free(s->f.path);
			s->f.path = mem_strdup(s->box->path);
		}
	}
	if (r < 0)
		return -1;
	if (r == 0)
		s->f = (struct index_folder){ .path = mem_strdup(s->box->path) };
	else if (s->f.ino != (uint64_t)st.st_ino || s->f.dev != (uint64_t)st.st_dev)
		s->f.stamp.sure = false;
	s->f.kind = s->box->kind;
	s->f.role = role;
	s->f.dev = (uint64_t)st.st_dev;
	s->f.ino = (uint64_t)st.st_ino;
	return index_folder_put(s->ix, &s->f, err);
}

/* ---- what lies there ---- */

static int take_found(void *ctx, const struct box_msg *m)
{
	struct sync *s = ctx;

	mem_grow(s->v, s->n, s->cap);
	s->v[s->n++] = (struct found){ .key = m->ref.key, .print = m->print, .ino = m->ino, .name = s->names.n,
		.received = m->received, .pos = m->ref.pos, .flags = m->flags, .fresh = m->ref.fresh };
	str_adds(&s->names, m->ref.name);
	str_addc(&s->names, '\0');
	if (s->box->kind == BOX_MBOX)
		s->last = m->mbox;
	s->over = s->n > s->max && s->f.total == 0;
	return s->over || s->names.full || ((s->n & 1023) == 0 && stopped(s)) ? -1 : 0;
}

static int by_key(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	return x->key < y->key ? -1 : x->key > y->key;
}

static int newest_first(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	if (x->received != y->received)
		return x->received < y->received ? 1 : -1;
	if (x->pos != y->pos)
		return x->pos < y->pos ? 1 : -1;
	return x->key < y->key ? -1 : x->key > y->key;
}

/* A row of the index beside what was found, both in the order of keys. */
static int beside(void *ctx, const struct index_msg *m)
{
	struct sync *s = ctx;

	while (s->at < s->n && s->v[s->at].key < m->ref.key)
		s->at++;
	if (s->at == s->n || s->v[s->at].key != m->ref.key) {
		mem_grow(s->gone, s->n_gone, s->cap_gone);
		s->gone[s->n_gone++] = m->id;
		return 0;
	}
	if (s->v[s->at].print == (m->print ^ 1)) {      /* invariant 2 */
		mem_grow(s->gone, s->n_gone, s->cap_gone);
		s->gone[s->n_gone++] = m->id;
		return 0;
	}
	s->v[s->at].known = true;
	if (s->v[s->at].print != m->print || s->v[s->at].pos != m->ref.pos) {
		mem_grow(s->changed, s->n_changed, s->cap_changed);
		s->changed[s->n_changed++] = (struct pair){ m->id, s->at };
	}
	return 0;
}

static int compare(struct sync *s, struct err *err)
{
	size_t n = 0;

	if (s->n)
		qsort(s->v, s->n, sizeof(*s->v), by_key);
	if (!s->resumed && index_keys(s->ix, s->f.id, beside, s, err) != 0)
		return -1;
	if (s->n_changed == 0) {                /* pairs point into v */
		for (size_t i = 0; i < s->n; i++)
			if (!s->v[i].known)
				s->v[n++] = s->v[i];
		s->n = n;
	}
	return 0;
}

static void fill(const struct sync *s, const struct found *v, struct index_msg *m)
{
	*m = (struct index_msg){ .folder = s->f.id, .print = v->print, .ino = v->ino, .flags = v->flags,
		.received = v->received,
		.ref = { .key = v->key, .name = s->names.p + v->name, .fresh = v->fresh, .pos = v->pos } };
}

static int apply_changes(struct sync *s, struct err *err)
{
	int r;

	if (s->n_gone + s->n_changed == 0)
		return 0;
	r = begin(s, true, err);
	if (r != 0)
		return -1;
	for (size_t i = 0; i < s->n_gone && r == 0; i++)
		r = index_gone(s->ix, s->gone[i], err);
	for (size_t i = 0; i < s->n_changed && r == 0; i++) {
		struct index_msg m;

		fill(s, &s->v[s->changed[i].at], &m);
		m.id = s->changed[i].id;
		r = index_change(s->ix, &m, err);
	}
	if (r == 0)
		return commit(s, err);
	index_rollback(s->ix);
	return -1;
}

/* ---- new messages ---- */

static int take_dir(void *ctx, const struct index_folder *f)
{
	struct sync *s = ctx;

	s->dirs = mem_array(s->dirs, s->n_dirs + 1, sizeof(*s->dirs));
	s->dirs[s->n_dirs].id = f->id;
	s->dirs[s->n_dirs++].path = mem_strdup(f->path);
	return 0;
}

/* Was the message that the index knows moved here (and not linked)? */
static bool moved_here(struct sync *s, const struct index_msg *old, const struct found *v)
{
	struct str path;
	struct stat st;
	bool moved = false;

	for (size_t i = 0; i < s->n_dirs; i++) {
		if (s->dirs[i].id != old->folder)
			continue;
		str_init(&path, 65536);
		str_addf(&path, "%s/%s/%s", s->dirs[i].path, old->ref.fresh ? "new" : "cur", old->ref.name);
		moved = stat(path.p, &st) != 0 || (uint64_t)st.st_ino != v->ino;
		str_release(&path);
	}
	return moved && fstatat(v->fresh ? s->box->md.new : s->box->md.cur, s->names.p + v->name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		(uint64_t)st.st_size == old->size;
}

/* 1: it was moved here, and its row with it; 0: it must be read; -1 */
static int take_moved(struct sync *s, const struct found *v, struct err *err)
{
	struct index_msg old, m;
	int r;

	if (s->bulk || s->box->kind != BOX_MAILDIR || v->ino == 0)
		return 0;
	if (!s->dirs && index_folders(s->ix, take_dir, s, err) != 0)
		return -1;
	r = index_by_inode(s->ix, v->ino, entry_base(s->names.p + v->name), &old, err);
	if (r != 1 || !moved_here(s, &old, v))
		return MIN(r, 0);
	fill(s, v, &m);
	m.size = old.size;
	return index_move(s->ix, old.id, &m, err) == 0 ? 1 : -1;
}

static int add_one(struct sync *s, const struct found *v, struct str *head, struct err *err)
{
	struct err own = ERR_INIT;
	struct index_msg m;
	struct env env;
	int r = take_moved(s, v, err);

	if (r != 0)
		return MIN(r, 0);
	fill(s, v, &m);
	str_clear(head);
	if (box_header(s->box, &m.ref, head, &m.size, &own) != 0) {
		if (own.kind == ERR_NOTFOUND)
			return 0;       /* gone again */
		str_clear(head);
		m.print ^= 1;
		s->unread++;
	}
	env_parse(str_sl(head), &mime_limits_default, &env);
	r = index_add(s->ix, &m, &env, str_sl(head), err);
	/* The same message again in an mbox: its next turn. */
	for (unsigned turn = 1; r != 0 && err->kind == ERR_EXISTS && s->resumed && turn < 1000000; turn++) {
		m.ref.key = box_mbox_key(v->key, turn);
		r = index_add(s->ix, &m, &env, str_sl(head), err);
	}
	if (r == 0 && s->ev && s->ev->arrived)
		s->ev->arrived(s->ev->ctx, &m, &env, str_sl(head));
	env_release(&env);
	return r;
}

/* 1 all, 0 stopped, -1 */
static int add_new(struct sync *s, struct err *err)
{
	size_t in = 0, todo = 0, done = 0, limit = FIRST;
	struct str head;
	int r = 0;

	for (size_t i = 0; i < s->n; i++)
		todo += !s->v[i].known;
	if (todo == 0)
		return 1;
	qsort(s->v, s->n, sizeof(*s->v), newest_first);
	str_init(&head, HEADER_MAX);
	if (begin(s, true, err) != 0) {
		str_release(&head);
		return -1;
	}
	for (size_t i = 0; i < s->n && r == 0; i++) {
		if (s->v[i].known)
			continue;
		r = add_one(s, &s->v[i], &head, err);
		if (r == 0 && ++in == limit) {
			in = 0;
			limit = s->bulk ? BULK_BATCH : BATCH;
			if (commit(s, err) != 0 || begin(s, false, err) != 0) {
				str_release(&head);
				return -1;
			}
		}
		progress(s, ++done, todo);
		if (r == 0 && stopped(s)) {
			str_release(&head);
			return commit(s, err);
		}
	}
	str_release(&head);
	if (r == 0)
		return commit(s, err) == 0 ? 1 : -1;
	index_rollback(s->ix);
	return -1;
}

/* ---- the whole ---- */

static int now_whole(struct sync *s, const struct box_stamp *stamp, struct err *err)
{
	struct index_folder now = { 0 };
	int r;

	if (begin(s, false, err) != 0)
		return -1;
	/* Its counts moved on meanwhile; only what is ours is written. */
	r = look(s, &now, err);
	now.whole = s->unread == 0;
	now.stamp = *stamp;
	if (s->n || !s->resumed)
		now.last = s->last;
	s->f.id = now.id;
	if (r == 0)
		r = index_folder_put(s->ix, &now, err);
	index_folder_release(&now);
	if (r == 0)
		return index_commit(s->ix, err) == 0 ? 1 : -1;
	index_rollback(s->ix);
	return -1;
}

static bool is_same(const struct sync *s, const struct box_stamp *stamp)
{
	return s->f.whole && s->f.stamp.sure && box_stamp_same(&s->f.stamp, stamp);
}

/* 1 the same as the index says, 0 not, -1 */
static int same_sum(struct sync *s, struct err *err)
{
	uint64_t n, sum;

	if (!s->f.whole || s->box->kind == BOX_MBOX)
		return 0;
	if (box_sum(s->box, &n, &sum, err) != 0)
		return -1;
	return n == s->f.total && sum == s->f.sum;
}

static uint64_t to_read(const struct sync *s)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += !s->v[i].known;
	return n;
}

/* The same file, longer than it was, or just as it was but so lately that nobody can be sure: the
 * part that is known is not read again. */
static bool only_grew(const struct box_stamp *old, const struct box_stamp *now)
{
	/* device, inode, when it was made */
	bool same_file = old->v[0] == now->v[0] && old->v[1] == now->v[1] && old->v[5] == now->v[5];

	return same_file && (now->v[BOX_STAMP_SIZE] > old->v[BOX_STAMP_SIZE] || memcmp(old->v, now->v, sizeof(old->v)) == 0);
}

/* What lies there, beside the index.  A listing may miss a name that others change
 * meanwhile: what seems gone is believed when nothing changed during the listing.
 * 1, 0 stopped, -1 */
static int list_box(struct sync *s, struct box_stamp *before, struct err *err)
{
	bool tail = s->f.whole && s->box->kind == BOX_MBOX && s->f.total && only_grew(&s->f.stamp, before);
	struct box_stamp after;

	for (unsigned tries = 0; tries < 5; tries++) {
		s->n = s->at = s->n_gone = s->n_changed = 0;
		s->resumed = false;
		str_clear(&s->names);
		s->last = s->f.last;
		if (box_scan(s->box, tail ? &s->f.last : NULL, &s->resumed, take_found, s, err) != 0) {
			if (s->over || stopped(s))
				return s->over ? 2 : 0;
			return err->kind == ERR_NONE ? err_set(err, ERR_LIMIT, _("The mailbox %s holds too many messages."), s->box->path) : -1;
		}
		if (compare(s, err) != 0 || box_stamp(s->box, &after, err) != 0)
			return -1;
		if (s->n_gone == 0 || box_stamp_same(before, &after))
			break;
		*before = after;
	}
	return 1;
}

static int read_box(struct sync *s, uint64_t max, struct box_stamp *stamp, struct err *err)
{
	int r;

	s->max = max;
	r = list_box(s, stamp, err);
	if (r != 1)
		return r;
	if (to_read(s) > max)
		return 2;
	s->bulk = s->n > BATCH && s->f.total == 0;
	if (apply_changes(s, err) != 0 || (s->bulk && index_bulk(s->ix, true, err) != 0))
		return -1;
	r = add_new(s, err);
	if (s->bulk && index_bulk(s->ix, false, r < 0 ? &(struct err)ERR_INIT : err) != 0)
		r = -1;
	return r;
}

static void sync_release(struct sync *s)
{
	for (size_t i = 0; i < s->n_dirs; i++)
		free(s->dirs[i].path);
	free(s->dirs);
	free(s->v);
	free(s->gone);
	free(s->changed);
	str_release(&s->names);
	index_folder_release(&s->f);
}

static int sync_once(struct sync *s, char role, uint64_t max, int64_t *folder, struct err *err)
{
	struct box_stamp stamp;
	int r;

	if (box_stamp(s->box, &stamp, err) != 0 || find_folder(s, role, err) != 0)
		return -1;
	*folder = s->f.id;
	s->total = s->f.total;
	s->sum = s->f.sum;
	if (is_same(s, &stamp))
		return 1;
	r = same_sum(s, err);
	if (r == 1)
		s->resumed = true;      /* nothing was read: the last stays the last */
	else if (r == 0)
		r = read_box(s, max, &stamp, err);
	return r == 1 ? now_whole(s, &stamp, err) : r;
}

int sync_folder(struct index *ix, struct box *box, char role, uint64_t max, const struct sync_events *ev, int64_t *folder, struct err *err)
{
	for (unsigned tries = 1; ; tries++) {
		struct sync s = { .ix = ix, .box = box, .ev = ev };
		struct err own = ERR_INIT;
		int r;

		str_init(&s.names, STR_MAX);
		r = sync_once(&s, role, max, folder, &own);
		sync_release(&s);
		if (r < 0 && s.raced && tries < RACES)
			continue;
		if (r < 0)
			*err = own;
		return r;
	}
}
