/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * boxwatch: what other programs do to the mailboxes is noticed without a key.
 */
#include "screens.h"
#include <poll.h>

enum { SETTLE_US = 150000 };

struct watching { struct app *app; uint64_t n; };

static int watch_one(void *ctx, const struct index_folder *f)
{
	struct watching *w = ctx;
	struct err ignored = ERR_INIT;

	w->n += watch_add(w->app->inotify, f->path, &ignored) == 0;
	return 0;
}

/* Those that the index knows: how many. */
static uint64_t watch_all(struct app *a)
{
	struct watching w = { .app = a };
	struct err ignored = ERR_INIT;

	if (a->inotify >= 0)
		index_folders(folders_index(a->folders), watch_one, &w, &ignored);
	return w.n;
}

/* What came into new ones before they were watched is looked for once more. */
void boxwatch_indexed(struct app *a)
{
	uint64_t before = a->n_watched;

	a->n_watched = watch_all(a);
	if (a->n_watched > before)
		jobs_index(a, NULL, true);
}

static void settled(void *ctx)
{
	struct app *a = ctx;

	a->watch_timer = NULL;
	a->later--;
	jobs_index(a, NULL, true);
}

static void changed(void *ctx, short revents)
{
	struct app *a = ctx;

	(void)revents;
	if (watch_drain(a->inotify) != 1 || a->watch_timer)
		return;
	a->later++;
	a->watch_timer = loop_timer(a->loop, SETTLE_US, settled, a);
}

void boxwatch_open(struct app *a)
{
	a->inotify = watch_open();
	if (a->inotify >= 0)
		a->watch_fd = loop_fd(a->loop, a->inotify, POLLIN, changed, a);
	a->n_watched = watch_all(a);
}

void boxwatch_close(struct app *a)
{
	watch_free(&a->watch_fd);
	watch_free(&a->watch_timer);
	if (a->inotify >= 0)
		fs_close(&a->inotify);
}
