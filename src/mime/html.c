/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * html: a page as a person reads it.  html_scan makes the input harmless, gumbo
 * makes a tree of blocks of it, and a walk over that makes paragraphs.
 *
 * The parser allocates from an arena with a limit: of what needs more the first
 * half is read.  Blocks nest at most 256 deep, and each brings a few that end
 * themselves, which bounds the recursion of the walk.
 */
#include "base/base.h"
#include "mime/mime.h"
#include "mime/priv.h"
#include <gumbo.h>
#include <setjmp.h>

#define READ_MAX   ((size_t)2 << 20)
#define ARENA_MAX  ((size_t)256 << 20)
#define ARENA_PART ((size_t)1 << 20)
#define DEPTH_MAX  2000
#define MARKS_MAX  256          /* of one line, open at once */

/* ---- the tree ---- */

struct arena { struct arena_part *parts; size_t total; jmp_buf full; };
struct arena_part { struct arena_part *next; size_t n, cap; _Alignas(16) char data[]; };

static void *arena_alloc(void *ctx, size_t n)
{
	struct arena *a = ctx;
	struct arena_part *part = a->parts;
	size_t need = (n + 15) / 16 * 16;

	if (!part || part->cap - part->n < need) {
		size_t cap = MAX(ARENA_PART, need);

		if (a->total + cap > ARENA_MAX)
			longjmp(a->full, 1);
		a->total += cap;
		part = mem_alloc(sizeof(*part) + cap);
		*part = (struct arena_part){ .next = a->parts, .cap = cap };
		a->parts = part;
	}
	part->n += need;
	return part->data + part->n - need;
}

static void arena_free(void *ctx UNUSED, void *p UNUSED)
{
}

static void arena_release(struct arena *a)
{
	while (a->parts) {
		struct arena_part *part = a->parts;

		a->parts = part->next;
		free(part);
	}
	a->total = 0;
}

/* NULL: too large. */
static GumboOutput *parse(struct arena *a, struct slice html)
{
	GumboOptions options = kGumboDefaultOptions;

	options.allocator = arena_alloc;
	options.deallocator = arena_free;
	options.userdata = a;
	options.max_errors = 0;
	if (setjmp(a->full))
		return NULL;
	return gumbo_parse_with_options(&options, html.p, html.n);
}

static GumboOutput *parse_most(struct arena *a, struct slice html, bool *cut)
{
	GumboOutput *tree;

	while (!(tree = parse(a, html))) {
		arena_release(a);
		*cut = true;
		html.n /= 2;
		while (html.n && html.p[html.n - 1] != '>')
			html.n--;
	}
	return tree;
}

const char *html_attr(const GumboNode *node, const char *name)
{
	const GumboAttribute *a = gumbo_get_attribute(&node->v.element.attributes, name);

	return a ? a->value : NULL;
}

long html_number(const GumboNode *node, const char *name, long none, long least, long most)
{
	const char *text = html_attr(node, name);
	char *end;
	long n = text ? strtol(text, &end, 10) : 0;

	return text && end > text ? MAX(MIN(n, most), least) : none;
}

static struct slice attr(const GumboNode *node, const char *name)
{
	return sl(html_attr(node, name));
}

/* ---- looks ---- */

static const struct look *look_of(const struct html_walk *w)
{
	return &w->stack[w->n - 1].look;
}

/* These grow with what is in them, whatever their style says. */
static bool grows(struct slice tag)
{
	return sl_is(tag, "td") || sl_is(tag, "th") || sl_is(tag, "tr") || sl_is(tag, "table");
}

static bool style_of(const struct html_walk *w, const GumboNode *node, struct slice tag, struct css *css)
{
	*css = (struct css){ 0 };
	css_match(w->rules, tag, attr(node, "class"), attr(node, "id"), css);
	if (sl_is(tag, "body"))         /* a script of AMP would show it again */
		css->none = css->invisible = 0;
	css->has_color |= css_color(attr(node, "color"), &css->color) || css_color(attr(node, "text"), &css->color);
	if (html_attr(node, "bgcolor"))
		css_background(attr(node, "bgcolor"), css);
	css->vague_back |= html_attr(node, "background") != NULL;
	css_declarations(attr(node, "style"), css);
	if (sl_iis(attr(node, "align"), "right"))
		css->right = 1;
	if (html_attr(node, "hidden"))
		css->none = 1;
	return css->none == 1 || css->clear == 1 || (css->placed == 1 && css->away == 1) || (css->flat && css->clipped == 1 && !grows(tag));
}

