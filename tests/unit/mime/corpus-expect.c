/* SPDX-License-Identifier: GPL-3.0-or-later
 * What other programs, and those who made the samples, say of texts, header
 * fields, addresses and file names: stalwart, mailcore2, MIME-tools,
 * thunderbird, the synthetic charsets and the attack samples. */
#include "corpus.h"
#include <stdlib.h>

static struct str message, expected, text, other;

static void drop_cr(struct str *s)
{
	size_t to = 0;

	for (size_t i = 0; i < s->n; i++)
		if (s->p[i] != '\r')
			s->p[to++] = s->p[i];
	str_cut(s, to);
}

static bool is_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same(const char *a, const char *b)
{
	if (is_text(a, b))
		return true;
	table_detail(sl(a ? a : "(none)"), sl(b ? b : "(none)"));
	return false;
}

/* Text as read, but for blanks at its ends and line ends. */
static bool same_text(struct slice a, const char *b)
{
	bool equal;

	str_clear(&other);
	str_adds(&other, b ? b : "");
	drop_cr(&other);
	equal = sl_eq(sl_trim(a), sl_trim(str_sl(&other)));
	if (!equal)
		table_detail(sl_trim(a), sl_trim(str_sl(&other)));
	return equal;
}

static struct slice header_of(const struct part *p)
{
	return sl_make(message.p + p->head, (size_t)(p->body - p->head));
}

static bool field_is(struct slice header, const char *name, const char *want)
{
	struct hdr h;

	str_clear(&text);
	if (!hdr_find(header, name, &h))
		return !want || !*want;
	hdr_text(h.value, &text);
	return same_text(str_sl(&text), want);
}

/* A comment is the name of an address that has no other, to some. */
static bool same_name(const struct addr *a, const char *theirs)
{
	bool commented = a->comment && (!a->name || strcmp(a->name, a->comment) == 0);

	return same_text(sl(a->name), theirs) || (commented && (!theirs || !*theirs || same_text(sl(a->comment), theirs)));
}

/* ---- stalwart ---- */

static const struct json *field(const struct json *part, const char *name)
{
	for (const struct json *h = json_at(part, "headers") ? json_at(part, "headers")->child : NULL; h; h = h->next)
		if (is_text(json_text(json_at(h, "name")), name))
			return json_at(h, "value");
	return NULL;
}

static bool stalwart_one_addr(const struct json *a, const struct addr *o)
{
	struct str spec;
	bool equal;

	str_init(&spec, 4096);
	addr_spec(o, &spec);
	equal = same_text(str_sl(&spec), json_text(json_at(a, "address"))) &&
		same_name(o, json_text(json_at(a, "name")));
	str_release(&spec);
	return equal;
}

static bool stalwart_addrs(const struct json *value, const struct addrs *ours)
{
	const struct json *address = json_at(value, "Address"), *list = json_at(address, "List");
	const struct json *groups = json_at(address, "Group");
	size_t i = 0;

	for (const struct json *a = list ? list->child : NULL; a; a = a->next, i++)
		if (i >= ours->n || !stalwart_one_addr(a, &ours->v[i]))
			return false;
	for (const struct json *g = groups ? groups->child : NULL; g; g = g->next)
		for (const struct json *a = json_at(g, "addresses")->child; a; a = a->next, i++)
			if (i >= ours->n || !stalwart_one_addr(a, &ours->v[i]))
				return false;
	return i == ours->n;
}

static const char *attribute(const struct json *value, const char *name)
{
	const struct json *list = json_at(json_at(value, "ContentType"), "attributes");

	for (const struct json *a = list ? list->child : NULL; a; a = a->next)
		if (is_text(json_text(json_at(a, "name")), name))
			return json_text(json_at(a, "value"));
	return NULL;
}

static void stalwart_header(const char *path, const struct json *part, const struct part *p)
{
	const struct json *subject = field(part, "subject"), *value;
	const char *file = attribute(field(part, "content_disposition"), "filename");
	struct env e;

	if (subject)
		table_check(path, "stalwart", "subject", field_is(header_of(p), "Subject", json_text(json_at(subject, "Text"))));
	env_parse(header_of(p), &mime_limits_default, &e);
	if ((value = field(part, "from")) && json_at(value, "Address"))
		table_check(path, "stalwart", "from", stalwart_addrs(value, &e.from));
	if ((value = field(part, "to")) && json_at(value, "Address"))
		table_check(path, "stalwart", "to", stalwart_addrs(value, &e.to));
	if ((value = field(part, "cc")) && json_at(value, "Address"))
		table_check(path, "stalwart", "cc", stalwart_addrs(value, &e.cc));
	fields_stalwart(path, part, p, &e);
	env_release(&e);
	if (!file)
		file = attribute(field(part, "content_type"), "name");
	if (file)
		table_check(path, "stalwart", "filename", same(p->filename, file));
}

