/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mime: what "make bench" measures of the mime folder where no command shows it.
 *
 *   mime make DIR N                    N messages of everyday shapes, the same every time
 *   mime file KIND FILE BYTES          raw, latin, korean, newsletter, message (with one attachment)
 *   mime [plain] enc|dec base64|qp FILE  to standard output; plain: without vectors
 *   mime tree | parts                  parts and fields (or not) of the messages named on standard input
 *   mime memory BYTES                  base64 in memory beside a copy: "form way bytes seconds"
 *   mime [plain] memory enc|dec base64|qp FILE   seconds for what the file holds, without reading it
 *   mime html FILE                     seconds for a page as text, lines of it
 *   mime bad KIND N                    seconds for a hostile input of that size
 *   mime spend COMMAND ...             runs it; seconds, seconds of processor and KiB at most, as
 *                                      the last line on standard error.  (Python is too large: its
 *                                      memory would count as the command's.)
 */
#define BASE_NO_BANS
#include "mime.h"
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BLOCK 49152

double bench_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);    /* others may use the machine too */
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- streams ---- */

static int stream(const char *how, const char *enc, const char *path)
{
	static char block[BLOCK];
	int fd = open(path, O_RDONLY);
	struct enc_state st;
	struct str out;
	ssize_t n;

	if (fd < 0)
		return 1;
	enc_init(&st, strcmp(enc, "qp") == 0 ? ENC_QP : ENC_BASE64, how[0] == 'e');
	str_init(&out, STR_MAX);
	do {
		n = read(fd, block, sizeof(block));
		if (n < 0 || enc_feed(&st, sl_make(block, (size_t)n), n == 0, &out) != 0 || fs_write_all(STDOUT_FILENO, out.p, out.n) != 0)
			return 1;
		str_clear(&out);
	} while (n > 0);
	str_release(&out);
	close(fd);
	return 0;
}

/* ---- structure and fields ---- */

static bool slurp(const char *path, struct str *bytes)
{
	int fd = open(path, O_RDONLY);
	ssize_t n = -1;
	struct stat st;

	if (fd < 0)
		return false;
	str_clear(bytes);
	if (fstat(fd, &st) == 0 && str_reserve(bytes, (size_t)st.st_size) == 0)
		n = read(fd, bytes->p, (size_t)st.st_size);
	if (n > 0)
		str_grown(bytes, bytes->p + n);
	close(fd);
	return n >= 0;
}

static void print_fields(struct slice header, struct str *out)
{
	struct env env;

	env_parse(header, &mime_limits_default, &env);
	for (size_t i = 0; i < env.from.n; i++)
		addr_show(&env.from.v[i], out);
	str_addf(out, " | %s | %lld\n", env.subject, (long long)env.date.sec);
	env_release(&env);
}

static void print_message(const char *path, struct slice message, bool fields, struct str *out)
{
	struct mime_tree *t = mime_parse_mem(message, NULL);

	str_adds(out, path);
	str_addc(out, '\n');
	for (struct part *p = tree_next(t, NULL); p; p = tree_next(t, p)) {
		const char *const words[] = { "  ", p->number, " ", p->type, "/", p->subtype, " ", p->filename ? p->filename : "", "\n" };

		for (size_t i = 0; i < ARRAY_LEN(words); i++)
			str_adds(out, words[i]);
	}
	if (fields)
		print_fields(sl_head(message, (size_t)t->root->body), out);
	tree_free(&t);
}

static int tree(bool fields)
{
	char path[8192];
	struct str bytes, out;

	str_init(&bytes, STR_MAX);
	str_init(&out, STR_MAX);
	while (fgets(path, sizeof(path), stdin)) {
		path[strcspn(path, "\n")] = 0;
		if (slurp(path, &bytes))
			print_message(path, str_sl(&bytes), fields, &out);
		if (out.n < 65536)
			continue;
		fwrite(out.p, 1, out.n, stdout);
		str_clear(&out);
	}
	fwrite(out.p, 1, out.n, stdout);
	str_release(&bytes);
	str_release(&out);
	return 0;
}

/* ---- base64 in memory ---- */

#define ROUNDS 9
enum { COPY_WIRE, COPY_BYTES, DECODE, DECODE_CRLF, DECODE_LINE, ENCODE, N_WAYS };
static const char *const ways[] = { "copy-letters", "copy-bytes", "decode", "decode-crlf", "decode-unbroken", "encode" };

/* step 0: the whole at once; else in pieces into one place, as a stream does. */
static void one_way(int way, const struct str in[N_WAYS], size_t step, struct str *out)
{
	struct slice rest = str_sl(&in[way]);
	struct enc_state st;

	enc_init(&st, ENC_BASE64, way == ENCODE);
	for (; rest.n; rest = sl_skip(rest, step ? step : rest.n)) {
		struct slice part = step ? sl_head(rest, step) : rest;

		str_clear(out);
		if (way == COPY_WIRE || way == COPY_BYTES)
			str_addsl(out, part);
		else
			enc_feed(&st, part, part.n == rest.n, out);
		__asm__ volatile("" : : "r"(out->p) : "memory");
	}
}

