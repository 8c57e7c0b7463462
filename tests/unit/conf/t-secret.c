/* SPDX-License-Identifier: GPL-3.0-or-later
 * secret: a password from the file, from a command, or from nobody */
#include "../../tap.h"
#include "conf/conf.h"

static struct err err;

static void get(const char *what, const char *password, const char *command, const char *want, enum err_kind kind)
{
	struct account a = { .name = (char[]){ "home" }, .password = mem_strdup(password), .password_command = mem_strdup(command) };
	struct str out;
	int r;

	str_init(&out, 65536);
	err = (struct err)ERR_INIT;
	r = secret_get(&a, &out, &err);
	is_int(r, want ? 0 : -1, "%s %s", what, err.text);
	if (want)
		is_str(out.p, want, "... gives it");
	else
		ok(err.kind == kind && strstr(err.text, "home"), "... and says so, with the account");
	ok(!strstr(err.text, "geheim"), "... and never the password");
	if (!want)
		is_int((int)out.n, 0, "... and gives nothing");
	str_wipe(&out);
	str_release(&out);
	free(a.password);
	free(a.password_command);
}

int main(void)
{
	int fds = tap_open_fds();

	get("a setting", "geheim", NULL, "geheim", ERR_NONE);
	get("a setting before a command", "geheim", "echo other", "geheim", ERR_NONE);
	get("a command", NULL, "echo geheim", "geheim", ERR_NONE);
	get("a command with more lines", NULL, "printf 'geheim\\nlogin: me\\n'", "geheim", ERR_NONE);
	get("a command with CRLF", NULL, "printf 'geheim\\r\\n'", "geheim", ERR_NONE);
	get("a command without a line end", NULL, "printf 'geheim'", "geheim", ERR_NONE);
	get("a password with blanks", NULL, "printf ' ge heim \\n'", " ge heim ", ERR_NONE);
	get("a command that prints nothing", NULL, "true", NULL, ERR_AUTH);
	get("a command whose first line is empty", NULL, "printf '\\ngeheim\\n'", NULL, ERR_AUTH);
	get("a command that fails", NULL, "printf ge%s heim; exit 3", NULL, ERR_INPUT);
	ok(strstr(err.text, "3"), "... with its status");
	get("a command that is not there", NULL, "/nonexistent/pass show x", NULL, ERR_INPUT);
	get("a command that prints without end", NULL, "yes", NULL, ERR_LIMIT);
	get("nothing at all", NULL, NULL, NULL, ERR_NOTFOUND);
	is_int(tap_open_fds(), fds, "no descriptor was left open");
	return tap_done();
}
