/* SPDX-License-Identifier: GPL-3.0-or-later
 * crash: see crash.h */
#include "crash.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- dying ---- */

static long chances, die_at;

static void hook(const char *call, bool after)
{
	(void)call; (void)after;
	if (++chances == die_at)
		kill(getpid(), SIGKILL);
}

int crash_at(long n, int (*work)(void *), void *ctx)
{
	pid_t pid;
	int status;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		if (n) {
			die_at = n;
			fs_hook = hook;
		}
		_exit(work(ctx) == 0 ? 0 : 1);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		return 1;
	return status == 0 ? 0 : -1;
}

/* Nothing here can see whether a disk was reached, so memory does as well. */
void crash_init(void)
{
	if (access("/dev/shm", W_OK) == 0)
		setenv("TMPDIR", "/dev/shm", 0);
	log_open(-1, LOG_ERROR);
}

void *crash_shared(size_t n)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED) {
		perror("mmap");
		exit(99);
	}
	return p;
}

/* ---- failing ---- */

const char *const fault_names[] = { "none", "ENOSPC", "EIO", "EIO though done", "short write", "EINTR" };

static struct fs_calls sound;
static enum fault fault;
static long calls, fail_at;
static bool sticky, fired;
static const char *fired_call;

/* Those that wait; close must not be tried again, the others never say it. */
static bool may_be_interrupted(const char *call)
{
	static const char *const waits[] = { "open", "read", "pread", "write", "fsync", "syncfs", "ftruncate" };

	for (size_t i = 0; i < ARRAY_LEN(waits); i++)
		if (strcmp(call, waits[i]) == 0)
			return true;
	return false;
}

/* Does this call fail?  errno is set then. */
static bool fails(const char *call)
{
	calls++;
	if (fault == FAULT_NONE || calls < fail_at || (calls > fail_at && !sticky))
		return false;
	if (fault == FAULT_EINTR && !may_be_interrupted(call))
		return false;
	if (!fired)
		fired_call = call;
	fired = true;
	errno = fault == FAULT_ENOSPC ? ENOSPC : fault == FAULT_EINTR ? EINTR : EIO;
	return fault != FAULT_SHORT;
}

/* The answer of a call that fails: done or not, it says -1. */
#define ANSWER(call, expr) do { \
	if (!fails(call)) \
		return expr; \
	if (fault == FAULT_DONE) { \
		if ((expr) < 0) \
			return -1; \
		errno = EIO; \
	} \
	return -1; } while (0)

static int f_open(int dir, const char *path, int flags, mode_t mode)
{
	int fd;

	if (!fails("open"))
		return sound.open(dir, path, flags, mode);
	if (fault == FAULT_DONE && (fd = sound.open(dir, path, flags, mode)) >= 0) {
		close(fd);
		errno = EIO;
	}
	return -1;
}

static ssize_t f_read(int fd, void *p, size_t n)
{
	if (fails("read"))
		return -1;
	return sound.read(fd, p, n);
}

static ssize_t f_pread(int fd, void *p, size_t n, off_t at)
{
	if (fails("pread"))
		return -1;
	return sound.pread(fd, p, n, at);
}

static ssize_t f_write(int fd, const void *p, size_t n)
{
	bool was = fired;

	if (fails("write"))
		return -1;
	if (fault == FAULT_SHORT && fired && (sticky || !was) && n > 1)
		n /= 2;
	return sound.write(fd, p, n);
}

static int f_fsync(int fd) { ANSWER("fsync", sound.fsync(fd)); }
static int f_syncfs(int fd) { ANSWER("syncfs", sound.syncfs(fd)); }
static int f_rename(int od, const char *o, int nd, const char *n, unsigned f) { ANSWER("rename", sound.rename(od, o, nd, n, f)); }
static int f_link(int od, const char *o, int nd, const char *n) { ANSWER("link", sound.link(od, o, nd, n)); }
static int f_unlink(int d, const char *p, int f) { ANSWER("unlink", sound.unlink(d, p, f)); }
static int f_mkdir(int d, const char *p, mode_t m) { ANSWER("mkdir", sound.mkdir(d, p, m)); }
static int f_ftruncate(int fd, off_t n) { ANSWER("ftruncate", sound.ftruncate(fd, n)); }

/* The descriptor is gone whatever close says. */
static int f_close(int fd)
{
	bool bad = fails("close");
	int saved = errno, r = sound.close(fd);

	if (!bad)
		return r;
	errno = saved;
	return -1;
}

void fault_set(enum fault which, long n, bool every)
{
	if (!sound.open)
		sound = fs_sys;
	fault = which;
	fail_at = n;
	sticky = every;
	calls = 0;
	fired = false;
	fired_call = "";
	fs_sys = (struct fs_calls){ .open = f_open, .read = f_read, .pread = f_pread, .write = f_write,
		.fsync = f_fsync, .syncfs = f_syncfs, .close = f_close, .rename = f_rename, .link = f_link,
		.unlink = f_unlink, .mkdir = f_mkdir, .ftruncate = f_ftruncate };
}

bool fault_off(void)
{
	fs_sys = sound;
	fault = FAULT_NONE;
	return calls >= fail_at;
}

const char *fault_call(void)
{
	return fired_call;
}
