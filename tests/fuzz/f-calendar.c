/* SPDX-License-Identifier: GPL-3.0-or-later
 * Calendars in words. */
#include "fuzz.h"
#include "show/show.h"

FUZZ(in)
{
	struct err err = ERR_INIT;
	struct icalcomponent_impl *cal = calendar_parse(in, &err);
	struct str out;

	if (!cal) {
		bug_on(!err.text[0]);
		return;
	}
	str_init(&out, 1 << 20);
	calendar_words(cal, fuzz_number(in, 2), &out);
	str_release(&out);
	calendar_free(cal);
}
