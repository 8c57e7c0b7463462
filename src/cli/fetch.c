/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fetch: "pabal --fetch [ACCOUNT]...", also from cron: silent when all is
 * well.  One account is fetched in this process, several at once by jobs.
 */
#include "priv.h"
#include <unistd.h>

struct fetching {
	struct cli *cli;
	const char *account;
	struct all *all;
	struct job *job;
};

struct all { struct fetching *v; size_t n, running; struct loop *loop; int code; bool bar; };

static void clear_bar(struct all *a)
{
	if (a->bar)
		cli_bar_wipe();
}

static void on_progress(void *ctx, uint64_t done, uint64_t total, struct slice what)
{
	struct fetching *f = ctx;

	if (f->all->bar && total)
		cli_bar_draw(done, total, what);
}

static void on_item(void *ctx, const struct wire *w)
{
	struct fetching *f = ctx;
	uint64_t new = 0, bytes = 0, deleted = 0;
	struct str size;

	if (!f->cli->verbose)
		return;
	wire_get_u64(w, "new", &new);
	wire_get_u64(w, "bytes", &bytes);
	wire_get_u64(w, "deleted", &deleted);
	str_init(&size, 64);
	fmt_size(&size, bytes);
	clear_bar(f->all);
	if (deleted)
		cli_say(_("%s: %llu new, %s; %llu deleted on the server."), f->account, (unsigned long long)new, size.p, (unsigned long long)deleted);
	else
		cli_say(_("%s: %llu new, %s."), f->account, (unsigned long long)new, size.p);
	str_release(&size);
}

static void on_note(void *ctx, enum log_level level, struct slice text)
{
	struct fetching *f = ctx;

	if (level > LOG_WARN && !f->cli->verbose)
		return;
	clear_bar(f->all);
	cli_say(SL_FMT, SL_ARG(text));
}

static int on_password(void *ctx, struct slice account, struct slice user, struct slice host, struct str *out)
{
	struct fetching *f = ctx;

	clear_bar(f->all);
	return cli_password(account, user, host, out);
}

static void on_end(void *ctx, const struct err *err)
{
	struct fetching *f = ctx;

	clear_bar(f->all);
	if (err->kind != ERR_NONE) {
		cli_say("%s: %s", f->account, err->text);
		f->all->code = MAX(f->all->code, cli_code(err->kind));
	}
	if (f->all->running > 0 && --f->all->running == 0 && f->all->loop)
		loop_stop(f->all->loop);
}

static void run_one(struct all *a, const struct job_spec *base)
{
	struct job_spec spec = *base;
	struct job_events ev = { .progress = on_progress, .item = on_item, .note = on_note, .password = on_password, .end = on_end, .ctx = &a->v[0] };
	struct err err = ERR_INIT;

	spec.account = a->v[0].account;
	job_here(&spec, &ev, &err);
}

static void run_many(struct all *a, const struct job_spec *base)
{
	struct err err = ERR_INIT;

	a->loop = loop_new();
	a->running = a->n;
	for (size_t i = 0; i < a->n; i++) {
		struct job_events ev = { .progress = on_progress, .item = on_item, .note = on_note, .password = on_password, .end = on_end, .ctx = &a->v[i] };
		struct job_spec spec = *base;

		spec.account = a->v[i].account;
		a->v[i].job = job_start(a->loop, &spec, &ev, &err);
		if (!a->v[i].job) {
			on_end(&a->v[i], &err);
			err.kind = ERR_NONE;
		}
	}
	if (a->running > 0 && loop_run(a->loop, &err) != 0)
		a->code = MAX(a->code, cli_fail(&err));
	for (size_t i = 0; i < a->n; i++)
		job_free(&a->v[i].job);
	loop_free(&a->loop);
}

static void add(struct all *a, struct cli *c, const char *account)
{
	a->v = mem_array(a->v, a->n + 1, sizeof(*a->v));
	a->v[a->n++] = (struct fetching){ .cli = c, .account = account };
}

/* Those named, or all that have a server to fetch from. */
static int choose(struct all *a, struct cli *c, const struct conf *conf)
{
	for (size_t i = 0; i < c->n; i++) {
		if (!conf_account(conf, c->operands[i])) {
			cli_say(_("There is no account %s in the configuration."), c->operands[i]);
			return EXIT_ERROR;
		}
		add(a, c, c->operands[i]);
	}
	if (c->n == 0 && c->account) {
		if (!conf_account(conf, c->account)) {
			cli_say(_("There is no account %s in the configuration."), c->account);
			return EXIT_ERROR;
		}
		add(a, c, c->account);
	}
	if (a->n == 0)
		for (size_t i = 0; i < conf->n_accounts; i++)
			if (conf->accounts[i].pop3.set)
				add(a, c, conf->accounts[i].name);
	if (a->n == 0) {
		cli_say("%s", _("No account has a server to fetch from. Add pop3 = pop3s://user@host to one."));
		return EXIT_CONFIG_;
	}
	return EXIT_OK;
}

int cli_fetch(struct cli *c)
{
	struct job_spec spec = { .kind = "fetch", .conf_path = c->conf_path, .trace = c->trace };
	struct all a = { .bar = isatty(STDERR_FILENO) && !c->trace };
	struct conf conf;
	int code;

	if (cli_conf(c, &conf, &code) != 0)
		return code;
	a.code = choose(&a, c, &conf);
	if (a.code == EXIT_OK) {
		for (size_t i = 0; i < a.n; i++)
			a.v[i].all = &a;
		if (a.n == 1)
			run_one(&a, &spec);
		else
			run_many(&a, &spec);
	}
	free(a.v);
	conf_release(&conf);
	return a.code;
}
