/* SPDX-License-Identifier: GPL-3.0-or-later
 * Trees and decoded bytes by Python's email (_oracle) and by mime4j. */
#include "corpus.h"

/* ---- Python's opinion: JSON, one message a line ---- */

static const char *compare(const struct part *p, const struct json *node, struct slice message, struct str *buf)
{
	const char *type = json_text(json_at(node, "type")), *want = json_text(json_at(node, "sha256"));
	const struct json *parts = json_at(node, "parts");
	const struct part *c = p->child;
	char ours[256], hash[17];

	snprintf(ours, sizeof(ours), "%s/%s", p->type, p->subtype);
	if (!type || strcmp(type, ours) != 0)
		return "type";
	if (parts && sl_starts(sl(type), "message/") && strcmp(type, "message/rfc822") != 0 && strcmp(type, "message/global") != 0)
		return p->kind == PART_LEAF ? NULL : "tree";
	if (!parts != (p->kind == PART_LEAF))
		return "tree";
	if (p->kind == PART_LEAF) {
		decode(p, message, buf);
		sha_head(str_sl(buf), hash);
		return !want || strcmp(want, hash) == 0 ? NULL : "bytes";
	}
	for (const struct json *item = parts->child; item; item = item->next) {
		const char *what = c ? compare(c, item, message, buf) : "tree";

		if (what)
			return what;
		c = c->next;
	}
	return c ? "tree" : NULL;
}

/* Text but for blanks, of which each has its own way at folds. */
static void squeezed(struct slice in, struct str *out)
{
	str_clear(out);
	for (size_t i = 0; i < in.n; i++)
		if (!strchr(" \t\r\n", in.p[i]))
			str_addc(out, in.p[i]);
}

static void python_subject(const char *name, const struct json *j, struct slice header, struct str *a, struct str *b)
{
	const char *want = json_text(json_at(j, "subject"));
	struct env e;

	if (!want || sl_search(sl(want), SL("\xEF\xBF\xBD")) >= 0)
		return;                 /* none, or it gave up on raw bytes */
	env_parse(header, &mime_limits_default, &e);
	squeezed(sl(e.subject), a);
	squeezed(sl(want), b);
	table_detail(str_sl(a), str_sl(b));
	table_check(name, "python", "subject", sl_eq(str_sl(a), str_sl(b)));
	env_release(&e);
}

static struct str message, xml, ours, theirs, names;

static void test_python(void)
{
	struct str list, buf;
	struct slice rest, line;
	int all = 0;

	str_init(&list, BIG);
	str_init(&buf, BIG);
	slurp("_oracle/python-email.jsonl", &list);
	rest = str_sl(&list);
	while (sl_line(&rest, &line)) {
		struct json *j = json_parse(line);
		const char *name = json_text(json_at(j, "file"));

		if (name && slurp(name, &message)) {
			struct mime_tree *t = mime_parse_mem(str_sl(&message), NULL);
			const char *what = compare(t->root, json_at(j, "tree"), str_sl(&message), &buf);

			table_check(name, "python", what ? what : "tree", !what);
			python_subject(name, j, sl_head(str_sl(&message), (size_t)t->root->body), &buf, &theirs);
			all++;
			tree_free(&t);
		}
		json_free(j);
	}
	ok(all > 2500, "python: %d messages", all);
	str_release(&list);
	str_release(&buf);
}

/* ---- mime4j's opinion: X_decoded.xml beside X.msg ---- */

/* "[" a multipart, "(" a message, "L" a leaf, each closed. */
static void our_shape(const struct part *p, struct str *out)
{
	if (p->kind == PART_LEAF && !part_is(p, "multipart", NULL)) {
		str_addc(out, 'L');
		return;
	}
	str_addc(out, p->kind == PART_MESSAGE ? '(' : '[');
	for (const struct part *c = p->child; c; c = c->next)
		our_shape(c, out);
	str_addc(out, p->kind == PART_MESSAGE ? ')' : ']');
}

static bool next_tag(struct slice *from, struct slice *tag)
{
	ssize_t open = sl_find(*from, '<'), close;

	if (open < 0)
		return false;
	*from = sl_skip(*from, (size_t)open + 1);
	close = sl_find(*from, '>');
	if (close < 0)
		return false;
	*tag = sl_head(*from, (size_t)close);
	*from = sl_skip(*from, (size_t)close + 1);
	return true;
}

/* A message in a message has its own header first, so its depth tells. */
static void their_shape(struct slice text, struct str *out, struct str *bodies)
{
	struct slice tag;
	int messages = 0;

	while (next_tag(&text, &tag)) {
		if (sl_is(tag, "message") && messages++ > 0) {
			str_addc(out, '(');
		} else if (sl_is(tag, "/message") && --messages > 0) {
			str_addc(out, ')');
		} else if (sl_is(tag, "multipart")) {
			str_addc(out, '[');
		} else if (sl_is(tag, "/multipart")) {
			str_addc(out, ']');
		} else if (sl_starts(tag, "text-body name=\"") || sl_starts(tag, "binary-body name=\"")) {
			ssize_t quote = sl_find(tag, '"');

			tag = sl_skip(tag, (size_t)quote + 1);
			str_addc(out, 'L');
			str_addsl(bodies, sl_head(tag, (size_t)MAX(sl_find(tag, '"'), 0)));
			str_addc(bodies, '\n');
		}
	}
}


static const char *compare_bodies(const struct mime_tree *t, struct slice names_left, const char *folder)
{
	for (const struct part *p = tree_next(t, NULL); p; p = tree_next(t, p)) {
		struct slice name;
		char path[1024];

		if (p->kind != PART_LEAF || !sl_line(&names_left, &name))
			continue;
		snprintf(path, sizeof(path), "%s/" SL_FMT, folder, SL_ARG(name));
		if (!slurp(path, &theirs))
			continue;
		decode(p, str_sl(&message), &ours);
		if (!sl_eq(str_sl(&ours), str_sl(&theirs)))
			return "bytes";
	}
	return NULL;
}

static int mime4j_seen;

static void one_mime4j(const char *path, struct slice kind, struct slice expected)
{
	char name[512], folder[480];
	struct mime_tree *t;
	const char *what;

	(void)kind;
	(void)expected;
	if (!sl_starts(sl(path), "mime4j/") || !sl_ends(sl(path), ".msg"))
		return;
	snprintf(name, sizeof(name), "%.*s_decoded.xml", (int)strlen(path) - 4, path);
	if (!slurp(name, &xml) || !slurp(path, &message))
		return;
	snprintf(folder, sizeof(folder), "%s", path);
	*strrchr(folder, '/') = 0;
	t = mime_parse_mem(str_sl(&message), NULL);
	str_clear(&ours);
	str_clear(&theirs);
	str_clear(&names);
	our_shape(t->root, &ours);
	their_shape(str_sl(&xml), &theirs, &names);
	what = sl_eq(str_sl(&ours), str_sl(&theirs)) ? compare_bodies(t, str_sl(&names), folder) : "tree";
	table_check(path, "mime4j", what ? what : "tree", !what);
	mime4j_seen++;
	tree_free(&t);
}

void test_trees(void)
{
	struct str *all[] = { &message, &xml, &ours, &theirs, &names };

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		str_init(all[i], BIG);
	test_python();
	each_file(one_mime4j);
	ok(mime4j_seen >= 40, "mime4j: %d messages", mime4j_seen);
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		str_release(all[i]);
}
