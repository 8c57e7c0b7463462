/* SPDX-License-Identifier: GPL-3.0-or-later
 * The pattern language: a tree, written and read again the same, and asked of a message. */
#include "fuzz.h"
#include "post/post.h"

#define NOW 1772409600
#define MESSAGE "From: Kim <kim@x.example>\nSubject: hello 회의\nDate: Sun, 1 Mar 2026 09:00:00 +0900\n\nthe text\n"

static bool nobody(void *ctx, const struct addr *a)
{
	(void)ctx; (void)a;
	return false;
}

static int no_thread(void *ctx, const struct query *q, struct err *err)
{
	(void)ctx; (void)q; (void)err;
	return 0;
}

static int text(void *ctx, struct slice *out, struct err *err)
{
	(void)ctx; (void)err;
	*out = SL(MESSAGE);
	return 0;
}

FUZZ(in)
{
	struct query *q, *again, *narrow;
	struct query_error bad = { .n = 0 };
	struct err err = ERR_INIT;
	struct env env;
	struct match_input m = { .env = &env, .flags = "S", .size = 100, .received = NOW, .is_me = nobody, .is_list = nobody,
		.thread = no_thread, .body = text, .header = text, .raw = text };
	struct str once, twice;

	in = sl_head(in, 64 << 10);     /* what is written may be longer, and there is a limit */
	if (query_parse(in, NOW, &q, &bad) != 0) {
		bug_on(!bad.text[0] || bad.at > in.n || bad.n > in.n - bad.at);
		return;
	}
	str_init(&once, STR_MAX);
	str_init(&twice, STR_MAX);
	bug_on(query_format(q, &once) != 0 || query_parse(str_sl(&once), NOW, &again, &bad) != 0);
	bug_on(query_format(again, &twice) != 0 || !sl_eq(str_sl(&once), str_sl(&twice)));
	narrow = query_narrow(q, QUERY_NEEDS_ENV | QUERY_NEEDS_FLAGS);
	env_parse(SL(MESSAGE), &mime_limits_default, &env);
	bug_on(query_match(q, &m, &err) != query_match(again, &m, &err));
	bug_on(query_match(q, &m, &err) == 1 && query_match(narrow, &m, &err) == 0);
	env_release(&env);
	query_free(&q);
	query_free(&again);
	query_free(&narrow);
	str_release(&once);
	str_release(&twice);
}
