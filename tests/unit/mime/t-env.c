/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * env: what a list row and a reply need of a header. */
#include "../../tap.h"
#include "mime/mime.h"

static const char header[] =
	"From bob Thu Feb 13 09:00:00 2025\r\n"
	"Received: from x by y; Thu, 13 Feb 2025 09:00:01 +0900\r\n"
	"FROM: =?utf-8?B?6rmA?= <kim@example.kr>\r\n"
	"Sender: s@example.kr\r\n"
	"Reply-To: r@example.kr,\r\n\tr2@example.kr\r\n"
	"To: A <a@example.org>\r\n"
	"To: b@example.org\r\n"
	"Cc: g: c@example.org;\r\n"
	"Bcc: d@example.org\r\n"
	"Subject: =?utf-8?Q?=ED=95?=\r\n =?utf-8?Q?=9C?= news\r\n"
	"Date: Thu, 13 Feb 2025 09:00:00 +0900\r\n"
	"Message-ID: (x) <1.2@example.kr> junk\r\n"
	"In-Reply-To: Your message of \"today\" <p@x>\r\n"
	"References: <a@x> <b@x>\r\n\t<p@x>\r\n"
	"From: mallory@evil.example\r\n"
	"Subject: second\r\n"
	"Message-ID: <second@x>\r\n"
	"Date: Fri, 14 Feb 2025 09:00:00 +0900\r\n"
	"\r\n"
	"References: <not@header>\r\n";

static void test_whole(void)
{
	struct env e;

	env_parse(sl(header), &mime_limits_default, &e);
	is_str(e.subject, "\xed\x95\x9c news", "the first subject, decoded");
	ok(e.from.n == 1 && !strcmp(e.from.v[0].name, "\xea\xb9\x80") &&
	   !strcmp(e.from.v[0].local, "kim"),
	   "the first From counts");
	is_int(e.sender.n, 1, "Sender");
	is_int(e.reply_to.n, 2, "Reply-To, folded");
	ok(e.to.n == 2 && !strcmp(e.to.v[1].local, "b"), "both To fields");
	ok(e.cc.n == 1 && !strcmp(e.cc.v[0].group, "g"), "Cc");
	is_int(e.bcc.n, 1, "Bcc");
	is_str(e.message_id, "1.2@example.kr", "the first Message-ID, without angles");
	is_str(e.in_reply_to, "p@x", "In-Reply-To");
	is_str(e.references, "a@x b@x p@x", "References");
	ok(e.date.ok && e.date.sec == 1739404800 && e.date.zone == 540, "the first Date");
	env_release(&e);
	for (size_t n = 0; n <= sizeof(header) - 1; n += 7) {
		char *copy = malloc(n ? n : 1);

		memcpy(copy, header, n);
		env_parse(sl_make(copy, n), &mime_limits_default, &e);
		free(copy);
		env_release(&e);
	}
}

static void test_empty(void)
{
	struct env e;

	env_parse(SL_NONE, &mime_limits_default, &e);
	is_str(e.subject, "", "no subject is an empty one");
	ok(!e.message_id && !e.in_reply_to && !e.references && !e.date.ok && e.from.n == 0,
	   "the rest is not there");
	env_release(&e);
	env_parse(SL("Subject:\nMessage-ID: x y@z\nReferences: x\nDate: never\nFrom:\nTo: u:;\n"),
		  &mime_limits_default, &e);
	ok(!*e.subject && !e.message_id && !e.references && !e.date.ok && e.from.n == 0,
	   "nor where there is nothing of use");
	is_str(e.to.empty, "u", "an empty group is told");
	env_release(&e);
	env_parse(SL("From: \xa4\x70\xa7\x64@x, \"\xb3\x5c\" <\xa4\x70@y>\nContent-Type: text/plain; charset=big5\n"), &mime_limits_default, &e);
	is_str(e.from.n ? e.from.v[0].local : "", "小吳", "a raw local part in the charset of the text");
	is_str(e.from.n == 2 ? e.from.v[1].name : "", "許", "a raw name whose half is a backslash");
	env_release(&e);
	env_parse(SL("Message-ID: x@y\n"), &mime_limits_default, &e);
	is_str(e.message_id, "x@y", "an id without angles");
	env_release(&e);
	env_parse(SL("Message-ID: <x@y\nIn-Reply-To: the mail of a@b\nReferences: a@b c@d\n"), &mime_limits_default, &e);
	is_str(e.message_id, "x@y", "an id whose last angle is missing");
	is_str(e.references, "a@b c@d", "references without angles");
	is_str(e.in_reply_to, NULL, "... and words that are none");
	env_release(&e);
	env_parse(SL("Message-ID: <x@ y\n\t.z >\n"), &mime_limits_default, &e);
	is_str(e.message_id, "x@y.z", "an id with blanks in it (RFC 5322 4.5.4)");
	env_release(&e);
	env_parse(SL("Subject: =?utf-8?Q?a=00b?=\n"), &mime_limits_default, &e);
	is_str(e.subject, "a\xe2\x90\x80" "b", "a NUL hides nothing");
	env_release(&e);
}

