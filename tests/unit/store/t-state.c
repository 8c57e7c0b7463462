/* SPDX-License-Identifier: GPL-3.0-or-later
 * state: what is committed is there, a transaction is all or nothing, and a
 * database that is not ours to write is not written */
#include "box.h"
#include "store/store.h"
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

static struct err err;
static char *db;

static struct state *fresh(void)
{
	char *dir = tbox_dir();
	struct state *s = NULL;

	free(db);
	db = tbox_path("%s/state.db", dir);
	free(dir);
	err = (struct err)ERR_INIT;
	if (state_open(&s, db, &err) != 0)
		tap_note("%s", err.text);
	return s;
}

static void by_hand(const char *sql)
{
	sqlite3 *raw;

	if (sqlite3_open(db, &raw) != SQLITE_OK || sqlite3_exec(raw, sql, NULL, NULL, NULL) != SQLITE_OK)
		tap_note("%s: %s", sql, sqlite3_errmsg(raw));
	sqlite3_close(raw);
}

static int put(struct state *s, const char *account, const char *uid, enum uidl_state state)
{
	struct uidl u = { .uid = uid, .box = "/m", .file = uid, .hash = "h", .size = 3, .when = 7, .state = state };

	return state_uidl_put(s, account, &u, &err);
}

static int state_of(struct state *s, const char *account, const char *uid)
{
	enum uidl_state st = 0;
	int64_t when = 0;
	int r = state_uidl_get(s, account, uid, &st, &when, &err);

	return r == 1 ? (int)st : r;
}

static int count_one(void *ctx, const struct uidl *u)
{
	(void)u;
	++*(int *)ctx;
	return 0;
}

static int stop_at_once(void *ctx, const struct uidl *u)
{
	(void)u;
	++*(int *)ctx;
	return -1;
}

static void t_uidls(void)
{
	struct state *s = fresh();
	struct stat st;
	char stamp[33];
	int n = 0;

	ok(stat(db, &st) == 0 && (st.st_mode & 0777) == 0600, "the database is its owner's only");
	is_int((int)strlen(state_stamp(s)), 32, "it has a stamp");
	snprintf(stamp, sizeof(stamp), "%s", state_stamp(s));
	is_int(put(s, "home", "a", UIDL_INTENT), 0, "a row is put");
	is_int(put(s, "home", "\x01weird 'uid' \xff", UIDL_DONE), 0, "... under any uid");
	is_int(put(s, "work", "a", UIDL_DONE), 0, "... and for another account");
	is_int(state_of(s, "home", "a"), UIDL_INTENT, "each account has its own");
	is_int(state_of(s, "work", "a"), UIDL_DONE, "... state of a uid");
	is_int(state_of(s, "home", "\x01weird 'uid' \xff"), UIDL_DONE, "a uid is bytes");
	is_int(state_of(s, "home", "b"), 0, "an unknown uid is not there");
	is_int(state_uidls(s, "home", 0, count_one, &n, &err), 0, "all rows of an account");
	is_int(n, 2, "... are its own");
	n = 0;
	state_uidls(s, "home", UIDL_INTENT, count_one, &n, &err);
	is_int(n, 1, "those in one state only");
	n = 0;
	is_int(state_uidls(s, "home", 0, stop_at_once, &n, &err), -1, "a walk can be stopped");
	is_int(n, 1, "... at once");
	is_int(state_uidl_set(s, "home", "a", UIDL_DELETE, &err), 0, "a state is changed");
	is_int(state_of(s, "home", "a"), UIDL_DELETE, "... for good");
	is_int(state_uidl_set(s, "home", "none", UIDL_DONE, &err), -1, "a row that is not there can't be changed");
	err = (struct err)ERR_INIT;
	is_int(state_hash_known(s, "home", "h", 3, &err), 1, "a hash is known");
	is_int(state_hash_known(s, "home", "h", 4, &err), 0, "... with its size");
	is_int(state_hash_known(s, "none", "h", 3, &err), 0, "... in its account");
	is_int(state_uidl_forget(s, "home", "a", &err), 0, "a row is forgotten");
	is_int(state_of(s, "home", "a"), 0, "... and gone");
	state_close(&s);
	is_int(state_open(&s, db, &err), 0, "it opens again");
	is_str(state_stamp(s), stamp, "... with the same stamp");
	is_int(err.kind, ERR_NONE, "... and nothing to say");
	state_close(&s);
}

