/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * param: parameters as found, and as we write them. */
#include "../../tap.h"
#include "mime/mime.h"

#define HAN "\xed\x95\x9c"
#define GEUL "\xea\xb8\x80"

/* "name=value|" for each, "!" when something was wrong. */
static char *dump(const struct params *l)
{
	struct str s;

	str_init(&s, STR_MAX);
	for (size_t i = 0; i < l->n; i++)
		str_addf(&s, "%s=%s|", l->v[i].name, l->v[i].value);
	if (l->bad)
		str_addc(&s, '!');
	return str_detach(&s);
}

static const struct { const char *name, *text, *want; } reads[] = {
	{ "empty", "", "" },
	{ "RFC 2045 5.1: a token", " charset=us-ascii", "charset=us-ascii|" },
	{ "RFC 2045 5.1: a quoted string", "charset=\"us-ascii\"", "charset=us-ascii|" },
	{ "RFC 2045 5.1: a comment", " charset=us-ascii (Plain text)", "charset=us-ascii|" },
	{ "comments everywhere", "(a) b (c) = e (f;\"g) ; h=i", "b=e|h=i|" },
	{ "a comment before the value", "charset=(a) utf-8 (b); d=(e)f", "charset=utf-8|d=f|" },
	{ "what begins like a comment in a name", "filename=(1)file.txt", "filename=(1)file.txt|" },
	{ "names in lower case, values as they are", "CharSet=UTF-8", "charset=UTF-8|" },
	{ "several, folds", " a=b;\r\n\tc=\"d e\";\n f=g", "a=b|c=d e|f=g|" },
	{ "blanks around the equals sign", "a = b ; c= \"d\"", "a=b|c=d|" },
	{ "semicolons in excess", ";;;a=b;;", "a=b|" },
	{ "a forgotten semicolon", "boundary=xx charset=utf-8", "boundary=xx|charset=utf-8|!" },
	{ "a forgotten semicolon behind quotes", "a=\"b\" c=d", "a=b|c=d|!" },
	{ "no value", "a=; b=c", "a=|b=c|" },
	{ "no equals sign", "a; b=c", "b=c|!" },
	{ "no name", "=a; b=c", "b=c|!" },
	{ "a bad name", "a/b=c; d=e", "d=e|!" },
	{ "the first of two counts", "a=b; a=c", "a=b|!" },
	{ "quoted pairs", "a=\"b\\\"c\\\\d\"", "a=b\"c\\d|" },
	{ "a path with backslashes", "name=\"C:\\new\\x.txt\"", "name=C:\\new\\x.txt|" },
	{ "a semicolon in quotes", "a=\"b;c=d\"; e=f", "a=b;c=d|e=f|" },
	{ "a quotation mark without partner", "a=\"b; c=d", "a=b; c=d|!" },
	{ "junk behind the quotes", "a=\"b\"x; c=d", "a=b|c=d|!" },
	{ "blanks without quotes", "name=my file.txt; a=b", "name=my file.txt|a=b|!" },
	{ "parentheses without quotes", "name=file (1).txt", "name=file (1).txt|!" },
	{ "tspecials without quotes", "boundary=a=b/c:d; type=text/html",
	  "boundary=a=b/c:d|type=text/html|" },
	{ "quoted twice", "name=\"\"a b.txt\"\"; c=\"\"", "name=a b.txt|c=|!" },
	{ "a folded value", "a=\"b\r\n\tc\"", "a=b c|" },
	{ "RFC 2231 3: continuations",
	  " URL*0=\"ftp://\"; URL*1=\"cs.utk.edu/pub\"", "url=ftp://cs.utk.edu/pub|" },
	{ "RFC 2231 4: a charset", "title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A",
	  "title=This is ***fun***|" },
	{ "... that stands in the second piece", "name*0=ab; name*1*=utf-8''%EA%B0%80", "name=ab\xea\xb0\x80|" },
	{ "... and quotes behind it", "title*=utf-8''\"%41%20b\"", "title=A b|" },
	{ "RFC 2231 4.1: both", "title*0*=us-ascii'en'This%20is%20even%20more%20;"
	  "title*1*=%2A%2A%2Afun%2A%2A%2A%20;title*2=\"isn't it!\"",
	    "title=This is even more ***fun*** isn't it!|" },
	{ "in any order", "a*2=c; a*0=a; a*1=b", "a=abc|" },
	{ "eleven parts sort by number", "a*10=k; a*0=a; a*1=b; a*2=c; a*3=d; a*4=e; a*5=f; a*6=g;"
	  "a*7=h; a*8=i; a*9=j", "a=abcdefghijk|" },
	{ "a gap", "a*0=a; a*2=c", "a=ac|" },
	{ "an index twice", "a*0=a; a*0=b; a*1=c", "a=ac|!" },
	{ "an index that overflows", "a*99999999999999999999=x; a*0=a; a*1000000=z", "a=az|!" },
	{ "an index that is none", "a*x=b; a*-1=c; d=e", "d=e|!" },
	{ "extended before plain", "a=plain; a*=utf-8''ext", "a=ext|" },
	{ "extended before continued", "a*0=x; a*=utf-8''ext", "a=ext|" },
	{ "continued before plain", "a=plain; a*0=x; a*1=y", "a=xy|" },
	{ "a character split between parts", "a*0*=utf-8''%ED%95; a*1*=%9C", "a=" HAN "|" },
	{ "EUC-KR", "a*=euc-kr''%C7%D1%B1%DB.txt", "a=" HAN GEUL ".txt|" },
	{ "an escape split between parts", "a*1*=D%95%9C; a*0*=utf-8''x%E", "a=x" HAN "|" },
	{ "... before a plain one", "a*0*=utf-8''x%E; a*1=D", "a=x%ED|" },
	{ "comments around a name in quotes", "(a) filename (b) = (c) \"x.txt\" (d)", "filename=x.txt|" },
	{ "quoted though extended", "a*0*=\"utf-8''%ED%95%9C\"; a*1*=x", "a=" HAN "x|" },
	{ "no charset", "a*=''%ED%95%9C", "a=" HAN "|" },
	{ "one mark only, behind a charset", "a*=utf-8'%ED%95%9C", "a=" HAN "|" },
	{ "one mark only, in the text", "a*=isn't", "a=isn't|" },
	{ "no marks", "a*=%ED%95%9C", "a=" HAN "|" },
	{ "a bad escape", "a*=utf-8''%zz%4", "a=%zz%4|" },
	{ "an encoded word (many senders)", "a=\"=?utf-8?B?7ZWc?=\"", "a=" HAN "|" },
	{ "an encoded word without quotes", "a==?utf-8?B?7ZWc?=; b=c", "a=" HAN "|b=c|" },
	{ "two of them on two lines", "a==?utf-8?B?7ZWc?=\r\n =?utf-8?B?6riA?=",
	  "a=" HAN GEUL "|!" },
	{ "an encoded word where an extended value should be", "a*=\"=?utf-8?B?7ZWc?=\"",
	  "a=" HAN "|" },
	{ "an encoded word in two parts", "a*0=\"=?utf-8?B?7Z\"; a*1=\"Wc?=\"", "a=" HAN "|" },
	{ "raw UTF-8", "a=\"" HAN "\"", "a=" HAN "|" },
	{ "raw Latin-1", "a=\"caf\xe9\"", "a=caf\xc3\xa9|" },
	{ "a boundary keeps its bytes", "boundary=\"=?utf-8?Q?a?=\xff\"",
	  "boundary==?utf-8?Q?a?=\xff|" },
};

