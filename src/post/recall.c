/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * recall: a message that is read becomes one that is written: a draft, or any as new.
 */
#include "priv.h"

#define TEXT_MAX ((size_t)16 << 20)

static int html(void *ctx, struct str *out, struct err *err)
{
	return render_quotable(ctx, 72, TEXT_MAX, out, err) == 0 ? 0 : -1;
}

int compose_recall(struct compose *c, const struct conf *conf, struct render *r, struct err *err)
{
	struct recalled m;

	if (compose_ready(r, &m, err) != 0)
		return -1;
	m.html = html;
	m.ctx = r;
	return compose_take_message(c, conf, &m, err);
}
