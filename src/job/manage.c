/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * manage: what is done to mailboxes as a whole: made, renamed, removed, compacted,
 * rid of duplicates.  Messages that go on the way go through change.c.
 */
#include "priv.h"

void manage_tell(struct manage *m, const char *what, const char *path, uint64_t n)
{
	char number[24];

	snprintf(number, sizeof(number), "%llu", (unsigned long long)n);
	front_item(m->front, "managed", "what", what, "folder", folder_name(m->conf, path), "n", number, NULL);
}

int manage_stopped(struct err *err)
{
	return err_set(err, ERR_CANCEL, "%s", _("Stopped. What was done stays done, nothing is lost and nothing is there twice."));
}

static int sync_now(struct manage *m, const char *path, int64_t *id, struct err *err)
{
	return folder_sync(m->folders, path, UINT64_MAX, NULL, id, err) < 0 ? -1 : 0;
}

/* ---- made, renamed, removed ---- */

static int create(struct manage *m, const char *path, struct err *err)
{
	bool mbox = m->spec->to && strcmp(m->spec->to, "mbox") == 0;
	char *slash, *above = mem_strdup(path);
	int r = 0;

	slash = strrchr(above, '/');
	if (slash && slash > above) {
		*slash = 0;
		r = fs_mkdirs(above, err);
	}
	if (r == 0)
		r = box_create(path, mbox ? BOX_MBOX : BOX_MAILDIR, err);
	free(above);
	return r;
}

static int rename_box(struct manage *m, const char *path, struct err *err)
{
	char *to = folder_path(m->conf, m->spec->to), *slash, *above = mem_strdup(to);
	int64_t id;
	int r = 0;

	slash = strrchr(above, '/');
	if (slash && slash > above) {
		*slash = 0;
		r = fs_mkdirs(above, err);
	}
	if (r == 0)
		r = box_move(path, to, err);
	if (r == 0)
		r = sync_now(m, to, &id, err);
	free(above);
	free(to);
	return r;
}

struct deleting { struct change *c; struct err *err; };

static int delete_one(void *ctx, const struct index_row *row)
{
	struct deleting *d = ctx;

	return change_delete(d->c, row, d->err);
}

struct ids { int64_t *v; size_t n, cap; };

static int take_id(void *ctx, const struct index_row *row)
{
	struct ids *ids = ctx;

	mem_grow(ids->v, ids->n, ids->cap);
	ids->v[ids->n++] = row->msg.id;
	return 0;
}

static int ids_of(struct manage *m, const struct find *f, struct ids *out, struct err *err)
{
	struct view *v = NULL;
	int r = view_find(folders_index(m->folders), f, SORT_RECEIVED, true, &v, err);

	if (r == 0)
		r = view_rows(v, 0, UINT64_MAX, take_id, out, err);
	view_close(&v);
	return r;
}

/* All that is in it goes into the trash, as one action. */
static int empty_first(struct manage *m, const char *path, int64_t folder, struct err *err)
{
	struct find all = { .kind = FIND_FOLDER, .min = folder };
	struct deleting d = { .err = err };
	struct err own = ERR_INIT;
	struct ids ids = { 0 };
	struct str what;
	int r, end;

	if (!m->conf->trash || folder_role(m->conf, path) == 't')
		return err_set(err, ERR_INPUT, _("There is no trash for the messages of %s. Delete them first."), folder_name(m->conf, path));
	str_init(&what, 4096);
	str_addf(&what, _("remove %s"), folder_name(m->conf, path));
	r = ids_of(m, &all, &ids, err);
	if (r == 0)
		r = change_begin(&d.c, m->front, m->folders, m->state, what.p, err);
	if (r == 0) {
		r = change_each(d.c, m->folders, ids.v, ids.n, delete_one, &d, err);
		end = change_end(&d.c, NULL, NULL, r == 1 ? err : &own);
		r = MIN(r, end);
		r = r == 0 ? manage_stopped(err) : r == 1 ? 0 : -1;
	}
	str_release(&what);
	free(ids.v);
	return r;
}

