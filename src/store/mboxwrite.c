/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mboxwrite: changing an mbox under its locks.  Invariants:
 * - what was there before an append is never written again: what fails is cut off,
 *   and synced so, before the locks go;
 * - a message ends with a newline and a blank line before the next one begins;
 * - flags and removal go through a new file beside the old one, synced and then
 *   renamed, so that at each moment the name leads to the old one or the new one (P12);
 *   never in place, where a crash would leave half of it;
 * - a message is only changed when the very same one lies where it was read.
 */
#include "priv.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define BLOCK ((size_t)256 * 1024)
#define SENDER_MAX 320

/* ---- out: few writes, so that a message mostly comes in one ---- */

static int flush(struct mbox_lock *k, int fd)
{
	int r = k->out_n ? fs_write_all(fd, k->out, k->out_n) : 0;

	k->out_n = 0;
	return r;
}

static int put(struct mbox_lock *k, int fd, struct slice s)
{
	if (!k->out)
		k->out = mem_alloc(BLOCK);
	while (s.n) {
		size_t n = MIN(s.n, BLOCK - k->out_n);

		memcpy(k->out + k->out_n, s.p, n);
		k->out_n += n;
		s = sl_skip(s, n);
		if (k->out_n == BLOCK && flush(k, fd) != 0)
			return -1;
	}
	return 0;
}

static int cannot(const struct mbox_lock *k, struct err *err)
{
	return err_sys(err, _("Can't write the mailbox %s; it is left as it was"), k->path);
}

static int only_read(const struct mbox_lock *k, struct err *err)
{
	return err_set(err, ERR_INPUT, _("The mailbox %s is an MMDF file; such files are only read."),
		k->path);
}

/* ---- appending ---- */

void mbox_undo(struct mbox_lock *k)
{
	k->out_n = 0;
	k->dirty = false;
	if (fs_truncate(k->fd, k->size) != 0 || fs_sync(k->fd) != 0)
		log_msg(LOG_ERROR, _("The end of the mailbox %s could not be taken back after "
			"an error: look at its last message."), k->path);
}

/* What is missing between the last message and a separator. */
static int begin_append(struct mbox_lock *k, struct err *err)
{
	char tail[4] = "";
	off_t from = MAX(0, k->size - 4);
	size_t n = (size_t)(k->size - from);
	ssize_t got = n ? fs_pread(k->fd, tail, n, from) : 0;
	struct slice s = sl_make(tail, n), fill = SL("");
	char head[4] = "";

	if (got >= 0 && n == 4)
		got = fs_pread(k->fd, head, 4, 0);
	if (got < 0 || (size_t)got != n || lseek(k->fd, k->size, SEEK_SET) < 0)
		return err_sys(err, _("Can't read the mailbox %s"), k->path);
	if (n == 4 && memcmp(head, "\1\1\1\1", 4) == 0)
		return only_read(k, err);
	if (n && !sl_ends(s, "\n"))
		fill = SL("\n\n");
	else if (n && !sl_ends(s, "\n\n") && !sl_ends(s, "\n\r\n") && !sl_is(s, "\n"))
		fill = SL("\n");
	k->dirty = true;
	return put(k, k->fd, fill) == 0 ? 0 : cannot(k, err);
}

/* One word without control characters; anything else is MAILER-DAEMON. */
static const char *sender_word(const char *sender)
{
	size_t n = sender ? strlen(sender) : 0;

	if (n == 0 || n > SENDER_MAX)
		return "MAILER-DAEMON";
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)sender[i] <= ' ' || sender[i] == 0x7f)
			return "MAILER-DAEMON";
	return sender;
}

static void from_line(struct str *out, const char *sender, int64_t when)
{
	static const char days[] = "SunMonTueWedThuFriSat",
		months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct date_parts d;

	date_split(MAX(when, 0), 0, &d);
	str_addf(out, "From %s %.3s %.3s %2d %02d:%02d:%02d %04d\n", sender_word(sender),
		days + 3 * d.wday, months + 3 * (d.month - 1), d.day, d.hour, d.min, d.sec, d.year);
}

/* The message through both filters; the last byte of it tells what its end lacks. */
static int put_message(struct mbox_lock *k, struct src *src, const char *flags, struct err *err)
{
	struct mbox_fields fields = { .flags = flags, .drop_length = true };
	struct mbox_quote quote = { 0 };
	struct str a, b;
	char *buf = mem_alloc(BLOCK), last = '\n';
	ssize_t got = 0;
	int r = 0;

	str_init(&a, 4 * BLOCK);
	str_init(&b, 8 * BLOCK);
	do {
		str_clear(&a);
		str_clear(&b);
		got = src_read(src, buf, BLOCK, err);
		if (got < 0) {
			r = -1;
			break;
		}
		bug_on(mbox_fields(&fields, sl_make(buf, (size_t)got), got == 0, &a) != 0);
		bug_on(mbox_quote(&quote, str_sl(&a), got == 0, &b) != 0);
		if (b.n)
			last = b.p[b.n - 1];
		if (put(k, k->fd, str_sl(&b)) != 0)
			r = cannot(k, err);
	} while (r == 0 && got > 0);
	if (r == 0 && put(k, k->fd, last == '\n' ? SL("\n") : SL("\n\n")) != 0)
		r = cannot(k, err);
	str_release(&a);
	str_release(&b);
	free(buf);
	return r;
}