static void apply(const struct css *css, bool hidden, struct look *look)
{
	look->hidden |= hidden;
	look->invisible = css->invisible ? css->invisible == 1 : look->invisible;
	look->tiny = css->tiny ? css->tiny == 1 : look->tiny;
	look->pre = css->pre ? css->pre == 1 : look->pre;
	look->lines = css->pre ? css->pre == 3 : look->lines;
	look->marker |= css->marker == 1;
	if (css->bold)
		look->style = (look->style & ~(unsigned)RUN_BOLD) | (css->bold == 1 ? RUN_BOLD : 0);
	if (css->italic)
		look->style = (look->style & ~(unsigned)RUN_ITALIC) | (css->italic == 1 ? RUN_ITALIC : 0);
	if (css->has_color)
		look->color = css->color & ~CSS_SHEER;
	if (css->has_back)
		look->back = css->back;
	if (css->has_back || css->vague_back)
		look->has_back = !css->vague_back;
}

static void push(struct html_walk *w, const GumboNode *node, const char *name, bool mark, bool cell)
{
	struct html_entry e = { .name = name, .mark = mark, .cell = cell };
	struct css css;
	bool hidden = style_of(w, node, sl(name), &css);

	e.look = *look_of(w);
	if (sl_is(sl(name), "b"))
		e.look.style |= RUN_BOLD;
	else if (sl_is(sl(name), "i"))
		e.look.style |= RUN_ITALIC;
	else if (name[0] == 'h' && ascii_isdigit(name[1]))
		e.look.style |= RUN_BOLD | RUN_HEADING;
	else if (sl_is(sl(name), "th"))
		e.look.style |= RUN_BOLD;
	else if (sl_is(sl(name), "pre"))
		e.look.pre = true;
	apply(&css, hidden, &e.look);
	e.top = css.pad_top == 1 ? 1 : css.top;
	e.bottom = css.pad_bottom == 1 ? 1 : css.bottom;
	e.box = css.box;
	e.right = css.right == 1;
	e.list = css.list;
	mem_grow(w->stack, w->n, w->cap);
	w->stack[w->n++] = e;
	w->marks += mark;
}

static void end_entry(struct html_walk *w, const struct html_entry *e)
{
	w->marks -= e->mark;
	if (e->link)
		flow_link_end(&w->flow, &e->look);
	if (e->close)
		flow_word(&w->flow, sl(e->close), &e->look);
	if (e->mark && e->box == CSS_BLOCK)
		flow_break(&w->flow);
}

/* Takes all from that entry on, the last first. */
static void pop_to(struct html_walk *w, size_t n)
{
	while (w->n > n) {
		struct html_entry e = w->stack[--w->n];

		end_entry(w, &e);
	}
}

void html_enter(struct html_walk *w, const GumboNode *node, bool cell)
{
	push(w, node, gumbo_normalized_tagname(node->v.element.tag), false, cell);
}

/* The innermost block, with what was left open in it. */
void html_leave(struct html_walk *w)
{
	size_t n = w->n;

	while (n > 1 && w->stack[n - 1].mark)
		n--;
	pop_to(w, n - 1);
}

/* ---- what stands within a line ---- */

static bool is_shown_scheme(struct slice href)
{
	return sl_istarts(href, "http://") || sl_istarts(href, "https://") || sl_istarts(href, "mailto:") ||
		sl_istarts(href, "ftp://");
}

static void begin_link(struct html_walk *w, const GumboNode *node)
{
	struct slice given = sl_trim(attr(node, "href"));
	struct html_entry *e = &w->stack[w->n - 1];
	struct str href;

	str_init(&href, STR_MAX);
	if (sl_starts(given, "//"))     /* as on a page of the web */
		str_adds(&href, "https:");
	for (size_t i = 0; i < given.n; i++)            /* as browsers read it */
		if (given.p[i] != '\t' && given.p[i] != '\n' && given.p[i] != '\r')
			str_addc(&href, given.p[i]);
	if (is_shown_scheme(str_sl(&href)) && !w->flow.link) {
		e->look.link = flow_link_begin(&w->flow, str_sl(&href));
		e->link = e->look.link > 0;
	}
	str_release(&href);
}

