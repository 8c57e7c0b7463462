/* SPDX-License-Identifier: GPL-3.0-or-later
 * box: see box.h */
#include "box.h"
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

char *tbox_dir(void)
{
	return mem_strdup(tap_tmpdir());
}

char *tbox_path(const char *fmt, ...)
{
	struct str s;
	va_list ap;

	str_init(&s, 8192);
	va_start(ap, fmt);
	str_vaddf(&s, fmt, ap);
	va_end(ap);
	return str_detach(&s);
}

void tbox_put(const char *path, struct slice bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, bytes.p ? bytes.p : "", bytes.n) != (ssize_t)bytes.n) {
		perror(path);
		exit(99);
	}
	close(fd);
}

bool tbox_has(const char *path, struct slice bytes)
{
	struct stat st;
	size_t n = 0;
	ssize_t got;
	char *copy;
	bool same;
	int fd;

	if (stat(path, &st) != 0 || (size_t)st.st_size != bytes.n)
		return false;
	copy = mem_alloc(bytes.n + 1);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && n <= bytes.n && (got = read(fd, copy + n, bytes.n + 1 - n)) > 0)
		n += (size_t)got;
	same = fd >= 0 && n == bytes.n && (n == 0 || memcmp(copy, bytes.p, n) == 0);
	if (fd >= 0)
		close(fd);
	free(copy);
	return same;
}

/* Calls fn with the path of each file; how often it said yes. */
static int each(const char *dir, bool (*fn)(void *, const char *path), void *ctx)
{
	DIR *d = opendir(dir);
	const struct dirent *e;
	int n = 0;

	if (!d)
		return -1;
	while ((e = readdir(d))) {
		char *path;

		if (e->d_name[0] == '.')
			continue;
		path = tbox_path("%s/%s", dir, e->d_name);
		n += fn(ctx, path);
		free(path);
	}
	closedir(d);
	return n;
}

static bool yes(void *ctx, const char *path)
{
	(void)ctx; (void)path;
	return true;
}

int tbox_count(const char *dir)
{
	return each(dir, yes, NULL);
}

static bool holds(void *ctx, const char *path)
{
	return tbox_has(path, *(struct slice *)ctx);
}

int tbox_copies(const char *box, struct slice bytes)
{
	char *fresh = tbox_path("%s/new", box), *cur = tbox_path("%s/cur", box);
	int a = each(fresh, holds, &bytes), b = each(cur, holds, &bytes);

	free(fresh);
	free(cur);
	return MAX(a, 0) + MAX(b, 0);
}

struct set { const struct slice *v; size_t n; };

static bool is_strange(void *ctx, const char *path)
{
	const struct set *s = ctx;

	for (size_t i = 0; i < s->n; i++)
		if (tbox_has(path, s->v[i]))
			return false;
	return true;
}

bool tbox_only(const char *box, const struct slice *v, size_t n)
{
	char *fresh = tbox_path("%s/new", box), *cur = tbox_path("%s/cur", box);
	struct set s = { v, n };
	int a = each(fresh, is_strange, &s), b = each(cur, is_strange, &s);

	free(fresh);
	free(cur);
	return a <= 0 && b <= 0;
}

char *tbox_first(const char *box)
{
	static const char *const subs[] = { "new", "cur" };
	char *found = NULL;

	for (size_t i = 0; i < 2 && !found; i++) {
		char *dir = tbox_path("%s/%s", box, subs[i]);
		DIR *d = opendir(dir);
		const struct dirent *e;

		while (d && !found && (e = readdir(d)))
			if (e->d_name[0] != '.')
				found = tbox_path("%s/%s", dir, e->d_name);
		if (d)
			closedir(d);
		free(dir);
	}
	return found;
}

const struct slice *tbox_w1(void)
{
	static struct slice v[W1_N];
	static char small[1024], large[70 * 1024];

	if (v[1].p)
		return v;
	for (size_t i = 0; i < sizeof(small); i++)
		small[i] = i % 64 == 63 ? '\n' : (char)('a' + i % 26);
	for (size_t i = 0; i < sizeof(large); i++)
		large[i] = i % 71 == 70 ? '\n' : (char)('A' + i % 23);
	v[0] = SL("");
	v[1] = sl_make(small, sizeof(small));
	v[2] = sl_make(large, sizeof(large));
	v[3] = SL("Subject: odd\n\nnul\0here, bare\rCR, no end");
	v[4] = v[1];
	return v;
}
