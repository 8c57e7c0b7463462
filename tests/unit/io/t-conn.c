/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Connections over a transport that does what a script says: one byte at a
 * time, wait for the other direction, fail at the n-th call, hold bytes back
 * where poll cannot see them.
 */
#include "../../tap.h"
#include "io/io.h"
#include <poll.h>
#include <unistd.h>

/* ---- the scripted transport ---- */

struct script {
	struct transport base;
	struct slice in;                /* what the peer sends                   */
	size_t step;                    /* at most that many bytes a call        */
	bool alternate;                 /* every second call: wait               */
	bool cross;                     /* wait for the other direction          */
	bool hidden;                    /* poll is quiet after the first read    */
	int fail_read, fail_write;      /* the n-th call fails (from 1)          */
	bool eof;                       /* the end follows in                    */
	int reads, writes, shut, freed;
	int other;
	struct str out;
};

static ssize_t script_read(struct transport *t, void *buf, size_t n, struct err *e)
{
	struct script *s = (struct script *)t;
	char c;

	s->reads++;
	if (s->hidden && s->reads == 1)
		bug_on(read(t->fd, &c, 1) != 1);        /* poll has nothing more */
	if (s->fail_read == s->reads)
		return err_set(e, ERR_NET, "reading fails");
	if (s->alternate && s->reads % 2)
		return s->cross ? IO_WRITE : IO_READ;
	if (s->in.n == 0)
		return s->eof ? 0 : IO_READ;
	n = MIN(n, MIN(s->in.n, s->step));
	memcpy(buf, s->in.p, n);
	s->in = sl_skip(s->in, n);
	return (ssize_t)n;
}

static ssize_t script_write(struct transport *t, const void *buf, size_t n, struct err *e)
{
	struct script *s = (struct script *)t;

	s->writes++;
	if (s->fail_write == s->writes)
		return err_set(e, ERR_NET, "writing fails");
	if (s->alternate && s->writes % 2)
		return s->cross ? IO_READ : IO_WRITE;
	n = MIN(n, s->step);
	str_add(&s->out, buf, n);
	return (ssize_t)n;
}

static bool script_pending(struct transport *t)
{
	struct script *s = (struct script *)t;

	return s->hidden && s->in.n > 0;
}

static void script_shutdown(struct transport *t) { ((struct script *)t)->shut++; }

static void script_free(struct transport **tp)
{
	struct script *s = (struct script *)*tp;

	*tp = NULL;
	s->freed++;
}

static const struct transport_ops script_ops = {
	script_read, script_write, script_pending, script_shutdown, script_free
};

/* One end of a pair that can always be read and written: poll is never quiet. */
static void script_init(struct script *s, struct slice in)
{
	int v[2];

	*s = (struct script){ .in = in, .step = 1 << 20 };
	bug_on(socketpair(AF_UNIX, SOCK_STREAM, 0, v) != 0);
	bug_on(write(v[1], "x", 1) != 1);
	s->base = (struct transport){ .ops = &script_ops, .fd = v[0] };
	s->other = v[1];
	str_init(&s->out, STR_MAX);
}

static void script_release(struct script *s)
{
	close(s->base.fd);
	close(s->other);
	str_release(&s->out);
}

/* ---- the owner ---- */

static struct loop *loop;
static struct err e;
static struct err conn_err(struct conn *c) { return *conn_error(c); }

struct owner {
	struct conn *c;
	unsigned seen;
	int calls, gone;
	bool free_it, finish_it, take_all;
	struct str got;
};

static void on_ready(struct conn *c, unsigned events, void *ctx)
{
	struct owner *o = ctx;

	o->calls++;
	o->seen |= events;
	o->gone += (events & CONN_GONE) != 0;
	if (o->take_all) {
		struct slice s = conn_peek(c);

		str_addsl(&o->got, s);
		conn_take(c, s.n);
	}
	if (o->free_it)
		conn_free(&o->c);
	if (o->finish_it)
		conn_finish(&o->c);
}

static void owner_open(struct owner *o, struct script *s)
{
	*o = (struct owner){ 0 };
	str_init(&o->got, STR_MAX);
	o->c = conn_new(loop, &s->base, on_ready, o);
}

