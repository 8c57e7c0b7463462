/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mailto: a link becomes a message (RFC 6068).  A page wrote it: only fields that its
 * reader sees are taken, and all of it is cleaned.
 */
#include "priv.h"

#define URL_MAX ((size_t)1 << 20)

static int bad(struct slice piece, struct err *err)
{
	struct str s;

	str_init(&s, 4096);
	utf8_sanitize(&s, sl_head(piece, 200), CLEAN_LINE);
	err_set(err, ERR_INPUT, _("The link is not one that a message can be made of: \"%s\"."), s.p);
	str_release(&s);
	return -1;
}

/* Decoded, UTF-8, cleaned. */
static int decode(struct slice piece, int flags, struct str *out, struct err *err)
{
	struct str raw;
	int r;

	str_init(&raw, URL_MAX);
	r = str_unpct(&raw, piece);
	if (r == 0)
		utf8_sanitize(out, str_sl(&raw), flags);
	str_release(&raw);
	return r == 0 ? 0 : bad(piece, err);
}

/* Commas stand between; one inside an address is %2C. */
static int add_addrs(char **field, struct slice list, struct err *err)
{
	struct slice piece;
	struct str all;
	int r = 0;

	str_init(&all, STR_MAX);
	str_adds(&all, *field);
	while (r == 0 && sl_cut(&list, ',', &piece)) {
		struct addrs one = { 0 };
		char *shown = NULL;
		struct str s;

		str_init(&s, URL_MAX);
		r = decode(piece, CLEAN_LINE, &s, err);
		if (r == 0 && sl_trim(str_sl(&s)).n) {
			r = draft_add(&one, s.p, err);
			if (r == 0 && one.n != 1)
				r = bad(piece, err);
			compose_list(&shown, &one);
			if (r == 0)
				str_addf(&all, "%s%s", all.n ? ", " : "", shown);
		}
		addrs_release(&one);
		free(shown);
		str_release(&s);
	}
	if (r == 0)
		compose_set(field, all.p);
	str_release(&all);
	return r;
}

static int add_words(char **field, struct slice value, int flags, const char *between, struct err *err)
{
	struct str s;
	int r;

	str_init(&s, STR_MAX);
	str_adds(&s, *field);
	if (s.n)
		str_adds(&s, between);
	r = decode(value, flags, &s, err);
	if (r == 0)
		compose_set(field, s.p);
	str_release(&s);
	return r;
}

static int add_id(struct compose *c, struct slice value, struct err *err)
{
	struct slice rest, id;
	struct str s;
	int r;

	str_init(&s, URL_MAX);
	r = decode(value, CLEAN_LINE, &s, err);
	rest = str_sl(&s);
	if (r == 0 && msgid_next(&rest, &id)) {
		char *one = sl_dup(id);

		compose_set(&c->in_reply_to, one);
		compose_set(&c->references, one);
		free(one);
	}
	str_release(&s);
	return r;
}

static int field(struct compose *c, struct slice name, struct slice value, struct err *err)
{
	if (sl_iis(name, "to"))
		return add_addrs(&c->to, value, err);
	if (sl_iis(name, "cc"))
		return add_addrs(&c->cc, value, err);
	if (sl_iis(name, "bcc"))
		return add_addrs(&c->bcc, value, err);
	if (sl_iis(name, "subject"))
		return add_words(&c->subject, value, CLEAN_LINE, " ", err);
	if (sl_iis(name, "body"))
		return add_words(&c->text, value, CLEAN_LINES | CLEAN_TABS, "\n", err);
	if (sl_iis(name, "in-reply-to"))
		return add_id(c, value, err);
	return 0;
}

int compose_mailto(struct compose *c, const struct conf *conf, struct slice url, struct err *err)
{
	struct slice list, pair, name;
	struct str text;
	int r;

	url = sl_trim(url);
	if (url.n > URL_MAX)
		return err_set(err, ERR_LIMIT, _("The link is longer than 1 MiB."));
	if (!sl_istarts(url, "mailto:"))
		return bad(url, err);
	url = sl_skip(url, strlen("mailto:"));
	if (sl_find(url, '#') >= 0)
		url = sl_head(url, (size_t)sl_find(url, '#'));
	if (!sl_cut(&url, '?', &list))
		list = SL_NONE;
	r = add_addrs(&c->to, list, err);
	while (r == 0 && sl_cut(&url, '&', &pair)) {
		if (!sl_cut(&pair, '=', &name))
			name = SL_NONE;
		r = field(c, name, pair, err);
	}
	if (r == 0 && *c->text) {
		str_init(&text, STR_MAX);
		str_adds(&text, c->text);
		if (text.p[text.n - 1] != '\n')
			str_addc(&text, '\n');
		str_addc(&text, '\n');
		compose_add_signature(compose_account(c, conf), &text);
		free(c->text);
		c->text = str_detach(&text);
		str_release(&text);
	} else if (r == 0) {
		compose_signature(c, conf);
	}
	return r;
}