static int remove_box(struct manage *m, const char *path, struct err *err)
{
	struct index_folder f = { 0 };
	int64_t id;
	int r;

	if (sync_now(m, path, &id, err) != 0 || index_folder(folders_index(m->folders), path, &f, err) != 1)
		return -1;
	r = 0;
	if (f.total && !m->spec->all)
		r = err_set(err, ERR_INPUT, ngettext_("%s holds %llu message. With --force it goes into the trash.",
			"%s holds %llu messages. With --force they go into the trash.", f.total), folder_name(m->conf, path), (unsigned long long)f.total);
	else if (f.total)
		r = empty_first(m, path, id, err);
	index_folder_release(&f);
	if (r == 0)
		r = box_remove(path, err);
	if (r == 0)
		r = index_folder_drop(folders_index(m->folders), id, err);
	return r;
}

/* ---- compacted ---- */

static int drop_one(void *ctx, const struct index_row *row)
{
	struct deleting *d = ctx;

	return change_back(d->c, row, 'd', "", "", 0, 0);
}

static int compact(struct manage *m, const char *path, struct err *err)
{
	struct find where, flagged = { .kind = FIND_FLAGS, .min = FLAG_TRASHED }, both = { .kind = FIND_AND, .child = &where };
	struct deleting d = { .err = err };
	struct err own = ERR_INIT;
	struct ids ids = { 0 };
	struct maildir md;
	uint64_t done = 0;
	int64_t folder;
	int r, end;

	if (sync_now(m, path, &folder, err) != 0)
		return -1;
	where = (struct find){ .kind = FIND_FOLDER, .min = folder, .next = &flagged };
	r = ids_of(m, &both, &ids, err);
	if (r == 0 && ids.n && (r = change_begin(&d.c, m->front, m->folders, m->state, NULL, err)) == 0) {
		r = change_each(d.c, m->folders, ids.v, ids.n, drop_one, &d, err);
		end = change_end(&d.c, &done, NULL, r == 1 ? err : &own);
		r = MIN(r, end);
		r = r == 0 ? manage_stopped(err) : r == 1 ? 0 : -1;
	}
	if (r == 0 && maildir_is(path) && maildir_open(&md, path, false, &own) == 0) {
		maildir_sweep(&md, &own);
		maildir_close(&md);
	}
	if (r == 0)
		r = index_text_settle(folders_index(m->folders), err);
	if (r == 0)
		manage_tell(m, "compact", path, done);
	free(ids.v);
	return r;
}

/* ---- duplicates ---- */

struct twin { int64_t id, folder; uint64_t ident; int64_t received; unsigned flags; char role; char hash[33]; };
struct twins { struct twin *v; size_t n, cap; struct manage *m; struct err *err; };

/* What a message says, without what its way added to it. */
static int content(struct manage *m, const struct index_row *row, char hash[33], struct err *err)
{
	static const unsigned char key[16] = "pabal duplicates";
	static const char *const ways[] = { "received", "return-path", "delivered-to", "x-original-to", "status", "x-status",
		"x-uidl", "content-length", "x-keywords" };
	struct box *box = folder_box(m->folders, row->msg.folder, err);
	char block[16384];
	struct str mem;
	struct src src;
	struct slice head;
	struct hdr f;
	struct sip h;
	ssize_t n;
	size_t length;
	int fd = -1, r = 0;

	str_init(&mem, 2 << 20);
	if (!box || box_read(box, &row->msg.ref, &mem, &fd, err) != 0) {
		str_release(&mem);
		return -1;
	}
	if (fd >= 0)
		hdr_read(fd, 0, &mem);
	length = hdr_length(str_sl(&mem));
	head = sl_head(str_sl(&mem), length);
	sip_init(&h, key);
	while (hdr_next(&head, &f) == 1) {
		bool way = false;

		for (size_t i = 0; i < ARRAY_LEN(ways) && !way; i++)
			way = sl_iis(f.name, ways[i]);
		if (!way)
			sip_add(&h, f.whole);
	}
	if (fd < 0) {
		sip_add(&h, sl_skip(str_sl(&mem), length));
	} else {
		src_range(&src, fd, (off_t)length, -1);
		while ((n = src_read(&src, block, sizeof(block), err)) > 0)
			sip_add(&h, sl_make(block, (size_t)n));
		r = n < 0 ? -1 : 0;
		src_release(&src);
		fs_close(&fd);
	}
	sip_hex(&h, hash);
	str_release(&mem);
	return r;
}

