/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * outbox: what waits to be sent, one folder an item: "envelope" (envelope.c) and
 * "message".
 * What became of each recipient stands in the state database.
 *
 * Invariants, each named by a test:
 *   1  A folder under its final name is complete and synced; it never changes
 *      but by going away.  (Made under tmp/, renamed into place.)
 *   2  "Going" is committed for each recipient before the end of data goes out,
 *      and its result before the next command.  (job/send.c)
 *   3  A recipient recorded as accepted is never sent to again.
 *   4  A recipient found "going" by the next try is unsure, and is not tried
 *      again unless the person says so.
 *   5  The copy in Sent has a name made from the item's id and is made only once.
 *   6  An item leaves by a synced rename to tmp/; only then its rows go.
 *   7  An item whose database was lost (another stamp) is unsure, not new.
 */
#include "priv.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

struct outbox { char *path; int dir, tmp; struct state *state; };

static bool id_ok(const char *id)
{
	size_t n = strlen(id);

	if (n < 8 || n > 63)
		return false;
	for (size_t i = 0; i < n; i++)
		if (hex_val((unsigned char)id[i]) < 0)
			return false;
	return true;
}

/* Calls fn for the name of each item in a folder; stops at the first that is not 0. */
static int each_item(struct outbox *o, int dir, int (*fn)(void *, const char *id, struct err *), void *ctx, struct err *err)
{
	int fd = fs_open(dir, ".", O_RDONLY | O_DIRECTORY, 0), r = 0;
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *e;

	if (!d) {
		err_sys(err, _("Can't read the outbox %s"), o->path);
		if (fd >= 0)
			fs_close(&fd);
		return -1;
	}
	while (r == 0 && (errno = 0, e = readdir(d)))
		if (id_ok(e->d_name))
			r = fn(ctx, e->d_name, err);
	if (r == 0 && errno)
		r = err_sys(err, _("Can't read the outbox %s"), o->path);
	closedir(d);
	return r;
}

/* ---- what a crash left in tmp/ ---- */

#define TMP_AGE (36 * 3600)

/* An item that was never put, or one that was taken out: its rows may be there
 * yet.  Younger ones may be in somebody's hands. */
static int sweep_one(void *ctx, const char *id, struct err *err)
{
	struct outbox *o = ctx;
	struct stat st;

	if (fstatat(o->tmp, id, &st, AT_SYMLINK_NOFOLLOW) != 0 || rt_now() / 1000000 - (int64_t)st.st_mtime <= TMP_AGE)
		return 0;
	if (state_item_drop(o->state, id, err) != 0)
		return -1;
	fs_remove_tree(o->tmp, id);
	return 0;
}

static int sweep(struct outbox *o, struct err *err)
{
	return each_item(o, o->tmp, sweep_one, o, err);
}

int outbox_open(struct outbox **out, const char *path, struct state *state, struct err *err)
{
	struct outbox *o = mem_zalloc(sizeof(*o));
	char *tmp = path_join(path, "tmp");

	*o = (struct outbox){ .path = mem_strdup(path), .dir = -1, .tmp = -1, .state = state };
	if (fs_mkdirs(tmp, err) != 0 || fs_check_private(path, err) != 0)
		goto fail;
	o->dir = fs_open_named(path, O_RDONLY | O_DIRECTORY, 0);
	if (o->dir >= 0)
		o->tmp = fs_open(o->dir, "tmp", O_RDONLY | O_DIRECTORY, 0);
	if (o->tmp < 0) {
		err_sys(err, _("Can't open the outbox %s"), path);
		goto fail;
	}
	if (sweep(o, err) != 0)
		goto fail;
	free(tmp);
	*out = o;
	return 0;
fail:
	free(tmp);
	outbox_close(&o);
	return -1;
}

