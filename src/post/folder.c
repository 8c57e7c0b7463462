/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * folder: the mailboxes of a person by name, and the index beside them.
 */
#include "post/priv.h"
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

struct open_box { int64_t id; char *path; struct box box; bool open; };
struct folders {
	const struct conf *conf;
	struct index *index;
	struct open_box *v; size_t n, cap;
};

/* ---- names ---- */

/* The path of what may be there: links are resolved as far as it is. */
static char *plain(char *path)
{
	char *real = realpath(path, NULL), *dir, *slash;

	if (!real && (slash = strrchr(path, '/')) && slash > path && slash[1]) {
		dir = mem_strndup(path, (size_t)(slash - path));
		real = realpath(dir, NULL);
		free(dir);
		dir = real;
		real = dir ? path_join(dir, slash + 1) : NULL;
		free(dir);
	}
	if (!real)
		return path;
	free(path);
	return real;
}

char *folder_path(const struct conf *conf, const char *name)
{
	struct account *a = conf_account(conf, NULL);
	char *path;

	if (name && (name[0] == '=' || name[0] == '+'))         /* as mutt writes them */
		name++;
	else if (name && strcmp(name, "!") == 0)
		name = NULL;
	else if (name && strcmp(name, "<") == 0 && a && a->sent)
		name = a->sent;
	if (!name)
		path = a ? mem_strdup(a->inbox) : path_join(conf->mail, "INBOX");
	else if (name[0] == '/' || name[0] == '.' || sl_starts(sl(name), "~/"))
		path = path_expand(name);
	else
		path = path_join(conf->mail, name);
	for (size_t n = strlen(path); n > 1 && path[n - 1] == '/'; n--)
		path[n - 1] = 0;
	return plain(path);
}

const char *folder_name(const struct conf *conf, const char *path)
{
	char *root = plain(mem_strdup(conf->mail));
	size_t n = strlen(root);
	bool below = strncmp(path, root, n) == 0 && path[n] == '/';

	free(root);
	return below ? path + n + 1 : path;
}

static bool same(const char *box, const char *path)
{
	char *p;
	bool is;

	if (!box)
		return false;
	if (strcmp(box, path) == 0)
		return true;
	p = plain(mem_strdup(box));
	is = strcmp(p, path) == 0;
	free(p);
	return is;
}

char folder_role(const struct conf *c, const char *path)
{
	char *archive;
	size_t n;
	bool below;

	for (size_t i = 0; i < c->n_accounts; i++) {
		if (same(c->accounts[i].inbox, path))
			return 'i';
		if (same(c->accounts[i].sent, path))
			return 's';
	}
	if (c->n_accounts == 0 && strcmp(folder_name(c, path), "INBOX") == 0)
		return 'i';
	if (c->n_accounts == 0 && strcmp(folder_name(c, path), "Sent") == 0)
		return 's';
	if (same(c->trash, path))
		return 't';
	if (same(c->drafts, path))
		return 'd';
	if (same(c->junk, path))
		return 'j';
	archive = plain(mem_strdup(c->archive));
	n = strlen(archive);
	below = strncmp(path, archive, n) == 0 && (path[n] == '/' || path[n] == 0);
	free(archive);
	return below ? 'a' : 0;
}

static bool wants_text(const struct conf *c, const char *path)
{
	for (size_t i = 0; i < c->n_folders; i++)
		if (same(c->folders[i].path, path))
			return !c->folders[i].no_text;
	return !c->no_text;
}

/* ---- open ones ---- */

static int any_folder(void *ctx, const struct index_folder *f)
{
	(void)f;
	*(bool *)ctx = true;
	return 0;
}

static int take_edit(void *ctx, uint64_t child, uint64_t parent)
{
	struct err ignored = ERR_INIT;

	return index_thread_edit(ctx, child, parent, &ignored);
}

/* An index that was made anew is told what a person did to threads. */
static void tell_edits(struct folders *f)
{
	char *path = path_join(f->conf->data, "state.db");
	struct err ignored = ERR_INIT;
	struct state *state;
	bool any = false;

	if (index_folders(f->index, any_folder, &any, &ignored) == 0 && !any && access(path, F_OK) == 0 &&
	    state_open(&state, path, &ignored) == 0) {
		state_edits(state, take_edit, f->index, &ignored);
		state_close(&state);
	}
	free(path);
}

int folders_open(struct folders **out, const struct conf *conf, struct err *err)
{
	struct folders *f = mem_zalloc(sizeof(*f));
	struct err own = ERR_INIT;
	char *path = path_join(conf->cache, "index.db");

	f->conf = conf;
	/* Without a place for it the index lives in memory. */
	if (fs_mkdirs(conf->cache, &own) != 0 || fs_check_private(conf->cache, &own) != 0) {
		log_msg(LOG_INFO, "%s", own.text);
		free(path);
		path = NULL;
	}
	if (index_open(&f->index, path, err) != 0 || index_thread_subjects(f->index, conf->thread_subjects, err) != 0) {
		free(path);
		folders_close(&f);
		return -1;
	}
	free(path);
	tell_edits(f);
	*out = f;
	return 0;
}

