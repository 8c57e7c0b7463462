/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * composesave: a message being written, to disk and back.  "fields" has lines of
 * "key value", values with %XX, the last line "end"; an unknown key is left alone.
 * Each of the two files is replaced as a whole and synced, so a crash leaves it as
 * it was or as it is.
 */
#include "priv.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define FIELDS_MAX ((size_t)64 << 20)
#define TEXT_MAX   ((size_t)256 << 20)
#define FILES_MAX  10000
#define MAGIC      "pabal-compose 1"

/* ---- strings by their keys ---- */

static const struct { const char *key; size_t at; } strings[] = {
	{ "account", offsetof(struct compose, account) },
	{ "from", offsetof(struct compose, from) },
	{ "to", offsetof(struct compose, to) },
	{ "cc", offsetof(struct compose, cc) },
	{ "bcc", offsetof(struct compose, bcc) },
	{ "reply-to", offsetof(struct compose, reply_to) },
	{ "subject", offsetof(struct compose, subject) },
	{ "in-reply-to", offsetof(struct compose, in_reply_to) },
	{ "references", offsetof(struct compose, references) },
	{ "headers", offsetof(struct compose, headers) },
	{ "about", offsetof(struct compose, about) },
	{ "draft", offsetof(struct compose, draft) },
	{ "message-id", offsetof(struct compose, message_id) },
};

static char **string_of(struct compose *c, size_t i)
{
	return (char **)(void *)((char *)c + strings[i].at);
}

static const char *const_string_of(const struct compose *c, size_t i)
{
	return *(char *const *)(const void *)((const char *)c + strings[i].at);
}

/* ---- out ---- */

static void put_line(struct str *s, const char *key, const char *value)
{
	if (!value)
		return;
	str_addf(s, "%s ", key);
	str_addpct(s, sl(value));
	str_addc(s, '\n');
}

static void put_number(struct str *s, const char *key, int64_t n)
{
	if (n)
		str_addf(s, "%s %lld\n", key, (long long)n);
}

static const char *name_of(const char *path)
{
	return strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
}

static void put_file(struct str *s, const struct compose_file *f)
{
	put_line(s, f->own ? "own-file" : "file", f->own ? name_of(f->path) : f->path);
	put_line(s, "name", f->name);
	put_line(s, "type", f->type);
	put_line(s, "description", f->description);
	put_number(s, "inline", f->is_inline);
	put_number(s, "size", (int64_t)MIN(f->size, (uint64_t)INT64_MAX));
	put_number(s, "mtime", f->mtime);
}

static void format_fields(const struct compose *c, struct str *s)
{
	char flag[2] = { c->about_flag, 0 };

	str_adds(s, MAGIC "\n");
	for (size_t i = 0; i < ARRAY_LEN(strings); i++)
		put_line(s, strings[i].key, const_string_of(c, i));
	put_line(s, "about-flag", c->about_flag ? flag : NULL);
	str_addf(s, "notify -%s%s%s\n", c->notify_success ? "S" : "", c->notify_failure ? "F" : "", c->notify_delay ? "D" : "");
	put_number(s, "receipt", c->receipt);
	put_number(s, "markdown", c->markdown);
	put_number(s, "send-at", c->send_at);
	put_number(s, "rcpts-before", c->rcpts_before);
	put_line(s, "resend", c->resend ? name_of(c->resend) : NULL);
	for (size_t i = 0; i < c->n_files; i++)
		put_file(s, &c->files[i]);
	str_adds(s, "end\n");
}

static uint64_t print_of(struct slice s)
{
	uint64_t h = hash64(s.p, s.n);

	return h ? h : 1;
}

static int replace(const struct compose *c, const char *name, struct slice content, struct err *err)
{
	char *path = path_join(c->dir, name);
	int r = fs_replace(path, content, err);

	if (r != 0)
		err_prefix(err, _("What you write can't be saved"));
	free(path);
	return r;
}

/* Files of its own that nothing names any more. */
static void sweep_files(const struct compose *c)
{
	char *files = path_join(c->dir, "files");
	DIR *d = opendir(files);
	const struct dirent *e;

	while (d && (e = readdir(d))) {
		char *path = path_join(files, e->d_name);
		bool named = e->d_name[0] == '.' || (c->resend && strcmp(path, c->resend) == 0);

		for (size_t i = 0; i < c->n_files && !named; i++)
			named = c->files[i].own && strcmp(path, c->files[i].path) == 0;
		if (!named)
			fs_unlink(dirfd(d), e->d_name);
		free(path);
	}
	if (d)
		closedir(d);
	free(files);
}

