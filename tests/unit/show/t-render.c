/* SPDX-License-Identifier: GPL-3.0-or-later
 * render: messages as lines of a screen, by example and over the corpus: no
 * line is too wide, none has a control, steps of any size give the same. */
#include "base/base.h"
#include "show/show.h"
#include "../../tap.h"
#include <fcntl.h>
#include <unistd.h>

static struct render *open_text(const char *text)
{
	struct str mem;

	str_init(&mem, STR_MAX);
	str_adds(&mem, text);
	return render_open(-1, &mem, NULL);
}

static int finish(struct render *r, int64_t usec)
{
	struct err err = ERR_INIT;
	int rc;

	while ((rc = render_step(r, usec, &err)) == 0)
		;
	return rc;
}

/* A letter for the kind, the depth of a quote, + where the line goes on. */
static void dump(const struct render *r, struct str *out)
{
	str_clear(out);
	for (size_t i = 0; i < render_lines(r); i++) {
		const struct render_line *l = render_line(r, i);

		str_addc(out, "HTQSAWNR"[l->kind]);
		if (l->quote)
			str_addf(out, "%u", l->quote);
		str_addf(out, "%s" SL_FMT "\n", l->goes_on ? "+" : " ", SL_ARG(l->text));
	}
}

static const struct row { const char *name; struct render_opts opts; const char *in, *want; } rows[] = {
	{ "a plain message", { .width = 40 },
		"From: A B <a@b.example>\nTo: c@d.example\nDate: Thu, 13 Feb 2025 09:00:00 +0900\n"
		"Subject: =?utf-8?B?7JWI64WV?=\nX-Other: y\n\nHello\n> quoted\n>> twice\n-- \nme\n> not a quote\n",
		"H From: A B <a@b.example>\nH To: c@d.example\nH+Date: Thu, 13 Feb 2025 09:00:00 +0900\n"
		"H     (Thu, 13 Feb 2025 00:00:00 +0000)\nH Subject: \xEC\x95\x88\xEB\x85\x95\nT \nT Hello\nQ1 > quoted\nQ2 >> twice\n"
		"S -- \nS me\nS > not a quote\n" },
	{ "the same zone is not told twice", { .width = 60 }, "Date: Thu, 13 Feb 2025 09:00:00 +0000\n\nx",
		"H Date: Thu, 13 Feb 2025 09:00:00 +0000\nT \nT x\n" },
	{ "chosen headers in their order", { .width = 60, .headers = "X-B  subject X-A" },
		"Subject: s\nX-A: 1\nX-A: 2\nX-B: 3\nFrom: a@b.example\n\nx", "H X-B: 3\nH Subject: s\nH X-A: 1\nH X-A: 2\nT \nT x\n" },
	{ "many recipients", { .width = 200 },
		"To: a@x.example, b@x.example, c@x.example, d@x.example, e@x.example, f@x.example, g@x.example, h@x.example,\n"
		" i@x.example, j@x.example, k@x.example, l@x.example\n\nx",
		"H To: a@x.example, b@x.example, c@x.example, d@x.example, e@x.example, f@x.example, g@x.example, h@x.example,"
		" i@x.example, j@x.example and 2 more\nT \nT x\n" },
	{ "groups", { .width = 70 }, "To: Team: a@x.example, B <b@x.example>;, c@x.example, \"Other, one\": d@x.example;\nCc: undisclosed-recipients:;\nBcc: x\n\nx",
		"H+To: Team: a@x.example, B <b@x.example>; c@x.example, Other, one:\nH     d@x.example\nH Cc: undisclosed-recipients:;\nT \nT x\n" },
	{ "an empty group and others", { .width = 70 }, "To: a@x.example, hidden: ;\n\nx", "H To: a@x.example, hidden:\nT \nT x\n" },
	{ "all headers", { .width = 40, .all_headers = true }, "X-A: one\n two\nReceived: from x\nTo: q <a@b.example>\n\nx",
		"H X-A: one two\nH Received: from x\nH To: q <a@b.example>\nT \nT x\n" },
	{ "all headers as folded", { .width = 40, .all_headers = true, .no_fold = true }, "X-A: one\n  two\nTo: =?utf-8?q?a?=\n\nx",
		"H X-A: one\nH   two\nH To: =?utf-8?q?a?=\nT \nT x\n" },
	{ "controls in a header", { .width = 60 }, "Subject: a\x1b[2Jb =?utf-8?q?=1B]0;x=07?=\n\na\x1b[31mb\x7f\n",
		"H Subject: a\xE2\x90\x9B[2Jb \xE2\x90\x9B]0;x\xE2\x90\x87\nT \nT a\xE2\x90\x9B[31mb\xE2\x90\xA1\n" },
	{ "trust", { .width = 70 }, "From: \"bob@bank.example\" <x@evil.example>\nReply-To: y@other.example\n\nx",
		"H From: \"bob@bank.example\" <x@evil.example>\nH Reply-To: y@other.example\n"
		"W+The sender calls itself \"bob@bank.example\", but the address is\nW     x@evil.example.\n"
		"W Answers would go to y@other.example, not to the sender.\nT \nT x\n" },
	{ "flowed text", { .width = 40 }, "Content-Type: text/plain; format=flowed; delsp=yes\n\nab \ncd\n> e \n> f\n",
		"T \nT abcd\nQ1 > ef\n" },
	{ "quotes folded", { .width = 40, .fold_quotes = true }, "\n> a\n> b\n> c\nx\n> a\n>> b\n> c c c c c c c c c c c c c c c c c c c c c c\n> d\ny\n",
		"T \nQ1 > a\nQ1 > b\nQ1 > c\nT x\nQ1 > [4 quoted lines]\nT y\n" },
	{ "an alternative", { .width = 40 }, "Content-Type: multipart/alternative; boundary=b\n\n--b\n\nplain\n--b\nContent-Type: text/html\n\n"
		"<p>rich</p>\n--b--\n", "T \nT plain\nT \nA [1] text/html  11\n" },
	{ "the other alternative", { .width = 40, .html = true }, "Content-Type: multipart/alternative; boundary=b\n\n--b\n\nplain\n--b\n"
		"Content-Type: text/html\n\n<p>rich</p>\n--b--\n", "T \nT rich\nT \nA [1] text/plain  5\n" },
	{ "texts and files", { .width = 60 }, "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\nContent-Type: application/pdf; name=\"r\x1b.pdf\"\n"
		"Content-Transfer-Encoding: base64\n\nAAAA\n--b\nContent-Type: text/plain; name=b.txt\n\ntwo\n--b--\n",
		"T \nT one\nT \nN [-- part 3: b.txt --]\nT \nT two\nT \nA [1] r\xE2\x90\x9B.pdf  application/pdf  3\n" },
	{ "a message inside", { .width = 60 }, "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\nContent-Type: message/rfc822\n\n"
		"From: Q <q@x.example>\nSubject: inner\nX-Y: z\n\ntwo\n--b--\n",
		"T \nT one\nT \nN [-- message from Q <q@x.example>, part 2 --]\nT \nH From: Q <q@x.example>\nH Subject: inner\nT \nT two\n"
		"T \nA [1] message/rfc822  48\n" },
	{ "a message inside that is encoded", { .width = 90 }, "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\nContent-Type: message/rfc822\n"
		"Content-Transfer-Encoding: quoted-printable\n\nFrom: Q <q@x.example>\nSubject: inner\n\nt=77o\n--b--\n",
		"T \nT one\nT \nN [-- message, part 2 --]\nT \nT inner\nT Q <q@x.example>\nT two\nT \n"
		"N This message is not well formed: a transfer encoding is set where none may be.\nT \nA [1] message/rfc822  43\n" },
	{ "encrypted", { .width = 70 }, "Content-Type: multipart/encrypted; boundary=b\n\n--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b\n"
		"Content-Type: application/octet-stream\n\nx\n--b--\n",
		"T \nN This part is encrypted; pabal can't read it yet.\nT \nA [1] application/pgp-encrypted  10\nA [2] application/octet-stream  1\n" },
	{ "a piece", { .width = 80 }, "Content-Type: message/partial; number=2; total=3; id=x\n\nx\n",
		"T \nN+This is piece 2 of 3 of a message that was cut; only the pieces together can be\nN read.\nT \nA [1] message/partial  2\n" },
	{ "a body that is elsewhere", { .width = 80 }, "Content-Type: message/external-body; access-type=URL; URL*1=c; URL*0=\"http://a.example/b\"\n\nContent-Type: image/png\n\n",
		"T \nN What belongs here is elsewhere and is not fetched: http://a.example/bc\nT \nA [1] message/external-body  25\n" },
	{ "... and does not say where", { .width = 80 }, "Content-Type: message/external-body; access-type=mail-server\n\nx\n",
		"T \nN What belongs here is elsewhere and is not fetched: mail-server\nT \nA [1] message/external-body  2\n" },
	{ "a message that is a file as a whole", { .width = 40 }, "Content-Disposition: attachment; filename=a.txt\n\nx\n",
		"T \nT x\nT \nA [1] a.txt  text/plain  2\n" },
	{ "a text that is to be shown", { .width = 40 }, "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/x-patch; name=a.diff\n"
		"Content-Disposition: inline\n\n+x\n--b\nContent-Type: text/x-patch; name=b.diff\n\n+y\n--b--\n",
		"T \nT +x\nT \nA [1] b.diff  text/x-patch  2\n" },
	{ "no text", { .width = 40 }, "Content-Type: image/png\n\nx\n", "T \nN This message has no text.\nT \nA [1] image/png  2\n" },
	{ "a charset that is not said", { .width = 40, .charset = "euc-kr" }, "Content-Type: text/plain; charset=utf-8\n\n\xB0\xA1\n", "T \nT \xEA\xB0\x80\n" },
	{ "a charset in HTML", { .width = 40 }, "Content-Type: text/html\n\n<meta http-equiv=x content='text/html; charset=euc-kr'>\xB0\xA1\n", "T \nT \xEA\xB0\x80\n" },
	{ "bad characters", { .width = 80 }, "Content-Type: text/plain; charset=utf-8\n\na\xFF\xFE\n",
		"T \nT a\xEF\xBF\xBD\xEF\xBF\xBD\nT \nN 2 characters could not be read and are shown as \xEF\xBF\xBD.\n" },
	{ "what HTML leaves out", { .width = 80 }, "Content-Type: text/html\n\n<script>x</script>a<img src='http://t.example/p' width=1 height=1>"
		"<img src=http://t.example/q><p hidden>12345</p><input>\n",
		"T \nT a\nT \nN 2 remote images were not loaded.\nN 1 of them looks like a tracker.\nN Hidden text of 5 characters was left out.\n"
		"N Scripts were left out.\nN A form was left out; it can't be filled in here.\n" },
	{ "a structure with mistakes", { .width = 80 }, "Content-Type: multipart/mixed\n\nx\n",
		"T \nT x\nT \nN+This message is not well formed: the multipart does not say what stands between\nN its parts.\n" },
	{ "links", { .width = 60 }, "From: a@b.example\nContent-Type: text/html\n\n<p><a href='https://shop.example/offers'>our offers</a>, "
		"<a href='https://evil.example/login'>www.bank.example</a>, <a href='http://own.example/'>http://own.example/</a>, "
		"<a href='mailto:x@evil.example'>boss@bank.com</a></p>",
		"H From: a@b.example\nW Link [2] says www.bank.example but leads to evil.example.\n"
		"W Link [4] says boss@bank.com but leads to x@evil.example.\nT \nT+our offers [1], www.bank.example [2], http://own.example/\n"
		"T [3], boss@bank.com [4]\nT \nN Links:\nN [1] shop.example  https://shop.example/offers\nN [2] evil.example  https://evil.example/login\n"
		"N [4] x@evil.example  mailto:x@evil.example\n" },
	{ "an address that leads to itself", { .width = 60 }, "Content-Type: text/html\n\n<a href='mailto:a@b.example'>a@b.example</a>", "T \nT a@b.example\n" },
	{ "enriched text", { .width = 60 }, "Content-Type: text/enriched\n\n<bold>Now</bold> 1 <<2 & 3 > 2,\nso <color><param>red</param>it</color>\n\n"
		"is &lt;.\n\n\n<nofill>a\n  b\n</nofill><excerpt>said\n\nbefore</excerpt>after\n",
		"T \nT Now 1 <2 & 3 > 2, so it\nT is &lt;.\nT \nT a\nT   b\nT \nQ1 > said\nQ1 > before\nT \nT after\n" },
	{ "rich text", { .width = 60 }, "Content-Type: text/richtext\n\n<bold>Now</bold> 1 <lt> 2\n\nso<nl>it<comment>no</comment> is\n",
		"T \nT Now 1 < 2 so\nT it is\n" },
	{ "RTF", { .width = 60 }, "Content-Type: text/rtf\n\n{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}\\b Hello\\b0 \\par {\\*\\x y}you\\par}\n", "T \nT Hello\nT you\n" },
	{ "links are cut to the width", { .width = 20 }, "Content-Type: text/html\n\n<a href='https://a.example/abcdefghij'>x</a><script></script>",
		"T \nT x [1]\nT \nN Links:\nN [1] a.example  https\nT \nN+Scripts were left\nN out.\n" },
	{ "links of two pages", { .width = 60 }, "From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n"
		"<a href='https://e.example/'>bank.com</a>\n--b\nContent-Type: text/html\n\n<a href='https://f.example/'>bank.com</a>\n--b--\n",
		"H From: a@b.example\nW Link [1] says bank.com but leads to e.example.\nW Link [2] says bank.com but leads to f.example.\n"
		"T \nT bank.com [1]\nT \nN [-- part 2 --]\nT \nT bank.com [2]\nT \nN Links:\nN [1] e.example  https://e.example/\n"
		"N [2] f.example  https://f.example/\n" },
	{ "numbers of a message leave none out", { .width = 60 }, "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhttps://t.example/ https://e.example/\n"
		"--b\nContent-Type: text/html\n\n<a href='mailto:a@b.example'>a@b.example</a> <a href='https://e.example/'>one</a>\n"
		"--b\nContent-Type: text/html\n\n<a href='https://f.example/'>two</a>\n--b--\n",
		"T \nT https://t.example/ https://e.example/\nT \nN [-- part 2 --]\nT \nT a@b.example one [1]\nT \nN [-- part 3 --]\nT \nT two [2]\nT \n"
		"N Links:\nN [1] e.example  https://e.example/\nN [2] f.example  https://f.example/\n" },
	{ "plain text has its links in it", { .width = 60 }, "\nhttps://a.example/ and https://b.example/\n",
		"T \nT https://a.example/ and https://b.example/\n" },
	{ "raw", { .width = 12, .raw = true }, "Subject: a\x1b long one\n\n\tx\n\xFF\n",
		"R+Subject: a\xE2\x90\x9B \nR long one\nR \nR         x\nR \xEF\xBF\xBD\n" },
	{ "a width that is too small", { .width = 1 }, "\nabcdefghijkl\n", "T \nT+abcdefghij\nT kl\n" },
	{ "nothing at all", { .width = 40 }, "", "T \nN This message has no text.\n" },
};