int mbox_append(struct mbox_lock *k, struct src *src, const char *sender, int64_t when,
	const char *flags, struct err *err)
{
	struct str line;
	int r = 0;

	if (!k->dirty)
		r = begin_append(k, err);
	if (r == 0) {
		str_init(&line, STR_MAX);
		from_line(&line, sender, when);
		if (put(k, k->fd, str_sl(&line)) != 0)
			r = cannot(k, err);
		str_release(&line);
	}
	if (r == 0)
		r = put_message(k, src, flags, err);
	if (r != 0 && k->dirty)
		mbox_undo(k);
	return r;
}

int mbox_commit(struct mbox_lock *k, struct err *err)
{
	struct stat st;

	if (!k->dirty)
		return 0;
	if (flush(k, k->fd) != 0 || fs_sync(k->fd) != 0 || (k->made && fs_sync(k->dir) != 0) ||
	    fstat(k->fd, &st) != 0) {
		cannot(k, err);
		mbox_undo(k);
		return -1;
	}
	k->dirty = false;
	k->made = false;
	k->st = st;
	k->size = st.st_size;
	return 0;
}

/* ---- flags and removal ---- */

/* from, to: kept, not yet copied */
struct rewrite { struct mbox_lock *k; int fd; off_t from, to; };

static int copy_kept(struct rewrite *w, struct err *err)
{
	char *buf = mem_alloc(BLOCK);
	int r = 0;

	while (r == 0 && w->from < w->to) {
		ssize_t n = fs_pread(w->k->fd, buf, (size_t)MIN((off_t)BLOCK, w->to - w->from), w->from);

		if (n <= 0)
			r = err_sys(err, _("Can't read the mailbox %s"), w->k->path);
		else if (put(w->k, w->fd, sl_make(buf, (size_t)n)) != 0)
			r = cannot(w->k, err);
		w->from += n > 0 ? n : 0;
	}
	free(buf);
	return r;
}

/* The message with other flags: its From_ line, then it through the filter, then what
 * follows it. */
static int copy_flagged(struct rewrite *w, const struct mbox_msg *msg, const char *flags,
	struct err *err)
{
	struct mbox_fields fields = { .flags = flags };
	struct str out;
	struct src src;
	char *buf;
	ssize_t n;
	int r;

	w->to = msg->at;
	r = copy_kept(w, err);
	src_range(&src, w->k->fd, msg->at, msg->at + msg->len);
	buf = mem_alloc(BLOCK);
	str_init(&out, 4 * BLOCK);
	/* the body needs no filter */
	while (r == 0 && !fields.body && (n = src_read(&src, buf, BLOCK, err)) != -1) {
		str_clear(&out);
		bug_on(mbox_fields(&fields, sl_make(buf, (size_t)n), n == 0, &out) != 0);
		if (put(w->k, w->fd, str_sl(&out)) != 0)
			r = cannot(w->k, err);
	}
	if (r == 0 && !fields.body)
		r = -1;
	str_release(&out);
	free(buf);
	w->from = src.at;
	w->to = msg->next;
	return r;
}

static int moved(const struct mbox_lock *k, struct err *err)
{
	return err_set(err, ERR_TEMP, _("Another program changed the mailbox %s; nothing was changed "
		"now. Open it again."), k->path);
}

static bool same_msg(const struct mbox_msg *a, const struct mbox_msg *b)
{
	return a->from == b->from && a->at == b->at && a->sum == b->sum;
}

/* The old file is read once more, and each message goes its way. */
static int copy_all(struct rewrite *w, struct mbox *m, const struct mbox_change *v, size_t n,
	struct err *err)
{
	struct mbox_msg msg;
	size_t i = 0;
	int r;

	while ((r = mbox_next(m, &msg, err)) == 1) {
		if (i == n || msg.from < v[i].msg.from) {
			w->to = msg.next;
			continue;
		}
		if (!same_msg(&msg, &v[i].msg))
			return moved(w->k, err);
		if (v[i].flags) {
			if (copy_flagged(w, &msg, v[i].flags, err) != 0)
				return -1;
		} else {
			w->to = msg.from;
			if (copy_kept(w, err) != 0)
				return -1;
			w->from = w->to = msg.next;
		}
		i++;
	}
	if (r != 0)
		return -1;
	if (i < n)
		return moved(w->k, err);
	w->to = m->size;
	return copy_kept(w, err);
}

