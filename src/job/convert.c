/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * convert: a Maildir becomes an mbox, or the reverse, under its own name.
 *
 *   .NAME.converting is filled with all messages, their flags and dates, and synced
 *     |  what came into the old one meanwhile is added; an mbox stays locked from here
 *   both change their names at once
 *     |  what others put into the old Maildir at the last moment is carried over
 *   the old one, .NAME.converting now, is removed
 *
 * A crash before the exchange leaves the old one, after it the new one.  What lies beside
 * was never finished and is removed by the next run; but when .NAME.converted stands there
 * too, it may be the old one with mail that came at the last moment, and a person is told.
 */
#include "priv.h"
#include <errno.h>
#include <unistd.h>

#define BATCH 1000

struct convert {
	struct manage *m;
	struct box from;
	struct box_put *put;
	struct map *met;        /* keys that are in the new one                */
	uint64_t n, total;
	size_t open;
	struct str mem;
	struct err *err;
};

static int put_one(struct convert *c, const struct box_msg *msg, struct err *err)
{
	struct box_meta meta = { .flags = msg->flags, .received = msg->received };
	struct err own = ERR_INIT;
	struct src src;
	int fd = -1, r;

	str_clear(&c->mem);
	if (box_read(&c->from, &msg->ref, &c->mem, &fd, &own) != 0) {
		if (own.kind == ERR_NOTFOUND)
			return 0;
		*err = own;
		return -1;
	}
	if (fd >= 0)
		src_range(&src, fd, 0, -1);
	else
		src_mem(&src, str_sl(&c->mem));
	r = box_put(c->put, &src, &meta, NULL, err);
	src_release(&src);
	if (fd >= 0)
		fs_close(&fd);
	if (r != 0)
		return -1;
	map_put(c->met, sl_make((const char *)&msg->ref.key, sizeof(msg->ref.key)), c);
	c->n++;
	if (++c->open < BATCH)
		return 0;
	c->open = 0;
	return box_put_commit(c->put, NULL, NULL, err);
}

static int each(void *ctx, const struct box_msg *msg)
{
	struct convert *c = ctx;

	if (map_get(c->met, sl_make((const char *)&msg->ref.key, sizeof(msg->ref.key))))
		return 0;
	front_progress(c->m->front, c->n, c->total, c->from.path);
	if (c->m->front->cancelled || front_stop(c->m->front))
		return manage_stopped(c->err);
	return put_one(c, msg, c->err);
}

/* All that the old one has and the new one not yet. */
static int pass(struct convert *c, struct err *err)
{
	bool resumed;
	int r = box_scan(&c->from, NULL, &resumed, each, c, err);

	if (r == 0 && c->open)
		r = box_put_commit(c->put, NULL, NULL, err);
	c->open = 0;
	return r;
}

/* A mailbox of ours, with all that is in it. */
static int throw_away(const char *path, struct err *err)
{
	int kind = box_kind_of(path, err);
	static const char *const subs[] = { "new", "cur", "tmp" };
	int r = 0;

	if (kind <= 0 && access(path, F_OK) != 0)
		return kind;
	if (kind == BOX_MBOX)
		return fs_unlink(FS_CWD, path) == 0 ? 0 : err_sys(err, _("Can't remove %s"), path);
	for (size_t i = 0; i < ARRAY_LEN(subs) && r == 0; i++) {
		char *sub = path_join(path, subs[i]);

		if (access(sub, F_OK) == 0 && fs_remove_tree(FS_CWD, sub) != 0)
			r = err_sys(err, _("Can't remove %s"), sub);
		free(sub);
	}
	if (r == 0 && access(path, F_OK) == 0 && fs_rmdir(FS_CWD, path) != 0)
		r = err_sys(err, _("Can't remove %s"), path);
	return r;
}

static char *marker(const char *aside)
{
	char *m = mem_strdup(aside);

	memcpy(m + strlen(m) - 3, "ed", 3);     /* .converting becomes .converted */
	return m;
}

static int set_marker(const char *aside, struct err *err)
{
	char *path = marker(aside);
	int r = fs_replace(path, SL("converted\n"), err);

	free(path);
	return r;
}

static void clear_marker(const char *aside)
{
	char *path = marker(aside);

	fs_unlink(FS_CWD, path);
	free(path);
}

