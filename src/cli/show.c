/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * show: a message as text, its MIME tree, and its parts as files.
 */
#include "priv.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

struct opened { int fd; struct mime_tree *tree; };

static int open_message(struct cli *c, struct opened *m, struct err *err)
{
	m->tree = NULL;
	m->fd = -1;
	m->fd = cli_whole(c, err);
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

/* ---- --show ---- */

/* The lines of the screen as they come, but for plain texts: those are written as they are. */
struct showing { size_t printed; bool blank, open; unsigned part; bool any_part; const struct conf *conf; };

static int print_text(struct sink *sink, struct slice s, struct err *err)
{
	struct showing *to = sink->ctx;

	(void)err;
	cli_print(s, true);
	if (s.n)
		to->open = s.p[s.n - 1] != '\n';
	return 0;
}

static void print_part(const struct part *p, int fd)
{
	struct str size, line;

	str_init(&size, 64);
	str_init(&line, 65536);
	fmt_size(&size, cli_decoded_size(p, fd));
	str_addf(&line, "[%s] %s/%s", p->number, p->type, p->subtype);
	if (p->filename)
		str_addf(&line, "  %s", p->filename);
	str_addf(&line, "  %s", size.p);
	cli_print(str_sl(&line), false);
	str_release(&size);
	str_release(&line);
}

static void print_lines(struct showing *to, struct render *r)
{
	struct slice mem;
	int fd;

	render_bytes(r, &fd, &mem);
	for (; to->printed < render_lines(r); to->printed++) {
		const struct render_line *line = render_line(r, to->printed);

		if (to->open)
			putchar('\n');
		if (to->blank && line->text.n)
			putchar('\n');
		to->open = to->blank = false;
		if (line->kind == LINE_ATTACHMENT && to->any_part && to->part == line->part)
			continue;
		to->any_part = line->kind == LINE_ATTACHMENT;
		to->part = line->part;
		if (to->any_part)
			print_part(render_part(r, line->part), fd);
		else
			cli_print(line->text, false);
	}
}

static int give_text(void *ctx, struct render *r, const struct part *p, struct err *err)
{
	struct showing *to = ctx;
	struct sink sink = { .write = print_text, .ctx = to, .fd = -1 };
	struct slice mem;
	int fd;

	print_lines(to, r);
	to->blank = true;
	render_bytes(r, &fd, &mem);
	return part_text(p, fd, mem, &sink, err);
}

/* What became of it, where it was sent from here; and whose a notice is. */
static void tell_sent(void *ctx, const struct render *r, struct str *wrong, struct str *fine)
{
	const struct conf *conf = ((struct showing *)ctx)->conf;
	const struct env *env = render_env(r);
	struct err ignored = ERR_INIT;
	bool ours = env->message_id && track_is_ours(conf, env, render_header(r));
	struct state *st;

	if (!ours && render_report(r)->kind == REPORT_NONE)
		return;
	if (track_open(conf, &st, &ignored) == 0 && st && ours)
		track_tell(st, env->message_id, "pabal --track", wrong, fine, &ignored);
	else if (st)
		track_tell_stray(st, render_report(r), fine, &ignored);
	state_close(&st);
}

/* As wide as the terminal; elsewhere lines stay whole. */
static int width(void)
{
	struct winsize size;

	if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col)
		return size.ws_col;
	return isatty(STDOUT_FILENO) ? 80 : 2000;
}

int cli_show(struct cli *c)
{
	struct showing to = { 0 };
	struct render_opts opts = { .width = width(), .all_headers = c->verbose, .text = give_text, .ctx = &to };
	struct err err = ERR_INIT, ignored = ERR_INIT;
	struct render *r;
	struct conf conf;
	struct str none;
	bool has_conf;
	int fd, rc = 0;

	fd = cli_whole(c, &err);
	if (fd < 0)
		return cli_fail(&err);
	has_conf = conf_load(&conf, c->conf_path, &ignored) == 0;       /* a file is shown without one, too */
	str_init(&none, 16);
	r = render_open(fd, &none, has_conf ? &conf : NULL);
	opts.headers = has_conf ? conf.look.headers : NULL;
	opts.sent = has_conf ? tell_sent : NULL;
	to.conf = &conf;
	render_layout(r, &opts);
	while (rc == 0)
		rc = render_step(r, 1000000, &err);
	print_lines(&to, r);
	render_free(&r);
	if (has_conf)
		conf_release(&conf);
	if (rc < 0)
		return cli_fail(&err);
	return cli_flush() == 0 ? EXIT_OK : EXIT_ERROR;
}

