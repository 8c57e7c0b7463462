/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One message from the day it is sent until it is read, nine days later, under a clock that is
 * set: alice writes to bob and, with a slip, to a server that says "not now" for five days.
 * Her server tries every 30 minutes, warns once after 4 hours, and gives up after 5 days; she
 * corrects the address, the message is delivered to that one alone, its server reports it, and
 * the reader lets her know that it was read.  Servers, their queues, and all jobs are the real ones.
 */
#include "world.h"
#include <stdlib.h>
#include <fcntl.h>
#include <unistd.h>

#define START   1772445600      /* 2 March 2026, 10:00 */
#define HOUR    3600
#define DAY     86400
#define STEP    1801            /* a retry interval, and what the retry took */

static struct host crepes, hamburger;
static struct person alice, carol;
static struct err err;

/* "STATE CODE" of alice's newest message to an address, and how often each state was heard */
struct heard { char now[64]; unsigned delayed, expired, delivered, read; int64_t delayed_at, expired_at; };

static int add_event(void *ctx, const struct track_event *e)
{
	struct heard *h = ctx;

	if (!e->notice[0])
		return 0;
	h->delayed += e->state == TRACK_DELAYED;
	h->expired += e->state == TRACK_EXPIRED;
	h->delivered += e->state == TRACK_DELIVERED;
	h->read += e->state == TRACK_READ;
	if (e->state == TRACK_DELAYED)
		h->delayed_at = e->at;
	if (e->state == TRACK_EXPIRED)
		h->expired_at = e->at;
	return 0;
}

static struct heard heard(const char *addr)
{
	struct heard h = { .now = "nothing" };
	struct outbox *o;
	struct state *s;
	struct track t;

	if (person_open(&alice, &s, &o) == 0 && state_track_get(s, 'a', addr, INT64_MAX, &t, &err) == 1) {
		for (size_t k = 0; k < t.n; k++) {
			if (!sl_ieq(sl(t.rcpt[k].addr), sl(addr)))
				continue;
			snprintf(h.now, sizeof(h.now), "%s %s", track_word(t.rcpt[k].state), t.rcpt[k].code);
			state_track_events(s, t.id, k, add_event, &h, &err);
		}
		track_release(&t);
	}
	outbox_close(&o);
	state_close(&s);
	return h;
}

/* Messages in a mailbox of a server. */
static int in_box(const char *where)
{
	char *path = tbox_path("%s/%s/new", world_dir(), where);
	int n = tbox_count(path);

	free(path);
	return MAX(n, 0);
}

static size_t waits_at(const struct host *h)
{
	struct items all;
	size_t n = SIZE_MAX;

	if (outbox_list(h->server.queue->outbox, &all, &err) == 0) {
		n = all.n;
		items_release(&all);
	}
	return n;
}

static void set(char **field, const char *value)
{
	free(*field);
	*field = mem_strdup(value);
}

/* Who of alice's newest item in the outbox is written to. */
static void queue_it(struct compose *c, const char *rcpts)
{
	struct outbox *o;
	struct state *s;
	struct item it;
	struct str all;
	char id[64];

	str_init(&all, 4096);
	if (person_open(&alice, &s, &o) == 0) {
		is_int(compose_queue(c, &alice.conf, o, id, &err), 0, "it is queued %s", err.text);
		if (outbox_get(o, id, &it, &err) == 0) {
			for (size_t i = 0; i < it.env.n; i++)
				str_addf(&all, "%s%s", i ? " " : "", it.env.rcpt[i].addr);
			is_str(it.env.rcpt[0].notify, "SUCCESS,FAILURE,DELAY", "all notices are asked for");
			item_release(&it);
		}
	}
	is_slice(str_sl(&all), sl(rcpts), "to whom it goes");
	outbox_close(&o);
	state_close(&s);
	str_release(&all);
	compose_release(c);
}

/* ---- the chapters ---- */

static void servers(void)
{
	uint16_t late = busy_listen();
	char *to_hamburger, *to_late, *to_crepes;

	host_listen(&crepes);
	host_listen(&hamburger);
	to_hamburger = tbox_path("hamburger.edu=127.0.0.1:%u", hamburger.port[0]);
	to_late = tbox_path("late.test=127.0.0.1:%u", late);
	to_crepes = tbox_path("crepes.fr=127.0.0.1:%u", crepes.port[0]);
	host_start(&crepes, "crepes", (const char *[]){ "--domain", "crepes.fr", "--user", "alice@crepes.fr:pw", "--relay", to_hamburger, "--relay", to_late, NULL });
	host_start(&hamburger, "hamburger", (const char *[]){ "--domain", "hamburger.edu", "--user", "bob@hamburger.edu:pw", "--user", "carol@hamburger.edu:pw",
		"--relay", to_crepes, NULL });
	person_begin(&alice, "alice", "Alice <alice@crepes.fr>", &crepes, "alice");
	person_begin(&carol, "carol", "Carol <carol@hamburger.edu>", &hamburger, "carol");
	free(to_hamburger);
	free(to_late);
	free(to_crepes);
}

static void written(void)
{
	struct compose c;

	tap_note("the first day");
	compose_init(&c, &alice.conf, &alice.conf.accounts[0]);
	set(&c.to, "bob@hamburger.edu, carol@late.test");
	set(&c.subject, "Ketchup");
	set(&c.text, "Do you like ketchup?\n");
	c.notify_success = c.receipt = true;
	queue_it(&c, "bob@hamburger.edu carol@late.test");
	person_job(&alice, "send");
	is_str(heard("carol@late.test").now, "accepted 2.0.0", "her server has it, for both");
	is_int(in_box("hamburger/mail/bob"), 1, "bob has it");
	is_int(busy_asked(), 1, "carol's server says: not now");
	is_int((int)waits_at(&crepes), 1, "hers waits");
	person_job(&alice, "fetch");
	is_str(heard("bob@hamburger.edu").now, "delivered 2.0.0", "bob's server says that he has it");
	is_str(heard("carol@late.test").now, "accepted 2.0.0", "of carol nothing was heard");
}

