/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * parse: bytes to a tree of offsets, in one forward pass.
 *
 * Invariants
 * 1. The tree does not depend on how the message was cut into pieces: all
 *    decisions are made on whole lines, and what is kept of a line that came
 *    in pieces is its head, of a length that depends on the state only.
 * 2. Beside the tree the parser holds one line, the Content fields of one
 *    header, and a frame for each open part; all within limits.
 * 3. A line is compared whole with the boundaries of the open multiparts,
 *    innermost first (RFC 2046 5.1.2: an outer boundary ends what is inside).
 *    A multipart that was closed takes no more parts.
 * 4. Every byte of the message lies in the header or body of a part: nothing
 *    that was sent is out of a reader's reach.
 *
 * Where a header has no blank line behind it, its end is defined so: lines
 * that are no field are skipped where a field follows (a folded line that
 * lost its blank), but those before the blank line are the body's first; and
 * where no blank line comes at all, the first of them starts the body.
 */
#include "base/base.h"
#include "mime/mime.h"
#include "mime/priv.h"

struct frame {
	struct part *part, *tail;       /* tail: its last child              */
	struct part *before;            /* the child of the one below before this */
	char *boundary;                 /* of a multipart that is still open */
	size_t boundary_n;
	uint64_t first;                 /* number of the body's first line   */
	bool closed;
};

struct mark { off_t at; uint64_t no; };         /* a line; at -1: none */

struct parser {
	struct mime_limits lim;
	struct mime_tree *tree;
	struct frame *stack;
	unsigned n, cap;
	size_t longest;                 /* of the open boundaries            */
	enum { IN_HEADER, IN_BODY, IN_RAW } state;

	off_t at;                       /* where the present line starts     */
	uint64_t no;                    /* lines before it                   */
	unsigned eol;                   /* bytes of the line end before it   */
	size_t line_n;                  /* bytes of it so far                */
	struct str line;                /* its head                          */
	char last;                      /* its last byte                     */
	bool ink;                       /* it has more than white space      */
	bool over;                      /* ... behind what was kept          */

	struct str head;                /* Content fields of the top part    */
	size_t head_total;              /* of the whole message              */
	struct mark junk;               /* first line that is no field       */
	size_t junk_head;               /* kept before it                    */
	struct mark tail;               /* first of those since a field      */
	enum { NOTHING, FIELD, KEPT, JUNK } prev;
	bool peeked;
};

static struct frame *top(struct parser *ps)
{
	return &ps->stack[ps->n - 1];
}

static bool is_white(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool has_ink(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_white(s.p[i]))
			return true;
	return false;
}

/* ---- the stack ---- */

static void find_longest(struct parser *ps)
{
	ps->longest = 0;
	for (unsigned i = 0; i < ps->n; i++)
		if (ps->stack[i].boundary && !ps->stack[i].closed)
			ps->longest = MAX(ps->longest, ps->stack[i].boundary_n);
}

/* A new part, child of the top one, with its header at `at`.  One part more
 * than the limit takes all the rest, unread. */
static void push(struct parser *ps, off_t at)
{
	struct part *p = part_new();
	struct frame *up = ps->n ? top(ps) : NULL;
	struct part *before = up ? up->tail : NULL;
	bool rest = ++ps->tree->parts > ps->lim.parts;

	if (up) {
		p->parent = up->part;
		if (up->tail)
			up->tail->next = p;
		else
			up->part->child = p;
		up->tail = p;
	} else {
		ps->tree->root = p;
	}
	p->head = p->body = p->end = at;
	mem_grow(ps->stack, ps->n, ps->cap);
	ps->stack[ps->n++] = (struct frame){ .part = p, .before = before };
	ps->junk.at = ps->tail.at = -1;
	ps->prev = NOTHING;
	ps->peeked = false;
	str_clear(&ps->head);
	ps->state = IN_HEADER;
	if (rest && up) {
		p->defects |= DEF_PARTS;
		p->blank = false;
		free(p->type);
		free(p->subtype);
		p->type = mem_strdup("application");
		p->subtype = mem_strdup("octet-stream");
		top(ps)->first = ps->no;
		ps->state = IN_RAW;
	}
}