static bool stalwart_binary(const struct json *bytes, const struct part *p)
{
	size_t i = 0;

	decode(p, str_sl(&message), &text);
	for (const struct json *b = bytes->child; b; b = b->next, i++)
		if (i >= text.n || (unsigned char)text.p[i] != (unsigned char)json_number(b))
			return false;
	return i == text.n;
}

static const char *stalwart_part(const char *path, const struct json *all, long long index, const struct part *p)
{
	const struct json *part = json_item(json_at(all, "parts"), index), *body = json_at(part, "body");
	const struct json *one = body ? body->child : NULL;
	const struct part *c = p->child;

	stalwart_header(path, part, p);
	if (!one)
		return "tree";
	if (strcmp(one->key, "Multipart") == 0) {
		for (const struct json *i = one->child; i; i = i->next) {
			const char *what = c ? stalwart_part(path, all, json_number(i), c) : "tree";

			if (what)
				return what;
			c = c->next;
		}
		return c ? "tree" : NULL;
	}
	if (strcmp(one->key, "Message") == 0)
		return p->kind == PART_MESSAGE ? stalwart_part(path, one, 0, p->child) : "tree";
	if (p->kind != PART_LEAF)
		return "tree";
	if (one->kind == J_ARRAY)
		return stalwart_binary(one, p) ? NULL : "bytes";
	text_of(p, str_sl(&message), &text);
	return same_text(str_sl(&text), json_text(one)) ? NULL : "text";
}

static void check_stalwart(const char *path, bool crlf)
{
	char name[512];
	struct json *j;
	struct mime_tree *t;
	const char *what;

	snprintf(name, sizeof(name), "%.*s%s", (int)strlen(path) - 4, path, crlf ? ".crlf.json" : ".json");
	if (!slurp(name, &expected) || !slurp(path, &message))
		return;
	if (crlf) {
		str_clear(&other);
		for (size_t i = 0; i < message.n; i++) {
			if (message.p[i] == '\n' && (i == 0 || message.p[i - 1] != '\r'))
				str_addc(&other, '\r');
			str_addc(&other, message.p[i]);
		}
		str_clear(&message);
		str_addsl(&message, str_sl(&other));
	}
	j = json_parse(str_sl(&expected));
	t = mime_parse_mem(str_sl(&message), NULL);
	what = stalwart_part(path, j, 0, t->root);
	table_check(path, "stalwart", what ? what : "tree", !what);
	tree_free(&t);
	json_free(j);
}

/* ---- mailcore2 ---- */

static bool mailcore_addr(const struct json *j, const struct addr *a)
{
	struct str spec;
	bool equal;

	str_init(&spec, 4096);
	addr_spec(a, &spec);
	equal = same_text(str_sl(&spec), json_text(json_at(j, "mailbox"))) &&
		same_name(a, json_text(json_at(j, "displayName")));
	str_release(&spec);
	return equal;
}

static bool mailcore_list(const struct json *list, const struct addrs *ours)
{
	size_t i = 0;

	for (const struct json *a = list ? json_at(list, "items")->child : NULL; a; a = a->next, i++)
		if (i >= ours->n || !mailcore_addr(a, &ours->v[i]))
			return false;
	return i == ours->n;
}

static void mailcore_header(const char *path, const struct json *h, const struct part *p)
{
	struct env e;

	env_parse(header_of(p), &mime_limits_default, &e);
	if (json_at(h, "subject"))
		table_check(path, "mailcore2", "subject", same_text(sl(e.subject), json_text(json_at(h, "subject"))));
	if (json_at(h, "from"))
		table_check(path, "mailcore2", "from", e.from.n > 0 && mailcore_addr(json_at(h, "from"), &e.from.v[0]));
	if (json_at(h, "to"))
		table_check(path, "mailcore2", "to", mailcore_list(json_at(h, "to"), &e.to));
	if (json_at(h, "cc"))
		table_check(path, "mailcore2", "cc", mailcore_list(json_at(h, "cc"), &e.cc));
	fields_mailcore(path, h, &e);
	env_release(&e);
}

