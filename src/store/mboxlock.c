/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mboxlock: one writer at a time, among all programs that keep to Debian's policy
 * (11.6): first the dotlock, made by link(2), then fcntl, in this order always.
 * Invariants:
 * - a lock whose owner lives is never broken: a dotlock goes only when the process of
 *   this host that it names is dead (or this one) and it is older than a few seconds, or when it
 *   names no host and is older than five minutes, by the clock of its file system (P14);
 * - two that break the same old one do it one after the other, under fcntl;
 * - whatever fails, both locks are let go of.
 */
#include "priv.h"
#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <signal.h>
#include <unistd.h>

#define STALE_SECONDS 300
unsigned mbox_dead_seconds = 3;
#define LET_IN_MS 10
#define LET_IN_TRIES 1000

static void rest(unsigned ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	nanosleep(&t, NULL);
}

/* ---- fcntl ---- */

static int lock_as(int fd, short type)
{
	struct flock l = { .l_type = type, .l_whence = SEEK_SET };
	int r;

#ifdef F_OFD_SETLK
	r = fcntl(fd, F_OFD_SETLK, &l);
#else
	r = fcntl(fd, F_SETLK, &l);
#endif
	if (r == 0)
		return 1;
	return errno == EAGAIN || errno == EACCES || errno == EINTR ? 0 : -1;
}

int mbox_lock_fd(int fd)
{
	return lock_as(fd, F_WRLCK);
}

int mbox_let_in(int fd)
{
	int r = 0;

	if (lock_as(fd, F_UNLCK) != 1)
		return -1;
	rest(LET_IN_MS);
	for (int i = 0; i < LET_IN_TRIES && (r = mbox_lock_fd(fd)) == 0; i++)
		rest(LET_IN_MS);
	return r == 1 ? 0 : -1;
}

/* ---- the dotlock ---- */

static void host_name(char *host, size_t n)
{
	if (gethostname(host, n) != 0)
		host[0] = 0;
	host[n - 1] = 0;
}

static char *dot_name(const char *name)
{
	size_t n = strlen(name) + 6;
	char *dot = mem_alloc(n);

	snprintf(dot, n, "%s.lock", name);
	return dot;
}

/* "pid" (liblockfile) or "pid:host" (ours, Dovecot's): the seconds after which it is
 * nobody's; -1: its owner may be alive. */
