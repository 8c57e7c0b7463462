/* SPDX-License-Identifier: GPL-3.0-or-later
 * bench-box [N [DIR]]: listing and flags of N messages, beside the bare system calls.
 * Built by hand: make tests/unit/store/bench-box */
#include "box.h"
#include "store/store.h"
#include <dirent.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

static struct err err;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double best(double a, double b)
{
	return a == 0 || b < a ? b : a;
}

static void name_of(char name[80], long i, const char *flags)
{
	snprintf(name, 80, "%ld.M%06ldP4242Q%ldR%08lx.mail.example.org%s", 1500000000 + i, i % 1000000, i, i * 2654435761 % 0xffffffff, flags);
}

static void make(const char *path, long n)
{
	struct maildir m;

	if (maildir_open(&m, path, true, &err) != 0)
		exit(1);
	for (long i = 0; i < n; i++) {
		char name[80];
		int fd;

		name_of(name, i, ":2,S");
		fd = openat(m.cur, name, O_WRONLY | O_CREAT, 0600);
		if (fd < 0 || write(fd, "A: b\n\n", 6) != 6)
			exit(1);
		close(fd);
	}
	maildir_close(&m);
}

static double bare_readdir(const char *path)
{
	double t = now();

	for (int i = 0; i < 2; i++) {
		char *sub = path_join(path, i ? "cur" : "new");
		DIR *d = opendir(sub);

		while (d && readdir(d))
			;
		if (d)
			closedir(d);
		free(sub);
	}
	return now() - t;
}

static int count(void *ctx, const struct box_msg *m)
{
	++*(uint64_t *)ctx;
	return 0;
}

struct refs { struct box_change *v; size_t n; };

static int keep(void *ctx, const struct box_msg *m)
{
	struct refs *r = ctx;

	r->v[r->n] = (struct box_change){ .ref = m->ref };
	r->v[r->n++].ref.name = mem_strdup(m->ref.name);
	return 0;
}

static double change_all(const char *path, long n, unsigned set, unsigned clear)
{
	struct refs r = { mem_array(NULL, (size_t)n, sizeof(*r.v)), 0 };
	struct box b;
	bool resumed;
	long done = 0;
	double t;

	if (box_open(&b, path, &err) != 0 || box_scan(&b, NULL, &resumed, keep, &r, &err) != 0)
		exit(1);
	for (size_t i = 0; i < r.n; i++)
		r.v[i].set = set, r.v[i].clear = clear;
	t = now();
	if (box_change(&b, r.v, r.n, NULL, NULL, &err) != 0)
		printf("%s\n", err.text);
	t = now() - t;
	for (size_t i = 0; i < r.n; i++) {
		done += r.v[i].done;
		free(r.v[i].name);
	}
	if (done != n)
		printf("only %ld changed\n", done);
	box_close(&b);
	return t;
}

/* The same renames by hand, in the order of the folder. */
static double bare_rename(const char *path, const char *from, const char *to)
{
	char *sub = path_join(path, "cur"), **v = NULL;
	DIR *d = opendir(sub);
	struct dirent *e;
	size_t n = 0, cap = 0, skip = strlen(from);
	double t;

	while ((e = readdir(d)))
		if (sl_ends(sl(e->d_name), from)) {
			mem_grow(v, n, cap);
			v[n++] = mem_strdup(e->d_name);
		}
	t = now();
	for (size_t i = 0; i < n; i++) {
		char name[300];

		snprintf(name, sizeof(name), "%.*s%s", (int)(strlen(v[i]) - skip), v[i], to);
		renameat2(dirfd(d), v[i], dirfd(d), name, 1);
	}
	fsync(dirfd(d));
	t = now() - t;
	closedir(d);
	return t;
}

static void mbox(const char *path, long n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	static char body[16384], block[1 << 18];
	double t, pass = 0;
	struct box b;
	uint64_t k = 0;
	bool resumed;
	ssize_t got;

	for (size_t i = 0; i < sizeof(body) - 1; i++)
		body[i] = i % 76 == 75 ? '\n' : (char)('a' + i % 23);
	for (long i = 0; i < n; i++)
		if (dprintf(fd, "From a@b.example Tue Mar  3 09:30:00 2026\nSubject: %ld\nMessage-ID: <%ld@b.example>\n\n%.*s\n\n",
		    i, i, (int)(i * 7919 % 8192), body) < 0)
			exit(1);
	close(fd);
	for (int i = 0; i < 3; i++) {
		fd = open(path, O_RDONLY);
		t = now();
		while ((got = read(fd, block, sizeof(block))) > 0)
			for (const char *p = block; (p = memchr(p, '\n', (size_t)(block + got - p))); p++)
				if (p + 1 == block + got)
					break;
		pass = best(pass, now() - t);
		close(fd);
	}
	printf("mbox, %ld messages: a pass of memchr %.3f s\n", n, pass);
	t = now();
	if (box_open(&b, path, &err) != 0 || box_scan(&b, NULL, &resumed, count, &k, &err) != 0)
		exit(1);
	t = now() - t;
	printf("  box_scan %.3f s (%.2f)\n", t, t / pass);
	box_close(&b);
	t = change_all(path, n, FLAG_SEEN, 0);
	printf("  a flag on all %.3f s\n", t);
	t = now();
	fd = open(path, O_RDONLY);
	{
		char *copy = tbox_path("%s.copy", path);
		int to = open(copy, O_WRONLY | O_CREAT | O_TRUNC, 0600);

		while ((got = read(fd, block, sizeof(block))) > 0 && write(to, block, (size_t)got) == got)
			;
		fsync(to);
		close(to);
		unlink(copy);
		free(copy);
	}
	close(fd);
	printf("  a plain copy, synced %.3f s\n", now() - t);
}

int main(int argc, char **argv)
{
	long n = argc > 1 ? strtol(argv[1], NULL, 10) : 100000;
	char *path = path_join(argc > 2 ? argv[2] : "/var/tmp", "bench-box"), *file = path_join(path, "mbox");
	double bare = 0, sum = 0, scan = 0, t, first, second;
	struct box b;
	uint64_t a, s;
	bool resumed;

	make(path, n);
	for (int i = 0; i < 9; i++) {
		bare = best(bare, bare_readdir(path));
		if (box_open(&b, path, &err) != 0)
			return 1;
		t = now();
		box_sum(&b, &a, &s, &err);
		sum = best(sum, now() - t);
		a = 0;
		t = now();
		box_scan(&b, NULL, &resumed, count, &a, &err);
		scan = best(scan, now() - t);
		box_close(&b);
	}
	printf("Maildir, %llu messages: bare readdir %.4f s, box_sum %.4f s (%.2f), box_scan %.4f s (%.2f)\n",
		(unsigned long long)a, bare, sum, sum / bare, scan, scan / bare);
	first = bare_rename(path, ":2,S", ":2,FS");
	second = change_all(path, n, 0, FLAG_FLAGGED);
	printf("  bare renames %.3f s, box_change %.3f s (%.2f)\n", first, second, second / first);
	first = bare_rename(path, ":2,S", ":2,RS");
	second = change_all(path, n, 0, FLAG_REPLIED);
	printf("  bare renames %.3f s, box_change %.3f s (%.2f)\n", first, second, second / first);
	mbox(file, n);
	fs_remove_tree(FS_CWD, path);
	return 0;
}