static void test_rows(void)
{
	struct str got, slow;

	str_init(&got, STR_MAX);
	str_init(&slow, STR_MAX);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct render *r = open_text(rows[i].in);

		render_layout(r, &rows[i].opts);
		is_int(finish(r, 10000000), 1, "%s: done", rows[i].name);
		dump(r, &got);
		is_str(got.p, rows[i].want, "%s", rows[i].name);
		render_free(&r);
		r = open_text(rows[i].in);
		render_layout(r, &rows[i].opts);
		finish(r, 0);
		dump(r, &slow);
		is_str(slow.p, got.p, "%s: in small steps", rows[i].name);
		render_free(&r);
	}
	str_release(&got);
	str_release(&slow);
}

static void test_spans(void)
{
	struct render *r = open_text("Subject: s\nContent-Type: text/html\n\n<b>a</b> <i>b</i> <a href='http://x.example'>c</a><blockquote>q</blockquote>");
	struct render_opts opts = { .width = 40 };
	struct str got;

	str_init(&got, STR_MAX);
	ok(!render_tree(r) && !render_env(r), "before the first step nothing is known");
	is_int(finish(r, 0), 1, "without a layout only the tree is made");
	is_int((long long)render_lines(r), 0, "and no lines");
	ok(render_tree(r) && strcmp(render_env(r)->subject, "s") == 0, "the tree and the header are there");
	render_layout(r, &opts);
	finish(r, 0);
	for (size_t i = 0; i < render_lines(r); i++) {
		const struct render_line *l = render_line(r, i);

		for (size_t k = 0; k < l->n_spans; k++)
			str_addf(&got, "%zu:%.*s=%d,%u ", i, (int)(l->spans[k].to - l->spans[k].from), l->text.p + l->spans[k].from,
				(int)l->spans[k].kind, l->spans[k].link);
	}
	is_str(got.p, "0:Subject:=1,0 2:a=2,0 2:b=3,0 2:c=4,1 2:[1]=4,1 4:>=5,0 7:[1] x.example  http://x.example=4,1 ", "spans");
	is_int(render_link(r, 0)->line, 2, "where the link stands");
	ok(!render_link(r, 1) && !render_line(r, 99) && !render_part(r, 0), "nothing behind the last ones");
	render_free(&r);
	ok(!r, "gone");
	str_release(&got);
}

