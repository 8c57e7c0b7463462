/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pop3d: the server side of RFC 1939, with 2449 (CAPA), 2595 (STLS), 3206, 5034.
 *
 *   AUTHZ - (SECRET) - EV_OPEN - TRANS - (LIST | EV_RETR - BODY) - EV_UPDATE
 *
 * 1. Nothing is deleted but by QUIT in TRANS: a lost connection deletes nothing.
 * 2. A listing is made in blocks; it is never held whole.
 * 3. A password is compared in constant time and wiped at once.
 */
#include "base/base.h"
#include "proto/priv.h"

#define COMMAND_OCTETS 1024     /* RFC 2449 section 4 says 255; a password may be long */
#define BLOCK 32768
#define MISTAKES_MAX 20
#define LOGINS_MAX 3
#define NOT_SASL "This is not what the login method says"

enum st { PD_AUTHZ, PD_SASL, PD_SASL_END, PD_SECRET, PD_TLS, PD_TRANS, PD_ASK, PD_LIST, PD_BODY,
	PD_CLOSE, PD_DONE, PD_FAIL };
enum login { BY_PASS, BY_APOP, BY_SASL };

struct pop3d {
	struct pop3d_conf conf;
	enum st st;
	bool tls_on;
	unsigned mistakes, bad_logins;
	char *user;
	struct str out; bool out_ready;
	enum act_event event, asked;
	enum login login; struct str given;     /* password or digest, until it is compared */
	struct sasl *sasl; struct str auth_in, auth_out;
	struct pop3d_msg *v; size_t n;
	bool uids; size_t at;                   /* LIST or UIDL under way       */
	uint32_t num; uint64_t lines;           /* RETR or TOP under way        */
	struct err err;
};

/* ---- replies ---- */

PRINTF(3, 4) static enum st say(struct pop3d *s, enum st then, const char *fmt, ...)
{
	va_list ap;

	if (!s->out_ready)
		str_clear(&s->out);
	va_start(ap, fmt);
	str_vaddf(&s->out, fmt, ap);
	va_end(ap);
	str_adds(&s->out, "\r\n");
	s->out_ready = true;
	return then;
}

static enum st mistake(struct pop3d *s, const char *text)
{
	enum st then = s->v ? PD_TRANS : PD_AUTHZ;

	return say(s, ++s->mistakes > MISTAKES_MAX ? PD_CLOSE : then, "-ERR %s", text);
}

static void login_clear(struct pop3d *s)
{
	sasl_free(&s->sasl);
	str_wipe(&s->auth_in);
	str_wipe(&s->auth_out);
	str_wipe(&s->given);
}

static void set_user(struct pop3d *s, char *user)
{
	free(s->user);
	s->user = user;
}

struct pop3d *pop3d_new(const struct pop3d_conf *c)
{
	struct pop3d *s = mem_zalloc(sizeof(*s));

	s->conf = *c;
	s->conf.host = mem_strdup(c->host);
	s->conf.stamp = mem_strdup(c->stamp);
	s->tls_on = c->tls_on;
	str_init(&s->out, BLOCK + 4096);
	str_init(&s->given, COMMAND_OCTETS);
	str_init(&s->auth_in, SASL_LINE_MAX + 1);
	str_init(&s->auth_out, SASL_LINE_MAX + 1);
	s->st = say(s, PD_AUTHZ, "+OK %s POP3 pabald%s%s", c->host, c->stamp ? " " : "",
		c->stamp ? c->stamp : "");
	return s;
}

void pop3d_free(struct pop3d **sp)
{
	struct pop3d *s = *sp;

	if (!s)
		return;
	login_clear(s);
	str_release(&s->given);
	str_release(&s->auth_in);
	str_release(&s->auth_out);
	str_release(&s->out);
	free(s->user);
	free((void *)(uintptr_t)s->conf.host);
	free((void *)(uintptr_t)s->conf.stamp);
	free(s);
	*sp = NULL;
}

static bool plain_ok(const struct pop3d *s)
{
	return s->tls_on || s->conf.plain_ok;
}

static enum st ask(struct pop3d *s, enum act_event what)
{
	s->asked = what;
	return PD_ASK;
}

/* ---- logging in ---- */

