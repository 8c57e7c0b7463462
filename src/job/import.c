/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * import: messages from any mailbox into ours, and ours into a file or Maildir for
 * others.
 *
 * Invariant: a message that goes into a Maildir gets a name made of its time of arrival
 * and its content.  So what was stopped, or broken by a crash, is run again and nothing
 * is there twice.
 */
#include "priv.h"
#include <errno.h>
#include <unistd.h>

#define BATCH 1000

struct pour {
	struct manage *m;
	struct box *from;
	struct box_put *put;
	bool named;             /* the target is a Maildir                     */
	uint64_t done, had, total;
	size_t open;            /* put since the last commit                   */
	struct str mem;
	struct err *err;
};

static void content_name(struct pour *p, const struct box_ref *ref, int64_t received, struct slice mem, int fd, char name[128])
{
	static const unsigned char key[16] = "pabal import nam";
	char hash[33], block[16384];
	struct err ignored = ERR_INIT;
	struct src src;
	struct sip h;
	ssize_t n;

	(void)p;
	(void)ref;
	sip_init(&h, key);
	if (fd < 0) {
		sip_add(&h, mem);
	} else {
		src_range(&src, fd, 0, -1);
		while ((n = src_read(&src, block, sizeof(block), &ignored)) > 0)
			sip_add(&h, sl_make(block, (size_t)n));
		src_release(&src);
	}
	sip_hex(&h, hash);
	snprintf(name, 128, "%lld.I%s.pabal", (long long)received, hash);
}

static int commit(struct pour *p, struct err *err)
{
	if (p->open == 0)
		return 0;
	p->open = 0;
	return box_put_commit(p->put, NULL, NULL, err);
}

static int pour_message(struct pour *p, const struct box_ref *ref, unsigned flags, int64_t received, struct err *err)
{
	struct box_meta meta = { .flags = flags, .received = received };
	struct err own = ERR_INIT;
	char name[128] = "";
	struct src src;
	int fd = -1, r;

	str_clear(&p->mem);
	if (box_read(p->from, ref, &p->mem, &fd, &own) != 0) {
		if (own.kind == ERR_NOTFOUND)
			return 0;
		*err = own;
		return -1;
	}
	if (p->named)
		content_name(p, ref, received, str_sl(&p->mem), fd, name);
	if (fd >= 0)
		src_range(&src, fd, 0, -1);
	else
		src_mem(&src, str_sl(&p->mem));
	r = box_put(p->put, &src, &meta, p->named ? name : NULL, &own);
	src_release(&src);
	if (fd >= 0)
		fs_close(&fd);
	if (r != 0 && own.kind == ERR_EXISTS) {
		p->had++;
		return 0;
	}
	if (r != 0) {
		*err = own;
		return -1;
	}
	p->done++;
	return ++p->open == BATCH ? commit(p, err) : 0;
}

/* ---- in ---- */

static int pour_one(void *ctx, const struct box_msg *msg)
{
	struct pour *p = ctx;

	front_progress(p->m->front, p->done + p->had, p->total, p->from->path);
	if (front_stop(p->m->front))
		return manage_stopped(p->err);
	return pour_message(p, &msg->ref, msg->flags, msg->received, p->err);
}

static int open_target(const char *path, struct err *err)
{
	int kind = box_kind_of(path, err);
	char *above, *slash;
	int r;

	if (kind != 0)
		return kind;
	above = mem_strdup(path);
	slash = strrchr(above, '/');
	if (slash && slash > above)
		*slash = 0;
	r = fs_mkdirs(above, err);
	free(above);
	if (r == 0)
		r = box_create(path, BOX_MAILDIR, err);
	return r == 0 ? BOX_MAILDIR : -1;
}

static int import_box(struct manage *m, const char *from, const char *to, struct err *err)
{
	struct pour p = { .m = m, .err = err };
	struct err own = ERR_INIT;
	struct box box;
	uint64_t sum;
	bool resumed;
	int64_t id;
	int r, kind = open_target(to, err);

	if (kind < 0 || box_open(&box, from, err) != 0)
		return -1;
	if (kind != BOX_MAILDIR) {
		box_close(&box);
		return err_set(err, ERR_INPUT, _("Mail is imported into a Maildir, and %s is none."), to);
	}
	p.from = &box;
	p.named = true;
	str_init(&p.mem, 2 << 20);
	if (box.kind == BOX_MAILDIR)
		box_sum(&box, &p.total, &sum, &own);
	r = box_put_open(&p.put, to, "", err);
	if (r == 0)
		r = box_scan(&box, NULL, &resumed, pour_one, &p, err);
	/* What was put before a stop is whole. */
	if (p.put && commit(&p, r == 0 ? err : &own) != 0)
		r = -1;
	box_put_close(&p.put);
	str_release(&p.mem);
	box_close(&box);
	if (folder_sync(m->folders, to, UINT64_MAX, NULL, &id, r == 0 ? err : &own) < 0)
		r = -1;
	if (r == 0)
		manage_tell(m, "import", to, p.done);
	if (r == 0 && p.had)
		front_note(m->front, LOG_INFO, _("%llu messages of %s are in %s already."), (unsigned long long)p.had, from, folder_name(m->conf, to));
	return r;
}

