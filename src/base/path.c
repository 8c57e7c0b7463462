/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * path: whole tasks with files, made of the calls of fs.c: folders that are
 * made, small files read and replaced, locks, unique names.  Errors come as
 * sentences with the path in them.  What is made is ours alone (0700, 0600).
 */
#include "base/base.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <unistd.h>

char *path_join(const char *a, const char *b)
{
	struct str path;

	str_init(&path, STR_MAX);
	if (a)
		str_adds(&path, a);
	while (path.n > 1 && path.p[path.n - 1] == '/')
		str_cut(&path, path.n - 1);
	if (path.n) {
		while (*b == '/')
			b++;
		if (path.p[path.n - 1] != '/')
			str_addc(&path, '/');
	}
	str_adds(&path, b);
	return str_detach(&path);
}

char *path_expand(const char *path)
{
	const char *home;
	const struct passwd *pw;

	if (path[0] != '~' || (path[1] && path[1] != '/'))
		return mem_strdup(path);
	home = getenv("HOME");
	if (!home || !*home) {
		pw = getpwuid(getuid());
		home = pw ? pw->pw_dir : NULL;
	}
	if (!home)
		return mem_strdup(path);
	return path[1] ? path_join(home, path + 2) : mem_strdup(home);
}

/* The folder that a path lies in, owned. */
static char *parent_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return mem_strdup(".");
	return mem_strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* A folder whose name is new must itself be on disk before what is put into it
 * counts as kept.  One that may not be read cannot be synced. */
static int sync_parent(const char *path)
{
	char *parent = parent_of(path);
	int fd = fs_open_named(parent, O_RDONLY | O_DIRECTORY, 0), rc = 0;

	free(parent);
	if (fd < 0)
		return errno == EACCES ? 0 : -1;
	rc = fs_sync(fd);
	fs_close(&fd);
	return rc;
}

static int make_one(const char *path, struct err *e)
{
	struct stat st;

	if (stat(path, &st) == 0) {
		if (S_ISDIR(st.st_mode))
			return 0;
		return err_set(e, ERR_EXISTS, "%s is needed as a folder, but it is a file", path);
	}
	if (fs_mkdir(FS_CWD, path, 0700) != 0) {
		if (errno == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
			return 0;       /* somebody was quicker */
		return err_sys(e, "cannot make the folder %s", path);
	}
	if (sync_parent(path) != 0)
		return err_sys(e, "cannot write the folder %s to disk", path);
	return 0;
}

int fs_mkdirs(const char *path, struct err *e)
{
	char *copy = mem_strdup(path);
	int rc = 0;

	for (char *p = copy + (*copy == '/'); *p && rc == 0; p++) {
		if (*p != '/')
			continue;
		*p = 0;
		rc = make_one(copy, e);
		*p = '/';
	}
	if (rc == 0)
		rc = make_one(path, e);
	free(copy);
	return rc;
}

int fs_slurp(const char *path, size_t cap, struct str *out, struct err *e)
{
	size_t start = out->n;
	char buf[8192];
	ssize_t n;
	int fd = fs_open_named(path, O_RDONLY, 0), rc = 0;

	if (fd < 0) {
		err_sys(e, "cannot open %s", path);
		if (e->sys == ENOENT)
			e->kind = ERR_NOTFOUND;
		return -1;
	}
	while (rc == 0 && (n = fs_read(fd, buf, sizeof(buf))) != 0) {
		if (n < 0)
			rc = err_sys(e, "cannot read %s", path);
		else if (out->n - start + (size_t)n > cap || str_add(out, buf, (size_t)n) != 0)
			rc = err_set(e, ERR_LIMIT, "%s is larger than the limit of %zu bytes",
				path, cap);
	}
	fs_close(&fd);
	if (rc != 0)
		str_cut(out, start);
	return rc;
}

static int write_new(int dir, const char *name, struct slice content)
{
	int fd = fs_open(dir, name, O_WRONLY | O_CREAT | O_EXCL, 0600), saved;

	if (fd < 0)
		return -1;
	if (fs_write_all(fd, content.p, content.n) != 0 || fs_sync(fd) != 0) {
		saved = errno;
		fs_close(&fd);
		errno = saved;
		return -1;
	}
	return fs_close(&fd);
}

int fs_replace(const char *path, struct slice content, struct err *e)
{
	char *parent = parent_of(path), unique[128], temp[160];
	int dir = fs_open_named(parent, O_RDONLY | O_DIRECTORY, 0), rc = -1;
	bool renamed = false;

	free(parent);
	if (dir < 0)
		return err_sys(e, "cannot open the folder of %s", path);
	fs_unique(unique);
	snprintf(temp, sizeof(temp), ".tmp.%s", unique);
	if (write_new(dir, temp, content) != 0)
		err_sys(e, "cannot write %s", path);
	else if (fs_rename(dir, temp, dir, name_of(path)) != 0)
		err_sys(e, "cannot put the new %s in its place", path);
	else if ((renamed = true) && fs_sync(dir) != 0)
		err_sys(e, "cannot write the folder of %s to disk", path);
	else
		rc = 0;
	if (!renamed)
		fs_unlink(dir, temp);
	fs_close(&dir);
	return rc;
}

static int lock_file(int fd, bool wait)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int rc;

	do {
#ifdef F_OFD_SETLK
		rc = fcntl(fd, wait ? F_OFD_SETLKW : F_OFD_SETLK, &l);
#else
		rc = fcntl(fd, wait ? F_SETLKW : F_SETLK, &l);
#endif
	} while (rc < 0 && errno == EINTR && wait);
	return rc;
}

