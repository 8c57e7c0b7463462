/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pop3_auth: how the client side of POP3 logs in (RFC 1939 7, 2449, 5034).
 * APOP by itself only inside TLS: its digest can be turned back into the
 * password by whoever sends the stamps (CVE-2007-1558).
 */
#include "base/base.h"
#include "proto/priv.h"

/* RFC 2449 section 4: a command line, and so an initial response, RFC 5034 4. */
#define COMMAND_MAX 255

void pop3_login_clear(struct pop3 *s)
{
	sasl_free(&s->sasl);
	str_wipe(&s->initial);
	secret_wipe_free(&s->password);
}

/* RFC 2449 section 8, RFC 3206. */
enum err_kind pop3_err_kind(struct slice text, enum err_kind otherwise)
{
	static const struct { const char *code; enum err_kind kind; } table[] = {
		{ "[AUTH]", ERR_AUTH }, { "[IN-USE]", ERR_TEMP }, { "[LOGIN-DELAY]", ERR_TEMP },
		{ "[SYS/TEMP]", ERR_TEMP }, { "[SYS/PERM]", ERR_PERM },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (sl_istarts(text, table[i].code))
			return table[i].kind;
	return otherwise;
}

enum pop3_st pop3_want_login(struct pop3 *s)
{
	bool plain_ok = s->tls_on || s->conf.clear_ok;
	const char *only = s->conf.mech;
	bool apop = only && strcasecmp(only, "APOP") == 0,
		user = only && strcasecmp(only, "USER") == 0;

	s->mech = apop || user ? NULL : sasl_pick(str_sl(&s->mechs), only, plain_ok);
	if (!s->mech && *s->stamp && (apop || (!only && s->tls_on)))
		s->mech = "APOP";
	if (!s->mech && plain_ok && (user || !only))
		s->mech = "USER";
	if (s->mech)
		return PS_LOGIN;
	if (apop || (only && !user && !sasl_pick(str_sl(&s->mechs), only, true)))
		err_set(&s->err, ERR_AUTH, _("%s does not offer the login method %s."),
			s->conf.host, only);
	else
		err_set(&s->err, ERR_AUTH,
			_("%s would take the password only in clear; turn on TLS for it."),
			s->conf.host);
	return PS_FAIL;
}

void pop3_put(struct pop3 *s, const char *verb, const char *arg, struct slice text, bool secret)
{
	str_wipe(&s->out);
	str_addf(&s->out, "%s%s%s%s", verb, *arg ? " " : "", arg, *verb && text.n ? " " : "");
	snprintf(s->shown, sizeof(s->shown), SL_FMT "****",
		SL_ARG(sl_head(str_sl(&s->out), sizeof(s->shown) - 5)));
	str_addsl(&s->out, text);
	str_adds(&s->out, "\r\n");
	s->out_ready = true;
	s->out_secret = secret;
	s->due++;
}

static bool is_sayable(struct slice z, bool blanks)
{
	for (size_t i = 0; i < z.n; i++)
		if (z.p[i] == '\r' || z.p[i] == '\n' || z.p[i] == '\0' ||
			(!blanks && ascii_isblank(z.p[i])))
			return false;
	return z.n > 0 && z.n <= 1000;
}

static enum pop3_st login_sasl(struct pop3 *s, struct slice password)
{
	size_t room = COMMAND_MAX - strlen("AUTH \r\n ") - strlen(s->mech);
	bool fits;

	s->sasl = sasl_client(s->mech, s->conf.user, password, "pop", s->conf.host, &s->err);
	s->sasl_done = false;
	if (!s->sasl)
		return PS_FAIL;
	if (sasl_client_first(s->sasl)) {
		int rc = sasl_step(s->sasl, SL_NONE, &s->initial, &s->err);

		if (rc < 0)
			return PS_FAIL;
		s->sasl_done = rc == 1;
		if (s->initial.n == 0)
			str_addc(&s->initial, '=');
	}
	fits = s->initial.n <= room;
	pop3_put(s, "AUTH", s->mech, fits ? str_sl(&s->initial) : SL_NONE, fits && s->initial.n);
	if (fits)
		str_wipe(&s->initial);
	return PS_AUTH;
}

enum pop3_st pop3_login(struct pop3 *s, struct slice password)
{
	bool apop = strcmp(s->mech, "APOP") == 0, user = strcmp(s->mech, "USER") == 0;
	char digest[33];

	if (!password.p) {
		err_set(&s->err, ERR_AUTH, _("There is no password for %s on %s."), s->conf.user,
			s->conf.host);
		return PS_FAIL;
	}
	if (!apop && !user)
		return login_sasl(s, password);
	if (!is_sayable(sl(s->conf.user), user) || !is_sayable(password, true)) {
		err_set(&s->err, ERR_INPUT,
			_("The user name or password for %s is empty or has a character that POP3 "
				"can't carry."),
			s->conf.host);
		return PS_FAIL;
	}
	if (user) {
		s->password = sl_dup(password);
		pop3_put(s, "USER", s->conf.user, SL_NONE, false);
		return PS_USER;
	}
	md5_hex(sl(s->stamp), password, digest);
	pop3_put(s, "APOP", s->conf.user, sl(digest), true);
	return PS_APOP;
}

enum pop3_st pop3_after_login(
	struct pop3 *s, enum pop3_status status, struct slice line, struct slice text)
{
	enum err_kind kind = pop3_err_kind(text, ERR_AUTH);

	if (status == P_OK && s->st == PS_USER) {
		pop3_put(s, "PASS", "", sl(s->password), true);
		secret_wipe_free(&s->password);
		return PS_PASS;
	}
	pop3_login_clear(s);
	if (status == P_OK)
		return PS_RUN;
	if (status != P_ERR)
		return pop3_nonsense(s, line);
	err_set(&s->err, kind, kind == ERR_TEMP ? _("%s can't let %s in now: \"%s\".") :
		_("%s refuses the login of %s: \"%s\"."),
		s->conf.host, s->conf.user, words_of(text).z);
	return PS_FAIL;
}

static enum pop3_st on_challenge(struct pop3 *s, struct slice text)
{
	struct str answer;
	int rc = 0;

	str_init(&answer, SASL_LINE_MAX);
	if (s->initial.n && text.n == 0) {
		str_addsl(&answer, str_sl(&s->initial));
		str_wipe(&s->initial);
	} else {
		rc = sasl_step(s->sasl, text, &answer, &s->err);
		s->sasl_done = rc == 1;
	}
	if (rc >= 0)
		pop3_put(s, "", "", str_sl(&answer), true);
	str_wipe(&answer);
	str_release(&answer);
	if (rc >= 0)
		return PS_AUTH;
	pop3_login_clear(s);
	pop3_put(s, "*", "", SL_NONE, false);
	return PS_CANCEL;
}

enum pop3_st pop3_after_auth(
	struct pop3 *s, enum pop3_status status, struct slice line, struct slice text)
{
	if (status == P_MORE)
		return on_challenge(s, text);
	if (status != P_OK || s->sasl_done)
		return pop3_after_login(s, status, line, text);
	pop3_login_clear(s);
	err_set(&s->err, ERR_AUTH, _("%s let us in without proving that it knows the password."),
		s->conf.host);
	return PS_FAIL;
}
