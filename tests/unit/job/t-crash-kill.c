/* SPDX-License-Identifier: GPL-3.0-or-later
 * W1 and W3 in a loop, in a process that is killed at a random moment, a hundred
 * times: also in the middle of what SQLite does, which no hook sees.  Whatever
 * was left is taken up by the next process; at the end every message that the
 * server had is here once, and every one that was queued was sent. */
#include "w3.h"
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <time.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS 100
#define ROUNDS_NEW 2    /* sessions with something new, in each life */
#define MAIL_MAX (ROUNDS * ROUNDS_NEW * 5)
#define OUT_MAX (ROUNDS * ROUNDS_NEW)

/* ---- in: a server that gets five more messages in each session ---- */

struct ledger {
	size_t mail;                    /* messages that the server ever had */
	bool deleted[MAIL_MAX];
	size_t out;                     /* messages that we began to queue   */
	struct w3_said said[OUT_MAX];
};
static struct ledger *ledger;
static char *db, *box;
static struct w3 w3;

/* Message i: its number, and a body of a length of its own. */
static void mail_text(size_t i, struct str *out)
{
	str_clear(out);
	str_addf(out, "X-Number: %zu\n\n", i);
	for (size_t k = 0; k < i * 7919 % 9000; k++)
		str_addc(out, (char)('a' + (i + k) % 26));
}

static void dele(void *ctx, const char *uid, const char *file)
{
	uint64_t i;

	(void)ctx; (void)file;
	if (sl_u64(sl(uid), MAIL_MAX - 1, &i) == 0)
		ledger->deleted[i] = true;
}

static int fetch_one(struct state *s, struct arrive *in, size_t i, struct str *text, struct err *err)
{
	enum uidl_state known;
	int64_t when;
	char uid[32];
	int r;

	snprintf(uid, sizeof(uid), "%zu", i);
	r = state_uidl_get(s, "home", uid, &known, &when, err);
	if (r == 1 && known != UIDL_INTENT) {
		ledger->deleted[i] = true;
		return 0;
	}
	mail_text(i, text);
	if (r < 0 || arrive_begin(in, uid, err) != 0 || arrive_write(in, str_sl(text), err) != 0)
		return -1;
	return arrive_end(in, err) < 0 ? -1 : 0;
}

static int fetch(struct err *err)
{
	struct state *s = NULL;
	struct arrive *in = NULL;
	struct str text;
	int r = state_open(&s, db, err);

	str_init(&text, 65536);
	if (r == 0)
		r = arrive_open(&in, box, s, "home", err);
	if (r == 0)
		r = arrive_recover(in, err);
	for (size_t i = 0; i < ledger->mail && r == 0; i++)
		if (!ledger->deleted[i])
			r = fetch_one(s, in, i, &text, err);
	if (r == 0)
		r = arrive_commit(in, dele, NULL, err);
	arrive_close(&in);
	state_close(&s);
	str_release(&text);
	return r;
}

/* ---- the process that dies ---- */

static void fail(const char *what, const char *text)
{
	printf("# %s: %s\n", what, text);
	fflush(stdout);
	_exit(1);
}

static void work(void)
{
	struct err err = ERR_INIT;

	for (int n = 0; ; n++) {
		if (n < ROUNDS_NEW)
			ledger->mail += 5;
		if (fetch(&err) != 0)
			fail("fetch", err.text);
		if (n < ROUNDS_NEW && w3_put(&w3, ledger->out++) != 0)
			fail("put", w3.err.text);
		if (w3_send(&w3, true) != 0)
			fail("send", w3.err.text);
	}
}

/* Lets it run for so long, and kills it: true when it was still alive. */
static bool run_and_kill(long usec)
{
	struct timespec t = { 0, usec * 1000 };
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		work();
	while (nanosleep(&t, &t) != 0 && errno == EINTR)
		;
	kill(pid, SIGKILL);
	return waitpid(pid, &status, 0) == pid && WIFSIGNALED(status);
}

/* ---- the checker ---- */

/* Counts each message by its number; false: a file that nobody sent. */
static bool count_mail(const char *sub, int *seen)
{
	char *dir = tbox_path("%s/%s", box, sub);
	DIR *d = opendir(dir);
	const struct dirent *e;
	struct str want, got;
	bool good = true;

	str_init(&want, 65536);
	str_init(&got, 65536);
	while (d && (e = readdir(d)) && good) {
		struct err own = ERR_INIT;
		char *path = tbox_path("%s/%s", dir, e->d_name);
		uint64_t i = MAIL_MAX;

		str_clear(&got);
		if (e->d_name[0] != '.') {
			good = fs_slurp(path, 65536, &got, &own) == 0 && sl_starts(str_sl(&got), "X-Number: ");
			if (good) {
				struct slice s = sl_skip(str_sl(&got), 10);

				good = sl_u64(sl_head(s, (size_t)MAX(sl_find(s, '\n'), 0)), MAIL_MAX - 1, &i) == 0;
			}
			if (good) {
				mail_text((size_t)i, &want);
				good = sl_eq(str_sl(&want), str_sl(&got));
				seen[i]++;
			}
		}
		free(path);
	}
	if (d)
		closedir(d);
	str_release(&want);
	str_release(&got);
	free(dir);
	return good;
}

static const char *check_mail(bool settled)
{
	int *seen = mem_zalloc(MAIL_MAX * sizeof(*seen));
	const char *bad = count_mail("new", seen) && count_mail("cur", seen) ? NULL : "P3: a file that nobody sent";

	for (size_t i = 0; i < ledger->mail && !bad; i++) {
		if (seen[i] > 1)
			bad = "P2: a message is here twice";
		else if (!seen[i] && (settled || ledger->deleted[i]))
			bad = "P1: a message is lost";
	}
	free(seen);
	return bad;
}

int main(void)
{
	const char *bad = NULL;
	struct err err = ERR_INIT;
	struct w3_said none;
	int alive = 0;
	uint64_t z;

	crash_init();
	ledger = crash_shared(sizeof(*ledger));
	w3_start(&w3, &none, 1);
	w3.said = ledger->said;
	w3.n = 0;
	db = w3.db;
	box = tbox_path("%s/INBOX", w3.home);
	rt_set_seed(20260101);
	for (int i = 0; i < ROUNDS && !bad; i++) {
		rt_random(&z, sizeof(z));
		alive += run_and_kill(1000 + (long)(z % 30000));
		w3.n = ledger->out;
		if (i % 10 == 9)
			bad = check_mail(false);
		if (!bad && i % 10 == 9)
			bad = w3_crashed(&w3);
		if (bad)
			tap_note("round %d: %s", i, bad);
	}
	rt_set_seed(0);
	ok(!bad, "killed %d times at random: %s", ROUNDS, bad ? bad : "nothing lost, nothing twice");
	is_int(alive, ROUNDS, "... and each time it lived until then");
	is_int(fetch(&err), 0, "a clean fetch %s", err.text);
	is_int(w3_send(&w3, true), 0, "... and a clean flush");
	bad = check_mail(true);
	ok(!bad, "P2: of %zu messages each is here once: %s", ledger->mail, bad ? bad : "yes");
	bad = w3_settled(&w3);
	ok(!bad, "P6, P7: of %zu messages queued each was sent, once but where unsure: %s", ledger->out, bad ? bad : "yes");
	ok(ledger->mail > 50 && ledger->out > 10, "... and something was done in all that time");
	free(box);
	w3_end(&w3);
	return tap_done();
}