static void owner_close(struct owner *o)
{
	conn_free(&o->c);
	str_release(&o->got);
}

static void turns(int n)
{
	while (n-- > 0)
		bug_on(loop_turn(loop, 0, &e) != 0);
}

/* ---- lines ---- */

struct line_case { const char *name; struct slice in; bool strict; const char *want; };
static const struct line_case line_cases[] = {
	{ "CRLF ends a line", SL("a\r\nbc\r\n"), true, "[a][bc]" },
	{ "a lone LF ends one too", SL("a\nbc\r\n"), false, "[a][bc]" },
	{ "strict: a lone LF ends a line and stays in it", SL("a\nb\r\nc\r\n"), true, "[a\n][b][c]" },
	{ "a bare CR is part of the line", SL("a\rb\r\n"), false, "[a\rb]" },
	{ "strict: a bare CR is part of the line", SL("a\r\rb\r\r\n"), true, "[a\r\rb\r]" },
	{ "empty lines", SL("\r\n\r\n"), true, "[][]" },
	{ "empty lines of LF", SL("\n\n"), false, "[][]" },
	{ "strict: LF first", SL("\n\r\n"), true, "[\n][]" },
	{ "8-bit passes", SL("\xff\x80\r\n"), true, "[\xff\x80]" },
	{ "no end, no line", SL("abc"), false, "" },
	{ "a CR at the end waits", SL("abc\r"), true, "" },
	{ "nothing", SL(""), true, "" },
};

static void t_lines(void)
{
	for (size_t i = 0; i < ARRAY_LEN(line_cases); i++)
		for (int how = 0; how < 4; how++) {
			const struct line_case *k = &line_cases[i];
			struct script s;
			struct owner o;
			struct str got;
			struct slice line;

			script_init(&s, k->in);
			s.step = how ? 1 : 1000;
			s.alternate = how >= 2;
			s.cross = how == 3;
			owner_open(&o, &s);
			str_init(&got, 1000);
			for (int n = 0; n < 40; n++) {
				turns(1);
				while (conn_line(o.c, 100, k->strict, &line, &e) == 1)
					str_addf(&got, "[" SL_FMT "]", SL_ARG(line));
			}
			is_str(got.p, k->want, "%s (way %d)", k->name, how);
			owner_close(&o);
			str_release(&got);
			script_release(&s);
		}
}

static void t_line_nul(void)
{
	struct script s;
	struct owner o;
	struct slice line = SL_NONE;

	script_init(&s, SL("a\0b\r\n"));
	owner_open(&o, &s);
	turns(2);
	is_int(conn_line(o.c, 10, true, &line, &e), 1, "a line with a NUL is a line");
	is_slice(line, SL("a\0b"), "and whole");
	owner_close(&o);
	script_release(&s);
}

static void t_line_limit(void)
{
	char text[64];
	struct slice line;

	for (int more = -1; more <= 1; more++)
		for (int end = 0; end < 3; end++) {
			const char *ends[] = { "\r\n", "\n", "" };
			struct script s;
			struct owner o;
			struct err why = ERR_INIT;
			int want = more > 0 ? -1 : end == 2 ? 0 : 1;
			size_t n = (size_t)(20 + more);

			memset(text, 'x', n);
			memcpy(text + n, ends[end], strlen(ends[end]));
			script_init(&s, sl_make(text, n + strlen(ends[end])));
			owner_open(&o, &s);
			turns(3);
			/* without an end 21 bytes might still be 20 and a CR */
			if (end == 2 && more == 1)
				want = 0;
			is_int(conn_line(o.c, 20, false, &line, &why), want, "a line of 20%+d, end %d", more, end);
			if (want < 0) {
				is_int(why.kind, ERR_PROTO, "too long is an error of the protocol");
				is_int((int)conn_peek(o.c).n, (int)(n + strlen(ends[end])), "nothing of it was cut off");
				is_int(conn_line(o.c, 20, false, &line, &why), -1, "and it stays too long");
			}
			owner_close(&o);
			script_release(&s);
		}
}

