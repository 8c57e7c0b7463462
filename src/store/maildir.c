/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * maildir: one folder a mailbox, one file a message.  No locks; a message is
 * visible from the moment it is renamed out of tmp/, and never before it is
 * whole.  Nothing here syncs but maildir_open when it makes folders: arrive.c
 * and the server know when a batch is complete.
 */
#include "priv.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static int open_dir(int at, const char *path)
{
	/* The root may be reached by a link that its owner made; tmp, new and cur may not be links. */
	if (at == FS_CWD)
		return fs_open_named(path, O_RDONLY | O_DIRECTORY, 0);
	return fs_open(at, path, O_RDONLY | O_DIRECTORY, 0);
}

static int open_sub(struct maildir *m, int root, const char *sub, bool create, int *fd, struct err *err)
{
	if (create && fs_mkdir(root, sub, 0700) != 0 && errno != EEXIST)
		return err_sys(err, _("Can't make the folder %s of the mailbox %s"), sub, m->path);
	*fd = open_dir(root, sub);
	/* one that is only read needs no tmp/, and a copy may have lost it */
	if (*fd < 0 && errno == ENOENT && fd == &m->tmp)
		return 0;
	if (*fd < 0)
		return err_sys(err, _("Can't open the folder %s of the mailbox %s"), sub, m->path);
	return 0;
}

static int sync_parent(const char *path)
{
	char *dir = mem_strdup(path), *slash;
	int fd, r;

	while ((slash = strrchr(dir, '/')) && slash != dir && slash[1] == 0)
		*slash = 0;
	slash = strrchr(dir, '/');
	if (slash)
		slash[slash == dir] = 0;
	fd = fs_open_named(slash ? dir : ".", O_RDONLY | O_DIRECTORY, 0);
	free(dir);
	if (fd < 0)
		return -1;
	r = fs_sync(fd);
	fs_close(&fd);
	return r;
}

int maildir_open(struct maildir *m, const char *path, bool create, struct err *err)
{
	bool made = create && !maildir_is(path);
	int root, r = -1;

	*m = (struct maildir){ .path = mem_strdup(path), .tmp = -1, .new = -1, .cur = -1 };
	if (made && fs_mkdirs(path, err) != 0)
		goto fail;
	root = open_dir(FS_CWD, path);
	if (root < 0) {
		if (errno == ENOENT)
			err_set(err, ERR_NOTFOUND, _("There is no mailbox %s."), path);
		else
			err_sys(err, _("Can't open the mailbox %s"), path);
		goto fail;
	}
	if (open_sub(m, root, "tmp", made, &m->tmp, err) == 0 &&
	    open_sub(m, root, "cur", made, &m->cur, err) == 0 &&
	    open_sub(m, root, "new", made, &m->new, err) == 0)
		r = 0;
	if (r == 0 && made && (fs_sync(root) != 0 || sync_parent(path) != 0))
		r = err_sys(err, _("Can't sync the new mailbox %s"), path);
	fs_close(&root);
	if (r == 0)
		return 0;
fail:
	maildir_close(m);
	return -1;
}

void maildir_close(struct maildir *m)
{
	if (m->tmp >= 0)
		fs_close(&m->tmp);
	if (m->new >= 0)
		fs_close(&m->new);
	if (m->cur >= 0)
		fs_close(&m->cur);
	free(m->path);
	m->path = NULL;
}

bool maildir_is(const char *path)
{
	static const char *const subs[] = { "new", "cur", "tmp" };
	bool all = true;

	for (size_t i = 0; i < ARRAY_LEN(subs) && all; i++) {
		char *sub = path_join(path, subs[i]);
		struct stat st;

		all = stat(sub, &st) == 0 && S_ISDIR(st.st_mode);
		free(sub);
	}
	return all;
}

/* "seconds.MPQR.host", with the mark behind the second part. */
static void name_unique(const struct maildir *m, int64_t sec, char name[128])
{
	char plain[128];
	const char *host;

	fs_unique_at(plain, sec);
	host = strchr(plain, '.');
	host = host ? strchr(host + 1, '.') : NULL;
	if (m->mark[0] && host)
		snprintf(name, 128, "%.*sA%s%s", (int)(host - plain), plain, m->mark, host);
	else
		memcpy(name, plain, 128);
}

