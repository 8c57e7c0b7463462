/* SPDX-License-Identifier: GPL-3.0-or-later
 * calendar: invitations in words, in the time zone of the reader; calendars that were
 * made to do harm. */
#include "base/base.h"
#include "show/show.h"
#include "../../tap.h"
#include <libical/ical.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#define ORG "ORGANIZER;CN=Bob Boss:mailto:bob@work.example\r\n"
#define EVENT(more) "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n" more "END:VCALENDAR\r\n"
#define BERLIN "BEGIN:VTIMEZONE\r\nTZID:Their Berlin\r\nBEGIN:STANDARD\r\nDTSTART:16010101T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n" \
	"RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\nDTSTART:16010101T020000\r\nTZOFFSETFROM:+0100\r\n" \
	"TZOFFSETTO:+0200\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n"

static const struct { const char *name, *in, *want; } rows[] = {
	{ "an invitation", EVENT("METHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Lunch\\, and talk\r\nDTSTART:20260305T030000Z\r\nDTEND:20260305T040000Z\r\n"
		"LOCATION:Room\\n5\r\n" ORG "ATTENDEE;PARTSTAT=ACCEPTED;CN=Bob Boss:mailto:bob@work.example\r\nATTENDEE;RSVP=TRUE:mailto:jane@example.org\r\nEND:VEVENT\r\n"),
		"Invitation\nWhat:\tLunch, and talk\nWhen:\tThu, 5 Mar 2026 12:00 to 13:00 (+0900)\nWhere:\tRoom 5\nBy:\tBob Boss <bob@work.example>\n"
		"Who:\tBob Boss <bob@work.example> (accepted), jane@example.org (no answer yet)\n" },
	{ "an update of a whole day", EVENT("METHOD:REQUEST\r\nBEGIN:VEVENT\r\nSEQUENCE:2\r\nSUMMARY:Off\r\nDTSTART;VALUE=DATE:20260305\r\nDTEND;VALUE=DATE:20260306\r\nEND:VEVENT\r\n"),
		"Invitation, updated\nWhat:\tOff\nWhen:\tThu, 5 Mar 2026, all day\n" },
	{ "several days", EVENT("BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20260305\r\nDTEND;VALUE=DATE:20260308\r\nEND:VEVENT\r\n"),
		"Event\nWhen:\tThu, 5 Mar 2026 to Sat, 7 Mar 2026, all day\n" },
	{ "over midnight, with a duration", EVENT("BEGIN:VEVENT\r\nDTSTART:20260305T140000Z\r\nDURATION:PT2H\r\nEND:VEVENT\r\n"),
		"Event\nWhen:\tThu, 5 Mar 2026 23:00 to Fri, 6 Mar 2026 01:00 (+0900)\n" },
	{ "a zone of its own", EVENT(BERLIN "BEGIN:VEVENT\r\nDTSTART;TZID=Their Berlin:20260705T100000\r\nEND:VEVENT\r\n"),
		"Event\nWhen:\tSun, 5 Jul 2026 17:00 (+0900)\n" },
	{ "a zone that is known", EVENT("BEGIN:VEVENT\r\nDTSTART;TZID=America/New_York:20260105T100000\r\nEND:VEVENT\r\n"),
		"Event\nWhen:\tTue, 6 Jan 2026 00:00 (+0900)\n" },
	{ "a zone of Windows", EVENT("BEGIN:VEVENT\r\nDTSTART;TZID=\"W. Europe Standard Time\":20260705T100000\r\nEND:VEVENT\r\n"),
		"Event\nWhen:\tSun, 5 Jul 2026 17:00 (+0900)\n" },
	{ "... with its rules, which count", EVENT("BEGIN:VTIMEZONE\r\nTZID:Korea Standard Time\r\nBEGIN:STANDARD\r\nDTSTART:16010101T000000\r\n"
		"TZOFFSETFROM:+0800\r\nTZOFFSETTO:+0800\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nDTSTART;TZID=Korea Standard Time:20260705T100000\r\nEND:VEVENT\r\n"),
		"Event\nWhen:\tSun, 5 Jul 2026 11:00 (+0900)\n" },
	{ "... and of a program", EVENT("BEGIN:VEVENT\r\nDTSTART;TZID=/mozilla.org/20050126_1/America/New_York:20260105T100000\r\nEND:VEVENT\r\n"),
		"Event\nWhen:\tTue, 6 Jan 2026 00:00 (+0900)\n" },
	{ "a zone that nobody knows", EVENT("BEGIN:VEVENT\r\nDTSTART;TZID=Mars:20260105T100000\r\nEND:VEVENT\r\n"),
		"Event\nWhen:\tMon, 5 Jan 2026 10:00 (time of \"Mars\")\n" },
	{ "no zone", EVENT("BEGIN:VEVENT\r\nDTSTART:20260105T100000\r\nEND:VEVENT\r\n"), "Event\nWhen:\tMon, 5 Jan 2026 10:00 (no time zone is said)\n" },
	{ "every second week until a day", EVENT("BEGIN:VEVENT\r\nDTSTART:20260105T010000Z\r\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;UNTIL=20260401T000000Z\r\n"
		"EXDATE:20260119T010000Z\r\nEND:VEVENT\r\n"),
		"Event\nWhen:\tMon, 5 Jan 2026 10:00 (+0900)\nAgain:\tevery 2 weeks on Mon, Wed until Wed, 1 Apr 2026, but for 1 date\n" },
	{ "the last Friday", EVENT("BEGIN:VEVENT\r\nDTSTART:20260130T010000Z\r\nRRULE:FREQ=MONTHLY;BYDAY=-1FR;COUNT=5\r\nEND:VEVENT\r\n"),
		"Event\nWhen:\tFri, 30 Jan 2026 10:00 (+0900)\nAgain:\tevery month on the last Fri, 5 times\n" },
	{ "an answer", EVENT("METHOD:REPLY\r\nBEGIN:VEVENT\r\nSUMMARY:Lunch\r\nATTENDEE;PARTSTAT=TENTATIVE;CN=Kim:mailto:kim@x.example\r\nCOMMENT:late\r\nEND:VEVENT\r\n"),
		"Answer of Kim <kim@x.example>: tentative\nWhat:\tLunch\nComment:\tlate\n" },
	{ "cancelled", EVENT("METHOD:CANCEL\r\nBEGIN:VEVENT\r\nSUMMARY:Lunch\r\nRECURRENCE-ID:20260105T010000Z\r\nEND:VEVENT\r\n"),
		"Cancelled\nWhat:\tLunch\nInstead of:\tMon, 5 Jan 2026 10:00\n" },
	{ "a task", EVENT("BEGIN:VTODO\r\nSUMMARY:Work\r\nEND:VTODO\r\n"), "Task\nWhat:\tWork\n" },
	{ "a task that is asked for, and when", EVENT("METHOD:REQUEST\r\nBEGIN:VTODO\r\nSUMMARY:Work\r\nDUE:20260305T030000Z\r\nEND:VTODO\r\n"),
		"Task\nWhat:\tWork\nDue:\tThu, 5 Mar 2026 12:00 (+0900)\n" },
	{ "two", EVENT("BEGIN:VEVENT\r\nSUMMARY:A\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:B\r\nEND:VEVENT\r\n"), "Event\nWhat:\tA\n\nEvent\nWhat:\tB\n" },
	{ "a field can't begin another", EVENT("BEGIN:VEVENT\r\nSUMMARY:A\\nWhere:\tB\r\nEND:VEVENT\r\n"), "Event\nWhat:\tA Where: B\n" },
	{ "dates that are none", EVENT("BEGIN:VEVENT\r\nSUMMARY:A\r\nDTSTART:99999999T999999Z\r\nDTEND:x\r\nRRULE:FREQ=NEVER\r\nEND:VEVENT\r\n"), "Event\nWhat:\tA\n" },
	{ "without ends", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:A\nBEGIN:VALARM\n", "Event\nWhat:\tA\n" },
	{ "ends in no order", "BEGIN:VCALENDAR\nEND:VEVENT\nBEGIN:VEVENT\nBEGIN:VALARM\nEND:VEVENT\nBEGIN:VEVENT\nSUMMARY:A\nEND:VCALENDAR\nEND:VCALENDAR\n",
		"Event\n\nEvent\nWhat:\tA\n" },
	{ "an answer of nobody", EVENT("METHOD:REPLY\nBEGIN:VEVENT\nEND:VEVENT\n"), "Answer\n" },
	{ "nothing", EVENT(""), "" },
};

static void words_of(const char *in, struct str *out)
{
	struct err err = ERR_INIT;
	icalcomponent *c = calendar_parse(sl(in), &err);

	str_clear(out);
	if (!c) {
		str_addf(out, "! %s", err.text);
		return;
	}
	calendar_words(c, false, out);
	icalcomponent_free(c);
}

static void test_rows(void)
{
	struct str out;

	str_init(&out, STR_MAX);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		words_of(rows[i].in, &out);
		is_str(out.p, rows[i].want, "%s", rows[i].name);
	}
	str_release(&out);
}

