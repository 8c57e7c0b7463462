/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sockets on loopback: listening, connecting, being refused, names.
 */
#include "../../tap.h"
#include "io/io.h"
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

static struct loop *loop;
static struct err e;

/* ---- listening ---- */

static void t_listen(void)
{
	static const char *const bad[] = { "", "x", ":25", "127.0.0.1:", "127.0.0.1:65536", "::1:25",
		"127.0.0.1:x", "[::1]25", "1.2.3.4:-1", "[]:25", "127.0.0.1:25 " };
	uint16_t port = 0, same = 0;
	char where[32];
	int fd = sock_listen("0", &port, &e), second;
	bool v6;

	ok(fd >= 0 && port > 0, "port 0 takes a free one");
	ok(fcntl(fd, F_GETFD) & FD_CLOEXEC, "it is close-on-exec");
	ok(fcntl(fd, F_GETFL) & O_NONBLOCK, "and non-blocking");
	snprintf(where, sizeof(where), "127.0.0.1:%u", port);
	second = sock_listen(where, &same, &e);
	ok(second < 0 && e.sys == EADDRINUSE, "a port that is taken is an error with the system's words");
	ok(strstr(e.text, where) && strstr(e.text, "in use"), "that names the place: %s", e.text);
	close(fd);
	fd = sock_listen(where, &same, &e);
	ok(fd >= 0 && same == port, "a number is that number, and ADDRESS:PORT is understood");
	close(fd);
	fd = sock_listen("localhost:0", &port, &e);
	ok(fd >= 0, "localhost is a name");
	close(fd);
	fd = sock_listen("[::1]:0", &port, &e);
	v6 = fd >= 0 || e.sys == EADDRNOTAVAIL || e.sys == EAFNOSUPPORT;
	ok(v6, "[::1]:0 is understood");
	if (fd >= 0)
		close(fd);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		e = (struct err)ERR_INIT;
		ok(sock_listen(bad[i], &port, &e) < 0 && e.kind == ERR_INPUT, "\"%s\" is no place", bad[i]);
	}
}

/* ---- connecting ---- */

struct dialled { int calls, fd; struct err err; struct sock_dial *dial; bool free_it; };

static void on_done(void *ctx, int fd, const struct err *err)
{
	struct dialled *d = ctx;

	d->calls++;
	d->fd = fd;
	d->err = *err;
	if (d->free_it)
		sock_dial_free(&d->dial);
	loop_stop(loop);
}

static void dial(struct dialled *d, const char *host, unsigned port, unsigned seconds)
{
	char text[8];

	snprintf(text, sizeof(text), "%u", port);
	*d = (struct dialled){ .fd = -2 };
	d->dial = sock_connect(loop, host, text, seconds, on_done, d);
	is_int(d->calls, 0, "the answer never comes before sock_connect returned");
	loop_run(loop, &e);
	is_int(d->calls, 1, "it comes once");
	sock_dial_free(&d->dial);
}

static uint16_t refusing_port(void)
{
	uint16_t port = 0;
	int fd = sock_listen("0", &port, &e);

	close(fd);
	return port;
}

static void t_connect(void)
{
	struct dialled d;
	char peer[64] = "";
	uint16_t port = 0;
	int lfd = sock_listen("0", &port, &e), fd;

	dial(&d, "127.0.0.1", port, 10);
	ok(d.fd >= 0 && d.err.kind == ERR_NONE, "a listening port answers");
	fd = sock_accept(lfd, peer);
	ok(fd >= 0, "the other end is accepted");
	ok(strncmp(peer, "127.0.0.1:", 10) == 0, "and named: %s", peer);
	ok(sock_accept(lfd, peer) < 0 && errno == EAGAIN, "nobody else waits");
	close(fd);
	close(d.fd);
	dial(&d, "[127.0.0.1]", port, 10);
	ok(d.fd >= 0, "an address in brackets is an address");
	close(d.fd);
	fd = sock_accept(lfd, peer);
	close(fd);
	dial(&d, "localhost", port, 10);
	ok(d.fd >= 0, "a name with several addresses: the one that answers is taken");
	close(d.fd);
	close(lfd);
}

static void t_hold(void)
{
	uint16_t port = 0, same = 0;
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	char where[32];
	int fd = sock_hold(&port, &e), other = socket(AF_INET, SOCK_STREAM, 0), second;

	ok(fd >= 0 && port > 0, "a free port is held");
	ok(fcntl(fd, F_GETFD) & FD_CLOEXEC, "close-on-exec");
	a.sin_port = htons(port);
	ok(connect(other, (struct sockaddr *)&a, sizeof(a)) != 0 && errno == ECONNREFUSED, "who connects is refused");
	close(other);
	snprintf(where, sizeof(where), "127.0.0.1:%u", port);
	ok(sock_listen(where, &same, &e) < 0 && e.sys == EADDRINUSE, "it is nobody else's");
	close(fd);
	second = sock_listen(where, &same, &e);
	ok(second >= 0 && same == port, "until it is let go");
	close(second);
}