/* ---- --parts ---- */

int cli_parts(struct cli *c)
{
	struct err err = ERR_INIT;
	struct opened m;

	if (open_message(c, &m, &err) != 0)
		return cli_fail(&err);
	cli_part_rows(c, m.tree, m.fd);
	close_message(&m);
	return cli_flush() == 0 ? EXIT_OK : EXIT_ERROR;
}

/* ---- --extract ---- */

#define NAME_ROOM 250           /* bytes of a name that gets "-2" to "-9999" */

/* name, name-2, name-3 ...: never onto a file that is there. */
static int create_in(const char *dir, const char *name, struct str *path, struct err *err)
{
	const char *dot = strrchr(name, '.');
	size_t stem = dot && dot != name ? (size_t)(dot - name) : strlen(name), cut = stem;
	int at = fs_open_named(dir, O_RDONLY | O_DIRECTORY, 0), fd = -1;

	if (at < 0)
		return err_sys(err, _("Can't open the folder %s"), dir);
	for (unsigned n = 1; fd < 0 && n < 10000; n++) {
		str_clear(path);
		while (n > 1 && cut > 0 && (strlen(name + stem) + cut > NAME_ROOM || ((unsigned char)name[cut] & 0xC0) == 0x80))
			cut--;
		str_add(path, name, cut);
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

/* inside: the number of a file inside of the part, 0: the part. */
static int copy_out(struct opened *m, const struct part *p, const struct inners *all, size_t inside, struct sink *sink,
		    struct err *err)
{
	struct part_src ps;
	struct src raw;
	int r;

	if (inside)
		return inner_copy(p, all, &all->v[inside - 1], m->fd, SL_NONE, sink, err);
	if (p->kind == PART_LEAF) {
		part_open(&ps, p, m->fd, SL_NONE);
		r = src_copy(part_src(&ps), sink, err);
		part_close(&ps);
	} else {
		src_range(&raw, m->fd, p->body, p->end);
		r = src_copy(&raw, sink, err);
		src_release(&raw);
	}
	return r;
}

static int save(struct cli *c, struct opened *m, const struct part *p, const struct inners *all, size_t inside,
		struct err *err)
{
	bool to_stdout = c->out && strcmp(c->out, "-") == 0;
	const char *dir = c->out ? c->out : ".";
	struct str name, path;
	const char *found = inside ? all->v[inside - 1].name : NULL;
	struct sink sink;
	int fd = STDOUT_FILENO, r;

	str_init(&name, 1024);
	str_init(&path, 2048);
	if (!to_stdout) {
		if (inside)
			filename_clean(sl(found), p->number, &name);
		else
			part_name(p, &name);
		fd = create_in(dir, name.p, &path, err);
	}
	if (fd < 0) {
		str_release(&name);
		str_release(&path);
		return -1;
	}
	sink_fd(&sink, fd);
	r = copy_out(m, p, all, inside, &sink, err);
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

static int extract(struct cli *c, struct opened *m, struct err *err)
{
	struct slice number = sl(c->number), outer = SL_NONE;
	struct inners all = { .n = 0 };
	uint64_t inside = 0;
	struct part *p;
	int r = 0;

	if (sl_find(number, '/') >= 0) {
		sl_cut(&number, '/', &outer);
		p = sl_u64(number, INT32_MAX, &inside) == 0 && inside > 0 ? tree_find(m->tree, outer) : NULL;
		r = p ? inner_find(p, m->fd, SL_NONE, &all, err) : 0;
		if (inside > all.n)
			p = NULL;
	} else {
		p = tree_find(m->tree, number);
	}
	if (r == 0 && !p)
		r = err_set(err, ERR_NOTFOUND, _("The message has no part %s. pabal --parts shows the numbers."), c->number);
	else if (r == 0)
		r = save(c, m, p, &all, (size_t)inside, err);
	inners_release(&all);
	return r;
}

int cli_extract(struct cli *c)
{
	struct err err = ERR_INIT;
	struct opened m;
	int r;

	if (open_message(c, &m, &err) != 0)
		return cli_fail(&err);
	r = extract(c, &m, &err);
	close_message(&m);
	return r == 0 ? EXIT_OK : cli_fail(&err);
}