static const char *mailcore_part(const char *path, const struct json *j, const struct part *p)
{
	const char *kind = json_text(json_at(j, "partType")), *file = json_text(json_at(j, "filename"));
	const struct part *c = p->child;
	char ours[256];

	if (is_text(kind, "message"))
		return p->kind == PART_MESSAGE ? mailcore_part(path, json_at(j, "mainPart"), p->child) : "tree";
	if (json_at(j, "parts")) {
		for (const struct json *i = json_at(json_at(j, "parts"), "items")->child; i; i = i->next) {
			const char *what = c ? mailcore_part(path, i, c) : "tree";

			if (what)
				return what;
			c = c->next;
		}
		return c ? "tree" : NULL;
	}
	if (p->kind != PART_LEAF)
		return "tree";
	fields_mailcore_part(path, j, p);
	snprintf(ours, sizeof(ours), "%s/%s", p->type, p->subtype);
	if (!sl_iis(sl(json_text(json_at(j, "mimeType"))), ours))
		return table_detail(sl(ours), sl(json_text(json_at(j, "mimeType")))), "type";
	return same(file, p->filename) ? NULL : "filename";
}

/* The first file in the list that has that in its name. */
static bool named(struct slice list, const char *has, char name[512])
{
	struct slice one;

	while (list.n) {
		if (!sl_cut(&list, ';', &one)) {
			one = list;
			list.n = 0;
		}
		snprintf(name, 512, SL_FMT, SL_ARG(one));
		if (strstr(name, has))
			return true;
	}
	return false;
}

static void check_mailcore(const char *path, struct slice list)
{
	char name[512];
	struct json *j;
	struct mime_tree *t;
	const char *what;

	if (!named(list, "parser/output", name) || !slurp(name, &expected) || !slurp(path, &message))
		return;
	j = json_parse(str_sl(&expected));
	t = mime_parse_mem(str_sl(&message), NULL);
	mailcore_header(path, json_at(j, "header"), t->root);
	what = mailcore_part(path, json_at(j, "mainPart"), t->root);
	table_check(path, "mailcore2", what ? what : "tree", !what);
	tree_free(&t);
	json_free(j);
}

static void squeeze(struct str *s)
{
	size_t to = 0;

	for (size_t i = 0; i < s->n; i++)
		if (!strchr(" \t\r\n", s->p[i]) || !s->p[i])
			s->p[to++] = s->p[i];
	str_cut(s, to);
}

/* Their rendering of the text: all of it is in ours, but for blanks. */
static void check_summary(const char *path, struct slice list)
{
	char name[512];
	struct mime_tree *t;
	struct part *p;
	ssize_t body;

	if (!named(list, "summary/output", name) || !slurp(name, &expected) || !slurp(path, &message))
		return;
	body = sl_search(str_sl(&expected), SL("\n\n"));
	t = mime_parse_mem(str_sl(&message), NULL);
	p = tree_best_text(t);
	str_clear(&other);
	if (p) {
		text_of(p, str_sl(&message), &text);
		if (part_is(p, "text", "html"))
			html_words(str_sl(&text), &other);
		else
			str_addsl(&other, str_sl(&text));
	}
	str_clear(&text);
	str_addsl(&text, body < 0 ? SL_NONE : sl_skip(str_sl(&expected), (size_t)body));
	squeeze(&other);
	squeeze(&text);
	table_detail(str_sl(&other), str_sl(&text));
	table_check(path, "mailcore2", "text", sl_search(str_sl(&other), str_sl(&text)) >= 0);
	tree_free(&t);
}

/* ---- MIME-tools: Part_1_2 of a message ---- */

static const struct part *tools_part(const struct mime_tree *t, const char *name)
{
	const struct part *p = t->root;

	if (strcmp(name, "Msg") == 0)
		return p;
	for (name += 4; p && *name == '_'; ) {
		long n = strtol(name + 1, NULL, 10);

		for (p = p->child; p && n > 1; n--)
			p = p->next;
		name += 1 + strspn(name + 1, "0123456789");
	}
	return *name ? NULL : p;
}

