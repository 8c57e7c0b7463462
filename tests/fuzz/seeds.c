/* SPDX-License-Identifier: GPL-3.0-or-later
 * seeds: see seeds.h.  Most targets read a whole message; the others what stands in one. */
#include "seeds.h"
#include "mime/mime.h"
#include "../tap.h"

#define FILE_MAX ((size_t)4 << 20)
#define PER_FILE 24             /* inputs that one file may give */

enum how { WHOLE, FIELDS, PARTS };
static const struct seed {
	const char *target;
	enum how how;
	const char *what;       /* names of fields, or types of parts           */
	const char *kinds;      /* of files in the manifest                     */
} seeds[] = {
	{ "html", PARTS, "text/html", "message message-from_" },
	{ "page", PARTS, "text/plain", "message message-from_" },
	{ "inner", PARTS, "application/ms-tnef text/plain", "message message-from_" },
	{ "guess", PARTS, "text/plain text/html", "message message-from_" },
	{ "word", FIELDS, "Subject From Content-Description", "message message-from_" },
	{ "addr", FIELDS, "From To Cc Reply-To Sender", "message message-from_ field-data" },
	{ "param", FIELDS, "Content-Type Content-Disposition", "message message-from_ field-data" },
	{ "date", FIELDS, "Date", "message message-from_" },
	{ "trust", FIELDS, "Authentication-Results ARC-Authentication-Results Received-SPF", "message message-from_" },
	{ "calendar", PARTS, "text/calendar", "message message-from_" },
	{ "calendar", WHOLE, NULL, "calendar-data" },
	{ "vcard", PARTS, "text/vcard text/x-vcard text/directory", "message message-from_" },
	{ "mbox", WHOLE, NULL, "mbox" },
	{ "enc", WHOLE, NULL, "message data" },
	{ "parse", WHOLE, NULL, "message message-from_" },
	{ "text", WHOLE, NULL, "message message-from_" },
	{ "render", WHOLE, NULL, "message message-from_" },
	{ "recode", WHOLE, NULL, "message message-from_" },
	{ "hdr", WHOLE, NULL, "message message-from_" },
	{ "report", WHOLE, NULL, "message message-from_ report-data" },
	{ "smtpd", WHOLE, NULL, "message" },
};

struct run {
	const struct seed *seed; const char *path; size_t max; long n; unsigned here;
	void (*each)(void *, const char *from, struct slice); void *ctx;
};

static void give(struct run *r, struct slice in)
{
	if (r->here++ >= PER_FILE)
		return;
	r->n++;
	r->each(r->ctx, r->path, sl_head(in, r->max));
}

static bool listed(const char *words, const char *word)
{
	struct slice rest = sl(words), one;

	while (sl_word(&rest, &one))
		if (sl_iis(one, word))
			return true;
	return false;
}

static void give_fields(struct run *r, struct slice block)
{
	struct hdr h;

	while (hdr_next(&block, &h) == 1) {
		char *name = sl_dup(h.name);

		if (listed(r->seed->what, name))
			give(r, h.value);
		free(name);
	}
}

static void give_part(struct run *r, const struct part *p, struct slice message)
{
	struct err err = ERR_INIT;
	struct part_src ps;
	struct sink sink;
	struct str out;
	char type[128];

	snprintf(type, sizeof(type), "%s/%s", p->type, p->subtype);
	if (p->kind != PART_LEAF || !listed(r->seed->what, type))
		return;
	str_init(&out, FILE_MAX);
	sink_str(&sink, &out);
	part_open(&ps, p, -1, message);
	src_copy(part_src(&ps), &sink, &err);
	part_close(&ps);
	give(r, str_sl(&out));
	str_release(&out);
}

static void give_file(struct run *r, struct slice file)
{
	struct mime_tree *tree;

	r->here = 0;
	if (r->seed->how == WHOLE) {
		give(r, file);
		return;
	}
	tree = mime_parse_mem(file, NULL);
	for (struct part *p = tree_next(tree, NULL); p; p = tree_next(tree, p)) {
		if (r->seed->how == PARTS)
			give_part(r, p, file);
		else
			give_fields(r, sl_head(sl_skip(file, (size_t)p->head), (size_t)(p->body - p->head)));
	}
	tree_free(&tree);
}

/* The rows of the manifest with such files: how many, or each of those k-th. */
static size_t walk(struct run *r, struct slice manifest, size_t step)
{
	struct slice line, path, kind;
	struct err err = ERR_INIT;
	struct str file;
	size_t n = 0;

	str_init(&file, FILE_MAX);
	while (sl_line(&manifest, &line)) {
		char *word, *name;

		if (!sl_cut(&line, '\t', &path) || !sl_cut(&line, '\t', &kind))
			continue;
		word = sl_dup(kind);
		name = sl_dup(path);
		if (listed(r->seed->kinds, word) && n++ % MAX(step, 1) == 0 && step) {
			const char *at = tap_corpus(name);

			r->path = name;
			str_clear(&file);
			if (at && fs_slurp(at, FILE_MAX, &file, &err) == 0)
				give_file(r, str_sl(&file));
		}
		free(word);
		free(name);
	}
	str_release(&file);
	return n;
}

long seeds_each(const char *target, size_t files, size_t max, void (*each)(void *, const char *from, struct slice), void *ctx)
{
	struct run r = { .max = max, .each = each, .ctx = ctx };
	const char *path = tap_corpus("manifest.tsv");
	struct err err = ERR_INIT;
	struct str manifest;

	str_init(&manifest, FILE_MAX);
	if (!path || fs_slurp(path, FILE_MAX, &manifest, &err) != 0) {
		str_release(&manifest);
		return -1;
	}
	for (size_t i = 0; i < ARRAY_LEN(seeds); i++) {
		r.seed = &seeds[i];
		if (strcmp(seeds[i].target, target) == 0)
			walk(&r, str_sl(&manifest), files ? walk(&r, str_sl(&manifest), 0) / files + 1 : 1);
	}
	str_release(&manifest);
	return r.n;
}
