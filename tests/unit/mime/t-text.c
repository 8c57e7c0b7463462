/* SPDX-License-Identifier: GPL-3.0-or-later
 * text: what can be looked for in a message */
#include "../../tap.h"
#include "mime/mime.h"
#include <fcntl.h>

#define LIMIT ((size_t)4 << 20)

static unsigned attachments;

static void text_of(struct slice message, size_t max, int fd, struct str *out)
{
	struct mime_tree *tree = mime_parse_mem(message, &mime_limits_default);
	struct err err = ERR_INIT;

	str_clear(out);
	is_int(tree_text(tree, fd, message, max, out, &attachments, &err), 0, "read %s", err.text);
	tree_free(&tree);
}

/* The same from memory and from a file. */
static void text(const char *name, const char *message, const char *want, unsigned count)
{
	struct err err = ERR_INIT;
	int fd = fs_tmpfile(tap_tmpdir(), &err);
	struct str out;

	str_init(&out, STR_MAX);
	text_of(sl(message), LIMIT, -1, &out);
	is_slice(str_sl(&out), sl(want), "%s", name);
	is_int(attachments, count, "... attachments");
	ok(fd >= 0 && fs_write_all(fd, message, strlen(message)) == 0, "a file %s", err.text);
	text_of(sl(message), LIMIT, fd, &out);
	is_slice(str_sl(&out), sl(want), "... from a file");
	fs_close(&fd);
	str_release(&out);
}

#define TYPE(t) "Content-Type: " t "\n"
#define MULTI(sub) TYPE("multipart/" sub "; boundary=b") "\n"
#define PART(t) "--b\n" TYPE(t) "\n"
#define END "--b--\n"
#define PLAIN PART("text/plain")
#define HTML PART("text/html; charset=utf-8")
#define LONG "word word word word word word word word word word word word word word word word word word word word "

static void plain(void)
{
	text("no header at all", "\nhello\n", "hello\n", 0);
	text("nothing", "", "", 0);
	text("a header only", "Subject: x\n\n", "", 0);
	text("CRLF", "A: b\r\n\r\none\r\ntwo\r\n", "one\ntwo\n", 0);
	text("no last line end", "\none\ntwo", "one\ntwo\n", 0);
	text("quoted-printable", TYPE("text/plain; charset=utf-8") "Content-Transfer-Encoding: quoted-printable\n\n"
		"=EC=8B=9C=ED=97=98 =\nb=3Dc\n", "시험 b=c\n", 0);
	text("base64, EUC-KR", TYPE("text/plain; charset=euc-kr") "Content-Transfer-Encoding: base64\n\nvcPH6Ao=\n", "시험\n", 0);
	text("ISO-2022-JP is no ASCII", TYPE("text/plain; charset=iso-2022-jp") "\n\x1B$B4A\x1B(B\n", "漢\n", 0);
	text("UTF-7 neither", TYPE("text/plain; charset=utf-7") "\n+vDA-\n", "배\n", 0);
	text("no charset, UTF-8", "\n시험\n", "시험\n", 0);
	text("no charset, Latin", "\ncaf\xE9\n", "café\n", 0);
	text("us-ascii that is not", TYPE("text/plain; charset=us-ascii") "\ncaf\xE9\n", "café\n", 0);
	text("a charset that nobody knows", TYPE("text/plain; charset=x-none") "\n시험\n", "시험\n", 0);
	text("broken UTF-8", TYPE("text/plain; charset=utf-8") "\na\xFFz\n", "a\xEF\xBF\xBDz\n", 0);
	text("an encoding that nobody knows (RFC 2045 6.4)", TYPE("text/plain") "Content-Transfer-Encoding: x\n\nabc\n", "", 0);
	text("HTML", TYPE("text/html") "\n<p>one<p>t<b>w</b>o &eacute;", "one\ntwo é\n", 0);
	text("HTML that names its charset", TYPE("text/html") "\n<meta charset='euc-kr'><p>\xBD\xC3\xC7\xE8", "시험\n", 0);
	text("... the old way", TYPE("text/html") "\n<meta http-equiv=x content=\"text/html; charset=euc-kr\">\xBD\xC3\xC7\xE8", "시험\n", 0);
	text("an image", TYPE("image/png") "\nabc\n", "", 0);
	text("a message inside that is encoded", MULTI("mixed") PLAIN "out\n" PART("message/rfc822\nContent-Transfer-Encoding: base64")
		"U3ViamVjdDogaGlkZGVuCkZyb206IGFAYgpDb250ZW50LVR5cGU6IHRleHQvcGxhaW47IGNoYXJz\nZXQ9ZXVjLWtyCgq9w8foIHdvcmRzCg==\n" END,
		"out\nhidden\na@b\n시험 words\n", 0);
	text("a multipart that is encoded", TYPE("multipart/mixed; boundary=\"b \\\"c\"") "Content-Transfer-Encoding: base64\n\nLS1iICJjCgpvbmUKLS1iICJjCgp0d28KLS1iICJjLS0K\n", "one\ntwo\n", 0);
	text("... in quoted-printable", TYPE("message/rfc822") "Content-Transfer-Encoding: quoted-printable\n\nSubject: a=3Db\n\n=68i\n", "a=b\nhi\n", 0);
	text("a multipart that is none", MULTI("mixed") "words\n", "words\n", 0);
}

