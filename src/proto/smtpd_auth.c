/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smtpd_auth: AUTH of the SMTP server (RFC 4954).  The password of the person
 * is asked for by name (WANT_SECRET) and forgotten with the exchange.
 */
#include "base/base.h"
#include "proto/priv.h"

#define LOGINS_MAX 3

void smtpd_login_clear(struct smtpd *s)
{
	sasl_free(&s->sasl);
	str_wipe(&s->auth_in);
	str_wipe(&s->auth_out);
}

static enum smtpd_st auth_failed(struct smtpd *s, int code, const char *enh, const char *text)
{
	smtpd_login_clear(s);
	if (code == 535) {
		s->event = EV_LOGIN_FAILED;
		if (++s->bad_logins >= LOGINS_MAX)
			return smtpd_reply(s, SD_CLOSE, 421, "4.7.0", "Too many failed logins");
	}
	return smtpd_mistake(s, code, enh, text);
}

static enum smtpd_st auth_done(struct smtpd *s)
{
	s->user = mem_strdup(sasl_user(s->sasl));
	smtpd_login_clear(s);
	s->event = EV_LOGIN;
	return smtpd_reply(s, SD_CMD, 235, "2.7.0", NULL);
}

enum smtpd_st smtpd_auth_step(struct smtpd *s)
{
	struct err e = ERR_INIT;
	int rc = sasl_step(s->sasl, str_sl(&s->auth_in), &s->auth_out, &e);

	if (rc < 0 && e.kind == ERR_PROTO)
		return auth_failed(s, 501, "5.5.2", NULL);
	if (rc < 0)
		return auth_failed(s, 535, "5.7.8", NULL);
	if (rc == 2)
		return SD_SECRET;
	if (rc == 1 && s->auth_out.n == 0)
		return auth_done(s);
	return smtpd_reply(s, rc == 1 ? SD_AUTH_END : SD_AUTH, 334, NULL, s->auth_out.p);
}

enum smtpd_st smtpd_cmd_auth(struct smtpd *s, struct slice arg)
{
	bool plain_ok = s->tls_on || s->conf.plain_ok;
	struct err e = ERR_INIT;
	struct slice name;
	char mech[32];

	if (!s->conf.auth_offered || !s->esmtp || s->user || s->tx.open)
		return smtpd_mistake(s, 503, "5.5.1", "AUTH is not possible here");
	if (!sl_word(&arg, &name) || name.n >= sizeof(mech))
		return smtpd_mistake(s, 501, "5.5.4", "AUTH mechanism [response]");
	snprintf(mech, sizeof(mech), SL_FMT, SL_ARG(name));
	if (!sasl_pick(sl(sasl_mechs(plain_ok)), mech, plain_ok))
		return sasl_pick(sl(sasl_mechs(true)), mech, true) ?
			smtpd_mistake(s, 538, "5.7.11", NULL) :
			smtpd_mistake(s, 504, "5.5.4", "This login method is not known");
	s->sasl = sasl_server(mech, "smtp", s->conf.host, &e);
	if (!s->sasl)
		return smtpd_reply(s, SD_CMD, 454, "4.7.0", "Logging in is not possible now");
	str_clear(&s->auth_in);
	arg = sl_trim(arg);
	if (arg.n && !sl_is(arg, "="))
		str_addsl(&s->auth_in, arg);
	return smtpd_auth_step(s);
}

enum smtpd_st smtpd_auth_line(struct smtpd *s, struct slice line)
{
	if (sl_is(line, "*"))
		return auth_failed(s, 501, "5.7.0", "Login cancelled");
	if (line.n > SASL_LINE_MAX)
		return auth_failed(s, 500, "5.5.6", "Line too long");
	if (s->st == SD_AUTH_END)
		return line.n == 0 || sl_is(line, "=") ? auth_done(s) :
			auth_failed(s, 501, "5.5.2", NULL);
	str_clear(&s->auth_in);
	str_addsl(&s->auth_in, line);
	return smtpd_auth_step(s);
}
