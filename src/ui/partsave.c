/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * partsave: a part becomes a file: in slices, under another name until it is whole, and
 * over an existing one only when the person says so.
 */
#include "screens.h"
#include <errno.h>
#include <fcntl.h>

struct saving {
	struct app *app; struct screen *parts; struct part_src src; int fd;
	char *path, *tmp, *name; bool over; uint64_t done;
};

static void saving_free(struct saving *v)
{
	if (v->fd >= 0)
		fs_close(&v->fd);
	part_close(&v->src);
	free(v->path);
	free(v->tmp);
	free(v->name);
	free(v);
}

static bool alive(struct saving *v)
{
	for (struct screen *s = v->app->top; s; s = s->below)
		if (s == v->parts)
			return true;
	return false;
}

static int publish(struct saving *v, struct err *err)
{
	if (fs_sync(v->fd) != 0 || fs_close(&v->fd) != 0)
		return err_sys(err, _("Can't write %s"), v->path);
	if ((v->over ? fs_rename(FS_CWD, v->tmp, FS_CWD, v->path) : fs_rename_new(FS_CWD, v->tmp, FS_CWD, v->path)) != 0)
		return err_sys(err, _("Can't save as %s"), v->path);
	return 0;
}

static bool save_slice(void *ctx)
{
	struct saving *v = ctx;
	struct err err = ERR_INIT;
	char block[65536];
	ssize_t n = -1;

	if (alive(v)) {
		n = src_read(part_src(&v->src), block, sizeof(block), &err);
		if (n > 0 && fs_write_all(v->fd, block, (size_t)n) != 0)
			n = err_sys(&err, _("Can't write %s"), v->path);
		if (n > 0) {
			v->done += (uint64_t)n;
			return true;
		}
		if (n == 0)
			n = publish(v, &err);
	} else {
		err_set(&err, ERR_CANCEL, "%s", _("Not saved: its screen was closed before it was done."));
	}
	if (n == 0)
		app_say(v->app, STYLE_GOOD, _("Saved: %s (%llu bytes)."), v->path, (unsigned long long)v->done);
	else {
		fs_unlink(FS_CWD, v->tmp);
		app_fail(v->app, &err);
	}
	saving_free(v);
	return false;
}

static void save_begin(struct saving *v)
{
	struct str tmp;

	/* one that a crash left, or that is somebody's own, stays as it is */
	for (unsigned i = 0; i < 100; i++) {
		free(v->tmp);
		str_init(&tmp, 65536);
		str_addf(&tmp, i ? "%s.part%u" : "%s.part", v->path, i);
		v->tmp = str_detach(&tmp);
		v->fd = fs_open(FS_CWD, v->tmp, O_WRONLY | O_CREAT | O_EXCL, 0600);
		if (v->fd >= 0 || errno != EEXIST)
			break;
	}
	if (v->fd < 0) {
		app_say(v->app, STYLE_ERROR, _("Can't save as %s: %s."), v->path, strerror(errno));
		saving_free(v);
		return;
	}
	app_later(v->app, save_slice, v);
}

static void over_answered(void *ctx, bool yes)
{
	struct saving *v = ctx;

	v->over = yes;
	if (yes)
		save_begin(v);
	else
		saving_free(v);
}

static void save_typed(void *ctx, const char *text)
{
	struct saving *v = ctx;
	struct stat st;
	char *dir;

	if (!text || !text[0] || !alive(v)) {
		saving_free(v);
		return;
	}
	v->path = path_expand(text);
	if (stat(v->path, &st) == 0 && S_ISDIR(st.st_mode)) {   /* into it, under its own name */
		dir = v->path;
		v->path = path_join(dir, v->name);
		free(dir);
	}
	if (stat(v->path, &st) != 0) {
		save_begin(v);
	} else if (S_ISREG(st.st_mode)) {
		ask_yes(v->app, false, over_answered, v, _("%s is there already. Write over it?"), v->path);
	} else {
		app_say(v->app, STYLE_ERROR, _("%s is a folder or no plain file."), v->path);
		saving_free(v);
	}
}

void part_save(struct screen *s, const struct part *q, int fd, struct slice mem, const char *arg)
{
	struct saving *v = mem_zalloc(sizeof(*v));
	struct str name;
	char *path;

	*v = (struct saving){ .app = s->app, .parts = s, .fd = -1 };
	part_open(&v->src, q, fd, mem);
	str_init(&name, 1024);
	part_name(q, &name);
	v->name = mem_strdup(name.p);
	path = path_join(s->app->conf.look.save_to, name.p);
	if (arg[0])
		save_typed(v, arg);
	else
		ask_line(s->app, &(struct ask_opts){ .label = _("Save as: "), .text = path, .history = "file", .complete = complete_file, .done = save_typed, .ctx = v });
	free(path);
	str_release(&name);
}
