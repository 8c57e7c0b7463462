/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * addrfmt: addresses are written, shown, compared and checked. */
#include "../../tap.h"
#include "mime/mime.h"

#define KIM "\xea\xb9\x80"

struct in { const char *name, *local, *domain; };

/* Released as a whole list is. */
static struct addrs one(const struct in *in, const char *group)
{
	struct addrs l = { .n = 1, .cap = 1 };

	l.v = mem_zalloc(sizeof(*l.v));
	l.v[0] = (struct addr){
		.name = mem_strdup(in->name), .local = mem_strdup(in->local),
		.domain = mem_strdup(in->domain), .group = mem_strdup(group),
	};
	return l;
}

/* NULL: refused. */
static const struct { struct in a; const char *spec, *format, *show; } cases[] = {
	{ { .local = "a", .domain = "b.c" }, "a@b.c", "a@b.c", "a@b.c" },
	{ { .name = "John Doe", .local = "a", .domain = "b" }, "a@b", "John Doe <a@b>",
	  "John Doe <a@b>" },
	{ { .name = "John Q. Public", .local = "a", .domain = "b" }, "a@b",
	  "\"John Q. Public\" <a@b>", "John Q. Public <a@b>" },
	{ { .name = "Doe, \"J\" \\", .local = "a", .domain = "b" }, "a@b",
	  "\"Doe, \\\"J\\\" \\\\\" <a@b>", "\"Doe, \\\"J\\\" \\\\\" <a@b>" },
	{ { .name = KIM, .local = "a", .domain = "b" }, "a@b", "=?utf-8?b?6rmA?= <a@b>",
	  KIM " <a@b>" },
	{ { .name = "=?utf-8?q?a?=", .local = "a", .domain = "b" }, "a@b",
	  "=?utf-8?b?PT91dGYtOD9xP2E/PQ==?= <a@b>", "=?utf-8?q?a?= <a@b>" },
	{ { .name = "A\r\nBcc: x@y, \x01", .local = "a", .domain = "b" }, "a@b",
	  "=?utf-8?b?QSBCY2M6IHhAeSwg?= <a@b>", "\"A\r\nBcc: x@y, \x01\" <a@b>" },
	{ { .name = "", .local = "a", .domain = "b" }, "a@b", "a@b", "a@b" },
	{ { .name = "c@d", .local = "a", .domain = "b" }, "a@b", "\"c@d\" <a@b>", "\"c@d\" <a@b>" },
	{ { .local = "a b", .domain = "c" }, "\"a b\"@c", "\"a b\"@c", "\"a b\"@c" },
	{ { .local = "a\"\\", .domain = "c" }, "\"a\\\"\\\\\"@c", "\"a\\\"\\\\\"@c",
	  "\"a\\\"\\\\\"@c" },
	{ { .local = "a..b", .domain = "c" }, "\"a..b\"@c", "\"a..b\"@c", "\"a..b\"@c" },
	{ { .local = ".a", .domain = "c" }, "\".a\"@c", "\".a\"@c", "\".a\"@c" },
	{ { .local = "a@b", .domain = "c" }, "\"a@b\"@c", "\"a@b\"@c", "\"a@b\"@c" },
	{ { .local = KIM, .domain = KIM ".kr" }, KIM "@" KIM ".kr", KIM "@" KIM ".kr",
	  KIM "@" KIM ".kr" },
	{ { .local = "a", .domain = "[1.2.3.4]" }, "a@[1.2.3.4]", "a@[1.2.3.4]", "a@[1.2.3.4]" },
	{ { .local = "root" }, "root", "root", "root" },
	{ { .local = "a." }, "\"a.\"", "<\"a.\">", "\"a.\"" },
	{ { .name = "John", .local = "" }, NULL, NULL, "John <>" },
	{ { .local = "a\nb", .domain = "c" }, NULL, NULL, NULL },
	{ { .local = "a", .domain = "b\r\nBcc: x" }, NULL, NULL, NULL },
	{ { .local = "a", .domain = "b>, <c@d" }, NULL, NULL, NULL },
	{ { .local = "a", .domain = "b c" }, NULL, NULL, NULL },
	{ { .local = "a", .domain = "" }, NULL, NULL, NULL },
};

static void check(int rc, struct str *s, const char *want, const char *what, size_t i)
{
	if (want)
		is_slice(str_sl(s), sl(want), "%s %zu: %s", what, i, want);
	is_int(rc, want ? 0 : -1, "%s %zu: result", what, i);
	str_clear(s);
}

