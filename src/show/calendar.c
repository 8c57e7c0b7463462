/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * calendar: calendars (RFC 5545) as libical reads them.  What comes in a message is
 * bounded before the library sees it, and zones whose rules would take for ever are
 * taken out: the library makes a list of all changes of a zone.
 */
#include "priv.h"
#include <libical/ical.h>

#define CALENDAR_MAX ((size_t)1 << 20)
#define DEPTH_MAX    8
#define ZONES_MAX    50
#define CHANGES_MAX  100        /* of one zone                                 */

bool part_is_calendar(const struct part *p)
{
	return p->kind == PART_LEAF && p->enc != ENC_UNKNOWN && (part_is(p, "text", "calendar") || part_is(p, "application", "ics") ||
		(p->filename && sl_ends(sl(p->filename), ".ics") && (part_is(p, "application", "octet-stream") || part_is(p, "text", "plain"))));
}

/* ---- before it is parsed ---- */

/* One property a line, LF only. */
static void unfold(struct slice text, struct str *out)
{
	for (size_t i = 0; i < text.n; i++) {
		size_t end = i;

		while (end < text.n && text.p[end] == '\r')
			end++;
		if (end + 1 < text.n && text.p[end] == '\n' && ascii_isblank((unsigned char)text.p[end + 1]))
			i = end + 1;
		else if (text.p[i] != '\r')
			str_addc(out, text.p[i] ? text.p[i] : ' ');
	}
}

/* Surely that: "BEGIN:x"; or perhaps, as nobody knows what a library takes for it. */
static bool is_named(struct slice line, const char *name, bool surely)
{
	size_t n = strlen(name);

	if (!surely)
		line = sl_trim(line);
	return sl_istarts(line, name) && (surely ? line.n > n && line.p[n] == ':' : line.n == n || !ascii_isalnum((unsigned char)line.p[n]));
}

static void end_down_to(struct slice *open, int *depth, int to, struct str *out)
{
	while (*depth > to) {
		--*depth;
		str_addf(out, "END:" SL_FMT "\n", SL_ARG(open[*depth]));
	}
}

/* The same with few levels and an end for each beginning: the library gives up without,
 * or prints.  False: too deep. */
static bool balance(struct slice text, struct str *out)
{
	struct slice line, open[DEPTH_MAX];
	int depth = 0, at;

	while (sl_line(&text, &line)) {
		if (is_named(line, "BEGIN", true)) {
			if (depth == DEPTH_MAX)
				return false;
			open[depth] = sl_trim(sl_skip(line, strlen("BEGIN:")));
			str_addf(out, "BEGIN:" SL_FMT "\n", SL_ARG(open[depth]));
			depth++;
		} else if (is_named(line, "END", true)) {
			for (at = depth; at > 0 && !sl_ieq(open[at - 1], sl_trim(sl_skip(line, strlen("END:")))); )
				at--;
			if (at)
				end_down_to(open, &depth, at - 1, out);
		} else if (!is_named(line, "BEGIN", false) && !is_named(line, "END", false)) {
			str_addsl(out, line);
			str_addc(out, '\n');
		}
	}
	end_down_to(open, &depth, 0, out);
	return true;
}

/* ---- zones ---- */

static unsigned used(const short *list, unsigned max)
{
	unsigned n = 0;

	while (n < max && list[n] != ICAL_RECURRENCE_ARRAY_MAX)
		n++;
	return n;
}

/* Once or twice a year, as zones change. */
static bool is_calm(icalproperty *rule)
{
	struct icalrecurrencetype r = icalproperty_get_rrule(rule);

	return r.freq == ICAL_YEARLY_RECURRENCE && r.interval >= 1 && used(r.by_second, ICAL_BY_SECOND_SIZE) == 0 &&
		used(r.by_minute, ICAL_BY_MINUTE_SIZE) == 0 && used(r.by_hour, ICAL_BY_HOUR_SIZE) == 0 &&
		used(r.by_month, ICAL_BY_MONTH_SIZE) <= 2 && used(r.by_day, ICAL_BY_DAY_SIZE) <= 2 &&
		used(r.by_month_day, ICAL_BY_MONTHDAY_SIZE) <= 31 && used(r.by_year_day, ICAL_BY_YEARDAY_SIZE) <= 2 &&
		used(r.by_week_no, ICAL_BY_WEEKNO_SIZE) == 0 && used(r.by_set_pos, ICAL_BY_SETPOS_SIZE) <= 2;
}

