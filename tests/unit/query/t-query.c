/* SPDX-License-Identifier: GPL-3.0-or-later
 * query: patterns from text to a tree, and back */
#include "../../tap.h"
#include "query/query.h"
#include <time.h>

#define NOW 1784116800          /* 2026-07-15 12:00 UTC, a Wednesday */

static struct query_error error;

static struct query *parse(struct slice text)
{
	struct query *q = NULL;

	if (query_parse(text, NOW, &q, &error) != 0)
		tap_note("%zu: %s", error.at, error.text);
	return q;
}

static bool same_z(const char *a, const char *b)
{
	return (!a && !b) || (a && b && strcmp(a, b) == 0);
}

/* Depth is limited, so this may recurse. */
static bool same(const struct query *a, const struct query *b)
{
	const struct query *x = a->child, *y = b->child;

	if (a->kind != b->kind || a->negated != b->negated || a->letter != b->letter ||
	    a->how != b->how || a->min != b->min || a->max != b->max ||
	    a->needs != b->needs || !same_z(a->text, b->text) ||
	    !same_z(a->needle, b->needle) || !a->regex != !b->regex)
		return false;
	for (; x && y; x = x->next, y = y->next)
		if (!same(x, y))
			return false;
	return !x && !y;
}

/* want NULL: only that it comes back the same */
static void form(const char *text, const char *want)
{
	struct query *q = parse(sl(text)), *again = NULL;
	struct str s, t;

	str_init(&s, STR_MAX);
	str_init(&t, STR_MAX);
	if (ok(q != NULL, "%.60s is a pattern", text) && query_format(q, &s) == 0) {
		if (want)
			is_slice(str_sl(&s), sl(want), "... in normal form");
		again = parse(str_sl(&s));
		ok(again && same(q, again), "... which is the same tree");
		if (again)
			query_format(again, &t);
		ok(sl_eq(str_sl(&s), str_sl(&t)), "... and the same text");
	}
	query_free(&q);
	query_free(&again);
	str_release(&s);
	str_release(&t);
}

static const struct { const char *text, *want; } forms[] = {
	{ "", "~A" },
	{ " \t\r\n", "~A" },
	{ "~A", "~A" },
	{ "kim", "kim" },
	{ "~f kim", "~f kim" },
	{ "~fkim", "~f kim" },
	{ "~f  kim~s x", "~f kim ~s x" },
	{ "  a  b ", "a b" },
	{ "a|b", "a | b" },
	{ "a b|c d", "a b | c d" },
	{ "a (b|c) d", "a (b | c) d" },
	{ "(a b) c", "a b c" },
	{ "(a|b)|c", "a | b | c" },
	{ "((((a))))", "a" },
	{ "!a", "!a" },
	{ "! a", "!a" },
	{ "!!a", "a" },
	{ "!(!a)", "a" },
	{ "!(a b) c", "!(a b) c" },
	{ "!(a|b)|c", "!(a | b) | c" },
	{ "!a|b", "!a | b" },
	{ "!~R~U", "!~R ~U" },
	{ "~(~f kim)", "~(~f kim)" },
	{ "!~(a|b) c", "!~(a | b) c" },
	{ "~D ~U ~N ~O ~R ~F ~Q ~T ~v ~= ~$ ~p ~P ~l", "~D ~U ~N ~O ~R ~F ~Q ~T ~v ~= ~$ ~p ~P ~l" },
	{ "~f kim ~s \"시험\" !~R ~d <7d", "~f kim ~s 시험 !~R ~d <7d" },
	{ "~s \"two words\"", "~s \"two words\"" },
	{ "~s 'two \"words\"'", "~s \"two \\\"words\\\"\"" },
	{ "'it\\'s'", "\"it's\"" },
	{ "don't", "\"don't\"" },
	{ "\"a\\\\b\"", "\"a\\\\b\"" },
	{ "\"a\"\"b\"", "a b" },
	{ "\"~f\" '|' \"(\" ')' \"!x\" \"=y\" \"%z\"", "\"~f\" \"|\" \"(\" \")\" \"!x\" \"=y\" \"%z\"" },
	{ "two\\ words", "\"two words\"" },
	{ "c++ what? a.b", "c++ what? a.b" },
	{ "=s a.b", "=s a.b" },
	{ "=s ab", "~s ab" },
	{ "=s Ab", "=s Ab" },
	{ "~s Ab", "~s Ab" },
	{ "~s a.b", "~s a.b" },
	{ "~s (no|number)|~U", "~s \"(no|number)\" | ~U" },
	{ "(~s (a|b)c)", "~s \"(a|b)c\"" },
	{ "~s \"a\\.b\"", "~s \"a\\\\.b\"" },
	{ "~s a\\.b", "~s \"a\\\\.b\"" },
	{ "~s a\\\\.b", "~s \"a\\\\.b\"" },
	{ "~s a\\|b", "~s \"a|b\"" },
	{ "~s a\\(b", "~s \"a\\\\(b\"" },
	{ "~s x\\~y", "~s \"x~y\"" },
	{ "~s cafe\xCC\x81", "~s café" },
	{ "~z >10k ~z 1M-5M ~z <2K ~z -5m ~z 1g- ~z 100", "~z >10k ~z 1M-5M ~z <2K ~z -5m ~z 1g- ~z 100" },
	{ "~X 2-3", "~X 2-3" },
	{ "~d 1/2/2026- ~d -15/3/2026 ~d 2026-01-01-2026-02-01", "~d 1/2/2026- ~d -15/3/2026 ~d 2026-01-01-2026-02-01" },
	{ "~d '=3d' ~r today|~r yesterday", "~d =3d ~r today | ~r yesterday" },
};

