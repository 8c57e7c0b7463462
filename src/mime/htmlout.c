/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * htmlout: words become paragraphs, and these rows, with what stands before
 * them (marks of quotes, bullets, indents) and the empty lines between.
 */
#include "base/base.h"
#include "mime/mime.h"
#include "mime/priv.h"

#define TAB 8

void flow_init(struct flow *f, struct page *page, int width)
{
	*f = (struct flow){ .page = page, .width = width };
	str_init(&f->para, STR_MAX);
	str_init(&f->link_text, 4000);
}

static void seg_release(struct flow_seg *seg)
{
	free(seg->first);
	free(seg->rest);
}

void flow_release(struct flow *f)
{
	for (size_t i = 0; i < f->n_segs; i++)
		seg_release(&f->segs[i]);
	free(f->segs);
	free(f->runs);
	str_release(&f->para);
	str_release(&f->link_text);
}

/* ---- what stands before a row ---- */

static int lead_cols(const struct flow *f)
{
	int cols = 0;

	for (size_t i = 0; i < f->n_segs; i++)
		cols += f->segs[i].cols;
	return cols;
}

int flow_room(const struct flow *f)
{
	return MAX(f->width - lead_cols(f), 1);
}

/* Where half of the width is taken, no more is put before a line. */
void flow_push(struct flow *f, const char *first, const char *rest, unsigned quote)
{
	int cols = utf8_width(sl(rest));
	bool fits = lead_cols(f) + cols <= f->width / 2;
	struct flow_seg seg = { .quote = quote, .cols = fits ? cols : 0 };

	seg.first = mem_strdup(fits ? first : "");
	seg.rest = mem_strdup(fits ? rest : "");
	mem_grow(f->segs, f->n_segs, f->cap_segs);
	f->segs[f->n_segs++] = seg;
}

void flow_pop(struct flow *f)
{
	f->n_segs--;
	seg_release(&f->segs[f->n_segs]);
	f->low = MIN(f->low, f->n_segs);
}

static unsigned make_lead(struct flow *f, size_t n, bool first, struct str *out)
{
	unsigned quote = 0;

	for (size_t i = 0; i < n; i++) {
		struct flow_seg *seg = &f->segs[i];

		str_adds(out, first && !seg->used ? seg->first : seg->rest);
		seg->used = seg->used || first;
		quote += seg->quote;
	}
	return quote;
}

static void put_rows(struct flow *f, struct slice text, const struct page_run *runs, size_t n_runs)
{
	struct page_para para = { .text = text, .runs = runs, .n_runs = n_runs };
	struct str first, rest;

	str_init(&first, STR_MAX);
	str_init(&rest, STR_MAX);
	if (f->blank && f->any) {
		struct page_para empty = { .quote = make_lead(f, f->low, false, &first) };

		empty.first = empty.rest = str_sl(&first);
		page_rows(f->page, &empty, f->width);
		str_clear(&first);
	}
	make_lead(f, f->n_segs, true, &first);
	para.quote = make_lead(f, f->n_segs, false, &rest);
	para.first = str_sl(&first);
	para.rest = str_sl(&rest);
	page_rows(f->page, &para, f->width);
	str_release(&first);
	str_release(&rest);
	f->blank = false;
	f->any = true;
	f->low = f->n_segs;
}

/* ---- lines and paragraphs ---- */

static void mark_link(struct flow *f, unsigned style)
{
	struct look look = { .style = style | RUN_DIM, .link = f->link };
	bool pending = f->space;
	struct page_link *link;
	char mark[24];

	if (!f->link || f->link_marked || !f->link_seen)
		return;
	link = &f->page->links[f->link - 1];
	if (link->number == 0)
		link->number = ++f->page->numbers;
	snprintf(mark, sizeof(mark), "[%u]", link->number);
	f->link_marked = true;
	f->space = f->para.n > 0;
	f->link = 0;                    /* no text of the link itself */
	flow_word(f, sl(mark), &look);
	f->link = look.link;
	f->mark_end = f->para.n;
	f->space = pending && f->link_text.n; /* that before an image is used up */
}

static bool is_all_blank(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != ' ')
			return false;
	return true;
}

