/* SPDX-License-Identifier: GPL-3.0-or-later
 * Lines between a job and its owner: any is read; what is written reads back the same. */
#include "fuzz.h"
#include "io/io.h"

FUZZ(in)
{
	struct err err = ERR_INIT;
	struct wire w;
	struct str line, value;
	uint64_t n;

	str_init(&line, STR_MAX);
	str_init(&value, STR_MAX);
	if (wire_parse(in, &w, &err) == 0) {
		wire_get(&w, "text", &value);
		wire_get_u64(&w, "n", &n);
		wire_get(&w, "a", &value);
	}
	wire_start(&line, "verb", 7);
	wire_addn(&line, "n", fuzz_number(in, 1000));
	wire_add(&line, "text", in);
	wire_end(&line);
	bug_on(sl_find(str_sl(&line), '\n') != (ssize_t)line.n - 1);
	str_cut(&line, line.n - 1);
	if (line.n <= WIRE_MAX) {
		str_clear(&value);
		bug_on(wire_parse(str_sl(&line), &w, &err) != 0 || w.id != 7 || !sl_is(w.verb, "verb"));
		bug_on(!wire_get(&w, "text", &value) || !sl_eq(str_sl(&value), in));
		bug_on(wire_get_u64(&w, "n", &n) != 0 || n != fuzz_number(in, 1000));
	}
	str_release(&line);
	str_release(&value);
}