/* The new file gets the owner and the mode of the old one. */
static int like_old(int fd, const struct stat *old)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return -1;
	if ((st.st_uid != old->st_uid || st.st_gid != old->st_gid) &&
	    fchown(fd, old->st_uid, old->st_gid) != 0)
		return -1;
	return fchmod(fd, old->st_mode & 07777);
}

/* A name of our own: under the dotlock nobody else uses it, so a crash leaves one at
 * most, and the next rewrite removes it. */
static int new_file(struct mbox_lock *k, const char *name, struct err *err)
{
	int fd;

	if (!k->dotlock)
		return err_set(err, ERR_INPUT, _("The mailbox %s can't be changed: its folder is not "
			"writable, and without a new file beside it a crash could cost mail."), k->path);
	if (k->st.st_nlink != 1)
		return err_set(err, ERR_INPUT, _("The mailbox %s can't be changed: the file has several "
			"names (hard links), and the others would keep the old mail."), k->path);
	if (fs_unlink(k->dir, name) != 0 && errno != ENOENT)
		return cannot(k, err);
	fd = fs_open(k->dir, name, O_RDWR | O_CREAT | O_EXCL, 0600);
	return fd < 0 ? cannot(k, err) : fd;
}

/* Has somebody without our locks written to it meanwhile? */
static bool untouched(const struct mbox_lock *k)
{
	struct stat now, named;

	return fstat(k->fd, &now) == 0 && fstatat(k->dir, k->name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
		now.st_ino == named.st_ino && now.st_dev == named.st_dev &&
		now.st_size == k->st.st_size && now.st_mtim.tv_sec == k->st.st_mtim.tv_sec &&
		now.st_mtim.tv_nsec == k->st.st_mtim.tv_nsec;
}

static int write_new(struct mbox_lock *k, int fd, const struct mbox_change *v, size_t n,
	struct err *err)
{
	struct rewrite w = { .k = k, .fd = fd };
	struct mbox m;
	int r = fcntl(k->fd, F_DUPFD_CLOEXEC, 3);

	if (r < 0)
		return cannot(k, err);
	if (mbox_read_fd(&m, k->path, r, &k->st, err) != 0)
		return -1;
	if (m.mmdf)
		r = only_read(k, err);
	else
		r = copy_all(&w, &m, v, n, err);
	mbox_close(&m);
	k->out_n = r == 0 ? k->out_n : 0;
	if (r == 0 && (flush(k, fd) != 0 || like_old(fd, &k->st) != 0 || fs_sync(fd) != 0))
		r = cannot(k, err);
	if (r == 0 && !untouched(k))
		r = moved(k, err);
	return r;
}

/* A program that knows no dotlock may have waited for the fcntl lock of the old file,
 * and now appends to it although it has no name any more: that comes over.  (Postfix
 * and Dovecot look at the name once more instead; not all do.) */
static int bring_over(struct mbox_lock *k, int fd, struct err *err)
{
	struct rewrite w = { .k = k, .fd = fd, .from = k->st.st_size };
	struct stat st;

	if (mbox_let_in(k->fd) != 0 || fstat(k->fd, &st) != 0)
		return err_sys(err, _("The mailbox %s is changed, but another program may still be "
			"writing to the old file"), k->path);
	w.to = st.st_size;
	if (w.to <= w.from)
		return 0;
	if (lseek(fd, 0, SEEK_END) < 0)
		return cannot(k, err);
	if (copy_kept(&w, err) != 0)
		return -1;
	return flush(k, fd) == 0 && fs_sync(fd) == 0 ? 0 : cannot(k, err);
}

int mbox_rewrite(struct mbox_lock *k, const struct mbox_change *v, size_t n, struct err *err)
{
	char *name = mem_alloc(strlen(k->name) + 16);
	int fd, r;

	bug_on(k->dirty);
	snprintf(name, strlen(k->name) + 16, ".%s.pabal-new", k->name);
	fd = new_file(k, name, err);
	if (fd < 0) {
		free(name);
		return -1;
	}
	r = write_new(k, fd, v, n, err);
	/* from the moment it has the name, others may come */
	if (r == 0 && mbox_lock_fd(fd) != 1)
		r = cannot(k, err);
	if (r == 0 && fs_rename(k->dir, name, k->dir, k->name) != 0) {
		r = cannot(k, err);
	} else if (r == 0 && fs_sync(k->dir) != 0) {
		r = err_sys(err, _("The mailbox %s is changed, but its folder could not be written to disk"), k->path);
	} else if (r == 0) {
		r = bring_over(k, fd, err);
	}
	if (r != 0)
		fs_unlink(k->dir, name);
	fs_close(&fd);
	free(name);
	return r;
}
