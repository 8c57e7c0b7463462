/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * worker: the job's side of the line to its owner.  A job runs in a process
 * of its own ("pabal --job") and hears "cancel" and answers while the network
 * is silent; when its owner is gone it finishes the commit at hand and ends.
 */
#include "priv.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

struct loop *front_loop(struct front *f)
{
	return f->loop;
}

bool front_cancelled(const struct front *f)
{
	return f->cancelled;
}

bool front_stop(struct front *f)
{
	struct err ignored = ERR_INIT;
	int64_t now = rt_mono();

	if (now - f->last_turn >= 20000) {
		f->last_turn = now;
		loop_turn(f->loop, 0, &ignored);
	}
	return f->cancelled;
}

static void emit(struct front *f, struct str *line)
{
	wire_end(line);
	f->emit(f, str_sl(line));
	str_wipe(line);
	str_release(line);
}

void front_progress(struct front *f, uint64_t done, uint64_t total, const char *what)
{
	int64_t now = rt_mono();
	struct str line;

	if (done != total && f->last_progress && now - f->last_progress < 100000)
		return;
	f->last_progress = now;
	str_init(&line, WIRE_MAX);
	wire_start(&line, "progress", 1);
	wire_addn(&line, "done", done);
	wire_addn(&line, "total", total);
	wire_add(&line, "what", sl(what));
	emit(f, &line);
}

void front_item(struct front *f, const char *kind, ...)
{
	const char *key, *value;
	struct str line;
	va_list ap;

	str_init(&line, WIRE_MAX);
	wire_start(&line, "item", 1);
	wire_add(&line, "kind", sl(kind));
	va_start(ap, kind);
	while ((key = va_arg(ap, const char *))) {
		value = va_arg(ap, const char *);
		/* Server words may be long: a value is cut, the line is never lost. */
		wire_add(&line, key, sl_head(sl(value), 2000));
	}
	va_end(ap);
	emit(f, &line);
}

void front_note(struct front *f, enum log_level level, const char *fmt, ...)
{
	char text[2048];
	struct str line;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	str_init(&line, WIRE_MAX);
	wire_start(&line, "note", 1);
	wire_addn(&line, "level", (uint64_t)level);
	wire_add(&line, "text", sl(text));
	emit(f, &line);
}

int front_password(struct front *f, const struct account *a, const struct server *s, struct str *out, struct err *err)
{
	struct err own = ERR_INIT;
	struct str line;
	uint32_t id;

	if (secret_get(a, out, &own) == 0)
		return 0;
	if (own.kind != ERR_NOTFOUND) {
		*err = own;
		err->kind = ERR_AUTH;   /* of this account alone: others go on */
		return -1;
	}
	id = ++f->next_ask;
	str_init(&line, WIRE_MAX);
	wire_start(&line, "ask", id);
	wire_add(&line, "kind", SL("password"));
	wire_add(&line, "account", sl(a->name));
	wire_add(&line, "user", sl(s->user));
	wire_add(&line, "host", sl(s->host));
	emit(f, &line);
	if (f->wait_answer(f, id, out) == 0)
		return 0;
	*err = own;
	err->kind = ERR_AUTH;
	return -1;
}

/* ---- the work ---- */

