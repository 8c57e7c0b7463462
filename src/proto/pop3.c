/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pop3: the client side of RFC 1939, 2449 (CAPA), 2595 (STLS), 5034 (AUTH).
 *
 *   GREET - CAPA - (STLS - TLS - CAPA) - LOGIN - AUTH|APOP|USER - PASS - RUN
 *   RUN - LISTING|SINK - RUN - DONE
 *
 * 1. Replies are counted: each one answers the oldest command without one.
 * 2. Nothing of a listing is kept: a million entries are a million events.
 * 3. No number of the server is an index, a size to allocate or a promise.
 * 4. A message is whole only when CRLF.CRLF came.
 */
#include "base/base.h"
#include "proto/priv.h"

#define CAPA_LINES_MAX 512
#define WRITE_MAX 4096          /* bytes of commands in one write */

struct pop3 *pop3_new(const struct pop3_conf *c)
{
	struct pop3 *s = mem_zalloc(sizeof(*s));

	s->conf = *c;
	s->conf.host = mem_strdup(c->host);
	s->conf.user = mem_strdup(c->user);
	s->conf.mech = mem_strdup(c->mech);
	if (!s->conf.window)
		s->conf.window = 64;
	if (!s->conf.max_messages)
		s->conf.max_messages = 10000000;
	s->tls_on = c->tls == TLS_DIRECT;
	s->due = 1;
	str_init(&s->out, 65536);
	str_init(&s->mechs, 4096);
	str_init(&s->initial, SASL_LINE_MAX);
	return s;
}

void pop3_free(struct pop3 **sp)
{
	struct pop3 *s = *sp;

	if (!s)
		return;
	pop3_login_clear(s);
	str_wipe(&s->out);
	str_release(&s->out);
	str_release(&s->mechs);
	str_release(&s->initial);
	free((void *)(uintptr_t)s->conf.host);
	free((void *)(uintptr_t)s->conf.user);
	free((void *)(uintptr_t)s->conf.mech);
	free(s->q);
	free(s);
	*sp = NULL;
}

unsigned pop3_caps(const struct pop3 *s)
{
	return s->caps;
}

/* ---- the queue ---- */

static void queue(struct pop3 *s, enum pop3_kind kind, uint32_t num, unsigned lines)
{
	bug_on(s->n && s->q[s->n - 1].kind == C_QUIT);
	if (s->head == s->n) {
		s->head = s->next = s->n = 0;
	} else if (s->n == s->cap && s->head > s->cap / 2) {
		memmove(s->q, s->q + s->head, (s->n - s->head) * sizeof(*s->q));
		s->n -= s->head;
		s->next -= s->head;
		s->head = 0;
	}
	mem_grow(s->q, s->n, s->cap);
	s->q[s->n++] = (struct pop3_cmd){ kind, num, lines };
}

void pop3_stat(struct pop3 *s)
{
	queue(s, C_STAT, 0, 0);
}

void pop3_uidl(struct pop3 *s)
{
	queue(s, C_UIDL, 0, 0);
}

void pop3_list(struct pop3 *s)
{
	queue(s, C_LIST, 0, 0);
}

void pop3_retr(struct pop3 *s, uint32_t num)
{
	queue(s, C_RETR, num, 0);
}

void pop3_top(struct pop3 *s, uint32_t num, unsigned lines)
{
	queue(s, C_TOP, num, lines);
}

void pop3_dele(struct pop3 *s, uint32_t num)
{
	queue(s, C_DELE, num, 0);
}

void pop3_quit(struct pop3 *s)
{
	queue(s, C_QUIT, 0, 0);
}

/* Dovecot's proxy for TLS drops what its buffer holds when the session behind it is over,
 * and a message of which QUIT came too early is cut: no QUIT before all of them are here. */
static bool body_is_due(const struct pop3 *s)
{
	for (size_t i = s->head; i < s->next; i++)
		if (s->q[i].kind == C_RETR || s->q[i].kind == C_TOP)
			return true;
	return false;
}

