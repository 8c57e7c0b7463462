/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * boxmd: a Maildir as a mailbox.  Invariants:
 * - one base name is one message, wherever and under however many names it lies;
 *   the one in cur/ counts;
 * - what stands behind ":2," and is not known here is kept;
 * - where one message is looked for there may be a listing, where many are changed
 *   there is one for all that others renamed, never one each.
 */
#include "priv.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define ROUNDS 4        /* of listings, for names that others change meanwhile */

int md_open(struct box *b, struct err *err)
{
	if (maildir_open(&b->md, b->path, false, err) != 0)
		return -1;
	b->read_only = faccessat(b->md.new, ".", W_OK | X_OK, 0) != 0 ||
		faccessat(b->md.cur, ".", W_OK | X_OK, 0) != 0;
	return 0;
}

static int same_folder(struct box *b, const char *sub, int fd, struct err *err)
{
	char *path = path_join(b->path, sub);
	struct stat there, held;
	int r = lstat(path, &there);

	free(path);
	if (r == 0 && fstat(fd, &held) == 0 && there.st_ino == held.st_ino && there.st_dev == held.st_dev)
		return 0;
	if (r == 0)
		errno = EINVAL;
	return box_lost(b->path, err);
}

/* A folder that was removed while it is held looks empty: that must not count as
 * all its messages being gone. */
int md_alive(struct box *b, struct err *err)
{
	return same_folder(b, "new", b->md.new, err) || same_folder(b, "cur", b->md.cur, err) ? -1 : 0;
}

/* ---- listing ---- */

static bool is_plain(int dir, const char *name)
{
	struct stat st;

	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode);
}

static inline bool is_file(int dir, const struct dirent *e)
{
	if (e->d_name[0] == '.')
		return false;
#ifdef DT_REG
	if (e->d_type != DT_UNKNOWN)
		return e->d_type == DT_REG;
#endif
	return is_plain(dir, e->d_name);
}

bool box_is_file(int dir, const struct dirent *e)
{
	return is_file(dir, e);
}

static inline uint64_t print_of(const char *name, size_t n, bool fresh)
{
	return box_hash(fresh ? 0x6E6577 : 0x637572, name, n);
}

uint64_t box_print(const char *name, bool fresh)
{
	return print_of(name, strlen(name), fresh);
}

/* Who lies in new/; with hidden, takes away those that hidden counts twice. */
static int sum_new(struct box *b, struct keys *in_new, bool hidden, struct keys *twice, uint64_t *n,
	uint64_t *sum, struct err *err)
{
	DIR *d = maildir_list(&b->md, b->md.new, err);
	struct dirent *e;

	if (!d)
		return -1;
	while (errno = 0, (e = readdir(d))) {
		uint64_t print;

		if (!is_file(b->md.new, e))
			continue;
		print = print_of(e->d_name, strlen(e->d_name), true);
		if (!hidden) {
			keys_add(in_new, entry_key(e->d_name));
			*n += 1;
			*sum += print;
		} else if (keys_has(twice, entry_key(e->d_name))) {
			*n -= 1;
			*sum -= print;
		}
	}
	return maildir_list_end(&b->md, d, err);
}

int md_sum(struct box *b, uint64_t *n, uint64_t *sum, struct err *err)
{
	struct keys in_new = { 0 }, twice = { 0 };
	uint64_t count = 0, all = 0;
	struct dirent *e;
	DIR *d = NULL;
	int r = md_alive(b, err);

	*n = *sum = 0;
	if (r == 0)
		r = sum_new(b, &in_new, false, NULL, &count, &all, err);
	if (r == 0 && !(d = maildir_list(&b->md, b->md.cur, err)))
		r = -1;
	while (d && (errno = 0, e = readdir(d))) {
		if (!is_file(b->md.cur, e))
			continue;
		count++;
		all += print_of(e->d_name, strlen(e->d_name), false);
		if (in_new.n && keys_has(&in_new, entry_key(e->d_name)))
			keys_add(&twice, entry_key(e->d_name));
	}
	if (d)
		r = maildir_list_end(&b->md, d, err);
	if (r == 0 && twice.n)
		r = sum_new(b, NULL, true, &twice, &count, &all, err);
	keys_release(&in_new);
	keys_release(&twice);
	*n = count;
	*sum = all;
	return r;
}

