/* SPDX-License-Identifier: GPL-3.0-or-later
 * track: its numbered rules: what the server says, which notices count, what is more certain */
#include "../store/box.h"
#include "post/post.h"
#include <time.h>

static char *home;
static struct state *state;
static struct err err;
static struct item item;
static char c_a[] = "a@x.test", c_b[] = "Bob.B@x.test", c_id[] = "1@me.test", c_subject[] = "hello", c_envid[] = "e1", c_acct[] = "home";
static struct rcpt two[2];
static struct fate fates[2];
static int n_heard, n_counted;
static int64_t later;

static void start(void)
{
	char *db;

	state_close(&state);
	free(home);
	later = 0;
	home = tbox_dir();
	db = tbox_path("%s/state.db", home);
	err = (struct err)ERR_INIT;
	if (state_open(&state, db, &err) != 0)
		tap_note("%s", err.text);
	free(db);
	two[0] = (struct rcpt){ .addr = c_a };
	two[1] = (struct rcpt){ .addr = c_b };
	fates[0] = (struct fate){ .addr = c_a };
	fates[1] = (struct fate){ .addr = c_b };
	item = (struct item){ .id = "00000001aaaa", .env = { .account = c_acct, .message_id = c_id, .subject = c_subject, .envid = c_envid,
		.created = 1000, .rcpt = two, .n = 2 }, .fates = { .v = fates, .n = 2 } };
}

static int fate(size_t k, enum rcpt_fate f, int code, const char *text, bool expired)
{
	struct track t;
	char *words = mem_strdup(text);
	int r;

	fates[k].fate = f;
	fates[k].code = code;
	fates[k].text = words;
	fates[k].when = 2000 + later;
	r = track_item(state, &item, &t, &err);
	if (r == 0) {
		r = track_fate(state, &t, &item, k, expired, &err);
		track_release(&t);
	}
	fates[k].text = NULL;
	free(words);
	if (r != 0)
		tap_note("%s", err.text);
	return r;
}

static void both_accepted(void)
{
	start();
	fate(0, FATE_ACCEPTED, 250, "ok", false);
	fate(1, FATE_ACCEPTED, 250, "ok", false);
}

static const char *now(size_t k)
{
	static char word[32];
	struct track t;

	if (state_track_get(state, 'i', item.id, INT64_MAX, &t, &err) != 1)
		return "nothing";
	snprintf(word, sizeof(word), "%s", track_word(t.rcpt[k].state));
	track_release(&t);
	return word;
}

static void each(void *ctx, const struct track *t, size_t k, const struct track_event *e, bool counts)
{
	(void)ctx, (void)t, (void)k, (void)e;
	n_heard++;
	n_counted += counts;
}

/* One recipient; NULLs: not said. */
static int hear(const char *notice, const char *envid, const char *msgid, const char *subject, const char *addr, const char *original,
	enum report_action action, const char *status)
{
	struct report_rcpt c = { .address = mem_strdup(addr), .original = mem_strdup(original), .action = action, .meant = action };
	struct report r = { .kind = action == ACTION_DISPLAYED || action == ACTION_DELETED ? REPORT_MDN : REPORT_DSN, .rcpts = &c, .n = 1,
		.envelope_id = mem_strdup(envid), .message_id = mem_strdup(msgid), .subject = mem_strdup(subject) };
	int rc;

	snprintf(c.status, sizeof(c.status), "%s", status);
	snprintf(c.code, sizeof(c.code), "%s", status);
	n_heard = n_counted = 0;
	rc = track_hear(state, &r, notice, 5000, each, NULL, &err);
	free(c.address);
	free(c.original);
	free(r.envelope_id);
	free(r.message_id);
	free(r.subject);
	if (rc < 0)
		tap_note("%s", err.text);
	return rc;
}

