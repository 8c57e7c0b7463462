/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * trustlook: an address that looks like one that is known and is another: letters and
 * digits that look alike, scripts that do, and one letter more, less or other.
 */
#include "priv.h"
#include "io/io.h"
#include <unicase.h>
#include <uninorm.h>

#define ADDR_MAX 320

/* What looks like a letter of ASCII; each row: the letter, then those like it. */
static const struct { char as; const uint32_t cp[10]; } alike[] = {
	{ 'a', { 0x430, 0x3B1, 0x251 } }, { 'b', { 0x184, 0x42C, 0x44C } }, { 'c', { 0x441, 0x3F2, 0x1D04 } }, { 'd', { 0x501 } },
	{ 'e', { 0x435, 0x4BD } }, { 'g', { 0x261, 0x581 } }, { 'h', { 0x4BB, 0x570 } },
	{ 'l', { '1', 'i', '|', 0x456, 0x3B9, 0x131, 0x4CF, 0x4C0, 0x1C0 } }, { 'j', { 0x458, 0x3F3 } }, { 'k', { 0x43A, 0x3BA } },
	{ 'n', { 0x578, 0x57C } }, { 'o', { '0', 0x43E, 0x3BF, 0x585, 0x3C3, 0x6F5 } }, { 'p', { 0x440, 0x3C1 } }, { 'q', { 0x51B, 0x566 } },
	{ 'r', { 0x433 } }, { 's', { '5', 0x455, 0x1BD } }, { 't', { 0x442, 0x3C4 } }, { 'u', { 0x3C5, 0x57D, 0x446 } },
	{ 'v', { 0x475, 0x3BD } }, { 'w', { 0x51D, 0x461, 0x448 } }, { 'x', { 0x445, 0x3C7 } }, { 'y', { 0x443, 0x3B3, 0x4AF } }, { 'z', { '2', 0x1D22 } },
	{ '-', { '_', 0x2010, 0x2011, 0x2013 } },
};

static char like(uint32_t cp)
{
	for (size_t i = 0; i < ARRAY_LEN(alike); i++)
		for (size_t k = 0; k < ARRAY_LEN(alike[i].cp) && alike[i].cp[k]; k++)
			if (alike[i].cp[k] == cp)
				return alike[i].as;
	return 0;
}

static void pairs(struct str *s)
{
	static const struct { const char *two; char one; } list[] = { { "rn", 'm' }, { "vv", 'w' }, { "cl", 'd' } };
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++) {
		char c = s->p[i];

		for (size_t k = 0; k < ARRAY_LEN(list); k++) {
			if (i + 1 < s->n && c == list[k].two[0] && s->p[i + 1] == list[k].two[1]) {
				c = list[k].one;
				i++;
				break;
			}
		}
		s->p[n++] = c;
	}
	str_cut(s, n);
}

/* What it looks like: two addresses with one of these can't be told apart by eye. */
static void skeleton(struct slice text, struct str *out)
{
	struct slice rest;
	uint8_t *flat = NULL;
	bool ascii = true;
	size_t n = 0;

	for (size_t i = 0; i < text.n && ascii; i++)
		ascii = (unsigned char)text.p[i] < 0x80 && !(text.p[i] >= 'A' && text.p[i] <= 'Z');
	if (!ascii)
		flat = u8_casefold((const uint8_t *)text.p, text.n, NULL, UNINORM_NFKD, NULL, &n);
	rest = flat ? sl_make((char *)flat, n) : text;
	while (rest.n) {
		uint32_t cp;
		size_t used = utf8_decode(rest, &cp);
		char as = like(cp);

		if (as)
			str_addc(out, as);
		else if (cp < 0x300 || cp > 0x36F)
			str_addsl(out, sl_head(rest, used));
		rest = sl_skip(rest, used);
	}
	free(flat);
	pairs(out);
}

