/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The pump, with real engines over a socketpair: whole sessions, encryption,
 * slow readers, and servers that go away or speak out of turn.
 */
#include "../../tap.h"
#include "job/job.h"
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

static struct loop *loop;
static struct err e;
static char *dir;
static struct tls_ctx *tls_c, *tls_s;

static void turns(int n)
{
	while (n-- > 0)
		bug_on(loop_turn(loop, 1000, &e) != 0);
}

/* ---- an SMTP client and its owner ---- */

struct client {
	struct smtp_conf conf;
	struct smtp *smtp;
	struct drive *d;
	struct trace *trace;
	struct smtp_rcpt rcpt;
	struct smtp_mail mail;
	struct slice text;
	struct src src;
	bool reading, sent_mail, done, stop_at_next, fail_src, commit_late;
	int commits, body_rc;
	unsigned max_wait;
	size_t most_queued;
	struct err err;
};

static ssize_t bad_read(struct src *src, void *buf, size_t n, struct err *why)
{
	return err_set(why, ERR_SYS, "the disk is broken");
}

static void client_body(struct client *c, const struct act *act)
{
	struct err why = ERR_INIT;

	if (!c->reading) {
		src_mem(&c->src, c->text);
		if (c->fail_src)
			c->src.read = bad_read;
	}
	c->reading = true;
	c->body_rc = drive_body(c->d, act, &c->src, &why);
	c->most_queued = MAX(c->most_queued, conn_queued(drive_conn(c->d)));
	if (c->body_rc != 0)
		c->reading = false;
}

static void client_ready(struct drive *d, void *ctx)
{
	struct client *c = ctx;
	struct act act = { 0 };
	struct slice run;

	for (;;)
		switch (drive_next(d, &act, &run)) {
		case WANT_READ:
			return;
		case WANT_BODY:
			client_body(c, &act);
			if (c->body_rc == 0)
				return;
			break;
		case WANT_SECRET:
			smtp_engine.secret(c->smtp, SL("kihyun0"));
			break;
		case WANT_COMMIT:
			c->commits++;
			smtp_engine.go(c->smtp);
			break;
		case WANT_NEXT:
			if (c->stop_at_next)
				return;
			if (!c->sent_mail)
				smtp_mail(c->smtp, &c->mail);
			else
				smtp_quit(c->smtp);
			c->sent_mail = true;
			break;
		case WANT_EVENT:
			break;
		case WANT_DONE:
		case WANT_FAIL:
			c->err = act.err;
			c->done = true;
			return;
		case WANT_WRITE:
		case WANT_TLS:
		case WANT_SINK:
		case WANT_ANSWER:
			bug_on(true);
		}
}

/* "local form" octets as they go over the wire, without the end */
static uint64_t wire_size(struct slice text)
{
	uint64_t n = text.n;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\n';
	return n + (text.n && text.p[text.n - 1] != '\n' ? 2 : 0);
}

static void client_init(struct client *c, struct slice text)
{
	*c = (struct client){ .text = text };
	c->conf = (struct smtp_conf){ .helo = "client.example", .host = "mail.example", .clear_ok = true };
	c->rcpt = (struct smtp_rcpt){ .addr = "bob@mail.example" };
	c->mail = (struct smtp_mail){ .from = "alice@mail.example", .size = wire_size(text), .last = true, .chunk = true,
		.rcpt = &c->rcpt, .n = 1 };
}

static void client_start(struct client *c, int fd)
{
	struct drive_conf conf = { .engine = &smtp_engine, .trace = c->trace, .tls = tls_c,
		.host = "localhost", .max_wait = c->max_wait, .ready = client_ready, .ctx = c };

	c->smtp = smtp_new(&c->conf);
	conf.state = c->smtp;
	c->d = drive_new(loop, sock_transport(fd), c->conf.tls == TLS_DIRECT, &conf);
}

static void client_end(struct client *c)
{
	drive_free(&c->d);
	smtp_free(&c->smtp);
	reply_release(&c->rcpt.reply);
}

/* ---- an SMTP server and its owner ---- */

struct peer {
	struct smtpd_conf conf;
	struct smtpd *smtpd;
	struct drive *d;
	struct trace *trace;
	struct str got;
	bool tls_first, done, deferred, store_later, free_on_mail;
	int stored;
	struct err err;
};

