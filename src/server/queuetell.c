/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * queuetell: what became of mail that was passed on, told to those who sent it (RFC 3461 5):
 * failures and, once, that it is late, unless they asked for neither; that it went on to a
 * server without notices where they asked for success.  Nothing is told to the null sender,
 * so that reports on reports never are.
 *
 *   1  What was told stands in the tracking ("told") only when the report is safe; a crash
 *      between the two tells it twice, never not at all.  All that became safe together is
 *      written in one transaction, so that this time is short.
 *   2  An item goes when nobody of it waits and all is told.
 */
#include "priv.h"
#include <unistd.h>

#define TOLD "told"

struct telling {
	struct queue *queue;
	char id[64];
	int64_t track; int state;
	size_t *which, n;
	bool safe;
};

static void telling_free(struct telling *t)
{
	free(t->which);
	free(t);
}

static void write_told(struct queue *);

void queue_forget_reports(struct queue *q)
{
	struct slice key;
	size_t it = 0;
	void *value;

	if (q->told)
		write_told(q);
	while (map_next(q->telling, &it, &key, &value))
		telling_free(value);
	map_free(&q->telling);
}

/* ---- a report on its way ---- */

struct later { void (*done)(void *, bool, const char *); void *ctx; bool ok; };

static void call_done(void *ctx)
{
	struct later *l = ctx;

	l->done(l->ctx, l->ok, NULL);
	free(l);
}

static void done_later(struct serving *s, void (*done)(void *, bool, const char *), void *ctx, bool ok)
{
	struct later *l = mem_alloc(sizeof(*l));

	*l = (struct later){ done, ctx, ok };
	loop_later(s->loop, call_done, l);
}

struct reopened { int fd; struct src src; };

static struct src *reopen(void *ctx, struct err *err)
{
	struct reopened *r = ctx;

	(void)err;
	src_range(&r->src, r->fd, 0, -1);
	return &r->src;
}

static int into_mailbox(struct serving *s, const struct user *u, int fd,
	void (*done)(void *, bool, const char *), void *ctx, struct err *err)
{
	struct incoming *in = incoming_new(s->spool, err);
	char block[16384], *boxes[1] = { u->box };
	off_t at = 0;
	ssize_t n = 0;
	int r = in ? incoming_write(in, SL("Return-Path: <>\n"), err) : -1;

	while (r == 0 && (n = fs_pread(fd, block, sizeof(block), at)) > 0) {
		r = incoming_write(in, sl_make(block, (size_t)n), err);
		at += n;
	}
	if (r != 0 || n < 0) {
		incoming_drop(&in);
		return -1;
	}
	incoming_store(&in, s->loop, boxes, 1, done, ctx);
	return 0;
}

static int on_its_way(struct serving *s, const struct dsn *d, int fd, struct err *err)
{
	char *addr = mem_strdup(d->to), *never = mem_strdup("NEVER");
	struct rcpt to = { .addr = addr, .notify = never };
	struct passed m = { .from = "", .v = &to, .n = 1 };
	struct reopened r = { .fd = fd };
	int rc = queue_put(s->queue, &m, reopen, &r, err);

	free(addr);
	free(never);
	if (rc == 0)
		queue_kick(s->queue);
	return rc;
}

void report_send(struct serving *s, const struct dsn *d, struct src *message,
	void (*done)(void *ctx, bool ok, const char *words), void *ctx)
{
	const char *at = strrchr(d->to, '@');
	const struct user *u = user_find(s->opt, d->to);
	bool ours = u || !at || domain_is_ours(s->opt, at + 1);
	struct err err = ERR_INIT;
	struct sink sink;
	int fd = -1, r = 0;

	if (!d->to[0] || (ours && !u) || (!ours && (!s->queue || !route_find(s->opt, at + 1)))) {
		done_later(s, done, ctx, true);         /* nobody can be told */
		return;
	}
	fd = fs_tmpfile(s->opt->root, &err);
	if (fd < 0)
		r = -1;
	else
		sink_fd(&sink, fd);
	if (r == 0)
		r = dsn_write(d, message, &sink, &err);
	if (r == 0 && ours)
		r = into_mailbox(s, u, fd, done, ctx, &err);
	else if (r == 0)
		r = on_its_way(s, d, fd, &err);
	if (r != 0)
		log_msg(LOG_ERROR, _("A report to %s can't be written: %s"), d->to, err.text);
	if (r != 0 || !ours)
		done_later(s, done, ctx, r == 0);
	if (fd >= 0)
		fs_close(&fd);
}

/* ---- what is to be told ---- */

struct told { int state; bool yes; };

static int look_told(void *ctx, const struct track_event *e)
{
	struct told *t = ctx;

	t->yes = t->yes || (e->state == t->state && strcmp(e->by, TOLD) == 0);
	return 0;
}