/* The name may have gone to another file while we waited. */
static bool still_named(int fd, const char *path)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && lstat(path, &b) == 0 &&
		a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

int fs_lock(const char *path, bool wait, int *out, struct err *e)
{
	for (int tries = 0; tries < 8; tries++) {
		int fd = fs_open(FS_CWD, path, O_RDWR | O_CREAT, 0600);

		if (fd < 0)
			return err_sys(e, "cannot open the lock file %s", path);
		if (lock_file(fd, wait) != 0) {
			int saved = errno;

			fs_close(&fd);
			errno = saved;
			if (saved == EAGAIN || saved == EACCES)
				break;
			return err_sys(e, "cannot lock %s", path);
		}
		if (still_named(fd, path)) {
			*out = fd;
			return 0;
		}
		fs_close(&fd);
	}
	return err_set(e, ERR_LOCKED, "another program holds %s; try again when it is done", path);
}

int fs_check_private(const char *path, struct err *e)
{
	struct stat st;

	if (stat(path, &st) != 0) {
		err_sys(e, "cannot look at %s", path);
		if (e->sys == ENOENT)
			e->kind = ERR_NOTFOUND;
		return -1;
	}
	if (st.st_uid != geteuid())
		return err_set(e, ERR_CONFIG, "%s belongs to another user, so it is not used",
			path);
	if (st.st_mode & 022)
		return err_set(e, ERR_CONFIG, "others may write to %s, so it is not used; "
			"\"chmod go-w\" on it repairs this", path);
	return 0;
}

#define TREE_DEPTH 16

static int remove_tree(int dir, const char *path, int depth);

static int remove_entries(int fd, int depth)
{
	DIR *d = fdopendir(fd);
	const struct dirent *entry;
	int rc = 0, saved;

	if (!d) {
		fs_close(&fd);
		return -1;
	}
	while (rc == 0 && (errno = 0, entry = readdir(d))) {
		const char *name = entry->d_name;

		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
			continue;
		if (fs_unlink(fd, name) == 0 || errno == ENOENT)
			continue;
		/* Linux says EISDIR, POSIX and others EPERM */
		rc = errno == EISDIR || errno == EPERM ? remove_tree(fd, name, depth + 1) : -1;
	}
	saved = errno;
	closedir(d);
	errno = saved;
	return saved ? -1 : rc;
}

/* A listing may miss names while it is deleted from, so rmdir decides. */
static int remove_tree(int dir, const char *path, int depth)
{
	if (depth > TREE_DEPTH) {
		errno = ELOOP;
		return -1;
	}
	for (int pass = 0; pass < 4; pass++) {
		int fd = fs_open(dir, path, O_RDONLY | O_DIRECTORY, 0);

		if (fd < 0 || remove_entries(fd, depth) != 0)
			return -1;
		if (fs_rmdir(dir, path) == 0)
			return 0;
		if (errno != ENOTEMPTY && errno != EEXIST)
			return -1;
	}
	return -1;
}

int fs_remove_tree(int dir, const char *path)
{
	return remove_tree(dir, path, 0);
}

/* In a Maildir name '/' cannot stand and ':' begins the flags; anything that
 * is not a plain host name character is written in octal as well. */
static void add_host(struct str *out, const char *host)
{
	for (; *host && out->n < 120; host++) {
		if (ascii_isalnum(*host) || *host == '.' || *host == '-' || *host == '_')
			str_addc(out, *host);
		else
			str_addf(out, "\\%03o", (unsigned char)*host);
	}
}

void fs_unique(char out[128])
{
	fs_unique_at(out, rt_now() / 1000000);
}

void fs_unique_at(char out[128], int64_t sec)
{
	static unsigned count;
	char host[256];
	int64_t now = rt_now();
	struct str name;
	uint32_t r;

	if (gethostname(host, sizeof(host)) != 0 || !host[0])
		snprintf(host, sizeof(host), "localhost");
	host[sizeof(host) - 1] = 0;
	rt_random(&r, sizeof(r));
	str_init(&name, 127);
	str_addf(&name, "%lld.M%06uP%ldQ%uR%08x.", (long long)sec,
		(unsigned)(now % 1000000), (long)getpid(), ++count, (unsigned)r);
	add_host(&name, host);
	memcpy(out, name.p, name.n + 1);
	str_release(&name);
}

int fs_tmpfile(const char *dir, struct err *err)
{
	char name[128];
	char *path;
	int fd = -1;

#ifdef O_TMPFILE
	fd = fs_open_named(dir, O_RDWR | O_TMPFILE, 0600);
	if (fd >= 0)
		return fd;
#endif
	/* A file system without nameless files: the name goes at once. */
	fs_unique(name);
	path = path_join(dir, name);
	fd = fs_open_named(path, O_RDWR | O_CREAT | O_EXCL, 0600);
	if (fd < 0)
		err_sys(err, "Can't make a file in %s", dir);
	else
		unlink(path);
	free(path);
	return fd;
}
