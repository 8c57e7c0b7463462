/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * filename: a name under which a part can be saved, out of whatever the
 * sender wrote (FN1).  The result has no directory, no leading dot or dash, no
 * control, invisible or direction character, is NFC, and 1 to 255 bytes long.
 */
#include "base/base.h"
#include "mime/mime.h"
#include "mime/priv.h"

#define NAME_BYTES 255
#define EXT_BYTES  40

/* What is no slash to the system but looks like one, and other characters that
 * mean something in names elsewhere. */
static bool is_unsafe(uint32_t cp)
{
	return cp < 32 || cp == 127 || cp == '/' || cp == '\\' || cp == ':' ||
		cp == UTF8_BAD || (cp >= 0x2400 && cp <= 0x2426) ||
		cp == 0x2044 || cp == 0x2215 || cp == 0x29f8 || cp == 0xff0f || cp == 0xff3c;
}

static bool is_blank(uint32_t cp)
{
	return cp == ' ' || cp == 0xa0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200a) ||
		cp == 0x202f || cp == 0x205f || cp == 0x3000;
}

/* Behind the last slash of either kind. */
static struct slice base_name(struct slice name)
{
	for (size_t i = name.n; i > 0; i--)
		if (name.p[i - 1] == '/' || name.p[i - 1] == '\\')
			return sl_skip(name, i);
	return name;
}

/* One '_' for a run of what cannot stay, one space for a run of blanks. */
static void clean(struct slice in, struct str *out)
{
	while (in.n) {
		uint32_t cp;
		size_t used = utf8_decode(in, &cp);
		char last = out->n ? out->p[out->n - 1] : 0;

		if (is_blank(cp)) {
			if (last != ' ')
				str_addc(out, ' ');
		} else if (is_unsafe(cp)) {
			if (last != '_')
				str_addc(out, '_');
		} else {
			str_add(out, in.p, used);
		}
		in = sl_skip(in, used);
	}
}

static struct slice trim(struct slice s)
{
	while (s.n && (s.p[0] == '.' || s.p[0] == '-' || s.p[0] == ' '))
		s = sl_skip(s, 1);
	while (s.n && (s.p[s.n - 1] == '.' || s.p[s.n - 1] == ' '))
		s.n--;
	return s;
}

/* The most of it that ends between what a person sees as characters. */
static size_t cut_at(struct slice s, size_t max)
{
	size_t n = 0, next;

	while ((next = n + utf8_grapheme(sl_skip(s, n))) > n && next <= max)
		n = next;
	if (n)
		return n;
	for (n = max; n && ((unsigned char)s.p[n] & 0xc0) == 0x80; n--)
		;
	return n;
}

static int add_cut(struct slice name, struct str *out)
{
	size_t dot = name.n, ext;

	if (name.n <= NAME_BYTES)
		return str_addsl(out, name);
	while (dot && name.p[dot - 1] != '.')
		dot--;
	ext = dot > 1 && name.n - dot < EXT_BYTES ? name.n - dot + 1 : 0;
	str_addsl(out, trim(sl_head(name, cut_at(name, NAME_BYTES - ext))));
	return str_addsl(out, sl_skip(name, name.n - ext));
}

int filename_clean(struct slice name, const char *number, struct str *out)
{
	struct str seen, nfc, text;
	struct slice good;
	int result;

	str_init(&seen, STR_MAX);
	str_init(&nfc, STR_MAX);
	str_init(&text, STR_MAX);
	/* What must not be seen as it is becomes a mark first, the mark then '_'. */
	utf8_sanitize(&seen, sl_head(base_name(name), 65536), CLEAN_LINE);
	utf8_nfc(&nfc, str_sl(&seen));
	clean(str_sl(&nfc), &text);
	/* a mark whose base went gets one to stand on */
	str_clear(&seen);
	utf8_sanitize(&seen, trim(str_sl(&text)), CLEAN_LINE);
	good = str_sl(&seen);
	if (good.n == 0 || sl_is(good, "_"))
		result = str_addf(out, "part-%s.bin", number && *number ? number : "1");
	else
		result = add_cut(good, out);
	str_release(&seen);
	str_release(&nfc);
	str_release(&text);
	return result;
}

/* Where a description is the name of a file: one word behind its last dot, which types know. */
static bool is_file_name(struct slice s)
{
	size_t dot = s.n;

	while (dot && s.p[dot - 1] != '.')
		dot--;
	return dot > 1 && s.n - dot <= 5 && !sl_is(sl(type_of(s, SL("\x01"))), "application/octet-stream");
}

int part_name(const struct part *p, struct str *out)
{
	const char *ext;
	char made[80], type[128];

	if (p->filename && *p->filename)
		return filename_clean(sl(p->filename), p->number, out);
	if (p->description && is_file_name(sl(p->description)))
		return filename_clean(sl(p->description), p->number, out);
	snprintf(type, sizeof(type), "%s/%s", p->type, p->subtype);
	ext = p->kind == PART_MESSAGE ? "eml" : type_extension(sl(type));
	snprintf(made, sizeof(made), "part-%.40s.%s", p->number ? p->number : "1", ext ? ext : part_is(p, "text", NULL) ? "txt" : part_is(p, "image", NULL) ? p->subtype : "bin");
	return filename_clean(sl(made), p->number, out);
}