static void t_refused(void)
{
	struct dialled d;
	uint16_t port = refusing_port();
	char want[100];

	dial(&d, "127.0.0.1", port, 10);
	snprintf(want, sizeof(want), "cannot connect to 127.0.0.1 port %u: Connection refused", port);
	is_int(d.fd, -1, "nobody listens");
	is_str(d.err.text, want, "the words say where and why");
	ok(d.err.kind == ERR_NET && d.err.sys == ECONNREFUSED, "try later");
	dial(&d, "no such name", 25, 10);
	is_int(d.err.kind, ERR_INPUT, "a name with blanks is refused before it is looked up");
}

/* ---- made-up addresses ---- */

static int fake_rc, hang_first, connects;

static int fake_getaddrinfo(const char *host, const char *port, const void *hints, void **res)
{
	struct addrinfo *real = NULL, h = { .ai_socktype = SOCK_STREAM };

	if (fake_rc)
		return fake_rc;
	/* A real list, three times the same address. */
	(void)host;
	bug_on(getaddrinfo("127.0.0.1", port, &h, &real) != 0);
	*res = real;
	for (int i = 0; i < 2; i++) {
		struct addrinfo *more = NULL;

		bug_on(getaddrinfo("127.0.0.1", port, &h, &more) != 0);
		more->ai_next = *res;
		*res = more;
	}
	return 0;
}

static int full[2];     /* a pair whose buffer is full */

static void fill_pair(void)
{
	char block[4096] = { 0 };

	bug_on(socketpair(AF_UNIX, SOCK_STREAM, 0, full) != 0);
	fcntl(full[0], F_SETFL, O_NONBLOCK);
	while (write(full[0], block, sizeof(block)) > 0)
		;
}

static int fake_connect(int fd, const struct sockaddr *sa, socklen_t len)
{
	int n = ++connects;

	if (n <= hang_first) {  /* a socket that can't be written to, for ever */
		dup2(full[0], fd);
		errno = EINPROGRESS;
		return -1;
	}
	return connect(fd, sa, len);
}

static void t_race(void)
{
	struct sock_calls kept = sock_sys;
	struct dialled d;
	uint16_t port = 0, dead = refusing_port();
	int lfd = sock_listen("0", &port, &e), fds;
	int64_t start;

	fill_pair();
	fds = tap_open_fds();

	sock_sys.getaddrinfo = fake_getaddrinfo;
	sock_sys.connect = fake_connect;
	connects = 0;
	dial(&d, "three.example", dead, 10);
	is_int(connects, 3, "each address is tried");
	is_int(d.err.sys, ECONNREFUSED, "the words are those of the last failure");

	connects = 0;
	fake_rc = EAI_NONAME;
	dial(&d, "nowhere.example", 25, 10);
	is_int(d.err.kind, ERR_NET, "an unknown name");
	ok(strstr(d.err.text, "there is no host named nowhere.example"), "%s", d.err.text);
	fake_rc = EAI_AGAIN;
	dial(&d, "nowhere.example", 25, 10);
	ok(strstr(d.err.text, "cannot be looked up now"), "%s", d.err.text);
	fake_rc = 0;

	sock_sys.connect = fake_connect;
	connects = 0;
	hang_first = 3;
	start = rt_mono();
	dial(&d, "slow.example", port, 1);
	is_int(d.err.kind, ERR_TIMEOUT, "the time is limited over all: %s", d.err.text);
	ok(rt_mono() - start < 5 * 1000000, "to what was asked");
	is_int(tap_open_fds(), fds, "no attempt is left open");

	connects = 0;
	hang_first = 1;
	start = rt_mono();
	dial(&d, "slow.example", port, 10);
	ok(d.fd >= 0 && connects == 2, "the second address is tried while the first hangs");
	ok(rt_mono() - start >= 250 * 1000, "after a head start");
	close(d.fd);
	is_int(tap_open_fds(), fds, "and the first is closed");
	sock_sys = kept;
	close(lfd);
	close(full[0]);
	close(full[1]);
}

static void t_dial_freed(void)
{
	struct dialled d = { .fd = -2 };
	uint16_t port = 0;
	int lfd = sock_listen("0", &port, &e);
	char text[8];

	snprintf(text, sizeof(text), "%u", port);
	d.dial = sock_connect(loop, "127.0.0.1", text, 10, on_done, &d);
	sock_dial_free(&d.dial);
	loop_turn(loop, 1000, &e);
	loop_turn(loop, 1000, &e);
	is_int(d.calls, 0, "a dial that was freed never calls");
	d.free_it = true;
	d.dial = sock_connect(loop, "127.0.0.1", text, 10, on_done, &d);
	loop_run(loop, &e);
	ok(d.calls == 1 && !d.dial && d.fd >= 0, "it may be freed by its own answer");
	close(d.fd);
	close(lfd);
}

/* ---- what the system says, as transports say it ---- */

static int fail_with, fail_times;

static ssize_t failing_recv(int fd, void *buf, size_t n, int flags)
{
	if (fail_times-- > 0) {
		errno = fail_with;
		return -1;
	}
	return recv(fd, buf, n, flags);
}