static void test_formats(void)
{
	struct str s;

	str_init(&s, STR_MAX);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct addrs in = one(&cases[i].a, NULL), l = { .n = 0 };
		const struct addr *a = in.v;

		check(addr_spec(a, &s), &s, cases[i].spec, "spec", i);
		check(addr_show(a, &s), &s, cases[i].show, "show", i);
		if (addr_format(a, &s) == 0) {
			addrs_parse(str_sl(&s), &mime_limits_default, &l);
			ok(l.n == 1 && l.bad == 0 && addr_same(&l.v[0], a),
			   "format %zu reads back", i);
		}
		str_clear(&s);
		check(addr_format(a, &s), &s, cases[i].format, "format", i);
		addrs_release(&in);
		addrs_release(&l);
	}
	str_release(&s);
}

static const struct { const char *list, *want; } writes[] = {
	{ "", "To:\n" },
	{ "a@b, C <d@e>", "To: a@b, C <d@e>\n" },
	{ "g: a@b, c@d; e@f", "To: g: a@b, c@d;, e@f\n" },
	{ "a@b, g: c@d;", "To: a@b, g: c@d;\n" },
	{ "g: a@b; h: c@d;", "To: g: a@b;, h: c@d;\n" },
	{ "undisclosed-recipients:;", "To: undisclosed-recipients:;\n" },
	{ "a, b: ;", "To: a\n" },
	{ "g:;, a@b", "To: a@b\n" },
	{ "two words, a@b", "To: a@b\n" },
	{ "\"Long Name, The First Of Them\" <first@example.org>, \"Long Name, The Second Of Them\" "
	  "<second@example.org>", "To: \"Long Name, The First Of Them\" <first@example.org>,\n"
	  " \"Long Name, The Second Of Them\" <second@example.org>\n" },
};

static void test_writes(void)
{
	struct str s;

	str_init(&s, STR_MAX);
	for (size_t i = 0; i < ARRAY_LEN(writes); i++) {
		struct addrs l = { .n = 0 };

		str_clear(&s);
		addrs_parse(sl(writes[i].list), &mime_limits_default, &l);
		addrs_write(&s, "To", &l);
		is_slice(str_sl(&s), sl(writes[i].want), "written: %.60s", writes[i].list);
		addrs_release(&l);
	}
	str_release(&s);
}

/* Random lists of what has gone wrong before, written and read back. */
static void test_property(void)
{
	static const char *const names[] = {
		NULL, "A", "A B", "A. B", "A, B", "\"", "\\", KIM,
		KIM " " KIM "\xec\xb2\xa0\xec\x88\x98", "a@b",
		"(", ")", "<", "=?utf-8?q?x?=", " x", "x ", "a  b", ":", ";", "'", "e\xcc\x81,",
	};
	static const char *const locals[] = { "a", "a.b", "a b", "a\"", "\\", KIM, "a..b", "<",
		",", "-x", "(a)" };
	static const char *const domains[] = { "b", "example.org", KIM ".kr", "[1.2.3.4]",
		"[IPv6:::1]" };
	static const char *const groups[] = { NULL, NULL, "g", "G, H", KIM };
	unsigned wrong = 0;
	struct str s;

	rt_set_seed(11);
	str_init(&s, STR_MAX);
	for (int i = 0; i < 1000; i++) {
		struct addrs l = { .n = 0 }, back = { .n = 0 };
		struct slice block;
		struct hdr h;
		uint8_t r[5];
		bool same;

		rt_random(r, 5);
		for (unsigned k = r[4] % 20; k; k--) {
			struct addrs a;

			rt_random(r, 5);
			a = one(&(struct in){
				.name = names[r[0] % ARRAY_LEN(names)],
				.local = locals[r[1] % ARRAY_LEN(locals)],
				.domain = domains[r[2] % ARRAY_LEN(domains)],
			}, groups[r[3] % ARRAY_LEN(groups)]);
			addrs_add(&l, a.v);
			addrs_release(&a);
		}
		str_clear(&s);
		same = addrs_write(&s, "Resent-To", &l) == 0;
		block = str_sl(&s);
		same = same && hdr_next(&block, &h) == 1 && block.n == 0;
		addrs_parse(h.value, &mime_limits_default, &back);
		same = same && back.n == l.n && back.bad == 0;
		for (size_t k = 0; same && k < l.n; k++)
			same = addr_same(&l.v[k], &back.v[k]) &&
				sl_eq(sl_trim(sl(l.v[k].name)), sl(back.v[k].name)) &&
				sl_eq(sl(l.v[k].group), sl(back.v[k].group));
		if (!same)
			tap_note("seed 11, case %d: %s", i, s.p);
		wrong += !same;
		addrs_release(&l);
		addrs_release(&back);
	}
	str_release(&s);
	is_int(wrong, 0, "1,000 lists are written and read back (seed 11)");
}