/* A notice in no standard form counts as one that is; answers of programs never do. */
static void of_kinds(void)
{
	static const struct { enum report_kind kind; int want; } kinds[] = {
		{ REPORT_BOUNCE, 1 }, { REPORT_VACATION, 0 }, { REPORT_CHALLENGE, 0 }, { REPORT_FEEDBACK, 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct report_rcpt c = { .address = c_a, .action = ACTION_FAILED, .meant = ACTION_FAILED, .status = "5.1.1", .code = "5.1.1" };
		struct report r = { .kind = kinds[i].kind, .rcpts = &c, .n = 1, .message_id = c_id };

		both_accepted();
		is_int(track_hear(state, &r, "k", 5000, NULL, NULL, &err), kinds[i].want, "a notice of kind %d", (int)kinds[i].kind);
		is_str(now(0), kinds[i].want ? "failed" : "accepted", "... leaves it at that");
	}
}

static void says(const char *notice, enum report_action a, const char *status)
{
	hear(notice, "e1", NULL, NULL, c_a, NULL, a, status);
}

static int count(void *ctx, const struct track_event *e)
{
	(void)e;
	(*(int *)ctx)++;
	return 0;
}

static int events(size_t k)
{
	struct track t;
	int n = 0;

	if (state_track_get(state, 'i', item.id, INT64_MAX, &t, &err) != 1)
		return -1;
	state_track_events(state, t.id, k, count, &n, &err);
	track_release(&t);
	return n;
}

static void server(void)
{
	tap_note("1: the server");
	start();
	is_int(track_item(state, &item, NULL, &err), 0, "an item is followed");
	is_str(now(0), "queued", "queued at first");
	is_int(track_item(state, &item, NULL, &err), 0, "once");
	fate(0, FATE_WAITING, 451, "busy", false);
	fate(0, FATE_WAITING, 451, "busy", false);
	is_str(now(0), "queued", "a refusal for now leaves it queued");
	is_int(events(0), 1, "and the same answer again is said once");
	fate(0, FATE_ACCEPTED, 250, "ok", false);
	fate(1, FATE_FAILED, 550, "no such user", false);
	is_str(now(0), "accepted", "accepted");
	is_str(now(1), "failed", "failed");
	fate(1, FATE_FAILED, 451, "busy", true);
	is_str(now(1), "expired", "given up after its time");
	fate(0, FATE_UNSURE, 0, "", false);
	is_str(now(0), "unclear", "an answer that never came");
	fate(0, FATE_ACCEPTED, 250, "ok", false);
	is_str(now(0), "accepted", "the person sent it again");
}

static void matching(void)
{
	tap_note("2: whose notice");
	both_accepted();
	is_int(hear("n1", "e1", NULL, NULL, "x@elsewhere.test", "A@X.test", ACTION_DELIVERED, "2.0.0"), 1, "by ENVID, the original recipient in any case");
	is_str(now(0), "delivered", "it is delivered");
	is_str(now(1), "accepted", "and the other not");
	is_int(hear("n2", NULL, "1@me.test", NULL, c_b, NULL, ACTION_DELAYED, "4.4.1"), 1, "by Message-ID");
	is_str(now(1), "delayed", "it is late");
	is_int(hear("n3", NULL, NULL, "hello", c_b, NULL, ACTION_FAILED, "5.1.1"), 1, "by the subject of the returned header");
	is_str(now(1), "failed", "it failed");
	both_accepted();
	is_int(hear("n4", NULL, NULL, NULL, c_b, NULL, ACTION_FAILED, "5.1.1"), 1, "by the recipient alone");
	is_str(now(1), "failed", "it failed");
	both_accepted();
	is_int(hear("n5", NULL, "other@me.test", "hello", c_b, NULL, ACTION_FAILED, "5.1.1"), 0, "another Message-ID: not ours");
	is_int(hear("n6", NULL, NULL, "other", c_b, NULL, ACTION_FAILED, "5.1.1"), 0, "another subject: not ours");
	is_int(hear("n7", "e1", NULL, NULL, "c@x.test", NULL, ACTION_FAILED, "5.1.1"), 1, "a recipient that we did not write to");
	is_int(hear("n8", "e9", NULL, NULL, "c@x.test", NULL, ACTION_FAILED, "5.1.1"), 0, "backscatter");
	is_str(now(0), "accepted", "changes nothing");
	is_str(now(1), "accepted", "at all");
	start();
	item.env.n = item.fates.n = 1;
	fate(0, FATE_ACCEPTED, 250, "ok", false);
	is_int(hear("n9", "e1", NULL, NULL, "forwarded@y.test", NULL, ACTION_FAILED, "5.2.2"), 1, "forwarded: another address of the only recipient");
	is_str(now(0), "failed", "counts");
	start();
	track_item(state, &item, NULL, &err);
	says("n10", ACTION_DELIVERED, "2.0.0");
	is_int(n_heard == 1 && n_counted == 0, true, "of a message that waits here yet: noted, not believed");
	is_str(now(0), "queued", "it waits");
	fate(0, FATE_ACCEPTED, 250, "ok", false);
	is_str(now(0), "delivered", "the server's answer is written after the notice was read: both count");
	start();
	track_item(state, &item, NULL, &err);
	says("n11", ACTION_FAILED, "5.1.1");
	says("n12", ACTION_DELIVERED, "2.0.0");
	fate(0, FATE_FAILED, 550, "no", false);
	is_str(now(0), "failed", "what our server refuses has not arrived anywhere");
	fate(0, FATE_WAITING, 0, "", false);
	fate(0, FATE_ACCEPTED, 250, "ok", false);
	is_str(now(0), "accepted", "sent again: what was heard of the first try is over");
	is_int(hear("n13", NULL, NULL, "hello", c_b, NULL, ACTION_FAILED, "5.1.1"), 0, "what waits had no notice that names it by its subject");
}

static const char *last_text;
static char text_of[200];

static int keep_text(void *ctx, const struct track_event *e)
{
	(void)ctx;
	snprintf(text_of, sizeof(text_of), "%s%s", e->counted ? "counted: " : "", e->text);
	last_text = text_of;
	return 0;
}

static const char *history(size_t k)
{
	struct track t;

	last_text = "nothing";
	if (state_track_get(state, 'i', item.id, INT64_MAX, &t, &err) != 1)
		return last_text;
	state_track_events(state, t.id, k, keep_text, NULL, &err);
	track_release(&t);
	return last_text;
}

/* The quotes that RFC 5322 wants are no part of an address, and many servers leave them out. */
static void quotes(void)
{
	static char odd[] = "\"a..b.\"@x.test";

	start();
	two[0].addr = fates[0].addr = odd;
	fate(0, FATE_ACCEPTED, 250, "ok", false);
	is_int(hear("q1", "e1", NULL, NULL, "a..b.@x.test", NULL, ACTION_FAILED, "5.1.1"), 1, "an address without its quotes");
	is_str(now(0), "failed", "is the same");
}

/* One name that stands for many: some have it, and some don't. */
static void some_of_many(void)
{
	char m1[] = "m1@y.test", m2[] = "m2@y.test", to[] = "a@x.test";
	struct report_rcpt both[] = {
		{ .address = m1, .original = to, .action = ACTION_DELIVERED, .meant = ACTION_DELIVERED, .status = "2.0.0", .code = "2.0.0" },
		{ .address = m2, .original = to, .action = ACTION_FAILED, .meant = ACTION_FAILED, .status = "5.2.2", .code = "5.2.2" },
	};
	struct report r = { .kind = REPORT_DSN, .rcpts = both, .n = 2, .message_id = c_id };

	both_accepted();
	is_int(track_hear(state, &r, "s1", 5000, NULL, NULL, &err), 1, "a notice on two who stand behind one name");
	is_str(now(0), "failed", "that one of them has it not is what counts");
	is_str(history(0), "m1@y.test", "each is named in the history");
	is_int(events(0), 3, "and both stand there");
}

/* Of an address that it was passed on to, and nobody says by whom. */
static void aliases(void)
{
	struct report_rcpt c = { .address = mem_strdup("carol@y.test"), .action = ACTION_FAILED, .meant = ACTION_FAILED, .status = "5.1.1", .code = "5.1.1",
		.diagnostic = mem_strdup("550 bob.b@x.test was forwarded to nobody") };
	struct report r = { .kind = REPORT_DSN, .rcpts = &c, .n = 1, .message_id = c_id };
	struct report_rcpt many[50];
	static const char said[] = "A report on carol@y.test, which is none of the recipients: not delivered";

	both_accepted();
	is_int(hear("a1", "e1", NULL, NULL, "carol@y.test", NULL, ACTION_FAILED, "5.1.1"), 1, "a report on an address behind an alias is about our message");
	ok(n_counted == 0 && strcmp(now(0), "accepted") == 0 && strcmp(now(1), "accepted") == 0, "and changes nothing");
	is_str(history(0), said, "it is in the history");
	is_str(history(1), said, "of each");
	is_int(hear("a1", "e1", NULL, NULL, "carol@y.test", NULL, ACTION_FAILED, "5.1.1"), 2, "once");
	fate(0, FATE_WAITING, 451, "busy", false);
	fate(0, FATE_ACCEPTED, 250, "ok", false);
	is_str(now(0), "accepted", "what is sent again does not fail for it");
	both_accepted();
	is_int(hear("a2", NULL, NULL, "hello", "carol@y.test", NULL, ACTION_FAILED, "5.1.1"), 0, "no id names the message: not ours");
	is_int(track_hear(state, &r, "a3", 5000, each, NULL, &err), 1, "it names one of two that are open");
	is_str(now(1), "accepted", "no guess");
	says("a4", ACTION_DELIVERED, "2.0.0");
	hear("a5", "e1", NULL, NULL, "carol@y.test", NULL, ACTION_FAILED, "5.1.1");
	is_str(now(1), "accepted", "one is open, and not named: no guess");
	is_int(track_hear(state, &r, "a6", 5000, each, NULL, &err), 1, "one is open, and named in the reason");
	is_str(now(1), "failed", "it is that one");
	both_accepted();
	for (size_t i = 0; i < ARRAY_LEN(many); i++)
		many[i] = c;
	r.rcpts = many;
	r.n = ARRAY_LEN(many);
	track_hear(state, &r, "a7", 5000, each, NULL, &err);
	is_int(events(0), 11, "of very many a few are noted");
	free(c.address);
	free(c.diagnostic);
}

static void absurd(void)
{
	both_accepted();
	says("w1", ACTION_FAILED, "2.0.0");
	is_str(now(0), "unclear", "failed, with the code of success: unclear");
	is_str(history(0), "counted: The notice contradicts itself.", "and why");
	says("w2", ACTION_DELIVERED, "5.1.1");
	is_str(now(0), "unclear", "nor the reverse");
	says("w3", ACTION_DELAYED, "5.1.1");
	is_str(now(0), "delayed", "late is late");
	says("w4", ACTION_FAILED, "5.1.1");
	is_str(now(0), "failed", "a later one is clear");
}

static void nobody(void)
{
	struct report r = { .kind = REPORT_BOUNCE, .message_id = c_id };

	both_accepted();
	is_int(track_hear(state, &r, "v1", 5000, NULL, NULL, &err), 1, "a notice that names nobody");
	is_str(now(0), "unclear", "leaves it unclear what became of each");
	is_str(now(1), "unclear", "... of them");
	both_accepted();
	says("v2", ACTION_DELIVERED, "2.0.0");
	track_hear(state, &r, "v3", 5000, NULL, NULL, &err);
	is_str(now(0), "delivered", "but not where more is known");
	r.message_id = NULL;
	is_int(track_hear(state, &r, "v4", 5000, NULL, NULL, &err), 0, "nor a message either: not ours");
}

static void other_scripts(void)
{
	static char idn[] = "Bob@bücher.test", korean[] = "기현@예시.test";

	start();
	two[0].addr = fates[0].addr = idn;
	two[1].addr = fates[1].addr = korean;
	fate(0, FATE_ACCEPTED, 250, "ok", false);
	fate(1, FATE_ACCEPTED, 250, "ok", false);
	is_int(hear("i1", "e1", NULL, NULL, "bob@xn--bcher-kva.TEST", NULL, ACTION_FAILED, "5.1.1"), 1, "a domain as DNS has it");
	is_str(now(0), "failed", "is the same one");
	is_int(hear("i2", "e1", NULL, NULL, "기현@xn--vv4b27h.test", NULL, ACTION_DELIVERED, "2.0.0"), 1, "another one is not");
	is_str(now(1), "accepted", "and changes nothing");
	is_int(hear("i3", "e1", NULL, NULL, "기현@예시.TEST", NULL, ACTION_DELIVERED, "2.0.0"), 1, "as it was written, in any case");
	is_str(now(1), "delivered", "counts");
}

static void certain(void)
{
	static const struct { enum report_action first, then; const char *want; } rows[] = {
		{ ACTION_DELAYED, ACTION_DELIVERED, "delivered" }, { ACTION_DELIVERED, ACTION_DELAYED, "delivered" },
		{ ACTION_DELAYED, ACTION_FAILED, "failed" }, { ACTION_FAILED, ACTION_DELIVERED, "failed" },
		{ ACTION_DELIVERED, ACTION_FAILED, "delivered" }, { ACTION_FAILED, ACTION_DISPLAYED, "failed" },
		{ ACTION_RELAYED, ACTION_DELIVERED, "delivered" }, { ACTION_RELAYED, ACTION_FAILED, "failed" },
		{ ACTION_DELIVERED, ACTION_DISPLAYED, "read" }, { ACTION_DISPLAYED, ACTION_FAILED, "read" },
		{ ACTION_DISPLAYED, ACTION_DELETED, "read" }, { ACTION_DELETED, ACTION_DISPLAYED, "read" },
		{ ACTION_NONE, ACTION_DELIVERED, "delivered" }, { ACTION_DELIVERED, ACTION_NONE, "delivered" },
		{ ACTION_NONE, ACTION_DENIED, "unclear" }, { ACTION_EXPANDED, ACTION_RELAYED, "relayed" },
		{ ACTION_FAILED, ACTION_FAILED, "failed" }, { ACTION_DENIED, ACTION_DENIED, "accepted" },
	};

	tap_note("3: what is more certain stays");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		both_accepted();
		says("first", rows[i].first, "");
		says("then", rows[i].then, "");
		is_str(now(0), rows[i].want, "%s, then %s", report_action_word(rows[i].first), report_action_word(rows[i].then));
	}
	both_accepted();
	says("late", ACTION_FAILED, "5.4.7");
	is_str(now(0), "expired", "5.4.7: given up");
	both_accepted();
	says("late", ACTION_FAILED, "4.4.1");
	is_str(now(0), "expired", "what a later try might change failed: given up, too");
}

