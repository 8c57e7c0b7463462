/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * addr: address lists as found and as typed.  A dump shows each entry as
 * {group}name<local|domain>(comment), a list without any by its empty group. */
#include "../../tap.h"
#include "mime/mime.h"

static char *dump(const struct addrs *l)
{
	struct str s;

	str_init(&s, STR_MAX);
	for (size_t i = 0; i < l->n; i++) {
		const struct addr *a = &l->v[i];

		str_adds(&s, i ? ", " : "");
		if (a->group)
			str_addf(&s, "{%s}", a->group);
		str_addf(&s, "%s<%s%s%s>", a->name ? a->name : "", a->local,
			 a->domain ? "|" : "", a->domain ? a->domain : "");
		if (a->comment)
			str_addf(&s, "(%s)", a->comment);
	}
	if (l->n == 0 && l->empty)
		str_addf(&s, "{%s}", l->empty);
	if (l->bad)
		str_addf(&s, " bad %u", l->bad);
	return str_detach(&s);
}

static const struct { const char *name, *text, *want; } found[] = {
	{ "empty", "", "" },
	{ "blanks", " \r\n\t", "" },
	{ "RFC 5322 3.4.1: an addr-spec", "a@b.c", "<a|b.c>" },
	{ "RFC 5322 3.4: a name", "John Doe <a@b>", "John Doe<a|b>" },
	{ "RFC 5322 3.4: a quoted name", "\"Doe, \\\"J\\\"\" <a@b>", "Doe, \"J\"<a|b>" },
	{ "RFC 5322 A.1.2: dots in a name", "Joe Q. Public <john.q.public@example.com>",
	  "Joe Q. Public<john.q.public|example.com>" },
	{ "RFC 5322 A.1.3: a group",
	  "A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;",
	  "{A Group}Ed Jones<c|a.test>, {A Group}<joe|where.test>, {A Group}John<jdoe|one.test>" },
	{ "RFC 5322 A.1.3: an empty group", "Undisclosed recipients:;",
	  "{Undisclosed recipients}" },
	{ "a group among others", "a@b, g: c@d; e@f", "<a|b>, {g}<c|d>, <e|f>" },
	{ "RFC 5322 A.5: comments everywhere",
	  "Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>",
	    "Pete<pete|silly.test>(his host)" },
	{ "the scheme of a link", "Bob <mailto:a@b>, <MAILTO:c@d>, mailto:e@f", "Bob<a|b>, <c|d>, <e|f>" },
	{ "a mark without its partner inside", "Bob \"Doe <a@b>, c@d", "Bob Doe<a|b>, <c|d> bad 1" },
	{ "... and at the end", "Bob <a@b\"", "Bob<a|b> bad 1" },
	{ "the last quote escaped", "\"Bob\\\" <a@b>, c@d", "Bob\\<a|b>, <c|d> bad 2" },
	{ "an address in a comment, or encoded, is none", "\"Bob\" (a@b), =?utf-8?Q?Bob_<a@b>?=",
	  "\"Bob\" (a@b)<>, Bob <a@b><> bad 2" },
	{ "raw Shift_JIS, a quote's escape in it", "\"\x95\x5c\x8e\xa6 \x94\x5c\x97\xcd\x8a\x4a\x94\xad\" <a@b>",
	  "表示 能力開発<a|b>" },
	{ "raw ISO-2022-JP without quotes", "\x1b$B;3EDB@O:\x1b(B <a@b>, c@d", "山田太郎<a|b>, <c|d>" },
	{ "a comment as the name", "a@b (John Doe)", "John Doe<a|b>(John Doe)" },
	{ "a comment behind the angle", "<a@b> (John)", "John<a|b>(John)" },
	{ "RFC 5322 A.6.1: a route", "Mary <@node.test,@x.test:m@e.test>, , j@t.example",
	  "Mary<m|e.test>, <j|t.example>" },
	{ "RFC 5322 A.6.3: blanks beside dots", "\"Joe\" <john . doe @ x . test>",
	  "Joe<john.doe|x.test>" },
	{ "RFC 5322 3.2.4: a quoted local part", "\"a b@c\"@d", "<a b@c|d>" },
	{ "RFC 5322 4.4: partly quoted", "\"a..b\".c@d", "<a..b.c|d>" },
	{ "RFC 5321 4.1.3: a domain literal", "a@[IPv6:::1]", "<a|[IPv6:::1]>" },
	{ "RFC 6532: UTF-8", "\xed\x95\x9c <\xed\x95\x9c@\xea\xb8\x80.kr>",
	  "\xed\x95\x9c<\xed\x95\x9c|\xea\xb8\x80.kr>" },
	{ "Latin-1 bytes", "\xe9 <a@b>", "\xc3\xa9<a|b>" },
	{ "RFC 2047 5(3): an encoded name", "=?utf-8?Q?a=2C_b?= =?utf-8?Q?c?= <d@e>",
	  "a, bc<d|e>" },
	{ "an encoded name in quotes (many senders)", "\"=?utf-8?B?7ZWc?=\" <a@b>",
	  "\xed\x95\x9c<a|b>" },
	{ "an encoded name with marks in it", "=?utf-8?Q?Doe,_J?= <a@b>, <c@d>",
	  "Doe, J<a|b>, <c|d>" },
	{ "an encoded comment", "a@b (=?utf-8?Q?x?=)", "x<a|b>(x)" },
	{ "an encoded word is no local part", "=?utf-8?Q?a?=@b", "<=?utf-8?Q?a?=|b>" },
	{ "a name with an address in it", "\"c@d\" <a@b>", "c@d<a|b>" },
	{ "the same without quotes", "c@d <a@b>", "c@d<a|b>" },
	{ "the same and more words", "c@d via x <a@b>", "c@d via x<a|b>" },
	{ "an address in a comment", "(c@d) <a@b>", "c@d<a|b>(c@d)" },
	{ "only a comment", "(c@d)", "" },
	{ "only a name that holds an address", "\"c@d\"", "\"c@d\"<> bad 1" },
	{ "only an encoded name that holds one", "=?utf-8?Q?c=40d?=", "c@d<> bad 1" },
	{ "only a name", "John Doe", "John Doe<> bad 1" },
	{ "a name and no address", "John <>", "John<> bad 1" },
	{ "no address", "<>", " bad 1" },
	{ "a bare name", "root", "<root>" },
	{ "a bare name with a comment", "root (Charlie)", "Charlie<root>(Charlie)" },
	{ "a bare name in angles", "Charlie <root>", "Charlie<root>" },
	{ "no angles", "John Doe a@b", "John Doe<a|b>" },
	{ "an mbox line in a field", "a@b  Thu Aug 22 12:46:39 2002", "<a|b> bad 1" },
	{ "no comma after an angle", "<a@b> <c@d>", "<a|b>, <c|d>" },
	{ "no comma after an angle, a name", "<a@b> C <c@d>", "<a|b>, C<c|d>" },
	{ "no comma", "a@b c@d", "<a|b>, <c|d>" },
	{ "words behind the angle", "<a@b> NOTIFY=NEVER", "<a|b> bad 1" },
	{ "no closing angle", "A <a@b, C <c@d", "A<a|b>, C<c|d>" },
	{ "a closing angle alone", "a@b>, c@d", "<a|b>, <c|d>" },
	{ "angles in angles", "<<a@b>>, c@d", "<a|b>, <c|d>" },
	{ "a route without an address", "<@a, b@c>", "<@a<> bad 1, <b|c>" },
	{ "semicolons for commas (Outlook)", "a@b; c@d;", "<a|b>, <c|d>" },
	{ "commas only", ",,;,,", "" },
	{ "a group in a group", "g: h: a@b; c@d", "{h}<a|b>, <c|d>" },
	{ "two @", "a@b@c", "a@b@c<> bad 1" },
	{ "nothing before the @", "@b", "@b<> bad 1" },
	{ "nothing behind it", "a@, c@d", "a@<> bad 1, <c|d>" },
	{ "blanks in the angle", "A <a b@c>", "A <a b@c><> bad 1" },
	{ "a control in it", "a\x01@b", "a\x01@b<> bad 1" },
	{ "a bracket in it", "a[@b", "a[@b<> bad 1" },
	{ "an empty quoted local part", "\"\"@b", "\"\"@b<> bad 1" },
	{ "a quotation mark without partner", "\"John <a@b>, c@d", "John<a|b>, <c|d> bad 1" },
	{ "a quoted string right before an atom", "\"a\\\" <a@b>, \"c@d",
	  "\"a\\\" <a@b>, \"c@d<> bad 1" },
	{ "two marks without partner", "\"a\\\" <a@b>, c@d \\\"",
	  "a\\<a|b>, <c|d> bad 3" },
	{ "a comment without end", "a@b (c, <d@e>", "c, <d@e><a|b>(c, <d@e>)" },
	{ "a fold in a name", "\"John\r\n\tDoe\" <a@b>", "John Doe<a|b>" },
	{ "dots at odd places (docomo)", "a..b.@docomo.ne.jp", "<a..b.|docomo.ne.jp>" },
};

