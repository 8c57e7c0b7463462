/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * htmllist: lists and their items, with the marks or numbers that they ask for.
 */
#include "base/base.h"
#include "mime/mime.h"
#include "mime/priv.h"
#include <gumbo.h>

#define ITEM_MAX 100000000L     /* number of an item */

static void roman(long n, struct str *out)
{
	static const struct { long n; const char *text; } digits[] = {
		{ 1000, "m" }, { 900, "cm" }, { 500, "d" }, { 400, "cd" }, { 100, "c" }, { 90, "xc" }, { 50, "l" }, { 40, "xl" },
		{ 10, "x" }, { 9, "ix" }, { 5, "v" }, { 4, "iv" }, { 1, "i" },
	};

	for (size_t i = 0; i < ARRAY_LEN(digits); i++)
		for (; n >= digits[i].n; n -= digits[i].n)
			str_adds(out, digits[i].text);
}

/* a to z, aa to zz and so on */
static void letters(long n, struct str *out)
{
	char text[16], *p = text + sizeof(text);

	for (; n > 0; n = (n - 1) / 26)
		*--p = (char)('a' + (n - 1) % 26);
	str_add(out, p, (size_t)(text + sizeof(text) - p));
}

static void ordinal(long n, char style, struct str *out)
{
	if (ascii_lower((unsigned char)style) == 'a' && n >= 1)
		letters(n, out);
	else if (ascii_lower((unsigned char)style) == 'i' && n >= 1 && n < 4000)
		roman(n, out);
	else
		str_addf(out, "%ld", n);
	for (size_t i = 0; i < out->n && (style == 'A' || style == 'I'); i++)
		out->p[i] = (char)ascii_upper((unsigned char)out->p[i]);
}

static long count_items(const GumboNode *node)
{
	long n = 0;

	for (unsigned i = 0; i < node->v.element.children.length; i++) {
		const GumboNode *child = node->v.element.children.data[i];

		n += child->type == GUMBO_NODE_ELEMENT && child->v.element.tag == GUMBO_TAG_LI;
	}
	return n;
}

/* Many write a list below an item behind it. */
static bool is_in_list(const GumboNode *node)
{
	const GumboNode *up = node->parent;

	return up->type == GUMBO_NODE_ELEMENT && (up->v.element.tag == GUMBO_TAG_UL || up->v.element.tag == GUMBO_TAG_OL);
}

void html_list(struct html_walk *w, const GumboNode *node, bool ordered)
{
	struct html_list saved = w->list;
	bool inside = saved.items && is_in_list(node);
	struct slice type = sl(html_attr(node, "type"));
	bool down = html_attr(node, "reversed") != NULL;
	char asked = w->stack[w->n - 1].list;

	if (w->lists++ == 0)
		flow_blank(&w->flow);
	w->list.style = asked ? asked : !ordered ? '*' : type.n == 1 ? type.p[0] : '1';
	w->list.step = down ? -1 : 1;
	w->list.items = false;
	w->list.next = html_number(node, "start", down ? count_items(node) : 1, -ITEM_MAX, ITEM_MAX);
	if (inside)
		flow_push(&w->flow, "  ", "  ", 0);
	html_children(w, node);
	if (inside)
		flow_pop(&w->flow);
	w->list = saved;
	if (--w->lists == 0)
		flow_blank(&w->flow);
}

void html_item(struct html_walk *w, const GumboNode *node)
{
	char style = w->stack[w->n - 1].list ? w->stack[w->n - 1].list : w->list.style ? w->list.style : '*';
	char first[32] = "\xE2\x80\xA2 ", rest[32] = "  ";

	if (style == '-') {
		first[0] = rest[0] = '\0';
	} else if (style != '*') {
		struct str number;
		long n = html_number(node, "value", w->list.next, -ITEM_MAX, ITEM_MAX);

		str_init(&number, STR_MAX);
		ordinal(n, style, &number);
		snprintf(first, sizeof(first), "%.24s. ", number.p);
		str_release(&number);
		w->list.next = n + w->list.step;
		snprintf(rest, sizeof(rest), "%*s", (int)strlen(first), "");
	}
	w->list.items = true;
	flow_push(&w->flow, first, rest, 0);
	html_children(w, node);
	flow_break(&w->flow);
	flow_pop(&w->flow);
}
