/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * inner: files that stand inside of a part without being parts: uuencode and
 * yEnc in a text, what winmail.dat holds (tnef.c), and the parts of a message
 * that is encoded, which RFC 2046 5.2.1 does not know.
 *
 * They are looked for on demand, by whole lines of the decoded part, and kept
 * as offsets in it; nothing is written anywhere before somebody asks for it.
 */
#include "base/base.h"
#include "mime/mime.h"
#include "mime/priv.h"

#define BLOCK     16384
#define LINE_ROOM 1024          /* of a line that can begin or be such a file   */
#define INNER_MAX 1000
#define BYTES_MAX ((size_t)128 << 20)

void inners_release(struct inners *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].name);
	free(l->v);
	tree_free(&l->tree);
	str_release(&l->bytes);
	*l = (struct inners){ .n = 0 };
}

void inner_add(struct inners *l, const struct inner *one)
{
	if (l->n >= INNER_MAX) {
		l->bad = true;
		free(one->name);
		return;
	}
	mem_grow(l->v, l->n, l->cap);
	l->v[l->n++] = *one;
}

/* ---- lines of a text ---- */

struct scan {
	struct inners *out;
	struct str line;
	uint64_t at;            /* where the line starts                        */
	uint64_t line_n;
	enum { OUTSIDE, BEGUN, UU, UU_BASE64, YENC, YENC_PART } state;
	struct inner one;
	uint64_t said;          /* size by =ybegin or =ypart                    */
};

static char *inner_name(struct slice raw)
{
	struct str name, composed;

	str_init(&name, 1024);
	str_init(&composed, 4096);
	raw = sl_trim(raw);
	if (raw.n > 2 && raw.p[0] == '"' && raw.p[raw.n - 1] == '"')
		raw = sl_range(raw.p + 1, raw.p + raw.n - 1);
	word_decode(sl_head(raw, 255), &name);
	utf8_nfc(&composed, str_sl(&name));
	str_release(&name);
	return word_detach(&composed);
}

/* "begin 644 name"; word: "begin " or "begin-base64 " (POSIX) */
static bool uu_begin(struct slice line, const char *word, struct slice *name)
{
	struct slice mode;

	if (!sl_starts(line, word))
		return false;
	line = sl_skip(line, strlen(word));
	if (!sl_word(&line, &mode) || mode.n < 3 || mode.n > 6)
		return false;
	for (size_t i = 0; i < mode.n; i++)
		if (mode.p[i] < '0' || mode.p[i] > '7')
			return false;
	*name = sl_trim(line);
	return name->n > 0;
}

/* A line of data: as long as its first byte says, give or take what padding
 * and blanks at the end others write or lose. */
static bool uu_data(struct slice line)
{
	size_t n, need;

	if (line.n == 0 || line.p[0] <= ' ' || line.p[0] > '`')
		return false;
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] < ' ' || line.p[i] > '`')
			return false;
	n = (size_t)(line.p[0] - ' ') & 63;
	need = (n * 8 + 5) / 6;
	return n > 0 && line.n <= (n + 2) / 3 * 4 + 3 && (line.n > need || line.n * 2 > need);
}

static bool uu_end(struct slice line)
{
	return sl_is(line, "end") || sl_is(line, "`") || sl_is(line, " ") || line.n == 0;
}

static bool is_base64(struct slice line)
{
	for (size_t i = 0; i < line.n; i++)
		if (!ascii_isalnum(line.p[i]) && !memchr("+/=", line.p[i], 3))
			return false;
	return line.n % 4 == 0;
}

/* The value of "key=" in a line of yEnc; name= is the last and has blanks. */
static struct slice y_value(struct slice line, const char *key)
{
	char mark[16];
	ssize_t at;
	struct slice value;

	snprintf(mark, sizeof(mark), " %s=", key);
	at = sl_search(line, sl(mark));
	if (at < 0)
		return SL_NONE;
	value = sl_skip(line, (size_t)at + strlen(mark));
	if (strcmp(key, "name") != 0 && sl_find(value, ' ') >= 0)
		value.n = (size_t)sl_find(value, ' ');
	return sl_trim(value);
}