static ssize_t failing_send(int fd, const void *buf, size_t n, int flags)
{
	if (fail_times-- > 0) {
		errno = fail_with;
		return -1;
	}
	return send(fd, buf, n, flags);
}

static void t_errno(void)
{
	static const struct { int number; ssize_t reads, writes; } v[] = {
		{ EINTR, 1, 1 }, { EAGAIN, IO_READ, IO_WRITE }, { ECONNRESET, -1, -1 }, { EPIPE, -1, -1 },
		{ ETIMEDOUT, -1, -1 }, { ENOBUFS, -1, IO_WRITE },
	};
	struct sock_calls kept = sock_sys;
	int fds[2];
	struct transport *t;
	char buf[4];

	bug_on(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0);
	t = sock_transport(fds[0]);
	ok(fcntl(fds[0], F_GETFL) & O_NONBLOCK, "a transport never blocks");
	sock_sys.recv = failing_recv;
	sock_sys.send = failing_send;
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		e = (struct err)ERR_INIT;
		bug_on(send(fds[1], "x", 1, 0) != 1);
		fail_with = v[i].number;
		fail_times = 1;
		is_int(t->ops->read(t, buf, 1, &e), v[i].reads, "reading meets %s", strerror(v[i].number));
		if (v[i].reads == -1)
			ok(e.kind == ERR_NET && e.sys == v[i].number && strstr(e.text,
				strerror(v[i].number)), "%s", e.text);
		fail_times = 1;
		is_int(t->ops->write(t, "x", 1, &e), v[i].writes, "writing meets it");
	}
	sock_sys = kept;
	close(fds[1]);
	is_int(t->ops->write(t, "x", 1, &e), -1, "a peer that is gone is an error, no signal");
	while (t->ops->read(t, buf, sizeof(buf), &e) > 0)
		;
	is_int(t->ops->read(t, buf, 1, &e), 0, "and the end for a reader");
	t->ops->free(&t);
	ok(t == NULL, "freed");
}

/* ---- names ---- */

static void t_loopback(void)
{
	static const char *const yes[] = { "localhost", "LocalHost", "127.0.0.1", "127.9.9.9",
		"::1", "[::1]",
		"::ffff:127.0.0.1", "[127.0.0.1]" };
	static const char *const no[] = { "", "localhost.example.org", "127.0.0.1.example.org",
		"128.0.0.1", "::2",
		"0.0.0.0", "example.org", "::ffff:10.0.0.1", "127.1", "mylocalhost" };

	for (size_t i = 0; i < ARRAY_LEN(yes); i++)
		ok(sock_is_loopback(yes[i]), "%s is loopback", yes[i]);
	for (size_t i = 0; i < ARRAY_LEN(no); i++)
		ok(!sock_is_loopback(no[i]), "\"%s\" is not", no[i]);
}

static void t_idn(void)
{
	static const struct { const char *in, *out; } v[] = {
		{ "Mail.Example.ORG", "mail.example.org" },
		{ "xn--bcher-kva.example", "xn--bcher-kva.example" },
		{ "b\303\274cher.example", "xn--bcher-kva.example" },
		{ "bu\314\210cher.example", "xn--bcher-kva.example" },       /* decomposed */
		{ "fa\xc3\x9f.example", "xn--fa-hia.example" },                 /* IDNA 2008, not 2003 */
		{ "\xed\x95\x9c\xea\xb8\x80.kr", "xn--bj0bj06e.kr" },
		{ "[127.0.0.1]", "[127.0.0.1]" },
		{ "[IPv6:::1]", "[IPv6:::1]" },
		{ "_smtp.example.org", "_smtp.example.org" },
		{ "a b", NULL }, { "", NULL }, { "a\r\nRCPT", NULL }, { "a\tb", NULL },
		{ "\xff.example", NULL }, { "\xe2\x80\xae.example", NULL },
	};
	char longest[300];
	struct str out;

	str_init(&out, 1000);
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		int rc;

		str_clear(&out);
		rc = idn_to_ascii(v[i].in, &out, &e);
		if (v[i].out)
			is_str(rc == 0 ? out.p : e.text, v[i].out, "RFC 5890: %s", v[i].out);
		else
			ok(rc == -1 && e.kind == ERR_INPUT && out.n == 0, "refused: case %zu, %s", i, e.text);
	}
	memset(longest, 'a', sizeof(longest));
	longest[254] = 0;
	str_clear(&out);
	is_int(idn_to_ascii(longest, &out, &e), 0, "254 octets fit");
	longest[254] = 'a';
	longest[255] = 0;
	str_clear(&out);
	is_int(idn_to_ascii(longest, &out, &e), -1, "255 do not");
	str_release(&out);
}

int main(void)
{
	int fds = tap_open_fds();

	loop = loop_new();
	t_listen();
	t_connect();
	t_hold();
	t_refused();
	t_race();
	t_dial_freed();
	t_errno();
	t_loopback();
	t_idn();
	loop_free(&loop);
	is_int(tap_open_fds(), fds, "no descriptor is left open");
	return tap_done();
}
