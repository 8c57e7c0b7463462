/* SPDX-License-Identifier: GPL-3.0-or-later
 * bench-index: what the index costs with N made-up messages; not a test
 *   bench-index FILE [N] */
#include "index/index.h"
#include <sys/resource.h>
#include <time.h>

static struct err err;
static uint64_t seed = 1;

static uint64_t any(uint64_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed >> 33) % n;
}

static void die(const char *what)
{
	printf("%s: %s\n", what, err.text);
	exit(1);
}

/* Time of this process, whatever else runs here. */
static int64_t busy(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static double since(int64_t *t)
{
	int64_t now = rt_mono();
	double ms = (double)(now - *t) / 1000;

	*t = now;
	return ms;
}

static int touch(void *ctx, const struct index_row *r)
{
	*(uint64_t *)ctx += strlen(r->subject) + (uint64_t)r->msg.id;
	return 0;
}

static void make_env(struct env *e, uint64_t n)
{
	char head[1024];
	unsigned answered = (unsigned)any(n + 1), person = (unsigned)any(5000);
	int used = snprintf(head, sizeof(head), "From: Person %u <p%u@example.org>\nTo: Me <me@example.net>, u%u@example.com\n"
		"Subject: %s%s number %u\nMessage-ID: <m%llu@example.org>\nDate: Thu, 13 Feb 2025 09:00:00 +0900\n",
		person, person, (unsigned)any(20000), any(3) ? "" : "Re: ", any(2) ? "회의 안건" : "meeting",
		(unsigned)any(100000), (unsigned long long)n);

	if (any(2) && n)
		snprintf(head + used, sizeof(head) - (size_t)used, "References: <m%u@example.org>\n", answered);
	env_parse(sl(head), &mime_limits_default, e);
	e->date.sec = 1700000000 - (int64_t)n * 60 - (int64_t)any(600);
}

static void fill(struct index *i, int64_t folder, uint64_t n)
{
	int64_t spent = 0, whole = rt_mono();
	struct env e;

	for (uint64_t k = 0; k < n; k++) {
		char name[64];
		struct index_msg m = { .folder = folder, .received = 1700000000 - (int64_t)k * 60, .size = any(50000), .flags = any(4) ? FLAG_SEEN : 0,
			.print = any(UINT64_MAX), .ino = k + 1 };
		int64_t t;

		snprintf(name, sizeof(name), "%llu.M1P2Q%llu.host:2,S", (unsigned long long)m.received, (unsigned long long)k);
		m.ref = (struct box_ref){ .key = (any(1u << 31) << 32 | any(1u << 31)) * 3 + k, .name = name };
		make_env(&e, k);
		t = busy();
		if (k % 5000 == 0 && index_begin(i, &err) != 0)
			die("begin");
		if (index_add(i, &m, &e, SL_NONE, &err) != 0)
			die("add");
		if ((k % 5000 == 4999 || k == n - 1) && index_commit(i, &err) != 0)
			die("commit");
		spent += busy() - t;
		env_release(&e);
	}
	printf("add           %8.2f us each of CPU (%.0f ms in all, made-up headers too)\n", (double)spent / (double)n, (double)(rt_mono() - whole) / 1000);
}

static void windows(const char *path, const char *folder, uint64_t n)
{
	static const char *const names[] = { "date", "sender", "subject", "size", "thread", "received" };
	struct index_folder f = { 0 };
	struct index *i;
	struct view *v;
	uint64_t sum = 0, k;
	int64_t t = rt_mono(), id;

	if (index_open(&i, path, &err) != 0 || index_folder(i, folder, &f, &err) != 1 ||
	    view_folder(i, f.id, SORT_DATE, false, &v, &err) != 0 || view_rows(v, 0, 50, touch, &sum, &err) != 0)
		die("open");
	printf("open, 50 rows %8.3f ms\n", since(&t));
	view_close(&v);
	index_close(&i);
	printf("close         %8.3f ms\n", since(&t));
	if (index_open(&i, path, &err) != 0)
		die("open");
	id = (int64_t)(n / 3);
	for (int sort = 0; sort < 6; sort++) {
		double a, b, c, again;

		if (view_folder(i, f.id, (enum index_sort)sort, false, &v, &err) != 0)
			die("view");
		t = rt_mono();
		if (view_rows(v, 0, 50, touch, &sum, &err) != 0)
			die("rows");
		a = since(&t);
		if (view_rows(v, n / 2, 50, touch, &sum, &err) != 0)
			die("rows");
		b = since(&t);
		if (view_where(v, id, &k, &err) != 1)
			die("where");
		c = since(&t);
		if (view_rows(v, 0, 50, touch, &sum, &err) != 0)
			die("rows");
		again = since(&t);
		if (view_rows(v, n / 2 + 300, 50, touch, &sum, &err) != 0)
			die("rows");
		printf("%-9s first %.3f ms (again %.3f), deep %.3f ms (again %.3f), where %.3f ms\n", names[sort], a, again, b, since(&t), c);
		view_close(&v);
	}
	for (int kind = 0; kind < 6; kind++) {
		static const struct { const char *name; struct find f; } finds[] = {
			{ "unread", { .kind = FIND_FLAGS, .min = FLAG_SEEN, .negated = true } },
			{ "inboxes", { .kind = FIND_ROLE, .min = 'i' } },
			{ "from", { .kind = FIND_FROM, .text = "Person 77 " } },
			{ "subject", { .kind = FIND_SUBJECT, .text = "안건 number 99" } },
			{ "to", { .kind = FIND_TO, .text = "u777@" } },
			{ "all", { .kind = FIND_ALL } },
		};
		double a;

		t = rt_mono();
		if (view_find(i, &finds[kind].f, SORT_DATE, false, &v, &err) != 0 || view_rows(v, 0, 50, touch, &sum, &err) != 0)
			die("find");
		a = since(&t);
		if (view_count(v, &k, &err) != 0)
			die("count");
		printf("%-9s first %.3f ms, count %.3f ms (%llu)\n", finds[kind].name, a, since(&t), (unsigned long long)k);
		view_close(&v);
	}
	index_folder_release(&f);
	index_close(&i);
}

static void one_by_one(const char *path, int64_t folder, uint64_t n)
{
	struct index *i;
	int64_t t;
	struct env e;

	if (index_open(&i, path, &err) != 0)
		die("open");
	t = rt_mono();
	if (index_begin(i, &err) != 0)
		die("begin");
	for (uint64_t k = n; k < n + 2000; k++) {
		struct index_msg m = { .folder = folder, .received = 1700000000 - (int64_t)any(n) * 60, .size = any(50000), .ref = { .key = k, .name = "x" } };

		make_env(&e, k);
		e.date.sec = m.received;
		if (index_add(i, &m, &e, SL_NONE, &err) != 0)
			die("add");
		env_release(&e);
	}
	if (index_commit(i, &err) != 0)
		die("commit");
	printf("add to full   %8.2f us each\n", since(&t) * 1000 / 2000);
	for (uint64_t k = 0; k < 2000; k++)
		if (index_gone(i, (int64_t)any(n) + 1, &err) != 0)
			die("gone");
	printf("gone          %8.2f us each, a commit each\n", since(&t) * 1000 / 2000);
	index_close(&i);
}

int main(int argc, char **argv)
{
	uint64_t n = argc > 2 ? strtoull(argv[2], NULL, 10) : 100000;
	struct index_folder f = { .path = mem_strdup("/mail/inbox"), .kind = BOX_MAILDIR, .role = 'i' };
	struct index *i;
	struct rusage use;
	int64_t t, cpu;

	if (argc < 2 || index_open(&i, argv[1], &err) != 0)
		die("open");
	if (index_folder_put(i, &f, &err) != 0 || index_bulk(i, true, &err) != 0)
		die("bulk");
	fill(i, f.id, n);
	t = rt_mono();
	cpu = busy();
	if (index_bulk(i, false, &err) != 0)
		die("bulk end");
	printf("bulk end      %8.2f us each of CPU (%.0f ms in all)\n", (double)(busy() - cpu) / (double)n, since(&t));
	index_close(&i);
	printf("close         %8.3f ms\n", since(&t));
	windows(argv[1], f.path, n);
	one_by_one(argv[1], f.id, n);
	getrusage(RUSAGE_SELF, &use);
	printf("most memory   %8ld KiB\n", use.ru_maxrss);
	index_folder_release(&f);
	return 0;
}
