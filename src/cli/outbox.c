/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * outbox: what waits, what failed, and taking it out; and --check-config.
 */
#include "priv.h"
#include <unistd.h>

struct office { struct conf conf; struct state *state; struct outbox *outbox; };

static int office_open(struct cli *c, struct office *b, int *code)
{
	struct err err = ERR_INIT;
	char *db, *dir;
	int r;

	memset(b, 0, sizeof(*b));
	if (cli_conf(c, &b->conf, code) != 0)
		return -1;
	db = path_join(b->conf.data, "state.db");
	dir = path_join(b->conf.data, "outbox");
	r = fs_mkdirs(b->conf.data, &err);
	if (r == 0)
		r = state_open(&b->state, db, &err);
	if (r == 0)
		r = outbox_open(&b->outbox, dir, b->state, &err);
	free(db);
	free(dir);
	if (r == 0)
		return 0;
	*code = cli_fail(&err);
	state_close(&b->state);
	conf_release(&b->conf);
	return -1;
}

static void office_close(struct office *b)
{
	outbox_close(&b->outbox);
	state_close(&b->state);
	conf_release(&b->conf);
}

static const char *state_word(enum rcpt_fate f)
{
	switch (f) {
	case FATE_WAITING: return "queued";
	case FATE_GOING: return "sending";
	case FATE_ACCEPTED: return "accepted";
	case FATE_FAILED: return "failed";
	case FATE_UNSURE: return "unsure";
	}
	return "";
}

static const char *state_shown(enum rcpt_fate f)
{
	switch (f) {
	case FATE_WAITING: return _("waits");
	case FATE_GOING: return _("is being sent");
	case FATE_ACCEPTED: return _("accepted");
	case FATE_FAILED: return _("failed");
	case FATE_UNSURE: return _("unsure");
	}
	return "";
}

static void print_json(const struct item *it)
{
	struct str s, text;

	str_init(&s, STR_MAX);
	str_init(&text, STR_MAX);
	str_adds(&s, "{\"id\":");
	str_addjson(&s, sl(it->id));
	str_adds(&s, ",\"created\":");
	cli_json_time(&s, it->env.created);
	str_adds(&s, ",\"from\":");
	str_addjson(&s, sl(it->env.from));
	str_adds(&s, ",\"recipients\":[");
	for (size_t i = 0; i < it->fates.n; i++) {
		const struct fate *f = &it->fates.v[i];

		str_adds(&s, i ? ",{\"address\":" : "{\"address\":");
		str_addjson(&s, sl(f->addr));
		str_addf(&s, ",\"state\":\"%s\",\"code\":", state_word(f->fate));
		if (f->code)
			str_addf(&s, "%d", f->code);
		else
			str_adds(&s, "null");
		str_adds(&s, ",\"text\":");
		str_clear(&text);
		str_addf(&text, "%s%s%s", f->enh ? f->enh : "", f->enh && f->enh[0] ? " " : "", f->text ? f->text : "");
		str_addjson(&s, str_sl(&text));
		str_addc(&s, '}');
	}
	str_adds(&s, "],\"next_try\":");
	cli_json_time(&s, item_waiting(it) ? it->sending.next_try ? it->sending.next_try : it->env.created : 0);
	str_addf(&s, ",\"attempts\":%u}\n", it->sending.attempts);
	fwrite(s.p, 1, s.n, stdout);
	str_release(&text);
	str_release(&s);
}

static void print_item(const struct item *it, int64_t now)
{
	struct str s;

	str_init(&s, STR_MAX);
	str_addf(&s, "%s  ", it->id);
	fmt_date(&s, it->env.created, now);
	str_adds(&s, "  ");
	fmt_size(&s, (uint64_t)it->size);
	str_addf(&s, "  %s", it->env.subject && it->env.subject[0] ? it->env.subject : _("(no subject)"));
	cli_print(str_sl(&s), false);
	for (size_t i = 0; i < it->fates.n; i++) {
		const struct fate *f = &it->fates.v[i];

		str_clear(&s);
		str_addf(&s, "    %s: %s", f->addr, state_shown(f->fate));
		if (f->code)
			str_addf(&s, ", %d", f->code);
		if (f->enh && f->enh[0])
			str_addf(&s, " %s", f->enh);
		if (f->text && f->text[0])
			str_addf(&s, "%s %s", f->code ? "" : ":", f->text);
		cli_print(str_sl(&s), false);
	}
	if (item_waiting(it) && (it->sending.next_try || it->sending.held)) {
		str_clear(&s);
		str_adds(&s, "    ");
		if (it->sending.held)
			str_adds(&s, _("held back"));
		else if (item_scheduled(it, now))
			str_adds(&s, _("is sent after "));
		else
			str_addf(&s, ngettext_("tried %u time, next try after ", "tried %u times, next try after ", it->sending.attempts), it->sending.attempts);
		if (!it->sending.held)
			fmt_date(&s, it->sending.next_try, now);
		cli_print(str_sl(&s), false);
	}
	str_release(&s);
}

