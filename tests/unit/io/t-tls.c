/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * TLS on loopback: who is believed, who is not, and in which words.
 */
#include "../../tap.h"
#include "io/io.h"
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

static struct loop *loop;
static struct err e;
static char *dir;

static char *file(const char *name) { return path_join(dir, name); }

/* ---- two connections in one loop ---- */

struct end { struct conn *c; unsigned seen; struct str got; struct err err; };

static void on_ready(struct conn *c, unsigned events, void *ctx)
{
	struct end *end = ctx;
	struct slice s = conn_peek(c);

	end->seen |= events;
	str_addsl(&end->got, s);
	conn_take(c, s.n);
	if (events & CONN_GONE)
		end->err = *conn_error(c);
}

static void end_open(struct end *end, int fd)
{
	*end = (struct end){ 0 };
	str_init(&end->got, STR_MAX);
	end->c = conn_new(loop, sock_transport(fd), on_ready, end);
}

static void end_close(struct end *end)
{
	conn_free(&end->c);
	str_release(&end->got);
}

static void turns(int n)
{
	while (n-- > 0)
		bug_on(loop_turn(loop, 2000, &e) != 0);
}

/* Until both had their say about the handshake. */
static void shake(struct end *a, struct end *b)
{
	for (int i = 0; i < 200 && !((a->seen & (CONN_TLS | CONN_GONE)) &&
		(b->seen & (CONN_TLS | CONN_GONE))); i++)
		turns(1);
}

static void pair_open(struct end *client, struct end *server)
{
	int v[2];

	bug_on(socketpair(AF_UNIX, SOCK_STREAM, 0, v) != 0);
	end_open(client, v[0]);
	end_open(server, v[1]);
}

/* One handshake; what the client thinks of it is in *why (kind NONE: fine). */
static void meet(struct tls_ctx *cc, struct tls_ctx *sc, const char *host, struct err *why)
{
	struct end client, server;

	*why = (struct err)ERR_INIT;
	pair_open(&client, &server);
	if (conn_starttls(server.c, sc, NULL, why) == 0 && conn_starttls(client.c, cc, host, why) == 0) {
		shake(&client, &server);
		if (client.seen & CONN_GONE)
			*why = client.err;
		else if (!(client.seen & CONN_TLS))
			err_set(why, ERR_SYS, "nothing happened");
	}
	end_close(&client);
	end_close(&server);
	turns(1);
}

static struct tls_ctx *client(const char *trust, const char *pin)
{
	struct tls_ctx *ctx = tls_client(trust, pin, &e);

	if (!ctx)
		tap_note("%s", e.text);
	return ctx;
}

/* ---- believing ---- */

static char pin_of_made[65];