/* ---- in a message ---- */

static void key_of(void *ctx, const char *command, struct str *out)
{
	(void)ctx;
	str_adds(out, strcmp(command, "answer-invitation") == 0 ? ",y" : "?");
}

static void test_message(void)
{
	static const char mail[] = "From: bob@work.example\nContent-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: multipart/alternative; boundary=b\n\n"
		"--b\n\nCome to lunch.\n--b\nContent-Type: text/calendar; method=REQUEST; charset=utf-8\n\nBEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\n"
		"SUMMARY:Lunch \x1b[31m\nDTSTART:20260305T030000Z\nEND:VEVENT\nEND:VCALENDAR\n--b--\n--m\nContent-Type: application/ics; name=invite.ics\n"
		"Content-Disposition: attachment\n\nBEGIN:VCALENDAR\nEND:VCALENDAR\n--m--\n";
	static const char want[] = "From: bob@work.example\n\nInvitation\nWhat: Lunch \xE2\x90\x9B[31m\nWhen: Thu, 5 Mar 2026 12:00 (+0900)\n"
		"It asks for an answer (,y).\n\nCome to lunch.\n\n[1] text/calendar  113\n[2] invite.ics  application/ics  29\n";
	struct render_opts opts = { .width = 60, .key = key_of };
	struct err err = ERR_INIT;
	struct render *r;
	struct str mem, got;

	str_init(&mem, STR_MAX);
	str_init(&got, STR_MAX);
	str_adds(&mem, mail);
	r = render_open(-1, &mem, NULL);
	render_layout(r, &opts);
	while (render_step(r, 10000, &err) == 0)
		;
	for (size_t k = 0; k < render_lines(r); k++)
		str_addf(&got, SL_FMT "\n", SL_ARG(render_line(r, k)->text));
	is_str(got.p, want, "an invitation stands above its text, once");
	str_clear(&got);
	is_int(render_quotable(r, 72, 1000, &got, &err), 0, "an answer quotes the text");
	is_str(got.p, "Come to lunch.\n", "and not the calendar");
	render_free(&r);
	str_release(&mem);
	str_release(&got);
}

