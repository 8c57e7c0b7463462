/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * boxes: mailboxes to measure on, and loops that do the least that the kernel
 * allows for a result.  Used by "make bench" only.
 *
 *   boxes make DIR N BYTES [MBOX]   a Maildir (and mbox) of N messages, about so long;
 *                                   the same messages every time
 *   boxes readdir DIR | stat DIR | headers DIR | memchr FILE | rename DIR
 */
#define BASE_NO_BANS
#include "base/base.h"
#include "mime/mime.h"
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

static uint64_t seed = 88172645463325252u;

static uint32_t next(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)((seed >> 11) % n);
}

/* About as words are used: a few often, most seldom. */
static void word(struct str *s)
{
	static const char *const syl[] = { "ka", "lo", "mi", "ren", "to", "sa", "vel", "dun", "or", "pe", "qui", "sta", "ble", "gro", "ni", "hu", "wa", "ze", "fi", "cor" };
	uint32_t r = next(30000), n = r < 12000 ? r % 150 : r < 22000 ? r % 2500 : r;

	do {
		str_adds(s, syl[n % 20]);
		n /= 20;
	} while (n);
}

static void korean(struct str *s)
{
	uint32_t n = 1 + next(4), base = next(900);
	char c[4];

	for (uint32_t i = 0; i < n; i++)
		str_add(s, c, utf8_encode(0xAC00 + (base * 7 + i * 211) % 11172, c));
}

static void text(struct str *s, size_t bytes, bool hangul)
{
	size_t end = s->n + bytes, line = s->n;

	while (s->n < end) {
		if (hangul)
			korean(s);
		else
			word(s);
		if (s->n - line > 70) {
			str_addc(s, '\n');
			line = s->n;
		} else {
			str_addc(s, ' ');
		}
	}
	str_addc(s, '\n');
}

/* Planted: zyzzyva in 1 of 1,000 texts, 두루미 in 1 of 1,000 Korean ones. */
static void message(struct str *s, unsigned i, unsigned n, size_t bytes)
{
	bool hangul = i % 8 == 3, html = i % 8 == 5, file = i % 8 == 7;
	size_t body = bytes / 2 + next((uint32_t)bytes);
	unsigned from = next(2000);

	str_clear(s);
	for (unsigned k = 0; k < 4; k++)
		str_addf(s, "Received: from mx%u.bench.test (mx%u.bench.test [192.0.2.%u])\n\tby mail.bench.test with ESMTPS id %08x%08x\n"
			"\tfor <me@bench.test>; Wed, 01 Jan 2020 00:00:%02u +0000\n", k, k, k, i, next(1u << 30), k);
	str_addf(s, "Message-ID: <%u.%u@bench.test>\n", i, i % 7919);
	if (i % 3 == 2)
		str_addf(s, "In-Reply-To: <%u.%u@bench.test>\nReferences: <%u.%u@bench.test>\n", i - 1, (i - 1) % 7919, i - 1, (i - 1) % 7919);
	str_addf(s, "From: Sender Number%u <sender%u@bench.test>\nTo: Me <me@bench.test>, other%u@bench.test\nSubject: ", from, from, next(300));
	if (i % 3 == 2)
		str_adds(s, "Re: ");
	for (unsigned k = 0; k < 5; k++) {
		word(s);
		str_addc(s, ' ');
	}
	str_addf(s, "#%u\nDate: ", i);
	date_write(s, 1500000000 + (int64_t)((uint64_t)i * 200000000 / n), 0);
	str_adds(s, "\nMIME-Version: 1.0\n");
	if (file)
		str_adds(s, "Content-Type: multipart/mixed; boundary=\"=-b-=\"\n\n--=-b-=\n");
	str_addf(s, "Content-Type: text/%s; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n", html ? "html" : "plain");
	if (html)
		str_adds(s, "<html><head><style>p { color: black }</style></head><body><p>");
	if (i % 1000 == 500)
		str_adds(s, "zyzzyva\n");
	if (i % 8000 == 3)
		str_adds(s, "오늘은 두루미를 보았다\n");
	text(s, file ? body / 4 : body, hangul);
	if (html)
		str_adds(s, "</p></body></html>\n");
	if (file) {
		str_addf(s, "--=-b-=\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename=\"file%u.bin\"\nContent-Transfer-Encoding: base64\n\n", i);
		for (size_t k = 0; k < body * 3 / 4; k += 76) {
			for (unsigned c = 0; c < 76; c++)
				str_addc(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[next(64)]);
			str_addc(s, '\n');
		}
		str_adds(s, "--=-b-=--\n");
	}
}

