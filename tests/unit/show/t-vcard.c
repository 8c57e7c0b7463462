/* SPDX-License-Identifier: GPL-3.0-or-later
 * vcard: visiting cards of each version, as lines and for the address book. */
#include "base/base.h"
#include "show/show.h"
#include "../../tap.h"

#define CARD(more) "BEGIN:VCARD\r\n" more "END:VCARD\r\n"
static const struct { const char *name, *in, *want; } rows[] = {
	{ "version 4", CARD("VERSION:4.0\r\nFN:Jane Doe\r\nN:Doe;Jane;;;\r\nORG:Example\\, Inc.;Sales\r\nTEL;VALUE=uri;TYPE=\"voice,work\":tel:+82-2-1\r\n"
		"EMAIL;TYPE=home:jane@example.org\r\nEMAIL:j2@example.org\r\nADR;TYPE=home:;;1 Main St\\nFloor 2;Town;;123;Korea\r\n"
		"URL:https://example.org/a:b\r\nBDAY:1990-01-01\r\nPHOTO:data:image/png;base64,AAAA\r\n"),
		"Jane Doe <jane@example.org>\nOrganization:\tExample, Inc., Sales\nPhone:\t+82-2-1 (work)\nMail:\tjane@example.org (home)\nMail:\tj2@example.org\n"
		"Address:\t1 Main St Floor 2, Town, 123, Korea (home)\nWeb:\thttps://example.org/a:b\nBirthday:\t1990-01-01\n" },
	{ "version 3, folded and grouped", CARD("VERSION:3.0\r\nFN:Ja\r\n ne\r\nitem1.EMAIL;type=INTERNET;type=pref:jane@\r\n\texample.org\r\nitem1.X-ABLabel:x\r\n"
		"PHOTO;ENCODING=b;TYPE=JPEG:AAAA\r\n AAAA\r\nNOTE:\r\n"), "Jane <jane@example.org>\nMail:\tjane@example.org\n" },
	{ "version 2.1, quoted-printable", CARD("VERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=EA=B9=80;=EA=B8=B0=\r\n=ED=98=84;;;\r\n"
		"TEL;CELL:010\r\nNOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=iso-8859-1:caf=E9=0D=0Atwo\r\n"),
		"\xEA\xB8\xB0\xED\x98\x84 \xEA\xB9\x80 <->\nPhone:\t010 (mobile)\nNote:\tcaf\xC3\xA9  two\n" },
	{ "version 2.1, base64", CARD("VERSION:2.1\r\nFN;ENCODING=BASE64;CHARSET=UTF-8:6rmA6riw\r\n 7ZiE\r\n\r\nNOTE;BASE64;CHARSET=EUC-KR:sKE=\r\n\r\nEMAIL:a@x.example\r\n"),
		"\xEA\xB9\x80\xEA\xB8\xB0\xED\x98\x84 <a@x.example>\nNote:\t\xEA\xB0\x80\nMail:\ta@x.example\n" },
	{ "... and its soft ends", CARD("VERSION:2.1\r\nNOTE;ENCODING=QUOTED-PRINTABLE:one =\r\ntwo=\r\n three=0D=0A=\r\nfour\r\nTEL:1\r\n"),
		"- <->\nNote:\tone two three  four\nPhone:\t1\n" },
	{ "euc-kr", CARD("FN;CHARSET=EUC-KR;QUOTED-PRINTABLE:=B0=A1\r\n"), "\xEA\xB0\x80 <->\n" },
	{ "two cards", CARD("FN:A\r\n") CARD("EMAIL:b@x.example\r\n"), "A <->\n- <b@x.example>\nMail:\tb@x.example\n" },
	{ "addresses that are none", CARD("FN:A\r\nEMAIL:a@x.example,b@x.example\r\nEMAIL:no\r\nEMAIL:\"x\ny\"@z.example\r\nEMAIL:c@x.example\r\n"),
		"A <c@x.example>\nMail:\ta@x.example,b@x.example\nMail:\tno\nMail:\t\"x\nMail:\tc@x.example\n" },
	{ "a line can't begin another", CARD("FN:A\\nMail:\tx\r\nNOTE:a\\nb\tc\r\n"), "A Mail: x <->\nNote:\ta b c\n" },
	{ "lines that are no properties", CARD("nothing\r\n;x\r\nTEL;X=\":1\r\nTEL\r\n:\r\nADR:;;;;;;\r\n"), "- <->\n" },
	{ "without an end", "BEGIN:VCARD\nFN:A", "A <->\n" },
	{ "nothing", "hello: x\n", "" },
};

