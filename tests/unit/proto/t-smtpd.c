/* SPDX-License-Identifier: GPL-3.0-or-later
 * smtpd.c and its arguments: smuggling (ATTACKS.md 2.2), paths, parameters, limits. */
#include "../../tap.h"
#include "proto/priv.h"

/* ---- one session, fed with bytes ---- */

struct session {
	struct smtpd *d;
	struct str in, said, text, all;
	unsigned stored;
	bool over, addr_left;           /* at DATA: of the last RCPT */
	struct smtpd_conf conf;
};

static void begin(void *ctx)
{
	struct session *s = ctx;

	smtpd_free(&s->d);
	s->d = smtpd_new(&s->conf);
	str_clear(&s->in);
	str_clear(&s->said);
	str_clear(&s->text);
	str_clear(&s->all);
	s->stored = 0;
	s->over = false;
}

static void asked(struct session *s, const struct act *a)
{
	if (a->event == EV_RCPT && sl_ends(sl(a->addr), "@nowhere.example")) {
		smtpd_answer(s->d, 550, "5.7.1", NULL);
	} else if (a->event == EV_STORE) {
		s->stored++;
		str_addsl(&s->all, str_sl(&s->text));
		str_addc(&s->all, '|');
		str_clear(&s->text);
		smtpd_answer(s->d, 250, "2.0.0", NULL);
	} else {
		if (a->event == EV_DATA)
			s->addr_left = a->addr && a->addr[0];
		smtpd_answer(s->d, a->event == EV_DATA ? 354 : 250, NULL, NULL);
	}
}

/* false: more bytes are needed, or it is over. */
static bool turn(struct session *s)
{
	struct act a;
	struct slice in = str_sl(&s->in), run;
	ssize_t at;
	int rc;

	switch (smtpd_engine.next(s->d, &a)) {
	case WANT_READ:
		at = sl_search(in, SL("\r\n"));
		if (at < 0)
			return false;
		smtpd_engine.line(s->d, sl_head(in, (size_t)at));
		str_drop(&s->in, (size_t)at + 2);
		return true;
	case WANT_SINK:
		while ((rc = smtpd_engine.data(s->d, &in, &run)) == 1)
			str_addsl(&s->text, run);
		str_drop(&s->in, s->in.n - in.n);
		return rc != 0;
	case WANT_WRITE:
		str_addsl(&s->said, a.out);
		return true;
	case WANT_ANSWER:
		asked(s, &a);
		return true;
	case WANT_EVENT:
		if (a.event == EV_RESET)
			str_clear(&s->text);
		return true;
	default:
		s->over = true;
		return false;
	}
}

static void feed(void *ctx, struct slice piece, bool last)
{
	struct session *s = ctx;

	(void)last;
	if (s->over)
		return;
	str_addsl(&s->in, piece);
	while (turn(s))
		;
}

static void session_init(struct session *s)
{
	memset(s, 0, sizeof(*s));
	s->conf = (struct smtpd_conf){
		.host = "mail.test", .max_size = 10000, .max_rcpts = 100, .max_errors = 10
	};
	str_init(&s->in, STR_MAX);
	str_init(&s->said, STR_MAX);
	str_init(&s->text, STR_MAX);
	str_init(&s->all, STR_MAX);
}

static void session_release(struct session *s)
{
	smtpd_free(&s->d);
	str_release(&s->in);
	str_release(&s->said);
	str_release(&s->text);
	str_release(&s->all);
}

/* The n-th reply code, -1: there are fewer; multi-line replies count once. */
static int code_at(struct session *s, unsigned n)
{
	struct slice rest = str_sl(&s->said), line;
	uint64_t code;

	while (sl_line(&rest, &line))
		if (line.n > 3 && line.p[3] == ' ' && n-- == 0 &&
			sl_u64(sl_head(line, 3), 999, &code) == 0)
			return (int)code;
	return -1;
}

static int last_code(struct session *s)
{
	int code = -1, c;

	for (unsigned n = 0; (c = code_at(s, n)) >= 0; n++)
		code = c;
	return code;
}

/* ---- smuggling ---- */

struct row { struct session s; char name[64], required[200]; unsigned wrong; };

static void row_begin(void *ctx)
{
	struct row *r = ctx;

	begin(&r->s);
}

static void row_feed(void *ctx, struct slice piece, bool last)
{
	struct row *r = ctx;

	feed(&r->s, piece, last);
}