void outbox_close(struct outbox **op)
{
	struct outbox *o = *op;

	if (!o)
		return;
	if (o->dir >= 0)
		fs_close(&o->dir);
	if (o->tmp >= 0)
		fs_close(&o->tmp);
	free(o->path);
	free(o);
	*op = NULL;
}

/* ---- in ---- */

static int write_synced(int dir, const char *name, int (*write)(void *, struct sink *, struct err *), void *ctx, struct err *err)
{
	int fd = fs_open(dir, name, O_WRONLY | O_CREAT | O_EXCL, 0600);
	struct sink sink;
	int r;

	if (fd < 0)
		return err_sys(err, _("Can't write into the outbox"));
	sink_fd(&sink, fd);
	r = write(ctx, &sink, err);
	if (r == 0 && fs_sync(fd) != 0)
		r = err_sys(err, _("The message can't be saved in the outbox"));
	if (fs_close(&fd) != 0 && r == 0)
		r = err_sys(err, _("The message can't be saved in the outbox"));
	return r;
}

static int write_str(void *ctx, struct sink *sink, struct err *err)
{
	return sink_write(sink, str_sl(ctx), err);
}

static int fill(struct outbox *o, const char *id, const struct envelope *e,
	int (*write)(void *, struct sink *, struct err *), void *ctx, struct err *err)
{
	struct str env;
	int dir, r;

	dir = fs_open(o->tmp, id, O_RDONLY | O_DIRECTORY, 0);
	if (dir < 0)
		return err_sys(err, _("Can't write into the outbox %s"), o->path);
	str_init(&env, STR_MAX);
	envelope_format(e, &env);
	r = write_synced(dir, "message", write, ctx, err);
	if (r == 0)
		r = write_synced(dir, "envelope", write_str, &env, err);
	if (r == 0 && fs_sync(dir) != 0)
		r = err_sys(err, _("The message can't be saved in the outbox %s"), o->path);
	str_release(&env);
	fs_close(&dir);
	return r;
}

/* Seconds and microseconds, so that names sort by age. */
static void make_id(char id[64])
{
	int64_t now = rt_now();
	unsigned char rnd[2];

	rt_random(rnd, sizeof(rnd));
	snprintf(id, 64, "%08llx%05x%02x%02x", (unsigned long long)(now / 1000000),
		(unsigned)(now % 1000000), rnd[0], rnd[1]);
}

/* Renamed into place (onto a folder with files in it rename fails) and synced;
 * or it is as if it had never been; where that fails too, err says so. */
static int publish(struct outbox *o, const char *id, struct err *err)
{
	if (fs_rename(o->tmp, id, o->dir, id) != 0)
		return err_sys(err, _("The message can't be saved in the outbox %s"), o->path);
	if (fs_sync(o->dir) == 0)
		return 0;
	err_sys(err, _("The outbox %s can't be synced"), o->path);
	if (fs_rename(o->dir, id, o->tmp, id) != 0)
		err_prefix(err, _("The message is in the outbox as %s, but a power cut may take it away"), id);
	return -1;
}

int outbox_put(struct outbox *o, const struct envelope *e,
	int (*write)(void *, struct sink *, struct err *), void *ctx, char id[64], struct err *err)
{
	struct envelope stamped = *e;
	int r;

	if (envelope_check(e, err) != 0)
		return -1;
	make_id(id);
	stamped.stamp = mem_strdup(state_stamp(o->state));
	if (fs_mkdir(o->tmp, id, 0700) != 0) {
		r = err_sys(err, _("Can't write into the outbox %s"), o->path);
	} else {
		r = fill(o, id, &stamped, write, ctx, err);
		if (r == 0)
			r = publish(o, id, err);
		if (r != 0)
			fs_remove_tree(o->tmp, id);
	}
	free(stamped.stamp);
	return r;
}

/* ---- looking ---- */

void item_release(struct item *it)
{
	envelope_release(&it->env);
	fates_release(&it->fates);
}

