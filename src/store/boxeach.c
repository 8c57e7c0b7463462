/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * boxeach: every mailbox below a folder.  Links are not followed, a FIFO is not
 * opened, and what can't be read is passed over: one bad folder hides no other.
 */
#include "priv.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define DEPTH_MAX 32

struct walk { int (*each)(void *ctx, const char *path, enum box_kind); void *ctx; };
struct names { char **v; size_t n, cap; };

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int read_names(const char *path, struct names *out)
{
	int fd = fs_open_named(path, O_RDONLY | O_DIRECTORY, 0);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *e;

	if (!d) {
		fs_close(&fd);
		return -1;
	}
	while ((e = readdir(d)))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0) {
			mem_grow(out->v, out->n, out->cap);
			out->v[out->n++] = mem_strdup(e->d_name);
		}
	closedir(d);
	if (out->n)
		qsort(out->v, out->n, sizeof(*out->v), by_name);
	return 0;
}

/* Other files lie about, too: only what surely is an mbox counts. */
static bool is_mbox(const char *path, const char *name, const struct stat *st)
{
	char head[5];
	bool yes = false;
	int fd;

	if (st->st_size == 0)
		return sl_ends(sl(name), ".mbox");
	fd = fs_open(FS_CWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	if (fd >= 0)
		yes = fs_pread(fd, head, 5, 0) == 5 && memcmp(head, "From ", 5) == 0;
	fs_close(&fd);
	return yes;
}

/* Is a file of this name one of the messages of such a folder? */
static bool is_message(int kind, const char *name)
{
	uint64_t v;

	return kind == BOX_MAILDIR || (kind == BOX_DIR && sl_ends(sl(name), ".eml")) ||
		(kind == BOX_MH && sl_u64(sl(name), INT32_MAX, &v) == 0);
}

static bool is_own(const char *name)
{
	return strcmp(name, "tmp") == 0 || strcmp(name, "new") == 0 || strcmp(name, "cur") == 0;
}

static int walk_folder(struct walk *w, const char *path, int depth);

/* One name in a folder of this kind. */
static int walk_name(struct walk *w, const char *path, const char *name, int kind, int depth)
{
	char *full = path_join(path, name);
	struct err ignored = ERR_INIT;
	struct stat st;
	int r = 0;

	if (lstat(full, &st) != 0)
		r = 0;
	else if (S_ISDIR(st.st_mode) && !(kind == BOX_MAILDIR && is_own(name)) &&
	    (name[0] != '.' || box_kind_of(full, &ignored) == BOX_MAILDIR))
		r = walk_folder(w, full, depth + 1);
	else if (S_ISREG(st.st_mode) && !is_message(kind, name) && name[0] != '.' && is_mbox(full, name, &st))
		r = w->each(w->ctx, full, BOX_MBOX);
	free(full);
	return r;
}

static int walk_folder(struct walk *w, const char *path, int depth)
{
	struct names names = { 0 };
	struct err ignored = ERR_INIT;
	int kind = box_kind_of(path, &ignored), r = 0;

	if (kind > 0)
		r = w->each(w->ctx, path, (enum box_kind)kind);
	if (r == 0 && kind >= 0 && depth < DEPTH_MAX)
		read_names(path, &names);
	for (size_t i = 0; i < names.n; i++) {
		if (r == 0)
			r = walk_name(w, path, names.v[i], kind, depth);
		free(names.v[i]);
	}
	free(names.v);
	return r;
}

int box_each(const char *root, int (*each)(void *, const char *, enum box_kind), void *ctx, struct err *err)
{
	struct walk w = { each, ctx };
	struct stat st;
	char *real;
	int kind, r;

	if (stat(root, &st) == 0 && !S_ISDIR(st.st_mode)) {
		kind = box_kind_of(root, err);
		return kind < 0 ? -1 : each(ctx, root, (enum box_kind)kind) == 0 ? 0 : -1;
	}
	real = path_join(root, ".");
	r = access(real, R_OK | X_OK) == 0 ? 0 : err_sys(err, _("Can't read the folder %s"), root);
	free(real);
	return r == 0 && walk_folder(&w, root, 0) == 0 ? 0 : -1;
}
