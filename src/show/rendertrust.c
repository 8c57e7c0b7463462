/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rendertrust: what a reader should know of who wrote, in words.
 */
#include "priv.h"

/* Names like "J.R.Smith" and "Node.js" are no hosts: only what ends in one of
 * these is taken for one. */
static bool has_known_end(struct slice host)
{
	static const char *const ends[] = {
		".com", ".net", ".org", ".edu", ".gov", ".mil", ".info", ".biz", ".bank", ".shop", ".app", ".example",
		".kr", ".jp", ".cn", ".tw", ".hk", ".uk", ".de", ".fr", ".it", ".es", ".nl", ".be", ".ch", ".at",
		".pl", ".ru", ".br", ".ca", ".au", ".eu", ".us", ".in", ".se", ".no", ".dk", ".fi",
	};

	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (host.n > strlen(ends[i]) && sl_iis(sl_skip(host, host.n - strlen(ends[i])), ends[i]))
			return true;
	return false;
}

static bool is_around(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || strchr("<>()[]{}\"',;:", c);
}

static struct slice next_token(struct slice *rest)
{
	size_t n = 0;
	struct slice token;

	while (rest->n && is_around(rest->p[0]))
		*rest = sl_skip(*rest, 1);
	while (n < rest->n && !is_around(rest->p[n]))
		n++;
	token = sl_head(*rest, n);
	*rest = sl_skip(*rest, n);
	while (token.n && token.p[token.n - 1] == '.')
		token.n--;
	return token;
}

/* The word of a name that is another address than the real one, or none. */
static struct slice other_address(struct slice name, struct slice real, struct slice domain)
{
	while (name.n) {
		struct slice token = next_token(&name);
		ssize_t at = sl_find(token, '@');
		struct slice host = at < 0 ? token : sl_skip(token, (size_t)at + 1);

		if (!host_like(host) || (at < 0 && !has_known_end(host)))
			continue;
		if (at > 0 ? !sl_ieq(token, real) : !host_related(host, domain))
			return token;
	}
	return SL_NONE;
}

static void add_sentence(struct str *out, const char *sentence)
{
	if (out->n)
		str_addc(out, '\n');
	utf8_sanitize(out, sl(sentence), CLEAN_LINE);
}

static void check_name(const struct addr *from, struct str *out)
{
	struct str real, text;
	struct slice other;

	str_init(&real, STR_MAX);
	str_init(&text, STR_MAX);
	if (from->name && from->domain && addr_spec(from, &real) == 0) {
		other = other_address(sl(from->name), str_sl(&real), sl(from->domain));
		if (other.n) {
			str_addf(&text, _("The sender calls itself \"%.*s\", but the address is %s."),
				SL_ARG(other), real.p);
			add_sentence(out, text.p);
		}
	}
	str_release(&real);
	str_release(&text);
}

static bool is_among(const struct addr *a, const struct addrs *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (addr_same(a, &list->v[i]))
			return true;
	return false;
}

static void check_reply(const struct env *env, struct str *out)
{
	const struct addr *from = &env->from.v[0];
	struct str real, text;

	str_init(&real, STR_MAX);
	str_init(&text, STR_MAX);
	for (size_t i = 0; i < env->reply_to.n; i++) {
		const struct addr *to = &env->reply_to.v[i];

		if (!to->domain || !from->domain || host_related(sl(to->domain), sl(from->domain)))
			continue;
		/* a list that wants the answers is written to */
		if (is_among(to, &env->to) || is_among(to, &env->cc) || addr_spec(to, &real) != 0)
			continue;
		str_addf(&text, _("Answers would go to %s, not to the sender."), real.p);
		add_sentence(out, text.p);
		break;
	}
	str_release(&real);
	str_release(&text);
}

int trust_words(const struct env *env, struct str *out)
{
	if (env->from.n == 0)
		return 0;
	for (size_t i = 0; i < MIN(env->from.n, (size_t)3); i++)
		check_name(&env->from.v[i], out);
	check_reply(env, out);
	return out->full ? -1 : 0;
}

