/* SPDX-License-Identifier: GPL-3.0-or-later
 * seed TARGET FOLDER: the inputs for a target out of $PABAL_CORPUS, a file each, for
 * libFuzzer to begin with. */
#include "seeds.h"

#define SEED_MAX ((size_t)64 << 10)

static const char *folder;
static unsigned n;

static void put(void *ctx, const char *from, struct slice in)
{
	struct err err = ERR_INIT;
	char name[32], *path;
	FILE *f;

	(void)ctx; (void)from;
	snprintf(name, sizeof(name), "seed-%06u", n++);
	path = path_join(folder, name);
	f = fopen(path, "wb");
	if (!f || fwrite(in.p, 1, in.n, f) != in.n || fclose(f) != 0) {
		err_sys(&err, "%s cannot be written", path);
		fprintf(stderr, "seed: %s\n", err.text);
		exit(1);
	}
	free(path);
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: seed TARGET FOLDER\n");
		return 64;
	}
	folder = argv[2];
	if (seeds_each(argv[1], 0, SEED_MAX, put, NULL) < 0)
		fprintf(stderr, "seed: there is no corpus\n");
	return 0;
}
