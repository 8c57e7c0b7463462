/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smtp: the client side of RFC 5321.
 *
 *   GREET - EHLO - (STARTTLS - TLS - EHLO) - (LOGIN - AUTH) - IDLE
 *   IDLE - ENVELOPE - BODY - (CHUNK) - COMMIT - END - REPORT - IDLE
 *
 * 1. Replies are counted: each one answers the oldest command without one (due).
 * 2. A recipient is RCPT_SENT only by a 2yz to the end of data.
 * 3. Once next() has given out the end of data, nothing but its answer decides:
 *    without one the recipients are RCPT_UNSURE.
 * 4. What the server said before TLS is forgotten and never shown as its word.
 * 5. Everything of one mail lives in tx, zeroed for each.
 */
#include "base/base.h"
#include "proto/priv.h"

struct smtp *smtp_new(const struct smtp_conf *c)
{
	struct smtp *s = mem_zalloc(sizeof(*s));

	s->conf = *c;
	s->conf.helo = mem_strdup(c->helo);
	s->conf.host = mem_strdup(c->host);
	s->conf.user = mem_strdup(c->user);
	s->conf.mech = mem_strdup(c->mech);
	s->tls_on = c->tls == TLS_DIRECT;
	s->due = 1;
	str_init(&s->out, 65536);
	str_init(&s->initial, SASL_LINE_MAX);
	str_init(&s->ext.mechs, 4096);
	return s;
}

static void tx_clear(struct smtp *s)
{
	reply_release(&s->tx.refusal);
	memset(&s->tx, 0, sizeof(s->tx));
	s->mail = NULL;
}

void smtp_free(struct smtp **sp)
{
	struct smtp *s = *sp;

	if (!s)
		return;
	tx_clear(s);
	smtp_login_clear(s);
	str_wipe(&s->out);
	str_release(&s->out);
	str_release(&s->initial);
	str_release(&s->ext.mechs);
	str_release(&s->in.text);
	reply_release(&s->reply);
	free((void *)(uintptr_t)s->conf.helo);
	free((void *)(uintptr_t)s->conf.host);
	free((void *)(uintptr_t)s->conf.user);
	free((void *)(uintptr_t)s->conf.mech);
	free(s);
	*sp = NULL;
}

unsigned smtp_caps(const struct smtp *s)
{
	return s->ext.caps;
}

uint64_t smtp_max_size(const struct smtp *s)
{
	return s->ext.max_size;
}

/* ---- ends ---- */

/* A mail at hand gets its results first: the words are those of r, or of the
 * error where nothing was said. */
enum smtp_st smtp_fail(struct smtp *s, const struct reply *r)
{
	struct reply ours = { .text = s->err.text };

	if (!s->mail || s->st == ST_REPORT)
		return ST_FAIL;
	if (s->tx.failed)
		return mail_finish(s, mail_by_code(s->tx.refusal.code), &s->tx.refusal, ST_FAIL);
	/* A 421 is an answer also to the end of data: it was not taken. */
	if (s->tx.end_out && !(r && r->code == 421))
		return mail_finish(s, RCPT_UNSURE, &ours, ST_FAIL);
	return mail_finish(s, RCPT_TEMP, r ? r : &ours, ST_FAIL);
}

struct words smtp_said(const struct smtp *s, const struct reply *r)
{
	bool trusted = s->conf.tls != TLS_UPGRADE || s->tls_on;
	struct words w;
	char text[600];

	snprintf(text, sizeof(text), "%d %s%s%.500s", r->code, r->enh, *r->enh ? " " : "",
		trusted && r->text ? r->text : "");
	w = words_of(sl(text));
	return w;
}

/* What the server was asked, in the protocol's own words. */
static const char *asked(const struct smtp *s)
{
	switch (s->st) {
	case ST_GREET:
		return "CONNECT";
	case ST_EHLO:
		return "EHLO";
	case ST_HELO:
		return "HELO";
	case ST_STARTTLS:
	case ST_TLS:
		return "STARTTLS";
	case ST_LOGIN:
	case ST_AUTH:
	case ST_CANCEL:
		return "AUTH";
	case ST_ENVELOPE:
		if (s->tx.r.step <= STEP_MAIL)
			return "MAIL";
		return s->tx.r.step == STEP_RCPT ? "RCPT" : "DATA";
	case ST_BODY:
	case ST_CHUNK:
		return s->tx.chunk ? "BDAT" : "DATA";
	case ST_DOT:
	case ST_COMMIT:
	case ST_END:
		return s->tx.chunk ? "BDAT LAST" : "CRLF.CRLF";
	case ST_QUIT:
		return "QUIT";
	case ST_IDLE:
	case ST_REPORT:
	case ST_DONE:
	case ST_FAIL:
		break;
	}
	return "-";
}