static int marks_of(void *ctx, const struct track_event *e)
{
	char *out = ctx;
	size_t n = strlen(out);

	snprintf(out + n, 256 - n, "%s%c ", track_word(e->state), e->counted ? '+' : '-');
	return 0;
}

static void counted(void)
{
	char out[256] = "";
	struct track t;

	tap_note("what did not count stays in the history");
	both_accepted();
	says("1", ACTION_DELAYED, "4.4.1");
	says("2", ACTION_DELAYED, "4.4.1");
	says("3", ACTION_DELIVERED, "2.0.0");
	says("4", ACTION_FAILED, "5.1.1");
	says("5", ACTION_DELAYED, "4.4.1");
	says("6", ACTION_DISPLAYED, "");
	is_int(state_track_get(state, 'i', item.id, INT64_MAX, &t, &err), 1, "it is there");
	state_track_events(state, t.id, 0, marks_of, out, &err);
	track_release(&t);
	is_str(out, "accepted+ delayed+ delayed+ delivered+ failed- delayed- read+ ", "each with whether it counted; the same again agrees");
}

static void once(void)
{
	uint64_t n;

	tap_note("4: once");
	both_accepted();
	is_int(hear("same", "e1", NULL, NULL, c_a, NULL, ACTION_FAILED, "5.1.1"), 1, "heard");
	is_int(hear("same", "e1", NULL, NULL, c_b, NULL, ACTION_FAILED, "5.1.1"), 2, "the same notice again is not");
	is_int(events(0), 2, "one event for the server, one for the notice");
	is_int(state_track_news(state, TRACK_FAILED, TRACK_EXPIRED, false, &n, &err), 0, "news");
	is_int(n, 1, "one failure");
	state_track_news(state, TRACK_FAILED, TRACK_EXPIRED, true, &n, &err);
	state_track_news(state, TRACK_FAILED, TRACK_EXPIRED, false, &n, &err);
	is_int(n, 0, "until it was looked at");
	both_accepted();
	hear("n1", "e1", NULL, NULL, c_a, NULL, ACTION_FAILED, "5.1.1");
	hear("n2", "e1", NULL, NULL, c_b, NULL, ACTION_FAILED, "5.4.7");
	state_track_news(state, TRACK_FAILED, TRACK_EXPIRED, false, &n, &err);
	is_int(n, 1, "of one message both: failed and given up");
	fate(0, FATE_ACCEPTED, 250, "ok", false);
	fate(1, FATE_ACCEPTED, 250, "ok", false);
	state_track_news(state, TRACK_FAILED, TRACK_EXPIRED, false, &n, &err);
	is_int(n, 0, "sent again, and taken: it is no news any more");
}

