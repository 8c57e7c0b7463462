/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * synctext: the texts of messages come into the index.
 */
#include "priv.h"
#include <fcntl.h>

#define HEADER_MAX (1 << 20)
#define TEXT_MAX (4 << 20)

/* So many texts a commit: FTS5 writes a piece of its own for each. */
struct wanted { int64_t id; struct box_ref ref; };
struct wanting { struct wanted v[2000]; size_t n; };

static int take_wanted(void *ctx, const struct index_row *row)
{
	struct wanting *w = ctx;

	w->v[w->n].id = row->msg.id;
	w->v[w->n].ref = row->msg.ref;
	w->v[w->n++].ref.name = mem_strdup(row->msg.ref.name);
	return 0;
}

/* A message that can't be read or decoded counts as read: it has no text. */
static int read_text(struct index *ix, struct box *box, const struct wanted *w, struct str *mem, struct str *text, struct err *err)
{
	struct err own = ERR_INIT;
	struct mime_tree *tree = NULL;
	unsigned attachments = 0;
	struct env env = { 0 };
	struct str head;
	int fd = -1, r;

	str_clear(mem);
	str_clear(text);
	str_init(&head, HEADER_MAX);
	if (box_read(box, &w->ref, mem, &fd, &own) == 0 && message_mend(&fd, mem, &own) == 0) {
		if (fd >= 0)
			hdr_read(fd, 0, &head);
		env_parse(fd >= 0 ? str_sl(&head) : str_sl(mem), &mime_limits_default, &env);
		tree = fd >= 0 ? mime_parse_fd(fd, 0, -1, &mime_limits_default, &own) : mime_parse_mem(str_sl(mem), &mime_limits_default);
		if (tree)
			tree_text(tree, fd, str_sl(mem), TEXT_MAX, text, &attachments, &own);
	} else {
		env_parse(SL_NONE, &mime_limits_default, &env);
	}
	r = index_text_put(ix, w->id, &env, str_sl(text), attachments, err);
	env_release(&env);
	tree_free(&tree);
	str_release(&head);
	if (fd >= 0)
		fs_close(&fd);
	return r;
}

int sync_text(struct index *ix, struct box *box, int64_t folder, const struct sync_events *ev, struct err *err)
{
	struct index_folder f = { 0 };
	uint64_t done = 0, total = 0;
	struct wanting *w = mem_zalloc(sizeof(*w));
	struct str mem, text;
	int r;

	r = index_folder(ix, box->path, &f, err);
	total = r == 1 ? f.textless : 0;
	index_folder_release(&f);
	if (r < 0) {
		free(w);
		return -1;
	}
	str_init(&mem, 2 << 20);
	str_init(&text, TEXT_MAX + 65536);
	w->n = 1;
	for (r = 1; r == 1 && w->n;) {
		w->n = 0;
		if (index_text_missing(ix, folder, ARRAY_LEN(w->v), take_wanted, w, err) != 0 || (w->n && index_begin(ix, err) != 0))
			r = -1;
		for (size_t i = 0; i < w->n; i++) {
			if (r == 1 && ev && ev->stop && ev->stop(ev->ctx))
				r = 0;
			if (r == 1 && read_text(ix, box, &w->v[i], &mem, &text, err) != 0)
				r = -1;
			else if (r == 1 && ev && ev->progress)
				ev->progress(ev->ctx, done + 1, MAX(total, done + 1));
			done += r == 1;
			free((char *)(uintptr_t)w->v[i].ref.name);
		}
		if (w->n && r >= 0)
			r = index_commit(ix, err) == 0 ? r : -1;
		else if (w->n)
			index_rollback(ix);
	}
	if (r >= 0 && done && index_text_settle(ix, err) != 0)
		r = -1;
	str_release(&mem);
	str_release(&text);
	free(w);
	return r;
}
