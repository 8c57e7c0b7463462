/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smtpd: the server side of RFC 5321, with 1870, 2920, 3030, 3207, 3461, 4954,
 * 6152, 6531.
 *
 * 1. Commands in their order only: EHLO, (AUTH), MAIL, RCPT, DATA or BDAT.
 * 2. Only CRLF.CRLF ends DATA.  A bare CR or LF, in DATA or in a command, ends
 *    the session: one message may not become two (SMTP smuggling).
 * 3. 250 for a message is the owner's answer to EV_STORE and nothing else.
 * 4. STARTTLS forgets who spoke and what was said.
 * 5. Text that follows a refused DATA is never taken for commands.
 */
#include "base/base.h"
#include "proto/priv.h"

#define COMMAND_MAX 2048        /* RFC 5321 4.5.3.1.4 with the parameters of SMTPUTF8 and DSN */

/* ---- replies ---- */

static const char *usual_words(int code)
{
	static const struct { int code; const char *text; } table[] = {
		{ 214, "RFC 5321" },
		{ 220, "Ready" },
		{ 221, "Bye" },
		{ 235, "Welcome" },
		{ 250, "OK" },
		{ 252, "Not verified, mail to it will be tried" },
		{ 354, "End with CRLF.CRLF" },
		{ 421, "Closing" },
		{ 450, "Mailbox not available now" },
		{ 451, "Not possible now" },
		{ 452, "Not enough room" },
		{ 500, "Command not known" },
		{ 501, "Syntax error" },
		{ 502, "Command not implemented" },
		{ 503, "Bad sequence of commands" },
		{ 504, "Parameter not implemented" },
		{ 530, "Log in first" },
		{ 535, "Login refused" },
		{ 538, "Encryption needed" },
		{ 550, "Mailbox not available" },
		{ 552, "Message too large" },
		{ 553, "Mailbox name not allowed" },
		{ 554, "Refused" },
		{ 555, "Parameter not known" },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (table[i].code == code)
			return table[i].text;
	return code < 400 ? "OK" : code < 500 ? "Not now" : "No";
}

enum smtpd_st smtpd_reply(
	struct smtpd *s, enum smtpd_st then, int code, const char *enh, const char *text)
{
	if (!s->out_ready)
		str_clear(&s->out);
	str_addf(&s->out, "%d %s%s", code, enh ? enh : "", enh && *enh ? " " : "");
	for (text = text ? text : usual_words(code); *text; text++)
		str_addc(&s->out, (unsigned char)*text < ' ' || *text == 127 ? '?' : *text);
	str_adds(&s->out, "\r\n");
	s->out_ready = true;
	return code == 421 ? SD_CLOSE : then;
}

/* The client's mistake: too many of them and it has to go. */
enum smtpd_st smtpd_mistake(struct smtpd *s, int code, const char *enh, const char *text)
{
	if (++s->errors > s->conf.max_errors)
		return smtpd_reply(s, SD_CLOSE, 421, "4.7.0", "Too many errors");
	return smtpd_reply(s, SD_CMD, code, enh, text);
}

static enum smtpd_st ok(struct smtpd *s)
{
	return smtpd_reply(s, SD_CMD, 250, "2.0.0", NULL);
}

/* ---- what is at hand ---- */

void smtpd_tx_clear(struct smtpd *s)
{
	smtpd_params_release(&s->tx.mail);
	smtpd_params_release(&s->tx.rcpt);
	memset(&s->tx, 0, sizeof(s->tx));
}

/* The owner has to throw away what it began. */
void smtpd_tx_reset(struct smtpd *s)
{
	if (s->tx.open)
		s->event = EV_RESET;
	smtpd_tx_clear(s);
}

static void put_string(char **to, char *from)
{
	free(*to);
	*to = from;
}

struct smtpd *smtpd_new(const struct smtpd_conf *c)
{
	struct smtpd *s = mem_zalloc(sizeof(*s));
	char text[300];

	s->conf = *c;
	s->conf.host = mem_strdup(c->host);
	s->conf.max_errors = c->max_errors ? c->max_errors : 20;
	s->conf.max_rcpts = c->max_rcpts ? c->max_rcpts : 1000;
	s->conf.max_size = c->max_size ? c->max_size : CHUNK_MAX;
	s->tls_on = c->tls_on;
	str_init(&s->out, 16384);
	str_init(&s->addr, COMMAND_MAX);
	str_init(&s->auth_in, SASL_LINE_MAX + 1);
	str_init(&s->auth_out, SASL_LINE_MAX + 1);
	snprintf(text, sizeof(text), "%.255s ESMTP pabald", c->host);
	s->st = smtpd_reply(s, SD_CMD, 220, NULL, text);
	return s;
}

void smtpd_free(struct smtpd **sp)
{
	struct smtpd *s = *sp;

	if (!s)
		return;
	smtpd_tx_clear(s);
	smtpd_login_clear(s);
	str_release(&s->auth_in);
	str_release(&s->auth_out);
	str_release(&s->out);
	str_release(&s->addr);
	free(s->chunk.text);
	free(s->helo);
	free(s->user);
	free((void *)(uintptr_t)s->conf.host);
	free(s);
	*sp = NULL;
}

const char *smtpd_helo(const struct smtpd *s)
{
	return s->helo;
}

const char *smtpd_user(const struct smtpd *s)
{
	return s->user;
}

bool smtpd_is_esmtp(const struct smtpd *s)
{
	return s->esmtp;
}

const char *smtpd_param(const struct smtpd *s, bool of_rcpt, const char *name)
{
	return smtpd_params_get(of_rcpt ? &s->tx.rcpt : &s->tx.mail, name);
}

enum smtpd_st smtpd_ask(struct smtpd *s, enum act_event what)
{
	s->asked = what;
	return SD_ASK;
}

/* ---- commands ---- */

static void ehlo_lines(struct smtpd *s)
{
	bool sized = s->conf.max_size < CHUNK_MAX;

	str_clear(&s->out);
	str_addf(&s->out, "250-%s\r\n", s->conf.host);
	str_addf(&s->out, sized ? "250-SIZE %llu\r\n" : "250-SIZE\r\n",
		(unsigned long long)s->conf.max_size);
	if (s->conf.tls_offered && !s->tls_on)
		str_adds(&s->out, "250-STARTTLS\r\n");
	if (s->conf.auth_offered)
		str_addf(&s->out, "250-AUTH %s\r\n", sasl_mechs(s->tls_on || s->conf.plain_ok));
	str_adds(&s->out, "250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-CHUNKING\r\n"
		"250-ENHANCEDSTATUSCODES\r\n250-DSN\r\n250 HELP\r\n");
}

static enum smtpd_st hello(struct smtpd *s, struct slice arg, bool esmtp)
{
	enum smtpd_st st;

	if (!arg_domain(arg))
		return smtpd_mistake(
			s, 501, "5.5.4", "A host name or an address literal is needed");
	smtpd_tx_reset(s);
	s->esmtp = esmtp;
	put_string(&s->helo, sl_dup(arg));
	st = smtpd_reply(s, SD_CMD, 250, NULL, s->conf.host);
	if (esmtp)
		ehlo_lines(s);
	return st;
}

static enum smtpd_st cmd_helo(struct smtpd *s, struct slice arg)
{
	return hello(s, arg, false);
}

static enum smtpd_st cmd_ehlo(struct smtpd *s, struct slice arg)
{
	return hello(s, arg, true);
}

/* "FROM:" or "TO:", at most one blank, the path.  0 or the code. */
static int address(struct smtpd *s, const char *word, bool rcpt, struct slice *arg)
{
	if (!sl_istarts(*arg, word))
		return 501;
	*arg = sl_skip(*arg, strlen(word));
	if (arg->n && arg->p[0] == ' ')
		*arg = sl_skip(*arg, 1);
	if (arg_path(arg, rcpt, &s->addr))
		return 0;
	str_clear(&s->addr);            /* nothing of it is shown to whoever is asked next */
	return 553;
}

static bool has_8bit(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] > 127)
			return true;
	return false;
}

