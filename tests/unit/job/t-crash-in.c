/* SPDX-License-Identifier: GPL-3.0-or-later
 * workload W1 (FAULTS.md 2): five messages come from a server into a Maildir and
 * are deleted there.  It is killed at each file call, and each file call fails;
 * after each, P1 to P3 hold, and after one clean run all is as if nothing had
 * happened. */
#include "crash.h"
#include "store/store.h"
#include <sqlite3.h>
#include <unistd.h>

/* What was said to the server: outside of the program, and it survives it. */
static struct server { bool deleted[W1_N]; } *server;

struct w1 { char *home, *db, *box; bool one_by_one; struct err err; };

static void uid_of(int i, char uid[16])
{
	snprintf(uid, 16, "uid%d", i);
}

static void dele(void *ctx, const char *uid, const char *file)
{
	(void)ctx; (void)file;
	for (int i = 0; i < W1_N; i++) {
		char own[16];

		uid_of(i, own);
		if (strcmp(own, uid) == 0)
			server->deleted[i] = true;
	}
}

/* As job/fetch.c does it: 1 it was here, 0 it joined the batch, -1. */
static int take(struct w1 *w, struct state *state, struct arrive *in, int i)
{
	struct slice text = tbox_w1()[i];
	enum uidl_state known;
	int64_t when;
	char uid[16];
	int r;

	uid_of(i, uid);
	r = state_uidl_get(state, "home", uid, &known, &when, &w->err);
	if (r < 0)
		return -1;
	if (r == 1 && known != UIDL_INTENT)
		return 1;
	if (arrive_begin(in, uid, &w->err) != 0)
		return -1;
	for (size_t at = 0; at < text.n; at += 20000)
		if (arrive_write(in, sl_head(sl_skip(text, at), 20000), &w->err) != 0)
			return -1;
	r = arrive_end(in, &w->err);
	return r < 0 ? -1 : r == 0;
}

static int session(struct w1 *w, struct state *state, struct arrive *in)
{
	int whole = state_whole(state, "home", &w->err);

	if (whole < 0 || arrive_recover(in, &w->err) != 0)
		return -1;
	if (!whole && arrive_compare(in, &w->err) != 0)
		return -1;
	for (int i = 0; i < W1_N; i++) {
		int r = server->deleted[i] ? 2 : take(w, state, in, i);

		if (r < 0)
			return -1;
		if (r == 1)
			server->deleted[i] = true;
		if (w->one_by_one && arrive_commit(in, dele, NULL, &w->err) != 0)
			return -1;
	}
	if (arrive_commit(in, dele, NULL, &w->err) != 0)
		return -1;
	return whole ? 0 : state_whole_set(state, "home", &w->err);
}

static int w1(void *ctx)
{
	struct w1 *w = ctx;
	struct state *state = NULL;
	struct arrive *in = NULL;
	int r;

	w->err = (struct err)ERR_INIT;
	r = state_open(&state, w->db, &w->err);
	if (r == 0)
		r = arrive_open(&in, w->box, state, "home", &w->err);
	if (r == 0)
		r = session(w, state, in);
	/* What came whole before a break stays. */
	if (r != 0 && in) {
		struct err late = ERR_INIT;

		arrive_abort(in);
		arrive_commit(in, dele, NULL, &late);
	}
	arrive_close(&in);
	state_close(&state);
	return r;
}

static void start(struct w1 *w, bool one_by_one)
{
	*w = (struct w1){ .home = tbox_dir(), .one_by_one = one_by_one };
	w->db = tbox_path("%s/state.db", w->home);
	w->box = tbox_path("%s/INBOX", w->home);
	memset(server, 0, sizeof(*server));
}

/* An earlier session ran to its end, so the contents of the mailbox are not
 * looked at: the record alone must do. */
static void was_here(struct w1 *w)
{
	struct state *state = NULL;

	if (state_open(&state, w->db, &w->err) != 0 || state_whole_set(state, "home", &w->err) != 0)
		tap_note("%s", w->err.text);
	state_close(&state);
}

static void end(struct w1 *w)
{
	free(w->home);
	free(w->db);
	free(w->box);
}

/* ---- the checker: NULL, or what is wrong ---- */

static int on_server(struct slice text)
{
	int n = 0;

	for (int i = 0; i < W1_N; i++)
		n += !server->deleted[i] && sl_eq(tbox_w1()[i], text);
	return n;
}

static int sent(struct slice text)
{
	int n = 0;

	for (int i = 0; i < W1_N; i++)
		n += sl_eq(tbox_w1()[i], text);
	return n;
}

static const char *after_crash(const struct w1 *w)
{
	if (!tbox_only(w->box, tbox_w1(), W1_N))
		return "P3: a file is visible that nobody sent";
	for (int i = 0; i < W1_N; i++) {
		struct slice text = tbox_w1()[i];
		int here = tbox_copies(w->box, text);

		if (here > sent(text))
			return "P2: a message is here twice";
		if (here + on_server(text) < sent(text))
			return "P1: a message is lost";
	}
	return NULL;
}

