/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * list: the messages of a mailbox, newest first, and finding one by its id.
 */
#include "priv.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define HEADER_MAX (1 << 20)

char *cli_mailbox(const struct conf *conf, const char *arg)
{
	struct account *a;

	if (!arg) {
		a = conf_account(conf, NULL);
		return a ? mem_strdup(a->inbox) : path_join(conf->mail, "INBOX");
	}
	if (arg[0] == '/' || arg[0] == '.' || sl_starts(sl(arg), "~/") || maildir_is(arg))
		return path_expand(arg);
	return path_join(conf->mail, arg);
}

static void addrs_text(const struct addrs *list, struct str *out)
{
	for (size_t i = 0; i < list->n; i++) {
		if (i)
			str_adds(out, ", ");
		addr_show(&list->v[i], out);
	}
}

struct row { const char *id, *folder, *path, *flags; struct env env; off_t size; bool fresh; };

static void json_pair(struct str *s, const char *key, struct slice value)
{
	str_addf(s, "%s\"%s\":", s->n > 1 ? "," : "", key);
	str_addjson(s, value);
}

static void print_json(const struct row *r)
{
	struct str s, text;

	str_init(&s, STR_MAX);
	str_init(&text, STR_MAX);
	str_addc(&s, '{');
	json_pair(&s, "id", sl(r->id));
	json_pair(&s, "folder", sl(r->folder));
	json_pair(&s, "file", sl(r->path));
	json_pair(&s, "flags", sl(r->flags));
	if (r->env.date.ok)
		fmt_iso(&text, r->env.date.sec, r->env.date.zone);
	json_pair(&s, "date", str_sl(&text));
	str_clear(&text);
	addrs_text(&r->env.from, &text);
	json_pair(&s, "from", str_sl(&text));
	str_clear(&text);
	addrs_text(&r->env.to, &text);
	json_pair(&s, "to", str_sl(&text));
	json_pair(&s, "subject", sl(r->env.subject));
	str_addf(&s, ",\"size\":%lld", (long long)r->size);
	json_pair(&s, "message_id", sl(r->env.message_id ? r->env.message_id : ""));
	str_adds(&s, "}\n");
	fwrite(s.p, 1, s.n, stdout);
	str_release(&s);
	str_release(&text);
}

/* Cuts or fills clean text to so many columns. */
static void column(struct str *line, struct slice text, int cols)
{
	struct str clean;
	size_t n;
	int used;

	str_init(&clean, STR_MAX);
	utf8_sanitize(&clean, text, CLEAN_LINE);
	n = utf8_fit(str_sl(&clean), cols, &used);
	str_add(line, clean.p, n);
	while (used++ < cols)
		str_addc(line, ' ');
	str_release(&clean);
}

static void print_row(const struct row *r, int64_t now)
{
	const struct addr *from = r->env.from.n ? &r->env.from.v[0] : NULL;
	struct str line, text;

	str_init(&line, STR_MAX);
	str_init(&text, STR_MAX);
	str_addf(&line, "%s %c%c ", r->id, r->fresh ? 'N' : strchr(r->flags, 'S') ? ' ' : 'O',
		strchr(r->flags, 'F') ? '!' : strchr(r->flags, 'R') ? 'r' : ' ');
	if (r->env.date.ok)
		fmt_date(&text, r->env.date.sec, now);
	column(&line, str_sl(&text), 11);
	str_clear(&text);
	if (from && from->name)
		str_adds(&text, from->name);
	else if (from)
		addr_spec(from, &text);
	column(&line, str_sl(&text), 20);
	str_adds(&line, "  ");
	str_clear(&text);
	fmt_size(&text, (uint64_t)r->size);
	for (size_t i = text.n; i < 5; i++)
		str_addc(&line, ' ');
	str_addsl(&line, str_sl(&text));
	str_adds(&line, "  ");
	utf8_sanitize(&line, sl(r->env.subject), CLEAN_LINE);
	str_addc(&line, '\n');
	fwrite(line.p, 1, line.n, stdout);
	str_release(&line);
	str_release(&text);
}

static void list_entry(struct cli *c, struct maildir *box, const char *folder, const struct entry *e, int64_t now)
{
	struct err ignored = ERR_INIT;
	struct str head, path, flags;
	struct row r = { .folder = folder, .fresh = e->fresh };
	struct stat st;
	char id[13];
	int fd = maildir_entry_open(box, e, &ignored);

	if (fd < 0)
		return;         /* moved or deleted meanwhile */
	str_init(&head, HEADER_MAX);
	str_init(&path, 65536);
	str_init(&flags, 64);
	str_addf(&path, "%s/%s/%s", box->path, e->fresh ? "new" : "cur", e->name);
	str_addsl(&flags, entry_flags(e->name));
	if (fstat(fd, &st) == 0 && hdr_read(fd, 0, &head) >= 0) {
		env_parse(str_sl(&head), &mime_limits_default, &r.env);
		entry_id(e->name, id);
		r.id = id;
		r.path = path.p;
		r.flags = flags.p;
		r.size = st.st_size;
		if (c->json)
			print_json(&r);
		else
			print_row(&r, now);
		env_release(&r.env);
	}
	fs_close(&fd);
	str_release(&head);
	str_release(&path);
	str_release(&flags);
}

