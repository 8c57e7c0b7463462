/* SPDX-License-Identifier: GPL-3.0-or-later
 * arg: every way of writing an option */
#include "../../tap.h"

static const struct arg_opt opts[] = {
	{ 'a', "all", NULL, 1, "take all of them" },
	{ 'o', "output", "FILE", 2, "write to FILE" },
	{ 'c', "color", "[WHEN]", 3, "use colors" },
	{ 0, "long-only", NULL, 4, "has no letter" },
	{ 'x', NULL, "N", 5, "has no name" },
	{ 0, "hidden", NULL, 6, NULL },
	{ 0, NULL, NULL, 0, NULL },
};

/* What arg_next says for these words, as "id=value" with blanks between. */
static void check(const char *words, const char *want)
{
	struct slice rest = sl(words), word;
	struct err e = ERR_INIT;
	char *argv[16] = { mem_strdup("prog") };
	struct str got;
	struct arg a;
	int argc = 1, id;

	while (sl_cut(&rest, ' ', &word))
		argv[argc++] = sl_dup(word);
	str_init(&got, 1000);
	arg_init(&a, argc, argv, opts);
	while ((id = arg_next(&a, &e)) != -1 && got.n < 900) {
		str_addf(&got, "%s%d", got.n ? " " : "", id);
		if (a.value && id != -2)
			str_addf(&got, "=%s", a.value);
		if (id == -2)
			str_addf(&got, "(%s)", a.seen);
	}
	is_str(got.p, want, "%s", words);
	if (sl_ends(sl(want), ")"))
		ok(e.kind == ERR_INPUT && strstr(e.text, a.seen), "said: %s", e.text);
	str_release(&got);
	while (argc)
		free(argv[--argc]);
}

static void test_ways(void)
{
	check("", "");
	check("-a", "1");
	check("--all", "1");
	check("-o f", "2=f");
	check("-of", "2=f");
	check("-o-a", "2=-a");
	check("-o -a", "2=-a");
	check("-o --", "2=--");
	check("--output f", "2=f");
	check("--output=f", "2=f");
	check("--output=", "2=");
	check("--output=a=b", "2=a=b");
	check("-aof x", "1 2=f 0=x");
	check("-aaa", "1 1 1");
	check("-c x", "3 0=x");
	check("-calways", "3=always");
	check("--color x", "3 0=x");
	check("--color=x", "3=x");
	check("-ac", "1 3");
	check("--long-only", "4");
	check("-x 1", "5=1");
	check("--hidden", "6");
	check("x -a y", "0=x 1 0=y");
	check("-a -- -a --", "1 0=-a 0=--");
	check("- -a", "0=- 1");
	check("-- -", "0=-");
}

static void test_wrong(void)
{
	check("-o", "-2(-o)");
	check("--output", "-2(--output)");
	check("-q", "-2(-q)");
	check("-aq", "1 -2(-q)");
	check("--all=x", "-2(--all)");
	check("--al", "-2(--al)");
	check("--=x", "-2(--)");
	check("--alle", "-2(--alle)");
	check("-\x1b[2J", "-2(-\xE2\x90\x9B)");
	check("--\x1b]0;x", "-2(--\xE2\x90\x9B]0;x)");
	check("-q -a", "-2(-q) 1");
	check("--xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
		"-2(--xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx)");
}

static void test_help(void)
{
	struct str s;

	str_init(&s, 10000);
	arg_help(opts, &s);
	is_slice(str_sl(&s), SL(
		"  -a, --all           take all of them\n"
		"  -o, --output=FILE   write to FILE\n"
		"  -c, --color[=WHEN]  use colors\n"
		"      --long-only     has no letter\n"
		"  -x N                has no name\n"), "the help is aligned, hidden ones left out");
	str_release(&s);
}

int main(void)
{
	test_ways();
	test_wrong();
	test_help();
	return tap_done();
}
