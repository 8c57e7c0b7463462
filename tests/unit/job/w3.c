/* SPDX-License-Identifier: GPL-3.0-or-later
 * w3: see w3.h */
#include "w3.h"
#include <dirent.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>
#include <utime.h>

void w3_start(struct w3 *w, struct w3_said *said, size_t n)
{
	*w = (struct w3){ .home = tbox_dir(), .said = said, .n = n };
	w->db = tbox_path("%s/state.db", w->home);
	w->outbox = tbox_path("%s/outbox", w->home);
	w->sent = tbox_path("%s/Sent", w->home);
	memset(said, 0, n * sizeof(*said));
}

void w3_end(struct w3 *w)
{
	free(w->home);
	free(w->db);
	free(w->outbox);
	free(w->sent);
}

char *w3_text(size_t i)
{
	return tbox_path("Message-ID: <m%zu@x.test>\nSubject: %zu\n\n%*s\n", i, i, (int)(i * 37 % 500), "x");
}

static int write_text(void *ctx, struct sink *sink, struct err *err)
{
	return sink_write(sink, sl(ctx), err);
}

static int open_both(struct w3 *w, struct state **s, struct outbox **o)
{
	*s = NULL;
	*o = NULL;
	w->err = (struct err)ERR_INIT;
	if (state_open(s, w->db, &w->err) != 0)
		return -1;
	if (outbox_open(o, w->outbox, *s, &w->err) == 0)
		return 0;
	state_close(s);
	return -1;
}

int w3_put(struct w3 *w, size_t i)
{
	char *addr[W3_RCPT], *mid = tbox_path("m%zu@x.test", i), *text = w3_text(i);
	struct rcpt rcpt[W3_RCPT] = { 0 };
	struct envelope env = { .account = (char[]){ "home" }, .from = (char[]){ "me@x.test" },
		.message_id = mid, .subject = mid, .created = rt_now() / 1000000, .rcpt = rcpt, .n = W3_RCPT };
	struct state *s;
	struct outbox *o;
	char id[64];
	int r = open_both(w, &s, &o);

	for (int k = 0; k < W3_RCPT; k++)
		rcpt[k].addr = addr[k] = tbox_path("r%d@x.test", k);
	if (r == 0) {
		r = outbox_put(o, &env, write_text, text, id, &w->err);
		outbox_close(&o);
		state_close(&s);
	}
	if (r == 0)
		w->said[i].queued = true;
	for (int k = 0; k < W3_RCPT; k++)
		free(addr[k]);
	free(text);
	free(mid);
	return r;
}

/* ---- sending, step by step as job/send.c ---- */

static size_t index_of(const struct item *it)
{
	uint64_t i = 0;
	struct slice s = sl_skip(sl(it->env.message_id), 1);

	bug_on(sl_u64(sl_head(s, (size_t)sl_find(s, '@')), 1 << 20, &i) != 0);
	return (size_t)i;
}

/* One commit for these recipients. */
static int commit(struct w3 *w, struct state *s, struct item *it, const bool *which, const enum rcpt_fate *fate)
{
	int r = state_begin(s, &w->err);

	if (r != 0)
		return -1;
	for (size_t k = 0; k < it->fates.n && r == 0; k++) {
		if (!which[k])
			continue;
		it->fates.v[k].fate = fate[k];
		r = state_fate(s, it->id, &it->fates.v[k], &w->err);
	}
	if (r == 0)
		return state_commit(s, &w->err);
	state_rollback(s);
	return -1;
}

static int transaction(struct w3 *w, struct state *s, struct item *it)
{
	struct w3_said *said = &w->said[index_of(it)];
	bool which[W3_RCPT];
	enum rcpt_fate fate[W3_RCPT];
	bool any = false;
	int fd;

	for (int k = 0; k < W3_RCPT; k++) {
		which[k] = it->fates.v[k].fate == FATE_WAITING;
		fate[k] = FATE_GOING;
		if (which[k] && k == W3_RCPT - 1 && !said->deferred) {
			said->deferred++;       /* 451 to RCPT */
			which[k] = false;
		}
		any = any || which[k];
	}
	if (!any)
		return 0;
	if (commit(w, s, it, which, fate) != 0)
		return -1;
	for (int k = 0; k < W3_RCPT; k++) {     /* the end of data, and 250 */
		said->accepted[k] += which[k];
		fate[k] = FATE_ACCEPTED;
	}
	/* a call between the answer and its record, for the sweeps to meet */
	fd = fs_open_named(w->home, O_RDONLY | O_DIRECTORY, 0);
	if (fd >= 0) {
		fs_sync(fd);
		fs_close(&fd);
	}
	if (commit(w, s, it, which, fate) != 0)
		return -1;
	return 0;
}