/* A new line of a cell. */
static void cell_break(struct flow *f)
{
	if (f->para.n && f->para.p[f->para.n - 1] != '\n')
		str_addc(&f->para, '\n');
	f->space = false;
}

void flow_break(struct flow *f)
{
	bool filler = f->filler;

	f->filler = false;
	if (f->cell) {
		cell_break(f);
		return;
	}
	if (f->link && f->para.n)
		mark_link(f, 0);
	if (!is_all_blank(str_sl(&f->para)))
		put_rows(f, str_sl(&f->para), f->runs, f->n_runs);
	else if (f->para.n || filler)
		f->blank = true;
	str_clear(&f->para);
	f->n_runs = 0;
	f->space = false;
}

void flow_blank(struct flow *f)
{
	flow_break(f);
	if (!f->cell)
		f->blank = true;
}

void flow_hard_break(struct flow *f)
{
	if (f->cell) {
		cell_break(f);
	} else if (f->para.n) {
		flow_break(f);
	} else {
		f->blank = true;
	}
}

void flow_row(struct flow *f, struct slice text, const struct page_run *runs, size_t n_runs)
{
	flow_break(f);
	put_rows(f, text, runs, n_runs);
}

/* ---- words ---- */

static void add_run(struct flow *f, size_t from, bool behind_space, const struct look *look)
{
	struct page_run *last = f->n_runs ? &f->runs[f->n_runs - 1] : NULL;

	if ((!look->style && !look->link) || from == f->para.n)
		return;
	if (last && last->style == look->style && last->link == look->link && last->to + behind_space == from) {
		last->to = f->para.n;
		return;
	}
	mem_grow(f->runs, f->n_runs, f->cap_runs);
	f->runs[f->n_runs++] = (struct page_run){ .from = from, .to = f->para.n, .style = look->style, .link = look->link };
}

void flow_word(struct flow *f, struct slice word, const struct look *look)
{
	size_t from, before = f->para.n;
	bool space = f->space && before && f->para.p[before - 1] != '\n';

	if (space)
		str_addc(&f->para, ' ');
	from = f->para.n;
	utf8_sanitize(&f->para, word, CLEAN_LINES);
	if (f->para.n == from) {        /* nothing that is seen */
		str_cut(&f->para, before);
		return;
	}
	f->space = false;
	add_run(f, from, space, look);
	if (f->link && look->link == f->link) {
		f->link_seen = true;
		if (space && f->link_text.n)
			str_addc(&f->link_text, ' ');
		str_addsl(&f->link_text, sl_range(f->para.p + from, f->para.p + f->para.n));
	}
}

static bool is_html_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

/* A bullet of Word is a letter of a font of symbols. */
static struct slice marker(struct slice word)
{
	static const char *const bullets[] = { "\xC2\xB7", "\xC2\xA7", "\xC3\x98", "\xC3\xBC", "o", "\xEF\x82\xB7" };

	for (size_t i = 0; i < ARRAY_LEN(bullets); i++)
		if (sl_is(word, bullets[i]))
			return SL("\xE2\x80\xA2");
	return word;
}

static bool is_ink(uint32_t cp)
{
	return cp > ' ' && cp != 0xA0 && cp != 0xAD && cp != 0x34F && cp != 0xFEFF && cp != 0x2007 && !(cp >= 0x2000 && cp <= 0x200F);
}

/* Characters that are more than room, at most max. */
static unsigned count_ink(struct slice s, size_t max)
{
	unsigned n = 0;
	uint32_t cp;

	while (s.n && n < max) {
		s = sl_skip(s, utf8_decode(s, &cp));
		n += is_ink(cp);
	}
	return n;
}

static bool is_no_break_spaces(struct slice s)
{
	while (sl_starts(s, "\xC2\xA0"))
		s = sl_skip(s, 2);
	return s.n == 0;
}

/* What newsletters put behind their first words, so that lists of mail show no more of them:
 * characters that are not seen, with no-break spaces between. */
static bool is_filler(struct flow *f, struct slice word)
{
	f->filler = count_ink(word, 1) == 0 && (f->filler || !is_no_break_spaces(word));
	f->space |= f->filler;
	return f->filler;
}