struct fresh { char *name; uint64_t ino; };
struct scan { struct fresh *v; size_t n, cap; struct keys met; box_each_fn *each; void *ctx; };

static int tell(struct box *b, struct scan *s, const char *name, uint64_t ino, bool fresh)
{
	struct box_msg m = { .ref = { .key = entry_key(name), .name = name, .fresh = fresh }, .ino = ino };

	if (keys_add(&s->met, m.ref.key))
		return 0;
	m.print = print_of(name, strlen(name), fresh);
	m.flags = flags_bits(entry_flags(name)) | (fresh ? FLAG_FRESH : 0);
	m.received = maildir_when(fresh ? b->md.new : b->md.cur, name);
	return s->each(s->ctx, &m) == 0 ? 0 : -1;
}

static int scan_new(struct box *b, struct scan *s, struct err *err)
{
	DIR *d = maildir_list(&b->md, b->md.new, err);
	struct dirent *e;

	if (!d)
		return -1;
	while (errno = 0, (e = readdir(d)))
		if (is_file(b->md.new, e)) {
			mem_grow(s->v, s->n, s->cap);
			s->v[s->n++] = (struct fresh){ mem_strdup(e->d_name), e->d_ino };
		}
	return maildir_list_end(&b->md, d, err);
}

static int scan_cur(struct box *b, struct scan *s, struct err *err)
{
	DIR *d = maildir_list(&b->md, b->md.cur, err);
	struct dirent *e;
	int r = 0;

	if (!d)
		return -1;
	while (errno = 0, r == 0 && (e = readdir(d)))
		if (is_file(b->md.cur, e))
			r = tell(b, s, e->d_name, e->d_ino, false);
	if (r != 0) {
		closedir(d);
		return -1;
	}
	return maildir_list_end(&b->md, d, err);
}

int md_scan(struct box *b, box_each_fn *each, void *ctx, struct err *err)
{
	struct scan s = { .each = each, .ctx = ctx };
	int r = md_alive(b, err);

	/* new/ is read first: what moves to cur/ meanwhile is met twice, not never */
	if (r == 0)
		r = scan_new(b, &s, err);
	if (r == 0)
		r = scan_cur(b, &s, err);
	for (size_t i = 0; i < s.n; i++) {
		if (r == 0)
			r = tell(b, &s, s.v[i].name, s.v[i].ino, true);
		free(s.v[i].name);
	}
	free(s.v);
	keys_release(&s.met);
	return r;
}

/* ---- one message ---- */

static bool is_name(const char *name)
{
	return name && name[0] && name[0] != '.' && !strchr(name, '/');
}

int md_find(struct box *b, const struct box_ref *ref, char **name, bool *fresh, struct err *err)
{
	struct str found;
	int r;

	if (!is_name(ref->name))
		return 0;
	*fresh = ref->fresh;
	if (is_plain(ref->fresh ? b->md.new : b->md.cur, ref->name)) {
		*name = mem_strdup(ref->name);
		return 1;
	}
	if (md_alive(b, err) != 0)
		return -1;
	str_init(&found, 512);
	r = maildir_find(&b->md, entry_base(ref->name), &found, fresh, err);
	if (r == 1)
		*name = str_detach(&found);
	str_release(&found);
	return r;
}