/* Lines of all lengths through a buffer that has to move. */
static void t_many_lines(size_t step)
{
	struct str in;
	struct script s;
	struct owner o;
	struct slice line;
	size_t n = 0, bad = 0;
	const size_t lines = 3000;

	str_init(&in, STR_MAX);
	for (size_t i = 0; i < lines; i++) {
		for (size_t k = 0; k < i * 7 % 400; k++)
			str_addc(&in, (char)('a' + (i + k) % 26));
		str_adds(&in, "\r\n");
	}
	script_init(&s, str_sl(&in));
	s.step = step;
	owner_open(&o, &s);
	for (int t = 0; t < 100000 && n < lines; t++) {
		turns(1);
		while (conn_line(o.c, 400, true, &line, &e) == 1) {
			bool same = line.n == n * 7 % 400;

			for (size_t k = 0; k < line.n; k++)
				same = same && line.p[k] == (char)('a' + (n + k) % 26);
			bad += !same;
			n++;
		}
	}
	is_int((int)n, (int)lines, "3000 lines in steps of %zu: all came", step);
	is_int((int)bad, 0, "and each is whole");
	owner_close(&o);
	script_release(&s);
	str_release(&in);
}

/* ---- reading ---- */

static void t_in_max(void)
{
	struct str in;
	struct script s;
	struct owner o;
	struct str got;
	size_t most = 0;

	str_init(&in, STR_MAX);
	str_init(&got, STR_MAX);
	for (int i = 0; i < 250000; i++)
		str_addf(&in, "%05d", i % 100000);
	for (int hidden = 0; hidden < 2; hidden++) {
		script_init(&s, str_sl(&in));
		s.step = 5000;
		s.hidden = hidden;
		owner_open(&o, &s);
		str_clear(&got);
		turns(100);
		is_int((int)conn_peek(o.c).n, CONN_IN_MAX, "reading stops by itself at CONN_IN_MAX");
		for (int t = 0; t < 10000 && got.n < in.n; t++) {
			struct slice p = conn_peek(o.c);

			most = MAX(most, p.n);
			str_addsl(&got, sl_head(p, 10000));
			conn_take(o.c, MIN(p.n, (size_t)10000));
			turns(1);
		}
		ok(most <= CONN_IN_MAX, "never more is held");
		ok(sl_eq(str_sl(&got), str_sl(&in)), "all comes in order when it is taken%s",
			hidden ? ", though poll sees nothing" : "");
		owner_close(&o);
		script_release(&s);
	}
	str_release(&in);
	str_release(&got);
}

static void t_pending(void)
{
	struct script s;
	struct owner o;

	script_init(&s, SL("hello there\r\n"));
	s.step = 3;
	s.hidden = true;
	owner_open(&o, &s);
	turns(1);
	is_slice(conn_peek(o.c), SL("hello there\r\n"), "bytes that poll cannot see are read at once");
	owner_close(&o);
	script_release(&s);
}

static void t_gone(void)
{
	struct script s;
	struct owner o;
	struct slice line;

	script_init(&s, SL("bye\r\n"));
	s.eof = true;
	owner_open(&o, &s);
	turns(3);
	is_int((int)o.seen, CONN_IN | CONN_GONE, "bytes and the end are told");
	is_int(conn_err(o.c).kind, ERR_NONE, "a closed connection is no failure");
	is_int(conn_line(o.c, 10, true, &line, &e), 1, "what came before the end is still there");
	is_slice(line, SL("bye"), "and right");
	is_int(conn_queue(o.c, SL("answer")), 0, "writing still works after the peer closed its side");
	turns(2);
	is_str(s.out.p, "answer", "and arrives");
	is_int(o.gone, 1, "the end is told once");
	owner_close(&o);
	script_release(&s);
}