static const char *told(const char *all)
{
	static char out[4096];
	struct str wrong, fine;

	str_init(&wrong, STR_MAX);
	str_init(&fine, STR_MAX);
	is_int(track_tell(state, c_id, all, &wrong, &fine, &err), 0, "told");
	snprintf(out, sizeof(out), "%s|%s", wrong.p, fine.p);
	str_release(&wrong);
	str_release(&fine);
	return out;
}

static bool ours(const struct conf *conf, const char *header)
{
	struct env env = { 0 };
	bool is;

	env_parse(sl(header), &mime_limits_default, &env);
	is = track_is_ours(conf, &env, sl(header));
	env_release(&env);
	return is;
}

static void words(void)
{
	static char many[9][16];
	struct rcpt rcpts[9];
	struct fate all[9];
	struct account me = { .name = c_acct };
	struct conf conf = { .accounts = &me, .n_accounts = 1 };
	struct addrs l = { 0 };

	tap_note("in words");
	setenv("TZ", "UTC", 1);
	tzset();
	rt_set_clock((int64_t)6000 * 1000000);
	start();
	is_str(told("S"), "|", "what was not sent from here: nothing");
	both_accepted();
	is_str(told("S"), "|a@x.test: taken by the server on Jan 1, 00:33.\nBob.B@x.test: taken by the server on Jan 1, 00:33.\n", "the server took it");
	says("read", ACTION_DISPLAYED, "");
	hear("fail", "e1", NULL, NULL, c_b, NULL, ACTION_FAILED, "5.1.1");
	is_str(told("S"), "Bob.B@x.test: failed on Jan 1, 01:23 (5.1.1): There is no such mailbox.\n|a@x.test: read on Jan 1, 01:23.\n", "a failure with its reason");
	fate(0, FATE_FAILED, 550, "no\033[1m way", false);
	ok(strstr(told("S"), "(550): no") && !strchr(told("S"), 27), "a server's words, cleaned");
	start();
	for (size_t i = 0; i < 9; i++) {
		snprintf(many[i], sizeof(many[i]), "u%zu@x.test", i);
		rcpts[i] = (struct rcpt){ .addr = many[i] };
		all[i] = (struct fate){ .addr = many[i] };
	}
	item.env.rcpt = rcpts;
	item.fates.v = all;
	item.env.n = item.fates.n = 9;
	track_item(state, &item, NULL, &err);
	for (size_t i = 0; i < 9; i++) {
		all[i].fate = i == 8 ? FATE_FAILED : FATE_ACCEPTED;
		all[i].when = 2000;
		all[i].enh = (char[]){ "5.2.2" };
		{
			struct track t;

			track_item(state, &item, &t, &err);
			track_fate(state, &t, &item, i, false, &err);
			track_release(&t);
		}
	}
	ok(sl_starts(sl(told("S")), "u8@x.test: failed on Jan 1, 00:33 (5.2.2): The mailbox is full.\n|u0@x.test"), "of many the worst is first");
	ok(strstr(told("S"), "u3@x.test") && !strstr(told("S"), "u4@x.test") && strstr(told("S"), "\nand 4 more: S shows all.\n"), "five, and how many more");
	addrs_parse(SL("Me <me@here.test>"), &mime_limits_default, &l);
	me.address = l.v[0];
	ok(ours(&conf, "From: me@here.test\n\n"), "from oneself: ours");
	ok(ours(&conf, "From: x@y.test\nSender: me@here.test\n\n"), "handed in by oneself: ours");
	ok(ours(&conf, "Resent-From: me@here.test\nFrom: x@y.test\n\n"), "passed on: it may be");
	ok(!ours(&conf, "From: x@y.test\n\n"), "anybody's: not");
	addrs_release(&l);
}