static void test_limits(void)
{
	struct mime_limits lim = mime_limits_default;
	struct str s;
	struct env e;

	lim.header = 11;
	env_parse(SL("Subject: a\nDate: Thu, 13 Feb 2025 09:00:00 +0900\n"), &lim, &e);
	ok(!strcmp(e.subject, "a") && !e.date.ok, "what is past the limit is not read");
	env_release(&e);
	str_init(&s, STR_MAX);
	for (int n = 20; n <= 22; n++) {
		str_clear(&s);
		str_adds(&s, "References:");
		for (int i = 0; i < n; i++)
			str_addf(&s, "\n <%d@x>", i);
		env_parse(str_sl(&s), &mime_limits_default, &e);
		if (n == 20)
			ok(sl_starts(sl(e.references), "0@x 1@x 2@x ") &&
			   sl_ends(sl(e.references), " 18@x 19@x"), "20 references are kept");
		else
			ok(sl_starts(sl(e.references), n == 21 ? "0@x 2@x " : "0@x 3@x "),
			   "HI10: of %d the first and the last 19", n);
		env_release(&e);
	}
	str_clear(&s);
	str_adds(&s, "References:");
	for (int i = 0; i < 60000; i++)
		str_addf(&s, " <%d@x>", i);
	env_parse(str_sl(&s), &mime_limits_default, &e);
	ok(sl_ends(sl(e.references), " 59999@x"), "60,000 references");
	env_release(&e);
	str_release(&s);
}

static const struct { const char *name, *text, *want; } ids[] = {
	{ "none", "a b", "" },
	{ "several", "<a@b><c@d>, <e@f>", "a@b|c@d|e@f|" },
	{ "no @", "<a>", "a|" },
	{ "empty", "<>", "" },
	{ "a blank inside", "<a b@c> <d@e>", "d@e|" },
	{ "a fold inside", "<a\r\n b@c>", "" },
	{ "an angle inside", "<a<b@c>", "b@c|" },
	{ "no end", "<a@b", "" },
	{ "a control inside", "<a\x01@b> <c\x7f@d>", "" },
	{ "UTF-8", "<\xc3\xa9@b>", "\xc3\xa9@b|" },
	{ "other bytes", "<\xe9@b> <c@d>", "c@d|" },
};

static void test_ids(void)
{
	struct str s;
	struct slice rest, id;
	char big[1000];

	str_init(&s, STR_MAX);
	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		str_clear(&s);
		rest = sl(ids[i].text);
		while (msgid_next(&rest, &id))
			str_addf(&s, SL_FMT "|", SL_ARG(id));
		is_slice(str_sl(&s), sl(ids[i].want), "ids: %s", ids[i].name);
	}
	str_release(&s);
	memset(big, 'x', sizeof(big));
	big[0] = '<';
	big[996] = '>';
	rest = sl_make(big, 997);
	ok(msgid_next(&rest, &id) && id.n == 995, "ids: one that fits into a line of 998");
	big[996] = 'x';
	big[997] = '>';
	rest = sl_make(big, 998);
	ok(!msgid_next(&rest, &id), "ids: one longer");
	rest = sl_make("<a\0b@c>", 7);
	ok(!msgid_next(&rest, &id), "ids: a NUL inside");
}

/* Of JSON with one {"file", "subject", "from_name"} after another; false where
 * there is no such value, or one with escapes. */
static bool json_value(struct slice obj, const char *key, struct slice *value)
{
	struct str s;
	ssize_t at, end;

	str_init(&s, 64);
	str_addf(&s, "\"%s\": \"", key);
	at = sl_search(obj, str_sl(&s));
	if (at >= 0) {
		*value = sl_skip(obj, (size_t)at + s.n);
		end = sl_find(*value, '"');
		*value = sl_head(*value, end < 0 ? 0 : (size_t)end);
	}
	str_release(&s);
	return at >= 0 && !sl_ends(*value, "\\");
}

static void check_charset_message(struct slice obj, struct slice file)
{
	struct str name, mail;
	struct err err = ERR_INIT;
	struct slice want;
	const char *path;
	struct env e;

	str_init(&name, 256);
	str_addf(&name, "synthetic-charset/" SL_FMT, SL_ARG(file));
	path = tap_corpus(name.p);
	str_init(&mail, STR_MAX);
	/* raw EUC-KR without any label: a guess, which is not made here */
	if (path && !sl_starts(file, "058-") && fs_slurp(path, 1 << 20, &mail, &err) == 0) {
		env_parse(str_sl(&mail), &mime_limits_default, &e);
		if (json_value(obj, "subject", &want))
			is_slice(sl(e.subject), want, "corpus: subject of " SL_FMT, SL_ARG(file));
		if (json_value(obj, "from_name", &want) && ok(e.from.n == 1, "corpus: its sender"))
			is_slice(sl(e.from.v[0].name), want, "corpus: name of the sender");
		env_release(&e);
	}
	str_release(&mail);
	str_release(&name);
}

static void test_corpus(void)
{
	const char *path = tap_corpus("synthetic-charset/expected.json");
	struct str s;
	struct err err = ERR_INIT;
	struct slice rest, obj, file;

	if (!path) {
		tap_skip("no corpus: synthetic-charset/expected.json");
		return;
	}
	str_init(&s, STR_MAX);
	if (!ok(fs_slurp(path, 1 << 20, &s, &err) == 0, "read the corpus"))
		return;
	rest = str_sl(&s);
	while (sl_cut(&rest, '}', &obj))
		if (json_value(obj, "file", &file))
			check_charset_message(obj, file);
	str_release(&s);
}

int main(void)
{
	test_whole();
	test_empty();
	test_limits();
	test_ids();
	test_corpus();
	return tap_done();
}
