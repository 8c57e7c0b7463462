/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mbox: reading a file of many messages, in one pass forward and in constant
 * memory.  Invariants:
 * - every byte is in one message, in a separator, in a blank line before one, or in
 *   the junk before the first: nothing is skipped, and a rewrite keeps all of it;
 * - a separator is a From_ line after a blank line (or the first one), and it has
 *   the form of one: a date with its weekday at the end, or else just one
 *   address, or Netscape's "-".  Other lines with "From " are text;
 * - a Content-Length is believed when it leads to a separator or to the end, and
 *   then no line before is one;
 * - what is read does not depend on where the blocks are cut.
 */
#include "priv.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define LINE_KEEP ((size_t)1024)        /* of a longer line only the head is looked at */
#define FROM_MAX  ((size_t)1000)        /* a longer line is no separator */
#define MMDF_LINE "\1\1\1\1"

size_t mbox_block = (size_t)256 * 1024; /* a test makes it small */

/* ---- lines ---- */

struct line {
	const char *p; size_t n;        /* without its end; the head of it when cut */
	size_t eol;                     /* 0 to 2 bytes */
	off_t at, end;
	bool cut;
};

static int fill(struct mbox *m, struct err *err)
{
	size_t have = m->n - m->pos, want = m->block;
	off_t at = m->at + (off_t)have;
	ssize_t got;

	if ((uintmax_t)(m->size - at) < want)
		want = (size_t)(m->size - at);
	memmove(m->buf, m->buf + m->pos, have);
	m->pos = 0;
	m->n = have;
	got = fs_pread(m->fd, m->buf + have, want, at);
	if (got < 0)
		return err_sys(err, _("Can't read the mailbox %s"), m->path);
	if (got == 0)
		return err_set(err, ERR_TEMP, _("The mailbox %s became shorter while it was read: "
			"another program changed it; open it again."), m->path);
	m->n += (size_t)got;
	return 0;
}

static bool all_read(const struct mbox *m)
{
	return m->at + (off_t)(m->n - m->pos) >= m->size;
}

static void consume(struct mbox *m, size_t n)
{
	m->pos += n;
	m->at += (off_t)n;
}

static void cut_line(struct line *l)
{
	l->cut = l->n > LINE_KEEP;
	if (l->cut)
		l->n = LINE_KEEP;
}

/* The line is longer than what is kept of one. */
static int long_line(struct mbox *m, struct line *l, struct err *err)
{
	bool cr = false;

	memcpy(m->keep, m->buf + m->pos, LINE_KEEP);
	*l = (struct line){ .p = m->keep, .at = m->at };
	for (;;) {
		size_t have = m->n - m->pos, n = have;
		const char *p = m->buf + m->pos, *lf = have ? memchr(p, '\n', have) : NULL;

		if (lf) {
			n = (size_t)(lf - p);
			l->eol = 1 + (n ? p[n - 1] == '\r' : cr);
			n++;
		}
		if (have)
			cr = p[have - 1] == '\r';
		consume(m, n);
		if (lf || all_read(m))
			break;
		if (fill(m, err) != 0)
			return -1;
	}
	l->end = m->at;
	l->n = (size_t)MIN(l->end - l->at - (off_t)l->eol, (off_t)LINE_KEEP + 1);
	cut_line(l);
	return 1;
}

/* 1 a line, 0 the end, -1; the line is borrowed until the next one. */
static inline int take_line(struct mbox *m, struct line *l, struct err *err)
{
	for (;;) {
		size_t have = m->n - m->pos;
		const char *p = m->buf + m->pos, *lf = have ? memchr(p, '\n', have) : NULL;

		if (lf) {
			size_t n = (size_t)(lf - p);

			l->at = m->at;
			consume(m, n + 1);
			l->end = m->at;
			l->eol = 1 + (n && lf[-1] == '\r');
			l->p = p;
			l->n = n + 1 - l->eol;
			cut_line(l);
			return 1;
		}
		if (all_read(m)) {
			*l = (struct line){ .p = p, .n = have, .at = m->at, .end = m->size };
			consume(m, have);
			cut_line(l);
			return have > 0;
		}
		if (have > LINE_KEEP)
			return long_line(m, l, err);
		if (fill(m, err) != 0)
			return -1;
	}
}

