/* SPDX-License-Identifier: GPL-3.0-or-later
 * world: see world.h.  Jobs are processes, as they are in the programs: this test itself,
 * with "--job", and the time of its owner in the environment. */
#include "world.h"
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define TURNS 3000              /* of 20 ms, until a test gives up */

struct guest { int fd; struct watch *watch; struct guest *next; };

static struct loop *loop;
static struct tls_ctx *tls;
static struct host *hosts[4];
static size_t n_hosts;
static struct job *person_runs;
static bool person_over;
static char *dir;
static int64_t now_us;
static int busy_fd = -1;
static struct watch *busy_watch;
static struct guest *guests;
static unsigned asked;

/* ---- the clock ---- */

static void set_clock(int64_t us)
{
	char text[32];

	now_us = us;
	rt_set_clock(us);
	snprintf(text, sizeof(text), "%lld", (long long)us);
	setenv("T_CLOCK", text, 1);
}

int64_t world_now(void)
{
	return now_us / 1000000;
}

bool world_is_job(int argc, char **argv, int *code)
{
	const char *clock = getenv("T_CLOCK");

	proc_set_self(argv[0]);
	if (argc < 2 || strcmp(argv[1], "--job") != 0)
		return false;
	rt_set_clock(clock ? strtoll(clock, NULL, 10) : -1);
	*code = worker_main();
	return true;
}

static bool is_busy(void)
{
	bool busy = guests || (person_runs && !person_over);

	for (size_t i = 0; i < n_hosts; i++) {
		const struct serving *s = &hosts[i]->server;

		busy = busy || s->sessions || (s->queue && (map_count(s->queue->runs) || map_count(s->queue->telling)));
	}
	return busy;
}

/* What waits a moment needs a clock that goes: a millisecond each turn. */
static void rest(void)
{
	struct err err = ERR_INIT;
	unsigned quiet = 0, n = 0;

	while (quiet < 4 && n++ < TURNS) {
		bool busy = is_busy();

		rt_set_clock(now_us += 1000);
		if (loop_turn(loop, busy ? 20000 : 0, &err) != 0)
			break;
		quiet = busy || is_busy() ? 0 : quiet + 1;
	}
	if (quiet < 4)
		ok(false, "all rest after %u turns", n);
}

void world_pass(int64_t seconds)
{
	set_clock(now_us + seconds * 1000000);
	rest();
}

/* ---- servers ---- */

static void on_smtp(void *ctx, short revents)
{
	struct host *h = ctx;
	char peer[64];
	int fd;

	(void)revents;
	while ((fd = sock_accept(h->fd[0], peer)) >= 0)
		smtp_session(&h->server, fd, "127.0.0.1", false);
}

static void on_pop3(void *ctx, short revents)
{
	struct host *h = ctx;
	char peer[64];
	int fd;

	(void)revents;
	while ((fd = sock_accept(h->fd[1], peer)) >= 0)
		pop_session(&h->server, fd, "127.0.0.1", false);
}

void host_listen(struct host *h)
{
	struct err err = ERR_INIT;

	memset(h, 0, sizeof(*h));
	for (int i = 0; i < 2; i++) {
		h->fd[i] = sock_listen("127.0.0.1:0", &h->port[i], &err);
		h->watch[i] = loop_fd(loop, h->fd[i], POLLIN, i == 0 ? on_smtp : on_pop3, h);
	}
}

void host_start(struct host *h, const char *name, const char *const *options)
{
	struct serving *s = &h->server;
	struct err err = ERR_INIT;
	char *argv[32] = { mem_strdup("pabald"), mem_strdup("--root"), tbox_path("%s/%s", dir, name) };
	int argc = 3;

	while (*options && argc < 31)
		argv[argc++] = mem_strdup(*options++);
	ok(options_parse(&h->opt, argc, argv, &err) == 1, "%s: options %s", name, err.text);
	*s = (struct serving){ .opt = &h->opt, .loop = loop, .tls = tls, .trace_fd = -1 };
	s->all.next = s->all.prev = &s->all;
	snprintf(s->host, sizeof(s->host), "%s", h->opt.domains[0]);
	ok(fs_mkdirs(h->opt.root, &err) == 0 && spool_open(&s->spool, h->opt.root, &err) == 0 && queue_open(&s->queue, s, &err) == 0,
		"%s: spool and queue %s", name, err.text);
	hosts[n_hosts++] = h;
	while (argc > 0)
		free(argv[--argc]);
}

void host_end(struct host *h)
{
	for (int i = 0; i < 2; i++) {
		watch_free(&h->watch[i]);
		close(h->fd[i]);
	}
	while (h->server.all.next != &h->server.all)
		h->server.all.next->close(h->server.all.next);
	queue_close(&h->server.queue);
	spool_close(&h->server.spool);
	options_release(&h->opt);
}

/* ---- the busy one ---- */

static void guest_free(struct guest *g)
{
	struct guest **at = &guests;

	while (*at != g)
		at = &(*at)->next;
	*at = g->next;
	watch_free(&g->watch);
	close(g->fd);
	free(g);
}

