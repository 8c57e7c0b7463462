/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * part: the tree of a message: walking it, numbers, the part to read first,
 * and the decoded bytes of a part.
 *
 * Trees are at most mime_limits.depth deep; walks follow the pointers and do
 * not recurse, but for best(), whose depth that limit bounds.
 */
#include "base/base.h"
#include "mime/mime.h"
#include "mime/priv.h"

struct part *part_new(void)
{
	struct part *p = mem_zalloc(sizeof(*p));

	p->type = mem_strdup("text");
	p->subtype = mem_strdup("plain");
	p->enc = ENC_7BIT;
	p->blank = true;
	return p;
}

void part_free(struct part *p)
{
	params_release(&p->params);
	free(p->type);
	free(p->subtype);
	free(p->enc_raw);
	free(p->disposition);
	free(p->filename);
	free(p->id);
	free(p->description);
	free(p->number);
	free(p);
}

void tree_free(struct mime_tree **treep)
{
	struct mime_tree *tree = *treep;
	struct part *p = tree ? tree->root : NULL;

	while (p) {
		struct part *gone = p;

		if (p->child) {
			p = p->child;
			gone->child = NULL;
			continue;
		}
		p = p->next ? p->next : p->parent;
		part_free(gone);
	}
	free(tree);
	*treep = NULL;
}

struct part *tree_next(const struct mime_tree *tree, const struct part *p)
{
	if (!p)
		return tree->root;
	if (p->child)
		return p->child;
	while (p && !p->next)
		p = p->parent;
	return p ? p->next : NULL;
}

struct part *tree_find(const struct mime_tree *tree, struct slice number)
{
	for (struct part *p = tree_next(tree, NULL); p; p = tree_next(tree, p))
		if (sl_is(number, p->number))
			return p;
	return NULL;
}

bool part_is(const struct part *p, const char *type, const char *subtype)
{
	return sl_is(sl(p->type), type) && (!subtype || sl_is(sl(p->subtype), subtype));
}

bool part_is_attached(const struct part *p)
{
	return sl_is(sl(p->disposition), "attachment") && p->parent && p->parent->kind != PART_MESSAGE;
}

const char *part_charset(const struct part *p)
{
	const char *label = params_get(&p->params, "charset");

	return label && *label ? label : NULL;
}

const char *part_defect_text(unsigned one_bit)
{
	switch ((enum part_defect)one_bit) {
	case DEF_NO_END:
		return "the multipart has no end";
	case DEF_NO_BOUNDARY:
		return "the multipart does not say what stands between its parts";
	case DEF_EMPTY_MULTI:
		return "the multipart has no parts";
	case DEF_BAD_TYPE:
		return "the content type cannot be read";
	case DEF_BAD_ENC:
		return "the transfer encoding is not known";
	case DEF_ENC_ON_MULTI:
		return "a transfer encoding is set where none may be";
	case DEF_TWICE:
		return "a content field is there twice; the first counts";
	case DEF_DEPTH:
		return "parts are nested too deep; the rest is left as it is";
	case DEF_PARTS:
		return "there are too many parts; the rest is left as it is";
	case DEF_HEADER:
		return "the header is too long; some of it was left out";
	case DEF_BAD_FIELD:
		return "a content field has a mistake";
	case DEF_PARAMS:
		return "a content field has too many parameters";
	case DEF_COLON:
		return "a field has blanks before its colon";
	case DEF_JUNK:
		return "the header has lines that are no fields";
	case DEF_RAW:
		return "a field has raw bytes that are no UTF-8";
	}
	return "";
}

/* ---- numbers ---- */

/* What a number of something inside p starts with (RFC 3501 6.4.5): the
 * multipart that is a message's whole body counts its parts from the message. */
static struct slice inside(const struct part *p)
{
	struct slice number = sl(p->number);

	if (p->kind == PART_MULTI && (!p->parent || p->parent->kind == PART_MESSAGE))
		number.n -= strlen("TEXT");
	return number;
}

