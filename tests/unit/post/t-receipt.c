/* SPDX-License-Identifier: GPL-3.0-or-later
 * receipt: who gets one without a question, who after one, and who never; and what it says */
#include "../store/box.h"
#include "post/post.h"
#include <unistd.h>

static char *home;
static struct conf conf;
static struct err err;

static void start(const char *setting)
{
	struct str s;
	char *path;

	if (home)
		conf_release(&conf);
	free(home);
	home = tbox_dir();
	path = tbox_path("%s/config", home);
	str_init(&s, 4096);
	str_addf(&s, "hostname = me.test\n%s\n[account home]\naddress = Me <me@x.test>\nidentities = Other Me <me2@y.test>\n", setting);
	tbox_put(path, str_sl(&s));
	setenv("XDG_DATA_HOME", home, 1);
	is_int(conf_load(&conf, path, &err), 0, "a configuration %s", err.text);
	fs_mkdirs(conf.data, &err);
	str_release(&s);
	free(path);
}

static enum receipt wanted(const char *header, char **to)
{
	struct env env;
	enum receipt r;

	env_parse(sl(header), &mime_limits_default, &env);
	r = receipt_wanted(&conf, sl(header), &env, to);
	env_release(&env);
	return r;
}

#define ASKS "From: Al <al@z.test>\nTo: me@x.test\nMessage-ID: <1@z.test>\nDisposition-Notification-To: Al <al@z.test>\n"
#define FROM_AL "Return-Path: <al@z.test>\n"

static const struct { const char *name, *header; enum receipt ask, always; } rows[] = {
	{ "asked, from where it came", FROM_AL ASKS, RECEIPT_ASK, RECEIPT_SEND },
	{ "the same domain in other letters", "Return-Path: <al@Z.TEST>\n" ASKS, RECEIPT_ASK, RECEIPT_SEND },
	{ "a name in other letters may be another's", "Return-Path: <AL@z.test>\n" ASKS, RECEIPT_ASK, RECEIPT_ASK },
	{ "on a condition", FROM_AL "Disposition-Notification-Options: signed-receipt-protocol=optional,x; signed-receipt-micalg =\n Required , sha1\n" ASKS, RECEIPT_NO, RECEIPT_NO },
	{ "with a wish", FROM_AL "Disposition-Notification-Options: x=optional,required\n" ASKS, RECEIPT_ASK, RECEIPT_SEND },
	{ "nobody asks", FROM_AL "From: al@z.test\nMessage-ID: <1@z.test>\n", RECEIPT_NO, RECEIPT_NO },
	{ "no Message-ID", FROM_AL "From: al@z.test\nDisposition-Notification-To: al@z.test\n", RECEIPT_NO, RECEIPT_NO },
	{ "another Return-Path", "Return-Path: <other@z.test>\n" ASKS, RECEIPT_ASK, RECEIPT_ASK },
	{ "no Return-Path", ASKS, RECEIPT_ASK, RECEIPT_ASK },
	{ "a bounce", "Return-Path: <>\n" ASKS, RECEIPT_NO, RECEIPT_NO },
	{ "an automatic message", FROM_AL "Auto-Submitted: auto-replied\n" ASKS, RECEIPT_NO, RECEIPT_NO },
	{ "Auto-Submitted: no", FROM_AL "Auto-Submitted: no\n" ASKS, RECEIPT_ASK, RECEIPT_SEND },
	{ "a list", FROM_AL "List-Id: <l.z.test>\n" ASKS, RECEIPT_ASK, RECEIPT_ASK },
	{ "an old list", FROM_AL "Precedence: bulk\n" ASKS, RECEIPT_ASK, RECEIPT_ASK },
	{ "a list that only says how to leave", FROM_AL "List-Unsubscribe: <mailto:l@z.test>\n" ASKS, RECEIPT_ASK, RECEIPT_ASK },
	{ "a receipt", FROM_AL "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n" ASKS, RECEIPT_NO, RECEIPT_NO },
	{ "asked twice", FROM_AL ASKS "Disposition-Notification-To: eve@z.test\n", RECEIPT_ASK, RECEIPT_ASK },
	{ "two addresses", FROM_AL "From: al@z.test\nMessage-ID: <1@z.test>\nDisposition-Notification-To: al@z.test, eve@z.test\n", RECEIPT_ASK, RECEIPT_ASK },
	{ "one's own mail", "Return-Path: <me@x.test>\nFrom: Me <me@x.test>\nMessage-ID: <1@z.test>\nDisposition-Notification-To: me@x.test\n", RECEIPT_NO, RECEIPT_NO },
	{ "another identity's", "Return-Path: <me2@y.test>\nFrom: me2@y.test\nMessage-ID: <1@z.test>\nDisposition-Notification-To: me2@y.test\n", RECEIPT_NO, RECEIPT_NO },
	{ "no address", FROM_AL "From: al@z.test\nMessage-ID: <1@z.test>\nDisposition-Notification-To: yes\n", RECEIPT_NO, RECEIPT_NO },
};