void items_release(struct items *all)
{
	for (size_t i = 0; i < all->n; i++)
		item_release(&all->v[i]);
	free(all->v);
	memset(all, 0, sizeof(*all));
}

static int read_envelope(struct outbox *o, struct item *it, struct err *err)
{
	int dir = fs_open(o->dir, it->id, O_RDONLY | O_DIRECTORY, 0);
	int fd = dir >= 0 ? fs_open(dir, "envelope", O_RDONLY, 0) : -1;
	struct str text;
	struct sink sink;
	struct src src;
	struct stat st;
	int r;

	if (fd < 0) {
		r = errno == ENOENT ? err_set(err, ERR_NOTFOUND, _("There is no item %s in the outbox."), it->id)
			: err_sys(err, _("Can't read the outbox item %s"), it->id);
		if (dir >= 0)
			fs_close(&dir);
		return r;
	}
	str_init(&text, 256 << 20);
	sink_str(&sink, &text);
	src_range(&src, fd, 0, -1);
	r = src_copy(&src, &sink, err);
	src_release(&src);
	fs_close(&fd);
	if (r == 0)
		r = envelope_read(str_sl(&text), &it->env, it->id, err);
	if (r == 0)
		it->size = fstatat(dir, "message", &st, AT_SYMLINK_NOFOLLOW) == 0 ? st.st_size : 0;
	str_release(&text);
	fs_close(&dir);
	return r;
}

/* Rows for an item that has none: a new item, or (invariant 7) one whose
 * database was lost.  1 made, or they are there meanwhile; 0: the item is gone.
 * One who takes it out renames first and drops the rows then, so rows made under
 * this transaction are never left over. */