int maildir_tmp(struct maildir *m, char name[128], struct err *err)
{
	return maildir_tmp_at(m, rt_now() / 1000000, name, err);
}

int maildir_tmp_at(struct maildir *m, int64_t sec, char name[128], struct err *err)
{
	int fd;

	for (int tries = 0; tries < 16; tries++) {
		name_unique(m, sec, name);
		fd = fs_open(m->tmp, name, O_WRONLY | O_CREAT | O_EXCL, 0600);
		if (fd >= 0)
			return fd;
		if (errno != EEXIST)
			break;
	}
	return err_sys(err, _("Can't make a file in the mailbox %s"), m->path);
}

int maildir_publish(struct maildir *m, const char *name, const char *flags, struct err *err)
{
	char final[192];

	snprintf(final, sizeof(final), flags ? "%s:2,%s" : "%s", name, flags);
	if (fs_rename_new(m->tmp, name, flags ? m->cur : m->new, final) == 0)
		return 0;
	return err_sys(err, _("Can't move a new message into the mailbox %s"), m->path);
}

/* ---- reading ---- */

struct slice entry_base(const char *name)
{
	struct slice s = sl(name);
	ssize_t colon = sl_search(s, SL(":2,"));

	return colon >= 0 ? sl_head(s, (size_t)colon) : s;
}

struct slice entry_flags(const char *name)
{
	struct slice base = entry_base(name), s = sl(name);

	return s.n > base.n ? sl_skip(s, base.n + 3) : SL("");
}

uint64_t entry_key(const char *name)
{
	static const unsigned char key[16] = "pabal message id";
	struct sip h;

	sip_init(&h, key);
	sip_add(&h, entry_base(name));
	return sip_u64(&h);
}

void entry_id(const char *name, char out[13])
{
	snprintf(out, 13, "%012llx", (unsigned long long)(entry_key(name) >> 16));
}

/* "1700000000.M1P2.host": the seconds stand before the first dot. */
int64_t maildir_when(int dir, const char *name)
{
	struct slice s = sl(name);
	ssize_t dot = sl_find(s, '.');
	uint64_t sec;
	struct stat st;

	if (dot > 0 && sl_u64(sl_head(s, (size_t)dot), (uint64_t)1 << 40, &sec) == 0)
		return (int64_t)sec;
	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 ? (int64_t)st.st_mtime : 0;
}

DIR *maildir_list(struct maildir *m, int fd, struct err *err)
{
	int copy = fs_open(fd, ".", O_RDONLY | O_DIRECTORY, 0);
	DIR *d = copy >= 0 ? fdopendir(copy) : NULL;

	if (d)
		return d;
	err_sys(err, _("Can't read the mailbox %s"), m->path);
	if (copy >= 0)
		fs_close(&copy);
	return NULL;
}

int maildir_list_end(struct maildir *m, DIR *d, struct err *err)
{
	int r = errno ? err_sys(err, _("Can't read the mailbox %s"), m->path) : 0;

	closedir(d);
	return r;
}

