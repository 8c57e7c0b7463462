/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * lex: tokens of structured fields.  A dump names each token: a atom, q quoted,
 * l literal, s special; "_" before it means that blanks or comments were skipped. */
#include "../../tap.h"
#include "mime/mime.h"

static char *dump(struct slice text, bool mime, struct lex *lx)
{
	struct str s;
	struct lex_tok t;
	size_t steps = 0;

	str_init(&s, STR_MAX);
	lex_init(lx, text, mime);
	for (t = lex_next(lx); t.kind != LEX_END; t = lex_next(lx)) {
		if (s.n)
			str_addc(&s, ' ');
		str_addf(&s, "%s%c" SL_FMT, t.space_before ? "_" : "", "?aqls"[t.kind],
			 SL_ARG(t.raw));
		bug_on(++steps > text.n);
	}
	return str_detach(&s);
}

static const struct { const char *name, *text, *want, *comment; } cases[] = {
	{ "empty", "", "", NULL },
	{ "blanks only, with a fold", " \t\r\n ", "", NULL },
	{ "RFC 5322 3.2.3: a dot-atom is one token", "a.b@c.d", "aa.b s@ ac.d", NULL },
	{ "RFC 5322 3.2.1: a quoted pair", "\"a\\\"b\" c", "q\"a\\\"b\" _ac", NULL },
	{ "RFC 5322 3.2.2: nested comments count as a blank", "a(b(c)d)e", "aa _ae", "b(c)d" },
	{ "the last comment is kept", "(x)a(y(z))", "_aa", "y(z)" },
	{ "a quoted parenthesis in a comment", "(a\\)b)c", "_ac", "a\\)b" },
	{ "a comment without end reaches to the end", "a (b <c@d>", "aa", "b <c@d>" },
	{ "a quoted string without end reaches to the end", "a \"b <c@d>", "aa _q\"b <c@d>", NULL },
	{ "a quoted string that ends in a backslash", "\"a\\", "q\"a\\", NULL },
	{ "RFC 5322 3.4.1: a domain literal", "a@[1.2.3.4]", "aa s@ l[1.2.3.4]", NULL },
	{ "a bracket without end is a special", "a[b@c", "aa s[ ab s@ ac", NULL },
	{ "a literal ends before another begins", "[a[b]", "s[ aa l[b]", NULL },
	{ "a closing parenthesis alone", "a)b", "aa s) ab", NULL },
	{ "a backslash alone", "a\\b", "aa s\\ ab", NULL },
	{ "RFC 6532: bytes over 127 are atoms", "\xed\x95\x9c.\xff@x", "a\xed\x95\x9c.\xff s@ ax",
	  NULL },
	{ "controls are atoms", "a\x01\x0c\x0b\x7f", "aa\x01\x0c\x0b\x7f", NULL },
	{ "a bare CR is a blank", "a\rb", "aa _ab", NULL },
	{ "an encoded word with marks in it is one atom",
	  "=?utf-8?Q?a,b(c)<d@e>\"?= <f@g>", "a=?utf-8?Q?a,b(c)<d@e>\"?= _s< af s@ ag s>", NULL },
	{ "an encoded word with blanks in it is not", "=?utf-8?Q?a, b?=", "a=?utf-8?Q?a s, _ab?=",
	  NULL },
	{ "specials", "<>,;:@", "s< s> s, s; s: s@", NULL },
};

static const struct { const char *name, *text, *want; } mime_cases[] = {
	{ "RFC 2045 5.1: tspecials", "text/plain; a=\"b c\"",
	  "atext s/ aplain s; _aa s= q\"b c\"" },
	{ "RFC 2045 5.1: a comment", "us-ascii (Plain)", "aus-ascii" },
	{ "dots and stars belong to tokens", "a*0*=b.c", "aa*0* s= ab.c" },
	{ "a question mark does not", "a?b", "aa s? ab" },
};