static bool was_told(struct queue *q, int64_t track, size_t k, int state)
{
	struct told t = { state, false };
	struct err err = ERR_INIT;

	if (state_track_events(q->state, track, k, look_told, &t, &err) != 0)
		log_msg(LOG_ERROR, "%s", err.text);
	return t.yes;
}

/* Does NOTIFY ask for this?  Without one a server tells failures and delays (RFC 3461 4.1). */
static bool wanted(const char *notify, const char *word)
{
	if (!notify || !notify[0])
		return strcmp(word, "SUCCESS") != 0;
	return strstr(notify, word) != NULL;
}

static bool is_due(struct queue *q, const struct item *it, const struct track *t, size_t k, int state, int64_t now)
{
	const char *notify = it->env.rcpt[k].notify;

	switch (it->fates.v[k].fate) {
	case FATE_FAILED: return state == TRACK_FAILED && wanted(notify, "FAILURE");
	case FATE_ACCEPTED: return state == TRACK_RELAYED && t->dsn == 0 && wanted(notify, "SUCCESS");
	case FATE_WAITING: return state == TRACK_DELAYED && wanted(notify, "DELAY") && now - it->env.created >= (int64_t)q->server->opt->warn;
	case FATE_GOING: case FATE_UNSURE: break;
	}
	return false;
}

static enum report_action action_of(int state)
{
	return state == TRACK_FAILED ? ACTION_FAILED : state == TRACK_DELAYED ? ACTION_DELAYED : ACTION_RELAYED;
}

/* The enhanced code of the last answer, or one of the class that it must have. */
static void status_of(const struct item *it, size_t k, int state, char out[12])
{
	const struct fate *f = &it->fates.v[k];
	const char *enh = f->enh ? f->enh : "";

	if (state == TRACK_RELAYED)
		snprintf(out, 12, "2.1.9");
	else if (state == TRACK_FAILED && enh[0] == '5')
		snprintf(out, 12, "%.11s", enh);
	else if (state == TRACK_FAILED)
		snprintf(out, 12, f->code / 100 == 5 ? "5.0.0" : "5.4.7");
	else
		snprintf(out, 12, "%.11s", enh[0] == '4' ? enh : f->code ? "4.0.0" : "4.4.1");
}

/* "550 5.1.1 No such user": the reply as it was given (RFC 3464 2.3.6); without a code, why none came. */
static char *reply_of(const struct fate *f)
{
	struct str s;

	str_init(&s, STR_MAX);
	if (f->code)
		str_addf(&s, "%d %s%s", f->code, f->enh ? f->enh : "", f->enh && f->enh[0] ? " " : "");
	str_adds(&s, f->text ? f->text : "");
	return str_detach(&s);
}

static int write_one(struct queue *q, const struct telling *t, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < t->n && r == 0; i++) {
		struct track_event e = { .at = rt_now() / 1000000, .state = t->state, .code = "", .text = "", .by = TOLD, .notice = "" };

		r = state_track_event(q->state, t->track, t->which[i], &e, false, err);
	}
	return r;
}

static void write_told(struct queue *q)
{
	struct map *on_their_way = map_new();
	struct err err = ERR_INIT;
	struct slice key;
	size_t it = 0;
	void *value;
	int begun = state_begin(q->state, &err), r = begun;

	q->told = false;
	while (map_next(q->telling, &it, &key, &value)) {
		struct telling *t = value;

		if (!t->safe) {
			map_put(on_their_way, key, t);
			continue;
		}
		r = r == 0 ? write_one(q, t, &err) : r;
		telling_free(t);
	}
	map_free(&q->telling);
	q->telling = on_their_way;
	if (r == 0)
		r = state_commit(q->state, &err);
	else if (begun == 0)
		state_rollback(q->state);
	if (r != 0)
		log_msg(LOG_ERROR, "%s", err.text);
}

static void note_told(void *ctx)
{
	struct queue *q = ctx;

	write_told(q);
	queue_kick(q);
}

static void on_told(void *ctx, bool ok, const char *words)
{
	struct telling *t = ctx;
	struct queue *q = t->queue;

	(void)words;
	t->safe = ok;
	if (!ok) {
		map_del(q->telling, sl(t->id));
		telling_free(t);
	} else if (!q->told) {
		q->told = true;
		loop_later(q->server->loop, note_told, q);
	}
}

