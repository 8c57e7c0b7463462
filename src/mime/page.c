/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * page: text as lines of a width.  What plain text and HTML have in common
 * (rows of a paragraph, numbers of links), and plain text with its quotes,
 * addresses of pages and flowed paragraphs (RFC 3676).
 */
#include "base/base.h"
#include "mime/mime.h"
#include "mime/priv.h"

#define LINKS_MAX  10000
#define SHOWN_MAX  2000                 /* bytes kept of what stands for a link */
#define PIECE      ((size_t)64 << 10)   /* of a paragraph, at once              */
#define LABEL_MAX  252                  /* bytes of a part of a host            */
#define TAB        8

void page_release(struct page *page)
{
	for (size_t i = 0; i < page->n_links; i++) {
		free(page->links[i].href);
		free(page->links[i].text);
	}
	free(page->links);
	free(page->runs);
	free(page->v);
	map_free(&page->by_href);
	str_release(&page->text);
	*page = (struct page){ 0 };
}

void page_clear(struct page *page)
{
	page->n = page->n_runs = 0;
	if (page->text.max)
		str_clear(&page->text);
	page->images = page->remote = page->trackers = page->hidden = page->scripts = page->forms = 0;
	page->cut = false;
}

/* ---- links ---- */

static void add_shown(struct page_link *link, struct slice text)
{
	struct slice rest = sl(link->text), line;
	struct str both;

	if (text.n == 0 || rest.n > SHOWN_MAX)
		return;
	while (sl_line(&rest, &line))
		if (sl_eq(line, text))
			return;
	str_init(&both, STR_MAX);
	str_adds(&both, link->text);
	if (both.n)
		str_addc(&both, '\n');
	str_addsl(&both, text);
	free(link->text);
	link->text = str_detach(&both);
}

unsigned page_link(struct page *page, struct slice href, struct slice text)
{
	struct page_link *link;
	size_t k;

	if (!page->by_href)
		page->by_href = map_new();
	k = (size_t)(uintptr_t)map_get(page->by_href, href);
	if (k == 0) {
		if (page->n_links >= LINKS_MAX)
			return 0;
		mem_grow(page->links, page->n_links, page->cap_links);
		link = &page->links[page->n_links++];
		*link = (struct page_link){ .href = mem_strndup(href.p, href.n), .text = mem_strdup("") };
		k = page->n_links;
		map_put(page->by_href, href, (void *)(uintptr_t)k);
	}
	add_shown(&page->links[k - 1], sl_head(text, SHOWN_MAX));
	return (unsigned)k;
}

/* ---- rows ---- */

static struct slice without_blanks(struct slice s)
{
	while (s.n && s.p[s.n - 1] == ' ')
		s.n--;
	return s;
}

/* The runs of text[from, from + n), which stands at `at` of the line. */
static void add_runs(struct page *page, struct page_line *line, const struct page_para *para,
		     size_t *next, size_t from, size_t n, size_t at)
{
	line->run = page->n_runs;
	while (*next < para->n_runs && para->runs[*next].to <= from)
		++*next;
	for (size_t i = *next; i < para->n_runs && para->runs[i].from < from + n; i++) {
		struct page_run run = para->runs[i];

		run.from = MAX(run.from, from) - from + at;
		run.to = MIN(run.to, from + n) - from + at;
		if (run.from == run.to)
			continue;
		mem_grow(page->runs, page->n_runs, page->cap_runs);
		page->runs[page->n_runs++] = run;
	}
	line->n_runs = page->n_runs - line->run;
}

