/* SPDX-License-Identifier: GPL-3.0-or-later
 * reply: who gets an answer, as whom and with which words; what is passed on; links;
 * and messages that are written on, which come out of Drafts as they went in */
#include "../store/box.h"
#include "post/post.h"
#include <dirent.h>
#include <unistd.h>

static char *home;
static struct conf conf;
static struct err err;

static const char config[] =
	"lists = dev@lists.test, users@lists.test\n"
	"[account home]\naddress = Me Myself <me@x.test>\nidentities = Other Me <me2@y.test>, me3@y.test\nsignature = /SIG\n"
	"[account work]\naddress = w@z.test\n";

static void start(void)
{
	char *path;
	struct str s;
	ssize_t at;

	home = tbox_dir();
	path = tbox_path("%s/config", home);
	str_init(&s, 65536);
	at = sl_search(sl(config), SL("/SIG"));
	str_addf(&s, "%.*s%s/sig%s", (int)at, config, home, config + at + 4);
	tbox_put(path, str_sl(&s));
	str_release(&s);
	setenv("XDG_DATA_HOME", home, 1);
	if (conf_load(&conf, path, &err) != 0)
		tap_note("%s", err.text);
	fs_mkdirs(conf.data, &err);
	free(path);
}

static struct render *open_text(struct slice text)
{
	struct str mem;

	str_init(&mem, STR_MAX);
	str_addsl(&mem, text);
	return render_open(-1, &mem, &conf);
}

/* ---- who gets it ---- */

static const char *const hows[] = { "the sender", "all", "the list" };

struct who { const char *what, *header, *from; const char *to[3], *cc[3]; };

#define ERROR "!"
static const struct who table[] = {
	{ "a plain message", "From: A <a@x>\nTo: me@x.test\n", "Me Myself <me@x.test>",
		{ "A <a@x>", "A <a@x>", ERROR }, { "", "", "" } },
	{ "one to several", "From: a@x\nTo: me@x.test, b@x\nCc: c@x, B <b@X>\n", "Me Myself <me@x.test>",
		{ "a@x", "a@x", ERROR }, { "", "b@x, c@x", "" } },
	{ "Reply-To before From", "From: a@x\nReply-To: R <r@x>\nTo: me@x.test\nCc: a@x\n", "Me Myself <me@x.test>",
		{ "R <r@x>", "R <r@x>", ERROR }, { "", "a@x", "" } },
	{ "Reply-To of several", "From: a@x\nReply-To: r@x, s@x\nTo: me@x.test\n", NULL,
		{ "r@x, s@x", "r@x, s@x", ERROR }, { "", "", "" } },
	{ "Reply-To that leads to oneself", "From: a@x\nReply-To: me@x.test\nTo: me@x.test\n", NULL,
		{ "a@x", "a@x", ERROR }, { "", "", "" } },
	{ "Reply-To that is none", "From: a@x\nReply-To: <>\nTo: me@x.test\n", NULL, { "a@x", "a@x", ERROR }, { "", "", "" } },
	{ "Mail-Followup-To", "From: a@x\nTo: dev@lists.test\nCc: me@x.test\nMail-Followup-To: dev@lists.test, f@x, me@x.test\n", NULL,
		{ "a@x", "dev@lists.test, f@x", "dev@lists.test, f@x" }, { "", "", "" } },
	{ "List-Post", "From: a@x\nTo: me@x.test\nList-Post: <mailto:list%2Bx@l.test?subject=x> (moderated)\n", NULL,
		{ "a@x", "a@x", "list+x@l.test" }, { "", "", "" } },
	{ "a list that takes no mail", "From: a@x\nTo: news@l.test\nList-Post: NO\n", NULL, { "a@x", "a@x", ERROR }, { "", "news@l.test", "" } },
	{ "a list that is known", "From: a@x\nTo: b@x\nCc: Users <users@lists.test>\n", NULL,
		{ "a@x", "a@x", "Users <users@lists.test>" }, { "", "b@x, Users <users@lists.test>", "" } },
	{ "List-Post before the known one", "From: a@x\nTo: dev@lists.test\nList-Post: <mailto:p@l.test>\n", NULL,
		{ "a@x", "a@x", "p@l.test" }, { "", "dev@lists.test", "" } },
	{ "one's own, sent", "From: me@x.test\nTo: B <b@x>, c@x\nCc: d@x, me2@y.test\n", "Me Myself <me@x.test>",
		{ "B <b@x>, c@x", "B <b@x>, c@x", ERROR }, { "", "d@x", "" } },
	{ "one's own as another identity", "From: Other <me2@y.test>\nTo: b@x, me@x.test\n", "Other Me <me2@y.test>",
		{ "b@x", "b@x", ERROR }, { "", "", "" } },
	{ "one's own with a Reply-To", "From: me@x.test\nReply-To: r@x\nTo: b@x\n", NULL, { "b@x", "b@x", ERROR }, { "", "", "" } },
	{ "one's own to hidden ones", "From: me@x.test\nTo: undisclosed-recipients:;\n", NULL,
		{ "me@x.test", "me@x.test", ERROR }, { "", "", "" } },
	{ "from oneself to oneself", "From: me@x.test\nTo: w@z.test\n", "Me Myself <me@x.test>",
		{ "me@x.test", "me@x.test", ERROR }, { "", "", "" } },
	{ "one's own to a copy", "From: me@x.test\nTo: me@x.test\nCc: c@x\n", NULL, { "c@x", "c@x", ERROR }, { "", "", "" } },
	{ "to an identity, in any case", "From: a@x\nTo: b@x\nCc: x@x, ME2@y.test, me2@Y.TEST\n", "Other Me <me2@y.test>",
		{ "a@x", "a@x", ERROR }, { "", "b@x, x@x", "" } },
	{ "to an identity without a name", "From: a@x\nTo: me3@y.test\n", "Me Myself <me3@y.test>", { "a@x", "a@x", ERROR }, { "", "", "" } },
	{ "to another account", "From: a@x\nTo: w@Z.test\n", "w@z.test", { "a@x", "a@x", ERROR }, { "", "", "" } },
	{ "To before Cc", "From: a@x\nCc: me@x.test\nTo: w@z.test\n", "w@z.test", { "a@x", "a@x", ERROR }, { "", "", "" } },
	{ "delivered to an account", "Delivered-To: x@x\nDelivered-To: w@z.test\nFrom: a@x\nTo: list@l\n", "w@z.test",
		{ "a@x", "a@x", ERROR }, { "", "list@l", "" } },
	{ "X-Original-To", "X-Original-To: me2@y.test\nFrom: a@x\nTo: list@l\n", "Other Me <me2@y.test>", { "a@x", "a@x", ERROR }, { "", "list@l", "" } },
	{ "Envelope-To", "Envelope-To: <w@z.test>\nFrom: a@x\nTo: list@l\n", "w@z.test", { "a@x", "a@x", ERROR }, { "", "list@l", "" } },
	{ "Resent-To", "Resent-To: W <w@z.test>\nFrom: a@x\nTo: list@l\n", "w@z.test", { "a@x", "a@x", ERROR }, { "", "list@l", "" } },
	{ "to nobody known", "From: a@x\nTo: list@l\n", "Me Myself <me@x.test>", { "a@x", "a@x", ERROR }, { "", "list@l", "" } },
	{ "groups", "From: a@x\nTo: Friends: b@x, C <c@x>;, d@x\nCc: Nobody:;\n", NULL, { "a@x", "a@x", ERROR }, { "", "b@x, C <c@x>, d@x", "" } },
	{ "no From, a Sender", "Sender: s@x\nTo: me@x.test\n", NULL, { "s@x", "s@x", ERROR }, { "", "", "" } },
	{ "nobody at all", "Subject: x\n", NULL, { ERROR, ERROR, ERROR }, { "", "", "" } },
	{ "only Cc is left", "From: <>\nTo: me@x.test\nCc: c@x\n", NULL, { ERROR, "c@x", ERROR }, { "", "", "" } },
	{ "bare names", "From: a@x\nTo: undisclosed-recipients, b@x\n", NULL, { "a@x", "a@x", ERROR }, { "", "b@x", "" } },
	{ "each once", "From: a@x\nReply-To: a@x, A <a@X>\nTo: a@x, b@x, b@X\nCc: a@x, b@x\n", NULL, { "a@x", "a@x", ERROR }, { "", "b@x", "" } },
	{ "local parts differ in case", "From: a@x\nTo: A@x\n", NULL, { "a@x", "a@x", ERROR }, { "", "A@x", "" } },
	{ "quotes and commas", "From: \"Kim, Min \\\"M\\\"\" <k@x>\nTo: me@x.test\n", NULL,
		{ "\"Kim, Min \\\"M\\\"\" <k@x>", "\"Kim, Min \\\"M\\\"\" <k@x>", ERROR }, { "", "", "" } },
	{ "encoded names", "From: =?utf-8?B?6rmA66+87IiY?= <k@x>\nTo: me@x.test\n", NULL,
		{ "\xea\xb9\x80\xeb\xaf\xbc\xec\x88\x98 <k@x>", "\xea\xb9\x80\xeb\xaf\xbc\xec\x88\x98 <k@x>", ERROR }, { "", "", "" } },
	{ "P24: a line break in a name", "From: =?utf-8?Q?a=0ABcc:_x@y?= <k@x>\nTo: me@x.test\n", NULL,
		{ "\"a\xe2\x90\x8a" "Bcc: x@y\" <k@x>", "\"a\xe2\x90\x8a" "Bcc: x@y\" <k@x>", ERROR }, { "", "", "" } },
};