static void store_now(void *ctx)
{
	struct peer *s = ctx;

	s->deferred = false;
	s->stored++;
	smtpd_answer(s->smtpd, 250, "2.0.0", "stored");
	drive_wake(s->d);
}

/* false: wait. */
static bool server_answer(struct peer *s, const struct act *act)
{
	if (act->event == EV_STORE && s->store_later) {
		ok(!s->deferred, "the owner is not asked twice while it owes an answer");
		s->deferred = true;
		loop_timer(loop, 20000, store_now, s);
		return false;
	}
	s->stored += act->event == EV_STORE;
	smtpd_answer(s->smtpd, act->event == EV_DATA ? 354 : 250, NULL, NULL);
	return true;
}

static void server_ready(struct drive *d, void *ctx)
{
	struct peer *s = ctx;
	struct act act = { 0 };
	struct slice run;

	for (;;)
		switch (drive_next(d, &act, &run)) {
		case WANT_READ:
			return;
		case WANT_SINK:
			str_addsl(&s->got, run);
			break;
		case WANT_SECRET:
			smtpd_engine.secret(s->smtpd, SL("kihyun0"));
			break;
		case WANT_ANSWER:
			if (act.event == EV_MAIL && s->free_on_mail) {
				drive_free(&s->d);
				s->done = true;
				return;
			}
			if (!server_answer(s, &act))
				return;
			break;
		case WANT_EVENT:
			break;
		case WANT_DONE:
		case WANT_FAIL:
			s->err = act.err;
			s->done = true;
			drive_finish(&s->d);
			return;
		case WANT_COMMIT:
		case WANT_NEXT:
		case WANT_BODY:
		case WANT_WRITE:
		case WANT_TLS:
			bug_on(true);
		}
}

static void server_init(struct peer *s)
{
	*s = (struct peer){ 0 };
	s->conf = (struct smtpd_conf){ .host = "mail.example", .plain_ok = true, .auth_offered = true,
		.max_size = 100 * 1024 * 1024, .max_rcpts = 100, .max_errors = 10 };
	str_init(&s->got, STR_MAX);
}

static void server_start(struct peer *s, int fd)
{
	struct drive_conf conf = { .engine = &smtpd_engine, .trace = s->trace, .tls = tls_s,
		.server = true,
		.ready = server_ready, .ctx = s };

	s->smtpd = smtpd_new(&s->conf);
	conf.state = s->smtpd;
	s->d = drive_new(loop, sock_transport(fd), s->tls_first, &conf);
}

static void server_end(struct peer *s)
{
	drive_free(&s->d);
	smtpd_free(&s->smtpd);
	str_release(&s->got);
}

static void pair(int v[2])
{
	bug_on(socketpair(AF_UNIX, SOCK_STREAM, 0, v) != 0);
}

static void run_both(struct client *c, struct peer *s)
{
	for (int i = 0; i < 20000 && !(c->done && s->done); i++)
		turns(1);
	turns(3);
}

/* ---- whole sessions ---- */

static const char mail_text[] =
	"From: alice@mail.example\nTo: bob@mail.example\nSubject: a dot\n\n"
	"one\n.\n..two\nthree\nfour\nfive\nsix \x1b[31m\nseven\nno end";

static struct trace trace_file(const char *name, bool client)
{
	char *path = path_join(dir, name);
	struct trace t = { .client = client };

