/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The loop: order, freeing from inside handlers, timers, children, signals.
 */
#include "../../tap.h"
#include "io/io.h"
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static struct str log_of;
static struct loop *loop;
static struct err e;

static void say(void *ctx) { str_adds(&log_of, ctx); }
static void say_fd(void *ctx, short revents) { str_adds(&log_of, ctx); }
static void say_num(void *ctx, int num) { str_addf(&log_of, "%s%d;", (char *)ctx, num); }
static char *word(const char *z) { return mem_strdup(z); }

static void turn(void)
{
	if (loop_turn(loop, 0, &e) != 0)
		tap_note("poll: %s", e.text);
}

/* ---- timers ---- */

static void t_timers(void)
{
	char *a = word("a"), *b = word("b"), *c = word("c"), *d = word("d");
	struct watch *gone;

	str_clear(&log_of);
	rt_set_clock(1000000);
	loop_timer(loop, 3000, say, c);
	loop_timer(loop, 1000, say, a);
	gone = loop_timer(loop, 1500, say, d);
	loop_timer(loop, 2000, say, b);
	loop_timer(loop, 2000, say, c);
	watch_free(&gone);
	ok(gone == NULL, "watch_free forgets the pointer");
	turn();
	is_str(log_of.p, "", "no timer runs before its time");
	rt_set_clock(1000000 + 2500);
	turn();
	is_str(log_of.p, "abc", "due timers run in order of time, then of making");
	turn();
	is_str(log_of.p, "abc", "each runs once");
	rt_set_clock(1000000 + 3000);
	turn();
	is_str(log_of.p, "abcc", "the last runs at its microsecond");
	rt_set_clock(-1);
	free(a), free(b), free(c), free(d);
}

static int64_t last_due;
static int ran;
static void check_order(void *ctx)
{
	const int64_t *due = ctx;

	ran++;
	if (*due < last_due)
		str_adds(&log_of, "!");
	last_due = *due;
}