static void begin(struct scan *s, enum inner_kind kind, struct slice name)
{
	s->one = (struct inner){ .kind = kind, .from = s->at, .whole = true };
	s->one.name = inner_name(name);
}

static void finish(struct scan *s, uint64_t to, bool whole)
{
	s->one.to = to;
	s->one.whole = s->one.whole && whole;
	inner_add(s->out, &s->one);
	s->one.name = NULL;
	s->state = OUTSIDE;
}

static void drop(struct scan *s)
{
	free(s->one.name);
	s->one.name = NULL;
	s->state = OUTSIDE;
}

static void outside(struct scan *s, struct slice line, uint64_t next)
{
	struct slice name;

	if (uu_begin(line, "begin ", &name)) {
		begin(s, INNER_UU, name);
		s->state = BEGUN;
	} else if (uu_begin(line, "begin-base64 ", &name)) {
		begin(s, INNER_UU, name);
		s->one.base64 = true;
		s->one.from = next;
		s->state = UU_BASE64;
	} else if (sl_starts(line, "=ybegin ") && y_value(line, "line").n && (name = y_value(line, "name")).n) {
		begin(s, INNER_YENC, name);
		s->one.from = next;
		s->said = UINT64_MAX;
		sl_u64(y_value(line, "size"), UINT64_MAX - 1, &s->said);
		s->state = y_value(line, "part").n ? YENC_PART : YENC;
		if (s->state == YENC_PART)
			s->one.whole = sl_is(y_value(line, "total"), "1");
	}
}

static void y_part(struct scan *s, struct slice line, uint64_t next)
{
	uint64_t from, to;

	s->state = YENC;
	if (!sl_starts(line, "=ypart "))
		return;
	s->one.from = next;
	if (sl_u64(y_value(line, "begin"), UINT64_MAX - 1, &from) == 0 && from > 0 &&
	    sl_u64(y_value(line, "end"), UINT64_MAX - 1, &to) == 0 && to >= from)
		s->said = to - from + 1;
}

static void y_end(struct scan *s, struct slice line)
{
	uint64_t size = 0;

	sl_u64(y_value(line, "size"), UINT64_MAX - 1, &size);
	s->one.bad_size = size != s->said;
	s->one.said = s->said;
	finish(s, s->at, true);
}

static void take_line(struct scan *s, uint64_t next)
{
	struct slice line = str_sl(&s->line);

	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	if (s->line_n > LINE_ROOM && s->state == OUTSIDE)
		line.n = 0;
	switch (s->state) {
	case OUTSIDE:
		outside(s, line, next);
		break;
	case BEGUN:
		s->state = UU;
		if (uu_data(line) || sl_is(line, "`"))
			break;
		drop(s);
		outside(s, line, next);
		break;
	case UU:
		if (sl_is(line, "end"))
			finish(s, next, true);
		else if (!uu_data(line) && !uu_end(line))
			finish(s, s->at, false);
		break;
	case UU_BASE64:
		if (sl_is(line, "====")) {
			finish(s, s->at, true);
		} else if (!is_base64(line) && s->at > s->one.from) {
			finish(s, s->at, false);
		} else if (!is_base64(line)) {
			drop(s);
			outside(s, line, next);
		}
		break;
	case YENC_PART:
		y_part(s, line, next);
		break;
	case YENC:
		if (sl_starts(line, "=yend "))
			y_end(s, line);
		break;
	}
	str_clear(&s->line);
	s->line_n = 0;
	s->at = next;
}

static void scan_block(struct scan *s, struct slice block)
{
	while (block.n) {
		ssize_t nl = sl_find(block, '\n');
		struct slice piece = sl_head(block, nl < 0 ? block.n : (size_t)nl);

		str_addsl(&s->line, sl_head(piece, LINE_ROOM - MIN((size_t)LINE_ROOM, s->line.n)));
		s->line_n += piece.n;
		block = sl_skip(block, piece.n + (nl >= 0));
		if (nl >= 0)
			take_line(s, s->at + s->line_n + 1);
	}
}

