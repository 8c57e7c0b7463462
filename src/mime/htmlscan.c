/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * htmlscan: hostile HTML as a plain one.  A parser that keeps to the standard
 * can be made to take time and room that grow faster than its input: by depth
 * (scopes are searched), by formatting elements that are opened anew, by
 * attributes.  What is written here has only known elements, well formed tags
 * with known attributes, and blocks at most DEPTH deep; so that this file need
 * not agree with the parser about what comments, quotes and scripts are.
 *
 * The stack here is never less deep than that of the parser but for elements
 * that end themselves (p, li, tr, td ...).
 */
#include "base/base.h"
#include "mime/mime.h"
#include "mime/priv.h"

#define DEPTH 256

enum kind {
	BLOCK,          /* on the stack                                 */
	SELF,           /* ends itself where another one begins         */
	INLINE,         /* a pair of marks                              */
	VOID,           /* a mark, or nothing inside                    */
	SKIP,           /* with all that is in it                       */
	FIELD,          /* of a form, likewise, but leaves a mark       */
};

static const struct known { const char *name, *as; enum kind kind; } known[] = {
	{ "a", "a", INLINE }, { "abbr", "span", INLINE }, { "address", "div", BLOCK },
	{ "article", "div", BLOCK }, { "aside", "div", BLOCK }, { "audio", NULL, SKIP },
	{ "b", "b", INLINE }, { "big", "span", INLINE }, { "blockquote", "blockquote", BLOCK },
	{ "body", "div", BLOCK }, { "bold", "b", INLINE }, { "br", "br", VOID }, { "button", "button", INLINE },
	{ "caption", "caption", SELF }, { "center", "div", BLOCK }, { "cite", "i", INLINE },
	{ "code", "span", INLINE }, { "dd", "dd", SELF }, { "del", "span", INLINE },
	{ "details", "div", BLOCK }, { "dfn", "i", INLINE }, { "dir", "ul", BLOCK },
	{ "div", "div", BLOCK }, { "dl", "dl", BLOCK }, { "dt", "dt", SELF }, { "em", "i", INLINE },
	{ "fieldset", "div", BLOCK }, { "figcaption", "div", BLOCK }, { "figure", "div", BLOCK },
	{ "font", "font", INLINE }, { "footer", "div", BLOCK }, { "form", "div", BLOCK },
	{ "h1", "h1", BLOCK }, { "h2", "h2", BLOCK }, { "h3", "h3", BLOCK }, { "h4", "h4", BLOCK },
	{ "h5", "h5", BLOCK }, { "h6", "h6", BLOCK }, { "header", "div", BLOCK }, { "hr", "hr", VOID },
	{ "i", "i", INLINE }, { "iframe", NULL, SKIP }, { "image", "img", VOID }, { "img", "img", VOID },
	{ "input", "input", FIELD }, { "ins", "span", INLINE }, { "italic", "i", INLINE }, { "kbd", "span", INLINE },
	{ "label", "span", INLINE }, { "legend", "div", BLOCK }, { "li", "li", SELF },
	{ "listing", "pre", BLOCK }, { "main", "div", BLOCK }, { "mark", "span", INLINE },
	{ "math", NULL, SKIP }, { "menu", "ul", BLOCK }, { "nav", "div", BLOCK }, { "nl", "br", VOID }, { "noembed", NULL, SKIP },
	{ "noframes", "div", BLOCK }, { "noscript", "div", BLOCK }, { "ol", "ol", BLOCK }, { "p", "p", SELF },
	{ "pre", "pre", BLOCK }, { "q", "q", INLINE }, { "rp", NULL, SKIP }, { "rt", "rt", INLINE },
	{ "ruby", "ruby", INLINE }, { "s", "span", INLINE }, { "script", NULL, SKIP },
	{ "section", "div", BLOCK }, { "select", "select", FIELD }, { "small", "span", INLINE },
	{ "span", "span", INLINE }, { "strike", "span", INLINE }, { "strong", "b", INLINE },
	{ "style", NULL, SKIP }, { "sub", "span", INLINE }, { "summary", "div", BLOCK },
	{ "sup", "span", INLINE }, { "svg", NULL, SKIP }, { "table", "table", BLOCK }, { "tbody", "tbody", SELF },
	{ "td", "td", SELF }, { "template", NULL, SKIP }, { "textarea", "textarea", FIELD },
	{ "tfoot", "tfoot", SELF }, { "th", "th", SELF }, { "thead", "thead", SELF },
	{ "title", NULL, SKIP }, { "tr", "tr", SELF }, { "tt", "span", INLINE }, { "u", "span", INLINE },
	{ "ul", "ul", BLOCK }, { "var", "i", INLINE }, { "video", NULL, SKIP }, { "xml", NULL, SKIP },
};

