/* SPDX-License-Identifier: GPL-3.0-or-later
 * talk-play: the pump of the dialogue tests, see talk.h.  It does what job/drive.c
 * has to do: lines only at WANT_READ, nothing waiting where the engine is quiet. */
#include "talk.h"

struct play {
	const struct talk *t;
	struct talk_run *r;
	const struct engine *v;
	void *e;
	char mine;
	size_t peer, peer_off, own;     /* cursors into the script */
	struct str in, out, text;
	size_t mail, todo;              /* next to give */
	struct smtp_rcpt rcpts[400];
	struct smtp_mail cur;
	struct pop3d_msg drop[16];
	char password[128];
};

static void note(struct play *p, const char *fmt, ...) PRINTF(2, 3);

static void note(struct play *p, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	str_vaddf(&p->r->log, fmt, ap);
	va_end(ap);
	str_addc(&p->r->log, '\n');
}

static void log_text(struct str *log, struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '\n')
			str_adds(log, "\\n");
		else if (c < ' ' || c > 126 || c == '\\')
			str_addf(log, "\\x%02x", c);
		else
			str_addc(log, (char)c);
	}
}

static void note_text(struct play *p, const char *verb, struct slice s)
{
	str_adds(&p->r->log, verb);
	if (s.n)
		str_addc(&p->r->log, ' ');
	log_text(&p->r->log, s);
	str_addc(&p->r->log, '\n');
}

static const char *const kinds[] = { "none", "sys", "net", "timeout", "tls", "auth", "temp", "perm",
	"proto", "limit", "input", "config", "notfound", "exists", "locked", "cancel" };
static const char *const states[] = { "new", "sent", "temp", "perm", "unsure" };

static void stuck(struct play *p, const char *why, struct slice s)
{
	p->r->stuck = true;
	note_text(p, why, s);
}

static void hang_up(struct play *p, enum err_kind kind, const char *why)
{
	struct err e = ERR_INIT;

	err_set(&e, kind, "%s", why);
	p->v->lost(p->e, &e);
}

static char peer_name(const struct play *p)
{
	return p->mine == 'C' ? 'S' : 'C';
}

/* What the peer says next; false: nothing more, ever. */
static bool more_in(struct play *p)
{
	size_t room = p->r->chunk ? p->r->chunk : SIZE_MAX;

	while (room && p->peer < p->t->n) {
		const struct talk_line *l = &p->t->lines[p->peer];
		struct slice rest;

		if (l->who == p->mine) {
			if (p->own <= p->peer)
				break;
			p->peer++;
			continue;
		}
		if (l->who != peer_name(p))
			break;
		rest = sl_head(
			sl_skip(str_sl(&l->text), p->peer_off), MIN(room, p->r->cut - p->r->fed));
		if (rest.n == 0)
			return false;
		str_addsl(&p->in, rest);
		p->r->fed += rest.n;
		p->peer_off += rest.n;
		room -= rest.n;
		if (p->peer_off == l->text.n) {
			p->peer++;
			p->peer_off = 0;
		}
		if (p->r->chunk == 0 && p->r->fed == p->r->cut)
			break;
	}
	return room < (p->r->chunk ? p->r->chunk : SIZE_MAX);
}

static bool fits(struct slice got, struct slice want)
{
	ssize_t any = sl_search(want, SL("{any}"));
	struct slice tail;

	if (any < 0)
		return sl_eq(got, want);
	tail = sl_skip(want, (size_t)any + 5);
	return got.n >= (size_t)any + tail.n &&
		sl_eq(sl_head(got, (size_t)any), sl_head(want, (size_t)any)) &&
		sl_eq(sl_skip(got, got.n - tail.n), tail);
}

/* The script has something of the peer before this own line. */
static bool is_early(const struct play *p)
{
	for (size_t i = p->peer; i < p->own; i++)
		if (p->t->lines[i].who == peer_name(p))
			return p->r->fed < p->r->cut;
	return false;
}