	t.fd = fs_open(FS_CWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
	bug_on(t.fd < 0);
	free(path);
	return t;
}

static void slurp(const char *name, struct str *out)
{
	char *path = path_join(dir, name);

	str_init(out, STR_MAX);
	bug_on(fs_slurp(path, 1 << 20, out, &e) != 0);
	free(path);
}

static bool has(const struct str *s, const char *what) { return strstr(s->p, what) != NULL; }

static void t_session(enum tls_mode mode, bool later)
{
	struct trace tc = trace_file("client.log", true), ts = trace_file("server.log", false);
	struct client c;
	struct peer s;
	struct str lc, ls;
	int v[2];

	pair(v);
	client_init(&c, sl(mail_text));
	server_init(&s);
	c.conf.tls = mode;
	c.conf.user = "kihyun";
	c.conf.mech = "PLAIN";
	c.trace = &tc;
	s.trace = &ts;
	s.tls_first = s.conf.tls_on = mode == TLS_DIRECT;
	s.conf.tls_offered = mode == TLS_UPGRADE;
	s.store_later = later;
	server_start(&s, v[1]);
	client_start(&c, v[0]);
	run_both(&c, &s);
	is_str(c.err.text, "", "mode %d: the client ends well", mode);
	is_str(s.err.text, "", "the server too");
	is_int(c.rcpt.state, RCPT_SENT, "the mail is sent");
	is_int(s.stored, 1, "and stored once");
	is_int(c.commits, 1, "after one commit");
	is_slice(sl_head(str_sl(&s.got), strlen(mail_text)), sl(mail_text), "byte for byte");
	is_int((int)s.got.n, (int)strlen(mail_text) + 1, "with the missing end of the last line");
	slurp("client.log", &lc);
	slurp("server.log", &ls);
	ok(has(&lc, "S: 220 ") && has(&lc, "C: EHLO client.example\n") && has(&lc,
		"C: Subject: a dot\nC: \nC: one\n"),
		"the transcript has what was said and the header");
	ok(has(&lc, "more lines, ") && !has(&lc, "seven"), "of the text only the first lines and a count");
	ok(!has(&lc, "a2loeXVu") && !has(&ls, "AGtpaHl1bgBraWh5dW4w"), "and no password, on either side");
	ok(has(&ls, "C: AUTH PLAIN ****\n") && has(&ls, "S: 235 "),
		"the server's transcript hides the login");
	ok(has(&ls, "C: MAIL FROM:<alice@mail.example>"), "and shows the rest");
	ok(!strchr(lc.p, 0x1b) && !strchr(ls.p, 0x1b), "what controls a terminal is made visible");
	if (mode != TLS_NONE)
		ok(has(&lc, "*: TLS 1.3, "), "the encryption is noted");
	str_release(&lc);
	str_release(&ls);
	client_end(&c);
	server_end(&s);
	close(tc.fd), close(ts.fd);
	turns(2);
}

static void t_big(void)
{
	struct client c;
	struct peer s;
	struct str text;
	int v[2];

	str_init(&text, STR_MAX);
	str_adds(&text, "Subject: big\n\n");
	for (int i = 0; i < 400000; i++)
		str_addf(&text, "%s%07d some text\n", i % 5 ? "" : ".", i);
	pair(v);
	client_init(&c, str_sl(&text));
	server_init(&s);
	server_start(&s, v[1]);
	client_start(&c, v[0]);
	run_both(&c, &s);
	is_int(c.rcpt.state, RCPT_SENT, "a message of 7 MB is sent");
	ok(sl_eq(str_sl(&s.got), str_sl(&text)), "byte for byte");
	ok(c.most_queued < 2 * CONN_HIGH, "with never more than %zu bytes queued", c.most_queued);
	client_end(&c);
	server_end(&s);
	str_release(&text);
	turns(2);
}

/* ---- a server made of lines ---- */

static void say(int fd, const char *z)
{
	size_t n = strlen(z);

	bug_on(write(fd, z, n) != (ssize_t)n);
}

/* Reads what the client said so far into heard. */
static void hear(int fd, struct str *heard)
{
	char buf[4096];
	ssize_t n;

	turns(4);
	while ((n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT)) > 0)
		str_add(heard, buf, (size_t)n);
}

static const char *const dialogue[] = {
	"220 mail.example ready\r\n", "250-mail.example\r\n250 PIPELINING\r\n",
	"250 ok\r\n250 ok\r\n354 go\r\n", "250 taken\r\n221 bye\r\n",
};

/* The server says the first n bytes of its part and hangs up. */
static void cut_after(size_t cut, size_t total)
{
	struct client c;
	struct str heard;
	size_t left = cut;
	int v[2];

	pair(v);
	str_init(&heard, 100000);
	client_init(&c, SL("Subject: x\n\ntext\n"));
	client_start(&c, v[0]);
	turns(2);
	for (size_t i = 0; i < ARRAY_LEN(dialogue) && left; i++) {
		size_t n = MIN(left, strlen(dialogue[i]));

		bug_on(write(v[1], dialogue[i], n) != (ssize_t)n);
		left -= n;
		hear(v[1], &heard);
	}
	close(v[1]);
	for (int i = 0; i < 30 && !c.done; i++)
		turns(1);
	if (!c.done)
		ok(false, "cut after %zu bytes: the client ends", cut);
	/* "250 taken" and the end of its line decide */
	if (cut < total - strlen("221 bye\r\n")) {
		if (c.rcpt.state == RCPT_SENT || c.err.kind == ERR_NONE)
			ok(false, "cut after %zu bytes: nothing is taken for sent, state %d", cut, c.rcpt.state);
	} else if (c.rcpt.state != RCPT_SENT) {
		ok(false, "cut after %zu bytes: it is sent", cut);
	}
	if (strstr(heard.p, "text") && !strstr(heard.p, "\r\n.\r\n") && c.rcpt.state == RCPT_UNSURE)
		ok(false, "cut after %zu bytes: without an end of data nothing is unsure", cut);
	client_end(&c);
	str_release(&heard);
	turns(1);
}

