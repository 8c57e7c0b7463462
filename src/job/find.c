/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * find: a search for a face that must not wait: the messages that a pattern finds, in
 * order, as they are met.
 */
#include "priv.h"

struct finding { struct front *front; struct search *search; struct str line; unsigned n; uint64_t found; };

static void flush(struct finding *f)
{
	if (f->n)
		front_item(f->front, "found", "rows", f->line.p, NULL);
	str_clear(&f->line);
	f->n = 0;
}

static int take(void *ctx, const struct index_row *row)
{
	struct finding *f = ctx;

	str_addf(&f->line, "%llx,%llx,%x,%llx ", (unsigned long long)row->msg.id, (unsigned long long)row->thread, row->depth,
		(unsigned long long)row->msg.ref.key);
	f->found++;
	f->n++;
	/* front_item cuts a value at 2,000 bytes */
	if (f->line.n > 1900)
		flush(f);
	return 0;
}

static bool stop(void *ctx)
{
	struct finding *f = ctx;
	struct err ignored = ERR_INIT;
	uint64_t done, total;

	if (search_reads(f->search)) {
		flush(f);
		if (search_progress(f->search, &done, &total, &ignored) == 0)
			front_progress(f->front, done, total, _("Searching"));
	}
	return front_stop(f->front);
}

int find_sort(const char *key, enum index_sort *sort, bool *reverse)
{
	static const struct { const char *name; enum index_sort sort; } keys[] = {
		{ "date", SORT_DATE }, { "received", SORT_RECEIVED }, { "sender", SORT_SENDER }, { "from", SORT_SENDER },
		{ "subject", SORT_SUBJECT }, { "size", SORT_SIZE }, { "thread", SORT_THREAD }, { "threads", SORT_THREAD },
	};

	*reverse = key[0] == '-';
	key += *reverse;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		if (strcmp(key, keys[i].name) == 0) {
			*sort = keys[i].sort;
			return 0;
		}
	}
	return -1;
}

int find_run(struct front *front, const struct conf *conf, const struct job_spec *spec, struct err *err)
{
	struct finding f = { .front = front };
	struct search_spec how = { .stop = stop, .ctx = &f };
	struct folders *folders = NULL;
	struct query_error why;
	struct index_folder folder;
	struct query *q = NULL;
	char *path;
	int r = 0;

	if (query_parse(sl(spec->pattern ? spec->pattern : ""), rt_now() / 1000000, &q, &why) != 0)
		return err_set(err, ERR_INPUT, _("The pattern is wrong at character %zu: %s"), why.at + 1, why.text);
	str_init(&f.line, 4096);
	if (find_sort(spec->to ? spec->to : "date", &how.sort, &how.reverse) != 0)
		r = err_set(err, ERR_INPUT, _("There is no order \"%s\"."), spec->to);
	if (r == 0)
		r = folders_open(&folders, conf, err);
	if (r == 0 && spec->folder) {
		path = folder_path(conf, spec->folder);
		r = index_folder(folders_index(folders), path, &folder, err);
		if (r == 1) {
			how.folders = &folder.id;
			how.n = 1;
		}
		free(path);
		r = r < 0 ? -1 : 0;
	}
	how.query = q;
	if (r == 0 && (how.n || !spec->folder)) {
		r = search_open(&f.search, folders, &how, err);
		if (r == 0)
			r = search_next(f.search, UINT64_MAX, take, &f, err);
		flush(&f);
		if (r >= 0 && front_cancelled(front))
			r = err_set(err, ERR_CANCEL, "%s", _("Stopped."));
	}
	if (how.n)
		index_folder_release(&folder);
	search_close(&f.search);
	folders_close(&folders);
	query_free(&q);
	str_release(&f.line);
	return r < 0 ? -1 : 0;
}