static int open_trace(const char *path, struct trace *t, struct err *err)
{
	t->fd = -1;
	if (!path)
		return 0;
	if (strcmp(path, "-") == 0)
		t->fd = dup(STDERR_FILENO);
	else
		t->fd = fs_open_named(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	return t->fd >= 0 ? 0 : err_sys(err, _("Can't write the transcript to %s"), path);
}

int worker_run(struct front *f, const struct job_spec *spec, struct err *err)
{
	struct trace trace = { .client = true };
	struct account *a;
	struct conf conf;
	int r = -1;

	if (conf_load(&conf, spec->conf_path, err) != 0)
		return -1;
	if (open_trace(spec->trace, &trace, err) != 0) {
		conf_release(&conf);
		return -1;
	}
	if (strcmp(spec->kind, "fetch") == 0) {
		a = conf_account(&conf, spec->account);
		if (a)
			r = fetch_run(f, &conf, a, spec->trace ? &trace : NULL, err);
		else
			err_set(err, ERR_NOTFOUND, _("There is no account %s."), spec->account ? spec->account : "");
	} else if (strcmp(spec->kind, "send") == 0) {
		r = send_run(f, &conf, spec->account, spec->item, spec->all, spec->trace ? &trace : NULL, err);
	} else if (strcmp(spec->kind, "index") == 0) {
		r = scan_run(f, &conf, spec->folder, err);
	} else if (strcmp(spec->kind, "find") == 0) {
		r = find_run(f, &conf, spec, err);
	} else if (strcmp(spec->kind, "change") == 0) {
		r = change_run(f, &conf, spec, err);
	} else if (strcmp(spec->kind, "manage") == 0) {
		r = manage_run(f, &conf, spec, err);
	} else if (strcmp(spec->kind, "filter") == 0) {
		r = filter_run(f, &conf, spec, err);
	} else {
		err_set(err, ERR_INPUT, _("There is no job %s."), spec->kind);
	}
	if (trace.fd >= 0)
		fs_close(&trace.fd);
	conf_release(&conf);
	return r;
}

/* ---- the process ---- */

struct pipe_end {
	struct front front;
	int fd;
	struct str in;
	bool gone;              /* the owner is no more */
	uint32_t waiting;       /* ask id, 0: none */
	bool answered, refused;
	struct str *answer;
	struct str start;       /* the line that says what to do */
};

static void pipe_emit(struct front *f, struct slice line)
{
	struct pipe_end *p = f->ctx;

	/* The owner always drains; a full pipe may block us (never the owner). */
	if (!p->gone && fs_write_all(p->fd, line.p, line.n) != 0)
		p->gone = true;
}

static void take_line(struct pipe_end *p, struct slice line)
{
	struct err ignored = ERR_INIT;
	struct wire w;

	if (wire_parse(line, &w, &ignored) != 0)
		return;
	if (sl_is(w.verb, "start") && p->start.n == 0) {
		str_addsl(&p->start, line);
	} else if (sl_is(w.verb, "cancel")) {
		p->front.cancelled = true;
	} else if (sl_is(w.verb, "answer") && w.id == p->waiting && p->answer) {
		p->answered = true;
		p->refused = !wire_get(&w, "value", p->answer);
	}
}

static void pipe_ready(void *ctx, short revents)
{
	struct pipe_end *p = ctx;
	char block[4096];
	ssize_t n;
	char *lf;

	(void)revents;
	n = recv(p->fd, block, sizeof(block), MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || str_add(&p->in, block, (size_t)n) != 0) {
		p->gone = p->front.cancelled = true;
		return;
	}
	while ((lf = memchr(p->in.p, '\n', p->in.n))) {
		take_line(p, sl_range(p->in.p, lf));
		str_drop(&p->in, (size_t)(lf - p->in.p) + 1);
	}
}

static int pipe_wait(struct front *f, uint32_t id, struct str *out)
{
	struct pipe_end *p = f->ctx;
	struct err err = ERR_INIT;

	p->waiting = id;
	p->answered = p->refused = false;
	p->answer = out;
	while (!p->answered && !p->gone && !f->cancelled)
		if (loop_turn(f->loop, -1, &err) != 0)
			break;
	p->waiting = 0;
	p->answer = NULL;
	return p->answered && !p->refused ? 0 : -1;
}

static char *field(const struct wire *w, const char *key)
{
	struct str v;

	str_init(&v, WIRE_MAX);
	if (wire_get(w, key, &v))
		return str_detach(&v);
	str_release(&v);
	return NULL;
}

static void report(struct pipe_end *p, int r, const struct err *err)
{
	struct str line;

	str_init(&line, WIRE_MAX);
	wire_start(&line, r == 0 ? "done" : "fail", 1);
	if (r != 0) {
		wire_addn(&line, "kind", err->kind);
		wire_add(&line, "text", sl(err->text));
	}
	emit(&p->front, &line);
}

static int run_start(struct front *f, const struct wire *w, struct err *err)
{
	struct job_spec spec = { 0 };
	uint64_t all = 0;
	int r;

	for (size_t i = 0; i < job_n_fields; i++)
		*job_field(&spec, i) = field(w, job_fields[i].name);
	wire_get_u64(w, "all", &all);
	spec.all = all != 0;
	if (!spec.kind)
		spec.kind = mem_strdup("");
	r = worker_run(f, &spec, err);
	for (size_t i = 0; i < job_n_fields; i++)
		free((char *)(uintptr_t)*job_field(&spec, i));
	return r;
}

int worker_main(void)
{
	struct pipe_end p = { .fd = 0 };
	struct err err = ERR_INIT;
	struct watch *watch;
	struct wire w;
	int r = -1;

	p.front = (struct front){ .loop = loop_new(), .emit = pipe_emit, .wait_answer = pipe_wait, .ctx = &p };
	str_init(&p.in, WIRE_MAX);
	str_init(&p.start, WIRE_MAX);
	watch = loop_fd(p.front.loop, p.fd, POLLIN, pipe_ready, &p);
	pipe_emit(&p.front, SL("hello 1\n"));
	while (p.start.n == 0 && !p.gone)
		if (loop_turn(p.front.loop, -1, &err) != 0)
			break;
	if (p.start.n && wire_parse(str_sl(&p.start), &w, &err) == 0) {
		r = run_start(&p.front, &w, &err);
		report(&p, r, &err);
	}
	watch_free(&watch);
	str_release(&p.in);
	str_release(&p.start);
	loop_free(&p.front.loop);
	return r == 0 ? 0 : 1;
}
