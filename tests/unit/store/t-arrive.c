/* SPDX-License-Identifier: GPL-3.0-or-later
 * arrive: its numbered invariants, one after the other; the sweeps over every
 * call stand in tests/unit/job/t-crash-in.c */
#include "box.h"
#include "store/store.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <sys/wait.h>

static char *home, *db, *box;
static struct state *state;
static struct arrive *in;
static struct err err;

static void open_all(void)
{
	err = (struct err)ERR_INIT;
	if (state_open(&state, db, &err) != 0 || arrive_open(&in, box, state, "home", &err) != 0)
		tap_note("%s", err.text);
}

static void close_all(void)
{
	arrive_close(&in);
	state_close(&state);
}

static void start(void)
{
	close_all();
	free(home);
	free(db);
	free(box);
	home = tbox_dir();
	db = tbox_path("%s/state.db", home);
	box = tbox_path("%s/INBOX", home);
	open_all();
}

static int put(const char *uid, struct slice text)
{
	if (arrive_begin(in, uid, &err) != 0 || arrive_write(in, text, &err) != 0)
		return -1;
	return arrive_end(in, &err);
}

static int files(const char *sub)
{
	char *path = tbox_path("%s/%s", box, sub);
	int n = tbox_count(path);

	free(path);
	return n;
}

/* The state of a uid, or 0. */
static int uid_state(const char *uid)
{
	enum uidl_state s = 0;
	int64_t when;

	return state_uidl_get(state, "home", uid, &s, &when, &err) == 1 ? (int)s : 0;
}

/* ---- what happens around the rename ---- */

static int renames, syncs, early_syncs, intents_at_rename, done_at_sync, visible_at_sync, visible_at_intent;

static int one_more(void *ctx, const struct uidl *u)
{
	(void)u;
	++*(int *)ctx;
	return 0;
}

static int rows(enum uidl_state only)
{
	struct state *other = NULL;
	struct err own = ERR_INIT;
	int n = 0;

	/* Another connection sees what is committed, no more. */
	if (state_open(&other, db, &own) != 0 || state_uidls(other, "home", only, one_more, &n, &own) != 0)
		n = -1;
	state_close(&other);
	return n;
}

static void watch(const char *call, bool after)
{
	fs_hook = NULL;
	if (strcmp(call, "rename") == 0 && !after && renames++ == 0) {
		intents_at_rename = rows(UIDL_INTENT);
		visible_at_intent = files("new") + files("cur");
	}
	early_syncs += strcmp(call, "fsync") == 0 && !after && !renames;
	if (strcmp(call, "fsync") == 0 && !after && renames) {
		syncs++;
		visible_at_sync = files("new");
		done_at_sync = rows(UIDL_DONE);
	}
	fs_hook = watch;
}

static void reported(void *ctx, const char *uid, const char *file)
{
	int *n = ctx;
	char *path = tbox_path("%s/new/%s", box, file);

	*n += uid_state(uid) == UIDL_DONE && access(path, F_OK) == 0;
	free(path);
}

static void t_order(void)
{
	int told = 0;

	start();
	is_int(put("u1", SL("one\n")), 1, "a message joins the batch");
	is_int(put("u2", SL("two\n")), 1, "... and another");
	is_int(files("new") + files("cur"), 0, "1: nothing is visible before the commit");
	is_int(rows(0), 0, "... and nothing is recorded");
	is_int((int)arrive_pending(in, NULL), 2, "two are pending");
	renames = syncs = early_syncs = 0;
	fs_hook = watch;
	is_int(arrive_commit(in, reported, &told, &err), 0, "the batch is committed");
	fs_hook = NULL;
	is_int(early_syncs, 3, "1: both files and tmp/ were synced before the first rename");
	is_int(intents_at_rename, 2, "2: both intents were committed before the first rename");
	is_int(visible_at_intent, 0, "... when nothing was visible");
	is_int(syncs, 1, "3: new/ was synced once for the batch");
	is_int(visible_at_sync, 2, "... when both files had their names");
	is_int(done_at_sync, 0, "... and none was done yet");
	is_int(told, 2, "4: what is reported is done and under its name");
	is_int(tbox_copies(box, SL("one\n")) + tbox_copies(box, SL("two\n")), 2, "both are there, byte for byte");
	is_int(files("tmp"), 0, "tmp/ is empty");
	is_int(uid_state("u1"), UIDL_DONE, "the uid is done");
	is_int((int)arrive_pending(in, NULL), 0, "nothing is pending");
	is_int(arrive_commit(in, NULL, NULL, &err), 0, "an empty batch commits");
}

static void t_abort(void)
{
	uint64_t bytes;

	start();
	put("u1", SL("one\n"));
	arrive_begin(in, "u2", &err);
	arrive_write(in, SL("tw"), &err);
	arrive_abort(in);
	arrive_abort(in);
	is_int((int)arrive_pending(in, &bytes), 1, "a message that broke off leaves the batch");
	is_int((int)bytes, 4, "... and its bytes are not counted");
	is_int(arrive_commit(in, NULL, NULL, &err), 0, "the rest is committed");
	ok(tbox_copies(box, SL("one\n")) == 1 && files("new") == 1, "1: and the broken one is not visible");
	put("u3", SL("three\n"));
	close_all();
	is_int(files("tmp"), 0, "what was never committed is removed at the end");
	open_all();
	is_int(uid_state("u3"), 0, "... and not recorded");
}