/* Own lines are compared with the script, one by one, each as long as it is there. */
static void check_out(struct play *p)
{
	while (p->out.n && !p->r->stuck) {
		struct slice got = str_sl(&p->out), want;
		ssize_t lf;

		while (p->own < p->t->n && p->t->lines[p->own].who != p->mine)
			p->own++;
		if (p->own == p->t->n) {
			/* A cut script may have less to object to than a whole one. */
			if (p->r->cut == SIZE_MAX)
				stuck(p, "extra", got);
			str_clear(&p->out);
			return;
		}
		want = str_sl(&p->t->lines[p->own].text);
		if (sl_search(want, SL("{any}")) < 0 && want.n <= got.n) {
			got.n = want.n;
		} else if ((lf = sl_find(got, '\n')) >= 0) {
			got.n = (size_t)lf + 1;
		} else {
			return;
		}
		if (p->mine == 'C' && is_early(p))
			stuck(p, "early", got);
		if (!fits(got, want))
			stuck(p, "wrong", got);
		p->r->end_out |= sl_is(got, ".\r\n") || sl_is(got, "BDAT 0 LAST\r\n");
		str_drop(&p->out, got.n);
		p->own++;
	}
}

static void give_line(struct play *p)
{
	for (;;) {
		struct slice in = str_sl(&p->in), line;
		ssize_t lf = p->mine == 'C' ? sl_find(in, '\n') : sl_search(in, SL("\r\n"));

		if (lf >= 0) {
			char *copy;

			line = sl_head(in, (size_t)lf);
			if (p->mine == 'C' && line.n && line.p[line.n - 1] == '\r')
				line.n--;
			copy = mem_alloc(line.n ? line.n : 1);
			if (line.n)
				memcpy(copy, line.p, line.n);
			p->v->line(p->e, sl_make(copy, line.n));
			free(copy);
			str_drop(&p->in, (size_t)lf + (p->mine == 'C' ? 1 : 2));
			return;
		}
		if (in.n > PROTO_LINE_MAX) {
			hang_up(p, ERR_LIMIT, "The line is too long.");
			return;
		}
		if (!more_in(p)) {
			if (p->peer < p->t->n && p->t->lines[p->peer].who == p->mine &&
				p->r->fed < p->r->cut && p->own <= p->peer)
				stuck(p, "reads before", str_sl(&p->t->lines[p->peer].text));
			hang_up(p, ERR_NET, "The connection was lost.");
			return;
		}
	}
}

static void give_data(struct play *p)
{
	for (;;) {
		struct slice in = str_sl(&p->in), run;
		int rc = p->v->data(p->e, &in, &run);

		if (rc == 1)
			str_addsl(&p->text, run);
		str_drop(&p->in, p->in.n - in.n);
		if (rc == 2 || rc == -1)
			return;
		if (rc == 0 && !more_in(p)) {
			hang_up(p, ERR_NET, "The connection was lost.");
			return;
		}
	}
}

static void send_text(struct play *p, struct slice text, bool dot)
{
	struct stuff s;

	stuff_init(&s, dot);
	stuff_feed(&s, text, &p->out);
	stuff_end(&s, &p->out);
	check_out(p);
	p->v->sent(p->e);
}

/* ---- the owners of the four engines ---- */

static void smtp_work(struct play *p)
{
	size_t i = p->mail;

	if (i == p->t->n_mails) {
		smtp_quit(p->e);
		return;
	}
	p->mail++;
	p->r->end_out = false;
	p->cur = p->t->mails[i].m;
	p->cur.chunk = true;
	p->cur.n = p->t->n_rcpts[i];
	p->cur.rcpt = p->rcpts;
	memcpy(p->rcpts, p->t->rcpts[i], p->cur.n * sizeof(p->rcpts[0]));
	smtp_mail(p->e, &p->cur);
}

static void pop3_work(struct play *p)
{
	struct slice rest = p->todo < p->t->n_dos ? sl(p->t->dos[p->todo]) : SL("quit"), word, num;
	uint64_t a, b;

	p->todo++;
	while (sl_word(&rest, &word)) {
		if (sl_is(word, "stat")) {
			pop3_stat(p->e);
		} else if (sl_is(word, "uidl")) {
			pop3_uidl(p->e);
		} else if (sl_is(word, "list")) {
			pop3_list(p->e);
		} else if (sl_is(word, "quit")) {
			pop3_quit(p->e);
		} else if (sl_word(&rest, &num) && sl_u64(num, UINT32_MAX, &a) == 0) {
			if (sl_is(word, "retr"))
				pop3_retr(p->e, (uint32_t)a);
			else if (sl_is(word, "dele"))
				pop3_dele(p->e, (uint32_t)a);
			else if (sl_is(word, "top") && sl_word(&rest, &num) &&
				sl_u64(num, UINT32_MAX, &b) == 0)
				pop3_top(p->e, (uint32_t)a, (unsigned)b);
		}
	}
}