static void set_number(struct part *p, unsigned count)
{
	struct str s;

	str_init(&s, STR_MAX);
	if (p->parent) {
		str_addsl(&s, inside(p->parent));
		if (s.n && s.p[s.n - 1] != '.')
			str_addc(&s, '.');
	}
	if (p->kind == PART_MULTI && (!p->parent || p->parent->kind == PART_MESSAGE))
		str_adds(&s, "TEXT");
	else
		str_addf(&s, "%u", count);
	p->number = str_detach(&s);
	str_release(&s);
}

void tree_number(struct mime_tree *tree)
{
	tree->defects = 0;
	for (struct part *p = tree->root; p; p = tree_next(tree, p)) {
		unsigned count = 0;

		tree->defects |= p->defects;
		if (!p->parent)
			set_number(p, 1);
		for (struct part *c = p->child; c; c = c->next)
			set_number(c, ++count);
	}
}

/* ---- what to read first ---- */

enum rank { NONE, EMPTY, OTHER, HTML, PLAIN };

static enum rank rank_leaf(const struct part *p)
{
	/* what could not be taken apart is still to be read */
	bool raw_multi = part_is(p, "multipart", NULL) || part_is(p, "message", "rfc822");

	if ((!part_is(p, "text", NULL) && !raw_multi) || p->enc == ENC_UNKNOWN)
		return NONE;
	if (part_is_attached(p))
		return NONE;
	if (p->blank)
		return EMPTY;
	if (raw_multi || sl_is(sl(p->subtype), "plain"))
		return PLAIN;
	return sl_is(sl(p->subtype), "html") ? HTML : OTHER;
}

/* The part of a multipart/related that is its text: the one that "start"
 * names, else the first (RFC 2387 3.2). */
static struct part *related_root(const struct part *multi)
{
	struct slice start = sl_trim(sl(params_get(&multi->params, "start")));

	if (start.n > 2 && start.p[0] == '<' && start.p[start.n - 1] == '>')
		start = sl_make(start.p + 1, start.n - 2);
	for (struct part *c = multi->child; c && start.n; c = c->next)
		if (c->id && sl_is(start, c->id))
			return c;
	return multi->child;
}

static struct part *best(struct part *p, enum rank *rank)
{
	bool choose = part_is(p, "multipart", "alternative");
	struct part *found = NULL, *first;

	*rank = NONE;
	if (p->kind == PART_MESSAGE)
		return NULL;
	if (p->kind == PART_LEAF) {
		*rank = rank_leaf(p);
		return *rank == NONE ? NULL : p;
	}
	if (part_is_attached(p))
		return NULL;
	first = part_is(p, "multipart", "related") ? related_root(p) : p->child;
	for (struct part *c = first; c; c = c->next) {
		enum rank one;
		struct part *text = best(c, &one);

		/* Later alternatives are the richer ones; elsewhere the first
		 * text is the message and the rest goes with it. */
		if (text && (choose ? one >= *rank : one > EMPTY || *rank == NONE)) {
			found = text;
			*rank = one;
		}
		if (!choose && *rank > EMPTY)
			break;
	}
	return found;
}

struct part *tree_best_text(const struct mime_tree *tree)
{
	enum rank rank;
	struct part *p = tree->root;

	return p ? best(p, &rank) : NULL;
}

/* ---- decoded bytes ---- */

static bool is_encoded(const struct part *p)
{
	return p->kind == PART_LEAF &&
		(p->enc == ENC_QP || p->enc == ENC_BASE64 || p->enc == ENC_UU);
}

static bool is_letter64(char c)
{
	return ascii_isalnum(c) || (c && strchr("+/=\r\n", c));
}

/* Words of another length than base64 has between blanks that got into it, or bytes of eight bits;
 * but a first line of base64 may have anything behind it. */
static bool is_said(struct slice s)
{
	unsigned words = 0, odd = 0;
	size_t letters = 0;
	struct slice ahead = s, line = s, word;

	sl_line(&ahead, &line);
	while (letters < line.n && is_letter64(line.p[letters]))
		letters++;
	if (letters == line.n && (letters % 4 == 0 || letters > 16))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return true;
	while (sl_line(&s, &line))
		for (; sl_word(&line, &word); words++)
			odd += word.n % 4 > 0;
	return words > 2 && odd * 2 > words;
}

