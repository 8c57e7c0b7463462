/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * calwords: what a calendar says, in words: lines "Name:\tvalue", and headings.
 */
#include "priv.h"
#include <libical/ical.h>

#define EVENTS_MAX 100
#define PEOPLE_MAX 20
#define WORDS_MAX  ((size_t)256 << 10)

static const char *const days[] = { N_("Sun"), N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat") };
static const char *const months[] = { N_("Jan"), N_("Feb"), N_("Mar"), N_("Apr"), N_("May"), N_("Jun"), N_("Jul"), N_("Aug"), N_("Sep"),
	N_("Oct"), N_("Nov"), N_("Dec") };

/* A field of one line; what a sender wrote can't begin another. */
static void field(struct str *out, const char *name, const char *value)
{
	struct slice rest = sl(value);

	if (!value || sl_trim(rest).n == 0 || out->n > WORDS_MAX)
		return;
	str_addf(out, "%s\t", name);
	for (size_t i = 0; i < MIN(rest.n, (size_t)4000); i++)
		str_addc(out, strchr("\r\n\t", rest.p[i]) ? ' ' : rest.p[i]);
	str_addc(out, '\n');
}

/* ---- when ---- */

static void add_day(struct str *out, const struct date_parts *d)
{
	str_addf(out, "%s, %d %s %d", _(days[d->wday % 7]), d->day, _(months[(d->month + 11) % 12]), d->year);
}

static int zone_of(const struct moment *m)
{
	return m->all_day || m->floating ? 0 : date_zone(m->sec);
}

static void add_moment(struct str *out, const struct moment *m)
{
	struct date_parts d;

	date_split(m->sec, zone_of(m), &d);
	add_day(out, &d);
	if (!m->all_day)
		str_addf(out, " %02d:%02d", d.hour, d.min);
}

static void add_end(struct str *out, const struct moment *from, struct moment to)
{
	struct date_parts a, b;

	if (to.all_day)
		to.sec -= 86400;                /* the end is the first day that is free */
	if (!to.ok || to.sec <= from->sec || to.all_day != from->all_day)
		return;
	date_split(from->sec, zone_of(from), &a);
	date_split(to.sec, zone_of(&to), &b);
	str_addf(out, " %s ", _("to"));
	if (a.year == b.year && a.month == b.month && a.day == b.day)
		str_addf(out, "%02d:%02d", b.hour, b.min);
	else
		add_moment(out, &to);
}

static void add_zone(struct str *out, const struct moment *m, icalproperty *p)
{
	icalparameter *tzid = p ? icalproperty_get_first_parameter(p, ICAL_TZID_PARAMETER) : NULL;
	const char *name = tzid ? icalparameter_get_tzid(tzid) : NULL;
	int zone = zone_of(m);

	if (m->all_day)
		str_addf(out, ", %s", _("all day"));
	else if (m->floating && name)
		str_addf(out, _(" (time of \"%.100s\")"), name);
	else if (m->floating)
		str_addf(out, " (%s)", _("no time zone is said"));
	else
		str_addf(out, " (%c%02d%02d)", zone < 0 ? '-' : '+', abs(zone) / 60, abs(zone) % 60);
}

static void when(struct str *out, icalcomponent *c)
{
	struct moment from = calendar_moment(icalcomponent_get_dtstart(c)), to;
	struct str text;

	if (!from.ok)
		return;
	str_init(&text, 65536);
	to = calendar_moment(icalcomponent_get_dtend(c));
	add_moment(&text, &from);
	add_end(&text, &from, to);
	add_zone(&text, &from, icalcomponent_get_first_property(c, ICAL_DTSTART_PROPERTY));
	field(out, _("When:"), text.p);
	str_release(&text);
}

/* Of a task. */
static void due(struct str *out, icalcomponent *c)
{
	icalproperty *p = icalcomponent_get_first_property(c, ICAL_DUE_PROPERTY);
	struct moment until = { 0 };
	struct str text;

	if (p)
		until = calendar_moment(icalcomponent_get_due(c));
	if (!until.ok)
		return;
	str_init(&text, 65536);
	add_moment(&text, &until);
	add_zone(&text, &until, p);
	field(out, _("Due:"), text.p);
	str_release(&text);
}

/* ---- again ---- */

static void add_every(struct str *out, icalrecurrencetype_frequency freq, int n)
{
	switch (freq) {
	case ICAL_SECONDLY_RECURRENCE: str_addf(out, ngettext_("every second", "every %d seconds", n), n); break;
	case ICAL_MINUTELY_RECURRENCE: str_addf(out, ngettext_("every minute", "every %d minutes", n), n); break;
	case ICAL_HOURLY_RECURRENCE: str_addf(out, ngettext_("every hour", "every %d hours", n), n); break;
	case ICAL_DAILY_RECURRENCE: str_addf(out, ngettext_("every day", "every %d days", n), n); break;
	case ICAL_WEEKLY_RECURRENCE: str_addf(out, ngettext_("every week", "every %d weeks", n), n); break;
	case ICAL_MONTHLY_RECURRENCE: str_addf(out, ngettext_("every month", "every %d months", n), n); break;
	case ICAL_YEARLY_RECURRENCE: str_addf(out, ngettext_("every year", "every %d years", n), n); break;
	case ICAL_NO_RECURRENCE: str_adds(out, _("again")); break;
	}
}

static void add_days(struct str *out, const struct icalrecurrencetype *r)
{
	for (int i = 0; i < 14 && r->by_day[i] != ICAL_RECURRENCE_ARRAY_MAX; i++) {
		int day = (int)icalrecurrencetype_day_day_of_week(r->by_day[i]), nth = icalrecurrencetype_day_position(r->by_day[i]);

		if (day < 1 || day > 7)
			continue;
		str_addf(out, "%s ", i ? "," : _(" on"));
		if (nth == -1)
			str_addf(out, "%s ", _("the last"));
		else if (nth)
			str_addf(out, _("no. %d "), nth);
		str_adds(out, _(days[day - 1]));
	}
	for (int i = 0; i < 31 && r->by_month_day[i] != ICAL_RECURRENCE_ARRAY_MAX; i++)
		str_addf(out, i ? ", %d" : _(" on day %d"), r->by_month_day[i]);
}

static void again(struct str *out, icalcomponent *c)
{
	icalproperty *p = icalcomponent_get_first_property(c, ICAL_RRULE_PROPERTY);
	struct icalrecurrencetype r;
	struct moment until;
	struct str text;
	int skipped;

	if (!p)
		return;
	r = icalproperty_get_rrule(p);
	str_init(&text, 65536);
	add_every(&text, r.freq, MAX(r.interval, 1));
	add_days(&text, &r);
	until = calendar_moment(r.until);
	if (r.count > 0) {
		str_addf(&text, ngettext_(", %d time", ", %d times", r.count), r.count);
	} else if (until.ok) {
		struct date_parts d;

		until.floating = until.floating || until.all_day;
		date_split(until.sec, zone_of(&until), &d);
		str_addf(&text, " %s ", _("until"));
		add_day(&text, &d);
	}
	skipped = icalcomponent_count_properties(c, ICAL_EXDATE_PROPERTY);
	if (skipped)
		str_addf(&text, ngettext_(", but for %d date", ", but for %d dates", skipped), skipped);
	field(out, _("Again:"), text.p);
	str_release(&text);
}

/* ---- who ---- */

static const char *state_words(icalproperty *p)
{
	icalparameter *x = icalproperty_get_first_parameter(p, ICAL_PARTSTAT_PARAMETER);

	switch (x ? icalparameter_get_partstat(x) : ICAL_PARTSTAT_NEEDSACTION) {
	case ICAL_PARTSTAT_ACCEPTED: return _("accepted");
	case ICAL_PARTSTAT_DECLINED: return _("declined");
	case ICAL_PARTSTAT_TENTATIVE: return _("tentative");
	case ICAL_PARTSTAT_DELEGATED: return _("sends somebody else");
	default: return _("no answer yet");
	}
}

static void add_person(struct str *out, icalproperty *p, const char *uri)
{
	icalparameter *cn = icalproperty_get_first_parameter(p, ICAL_CN_PARAMETER);
	const char *name = cn ? icalparameter_get_cn(cn) : NULL;
	struct slice who = sl(uri);

	if (sl_istarts(who, "mailto:"))
		who = sl_skip(who, strlen("mailto:"));
	if (name && *name && !sl_ieq(sl(name), who))
		str_addf(out, "%.200s <%.*s>", name, (int)MIN(who.n, (size_t)300), who.p ? who.p : "");
	else
		str_addsl(out, sl_head(who, 300));
}

static void people(struct str *out, icalcomponent *c)
{
	icalproperty *p = icalcomponent_get_first_property(c, ICAL_ATTENDEE_PROPERTY);
	struct str text;
	size_t n = 0;

	str_init(&text, 65536);
	for (; p; p = icalcomponent_get_next_property(c, ICAL_ATTENDEE_PROPERTY)) {
		if (!icalproperty_get_attendee(p) || n++ >= PEOPLE_MAX)
			continue;
		str_adds(&text, text.n ? ", " : "");
		add_person(&text, p, icalproperty_get_attendee(p));
		str_addf(&text, " (%s)", state_words(p));
	}
	if (n > PEOPLE_MAX)
		str_addf(&text, ngettext_(" and %zu more", " and %zu more", n - PEOPLE_MAX), n - PEOPLE_MAX);
	field(out, _("Who:"), text.p);
	str_release(&text);
}

static void organizer(struct str *out, icalcomponent *c)
{
	icalproperty *p = icalcomponent_get_first_property(c, ICAL_ORGANIZER_PROPERTY);
	struct str text;

	if (!p || !icalproperty_get_organizer(p))
		return;
	str_init(&text, 65536);
	add_person(&text, p, icalproperty_get_organizer(p));
	field(out, _("By:"), text.p);
	str_release(&text);
}

/* ---- the whole ---- */

static void heading(struct str *out, icalcomponent *c, icalproperty_method method)
{
	icalproperty *p = icalcomponent_get_first_property(c, ICAL_ATTENDEE_PROPERTY);
	bool task = icalcomponent_isa(c) == ICAL_VTODO_COMPONENT;
	struct str who;

	str_init(&who, 65536);
	if (p && icalproperty_get_attendee(p))
		add_person(&who, p, icalproperty_get_attendee(p));
	for (size_t i = 0; i < who.n; i++)
		if (strchr("\r\n\t", who.p[i]))
			who.p[i] = ' ';
	if (method == ICAL_METHOD_REPLY && p)
		str_addf(out, _("Answer of %s: %s"), who.p, state_words(p));
	else if (method == ICAL_METHOD_REPLY)
		str_adds(out, _("Answer"));
	else if (method == ICAL_METHOD_COUNTER && p)
		str_addf(out, _("%s proposes a change"), who.p);
	else if (method == ICAL_METHOD_CANCEL || icalcomponent_get_status(c) == ICAL_STATUS_CANCELLED)
		str_adds(out, task ? _("Task, cancelled") : _("Cancelled"));
	else if (task)
		str_adds(out, _("Task"));
	else if (method == ICAL_METHOD_REQUEST && icalcomponent_get_sequence(c) > 0)
		str_adds(out, _("Invitation, updated"));
	else if (method == ICAL_METHOD_REQUEST)
		str_adds(out, _("Invitation"));
	else
		str_adds(out, _("Event"));
	str_addc(out, '\n');
	str_release(&who);
}

static void one_of_many(struct str *out, icalcomponent *c)
{
	icalproperty *p = icalcomponent_get_first_property(c, ICAL_RECURRENCEID_PROPERTY);
	struct moment m = { 0 };
	struct str text;

	if (p)
		m = calendar_moment(icalproperty_get_datetime_with_component(p, c));
	if (!m.ok)
		return;
	str_init(&text, 65536);
	add_moment(&text, &m);
	field(out, _("Instead of:"), text.p);
	str_release(&text);
}

static void event(struct str *out, icalcomponent *c, icalproperty_method method, bool description)
{
	heading(out, c, method);
	field(out, _("What:"), icalcomponent_get_summary(c));
	when(out, c);
	due(out, c);
	again(out, c);
	one_of_many(out, c);
	field(out, _("Where:"), icalcomponent_get_location(c));
	organizer(out, c);
	if (method != ICAL_METHOD_REPLY)
		people(out, c);
	field(out, _("Comment:"), icalcomponent_get_comment(c));
	if (description)
		field(out, _("About:"), icalcomponent_get_description(c));
}

static bool is_shown_kind(icalcomponent *c)
{
	return icalcomponent_isa(c) == ICAL_VEVENT_COMPONENT || icalcomponent_isa(c) == ICAL_VTODO_COMPONENT;
}

size_t calendar_words(icalcomponent *calendar, bool description, struct str *out)
{
	icalproperty_method method = icalcomponent_get_method(calendar);
	icalcomponent *c = icalcomponent_get_first_component(calendar, ICAL_ANY_COMPONENT);
	size_t n = 0;

	for (; c; c = icalcomponent_get_next_component(calendar, ICAL_ANY_COMPONENT)) {
		if (!is_shown_kind(c) || n++ >= EVENTS_MAX || out->n > WORDS_MAX)
			continue;
		if (out->n)
			str_addc(out, '\n');
		event(out, c, method, description);
	}
	if (n > EVENTS_MAX)
		str_addf(out, ngettext_("\nand %zu more entry", "\nand %zu more entries", n - EVENTS_MAX), n - EVENTS_MAX);
	return n;
}