static bool is_there(const struct compose *c, const char *name)
{
	char *path = path_join(c->dir, name);
	bool is = access(path, F_OK) == 0;

	free(path);
	return is;
}

/* Other words are another message. */
static void forget_id(struct compose *c, struct str *fields)
{
	free(c->message_id);
	c->message_id = NULL;
	str_clear(fields);
	format_fields(c, fields);
}

/* The text first: a crash between the two leaves new words with old fields. */
static int save(struct compose *c, bool same, struct err *err)
{
	uint64_t text = print_of(sl(c->text)), fields;
	struct str s;
	int r = 0;

	str_init(&s, FIELDS_MAX);
	format_fields(c, &s);
	if (c->message_id && !same && (text != c->saved_text || print_of(str_sl(&s)) != c->saved_fields))
		forget_id(c, &s);
	if (s.full) {
		str_release(&s);
		return err_set(err, ERR_LIMIT, _("The message has more in its header than can be saved."));
	}
	fields = print_of(str_sl(&s));
	if (c->saved_text == 0 || c->saved_fields == 0)
		r = compose_folder(c, err);
	if (r == 0 && (text != c->saved_text || !is_there(c, "text"))) {
		if (!is_there(c, "."))
			r = compose_folder(c, err);
		if (r == 0)
			r = replace(c, "text", sl(c->text), err);
		c->saved_text = r == 0 ? text : 0;
	}
	if (r == 0 && (fields != c->saved_fields || !is_there(c, "fields"))) {
		r = replace(c, "fields", str_sl(&s), err);
		c->saved_fields = r == 0 ? fields : 0;
		if (r == 0)
			sweep_files(c);
	}
	str_release(&s);
	return r;
}

int compose_save(struct compose *c, struct err *err)
{
	return save(c, false, err);
}

int compose_save_id(struct compose *c, struct err *err)
{
	return save(c, true, err);
}

/* ---- in ---- */

/* No NUL; what is no UTF-8 is mended where it is shown or sent. */
static int set_value(char **field, struct slice value)
{
	struct str s;
	int r;

	str_init(&s, FIELDS_MAX);
	r = str_unpct(&s, value);
	if (r == 0 && memchr(s.p, 0, s.n))
		r = -1;
	if (r == 0)
		compose_set(field, s.p);
	str_release(&s);
	return r;
}

static int set_number(int64_t *out, struct slice value, uint64_t max)
{
	uint64_t n;

	if (sl_u64(value, max, &n) != 0)
		return -1;
	*out = (int64_t)n;
	return 0;
}

static int set_own(const struct compose *c, char **path, struct slice value)
{
	char *name = NULL;

	if (set_value(&name, value) != 0)
		return -1;
	free(*path);
	*path = compose_own_path(c, sl(name));
	free(name);
	return *path ? 0 : -1;
}

static int begin_file(struct compose *c, size_t *cap, bool own, struct slice value)
{
	struct compose_file *f;

	if (c->n_files >= FILES_MAX)
		return -1;
	mem_grow(c->files, c->n_files, *cap);
	f = &c->files[c->n_files++];
	*f = (struct compose_file){ .own = own };
	if (own)
		return set_own(c, &f->path, value);
	return set_value(&f->path, value) == 0 && f->path[0] == '/' ? 0 : -1;
}

/* 1: no key of a file. */
static int file_line(struct compose_file *f, struct slice key, struct slice value)
{
	int64_t n = 0;
	int r;

	if (sl_is(key, "name"))
		return set_value(&f->name, value);
	if (sl_is(key, "type"))
		return set_value(&f->type, value);
	if (sl_is(key, "description"))
		return set_value(&f->description, value);
	if (sl_is(key, "inline")) {
		r = set_number(&n, value, 1);
		f->is_inline = n == 1;
		return r;
	}
	if (sl_is(key, "mtime"))
		return value.n && value.p[0] == '-' ? 0 : set_number(&f->mtime, value, INT64_MAX);
	if (!sl_is(key, "size"))
		return 1;
	r = set_number(&n, value, INT64_MAX);
	f->size = (uint64_t)n;
	return r;
}