/* ---- From_ lines ---- */

static int name_of(struct slice word, const char *names, int count)
{
	for (int i = 0; i < count; i++)
		if (sl_ieq(word, sl_make(names + 3 * i, 3)))
			return i;
	return -1;
}

static int weekday_of(struct slice word)
{
	return name_of(word, "sunmontuewedthufrisat", 7);
}

static int month_of(struct slice word)
{
	return 1 + name_of(word, "janfebmaraprmayjunjulaugsepoctnovdec", 12);
}

static bool number(struct slice word, size_t min, size_t max, uint64_t most, int *out)
{
	uint64_t v;

	if (word.n < min || word.n > max || sl_u64(word, most, &v) != 0)
		return false;
	*out = (int)v;
	return true;
}

/* h:mm or h:mm:ss */
static bool clock_of(struct slice word, struct date_parts *d)
{
	struct slice part;

	d->sec = 0;
	if (!sl_cut(&word, ':', &part) || !number(part, 1, 2, 23, &d->hour))
		return false;
	if (!sl_cut(&word, ':', &part) || !number(part, 2, 2, 59, &d->min))
		return false;
	return word.n == 0 || number(word, 2, 2, 60, &d->sec);
}

static int zone_of(struct slice word)
{
	int hours, minutes;

	if (word.n != 5 || (word.p[0] != '+' && word.p[0] != '-') ||
	    !number(sl_make(word.p + 1, 2), 2, 2, 14, &hours) ||
	    !number(sl_make(word.p + 3, 2), 2, 2, 59, &minutes))
		return 0;
	return (word.p[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
}

/* What follows the weekday: "Mar  3 09:30:00 [zone [zone]] 2026 ...", the seconds
 * not always there, or "3 Mar 2026 09:30:00 [zone]". */
static bool date_after(struct slice s, int64_t *when)
{
	struct slice w[8];
	struct date_parts d = { 0 };
	size_t n = 0;
	int zone = 0;
	bool found = false;

	while (n < ARRAY_LEN(w) && sl_word(&s, &w[n]))
		n++;
	if (n < 4)
		return false;
	if ((d.month = month_of(w[0])) > 0) {
		if (!number(w[1], 1, 2, 31, &d.day) || !clock_of(w[2], &d))
			return false;
		for (size_t i = 3; i < MIN(n, 6) && !found; i++) {
			found = number(w[i], 4, 4, 9999, &d.year);
			zone = zone ? zone : zone_of(w[i + !!(found && i + 1 < n)]);
		}
	} else {
		found = number(w[0], 1, 2, 31, &d.day) && (d.month = month_of(w[1])) > 0 &&
			number(w[2], 4, 4, 9999, &d.year) && clock_of(w[3], &d);
		zone = n > 4 ? zone_of(w[4]) : 0;
	}
	if (!found || d.day == 0)
		return false;
	*when = date_join(&d) - zone * 60;
	return true;
}

/* The rest of a From_ line: is it a separator's?  *when stays when it has no date. */
static bool from_rest(struct slice rest, int64_t *when)
{
	struct slice s = rest, word, only = SL_NONE;
	size_t words = 0;
	ssize_t at;

	while (sl_word(&s, &word)) {
		only = word;
		words++;
		if (word.n == 4 && word.p[3] == ',')
			word.n = 3;
		if (word.n == 3 && weekday_of(word) >= 0 && date_after(s, when))
			return true;
	}
	if (words != 1)
		return false;
	at = sl_find(only, '@');
	return sl_is(only, "-") || (at > 0 && (size_t)at + 1 < only.n);
}

static inline bool is_from(const struct line *l)
{
	return l->n >= 5 && l->p[0] == 'F' && memcmp(l->p, "From ", 5) == 0;
}

static bool is_separator(const struct line *l, int64_t *when)
{
	return is_from(l) && l->n <= FROM_MAX && from_rest(sl_make(l->p + 5, l->n - 5), when);
}

static bool is_mmdf(const struct line *l)
{
	return l->n == 4 && memcmp(l->p, MMDF_LINE, 4) == 0;
}

/* ---- one message ---- */

/* Fast, and no secret: it only tells messages of one file apart. */
static uint64_t mix(uint64_t sum, const char *p, size_t n)
{
	uint64_t v;

	sum ^= n;
	for (; n >= 8; p += 8, n -= 8) {
		memcpy(&v, p, 8);
		sum = (sum ^ v) * 0x9E3779B97F4A7C15u;
		sum ^= sum >> 29;
	}
	for (v = 0; n; p++, n--)
		v = v << 8 | (unsigned char)*p;
	sum = (sum ^ v) * 0x9E3779B97F4A7C15u;
	return sum ^ sum >> 32;
}

/* Their letters and ours (the Maildir's); O has none. */
static const char status_theirs[] = "TFPARD", status_ours[] = "DFPRST";

static void add_status(struct mbox *m, struct slice value)
{
	for (size_t i = 0; i < value.n; i++) {
		const char *at = value.p[i] ? strchr(status_theirs, value.p[i]) : NULL;

		if (at)
			m->seen |= 1u << (at - status_theirs);
		m->cur.old = m->cur.old || value.p[i] == 'O';
	}
}

static void head_line(struct mbox *m, const struct line *l)
{
	struct slice s = sl_make(l->p, l->n);
	uint64_t v;

	if (!l->cut && sl_istarts(s, "status:")) {
		add_status(m, sl_skip(s, 7));
		return;
	}
	if (!l->cut && sl_istarts(s, "x-status:")) {
		add_status(m, sl_skip(s, 9));
		return;
	}
	if (!l->cut && sl_istarts(s, "content-length:")) {
		/* two of them: none is believed */
		bool good = m->length == -1 && sl_u64(sl_trim(sl_skip(s, 15)), (uint64_t)m->size, &v) == 0;

		m->length = good ? (off_t)v : -2;
	}
	m->cur.sum = mix(m->cur.sum, l->p, l->n) + (uint64_t)(l->cut ? l->end - l->at : 0);
}

/* Does the end of the body, by its Content-Length, lie just before a separator or
 * at the end of the file?  One blank line and one missing line end are allowed for. */
static int length_fits(struct mbox *m, off_t body, struct err *err)
{
	char text[FROM_MAX + 8] = "";
	struct line l = { .p = text };
	off_t end = body + m->length, from = end ? end - 1 : 0;
	size_t want = (size_t)MIN((off_t)sizeof(text), m->size - from), at = 1;
	int64_t when;
	const char *lf;
	ssize_t got;

	if (end > m->size)
		return 0;
	got = want ? fs_pread(m->fd, text, want, from) : 0;
	if (got < 0)
		return err_sys(err, _("Can't read the mailbox %s"), m->path);
	if ((size_t)got != want)
		return 0;
	for (int i = text[0] == '\n' ? 1 : 0; i < 3; i++) {
		if (at == want)
			return from + (off_t)at == m->size;
		if (i > 0 && want - at > 4 && text[at] == 'F')
			break;
		at += text[at] == '\r' && at + 1 < want && text[at + 1] == '\n';
		if (text[at] != '\n')
			return 0;
		at++;
	}
	if (at >= want)
		return from + (off_t)at == m->size;
	lf = memchr(text + at, '\n', want - at);
	l.p = text + at;
	l.n = lf ? (size_t)(lf - l.p) : want - at;
	if (l.n && l.p[l.n - 1] == '\r')
		l.n--;
	return is_separator(&l, &when);
}

static void begin(struct mbox *m, const struct line *l, int64_t when)
{
	m->cur = (struct mbox_msg){ .from = l->at, .at = l->end, .when = when,
		.sum = mix(0, l->p, l->n) };
	m->seen = 0;
	m->length = -1;
	m->until = -1;
	m->where = MBOX_HEAD;
}

static void finish(struct mbox *m, off_t next, size_t blank, struct mbox_msg *msg)
{
	size_t k = 0;

	m->cur.next = next;
	m->cur.len = (m->until >= 0 ? m->until : next - (off_t)blank) - m->cur.at;
	for (size_t i = 0; status_ours[i]; i++)
		if (m->seen & 1u << i)
			m->cur.flags[k++] = status_ours[i];
	*msg = m->cur;
	m->where = MBOX_LEAD;
}

/* One line of an MMDF file: true when it ended a message. */
static bool mmdf_line(struct mbox *m, const struct line *l, struct mbox_msg *msg)
{
	bool ended = false;
	int64_t when = 0;

	if (is_mmdf(l)) {
		if (m->where != MBOX_LEAD && l->at > m->cur.at) {
			finish(m, l->at, 0, msg);
			ended = true;
		}
		begin(m, l, 0);
	} else if (m->where == MBOX_HEAD && l->at == m->cur.at && is_separator(l, &when)) {
		m->cur.at = l->end;
		m->cur.when = when;
		m->cur.sum = mix(m->cur.sum, l->p, l->n);
	} else if (m->where == MBOX_HEAD && l->n == 0) {
		m->where = MBOX_BODY;
	} else if (m->where == MBOX_HEAD) {
		head_line(m, l);
	}
	return ended;
}

/* 1: it ended a message; 0; -1 */
static int mbox_line(struct mbox *m, const struct line *l, struct mbox_msg *msg, struct err *err)
{
	int64_t when = 0;
	bool may = m->where == MBOX_LEAD || m->blank > 0;
	bool ended = false;
	int r;

	if (m->until >= 0) {
		if (l->at < m->until) {
			m->cur.raw = m->cur.raw || is_from(l);
			may = false;
		} else {
			may = may || l->at == m->until;
		}
	}
	if (may && is_separator(l, &when)) {
		if (m->where != MBOX_LEAD) {
			finish(m, l->at, m->blank, msg);
			ended = true;
		} else if (!m->begun) {
			m->junk = l->at;
		}
		begin(m, l, when);
		m->begun = true;
		m->blank = 0;
		return ended;
	}
	m->blank = l->n == 0 ? l->eol : 0;
	if (m->where != MBOX_HEAD)
		return 0;
	if (l->n) {
		head_line(m, l);
		return 0;
	}
	m->where = MBOX_BODY;
	if (m->length >= 0) {
		r = length_fits(m, l->end, err);
		if (r == 1) {
			m->until = l->end + m->length;
			m->blank = m->length ? 0 : m->blank;
		}
		return r < 0 ? -1 : 0;
	}
	return 0;
}

/* Most lines are text, and here is where the time goes: true when this one is, and
 * nothing but m->blank depends on it. */
static inline bool is_text(struct mbox *m, const struct line *l)
{
	if (m->where != MBOX_BODY || (l->n && (l->p[0] == 'F' || l->p[0] == '\1')))
		return false;
	m->blank = l->n == 0 ? l->eol : 0;
	return true;
}

int mbox_next(struct mbox *m, struct mbox_msg *msg, struct err *err)
{
	struct line l;
	int r;

	while ((r = take_line(m, &l, err)) == 1) {
		if (is_text(m, &l))
			continue;
		r = m->mmdf ? mmdf_line(m, &l, msg) : mbox_line(m, &l, msg, err);
		if (r != 0)
			return r;
	}
	if (r < 0)
		return -1;
	if (!m->begun && !m->mmdf)
		m->junk = m->size;
	if (m->where == MBOX_LEAD || (m->mmdf && m->cur.at >= m->size))
		return 0;
	finish(m, m->size, m->mmdf ? 0 : m->blank, msg);
	return 1;
}

/* ---- opening ---- */

static int begin_file(struct mbox *m, struct err *err)
{
	char head[5] = "";
	ssize_t got = m->size ? fs_pread(m->fd, head, sizeof(head), 0) : 0;

	if (got < 0)
		return err_sys(err, _("Can't read the mailbox %s"), m->path);
	m->mmdf = got >= 4 && memcmp(head, MMDF_LINE, 4) == 0 &&
		(got == 4 || head[4] == '\n' || head[4] == '\r');
	mbox_seek(m, 0);
	if (got >= 3 && memcmp(head, "\xEF\xBB\xBF", 3) == 0)
		m->at = 3;
	return 0;
}

/* A symbolic link, a folder, a FIFO: in words. */
static int refused(const char *path, int error, struct err *err)
{
	errno = error;
	if (error == ENOENT)
		return err_set(err, ERR_NOTFOUND, _("There is no mailbox %s."), path);
	if (error == ELOOP)
		return err_set(err, ERR_INPUT, _("The mailbox %s is a symbolic link; "
			"name the file that it leads to."), path);
	if (error == EISDIR)
		return err_set(err, ERR_INPUT, _("%s is a folder, not an mbox file."), path);
	if (error == ENXIO)
		return err_set(err, ERR_INPUT, _("%s is not a plain file, so it is no mailbox."), path);
	return err_sys(err, _("Can't open the mailbox %s"), path);
}

int mbox_open_fd(const char *path, int dir, const char *name, int flags, struct stat *st,
	struct err *err)
{
	/* a FIFO must not make us wait */
	int fd = fs_open(dir, name, flags | O_NONBLOCK | O_NOCTTY, 0600);

	if (fd < 0)
		return refused(path, errno, err);
	if (fstat(fd, st) != 0)
		refused(path, errno, err);
	else if (!S_ISREG(st->st_mode))
		refused(path, S_ISDIR(st->st_mode) ? EISDIR : ENXIO, err);
	else
		return fd;
	fs_close(&fd);
	return -1;
}

int mbox_open(struct mbox *m, const char *path, struct err *err)
{
	struct stat st;
	int fd = mbox_open_fd(path, FS_CWD, path, O_RDONLY, &st, err);

	if (fd < 0) {
		*m = (struct mbox){ .fd = -1 };
		return -1;
	}
	return mbox_read_fd(m, path, fd, &st, err);
}

int mbox_read_fd(struct mbox *m, const char *path, int fd, const struct stat *st, struct err *err)
{
	*m = (struct mbox){ .path = mem_strdup(path), .fd = fd, .block = mbox_block,
		.dev = st->st_dev, .ino = st->st_ino, .size = st->st_size };
	m->buf = mem_alloc(mbox_block + LINE_KEEP + 1);
	m->keep = mem_alloc(LINE_KEEP);
	if (begin_file(m, err) == 0)
		return 0;
	mbox_close(m);
	return -1;
}

void mbox_close(struct mbox *m)
{
	fs_close(&m->fd);
	free(m->path);
	free(m->buf);
	free(m->keep);
	*m = (struct mbox){ .fd = -1 };
}

void mbox_seek(struct mbox *m, off_t from)
{
	m->at = MIN(from, m->size);
	m->pos = m->n = 0;
	m->blank = 0;
	m->until = -1;
	m->begun = from > 0;
	m->where = MBOX_LEAD;
}

int mbox_resume(struct mbox *m, dev_t dev, ino_t ino, const struct mbox_msg *last, struct err *err)
{
	struct mbox_msg msg;
	int r = 0;

	if (m->dev == dev && m->ino == ino && m->size >= last->next && last->from >= 0) {
		mbox_seek(m, last->from);
		r = mbox_next(m, &msg, err);
	}
	if (r == 1 && msg.from == last->from && msg.next == last->next &&
	    msg.at == last->at && msg.sum == last->sum)
		return 1;
	return r < 0 ? -1 : begin_file(m, err);
}