static void pop(struct parser *ps, off_t end)
{
	struct frame *f = top(ps);
	struct part *p = f->part;

	/* A header that the boundary cut off keeps its line end. */
	p->end = MAX(end, p->body);
	if (f->tail)
		p->end = MAX(p->end, f->tail->end);
	p->lines = p->end > p->body ? ps->no - f->first : 0;
	if (p->kind == PART_MULTI) {
		if (!f->closed && ps->state != IN_RAW)
			p->defects |= DEF_NO_END;
		if (p->child) {
			p->blank = false;
		} else {
			p->kind = PART_LEAF;
			p->defects |= DEF_EMPTY_MULTI;
		}
	}
	free(f->boundary);
	ps->n--;
}

/* ---- the end of a header ---- */

static bool may_nest(struct parser *ps, struct part *p)
{
	if (ps->n < ps->lim.depth)
		return true;
	p->defects |= DEF_DEPTH;
	return false;
}

static void open_multi(struct parser *ps, struct frame *f)
{
	const char *value = params_get(&f->part->params, "boundary");
	struct slice boundary = sl_trim(sl(value));

	if (boundary.n == 0) {
		f->part->defects |= DEF_NO_BOUNDARY;
	} else if (may_nest(ps, f->part)) {
		f->part->kind = PART_MULTI;
		f->boundary = sl_dup(boundary);
		f->boundary_n = boundary.n;
		find_longest(ps);
	}
}

/* The header of the top part is over and its body starts at that line.  A
 * message inside starts its own header there. */
static void end_one_header(struct parser *ps, struct mark body)
{
	struct frame *f = top(ps);
	struct part *p = f->part, *up = p->parent;
	bool identity;

	ps->state = IN_BODY;
	p->body = body.at;
	f->first = body.no;
	part_read_fields(p, str_sl(&ps->head), up && up->kind == PART_MULTI &&
			 part_is(up, "multipart", "digest"), &ps->lim);
	identity = p->enc == ENC_7BIT || p->enc == ENC_8BIT || p->enc == ENC_BINARY;
	if (part_is(p, "multipart", NULL)) {
		if (!identity)
			p->defects |= DEF_ENC_ON_MULTI;
		open_multi(ps, f);
	} else if (part_is(p, "message", "rfc822") || part_is(p, "message", "global")) {
		if (!identity) {
			p->defects |= DEF_ENC_ON_MULTI;
		} else if (may_nest(ps, p)) {
			p->kind = PART_MESSAGE;
			p->blank = false;
			push(ps, body.at);
			top(ps)->first = body.no;
		}
	}
}

/* All that is left of the header, or of several where a message inside had
 * not even one. */
static void end_header(struct parser *ps, struct mark body)
{
	do
		end_one_header(ps, body);
	while (ps->state == IN_HEADER);
}

/* A boundary line with nothing behind it, not even a line end for the next one, began
 * no part (RFC 2046 5.1.1); if there is no other one it did. */
static void drop_empty(struct parser *ps, bool more)
{
	struct frame *f = top(ps);

	if (ps->state != IN_HEADER || f->part->head != ps->at || (!f->before && !more))
		return;
	f[-1].tail = f->before;
	*(f->before ? &f->before->next : &f[-1].part->child) = NULL;
	part_free(f->part);
	ps->n--;
	ps->tree->parts--;
	ps->state = IN_BODY;
}

static void cut_header(struct parser *ps)
{
	if (ps->state != IN_HEADER)
		return;
	if (ps->junk.at >= 0)           /* fields behind it are the body's */
		str_cut(&ps->head, ps->junk_head);
	end_header(ps, ps->junk.at >= 0 ? ps->junk : (struct mark){ ps->at, ps->no });
}