static const struct known *find_known(struct slice name)
{
	size_t from = 0, to = ARRAY_LEN(known);

	while (from < to) {
		size_t mid = (from + to) / 2;
		int order = sl_cmp(name, sl(known[mid].name));

		if (order == 0)
			return &known[mid];
		if (order < 0)
			to = mid;
		else
			from = mid + 1;
	}
	return NULL;
}

struct scan {
	struct slice in; size_t at;
	struct html_scan *to;
	const char *stack[DEPTH]; size_t depth;         /* names as written to `out` */
	unsigned over[ARRAY_LEN(known)];                /* too deep, not written     */
	bool endless[ARRAY_LEN(known)];                 /* has no end from here on   */
	bool pre;                                       /* the last tag was <pre>    */
};

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static void put(struct scan *s, struct slice text)
{
	str_addsl(&s->to->out, text);
}

/* ---- attributes ---- */

/* What is asked of an element later, of all of them or of one; the rest would only be parsed. */
static const struct { const char *name, *of; } wanted[] = {
	{ "align", "td" }, { "align", "th" }, { "alt", "img" }, { "background", NULL }, { "bgcolor", NULL },
	{ "checked", "" }, { "class", NULL }, { "color", NULL }, { "colspan", "td" }, { "colspan", "th" }, { "height", "img" },
	{ "hidden", NULL }, { "href", "a" }, { "id", NULL }, { "reversed", "ol" }, { "role", "table" }, { "rowspan", "td" }, { "rowspan", "th" }, 
	{ "src", "img" }, { "start", "ol" },
	{ "style", NULL }, { "text", "div" }, { "type", "" }, { "type", "ol" }, { "value", "" }, { "value", "li" }, { "width", "img" },        /* "": fields of forms */
};

static bool is_wanted(size_t i, struct slice name, const struct known *k)
{
	const char *of = wanted[i].of;

	return sl_iis(name, wanted[i].name) && (!of || (*of ? sl_is(sl(of), k->as) : k->kind == FIELD));
}

struct attr { struct slice name, value; };

/* The next attribute of a tag; false at its end, s->at behind it. */
static bool next_attr(struct scan *s, struct attr *a)
{
	struct slice in = s->in;
	size_t from;

	while (s->at < in.n && (is_blank(in.p[s->at]) || in.p[s->at] == '/'))
		s->at++;
	if (s->at >= in.n || in.p[s->at] == '>') {
		s->at = MIN(s->at + 1, in.n);
		return false;
	}
	from = s->at++;
	while (s->at < in.n && !is_blank(in.p[s->at]) && !strchr("=>/", in.p[s->at]))
		s->at++;
	*a = (struct attr){ .name = sl_range(in.p + from, in.p + s->at) };
	while (s->at < in.n && is_blank(in.p[s->at]))
		s->at++;
	if (s->at >= in.n || in.p[s->at] != '=')
		return true;
	for (s->at++; s->at < in.n && is_blank(in.p[s->at]); )
		s->at++;
	if (s->at < in.n && (in.p[s->at] == '"' || in.p[s->at] == '\'')) {
		char quote = in.p[s->at++];
		ssize_t end = sl_find(sl_skip(in, s->at), quote);

		from = s->at;
		s->at = end < 0 ? in.n : from + (size_t)end + 1;
		a->value = sl_range(in.p + from, in.p + (end < 0 ? in.n : from + (size_t)end));
		return true;
	}
	from = s->at;
	while (s->at < in.n && in.p[s->at] != '>' && !is_blank(in.p[s->at]))
		s->at++;
	a->value = sl_range(in.p + from, in.p + s->at);
	return true;
}

static void put_value(struct scan *s, struct slice value)
{
	while (value.n) {
		ssize_t quote = sl_find(value, '"');
		struct slice part = quote < 0 ? value : sl_head(value, (size_t)quote);

		put(s, part);
		if (quote >= 0)
			put(s, SL("&quot;"));
		value = sl_skip(value, part.n + (quote >= 0));
	}
}

/* Of a style that has no references to characters, which may hide its marks,
 * the declarations that count. */
