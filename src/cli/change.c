/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * change: --flag, --move, --copy, --delete, --archive, --undo and --history.
 * The messages are named by ids, or by a mailbox and a pattern as in --list.
 */
#include "priv.h"
#include <unistd.h>

struct changing { struct cli_job job; uint64_t n, gone; };

static void on_item(void *ctx, const struct wire *w)
{
	struct changing *x = ctx;

	wire_get_u64(w, "n", &x->n);
	wire_get_u64(w, "gone", &x->gone);
}

static int finish(struct changing *x)
{
	if (x->job.code != EXIT_OK)
		return x->job.code;
	if (x->gone)
		cli_say(_("%llu messages were not there any more."), (unsigned long long)x->gone);
	if (x->n == 0 && x->gone == 0) {
		cli_say("%s", _("No message is like that, so nothing was done."));
		return EXIT_ERROR;
	}
	if (x->job.cli->verbose)
		cli_say(_("%llu messages."), (unsigned long long)x->n);
	return EXIT_OK;
}

static int run_job(struct cli *c, struct job_spec *spec)
{
	struct changing x = { .job.cli = c };
	struct job_events ev = cli_job_events(&x.job);
	struct err err = ERR_INIT;

	ev.item = on_item;
	spec->kind = "change";
	spec->conf_path = c->conf_path;
	job_here(spec, &ev, &err);
	return finish(&x);
}

/* All operands are ids: one string of them, or NULL. */
char *cli_ids(const struct cli *c)
{
	struct str s;

	if (c->n == 0)
		return NULL;
	for (size_t i = 0; i < c->n; i++)
		if (!cli_is_id(c->operands[i]))
			return NULL;
	str_init(&s, STR_MAX);
	for (size_t i = 0; i < c->n; i++)
		str_addf(&s, "%s%s", i ? " " : "", c->operands[i]);
	return str_detach(&s);
}

/* ids, or [FOLDER] PATTERN: into spec; -1: said what is wrong. */
int cli_choose(const struct cli *c, const struct conf *conf, struct job_spec *spec, struct cli_where *w)
{
	struct query *q;

	*w = (struct cli_where){ .ids = cli_ids(c) };
	spec->ids = w->ids;
	if (spec->ids)
		return 0;
	if (cli_operands(c, conf, w) != 0)
		return -1;
	if (!w->pattern) {
		cli_say("%s", _("Say which messages: ids as --list shows them, or a pattern. \"~A\" means all."));
		return -1;
	}
	if (w->inboxes) {
		cli_say("%s", _("A change is made in one mailbox, or in all with a view such as @unread."));
		return -1;
	}
	if (cli_pattern(conf, w->pattern, &q) != 0)
		return -1;
	query_free(&q);
	spec->folder = w->path;
	spec->pattern = w->pattern;
	return 0;
}

static int change(struct cli *c, const char *what)
{
	struct job_spec spec = { .what = what, .to = c->number, .flags = c->number };
	struct cli_where w = { 0 };
	struct conf conf;
	int code;

	if (cli_conf(c, &conf, &code) != 0)
		return code;
	code = cli_choose(c, &conf, &spec, &w) == 0 ? EXIT_OK : EXIT_USAGE;
	if (code == EXIT_OK && c->dry_run)
		code = cli_list_chosen(c, &w);
	else if (code == EXIT_OK)
		code = run_job(c, &spec);
	cli_where_release(&w);
	conf_release(&conf);
	return code;
}

int cli_flag(struct cli *c)
{
	unsigned set, clear;
	struct err err = ERR_INIT;

	if (change_parse_flags(c->number, &set, &clear, &err) != 0) {
		cli_say("%s", err.text);
		return EXIT_USAGE;
	}
	return change(c, "flag");
}

int cli_move(struct cli *c)
{
	return change(c, "move");
}

int cli_copy(struct cli *c)
{
	return change(c, "copy");
}

int cli_delete(struct cli *c)
{
	return change(c, "delete");
}

int cli_archive(struct cli *c)
{
	return change(c, "archive");
}

int cli_undo(struct cli *c)
{
	struct job_spec spec = { .what = "undo", .item = c->n ? c->operands[0] : NULL };

	if (c->n > 1) {
		cli_say("%s", _("--undo takes the number of one action."));
		return EXIT_USAGE;
	}
	return run_job(c, &spec);
}

/* ---- --history ---- */

struct history { int64_t action; uint64_t n; int64_t at; char *what; enum journal_state state; bool json, any; };

static void print_action(struct history *h)
{
	struct str line;

	if (!h->what)
		return;
	str_init(&line, STR_MAX);
	if (h->json) {
		str_addf(&line, "{\"action\":%lld,\"at\":\"", (long long)h->action);
		fmt_iso(&line, h->at, date_zone(h->at));
		str_adds(&line, "\",\"what\":");
		str_addjson(&line, sl(h->what));
		str_addf(&line, ",\"messages\":%llu,\"undone\":%s}", (unsigned long long)h->n, h->state == JOURNAL_UNDONE ? "true" : "false");
	} else {
		str_addf(&line, "%6lld  ", (long long)h->action);
		fmt_date(&line, h->at, rt_now() / 1000000);
		while (line.n < 22)
			str_addc(&line, ' ');
		str_addf(&line, "%8llu  ", (unsigned long long)h->n);
		utf8_sanitize(&line, sl(h->what), CLEAN_LINE);
		if (h->state == JOURNAL_UNDONE)
			str_addf(&line, "  %s", _("(taken back)"));
	}
	str_addc(&line, '\n');
	fwrite(line.p, 1, line.n, stdout);
	str_release(&line);
	free(h->what);
	h->what = NULL;
	h->any = true;
}

static int take_row(void *ctx, const struct journal_row *row)
{
	struct history *h = ctx;

	if (!row->what[0])
		return 0;       /* an undo itself */
	if (h->what && h->action != row->action)
		print_action(h);
	if (!h->what) {
		h->what = mem_strdup(row->what);
		h->action = row->action;
		h->n = 0;
	}
	h->n += row->n;
	h->at = row->at;
	h->state = row->state;
	return 0;
}

int cli_history(struct cli *c)
{
	struct history h = { .json = c->json };
	struct err err = ERR_INIT;
	struct state *state;
	struct conf conf;
	char *path;
	int code, r;

	if (cli_conf(c, &conf, &code) != 0)
		return code;
	path = path_join(conf.data, "state.db");
	r = fs_mkdirs(conf.data, &err);
	if (r == 0)
		r = state_open(&state, path, &err);
	if (r == 0) {
		r = state_journal_each(state, 0, 0, take_row, &h, &err);
		print_action(&h);
		state_close(&state);
	}
	code = r == 0 ? EXIT_OK : cli_fail(&err);
	if (r == 0 && !h.any && !c->json && isatty(STDOUT_FILENO))
		cli_say("%s", _("Nothing was changed yet."));
	free(path);
	conf_release(&conf);
	return cli_flush() == 0 ? code : EXIT_ERROR;
}
