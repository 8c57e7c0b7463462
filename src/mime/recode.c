/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * recode: what a message needs of a path (needs_feed), and the same message
 * for a narrower path (recode_write; RFC 6152 3, RFC 2045 6).
 *
 * Invariant: every byte outside the bodies of the leaves that are encoded
 * anew, and outside their Content-Transfer-Encoding fields, is written as it
 * was read.  Text keeps its lines, anything else its bytes.
 */
#include "base/base.h"
#include "mime/mime.h"
#include "mime/priv.h"

#define LINE_OCTETS 998         /* RFC 5322 2.1.1 */
#define HEADER_MAX  ((size_t)16 << 20)

/* ---- what a message needs ---- */

static void needs_line_end(struct needs *needs)
{
	if (needs->line == 0)
		needs->in_body = true;
	needs->line = 0;
}

/* A CR ends its line at once; an LF behind it adds nothing. */
static void needs_byte(struct needs *needs, char c)
{
	bool after_cr = needs->last == '\r';

	if (after_cr && c != '\n')
		needs->cr = true;
	if (c == '\r' || (c == '\n' && !after_cr)) {
		needs->size_crlf += 2;
		needs_line_end(needs);
	} else if (c != '\n') {
		needs->size_crlf++;
		if (++needs->line > LINE_OCTETS)
			needs->long_lines = true;
		if (c == 0)
			needs->nul = true;
		if ((unsigned char)c >= 0x80 && needs->in_body)
			needs->eight_bit = true;
		else if ((unsigned char)c >= 0x80)
			needs->utf8_header = true;
	}
	needs->last = c;
}

void needs_feed(struct needs *needs, struct slice in)
{
	if (in.n == 0)
		return;
	if (needs->line)                /* it did not end there after all */
		needs->size_crlf -= 2;
	for (size_t i = 0; i < in.n; i++)
		needs_byte(needs, in.p[i]);
	if (needs->line)
		needs->size_crlf += 2;
	needs->bare_cr = needs->cr || needs->last == '\r';
}

/* ---- the same message, narrower ---- */

static int copy_range(int fd, off_t from, off_t to, struct sink *sink, struct err *err)
{
	struct src src;
	int result;

	src_range(&src, fd, from, to);
	result = src_copy(&src, sink, err);
	src_release(&src);
	return result;
}

/* 1: the body of this leaf must be encoded, 0: it can stay, -1: err. */
static int leaf_needs(const struct part *p, int fd, bool keep_8bit, struct err *err)
{
	struct enc_look look = { 0 };
	struct src src;
	char buf[16384];
	ssize_t n;

	src_range(&src, fd, p->body, p->end);
	while ((n = src_read(&src, buf, sizeof(buf), err)) > 0)
		enc_look_feed(&look, sl_make(buf, (size_t)n));
	src_release(&src);
	if (n < 0)
		return -1;
	return (look.high && !keep_8bit) || look.nul || look.longest > LINE_OCTETS;
}

static int check_changeable(const struct part *p, struct err *err)
{
	for (const struct part *up = p->parent; up; up = up->parent)
		if (part_is(up, "multipart", "signed"))
			return err_set(err, ERR_INPUT, "Part %s of the message is signed and would "
				       "have to be encoded anew for this server, which breaks the "
				       "signature; another server may take it as it is.", p->number);
	if (p->enc == ENC_UU || p->enc == ENC_UNKNOWN || part_is(p, "multipart", NULL) ||
	    part_is(p, "message", NULL))
		return err_set(err, ERR_INPUT, "Part %s of the message (%s/%s) has bytes or lines that "
			       "this server does not take, and is of a kind that may not be encoded; "
			       "another server may take it as it is.", p->number, p->type, p->subtype);
	return 0;
}

/* Text whose characters are bytes or start with one: its lines can be seen. */
static bool has_lines(const struct part *p)
{
	struct slice charset = sl(part_charset(p));

	return part_is(p, "text", NULL) && !sl_istarts(charset, "utf-16") &&
		!sl_istarts(charset, "utf-32") && !sl_istarts(charset, "iso-10646-ucs");
}

/* The encoding for a leaf, and whether its line ends are text's. */
static int choose(const struct part *p, int fd, enum enc *enc, bool *lines, struct err *err)
{
	struct enc_look look = { 0 };
	struct part_src ps;
	struct src src;
	char buf[16384];
	ssize_t n;

	*enc = ENC_BASE64;
	*lines = false;
	if (!has_lines(p))
		return 0;
	part_open(&ps, p, fd, SL_NONE);
	lines_src(&src, part_src(&ps), 0);
	while ((n = src_read(&src, buf, sizeof(buf), err)) > 0)
		enc_look_feed(&look, sl_make(buf, (size_t)n));
	src_release(&src);
	part_close(&ps);
	if (n < 0)
		return -1;
	*lines = look.nul == 0;
	*enc = enc_look_best(&look, true, false);
	if (*enc == ENC_7BIT)           /* it was long or 8-bit in its old encoding only */
		*enc = ENC_QP;
	return 0;
}

/* RFC 2045 6.8: the lines of text inside base64 end with CRLF. */
static int write_body(const struct part *p, int fd, enum enc enc, bool lines, struct sink *sink,
		      struct err *err)
{
	struct part_src ps;
	struct src text, encoded, *in;
	int result;

	part_open(&ps, p, fd, SL_NONE);
	in = part_src(&ps);
	if (lines) {
		lines_src(&text, in, 0);
		in = &text;
	}
	enc_src(&encoded, in, enc, true);
	result = src_copy(&encoded, sink, err);
	src_release(&encoded);
	if (lines)
		src_release(&text);
	part_close(&ps);
	return result;
}

