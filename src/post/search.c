/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * search: the messages that a pattern finds.  The index gives candidates, in
 * order; a message is read only where the index can't say (a regular expression,
 * raw headers, a phrase, a text that is not in yet).
 *
 * Invariants.
 * 1. What the index is asked finds all that the pattern finds: a part that it can't
 *    answer stands for everything, and so does what is negated around one.
 * 2. A candidate is found without being read only when the whole pattern was
 *    answered, and, where it speaks of texts, its text is in.
 */
#include "post/priv.h"
#include <unistd.h>

#define CHUNK 256               /* candidates between two questions for a stop */
#define TEXT_MAX (4 << 20)
#define HEADER_MAX (1 << 20)

struct search {
	struct folders *folders;
	struct search_spec spec;
	struct find *find;
	struct view *view;
	bool exact, uses_text;
	uint64_t at;            /* candidates looked at                         */
};

/* ---- pattern to what the index is asked ---- */

static struct find *node(enum find_kind kind)
{
	struct find *f = mem_zalloc(sizeof(*f));

	f->kind = kind;
	return f;
}

static void find_free(struct find *f)
{
	struct find *next;

	for (; f; f = next) {
		next = f->next;
		find_free(f->child);
		free(f);
	}
}

/* Text is borrowed from the pattern. */
static struct find *text(enum find_kind kind, const char *z)
{
	struct find *f = node(kind);

	f->text = z;
	return f;
}

static struct find *range(enum find_kind kind, int64_t min, int64_t max)
{
	struct find *f = node(kind);

	f->min = min;
	f->max = max;
	return f;
}

static struct find *with(struct find *group, struct find *child)
{
	child->next = group->child;
	group->child = child;
	return group;
}

static struct find *not(struct find *f)
{
	f->negated = !f->negated;
	return f;
}

/* An address of mine, or of a list: its text somewhere in From or To and Cc. */
static struct find *who(const struct conf *c, char letter)
{
	struct find *any = node(FIND_OR);
	size_t n = letter == 'l' ? c->lists.n : c->n_accounts;

	for (size_t i = 0; i < n; i++) {
		const char *local = letter == 'l' ? c->lists.v[i].local : c->accounts[i].address.local;

		if (letter == 'P') {
			with(any, text(FIND_FROM, local));
		} else {
			with(any, text(FIND_TO, local));
			with(any, text(FIND_CC, local));
		}
	}
	return any;
}

static struct find *fact(const struct query *q)
{
	switch (q->letter) {
	case 'd': return range(FIND_DATE, q->min, q->max);
	case 'r': return range(FIND_RECEIVED, q->min, q->max);
	case 'z': return range(FIND_SIZE, q->min, q->max);
	case 'X': return range(FIND_ATTACHMENTS, q->min, q->max);
	case 'D': return range(FIND_FLAGS, FLAG_TRASHED, 0);
	case 'F': return range(FIND_FLAGS, FLAG_FLAGGED, 0);
	case 'Q': return range(FIND_FLAGS, FLAG_REPLIED, 0);
	case 'R': return range(FIND_FLAGS, FLAG_SEEN, 0);
	case 'U': return not(range(FIND_FLAGS, FLAG_SEEN, 0));
	case 'N': return with(with(node(FIND_AND), not(range(FIND_FLAGS, FLAG_SEEN, 0))), range(FIND_FLAGS, FLAG_FRESH, 0));
	case 'O': return not(range(FIND_FLAGS, FLAG_SEEN | FLAG_FRESH, 0));
	case '=': return node(FIND_DUPLICATE);
	case '$': return node(FIND_ALONE);
	case 'T': case 'v': return not(node(FIND_ALL));  /* tags and folds are a screen's */
	}
	return NULL;
}

/* NULL: the index can't say. */
static struct find *in_text(const struct query *q, bool *exact)
{
	enum find_kind kind;

	if (q->letter == 0 || q->letter == 'b') {
		*exact = words_exact(q->text);
		return q->how == QUERY_FOLD ? text(q->letter ? FIND_TEXT : FIND_WORDS, q->text) : NULL;
	}
	if (q->how == QUERY_REGEX)
		return NULL;
	*exact = q->how == QUERY_FOLD;
	switch (q->letter) {
	case 'f': kind = FIND_FROM; break;
	case 't': kind = FIND_TO; break;
	case 'c': kind = FIND_CC; break;
	case 's': kind = FIND_SUBJECT; break;
	case 'i': kind = FIND_MSGID; break;
	case 'C': return with(with(node(FIND_OR), text(FIND_TO, q->needle)), text(FIND_CC, q->needle));
	case 'L': return with(with(with(node(FIND_OR), text(FIND_TO, q->needle)), text(FIND_CC, q->needle)), text(FIND_FROM, q->needle));
	default: return NULL;
	}
	return text(kind, q->needle);
}

