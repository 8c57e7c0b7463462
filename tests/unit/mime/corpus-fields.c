/* SPDX-License-Identifier: GPL-3.0-or-later
 * What others say of the fields of headers: stalwart and mailcore2 of dates, ids, parameters and
 * descriptions, JavaMail of address lists. */
#include "corpus.h"
#include <stdlib.h>

static bool same(const char *ours, const char *theirs)
{
	struct slice a = sl_trim(sl(ours)), b = sl_trim(sl(theirs));

	if (!sl_eq(a, b))
		table_detail(a, b);
	return sl_eq(a, b);
}

/* A list of strings against ids with blanks between. */
static bool same_ids(const char *ours, const struct json *list)
{
	struct str theirs;
	bool equal;

	str_init(&theirs, BIG);
	if (json_text(list))
		str_adds(&theirs, json_text(list));
	for (const struct json *c = list && !json_text(list) ? list->child : NULL; c; c = c->next)
		str_addf(&theirs, "%s%s", theirs.n ? " " : "", json_text(c) ? json_text(c) : "");
	equal = same(ours, theirs.n ? theirs.p : "");
	str_release(&theirs);
	return equal;
}

/* ---- stalwart ---- */

static long long number_at(const struct json *j, const char *key)
{
	return json_number(json_at(j, key));
}

static bool same_date(struct date ours, const struct json *d)
{
	struct date_parts p = {
		.year = (int)number_at(d, "year"), .month = (int)number_at(d, "month"), .day = (int)number_at(d, "day"),
		.hour = (int)number_at(d, "hour"), .min = (int)number_at(d, "minute"), .sec = (int)number_at(d, "second"),
	};
	int64_t zone = number_at(d, "tz_hour") * 60 + number_at(d, "tz_minute");

	if (json_at(d, "tz_before_gmt") && json_at(d, "tz_before_gmt")->kind == J_TRUE)
		zone = -zone;
	return ours.ok && ours.sec == date_join(&p) - zone * 60;
}

static void type_fields(const char *path, const struct json *type, const struct part *p)
{
	const struct json *list = json_at(type, "attributes");

	for (const struct json *a = list ? list->child : NULL; a; a = a->next) {
		const char *value = params_get(&p->params, json_text(json_at(a, "name")));

		table_check(path, "stalwart", "parameter", same(value ? value : "", json_text(json_at(a, "value"))));
	}
}

static void stalwart_field(const char *path, const char *name, const struct json *value, const struct part *p, const struct env *e)
{
	const struct json *text = json_at(value, "Text"), *list = json_at(value, "TextList");

	if (strcmp(name, "date") == 0 && json_at(value, "DateTime"))
		table_check(path, "stalwart", "date", same_date(e->date, json_at(value, "DateTime")));
	else if (strcmp(name, "message_id") == 0 && text)
		table_check(path, "stalwart", "id", same(e->message_id, json_text(text)));
	else if (strcmp(name, "in_reply_to") == 0 && (text || list))
		table_check(path, "stalwart", "references", same_ids(e->in_reply_to, text ? text : list));
	else if (strcmp(name, "references") == 0 && (text || list))
		table_check(path, "stalwart", "references", same_ids(e->references, text ? text : list));
	else if (strcmp(name, "content_id") == 0 && text && p->id)
		table_check(path, "stalwart", "id", same(p->id, json_text(text)));
	else if (strcmp(name, "content_description") == 0 && text)
		table_check(path, "stalwart", "description", same(p->description, json_text(text)));
	else if (strcmp(name, "content_disposition") == 0 && json_at(value, "ContentType"))
		table_check(path, "stalwart", "disposition", sl_iis(sl(json_text(json_at(json_at(value, "ContentType"), "c_type"))), p->disposition ? p->disposition : ""));
	else if (strcmp(name, "content_type") == 0 && json_at(value, "ContentType"))
		type_fields(path, json_at(value, "ContentType"), p);
}

void fields_stalwart(const char *path, const struct json *part, const struct part *p, const struct env *e)
{
	const struct json *list = json_at(part, "headers");
	const char *before = "";

	for (const struct json *h = list ? list->child : NULL; h; h = h->next) {
		const char *name = json_text(json_at(h, "name"));

		if (name && strcmp(name, before) != 0)          /* of several the first */
			stalwart_field(path, name, json_at(h, "value"), p, e);
		before = name ? name : "";
	}
}