enum smtp_st smtp_refused(struct smtp *s, const struct reply *r)
{
	int class = r->code / 100;

	err_set(&s->err, class == 4 ? ERR_TEMP : class == 5 ? ERR_PERM : ERR_PROTO,
		class == 4 ? _("%s can't serve us now; it answered %s with \"%s\".") :
		class == 5 ? _("%s refuses to serve us; it answered %s with \"%s\".") :
			_("%s does not keep to the protocol; it answered %s with \"%s\"."),
		s->conf.host, asked(s), smtp_said(s, r).z);
	return smtp_fail(s, class == 4 || class == 5 ? r : NULL);
}

/* ---- before the first mail ---- */

static enum smtp_st greeted(struct smtp *s)
{
	struct slice helo = sl(s->conf.helo);
	bool good = helo.n > 0 && helo.n <= 255;

	for (size_t i = 0; i < helo.n; i++)
		good &= helo.p[i] > ' ' && helo.p[i] < 127;
	if (good)
		return ST_EHLO;
	err_set(&s->err, ERR_CONFIG, _("Our own name \"%s\" can't be said to a mail server."),
		words_of(helo).z);
	return ST_FAIL;
}

static enum smtp_st after_ehlo(struct smtp *s, const struct reply *r)
{
	bool upgrade = s->conf.tls == TLS_UPGRADE && !s->tls_on;
	bool may = s->conf.tls == TLS_MAY && !s->tls_on;

	if (r->code == 250) {
		if ((upgrade || may) && (s->ext.caps & SMTP_STARTTLS))
			return ST_STARTTLS;
		if (!upgrade)
			return smtp_want_login(s);
		err_set(&s->err, ERR_TLS, _("%s does not offer STARTTLS, so nothing was sent."),
			s->conf.host);
		return ST_FAIL;
	}
	s->ext.caps = 0;
	if (r->code / 100 != 5)
		return smtp_refused(s, r);
	if (upgrade) {
		err_set(&s->err, ERR_TLS, _("%s refuses EHLO and so STARTTLS; nothing was sent."),
			s->conf.host);
		return ST_FAIL;
	}
	if (s->conf.user) {
		err_set(&s->err, ERR_AUTH, _("%s offers no login (EHLO is refused: \"%s\")."),
			s->conf.host, smtp_said(s, r).z);
		return ST_FAIL;
	}
	return ST_HELO;
}

/* ---- enter, decide ---- */

/* What goes out on entering a state; nothing where out_ready is set already. */
static void enter(struct smtp *s, enum smtp_st st)
{
	const char *quit = "";

	s->st = st;
	if (s->out_ready)
		return;
	str_wipe(&s->out);
	s->out_quiet = s->due == 0;
	switch (st) {
	case ST_EHLO:
		s->ext.caps = 0;
		s->ext.max_size = 0;
		str_clear(&s->ext.mechs);
		str_addf(&s->out, "EHLO %s\r\n", s->conf.helo);
		s->due++;
		break;
	case ST_HELO:
		str_addf(&s->out, "HELO %s\r\n", s->conf.helo);
		s->due++;
		break;
	case ST_STARTTLS:
		str_adds(&s->out, "STARTTLS\r\n");
		s->due++;
		break;
	case ST_CANCEL:
		str_adds(&s->out, "*\r\n");
		s->due++;
		break;
	case ST_ENVELOPE:
		if (s->due == 0)
			env_write(s);
		break;
	case ST_DOT:
		str_adds(&s->out, ".\r\n");
		s->due++;
		break;
	case ST_BODY:
		if (!s->tx.chunk)
			break;
		str_addf(&s->out, "BDAT %llu\r\n", (unsigned long long)s->mail->size);
		s->due++;
		break;
	case ST_END:
		if (s->tx.end_out)
			break;
		s->tx.quit_out = s->mail->last && (s->ext.caps & SMTP_PIPELINING);
		quit = s->tx.quit_out ? "QUIT\r\n" : "";
		str_addf(&s->out, "%s\r\n%s", s->tx.chunk ? "BDAT 0 LAST" : ".", quit);
		s->due += 1 + s->tx.quit_out;
		break;
	case ST_QUIT:
		if (s->due)     /* it went out with the end of data */
			break;
		str_adds(&s->out, "QUIT\r\n");
		s->due++;
		break;
	case ST_GREET:
	case ST_TLS:
	case ST_LOGIN:
	case ST_AUTH:
	case ST_IDLE:
	case ST_CHUNK:
	case ST_COMMIT:
	case ST_REPORT:
	case ST_DONE:
	case ST_FAIL:
		break;
	}
	s->out_ready = s->out.n > 0;
}

