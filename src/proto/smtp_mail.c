/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smtp_mail: one mail on its way through a session of smtp.c: what we refuse
 * ourselves, MAIL and RCPT with their parameters (RFC 5321, 1870, 3461, 6152,
 * 6531), the counted replies, and a result for each recipient.
 * No address reaches the wire before env_check saw it.
 */
#include "base/base.h"
#include "proto/priv.h"

/* A command line with all its parameters: RFC 5321 4.5.3.1.4 and RFC 3461 5.2.1. */
#define ADDR_MAX 1000
/* Bytes of envelope under way at most, so that neither side fills both pipes. */
#define GROUP_MAX 16384

void ext_line(struct smtp_ext *x, struct slice line)
{
	static const struct { const char *word; unsigned bit; } table[] = {
		{ "PIPELINING", SMTP_PIPELINING },
		{ "8BITMIME", SMTP_8BITMIME },
		{ "SMTPUTF8", SMTP_UTF8 },
		{ "CHUNKING", SMTP_CHUNKING },
		{ "ENHANCEDSTATUSCODES", SMTP_ENHANCED },
		{ "DSN", SMTP_DSN },
		{ "STARTTLS", SMTP_STARTTLS },
	};
	struct slice word;

	if (!sl_word(&line, &word))
		return;
	line = sl_trim(line);
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (sl_iis(word, table[i].word))
			x->caps |= table[i].bit;
	if (sl_iis(word, "AUTH")) {
		x->caps |= SMTP_AUTH;
		str_addc(&x->mechs, ' ');
		str_addsl(&x->mechs, line);
	}
	/* A size that is no number is as if it was never said. */
	if (sl_iis(word, "SIZE") && (line.n == 0 || sl_u64(line, UINT64_MAX, &x->max_size) == 0))
		x->caps |= SMTP_SIZE;
}

/* RFC 3461 section 4. */
static void xtext_add(struct str *out, struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < '!' || c > '~' || c == '+' || c == '=')
			str_addf(out, "+%02X", c);
		else
			str_addc(out, (char)c);
	}
}

static void env_mail(struct str *out, const struct smtp_mail *m, const struct smtp_ext *x)
{
	str_addf(out, "MAIL FROM:<%s>", m->from);
	if ((x->caps & SMTP_SIZE) && m->size)
		str_addf(out, " SIZE=%llu", (unsigned long long)m->size);
	if ((x->caps & SMTP_8BITMIME) && (m->eight_bit || (m->utf8 && (x->caps & SMTP_UTF8))))
		str_adds(out, " BODY=8BITMIME");
	if ((x->caps & SMTP_UTF8) && m->utf8)
		str_adds(out, " SMTPUTF8");
	if (m->dsn && m->ret)
		str_addf(out, " RET=%s", m->ret);
	if (m->dsn && m->envid) {
		str_adds(out, " ENVID=");
		xtext_add(out, sl(m->envid));
	}
	str_adds(out, "\r\n");
}

static bool is_ascii(const char *z)
{
	for (; *z; z++)
		if ((unsigned char)*z > 127)
			return false;
	return true;
}

static void env_rcpt(struct str *out, const struct smtp_rcpt *r, const struct smtp_ext *x)
{
	const char *semi = r->orcpt ? strchr(r->orcpt, ';') : NULL;

	str_addf(out, "RCPT TO:<%s>", r->addr);
	if ((x->caps & SMTP_DSN) && r->notify)
		str_addf(out, " NOTIFY=%s", r->notify);
	if ((x->caps & SMTP_DSN) && semi && is_ascii(r->orcpt)) {
		str_addf(out, " ORCPT=%.*s", (int)(semi + 1 - r->orcpt), r->orcpt);
		xtext_add(out, sl(semi + 1));
	}
	str_adds(out, "\r\n");
}

static void env_result(struct smtp_rcpt *r, enum rcpt_state state, const struct reply *reply)
{
	r->state = state;
	reply_copy(&r->reply, reply);
}

static void refuse(struct smtp_rcpt *r, int code, const char *enh, const char *text)
{
	r->state = RCPT_PERM;
	reply_release(&r->reply);
	r->reply.code = code;
	snprintf(r->reply.enh, sizeof(r->reply.enh), "%s", enh);
	r->reply.text = mem_strdup(text);
}

static void refuse_all(struct smtp_mail *m, int code, const char *enh, const char *text)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->rcpt[i].state == RCPT_NEW)
			refuse(&m->rcpt[i], code, enh, text);
}

/* Nothing that could end the address, the parameter or the line. */
static bool is_clean(const char *z, size_t max)
{
	size_t n = 0;

	for (; *z; z++)
		if (++n > max || (unsigned char)*z <= ' ' || *z == 127 || *z == '<' || *z == '>')
			return false;
	return true;
}