static void row_check(void *ctx, const char *how)
{
	struct row *r = ctx;
	struct session *s = &r->s;
	bool good = s->stored <= 1;

	if (sl_starts(sl(r->name), "good-"))
		good = s->stored == 1 && sl_is(str_sl(&s->all), "Subject: one\n\n.dot\n|") &&
			last_code(s) == 221;
	else if (strcmp(r->name, "size-overflow") == 0)
		good = last_code(s) == 552 || last_code(s) == 501;
	else if (strcmp(r->name, "http-post") == 0)
		good = s->over && s->stored == 0 && code_at(s, 2) == -1;
	else if (strcmp(r->name, "bdat-lie") == 0)
		good = s->over && last_code(s) == 501;
	else if (strcmp(r->name, "data-before-354") == 0)
		good = s->stored == 0 && s->over && last_code(s) == 421;
	else if (strcmp(r->name, "bare-lf-commands") == 0)
		good = s->stored == 0 && code_at(s, 1) == -1;
	else if (strcmp(r->name, "size-lie") != 0)
		good = s->stored == 0 && s->over && last_code(s) == 550;
	if (!good && !r->wrong++)
		ok(false, "%s, %s: %u stored, said %s", r->name, how, s->stored, s->said.p);
}

static void smuggling(void)
{
	const char *path = tap_corpus("attack-inputs/smuggle-server.tsv");
	struct tap_split t = { row_begin, row_feed, row_check, NULL };
	struct err e = ERR_INIT;
	struct slice rest, line, name, hex;
	struct str file, bytes;
	struct row r = { .wrong = 0 };

	if (!path) {
		tap_skip("the corpus is not there (smuggle-server.tsv)");
		return;
	}
	str_init(&file, 1 << 20);
	str_init(&bytes, 1 << 20);
	session_init(&r.s);
	t.ctx = &r;
	ok(fs_slurp(path, 1 << 20, &file, &e) == 0, "smuggle-server.tsv is read");
	rest = str_sl(&file);
	sl_line(&rest, &line);
	while (sl_line(&rest, &line)) {
		if (!sl_cut(&line, '\t', &name) || !sl_cut(&line, '\t', &hex))
			continue;
		str_clear(&bytes);
		for (size_t i = 0; i + 1 < hex.n; i += 2)
			str_addc(&bytes, (char)(hex_val(hex.p[i]) * 16 + hex_val(hex.p[i + 1])));
		snprintf(r.name, sizeof(r.name), SL_FMT, SL_ARG(name));
		r.wrong = 0;
		if (strcmp(r.name, "dotnul") == 0)
			snprintf(r.name, sizeof(r.name),
				"size-lie"); /* NUL is text: one message at most */
		tap_each_split(str_sl(&bytes), &t);
		ok(r.wrong == 0, "smuggle-server " SL_FMT ", however it is cut", SL_ARG(name));
	}
	session_release(&r.s);
	str_release(&file);
	str_release(&bytes);
}

/* The sequences of ATTACKS.md 2.2 in the middle of DATA: never a second message. */
static void sequences(void)
{
	static const struct { const char *name; struct slice seq;
	} seqs[] = {
		{ "LF . LF", { "\n.\n", 3 } },
		{ "LF . CRLF", { "\n.\r\n", 4 } },
		{ "CRLF . LF", { "\r\n.\n", 4 } },
		{ "CR . CR", { "\r.\r", 3 } },
		{ "CR . LF", { "\r.\n", 3 } },
		{ "LF . CR", { "\n.\r", 3 } },
		{ "CR . CRLF", { "\r.\r\n", 4 } },
		{ "CRLF . CR", { "\r\n.\r", 4 } },
		{ "CRLF . CR CRLF", { "\r\n.\r\r\n", 6 } },
		{ "CR CRLF . CR CRLF", { "\r\r\n.\r\r\n", 7 } },
		{ "LF LF . CRLF", { "\n\n.\r\n", 5 } },
		{ "a lone CR", { "\r", 1 } },
		{ "a lone LF", { "\n", 1 } },
	};
	struct row r = { .name = "sequence" };
	struct tap_split t = { row_begin, row_feed, row_check, &r };
	struct str bytes;

	session_init(&r.s);
	str_init(&bytes, 4096);
	for (size_t i = 0; i < ARRAY_LEN(seqs); i++) {
		str_clear(&bytes);
		str_adds(&bytes,
			"EHLO x\r\nMAIL FROM:<a@x.test>\r\nRCPT TO:<b@x.test>\r\nDATA\r\nSubject: "
			"one\r\n\r\nhi");
		str_addsl(&bytes, seqs[i].seq);
		str_adds(&bytes,
			"MAIL FROM:<evil@x.test>\r\nRCPT TO:<b@x.test>\r\nDATA\r\nSubject: "
			"two\r\n\r\nx\r\n.\r\nQUIT\r\n");
		r.wrong = 0;
		tap_each_split(str_sl(&bytes), &t);
		ok(r.wrong == 0, "RFC 5321 4.1.1.4: %s in DATA, 550 and closed, however it is cut",
			seqs[i].name);
	}
	session_release(&r.s);
	str_release(&bytes);
}

