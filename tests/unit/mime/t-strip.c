/* SPDX-License-Identifier: GPL-3.0-or-later
 * strip: the words of HTML, of any HTML */
#include "../../tap.h"
#include "mime/mime.h"
#include <time.h>

static const struct { const char *html, *text; } rows[] = {
	{ "", "" }, { "plain", "plain" }, { " a \r\n\t b ", "a b" },
	{ "wo<b>rd</b>", "word" }, { "<p>one<p>two</p>three", "one\ntwo\nthree" }, { "a<br>b<BR/>c<hr>d", "a\nb\nc\nd" },
	{ "<table><tr><td>a</td><td>b</td></tr><tr><th>c<th>d</table>e", "a b\nc d\ne" },
	{ "<ul><li>a</li><li>b</ul>", "a\nb" }, { "<div>a<div>b</div></div>", "a\nb" }, { "<h1>A</h1>b", "A\nb" },
	{ "a<o:p>b</o:p>c<wbr>d<font color=red>e</font>", "abcde" },
	{ "<html><head><title>The title</title><meta name=x content=y><style>p { a: b }</style></head><body>x", "The title\nx" },
	{ "a<script>if (a < b) x(\"<p>\")</script>b", "ab" }, { "a<STYLE type='x>y'>p<q</Style >b", "ab" },
	{ "a<template><p>x</p></template>b", "ab" }, { "a<script>never closed <p>b", "anever closed\nb" },
	{ "<script>a</script><script>b</script>c<script>d", "cd" },
	{ "a<!-- b > <p> -->c", "ac" }, { "a<!---->b<!--->c<!-->d", "abcd" }, { "a<!-- b > c", "a c" }, { "a<!-- b", "a<!-- b" },
	{ "a<!DOCTYPE html>b<?xml version='1'?>c</ x>d<!>e", "abcde" }, { "a<![CDATA[x]]>b", "ab" },
	/* what begins no tag */
	{ "1 < 2 > 0", "1 < 2 > 0" }, { "a<3", "a<3" }, { "a<", "a<" }, { "a<<b>c", "a<c" }, { "a <b", "a <b" }, { "a</", "a</" },
	{ "x <a@b.org> y", "x y" },
	/* attributes */
	{ "<a href=\"x>y\">z</a>", "z" }, { "<a href='x>y'>z", "z" }, { "<a href=x/y>z", "z" }, { "<a href = \"x>\" b>z", "z" },
	{ "<a href=\"x>z", "z" }, { "<a b=\"1\"c='2'd=3>z", "z" }, { "<a b=>z", "z" }, { "<a \"b>z", "z" }, { "<br/>z", "z" },
	{ "a<img src=x alt=\"a cat &amp; dog\">b", "a a cat & dog b" }, { "<IMG ALT=one TITLE='two'>", "one two" },
	{ "a<img alt=''>b", "a b" }, { "<a title=no>x</a>", "x" }, { "<img alt=\"x", "<img alt=\"x" },
	/* entities */
	{ "&lt;b&gt; &amp;&quot;&apos;", "<b> &\"'" }, { "caf&eacute; &Eacute; &euro;&hearts;&thetasym;&zwj;", "café É €♥ϑ\xE2\x80\x8D" },
	{ "&AElig;&zeta;", "Æζ" }, { "&nbsp", "" }, { "a&nbsp;b", "a b" }, { "co&shy;op", "coop" }, { "&copy 2024", "© 2024" },
	{ "&#65;&#x42;&#X63;&#128;&#146;&#x9F;", "ABc€’Ÿ" }, { "&#54620;&#xAD6D;", "한국" }, { "&#0;&#xD800;&#1114112;&#99999999999999999999;", "���\xEF\xBF\xBD" },
	{ "& &; &# &#; &#x; &#xg; &nothing; &a", "& &; &# &#; &#x; &#xg; &nothing; &a" }, { "AT&T &amp;amp; a&b=c", "AT&T &amp; a&b=c" },
	{ "&#10;a&#9;b&#32;c", "a b c" }, { "&eacute&eacute;", "éé" }, { "wo&#114;d", "word" },
	{ "시<b>험</b> <i>결과</i>", "시험 결과" },
};

static void table(void)
{
	struct str out;

	str_init(&out, STR_MAX);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct slice in = sl(rows[i].html);
		char *copy = mem_alloc(in.n + !in.n);   /* not a byte more */

		memcpy(copy, in.p, in.n);
		str_clear(&out);
		is_int(html_words(sl_make(copy, in.n), &out), 0, "read");
		is_slice(str_sl(&out), sl(rows[i].text), "%.70s", rows[i].html);
		free(copy);
	}
	str_clear(&out);
	html_words(SL("a\0b<p\0>c\xFF<\xFF>d"), &out);
	is_slice(str_sl(&out), SL("a\0b\nc\xFF<\xFF>d"), "NUL and bytes that are no UTF-8");
	str_release(&out);
}

static void full(void)
{
	struct str out;

	str_init(&out, 8);
	is_int(html_words(SL("one two"), &out), 0, "8 bytes of room for 7");
	str_clear(&out);
	is_int(html_words(SL("one <p>two three four"), &out), -1, "and not for more");
	ok(out.n <= 8 && sl_starts(str_sl(&out), "one"), "the first of it is there");
	str_release(&out);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Twice as much may not take four times as long; and nothing takes minutes. */
static void linear(const char *piece)
{
	const size_t size = (size_t)10 << 20;
	struct str in, out;
	double start;

	str_init(&in, STR_MAX);
	str_init(&out, STR_MAX);
	while (in.n < size)
		str_adds(&in, piece);
	start = seconds();
	is_int(html_words(str_sl(&in), &out), 0, "10 MiB of %s", piece);
	ok(seconds() - start < 20, "... in %.2f s", seconds() - start);
	str_release(&in);
	str_release(&out);
}

int main(void)
{
	static const char *const pieces[] = { "<", "&", "<!--", "<!", "<a", "<a ", "<a b=\"", "<a b='\"", "</a", "&#", "&a",
		"<script>", "<style></", "<script></s", "<img alt='&", "<a b=\"'>", "-->", "<![", "</", "<p>a</p>", "<a b=\"><a \" ", "<a b='>' c=\"","<a b=\"x>y", "&aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };

	table();
	full();
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++)
		linear(pieces[i]);
	return tap_done();
}