void page_rows(struct page *page, const struct page_para *para, int width)
{
	struct slice lead = para->first;
	size_t at = 0, next = 0;

	if (page->text.max == 0)
		str_init(&page->text, STR_MAX);
	do {
		struct slice rest = sl_skip(para->text, at), row;
		size_t n = utf8_wrap(rest, MAX(width - utf8_width(lead), 1), NULL);
		struct page_line *line;

		row = sl_is(para->text, "-- ") ? rest : without_blanks(sl_head(rest, n));
		if (row.n == 0)
			lead = without_blanks(lead);
		mem_grow(page->v, page->n, page->cap);
		line = &page->v[page->n++];
		*line = (struct page_line){ .at = page->text.n, .n = lead.n + row.n, .quote = para->quote };
		str_addsl(&page->text, lead);
		str_addsl(&page->text, row);
		add_runs(page, line, para, &next, at, row.n, lead.n);
		at += n;
		line->goes_on = at < para->text.n || para->goes_on;
		lead = para->rest;
	} while (at < para->text.n);
}

/* ---- addresses of pages in plain text ---- */

static bool is_word(char c)
{
	return ascii_isalnum(c) || (unsigned char)c >= 0x80;
}

/* A letter of Latin, Greek, Cyrillic, Hebrew or Arabic: there words have blanks between. */
static bool is_spaced_script(struct slice s, size_t i)
{
	unsigned char lead = (unsigned char)s.p[(s.p[i] & 0xC0) == 0x80 ? i - 1 : i];
	bool comma = (unsigned char)s.p[i] == 0xD8 && i + 1 < s.n && strchr("\x8C\x9B\x9F", s.p[i + 1]);      /* "،" */

	return lead >= 0xC3 && lead < 0xE0 && !comma;
}

/* A label in the middle of a host: "한국" of "www.한국.kr". */
static bool is_label(struct slice s, size_t i)
{
	size_t n = i;

	if (s.p[i - 1] != '.')
		return false;
	while (n < s.n && n < i + LABEL_MAX && (is_word(s.p[n]) || s.p[n] == '-'))
		n++;
	return n + 1 < s.n && s.p[n] == '.' && ascii_isalnum(s.p[n + 1]);
}

/* Letters of East Asia belong to a host with a label that begins with one; behind ASCII
 * they are the sentence that goes on ("https://example.com/에서"). */
static bool in_url(struct slice s, size_t i, bool wide)
{
	unsigned char c = (unsigned char)s.p[i];

	return c >= 0x80 ? wide || is_spaced_script(s, i) : c > ' ' && c != 0x7F && !strchr("<>\"`{}|^\\", c);
}

static size_t trim_url(struct slice s, size_t n)
{
	size_t open = 0, close = 0;

	for (size_t i = 0; i < n; i++) {
		open += s.p[i] == '(' || s.p[i] == '[';
		close += s.p[i] == ')' || s.p[i] == ']';
	}
	while (n) {
		char c = s.p[n - 1];

		if ((c == ')' || c == ']') && close > open)
			close--;
		else if (!strchr(".,;:!?'*_", c))
			break;
		n--;
	}
	return n;
}

#define LOCAL_MAX 320   /* bytes before the @ of mailto: */

/* Bytes of the address that s begins with, or 0.  What is none is seen before all of it is
 * read, as the next one may stand in it. */
static size_t match_url(struct slice s)
{
	static const char *const schemes[] = { "https://", "http://", "ftp://", "mailto:", "www." };
	size_t from, n;
	bool wide, path = false;

	for (size_t k = 0; k < ARRAY_LEN(schemes); k++) {
		if (!sl_istarts(s, schemes[k]))
			continue;
		from = n = strlen(schemes[k]);
		if (n == s.n || !(is_word(s.p[from]) || s.p[from] == '['))
			return 0;
		if (k == 3 && sl_find(sl_head(s, n + LOCAL_MAX), '@') < 0)
			return 0;
		wide = (unsigned char)s.p[n] >= 0x80;
		for (; n < s.n; n++) {
			path = path || strchr("/?#", s.p[n]);
			wide = wide || (!path && (unsigned char)s.p[n] >= 0x80 && is_label(s, n));
			if (!in_url(s, n, wide))
				break;
		}
		n = trim_url(s, n);
		if (n <= from)
			return 0;
		if (k == 3 && sl_find(sl_head(s, n), '@') < 0)
			return 0;
		if (k == 4 && sl_find(sl_skip(sl_head(s, n), from), '.') < 0)
			return 0;
		return n;
	}
	return 0;
}