/* ---- arguments ---- */

static void paths(void)
{
	static const struct {
		const char *name, *text;
		bool rcpt;
		const char *want, *rest;
	} cases[] = {
		{ "plain", "<a@x.test>", true, "a@x.test", "" },
		{ "null sender", "<> SIZE=1", false, "", " SIZE=1" },
		{ "null recipient", "<>", true, NULL, NULL },
		{ "dots", "<a.b.c@x.y.test>", true, "a.b.c@x.y.test", "" },
		{ "dot first", "<.a@x.test>", true, NULL, NULL },
		{ "dot last", "<a.@x.test>", true, NULL, NULL },
		{ "two dots", "<a..b@x.test>", true, NULL, NULL },
		{ "quoted", "<\"a b\"@x.test>", true, "\"a b\"@x.test", "" },
		{ "quoted >", "<\"a>b\"@x.test> X", true, "\"a>b\"@x.test", " X" },
		{ "quoted pair", "<\"a\\\"b\"@x.test>", true, "\"a\\\"b\"@x.test", "" },
		{ "quote not closed", "<\"a@x.test>", true, NULL, NULL },
		{ "control in quotes", "<\"a\x01\"@x.test>", true, NULL, NULL },
		{ "all of atext", "<!#$%&'*+-/=?^_`{|}~@x.test>", true,
			"!#$%&'*+-/=?^_`{|}~@x.test", "" },
		{ "blank", "<a b@x.test>", true, NULL, NULL },
		{ "no domain", "<a>", true, NULL, NULL },
		{ "empty domain", "<a@>", true, NULL, NULL },
		{ "two signs", "<a@b@x.test>", true, NULL, NULL },
		{ "postmaster", "<PostMaster>", true, "PostMaster", "" },
		{ "postmaster as sender", "<postmaster>", false, NULL, NULL },
		{ "source route", "<@a.test,@b.test:c@x.test>", true, "c@x.test", "" },
		{ "broken route", "<@a.test,b.test:c@x.test>", true, NULL, NULL },
		{ "address literal", "<a@[127.0.0.1]>", true, "a@[127.0.0.1]", "" },
		{ "IPv6 literal", "<a@[IPv6:::1]>", true, "a@[IPv6:::1]", "" },
		{ "literal not closed", "<a@[127.0.0.1>", true, NULL, NULL },
		{ "hyphen first", "<a@-x.test>", true, NULL, NULL },
		{ "hyphen last", "<a@x-.test>", true, NULL, NULL },
		{ "dot at the end", "<a@x.test.>", true, NULL, NULL },
		{ "UTF-8", "<\xc3\xa4@\xc3\xb6.test>", true, "\xc3\xa4@\xc3\xb6.test", "" },
		{ "bad UTF-8", "<\xff@x.test>", true, NULL, NULL },
		{ "no brackets", "a@x.test", true, NULL, NULL },
		{ "not closed", "<a@x.test", true, NULL, NULL },
		{ "LF inside", "<a\n@x.test>", true, NULL, NULL },
	};
	struct str addr;

	str_init(&addr, 2048);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct slice rest = sl(cases[i].text);
		bool good = arg_path(&rest, cases[i].rcpt, &addr);

		ok(good == (cases[i].want != NULL), "RFC 5321 4.1.2: %s", cases[i].name);
		if (good && cases[i].want) {
			is_str(addr.p, cases[i].want, "%s: the address", cases[i].name);
			is_slice(rest, sl(cases[i].rest), "%s: the rest", cases[i].name);
		}
	}
	str_release(&addr);
}

