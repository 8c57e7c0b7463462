/* SPDX-License-Identifier: GPL-3.0-or-later
 * smtp.c and pop3.c at size: thousands of recipients, a million messages. */
#include "../../tap.h"
#include "proto/proto.h"
#include <sys/resource.h>

static long resident_kib(void)
{
	struct rusage ru;

	getrusage(RUSAGE_SELF, &ru);
	return ru.ru_maxrss;
}

static double seconds(int64_t from)
{
	return (double)(rt_mono() - from) / 1e6;
}

/* ---- pop3 ---- */

static void pop3_in(struct pop3 *c)
{
	static const char *const lines[] = { "+OK", "+OK", "PIPELINING", "UIDL", "SASL PLAIN", ".",
		NULL, "+OK" };
	struct act a;

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		enum want w;

		while ((w = pop3_engine.next(c, &a)) == WANT_WRITE)
			;
		if (w == WANT_SECRET) {
			pop3_engine.secret(c, SL("pw"));
			continue;
		}
		if (w == WANT_READ)
			pop3_engine.line(c, sl(lines[i]));
	}
	is_int(pop3_engine.next(c, &a), WANT_NEXT, "pop3: in");
}

/* A listing of n entries; false: not every one was told. */
static bool list_all(struct pop3 *c, unsigned n)
{
	struct act a;
	char line[64];
	unsigned told = 0;
	enum want w;

	pop3_uidl(c);
	while (pop3_engine.next(c, &a) == WANT_WRITE)
		;
	pop3_engine.line(c, SL("+OK"));
	for (unsigned i = 1; i <= n; i++) {
		int len = snprintf(line, sizeof(line), "%u uid-%u-0123456789", i, i);

		while ((w = pop3_engine.next(c, &a)) == WANT_EVENT)
			told += a.event == EV_UID && a.num == i - 1;
		if (w != WANT_READ)
			return false;
		pop3_engine.line(c, sl_make(line, (size_t)len));
	}
	told += pop3_engine.next(c, &a) == WANT_EVENT && a.num == n;
	if (pop3_engine.next(c, &a) != WANT_READ)
		return false;
	pop3_engine.line(c, SL("."));
	return pop3_engine.next(c, &a) == WANT_EVENT && a.event == EV_LIST_END && told == n;
}

static void million(void)
{
	struct pop3 *c = pop3_new(
		&(struct pop3_conf){ .host = "mail.test", .user = "bob", .clear_ok = true });
	long before, after;
	int64_t start;
	double small, large;

	pop3_in(c);
	start = rt_mono();
	ok(list_all(c, 100000), "UIDL of 100,000: an event for each");
	small = seconds(start);
	before = resident_kib();
	start = rt_mono();
	ok(list_all(c, 1000000), "uidl-million: an event for each");
	large = seconds(start);
	after = resident_kib();
	ok(large < 60 && large < 30 * small + 1,
		"uidl-million: linear in time (%.2f s, 100,000 take %.2f s)", large, small);
	ok(after - before < 4096, "uidl-million: no memory for it (%ld KiB more)", after - before);
	pop3_free(&c);
}

static void long_queue(void)
{
	struct pop3 *c = pop3_new(&(struct pop3_conf){
		.host = "mail.test", .user = "bob", .clear_ok = true, .window = 64 });
	struct act a;
	unsigned written = 0, answered = 0, most = 0;
	enum want w = WANT_NEXT;

	pop3_in(c);
	for (uint32_t i = 1; i <= 200000; i++)
		pop3_dele(c, i);
	while ((w = pop3_engine.next(c, &a)) != WANT_NEXT && w != WANT_FAIL) {
		if (w == WANT_WRITE)
			for (size_t i = 0; i < a.out.n; i++)
				written += a.out.p[i] == '\n';
		most = MAX(most, written - answered);
		if (w == WANT_READ) {
			pop3_engine.line(c, SL("+OK"));
			answered++;
		}
	}
	ok(w == WANT_NEXT && answered == 200000, "200,000 commands are queued and answered");
	is_int(most, 64, "and never more than the window is under way");
	pop3_free(&c);
}