static void t_many_timers(void)
{
	struct watch *w[500];
	int64_t due[500];
	uint64_t x = 7;

	str_clear(&log_of);
	rt_set_clock(5000000);
	for (size_t i = 0; i < ARRAY_LEN(w); i++) {
		x = x * 6364136223846793005u + 1442695040888963407u;
		due[i] = (int64_t)(x >> 40) % 1000;
		w[i] = loop_timer(loop, due[i], check_order, &due[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(w); i += 3)
		watch_free(&w[i]);
	rt_set_clock(5000000 + 1000);
	turn();
	is_str(log_of.p, "", "500 timers with a third freed run in order");
	is_int(ran, 333, "and those that were left all ran");
	rt_set_clock(-1);
}

static struct watch *self_timer;
static void free_self(void *ctx)
{
	watch_free(&self_timer);
	str_adds(&log_of, "self;");
}

static void again(void *ctx)
{
	str_adds(&log_of, "again;");
	loop_timer(loop, 0, again, NULL);
}

static void t_timer_handlers(void)
{
	str_clear(&log_of);
	rt_set_clock(1);
	self_timer = loop_timer(loop, 0, free_self, NULL);
	turn();
	is_str(log_of.p, "self;", "a timer may free itself while it runs");
	str_clear(&log_of);
	loop_timer(loop, 0, again, NULL);
	turn();
	is_str(log_of.p, "again;", "a timer that makes itself anew at once cannot hold the turn");
	rt_set_clock(-1);
}

/* ---- descriptors ---- */

static struct watch *w1, *w2;
static void free_both(void *ctx, short revents)
{
	str_adds(&log_of, "x");
	watch_free(&w1);
	watch_free(&w2);
}

static void t_fds(void)
{
	int p[2], q[2];
	char *a = word("a");

	str_clear(&log_of);
	ok(pipe(p) == 0 && pipe(q) == 0, "two pipes");
	w1 = loop_fd(loop, p[0], POLLIN, free_both, NULL);
	w2 = loop_fd(loop, q[0], POLLIN, free_both, NULL);
	turn();
	is_str(log_of.p, "", "nothing to read, nothing called");
	ok(write(p[1], "1", 1) == 1 && write(q[1], "2", 1) == 1, "bytes in both");
	turn();
	is_str(log_of.p, "x", "a handler that frees itself and another: neither runs again in that turn");
	turn();
	is_str(log_of.p, "x", "nor later");
	w1 = loop_fd(loop, p[0], POLLIN, say_fd, a);
	watch_events(w1, 0);
	close(p[1]);
	turn();
	is_str(log_of.p, "x", "no events asked for, none told, not even the end");
	watch_events(w1, POLLIN);
	turn();
	is_str(log_of.p, "xa", "asked again, told again");
	watch_free(&w1);
	close(p[0]), close(q[0]), close(q[1]);
	free(a);
}

/* ---- later ---- */

static void make_later(void *ctx, short revents)
{
	str_adds(&log_of, "fd;");
	loop_later(loop, say, ctx);
	watch_events(w1, 0);
}

static void later_again(void *ctx)
{
	str_adds(&log_of, "1;");
	loop_later(loop, say, ctx);
}

static void t_later(void)
{
	int p[2];
	char *a = word("later;");
	struct watch *dropped;

	str_clear(&log_of);
	ok(pipe(p) == 0 && write(p[1], "1", 1) == 1, "a pipe with a byte");
	w1 = loop_fd(loop, p[0], POLLIN, make_later, a);
	w2 = loop_fd(loop, p[0], POLLIN, say_fd, a);
	watch_events(w2, 0);
	turn();
	is_str(log_of.p, "fd;later;", "work of a turn runs at its end");
	str_clear(&log_of);
	loop_later(loop, later_again, a);
	dropped = loop_later(loop, say, a);
	watch_free(&dropped);
	turn();
	is_str(log_of.p, "1;", "what later work adds waits for the next turn; freed work never runs");
	is_int(loop_turn(loop, -1, &e), 0, "which does not sleep");
	is_str(log_of.p, "1;later;", "and runs it");
	watch_free(&w1);
	watch_free(&w2);
	close(p[0]), close(p[1]);
	free(a);
}

/* ---- children and signals ---- */

static void stop(void *ctx, int status)
{
	say_num(ctx, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	loop_stop(loop);
}

static void t_children(void)
{
	char *c = word("child");
	pid_t pid, other;

	str_clear(&log_of);
	pid = fork();
	if (pid == 0)
		_exit(7);
	while (waitid(P_PID, (id_t)pid, &(siginfo_t){ 0 }, WEXITED | WNOWAIT) != 0)
		;
	loop_child(loop, pid, stop, c);
	is_int(loop_run(loop, &e), 0, "the loop runs until it is stopped");
	is_str(log_of.p, "child7;", "a child that ended before it was watched is seen");
	str_clear(&log_of);
	pid = fork();
	if (pid == 0) {
		poll(NULL, 0, 20);
		_exit(9);
	}
	other = fork();
	if (other == 0)
		_exit(3);
	loop_child(loop, pid, stop, c);
	is_int(loop_run(loop, &e), 0, "the loop runs until it is stopped");
	is_str(log_of.p, "child9;", "a child that ends later is seen, a stranger is left alone");
	ok(waitpid(other, NULL, 0) == other, "the stranger can still be waited for");
	free(c);
}

static void t_signals(void)
{
	char *s = word("sig");
	struct watch *w = loop_signal(loop, SIGUSR1, say_num, s);
	struct str want;

	str_init(&want, 100);
	str_addf(&want, "sig%d;", SIGUSR1);
	str_clear(&log_of);
	raise(SIGUSR1);
	raise(SIGUSR1);
	is_str(log_of.p, "", "a signal handler does nothing by itself");
	turn();
	is_str(log_of.p, want.p, "signals that came together are told once");
	watch_free(&w);
	raise(SIGUSR1);
	turn();
	is_str(log_of.p, want.p, "a freed watch hears no more");
	str_release(&want);
	free(s);
}

static void t_stop_first(void)
{
	loop_stop(loop);
	is_int(loop_run(loop, &e), 0, "loop_stop before loop_run ends it at once");
}

static void t_free_live(void)
{
	struct loop *l = loop_new();
	int p[2];

	ok(pipe(p) == 0, "a pipe");
	loop_fd(l, p[0], POLLIN, say_fd, NULL);
	loop_timer(l, 1000000000, say, NULL);
	loop_later(l, say, NULL);
	loop_free(&l);
	ok(l == NULL, "a loop with live watches is freed whole");
	loop_free(&l);
	close(p[0]), close(p[1]);
}

int main(void)
{
	int fds = tap_open_fds();
	struct sigaction sa;

	str_init(&log_of, 10000);
	loop = loop_new();
	sigaction(SIGPIPE, NULL, &sa);
	ok(sa.sa_handler == SIG_IGN, "SIGPIPE is ignored");
	t_timers();
	t_many_timers();
	t_fds();
	t_later();
	t_children();
	t_signals();
	t_stop_first();
	t_timer_handlers();
	loop_free(&loop);
	sigaction(SIGUSR1, NULL, &sa);
	ok(sa.sa_handler == SIG_DFL, "signals are as before when the loop is gone");
	t_free_live();
	is_int(tap_open_fds(), fds, "no descriptor is left open");
	str_release(&log_of);
	return tap_done();
}