/* One letter more, less or other, or two that changed places. */
static bool one_off(struct slice a, struct slice b)
{
	size_t from = 0, end = 0;

	if (a.n < b.n) {
		struct slice t = a;

		a = b;
		b = t;
	}
	if (a.n - b.n > 1)
		return false;
	while (from < b.n && ascii_lower(a.p[from]) == ascii_lower(b.p[from]))
		from++;
	while (end < b.n - from && ascii_lower(a.p[a.n - 1 - end]) == ascii_lower(b.p[b.n - 1 - end]))
		end++;
	if (a.n - end - from <= 1)
		return true;
	return a.n == b.n && a.n - end - from == 2 && ascii_lower(a.p[from]) == ascii_lower(b.p[from + 1]) &&
		ascii_lower(a.p[from + 1]) == ascii_lower(b.p[from]);
}

static struct slice last_label(struct slice host)
{
	for (size_t n = host.n; n > 0; n--)
		if (host.p[n - 1] == '.')
			return sl_skip(host, n);
	return host;
}

/* Hosts that differ by a letter and are no imitation: large providers, and one firm under two countries. */
static bool is_near(struct slice a, struct slice b)
{
	static const char *const honest[] = { "gmail.com", "ymail.com", "mail.com", "email.com", "gmx.de", "gmx.net", "gmx.com", "aol.com", "live.com", "hotmail.com" };
	struct slice end_a = last_label(a), end_b = last_label(b);

	if (a.n < 6 || b.n < 6 || !one_off(a, b))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(honest); i++)
		if (sl_iis(a, honest[i]))
			return false;
	return sl_ieq(end_a, end_b) || end_a.n != 2 || end_b.n != 2 || !sl_ieq(sl_head(a, a.n - 2), sl_head(b, b.n - 2));
}

static bool split(struct slice spec, struct slice *local, struct slice *host)
{
	for (size_t n = spec.n; n > 1; n--) {
		if (spec.p[n - 1] == '@') {
			*local = sl_head(spec, n - 1);
			*host = sl_skip(spec, n);
			return host->n > 0 && spec.n <= ADDR_MAX;
		}
	}
	return false;
}

static bool looks_like(struct slice text, const struct str *bones)
{
	struct str own;
	bool same;

	str_init(&own, STR_MAX);
	skeleton(text, &own);
	same = own.n > 0 && sl_eq(str_sl(&own), str_sl(bones));
	str_release(&own);
	return same;
}

void alike_init(struct lookalike *l, const char *spec)
{
	struct err err = ERR_INIT;
	struct slice local, host;
	struct str shown;

	*l = (struct lookalike){ 0 };
	str_init(&l->host_bones, STR_MAX);
	str_init(&l->local_bones, STR_MAX);
	str_init(&l->like, STR_MAX);
	if (!split(sl(spec), &local, &host)) {
		l->done = true;
		return;
	}
	l->spec = mem_strdup(spec);
	l->host = sl_dup(host);
	str_init(&shown, STR_MAX);
	if (idn_to_unicode(l->host, &shown, &err) != 0) {
		str_clear(&shown);
		str_adds(&shown, l->host);
	}
	skeleton(str_sl(&shown), &l->host_bones);
	skeleton(local, &l->local_bones);
	str_release(&shown);
}

void alike_with(struct lookalike *l, const char *friend_spec)
{
	struct slice local, host, own = SL_NONE, own_host;

	if (l->done || !split(sl(friend_spec), &local, &host))
		return;
	split(sl(l->spec), &own, &own_host);
	if (sl_ieq(host, sl(l->host))) {
		/* people of a known host are no strangers, but one may pose as another */
		l->known_host = true;
		if (sl_ieq(local, own)) {
			l->done = true;
			str_clear(&l->like);
		} else if (l->like.n == 0 && looks_like(local, &l->local_bones)) {
			str_adds(&l->like, friend_spec);
			l->by_name = true;
		}
		return;
	}
	if (l->like.n == 0 && !host_related(host, sl(l->host)) && (looks_like(host, &l->host_bones) || is_near(sl(l->host), host)))
		str_adds(&l->like, friend_spec);
}

bool alike_found(const struct lookalike *l)
{
	return !l->done && l->like.n > 0 && (l->by_name || !l->known_host);
}

void alike_release(struct lookalike *l)
{
	free(l->spec);
	free(l->host);
	str_release(&l->host_bones);
	str_release(&l->local_bones);
	str_release(&l->like);
}
