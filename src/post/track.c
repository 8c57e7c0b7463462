/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * track: what became of each recipient of what was sent.
 *
 *   1  What our own server answered counts, whatever was heard before.
 *   2  A notice counts only for a recipient of a message of ours that our server took.
 *   3  What is more certain stays: see rank.  Failed and delivered exclude each other for
 *      good, so a forged notice can't turn one into the other.
 *   4  A notice counts once.
 */
#include "priv.h"
#include "io/io.h"
#include <unistd.h>

/* A notice that names neither message nor subject is of a message of these days. */
#define LATELY (14 * 86400)
#define UNNAMED_MAX 100         /* recipients that a notice about nobody is noted for */
#define OTHERS_MAX 10           /* addresses of one notice that a message never named */
#define LOOK_BACK 50            /* messages to one address that are compared   */

static const struct { const char *word, *words; unsigned rank; } states[] = {
	[TRACK_QUEUED] = { "queued", N_("waits to be sent"), 0 },
	[TRACK_ACCEPTED] = { "accepted", N_("taken by the server"), 1 },
	[TRACK_UNCLEAR] = { "unclear", N_("unclear"), 2 },
	[TRACK_DELAYED] = { "delayed", N_("late; it is still tried"), 3 },
	[TRACK_RELAYED] = { "relayed", N_("went on to a server that gives no notices"), 4 },
	[TRACK_DELIVERED] = { "delivered", N_("delivered"), 5 },
	[TRACK_FAILED] = { "failed", N_("not delivered"), 5 },
	[TRACK_EXPIRED] = { "expired", N_("given up"), 5 },
	[TRACK_DELETED] = { "deleted", N_("deleted unread"), 6 },
	[TRACK_READ] = { "read", N_("read"), 7 },
};

static bool known(int state)
{
	return state >= 0 && (size_t)state < ARRAY_LEN(states);
}

const char *track_word(int state)
{
	return known(state) ? states[state].word : "unclear";
}

const char *track_words(int state)
{
	return _(known(state) ? states[state].words : states[TRACK_UNCLEAR].words);
}

bool track_is_failure(int state)
{
	return state == TRACK_FAILED || state == TRACK_EXPIRED;
}

/* ---- what we sent ---- */

static int add(struct state *s, const struct item *it, struct err *err)
{
	char *id = mem_strdup(it->id);
	struct track t = { .item = id, .account = it->env.account, .message_id = it->env.message_id,
		.envid = it->env.envid, .subject = it->env.subject, .at = it->env.created, .n = it->env.n };
	int r;

	t.rcpt = mem_zalloc((t.n + 1) * sizeof(*t.rcpt));
	for (size_t k = 0; k < t.n; k++)
		t.rcpt[k] = (struct track_rcpt){ .addr = it->env.rcpt[k].addr, .state = TRACK_QUEUED };
	r = state_track_add(s, &t, err);
	free(t.rcpt);
	free(id);
	return r;
}

int track_item(struct state *s, const struct item *it, struct track *t, struct err *err)
{
	struct track had;
	int r = state_track_get(s, 'i', it->id, INT64_MAX, &had, err);

	if (r == 0 && (r = add(s, it, err)) == 0)
		r = state_track_get(s, 'i', it->id, INT64_MAX, &had, err);
	if (r != 1)
		return -1;
	if (t)
		*t = had;
	else
		track_release(&had);
	return 0;
}

static int state_of(const struct fate *f, bool expired)
{
	switch (f->fate) {
	case FATE_WAITING: return TRACK_QUEUED;
	case FATE_GOING: return TRACK_QUEUED;
	case FATE_ACCEPTED: return TRACK_ACCEPTED;
	case FATE_FAILED: return expired ? TRACK_EXPIRED : TRACK_FAILED;
	case FATE_UNSURE: return TRACK_UNCLEAR;
	}
	return TRACK_UNCLEAR;
}