static int more_line(struct compose *c, struct slice key, struct slice value)
{
	int64_t n = 0;
	int r;

	if (sl_is(key, "notify")) {
		c->notify_success = sl_find(value, 'S') >= 0;
		c->notify_failure = sl_find(value, 'F') >= 0;
		c->notify_delay = sl_find(value, 'D') >= 0;
		return 0;
	}
	if (sl_is(key, "about-flag")) {
		if (value.n != 1 || (value.p[0] != 'R' && value.p[0] != 'P'))
			return -1;
		c->about_flag = value.p[0];
		return 0;
	}
	if (sl_is(key, "resend"))
		return set_own(c, &c->resend, value);
	if (sl_is(key, "send-at"))
		return set_number(&c->send_at, value, INT64_MAX);
	if (!sl_is(key, "receipt") && !sl_is(key, "markdown") && !sl_is(key, "rcpts-before"))
		return 0;
	r = set_number(&n, value, UINT32_MAX);
	if (sl_is(key, "receipt"))
		c->receipt = n != 0;
	else if (sl_is(key, "markdown"))
		c->markdown = n != 0;
	else
		c->rcpts_before = (unsigned)n;
	return r;
}

static int field_line(struct compose *c, size_t *cap, struct slice key, struct slice value)
{
	for (size_t i = 0; i < ARRAY_LEN(strings); i++)
		if (sl_is(key, strings[i].key))
			return set_value(string_of(c, i), value);
	if (sl_is(key, "file") || sl_is(key, "own-file"))
		return begin_file(c, cap, sl_is(key, "own-file"), value);
	if (c->n_files) {
		int r = file_line(&c->files[c->n_files - 1], key, value);

		if (r != 1)
			return r;
	}
	return more_line(c, key, value);
}

static int read_fields(struct compose *c, struct slice text, struct err *err)
{
	struct slice line, key;
	size_t cap = 0;
	bool end = false;
	int r = 0;

	if (!sl_line(&text, &line) || !sl_is(line, MAGIC))
		return err_set(err, ERR_CONFIG, _("The message in %s is not one that this pabal can read."), c->dir);
	while (r == 0 && !end && sl_line(&text, &line)) {
		end = sl_is(line, "end");
		if (!end && sl_cut(&line, ' ', &key))
			r = field_line(c, &cap, key, line);
	}
	if (r != 0 || !end)
		return err_set(err, ERR_CONFIG, _("The fields of the message in %s are damaged; its words are in the file \"text\" there."), c->dir);
	return 0;
}

/* 1, 0: it is not there, -1. */
static int slurp(const struct compose *c, const char *name, size_t max, struct str *out, struct err *err)
{
	char *path = path_join(c->dir, name);
	int r;

	if (access(path, F_OK) != 0 && errno == ENOENT)
		r = 0;
	else
		r = fs_slurp(path, max, out, err) == 0 ? 1 : -1;
	free(path);
	return r;
}

/* What another program left there may be anything. */
static void take_text(struct compose *c, struct str *s)
{
	struct str good;

	free(c->text);
	if (utf8_valid(str_sl(s))) {
		c->text = word_detach(s);
		return;
	}
	str_init(&good, STR_MAX);
	charset_to_utf8(SL("utf-8"), str_sl(s), &good);
	c->text = word_detach(&good);
	str_release(&good);
}

int compose_load(struct compose *c, const struct conf *conf, const char *id, struct err *err)
{
	struct str fields, text;
	char *all;
	int r, has = 0;

	if (!compose_id_ok(id))
		return err_set(err, ERR_NOTFOUND, _("There is no message \"%.64s\" being written."), id);
	compose_init(c, conf, NULL);
	c->markdown = false;
	snprintf(c->id, sizeof(c->id), "%s", id);
	all = path_join(conf->data, "compose");
	free(c->dir);
	c->dir = path_join(all, id);
	free(all);
	str_init(&fields, FIELDS_MAX);
	str_init(&text, TEXT_MAX);
	r = slurp(c, "fields", FIELDS_MAX, &fields, err);
	if (r == 1) {
		has = 1;
		r = read_fields(c, str_sl(&fields), err);
	}
	if (r == 0 && (r = slurp(c, "text", TEXT_MAX, &text, err)) == 1) {
		has = 1;
		c->saved_text = print_of(str_sl(&text));
		take_text(c, &text);
		r = 0;
	}
	if (r == 0 && !has)
		r = err_set(err, ERR_NOTFOUND, _("There is no message %s being written."), id);
	if (r == 0) {
		str_clear(&fields);
		format_fields(c, &fields);
		c->saved_fields = print_of(str_sl(&fields));
	}
	str_release(&fields);
	str_release(&text);
	if (r != 0)
		compose_release(c);
	return r;
}
