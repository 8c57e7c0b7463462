/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * trustauth: what the own provider found out about a message (Authentication-Results,
 * RFC 8601), in words.  Anybody can write such a field: only those count that bear a
 * name which the configuration trusts, and of them only the block at the top, as what
 * came with the message lies below what its last host wrote.
 */
#include "priv.h"

#define VALUE_MAX ((size_t)64 << 10)
#define WORDS_MAX 200

struct auth { char spf[16], dkim[16], dmarc[16]; char *spf_for, *dkim_for, *dmarc_for; };

/* A list with commas or blanks between. */
static bool is_trusted(const char *list, struct slice name)
{
	struct slice rest = sl(list), word;

	while (sl_word(&rest, &word)) {
		struct slice part;

		while (sl_cut(&word, ',', &part))
			if (part.n && sl_ieq(part, name))
				return true;
	}
	return false;
}

/* The field without comments, folds and quotes, a part a line, no blanks around "=". */
static void flatten(struct slice value, struct str *out)
{
	bool tight = true;
	struct lex_tok t;
	struct lex lex;

	lex_init(&lex, value, true);
	while ((t = lex_next(&lex)).kind != LEX_END && out->n < VALUE_MAX) {
		if (t.kind == LEX_SPECIAL && t.special == ';') {
			str_addc(out, '\n');
			tight = true;
			continue;
		}
		if (t.kind == LEX_SPECIAL && t.special == '=') {
			str_addc(out, '=');
			tight = true;
			continue;
		}
		if (t.space_before && !tight)
			str_addc(out, ' ');
		if (t.kind == LEX_QUOTED)
			lex_unquote(t.raw, out);
		else
			str_addsl(out, t.raw);
		tight = false;
	}
}

/* One of the words of RFC 8601 2.7; others are not shown. */
static bool take_result(struct slice word, char out[16])
{
	static const char *const known[] = { "pass", "fail", "softfail", "neutral", "none", "policy", "temperror", "permerror", "bestguesspass" };

	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		if (sl_iis(word, known[i])) {
			snprintf(out, 16, "%s", known[i]);
			return true;
		}
	}
	return false;
}

/* "user@host", "@host" or "host": the host, where it could be one. */
static void take_host(struct slice word, char **out)
{
	for (size_t n = word.n; n > 0; n--) {
		if (word.p[n - 1] == '@') {
			word = sl_skip(word, n);
			break;
		}
	}
	free(*out);
	*out = host_like(word) && word.n < WORDS_MAX ? sl_dup(word) : NULL;
}

/* "dkim=pass header.d=example.com": of several signatures one that holds. */
static void take_part(struct slice part, struct auth *a)
{
	struct slice word, name, method;
	char result[16];
	bool spf, dkim;
	char **host;

	if (!sl_word(&part, &word) || !sl_cut(&word, '=', &name))
		return;
	sl_cut(&name, '/', &method);
	spf = sl_iis(method, "spf");
	dkim = sl_iis(method, "dkim");
	if ((!spf && !dkim && !sl_iis(method, "dmarc")) || !take_result(word, result))
		return;
	if (dkim && sl_is(sl(a->dkim), "pass"))
		return;
	memcpy(spf ? a->spf : dkim ? a->dkim : a->dmarc, result, sizeof(result));
	host = spf ? &a->spf_for : dkim ? &a->dkim_for : &a->dmarc_for;
	while (sl_word(&part, &word)) {
		if (!sl_cut(&word, '=', &name))
			continue;
		if (spf ? sl_iis(name, "smtp.mailfrom") || sl_iis(name, "smtp.helo") : dkim ? sl_iis(name, "header.d") || sl_iis(name, "header.i") :
		    sl_iis(name, "header.from"))
			take_host(word, host);
	}
}

static void add_method(struct str *out, const char *name, const char *result, const char *host)
{
	if (!result[0])
		return;
	str_addf(out, "%s%s %s", out->n ? ", " : "", name, result);
	if (host)
		str_addf(out, _(" for %s"), host);
}

/* The results of the topmost block of one trusted host. */
static bool collect(struct slice header, const char *trusted, struct auth *a, struct str *who)
{
	bool found = false;
	struct str flat;
	struct hdr h;

	str_init(&flat, STR_MAX);
	while (hdr_next(&header, &h) > 0) {
		struct slice rest, part, id;

		if (!sl_iis(h.name, "authentication-results")) {
			if (found)
				break;
			continue;
		}
		str_clear(&flat);
		flatten(sl_head(h.value, VALUE_MAX), &flat);
		rest = str_sl(&flat);
		if (!sl_line(&rest, &part) || !sl_word(&part, &id) || !is_trusted(trusted, id) || (found && !sl_ieq(id, str_sl(who)))) {
			if (found)
				break;
			continue;
		}
		if (!found)
			str_addsl(who, id);
		found = true;
		while (sl_line(&rest, &part))
			take_part(part, a);
	}
	str_release(&flat);
	return found;
}

enum auth_says trust_auth(struct slice header, const char *trusted, const char *domain, struct str *out)
{
	enum auth_says says = AUTH_NOTHING;
	struct auth a = { 0 };
	struct str who, list;

	str_init(&who, STR_MAX);
	str_init(&list, STR_MAX);
	if (trusted && collect(header, trusted, &a, &who)) {
		add_method(&list, "SPF", a.spf, a.spf_for);
		add_method(&list, "DKIM", a.dkim, a.dkim_for);
		/* of another author than the one who is seen, who can be made up then */
		bool other = a.dmarc_for && domain && !host_related(sl(a.dmarc_for), sl(domain));

		add_method(&list, "DMARC", a.dmarc, other ? a.dmarc_for : NULL);
		if (list.n) {
			bool pass = strcmp(a.dmarc, "pass") == 0 && !other, dkim = strcmp(a.dkim, "pass") == 0;

			str_addf(out, _("%s says: %s."), who.p, list.p);
			says = pass ? AUTH_PASS : AUTH_SOME;
			if (strcmp(a.dmarc, "fail") == 0 || (!pass && !dkim && (strcmp(a.spf, "fail") == 0 || strcmp(a.dkim, "fail") == 0)))
				says = AUTH_FAIL;
		}
	}
	free(a.spf_for);
	free(a.dkim_for);
	free(a.dmarc_for);
	str_release(&who);
	str_release(&list);
	return says;
}