static const struct { const char *href, *text, *host; bool deceptive; } links[] = {
	{ "https://a.example/x?y=z", "here", "a.example", false },
	{ "https://A.Example:8080/", "a.example", "a.example", false },
	{ "https://www.a.example/", "http://a.example/path", "www.a.example", false },
	{ "https://login.a.example/", "a.example", "login.a.example", false },
	{ "https://evil.example/", "https://bank.com/login", "evil.example", true },
	{ "https://evil.example/", "bank.com", "evil.example", true },
	{ "https://evil.example/", "www.bank.com", "evil.example", true },
	{ "https://evil.example/", "Go to https://bank.com/ now", "evil.example", true },
	{ "https://evil.example/", "Go to bank.com now", "evil.example", false },
	{ "https://bank.com@evil.example/", "bank.com", "evil.example", true },
	{ "https://bank.com:80@evil.example", "x", "evil.example", false },
	{ "https://bank.com%40evil.example/", "x", "bank.com@evil.example", false },
	{ "https://evil.example\\@bank.com/", "bank.com", "evil.example", true },
	{ "https://bank.com.evil.example/", "bank.com", "bank.com.evil.example", true },
	{ "https://notbank.com/", "bank.com", "notbank.com", true },
	{ "http://[::1]:80/x", "x", "[::1]", false },
	{ "http://\xED\x95\x9C\xEA\xB8\x80.kr/", "x", "xn--bj0bj06e.kr (\xED\x95\x9C\xEA\xB8\x80.kr)", false },
	{ "http://xn--bj0bj06e.kr/", "x", "xn--bj0bj06e.kr", false },
	{ "mailto:a@b.example?subject=x", "a@b.example", "", false },
	{ "mailto:a@b.example", "boss@bank.com", "", true },
	{ "https://a.example/", "version 1.2", "a.example", false },
	{ "https://a.example/", "3.14", "a.example", false },
	{ "https://a.example/\x1b[1m", "x", "a.example", false },
};

