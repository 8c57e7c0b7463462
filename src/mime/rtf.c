/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rtf: the text of a document in RTF.  Looks, pictures and what programs keep for
 * themselves are left out.
 */
#include "priv.h"

#define DEPTH_MAX 100           /* groups; deeper ones are left out            */

struct rtf {
	struct slice rest;
	struct str bytes, *out;         /* bytes: of the document's charset, not yet converted */
	char charset[24];
	struct group { bool skip; unsigned uc; } v[DEPTH_MAX];
	size_t depth, deeper;
	unsigned pass;                  /* what stands for a \u where it is unknown */
	unsigned high;                  /* the first half of a character        */
};

static struct group *at(struct rtf *t)
{
	return &t->v[t->depth];
}

static void flush(struct rtf *t)
{
	charset_to_utf8(sl(t->charset), str_sl(&t->bytes), t->out);
	str_clear(&t->bytes);
}

static void put_char(struct rtf *t, char c)
{
	if (t->pass > 0)
		t->pass--;
	else if (!at(t)->skip && !t->deeper)
		str_addc((unsigned char)c < 0x80 ? &t->bytes : t->out, c);
}

static void put_cp(struct rtf *t, unsigned cp)
{
	char utf8[4];

	if (at(t)->skip || t->deeper)
		return;
	flush(t);
	if (cp >= 0xd800 && cp < 0xdc00) {
		t->high = cp;
		return;
	}
	if (cp >= 0xdc00 && cp < 0xe000)
		cp = t->high ? 0x10000 + ((t->high - 0xd800) << 10) + (cp - 0xdc00) : 0xfffd;
	t->high = 0;
	if (cp)
		str_add(t->out, utf8, utf8_encode(cp, utf8));
}

/* ---- words ---- */

static const char *const unread[] = { "fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "header", "headerl", "headerr", "headerf",
	"footer", "footerl", "footerr", "footerf", "fldinst", "filetbl", "revtbl", "listtable", "listoverridetable", "themedata", "datastore",
	"generator", "xe", "tc", "nonshppict", "bkmkstart", "bkmkend" };
static const struct { const char *name; unsigned cp; } chars[] = {
	{ "par", '\n' }, { "line", '\n' }, { "sect", '\n' }, { "page", '\n' }, { "row", '\n' }, { "tab", '\t' }, { "cell", '\t' },
	{ "emdash", 0x2014 }, { "endash", 0x2013 }, { "lquote", 0x2018 }, { "rquote", 0x2019 }, { "ldblquote", 0x201c },
	{ "rdblquote", 0x201d }, { "bullet", 0x2022 }, { "emspace", ' ' }, { "enspace", ' ' }, { "qmspace", ' ' },
};

static void do_word(struct rtf *t, struct slice name, bool given, long n)
{
	for (size_t i = 0; i < ARRAY_LEN(unread); i++)
		if (sl_is(name, unread[i]))
			at(t)->skip = true;
	for (size_t i = 0; i < ARRAY_LEN(chars); i++)
		if (sl_is(name, chars[i].name))
			put_cp(t, chars[i].cp);
	if (sl_is(name, "ansicpg") && n > 0 && n < 100000) {
		flush(t);
		snprintf(t->charset, sizeof(t->charset), n == 65001 ? "utf-8" : "windows-%ld", n);
	} else if (sl_is(name, "uc")) {
		at(t)->uc = (unsigned)MAX(0L, MIN(n, 16L));
	} else if (sl_is(name, "u") && given) {
		put_cp(t, (unsigned)n & 0xffff);
		t->pass = at(t)->uc;
	} else if (sl_is(name, "v")) {
		at(t)->skip = !given || n;              /* hidden */
	} else if (sl_is(name, "bin") && n > 0) {
		t->rest = sl_skip(t->rest, (size_t)n);
	}
}

/* Behind the backslash: "par", "u8364 ", "'e9", "{". */
static void do_control(struct rtf *t)
{
	struct slice name = t->rest;
	size_t k = 0;
	long n = 0;
	bool minus, given;
	char c = name.n ? name.p[0] : '\0';

	while (k < name.n && k < 32 && ascii_isalpha((unsigned char)name.p[k]))
		k++;
	t->rest = sl_skip(t->rest, MAX(k, (size_t)1));
	if (k == 0) {
		int byte = c == '\'' && t->rest.n >= 2 ? hex_byte(t->rest.p) : -1;

		if (byte >= 0) {
			t->rest = sl_skip(t->rest, 2);
			if (t->pass > 0)
				t->pass--;
			else if (byte && !at(t)->skip && !t->deeper)
				str_addc(&t->bytes, (char)byte);
		} else if (c == '*') {
			at(t)->skip = true;
		} else if (c == '\n' || c == '\r') {
			put_cp(t, '\n');
		} else if (c == '~' || c == '_') {
			put_char(t, c == '~' ? ' ' : '-');
		} else if (c && strchr("\\{}", c)) {
			put_char(t, c);
		}
		return;
	}
	name = sl_head(name, k);
	minus = t->rest.n && t->rest.p[0] == '-';
	t->rest = sl_skip(t->rest, minus);
	for (k = 0; k < t->rest.n && k < 9 && ascii_isdigit((unsigned char)t->rest.p[k]); k++)
		n = n * 10 + (t->rest.p[k] - '0');
	given = k > 0;
	t->rest = sl_skip(t->rest, k);
	if (t->rest.n && t->rest.p[0] == ' ')
		t->rest = sl_skip(t->rest, 1);
	do_word(t, name, given, minus ? -n : n);
}

static void do_group(struct rtf *t, bool begins)
{
	t->pass = 0;
	if (begins && t->depth + 1 == DEPTH_MAX) {
		t->deeper++;
	} else if (begins) {
		t->v[t->depth + 1] = t->v[t->depth];
		t->depth++;
	} else if (t->deeper) {
		t->deeper--;
	} else if (t->depth) {
		t->depth--;
	}
}

bool rtf_text(struct slice in, struct str *out)
{
	struct rtf t = { .rest = in, .out = out, .charset = "windows-1252", .v = { { .uc = 1 } } };

	if (!sl_starts(sl_trim(in), "{\\rtf"))
		return false;
	str_init(&t.bytes, STR_MAX);
	while (t.rest.n) {
		char c = t.rest.p[0];

		if ((unsigned char)c >= 0x80)
			flush(&t);
		t.rest = sl_skip(t.rest, 1);
		if (c == '\\')
			do_control(&t);
		else if (c == '{' || c == '}')
			do_group(&t, c == '{');
		else if (c && !strchr("\r\n", c))
			put_char(&t, c);
	}
	flush(&t);
	str_release(&t.bytes);
	return true;
}
