/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rewrite: a stored message is written anew: without a part, or with another label.  The
 * new one is stored first, then the old one goes into the trash: a crash between the two
 * leaves both.  For undo the new one is noted as one that came from the trash: it goes
 * there when the old one comes back.  Of a message whose lines end in CR alone all bytes
 * that stay are copied as they are, and what is new ends its lines so.
 */
#include "priv.h"
#include <fcntl.h>

struct rewrite {
	struct manage *m; struct err *err;
	struct str mem; int fd; bool cr;        /* cr: lines end in CR alone    */
	struct index_row row; char *name; bool found;
	char *fresh;            /* the new one, as journal_item.to_name */
	int64_t *action;        /* of all of them in the journal; 0: not yet    */
};

static int take(void *ctx, const struct index_row *row)
{
	struct rewrite *s = ctx;

	s->row = *row;
	s->name = mem_strdup(row->msg.ref.name);
	s->row.msg.ref.name = s->name;
	s->found = true;
	return 0;
}

/* The tree of the message: CR alone is read as LF, so its offsets are those of the bytes. */
static struct mime_tree *parse(struct rewrite *s)
{
	struct mime_tree *tree = NULL;
	int fd = s->fd < 0 ? -1 : fcntl(s->fd, F_DUPFD_CLOEXEC, 3);
	struct str mem;

	if (s->fd >= 0 && fd < 0) {
		err_sys(s->err, "%s", _("A message can't be read"));
		return NULL;
	}
	str_init(&mem, STR_MAX);
	if (s->fd < 0) {
		str_addsl(&mem, str_sl(&s->mem));
		s->cr = lines_mend(&mem);
	} else if (message_mend(&fd, &mem, s->err) == 0) {
		s->cr = fd < 0;
	}
	if (fd >= 0)
		tree = mime_parse_fd(fd, 0, -1, &mime_limits_default, s->err);
	else if (s->fd < 0 || s->cr)
		tree = mime_parse_mem(str_sl(&mem), &mime_limits_default);
	if (fd >= 0)
		fs_close(&fd);
	str_release(&mem);
	return tree;
}

static void set_ends(const struct rewrite *s, struct str *text)
{
	for (size_t i = 0; s->cr && i < text->n; i++)
		if (text->p[i] == '\n')
			text->p[i] = '\r';
}

/* What stands in its place. */
static void note(const struct part *p, struct str *out)
{
	int64_t now = rt_now() / 1000000;
	struct str name;

	str_init(&name, 1024);
	utf8_sanitize(&name, sl(p->filename ? p->filename : _("without a name")), CLEAN_LINE);
	str_adds(out, "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\nContent-Disposition: inline\n\n[");
	str_addf(out, _("A part was removed here: %s, %s/%s, %llu bytes. "), name.p, p->type, p->subtype, (unsigned long long)(p->end - p->body));
	date_write(out, now, date_zone(now));
	str_addc(out, ']');
	str_release(&name);
}

static int copy(struct rewrite *s, off_t from, off_t to, struct sink *sink)
{
	struct src src;
	int r;

	if (s->fd >= 0)
		src_range(&src, s->fd, from, to);
	else
		src_mem(&src, sl_make(s->mem.p + from, (size_t)(to - from)));
	r = src_copy(&src, sink, s->err);
	src_release(&src);
	return r;
}

/* The message without the part, in a nameless file. */
static int without(struct rewrite *s, const struct mime_tree *tree, const struct part *p)
{
	int fd = fs_tmpfile(s->m->conf->data, s->err), r;
	struct sink sink;
	struct str text;

	if (fd < 0)
		return -1;
	str_init(&text, 65536);
	note(p, &text);
	set_ends(s, &text);
	sink_fd(&sink, fd);
	r = copy(s, 0, p->head, &sink);
	if (r == 0)
		r = sink_write(&sink, str_sl(&text), s->err);
	if (r == 0)
		r = copy(s, p->end, tree->size, &sink);
	str_release(&text);
	if (r != 0)
		fs_close(&fd);
	return fd;
}

/* ---- labels ---- */

/* All of the header but its blank line, with X-Label as it shall be, and no other; "": none. */
static int label_header(struct slice header, const char *label, struct str *out)
{
	const char *from = header.p, *end = header.p + header.n;
	struct slice rest = header;
	struct hdr h;

	while (hdr_next(&rest, &h) == 1) {
		if (!sl_iis(h.name, "X-Label"))
			continue;
		str_addsl(out, sl_range(from, h.whole.p));
		from = h.whole.p + h.whole.n;
	}
	if (sl_is(header, "\n") || sl_ends(header, "\n\n"))
		end -= 1;
	else if (sl_is(header, "\r\n") || sl_ends(header, "\r\n\r\n"))
		end -= 2;
	if (from < end)
		str_addsl(out, sl_range(from, end));
	if (out->n && out->p[out->n - 1] != '\n')
		str_addc(out, '\n');
	return label[0] ? hdr_write_text(out, "X-Label", sl(label)) : 0;
}

/* The message with this label, in a nameless file. */
static int labelled(struct rewrite *s, const struct mime_tree *tree)
{
	int fd = fs_tmpfile(s->m->conf->data, s->err), r = 0;
	struct str header, text;
	struct sink sink;

	if (fd < 0)
		return -1;
	str_init(&header, s->fd < 0 ? STR_MAX : mime_limits_default.header);
	str_init(&text, 2 * mime_limits_default.header);
	sink_fd(&sink, fd);
	if (s->fd >= 0)
		r = hdr_read(s->fd, 0, &header) == 0 ? 0 : err_sys(s->err, "%s", _("A message can't be read"));
	else
		str_addsl(&header, str_sl(&s->mem));
	if (s->fd < 0) {
		lines_mend(&header);
		str_cut(&header, hdr_length(str_sl(&header)));
	}
	if (r == 0 && label_header(str_sl(&header), s->m->spec->to, &text) != 0)
		r = err_set(s->err, ERR_INPUT, "%s", _("This can't be a label."));
	str_addc(&text, '\n');
	set_ends(s, &text);
	if (r == 0)
		r = sink_write(&sink, str_sl(&text), s->err);
	if (r == 0)
		r = copy(s, (off_t)header.n, tree->size, &sink);
	str_release(&header);
	str_release(&text);
	if (r != 0)
		fs_close(&fd);
	return fd;
}