/* "INBOX" for a mailbox below the root, else its path. */
static const char *folder_name(const struct conf *conf, const char *path)
{
	size_t n = strlen(conf->mail);

	return strncmp(path, conf->mail, n) == 0 && path[n] == '/' ? path + n + 1 : path;
}

static int empty(const struct cli *c, const char *folder)
{
	if (!c->json && isatty(STDOUT_FILENO))
		cli_say(_("%s is empty. pabal --fetch brings new mail."), folder);
	return EXIT_OK;
}

static int list_box(struct cli *c, struct maildir *box, const char *folder, struct err *err)
{
	int64_t now = rt_now() / 1000000;
	struct entries all;
	int code = EXIT_OK;

	if (maildir_scan(box, &all, err) != 0)
		return cli_fail(err);
	for (size_t i = 0; i < all.n; i++)
		list_entry(c, box, folder, &all.v[i], now);
	if (all.n == 0)
		code = empty(c, folder);
	entries_release(&all);
	return cli_flush() == 0 ? code : EXIT_ERROR;
}

int cli_list(struct cli *c)
{
	struct err err = ERR_INIT;
	struct maildir box;
	struct conf conf;
	char *path;
	int code;

	if (c->n > 1) {
		cli_say("%s", _("--list takes one mailbox."));
		return EXIT_USAGE;
	}
	if (cli_conf(c, &conf, &code) != 0)
		return code;
	if (c->n == 0 && c->account && conf_account(&conf, c->account))
		path = mem_strdup(conf_account(&conf, c->account)->inbox);
	else
		path = cli_mailbox(&conf, c->n ? c->operands[0] : NULL);
	if (maildir_open(&box, path, false, &err) == 0) {
		code = list_box(c, &box, folder_name(&conf, path), &err);
		maildir_close(&box);
	} else if (err.kind == ERR_NOTFOUND && c->n == 0) {
		code = empty(c, folder_name(&conf, path));      /* nothing was fetched yet */
	} else {
		code = cli_fail(&err);
	}
	free(path);
	conf_release(&conf);
	return code;
}

/* ---- a message by its id ---- */

static int find_in(const char *path, struct slice id, int *fd, struct err *err)
{
	struct entries all;
	struct maildir box;
	int hits = 0;

	if (maildir_open(&box, path, false, err) != 0) {
		err->kind = ERR_NONE;
		return 0;
	}
	if (maildir_scan(&box, &all, err) == 0) {
		for (size_t i = 0; i < all.n; i++) {
			char own[13];

			entry_id(all.v[i].name, own);
			if (!sl_starts(sl(own), id.p) || hits++)
				continue;
			*fd = maildir_entry_open(&box, &all.v[i], err);
		}
		entries_release(&all);
	}
	maildir_close(&box);
	return hits;
}

/* Looks for an id (its first digits do) in the mailboxes of all accounts. */
static int message_by_id(const struct cli *c, const char *id, struct err *err)
{
	struct map *done = map_new();
	struct conf conf;
	int fd = -1, hits = 0, code;

	if (conf_load(&conf, c->conf_path, err) != 0) {
		map_free(&done);
		return -1;
	}
	for (size_t i = 0; i < 2 * conf.n_accounts; i++) {
		struct account *a = &conf.accounts[i / 2];
		const char *path = i % 2 ? a->sent : a->inbox;
		int one = -1;

		if (!path || map_get(done, sl(path)))
			continue;
		map_put(done, sl(path), &conf);
		code = find_in(path, sl(id), &one, err);
		hits += code;
		if (one >= 0 && fd < 0)
			fd = one;
		else if (one >= 0)
			fs_close(&one);
	}
	map_free(&done);
	conf_release(&conf);
	if (hits > 1) {
		if (fd >= 0)
			fs_close(&fd);
		return err_set(err, ERR_INPUT, _("%s means more than one message. Give more of its id."), id);
	}
	if (fd < 0 && err->kind == ERR_NONE)
		return err_set(err, ERR_NOTFOUND, _("There is no file and no message %s. pabal --list shows the ids."), id);
	return fd;
}

static bool looks_like_id(const char *s)
{
	size_t n = strlen(s);

	if (n < 4 || n > 12)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!strchr("0123456789abcdef", s[i]))
			return false;
	return true;
}

int cli_message(const struct cli *c, const char *arg, struct err *err)
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
	if (fd < 0 && errno == ENOENT && looks_like_id(arg))
		return message_by_id(c, arg, err);
	if (fd < 0)
		return err_sys(err, _("Can't open %s"), arg);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		fs_close(&fd);
		return err_set(err, ERR_INPUT, _("%s is not a plain file."), arg);
	}
	return fd;
}
