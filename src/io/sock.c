/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sock: sockets, as transports and as listeners, and the system's words about
 * them.  Every socket is non-blocking, close-on-exec and sends at once
 * (TCP_NODELAY): conn gathers what belongs together, so nothing is gained by
 * waiting.  The calls that move bytes go through a table, so that tests can
 * make the n-th fail.
 */
#include "io/priv.h"
#include <errno.h>
#include <fcntl.h>
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

static int real_getaddrinfo(const char *host, const char *port, const void *hints, void **res)
{
	struct addrinfo *v = NULL;
	int rc = getaddrinfo(host, port, hints, &v);

	*res = v;
	return rc;
}

struct sock_calls sock_sys = {
	.connect = connect, .recv = recv, .send = send, .getaddrinfo = real_getaddrinfo,
};

/* ---- a connected socket ---- */

static int lost(struct err *e, int number)
{
	err_set(e, ERR_NET, _("the connection broke off: %s"), strerror(number));
	e->sys = number;
	return -1;
}

static ssize_t sock_read(struct transport *t, void *buf, size_t n, struct err *e)
{
	for (;;) {
		ssize_t got = sock_sys.recv(t->fd, buf, n, 0);

		if (got >= 0)
			return got;
		if (errno == EAGAIN || errno == EWOULDBLOCK)
			return IO_READ;
		if (errno != EINTR)
			return lost(e, errno);
	}
}

static ssize_t sock_write(struct transport *t, const void *buf, size_t n, struct err *e)
{
	for (;;) {
		ssize_t put = sock_sys.send(t->fd, buf, n, MSG_NOSIGNAL);

		if (put >= 0)
			return put;
		if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)
			return IO_WRITE;
		if (errno != EINTR)
			return lost(e, errno);
	}
}

static bool sock_pending(struct transport *t)
{
	return false;
}

static void sock_shutdown(struct transport *t)
{
	shutdown(t->fd, SHUT_WR);
}

static void sock_free(struct transport **tp)
{
	struct transport *t = *tp;

	*tp = NULL;
	close(t->fd);
	free(t);
}

static const struct transport_ops sock_ops = {
	sock_read, sock_write, sock_pending, sock_shutdown, sock_free
};

static void set_flags(int fd)
{
	int one = 1;

	fcntl(fd, F_SETFD, FD_CLOEXEC);
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));    /* not TCP: no harm */
}

struct transport *sock_transport(int fd)
{
	struct transport *t = mem_zalloc(sizeof(*t));

	set_flags(fd);
	t->ops = &sock_ops;
	t->fd = fd;
	return t;
}

void sock_words(const struct sockaddr *sa, socklen_t len, char out[64])
{
	char host[INET6_ADDRSTRLEN], port[8];

	out[0] = 0;
	if (sa->sa_family != AF_INET && sa->sa_family != AF_INET6)
		return;
	if (getnameinfo(sa, len, host, sizeof(host), port, sizeof(port),
			NI_NUMERICHOST | NI_NUMERICSERV) == 0)
		snprintf(out, 64, sa->sa_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}

/* ---- listening ---- */

/* Cuts "[ADDR:]PORT" in two; false when it is neither. */
static bool cut_where(const char *where, char *addr, size_t size, const char **port)
{
	const char *colon = strrchr(where, ':');
	struct slice host = sl("127.0.0.1");
	uint64_t num;

	if (colon) {
		host = sl_range(where, colon);
		if (host.n >= 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
			host = sl_make(host.p + 1, host.n - 2);
		else if (sl_find(host, ':') >= 0)
			return false;   /* an IPv6 address needs its brackets */
	}
	*port = colon ? colon + 1 : where;
	if (host.n == 0 || host.n >= size || sl_u64(sl(*port), 65535, &num) != 0)
		return false;
	memcpy(addr, host.p, host.n);
	addr[host.n] = 0;
	return true;
}

static int listen_at(const struct addrinfo *ai, uint16_t *port_r)
{
	struct sockaddr_storage got;
	socklen_t len = sizeof(got);
	int one = 1, fd = socket(ai->ai_family, SOCK_STREAM, 0);

	if (fd < 0)
		return -1;
	set_flags(fd);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, ai->ai_addr, ai->ai_addrlen) != 0 || listen(fd, SOMAXCONN) != 0 ||
	    getsockname(fd, (struct sockaddr *)&got, &len) != 0) {
		int number = errno;

		close(fd);
		errno = number;
		return -1;
	}
	*port_r = ntohs(got.ss_family == AF_INET6 ?
		((struct sockaddr_in6 *)&got)->sin6_port : ((struct sockaddr_in *)&got)->sin_port);
	return fd;
}

int sock_listen(const char *where, uint16_t *port_r, struct err *e)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE | AI_NUMERICSERV }, *pick;
	char addr[256];
	const char *port;
	void *all = NULL;
	int fd, rc;

	if (!cut_where(where, addr, sizeof(addr), &port))
		return err_set(e, ERR_INPUT, _("cannot listen at \"%s\": "
			"give PORT, ADDRESS:PORT or [IPv6 ADDRESS]:PORT"), where);
	rc = sock_sys.getaddrinfo(addr, port, &hints, &all);
	if (rc != 0)
		return err_set(e, ERR_INPUT, _("cannot listen at \"%s\": %s"), where, gai_strerror(rc));
	/* "localhost" means 127.0.0.1 where there is a choice, as the default does. */
	for (pick = all; pick && pick->ai_family != AF_INET; pick = pick->ai_next)
		;
	fd = listen_at(pick ? pick : all, port_r);
	if (fd < 0)
		err_sys(e, _("cannot listen at \"%s\""), where);
	freeaddrinfo(all);
	return fd;
}

int sock_hold(uint16_t *port_r, struct err *e)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd >= 0)
		set_flags(fd);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, len) != 0 || getsockname(fd, (struct sockaddr *)&a, &len) != 0) {
		err_sys(e, _("cannot take a free port"));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	*port_r = ntohs(a.sin_port);
	return fd;
}

int sock_accept(int listen_fd, char peer[64])
{
	struct sockaddr_storage sa;
	socklen_t len = sizeof(sa);
	int fd;

	do
		fd = accept(listen_fd, (struct sockaddr *)&sa, &len);
	while (fd < 0 && (errno == EINTR || errno == ECONNABORTED));
	if (fd < 0)
		return -1;
	set_flags(fd);
	sock_words((struct sockaddr *)&sa, len, peer);
	return fd;
}

/* ---- names ---- */

bool sock_is_loopback(const char *host)
{
	struct slice s = sl(host);
	unsigned char raw[16];
	char addr[INET6_ADDRSTRLEN];

	if (sl_iis(s, "localhost") || sl_iis(s, "localhost."))
		return true;
	if (s.n >= 2 && s.p[0] == '[' && s.p[s.n - 1] == ']')
		s = sl_make(s.p + 1, s.n - 2);
	if (s.n >= sizeof(addr) || memchr(s.p, 0, s.n))
		return false;
	memcpy(addr, s.p, s.n);
	addr[s.n] = 0;
	if (inet_pton(AF_INET, addr, raw) == 1)
		return raw[0] == 127;
	if (inet_pton(AF_INET6, addr, raw) != 1)
		return false;
	return memcmp(raw, &in6addr_loopback, 16) == 0 ||
		(IN6_IS_ADDR_V4MAPPED((struct in6_addr *)raw) && raw[12] == 127);
}