void smtp_mail(struct smtp *s, struct smtp_mail *m)
{
	bug_on(s->st != ST_IDLE || s->out_ready);
	tx_clear(s);
	s->mail = m;
	m->dsn = s->ext.caps & SMTP_DSN;
	env_check(m, &s->ext, s->conf.host);
	s->tx.chunk = m->chunk && (s->ext.caps & SMTP_CHUNKING) && m->size;
	s->tx.w.step = s->tx.r.step = s->rset_due ? STEP_RSET : STEP_MAIL;
	for (size_t i = 0; i < m->n; i++)
		if (m->rcpt[i].state == RCPT_NEW) {
			enter(s, ST_ENVELOPE);
			return;
		}
	s->then = ST_IDLE;
	enter(s, ST_REPORT);
}

void smtp_quit(struct smtp *s)
{
	bug_on(s->st != ST_IDLE || s->out_ready);
	enter(s, ST_QUIT);
}

/* Which state a whole reply leads to. */
static enum smtp_st after(struct smtp *s, const struct reply *r)
{
	if (r->code == 421 && s->st != ST_QUIT && s->st != ST_CANCEL)
		return smtp_refused(s, r);
	switch (s->st) {
	case ST_GREET:
		return r->code == 220 ? greeted(s) : smtp_refused(s, r);
	case ST_EHLO:
		return after_ehlo(s, r);
	case ST_HELO:
		return r->code == 250 ? ST_IDLE : smtp_refused(s, r);
	case ST_STARTTLS:
		if (r->code == 220)
			return ST_TLS;
		if (s->conf.tls == TLS_MAY)
			return smtp_want_login(s);
		err_set(&s->err, ERR_TLS, r->code / 100 == 4 ?
			_("%s can't do STARTTLS now (%d); nothing was sent, try again later.") :
			_("%s refuses STARTTLS (%d), so nothing was sent."), s->conf.host, r->code);
		return ST_FAIL;
	case ST_AUTH:
		return smtp_after_auth(s, r);
	case ST_CANCEL:
		return ST_FAIL;
	case ST_ENVELOPE:
		return after_envelope(s, r);
	case ST_DOT:
		return after_dot(s);
	case ST_CHUNK:
		return after_chunk(s, r);
	case ST_END:
		return after_end(s, r);
	case ST_QUIT:
		return ST_DONE;
	case ST_TLS:
	case ST_LOGIN:
	case ST_IDLE:
	case ST_BODY:
	case ST_COMMIT:
	case ST_REPORT:
	case ST_DONE:
	case ST_FAIL:
		break;
	}
	return smtp_refused(s, r);
}

/* Seconds, RFC 5321 4.5.3.2. */
static unsigned timeout(const struct smtp *s)
{
	switch (s->st) {
	case ST_ENVELOPE:
		return s->tx.r.step == STEP_DATA ? 120 : 300;
	case ST_BODY:
		return 180;
	case ST_END:
	case ST_DOT:
	case ST_CHUNK:
		return 600;
	case ST_QUIT:
	case ST_CANCEL:
		return 30;
	case ST_GREET:
	case ST_EHLO:
	case ST_HELO:
	case ST_STARTTLS:
	case ST_TLS:
	case ST_LOGIN:
	case ST_AUTH:
	case ST_IDLE:
	case ST_COMMIT:
	case ST_REPORT:
	case ST_DONE:
	case ST_FAIL:
		break;
	}
	return 300;
}

static enum want write_out(struct smtp *s, struct act *a)
{
	s->out_ready = false;
	a->out = str_sl(&s->out);
	a->quiet = s->out_quiet;
	a->secret = s->out_secret;
	if (s->out_secret)
		a->shown = sl(s->shown);
	s->out_secret = false;
	s->tx.end_out |= s->st == ST_END;
	return WANT_WRITE;
}

/* The mail is over for its owner; from here on it is not touched. */
static enum want report(struct smtp *s, struct act *a)
{
	a->event = EV_MAIL_DONE;
	s->st = s->then;
	s->mail = NULL;
	return WANT_EVENT;
}