static void path_limits(void)
{
	char text[400], label[70];
	struct str addr;

	str_init(&addr, 2048);
	for (int n = 253; n <= 255; n++) {
		struct slice rest;

		memset(text, 'a', sizeof(text));
		text[0] = '<';
		memcpy(text + 1 + n - 7, "@x.test", 7);
		text[1 + n] = '>';
		rest = sl_make(text, (size_t)n + 2);
		is_int(arg_path(&rest, true, &addr), n <= 254,
			"RFC 5321 4.5.3.1.3: a path of %d octets", n);
	}
	for (int n = 62; n <= 64; n++) {
		memset(label, 'a', sizeof(label));
		is_int(arg_domain(sl_make(label, (size_t)n)), n <= 63,
			"RFC 1035 2.3.4: a label of %d octets", n);
	}
	ok(!arg_domain(SL("")) && !arg_domain(SL(".")) && !arg_domain(SL("a b")) &&
			!arg_domain(SL("a\0b")) && !arg_domain(SL("a>b")),
		"no domain: nothing, a dot, a blank, NUL, >");
	str_release(&addr);
}

static void parameters(void)
{
	static const struct {
		const char *name, *text;
		bool rcpt;
		int code;
		const char *key, *value;
	} cases[] = {
		{ "none", "", false, 0, "SIZE", NULL },
		{ "blanks only", "  ", false, 0, "SIZE", NULL },
		{ "RFC 1870 SIZE", " SIZE=123", false, 0, "SIZE", "123" },
		{ "RFC 1870 SIZE, 20 digits that fit", " SIZE=18446744073709551615", false, 0,
			"SIZE", "18446744073709551615" },
		{ "RFC 1870 SIZE, past 64 bits", " SIZE=18446744073709551616", false, 552, NULL,
			NULL },
		{ "RFC 1870 SIZE, 21 digits", " SIZE=100000000000000000000", false, 501, NULL,
			NULL },
		{ "RFC 1870 SIZE, negative", " SIZE=-1", false, 501, NULL, NULL },
		{ "RFC 1870 SIZE, empty", " SIZE=", false, 501, NULL, NULL },
		{ "RFC 1870 SIZE, no value", " SIZE", false, 501, NULL, NULL },
		{ "SIZE twice", " SIZE=1 SIZE=1", false, 501, NULL, NULL },
		{ "no blank before", "SIZE=1", false, 501, NULL, NULL },
		{ "a tab before", "\tSIZE=1", false, 501, NULL, NULL },
		{ "RFC 6152 BODY", " BODY=8bitmime", false, 0, "BODY", "8bitmime" },
		{ "RFC 3030 BINARYMIME is not offered", " BODY=BINARYMIME", false, 501, NULL,
			NULL },
		{ "RFC 6531 SMTPUTF8", " SMTPUTF8", false, 0, "SMTPUTF8", "" },
		{ "RFC 6531 SMTPUTF8 takes no value", " SMTPUTF8=1", false, 501, NULL, NULL },
		{ "RFC 3461 RET", " RET=hdrs", false, 0, "RET", "HDRS" },
		{ "RFC 3461 RET of neither kind", " RET=ALL", false, 501, NULL, NULL },
		{ "RFC 3461 ENVID in xtext", " ENVID=a+2Bb+3D", false, 0, "ENVID", "a+b=" },
		{ "RFC 3461 ENVID with a line break in xtext", " ENVID=a+0D+0AX", false, 501, NULL,
			NULL },
		{ "RFC 3461 ENVID, broken xtext", " ENVID=a+2", false, 501, NULL, NULL },
		{ "RFC 3461 ENVID, lower case hex", " ENVID=+2b", false, 0, "ENVID", "+" },
		{ "RFC 3461 ENVID empty", " ENVID=", false, 501, NULL, NULL },
		{ "RFC 4954 AUTH is taken and means nothing", " AUTH=a+2Bb@x.test", false, 0, NULL,
			NULL },
		{ "RFC 3461 NOTIFY", " NOTIFY=SUCCESS,FAILURE,DELAY", true, 0, "NOTIFY",
			"SUCCESS,FAILURE,DELAY" },
		{ "RFC 3461 NOTIFY=NEVER", " NOTIFY=never", true, 0, "NOTIFY", "NEVER" },
		{ "RFC 3461 NEVER with others", " NOTIFY=NEVER,SUCCESS", true, 501, NULL, NULL },
		{ "RFC 3461 NOTIFY, comma at the end", " NOTIFY=SUCCESS,", true, 501, NULL, NULL },
		{ "RFC 3461 NOTIFY, empty", " NOTIFY=", true, 501, NULL, NULL },
		{ "RFC 3461 ORCPT", " ORCPT=rfc822;a+2Bb@x.test", true, 0, "ORCPT",
			"rfc822;a+b@x.test" },
		{ "RFC 3461 ORCPT without a type", " ORCPT=a@x.test", true, 501, NULL, NULL },
		{ "RFC 3461 ORCPT with an empty type", " ORCPT=;a@x.test", true, 501, NULL, NULL },
		{ "of MAIL at RCPT", " SIZE=1", true, 555, NULL, NULL },
		{ "of RCPT at MAIL", " NOTIFY=NEVER", false, 555, NULL, NULL },
		{ "unknown", " XFOO=1", false, 555, NULL, NULL },
	};
	struct smtpd_params p = { .n = 0 };

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		is_int(smtpd_params_parse(&p, sl(cases[i].text), cases[i].rcpt), cases[i].code, "%s",
			cases[i].name);
		if (cases[i].key) {
			const char *got = smtpd_params_get(&p, cases[i].key);

			is_str(got ? got : "(none)", cases[i].value ? cases[i].value : "(none)",
				"%s: the value", cases[i].name);
		}
	}
	smtpd_params_release(&p);
}

