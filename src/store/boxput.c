/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * boxput: messages put into a mailbox in batches, and moved from one Maildir to
 * another.  Invariants:
 * - nothing stands under new/ or cur/ that is not whole and synced (P3);
 * - a batch that fails is taken back: files that were synced without success are
 *   thrown away, never synced again (P9);
 * - no file lies onto another one: the name is the last word (a message that is put
 *   again under the same name after a crash is there once).
 */
#include "priv.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define OPEN_MAX ((size_t)64)           /* files of the batch that wait for a sync */
#define BLOCK ((size_t)128 * 1024)
#define NAME_MAX_BASE ((size_t)240)     /* room for ":2,DFPRST" behind it */

struct putting { char *tmp, *name; bool fresh, visible; int64_t received; };

struct box_put {
	struct box box;
	struct putting *v; size_t n, cap;
	int fds[OPEN_MAX]; size_t n_fds;
	struct keys there; bool listed;         /* what the Maildir has, when names are given */
	struct mbox_lock lock; bool locked; off_t was; size_t appended;
	bool broken;
};

int box_put_open(struct box_put **out, const char *path, const char *mark, struct err *err)
{
	struct box_put *p = mem_zalloc(sizeof(*p));
	size_t n = strlen(mark);
	int r = box_open(&p->box, path, err);

	bug_on(n >= sizeof(p->box.md.mark));
	if (r == 0 && p->box.read_only)
		r = box_only_read(path, err);
	if (r == 0 && p->box.kind == BOX_MAILDIR && p->box.md.tmp < 0) {
		maildir_close(&p->box.md);
		r = maildir_open(&p->box.md, path, true, err);
	}
	if (r != 0) {
		box_close(&p->box);
		free(p);
		return -1;
	}
	memcpy(p->box.md.mark, mark, n + 1);
	*out = p;
	return 0;
}

/* ---- taking back ---- */

static int dir_of(const struct box_put *p, const struct putting *x)
{
	return x->fresh ? p->box.md.new : p->box.md.cur;
}

static void drop_files(struct box_put *p)
{
	for (size_t i = 0; i < p->n_fds; i++)
		fs_close(p->fds + i);
	p->n_fds = 0;
}

/* The batch is over: what of it is not to stay goes. */
static void end_batch(struct box_put *p, bool keep)
{
	drop_files(p);
	for (size_t i = 0; i < p->n; i++) {
		struct putting *x = p->v + i;

		if (x->visible && !keep)
			fs_unlink(dir_of(p, x), x->name);
		else if (!x->visible)
			fs_unlink(p->box.md.tmp, x->tmp);
		free(x->tmp);
		free(x->name);
	}
	p->n = p->appended = 0;
	if (p->locked)
		mbox_unlock(&p->lock);
	p->locked = false;
}

static int fail(struct box_put *p)
{
	p->broken = true;
	end_batch(p, false);
	return -1;
}

void box_put_close(struct box_put **pp)
{
	struct box_put *p = *pp;

	if (!p)
		return;
	end_batch(p, false);
	keys_release(&p->there);
	box_close(&p->box);
	free(p->v);
	free(p);
	*pp = NULL;
}

static int is_broken(struct err *err)
{
	return err_set(err, ERR_INPUT, _("The messages before could not be stored, so this one is not, "
		"either."));
}

/* ---- into a Maildir ---- */

static int cannot(const struct box_put *p, struct err *err)
{
	return err_sys(err, _("Can't write a message into the mailbox %s"), p->box.path);
}

/* Each file's bytes reach the disk, or the batch is broken. */
static int sync_files(struct box_put *p, struct err *err)
{
	int r = p->n_fds ? fs_sync_many(p->fds, p->n_fds) : 0;

	if (r != 0)
		err_sys(err, _("Can't write the new messages of the mailbox %s to disk"), p->box.path);
	for (size_t i = 0; i < p->n_fds && r == 0; i++)
		if (fs_close(p->fds + i) != 0)
			r = cannot(p, err);
	drop_files(p);
	return r;
}

static int key_there(void *ctx, const struct box_msg *m)
{
	keys_add(ctx, m->ref.key);
	return 0;
}

/* May a message get this base name? */
static int check_name(struct box_put *p, const char *name, struct err *err)
{
	if (!name[0] || name[0] == '.' || strchr(name, '/') || strlen(name) > NAME_MAX_BASE ||
	    entry_base(name).n != strlen(name))
		return err_set(err, ERR_INPUT, _("%s can't be the name of a message in a Maildir."), name);
	if (!p->listed && md_scan(&p->box, key_there, &p->there, err) != 0)
		return -1;
	p->listed = true;
	if (keys_has(&p->there, entry_key(name)))
		return err_set(err, ERR_EXISTS, _("The message %s is in the mailbox %s already."), name,
			p->box.path);
	return 0;
}