/* Goes as xtext, which writes whatever is no control character. */
static bool is_printable(const char *z, size_t max)
{
	size_t n = 0;

	for (; *z; z++)
		if (++n > max || (unsigned char)*z < ' ' || *z == 127)
			return false;
	return true;
}

static bool is_word_list(const char *z)
{
	size_t n = 0;

	for (; z && z[n]; n++)
		if (n > 40 || (!ascii_isalpha(z[n]) && z[n] != ','))
			return false;
	return true;
}

static void check_rcpt(struct smtp_rcpt *r, const struct smtp_ext *x)
{
	const char *semi = r->orcpt ? strchr(r->orcpt, ';') : NULL;

	if (!*r->addr || !is_clean(r->addr, ADDR_MAX))
		refuse(r, 553, "5.1.3", _("This is not an address that can be sent."));
	else if (!is_ascii(r->addr) && !(x->caps & SMTP_UTF8))
		refuse(r, 553, "5.6.7",
			_("The server does not take addresses with letters outside ASCII "
				"(SMTPUTF8)."));
	else if (!is_word_list(r->notify) || (r->orcpt && (!semi || !is_printable(r->orcpt, ADDR_MAX))))
		refuse(r, 553, "5.1.3", _("The notice asked for can't be sent for this address."));
}

void env_check(struct smtp_mail *m, const struct smtp_ext *x, const char *host)
{
	bool utf8_addr = !is_ascii(m->from);
	char text[400];

	for (size_t i = 0; i < m->n; i++) {
		utf8_addr |= !is_ascii(m->rcpt[i].addr);
		if (m->rcpt[i].state == RCPT_NEW)
			check_rcpt(&m->rcpt[i], x);
	}
	if (!is_clean(m->from, ADDR_MAX))
		refuse_all(m, 553, "5.1.7", _("The sender is not an address that can be sent."));
	if ((m->envid && !is_printable(m->envid, 100)) || !is_word_list(m->ret))
		refuse_all(m, 553, "5.1.3", _("The envelope id can't be sent."));
	if ((x->caps & SMTP_SIZE) && x->max_size && m->size > x->max_size) {
		snprintf(text, sizeof(text),
			_("The message has %llu bytes; %.200s takes %llu at most."),
			(unsigned long long)m->size, host, (unsigned long long)x->max_size);
		refuse_all(m, 552, "5.3.4", text);
	}
	if (!(x->caps & SMTP_UTF8) && (!is_ascii(m->from) || (m->utf8 && !utf8_addr)))
		refuse_all(m, 553, "5.6.7",
			_("The server does not take addresses or headers with letters outside "
				"ASCII (SMTPUTF8)."));
	if (!(x->caps & SMTP_8BITMIME) && m->eight_bit)
		refuse_all(m, 554, "5.6.3",
			_("The server does not take 8-bit text (8BITMIME), and the message was not "
				"encoded."));
}

/* ---- the dialogue ---- */

static bool pending(const struct smtp_rcpt *r)
{
	return r->state == RCPT_NEW;
}

enum smtp_st mail_finish(
	struct smtp *s, enum rcpt_state state, const struct reply *r, enum smtp_st then)
{
	for (size_t i = 0; i < s->mail->n; i++)
		if (pending(&s->mail->rcpt[i]))
			env_result(&s->mail->rcpt[i], state, r);
	s->then = then;
	return ST_REPORT;
}

enum rcpt_state mail_by_code(int code)
{
	return code / 100 == 2 ? RCPT_SENT : code / 100 == 4 ? RCPT_TEMP : RCPT_PERM;
}

/* Past what the walk stands on; recipients with a result of ours are not in it. */
static void walk_on(const struct smtp *s, struct smtp_walk *w)
{
	size_t i = w->step == STEP_RCPT ? w->rcpt + 1 : 0;

	switch (w->step) {
	case STEP_RSET:
		w->step = STEP_MAIL;
		return;
	case STEP_MAIL:
	case STEP_RCPT:
		while (i < s->mail->n && !pending(&s->mail->rcpt[i]))
			i++;
		w->rcpt = i;
		w->step = i < s->mail->n ? STEP_RCPT : s->tx.chunk ? STEP_OVER : STEP_DATA;
		return;
	case STEP_DATA:
	case STEP_OVER:
		w->step = STEP_OVER;
		return;
	}
}