static void queue_write(struct pop3 *s)
{
	size_t window = s->caps & POP3_PIPELINING ? s->conf.window : 1;

	str_wipe(&s->out);
	/* Refilled at the half, so that a write carries many commands. */
	if (s->next - s->head > window / 2)
		return;
	while (s->next < s->n && s->next - s->head < window && s->out.n < WRITE_MAX) {
		const struct pop3_cmd *c = &s->q[s->next];

		if (c->kind == C_QUIT && body_is_due(s))
			break;
		s->next++;
		switch (c->kind) {
		case C_STAT:
			str_adds(&s->out, "STAT\r\n");
			break;
		case C_UIDL:
			str_adds(&s->out, "UIDL\r\n");
			break;
		case C_LIST:
			str_adds(&s->out, "LIST\r\n");
			break;
		case C_RETR:
			str_addf(&s->out, "RETR %u\r\n", c->num);
			break;
		case C_TOP:
			str_addf(&s->out, "TOP %u %u\r\n", c->num, c->lines);
			break;
		case C_DELE:
			str_addf(&s->out, "DELE %u\r\n", c->num);
			s->deletes = true;
			break;
		case C_QUIT:
			str_adds(&s->out, "QUIT\r\n");
			break;
		}
		s->due++;
	}
}

/* ---- what a status line says ---- */

static enum pop3_status status_of(struct slice line, struct slice *text)
{
	bool ok = sl_istarts(line, "+OK"), err = sl_istarts(line, "-ERR");
	size_t n = ok ? 3 : err ? 4 : sl_starts(line, "+") ? 1 : 0;

	*text = sl_trim(sl_skip(line, n));
	if (n == 0 || (line.n > n && line.p[n] != ' ' && line.p[n] != '\t'))
		return P_NONSENSE;
	return ok ? P_OK : err ? P_ERR : P_MORE;
}

enum pop3_st pop3_nonsense(struct pop3 *s, struct slice line)
{
	err_set(&s->err, ERR_PROTO, _("%s does not keep to POP3; it said \"%s\"."), s->conf.host,
		s->conf.tls == TLS_UPGRADE && !s->tls_on ? "..." : words_of(line).z);
	return PS_FAIL;
}

static enum pop3_st greeted(
	struct pop3 *s, enum pop3_status status, struct slice line, struct slice text)
{
	ssize_t from = sl_find(text, '<'), to = sl_find(text, '>');

	if (status == P_NONSENSE && line.n > 1 && (line.p[0] == 0x15 || line.p[0] == 0x16)) {
		err_set(&s->err, ERR_PROTO,
			_("%s speaks TLS from the start on this port; use pop3s:// for it."),
			s->conf.host);
		return PS_FAIL;
	}
	if (status == P_ERR) {
		err_set(&s->err, pop3_err_kind(text, ERR_TEMP), _("%s can't serve us now: \"%s\"."),
			s->conf.host, s->conf.tls == TLS_UPGRADE ? "-ERR" : words_of(text).z);
		return PS_FAIL;
	}
	if (status != P_OK)
		return pop3_nonsense(s, line);
	if (from >= 0 && to > from && (size_t)(to - from) < sizeof(s->stamp) - 1) {
		struct slice stamp = sl_make(text.p + from, (size_t)(to - from) + 1);
		bool good = sl_find(stamp, '@') > 0;

		for (size_t i = 0; i < stamp.n; i++)
			good &= stamp.p[i] > ' ' && stamp.p[i] < 127;
		if (good)
			memcpy(s->stamp, stamp.p, stamp.n);
	}
	return PS_CAPA;
}

/* ---- capabilities and TLS ---- */

