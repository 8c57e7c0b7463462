/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * compose: a message being written, and the folder it lives in:
 *   data/compose/ID/fields, text    what was typed (composesave.c)
 *   data/compose/ID/files/          what was attached from elsewhere
 *   data/compose/ID/lock            held by who writes it
 * A folder goes by one rename to ".gone-ID", so it is there or not.
 */
#include "priv.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define GONE ".gone-"

void compose_set(char **field, const char *text)
{
	char *copy = mem_strdup(text);

	free(*field);
	*field = copy;
}

/* A name from a message may hold anything; in a line that is typed it may not. */
static int show_clean(const struct addr *a, struct str *out)
{
	struct addr clean = *a;
	struct str name;
	int r;

	str_init(&name, STR_MAX);
	if (a->name)
		utf8_sanitize(&name, sl_head(sl(a->name), 4096), CLEAN_LINE);
	clean.name = name.n ? name.p : NULL;
	r = addr_show(&clean, out);
	str_release(&name);
	return r;
}

void compose_list(char **field, const struct addrs *l)
{
	struct str s;

	str_init(&s, STR_MAX);
	for (size_t i = 0; i < l->n; i++) {
		size_t before = s.n;

		if (!l->v[i].local || !*l->v[i].local)
			continue;
		if (before)
			str_adds(&s, ", ");
		if (show_clean(&l->v[i], &s) != 0)
			str_cut(&s, before);
	}
	free(*field);
	*field = str_detach(&s);
}

bool compose_id_ok(const char *id)
{
	size_t n = strlen(id);

	if (n < 8 || n > 63 || id[0] == '.')
		return false;
	for (size_t i = 0; i < n; i++)
		if (!ascii_isalnum((unsigned char)id[i]) && id[i] != '.' && id[i] != '-' && id[i] != '_')
			return false;
	return true;
}

/* As fs_unique, without the host: everybody who writes here is on one. */
static void make_id(char id[64])
{
	char unique[128];
	char *dot;

	fs_unique(unique);
	dot = strchr(unique, '.');
	dot = dot ? strchr(dot + 1, '.') : NULL;
	if (dot)
		*dot = 0;
	snprintf(id, 64, "%.63s", unique);
}

static char *folder_of_all(const struct conf *conf)
{
	return path_join(conf->data, "compose");
}

void compose_init(struct compose *c, const struct conf *conf, const struct account *a)
{
	char *all = folder_of_all(conf);
	struct str from;

	memset(c, 0, sizeof(*c));
	make_id(c->id);
	c->dir = path_join(all, c->id);
	free(all);
	if (!a)
		a = conf_account(conf, NULL);
	str_init(&from, 4096);
	if (a && a->address.local)
		addr_show(&a->address, &from);
	c->account = mem_strdup(a ? a->name : "");
	c->from = str_detach(&from);
	c->to = mem_strdup("");
	c->cc = mem_strdup("");
	c->bcc = mem_strdup("");
	c->reply_to = mem_strdup("");
	c->subject = mem_strdup("");
	c->text = mem_strdup("");
	c->notify_failure = c->notify_delay = true;
	c->markdown = conf->look.markdown;
}

static void file_release(struct compose_file *f)
{
	free(f->path);
	free(f->name);
	free(f->type);
	free(f->description);
}

void compose_release(struct compose *c)
{
	char *const own[] = { c->dir, c->account, c->from, c->to, c->cc, c->bcc, c->reply_to, c->subject, c->in_reply_to,
		c->references, c->text, c->headers, c->about, c->draft, c->resend, c->message_id };

	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		free(own[i]);
	for (size_t i = 0; i < c->n_files; i++)
		file_release(&c->files[i]);
	free(c->files);
	memset(c, 0, sizeof(*c));
}

const struct account *compose_account(const struct compose *c, const struct conf *conf)
{
	const struct account *a = c->account && *c->account ? conf_account(conf, c->account) : NULL;

	return a ? a : conf_account(conf, NULL);
}

/* ---- its folder ---- */