struct tree { struct manage *m; const char *root, *to; struct err *err; size_t n; };

static int import_each(void *ctx, const char *path, enum box_kind kind)
{
	struct tree *t = ctx;
	size_t n = strlen(t->root);
	const char *rest = strncmp(path, t->root, n) == 0 ? path + n : path;
	char *to;
	int r;

	(void)kind;
	while (*rest == '/')
		rest++;
	to = *rest ? path_join(t->to, rest) : mem_strdup(t->to);
	t->n++;
	r = import_box(t->m, path, to, t->err);
	free(to);
	return r;
}

int import_run(struct manage *m, struct err *err)
{
	struct tree t = { .m = m, .err = err };
	char *to = folder_path(m->conf, m->spec->to ? m->spec->to : "Imported"), *from = path_expand(m->spec->item);
	int kind = box_kind_of(from, err), r = -1;

	t.root = from;
	t.to = to;
	if (kind > 0) {
		r = import_box(m, from, to, err);
	} else if (kind == 0) {
		r = box_each(from, import_each, &t, err);
		if (r == 0 && t.n == 0)
			r = err_set(err, ERR_NOTFOUND, _("There is no mailbox at %s."), from);
	}
	free(from);
	free(to);
	return r;
}

/* ---- out ---- */

static int pour_row(void *ctx, const struct index_row *row)
{
	struct pour *p = ctx;

	p->from = folder_box(p->m->folders, row->msg.folder, p->err);
	if (!p->from)
		return -1;
	front_progress(p->m->front, p->done + p->had, p->total, p->from->path);
	if (front_stop(p->m->front))
		return manage_stopped(p->err);
	return pour_message(p, &row->msg.ref, row->msg.flags, row->msg.received, p->err);
}

/* The mbox as it is written, beside the one that it becomes. */
static char *beside(const char *path)
{
	struct str s;
	const char *slash = strrchr(path, '/');

	str_init(&s, 65536);
	str_addf(&s, "%.*s.%s.part", slash ? (int)(slash - path + 1) : 0, path, slash ? slash + 1 : path);
	return str_detach(&s);
}

static int pour_ids(struct pour *p, const char *to, struct err *err)
{
	int64_t *ids = NULL;
	struct err own = ERR_INIT;
	size_t n = 0;
	int r = change_choose(p->m->front, p->m->folders, p->m->spec, &ids, &n, err);

	p->total = n;
	if (r == 0)
		r = box_put_open(&p->put, to, "", err);
	for (size_t i = 0; i < n && r == 0; i++)
		r = MIN(index_get(folders_index(p->m->folders), ids[i], pour_row, p, err), 0);
	if (p->put && commit(p, r == 0 ? err : &own) != 0)
		r = -1;
	box_put_close(&p->put);
	free(ids);
	return r;
}

static int to_mbox(struct pour *p, const char *to, struct err *err)
{
	struct err own = ERR_INIT;
	char *part = beside(to);
	int r;

	if (access(to, F_OK) == 0)
		r = err_set(err, ERR_EXISTS, _("%s is there already; nothing was written."), to);
	else if ((fs_unlink(FS_CWD, part) != 0 && errno != ENOENT) || box_create(part, BOX_MBOX, err) != 0)
		r = err->kind == ERR_NONE ? err_sys(err, _("Can't write %s"), part) : -1;
	else if ((r = pour_ids(p, part, err)) == 0)
		r = box_move(part, to, err);
	else if (box_kind_of(part, &own) == BOX_MBOX)
		fs_unlink(FS_CWD, part);
	free(part);
	return r;
}

static int to_stdout(struct pour *p, struct err *err)
{
	char name[] = "/tmp/pabal-export-XXXXXX";
	const char *dir = getenv("TMPDIR");
	char *tmp = dir ? path_join(dir, "pabal-export-XXXXXX") : mem_strdup(name);
	int fd = mkstemp(tmp), r;
	struct sink sink;
	struct src src;

	if (fd < 0) {
		r = err_sys(err, _("Can't make the file %s"), tmp);
	} else {
		r = pour_ids(p, tmp, err);
		if (r == 0) {
			src_range(&src, fd, 0, -1);
			sink_fd(&sink, STDOUT_FILENO);
			r = src_copy(&src, &sink, err);
			src_release(&src);
		}
		fs_unlink(FS_CWD, tmp);
		fs_close(&fd);
	}
	free(tmp);
	return r;
}

int export_run(struct manage *m, struct err *err)
{
	struct pour p = { .m = m, .err = err };
	const char *given = m->spec->to;
	char *to = path_expand(given);
	size_t n = strlen(to);
	int r;

	str_init(&p.mem, 2 << 20);
	if (strcmp(given, "-") == 0) {
		r = to_stdout(&p, err);
	} else if (maildir_is(to) || (n && to[n - 1] == '/')) {
		while (n > 1 && to[n - 1] == '/')
			to[--n] = 0;
		p.named = true;
		r = open_target(to, err);
		if (r > 0)
			r = pour_ids(&p, to, err);
	} else {
		r = to_mbox(&p, to, err);
	}
	if (r == 0)
		manage_tell(m, "export", to, p.done);
	str_release(&p.mem);
	free(to);
	return r;
}
