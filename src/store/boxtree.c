/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * boxtree: mailboxes made, renamed and removed as a whole.  Invariants:
 * - nothing is put in the place of something else;
 * - a mailbox is removed only when nothing is in it, and rmdir has the last word: what
 *   comes in at that moment stays;
 * - a crash leaves the mailbox or none (a Maildir without new/ is none, and is
 *   finished or removed by the next call).
 */
#include "priv.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static char *parent_of(const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');

	*name = slash ? slash + 1 : path;
	return slash ? mem_strndup(path, slash == path ? 1 : (size_t)(slash - path)) : mem_strdup(".");
}

/* Without the slashes at its end. */
static char *plain_path(const char *path)
{
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	return mem_strndup(path, n);
}

static int open_parent(const char *path, const char **name, struct err *err)
{
	char *dir = parent_of(path, name);
	int fd = fs_open_named(dir, O_RDONLY | O_DIRECTORY, 0);

	if (fd < 0)
		err_sys(err, _("Can't open the folder %s"), dir);
	free(dir);
	return fd;
}

static int exists(const char *path, struct err *err)
{
	return err_set(err, ERR_EXISTS, _("There is something called %s already."), path);
}

/* ---- making ---- */

static int create_maildir(const char *path, struct err *err)
{
	static const char *const subs[] = { "tmp", "cur", "new" };
	struct maildir m;
	struct stat st;
	bool was = lstat(path, &st) == 0;
	int kind = box_kind_of(path, err), fd;

	if (kind != 0)
		return kind < 0 ? -1 : exists(path, err);
	if (maildir_open(&m, path, true, err) == 0) {
		maildir_close(&m);
		return 0;
	}
	/* half of it is in nobody's way, but need not stay */
	fd = was ? -1 : fs_open(FS_CWD, path, O_RDONLY | O_DIRECTORY, 0);
	if (fd >= 0) {
		for (size_t i = 0; i < ARRAY_LEN(subs); i++)
			fs_rmdir(fd, subs[i]);
		fs_close(&fd);
		fs_rmdir(FS_CWD, path);
	}
	return -1;
}

static int create_mbox(const char *path, struct err *err)
{
	const char *name;
	char *dir = parent_of(path, &name);
	int at = -1, fd = -1, r = fs_mkdirs(dir, err);

	free(dir);
	if (r == 0 && (at = open_parent(path, &name, err)) < 0)
		r = -1;
	if (r == 0) {
		fd = fs_open(at, name, O_WRONLY | O_CREAT | O_EXCL, 0600);
		if (fd < 0)
			r = errno == EEXIST ? exists(path, err) : err_sys(err, _("Can't make the mailbox %s"), path);
	}
	if (r == 0 && (fs_sync(fd) != 0 || fs_sync(at) != 0)) {
		r = err_sys(err, _("Can't write the new mailbox %s to disk"), path);
		fs_unlink(at, name);
	}
	fs_close(&fd);
	fs_close(&at);
	return r;
}

int box_create(const char *path, enum box_kind kind, struct err *err)
{
	char *plain = plain_path(path);
	int r;

	if (kind == BOX_MAILDIR)
		r = create_maildir(plain, err);
	else if (kind == BOX_MBOX)
		r = create_mbox(plain, err);
	else
		r = err_set(err, ERR_INPUT, _("Only a Maildir or an mbox can be made, and %s would be "
			"something else."), path);
	free(plain);
	return r;
}

/* ---- another name ---- */

static int rename_box(const char *from, const char *to, struct err *err)
{
	const char *old, *new;
	int a = open_parent(from, &old, err), b = a >= 0 ? open_parent(to, &new, err) : -1, r = -1;

	if (a < 0 || b < 0)
		r = -1;
	else if (fs_rename_new(a, old, b, new) == 0)
		r = fs_sync(b) == 0 && fs_sync(a) == 0 ? 0 : err_sys(err, _("%s is called %s now, but its "
			"folder could not be written to disk"), from, to);
	else if (errno == EEXIST || errno == ENOTEMPTY)
		exists(to, err);
	else if (errno == EXDEV)
		err_set(err, ERR_INPUT, _("%s lies on another file system than %s: copy the messages, "
			"then remove the old mailbox."), to, from);
	else
		err_sys(err, _("Can't call the mailbox %s %s"), from, to);
	fs_close(&a);
	fs_close(&b);
	return r;
}

