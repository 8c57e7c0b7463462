/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * date: RFC 5322 3.3 and 4.3, asctime, ISO 8601, and what stands in their
 * place: numbers whose order is sure, and names in other languages.  A date is either
 * understood as a whole or not at all: a day that does not exist, a year of five digits
 * or a stray sign is no date.  The
 * calendar is the Gregorian one throughout; no locale is ever asked.
 */
#include "priv.h"

#include <time.h>

static const char months[12][10] = {
	"january", "february", "march", "april", "may", "june", "july",
	"august", "september", "october", "november", "december",
};
static const char days[7][10] = {
	"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
};
/* Names that mean one zone only; all others count as -0000 (RFC 5322 4.3). */
static const struct { char name[6]; short minutes; } zones[] = {
	{ "edt", -240 }, { "est", -300 }, { "cdt", -300 }, { "cst", -360 },
	{ "mdt", -360 }, { "mst", -420 }, { "pdt", -420 }, { "pst", -480 },
	{ "akdt", -480 }, { "akst", -540 }, { "hst", -600 },
	{ "adt", -180 }, { "ast", -240 }, { "nst", -210 }, { "ndt", -150 },
	{ "wet", 0 }, { "west", 60 }, { "bst", 60 },
	{ "cet", 60 }, { "met", 60 }, { "cest", 120 }, { "mest", 120 }, { "mesz", 120 }, { "mez", 60 },
	{ "eet", 120 }, { "eest", 180 }, { "msk", 180 },
	{ "kst", 540 }, { "jst", 540 }, { "hkt", 480 }, { "sgt", 480 },
	{ "awst", 480 }, { "acst", 570 }, { "aest", 600 }, { "aedt", 660 },
	{ "nzst", 720 }, { "nzdt", 780 },
};

/* Days since 1970-01-01 of a date of the Gregorian calendar, and back; by eras
 * of 400 years that begin on 1 March. */
