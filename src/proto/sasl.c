/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sasl: logging in, both sides, through GNU SASL (RFC 4422 and the mechanisms').
 * GNU SASL does the arithmetic; the choice, the limits and the order of
 * questions are ours.
 * 1. A mechanism is taken only by its exact name out of our own table.
 * 2. PLAIN and LOGIN only where the caller says that nobody listens.
 * 3. No exchange has more than 20 steps; no server makes us hash for minutes.
 */
#include "base/base.h"
#include "proto/priv.h"
#include <gsasl.h>

#define ITERATIONS_MAX 1000000  /* about a second of PBKDF2 */

struct mech { const char *name; bool plain, first; };
static const struct mech mechs[] = {            /* best first */
	{ "SCRAM-SHA-256", false, true },
	{ "SCRAM-SHA-1", false, true },
	{ "CRAM-MD5", false, false },
	{ "PLAIN", true, true },
	{ "LOGIN", true, false },
};

struct sasl {
	Gsasl *lib;
	Gsasl_session *run;
	const struct mech *mech;
	bool server, asked, known, done;
	unsigned steps;
	char *user, *password;
};

bool secret_same(struct slice a, struct slice b)
{
	unsigned char diff = 0;

	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		diff |= (unsigned char)(a.p[i] ^ b.p[i]);
	return diff == 0;
}

void secret_wipe_free(char **s)
{
	if (*s)
		mem_wipe(*s, strlen(*s));
	free(*s);
	*s = NULL;
}

static const struct mech *mech_find(struct slice name)
{
	for (size_t i = 0; i < ARRAY_LEN(mechs); i++)
		if (sl_iis(name, mechs[i].name))
			return &mechs[i];
	return NULL;
}

const char *sasl_pick(struct slice offered, const char *only, bool plain_ok)
{
	for (size_t i = 0; i < ARRAY_LEN(mechs); i++) {
		struct slice rest = offered, word;

		if ((only && strcasecmp(only, mechs[i].name) != 0) || (mechs[i].plain && !plain_ok))
			continue;
		while (sl_word(&rest, &word))
			if (sl_iis(word, mechs[i].name))
				return mechs[i].name;
	}
	return NULL;
}

const char *sasl_mechs(bool plain_ok)
{
	return plain_ok ? "SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5 PLAIN LOGIN" :
		"SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5";
}

/* Only the answer of a server to PLAIN and LOGIN is ours to give. */
static int on_question(Gsasl *lib, Gsasl_session *run, Gsasl_property what)
{
	struct sasl *s = gsasl_session_hook_get(run);
	const char *user, *password, *as;

	(void)lib;
	if (what != GSASL_VALIDATE_SIMPLE || !s)
		return GSASL_NO_CALLBACK;
	user = gsasl_property_fast(run, GSASL_AUTHID);
	password = gsasl_property_fast(run, GSASL_PASSWORD);
	as = gsasl_property_fast(run, GSASL_AUTHZID);
	if (!user || !password || !s->known || !s->password || strcmp(user, s->user) != 0)
		return GSASL_AUTHENTICATION_ERROR;
	if (as && *as && strcmp(as, user) != 0)
		return GSASL_AUTHENTICATION_ERROR;
	return secret_same(sl(password), sl(s->password)) ? GSASL_OK : GSASL_AUTHENTICATION_ERROR;
}

static struct sasl *start(
	const char *mech, bool server, const char *service, const char *host, struct err *e)
{
	struct sasl *s = mem_zalloc(sizeof(*s));
	int rc;

	s->server = server;
	s->mech = mech_find(sl(mech));
	rc = s->mech ? gsasl_init(&s->lib) : GSASL_UNKNOWN_MECHANISM;
	if (rc == GSASL_OK) {
		gsasl_callback_set(s->lib, on_question);
		rc = server ? gsasl_server_start(s->lib, s->mech->name, &s->run) :
			gsasl_client_start(s->lib, s->mech->name, &s->run);
	}
	if (rc == GSASL_OK) {
		gsasl_session_hook_set(s->run, s);
		rc = gsasl_property_set(s->run, GSASL_SERVICE, service);
	}
	if (rc == GSASL_OK)
		rc = gsasl_property_set(s->run, GSASL_HOSTNAME, host);
	if (rc != GSASL_OK) {
		err_set(e, ERR_AUTH, _("The login method %s can't be used: %s."), mech,
			gsasl_strerror(rc));
		sasl_free(&s);
	}
	return s;
}

struct sasl *sasl_client(const char *mech, const char *user, struct slice password,
	const char *service, const char *host, struct err *e)
{
	struct sasl *s = start(mech, false, service, host, e);

	if (!s)
		return NULL;
	s->user = mem_strdup(user);
	if (memchr(password.p ? password.p : "", '\0', password.n)) {
		err_set(e, ERR_INPUT,
			_("The password of %s holds a NUL byte; no server takes that."), user);
		sasl_free(&s);
		return NULL;
	}
	gsasl_property_set(s->run, GSASL_AUTHID, user);
	gsasl_property_set_raw(s->run, GSASL_PASSWORD, password.p ? password.p : "", password.n);
	return s;
}

struct sasl *sasl_server(const char *mech, const char *service, const char *host, struct err *e)
{
	return start(mech, true, service, host, e);
}

const char *sasl_user(const struct sasl *s)
{
	return s->user;
}

bool sasl_client_first(const struct sasl *s)
{
	return s->mech->first;
}

void sasl_give(struct sasl *s, struct slice password, bool known)
{
	unsigned char random[24];

	bug_on(!s->server);
	secret_wipe_free(&s->password);
	s->known = known;
	if (known) {
		s->password = sl_dup(password);
	} else {
		/* An unknown user fails where a wrong password fails. */
		s->password = mem_zalloc(sizeof(random) + 1);
		rt_random(random, sizeof(random));
		for (size_t i = 0; i < sizeof(random); i++)
			s->password[i] = (char)('A' + random[i] % 26);
	}
	gsasl_property_set(s->run, GSASL_PASSWORD, s->password);
}

void sasl_free(struct sasl **sp)
{
	struct sasl *s = *sp;

	if (!s)
		return;
	if (s->run)
		gsasl_finish(s->run);
	if (s->lib)
		gsasl_done(s->lib);
	secret_wipe_free(&s->password);
	free(s->user);
	free(s);
	*sp = NULL;
}

/* "=2C" and "=3D" of a name in SCRAM, RFC 5802 5.1. */
static char *scram_name(struct slice s)
{
	char *out = mem_zalloc(s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		bool code = s.p[i] == '=' && i + 2 < s.n;

		if (code && s.p[i + 1] == '2' && s.p[i + 2] == 'C')
			out[n++] = ',', i += 2;
		else if (code && s.p[i + 1] == '3' && s.p[i + 2] == 'D')
			out[n++] = '=', i += 2;
		else
			out[n++] = s.p[i];
	}
	return out;
}

/* Who wants in, out of the first message that says it.  NULL: nobody yet. */
static char *name_in(const struct sasl *s, struct slice in)
{
	struct slice part;
	ssize_t at;

	if (in.n == 0)
		return NULL;
	if (strcmp(s->mech->name, "PLAIN") == 0)
		return sl_cut(&in, '\0', &part) && sl_cut(&in, '\0', &part) ? sl_dup(part) : NULL;
	if (strcmp(s->mech->name, "LOGIN") == 0)
		return sl_dup(in);
	if (strcmp(s->mech->name, "CRAM-MD5") == 0) {
		for (at = (ssize_t)in.n - 1; at > 0 && in.p[at] != ' '; at--)
			;
		return at > 0 ? sl_dup(sl_head(in, (size_t)at)) : NULL;
	}
	while (sl_cut(&in, ',', &part))
		if (sl_starts(part, "n="))
			return scram_name(sl_skip(part, 2));
	return NULL;
}

/* A hostile server may ask for four thousand million rounds of SHA. */
static bool too_many_rounds(const struct sasl *s, struct slice in)
{
	struct slice part;
	uint64_t n;

	if (s->server || !sl_starts(sl(s->mech->name), "SCRAM"))
		return false;
	while (sl_cut(&in, ',', &part))
		if (sl_starts(part, "i="))
			return sl_u64(sl_skip(part, 2), ITERATIONS_MAX, &n) != 0;
	return false;
}

static int failed(const struct sasl *s, int rc, struct err *e)
{
	bool syntax = rc == GSASL_BASE64_ERROR || rc == GSASL_MECHANISM_PARSE_ERROR ||
		rc == GSASL_MECHANISM_CALLED_TOO_MANY_TIMES;

	return err_set(e, syntax ? ERR_PROTO : ERR_AUTH, _("Logging in with %s failed: %s."),
		s->mech->name, gsasl_strerror(rc));
}

/* The step itself, on decoded bytes. */
static int step(struct sasl *s, struct slice in, struct str *out, struct err *e)
{
	char *raw = NULL, *text = NULL;
	size_t raw_n = 0, text_n = 0;
	int rc;

	/* GNU SASL's LOGIN always asks for the name, also when it came with AUTH. */
	if (s->server && s->steps == 1 && in.n && strcmp(s->mech->name, "LOGIN") == 0) {
		gsasl_step(s->run, NULL, 0, &raw, &raw_n);
		gsasl_free(raw);
		raw = NULL;
	}
	rc = gsasl_step(s->run, in.p ? in.p : "", in.n, &raw, &raw_n);
	if (rc != GSASL_OK && rc != GSASL_NEEDS_MORE)
		return failed(s, rc, e);
	str_clear(out);
	if (raw_n && gsasl_base64_to(raw, raw_n, &text, &text_n) == GSASL_OK)
		str_add(out, text, text_n);
	if (raw)
		mem_wipe(raw, raw_n);
	if (text)
		mem_wipe(text, text_n);
	gsasl_free(raw);
	gsasl_free(text);
	if (out->full)
		return err_set(e, ERR_LIMIT, _("A message of the login is too long."));
	s->done = rc == GSASL_OK;
	return s->done;
}

int sasl_step(struct sasl *s, struct slice in, struct str *out, struct err *e)
{
	char *raw = NULL;
	size_t n = 0;
	int rc = GSASL_OK;

	if (s->done)
		return failed(s, GSASL_MECHANISM_CALLED_TOO_MANY_TIMES, e);
	if (in.n &&
		(in.n > SASL_LINE_MAX ||
			(rc = gsasl_base64_from(in.p, in.n, &raw, &n)) != GSASL_OK))
		return failed(
			s, rc == GSASL_OK ? GSASL_MECHANISM_PARSE_ERROR : GSASL_BASE64_ERROR, e);
	if (s->server && !s->user && (s->user = name_in(s, sl_make(raw, n)))) {
		s->asked = true;
		rc = 2;
	} else if (s->server && s->asked && !s->password) {
		rc = 2;
	} else if (++s->steps > SASL_STEPS_MAX) {
		rc = failed(s, GSASL_MECHANISM_CALLED_TOO_MANY_TIMES, e);
	} else if (too_many_rounds(s, sl_make(raw, n))) {
		rc = err_set(e, ERR_AUTH,
			_("The server asks for more than %d rounds of hashing to log in."),
			ITERATIONS_MAX);
	} else {
		rc = step(s, sl_make(raw, n), out, e);
	}
	if (raw)
		mem_wipe(raw, n);
	gsasl_free(raw);
	return rc;
}