static int find_in_text(const struct part *p, int fd, struct slice mem, struct inners *out, struct err *err)
{
	struct scan s = { .out = out };
	struct part_src ps;
	char buf[BLOCK];
	ssize_t n;

	str_init(&s.line, LINE_ROOM + 1);
	part_open(&ps, p, fd, mem);
	while ((n = src_read(part_src(&ps), buf, sizeof(buf), err)) > 0)
		scan_block(&s, sl_make(buf, (size_t)n));
	part_close(&ps);
	if (s.line_n)
		take_line(&s, s.at + s.line_n);
	if (s.state == BEGUN)
		drop(&s);
	else if (s.state != OUTSIDE)
		finish(&s, s.at, false);
	str_release(&s.line);
	return n < 0 ? -1 : 0;
}

bool part_is_encoded(const struct part *p)
{
	bool message = part_is(p, "message", "rfc822") || part_is(p, "message", "global");

	return p->kind == PART_LEAF && (p->enc == ENC_BASE64 || p->enc == ENC_QP || p->enc == ENC_UU) &&
		(message || (part_is(p, "multipart", NULL) && params_get(&p->params, "boundary")));
}

void part_encoded_start(const struct part *p, struct str *out)
{
	const char *boundary = params_get(&p->params, "boundary");

	if (!part_is(p, "multipart", NULL))
		return;
	str_addf(out, "Content-Type: multipart/%s; boundary=\"", p->subtype);
	for (; *boundary; boundary++)
		str_addf(out, strchr("\"\\", *boundary) ? "\\%c" : "%c", *boundary);
	str_adds(out, "\"\n\n");
}

/* All of the part into out->bytes. */
static int take_bytes(const struct part *p, int fd, struct slice mem, struct inners *out, struct err *err)
{
	struct part_src ps;
	struct sink sink;
	int rc;

	str_init(&out->bytes, BYTES_MAX);
	if (part_is_encoded(p))
		part_encoded_start(p, &out->bytes);
	sink_str(&sink, &out->bytes);
	part_open(&ps, p, fd, mem);
	rc = src_copy(part_src(&ps), &sink, err);
	part_close(&ps);
	return rc;
}

static int find_in_message(const struct part *p, int fd, struct slice mem, struct inners *out, struct err *err)
{
	int rc = take_bytes(p, fd, mem, out, err);

	if (rc != 0)
		return rc;
	out->tree = mime_parse_mem(str_sl(&out->bytes), NULL);
	for (struct part *q = tree_next(out->tree, NULL); q; q = tree_next(out->tree, q)) {
		struct inner one = { .kind = INNER_PART, .part = q, .from = (uint64_t)q->body, .to = (uint64_t)q->end, .whole = true };

		if (part_is(q, "multipart", NULL))
			continue;
		one.name = mem_strdup(q->filename ? q->filename : "");
		inner_add(out, &one);
	}
	return 0;
}

static int find_in_tnef(const struct part *p, int fd, struct slice mem, struct inners *out, struct err *err)
{
	int rc = take_bytes(p, fd, mem, out, err);

	if (rc == 0 && tnef_read(str_sl(&out->bytes), out) != 0)
		out->bad = true;
	return rc;
}

static bool is_tnef(const struct part *p)
{
	return part_is(p, "application", "ms-tnef") || part_is(p, "application", "vnd.ms-tnef") || part_is(p, "application", "x-tnef") ||
		(part_is(p, "application", "octet-stream") && p->filename && sl_iis(sl(p->filename), "winmail.dat"));
}

bool inner_may_be(const struct part *p)
{
	if (part_is_encoded(p))
		return true;
	if (p->kind != PART_LEAF || p->enc == ENC_UU || p->enc == ENC_UNKNOWN)
		return false;
	return is_tnef(p) || (part_is(p, "text", NULL) && !part_is(p, "text", "html"));
}

