/* SPDX-License-Identifier: GPL-3.0-or-later
 * Character sets: guessed, read whole and in pieces the same, cleaned twice the same. */
#include "fuzz.h"
#include "mime/priv.h"

static const char *const labels[] = {
	"utf-8", "iso-8859-1", "windows-1252", "euc-kr", "ks_c_5601-1987", "iso-2022-kr", "iso-2022-jp", "shift_jis",
	"euc-jp", "gb18030", "gb2312", "hz-gb-2312", "big5", "big5-hkscs", "koi8-r", "utf-7", "utf-16", "utf-16le",
	"utf-32be", "windows-1251", "tis-620", "johab", "x-unknown",
};

static void pieces_are_same(struct slice label, struct slice in)
{
	struct charset *whole = charset_open(label), *parts = charset_open(label);
	unsigned state = fuzz_number(in, 10);
	struct str a, b;
	struct slice piece;
	int bad = 0;

	if (!whole)
		return;
	str_init(&a, STR_MAX);
	str_init(&b, STR_MAX);
	bad = charset_feed(whole, in, true, &a);
	while (fuzz_piece(&in, &state, &piece))
		bad -= charset_feed(parts, piece, false, &b);
	bad -= charset_feed(parts, SL_NONE, true, &b);
	/* how much of a bad run of UTF-7 goes is the library's decision */
	bug_on(!utf8_valid(str_sl(&a)) || !utf8_valid(str_sl(&b)));
	bug_on(!sl_iis(label, "utf-7") && (bad != 0 || !sl_eq(str_sl(&a), str_sl(&b))));
	charset_free(&whole);
	charset_free(&parts);
	str_release(&a);
	str_release(&b);
}

FUZZ(in)
{
	const char *label = labels[fuzz_number(in, ARRAY_LEN(labels))];
	struct str text, clean, twice;
	char *meta = guess_meta(in);

	free(meta);
	bug_on(!guess_bytes(in) || !guess_field(sl_head(in, 998)));
	guess_said(in, label);
	pieces_are_same(sl(label), in);
	str_init(&text, STR_MAX);
	str_init(&clean, STR_MAX);
	str_init(&twice, STR_MAX);
	bug_on(charset_to_utf8(sl(guess_bytes(in)), in, &text) < 0 || !utf8_valid(str_sl(&text)));
	charset_from_utf8(sl(label), str_sl(&text), &clean);
	str_clear(&clean);
	bug_on(utf8_sanitize(&clean, in, CLEAN_LINES) != 0 || !utf8_valid(str_sl(&clean)));
	bug_on(utf8_sanitize(&twice, str_sl(&clean), CLEAN_LINES) != 0 || !sl_eq(str_sl(&clean), str_sl(&twice)));
	str_release(&text);
	str_release(&clean);
	str_release(&twice);
}