static void show(const struct vcards *l, struct str *out)
{
	str_clear(out);
	for (size_t i = 0; i < l->n; i++) {
		str_addf(out, "%s <%s>\n", l->v[i].name ? l->v[i].name : "-", l->v[i].mail ? l->v[i].mail : "-");
		for (size_t k = 0; k < l->v[i].n_lines; k++)
			str_addf(out, "%s\n", l->v[i].lines[k]);
	}
}

static void test_rows(void)
{
	struct str out;

	str_init(&out, STR_MAX);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct vcards l = { 0 };

		vcards_parse(sl(rows[i].in), &l);
		show(&l, &out);
		is_str(out.p, rows[i].want, "%s", rows[i].name);
		vcards_release(&l);
	}
	str_release(&out);
}

static void test_bounds(void)
{
	struct vcards l = { 0 };
	struct str in;
	int64_t from = rt_cpu();
	size_t n = 0;

	str_init(&in, STR_MAX);
	for (int i = 0; i < 150; i++)
		str_adds(&in, CARD("FN:A\r\n"));
	vcards_parse(str_sl(&in), &l);
	ok(l.n == 100 && l.more, "a hundred cards, and more are told");
	vcards_release(&l);
	str_clear(&in);
	str_adds(&in, "BEGIN:VCARD\n");
	for (int i = 0; i < 50000; i++)
		str_adds(&in, "TEL:1\n");
	vcards_parse(str_sl(&in), &l);
	n = l.v[0].n_lines;
	ok(n == 1000 && l.more, "a thousand fields");
	vcards_release(&l);
	str_clear(&in);
	str_adds(&in, "BEGIN:VCARD\nNOTE;QUOTED-PRINTABLE:");
	for (int i = 0; i < 300000; i++)
		str_adds(&in, "=41=\n");
	vcards_parse(str_sl(&in), &l);
	ok(l.n == 1 && l.v[0].n_lines == 1 && strlen(l.v[0].lines[0]) < 5000, "a long value is cut");
	vcards_release(&l);
	ok(rt_cpu() - from < 3000000, "all that in time (%lld ms)", (long long)(rt_cpu() - from) / 1000);
	str_release(&in);
}

static void test_bent(void)
{
	uint64_t seed = 3;
	struct str in, out;

	str_init(&in, STR_MAX);
	str_init(&out, STR_MAX);
	for (int i = 0; i < 20000; i++) {
		struct vcards l = { 0 };

		str_clear(&in);
		str_adds(&in, rows[(size_t)i % 7].in);
		for (int k = 0; k < 1 + i % 5; k++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			in.p[(seed >> 33) % in.n] = (char)(seed >> 20);
		}
		vcards_parse(str_sl(&in), &l);
		for (size_t k = 0; k < l.n && out.n < 1000; k++)
			if (l.v[k].mail && strpbrk(l.v[k].mail, "\r\n\t"))
				str_adds(&out, l.v[k].mail);
		vcards_release(&l);
	}
	is_str(out.p, "", "no address has a line end in it, whatever comes");
	str_release(&in);
	str_release(&out);
}

static void test_message(void)
{
	struct render_opts opts = { .width = 60 };
	struct err err = ERR_INIT;
	struct str mem, got;
	struct render *r;

	str_init(&mem, STR_MAX);
	str_init(&got, STR_MAX);
	str_adds(&mem, "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nMy card.\n--b\nContent-Type: application/octet-stream; name=jane.VCF\n"
		"Content-Disposition: attachment\n\nBEGIN:VCARD\nFN:Jane \x1b[1m\nTEL:1\nEND:VCARD\n--b--\n");
	r = render_open(-1, &mem, NULL);
	render_layout(r, &opts);
	while (render_step(r, 10000, &err) == 0)
		;
	for (size_t k = 0; k < render_lines(r); k++)
		str_addf(&got, SL_FMT "\n", SL_ARG(render_line(r, k)->text));
	is_str(got.p, "\nMy card.\n\nName: Jane \xE2\x90\x9B[1m\nPhone: 1\n\n[1] jane.VCF  application/octet-stream  40\n", "a card below its text");
	render_free(&r);
	str_release(&mem);
	str_release(&got);
}

int main(void)
{
	test_rows();
	test_bounds();
	test_bent();
	test_message();
	return tap_done();
}