/* What is wrong with the rest of MAIL or RCPT; SD_ASK: nothing. */
static enum smtpd_st address_checked(
	struct smtpd *s, int code, struct smtpd_params *p, struct slice rest, bool rcpt)
{
	if (code == 501)
		return smtpd_mistake(
			s, 501, "5.5.4", rcpt ? "RCPT TO:<address>" : "MAIL FROM:<address>");
	if (code)
		return smtpd_mistake(s, 553, rcpt ? "5.1.3" : "5.1.7", "This is not an address");
	if (!s->esmtp && sl_trim(rest).n)
		return smtpd_mistake(s, 555, "5.5.4", "No parameters after HELO");
	code = smtpd_params_parse(p, rest, rcpt);
	if (code == 552)
		return smtpd_mistake(s, 552, "5.3.4", NULL);
	if (code)
		return smtpd_mistake(s, code, "5.5.4", NULL);
	if (has_8bit(str_sl(&s->addr)) && !smtpd_params_get(&s->tx.mail, "SMTPUTF8"))
		return smtpd_mistake(s, 553, "5.6.7", "Letters outside ASCII need SMTPUTF8");
	return SD_ASK;
}

static enum smtpd_st cmd_mail(struct smtpd *s, struct slice arg)
{
	const char *size;
	enum smtpd_st st;
	int code;

