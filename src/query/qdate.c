/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * qdate: the date ranges of patterns, as mutt has them, and ISO dates.  Days
 * are those of the local zone: a range begins with the first second of its
 * first day and ends with the last of its last.  A week ago is not an hour:
 * <7d are the last seven days, today among them; >7d is what lies before.
 */
#include "query/priv.h"

#define COUNT_MAX 1000000

struct scan {
	struct slice rest;
	int64_t now;
	const char *why;
};

static int bad(struct scan *s, const char *why)
{
	s->why = why;
	return -1;
}

/* ---- days ---- */

static struct date_parts day_of(int64_t sec)
{
	struct date_parts p;

	date_split(sec, date_zone(sec), &p);
	p.hour = p.min = p.sec = 0;
	return p;
}

/* Twice, for the zone may change in the night. */
static int64_t first_second(const struct date_parts *day)
{
	int64_t utc = date_join(day);
	int64_t sec = utc - (int64_t)date_zone(utc) * 60;

	return utc - (int64_t)date_zone(sec) * 60;
}

static void add_days(struct date_parts *day, int64_t n)
{
	date_split(date_join(day) + n * 86400, 0, day);
}

static int64_t last_second(const struct date_parts *day)
{
	struct date_parts next = *day;

	add_days(&next, 1);
	return first_second(&next) - 1;
}

static int month_days(int year, int month)
{
	struct date_parts first = { .year = year + month / 12, .month = month % 12 + 1, .day = 1 };

	add_days(&first, -1);
	return first.day;
}

/* A month from January 31 is the last of February. */
static void add_unit(struct date_parts *day, int64_t n, char unit)
{
	int64_t month = (int64_t)day->year * 12 + day->month - 1;

	if (unit == 'd' || unit == 'w') {
		add_days(day, unit == 'w' ? n * 7 : n);
		return;
	}
	month += unit == 'y' ? n * 12 : n;
	month = MAX(0, MIN(month, 9999 * 12 + 10));
	day->year = (int)(month / 12);
	day->month = (int)(month % 12 + 1);
	day->day = MIN(day->day, month_days(day->year, day->month));
}

/* ---- reading ---- */

static char peek(const struct scan *s)
{
	return s->rest.n ? s->rest.p[0] : '\0';
}

static bool take(struct scan *s, char c)
{
	if (peek(s) != c || !s->rest.n)
		return false;
	s->rest = sl_skip(s->rest, 1);
	return true;
}

static bool take_word(struct scan *s, const char *word)
{
	if (!sl_istarts(s->rest, word))
		return false;
	s->rest = sl_skip(s->rest, strlen(word));
	return true;
}

static size_t digits(struct slice s)
{
	size_t n = 0;

	while (n < s.n && ascii_isdigit((unsigned char)s.p[n]))
		n++;
	return n;
}

static int number(struct scan *s, int max, int *out)
{
	size_t n = digits(s->rest);
	uint64_t v;

	if (n == 0)
		return bad(s, _("A number is missing here."));
	if (sl_u64(sl_head(s->rest, n), (uint64_t)max, &v) != 0)
		return bad(s, _("This number is too large for a date."));
	*out = (int)v;
	s->rest = sl_skip(s->rest, n);
	return 0;
}

static bool is_count(const struct scan *s, const char *units)
{
	size_t n = digits(s->rest);

	return n && n < s->rest.n && strchr(units, s->rest.p[n]) && s->rest.p[n];
}

static int set_day(struct scan *s, struct slice at, int year, int month, int day,
	struct date_parts *out)
{
	if (month >= 1 && month <= 12 && day >= 1 && day <= month_days(year, month)) {
		*out = (struct date_parts){ .year = year, .month = month, .day = day };
		return 0;
	}
	s->rest = at;
	return bad(s, _("There is no such day in the calendar."));
}

static int iso_day(struct scan *s, struct date_parts *out)
{
	struct slice at = s->rest;
	int year, month, day;

	if (digits(at) == 8) {
		number(s, 99999999, &year);
		return set_day(s, at, year / 10000, year / 100 % 100, year % 100, out);
	}
	number(s, 9999, &year);
	take(s, '-');
	if (number(s, 99, &month) != 0)
		return -1;
	if (!take(s, '-'))
		return bad(s, _("A date of this form is written 2026-03-15."));
	if (number(s, 99, &day) != 0)
		return -1;
	return set_day(s, at, year, month, day, out);
}