static void t_failures(void)
{
	for (int n = 1; n < 8; n++) {
		struct script s;
		struct owner o;

		script_init(&s, SL("abcdefgh"));
		s.step = 1;
		s.fail_read = n;
		owner_open(&o, &s);
		turns(12);
		ok(o.seen & CONN_GONE, "the %d. read fails: told", n);
		is_str(conn_err(o.c).text, "reading fails", "with its words");
		is_int((int)conn_peek(o.c).n, n - 1, "what was read before is there");
		is_int(conn_queue(o.c, SL("x")), -1, "nothing can be queued any more");
		owner_close(&o);
		script_release(&s);
	}
	for (int n = 1; n < 5; n++) {
		struct script s;
		struct owner o;

		script_init(&s, SL("554 go away\r\n"));
		s.hidden = true;        /* not read before the write fails */
		s.step = 4;
		s.fail_write = n;
		owner_open(&o, &s);
		conn_queue(o.c, SL("abcdefghijklmnopqrst"));
		conn_flush(o.c);
		turns(3);
		ok(o.seen & CONN_GONE, "the %d. write fails: told", n);
		is_str(conn_err(o.c).text, "writing fails", "with its words");
		is_slice(conn_peek(o.c), SL("554 go away\r\n"), "and what the peer said before is read");
		is_int((int)s.out.n, 4 * (n - 1), "what went out before went out");
		owner_close(&o);
		script_release(&s);
	}
}

/* ---- writing ---- */

static void t_gather(void)
{
	struct script s;
	struct owner o;

	script_init(&s, SL(""));
	owner_open(&o, &s);
	conn_queue(o.c, SL("one "));
	conn_queue(o.c, SL("two"));
	is_int((int)conn_queued(o.c), 7, "what is queued waits for the end of the turn");
	turns(1);
	is_str(s.out.p, "one two", "then it goes");
#ifndef SMALL_BUFFERS
	is_int(s.writes, 1, "in one piece");
#endif
	conn_queue(o.c, SL("now"));
	conn_flush(o.c);
	is_str(s.out.p, "one twonow", "conn_flush does not wait");
	owner_close(&o);
	script_release(&s);
}

static void t_write_ways(void)
{
	struct str want;
	uint64_t in, out;

	str_init(&want, STR_MAX);
	for (int i = 0; i < 100000; i++)
		str_addf(&want, "%05d", i);
	for (int how = 0; how < 3; how++) {
		struct script s;
		struct owner o;
		size_t fed = 0;
		int t;

		script_init(&s, SL(""));
		s.step = 977;
		s.alternate = how > 0;
		s.cross = how == 2;
		owner_open(&o, &s);
		for (t = 0; t < 20000 && s.out.n < want.n; t++) {
			while (fed < want.n && conn_queued(o.c) < CONN_HIGH) {
				struct slice part = sl_head(sl_skip(str_sl(&want), fed), 40000);

				bug_on(conn_queue(o.c, part) != 0);
				fed += part.n;
			}
			turns(1);
		}
		turns(1);
		ok(sl_eq(str_sl(&s.out), str_sl(&want)), "500,000 bytes written in order (way %d)", how);
		ok(o.seen & CONN_OUT, "with CONN_OUT on the way");
		is_int((int)conn_queued(o.c), 0, "and nothing left");
		conn_counts(o.c, &in, &out);
		is_int((int)out, (int)want.n, "and counted");
		owner_close(&o);
		script_release(&s);
	}
	str_release(&want);
}

/* ---- the clock ---- */

static void t_deadline(void)
{
	struct script s;
	struct owner o;

	rt_set_clock(1000000);
	script_init(&s, SL("abcdefghijklmnopqrstuvwxyz"));
	s.step = 1;
	s.alternate = true;
	owner_open(&o, &s);
	conn_deadline(o.c, 10);
	for (int i = 0; i < 9; i++) {
		rt_set_clock(1000000 + (i + 1) * 1000000);
		turns(1);
	}
	ok(!(o.seen & CONN_GONE), "nothing happens before the deadline");
	rt_set_clock(1000000 + 10 * 1000000);
	turns(1);
	ok(o.seen & CONN_GONE, "bytes that trickle in do not move it");
	is_int(conn_err(o.c).kind, ERR_TIMEOUT, "late is ERR_TIMEOUT");
	owner_close(&o);
	script_release(&s);

	rt_set_clock(1000000);
	script_init(&s, SL(""));
	owner_open(&o, &s);
	conn_deadline(o.c, 10);
	conn_deadline(o.c, 0);
	rt_set_clock(100 * 1000000);
	turns(2);
	ok(!(o.seen & CONN_GONE), "0 stops the clock");
	conn_deadline(o.c, 20);
	conn_deadline(o.c, 5);
	rt_set_clock(105 * 1000000);
	turns(1);
	ok(o.seen & CONN_GONE, "a shorter wait replaces a longer one");
	owner_close(&o);
	script_release(&s);
	rt_set_clock(-1);
}

