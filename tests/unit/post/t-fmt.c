/* SPDX-License-Identifier: GPL-3.0-or-later
 * fmt: sizes and dates for columns */
#include "../../tap.h"
#include "post/post.h"
#include <time.h>

static void size(uint64_t n, const char *want)
{
	struct str s;

	str_init(&s, 64);
	fmt_size(&s, n);
	is_str(s.p, want, "%llu bytes", (unsigned long long)n);
	ok(s.n <= 4, "... in four columns");
	str_release(&s);
}

static void date(const char *what, int64_t sec, int64_t now, const char *want)
{
	struct str s;

	str_init(&s, 64);
	fmt_date(&s, sec, now);
	is_str(s.p, want, "%s", what);
	str_release(&s);
}

static void moment(const char *what, int64_t sec, int64_t now, const char *want)
{
	struct str s;

	str_init(&s, 64);
	fmt_moment(&s, sec, now);
	is_str(s.p, want, "%s", what);
	str_release(&s);
}

int main(void)
{
	const int64_t now = 1763740800;         /* 2025-11-21 16:00 UTC, a Friday */

	size(0, "0");
	size(999, "999");
	size(1000, "1.0K");
	size(1024, "1.0K");
	size(1229, "1.2K");
	size(10188, "9.9K");
	size(10189, "10K");
	size(1023 * 1024, "1.0M");
	size(999 * 1024, "999K");
	size(34u << 20, "34M");
	size((uint64_t)5 << 30, "5.0G");
	size(UINT64_MAX, "16E");
	setenv("TZ", "UTC", 1);
	tzset();
	date("today", now - 3600, now, "15:00");
	date("later today", now + 3600, now, "17:00");
	date("yesterday", now - 86400, now, "Nov 20");
	date("a month of one digit's day", now - 20 * 86400, now, "Nov  1");
	date("300 days ago", now - 300 * 86400, now, "2025-01-25");
	date("299 days ago", now - 299 * 86400, now, "Jan 26");
	date("tomorrow: a clock is wrong, so the year is said", now + 86400, now, "2025-11-22");
	date("the beginning", 0, now, "1970-01-01");
	date("far away", (int64_t)253402300799, now, "9999-12-31");
	moment("a moment", now - 86400, now, "Nov 20, 16:00");
	moment("a moment of today", now, now, "Nov 21, 16:00");
	moment("long ago", now - 400 * 86400, now, "2024-10-17, 16:00");
	{
		struct str iso;

		str_init(&iso, 64);
		fmt_iso(&iso, 1763712000, 540);
		is_str(iso.p, "2025-11-21T17:00:00+09:00", "RFC 3339: a time east of Greenwich");
		str_clear(&iso);
		fmt_iso(&iso, 0, -90);
		is_str(iso.p, "1969-12-31T22:30:00-01:30", "RFC 3339: and west of it");
		str_release(&iso);
	}
	return tap_done();
}