static void t_who(void)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		const struct who *w = &table[i];
		char *text = tbox_path("%s\nhello\n", w->header);

		for (int how = 0; how < 3; how++) {
			bool bad = w->to[how][0] == '!';
			struct render *r = open_text(sl(text));
			struct compose c;
			struct draft d;

			err = (struct err)ERR_INIT;
			compose_init(&c, &conf, NULL);
			is_int(compose_reply(&c, &conf, &r, 1, (enum reply_to)how, &err), bad ? -1 : 0, "%s: an answer to %s: %s", w->what, hows[how], err.text);
			if (!bad) {
				is_str(c.to, w->to[how], "... is to");
				is_str(c.cc, w->cc[how], "... with copies to");
				if (w->from)
					is_str(c.from, w->from, "... written as");
				if (!strstr(w->header, "@x\n"))
					is_int(compose_draft(&c, &conf, &d, &err), 0, "... and can be sent: %s", err.text);
				if (!strstr(w->header, "@x\n") && err.kind == ERR_NONE)
					draft_release(&d);
			} else {
				ok(err.text[0] && !*c.to, "... it is said why");
			}
			compose_release(&c);
			render_free(&r);
		}
		free(text);
	}
}

static void t_many(void)
{
	struct str s;
	struct render *r;
	struct compose c;
	int64_t t;

	str_init(&s, STR_MAX);
	str_adds(&s, "From: a@x\nTo: ");
	for (int i = 0; i < 1000; i++)
		str_addf(&s, "r%d@x.test,\n ", i);
	str_adds(&s, "me@x.test\nCc: ");
	for (int i = 0; i < 50000; i++)
		str_addf(&s, "%s%s@x.test", i ? "," : "", i % 2 ? "r1" : "r2");
	str_adds(&s, "\n\nhello\n");
	r = open_text(str_sl(&s));
	compose_init(&c, &conf, NULL);
	t = rt_mono();
	is_int(compose_reply(&c, &conf, &r, 1, REPLY_ALL, &err), 0, "an answer to 1,000: %s", err.text);
	ok(rt_mono() - t < 3000000, "... is quick (%lld us)", (long long)(rt_mono() - t));
	is_int((int)c.rcpts_before, 1001, "... goes to each once");
	compose_release(&c);
	render_free(&r);
	str_release(&s);
}

