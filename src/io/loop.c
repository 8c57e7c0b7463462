/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * loop: one poll() for descriptors, timers, children and signals.
 *
 * Invariants:
 *   1. A freed watch never runs again, not even in the turn that frees it.
 *   2. Nothing that a handler on the stack may hold is released before the end
 *      of the turn: watches and the memory of loop_release wait in `dead`.
 *   3. What a handler adds is served from the next turn on; so no handler can
 *      keep a turn from ending.
 *   4. Signal handlers only mark and write one byte into a pipe.  Signals belong
 *      to the process, so only one loop at a time may watch them.
 */
#include "io/priv.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum kind { W_FD, W_TIMER, W_LATER, W_CHILD, W_SIGNAL };
enum { KINDS = 5, SLOW_US = 100 * 1000 };

struct watch {
	struct loop *loop;
	enum kind kind;
	bool freed;
	int num;                        /* descriptor or signal number */
	short events;
	pid_t pid;
	int64_t due;                    /* timer */
	uint64_t born;                  /* order of timers that are due together */
	size_t at;                      /* place in the list of its kind */
	union {
		void (*fd)(void *, short);
		void (*plain)(void *);
		void (*num)(void *, int);       /* child's status, signal's number */
	} fn;
	void (*on_loop_free)(void *);
	void *ctx;
};

struct list { struct watch **v; size_t n, cap; };

struct loop {
	struct list of[KINDS];          /* that of the timers is a heap */
	struct pollfd *polled; size_t polled_cap;
	void **dead; size_t n_dead, dead_cap;
	uint64_t born;
	bool stop, look_for_children;
	int pipe[2];                    /* signals; -1: none watched yet */
};

static struct loop *signal_loop;        /* invariant 4 */
static int signal_fd = -1;
static volatile sig_atomic_t signal_seen[NSIG];
static struct sigaction signal_before[NSIG];

/* ---- lists of watches ---- */

static bool earlier(const struct watch *a, const struct watch *b)
{
	return a->due != b->due ? a->due < b->due : a->born < b->born;
}

static void place(struct list *l, size_t at, struct watch *w)
{
	l->v[at] = w;
	w->at = at;
}

static void heap_up(struct list *l, struct watch *w)
{
	size_t at = w->at;

	for (; at > 0 && earlier(w, l->v[(at - 1) / 2]); at = (at - 1) / 2)
		place(l, at, l->v[(at - 1) / 2]);
	place(l, at, w);
}

static void heap_down(struct list *l, struct watch *w)
{
	size_t at = w->at;

	for (;;) {
		size_t child = 2 * at + 1;

		if (child >= l->n)
			break;
		if (child + 1 < l->n && earlier(l->v[child + 1], l->v[child]))
			child++;
		if (!earlier(l->v[child], w))
			break;
		place(l, at, l->v[child]);
		at = child;
	}
	place(l, at, w);
}

static struct watch *add(struct loop *loop, enum kind kind, void *ctx)
{
	struct watch *w = mem_zalloc(sizeof(*w));
	struct list *l = &loop->of[kind];

	w->loop = loop;
	w->kind = kind;
	w->ctx = ctx;
	w->born = loop->born++;
	mem_grow(l->v, l->n, l->cap);
	place(l, l->n++, w);
	return w;
}

/* Out of its list: order is kept but in the heap. */
static void unlist(struct watch *w)
{
	struct list *l = &w->loop->of[w->kind];
	size_t at = w->at;

	if (w->kind != W_TIMER) {
		for (l->n--; at < l->n; at++)
			place(l, at, l->v[at + 1]);
		return;
	}
	l->n--;
	if (at < l->n) {
		struct watch *moved = l->v[l->n];

		place(l, at, moved);
		heap_up(l, moved);
		heap_down(l, moved);
	}
}

void loop_release(struct loop *loop, void *mem)
{
	mem_grow(loop->dead, loop->n_dead, loop->dead_cap);
	loop->dead[loop->n_dead++] = mem;
}

static void release_dead(struct loop *loop)
{
	for (size_t i = 0; i < loop->n_dead; i++)
		free(loop->dead[i]);
	loop->n_dead = 0;
}

void watch_free(struct watch **wp)
{
	struct watch *w = *wp;

	*wp = NULL;
	if (!w || w->freed)     /* freed: a timer that frees itself while it runs */
		return;
	w->freed = true;
	if (w->kind == W_FD)
		return;         /* that list is walked by place; sweep_fds takes it out */
	unlist(w);
	loop_release(w->loop, w);
}

void watch_on_loop_free(struct watch *w, void (*fn)(void *ctx))
{
	w->on_loop_free = fn;
}

/* ---- signals ---- */

static void on_signal(int signo)
{
	int saved = errno;

	signal_seen[signo] = 1;
	if (write(signal_fd, "", 1) < 0)
		errno = 0;              /* full: a byte is there already */
	errno = saved;
}