static void test_links(void)
{
	struct render_opts opts = { .width = 200 };

	for (size_t i = 0; i < ARRAY_LEN(links); i++) {
		struct str text;
		struct render *r;
		const struct render_link *l;

		str_init(&text, STR_MAX);
		str_addf(&text, "Content-Type: text/html; charset=utf-8\n\n<a href=\"%s\">%s</a>", links[i].href, links[i].text);
		r = render_open(-1, &text, NULL);
		is_int((long long)text.n, 0, "the bytes are taken");
		render_layout(r, &opts);
		finish(r, 100000);
		l = render_link(r, 0);
		is_str(l ? l->host : "?", links[i].host, "host of %s", links[i].href);
		is_int(l ? l->deceptive : -1, links[i].deceptive, "%s as %s", links[i].href, links[i].text);
		ok(l && !strchr(l->url, '\x1b'), "cleaned");
		render_free(&r);
		str_release(&text);
	}
}

static void key_of(void *ctx, const char *command, struct str *out)
{
	(void)ctx;
	str_addf(out, "%s key", command);
}

/* Plain text goes elsewhere, in its place among the lines. */
static int take_text(void *ctx, struct render *r, const struct part *p, struct err *err)
{
	struct str *out = ctx;

	(void)err;
	str_addf(out, "text %s after line %zu\n", p->number, render_lines(r));
	return 0;
}

static void test_text_elsewhere(void)
{
	struct str got;
	struct render_opts opts = { .width = 80, .text = take_text, .ctx = &got };
	struct render *r = open_text("Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\nContent-Type: text/html\n\n<p>two\n--b\n\nthree\n--b--\n");

	str_init(&got, STR_MAX);
	render_layout(r, &opts);
	is_int(finish(r, 100000), 1, "done");
	is_str(got.p, "text 1 after line 2\ntext 3 after line 8\n", "plain text goes elsewhere, in order");
	dump(r, &got);
	ok(sl_search(str_sl(&got), SL("T two\n")) > 0 && sl_search(str_sl(&got), SL("one")) < 0, "HTML is laid out");
	render_free(&r);
	str_release(&got);
}

