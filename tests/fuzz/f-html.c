/* SPDX-License-Identifier: GPL-3.0-or-later
 * HTML as lines of a width, and as words. */
#include "fuzz.h"
#include "mime/mime.h"

static void look_at_line(const struct page *p, const struct page_line *l)
{
	struct slice text = sl_make(p->text.p + l->at, l->n);
	struct str clean;

	bug_on(l->at > p->text.n || l->n > p->text.n - l->at || l->run > p->n_runs || l->n_runs > p->n_runs - l->run);
	for (size_t i = 0; i < l->n_runs; i++) {
		const struct page_run *r = &p->runs[l->run + i];

		bug_on(r->from > r->to || r->to > l->n || r->link > p->n_links);
	}
	str_init(&clean, STR_MAX);
	bug_on(utf8_sanitize(&clean, text, CLEAN_LINE) != 0);
	bug_on(sl_find(text, '\n') >= 0 || !utf8_valid(text));
	str_release(&clean);
}

FUZZ(in)
{
	static const int widths[] = { 80, 20, 1, 132, 40, 7 };
	struct page page = { 0 };
	struct str words;

	html_page(in, widths[fuzz_number(in, ARRAY_LEN(widths))], &page);
	for (size_t i = 0; i < page.n; i++)
		look_at_line(&page, &page.v[i]);
	for (size_t i = 0; i < page.n_links; i++)
		bug_on(!page.links[i].href || !page.links[i].text);
	page_release(&page);
	str_init(&words, 256 << 10);
	html_words(in, &words);
	bug_on(words.n > words.max);
	str_release(&words);
}