int cli_outbox(struct cli *c)
{
	struct err err = ERR_INIT;
	int64_t now = rt_now() / 1000000;
	struct items all;
	struct office b;
	int code = EXIT_OK;

	if (office_open(c, &b, &code) != 0)
		return code;
	if (outbox_list(b.outbox, &all, &err) != 0) {
		code = cli_fail(&err);
	} else {
		for (size_t i = 0; i < all.n; i++) {
			if (c->json)
				print_json(&all.v[i]);
			else
				print_item(&all.v[i], now);
		}
		if (all.n == 0 && !c->json && isatty(STDOUT_FILENO))
			cli_say("%s", _("The outbox is empty: everything was sent."));
		items_release(&all);
		if (cli_flush() != 0)
			code = EXIT_ERROR;
	}
	office_close(&b);
	return code;
}

int cli_drop(struct cli *c)
{
	int code = EXIT_OK;
	struct office b;

	if (c->n == 0) {
		cli_say("%s", _("Name the items to remove; pabal --outbox shows their ids."));
		return EXIT_USAGE;
	}
	if (office_open(c, &b, &code) != 0)
		return code;
	for (size_t i = 0; i < c->n; i++) {
		struct err err = ERR_INIT;
		struct item it;
		int lock;

		if (outbox_get(b.outbox, c->operands[i], &it, &err) != 0) {
			code = cli_fail(&err);
			continue;
		}
		if (outbox_lock(b.outbox, it.id, &lock, &err) != 0) {
			if (err.kind == ERR_LOCKED)
				err_set(&err, ERR_LOCKED, _("The message %s is being sent right now."), it.id);
			code = cli_fail(&err);
		} else {
			if (outbox_remove(b.outbox, it.id, &err) != 0)
				code = cli_fail(&err);
			fs_close(&lock);
		}
		item_release(&it);
	}
	office_close(&b);
	return code;
}

/* Patterns are read by the search, not by conf. */
static int check_patterns(const struct conf *conf)
{
	struct err err = ERR_INIT;
	struct query *q;

	if (filter_check(conf, &err) != 0)
		return cli_fail(&err);
	for (size_t i = 0; i < conf->n_searches; i++) {
		if (cli_pattern(conf, conf->searches[i].pattern, &q) != 0) {
			cli_say(_("%s: That is the pattern of the search %s."), conf->path, conf->searches[i].name);
			return EXIT_CONFIG_;
		}
		query_free(&q);
	}
	return EXIT_OK;
}

int cli_check_config(struct cli *c)
{
	struct err err = ERR_INIT;
	struct conf conf;
	int code;

	if (cli_conf(c, &conf, &code) != 0)
		return code;
	code = check_patterns(&conf);
	if (code == EXIT_OK && c->screens->check(&conf, &err) != 0)
		code = cli_fail(&err);
	if (code != EXIT_OK) {
		conf_release(&conf);
		return code;
	}
	if (!conf.path)
		cli_say("%s", _("There is no configuration file yet; pabal.conf(5) says what goes into it."));
	else if (c->verbose)
		cli_say(ngettext_("%s is fine: %zu account.", "%s is fine: %zu accounts.", conf.n_accounts), conf.path, conf.n_accounts);
	conf_release(&conf);
	return EXIT_OK;
}

int cli_keys(struct cli *c)
{
	struct err err = ERR_INIT;
	struct conf conf;
	struct str out;
	int code;

	if (cli_conf(c, &conf, &code) != 0)
		return code;
	str_init(&out, 1 << 20);
	code = c->screens->keys(&conf, &out, &err) == 0 ? EXIT_OK : cli_fail(&err);
	cli_print(str_sl(&out), true);
	str_release(&out);
	conf_release(&conf);
	return cli_flush() == 0 ? code : EXIT_ERROR;
}