static enum st let_in(struct pop3d *s)
{
	login_clear(s);
	s->event = EV_LOGIN;
	return ask(s, EV_OPEN);
}

static enum st keep_out(struct pop3d *s, const char *text)
{
	login_clear(s);
	s->event = EV_LOGIN_FAILED;
	return say(s, ++s->bad_logins >= LOGINS_MAX ? PD_CLOSE : PD_AUTHZ, "-ERR %s", text);
}

static enum st cmd_user(struct pop3d *s, struct slice arg)
{
	if (!plain_ok(s))
		return mistake(s, "The password would go out in clear: STLS first");
	if (arg.n == 0)
		return mistake(s, "USER name");
	set_user(s, sl_dup(arg));
	return say(s, PD_AUTHZ, "+OK Password?");
}

static enum st cmd_pass(struct pop3d *s, struct slice arg)
{
	if (!s->user)
		return mistake(s, "USER first");
	str_wipe(&s->given);
	str_addsl(&s->given, arg);
	s->login = BY_PASS;
	return PD_SECRET;
}

static enum st cmd_apop(struct pop3d *s, struct slice arg)
{
	struct slice name, digest;

	if (!s->conf.stamp)
		return mistake(s, "APOP is not offered");
	if (!sl_word(&arg, &name) || !sl_word(&arg, &digest) || sl_trim(arg).n)
		return mistake(s, "APOP name digest");
	set_user(s, sl_dup(name));
	str_wipe(&s->given);
	for (size_t i = 0; i < digest.n; i++)
		str_addc(&s->given, (char)ascii_lower(digest.p[i]));
	s->login = BY_APOP;
	return PD_SECRET;
}

static enum st sasl_go(struct pop3d *s)
{
	struct err e = ERR_INIT;
	int rc = sasl_step(s->sasl, str_sl(&s->auth_in), &s->auth_out, &e);

	if (rc == 2) {
		set_user(s, mem_strdup(sasl_user(s->sasl)));
		s->login = BY_SASL;
		return PD_SECRET;
	}
	if (rc < 0)
		return keep_out(s, e.kind == ERR_PROTO ? NOT_SASL : "[AUTH] Login refused");
	if (rc == 1 && s->auth_out.n == 0)
		return let_in(s);
	return say(s, rc == 1 ? PD_SASL_END : PD_SASL, "+ %s", s->auth_out.p);
}

static enum st cmd_auth(struct pop3d *s, struct slice arg)
{
	struct err e = ERR_INIT;
	struct slice name;
	char mech[32];

	if (!sl_word(&arg, &name) || name.n >= sizeof(mech))
		return mistake(s, "AUTH mechanism [response]");
	snprintf(mech, sizeof(mech), SL_FMT, SL_ARG(name));
	if (!sasl_pick(sl(sasl_mechs(plain_ok(s))), mech, plain_ok(s)))
		return mistake(s, "This login method is not possible here");
	s->sasl = sasl_server(mech, "pop", s->conf.host, &e);
	if (!s->sasl)
		return mistake(s, "[SYS/TEMP] Logging in is not possible now");
	str_clear(&s->auth_in);
	arg = sl_trim(arg);
	if (arg.n && !sl_is(arg, "="))
		str_addsl(&s->auth_in, arg);
	return sasl_go(s);
}

static enum st on_sasl_line(struct pop3d *s, struct slice line)
{
	if (sl_is(line, "*") || line.n > SASL_LINE_MAX) {
		login_clear(s);
		return mistake(s, "Login cancelled");
	}
	if (s->st == PD_SASL_END)
		return line.n == 0 || sl_is(line, "=") ? let_in(s) : keep_out(s, NOT_SASL);
	str_clear(&s->auth_in);
	str_addsl(&s->auth_in, line);
	return sasl_go(s);
}

static enum st compare(struct pop3d *s, struct slice password)
{
	char digest[33];
	bool good;

	if (s->login == BY_SASL) {
		sasl_give(s->sasl, password, password.p != NULL);
		return sasl_go(s);
	}
	if (s->login == BY_PASS) {
		good = secret_same(str_sl(&s->given), password);
	} else {
		md5_hex(sl(s->conf.stamp), password, digest);
		good = secret_same(str_sl(&s->given), sl(digest));
	}
	return good && password.p ? let_in(s) : keep_out(s, "[AUTH] Login refused");
}

