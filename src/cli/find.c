/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * find: a message that the command line names: a file, standard input, or the id
 * that a list shows.
 */
#include "priv.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

char *cli_mailbox(const struct conf *conf, const char *arg)
{
	return folder_path(conf, arg);
}

struct hits { struct folders *folders; int64_t id; char *path; unsigned n; int fd; struct err *err; };

/* Bytes as a nameless file. */
static int as_file(struct slice bytes, struct err *err)
{
	int fd = fs_tmpfile(getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", err);

	if (fd >= 0 && fs_write_all(fd, bytes.p, bytes.n) != 0) {
		err_sys(err, "%s", _("Can't keep the message in a temporary file"));
		fs_close(&fd);
	}
	return fd;
}

static int take_hit(void *ctx, const struct index_row *row)
{
	struct hits *h = ctx;
	struct box *box;
	struct str mem;
	int r = 0;

	if (h->n++)
		return 0;
	h->id = row->msg.id;
	box = folder_box(h->folders, row->msg.folder, h->err);
	if (!box)
		return -1;
	h->path = mem_strdup(box->path);
	str_init(&mem, 2 << 20);
	if (box_read(box, &row->msg.ref, &mem, &h->fd, h->err) != 0)
		r = -1;
	else if (h->fd < 0)
		r = (h->fd = as_file(str_sl(&mem), h->err)) < 0 ? -1 : 0;
	str_release(&mem);
	return r;
}

/* In place of a piece the whole message, where all of them are in its mailbox. */
static int join_there(struct hits *h, struct partial *p, struct err *err)
{
	struct err ignored = ERR_INIT;
	struct str whole;
	int64_t folder;
	int r;

	str_init(&whole, STR_MAX);
	r = partial_join(h->folders, h->id, &whole, p, err);
	if (r == 0 && p->found && folder_sync(h->folders, h->path, UINT64_MAX, NULL, &folder, &ignored) >= 0)
		r = partial_join(h->folders, h->id, &whole, p, err);
	if (r == 1) {
		fs_close(&h->fd);
		h->fd = as_file(str_sl(&whole), err);
		r = h->fd < 0 ? -1 : 0;
	}
	str_release(&whole);
	return r;
}

/* What the id means: the index as it is, and if that knows none, after a look at the
 * mailboxes of the accounts.  p NULL: a piece is not joined. */
static int message_by_id(const struct cli *c, const char *id, struct partial *p, struct err *err)
{
	struct hits h = { .fd = -1, .err = err };
	struct conf conf;
	int r;

	if (conf_load(&conf, c->conf_path, err) != 0)
		return -1;
	r = folders_open(&h.folders, &conf, err);
	if (r == 0)
		r = index_by_id(folders_index(h.folders), 0, sl(id), take_hit, &h, err);
	if (r != 0 && err->kind == ERR_NOTFOUND)
		err->kind = ERR_NONE;           /* moved since: a look at the mailboxes finds it */
	if ((r == 0 && h.n == 0) || (r < 0 && err->kind == ERR_NONE)) {
		h.n = 0;
		free(h.path);
		h.path = NULL;
		for (size_t i = 0; i < 2 * conf.n_accounts; i++) {
			const char *path = i % 2 ? conf.accounts[i / 2].sent : conf.accounts[i / 2].inbox;
			struct err ignored = ERR_INIT;
			int64_t folder;

			if (path)
				folder_sync(h.folders, path, UINT64_MAX, NULL, &folder, &ignored);
		}
		r = index_by_id(folders_index(h.folders), 0, sl(id), take_hit, &h, err);
	}
	if (r >= 0 && h.n == 1 && p)
		r = join_there(&h, p, err);
	folders_close(&h.folders);
	conf_release(&conf);
	free(h.path);
	if (r >= 0 && h.n > 1) {
		if (h.fd >= 0)
			fs_close(&h.fd);
		return err_set(err, ERR_INPUT, _("%s means more than one message. Give more of its id."), id);
	}
	if (r >= 0 && h.n == 0)
		return err_set(err, ERR_NOTFOUND, _("There is no file and no message %s. pabal --list shows the ids."), id);
	if (r < 0 && h.fd >= 0)
		fs_close(&h.fd);
	return h.fd;
}

bool cli_is_id(const char *s)
{
	size_t n = strlen(s);

	if (n < 4 || n > 12)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!strchr("0123456789abcdef", s[i]))
			return false;
	return true;
}

static int open_message(const struct cli *c, const char *arg, struct partial *p, struct err *err)
{
	struct stat st;
	struct sink sink;
	struct src in;
	int fd;

	if (strcmp(arg, "-") == 0) {
		fd = fs_tmpfile(getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", err);
		if (fd < 0)
			return -1;
		src_fd(&in, STDIN_FILENO);
		sink_fd(&sink, fd);
		if (src_copy(&in, &sink, err) != 0)
			fs_close(&fd);
		src_release(&in);
		return fd;
	}
	fd = fs_open_named(arg, O_RDONLY | O_NONBLOCK, 0);
	if (fd < 0 && errno == ENOENT && cli_is_id(arg))
		return message_by_id(c, arg, p, err);
	if (fd < 0)
		return err_sys(err, _("Can't open %s"), arg);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		fs_close(&fd);
		return err_set(err, ERR_INPUT, _("%s is not a plain file."), arg);
	}
	return fd;
}

/* As mended: a piece in p is joined, NULL: it is not. */
static int mended_message(const struct cli *c, const char *arg, struct partial *p, struct err *err)
{
	int fd = open_message(c, arg, p, err), r;
	struct str mem;

	if (fd < 0)
		return -1;
	str_init(&mem, 16);
	r = message_mend(&fd, &mem, err);
	if (r == 0 && fd < 0)
		fd = as_file(str_sl(&mem), err);
	else if (r != 0)
		fs_close(&fd);
	str_release(&mem);
	return fd;
}

int cli_message(const struct cli *c, const char *arg, struct err *err)
{
	return mended_message(c, arg, NULL, err);
}

/* Those that are open, in place of the first of them. */
static int join_open(int *fds, size_t n, struct partial *p, struct err *err)
{
	struct str whole;
	int r;

	str_init(&whole, STR_MAX);
	r = partial_join_open(fds, n, &whole, p, err);
	if (r == 1) {
		fs_close(&fds[0]);
		fds[0] = as_file(str_sl(&whole), err);
		r = fds[0] < 0 ? -1 : 0;
	}
	str_release(&whole);
	return r;
}

int cli_whole(const struct cli *c, struct err *err)
{
	struct partial p = { 0 };
	int *fds = mem_array(NULL, c->n, sizeof(*fds)), fd = -1, r = 0;
	size_t n = 0;

	if (c->n == 0)
		r = err_set(err, ERR_INPUT, "%s", _("Name one message: an id of --list, a file, or - for standard input; or all pieces of one."));
	for (; n < c->n && r == 0; n++) {
		fds[n] = mended_message(c, c->operands[n], c->n == 1 ? &p : NULL, err);
		if (fds[n] < 0) {
			r = -1;
			break;
		}
	}
	if (r == 0 && !p.found)
		r = join_open(fds, n, &p, err);
	if (r == 0 && p.missing[0])
		cli_say(_("Pieces of this message are missing: %s. It can be read when all are in one mailbox, or named together."), p.missing);
	for (size_t i = 0; i < n; i++) {
		if (i == 0 && r == 0)
			fd = fds[0];
		else if (fds[i] >= 0)
			fs_close(&fds[i]);
	}
	free(fds);
	return fd;
}