static bool is_folder(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The folder and its name in the one above are on disk when it returns. */
static int make_folder(const char *path, struct err *err)
{
	char *above;
	int fd, r;

	if (is_folder(path))
		return 0;
	above = mem_strndup(path, (size_t)(strrchr(path, '/') - path));
	r = fs_mkdirs(above, err);
	if (r == 0 && fs_mkdir(FS_CWD, path, 0700) != 0 && errno != EEXIST)
		r = err_sys(err, _("Can't make the folder %s for the message"), path);
	fd = r == 0 ? fs_open_named(above, O_RDONLY | O_DIRECTORY, 0) : -1;
	if (r == 0 && (fd < 0 || fs_sync(fd) != 0))
		r = err_sys(err, _("Can't save the folder %s"), path);
	if (fd >= 0)
		fs_close(&fd);
	free(above);
	return r;
}

int compose_folder(const struct compose *c, struct err *err)
{
	char *files;
	int r = make_folder(c->dir, err);

	if (r == 0)
		r = fs_check_private(c->dir, err);
	files = path_join(c->dir, "files");
	if (r == 0)
		r = make_folder(files, err);
	free(files);
	return r;
}

/* One that lists them holds the lock of each for a moment (is_locked). */
#define LOCK_TRIES 50

int compose_lock(const struct compose *c, int *lock, struct err *err)
{
	char *path = path_join(c->dir, "lock");
	int r = compose_folder(c, err);

	if (r == 0)
		for (int k = 0; (r = fs_lock(path, false, lock, err)) != 0 && err->kind == ERR_LOCKED && k < LOCK_TRIES; k++)
			;
	if (r != 0 && err->kind == ERR_LOCKED)
		err_set(err, ERR_LOCKED, _("Another pabal is writing this message right now."));
	free(path);
	return r;
}

/* Is it in somebody's hands?  A lock that nobody made is not made by looking. */
static bool is_locked(const struct compose *c)
{
	char *path = path_join(c->dir, "lock");
	struct err ignored = ERR_INIT;
	bool held = false;
	int fd;

	if (access(path, F_OK) == 0) {
		if (fs_lock(path, false, &fd, &ignored) == 0)
			fs_close(&fd);
		else
			held = ignored.kind == ERR_LOCKED;
	}
	free(path);
	return held;
}

int compose_drop(struct compose *c, struct err *err)
{
	const char *slash = strrchr(c->dir, '/');
	char *above = mem_strndup(c->dir, (size_t)(slash - c->dir));
	char gone[80];
	int fd, r = 0;

	if (is_folder(c->dir)) {
		snprintf(gone, sizeof(gone), GONE "%s", c->id);
		fd = fs_open_named(above, O_RDONLY | O_DIRECTORY, 0);
		if (fd < 0 || fs_rename(fd, c->id, fd, gone) != 0 || fs_sync(fd) != 0)
			r = err_sys(err, _("Can't remove the folder %s"), c->dir);
		else
			fs_remove_tree(fd, gone);       /* what stays goes with the next look */
		if (fd >= 0)
			fs_close(&fd);
	}
	c->saved_fields = c->saved_text = 0;
	free(above);
	return r;
}

/* ---- all there are ---- */

struct names { char **v; size_t n, cap; };

static int newest_first(const void *a, const void *b)
{
	return strcmp(*(char *const *)b, *(char *const *)a);
}

static bool has_content(const char *dir, const char *id)
{
	static const char *const what[] = { "fields", "text" };
	bool has = false;

	for (size_t i = 0; i < ARRAY_LEN(what); i++) {
		char *folder = path_join(dir, id), *path = path_join(folder, what[i]);

		has = has || access(path, F_OK) == 0;
		free(path);
		free(folder);
	}
	return has;
}

#define EMPTY_AGE (36 * 3600)

/* A crash came before anything was saved.  A younger one may be in somebody's hands. */
static void sweep_empty(int dir, const char *path, const char *id)
{
	struct compose c = { .dir = path_join(path, id) };
	struct stat st;

	if (lstat(c.dir, &st) == 0 && S_ISDIR(st.st_mode) && rt_now() / 1000000 - (int64_t)st.st_mtime > EMPTY_AGE && !is_locked(&c))
		fs_remove_tree(dir, id);
	free(c.dir);
}

/* Names of folders with something in them; what was dropped before a crash goes. */
static int list_names(const char *dir, struct names *out, struct err *err)
{
	const struct dirent *e;
	DIR *d = opendir(dir);

	if (!d)
		return errno == ENOENT ? 0 : err_sys(err, _("Can't read the folder %s"), dir);
	while ((e = readdir(d))) {
		if (strncmp(e->d_name, GONE, strlen(GONE)) == 0) {
			fs_remove_tree(dirfd(d), e->d_name);
			continue;
		}
		if (!compose_id_ok(e->d_name))
			continue;
		if (!has_content(dir, e->d_name)) {
			sweep_empty(dirfd(d), dir, e->d_name);
			continue;
		}
		mem_grow(out->v, out->n, out->cap);
		out->v[out->n++] = mem_strdup(e->d_name);
	}
	closedir(d);
	if (out->n)
		qsort(out->v, out->n, sizeof(*out->v), newest_first);
	return 0;
}

/* One that can't be read must not hide the others. */
int compose_each(const struct conf *conf, int (*each)(void *ctx, const char *id, bool locked, const struct compose *),
	void *ctx, struct err *err)
{
	char *dir = folder_of_all(conf);
	struct names names = { 0 };
	int r = list_names(dir, &names, err);

	for (size_t i = 0; i < names.n; i++) {
		struct err own = ERR_INIT;
		struct compose c;

		if (r == 0 && compose_load(&c, conf, names.v[i], &own) != 0) {
			log_msg(LOG_WARN, "%s", own.text);
		} else if (r == 0) {
			r = each(ctx, names.v[i], is_locked(&c), &c);
			if (r != 0 && err->kind == ERR_NONE)
				err_set(err, ERR_CANCEL, _("The list of messages being written was not read to its end."));
			compose_release(&c);
		}
		free(names.v[i]);
	}
	free(names.v);
	free(dir);
	return r;
}

/* ---- attachments ---- */

char *compose_own_path(const struct compose *c, struct slice name)
{
	char *files, *z, *path;

	if (name.n == 0 || name.n > 255 || name.p[0] == '.' || sl_find(name, '/') >= 0 || sl_find(name, 0) >= 0)
		return NULL;
	z = sl_dup(name);
	files = path_join(c->dir, "files");
	path = path_join(files, z);
	free(files);
	free(z);
	return path;
}

static struct compose_file *add_file(struct compose *c)
{
	c->files = mem_array(c->files, c->n_files + 1, sizeof(*c->files));
	memset(&c->files[c->n_files], 0, sizeof(*c->files));
	return &c->files[c->n_files++];
}

int compose_attach(struct compose *c, const char *typed, struct err *err)
{
	char *path = path_expand(typed), *real = NULL;
	int fd = fs_open_named(path, O_RDONLY | O_NONBLOCK, 0);
	struct compose_file *f;
	const char *slash;
	struct stat st;
	int r = 0;

	if (fd < 0 || fstat(fd, &st) != 0)
		r = err_sys(err, _("Can't read the file %s"), path);
	else if (!S_ISREG(st.st_mode))
		r = err_set(err, ERR_INPUT, S_ISDIR(st.st_mode) ? _("%s is a folder; only files can be attached.")
			: _("%s is not a plain file, so it can't be attached."), path);
	else if (!(real = realpath(path, NULL)))
		r = err_sys(err, _("Can't find the file %s"), path);
	if (fd >= 0)
		fs_close(&fd);
	if (r == 0) {
		f = add_file(c);
		slash = strrchr(path, '/');
		*f = (struct compose_file){ .path = real, .name = mem_strdup(slash ? slash + 1 : path),
			.size = (uint64_t)st.st_size, .mtime = (int64_t)st.st_mtime };
	}
	free(path);
	return r;
}

/* The first of "name", "2-name", "3-name" that is free: a descriptor. */
static int open_new(int dir, const char *name, char got[256])
{
	int fd;

	for (unsigned k = 1; k < 10000; k++) {
		if (k == 1)
			snprintf(got, 256, "%s", name);
		else
			snprintf(got, 256, "%u-%s", k, name);
		fd = fs_open(dir, got, O_RDWR | O_CREAT | O_EXCL, 0600);
		if (fd >= 0 || errno != EEXIST)
			return fd;
	}
	return -1;
}

/* As it shall be called there; -1, err. */
static int write_file(int dir, const char *name, struct src *src, char got[256], struct err *err)
{
	int fd = open_new(dir, name, got), r;
	struct sink sink;

	if (fd < 0)
		return err_sys(err, _("Can't make the file %s for the message"), name);
	sink_fd(&sink, fd);
	r = src_copy(src, &sink, err);
	if (r == 0 && fs_sync(fd) != 0)
		r = err_sys(err, _("Can't save the file %s"), got);
	if (fs_close(&fd) != 0 && r == 0)
		r = err_sys(err, _("Can't save the file %s"), got);
	if (r == 0 && fs_sync(dir) != 0)
		r = err_sys(err, _("Can't save the file %s"), got);
	if (r != 0)
		fs_unlink(dir, got);
	return r;
}

int compose_keep(struct compose *c, struct src *src, const char *name, char **path, struct err *err)
{
	char *files = path_join(c->dir, "files");
	char got[256], number[24];
	struct str clean;
	int dir = -1, r = compose_folder(c, err);

	str_init(&clean, 4096);
	snprintf(number, sizeof(number), "%zu", c->n_files + 1);
	filename_clean(sl(name), number, &clean);
	if (clean.n > 200) {
		str_clear(&clean);
		str_addf(&clean, "part-%s.bin", number);
	}
	if (r == 0) {
		dir = fs_open(FS_CWD, files, O_RDONLY | O_DIRECTORY, 0);
		r = dir < 0 ? err_sys(err, _("Can't open the folder %s"), files) : write_file(dir, clean.p, src, got, err);
	}
	if (dir >= 0)
		fs_close(&dir);
	*path = r == 0 ? path_join(files, got) : NULL;
	str_release(&clean);
	free(files);
	return r;
}

int compose_attach_src(struct compose *c, struct src *src, const char *name, const char *type, struct err *err)
{
	struct compose_file *f;
	struct str clean;
	struct stat st;
	char *path;

	if (compose_keep(c, src, name, &path, err) != 0)
		return -1;
	str_init(&clean, 4096);
	filename_clean(sl(strrchr(path, '/') + 1), "1", &clean);
	if (name && *name) {
		str_clear(&clean);
		filename_clean(sl(name), "1", &clean);
	}
	f = add_file(c);
	*f = (struct compose_file){ .path = path, .own = true, .name = str_detach(&clean), .type = mem_strdup(type) };
	if (stat(path, &st) == 0) {
		f->size = (uint64_t)st.st_size;
		f->mtime = (int64_t)st.st_mtime;
	}
	return 0;
}

/* The file of its own goes with the next save: until then what lies on disk needs it. */
void compose_detach(struct compose *c, size_t k)
{
	bug_on(k >= c->n_files);
	file_release(&c->files[k]);
	memmove(c->files + k, c->files + k + 1, (c->n_files - k - 1) * sizeof(*c->files));
	c->n_files--;
}

void compose_reorder(struct compose *c, size_t from, size_t to)
{
	struct compose_file f;

	bug_on(from >= c->n_files || to >= c->n_files);
	f = c->files[from];
	if (from < to)
		memmove(c->files + from, c->files + from + 1, (to - from) * sizeof(f));
	else
		memmove(c->files + to + 1, c->files + to, (from - to) * sizeof(f));
	c->files[to] = f;
}