static unsigned text_link(struct page *page, struct slice url)
{
	struct str full;
	unsigned k;

	if (!sl_istarts(url, "www."))
		return page_link(page, url, SL_NONE);
	str_init(&full, STR_MAX);
	str_adds(&full, "http://");
	str_addsl(&full, url);
	k = page_link(page, str_sl(&full), SL_NONE);
	str_release(&full);
	return k;
}

struct lay {
	struct page *page;
	bool flowed, delsp; int width;
	struct slice text; size_t at;
	struct str para, lead;
	struct page_run *runs; size_t n_runs, cap_runs;
};

static void find_urls(struct lay *lay, struct slice s)
{
	lay->n_runs = 0;
	for (size_t i = 0; i < s.n; i++) {
		int c = s.p[i] | 0x20;
		size_t n;

		if ((c != 'h' && c != 'w' && c != 'f' && c != 'm') || (i && ascii_isalnum(s.p[i - 1])))
			continue;
		n = match_url(sl_skip(s, i));
		if (n == 0)
			continue;
		mem_grow(lay->runs, lay->n_runs, lay->cap_runs);
		lay->runs[lay->n_runs++] = (struct page_run){ .from = i, .to = i + n,
			.link = text_link(lay->page, sl_head(sl_skip(s, i), n)) };
		i += n - 1;
	}
}

/* ---- lines of plain text ---- */

/* Bytes of the marks that a line begins with, one blank between two of them at most. */
static size_t quote_marks(struct slice line, unsigned *depth)
{
	size_t n = 0;

	*depth = 0;
	while (n < line.n && (line.p[n] == '>' || (n && line.p[n] == ' ' && n + 1 < line.n && line.p[n + 1] == '>')))
		*depth += line.p[n++] == '>';
	return n && n < line.n && line.p[n] == ' ' ? n + 1 : n;
}

/* The text with tabs as blanks; col: where it begins. */
static struct slice expand_tabs(struct lay *lay, struct slice s, int col)
{
	if (sl_find(s, '\t') < 0)
		return s;
	str_clear(&lay->para);
	while (s.n) {
		ssize_t tab = sl_find(s, '\t');
		struct slice part = tab < 0 ? s : sl_head(s, (size_t)tab);

		str_addsl(&lay->para, part);
		s = sl_skip(s, part.n);
		if (s.n == 0)
			break;
		col += utf8_width(part);
		do
			str_addc(&lay->para, ' ');
		while (++col % TAB);
		s = sl_skip(s, 1);
	}
	return str_sl(&lay->para);
}

static void put_para(struct lay *lay, struct slice lead, struct slice text, unsigned quote, bool goes_on)
{
	struct page_para para = { .first = lead, .rest = lead, .quote = quote, .goes_on = goes_on };

	para.text = expand_tabs(lay, text, utf8_width(lead));
	find_urls(lay, para.text);
	para.runs = lay->runs;
	para.n_runs = lay->n_runs;
	page_rows(lay->page, &para, lay->width);
}

/* Where a text that is too long for once may be cut: at a blank, else between letters. */
static size_t cut_at(struct slice s, size_t n)
{
	size_t from = n;

	while (n > from / 2 && s.p[n - 1] != ' ')
		n--;
	if (n > from / 2)
		return n;
	for (n = from; n > 1 && ((unsigned char)s.p[n] & 0xC0) == 0x80; )
		n--;
	return n;
}