	if (!s->helo || s->tx.open)
		return smtpd_mistake(
			s, 503, "5.5.1", s->helo ? "A mail is under way" : "EHLO first");
	if (s->conf.auth_needed && !s->user)
		return smtpd_mistake(s, 530, "5.7.0", NULL);
	smtpd_tx_clear(s);
	code = address(s, "FROM:", false, &arg);
	st = address_checked(s, code, &s->tx.mail, arg, false);
	if (st != SD_ASK) {
		smtpd_tx_clear(s);
		return st;
	}
	size = smtpd_params_get(&s->tx.mail, "SIZE");
	if (size)
		sl_u64(sl(size), UINT64_MAX, &s->tx.size);
	if (s->tx.size > s->conf.max_size) {
		smtpd_tx_clear(s);
		return smtpd_reply(s, SD_CMD, 552, "5.3.4", NULL);
	}
	return smtpd_ask(s, EV_MAIL);
}

static enum smtpd_st cmd_rcpt(struct smtpd *s, struct slice arg)
{
	enum smtpd_st st;
	int code;

	if (!s->tx.open || s->tx.bdat)
		return smtpd_mistake(
			s, 503, "5.5.1", s->tx.open ? "BDAT is under way" : "MAIL first");
	code = address(s, "TO:", true, &arg);
	st = address_checked(s, code, &s->tx.rcpt, arg, true);
	if (st != SD_ASK)
		return st;
	if (s->tx.rcpts >= s->conf.max_rcpts)
		return smtpd_reply(s, SD_CMD, 452, "4.5.3",
			"Too many recipients, send the rest in another mail");
	return smtpd_ask(s, EV_RCPT);
}

static enum smtpd_st cmd_data(struct smtpd *s, struct slice arg)
{
	if (arg.n)
		return smtpd_mistake(s, 501, "5.5.4", NULL);
	if (!s->tx.open || s->tx.bdat)
		return smtpd_data_refused(
			s, 503, "5.5.1", s->tx.open ? "BDAT is under way" : "MAIL first");
	if (s->tx.rcpts == 0)
		return smtpd_data_refused(s, 554, "5.5.1", "No valid recipients");
	return smtpd_ask(s, EV_DATA);
}

static enum smtpd_st cmd_rset(struct smtpd *s, struct slice arg)
{
	if (arg.n)
		return smtpd_mistake(s, 501, "5.5.4", NULL);
	smtpd_tx_reset(s);
	return ok(s);
}

static enum smtpd_st cmd_noop(struct smtpd *s, struct slice arg)
{
	(void)arg;
	return ok(s);
}