static size_t find_mark(const struct html_walk *w, struct slice name)
{
	for (size_t i = w->n; i > 1 && !w->stack[i - 1].cell; i--)
		if (w->stack[i - 1].mark && sl_is(name, w->stack[i - 1].name))
			return i - 1;
	return 0;
}

/* What stands around the text of some. */
static const struct { const char *name, *open, *close; } around[] = {
	{ "button", "[", "]" }, { "q", "\"", "\"" }, { "rt", "(", ")" },
};

static void begin_mark(struct html_walk *w, const GumboNode *node, const char *name)
{
	size_t open = sl_is(sl(name), "a") ? find_mark(w, SL("a")) : 0;

	if (open && open == w->n - 1)
		pop_to(w, open);                /* links do not nest */
	if (w->marks >= MARKS_MAX)
		return;
	push(w, node, name, true, false);
	if (w->stack[w->n - 1].box == CSS_BLOCK)
		flow_break(&w->flow);
	if (sl_is(sl(name), "a"))
		begin_link(w, node);
	for (size_t i = 0; i < ARRAY_LEN(around); i++) {
		if (!sl_is(sl(name), around[i].name) || is_unseen(look_of(w)))
			continue;
		flow_word(&w->flow, sl(around[i].open), look_of(w));
		w->stack[w->n - 1].close = around[i].close;
	}
}

/* Ends the innermost of that name; others that were opened in it go on, but
 * without the look that it gave them. */
static void end_mark(struct html_walk *w, struct slice name)
{
	size_t at = w->marks ? find_mark(w, name) : 0;
	struct html_entry gone;

	if (at == 0)
		return;
	if (sl_is(name, "ruby"))        /* its <rt> may have no end */
		pop_to(w, at + 1);
	gone = w->stack[at];
	for (size_t i = at; i + 1 < w->n; i++) {
		struct html_entry *e = &w->stack[i + 1];
		const struct look *outer = &w->stack[at - 1].look;

		if (e->look.link == gone.look.link)
			e->look.link = outer->link;
		e->look.style &= ~(gone.look.style & ~outer->style);
		e->look.hidden &= !(gone.look.hidden && !outer->hidden);
		w->stack[i] = *e;
	}
	w->n--;
	end_entry(w, &gone);
}

static bool is_tiny_image(const struct css *css, const GumboNode *node)
{
	struct slice width = sl_trim(attr(node, "width")), height = sl_trim(attr(node, "height"));
	struct slice style = attr(node, "style");

	return css->none == 1 || css->invisible == 1 || (css->flat == 1 && width.n == 0) ||
		((sl_is(width, "1") || sl_is(width, "0") || sl_is(width, "1px")) &&
		(sl_is(height, "1") || sl_is(height, "0") || sl_is(height, "1px"))) ||
		(sl_search(style, SL("width:1px")) >= 0 && sl_search(style, SL("height:1px")) >= 0);
}

static bool is_tracking_address(struct slice src)
{
	static const char *const shapes[] = {
		"/wf/open", "/track/open", "/open.aspx", "/open.php", "/open.gif", "/open?", "/pixel", "pixel.gif",
		"beacon", "/o.gif", "/trk?", "/e/o/", "tracking", "mailtrack", "/imp?", "opentrack",
	};

	for (size_t i = 0; i < ARRAY_LEN(shapes); i++)
		if (sl_search(src, sl(shapes[i])) >= 0)
			return true;
	return false;
}

static void image(struct html_walk *w, const GumboNode *node)
{
	struct page *page = w->flow.page;
	struct slice src = sl_trim(attr(node, "src")), alt = sl_trim(attr(node, "alt"));
	struct css css;
	struct look look = *look_of(w);
	bool hidden = style_of(w, node, SL("img"), &css);
	bool remote = sl_istarts(src, "http://") || sl_istarts(src, "https://") || sl_starts(src, "//");
	struct str text;

	page->images++;
	page->remote += remote;
	page->trackers += remote && (is_tiny_image(&css, node) || look.hidden || (alt.n == 0 && is_tracking_address(src)));
	w->flow.link_seen |= !hidden && !look.hidden && !is_tiny_image(&css, node);
	if (alt.n == 0 || hidden)
		return;
	look.tiny = false;                      /* an image has its own size */
	str_init(&text, STR_MAX);
	str_addf(&text, "[" SL_FMT "]", SL_ARG(sl_head(alt, 400)));
	if (css.box == CSS_BLOCK)
		flow_break(&w->flow);
	flow_text(&w->flow, str_sl(&text), &look);
	if (css.box == CSS_BLOCK)
		flow_break(&w->flow);
	str_release(&text);
}