void folders_close(struct folders **fp)
{
	struct folders *f = *fp;

	if (!f)
		return;
	for (size_t i = 0; i < f->n; i++) {
		if (f->v[i].open)
			box_close(&f->v[i].box);
		free(f->v[i].path);
	}
	free(f->v);
	index_close(&f->index);
	free(f);
	*fp = NULL;
}

struct index *folders_index(struct folders *f)
{
	return f->index;
}

const struct conf *folders_conf(const struct folders *f)
{
	return f->conf;
}

static struct open_box *by_id(struct folders *f, int64_t id)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].id == id)
			return &f->v[i];
	return NULL;
}

static int take_folder(void *ctx, const struct index_folder *one)
{
	struct folders *f = ctx;

	if (by_id(f, one->id))
		return 0;
	mem_grow(f->v, f->n, f->cap);
	f->v[f->n++] = (struct open_box){ .id = one->id, .path = mem_strdup(one->path) };
	return 0;
}

static struct open_box *known(struct folders *f, int64_t id)
{
	struct err ignored = ERR_INIT;
	struct open_box *b = by_id(f, id);

	if (!b)
		index_folders(f->index, take_folder, f, &ignored);
	return b ? b : by_id(f, id);
}

static int take_path(void *ctx, const struct index_folder *one)
{
	struct open_box *b = by_id(ctx, one->id);

	if (!b || strcmp(b->path, one->path) == 0)
		return 0;
	if (b->open)
		box_close(&b->box);
	b->open = false;
	free(b->path);
	b->path = mem_strdup(one->path);
	return 0;
}

void folders_look(struct folders *f)
{
	struct err ignored = ERR_INIT;

	index_folders(f->index, take_path, f, &ignored);
}

const char *folder_of(struct folders *f, int64_t id)
{
	struct open_box *b = known(f, id);

	return b ? b->path : NULL;
}

struct box *folder_box(struct folders *f, int64_t id, struct err *err)
{
	struct open_box *b = known(f, id);

	if (!b) {
		err_set(err, ERR_NOTFOUND, "%s", _("The mailbox is no longer in the index."));
		return NULL;
	}
	if (!b->open && box_open(&b->box, b->path, err) != 0)
		return NULL;
	b->open = true;
	return &b->box;
}

/* ---- up to date ---- */

int folder_sync(struct folders *f, const char *path, uint64_t max, const struct sync_events *ev, int64_t *id, struct err *err)
{
	struct open_box *b;
	struct box box;
	int r;

	if (box_open(&box, path, err) != 0)
		return -1;
	r = sync_folder(f->index, &box, folder_role(f->conf, path), max, ev, id, err);
	box_close(&box);
	/* What was open may be an older file of that name, and path may be that of b. */
	b = r >= 0 ? by_id(f, *id) : NULL;
	if (b) {
		if (b->open)
			box_close(&b->box);
		b->open = false;
		if (strcmp(b->path, path) != 0) {
			free(b->path);
			b->path = mem_strdup(path);
		}
	}
	return r;
}

int folder_texts(struct folders *f, int64_t id, const struct sync_events *ev, struct err *err)
{
	struct open_box *b = known(f, id);
	struct box *box;

	if (!b || !wants_text(f->conf, b->path))
		return 1;
	box = folder_box(f, id, err);
	return box ? sync_text(f->index, box, id, ev, err) : -1;
}

struct each { int (*fn)(void *, const char *, enum box_kind); void *ctx; struct map *met; };

static int each_once(void *ctx, const char *path, enum box_kind kind)
{
	struct each *e = ctx;
	char *p = plain(mem_strdup(path));
	int r = map_get(e->met, sl(p)) ? 0 : e->fn(e->ctx, p, kind);

	map_put(e->met, sl(p), e);
	free(p);
	return r;
}

static int each_named(struct each *e, const char *path, struct err *err)
{
	int kind = path ? box_kind_of(path, err) : 0;

	return kind > 0 ? each_once(e, path, (enum box_kind)kind) : kind;
}

int folders_each(struct folders *f, int (*fn)(void *, const char *, enum box_kind), void *ctx, struct err *err)
{
	struct each e = { fn, ctx, map_new() };
	const struct conf *c = f->conf;
	int r = 0;

	for (size_t i = 0; i < c->n_accounts && r == 0; i++)
		r = each_named(&e, c->accounts[i].inbox, err);
	if (r == 0 && (access(c->mail, F_OK) == 0 || errno != ENOENT))  /* before the first mail it is not there */
		r = box_each(c->mail, each_once, &e, err);
	for (size_t i = 0; i < c->n_accounts && r == 0; i++)
		r = each_named(&e, c->accounts[i].sent, err);
	for (size_t i = 0; i < c->n_filters && r == 0; i++)
		r = each_named(&e, c->filters[i].move, err);
	if (r == 0)
		r = each_named(&e, c->trash, err);
	if (r == 0)
		r = each_named(&e, c->drafts, err);
	if (r == 0)
		r = each_named(&e, c->junk, err);
	map_free(&e.met);
	return r;
}
