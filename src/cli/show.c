/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * show: a message as text, its MIME tree, and its parts as files.
 */
#include "priv.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

struct opened { int fd; struct mime_tree *tree; };

static int open_message(struct cli *c, struct opened *m, struct err *err)
{
	m->tree = NULL;
	m->fd = -1;
	if (c->n != 1)
		return err_set(err, ERR_INPUT, _("Name one message: an id of --list, a file, or - for standard input."));
	m->fd = cli_message(c, c->operands[0], err);
	if (m->fd < 0)
		return -1;
	m->tree = mime_parse_fd(m->fd, 0, -1, &mime_limits_default, err);
	if (m->tree)
		return 0;
	fs_close(&m->fd);
	return -1;
}

static void close_message(struct opened *m)
{
	tree_free(&m->tree);
	if (m->fd >= 0)
		fs_close(&m->fd);
}

/* Decoded size of a part's body. */
static uint64_t decoded_size(const struct part *p, int fd)
{
	struct err ignored = ERR_INIT;
	struct part_src ps;
	char block[16384];
	uint64_t size = 0;
	ssize_t n;

	if (p->kind != PART_LEAF)
		return (uint64_t)(p->end - p->body);
	part_open(&ps, p, fd, SL_NONE);
	while ((n = src_read(part_src(&ps), block, sizeof(block), &ignored)) > 0)
		size += (uint64_t)n;
	part_close(&ps);
	return size;
}

/* ---- --show ---- */

static void show_field(struct slice head, const char *name)
{
	struct str text;
	struct hdr h;

	if (!hdr_find(head, name, &h))
		return;
	str_init(&text, STR_MAX);
	str_addf(&text, "%s: ", name);
	hdr_text(h.value, &text);
	cli_print(str_sl(&text), false);
	str_release(&text);
}

static void show_header(struct cli *c, struct opened *m)
{
	static const char *const names[] = { "From", "To", "Cc", "Reply-To", "Date", "Subject" };
	struct part *root = m->tree->root;
	struct str head;
	struct slice rest;
	struct hdr h;

	str_init(&head, 1 << 20);
	hdr_read(m->fd, root->head, &head);
	rest = str_sl(&head);
	if (c->verbose) {
		while (hdr_next(&rest, &h) == 1) {
			struct str text;

			str_init(&text, STR_MAX);
			str_addsl(&text, h.name);
			str_adds(&text, ": ");
			hdr_text(h.value, &text);
			cli_print(str_sl(&text), false);
			str_release(&text);
		}
	} else {
		for (size_t i = 0; i < ARRAY_LEN(names); i++)
			show_field(rest, names[i]);
	}
	putchar('\n');
	str_release(&head);
}

static int print_run(struct sink *sink, struct slice s, struct err *err)
{
	(void)sink;
	(void)err;
	cli_print(s, true);
	return 0;
}

static void show_parts(struct opened *m, const struct part *shown)
{
	struct str size, line;
	bool any = false;

	str_init(&size, 64);
	str_init(&line, 65536);
	for (struct part *p = tree_next(m->tree, NULL); p; p = tree_next(m->tree, p)) {
		if (p == shown || p->kind == PART_MULTI || (p->kind == PART_LEAF && p == m->tree->root))
			continue;
		str_clear(&size);
		str_clear(&line);
		fmt_size(&size, decoded_size(p, m->fd));
		str_addf(&line, "[%s] %s/%s", p->number, p->type, p->subtype);
		if (p->filename)
			str_addf(&line, "  %s", p->filename);
		str_addf(&line, "  %s", size.p);
		if (!any)
			putchar('\n');
		any = true;
		cli_print(str_sl(&line), false);
	}
	str_release(&size);
	str_release(&line);
}

int cli_show(struct cli *c)
{
	struct err err = ERR_INIT;
	struct sink sink = { .write = print_run };
	struct opened m;
	struct part *text;
	int r = 0;

	if (open_message(c, &m, &err) != 0)
		return cli_fail(&err);
	show_header(c, &m);
	text = tree_best_text(m.tree);
	if (text)
		r = part_text(text, m.fd, SL_NONE, &sink, &err);
	show_parts(&m, text);
	close_message(&m);
	if (r != 0)
		return cli_fail(&err);
	return cli_flush() == 0 ? EXIT_OK : EXIT_ERROR;
}

/* ---- --parts ---- */

static int depth(const struct part *p)
{
	int n = 0;

	while ((p = p->parent))
		n++;
	return n;
}

static void json_text(struct str *s, const char *key, const char *value)
{
	str_addf(s, "\"%s\":", key);
	if (value)
		str_addjson(s, sl(value));
	else
		str_adds(s, "null");
	str_addc(s, ',');
}

