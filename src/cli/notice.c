/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * notice: what a notice says of each recipient (--notice).
 */
#include "priv.h"

static void as_json(const struct report *r, struct str *s)
{
	str_addf(s, "{\"kind\":\"%s\",\"reporter\":", report_kind_word(r->kind));
	str_adds(s, r->reporter ? "" : "null");
	if (r->reporter)
		str_addjson(s, sl(r->reporter));
	str_adds(s, ",\"recipients\":[");
	for (size_t i = 0; i < r->n; i++) {
		const struct report_rcpt *c = &r->rcpts[i];

		str_adds(s, i ? ",{" : "{");
		cli_json(s, "address", c->address);
		str_addc(s, ',');
		cli_json(s, "original", c->original);
		str_addc(s, ',');
		cli_json(s, "action", report_action_word(c->action));
		str_addc(s, ',');
		cli_json(s, "status", c->status);
		str_addc(s, ',');
		cli_json(s, "reason", notice_reason(c->code));
		str_addc(s, ',');
		cli_json(s, "remote", c->remote);
		str_addc(s, ',');
		cli_json(s, "diagnostic", c->diagnostic);
		str_addc(s, '}');
	}
	str_adds(s, "],\"original\":{");
	cli_json(s, "message_id", r->message_id);
	str_addc(s, ',');
	cli_json(s, "envelope_id", r->envelope_id);
	str_addc(s, ',');
	cli_json(s, "subject", r->subject);
	str_adds(s, ",\"date\":");
	if (r->date.ok) {
		str_addc(s, '"');
		fmt_iso(s, r->date.sec, r->date.zone);
		str_addc(s, '"');
	} else {
		str_adds(s, "null");
	}
	str_adds(s, "}}");
}

static const char *action_words(enum report_action a)
{
	switch (a) {
	case ACTION_FAILED: return _("was not delivered");
	case ACTION_DELAYED: return _("is late; it is still tried");
	case ACTION_DELIVERED: return _("was delivered");
	case ACTION_RELAYED: return _("went on to a server that gives no notices");
	case ACTION_EXPANDED: return _("went on to the members of a list");
	case ACTION_DISPLAYED: return _("was shown to its reader");
	case ACTION_DELETED: return _("was deleted");
	case ACTION_PROCESSED: return _("was processed");
	case ACTION_DENIED: return _("no receipt is given");
	case ACTION_NONE: break;
	}
	return _("unclear");
}

static void as_text(const struct report *r, struct str *s)
{
	if (r->kind == REPORT_NONE) {
		str_adds(s, _("This is no notice of what became of a message.\n"));
	} else if (r->kind == REPORT_VACATION || r->kind == REPORT_CHALLENGE || r->kind == REPORT_FEEDBACK || r->n == 0) {
		notice_words(r, s);
		return;
	} else if (r->subject) {
		str_addf(s, _("About: %s\n"), r->subject);
	}
	for (size_t i = 0; i < r->n; i++) {
		const struct report_rcpt *c = &r->rcpts[i];
		const char *reason = notice_reason(c->code);

		str_addf(s, "%s: %s", c->address, action_words(c->meant));
		if (c->code[0])
			str_addf(s, " (%s)", c->code);
		if (notice_contradicts(c))
			reason = _("But the notice contradicts itself.");
		if (reason)
			str_addf(s, ". %s", reason);
		if (c->diagnostic)
			str_addf(s, "\n    %s", c->diagnostic);
		str_addc(s, '\n');
	}
}

static int one(struct cli *c, const char *arg, struct err *err)
{
	struct mime_tree *tree = NULL;
	struct report r = { 0 };
	struct str out;
	int fd = cli_message(c, arg, err), ret = -1;

	if (fd < 0)
		return -1;
	str_init(&out, STR_MAX);
	tree = mime_parse_fd(fd, 0, -1, &mime_limits_default, err);
	if (tree)
		ret = report_read(tree, fd, SL_NONE, &r, err);
	if (ret == 0 && c->json)
		as_json(&r, &out);
	else if (ret == 0)
		as_text(&r, &out);
	if (ret == 0)
		cli_print(str_sl(&out), !c->json);
	report_release(&r);
	tree_free(&tree);
	fs_close(&fd);
	str_release(&out);
	return ret;
}

int cli_notice(struct cli *c)
{
	struct err err = ERR_INIT;

	if (c->n == 0) {
		cli_say("%s", _("--notice takes messages: ids of --list, files, or - for standard input."));
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < c->n; i++)
		if (one(c, c->operands[i], &err) != 0)
			return cli_fail(&err);
	return cli_flush() == 0 ? EXIT_OK : EXIT_ERROR;
}