/* ---- what a crash left ---- */

static char held_hash[33];

static void file_in(const char *sub, const char *name, struct slice text)
{
	char *path = tbox_path("%s/%s/%s", box, sub, name);

	tbox_put(path, text);
	free(path);
}

static void intent(const char *uid, const char *file, struct slice text, const char *where)
{
	struct uidl u = { .uid = uid, .box = where, .file = file, .hash = held_hash,
		.size = text.n, .when = 1, .state = UIDL_INTENT };
	struct sip h;

	state_hash_init(state, &h);
	sip_add(&h, text);
	sip_hex(&h, held_hash);
	state_uidl_put(state, "home", &u, &err);
}

static void t_recover(void)
{
	char *gone;

	start();
	file_in("tmp", "1.a.h", SL("whole\n"));
	intent("u1", "1.a.h", SL("whole\n"), box);
	file_in("tmp", "2.b.h", SL("who"));
	intent("u2", "2.b.h", SL("whole\n"), box);
	file_in("tmp", "3.c.h", SL("wrong\n"));
	intent("u3", "3.c.h", SL("whole\n"), box);
	file_in("new", "4.d.h", SL("new\n"));
	intent("u4", "4.d.h", SL("new\n"), box);
	file_in("cur", "5.e.h:2,S", SL("seen\n"));
	intent("u5", "5.e.h", SL("seen\n"), box);
	intent("u6", "6.f.h", SL("nowhere\n"), box);
	gone = tbox_path("%s/Gone", home);
	intent("u7", "7.g.h", SL("x\n"), gone);
	free(gone);
	is_int(arrive_recover(in, &err), 0, "5: open intents are settled");
	is_int(err.kind, ERR_NONE, "... without a word");
	is_int(uid_state("u1"), UIDL_DONE, "5: a whole file in tmp/ is done");
	is_int(tbox_copies(box, SL("whole\n")), 1, "... and visible");
	is_int(uid_state("u2"), 0, "5: a short one is forgotten");
	is_int(uid_state("u3"), 0, "5: one with other contents is forgotten");
	is_int(files("tmp"), 0, "... and both are gone");
	is_int(uid_state("u4"), UIDL_DONE, "5: a file in new/ is done");
	is_int(uid_state("u5"), UIDL_DONE, "5: a file that was read meanwhile is done");
	is_int(uid_state("u6"), 0, "5: a file that is nowhere is fetched again");
	is_int(uid_state("u7"), 0, "5: so is one whose mailbox is gone");
	is_int(files("new") + files("cur"), 3, "nothing else is visible");
	is_int(arrive_recover(in, &err), 0, "settling again changes nothing");
	is_int(files("new") + files("cur"), 3, "... at all");
}

/* Two accounts share a mailbox: each sweeps its own. */
static void t_left_over(void)
{
	struct arrive *other = NULL;

	start();
	put("u1", SL("one\n"));
	arrive_open(&other, box, state, "work", &err);
	arrive_recover(other, &err);
	is_int(files("tmp"), 1, "another account's file in tmp/ is left alone");
	is_int(arrive_commit(in, NULL, NULL, &err), 0, "... and is committed later");
	arrive_close(&other);
	if (fork() == 0) {
		put("u2", SL("two\n"));
		_exit(0);
	}
	wait(NULL);
	is_int(files("tmp"), 1, "a file that a dead process left");
	is_int(arrive_recover(in, &err), 0, "... is met at the start of the next");
	is_int(files("tmp"), 0, "... and removed");
}

/* ---- failing syncs ---- */

static int (*sound_fsync)(int);
static int sync_fails_at, sync_calls;

static int bad_fsync(int fd)
{
	if (++sync_calls == sync_fails_at) {
		errno = EIO;
		return -1;
	}
	return sound_fsync(fd);
}

static void t_sync_fails(void)
{
	sound_fsync = fs_sys.fsync;
	/* 1: a file, 2: tmp/, 3: new/ */
	for (int at = 1; at <= 3; at++) {
		start();
		put("u1", SL("one\n"));
		fs_sys.fsync = bad_fsync;
		sync_calls = 0;
		sync_fails_at = at;
		is_int(arrive_commit(in, NULL, NULL, &err), -1, "6: sync %d fails, and so does the batch (P9)", at);
		fs_sys.fsync = sound_fsync;
		is_int(err.sys, EIO, "... with the disk's word");
		ok(uid_state("u1") != UIDL_DONE, "4: and its uid is not done");
		is_int((int)arrive_pending(in, NULL), 0, "... and nothing is pending");
		if (at < 3)
			is_int(files("tmp") + files("new") + files("cur"), 0, "6: its files are thrown away");
		arrive_recover(in, &err);
		is_int(uid_state("u1"), at < 3 ? 0 : UIDL_DONE, "5: the next run settles it");
		is_int(files("tmp"), 0, "... and leaves nothing");
	}
}

