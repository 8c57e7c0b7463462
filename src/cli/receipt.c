/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * receipt: tells those who ask for it that their message was read (--send-receipt).
 */
#include "priv.h"

static int put(const struct conf *conf, struct slice header, const struct env *env, const char *to, char id[64], struct err *err)
{
	char *db = path_join(conf->data, "state.db"), *box = path_join(conf->data, "outbox");
	struct outbox *o = NULL;
	struct state *s = NULL;
	int r = state_open(&s, db, err);

	if (r == 0)
		r = outbox_open(&o, box, s, err);
	if (r == 0)
		r = receipt_once(s, env, err);
	if (r == 1)
		r = receipt_put(conf, o, header, env, to, false, id, err);
	else if (r == 0)
		r = err_set(err, ERR_EXISTS, _("%s was told or refused already; a message is answered once."), to);
	outbox_close(&o);
	state_close(&s);
	free(db);
	free(box);
	return r;
}

static int one(struct cli *c, const struct conf *conf, const char *arg, char id[64], struct err *err)
{
	int fd = cli_message(c, arg, err), r;
	struct str header;
	struct env env;
	char *to;

	if (fd < 0)
		return -1;
	str_init(&header, mime_limits_default.header);
	r = hdr_read(fd, 0, &header) < 0 ? err_sys(err, _("Can't read %s"), arg) : 0;
	fs_close(&fd);
	if (r == 0) {
		env_parse(str_sl(&header), &mime_limits_default, &env);
		if (receipt_wanted(conf, str_sl(&header), &env, &to) != RECEIPT_NO)
			r = put(conf, str_sl(&header), &env, to, id, err);
		else
			r = err_set(err, ERR_INPUT, "%s", _("Nobody asks to be told that this message was read, or the setting receipts is never."));
		free(to);
		env_release(&env);
	}
	str_release(&header);
	return r;
}

int cli_send_receipt(struct cli *c)
{
	struct err err = ERR_INIT;
	int code = EXIT_OK, worst = EXIT_OK;
	struct conf conf;
	char id[64];

	if (c->n == 0) {
		cli_say("%s", _("--send-receipt takes messages: ids of --list, files, or - for standard input."));
		return EXIT_USAGE;
	}
	if (cli_conf(c, &conf, &code) != 0)
		return code;
	for (size_t i = 0; i < c->n; i++) {
		code = one(c, &conf, c->operands[i], id, &err) == 0 ? cli_try_item(c, id) : cli_fail(&err);
		worst = MAX(worst, code);
	}
	conf_release(&conf);
	return worst;
}