static void put_style(struct scan *s, struct slice style)
{
	struct slice one, name, rest;
	bool any = false;

	while (sl_cut(&style, ';', &one)) {
		rest = one;
		if (!sl_cut(&rest, ':', &name) || !css_counts(sl_trim(name)))
			continue;
		put(s, any ? SL(";") : SL(" style=\""));
		put_value(s, one);
		any = true;
	}
	if (any)
		put(s, SL("\""));
}

static void put_attr(struct scan *s, const char *name, struct slice value, const struct known *k)
{
	if (sl_is(sl(name), "style") && !sl_is(sl(k->as), "img") && sl_find(value, '&') < 0) {
		put_style(s, value);
		return;
	}
	put(s, SL(" "));
	str_adds(&s->to->out, name);
	put(s, SL("=\""));
	put_value(s, value);
	put(s, SL("\""));
}

/* The attributes of the tag at hand; those that count once each, where it opens k. */
static void attrs(struct scan *s, const struct known *k)
{
	bool had[ARRAY_LEN(wanted)] = { false }, handler = false;
	struct attr a;

	while (next_attr(s, &a)) {
		handler = handler || (a.name.n > 4 && sl_istarts(a.name, "on") && a.value.n);
		for (size_t i = 0; k && i < ARRAY_LEN(wanted); i++) {
			if (had[i] || !is_wanted(i, a.name, k))
				continue;
			had[i] = true;
			put_attr(s, wanted[i].name, a.value, k);
		}
	}
	s->to->scripts += handler && k;
}

/* ---- elements ---- */

/* Behind the end tag of that name; what stood before it, all there is without one. */
static struct slice skip_to_end(struct scan *s, const struct known *k)
{
	bool *endless = &s->endless[k - known];
	struct slice name = sl(k->name);
	size_t from = s->at, at = from;
	ssize_t lt;

	while (!*endless && (lt = sl_find(sl_skip(s->in, at), '<')) >= 0) {
		at += (size_t)lt + 1;
		if (at + 1 + name.n < s->in.n && s->in.p[at] == '/' &&
		    sl_ieq(sl_head(sl_skip(s->in, at + 1), name.n), name) && !ascii_isalnum(s->in.p[at + 1 + name.n])) {
			s->at = at + 1 + name.n;
			attrs(s, NULL);
			return sl_range(s->in.p + from, s->in.p + at - 1);
		}
	}
	*endless = true;
	/* scripts and styles go on to the end; others were never closed */
	if (sl_is(name, "script") || sl_is(name, "style") || sl_is(name, "svg") || sl_is(name, "xml") || sl_is(name, "title"))
		s->at = s->in.n;
	return sl_range(s->in.p + from, s->in.p + s->at);
}

static void put_tag(struct scan *s, const char *mark, const char *name)
{
	put(s, SL("<"));
	if (!mark) {
		str_adds(&s->to->out, name);
		return;
	}
	put(s, SL("img x=\""));
	str_adds(&s->to->out, mark);
	str_adds(&s->to->out, name);
	put(s, SL("\""));
}

static void drop_tag(struct scan *s)
{
	attrs(s, NULL);
}

static void open_tag(struct scan *s, const struct known *k)
{
	if (k->kind == BLOCK && s->depth == DEPTH) {
		s->over[k - known]++;
		drop_tag(s);
		return;
	}
	if (k->kind == BLOCK)
		s->stack[s->depth++] = k->as;
	if (k->kind == SKIP) {
		drop_tag(s);
		s->to->scripts += sl_is(sl(k->name), "script");
		if (sl_is(sl(k->name), "style"))
			str_addsl(&s->to->css, skip_to_end(s, k));
		else
			skip_to_end(s, k);
		return;
	}
	put_tag(s, k->kind == INLINE ? "+" : k->kind == FIELD ? "" : NULL, k->as);
	attrs(s, k);
	put(s, SL(">"));
	if (k->kind == FIELD && !sl_is(sl(k->name), "input"))
		skip_to_end(s, k);
}

/* A block ends where it is open and no table is between. */
static void close_block(struct scan *s, const struct known *k)
{
	size_t i = s->depth;

	if (s->over[k - known]) {
		s->over[k - known]--;
		return;
	}
	while (i > 0 && !sl_is(sl(s->stack[i - 1]), k->as)) {
		if (sl_is(sl(s->stack[i - 1]), "table"))
			return;
		i--;
	}
	if (i == 0)
		return;
	s->depth = i - 1;
	put(s, SL("</"));
	str_adds(&s->to->out, k->as);
	put(s, SL(">"));
}

