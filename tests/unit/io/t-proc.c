/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Children: what they get, what they cannot see, and how they end.
 */
#include "../../tap.h"
#include "io/io.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static struct err e;

static void read_all(int fd, struct str *out)
{
	char buf[1000];
	ssize_t n;

	while ((n = fs_read(fd, buf, sizeof(buf))) > 0)
		str_add(out, buf, (size_t)n);
}

static int wait_of(pid_t pid)
{
	int status = -1;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int run(const char *script, unsigned flags, struct proc *p)
{
	char *text = mem_strdup(script), sh[] = "sh", c[] = "-c";
	char *argv[] = { sh, c, text, NULL };
	int rc = proc_start(p, argv, flags, &e);

	free(text);
	return rc;
}

static void t_pipes(void)
{
	struct proc p;
	struct str out;

	str_init(&out, 10000);
	is_int(run("cat; echo words >&2; exit 3", PROC_IN | PROC_OUT | PROC_ERR, &p), 0,
		"a child with three pipes");
	bug_on(write(p.in, "hello", 5) != 5);
	close(p.in);
	read_all(p.out, &out);
	is_str(out.p, "hello", "what goes in comes out");
	str_clear(&out);
	read_all(p.err, &out);
	is_str(out.p, "words\n", "what it says on standard error");
	is_int(wait_of(p.pid), 3, "and its status");
	close(p.out), close(p.err);
	str_release(&out);
}

static void t_pair(void)
{
	struct proc p;
	struct str out;

	str_init(&out, 10000);
	is_int(run("read x; echo \"got $x\"", PROC_PAIR | PROC_GROUP, &p), 0, "a child with a socketpair");
	ok(p.out == -1 && p.err == -1 && p.in >= 0, "one descriptor for both ways");
	bug_on(write(p.in, "this\n", 5) != 5);
	read_all(p.in, &out);
	is_str(out.p, "got this\n", "it reads and writes there");
	is_int(wait_of(p.pid), 0, "and ends well");
	close(p.in);
	str_release(&out);
}

static void t_world(void)
{
	struct proc p;
	struct str out;
	int leak = open("/dev/null", O_RDONLY), up = fcntl(leak, F_DUPFD, 100);
	sigset_t set, old;
	const char *ign;

	str_init(&out, 10000);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, &old);
	bug_on(run("ls /proc/self/fd | wc -l; grep -E 'Sig(Ign|Blk)' /proc/self/status",
		PROC_OUT | PROC_GROUP, &p) != 0);
	read_all(p.out, &out);
	if (access("/proc/self/fd", R_OK) == 0) {
		/* 0, 1, 2 and the one that ls has open */
		ok(strncmp(out.p, "4\n", 2) == 0, "the child has three descriptors, no more");
		ok(strstr(out.p, "SigBlk:\t0000000000000000"), "no signal is blocked in it");
		/* 32 and 33 are libc's own */
		ign = strstr(out.p, "SigIgn:\t");
		ok(ign && (strtoull(ign + 8, NULL, 16) & 0x7FFFFFFF) == 0, "and none ignored");
	} else {
		tap_skip("no /proc here");
	}
	wait_of(p.pid);
	close(p.out), close(leak), close(up);
	sigprocmask(SIG_SETMASK, &old, NULL);

	bug_on(run("kill -STOP $$; exit 0", PROC_GROUP, &p) != 0);
	is_int(getpgid(p.pid), p.pid, "PROC_GROUP: its own process group");
	kill(-p.pid, SIGCONT);
	kill(-p.pid, SIGKILL);
	wait_of(p.pid);
	str_release(&out);
}

static void t_no_command(void)
{
	char name[] = "no-such-command-anywhere";
	char *argv[] = { name, NULL };
	int fds = tap_open_fds();
	struct proc p;

	is_int(proc_start(&p, argv, PROC_IN | PROC_OUT | PROC_ERR, &e), -1, "a command that is not there");
	ok(strstr(e.text, name) && e.sys == ENOENT, "%s", e.text);
	is_int(tap_open_fds(), fds, "leaves nothing open");
}