static void t_deadline_out(size_t step, bool lives)
{
	struct script s;
	struct owner o;
	static char big[100000];

	rt_set_clock(1000000);
	script_init(&s, SL(""));
	s.step = step;
	s.alternate = true;
	owner_open(&o, &s);
	conn_queue(o.c, sl_make(big, sizeof(big)));
	conn_deadline(o.c, 10);
	for (int i = 1; i <= 15; i++) {
		rt_set_clock(1000000 + i * 1000000);
		turns(1);
	}
	is_int(!(o.seen & CONN_GONE), lives, "a peer that takes %zu bytes a second %s", step,
		lives ? "is slow" : "is late");
	owner_close(&o);
	script_release(&s);
	rt_set_clock(-1);
}

/* ---- life ---- */

static void t_free_inside(void)
{
	struct script s;
	struct owner o;

	script_init(&s, SL("x"));
	owner_open(&o, &s);
	o.free_it = true;
	turns(2);
	ok(o.c == NULL && s.freed == 1, "a connection may be freed by its own handler");
	owner_close(&o);
	script_release(&s);

	script_init(&s, SL("x"));
	owner_open(&o, &s);
	conn_queue(o.c, SL("goodbye"));
	o.finish_it = true;
	s.eof = true;
	turns(4);
	is_str(s.out.p, "goodbye", "conn_finish in a handler sends what is queued");
	is_int(s.shut, 1, "says goodbye");
	is_int(s.freed, 1, "and frees itself");
	owner_close(&o);
	script_release(&s);
}

static void t_finish(void)
{
	struct script s;
	struct owner o;

	script_init(&s, SL("noise nobody wants"));
	s.step = 3;
	s.alternate = true;
	owner_open(&o, &s);
	conn_queue(o.c, SL("a long goodbye"));
	conn_finish(&o.c);
	ok(o.c == NULL, "conn_finish takes the pointer");
	turns(12);
	is_str(s.out.p, "a long goodbye", "a slow peer gets everything");
	ok(s.shut == 1 && !s.freed, "then the connection lingers for the peer's end");
	is_int(o.calls, 0, "the owner hears nothing of it");
	s.eof = true;
	turns(20);
	is_int(s.freed, 1, "and is gone with it");
	owner_close(&o);
	script_release(&s);

	rt_set_clock(1000000);
	script_init(&s, SL(""));
	owner_open(&o, &s);
	conn_finish(&o.c);
	turns(2);
	is_int(s.freed, 0, "a peer that does not close is waited for");
	rt_set_clock(4000000);
	turns(2);
	is_int(s.freed, 1, "two seconds");
	owner_close(&o);
	script_release(&s);

	script_init(&s, SL(""));
	owner_open(&o, &s);
	s.fail_write = 1;
	conn_queue(o.c, SL("x"));
	conn_finish(&o.c);
	turns(2);
	is_int(s.freed, 1, "a failure while finishing frees it too");
	owner_close(&o);
	script_release(&s);
	rt_set_clock(-1);
}

static void t_loop_freed(void)
{
	struct script s;
	struct owner o;

	script_init(&s, SL(""));
	s.alternate = true;
	owner_open(&o, &s);
	conn_queue(o.c, SL("x"));
	conn_finish(&o.c);
	loop_free(&loop);
	is_int(s.freed, 1, "a connection that is finishing goes with its loop");
	loop = loop_new();
	owner_close(&o);
	script_release(&s);
}

int main(void)
{
	int fds = tap_open_fds();

	loop = loop_new();
	t_lines();
	t_line_nul();
	t_line_limit();
	t_many_lines(1 << 20);
	t_many_lines(7);
	t_many_lines(1000);
	t_in_max();
	t_pending();
	t_gone();
	t_failures();
	t_gather();
	t_write_ways();
	t_deadline();
#ifndef SMALL_BUFFERS   /* they write no 600 bytes a turn */
	t_deadline_out(600, true);
#endif
	t_deadline_out(300, false);
	t_free_inside();
	t_finish();
	t_loop_freed();
	loop_free(&loop);
	is_int(tap_open_fds(), fds, "no descriptor is left open");
	return tap_done();
}
