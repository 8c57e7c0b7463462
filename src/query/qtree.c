/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * qtree: trees of patterns: made, written as text, cut down to an index.
 *
 * Invariants.
 * 1. A tree is in normal form: AND and OR have two children or more, none of
 *    them of their own kind unless it is negated, and none nests deeper than
 *    the parentheses that were typed.  So the text of a tree gives that tree
 *    again, and walks over a tree may recurse.
 * 2. needs of a node holds the needs of all below it.
 */
#include "query/priv.h"

/* ---- trees ---- */

struct query *query_node(enum query_kind kind)
{
	struct query *q = mem_zalloc(sizeof(*q));

	q->kind = kind;
	return q;
}

struct query *query_all(void)
{
	return query_node(QUERY_ALL);
}

void query_free(struct query **q)
{
	struct query *next;

	for (struct query *one = *q; one; one = next) {
		next = one->next;
		query_free(&one->child);
		query_regex_free(&one->regex);
		free(one->text);
		free(one->needle);
		free(one);
	}
	*q = NULL;
}

unsigned query_needs(const struct query *q)
{
	return q->needs;
}

void query_add(struct query *to, struct query **last, struct query *q)
{
	struct query *first = q;

	to->needs |= q->needs;
	if (q->kind == to->kind && !q->negated) {
		first = q->child;
		q->child = NULL;
		query_free(&q);
	}
	if (*last)
		(*last)->next = first;
	else
		to->child = first;
	while (first->next)
		first = first->next;
	*last = first;
}

struct query *query_end(struct query *group)
{
	struct query *only = group->child;

	if (only && only->next)
		return group;
	group->child = NULL;
	query_free(&group);
	return only ? only : query_all();
}

bool query_is_regex(const char *text)
{
	return text[strcspn(text, ".[]()*+?{}|^$\\")];
}

/* ---- text ---- */

/* May it stand without quotes?  A word of its own can't begin as a term does. */
static bool is_bare(struct slice s, bool own)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == ' ' || strchr("\\\"'()|~", s.p[i]))
			return false;
	return s.n && !(own && strchr("!=%", s.p[0]));
}

static void add_text(struct str *out, struct slice s, bool own)
{
	if (is_bare(s, own))
		str_addsl(out, s);
	else
		str_addquoted(out, s);
}

static void add_term(struct str *out, const struct query *q)
{
	bool literal = q->needle && (q->how == QUERY_EXACT ||
		(q->how == QUERY_FOLD && (q->needs & QUERY_NEEDS_SCAN || query_is_regex(q->text))));

	if (q->letter) {
		str_addc(out, literal ? '=' : '~');
		str_addc(out, q->letter);
		if (!q->text)
			return;
		str_addc(out, ' ');
	}
	add_text(out, sl(q->text), !q->letter);
}

static void add_node(struct str *out, const struct query *q, enum query_kind above)
{
	bool group = q->kind == QUERY_AND || q->kind == QUERY_OR;
	bool parens = group && (q->negated || (q->kind == QUERY_OR && above == QUERY_AND));

	if (q->negated)
		str_addc(out, '!');
	if (q->kind == QUERY_ALL)
		str_adds(out, "~A");
	if (q->kind == QUERY_TERM)
		add_term(out, q);
	if (q->kind == QUERY_THREAD)
		str_addc(out, '~');
	if (parens || q->kind == QUERY_THREAD)
		str_addc(out, '(');
	for (const struct query *child = q->child; child; child = child->next) {
		if (child != q->child)
			str_adds(out, q->kind == QUERY_OR ? " | " : " ");
		add_node(out, child, q->kind);
	}
	if (parens || q->kind == QUERY_THREAD)
		str_addc(out, ')');
}

int query_format(const struct query *q, struct str *out)
{
	size_t start = out->n;

	add_node(out, q, QUERY_ALL);
	if (!out->full)
		return 0;
	str_cut(out, start);
	return -1;
}

/* ---- what an index can answer ---- */

static struct query *copy(const struct query *q)
{
	struct query *new = query_node(q->kind);
	struct query **to = &new->child;
	char why[160];

	*new = *q;
	new->next = new->child = NULL;
	new->text = mem_strdup(q->text);
	new->needle = mem_strdup(q->needle);
	new->regex = q->regex ? query_regex_new(q->text, why) : NULL;
	bug_on(q->regex && !new->regex);        /* it was made before: only memory can be missing */
	for (const struct query *child = q->child; child; child = child->next) {
		*to = copy(child);
		to = &(*to)->next;
	}
	return new;
}

/* Of an AND what can't be answered is left out; an OR is answered as a whole,
 * and so is what is negated: more found inside would be less outside. */
struct query *query_narrow(const struct query *q, unsigned can)
{
	struct query *group, *last = NULL;

	if ((q->needs & ~can) == 0)
		return copy(q);
	if (q->negated || (q->kind != QUERY_AND && q->kind != QUERY_OR))
		return query_all();
	group = query_node(q->kind);
	for (const struct query *child = q->child; child; child = child->next) {
		struct query *one = query_narrow(child, can);
		bool is_all = one->kind == QUERY_ALL && !one->negated;

		if (is_all && q->kind == QUERY_OR) {
			query_free(&group);
			return one;
		}
		if (is_all)
			query_free(&one);
		else
			query_add(group, &last, one);
	}
	return query_end(group);
}
