/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * dial: connects to the first address of a host that answers.  Each address is
 * tried in the order of the resolver; the next one starts when the last failed
 * or hung for 250 ms, and the slow ones stay in the race (RFC 8305, without the
 * parallel look-up).  done runs once, from the loop.
 */
#include "io/priv.h"
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <unistd.h>

enum { HEAD_START_US = 250 * 1000, ADDR_MAX = 16 };

struct attempt { struct sock_dial *dial; int fd; struct watch *w; };

struct sock_dial {
	struct loop *loop;
	char *host, *port;
	struct addrinfo *all, *next;
	struct attempt v[ADDR_MAX];
	size_t n, open;                 /* begun; still hanging */
	unsigned seconds;
	struct watch *limit, *head_start, *soon;
	int fd;                         /* the one that answered */
	struct err err;                 /* of the last that failed */
	void (*done)(void *, int, const struct err *);
	void *ctx;
};

static void drop(struct attempt *a)
{
	watch_free(&a->w);
	if (a->fd >= 0) {
		close(a->fd);
		a->dial->open--;
	}
	a->fd = -1;
}

static void stop_all(struct sock_dial *d)
{
	for (size_t i = 0; i < d->n; i++)
		drop(&d->v[i]);
	watch_free(&d->limit);
	watch_free(&d->head_start);
	watch_free(&d->soon);
}

void sock_dial_free(struct sock_dial **dp)
{
	struct sock_dial *d = *dp;

	*dp = NULL;
	if (!d)
		return;
	stop_all(d);
	if (d->fd >= 0)
		close(d->fd);
	if (d->all)
		freeaddrinfo(d->all);
	free(d->host);
	free(d->port);
	loop_release(d->loop, d);
}

static void tell(void *ctx)
{
	struct sock_dial *d = ctx;
	int fd = d->fd;

	d->soon = NULL;
	d->fd = -1;
	d->done(d->ctx, fd, &d->err);
}

/* done is called from the loop, never from sock_connect. */
static void finish(struct sock_dial *d, int fd)
{
	stop_all(d);
	d->fd = fd;
	d->soon = loop_later(d->loop, tell, d);
}

static void failed(struct sock_dial *d, int number)
{
	err_set(&d->err, ERR_NET, _("cannot connect to %s port %s: %s"),
		d->host, d->port, strerror(number));
	d->err.sys = number;
}

static void begin_next(void *ctx);

static void won(struct sock_dial *d, struct attempt *a)
{
	int fd = a->fd;

	watch_free(&a->w);
	a->fd = -1;
	d->open--;
	d->err = (struct err)ERR_INIT;
	finish(d, fd);
}

static void on_answer(void *ctx, short revents)
{
	struct attempt *a = ctx;
	struct sock_dial *d = a->dial;
	int number = 0;
	socklen_t len = sizeof(number);

	if (getsockopt(a->fd, SOL_SOCKET, SO_ERROR, &number, &len) != 0)
		number = errno;
	if (number == 0) {
		won(d, a);
		return;
	}
	failed(d, number);
	drop(a);
	watch_free(&d->head_start);
	begin_next(d);
}

/* 0: it hangs or has won, -1: failed. */
static int begin(struct sock_dial *d, const struct addrinfo *ai)
{
	struct attempt *a = &d->v[d->n];

	*a = (struct attempt){ .dial = d, .fd = socket(ai->ai_family, SOCK_STREAM, 0) };
	if (a->fd < 0) {
		failed(d, errno);
		return -1;
	}
	d->n++;
	d->open++;
	fcntl(a->fd, F_SETFD, FD_CLOEXEC);
	fcntl(a->fd, F_SETFL, O_NONBLOCK);
	if (sock_sys.connect(a->fd, ai->ai_addr, ai->ai_addrlen) == 0) {
		won(d, a);
		return 0;
	}
	if (errno == EINPROGRESS || errno == EINTR) {
		a->w = loop_fd(d->loop, a->fd, POLLOUT, on_answer, a);
		return 0;
	}
	failed(d, errno);
	drop(a);
	return -1;
}

static void begin_next(void *ctx)
{
	struct sock_dial *d = ctx;

	d->head_start = NULL;
	while (d->next && d->n < ADDR_MAX) {
		const struct addrinfo *ai = d->next;

		d->next = ai->ai_next;
		if (begin(d, ai) == 0) {
			if (!d->soon && d->next)
				d->head_start = loop_timer(d->loop, HEAD_START_US, begin_next, d);
			return;
		}
	}
	if (d->open == 0 && !d->soon)
		finish(d, -1);
}

static void on_limit(void *ctx)
{
	struct sock_dial *d = ctx;

	d->limit = NULL;
	if (d->soon)
		return;
	err_set(&d->err, ERR_TIMEOUT, _("cannot connect to %s port %s: "
		"no answer within %u seconds"), d->host, d->port, d->seconds);
	finish(d, -1);
}

static void resolve(struct sock_dial *d)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct slice bare = sl(d->host);
	struct str name;
	void *all = NULL;
	int rc = EAI_NONAME;

	str_init(&name, 1024);
	if (bare.n > 2 && bare.p[0] == '[' && bare.p[bare.n - 1] == ']')
		str_add(&name, bare.p + 1, bare.n - 2);
	else if (idn_to_ascii(d->host, &name, &d->err) != 0)
		goto out;
	rc = sock_sys.getaddrinfo(name.p, d->port, &hints, &all);
	if (rc == EAI_SYSTEM)
		failed(d, errno);
	else if (rc != 0)
		err_set(&d->err, ERR_NET, rc == EAI_NONAME ?
			_("there is no host named %s (%s)") :
			_("the name %s cannot be looked up now: %s"), d->host, gai_strerror(rc));
out:
	d->all = d->next = rc == 0 ? all : NULL;
	str_release(&name);
}

struct sock_dial *sock_connect(struct loop *loop, const char *host, const char *port,
	unsigned seconds, void (*done)(void *ctx, int fd, const struct err *), void *ctx)
{
	struct sock_dial *d = mem_zalloc(sizeof(*d));

	d->loop = loop;
	d->host = mem_strdup(host);
	d->port = mem_strdup(port);
	d->seconds = seconds;
	d->fd = -1;
	d->done = done;
	d->ctx = ctx;
	resolve(d);
	d->limit = loop_timer(loop, (int64_t)seconds * 1000000, on_limit, d);
	begin_next(d);
	return d;
}
