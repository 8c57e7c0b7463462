/* SPDX-License-Identifier: GPL-3.0-or-later
 * page: plain text as lines of a width: wrapping, quotes, flowed text (RFC
 * 3676), addresses of pages; the same in slices. */
#include "base/base.h"
#include "mime/mime.h"
#include "../../tap.h"

/* "QUOTE TEXT", with + behind the number where the line goes on. */
static void dump(const struct page *page, struct str *out)
{
	str_clear(out);
	for (size_t i = 0; i < page->n; i++)
		str_addf(out, "%u%s%.*s\n", page->v[i].quote, page->v[i].goes_on ? "+" : " ",
			(int)page->v[i].n, page->text.p + page->v[i].at);
}

static const struct row { const char *name, *in; bool flowed, delsp; int width; const char *want; } rows[] = {
	{ "no text", "", false, false, 20, "" },
	{ "an empty line", "\n", false, false, 20, "0 \n" },
	{ "lines as they are", "one\n  two\n\nthree", false, false, 20, "0 one\n0   two\n0 \n0 three\n" },
	{ "a long line", "the quick brown fox jumps", false, false, 10, "0+the quick\n0+brown fox\n0 jumps\n" },
	{ "tabs to eight columns", "a\tb\n\tc", false, false, 20, "0 a       b\n0         c\n" },
	{ "a tab in a quote", "> a\tb", false, false, 20, "1 > a     b\n" },
	{ "quotes of every kind", "> a\n>b\n>> c\n> > d\n> > >e\n >f\n>  > g", false, false, 20,
		"1 > a\n1 >b\n2 >> c\n2 > > d\n3 > > >e\n0  >f\n1 >  > g\n" },
	{ "marks on every row", "> > the quick brown fox", false, false, 14,
		"2+> > the quick\n2 > > brown fox\n" },
	{ "marks without a blank", ">>the quick brown", false, false, 11, "2+>>the quick\n2 >>brown\n" },
	{ "an empty line in a quote", "> a\n>\n> \n> b", false, false, 20, "1 > a\n1 >\n1 >\n1 > b\n" },
	{ "more marks than room", ">>>>>>>>>>>> ab", false, false, 10, "12+>>>>>>>>>>\n12 >> ab\n" },
	{ "the line before a signature keeps its blank", "-- \nme", false, false, 20, "0 -- \n0 me\n" },
	{ "flowed: paragraphs", "one \ntwo \nthree\nfour\n", true, false, 40, "0 one two three\n0 four\n" },
	{ "flowed: wrapped anew", "one \ntwo \nthree\n", true, false, 10, "0+one two\n0 three\n" },
	{ "flowed: delsp", "exam \nple \ntext\n", true, true, 40, "0 exampletext\n" },
	{ "flowed: stuffing", " From me\n  two\n ", true, false, 40, "0 From me\n0  two\n0 \n" },
	{ "flowed: quotes of one depth are joined", "> one \n> two\n>> three \n>> four\nfive", true, false, 40,
		"1 > one two\n2 >> three four\n0 five\n" },
	{ "flowed: marks with blanks between", "> > one \n> > two\n", true, false, 40, "2 >> one two\n" },
	{ "flowed: another depth ends a paragraph", "> one \n>> two \nthree", true, false, 40, "1 > one\n2 >> two\n0 three\n" },
	{ "flowed: a signature is never joined", "one \n-- \nname \nplace", true, false, 40, "0 one\n0 -- \n0 name place\n" },
	{ "Korean", "\xEC\x95\x88\xEB\x85\x95\xED\x95\x98\xEC\x84\xB8\xEC\x9A\x94 \xEB\xB0\x98\xEA\xB0\x91", false, false, 10,
		"0+\xEC\x95\x88\xEB\x85\x95\xED\x95\x98\xEC\x84\xB8\xEC\x9A\x94\n0 \xEB\xB0\x98\xEA\xB0\x91\n" },
};

static void test_rows(void)
{
	struct str got;

	str_init(&got, STR_MAX);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *t = &rows[i];
		struct page page = { 0 };
		size_t at = 0, calls = 0;

		text_page(sl(t->in), t->flowed, t->delsp, t->width, &page);
		dump(&page, &got);
		is_str(got.p, t->want, "%s", t->name);
		page_release(&page);
		while (at < strlen(t->in) && calls++ < 100)
			text_page_more(sl(t->in), &at, t->flowed, t->delsp, t->width, 1, &page);
		dump(&page, &got);
		is_str(got.p, t->want, "%s, line by line", t->name);
		page_release(&page);
	}
	str_release(&got);
}

