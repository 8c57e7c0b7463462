/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * replyto: who gets an answer (RFC 5322 3.6.3, and what mailing lists add), and as
 * whom it is written.
 */
#include "priv.h"

/* ---- oneself ---- */

bool compose_is_me(const struct conf *conf, const struct addr *a)
{
	return a->local && *a->local && a->domain && conf_account_by_address(conf, a);
}

static const struct addr *identity_of(const struct account *a, const struct addr *who)
{
	if (conf_own(&a->address, who))
		return NULL;
	for (size_t i = 0; i < a->identities.n; i++)
		if (conf_own(&a->identities.v[i], who))
			return &a->identities.v[i];
	return NULL;
}

static const struct account *first_own(const struct conf *conf, const struct addrs *l, const struct addr **identity, struct str *spec)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct account *a;

		if (!compose_is_me(conf, &l->v[i]))
			continue;
		a = conf_account_by_address(conf, &l->v[i]);
		*identity = identity_of(a, &l->v[i]);
		addr_spec(*identity ? *identity : &a->address, spec);
		return a;
	}
	return NULL;
}

/* The fields that a post office on the way left. */
static const struct account *by_delivery(const struct conf *conf, struct slice header, const struct addr **identity,
	struct str *spec, const char **field)
{
	static const char *const fields[] = { "Delivered-To", "X-Original-To", "Envelope-To", "Resent-To" };
	const struct account *a = NULL;

	for (size_t i = 0; i < ARRAY_LEN(fields) && !a; i++) {
		struct slice rest = header;
		struct hdr h;

		while (!a && hdr_next(&rest, &h) == 1) {
			struct addrs l = { 0 };

			if (!sl_iis(h.name, fields[i]))
				continue;
			addrs_parse(h.value, &mime_limits_default, &l);
			a = first_own(conf, &l, identity, spec);
			*field = fields[i];
			addrs_release(&l);
		}
	}
	return a;
}

const struct account *reply_identity(const struct conf *conf, const struct env *e, struct slice header,
	const struct addr **identity, struct str *why)
{
	const struct account *a;
	const char *field = "";
	struct str spec;

	*identity = NULL;
	str_init(&spec, 4096);
	if ((a = first_own(conf, &e->from, identity, &spec)))
		str_addf(why, _("Written as %s because you wrote the message as that."), spec.p);
	else if ((a = first_own(conf, &e->to, identity, &spec)) || (a = first_own(conf, &e->cc, identity, &spec)))
		str_addf(why, _("Written as %s because the message was to %s."), spec.p, spec.p);
	else if ((a = by_delivery(conf, header, identity, &spec, &field)))
		str_addf(why, _("Written as %s because the message was delivered to it (%s)."), spec.p, field);
	else if ((a = conf_account(conf, NULL)) && addr_spec(&a->address, &spec) == 0)
		str_addf(why, _("Written as %s, your default account, because the message names none of your addresses."), spec.p);
	str_release(&spec);
	return a;
}

/* ---- others ---- */

static bool usable(const struct addr *a)
{
	return a->local && *a->local && a->domain && *a->domain;
}

static bool holds(const struct addrs *l, const struct addr *a)
{
	for (size_t i = 0; i < l->n; i++)
		if (addr_same(&l->v[i], a))
			return true;
	return false;
}

struct answer { const struct conf *conf; struct map *seen; struct addrs to, cc; };

/* As addr_same: the domain in any case. */
static bool is_new(struct answer *a, const struct addr *who)
{
	struct str key;
	bool fresh;

	str_init(&key, STR_MAX);
	str_addf(&key, "%s@", who->local);
	str_addlower(&key, sl(who->domain));
	fresh = map_put(a->seen, str_sl(&key), a) == NULL;
	str_release(&key);
	return fresh;
}

/* Adds those that are neither oneself nor there already. */
static void add(struct answer *a, struct addrs *to, const struct addrs *from, bool me)
{
	for (size_t i = 0; i < from->n; i++)
		if (usable(&from->v[i]) && (me || !compose_is_me(a->conf, &from->v[i])) && is_new(a, &from->v[i]))
			addrs_add(to, &from->v[i]);
}

static void field_addrs(struct slice header, const char *name, struct addrs *out)
{
	struct hdr h;

	if (hdr_find(header, name, &h))
		addrs_parse(h.value, &mime_limits_default, out);
}

