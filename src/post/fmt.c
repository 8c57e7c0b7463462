/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fmt: facts as short text for columns and sentences.
 */
#include "post.h"

int fmt_size(struct str *out, uint64_t n)
{
	static const char unit[] = "BKMGTPE";
	unsigned u = 0;
	double v = (double)n;

	while (v >= 999.5 && u < 6) {
		v /= 1024;
		u++;
	}
	if (u == 0)
		return str_addf(out, "%u", (unsigned)n);
	return str_addf(out, v < 9.95 ? "%.1f%c" : "%.0f%c", v, unit[u]);
}

static const char *const month[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
	"Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

static bool is_lately(int64_t sec, int64_t now)
{
	return sec <= now && now - sec < 300 * 86400;
}

int fmt_date(struct str *out, int64_t sec, int64_t now)
{
	struct date_parts d, n;

	date_split(sec, date_zone(sec), &d);
	date_split(now, date_zone(now), &n);
	if (d.year == n.year && d.month == n.month && d.day == n.day)
		return str_addf(out, "%02d:%02d", d.hour, d.min);
	if (is_lately(sec, now))
		return str_addf(out, "%s %2d", month[d.month - 1], d.day);
	return str_addf(out, "%04d-%02d-%02d", d.year, d.month, d.day);
}

int fmt_day(struct str *out, int64_t sec, int64_t now)
{
	struct date_parts d;

	date_split(sec, date_zone(sec), &d);
	if (is_lately(sec, now + 86400))
		return str_addf(out, "%s %d", month[d.month - 1], d.day);
	return str_addf(out, "%04d-%02d-%02d", d.year, d.month, d.day);
}

int fmt_moment(struct str *out, int64_t sec, int64_t now)
{
	struct date_parts d;

	date_split(sec, date_zone(sec), &d);
	fmt_day(out, sec, now);
	return str_addf(out, ", %02d:%02d", d.hour, d.min);
}

int fmt_iso(struct str *out, int64_t sec, int zone)
{
	int east = zone < 0 ? -zone : zone;
	struct date_parts d;

	date_split(sec, zone, &d);
	return str_addf(out, "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", d.year, d.month, d.day,
		d.hour, d.min, d.sec, zone < 0 ? '-' : '+', east / 60, east % 60);
}
