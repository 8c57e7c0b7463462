/* SPDX-License-Identifier: GPL-3.0-or-later
 * tap: see tap.h */
#include "tap.h"
#include <dirent.h>
#include <unistd.h>
#include <ftw.h>

static int n_run, n_failed;
static char tmp_path[256];
static pid_t tmp_pid;

PRINTF(4, 0) static bool report(const char *file, int line, bool good, const char *fmt, va_list ap)
{
	char name[512];

	vsnprintf(name, sizeof(name), fmt, ap);
	for (char *p = name; *p; p++)
		if (*p == '#' || *p == '\n')
			*p = ' ';
	printf("%sok %d - %s\n", good ? "" : "not ", ++n_run, name);
	if (!good) {
		n_failed++;
		printf("# failed at %s:%d\n", file, line);
	}
	fflush(stdout);
	return good;
}

bool tap_ok(const char *file, int line, bool good, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	report(file, line, good, fmt, ap);
	va_end(ap);
	return good;
}

bool tap_int(const char *file, int line, long long got, long long want, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	report(file, line, got == want, fmt, ap);
	va_end(ap);
	if (got != want)
		printf("#   got  %lld\n#   want %lld\n", got, want);
	return got == want;
}

static void show(const char *label, struct slice s, size_t from)
{
	size_t start = from > 60 ? from - 60 : 0;

	printf("#   %s (%zu bytes, from %zu) \"", label, s.n, start);
	for (size_t i = start; i < s.n && i < start + 160; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (i == from)
			printf(">>");
		if (c == '\n')
			printf("\\n");
		else if (c == '\r')
			printf("\\r");
		else if (c < 32 || c == 127)
			printf("\\x%02x", c);
		else
			putchar(c);
	}
	printf("\"\n");
}

bool tap_slice(const char *file, int line, struct slice got, struct slice want, const char *fmt, ...)
{
	va_list ap;
	bool good = got.n == want.n && (got.n == 0 || memcmp(got.p, want.p, got.n) == 0) &&
		(got.p == NULL) == (want.p == NULL || (want.n == 0 && got.p == NULL));

	if (got.n == 0 && want.n == 0)
		good = true;
	va_start(ap, fmt);
	report(file, line, good, fmt, ap);
	va_end(ap);
	if (!good) {
		size_t i = 0;

		while (i < got.n && i < want.n && got.p[i] == want.p[i])
			i++;
		show("got ", got, i);
		show("want", want, i);
	}
	return good;
}

void tap_note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	printf("# ");
	vprintf(fmt, ap);
	printf("\n");
	va_end(ap);
}

void tap_skip(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	printf("ok %d # SKIP ", ++n_run);
	vprintf(fmt, ap);
	printf("\n");
	va_end(ap);
}

void tap_skip_all(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	printf("1..0 # SKIP ");
	vprintf(fmt, ap);
	printf("\n");
	va_end(ap);
	exit(0);
}

int tap_done(void)
{
	printf("1..%d\n", n_run);
	return n_failed ? 1 : 0;
}

/* Each piece in its own allocation: a sanitizer sees a read past its end. */
static void feed_piece(const struct tap_split *t, struct slice s, bool last)
{
	char *copy = malloc(s.n ? s.n : 1);

	if (s.n)
		memcpy(copy, s.p, s.n);
	t->feed(t->ctx, sl_make(copy, s.n), last);
	free(copy);
}

void tap_each_split(struct slice text, const struct tap_split *t)
{
	char how[64];

	for (size_t step = 0; step <= 5; step++) {
		size_t size = step ? step : MAX(text.n, 1);

		t->begin(t->ctx);
		for (size_t at = 0; at < text.n; at += size)
			feed_piece(t, sl_head(sl_skip(text, at), size), at + size >= text.n);
		if (text.n == 0)
			feed_piece(t, text, true);
		snprintf(how, sizeof(how), step ? "in pieces of %zu" : "whole", step);
		t->check(t->ctx, how);
	}
	for (size_t cut = 1; cut < text.n; cut++) {
		t->begin(t->ctx);
		feed_piece(t, sl_head(text, cut), false);
		feed_piece(t, sl_skip(text, cut), true);
		snprintf(how, sizeof(how), "cut at %zu", cut);
		t->check(t->ctx, how);
	}
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st; (void)type; (void)ftw;
	return remove(path);
}

static void tmp_remove(void)
{
	if (tmp_path[0] && getpid() == tmp_pid)
		nftw(tmp_path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

char *tap_tmpdir(void)
{
	const char *base = getenv("TMPDIR");
	static char path[512];
	static int count;

	if (!tmp_path[0]) {
		snprintf(tmp_path, sizeof(tmp_path), "%s/pabal-test-XXXXXX", base ? base : "/tmp");
		if (!mkdtemp(tmp_path)) {
			perror(tmp_path);
			exit(99);
		}
		tmp_pid = getpid();
		atexit(tmp_remove);
	}
	snprintf(path, sizeof(path), "%s/%d", tmp_path, ++count);
	if (mkdir(path, 0700) != 0) {
		perror(path);
		exit(99);
	}
	return path;
}

const char *tap_corpus(const char *name)
{
	static char path[1024];
	const char *base = getenv("PABAL_CORPUS");
	struct stat st;

	if (!base)
		return NULL;
	snprintf(path, sizeof(path), "%s/%s", base, name);
	return stat(path, &st) == 0 ? path : NULL;
}

int tap_open_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	if (!d)
		return -1;
	while (readdir(d))
		n++;
	closedir(d);
	return n - 3;
}
