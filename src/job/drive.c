/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * drive: joins an engine to a connection.  It does what the engine wants of the
 * network and hands the rest to the owner.
 *
 * Invariants:
 *   1. Bytes are taken from the connection only while the engine answers
 *      WANT_READ or WANT_SINK; all others stay where they are, so nothing that
 *      came too early is ever taken for an answer.
 *   2. What came before the end of the connection is used before the engine
 *      hears of the end (lost), and it hears of it once.
 *   3. A client that is owed no reply sends nothing while bytes wait that it did
 *      not ask for.
 *   4. An end of data never goes out over a connection that is known to be gone.
 *   5. Memory does not depend on the size of a message.
 */
#include "job/priv.h"

#ifdef SMALL_BUFFERS
enum { BLOCK = 64, TURN_MAX = 4096 };
#else
enum { BLOCK = 64 * 1024, TURN_MAX = 1024 * 1024 };
#endif
enum { TLS_SECONDS = 60, WRITE_SECONDS = 300 };

struct drive {
	struct drive_conf conf;
	struct loop *loop;
	struct conn *conn;
	struct watch *soon;
	unsigned seconds;               /* how long this wait may take       */
	bool waiting;                   /* ready is to be called             */
	bool armed, out_wait;           /* the deadline of this wait runs; it is for writing */
	bool gone, told;                /* the connection; the engine heard it */
	bool shaking, tls_first;
	bool committed;                 /* the next write is an end of data  */
	struct err err;                 /* why it is gone                    */
	/* a body on its way out */
	bool body_on;
	struct stuff stuff;
	struct str wire;
	char *block;
	uint64_t body_bytes;
	struct trace_body trace;
};

/* ---- the end ---- */

static void tell_lost(struct drive *d, const struct err *e)
{
	if (!d->told)
		d->conf.engine->lost(d->conf.state, e);
	d->told = true;
	d->err = *e;
	trace_note(d->conf.trace, "%s", e->text);
}

/* What the other side said and nobody asked for, as the end of a sentence. */
static void add_last_words(struct drive *d, struct err *e)
{
	struct slice rest = sl_head(conn_peek(d->conn), 200), line = SL_NONE;
	struct err plain = *e;
	struct str clean;

	if (d->conf.server || !sl_line(&rest, &line) || line.n == 0)
		return;
	str_init(&clean, 1024);
	utf8_sanitize(&clean, line, CLEAN_LINE);
	err_set(e, plain.kind, _("%s; its last words were: %s"), plain.text, clean.p);
	e->sys = plain.sys;
	str_release(&clean);
}

static const char *other(const struct drive *d)
{
	return d->conf.server ? _("the client") : d->conf.host ? d->conf.host : _("the server");
}

/* The connection is gone and nothing more can be made of it. */
static void lost(struct drive *d)
{
	struct err e = *conn_error(d->conn);

	if (e.kind == ERR_NONE)
		err_set(&e, ERR_NET, _("%s closed the connection"), other(d));
	else if (e.kind == ERR_TIMEOUT)
		err_set(&e, ERR_TIMEOUT, _("%s did not answer within %u seconds"), other(d), d->seconds);
	else if (!strstr(e.text, other(d)))
		err_prefix(&e, "%s", other(d));
	add_last_words(d, &e);
	tell_lost(d, &e);
}

/* A client may close its side and still read our answers; a server that closed
 * will not listen. */
static bool is_broken(const struct drive *d)
{
	return d->gone && (!d->conf.server || conn_error(d->conn)->kind != ERR_NONE);
}

/* Invariant 3. */
static void lost_unasked(struct drive *d)
{
	struct err e = ERR_INIT;

	err_set(&e, ERR_PROTO, _("%s answered before it was asked"), other(d));
	add_last_words(d, &e);
	tell_lost(d, &e);
}

/* ---- waiting ---- */

static void got_some(struct drive *d)
{
	if (d->armed)
		conn_deadline(d->conn, 0);
	d->armed = false;
}

static void on_conn(struct conn *c, unsigned events, void *ctx)
{
	struct drive *d = ctx;

	if (events & CONN_TLS) {
		d->shaking = false;
		got_some(d);
		trace_note(d->conf.trace, "%s", conn_tls_words(c));
		if (!d->tls_first)
			d->conf.engine->tls_up(d->conf.state);
		d->tls_first = false;
	}
	if (events & CONN_GONE)
		d->gone = true;
	if (d->waiting) {
		d->waiting = false;
		d->conf.ready(d, d->conf.ctx);
	}
}

static void on_soon(void *ctx)
{
	struct drive *d = ctx;

	d->soon = NULL;
	if (d->waiting) {
		d->waiting = false;
		d->conf.ready(d, d->conf.ctx);
	}
}

