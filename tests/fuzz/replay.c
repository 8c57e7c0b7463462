/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * replay: main of a target where there is no libFuzzer.  Without arguments it is a test:
 * the files of tests/fuzz/NAME/, and a sample of the shared corpus.  With arguments it
 * replays those files and folders: tests/fuzz/f-html crash-1234.
 */
#include "fuzz.h"
#include "seeds.h"
#include "../tap.h"
#include <dirent.h>
#include <unistd.h>

#define INPUT_MAX    ((size_t)4 << 20)
#define SAMPLE_FILES 200
#define SAMPLE_MAX   ((size_t)16 << 10)
#define SECONDS      10         /* as libFuzzer is told */

static int64_t slowest;

/* In memory of exactly its size.  The name stands before it, for the log of a crash. */
static void replay(void *ctx, const char *from, struct slice in)
{
	char *copy = mem_alloc(in.n);
	int64_t from_cpu = rt_cpu();

	(void)ctx;
	if (in.n)
		memcpy(copy, in.p, in.n);
	tap_note("%s", from);
	fflush(stdout);
	LLVMFuzzerTestOneInput((const uint8_t *)copy, in.n);
	slowest = MAX(slowest, rt_cpu() - from_cpu);
	free(copy);
}

static unsigned replay_path(const char *path)
{
	DIR *d = opendir(path);
	struct err err = ERR_INIT;
	struct dirent *e;
	struct str in;
	unsigned n = 0;

	while (d && (e = readdir(d))) {
		char *one = path_join(path, e->d_name);

		if (e->d_name[0] != '.')
			n += replay_path(one);
		free(one);
	}
	if (d) {
		closedir(d);
		return n;
	}
	str_init(&in, INPUT_MAX);
	if (fs_slurp(path, INPUT_MAX, &in, &err) == 0)
		replay(NULL, path, str_sl(&in));
	else
		ok(false, "%s", err.text);
	str_release(&in);
	return 1;
}

static void check_time(const char *what)
{
	ok(slowest < (int64_t)SECONDS * 1000000, "each of %s took less than %d seconds", what, SECONDS);
	tap_note("the slowest took %d ms", (int)(slowest / 1000));
}

int main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/'), *srcdir = getenv("srcdir");
	char path[4096];
	long sampled;

	name = name ? name + 1 : argv[0];
	name = strstr(name, "f-") ? strstr(name, "f-") + 2 : name;
	for (int i = 1; i < argc; i++)
		ok(replay_path(argv[i]) > 0, "replayed %s", argv[i]);
	if (argc > 1) {
		check_time("them");
		return tap_done();
	}
	snprintf(path, sizeof(path), "%s/tests/fuzz/%s", srcdir ? srcdir : ".", name);
	ok(replay_path(path) > 0, "%s: its own inputs are replayed", name);
	sampled = seeds_each(name, SAMPLE_FILES, SAMPLE_MAX, replay, NULL);
	if (sampled < 0)
		tap_skip("%s: there is no corpus", name);
	else if (sampled > 0)
		ok(true, "%s: %ld inputs of the corpus are replayed", name, sampled);
	check_time("these");
	return tap_done();
}