/* ---- boundary lines ---- */

/* The frame whose boundary this line is, or -1. */
static int find_boundary(const struct parser *ps, struct slice line, bool *closing)
{
	if (line.n < 3 || line.p[0] != '-' || line.p[1] != '-' || ps->longest == 0)
		return -1;
	while (is_white(line.p[line.n - 1]))
		line.n--;
	line = sl_skip(line, 2);
	for (int i = (int)ps->n - 1; i >= 0; i--) {
		const struct frame *f = &ps->stack[i];

		if (!f->boundary || f->closed)
			continue;
		*closing = line.n == f->boundary_n + 2;
		if (line.n != f->boundary_n + (*closing ? 2 : 0))
			continue;
		if (memcmp(line.p, f->boundary, f->boundary_n) == 0 &&
		    (!*closing || memcmp(line.p + f->boundary_n, "--", 2) == 0))
			return i;
	}
	return -1;
}

static void take_boundary(struct parser *ps, int frame, bool closing, off_t next)
{
	drop_empty(ps, !closing && frame + 2 == (int)ps->n);
	cut_header(ps);
	while ((int)ps->n > frame + 1)
		pop(ps, ps->at - (off_t)ps->eol);
	top(ps)->closed = closing;
	find_longest(ps);
	if (!closing) {
		push(ps, next);
		if (ps->state == IN_RAW)
			top(ps)->first++;
	}
}

/* ---- lines ---- */

static bool is_field(struct slice line)
{
	size_t i = 0;

	while (i < line.n && line.p[i] > 32 && line.p[i] < 127 && line.p[i] != ':')
		i++;
	if (i == 0)
		return false;
	while (i < line.n && ascii_isblank(line.p[i]))
		i++;
	return i < line.n && line.p[i] == ':';
}

/* "X-what ever(): text" is a field to those who wrote it, and no body; so is one without its name. */
static bool is_odd_field(struct slice line)
{
	return (sl_istarts(line, "x-") && sl_find(line, ':') > 0) || line.p[0] == ':';
}

/* Before any field, one that continues nothing: all of the header was indented. */
static bool is_indented(struct slice line)
{
	line = sl_trim(line);
	return sl_istarts(line, "content-") && is_field(line);
}

static void note_field(struct parser *ps, struct slice line)
{
	ssize_t colon = sl_find(line, ':');

	if (colon > 0 && ascii_isblank(line.p[colon - 1]))
		top(ps)->part->defects |= DEF_COLON;
	if (!utf8_valid(line))
		top(ps)->part->defects |= DEF_RAW;
}

static void keep_line(struct parser *ps, const char *lead, struct slice line)
{
	size_t n = strlen(lead) + line.n + 1;

	if (ps->head_total + n > ps->lim.header) {
		top(ps)->part->defects |= DEF_HEADER;
		return;
	}
	ps->head_total += n;
	str_adds(&ps->head, lead);
	str_addsl(&ps->head, line);
	str_addc(&ps->head, '\n');
}

/* A part whose header runs into its own first boundary, without a blank line.
 * Asked once for a part. */
static bool is_own_boundary(struct parser *ps, struct slice line)
{
	char *boundary;
	bool same;

	if (ps->peeked || !sl_starts(line, "--") || ps->head.n == 0)
		return false;
	ps->peeked = true;
	boundary = header_boundary(str_sl(&ps->head), &ps->lim);
	same = boundary && boundary[0] && sl_eq(sl_trim(sl_skip(line, 2)), sl_trim(sl(boundary)));
	free(boundary);
	return same;
}

/* "name=..." below a Content field that ends in ';' is its parameter, whose blank was lost. */
static bool is_lost_param(const struct parser *ps, struct slice line)
{
	size_t n = 0;

	while (n < line.n && line.p[n] != '=')
		n++;
	return ps->prev == KEPT && n < line.n && lex_is_token(sl_head(line, n)) &&
		sl_ends(sl_trim(str_sl(&ps->head)), ";");
}