static void lies(void *ctx, size_t i, const struct box_ref *ref)
{
	struct rewrite *s = ctx;

	(void)i;
	s->fresh = change_to_name(ref);
}

static int store(struct rewrite *s, int fd)
{
	struct box_meta meta = { .flags = s->row.msg.flags & ~(unsigned)FLAG_FRESH, .received = s->row.msg.received };
	const char *path = folder_of(s->m->folders, s->row.msg.folder);
	struct box_put *put = NULL;
	struct src src;
	int r;

	if (box_put_open(&put, path, "", s->err) != 0)
		return -1;
	src_range(&src, fd, 0, -1);
	r = box_put(put, &src, &meta, NULL, s->err);
	if (r == 0)
		r = box_put_commit(put, lies, s, s->err);
	src_release(&src);
	box_put_close(&put);
	return r;
}

static int drop_old(struct rewrite *s)
{
	const char *what = s->m->spec->to ? _("label") : _("remove a part"), *path = folder_of(s->m->folders, s->row.msg.folder);
	struct journal_item new = { .name = "", .to_name = s->fresh };
	struct journal_row back = { .at = rt_now() / 1000000, .what = what, .kind = 'm', .state = JOURNAL_DONE, .to = path, .v = &new, .n = 1 };
	struct change *c;
	char *trash, *base;
	int64_t id;
	int r;

	if (change_begin(&c, s->m->front, s->m->folders, s->m->state, what, s->err) != 0)
		return -1;
	if (change_delete(c, &s->row, s->err) != 0) {
		change_end(&c, NULL, NULL, &(struct err){ 0 });
		return -1;
	}
	base = sl_dup(entry_base(s->name ? s->name : ""));
	if (*s->action)
		c->action = *s->action;
	back.action = *s->action = c->action;
	back.from = trash = c->groups[0].kind == 'm' ? mem_strdup(c->groups[0].to) : NULL;
	r = change_end(&c, NULL, NULL, s->err) == 1 ? 0 : -1;
	if (r == 0 && trash && s->fresh)
		r = state_journal_put(s->m->state, &back, s->err);
	/* it was not deleted: the server may keep its copy */
	if (r == 0 && s->fresh && s->fresh[0] != '#')
		r = state_uidl_moved(s->m->state, path, base, path, s->fresh, s->err);
	free(base);
	free(trash);
	return r == 0 && folder_sync(s->m->folders, path, UINT64_MAX, NULL, &id, s->err) >= 0 ? 0 : -1;
}

static int rewrite_one(struct rewrite *s)
{
	struct box *box = folder_box(s->m->folders, s->row.msg.folder, s->err);
	struct mime_tree *tree = NULL;
	const struct part *p;
	int fd = -1, r = -1;

	if (!box || box_read(box, &s->row.msg.ref, &s->mem, &s->fd, s->err) != 0)
		return -1;
	if (box->read_only)
		return err_set(s->err, ERR_INPUT, _("%s can only be read."), box->path);
	tree = parse(s);
	p = tree && s->m->spec->item ? tree_find(tree, sl(s->m->spec->item)) : NULL;
	if (tree && s->m->spec->to)
		fd = labelled(s, tree);
	else if (tree && (!p || !p->parent || p->kind == PART_MULTI))
		err_set(s->err, ERR_NOTFOUND, _("The message has no part %s that could be removed."), s->m->spec->item);
	else if (tree)
		fd = without(s, tree, p);
	if (fd >= 0) {
		r = store(s, fd);
		fs_close(&fd);
	}
	tree_free(&tree);
	return r == 0 ? drop_old(s) : -1;
}

static int one(struct manage *m, int64_t id, int64_t *action, struct err *err)
{
	struct rewrite s = { .m = m, .err = err, .fd = -1, .action = action };
	int r = -1;

	str_init(&s.mem, STR_MAX);
	if (index_get(folders_index(m->folders), id, take, &s, err) == 1)
		r = rewrite_one(&s);
	else
		err_set(err, ERR_NOTFOUND, "%s", _("This message is not there any more."));
	if (s.fd >= 0)
		fs_close(&s.fd);
	if (r == 0)
		manage_tell(m, m->spec->what, folder_of(m->folders, s.row.msg.folder), 1);
	str_release(&s.mem);
	free(s.fresh);
	free(s.name);
	return r;
}

int rewrite_run(struct manage *m, struct err *err)
{
	int64_t *ids = NULL, action = 0;
	size_t n = 0;
	int r;

	if ((!m->spec->item && !m->spec->to) || !m->spec->ids)
		return err_set(err, ERR_INPUT, "%s", _("Say what of which messages."));
	r = change_choose(m->front, m->folders, m->spec, &ids, &n, err);
	if (r == 0 && n == 0)
		r = err_set(err, ERR_NOTFOUND, "%s", _("This message is not there any more."));
	for (size_t i = 0; i < n && r == 0; i++) {
		front_progress(m->front, i, n, "");
		r = front_stop(m->front) ? manage_stopped(err) : one(m, ids[i], &action, err);
	}
	free(ids);
	return r;
}