static struct find *convert(const struct conf *c, const struct query *q, bool *exact);

static struct find *convert_bare(const struct conf *c, const struct query *q, bool *exact)
{
	struct find *f = NULL;

	*exact = true;
	switch (q->kind) {
	case QUERY_ALL:
		return node(FIND_ALL);
	case QUERY_TERM:
		if (q->needle) {
			f = in_text(q, exact);
		} else if (strchr("pPl", q->letter)) {
			f = who(c, q->letter);
			*exact = false;
		} else {
			f = fact(q);
		}
		break;
	case QUERY_AND:
	case QUERY_OR:
		f = node(q->kind == QUERY_AND ? FIND_AND : FIND_OR);
		for (const struct query *child = q->child; child; child = child->next) {
			bool one;

			with(f, convert(c, child, &one));
			*exact = *exact && one;
		}
		break;
	case QUERY_THREAD:
		f = convert(c, q->child, exact);
		f = with(node(FIND_THREAD), f);
		break;
	}
	if (f)
		return f;
	*exact = false;
	return node(FIND_ALL);
}

/* Invariant 1. */
static struct find *convert(const struct conf *c, const struct query *q, bool *exact)
{
	struct find *f = convert_bare(c, q, exact);

	if (!q->negated)
		return f;
	if (*exact)
		return not(f);
	find_free(f);
	return node(FIND_ALL);
}

static struct find *in_folders(const struct search_spec *spec, struct find *f)
{
	struct find *any, *all = with(node(FIND_AND), f);

	if (spec->n == 0)
		return with(with(all, not(range(FIND_ROLE, 't', 0))), not(range(FIND_ROLE, 'j', 0)));
	any = node(FIND_OR);
	for (size_t i = 0; i < spec->n; i++)
		with(any, range(FIND_FOLDER, spec->folders[i], 0));
	return with(all, any);
}

/* ---- one message against the whole pattern ---- */

struct test {
	struct folders *folders;
	const struct index_row *row;
	struct env env;
	struct str mem, head, text;
	int fd;
	bool read;              /* mem or fd hold the message                   */
	unsigned attachments;   /* known with the text                          */
};

static int read_message(struct test *t, struct err *err)
{
	struct box *box;

	if (t->read)
		return 0;
	box = folder_box(t->folders, t->row->msg.folder, err);
	if (!box || box_read(box, &t->row->msg.ref, &t->mem, &t->fd, err) != 0 || message_mend(&t->fd, &t->mem, err) != 0)
		return -1;
	t->read = true;
	return 0;
}

static int get_header(void *ctx, struct slice *out, struct err *err)
{
	struct test *t = ctx;
	struct box *box;
	uint64_t size;

	if (t->read && t->fd < 0) {
		*out = sl_head(str_sl(&t->mem), hdr_length(str_sl(&t->mem)));
		return 0;
	}
	if (t->head.n == 0) {
		box = folder_box(t->folders, t->row->msg.folder, err);
		if (!box || box_header(box, &t->row->msg.ref, &t->head, &size, err) != 0)
			return -1;
	}
	*out = str_sl(&t->head);
	return 0;
}

static int get_raw(void *ctx, struct slice *out, struct err *err)
{
	struct test *t = ctx;
	struct sink sink;
	struct src src;
	int r = read_message(t, err);

	if (r == 0 && t->fd >= 0 && t->mem.n == 0) {
		src_range(&src, t->fd, 0, -1);
		sink_str(&sink, &t->mem);
		r = src_copy(&src, &sink, err);
		src_release(&src);
	}
	*out = str_sl(&t->mem);
	return r;
}

static int get_body(void *ctx, struct slice *out, struct err *err)
{
	struct test *t = ctx;
	struct mime_tree *tree;
	int r = -1;

	if (read_message(t, err) != 0)
		return -1;
	tree = t->fd >= 0 ? mime_parse_fd(t->fd, 0, -1, &mime_limits_default, err)
		: mime_parse_mem(str_sl(&t->mem), &mime_limits_default);
	if (tree)
		r = tree_text(tree, t->fd, str_sl(&t->mem), TEXT_MAX, &t->text, &t->attachments, err);
	tree_free(&tree);
	*out = str_sl(&t->text);
	return r;
}