static void run(struct slice text, const struct mime_limits *lim, const char *want,
       const char *name)
{
	struct addrs l = { .n = 0 };
	char *got;

	addrs_parse(text, lim, &l);
	got = dump(&l);
	/* the count stands at the end, wherever the fault was */
	if (want) {
		const char *bad = strstr(want, " bad ");
		struct str s;

		str_init(&s, STR_MAX);
		if (bad) {
			str_add(&s, want, (size_t)(bad - want));
			str_adds(&s, bad + 6);
			str_add(&s, bad, 6);
		} else {
			str_adds(&s, want);
		}
		is_str(got, s.p, "found: %s", name);
		str_release(&s);
	}
	free(got);
	addrs_release(&l);
}

static void test_found(void)
{
	const struct mime_limits *lim = &mime_limits_default;

	for (size_t i = 0; i < ARRAY_LEN(found); i++) {
		size_t n = strlen(found[i].text);

		run(sl(found[i].text), lim, found[i].want, found[i].name);
		for (size_t k = 0; k < n; k++) {
			char *copy = malloc(k ? k : 1);

			memcpy(copy, found[i].text, k);
			run(sl_make(copy, k), lim, NULL, NULL);
			free(copy);
		}
	}
	run(SL_NONE, lim, "", "a slice of nothing");
	run(sl_make("\"a\0b\" <c@d>", 11), lim, "a\xe2\x90\x80" "b<c|d>",
	       "a NUL in a name is shown");
	run(SL("=?utf-8?Q?ceo=40bank=00?= <c@d>"), lim, "ceo@bank\xe2\x90\x80<c|d>",
	       "a NUL hides nothing");
	run(sl_make("a\0b@c", 5), lim, "a\xe2\x90\x80" "b@c<> bad 1", "a NUL in an address");
}