static void field(struct html_walk *w, const GumboNode *node, struct slice kind)
{
	struct slice type = attr(node, "type"), value = sl_trim(attr(node, "value"));
	struct str text;

	if (sl_iis(type, "hidden"))
		return;
	if (sl_is(kind, "input") && value.n && (sl_iis(type, "submit") || sl_iis(type, "button"))) {
		str_init(&text, STR_MAX);
		str_addf(&text, "[" SL_FMT "]", SL_ARG(sl_head(value, 200)));
		flow_text(&w->flow, str_sl(&text), look_of(w));
		str_release(&text);
		return;
	}
	if (sl_is(kind, "input") && (sl_iis(type, "checkbox") || sl_iis(type, "radio")))        /* of lists of tasks, too */
		flow_text(&w->flow, html_attr(node, "checked") ? SL("[x]") : SL("[\xC2\xA0]"), look_of(w));
	else
		w->flow.page->forms++;
}

bool html_text(const struct html_walk *w, const GumboNode *node, struct slice *text)
{
	const char *x = NULL;
	uint64_t k;

	if (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE || node->type == GUMBO_NODE_CDATA) {
		*text = sl(node->v.text.text);
		return true;
	}
	if (node->type == GUMBO_NODE_ELEMENT && node->v.element.tag == GUMBO_TAG_IMG)
		x = html_attr(node, "x");
	if (!x || x[0] != '#' || w->scan->n_texts == 0 || sl_u64(sl(x + 1), w->scan->n_texts - 1, &k) != 0)
		return false;
	*text = w->scan->texts[k];
	return true;
}

static void mark(struct html_walk *w, const GumboNode *node)
{
	const char *x = html_attr(node, "x");

	if (!x)
		image(w, node);
	else if (x[0] == '+')
		begin_mark(w, node, x + 1);
	else if (x[0] == '-')
		end_mark(w, sl(x + 1));
	else
		field(w, node, sl(x));
}

/* ---- blocks ---- */

static void rule(struct html_walk *w)
{
	struct str line;

	str_init(&line, STR_MAX);
	for (int i = MIN(flow_room(&w->flow), 72); i > 0; i--)
		str_adds(&line, "\xE2\x94\x80");
	flow_row(&w->flow, str_sl(&line), NULL, 0);
	str_release(&line);
}

static void child(struct html_walk *w, const GumboNode *node);

static void table(struct html_walk *w, const GumboNode *node)
{
	if (!w->flow.cell && html_table(w, node))
		return;
	for (int pass = 0; pass < 3; pass++)
		for (unsigned i = 0; i < node->v.element.children.length; i++)
			if (html_table_place(node->v.element.children.data[i]) == pass)
				child(w, node->v.element.children.data[i]);
}

static void indented(struct html_walk *w, const GumboNode *node, const char *lead, unsigned quote)
{
	flow_push(&w->flow, lead, lead, quote);
	html_children(w, node);
	flow_break(&w->flow);
	flow_pop(&w->flow);
}

static void end_line(struct html_walk *w, bool blank)
{
	if (blank)
		flow_blank(&w->flow);
	else
		flow_break(&w->flow);
}