/* Where the calendar is all there is, an answer quotes its words. */
static void test_alone(void)
{
	struct err err = ERR_INIT;
	struct render *r;
	struct str mem, got;

	str_init(&mem, STR_MAX);
	str_init(&got, STR_MAX);
	str_adds(&mem, "Content-Type: text/calendar\n\nBEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Lunch\nDESCRIPTION:Bring food\nEND:VEVENT\nEND:VCALENDAR\n");
	r = render_open(-1, &mem, NULL);
	is_int(render_quotable(r, 72, 1000, &got, &err), 0, "a calendar alone");
	is_str(got.p, "Event\nWhat: Lunch\nAbout: Bring food\n", "is quoted as words");
	render_free(&r);
	str_release(&mem);
	str_release(&got);
}

/* ---- to do harm ---- */

static void harm(const char *name, struct str *in, const char *begins)
{
	int64_t from = rt_cpu();
	struct str out;

	str_init(&out, STR_MAX);
	words_of(in->p, &out);
	ok(sl_starts(str_sl(&out), begins), "%s: %.60s", name, out.p);
	ok(rt_cpu() - from < 3000000, "%s: in time (%lld ms)", name, (long long)(rt_cpu() - from) / 1000);
	str_release(&out);
	str_clear(in);
}

static void test_harm(void)
{
	struct str in;

	str_init(&in, STR_MAX);
	for (int i = 0; i < 80000; i++)
		str_adds(&in, "BEGIN:VEVENT\n");
	harm("very deep", &in, "! This calendar can't be read");
	for (int i = 0; i < 40000; i++)
		str_adds(&in, "BEG\r\n\tIN;X=Y:VEVENT\n");
	harm("very deep behind folds", &in, "! This calendar can't be read");
	str_adds(&in, "BEGIN:VCALENDAR\nEND:VCALENDAR\nE\n ND;X=Y:VEVENT\n");
	harm("an end too much, folded", &in, "");
	str_adds(&in, "BEGIN VCALENDAR:\nEND:VCALENDAR\n");
	harm("an end too much", &in, "! This calendar can't be read");
	for (int i = 0; i < 200000; i++)
		str_adds(&in, "SUMMARY:x\n");
	harm("too large", &in, "! This calendar is too large");
	str_adds(&in, "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:Z\nBEGIN:STANDARD\nDTSTART:19000101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\n"
		"RRULE:FREQ=SECONDLY\nEND:STANDARD\nEND:VTIMEZONE\nBEGIN:VEVENT\nDTSTART;TZID=Z:20260101T000000\nEND:VEVENT\nEND:VCALENDAR\n");
	harm("a zone that changes each second", &in, "Event\nWhen:\tThu, 1 Jan 2026 00:00 (time of \"Z\")");
	str_adds(&in, "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260101T000000Z\n");
	for (int i = 0; i < 20000; i++)
		str_addf(&in, "ATTENDEE;CN=\"Somebody %d\":mailto:a%d@x.example\n", i, i);
	str_adds(&in, "END:VEVENT\nEND:VCALENDAR\n");
	harm("very many people", &in, "Event\nWhen:\tThu, 1 Jan 2026 09:00 (+0900)\nWho:\tSomebody 0 <a0@x.example>");
	str_adds(&in, "BEGIN:VCALENDAR\n");
	for (int i = 0; i < 10000; i++)
		str_adds(&in, "BEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT\n");
	str_adds(&in, "END:VCALENDAR\n");
	harm("very many events", &in, "Event\nWhat:\tx\n\nEvent");
	str_adds(&in, "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:");
	for (int i = 0; i < 900000; i++)
		str_addc(&in, 'x');
	str_adds(&in, "\nEND:VEVENT\nEND:VCALENDAR\n");
	harm("a long line", &in, "Event\nWhat:\txxx");
	str_adds(&in, "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY");
	for (int i = 0; i < 100000; i++)
		str_adds(&in, ";X=\"y\"");
	str_adds(&in, ":x\nEND:VEVENT\nEND:VCALENDAR\n");
	harm("very many parameters", &in, "Event\n");
	str_release(&in);
}

