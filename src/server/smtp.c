/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smtp: one SMTP session of pabald: the engine's questions answered from the
 * users, the spool and the queue.
 */
#include "priv.h"
#include <unistd.h>

#define HOPS_MAX 50             /* Received fields: a message with more goes round in circles (RFC 5321 6.3) */

struct smtp_live {
	struct live live;               /* first: the list casts */
	struct serving *server;
	struct smtpd *engine;
	struct drive *drive;
	struct trace trace;
	char peer[64];
	struct incoming *in;
	char *from;
	char **boxes; size_t n, cap;    /* mailboxes of the transaction, each once */
	char *only;                     /* the recipient, when there is just one */
	struct rcpt *away; size_t n_away, cap_away;     /* recipients elsewhere    */
	struct rcpt *here; size_t n_here, cap_here;     /* those here who are to be told of   */
	char *envid, *ret;
	off_t body_at;                  /* where the message begins behind Return-Path */
	struct str header;              /* of it, for a report on its delivery   */
	struct src src;
	unsigned rcpts;
	bool storing, full;
};

static void forget_rcpts(struct rcpt *v, size_t *n)
{
	for (size_t i = 0; i < *n; i++) {
		free(v[i].addr);
		free(v[i].orcpt);
		free(v[i].notify);
	}
	*n = 0;
}

static void forget(struct smtp_live *s)
{
	incoming_drop(&s->in);
	for (size_t i = 0; i < s->n; i++)
		free(s->boxes[i]);
	s->n = 0;
	s->rcpts = 0;
	s->full = false;
	forget_rcpts(s->away, &s->n_away);
	forget_rcpts(s->here, &s->n_here);
	free(s->from);
	free(s->only);
	free(s->envid);
	free(s->ret);
	s->from = s->only = s->envid = s->ret = NULL;
}

static void end(struct smtp_live *s, bool finish)
{
	session_ended(s->server, &s->live);
	if (s->storing)
		spool_forget(s->server->spool, s);
	forget(s);
	free(s->boxes);
	free(s->away);
	free(s->here);
	str_release(&s->header);
	if (finish)
		drive_finish(&s->drive);
	else
		drive_free(&s->drive);
	smtpd_free(&s->engine);
	free(s);
}

static void close_live(struct live *l)
{
	end((struct smtp_live *)l, false);
}

/* ---- answers ---- */

static void add_box(struct smtp_live *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->boxes[i], name) == 0)
			return;
	mem_grow(s->boxes, s->n, s->cap);
	s->boxes[s->n++] = mem_strdup(name);
}

static void add_rcpt(struct smtp_live *s, struct rcpt **v, size_t *n, size_t *cap, const char *addr)
{
	for (size_t i = 0; i < *n; i++)
		if (strcmp((*v)[i].addr, addr) == 0)
			return;
	mem_grow(*v, *n, *cap);
	(*v)[(*n)++] = (struct rcpt){ .addr = mem_strdup(addr), .orcpt = mem_strdup(smtpd_param(s->engine, true, "ORCPT")),
		.notify = mem_strdup(smtpd_param(s->engine, true, "NOTIFY")) };
}

static bool wants_success(const struct smtp_live *s)
{
	const char *notify = smtpd_param(s->engine, true, "NOTIFY");

	return notify && strstr(notify, "SUCCESS") && s->from[0];
}

/* false: it was refused. */
static bool passes_on(struct smtp_live *s, const char *addr, const char *domain)
{
	if (!s->server->queue) {
		smtpd_answer(s->engine, 550, "5.7.1", _("Relaying is not done here"));
	} else if (!smtpd_user(s->engine)) {
		smtpd_answer(s->engine, 550, "5.7.1", _("Relaying is done for users who log in"));
	} else if (!route_find(s->server->opt, domain)) {
		smtpd_answer(s->engine, 550, "5.4.4", _("No way to that domain is known here"));
	} else {
		add_rcpt(s, &s->away, &s->n_away, &s->cap_away, addr);
		return true;
	}
	return false;
}

static void answer_rcpt(struct smtp_live *s, const char *addr)
{
	const struct options *o = s->server->opt;
	const struct user *u = user_find(o, addr);
	const char *at = strrchr(addr, '@');

	if (!u && at && !o->capture && !domain_is_ours(o, at + 1)) {
		if (!passes_on(s, addr, at + 1))
			return;
	} else if (!u && o->capture) {
		add_box(s, o->users[0].box);
	} else if (!u) {
		smtpd_answer(s->engine, 550, "5.1.1", _("No such user here"));
		return;
	} else {
		add_box(s, u->box);
		if (wants_success(s))
			add_rcpt(s, &s->here, &s->n_here, &s->cap_here, addr);
	}
	free(s->only);
	s->only = s->rcpts++ == 0 ? mem_strdup(addr) : NULL;
	smtpd_answer(s->engine, 250, "2.1.5", NULL);
}