static int copy_all(struct box_put *p, struct src *src, int fd, struct err *err)
{
	char *buf = mem_alloc(BLOCK);
	ssize_t n;
	int r = 0;

	while (r == 0 && (n = src_read(src, buf, BLOCK, err)) != 0)
		r = n < 0 ? -1 : fs_write_all(fd, buf, (size_t)n) != 0 ? cannot(p, err) : 0;
	free(buf);
	return r;
}

static int put_maildir(struct box_put *p, struct src *src, const struct box_meta *meta, const char *name,
	struct err *err)
{
	unsigned flags = meta->flags & (FLAG_FRESH - 1u);
	bool fresh = !flags && meta->flags & FLAG_FRESH;
	int64_t sec = meta->received > 0 ? meta->received : rt_now() / 1000000;
	char tmp[128], letters[8];
	int fd;

	if (name && check_name(p, name, err) != 0)
		return err->kind == ERR_EXISTS || err->kind == ERR_INPUT ? -1 : fail(p);
	fd = maildir_tmp_at(&p->box.md, sec, tmp, err);
	if (fd < 0)
		return fail(p);
	mem_grow(p->v, p->n, p->cap);
	flags_letters(flags, letters);
	p->v[p->n] = (struct putting){ .tmp = mem_strdup(tmp), .fresh = fresh, .received = meta->received };
	name = name ? name : tmp;
	p->v[p->n].name = mem_alloc(strlen(name) + 12);
	snprintf(p->v[p->n++].name, strlen(name) + 12, fresh ? "%s" : "%s:2,%s", name, letters);
	p->fds[p->n_fds++] = fd;
	if (copy_all(p, src, fd, err) != 0)
		return fail(p);
	if (p->n_fds == OPEN_MAX && sync_files(p, err) != 0)
		return fail(p);
	if (p->listed)
		keys_add(&p->there, entry_key(name));
	return 0;
}

/* The mtime is for other programs, and set only now: in tmp/ an old file is somebody's
 * left over. */
static void set_time(struct box_put *p, const struct putting *x)
{
	struct timespec t[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = (time_t)x->received } };

	if (x->received > 0)
		utimensat(dir_of(p, x), x->name, t, AT_SYMLINK_NOFOLLOW);
}

static int publish(struct box_put *p, struct err *err)
{
	bool in_new = false, in_cur = false;

	for (size_t i = 0; i < p->n; i++) {
		struct putting *x = p->v + i;

		if (fs_rename_new(p->box.md.tmp, x->tmp, dir_of(p, x), x->name) != 0) {
			if (errno != EEXIST)
				return cannot(p, err);
			return err_set(err, ERR_EXISTS, _("The message %s is in the mailbox %s already."),
				x->name, p->box.path);
		}
		x->visible = true;
		set_time(p, x);
		*(x->fresh ? &in_new : &in_cur) = true;
	}
	if ((in_cur && fs_sync(p->box.md.cur) != 0) || (in_new && fs_sync(p->box.md.new) != 0))
		return err_sys(err, _("Can't write the folders of the mailbox %s to disk"), p->box.path);
	return 0;
}

static int commit_maildir(struct box_put *p, void (*each)(void *, size_t, const struct box_ref *), void *ctx,
	struct err *err)
{
	if (md_alive(&p->box, err) != 0 || sync_files(p, err) != 0 || publish(p, err) != 0)
		return fail(p);
	for (size_t i = 0; i < p->n && each; i++) {
		struct box_ref ref = { .key = entry_key(p->v[i].name), .name = p->v[i].name, .fresh = p->v[i].fresh };

		each(ctx, i, &ref);
	}
	end_batch(p, true);
	return 0;
}

/* ---- into an mbox ---- */

static int lock_mbox(struct box_put *p, struct err *err)
{
	if (p->locked)
		return 0;
	if (mbox_lock(&p->lock, p->box.real, false, BOX_LOCK_MS, err) != 0)
		return -1;
	p->locked = true;
	p->was = p->lock.size;
	return 0;
}

int box_put_end(struct box_put *p, off_t *end, struct err *err)
{
	*end = 0;
	if (p->box.kind != BOX_MBOX)
		return 0;
	if (lock_mbox(p, err) != 0)
		return -1;
	*end = p->was;
	return 0;
}