static long stale_after(int dir, const char *dot)
{
	char text[320], host[256];
	struct slice s, word;
	uint64_t pid;
	ssize_t n;
	int fd = fs_open(dir, dot, O_RDONLY | O_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	n = fs_read(fd, text, sizeof(text));
	fs_close(&fd);
	if (n < 0)
		return -1;
	s = sl_trim(sl_make(text, (size_t)n));
	if (!sl_cut(&s, ':', &word) || sl_u64(word, INT32_MAX, &pid) != 0 || pid == 0)
		return STALE_SECONDS;   /* it names none: its age decides */
	host_name(host, sizeof(host));
	if (s.n && !sl_is(s, host))
		return -1;              /* nobody here can know */
	/* One of ours that stands here could not be removed: none is asked for twice. */
	if ((pid_t)pid != getpid() && (kill((pid_t)pid, 0) == 0 || errno != ESRCH))
		return -1;
	return s.n ? (long)mbox_dead_seconds : STALE_SECONDS;
}

static bool is_stale(int dir, const char *dot, time_t now)
{
	struct stat st;
	long after;

	if (fstatat(dir, dot, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode))
		return false;
	after = stale_after(dir, dot);
	return after >= 0 && st.st_mtime <= now - after;
}

/* now: of the file system.  Without the fcntl lock of the mailbox nothing is broken,
 * and under it the lock is looked at again. */
static bool break_stale(struct mbox_lock *k, const char *dot, time_t now)
{
	struct err err = ERR_INIT;
	bool broken = false;
	struct stat st;
	int fd;

	if (!is_stale(k->dir, dot, now))
		return false;
	fd = mbox_open_fd(k->path, k->dir, k->name, O_RDWR, &st, &err);
	if (fd >= 0 ? mbox_lock_fd(fd) == 1 && is_stale(k->dir, dot, now) : err.kind == ERR_NOTFOUND)
		broken = fs_unlink(k->dir, dot) == 0;
	fs_close(&fd);
	if (broken)
		log_msg(LOG_WARN, _("The lock of %s was left behind by a program that is gone; "
			"it was removed."), k->path);
	return broken;
}

/* 1 it is ours, 0 another one has it, -1 with errno; now: of the file system. */
static int try_dot(struct mbox_lock *k, const char *dot, time_t *now)
{
	char unique[128], temp[140], text[320], host[256];
	struct stat st;
	int fd, r = -1, saved;

	fs_unique(unique);
	snprintf(temp, sizeof(temp), ".lk.%s", unique);
	fd = fs_open(k->dir, temp, O_WRONLY | O_CREAT | O_EXCL, 0644);
	if (fd < 0)
		return -1;
	host_name(host, sizeof(host));
	snprintf(text, sizeof(text), "%ld:%s\n", (long)getpid(), host);
	if (fs_write_all(fd, text, strlen(text)) == 0 && fstat(fd, &st) == 0) {
		*now = st.st_mtime;
		if (fs_rename_new(k->dir, temp, k->dir, dot) == 0)
			r = 1;
		else if (errno == EEXIST)
			r = 0;
	}
	saved = errno;
	if (r != 1)
		fs_unlink(k->dir, temp);
	fs_close(&fd);
	if (r == 1)
		k->dot_ino = st.st_ino;
	errno = saved;
	return r;
}

static void drop_dot(struct mbox_lock *k, const char *dot)
{
	struct stat st;

	/* ours still?  Somebody may have thought that it is old. */
	if (k->dotlock && fstatat(k->dir, dot, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_ino == k->dot_ino)
		fs_unlink(k->dir, dot);
	k->dotlock = false;
}

/* ---- both ---- */

static bool still_named(const struct mbox_lock *k)
{
	struct stat st;

	return fstatat(k->dir, k->name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		st.st_ino == k->st.st_ino && st.st_dev == k->st.st_dev;
}

static int open_box(struct mbox_lock *k, bool create, struct err *err)
{
	struct err none = ERR_INIT;

	k->made = false;
	k->fd = mbox_open_fd(k->path, k->dir, k->name, O_RDWR, &k->st, &none);
	if (k->fd < 0 && none.kind == ERR_NOTFOUND && create) {
		k->made = true;
		k->fd = mbox_open_fd(k->path, k->dir, k->name, O_RDWR | O_CREAT, &k->st, err);
	} else if (k->fd < 0) {
		*err = none;
	}
	return k->fd < 0 ? -1 : 0;
}

/* 1 both are ours, 0 not now, -1 */
static int try_both(struct mbox_lock *k, const char *dot, bool create, struct err *err)
{
	time_t now = 0;
	int r = try_dot(k, dot, &now);

	if (r == 0 && break_stale(k, dot, now))
		r = try_dot(k, dot, &now);
	if (r == 0)
		return 0;
	/* where no file can be made, no other program makes one either */
	if (r < 0 && errno != EACCES && errno != EPERM && errno != EROFS)
		return err_sys(err, _("Can't make the lock file %s.lock"), k->path);
	k->dotlock = r == 1;
	r = open_box(k, create, err);
	if (r == 0) {
		r = mbox_lock_fd(k->fd);
		if (r < 0)
			err_sys(err, _("Can't lock the mailbox %s"), k->path);
		else if (r == 1 && (fstat(k->fd, &k->st) != 0 || !still_named(k)))
			r = 0;
	}
	if (r != 1) {
		fs_close(&k->fd);
		drop_dot(k, dot);
	}
	return r;
}

static unsigned back_off(void)
{
	unsigned char c;
	unsigned ms;

	rt_random(&c, 1);
	ms = 20 + c % 128;
	rest((unsigned)ms);
	return ms;
}

static int open_dir(struct mbox_lock *k, const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/');
	char *dir = slash ? mem_strndup(path, slash == path ? 1 : (size_t)(slash - path)) :
		mem_strdup(".");

	*k = (struct mbox_lock){ .path = mem_strdup(path), .fd = -1,
		.name = mem_strdup(slash ? slash + 1 : path) };
	k->dir = fs_open_named(dir, O_RDONLY | O_DIRECTORY, 0);
	free(dir);
	if (k->dir < 0)
		return err_sys(err, _("Can't open the folder of the mailbox %s"), path);
	return 0;
}

int mbox_lock(struct mbox_lock *k, const char *path, bool create, unsigned wait_ms, struct err *err)
{
	unsigned waited = 0;
	char *dot;
	int r = open_dir(k, path, err);

	dot = dot_name(k->name);
	while (r == 0 && (r = try_both(k, dot, create, err)) == 0) {
		if (waited >= wait_ms)
			r = err_set(err, ERR_LOCKED, _("Another program is working on the mailbox %s "
				"and holds its lock; try again in a moment."), path);
		else
			waited += back_off();
	}
	free(dot);
	if (r != 1) {
		mbox_unlock(k);
		return -1;
	}
	k->size = k->st.st_size;
	return 0;
}

void mbox_unlock(struct mbox_lock *k)
{
	if (k->dirty)
		mbox_undo(k);
	/* a child may have a copy of the descriptor, which would hold it */
	if (k->fd >= 0)
		lock_as(k->fd, F_UNLCK);
	fs_close(&k->fd);
	if (k->name) {
		char *dot = dot_name(k->name);

		drop_dot(k, dot);
		free(dot);
	}
	fs_close(&k->dir);
	free(k->path);
	free(k->name);
	free(k->out);
	*k = (struct mbox_lock){ .fd = -1, .dir = -1 };
}