static void tools_check(const char *path, const struct json *want, const struct part *p)
{
	const char *type = json_text(json_at(want, "Type")), *file = json_text(json_at(want, "Filename"));
	const char *enc = json_text(json_at(want, "Encoding")), *subject = json_text(json_at(want, "Subject"));
	char ours[256];

	if (!p) {
		table_check(path, "mime-tools", "tree", false);
		return;
	}
	snprintf(ours, sizeof(ours), "%s/%s", p->type, p->subtype);
	table_check(path, "mime-tools", "type", !type || sl_iis(sl(type), ours));
	if (enc)
		table_check(path, "mime-tools", "encoding", sl_iis(sl(enc), p->enc_raw ? p->enc_raw : enc_name(p->enc)));
	if (file)
		table_check(path, "mime-tools", "filename", same(p->filename, file));
	if (subject)
		table_check(path, "mime-tools", "subject", field_is(header_of(p), "Subject", subject));
	if (json_at(want, "Size") && p->kind == PART_LEAF) {
		decode(p, str_sl(&message), &text);
		table_check(path, "mime-tools", "size", (long long)text.n == json_number(json_at(want, "Size")));
	}
}

static void tools_inside(const char *path, const struct json *j, const struct mime_tree *t)
{
	struct inners all;
	struct err err = ERR_INIT;
	size_t i = 0;

	inner_find(t->root, -1, str_sl(&message), &all, &err);
	for (const struct json *c = j->child; c; c = c->next) {
		struct sink sink;

		if (!json_at(c, "Filename"))
			continue;
		str_clear(&text);
		sink_str(&sink, &text);
		if (i < all.n)
			inner_copy(t->root, &all, &all.v[i], -1, str_sl(&message), &sink, &err);
		table_check(path, "mime-tools", "uuencode", i < all.n && same(all.v[i].name, json_text(json_at(c, "Filename"))) &&
			    (long long)text.n == json_number(json_at(c, "Size")));
		i++;
	}
	inners_release(&all);
}

static void check_tools(const char *path)
{
	char name[512];
	struct json *j;
	struct mime_tree *t;

	snprintf(name, sizeof(name), "%.*s.ref.json", (int)strlen(path) - 4, path);
	if (!slurp(name, &expected) || !slurp(path, &message))
		return;
	j = json_parse(str_sl(&expected));
	t = mime_parse_mem(str_sl(&message), NULL);
	if (json_at(json_at(j, "Parser"), "ExtractUuencode")) {
		tools_inside(path, j, t);
	} else {
		for (const struct json *c = j ? j->child : NULL; c; c = c->next)
			if (strcmp(c->key, "Parser") != 0)
				tools_check(path, c, tools_part(t, c->key));
	}
	tree_free(&t);
	json_free(j);
}

/* ---- thunderbird: the text that is shown ---- */

static void check_thunderbird(const char *path, struct slice list)
{
	char name[512];
	struct mime_tree *t;
	struct part *p;

	if (!named(list, ".out", name) ||
	    !slurp(name, &expected) || !slurp(path, &message))
		return;
	t = mime_parse_mem(str_sl(&message), NULL);
	p = tree_best_text(t);
	str_clear(&text);
	if (p)
		text_of(p, str_sl(&message), &text);
	str_clear(&other);
	html_words(str_sl(&text), &other);
	drop_cr(&expected);
	table_detail(str_sl(&text), str_sl(&expected));
	table_check(path, "thunderbird", "text", sl_eq(sl_trim(str_sl(&text)), sl_trim(str_sl(&expected))) ||
		    sl_eq(sl_trim(str_sl(&other)), sl_trim(str_sl(&expected))));
	tree_free(&t);
}

/* ---- the samples made for pabal ---- */

static bool any_text(const struct json *list)
{
	for (const struct json *c = list ? list->child : NULL; c; c = c->next)
		if (same_text(str_sl(&text), json_text(c)))
			return true;
	return false;
}

static void synthetic_text(const char *path, const struct json *j, const struct mime_tree *t)
{
	struct part *p = tree_best_text(t);

	str_clear(&text);
	if (p)
		text_of(p, str_sl(&message), &text);
	if (json_at(j, "text"))
		table_check(path, "expected", "text", same_text(str_sl(&text), json_text(json_at(j, "text"))));
	if (json_at(j, "text_any"))
		table_check(path, "expected", "text", any_text(json_at(j, "text_any")));
	if (json_at(j, "text_must_not_contain"))
		table_check(path, "expected", "text", sl_find(str_sl(&text), '\x1b') < 0);
}

static void synthetic_files(const char *path, const struct json *list, const struct mime_tree *t)
{
	const struct json *want = list->child;

	for (const struct part *p = tree_next(t, NULL); p && want; p = tree_next(t, p)) {
		if (p->kind != PART_LEAF || !p->filename)
			continue;
		decode(p, str_sl(&message), &text);
		if (json_text(json_at(want, "filename")))
			table_check(path, "expected", "filename", same(p->filename, json_text(json_at(want, "filename"))));
		table_check(path, "expected", "size", (long long)text.n == json_number(json_at(want, "size")));
		want = want->next;
	}
	table_check(path, "expected", "files", !want);
}

