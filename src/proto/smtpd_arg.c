/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smtpd_arg: the arguments of MAIL, RCPT and EHLO (RFC 5321 4.1.2, RFC 3461
 * section 4, RFC 6531 3.3).  What passes holds no control character, so that
 * it may go into a header field or a log line as it is.
 */
#include "base/base.h"
#include "proto/priv.h"

/* RFC 5321 4.5.3.1: a path, a domain, a label. */
#define PATH_OCTETS 254
#define DOMAIN_OCTETS 255
#define LABEL_OCTETS 63

static bool is_atext(char c)
{
	return ascii_isalnum(c) || (unsigned char)c > 127 ||
		(c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

/* Length of a Dot-string or Quoted-string at the front, 0: none. */
static size_t local_part(struct slice s)
{
	size_t i = 0;

	if (s.n && s.p[0] == '"') {
		for (i = 1; i < s.n && s.p[i] != '"'; i++) {
			if (s.p[i] == '\\')
				i++;
			if (i >= s.n || (unsigned char)s.p[i] < ' ' || s.p[i] == 127)
				return 0;
		}
		return i < s.n ? i + 1 : 0;
	}
	for (; i < s.n; i++)
		if (!is_atext(s.p[i]) && (s.p[i] != '.' || i == 0 || s.p[i - 1] == '.'))
			break;
	return i && s.p[i - 1] == '.' ? 0 : i;
}

static bool is_literal(struct slice d)
{
	for (size_t i = 1; i + 1 < d.n; i++)
		if (d.p[i] < '!' || d.p[i] > '~' || strchr("[]\\<>", d.p[i]))
			return false;
	return d.n > 2 && d.p[d.n - 1] == ']';
}

/* Letters, digits, hyphens; an underscore, as too many machines are named so;
 * UTF-8 for U-labels. */
bool arg_domain(struct slice d)
{
	size_t label = 0;

	if (d.n == 0 || d.n > DOMAIN_OCTETS)
		return false;
	if (d.p[0] == '[')
		return is_literal(d);
	for (size_t i = 0; i < d.n; i++) {
		char c = d.p[i];
		bool letter = ascii_isalnum(c) || c == '_' || (unsigned char)c > 127;

		if (c == '.' && (label == 0 || d.p[i - 1] == '-'))
			return false;
		if (c != '.' && !letter && (c != '-' || label == 0))
			return false;
		label = c == '.' ? 0 : label + 1;
		if (label > LABEL_OCTETS)
			return false;
	}
	return label && d.p[d.n - 1] != '-' && utf8_valid(d);
}

/* "@a,@b:" is taken off and forgotten, RFC 5321 appendix C. */
static bool source_route(struct slice *s)
{
	struct slice route = *s, hop;
	ssize_t end = sl_find(*s, ':');

	if (s->n == 0 || s->p[0] != '@')
		return true;
	if (end < 0)
		return false;
	route.n = (size_t)end;
	while (sl_cut(&route, ',', &hop))
		if (!sl_starts(hop, "@") || !arg_domain(sl_skip(hop, 1)))
			return false;
	*s = sl_skip(*s, (size_t)end + 1);
	return true;
}

/* Where the path ends: the first ">" outside quotes. */
static ssize_t path_end(struct slice s)
{
	bool quoted = false;

	for (size_t i = 0; i < s.n; i++) {
		if (quoted && s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"')
			quoted = !quoted;
		else if (s.p[i] == '>' && !quoted)
			return (ssize_t)i;
	}
	return -1;
}

bool arg_path(struct slice *rest, bool rcpt, struct str *addr)
{
	ssize_t end = path_end(*rest);
	struct slice in;
	size_t n;

	str_clear(addr);
	if (end < 1 || rest->p[0] != '<')
		return false;
	in = sl_make(rest->p + 1, (size_t)end - 1);
	*rest = sl_skip(*rest, (size_t)end + 1);
	if (in.n == 0)
		return !rcpt;
	if (!source_route(&in) || in.n > PATH_OCTETS)
		return false;
	str_addsl(addr, in);
	if (rcpt && sl_iis(in, "postmaster"))
		return true;
	n = local_part(in);
	return n && n + 1 < in.n && in.p[n] == '@' && utf8_valid(sl_head(in, n)) &&
		arg_domain(sl_skip(in, n + 1));
}

/* ---- parameters ---- */

void smtpd_params_release(struct smtpd_params *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free((void *)(uintptr_t)p->v[i].name);
		free((void *)(uintptr_t)p->v[i].value);
	}
	p->n = 0;
}

const char *smtpd_params_get(const struct smtpd_params *p, const char *name)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcasecmp(p->v[i].name, name) == 0)
			return p->v[i].value;
	return NULL;
}

