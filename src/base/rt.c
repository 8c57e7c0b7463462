/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rt: what differs from run to run: clock, randomness, and the log.  Tests
 * freeze the clock and seed the randomness; nobody else asks the system.
 */
#include "base/base.h"
#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>
#include <sys/random.h>

static int64_t frozen = -1;
static uint64_t seed;

static int64_t read_clock(clockid_t id)
{
	struct timespec t;

	bug_on(clock_gettime(id, &t) != 0);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t rt_now(void)
{
	return frozen >= 0 ? frozen : read_clock(CLOCK_REALTIME);
}

int64_t rt_mono(void)
{
	return frozen >= 0 ? frozen : read_clock(CLOCK_MONOTONIC);
}

int64_t rt_cpu(void)
{
	return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

void rt_set_clock(int64_t now_us)
{
	frozen = now_us;
}

void rt_set_seed(uint64_t s)
{
	seed = s;
}

/* splitmix64: short, and every seed gives a full cycle */
static uint64_t next_seeded(void)
{
	uint64_t z = (seed += 0x9E3779B97F4A7C15u);

	if (seed == 0)          /* 0 means "not seeded" */
		seed = 0x9E3779B97F4A7C15u;
	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
	return z ^ (z >> 31);
}

/* For kernels without the call.  Weak randomness is never an answer: the names
 * of files, boundaries and Message-IDs rest on it. */
static void random_from_device(char *p, size_t n)
{
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);

	while (n) {
		ssize_t got = fd < 0 ? -1 : read(fd, p, n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			fprintf(stderr, "pabal: the system gives no random numbers: %s\n",
				strerror(errno));
			abort();
		}
		p += got;
		n -= (size_t)got;
	}
	close(fd);
}

void rt_random(void *p, size_t n)
{
	char *at = p;

	while (n) {
		size_t part;

		if (seed) {
			uint64_t word = next_seeded();

			part = MIN(n, sizeof(word));
			memcpy(at, &word, part);
		} else {
			part = MIN(n, (size_t)256);     /* all that getentropy gives at once */
			if (getentropy(at, part) != 0)
				random_from_device(at, part);
		}
		at += part;
		n -= part;
	}
}

static int log_fd = STDERR_FILENO;
static enum log_level log_upto = LOG_WARN;

void log_open(int fd, enum log_level upto)
{
	log_fd = fd;
	log_upto = upto;
}

/* A log is read with cat: words of servers and of mail are cleaned, and one
 * message is one line and one write. */
void log_msg(enum log_level level, const char *fmt, ...)
{
	int saved = errno;
	struct str text, line;
	va_list ap;

	if (level > log_upto || log_fd < 0)
		return;
	str_init(&text, 8192);
	str_init(&line, 32768);
	va_start(ap, fmt);
	if (str_vaddf(&text, fmt, ap) != 0)
		str_adds(&text, "(a message too long for the log)");
	va_end(ap);
	str_adds(&line, "pabal: ");
	utf8_sanitize(&line, str_sl(&text), CLEAN_LINE);
	str_addc(&line, '\n');
	while (write(log_fd, line.p, line.n) < 0 && errno == EINTR)
		;
	str_release(&line);
	str_release(&text);
	errno = saved;
}