static const struct { const char *in, *want; } urls[] = {
	{ "see http://a.example/b.", "http://a.example/b" },
	{ "(https://a.example/x_(y))", "https://a.example/x_(y)" },
	{ "<https://a.example/?q=1&r=2>, and", "https://a.example/?q=1&r=2" },
	{ "WWW.Example.COM/x!", "http://WWW.Example.COM/x" },
	{ "www.nothing", "" },
	{ "www. example", "" },
	{ "http:// is no address", "" },
	{ "xhttp://a.example", "" },
	{ "ftp://a.example and mailto:b@c.example", "ftp://a.example mailto:b@c.example" },
	{ "mailto:nobody", "" },
	{ "mailto:mailto:a@b.example", "mailto:mailto:a@b.example" },
	{ "mailto:nobody mailto:a@b.example", "mailto:a@b.example" },
	{ "mailto:nobody@", "mailto:nobody@" },
	{ "https://a.example/\xEC\x97\x90\xEC\x84\x9C", "https://a.example/" },
	{ "http://m\303\274ller.example/K\303\266ln?\303\251 x", "http://m\303\274ller.example/K\303\266ln?\303\251" },
	{ "https://b\xD0\xB0nk.example/", "https://b\xD0\xB0nk.example/" },
	{ "http://a.example/\xD9\x85\xD8\x8C b", "http://a.example/\xD9\x85" },
	{ "\302\253http://a.example\302\273 http://a.example/b\342\200\224", "http://a.example http://a.example/b" },
	{ "https://www.\xED\x95\x9C\xEA\xB8\x80.kr/", "https://www.\xED\x95\x9C\xEA\xB8\x80.kr/" },
	{ "http://a.example.\xED\x95\x9C\xEA\xB8\x80 b", "http://a.example" },
	{ "http://a.example\xED\x95\x9C\xEA\xB8\x80.kr", "http://a.example" },
	{ "http://\xED\x95\x9C\xEA\xB8\x80.kr/", "http://\xED\x95\x9C\xEA\xB8\x80.kr/" },
	{ "http://a.example http://b.example http://a.example", "http://a.example http://b.example" },
	{ "http://a.example:8080/#x", "http://a.example:8080/#x" },
};

static void test_urls(void)
{
	struct str got;

	str_init(&got, STR_MAX);
	for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
		struct page page = { 0 };

		str_clear(&got);
		text_page(sl(urls[i].in), false, false, 20, &page);
		for (size_t k = 0; k < page.n_links; k++)
			str_addf(&got, "%s%s", k ? " " : "", page.links[k].href);
		is_str(got.p, urls[i].want, "links of \"%s\"", urls[i].in);
		page_release(&page);
	}
	str_release(&got);
}

static void test_runs(void)
{
	struct page page = { 0 };
	struct str got;

	str_init(&got, STR_MAX);
	text_page(SL("> see http://example.com/a-long-path/to x"), false, false, 20, &page);
	for (size_t i = 0; i < page.n; i++)
		for (size_t k = 0; k < page.v[i].n_runs; k++) {
			struct page_run run = page.runs[page.v[i].run + k];

			str_addf(&got, "%zu:%.*s=%u\n", i, (int)(run.to - run.from), page.text.p + page.v[i].at + run.from, run.link);
		}
	is_str(got.p, "1:http://example.com=1\n2:/a-long-path/to=1\n", "a link on two rows is one link");
	page_clear(&page);
	is_int((long long)page.n, 0, "a page that is cleared has no lines");
	text_page(SL("http://other.example http://example.com/a-long-path/to"), false, false, 80, &page);
	is_int((long long)page.n_links, 2, "its links stay, and are numbered on");
	ok(page.n_runs == 2 && page.runs[0].link == 2 && page.runs[1].link == 1, "the same address has the same number");
	page_release(&page);
	str_release(&got);
}

static void test_long(void)
{
	struct str text, got;
	struct page page = { 0 };
	size_t at = 0, n = 0, most = 0;

	str_init(&text, STR_MAX);
	str_init(&got, STR_MAX);
	str_adds(&text, "> ");
	for (int i = 0; i < 400000; i++)
		str_addc(&text, (char)(i % 7 ? 'a' + i % 26 : ' '));
	while (at < text.n) {
		size_t before = page.n;

		text_page_more(str_sl(&text), &at, false, false, 40, 100, &page);
		most = MAX(most, page.n - before);
		n++;
	}
	ok(n > 4 && most < 4000, "a line without end comes in pieces, %zu rows at most", most);
	for (size_t i = 0; i < page.n; i++)
		for (size_t k = 2; k < page.v[i].n; k++)
			if (page.text.p[page.v[i].at + k] != ' ')
				str_addc(&got, page.text.p[page.v[i].at + k]);
	n = 0;
	for (size_t i = 2; i < text.n; i++)
		if (text.p[i] != ' ')
			text.p[n++] = text.p[i];
	ok(sl_eq(str_sl(&got), sl_make(text.p, n)), "nothing of it is lost");
	ok(page.v[page.n - 1].quote == 1 && page.text.p[page.v[page.n - 1].at] == '>', "its last row is quoted as well");
	page_release(&page);
	str_clear(&text);
	for (int i = 0; i < 200000; i++)
		str_adds(&text, "one \n");
	at = 0;
	text_page(str_sl(&text), true, false, 72, &page);
	ok(page.n > 1000, "a flowed paragraph without end");
	page_release(&page);
	str_release(&text);
	str_release(&got);
}

/* What begins like an address and is none is not read to the end again and again. */
static void test_many(void)
{
	static const char *const words[] = { "mailto:", "mailto:\xc2\xa0", "www.", "http://", "https://[" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		struct page page = { 0 };
		int64_t from = rt_cpu();
		struct str text;

		str_init(&text, STR_MAX);
		while (text.n < 200000)
			str_adds(&text, words[i]);
		text_page(str_sl(&text), false, false, 80, &page);
		ok(rt_cpu() - from < 4000000, "200 KB of \"%s\" are laid out in time", words[i]);
		page_release(&page);
		str_release(&text);
	}
}

int main(void)
{
	test_rows();
	test_urls();
	test_runs();
	test_long();
	test_many();
	return tap_done();
}
