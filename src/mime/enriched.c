/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * enriched: text/enriched (RFC 1896) and text/richtext, from which it came (RFC 1341 7.1.3),
 * as HTML.  What HTML has no word for, as margins, is left out.
 */
#include "priv.h"

struct enriched {
	struct slice rest;
	bool old;                       /* text/richtext                        */
	unsigned nofill, skip;          /* how deep within                      */
	struct str *out;
};

static const struct { const char *name, *begin, *end; } marks[] = {
	{ "bold", "<b>", "</b>" }, { "italic", "<i>", "</i>" },
	{ "excerpt", "<blockquote>", "</blockquote>" }, { "quotation", "<blockquote>", "</blockquote>" },
	{ "center", "<div>", "</div>" }, { "flushleft", "<div>", "</div>" }, { "flushright", "<div>", "</div>" },
	{ "flushboth", "<div>", "</div>" }, { "paraindent", "<div>", "</div>" }, { "paragraph", "<p>", "</p>" },
	{ "heading", "<div>", "</div>" }, { "footing", "<div>", "</div>" }, { "signature", "<div>", "</div>" },
	{ "nl", "<br>", "" }, { "np", "<br>", "" }, { "lt", "&lt;", "" },
};

static void put(struct enriched *e, const char *html)
{
	if (!e->skip)
		str_adds(e->out, html);
}

static void do_mark(struct enriched *e, struct slice name, bool ends)
{
	unsigned *deep = sl_iis(name, "nofill") ? &e->nofill : sl_iis(name, "param") || sl_iis(name, "comment") ? &e->skip : NULL;

	if (deep == &e->nofill && (*deep == 1) == ends && (*deep > 0) == ends)
		put(e, ends ? "</pre>" : "<pre>\n");
	if (deep && (*deep > 0 || !ends))
		*deep += ends ? -1u : 1u;
	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (sl_iis(name, marks[i].name))
			put(e, ends ? marks[i].end : marks[i].begin);
}

/* Behind a "<": another one, or a mark; else it is meant as it stands. */
static void read_mark(struct enriched *e)
{
	bool ends = sl_starts(e->rest, "/");
	struct slice name = sl_skip(e->rest, ends);
	size_t n = 0;

	if (!e->old && sl_starts(e->rest, "<")) {
		e->rest = sl_skip(e->rest, 1);
		put(e, "&lt;");
		return;
	}
	while (n < name.n && (ascii_isalnum(name.p[n]) || name.p[n] == '-'))
		n++;
	if (n == 0 || n == name.n || name.p[n] != '>') {
		put(e, "&lt;");
		return;
	}
	e->rest = sl_skip(name, n + 1);
	do_mark(e, sl_head(name, n), ends);
}

/* One line end is a blank, each further one a line; within nofill each is a line. */
static void read_lines(struct enriched *e)
{
	size_t n = 1;

	for (; e->rest.n && (e->rest.p[0] == '\n' || e->rest.p[0] == '\r'); e->rest = sl_skip(e->rest, 1))
		n += e->rest.p[0] == '\n';
	for (size_t i = e->nofill ? 0 : 1; i < n && (e->nofill || !e->old); i++)
		put(e, e->nofill ? "\n" : "<br>");
	if (!e->nofill)
		put(e, "\n");
}

bool enriched_html(const struct part *p, struct slice in, struct str *out)
{
	struct enriched e = { .rest = in, .old = part_is(p, "text", "richtext"), .out = out };

	if (!e.old && !part_is(p, "text", "enriched"))
		return false;
	if (sl_istarts(sl_trim(in), "<html") || sl_istarts(sl_trim(in), "<!doctype")) {  /* called so, but HTML */
		str_addsl(out, in);
		return true;
	}
	while (e.rest.n) {
		size_t n = 0;
		char c;

		while (n < e.rest.n && (!e.rest.p[n] || !strchr("<>&\n", e.rest.p[n])))
			n++;
		if (!e.skip)
			str_addsl(out, sl_head(e.rest, n));
		e.rest = sl_skip(e.rest, n);
		if (e.rest.n == 0)
			break;
		c = e.rest.p[0];
		e.rest = sl_skip(e.rest, 1);
		if (c == '<')
			read_mark(&e);
		else if (c == '\n')
			read_lines(&e);
		else
			put(&e, c == '&' ? "&amp;" : "&gt;");
	}
	return true;
}