/* Text that somebody decoded, or never encoded, though it says base64. */
static bool is_never_base64(const struct part *p, int fd, struct slice mem)
{
	char room[1024];
	size_t most = (size_t)MIN(p->end - p->body, (off_t)sizeof(room)), bad = 0;
	ssize_t n = fd >= 0 ? fs_pread(fd, room, most, p->body) : (ssize_t)most;
	struct slice s = n < 0 ? SL_NONE : fd >= 0 ? sl_make(room, (size_t)n) : sl_head(sl_skip(mem, (size_t)p->body), most);

	s = sl_trim(s);
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if ((unsigned char)c < ' ' ? !strchr("\t\n\r\f", c) || !c : c == 0x7f)
			return false;
		bad += !is_letter64(c);
	}
	return bad > s.n / 16 && is_said(s);
}

void part_open(struct part_src *ps, const struct part *p, int fd, struct slice mem)
{
	memset(ps, 0, sizeof(*ps));
	if (fd >= 0)
		src_range(&ps->raw, fd, p->body, p->end);
	else
		src_mem(&ps->raw, sl_head(sl_skip(mem, (size_t)p->body), (size_t)(p->end - p->body)));
	if (is_encoded(p) && !(p->enc == ENC_BASE64 && part_is(p, "text", NULL) && is_never_base64(p, fd, mem)))
		enc_src(&ps->dec, &ps->raw, p->enc, false);
}

struct src *part_src(struct part_src *ps)
{
	return ps->dec.read ? &ps->dec : &ps->raw;
}

void part_close(struct part_src *ps)
{
	if (ps->dec.read)
		src_release(&ps->dec);
	src_release(&ps->raw);
	memset(ps, 0, sizeof(*ps));
}

/* U+2028 and U+2029, as pasted from documents, become LF. */
static void break_lines(struct str *text)
{
	size_t to = 0;

	if (sl_search(str_sl(text), SL("\xE2\x80\xA8")) < 0 && sl_search(str_sl(text), SL("\xE2\x80\xA9")) < 0)
		return;
	for (size_t i = 0; i < text->n; i++) {
		struct slice rest = sl_skip(str_sl(text), i);
		bool ends = sl_starts(rest, "\xE2\x80\xA8") || sl_starts(rest, "\xE2\x80\xA9");

		text->p[to++] = ends ? '\n' : text->p[i];
		i += ends ? 2 : 0;
	}
	str_cut(text, to);
}

/* CRLF and CR become LF; a CR at the end of a block waits in *cr. */
static int put_lines(struct slice text, bool *cr, struct sink *sink, struct err *err)
{
	for (size_t i = 0; i < text.n; ) {
		size_t from = i;

		if (*cr) {
			*cr = false;
			if (sink_write(sink, SL("\n"), err) != 0)
				return -1;
			if (text.p[i] == '\n') {
				i++;
				continue;
			}
		}
		while (i < text.n && text.p[i] != '\r')
			i++;
		if (i > from && sink_write(sink, sl_range(text.p + from, text.p + i), err) != 0)
			return -1;
		if (i < text.n) {
			*cr = true;
			i++;
		}
	}
	return 0;
}

#define BLOCK 16384

/* Reads all of the part through that charset. */
static int convert(const struct part *p, int fd, struct slice mem, struct slice label,
		   struct sink *sink, struct err *err)
{
	struct charset *cs = charset_open(label);
	struct part_src ps;
	struct str text;
	char buf[BLOCK];
	bool cr = false;
	int result = 0;
	ssize_t n;
	int wrong;

	bug_on(!cs);
	str_init(&text, 16 * BLOCK);
	part_open(&ps, p, fd, mem);
	do {
		n = src_read(part_src(&ps), buf, sizeof(buf), err);
		if (n < 0) {
			result = -1;
			break;
		}
		str_clear(&text);
		wrong = charset_feed(cs, sl_make(buf, (size_t)n), n == 0, &text);
		bug_on(wrong < 0);
		if (part_is(p, "text", "plain"))
			break_lines(&text);
		result = put_lines(str_sl(&text), &cr, sink, err);
	} while (n > 0 && result == 0);
	if (result == 0 && cr)
		result = sink_write(sink, SL("\n"), err);
	part_close(&ps);
	str_release(&text);
	charset_free(&cs);
	return result;
}

