/* SPDX-License-Identifier: GPL-3.0-or-later
 * invite: the answer to an invitation: to whom, as whom, and what a calendar reads in it */
#include "../store/box.h"
#include "post/post.h"
#include <unistd.h>

static char *home;
static struct conf conf;
static struct err err;

static void start(void)
{
	char *path;

	home = tbox_dir();
	path = tbox_path("%s/config", home);
	tbox_put(path, SL("[account home]\naddress = Me Myself <me@x.test>\nidentities = Other Me <me2@y.test>\n[account work]\naddress = w@z.test\n"));
	setenv("XDG_DATA_HOME", home, 1);
	is_int(conf_load(&conf, path, &err), 0, "a configuration %s", err.text);
	fs_mkdirs(conf.data, &err);
	free(path);
}

#define HEAD "From: Bob <bob@work.example>\nTo: me@x.test\nSubject: Lunch\nMessage-ID: <1@work.example>\n" \
	"Content-Type: text/calendar; method=REQUEST; charset=utf-8\n\n"
#define CAL(more) HEAD "BEGIN:VCALENDAR\nMETHOD:REQUEST\n" more "END:VCALENDAR\n"
#define ORG "ORGANIZER;CN=Bob Boss:mailto:boss@work.example\n"

static int answer_to(const char *mail, enum invite_answer a, struct compose *c, struct str *calendar)
{
	struct render *r;
	struct str mem;
	int rc;

	str_init(&mem, STR_MAX);
	str_adds(&mem, mail);
	r = render_open(-1, &mem, &conf);
	err = (struct err)ERR_INIT;
	compose_init(c, &conf, conf_account(&conf, NULL));
	rc = compose_invite_reply(c, &conf, r, a, &err);
	render_free(&r);
	str_release(&mem);
	str_clear(calendar);
	if (rc == 0 && c->n_files == 1)
		fs_slurp(c->files[0].path, 1 << 20, calendar, &err);
	return rc;
}

static void done(struct compose *c)
{
	compose_drop(c, &err);
	compose_release(c);
}

static const struct { const char *name, *mail, *from, *to, *subject, *calendar; enum invite_answer answer; } rows[] = {
	{ "accepted, as the identity that was invited",
		CAL("BEGIN:VEVENT\nUID:u1\nSEQUENCE:3\nDTSTAMP:20200101T000000Z\nSUMMARY:Lunch\\, talk\n" ORG "ATTENDEE:mailto:boss@work.example\n"
		"ATTENDEE;RSVP=TRUE;PARTSTAT=NEEDS-ACTION;CN=Jane:mailto:ME2@y.test\nEND:VEVENT\n"),
		"Other Me <me2@y.test>", "boss@work.example", "Accepted: Lunch, talk",
		"BEGIN:VCALENDAR\nPRODID:-//pabal//EN\nVERSION:2.0\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:u1\nDTSTAMP:20260303T120000Z\nSEQUENCE:3\n"
		"ORGANIZER;CN=Bob Boss:mailto:boss@work.example\nATTENDEE;PARTSTAT=ACCEPTED;CN=Jane:mailto:ME2@y.test\nSUMMARY:Lunch\\, talk\nEND:VEVENT\nEND:VCALENDAR\n",
		INVITE_ACCEPT },
	{ "declined, invited by a list", CAL("BEGIN:VEVENT\nUID:u2\n" ORG "ATTENDEE:mailto:team@work.example\nEND:VEVENT\n"),
		"Me Myself <me@x.test>", "boss@work.example", "Declined: (no title)",
		"BEGIN:VCALENDAR\nPRODID:-//pabal//EN\nVERSION:2.0\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:u2\nDTSTAMP:20260303T120000Z\n"
		"ORGANIZER;CN=Bob Boss:mailto:boss@work.example\nATTENDEE;PARTSTAT=DECLINED;CN=Me Myself:mailto:me@x.test\nEND:VEVENT\nEND:VCALENDAR\n", INVITE_DECLINE },
	{ "one of many, in a zone", CAL("BEGIN:VEVENT\nUID:u3\nRECURRENCE-ID;TZID=Asia/Seoul:20260305T120000\n" ORG "ATTENDEE:mailto:w@z.test\nEND:VEVENT\n"),
		"w@z.test", "boss@work.example", "Tentative: (no title)",
		"BEGIN:VCALENDAR\nPRODID:-//pabal//EN\nVERSION:2.0\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:u3\nDTSTAMP:20260303T120000Z\nRECURRENCE-ID:20260305T030000Z\n"
		"ORGANIZER;CN=Bob Boss:mailto:boss@work.example\nATTENDEE;PARTSTAT=TENTATIVE:mailto:w@z.test\nEND:VEVENT\nEND:VCALENDAR\n", INVITE_TENTATIVE },
};