static void t_cut(void)
{
	size_t total = 0;

	for (size_t i = 0; i < ARRAY_LEN(dialogue); i++)
		total += strlen(dialogue[i]);
	for (size_t cut = 0; cut <= total; cut++)
		cut_after(cut, total);
	ok(true, "a session cut after each of %zu bytes ends, and never with a wrong \"sent\"", total);
}

/* Plays lines to a client; what the client made of it. */
static void play(struct client *c, const char *const *lines, size_t n, bool hang_up,
	struct str *heard)
{
	int v[2];

	pair(v);
	str_init(heard, 1000000);
	client_init(c, SL("Subject: x\n\ntext\n"));
	client_start(c, v[0]);
	turns(2);
	for (size_t i = 0; i < n; i++) {
		say(v[1], lines[i]);
		hear(v[1], heard);
	}
	if (hang_up)
		shutdown(v[1], SHUT_WR);
	for (int i = 0; i < 20 && !c->done; i++)
		turns(1);
	hear(v[1], heard);
	client_end(c);
	close(v[1]);
	turns(1);
}

static void t_rude(void)
{
	struct client c;
	struct str heard;
	static const char *const twice[] = { "220 hi\r\n250 mail.example\r\n" };
	static const char *const gone[] = { "220 hi\r\n", "421 4.3.2 closing \x1b[2J now\r\n" };
	static const char *const silent[] = { "220 hi\r\n", "250-mail" };
	static const char *const late[] = { "220 hi\r\n", "250 mail.example\r\n", "250 ok\r\n",
		"250 ok\r\n", "354 go\r\n", "552 5.3.4 too much\r\n" };
	char *endless = mem_alloc(PROTO_LINE_MAX + 10);
	const char *flood[] = { "220 hi\r\n", endless };

	play(&c, twice, 1, false, &heard);
	is_int(c.err.kind, ERR_PROTO, "an answer that nobody asked for");
	ok(strstr(c.err.text, "answered before it was asked") && strstr(c.err.text,
		"250 mail.example"), "%s", c.err.text);
	ok(!strstr(heard.p, "EHLO"), "nothing more is said to such a server");
	str_release(&heard);

	play(&c, gone, 2, true, &heard);
	ok(c.done && c.err.kind == ERR_TEMP, "a 421: %s", c.err.text);
	ok(!strchr(c.err.text, 0x1b), "cleaned");
	str_release(&heard);

	play(&c, silent, 2, true, &heard);
	is_int(c.err.kind, ERR_NET, "closed in the middle of an answer");
	ok(strstr(c.err.text, "localhost closed the connection") && strstr(c.err.text,
		"its last words were: 250-mail"), "%s", c.err.text);
	str_release(&heard);

	play(&c, late, ARRAY_LEN(late), false, &heard);
	is_int(c.rcpt.state, RCPT_PERM, "a plain refusal after the text is a refusal");
	str_release(&heard);

	memset(endless, 'x', PROTO_LINE_MAX + 9);
	endless[PROTO_LINE_MAX + 9] = 0;
	play(&c, flood, 2, false, &heard);
	ok(c.done && c.err.kind == ERR_PROTO, "a line without an end: %s", c.err.text);
	str_release(&heard);
	free(endless);
}

/* What comes while the text goes out: before the end of data was sent. */
static void early(const char *words, struct client *c, struct str *heard)
{
	static const char *const start[] = { "220 hi\r\n", "250 mail.example\r\n", "250 ok\r\n",
		"250 ok\r\n" };
	struct str text;
	int v[2];

	str_init(&text, STR_MAX);
	str_init(heard, STR_MAX);
	while (text.n < 3000000)
		str_adds(&text, "a line of some length that fills the pipe\n");
	pair(v);
	client_init(c, str_sl(&text));
	client_start(c, v[0]);
	turns(2);
	for (size_t i = 0; i < ARRAY_LEN(start); i++) {
		say(v[1], start[i]);
		hear(v[1], heard);
	}
	say(v[1], "354 go\r\n");
	turns(10);
	ok(!c->done && c->reading, "the text is under way");
	say(v[1], words);
	for (int i = 0; i < 2000 && !c->done && c->rcpt.state == RCPT_NEW; i++)
		hear(v[1], heard);
	if (c->rcpt.reply.text)
		str_addf(heard, "[%s]", c->rcpt.reply.text);
	client_end(c);
	close(v[1]);
	str_release(&text);
	turns(1);
}

