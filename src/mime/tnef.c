/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tnef: what Outlook puts into winmail.dat ([MS-OXTNEF]), as far as a person
 * wants it: the attached files, and the text where it is nowhere else.
 *
 * A list of attributes, each with its length; in some of them a list of MAPI
 * properties.  Every length is held against what is left; what does not fit
 * ends the reading, and what was found by then is kept.  A message that is attached
 * is such a list again: what it holds follows it.
 */
#include "base/base.h"
#include "mime/mime.h"
#include "mime/priv.h"

#define SIGNATURE       0x223E9F78u
#define ATT_BODY        0x800Cu
#define ATT_MSG_PROPS   0x9003u
#define ATT_TITLE       0x8010u
#define ATT_DATA        0x800Fu
#define ATT_REND        0x9002u
#define ATT_ATTACHMENT  0x9005u
#define ATT_CODEPAGE    0x9007u

#define PR_DISPLAY_NAME 0x3001u
#define PR_DATA         0x3701u
#define PR_NAME         0x3704u
#define PR_LONG_NAME    0x3707u
#define PR_BODY         0x1000u
#define PR_RTF          0x1009u
#define PR_HTML         0x1013u

#define PROPS_MAX       4096
#define DEEP_MAX        4               /* messages in messages                 */

struct reader {
	struct slice all, rest;
	struct inners *out;
	char codepage[16];
	struct inner file;              /* the attachment that is being read    */
	int rank;                       /* of its name                          */
	bool open, data, cut;
	struct slice message;           /* what it is, where it is one          */
	unsigned depth;
};

static bool read_message(struct slice all, struct slice message, unsigned depth, struct inners *out);

static bool take(struct slice *s, size_t n, struct slice *out)
{
	if (n > s->n)
		return false;
	*out = sl_head(*s, n);
	*s = sl_skip(*s, n);
	return true;
}

static bool take_u16(struct slice *s, unsigned *v)
{
	struct slice b;

	if (!take(s, 2, &b))
		return false;
	*v = (unsigned char)b.p[0] | (unsigned)(unsigned char)b.p[1] << 8;
	return true;
}

static bool take_u32(struct slice *s, uint32_t *v)
{
	unsigned low, high;

	if (!take_u16(s, &low) || !take_u16(s, &high))
		return false;
	*v = low | (uint32_t)high << 16;
	return true;
}

static void end_file(struct reader *r)
{
	if (r->open && r->data) {
		r->file.whole = !r->cut;
		if (!r->file.name)
			r->file.name = mem_strdup("");
		inner_add(r->out, &r->file);
		if (r->message.n && r->depth < DEEP_MAX && !read_message(r->all, r->message, r->depth + 1, r->out))
			r->out->bad = true;
	} else {
		free(r->file.name);
	}
	r->message = SL_NONE;
	r->file = (struct inner){ .kind = INNER_TNEF };
	r->open = r->data = false;
	r->rank = 0;
}

static void set_bytes(struct reader *r, struct inner *to, struct slice bytes)
{
	to->from = (uint64_t)(bytes.p - r->all.p);
	to->to = to->from + bytes.n;
}

static void set_name(struct reader *r, int rank, struct slice value, bool wide)
{
	struct str name;

	while (value.n && value.p[value.n - 1] == 0 && (!wide || (value.n > 1 && value.p[value.n - 2] == 0)))
		value.n -= wide ? 2 : 1;
	if (rank <= r->rank || value.n == 0)
		return;
	str_init(&name, 2048);
	charset_to_utf8(wide ? SL("utf-16le") : sl(guess_said(value, r->codepage[0] ? r->codepage : NULL)),
			sl_head(value, 512), &name);
	free(r->file.name);
	r->file.name = word_detach(&name);
	r->rank = rank;
}

static void add_text(struct reader *r, const char *name, enum inner_kind kind, struct slice bytes)
{
	struct inner one = { .kind = kind, .whole = true };

	if (bytes.n == 0)
		return;
	one.name = mem_strdup(name);
	set_bytes(r, &one, bytes);
	inner_add(r->out, &one);
}