static void test_limits(void)
{
	struct mime_limits lim = mime_limits_default;

	lim.addrs = 3;
	run(SL("a@b, c@d, e@f"), &lim, "<a|b>, <c|d>, <e|f>", "as many as the limit");
	run(SL("a@b, c@d, e@f, g@h"), &lim, "<a|b>, <c|d>, <e|f> bad 1", "one over the limit");
	run(SL("a@b c@d e@f g@h"), &lim, "<a|b>, <c|d>, <e|f> bad 1", "one over, without commas");
	lim.comment = 2;
	run(SL("a@b ((x))"), &lim, "(x)<a|b>((x))", "comments as deep as the limit");
	run(SL("a@b (((x)))"), &lim, "((x))<a|b>(((x))) bad 1", "comments one deeper are noted");
}

static void test_hostile(void)
{
	static const char *const bits[] = {
		"a@b,", "a@b ", "<", "a@", "g:", "<@a,", "[", "(", "\"", ";", "\x0c", "=?a?q?",
		"<a@b", "\\\"",
	};
	struct str s;
	struct addrs l = { .n = 0 };

	str_init(&s, STR_MAX);
	for (size_t i = 0; i < ARRAY_LEN(bits); i++) {
		str_clear(&s);
		for (int k = 0; k < 100000; k++)
			str_adds(&s, bits[i]);
		addrs_parse(str_sl(&s), &mime_limits_default, &l);
		ok(l.n <= 100000, "100,000 times %s", bits[i]);
		if (i == 0)
			is_int(l.n, 100000, "all of them are read");
		addrs_release(&l);
	}
	str_clear(&s);
	for (int k = 0; k < 100000; k++)
		str_adds(&s, "g");
	str_adds(&s, ": ");
	for (int k = 0; k < 20000; k++)
		str_adds(&s, "a@b,");
	addrs_parse(str_sl(&s), &mime_limits_default, &l);
	ok(l.n == 20000 && strlen(l.v[19999].group) < 256, "a group's name is kept short");
	addrs_release(&l);
	str_release(&s);
}