static void send_report(struct queue *q, const struct item *it, int64_t track, int state, const size_t *which, size_t n, int64_t now)
{
	struct dsn_rcpt *v = mem_zalloc(n * sizeof(*v));
	char (*status)[12] = mem_zalloc(n * sizeof(*status)), **replies = mem_zalloc(n * sizeof(*replies));
	struct telling *t = mem_zalloc(sizeof(*t));
	struct dsn d = { .host = q->server->host, .to = it->env.from, .envid = it->env.envid,
		.full = state == TRACK_FAILED && it->env.ret && strcmp(it->env.ret, "FULL") == 0, .arrival = it->env.created, .now = now, .v = v, .n = n };
	struct err err = ERR_INIT;
	int fd = outbox_message(q->outbox, it->id, &err);
	struct src src;

	*t = (struct telling){ .queue = q, .track = track, .state = state, .n = n, .which = mem_array(NULL, n, sizeof(*t->which)) };
	snprintf(t->id, sizeof(t->id), "%s", it->id);
	memcpy(t->which, which, n * sizeof(*which));
	for (size_t i = 0; i < n; i++) {
		const struct fate *f = &it->fates.v[which[i]];

		status_of(it, which[i], state, status[i]);
		v[i] = (struct dsn_rcpt){ .addr = it->env.rcpt[which[i]].addr, .orcpt = it->env.rcpt[which[i]].orcpt, .action = action_of(state),
			.status = status[i], .remote = f->code ? it->env.account : NULL, .diagnostic = replies[i] = reply_of(f),
			.until = state == TRACK_DELAYED ? it->env.created + (int64_t)q->server->opt->give_up : 0 };
	}
	if (fd >= 0) {
		map_put(q->telling, sl(it->id), t);
		src_range(&src, fd, 0, -1);
		report_send(q->server, &d, &src, on_told, t);
		src_release(&src);
		fs_close(&fd);
	} else {
		log_msg(LOG_ERROR, "%s", err.text);
		telling_free(t);
	}
	for (size_t i = 0; i < n; i++)
		free(replies[i]);
	free(replies);
	free(v);
	free(status);
}

/* true: a report is being stored, which comes back here. */
static bool tell(struct queue *q, const struct item *it, const struct track *t, int64_t now)
{
	static const int kinds[] = { TRACK_FAILED, TRACK_DELAYED, TRACK_RELAYED };
	size_t *which, n = 0;

	if (!it->env.from[0])
		return false;
	which = mem_array(NULL, it->env.n + 1, sizeof(*which));
	for (size_t i = 0; i < ARRAY_LEN(kinds) && n == 0; i++) {
		for (size_t k = 0; k < it->env.n; k++)
			if (is_due(q, it, t, k, kinds[i], now) && !was_told(q, t->id, k, kinds[i]))
				which[n++] = k;
		if (n)
			send_report(q, it, t->id, kinds[i], which, n, now);
	}
	free(which);
	return n > 0;
}

static bool is_over(const struct item *it)
{
	for (size_t i = 0; i < it->fates.n; i++)
		if (it->fates.v[i].fate != FATE_ACCEPTED && it->fates.v[i].fate != FATE_FAILED)
			return false;
	return true;
}

/* When something is to be done for it, in seconds from now. */
static int64_t next_of(const struct queue *q, const struct item *it, int64_t now)
{
	int64_t next = MAX(it->sending.next_try - now, 0), warn = it->env.created + (int64_t)q->server->opt->warn - now;

	return warn >= 0 && warn < next ? warn : next;
}

static int settle_one(struct queue *q, const struct item *it, int64_t now, int64_t *next, struct err *err)
{
	struct track t;
	int r = 0;

	/* what is being sent is looked at when that is over */
	if (map_get(q->telling, sl(it->id)) || queue_sends(q, it->env.account))
		return 0;
	if (track_item(q->state, it, &t, err) != 0)
		return -1;
	if (!tell(q, it, &t, now) && is_over(it)) {
		r = outbox_remove(q->outbox, it->id, err);
		if (r == 0)
			r = state_track_drop(q->state, t.id, err);
	} else if (!is_over(it)) {
		int64_t mine = next_of(q, it, now);

		*next = *next < 0 ? mine : MIN(*next, mine);
	}
	track_release(&t);
	return r;
}

int64_t queue_settle(struct queue *q)
{
	int64_t now = rt_now() / 1000000, next = -1;
	struct err err = ERR_INIT;
	struct items all;

	if (outbox_list(q->outbox, &all, &err) != 0) {
		log_msg(LOG_ERROR, "%s", err.text);
		return q->server->opt->retry;
	}
	for (size_t i = 0; i < all.n; i++) {
		err = (struct err)ERR_INIT;
		if (settle_one(q, &all.v[i], now, &next, &err) != 0) {
			log_msg(LOG_ERROR, "%s", err.text);
			next = next < 0 ? (int64_t)q->server->opt->retry : MIN(next, (int64_t)q->server->opt->retry);
		}
	}
	items_release(&all);
	return next;
}
