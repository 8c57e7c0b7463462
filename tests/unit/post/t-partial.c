/* SPDX-License-Identifier: GPL-3.0-or-later
 * partial: a message in pieces is joined where all of them lie in one mailbox. */
#include "../store/box.h"
#include "post/post.h"
#include <fcntl.h>
#include <unistd.h>

static struct conf conf;
static struct err err;
static struct folders *folders;

#define HEAD(from, n, more) "From: " from "\nTo: me@x.test\nDate: Mon, 02 Mar 2026 0" n ":00:00 +0000\nSubject: big (" n ")\nMessage-ID: <p" n "@a>\nX-Way: " n \
	"\nMIME-Version: 1.0\nContent-Type: message/partial; id=\"ABC@host.com\"; number=" n more "\n\n"
#define BILL "Bill <bill@host.com>"

/* RFC 2046 5.2.2.2, and what must not be taken for a piece. */
static const struct { const char *name, *text; } mails[] = {
	{ "1", HEAD(BILL, "1", "; total=3") "X-Weird-Header-1: Bar\nX-Weird-Header-2: Hello\nMessage-ID: <whole@host.com>\nSubject: Audio mail\nMIME-Version: 1.0\n"
		"Content-type: text/plain\n\nfirst half\n" },
	{ "2", HEAD(BILL, "2", "") "second\n.\nFrom here\n" },
	{ "3", HEAD(BILL, "3", "; total=3") "last\n" },
	{ "4", "From: other@evil.example\nMessage-ID: <p4@a>\nContent-Type: message/partial; id=\"ABC@host.com\"; number=2\n\nevil\n" },
	{ "5", "From: " BILL "\nMessage-ID: <p5@a>\nContent-Type: message/partial; id=\"other@host.com\"; number=2; total=2\n\nother\n" },
	{ "6", "From: " BILL "\nMessage-ID: <p6@a>\nContent-Type: message/partial; id=\"ABC@host.com\"; number=9; total=3\n\nbeyond\n" },
	{ "7", "From: " BILL "\nMessage-ID: <p7@a>\n\nno piece\n" },
};
static const char whole[] = "From: " BILL "\nTo: me@x.test\nDate: Mon, 02 Mar 2026 01:00:00 +0000\nX-Way: 1\n"
	"Message-ID: <whole@host.com>\nSubject: Audio mail\nMIME-Version: 1.0\nContent-type: text/plain\n\nfirst half\nsecond\n.\nFrom here\nlast\n";

static int64_t ids[8];

static int take(void *ctx, const struct index_row *row)
{
	(void)ctx;
	if (row->message_id[0] == 'p')
		ids[row->message_id[1] - '0'] = row->msg.id;
	return 0;
}

/* The index is up to date with the mailbox; ids are known. */
static void look(const char *inbox)
{
	struct view *v = NULL;
	int64_t folder = 0;

	err = (struct err)ERR_INIT;
	memset(ids, 0, sizeof(ids));
	is_int(folder_sync(folders, inbox, UINT64_MAX, NULL, &folder, &err), 1, "the index is up to date %s", err.text);
	if (view_folder(folders_index(folders), folder, SORT_DATE, false, &v, &err) == 0)
		view_rows(v, 0, 100, take, NULL, &err);
	view_close(&v);
}

static void result(int r, int want, unsigned total, const char *missing, const struct partial *p, const struct str *out)
{
	is_int(r, want, "joined %s", err.text);
	ok(p->total == total && strcmp(p->missing, missing) == 0, "... of %u pieces; missing: %s", p->total, p->missing);
	if (want == 1)
		is_str(out->p, whole, "... as it was (RFC 2046 5.2.2.1)");
}

static void joined(int n, int want, unsigned total, const char *missing)
{
	struct partial p;
	struct str out;

	str_init(&out, STR_MAX);
	err = (struct err)ERR_INIT;
	result(partial_join(folders, ids[n], &out, &p, &err), want, total, missing, &p, &out);
	str_release(&out);
}

/* Files, by the digits of their names. */
static void open_joined(const char *names, int want, unsigned total, const char *missing)
{
	char *dir = tbox_dir();
	size_t n = strlen(names);
	struct partial p;
	struct str out;
	int fds[8];

	str_init(&out, STR_MAX);
	err = (struct err)ERR_INIT;
	for (size_t i = 0; i < n; i++) {
		char *path = tbox_path("%s/%zu", dir, i);

		tbox_put(path, sl(mails[names[i] - '1'].text));
		fds[i] = fs_open_named(path, O_RDONLY, 0);
		free(path);
	}
	result(partial_join_open(fds, n, &out, &p, &err), want, total, missing, &p, &out);
	for (size_t i = 0; i < n; i++)
		fs_close(&fds[i]);
	str_release(&out);
	free(dir);
}

int main(void)
{
	char *home = tbox_dir(), *path = tbox_path("%s/config", home), *inbox;

	tbox_put(path, SL("[account home]\naddress = me@x.test\n"));
	setenv("XDG_DATA_HOME", home, 1);
	setenv("XDG_CACHE_HOME", home, 1);
	is_int(conf_load(&conf, path, &err), 0, "a configuration %s", err.text);
	free(path);
	fs_mkdirs(conf.data, &err);
	fs_mkdirs(conf.cache, &err);
	inbox = mem_strdup(conf.accounts[0].inbox);
	path = mem_strdup(inbox);
	*strrchr(path, '/') = 0;
	fs_mkdirs(path, &err);
	free(path);
	is_int(box_create(inbox, BOX_MAILDIR, &err), 0, "a mailbox %s", err.text);
	for (size_t i = 0; i < ARRAY_LEN(mails); i++) {
		path = tbox_path("%s/cur/177245000%s.x.h:2,", inbox, mails[i].name);
		tbox_put(path, sl(mails[i].text));
		free(path);
	}
	is_int(folders_open(&folders, &conf, &err), 0, "an index %s", err.text);
	look(inbox);
	for (int n = 1; n <= 3; n++)
		joined(n, 1, 3, "");
	joined(5, 0, 2, "1");
	joined(6, 0, 0, "");
	joined(7, 0, 0, "");
	path = tbox_path("%s/cur/1772450002.x.h:2,", inbox);
	unlink(path);
	free(path);
	look(inbox);
	joined(1, 0, 3, "2");
	open_joined("231", 1, 3, "");
	open_joined("12", 0, 3, "3");
	open_joined("2", 0, 0, "1, 3-");
	open_joined("3", 0, 3, "1-2");
	open_joined("7", 0, 0, "");
	open_joined("1235", -1, 0, "");
	open_joined("72", -1, 0, "");
	open_joined("1223", -1, 0, "");
	folders_close(&folders);
	conf_release(&conf);
	free(inbox);
	free(home);
	return tap_done();
}