static void why(const char *header, const char *want)
{
	const struct addr *identity;
	struct env e;
	struct str s;

	str_init(&s, 4096);
	env_parse(sl(header), &mime_limits_default, &e);
	ok(reply_identity(&conf, &e, sl(header), &identity, &s) && strstr(s.p, want), "it is said by what an identity was chosen: %s", s.p);
	env_release(&e);
	str_release(&s);
}

/* ---- subjects, ids ---- */

static void t_subjects(void)
{
	static const struct { const char *old, *re, *fwd; } cases[] = {
		{ "hello", "Re: hello", "Fwd: hello" },
		{ "Re: hello", "Re: hello", "Fwd: Re: hello" },
		{ "RE: re:Re :  hello", "Re: hello", NULL },
		{ "Re[2]: hello", "Re: hello", NULL },
		{ "Re (3): hello", "Re: hello", NULL },
		{ "AW: hello", "Re: hello", NULL },
		{ "SV: Antw: hello", "Re: hello", NULL },
		{ "\xeb\x8b\xb5\xec\x9e\xa5: hello", "Re: hello", NULL },
		{ "\xed\x9a\x8c\xec\x8b\xa0 : hello", "Re: hello", NULL },
		{ "\xe5\x9b\x9e\xe5\xa4\x8d\xef\xbc\x9ahello", "Re: hello", NULL },
		{ "[list] hello", "Re: [list] hello", NULL },
		{ "[list] Re: hello", "Re: [list] hello", NULL },
		{ "Re: [list] Re: hello", "Re: [list] hello", NULL },
		{ "Fwd: hello", "Re: Fwd: hello", "Fwd: hello" },
		{ "FW: WG: hello", NULL, "Fwd: hello" },
		{ "\xec\xa0\x84\xeb\x8b\xac: hello", NULL, "Fwd: hello" },
		{ "Report: x", "Re: Report: x", "Fwd: Report: x" },
		{ "Re", "Re: Re", NULL },
		{ "Reg: x", "Re: Reg: x", NULL },
		{ "", "Re:", "Fwd:" },
		{ "Re:", "Re:", NULL },
		{ "=?utf-8?Q?a=0ABcc:_x@y?=", "Re: a\xe2\x90\x8a" "Bcc: x@y", NULL },
		{ "=?utf-8?Q?a=1B[1m?=", "Re: a\xe2\x90\x9b[1m", NULL },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *text = tbox_path("From: a@x\nTo: me@x.test\nSubject: %s\nMessage-ID: <3@x>\nReferences: <1@x> <2@x>\n\nhello\n", cases[i].old);
		struct render *r = open_text(sl(text));
		struct compose c;

		compose_init(&c, &conf, NULL);
		compose_reply(&c, &conf, &r, 1, REPLY_SENDER, &err);
		if (cases[i].re)
			is_str(c.subject, cases[i].re, "an answer to \"%s\"", cases[i].old);
		is_str(c.in_reply_to, "3@x", "... says to what");
		is_str(c.references, "1@x 2@x 3@x", "... and in which thread");
		is_int(c.about_flag, 'R', "... and that it is an answer");
		compose_release(&c);
		compose_init(&c, &conf, NULL);
		compose_forward(&c, &conf, &r, 1, false, &err);
		if (cases[i].fwd)
			is_str(c.subject, cases[i].fwd, "passed on");
		ok(!c.in_reply_to && c.about_flag == 'P', "what is passed on is no answer");
		compose_release(&c);
		render_free(&r);
		free(text);
	}
}

/* ---- the text ---- */

static void quoted(const char *what, const char *head, const char *body, const char *want)
{
	char *text = tbox_path("From: Kim Min <k@x>\nTo: w@z.test\nDate: Thu, 26 Nov 2026 21:09:00 +0900\n%s\n%s", head, body);
	struct render *r = open_text(sl(text));
	struct compose c;

	err = (struct err)ERR_INIT;
	compose_init(&c, &conf, NULL);
	is_int(compose_reply(&c, &conf, &r, 1, REPLY_SENDER, &err), 0, "%s %s", what, err.text);
	is_str(c.text, want, "... is quoted so");
	compose_release(&c);
	render_free(&r);
	free(text);
}

#define ABOVE "On Thu, 26 Nov 2026 at 21:09, Kim Min wrote:\n"