static void check_fault(const char *local, const char *domain, const char *why)
{
	struct addrs a = one(&(struct in){ .local = local, .domain = domain }, NULL);
	struct err err = ERR_INIT;
	int rc = addr_check(a.v, &err);

	if (why)
		ok(rc == -1 && err.kind == ERR_INPUT && strstr(err.text, why), "refused: %s",
		   err.text);
	else
		ok(rc == 0 && err.kind == ERR_NONE, "accepted: %.60s at %.60s", local, domain);
	addrs_release(&a);
}

static void test_check(void)
{
	char big[300];

	check_fault("a", "b.c", NULL);
	check_fault("a b", "c", NULL);
	check_fault("a", "[1.2.3.4]", NULL);
	check_fault("a", KIM, NULL);
	check_fault("a", "b_c-d.e", NULL);
	check_fault("", "b", "nothing before");
	check_fault("a", "", "is missing");
	check_fault("a", NULL, "no \"@\"");
	check_fault("a\n", "b", "control");
	check_fault("a", "b\r", "control");
	check_fault("a\x7f", "b", "control");
	check_fault("a\xc2\x9b", "b", "control");
	check_fault("a\xff", "b", "UTF-8");
	check_fault("a", "b c", "domain");
	check_fault("a", "b> NOTIFY=NEVER", "domain");
	check_fault("a", "b<", "domain");
	check_fault("a", "b@c", "domain");
	check_fault("a", "b,c", "domain");
	check_fault("a", ".b", "domain");
	check_fault("a", "b.", "domain");
	check_fault("a", "b..c", "domain");
	check_fault("a", "-b", "domain");
	check_fault("a", "[a b]", "domain");
	check_fault("a", "[a", "domain");
	check_fault("a", "[]", "domain");
	memset(big, 'x', sizeof(big));
	big[65] = '\0';
	check_fault(big, "b", NULL);
	big[65] = 'x';
	big[252] = '\0';
	check_fault(big, "b", NULL);
	big[252] = 'x';
	big[253] = '\0';
	check_fault(big, "b", "longer");
	check_fault("a", big, "longer");
}

static const struct { struct in a, b; bool same; const char *name; } pairs[] = {
	{ { .local = "a", .domain = "Example.ORG" }, { .local = "a", .domain = "example.org" },
	  true,
	  "the domain in any case" },
	{ { .local = "a", .domain = "b" }, { .local = "A", .domain = "b" }, false,
	  "RFC 5321 2.4: the local part exactly" },
	{ { .local = "a", .domain = "b" }, { .local = "a" }, false, "an address and a bare name" },
	{ { .local = "a" }, { .local = "a" }, true, "two bare names" },
	{ { .name = "A", .local = "a", .domain = "b" }, { .local = "a", .domain = "b" }, true,
	  "the name does not matter" },
	{ { .local = "a", .domain = "\xc3\x84.de" }, { .local = "a", .domain = "a\xcc\x88.de" },
	  true,
	  "an international domain in any form" },
};

static void test_same(void)
{
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		struct addrs a = one(&pairs[i].a, NULL), b = one(&pairs[i].b, NULL);

		ok(addr_same(a.v, b.v) == pairs[i].same && addr_same(b.v, a.v) == pairs[i].same,
		   "%s", pairs[i].name);
		ok(!addr_is_utf8(a.v), "%s: the local part is ASCII", pairs[i].name);
		addrs_release(&a);
		addrs_release(&b);
	}
	struct addrs kim = one(&(struct in){ .local = KIM, .domain = "b" }, NULL);

	ok(addr_is_utf8(kim.v), "what needs SMTPUTF8");
	addrs_release(&kim);
}

int main(void)
{
	test_formats();
	test_writes();
	test_property();
	test_check();
	test_same();
	return tap_done();
}
