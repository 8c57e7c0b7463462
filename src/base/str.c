/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * str: owned bytes that know their maximum.  Invariants: p is never NULL and
 * p[n] is a NUL; n <= max; cap is what is allocated, 0 while p is the shared
 * empty string, which is never written to.  An addition is done whole or not
 * at all.
 */
#include "base/base.h"

static char empty[1];

static void set_end(struct str *s, size_t n)
{
	s->n = n;
	if (s->cap)
		s->p[n] = 0;
}

void str_init(struct str *s, size_t max)
{
	*s = (struct str){ .p = empty, .max = MIN(max, (size_t)PTRDIFF_MAX - 1) };
}

void str_release(struct str *s)
{
	if (s->cap)
		free(s->p);
	str_init(s, s->max);
}

void str_clear(struct str *s)
{
	set_end(s, 0);
	s->full = false;
}

int str_reserve(struct str *s, size_t more)
{
	size_t need;

	if (more > s->max - s->n) {
		s->full = true;
		return -1;
	}
	need = s->n + more + 1;
	if (need > s->cap) {
		size_t cap = MAX(need, MIN(s->cap * 2, s->max + 1));

		cap = MAX(cap, MIN((size_t)32, s->max + 1));
		s->p = mem_realloc(s->cap ? s->p : NULL, cap);
		s->cap = cap;
		s->p[s->n] = 0;
	}
	return 0;
}

int str_add(struct str *s, const void *p, size_t n)
{
	if (n == 0)
		return 0;
	if (str_reserve(s, n) != 0)
		return -1;
	memcpy(s->p + s->n, p, n);
	set_end(s, s->n + n);
	return 0;
}

int str_adds(struct str *s, const char *z)
{
	return str_add(s, z, strlen(z));
}

int str_addsl(struct str *s, struct slice bytes)
{
	return str_add(s, bytes.p, bytes.n);
}

int str_addlower(struct str *s, struct slice bytes)
{
	size_t from = s->n;

	if (str_addsl(s, bytes) != 0)
		return -1;
	for (size_t i = from; i < s->n; i++)
		s->p[i] = (char)ascii_lower((unsigned char)s->p[i]);
	return 0;
}

int str_addc(struct str *s, char c)
{
	return str_add(s, &c, 1);
}

int str_vaddf(struct str *s, const char *fmt, va_list ap)
{
	size_t room = s->cap ? s->cap - s->n : 0;
	va_list again;
	int n, rc = 0;

	va_copy(again, ap);
	n = vsnprintf(room ? s->p + s->n : NULL, room, fmt, ap);
	if (n < 0) {
		s->full = true;
		rc = -1;
	} else if ((size_t)n >= room) {
		rc = str_reserve(s, (size_t)n);
		if (rc == 0)
			vsnprintf(s->p + s->n, (size_t)n + 1, fmt, again);
	}
	va_end(again);
	set_end(s, rc == 0 ? s->n + (size_t)n : s->n);
	return rc;
}

int str_addf(struct str *s, const char *fmt, ...)
{
	va_list ap;
	int rc;

	va_start(ap, fmt);
	rc = str_vaddf(s, fmt, ap);
	va_end(ap);
	return rc;
}

void str_cut(struct str *s, size_t n)
{
	if (n < s->n)
		set_end(s, n);
}

void str_drop(struct str *s, size_t n)
{
	n = MIN(n, s->n);
	if (n)
		memmove(s->p, s->p + n, s->n - n);
	set_end(s, s->n - n);
}

char *str_detach(struct str *s)
{
	char *p = s->cap ? s->p : mem_strdup("");

	str_init(s, s->max);
	return p;
}

struct slice str_sl(const struct str *s)
{
	return sl_make(s->p, s->n);
}

void str_wipe(struct str *s)
{
	if (s->cap)
		mem_wipe(s->p, s->cap);
	str_clear(s);
}

int str_addquoted(struct str *s, struct slice text)
{
	str_addc(s, '"');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"' || text.p[i] == '\\')
			str_addc(s, '\\');
		str_addc(s, text.p[i]);
	}
	return str_addc(s, '"');
}

/* What stands for this code point inside quotes; NULL: the bytes themselves. */
static const char *json_escape(uint32_t cp, bool bad, char buf[8])
{
	switch (cp) {
	case '"':  return "\\\"";
	case '\\': return "\\\\";
	case '\n': return "\\n";
	case '\r': return "\\r";
	case '\t': return "\\t";
	}
	if (cp < 0x20 || cp == 0x7F || cp == 0x2028 || cp == 0x2029) {
		snprintf(buf, 8, "\\u%04X", (unsigned)cp & 0xFFFF);
		return buf;
	}
	return bad ? "\xEF\xBF\xBD" : NULL;
}

int str_addjson(struct str *s, struct slice in)
{
	size_t start = s->n, plain = 0, used;
	char buf[8];
	int rc = str_addc(s, '"');

	for (size_t i = 0; i < in.n && rc == 0; i += used) {
		struct slice at = sl_skip(in, i);
		const char *escape;
		uint32_t cp;

		used = utf8_decode(at, &cp);
		escape = json_escape(cp, cp == UTF8_BAD && used == 1, buf);
		if (!escape)
			continue;
		rc |= str_add(s, in.p + plain, i - plain);
		rc |= str_adds(s, escape);
		plain = i + used;
	}
	if (rc == 0)
		rc |= str_addsl(s, sl_skip(in, plain));
	rc |= str_addc(s, '"');
	if (rc != 0)
		str_cut(s, start);
	return rc;
}

int str_addpct(struct str *s, struct slice in)
{
	size_t start = s->n;
	int rc = 0;

	for (size_t i = 0; i < in.n && rc == 0; i++) {
		char c = in.p[i];

		if (c && (ascii_isalnum(c) || strchr("-._~@", c)))
			rc = str_addc(s, c);
		else
			rc = str_addf(s, "%%%02X", (unsigned char)c);
	}
	if (rc != 0)
		str_cut(s, start);
	return rc;
}

int str_unpct(struct str *s, struct slice in)
{
	size_t start = s->n;
	int rc = 0;

	for (size_t i = 0; i < in.n && rc == 0; i++) {
		int high, low;

		if (in.p[i] != '%') {
			rc = str_addc(s, in.p[i]);
			continue;
		}
		high = i + 1 < in.n ? hex_val(in.p[i + 1]) : -1;
		low = i + 2 < in.n ? hex_val(in.p[i + 2]) : -1;
		rc = high < 0 || low < 0 ? -1 : str_addc(s, (char)(high << 4 | low));
		i += 2;
	}
	if (rc != 0)
		str_cut(s, start);
	return rc;
}
