/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * folders: --folders, and --index, which builds what lists and searches need.
 */
#include "priv.h"
#include <unistd.h>

#define QUICK_NEW 20000         /* so many new messages are read before a count is shown */

/* ---- --index ---- */

struct indexing { struct cli_job job; const struct conf *conf; };

static void on_item(void *ctx, const struct wire *w)
{
	struct indexing *x = ctx;
	struct str folder;
	uint64_t n = 0;

	if (!x->job.cli->verbose)
		return;
	str_init(&folder, 65536);
	wire_get(w, "folder", &folder);
	wire_get_u64(w, "messages", &n);
	cli_bar_clear(&x->job.bar);
	cli_say(_("%s: %llu messages."), folder_name(x->conf, folder.p), (unsigned long long)n);
	str_release(&folder);
}

static void on_note(void *ctx, enum log_level level, struct slice text)
{
	struct indexing *x = ctx;

	if (level > LOG_WARN && !x->job.cli->verbose)
		return;
	cli_bar_clear(&x->job.bar);
	cli_say(SL_FMT, SL_ARG(text));
	if (level <= LOG_WARN)
		x->job.code = EXIT_ERROR;
}

static void on_end(void *ctx, const struct err *err)
{
	struct indexing *x = ctx;

	cli_bar_clear(&x->job.bar);
	/* What a mailbox has against being read was noted. */
	if (err->kind != ERR_NONE && x->job.code == EXIT_OK)
		cli_say("%s", err->text);
	if (err->kind != ERR_NONE)
		x->job.code = cli_code(err->kind);
}

int cli_index(struct cli *c)
{
	struct job_spec spec = { .kind = "index", .conf_path = c->conf_path };
	struct indexing x = { .job.cli = c };
	struct job_events ev = cli_job_events(&x.job);
	struct err err = ERR_INIT;
	struct conf conf;
	int code;

	if (cli_conf(c, &conf, &code) != 0)
		return code;
	ev.item = on_item;
	ev.note = on_note;
	ev.end = on_end;
	x.conf = &conf;
	if (c->n == 0)
		job_here(&spec, &ev, &err);
	for (size_t i = 0; i < c->n; i++) {
		struct err one = ERR_INIT;

		spec.folder = c->operands[i];
		job_here(&spec, &ev, &one);
	}
	conf_release(&conf);
	return x.job.code;
}

/* ---- --folders ---- */

struct table { struct cli *cli; struct conf conf; struct folders *folders; struct cli_bar bar; int code; };

static void print(struct table *t, const struct index_folder *f, bool known)
{
	const char *name = folder_name(&t->conf, f->path);
	struct str line, size;

	str_init(&line, STR_MAX);
	if (t->cli->json) {
		str_adds(&line, "{\"folder\":");
		str_addjson(&line, sl(name));
		str_adds(&line, ",\"path\":");
		str_addjson(&line, sl(f->path));
		str_addf(&line, ",\"messages\":%llu,\"unread\":%llu,\"flagged\":%llu,\"bytes\":%llu,\"indexed\":%s}\n",
			(unsigned long long)f->total, (unsigned long long)f->unread, (unsigned long long)f->flagged,
			(unsigned long long)f->bytes, known ? "true" : "false");
	} else {
		str_init(&size, 64);
		fmt_size(&size, f->bytes);
		if (known)
			str_addf(&line, "%8llu %8llu %6s  ", (unsigned long long)f->unread, (unsigned long long)f->total, size.p);
		else
			str_addf(&line, "%8s %8llu %6s  ", "?", (unsigned long long)f->total, "?");
		utf8_sanitize(&line, sl(name), CLEAN_LINE);
		str_addc(&line, '\n');
		str_release(&size);
	}
	fwrite(line.p, 1, line.n, stdout);
	str_release(&line);
}

/* A large mailbox that is not in the index is counted, and that is all. */
static int count_only(const char *path, struct index_folder *f, struct err *err)
{
	struct box box;
	uint64_t sum;
	int r;

	if (box_open(&box, path, err) != 0)
		return -1;
	*f = (struct index_folder){ .path = mem_strdup(path) };
	r = box_sum(&box, &f->total, &sum, err);
	box_close(&box);
	if (r != 0)
		index_folder_release(f);
	return r;
}

static int one_folder(void *ctx, const char *path, enum box_kind kind)
{
	struct table *t = ctx;
	struct sync_events ev = { .progress = cli_bar_sync, .ctx = &t->bar };
	struct err err = ERR_INIT;
	struct index_folder f = { 0 };
	int64_t id;
	int r;

	(void)kind;
	t->bar.what = folder_name(&t->conf, path);
	r = folder_sync(t->folders, path, QUICK_NEW, &ev, &id, &err);
	cli_bar_clear(&t->bar);
	if (r == 2)
		r = count_only(path, &f, &err) == 0 ? 2 : -1;
	else if (r >= 0)
		r = index_folder(folders_index(t->folders), path, &f, &err) == 1 ? 1 : -1;
	if (r < 0) {
		t->code = cli_fail(&err);
		return 0;
	}
	print(t, &f, r != 2);
	index_folder_release(&f);
	return 0;
}

int cli_folders(struct cli *c)
{
	struct table t = { .cli = c, .bar = { .on = isatty(STDERR_FILENO) } };
	struct err err = ERR_INIT;
	int code;

	if (c->n) {
		cli_say("%s", _("--folders takes no names: it lists all mailboxes."));
		return EXIT_USAGE;
	}
	if (cli_conf(c, &t.conf, &code) != 0)
		return code;
	if (folders_open(&t.folders, &t.conf, &err) != 0 || folders_each(t.folders, one_folder, &t, &err) != 0)
		t.code = cli_fail(&err);
	folders_close(&t.folders);
	conf_release(&t.conf);
	return cli_flush() == 0 ? t.code : EXIT_ERROR;
}