static void run(struct slice text, const struct mime_limits *lim, const char *want,
       const char *name)
{
	struct params l;
	char *got;

	params_parse(text, lim, &l);
	got = dump(&l);
	if (want)
		is_str(got, want, "read: %s", name);
	free(got);
	params_release(&l);
}

static void test_reads(void)
{
	const struct mime_limits *lim = &mime_limits_default;
	struct mime_limits two = *lim;

	for (size_t i = 0; i < ARRAY_LEN(reads); i++) {
		run(sl(reads[i].text), lim, reads[i].want, reads[i].name);
		for (size_t k = 0; k < strlen(reads[i].text); k++) {
			char *copy = malloc(k ? k : 1);

			memcpy(copy, reads[i].text, k);
			run(sl_make(copy, k), lim, NULL, NULL);
			free(copy);
		}
	}
	run(SL_NONE, lim, "", "a slice of nothing");
	run(sl_make("a=\"b\0c\"", 7), lim, "a=b\xe2\x90\x80" "c|", "a NUL is shown");
	run(SL("a*=utf-8''b%00c"), lim, "a=b\xe2\x90\x80" "c|", "an encoded NUL is shown");
	two.params = 2;
	run(SL("a=b; c=d"), &two, "a=b|c=d|", "as many as the limit");
	run(SL("a=b; c=d; e=f"), &two, "a=b|c=d|!", "one over the limit");
	run(SL("a*0=b; a*1=d; a*2=f"), &two, "a=bd|!", "one part over the limit");
}