static void ready_soon(struct drive *d)
{
	d->waiting = true;
	if (!d->soon)
		d->soon = loop_later(d->loop, on_soon, d);
}

/* One wait has one deadline, however often the owner looks. */
static enum want wait_for(struct drive *d, unsigned seconds)
{
	conn_flush(d->conn);
	if (d->conf.max_wait)
		seconds = MIN(seconds, d->conf.max_wait);
	if (!d->armed) {
		conn_deadline(d->conn, seconds);
		d->seconds = seconds;
	}
	d->armed = true;
	d->waiting = true;
	return WANT_READ;
}

/* ---- what an engine wants of the network ---- */

static bool start_tls(struct drive *d)
{
	const char *host = d->conf.server ? NULL : d->conf.host;
	struct err e = ERR_INIT;

	bug_on(!d->conf.tls);
	got_some(d);
	if (conn_starttls(d->conn, d->conf.tls, host, &e) != 0) {
		tell_lost(d, &e);
		return false;
	}
	d->shaking = true;
	return true;
}

/* true: something came, go on; false: wait. */
static bool read_line(struct drive *d)
{
	struct err e = ERR_INIT;
	struct slice line;
	int rc = conn_line(d->conn, PROTO_LINE_MAX, d->conf.server, &line, &e);

	if (rc == 0 && !d->gone)
		return false;
	if (rc == 1) {
		got_some(d);
		trace_heard(d->conf.trace, line);
		d->conf.engine->line(d->conf.state, line);
	} else if (rc < 0) {
		tell_lost(d, &e);
	} else {
		lost(d);
	}
	return true;
}

/* 1: a run for the owner, 0: ask the engine again, -1: wait. */
static int read_body(struct drive *d, struct slice *run)
{
	struct slice in = conn_peek(d->conn), before = in;
	int rc = d->conf.engine->data(d->conf.state, &in, run);

	if (before.n > in.n) {
		trace_body(d->conf.trace, &d->trace, false, sl_head(before, before.n - in.n));
		conn_take(d->conn, before.n - in.n);
		got_some(d);
	}
	if (rc == 1)
		return 1;
	if (rc != 0) {
		trace_body_end(d->conf.trace, &d->trace, false);
		return 0;
	}
	if (!d->gone)
		return -1;
	lost(d);
	return 0;
}

static void send_out(struct drive *d, const struct act *act)
{
	/* The end of data was judged by may_commit; the engine counts it as out. */
	if (!d->conf.server && act->quiet && !d->told && !d->committed) {
		if (conn_peek(d->conn).n) {
			lost_unasked(d);
			return;
		}
		if (d->gone) {
			lost(d);
			return;
		}
	}
	d->committed = false;
	/* Refused only when the connection failed: the next read will see that. */
	if (conn_queue(d->conn, act->out) == 0)
		trace_said(d->conf.trace, act);
	if (conn_queued(d->conn) >= CONN_HIGH)
		conn_flush(d->conn);
}

/* Invariants 3 and 4 before an end of data; a refusal that came early stays to
 * be read as its answer. */
static bool may_commit(struct drive *d, const struct act *act)
{
	struct slice early = conn_peek(d->conn);

	if (d->gone) {
		lost(d);
		return false;
	}
	if (act->quiet && early.n && early.p[0] != '4' && early.p[0] != '5') {
		lost_unasked(d);
		return false;
	}
	return true;
}

static enum want ended(const struct drive *d, struct act *act)
{
	act->err = d->err;
	return WANT_FAIL;
}

/* One thing the engine wants.  true: *w goes to the owner. */
static bool serve(struct drive *d, enum want *w, struct act *act, struct slice *run)
{
	int rc;

	switch (*w) {
	case WANT_WRITE:
		send_out(d, act);
		return false;
	case WANT_READ:
		if (d->told)
			*w = ended(d, act);
		else if (read_line(d))
			return false;
		else
			*w = wait_for(d, act->timeout);
		return true;
	case WANT_TLS:
		if (d->told)
			*w = ended(d, act);
		else if (start_tls(d))
			*w = wait_for(d, TLS_SECONDS);
		else
			return false;
		return true;
	case WANT_SINK:
		if (d->told) {
			*w = ended(d, act);
			return true;
		}
		rc = read_body(d, run);
		if (rc < 0)
			*w = wait_for(d, act->timeout);
		return rc != 0;
	case WANT_COMMIT:
		if (!d->told && !may_commit(d, act))
			return false;
		d->committed = true;
		return true;
	case WANT_SECRET:
	case WANT_BODY:
	case WANT_NEXT:
	case WANT_EVENT:
	case WANT_ANSWER:
	case WANT_DONE:
	case WANT_FAIL:
		return true;
	}
	bug_on(true);
}