static void capa_line(struct pop3 *s, struct slice line)
{
	static const struct { const char *word; unsigned bit; } table[] = {
		{ "UIDL", POP3_UIDL }, { "TOP", POP3_TOP }, { "PIPELINING", POP3_PIPELINING },
		{ "STLS", POP3_STLS }, { "RESP-CODES", POP3_RESP_CODES },
	};
	struct slice word;

	if (!sl_word(&line, &word))
		return;
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (sl_iis(word, table[i].word))
			s->caps |= table[i].bit;
	if (sl_iis(word, "SASL")) {
		str_addc(&s->mechs, ' ');
		str_addsl(&s->mechs, line);
	}
}

static enum pop3_st after_capa(struct pop3 *s)
{
	if (s->conf.tls != TLS_UPGRADE || s->tls_on)
		return pop3_want_login(s);
	if (s->caps & POP3_STLS)
		return PS_STLS;
	err_set(&s->err, ERR_TLS, _("%s does not offer STLS, so nothing was sent."), s->conf.host);
	return PS_FAIL;
}

static enum pop3_st on_capa_list(struct pop3 *s, struct slice line)
{
	if (sl_is(line, "."))
		return after_capa(s);
	if (++s->capa_lines > CAPA_LINES_MAX) {
		err_set(&s->err, ERR_LIMIT, _("%s lists more than %d capabilities."), s->conf.host,
			CAPA_LINES_MAX);
		return PS_FAIL;
	}
	capa_line(s, line);
	return PS_CAPA_LIST;
}

static enum pop3_st after_stls(struct pop3 *s, enum pop3_status status, struct slice line)
{
	if (status == P_OK)
		return PS_TLS;
	if (status != P_ERR)
		return pop3_nonsense(s, line);
	err_set(&s->err, ERR_TLS, _("%s refuses STLS, so nothing was sent."), s->conf.host);
	return PS_FAIL;
}

/* ---- commands ---- */

static void tell(struct pop3 *s, enum act_event event, uint32_t num)
{
	s->event = event;
	s->num = num;
}

static enum pop3_st on_stat(struct pop3 *s, struct slice line, struct slice text)
{
	struct slice count, size;

	if (!sl_word(&text, &count) || !sl_word(&text, &size) ||
		sl_u64(count, s->conf.max_messages, &s->count) != 0 ||
		sl_u64(size, UINT64_MAX, &s->size) != 0)
		return pop3_nonsense(s, line);
	tell(s, EV_STAT, 0);
	return PS_RUN;
}

static enum pop3_st after_command(
	struct pop3 *s, enum pop3_status status, struct slice line, struct slice text)
{
	const struct pop3_cmd c = s->q[s->head++];

	if (status != P_OK && status != P_ERR)
		return pop3_nonsense(s, line);
	if (status == P_ERR && c.kind == C_QUIT && !s->deletes)
		return PS_DONE;
	if (status == P_ERR && c.kind == C_QUIT) {
		err_set(&s->err, pop3_err_kind(text, ERR_PERM),
			_("%s may not have deleted what it was told to: \"%s\"."), s->conf.host,
			words_of(text).z);
		return PS_FAIL;
	}
	if (status == P_ERR) {
		err_set(&s->event_err, pop3_err_kind(text, ERR_PERM), _("%s refuses: \"%s\"."),
			s->conf.host, words_of(text).z);
		tell(s, EV_REFUSED, c.num);
		return PS_RUN;
	}
	switch (c.kind) {
	case C_STAT:
		return on_stat(s, line, text);
	case C_UIDL:
	case C_LIST:
		s->last = 0;
		s->count = 0;
		return PS_LISTING;
	case C_RETR:
	case C_TOP:
		unstuff_init(&s->body, false);
		return PS_SINK;
	case C_DELE:
		tell(s, EV_DELETED, c.num);
		return PS_RUN;
	case C_QUIT:
		return PS_DONE;
	}
	return pop3_nonsense(s, line);
}

