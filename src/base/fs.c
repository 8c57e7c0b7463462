/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fs: descriptors and names, through a table of system calls that tests
 * replace.  Invariants: every call that changes something goes through the
 * table and tells the hook before and after; EINTR is retried except for
 * close, where the descriptor is gone; errors are left in errno.
 */
#include "base/base.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

void (*fs_hook)(const char *call, bool after);

static int at_dir(int dir)
{
	return dir == FS_CWD ? AT_FDCWD : dir;
}

/* ---- the calls of the system, as the table wants them ---- */

static int call_open(int dir, const char *path, int flags, mode_t mode)
{
	return openat(at_dir(dir), path, flags, mode);
}

static int call_fsync(int fd)
{
#ifdef F_FULLFSYNC      /* where fsync stops at the cache of the drive */
	if (fcntl(fd, F_FULLFSYNC) == 0)
		return 0;
#endif
	return fsync(fd);
}

static int call_syncfs(int fd)
{
#ifdef HAVE_SYNCFS
	return syncfs(fd);
#else
	errno = ENOSYS;
	return -1;
#endif
}

#define NO_REPLACE 1u   /* RENAME_NOREPLACE */

static int call_rename(int odir, const char *o, int ndir, const char *n, unsigned flags)
{
	if (flags == 0)
		return renameat(at_dir(odir), o, at_dir(ndir), n);
#ifdef HAVE_RENAMEAT2
	return renameat2(at_dir(odir), o, at_dir(ndir), n, flags);
#else
	errno = ENOSYS;
	return -1;
#endif
}

static int call_link(int odir, const char *o, int ndir, const char *n)
{
	return linkat(at_dir(odir), o, at_dir(ndir), n, 0);
}

static int call_unlink(int dir, const char *path, int flags)
{
	return unlinkat(at_dir(dir), path, flags);
}

static int call_mkdir(int dir, const char *path, mode_t mode)
{
	return mkdirat(at_dir(dir), path, mode);
}

struct fs_calls fs_sys = {
	.open = call_open, .read = read, .pread = pread, .write = write,
	.fsync = call_fsync, .syncfs = call_syncfs, .close = close,
	.rename = call_rename, .link = call_link, .unlink = call_unlink,
	.mkdir = call_mkdir, .ftruncate = ftruncate,
};

/* ---- the hook around them ---- */

static void before(const char *call)
{
	if (fs_hook)
		fs_hook(call, false);
}

static void after(const char *call)
{
	int saved = errno;

	if (fs_hook)
		fs_hook(call, true);
	errno = saved;
}

static int do_rename(int odir, const char *o, int ndir, const char *n, unsigned flags)
{
	int rc;

	before("rename");
	rc = fs_sys.rename(odir, o, ndir, n, flags);
	after("rename");
	return rc;
}

static int do_link(int odir, const char *o, int ndir, const char *n)
{
	int rc;

	before("link");
	rc = fs_sys.link(odir, o, ndir, n);
	after("link");
	return rc;
}

static int do_unlink(int dir, const char *path, int flags)
{
	int rc;

	before("unlink");
	rc = fs_sys.unlink(dir, path, flags);
	after("unlink");
	return rc;
}

/* ---- open, read, write, sync, close ---- */

static int open_flags(int dir, const char *path, int flags, mode_t mode)
{
	bool makes = flags & O_CREAT;
	int fd;

	if (makes)
		before("open");
	do
		fd = fs_sys.open(dir, path, flags | O_CLOEXEC, mode);
	while (fd < 0 && errno == EINTR);
	if (makes)
		after("open");
	return fd;
}

int fs_open(int dir, const char *path, int flags, mode_t mode)
{
	return open_flags(dir, path, flags | O_NOFOLLOW, mode);
}

int fs_open_named(const char *path, int flags, mode_t mode)
{
	return open_flags(FS_CWD, path, flags, mode);
}

void fs_hold_std(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			open("/dev/null", (fd == 0 ? O_WRONLY : O_RDONLY) | O_NOCTTY);
}

int fs_write_all(int fd, const void *bytes, size_t n)
{
	const char *p = bytes;

	while (n) {
		ssize_t done;

		before("write");
		done = fs_sys.write(fd, p, n);
		after("write");
		if (done < 0 && errno == EINTR)
			continue;
		if (done == 0)
			errno = ENOSPC; /* no progress: the only sense it can have */
		if (done <= 0)
			return -1;
		p += done;
		n -= (size_t)done;
	}
	return 0;
}

ssize_t fs_read(int fd, void *buf, size_t n)
{
	ssize_t got;

	do
		got = fs_sys.read(fd, buf, n);
	while (got < 0 && errno == EINTR);
	return got;
}

ssize_t fs_pread(int fd, void *buf, size_t n, off_t at)
{
	ssize_t got;

	do
		got = fs_sys.pread(fd, buf, n, at);
	while (got < 0 && errno == EINTR);
	return got;
}

