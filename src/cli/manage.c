/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * manage: --create, --rename, --remove-folder, --convert, --dedupe, --compact, --import and
 * --export.
 */
#include "priv.h"

static void on_item(void *ctx, const struct wire *w)
{
	struct cli_job *j = ctx;
	struct str folder;
	uint64_t n = 0;

	if (!j->cli->verbose)
		return;
	str_init(&folder, 65536);
	wire_get(w, "folder", &folder);
	wire_get_u64(w, "n", &n);
	cli_bar_clear(&j->bar);
	cli_say(_("%s: %llu messages."), folder.p, (unsigned long long)n);
	str_release(&folder);
}

static int run_job(struct cli *c, const char *what, struct job_spec *spec)
{
	struct cli_job j = { .cli = c };
	struct job_events ev = cli_job_events(&j);
	struct err err = ERR_INIT;

	ev.item = on_item;
	spec->kind = "manage";
	spec->what = what;
	spec->conf_path = c->conf_path;
	job_here(spec, &ev, &err);
	return j.code;
}

static int usage(const char *text)
{
	cli_say("%s", text);
	return EXIT_USAGE;
}

int cli_create(struct cli *c)
{
	struct job_spec spec = { .folder = c->number, .to = c->to ? c->to : "maildir" };

	if (c->n)
		return usage(_("--create takes one name."));
	if (strcmp(spec.to, "mbox") != 0 && strcmp(spec.to, "maildir") != 0)
		return usage(_("A mailbox is made as a maildir (the default) or with --to mbox."));
	return run_job(c, "create", &spec);
}

int cli_rename_folder(struct cli *c)
{
	struct job_spec spec = { .folder = c->number, .to = c->n == 1 ? c->operands[0] : NULL };

	if (c->n != 1)
		return usage(_("--rename takes two names: the old and the new one."));
	return run_job(c, "rename", &spec);
}

int cli_remove_folder(struct cli *c)
{
	struct job_spec spec = { .folder = c->number, .all = c->force };

	if (c->n)
		return usage(_("--remove-folder takes one name."));
	return run_job(c, "remove", &spec);
}

int cli_convert(struct cli *c)
{
	struct job_spec spec = { .folder = c->number, .to = c->to };

	if (c->n || !c->to)
		return usage(_("Say which mailbox becomes what: --convert NAME --to mbox, or --to maildir."));
	return run_job(c, "convert", &spec);
}

/* Over the mailboxes named, or all. */
static int over(struct cli *c, const char *what)
{
	struct job_spec spec = { 0 };
	int code = EXIT_OK;

	if (c->n == 0)
		return run_job(c, what, &spec);
	for (size_t i = 0; i < c->n && code == EXIT_OK; i++) {
		spec.folder = c->operands[i];
		code = run_job(c, what, &spec);
	}
	return code;
}

int cli_dedupe(struct cli *c)
{
	return over(c, "dedupe");
}

int cli_compact(struct cli *c)
{
	return over(c, "compact");
}

int cli_import(struct cli *c)
{
	struct job_spec spec = { .to = c->to };
	int code = EXIT_OK;

	if (c->n == 0)
		return usage(_("--import takes the files or mailboxes to be read."));
	for (size_t i = 0; i < c->n && code == EXIT_OK; i++) {
		spec.item = c->operands[i];
		code = run_job(c, "import", &spec);
	}
	return code;
}

int cli_export(struct cli *c)
{
	struct job_spec spec = { .to = c->out };
	struct cli_where w = { .ids = cli_ids(c) };
	struct conf conf;
	int code;

	if (!c->out) {
		cli_where_release(&w);
		return usage(_("Say where to: -o FILE for an mbox, -o FOLDER/ for a Maildir, -o - for standard output."));
	}
	if (cli_conf(c, &conf, &code) != 0) {
		cli_where_release(&w);
		return code;
	}
	spec.ids = w.ids;
	if (!w.ids && cli_operands(c, &conf, &w) != 0) {
		code = EXIT_USAGE;
	} else {
		spec.folder = w.path;
		spec.pattern = w.pattern ? w.pattern : "~A";
		code = run_job(c, "export", &spec);
	}
	cli_where_release(&w);
	conf_release(&conf);
	return code;
}
