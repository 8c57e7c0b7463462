/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * partial: a message that was sent in pieces (RFC 2046 5.2.2), joined where all of them lie
 * in one mailbox.  The pieces are looked for among what the same sender sent.
 */
#include "priv.h"
#include <unistd.h>

#define PIECES_MAX 1000
#define JOINED_MAX ((size_t)256 << 20)

struct piece { bool found; char *name; struct box_ref ref; };

struct joining {
	struct folders *folders; struct box *box;
	char *id; uint64_t number, total;
	char *from;
	struct piece *v;                /* by their numbers                      */
	size_t found;
	int64_t until;
	struct err *err;
};

/* ---- what a piece says of itself ---- */

static bool read_piece(struct slice header, char **id, uint64_t *number, uint64_t *total)
{
	struct mime_tree *t = mime_parse_mem(header, NULL);
	const struct part *root = t->root;
	const char *n = params_get(&root->params, "number"), *of = params_get(&root->params, "total"), *said = params_get(&root->params, "id");
	bool good = part_is(root, "message", "partial") && n && said && sl_u64(sl(n), PIECES_MAX, number) == 0 && *number > 0;

	*total = 0;
	if (good && of)
		good = sl_u64(sl(of), PIECES_MAX, total) == 0 && *total >= *number;
	if (!good)
		*total = 0;
	*id = good ? mem_strdup(said) : NULL;
	tree_free(&t);
	return good;
}

static int take_header(struct joining *j, const struct index_row *row, struct str *head, struct err *err)
{
	uint64_t size;

	str_clear(head);
	j->box = folder_box(j->folders, row->msg.folder, err);
	return j->box && box_header(j->box, &row->msg.ref, head, &size, err) == 0 ? 0 : -1;
}

static int take_one(void *ctx, const struct index_row *row)
{
	struct err ignored = ERR_INIT;
	struct joining *j = ctx;
	uint64_t number, total;
	struct str head;
	char *id = NULL;

	str_init(&head, mime_limits_default.header);
	if (take_header(j, row, &head, &ignored) == 0 && read_piece(str_sl(&head), &id, &number, &total) && strcmp(id, j->id) == 0) {
		if (!j->total)          /* only the last one has to say how many there are */
			j->total = total;
		if (!j->v[number].found) {
			j->v[number] = (struct piece){ .found = true, .name = mem_strdup(row->msg.ref.name), .ref = row->msg.ref };
			j->v[number].ref.name = j->v[number].name;
			j->found++;
		}
	}
	free(id);
	str_release(&head);
	return 0;
}

static bool too_long(void *ctx)
{
	const struct joining *j = ctx;

	return rt_mono() >= j->until;
}

/* Messages of the same sender in that mailbox. */
static int look_around(struct joining *j, int64_t folder, struct err *err)
{
	struct search_spec spec = { .folders = &folder, .n = 1, .sort = SORT_DATE, .stop = too_long, .ctx = j };
	struct query_error bad;
	struct query *q = NULL;
	struct search *s = NULL;
	struct str pattern;
	int r = 1;

	str_init(&pattern, 8192);
	str_adds(&pattern, "=f \"");
	for (const char *p = j->from; *p; p++)
		str_addf(&pattern, *p == '"' || *p == '\\' ? "\\%c" : "%c", *p);
	str_addc(&pattern, '"');
	if (query_parse(str_sl(&pattern), rt_now() / 1000000, &q, &bad) != 0)
		r = err_set(err, ERR_INPUT, "%s", bad.text);
	spec.query = q;
	if (r == 1 && search_open(&s, j->folders, &spec, err) != 0)
		r = -1;
	while (r == 1 && !too_long(j))
		r = search_next(s, 256, take_one, j, err);
	search_close(&s);
	query_free(&q);
	str_release(&pattern);
	return r < 0 ? -1 : 0;
}

/* ---- one message of them ---- */

static bool is_of_the_whole(struct slice name)
{
	return sl_istarts(name, "Content-") || sl_iis(name, "Subject") || sl_iis(name, "Message-ID") || sl_iis(name, "Encrypted") ||
		sl_iis(name, "MIME-Version");
}