static void decisions(void)
{
	static const char *const settings[] = { "receipts = ask", "receipts = always", "receipts = never", "receipts = ask\nreceipts-for = x@q.test, AL@z.test" };

	for (size_t k = 0; k < ARRAY_LEN(settings); k++) {
		start(settings[k]);
		for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
			enum receipt want = k == 0 ? rows[i].ask : k == 2 ? RECEIPT_NO : rows[i].always;
			char *to;

			is_int(wanted(rows[i].header, &to), want, "%s: %s", settings[k], rows[i].name);
			if (want != RECEIPT_NO)
				is_str(to, "al@z.test", "and to whom");
			free(to);
		}
	}
}

static void sent(void)
{
	static const char header[] = FROM_AL "Original-Recipient: rfc822;me@x.test\n" ASKS;
	char *db = tbox_path("%s/state.db", home), *dir = tbox_path("%s/outbox", home), id[64];
	struct mime_tree *tree;
	struct outbox *o = NULL;
	struct state *s = NULL;
	struct report rep;
	struct item it;
	struct env env;
	int fd;

	env_parse(sl(header), &mime_limits_default, &env);
	ok(state_open(&s, db, &err) == 0 && outbox_open(&o, dir, s, &err) == 0, "an outbox %s", err.text);
	is_int(receipt_once(s, &env, &err), 1, "it may be answered");
	is_int(receipt_once(s, &env, &err), 0, "once");
	is_int(receipt_put(&conf, o, sl(header), &env, "al@z.test", false, id, &err), 0, "it is queued %s", err.text);
	is_int(outbox_get(o, id, &it, &err), 0, "and there");
	is_str(it.env.from, "", "from the null sender");
	is_str(it.env.rcpt[0].addr, "al@z.test", "to who asked");
	is_str(it.env.subject, "Read receipt", "called what it is where the outbox is listed");
	item_release(&it);
	fd = outbox_message(o, id, &err);
	tree = mime_parse_fd(fd, 0, -1, &mime_limits_default, &err);
	is_int(report_read(tree, fd, SL_NONE, &rep, &err), 0, "it can be read");
	ok(rep.kind == REPORT_MDN && rep.n == 1 && rep.rcpts[0].action == ACTION_DISPLAYED, "as: displayed");
	is_str(rep.rcpts[0].address, "me@x.test", "by whom");
	is_str(rep.message_id, "1@z.test", "of which message");
	report_release(&rep);
	tree_free(&tree);
	fs_close(&fd);
	outbox_close(&o);
	state_close(&s);
	env_release(&env);
	free(db);
	free(dir);
}

int main(void)
{
	decisions();
	sent();
	conf_release(&conf);
	free(home);
	return tap_done();
}