static const struct { const char *name, *raw, *want; } unquotes[] = {
	{ "empty", "", "" },
	{ "quotes and pairs", "\"a\\\"b\\\\\"", "a\"b\\" },
	{ "an empty string", "\"\"", "" },
	{ "without end", "\"ab", "ab" },
	{ "a backslash at the end", "\"ab\\", "ab\\" },
	{ "a literal", "[1.2]", "1.2" },
	{ "a comment keeps its parentheses", "(a) \\) b", "(a) ) b" },
	{ "a comment keeps quotes inside", "\"a\" b", "\"a\" b" },
	{ "folds are removed, their blank stays, a tab as a space", "\"a\r\n b\n\tc\"", "a b c" },
};

/* In memory of exactly its size, as are all its heads. */
static void each_head(const char *text, bool mime)
{
	size_t n = strlen(text);

	for (size_t i = 0; i <= n; i++) {
		char *copy = malloc(i ? i : 1);
		struct lex lx;

		memcpy(copy, text, i);
		free(dump(sl_make(copy, i), mime, &lx));
		free(copy);
	}
}

static void test_atext(void)
{
	static const char legal[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789!#$%&'*+-/=?^_`{|}~";
	unsigned wrong = 0;

	for (int c = 0; c < 256; c++)
		wrong += lex_is_atext(c) != (c >= 128 || (c && strchr(legal, c)));
	is_int(wrong, 0, "RFC 5322 3.2.3: atext");
	ok(lex_is_token(SL("a-b'*%")) && !lex_is_token(SL("")) && !lex_is_token(SL("a b")) &&
	   !lex_is_token(SL("a=b")) && !lex_is_token(SL("a\x7f")) &&
	     !lex_is_token(SL("\xc3\xa9")) &&
	   !lex_is_token(sl_make("a\0", 2)), "RFC 2045 5.1: a token");
}

static void test_hostile(void)
{
	struct str s;
	struct lex lx;
	char *d;

	str_init(&s, STR_MAX);
	for (int i = 0; i < 50000; i++)
		str_addc(&s, '(');
	for (int i = 0; i < 50000; i++)
		str_addc(&s, ')');
	str_addc(&s, 'x');
	d = dump(str_sl(&s), false, &lx);
	is_str(d, "_ax", "50,000 nested comments");
	is_int(lx.depth, 50000, "their depth is told");
	free(d);
	str_clear(&s);
	for (int i = 0; i < 500000; i++)
		str_addc(&s, '[');
	free(dump(str_sl(&s), false, &lx));
	str_clear(&s);
	for (int i = 0; i < 200000; i++)
		str_adds(&s, "=?a?q?");
	free(dump(str_sl(&s), false, &lx));
	ok(true, "half a million brackets, 200,000 beginnings of words");
	str_release(&s);
	lex_init(&lx, sl_make("a\0b", 3), false);
	is_slice(lex_next(&lx).raw, sl_make("a\0b", 3), "a NUL is a byte of an atom");
	lex_init(&lx, SL_NONE, false);
	is_int(lex_next(&lx).kind, LEX_END, "a slice of nothing");
}

int main(void)
{
	struct lex lx;
	struct str out;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *d = dump(sl(cases[i].text), false, &lx);

		is_str(d, cases[i].want, "%s", cases[i].name);
		if (cases[i].comment)
			is_slice(lx.comment, sl(cases[i].comment), "%s: the comment",
			       cases[i].name);
		free(d);
		each_head(cases[i].text, false);
		each_head(cases[i].text, true);
	}
	for (size_t i = 0; i < ARRAY_LEN(mime_cases); i++) {
		char *d = dump(sl(mime_cases[i].text), true, &lx);

		is_str(d, mime_cases[i].want, "%s", mime_cases[i].name);
		free(d);
		each_head(mime_cases[i].text, true);
	}
	str_init(&out, 64);
	for (size_t i = 0; i < ARRAY_LEN(unquotes); i++) {
		str_clear(&out);
		lex_unquote(sl(unquotes[i].raw), &out);
		is_slice(str_sl(&out), sl(unquotes[i].want), "unquote: %s", unquotes[i].name);
	}
	str_release(&out);
	str_init(&out, 3);
	is_int(lex_unquote(SL("\"abc\""), &out), 0, "unquote: as long as the limit");
	str_clear(&out);
	is_int(lex_unquote(SL("\"abcd\""), &out), -1, "unquote: one over the limit");
	str_release(&out);
	test_atext();
	test_hostile();
	return tap_done();
}
