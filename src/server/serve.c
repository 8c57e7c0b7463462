/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * serve: listeners and the sessions they start; one process, one loop.
 */
#include "priv.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

void session_ended(struct serving *s, struct live *l)
{
	l->prev->next = l->next;
	l->next->prev = l->prev;
	s->sessions--;
	s->mixed = s->mixed && s->sessions;
}

void session_began(struct serving *s, struct live *l)
{
	l->next = s->all.next;
	l->prev = &s->all;
	s->all.next->prev = l;
	s->all.next = l;
	s->sessions++;
	s->count++;
	s->mixed = s->sessions > 1;
}

struct trace *server_trace(struct serving *s, struct trace *t, const char *peer)
{
	if (s->trace_fd < 0)
		return NULL;
	*t = (struct trace){ .fd = s->trace_fd, .client = false, .shared = &s->mixed, .number = s->count };
	trace_note(t, "session %llu with %s", (unsigned long long)s->count, peer);
	return t;
}

/* Over the limit: one line says so, in the words of the protocol. */
static void turn_away(int fd, enum service sv)
{
	static const char smtp[] = "421 4.3.2 Too many sessions, try again later\r\n";
	static const char pop[] = "-ERR [SYS/TEMP] Too many sessions, try again later\r\n";
	const char *line = sv == SV_SMTP ? smtp : sv == SV_POP3 ? pop : "";

	if (send(fd, line, strlen(line), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		log_msg(LOG_DEBUG, "a client that was turned away is gone already");
	close(fd);
}

/* "127.0.0.1:4711" or "[::1]:4711" without the port and brackets. */
static void host_of(char *peer)
{
	char *colon = strrchr(peer, ':');

	if (colon)
		*colon = 0;
	if (peer[0] == '[') {
		peer[strcspn(peer, "]")] = 0;
		memmove(peer, peer + 1, strlen(peer));
	}
}

static void on_accept(void *ctx, short revents)
{
	struct listener *l = ctx;
	struct serving *s = l->server;
	char peer[64];

	(void)revents;
	for (unsigned n = 0; n < 64; n++) {
		int fd = sock_accept(l->fd, peer);

		if (fd < 0)
			return;
		host_of(peer);
		if (s->sessions >= s->opt->max_sessions) {
			turn_away(fd, l->service);
			continue;
		}
		switch (l->service) {
		case SV_SMTP: smtp_session(s, fd, peer, false); break;
		case SV_SMTPS: smtp_session(s, fd, peer, true); break;
		case SV_POP3: pop_session(s, fd, peer, false); break;
		case SV_POP3S: pop_session(s, fd, peer, true); break;
		case SV_COUNT: close(fd); break;
		}
	}
}

static int listen_all(struct serving *s, struct err *err)
{
	for (int i = 0; i < SV_COUNT; i++) {
		struct listener *l = &s->listen[i];

		*l = (struct listener){ .fd = -1, .service = (enum service)i, .server = s };
		if (!s->opt->listen[i])
			continue;
		l->fd = sock_listen(s->opt->listen[i], &l->port, err);
		if (l->fd < 0)
			return -1;
		l->watch = loop_fd(s->loop, l->fd, POLLIN, on_accept, l);
	}
	return 0;
}

/* "127.0.0.1:2525" of "[ADDR:]PORT" and the port it got. */
static void where(const struct serving *s, int i, struct str *out)
{
	const char *text = s->opt->listen[i], *colon = strrchr(text, ':');

	if (colon)
		str_add(out, text, (size_t)(colon - text));
	else
		str_adds(out, "127.0.0.1");
	str_addf(out, ":%u", s->listen[i].port);
}

static int say_ready(struct serving *s, struct err *err)
{
	struct str text;
	int r = 0;

	str_init(&text, 4096);
	for (int i = 0; i < SV_COUNT; i++) {
		if (!s->opt->listen[i])
			continue;
		str_addf(&text, "%s=", service_names[i]);
		where(s, i, &text);
		str_addc(&text, '\n');
	}
	if (s->opt->ready_file)
		r = fs_replace(s->opt->ready_file, str_sl(&text), err);
	else if (isatty(STDERR_FILENO))
		fs_write_all(STDERR_FILENO, text.p, text.n);
	str_release(&text);
	return r;
}

static int prepare_tls(struct serving *s, struct err *err)
{
	char *cert = s->opt->cert ? mem_strdup(s->opt->cert) : path_join(s->opt->root, "pabald.crt");
	char *key = s->opt->key ? mem_strdup(s->opt->key) : path_join(s->opt->root, "pabald.key");
	const char **names = mem_array(NULL, s->opt->n_domains + 4, sizeof(*names));
	size_t n = 0;
	int r = 0;

	names[n++] = "localhost";
	names[n++] = "127.0.0.1";
	names[n++] = "::1";
	for (size_t i = 0; i < s->opt->n_domains; i++)
		if (strcmp(s->opt->domains[i], "localhost") != 0)
			names[n++] = s->opt->domains[i];
	if (!s->opt->cert)
		r = tls_make_cert(cert, key, names, n, err);
	if (r == 0 && !(s->tls = tls_server(cert, key, err)))
		r = -1;
	free(names);
	free(cert);
	free(key);
	return r;
}

static void on_stop(void *ctx, int signo)
{
	struct serving *s = ctx;

	(void)signo;
	loop_stop(s->loop);
}

static int open_trace(struct serving *s, struct err *err)
{
	s->trace_fd = -1;
	if (!s->opt->trace)
		return 0;
	s->trace_fd = strcmp(s->opt->trace, "-") == 0 ? dup(STDERR_FILENO)
		: fs_open_named(s->opt->trace, O_WRONLY | O_CREAT | O_APPEND, 0600);
	return s->trace_fd >= 0 ? 0 : err_sys(err, _("Can't write the transcript to %s"), s->opt->trace);
}

static int prepare(struct serving *s, struct err *err)
{
	if (fs_mkdirs(s->opt->root, err) != 0 || fs_check_private(s->opt->root, err) != 0)
		return -1;
	if (spool_open(&s->spool, s->opt->root, err) != 0 || prepare_tls(s, err) != 0 || open_trace(s, err) != 0)
		return -1;
	if (queue_open(&s->queue, s, err) != 0)
		return -1;
	return listen_all(s, err);
}

int serve_run(const struct options *opt, struct err *err)
{
	struct serving s = { .opt = opt, .loop = loop_new(), .trace_fd = -1 };
	struct watch *term, *intr;
	int r;

	s.all.next = s.all.prev = &s.all;
	snprintf(s.host, sizeof(s.host), "%s", opt->domains[0]);
	for (int i = 0; i < SV_COUNT; i++)
		s.listen[i].fd = -1;
	term = loop_signal(s.loop, SIGTERM, on_stop, &s);
	intr = loop_signal(s.loop, SIGINT, on_stop, &s);
	r = prepare(&s, err);
	if (r == 0)
		r = say_ready(&s, err);
	if (r == 0 && s.queue)
		queue_kick(s.queue);
	if (r == 0)
		r = loop_run(s.loop, err);
	while (s.all.next != &s.all)
		s.all.next->close(s.all.next);
	for (int i = 0; i < SV_COUNT; i++) {
		watch_free(&s.listen[i].watch);
		if (s.listen[i].fd >= 0)
			close(s.listen[i].fd);
	}
	watch_free(&term);
	watch_free(&intr);
	queue_close(&s.queue);
	spool_close(&s.spool);
	tls_free(&s.tls);
	if (s.trace_fd >= 0)
		close(s.trace_fd);
	loop_free(&s.loop);
	return r;
}

int server_main(int argc, char **argv)
{
	struct err err = ERR_INIT;
	struct options opt;
	struct str line;
	int r, code = 0;

	fs_hold_std();
	umask(077);
	proc_set_self(argv[0]);
	/* the part of us that speaks to other servers */
	if (argc == 2 && strcmp(argv[1], "--job") == 0)
		return worker_main();
	r = options_parse(&opt, argc, argv, &err);
	if (r < 0)
		code = 64;
	else if (r == 1 && serve_run(&opt, &err) != 0)
		code = 1;
	if (code) {
		str_init(&line, 8192);
		str_adds(&line, "pabald: ");
		utf8_sanitize(&line, sl(err.text), CLEAN_LINE);
		str_addc(&line, '\n');
		fs_write_all(STDERR_FILENO, line.p, line.n);
		str_release(&line);
	}
	options_release(&opt);
	return code;
}
