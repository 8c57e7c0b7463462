/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mem: allocation that cannot fail visibly.  Where memory runs out the program
 * ends, after the hook has had one chance to save what a person wrote; sizes
 * that come from outside are limited before they get here.
 */
#include "base/base.h"

static void (*oom_hook)(void);

NORETURN static void out_of_memory(size_t n)
{
	void (*hook)(void) = oom_hook;

	oom_hook = NULL;        /* the hook may run out of memory itself */
	if (hook)
		hook();
	fprintf(stderr, "pabal: out of memory (%zu bytes more were needed)\n", n);
	abort();
}

void mem_oom_hook(void (*fn)(void))
{
	oom_hook = fn;
}

void *mem_alloc(size_t n)
{
	void *p = malloc(n ? n : 1);

	if (!p)
		out_of_memory(n);
	return p;
}

void *mem_zalloc(size_t n)
{
	void *p = calloc(1, n ? n : 1);

	if (!p)
		out_of_memory(n);
	return p;
}

void *mem_realloc(void *old, size_t n)
{
	void *p = realloc(old, n ? n : 1);

	if (!p)
		out_of_memory(n);
	return p;
}

void *mem_array(void *old, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		out_of_memory(SIZE_MAX);
	return mem_realloc(old, bytes);
}

char *mem_strndup(const char *z, size_t n)
{
	size_t len;
	char *copy;

	if (!z)
		return NULL;
	len = strnlen(z, n);
	copy = mem_alloc(len + 1);
	memcpy(copy, z, len);
	copy[len] = 0;
	return copy;
}

char *mem_strdup(const char *z)
{
	return mem_strndup(z, SIZE_MAX);
}

void mem_wipe(void *p, size_t n)
{
	if (!n)
		return;
#ifdef HAVE_EXPLICIT_BZERO
	explicit_bzero(p, n);
#else
	for (volatile unsigned char *at = p; n; n--)
		*at++ = 0;
#endif
}