static void t_transactions(void)
{
	struct state *s = fresh();

	state_begin(s, &err);
	put(s, "home", "a", UIDL_DONE);
	state_begin(s, &err);
	put(s, "home", "b", UIDL_DONE);
	is_int(state_commit(s, &err), 0, "a transaction inside another is closed");
	state_rollback(s);
	is_int(state_of(s, "home", "a") + state_of(s, "home", "b"), 0, "the outer one takes both back");
	state_begin(s, &err);
	put(s, "home", "a", UIDL_DONE);
	state_begin(s, &err);
	put(s, "home", "b", UIDL_DONE);
	state_rollback(s);
	is_int(state_commit(s, &err), -1, "after an inner one was taken back the outer one can't be kept");
	ok(err.text[0] != 0, "... and says so");
	is_int(state_of(s, "home", "a") + state_of(s, "home", "b"), 0, "... and nothing of it is there");
	err = (struct err)ERR_INIT;
	is_int(put(s, "home", "c", UIDL_DONE), 0, "and the next change works");
	state_begin(s, &err);
	put(s, "home", "d", UIDL_DONE);
	state_close(&s);
	state_open(&s, db, &err);
	is_int(state_of(s, "home", "c"), UIDL_DONE, "what was committed is there after closing");
	is_int(state_of(s, "home", "d"), 0, "what was not is not");
	state_close(&s);
}

static void t_items(void)
{
	static const char *const addrs[] = { "a@x.test", "b@x.test" };
	static const char *const twice[] = { "a@x.test", "a@x.test" };
	struct state *s = fresh();
	struct sending it;
	struct fates f;
	struct fate one = { .addr = (char[]){ "b@x.test" }, .fate = FATE_FAILED, .code = 550,
		.enh = (char[]){ "5.1.1" }, .text = (char[]){ "no such user" }, .when = 9 };

	is_int(state_item_get(s, "i1", &it, &f, &err), 0, "an item without rows");
	is_int(state_item_add(s, "i1", 100, addrs, 2, &err), 0, "rows are added");
	is_int(state_item_add(s, "i1", 100, addrs, 2, &err), -1, "... once");
	is_int(state_item_add(s, "i2", 100, twice, 2, &err), -1, "... and for each address once");
	err = (struct err)ERR_INIT;
	is_int(state_item_get(s, "i2", &it, &f, &err), 0, "... or not at all");
	is_int(state_item_get(s, "i1", &it, &f, &err), 1, "they are found");
	ok(f.n == 2 && f.v[0].fate == FATE_WAITING && f.v[1].fate == FATE_WAITING, "... both waiting");
	is_str(f.v[1].addr, "b@x.test", "... in their order");
	fates_release(&f);
	is_int(state_fate(s, "i1", &one, &err), 0, "a result is recorded");
	is_int(state_tried(s, "i1", 200, 300, &err), 0, "a try is counted");
	is_int(state_tried(s, "i1", 250, 350, &err), 0, "... and another");
	is_int(state_item_hold(s, "i1", true, &err), 0, "it is held");
	is_int(state_item_get(s, "i1", &it, &f, &err), 1, "all is read back");
	ok(f.v[1].fate == FATE_FAILED && f.v[1].code == 550 && f.v[1].when == 9, "the result");
	is_str(f.v[1].enh, "5.1.1", "... its enhanced code");
	is_str(f.v[1].text, "no such user", "... and the server's words");
	ok(f.v[0].fate == FATE_WAITING, "... of that recipient only");
	ok(it.created == 100 && it.first_try == 200 && it.last_try == 250 && it.next_try == 350 && it.attempts == 2 && it.held,
		"times, tries and the hold");
	fates_release(&f);
	one.addr = (char[]){ "c@x.test" };
	is_int(state_fate(s, "i1", &one, &err), -1, "P6: a result of somebody else is no result");
	is_int(state_tried(s, "none", 1, 2, &err), -1, "a try of an item that is not there");
	is_int(state_item_hold(s, "none", true, &err), -1, "... can't be recorded, nor a hold");
	err = (struct err)ERR_INIT;
	is_int(state_item_drop(s, "i1", &err), 0, "the rows are dropped");
	is_int(state_item_get(s, "i1", &it, &f, &err), 0, "... all of them");
	is_int(state_item_drop(s, "i1", &err), 0, "dropping them twice does no harm");
	state_close(&s);
}