static void tried(void)
{
	int64_t warned = 0, gave_up = 0;
	int first = in_box("crepes/mail/alice");
	unsigned steps = 0;

	tap_note("five days");
	while (world_now() < START + 5 * DAY + 2 * STEP) {
		int n;

		world_pass(STEP);
		steps += gave_up == 0;
		n = in_box("crepes/mail/alice") - first;
		if (n == 1 && !warned)
			warned = world_now();
		if (n == 2 && !gave_up)
			gave_up = world_now();
		if (n < 0 || n > 2)
			ok(false, "a warning and a failure, and nothing else: %d", n);
	}
	ok(warned >= START + 4 * HOUR && warned < START + 4 * HOUR + 2 * STEP, "the warning comes after 4 hours, and not before: %lld s", (long long)(warned - START));
	ok(gave_up >= START + 5 * DAY && gave_up < START + 5 * DAY + 2 * STEP, "the failure after 5 days: %lld s", (long long)(gave_up - START));
	ok(busy_asked() >= steps - 1 && busy_asked() <= steps + 1, "it was tried every 30 minutes: %u times in %u steps", busy_asked(), steps);
	is_int(in_box("hamburger/mail/bob"), 1, "bob has it once");
}

static void told(void)
{
	struct heard h;

	person_job(&alice, "fetch");
	h = heard("carol@late.test");
	is_str(h.now, "expired 5.4.7", "alice hears that it was given up");
	is_int(h.delayed, 1, "and once that it was late");
	is_int(h.expired, 1, "and once that it was given up");
	is_str(heard("bob@hamburger.edu").now, "delivered 2.0.0", "bob's stays delivered");
	is_int((int)waits_at(&crepes), 0, "nothing waits at her server");
}

/* As the delivery screen does: her copy, to those who did not get it. */
static void corrected(void)
{
	char *sent = tbox_path("%s/Sent", alice.conf.mail), *path = tbox_first(sent);
	struct render *r = render_open(path ? open(path, O_RDONLY) : -1, NULL, &alice.conf);
	struct compose c;

	tap_note("the address is corrected");
	while (render_step(r, 10000, &err) == 0 && !render_tree(r))
		;
	compose_init(&c, &alice.conf, &alice.conf.accounts[0]);
	is_int(compose_recall(&c, &alice.conf, r, &err), 0, "her copy is recalled %s", err.text);
	render_free(&r);
	is_str(c.text, "Do you like ketchup?\n", "as she wrote it");
	set(&c.to, "carol@hamburger.edu");
	c.notify_success = c.receipt = true;
	queue_it(&c, "carol@hamburger.edu");
	person_job(&alice, "send");
	is_int(in_box("hamburger/mail/carol"), 1, "carol has it");
	is_int(in_box("hamburger/mail/bob"), 1, "bob does not get it again");
	person_job(&alice, "fetch");
	is_str(heard("carol@hamburger.edu").now, "delivered 2.0.0", "her server says that she has it");
	is_str(heard("carol@late.test").now, "expired 5.4.7", "what became of the first one stays as it was");
	free(sent);
	free(path);
}

static void receipt(void)
{
	char *inbox = tbox_path("%s/INBOX", carol.conf.mail), *path, *to = NULL, id[64];
	struct outbox *o;
	struct state *s;
	struct str text;
	struct env env;

	tap_note("she reads it, four days later");
	world_pass(4 * DAY);
	person_job(&carol, "fetch");
	path = tbox_first(inbox);
	str_init(&text, 1 << 20);
	ok(path && fs_slurp(path, 1 << 20, &text, &err) == 0, "carol fetches it");
	env_parse(str_sl(&text), &mime_limits_default, &env);
	is_int(receipt_wanted(&carol.conf, str_sl(&text), &env, &to), RECEIPT_ASK, "she is asked");
	is_str(to, "alice@crepes.fr", "who wants to know");
	if (to && person_open(&carol, &s, &o) == 0) {
		is_int(receipt_once(s, &env, &err), 1, "once");
		is_int(receipt_put(&carol.conf, o, str_sl(&text), &env, to, false, id, &err), 0, "she says yes %s", err.text);
		outbox_close(&o);
		state_close(&s);
	}
	person_job(&carol, "send");
	person_job(&alice, "fetch");
	is_str(heard("carol@hamburger.edu").now, "read ", "alice hears that it was read");
	is_int(heard("carol@hamburger.edu").read, 1, "once");
	world_pass(DAY);
	is_int((int)(waits_at(&crepes) + waits_at(&hamburger)), 0, "and nothing waits anywhere");
	ok(world_now() > START + 10 * DAY && world_now() < START + 11 * DAY, "ten days went by");
	env_release(&env);
	str_release(&text);
	free(inbox);
	free(path);
	free(to);
}

int main(int argc, char **argv)
{
	int code;

	if (world_is_job(argc, argv, &code))
		return code;
	world_begin(START);
	servers();
	written();
	tried();
	told();
	corrected();
	receipt();
	person_end(&alice);
	person_end(&carol);
	world_end();
	return tap_done();
}