static void t_quotes(void)
{
	char *sig = tbox_path("%s/sig", home);
	struct render *r;
	struct compose c;
	struct str big;

	quoted("a text", "", "hello\n\nworld\n", ABOVE "> hello\n>\n> world\n\n");
	quoted("a quote in it", "", "> old\n>> older\nnew\n", ABOVE ">> old\n>>> older\n> new\n\n");
	quoted("blank lines at its end", "", "hello\n\n \n\n", ABOVE "> hello\n\n");
	quoted("its signature", "", "hello\n\n-- \nKim\n", ABOVE "> hello\n\n");
	quoted("a text that is a signature", "", "-- \nKim\n", ABOVE "> -- \n> Kim\n\n");
	quoted("-- as a line of it", "", "one\n--\ntwo\n", ABOVE "> one\n> --\n> two\n\n");
	quoted("CRLF", "", "one\r\ntwo\r\n", ABOVE "> one\n> two\n\n");
	quoted("no text", "", "", ABOVE "\n");
	quoted("flowed text", "Content-Type: text/plain; format=flowed\n", "one \ntwo\n> three \n> four\n-- \nKim\n", ABOVE "> one two\n>> three four\n\n");
	quoted("HTML alone", "Content-Type: text/html; charset=utf-8\n", "one<br>two &amp; three<script>x</script>\n", ABOVE "> one\n> two & three\n\n");
	quoted("P20: controls", "", "a\x1b[2Jb\n", ABOVE "> a\xe2\x90\x9b[2Jb\n\n");
	quoted("a Korean charset", "Content-Type: text/plain; charset=euc-kr\nContent-Transfer-Encoding: base64\n", "x9GxuQA=\n", ABOVE "> \xed\x95\x9c\xea\xb5\xad\xe2\x90\x80\n\n");

	r = open_text(SL("From: k@x\nTo: me@x.test\nDate: yesterday\n\nhi\n"));
	compose_init(&c, &conf, NULL);
	tbox_put(sig, SL("Me\nhttps://x.test\n\n"));
	compose_reply(&c, &conf, &r, 1, REPLY_SENDER, &err);
	is_str(c.text, "k@x wrote:\n> hi\n\n-- \nMe\nhttps://x.test\n", "without a date or a name, and with a signature");
	compose_release(&c);
	tbox_put(sig, SL("-- \nMe\x1b\n"));
	compose_init(&c, &conf, NULL);
	compose_reply(&c, &conf, &r, 1, REPLY_SENDER, &err);
	is_str(c.text, "k@x wrote:\n> hi\n\n-- \nMe\xe2\x90\x9b\n", "a signature that brings its line has it once");
	compose_release(&c);
	compose_init(&c, &conf, NULL);
	compose_signature(&c, &conf);
	is_str(c.text, "\n-- \nMe\xe2\x90\x9b\n", "a new message ends with it");
	compose_signature(&c, &conf);
	is_str(c.text, "\n-- \nMe\xe2\x90\x9b\n", "... once");
	compose_release(&c);
	unlink(sig);
	log_open(-1, LOG_ERROR);
	compose_init(&c, &conf, NULL);
	compose_signature(&c, &conf);
	is_str(c.text, "", "a signature that is not there is left out");
	compose_release(&c);
	render_free(&r);
	log_open(STDERR_FILENO, LOG_WARN);

	str_init(&big, STR_MAX);
	str_adds(&big, "From: k@x\nTo: w@z.test\n\n");
	while (big.n < 3 << 20)
		str_adds(&big, "a line of a text that does not end\n");
	r = open_text(str_sl(&big));
	compose_init(&c, &conf, NULL);
	is_int(compose_reply(&c, &conf, &r, 1, REPLY_SENDER, &err), 0, "P23: 3 MiB of text");
	ok(strlen(c.text) > 1000000 && strlen(c.text) < 1200000, "... are quoted to 1 MiB (%zu)", strlen(c.text));
	compose_release(&c);
	render_free(&r);
	str_release(&big);
	free(sig);
}

/* ---- passed on ---- */

static const char mixed[] =
	"From: Kim Min <k@x>\nTo: w@z.test, b@x\nCc: c@x\nSubject: the/plan\nDate: Thu, 26 Nov 2026 21:09:00 +0900\nMIME-Version: 1.0\n"
	"Content-Type: multipart/mixed; boundary=b\n\n"
	"--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\nContent-Type: text/plain\n\nsee attached\n-- \nKim\n"
	"--c\nContent-Type: text/html\n\n<p>see attached\n--c--\n"
	"--b\nContent-Type: application/pdf; name=\"a b.pdf\"\nContent-Transfer-Encoding: base64\nContent-Description: a plan\n\nAAECDQr/\n"
	"--b\nContent-Type: message/rfc822\n\nFrom: i@x\nSubject: inner\nContent-Type: multipart/mixed; boundary=d\n\n--d\n\nin\n--d--\n"
	"--b\nContent-Type: text/x-log\nContent-Disposition: inline; filename=../../log\n\none\n\n--b--\n";