/* ---- smtp ---- */

static void many_recipients(unsigned n)
{
	struct smtp *c =
		smtp_new(&(struct smtp_conf){ .helo = "client.test", .host = "mail.test" });
	struct smtp_rcpt *r = mem_zalloc(n * sizeof(*r));
	struct smtp_mail m = { .from = "a@x.test", .rcpt = r, .n = n, .chunk = true };
	static const char *const hello[] = { "220 hi", "250-mail.test", "250 PIPELINING" };
	size_t most = 0, flying = 0, groups = 0, due = 0, sent = 0;
	bool data = false;
	struct act a;
	enum want w;

	for (unsigned i = 0; i < n; i++) {
		struct str s;

		str_init(&s, 200);
		str_addf(&s, "recipient-with-a-rather-long-name-%u@department-of-names.example.org",
			i);
		r[i].addr = str_detach(&s);
		str_release(&s);
	}
	for (size_t i = 0; i < ARRAY_LEN(hello); i++) {
		while (smtp_engine.next(c, &a) == WANT_WRITE)
			;
		smtp_engine.line(c, sl(hello[i]));
	}
	smtp_mail(c, &m);
	while ((w = smtp_engine.next(c, &a)) != WANT_EVENT && w != WANT_FAIL) {
		if (w == WANT_WRITE) {
			groups++;
			flying += a.out.n;
			most = MAX(most, flying);
			for (size_t i = 0; i < a.out.n; i++)
				due += a.out.p[i] == '\n';
			data |= sl_ends(a.out, "DATA\r\n");
		} else if (w == WANT_READ) {
			bool last = data && due == 1;

			smtp_engine.line(c, last ? SL("354 go") : SL("250 ok"));
			data &= !last;
			if (--due == 0)
				flying = 0;
		} else if (w == WANT_BODY) {
			smtp_engine.sent(c);
		} else if (w == WANT_COMMIT) {
			smtp_engine.go(c);
		}
	}
	for (unsigned i = 0; i < n; i++) {
		sent += r[i].state == RCPT_SENT;
		free((void *)(uintptr_t)r[i].addr);
		reply_release(&r[i].reply);
	}
	is_int((long long)sent, n, "%u recipients, each with its result", n);
	ok(most < 17500, "%u recipients: at most %zu bytes under way at once (%zu writes)", n, most,
		groups);
	smtp_free(&c);
	free(r);
}

/* ---- pop3d ---- */

static void long_listing(void)
{
	enum { N = 100000 };
	struct pop3d *d = pop3d_new(&(struct pop3d_conf){ .host = "mail.test", .plain_ok = true });
	struct pop3d_msg *v = mem_zalloc(N * sizeof(*v));
	static const char *const lines[] = { "USER bob", "PASS pw", "DELE 7", "LIST" };
	size_t next = 0, most = 0, count = 0;
	struct act a;
	enum want w;

	for (size_t i = 0; i < N; i++)
		v[i] = (struct pop3d_msg){ .size = 1000, .uid = "x" };
	while ((w = pop3d_engine.next(d, &a)) != WANT_READ || next < ARRAY_LEN(lines)) {
		if (w == WANT_READ)
			pop3d_engine.line(d, sl(lines[next++]));
		else if (w == WANT_SECRET)
			pop3d_engine.secret(d, SL("pw"));
		else if (w == WANT_ANSWER)
			pop3d_open(d, v, N, NULL);
		else if (w == WANT_WRITE)
			most = MAX(most, a.out.n);
		for (size_t i = 0; w == WANT_WRITE && i < a.out.n; i++)
			count += a.out.p[i] == '\n';
	}
	is_int((long long)count, 4 + N - 1 + 2, "pop3d: LIST of 100,000 without the deleted one");
	ok(most < 33000, "pop3d: in blocks of at most %zu bytes", most);
	pop3d_free(&d);
	free(v);
}

int main(void)
{
	long_listing();
	million();
	long_queue();
	many_recipients(100);
	many_recipients(5000);
	return tap_done();
}