/* ---- from facts ---- */

static void add_fine(struct str *out, const char *sentence)
{
	if (out->n)
		str_addc(out, ' ');
	utf8_sanitize(out, sl(sentence), CLEAN_LINE);
}

static bool is_list_mail(struct slice header)
{
	struct hdr h;

	return hdr_find(header, "List-Id", &h) || hdr_find(header, "List-Post", &h);
}

/* Who handed it in, where that is somebody else than who wrote. */
static void check_sender(struct slice header, const struct env *env, struct str *fine)
{
	const struct addr *from = &env->from.v[0];
	struct addrs path = { 0 };
	struct str spec, text;
	struct hdr h;

	str_init(&spec, STR_MAX);
	str_init(&text, STR_MAX);
	if (hdr_find(header, "Return-Path", &h))
		addrs_parse(sl_trim(h.value), &mime_limits_default, &path);
	if (env->sender.n && env->sender.v[0].domain && from->domain && !host_related(sl(env->sender.v[0].domain), sl(from->domain)) &&
	    addr_spec(&env->sender.v[0], &spec) == 0) {
		str_addf(&text, _("It was sent by %s for the author."), spec.p);
	} else if (path.n == 1 && path.v[0].domain && from->domain && !host_related(sl(path.v[0].domain), sl(from->domain))) {
		str_addf(&text, _("It was handed in by a sender at %s."), path.v[0].domain);
	}
	if (text.n)
		add_fine(fine, text.p);
	addrs_release(&path);
	str_release(&spec);
	str_release(&text);
}

static void one_friend(void *to, const char *spec)
{
	alike_with(to, spec);
}

static void check_alike(const char *spec, const struct trust *t, struct str *wrong)
{
	struct lookalike l;
	struct str text;

	alike_init(&l, spec);
	str_init(&text, STR_MAX);
	t->friends(t->ctx, one_friend, &l);
	if (alike_found(&l)) {
		str_addf(&text, _("The address %s looks like %s, which you know, but is another."), spec, l.like.p);
		add_sentence(wrong, text.p);
	}
	alike_release(&l);
	str_release(&text);
}

static void check_known(const char *spec, const struct trust *t, struct str *fine)
{
	int known = t->known(t->ctx, spec);

	if (known == 0)
		add_fine(fine, _("This is the first mail from this address."));
	else if (known > 0 && fine->n)
		add_fine(fine, _("There was mail from or to this address before."));
}

/* Who checked such a message may have looked at another author than the one who is shown. */
static void check_twice(struct slice header, struct str *wrong)
{
	if (hdr_count(header, "From") > 1)
		add_sentence(wrong, _("It says more than once who wrote it, which no honest program does."));
}

int trust_line(struct slice header, const struct env *env, const struct trust *t, struct str *wrong, struct str *fine)
{
	enum auth_says says;
	struct str spec, text;

	trust_words(env, wrong);
	check_twice(header, wrong);
	if (env->from.n == 0)
		return wrong->full ? -1 : 0;
	str_init(&spec, STR_MAX);
	str_init(&text, STR_MAX);
	says = trust_auth(header, t->authserv, env->from.v[0].domain, &text);
	if (says == AUTH_FAIL)
		add_sentence(wrong, text.p);
	else if (says != AUTH_NOTHING)
		add_fine(fine, text.p);
	if (says != AUTH_PASS && !is_list_mail(header))
		check_sender(header, env, fine);
	if (env->from.v[0].domain && addr_spec(&env->from.v[0], &spec) == 0) {
		if (t->friends)
			check_alike(spec.p, t, wrong);
		if (t->known)
			check_known(spec.p, t, fine);
	}
	str_release(&spec);
	str_release(&text);
	return wrong->full || fine->full ? -1 : 0;
}