/* Lines of the part that can tell its charset (all of them where a NUL is among the
 * first bytes), of a text so far as that may take. */
#define SAMPLE_MAX (64u << 10)
#define SAMPLE_SEEN (1u << 20)

struct sample { struct str head, lines; uint64_t seen; bool tell, wide; };

static void sample_add(struct sample *s, struct slice block)
{
	if (s->seen == 0)
		s->wide = block.n && memchr(block.p, 0, MIN(block.n, 64));
	s->seen += block.n;
	if (s->head.n < 4096)
		str_addsl(&s->head, sl_head(block, 4096 - s->head.n));
	while (block.n && s->lines.n < SAMPLE_MAX) {
		ssize_t nl = sl_find(block, '\n');
		struct slice line = sl_head(block, nl < 0 ? block.n : (size_t)nl + 1);
		bool tell = s->wide || s->tell;

		for (size_t i = 0; i < line.n && !tell; i++)
			tell = (unsigned char)line.p[i] >= 0x80 || line.p[i] == 0x1b || line.p[i] == '~';
		if (tell)
			str_addsl(&s->lines, sl_head(line, SAMPLE_MAX - s->lines.n));
		s->tell = tell && nl < 0;       /* the line goes on in the next block */
		block = sl_skip(block, line.n);
	}
}

static int take_sample(const struct part *p, int fd, struct slice mem, struct sample *s, struct err *err)
{
	struct part_src ps;
	char buf[BLOCK];
	ssize_t n;

	part_open(&ps, p, fd, mem);
	while ((n = src_read(part_src(&ps), buf, sizeof(buf), err)) > 0) {
		sample_add(s, sl_make(buf, (size_t)n));
		if (s->lines.n >= SAMPLE_MAX || (s->lines.n && s->seen > SAMPLE_SEEN))
			break;
	}
	part_close(&ps);
	return n < 0 ? -1 : 0;
}

/* HTML's own label counts where the header says nothing, or Latin 1, which gateways
 * put where nothing was said, of text that then fits better. */
static const char *html_said(const struct sample *s, const char *said, const char *meta)
{
	const char *table = said ? charset_table(sl(said)) : NULL;
	struct str out;
	int bad;

	if (!meta || (table && strcmp(table, "WINDOWS-1252") != 0))
		return said;
	str_init(&out, STR_MAX);
	bad = charset_to_utf8(sl(meta), str_sl(&s->lines), &out);
	str_release(&out);
	return bad == 0 || !table ? meta : said;
}

int part_text_label(const struct part *p, int fd, struct slice mem, char label[64], struct err *err)
{
	const char *said = part_charset(p);
	struct sample s = { .seen = 0 };
	char *meta = NULL;
	int rc;

	str_init(&s.head, 4096);
	str_init(&s.lines, SAMPLE_MAX);
	rc = take_sample(p, fd, mem, &s, err);
	if (part_is(p, "text", "html") || part_is(p, "application", "xhtml+xml")) {
		meta = guess_meta(str_sl(&s.head));
		said = html_said(&s, said, meta);
	}
	snprintf(label, 64, "%s", guess_said(str_sl(&s.lines), said));
	if (!charset_table(sl(label)))
		snprintf(label, 64, "utf-8");
	free(meta);
	str_release(&s.head);
	str_release(&s.lines);
	return rc;
}

int part_text(const struct part *p, int fd, struct slice mem, struct sink *sink, struct err *err)
{
	char label[64];

	if (part_text_label(p, fd, mem, label, err) != 0)
		return -1;
	return convert(p, fd, mem, sl(label), sink, err);
}

int part_text_as(const struct part *p, const char *label, int fd, struct slice mem, struct sink *sink,
		 struct err *err)
{
	struct charset *known = charset_open(sl(label));

	if (!known)
		return part_text(p, fd, mem, sink, err);
	charset_free(&known);
	return convert(p, fd, mem, sl(label), sink, err);
}