/* A descriptor, or -1 with err. */
static int open_msg(struct box *b, const struct box_ref *ref, struct stat *st, struct err *err)
{
	struct box_ref now = *ref;
	char *name = NULL;
	int fd = -1, r = is_name(ref->name);

	for (int i = 0; i < ROUNDS && r == 1; i++) {
		char *found = NULL;

		fd = box_file(now.fresh ? b->md.new : b->md.cur, now.name, st);
		if (fd >= 0 || errno != ENOENT)
			break;
		r = md_find(b, &now, &found, &now.fresh, err);
		if (r == 1) {
			free(name);
			now.name = name = found;
		}
	}
	if (fd < 0 && r == 1)
		box_no_msg(b->path, now.name, err);
	else if (fd < 0 && r == 0)
		box_msg_gone(b->path, err);
	free(name);
	return fd;
}

int md_header(struct box *b, const struct box_ref *ref, struct str *out, uint64_t *size, struct err *err)
{
	struct stat st;
	int fd = open_msg(b, ref, &st, err), r;

	if (fd < 0)
		return -1;
	*size = (uint64_t)st.st_size;
	r = box_head(b->path, fd, 0, st.st_size, out, err);
	fs_close(&fd);
	return r;
}

int md_read(struct box *b, const struct box_ref *ref, struct str *mem, int *fd_r, struct err *err)
{
	struct stat st;
	int fd = open_msg(b, ref, &st, err);

	return fd < 0 ? -1 : box_whole(b->path, fd, &st, mem, fd_r, err);
}

/* ---- changes ---- */

/* Letters of a name with others set and cleared, sorted, each once; what follows
 * them stays. */
static void new_letters(struct str *out, struct slice old, unsigned set, unsigned clear)
{
	bool have[128] = { false };
	char letters[8];
	size_t n = 0;

	for (; n < old.n && ascii_isalpha(old.p[n]); n++)
		have[(unsigned char)old.p[n]] = true;
	flags_letters(clear, letters);
	for (size_t i = 0; letters[i]; i++)
		have[(unsigned char)letters[i]] = false;
	flags_letters(set, letters);
	for (size_t i = 0; letters[i]; i++)
		have[(unsigned char)letters[i]] = true;
	for (int c = 0; c < 128; c++)
		if (have[c])
			str_addc(out, (char)c);
	str_addsl(out, sl_skip(old, n));
}

struct changing {
	struct box *b;
	struct str name;        /* of the one that is being changed            */
	bool in_new, in_cur;    /* touched                                     */
};

/* Did a call do its work although it failed?  (A network lost the answer.) */
static bool there_now(int dir, const char *name)
{
	int saved = errno;
	bool there = is_plain(dir, name);

	errno = saved;
	return there;
}

/* 1 done, 0 it does not lie there, -1 errno */
static int remove_one(struct changing *c, const char *name, bool fresh)
{
	struct box *b = c->b;
	int dir = fresh ? b->md.new : b->md.cur;
	char *base = sl_dup(entry_base(name));

	/* its twin would come to light */
	if (!fresh && fs_unlink(b->md.new, base) == 0)
		c->in_new = true;
	free(base);
	*(fresh ? &c->in_new : &c->in_cur) = true;
	if (fs_unlink(dir, name) == 0)
		return 1;
	return errno == ENOENT ? 0 : there_now(dir, name) ? -1 : 1;
}

static int flag_one(struct changing *c, struct box_change *v, const char *name, bool fresh)
{
	struct box *b = c->b;
	int dir = fresh ? b->md.new : b->md.cur;
	bool moved;

	str_clear(&c->name);
	if (!((v->set | v->clear) & ~(unsigned)FLAG_FRESH) && (!fresh || !(v->clear & FLAG_FRESH))) {
		str_adds(&c->name, name);
		v->fresh = fresh;
		return is_plain(dir, name);
	}
	str_addsl(&c->name, entry_base(name));
	str_adds(&c->name, ":2,");
	new_letters(&c->name, entry_flags(name), v->set, v->clear);
	v->fresh = false;
	if (!fresh && strcmp(c->name.p, name) == 0)
		return is_plain(dir, name);
	moved = fs_rename_quick(dir, name, b->md.cur, c->name.p) == 0;
	c->in_cur = true;
	c->in_new = c->in_new || fresh;
	if (moved)
		return 1;
	/* the same message lies there under the name that was wanted */
	if (errno == EEXIST || (errno != ENOENT && !there_now(dir, name) && there_now(b->md.cur, c->name.p)))
		return 1;
	return errno == ENOENT ? 0 : -1;
}