/* Descriptor 0 closed here: a pipe end may become 0. */
static void t_closed_zero(void)
{
	int keep = dup(0), fds;
	struct proc p;
	struct str out;

	str_init(&out, 100);
	close(0);
	fds = tap_open_fds();
	is_int(run("cat", PROC_IN | PROC_OUT, &p), 0, "a child while our own standard input is closed");
	bug_on(write(p.in, "x", 1) != 1);
	close(p.in);
	read_all(p.out, &out);
	is_str(out.p, "x", "its pipes work");
	wait_of(p.pid);
	close(p.out);
	is_int(tap_open_fds(), fds, "nothing is left open");
	dup2(keep, 0);
	close(keep);
	str_release(&out);
}

/* ---- proc_output ---- */

static void t_output(void)
{
	struct str out;
	int fds = tap_open_fds();
	int64_t start;
	const char *tail;

	str_init(&out, 100);
	str_adds(&out, "kept ");
	is_int(proc_output("printf 'secret\\n'", 10, 50, &out, &e), 0, "what a command prints");
	is_str(out.p, "kept secret\n", "is added");
	is_int(proc_output("echo no; printf '\\n  the \\033[1mwords\\nmore' >&2; exit 5", 10, 50,
		&out, &e), -1, "a failing command");
	is_str(out.p, "kept secret\n", "adds nothing");
	tail = strstr(e.text, "failed with status 5: ");
	is_str(tail ? tail + 22 : "", "the \xe2\x90\x9b[1mwords",
		"its first words are in the error, cleaned");
	is_int(proc_output("exit 1", 10, 50, &out, &e), -1, "one that says nothing");
	ok(strstr(e.text, "failed with status 1"), "%s", e.text);
	is_int(proc_output("kill -9 $$", 10, 50, &out, &e), -1, "one that is killed");
	ok(strstr(e.text, "signal 9"), "%s", e.text);
	is_int(proc_output("printf 12345", 10, 5, &out, &e), 0, "as much as the limit");
	is_str(out.p, "kept secret\n12345", "is taken");
	is_int(proc_output("printf 123456", 10, 5, &out, &e), -1, "one byte more");
	is_int(e.kind, ERR_LIMIT, "is not");
	is_int(proc_output("cat", 10, 5, &out, &e), 0, "standard input is empty, not ours");
	start = rt_mono();
	is_int(proc_output("sleep 60 & sleep 60", 1, 5, &out, &e), -1, "one that does not end");
	is_int(e.kind, ERR_TIMEOUT, "is stopped: %s", e.text);
	ok(rt_mono() - start < 20 * 1000000, "with its children");
	start = rt_mono();
	str_clear(&out);
	is_int(proc_output("sleep 30 & echo done", 25, 50, &out, &e), 0,
		"a grandchild that keeps the pipes open");
	is_str(out.p, "done\n", "the words are there");
	ok(rt_mono() - start < 20 * 1000000, "and nobody waits for the grandchild");
	str_clear(&out);
	is_int(proc_output("yes | head -c 300000", 20, 400000, &out, &e), -1,
		"more than the caller's own str holds");
	is_int(e.kind, ERR_LIMIT, "is over the limit too");
	str_release(&out);
	str_init(&out, STR_MAX);
	is_int(proc_output("yes | head -c 300000", 20, 400000, &out, &e), 0, "more than a pipe holds");
	is_int((int)out.n, 300000, "comes whole");
	str_release(&out);
	is_int(tap_open_fds(), fds, "no descriptor is left open");
}

static void t_self(void)
{
	ok(access(proc_self(), X_OK) == 0, "our own executable is found: %s", proc_self());
	ok(strstr(proc_self(), "t-proc"), "and it is this one");
	proc_set_self("sh");
	proc_set_self("./no/such/file");
}

int main(void)
{
	int fds = tap_open_fds();

	t_pipes();
	t_pair();
	t_world();
	t_no_command();
	t_closed_zero();
	t_output();
	t_self();
	is_int(tap_open_fds(), fds, "no descriptor is left open");
	return tap_done();
}