static enum smtpd_st cmd_help(struct smtpd *s, struct slice arg)
{
	(void)arg;
	return smtpd_reply(s, SD_CMD, 214, "2.0.0",
		"HELO EHLO MAIL RCPT DATA BDAT RSET NOOP VRFY HELP STARTTLS AUTH QUIT");
}

static enum smtpd_st cmd_vrfy(struct smtpd *s, struct slice arg)
{
	if (arg.n == 0 || !utf8_valid(arg))
		return smtpd_mistake(s, 501, "5.5.4", NULL);
	for (size_t i = 0; i < arg.n; i++)
		if ((unsigned char)arg.p[i] < ' ' || arg.p[i] == 127)
			return smtpd_mistake(s, 501, "5.5.4", NULL);
	str_clear(&s->addr);
	str_addsl(&s->addr, arg);
	return smtpd_ask(s, EV_VRFY);
}

static enum smtpd_st cmd_expn(struct smtpd *s, struct slice arg)
{
	(void)arg;
	return smtpd_mistake(s, 502, "5.5.1", NULL);
}

static enum smtpd_st cmd_quit(struct smtpd *s, struct slice arg)
{
	if (arg.n)
		return smtpd_mistake(s, 501, "5.5.4", NULL);
	smtpd_tx_reset(s);
	return smtpd_reply(s, SD_CLOSE, 221, "2.0.0", NULL);
}

static enum smtpd_st cmd_starttls(struct smtpd *s, struct slice arg)
{
	if (arg.n)
		return smtpd_mistake(s, 501, "5.5.4", NULL);
	if (!s->conf.tls_offered || s->tls_on || s->user)
		return smtpd_mistake(s, 503, "5.5.1", "STARTTLS is not possible here");
	smtpd_tx_reset(s);
	return smtpd_reply(s, SD_TLS, 220, "2.0.0", "Go on with TLS");
}

/* ---- lines ---- */

static const struct {
	const char *verb;
	enum smtpd_st (*run)(struct smtpd *, struct slice);
	bool calms;
} commands[] = {
	{ "EHLO", cmd_ehlo, true },
	{ "HELO", cmd_helo, true },
	{ "MAIL", cmd_mail, true },
	{ "RCPT", cmd_rcpt, false },
	{ "DATA", cmd_data, false },
	{ "BDAT", smtpd_cmd_bdat, false },
	{ "RSET", cmd_rset, true },
	{ "NOOP", cmd_noop, false },
	{ "QUIT", cmd_quit, true },
	{ "VRFY", cmd_vrfy, false },
	{ "EXPN", cmd_expn, false },
	{ "HELP", cmd_help, false },
	{ "STARTTLS", cmd_starttls, false },
	{ "AUTH", smtpd_cmd_auth, false },
};

static enum smtpd_st command(struct smtpd *s, struct slice line)
{
	ssize_t blank = sl_find(line, ' ');
	struct slice verb = blank < 0 ? line : sl_head(line, (size_t)blank);
	struct slice arg = blank < 0 ? SL_NONE : sl_skip(line, (size_t)blank + 1);

	if (line.n > (sl_iis(verb, "AUTH") ? SASL_LINE_MAX : COMMAND_MAX))
		return smtpd_mistake(s, 500, "5.5.6", "Line too long");
	if (line_is_http(verb))
		return smtpd_reply(s, SD_CLOSE, 554, "5.5.1", "This is a mail server");
	/* RFC 5321 4.1.1: blanks at the end are allowed. */
	while (arg.n && ascii_isblank(arg.p[arg.n - 1]))
		arg.n--;
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		if (!sl_iis(verb, commands[i].verb))
			continue;
		s->wary = s->wary && !commands[i].calms;
		return commands[i].run(s, arg);
	}
	if (s->wary)
		return smtpd_reply(s, SD_CLOSE, 421, "4.7.0", "This follows a refused DATA");
	return smtpd_mistake(s, 500, "5.5.2", NULL);
}