/* at: bytes; n: of what is pointed at; says: a part of the sentence */
static const struct { const char *text; size_t at, n; const char *says; } wrong[] = {
	{ "~k x", 1, 1, "There is no pattern ~k here" },
	{ "~s a ~한 x", 6, 3, "There is no pattern ~한 here" },
	{ "~j x", 1, 1, "no pattern ~j" },
	{ "=k x", 1, 1, "no pattern =k" },
	{ "=d 1/2", 0, 1, "write ~d" },
	{ "a ~", 2, 1, "A letter is missing" },
	{ "a ~ f", 2, 1, "A letter is missing" },
	{ "%f friends", 0, 1, "Groups of addresses" },
	{ "~f", 2, 0, "missing at the end" },
	{ "~f ", 3, 0, "missing at the end" },
	{ "~d", 2, 0, "A date is missing" },
	{ "~z", 2, 0, "A number is missing" },
	{ "~f |a", 3, 1, "nothing to look for" },
	{ "(~f )", 4, 1, "nothing to look for" },
	{ "~f \"\"", 3, 1, "nothing to look for" },
	{ "\"", 0, 1, "no end" },
	{ "a \"b", 2, 1, "no end" },
	{ "a 'b\\'", 2, 1, "no end" },
	{ "(a", 0, 1, "no ) after" },
	{ "a (b (c)", 2, 1, "no ) after" },
	{ "a)", 1, 1, "no ( before" },
	{ "()", 1, 1, "nothing between" },
	{ "a ( )", 4, 1, "nothing between" },
	{ "~()", 2, 1, "nothing between" },
	{ "~(a", 1, 1, "no ) after" },
	{ "|a", 0, 1, "nothing before" },
	{ "a||b", 2, 1, "nothing before" },
	{ "a|", 2, 0, "nothing after the |" },
	{ "(a|)", 3, 1, "nothing after the |" },
	{ "!", 0, 1, "nothing after this !" },
	{ "a !", 2, 1, "nothing after this !" },
	{ "(!)", 1, 1, "nothing after this !" },
	{ "!|a", 0, 1, "nothing after this !" },
	{ "~s [a", 3, 2, "no ] after" },
	{ "~s (a", 3, 2, "no ) after" },
	{ "~s \"a)\"", 3, 4, "no ( before" },
	{ "~s *a", 3, 2, "wrong" },
	{ "~s a{2,1}", 3, 6, "wrong" },
	{ "~s \"(a)\\1\"", 3, 7, "back-references" },
	{ "~s a{1,1000}", 3, 9, "repeats too much" },
	{ "~s ((a{32}){32}){2}", 3, 16, "repeats too much" },
	{ "~s ((((((((((((a+)+)+)+)+)+)+)+)+)+)+)+)", 3, 37, "repeats too much" },
	{ "~s a{2}{2}{2}{2}{2}{2}{2}{2}{2}{2}{2}", 3, 34, "repeats too much" },
	{ "~s (a{99}+){99}", 3, 12, "repeats too much" },
	{ "~s a{256}", 3, 6, "repeats too much" },
	{ "~s a{[b", 3, 4, "has no ]" },
	{ "~s a{[b}", 3, 5, "has no ]" },
	{ "~s a{[b]", 3, 5, "wrong" },
	{ "~s [힣-가]", 3, 9, "ends before it begins" },
	{ "~s [z-a]", 3, 5, "wrong" },
	{ "~z x", 3, 1, "A number or a range" },
	{ "~z 10kk", 6, 1, "A number or a range" },
	{ "~z 10-20x", 8, 1, "A number or a range" },
	{ "~z -", 4, 0, NULL },
	{ "~z >", 4, 0, "A number or a range" },
	{ "~z 99999999999", 3, 1, "A number or a range" },
	{ "~d x", 3, 1, "A date is missing here" },
	{ "~d <", 4, 0, "A number is missing" },
	{ "~d <7", 5, 0, "A unit is missing" },
	{ "~d <7x", 5, 1, "A unit is missing" },
	{ "~d <7dd", 6, 1, "follow the unit" },
	{ "~d <9999999d", 4, 1, "too large" },
	{ "~d 30/2/2026", 3, 1, "no such day" },
	{ "~d 29/2/2026", 3, 1, "no such day" },
	{ "~d 1/13", 3, 1, "no such day" },
	{ "~d 1/2/123", 7, 1, "four digits" },
	{ "~d 1//2", 5, 1, "A number is missing" },
	{ "~d 2026-02", 10, 0, "2026-03-15" },
	{ "~d 2026-02-30", 3, 1, "no such day" },
	{ "~d 1/2/2026x", 11, 1, "After a date" },
	{ "~d 1/2/2026-x", 12, 1, "A date is missing here" },
	{ "~d 1/2-3/4x", 10, 1, "second date" },
	{ "~d '1/2 x'", 7, 1, "After a date" },
	{ "~d -", 4, 0, "A date is missing here" },
	{ "~d *2H", 3, 1, "A margin" },
	{ "a \x01", 2, 1, "control" },
	{ "a \x7F", 2, 1, "control" },
	{ "a \xC2\x85", 2, 2, "control" },
	{ "a \xFF z", 2, 1, "UTF-8" },
	{ "~s \xED\xA0\x80", 3, 1, "UTF-8" },
	{ "~s 시\xED\x97", 6, 1, "UTF-8" },
};

