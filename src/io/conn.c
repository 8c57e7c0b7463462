/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * conn: bytes and lines over a transport that never blocks.  The only owner of
 * both buffers, so the only place that can know whether bytes came before the
 * encryption began.
 *
 * Invariants:
 *   1. ready is called from the loop only, never from a call of the owner.
 *   2. CONN_GONE is said once and at once, together with CONN_IN where bytes
 *      came with it.  What was read before stays readable: an owner takes its
 *      lines first and believes in the end when there is none left.
 *   3. After the peer closed its side (conn_error: ERR_NONE) writing still
 *      works; after a failure nothing does.
 *   4. Between conn_starttls and CONN_TLS nothing is read or written in clear
 *      but what was queued before.
 *   5. A byte is moved a bounded number of times whatever the sizes are.
 */
#include "io/priv.h"
#include <poll.h>

enum { FINISH_SECONDS = 30, LINGER_SECONDS = 2 };

struct buf { char *p; size_t at, n, cap; };     /* p[at .. at + n) is full */

struct conn {
	struct loop *loop;
	struct transport *t;
	struct watch *w, *timer, *soon;
	short events;
	void (*ready)(struct conn *, unsigned, void *);
	void *ctx;
	struct buf in, out;
	size_t scanned;                 /* bytes of in without a line end      */
	uint64_t n_in, n_out;
	unsigned pending;               /* events not told yet                 */
	bool gone_told, eof, failed, freed;
	bool read_soon;                 /* poll can't see that there is more   */
	bool read_needs_out, write_needs_in, out_blocked, tell_out;
	struct err err;
	/* the deadline: 0 none; the timer may run earlier and look again */
	int64_t due, timer_due;
	unsigned wait;
	uint64_t mark;                  /* n_out when the wait began           */
	/* TLS to come */
	struct tls_ctx *tls;
	char *tls_host;
	bool shaking, tls_on;
	short shake_events;
	/* conn_finish */
	bool finishing, lingering;
	char peer[64];
};

static void on_soon(void *ctx);
static void begin_tls(struct conn *);
static void arm_timer(struct conn *);
static void linger(struct conn *);

/* ---- buffers ---- */

/* Room for want bytes behind the last.  Moves only when that many bytes left
 * the front (invariant 5). */
static void buf_room(struct buf *b, size_t want)
{
	if (b->n == 0)
		b->at = 0;
	if (b->cap - b->at - b->n >= want)
		return;
	if (b->at >= b->n && b->at > 0) {
		memcpy(b->p, b->p + b->at, b->n);
		b->at = 0;
	}
	if (b->cap - b->at - b->n < want) {
		b->cap = MAX(b->cap * 2, b->at + b->n + want);
		b->p = mem_realloc(b->p, b->cap);
	}
}

static void buf_take(struct buf *b, size_t n)
{
	bug_on(n > b->n);
	b->at += n;
	b->n -= n;
}

/* ---- what poll shall look for ---- */

static void update(struct conn *c)
{
	short events = 0;

	if (c->failed) {
		events = 0;
	} else if (c->shaking) {
		events = c->shake_events;
	} else {
		if (!c->eof && !c->tls && c->in.n < CONN_IN_MAX)
			events |= c->read_needs_out ? POLLOUT : POLLIN;
		if (c->out.n && c->out_blocked)
			events |= c->write_needs_in ? POLLIN : POLLOUT;
	}
	if (events != c->events)
		watch_events(c->w, events);
	c->events = events;
}

static void want_soon(struct conn *c)
{
	if (!c->soon)
		c->soon = loop_later(c->loop, on_soon, c);
}

static void fail(struct conn *c, const struct err *e)
{
	if (c->failed)
		return;
	c->failed = true;
	c->err = *e;
	if (!c->gone_told)
		c->pending |= CONN_GONE;
}

/* ---- moving bytes ---- */

static size_t step_of(size_t n)
{
#ifdef SMALL_BUFFERS
	return MIN(n, (size_t)IO_STEP);
#else
	return n;
#endif
}