static void mail_done(struct play *p)
{
	for (size_t i = 0; i < p->cur.n; i++) {
		struct smtp_rcpt *r = &p->rcpts[i];

		str_adds(&p->r->log, "rcpt ");
		log_text(&p->r->log, sl(r->addr));
		note(p, " %s %d%s%s", states[r->state], r->reply.code, *r->reply.enh ? " " : "",
			r->reply.enh);
		if (r->state == RCPT_SENT && p->r->sent_at == SIZE_MAX)
			p->r->sent_at = p->r->fed;
		p->r->untrue |= r->state == RCPT_NEW || !r->reply.text;
		p->r->untrue |= r->state == RCPT_SENT && r->reply.code / 100 != 2;
		p->r->untrue |= r->state == RCPT_TEMP && r->reply.code == 0 && p->r->end_out;
		reply_release(&r->reply);
	}
	p->cur.n = 0;
}

static void on_event(struct play *p, const struct act *a)
{
	switch (a->event) {
	case EV_MAIL_DONE:
		mail_done(p);
		break;
	case EV_STAT:
		note(p, "stat %llu %llu", (unsigned long long)a->count,
			(unsigned long long)a->size);
		break;
	case EV_UID:
		note(p, "uid %u " SL_FMT, a->num, SL_ARG(a->uid));
		break;
	case EV_SIZE:
		note(p, "size %u %llu", a->num, (unsigned long long)a->size);
		break;
	case EV_LIST_END:
		note(p, "end");
		break;
	case EV_GOT:
		note_text(p, "got", str_sl(&p->text));
		str_clear(&p->text);
		break;
	case EV_REFUSED:
		note(p, "refused %u %s", a->num, kinds[a->err.kind]);
		break;
	case EV_DELETED:
		note(p, "deleted %u", a->num);
		break;
	case EV_RESET:
		note(p, "reset");
		str_clear(&p->text);
		break;
	case EV_LOGIN:
		note(p, "login %s", a->user);
		break;
	case EV_LOGIN_FAILED:
		note(p, "login failed");
		break;
	default:
		note(p, "an event that is none");
		break;
	}
}

/* "verb addr code enh words" of the file, or yes. */
static void smtpd_say(struct play *p, const char *verb, const char *addr, int code, const char *enh)
{
	for (size_t i = 0; i < p->t->n_answers; i++) {
		struct slice rest = sl(p->t->answers[i]), v, a, c, en = SL_NONE;
		char enh2[16], text[100];
		uint64_t n;

		if (!sl_word(&rest, &v) || !sl_word(&rest, &a) || !sl_word(&rest, &c) ||
			!sl_is(v, verb) || (!sl_is(a, "*") && !sl_is(a, addr)) ||
			sl_u64(c, 999, &n) != 0)
			continue;
		sl_word(&rest, &en);
		snprintf(enh2, sizeof(enh2), SL_FMT, SL_ARG(en));
		snprintf(text, sizeof(text), SL_FMT, SL_ARG(sl_trim(rest)));
		smtpd_answer(p->e, (int)n, enh2, *text ? text : NULL);
		return;
	}
	smtpd_answer(p->e, code, enh, NULL);
}

static void note_param(struct play *p, bool rcpt, const char *name)
{
	const char *v = smtpd_param(p->e, rcpt, name);

	if (v)
		note_text(p, name, sl(v));
}