static void test_rows(void)
{
	struct compose c;
	struct str calendar;

	str_init(&calendar, 1 << 20);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		is_int(answer_to(rows[i].mail, rows[i].answer, &c, &calendar), 0, "%s %s", rows[i].name, err.text);
		is_str(c.from, rows[i].from, "from");
		is_str(c.to, rows[i].to, "to the organizer");
		is_str(c.subject, rows[i].subject, "subject");
		is_str(c.in_reply_to, "1@work.example", "it belongs to the invitation");
		is_str(calendar.p, rows[i].calendar, "what a calendar reads");
		is_int(compose_check(&c, &conf, NULL, 0, &calendar), 0, "ready to be sent");
		done(&c);
	}
	str_release(&calendar);
}

static void test_refused(void)
{
	static const char *const bad[] = {
		"From: a@b.example\n\nNo invitation.\n",
		HEAD "BEGIN:VCALENDAR\nMETHOD:CANCEL\nBEGIN:VEVENT\n" ORG "END:VEVENT\nEND:VCALENDAR\n",
		HEAD "BEGIN:VCALENDAR\n",
		CAL("BEGIN:VEVENT\nUID:1\nEND:VEVENT\n"),
		CAL("BEGIN:VEVENT\nUID:1\nORGANIZER:https://x.example/\nEND:VEVENT\n"),
		CAL("BEGIN:VEVENT\nUID:1\nORGANIZER:mailto:a@b.example%0d%0aBcc:c@d.example\nEND:VEVENT\n"),
		CAL("BEGIN:VEVENT\nUID:1\nORGANIZER:mailto:a@b.example,c@d.example\nEND:VEVENT\n"),
		CAL(""),
	};
	struct compose c;
	struct str calendar;

	str_init(&calendar, 1 << 20);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		is_int(answer_to(bad[i], INVITE_ACCEPT, &c, &calendar), -1, "refused %zu: %s", i, err.text);
		is_int((long long)c.n_files, 0, "and nothing is attached");
		done(&c);
	}
	str_release(&calendar);
}

/* The part says what it is, in the type too (RFC 6047 2.4). */
static void test_sent(void)
{
	struct str calendar, all;
	struct compose c;
	int fd;

	str_init(&calendar, 1 << 20);
	str_init(&all, 1 << 20);
	answer_to(rows[0].mail, INVITE_ACCEPT, &c, &calendar);
	fd = compose_preview(&c, &conf, &err);
	if (ok(fd >= 0, "it can be written %s", err.text)) {
		struct src src;
		struct sink sink;

		src_range(&src, fd, 0, -1);
		sink_str(&sink, &all);
		src_copy(&src, &sink, &err);
		fs_close(&fd);
	}
	ok(sl_search(str_sl(&all), SL("Content-Type: text/calendar; method=REPLY; charset=us-ascii\n")) > 0, "its type names the method");
	ok(sl_search(str_sl(&all), SL("\nContent-Disposition: inline; filename=invite.ics\n")) > 0, "it is no attachment");
	ok(sl_search(str_sl(&all), SL("\nMETHOD:REPLY\n")) > 0, "and stands there in plain");
	done(&c);
	str_release(&calendar);
	str_release(&all);
}

/* Postponed and taken up again, its type still names the method. */
static void test_kept(void)
{
	struct str calendar, mem;
	struct compose c, again;
	struct render *r;
	char *path;

	str_init(&calendar, 1 << 20);
	str_init(&mem, STR_MAX);
	answer_to(rows[0].mail, INVITE_ACCEPT, &c, &calendar);
	is_int(compose_postpone(&c, &conf, &err), 0, "an answer is postponed %s", err.text);
	compose_release(&c);
	path = tbox_first(conf.drafts);
	ok(path && fs_slurp(path, STR_MAX, &mem, &err) == 0, "it lies in the drafts");
	r = render_open(-1, &mem, &conf);
	compose_init(&again, &conf, NULL);
	is_int(compose_recall(&again, &conf, r, &err), 0, "it is recalled %s", err.text);
	if (is_int((long long)again.n_files, 1, "with its calendar")) {
		is_str(again.files[0].type, "text/calendar; method=REPLY", "of the same type");
		is_str(again.files[0].name, "invite.ics", "the same name");
		ok(again.files[0].is_inline && tbox_has(again.files[0].path, str_sl(&calendar)), "in the same place, with the same bytes");
	}
	done(&again);
	render_free(&r);
	free(path);
	str_release(&calendar);
	str_release(&mem);
}

int main(void)
{
	start();
	rt_set_clock((int64_t)1772539200 * 1000000);
	test_rows();
	test_refused();
	test_sent();
	test_kept();
	conf_release(&conf);
	free(home);
	return tap_done();
}