static bool is_honest_zone(icalcomponent *zone)
{
	icalcomponent *c = icalcomponent_get_first_component(zone, ICAL_ANY_COMPONENT);
	unsigned changes = 0;

	for (; c; c = icalcomponent_get_next_component(zone, ICAL_ANY_COMPONENT)) {
		icalproperty *p = icalcomponent_get_first_property(c, ICAL_RRULE_PROPERTY);

		if (++changes > CHANGES_MAX || icalcomponent_get_dtstart(c).year < 1500)
			return false;
		for (; p; p = icalcomponent_get_next_property(c, ICAL_RRULE_PROPERTY))
			if (++changes > CHANGES_MAX || !is_calm(p))
				return false;
		for (p = icalcomponent_get_first_property(c, ICAL_RDATE_PROPERTY); p; p = icalcomponent_get_next_property(c, ICAL_RDATE_PROPERTY))
			if (++changes > CHANGES_MAX * 10)
				return false;
	}
	return changes > 0;
}

static void drop_bad_zones(icalcomponent *calendar)
{
	icalcomponent *c = icalcomponent_get_first_component(calendar, ICAL_VTIMEZONE_COMPONENT);
	unsigned n = 0;

	while (c) {
		icalcomponent *next = icalcomponent_get_next_component(calendar, ICAL_VTIMEZONE_COMPONENT);

		if (++n > ZONES_MAX || !is_honest_zone(c)) {
			icalcomponent_remove_component(calendar, c);
			icalcomponent_free(c);
			/* removing moved the walk */
			next = icalcomponent_get_first_component(calendar, ICAL_VTIMEZONE_COMPONENT);
			n = 0;
		}
		c = next;
	}
}

icalcomponent *calendar_parse(struct slice text, struct err *err)
{
	icalcomponent *all = NULL, *one;
	struct str plain, even;

	if (text.n > CALENDAR_MAX) {
		err_set(err, ERR_LIMIT, "%s", _("This calendar is too large to be shown."));
		return NULL;
	}
	str_init(&plain, CALENDAR_MAX + 1);
	str_init(&even, CALENDAR_MAX * 2);
	unfold(text, &plain);
	icalerror_set_errors_are_fatal(false);
	if (balance(str_sl(&plain), &even))
		all = icalparser_parse_string(even.p);
	str_release(&plain);
	str_release(&even);
	if (all && icalcomponent_isa(all) != ICAL_VCALENDAR_COMPONENT) {
		one = icalcomponent_get_first_component(all, ICAL_VCALENDAR_COMPONENT);
		if (one)
			icalcomponent_remove_component(all, one);
		icalcomponent_free(all);
		all = one;
	}
	if (!all) {
		err_set(err, ERR_INPUT, "%s", _("This calendar can't be read."));
		return NULL;
	}
	drop_bad_zones(all);
	calendar_name_zones(all);
	return all;
}

void calendar_free(icalcomponent *calendar)
{
	icalcomponent_free(calendar);
}

/* ---- times ---- */

static bool is_sane(const struct icaltimetype *t)
{
	return t->year >= 1900 && t->year < 2200 && t->month >= 1 && t->month <= 12 && t->day >= 1 && t->day <= 31 && t->hour >= 0 &&
		t->hour < 24 && t->minute >= 0 && t->minute < 60 && t->second >= 0 && t->second <= 60;
}

struct moment calendar_moment(struct icaltimetype t)
{
	struct moment m = { .ok = is_sane(&t), .all_day = t.is_date };
	struct date_parts parts = { .year = t.year, .month = t.month, .day = t.day, .hour = t.is_date ? 0 : t.hour,
		.min = t.is_date ? 0 : t.minute, .sec = t.is_date ? 0 : t.second };
	int summer;

	if (!m.ok)
		return m;
	m.sec = date_join(&parts);
	m.floating = !t.is_date && !t.zone && !icaltime_is_utc(t);
	if (!t.is_date && t.zone && !icaltime_is_utc(t))
		m.sec -= icaltimezone_get_utc_offset((icaltimezone *)(uintptr_t)t.zone, &t, &summer);
	return m;
}