static void on_ask(struct play *p, const struct act *a)
{
	if (a->event == EV_MAIL) {
		note_text(p, "mail", sl(a->addr));
		note_param(p, false, "SIZE");
		note_param(p, false, "BODY");
		note_param(p, false, "SMTPUTF8");
		note_param(p, false, "RET");
		note_param(p, false, "ENVID");
		smtpd_say(p, "mail", a->addr, 250, "2.1.0");
	} else if (a->event == EV_RCPT) {
		note_text(p, "to", sl(a->addr));
		note_param(p, true, "NOTIFY");
		note_param(p, true, "ORCPT");
		smtpd_say(p, "rcpt", a->addr, 250, "2.1.5");
	} else if (a->event == EV_DATA) {
		smtpd_say(p, "data", "", 354, NULL);
	} else if (a->event == EV_STORE) {
		note_text(p, "stored", str_sl(&p->text));
		str_clear(&p->text);
		smtpd_say(p, "store", "", 250, "2.0.0");
	} else if (a->event == EV_VRFY) {
		note_text(p, "vrfy", sl(a->addr));
		smtpd_say(p, "vrfy", a->addr, 252, "2.1.5");
	} else if (a->event == EV_OPEN) {
		char refusal[128];

		note(p, "open %s", a->user);
		pop3d_open(p->e, p->drop, p->t->n_drop,
			talk_conf(p->t, "locked", refusal) ? "[IN-USE] Locked" : NULL);
	} else if (a->event == EV_RETR) {
		note(p, "retr %u %lld", a->num,
			a->count == UINT64_MAX ? -1LL : (long long)a->count);
		pop3d_ready(p->e, true);
	} else if (a->event == EV_UPDATE) {
		for (size_t i = 0; i < p->t->n_drop; i++)
			if (p->drop[i].deleted)
				note(p, "removed %s", p->drop[i].uid);
		pop3d_ready(p->e, true);
	}
}

static void make(struct play *p)
{
	const struct talk *t = p->t;
	char v[8][128];
	const char *tls = talk_conf(t, "tls", v[0]), *user = talk_conf(t, "user", v[1]),
		   *mech = talk_conf(t, "mech", v[2]);
	enum tls_mode mode = !tls ? TLS_NONE : *tls == 'd' ? TLS_DIRECT : TLS_UPGRADE;
	const char *num = talk_conf(t, "max", v[3]), *win = talk_conf(t, "window", v[4]);
	const char *stamp = talk_conf(t, "stamp", v[5]), *helo = talk_conf(t, "helo", v[6]);
	uint64_t max = 0, window = 0;

	if (num)
		sl_u64(sl(num), UINT64_MAX, &max);
	if (win)
		sl_u64(sl(win), UINT32_MAX, &window);
	if (strcmp(t->engine, "smtp") == 0) {
		p->v = &smtp_engine;
		p->e = smtp_new(&(struct smtp_conf){ .helo = helo ? helo : "client.test",
			.host = "mail.test", .tls = mode, .user = user, .mech = mech,
			.clear_ok = talk_conf(t, "clear", v[7]) });
	} else if (strcmp(t->engine, "pop3") == 0) {
		p->v = &pop3_engine;
		p->e = pop3_new(&(struct pop3_conf){ .host = "mail.test", .tls = mode,
			.user = user ? user : "bob", .mech = mech,
			.clear_ok = talk_conf(t, "clear", v[7]),
			.window = (unsigned)window,
			.max_messages = (uint32_t)max });
	} else if (strcmp(t->engine, "smtpd") == 0) {
		p->v = &smtpd_engine;
		p->e = smtpd_new(&(struct smtpd_conf){ .host = "mail.test",
			.tls_offered = tls,
			.plain_ok = talk_conf(t, "clear", v[7]),
			.auth_offered = talk_conf(t, "auth", v[0]),
			.auth_needed = talk_conf(t, "needed", v[1]),
			.max_size = max,
			.max_rcpts = 3,
			.max_errors = 5 });
	} else {
		p->v = &pop3d_engine;
		p->e = pop3d_new(&(struct pop3d_conf){ .host = "mail.test",
			.tls_offered = tls,
			.plain_ok = talk_conf(t, "clear", v[7]),
			.stamp = stamp });
		for (size_t i = 0; i < t->n_drop; i++)
			p->drop[i] = (struct pop3d_msg){ .uid = t->drop[i].uid,
				.size = t->drop[i].text.n };
	}
	p->mine = strchr(t->engine, 'd') ? 'S' : 'C';
}

static void give_secret(struct play *p)
{
	const char *pw = talk_conf(p->t, "password", p->password);

	p->v->secret(p->e, pw ? sl(pw) : SL_NONE);
}

