/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pick: files chosen from folders.
 */
#include "screens.h"
#include <dirent.h>
#include <errno.h>

enum { FILES_MAX = 20000 };

struct file { char *name, *shown; bool is_dir, tagged; uint64_t size; int64_t when; };
struct pick_screen {
	struct screen s;
	char *title, *dir;
	struct file *v; size_t n, cap;
	struct list at;
	void (*done)(void *, const char *); void *ctx;
};
#define PICK(s) ((struct pick_screen *)(s))

static void clear(struct pick_screen *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->v[i].name);
		free(p->v[i].shown);
	}
	p->n = 0;
}

static int by_name(const void *a, const void *b)
{
	const struct file *x = a, *y = b;

	if (x->is_dir != y->is_dir)
		return y->is_dir - x->is_dir;
	return strcoll(x->name, y->name);
}

static void read_dir(struct pick_screen *p)
{
	DIR *d = opendir(p->dir);
	struct dirent *e;

	clear(p);
	if (!d)
		app_say(p->s.app, STYLE_ERROR, _("Can't read the folder %s: %s."), p->dir, strerror(errno));
	while (d && (e = readdir(d)) && p->n < FILES_MAX) {
		struct file f = { 0 };
		struct stat st;
		struct str shown;
		char *path;

		if (e->d_name[0] == '.' && strcmp(e->d_name, "..") != 0)
			continue;
		path = path_join(p->dir, e->d_name);
		if (stat(path, &st) == 0 && (S_ISDIR(st.st_mode) || S_ISREG(st.st_mode))) {
			str_init(&shown, 4096);
			utf8_sanitize(&shown, sl(e->d_name), CLEAN_LINE);
			f = (struct file){ mem_strdup(e->d_name), str_detach(&shown), S_ISDIR(st.st_mode), false, (uint64_t)st.st_size, st.st_mtime };
			mem_grow(p->v, p->n, p->cap);
			p->v[p->n++] = f;
		}
		free(path);
	}
	if (d)
		closedir(d);
	if (p->n)
		qsort(p->v, p->n, sizeof(*p->v), by_name);
	p->at = (struct list){ .rows = p->at.rows };
	list_size(&p->at, p->n, p->at.rows);
	app_dirty(p->s.app);
}

static void pick_draw(struct screen *s, struct grid *g, struct area r, bool focus)
{
	struct pick_screen *p = PICK(s);
	struct str t;

	str_init(&t, 256);
	list_size(&p->at, p->n, r.rows);
	for (int i = 0; i < r.rows && p->at.top + (uint64_t)i < p->n; i++) {
		const struct file *f = &p->v[p->at.top + (uint64_t)i];

		grid_put(g, r.row + i, r.col, 1, f->tagged ? SL("*") : SL(" "), STYLE_TAGGED);
		grid_put_cut(g, r.row + i, r.col + 2, r.cols - 18, sl(f->shown), f->is_dir ? STYLE_BOLD : STYLE_NORMAL);
		str_clear(&t);
		if (f->is_dir)
			str_adds(&t, "/");
		else
			fmt_size(&t, f->size);
		grid_put_right(g, r.row + i, r.col + r.cols - 15, 6, str_sl(&t), STYLE_NORMAL);
		str_clear(&t);
		fmt_date(&t, f->when, rt_now() / 1000000);
		grid_put_right(g, r.row + i, r.col + r.cols - 7, 6, str_sl(&t), STYLE_DIM);
		if (p->at.top + (uint64_t)i == p->at.at)
			grid_style(g, (struct area){ r.row + i, r.col, 1, r.cols }, STYLE_CURSOR);
	}
	if (p->n == 0)
		appdraw_note(s->app, r.row, r.col, r.cols, _("This folder is empty. {exit} goes back."));
	if (focus)
		grid_cursor(g, r.row + (int)(p->n ? p->at.at - p->at.top : 0), r.col, false);
	str_release(&t);
}

static void pick_title(struct screen *s, struct str *left, struct str *right)
{
	struct pick_screen *p = PICK(s);

	str_addf(left, "%s: ", p->title);
	utf8_sanitize(left, sl(p->dir), CLEAN_LINE);
	str_addf(right, "%llu/%zu", (unsigned long long)(p->n ? p->at.at + 1 : 0), p->n);
}

static void pick_mouse(struct screen *s, const struct mouse *m, struct area r)
{
	move_mouse(s, m, r.row, 1, "choose");
}

static void pick_free(struct screen *s)
{
	struct pick_screen *p = PICK(s);

	clear(p);
	free(p->v);
	free(p->title);
	free(p->dir);
	free(p);
}

static struct list *rows(struct screen *s)
{
	return &PICK(s)->at;
}

static const struct screen_ops ops = {
	.where = WHERE_PICK, .title = pick_title, .draw = pick_draw, .mouse = pick_mouse, .rows = rows, .free = pick_free,
	.hints = "exit choose tag-entry parent-folder type-name help",
};

void pick_file(struct app *a, const char *title, void (*done)(void *, const char *), void *ctx)
{
	struct pick_screen *p = mem_zalloc(sizeof(*p));
	char *home = path_expand("~");

	p->s = (struct screen){ .ops = &ops, .app = a };
	p->title = mem_strdup(title);
	p->dir = mem_strdup(a->picked_in ? a->picked_in : home);
	p->done = done;
	p->ctx = ctx;
	free(home);
	read_dir(p);
	app_push(a, &p->s);
}