static bool is_uid(struct slice uid)
{
	for (size_t i = 0; i < uid.n; i++)
		if (uid.p[i] < 0x21 || uid.p[i] > 0x7e)
			return false;
	return uid.n > 0 && uid.n <= 70;
}

/* "number value": numbers must grow, so that no message is listed twice. */
static enum pop3_st on_listing(struct pop3 *s, struct slice line)
{
	enum pop3_kind kind = s->q[s->head - 1].kind;
	struct slice rest = line, number;
	uint64_t num;

	if (sl_is(line, ".")) {
		tell(s, EV_LIST_END, 0);
		return PS_RUN;
	}
	if (!sl_word(&rest, &number) || sl_u64(number, UINT32_MAX, &num) != 0 || num <= s->last)
		return pop3_nonsense(s, line);
	if (num > s->conf.max_messages) {
		err_set(&s->err, ERR_LIMIT, _("%s lists more than %u messages."), s->conf.host,
			s->conf.max_messages);
		return PS_FAIL;
	}
	s->last = (uint32_t)num;
	s->count++;
	if (kind == C_LIST) {
		if (!sl_word(&rest, &number) || sl_u64(number, UINT64_MAX, &s->size) != 0)
			return pop3_nonsense(s, line);
		tell(s, EV_SIZE, s->last);
		return PS_LISTING;
	}
	rest = sl_trim(rest);
	tell(s, is_uid(rest) ? EV_UID : EV_REFUSED, s->last);
	if (s->event == EV_REFUSED) {
		err_set(&s->event_err, ERR_PROTO,
			_("%s gives message %u a name that is none: \"%s\"."), s->conf.host,
			s->last, words_of(rest).z);
		return PS_LISTING;
	}
	memcpy(s->uid, rest.p, rest.n);
	s->uid_n = rest.n;
	return PS_LISTING;
}

/* ---- enter, decide ---- */

static void enter(struct pop3 *s, enum pop3_st st)
{
	s->st = st;
	if (st == PS_CAPA) {
		s->caps = 0;
		s->capa_lines = 0;
		str_clear(&s->mechs);
		pop3_put(s, "CAPA", "", SL_NONE, false);
	} else if (st == PS_STLS) {
		pop3_put(s, "STLS", "", SL_NONE, false);
	}
}

static enum pop3_st after(struct pop3 *s, struct slice line)
{
	struct slice text;
	enum pop3_status status = status_of(line, &text);

	if (s->st == PS_CAPA_LIST)
		return on_capa_list(s, line);
	if (s->st == PS_LISTING)
		return on_listing(s, line);
	s->due--;
	switch (s->st) {
	case PS_GREET:
		return greeted(s, status, line, text);
	case PS_CAPA:
		if (status == P_OK)
			return PS_CAPA_LIST;
		return status == P_ERR ? after_capa(s) : pop3_nonsense(s, line);
	case PS_STLS:
		return after_stls(s, status, line);
	case PS_AUTH:
		return pop3_after_auth(s, status, line, text);
	case PS_CANCEL:
		return PS_FAIL;
	case PS_APOP:
	case PS_USER:
	case PS_PASS:
		return pop3_after_login(s, status, line, text);
	case PS_RUN:
		return after_command(s, status, line, text);
	case PS_CAPA_LIST:
	case PS_LISTING:
	case PS_TLS:
	case PS_LOGIN:
	case PS_SINK:
	case PS_DONE:
	case PS_FAIL:
		break;
	}
	return pop3_nonsense(s, line);
}

static enum want event(struct pop3 *s, struct act *a)
{
	a->event = s->event;
	a->num = s->num;
	a->size = s->size;
	a->count = s->count;
	a->uid = s->event == EV_UID ? sl_make(s->uid, s->uid_n) : SL_NONE;
	if (s->event == EV_REFUSED)
		a->err = s->event_err;
	s->event = EV_NONE;
	return WANT_EVENT;
}

