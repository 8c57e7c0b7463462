/* SPDX-License-Identifier: GPL-3.0-or-later
 * The dialogues of tests/talk, each at six chunk sizes and cut after every byte
 * that the peer says (STYLE.md 4.5, FAULTS.md 6). */
#include "talk.h"
#include <dirent.h>

#define LONG 4000       /* longer dialogues have larger pieces and fewer cuts */

/* Each line of a cut run was a line of the whole run, in order; results of
 * recipients and the end may differ, but have to be true. */
static bool is_true(const struct talk_run *r, const struct talk_run *full)
{
	struct slice rest = str_sl(&r->log), whole = str_sl(&full->log), line, other;

	if (r->stuck || r->untrue || (r->end != WANT_FAIL && r->end != WANT_DONE))
		return false;
	if (r->sent_at != SIZE_MAX && r->fed < full->sent_at)
		return false;
	while (sl_line(&rest, &line)) {
		if (sl_starts(line, "rcpt ") || sl_starts(line, "fail ") || sl_is(line, "reset") ||
			sl_is(line, "done"))
			continue;
		do {
			if (!sl_line(&whole, &other))
				return false;
		} while (!sl_eq(line, other));
	}
	return true;
}

static void one_talk(const char *path, const char *file)
{
	struct talk *t = mem_zalloc(sizeof(*t));
	struct talk_run r = { .cut = SIZE_MAX }, full = { .cut = SIZE_MAX };
	struct err e = ERR_INIT;
	size_t wrong = 0, scale, step;

	str_init(&r.log, STR_MAX);
	str_init(&full.log, STR_MAX);
	if (talk_read(t, path, &e) != 0) {
		ok(false, "%s: %s", file, e.text);
		goto out;
	}
	scale = t->peer_bytes > LONG ? 997 : 1;
	step = t->peer_bytes > LONG ? 1 + t->peer_bytes / 50 : 1;
	for (size_t i = 0; i <= 5; i++) {
		r.chunk = i * scale;
		talk_play(t, &r);
		is_slice(str_sl(&r.log), str_sl(&t->events), "%s: %s, in pieces of %zu", file,
			t->name, r.chunk);
		if (r.untrue)
			ok(false, "%s: a result that can't be known, in pieces of %zu", file,
				r.chunk);
	}
	full.chunk = scale;
	talk_play(t, &full);
	for (size_t i = 0; i <= 1; i++)
		for (r.cut = 0; r.cut < t->peer_bytes; r.cut += step) {
			r.chunk = i * scale;
			talk_play(t, &r);
			if (is_true(&r, &full) || wrong++)
				continue;
			ok(false, "%s: cut after %zu bytes, pieces of %zu", file, r.cut, r.chunk);
			tap_note("%s", r.log.p);
		}
	ok(wrong == 0, "%s: %s, cut after each of %zu bytes", file, t->name, t->peer_bytes);
out:
	str_release(&r.log);
	str_release(&full.log);
	talk_release(t);
	free(t);
}

static int is_talk(const struct dirent *d)
{
	return sl_ends(sl(d->d_name), ".talk");
}

int main(int argc, char **argv)
{
	const char *src = getenv("srcdir");
	struct dirent **list;
	char dir[1000], path[2000];
	int n;

	snprintf(dir, sizeof(dir), "%s/tests/talk", src ? src : ".");
	n = scandir(dir, &list, is_talk, alphasort);
	ok(n >= 60, "there are %d dialogues", n);
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, list[i]->d_name);
		if (argc < 2 || strstr(list[i]->d_name, argv[1]))
			one_talk(path, list[i]->d_name);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	return tap_done();
}
