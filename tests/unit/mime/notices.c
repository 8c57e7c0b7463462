/* SPDX-License-Identifier: GPL-3.0-or-later
 * notices: each sample read in three ways. */
#include "notices.h"

static void say(const char *in, bool status, struct str *out)
{
	struct slice mem = sl(in);
	struct mime_tree *tree = mime_parse_mem(mem, &mime_limits_default);
	struct err err = ERR_INIT;
	struct report r;

	str_clear(out);
	if (report_read(tree, -1, mem, &r, &err) != 0)
		str_adds(out, err.text);
	str_adds(out, report_kind_word(r.kind));
	for (size_t i = 0; i < r.n; i++) {
		const char *action = report_action_word(r.rcpts[i].action), *code = r.rcpts[i].status;

		str_addf(out, " %s %s", r.rcpts[i].address, action[0] ? action : "-");
		if (status)
			str_addf(out, " %s", code[0] ? code : "-");
	}
	report_release(&r);
	tree_free(&tree);
}

/* Lines may end as in mail, or in files. */
static void add_crlf(const char *in, struct str *out)
{
	str_clear(out);
	for (; *in; in++) {
		if (*in == '\n')
			str_addc(out, '\r');
		str_addc(out, *in);
	}
}

/* Nothing that is read depends on the names of the samples. */
static void rename_all(const char *in, struct str *out)
{
	struct slice rest = sl(in), part;

	str_clear(out);
	while (rest.n) {
		ssize_t at = sl_search(rest, SL(".example"));

		part = at < 0 ? rest : sl_head(rest, (size_t)at);
		str_addsl(out, part);
		if (at >= 0)
			str_adds(out, ".q-9.test");
		rest = at < 0 ? SL_NONE : sl_skip(rest, (size_t)at + 8);
	}
}

void notices_check(const struct notice_row *rows, size_t n, bool status)
{
	struct str got, in, want;
	size_t crlf = 0, renamed = 0;

	str_init(&got, STR_MAX);
	str_init(&in, STR_MAX);
	str_init(&want, STR_MAX);
	for (size_t i = 0; i < n; i++) {
		say(rows[i].in, status, &got);
		is_str(got.p, rows[i].want, "%s", rows[i].name);
		add_crlf(rows[i].in, &in);
		say(in.p, status, &got);
		crlf += strcmp(got.p, rows[i].want) == 0;
		rename_all(rows[i].in, &in);
		rename_all(rows[i].want, &want);
		say(in.p, status, &got);
		if (strcmp(got.p, want.p) == 0)
			renamed++;
		else
			tap_note("%s: %s", rows[i].name, got.p);
	}
	is_int((int64_t)crlf, (int64_t)n, "the same with the line ends of mail");
	is_int((int64_t)renamed, (int64_t)n, "the same in other domains");
	str_release(&got);
	str_release(&in);
	str_release(&want);
}