/* ---- MAPI ---- */

#define MAPI_MANY 0x1000u

/* Bytes of a value with its padding; 0: of a length that stands before it. */
static size_t fixed_size(unsigned type)
{
	switch (type) {
	case 0x0002: case 0x0003: case 0x0004: case 0x000A: case 0x000B:
		return 4;
	case 0x0005: case 0x0006: case 0x0007: case 0x0014: case 0x0040:
		return 8;
	case 0x0048:
		return 16;
	}
	return 0;
}

static bool skip_named(struct slice *s)
{
	struct slice unused;
	uint32_t kind, n;

	if (!take(s, 16, &unused) || !take_u32(s, &kind) || !take_u32(s, &n))
		return false;
	return kind == 0 || (n <= s->n && take(s, MIN(((size_t)n + 3) & ~(size_t)3, s->n), &unused));
}

static void use(struct reader *r, bool of_file, unsigned type, unsigned id, struct slice value)
{
	bool wide = type == 0x1F;

	if (of_file && (id == PR_LONG_NAME || id == PR_NAME || id == PR_DISPLAY_NAME)) {
		set_name(r, id == PR_LONG_NAME ? 4 : id == PR_NAME ? 3 : 1, value, wide);
	} else if (of_file && id == PR_DATA && value.n) {
		if (type == 0x0D && value.n >= 16) {    /* behind what kind of object it is */
			if (sl_starts(value, "\x07\x03\x02"))
				r->message = sl_skip(value, 16);
			value = sl_skip(value, 16);
		}
		set_bytes(r, &r->file, value);
		r->open = r->data = true;
	} else if (!of_file && id == PR_RTF) {
		add_text(r, "message.rtf", INNER_RTF, value);
	} else if (!of_file && id == PR_HTML) {
		add_text(r, "message.html", INNER_TNEF, value);
	} else if (!of_file && id == PR_BODY) {
		while (value.n && value.p[value.n - 1] == 0 && (!wide || (value.n > 1 && value.p[value.n - 2] == 0)))
			value.n -= wide ? 2 : 1;
		add_text(r, "message.txt", wide ? INNER_UTF16 : INNER_TNEF, value);
	}
}

static bool read_prop(struct reader *r, struct slice *s, bool of_file)
{
	unsigned type, id;
	uint32_t count = 1, n;
	struct slice value;
	size_t size;

	if (!take_u16(s, &type) || !take_u16(s, &id))
		return false;
	if (id >= 0x8000 && !skip_named(s))
		return false;
	size = fixed_size(type & ~MAPI_MANY);
	if ((size == 0 || (type & MAPI_MANY)) && (type & ~MAPI_MANY) > 1 && !take_u32(s, &count))
		return false;
	if ((type & ~MAPI_MANY) <= 1)
		return true;
	for (uint32_t i = 0; i < count; i++) {
		n = (uint32_t)size;
		if (size == 0 && !take_u32(s, &n))
			return false;
		if (!take(s, n, &value))
			return false;
		if (size == 0)
			*s = sl_skip(*s, MIN(s->n, -(size_t)n & 3));
		if (i == 0)
			use(r, of_file, type & ~MAPI_MANY, id, value);
	}
	return true;
}

static bool read_props(struct reader *r, struct slice s, bool of_file)
{
	uint32_t count;
	bool good = take_u32(&s, &count);

	for (uint32_t i = 0; good && i < MIN(count, PROPS_MAX); i++)
		good = read_prop(r, &s, of_file);
	return good;
}

/* ---- attributes ---- */