static void errors(void)
{
	struct query *q;

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		size_t n;

		if (!wrong[i].says) {
			form(wrong[i].text, NULL);
			continue;
		}
		memset(&error, 0, sizeof(error));
		is_int(query_parse(sl(wrong[i].text), NOW, &q, &error), -1, "%s is refused", wrong[i].text);
		ok(!q, "... and leaves no tree");
		is_int((long long)error.at, (long long)wrong[i].at, "... at");
		is_int((long long)error.n, (long long)wrong[i].n, "... so much");
		n = strlen(error.text);
		if (!ok(strstr(error.text, wrong[i].says) && n && error.text[n - 1] == '.', "... in a sentence"))
			tap_note("%s", error.text);
		query_free(&q);
	}
}

/* ---- limits and hostile text ---- */

static void repeated(struct str *s, const char *what, size_t n)
{
	while (n--)
		str_adds(s, what);
}

static bool refused(const struct str *s, const char *says)
{
	struct query *q;
	bool is = query_parse(str_sl(s), NOW, &q, &error) != 0;

	query_free(&q);
	return is && strstr(error.text, says);
}

static void limits(void)
{
	struct str s;
	struct query *q;

	str_init(&s, STR_MAX);
	repeated(&s, "(", 32);
	str_addc(&s, 'a');
	repeated(&s, ")", 32);
	q = parse(str_sl(&s));
	ok(q != NULL, "32 parentheses");
	query_free(&q);
	str_clear(&s);
	repeated(&s, "!(a ", 32);
	str_addc(&s, 'a');
	repeated(&s, ")", 32);
	form(s.p, s.p);
	str_clear(&s);
	repeated(&s, "(", 33);
	str_addc(&s, 'a');
	repeated(&s, ")", 33);
	ok(refused(&s, "deeper than 32") && error.at == 32, "33 are too many, and the 33rd is shown");
	str_clear(&s);
	repeated(&s, "~(", 33);
	ok(refused(&s, "deeper than 32") && error.at == 65, "... of threads too");
	str_clear(&s);
	repeated(&s, "(", 100000);
	ok(refused(&s, "deeper than 32"), "100,000 parentheses");
	str_clear(&s);
	str_addc(&s, 'a');
	repeated(&s, ")", 100000);
	ok(refused(&s, "no ("), "... closing");
	str_clear(&s);
	repeated(&s, "!", 100001);
	str_addc(&s, 'a');
	form(s.p, "!a");
	str_clear(&s);
	repeated(&s, "a ", 1000);
	q = parse(str_sl(&s));
	ok(q != NULL, "1,000 terms");
	query_free(&q);
	str_adds(&s, "~A");
	ok(refused(&s, "more than 1000 terms") && error.at == 2000, "1,001 are too many, and that one is shown");
	str_clear(&s);
	repeated(&s, "x|", 2000);
	ok(refused(&s, "more than 1000 terms"), "... with | between");
	str_clear(&s);
	str_adds(&s, "~s ^");
	repeated(&s, "a", 999);
	form(s.p, NULL);
	str_addc(&s, 'a');
	ok(refused(&s, "longer than 1,000 bytes") && error.at == 3, "a regular expression of 1,001 bytes");
	form("~s (a{100}){10}", NULL);
	str_clear(&s);
	str_adds(&s, "~s (a{100}){10}a");
	ok(refused(&s, "repeats too much"), "1,000 characters after all repeats, and one more");
	str_clear(&s);
	repeated(&s, "a", 256u << 10);
	form(s.p, NULL);
	str_addc(&s, 'a');
	ok(refused(&s, "longer than 262144 bytes"), "text of 256 KiB and one more");
	str_clear(&s);
	str_adds(&s, "a b");
	s.p[1] = '\0';
	ok(refused(&s, "control") && error.at == 1, "a NUL");
	str_release(&s);
}