/* ---- limits ---- */

static void long_lines(void)
{
	struct session s;
	struct str line;

	session_init(&s);
	str_init(&line, 1 << 20);
	for (size_t n = 2047; n <= 2049; n++) {
		begin(&s);
		str_clear(&line);
		str_adds(&line, "NOOP ");
		while (line.n < n)
			str_addc(&line, 'x');
		str_adds(&line, "\r\n");
		feed(&s, str_sl(&line), true);
		is_int(last_code(&s), n <= 2048 ? 250 : 500, "a command line of %zu octets", n);
	}
	for (size_t n = 1; n <= 2; n++) {
		begin(&s);
		str_clear(&line);
		str_adds(&line, "EHLO x\r\nMAIL FROM:<a@x.test>\r\nRCPT TO:<b@x.test>\r\nDATA\r\n");
		for (size_t i = 0; i < 9998 + n; i++)
			str_addc(&line, 'x');
		str_adds(&line, "\r\n.\r\n");
		feed(&s, str_sl(&line), true);
		is_int(last_code(&s), n == 1 ? 250 : 552,
			"RFC 1870: a message of %zu octets where 10000 are allowed", 9999 + n);
	}
	begin(&s);
	str_clear(&line);
	str_adds(&line, "EHLO x\r\nMAIL FROM:<a@x.test>\r\n");
	for (int i = 0; i < 10000; i++)
		str_addf(&line, "RCPT TO:<r%d@x.test>\r\n", i);
	str_adds(&line, "DATA\r\nhi\r\n.\r\n");
	feed(&s, str_sl(&line), true);
	is_int(code_at(&s, 102), 250, "RFC 5321 4.5.3.1.8: the hundredth recipient is taken");
	is_int(code_at(&s, 103), 452, "RFC 5321 4.5.3.1.10: the next gets 452");
	ok(s.stored == 1 && !s.over, "and the mail goes to those that were taken");
	session_release(&s);
	str_release(&line);
}

static void empty_answer_after_the_end(void)
{
	struct session s;
	struct err e = ERR_INIT;
	struct act a;

	session_init(&s);
	begin(&s);
	feed(&s, SL("EHLO x\r\nMAIL FROM:<a@x.test>\r\n"), false);
	err_set(&e, ERR_NET, "gone");
	smtpd_engine.lost(s.d, &e);
	is_int(smtpd_engine.next(s.d, &a), WANT_EVENT,
		"lost within a mail: the owner hears EV_RESET");
	is_int(smtpd_engine.next(s.d, &a), WANT_FAIL, "and then of the end");
	smtpd_answer(s.d, 250, NULL, NULL);
	is_int(smtpd_engine.next(s.d, &a), WANT_FAIL,
		"an answer that comes too late changes nothing");
	session_release(&s);
}

/* What was no address is not at hand when the data is asked for. */
static void refused_address(void)
{
	struct session s;

	session_init(&s);
	begin(&s);
	s.addr_left = true;
	feed(&s, SL("EHLO x\r\nMAIL FROM:<a@x.test>\r\nRCPT TO:<b@x.test>\r\nRCPT TO:<c@[1.\x11]>\r\nDATA\r\n"), false);
	ok(!s.addr_left, "a refused address is forgotten");
	session_release(&s);
}

int main(void)
{
	smuggling();
	refused_address();
	sequences();
	paths();
	path_limits();
	parameters();
	long_lines();
	empty_answer_after_the_end();
	return tap_done();
}