/* The server has nothing to say while no reply is outstanding. */
static enum want our_turn(const struct smtp *s, struct act *a, enum want want)
{
	a->quiet = s->due == 0;
	return want;
}

static enum want next(void *ctx, struct act *a)
{
	struct smtp *s = ctx;

	act_reset(a);
	a->timeout = timeout(s);
	if (s->out_ready)
		return write_out(s, a);
	switch (s->st) {
	case ST_TLS:
		return our_turn(s, a, WANT_TLS);
	case ST_LOGIN:
		a->user = s->conf.user;
		return our_turn(s, a, WANT_SECRET);
	case ST_IDLE:
		return our_turn(s, a, WANT_NEXT);
	case ST_BODY:
		a->dot = !s->tx.chunk;
		a->size = s->mail->size;
		return our_turn(s, a, WANT_BODY);
	case ST_COMMIT:
		return our_turn(s, a, WANT_COMMIT);
	case ST_REPORT:
		return report(s, a);
	case ST_DONE:
		return WANT_DONE;
	case ST_FAIL:
		a->err = s->err;
		return WANT_FAIL;
	case ST_GREET:
	case ST_EHLO:
	case ST_HELO:
	case ST_STARTTLS:
	case ST_AUTH:
	case ST_CANCEL:
	case ST_ENVELOPE:
	case ST_DOT:
	case ST_CHUNK:
	case ST_END:
	case ST_QUIT:
		break;
	}
	return WANT_READ;
}

static void line(void *ctx, struct slice text)
{
	struct smtp *s = ctx;
	bool first = s->in.lines == 0;
	struct err e = ERR_INIT;
	int rc = reply_feed(&s->in, text, &s->reply, &e);

	bug_on(s->due == 0 || s->out_ready);
	text = line_chomp(text);
	if (rc < 0) {
		s->err = e;
		err_prefix(&s->err, "%s", s->conf.host);
		if (s->st == ST_GREET && text.n > 1 && (text.p[0] == 0x15 || text.p[0] == 0x16))
			err_set(&s->err, ERR_PROTO,
				_("%s speaks TLS from the start on this port; use smtps://."),
				s->conf.host);
		enter(s, s->st == ST_QUIT ? ST_DONE : smtp_fail(s, NULL));
		return;
	}
	if (s->st == ST_EHLO && !first)
		ext_line(&s->ext, sl_skip(text, 4));
	if (rc == 0)
		return;
	s->due--;
	enter(s, after(s, &s->reply));
}

static void tls_up(void *ctx)
{
	struct smtp *s = ctx;

	bug_on(s->st != ST_TLS);
	s->tls_on = true;
	enter(s, ST_EHLO);
}

static void secret(void *ctx, struct slice password)
{
	struct smtp *s = ctx;

	bug_on(s->st != ST_LOGIN);
	enter(s, smtp_login(s, password));
}

static void sent(void *ctx)
{
	struct smtp *s = ctx;

	bug_on(s->st != ST_BODY);
	enter(s, s->tx.chunk && !(s->ext.caps & SMTP_PIPELINING) ? ST_CHUNK : ST_COMMIT);
}

static void go(void *ctx)
{
	struct smtp *s = ctx;

	bug_on(s->st != ST_COMMIT);
	enter(s, ST_END);
}

static void lost(void *ctx, const struct err *e)
{
	struct smtp *s = ctx;

	if (s->st == ST_DONE || s->st == ST_FAIL || (s->st == ST_REPORT && s->then == ST_FAIL))
		return;
	smtp_login_clear(s);
	s->out_ready = false;
	if (s->st == ST_QUIT) {
		s->st = ST_DONE;
		return;
	}
	if (s->st != ST_CANCEL)
		s->err = *e;
	/* A server that wants TLS at once waits for us as we wait for it. */
	if (s->st == ST_GREET && e->kind == ERR_TIMEOUT && s->conf.tls != TLS_DIRECT)
		err_set(&s->err, ERR_TIMEOUT, _("%s; if this port speaks TLS from the start, use smtps:// for it"), e->text);
	if (s->st == ST_REPORT)
		s->then = s->then == ST_QUIT ? ST_DONE : ST_FAIL;
	else
		s->st = smtp_fail(s, NULL);
}

const struct engine smtp_engine = {
	.next = next, .line = line, .tls_up = tls_up, .secret = secret,
	.sent = sent, .go = go, .lost = lost,
};
