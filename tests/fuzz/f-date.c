/* SPDX-License-Identifier: GPL-3.0-or-later
 * Dates: what is read as one is written, and read again the same.  And the tokens that
 * every structured field is made of: they follow each other to the end. */
#include "fuzz.h"
#include "mime/mime.h"

static void tokens(struct slice in, bool mime)
{
	const char *at = in.p;
	struct lex_tok tok;
	struct lex lex;
	struct str out;

	str_init(&out, STR_MAX);
	lex_init(&lex, in, mime);
	while ((tok = lex_next(&lex)).kind != LEX_END) {
		bug_on(tok.raw.n == 0 || tok.raw.p < at || tok.raw.p + tok.raw.n > in.p + in.n);
		at = tok.raw.p + tok.raw.n;
		bug_on(lex.rest.p && lex.rest.p < at);
		str_clear(&out);
		bug_on(lex_unquote(tok.raw, &out) != 0 || out.n > tok.raw.n);
	}
	bug_on(lex.rest.n);
	str_release(&out);
}

FUZZ(in)
{
	struct date d = date_parse(in), again;
	struct date_parts parts;
	struct str out;

	tokens(in, false);
	tokens(in, true);
	if (!d.ok)
		return;
	date_split(d.sec, 0, &parts);
	bug_on(parts.month < 1 || parts.month > 12 || parts.day < 1 || parts.day > 31 || parts.wday < 0 || parts.wday > 6);
	bug_on(date_join(&parts) != d.sec);
	date_zone(d.sec);
	str_init(&out, 256);
	bug_on(date_write(&out, d.sec, d.zone) != 0);
	again = date_parse(str_sl(&out));
	date_split(d.sec, d.zone, &parts);
	bug_on(parts.year >= 1000 && parts.year <= 9999 && (!again.ok || again.sec != d.sec || again.zone != d.zone));
	str_release(&out);
}
