/* SPDX-License-Identifier: GPL-3.0-or-later
 * Address lists: read, written and read again the same. */
#include "fuzz.h"
#include "mime/mime.h"

static void read_again(const struct addr *a)
{
	struct addrs again = { 0 };
	struct str out, spec, back;
	struct err err = ERR_INIT;

	str_init(&out, STR_MAX);
	str_init(&spec, STR_MAX);
	str_init(&back, STR_MAX);
	if (addr_format(a, &out) == 0 && addr_check(a, &err) == 0) {
		bug_on(addr_spec(a, &spec) != 0);
		addrs_parse(str_sl(&out), &mime_limits_default, &again);
		bug_on(again.n != 1 || addr_spec(&again.v[0], &back) != 0 || !addr_same(&again.v[0], a));
		bug_on(!sl_eq(str_sl(&spec), str_sl(&back)));
		addrs_release(&again);
		str_clear(&out);
		bug_on(addr_show(a, &out) != 0 || addrs_parse_typed(str_sl(&out), &again, &err) != 0);
		bug_on(again.n != 1 || !addr_same(&again.v[0], a));
		addrs_release(&again);
	}
	str_release(&out);
	str_release(&spec);
	str_release(&back);
}

FUZZ(in)
{
	struct addrs list = { 0 }, again = { 0 }, typed = { 0 };
	struct err err = ERR_INIT;
	struct slice block;
	struct str out;
	struct hdr h;

	addrs_parse(in, &mime_limits_default, &list);
	for (size_t i = 0; i < list.n; i++) {
		bug_on(!list.v[i].local);
		addr_is_utf8(&list.v[i]);
		read_again(&list.v[i]);
	}
	str_init(&out, STR_MAX);
	if (list.n && addrs_write(&out, "To", &list) == 0 && out.n) {
		block = str_sl(&out);
		bug_on(hdr_next(&block, &h) != 1 || block.n || !sl_is(h.name, "To"));
		addrs_parse(h.value, &mime_limits_default, &again);
		bug_on(again.n > list.n);
	}
	addrs_parse_typed(in, &typed, &err);
	addrs_release(&list);
	addrs_release(&again);
	addrs_release(&typed);
	str_release(&out);
}
