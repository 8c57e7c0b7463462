/* SPDX-License-Identifier: GPL-3.0-or-later
 * Visiting cards. */
#include "fuzz.h"
#include "show/show.h"

FUZZ(in)
{
	struct vcards cards = { 0 };
	struct err err = ERR_INIT;

	vcards_parse(in, &cards);
	bug_on(cards.n > 100);
	for (size_t i = 0; i < cards.n; i++) {
		const struct vcard *c = &cards.v[i];
		struct addrs to = { 0 };

		for (size_t k = 0; k < c->n_lines; k++)
			bug_on(!strchr(c->lines[k], '\t') || strchr(c->lines[k], '\n'));
		if (c->mail)
			bug_on(addrs_parse_typed(sl(c->mail), &to, &err) != 0 || to.n != 1 || !to.v[0].domain);
		addrs_release(&to);
	}
	vcards_release(&cards);
}
