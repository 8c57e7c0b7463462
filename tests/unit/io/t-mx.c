/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * MX records, asked of a name server of the test on loopback: its order, its silence
 * and whatever else it may send.
 */
#include "../../tap.h"
#include "io/io.h"
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- the name server ---- */

static const struct zone { const char *domain; int rcode; const char *records; } zones[] = {
	{ "one.test", 0, "10 mx.one.test" },
	{ "order.test", 0, "30 third.test 10 first.test 20 second.test" },
	{ "equal.test", 0, "10 a.test 10 b.test 20 last.test" },
	{ "none.test", 0, "" },                         /* the domain is there, MX records are not */
	{ "null.test", 0, "0 ." },                      /* RFC 7505 */
	{ "busy.test", 2, "" },                         /* SERVFAIL */
	{ "closed.test", 5, "" },                       /* REFUSED */
	{ "xn--3e0b129b9he.kr", 0, "5 mx.kr.test" },     /* 우체국.kr */
	{ "many.test", 0, "MANY" },
	{ "loop.test", 0, "LOOP" },
	{ "short.test", 0, "SHORT" },
	{ "noise.test", 0, "NOISE" },
	{ "tabs.test", 0, "10 a\tb.test 20 good.test" },
};

static unsigned char *put_name(unsigned char *p, const char *name)
{
	while (*name && strcmp(name, ".") != 0) {
		size_t n = strcspn(name, ".");

		*p++ = (unsigned char)n;
		memcpy(p, name, n);
		p += n;
		name += n + (name[n] == '.');
	}
	*p++ = 0;
	return p;
}

/* One MX record; its name points to the question. */
static unsigned char *put_mx(unsigned char *p, unsigned rank, const char *host)
{
	static const unsigned char head[] = { 0xc0, 12, 0, 15, 0, 1, 0, 0, 0, 60 };
	unsigned char *len, *end;

	memcpy(p, head, sizeof(head));
	len = p + sizeof(head);
	len[2] = (unsigned char)(rank >> 8);
	len[3] = (unsigned char)rank;
	end = put_name(len + 4, host);
	len[0] = (unsigned char)((end - len - 2) >> 8);
	len[1] = (unsigned char)(end - len - 2);
	return end;
}

static unsigned char *put_records(unsigned char *msg, unsigned char *p, const char *records)
{
	char host[256];
	unsigned n = 0, rank;
	int used;

	if (strcmp(records, "MANY") == 0) {
		for (; n < 60; n++) {
			snprintf(host, sizeof(host), "m%u.test", n);
			p = put_mx(p, 60 - n, host);
		}
	} else if (strcmp(records, "LOOP") == 0) {
		p = put_mx(p, 10, ".");
		p[-4] = 4;
		p[-1] = 0xc0;                           /* a name that points to itself */
		*p = (unsigned char)(p - 1 - msg);
		p++;
		n = 1;
	} else if (strcmp(records, "SHORT") == 0) {
		p = put_mx(p, 10, "mx.short.test") - 6; /* it ends within the record */
		n = 1;
	} else if (strcmp(records, "NOISE") == 0) {
		for (int i = 0; i < 200; i++)
			*p++ = (unsigned char)(i * 37);
		n = 9;
	} else {
		for (; sscanf(records, " %u %255[^ ]%n", &rank, host, &used) == 2; records += used, n++)
			p = put_mx(p, rank, host);
	}
	msg[7] = (unsigned char)n;
	return p;
}

/* The name asked for, as text; where the question ends. */
static unsigned char *question(unsigned char *p, char *name)
{
	while (*p) {
		memcpy(name, p + 1, *p);
		name += *p;
		*name++ = '.';
		p += *p + 1;
	}
	name[-1] = 0;
	return p + 5;
}