static void parts_json(const struct part *p, int fd)
{
	struct str s, type;

	str_init(&s, STR_MAX);
	str_init(&type, 65536);
	str_addf(&type, "%s/%s", p->type, p->subtype);
	str_addc(&s, '{');
	json_text(&s, "number", p->number);
	json_text(&s, "type", type.p);
	json_text(&s, "charset", part_charset(p));
	json_text(&s, "encoding", p->enc_raw ? p->enc_raw : enc_name(p->enc));
	json_text(&s, "disposition", p->disposition);
	json_text(&s, "filename", p->filename);
	str_addf(&s, "\"offset\":%lld,\"length\":%lld,\"size\":%llu}\n", (long long)p->body,
		(long long)(p->end - p->body), (unsigned long long)decoded_size(p, fd));
	fwrite(s.p, 1, s.n, stdout);
	str_release(&s);
	str_release(&type);
}

static void parts_row(struct cli *c, const struct part *p, int fd)
{
	struct str line;

	str_init(&line, 65536);
	for (int i = depth(p); i > 0; i--)
		str_adds(&line, "  ");
	str_addf(&line, "%s  %s/%s", p->number, p->type, p->subtype);
	if (part_charset(p))
		str_addf(&line, "  %s", part_charset(p));
	str_addf(&line, "  %s", p->enc_raw ? p->enc_raw : enc_name(p->enc));
	if (p->disposition)
		str_addf(&line, "  %s", p->disposition);
	if (p->filename)
		str_addf(&line, "  \"%s\"", p->filename);
	str_addf(&line, "  %llu", (unsigned long long)decoded_size(p, fd));
	cli_print(str_sl(&line), false);
	for (unsigned bit = 1; c->verbose && bit && bit <= p->defects; bit <<= 1) {
		if (!(p->defects & bit))
			continue;
		str_clear(&line);
		for (int i = depth(p); i >= 0; i--)
			str_adds(&line, "  ");
		str_addf(&line, "! %s", part_defect_text(bit));
		cli_print(str_sl(&line), false);
	}
	str_release(&line);
}

int cli_parts(struct cli *c)
{
	struct err err = ERR_INIT;
	struct opened m;

	if (open_message(c, &m, &err) != 0)
		return cli_fail(&err);
	for (struct part *p = tree_next(m.tree, NULL); p; p = tree_next(m.tree, p)) {
		if (c->json)
			parts_json(p, m.fd);
		else
			parts_row(c, p, m.fd);
	}
	close_message(&m);
	return cli_flush() == 0 ? EXIT_OK : EXIT_ERROR;
}

/* ---- --extract ---- */

/* name, name-2, name-3 ...: never onto a file that is there. */
static int create_in(const char *dir, const char *name, struct str *path, struct err *err)
{
	const char *dot = strrchr(name, '.');
	size_t stem = dot && dot != name ? (size_t)(dot - name) : strlen(name);
	int at = fs_open_named(dir, O_RDONLY | O_DIRECTORY, 0), fd = -1;

	if (at < 0)
		return err_sys(err, _("Can't open the folder %s"), dir);
	for (unsigned n = 1; fd < 0 && n < 10000; n++) {
		str_clear(path);
		str_add(path, name, stem);
		if (n > 1)
			str_addf(path, "-%u", n);
		str_adds(path, name + stem);
		fd = fs_open(at, path->p, O_WRONLY | O_CREAT | O_EXCL, 0600);
		if (fd < 0 && errno != EEXIST)
			break;
	}
	if (fd < 0)
		err_sys(err, _("Can't make the file %s in %s"), name, dir);
	fs_close(&at);
	return fd;
}

static int save(struct cli *c, struct opened *m, const struct part *p, struct err *err)
{
	bool to_stdout = c->out && strcmp(c->out, "-") == 0;
	const char *dir = c->out ? c->out : ".";
	struct str name, path;
	struct part_src ps;
	struct src raw, *src;
	struct sink sink;
	int fd = STDOUT_FILENO, r;

	str_init(&name, 1024);
	str_init(&path, 2048);
	if (!to_stdout) {
		filename_clean(sl(p->filename ? p->filename : ""), p->number, &name);
		fd = create_in(dir, name.p, &path, err);
	}
	if (fd < 0) {
		str_release(&name);
		str_release(&path);
		return -1;
	}
	sink_fd(&sink, fd);
	if (p->kind == PART_LEAF) {
		part_open(&ps, p, m->fd, SL_NONE);
		src = part_src(&ps);
	} else {
		src_range(&raw, m->fd, p->body, p->end);
		src = &raw;
	}
	r = src_copy(src, &sink, err);
	if (p->kind == PART_LEAF)
		part_close(&ps);
	else
		src_release(&raw);
	if (!to_stdout) {
		if (fs_close(&fd) != 0 && r == 0)
			r = err_sys(err, _("Can't save %s"), path.p);
		if (r == 0 && c->verbose)
			cli_say(_("Saved %s."), path.p);
	}
	str_release(&name);
	str_release(&path);
	return r;
}

int cli_extract(struct cli *c)
{
	struct err err = ERR_INIT;
	struct opened m;
	struct part *p;
	int r;

	if (open_message(c, &m, &err) != 0)
		return cli_fail(&err);
	p = tree_find(m.tree, sl(c->number));
	if (!p)
		r = err_set(&err, ERR_NOTFOUND, _("The message has no part %s. pabal --parts shows the numbers."), c->number);
	else
		r = save(c, &m, p, &err);
	close_message(&m);
	return r == 0 ? EXIT_OK : cli_fail(&err);
}