/* ---- quoted-printable that would be a boundary ---- */

struct watch { const struct part *part; char line[80]; size_t n; bool found; };

static void watch_line(struct watch *w)
{
	struct slice line = sl_make(w->line, w->n);

	for (const struct part *up = w->part->parent; up && sl_starts(line, "--"); up = up->parent) {
		struct slice boundary = sl_trim(sl(params_get(&up->params, "boundary")));

		w->found |= up->kind == PART_MULTI && sl_eq(sl_head(sl_skip(line, 2), boundary.n), boundary);
	}
	w->n = 0;
}

static int watch_write(struct sink *sink, struct slice in, struct err *err)
{
	struct watch *w = sink->ctx;

	(void)err;
	for (size_t i = 0; i < in.n; i++) {
		if (in.p[i] == '\n')
			watch_line(w);
		else if (w->n < sizeof(w->line))        /* none is longer */
			w->line[w->n++] = in.p[i];
	}
	return 0;
}

/* A line that was long, or whose dashes were encoded, can come out as a boundary of
 * what it stands in: then base64 it is, which has no dashes. */
static int avoid_boundary(const struct part *p, int fd, enum enc *enc, bool lines, struct err *err)
{
	struct watch watch = { .part = p };
	struct sink sink = { .write = watch_write, .ctx = &watch };

	if (*enc != ENC_QP || !p->parent)
		return 0;
	if (write_body(p, fd, *enc, lines, &sink, err) != 0)
		return -1;
	watch_line(&watch);
	if (watch.found)
		*enc = ENC_BASE64;
	return 0;
}

static void add_field(struct str *out, enum enc enc)
{
	str_addf(out, "Content-Transfer-Encoding: %s\n", enc_name(enc));
}

/* The header with its transfer encoding replaced where it stood, or put at the end.
 * Of several such fields the last is replaced (what is no field before it would be the
 * body's if none followed) and the others go, as others might believe them. */
static void write_fields(struct slice header, enum enc enc, struct str *out)
{
	struct slice rest = header, blank = SL_NONE;
	const char *from = header.p;
	struct hdr hdr;
	size_t n = hdr_count(header, "Content-Transfer-Encoding"), done = 0;

	while (done < n && hdr_next(&rest, &hdr) == 1) {
		if (!sl_iis(hdr.name, "Content-Transfer-Encoding"))
			continue;
		str_addsl(out, sl_range(from, hdr.whole.p));
		if (++done == n)
			add_field(out, enc);
		from = hdr.whole.p + hdr.whole.n;
	}
	if (sl_ends(header, "\r\n"))
		blank = SL("\r\n");
	else if (sl_ends(header, "\n"))
		blank = SL("\n");
	/* A header without its blank line gets one. */
	header = sl_range(from, header.p + header.n);
	if (blank.n && header.n >= blank.n && (header.n == blank.n || header.p[header.n - blank.n - 1] == '\n'))
		header.n -= blank.n;
	else
		blank = SL("\n");
	str_addsl(out, header);
	if (n == 0)
		add_field(out, enc);
	str_addsl(out, blank);
}

static int write_header(const struct part *p, int fd, enum enc enc, struct sink *sink,
			struct err *err)
{
	struct str header, out;
	struct sink to;
	int result = -1;

	str_init(&header, HEADER_MAX);
	str_init(&out, HEADER_MAX + 256);
	sink_str(&to, &header);
	if (copy_range(fd, p->head, p->body, &to, err) == 0) {
		write_fields(str_sl(&header), enc, &out);
		result = sink_write(sink, str_sl(&out), err);
	}
	str_release(&header);
	str_release(&out);
	return result;
}

/* A message inside without any header begins where a header without its blank line
 * ended: before it has one, each of those must be over. */
static int end_headers(const struct part *p, int fd, struct sink *sink, struct err *err)
{
	for (const struct part *up = p->parent; up && up->kind == PART_MESSAGE && p->head == p->body; p = up, up = up->parent) {
		struct slice end;
		char buf[3];
		size_t n = MIN(sizeof(buf), (size_t)(up->body - up->head));

		if (n && fs_pread(fd, buf, n, up->body - (off_t)n) != (ssize_t)n)
			return err_sys(err, "The message cannot be read");
		end = sl_make(buf, n);
		if (!sl_ends(end, "\n\n") && !sl_ends(end, "\n\r\n") && !sl_is(end, "\n") && !sl_is(end, "\r\n") &&
		    sink_write(sink, SL("\n"), err) != 0)
			return -1;
	}
	return 0;
}

int recode_write(const struct mime_tree *tree, int fd, bool keep_8bit, struct sink *sink,
		 struct err *err)
{
	off_t written = 0;

	for (struct part *p = tree_next(tree, NULL); p; p = tree_next(tree, p)) {
		int needed = p->kind == PART_LEAF ? leaf_needs(p, fd, keep_8bit, err) : 0;
		enum enc enc;
		bool lines;

		if (needed < 0)
			return -1;
		if (!needed)
			continue;
		if (check_changeable(p, err) != 0 || choose(p, fd, &enc, &lines, err) != 0 ||
		    avoid_boundary(p, fd, &enc, lines, err) != 0 ||
		    copy_range(fd, written, p->head, sink, err) != 0 ||
		    end_headers(p, fd, sink, err) != 0 ||
		    write_header(p, fd, enc, sink, err) != 0 ||
		    write_body(p, fd, enc, lines, sink, err) != 0)
			return -1;
		written = p->end;
	}
	return copy_range(fd, written, tree->size, sink, err);
}