/* A word; no-break spaces in it are blanks that count. */
static void put_word(struct flow *f, struct slice word, const struct look *look)
{
	if (is_filler(f, word))
		return;
	while (word.n) {
		ssize_t at = sl_search(word, SL("\xC2\xA0"));
		struct slice part = at < 0 ? word : sl_head(word, (size_t)at);

		if (part.n)
			flow_word(f, look->marker ? marker(part) : part, look);
		word = sl_skip(word, part.n);
		if (word.n == 0)
			break;
		if (look->marker) {
			f->space = true;
			word = sl_skip(word, 2);
			continue;
		}
		if (f->space && f->para.n)
			str_addc(&f->para, ' ');
		f->space = false;
		str_addc(&f->para, ' ');
		word = sl_skip(word, 2);
	}
}

static void pre_line(struct flow *f, struct slice line, const struct look *look)
{
	struct slice part;

	while (line.n) {
		ssize_t tab = sl_find(line, '\t');

		part = tab < 0 ? line : sl_head(line, (size_t)tab);
		f->space = false;
		if (part.n)
			flow_word(f, part, look);
		line = sl_skip(line, part.n);
		if (line.n == 0)
			break;
		do
			str_addc(&f->para, ' ');
		while (utf8_width(str_sl(&f->para)) % TAB);
		line = sl_skip(line, 1);
	}
}

static void pre_text(struct flow *f, struct slice s, const struct look *look)
{
	ssize_t end;

	while ((end = sl_find(s, '\n')) >= 0) {
		pre_line(f, sl_head(s, (size_t)end), look);
		flow_hard_break(f);
		s = sl_skip(s, (size_t)end + 1);
	}
	pre_line(f, s, look);
}

/* White on white, or so near to it that nobody reads it. */
static bool is_same(uint32_t a, uint32_t b)
{
	for (int shift = 0; shift <= 16; shift += 8)
		if (abs((int)(a >> shift & 0xFF) - (int)(b >> shift & 0xFF)) > 6)
			return false;
	return true;
}

bool is_unseen(const struct look *look)
{
	return look->hidden || look->invisible || look->tiny || look->color == CSS_CLEAR ||
		(look->has_back && is_same(look->color, look->back));
}

/* Of a blank at i; those that separate lines and paragraphs (U+2028, U+2029) are shown as one. */
static size_t blank_bytes(struct slice s, size_t i)
{
	if (is_html_blank(s.p[i]))
		return 1;
	return s.p[i] == '\xE2' && (sl_starts(sl_skip(s, i), "\xE2\x80\xA8") || sl_starts(sl_skip(s, i), "\xE2\x80\xA9")) ? 3 : 0;
}

void flow_text(struct flow *f, struct slice s, const struct look *look)
{
	if (is_unseen(look)) {
		f->page->hidden += count_ink(s, s.n);
		return;
	}
	if (look->pre && !f->cell) {
		pre_text(f, s, look);
		return;
	}
	for (size_t i = 0; i < s.n; ) {
		size_t from = i;

		while (i < s.n && !blank_bytes(s, i))
			i++;
		if (i > from)
			put_word(f, sl_range(s.p + from, s.p + i), look);
		for (; i < s.n && blank_bytes(s, i); i += blank_bytes(s, i)) {
			f->space = true;
			if (s.p[i] == '\n' && look->lines)
				flow_hard_break(f);
		}
	}
}

/* ---- links ---- */

unsigned flow_link_begin(struct flow *f, struct slice href)
{
	f->space |= f->mark_end == f->para.n;   /* right behind another */
	str_clear(&f->link_text);
	f->link = page_link(f->page, href, SL_NONE);
	f->link_marked = f->link_seen = false;
	return f->link;
}

/* <a href="mailto:a@b">a@b</a> */
static bool says_itself(const struct flow *f)
{
	struct slice href = sl(f->page->links[f->link - 1].href);

	return sl_istarts(href, "mailto:") && sl_ieq(sl_skip(href, strlen("mailto:")), sl_trim(str_sl(&f->link_text)));
}

void flow_link_end(struct flow *f, const struct look *look)
{
	if (!f->link)
		return;
	if (!is_unseen(look) && !says_itself(f))
		mark_link(f, look->style);
	if (f->link_marked)
		page_link(f->page, sl(f->page->links[f->link - 1].href), f->link_text.n ? str_sl(&f->link_text) : SL(" "));       /* of an image */
	f->link = 0;
}