static void open_pipe(struct loop *loop)
{
	bug_on(signal_loop && signal_loop != loop);
	if (signal_loop)
		return;
	bug_on(pipe(loop->pipe) != 0);
	for (int i = 0; i < 2; i++) {
		fcntl(loop->pipe[i], F_SETFD, FD_CLOEXEC);
		fcntl(loop->pipe[i], F_SETFL, O_NONBLOCK);
	}
	signal_loop = loop;
	signal_fd = loop->pipe[1];
}

static void catch(struct loop *loop, int signo)
{
	struct sigaction sa = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

	bug_on(signo <= 0 || signo >= NSIG);
	open_pipe(loop);
	sigemptyset(&sa.sa_mask);
	if (signal_before[signo].sa_flags == -1)
		sigaction(signo, &sa, &signal_before[signo]);
}

static void close_pipe(struct loop *loop)
{
	if (signal_loop != loop)
		return;
	for (int i = 1; i < NSIG; i++)
		if (signal_before[i].sa_flags != -1) {
			sigaction(i, &signal_before[i], NULL);
			signal_before[i].sa_flags = -1;
			signal_seen[i] = 0;
		}
	signal_loop = NULL;
	signal_fd = -1;
	close(loop->pipe[0]);
	close(loop->pipe[1]);
}

/* ---- making ---- */

struct loop *loop_new(void)
{
	static bool once;
	struct loop *loop = mem_zalloc(sizeof(*loop));
	struct sigaction sa;

	if (!once) {
		once = true;
		for (int i = 0; i < NSIG; i++)
			signal_before[i].sa_flags = -1;
	}
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	/* Some start us with SIGCHLD ignored; then no child can be waited for. */
	if (sigaction(SIGCHLD, NULL, &sa) == 0 && sa.sa_handler == SIG_IGN)
		signal(SIGCHLD, SIG_DFL);
	loop->pipe[0] = loop->pipe[1] = -1;
	return loop;
}

static bool cleanup_one(struct loop *loop)
{
	for (int k = 0; k < KINDS; k++)
		for (size_t i = 0; i < loop->of[k].n; i++) {
			struct watch *w = loop->of[k].v[i];
			void (*fn)(void *) = w->freed ? NULL : w->on_loop_free;

			if (fn) {
				w->on_loop_free = NULL;
				fn(w->ctx);
				return true;
			}
		}
	return false;
}

void loop_free(struct loop **lp)
{
	struct loop *loop = *lp;

	*lp = NULL;
	if (!loop)
		return;
	while (cleanup_one(loop))
		;
	for (int k = 0; k < KINDS; k++) {
		for (size_t i = 0; i < loop->of[k].n; i++)
			free(loop->of[k].v[i]);
		free(loop->of[k].v);
	}
	close_pipe(loop);
	release_dead(loop);
	free(loop->dead);
	free(loop->polled);
	free(loop);
}

struct watch *loop_fd(struct loop *loop, int fd, short events,
	void (*fn)(void *ctx, short revents), void *ctx)
{
	struct watch *w = add(loop, W_FD, ctx);

	w->num = fd;
	w->events = events;
	w->fn.fd = fn;
	return w;
}

void watch_events(struct watch *w, short events)
{
	w->events = events;
}

struct watch *loop_timer(struct loop *loop, int64_t usec, void (*fn)(void *ctx), void *ctx)
{
	struct watch *w = add(loop, W_TIMER, ctx);

	w->due = rt_mono() + MAX(usec, 0);
	w->fn.plain = fn;
	heap_up(&loop->of[W_TIMER], w);
	return w;
}

struct watch *loop_later(struct loop *loop, void (*fn)(void *ctx), void *ctx)
{
	struct watch *w = add(loop, W_LATER, ctx);

	w->fn.plain = fn;
	return w;
}

struct watch *loop_child(struct loop *loop, pid_t pid, void (*fn)(void *ctx, int status), void *ctx)
{
	struct watch *w = add(loop, W_CHILD, ctx);

	w->pid = pid;
	w->fn.num = fn;
	catch(loop, SIGCHLD);
	loop->look_for_children = true; /* it may have ended already */
	return w;
}

struct watch *loop_signal(struct loop *loop, int signo, void (*fn)(void *ctx, int signo), void *ctx)
{
	struct watch *w = add(loop, W_SIGNAL, ctx);

	w->num = signo;
	w->fn.num = fn;
	catch(loop, signo);
	return w;
}

/* ---- one turn ---- */

/* How long poll may wait, in milliseconds; -1: as long as it takes. */
static int wait_ms(const struct loop *loop, int64_t max_wait)
{
	int64_t us = max_wait;

	if (loop->of[W_LATER].n || loop->look_for_children)
		return 0;
	if (loop->of[W_TIMER].n) {
		int64_t left = loop->of[W_TIMER].v[0]->due - rt_mono();

		left = MAX(left, 0);    /* the clock is asked once: it may pass 0 between two looks */
		us = us < 0 ? left : MIN(us, left);
	}
	return us < 0 ? -1 : (int)MIN((us + 999) / 1000, 1000000);
}