/* RFC 5321 4.4: Return-Path and Received go on top. */
static int write_traces(struct smtp_live *s, struct err *err)
{
	const char *how = !smtpd_is_esmtp(s->engine) ? "SMTP"
		: smtpd_param(s->engine, false, "SMTPUTF8") ? "UTF8SMTP" : "ESMTP";
	int64_t now = rt_now() / 1000000;
	struct str t;
	int r;

	str_init(&t, 65536);
	str_addf(&t, "Return-Path: <%s>\n", s->from ? s->from : "");
	if (s->only && s->n_away == 0)
		str_addf(&t, "Delivered-To: %s\n", s->only);
	s->body_at = (off_t)t.n;
	str_addf(&t, "Received: from %s ([%s])\n\tby %s (pabald) with %s%s%s",
		smtpd_helo(s->engine) ? smtpd_helo(s->engine) : "unknown", s->peer, s->server->host, how,
		conn_tls_on(drive_conn(s->drive)) ? "S" : "", smtpd_user(s->engine) ? "A" : "");
	if (s->only)
		str_addf(&t, "\n\tfor <%s>", s->only);
	str_adds(&t, ";\n\t");
	date_write(&t, now, date_zone(now));
	str_addc(&t, '\n');
	r = incoming_write(s->in, str_sl(&t), err);
	str_release(&t);
	return r;
}

static void answer_data(struct smtp_live *s)
{
	struct err err = ERR_INIT;

	incoming_drop(&s->in);
	s->in = incoming_new(s->server->spool, &err);
	if (s->in && write_traces(s, &err) == 0) {
		smtpd_answer(s->engine, 354, NULL, NULL);
		return;
	}
	incoming_drop(&s->in);
	log_msg(LOG_ERROR, "%s", err.text);
	smtpd_answer(s->engine, 452, "4.3.1", _("No room for the message now"));
}

static void reported(void *ctx, bool ok, const char *words)
{
	(void)ctx, (void)words;
	if (!ok)
		log_msg(LOG_WARN, "%s", _("A report on a delivery could not be stored."));
}

/* Those who asked for it hear that it is in its mailboxes. */
static void report_delivery(struct smtp_live *s)
{
	struct dsn_rcpt *v = mem_zalloc((s->n_here + 1) * sizeof(*v));
	int64_t now = rt_now() / 1000000;
	struct dsn d = { .host = s->server->host, .to = s->from, .envid = s->envid, .arrival = now, .now = now, .v = v, .n = s->n_here };
	struct src src;

	for (size_t i = 0; i < s->n_here; i++)
		v[i] = (struct dsn_rcpt){ .addr = s->here[i].addr, .orcpt = s->here[i].orcpt, .action = ACTION_DELIVERED, .status = "2.0.0" };
	src_mem(&src, str_sl(&s->header));
	report_send(s->server, &d, &src, reported, NULL);
	src_release(&src);
	free(v);
}

static void stored(void *ctx, bool ok, const char *words)
{
	struct smtp_live *s = ctx;

	s->storing = false;
	if (ok && s->n_here)
		report_delivery(s);
	if (ok)
		smtpd_answer(s->engine, 250, "2.0.0", _("Stored"));
	else
		smtpd_answer(s->engine, 452, "4.3.1", words);
	drive_wake(s->drive);
}

/* Its header without what we put on top. */
static int read_header(struct smtp_live *s, struct err *err)
{
	char block[8192];
	size_t length;
	ssize_t n;

	str_clear(&s->header);
	if (incoming_src(s->in, s->body_at, &s->src, err) != 0)
		return -1;
	while ((n = src_read(&s->src, block, sizeof(block), err)) > 0 && str_add(&s->header, block, (size_t)n) == 0)
		;
	src_release(&s->src);
	length = hdr_length(str_sl(&s->header));
	str_cut(&s->header, length);
	return n < 0 ? -1 : 0;
}

static struct src *open_in(void *ctx, struct err *err)
{
	struct smtp_live *s = ctx;

	return incoming_src(s->in, s->body_at, &s->src, err) == 0 ? &s->src : NULL;
}