static void junk_line(struct parser *ps)
{
	struct mark here = { ps->at, ps->no };

	if (ps->junk.at < 0) {
		ps->junk = here;
		ps->junk_head = ps->head.n;
	}
	if (ps->tail.at < 0)
		ps->tail = here;
	ps->prev = JUNK;
	top(ps)->part->defects |= DEF_JUNK;
}

/* True when the line was the header's (or ended it). */
static bool header_line(struct parser *ps, struct slice line, off_t next)
{
	const struct part *p = top(ps)->part;

	if (ps->at == 0)
		line = hdr_without_bom(line);
	if (line.n == 0 && ps->tail.at >= 0) {
		end_header(ps, ps->tail);
	} else if (line.n == 0) {
		end_one_header(ps, (struct mark){ next, ps->no + 1 });
	} else if (ps->at == p->head && (!p->parent || p->parent->kind == PART_MESSAGE) &&
		   (sl_starts(line, "From ") || sl_starts(line, ">From "))) {
		/* the separator of an mbox */
	} else if (ascii_isblank(line.p[0]) && (ps->prev != NOTHING || is_indented(line))) {
		if (ps->prev == KEPT) {
			keep_line(ps, "", line);
		} else if (ps->prev == NOTHING) {
			ps->prev = FIELD;
			top(ps)->part->defects |= DEF_JUNK;
		}
	} else if (is_lost_param(ps, line)) {
		top(ps)->part->defects |= DEF_JUNK;
		keep_line(ps, " ", line);
	} else if (is_own_boundary(ps, line)) {
		end_one_header(ps, (struct mark){ ps->at, ps->no });
		return false;
	} else if (is_field(line)) {
		note_field(ps, line);
		ps->tail.at = -1;
		ps->prev = sl_istarts(line, "content-") ? KEPT : FIELD;
		if (ps->prev == KEPT)
			keep_line(ps, "", line);
	} else if (is_odd_field(line)) {
		top(ps)->part->defects |= DEF_JUNK;
		ps->tail.at = -1;
		ps->prev = FIELD;
	} else {
		junk_line(ps);
	}
	return true;
}

/* A whole line, or its head if it is longer than what can matter. */
static void take_line(struct parser *ps, struct slice line, unsigned eol)
{
	off_t next = ps->at + (off_t)ps->line_n + (eol ? 1 : 0);
	bool closing = false;
	int frame = -1;

	if (ps->state != IN_RAW && !ps->over)
		frame = find_boundary(ps, line, &closing);
	if (frame < 0 && ps->state == IN_HEADER) {
		if (ps->over)
			top(ps)->part->defects |= DEF_HEADER;
		if (eol == 2 && line.n == ps->line_n)
			line.n--;
		if (!header_line(ps, line, next))
			frame = find_boundary(ps, line, &closing);
	} else if (frame < 0 && ps->ink) {
		top(ps)->part->blank = false;
	}
	if (frame >= 0)
		take_boundary(ps, frame, closing, next);
	ps->at = next;
	ps->no++;
	ps->eol = eol;
	ps->line_n = 0;
	ps->ink = ps->over = false;
	str_clear(&ps->line);
}

/* How much of a line can matter: a header line as far as headers are kept, of
 * a body the longest boundary line. */
static size_t line_room(const struct parser *ps)
{
	switch (ps->state) {
	case IN_HEADER:
		return MAX(ps->lim.header, ps->longest + 4);
	case IN_BODY:
		return ps->longest + 4;
	case IN_RAW:
		break;
	}
	return 0;
}