int box_move(const char *from_path, const char *to_path, struct err *err)
{
	char *from = plain_path(from_path), *to = plain_path(to_path), *dir;
	int kind = box_kind_of(from, err), r = -1;
	struct mbox_lock k;
	struct stat st;
	bool locked = false;
	const char *name;

	if (kind == 0)
		err_set(err, ERR_NOTFOUND, _("There is no mailbox %s."), from);
	dir = parent_of(to, &name);
	if (kind > 0 && fs_mkdirs(dir, err) == 0)
		r = 0;
	free(dir);
	/* who appends at this moment would lose the message */
	if (r == 0 && kind == BOX_MBOX && lstat(from, &st) == 0 && S_ISREG(st.st_mode) && access(from, W_OK) == 0) {
		r = mbox_lock(&k, from, false, BOX_LOCK_MS, err);
		locked = r == 0;
	}
	if (r == 0)
		r = rename_box(from, to, err);
	if (locked)
		mbox_unlock(&k);
	free(from);
	free(to);
	return r;
}

#define EXCHANGE 2u     /* RENAME_EXCHANGE */

int box_exchange(const char *a, const char *b, struct err *err)
{
	const char *name_a, *name_b;
	int at = open_parent(a, &name_a, err), bt = at >= 0 ? open_parent(b, &name_b, err) : -1, r = -1;
	char aside[64];

	if (bt >= 0 && fs_sys.rename(at, name_a, bt, name_b, EXCHANGE) == 0) {
		r = 0;
	} else if (bt >= 0 && (errno == EINVAL || errno == ENOSYS || errno == ENOTSUP)) {
		/* For a moment there is no a: what a crash leaves then has the name aside. */
		snprintf(aside, sizeof(aside), ".%.40s.aside", name_a);
		if (fs_rename_new(at, name_a, at, aside) == 0 && fs_rename_new(bt, name_b, at, name_a) == 0 &&
		    fs_rename_new(at, aside, bt, name_b) == 0)
			r = 0;
	}
	if (r != 0 && bt >= 0)
		err_sys(err, _("Can't put %s into the place of %s"), b, a);
	if (r == 0 && (fs_sync(at) != 0 || fs_sync(bt) != 0))
		r = err_sys(err, _("Can't sync the folder of %s"), a);
	if (at >= 0)
		fs_close(&at);
	if (bt >= 0)
		fs_close(&bt);
	return r;
}

/* ---- removing ---- */

static int in_the_way(const char *path, const char *what, struct err *err)
{
	return err_set(err, ERR_EXISTS, _("The mailbox %s is not removed: %s is in it."), path, what);
}

/* The first name in a folder that may not be lost, or "": 0, -1 errno */
static int first_in(int dir, const char *sub, char name[256])
{
	int fd = fs_open(dir, sub, O_RDONLY | O_DIRECTORY, 0);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *e;
	int saved;

	name[0] = 0;
	if (!d) {
		fs_close(&fd);
		return -1;
	}
	while (errno = 0, !name[0] && (e = readdir(d)))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			snprintf(name, 256, "%s", e->d_name);
	saved = errno;
	closedir(d);
	errno = saved;
	return saved ? -1 : 0;
}

struct inside { char **v; size_t n, cap; bool marked; };

/* What lies in a Maildir: empty folders and "maildirfolder", else it is in the way. */
static int look_inside(const char *path, int root, struct inside *in, struct err *err)
{
	int fd = fs_open(root, ".", O_RDONLY | O_DIRECTORY, 0), r = 0;
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *e;

	if (!d) {
		fs_close(&fd);
		return err_sys(err, _("Can't read the mailbox %s"), path);
	}
	while (errno = 0, r == 0 && (e = readdir(d))) {
		char first[256], *what;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (strcmp(e->d_name, "maildirfolder") == 0) {
			in->marked = true;
		} else if (first_in(root, e->d_name, first) != 0) {
			r = in_the_way(path, e->d_name, err);
		} else if (first[0]) {
			what = path_join(e->d_name, first);
			r = in_the_way(path, what, err);
			free(what);
		} else {
			mem_grow(in->v, in->n, in->cap);
			in->v[in->n++] = mem_strdup(e->d_name);
		}
	}
	if (r == 0 && errno)
		r = err_sys(err, _("Can't read the mailbox %s"), path);
	closedir(d);
	return r;
}

/* new/ first, where messages come in; when one came into cur/ at the last moment,
 * the others come back. */