static void line(void *ctx, struct slice text)
{
	struct smtpd *s = ctx;

	bug_on(s->out_ready);
	if (sl_find(text, '\r') >= 0 || sl_find(text, '\n') >= 0) {
		smtpd_tx_reset(s);
		s->st = smtpd_reply(s, SD_CLOSE, 550, "5.6.11", "Lines must end with CRLF");
	} else if (sl_find(text, '\0') >= 0) {
		smtpd_login_clear(s);
		s->st = smtpd_mistake(s, 500, "5.5.2", NULL);
	} else if (s->st == SD_AUTH || s->st == SD_AUTH_END) {
		s->st = smtpd_auth_line(s, text);
	} else {
		s->st = command(s, text);
	}
}

/* ---- answers of the owner ---- */

void smtpd_answer(struct smtpd *s, int code, const char *enh, const char *text)
{
	enum act_event asked = s->asked;

	bug_on(code < 200 || code > 599);
	if (s->st == SD_FAIL || s->st == SD_DONE)
		return;         /* the client did not wait */
	bug_on(s->st != SD_ASK);
	s->asked = EV_NONE;
	if (asked == EV_DATA) {
		s->st = smtpd_data_answered(s, code, enh, text);
		return;
	}
	if (asked == EV_MAIL && code / 100 == 2)
		s->tx.open = true;
	else if (asked == EV_MAIL || asked == EV_STORE)
		smtpd_tx_clear(s);
	else if (asked == EV_RCPT && code / 100 == 2)
		s->tx.rcpts++;
	s->st = smtpd_reply(s, SD_CMD, code, enh, text);
}

static enum want next(void *ctx, struct act *a)
{
	struct smtpd *s = ctx;

	act_reset(a);
	a->timeout = 300;
	if (s->st == SD_BDAT && s->chunk.left == 0)
		s->st = smtpd_chunk_end(s);
	if (s->event) {
		a->event = s->event;
		a->user = s->user;
		s->event = EV_NONE;
		return WANT_EVENT;
	}
	if (s->out_ready) {
		s->out_ready = false;
		a->out = str_sl(&s->out);
		return WANT_WRITE;
	}
	switch (s->st) {
	case SD_CMD:
	case SD_AUTH:
	case SD_AUTH_END:
		break;
	case SD_ASK:
		a->event = s->asked;
		a->addr = s->addr.p;
		a->size = s->tx.size;
		return WANT_ANSWER;
	case SD_TLS:
		a->quiet = true;
		return WANT_TLS;
	case SD_SECRET:
		a->user = sasl_user(s->sasl);
		return WANT_SECRET;
	case SD_DATA:
	case SD_BDAT:
		a->timeout = 180;
		return WANT_SINK;
	case SD_CLOSE:
	case SD_DONE:
		s->st = SD_DONE;
		return WANT_DONE;
	case SD_FAIL:
		a->err = s->err;
		return WANT_FAIL;
	}
	return WANT_READ;
}

static void tls_up(void *ctx)
{
	struct smtpd *s = ctx;

	bug_on(s->st != SD_TLS);
	s->tls_on = true;
	s->esmtp = false;
	put_string(&s->helo, NULL);
	s->st = SD_CMD;
}

static void secret(void *ctx, struct slice password)
{
	struct smtpd *s = ctx;

	bug_on(s->st != SD_SECRET);
	sasl_give(s->sasl, password, password.p != NULL);
	s->st = smtpd_auth_step(s);
}

static void lost(void *ctx, const struct err *e)
{
	struct smtpd *s = ctx;

	if (s->st == SD_DONE || s->st == SD_FAIL)
		return;
	/* A message that the owner was asked to store is the owner's. */
	if (s->asked == EV_STORE)
		smtpd_tx_clear(s);
	smtpd_tx_reset(s);
	smtpd_login_clear(s);
	s->out_ready = false;
	s->asked = EV_NONE;
	s->err = *e;
	s->st = s->st == SD_CLOSE ? SD_DONE : SD_FAIL;
}

const struct engine smtpd_engine = {
	.next = next, .line = line, .data = smtpd_data, .tls_up = tls_up,
	.secret = secret, .lost = lost,
};