static void add_fields(struct slice header, bool whole, struct str *out)
{
	struct hdr h;

	while (hdr_next(&header, &h) == 1) {
		if (is_of_the_whole(h.name) != whole)
			continue;
		str_addsl(out, h.whole);
		if (!sl_ends(h.whole, "\n"))
			str_addc(out, '\n');
	}
}

/* RFC 2046 5.2.2.1: of the first piece its own fields, then those of what is in it. */
static void add_first(struct slice message, struct str *out)
{
	size_t n = hdr_length(message);
	struct slice inside = sl_skip(message, n);

	add_fields(sl_head(message, n), false, out);
	n = hdr_length(inside);
	add_fields(sl_head(inside, n), true, out);
	str_addc(out, '\n');
	str_addsl(out, sl_skip(inside, n));
}

static int add_piece(struct joining *j, size_t k, struct str *out, struct err *err)
{
	struct str mem;
	struct sink sink;
	struct src src;
	int fd = -1, r;

	str_init(&mem, JOINED_MAX);
	r = box_read(j->box, &j->v[k].ref, &mem, &fd, err);
	if (r == 0 && fd >= 0) {
		str_clear(&mem);
		sink_str(&sink, &mem);
		src_range(&src, fd, 0, -1);
		r = src_copy(&src, &sink, err);
		src_release(&src);
		fs_close(&fd);
	}
	if (r == 0 && k == 1)
		add_first(str_sl(&mem), out);
	else if (r == 0)
		str_addsl(out, sl_skip(str_sl(&mem), hdr_length(str_sl(&mem))));
	if (r == 0 && out->full)
		r = err_set(err, ERR_LIMIT, "%s", _("The pieces of this message are too large to be joined."));
	str_release(&mem);
	return r;
}

static int begin(struct joining *j, int64_t *folder, const struct index_row *row, struct err *err)
{
	struct str head, from;
	struct env env;
	int r = 0;

	str_init(&head, mime_limits_default.header);
	str_init(&from, 8192);
	if (take_header(j, row, &head, err) != 0)
		r = -1;
	else if (read_piece(str_sl(&head), &j->id, &j->number, &j->total)) {
		env_parse(str_sl(&head), &mime_limits_default, &env);
		if (env.from.n && addr_spec(&env.from.v[0], &from) == 0) {
			j->from = str_detach(&from);
			j->v = mem_zalloc((PIECES_MAX + 1) * sizeof(*j->v));
			*folder = row->msg.folder;
			r = 1;
		}
		env_release(&env);
	}
	str_release(&head);
	str_release(&from);
	return r;
}

struct first { struct joining *j; int64_t folder; int r; };

static int take_first(void *ctx, const struct index_row *row)
{
	struct first *f = ctx;

	f->r = begin(f->j, &f->folder, row, f->j->err);
	return 0;
}

int partial_join(struct folders *folders, int64_t id, struct str *out, unsigned *found, unsigned *total, struct err *err)
{
	struct joining j = { .folders = folders, .until = rt_mono() + 500000, .err = err };
	struct first f = { .j = &j };
	int r = index_get(folders_index(folders), id, take_first, &f, err);

	*found = *total = 0;
	r = r == 1 ? f.r : r;
	if (r == 1)
		r = look_around(&j, f.folder, err) == 0 ? 1 : -1;
	*found = (unsigned)j.found;
	*total = (unsigned)j.total;
	if (r == 1) {
		bool all = j.total > 0 && j.found >= j.total;

		for (size_t k = 1; k <= j.total && all; k++)
			all = j.v[k].found;
		for (size_t k = 1; k <= j.total && all && r == 1; k++)
			r = add_piece(&j, k, out, err) == 0 ? 1 : -1;
		r = r == 1 ? all : r;
	}
	for (size_t k = 0; j.v && k <= PIECES_MAX; k++)
		free(j.v[k].name);
	free(j.v);
	free(j.id);
	free(j.from);
	return r;
}