static int send_item(struct w3 *w, struct state *s, struct outbox *o, const char *id, bool again)
{
	struct item it;
	int lock, r;

	if (outbox_lock(o, id, &lock, &w->err) != 0)
		return -1;
	r = outbox_get(o, id, &it, &w->err);
	if (r != 0) {
		fs_close(&lock);
		return -1;
	}
	r = outbox_settle(o, &it, &w->err);
	for (size_t k = 0; k < it.fates.n && again; k++) {
		if (it.fates.v[k].fate != FATE_UNSURE)
			continue;
		it.fates.v[k].fate = FATE_WAITING;
		w->said[index_of(&it)].again++;
	}
	for (int tries = 0; tries < 2 && r == 0; tries++)
		r = transaction(w, s, &it);
	if (r == 0)
		r = state_tried(s, id, 1, 0, &w->err);
	if (r == 0 && !item_waiting(&it))
		r = outbox_copy_sent(o, &it, w->sent, &w->err);
	if (r == 0 && !item_waiting(&it) && !item_failed(&it))
		r = outbox_remove(o, id, &w->err);
	item_release(&it);
	fs_close(&lock);
	return r;
}

int w3_send(struct w3 *w, bool again)
{
	struct items all = { 0 };
	struct outbox *o;
	struct state *s;
	int r = open_both(w, &s, &o);

	if (r != 0)
		return -1;
	r = outbox_list(o, &all, &w->err);
	for (size_t i = 0; i < all.n && r == 0; i++)
		r = send_item(w, s, o, all.v[i].id, again);
	items_release(&all);
	outbox_close(&o);
	state_close(&s);
	return r;
}

/* ---- the checker ---- */

/* Whole items in the outbox whose message is this text. */
static int in_outbox(const struct w3 *w, struct slice text)
{
	DIR *d = opendir(w->outbox);
	const struct dirent *e;
	int n = 0;

	while (d && (e = readdir(d))) {
		char *path = tbox_path("%s/%s/message", w->outbox, e->d_name);

		n += e->d_name[0] != '.' && strcmp(e->d_name, "tmp") != 0 && tbox_has(path, text);
		free(path);
	}
	if (d)
		closedir(d);
	return n;
}

static const char *one_crashed(const struct w3 *w, size_t i, int waiting, int sent)
{
	const struct w3_said *said = &w->said[i];

	if (waiting > 1 || sent > 1)
		return "I7: it has two homes of a kind";
	for (int k = 0; k < W3_RCPT; k++) {
		if (said->queued && !said->accepted[k] && !waiting)
			return "P6: a recipient is forgotten";
		if (said->accepted[k] > 1 + said->again)
			return "P7: a recipient got it again unasked";
	}
	if (said->queued && !waiting && !sent)
		return "I7: it is nowhere";
	return NULL;
}

static const char *check_all(const struct w3 *w, const char *(*one)(const struct w3 *, size_t, int, int))
{
	const char *bad = NULL;

	for (size_t i = 0; i < w->n && !bad; i++) {
		char *text = w3_text(i);

		bad = one(w, i, in_outbox(w, sl(text)), tbox_copies(w->sent, sl(text)));
		free(text);
	}
	return bad;
}

const char *w3_crashed(const struct w3 *w)
{
	return check_all(w, one_crashed);
}

static const char *one_settled(const struct w3 *w, size_t i, int waiting, int sent)
{
	const struct w3_said *said = &w->said[i];

	if (waiting)
		return "it is still in the outbox";
	if (sent > 1 || (said->queued && !sent))
		return "5: there is not one copy in Sent";
	for (int k = 0; k < W3_RCPT && sent; k++) {
		if (!said->accepted[k])
			return "P6: a recipient never got it";
		if (said->accepted[k] > 1 + said->again)
			return "P7: a recipient got it twice";
	}
	return NULL;
}

static int64_t count_rows(const struct w3 *w, const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *st = NULL;
	int64_t n = -1;

	sqlite3_open(w->db, &db);
	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW)
		n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	sqlite3_close(db);
	return n;
}

/* As if 36 hours had gone by. */
static void make_old(const char *dir)
{
	struct utimbuf old = { 1000000000, 1000000000 };
	DIR *d = opendir(dir);
	const struct dirent *e;

	while (d && (e = readdir(d))) {
		char *path = tbox_path("%s/%s", dir, e->d_name);

		utime(path, &old);
		free(path);
	}
	if (d)
		closedir(d);
}

const char *w3_settled(struct w3 *w)
{
	const char *bad = check_all(w, one_settled);
	char *tmp = tbox_path("%s/tmp", w->outbox), *sent_tmp = tbox_path("%s/tmp", w->sent);
	struct outbox *o;
	struct state *s;

	if (!bad && tbox_count(sent_tmp) > 0)
		bad = "a file was left in tmp/ of Sent";
	make_old(tmp);
	if (!bad && open_both(w, &s, &o) != 0) {
		bad = "the outbox does not open";
	} else if (!bad) {
		outbox_close(&o);
		state_close(&s);
		if (tbox_count(tmp) != 0)
			bad = "I12: something was left in tmp/ of the outbox for ever";
		else if (count_rows(w, "SELECT (SELECT count(*) FROM item) + (SELECT count(*) FROM rcpt)") != 0)
			bad = "6: rows were left of an item that is gone";
	}
	free(tmp);
	free(sent_tmp);
	return bad;
}