static bool failed(const char *want)
{
	struct str why;
	int r;

	str_init(&why, 4096);
	r = track_failed(state, "A@x.test", &why, &err);
	if (r > 0)
		is_str(why.p, want, "why");
	str_release(&why);
	return r > 0;
}

/* An item after the others. */
static void next(const char *id, const char *envid)
{
	snprintf(item.id, sizeof(item.id), "%s", id);
	item.env.envid = (char *)(uintptr_t)envid;
	later = 3300;
	fate(0, FATE_ACCEPTED, 250, "ok", false);
}

static void addresses(void)
{
	static const char *const no_such = "failed on Jan 1: There is no such mailbox.";

	tap_note("an address that fails");
	both_accepted();
	ok(!failed(""), "accepted: nothing is known");
	hear("n1", "e1", NULL, NULL, c_a, NULL, ACTION_FAILED, "5.1.1");
	ok(failed(no_such), "failed for good, in any case");
	next("00000002bbbb", "e2");
	ok(!failed(no_such), "our own server takes it again: nothing is known");
	both_accepted();
	{
		struct report_rcpt c = { .address = c_a, .action = ACTION_FAILED, .meant = ACTION_FAILED, .status = "5.1.1", .code = "5.1.1", .remote = c_b };
		struct report r = { .kind = REPORT_DSN, .rcpts = &c, .n = 1, .envelope_id = c_envid };

		track_hear(state, &r, "n2", 5000, NULL, NULL, &err);
	}
	next("00000003cccc", "e3");
	ok(failed(no_such), "another server refused it: that ours takes it again says nothing");
	rt_set_clock((int64_t)(5300 + 2 * 86400 + 1) * 1000000);
	ok(!failed(""), "but that nothing was heard for days does");
	rt_set_clock((int64_t)6000 * 1000000);
	{
		struct report_rcpt c = { .address = c_a, .action = ACTION_DELIVERED, .meant = ACTION_DELIVERED, .status = "2.0.0", .code = "2.0.0", .remote = c_b };
		struct report r = { .kind = REPORT_DSN, .rcpts = &c, .n = 1, .envelope_id = (char[]){ "e3" } };

		track_hear(state, &r, "n3", 5500, NULL, NULL, &err);
	}
	ok(!failed(""), "a later delivery clears it");
	both_accepted();
	hear("n4", "e1", NULL, NULL, c_a, NULL, ACTION_FAILED, "4.2.2");
	ok(!failed(""), "not for good");
	both_accepted();
	hear("n5", "e1", NULL, NULL, c_a, NULL, ACTION_FAILED, "5.4.7");
	ok(!failed(""), "given up in time: the address may be right");
}

static void marks(void)
{
	struct contact v[3] = { { .addr = mem_strdup(c_a) }, { .addr = mem_strdup(c_b) }, { .addr = mem_strdup("c@x.test") } };
	struct contacts l = { .v = mem_alloc(sizeof(v)), .n = 3, .cap = 3 };

	memcpy(l.v, v, sizeof(v));
	both_accepted();
	hear("n1", "e1", NULL, NULL, c_a, NULL, ACTION_FAILED, "5.1.1");
	is_int(contacts_mark(&l, state, &err), 0, "people are marked");
	is_str(l.v[0].addr, c_b, "those that work first");
	is_str(l.v[1].addr, "c@x.test", "in their order");
	is_str(l.v[2].addr, c_a, "who did not get it last");
	ok(!l.v[0].failed && l.v[2].failed && strstr(l.v[2].failed, "no such mailbox"), "and why");
	contacts_release(&l);
}

int main(void)
{
	start();
	server();
	matching();
	quotes();
	some_of_many();
	aliases();
	absurd();
	nobody();
	other_scripts();
	certain();
	counted();
	once();
	of_kinds();
	words();
	addresses();
	marks();
	state_close(&state);
	free(home);
	return tap_done();
}