static int check_left_over(const char *aside, struct err *err)
{
	char *path = marker(aside);
	int r = 0;

	if (access(path, F_OK) == 0 && access(aside, F_OK) == 0)
		r = err_set(err, ERR_EXISTS, _("A conversion was cut short: %s may hold mail that came at its last moment. Import it (pabal --import), then remove it and %s."), aside, path);
	else
		clear_marker(aside);
	free(path);
	return r;
}

static int exchange(struct convert *c, const char *path, const char *aside, struct err *err)
{
	struct mbox_lock lock;
	bool locked = c->from.kind == BOX_MBOX;
	int r = 0;

	if (locked && mbox_lock(&lock, path, false, 10000, err) != 0)
		return -1;
	if (locked)             /* nobody else writes now: the last look */
		r = pass(c, err);
	if (r == 0)
		r = set_marker(aside, err);
	if (r == 0 && (r = box_exchange(path, aside, err)) != 0)
		clear_marker(aside);
	if (locked)
		mbox_unlock(&lock);
	return r;
}

/* What others put into the old Maildir until they saw the new mailbox. */
static int carry_over(struct convert *c, const char *path, const char *old, struct err *err)
{
	int r;

	if (c->from.kind != BOX_MAILDIR)
		return 0;
	box_close(&c->from);
	box_put_close(&c->put);
	if (box_open(&c->from, old, err) != 0)
		return -1;
	r = box_put_open(&c->put, path, "", err);
	if (r == 0)
		r = pass(c, err);
	return r;
}

static char *beside(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct str s;

	str_init(&s, 65536);
	str_addf(&s, "%.*s.%s.converting", slash ? (int)(slash - path + 1) : 0, path, slash ? slash + 1 : path);
	return str_detach(&s);
}

static int fill(struct convert *c, const char *path, const char *aside, enum box_kind to, struct err *err)
{
	struct err own = ERR_INIT;
	uint64_t sum;
	int r;

	if (check_left_over(aside, err) != 0 || throw_away(aside, err) < 0 || box_create(aside, to, err) != 0)
		return -1;
	c->met = map_new();
	str_init(&c->mem, 2 << 20);
	box_sum(&c->from, &c->total, &sum, &own);
	r = box_put_open(&c->put, aside, "", err);
	if (r == 0)
		r = pass(c, err);
	if (r == 0)
		r = exchange(c, path, aside, err);
	if (r != 0) {
		box_put_close(&c->put);
		throw_away(aside, &own);
	} else {
		r = carry_over(c, path, aside, err);
		box_put_close(&c->put);
		if (r == 0)
			r = throw_away(aside, err);
		if (r == 0)
			clear_marker(aside);
	}
	str_release(&c->mem);
	map_free(&c->met);
	return r;
}

int convert_run(struct manage *m, const char *path, struct err *err)
{
	struct convert c = { .m = m, .err = err };
	const char *want = m->spec->to ? m->spec->to : "";
	enum box_kind to = strcmp(want, "mbox") == 0 ? BOX_MBOX : BOX_MAILDIR;
	char *aside;
	int64_t id;
	int r;

	if (strcmp(want, "mbox") != 0 && strcmp(want, "maildir") != 0)
		return err_set(err, ERR_INPUT, "%s", _("A mailbox becomes an mbox or a maildir: --to mbox, --to maildir."));
	if (box_open(&c.from, path, err) != 0)
		return -1;
	if (c.from.kind == to) {
		box_close(&c.from);
		return err_set(err, ERR_INPUT, _("%s is that already."), folder_name(m->conf, path));
	}
	if (c.from.read_only || (c.from.kind != BOX_MBOX && c.from.kind != BOX_MAILDIR)) {
		box_close(&c.from);
		return err_set(err, ERR_INPUT, _("%s can only be read. Import it instead."), folder_name(m->conf, path));
	}
	aside = beside(path);
	r = fill(&c, path, aside, to, err);
	box_close(&c.from);
	if (r == 0)
		r = MIN(folder_sync(m->folders, path, UINT64_MAX, NULL, &id, err), 0);
	if (r == 0)
		manage_tell(m, "convert", path, c.n);
	free(aside);
	return r;
}