static enum want write_out(struct pop3 *s, struct act *a, bool quiet)
{
	s->out_ready = false;
	a->quiet = quiet;
	a->out = str_sl(&s->out);
	a->secret = s->out_secret;
	a->shown = s->out_secret ? sl(s->shown) : SL_NONE;
	s->out_secret = false;
	return WANT_WRITE;
}

static enum want run(struct pop3 *s, struct act *a)
{
	bool quiet = s->due == 0;

	queue_write(s);
	if (s->out.n)
		return write_out(s, a, quiet);
	a->quiet = quiet;
	return s->due ? WANT_READ : WANT_NEXT;
}

static enum want next(void *ctx, struct act *a)
{
	struct pop3 *s = ctx;

	act_reset(a);
	a->timeout = 60;
	if (s->event)
		return event(s, a);
	if (s->out_ready)
		return write_out(s, a, s->due == 1);
	switch (s->st) {
	case PS_TLS:
		a->quiet = true;
		return WANT_TLS;
	case PS_LOGIN:
		a->quiet = true;
		a->user = s->conf.user;
		return WANT_SECRET;
	case PS_RUN:
		return run(s, a);
	case PS_SINK:
		a->timeout = 180;
		a->num = s->q[s->head - 1].num;
		return WANT_SINK;
	case PS_DONE:
		return WANT_DONE;
	case PS_FAIL:
		a->err = s->err;
		return WANT_FAIL;
	case PS_LISTING:
		a->timeout = 180;
		break;
	case PS_GREET:
	case PS_CAPA:
	case PS_CAPA_LIST:
	case PS_STLS:
	case PS_AUTH:
	case PS_CANCEL:
	case PS_APOP:
	case PS_USER:
	case PS_PASS:
		break;
	}
	return WANT_READ;
}

static void line(void *ctx, struct slice text)
{
	struct pop3 *s = ctx;

	bug_on(s->out_ready || s->event);
	enter(s, after(s, line_chomp(text)));
}

static int data(void *ctx, struct slice *in, struct slice *out)
{
	struct pop3 *s = ctx;
	int rc;

	if (s->st != PS_SINK)
		return -1;
	rc = unstuff_next(&s->body, in, out);
	if (rc == 2) {
		tell(s, EV_GOT, s->q[s->head - 1].num);
		s->st = PS_RUN;
	}
	return rc;
}

static void tls_up(void *ctx)
{
	struct pop3 *s = ctx;

	bug_on(s->st != PS_TLS);
	s->tls_on = true;
	/* Said in clear; good enough only where APOP is insisted on. */
	if (!s->conf.mech)
		s->stamp[0] = '\0';
	enter(s, PS_CAPA);
}

static void secret(void *ctx, struct slice password)
{
	struct pop3 *s = ctx;

	bug_on(s->st != PS_LOGIN);
	enter(s, pop3_login(s, password));
}

static bool quit_is_out(const struct pop3 *s)
{
	return s->next > s->head && s->q[s->next - 1].kind == C_QUIT;
}

static void lost(void *ctx, const struct err *e)
{
	struct pop3 *s = ctx;

	if (s->st == PS_DONE || s->st == PS_FAIL)
		return;
	pop3_login_clear(s);
	s->out_ready = false;
	if (s->st != PS_CANCEL)
		s->err = *e;
	/* A server that wants TLS at once waits for us as we wait for it. */
	if (s->st == PS_GREET && e->kind == ERR_TIMEOUT && s->conf.tls != TLS_DIRECT)
		err_set(&s->err, ERR_TIMEOUT, _("%s; if this port speaks TLS from the start, use pop3s:// for it"), e->text);
	if (quit_is_out(s) && s->deletes)
		err_prefix(&s->err, _("%s may not have deleted what it was told to"), s->conf.host);
	s->st = PS_FAIL;
}

const struct engine pop3_engine = {
	.next = next, .line = line, .data = data, .tls_up = tls_up,
	.secret = secret, .lost = lost,
};
