/* SPDX-License-Identifier: GPL-3.0-or-later
 * mailcap: RFC 1524, and that no value becomes a command */
#include "base/base.h"
#include "show/show.h"
#include "../../tap.h"
#include <unistd.h>
#include <fcntl.h>

static const char sample[] =
	"# a comment\n"
	"\n"
	"text/html; w3m -dump -T %t %s; copiousoutput; nametemplate=%s.html\n"
	"text/html; lynx %s; needsterminal; description=A page\\; of text\n"
	"Image/*; feh \\\n  %s; test=test -n \"$DISPLAY\"\n"
	"audio; play -\n"
	"broken\n"
	"; nothing\n"
	"text/x-semi; sh -c 'a\\; b'; copiousoutput\n"
	"application/pdf; pdftotext %s -; copiousoutput; test = test -x /usr/bin/pdftotext ; print=lp %s";

static void test_parse(void)
{
	struct mailcaps all = { 0 };
	const struct mailcap *m;

	mailcap_parse(sl(sample), &all);
	is_int((long long)all.n, 6, "six entries can be used");
	m = mailcap_find(&all, "text/html", 0);
	ok(m && m->copious && !m->needs_terminal, "flags of the first");
	is_str(m ? m->command : "", "w3m -dump -T %t %s", "its command");
	is_str(m ? m->nametemplate : "", "%s.html", "its name");
	m = mailcap_find(&all, "TEXT/HTML", 1);
	ok(m && m->needs_terminal && !m->copious, "the second, in any case of letters");
	ok(!mailcap_find(&all, "text/html", 2), "there is no third");
	m = mailcap_find(&all, "image/png", 0);
	is_str(m ? m->command : "", "feh    %s", "a line that goes on, for all subtypes");
	is_str(m ? m->test : "", "test -n \"$DISPLAY\"", "the test is told, not run");
	ok(mailcap_find(&all, "audio/ogg", 0) != NULL, "a type without subtype is for all of them");
	ok(!mailcap_find(&all, "image", 0) && !mailcap_find(&all, "video/mp4", 0), "others have none");
	m = mailcap_find(&all, "text/x-semi", 0);
	is_str(m ? m->command : "", "sh -c 'a; b'", "an escaped semicolon");
	m = mailcap_find(&all, "application/pdf", 0);
	is_str(m ? m->test : "", "test -x /usr/bin/pdftotext", "blanks around the equals sign");
	mailcaps_release(&all);
}

static const struct row { const char *name, *cmd, *file, *type, *charset; int rc; bool input; const char *want; } rows[] = {
	{ "a name", "see %s", "/tmp/a", "x/y", "z", 0, false, "see '/tmp/a'" },
	{ "a name with everything", "see %s", "/tmp/a b'$(x)`y`\";|&", "x/y", "z", 0, false, "see '/tmp/a b'\\''$(x)`y`\";|&'" },
	{ "type and parameter", "see %t %{charset} %{CharSet} %{none}", "f", "x/y", "a b", 0, true, "see 'x/y' 'a b' 'a b' ''" },
	{ "quotes around it go", "see '%s' \"%s\"", "/tmp/a b", "x/y", "z", 0, false, "see '/tmp/a b' '/tmp/a b'" },
	{ "within quotes: a plain name", "see \"a %s\" 'b=%s'", "/tmp/a-1.txt", "x/y", "z", 0, false, "see \"a /tmp/a-1.txt\" 'b=/tmp/a-1.txt'" },
	{ "within quotes: another is refused", "see 'x %s'", "/tmp/a b", "x/y", "z", -1, false, "" },
	{ "within quotes: values lose what means something", "see \"cs=%{charset}\"", "f", "x/y", "$(rm x)`y`\"", 0, true, "see \"cs=__rm_x__y__\"" },
	{ "in a substitution", "see $(basename %s) `x %{charset}`", "/tmp/a", "x/y", "a;b", 0, false, "see $(basename /tmp/a) `x a_b`" },
	{ "in a substitution: refused", "see \"$(basename '%s')\"", "/tmp/$x", "x/y", "z", -1, false, "" },
	{ "in a here-document", "cat <<E\n%{charset}\nE", "f", "x/y", "$(x)", 0, true, "cat <<E\n__x_\nE" },
	{ "standard input", "cat -v", "f", "x/y", "z", 0, true, "cat -v" },
	{ "escapes", "a \\%s 5%% %x \\\\ \\' %s", "f", "x/y", "z", 0, false, "a %s 5% %x \\\\ \\' 'f'" },
	{ "an escaped quote opens nothing", "a \\\"%s", "b c", "x/y", "z", 0, false, "a \\\"'b c'" },
	{ "a quote in the other kind", "a \"'%s'\"", "b c", "x/y", "z", -1, false, "" },
	{ "a line end in a value", "a %{charset}", "f", "x/y", "b\nc", 0, true, "a 'b\nc'" },
};

static void test_command(void)
{
	char key[] = "charset";
	struct str out;

	str_init(&out, STR_MAX);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *value = mem_strdup(rows[i].charset), *cmd = mem_strdup(rows[i].cmd);
		struct param param = { key, value };
		struct params params = { .v = &param, .n = 1 };
		struct mailcap m = { .command = cmd };
		bool input = false;

		str_clear(&out);
		is_int(mailcap_command(&m, rows[i].file, rows[i].type, &params, &out, &input), rows[i].rc, "%s", rows[i].name);
		is_str(out.p, rows[i].want, "%s: the command", rows[i].name);
		if (rows[i].rc == 0)
			is_int(input, rows[i].input, "%s: standard input", rows[i].name);
		free(value);
		free(cmd);
	}
	str_release(&out);
}

static void test_load(void)
{
	struct mailcaps all = { 0 };
	struct err err = ERR_INIT;
	char *dir = tap_tmpdir(), *a = path_join(dir, "a"), *none = path_join(dir, "none");
	struct str path;

	str_init(&path, STR_MAX);
	str_addf(&path, "%s:%s::%s", none, a, a);
	is_int(fs_replace(a, SL("x/y; z\n"), &err), 0, "a file");
	setenv("MAILCAPS", path.p, 1);
	is_int(mailcap_load(&all, &err), 0, "$MAILCAPS is read");
	is_int((long long)all.n, 2, "each file of it, but those that are not there");
	mailcaps_release(&all);
	setenv("MAILCAPS", dir, 1);
	is_int(mailcap_load(&all, &err), -1, "a folder is an error");
	ok(sl_search(sl(err.text), sl(dir)) >= 0, "that says which: %s", err.text);
	mailcaps_release(&all);
	setenv("HOME", dir, 1);
	unsetenv("MAILCAPS");
	free(a);
	a = path_join(dir, ".mailcap");
	is_int(fs_replace(a, SL("mine/first; z\n"), &err), 0, "a file at home");
	is_int(mailcap_load(&all, &err), 0, "without it the usual places");
	ok(mailcap_find(&all, "mine/first", 0) == &all.v[0], "the own file comes first");
	mailcaps_release(&all);
	str_release(&path);
	free(a);
	free(none);
}

int main(void)
{
	test_parse();
	test_command();
	test_load();
	return tap_done();
}