static int make_rows(struct outbox *o, struct item *it, struct err *err)
{
	const char **addrs = mem_array(NULL, it->env.n, sizeof(*addrs));
	struct stat st;
	int r;

	for (size_t i = 0; i < it->env.n; i++)
		addrs[i] = it->env.rcpt[i].addr;
	r = state_item_get(o->state, it->id, &it->sending, &it->fates, err);
	fates_release(&it->fates);
	if (r == 0 && fstatat(o->dir, it->id, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		r = state_item_add(o->state, it->id, it->env.created, addrs, it->env.n, err) == 0 ? 1 : -1;
		if (r == 1 && it->env.send_at && state_item_later(o->state, it->id, it->env.send_at, err) != 0)
			r = -1;
		for (size_t i = 0; i < it->env.n && r == 1 && it->lost_state; i++) {
			struct fate f = { .addr = it->env.rcpt[i].addr, .fate = FATE_UNSURE, .enh = NULL,
				.text = NULL, .when = it->env.created };

			if (state_fate(o->state, it->id, &f, err) != 0)
				r = -1;
		}
	}
	free(addrs);
	return r;
}

/* What became of each recipient; ERR_NOTFOUND when the item is gone. */
static int read_rows(struct outbox *o, struct item *it, struct err *err)
{
	int r = state_item_get(o->state, it->id, &it->sending, &it->fates, err);
	struct stat st;

	it->lost_state = !it->env.stamp || strcmp(it->env.stamp, state_stamp(o->state)) != 0;
	if (r == 0 && (r = state_begin(o->state, err)) == 0) {
		r = make_rows(o, it, err);
		if (r < 0)
			state_rollback(o->state);
		else if (state_commit(o->state, err) != 0)
			r = -1;
		if (r == 1)
			r = state_item_get(o->state, it->id, &it->sending, &it->fates, err);
	}
	/* one who takes it out renames first: then rows that go while they are read are no wonder */
	if (r == 1 && it->fates.n != it->env.n && fstatat(o->dir, it->id, &st, AT_SYMLINK_NOFOLLOW) != 0)
		r = 0;
	if (r == 0)
		return err_set(err, ERR_NOTFOUND, _("There is no item %s in the outbox."), it->id);
	if (r == 1 && it->fates.n != it->env.n)
		return err_set(err, ERR_CONFIG, _("The outbox item %s and its record do not agree."), it->id);
	return r == 1 ? 0 : -1;
}

/* The caller holds the lock, so nobody is sending it: recipients whose end of
 * data went out without a recorded answer are unsure (invariant 4). */
int outbox_settle(struct outbox *o, struct item *it, struct err *err)
{
	bool going = false;
	int r;

	for (size_t i = 0; i < it->fates.n; i++)
		going = going || it->fates.v[i].fate == FATE_GOING;
	if (!going)
		return 0;
	r = state_begin(o->state, err);
	if (r != 0)
		return -1;
	for (size_t i = 0; i < it->fates.n && r == 0; i++) {
		struct fate *f = &it->fates.v[i];

		if (f->fate != FATE_GOING)
			continue;
		f->fate = FATE_UNSURE;
		f->when = rt_now() / 1000000;
		r = state_fate(o->state, it->id, f, err);
	}
	if (r == 0)
		return state_commit(o->state, err);
	state_rollback(o->state);
	return -1;
}

static int start_item(struct outbox *o, const char *id, struct item *it, struct err *err)
{
	memset(it, 0, sizeof(*it));
	if (!id_ok(id))
		return err_set(err, ERR_NOTFOUND, _("There is no item %s in the outbox."), id);
	snprintf(it->id, sizeof(it->id), "%s", id);
	return read_envelope(o, it, err);
}

int outbox_get(struct outbox *o, const char *id, struct item *it, struct err *err)
{
	if (start_item(o, id, it, err) == 0 && read_rows(o, it, err) == 0)
		return 0;
	item_release(it);
	return -1;
}

static int oldest_first(const void *a, const void *b)
{
	return strcmp(((const struct item *)a)->id, ((const struct item *)b)->id);
}

struct listing { struct outbox *o; struct items *all; };

/* One that can't be read must not hide the others; a database that can't be
 * read would hide them all. */
static int list_one(void *ctx, const char *id, struct err *err)
{
	struct listing *l = ctx;
	struct err one = ERR_INIT;
	struct item *it;
	bool read;

	mem_grow(l->all->v, l->all->n, l->all->cap);
	it = &l->all->v[l->all->n];
	read = start_item(l->o, id, it, &one) == 0;
	if (read && read_rows(l->o, it, &one) == 0) {
		l->all->n++;
		return 0;
	}
	item_release(it);
	if (read && one.kind != ERR_NOTFOUND && one.kind != ERR_CONFIG) {
		*err = one;
		return -1;
	}
	if (one.kind != ERR_NOTFOUND)           /* gone meanwhile: sent by another */
		log_msg(LOG_WARN, "%s", one.text);
	return 0;
}

int outbox_list(struct outbox *o, struct items *all, struct err *err)
{
	struct listing l = { o, all };

	memset(all, 0, sizeof(*all));
	if (each_item(o, o->dir, list_one, &l, err) != 0) {
		items_release(all);
		return -1;
	}
	if (all->n)
		qsort(all->v, all->n, sizeof(*all->v), oldest_first);
	return 0;
}

static int item_file(struct outbox *o, const char *id, const char *name, int flags, struct err *err)
{
	int dir = id_ok(id) ? fs_open(o->dir, id, O_RDONLY | O_DIRECTORY, 0) : (errno = ENOENT, -1);
	int fd = dir >= 0 ? fs_open(dir, name, flags, 0600) : -1;

	if (fd < 0)
		err_sys(err, _("Can't open the outbox item %s"), id);
	if (dir >= 0)
		fs_close(&dir);
	return fd;
}

int outbox_message(struct outbox *o, const char *id, struct err *err)
{
	return item_file(o, id, "message", O_RDONLY, err);
}

int outbox_lock(struct outbox *o, const char *id, int *lock, struct err *err)
{
	struct str path;
	int r;

	str_init(&path, 8192);
	str_addf(&path, "%s/%s/lock", o->path, id);
	r = fs_lock(path.p, false, lock, err);
	str_release(&path);
	return r;
}

bool item_waiting(const struct item *it)
{
	for (size_t i = 0; i < it->fates.n; i++)
		if (it->fates.v[i].fate == FATE_WAITING || it->fates.v[i].fate == FATE_GOING)
			return true;
	return false;
}

bool item_failed(const struct item *it)
{
	for (size_t i = 0; i < it->fates.n; i++)
		if (it->fates.v[i].fate == FATE_FAILED || it->fates.v[i].fate == FATE_UNSURE)
			return true;
	return false;
}

bool item_scheduled(const struct item *it, int64_t now)
{
	return it->sending.attempts == 0 && it->sending.next_try > now;
}

/* A clock that went back must not make a message wait for years (P18). */
bool item_due(const struct item *it, int64_t now)
{
	return !it->sending.held && item_waiting(it) &&
		(it->sending.next_try <= now || it->sending.last_try > now);
}

int64_t outbox_next_try(const struct conf *c, const struct item *it, int64_t now)
{
	uint64_t wait = (uint64_t)c->retry << MIN(it->sending.attempts, 20u);

	return now + (int64_t)MIN(wait, MAX(c->retry, c->retry_max));
}

/* ---- out ---- */

static int copy_into(struct outbox *o, const struct item *it, struct maildir *box, const char *name, struct err *err)
{
	int from = outbox_message(o, it->id, err), to;
	struct sink sink;
	struct src src;
	int r;

	if (from < 0)
		return -1;
	/* A file of that name in tmp/ is a copy that a crash cut short. */
	fs_unlink(box->tmp, name);
	to = fs_open(box->tmp, name, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (to < 0) {
		fs_close(&from);
		return err_sys(err, _("Can't write the copy in %s"), box->path);
	}
	src_range(&src, from, 0, -1);
	sink_fd(&sink, to);
	r = src_copy(&src, &sink, err);
	src_release(&src);
	if (r == 0 && (fs_sync(to) != 0 || fs_sync(box->tmp) != 0))
		r = err_sys(err, _("Can't save the copy in %s"), box->path);
	if (fs_close(&to) != 0 && r == 0)
		r = err_sys(err, _("Can't save the copy in %s"), box->path);
	fs_close(&from);
	if (r == 0)
		r = maildir_publish(box, name, "S", err);
	if (r != 0)
		fs_unlink(box->tmp, name);
	return r;
}

int outbox_copy_sent(struct outbox *o, const struct item *it, const char *path, struct err *err)
{
	struct maildir box;
	struct str name, found;
	bool fresh = false;
	int r;

	if (maildir_open(&box, path, true, err) != 0)
		return -1;
	str_init(&name, 256);
	str_init(&found, 1024);
	str_addf(&name, "%lld.Q%s.pabal", (long long)it->env.created, it->id);
	r = maildir_find(&box, str_sl(&name), &found, &fresh, err);
	if (r == 0)             /* invariant 5 */
		r = copy_into(o, it, &box, name.p, err);
	/* One that is found may never have been synced. */
	if (r >= 0)
		r = fs_sync(fresh ? box.new : box.cur) == 0 ? 0 : err_sys(err, _("Can't save the copy in %s"), box.path);
	str_release(&found);
	str_release(&name);
	maildir_close(&box);
	return r;
}

int outbox_remove(struct outbox *o, const char *id, struct err *err)
{
	if (!id_ok(id))
		return err_set(err, ERR_NOTFOUND, _("There is no item %s in the outbox."), id);
	if (fs_rename(o->dir, id, o->tmp, id) != 0 || fs_sync(o->dir) != 0)
		return err_sys(err, _("Can't take the item %s out of the outbox"), id);
	if (state_item_drop(o->state, id, err) != 0)
		return -1;
	fs_remove_tree(o->tmp, id);
	return 0;
}