static bool same(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

struct early { int state; unsigned rank; char *code, *text, *by, *notice; };

static void early_free(struct early *x)
{
	free(x->code);
	free(x->text);
	free(x->by);
	free(x->notice);
}

static int look_early(void *ctx, const struct track_event *e)
{
	struct early *x = ctx;
	unsigned rank = known(e->state) && e->state != TRACK_UNCLEAR ? states[e->state].rank : 0;

	if (!e->counted && (!e->notice[0] || rank <= x->rank))
		return 0;
	early_free(x);
	if (e->counted) {
		*x = (struct early){ .rank = states[TRACK_UNCLEAR].rank };
		return 0;
	}
	*x = (struct early){ .state = e->state, .rank = rank, .code = mem_strdup(e->code), .text = mem_strdup(e->text),
		.by = mem_strdup(e->by), .notice = mem_strdup(e->notice) };
	return 0;
}

/* The server took it.  Notices are quick: one may have been read before that is written here. */
static int taken(struct state *s, int64_t id, size_t k, const struct track_event *by_server, struct err *err)
{
	struct early x = { .rank = states[TRACK_UNCLEAR].rank };
	int r = state_track_events(s, id, k, look_early, &x, err);

	if (r == 0)
		r = state_track_event(s, id, k, by_server, true, err);
	if (r == 0 && x.notice) {
		struct track_event e = { .at = by_server->at, .state = x.state, .code = x.code, .text = x.text, .by = x.by, .notice = x.notice };

		r = state_track_event(s, id, k, &e, true, err);
	}
	early_free(&x);
	return r;
}

int track_fate(struct state *s, struct track *t, const struct item *it, size_t k, bool expired, struct err *err)
{
	const struct fate *f = &it->fates.v[k];
	struct track_event e = { .at = f->when, .state = state_of(f, expired), .text = f->text, .by = "", .notice = "" };
	const struct track_rcpt *c = &t->rcpt[k];
	char code[16] = "";

	bug_on(k >= t->n);
	if (f->enh && f->enh[0])
		snprintf(code, sizeof(code), "%s", f->enh);
	else if (f->code)
		snprintf(code, sizeof(code), "%d", f->code);
	e.code = code;
	if (e.state == TRACK_UNCLEAR && same(f->text, NULL))
		e.text = _("The server took the message, but its answer never came.");
	/* tried again and again with the same result: said once */
	if (c->state == e.state && same(c->code, e.code) && same(c->text, e.text))
		return 0;
	if (c->state == TRACK_QUEUED && (e.state == TRACK_ACCEPTED || e.state == TRACK_UNCLEAR))
		return taken(s, t->id, k, &e, err);
	return state_track_event(s, t->id, k, &e, true, err);
}

int track_open(const struct conf *conf, struct state **s, struct err *err)
{
	char *db = path_join(conf->data, "state.db");
	int r = 0;

	*s = NULL;
	if (access(db, F_OK) == 0)
		r = state_open(s, db, err);
	free(db);
	return r;
}

/* ---- what was heard ---- */

static void add_unquoted(struct str *out, const char *addr)
{
	for (; *addr; addr++)
		if (*addr != '"' && *addr != '\\')
			str_addc(out, *addr);
}

/* "a..b."@x is a..b.@x, as servers write it that take no notice of RFC 5322. */
static bool same_addr(const char *a, const char *b)
{
	struct str x, y;
	bool is;

	if (!a || !b || !a[0])
		return false;
	if (sl_ieq(sl(a), sl(b)) || (a[0] != '"' && b[0] != '"'))
		return sl_ieq(sl(a), sl(b));
	str_init(&x, STR_MAX);
	str_init(&y, STR_MAX);
	add_unquoted(&x, a);
	add_unquoted(&y, b);
	is = sl_ieq(str_sl(&x), str_sl(&y));
	str_release(&x);
	str_release(&y);
	return is;
}

/* In small letters, and the domain as DNS has it: servers write those of other scripts either way. */
static void plain_addr(const char *addr, struct str *out)
{
	const char *at = strrchr(addr, '@');
	struct err ignored = ERR_INIT;
	struct str host;

	str_clear(out);
	str_init(&host, STR_MAX);
	utf8_casefold(out, at ? sl_make(addr, (size_t)(at + 1 - addr)) : sl(addr));
	if (at && idn_to_ascii(at + 1, &host, &ignored) == 0)
		utf8_casefold(out, str_sl(&host));
	else if (at)
		utf8_casefold(out, sl(at + 1));
	str_release(&host);
}

static bool is_foreign(const char *addr)
{
	for (const char *z = addr; *z; z++)
		if ((unsigned char)*z >= 0x80 || strncasecmp(z, "xn--", 4) == 0)
			return true;
	return false;
}

static size_t find_foreign(const struct track *t, const char *addr)
{
	size_t k = 0;
	struct str a, b;

	str_init(&a, STR_MAX);
	str_init(&b, STR_MAX);
	plain_addr(addr, &a);
	for (; k < t->n; k++) {
		if (!is_foreign(t->rcpt[k].addr))
			continue;
		plain_addr(t->rcpt[k].addr, &b);
		if (a.n && sl_eq(str_sl(&a), str_sl(&b)))
			break;
	}
	str_release(&a);
	str_release(&b);
	return k < t->n ? k : SIZE_MAX;
}

static size_t find_rcpt(const struct track *t, const char *addr)
{
	for (size_t k = 0; k < t->n; k++)
		if (same_addr(t->rcpt[k].addr, addr))
			return k;
	return addr && is_foreign(addr) ? find_foreign(t, addr) : SIZE_MAX;
}

/* The newest message to this address with that subject; subject NULL: one of these days
 * of which something may still be heard. */
static int by_rcpt(struct state *s, const char *addr, const char *subject, int64_t now, struct track *t, struct err *err)
{
	int64_t below = INT64_MAX;
	int r = 0;

	for (unsigned i = 0; addr[0] && i < LOOK_BACK && (r = state_track_get(s, 'a', addr, below, t, err)) == 1; i++) {
		size_t k = find_rcpt(t, addr);

		if (k != SIZE_MAX && t->rcpt[k].state != TRACK_QUEUED && (subject ? same(t->subject, subject) :
		    t->at >= now - LATELY && states[t->rcpt[k].state].rank < states[TRACK_DELIVERED].rank))
			return 1;
		below = t->id;
		track_release(t);
	}
	return r < 0 ? -1 : 0;
}

/* sure: by an id that only those know who had the message. */
static int find(struct state *s, const struct report *rep, int64_t now, struct track *t, bool *sure, struct err *err)
{
	int r = 0;

	*sure = true;
	if (rep->envelope_id && rep->envelope_id[0])
		r = state_track_get(s, 'e', rep->envelope_id, INT64_MAX, t, err);
	if (r == 0 && rep->message_id)
		return state_track_get(s, 'm', rep->message_id, INT64_MAX, t, err);
	*sure = r == 1;
	for (size_t i = 0; i < rep->n && i < LOOK_BACK && r == 0; i++) {
		const struct report_rcpt *c = &rep->rcpts[i];

		r = by_rcpt(s, c->address, rep->subject, now, t, err);
		if (r == 0 && c->original)
			r = by_rcpt(s, c->original, rep->subject, now, t, err);
	}
	return r;
}

/* "failed" with a code of success, or the reverse: which one is meant? */
static bool is_absurd(const struct report_rcpt *c)
{
	return c->meant == c->action && c->meant != ACTION_DELAYED && notice_contradicts(c);
}

static int state_heard(const struct report_rcpt *c)
{
	if (is_absurd(c))
		return TRACK_UNCLEAR;
	switch (c->meant) {
	/* what a later try might change failed because no later one came */
	case ACTION_FAILED: return c->code[0] == '4' || strcmp(c->code, "5.4.7") == 0 ? TRACK_EXPIRED : TRACK_FAILED;
	case ACTION_DELAYED: return TRACK_DELAYED;
	case ACTION_DELIVERED: return TRACK_DELIVERED;
	case ACTION_RELAYED:
	case ACTION_EXPANDED: return TRACK_RELAYED;
	case ACTION_DISPLAYED: return TRACK_READ;
	case ACTION_DELETED: return TRACK_DELETED;
	case ACTION_PROCESSED: return TRACK_DELIVERED;
	case ACTION_DENIED:
	case ACTION_NONE: break;
	}
	return TRACK_UNCLEAR;
}

static bool counts(const struct track_rcpt *have, const struct report_rcpt *c, int state)
{
	if (have->state == TRACK_QUEUED || track_is_failure(have->state) || c->meant == ACTION_DENIED || !known(have->state))
		return false;
	return states[state].rank > states[have->state].rank;
}

static bool names(const char *text, const char *addr)
{
	struct str a, b;
	ssize_t at;
	bool is;

	str_init(&a, STR_MAX);
	str_init(&b, STR_MAX);
	utf8_casefold(&a, sl(text ? text : ""));
	utf8_casefold(&b, sl(addr));
	at = sl_search(str_sl(&a), str_sl(&b));
	is = b.n && at >= 0 && (at == 0 || !strchr(".-+_", a.p[at - 1])) && (at == 0 || !ascii_isalnum((unsigned char)a.p[at - 1])) &&
		!ascii_isalnum((unsigned char)a.p[(size_t)at + b.n]);
	str_release(&a);
	str_release(&b);
	return is;
}

/* The reason in words; before it whom it is of, where that is another address of that recipient. */
static void say_why(const struct track_rcpt *t, const struct report_rcpt *c, struct str *out)
{
	const char *why = c->diagnostic ? c->diagnostic : is_absurd(c) ? _("The notice contradicts itself.") : NULL;

	if (c->address && c->address[0] && !same_addr(c->address, t->addr) && !is_foreign(t->addr) && !names(why, c->address))
		str_addf(out, "%s%s", c->address, why ? ": " : "");
	else if (!why)
		why = notice_reason(c->code);
	str_adds(out, why ? why : "");
}

static int hear_rcpt(struct state *s, struct track *t, const struct report *rep, const struct report_rcpt *c, size_t k,
	const char *notice, int64_t at, track_each_fn *each, void *ctx, struct err *err)
{
	struct track_event e = { .at = at, .state = state_heard(c), .code = c->code,
		.by = c->remote ? c->remote : rep->reporter ? rep->reporter : "", .notice = notice };
	bool sets = counts(&t->rcpt[k], c, e.state);
	struct str why;
	int r;

	str_init(&why, STR_MAX);
	say_why(&t->rcpt[k], c, &why);
	e.text = why.p;
	r = state_track_event(s, t->id, k, &e, sets, err);
	if (r == 0 && sets)
		t->rcpt[k].state = e.state;
	if (r == 0 && each)
		each(ctx, t, k, &e, sets);
	str_release(&why);
	return r;
}

/* It is about a message of ours, and names nobody: what it means is for its reader. */
static int hear_nobody(struct state *s, struct track *t, const struct report *rep, const char *notice, int64_t at,
	track_each_fn *each, void *ctx, struct err *err)
{
	struct report_rcpt c = { .action = ACTION_NONE };
	int r = 0;

	c.diagnostic = mem_strdup(_("A notice about it names nobody."));
	for (size_t k = 0; k < t->n && k < UNNAMED_MAX && r == 0; k++)
		r = hear_rcpt(s, t, rep, &c, k, notice, at, each, ctx, err);
	free(c.diagnostic);
	return r == 0 ? 1 : -1;
}

/* The only one that is not settled, if the reason names it, too: what it was sent on to. */
static size_t last_open(const struct track *t, const struct report_rcpt *c)
{
	size_t open = SIZE_MAX;

	for (size_t k = 0; k < t->n; k++) {
		if (known(t->rcpt[k].state) && states[t->rcpt[k].state].rank >= states[TRACK_DELIVERED].rank)
			continue;
		if (open != SIZE_MAX)
			return SIZE_MAX;
		open = k;
	}
	return open != SIZE_MAX && names(c->diagnostic, t->rcpt[open].addr) ? open : SIZE_MAX;
}

/* Of an address that the message never named: for which of its recipients is not known. */
static int hear_other(struct state *s, struct track *t, const struct report *rep, const struct report_rcpt *c,
	const char *notice, int64_t at, track_each_fn *each, void *ctx, struct err *err)
{
	struct track_event e = { .at = at, .state = TRACK_UNCLEAR, .code = c->code, .notice = notice,
		.by = c->remote ? c->remote : rep->reporter ? rep->reporter : "" };
	struct str text;
	int r;

	str_init(&text, STR_MAX);
	str_addf(&text, _("A report on %s, which is none of the recipients"), c->address);
	str_addf(&text, ": %s", track_words(state_heard(c)));
	if (c->diagnostic)
		str_addf(&text, ": %s", c->diagnostic);
	e.text = text.p;
	r = state_track_event(s, t->id, TRACK_MESSAGE, &e, false, err);
	if (r == 0 && each)
		each(ctx, t, 0, &e, false);
	str_release(&text);
	return r;
}

/* How many of those it names are ours, or our message's.  What failed comes first: of an
 * alias that stands for many, a notice may name some who have it and some who don't. */
static int hear_all(struct state *s, struct track *t, bool sure, const struct report *rep, const char *notice, int64_t at,
	track_each_fn *each, void *ctx, struct err *err)
{
	int n = 0, others = 0, r;

	for (size_t i = 0; i < 2 * rep->n; i++) {
		const struct report_rcpt *c = &rep->rcpts[i % rep->n];
		size_t k;

		if (track_is_failure(state_heard(c)) != (i < rep->n))
			continue;
		k = find_rcpt(t, c->original);
		if (k == SIZE_MAX)
			k = find_rcpt(t, c->address);
		/* forwarded or an alias: another address of the only one it went to */
		if (k == SIZE_MAX && sure)
			k = t->n == 1 ? 0 : last_open(t, c);
		if (k != SIZE_MAX)
			r = hear_rcpt(s, t, rep, c, k, notice, at, each, ctx, err);
		else if (sure && others++ < OTHERS_MAX)
			r = hear_other(s, t, rep, c, notice, at, each, ctx, err);
		else
			continue;
		if (r != 0)
			return -1;
		n++;
	}
	return rep->n == 0 && sure ? hear_nobody(s, t, rep, notice, at, each, ctx, err) : n;
}

int track_hear(struct state *s, const struct report *rep, const char *notice, int64_t at, track_each_fn *each, void *ctx, struct err *err)
{
	struct track t = { 0 };
	bool sure, again;
	int r;

	if (rep->kind != REPORT_DSN && rep->kind != REPORT_MDN && rep->kind != REPORT_BOUNCE)
		return 0;
	r = state_begin(s, err);
	if (r != 0)
		return -1;
	r = state_track_notice(s, notice, at, err);
	again = r == 0;
	if (r == 1)
		r = find(s, rep, at, &t, &sure, err);
	if (r == 1)
		r = hear_all(s, &t, sure, rep, notice, at, each, ctx, err);
	track_release(&t);
	if (r >= 0)
		return state_commit(s, err) != 0 ? -1 : again ? 2 : r > 0;
	state_rollback(s);
	return -1;
}
