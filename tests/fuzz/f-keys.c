/* SPDX-License-Identifier: GPL-3.0-or-later
 * Names of keys, read and written again the same; bytes of a terminal to letters. */
#include "fuzz.h"
#include "tui/priv.h"
#include <locale.h>

static void name_again(struct slice in)
{
	key_code keys[32], again[32];
	int n = keys_parse(in, keys, ARRAY_LEN(keys));
	struct str out;

	if (n < 0)
		return;
	str_init(&out, STR_MAX);
	keys_format(keys, (size_t)n, &out);
	bug_on(!utf8_valid(str_sl(&out)));
	str_clear(&out);
	keys_format_exact(keys, (size_t)n, &out);
	bug_on(keys_parse(str_sl(&out), again, ARRAY_LEN(again)) != n);
	bug_on(memcmp(keys, again, (size_t)n * sizeof(*keys)) != 0);
	str_release(&out);
}

FUZZ(in)
{
	struct letter letter = { .n = 0 };

	setlocale(LC_CTYPE, "C.UTF-8");
	name_again(in);
	for (size_t i = 0; i < in.n; i++) {
		key_code k = letter_add(&letter, in.p[i]);

		bug_on(letter.n >= sizeof(letter.bytes) || (k != KEY_NONE_ && k > 0x10ffff));
	}
}
