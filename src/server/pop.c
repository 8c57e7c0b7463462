/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pop: one POP3 session of pabald: a maildrop locked and given out.
 */
#include "priv.h"
#include <unistd.h>

struct pop_live {
	struct live live;               /* first: the list casts */
	struct serving *server;
	struct pop3d *engine;
	struct drive *drive;
	struct trace trace;
	char stamp[128];
	bool open, sending;
	struct maildrop drop;
	struct src src; int fd;         /* the message being sent */
	struct act body;
};

static void stop_sending(struct pop_live *p)
{
	if (p->fd >= 0) {
		src_release(&p->src);
		fs_close(&p->fd);
	}
	p->sending = false;
}

static void end(struct pop_live *p, bool finish)
{
	session_ended(p->server, &p->live);
	stop_sending(p);
	if (p->open)
		maildrop_close(&p->drop);
	if (finish)
		drive_finish(&p->drive);
	else
		drive_free(&p->drive);
	pop3d_free(&p->engine);
	free(p);
}

static void close_live(struct live *l)
{
	end((struct pop_live *)l, false);
}

static void give_secret(struct pop_live *p, const char *name)
{
	const struct user *u = name ? user_find(p->server->opt, name) : NULL;

	pop3d_engine.secret(p->engine, u ? sl(u->password) : SL_NONE);
}

static void open_drop(struct pop_live *p, const char *name)
{
	const struct user *u = user_find(p->server->opt, name);
	struct err err = ERR_INIT;

	if (u && maildrop_open(p->server->spool, u->box, &p->drop, &err) == 0) {
		p->open = true;
		pop3d_open(p->engine, p->drop.msg, p->drop.n, NULL);
		return;
	}
	if (u && err.kind != ERR_LOCKED)
		log_msg(LOG_ERROR, "%s", err.text);
	pop3d_open(p->engine, NULL, 0, err.kind == ERR_LOCKED ? "[IN-USE] Another session has this mailbox open"
		: "[SYS/TEMP] The mailbox can't be opened now");
}

static void answer(struct pop_live *p, const struct act *act)
{
	off_t cut;

	switch (act->event) {
	case EV_OPEN:
		open_drop(p, act->user);
		break;
	case EV_RETR:
		stop_sending(p);
		p->fd = maildrop_message(&p->drop, act->num);
		if (p->fd >= 0) {
			cut = act->count == UINT64_MAX ? -1 : maildrop_top(p->fd, act->count);
			src_range(&p->src, p->fd, 0, cut);
		}
		pop3d_ready(p->engine, p->fd >= 0);
		break;
	case EV_UPDATE:
		pop3d_ready(p->engine, maildrop_update(&p->drop));
		break;
	default:
		pop3d_ready(p->engine, false);
		break;
	}
}

/* 1 all sent, 0 wait, -1 the file can't be read: the session breaks. */
static int send_on(struct pop_live *p)
{
	struct err err = ERR_INIT;
	int r = drive_body(p->drive, &p->body, &p->src, &err);

	if (r < 0)
		log_msg(LOG_ERROR, "%s", err.text);
	if (r != 0)
		stop_sending(p);
	return r;
}

static void ready(struct drive *d, void *ctx)
{
	struct pop_live *p = ctx;
	struct slice run;
	struct act act;

	for (;;) {
		if (p->sending) {
			int r = send_on(p);

			if (r == 0)
				return;
			if (r < 0) {
				end(p, false);
				return;
			}
		}
		switch (drive_next(d, &act, &run)) {
		case WANT_READ: return;
		case WANT_SECRET: give_secret(p, act.user); break;
		case WANT_ANSWER: answer(p, &act); break;
		case WANT_BODY:
			p->body = act;
			p->sending = true;
			break;
		case WANT_EVENT: break;
		case WANT_DONE: end(p, true); return;
		case WANT_FAIL: end(p, true); return;
		default: end(p, false); return;
		}
	}
}

void pop_session(struct serving *server, int fd, const char *peer, bool tls)
{
	struct pop3d_conf conf = { .host = server->host, .tls_offered = !tls, .tls_on = tls,
		.plain_ok = sock_is_loopback(peer) };
	struct pop_live *p = mem_zalloc(sizeof(*p));
	struct drive_conf dc = { .engine = &pop3d_engine, .tls = server->tls, .server = true, .ready = ready, .ctx = p };

	p->server = server;
	p->live.close = close_live;
	p->fd = -1;
	session_began(server, &p->live);
	snprintf(p->stamp, sizeof(p->stamp), "<%lld.%llu@%.60s>", (long long)rt_now(),
		(unsigned long long)server->count, server->host);
	conf.stamp = p->stamp;
	p->engine = pop3d_new(&conf);
	dc.state = p->engine;
	dc.trace = server_trace(server, &p->trace, peer);
	p->drive = drive_new(server->loop, sock_transport(fd), tls, &dc);
}
