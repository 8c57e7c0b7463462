/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * job: the owner's side of the line to a job.
 *
 *   starting --hello--> running --done, fail--> over
 *   running --cancel--> (2 s) SIGTERM --> (5 s) SIGKILL --> over
 *
 * A job that ends without a last word has failed; the disk says what it did.
 */
#include "priv.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

const struct job_field job_fields[] = {
	{ "kind", offsetof(struct job_spec, kind) },
	{ "account", offsetof(struct job_spec, account) },
	{ "item", offsetof(struct job_spec, item) },
	{ "folder", offsetof(struct job_spec, folder) },
	{ "what", offsetof(struct job_spec, what) },
	{ "pattern", offsetof(struct job_spec, pattern) },
	{ "ids", offsetof(struct job_spec, ids) },
	{ "to", offsetof(struct job_spec, to) },
	{ "flags", offsetof(struct job_spec, flags) },
	{ "conf", offsetof(struct job_spec, conf_path) },
	{ "trace", offsetof(struct job_spec, trace) },
};
const size_t job_n_fields = ARRAY_LEN(job_fields);

const char **job_field(struct job_spec *spec, size_t i)
{
	return (const char **)(void *)((char *)spec + job_fields[i].at);
}

struct job {
	struct loop *loop;
	struct proc proc;
	struct job_events ev;
	struct watch *io, *child, *timer;
	struct str in;
	bool closed, reaped, said;      /* said: done or fail came */
	int signals;                    /* sent so far by cancel   */
	struct err err;
};

static struct slice text_of(const struct wire *w, const char *key, struct str *buf)
{
	str_clear(buf);
	wire_get(w, key, buf);
	return str_sl(buf);
}

int job_dispatch(const struct job_events *ev, struct slice line, struct wire *w)
{
	struct err ignored = ERR_INIT;
	uint64_t a = 0, b = 0;
	struct str text;

	if (wire_parse(line, w, &ignored) != 0)
		return 0;
	if (sl_is(w->verb, "ask"))
		return 1;
	str_init(&text, WIRE_MAX);
	if (sl_is(w->verb, "progress") && ev->progress) {
		wire_get_u64(w, "done", &a);
		wire_get_u64(w, "total", &b);
		ev->progress(ev->ctx, a, b, text_of(w, "what", &text));
	} else if (sl_is(w->verb, "item") && ev->item) {
		ev->item(ev->ctx, w);
	} else if (sl_is(w->verb, "note") && ev->note) {
		wire_get_u64(w, "level", &a);
		ev->note(ev->ctx, (enum log_level)MIN(a, LOG_DEBUG), text_of(w, "text", &text));
	}
	str_release(&text);
	return 0;
}

/* 1: the answer comes later. */
static int ask_owner(const struct job_events *ev, const struct wire *ask, struct str *answer)
{
	struct str account, user, host;
	int r = -1;

	str_init(&account, WIRE_MAX);
	str_init(&user, WIRE_MAX);
	str_init(&host, WIRE_MAX);
	wire_get(ask, "account", &account);
	wire_get(ask, "user", &user);
	wire_get(ask, "host", &host);
	if (ev->ask) {
		ev->ask(ev->ctx, ask->id, str_sl(&account), str_sl(&user), str_sl(&host));
		r = 1;
	} else if (ev->password)
		r = ev->password(ev->ctx, str_sl(&account), str_sl(&user), str_sl(&host), answer);
	str_release(&account);
	str_release(&user);
	str_release(&host);
	return r;
}

/* ---- a job in this process ---- */

struct here { const struct job_events *ev; struct str answer; bool have; };

static void here_emit(struct front *f, struct slice line)
{
	struct here *h = f->ctx;
	struct wire w;

	if (job_dispatch(h->ev, sl_head(line, line.n - 1), &w) == 1) {
		str_wipe(&h->answer);
		h->have = ask_owner(h->ev, &w, &h->answer) == 0;
	}
}

static int here_wait(struct front *f, uint32_t id, struct str *out)
{
	struct here *h = f->ctx;

	(void)id;
	if (!h->have)
		return -1;
	return str_addsl(out, str_sl(&h->answer));
}

static void here_stop(void *ctx, int signo)
{
	struct front *f = ctx;

	(void)signo;
	f->cancelled = true;
}

int job_here(const struct job_spec *spec, const struct job_events *ev, struct err *err)
{
	struct here h = { .ev = ev };
	struct front f = { .loop = loop_new(), .emit = here_emit, .wait_answer = here_wait, .ctx = &h };
	struct watch *term = loop_signal(f.loop, SIGTERM, here_stop, &f);
	struct watch *intr = loop_signal(f.loop, SIGINT, here_stop, &f);
	int r;

	str_init(&h.answer, 65536);
	r = worker_run(&f, spec, err);
	if (ev->end)
		ev->end(ev->ctx, err);
	watch_free(&term);
	watch_free(&intr);
	str_wipe(&h.answer);
	str_release(&h.answer);
	loop_free(&f.loop);
	return r;
}

/* ---- a job in its own process ---- */