/* The line from `at` on, of which the row before is a part when inside. */
static void put_line(struct lay *lay, bool inside)
{
	struct page *page = lay->page;
	struct slice rest = sl_skip(lay->text, lay->at), line;
	ssize_t end = sl_find(rest, '\n');
	size_t marks, n;
	unsigned depth;
	bool goes_on = false;

	line = end < 0 ? rest : sl_head(rest, (size_t)end);
	n = line.n + (end >= 0);
	str_clear(&lay->lead);
	if (inside) {
		struct page_line *last = &page->v[page->n - 1];
		struct slice row = sl_make(page->text.p + last->at, last->n);

		marks = quote_marks(row, &depth);
		str_add(&lay->lead, row.p, marks);
		depth = last->quote;
	} else {
		marks = quote_marks(line, &depth);
		if ((int)marks <= lay->width / 2) {
			str_add(&lay->lead, line.p, marks);
			line = sl_skip(line, marks);
		}
	}
	if (line.n > PIECE) {
		size_t cut = cut_at(line, PIECE);

		n = (size_t)(line.p + cut - rest.p);
		line = sl_head(line, cut);
		goes_on = true;
	}
	put_para(lay, str_sl(&lay->lead), line, depth, goes_on);
	lay->at += n;
}

/* RFC 3676 4.4 and 4.5: depth, then stuffing.  Some write "> > ", as it is done elsewhere. */
static struct slice flowed_line(struct slice line, unsigned *depth)
{
	*depth = 0;
	while (sl_starts(line, ">") || (*depth && sl_starts(line, " >"))) {
		line = sl_skip(line, line.p[0] == ' ' ? 2 : 1);
		++*depth;
	}
	return line.n && line.p[0] == ' ' ? sl_skip(line, 1) : line;
}

static void put_flowed(struct lay *lay)
{
	struct slice rest = sl_skip(lay->text, lay->at), line;
	unsigned depth, next;
	struct str joined;
	bool open = true;

	line = rest;
	if (!sl_line(&rest, &line) || line.n > PIECE) {
		put_line(lay, false);
		return;
	}
	line = flowed_line(line, &depth);
	str_init(&joined, STR_MAX);
	while (open) {
		struct slice ahead = rest, follows;

		lay->at = (size_t)(rest.p - lay->text.p);
		open = sl_ends(line, " ") && !sl_is(line, "-- ");
		str_add(&joined, line.p, line.n - (open && lay->delsp));
		open = open && sl_line(&ahead, &follows) && follows.n <= PIECE && joined.n <= PIECE;
		if (!open)
			break;
		line = flowed_line(follows, &next);
		open = next == depth && !sl_is(line, "-- ");
		rest = ahead;
	}
	str_clear(&lay->lead);
	for (unsigned i = 0; i < depth && depth < (unsigned)lay->width / 2; i++)
		str_addc(&lay->lead, '>');
	if (lay->lead.n)
		str_addc(&lay->lead, ' ');
	put_para(lay, str_sl(&lay->lead), str_sl(&joined), depth, false);
	str_release(&joined);
}

void text_page_more(struct slice text, size_t *at, bool flowed, bool delsp, int width, size_t lines, struct page *page)
{
	struct lay lay = { .page = page, .flowed = flowed, .delsp = delsp, .width = width, .text = text, .at = *at };
	size_t from = page->n;

	str_init(&lay.para, STR_MAX);
	str_init(&lay.lead, STR_MAX);
	while (lay.at < text.n && page->n - from < lines) {
		bool inside = page->n && lay.at && text.p[lay.at - 1] != '\n';

		if (flowed && !inside)
			put_flowed(&lay);
		else
			put_line(&lay, inside);
	}
	*at = lay.at;
	str_release(&lay.para);
	str_release(&lay.lead);
	free(lay.runs);
}

void text_page(struct slice text, bool flowed, bool delsp, int width, struct page *page)
{
	size_t at = 0;

	text_page_more(text, &at, flowed, delsp, width, SIZE_MAX, page);
}
