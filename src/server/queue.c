/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * queue: mail for elsewhere.  ROOT/queue is an outbox as a person has one, and the job that
 * empties a person's outbox empties this one: its configuration names a server for each way.
 * What makes the difference stands here: who may hand in (smtp.c), which way a domain goes,
 * that each way has a job of its own, and that failures are told to the sender (queuetell.c).
 */
#include "priv.h"
#include <dirent.h>
#include <fcntl.h>

#define WAYS_AT_ONCE 10

static const char *domain_of(const char *addr)
{
	const char *at = strrchr(addr, '@');

	return at ? at + 1 : "";
}

/* The name of a way, the same for all that goes it: so it goes over one connection. */
static char *way_of(const struct options *o, const char *addr)
{
	const struct route *r = route_find(o, domain_of(addr));
	struct str s;

	str_init(&s, 1024);
	str_addlower(&s, sl(r && r->host ? r->host : domain_of(addr)));
	return str_detach(&s);
}

/* What sends to one way.  trace: its own transcript, or NULL; several that go on at once
 * would stand between each other in one file. */
struct way_run { struct queue *queue; char *way, *trace; struct job *job; };

/* The whole of a session into the transcript of the server; what clients say goes on behind it. */
static void give_trace(const struct way_run *r)
{
	int fd = fs_open(FS_CWD, r->trace, O_RDONLY, 0);
	struct err ignored = ERR_INIT;
	struct sink sink;
	struct src src;

	if (fd >= 0) {
		r->queue->server->mixed = r->queue->server->sessions > 0;
		src_range(&src, fd, 0, -1);
		sink_fd(&sink, r->queue->server->trace_fd);
		src_copy(&src, &sink, &ignored);
		src_release(&src);
		fs_close(&fd);
	}
	fs_unlink(FS_CWD, r->trace);
}

static void run_free(struct way_run *r)
{
	job_free(&r->job);
	if (r->trace)
		give_trace(r);
	free(r->trace);
	free(r->way);
	free(r);
}

static char *new_trace(struct queue *q)
{
	struct str s;

	if (q->server->trace_fd < 0)
		return NULL;
	str_init(&s, 65536);
	str_addf(&s, "%s/trace.%llu", q->dir, (unsigned long long)++q->traces);
	return str_detach(&s);
}

/* What a server left that was cut off. */
static void sweep(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d && (e = readdir(d)))
		if (sl_starts(sl(e->d_name), "trace.") || sl_starts(sl(e->d_name), ".tmp."))
			fs_unlink(dirfd(d), e->d_name);
	if (d)
		closedir(d);
}

int queue_open(struct queue **out, struct serving *server, struct err *err)
{
	struct queue *q;
	char *db, *box;
	int r;

	*out = NULL;
	if (server->opt->n_routes == 0)
		return 0;
	q = mem_zalloc(sizeof(*q));
	q->server = server;
	q->telling = map_new();
	q->runs = map_new();
	q->dir = path_join(server->opt->root, "queue");
	db = path_join(q->dir, "state.db");
	box = path_join(q->dir, "outbox");
	r = fs_mkdirs(q->dir, err);
	sweep(q->dir);
	if (r == 0)
		r = state_open(&q->state, db, err);
	if (r == 0)
		r = outbox_open(&q->outbox, box, q->state, err);
	free(db);
	free(box);
	*out = q;
	return r;
}

void queue_close(struct queue **qp)
{
	struct queue *q = *qp;
	struct slice way;
	size_t it = 0;
	void *value;

	*qp = NULL;
	if (!q)
		return;
	while (map_next(q->runs, &it, &way, &value))
		run_free(value);
	map_free(&q->runs);
	watch_free(&q->timer);
	queue_forget_reports(q);
	outbox_close(&q->outbox);
	state_close(&q->state);
	free(q->dir);
	free(q);
}

/* ---- in ---- */

struct writing { struct src *(*open)(void *, struct err *); void *ctx; };

static int write_message(void *ctx, struct sink *sink, struct err *err)
{
	struct writing *w = ctx;
	struct src *src = w->open(w->ctx, err);
	int r;

	if (!src)
		return -1;
	r = src_copy(src, sink, err);
	src_release(src);
	return r;
}

static int put_way(struct queue *q, const struct passed *m, const bool *done, size_t first, struct writing *w, struct err *err, bool *mine)
{
	char *way = way_of(q->server->opt, m->v[first].addr), none[1] = "", id[64];
	char *from = mem_strdup(m->from), *envid = mem_strdup(m->envid), *ret = mem_strdup(m->ret);
	struct envelope e = { .account = way, .from = from, .message_id = none, .subject = none, .envid = envid, .ret = ret,
		.created = rt_now() / 1000000 };
	int r;

	e.rcpt = mem_zalloc(m->n * sizeof(*e.rcpt));
	for (size_t i = first; i < m->n; i++) {
		char *other = way_of(q->server->opt, m->v[i].addr);

		mine[i] = !done[i] && strcmp(other, way) == 0;
		if (mine[i])
			e.rcpt[e.n++] = m->v[i];
		free(other);
	}
	r = outbox_put(q->outbox, &e, write_message, w, id, err);
	free(e.rcpt);
	free(way);
	free(from);
	free(envid);
	free(ret);
	return r;
}

