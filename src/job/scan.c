/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * scan: the index built and kept up, as a job: the headers of every mailbox first,
 * so that all can be listed, then the texts.
 */
#include "priv.h"
#include <errno.h>
#include <unistd.h>

struct scan {
	struct front *front;
	struct folders *folders;
	struct { char *path; int64_t id; } *v; size_t n, cap;
	struct str what;
	bool listens;                   /* this mailbox is one that mail comes into */
	struct ids { int64_t *v; size_t n, cap; } notices;
};

static void on_progress(void *ctx, uint64_t done, uint64_t total)
{
	struct scan *s = ctx;

	front_progress(s->front, done, total, s->what.p);
}

static bool on_stop(void *ctx)
{
	struct scan *s = ctx;

	return front_stop(s->front);
}

/* Mail that another program brought may report back, too. */
#define STALE (30 * 86400)

static void on_arrived(void *ctx, const struct index_msg *m, const struct env *env, struct slice header)
{
	struct scan *s = ctx;

	(void)env;
	if (!s->listens || m->received < rt_now() / 1000000 - STALE || !report_maybe(header))
		return;
	mem_grow(s->notices.v, s->notices.n, s->notices.cap);
	s->notices.v[s->notices.n++] = m->id;
}

struct reading { struct scan *scan; struct state *state; struct err *err; };

static int read_notice(void *ctx, const struct index_row *row)
{
	struct reading *x = ctx;
	struct box *box = folder_box(x->scan->folders, row->msg.folder, x->err);
	struct str mem;
	int fd = -1, r = -1;

	str_init(&mem, STR_MAX);
	if (box && box_read(box, &row->msg.ref, &mem, &fd, x->err) == 0)
		r = notice_hear(x->scan->front, x->state, x->scan->folders, fd, str_sl(&mem), x->err);
	if (fd >= 0)
		fs_close(&fd);
	str_release(&mem);
	return r;
}

static int hear(struct scan *s, struct err *err)
{
	struct reading x = { .scan = s, .err = err };
	char *path;
	int r = 0;

	if (s->notices.n == 0)
		return 0;
	path = path_join(folders_conf(s->folders)->data, "state.db");
	r = state_open(&x.state, path, err);
	for (size_t i = 0; i < s->notices.n && r == 0; i++)
		r = index_get(folders_index(s->folders), s->notices.v[i], read_notice, &x, err) < 0 ? -1 : 0;
	s->notices.n = 0;
	state_close(&x.state);
	free(path);
	return r;
}

static int take(void *ctx, const char *path, enum box_kind kind)
{
	struct scan *s = ctx;

	(void)kind;
	if (s->n == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 16;
		s->v = mem_array(s->v, s->cap, sizeof(*s->v));
	}
	s->v[s->n].id = 0;
	s->v[s->n++].path = mem_strdup(path);
	return 0;
}

static void name(struct scan *s, const char *fmt, const char *path)
{
	str_clear(&s->what);
	str_addf(&s->what, "%s: %s", folder_name(folders_conf(s->folders), path), fmt);
}

static void tell(struct scan *s, const char *path)
{
	struct index_folder f;
	struct err ignored = ERR_INIT;
	char total[24], unread[24];

	if (index_folder(folders_index(s->folders), path, &f, &ignored) != 1)
		return;
	snprintf(total, sizeof(total), "%llu", (unsigned long long)f.total);
	snprintf(unread, sizeof(unread), "%llu", (unsigned long long)f.unread);
	front_item(s->front, "indexed", "folder", path, "messages", total, "unread", unread, NULL);
	index_folder_release(&f);
}

static int sync_one(struct scan *s, size_t i, const struct sync_events *ev, struct err *err)
{
	int r;

	s->listens = folder_role(folders_conf(s->folders), s->v[i].path) == 'i';
	r = folder_sync(s->folders, s->v[i].path, UINT64_MAX, ev, &s->v[i].id, err);
	return r >= 0 && hear(s, err) != 0 ? -1 : r;
}

/* One mailbox that can't be read does not keep the others from it; the last such
 * error is the job's. */
static int all(struct scan *s, struct err *err)
{
	struct sync_events ev = { on_progress, on_stop, s, on_arrived };
	int result = 0;

	for (int texts = 0; texts < 2; texts++) {
		for (size_t i = 0; i < s->n; i++) {
			struct err own = ERR_INIT;
			int r;

			name(s, texts ? _("texts") : _("headers"), s->v[i].path);
			if (texts && s->v[i].id == 0)
				continue;
			if (texts)
				r = folder_texts(s->folders, s->v[i].id, &ev, &own);
			else
				r = sync_one(s, i, &ev, &own);
			if (front_cancelled(s->front))
				return err_set(err, ERR_CANCEL, "%s", _("Stopped. What is in the index stays."));
			if (r < 0) {
				front_note(s->front, LOG_WARN, "%s", own.text);
				*err = own;
				result = -1;
			} else if (!texts) {
				tell(s, s->v[i].path);
			}
		}
	}
	return result;
}

/* What a change left half done is mended before it is shown, unless one is at work. */
static void mend(struct scan *s)
{
	char *db = path_join(folders_conf(s->folders)->data, "state.db");
	struct err err = ERR_INIT;
	struct state *state = NULL;
	int lock = -1;

	if (access(db, F_OK) == 0 && state_open(&state, db, &err) == 0 && change_lock(s->folders, false, &lock, &err) == 0 &&
	    change_recover(s->folders, state, false, &err) != 0)
		front_note(s->front, LOG_WARN, "%s", err.text);
	if (lock >= 0)
		fs_close(&lock);
	state_close(&state);
	free(db);
}

/* ---- mailboxes that another program took away ---- */

static int note_gone(void *ctx, const struct index_folder *f)
{
	struct ids *gone = ctx;

	if (access(f->path, F_OK) != 0 && errno == ENOENT) {
		mem_grow(gone->v, gone->n, gone->cap);
		gone->v[gone->n++] = f->id;
	}
	return 0;
}

/* After the others were read: what was renamed is known there by then.  Where none is
 * left a disk may be missing, and all would have to be read again. */
static int drop_gone(struct scan *s, struct err *err)
{
	struct ids gone = { 0 };
	int r = s->n ? index_folders(folders_index(s->folders), note_gone, &gone, err) : 0;

	for (size_t i = 0; i < gone.n && r == 0; i++)
		r = index_folder_drop(folders_index(s->folders), gone.v[i], err);
	free(gone.v);
	return r;
}

int scan_run(struct front *front, const struct conf *conf, const char *folder, struct err *err)
{
	struct scan s = { .front = front };
	char *path;
	int r;

	str_init(&s.what, 4096);
	r = folders_open(&s.folders, conf, err);
	if (r == 0)
		mend(&s);
	if (r == 0 && folder) {
		path = folder_path(conf, folder);
		take(&s, path, BOX_MAILDIR);
		free(path);
	} else if (r == 0) {
		r = folders_each(s.folders, take, &s, err);
	}
	if (r == 0)
		r = all(&s, err);
	if (r == 0 && !folder)
		r = drop_gone(&s, err);
	for (size_t i = 0; i < s.n; i++)
		free(s.v[i].path);
	free(s.v);
	free(s.notices.v);
	str_release(&s.what);
	folders_close(&s.folders);
	return r;
}