static bool is_me(void *ctx, const struct addr *a)
{
	struct test *t = ctx;

	return conf_account_by_address(folders_conf(t->folders), a) != NULL;
}

static bool is_list(void *ctx, const struct addr *a)
{
	struct test *t = ctx;
	const struct addrs *lists = &folders_conf(t->folders)->lists;

	for (size_t i = 0; i < lists->n; i++)
		if (addr_same(&lists->v[i], a))
			return true;
	return false;
}

struct mates { struct folders *folders; const struct query *q; struct err *err; bool found; };

static int try_mate(void *ctx, const struct index_row *row)
{
	struct mates *m = ctx;
	int r = m->found ? 0 : search_test(m->folders, m->q, row, m->err);

	m->found = m->found || r > 0;
	return r < 0 && m->err->kind != ERR_NOTFOUND ? -1 : 0;
}

static int in_thread(void *ctx, const struct query *q, struct err *err)
{
	struct test *t = ctx;
	struct mates m = { t->folders, q, err, false };
	struct find one = { .kind = FIND_ID, .min = t->row->msg.id };
	struct find all = { .kind = FIND_THREAD, .child = &one };
	struct view *v;
	int r;

	if (view_find(folders_index(t->folders), &all, SORT_DATE, false, &v, err) != 0)
		return -1;
	r = view_rows(v, 0, UINT64_MAX, try_mate, &m, err);
	view_close(&v);
	return r != 0 ? -1 : m.found;
}

static int take_rcpt(void *ctx, char kind, const char *name, const char *addr)
{
	struct test *t = ctx;
	struct addr a = { .name = name[0] ? (char *)(uintptr_t)name : NULL };
	struct addrs parsed = { 0 };

	addrs_parse(sl(addr), &mime_limits_default, &parsed);
	if (parsed.n) {
		a.local = parsed.v[0].local;
		a.domain = parsed.v[0].domain;
		addrs_add(kind == 't' ? &t->env.to : &t->env.cc, &a);
	}
	addrs_release(&parsed);
	return 0;
}

/* What the index knows of the header; false: it does not know all that is asked. */
static bool knows_env(const struct query *q)
{
	if (q->kind == QUERY_TERM && (q->letter == 'e' || q->letter == 'x'))
		return false;
	for (const struct query *child = q->child; child; child = child->next)
		if (!knows_env(child))
			return false;
	return true;
}

static int fill_env(struct test *t, const struct query *q, struct err *err)
{
	const struct index_row *row = t->row;
	struct slice head;

	if ((query_needs(q) & (QUERY_NEEDS_ENV | QUERY_NEEDS_WHO)) == 0) {
		t->env.subject = mem_strdup("");
	} else if (!knows_env(q)) {
		if (get_header(t, &head, err) != 0)
			return -1;
		env_parse(head, &mime_limits_default, &t->env);
	} else {
		struct addr a = { .name = row->from_name[0] ? (char *)(uintptr_t)row->from_name : NULL };
		struct addrs from = { 0 };

		addrs_parse(sl(row->from), &mime_limits_default, &from);
		if (from.n || a.name) {
			a.local = from.n ? from.v[0].local : (char[]){ "" };
			a.domain = from.n ? from.v[0].domain : NULL;
			addrs_add(&t->env.from, &a);
		}
		addrs_release(&from);
		t->env.subject = mem_strdup(row->subject);
		t->env.message_id = row->message_id[0] ? mem_strdup(row->message_id) : NULL;
		if (index_rcpts(folders_index(t->folders), row->msg.id, take_rcpt, t, err) != 0)
			return -1;
	}
	t->env.date = (struct date){ row->date, row->zone, true };
	return 0;
}

int search_test(struct folders *folders, const struct query *q, const struct index_row *row, struct err *err)
{
	struct test t = { .folders = folders, .row = row, .fd = -1 };
	char flags[8];
	struct match_input in = { .env = &t.env, .flags = flags, .fresh = row->msg.flags & FLAG_FRESH,
		.attachments = row->msg.attachments, .size = row->msg.size, .received = row->msg.received,
		.is_me = is_me, .is_list = is_list, .thread = in_thread,
		.body = get_body, .header = get_header, .raw = get_raw, .ctx = &t };
	int r;

	str_init(&t.mem, STR_MAX);
	str_init(&t.head, HEADER_MAX);
	str_init(&t.text, TEXT_MAX + 65536);
	flags_letters(row->msg.flags, flags);
	r = fill_env(&t, q, err);
	if (r == 0 && row->textless && (query_needs(q) & QUERY_NEEDS_PARTS)) {
		struct slice ignored;

		/* its attachments are not counted yet */
		if (get_body(&t, &ignored, err) != 0)
			r = -1;
		in.attachments = t.attachments;
	}
	if (r == 0)
		r = query_match(q, &in, err);
	env_release(&t.env);
	str_release(&t.mem);
	str_release(&t.head);
	str_release(&t.text);
	if (t.fd >= 0)
		fs_close(&t.fd);
	return r;
}