static void t_early(void)
{
	struct client c;
	struct str heard;

	early("250 taken\r\n", &c, &heard);
	ok(c.done && c.err.kind == ERR_PROTO,
		"\"taken\" before the end was sent is not believed: %s", c.err.text);
	ok(c.rcpt.state != RCPT_SENT && c.rcpt.state != RCPT_UNSURE, "the mail is to be sent again");
	ok(c.commits == 0 && !strstr(heard.p, "\r\n.\r\n"), "and its end never went out");
	str_release(&heard);
	early("552 5.3.4 enough\r\n", &c, &heard);
	is_int(c.rcpt.state, RCPT_PERM, "a refusal that came early is taken for what it is");
	ok(strstr(heard.p, "[enough]"), "with the server's words");
	str_release(&heard);
}

/* ---- time ---- */

static void t_late(void)
{
	struct client c;
	struct str heard;
	int v[2];

	rt_set_clock(1000000);
	pair(v);
	str_init(&heard, 10000);
	client_init(&c, SL("x\n"));
	client_start(&c, v[0]);
	turns(2);
	for (int s = 0; s < 299; s++) {         /* one byte a second, never a line */
		say(v[1], s == 0 ? "220-" : "x");
		rt_set_clock(1000000 + s * 1000000);
		turns(1);
	}
	ok(!c.done, "299 seconds are waited for a greeting");
	rt_set_clock(1000000 + 300 * 1000000LL);
	turns(2);
	ok(c.done && c.err.kind == ERR_TIMEOUT, "not more, though bytes trickle in: %.80s", c.err.text);
	ok(strncmp(c.err.text,
		"localhost did not answer within 300 seconds; its last words were: 220-xx",
		72) == 0, "and says so");
	client_end(&c);
	close(v[1]);
	str_release(&heard);

	pair(v);
	client_init(&c, SL("x\n"));
	c.max_wait = 20;
	client_start(&c, v[0]);
	turns(1);
	rt_set_clock(rt_mono() + 20 * 1000000);
	turns(2);
	ok(c.done && strstr(c.err.text, "within 20 seconds"),
		"the owner may set a shorter wait: %s", c.err.text);
	client_end(&c);
	close(v[1]);

	pair(v);
	client_init(&c, SL("x\n"));
	c.stop_at_next = true;
	client_start(&c, v[0]);
	say(v[1], "220 hi\r\n");
	turns(3);
	say(v[1], "250 hi\r\n");
	turns(3);
	rt_set_clock(rt_mono() + 100000 * 1000000LL);
	turns(3);
	ok(!c.done, "no clock runs while the owner decides");
	c.stop_at_next = false;
	close(v[1]);
	turns(3);
	drive_wake(c.d);
	turns(3);
	ok(c.done && c.err.kind == ERR_NET,
		"a connection that went away meanwhile is seen before anything is sent: %s",
		c.err.text);
	ok(c.rcpt.state == RCPT_TEMP || c.rcpt.state == RCPT_NEW, "and the mail waits");
	client_end(&c);
	rt_set_clock(-1);
	turns(1);
}