static int by_time(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void measure(const struct str in[N_WAYS], size_t step, const char *name)
{
	double took[N_WAYS][ROUNDS];
	struct str out;

	str_init(&out, STR_MAX);
	for (int way = 0; way < N_WAYS; way++)
		one_way(way, in, step, &out);           /* memory that is there already */
	for (int r = 0; r < ROUNDS; r++)
		for (int way = 0; way < N_WAYS; way++) {
			double t = bench_now();

			one_way(way, in, step, &out);
			took[way][r] = bench_now() - t;
		}
	for (int way = 0; way < N_WAYS; way++) {
		qsort(took[way], ROUNDS, sizeof(double), by_time);
		printf("%s %s %zu %.9f\n", name, ways[way], in[way].n, took[way][ROUNDS / 2]);
	}
	str_release(&out);
}

static int memory(size_t bytes)
{
	struct str in[N_WAYS];
	struct enc_state st;

	for (int i = 0; i < N_WAYS; i++)
		str_init(&in[i], STR_MAX);
	for (uint32_t x = 1; in[ENCODE].n < bytes; x = x * 1664525 + 1013904223)
		str_addc(&in[ENCODE], (char)(x >> 24));
	enc_init(&st, ENC_BASE64, true);
	enc_feed(&st, str_sl(&in[ENCODE]), true, &in[DECODE]);
	for (size_t i = 0; i < in[DECODE].n; i++) {
		char c = in[DECODE].p[i];

		if (c == '\n')
			str_addc(&in[DECODE_CRLF], '\r');
		else
			str_addc(&in[DECODE_LINE], c);
		str_addc(&in[DECODE_CRLF], c);
	}
	str_addsl(&in[COPY_WIRE], str_sl(&in[DECODE]));
	str_addsl(&in[COPY_BYTES], str_sl(&in[ENCODE]));
	measure(in, 0, "whole");
	measure(in, BLOCK, "stream");
	for (int i = 0; i < N_WAYS; i++)
		str_release(&in[i]);
	return 0;
}

/* ---- a page ---- */

static int html(const char *path)
{
	double took[ROUNDS];
	size_t lines = 0;
	struct str s;

	str_init(&s, STR_MAX);
	if (!slurp(path, &s))
		return 1;
	for (int r = 0; r < ROUNDS; r++) {
		struct page page = { 0 };
		double t = bench_now();

		html_page(str_sl(&s), 80, &page);
		took[r] = bench_now() - t;
		lines = page.n;
		page_release(&page);
	}
	qsort(took, ROUNDS, sizeof(double), by_time);
	printf("%.9f %.9f %zu\n", took[ROUNDS / 2], took[ROUNDS - 1], lines);
	str_release(&s);
	return 0;
}

/* The file in memory, in pieces into one place; the best of seven. */
static int code(const char *how, const char *enc, const char *path)
{
	double best = 0;
	struct str s, out;

	str_init(&s, STR_MAX);
	str_init(&out, STR_MAX);
	if (!slurp(path, &s))
		return 1;
	for (int r = 0; r < 7; r++) {
		struct slice rest = str_sl(&s);
		double t = bench_now();
		struct enc_state st;

		enc_init(&st, strcmp(enc, "qp") == 0 ? ENC_QP : ENC_BASE64, how[0] == 'e');
		for (; rest.n; rest = sl_skip(rest, BLOCK)) {
			str_clear(&out);
			enc_feed(&st, sl_head(rest, BLOCK), rest.n <= BLOCK, &out);
		}
		t = bench_now() - t;
		best = r && best < t ? best : t;
	}
	printf("%.9f\n", best);
	str_release(&s);
	str_release(&out);
	return 0;
}

static double wall(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int spend(char **argv)
{
	double t = wall();
	struct rusage use;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		execvp(argv[0], argv);
		perror(argv[0]);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &use) != pid)
		return 1;
	fprintf(stderr, "%.9f %.6f %ld\n", wall() - t, (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
		(double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6, use.ru_maxrss);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int main(int argc, char **argv)
{
	if (argc > 2 && strcmp(argv[1], "spend") == 0)
		return spend(argv + 2);
	if (argc > 1 && strcmp(argv[1], "plain") == 0) {
		vec_plain(true);
		argc--;
		argv++;
	}
	if (argc == 4 && strcmp(argv[1], "make") == 0)
		return make_messages(argv[2], (unsigned)strtoul(argv[3], NULL, 10));
	if (argc == 5 && strcmp(argv[1], "file") == 0)
		return make_file(argv[2], argv[3], strtoul(argv[4], NULL, 10));
	if (argc == 4 && (strcmp(argv[1], "enc") == 0 || strcmp(argv[1], "dec") == 0))
		return stream(argv[1], argv[2], argv[3]);
	if (argc == 2 && (strcmp(argv[1], "tree") == 0 || strcmp(argv[1], "parts") == 0))
		return tree(argv[1][0] == 't');
	if (argc == 5 && strcmp(argv[1], "memory") == 0)
		return code(argv[2], argv[3], argv[4]);
	if (argc == 3 && strcmp(argv[1], "memory") == 0)
		return memory(strtoul(argv[2], NULL, 10));
	if (argc == 3 && strcmp(argv[1], "html") == 0)
		return html(argv[2]);
	if (argc == 4 && strcmp(argv[1], "bad") == 0) {
		printf("%.9f\n", bad_seconds(argv[2], strtoul(argv[3], NULL, 10)));
		return 0;
	}
	fprintf(stderr, "usage: mime make DIR N | file KIND FILE BYTES | [plain] enc|dec base64|qp FILE | tree | parts | memory BYTES | [plain] memory enc|dec base64|qp FILE | html FILE | bad KIND N | spend COMMAND ...\n");
	return 1;
}