/* ---- mailcore2 ---- */

/* Without one it makes up an id, of years of two digits it makes those after 2000. */
void fields_mailcore(const char *path, const struct json *h, const struct env *e)
{
	const char *id = json_text(json_at(h, "messageID"));
	const char *date = json_text(json_at(h, "date"));

	if (id && strcmp(id, "MyMessageID123@mail.gmail.com") != 0)
		table_check(path, "mailcore2", "id", same(e->message_id, id));
	if (json_at(h, "inReplyTo"))
		table_check(path, "mailcore2", "references", same_ids(e->in_reply_to, json_at(json_at(h, "inReplyTo"), "items") ?
			json_at(json_at(h, "inReplyTo"), "items") : json_at(h, "inReplyTo")));
	if (json_at(h, "references"))
		table_check(path, "mailcore2", "references", same_ids(e->references, json_at(json_at(h, "references"), "items") ?
			json_at(json_at(h, "references"), "items") : json_at(h, "references")));
	if (date && e->date.ok && strtoll(date, NULL, 10) < 2000000000)
		table_check(path, "mailcore2", "date", e->date.sec == strtoll(date, NULL, 10));
}

void fields_mailcore_part(const char *path, const struct json *j, const struct part *p)
{
	const char *charset = json_text(json_at(j, "charset"));

	if (charset)
		table_check(path, "mailcore2", "charset", sl_iis(sl(charset), part_charset(p) ? part_charset(p) : ""));
	if (json_text(json_at(j, "contentID")))
		table_check(path, "mailcore2", "id", same(p->id, json_text(json_at(j, "contentID"))));
	if (json_text(json_at(j, "contentDescription")))
		table_check(path, "mailcore2", "description", same(p->description, json_text(json_at(j, "contentDescription"))));
}

/* ---- JavaMail: "To: list", "Expect: n" and the addresses, a line each; then those that are bad ---- */

static bool is_next(struct slice *rest, struct slice field, struct str *theirs)
{
	struct slice line, ahead = *rest;
	uint64_t n;

	if (!sl_line(&ahead, &line) || !sl_starts(line, "Expect: ") || sl_u64(sl_skip(line, 8), 1000, &n) != 0)
		return false;
	str_clear(theirs);
	for (; n > 0 && sl_line(&ahead, &line); n--)
		str_addf(theirs, "%s" SL_FMT, theirs->n ? "\n" : "", SL_ARG(sl_trim(line)));
	*rest = ahead;
	return field.n > 0;
}

static void check_list(struct slice field, struct slice theirs)
{
	struct addrs list = { .n = 0 };
	struct str ours, spec;

	str_init(&ours, BIG);
	str_init(&spec, BIG);
	addrs_parse(field, &mime_limits_default, &list);
	for (size_t i = 0; i < list.n; i++) {
		str_clear(&spec);
		addr_spec(&list.v[i], &spec);
		str_addf(&ours, "%s%s", i ? "\n" : "", spec.n ? spec.p : "");
	}
	table_detail(str_sl(&ours), theirs);
	table_check("javamail-data/addrlist", "javamail", "addresses", sl_eq(str_sl(&ours), theirs));
	addrs_release(&list);
	str_release(&ours);
	str_release(&spec);
}

void fields_javamail(void)
{
	struct str text, field, theirs;
	struct slice rest, line;

	str_init(&text, BIG);
	str_init(&field, BIG);
	str_init(&theirs, BIG);
	slurp("javamail-data/addrlist", &text);
	rest = str_sl(&text);
	while (sl_line(&rest, &line) && sl_search(line, SL("addresses are bad")) < 0) {
		if (sl_starts(line, "To:")) {
			str_clear(&field);
			str_addsl(&field, sl_skip(line, 3));
		} else if (field.n && (sl_starts(line, " ") || sl_starts(line, "\t"))) {
			str_addf(&field, "\n" SL_FMT, SL_ARG(line));
		} else {
			str_clear(&field);
		}
		if (is_next(&rest, str_sl(&field), &theirs))
			check_list(str_sl(&field), str_sl(&theirs));
	}
	str_release(&text);
	str_release(&field);
	str_release(&theirs);
}
