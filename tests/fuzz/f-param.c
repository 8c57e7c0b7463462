/* SPDX-License-Identifier: GPL-3.0-or-later
 * Parameters, content types and names of files: what is written reads back the same. */
#include "fuzz.h"
#include "mime/mime.h"

static size_t pieces(struct slice s)
{
	struct slice line;
	size_t n = 0;

	while (sl_line(&s, &line))
		n++;
	return n;
}

/* plain: what old readers see, which is less. */
static void write_again(const struct param *p, bool plain)
{
	struct params again = { 0 };
	const char *value;
	struct str out;

	str_init(&out, STR_MAX);
	if (lex_is_token(sl(p->name)) && !strpbrk(p->name, "*'%") && strlen(p->name) < 60 && strlen(p->value) < 4096 &&
	    param_write(&out, p->name, sl(p->value), plain) == 0) {
		for (size_t i = 0; i < out.n; i++)
			bug_on((unsigned char)out.p[i] < 32 ? out.p[i] != '\n' && out.p[i] != '\t' : (unsigned char)out.p[i] > 126);
		params_parse(sl_skip(sl_trim(str_sl(&out)), 1), &mime_limits_default, &again);
		value = params_get(&again, p->name);
		/* a value of kilobytes needs more pieces than are read */
		bug_on(!plain && pieces(str_sl(&out)) < mime_limits_default.params && (!value || !sl_eq(sl(value), sl(p->value))));
	}
	params_release(&again);
	str_release(&out);
}

static void clean_twice(struct slice name)
{
	struct str once, twice;

	str_init(&once, STR_MAX);
	str_init(&twice, STR_MAX);
	bug_on(filename_clean(name, "1.2", &once) != 0 || once.n < 1 || once.n > 255);
	bug_on(sl_find(str_sl(&once), '/') >= 0 || once.p[0] == '.' || once.p[0] == '-' || !utf8_valid(str_sl(&once)));
	bug_on(filename_clean(str_sl(&once), "1.2", &twice) != 0 || !sl_eq(str_sl(&once), str_sl(&twice)));
	bug_on(!type_of(str_sl(&once), name) || !type_of(name, SL_NONE));
	str_release(&once);
	str_release(&twice);
}

FUZZ(in)
{
	struct params list = { 0 };

	params_parse(in, &mime_limits_default, &list);
	bug_on(list.n > mime_limits_default.params);
	for (size_t i = 0; i < list.n; i++) {
		bug_on(!list.v[i].name || !list.v[i].value);
		if (strcmp(list.v[i].name, "boundary") == 0)
			continue;               /* compared as bytes, so it stays what it is */
		bug_on(!utf8_valid(sl(list.v[i].value)));
		write_again(&list.v[i], fuzz_number(in, 2));
		clean_twice(sl(list.v[i].value));
	}
	clean_twice(in);
	params_release(&list);
}