static void test_hostile(void)
{
	static const char *const bits[] = {
		"a*0=b;", "a=\"", "a=(", "a=b (", "a=b \"x;", ";", "=", "a=b c ",
		"a*0*=utf-8''%41;", "\\\"", "'",
	};
	struct str s;
	struct params l;

	str_init(&s, STR_MAX);
	for (size_t i = 0; i < ARRAY_LEN(bits); i++) {
		str_clear(&s);
		for (int k = 0; k < 100000; k++)
			str_adds(&s, bits[i]);
		params_parse(str_sl(&s), &mime_limits_default, &l);
		ok(l.n <= 128, "100,000 times %s", bits[i]);
		params_release(&l);
	}
	str_clear(&s);
	for (unsigned k = 0; k < 129; k++) {
		str_addf(&s, "; a%u=b", k);
		params_parse(str_sl(&s), &mime_limits_default, &l);
		if (k >= 126)
			ok(l.n == MIN(k + 1, 128u) && l.bad == (k == 128), "%u parameters, 128 are kept", k + 1);
		params_release(&l);
	}
	str_clear(&s);
	for (int k = 0; k < 10000; k++)
		str_addf(&s, "a*%d=b;", k);
	params_parse(str_sl(&s), &mime_limits_default, &l);
	ok(l.n == 1 && strlen(l.v[0].value) == 128 && l.bad, "10,000 continuations, 128 are kept");
	params_release(&l);
	str_release(&s);
}

static const struct { const char *value, *want; bool plain; } writes[] = {
	{ "plain", "; name=plain", false },
	{ "plain", "", true },
	{ "two words", "; name=\"two words\"", false },
	{ "", "; name=\"\"", false },
	{ "a\"b\\c", "; name=\"a\\\"b\\\\c\"", false },
	{ "\xed\x95\x9c.pdf", "; name*=utf-8''%ED%95%9C.pdf", false },
	{ "\xed\x95\x9c.pdf", "; name=_.pdf", true },
	{ "a\r\nX: y", "; name=\"a__X: y\"", true },
	{ "=?utf-8?q?a?=", "; name*=utf-8''%3D%3Futf-8%3Fq%3Fa%3F%3D", false },
	{ "a\tb", "; name*=utf-8''a%09b", false },
	{ "\xff", "; name*=utf-8''%EF%BF%BD", false },
	{ "1234567890123456789012345678901234567890123456789012345678901234567890",
	  "; name=1234567890123456789012345678901234567890123456789012345678901234567890", false },
	{ "1234567890123456789012345678901234567890123456789012345678901234567890abcd",
	  ";\n name*0*=utf-8''1234567890123456789012345678901234567890123456789012345678901;\n"
	  " name*1*=234567890abcd", false },
};

static void test_writes(void)
{
	struct str s;

	str_init(&s, STR_MAX);
	for (size_t i = 0; i < ARRAY_LEN(writes); i++) {
		str_clear(&s);
		is_int(param_write(&s, "name", sl(writes[i].value), writes[i].plain), 0,
		       "write %zu", i);
		is_slice(str_sl(&s), sl(writes[i].want), "write %zu: %.40s", i, writes[i].want);
	}
	str_clear(&s);
	param_write(&s, "filename",
	       SL("\xea\xb0\x80\xea\xb0\x80\xea\xb0\x80\xea\xb0\x80\xea\xb0\x80"
		"1234567890123456789012345678901234567890"
		"1234567890123456789012345678901234567890.tar.gz"), true);
	ok(sl_search(str_sl(&s),
	   SL(" filename=_____1234567890123456789012345678901234567890123456789012.gz")) >= 0,
	   "the plain form is short and keeps its suffix");
	str_release(&s);
}

/* What is written reads back, on lines of 78. */
static void test_property(void)
{
	static const char *const bits[] = {
		" ", "a", "word", HAN, "\xc3\xa9", "=?", "?=", "%", "'", "*", "\"", "\\", ";",
		"(", ".", "\t",
		"\xf0\x9f\x91\xa8", "/", "\n", "\x01",
	};
	unsigned wrong = 0;
	struct str text, s;

	rt_set_seed(23);
	str_init(&text, STR_MAX);
	str_init(&s, STR_MAX);
	for (int i = 0; i < 2000; i++) {
		struct params l;
		struct slice rest, line;
		const char *got;
		uint8_t n, pick;
		bool good = true;

		str_clear(&text);
		str_clear(&s);
		rt_random(&n, 1);
		for (n %= 100; n; n--) {
			rt_random(&pick, 1);
			str_adds(&text, bits[pick % ARRAY_LEN(bits)]);
		}
		str_adds(&s, "Content-Disposition: attachment");
		param_write(&s, "filename", str_sl(&text), false);
		rest = str_sl(&s);
		while (sl_line(&rest, &line))
			good = good && line.n <= 78 && sl_trim(line).n;
		params_parse(sl_skip(str_sl(&s), 32), &mime_limits_default, &l);
		got = params_get(&l, "filename");
		if (!good || !got || l.bad || strcmp(got, text.p) != 0) {
			tap_note("seed 23, case %d: [%s] [%s] [%s]", i, text.p, s.p, got);
			wrong++;
		}
		params_release(&l);
	}
	is_int(wrong, 0, "2,000 values are written and read back (seed 23)");
	str_release(&text);
	str_release(&s);
}

int main(void)
{
	test_reads();
	test_hostile();
	test_writes();
	test_property();
	return tap_done();
}
