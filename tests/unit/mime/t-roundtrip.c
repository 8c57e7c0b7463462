/* SPDX-License-Identifier: GPL-3.0-or-later
 * Drafts of every kind (round.c), written by gen, read again by pabal, by gmime and by
 * Python's email: the same fields, names and bytes.  1,000 of them; with PABAL_SLOW
 * 100,000; PABAL_SEED=N just that one, and it is printed. */
#include "round.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

struct python { pid_t pid; FILE *to, *from; };

static bool python_begin(struct python *p)
{
	const char *top = getenv("srcdir");
	char script[4096];
	int in[2], out[2];

	snprintf(script, sizeof(script), "%s/tests/unit/mime/roundtrip.py", top ? top : ".");
	if (access(script, R_OK) != 0 || pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)
		return false;
	p->pid = fork();
	if (p->pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		execlp("python3", "python3", script, (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	p->to = fdopen(in[1], "w");
	p->from = fdopen(out[0], "r");
	return p->pid > 0;
}

static void python_give(struct python *p, const struct round *r, struct str *json)
{
	str_clear(json);
	round_json(r, json);
	fprintf(p->to, "%llu %zu %zu\n", (unsigned long long)r->seed, r->out.n, json->n);
	fwrite(r->out.p, 1, r->out.n, p->to);
	fwrite(json->p, 1, json->n, p->to);
}

/* What it found wrong, a line each, and how many it read. */
static long python_end(struct python *p, long *bad)
{
	char line[4096];
	long seen = -1;
	int status;

	fclose(p->to);
	while (fgets(line, sizeof(line), p->from)) {
		if (sscanf(line, "read %ld bad %ld", &seen, bad) != 2)
			tap_note("python: %.*s", (int)strcspn(line, "\n"), line);
	}
	fclose(p->from);
	waitpid(p->pid, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == 127 ? -2 : seen;
}

struct totals { long n, bytes, pabal, gmime; };

static void one(uint64_t seed, struct totals *t, struct python *python, struct str *json)
{
	struct round *r = round_make(seed);
	const char *what = r ? round_read(r) : "not written";

	t->n++;
	t->pabal += what != NULL;
	if (what && t->pabal < 20)
		tap_note("seed %llu: %s", (unsigned long long)seed, what);
	what = r ? round_gmime(r) : NULL;
	t->gmime += what != NULL;
	if (what && t->gmime < 20)
		tap_note("seed %llu: %s", (unsigned long long)seed, what);
	if (r && python->to) {
		t->bytes += (long)r->out.n;
		python_give(python, r, json);
		if (getenv("PABAL_SEED"))
			fwrite(r->out.p, 1, r->out.n, stderr);
	}
	round_free(&r);
}

/* The same seed, the same message. */
static void test_same(void)
{
	long other = 0;

	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct round *a = round_make(seed), *b = round_make(seed);

		other += !a || !b || !sl_eq(str_sl(&a->out), str_sl(&b->out));
		round_free(&a);
		round_free(&b);
	}
	is_int(other, 0, "the same seed, the same message");
}

int main(void)
{
	const char *seed = getenv("PABAL_SEED");
	uint64_t first = seed ? strtoull(seed, NULL, 10) : 1, n = seed ? 1 : getenv("PABAL_SLOW") ? 100000 : 1000;
	struct totals t = { 0 };
	struct python python = { 0 };
	long bad = 0, seen;
	struct str json;

	signal(SIGPIPE, SIG_IGN);
	str_init(&json, STR_MAX);
	round_gmime_begin();
	test_same();
	ok(python_begin(&python), "a second reader is there");
	for (uint64_t i = 0; i < n; i++)
		one(first + i, &t, &python, &json);
	seen = python_end(&python, &bad);
	tap_note("%ld messages of %ld bytes", t.n, t.bytes);
	is_int(t.pabal, 0, "pabal reads all of them as they were");
	is_int(t.gmime, 0, "and so does gmime");
	if (seen == -2) {
		tap_skip("no python3");
	} else {
		is_int(seen, t.n, "Python reads all of them");
		is_int(bad, 0, "as they were");
	}
	round_gmime_end();
	str_release(&json);
	return tap_done();
}
