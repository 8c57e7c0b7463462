/* SPDX-License-Identifier: GPL-3.0-or-later
 * rt: clock and randomness that can be held still, the log */
#include "../../tap.h"
#include <errno.h>
#include <unistd.h>

static void test_clock(void)
{
	int64_t a, b;

	ok(rt_now() > 1700000000LL * 1000000, "the clock is in microseconds since 1970");
	a = rt_mono();
	b = rt_mono();
	ok(b >= a, "mono does not go back");
	rt_set_clock(5);
	ok(rt_now() == 5 && rt_mono() == 5, "frozen");
	rt_set_clock(0);
	is_int(rt_now(), 0, "frozen at 1970");
	rt_set_clock(-1);
	ok(rt_now() > 5, "let go");
}

static void test_random(void)
{
	unsigned char a[1000], b[1000];
	unsigned seen[256] = { 0 }, kinds = 0;

	rt_random(a, sizeof(a));
	rt_random(b, sizeof(b));
	ok(memcmp(a, b, sizeof(a)) != 0, "twice is different");
	for (size_t i = 0; i < sizeof(a); i++)
		kinds += seen[a[i]]++ == 0;
	ok(kinds > 200, "all of it is filled");
	rt_set_seed(1);
	rt_random(a, 37);
	rt_random(a + 37, 37);
	rt_set_seed(1);
	rt_random(b, 37);
	rt_random(b + 37, 37);
	ok(memcmp(a, b, 74) == 0, "a seed repeats");
	ok(memcmp(a, a + 37, 37) != 0, "but goes on");
	rt_set_seed(2);
	rt_random(b, 37);
	ok(memcmp(a, b, 37) != 0, "another seed differs");
	rt_set_seed(0);
	rt_random(a, 37);
	rt_set_seed(0);
	rt_random(b, 37);
	ok(memcmp(a, b, 37) != 0, "let go");
}

static void test_log(void)
{
	char got[40000], big[9000];
	int p[2];
	ssize_t n;

	if (pipe(p) != 0)
		exit(99);
	log_open(p[1], LOG_INFO);
	errno = EIO;
	log_msg(LOG_INFO, "%s came", "mail");
	is_int(errno, EIO, "errno is kept");
	n = read(p[0], got, sizeof(got));
	is_slice(sl_make(got, (size_t)n), SL("pabal: mail came\n"), "one line");
	log_msg(LOG_DEBUG, "quiet");
	log_msg(LOG_WARN, "\x1b[2J\r\nx\xC2\x9B" "2J\xFF");
	n = read(p[0], got, sizeof(got));
	is_slice(sl_make(got, (size_t)n),
		SL("pabal: \xE2\x90\x9B[2J\xE2\x90\x8D\xE2\x90\x8Ax\xEF\xBF\xBD" "2J\xEF\xBF\xBD\n"),
		"nothing that a terminal obeys; less important ones are left out (P20)");
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = 0;
	log_msg(LOG_ERROR, "%s", big);
	n = read(p[0], got, sizeof(got));
	ok(n > 0 && got[n - 1] == '\n', "one too long is still a line");
	close(p[0]);
	close(p[1]);
	log_open(STDERR_FILENO, LOG_WARN);
}

int main(void)
{
	test_clock();
	test_random();
	test_log();
	return tap_done();
}