static int put_mbox(struct box_put *p, struct src *src, const struct box_meta *meta, struct err *err)
{
	unsigned flags = meta->flags & (FLAG_FRESH - 1u);
	bool fresh = !flags && meta->flags & FLAG_FRESH;
	char letters[8];

	if (lock_mbox(p, err) != 0)
		return -1;
	flags_letters(flags, letters);
	if (mbox_append(&p->lock, src, meta->sender, meta->received, fresh ? NULL : letters, err) != 0)
		return fail(p);
	p->appended++;
	return 0;
}

/* Where they are.  They are stored by now, so that no error may come of it. */
static void tell_places(struct box_put *p, void (*each)(void *, size_t, const struct box_ref *), void *ctx)
{
	struct err err = ERR_INIT;
	struct mbox_msg msg;
	struct mbox m;
	int fd = fcntl(p->lock.fd, F_DUPFD_CLOEXEC, 3);

	if (fd < 0 || mbox_read_fd(&m, p->box.path, fd, &p->lock.st, &err) != 0)
		return;
	if (p->was)
		mbox_seek(&m, p->was);
	for (size_t i = 0; i < p->appended && mbox_next(&m, &msg, &err) == 1; i++) {
		struct box_ref ref = { .key = box_mbox_key(msg.sum, 0), .name = "", .pos = msg.from };

		each(ctx, i, &ref);
	}
	mbox_close(&m);
}

static int commit_mbox(struct box_put *p, void (*each)(void *, size_t, const struct box_ref *), void *ctx,
	struct err *err)
{
	if (p->locked && mbox_commit(&p->lock, err) != 0)
		return fail(p);
	if (p->locked && each)
		tell_places(p, each, ctx);
	end_batch(p, true);
	return 0;
}

/* ---- both ---- */

int box_put(struct box_put *p, struct src *src, const struct box_meta *meta, const char *name, struct err *err)
{
	if (p->broken)
		return is_broken(err);
	return p->box.kind == BOX_MAILDIR ? put_maildir(p, src, meta, name, err) : put_mbox(p, src, meta, err);
}

int box_put_commit(struct box_put *p, void (*each)(void *, size_t, const struct box_ref *), void *ctx, struct err *err)
{
	if (p->broken)
		return is_broken(err);
	return (p->box.kind == BOX_MAILDIR ? commit_maildir : commit_mbox)(p, each, ctx, err);
}

/* ---- from Maildir to Maildir ---- */

/* The name that it gets: base, or a new one, and its flags. */
static char *moved_name(struct box *from, const struct box_ref *ref, const char *base)
{
	char unique[128], *name;
	size_t n;

	if (!base) {
		fs_unique_at(unique, maildir_when(ref->fresh ? from->md.new : from->md.cur, ref->name));
		base = unique;
	}
	n = strlen(base) + strlen(ref->name) - entry_base(ref->name).n + 1;
	name = mem_alloc(n);
	snprintf(name, n, "%s%s", base, ref->name + entry_base(ref->name).n);
	return name;
}

static int not_moved(struct box *from, struct box *to, const char *name, struct err *err)
{
	if (errno == EEXIST)
		return err_set(err, ERR_EXISTS, _("The message %s is in the mailbox %s already."), name, to->path);
	return err_sys(err, _("Can't move a message from %s to %s"), from->path, to->path);
}

int box_rename(struct box *from, const struct box_ref *ref, struct box *to, const char *base, char **name_r,
	struct err *err)
{
	struct box_ref now = *ref;
	char *found = NULL, *name = NULL;
	int r = 2;

	if (from->kind != BOX_MAILDIR || to->kind != BOX_MAILDIR)
		return 0;
	if (from->read_only || to->read_only)
		return box_only_read(from->read_only ? from->path : to->path, err);
	if (!ref->name || strchr(ref->name, '/'))
		return box_msg_gone(from->path, err);
	for (int i = 0; i < 4 && r == 2; i++) {
		char *next = NULL;
		int there;

		free(name);
		name = moved_name(from, &now, base);
		if (fs_rename_new(now.fresh ? from->md.new : from->md.cur, now.name,
		    now.fresh ? to->md.new : to->md.cur, name) == 0) {
			*name_r = sl_dup(entry_base(name));
			r = 1;
		} else if (errno == EXDEV) {
			r = 0;
		} else if (errno == EEXIST && !base) {
			continue;       /* with another new name */
		} else if (errno != ENOENT) {
			r = not_moved(from, to, name, err);
		} else {
			there = md_find(from, &now, &next, &now.fresh, err);
			if (there != 1)
				r = there < 0 ? -1 : box_msg_gone(from->path, err);
			free(found);
			now.name = found = next;
		}
	}
	if (r == 2)
		r = box_msg_gone(from->path, err);
	free(found);
	free(name);
	return r;
}
