/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * markdown: a text as HTML, by CommonMark (cmark).  Nothing of it is lost: what looks like
 * HTML is shown as it was typed.  Quotes and signatures of mail are not quite those of
 * Markdown, so they are told to it beforehand.
 */
#include "priv.h"
#include <cmark.h>

/* ---- quotes ---- */

/* "> > text": how deep, and the bytes that say so. */
static unsigned quote_depth(struct slice line, size_t *marks)
{
	unsigned depth = 0, blanks = 0;

	*marks = 0;
	for (size_t i = 0; i < line.n && blanks < 4; i++) {
		if (line.p[i] == '>') {
			depth++;
			blanks = 0;
			*marks = i + 1;
		} else if (line.p[i] == ' ') {
			blanks++;
		} else {
			break;
		}
	}
	return depth;
}

/* The fence of a block of code begins or ends here. */
static bool is_fence(struct slice line)
{
	line = sl_trim(line);
	return sl_starts(line, "```") || sl_starts(line, "~~~");
}

/* In Markdown a line directly below a quote goes on in it; in mail it does not. */
static void split_quotes(struct slice text, struct str *out)
{
	unsigned before = 0, depth;
	bool code = false;
	struct slice line;
	size_t marks;

	while (sl_line(&text, &line)) {
		depth = quote_depth(line, &marks);
		if (!code && depth < before && sl_trim(sl_skip(line, marks)).n) {
			for (unsigned i = 0; i < depth; i++)
				str_addc(out, '>');
			str_addc(out, '\n');
		}
		code = code != (depth == 0 && is_fence(line));
		before = depth;
		str_addsl(out, line);
		str_addc(out, '\n');
	}
}

/* ---- what looks like HTML ---- */

static cmark_node *new_text(struct slice s)
{
	cmark_node *n = cmark_node_new(CMARK_NODE_TEXT);
	char *z = sl_dup(s);

	cmark_node_set_literal(n, z);
	free(z);
	return n;
}

static void show_block(cmark_node *block)
{
	cmark_node *para = cmark_node_new(CMARK_NODE_PARAGRAPH);
	struct slice rest = sl(cmark_node_get_literal(block)), line;

	while (sl_line(&rest, &line)) {
		if (cmark_node_first_child(para))
			cmark_node_append_child(para, cmark_node_new(CMARK_NODE_LINEBREAK));
		cmark_node_append_child(para, new_text(line));
	}
	cmark_node_replace(block, para);
	cmark_node_free(block);
}

static void show_html(cmark_node *document)
{
	cmark_iter *it = cmark_iter_new(document);
	cmark_node **found = NULL;
	size_t n = 0, cap = 0;
	cmark_event_type event;

	while ((event = cmark_iter_next(it)) != CMARK_EVENT_DONE) {
		cmark_node *node = cmark_iter_get_node(it);
		cmark_node_type type = cmark_node_get_type(node);

		if (event != CMARK_EVENT_ENTER || (type != CMARK_NODE_HTML_BLOCK && type != CMARK_NODE_HTML_INLINE))
			continue;
		mem_grow(found, n, cap);
		found[n++] = node;
	}
	cmark_iter_free(it);
	for (size_t i = 0; i < n; i++) {
		if (cmark_node_get_type(found[i]) == CMARK_NODE_HTML_BLOCK) {
			show_block(found[i]);
		} else {
			cmark_node_replace(found[i], new_text(sl(cmark_node_get_literal(found[i]))));
			cmark_node_free(found[i]);
		}
	}
	free(found);
}

/* ---- the page ---- */

static void add_escaped(struct slice s, struct str *out)
{
	for (size_t i = 0; i < s.n; i++) {
		switch (s.p[i]) {
		case '&': str_adds(out, "&amp;"); break;
		case '<': str_adds(out, "&lt;"); break;
		case '>': str_adds(out, "&gt;"); break;
		default: str_addc(out, s.p[i]);
		}
	}
}

static void add_signature(struct slice text, struct str *out)
{
	struct slice line;
	bool first = true;

	while (sl_line(&text, &line)) {
		str_adds(out, first ? "<p>" : "<br>\n");
		add_escaped(line, out);
		first = false;
	}
	if (!first)
		str_adds(out, "</p>\n");
}

int markdown_html(struct slice text, struct str *out)
{
	size_t sig = compose_sig_at(text);
	cmark_node *document;
	struct str body;
	char *html;

	if (text.n > MARKDOWN_MAX || !utf8_valid(text))
		return -1;
	str_init(&body, STR_MAX);
	split_quotes(sl_head(text, sig), &body);
	document = cmark_parse_document(body.p ? body.p : "", body.n, CMARK_OPT_DEFAULT);
	show_html(document);
	html = cmark_render_html(document, CMARK_OPT_SAFE);
	str_adds(out, "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"></head><body>\n");
	str_adds(out, html);
	add_signature(sl_skip(text, sig), out);
	str_adds(out, "</body></html>\n");
	free(html);
	cmark_node_free(document);
	str_release(&body);
	return out->full ? -1 : 0;
}
