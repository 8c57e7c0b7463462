/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * proc: the only file that starts other programs.  A child gets descriptors 0
 * to 2 and none of ours, every signal at its default and none blocked.
 */
#include "io/io.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static char *self_path;

/* ---- starting ---- */

/* Away from 0 to 2, so that no dup2 in the child meets itself. */
static int lift(int fd)
{
	int up = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3);

	if (fd >= 0)
		close(fd);
	return up;
}

static void shut(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Ours and the child's end; to_child: the child reads. */
static int make_pipe(int *ours, int *theirs, bool to_child)
{
	int v[2];

	if (pipe(v) != 0)
		return -1;
	*ours = lift(v[to_child ? 1 : 0]);
	*theirs = lift(v[to_child ? 0 : 1]);
	return *ours < 0 || *theirs < 0 ? -1 : 0;
}

static int make_pair(int *ours, int *theirs)
{
	int v[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, v) != 0)
		return -1;
	*ours = lift(v[0]);
	*theirs = lift(v[1]);
	return *ours < 0 || *theirs < 0 ? -1 : 0;
}

static int set_attr(posix_spawnattr_t *attr, unsigned flags)
{
	short bits = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
	sigset_t all, none;

	sigfillset(&all);
	sigemptyset(&none);
	if (flags & PROC_GROUP) {
		bits |= POSIX_SPAWN_SETPGROUP;
		posix_spawnattr_setpgroup(attr, 0);
	}
	posix_spawnattr_setsigdefault(attr, &all);
	posix_spawnattr_setsigmask(attr, &none);
	return posix_spawnattr_setflags(attr, bits);
}

/* child: what becomes 0, 1 and 2 there; -1: as it is here. */
static int spawn(struct proc *p, char *const argv[], unsigned flags, const int child[3])
{
	posix_spawn_file_actions_t acts;
	posix_spawnattr_t attr;
	int rc;

	posix_spawn_file_actions_init(&acts);
	posix_spawnattr_init(&attr);
	for (int i = 0; i < 3; i++)
		if (child[i] >= 0)
			posix_spawn_file_actions_adddup2(&acts, child[i], i);
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
	/* Ours are close-on-exec anyway; this closes what we inherited. */
	posix_spawn_file_actions_addclosefrom_np(&acts, 3);
#endif
	rc = set_attr(&attr, flags);
	if (rc == 0)
		rc = posix_spawnp(&p->pid, argv[0], &acts, &attr, argv, environ);
	posix_spawn_file_actions_destroy(&acts);
	posix_spawnattr_destroy(&attr);
	return rc;
}

static int start(struct proc *p, char *const argv[], unsigned flags, bool no_input, struct err *e)
{
	int child[3] = { -1, -1, -1 }, rc = 0, number = 0;

	*p = (struct proc){ .pid = -1, .in = -1, .out = -1, .err = -1 };
	if (flags & PROC_PAIR)
		rc = make_pair(&p->in, &child[0]);
	else if (flags & PROC_IN)
		rc = make_pipe(&p->in, &child[0], true);
	else if (no_input)
		child[0] = lift(open("/dev/null", O_RDONLY | O_CLOEXEC));
	if (rc == 0 && (flags & PROC_PAIR))
		child[1] = fcntl(child[0], F_DUPFD_CLOEXEC, 3);
	else if (rc == 0 && (flags & PROC_OUT))
		rc = make_pipe(&p->out, &child[1], false);
	if (rc == 0 && (flags & PROC_ERR))
		rc = make_pipe(&p->err, &child[2], false);
	number = rc == 0 ? spawn(p, argv, flags, child) : errno;
	for (int i = 0; i < 3; i++)
		shut(&child[i]);
	if (number == 0)
		return 0;
	shut(&p->in);
	shut(&p->out);
	shut(&p->err);
	p->pid = -1;
	errno = number;
	return err_sys(e, _("cannot run %s"), argv[0]);
}

int proc_start(struct proc *p, char *const argv[], unsigned flags, struct err *e)
{
	return start(p, argv, flags, false, e);
}

/* ---- what a command prints ---- */

enum { TICK_MS = 50, WORDS_MAX = 4096 };

struct reading {
	struct proc p;
	struct str *out, words;         /* words: of standard error */
	int status;
	bool ended, full;
};

/* Takes what is there; closes at the end. What is over a limit is dropped. */
static void take(int *fd, struct str *into, bool *full)
{
	char buf[4096];
	ssize_t n = read(*fd, buf, sizeof(buf));

	if (n > 0) {
		if (str_add(into, buf, (size_t)n) != 0 && full)
			*full = true;
	} else if (n == 0 || (errno != EINTR && errno != EAGAIN)) {
		shut(fd);
	}
	mem_wipe(buf, sizeof(buf));     /* passwords come this way */
}