/* Many links: each list has an end and says so; links know where they stand. */
static void test_many_links(void)
{
	struct render_opts opts = { .width = 80, .key = key_of };
	unsigned trust = 0, listed = 0;
	struct render *r;
	struct str text;
	bool right = true;

	str_init(&text, STR_MAX);
	str_adds(&text, "From: a@b.example\nContent-Type: text/html\n\n");
	for (int i = 0; i < 112; i++)
		str_addf(&text, "<p><a href='https://e.example/%d'>%s</a></p>", i, i < 7 ? "bank.com" : "x");
	r = render_open(-1, &text, NULL);
	render_layout(r, &opts);
	finish(r, 100000);
	for (size_t i = 0; i < render_lines(r); i++) {
		const struct render_line *l = render_line(r, i);

		trust += l->kind == LINE_TRUST;
		listed += l->kind == LINE_NOTE && sl_starts(l->text, "[");
	}
	is_int(trust, 6, "five warnings and one that says how many more");
	ok(sl_is(render_line(r, 6)->text, "and 2 more links do so"), "two more");
	is_int(listed, 100, "a hundred in the section");
	ok(sl_is(render_line(r, render_lines(r) - 1)->text, "and 12 more (links key lists all)"), "and where the others are");
	for (size_t k = 0; k < render_links(r); k++) {
		const struct render_line *l = render_line(r, render_link(r, k)->line);

		right = right && l->kind == LINE_TEXT && l->n_spans && l->spans[0].link == k + 1;
	}
	ok(right, "the lines of the links are right though others came before them");
	render_free(&r);
	str_release(&text);
}

static const struct { const char *header, *want; } trust[] = {
	{ "From: Bob <bob@bank.example>\n", "" },
	{ "From: bob@bank.example\n", "" },
	{ "From: \"bob@bank.example\" <bob@bank.example>\n", "" },
	{ "From: \"BOB@bank.example\" <bob@Bank.example>\n", "" },
	{ "From: \"bob@bank.example\" <x@evil.example>\n", "The sender calls itself \"bob@bank.example\", but the address is x@evil.example." },
	{ "From: \"Bob (bob@bank.example)\" <x@bank.example>\n", "The sender calls itself \"bob@bank.example\", but the address is x@bank.example." },
	{ "From: \"bank.com Service\" <x@evil.example>\n", "The sender calls itself \"bank.com\", but the address is x@evil.example." },
	{ "From: \"bank.com Service\" <x@mail.bank.com>\n", "" },
	{ "From: \"J.R. Smith, Node.js\" <x@evil.example>\n", "" },
	{ "From: a@x.example\nReply-To: b@x.example\n", "" },
	{ "From: a@x.example\nReply-To: b@mail.x.example\n", "" },
	{ "From: a@x.example\nReply-To: b@y.example\n", "Answers would go to b@y.example, not to the sender." },
	{ "From: a@x.example\nReply-To: l@list.example\nTo: l@list.example\n", "" },
	{ "From: a@x.example\nReply-To: l@list.example\nCc: l@LIST.example\n", "" },
	{ "From: \"a@b.example\" <c@d.example>\nReply-To: e@f.example\n",
		"The sender calls itself \"a@b.example\", but the address is c@d.example.\nAnswers would go to e@f.example, not to the sender." },
	{ "Reply-To: e@f.example\n", "" },
};

static void test_trust(void)
{
	for (size_t i = 0; i < ARRAY_LEN(trust); i++) {
		struct env env = { 0 };
		struct str out;

		str_init(&out, STR_MAX);
		env_parse(sl(trust[i].header), &mime_limits_default, &env);
		is_int(trust_words(&env, &out), 0, "row %zu", i);
		is_str(out.p, trust[i].want, "%s", trust[i].header);
		env_release(&env);
		str_release(&out);
	}
}

/* What notices mean stands in front of their words. */
static void sent(void *ctx, const struct render *r, struct str *wrong, struct str *fine)
{
	++*(int *)ctx;
	is_str(render_env(r)->message_id, "1@x", "who asks names the message");
	str_adds(wrong, "bob@x: failed on Nov 27, 14:02 (5.1.1): There is no such mailbox.\n");
	str_adds(fine, "a@x: delivered.\n");
}

static void test_sent(void)
{
	struct render *r = open_text("From: a@x\nMessage-ID: <1@x>\n\nHello\n");
	int asked = 0;
	struct render_opts opts = { .width = 40, .sent = sent, .ctx = &asked };
	struct str out;

	str_init(&out, STR_MAX);
	render_layout(r, &opts);
	is_int(finish(r, 1000000), 1, "with what became of it");
	dump(r, &out);
	is_str(out.p, "H From: a@x\nW+bob@x: failed on Nov 27, 14:02 (5.1.1):\nW     There is no such mailbox.\nN a@x: delivered.\nT \nT Hello\n",
		"it stands under the header, the worst first");
	is_int(asked, 1, "asked once");
	str_release(&out);
	render_free(&r);
}

static void test_notice(void)
{
	struct render *r = open_text("From: MAILER-DAEMON@far.test\nSubject: Undeliverable\n\nCould not be delivered to:\n"
		"a@far.test: 550 5.1.1 no\nb@far.test: \xe2\x80\xae" "no\nc@far.test\nd@far.test\ne@far.test\nf@far.test\ng@far.test\n");
	struct render_opts opts = { .width = 60 };
	struct str text;
	size_t n_trust = 0;

	str_init(&text, STR_MAX);
	render_layout(r, &opts);
	finish(r, 10000000);
	for (size_t i = 0; i < render_lines(r); i++) {
		const struct render_line *line = render_line(r, i);

		n_trust += line->kind == LINE_TRUST;
		str_addf(&text, SL_FMT "\n", SL_ARG(line->text));
	}
	is_int((int64_t)n_trust, 6, "five recipients, and how many more");
	is_slice(sl_head(str_sl(&text), (size_t)sl_search(str_sl(&text), SL("Could not"))),
		SL("From: MAILER-DAEMON@far.test\nSubject: Undeliverable\n\n"
		"Not delivered to a@far.test: There is no such mailbox.\nNot delivered to b@far.test: �no.\n"
		"Not delivered to c@far.test.\nNot delivered to d@far.test.\nNot delivered to e@far.test.\nand 2 more\n\n"),
		"in plain words, before its text");
	render_free(&r);
	r = open_text("From: Ann <ann@far.test>\nAuto-Submitted: auto-replied\nSubject: Away\n\nuntil Monday\n");
	render_layout(r, &opts);
	finish(r, 10000000);
	is_slice(render_lines(r) > 3 ? render_line(r, 3)->text : SL_NONE,
		SL("A program answers this in place of a person; nothing failed."), "an answer of absence");
	render_free(&r);
	str_release(&text);
}