static void t_tagged(void)
{
	struct render *v[] = {
		open_text(sl("From: b@x\nReply-To: list@x\nTo: me@x.test, c@x\nSubject: Re: plan\nMessage-ID: <2@x>\nReferences: <1@x>\nDate: Thu, 26 Nov 2026 22:00:00 +0900\n\nsecond\n")),
		open_text(sl("From: a@x\nTo: w@z.test\nCc: b@x\nSubject: plan\nMessage-ID: <1@x>\nDate: Thu, 26 Nov 2026 21:00:00 +0900\n\nfirst\n")),
		open_text(sl("From: a@x\nSubject: lunch\nDate: Thu, 26 Nov 2026 23:00:00 +0900\n\nthird\n")),
	};
	struct compose c;

	compose_init(&c, &conf, NULL);
	is_int(compose_reply(&c, &conf, v, 2, REPLY_ALL, &err), 0, "one answer to two: %s", err.text);
	is_str(c.to, "a@x, list@x", "to both, the oldest first");
	is_str(c.cc, "b@x, c@x", "... and the others, each once, never to oneself");
	is_str(c.subject, "Re: plan", "subjects that are the same are one");
	ok(!strcmp(c.in_reply_to, "1@x 2@x") && !strcmp(c.references, "1@x"), "it answers both, in the thread of the first: %s; %s", c.in_reply_to, c.references);
	is_str(c.text, "On Thu, 26 Nov 2026 at 21:00, a@x wrote:\n> first\n\nOn Thu, 26 Nov 2026 at 22:00, b@x wrote:\n> second\n\n", "each is quoted");
	is_str(c.from, "w@z.test", "as whom the first was written to");
	compose_release(&c);
	compose_init(&c, &conf, NULL);
	is_int(compose_reply(&c, &conf, v, 3, REPLY_SENDER, &err), 0, "to three: %s", err.text);
	is_str(c.to, "a@x, list@x", "who wrote two gets one");
	is_str(c.subject, "Re: plan (and 2 more messages)", "subjects that differ");
	compose_release(&c);
	compose_init(&c, &conf, NULL);
	is_int(compose_forward(&c, &conf, v, 3, true, &err), 0, "three passed on: %s", err.text);
	is_str(c.subject, "Fwd: plan (and 2 more messages)", "... as one message");
	ok(c.n_files == 3 && !strcmp(c.files[2].type, "message/rfc822") && !strcmp(c.files[2].name, "lunch.eml"), "... each a file");
	compose_drop(&c, &err);
	compose_release(&c);
	compose_init(&c, &conf, NULL);
	is_int(compose_forward(&c, &conf, v, 3, false, &err), 0, "as text: %s", err.text);
	ok(strstr(c.text, "first") < strstr(c.text, "second") && strstr(c.text, "second") < strstr(c.text, "third"), "... one after the other");
	compose_drop(&c, &err);
	compose_release(&c);
	for (size_t i = 0; i < ARRAY_LEN(v); i++)
		render_free(&v[i]);
}

static void t_forward(void)
{
	struct render *r = open_text(sl(mixed));
	struct compose c;

	compose_init(&c, &conf, NULL);
	is_int(compose_forward(&c, &conf, &r, 1, false, &err), 0, "a message is passed on: %s", err.text);
	is_str(c.text, "\n---------- Forwarded message ----------\nFrom: Kim Min <k@x>\nDate: Thu, 26 Nov 2026 21:09:00 +0900\nSubject: the/plan\n"
		"To: w@z.test, b@x\nCc: c@x\n\nsee attached\n-- \nKim\n\n", "... with its fields and text");
	ok(!*c.to && !*c.cc && !strcmp(c.from, "w@z.test"), "... to nobody yet");
	is_int((int)c.n_files, 3, "... with its attachments, but not its other form");
	if (c.n_files == 3) {
		ok(!strcmp(c.files[0].name, "a b.pdf") && !strcmp(c.files[0].type, "application/pdf") && !strcmp(c.files[0].description, "a plan"), "a file keeps its name");
		ok(tbox_has(c.files[0].path, SL("\0\1\2\r\n\xff")), "... and its bytes");
		ok(!strcmp(c.files[1].type, "message/rfc822") && sl_ends(sl(c.files[1].name), ".eml"), "a message in it is one: %s", c.files[1].name);
		ok(tbox_has(c.files[1].path, SL("From: i@x\nSubject: inner\nContent-Type: multipart/mixed; boundary=d\n\n--d\n\nin\n--d--")), "... byte for byte");
		ok(!strchr(c.files[2].name, '/') && c.files[2].is_inline && tbox_has(c.files[2].path, SL("one\n")), "P22: a name leads nowhere: %s", c.files[2].name);
	}
	compose_drop(&c, &err);
	compose_release(&c);
	compose_init(&c, &conf, NULL);
	is_int(compose_forward(&c, &conf, &r, 1, true, &err), 0, "as an attachment: %s", err.text);
	ok(c.n_files == 1 && !strcmp(c.files[0].type, "message/rfc822") && !strcmp(c.files[0].name, "the-plan.eml"), "... it is one file: %s", c.n_files ? c.files[0].name : "");
	ok(c.n_files == 1 && tbox_has(c.files[0].path, sl(mixed)), "... byte for byte");
	compose_drop(&c, &err);
	compose_release(&c);
	compose_init(&c, &conf, NULL);
	is_int(compose_resend(&c, &conf, r, &err), 0, "as it is: %s", err.text);
	ok(c.resend && tbox_has(c.resend, sl(mixed)) && !*c.to && !c.n_files, "... it is kept whole");
	compose_drop(&c, &err);
	compose_release(&c);
	render_free(&r);
}

/* ---- links ---- */