/* "List-Post: <mailto:list@x>" (RFC 2369 3.4); "NO" is no address. */
static void list_post(struct slice header, struct addrs *out)
{
	struct str flat;
	struct hdr h;
	ssize_t at;

	if (!hdr_find(header, "List-Post", &h))
		return;
	str_init(&flat, 65536);
	hdr_unfold(h.value, &flat);
	at = sl_search(str_sl(&flat), SL("mailto:"));
	if (at >= 0) {
		struct slice url = sl_skip(str_sl(&flat), (size_t)at + 7), spec;
		struct str plain;

		str_init(&plain, 4096);
		for (spec = sl_head(url, 0); spec.n < url.n && !strchr(">?, ", url.p[spec.n]); )
			spec.n++;
		if (str_unpct(&plain, spec) == 0)
			addrs_parse(str_sl(&plain), &mime_limits_default, out);
		str_release(&plain);
	}
	str_release(&flat);
}

static void known_list(const struct conf *conf, const struct addrs *l, struct addrs *out)
{
	for (size_t i = 0; i < l->n; i++)
		if (usable(&l->v[i]) && holds(&conf->lists, &l->v[i]))
			addrs_add(out, &l->v[i]);
}

static int to_list(struct answer *a, const struct env *e, struct slice header, struct err *err)
{
	struct addrs lists = { 0 };

	list_post(header, &lists);
	if (lists.n == 0 || !usable(&lists.v[0])) {
		addrs_release(&lists);
		memset(&lists, 0, sizeof(lists));
		known_list(a->conf, &e->to, &lists);
		known_list(a->conf, &e->cc, &lists);
	}
	add(a, &a->to, &lists, true);
	addrs_release(&lists);
	return a->to.n ? 0 : err_set(err, ERR_INPUT, _("The message is not from a mailing list: it has no List-Post, and it is to none of the addresses of the setting lists."));
}

/* The side that wrote: Reply-To, From, Sender, the first that names another. */
static void to_sender(struct answer *a, const struct env *e)
{
	const struct addrs *const sides[] = { &e->reply_to, &e->from, &e->sender };

	for (size_t i = 0; i < ARRAY_LEN(sides) && a->to.n == 0; i++)
		add(a, &a->to, sides[i], false);
}

static bool by_me(const struct answer *a, const struct env *e)
{
	return e->from.n && compose_is_me(a->conf, &e->from.v[0]);
}

static int choose(struct answer *a, const struct env *e, struct slice header, enum reply_to how, struct err *err)
{
	struct addrs followup = { 0 };

	if (how != REPLY_SENDER)
		field_addrs(header, "Mail-Followup-To", &followup);
	add(a, &a->to, &followup, false);
	addrs_release(&followup);
	if (a->to.n)
		return 0;
	if (how == REPLY_LIST)
		return to_list(a, e, header, err);
	if (by_me(a, e))
		add(a, &a->to, &e->to, false);          /* one's own mail goes on to whom it went */
	else
		to_sender(a, e);
	if (how == REPLY_ALL) {
		add(a, &a->cc, &e->to, false);
		add(a, &a->cc, &e->cc, false);
	} else if (a->to.n == 0 && by_me(a, e)) {
		add(a, &a->to, &e->cc, false);
	}
	if (a->to.n == 0 && a->cc.n) {
		struct addrs t = a->to;

		a->to = a->cc;
		a->cc = t;
	}
	/* nobody else is left */
	if (a->to.n == 0)
		add(a, &a->to, e->reply_to.n ? &e->reply_to : &e->from, true);
	return a->to.n ? 0 : err_set(err, ERR_INPUT, _("The message names nobody who could be answered."));
}

static void answer_release(struct answer *a)
{
	addrs_release(&a->to);
	addrs_release(&a->cc);
	map_free(&a->seen);
}

/* Of several messages: each chooses by itself; who is in a To is in no Cc. */
int compose_reply_to(struct compose *c, const struct conf *conf, const struct recalled *m, size_t n, enum reply_to how, struct err *err)
{
	struct answer all = { .conf = conf, .seen = map_new() };
	struct addrs cc = { 0 };
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		struct answer one = { .conf = conf, .seen = map_new() };

		r = choose(&one, m[i].env, m[i].header, how, err);
		add(&all, &all.to, &one.to, true);
		for (size_t k = 0; k < one.cc.n; k++)
			addrs_add(&cc, &one.cc.v[k]);
		answer_release(&one);
	}
	add(&all, &all.cc, &cc, true);
	if (r == 0) {
		compose_list(&c->to, &all.to);
		compose_list(&c->cc, &all.cc);
		c->rcpts_before = how == REPLY_ALL ? (unsigned)(all.to.n + all.cc.n) : 0;
	}
	addrs_release(&cc);
	answer_release(&all);
	return r;
}

/* As whom it is written: an identity without a name has the account's. */
void compose_write_as(struct compose *c, const struct account *a, const struct addr *identity)
{
	struct addr who = identity ? *identity : a->address;

	if (!who.name)
		who.name = a->address.name;
	compose_set(&c->account, a->name);
	compose_list(&c->from, &(struct addrs){ .v = &who, .n = 1 });
}