void pop3d_open(struct pop3d *s, struct pop3d_msg *v, size_t n, const char *refusal)
{
	static struct pop3d_msg none;

	if (s->st == PD_FAIL || s->st == PD_DONE)
		return;         /* the client did not wait */
	bug_on(s->st != PD_ASK || s->asked != EV_OPEN);
	s->asked = EV_NONE;
	if (refusal) {
		set_user(s, NULL);
		s->st = say(s, PD_AUTHZ, "-ERR %s", refusal);
		return;
	}
	s->v = v ? v : &none;
	s->n = n;
	s->st = say(s, PD_TRANS, "+OK %zu messages", n);
}

/* ---- the maildrop ---- */

static void totals(const struct pop3d *s, size_t *count, uint64_t *size)
{
	*count = 0;
	*size = 0;
	for (size_t i = 0; i < s->n; i++) {
		*count += !s->v[i].deleted;
		*size += s->v[i].deleted ? 0 : s->v[i].size;
	}
}

/* The message of that number, or NULL: the refusal was said. */
static struct pop3d_msg *message(struct pop3d *s, struct slice word, enum st *st)
{
	uint64_t num;

	if (sl_u64(word, s->n, &num) != 0 || num == 0) {
		*st = say(s, PD_TRANS, "-ERR No such message, there are %zu", s->n);
		return NULL;
	}
	s->num = (uint32_t)num;
	if (!s->v[num - 1].deleted)
		return &s->v[num - 1];
	*st = say(s, PD_TRANS, "-ERR Message %u is deleted", s->num);
	return NULL;
}

static enum st cmd_stat(struct pop3d *s, struct slice arg)
{
	uint64_t size;
	size_t count;

	if (arg.n)
		return mistake(s, "STAT takes no argument");
	totals(s, &count, &size);
	return say(s, PD_TRANS, "+OK %zu %llu", count, (unsigned long long)size);
}

static enum st listing(struct pop3d *s, struct slice arg, bool uids)
{
	struct pop3d_msg *m;
	enum st st = PD_TRANS;
	uint64_t size;
	size_t count;

	s->uids = uids;
	if (arg.n) {
		m = message(s, arg, &st);
		if (m && uids)
			return say(s, PD_TRANS, "+OK %u %s", s->num, m->uid);
		if (!m)
			return st;
		return say(s, PD_TRANS, "+OK %u %llu", s->num, (unsigned long long)m->size);
	}
	totals(s, &count, &size);
	s->at = 0;
	return say(s, PD_LIST, "+OK %zu messages (%llu octets)", count, (unsigned long long)size);
}

/* The next block of a listing. */
static enum st list_block(struct pop3d *s)
{
	for (; s->at < s->n && s->out.n < BLOCK; s->at++) {
		const struct pop3d_msg *m = &s->v[s->at];

		if (!m->deleted && s->uids)
			say(s, PD_LIST, "%zu %s", s->at + 1, m->uid);
		else if (!m->deleted)
			say(s, PD_LIST, "%zu %llu", s->at + 1, (unsigned long long)m->size);
	}
	return s->at < s->n ? PD_LIST : say(s, PD_TRANS, ".");
}

static enum st cmd_list(struct pop3d *s, struct slice arg)
{
	return listing(s, arg, false);
}

static enum st cmd_uidl(struct pop3d *s, struct slice arg)
{
	return listing(s, arg, true);
}

static enum st cmd_retr(struct pop3d *s, struct slice arg)
{
	enum st st = PD_TRANS;

	s->lines = UINT64_MAX;
	return message(s, arg, &st) ? ask(s, EV_RETR) : st;
}

static enum st cmd_top(struct pop3d *s, struct slice arg)
{
	struct slice num, lines;
	enum st st = PD_TRANS;

	if (!sl_word(&arg, &num) || !sl_word(&arg, &lines) || sl_trim(arg).n ||
		sl_u64(lines, UINT32_MAX, &s->lines) != 0)
		return mistake(s, "TOP number lines");
	return message(s, num, &st) ? ask(s, EV_RETR) : st;
}