static void over(struct job *j)
{
	if (!j->closed || !j->reaped)
		return;
	watch_free(&j->timer);
	if (!j->said)
		err_set(&j->err, ERR_SYS, _("The job ended before it was done; nothing that was saved is lost."));
	if (j->ev.end)
		j->ev.end(j->ev.ctx, &j->err);
}

static void last_word(struct job *j, const struct wire *w)
{
	uint64_t kind = ERR_SYS;
	struct str text;

	j->said = true;
	if (!sl_is(w->verb, "fail"))
		return;
	str_init(&text, WIRE_MAX);
	wire_get_u64(w, "kind", &kind);
	wire_get(w, "text", &text);
	err_set(&j->err, (enum err_kind)MIN(kind, ERR_CANCEL), "%s", text.p);
	str_release(&text);
}

static void send_line(struct job *j, struct str *line)
{
	wire_end(line);
	/* Requests are tiny and few; a job that does not read them is dead. */
	if (!j->closed && send(j->proc.in, line->p, line->n, MSG_NOSIGNAL) != (ssize_t)line->n)
		log_msg(LOG_WARN, "%s", _("A job does not listen."));
	str_wipe(line);
	str_release(line);
}

void job_answer(struct job *j, uint32_t id, struct slice value)
{
	struct str line;

	str_init(&line, WIRE_MAX);
	wire_start(&line, "answer", id);
	if (value.p)
		wire_add(&line, "value", value);
	send_line(j, &line);
}

static void take(struct job *j, struct slice s)
{
	struct wire w = { 0 };  /* a line that is none leaves it alone */
	struct str answer;
	int r;

	if (job_dispatch(&j->ev, s, &w) == 1) {
		str_init(&answer, WIRE_MAX / 4);
		r = ask_owner(&j->ev, &w, &answer);
		if (r != 1)
			job_answer(j, w.id, r == 0 ? str_sl(&answer) : SL_NONE);
		str_wipe(&answer);
		str_release(&answer);
	} else if (sl_is(w.verb, "done") || sl_is(w.verb, "fail")) {
		last_word(j, &w);
	}
}

static void readable(void *ctx, short revents)
{
	struct job *j = ctx;
	char block[16384];
	ssize_t n;
	char *lf;

	(void)revents;
	n = recv(j->proc.in, block, sizeof(block), MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || str_add(&j->in, block, (size_t)n) != 0) {
		j->closed = true;
		watch_free(&j->io);
		over(j);
		return;
	}
	while ((lf = memchr(j->in.p, '\n', j->in.n))) {
		take(j, sl_range(j->in.p, lf));
		str_drop(&j->in, (size_t)(lf - j->in.p) + 1);
	}
}

static void ended(void *ctx, int status)
{
	struct job *j = ctx;

	(void)status;
	j->reaped = true;
	j->child = NULL;
	over(j);
}

struct job *job_start(struct loop *loop, const struct job_spec *spec, const struct job_events *ev, struct err *err)
{
	char self[4096], flag[] = "--job";
	char *argv[] = { self, flag, NULL };
	struct job *j = mem_zalloc(sizeof(*j));
	struct str line;

	snprintf(self, sizeof(self), "%s", proc_self());
	if (proc_start(&j->proc, argv, PROC_PAIR | PROC_GROUP, err) != 0) {
		free(j);
		return NULL;
	}
	j->loop = loop;
	j->ev = *ev;
	str_init(&j->in, 4 * WIRE_MAX);
	j->io = loop_fd(loop, j->proc.in, POLLIN, readable, j);
	j->child = loop_child(loop, j->proc.pid, ended, j);
	str_init(&line, WIRE_MAX);
	wire_start(&line, "start", 1);
	for (size_t i = 0; i < job_n_fields; i++)
		if (*job_field((struct job_spec *)(uintptr_t)spec, i))
			wire_add(&line, job_fields[i].name, sl(*job_field((struct job_spec *)(uintptr_t)spec, i)));
	wire_addn(&line, "all", spec->all);
	send_line(j, &line);
	return j;
}

static void harder(void *ctx)
{
	struct job *j = ctx;

	j->timer = NULL;
	if (j->reaped)
		return;
	kill(-j->proc.pid, j->signals++ ? SIGKILL : SIGTERM);
	if (j->signals < 2)
		j->timer = loop_timer(j->loop, 3000000, harder, j);
}

void job_cancel(struct job *j)
{
	struct str line;

	if (j->timer || j->signals || j->reaped)
		return;
	str_init(&line, WIRE_MAX);
	wire_start(&line, "cancel", 1);
	send_line(j, &line);
	j->timer = loop_timer(j->loop, 2000000, harder, j);
}

void job_free(struct job **jp)
{
	struct job *j = *jp;

	if (!j)
		return;
	watch_free(&j->io);
	watch_free(&j->timer);
	watch_free(&j->child);
	if (!j->reaped) {
		kill(-j->proc.pid, SIGKILL);
		waitpid(j->proc.pid, NULL, 0);
	}
	close(j->proc.in);
	str_release(&j->in);
	free(j);
	*jp = NULL;
}