const void *pick_owner(const struct screen *s)
{
	return ((const struct pick_screen *)s)->ctx;
}

/* ---- commands ---- */

static void enter(struct pick_screen *p, const char *name)
{
	char *slash, *dir;

	if (strcmp(name, "..") == 0) {
		dir = mem_strdup(p->dir);
		slash = strrchr(dir, '/');
		if (slash)
			slash[slash == dir] = 0;
	} else {
		dir = path_join(p->dir, name);
	}
	free(p->dir);
	p->dir = dir;
	read_dir(p);
}

static void give(struct pick_screen *p)
{
	void (*done)(void *, const char *) = p->done;
	void *ctx = p->ctx;
	bool any = false;

	free(p->s.app->picked_in);
	p->s.app->picked_in = mem_strdup(p->dir);
	app_close(&p->s);               /* freed at the end of the turn */
	for (size_t i = 0; i < p->n; i++)
		any = any || p->v[i].tagged;
	for (size_t i = 0; i < p->n; i++) {
		char *path = path_join(p->dir, p->v[i].name);

		if (any ? p->v[i].tagged : i == p->at.at)
			done(ctx, path);
		free(path);
	}
	done(ctx, NULL);
}

static void do_choose(struct screen *s, const char *arg)
{
	struct pick_screen *p = PICK(s);

	(void)arg;
	if (p->n == 0)
		return;
	if (p->v[p->at.at].is_dir)
		enter(p, p->v[p->at.at].name);
	else
		give(p);
}

static void do_tag(struct screen *s, const char *arg)
{
	struct pick_screen *p = PICK(s);

	(void)arg;
	if (p->n && p->v[p->at.at].is_dir)
		app_say(s->app, STYLE_WARNING, "%s", _("Only files can be tagged; {choose} opens a folder."));
	else if (p->n)
		p->v[p->at.at].tagged = !p->v[p->at.at].tagged;
	list_move(&p->at, 1);
	app_dirty(s->app);
}

static void do_parent(struct screen *s, const char *arg)
{
	(void)arg;
	enter(PICK(s), "..");
}

static void name_typed(void *ctx, const char *text)
{
	struct app *a = ctx;
	struct pick_screen *p = a->top->ops->where == WHERE_PICK ? PICK(a->top) : NULL;
	struct stat st;
	char *path;

	if (!p || !text || !text[0])
		return;
	path = path_expand(typed_file(text));
	if (stat(path, &st) != 0) {     /* what is tagged, and the folder, stay */
		app_say(a, STYLE_ERROR, _("There is no file or folder %s that can be read."), path);
		free(path);
		return;
	}
	if (S_ISDIR(st.st_mode)) {
		free(p->dir);
		p->dir = path;
		read_dir(p);
		return;
	}
	app_close(&p->s);
	p->done(p->ctx, path);
	p->done(p->ctx, NULL);
	free(path);
}

static void do_name(struct screen *s, const char *arg)
{
	char *dir = path_join(PICK(s)->dir, "");

	if (arg[0])
		name_typed(s->app, arg);
	else
		ask_line(s->app, &(struct ask_opts){ .label = _("File or folder: "), .text = dir, .history = "file", .complete = complete_file, .done = name_typed, .ctx = s->app });
	free(dir);
}

static void do_exit(struct screen *s, const char *arg)
{
	(void)arg;
	PICK(s)->done(PICK(s)->ctx, NULL);
	app_close(s);
}

const struct cmd pick_cmds[] = {
	{ "exit", "q i x <Esc>", NULL, NULL, NULL, N_("Back"), N_("Back without a file."), do_exit },
	{ "choose", "<Enter> <Right>", NULL, "<Enter> <Right> l", NULL, N_("Choose"), N_("Choose the file, or what is tagged; open the folder."), do_choose },
	{ "tag-entry", "t <Space>", NULL, NULL, NULL, N_("Tag"), N_("Tag the file: several are chosen at once."), do_tag },
	{ "parent-folder", "<Left> <Backspace> -", NULL, "<Left> <Backspace> h", NULL, N_("Up"), N_("To the folder above."), do_parent },
	{ "type-name", "c /", NULL, NULL, "NAME", N_("Name"), N_("Type the name of a file or folder; Tab completes it."), do_name },
	{ "next-entry", "j <Down>", "n <Down>", NULL, NULL, NULL, N_("To the next file."), move_next },
	{ "previous-entry", "k <Up>", "p <Up>", NULL, NULL, NULL, N_("To the file before."), move_previous },
	{ "next-page", "z <PageDown>", NULL, "^F <PageDown>", NULL, NULL, N_("One page down."), move_next_page },
	{ "previous-page", "Z <PageUp>", NULL, "^B <PageUp>", NULL, NULL, N_("One page up."), move_previous_page },
	{ "first-entry", "= <Home>", NULL, "gg <Home>", NULL, NULL, N_("To the first file."), move_first },
	{ "last-entry", "* <End>", NULL, "G <End>", NULL, NULL, N_("To the last file."), move_last },
	{ NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL },
};
