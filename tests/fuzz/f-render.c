/* SPDX-License-Identifier: GPL-3.0-or-later
 * A whole message as its reader sees it: in one step and in many the same lines, which are
 * clean; and as text to quote. */
#include "fuzz.h"
#include "show/show.h"

static struct render *lay_out(struct slice in, const struct render_opts *opts, int64_t usec)
{
	struct err err = ERR_INIT;
	struct render *r;
	struct str mem;
	int rc;

	str_init(&mem, STR_MAX);
	str_addsl(&mem, in);
	r = render_open(-1, &mem, NULL);
	render_layout(r, opts);
	while ((rc = render_step(r, usec, &err)) == 0)
		;
	bug_on(rc != 1);
	return r;
}

static void clean(struct slice s, int flags)
{
	struct str again;

	str_init(&again, STR_MAX);
	bug_on(utf8_sanitize(&again, s, flags) != 0 || !sl_eq(str_sl(&again), s));
	str_release(&again);
}

FUZZ(in)
{
	static const int widths[] = { 80, 20, 1, 132, 40, 7 };
	unsigned how = fuzz_number(in, 48);
	struct render_opts opts = { .width = widths[how % 6], .html = how & 8, .all_headers = how & 16, .fold_quotes = how & 1 };
	struct render *r = lay_out(in, &opts, 100000000), *slow = lay_out(in, &opts, 0);
	struct err err = ERR_INIT;
	struct str out;

	bug_on(render_lines(r) != render_lines(slow) || render_links(r) != render_links(slow));
	for (size_t i = 0; i < render_lines(r); i++) {
		const struct render_line *a = render_line(r, i), *b = render_line(slow, i);

		bug_on(a->kind != b->kind || a->quote != b->quote || !sl_eq(a->text, b->text) || a->n_spans != b->n_spans);
		clean(a->text, CLEAN_LINES);
		bug_on(sl_find(a->text, '\n') >= 0);
		for (size_t k = 0; k < a->n_spans; k++)
			bug_on(a->spans[k].from > a->spans[k].to || a->spans[k].to > a->text.n || a->spans[k].link > render_links(r));
	}
	for (size_t i = 0; i < render_links(r); i++)
		clean(sl(render_link(r, i)->url), CLEAN_LINE);
	str_init(&out, 1 << 20);
	if (render_quotable(r, 72, 1 << 16, &out, &err) == 0)
		clean(str_sl(&out), CLEAN_LINES | CLEAN_TABS);
	str_release(&out);
	render_free(&r);
	render_free(&slow);
}
