/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mimebad: the worst inputs of each kind, with the limits lifted that would cut
 * them, so that the time says what the code does. */
#define BASE_NO_BANS
#include "mime.h"
#include <math.h>

/* But for the depth: a line is compared with that many boundaries, and no more. */
static const struct mime_limits no_limits = {
	.depth = 100, .parts = 1u << 30, .header = STR_MAX, .params = 1u << 30, .addrs = 1u << 30, .comment = 1u << 30,
};

static void repeat(struct str *s, const char *text, size_t n)
{
	size_t len = strlen(text);

	for (str_reserve(s, n * len); n; n--)
		str_add(s, text, len);
}

/* By the limits of every day, and by none. */
static void parse_both(struct slice message)
{
	struct mime_tree *t = mime_parse_mem(message, &no_limits);

	tree_free(&t);
	t = mime_parse_mem(message, NULL);
	tree_free(&t);
}

static void parts(struct str *s, size_t n)
{
	str_adds(s, "Content-Type: multipart/mixed; boundary=b\n\n");
	repeat(s, "--b\n\nx\n", n);
}

static void nested(struct str *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		str_addf(s, "Content-Type: multipart/mixed; boundary=b%zu\n\n--b%zu\n", i, i);
	str_adds(s, "\n");
	repeat(s, "--no such boundary here\n", n);
}

static void fields(struct str *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		str_addf(s, i % 3 ? "X-Field-%zu: a value\n" : i % 2 ? "Content-Type: text/x%zu\n" : "References: <%zu@x>\n", i);
	str_adds(s, "\nbody\n");
}

static void fields_run(struct slice s)
{
	struct slice rest = s;
	struct env env;
	struct hdr h;

	parse_both(s);
	env_parse(s, &no_limits, &env);
	env_release(&env);
	while (hdr_next(&rest, &h) == 1)
		;
	hdr_find(s, "X-None", &h);
}

/* n MiB. */
static void line(struct str *s, size_t n)
{
	str_adds(s, "Subject: x\nContent-Transfer-Encoding: quoted-printable\n\n");
	repeat(s, "0123456789 23456789=3D123456789 ", n << 15);
}

static int forget(struct sink *sink UNUSED, struct slice s UNUSED, struct err *err UNUSED)
{
	return 0;
}

static void line_run(struct slice s)
{
	struct mime_tree *t = mime_parse_mem(s, NULL);
	struct sink sink = { .write = forget };
	struct err err = ERR_INIT;
	struct enc_look look = { 0 };
	struct str wire;
	struct page page = { 0 };
	size_t at = 0;

	part_text(t->root, -1, s, &sink, &err);
	text_page_more(s, &at, false, false, 80, 1000, &page);
	enc_look_feed(&look, s);
	str_init(&wire, STR_MAX);
	for (int e = ENC_QP; e <= ENC_BASE64; e++) {
		struct enc_state st;

		enc_init(&st, (enum enc)e, true);
		enc_feed(&st, s, true, &wire);
	}
	str_release(&wire);
	page_release(&page);
	tree_free(&t);
}

static void encoded_words(struct str *s, size_t n)
{
	repeat(s, "=?utf-8?q?=ED=95=9C?= =?x-none?B?7ZWc?= =?broken?q?", n);
}

static void encoded_words_run(struct slice s)
{
	struct str out;

	str_init(&out, STR_MAX);
	hdr_text(s, &out);
	word_encode(sl_head(s, s.n / 4), false, &out);
	str_release(&out);
}

static void addresses(struct str *s, size_t n)
{
	repeat(s, "\"A, B\" <a@b.test>, (c) x@y, group: a b, <@r:z@z>; =?utf-8?q?=41?= <q@q>,\n ", n / 4);
}

static void addresses_run(struct slice s)
{
	struct addrs a = { 0 };
	struct str out;

	str_init(&out, STR_MAX);
	addrs_parse(s, &no_limits, &a);
	addrs_write(&out, "To", &a);
	addrs_release(&a);
	addrs_parse(s, &mime_limits_default, &a);
	addrs_release(&a);
	str_release(&out);
}

static void comments(struct str *s, size_t n)
{
	repeat(s, "(", n);
	repeat(s, "x) (", n / 2);
}

static void comments_run(struct slice s)
{
	struct addrs a = { 0 };
	struct params p = { 0 };
	struct str out;

	str_init(&out, STR_MAX);
	addrs_parse(s, &no_limits, &a);
	addrs_release(&a);
	addrs_parse(s, &mime_limits_default, &a);
	addrs_release(&a);
	params_parse(s, &mime_limits_default, &p);
	params_release(&p);
	date_parse(s);
	str_adds(&out, "Content-Type: ");
	str_addsl(&out, s);
	str_adds(&out, "\nContent-Disposition: ");
	str_addsl(&out, s);
	str_adds(&out, "\nIn-Reply-To: ");
	str_addsl(&out, s);
	fields_run(str_sl(&out));
	str_release(&out);
}

static void html_run(struct slice s)
{
	struct page page = { 0 };
	struct str out;

	html_page(s, 80, &page);
	page_release(&page);
	str_init(&out, STR_MAX);
	html_words(s, &out);
	str_release(&out);
}

static void html_blocks(struct str *s, size_t n)
{
	repeat(s, "<div><blockquote>x", n / 2);
}

static void html_marks(struct str *s, size_t n)
{
	repeat(s, "<b><a href=http://x><font color=red>x", n / 3);
}

static void html_tables(struct str *s, size_t n)
{
	repeat(s, "<table><tr><td>x<td>y", n / 4);
}

static void html_lists(struct str *s, size_t n)
{
	repeat(s, "<ul><li>x<p>", n / 3);
}

static void plain_run(struct slice s)
{
	parse_both(s);
}

double bad_seconds(const char *kind, size_t n)
{
	static const struct { const char *name; void (*make)(struct str *, size_t); void (*run)(struct slice); } kinds[] = {
		{ "parts", parts, plain_run }, { "boundaries", nested, plain_run }, { "fields", fields, fields_run },
		{ "line", line, line_run }, { "words", encoded_words, encoded_words_run }, { "addresses", addresses, addresses_run },
		{ "comments", comments, comments_run }, { "blocks", html_blocks, html_run }, { "marks", html_marks, html_run },
		{ "tables", html_tables, html_run }, { "lists", html_lists, html_run },
	};
	double took = NAN;
	struct str s;

	str_init(&s, STR_MAX);
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
		double t;

		if (strcmp(kinds[k].name, kind) != 0)
			continue;
		kinds[k].make(&s, n);
		t = bench_now();
		kinds[k].run(str_sl(&s));
		took = bench_now() - t;
	}
	str_release(&s);
	return took;
}
