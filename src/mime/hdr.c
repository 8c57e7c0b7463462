/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * hdr: a header block field by field, and fields written.
 *
 * 1. Only an empty line ends a header.  What is no field is skipped together
 *    with the lines that continue it, so junk never becomes part of a field.
 * 2. No line that is written is over 998, begins with a blank and holds
 *    nothing else, or holds CR, LF or NUL.
 */
#include "base/base.h"
#include "mime/mime.h"
#include "mime/priv.h"

#define LINE_WISH 78
#define WORD_WISH 76    /* RFC 2047 2: a line with encoded words */
#define LINE_HARD 998

/* The line at the front with its end; *text is without it. */
static struct slice take_line(struct slice *rest, struct slice *text)
{
	const char *lf = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;
	struct slice line = lf ? sl_range(rest->p, lf + 1) : *rest;

	*text = line;
	if (lf) {
		text->n--;
		if (text->n && text->p[text->n - 1] == '\r')
			text->n--;
	}
	*rest = sl_skip(*rest, line.n);
	return line;
}

/* The line and those that continue it. */
static struct slice take_folded(struct slice *rest, struct slice *text)
{
	const char *from = rest->p;
	struct slice more;

	take_line(rest, text);
	while (text->n && rest->n && ascii_isblank(rest->p[0])) {
		take_line(rest, &more);
		*text = sl_range(from, more.p + more.n);
	}
	return sl_range(from, rest->p);
}

/* Editors of Windows put one before the first field. */
struct slice hdr_without_bom(struct slice s)
{
	return sl_starts(s, "\xEF\xBB\xBF") ? sl_skip(s, 3) : s;
}

bool hdr_name_ok(struct slice name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] <= ' ' || name.p[i] > '~' || name.p[i] == ':')
			return false;
	return name.n > 0;
}

int hdr_next(struct slice *block, struct hdr *h)
{
	struct slice text;

	while (block->n > 0) {
		struct slice whole = take_folded(block, &text);
		ssize_t colon = sl_find(text, ':');

		if (text.n == 0) {
			*block = sl_head(*block, 0);
			return 0;
		}
		if (colon < 0)
			continue;
		h->name = hdr_without_bom(sl_head(text, (size_t)colon));
		while (h->name.n && ascii_isblank(h->name.p[h->name.n - 1]))
			h->name.n--;            /* RFC 5322 4.5.8 */
		if (!hdr_name_ok(h->name))
			continue;
		h->value = sl_skip(text, (size_t)colon + 1);
		h->whole = whole;
		return 1;
	}
	return 0;
}

bool hdr_find(struct slice block, const char *name, struct hdr *h)
{
	while (hdr_next(&block, h) == 1)
		if (sl_iis(h->name, name))
			return true;
	return false;
}

size_t hdr_count(struct slice block, const char *name)
{
	size_t n = 0;
	struct hdr h;

	while (hdr_next(&block, &h) == 1)
		n += sl_iis(h.name, name);
	return n;
}

size_t hdr_length(struct slice message)
{
	struct slice rest = message, text;

	while (rest.n > 0) {
		take_line(&rest, &text);
		if (text.n == 0)
			break;
	}
	return message.n - rest.n;
}

/* tab: the blank after a fold, when it is a tab, becomes this. */
static int unfold(struct slice value, char tab, struct str *out)
{
	struct slice s = sl_trim(value);

	if (s.n == 0 || !memchr(s.p, '\n', s.n))
		return str_addsl(out, s);
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '\r' && i + 1 < s.n && s.p[i + 1] == '\n')
			continue;
		if (c == '\n') {
			if (i + 1 < s.n && s.p[i + 1] == '\t')
				c = tab;
			else if (i + 1 < s.n && s.p[i + 1] == ' ')
				c = ' ';
			else
				continue;
			i++;
		}
		if (str_addc(out, c) != 0)
			return -1;
	}
	return 0;
}

int hdr_unfold(struct slice value, struct str *out)
{
	return unfold(value, '\t', out);
}

int hdr_text(struct slice value, struct str *out)
{
	struct str flat;
	int rc;

	str_init(&flat, STR_MAX);
	/* a tab at a fold stands for the space that was there before */
	rc = unfold(value, ' ', &flat);
	if (rc == 0)
		rc = word_decode(str_sl(&flat), out);
	str_release(&flat);
	return rc;
}

