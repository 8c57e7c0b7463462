/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * file: INI text to section, key, value and line, as git and aerc write it.
 * Knows no key: opts.c does.
 */
#include "conf.h"

struct ini {
	const char *file;
	unsigned line;
	char section[128];
};

static int bad(const struct ini *ini, struct err *err, const char *what)
{
	return err_set(err, ERR_CONFIG, "%s:%u: %s", ini->file, ini->line, what);
}

static int take_section(struct ini *ini, struct slice line, struct err *err)
{
	struct slice name;

	if (line.p[line.n - 1] != ']')
		return bad(ini, err, _("A section is written [account NAME]; the closing bracket is missing."));
	name = sl_trim(sl_make(line.p + 1, line.n - 2));
	if (name.n == 0 || name.n >= sizeof(ini->section))
		return bad(ini, err, _("The name of this section is empty or too long."));
	snprintf(ini->section, sizeof(ini->section), SL_FMT, SL_ARG(name));
	return 0;
}

/* "..." with \" \\ \n \t inside, or bare text up to the end of the line. */
static int take_value(const struct ini *ini, struct slice raw, struct str *out, struct err *err)
{
	size_t i = 1;

	str_clear(out);
	if (raw.n == 0 || raw.p[0] != '"')
		return str_addsl(out, raw);
	for (; i < raw.n && raw.p[i] != '"'; i++) {
		char c = raw.p[i];

		if (c == '\\' && i + 1 < raw.n) {
			c = raw.p[++i];
			if (c == 'n')
				c = '\n';
			else if (c == 't')
				c = '\t';
			else if (c != '"' && c != '\\')
				return bad(ini, err, _("In quotes, \\ may stand before \", \\, n and t only."));
		}
		str_addc(out, c);
	}
	if (i + 1 != raw.n)
		return bad(ini, err, _("The closing quote is missing, or something follows it."));
	return 0;
}

/* Joins lines that end in a backslash. */
static bool next_line(struct ini *ini, struct slice *rest, struct str *line)
{
	struct slice one;
	bool more = true;

	str_clear(line);
	while (more && sl_line(rest, &one)) {
		ini->line++;
		more = one.n > 0 && one.p[one.n - 1] == '\\';
		str_addsl(line, more ? sl_head(one, one.n - 1) : one);
		if (!more)
			return true;
	}
	return line->n > 0;
}

int ini_parse(struct slice text, const char *file,
	int (*fn)(void *, struct slice, struct slice, struct slice, unsigned, struct err *),
	void *ctx, struct err *err)
{
	struct ini ini = { .file = file };
	struct str line, value;
	int r = 0;

	str_init(&line, 65536);
	str_init(&value, 65536);
	if (sl_starts(text, "\xef\xbb\xbf"))
		text = sl_skip(text, 3);
	if (memchr(text.p ? text.p : "", 0, text.n))
		r = err_set(err, ERR_CONFIG, _("%s is not a text file: it holds a NUL byte."), file);
	while (r == 0 && next_line(&ini, &text, &line)) {
		struct slice s = sl_trim(str_sl(&line));
		ssize_t eq;

		if (line.full) {
			r = bad(&ini, err, _("This line is too long."));
		} else if (s.n == 0 || s.p[0] == '#' || s.p[0] == ';') {
			continue;
		} else if (s.p[0] == '[') {
			r = take_section(&ini, s, err);
		} else if ((eq = sl_find(s, '=')) <= 0) {
			r = bad(&ini, err, _("This line is neither a section, nor a comment, nor \"key = value\"."));
		} else if ((r = take_value(&ini, sl_trim(sl_skip(s, (size_t)eq + 1)), &value, err)) == 0) {
			r = fn(ctx, sl(ini.section), sl_trim(sl_head(s, (size_t)eq)), str_sl(&value), ini.line, err);
		}
	}
	str_wipe(&value);
	str_wipe(&line);
	str_release(&value);
	str_release(&line);
	return r;
}
