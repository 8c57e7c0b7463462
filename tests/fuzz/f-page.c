/* SPDX-License-Identifier: GPL-3.0-or-later
 * Plain text as lines: at once and so many lines at a time the same. */
#include "fuzz.h"
#include "mime/mime.h"

static void look(const struct page *p, bool utf8)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct page_line *l = &p->v[i];

		bug_on(l->at > p->text.n || l->n > p->text.n - l->at);
		bug_on(l->run > p->n_runs || l->n_runs > p->n_runs - l->run);
		bug_on(utf8 && !utf8_valid(sl_make(p->text.p + l->at, l->n)));
		for (size_t k = 0; k < l->n_runs; k++)
			bug_on(p->runs[l->run + k].from > p->runs[l->run + k].to || p->runs[l->run + k].to > l->n);
	}
}

FUZZ(in)
{
	static const int widths[] = { 80, 20, 1, 132, 40, 7 };
	struct page whole = { 0 }, pieces = { 0 };
	unsigned how = fuzz_number(in, 24);
	int width = widths[how % 6];
	size_t at = 0, before;

	text_page(in, how & 1, how & 2, width, &whole);
	look(&whole, utf8_valid(in));
	do {
		before = at;
		text_page_more(in, &at, how & 1, how & 2, width, pieces.n + 1 + how % 5, &pieces);
	} while (at > before && at < in.n);
	look(&pieces, utf8_valid(in));
	bug_on(!whole.cut && !pieces.cut && !sl_eq(str_sl(&whole.text), str_sl(&pieces.text)));
	bug_on(!whole.cut && !pieces.cut && whole.n != pieces.n);
	page_release(&whole);
	page_release(&pieces);
}
