/* SPDX-License-Identifier: GPL-3.0-or-later
 * A header: its fields, what a list needs of them; what can be written reads back. */
#include "fuzz.h"
#include "mime/mime.h"

/* Written under its name, read again; false: it can't be. */
static bool there_and_back(const char *name, struct slice text, bool words, struct str *back)
{
	struct slice block, line;
	struct str out;
	struct hdr h;
	bool good;

	str_init(&out, STR_MAX);
	good = (words ? hdr_write_text(&out, name, text) : hdr_write(&out, name, text)) == 0;
	for (block = str_sl(&out); sl_line(&block, &line); bug_on(line.n > 998))
		;
	block = str_sl(&out);
	bug_on(good && (hdr_next(&block, &h) != 1 || block.n || !sl_is(h.name, name)));
	if (good)
		words ? hdr_text(h.value, back) : hdr_unfold(h.value, back);
	str_release(&out);
	return good;
}

static void again(const char *name, struct slice text, bool words)
{
	struct str once, twice;

	str_init(&once, STR_MAX);
	str_init(&twice, STR_MAX);
	if (there_and_back(name, text, words, &once))
		bug_on(!there_and_back(name, str_sl(&once), words, &twice) || !sl_eq(str_sl(&once), str_sl(&twice)));
	str_release(&once);
	str_release(&twice);
}

FUZZ(in)
{
	struct slice head = sl_head(in, hdr_length(in)), rest = head;
	struct env env;
	struct hdr h;
	struct str text;

	bug_on(hdr_length(in) > in.n);
	str_init(&text, STR_MAX);
	guess_header(head);
	while (hdr_next(&rest, &h) == 1) {
		bug_on(h.whole.p < head.p || h.whole.p + h.whole.n > head.p + head.n || h.name.n == 0);
		str_clear(&text);
		hdr_text(h.value, &text);
		bug_on(!utf8_valid(str_sl(&text)));
		again("X-Text", str_sl(&text), true);
		again("X-Name", h.value, false);
	}
	guess_header(SL_NONE);
	env_parse(head, &mime_limits_default, &env);
	bug_on(!env.subject);
	env_release(&env);
	str_release(&text);
}