static enum st cmd_dele(struct pop3d *s, struct slice arg)
{
	enum st st = PD_TRANS;
	struct pop3d_msg *m = message(s, arg, &st);

	if (!m)
		return st;
	m->deleted = true;
	return say(s, PD_TRANS, "+OK Message %u deleted", s->num);
}

static enum st cmd_rset(struct pop3d *s, struct slice arg)
{
	(void)arg;
	for (size_t i = 0; i < s->n; i++)
		s->v[i].deleted = false;
	return say(s, PD_TRANS, "+OK %zu messages", s->n);
}

static enum st cmd_noop(struct pop3d *s, struct slice arg)
{
	(void)arg;
	return say(s, PD_TRANS, "+OK");
}

/* ---- both states ---- */

static enum st cmd_capa(struct pop3d *s, struct slice arg)
{
	enum st then = s->v ? PD_TRANS : PD_AUTHZ;

	(void)arg;
	say(s, then, "+OK\r\nTOP\r\nUIDL\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\nPIPELINING\r\nSASL %s",
		sasl_mechs(plain_ok(s)));
	if (plain_ok(s))
		say(s, then, "USER");
	if (s->conf.tls_offered && !s->tls_on && !s->v)
		say(s, then, "STLS");
	return say(s, then, "EXPIRE NEVER\r\nIMPLEMENTATION pabald\r\n.");
}

static enum st cmd_stls(struct pop3d *s, struct slice arg)
{
	if (arg.n || !s->conf.tls_offered || s->tls_on)
		return mistake(s, "STLS is not possible here");
	return say(s, PD_TLS, "+OK Go on with TLS");
}

static enum st cmd_quit(struct pop3d *s, struct slice arg)
{
	(void)arg;
	return s->v ? ask(s, EV_UPDATE) : say(s, PD_CLOSE, "+OK Bye");
}

void pop3d_ready(struct pop3d *s, bool good)
{
	enum act_event asked = s->asked;
	uint64_t size;
	size_t count;

	if (s->st == PD_FAIL || s->st == PD_DONE)
		return;
	bug_on(s->st != PD_ASK || (asked != EV_RETR && asked != EV_UPDATE));
	s->asked = EV_NONE;
	if (asked == EV_RETR && good && s->lines == UINT64_MAX) {
		size = s->v[s->num - 1].size;
		s->st = say(s, PD_BODY, "+OK %llu octets", (unsigned long long)size);
	} else if (asked == EV_RETR) {
		s->st = good ? say(s, PD_BODY, "+OK") :
			say(s, PD_TRANS, "-ERR [SYS/TEMP] Message %u can't be read now", s->num);
	} else if (good) {
		totals(s, &count, &size);
		s->st = say(s, PD_CLOSE, "+OK Bye, %zu messages left", count);
	} else {
		s->st = say(s, PD_CLOSE, "-ERR [SYS/TEMP] Some deleted messages are not removed");
	}
}

/* ---- lines ---- */

enum { IN_AUTHZ = 1, IN_TRANS = 2 };
static const struct {
	const char *verb;
	unsigned where;
	enum st (*run)(struct pop3d *, struct slice);
} commands[] = {
	{ "CAPA", IN_AUTHZ | IN_TRANS, cmd_capa }, { "QUIT", IN_AUTHZ | IN_TRANS, cmd_quit },
	{ "USER", IN_AUTHZ, cmd_user }, { "PASS", IN_AUTHZ, cmd_pass },
	{ "APOP", IN_AUTHZ, cmd_apop }, { "AUTH", IN_AUTHZ, cmd_auth },
	{ "STLS", IN_AUTHZ, cmd_stls }, { "STAT", IN_TRANS, cmd_stat },
	{ "LIST", IN_TRANS, cmd_list }, { "UIDL", IN_TRANS, cmd_uidl },
	{ "RETR", IN_TRANS, cmd_retr }, { "TOP", IN_TRANS, cmd_top },
	{ "DELE", IN_TRANS, cmd_dele }, { "RSET", IN_TRANS, cmd_rset },
	{ "NOOP", IN_TRANS, cmd_noop },
};

