/* SPDX-License-Identifier: GPL-3.0-or-later
 * body: the decoded bytes of a part of a message in memory. */
#ifndef TESTS_FUZZ_BODY_H
#define TESTS_FUZZ_BODY_H

#include "fuzz.h"
#include "mime/mime.h"

static inline void fuzz_body(const struct part *p, struct slice message, struct str *out)
{
	struct err err = ERR_INIT;
	struct part_src ps;
	struct sink sink;

	str_clear(out);
	sink_str(&sink, out);
	part_open(&ps, p, -1, message);
	bug_on(src_copy(part_src(&ps), &sink, &err) != 0);
	part_close(&ps);
}

#endif