/* ---- contents ---- */

static void t_contents(void)
{
	const struct slice *w = tbox_w1();
	int r = 0;

	start();
	for (int i = 0; i < W1_N; i++) {
		char uid[16];

		snprintf(uid, sizeof(uid), "w%d", i);
		arrive_begin(in, uid, &err);
		/* in pieces that straddle the buffer */
		for (size_t at = 0; at < w[i].n; at += 60001)
			arrive_write(in, sl_head(sl_skip(w[i], at), 60001), &err);
		r += arrive_end(in, &err);
	}
	is_int(r, W1_N, "empty, small, large, odd and twin all join the batch");
	is_int(arrive_commit(in, NULL, NULL, &err), 0, "... and are committed");
	ok(tbox_only(box, w, W1_N) && files("new") == W1_N, "P15: every byte is kept");
	is_int(tbox_copies(box, w[1]), 2, "a twin under another uid is a message of its own");
	put("big", sl_make(w[2].p, w[2].n));
	arrive_commit(in, NULL, NULL, &err);
	is_int(tbox_copies(box, w[2]), 2, "a piece larger than the buffer is written as it is");

	/* eight and more are synced by syncfs where there is one */
	start();
	for (int i = 0; i < 12; i++) {
		char uid[16];

		snprintf(uid, sizeof(uid), "m%d", i);
		put(uid, sl(uid));
	}
	is_int(arrive_commit(in, NULL, NULL, &err), 0, "a batch of 12 is committed");
	is_int(files("new"), 12, "... whole");
}

static void t_by_hash(void)
{
	char first[64];

	start();
	is_int(put("", SL("no uid\n")), 1, "7: without a uid a message is known by its contents");
	snprintf(first, sizeof(first), "%s", arrive_uid(in));
	ok(sl_starts(sl(first), "hash:"), "... under a name made of them");
	arrive_commit(in, NULL, NULL, &err);
	is_int(uid_state(first), UIDL_DONE, "... which is done");
	is_int(put("", SL("no uid\n")), 0, "7: the same again is here already");
	is_str(arrive_uid(in), first, "... under the same name");
	is_int((int)arrive_pending(in, NULL), 0, "... and is not in the batch");
	is_int(files("tmp"), 0, "... nor in tmp/");
	is_int(put("", SL("no uid!\n")), 1, "other contents are new");
	is_int(put("hash:0", SL("no uid\n")), 1, "a server's own uid that looks like one is a uid");
	arrive_commit(in, NULL, NULL, &err);
}

static void t_lost(void)
{
	start();
	put("a", SL("A\n"));
	put("b1", SL("twin\n"));
	put("b2", SL("twin\n"));
	arrive_commit(in, NULL, NULL, &err);
	is_int(state_whole(state, "home", &err), 0, "the record is not whole before it is said");
	is_int(state_whole_set(state, "home", &err), 0, "a session that ran to its end says so");
	is_int(state_whole(state, "home", &err), 1, "... and it is");
	is_int(state_whole(state, "work", &err), 0, "... for this account");
	close_all();
	unlink(db);
	open_all();
	is_int(state_whole(state, "home", &err), 0, "P17: the database is lost, and that is seen");
	is_int(arrive_compare(in, &err), 0, "what lies in the mailbox is looked at");
	is_int(put("a", SL("A\n")), 0, "7: what is there is recorded, not stored");
	is_int(uid_state("a"), UIDL_DONE, "... and may be deleted on the server");
	is_int(put("b1", SL("twin\n")), 0, "7: so is one of two twins");
	is_int(put("c", SL("new\n")), 1, "what is not there is stored");
	is_int(arrive_commit(in, NULL, NULL, &err), 0, "... and committed");
	close_all();    /* the connection broke: the record is not whole */
	open_all();
	is_int(arrive_compare(in, &err), 0, "the next session looks again");
	is_int(put("b2", SL("twin\n")), 0, "7: the other twin is found");
	is_int(put("b3", SL("twin\n")), 1, "a third one is a message of its own");
	is_int(put("c2", SL("new\n")), 1, "... as is a twin of what was stored meanwhile");
	arrive_commit(in, NULL, NULL, &err);
	is_int(tbox_copies(box, SL("twin\n")), 3, "so three twins lie there");
	is_int(tbox_copies(box, SL("A\n")), 1, "... and one of the others");
	is_int(files("new"), 6, "... and no more");
}

int main(void)
{
	int fds;

	tbox_w1();
	start();
	close_all();
	fds = tap_open_fds();
	t_order();
	t_abort();
	t_recover();
	t_left_over();
	t_sync_fails();
	t_contents();
	t_by_hash();
	t_lost();
	close_all();
	is_int(tap_open_fds(), fds, "no descriptor was left open");
	free(home);
	free(db);
	free(box);
	return tap_done();
}