static void t_trust(void)
{
	static const char *const names[] = { "localhost", "127.0.0.1", "mail.example.org", "::1",
		"b\303\274cher.example" };
	static const char *const fine[] = { "localhost", "127.0.0.1", "mail.example.org",
		"MAIL.example.org.", "[::1]", "::1",
		"b\303\274cher.example", "xn--bcher-kva.example" };
	static const char *const wrong[] = { "example.org", "127.0.0.2", "mail.example.com",
		"pabald", "::2", "a.mail.example.org" };
	char *cert = file("c.pem"), *key = file("k.pem");
	struct tls_ctx *sc, *cc;
	struct stat st;
	struct err why;
	struct str before, after;
	const char *at;

	is_int(tls_make_cert(cert, key, names, ARRAY_LEN(names), &e), 0, "a certificate is made");
	ok(stat(key, &st) == 0 && (st.st_mode & 0777) == 0600, "the key is for us alone");
	str_init(&before, 10000);
	str_init(&after, 10000);
	fs_slurp(cert, 10000, &before, &e);
	is_int(tls_make_cert(cert, key, names, 1, &e), 0, "made again");
	fs_slurp(cert, 10000, &after, &e);
	ok(before.n > 100 && sl_eq(str_sl(&before), str_sl(&after)),
		"nothing is changed where both files are there");
	sc = tls_server(cert, key, &e);
	ok(sc != NULL, "a server takes it");
	cc = client(cert, NULL);
	for (size_t i = 0; i < ARRAY_LEN(fine); i++) {
		meet(cc, sc, fine[i], &why);
		is_str(why.text, "", "RFC 9525: its own trust file vouches for it as %s", fine[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		meet(cc, sc, wrong[i], &why);
		is_int(why.kind, ERR_TLS, "RFC 9525: but not as %s", wrong[i]);
		ok(strstr(why.text,
			"is for other names: localhost, 127.0.0.1, mail.example.org, ::1"), "%s",
			why.text);
	}
	tls_free(&cc);
	cc = client(NULL, NULL);
	meet(cc, sc, "localhost", &why);
	is_int(why.kind, ERR_TLS, "without that file nobody vouches for it");
	ok(strstr(why.text, "self-signed") && strstr(why.text, "localhost") && strstr(why.text,
		"tls-trust-file"), "%s", why.text);
	at = strstr(why.text, "tls-fingerprint = ");
	snprintf(pin_of_made, sizeof(pin_of_made), "%.64s", at ? at + 18 : "");
	is_int((int)strspn(pin_of_made, "0123456789abcdef"), 64, "the whole fingerprint is in the words");
	tls_free(&cc);
	tls_free(&sc);
	str_release(&before);
	str_release(&after);
	free(cert), free(key);
}

static void t_pin(void)
{
	char *cert = file("c.pem"), *key = file("k.pem"), colons[100], wrong[65];
	struct tls_ctx *sc = tls_server(cert, key, &e), *cc = client(NULL, pin_of_made);
	static const char *const bad[] = { "", "00", "zz", "SHA256" };
	struct err why;
	size_t n = 0;

	meet(cc, sc, "any.name.example", &why);
	is_str(why.text, "", "the right fingerprint is enough, whatever the name");
	tls_free(&cc);
	for (int i = 0; i < 64; i++) {
		if (i && i % 2 == 0)
			colons[n++] = ':';
		colons[n++] = (char)ascii_upper(pin_of_made[i]);
	}
	colons[n] = 0;
	cc = client(NULL, colons);
	meet(cc, sc, "localhost", &why);
	is_str(why.text, "", "with colons and capitals too");
	tls_free(&cc);
	memcpy(wrong, pin_of_made, 65);
	wrong[63] = wrong[63] == '0' ? '1' : '0';
	cc = client(cert, wrong);
	meet(cc, sc, "localhost", &why);
	is_int(why.kind, ERR_TLS, "a wrong one is refused, though a trust file would vouch for it");
	ok(strstr(why.text, pin_of_made) && strstr(why.text, "tls-fingerprint"), "%s", why.text);
	tls_free(&cc);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ok(!tls_client(NULL, bad[i], &e) && e.kind == ERR_CONFIG, "\"%s\" is no fingerprint", bad[i]);
	colons[n++] = '0';
	colons[n] = 0;
	ok(!tls_client(NULL, colons, &e), "65 digits are none either");
	tls_free(&sc);
	free(cert), free(key);
}

/* ---- other certificates, by the openssl command ---- */

static bool openssl(const char *words)
{
	struct str cmd, out;
	bool fine;

	str_init(&cmd, 4096);
	str_init(&out, 100000);
	str_addf(&cmd, "cd '%s' && { %s; } 2>err.txt", dir, words);
	fine = proc_output(cmd.p, 60, 100000, &out, &e) == 0;
	if (!fine)
		tap_note("%s", e.text);
	str_release(&cmd);
	str_release(&out);
	return fine;
}

static void refused_as(const char *trust, const char *cert, const char *key, const char *host,
	const char *words)
{
	char *t = trust ? file(trust) : NULL, *c = file(cert), *k = file(key);
	struct tls_ctx *sc = tls_server(c, k, &e), *cc = client(t, NULL);
	struct err why;

	meet(cc, sc, host, &why);
	ok(why.kind == ERR_TLS && strstr(why.text, words), "refused: %s", why.text);
	tls_free(&sc);
	tls_free(&cc);
	free(t), free(c), free(k);
}

#define EC "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
static void t_others(void)
{
	char *c, *k, *t;
	struct tls_ctx *sc, *cc;
	struct err why;

	if (!openssl("openssl version")) {
		tap_skip("no openssl command");
		return;
	}
	ok(openssl("openssl verify -x509_strict -CAfile c.pem -verify_hostname localhost c.pem"),
		"the certificate we made vouches for itself in openssl's eyes");
	ok(openssl("openssl req -x509 " EC " -keyout ca.key -out ca.pem "
		"-subj '/CN=Test Authority' -days 3650 && "
		"openssl req " EC " -keyout s.key -out s.csr -subj /CN=cn.example && "
		"echo 'subjectAltName=DNS:*.wild.example,DNS:f*.part.example' > san.txt && "
		"openssl x509 -req -in s.csr -CA ca.pem -CAkey ca.key -CAcreateserial "
		"-days 3650 -extfile san.txt -out s.pem"),
		"an authority and a certificate with wildcards");
	refused_as(NULL, "s.pem", "s.key", "a.wild.example",
		"issued by Test Authority, an authority unknown here");
	refused_as("ca.pem", "s.pem", "s.key", "cn.example",
		"is for other names: *.wild.example, f*.part.example");
	refused_as("ca.pem", "s.pem", "s.key", "foo.part.example", "is for other names");
	refused_as("ca.pem", "s.pem", "s.key", "a.b.wild.example", "is for other names");
	c = file("s.pem"), k = file("s.key"), t = file("ca.pem");
	sc = tls_server(c, k, &e);
	cc = client(t, NULL);
	meet(cc, sc, "a.wild.example", &why);
	is_str(why.text, "", "RFC 9525 6.3: a whole label may be a wildcard");
	tls_free(&cc);
	cc = client(c, NULL);
	meet(cc, sc, "a.wild.example", &why);
	is_str(why.text, "", "the trust file may hold the certificate itself instead of its authority");
	tls_free(&cc);
	tls_free(&sc);
	free(c), free(k), free(t);

	ok(openssl("openssl req -x509 " EC " -keyout nosan.key -out nosan.pem "
		"-subj /CN=cn.example -days 3650"), "one without names");
	refused_as("nosan.pem", "nosan.pem", "nosan.key", "cn.example", "is for other names: none");
}

/* Made by a clock that is wrong. */
static void t_dates(void)
{
	static const char *const names[] = { "localhost" };
	char *c = file("old.pem"), *k = file("old.key");

	rt_set_clock(INT64_C(1000000000) * 1000000);
	is_int(tls_make_cert(c, k, names, 1, &e), 0, "a certificate of 2001");
	rt_set_clock(-1);
	refused_as("old.pem", "old.pem", "old.key", "localhost",
		"the certificate of localhost expired on 2011-09-0");
	unlink(c);
	rt_set_clock(INT64_C(3000000000) * 1000000);
	is_int(tls_make_cert(c, k, names, 1, &e), 0, "a certificate of 2065: half a pair is made anew");
	rt_set_clock(-1);
	refused_as("old.pem", "old.pem", "old.key", "localhost", "is valid only from 2065-01-23 on");
	free(c), free(k);
}

static void t_config(void)
{
	char *cert = file("c.pem"), *key = file("k.pem"), *none = file("none.pem"),
		*c2 = file("c2.pem"), *k2 = file("k2.pem");
	static const char *const names[] = { "localhost" }, *const bad[] = { "a b" };

	ok(!tls_client(none, NULL, &e) && e.kind == ERR_CONFIG && strstr(e.text, none),
		"no trust file: %s", e.text);
	ok(!tls_client(key, NULL, &e) && e.kind == ERR_CONFIG,
		"a trust file without certificates: %s", e.text);
	ok(!tls_server(none, key, &e) && e.kind == ERR_CONFIG && strstr(e.text, none),
		"no certificate: %s", e.text);
	ok(!tls_server(cert, none, &e) && e.kind == ERR_CONFIG && strstr(e.text, none),
		"no key: %s", e.text);
	is_int(tls_make_cert(c2, k2, names, 1, &e), 0, "another one");
	ok(!tls_server(cert, k2, &e) && e.kind == ERR_CONFIG, "a key that does not fit: %s", e.text);
	unlink(k2);
	is_int(tls_make_cert(c2, k2, bad, 1, &e), -1, "a name that is none: %s", e.text);
	ok(access(k2, F_OK) != 0, "leaves no key behind");
	free(cert), free(key), free(none), free(c2), free(k2);
}

/* ---- bytes ---- */

static struct tls_ctx *made_server(void)
{
	char *cert = file("c.pem"), *key = file("k.pem");
	struct tls_ctx *ctx = tls_server(cert, key, &e);

	free(cert), free(key);
	return ctx;
}

static void t_bytes(void)
{
	struct tls_ctx *sc = made_server(), *cc = client(NULL, pin_of_made);
	struct end client_end, server_end;
	struct str big;

	str_init(&big, STR_MAX);
	for (int i = 0; i < 300000; i++)
		str_addf(&big, "%05d\n", i % 100000);
	pair_open(&client_end, &server_end);
	conn_queue(server_end.c, SL("220 ready\r\n"));
	conn_flush(server_end.c);
	for (int i = 0; i < 20 && !client_end.got.n; i++)
		turns(1);
	is_str(client_end.got.p, "220 ready\r\n", "the last words in clear");
	str_clear(&client_end.got);
	is_int(conn_starttls(server_end.c, sc, NULL, &e), 0, "the server begins");
	is_int(conn_starttls(client_end.c, cc, "localhost", &e), 0, "the client begins");
	ok(!conn_tls_on(client_end.c) && !conn_tls_words(client_end.c), "nothing is encrypted yet");
	conn_queue(client_end.c, SL("early"));
	shake(&client_end, &server_end);
	ok(conn_tls_on(client_end.c) && conn_tls_on(server_end.c), "then it is");
	ok(strncmp(conn_tls_words(client_end.c), "TLS 1.3, TLS_", 13) == 0, "with %s",
		conn_tls_words(client_end.c));
	for (int i = 0; i < 20 && server_end.got.n < 5; i++)
		turns(1);
	is_str(server_end.got.p, "early", "what was queued before the end of the handshake went after it");
	str_clear(&server_end.got);
	conn_queue(client_end.c, str_sl(&big));
	conn_queue(server_end.c, str_sl(&big));
	for (int i = 0; i < 5000 && (client_end.got.n < big.n || server_end.got.n < big.n); i++)
		turns(1);
	ok(sl_eq(str_sl(&server_end.got), str_sl(&big)), "1.8 MB one way");
	ok(sl_eq(str_sl(&client_end.got), str_sl(&big)), "and the other at the same time");
	conn_queue(server_end.c, SL("bye"));
	conn_finish(&server_end.c);
	for (int i = 0; i < 50 && !(client_end.seen & CONN_GONE); i++)
		turns(1);
	is_slice(sl_skip(str_sl(&client_end.got), big.n), SL("bye"), "the last words arrive");
	is_int(client_end.err.kind, ERR_NONE, "and a proper goodbye is no error");
	end_close(&client_end);
	end_close(&server_end);
	turns(3);
	tls_free(&sc);
	tls_free(&cc);
	str_release(&big);
}

static void t_cut(void)
{
	struct tls_ctx *sc = made_server(), *cc = client(NULL, pin_of_made);
	struct end client_end, server_end;
	int v[2], copy;

	bug_on(socketpair(AF_UNIX, SOCK_STREAM, 0, v) != 0);
	copy = dup(v[1]);
	end_open(&client_end, v[0]);
	end_open(&server_end, v[1]);
	conn_starttls(server_end.c, sc, NULL, &e);
	conn_starttls(client_end.c, cc, "localhost", &e);
	shake(&client_end, &server_end);
	conn_queue(server_end.c, SL("half a mess"));
	conn_flush(server_end.c);
	turns(3);
	shutdown(copy, SHUT_WR);        /* the connection ends, TLS was not told */
	for (int i = 0; i < 50 && !(client_end.seen & CONN_GONE); i++)
		turns(1);
	is_str(client_end.got.p, "half a mess", "what came is there");
	is_int(client_end.err.kind, ERR_NET, "an end without close_notify is a failure");
	ok(strstr(client_end.err.text, "without a goodbye") && strstr(client_end.err.text,
		"localhost"), "%s", client_end.err.text);
	end_close(&client_end);
	end_close(&server_end);
	close(copy);
	tls_free(&sc);
	tls_free(&cc);
}

/* An owner that takes one line only. */
static void one_line(struct conn *c, unsigned events, void *ctx)
{
	struct slice line;

	if (*(int *)ctx == 0 && conn_line(c, 100, false, &line, &e) == 1)
		++*(int *)ctx;
}

static void t_slipped_in(void)
{
	struct tls_ctx *sc = made_server(), *cc = client(NULL, pin_of_made);
	int v[2], lines = 0;
	struct conn *c;

	bug_on(socketpair(AF_UNIX, SOCK_STREAM, 0, v) != 0);
	c = conn_new(loop, sock_transport(v[0]), one_line, &lines);
	bug_on(write(v[1], "220 go\r\n250 slipped in\r\n", 24) != 24);
	turns(2);
	is_int(lines, 1, "one line was taken");
	e = (struct err)ERR_INIT;
	is_int(conn_starttls(c, cc, "localhost", &e), -1, "RFC 3207: bytes behind the answer to STARTTLS");
	ok(e.kind == ERR_TLS && strstr(e.text, "server sent bytes before encryption"), "%s", e.text);
	ok(!conn_tls_on(c), "nothing was begun");
	e = (struct err)ERR_INIT;
	is_int(conn_starttls(c, sc, NULL, &e), -1, "and for a server");
	ok(strstr(e.text, "client sent bytes before encryption"), "%s", e.text);
	conn_free(&c);
	close(v[1]);
	tls_free(&sc);
	tls_free(&cc);
}

/* What the other side does in place of a handshake. */
static void t_rude(void)
{
	static const struct { const char *say; bool close; enum err_kind kind; const char *words; } v[] = {
		{ "220 mail.example ESMTP\r\n", false, ERR_TLS, "does not answer with TLS" },
		{ "", true, ERR_NET, "closed the connection while TLS was set up" },
		{ "\x16\x03\x03\x7f\xff garbage", false, ERR_TLS, "TLS with" },
		{ "\x15\x03\x03\x00\x02\x02\x28", false, ERR_TLS, "handshake failure" },
		{ "\x16\x03\x03", true, ERR_NET, "closed the connection" },
	};
	struct tls_ctx *cc = client(NULL, pin_of_made);

	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		static const size_t n[] = { 24, 0, 13, 7, 3 };
		struct end end;
		int fds[2];
		char drain[4096];

		bug_on(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0);
		end_open(&end, fds[0]);
		conn_starttls(end.c, cc, "rude.example", &e);
		turns(2);
		bug_on(read(fds[1], drain, sizeof(drain)) < 5);
		if (n[i])
			bug_on(write(fds[1], v[i].say, n[i]) != (ssize_t)n[i]);
		if (v[i].close)
			shutdown(fds[1], SHUT_WR);
		for (int k = 0; k < 20 && !(end.seen & CONN_GONE); k++)
			turns(1);
		ok(end.err.kind == v[i].kind && strstr(end.err.text, v[i].words), "rude %zu: %s",
			i, end.err.text);
		ok(strstr(end.err.text, "rude.example"), "with the name");
		is_int((int)end.got.n, 0, "and not a byte is taken for text");
		end_close(&end);
		close(fds[1]);
	}
	tls_free(&cc);
}

int main(void)
{
	int fds = tap_open_fds();

	dir = tap_tmpdir();
	loop = loop_new();
	t_trust();
	t_pin();
	t_others();
	t_dates();
	t_config();
	t_bytes();
	t_cut();
	t_slipped_in();
	t_rude();
	loop_free(&loop);
	is_int(tap_open_fds(), fds, "no descriptor is left open");
	return tap_done();
}
