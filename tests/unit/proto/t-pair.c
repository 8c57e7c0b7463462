/* SPDX-License-Identifier: GPL-3.0-or-later
 * Client engines against server engines in memory: random refusals, random
 * pieces, and the connection cut after every byte.  Whatever happens, what is
 * stored and what is reported agree, and nothing is stored twice. */
#include "../../tap.h"
#include "proto/proto.h"

static uint64_t seed;

static unsigned rnd(unsigned n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

struct side {
	const struct engine *v;
	void *e;
	struct str in, out;
	enum want waits;                /* what it waits for now */
	bool over, failed;
	struct err err;
};

struct pair {
	struct side c, s;
	size_t moved, cut;              /* bytes either way; the wire breaks after cut of them */
	unsigned drop_caps;             /* extensions taken out of the EHLO reply */
	bool tls_wanted, broken;
	/* smtp */
	struct smtp_mail mails[3]; struct smtp_rcpt rcpts[3][4]; struct str bodies[3];
	char addrs[3][4][40];
	size_t n_mails, mail; bool last;
	unsigned refusals;              /* one of so many answers is no; 0: none */
	int taken[3][4], stored[3][4];
	bool taken_now[3][4];
	unsigned cur;
	struct str text;
	bool wrong_text;
	bool committed;
	/* pop3 */
	struct pop3d_msg drop[6]; char uids[6][16]; struct str texts[6]; size_t n_drop;
	bool gone[6], got[6], deleted[6], updated; unsigned stage; bool wrong;
};

static void side_init(struct side *s)
{
	str_init(&s->in, STR_MAX);
	str_init(&s->out, STR_MAX);
}

static void side_release(struct side *s)
{
	str_release(&s->in);
	str_release(&s->out);
}

static void break_off(struct side *s)
{
	struct err e = ERR_INIT;

	err_set(&e, ERR_NET, "The connection was lost.");
	s->v->lost(s->e, &e);
}

static void bodies_put(struct side *from, struct slice text, bool dot)
{
	struct stuff st;
	size_t piece;

	stuff_init(&st, dot);
	while (text.n) {
		piece = 1 + rnd(9);
		stuff_feed(&st, sl_head(text, piece), &from->out);
		text = sl_skip(text, piece);
	}
	stuff_end(&st, &from->out);
	from->v->sent(from->e);
}

/* ---- SMTP: the server's owner ---- */

static int say(struct pair *p)
{
	if (!p->refusals || rnd(p->refusals))
		return 0;
	return rnd(2) ? 451 : 550;
}

static void smtpd_asked(struct pair *p, const struct act *a)
{
	struct smtpd *d = p->s.e;
	int no = say(p);

	switch (a->event) {
	case EV_MAIL:
		/* "m0@x.test": which mail it is */
		p->cur = (unsigned)(a->addr[1] - '0');
		memset(p->taken_now, 0, sizeof(p->taken_now));
		str_clear(&p->text);
		smtpd_answer(d, no ? no : 250, NULL, NULL);
		break;
	case EV_RCPT:
		if (!no)
			p->taken_now[p->cur][a->addr[1] - '0'] = true;
		smtpd_answer(d, no ? no : 250, NULL, NULL);
		break;
	case EV_DATA:
		smtpd_answer(d, no ? no : 354, NULL, NULL);
		break;
	case EV_STORE:
		for (int i = 0; i < 4 && !no; i++)
			p->stored[p->cur][i] += p->taken_now[p->cur][i];
		if (!sl_eq(str_sl(&p->text), str_sl(&p->bodies[p->cur])))
			p->wrong_text = true;
		str_clear(&p->text);
		smtpd_answer(d, no ? no : 250, NULL, NULL);
		break;
	default:
		p->wrong = true;
	}
}

static void pop3d_asked(struct pair *p, const struct act *a)
{
	switch (a->event) {
	case EV_OPEN:
		pop3d_open(p->s.e, p->drop, p->n_drop, NULL);
		break;
	case EV_RETR:
		pop3d_ready(p->s.e, !p->refusals || rnd(p->refusals));
		break;
	case EV_UPDATE:
		for (size_t i = 0; i < p->n_drop; i++)
			p->gone[i] = p->drop[i].deleted;
		p->updated = true;
		pop3d_ready(p->s.e, true);
		break;
	default:
		p->wrong = true;
	}
}

/* ---- the clients' owners ---- */

static void smtp_next_mail(struct pair *p)
{
	if (p->mail == p->n_mails)
		smtp_quit(p->c.e);
	else
		smtp_mail(p->c.e, &p->mails[p->mail++]);
}

static void pop3_next(struct pair *p)
{
	switch (p->stage++) {
	case 0:
		pop3_stat(p->c.e);
		pop3_uidl(p->c.e);
		for (uint32_t i = 1; i <= p->n_drop; i++)
			pop3_retr(p->c.e, i);
		break;
	case 1:
		for (uint32_t i = 1; i <= p->n_drop; i++)
			if (p->got[i - 1])
				pop3_dele(p->c.e, i);
		break;
	default:
		pop3_quit(p->c.e);
	}
}

static void client_event(struct pair *p, const struct act *a)
{
	size_t i = a->num ? a->num - 1 : 0;

	switch (a->event) {
	case EV_STAT:
		p->wrong |= a->count != p->n_drop;
		break;
	case EV_UID:
		p->wrong |= i >= p->n_drop || !sl_is(a->uid, p->uids[i]);
		break;
	case EV_GOT:
		p->wrong |= i >= p->n_drop || p->got[i] ||
			!sl_eq(str_sl(&p->text), str_sl(&p->texts[i]));
		p->got[i] = true;
		str_clear(&p->text);
		break;
	case EV_DELETED:
		p->deleted[i] = true;
		break;
	default:
		break;
	}
}

/* ---- the pump ---- */

static bool take_line(struct side *s)
{
	ssize_t at = sl_search(str_sl(&s->in), SL("\r\n"));

	if (at < 0)
		return false;
	s->v->line(s->e, sl_head(str_sl(&s->in), (size_t)at));
	str_drop(&s->in, (size_t)at + 2);
	return true;
}

static bool take_data(struct pair *p, struct side *s)
{
	struct slice in = str_sl(&s->in), run;
	size_t before = in.n;
	int rc;

	while ((rc = s->v->data(s->e, &in, &run)) == 1)
		str_addsl(&p->text, run);
	str_drop(&s->in, before - in.n);
	return rc != 0;
}

/* One question of an engine; false when it has to wait for bytes or is over. */
static bool turn(struct pair *p, struct side *s)
{
	bool client = s == &p->c, pop = s->v == &pop3_engine || s->v == &pop3d_engine;
	struct act a;

	s->waits = s->v->next(s->e, &a);
	if (client && a.quiet && s->in.n)
		p->wrong = true;
	switch (s->waits) {
	case WANT_READ:
		return take_line(s);
	case WANT_SINK:
		return take_data(p, s);
	case WANT_WRITE:
		str_addsl(&s->out, a.out);
		return true;
	case WANT_TLS:
		p->tls_wanted = true;
		return false;
	case WANT_SECRET:
		s->v->secret(s->e, SL("pa ss"));
		return true;
	case WANT_BODY:
		if (pop)
			bodies_put(s, str_sl(&p->texts[a.num - 1]), true);
		else
			bodies_put(s, str_sl(&p->bodies[p->mail - 1]), a.dot);
		return true;
	case WANT_COMMIT:
		p->committed = true;
		s->v->go(s->e);
		return true;
	case WANT_NEXT:
		if (pop)
			pop3_next(p);
		else
			smtp_next_mail(p);
		return true;
	case WANT_EVENT:
		if (client)
			client_event(p, &a);
		else if (a.event == EV_RESET)
			str_clear(&p->text);
		return true;
	case WANT_ANSWER:
		if (pop)
			pop3d_asked(p, &a);
		else
			smtpd_asked(p, &a);
		return true;
	case WANT_DONE:
	case WANT_FAIL:
		s->over = true;
		s->failed = s->waits == WANT_FAIL;
		s->err = a.err;
		break;
	}
	return false;
}

static const char *const cap_lines[] = { "250-PIPELINING\r\n", "250-CHUNKING\r\n", "250-DSN\r\n",
	"250-SIZE 100000\r\n" };

/* Some bytes over the wire; takes out extensions on the way to the client. */
static bool carry(struct pair *p, struct side *from, struct side *to)
{
	struct slice s = str_sl(&from->out);
	size_t n = 1 + rnd(p->cut == SIZE_MAX ? 200 : 7);

	if (from == &p->s)
		for (size_t i = 0; i < ARRAY_LEN(cap_lines); i++) {
			ssize_t at = p->drop_caps & 1u << i ? sl_search(s, sl(cap_lines[i])) : -1;
			struct str kept;

			if (at < 0)
				continue;
			str_init(&kept, STR_MAX);
			str_addsl(&kept, sl_head(s, (size_t)at));
			str_addsl(&kept, sl_skip(s, (size_t)at + strlen(cap_lines[i])));
			str_release(&from->out);
			from->out = kept;
			s = str_sl(&from->out);
		}
	n = MIN(MIN(n, s.n), p->cut - p->moved);
	if (n == 0)
		return false;
	str_addsl(&to->in, sl_head(s, n));
	str_drop(&from->out, n);
	p->moved += n;
	return true;
}

static void pump(struct pair *p)
{
	for (unsigned rounds = 0; rounds < 1000000; rounds++) {
		bool first = rnd(2), moved;

		while (!p->c.over && turn(p, &p->c))
			;
		while (!p->s.over && turn(p, &p->s))
			;
		if (p->c.over && p->s.over)
			return;
		if (p->c.waits == WANT_TLS && p->s.waits == WANT_TLS && !p->s.out.n &&
			!p->c.out.n) {
			p->c.v->tls_up(p->c.e);
			p->s.v->tls_up(p->s.e);
			continue;
		}
		moved = carry(p, first ? &p->c : &p->s, first ? &p->s : &p->c);
		moved |= carry(p, first ? &p->s : &p->c, first ? &p->c : &p->s);
		if (moved)
			continue;
		/* the end of either, or of the wire, is the end of both */
		p->broken |= p->moved == p->cut;
		if (!p->c.over)
			break_off(&p->c);
		if (!p->s.over)
			break_off(&p->s);
	}
	p->wrong = true;
}

/* ---- one SMTP session ---- */

static void random_text(struct str *s, size_t max)
{
	static const char alphabet[] = "aaaa...\n\n\xc3\xa4 x";
	size_t n = rnd((unsigned)max);

	str_init(s, STR_MAX);
	for (size_t i = 0; i < n; i++)
		str_addc(s, alphabet[rnd(sizeof(alphabet) - 1)]);
	if (s->n && s->p[s->n - 1] != '\n')
		str_addc(s, '\n');
}

static void smtp_setup(struct pair *p, bool small)
{
	static const char *const mechs[] = { NULL, "CRAM-MD5", "PLAIN", "LOGIN" };
	bool tls = !small && rnd(4) == 0, auth = !small && rnd(3) == 0;

	p->n_mails = small ? 2 : 1 + rnd(3);
	for (size_t m = 0; m < p->n_mails; m++) {
		static const char *const froms[] = { "m0@x.test", "m1@x.test", "m2@x.test" };
		struct stuff st;
		struct str wire;

		random_text(&p->bodies[m], small ? 20 : 400);
		str_init(&wire, STR_MAX);
		stuff_init(&st, false);
		stuff_feed(&st, str_sl(&p->bodies[m]), &wire);
		p->mails[m] = (struct smtp_mail){ .chunk = m % 2 == 0, .from = froms[m],
			.size = wire.n,
			.eight_bit = true,
			.rcpt = p->rcpts[m],
			.n = 1 + rnd(small ? 2 : 4),
			.last = m + 1 == p->n_mails && rnd(2),
			.envid = "id",
			.ret = "HDRS" };
		str_release(&wire);
		for (size_t r = 0; r < p->mails[m].n; r++) {
			snprintf(p->addrs[m][r], sizeof(p->addrs[m][r]), "r%u@m%u.test",
				(unsigned)r, (unsigned)m);
			p->rcpts[m][r] =
				(struct smtp_rcpt){ .addr = p->addrs[m][r], .notify = "FAILURE" };
		}
	}
	p->drop_caps = rnd(16);
	p->c.v = &smtp_engine;
	p->c.e = smtp_new(&(struct smtp_conf){ .helo = "client.test",
		.host = "mail.test",
		.tls = tls ? TLS_UPGRADE : TLS_NONE,
		.user = auth ? "alice" : NULL,
		.mech = rnd(20) ? mechs[1 + rnd(3)] : NULL,
		.clear_ok = true });
	p->s.v = &smtpd_engine;
	p->s.e = smtpd_new(&(struct smtpd_conf){ .host = "mail.test",
		.tls_offered = tls,
		.plain_ok = true,
		.auth_offered = true,
		.auth_needed = auth,
		.max_size = 100000 });
}

/* What is reported is true; what is true is reported. NULL: all is well. */
static const char *smtp_judge(struct pair *p)
{
	for (size_t m = 0; m < p->n_mails; m++)
		for (size_t r = 0; r < p->mails[m].n; r++) {
			enum rcpt_state st = p->rcpts[m][r].state;
			int stored = p->stored[m][r];

			if (stored > 1)
				return "stored twice";
			if (st == RCPT_SENT && !stored)
				return "reported sent, not stored";
			if (stored && st != RCPT_SENT && st != RCPT_UNSURE)
				return "stored, but reported as not sent";
			if (st == RCPT_UNSURE && !p->broken)
				return "unsure without a reason";
			if (st == RCPT_UNSURE && !p->committed)
				return "unsure before the end went out";
			if (st == RCPT_NEW && (m < p->mail || !p->broken))
				return "no result";
		}
	if (p->wrong_text)
		return "another text is stored";
	if (p->c.failed && !p->c.err.text[0])
		return "failed without words";
	if (!p->broken && p->c.failed)
		return "failed though nothing broke";
	return p->wrong ? "wrong" : NULL;
}

static void smtp_teardown(struct pair *p)
{
	struct smtp *c = p->c.e;
	struct smtpd *s = p->s.e;

	smtp_free(&c);
	smtpd_free(&s);
	for (size_t m = 0; m < p->n_mails; m++) {
		str_release(&p->bodies[m]);
		for (size_t r = 0; r < p->mails[m].n; r++)
			reply_release(&p->rcpts[m][r].reply);
	}
}

/* ---- one POP3 session ---- */

static void pop3_setup(struct pair *p, bool small)
{
	static const char *const mechs[] = { "USER", "APOP", "PLAIN", "LOGIN", "CRAM-MD5" };
	bool tls = !small && rnd(4) == 0;

	p->n_drop = small ? 2 : rnd(7);
	for (size_t i = 0; i < p->n_drop; i++) {
		random_text(&p->texts[i], small ? 20 : 400);
		snprintf(p->uids[i], sizeof(p->uids[i]), "uid-%u", (unsigned)i);
		p->drop[i] = (struct pop3d_msg){ .uid = p->uids[i], .size = p->texts[i].n };
	}
	p->c.v = &pop3_engine;
	p->c.e = pop3_new(&(struct pop3_conf){ .host = "mail.test",
		.tls = tls ? TLS_UPGRADE : TLS_NONE,
		.user = "bob",
		.mech = rnd(20) ? mechs[rnd(5)] : NULL,
		.clear_ok = true,
		.window = 1 + rnd(9) });
	p->s.v = &pop3d_engine;
	p->s.e = pop3d_new(&(struct pop3d_conf){ .host = "mail.test",
		.tls_offered = tls,
		.plain_ok = true,
		.stamp = "<1@mail.test>" });
}

static const char *pop3_judge(struct pair *p)
{
	for (size_t i = 0; i < p->n_drop; i++) {
		if (p->gone[i] && !p->got[i])
			return "deleted, but never fetched";
		if (!p->c.failed && p->deleted[i] && !p->gone[i])
			return "reported deleted, still there";
		if (!p->broken && !p->refusals && !p->gone[i])
			return "not deleted though nothing broke";
	}
	if (p->updated && !p->broken && p->c.failed)
		return "failed though nothing broke";
	return p->wrong ? "wrong" : NULL;
}

static void pop3_teardown(struct pair *p)
{
	struct pop3 *c = p->c.e;
	struct pop3d *s = p->s.e;

	pop3_free(&c);
	pop3d_free(&s);
	for (size_t i = 0; i < p->n_drop; i++)
		str_release(&p->texts[i]);
}

/* ---- runs ---- */

static bool session(bool pop, uint64_t start, unsigned refusals, bool small, size_t cut,
	size_t *moved, unsigned *sent)
{
	struct pair *p = mem_zalloc(sizeof(*p));
	const char *why;

	seed = start;
	p->refusals = refusals;
	p->cut = cut;
	side_init(&p->c);
	side_init(&p->s);
	str_init(&p->text, STR_MAX);
	if (pop)
		pop3_setup(p, small);
	else
		smtp_setup(p, small);
	pump(p);
	why = pop ? pop3_judge(p) : smtp_judge(p);
	*moved = p->moved;
	for (size_t m = 0; m < p->n_mails; m++)
		for (size_t r = 0; r < p->mails[m].n; r++)
			*sent += p->rcpts[m][r].state == RCPT_SENT;
	for (size_t i = 0; i < p->n_drop; i++)
		*sent += p->gone[i];
	if (why)
		tap_note("%s seed %llu, refusals %u, cut %zu: %s (%s)", pop ? "pop3" : "smtp",
			(unsigned long long)start, refusals, cut, why, p->c.err.text);
	if (pop)
		pop3_teardown(p);
	else
		smtp_teardown(p);
	side_release(&p->c);
	side_release(&p->s);
	str_release(&p->text);
	free(p);
	return why == NULL;
}

static void sessions(bool pop, unsigned n)
{
	unsigned bad = 0, sent = 0;
	size_t moved;

	for (unsigned i = 0; i < n; i++) {
		seed = i;
		bad += !session(pop, 1000 + i, i % 3 ? 3 + i % 9 : 0, false,
			i % 4 ? SIZE_MAX : 1 + rnd(2000), &moved, &sent);
	}
	is_int(bad, 0, "%s: %u random sessions, stored and reported agree", pop ? "pop3" : "smtp",
		n);
	ok(sent > n / 2, "%s: and much of it went through (%u)", pop ? "pop3" : "smtp", sent);
}

static void every_cut(bool pop, uint64_t start, unsigned refusals)
{
	size_t whole, moved;
	unsigned bad = 0, sent = 0;

	ok(session(pop, start, refusals, true, SIZE_MAX - 1, &whole, &sent),
		"%s: a small session, seed %llu", pop ? "pop3" : "smtp", (unsigned long long)start);
	for (size_t cut = 0; cut < whole; cut++)
		bad += !session(pop, start, refusals, true, cut, &moved, &sent);
	is_int(bad, 0, "%s: cut after each of its %zu bytes", pop ? "pop3" : "smtp", whole);
}

int main(void)
{
	sessions(false, 1000);
	sessions(true, 1000);
	for (uint64_t i = 0; i < 12; i++)
		every_cut(false, i, i % 3 ? 5 : 0);
	for (uint64_t i = 0; i < 6; i++)
		every_cut(true, i, i % 2 ? 3 : 0);
	return tap_done();
}