static void inside_block(struct html_walk *w, const GumboNode *node)
{
	switch (node->v.element.tag) {
	case GUMBO_TAG_UL:
		html_list(w, node, false);
		break;
	case GUMBO_TAG_OL:
		html_list(w, node, true);
		break;
	case GUMBO_TAG_LI:
		html_item(w, node);
		break;
	case GUMBO_TAG_DD:
		indented(w, node, "    ", 0);
		break;
	case GUMBO_TAG_BLOCKQUOTE:
		flow_blank(&w->flow);
		indented(w, node, "> ", 1);
		flow_blank(&w->flow);
		break;
	case GUMBO_TAG_TABLE:
		table(w, node);
		break;
	case GUMBO_TAG_PRE:
	case GUMBO_TAG_DL:
	case GUMBO_TAG_H1:
	case GUMBO_TAG_H2:
	case GUMBO_TAG_H3:
	case GUMBO_TAG_H4:
	case GUMBO_TAG_H5:
	case GUMBO_TAG_H6:
		flow_blank(&w->flow);
		html_children(w, node);
		flow_blank(&w->flow);
		break;
	default:
		html_children(w, node);
		break;
	}
}

/* Others than paragraphs have room around them only where their style says so; that of items
 * keeps them apart on paper, and makes a list long here. */
static void block(struct html_walk *w, const GumboNode *node)
{
	struct html_entry e = w->stack[w->n - 1];
	bool paragraph = node->v.element.tag == GUMBO_TAG_P, item = node->v.element.tag == GUMBO_TAG_LI;
	bool in_line = e.box == CSS_INLINE && (paragraph || item || node->v.element.tag == GUMBO_TAG_DIV);

	if (e.look.hidden || in_line) { /* takes no room */
		w->flow.space |= item;
		html_children(w, node);
		return;
	}
	end_line(w, paragraph ? e.top != 2 : e.top == 1 && !item);
	inside_block(w, node);
	end_line(w, paragraph ? e.bottom != 2 : e.bottom == 1 && !item);
}

static void element(struct html_walk *w, const GumboNode *node)
{
	switch (node->v.element.tag) {
	case GUMBO_TAG_IMG:
		mark(w, node);
		return;
	case GUMBO_TAG_BR:
		if (!look_of(w)->hidden)
			flow_hard_break(&w->flow);
		return;
	case GUMBO_TAG_HR:
		if (!look_of(w)->hidden && !w->flow.cell)
			rule(w);
		return;
	default:
		break;
	}
	if (w->depth > DEPTH_MAX) {
		w->flow.page->cut = true;
		return;
	}
	w->depth++;
	html_enter(w, node, node->v.element.tag == GUMBO_TAG_TD || node->v.element.tag == GUMBO_TAG_TH);
	block(w, node);
	html_leave(w);
	w->depth--;
}

static void child(struct html_walk *w, const GumboNode *node)
{
	struct slice text;

	if (html_text(w, node, &text))
		flow_text(&w->flow, text, look_of(w));
	else if (node->type == GUMBO_NODE_ELEMENT)
		element(w, node);
}

void html_children(struct html_walk *w, const GumboNode *node)
{
	for (unsigned i = 0; i < node->v.element.children.length; i++)
		child(w, node->v.element.children.data[i]);
}

/* Text is black on white, but where style sheets say things that are not
 * understood here: white letters may stand on a dark ground then. */
static struct look first_look(struct slice css)
{
	return (struct look){ .color = 0, .back = 0xFFFFFF, .has_back = sl_search(css, SL("background")) < 0 };
}

void html_page(struct slice html, int width, struct page *page)
{
	struct html_scan scan = { 0 };
	struct html_walk w = { .scan = &scan };
	struct arena *arena = mem_zalloc(sizeof(*arena));
	GumboOutput *tree;

	page->cut |= html.n > READ_MAX;
	str_init(&scan.out, STR_MAX);
	str_init(&scan.css, STR_MAX);
	html_scan(sl_head(html, READ_MAX), &scan);
	page->scripts += scan.scripts;
	tree = parse_most(arena, str_sl(&scan.out), &page->cut);
	flow_init(&w.flow, page, width);
	w.rules = css_rules_new(str_sl(&scan.css));
	mem_grow(w.stack, w.n, w.cap);
	w.stack[w.n++] = (struct html_entry){ .name = "", .look = first_look(str_sl(&scan.css)) };
	html_children(&w, tree->root);
	flow_break(&w.flow);
	pop_to(&w, 1);
	flow_break(&w.flow);
	flow_release(&w.flow);
	css_rules_free(&w.rules);
	free(w.stack);
	arena_release(arena);
	free(arena);
	free(scan.texts);
	str_release(&scan.out);
	str_release(&scan.css);
}
