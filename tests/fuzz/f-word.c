/* SPDX-License-Identifier: GPL-3.0-or-later
 * Encoded words: any text is read; what is written reads back the same. */
#include "fuzz.h"
#include "mime/mime.h"

/* As word_encode promises: breaks and tabs are spaces, other controls go. */
static void plain(struct slice in, struct str *out)
{
	while (in.n) {
		uint32_t cp;
		size_t n = utf8_decode(in, &cp);

		if (sl_starts(in, "\r\n"))
			n = 2;
		if (cp == '\n' || cp == '\r' || cp == '\t' || cp == 0x85 || cp == 0x2028 || cp == 0x2029)
			str_addc(out, ' ');
		else if (cp >= 32 && (cp < 0x7f || cp >= 0xa0))
			str_add(out, in.p, n);
		in = sl_skip(in, n);
	}
}

static void each_word_fits(struct slice s)
{
	struct slice word;

	while (sl_word(&s, &word))
		bug_on(word_match(word) == word.n && word.n > 75);
}

static void write_and_read(struct slice text, bool phrase)
{
	struct str out, back, want;

	str_init(&out, STR_MAX);
	str_init(&back, STR_MAX);
	str_init(&want, STR_MAX);
	plain(text, &want);
	bug_on(word_encode_at(text, phrase, phrase ? 0 : 9, &out) != 0);
	each_word_fits(str_sl(&out));
	for (size_t i = 0; i < out.n; i++)
		bug_on((unsigned char)out.p[i] < 32 || (unsigned char)out.p[i] > 126);
	bug_on(word_decode(str_sl(&out), &back) != 0 || !sl_eq(str_sl(&back), str_sl(&want)));
	str_release(&out);
	str_release(&back);
	str_release(&want);
}

FUZZ(in)
{
	struct str text;

	str_init(&text, STR_MAX);
	bug_on(word_match(in) > in.n || word_decode(in, &text) != 0);
	if (utf8_valid(in))
		write_and_read(in, fuzz_number(in, 2));
	if (utf8_valid(str_sl(&text)))
		write_and_read(str_sl(&text), fuzz_number(in, 2));
	str_release(&text);
}