static void test_parts(void)
{
	struct render *r = open_text("Content-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>x\n--b\n"
		"Content-Type: image/png; name=a.png\nContent-ID: <1>\n\ny\n--b\nContent-Type: text/plain\nContent-Disposition: attachment; filename=z.txt\n\nz\n--b--\n");
	struct render_opts opts = { .width = 40 };
	size_t shown = 0;

	render_layout(r, &opts);
	finish(r, 0);
	ok(render_part(r, 0) && strcmp(render_part(r, 0)->filename, "a.png") == 0, "the image can be taken out");
	ok(render_part(r, 1) && strcmp(render_part(r, 1)->filename, "z.txt") == 0, "and the file");
	ok(!render_part(r, 2), "no more");
	for (size_t i = 0; i < render_lines(r); i++)
		if (render_line(r, i)->kind == LINE_ATTACHMENT)
			is_int(render_line(r, i)->part, (long long)shown++, "its line says which");
	is_int((long long)shown, 2, "a line for each");
	render_free(&r);
}

/* Alone it is shown. */
static void dump_only(const char *want, const char *in)
{
	struct render_opts opts = { .width = 80 };
	struct render *r = open_text(in);

	render_layout(r, &opts);
	finish(r, 0);
	ok(sl_is(render_line(r, 1)->text, want), "without another form it is the text");
	render_free(&r);
}

#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
static const struct { const char *text; bool only; } hollow[] = {
	{ "", true }, { " \n", true },
	{ "This message contains HTML content. Please use an HTML-capable mail reader.", true },
	{ "To view this email as a web page, go here.", true },
	{ "If you are having trouble viewing this email, click here: https://x.test/a", true },
	{ "Your email client cannot read this email. To view it online, please go here: http://x.test", true },
	{ "HTML version only", true },
	{ "Can't see this email? View it in your browser", true },
	{ "This mail is in HTML. Some elements may be ommited in plain text.", true },
	{ "Unfortunately your mail client can't display HTML. Click here to see it online http://x.test", true },
	{ "Text version not available.", true },
	{ "Your email client does not support HTML messages. Please use a different client.", true },
	{ "If you cannot read this email, please click the link below: https://x.test", true },
	{ "메일이 정상적으로 보이지 않으시면 여기를 클릭하세요. http://x.test", true },
	{ "HTML 형식의 메일입니다. 웹브라우저에서 확인해 주세요", true },
	{ "이 메일은 HTML 형식입니다. HTML을 지원하는 메일 프로그램으로 보세요.", true },
	{ "계약서 형식을 메일로 보내세요.", false },
	{ "このメールが正しく表示されない場合はこちらをクリックしてください。", true },
	{ "如果您无法查看此邮件，请点击这里 http://x.test", true },
	{ "Falls Sie diese E-Mail nicht richtig lesen können, klicken Sie bitte hier: http://x.test", true },
	{ "Dieser Newsletter wurde im HTML-Format versendet.", true },
	{ "Wenn diese Nachricht nicht richtig angezeigt wird, klicken Sie bitte hier.", true },
	{ "Si no puede ver correctamente este mensaje, haga clic aquí", true },
	{ "Se non visualizzi correttamente questa email, clicca qui.", true },
	{ "Если письмо отображается некорректно, нажмите здесь http://x.test", true },
	{ "Se não conseguir visualizar este e-mail, clique aqui.", true },
	{ "Kunt u deze e-mail niet goed lezen? Klik hier voor de webversie.", true },
	{ "Jeśli nie widzisz poprawnie tej wiadomości, kliknij tutaj http://x.test", true },
	{ "Bu e-postayı görüntüleyemiyorsanız tıklayın http://x.test", true },
	{ "See you at noon.", false },
	{ "I read your message, thanks. Open the door.", false },
	{ "Please see the HTML report that I attached; the numbers of March are on page 3.", false },
	{ "Did you read this email? Call me.", false },
	{ "Can you open the page in another browser? It works in mine.", false },
	{ "Use a different client name in the contract.", false },
	{ "The message is clear: we meet at noon.", false },
	{ "회의 자료 메일로 보내주세요.", false },
	{ "확인 부탁드립니다.", false },
	{ "Click here", false },
	{ "Thanks for the mail.", false },
	{ "This is a test message.", false },
	{ "The new version is not available. Ask Bob.", false },
	{ "I can't read this email, please send it again.", false },
	{ "この件、メールください。", false },
	{ "请查看邮件附件，谢谢。", false },
	{ "View this email in your browser: https://x.example/?" A64 A64 A64 A64 A64 A64 A64, true },
	{ "This is an HTML message.", true },
	{ "This is an HTML message. Please use an HTML capable mail client to read it.\n", true },
	{ "Your mail client does not support HTML.", true },
	{ "Your email client does not support\nHTML emails.\n", true },
	{ "View this email in your browser: https://news.example/a?b=c\n", true },
	{ "View this email in your browser (https://news.example/a)\n\n* * *\n", true },
	{ "Having trouble viewing this email? View it in your browser", true },
	{ "I can't read this email.", false },
	{ "https://news.example/a", true },
	{ "Diese E-Mail kann in Ihrem Browser nicht angezeigt werden.", true },
	{ "Ihr E-Mail-Programm unterst\xC3\xBCtzt kein HTML.", true },
	{ "Votre logiciel de messagerie ne prend pas en charge le format HTML.", true },
	{ "Ver este correo en el navegador", true },
	{ "\xEB\xB8\x8C\xEB\x9D\xBC\xEC\x9A\xB0\xEC\xA0\x80\xEC\x97\x90\xEC\x84\x9C \xEB\xB3\xB4\xEA\xB8\xB0", true },
	{ "\xE6\x82\xA8\xE7\x9A\x84\xE6\xB5\x8F\xE8\xA7\x88\xE5\x99\xA8\xE4\xB8\x8D\xE6\x94\xAF\xE6\x8C\x81", true },
	{ "View this email in your browser. Lunch is at noon.", false },
	{ "Hello", false }, { "See you at five.", false }, { "I wrote the HTML.", false },
	{ "\xEC\x95\x88\xEB\x85\x95\xED\x95\x98\xEC\x84\xB8\xEC\x9A\x94", false },
};

