/* SPDX-License-Identifier: GPL-3.0-or-later
 * What it costs to record a notice with many recipients tracked: track DIR RECIPIENTS */
#include "post/post.h"
#include <stdio.h>
#include <stdlib.h>

#define PER_MESSAGE 10
#define NOTICES 300

static struct err err;

static void fill(struct state *s, long n)
{
	struct track_rcpt rcpt[PER_MESSAGE];
	char addr[PER_MESSAGE][64], item[32], id[64], envid[40], none[1] = "", subject[] = "a subject of some length";

	state_begin(s, &err);
	for (long i = 0; i < n / PER_MESSAGE; i++) {
		struct track t = { .item = item, .account = none, .message_id = id, .envid = envid, .subject = subject, .at = 1000 + i, .rcpt = rcpt, .n = PER_MESSAGE };

		snprintf(item, sizeof(item), "%016lx", i);
		snprintf(id, sizeof(id), "%ld.bench@example.org", i);
		snprintf(envid, sizeof(envid), "%032lx", i * 7919);
		for (int k = 0; k < PER_MESSAGE; k++) {
			snprintf(addr[k], sizeof(addr[k]), "user%ld@host%d.example", (i * PER_MESSAGE + k) % 50000, k);
			rcpt[k] = (struct track_rcpt){ .addr = addr[k], .state = TRACK_ACCEPTED };
		}
		if (state_track_add(s, &t, &err) != 0) {
			fprintf(stderr, "%s\n", err.text);
			exit(1);
		}
	}
	state_commit(s, &err);
}

static int by_value(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Milliseconds, the median; how: 'n' only the sync of a small commit, 'e' by envelope id, 'm' by
 * Message-ID, 'a' by recipient and subject. */
static double median(struct state *s, long n, char how)
{
	int64_t v[NOTICES];

	for (int i = 0; i < NOTICES; i++) {
		long msg = (long)((uint64_t)(i + 1) * 2654435761u % (uint64_t)(n / PER_MESSAGE));
		char notice[64], id[64], addr[64], subject[] = "a subject of some length";
		struct report_rcpt c = { .address = addr, .action = ACTION_FAILED, .meant = ACTION_FAILED, .status = "5.1.1", .code = "5.1.1" };
		struct report r = { .kind = REPORT_DSN, .rcpts = &c, .n = 1 };
		int64_t began;

		snprintf(notice, sizeof(notice), "%c%d@notice", how, i);
		snprintf(addr, sizeof(addr), "user%ld@host3.example", (msg * PER_MESSAGE + 3) % 50000);
		snprintf(id, sizeof(id), how == 'e' ? "%032lx" : "%ld.bench@example.org", how == 'e' ? msg * 7919 : msg);
		r.envelope_id = how == 'e' ? id : NULL;
		r.message_id = how == 'm' ? id : NULL;
		r.subject = how == 'a' ? subject : NULL;
		began = rt_mono();
		if (how == 'n')
			state_track_notice(s, notice, 5000, &err);
		else if (track_hear(s, &r, notice, 5000, NULL, NULL, &err) != 1)
			fprintf(stderr, "notice %c%d is of nobody: %s\n", how, i, err.text);
		v[i] = rt_mono() - began;
	}
	qsort(v, NOTICES, sizeof(*v), by_value);
	return (double)v[NOTICES / 2] / 1000;
}

int main(int argc, char **argv)
{
	long n = argc > 2 ? atol(argv[2]) : 1000000;
	char *path = path_join(argc > 1 ? argv[1] : ".", "state.db");
	struct state *s;
	double sync;

	if (state_open(&s, path, &err) != 0) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	fill(s, n);
	sync = median(s, n, 'n');
	printf("\na notice recorded, %ld recipients tracked (goal: under 1 ms over the sync)\n", n);
	printf("  %-34s %9.3f ms\n", "the sync alone", sync);
	printf("  %-34s %9.3f ms over it\n", "found by envelope id", median(s, n, 'e') - sync);
	printf("  %-34s %9.3f ms over it\n", "found by Message-ID", median(s, n, 'm') - sync);
	printf("  %-34s %9.3f ms over it\n", "found by recipient and subject", median(s, n, 'a') - sync);
	state_close(&s);
	free(path);
	return 0;
}