static int scan_dir(struct maildir *m, int fd, bool fresh, struct entries *out, struct map *seen, struct err *err)
{
	DIR *d = maildir_list(m, fd, err);
	struct dirent *e;

	if (!d)
		return -1;
	while (errno = 0, (e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		if (map_get(seen, entry_base(e->d_name)))
			continue;
		map_put(seen, entry_base(e->d_name), m);
		mem_grow(out->v, out->n, out->cap);
		out->v[out->n++] = (struct entry){ mem_strdup(e->d_name), fresh, maildir_when(fd, e->d_name) };
	}
	return maildir_list_end(m, d, err);
}

#define TMP_AGE (36 * 3600)

static bool is_left_over(struct maildir *m, const char *name, const char *mark)
{
	struct stat st;

	if (mark[0] && strstr(name, mark))
		return true;
	return fstatat(m->tmp, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
		rt_now() / 1000000 - (int64_t)st.st_mtime > TMP_AGE;
}

int maildir_sweep(struct maildir *m, struct err *err)
{
	DIR *d = maildir_list(m, m->tmp, err);
	char mark[24] = "";
	struct dirent *e;

	if (!d)
		return -1;
	if (m->mark[0])
		snprintf(mark, sizeof(mark), "A%s.", m->mark);
	/* What can't be removed stays until another time: it is in nobody's way. */
	while (errno = 0, (e = readdir(d)))
		if (e->d_name[0] != '.' && is_left_over(m, e->d_name, mark))
			fs_unlink(m->tmp, e->d_name);
	return maildir_list_end(m, d, err);
}

static int newest_first(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->when != y->when)
		return x->when < y->when ? 1 : -1;
	return -strcmp(x->name, y->name);
}

int maildir_scan(struct maildir *m, struct entries *out, struct err *err)
{
	struct map *seen = map_new();
	int r;

	memset(out, 0, sizeof(*out));
	/* new first: a message that moves to cur meanwhile is met twice, not never. */
	r = scan_dir(m, m->new, true, out, seen, err);
	if (r == 0)
		r = scan_dir(m, m->cur, false, out, seen, err);
	map_free(&seen);
	if (r != 0)
		entries_release(out);
	else if (out->n)
		qsort(out->v, out->n, sizeof(*out->v), newest_first);
	return r;
}

void entries_release(struct entries *e)
{
	for (size_t i = 0; i < e->n; i++)
		free(e->v[i].name);
	free(e->v);
	memset(e, 0, sizeof(*e));
}

int maildir_entry_open(struct maildir *m, const struct entry *e, struct err *err)
{
	int fd = fs_open(e->fresh ? m->new : m->cur, e->name, O_RDONLY, 0);

	if (fd < 0)
		return err_sys(err, _("Can't open the message %s in %s"), e->name, m->path);
	return fd;
}

static int find_in(struct maildir *m, int fd, struct slice base, struct str *name, struct err *err)
{
	DIR *d = maildir_list(m, fd, err);
	struct dirent *e;
	int found = 0;

	if (!d)
		return -1;
	while (errno = 0, !found && (e = readdir(d)))
		if (e->d_name[0] != '.' && strncmp(e->d_name, base.p, base.n) == 0 && sl_eq(entry_base(e->d_name), base))
			found = str_adds(name, e->d_name) == 0;
	return maildir_list_end(m, d, err) == 0 ? found : -1;
}

int maildir_find(struct maildir *m, struct slice base, struct str *name, bool *fresh, struct err *err)
{
	struct stat st;
	char *z = sl_dup(base);
	int found = 0;

	/* The usual case costs one stat. */
	if (fstatat(m->new, z, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		str_adds(name, z);
		*fresh = true;
		found = 1;
	}
	free(z);
	/* A listing may miss a name that another program changes meanwhile. */
	for (int pass = 0; pass < 4 && found == 0; pass++) {
		*fresh = pass & 1;
		found = find_in(m, *fresh ? m->new : m->cur, base, name, err);
	}
	return found;
}

int maildir_set_flags(struct maildir *m, struct entry *e, const char *flags, struct err *err)
{
	struct str name;
	char sorted[64];
	size_t n = 0;
	int r;

	for (char c = 'A'; c <= 'z' && n + 1 < sizeof(sorted); c++)
		if (ascii_isalpha(c) && strchr(flags, c))
			sorted[n++] = c;
	sorted[n] = 0;
	str_init(&name, 512);
	str_addsl(&name, entry_base(e->name));
	str_addf(&name, ":2,%s", sorted);
	if (!e->fresh && strcmp(name.p, e->name) == 0) {
		str_release(&name);
		return 0;
	}
	r = fs_rename_new(e->fresh ? m->new : m->cur, e->name, m->cur, name.p);
	if (r != 0) {
		err_sys(err, _("Can't change the flags of a message in %s"), m->path);
		str_release(&name);
		return -1;
	}
	free(e->name);
	e->name = str_detach(&name);
	e->fresh = false;
	return 0;
}