/* Reads until the transport has no more or the buffer is full. */
static void fill(struct conn *c)
{
	c->read_soon = c->read_needs_out = false;
	while (!c->eof && !c->failed && c->in.n < CONN_IN_MAX) {
		struct err e = ERR_INIT;
		size_t ask;
		ssize_t got;

		buf_room(&c->in, IO_STEP);
		ask = step_of(MIN(c->in.cap - c->in.at - c->in.n, CONN_IN_MAX - c->in.n));
		got = c->t->ops->read(c->t, c->in.p + c->in.at + c->in.n, ask, &e);
		if (got > 0) {
			c->in.n += (size_t)got;
			c->n_in += (uint64_t)got;
			c->pending |= CONN_IN;
			if ((size_t)got < ask && !c->t->ops->pending(c->t))
				return;
		} else if (got == 0) {
			c->eof = true;
			if (!c->gone_told)
				c->pending |= CONN_GONE;
		} else if (got == IO_READ || got == IO_WRITE) {
			c->read_needs_out = got == IO_WRITE;
			return;
		} else {
			fail(c, &e);
		}
	}
	if (!c->eof && !c->failed)
		c->read_soon = true;    /* stopped by the limit: see conn_take */
}

/* The peer may have said why before it went: read that first. */
static void fail_writing(struct conn *c, const struct err *e)
{
	struct err kept = *e;

	fill(c);
	if (c->failed)
		c->err = kept;
	fail(c, &kept);
}

static void note_progress(struct conn *c, size_t n)
{
	c->n_out += n;
	if (c->due && c->n_out - c->mark >= CONN_PROGRESS) {
		c->mark = c->n_out;
		c->due = rt_mono() + (int64_t)c->wait * 1000000;
	}
}

/* Writes as much of the queue as goes. */
static void drain(struct conn *c)
{
	c->out_blocked = c->write_needs_in = false;
	while (c->out.n && !c->failed && !c->shaking) {
		struct err e = ERR_INIT;
		ssize_t put = c->t->ops->write(c->t, c->out.p + c->out.at,
			step_of(c->out.n), &e);

		if (put >= 0) {
			buf_take(&c->out, (size_t)put);
			note_progress(c, (size_t)put);
		} else if (put == IO_READ || put == IO_WRITE) {
			c->out_blocked = true;
			c->write_needs_in = put == IO_READ;
			break;
		} else {
			fail_writing(c, &e);
		}
	}
	if (c->out.n == 0 && c->out.cap > CONN_LOW) {
		free(c->out.p);
		c->out = (struct buf){ 0 };
	}
	if (c->tell_out && c->out.n < CONN_LOW) {
		c->tell_out = false;
		c->pending |= CONN_OUT;
	}
	if (c->out.n == 0 && c->tls && !c->shaking)
		begin_tls(c);
}

/* ---- events ---- */

static void tell(struct conn *c)
{
	unsigned events = c->pending;

	c->pending = 0;
	if (c->finishing) {
		c->in.n = 0;            /* nobody will look */
		if (c->failed || (c->lingering && c->eof)) {
			conn_free(&c);
			return;
		}
		if (c->out.n == 0 && !c->lingering)
			linger(c);
	} else if (events) {
		c->gone_told |= (events & CONN_GONE) != 0;
		c->ready(c, events, c->ctx);
	}
	if (!c->freed)
		update(c);
}

static void shake(struct conn *c)
{
	struct err e = ERR_INIT;
	int rc = tls_handshake(c->t, &e);

	if (rc == 1) {
		c->shaking = false;
		c->tls_on = true;
		c->pending |= CONN_TLS;
		/* The first bytes may have come with the last of the handshake. */
		fill(c);
		drain(c);
	} else if (rc == IO_READ || rc == IO_WRITE) {
		c->shake_events = rc == IO_READ ? POLLIN : POLLOUT;
	} else {
		fail(c, &e);
	}
}