enum want drive_next(struct drive *d, struct act *act, struct slice *run)
{
	*run = SL_NONE;
	d->waiting = false;
	for (;;) {
		enum want w;

		if (d->shaking && d->gone) {
			d->shaking = false;
			lost(d);
		}
		if (d->shaking)
			return wait_for(d, TLS_SECONDS);
		/* A peer that does not read gets no more to read. */
		if (conn_queued(d->conn) >= CONN_HIGH && !is_broken(d)) {
			d->out_wait = true;
			return wait_for(d, WRITE_SECONDS);
		}
		if (d->out_wait)
			got_some(d);
		d->out_wait = false;
		w = d->conf.engine->next(d->conf.state, act);
		if (serve(d, &w, act, run))
			return w;
	}
}

/* ---- a message on its way out ---- */

static void body_end(struct drive *d)
{
	trace_body_end(d->conf.trace, &d->trace, true);
	str_release(&d->wire);
	free(d->block);
	d->block = NULL;
	d->body_on = false;
	got_some(d);
}

static void body_begin(struct drive *d, const struct act *act)
{
	stuff_init(&d->stuff, act->dot);
	str_init(&d->wire, 4 * BLOCK);
	d->block = mem_alloc(BLOCK);
	d->body_bytes = 0;
	d->body_on = true;
}

/* One block: 1 there may be more, 0 that was the last, -1 failed. */
static int body_block(struct drive *d, const struct act *act, struct src *src, struct err *e)
{
	ssize_t n = src_read(src, d->block, BLOCK, e);
	int rc;

	if (n < 0)
		return -1;
	str_clear(&d->wire);
	rc = n ? stuff_feed(&d->stuff, sl_make(d->block, (size_t)n), &d->wire) :
		stuff_end(&d->stuff, &d->wire);
	bug_on(rc != 0);        /* at most doubled */
	d->body_bytes += d->wire.n;
	/* Where the size was announced (BDAT), one byte more would be a command. */
	if (!act->dot && (d->body_bytes > act->size || (n == 0 && d->body_bytes != act->size)))
		return err_set(e, ERR_SYS, _("the message is not as long as it was; "
			"it changed while it was being sent"));
	trace_body(d->conf.trace, &d->trace, true, str_sl(&d->wire));
	conn_queue(d->conn, str_sl(&d->wire));
	return n > 0;
}

int drive_body(struct drive *d, const struct act *act, struct src *src, struct err *e)
{
	uint64_t start;
	int rc = 1;

	if (!d->body_on)
		body_begin(d, act);
	d->waiting = false;
	start = d->body_bytes;
	while (rc > 0) {
		if (is_broken(d)) {
			body_end(d);
			lost(d);
			return 1;
		}
		if (conn_queued(d->conn) >= CONN_HIGH) {
			got_some(d);
			wait_for(d, act->timeout);
			if (conn_queued(d->conn) >= CONN_HIGH)
				return 0;
		}
		if (d->body_bytes - start >= TURN_MAX) {        /* others wait */
			ready_soon(d);
			return 0;
		}
		rc = body_block(d, act, src, e);
	}
	body_end(d);
	if (rc < 0) {
		tell_lost(d, e);
		return -1;
	}
	d->conf.engine->sent(d->conf.state);
	return 1;
}

/* ---- life ---- */

struct drive *drive_new(struct loop *loop, struct transport *t, bool tls_first,
	const struct drive_conf *conf)
{
	struct drive *d = mem_zalloc(sizeof(*d));

	d->conf = *conf;
	d->loop = loop;
	d->conn = conn_new(loop, t, on_conn, d);
	d->tls_first = tls_first;
	if (tls_first)
		start_tls(d);
	ready_soon(d);
	return d;
}

static void release(struct drive *d)
{
	watch_free(&d->soon);
	if (d->body_on)
		body_end(d);
	trace_body_end(d->conf.trace, &d->trace, false);
	free(d);
}

void drive_free(struct drive **dp)
{
	struct drive *d = *dp;

	*dp = NULL;
	if (!d)
		return;
	conn_free(&d->conn);
	release(d);
}

void drive_finish(struct drive **dp)
{
	struct drive *d = *dp;

	*dp = NULL;
	if (!d)
		return;
	got_some(d);
	conn_finish(&d->conn);
	release(d);
}

struct conn *drive_conn(struct drive *d)
{
	return d->conn;
}

void drive_wake(struct drive *d)
{
	d->waiting = false;
	d->conf.ready(d, d->conf.ctx);
}