/* ---- a search ---- */

int search_open(struct search **out, struct folders *folders, const struct search_spec *spec, struct err *err)
{
	struct search *s = mem_zalloc(sizeof(*s));
	bool all = spec->query->kind == QUERY_ALL && !spec->query->negated;
	int r;

	s->folders = folders;
	s->spec = *spec;
	s->uses_text = query_needs(spec->query) & (QUERY_NEEDS_TEXT | QUERY_NEEDS_PARTS);
	if (all && spec->n == 1) {
		s->exact = true;
		r = view_folder(folders_index(folders), spec->folders[0], spec->sort, spec->reverse, &s->view, err);
	} else {
		s->find = in_folders(spec, convert(folders_conf(folders), spec->query, &s->exact));
		r = view_find(folders_index(folders), s->find, spec->sort, spec->reverse, &s->view, err);
	}
	if (r == 0)
		*out = s;
	else
		search_close(&s);
	return r;
}

void search_close(struct search **sp)
{
	struct search *s = *sp;

	if (!s)
		return;
	view_close(&s->view);
	find_free(s->find);
	free(s);
	*sp = NULL;
}

bool search_reads(const struct search *s)
{
	return !s->exact;
}

int search_progress(struct search *s, uint64_t *done, uint64_t *total, struct err *err)
{
	*done = s->at;
	return view_count(s->view, total, err);
}

struct taking {
	struct search *s;
	uint64_t limit, taken, seen;
	int (*each)(void *, const struct index_row *); void *ctx;
	struct err *err;
	bool own;               /* err is a message's, not the reader's         */
};

static int take_candidate(void *ctx, const struct index_row *row)
{
	struct taking *t = ctx;
	struct search *s = t->s;
	struct err err = ERR_INIT;
	int r = 1;

	if (t->taken == t->limit)
		return 0;
	t->seen++;
	if (!s->exact || (s->uses_text && row->textless))
		r = search_test(s->folders, s->spec.query, row, &err);
	if (r < 0 && err.kind == ERR_LIMIT) {
		*t->err = err;          /* the pattern itself, not this message */
		return -1;
	}
	/* A message that went or can't be read is not found. */
	if (r <= 0)
		return 0;
	t->taken++;
	return t->each(t->ctx, row);
}

static bool stopped(const struct search *s)
{
	return s->spec.stop && s->spec.stop(s->spec.ctx);
}

int search_next(struct search *s, uint64_t limit, int (*each)(void *, const struct index_row *), void *ctx, struct err *err)
{
	struct taking t = { .s = s, .limit = limit, .each = each, .ctx = ctx, .err = err };
	uint64_t asked = 0;

	while (t.taken < limit && t.seen == asked) {
		asked = s->exact ? MIN(limit - t.taken, 4096) : CHUNK;
		t.seen = 0;
		if (stopped(s))
			return 0;
		if (view_rows(s->view, s->at, asked, take_candidate, &t, err) != 0)
			return -1;
		s->at += t.seen;
	}
	return t.taken == limit;
}

struct counting { uint64_t n; };

static int count_one(void *ctx, const struct index_row *row)
{
	struct counting *c = ctx;

	(void)row;
	c->n++;
	return 0;
}

static int add_textless(void *ctx, const struct index_folder *f)
{
	*(uint64_t *)ctx += f->textless;
	return 0;
}

int search_count(struct search *s, uint64_t *n, struct err *err)
{
	struct counting c = { 0 };
	uint64_t textless = 0, total;

	if (s->exact && s->uses_text && index_folders(folders_index(s->folders), add_textless, &textless, err) != 0)
		return -1;
	if (s->exact && textless == 0) {
		if (view_count(s->view, &total, err) != 0)
			return -1;
		*n = total - MIN(total, s->at);
		s->at = total;
		return 0;
	}
	if (search_next(s, UINT64_MAX, count_one, &c, err) < 0)
		return -1;
	*n = c.n;
	return 0;
}
