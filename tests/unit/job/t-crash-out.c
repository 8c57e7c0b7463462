/* SPDX-License-Identifier: GPL-3.0-or-later
 * workload W3: a message is queued and sent to three people, killed at each file
 * call, and with each file call failing.  The invariants of post/outbox.c hold
 * after each, and after clean runs all is as if nothing had happened. */
#include "w3.h"
#include <unistd.h>

static struct w3_said *said;

static int whole(void *ctx)
{
	struct w3 *w = ctx;

	return w3_put(w, 0) == 0 && w3_send(w, false) == 0 ? 0 : -1;
}

/* What is left is sent, the unsure when the person says so. */
static const char *recover(struct w3 *w)
{
	const char *bad;

	if (w3_send(w, false) != 0)
		return w->err.text;
	bad = w3_crashed(w);
	if (bad)
		return bad;
	for (int k = 0; k < W3_RCPT; k++)
		if (said->accepted[k] > 1)
			return "4: what is unsure was sent again unasked";
	if (w3_send(w, true) != 0)
		return w->err.text;
	bad = w3_settled(w);
	if (!bad && w3_send(w, false) != 0)
		bad = w->err.text;
	return bad ? bad : w3_settled(w);
}

static void sweep_kills(void)
{
	const char *bad = NULL;
	int r, unsure = 0;
	struct w3 w;
	long n = 0;

	do {
		w3_start(&w, said, 1);
		r = crash_at(++n, whole, &w);
		bad = r < 0 ? "the workload failed" : w3_crashed(&w);
		if (!bad)
			bad = recover(&w);
		unsure += said->again > 0;
		w3_end(&w);
	} while (!bad && r == 1);
	if (bad)
		tap_note("killed at chance %ld", n);
	ok(!bad, "killed at each of %ld chances: %s", n - 1, bad ? bad : "none lost, none twice");
	ok(n > 40, "... and there were as many as that");
	ok(unsure > 0 && unsure < 12, "4: between the end of data and its record it is unsure (%d times)", unsure);
}

static void sweep_faults(enum fault f, bool sticky)
{
	const char *bad = NULL;
	bool reached = true;
	int failed = 0;
	struct w3 w;
	long n = 0;

	while (!bad && reached) {
		int r, fds;

		w3_start(&w, said, 1);
		fds = tap_open_fds();
		fault_set(f, ++n, sticky);
		r = whole(&w);
		reached = fault_off();
		if (tap_open_fds() != fds)
			bad = "I15: a descriptor was left open";
		else if (r != 0 && (w.err.kind == ERR_NONE || !w.err.text[0]))
			bad = "I17: it failed without a word";
		else if (r != 0 && (f == FAULT_EINTR || f == FAULT_SHORT))
			bad = "it failed where it should go on";
		else
			bad = w3_crashed(&w);
		if (!bad && !said->queued && tbox_count(w.outbox) > 1 && !strstr(w.err.text, "is in the outbox as"))
			bad = "1: a message that could not be queued is in the outbox";
		failed += r != 0;
		if (!bad)
			bad = recover(&w);
		if (bad)
			tap_note("call %ld, %s, %s: %s", n, fault_call(), w.err.text, bad);
		w3_end(&w);
	}
	ok(!bad, "%s at each of %ld calls%s (%d failed): none lost, none twice", fault_names[f], n - 1,
		sticky ? " and ever after" : "", failed);
	ok(n > 40, "... and there were as many as that");
}

/* Between the two transactions of one message. */
static void t_unsure(void)
{
	struct w3 w;

	w3_start(&w, said, 1);
	is_int(whole(&w), 0, "undisturbed it is queued and sent");
	ok(said->accepted[0] == 1 && said->accepted[2] == 1 && said->deferred == 1, "... once to each, to one at the second try");
	is_int(said->again, 0, "... and nothing is unsure");
	ok(!w3_settled(&w), "... and one copy is in Sent, and nothing else left");
	w3_end(&w);
}

int main(void)
{
	crash_init();
	said = crash_shared(sizeof(*said));
	t_unsure();
	sweep_kills();
	for (int sticky = 0; sticky < 2; sticky++) {
		sweep_faults(FAULT_ENOSPC, sticky);
		sweep_faults(FAULT_EIO, sticky);
		sweep_faults(FAULT_DONE, sticky);
		sweep_faults(FAULT_SHORT, sticky);
	}
	sweep_faults(FAULT_EINTR, false);
	return tap_done();
}
