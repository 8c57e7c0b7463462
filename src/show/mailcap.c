/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mailcap: programs for types (RFC 1524).
 *
 * A command goes to a shell, and a sender chooses what stands in it.  So each
 * value is one word in single quotes; and where the entry puts it where such
 * quotes would be read another way (within other quotes or a substitution),
 * it may have letters only that mean nothing to any shell.
 */
#include "priv.h"
#include <errno.h>
#include <fcntl.h>

#define FILE_CAP ((size_t)1 << 20)
#define ENTRIES_MAX 10000

static void release_one(struct mailcap *m)
{
	free(m->type);
	free(m->command);
	free(m->test);
	free(m->nametemplate);
}

void mailcaps_release(struct mailcaps *m)
{
	for (size_t i = 0; i < m->n; i++)
		release_one(&m->v[i]);
	free(m->v);
	*m = (struct mailcaps){ 0 };
}

/* ---- reading ---- */

/* The part before the next ';' that is not escaped, trimmed, "\;" as ";". */
static bool next_field(struct slice *rest, struct str *out)
{
	size_t i = 0;
	struct slice trimmed;

	str_clear(out);
	if (rest->n == 0)
		return false;
	for (; i < rest->n && rest->p[i] != ';'; i++) {
		if (rest->p[i] == '\\' && i + 1 < rest->n) {
			i++;
			if (rest->p[i] != ';')
				str_addc(out, '\\');
		}
		str_addc(out, rest->p[i]);
	}
	*rest = sl_skip(*rest, i + 1);
	trimmed = sl_trim(str_sl(out));
	str_drop(out, (size_t)(trimmed.p - out->p));
	str_cut(out, trimmed.n);
	return true;
}

/* In small letters; a type alone means all of its subtypes. */
static char *type_pattern(struct slice s)
{
	struct str out;
	char *z;

	str_init(&out, STR_MAX);
	for (size_t i = 0; i < s.n; i++)
		str_addc(&out, (char)ascii_lower(s.p[i]));
	if (sl_find(s, '/') < 0)
		str_adds(&out, "/*");
	z = str_detach(&out);
	str_release(&out);
	return z;
}

static void set_once(char **to, struct slice value)
{
	if (!*to)
		*to = sl_dup(value);
}

static void read_option(struct mailcap *m, struct slice field)
{
	struct slice value = field, name;

	if (sl_iis(field, "needsterminal"))
		m->needs_terminal = true;
	else if (sl_iis(field, "copiousoutput"))
		m->copious = true;
	if (sl_find(field, '=') < 0 || !sl_cut(&value, '=', &name))
		return;
	name = sl_trim(name);
	value = sl_trim(value);
	if (sl_iis(name, "test"))
		set_once(&m->test, value);
	else if (sl_iis(name, "nametemplate"))
		set_once(&m->nametemplate, value);
}

static void read_entry(struct slice line, struct mailcaps *out)
{
	struct mailcap m = { 0 };
	struct str field;

	str_init(&field, STR_MAX);
	if (next_field(&line, &field) && field.n)
		m.type = type_pattern(str_sl(&field));
	if (next_field(&line, &field) && field.n)
		m.command = sl_dup(str_sl(&field));
	while (next_field(&line, &field))
		read_option(&m, str_sl(&field));
	str_release(&field);
	if (!m.type || !m.command || out->n >= ENTRIES_MAX) {
		release_one(&m);
		return;
	}
	mem_grow(out->v, out->n, out->cap);
	out->v[out->n++] = m;
}

static bool goes_on(struct slice line)
{
	size_t n = 0;

	while (n < line.n && line.p[line.n - 1 - n] == '\\')
		n++;
	return n % 2 == 1;
}

void mailcap_parse(struct slice text, struct mailcaps *out)
{
	struct slice line;
	struct str whole;

	str_init(&whole, STR_MAX);
	while (sl_line(&text, &line)) {
		if (whole.n == 0 && (sl_trim(line).n == 0 || sl_starts(sl_trim(line), "#")))
			continue;
		if (goes_on(line) && text.n) {
			str_addsl(&whole, sl_head(line, line.n - 1));
			str_addc(&whole, ' ');
			continue;
		}
		str_addsl(&whole, line);
		read_entry(str_sl(&whole), out);
		str_clear(&whole);
	}
	str_release(&whole);
}

/* A file that is not there has no entries. */
static int load_file(const char *path, struct mailcaps *out, struct err *err)
{
	struct str text;
	struct src src;
	struct sink sink;
	int fd = fs_open_named(path, O_RDONLY, 0), rc;

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : err_sys(err, _("%s can't be read"), path);
	str_init(&text, FILE_CAP);
	src_fd(&src, fd);
	sink_str(&sink, &text);
	rc = src_copy(&src, &sink, err);
	if (rc != 0)
		err_prefix(err, "%s", path);
	src_release(&src);
	fs_close(&fd);
	if (rc == 0)
		mailcap_parse(str_sl(&text), out);
	str_release(&text);
	return rc;
}