/* ---- databases that are not as they should be ---- */

static void slurp(const char *path, struct str *out)
{
	struct err own = ERR_INIT;

	str_clear(out);
	fs_slurp(path, 64 << 20, out, &own);
}

static void t_newer(void)
{
	struct state *s = fresh();
	struct str before, after;
	char *wal;

	put(s, "home", "a", UIDL_DONE);
	state_close(&s);
	str_init(&before, 64 << 20);
	str_init(&after, 64 << 20);
	for (int wal_mode = 0; wal_mode < 2; wal_mode++) {
		by_hand(wal_mode ? "PRAGMA journal_mode=WAL; PRAGMA user_version=2" : "PRAGMA journal_mode=DELETE; PRAGMA user_version=2");
		slurp(db, &before);
		err = (struct err)ERR_INIT;
		is_int(state_open(&s, db, &err), -1, "P29: a newer format is refused (%s)", wal_mode ? "WAL" : "no WAL");
		is_int(err.kind, ERR_CONFIG, "... as something to decide");
		slurp(db, &after);
		is_slice(str_sl(&after), str_sl(&before), "... and not a byte was written");
	}
	str_release(&before);
	str_release(&after);
	wal = tbox_path("%s-wal", db);
	ok(access(wal, F_OK) != 0 || tbox_has(wal, SL("")), "... nor a log left");
	free(wal);
}

static void t_damaged(void)
{
	struct state *s = fresh();
	struct str whole;
	int bad = 0, told = 0, good = 0;

	state_begin(s, &err);
	for (int i = 0; i < 2000; i++) {
		char uid[16];

		snprintf(uid, sizeof(uid), "uid%d", i);
		put(s, "home", uid, UIDL_DONE);
	}
	state_commit(s, &err);
	state_close(&s);
	str_init(&whole, 64 << 20);
	slurp(db, &whole);
	/* a page of nonsense each 4 KiB in turn, and the file cut at some places */
	for (size_t at = 0; at < whole.n; at += 4096 * 7) {
		for (int how = 0; how < 3; how++) {
			struct str broken;
			int n = 0, r;

			str_init(&broken, 64 << 20);
			str_addsl(&broken, str_sl(&whole));
			if (how == 0)
				memset(broken.p + at, 0xA5, MIN(broken.n - at, (size_t)4096));
			else if (how == 1)
				broken.p[at] = (char)(broken.p[at] ^ 0xFF);
			else
				str_cut(&broken, at + 100);
			tbox_put(db, str_sl(&broken));
			str_release(&broken);
			err = (struct err)ERR_INIT;
			r = state_open(&s, db, &err);
			if (r == 0)
				r = state_uidls(s, "home", 0, count_one, &n, &err);
			state_close(&s);
			if (r == 0) {
				good++;
			} else {
				bad++;
				told += err.kind != ERR_NONE && strstr(err.text, db) != NULL;
				if (how == 0 && !strstr(err.text, "No mail is lost"))
					tap_note("at %zu: %s", at, err.text);
			}
		}
	}
	ok(bad > 10, "P17: nonsense in the database is noticed (%d of %d)", bad, bad + good);
	is_int(told, bad, "... and told with the name of the file, every time");
	tbox_put(db, SL("this is no database, it is a letter to my aunt, and a long one at that, "
		"so long that it is taken for a header of one hundred bytes\n"));
	err = (struct err)ERR_INIT;
	is_int(state_open(&s, db, &err), -1, "P17: a file that is no database is refused");
	ok(strstr(err.text, "No mail is lost"), "... and it is said what to do");
	str_cut(&whole, whole.n / 2);
	tbox_put(db, str_sl(&whole));
	err = (struct err)ERR_INIT;
	if (state_open(&s, db, &err) == 0)
		state_uidls(s, "home", 0, count_one, &bad, &err);
	ok(strstr(err.text, "No mail is lost"), "P17: half a database, too");
	state_close(&s);
	str_release(&whole);
	s = fresh();
	state_close(&s);
	by_hand("DELETE FROM meta");
	is_int(state_open(&s, db, &err), -1, "a database without its stamp is refused");
	ok(strstr(err.text, "damaged"), "... as damaged");
	err = (struct err)ERR_INIT;
	tbox_put(db, SL(""));
	is_int(state_open(&s, db, &err), 0, "an empty file becomes a new database");
	state_close(&s);
	err = (struct err)ERR_INIT;
	free(db);
	db = tbox_path("/nonexistent/state.db");
	is_int(state_open(&s, db, &err), -1, "a folder that is not there");
	ok(strstr(err.text, db), "... is told with its name");
}

