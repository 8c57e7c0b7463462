/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * err: the sentence that says what went wrong.  The text is always one line of
 * whole UTF-8 characters with a NUL, whatever was formatted into it, and an
 * argument may point into the text that is being replaced.
 */
#include "base/base.h"
#include <errno.h>
#include <unistd.h>

void bug_at(const char *file, int line, const char *what)
{
	fprintf(stderr, "pabal: bug at %s:%d: %s\n", file, line, what);
	abort();
}

/* The length of text without a character that was cut in two at its end. */
static size_t whole_chars(const char *text, size_t n)
{
	size_t back = 0;

	while (back < 3 && back < n && ((unsigned char)text[n - 1 - back] & 0xC0) == 0x80)
		back++;
	if (back < n) {
		unsigned char lead = (unsigned char)text[n - 1 - back];
		size_t need = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;

		if (need > back + 1)
			return n - 1 - back;
	}
	return n;
}

static void put_text(struct err *e, const char *text)
{
	size_t n = strlen(text);

	if (n >= sizeof(e->text))
		n = whole_chars(text, sizeof(e->text) - 1);
	memcpy(e->text, text, n);
	e->text[n] = 0;
	for (char *p = e->text; *p; p++)
		if (*p == '\n' || *p == '\r')
			*p = ' ';
}

/* GNU's strerror_r returns the words, that of POSIX an int. */
static const char *words_of(int number, char *buf, size_t size)
{
#ifdef __GLIBC__
	return strerror_r(number, buf, size);
#else
	return strerror_r(number, buf, size) == 0 ? buf : "unknown error";
#endif
}

int err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
{
	char text[2 * sizeof(e->text)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	put_text(e, text);
	e->kind = kind;
	e->sys = 0;
	return -1;
}

int err_sys(struct err *e, const char *fmt, ...)
{
	int number = errno;
	char text[2 * sizeof(e->text)], words[128];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < sizeof(text))
		snprintf(text + n, sizeof(text) - (size_t)n, ": %s",
			words_of(number, words, sizeof(words)));
	put_text(e, text);
	e->kind = ERR_SYS;
	e->sys = number;
	errno = number;
	return -1;
}

int err_prefix(struct err *e, const char *fmt, ...)
{
	char text[3 * sizeof(e->text)];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, 2 * sizeof(e->text), fmt, ap);
	va_end(ap);
	n = n < 0 ? 0 : MIN(n, 2 * (int)sizeof(e->text) - 1);
	snprintf(text + n, sizeof(text) - (size_t)n, ": %s", e->text);
	put_text(e, text);
	return -1;
}