static void look_for_end(struct reading *r)
{
	pid_t got = r->ended ? 0 : waitpid(r->p.pid, &r->status, WNOHANG);

	if (got == r->p.pid || (got < 0 && errno == ECHILD))
		r->ended = true;
}

/* One round: 0 when both ends are closed or the child ended and nothing is
 * left; a grandchild that keeps them open is not waited for. */
static int round_of(struct reading *r, int64_t until)
{
	struct pollfd v[2] = {
		{ .fd = r->p.out, .events = POLLIN }, { .fd = r->p.err, .events = POLLIN } };
	int64_t left = (until - rt_mono()) / 1000;
	int got = poll(v, 2, r->ended ? 0 : (int)MAX(MIN(left, TICK_MS), 0));

	if (v[0].revents && got > 0)
		take(&r->p.out, r->out, &r->full);
	if (v[1].revents && got > 0)
		take(&r->p.err, &r->words, NULL);
	if (got <= 0 && r->ended)
		return 0;
	look_for_end(r);
	return r->ended && r->p.out < 0 && r->p.err < 0 ? 0 : 1;
}

static void kill_group(struct reading *r)
{
	kill(-r->p.pid, SIGKILL);
	while (!r->ended && waitpid(r->p.pid, &r->status, 0) < 0 && errno == EINTR)
		;
	r->ended = true;
}

static int bad_end(const struct reading *r, const char *command, struct err *e)
{
	struct slice rest = str_sl(&r->words), line = SL("");
	struct str clean;

	while (line.n == 0 && sl_line(&rest, &line))
		line = sl_trim(line);
	str_init(&clean, WORDS_MAX);
	utf8_sanitize(&clean, sl_head(line, 300), CLEAN_LINE);
	if (WIFSIGNALED(r->status))
		err_set(e, ERR_INPUT, _("the command \"%.100s\" was ended by signal %d"),
			command, WTERMSIG(r->status));
	else if (clean.n)
		err_set(e, ERR_INPUT, _("the command \"%.100s\" failed with status %d: %s"),
			command, WEXITSTATUS(r->status), clean.p);
	else
		err_set(e, ERR_INPUT, _("the command \"%.100s\" failed with status %d"),
			command, WEXITSTATUS(r->status));
	str_release(&clean);
	return -1;
}

int proc_output(const char *command, unsigned seconds, size_t cap, struct str *out, struct err *e)
{
	char *line = mem_strdup(command), *argv[] = { (char[]){ "sh" }, (char[]){ "-c" }, line, NULL };
	struct reading r = { .out = out };
	int64_t until = rt_mono() + (int64_t)seconds * 1000000;
	size_t before = out->n, max = out->max;
	int rc;

	str_init(&r.words, WORDS_MAX);
	out->max = MIN(max, before + cap);
	rc = start(&r.p, argv, PROC_OUT | PROC_ERR | PROC_GROUP, true, e);
	if (rc == 0) {
		while (!r.full && rt_mono() < until && round_of(&r, until))
			;
		if (r.full)
			rc = err_set(e, ERR_LIMIT, _("the command \"%.100s\" printed more than %zu bytes"),
				command, cap);
		else if (!r.ended)
			rc = err_set(e, ERR_TIMEOUT, _("the command \"%.100s\" did not end within %u seconds"),
				command, seconds);
		if (!r.ended)
			kill_group(&r);
		if (rc == 0 && r.status != 0)
			rc = bad_end(&r, command, e);
		shut(&r.p.out);
		shut(&r.p.err);
	}
	if (rc != 0)
		str_cut(out, before);
	out->max = max;
	out->full = false;
	str_release(&r.words);
	free(line);
	return rc;
}

/* ---- ourselves ---- */

/* The full path of a command as the shell would find it, or NULL. */
static char *find_in_path(const char *name)
{
	struct slice rest = sl(getenv("PATH")), dir;
	char real[PATH_MAX];

	while (sl_cut(&rest, ':', &dir)) {
		char *folder = sl_dup(dir.n ? dir : SL("."));
		char *path = path_join(folder, name);
		bool fine = access(path, X_OK) == 0 && realpath(path, real);

		free(folder);
		free(path);
		if (fine)
			return mem_strdup(real);
	}
	return NULL;
}

void proc_set_self(const char *path)
{
	char real[PATH_MAX];

	free(self_path);
	self_path = NULL;
	if (!strchr(path, '/'))
		self_path = find_in_path(path);
	else if (realpath(path, real))
		self_path = mem_strdup(real);
}

const char *proc_self(void)
{
	static char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	/* After an upgrade the link says "... (deleted)": the new one then. */
	exe[MAX(n, 0)] = 0;
	if (n > 0 && access(exe, X_OK) == 0)
		return exe;
	return self_path ? self_path : "pabal";
}
