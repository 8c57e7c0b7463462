/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * addrfmt: addresses are written, shown, compared and checked.  Whatever a
 * struct addr holds, what is written is one line without controls that reads
 * back as the same address.
 */
#include "base/base.h"
#include "mime/mime.h"

#define LOCAL_MAX  255
#define DOMAIN_MAX 255
#define MAILBOX_MAX  254  /* RFC 5321 4.5.3.1.3, without the angles */

static bool has_control(struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		/* C1 too, which UTF-8 writes as C2 80 to C2 9F */
		if (c < ' ' || c == 0x7f ||
		    (c == 0xc2 && i + 1 < s.n && (unsigned char)s.p[i + 1] < 0xa0))
			return true;
	}
	return false;
}

static bool is_dot_atom(struct slice s)
{
	if (s.n == 0 || s.p[0] == '.' || s.p[s.n - 1] == '.')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '.' ? s.p[i - 1] == '.' : !lex_is_atext(s.p[i]))
			return false;
	return true;
}

/* NULL, or what is wrong with the domain. */
static const char *domain_fault(struct slice s)
{
	bool literal = s.n > 2 && s.p[0] == '[' && s.p[s.n - 1] == ']';

	if (s.n == 0)
		return "the domain behind \"@\" is missing.";
	if (literal)
		s = sl_make(s.p + 1, s.n - 2);
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (literal ? c <= ' ' || c == 0x7f || strchr("[]\\<>", c) :
		    !((c & 0x80) || ascii_isalnum((unsigned char)c) || strchr("-._", c)))
			return "its domain has a character that no domain may have.";
	}
	if (!literal && (strchr(".-", s.p[0]) || strchr(".-", s.p[s.n - 1]) ||
			 sl_search(s, SL("..")) >= 0))
		return "its domain has a dot or hyphen at a wrong place.";
	return NULL;
}

int addr_check(const struct addr *a, struct err *err)
{
	struct slice local = sl(a->local), domain = sl(a->domain);
	const char *why = NULL;
	struct str shown;

	if (local.n == 0)
		why = "there is nothing before \"@\".";
	else if (has_control(local) || has_control(domain))
		why = "it has a control character in it.";
	else if (!utf8_valid(local) || !utf8_valid(domain))
		why = "it is not valid UTF-8.";
	else if (!a->domain)
		why = "it has no \"@\" and no domain.";
	else if (local.n > LOCAL_MAX || domain.n > DOMAIN_MAX ||
		 local.n + 1 + domain.n > MAILBOX_MAX)
		why = "it is longer than mail servers accept (RFC 5321 4.5.3.1).";
	else
		why = domain_fault(domain);
	if (!why)
		return 0;
	str_init(&shown, STR_MAX);
	utf8_sanitize(&shown, sl_head(local, 80), CLEAN_LINE);
	if (domain.n) {
		str_addc(&shown, '@');
		utf8_sanitize(&shown, sl_head(domain, 80), CLEAN_LINE);
	}
	err_set(err, ERR_INPUT, "\"%s\" is not a mail address: %s", shown.p, why);
	str_release(&shown);
	return -1;
}

/* Whether it may stand behind an @ without ending there. */
static bool is_domain(struct slice s)
{
	bool literal = s.n > 2 && s.p[0] == '[' && s.p[s.n - 1] == ']';

	for (size_t i = literal ? 1 : 0; i + literal < s.n; i++)
		if (literal ? strchr("[]\\", s.p[i]) != NULL :
		    s.p[i] != '.' && !lex_is_atext(s.p[i]))
			return false;
	return s.n > 0;
}

int addr_spec(const struct addr *a, struct str *out)
{
	struct slice local = sl(a->local), domain = sl(a->domain);

	if (local.n == 0 || has_control(local) || has_control(domain) ||
	    (a->domain && !is_domain(domain)))
		return -1;
	if (is_dot_atom(local))
		str_addsl(out, local);
	else
		str_addquoted(out, local);
	if (a->domain) {
		str_addc(out, '@');
		str_addsl(out, domain);
	}
	return out->full ? -1 : 0;
}

/* A display name as the phrase of a header. */
static void add_name(struct slice name, struct str *out)
{
	bool atoms = true, plain = name.n < 900 && sl_search(name, SL("=?")) < 0;

	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == ' ')
			atoms = atoms && i && i + 1 < name.n && name.p[i - 1] != ' ';
		else
			atoms = atoms && lex_is_atext(name.p[i]);
		plain = plain && name.p[i] >= ' ' && name.p[i] < 0x7f;
	}
	if (!plain)
		word_encode_at(name, true, 12, out);
	else if (atoms)
		str_addsl(out, name);
	else
		str_addquoted(out, name);
}

int addr_format(const struct addr *a, struct str *out)
{
	size_t start = out->n;
	bool named = a->name && *a->name;
	/* a quoted string alone would read as a name */
	bool angle = named || (!a->domain && !is_dot_atom(sl(a->local)));

	if (named) {
		add_name(sl(a->name), out);
		str_addc(out, ' ');
	}
	if (angle)
		str_addc(out, '<');
	if (addr_spec(a, out) != 0) {
		str_cut(out, start);
		return -1;
	}
	return angle ? str_addc(out, '>') : 0;
}

int addr_show(const struct addr *a, struct str *out)
{
	struct slice name = sl(a->name);
	bool quote = false;

	for (size_t i = 0; i < name.n; i++)
		quote = quote || strchr("()<>[]:;@\\,\"", name.p[i]);
	if (quote)
		str_addquoted(out, name);
	else
		str_addsl(out, name);
	if (name.n)
		str_adds(out, " <");
	if (*a->local && addr_spec(a, out) != 0)
		return -1;
	return name.n ? str_addc(out, '>') : out->full ? -1 : 0;
}

static bool same_group(const struct addr *a, const struct addr *b)
{
	return a && a->group && b->group && strcmp(a->group, b->group) == 0;
}

int addrs_write(struct str *out, const char *name, const struct addrs *l)
{
	const struct addr *last = NULL;
	struct str s;
	int rc;

	str_init(&s, STR_MAX);
	for (size_t i = 0; i < l->n; i++) {
		const struct addr *a = &l->v[i];
		size_t start = s.n;

		if (last)
			str_adds(&s, same_group(last, a) || !last->group ? ", " : ";, ");
		if (a->group && !same_group(last, a)) {
			add_name(sl(a->group), &s);
			str_adds(&s, ": ");
		}
		if (addr_format(a, &s) == 0)
			last = a;
		else
			str_cut(&s, start);
	}
	if (last && last->group)
		str_addc(&s, ';');
	if (!last && l->empty) {
		add_name(sl(l->empty), &s);
		str_adds(&s, ":;");
	}
	rc = s.full ? -1 : hdr_write(out, name, str_sl(&s));
	str_release(&s);
	return rc;
}

bool addr_same(const struct addr *a, const struct addr *b)
{
	struct str x, y;
	bool same;

	if (strcmp(a->local, b->local) != 0 || !a->domain != !b->domain)
		return false;
	if (!a->domain || sl_ieq(sl(a->domain), sl(b->domain)))
		return true;
	str_init(&x, STR_MAX);
	str_init(&y, STR_MAX);
	utf8_casefold(&x, sl(a->domain));
	utf8_casefold(&y, sl(b->domain));
	same = sl_eq(str_sl(&x), str_sl(&y));
	str_release(&x);
	str_release(&y);
	return same;
}

bool addr_is_utf8(const struct addr *a)
{
	for (const char *p = a->local; *p; p++)
		if (*p & 0x80)
			return true;
	return false;
}