/* Any byte may be another, or gone. */
static void test_bent(void)
{
	uint64_t seed = 5;
	struct str in, out;

	str_init(&in, STR_MAX);
	str_init(&out, STR_MAX);
	for (int i = 0; i < 20000; i++) {
		const char *from = rows[(size_t)i % ARRAY_LEN(rows)].in;
		size_t n = strlen(from);

		str_clear(&in);
		str_adds(&in, from);
		for (int k = 0; k < 1 + i % 5; k++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			in.p[(seed >> 33) % n] = (char)(1 + (seed >> 20) % 255);
		}
		words_of(in.p, &out);
		if (out.n > 100000)
			break;
	}
	ok(out.n <= 100000, "what is bent is read or refused");
	str_release(&in);
	str_release(&out);
}

/* A screen would be spoilt by what a library prints. */
static void test_silent(int was)
{
	struct stat st = { .st_size = -1 };

	fflush(stderr);
	fstat(2, &st);
	is_int((long long)st.st_size, 0, "the library printed nothing");
	dup2(was, 2);
	close(was);
}

int main(void)
{
	char *path = path_join(tap_tmpdir(), "printed");
	int was = dup(2), fd = open(path, O_RDWR | O_CREAT, 0600);

	dup2(fd, 2);
	close(fd);
	free(path);
	setenv("TZ", "KST-9", 1);
	tzset();
	test_rows();
	test_message();
	test_alone();
	test_harm();
	test_bent();
	test_silent(was);
	return tap_done();
}