/* ---- needs, and what an index can answer ---- */

static void needs(const char *text, unsigned want)
{
	struct query *q = parse(sl(text));

	ok(q && query_needs(q) == want, "%s needs %x", text, want);
	query_free(&q);
}

static void narrow(const char *text, unsigned can, const char *want)
{
	struct query *q = parse(sl(text)), *less = query_narrow(q, can);
	struct str s;

	str_init(&s, STR_MAX);
	query_format(less, &s);
	is_slice(str_sl(&s), sl(want), "%s, for who knows %x", text, can);
	ok((query_needs(less) & ~can) == 0, "... asks for no more");
	query_free(&q);
	query_free(&less);
	str_release(&s);
}

/* ---- random trees ---- */

static uint64_t seed = 20261121;

static unsigned dice(unsigned n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

static void random_text(struct str *s, unsigned depth)
{
	static const char *const terms[] = { "~f kim", "~s \"시험 a\"", "x", "~A", "~d <7d", "~z 1k-5k",
		"=b A.b", "~B ^x+$", "~U", "'q\"\\\\'", "~h (a|b)", "\\~x", "~X 1-", "~=", "=s Z" };
	unsigned n = 1 + dice(3);

	for (unsigned i = 0; i < n; i++) {
		if (i)
			str_adds(s, dice(2) ? " " : " | ");
		if (dice(3) == 0)
			str_adds(s, dice(4) ? "!" : "! !");
		if (depth && dice(2)) {
			str_adds(s, dice(4) ? "(" : "~(");
			random_text(s, depth - 1);
			str_addc(s, ')');
		} else {
			str_adds(s, terms[dice(ARRAY_LEN(terms))]);
		}
	}
}

static void random_trees(void)
{
	unsigned good = 0;
	struct str s, t, u;

	str_init(&s, STR_MAX);
	str_init(&t, STR_MAX);
	str_init(&u, STR_MAX);
	for (int i = 0; i < 1000; i++) {
		struct query *q, *again = NULL;

		str_clear(&s);
		str_clear(&t);
		str_clear(&u);
		random_text(&s, 5);
		q = parse(str_sl(&s));
		if (q && query_format(q, &t) == 0)
			again = parse(str_sl(&t));
		if (again && query_format(again, &u) == 0 && same(q, again) && sl_eq(str_sl(&t), str_sl(&u)))
			good++;
		else
			tap_note("%s", s.p);
		query_free(&q);
		query_free(&again);
	}
	is_int(good, 1000, "random trees come back the same");
	str_release(&s);
	str_release(&t);
	str_release(&u);
}

/* Any bytes end in a tree or in an error inside the text. */
static void random_bytes(void)
{
	static const char bytes[] = "~=%!()|\"'\\ fsdzBX<>-*+/0129ymkM.[]{},^$\xEC\x8B\x9C\xCC\x81";
	unsigned good = 0;

	for (int i = 0; i < 20000; i++) {
		size_t n = 1 + dice(24);
		char *text = mem_alloc(n);
		struct query *q;

		for (size_t k = 0; k < n; k++)
			text[k] = bytes[dice(sizeof(bytes) - 1)];
		good += query_parse(sl_make(text, n), NOW, &q, &error) == 0 ? q != NULL :
			!q && error.at + error.n <= n && error.text[0];
		query_free(&q);
		free(text);
	}
	is_int(good, 20000, "random bytes are a pattern or an error inside them");
}

int main(void)
{
	struct query *q = query_all();
	struct str small;

	setenv("TZ", "UTC", 1);
	tzset();
	for (size_t i = 0; i < ARRAY_LEN(forms); i++)
		form(forms[i].text, forms[i].want);
	errors();
	limits();
	needs("", 0);
	needs("~U", QUERY_NEEDS_FLAGS);
	needs("kim", QUERY_NEEDS_ENV | QUERY_NEEDS_TEXT);
	needs("~f kim !~R", QUERY_NEEDS_ENV | QUERY_NEEDS_FLAGS);
	needs("~(~b x)|~z 1", QUERY_NEEDS_THREAD | QUERY_NEEDS_TEXT | QUERY_NEEDS_SIZE);
	needs("~d <1d ~h x ~B x ~X 1 ~p", QUERY_NEEDS_DATES | QUERY_NEEDS_HEADER | QUERY_NEEDS_RAW |
		QUERY_NEEDS_PARTS | QUERY_NEEDS_WHO | QUERY_NEEDS_ENV);
	needs("~s a.b", QUERY_NEEDS_ENV | QUERY_NEEDS_SCAN);
	needs("=s Ab", QUERY_NEEDS_ENV | QUERY_NEEDS_SCAN);
	narrow("~f kim ~B x !~R", QUERY_NEEDS_ENV | QUERY_NEEDS_FLAGS, "~f kim !~R");
	narrow("~f kim | ~B x", QUERY_NEEDS_ENV, "~A");
	narrow("~U (~f kim ~B x | ~s a)", QUERY_NEEDS_ENV | QUERY_NEEDS_FLAGS, "~U (~f kim | ~s a)");
	narrow("~U !(~f kim ~B x)", QUERY_NEEDS_ENV | QUERY_NEEDS_FLAGS, "~U");
	narrow("~U !~B x", QUERY_NEEDS_FLAGS, "~U");
	narrow("~s a.b ~s ab", QUERY_NEEDS_ENV, "~s ab");
	narrow("~s a.b ~U", QUERY_NEEDS_ENV | QUERY_NEEDS_FLAGS | QUERY_NEEDS_SCAN, "~s a.b ~U");
	str_init(&small, 1);
	is_int(query_format(q, &small), -1, "no room to write it");
	is_int((long long)small.n, 0, "... adds nothing");
	str_release(&small);
	query_free(&q);
	query_free(&q);
	random_trees();
	random_bytes();
	return tap_done();
}