static const struct { const char *text, *want; } typed[] = {
	{ "", "" },
	{ "a@b.c", "<a|b.c>" },
	{ "a@b, c@d; e@f,", "<a|b>, <c|d>, <e|f>" },
	{ "John Doe <a@b>", "John Doe<a|b>" },
	{ "\"Doe, J\" <a@b>, c@d (C)", "Doe, J<a|b>, C<c|d>(C)" },
	{ "\xea\xb9\x80 <a@\xed\x95\x9c.kr>", "\xea\xb9\x80<a|\xed\x95\x9c.kr>" },
	{ "a@[127.0.0.1], b@localhost", "<a|[127.0.0.1]>, <b|localhost>" },
	{ "\"a b\"@c", "<a b|c>" },
	{ "-oQ/tmp/x@example.org", "<-oQ/tmp/x|example.org>" },
	{ "alice", "<alice>" },
	{ "a b@c", NULL }, { "a@", NULL }, { "@b", NULL }, { "two words", NULL },
	{ "<a@b> NOTIFY=NEVER", NULL }, { "a@b c@d", NULL }, { "John a@b", NULL },
	{ "<a@b> <c@d>", NULL }, { "<a@b", NULL }, { "a@b>", NULL }, { "<<a@b>>", NULL },
	{ "<a@b>>", NULL }, { "<>", NULL }, { "A <>", NULL }, { "g: a@b;", NULL }, { "g:;", NULL },
	{ "\"a <b@c>", NULL }, { "a@b (c", NULL }, { "a@b@c", NULL }, { "\"a@b\"", NULL },
	{ "a\nb@c", NULL }, { "a@b\nBcc: c@d", NULL }, { "a@b\x01", NULL }, { "a@b..c", NULL },
	{ "a@.b", NULL }, { "a@b.", NULL }, { "a@-b", NULL }, { "a@b!c", NULL }, { "a@[b", NULL },
	{ "<@x:a@b>", NULL }, { "a@b\xc2\x85", NULL }, { "a@b, c d@e, f@g", NULL },
};

static void test_typed(void)
{
	for (size_t i = 0; i < ARRAY_LEN(typed); i++) {
		struct addrs l = { .n = 0 };
		struct err err = ERR_INIT;
		int rc = addrs_parse_typed(sl(typed[i].text), &l, &err);
		char *got = dump(&l);

		if (typed[i].want) {
			is_str(got, typed[i].want, "typed: %s", typed[i].text);
			ok(rc == 0 && err.kind == ERR_NONE, "typed: no error: %s", err.text);
		} else {
			ok(rc == -1 && err.kind == ERR_INPUT && strstr(err.text,
			   "not a mail address"),
			   "typed: refused: %s", err.text);
		}
		free(got);
		addrs_release(&l);
	}
	struct addrs l = { .n = 0 };
	struct err err = ERR_INIT;

	addrs_parse_typed(SL("a@b, c d@e, f@g"), &l, &err);
	is_str(err.text, "\"c d@e\" is not a mail address: put \"<\" and \">\" around the address "
	       "behind the name.", "the error names the piece");
	addrs_release(&l);
}

/* A list of good addresses. */
static void test_corpus(void)
{
	const char *path = tap_corpus("flanker/mailbox_valid.txt");
	struct str s;
	struct err err = ERR_INIT;
	struct slice rest, line;

	if (!path) {
		tap_skip("no corpus: flanker/mailbox_valid.txt");
		return;
	}
	str_init(&s, STR_MAX);
	if (!ok(fs_slurp(path, 1 << 20, &s, &err) == 0, "read the corpus"))
		return;
	rest = str_sl(&s);
	while (sl_line(&rest, &line)) {
		struct addrs l = { .n = 0 };

		if (sl_trim(line).n == 0 || line.p[0] == '#')
			continue;
		addrs_parse(line, &mime_limits_default, &l);
		ok(l.n == 1 && l.bad == 0 && l.v[0].domain, "corpus: " SL_FMT, SL_ARG(line));
		addrs_release(&l);
	}
	str_release(&s);
}

int main(void)
{
	test_found();
	test_limits();
	test_hostile();
	test_typed();
	test_corpus();
	return tap_done();
}