/* A text that only says to look at the HTML gives way to it, on the screen and in an answer. */
static void test_hollow(void)
{
	struct err err = ERR_INIT;
	struct str text, out;

	str_init(&text, STR_MAX);
	str_init(&out, STR_MAX);
	for (size_t i = 0; i < ARRAY_LEN(hollow); i++) {
		struct render_opts opts = { .width = 80 };
		struct render *r;

		str_clear(&text);
		str_addf(&text, "Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n%s\n--b\n"
			"Content-Type: text/html\n\n<p>rich</p>\n--b--\n", hollow[i].text);
		r = render_open(-1, &text, NULL);
		render_layout(r, &opts);
		finish(r, 0);
		is_int(sl_is(render_line(r, 1)->text, "rich"), hollow[i].only, "only looks at the HTML: %s", hollow[i].text);
		str_clear(&out);
		is_int(render_quotable(r, 72, 1000, &out, &err), 0, "quoted");
		is_int(sl_is(str_sl(&out), "rich\n"), hollow[i].only, "and so does the answer");
		render_free(&r);
	}
	str_release(&text);
	str_release(&out);
	dump_only("This is an HTML message.", "Content-Type: multipart/alternative; boundary=b\n\n--b\n\nThis is an HTML message.\n--b--\n");
	dump_only("This is an HTML message.", "\nThis is an HTML message.\n");
}

static void test_quotable(void)
{
	static const struct { const char *in, *want; } t[] = {
		{ "\nHello\n> you\n", "Hello\n> you\n" },
		{ "Content-Type: text/plain; format=flowed\n\none \ntwo\n> three \n> four\n", "one two\n> three four\n" },
		{ "Content-Type: text/html\n\n<p>one <b>two</b><ul><li>three", "one two\n\n\xE2\x80\xA2 three\n" },
		{ "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nfirst\n--b\nContent-Type: image/png\n\nx\n--b--\n", "first\n" },
		{ "Content-Type: image/png\n\nx\n", "" },
		{ "\na\x1b[1mb\tc\n", "a\xE2\x90\x9B[1mb\tc\n" },
	};
	struct err err = ERR_INIT;
	struct str out;

	str_init(&out, STR_MAX);
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct render *r = open_text(t[i].in);

		str_clear(&out);
		is_int(render_quotable(r, 72, 10000, &out, &err), 0, "quotable %zu", i);
		is_str(out.p, t[i].want, "quotable %zu: the text", i);
		render_free(&r);
	}
	{
		struct render *r = open_text("\none\ntwo\nthree\n");

		str_clear(&out);
		render_quotable(r, 72, 9, &out, &err);
		is_str(out.p, "one\ntwo\n", "at most so many bytes");
		render_free(&r);
	}
	str_release(&out);
}

/* ---- large ones ---- */

static void test_large(void)
{
	char *path = path_join(tap_tmpdir(), "large");
	int fd = open(path, O_RDWR | O_CREAT, 0600), fds = tap_open_fds();
	struct render_opts opts = { .width = 100 };
	struct render *r;
	struct str block;
	int64_t worst = 0;
	size_t before = 0, steps = 0;
	struct err err = ERR_INIT;
	int rc = 0;

	str_init(&block, STR_MAX);
	str_adds(&block, "Subject: large\n\n");
	while (block.n < 1 << 20)
		str_adds(&block, "one line of a text that is long because it has so many of them, and some are longer than others\n");
	for (int i = 0; i < 40; i++)
		rc |= fs_write_all(fd, block.p, block.n);
	is_int(rc, 0, "a message of 40 MiB");
	r = render_open(dup(fd), NULL, NULL);
	render_layout(r, &opts);
	while (rc == 0 && steps < 100000) {
		int64_t from = rt_mono();

		rc = render_step(r, 500, &err);
		worst = MAX(worst, rt_mono() - from);
		ok(render_lines(r) >= before || steps == 0, "lines only grow") || (steps = 100000);
		before = render_lines(r);
		steps++;
	}
	is_int(rc, 1, "is laid out");
	ok(steps > 10 && worst < 3000000, "in %zu steps, the longest %lld ms", steps, (long long)worst / 1000);
	ok(sl_starts(render_line(r, render_lines(r) - 1)->text, "The text is longer than 8 MiB"), "and what is left out is said");
	opts.raw = true;
	render_layout(r, &opts);
	is_int(finish(r, 8000), 1, "raw as well");
	ok(sl_starts(render_line(r, render_lines(r) - 1)->text, "The message is longer than 8 MiB"), "up to the same size");
	render_free(&r);
	is_int(tap_open_fds(), fds, "the file is closed");
	close(fd);
	str_release(&block);
	free(path);
}

