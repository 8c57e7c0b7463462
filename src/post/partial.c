/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * partial: a message that was sent in pieces (RFC 2046 5.2.2), joined where all of them lie
 * in one mailbox, or are open.  In a mailbox they are looked for among what the same sender
 * sent.
 */
#include "priv.h"
#include <unistd.h>

#define PIECES_MAX 1000
#define JOINED_MAX ((size_t)256 << 20)

struct piece { bool found; char *name; struct box_ref ref; int fd; };     /* fd: where name is NULL */

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

/* The place of the piece with that header; NULL: it is none of this message, or is there already. */
static struct piece *place(struct joining *j, struct slice header)
{
	uint64_t number, total;
	char *id = NULL;
	bool ours = read_piece(header, &id, &number, &total) && strcmp(id, j->id) == 0;

	free(id);
	if (!ours)
		return NULL;
	if (!j->total)          /* only the last one has to say how many there are */
		j->total = total;
	if (j->v[number].found)
		return NULL;
	j->v[number].found = true;
	j->found++;
	return &j->v[number];
}

static int take_one(void *ctx, const struct index_row *row)
{
	struct err ignored = ERR_INIT;
	struct joining *j = ctx;
	struct piece *piece = NULL;
	struct str head;

	str_init(&head, mime_limits_default.header);
	if (take_header(j, row, &head, &ignored) == 0)
		piece = place(j, str_sl(&head));
	if (piece) {
		piece->ref = row->msg.ref;
		piece->ref.name = piece->name = mem_strdup(row->msg.ref.name);
	}
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

static int read_whole(struct joining *j, const struct piece *piece, struct str *mem, struct err *err)
{
	struct sink sink;
	struct src src;
	int fd = piece->fd, r = 0;

	if (piece->name)
		r = box_read(j->box, &piece->ref, mem, &fd, err);
	if (r == 0 && fd >= 0) {
		str_clear(mem);
		sink_str(&sink, mem);
		src_range(&src, fd, 0, -1);
		r = src_copy(&src, &sink, err);
		src_release(&src);
	}
	if (piece->name && fd >= 0)
		fs_close(&fd);
	return r;
}

static int add_piece(struct joining *j, size_t k, struct str *out, struct err *err)
{
	struct str mem;
	int r;

	str_init(&mem, JOINED_MAX);
	r = read_whole(j, &j->v[k], &mem, err);
	if (r == 0 && k == 1)
		add_first(str_sl(&mem), out);
	else if (r == 0)
		str_addsl(out, sl_skip(str_sl(&mem), hdr_length(str_sl(&mem))));
	if (r == 0 && out->full)
		r = err_set(err, ERR_LIMIT, "%s", _("The pieces of this message are too large to be joined."));
	str_release(&mem);
	return r;
}

/* "2, 4-6"; "2, 4-" where nobody says how many there are. */
static void say_missing(const struct joining *j, struct str *out)
{
	size_t last = j->total ? j->total : PIECES_MAX;

	for (size_t k = 1, to; k <= last; k = to + 1) {
		for (to = k; to < last && !j->v[k].found && !j->v[to + 1].found; to++)
			;
		if (j->v[k].found)
			continue;
		str_addf(out, "%s%zu", out->n ? ", " : "", k);
		if (to > k)
			str_addc(out, '-');
		if (to > k && j->total)
			str_addf(out, "%zu", to);
	}
}

/* 1: joined, 0: some are missing, -1. */
static int join(struct joining *j, struct str *out, struct partial *p, struct err *err)
{
	struct str missing;
	int r = 1;

	str_init(&missing, sizeof(p->missing));
	say_missing(j, &missing);
	snprintf(p->missing, sizeof(p->missing), "%s%s", missing.n ? missing.p : "", missing.full ? " ..." : "");
	p->found = (unsigned)j->found;
	p->total = (unsigned)j->total;
	for (size_t k = 1; k <= j->total && !missing.n && r == 1; k++)
		r = add_piece(j, k, out, err) == 0 ? 1 : -1;
	r = r == 1 ? !missing.n : r;
	str_release(&missing);
	return r;
}

static void joining_release(struct joining *j)
{
	for (size_t k = 0; j->v && k <= PIECES_MAX; k++)
		free(j->v[k].name);
	free(j->v);
	free(j->id);
	free(j->from);
}

/* ---- those that lie in a mailbox ---- */

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

int partial_join(struct folders *folders, int64_t id, struct str *out, struct partial *p, struct err *err)
{
	struct joining j = { .folders = folders, .until = rt_mono() + 500000, .err = err };
	struct first f = { .j = &j };
	int r = index_get(folders_index(folders), id, take_first, &f, err);

	*p = (struct partial){ 0 };
	r = r == 1 ? f.r : r;
	if (r == 1)
		r = look_around(&j, f.folder, err) == 0 ? join(&j, out, p, err) : -1;
	joining_release(&j);
	return r;
}

/* ---- those that are open ---- */

static int take_open(struct joining *j, int fd, struct err *err)
{
	struct piece *piece = NULL;
	struct str head;
	int r;

	str_init(&head, mime_limits_default.header);
	r = hdr_read(fd, 0, &head) < 0 ? err_sys(err, "%s", _("A message can't be read")) : 0;
	if (r == 0 && !j->id && read_piece(str_sl(&head), &j->id, &j->number, &j->total))
		j->v = mem_zalloc((PIECES_MAX + 1) * sizeof(*j->v));
	if (r == 0 && j->id)
		piece = place(j, str_sl(&head));
	if (piece)
		piece->fd = fd;
	str_release(&head);
	return r == 0 ? piece != NULL : r;
}

int partial_join_open(const int *fds, size_t n, struct str *out, struct partial *p, struct err *err)
{
	struct joining j = { .err = err };
	int r = 1;

	*p = (struct partial){ 0 };
	for (size_t i = 0; i < n && r == 1; i++)
		r = take_open(&j, fds[i], err);
	if (r == 1)
		r = join(&j, out, p, err);
	else if (r == 0 && n > 1)
		r = err_set(err, ERR_INPUT, "%s", _("These are not the pieces of one message."));
	joining_release(&j);
	return r;
}