static int change_one(struct changing *c, struct box_change *v, const char *name, bool fresh, struct err *err)
{
	int r = v->remove ? remove_one(c, name, fresh) : flag_one(c, v, name, fresh);

	if (r < 0)
		return err_sys(err, _("Can't change a message in the mailbox %s"), c->b->path);
	v->done = r == 1;
	if (r == 1 && !v->remove)
		v->name = mem_strdup(c->name.p);
	return r;
}

/* Those that were missed, under the names that a listing gives. */
static int change_listed(struct changing *c, struct map *missed, int dir, bool fresh, size_t *left, struct err *err)
{
	DIR *d = maildir_list(&c->b->md, dir, err);
	struct entries all = { 0 };
	struct dirent *e;
	int r;

	if (!d)
		return -1;
	/* not while it is read: what is renamed might be met again */
	while (errno = 0, (e = readdir(d)))
		if (e->d_name[0] != '.' && map_get(missed, entry_base(e->d_name))) {
			mem_grow(all.v, all.n, all.cap);
			all.v[all.n++] = (struct entry){ .name = mem_strdup(e->d_name) };
		}
	r = maildir_list_end(&c->b->md, d, err);
	for (size_t i = 0; i < all.n && r == 0; i++) {
		struct box_change *v = map_get(missed, entry_base(all.v[i].name));
		int one = v->done ? 0 : change_one(c, v, all.v[i].name, fresh, err);

		r = one < 0 ? -1 : 0;
		*left -= one == 1;
	}
	entries_release(&all);
	return r;
}

static int change_missed(struct changing *c, struct box_change *v, size_t n, struct err *err)
{
	struct map *missed = NULL;
	size_t left = 0;
	int r = 0;

	for (size_t i = 0; i < n; i++)
		if (!v[i].done && is_name(v[i].ref.name)) {
			missed = missed ? missed : map_new();
			map_put(missed, entry_base(v[i].ref.name), v + i);
			left++;
		}
	for (int round = 0; missed && left && round < ROUNDS && r == 0; round++) {
		r = md_alive(c->b, err);
		if (r == 0)
			r = change_listed(c, missed, c->b->md.cur, false, &left, err);
		if (r == 0 && left)
			r = change_listed(c, missed, c->b->md.new, true, &left, err);
	}
	map_free(&missed);
	return r;
}

static int sync_touched(struct changing *c, struct err *err)
{
	if ((c->in_cur && fs_sync(c->b->md.cur) != 0) || (c->in_new && fs_sync(c->b->md.new) != 0))
		return err_sys(err, _("The mailbox %s is changed, but its folders could not be written to "
			"disk"), c->b->path);
	return 0;
}

int md_change(struct box *b, struct box_change *v, size_t n, bool (*stop)(void *), void *ctx, struct err *err)
{
	struct changing c = { .b = b };
	struct err late = ERR_INIT;
	int r = md_alive(b, err);
	bool stopped = false;
	size_t i;

	str_init(&c.name, 4096);
	for (i = 0; i < n && r == 0; i++) {
		stopped = stop && stop(ctx);
		if (stopped)
			break;
		if (is_name(v[i].ref.name) && change_one(&c, v + i, v[i].ref.name, v[i].ref.fresh, err) < 0)
			r = -1;
	}
	if (r == 0)
		r = change_missed(&c, v, i, err);
	/* after an error, too: what is done stays done */
	if (sync_touched(&c, r == 0 ? err : &late) != 0)
		r = -1;
	str_release(&c.name);
	return r != 0 ? -1 : stopped;
}
