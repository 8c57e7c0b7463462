/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * renderhead: the header of a message for its reader.
 */
#include "priv.h"

#define ADDRS_SHOWN 10

static const char default_headers[] = "From To Cc Date Subject";

static bool is_address_field(struct slice name)
{
	static const char *const list[] = {
		"from", "sender", "reply-to", "to", "cc", "bcc", "resent-from", "resent-sender", "resent-to",
		"resent-cc", "resent-bcc", "mail-followup-to", "disposition-notification-to",
	};

	for (size_t i = 0; i < ARRAY_LEN(list); i++)
		if (sl_iis(name, list[i]))
			return true;
	return false;
}

static void add_more(struct render *r, size_t n, struct str *out)
{
	struct str key;

	str_init(&key, 64);
	if (render_key(r, "display-toggle-weed", &key))
		str_addf(out, ngettext_(" and %zu more (%s shows all)", " and %zu more (%s shows all)", n), n, key.p);
	else
		str_addf(out, ngettext_(" and %zu more", " and %zu more", n), n);
	str_release(&key);
}

/* What stands between two addresses: a group ends, or begins. */
static void add_between(const char *last, const char *group, bool first, struct str *out)
{
	bool same = sl_eq(sl(last), sl(group));

	if (!first)
		str_adds(out, last && !same ? "; " : ", ");
	if (group && !same)
		str_addf(out, "%s: ", group);
}

/* Names and addresses; false where none could be read. */
static bool add_addresses(struct render *r, struct slice value, struct str *out)
{
	struct addrs list = { 0 };
	size_t n;

	addrs_parse(value, &mime_limits_default, &list);
	n = r->opts.all_headers ? list.n : MIN(list.n, (size_t)ADDRS_SHOWN);
	for (size_t i = 0; i < n; i++) {
		add_between(i ? list.v[i - 1].group : NULL, list.v[i].group, i == 0, out);
		addr_show(&list.v[i], out);
	}
	if (n && list.empty)
		str_addf(out, "%s %s:", list.v[n - 1].group ? ";" : ",", list.empty);
	if (n < list.n)
		add_more(r, list.n - n, out);
	n = list.n;
	addrs_release(&list);
	return n > 0;
}

static void add_date(struct slice value, struct str *out)
{
	struct date date = date_parse(value);
	int zone;

	hdr_text(value, out);
	if (!date.ok || (zone = date_zone(date.sec)) == date.zone)
		return;
	str_adds(out, " (");
	date_write(out, date.sec, zone);
	str_adds(out, ")");
}

static void put_field(struct render *r, const struct hdr *field)
{
	struct str text;
	size_t name = field->name.n + 1;

	str_init(&text, STR_MAX);
	str_addsl(&text, field->name);
	str_adds(&text, ": ");
	if (sl_iis(field->name, "date"))
		add_date(field->value, &text);
	else if (!is_address_field(field->name) || !add_addresses(r, field->value, &text))
		hdr_text(field->value, &text);
	line_wrap(r, LINE_HEADER, str_sl(&text), name, 4, 0);
	str_release(&text);
}

/* As folded in the message: its lines, cut where they are too long. */
static void put_folded(struct render *r, const struct hdr *field)
{
	struct slice rest = field->whole, line;
	size_t name = field->name.n + 1;

	while (sl_line(&rest, &line)) {
		line_wrap(r, LINE_HEADER, line, name, 4, 0);
		name = 0;
	}
}

static void put_all(struct render *r, struct slice header)
{
	struct hdr field;

	while (hdr_next(&header, &field) > 0) {
		if (r->opts.no_fold)
			put_folded(r, &field);
		else
			put_field(r, &field);
	}
}

static void put_named(struct render *r, struct slice header, struct slice name)
{
	struct hdr field;

	while (hdr_next(&header, &field) > 0)
		if (sl_ieq(field.name, name))
			put_field(r, &field);
}

static bool replies_elsewhere(const struct env *env)
{
	if (env->reply_to.n == 0)
		return false;
	return env->reply_to.n > 1 || env->from.n == 0 || !addr_same(&env->reply_to.v[0], &env->from.v[0]);
}

void head_put(struct render *r, struct slice header, bool inside)
{
	struct slice names = sl(r->opts.headers && !inside ? r->opts.headers : default_headers), name;

	guess_header(header);
	if (r->opts.all_headers) {
		put_all(r, header);
		names = SL_NONE;
	}
	while (sl_word(&names, &name))
		put_named(r, header, name);
	if (!r->opts.all_headers && !r->opts.headers && !inside && replies_elsewhere(&r->env))
		put_named(r, header, SL("Reply-To"));
	guess_header(SL_NONE);
}