static int take_twin(void *ctx, const struct index_row *row)
{
	struct twins *t = ctx;
	const char *path = folder_of(t->m->folders, row->msg.folder);
	struct err own = ERR_INIT;
	struct twin one = { .id = row->msg.id, .folder = row->msg.folder, .ident = row->ident, .received = row->msg.received,
		.flags = row->msg.flags, .role = path ? folder_role(t->m->conf, path) : 0 };

	/* What I sent and what came back by a list are two messages. */
	one.role = one.role == 's' || one.role == 'd' ? one.role : 0;
	if (content(t->m, row, one.hash, &own) != 0)
		return 0;       /* gone, or not to be read: no twin */
	mem_grow(t->v, t->n, t->cap);
	t->v[t->n++] = one;
	return front_stop(t->m->front) ? -1 : 0;
}

static int alike(const struct twin *a, const struct twin *b)
{
	if (a->ident != b->ident)
		return a->ident < b->ident ? -1 : 1;
	if (a->role != b->role)
		return a->role - b->role;
	return strcmp(a->hash, b->hash);
}

static int oldest_first(const void *a, const void *b)
{
	const struct twin *x = a, *y = b;
	int r = alike(x, y);

	if (r == 0 && x->received != y->received)
		r = x->received < y->received ? -1 : 1;
	return r ? r : x->id < y->id ? -1 : x->id > y->id;
}

struct joining { struct change *c; unsigned set; bool delete; struct err *err; };

static int join_one(void *ctx, const struct index_row *row)
{
	struct joining *j = ctx;

	if (j->delete)
		return change_delete(j->c, row, j->err);
	return j->set & ~row->msg.flags ? change_flags(j->c, row, j->set, 0, j->err) : 0;
}

/* The first of each kind stays and gets the flags of all. */
static int settle(struct manage *m, struct twins *t, uint64_t *removed, struct err *err)
{
	const unsigned joined = FLAG_SEEN | FLAG_FLAGGED | FLAG_REPLIED | FLAG_PASSED;
	struct joining j = { .err = err };
	struct err own = ERR_INIT;
	int r = 1, end;

	if (change_begin(&j.c, m->front, m->folders, m->state, _("remove duplicates"), err) != 0)
		return -1;
	for (size_t i = 0, next; i < t->n && r == 1; i = next) {
		j.set = 0;
		for (next = i + 1; next < t->n && alike(&t->v[i], &t->v[next]) == 0; next++)
			j.set |= t->v[next].flags & joined;
		j.delete = false;
		if (next - i > 1)
			r = change_each(j.c, m->folders, &t->v[i].id, 1, join_one, &j, err);
		j.delete = true;
		for (size_t k = i + 1; k < next && r == 1; k++) {
			r = change_each(j.c, m->folders, &t->v[k].id, 1, join_one, &j, err);
			*removed += r == 1;
		}
	}
	end = change_end(&j.c, NULL, NULL, r == 1 ? err : &own);
	r = MIN(r, end);
	return r == 0 ? manage_stopped(err) : r == 1 ? 0 : -1;
}

static int sync_each(void *ctx, const char *path, enum box_kind kind)
{
	struct manage *m = ctx;
	struct err own = ERR_INIT;
	int64_t id;

	(void)kind;
	if (sync_now(m, path, &id, &own) != 0)
		front_note(m->front, LOG_WARN, "%s", own.text);
	return 0;
}

