/* SPDX-License-Identifier: GPL-3.0-or-later
 * Facts about a sender: the input is a value of Authentication-Results, then lines of
 * further fields; all that is said is one clean line a sentence. */
#include "fuzz.h"
#include "show/show.h"

static int known(void *ctx, const char *spec)
{
	(void)spec;
	return (int)(*(unsigned *)ctx % 3) - 1;
}

static void friends(void *ctx, void (*each)(void *, const char *), void *to)
{
	(void)ctx;
	each(to, "bob@bank.example");
	each(to, "kim@paypal.example");
	each(to, "me@xn--e1awd7f.example");
}

static void clean(const struct str *s)
{
	struct str again;

	str_init(&again, STR_MAX);
	bug_on(utf8_sanitize(&again, str_sl(s), CLEAN_LINES) != 0 || !sl_eq(str_sl(s), str_sl(&again)));
	str_release(&again);
}

FUZZ(in)
{
	unsigned dice = fuzz_number(in, 6);
	struct trust trust = { .authserv = "mx.test google.com", .known = known, .friends = friends, .ctx = &dice };
	struct str header, wrong, fine;
	struct env env;

	str_init(&header, STR_MAX);
	str_init(&wrong, STR_MAX);
	str_init(&fine, STR_MAX);
	str_adds(&header, dice & 1 ? "Authentication-Results: mx.test;" : "Authentication-Results:");
	str_addsl(&header, in);
	str_adds(&header, "\nFrom: \"bob@bank.example\" <b@bаnk.example>\n");
	env_parse(str_sl(&header), &mime_limits_default, &env);
	bug_on(trust_line(str_sl(&header), &env, &trust, &wrong, &fine) != 0);
	clean(&wrong);
	clean(&fine);
	bug_on(sl_find(str_sl(&fine), '\n') >= 0 && fine.p[fine.n - 1] != '\n');
	env_release(&env);
	str_release(&header);
	str_release(&wrong);
	str_release(&fine);
}