/* Adds a piece of a line that is not whole. */
static void add_piece(struct parser *ps, struct slice piece)
{
	size_t room = line_room(ps) - ps->line.n;
	bool was_kept = ps->line.n == ps->line_n;
	struct slice keep = sl_head(piece, was_kept ? room : 0);

	if (piece.n == 0)
		return;
	/* Most lines of a body are no boundary from their first byte on. */
	if (ps->state == IN_BODY && (ps->line_n ? ps->line.n == 0 : piece.p[0] != '-'))
		keep.n = 0;
	str_addsl(&ps->line, keep);
	if (!ps->ink)
		ps->ink = has_ink(piece);
	if (!ps->over)
		ps->over = has_ink(sl_skip(piece, keep.n));
	ps->line_n += piece.n;
	ps->last = piece.p[piece.n - 1];
}

/* Most lines of a body do no more than count: they are no boundaries from their
 * first byte on, and that it is not blank is known. */
static struct slice skip_lines(struct parser *ps, struct slice in)
{
	size_t n;

	if (ps->line_n || ps->state == IN_HEADER || top(ps)->part->blank)
		return in;
	n = vec_skip_lines(in.p, in.n, '-', &ps->no);
	if (n) {
		ps->eol = n > 1 && in.p[n - 2] == '\r' ? 2 : 1;
		ps->at += (off_t)n;
		ps->tree->size += (off_t)n;
	}
	return sl_skip(in, n);
}

void parser_feed(struct parser *ps, struct slice in)
{
	while ((in = skip_lines(ps, in)).n) {
		const char *nl = memchr(in.p, '\n', in.n);
		struct slice piece = sl_head(in, nl ? (size_t)(nl - in.p) : in.n);

		ps->tree->size += (off_t)(piece.n + (nl != NULL));
		in = sl_skip(in, piece.n + (nl != NULL));
		if (ps->line_n || !nl || piece.n > line_room(ps)) {
			add_piece(ps, piece);
			if (nl)
				take_line(ps, str_sl(&ps->line), ps->line_n && ps->last == '\r' ? 2 : 1);
		} else {
			ps->line_n = piece.n;
			if (ps->state == IN_BODY && top(ps)->part->blank)
				ps->ink = has_ink(piece);
			take_line(ps, piece, piece.n && piece.p[piece.n - 1] == '\r' ? 2 : 1);
		}
	}
}

struct parser *parser_new(const struct mime_limits *limits)
{
	struct parser *ps = mem_zalloc(sizeof(*ps));

	ps->lim = limits ? *limits : mime_limits_default;
	ps->tree = mem_zalloc(sizeof(*ps->tree));
	str_init(&ps->line, STR_MAX);
	str_init(&ps->head, STR_MAX);
	push(ps, 0);
	return ps;
}

void parser_free(struct parser **psp)
{
	struct parser *ps = *psp;

	if (!ps)
		return;
	while (ps->n > 0)
		free(ps->stack[--ps->n].boundary);
	free(ps->stack);
	str_release(&ps->line);
	str_release(&ps->head);
	tree_free(&ps->tree);
	free(ps);
	*psp = NULL;
}

struct mime_tree *parser_finish(struct parser **psp)
{
	struct parser *ps = *psp;
	struct mime_tree *tree = ps->tree;

	if (ps->line_n)
		take_line(ps, str_sl(&ps->line), 0);
	drop_empty(ps, false);
	cut_header(ps);
	while (ps->n)
		pop(ps, tree->size);
	tree_number(tree);
	ps->tree = NULL;
	parser_free(psp);
	return tree;
}

struct mime_tree *mime_parse_mem(struct slice message, const struct mime_limits *limits)
{
	struct parser *ps = parser_new(limits);

	parser_feed(ps, message);
	return parser_finish(&ps);
}

struct mime_tree *mime_parse_fd(int fd, off_t from, off_t to, const struct mime_limits *limits,
				struct err *err)
{
	struct parser *ps = parser_new(limits);
	struct src src;
	char buf[65536];
	ssize_t n;

	src_range(&src, fd, from, to);
	while ((n = src_read(&src, buf, sizeof(buf), err)) > 0)
		parser_feed(ps, sl_make(buf, (size_t)n));
	src_release(&src);
	if (n < 0) {
		parser_free(&ps);
		return NULL;
	}
	return parser_finish(&ps);
}