static int64_t intents(const struct w1 *w)
{
	sqlite3 *db;
	sqlite3_stmt *st = NULL;
	int64_t n = -1;

	sqlite3_open(w->db, &db);
	if (sqlite3_prepare_v2(db, "SELECT count(*) FROM uidl WHERE state = 1", -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW)
		n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	sqlite3_close(db);
	return n;
}

static const char *settled(const struct w1 *w)
{
	char *tmp = tbox_path("%s/tmp", w->box);
	int left = tbox_count(tmp);

	free(tmp);
	for (int i = 0; i < W1_N; i++) {
		if (tbox_copies(w->box, tbox_w1()[i]) != sent(tbox_w1()[i]))
			return "P2: a message is not here exactly once";
		if (!server->deleted[i])
			return "a message is still on the server";
	}
	if (!tbox_only(w->box, tbox_w1(), W1_N))
		return "P3: a file is visible that nobody sent";
	if (left != 0)
		return "I12: a file was left in tmp/";
	if (intents(w) != 0)
		return "I13: an intent is open";
	return NULL;
}

/* ---- the sweeps ---- */

static void sweep_kills(bool first, bool one_by_one, bool lose_db)
{
	const char *bad = NULL;
	struct w1 w;
	long n = 0;
	int r;

	do {
		start(&w, one_by_one);
		if (!first)
			was_here(&w);
		r = crash_at(++n, w1, &w);
		bad = r < 0 ? "the workload failed" : after_crash(&w);
		if (!bad && lose_db) {
			/* P17, at the worst moment: the record goes with the crash */
			char *also = tbox_path("%s-wal", w.db);

			unlink(w.db);
			unlink(also);
			free(also);
		}
		if (!bad && w1(&w) != 0)
			bad = "the clean run failed";
		/* With the record the sweeper's mark is lost too: tmp/ waits for its 36 hours. */
		if (!bad && !lose_db)
			bad = settled(&w);
		if (!bad && lose_db)
			bad = after_crash(&w);
		if (!bad && w1(&w) != 0)
			bad = "the run after it failed";
		if (!bad && !lose_db)
			bad = settled(&w);
		end(&w);
	} while (!bad && r == 1);
	ok(!bad, "killed at each of %ld chances%s%s%s: %s", n - 1, first ? " of a first session" : "",
		one_by_one ? ", one by one" : "", lose_db ? ", and the database lost" : "", bad ? bad : "nothing lost, nothing twice");
	ok(n > 30, "... and there were as many as that");
}

static void sweep_faults(enum fault f, bool sticky)
{
	const char *bad = NULL;
	bool reached = true;
	int failed = 0, fds;
	struct w1 w;
	long n = 0;

	while (!bad && reached) {
		int r;

		start(&w, false);
		was_here(&w);
		fds = tap_open_fds();
		fault_set(f, ++n, sticky);
		r = w1(&w);
		reached = fault_off();
		if (tap_open_fds() != fds)
			bad = "I15: a descriptor was left open";
		else if (r != 0 && (w.err.kind == ERR_NONE || !w.err.text[0]))
			bad = "I17: it failed without a word";
		else if (r != 0 && (f == FAULT_EINTR || f == FAULT_SHORT))
			bad = "it failed where it should go on";
		else
			bad = r == 0 ? settled(&w) : after_crash(&w);
		/* An unlink that fails leaves its file to the next run. */
		if (bad && r == 0 && strncmp(bad, "I12", 3) == 0)
			bad = after_crash(&w);
		failed += r != 0;
		if (!bad && w1(&w) != 0)
			bad = w.err.text;
		if (!bad)
			bad = settled(&w);
		end(&w);
		if (bad)
			tap_note("call %ld, %s, %s: %s", n, fault_call(), w.err.text, bad);
	}
	ok(!bad, "%s at each of %ld calls%s (%d failed): nothing lost, nothing twice", fault_names[f], n - 1,
		sticky ? " and ever after" : "", failed);
	ok(n > 30, "... and there were as many as that");
	if (f == FAULT_EIO)
		ok(failed > 30, "... and they were felt");
}

int main(void)
{
	crash_init();
	server = crash_shared(sizeof(*server));
	sweep_kills(false, false, false);
	sweep_kills(true, false, false);
	sweep_kills(false, true, false);
	sweep_kills(false, false, true);
	for (int sticky = 0; sticky < 2; sticky++) {
		sweep_faults(FAULT_ENOSPC, sticky);
		sweep_faults(FAULT_EIO, sticky);
		sweep_faults(FAULT_DONE, sticky);
		sweep_faults(FAULT_SHORT, sticky);
	}
	sweep_faults(FAULT_EINTR, false);
	return tap_done();
}