static void t_body_fails(void)
{
	static const char *const lines[] = { "220 hi\r\n", "250 mail.example\r\n", "250 ok\r\n",
		"250 ok\r\n", "354 go\r\n" };
	static const char *const chunks[] = { "220 hi\r\n",
		"250-mail.example\r\n250-PIPELINING\r\n250 CHUNKING\r\n", "250 ok\r\n250 ok\r\n" };
	struct client c;
	struct str heard;
	int v[2];

	pair(v);
	str_init(&heard, 10000);
	client_init(&c, SL("x\n"));
	c.fail_src = true;
	client_start(&c, v[0]);
	turns(2);
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		say(v[1], lines[i]);
		hear(v[1], &heard);
	}
	ok(c.done && c.body_rc == -1, "a file that cannot be read ends the session");
	ok(!strstr(heard.p, "\r\n.\r\n") && c.rcpt.state != RCPT_SENT &&
		c.rcpt.state != RCPT_UNSURE, "without an end of data");
	client_end(&c);
	close(v[1]);
	str_release(&heard);

	for (int grown = 0; grown < 2; grown++) {
		pair(v);
		str_init(&heard, 10000);
		client_init(&c, SL("Subject: x\n\nlonger or shorter\n"));
		c.mail.size = c.mail.size + (grown ? -3u : 3u);
		client_start(&c, v[0]);
		turns(2);
		for (size_t i = 0; i < ARRAY_LEN(chunks); i++) {
			say(v[1], chunks[i]);
			hear(v[1], &heard);
		}
		ok(c.done && c.body_rc == -1,
			"RFC 3030: a file that %s under BDAT ends the session",
			grown ? "grew" : "shrank");
		client_end(&c);
		close(v[1]);
		str_release(&heard);
	}
	turns(1);
}

/* ---- the server's side ---- */

static int sends;
static ssize_t counting_send(int fd, const void *buf, size_t n, int flags)
{
	sends++;
	return send(fd, buf, n, flags);
}

static void t_raw_client(void)
{
	struct peer s;
	struct str heard;
	struct sock_calls kept = sock_sys;
	int v[2];

	pair(v);
	server_init(&s);
	server_start(&s, v[1]);
	str_init(&heard, 100000);
	hear(v[0], &heard);
	ok(strncmp(heard.p, "220 ", 4) == 0, "a greeting without being asked");
	sock_sys.send = counting_send;
	sends = 0;
	say(v[0],
		"EHLO x.example\r\nNOOP\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nRSET\r\n"
		"QUIT\r\n");
	shutdown(v[0], SHUT_WR);
	str_clear(&heard);
	hear(v[0], &heard);
	ok(strstr(heard.p, "\r\n221 "), "a client that closed its side still gets every answer");
#ifndef SMALL_BUFFERS
	is_int(sends, 1, "RFC 2920: answers to commands that came together leave together");
#endif
	sock_sys = kept;
	is_int((int)recv(v[0], heard.p, 1, MSG_DONTWAIT), 0, "then the server closes");
	is_int(s.err.kind, ERR_NONE, "and it was a proper end");
	server_end(&s);
	close(v[0]);

	pair(v);
	server_init(&s);
	server_start(&s, v[1]);
	str_clear(&heard);
	hear(v[0], &heard);
	str_clear(&heard);
	say(v[0], "EHLO x.example\n");
	hear(v[0], &heard);
	ok(strstr(heard.p, "CRLF"), "a bare LF is refused at once: %.40s", heard.p);
	server_end(&s);
	close(v[0]);

	pair(v);
	server_init(&s);
	s.free_on_mail = true;
	server_start(&s, v[1]);
	say(v[0], "EHLO x.example\r\nMAIL FROM:<a@b.example>\r\nNOOP\r\n");
	turns(5);
	ok(s.done && !s.d, "an owner may free the session in the middle of it");
	server_end(&s);
	close(v[0]);
	str_release(&heard);
	turns(1);
}

static void t_early_tls(void)
{
	struct peer s;
	struct str heard;
	int v[2];

	pair(v);
	server_init(&s);
	s.conf.tls_offered = true;
	server_start(&s, v[1]);
	str_init(&heard, 100000);
	say(v[0], "EHLO x.example\r\nSTARTTLS\r\nMAIL FROM:<evil@b.example>\r\n");
	for (int i = 0; i < 10 && !s.done; i++)
		hear(v[0], &heard);
	hear(v[0], &heard);
	ok(s.done && s.err.kind == ERR_TLS, "RFC 3207: a command slipped in behind STARTTLS: %s",
		s.err.text);
	ok(!strstr(heard.p, "250 2.1.0"), "is never answered");
	server_end(&s);
	close(v[0]);
	str_release(&heard);
	turns(1);
}

/* ---- POP3 ---- */

struct popd {
	struct pop3d *p;
	struct drive *d;
	struct pop3d_msg msg[2];
	struct str text;
	struct src src;
	bool reading, done;
	size_t most;
};

