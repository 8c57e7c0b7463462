/* SPDX-License-Identifier: GPL-3.0-or-later
 * mailcap: whatever a message says, a command has it as one word in quotes. */
#include "fuzz.h"
#include "show/show.h"

/* Of a command that is only a parameter: one word in single quotes. */
static void one_word(struct slice value)
{
	struct mailcaps caps = { 0 };
	struct params params = { 0 };
	struct str text, out;
	const struct mailcap *m;
	char *z = sl_dup(value);
	bool input, open = false;

	str_init(&text, STR_MAX);
	str_init(&out, STR_MAX);
	mailcap_parse(SL("x/y; %{name}\n"), &caps);
	str_adds(&text, "name=\"");
	for (const char *p = z; *p; p++)
		str_addf(&text, strchr("\\\"", *p) ? "\\%c" : "%c", *p);
	str_adds(&text, "\"");
	params_parse(str_sl(&text), &mime_limits_default, &params);
	m = mailcap_find(&caps, "x/y", 0);
	if (mailcap_command(m, "/tmp/file", "x/y", &params, &out, &input) == 0) {
		for (size_t i = 0; i < out.n; i++) {
			if (out.p[i] == '\'')
				open = !open;
			else if (!open && out.p[i] == '\\')
				i++;
			else
				bug_on(!open && strchr(" \t\n;&|<>$`\"()*?[#~", out.p[i]));
		}
		bug_on(open);
	}
	params_release(&params);
	mailcaps_release(&caps);
	str_release(&text);
	str_release(&out);
	free(z);
}

FUZZ(in)
{
	struct mailcaps all = { 0 };
	struct params params = { 0 };
	struct str out;
	bool input;

	str_init(&out, STR_MAX);
	mailcap_parse(in, &all);
	params_parse(in, &mime_limits_default, &params);
	for (size_t i = 0; i < all.n; i++)
		mailcap_command(&all.v[i], "/tmp/a'b.html", all.v[i].type, &params, &out, &input);
	params_release(&params);
	mailcaps_release(&all);
	str_release(&out);
	one_word(in);
}