int inner_find(const struct part *p, int fd, struct slice mem, struct inners *out, struct err *err)
{
	*out = (struct inners){ .n = 0 };
	if (!inner_may_be(p))
		return 0;
	if (part_is_encoded(p))
		return find_in_message(p, fd, mem, out, err);
	return is_tnef(p) ? find_in_tnef(p, fd, mem, out, err) : find_in_text(p, fd, mem, out, err);
}

/* ---- taking one out ---- */

struct y_state { bool escaped; };

static int y_decode(struct y_state *y, struct slice in, struct str *out)
{
	for (size_t i = 0; i < in.n; i++) {
		unsigned char c = (unsigned char)in.p[i];

		if (c == '\r' || c == '\n')
			continue;
		if (c == '=' && !y->escaped) {
			y->escaped = true;
			continue;
		}
		c = (unsigned char)(c - 42 - (y->escaped ? 64 : 0));
		y->escaped = false;
		if (str_addc(out, (char)c) != 0)
			return -1;
	}
	return 0;
}

static int copy_piece(const struct inner *one, struct enc_state *uu, struct y_state *y, struct slice piece,
		      struct str *out, struct sink *sink, struct err *err)
{
	str_clear(out);
	if (one->kind == INNER_UU)
		enc_feed(uu, piece, piece.n == 0, out);
	else
		y_decode(y, piece, out);
	return sink_write(sink, str_sl(out), err);
}

static int copy_text(const struct part *p, const struct inner *one, int fd, struct slice mem,
		     struct sink *sink, struct err *err)
{
	struct enc_state uu;
	struct y_state y = { false };
	struct part_src ps;
	struct str out;
	char buf[BLOCK];
	uint64_t at = 0;
	ssize_t n;
	int rc = 0;

	str_init(&out, 4 * BLOCK);
	enc_init(&uu, one->base64 ? ENC_BASE64 : ENC_UU, false);
	part_open(&ps, p, fd, mem);
	while (rc == 0 && at < one->to && (n = src_read(part_src(&ps), buf, sizeof(buf), err)) != 0) {
		struct slice piece = sl_make(buf, n > 0 ? (size_t)n : 0);

		if (n < 0)
			rc = -1;
		if (at + piece.n > one->to)
			piece.n = (size_t)(one->to - at);
		if (at < one->from)
			piece = sl_skip(piece, (size_t)MIN(one->from - at, piece.n));
		at += n > 0 ? (size_t)n : 0;
		if (rc == 0 && piece.n)
			rc = copy_piece(one, &uu, &y, piece, &out, sink, err);
	}
	if (rc == 0)
		rc = copy_piece(one, &uu, &y, SL(""), &out, sink, err);
	part_close(&ps);
	str_release(&out);
	return rc;
}

static int copy_part(const struct part *p, struct slice mem, struct sink *sink, struct err *err)
{
	struct part_src ps;
	int rc;

	part_open(&ps, p, -1, mem);
	rc = src_copy(part_src(&ps), sink, err);
	part_close(&ps);
	return rc;
}

int inner_copy(const struct part *p, const struct inners *all, const struct inner *one, int fd, struct slice mem,
	       struct sink *sink, struct err *err)
{
	struct slice bytes;
	struct str text;
	int rc;

	if (one->kind == INNER_UU || one->kind == INNER_YENC)
		return copy_text(p, one, fd, mem, sink, err);
	if (one->kind == INNER_PART)
		return copy_part(one->part, str_sl(&all->bytes), sink, err);
	bytes = sl_head(sl_skip(str_sl(&all->bytes), (size_t)one->from), (size_t)(one->to - one->from));
	if (one->kind == INNER_TNEF)
		return sink_write(sink, bytes, err);
	str_init(&text, BYTES_MAX);
	if (one->kind == INNER_RTF)
		tnef_rtf(bytes, &text);
	else
		charset_to_utf8(SL("utf-16le"), bytes, &text);
	rc = sink_write(sink, str_sl(&text), err);
	str_release(&text);
	return rc;
}