/* ---- two at once ---- */

static void writer(int who)
{
	struct state *s = NULL;
	struct err own = ERR_INIT;
	int r = state_open(&s, db, &own);

	for (int i = 0; i < 40 && r == 0; i++) {
		char uid[32];
		struct uidl u = { .uid = uid, .box = "/m", .file = uid, .hash = "h", .size = 3, .when = 7, .state = UIDL_DONE };

		snprintf(uid, sizeof(uid), "w%d-%d", who, i);
		r = state_begin(s, &own);
		if (r == 0)
			r = state_uidl_put(s, "home", &u, &own);
		if (r == 0)
			r = state_commit(s, &own);
	}
	if (r != 0)
		tap_note("%s", own.text);
	state_close(&s);
	_exit(r == 0 ? 0 : 1);
}

static void t_at_once(void)
{
	struct state *s = fresh();
	int n = 0, status, good = 0;

	state_close(&s);
	unlink(db);     /* all of them make it */
	for (int i = 0; i < 4; i++)
		if (fork() == 0)
			writer(i);
	for (int i = 0; i < 4; i++)
		good += wait(&status) > 0 && status == 0;
	is_int(good, 4, "P13: four processes make and fill one database at once");
	err = (struct err)ERR_INIT;
	is_int(state_open(&s, db, &err), 0, "... which opens");
	state_uidls(s, "home", 0, count_one, &n, &err);
	is_int(n, 160, "... and holds all rows");
	state_close(&s);
}

/* A commit that returned is there after a kill. */
static void t_killed(void)
{
	struct state *s = fresh();
	int pipe_fd[2], n = 0, status;
	ssize_t got = 0, r;
	char told[4096];
	pid_t pid;

	state_close(&s);
	if (pipe(pipe_fd) != 0)
		exit(99);
	pid = fork();
	if (pid == 0) {
		struct err own = ERR_INIT;

		state_open(&s, db, &own);
		for (int i = 0; ; i++) {
			char uid[16];

			snprintf(uid, sizeof(uid), "k%d", i);
			if (put(s, "home", uid, UIDL_DONE) != 0 || write(pipe_fd[1], ".", 1) != 1)
				_exit(1);
		}
	}
	close(pipe_fd[1]);
	while (got < 25 && (r = read(pipe_fd[0], told, 25)) > 0)
		got += r;
	kill(pid, SIGKILL);
	while ((r = read(pipe_fd[0], told, sizeof(told))) > 0)
		got += r;
	waitpid(pid, &status, 0);
	close(pipe_fd[0]);
	err = (struct err)ERR_INIT;
	is_int(state_open(&s, db, &err), 0, "after kill -9 the database opens");
	state_uidls(s, "home", 0, count_one, &n, &err);
	ok(n == got || n == got + 1, "... with each row whose commit returned (%d of %d)", n, (int)got);
	state_close(&s);
}

int main(void)
{
	struct state *s = fresh();
	int fds;

	state_close(&s);
	fds = tap_open_fds();
	t_uidls();
	t_transactions();
	t_items();
	t_newer();
	t_damaged();
	t_at_once();
	t_killed();
	is_int(tap_open_fds(), fds, "no descriptor was left open");
	free(db);
	return tap_done();
}