int mailcap_load(struct mailcaps *out, struct err *err)
{
	const char *named = getenv("MAILCAPS");
	struct slice rest = sl(named && *named ? named :
		"~/.mailcap:/etc/mailcap:/usr/share/etc/mailcap:/usr/local/etc/mailcap"), one;
	int rc = 0;

	while (rc == 0 && sl_cut(&rest, ':', &one)) {
		char *z = sl_dup(one), *path = path_expand(z);

		if (one.n)
			rc = load_file(path, out, err);
		free(path);
		free(z);
	}
	return rc;
}

/* ---- choosing ---- */

static bool matches(struct slice pattern, struct slice type)
{
	if (sl_ends(pattern, "/*"))
		return type.n >= pattern.n && sl_ieq(sl_head(type, pattern.n - 1), sl_head(pattern, pattern.n - 1));
	return sl_ieq(pattern, type);
}

const struct mailcap *mailcap_find(const struct mailcaps *all, const char *type, size_t k)
{
	for (size_t i = 0; i < all->n; i++)
		if (matches(sl(all->v[i].type), sl(type)) && k-- == 0)
			return &all->v[i];
	return NULL;
}

/* ---- the command ---- */

struct expand {
	struct slice cmd; size_t at;
	struct str *out;
	char quote;             /* the one that is open, or 0                   */
	size_t opened;          /* where in out it begins                       */
	bool nested;            /* a substitution was begun somewhere           */
};

static void add_quoted(struct str *out, struct slice value)
{
	struct slice part;

	str_addc(out, '\'');
	while (value.n) {
		ssize_t at = sl_find(value, '\'');

		part = at < 0 ? value : sl_head(value, (size_t)at);
		str_addsl(out, part);
		if (at >= 0)
			str_adds(out, "'\\''");
		value = sl_skip(value, part.n + (at >= 0));
	}
	str_addc(out, '\'');
}

static bool is_plain(char c)
{
	return ascii_isalnum(c) || (c && strchr("_.,:+@/=-", c));
}

static int add_plain(struct str *out, struct slice value, bool is_file)
{
	for (size_t i = 0; i < value.n; i++) {
		if (!is_plain(value.p[i]) && is_file)
			return -1;
		str_addc(out, is_plain(value.p[i]) ? value.p[i] : '_');
	}
	return 0;
}

/* n: bytes of the escape. */
static int put_value(struct expand *e, size_t n, struct slice value, bool is_file)
{
	bool alone = e->quote && e->out->n == e->opened + 1 && e->at + n < e->cmd.n && e->cmd.p[e->at + n] == e->quote;

	if (e->nested || (e->quote && !alone)) {
		e->at += n;
		return add_plain(e->out, value, is_file);
	}
	if (alone) {
		str_cut(e->out, e->opened);
		e->quote = 0;
		n++;
	}
	add_quoted(e->out, value);
	e->at += n;
	return 0;
}

static int escape(struct expand *e, const char *file, const char *type, const struct params *params, bool *input)
{
	struct slice rest = sl_skip(e->cmd, e->at + 1), name;
	char c = rest.n ? rest.p[0] : 0;
	ssize_t end;
	char *z;
	int rc;

	if (c == 's') {
		*input = false;
		return put_value(e, 2, sl(file), true);
	}
	if (c == 't')
		return put_value(e, 2, sl(type), false);
	if (c == '{' && (end = sl_find(rest, '}')) > 0) {
		name = sl_range(rest.p + 1, rest.p + end);
		z = sl_dup(name);
		for (size_t i = 0; i < name.n; i++)
			z[i] = (char)ascii_lower(z[i]);
		rc = put_value(e, (size_t)end + 2, sl(params ? params_get(params, z) : NULL), false);
		free(z);
		return rc;
	}
	str_addc(e->out, '%');
	e->at += c == '%' ? 2 : 1;
	return 0;
}

static void note_quote(struct expand *e, char c)
{
	if (e->quote == c) {
		e->quote = 0;
	} else if (!e->quote) {
		e->quote = c;
		e->opened = e->out->n;
	}
}

/* A letter of the command as it is. */
static void copy_one(struct expand *e)
{
	char c = e->cmd.p[e->at], next = e->at + 1 < e->cmd.n ? e->cmd.p[e->at + 1] : 0;

	if (c == '\\' && next && (next == '%' || e->quote != '\'')) {
		if (next != '%')
			str_addc(e->out, c);
		str_addc(e->out, next);
		e->at += 2;
		return;
	}
	if (c == '\'' || c == '"')
		note_quote(e, c);
	if (c == '`' || ((c == '$' || c == '<' || c == '>') && next == '(') || (c == '<' && next == '<') || (c == '$' && next == '\''))
		e->nested = true;
	str_addc(e->out, c);
	e->at++;
}

int mailcap_command(const struct mailcap *m, const char *file, const char *type, const struct params *params,
		    struct str *out, bool *input)
{
	struct expand e = { .cmd = sl(m->command), .out = out };
	size_t start = out->n;
	int rc = 0;

	*input = true;
	while (rc == 0 && e.at < e.cmd.n) {
		if (e.cmd.p[e.at] == '%')
			rc = escape(&e, file, type, params, input);
		else
			copy_one(&e);
	}
	if (rc != 0 || out->full)
		str_cut(out, start);
	return rc != 0 || out->full ? -1 : 0;
}