static int remove_folders(const char *path, int root, struct inside *in, struct err *err)
{
	static const char *const order[] = { "new", "cur", "tmp" };
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(order) && r == 0; i++)
		if (fs_rmdir(root, order[i]) != 0 && errno != ENOENT) {
			r = err_sys(err, _("Can't remove the mailbox %s"), path);
			while (i-- > 0)
				fs_mkdir(root, order[i], 0700);
			return r;
		}
	for (size_t i = 0; i < in->n && r == 0; i++)
		if (fs_rmdir(root, in->v[i]) != 0 && errno != ENOENT)
			r = err_sys(err, _("Can't remove the mailbox %s"), path);
	if (r == 0 && in->marked && fs_unlink(root, "maildirfolder") != 0)
		r = err_sys(err, _("Can't remove the mailbox %s"), path);
	return r;
}

static int remove_maildir(const char *path, int at, const char *name, struct err *err)
{
	struct inside in = { 0 };
	struct maildir m;
	int root, r;

	/* what crashes left in tmp/ long ago is nobody's */
	if (maildir_is(path) && maildir_open(&m, path, false, err) == 0) {
		r = maildir_sweep(&m, err);
		maildir_close(&m);
		if (r != 0)
			return -1;
	}
	root = fs_open(at, name, O_RDONLY | O_DIRECTORY, 0);
	if (root < 0)
		return err_sys(err, _("Can't open the mailbox %s"), path);
	r = look_inside(path, root, &in, err);
	if (r == 0)
		r = remove_folders(path, root, &in, err);
	fs_close(&root);
	if (r == 0 && (fs_rmdir(at, name) != 0 || fs_sync(at) != 0))
		r = err_sys(err, _("Can't remove the mailbox %s"), path);
	for (size_t i = 0; i < in.n; i++)
		free(in.v[i]);
	free(in.v);
	return r;
}

/* Somebody waited for the lock of the file that is removed, and appended to it: it
 * comes back. */
static int bring_back(struct mbox_lock *k, struct err *err)
{
	struct src src;
	struct sink sink;
	struct stat st;
	int fd, r;

	if (mbox_let_in(k->fd) != 0 || fstat(k->fd, &st) != 0 || st.st_size == 0)
		return 0;
	fd = fs_open(k->dir, k->name, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (fd < 0)
		return err_sys(err, _("A message that came when the mailbox %s was removed is lost"), k->path);
	src_range(&src, k->fd, 0, st.st_size);
	sink_fd(&sink, fd);
	r = src_copy(&src, &sink, err);
	if (r == 0 && (fs_sync(fd) != 0 || fs_sync(k->dir) != 0))
		r = err_sys(err, _("Can't write the mailbox %s to disk"), k->path);
	fs_close(&fd);
	return r != 0 ? -1 : err_set(err, ERR_EXISTS, _("The mailbox %s is not removed: a message has just "
		"come in."), k->path);
}

static int remove_mbox(const char *path, struct err *err)
{
	struct mbox_lock k;
	int r;

	if (mbox_lock(&k, path, false, BOX_LOCK_MS, err) != 0)
		return -1;
	if (k.size)
		r = err_set(err, ERR_EXISTS, _("The mailbox %s is not removed: there is mail in it."), path);
	else if (fs_unlink(k.dir, k.name) != 0)
		r = err_sys(err, _("Can't remove the mailbox %s"), path);
	else
		r = bring_back(&k, err);
	if (r == 0 && fs_sync(k.dir) != 0)
		r = err_sys(err, _("Can't remove the mailbox %s"), path);
	mbox_unlock(&k);
	return r;
}

int box_remove(const char *path_given, struct err *err)
{
	char *path = plain_path(path_given);
	int kind = box_kind_of(path, err), at, r = -1;
	const char *name;
	struct stat st;

	if (kind == 0 && (lstat(path, &st) != 0 || !S_ISDIR(st.st_mode)))
		err_set(err, ERR_NOTFOUND, _("There is no mailbox %s."), path);
	else if (kind == BOX_MBOX)
		r = remove_mbox(path, err);
	else if (kind > BOX_MBOX)
		box_only_read(path, err);
	else if (kind >= 0 && (at = open_parent(path, &name, err)) >= 0) {
		/* kind 0: an empty folder, or what a crash left of a Maildir */
		r = remove_maildir(path, at, name, err);
		fs_close(&at);
	}
	free(path);
	return r;
}