/* ---- the corpus ---- */

static bool is_clean(const struct render *r, int width, const char *name)
{
	for (size_t i = 0; i < render_lines(r); i++) {
		const struct render_line *l = render_line(r, i);
		size_t indent = 0;

		for (size_t k = 0; k < l->text.n; k++)
			if ((unsigned char)l->text.p[k] < ' ' || l->text.p[k] == 0x7F) {
				tap_note("%s: line %zu has a control", name, i);
				return false;
			}
		while (indent < l->text.n && l->text.p[indent] == ' ')
			indent++;
		if (!utf8_valid(l->text) || (utf8_width(l->text) > width &&
		    indent + utf8_grapheme(sl_skip(l->text, indent)) < l->text.n)) {
			tap_note("%s: line %zu is too wide or not valid: " SL_FMT, name, i, SL_ARG(l->text));
			return false;
		}
		for (size_t k = 0; k < l->n_spans; k++)
			if (l->spans[k].from > l->spans[k].to || l->spans[k].to > l->text.n)
				return false;
	}
	return true;
}

/* Letters of the text, without what stands before rows. */
static void letters(const struct render *r, struct str *out)
{
	str_clear(out);
	for (size_t i = 0; i < render_lines(r); i++) {
		const struct render_line *l = render_line(r, i);

		if (l->kind > LINE_SIGNATURE || l->kind == LINE_HEADER)
			continue;
		for (size_t k = 0; k < l->text.n; k++)
			if (l->text.p[k] != ' ' && l->text.p[k] != '>')
				str_addc(out, l->text.p[k]);
	}
}

static bool has_html(const struct render *r)
{
	for (struct part *p = tree_next(render_tree(r), NULL); p; p = tree_next(render_tree(r), p))
		if (!part_is(p, "text", "plain") && p->kind == PART_LEAF)
			return true;
	return false;
}

struct totals { unsigned seen, unclean, failed, slow, differs, steps; };

static void check_message(const char *name, unsigned k, struct totals *t)
{
	static const int widths[] = { 20, 80, 200 };
	struct str first, other;
	int fd = open(tap_corpus(name), O_RDONLY);
	struct render *r = fd < 0 ? NULL : render_open(fd, NULL, NULL);
	int64_t from = rt_mono();

	if (!r)
		return;
	str_init(&first, STR_MAX);
	str_init(&other, STR_MAX);
	for (size_t i = 0; i < 2 * ARRAY_LEN(widths); i++) {
		struct render_opts opts = { .width = widths[i / 2], .html = i % 2, .raw = k % 16 == 7, .all_headers = k % 5 == 1,
			.fold_quotes = k % 7 == 3 };

		render_layout(r, &opts);
		t->failed += finish(r, 8000) != 1;
		t->unclean += !is_clean(r, opts.width, name);
		if (opts.raw || opts.fold_quotes || has_html(r))
			continue;
		letters(r, i == 0 ? &first : &other);
		if (i && !sl_eq(str_sl(&first), str_sl(&other))) {
			tap_note("%s: other words at width %d", name, opts.width);
			t->differs++;
		}
	}
	if (k % 8 == 0) {
		struct render *small = render_open(open(tap_corpus(name), O_RDONLY), NULL, NULL);
		struct render_opts opts = { .width = 200, .html = true, .raw = k % 16 == 7, .all_headers = k % 5 == 1, .fold_quotes = k % 7 == 3 };

		render_layout(small, &opts);
		finish(small, 0);
		dump(r, &first);
		dump(small, &other);
		if (!sl_eq(str_sl(&first), str_sl(&other))) {
			tap_note("%s: other lines in small steps", name);
			t->steps++;
		}
		render_free(&small);
	}
	t->slow += rt_mono() - from > 10000000;
	t->seen++;
	render_free(&r);
	str_release(&first);
	str_release(&other);
}

static void test_corpus(void)
{
	const char *path = tap_corpus("manifest.tsv");
	struct totals t = { 0 };
	struct err err = ERR_INIT;
	struct slice rest, line;
	struct str text;
	unsigned k = 0;

	if (!path) {
		tap_skip("no corpus");
		return;
	}
	str_init(&text, (size_t)64 << 20);
	is_int(fs_slurp(path, (size_t)64 << 20, &text, &err), 0, "the list of the corpus");
	rest = str_sl(&text);
	while (sl_line(&rest, &line)) {
		struct slice name, kind;
		char *z;

		if (!sl_cut(&line, '\t', &name) || !sl_cut(&line, '\t', &kind) || !sl_starts(kind, "message"))
			continue;
		z = sl_dup(name);
		check_message(z, k++, &t);
		free(z);
	}
	ok(t.seen > 3000, "%u messages of the corpus", t.seen);
	is_int(t.failed, 0, "all can be laid out");
	is_int(t.unclean, 0, "no line is too wide or has a control");
	is_int(t.slow, 0, "none takes long");
	is_int(t.differs, 0, "the words are the same at every width");
	is_int(t.steps, 0, "small steps give the same");
	str_release(&text);
}

int main(void)
{
	test_rows();
	test_spans();
	test_links();
	test_many_links();
	test_text_elsewhere();
	test_trust();
	test_sent();
	test_notice();
	test_parts();
	test_hollow();
	test_quotable();
	test_large();
	test_corpus();
	return tap_done();
}
