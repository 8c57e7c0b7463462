/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * session: one connection of a job to a server: dialled, encrypted as the
 * account says, joined to an engine.  It turns the loop into straight-line
 * code: session_next waits until the engine wants something of the job.
 */
#include "priv.h"
#include <unistd.h>

struct dialling { bool done; int fd; struct err err; };

static void dialled(void *ctx, int fd, const struct err *err)
{
	struct dialling *d = ctx;

	d->done = true;
	d->fd = fd;
	if (fd < 0)
		d->err = *err;
}

static int dial(struct session *s, const char *host, const char *port, struct err *err)
{
	struct dialling d = { .fd = -1 };
	struct sock_dial *dial_;
	unsigned limit = s->conf->timeout ? MIN(s->conf->timeout, 60u) : 60;

	if (s->trace)
		trace_note(s->trace, "connecting to %s port %s", host, port);
	dial_ = sock_connect(s->front->loop, host, port, limit, dialled, &d);
	while (!d.done && !front_cancelled(s->front))
		if (loop_turn(s->front->loop, -1, err) != 0)
			break;
	sock_dial_free(&dial_);
	if (d.fd < 0) {
		if (d.done)
			*err = d.err;
		else
			err_set(err, ERR_CANCEL, _("Stopped."));
		if (s->trace)
			trace_note(s->trace, "%s", err->text);
	}
	return d.fd;
}

/* The hosts that take the mail of a domain, until one answers. */
static int dial_mx(struct session *s, const struct server *server, struct err *err)
{
	char **hosts;
	size_t n;
	int fd = -1;

	if (mx_lookup(server->host, &hosts, &n, err) != 0)
		return -1;
	if (!hosts[0][0])
		err_set(err, ERR_NOTFOUND, _("%s takes no mail at all."), server->host);
	for (size_t i = 0; i < n && hosts[i][0] && fd < 0 && !front_cancelled(s->front); i++) {
		fd = dial(s, hosts[i], server->port, err);
		if (fd >= 0)
			s->host = mem_strdup(hosts[i]);
	}
	for (size_t i = 0; i < n; i++)
		free(hosts[i]);
	free(hosts);
	return fd;
}

static void ready(struct drive *d, void *ctx)
{
	struct session *s = ctx;

	(void)d;
	s->ready = true;
}

int session_open(struct session *s, struct front *front, const struct conf *conf, const struct account *a,
	const struct server *server, const struct engine *engine, void *state, struct trace *trace, struct err *err)
{
	struct drive_conf dc = { .engine = engine, .state = state, .trace = trace, .host = server->host,
		.max_wait = conf->timeout, .ready = ready, .ctx = s };
	int fd;

	memset(s, 0, sizeof(*s));
	s->front = front;
	s->conf = conf;
	s->account = a;
	s->server = server;
	s->engine = engine;
	s->state = state;
	s->trace = trace;
	if (server->tls == CONF_MAY)
		s->tls = tls_client_any();
	else if (server->tls != CONF_PLAIN && !(s->tls = tls_client(a->tls_trust, a->tls_fingerprint, err)))
		return -1;
	dc.tls = s->tls;
	fd = server->mx ? dial_mx(s, server, err) : dial(s, server->host, server->port, err);
	if (s->host)
		dc.host = s->host;
	if (fd < 0) {
		tls_free(&s->tls);
		return -1;
	}
	s->drive = drive_new(front->loop, sock_transport(fd), server->tls == CONF_TLS, &dc);
	return 0;
}

void session_close(struct session *s)
{
	drive_free(&s->drive);
	tls_free(&s->tls);
	free(s->host);
	s->host = NULL;
}

static int give_secret(struct session *s, struct act *act)
{
	struct str password;
	int r;

	str_init(&password, 65536);
	r = front_password(s->front, s->account, s->server, &password, &act->err);
	s->gave = r == 0;
	if (r == 0)
		s->engine->secret(s->state, str_sl(&password));
	str_wipe(&password);
	str_release(&password);
	return r;
}

enum want session_next(struct session *s, struct act *act, struct slice *run)
{
	for (;;) {
		enum want w = drive_next(s->drive, act, run);

		if (w == WANT_SECRET) {
			if (give_secret(s, act) != 0)
				return WANT_FAIL;
			continue;
		}
		if (w == WANT_FAIL && act->err.kind == ERR_AUTH && s->gave)
			front_item(s->front, "password", "refused", s->account->name, NULL);
		if (w != WANT_READ)
			return w;
		s->ready = false;
		while (!s->ready) {
			if (front_cancelled(s->front)) {
				err_set(&act->err, ERR_CANCEL, _("Stopped."));
				return WANT_FAIL;
			}
			if (loop_turn(s->front->loop, -1, &act->err) != 0)
				return WANT_FAIL;
		}
	}
}

int session_body(struct session *s, const struct act *act, struct src *src, struct err *err)
{
	for (;;) {
		int r = drive_body(s->drive, act, src, err);

		if (r != 0)
			return r == 1 ? 0 : -1;
		s->ready = false;
		while (!s->ready) {
			if (front_cancelled(s->front))
				return err_set(err, ERR_CANCEL, _("Stopped."));
			if (loop_turn(s->front->loop, -1, err) != 0)
				return -1;
		}
	}
}

bool session_clear_ok(const struct account *a, const struct server *server)
{
	return a->cleartext_password || (server->set && sock_is_loopback(server->host));
}

enum tls_mode session_tls(const struct server *s)
{
	switch (s->tls) {
	case CONF_PLAIN: return TLS_NONE;
	case CONF_STARTTLS: return TLS_UPGRADE;
	case CONF_TLS: return TLS_DIRECT;
	case CONF_MAY: return TLS_MAY;
	}
	return TLS_DIRECT;
}
