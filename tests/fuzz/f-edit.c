/* SPDX-License-Identifier: GPL-3.0-or-later
 * What keys do to a line and to a text; undone and done again it is the same. */
#include "fuzz.h"
#include "tui/tui.h"

/* A character, a control key, or behind ^\ one of those that are no character. */
static key_code next_key(struct slice *in)
{
	uint32_t c;

	*in = sl_skip(*in, utf8_decode(*in, &c));
	if (c != 28 || in->n == 0)
		return c;
	*in = sl_skip(*in, utf8_decode(*in, &c));
	return c >= 128 ? KEY_ALT | (c & 127) : KEY_UP_ + c % 40;
}

FUZZ(in)
{
	struct slice rest = in;
	struct edit edit;
	struct text *text = text_new();
	struct str out, again;

	edit_init(&edit, "one two");
	text_wrap_at(text, (int)fuzz_number(in, 3) * 20);
	while (rest.n) {
		key_code k = next_key(&rest);

		edit_key(&edit, k);
		text_key(text, k);
		bug_on(edit.at > edit.text.n || !utf8_valid(sl_head(str_sl(&edit.text), edit.at)));
	}
	str_init(&out, STR_MAX);
	str_init(&again, STR_MAX);
	text_get(text, &out);
	bug_on(!utf8_valid(str_sl(&edit.text)) || !utf8_valid(str_sl(&out)));
	while (text_redo(text))
		;
	str_clear(&out);
	text_get(text, &out);
	while (text_undo(text))
		;
	while (text_redo(text))
		;
	text_get(text, &again);
	bug_on(!sl_eq(str_sl(&out), str_sl(&again)));
	str_release(&out);
	str_release(&again);
	edit_release(&edit);
	text_free(&text);
}