static enum st command(struct pop3d *s, struct slice line)
{
	ssize_t blank = sl_find(line, ' ');
	struct slice verb = blank < 0 ? line : sl_head(line, (size_t)blank);
	struct slice arg = blank < 0 ? SL_NONE : sl_skip(line, (size_t)blank + 1);

	if (line.n > (sl_iis(verb, "AUTH") ? SASL_LINE_MAX : COMMAND_OCTETS))
		return mistake(s, "Line too long");
	if (line_is_http(verb))
		return say(s, PD_CLOSE, "-ERR This is a mail server");
	/* A password may end in a blank. */
	if (!sl_iis(verb, "PASS"))
		arg = sl_trim(arg);
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (sl_iis(verb, commands[i].verb)) {
			if (commands[i].where & (s->v ? IN_TRANS : IN_AUTHZ))
				return commands[i].run(s, arg);
			return mistake(s, s->v ? "Not after the login" : "Log in first");
		}
	return mistake(s, "Command not known");
}

static void line(void *ctx, struct slice text)
{
	struct pop3d *s = ctx;

	bug_on(s->out_ready);
	if (sl_find(text, '\r') >= 0 || sl_find(text, '\n') >= 0 || sl_find(text, '\0') >= 0) {
		login_clear(s);
		s->st = say(s, PD_CLOSE, "-ERR Lines must end with CRLF and hold no NUL");
	} else if (s->st == PD_SASL || s->st == PD_SASL_END) {
		s->st = on_sasl_line(s, text);
	} else {
		s->st = command(s, text);
	}
}

static enum want write_out(struct pop3d *s, struct act *a)
{
	if (s->st == PD_LIST)
		s->st = list_block(s);
	s->out_ready = false;
	a->out = str_sl(&s->out);
	return WANT_WRITE;
}

static enum want next(void *ctx, struct act *a)
{
	struct pop3d *s = ctx;

	act_reset(a);
	a->timeout = 600;
	a->user = s->user;
	if (s->event) {
		a->event = s->event;
		s->event = EV_NONE;
		return WANT_EVENT;
	}
	if (s->out_ready)
		return write_out(s, a);
	switch (s->st) {
	case PD_LIST:
		str_clear(&s->out);
		s->out_ready = true;
		return write_out(s, a);
	case PD_SECRET:
		return WANT_SECRET;
	case PD_TLS:
		a->quiet = true;
		return WANT_TLS;
	case PD_ASK:
		a->event = s->asked;
		a->num = s->num;
		a->count = s->lines;
		a->size = s->asked == EV_RETR ? s->v[s->num - 1].size : 0;
		return WANT_ANSWER;
	case PD_BODY:
		a->dot = true;
		a->num = s->num;
		a->count = s->lines;
		return WANT_BODY;
	case PD_CLOSE:
	case PD_DONE:
		s->st = PD_DONE;
		return WANT_DONE;
	case PD_FAIL:
		a->err = s->err;
		return WANT_FAIL;
	case PD_AUTHZ:
	case PD_SASL:
	case PD_SASL_END:
	case PD_TRANS:
		break;
	}
	return WANT_READ;
}

static void tls_up(void *ctx)
{
	struct pop3d *s = ctx;

	bug_on(s->st != PD_TLS);
	s->tls_on = true;
	set_user(s, NULL);
	s->st = PD_AUTHZ;
}

static void secret(void *ctx, struct slice password)
{
	struct pop3d *s = ctx;

	bug_on(s->st != PD_SECRET);
	s->st = compare(s, password);
}

static void sent(void *ctx)
{
	struct pop3d *s = ctx;

	bug_on(s->st != PD_BODY);
	s->st = say(s, PD_TRANS, ".");
}

static void lost(void *ctx, const struct err *e)
{
	struct pop3d *s = ctx;

	if (s->st == PD_DONE || s->st == PD_FAIL)
		return;
	login_clear(s);
	s->out_ready = false;
	s->asked = EV_NONE;
	s->err = *e;
	s->st = s->st == PD_CLOSE ? PD_DONE : PD_FAIL;
}

const struct engine pop3d_engine = {
	.next = next, .line = line, .tls_up = tls_up, .secret = secret,
	.sent = sent, .lost = lost,
};