static int make(const char *dir, unsigned n, size_t bytes, const char *mbox)
{
	int top = -1, fd, box = -1;
	char path[4096], name[64];
	struct str s, out;

	str_init(&s, 1 << 22);
	str_init(&out, 1 << 23);
	for (unsigned k = 0; k < 3; k++) {
		snprintf(path, sizeof(path), "%s/%s", dir, (const char *[]){ "new", "tmp", "cur" }[k]);
		if (fs_mkdirs(path, &(struct err)ERR_INIT) != 0)
			return 1;
	}
	top = open(path, O_RDONLY | O_DIRECTORY);
	if (mbox)
		box = open(mbox, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	for (unsigned i = 0; i < n; i++) {
		int64_t at = 1500000000 + (int64_t)((uint64_t)i * 200000000 / n);

		message(&s, i, n, bytes);
		snprintf(name, sizeof(name), "%lld.M%uP1.bench:2,%s", (long long)at, i, i % 10 ? "S" : i % 20 ? "" : "FS");
		fd = openat(top, name, O_WRONLY | O_CREAT | O_EXCL, 0600);
		if (fd < 0 || fs_write_all(fd, s.p, s.n) != 0 || close(fd) != 0)
			return 1;
		if (box < 0)
			continue;
		str_adds(&out, "From sender@bench.test Wed Jan  1 00:00:00 2020\n");
		str_addsl(&out, str_sl(&s));
		str_addc(&out, '\n');
		if (out.n > 1 << 20 || i + 1 == n) {
			if (fs_write_all(box, out.p, out.n) != 0)
				return 1;
			str_clear(&out);
		}
	}
	return 0;
}

static int each(const char *dir, char what)
{
	char path[4096], to[512], block[65536];
	unsigned long sum = 0;
	struct dirent *e;
	struct stat st;
	DIR *d;
	int fd;

	snprintf(path, sizeof(path), "%s/cur", dir);
	d = opendir(path);
	if (!d)
		return 1;
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		sum++;
		if (what == 's') {
			sum += fstatat(dirfd(d), e->d_name, &st, 0) == 0;
		} else if (what == 'h') {
			size_t n = 0, from = 0;
			ssize_t got;

			fd = openat(dirfd(d), e->d_name, O_RDONLY);
			while (n < sizeof(block) && (got = read(fd, block + n, MIN((size_t)4096, sizeof(block) - n))) > 0) {
				from = n > 1 ? n - 1 : 0;
				n += (size_t)got;
				if (sl_search(sl_make(block + from, n - from), SL("\n\n")) >= 0)
					break;
			}
			close(fd);
			sum += n;
		} else if (what == 'r' && !strstr(e->d_name, "F,")) {
			snprintf(to, sizeof(to), "%.*s:2,%s", (int)strcspn(e->d_name, ":"), e->d_name, strchr(e->d_name, 'T') ? "S" : "ST");
			sum += renameat(dirfd(d), e->d_name, dirfd(d), to) == 0;
		}
	}
	closedir(d);
	printf("%lu\n", sum);
	return 0;
}

static int memchr_all(const char *path)
{
	static char block[1 << 18];
	unsigned long lines = 0;
	int fd = open(path, O_RDONLY);
	ssize_t n;

	while ((n = read(fd, block, sizeof(block))) > 0)
		for (char *p = block; (p = memchr(p, '\n', (size_t)(block + n - p))); p++)
			lines++;
	close(fd);
	printf("%lu\n", lines);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc >= 5 && strcmp(argv[1], "make") == 0)
		return make(argv[2], (unsigned)strtoul(argv[3], NULL, 10), strtoul(argv[4], NULL, 10), argc > 5 ? argv[5] : NULL);
	if (argc == 3 && strcmp(argv[1], "memchr") == 0)
		return memchr_all(argv[2]);
	if (argc == 3 && strchr("rsh", argv[1][0]))
		return each(argv[2], strcmp(argv[1], "readdir") == 0 ? 'd' : argv[1][0]);
	fprintf(stderr, "usage: boxes make DIR N BYTES [MBOX] | readdir|stat|headers|rename DIR | memchr FILE\n");
	return 1;
}