int fs_truncate(int fd, off_t size)
{
	int rc;

	do {
		before("ftruncate");
		rc = fs_sys.ftruncate(fd, size);
		after("ftruncate");
	} while (rc < 0 && errno == EINTR);
	return rc;
}

/* A directory, on a file system that cannot sync these. */
static bool cannot_sync(int fd)
{
	struct stat st;
	int saved = errno;
	bool yes = (saved == EINVAL || saved == ENOTSUP) &&
		fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);

	errno = saved;
	return yes;
}

int fs_sync(int fd)
{
	int rc;

	do {
		before("fsync");
		rc = fs_sys.fsync(fd);
		after("fsync");
	} while (rc < 0 && errno == EINTR);
	return rc < 0 && cannot_sync(fd) ? 0 : rc;
}

/* 1 done, 0 cannot here, -1 failed */
static int sync_whole(int fd)
{
	int rc;

	if (!fs_sys.syncfs)
		return 0;
	do {
		before("syncfs");
		rc = fs_sys.syncfs(fd);
		after("syncfs");
	} while (rc < 0 && errno == EINTR);
	if (rc < 0)
		return errno == ENOSYS || errno == EINVAL || errno == EPERM ? 0 : -1;
	return 1;
}

/* syncfs tells of write errors since Linux 5.8 only, and of those seen since
 * the descriptor it gets was opened; so each file system is asked through one
 * of the very descriptors that were written. */
int fs_sync_many(const int *fds, size_t n)
{
	dev_t done[8];
	size_t n_done = 0;
	struct stat st;

	for (size_t i = 0; i < n; i++) {
		size_t k = 0;
		int rc = 0;

		if (n >= 4 && fstat(fds[i], &st) == 0) {
			while (k < n_done && done[k] != st.st_dev)
				k++;
			if (k < n_done)
				continue;
			rc = n_done < ARRAY_LEN(done) ? sync_whole(fds[i]) : 0;
			if (rc > 0)
				done[n_done++] = st.st_dev;
		}
		if (rc == 0)
			rc = fs_sync(fds[i]);
		if (rc < 0)
			return -1;
	}
	return 0;
}

int fs_close(int *fd)
{
	int rc = *fd < 0 ? 0 : fs_sys.close(*fd);

	*fd = -1;
	return rc;
}

/* ---- names ---- */

/* Over a network a call may be done and its answer lost: then the name that was
 * to go is gone and the other one is our file. */
static bool was_moved(int odir, const char *o, int ndir, const char *n, const struct stat *was)
{
	struct stat st;
	int saved = errno;
	bool moved = fstatat(at_dir(odir), o, &st, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT &&
		fstatat(at_dir(ndir), n, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		st.st_dev == was->st_dev && st.st_ino == was->st_ino;

	errno = saved;
	return moved;
}

static int rename_checked(int odir, const char *o, int ndir, const char *n, unsigned flags)
{
	struct stat was;

	if (fstatat(at_dir(odir), o, &was, AT_SYMLINK_NOFOLLOW) != 0)
		return -1;
	if (do_rename(odir, o, ndir, n, flags) == 0)
		return 0;
	return was_moved(odir, o, ndir, n, &was) ? 0 : -1;
}

int fs_rename(int odir, const char *o, int ndir, const char *n)
{
	return rename_checked(odir, o, ndir, n, 0);
}

/* The same question for link: one name more, and it is ours. */
static bool was_linked(int ndir, const char *n, const struct stat *was)
{
	struct stat st;
	int saved = errno;
	bool linked = fstatat(at_dir(ndir), n, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		st.st_dev == was->st_dev && st.st_ino == was->st_ino &&
		st.st_nlink == was->st_nlink + 1;

	errno = saved;
	return linked;
}

int fs_rename_new(int odir, const char *o, int ndir, const char *n)
{
	struct stat was;

	if (rename_checked(odir, o, ndir, n, NO_REPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP)
		return -1;
	if (fstatat(at_dir(odir), o, &was, AT_SYMLINK_NOFOLLOW) != 0)
		return -1;
	if (do_link(odir, o, ndir, n) != 0 && !was_linked(ndir, n, &was))
		return -1;
	return do_unlink(odir, o, 0);
}

int fs_rename_quick(int odir, const char *o, int ndir, const char *n)
{
	if (do_rename(odir, o, ndir, n, NO_REPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP)
		return -1;
	return fs_rename_new(odir, o, ndir, n);
}

int fs_unlink(int dir, const char *path)
{
	return do_unlink(dir, path, 0);
}

int fs_rmdir(int dir, const char *path)
{
	return do_unlink(dir, path, AT_REMOVEDIR);
}

int fs_mkdir(int dir, const char *path, mode_t mode)
{
	int rc;

	before("mkdir");
	rc = fs_sys.mkdir(dir, path, mode);
	after("mkdir");
	return rc;
}