static int64_t days_from(int64_t y, int m, int d)
{
	int64_t era, yoe, doy;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static void days_split(int64_t n, struct date_parts *p)
{
	int64_t era, doe, yoe, doy, mp;

	n += 719468;
	era = (n >= 0 ? n : n - 146096) / 146097;
	doe = n - era * 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	p->day = (int)(doy - (153 * mp + 2) / 5 + 1);
	p->month = (int)(mp < 10 ? mp + 3 : mp - 9);
	p->year = (int)(yoe + era * 400 + (p->month <= 2));
}

static int month_days(int year, int month)
{
	static const char n[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return n[month - 1] + (month == 2 && leap);
}

int64_t date_join(const struct date_parts *p)
{
	return days_from(p->year, p->month, p->day) * 86400 +
		p->hour * 3600 + p->min * 60 + p->sec;
}

#define SEC_MIN (-62167219200)  /* 0000-01-01 */
#define SEC_MAX 253402300799    /* 9999-12-31 23:59:59 */

void date_split(int64_t sec, int zone, struct date_parts *p)
{
	int64_t day, rest;

	sec = MAX(SEC_MIN, MIN(SEC_MAX, sec));
	sec = MAX(SEC_MIN, MIN(SEC_MAX, sec + (int64_t)zone * 60));
	day = (sec >= 0 ? sec : sec - 86399) / 86400;
	rest = sec - day * 86400;
	days_split(day, p);
	p->hour = (int)(rest / 3600);
	p->min = (int)(rest / 60 % 60);
	p->sec = (int)(rest % 60);
	p->wday = (int)(((day + 4) % 7 + 7) % 7);
}

int date_zone(int64_t sec)
{
	time_t t = (time_t)sec;
	struct tm tm;
	struct date_parts p;

	if (!localtime_r(&t, &tm))
		return 0;
	p = (struct date_parts){
		.year = tm.tm_year + 1900, .month = tm.tm_mon + 1, .day = tm.tm_mday,
		.hour = tm.tm_hour, .min = tm.tm_min, .sec = tm.tm_sec,
	};
	return (int)((date_join(&p) - sec) / 60);
}

int date_write(struct str *out, int64_t sec, int zone)
{
	struct date_parts p;
	int z;

	zone = MAX(-5999, MIN(5999, zone));
	z = zone < 0 ? -zone : zone;
	date_split(sec, zone, &p);
	return str_addf(out, "%c%.2s, %d %c%.2s %04d %02d:%02d:%02d %c%02d%02d",
			ascii_upper(days[p.wday][0]), days[p.wday] + 1, p.day,
			ascii_upper(months[p.month - 1][0]), months[p.month - 1] + 1, p.year,
			p.hour, p.min, p.sec, zone < 0 ? '-' : '+', z / 60, z % 60);
}

/* ---- reading ---- */

/* -1: not there yet.  now is the byte at hand. */
struct reader {
	struct slice rest;
	char before;            /* the byte before rest, a blank at the start */
	int day, month, year, hour, min, sec, pm, zone;
	unsigned at;            /* words "at" before the time */
	bool zoned;             /* a zone was named or given */
	bool doubt;             /* what stood first may be a weekday: "mar", "sze" */
};

static bool is_letter(char c)
{
	return ascii_isalpha((unsigned char)c) || (unsigned char)c >= 0x80;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static char peek(const struct reader *r)
{
	return r->rest.n ? r->rest.p[0] : '\0';
}

static void skip(struct reader *r, size_t n)
{
	if (n) {
		r->before = r->rest.p[n - 1];
		r->rest = sl_skip(r->rest, n);
	}
}

static void skip_comment(struct reader *r)
{
	unsigned depth = 0;
	size_t i;

	for (i = 0; i < r->rest.n; i++) {
		if (r->rest.p[i] == '\\')
			i++;
		else if (r->rest.p[i] == '(')
			depth++;
		else if (r->rest.p[i] == ')' && --depth == 0)
			break;
	}
	skip(r, MIN(i + 1, r->rest.n));
}

/* Blanks and comments, which may stand between the numbers of a time, too. */
static void skip_blanks(struct reader *r)
{
	for (;;) {
		if (peek(r) == '(')
			skip_comment(r);
		else if (r->rest.n && is_blank(peek(r)))
			skip(r, 1);
		else
			return;
	}
}

/* A run of digits; its value, or -1 when there are more than max of them. */
static int number(struct reader *r, size_t max, size_t *digits)
{
	size_t n = 0;
	int v = 0;

	for (; n < r->rest.n && ascii_isdigit(r->rest.p[n]); n++)
		if (n < max)
			v = v * 10 + (r->rest.p[n] - '0');
	skip(r, n);
	*digits = n;
	return n == 0 || n > max ? -1 : v;
}

/* "March" and its heads from three letters on. */
static bool is_name(struct slice word, const char *full)
{
	return word.n >= 3 && word.n <= strlen(full) &&
		sl_ieq(word, sl_make(full, word.n));
}

/* The h of h:m[:s[.frac]] or h.m[.s] is read; all must make sense. */
static int read_time(struct reader *r, int hour)
{
	char sep = peek(r);
	size_t n;

	r->hour = hour;
	skip(r, 1);
	skip_blanks(r);
	r->min = number(r, 2, &n);
	r->sec = 0;
	skip_blanks(r);
	if (peek(r) == sep) {
		skip(r, 1);
		skip_blanks(r);
		r->sec = number(r, 2, &n);
		if (peek(r) == '.' && r->rest.n > 1 && ascii_isdigit(r->rest.p[1])) {
			skip(r, 1);
			number(r, 1, &n);
		}
	}
	return hour > 23 || r->min < 0 || r->min > 59 || r->sec < 0 || r->sec > 60 ? -1 : 0;
}

/* "2026/03/02", "2. 3. 2026", "25/12/2026": three numbers that can be one date only. */
static bool read_numeric(struct reader *r)
{
	struct reader ahead = *r;
	char sep = '\0';
	size_t n[3];
	int v[3];

	for (int i = 0; i < 3; i++) {
		if (i == 1)
			sep = peek(&ahead);
		if (i > 0 && (!sep || !strchr("-./", sep) || peek(&ahead) != sep))
			return false;
		skip(&ahead, i > 0);
		if (sep == '.')
			skip_blanks(&ahead);
		v[i] = number(&ahead, 4, &n[i]);
		if (v[i] < 0)
			return false;
	}
	if (n[0] != 4 && n[2] == 4 && (sep == '.' || v[0] > 12))
		ahead = (struct reader){ ahead.rest, ahead.before, v[0], v[1], v[2], .hour = -1, .pm = r->pm };
	else if (n[0] != 4 && n[2] == 4 && v[1] > 12)
		ahead = (struct reader){ ahead.rest, ahead.before, v[1], v[0], v[2], .hour = -1, .pm = r->pm };
	else if (n[0] == 4 && n[2] <= 2)
		ahead = (struct reader){ ahead.rest, ahead.before, v[2], v[1], v[0], .hour = -1, .pm = r->pm };
	else
		return false;
	if (ahead.month < 1 || ahead.month > 12)
		return false;
	*r = ahead;
	return true;
}

/* "2026年3月2日", and so in Korean: what a number is stands behind it. */
static bool read_marked(struct reader *r, int v, size_t digits)
{
	static const char *const marks[] = { "年", "년", "月", "월", "日", "일" };
	int *const fields[] = { &r->year, &r->month, &r->day };

	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		int *field = fields[i / 2];

		if (!sl_starts(r->rest, marks[i]) || *field >= 0 || (digits == 4) != (i < 2) || (i / 2 == 1 && (v < 1 || v > 12)))
			continue;
		*field = v;
		skip(r, strlen(marks[i]));
		return true;
	}
	return false;
}

static int read_number(struct reader *r)
{
	size_t n;
	int v;

	if (r->day < 0 && r->month < 0 && r->year < 0 && read_numeric(r))
		return 0;
	v = number(r, 4, &n);
	if (v < 0)
		return -1;
	if ((unsigned char)peek(r) >= 0x80 && read_marked(r, v, n))
		return 0;
	if (r->hour < 0 && n <= 2 && r->day >= 0 && r->month >= 0 && r->year >= 0 && peek(r) == '.' &&
	    r->rest.n > 1 && ascii_isdigit(r->rest.p[1]))
		return read_time(r, v);
	if (r->hour < 0 && n <= 2) {
		struct reader ahead = *r;

		skip_blanks(&ahead);
		if (peek(&ahead) == ':') {
			*r = ahead;
			return read_time(r, v);
		}
	}
	if (r->day < 0 && (n <= 2 || (n == 3 && v <= 31))) {
		r->day = v;
	} else if (r->year < 0 && n >= 2) {     /* RFC 5322 4.3 */
		r->year = n == 2 ? v + (v < 50 ? 2000 : 1900) : n == 3 ? v + 1900 : v;
	} else if (n == 4 && r->hour >= 0 && !r->zoned) {       /* a zone without its sign */
		r->zone = v % 100 > 59 ? 0 : v / 100 * 60 + v % 100;
		r->zoned = true;
	} else {
		return -1;
	}
	return 0;
}

/* What follows a sign: hhmm, hh:mm, hmm, hh or h. */
static int read_zone(struct reader *r, bool minus)
{
	size_t n;
	int v = number(r, 4, &n), m;

	if (v < 0)
		return -1;
	if (n <= 2) {
		v *= 100;
		if (peek(r) == ':') {
			skip(r, 1);
			m = number(r, 2, &n);
			if (m < 0)
				return -1;
			v += m;
		}
	}
	v = v % 100 > 59 ? 0 : v / 100 * 60 + v % 100;  /* "+070": nobody knows */
	r->zone = minus ? -v : v;
	r->zoned = true;
	return 0;
}

/* In front of the time, in other languages: a month, a weekday, or half of the day. */
static int read_foreign(struct reader *r, struct slice w, bool first)
{
	static const char *const weekdays[] = { "曜", "요일", "星期", "周", "週" };
	static const char *const halves[] = { "오전", "오후", "午前", "午後", "上午", "下午" };
	int month = r->month < 0 || r->doubt ? date_month(w) : 0;

	if (month) {
		r->month = month;
		r->doubt = first;
		return 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(weekdays); i++)
		if (sl_search(w, sl(weekdays[i])) >= 0)
			return 0;
	for (size_t i = 0; i < ARRAY_LEN(halves); i++)
		if (sl_is(w, halves[i])) {
			r->pm = (int)i % 2;
			return 0;
		}
	/* "lun., 2 mars", "2 de marzo" */
	return (first && w.n <= 32 && (peek(r) == ',' || peek(r) == '.')) || (r->day >= 0 && sl_iis(w, "de")) ? 0 : -1;
}

/* "2nd", "2nd of March", "at 10:00" */
static bool is_filler(struct reader *r, struct slice w, char before)
{
	static const char *const ordinals[] = { "st", "nd", "rd", "th" };

	for (size_t i = 0; i < ARRAY_LEN(ordinals) && ascii_isdigit(before) && r->hour < 0; i++)
		if (sl_iis(w, ordinals[i]))
			return true;
	return r->day >= 0 && r->hour < 0 && (r->month < 0 ? sl_iis(w, "of") : sl_iis(w, "at") && !r->at++);
}

static int read_name(struct reader *r)
{
	bool first = r->day < 0 && r->month < 0 && r->year < 0 && r->hour < 0;
	char before = r->before;
	struct slice w = r->rest;
	size_t n = 0;

	while (n < w.n && is_letter(w.p[n]))
		n++;
	w.n = n;
	skip(r, n);
	for (int i = 0; i < 12 && (r->month < 0 || r->doubt); i++)
		if (is_name(w, months[i])) {
			r->month = i + 1;
			r->doubt = first && sl_iis(w, "mar");
			return 0;
		}
	for (int i = 0; i < 7; i++)
		if (is_name(w, days[i]) || (i == 2 && sl_iis(w, "tues")) ||
		    (i == 4 && sl_iis(w, "thur")))
			return 0;
	if (is_filler(r, w, before))
		return 0;
	if (r->hour < 0)                /* the T of 2026-03-03T09:30 */
		return sl_is(w, "T") && r->day >= 0 ? 0 : read_foreign(r, w, first);
	if (sl_iis(w, "am") || sl_iis(w, "pm")) {
		r->pm = ascii_lower(w.p[0]) == 'p';
		return 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(zones) && !r->zoned; i++)
		if (sl_iis(w, zones[i].name))
			r->zone = zones[i].minutes;
	r->zoned = true;
	return 0;
}

/* One piece: 1 go on, 0 the rest does not matter, -1 not a date. */
static int read_piece(struct reader *r)
{
	bool timed = r->hour >= 0, all = timed && r->year >= 0 && r->zoned;
	char c = peek(r);

	if (c == '(') {
		skip_comment(r);
	} else if (ascii_isdigit(c)) {
		if (all)
			return 0;
		return read_number(r) == 0 ? 1 : -1;
	} else if (is_letter(c)) {
		if (all)
			return 0;
		return read_name(r) == 0 ? 1 : -1;
	} else if (c == '+' || c == '-') {
		bool joined = !is_blank(r->before);

		skip(r, 1);
		if (timed)              /* also the sign of "GMT+0900" */
			return ascii_isdigit(peek(r)) && read_zone(r, c == '-') == 0 ? 1 :
				all ? 0 : -1;
		if (c == '+' || !joined)
			return -1;
	} else if (is_blank(c) || (c && strchr(",.\"'", c))) {
		skip(r, 1);
	} else {
		return all ? 0 : -1;
	}
	return 1;
}

struct date date_parse(struct slice s)
{
	static const struct date none = { .ok = false };
	struct reader r = {
		.rest = s, .before = ' ', .day = -1, .month = -1, .year = -1,
		.hour = -1, .pm = -1,
	};
	struct date_parts p;
	int64_t sec;
	int rc = 1;

	while (r.rest.n > 0 && rc == 1)
		rc = read_piece(&r);
	if (rc < 0 || r.day < 1 || r.month < 0 || r.year < 0 ||
	    r.day > month_days(r.year, r.month))
		return none;
	if (r.pm >= 0 && r.hour > 12)
		r.pm = -1;
	if (r.pm >= 0)
		r.hour = r.hour % 12 + (r.pm ? 12 : 0);
	p = (struct date_parts){
		.year = r.year, .month = r.month, .day = r.day,
		.hour = MAX(r.hour, 0), .min = r.hour < 0 ? 0 : r.min,
		.sec = r.hour < 0 ? 0 : r.sec,
	};
	sec = date_join(&p) - r.zone * 60;      /* a zone may lead out of what can be split */
	return (struct date){ .sec = MAX(SEC_MIN, MIN(SEC_MAX, sec)), .zone = r.zone, .ok = true };
}