static NORETURN void serve(int fd)
{
	unsigned char msg[65536];
	char name[512];
	struct sockaddr_in from;
	socklen_t n = sizeof(from);

	while (recvfrom(fd, msg, 512, 0, (struct sockaddr *)&from, &n) > 12) {
		unsigned char *end = question(msg + 12, name);

		msg[2] = 0x85;                          /* an answer, of authority */
		msg[3] = 0x83;                          /* NXDOMAIN, unless it is known */
		memset(msg + 6, 0, 6);
		for (size_t i = 0; i < ARRAY_LEN(zones); i++) {
			if (strcasecmp(zones[i].domain, name) != 0)
				continue;
			msg[3] = (unsigned char)(0x80 | zones[i].rcode);
			end = put_records(msg, end, zones[i].records);
		}
		sendto(fd, msg, (size_t)(end - msg), 0, (struct sockaddr *)&from, n);
		n = sizeof(from);
	}
	_exit(0);
}

/* The resolver of this process asks there, once and not for long. */
static pid_t start(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(at);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	pid_t pid;

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, n) != 0 || getsockname(fd, (struct sockaddr *)&at, &n) != 0)
		tap_skip_all("no socket on loopback");
	pid = fork();
	if (pid == 0)
		serve(fd);
	close(fd);
	res_init();
	_res.nscount = 1;
	_res.nsaddr_list[0] = at;
	_res.retrans = 5;
	_res.retry = 1;
	return pid;
}

/* ---- what is asked ---- */

/* "first.test second.test", or the kind of the error. */
static const char *hosts_of(const char *domain, struct str *out)
{
	struct err e = ERR_INIT;
	char **hosts;
	size_t n;
	int r = mx_lookup(domain, &hosts, &n, &e);

	str_clear(out);
	for (size_t i = 0; i < n; i++) {
		str_addf(out, "%s%s", i ? " " : "", hosts[i]);
		free(hosts[i]);
	}
	free(hosts);
	if (r != 0)
		str_adds(out, e.kind == ERR_NOTFOUND ? "not found" : e.kind == ERR_TEMP ? "nobody says" : e.text);
	return out->p ? out->p : "";
}

static int blanks(const char *p)
{
	int n = 0;

	for (; *p; p++)
		n += *p == ' ';
	return n;
}

int main(void)
{
	static const struct { const char *domain, *want, *what; } asked[] = {
		{ "one.test", "mx.one.test", "the host of the record" },
		{ "order.test", "first.test second.test third.test", "by rank" },
		{ "none.test", "none.test", "no record: the domain itself" },
		{ "null.test", "", "a domain that takes no mail" },
		{ "nowhere.test", "not found", "a domain that does not exist" },
		{ "busy.test", "nobody says", "a name server that fails is no answer" },
		{ "closed.test", "nobody says", "nor is one that refuses" },
		{ "우체국.kr", "mx.kr.test", "a name in Korean is asked for as ASCII" },
		{ "tabs.test", "good.test", "a name that is none is left out" },
	};
	pid_t pid = start();
	struct str s;
	bool first[2] = { false, false };

	str_init(&s, 65536);
	for (size_t i = 0; i < ARRAY_LEN(asked); i++)
		is_str(hosts_of(asked[i].domain, &s), asked[i].want, "%s: %s", asked[i].domain, asked[i].what);
	for (int i = 0; i < 200 && !(first[0] && first[1]); i++) {
		const char *got = hosts_of("equal.test", &s);

		first[strcmp(got, "b.test a.test last.test") == 0] = true;
		if (strcmp(got, "a.test b.test last.test") != 0 && strcmp(got, "b.test a.test last.test") != 0)
			ok(false, "hosts of one rank: %s", got);
	}
	ok(first[0] && first[1], "hosts of one rank come in either order");
	hosts_of("many.test", &s);
	ok(sl_starts(str_sl(&s), "m59.test m58.test m57.test "), "of sixty the best: %s", s.p);
	is_int(blanks(s.p), 19, "and twenty at most");
	for (const char *const *d = (const char *const[]){ "loop.test", "short.test", "noise.test", NULL }; *d; d++)
		is_str(hosts_of(*d, &s), "nobody says", "%s: a broken answer is none", *d);
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	str_release(&s);
	return tap_done();
}