/* Whole lines come in one piece on loopback, one at a time: there is no PIPELINING. */
static void on_guest(void *ctx, short revents)
{
	struct guest *g = ctx;
	const char *answer = "250 ok\r\n";
	char line[1024];
	ssize_t n = recv(g->fd, line, sizeof(line), MSG_DONTWAIT);

	(void)revents;
	if (n <= 0) {
		if (n == 0 || errno != EAGAIN)
			guest_free(g);
		return;
	}
	if (sl_istarts(sl_make(line, (size_t)n), "RCPT")) {
		answer = "450 4.2.1 The mailbox is busy\r\n";
		asked++;
	}
	if (send(g->fd, answer, strlen(answer), MSG_NOSIGNAL) < 0)
		guest_free(g);
}

static void on_busy(void *ctx, short revents)
{
	char peer[64];
	int fd;

	(void)ctx, (void)revents;
	while ((fd = sock_accept(busy_fd, peer)) >= 0) {
		struct guest *g = mem_zalloc(sizeof(*g));

		*g = (struct guest){ .fd = fd, .next = guests };
		guests = g;
		g->watch = loop_fd(loop, fd, POLLIN, on_guest, g);
		if (send(fd, "220 late.test\r\n", 15, MSG_NOSIGNAL) < 0)
			guest_free(g);
	}
}

uint16_t busy_listen(void)
{
	struct err err = ERR_INIT;
	uint16_t port = 0;

	busy_fd = sock_listen("127.0.0.1:0", &port, &err);
	busy_watch = loop_fd(loop, busy_fd, POLLIN, on_busy, NULL);
	return port;
}

unsigned busy_asked(void)
{
	return asked;
}

/* ---- people ---- */

void person_begin(struct person *p, const char *name, const char *address, const struct host *h, const char *user)
{
	char *text = tbox_path("hostname = %s.test\ndata = %s/home-%s\nmail = %s/home-%s/mail\nreceipts = ask\n[account %s]\naddress = %s\n"
		"smtp = smtp+plain://%s@127.0.0.1:%u\npop3 = pop3+plain://%s@127.0.0.1:%u\npassword = pw\n",
		name, dir, name, dir, name, name, address, user, h->port[0], user, h->port[1]);
	struct err err = ERR_INIT;

	p->conf_path = tbox_path("%s/%s.conf", dir, name);
	tbox_put(p->conf_path, sl(text));
	is_int(conf_load(&p->conf, p->conf_path, &err), 0, "%s has a configuration %s", name, err.text);
	fs_mkdirs(p->conf.data, &err);
	free(text);
}

void person_end(struct person *p)
{
	conf_release(&p->conf);
	free(p->conf_path);
}

static void on_end(void *ctx, const struct err *err)
{
	(void)ctx;
	person_over = true;
	if (err->kind != ERR_NONE)
		tap_note("%s", err->text);
}

void person_job(struct person *p, const char *kind)
{
	struct job_spec spec = { .kind = kind, .conf_path = p->conf_path, .account = strcmp(kind, "fetch") == 0 ? p->conf.accounts[0].name : NULL };
	struct job_events ev = { .end = on_end };
	struct err err = ERR_INIT;

	person_over = false;
	set_clock(now_us);
	person_runs = job_start(loop, &spec, &ev, &err);
	if (!person_runs)
		ok(false, "%s does not begin: %s", kind, err.text);
	else
		rest();
	job_free(&person_runs);
}

int person_open(struct person *p, struct state **s, struct outbox **o)
{
	char *db = path_join(p->conf.data, "state.db"), *box = path_join(p->conf.data, "outbox");
	struct err err = ERR_INIT;
	int r;

	*s = NULL;
	*o = NULL;
	r = state_open(s, db, &err);
	if (r == 0)
		r = outbox_open(o, box, *s, &err);
	if (r != 0)
		ok(false, "state and outbox: %s", err.text);
	free(db);
	free(box);
	return r;
}

/* ---- all ---- */

const char *world_dir(void)
{
	return dir;
}

void world_begin(int64_t now)
{
	const char *name = "localhost";
	struct err err = ERR_INIT;
	char *cert, *key;

	dir = tbox_dir();
	set_clock(now * 1000000);
	loop = loop_new();
	cert = tbox_path("%s/crt", dir);
	key = tbox_path("%s/key", dir);
	ok(tls_make_cert(cert, key, &name, 1, &err) == 0 && (tls = tls_server(cert, key, &err)) != NULL, "a certificate %s", err.text);
	free(cert);
	free(key);
}

void world_end(void)
{
	for (size_t i = 0; i < n_hosts; i++)
		host_end(hosts[i]);
	while (guests)
		guest_free(guests);
	watch_free(&busy_watch);
	if (busy_fd >= 0)
		close(busy_fd);
	tls_free(&tls);
	loop_free(&loop);
	rt_set_clock(-1);
	free(dir);
}