static size_t fill_polled(struct loop *loop)
{
	const struct list *l = &loop->of[W_FD];
	size_t n = 0;

	if (l->n + 1 > loop->polled_cap) {
		loop->polled_cap = l->n + 64;
		loop->polled = mem_array(loop->polled, loop->polled_cap, sizeof(*loop->polled));
	}
	for (; n < l->n; n++)
		loop->polled[n] = (struct pollfd){
			.fd = l->v[n]->events ? l->v[n]->num : -1, .events = l->v[n]->events };
	loop->polled[n++] = (struct pollfd){ .fd = loop->pipe[0], .events = POLLIN };
	return n;
}

static void serve_fds(struct loop *loop, size_t n)
{
	const struct list *l = &loop->of[W_FD];

	for (size_t i = 0; i < n; i++) {
		struct watch *w = l->v[i];
		short got = loop->polled[i].revents & (w->events | POLLERR | POLLHUP | POLLNVAL);

		if (got && !w->freed && w->events) {
			int64_t start = rt_mono();

			w->fn.fd(w->ctx, got);
			if (rt_mono() - start > SLOW_US)
				log_msg(LOG_DEBUG, "descriptor %d held the loop for %lld ms",
					w->num, (long long)(rt_mono() - start) / 1000);
		}
	}
}

static void serve_children(struct loop *loop)
{
	struct list *l = &loop->of[W_CHILD];

	loop->look_for_children = false;
	for (size_t i = 0; i < l->n; i++) {
		struct watch *w = l->v[i];
		int status = 0;
		pid_t got = waitpid(w->pid, &status, WNOHANG);

		if (got == 0 || (got < 0 && errno == EINTR))
			continue;
		w->freed = true;
		unlist(w);
		loop_release(loop, w);
		w->fn.num(w->ctx, got < 0 ? 0 : status);
		i = (size_t)-1;         /* the list may have changed */
	}
}

static void serve_signals(struct loop *loop)
{
	struct list *l = &loop->of[W_SIGNAL];
	bool seen[NSIG] = { false };
	char drain[64];

	while (read(loop->pipe[0], drain, sizeof(drain)) > 0)
		;
	for (int i = 1; i < NSIG; i++)
		if (signal_seen[i]) {
			signal_seen[i] = 0;
			seen[i] = true;
		}
	if (seen[SIGCHLD])
		loop->look_for_children = true;
	for (size_t i = l->n; i-- > 0;) {
		if (i >= l->n)          /* a handler freed others */
			continue;
		if (seen[l->v[i]->num])
			l->v[i]->fn.num(l->v[i]->ctx, l->v[i]->num);
	}
}

/* Runs one watch that is done by that; it is gone from the list before. */
static void run_once(struct loop *loop, struct watch *w)
{
	int64_t start = rt_mono();

	w->freed = true;
	unlist(w);
	loop_release(loop, w);
	w->fn.plain(w->ctx);
	if (rt_mono() - start > SLOW_US)
		log_msg(LOG_DEBUG, "a %s held the loop for %lld ms",
			w->kind == W_TIMER ? "timer" : "task",
			(long long)(rt_mono() - start) / 1000);
}

static void serve_once(struct loop *loop, enum kind kind)
{
	const struct list *l = &loop->of[kind];
	uint64_t end = loop->born;      /* invariant 3 */
	int64_t now = rt_mono();

	while (l->n && l->v[0]->born < end && (kind == W_LATER || l->v[0]->due <= now))
		run_once(loop, l->v[0]);
}

/* Takes freed descriptors out of their list. */
static void sweep_fds(struct loop *loop)
{
	struct list *l = &loop->of[W_FD];
	size_t keep = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (l->v[i]->freed)
			loop_release(loop, l->v[i]);
		else
			place(l, keep++, l->v[i]);
	}
	l->n = keep;
}

int loop_turn(struct loop *loop, int64_t max_wait_usec, struct err *e)
{
	size_t n;
	int got;

	sweep_fds(loop);
	n = fill_polled(loop);
	got = poll(loop->polled, (nfds_t)n, wait_ms(loop, max_wait_usec));
	if (got < 0 && errno != EINTR && errno != EAGAIN)
		return err_sys(e, _("cannot wait for what comes next"));
	if (got > 0)
		serve_fds(loop, n - 1);
	if (got < 0 || loop->polled[n - 1].revents)
		serve_signals(loop);
	if (loop->look_for_children)
		serve_children(loop);
	serve_once(loop, W_TIMER);
	serve_once(loop, W_LATER);
	sweep_fds(loop);
	release_dead(loop);
	return 0;
}

int loop_run(struct loop *loop, struct err *e)
{
	int rc = 0;

	while (!loop->stop && rc == 0)
		rc = loop_turn(loop, -1, e);
	loop->stop = false;
	return rc;
}

void loop_stop(struct loop *loop)
{
	loop->stop = true;
}

bool io_wait(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int n;

	while ((n = poll(&p, 1, ms)) < 0 && errno == EINTR)
		;
	return n == 1;
}