static void alternatives(void)
{
	text("alternative: the plain one", MULTI("alternative") PLAIN "plain\n" HTML "<p>rich\n" END, "plain\n", 0);
	text("... in the other order", MULTI("alternative") HTML "<p>rich\n" PLAIN "plain\n" END, "plain\n", 0);
	text("... blank", MULTI("alternative") PLAIN " \n\n" HTML "<p>rich, and far more than four times a blank\n" END,
		"rich, and far more than four times a blank\n", 0);
	text("... none", MULTI("alternative") HTML "<p>rich\n" END, "rich\n", 0);
	text("... much shorter", MULTI("alternative") PLAIN "see HTML\n" HTML "<p>" LONG "\n" END,
		"word word word word word word word word word word word word word word word word word word word word\n", 0);
	text("... not so much", MULTI("alternative") PLAIN "see the HTML, please do so\n" HTML "<p>" LONG "\n" END, "see the HTML, please do so\n", 0);
	text("... tags do not count", MULTI("alternative") PLAIN "short\n" HTML
		"<table><tr><td style='" LONG LONG "'>short</td></tr></table>\n" END, "short\n", 0);
	text("... two kinds without HTML", MULTI("alternative") PLAIN "plain\n" PART("text/calendar") "BEGIN\n" END, "plain\n", 0);
	text("... with pictures", MULTI("alternative") PLAIN "plain\n" "--b\n" TYPE("multipart/related; boundary=c") "\n"
		"--c\n" TYPE("text/html") "\nrich\n--c\n" TYPE("image/png; name=cat.png") "\nx\n--c--\n" END, "plain\ncat.png\n", 1);
	text("... and a file within", MULTI("alternative") PLAIN "plain\n" "--b\n" TYPE("multipart/mixed; boundary=c") "\n"
		"--c\n" TYPE("text/html") "\nrich\n--c\n" TYPE("text/csv; name=a.csv") "Content-Disposition: attachment\n\nx,y\n--c--\n" END,
		"plain\na.csv\nx,y\n", 1);
}

static void parts(void)
{
	text("mixed: all texts", MULTI("mixed") PLAIN "one\n" HTML "<p>two\n" PLAIN "three\n" END, "one\ntwo\nthree\n", 0);
	text("attachments: names, descriptions, texts", MULTI("mixed") PLAIN "one\n"
		PART("application/pdf; name=\"=?utf-8?B?67O06rOg7IScLnBkZg==?=\"\nContent-Description: the report\n"
		"Content-Disposition: attachment") "%PDF secret\n"
		PART("text/x-c; name=a.c\nContent-Disposition: attachment") "int x;\n"
		PART("image/png\nContent-Disposition: attachment") "x\n" PART("image/png\nContent-Disposition: inline") "x\n" END,
		"one\n보고서.pdf\nthe report\na.c\nint x;\n", 3);
	text("a message inside", MULTI("mixed") PLAIN "see\n" PART("message/rfc822")
		"From: =?utf-8?B?7ZmN6ri464+Z?= <hong@example.kr>\nSubject: =?utf-8?Q?caf=C3=A9?=\nX: no\n\ninner\n" END,
		"see\ncafé\n홍길동 <hong@example.kr>\ninner\n", 0);
	text("a notice", MULTI("report; report-type=delivery-status") PLAIN "failed\n" PART("message/delivery-status")
		"Final-Recipient: rfc822; x@example.org\n" PART("text/rfc822-headers") "Subject: lost\n" END,
		"failed\nFinal-Recipient: rfc822; x@example.org\nSubject: lost\n", 0);
}

#define B64 "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5\n"
#define UU  "M<F]O=#IX.C`Z,#IR;V]T.B]R;V]T.B]B:6XO8F%S:`ID865M;VXZ>#HQ.C$Z\n"
#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n"

static void junk(void)
{
	struct str in, want;

	text("base64 in a text", "\nhead\n" B64 B64 B64 "tail\n", "head\ntail\n", 0);
	text("... one line may be anything", "\nhead\n" B64 "tail\n", "head\n" B64 "tail\n", 0);
	text("uuencode in a text", "\nbegin 644 passwd\n" UU UU "tail\n", "begin 644 passwd\ntail\n", 0);
	text("sums stay", "\n" HEX HEX, HEX HEX, 0);
	str_init(&in, STR_MAX);
	str_init(&want, STR_MAX);
	str_addc(&in, '\n');
	for (int n = 199; n <= 201; n++) {
		str_adds(&in, "a ");
		for (int i = 0; i < n; i++)
			str_addc(&in, 'x');
		str_adds(&in, " b\n");
	}
	str_addsl(&want, sl_skip(str_sl(&in), 1));
	memmove(want.p + want.n - 3 - 201, want.p + want.n - 3, 3);
	str_cut(&want, want.n - 201);
	text("200 letters without a blank, and one more", in.p, want.p, 0);
	str_clear(&in);
	str_adds(&in, "\n");
	for (int i = 0; i < 300; i++)
		str_adds(&in, "漢");
	str_adds(&in, "\n");
	text("other scripts may", in.p, in.p + 1, 0);
	str_release(&in);
	str_release(&want);
}