static void t_mailto(void)
{
	static const struct { const char *url, *to, *cc, *bcc, *subject, *text; } cases[] = {
		{ "mailto:a@x.test", "a@x.test", "", "", "", "" },
		{ "MAILTO:a@x.test,b%40x.test", "a@x.test, b@x.test", "", "", "", "" },
		{ "mailto:a@x.test?to=b@x.test&cc=c@x.test&BCC=d@x.test", "a@x.test, b@x.test", "c@x.test", "d@x.test", "", "" },
		{ "mailto:?subject=hello%20world&body=one%0D%0Atwo", "", "", "", "hello world", "one\ntwo\n\n" },
		{ "mailto:a+b@x.test?subject=1+1", "a+b@x.test", "", "", "1+1", "" },
		{ "mailto:%22a%2Cb%22@x.test", "\"a,b\"@x.test", "", "", "", "" },
		{ "mailto:a@x.test?subject=%ED%95%9C", "a@x.test", "", "", "\xed\x95\x9c", "" },
		{ "mailto:a@x.test?subject=a%0D%0ABcc:%20x@y.test", "a@x.test", "", "", "a\xe2\x90\x8d\xe2\x90\x8a" "Bcc: x@y.test", "" },
		{ "mailto:a@x.test?attach=/etc/passwd&from=x@y.test&x-header=1", "a@x.test", "", "", "", "" },
		{ "mailto:a@x.test?body=%1B[2J", "a@x.test", "", "", "", "\xe2\x90\x9b[2J\n\n" },
		{ "mailto:a@x.test?subject=x#fragment", "a@x.test", "", "", "x", "" },
		{ "mailto:", "", "", "", "", "" },
	};
	static const char *const bad[] = { "http://x.test", "mailto:a@x.test%0ABcc:b@x.test", "mailto:a b@x.test", "mailto:a@x.test?subject=%zz", "mailto:a@",
		"mailto:a@x.test%2Cb@x.test", "" };
	struct compose c;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct account *a = conf_account(&conf, "work");

		compose_init(&c, &conf, a);
		err = (struct err)ERR_INIT;
		is_int(compose_mailto(&c, &conf, sl(cases[i].url), &err), 0, "%s: %s", cases[i].url, err.text);
		ok(!strcmp(c.to, cases[i].to) && !strcmp(c.cc, cases[i].cc) && !strcmp(c.bcc, cases[i].bcc), "... goes to %s, %s, %s", c.to, c.cc, c.bcc);
		is_str(c.subject, cases[i].subject, "... its subject");
		is_str(c.text, cases[i].text, "... its text");
		ok(c.n_files == 0 && !c.headers && !strcmp(c.from, "w@z.test"), "P21: ... and nothing else of it counts");
		compose_release(&c);
	}
	compose_init(&c, &conf, conf_account(&conf, "work"));
	compose_mailto(&c, &conf, SL("mailto:a@x.test?in-reply-to=%3C1@x%3E"), &err);
	is_str(c.in_reply_to, "1@x", "an answer to something");
	compose_release(&c);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		compose_init(&c, &conf, NULL);
		err = (struct err)ERR_INIT;
		is_int(compose_mailto(&c, &conf, sl(bad[i]), &err), -1, "P24: \"%s\" is refused", bad[i]);
		ok(err.text[0], "... in words: %s", err.text);
		compose_release(&c);
	}
}

/* ---- Drafts and back ---- */

struct one { char *path; uint64_t key; int n; };

static struct one in_drafts(void)
{
	char *cur = tbox_path("%s/cur", conf.drafts);
	DIR *d = opendir(cur);
	const struct dirent *e;
	struct one o = { 0 };

	while (d && (e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		free(o.path);
		o.path = path_join(cur, e->d_name);
		o.key = entry_key(e->d_name);
		o.n++;
	}
	if (d)
		closedir(d);
	free(cur);
	return o;
}

static struct render *open_path(const char *path)
{
	struct str s;
	struct render *r;