static void close_tag(struct scan *s, const struct known *k)
{
	drop_tag(s);
	switch (k->kind) {
	case BLOCK:
		close_block(s, k);
		break;
	case SELF:
		put(s, SL("</"));
		str_adds(&s->to->out, k->as);
		put(s, SL(">"));
		break;
	case INLINE:
		put_tag(s, "-", k->as);
		put(s, SL(">"));
		break;
	case VOID:
		if (sl_is(sl(k->as), "br"))
			put(s, SL("<br>"));
		break;
	case SKIP:
	case FIELD:
		break;
	}
}

static void tag(struct scan *s, bool closing)
{
	char low[16];
	struct slice name = { low, 0 };
	const struct known *k;

	for (; s->at < s->in.n && !is_blank(s->in.p[s->at]) && s->in.p[s->at] != '/' && s->in.p[s->at] != '>'; s->at++)
		if (name.n < sizeof(low))
			low[name.n++] = (char)ascii_lower(s->in.p[s->at]);
	k = find_known(name);
	s->pre = k && !closing && k->as && sl_is(sl(k->as), "pre");
	if (!k)
		drop_tag(s);
	else if (closing)
		close_tag(s, k);
	else
		open_tag(s, k);
}

static void comment(struct scan *s)
{
	struct slice rest = sl_skip(s->in, s->at);

	if (sl_starts(rest, ">") || sl_starts(rest, "->")) {
		s->at += rest.p[0] == '>' ? 1 : 2;
		return;
	}
	for (size_t i = 0; i + 2 < rest.n; i++) {
		if (rest.p[i] != '-' || rest.p[i + 1] != '-')
			continue;
		if (rest.p[i + 2] == '>' || sl_starts(sl_skip(rest, i + 2), "!>")) {
			s->at += i + (rest.p[i + 2] == '>' ? 3 : 4);
			return;
		}
	}
	s->at = s->in.n;
}

static void bogus(struct scan *s)
{
	ssize_t end = sl_find(sl_skip(s->in, s->at), '>');

	s->at = end < 0 ? s->in.n : s->at + (size_t)end + 1;
}

/* What begins with '<'. */
static void markup(struct scan *s)
{
	struct slice rest = sl_skip(s->in, s->at + 1);

	if (rest.n && ascii_isalpha(rest.p[0])) {
		s->at += 1;
		tag(s, false);
	} else if (rest.n > 1 && rest.p[0] == '/' && ascii_isalpha(rest.p[1])) {
		s->at += 2;
		tag(s, true);
	} else if (sl_starts(rest, "!--")) {
		s->at += 4;
		comment(s);
	} else if (rest.n && strchr("!?/", rest.p[0])) {
		bogus(s);
	} else {
		put(s, SL("&lt;"));
		s->at++;
	}
}

#define TEXT_LONG 64            /* from so many bytes on a mark is less to read than the text */

/* Text that the parser would hand on as it is goes past it: it is slow with letters.
 * Not what it changes (references, controls), nor the first line end of <pre>. */
static bool is_as_is(const struct scan *s, struct slice text)
{
	if (sl_trim(text).n < TEXT_LONG || (s->pre && text.p[0] == '\n'))
		return false;
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c == '&' || c == 0x7F || (c < ' ' && c != '\t' && c != '\n') ||
		    (c == 0xC2 && i + 1 < text.n && (unsigned char)text.p[i + 1] < 0xA0) || c == 0xEF || c >= 0xF0)
			return false;
	}
	return utf8_valid(text);
}

static void put_text(struct scan *s, struct slice text)
{
	struct html_scan *to = s->to;

	if (!is_as_is(s, text)) {
		put(s, text);
		return;
	}
	str_addf(&to->out, "<img x=\"#%zu\">", to->n_texts);
	mem_grow(to->texts, to->n_texts, to->cap_texts);
	to->texts[to->n_texts++] = text;
}

void html_scan(struct slice html, struct html_scan *to)
{
	struct scan *s = mem_zalloc(sizeof(*s));

	s->in = html;
	s->to = to;
	while (s->at < html.n) {
		struct slice rest = sl_skip(html, s->at);
		ssize_t lt = sl_find(rest, '<');

		put_text(s, lt < 0 ? rest : sl_head(rest, (size_t)lt));
		s->at += lt < 0 ? rest.n : (size_t)lt;
		if (s->at < html.n)
			markup(s);
	}
	free(s);
}