int queue_put(struct queue *q, const struct passed *m, struct src *(*open)(void *ctx, struct err *), void *ctx, struct err *err)
{
	bool *done = mem_zalloc(2 * m->n + 1), *mine = done + m->n;
	struct writing w = { open, ctx };
	int r = 0;

	for (size_t i = 0; i < m->n && r == 0; i++) {
		if (done[i])
			continue;
		r = put_way(q, m, done, i, &w, err, mine);
		for (size_t k = i; k < m->n && r == 0; k++)
			done[k] = done[k] || mine[k];
	}
	free(done);
	return r;
}

/* ---- out ---- */

/* "[account HOST:25]" with its server, once. */
static void add_way(struct queue *q, const struct item *it, struct map *had, struct str *out)
{
	const struct route *r = it->env.n ? route_find(q->server->opt, domain_of(it->env.rcpt[0].addr)) : NULL;

	if (!r || map_get(had, sl(it->env.account)))
		return;
	map_put(had, sl(it->env.account), q);
	str_addf(out, "[account %s]\naddress = postmaster@%s\nsent = no\n", it->env.account, q->server->host);
	str_addf(out, r->host ? "smtp = smtp+relay://%s\n" : "smtp = smtp+mx://%s\n", r->host ? r->host : domain_of(it->env.rcpt[0].addr));
}

static char *write_conf(struct queue *q, const struct items *all, struct err *err)
{
	const struct options *o = q->server->opt;
	char *path = path_join(q->dir, "config");
	struct map *had = map_new();
	struct str s;

	str_init(&s, STR_MAX);
	str_addf(&s, "data = %s\nhostname = %s\nretry = %us\nretry-max = %us\ngive-up = %us\n", q->dir, q->server->host, o->retry, o->retry, o->give_up);
	for (size_t i = 0; i < all->n; i++)
		add_way(q, &all->v[i], had, &s);
	if (fs_replace(path, str_sl(&s), err) != 0) {
		free(path);
		path = NULL;
	}
	map_free(&had);
	str_release(&s);
	return path;
}

static void on_note(void *ctx, enum log_level level, struct slice text)
{
	(void)ctx;
	log_msg(level, SL_FMT, SL_ARG(text));
}

static void run(void *ctx);

/* At the next time that something is due. */
static void wait_for(struct queue *q, int64_t seconds)
{
	watch_free(&q->timer);
	/* what finds no place now finds it soon */
	if (seconds >= 0 && map_count(q->runs) >= WAYS_AT_ONCE)
		seconds = MAX(seconds, 1);
	if (seconds >= 0)
		q->timer = loop_timer(q->server->loop, MAX(seconds, 0) * 1000000 + 1000, run, q);
}

bool queue_sends(const struct queue *q, const char *way)
{
	return map_get(q->runs, sl(way)) != NULL;
}

static void free_run(void *ctx)
{
	struct way_run *r = ctx;
	struct queue *q = r->queue;

	map_del(q->runs, sl(r->way));
	run_free(r);
	if (q->again)
		wait_for(q, 0);
	else
		wait_for(q, queue_settle(q));
	q->again = false;
}

static void on_end(void *ctx, const struct err *err)
{
	struct way_run *r = ctx;

	if (err->kind != ERR_NONE)
		log_msg(LOG_WARN, "%s", err->text);
	loop_later(r->queue->server->loop, free_run, r);
}

static int start(struct queue *q, const char *conf, const char *way, struct err *err)
{
	struct way_run *r = mem_zalloc(sizeof(*r));
	struct job_events ev = { .note = on_note, .end = on_end, .ctx = r };
	struct job_spec spec = { .kind = "send", .conf_path = conf, .account = way };

	*r = (struct way_run){ .queue = q, .way = mem_strdup(way), .trace = new_trace(q) };
	spec.trace = r->trace;
	r->job = job_start(q->server->loop, &spec, &ev, err);
	if (!r->job) {
		run_free(r);
		return -1;
	}
	map_put(q->runs, sl(way), r);
	return 0;
}

/* A try of which nobody knows the end: the next one settles it. */
static bool was_cut(const struct item *it)
{
	for (size_t i = 0; i < it->fates.n; i++)
		if (it->fates.v[i].fate == FATE_GOING || it->fates.v[i].fate == FATE_UNSURE)
			return true;
	return false;
}

/* Each way of which something is due, but for those that are at work. */
static int start_due(struct queue *q, const struct items *all, struct err *err)
{
	int64_t now = rt_now() / 1000000;
	char *conf = NULL;
	int r = 0;

	for (size_t i = 0; i < all->n && r == 0; i++) {
		const struct item *it = &all->v[i];

		if (!item_due(it, now) && !was_cut(it))
			continue;
		if (queue_sends(q, it->env.account) || map_count(q->runs) >= WAYS_AT_ONCE) {
			q->again = true;
			continue;
		}
		if (!conf)
			conf = write_conf(q, all, err);
		r = conf ? start(q, conf, it->env.account, err) : -1;
	}
	free(conf);
	return r;
}

static void run(void *ctx)
{
	struct queue *q = ctx;
	struct err err = ERR_INIT;
	struct items all = { 0 };
	int r;

	q->timer = NULL;                /* it runs once */
	r = outbox_list(q->outbox, &all, &err);
	if (r == 0)
		r = start_due(q, &all, &err);
	if (r == 0) {
		wait_for(q, queue_settle(q));
	} else {
		log_msg(LOG_ERROR, "%s", err.text);
		wait_for(q, q->server->opt->retry);
	}
	items_release(&all);
}

void queue_kick(struct queue *q)
{
	wait_for(q, 0);
}