/* today, yesterday, 2026-03-15, 20260315, 15[/3[/2026]] */
static int read_day(struct scan *s, struct date_parts *out)
{
	struct slice at = s->rest;
	struct date_parts today = day_of(s->now);
	int year = today.year, month = today.month, day;
	size_t n = digits(at);

	*out = today;
	if (take_word(s, "today"))
		return 0;
	if (take_word(s, "yesterday")) {
		add_days(out, -1);
		return 0;
	}
	if (n == 8 || (n == 4 && n < at.n && at.p[n] == '-'))
		return iso_day(s, out);
	if (n == 0)
		return bad(s,
			_("A date is missing here, such as 15/3/2026, 2026-03-15, today or <7d."));
	if (number(s, 99, &day) != 0)
		return -1;
	if (take(s, '/') && number(s, 99, &month) != 0)
		return -1;
	if (take(s, '/')) {
		struct slice year_at = s->rest;

		if (number(s, 9999, &year) != 0)
			return -1;
		n = (size_t)(s->rest.p - year_at.p);
		if (n != 2 && n != 4) {
			s->rest = year_at;
			return bad(s, _("A year has four digits, or two."));
		}
		if (n == 2)
			year += year < 70 ? 2000 : 1900;
	}
	return set_day(s, at, year, month, day, out);
}

/* ---- the two forms ---- */

/* The clock's own hour, minute or second: =2H is the hour in which it was. */
static void by_clock(char sign, int64_t sec, int64_t unit, int64_t *min, int64_t *max)
{
	int64_t local = sec + (int64_t)date_zone(sec) * 60;

	if (sign == '<') {
		*min = sec;
	} else if (sign == '>') {
		*max = sec;
	} else {
		*min = sec - (local % unit + unit) % unit;
		*max = *min + unit - 1;
	}
}

static int relative(struct scan *s, int64_t *min, int64_t *max)
{
	struct date_parts day = day_of(s->now);
	char sign = peek(s), unit;
	int n;

	s->rest = sl_skip(s->rest, 1);
	if (number(s, COUNT_MAX, &n) != 0)
		return -1;
	unit = peek(s);
	if (!unit || !strchr("ymwdHMS", unit))
		return bad(s,
			_("A unit is missing here: y, m, w, d for days and more, H, M, S for hours, minutes, seconds."));
	s->rest = sl_skip(s->rest, 1);
	if (strchr("HMS", unit)) {
		int64_t sec = unit == 'H' ? 3600 : unit == 'M' ? 60 : 1;

		by_clock(sign, s->now - n * sec, sec, min, max);
		return 0;
	}
	add_unit(&day, -n, unit);
	if (sign == '<') {
		add_days(&day, 1);
		*min = first_second(&day);
	} else {
		*max = last_second(&day);
		if (sign == '=')
			*min = first_second(&day);
	}
	return 0;
}

static int margins(struct scan *s, struct date_parts *from, struct date_parts *to)
{
	while (s->rest.n) {
		char sign = peek(s), unit;
		struct scan ahead = { .rest = sl_skip(s->rest, 1) };
		int n;

		if (!strchr("+-*", sign) || !is_count(&ahead, "ymwd")) {
			if (sign == '-')
				return 0;
			return bad(s,
				_("After a date there can be - and another one, or a margin such as *2w, +3d or -1m."));
		}
		s->rest = ahead.rest;
		if (number(s, COUNT_MAX, &n) != 0)
			return -1;
		unit = peek(s);
		s->rest = sl_skip(s->rest, 1);
		if (sign != '+')
			add_unit(from, -n, unit);
		if (sign != '-')
			add_unit(to, n, unit);
	}
	return 0;
}

static int absolute(struct scan *s, int64_t *min, int64_t *max)
{
	struct date_parts from = day_of(s->now), to = from;
	struct scan ahead = { .rest = sl_skip(s->rest, 1) };
	bool has_from = !strchr("+-*", peek(s));

	if (has_from && read_day(s, &from) != 0)
		return -1;
	if (has_from)
		to = from;
	if (has_from || is_count(&ahead, "ymwd")) {
		if (margins(s, &from, &to) != 0)
			return -1;
		*min = first_second(&from);
	}
	if (!take(s, '-')) {
		if (s->rest.n)
			return bad(s,
				_("A margin is a number and a unit, such as *2w, +3d or -1m."));
		*max = last_second(&to);
		return 0;
	}
	if (!s->rest.n && *min != INT64_MIN)
		return 0;
	if (read_day(s, &to) != 0)
		return -1;
	*max = last_second(&to);
	if (*min > *max) {
		*min = first_second(&to);
		*max = last_second(&from);
	}
	return s->rest.n ? bad(s, _("Nothing can follow the second date.")) : 0;
}

int query_date(struct slice text, int64_t now, int64_t *min, int64_t *max, size_t *at,
	const char **why)
{
	struct scan s = { .rest = text, .now = now };
	int rc;

	*min = INT64_MIN;
	*max = INT64_MAX;
	if (text.n && strchr("<>=", peek(&s)) && peek(&s)) {
		rc = relative(&s, min, max);
		if (rc == 0 && s.rest.n)
			rc = bad(&s, _("Nothing can follow the unit."));
	} else {
		rc = absolute(&s, min, max);
	}
	*at = text.n - s.rest.n;
	*why = s.why;
	return rc;
}