static void on_fd(void *ctx, short revents)
{
	struct conn *c = ctx;

	if (c->shaking) {
		shake(c);
	} else {
		if (!c->tls && ((revents & ~POLLOUT) || c->read_needs_out))
			fill(c);
		if (c->out.n && ((revents & ~POLLIN) || c->write_needs_in))
			drain(c);
	}
	tell(c);
}

static void on_soon(void *ctx)
{
	struct conn *c = ctx;

	c->soon = NULL;
	if (c->shaking)
		shake(c);
	else if (c->read_soon && !c->tls)
		fill(c);
	if (!c->out_blocked)
		drain(c);
	tell(c);
}

/* ---- life ---- */

struct conn *conn_new(struct loop *loop, struct transport *t,
	void (*ready)(struct conn *, unsigned events, void *ctx), void *ctx)
{
	struct conn *c = mem_zalloc(sizeof(*c));
	struct sockaddr_storage sa;
	socklen_t len = sizeof(sa);

	c->loop = loop;
	c->t = t;
	c->ready = ready;
	c->ctx = ctx;
	c->events = POLLIN;
	c->w = loop_fd(loop, t->fd, POLLIN, on_fd, c);
	if (getpeername(t->fd, (struct sockaddr *)&sa, &len) == 0)
		sock_words((struct sockaddr *)&sa, len, c->peer);
	return c;
}

void conn_free(struct conn **cp)
{
	struct conn *c = *cp;

	*cp = NULL;
	if (!c)
		return;
	c->freed = true;
	watch_free(&c->w);
	watch_free(&c->timer);
	watch_free(&c->soon);
	c->t->ops->free(&c->t);
	free(c->tls_host);
	if (c->out.p)
		mem_wipe(c->out.p, c->out.cap);
	loop_release(c->loop, c->out.p);
	loop_release(c->loop, c->in.p);
	loop_release(c->loop, c);
}

static void linger(struct conn *c)
{
	/* Closing with bytes of the peer unread would reset the connection, and
	 * that may destroy our last words on their way. */
	c->lingering = true;
	c->t->ops->shutdown(c->t);
	conn_deadline(c, LINGER_SECONDS);
	c->in.n = 0;
	fill(c);
	if (c->eof || c->failed)
		conn_free(&c);
}

static void drop_finishing(void *ctx)
{
	struct conn *c = ctx;

	conn_free(&c);
}

void conn_finish(struct conn **cp)
{
	struct conn *c = *cp;

	*cp = NULL;
	if (!c)
		return;
	c->finishing = true;
	if (c->tls && !c->shaking)
		c->tls = NULL;          /* what is queued still goes in clear */
	drain(c);
	if (c->failed || c->shaking) {
		conn_free(&c);
		return;
	}
	conn_deadline(c, FINISH_SECONDS);
	if (c->timer)
		watch_on_loop_free(c->timer, drop_finishing);
	if (c->out.n == 0)
		linger(c);
	if (!c->freed)
		update(c);
}

/* ---- reading ---- */

struct slice conn_peek(struct conn *c)
{
	return c->in.n ? sl_make(c->in.p + c->in.at, c->in.n) : SL_NONE;
}

void conn_take(struct conn *c, size_t n)
{
	buf_take(&c->in, n);
	c->scanned -= MIN(n, c->scanned);
	if (c->read_soon && c->in.n < CONN_IN_MAX)
		want_soon(c);
	update(c);
}

int conn_line(struct conn *c, size_t max, bool strict, struct slice *line, struct err *e)
{
	const char *start, *lf;
	size_t n;

	bug_on(max + 2 > CONN_IN_MAX);
	if (c->in.n == 0)
		return 0;
	start = c->in.p + c->in.at;
	lf = c->scanned < c->in.n ? memchr(start + c->scanned, '\n', c->in.n - c->scanned) : NULL;
	c->scanned = c->in.n;
	n = lf ? (size_t)(lf - start) : c->in.n;
	if (lf && lf > start && lf[-1] == '\r')
		n--;
	else if (lf && strict)
		n++;
	if (n > max + (lf ? 0 : 1)) {   /* no end yet: the last may be a CR */
		c->scanned = 0;
		return err_set(e, ERR_PROTO, _("a line of more than %zu bytes came"), max);
	}
	if (!lf)
		return 0;
	*line = sl_make(start, n);
	c->scanned = 0;
	conn_take(c, (size_t)(lf - start) + 1);
	return 1;
}