/* ---- writing ---- */

/* Where the line that s begins is broken: before blanks that have a word on
 * both sides, as far right as room allows.  With structure, after a comma or
 * semicolon outside of quotes if there is one, and within quotes only if there
 * is no other place.  Where nothing fits, at the first chance after it.  quoted:
 * it begins within quotes. */
static size_t line_length(struct slice s, size_t room, bool structure, bool quoted)
{
	size_t any = 0, good = 0, inside = 0;

	if (s.n <= room)
		return s.n;
	for (size_t i = 1; i < s.n && (i <= room || any + inside == 0); i++) {
		if (structure && s.p[i] == '\\' && quoted)
			i++;
		else if (structure && s.p[i] == '"')
			quoted = !quoted;
		else if (ascii_isblank(s.p[i]) && !ascii_isblank(s.p[i - 1])) {
			if (quoted)
				inside = i;
			else
				any = i;
			if (structure && !quoted && (s.p[i - 1] == ',' || s.p[i - 1] == ';'))
				good = i;
		}
	}
	return good ? good : any ? any : inside ? inside : s.n;
}

static bool ends_quoted(struct slice s, bool quoted)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\' && quoted)
			i++;
		else if (s.p[i] == '"')
			quoted = !quoted;
	}
	return quoted;
}

/* s is " value": a blank first, none last. */
static int fold(struct str *out, size_t col, struct slice s, bool structure)
{
	size_t wish = sl_search(s, SL("=?")) < 0 ? LINE_WISH : WORD_WISH;
	bool quoted = false;

	while (s.n > 0) {
		size_t n = line_length(s, wish > col ? wish - col : 0, structure, quoted);

		if (col > 0 && col + n > wish && n <= wish) {
			str_addc(out, '\n');    /* "Name:" alone, the rest fits */
			col = 0;
			continue;
		}
		if (col + n > LINE_HARD)
			return -1;
		str_addsl(out, sl_head(s, n));
		quoted = structure && ends_quoted(sl_head(s, n), quoted);
		s = sl_skip(s, n);
		if (s.n > 0)
			str_addc(out, '\n');
		col = 0;
	}
	return str_addc(out, '\n');
}

static int write_field(struct str *out, const char *name, struct slice value, bool structure)
{
	size_t start = out->n;
	struct str s;
	int rc;

	if (!hdr_name_ok(sl(name)))
		return -1;
	str_init(&s, STR_MAX);
	value = sl_trim(value);
	if (value.n)
		str_addc(&s, ' ');
	rc = str_addsl(&s, value);
	str_adds(out, name);
	str_addc(out, ':');
	if (rc == 0)
		rc = fold(out, strlen(name) + 1, str_sl(&s), structure);
	if (rc != 0 && !out->full)
		str_cut(out, start);
	str_release(&s);
	return rc;
}

int hdr_write(struct str *out, const char *name, struct slice value)
{
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] == '\r' || value.p[i] == '\n' || value.p[i] == '\0')
			return -1;
	return write_field(out, name, value, true);
}

int hdr_write_text(struct str *out, const char *name, struct slice utf8)
{
	struct str s;
	int rc;

	str_init(&s, STR_MAX);
	rc = word_encode_at(utf8, false, strlen(name) + 2, &s);
	if (rc == 0)
		rc = write_field(out, name, str_sl(&s), false);
	str_release(&s);
	return rc;
}

int hdr_read(int fd, off_t from, struct str *out)
{
	char block[16384];
	bool mended = false;
	ssize_t n;

	while ((n = fs_pread(fd, block, sizeof(block), from)) > 0) {
		size_t length, before = out->n;

		if (str_add(out, block, (size_t)n) != 0)
			return 1;
		from += n;
		if (before == 0)
			mended = lines_mend(out);
		for (size_t i = before; i < out->n && mended; i++)
			if (out->p[i] == '\r')
				out->p[i] = '\n';
		length = hdr_length(str_sl(out));
		if (length < out->n) {
			str_cut(out, length);
			return 0;
		}
	}
	return n < 0 ? -1 : 0;
}