static void popd_ready(struct drive *d, void *ctx)
{
	struct popd *s = ctx;
	struct act act = { 0 };
	struct slice run;
	int rc;

	for (;;)
		switch (drive_next(d, &act, &run)) {
		case WANT_READ:
			return;
		case WANT_SECRET:
			pop3d_engine.secret(s->p, SL("kihyun0"));
			break;
		case WANT_ANSWER:
			if (act.event == EV_OPEN)
				pop3d_open(s->p, s->msg, 2, NULL);
			else
				pop3d_ready(s->p, true);
			break;
		case WANT_BODY:
			if (!s->reading)
				src_mem(&s->src, str_sl(&s->text));
			s->reading = true;
			rc = drive_body(d, &act, &s->src, &e);
			s->most = MAX(s->most, conn_queued(drive_conn(d)));
			if (rc == 0)
				return;
			s->reading = false;
			break;
		case WANT_EVENT:
			break;
		case WANT_DONE:
		case WANT_FAIL:
			s->done = true;
			drive_finish(&s->d);
			return;
		default:
			bug_on(true);
		}
}

static void t_slow_reader(void)
{
	struct pop3d_conf pc = { .host = "mail.example", .plain_ok = true };
	struct drive_conf conf = { .engine = &pop3d_engine, .server = true, .ready = popd_ready };
	struct popd s = { 0 };
	struct str heard, want;
	char buf[3000];
	int v[2];
	ssize_t n;

	str_init(&s.text, STR_MAX);
	str_init(&heard, STR_MAX);
	str_init(&want, STR_MAX);
	for (int i = 0; i < 150000; i++) {
		str_addf(&s.text, "%d\n", i);
		str_addf(&want, "%d\r\n", i);
	}
	str_adds(&want, ".\r\n");
	for (int i = 0; i < 2; i++)
		s.msg[i] = (struct pop3d_msg){ .size = want.n - 3, .uid = i ? "b" : "a" };
	pair(v);
	s.p = pop3d_new(&pc);
	conf.state = s.p;
	conf.ctx = &s;
	s.d = drive_new(loop, sock_transport(v[1]), false, &conf);
	say(v[0], "USER kihyun\r\nPASS kihyun0\r\nRETR 1\r\nRETR 2\r\nNOOP\r\nQUIT\r\n");
	turns(10);
	for (int i = 0; i < 5000 && !s.done; i++) {
		turns(1);
		if ((n = recv(v[0], buf, sizeof(buf), MSG_DONTWAIT)) > 0)
			str_add(&heard, buf, (size_t)n);
	}
	while ((n = recv(v[0], buf, sizeof(buf), MSG_DONTWAIT)) > 0 || !heard.n || (turns(1),
		n = recv(v[0], buf, sizeof(buf), MSG_DONTWAIT)) > 0)
		str_add(&heard, buf, (size_t)n);
	ok(s.done, "a slow reader gets to its end");
	ok(s.most < 2 * CONN_HIGH, "with never more than %zu bytes waiting for it", s.most);
	ok(sl_search(str_sl(&heard), str_sl(&want)) > 0, "the first message is whole");
	ok(heard.n > 2 * want.n && sl_search(sl_skip(str_sl(&heard), want.n + 100),
		str_sl(&want)) >= 0, "the second too");
	drive_free(&s.d);
	pop3d_free(&s.p);
	close(v[0]);
	str_release(&s.text);
	str_release(&heard);
	str_release(&want);
	turns(2);
}

int main(void)
{
	static const char *const names[] = { "localhost" };
	char *cert, *key;
	int fds = tap_open_fds();

	dir = tap_tmpdir();
	cert = path_join(dir, "c.pem");
	key = path_join(dir, "k.pem");
	loop = loop_new();
	bug_on(tls_make_cert(cert, key, names, 1, &e) != 0);
	tls_c = tls_client(cert, NULL, &e);
	tls_s = tls_server(cert, key, &e);
	bug_on(!tls_c || !tls_s);
	t_session(TLS_NONE, false);
	t_session(TLS_NONE, true);
	t_session(TLS_UPGRADE, false);
	t_session(TLS_DIRECT, true);
	t_big();
	t_cut();
	t_rude();
	t_early();
	t_late();
	t_body_fails();
	t_raw_client();
	t_early_tls();
	t_slow_reader();
	tls_free(&tls_c);
	tls_free(&tls_s);
	loop_free(&loop);
	free(cert), free(key);
	is_int(tap_open_fds(), fds, "no descriptor is left open");
	return tap_done();
}