/* What goes elsewhere is safe in the queue on return; -1: it was answered. */
static int pass_on(struct smtp_live *s)
{
	struct passed m = { .from = s->from, .envid = s->envid, .ret = s->ret, .v = s->away, .n = s->n_away };
	struct err err = ERR_INIT;

	if (read_header(s, &err) == 0 && hdr_count(str_sl(&s->header), "Received") > HOPS_MAX) {
		smtpd_answer(s->engine, 554, "5.4.6", _("This message goes round in circles"));
		return -1;
	}
	if (err.kind == ERR_NONE && (s->n_away == 0 || queue_put(s->server->queue, &m, open_in, s, &err) == 0))
		return 0;
	log_msg(LOG_ERROR, "%s", err.text);
	smtpd_answer(s->engine, 452, "4.3.1", _("No room for the message now"));
	return -1;
}

static void answer_store(struct smtp_live *s)
{
	if (s->full || !s->in) {
		incoming_drop(&s->in);
		smtpd_answer(s->engine, 452, "4.3.1", _("No room for the message now"));
		return;
	}
	if ((s->n_away || s->n_here) && pass_on(s) != 0) {
		incoming_drop(&s->in);
		return;
	}
	if (s->n_away)
		queue_kick(s->server->queue);
	if (s->n == 0) {
		incoming_drop(&s->in);
		smtpd_answer(s->engine, 250, "2.0.0", _("Queued"));
		return;
	}
	s->storing = true;
	incoming_store(&s->in, s->server->loop, s->boxes, s->n, stored, s);
}

static void answer(struct smtp_live *s, const struct act *act)
{
	switch (act->event) {
	case EV_MAIL:
		forget(s);
		s->from = mem_strdup(act->addr);
		s->envid = mem_strdup(smtpd_param(s->engine, false, "ENVID"));
		s->ret = mem_strdup(smtpd_param(s->engine, false, "RET"));
		smtpd_answer(s->engine, 250, "2.1.0", NULL);
		break;
	case EV_RCPT:
		answer_rcpt(s, act->addr);
		break;
	case EV_DATA:
		answer_data(s);
		break;
	case EV_STORE:
		answer_store(s);
		break;
	case EV_VRFY:
		if (user_find(s->server->opt, act->addr))
			smtpd_answer(s->engine, 252, "2.5.2", _("Send some mail, I'll try"));
		else
			smtpd_answer(s->engine, 550, "5.1.1", _("No such user here"));
		break;
	default:
		smtpd_answer(s->engine, 502, "5.5.1", NULL);
		break;
	}
}

static void bytes(struct smtp_live *s, struct slice run)
{
	struct err err = ERR_INIT;

	if (s->in && !s->full && incoming_write(s->in, run, &err) != 0) {
		s->full = true;
		log_msg(LOG_ERROR, "%s", err.text);
	}
}

static void give_secret(struct smtp_live *s, const char *name)
{
	const struct user *u = name ? user_find(s->server->opt, name) : NULL;

	smtpd_engine.secret(s->engine, u ? sl(u->password) : SL_NONE);
}

static void ready(struct drive *d, void *ctx)
{
	struct smtp_live *s = ctx;
	struct slice run;
	struct act act;

	for (;;) {
		/* While a message is stored the session rests: stored() wakes it. */
		if (s->storing)
			return;
		switch (drive_next(d, &act, &run)) {
		case WANT_READ: return;
		case WANT_SECRET: give_secret(s, act.user); break;
		case WANT_ANSWER: answer(s, &act); break;
		case WANT_SINK: bytes(s, run); break;
		case WANT_EVENT:
			if (act.event == EV_RESET)
				forget(s);
			break;
		case WANT_DONE: end(s, true); return;
		case WANT_FAIL: end(s, true); return;
		default: end(s, false); return;
		}
	}
}

void smtp_session(struct serving *server, int fd, const char *peer, bool tls)
{
	const struct options *o = server->opt;
	struct smtpd_conf conf = { .host = server->host, .tls_offered = !tls, .tls_on = tls,
		.plain_ok = sock_is_loopback(peer), .auth_offered = o->n_users > 0,
		.max_size = o->max_size, .max_rcpts = 1000, .max_errors = 20 };
	struct smtp_live *s = mem_zalloc(sizeof(*s));
	struct drive_conf dc = { .engine = &smtpd_engine, .tls = server->tls, .server = true, .ready = ready, .ctx = s };

	str_init(&s->header, 64 << 10);
	s->server = server;
	s->live.close = close_live;
	snprintf(s->peer, sizeof(s->peer), "%s", peer);
	session_began(server, &s->live);
	s->engine = smtpd_new(&conf);
	dc.state = s->engine;
	dc.trace = server_trace(server, &s->trace, peer);
	s->drive = drive_new(server->loop, sock_transport(fd), tls, &dc);
}
