/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * renderraw: the bytes of a message, made visible and cut into rows; and its
 * text as it is quoted in an answer.
 */
#include "priv.h"

#define RAW_BLOCK ((size_t)64 << 10)
#define TAB       8
#define ONE_LINE  (1 << 20)     /* columns: no paragraph is wrapped */

/* ---- raw ---- */

static void expand_tabs(struct slice s, struct str *out)
{
	int col = 0;
	struct slice part;

	while (sl_cut(&s, '\t', &part)) {
		str_addsl(out, part);
		col += utf8_width(part);
		if (s.p == NULL || s.n == 0)
			break;
		do
			str_addc(out, ' ');
		while (++col % TAB);
	}
}

static void put_rows(struct render *r, struct slice line, bool goes_on)
{
	struct str clean, wide;
	struct slice rest;

	str_init(&clean, STR_MAX);
	str_init(&wide, STR_MAX);
	utf8_sanitize(&clean, line, CLEAN_TABS);
	expand_tabs(str_sl(&clean), &wide);
	rest = str_sl(&wide);
	do {
		size_t n = utf8_fit(rest, r->opts.width, NULL);

		n = n ? n : utf8_grapheme(rest);
		line_put(r, LINE_RAW, sl_head(rest, n), NULL, 0, 0, n < rest.n || goes_on, 0);
		rest = sl_skip(rest, n);
	} while (rest.n);
	str_release(&clean);
	str_release(&wide);
}

/* The lines that are whole in r->raw; what is left over of a very long one too. */
static void put_lines(struct render *r, bool last)
{
	struct slice rest = str_sl(&r->raw), line;

	while (rest.n) {
		if (sl_find(rest, '\n') >= 0) {
			sl_line(&rest, &line);
			put_rows(r, line, false);
		} else if (last || rest.n >= RAW_BLOCK) {
			size_t n = rest.n;

			while (!last && n > 1 && ((unsigned char)rest.p[n - 1] & 0xC0) == 0x80 && rest.n - n < 4)
				n--;
			n -= !last && n > 1 && (unsigned char)rest.p[n - 1] >= 0xC0;
			put_rows(r, sl_head(rest, n), !last);
			rest = sl_skip(rest, n);
			break;
		} else {
			break;
		}
	}
	str_drop(&r->raw, r->raw.n - rest.n);
}

bool raw_step(struct render *r, int64_t until, struct err *err)
{
	off_t end = MIN(r->size, (off_t)TEXT_MAX);
	char *block = mem_alloc(RAW_BLOCK);
	bool ok = true;

	do {
		size_t want = (size_t)MIN(end - r->raw_at, (off_t)RAW_BLOCK);
		ssize_t n = (ssize_t)want;

		if (r->fd < 0)
			str_addsl(&r->raw, sl_head(sl_skip(str_sl(&r->mem), (size_t)r->raw_at), want));
		else if ((n = fs_pread(r->fd, block, want, r->raw_at)) > 0)
			str_add(&r->raw, block, (size_t)n);
		if (n < 0) {
			err_sys(err, _("the message can't be read"));
			ok = false;
			break;
		}
		r->raw_at += n;
		put_lines(r, n == 0 || r->raw_at >= end);
		if (n == 0 || r->raw_at >= end)
			r->phase = PHASE_DONE;
	} while (r->phase == PHASE_RAW && rt_mono() < until);
	free(block);
	if (r->phase == PHASE_DONE && end < r->size)
		line_note(r, _("The message is longer than %zu MiB; the rest is left out. It can be saved."), TEXT_MAX >> 20);
	return ok;
}

/* ---- quoted ---- */

static void add_page(const struct page *page, size_t max, struct str *out)
{
	for (size_t i = 0; i < page->n && out->n + page->v[i].n < max; i++) {
		utf8_sanitize(out, sl_make(page->text.p + page->v[i].at, page->v[i].n), CLEAN_LINE);
		str_addc(out, '\n');
	}
}

/* What it says in place of how it is written for programs. */
static void add_calendar(struct slice text, size_t max, struct str *out)
{
	struct err ignored = ERR_INIT;
	struct icalcomponent_impl *calendar = calendar_parse(text, &ignored);
	struct slice rest, line;
	struct str words;

	if (!calendar)
		return;
	str_init(&words, STR_MAX);
	calendar_words(calendar, true, &words);
	rest = str_sl(&words);
	while (sl_line(&rest, &line) && out->n + line.n < max) {
		utf8_sanitize(out, line, CLEAN_LINE);
		str_addc(out, '\n');
	}
	calendar_free(calendar);
	str_release(&words);
}

static void add_lines(struct slice text, size_t max, struct str *out)
{
	struct slice line;

	while (sl_line(&text, &line) && out->n + line.n < max) {
		str_addsl(out, line);
		str_addc(out, '\n');
	}
}

int render_quotable(struct render *r, int width, size_t max, struct str *out, struct err *err)
{
	const struct part *p;
	const char *format, *delsp;
	struct page page = { 0 };
	struct str raw, clean;
	bool cut, html;

	while (!r->tree)
		if (render_step(r, 100000, err) < 0)
			return -1;
	p = tree_best_text(r->tree);
	if (!p)
		return 0;
	html = part_is_html(p);
	format = params_get(&p->params, "format");
	delsp = params_get(&p->params, "delsp");
	str_init(&raw, STR_MAX);
	str_init(&clean, STR_MAX);
	max += out->n;
	if (!body_text(r, p, html ? HTML_MAX : MIN(max, TEXT_MAX), &raw, &cut, err)) {
		str_release(&raw);
		return -1;
	}
	utf8_sanitize(&clean, str_sl(&raw), CLEAN_LINES | CLEAN_TABS);
	if (part_is_calendar(p))
		add_calendar(str_sl(&raw), max, out);
	else if (html)
		html_page(str_sl(&raw), MAX(width, 10), &page);
	else if (format && sl_iis(sl(format), "flowed"))
		text_page(str_sl(&clean), true, delsp && sl_iis(sl(delsp), "yes"), ONE_LINE, &page);
	else
		add_lines(str_sl(&clean), max, out);
	add_page(&page, max, out);
	page_release(&page);
	str_release(&raw);
	str_release(&clean);
	return 0;
}