	str_init(&s, STR_MAX);
	fs_slurp(path, STR_MAX, &s, &err);
	r = render_open(-1, &s, &conf);
	str_release(&s);
	return r;
}

static void set(char **field, const char *z)
{
	free(*field);
	*field = mem_strdup(z);
}

static void attach(struct compose *c, struct slice bytes, const char *name, const char *type)
{
	struct src src;

	src_mem(&src, bytes);
	is_int(compose_attach_src(c, &src, name, type, &err), 0, "%s is attached", name);
	src_release(&src);
}

static void t_drafts(void)
{
	static const struct { struct slice bytes; const char *name, *type; } files[] = {
		{ { "\0\1\r\n\xff\n", 6 }, "bytes.bin", "application/octet-stream" }, { { "no end", 6 }, "text.txt", "text/plain" },
		{ { "a\r\nb\r\n", 6 }, "crlf.txt", "text/plain" }, { { "", 0 }, "empty", "application/x-empty" },
		{ { "From: x@y\n\n\xff body\n", 19 }, "message.eml", "message/rfc822" }, { { "--b\n--b--\n", 10 }, "\xed\x95\x9c\xea\xb8\x80.txt", "text/x-thing" },
		{ { "<p>x", 4 }, "page.html", "text/html" },
	};
	struct compose c, d;
	struct render *r;
	struct one o, second;
	struct stat st;

	compose_init(&c, &conf, conf_account(&conf, "work"));
	set(&c.to, "A <a@x.test>, unfinished <");
	set(&c.cc, "\xed\x95\x9c <h@x.test>, \"x, y\" <q@x.test>");
	set(&c.bcc, "hidden@x.test");
	set(&c.reply_to, "r@x.test");
	set(&c.subject, "a long subject with \xed\x95\x9c\xea\xb8\x80 in it that does not fit into one line of a header, as it is so long");
	set(&c.text, "first\n\n  two\t\n-- \nMe\n.\nFrom x\n\xed\x95\x9c\xea\xb8\x80\n");
	c.in_reply_to = mem_strdup("1@x");
	c.references = mem_strdup("0@x 1@x");
	c.headers = mem_strdup("X-Mood: good\nX-Two: \xed\x95\x9c\n");
	c.about = mem_strdup("/m/IN BOX\n00ff");
	c.about_flag = 'R';
	c.receipt = c.notify_success = true;
	c.notify_failure = c.notify_delay = false;
	c.send_at = 1900000000;
	c.rcpts_before = 12;
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		attach(&c, files[i].bytes, files[i].name, files[i].type);
	c.files[1].is_inline = true;
	c.files[0].description = mem_strdup("what it is");
	is_int(compose_postpone(&c, &conf, &err), 0, "a message is postponed: %s", err.text);
	ok(stat(c.dir, &st) != 0, "... its folder goes");
	o = in_drafts();
	ok(o.n == 1 && sl_ends(sl(o.path), ":2,DS"), "... it lies in Drafts, as a draft: %s", o.path ? o.path : "");
	r = open_path(o.path);
	compose_init(&d, &conf, NULL);
	is_int(compose_recall(&d, &conf, r, &err), 0, "... and is written on: %s", err.text);
	ok(!strcmp(d.account, "work") && !strcmp(d.from, "w@z.test"), "by the same account");
	is_str(d.to, c.to, "a list that is none yet");
	is_str(d.cc, c.cc, "a list");
	ok(!strcmp(d.bcc, c.bcc) && !strcmp(d.reply_to, c.reply_to), "who is hidden, and where answers go");
	is_str(d.subject, c.subject, "the subject");
	is_str(d.text, c.text, "the text");
	ok(!strcmp(d.in_reply_to, "1@x") && !strcmp(d.references, "0@x 1@x"), "the thread");
	is_str(d.headers, c.headers, "fields of one's own");
	ok(d.about && !strcmp(d.about, c.about) && d.about_flag == 'R' && !d.draft, "what it is about");
	ok(d.receipt && d.notify_success && !d.notify_failure && !d.notify_delay && d.send_at == 1900000000 && d.rcpts_before == 12, "receipts and times");
	is_int((int)d.n_files, (int)ARRAY_LEN(files), "all files");
	for (size_t i = 0; i < ARRAY_LEN(files) && d.n_files == ARRAY_LEN(files); i++) {
		ok(tbox_has(d.files[i].path, files[i].bytes), "%s has its bytes", files[i].name);
		is_str(d.files[i].name, files[i].name, "... its name");
		is_str(d.files[i].type, files[i].type, "... its type");
		is_int(d.files[i].is_inline, i == 1, "... and its place");
	}
	ok(d.n_files && d.files[0].description && !strcmp(d.files[0].description, "what it is"), "a description");
	render_free(&r);
	/* again, and the older one goes */
	d.draft = tbox_path("%s\n%llx", conf.drafts, (unsigned long long)o.key);
	set(&d.text, "");
	is_int(compose_postpone(&d, &conf, &err), 0, "it is postponed again: %s", err.text);
	second = in_drafts();
	ok(second.n == 1 && second.key != o.key, "... in the place of the older one");
	compose_release(&c);
	r = open_path(second.path);
	compose_init(&c, &conf, NULL);
	compose_recall(&c, &conf, r, &err);
	is_str(c.text, "", "a message without text has none, whatever is attached");
	is_int((int)c.n_files, (int)ARRAY_LEN(files), "... and all its files");
	compose_drop(&c, &err);
	render_free(&r);
	unlink(second.path);
	free(o.path);
	free(second.path);
	compose_release(&c);
	compose_release(&d);
}

static void t_draft_resend(void)
{
	struct render *r = open_text(sl(mixed));
	struct compose c, d;
	struct one o;

	compose_init(&c, &conf, NULL);
	compose_resend(&c, &conf, r, &err);
	set(&c.to, "new@x.test");
	is_int(compose_postpone(&c, &conf, &err), 0, "a message that goes out as it is is postponed: %s", err.text);
	render_free(&r);
	o = in_drafts();
	r = open_path(o.path ? o.path : "");
	compose_init(&d, &conf, NULL);
	is_int(compose_recall(&d, &conf, r, &err), 0, "... and comes back: %s", err.text);
	ok(d.resend && tbox_has(d.resend, sl(mixed)) && d.n_files == 0 && !strcmp(d.to, "new@x.test"), "... as it was");
	compose_drop(&d, &err);
	compose_release(&c);
	compose_release(&d);
	render_free(&r);
	if (o.path)
		unlink(o.path);
	free(o.path);
}

/* Nothing of what another wrote is taken for one's own. */
static void t_as_new(void)
{
	static const char hostile[] = "Received: from evil\nX-Pabal-Draft: bcc=evil@x.test headers=X-Evil%3A%20yes account=work receipt=1 send-at=1\n"
		"From: Kim <k@x>\nTo: me@x.test\nReply-To: evil@x\nSubject: s\nMessage-ID: <1@x>\nIn-Reply-To: <0@x>\n\nwords\n> quoted\n-- \nKim\n";
	static const char junk[] = "X-Pabal-Draft: =%zz a=%00 to= from notify==== flag=XX receipt=99999999999999999999 to=%00\nTo: b@x\n\nx";
	struct render *r = open_text(sl(hostile));
	struct compose c;

	compose_init(&c, &conf, NULL);
	is_int(compose_recall(&c, &conf, r, &err), 0, "another's message is written anew: %s", err.text);
	is_str(c.text, "words\n> quoted\n-- \nKim\n", "its text is whole");
	ok(!strcmp(c.from, "Me Myself <me@x.test>") && !*c.reply_to && !strcmp(c.account, "home"), "it is from oneself");
	ok(!*c.bcc && !c.headers && !c.receipt && !c.send_at, "P24: what it says of itself does not count");
	ok(!strcmp(c.to, "me@x.test") && !strcmp(c.subject, "s") && c.in_reply_to && !strcmp(c.in_reply_to, "0@x"), "to, subject, thread");
	compose_release(&c);
	render_free(&r);
	r = open_text(sl(mixed));
	compose_init(&c, &conf, NULL);
	compose_recall(&c, &conf, r, &err);
	is_int((int)c.n_files, 3, "its attachments come with it, another form of its text does not");
	compose_drop(&c, &err);
	compose_release(&c);
	render_free(&r);
	r = open_text(SL("From: a@x\nContent-Type: text/html\n\n<b>bold</b> words<br>next\n"));
	compose_init(&c, &conf, NULL);
	compose_recall(&c, &conf, r, &err);
	is_str(c.text, "bold words\nnext\n", "HTML alone becomes text");
	is_int((int)c.n_files, 0, "... and no file");
	compose_release(&c);
	render_free(&r);
	r = open_text(sl(junk));
	compose_init(&c, &conf, NULL);
	is_int(compose_recall(&c, &conf, r, &err), 0, "a damaged note: %s", err.text);
	is_str(c.text, "x", "... costs nothing of the text");
	compose_release(&c);
	render_free(&r);
	r = open_text(SL(""));
	compose_init(&c, &conf, NULL);
	is_int(compose_recall(&c, &conf, r, &err), 0, "nothing at all: %s", err.text);
	is_str(c.text, "", "... is empty");
	compose_release(&c);
	render_free(&r);
}

/* ---- the corpus ---- */

static struct { int files, replies, previews; bool unclean, silent, late; } seen;

/* What may stand in a line that is typed. */
static bool clean(const char *z, int flags)
{
	struct str s;
	bool is;

	str_init(&s, STR_MAX);
	utf8_sanitize(&s, sl(z), flags);
	is = utf8_valid(sl(z)) && strcmp(s.p, z) == 0;
	str_release(&s);
	return is;
}

static void check(const char *name, struct compose *c, int r, int flags)
{
	if (r != 0 && !err.text[0] && !seen.silent) {
		seen.silent = true;
		tap_note("%s: no word", name);
	}
	if (r == 0 && !(clean(c->to, 0) && clean(c->cc, 0) && clean(c->subject, 0) && utf8_valid(sl(c->text)) &&
	    (!flags || clean(c->text, flags))) && !seen.unclean) {
		seen.unclean = true;
		tap_note("%s: not clean", name);
	}
}

/* What came of a message can be written, and is a message. */
static void preview(const char *name, struct compose *c)
{
	struct mime_tree *t;
	int fd;

	set(&c->to, "a@x.test");
	set(&c->cc, "");
	set(&c->bcc, "");
	set(&c->reply_to, "");
	err = (struct err)ERR_INIT;
	fd = compose_preview(c, &conf, &err);
	t = fd >= 0 ? mime_parse_fd(fd, 0, -1, &mime_limits_default, &err) : NULL;
	if (t && (c->n_files == 0 || part_is(t->root, "multipart", "mixed")))
		seen.previews++;
	else
		tap_note("%s: %s", name, err.text);
	tree_free(&t);
	if (fd >= 0)
		fs_close(&fd);
	compose_drop(c, &err);
}

static void one_message(const char *name, struct slice text)
{
	int64_t t = rt_mono();

	seen.files++;
	for (int what = 0; what < 3; what++) {
		struct render *r = open_text(text);
		struct compose c;
		int done;

		compose_init(&c, &conf, NULL);
		err = (struct err)ERR_INIT;
		done = what == 0 ? compose_reply(&c, &conf, &r, 1, REPLY_ALL, &err) : what == 1 ? compose_forward(&c, &conf, &r, 1, false, &err) :
			compose_recall(&c, &conf, r, &err);
		check(name, &c, done, what == 2 ? 0 : CLEAN_LINES | CLEAN_TABS);
		if (what > 0 && done != 0)
			tap_note("%s: %s", name, err.text);
		seen.replies += what == 0 && done == 0;
		if (done == 0)
			preview(name, &c);
		compose_release(&c);
		render_free(&r);
	}
	if (rt_mono() - t > 5000000 && !seen.late) {
		seen.late = true;
		tap_note("%s: takes %lld us", name, (long long)(rt_mono() - t));
	}
}

static bool slurp(const char *name, struct str *out)
{
	const char *path = tap_corpus(name);
	struct err own = ERR_INIT;

	str_clear(out);
	return path && fs_slurp(path, 256 << 10, out, &own) == 0;
}

/* Every third message of it. */
static void t_corpus(void)
{
	struct str list, message;
	struct slice rest, line;
	int n = 0, previews;

	log_open(-1, LOG_ERROR);
	str_init(&list, 16 << 20);
	str_init(&message, 1 << 20);
	if (!tap_corpus("manifest.tsv") || fs_slurp(tap_corpus("manifest.tsv"), 16 << 20, &list, &err) != 0)
		tap_skip("the corpus is not there (set PABAL_CORPUS)");
	rest = str_sl(&list);
	while (sl_line(&rest, &line)) {
		struct slice path, kind;
		char *name;

		if (!sl_cut(&line, '\t', &path) || !sl_cut(&line, '\t', &kind) || sl_is(kind, "expected") || sl_is(kind, "key") || n++ % 3)
			continue;
		name = sl_dup(path);
		if (slurp(name, &message))
			one_message(name, str_sl(&message));
		free(name);
	}
	previews = seen.replies + 2 * seen.files;
	if (list.n) {
		ok(seen.files > 1000 && seen.replies > 900, "%d messages of the corpus are answered (%d), passed on, written anew", seen.files, seen.replies);
		ok(!seen.unclean, "P20: ... what comes of them is clean");
		ok(!seen.silent && !seen.late, "... no failure is silent, none takes long");
		is_int(seen.previews, previews, "... and all of it can be sent");
	}
	str_release(&list);
	str_release(&message);
}

int main(void)
{
	int fds;

	start();
	log_open(-1, LOG_ERROR);
	fds = tap_open_fds();
	t_who();
	t_many();
	why("From: a@x\nTo: me2@y.test\n", "me2@y.test because the message was to me2@y.test");
	why("From: w@z.test\nTo: a@x\n", "w@z.test because you wrote");
	why("X-Original-To: w@z.test\nFrom: a@x\n", "(X-Original-To)");
	why("From: a@x\n", "default account");
	t_subjects();
	t_quotes();
	t_tagged();
	t_forward();
	t_mailto();
	t_drafts();
	t_draft_resend();
	t_as_new();
	t_corpus();
	is_int(tap_open_fds(), fds, "no descriptor was left open");
	conf_release(&conf);
	free(home);
	return tap_done();
}