/* All that the peer said by now. */
static void all_in(struct play *p)
{
	size_t chunk = p->r->chunk;

	p->r->chunk = 0;
	more_in(p);
	p->r->chunk = chunk;
}

static void start_tls(struct play *p)
{
	all_in(p);
	if (p->in.n || p->peer >= p->t->n || p->t->lines[p->peer].who != 'T') {
		hang_up(p, p->in.n ? ERR_TLS : ERR_NET, "Bytes came before the handshake.");
		return;
	}
	p->peer++;
	p->v->tls_up(p->e);
}

static void send_body(struct play *p, const struct act *a)
{
	if (p->mine == 'C')
		send_text(p, str_sl(&p->t->mails[p->mail - 1].body), a->dot);
	else
		send_text(p, str_sl(&p->t->drop[a->num - 1].text), a->dot);
}

static bool is_secret_kept(struct play *p, const struct act *a)
{
	return !*p->password || a->secret || sl_search(a->out, sl(p->password)) < 0;
}

static bool turn(struct play *p)
{
	struct act a;
	enum want w = p->v->next(p->e, &a);

	/* Whatever the peer said by now is here; where nothing was asked that is wrong. */
	if (a.quiet && w != WANT_TLS) {
		all_in(p);
		if (p->in.n) {
			hang_up(p, ERR_PROTO, "The server answered before it was asked.");
			return true;
		}
	}
	switch (w) {
	case WANT_READ:
		give_line(p);
		return true;
	case WANT_WRITE:
		if (!is_secret_kept(p, &a) || (a.secret && !a.shown.n) ||
			(a.secret && sl_search(a.shown, sl(p->password)) >= 0))
			stuck(p, "secret shown", a.out);
		str_addsl(&p->out, a.out);
		check_out(p);
		return true;
	case WANT_TLS:
		start_tls(p);
		return true;
	case WANT_SECRET:
		give_secret(p);
		return true;
	case WANT_SINK:
		give_data(p);
		return true;
	case WANT_BODY:
		send_body(p, &a);
		return true;
	case WANT_COMMIT:
		p->v->go(p->e);
		return true;
	case WANT_NEXT:
		if (p->v == &pop3_engine)
			pop3_work(p);
		else
			smtp_work(p);
		return true;
	case WANT_EVENT:
		on_event(p, &a);
		return true;
	case WANT_ANSWER:
		on_ask(p, &a);
		return true;
	case WANT_DONE:
		note(p, "done");
		break;
	case WANT_FAIL:
		note(p, "fail %s", kinds[a.err.kind]);
		p->r->untrue |= !a.err.text[0];
		break;
	}
	p->r->end = w;
	return false;
}

void talk_play(const struct talk *t, struct talk_run *r)
{
	struct play *p = mem_zalloc(sizeof(*p));
	unsigned turns = 0;

	p->t = t;
	p->r = r;
	r->fed = 0;
	r->sent_at = SIZE_MAX;
	r->end_out = r->stuck = r->untrue = false;
	str_clear(&r->log);
	str_init(&p->in, STR_MAX);
	str_init(&p->out, STR_MAX);
	str_init(&p->text, STR_MAX);
	make(p);
	while (turn(p) && ++turns < 10000)
		;
	if (turns == 10000)
		stuck(p, "turns for ever", SL_NONE);
	if (p->out.n && r->cut == SIZE_MAX)
		stuck(p, "left over", str_sl(&p->out));
	smtp_free(p->v == &smtp_engine ? (struct smtp **)&p->e : &(struct smtp *){ NULL });
	pop3_free(p->v == &pop3_engine ? (struct pop3 **)&p->e : &(struct pop3 *){ NULL });
	smtpd_free(p->v == &smtpd_engine ? (struct smtpd **)&p->e : &(struct smtpd *){ NULL });
	pop3d_free(p->v == &pop3d_engine ? (struct pop3d **)&p->e : &(struct pop3d *){ NULL });
	for (size_t i = 0; i < p->cur.n; i++)
		reply_release(&p->rcpts[i].reply);
	str_release(&p->in);
	str_release(&p->out);
	str_release(&p->text);
	free(p);
}