static bool read_attribute(struct reader *r, unsigned id, struct slice value)
{
	struct slice rest = value;
	uint32_t page;

	switch (id) {
	case ATT_REND:
		end_file(r);
		r->open = true;
		return true;
	case ATT_TITLE:
		set_name(r, 2, value, false);
		return true;
	case ATT_DATA:
		set_bytes(r, &r->file, value);
		r->open = r->data = true;
		return true;
	case ATT_ATTACHMENT:
		return read_props(r, value, true);
	case ATT_MSG_PROPS:
		return read_props(r, value, false);
	case ATT_CODEPAGE:
		if (take_u32(&rest, &page))
			snprintf(r->codepage, sizeof(r->codepage), "cp%u", (unsigned)page);
		return true;
	case ATT_BODY:
		while (value.n && value.p[value.n - 1] == 0)
			value.n--;
		add_text(r, "message.txt", INNER_TNEF, value);
		return true;
	}
	return true;
}

static bool next_attribute(struct reader *r)
{
	unsigned id, unused;
	struct slice level, value;
	uint32_t n;

	if (!take(&r->rest, 1, &level) || (level.p[0] != 1 && level.p[0] != 2) || !take_u16(&r->rest, &id) ||
	    !take_u16(&r->rest, &unused) || !take_u32(&r->rest, &n))
		return false;
	if (take(&r->rest, n, &value))
		return read_attribute(r, id, value) && take_u16(&r->rest, &unused);
	if (id == ATT_DATA) {           /* so much of it is there */
		read_attribute(r, id, r->rest);
		r->cut = true;
	}
	return false;
}

static bool read_message(struct slice all, struct slice message, unsigned depth, struct inners *out)
{
	struct reader r = { .all = all, .rest = message, .out = out, .file.kind = INNER_TNEF, .depth = depth };
	uint32_t signature;
	unsigned unused;
	bool good = true;

	if (!take_u32(&r.rest, &signature) || signature != SIGNATURE || !take_u16(&r.rest, &unused))
		return false;
	while (good && r.rest.n)
		good = next_attribute(&r);
	end_file(&r);
	return good;
}

int tnef_read(struct slice all, struct inners *out)
{
	return read_message(all, all, 0, out) ? 0 : -1;
}

/* ---- compressed RTF ([MS-OXRTFCP]) ---- */

static const char rtf_start[] =
	"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript "
	"\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
	"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

struct window { char text[4096]; size_t at; };

static int put(struct window *w, char c, struct str *out)
{
	w->text[w->at] = c;
	w->at = (w->at + 1) % sizeof(w->text);
	return str_addc(out, c);
}

static void unpack(struct slice in, size_t most, struct str *out)
{
	struct window w = { .at = sizeof(rtf_start) - 1 };
	size_t start = out->n;

	memcpy(w.text, rtf_start, sizeof(rtf_start) - 1);
	while (in.n && out->n - start < most) {
		unsigned flags = (unsigned char)in.p[0];

		in = sl_skip(in, 1);
		for (int bit = 0; bit < 8 && in.n; bit++, flags >>= 1) {
			unsigned pair;
			size_t from;

			if (!(flags & 1)) {
				if (put(&w, in.p[0], out) != 0)
					return;
				in = sl_skip(in, 1);
				continue;
			}
			if (in.n < 2)
				return;
			pair = (unsigned)(unsigned char)in.p[0] << 8 | (unsigned char)in.p[1];
			in = sl_skip(in, 2);
			from = pair >> 4;
			if (from == w.at)
				return;
			for (unsigned i = 0; i < (pair & 15) + 2; i++)
				if (put(&w, w.text[(from + i) % sizeof(w.text)], out) != 0)
					return;
		}
	}
}

void tnef_rtf(struct slice in, struct str *out)
{
	uint32_t packed, raw, kind, sum;

	if (!take_u32(&in, &packed) || !take_u32(&in, &raw) || !take_u32(&in, &kind) || !take_u32(&in, &sum))
		return;
	if (kind == 0x414C454Du)                /* "MELA": as it is */
		str_addsl(out, sl_head(in, raw));
	else if (kind == 0x75465A4Cu)           /* "LZFu" */
		unpack(in, raw, out);
}