static void limits(void)
{
	struct str in, out;

	str_init(&in, STR_MAX);
	str_init(&out, STR_MAX);
	for (size_t max = 0; max < 12; max++) {
		text_of(SL("\n가나\n다\n"), max, -1, &out);
		ok(out.n <= max && out.n + 3 > MIN(max, 11) && utf8_valid(str_sl(&out)), "%zu bytes of %zu", out.n, max);
	}
	str_adds(&in, MULTI("mixed") PART("text/plain; name=a\nContent-Disposition: attachment"));
	for (int i = 0; i < 100000; i++)
		str_adds(&in, "line\n");
	str_adds(&in, PLAIN "last\n" END);
	text_of(str_sl(&in), LIMIT, -1, &out);
	is_int((long long)out.n, 2 + (256 << 10) + 1 + 5, "256 KiB of an attached text, and the rest");
	/* each level an alternative, and a text in it */
	str_clear(&in);
	for (int i = 0; i < 99; i++)
		str_addf(&in, "Content-Type: multipart/alternative; boundary=b%d\n\n--b%d\n\nx\n--b%d\n", i, i, i);
	str_adds(&in, "Content-Type: text/html\n\n<p>" LONG LONG LONG "\n");
	text_of(str_sl(&in), LIMIT, -1, &out);
	ok(out.n > 0 && out.n < 1000, "nested alternatives cost no more than their depth");
	/* each inside of another, encoded: only the first few are read */
	str_clear(&in);
	str_adds(&in, "Subject: w0\n\nend\n");
	for (int i = 1; i < 8; i++) {
		struct enc_state enc;

		str_clear(&out);
		str_addf(&out, "Subject: w%d\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n", i);
		enc_init(&enc, ENC_BASE64, true);
		enc_feed(&enc, str_sl(&in), true, &out);
		str_clear(&in);
		str_addsl(&in, str_sl(&out));
	}
	text_of(str_sl(&in), LIMIT, -1, &out);
	is_str(out.p, "w6\nw5\nw4\nw3\n", "messages that are encoded, deep");
	str_release(&in);
	str_release(&out);
}

/* Everything of the corpus: bounded, UTF-8, the same from file and memory. */
static bool corpus_message(const char *name, struct str *in, struct str *out, struct str *again)
{
	const char *path = tap_corpus(name);
	struct err err = ERR_INIT;
	struct mime_tree *tree;
	int fd = path ? fs_open_named(path, O_RDONLY, 0) : -1;
	bool fine;

	str_clear(in);
	str_clear(out);
	str_clear(again);
	if (fd < 0 || fs_slurp(path, 16 << 20, in, &err) != 0) {
		if (fd >= 0)
			fs_close(&fd);
		return true;    /* the corpus is tested elsewhere */
	}
	tree = mime_parse_mem(str_sl(in), &mime_limits_default);
	fine = tree_text(tree, -1, str_sl(in), LIMIT, out, &attachments, &err) == 0 &&
		tree_text(tree, fd, SL_NONE, LIMIT, again, &attachments, &err) == 0 &&
		sl_eq(str_sl(out), str_sl(again)) && utf8_valid(str_sl(out)) && out->n <= LIMIT;
	tree_free(&tree);
	fs_close(&fd);
	return fine;
}

static void corpus(void)
{
	const char *list = tap_corpus("manifest.tsv");
	struct str names, in, out, again;
	unsigned seen = 0, wrong = 0;
	struct err err = ERR_INIT;
	struct slice rest, line, name;

	str_init(&names, STR_MAX);
	str_init(&in, STR_MAX);
	str_init(&out, STR_MAX);
	str_init(&again, STR_MAX);
	if (!list || fs_slurp(list, 64 << 20, &names, &err) != 0) {
		tap_skip("no corpus: PABAL_CORPUS is not set");
	} else {
		rest = str_sl(&names);
		while (sl_line(&rest, &line) && sl_cut(&line, '\t', &name)) {
			char *z = sl_dup(name);

			seen++;
			if (!corpus_message(z, &in, &out, &again)) {
				wrong++;
				tap_note("%s", z);
			}
			free(z);
		}
		is_int(wrong, 0, "%u messages of the corpus", seen);
	}
	str_release(&names);
	str_release(&in);
	str_release(&out);
	str_release(&again);
}

int main(void)
{
	plain();
	alternatives();
	parts();
	junk();
	limits();
	corpus();
	return tap_done();
}