static void check_synthetic(const struct json *j)
{
	char path[512];
	struct mime_tree *t;
	struct env e;
	struct str subject;

	snprintf(path, sizeof(path), "synthetic-charset/%s", json_text(json_at(j, "file")));
	if (!slurp(path, &message))
		return;
	str_init(&subject, BIG);
	t = mime_parse_mem(str_sl(&message), NULL);
	env_parse(header_of(t->root), &mime_limits_default, &e);
	str_clear(&expected);
	utf8_nfc(&subject, sl(e.subject));
	utf8_nfc(&expected, sl(json_text(json_at(j, "subject"))));
	table_check(path, "expected", "subject", same_text(str_sl(&subject), expected.n ? expected.p : ""));
	str_clear(&text);
	if (e.from.n)
		addr_spec(&e.from.v[0], &text);
	table_check(path, "expected", "from", same_text(str_sl(&text), json_text(json_at(j, "from_addr"))));
	if (json_at(j, "from_name"))
		table_check(path, "expected", "name", e.from.n && same(e.from.v[0].name, json_text(json_at(j, "from_name"))));
	synthetic_text(path, j, t);
	if (json_at(j, "attachments"))
		synthetic_files(path, json_at(j, "attachments"), t);
	env_release(&e);
	tree_free(&t);
	str_release(&subject);
}

static void shape(const struct part *p, struct str *out)
{
	str_adds(out, p->kind == PART_MULTI ? p->subtype : p->type);
	if (p->kind != PART_MULTI)
		return;
	str_addc(out, '[');
	for (const struct part *c = p->child; c; c = c->next) {
		shape(c, out);
		if (c->next)
			str_addc(out, ',');
	}
	str_addc(out, ']');
}

static void attack(const char *path, struct slice want)
{
	struct mime_tree *t = mime_parse_mem(str_sl(&message), NULL);
	struct part *p = tree_best_text(t);

	str_clear(&text);
	if (sl_starts(want, "mixed[")) {
		shape(t->root, &text);
	} else {
		if (p)
			text_of(p, str_sl(&message), &text);
		if (sl_is(want, "240000 x A")) {
			table_check(path, "expected", "text", text.n >= 240000 && memchr(text.p, 'A', text.n) == text.p);
			tree_free(&t);
			return;
		}
	}
	table_check(path, "expected", sl_starts(want, "mixed[") ? "tree" : "text", sl_search(str_sl(&text), want) >= 0);
	tree_free(&t);
}

static void check_attacks(void)
{
	struct slice rest, line, name, rule;
	char path[512];

	if (!slurp("attack-samples/EXPECTED.tsv", &expected))
		return;
	rest = str_sl(&expected);
	sl_line(&rest, &line);
	while (sl_line(&rest, &line)) {
		if (!sl_cut(&line, '\t', &name) || !sl_cut(&line, '\t', &rule) || !line.n || !sl_ends(name, ".eml"))
			continue;
		snprintf(path, sizeof(path), "attack-samples/" SL_FMT, SL_ARG(name));
		if (slurp(path, &message))
			attack(path, line);
	}
}

static void one_file(const char *path, struct slice kind, struct slice list)
{
	if (!sl_starts(kind, "message") && !sl_is(kind, "data"))
		return;
	if (sl_starts(sl(path), "stalwart-mail-parser/")) {
		check_stalwart(path, false);
		check_stalwart(path, true);
	} else if (sl_starts(sl(path), "mailcore2/")) {
		check_mailcore(path, list);
		check_summary(path, list);
	} else if (sl_starts(sl(path), "mime-tools/")) {
		check_tools(path);
	} else if (sl_starts(sl(path), "thunderbird/")) {
		check_thunderbird(path, list);
	}
}

void test_expected(void)
{
	struct str *all[] = { &message, &expected, &text, &other };
	struct str samples;
	struct json *j;

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		str_init(all[i], BIG);
	str_init(&samples, BIG);
	each_file(one_file);
	slurp("synthetic-charset/expected.json", &samples);
	j = json_parse(str_sl(&samples));
	for (const struct json *c = j ? j->child : NULL; c; c = c->next)
		check_synthetic(c);
	json_free(j);
	check_attacks();
	fields_javamail();
	str_release(&samples);
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		str_release(all[i]);
}
