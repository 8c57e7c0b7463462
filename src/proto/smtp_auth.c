/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smtp_auth: how the client side of SMTP logs in (RFC 4954).
 * A password goes out only where smtp_want_login found a mechanism that may carry
 * it; a server that lets us in before it proved itself is not believed.
 */
#include "base/base.h"
#include "proto/priv.h"

/* An initial response that makes the line longer than this goes out by itself. */
#define INITIAL_MAX 480

void smtp_login_clear(struct smtp *s)
{
	sasl_free(&s->sasl);
	str_wipe(&s->initial);
}

enum smtp_st smtp_want_login(struct smtp *s)
{
	bool plain_ok = s->tls_on || s->conf.clear_ok;

	if (!s->conf.user)
		return ST_IDLE;
	s->mech = sasl_pick(str_sl(&s->ext.mechs), s->conf.mech, plain_ok);
	if (s->mech)
		return ST_LOGIN;
	if (!(s->ext.caps & SMTP_AUTH))
		err_set(&s->err, ERR_AUTH, _("%s offers no login."), s->conf.host);
	else if (sasl_pick(str_sl(&s->ext.mechs), s->conf.mech, true))
		err_set(&s->err, ERR_AUTH,
			_("%s would take the password only in clear; turn on TLS for it."),
			s->conf.host);
	else if (s->conf.mech)
		err_set(&s->err, ERR_AUTH, _("%s does not offer the login method %s, only \"%s\"."),
			s->conf.host, s->conf.mech, words_of(str_sl(&s->ext.mechs)).z);
	else
		err_set(&s->err, ERR_AUTH,
			_("%s offers no login method that we know, only \"%s\"."), s->conf.host,
			words_of(str_sl(&s->ext.mechs)).z);
	return ST_FAIL;
}

/* The command itself, with or without its initial response, or a line after it. */
static void auth_line(struct smtp *s, bool command, struct slice text)
{
	str_wipe(&s->out);
	if (command)
		str_addf(&s->out, "AUTH %s%s", s->mech, text.n ? " " : "");
	snprintf(s->shown, sizeof(s->shown), SL_FMT "%s", SL_ARG(str_sl(&s->out)),
		text.n || !command ? "****" : "");
	str_addsl(&s->out, text);
	str_adds(&s->out, "\r\n");
	s->out_ready = s->out_secret = true;
	s->out_quiet = s->due == 0;
	s->due++;
}

static enum smtp_st cancel(struct smtp *s)
{
	smtp_login_clear(s);
	return ST_CANCEL;
}

static enum smtp_st on_challenge(struct smtp *s, struct slice text)
{
	struct str answer;
	int rc;

	if (s->initial.n && text.n == 0) {
		auth_line(s, false, str_sl(&s->initial));
		str_wipe(&s->initial);
		return ST_AUTH;
	}
	str_init(&answer, SASL_LINE_MAX);
	rc = sasl_step(s->sasl, text, &answer, &s->err);
	if (rc >= 0) {
		s->sasl_done = rc == 1;
		auth_line(s, false, str_sl(&answer));
	}
	str_wipe(&answer);
	str_release(&answer);
	return rc < 0 ? cancel(s) : ST_AUTH;
}

enum smtp_st smtp_after_auth(struct smtp *s, const struct reply *r)
{
	if (r->code == 334)
		return on_challenge(s, sl(r->text));
	smtp_login_clear(s);
	if (r->code == 235 && s->sasl_done)
		return ST_IDLE;
	if (r->code == 235)
		err_set(&s->err, ERR_AUTH,
			_("%s let us in without proving that it knows the password."),
			s->conf.host);
	else if (r->code / 100 == 4)
		err_set(&s->err, ERR_TEMP, _("%s can't check the login of %s now: \"%s\"."),
			s->conf.host, s->conf.user, smtp_said(s, r).z);
	else if (r->code / 100 == 5)
		err_set(&s->err, ERR_AUTH, _("%s refuses the login of %s: \"%s\"."), s->conf.host,
			s->conf.user, smtp_said(s, r).z);
	else
		return smtp_refused(s, r);
	return ST_FAIL;
}

enum smtp_st smtp_login(struct smtp *s, struct slice password)
{
	if (!password.p) {
		err_set(&s->err, ERR_AUTH, _("There is no password for %s on %s."), s->conf.user,
			s->conf.host);
		return ST_FAIL;
	}
	s->sasl = sasl_client(s->mech, s->conf.user, password, "smtp", s->conf.host, &s->err);
	s->sasl_done = false;
	if (!s->sasl)
		return ST_FAIL;
	str_wipe(&s->initial);
	if (sasl_client_first(s->sasl)) {
		int rc = sasl_step(s->sasl, SL_NONE, &s->initial, &s->err);

		if (rc < 0)
			return ST_FAIL;
		s->sasl_done = rc == 1;
		if (s->initial.n == 0)
			str_addc(&s->initial, '=');
	}
	auth_line(s, true, s->initial.n <= INITIAL_MAX ? str_sl(&s->initial) : SL_NONE);
	if (s->initial.n <= INITIAL_MAX)
		str_wipe(&s->initial);
	return ST_AUTH;
}