/* ---- writing ---- */

int conn_queue(struct conn *c, struct slice bytes)
{
	if (c->failed)
		return -1;
	if (bytes.n == 0)
		return 0;
	buf_room(&c->out, MAX(bytes.n, IO_STEP));
	memcpy(c->out.p + c->out.at + c->out.n, bytes.p, bytes.n);
	c->out.n += bytes.n;
	if (c->out.n >= CONN_LOW)
		c->tell_out = true;
	if (!c->out_blocked)
		want_soon(c);
	return 0;
}

size_t conn_queued(const struct conn *c)
{
	return c->out.n;
}

void conn_flush(struct conn *c)
{
	if (!c->out_blocked)
		drain(c);
	if (c->pending)
		want_soon(c);
	update(c);
}

/* ---- the clock ---- */

static void on_timer(void *ctx)
{
	struct conn *c = ctx;
	struct err e = ERR_INIT;

	c->timer = NULL;
	if (!c->due)
		return;
	if (rt_mono() < c->due) {
		arm_timer(c);
		return;
	}
	err_set(&e, ERR_TIMEOUT, _("%s did not answer within %u seconds"),
		c->peer[0] ? c->peer : _("the other side"), c->wait);
	fail(c, &e);
	tell(c);
}

static void arm_timer(struct conn *c)
{
	if (c->timer && c->timer_due <= c->due)
		return;
	watch_free(&c->timer);
	c->timer = loop_timer(c->loop, c->due - rt_mono(), on_timer, c);
	c->timer_due = c->due;
	if (c->finishing)
		watch_on_loop_free(c->timer, drop_finishing);
}

void conn_deadline(struct conn *c, unsigned seconds)
{
	c->wait = seconds;
	c->mark = c->n_out;
	c->due = seconds ? rt_mono() + (int64_t)seconds * 1000000 : 0;
	if (seconds)
		arm_timer(c);
}

/* ---- TLS ---- */

static void begin_tls(struct conn *c)
{
	struct err e = ERR_INIT;
	struct transport *t = tls_wrap(c->tls, c->t, c->tls_host, &e);

	c->tls = NULL;
	if (!t) {
		fail(c, &e);
		want_soon(c);
		return;
	}
	c->t = t;
	c->shaking = true;
	c->shake_events = POLLIN;
	want_soon(c);
}

int conn_starttls(struct conn *c, struct tls_ctx *ctx, const char *host, struct err *e)
{
	bug_on(!ctx || c->tls || c->shaking || c->tls_on);
	if (c->failed) {
		*e = c->err;
		return -1;
	}
	if (c->eof)
		return err_set(e, ERR_NET, _("the connection was closed before encryption began"));
	if (c->in.n)
		return err_set(e, ERR_TLS, tls_is_server(ctx) ?
			_("the client sent bytes before encryption began; "
				"somebody may be trying to slip in commands") :
			_("the server sent bytes before encryption began; "
				"somebody may be tampering with the connection"));
	c->tls = ctx;
	c->tls_host = mem_strdup(host);
	drain(c);
	update(c);
	return 0;
}

bool conn_tls_on(const struct conn *c)
{
	return c->tls_on;
}

const char *conn_tls_words(const struct conn *c)
{
	return c->tls_on ? tls_words(c->t) : NULL;
}

/* ---- facts ---- */

const struct err *conn_error(const struct conn *c)
{
	return &c->err;
}

const char *conn_peer(const struct conn *c)
{
	return c->peer;
}

void conn_counts(const struct conn *c, uint64_t *in, uint64_t *out)
{
	*in = c->n_in;
	*out = c->n_out;
}