void env_write(struct smtp *s)
{
	do {
		switch (s->tx.w.step) {
		case STEP_RSET:
			str_adds(&s->out, "RSET\r\n");
			break;
		case STEP_MAIL:
			env_mail(&s->out, s->mail, &s->ext);
			break;
		case STEP_RCPT:
			env_rcpt(&s->out, &s->mail->rcpt[s->tx.w.rcpt], &s->ext);
			break;
		case STEP_DATA:
			str_adds(&s->out, "DATA\r\n");
			break;
		case STEP_OVER:
			return;
		}
		s->due++;
		walk_on(s, &s->tx.w);
	} while ((s->ext.caps & SMTP_PIPELINING) && s->out.n < GROUP_MAX);
	bug_on(s->out.full);
}

/* Nothing of this mail can be sent any more and DATA did not go out. */
static enum smtp_st give_up(struct smtp *s)
{
	s->rset_due = !s->tx.failed;
	if (s->tx.failed)
		return mail_finish(s, mail_by_code(s->tx.refusal.code), &s->tx.refusal, ST_IDLE);
	s->then = ST_IDLE;
	return ST_REPORT;
}

/* The reply to the command under s->tx.r. */
enum smtp_st after_envelope(struct smtp *s, const struct reply *r)
{
	struct smtp_rcpt *rcpt = s->tx.r.step == STEP_RCPT ? &s->mail->rcpt[s->tx.r.rcpt] : NULL;
	enum smtp_step step = s->tx.r.step;
	int class = r->code / 100;

	walk_on(s, &s->tx.r);
	if (class == 3 && !(step == STEP_DATA && r->code == 354))
		return smtp_refused(s, r);
	switch (step) {
	case STEP_RSET:
		if (class != 2)
			return smtp_refused(s, r);
		s->rset_due = false;
		break;
	case STEP_MAIL:
		s->tx.failed = class != 2;
		if (s->tx.failed)
			reply_copy(&s->tx.refusal, r);
		break;
	case STEP_RCPT:
		if (s->tx.failed)
			break;
		s->tx.taken += class == 2;
		if (class == 2)
			reply_copy(&rcpt->reply, r);
		else    /* RFC 5321 4.5.3.1.10: a 552 here means "too many", now */
			env_result(rcpt, r->code == 552 ? RCPT_TEMP : mail_by_code(r->code), r);
		break;
	case STEP_DATA:
		if (class == 2)
			return smtp_refused(s, r);
		if (r->code == 354)
			return s->tx.taken && !s->tx.failed ? ST_BODY : ST_DOT;
		if (s->tx.taken && !s->tx.failed) {
			s->rset_due = true;
			return mail_finish(s, mail_by_code(r->code), r, ST_IDLE);
		}
		return give_up(s);
	case STEP_OVER:
		return smtp_refused(s, r);
	}
	if (s->due)
		return ST_ENVELOPE;
	if (s->tx.failed || (s->tx.r.step >= STEP_DATA && s->tx.taken == 0))
		return give_up(s);
	return s->tx.r.step == STEP_OVER ? ST_BODY : ST_ENVELOPE;
}

/* The lone dot after RFC 2920 3.1: whatever is said, nobody gets this mail. */
enum smtp_st after_dot(struct smtp *s)
{
	s->rset_due = false;
	if (s->tx.failed)
		return mail_finish(s, mail_by_code(s->tx.refusal.code), &s->tx.refusal, ST_IDLE);
	s->then = ST_IDLE;
	return ST_REPORT;
}

/* The chunk's own reply.  A refusal is the result, but the end may be out already. */
enum smtp_st after_chunk(struct smtp *s, const struct reply *r)
{
	int class = r->code / 100;

	if (class == 3)
		return smtp_refused(s, r);
	if (class != 2) {
		s->tx.failed = true;
		s->rset_due = true;
		reply_copy(&s->tx.refusal, r);
	}
	if (s->st == ST_END)
		return ST_END;
	return s->tx.failed ? mail_finish(s, mail_by_code(r->code), r, ST_IDLE) : ST_COMMIT;
}

enum smtp_st after_end(struct smtp *s, const struct reply *r)
{
	enum smtp_st then = s->tx.quit_out ? ST_QUIT : ST_IDLE;
	int class = r->code / 100;

	if (s->tx.chunk && s->due > (s->tx.quit_out ? 1u : 0u))
		return after_chunk(s, r);
	if (class == 3)
		return smtp_refused(s, r);
	if (s->tx.failed && class == 2) {
		struct reply ours = { .text = s->err.text };

		err_set(&s->err, ERR_PROTO, _("%s refused the message and took its end: \"%s\"."),
			s->conf.host, smtp_said(s, r).z);
		return mail_finish(s, RCPT_UNSURE, &ours, ST_FAIL);
	}
	if (s->tx.failed)
		return mail_finish(s, mail_by_code(s->tx.refusal.code), &s->tx.refusal, then);
	return mail_finish(s, mail_by_code(r->code), r, then);
}