/* +HH back to bytes; no control character comes out of it.  NULL: broken. */
static char *from_xtext(struct slice s)
{
	struct str out;
	char *z = NULL;
	size_t i;

	str_init(&out, 1024);
	for (i = 0; i < s.n; i++) {
		int c = (unsigned char)s.p[i];

		if (c == '=' || c <= ' ' || c == 127)
			break;
		if (c == '+') {
			if (i + 2 >= s.n || hex_val(s.p[i + 1]) < 0 || hex_val(s.p[i + 2]) < 0)
				break;
			c = hex_val(s.p[i + 1]) * 16 + hex_val(s.p[i + 2]);
			i += 2;
		}
		if (c < ' ' || c == 127)
			break;
		str_addc(&out, (char)c);
	}
	if (i == s.n && !out.full && utf8_valid(str_sl(&out)))
		z = str_detach(&out);
	str_release(&out);
	return z;
}

static char *envid(struct slice v)
{
	return v.n && v.n <= 100 ? from_xtext(v) : NULL;
}

static char *orcpt(struct slice v)
{
	ssize_t semi = sl_find(v, ';');
	struct str out;
	char *addr;

	if (semi < 1 || v.n > 500)
		return NULL;
	for (ssize_t i = 0; i < semi; i++)
		if (!ascii_isalnum(v.p[i]) && v.p[i] != '-')
			return NULL;
	addr = from_xtext(sl_skip(v, (size_t)semi + 1));
	if (!addr)
		return NULL;
	str_init(&out, 1024);
	str_addf(&out, "%.*s;%s", (int)semi, v.p, addr);
	free(addr);
	addr = str_detach(&out);
	str_release(&out);
	return addr;
}

/* In the letters that the RFCs write them in. */
static char *upper(struct slice v)
{
	char *z = sl_dup(v);

	for (char *p = z; *p; p++)
		*p = (char)ascii_upper((unsigned char)*p);
	return z;
}

static char *notify(struct slice v)
{
	struct slice rest = v, one;
	bool good = v.n && v.p[v.n - 1] != ',';

	while (sl_cut(&rest, ',', &one))
		good = good &&
			(sl_iis(one, "SUCCESS") || sl_iis(one, "FAILURE") || sl_iis(one, "DELAY"));
	return good || sl_iis(v, "NEVER") ? upper(v) : NULL;
}

static char *ret(struct slice v)
{
	return sl_iis(v, "FULL") || sl_iis(v, "HDRS") ? upper(v) : NULL;
}

static char *body(struct slice v)
{
	return sl_iis(v, "7BIT") || sl_iis(v, "8BITMIME") ? sl_dup(v) : NULL;
}

static char *size(struct slice v)
{
	for (size_t i = 0; i < v.n; i++)
		if (!ascii_isdigit(v.p[i]))
			return NULL;
	return v.n && v.n <= 20 ? sl_dup(v) : NULL;
}

static char *bare_word(struct slice v)
{
	return v.p ? NULL : mem_strdup("");
}

static const struct { const char *name; bool rcpt; char *(*check)(struct slice); } known[] = {
	{ "SIZE", false, size }, { "BODY", false, body }, { "SMTPUTF8", false, bare_word },
	{ "RET", false, ret }, { "ENVID", false, envid }, { "AUTH", false, from_xtext },
	{ "NOTIFY", true, notify }, { "ORCPT", true, orcpt },
};

static int one_param(struct smtpd_params *p, struct slice word, bool rcpt)
{
	ssize_t eq = sl_find(word, '=');
	struct slice key = eq < 0 ? word : sl_head(word, (size_t)eq);
	struct slice value = eq < 0 ? SL_NONE : sl_skip(word, (size_t)eq + 1);
	uint64_t n;

	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		char *v;

		if (known[i].rcpt != rcpt || !sl_iis(key, known[i].name))
			continue;
		if (smtpd_params_get(p, known[i].name) || !(v = known[i].check(value)))
			return 501;
		p->v[p->n++] = (struct smtpd_param){ mem_strdup(known[i].name), v };
		return known[i].check == size && sl_u64(value, UINT64_MAX, &n) != 0 ? 552 : 0;
	}
	return 555;
}

int smtpd_params_parse(struct smtpd_params *p, struct slice rest, bool rcpt)
{
	struct slice word;
	int code = 0;

	smtpd_params_release(p);
	if (rest.n && rest.p[0] != ' ')
		return 501;
	while (code == 0 && sl_word(&rest, &word))
		code = one_param(p, word, rcpt);
	return code;
}