static int dedupe(struct manage *m, const char *path, struct err *err)
{
	struct find where = { .kind = FIND_FOLDER }, twice = { .kind = FIND_DUPLICATE }, both = { .kind = FIND_AND, .child = &where };
	struct find junk = { .kind = FIND_ROLE, .negated = true, .min = 'j', .next = &twice };
	struct find trash = { .kind = FIND_ROLE, .negated = true, .min = 't', .next = &junk };
	struct twins t = { .m = m, .err = err };
	uint64_t removed = 0;
	struct view *v = NULL;
	int r;

	if (path) {
		r = sync_now(m, path, &where.min, err);
		where.next = &twice;
	} else {
		r = folders_each(m->folders, sync_each, m, err);
		both.child = &trash;
	}
	if (r == 0)
		r = view_find(folders_index(m->folders), &both, SORT_RECEIVED, true, &v, err);
	if (r == 0)
		r = view_rows(v, 0, UINT64_MAX, take_twin, &t, err);
	view_close(&v);
	if (r != 0 && err->kind == ERR_NONE)
		manage_stopped(err);
	if (r == 0 && t.n) {
		qsort(t.v, t.n, sizeof(*t.v), oldest_first);
		r = settle(m, &t, &removed, err);
	}
	if (r == 0)
		manage_tell(m, "dedupe", path ? path : m->conf->mail, removed);
	free(t.v);
	return r;
}

/* ---- which ---- */

struct over { struct manage *m; int (*fn)(struct manage *, const char *, struct err *); struct err *err; int r; };

static int over_one(void *ctx, const char *path, enum box_kind kind)
{
	struct over *o = ctx;
	struct err own = ERR_INIT;

	(void)kind;
	if (o->fn(o->m, path, &own) == 0)
		return 0;
	front_note(o->m->front, LOG_WARN, "%s", own.text);
	*o->err = own;
	o->r = -1;
	return own.kind == ERR_CANCEL ? -1 : 0;
}

static int dispatch(struct manage *m, const char *path, struct err *err)
{
	const char *what = m->spec->what;
	struct over all = { m, compact, err, 0 };

	if (strcmp(what, "dedupe") == 0)
		return dedupe(m, path, err);
	if (strcmp(what, "compact") == 0 && !path)
		return folders_each(m->folders, over_one, &all, err) != 0 ? -1 : all.r;
	if (strcmp(what, "import") == 0)
		return import_run(m, err);
	if (strcmp(what, "export") == 0)
		return export_run(m, err);
	if (strcmp(what, "strip") == 0 || strcmp(what, "label") == 0)
		return rewrite_run(m, err);
	if (!path)
		return err_set(err, ERR_INPUT, "%s", _("Say which mailbox."));
	if (strcmp(what, "create") == 0)
		return create(m, path, err);
	if (strcmp(what, "rename") == 0)
		return rename_box(m, path, err);
	if (strcmp(what, "remove") == 0)
		return remove_box(m, path, err);
	if (strcmp(what, "compact") == 0)
		return compact(m, path, err);
	if (strcmp(what, "convert") == 0)
		return convert_run(m, path, err);
	return err_set(err, ERR_INPUT, _("There is no such thing to do with a mailbox: %s."), what);
}

int manage_run(struct front *front, const struct conf *conf, const struct job_spec *spec, struct err *err)
{
	struct manage m = { .front = front, .conf = conf, .spec = spec };
	char *path = spec->folder ? folder_path(conf, spec->folder) : NULL, *db = path_join(conf->data, "state.db");
	int r = -1;

	if (fs_mkdirs(conf->data, err) == 0 && state_open(&m.state, db, err) == 0 && folders_open(&m.folders, conf, err) == 0)
		r = dispatch(&m, path, err);
	folders_close(&m.folders);
	state_close(&m.state);
	free(db);
	free(path);
	return r;
}
