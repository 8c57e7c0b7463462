/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * filter: --filter applies the filters of the configuration, --why says what they did.
 */
#include "priv.h"

static void add(struct str *out, const struct wire *w, const char *key)
{
	struct str text;

	str_init(&text, 65536);
	wire_get(w, key, &text);
	utf8_sanitize(out, str_sl(&text), CLEAN_LINE);
	str_release(&text);
}

static void json(struct str *out, const struct wire *w, const char *key)
{
	struct str text;

	str_init(&text, 65536);
	wire_get(w, key, &text);
	str_addf(out, "%s\"%s\":", out->n > 1 ? "," : "", key);
	str_addjson(out, str_sl(&text));
	str_release(&text);
}

static void on_item(void *ctx, const struct wire *w)
{
	static const char *const keys[] = { "id", "rule", "to", "flags", "subject" };
	struct cli_job *j = ctx;
	struct str line;

	if (!j->cli->dry_run && !j->cli->verbose)
		return;
	cli_bar_clear(&j->bar);
	str_init(&line, STR_MAX);
	if (j->cli->json)
		str_addc(&line, '{');
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		if (j->cli->json) {
			json(&line, w, keys[i]);
			continue;
		}
		if (i)
			str_addc(&line, '\t');
		add(&line, w, keys[i]);
	}
	str_adds(&line, j->cli->json ? "}\n" : "\n");
	fwrite(line.p, 1, line.n, stdout);
	str_release(&line);
}

int cli_filter(struct cli *c)
{
	struct job_spec spec = { .kind = "filter", .what = c->dry_run ? "try" : "apply", .conf_path = c->conf_path };
	struct cli_job j = { .cli = c };
	struct job_events ev = cli_job_events(&j);
	struct err err = ERR_INIT;
	struct cli_where w = { .ids = cli_ids(c) };
	struct conf conf;
	int code;

	if (cli_conf(c, &conf, &code) != 0) {
		cli_where_release(&w);
		return code;
	}
	spec.ids = w.ids;
	ev.item = on_item;
	if (!w.ids && cli_operands(c, &conf, &w) != 0) {
		j.code = EXIT_USAGE;
	} else {
		spec.folder = w.path;
		spec.pattern = w.pattern ? w.pattern : "~A";
		job_here(&spec, &ev, &err);
	}
	cli_where_release(&w);
	conf_release(&conf);
	return cli_flush() == 0 ? j.code : EXIT_ERROR;
}

/* ---- --why ---- */

struct asking { struct cli *cli; struct state *state; struct err *err; };

static int say_why(void *ctx, const struct index_row *row)
{
	struct asking *a = ctx;
	struct str rule, line;
	int64_t at = 0;
	int r;

	str_init(&rule, 65536);
	str_init(&line, STR_MAX);
	r = state_why_get(a->state, row->ident, &rule, &at, a->err);
	if (a->cli->json) {
		str_addf(&line, "{\"id\":\"%012llx\",\"rule\":", (unsigned long long)(row->msg.ref.key >> 16));
		str_addjson(&line, str_sl(&rule));
		str_adds(&line, ",\"at\":\"");
		if (r == 1)
			fmt_iso(&line, at, date_zone(at));
		str_adds(&line, "\"}");
	} else if (r == 1) {
		str_addf(&line, "%012llx  ", (unsigned long long)(row->msg.ref.key >> 16));
		fmt_date(&line, at, rt_now() / 1000000);
		str_adds(&line, "  ");
		utf8_sanitize(&line, str_sl(&rule), CLEAN_LINE);
	} else {
		str_addf(&line, _("%012llx  no filter moved it"), (unsigned long long)(row->msg.ref.key >> 16));
	}
	str_addc(&line, '\n');
	if (r >= 0)
		fwrite(line.p, 1, line.n, stdout);
	str_release(&rule);
	str_release(&line);
	return MIN(r, 0);
}

static int each_id(struct cli *c, struct asking *a, struct folders *folders, struct err *err)
{
	for (size_t i = 0; i < c->n; i++) {
		int r = index_by_id(folders_index(folders), 0, sl(c->operands[i]), say_why, a, err);

		if (r < 0)
			return -1;
		if (r == 0)
			return err_set(err, ERR_NOTFOUND, _("There is no message %s. pabal --list shows the ids."), c->operands[i]);
	}
	return 0;
}

int cli_why(struct cli *c)
{
	struct err err = ERR_INIT;
	struct asking a = { .cli = c, .err = &err };
	struct folders *folders = NULL;
	char *ids = cli_ids(c), *path;
	struct conf conf;
	int code = EXIT_OK;

	if (!ids) {
		cli_say("%s", _("--why takes ids of messages, as --list shows them."));
		return EXIT_USAGE;
	}
	free(ids);
	if (cli_conf(c, &conf, &code) != 0)
		return code;
	path = path_join(conf.data, "state.db");
	if (fs_mkdirs(conf.data, &err) != 0 || state_open(&a.state, path, &err) != 0 ||
	    folders_open(&folders, &conf, &err) != 0 || each_id(c, &a, folders, &err) != 0)
		code = cli_fail(&err);
	folders_close(&folders);
	state_close(&a.state);
	free(path);
	conf_release(&conf);
	return cli_flush() == 0 ? code : EXIT_ERROR;
}
