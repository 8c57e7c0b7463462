/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * list: --list, --search and --count: the messages of mailboxes and of patterns.
 * The index is brought up to date first; a large mailbox that it does not know
 * yet is listed straight from the disk when only its newest messages are asked
 * for.
 */
#include "priv.h"
#include <unistd.h>

#define QUICK_NEW 2000          /* so many new messages are read before listing */
#define QUICK_LIMIT 1000
#define FEW_TEXTS 500

struct listing {
	struct cli *cli;
	struct conf conf;
	struct folders *folders;
	struct query *query;
	struct search_spec spec;
	int64_t *ids; size_t n_ids;
	struct cli_where where;
	uint64_t limit;
	struct cli_rows rows;
	struct cli_bar bar;
};

/* ---- what was asked for ---- */

int cli_sort(const char *key, enum index_sort *sort, bool *reverse)
{
	*sort = SORT_DATE;
	*reverse = false;
	if (!key || find_sort(key, sort, reverse) == 0)
		return 0;
	cli_say(_("There is no order \"%s\". Write date, received, sender, subject, size or thread, with - before it for the reverse."), key);
	return -1;
}

int cli_pattern(const struct conf *conf, const char *text, struct query **q)
{
	struct query_error why;

	for (size_t i = 0; text && text[0] == '@' && i < conf->n_searches; i++)
		if (strcmp(conf->searches[i].name, text + 1) == 0)
			text = conf->searches[i].pattern;
	if (query_parse(sl(text), rt_now() / 1000000, q, &why) == 0)
		return 0;
	cli_say(_("The pattern is wrong at character %zu, \"" SL_FMT "\": %s"),
		why.at + 1, SL_ARG(sl_head(sl_skip(sl(text), MIN(why.at, strlen(text))), why.n)), why.text);
	return -1;
}

/* "@unread" and its like are patterns with names. */
static const char *view_named(const struct conf *conf, const char *name)
{
	static const struct { const char *name, *pattern; } views[] = {
		{ "unread", "~U" }, { "flagged", "~F" }, { "all", "~A" },
	};

	for (size_t i = 0; i < conf->n_searches; i++)
		if (strcmp(conf->searches[i].name, name) == 0)
			return conf->searches[i].pattern;
	for (size_t i = 0; i < ARRAY_LEN(views); i++)
		if (strcmp(views[i].name, name) == 0)
			return views[i].pattern;
	return NULL;
}

static bool is_pattern(const char *s)
{
	return s[0] && strchr("~!=%(\"'", s[0]);
}

int cli_operands(const struct cli *c, const struct conf *conf, struct cli_where *w)
{
	struct account *a = c->account ? conf_account(conf, c->account) : NULL;
	size_t i = 0;

	if (c->n > 2 || (c->n == 2 && is_pattern(c->operands[0]))) {
		cli_say("%s", _("At most a mailbox and a pattern are expected here. Put a pattern of several words in quotes."));
		return -1;
	}
	if (c->n && c->operands[0][0] == '@') {
		const char *name = c->operands[i++] + 1;

		w->inboxes = strcmp(name, "inboxes") == 0;
		if (!w->inboxes && !(w->pattern = view_named(conf, name))) {
			cli_say(_("There is no view @%s. There are @inboxes, @unread, @flagged, @all and the searches of the configuration."), name);
			return -1;
		}
		if (i < c->n && w->pattern) {
			cli_say("%s", _("A saved search takes no second pattern."));
			return -1;
		}
	} else if (c->n && !is_pattern(c->operands[0])) {
		w->path = folder_path(conf, c->operands[i++]);
	} else {
		w->path = folder_path(conf, a ? a->inbox : NULL);
	}
	if (i < c->n)
		w->pattern = c->operands[i];
	return 0;
}

void cli_where_release(struct cli_where *w)
{
	free(w->path);
	free(w->ids);
	*w = (struct cli_where){ 0 };
}

int cli_number(const char *text, uint64_t *out)
{
	if (!text) {
		*out = UINT64_MAX;
		return 0;
	}
	if (sl_u64(sl(text), UINT32_MAX, out) == 0 && *out)
		return 0;
	cli_say(_("\"%s\" is not a number of messages."), text);
	return -1;
}

/* ---- mailboxes up to date ---- */

static void add_id(struct listing *l, int64_t id)
{
	l->ids = mem_array(l->ids, l->n_ids + 1, sizeof(*l->ids));
	l->ids[l->n_ids++] = id;
}

static int texts_if_few(struct listing *l, const char *path, int64_t id, const struct sync_events *ev, struct err *err)
{
	struct index_folder f;
	uint64_t textless;

	if ((query_needs(l->query) & (QUERY_NEEDS_TEXT | QUERY_NEEDS_PARTS)) == 0 || index_folder(folders_index(l->folders), path, &f, err) != 1)
		return 0;
	textless = f.textless;
	index_folder_release(&f);
	return textless == 0 || textless > FEW_TEXTS ? 0 : MIN(folder_texts(l->folders, id, ev, err), 0);
}

/* 0, or 2: it is large and not in the index, and that would take long; -1 */
static int refresh(struct listing *l, const char *path, uint64_t max, struct err *err)
{
	struct sync_events ev = { .progress = cli_bar_sync, .ctx = &l->bar };
	int64_t id = 0;
	int r;

	l->bar.what = folder_name(&l->conf, path);
	r = folder_sync(l->folders, path, max, &ev, &id, err);
	if (r == 1)
		r = texts_if_few(l, path, id, &ev, err);
	cli_bar_clear(&l->bar);
	if (r == 0 || r == 2)
		add_id(l, id);
	return r;
}

struct everything { struct listing *l; struct err *err; bool inboxes; };

/* A mailbox that can't be read does not keep the others from being searched. */
static int refresh_each(void *ctx, const char *path, enum box_kind kind)
{
	struct everything *e = ctx;
	struct err err = ERR_INIT;
	char role = folder_role(&e->l->conf, path);

	(void)kind;
	if (e->inboxes ? role != 'i' : role == 't' || role == 'j')
		return 0;
	if (refresh(e->l, path, UINT64_MAX, &err) < 0)
		cli_say("%s", err.text);
	return 0;
}

/* ---- straight from the disk ---- */

static void disk_to(void *ctx, const struct index_row *row, struct str *out)
{
	const struct env *env = ctx;

	(void)row;
	for (size_t i = 0; i < env->to.n; i++) {
		if (i)
			str_adds(out, ", ");
		addr_show(&env->to.v[i], out);
	}
}

struct disk { struct listing *l; struct box *box; int64_t folder; };

static int disk_row(void *ctx, const struct box_msg *m)
{
	struct disk *d = ctx;
	struct index_row row = { .msg = { .folder = d->folder, .ref = m->ref, .flags = m->flags, .received = m->received } };
	struct err ignored = ERR_INIT;
	struct str head, from;
	struct env env;
	int r = 0;

	str_init(&head, 1 << 20);
	str_init(&from, 65536);
	if (box_header(d->box, &m->ref, &head, &row.msg.size, &ignored) == 0) {
		env_parse(str_sl(&head), &mime_limits_default, &env);
		row.date = env.date.ok ? env.date.sec : m->received;
		row.zone = env.date.ok ? env.date.zone : date_zone(m->received);
		if (env.from.n)
			addr_spec(&env.from.v[0], &from);
		row.from = from.p;
		row.from_name = env.from.n && env.from.v[0].name ? env.from.v[0].name : "";
		row.subject = env.subject;
		row.message_id = env.message_id ? env.message_id : "";
		d->l->rows.to = disk_to;
		d->l->rows.ctx = &env;
		r = cli_row(&d->l->rows, &row);
		env_release(&env);
	}
	str_release(&head);
	str_release(&from);
	return r;
}

static int from_disk(struct listing *l, int64_t folder, struct err *err)
{
	struct disk d = { .l = l, .folder = folder };
	struct box box;
	int r;

	if (box_open(&box, l->where.path, err) != 0)
		return -1;
	d.box = &box;
	r = box_newest(&box, l->limit, disk_row, &d, err);
	box_close(&box);
	return r;
}

/* ---- the modes ---- */

static int is_empty(struct listing *l)
{
	const struct cli *c = l->cli;

	if (l->rows.n || c->json || !isatty(STDOUT_FILENO))
		return EXIT_OK;
	if (l->where.pattern)
		cli_say("%s", _("No message is like that."));
	else
		cli_say(_("%s is empty. pabal --fetch brings new mail."), l->where.path ? folder_name(&l->conf, l->where.path) : _("The mailbox"));
	return EXIT_OK;
}

static int found(struct listing *l, bool count, struct err *err)
{
	struct search *s;
	uint64_t n;
	int r;

	l->spec.query = l->query;
	l->spec.folders = l->ids;
	l->spec.n = l->n_ids;
	if (l->n_ids == 0)
		return 0;
	if (search_open(&s, l->folders, &l->spec, err) != 0)
		return -1;
	if (count) {
		r = search_count(s, &n, err);
		if (r == 0)
			printf("%llu\n", (unsigned long long)n);
		l->rows.n = 1;
	} else {
		r = MIN(search_next(s, l->limit, cli_row, &l->rows, err), 0);
	}
	search_close(&s);
	return r;
}

static int look(struct listing *l, bool everywhere, bool count, struct err *err)
{
	struct everything e = { l, err, l->where.inboxes };
	bool quick = !everywhere && !count && !l->where.pattern && !l->spec.reverse && l->limit <= QUICK_LIMIT &&
		(l->spec.sort == SORT_DATE || l->spec.sort == SORT_RECEIVED);
	int r;

	if (everywhere || e.inboxes || !l->where.path) {
		if (folders_each(l->folders, refresh_each, &e, err) != 0)
			return -1;
		return found(l, count, err);
	}
	r = refresh(l, l->where.path, quick ? QUICK_NEW : UINT64_MAX, err);
	if (r == 2)
		return from_disk(l, l->ids[0], err);
	return r < 0 ? -1 : found(l, count, err);
}

static int run(struct cli *c, const struct cli_where *where, bool everywhere, bool count)
{
	struct listing l = { .cli = c };
	struct err err = ERR_INIT;
	int code;

	if (cli_conf(c, &l.conf, &code) != 0)
		return code;
	l.rows = (struct cli_rows){ .cli = c, .conf = &l.conf, .now = rt_now() / 1000000 };
	l.bar.on = isatty(STDERR_FILENO);
	code = EXIT_USAGE;
	if (where)
		l.where = (struct cli_where){ .pattern = where->pattern, .path = mem_strdup(where->path) };
	else if (everywhere)
		l.where.pattern = c->number;
	else if (cli_operands(c, &l.conf, &l.where) != 0)
		goto out;
	if (cli_sort(c->sort, &l.spec.sort, &l.spec.reverse) != 0 || cli_number(c->limit, &l.limit) != 0 ||
	    cli_pattern(&l.conf, l.where.pattern ? l.where.pattern : "", &l.query) != 0)
		goto out;
	if (folders_open(&l.folders, &l.conf, &err) != 0) {
		code = cli_fail(&err);
		goto out;
	}
	l.rows.folders = l.folders;
	if (c->verbose && index_note(folders_index(l.folders)))
		cli_say("%s", index_note(folders_index(l.folders)));
	if (look(&l, everywhere, count, &err) == 0 || (err.kind == ERR_NOTFOUND && c->n == 0)) {
		if (count && l.rows.n == 0)
			printf("0\n");
		code = cli_flush() == 0 ? (count ? EXIT_OK : is_empty(&l)) : EXIT_ERROR;
	} else {
		code = ferror(stdout) && err.kind == ERR_NONE ? (cli_flush(), EXIT_ERROR) : cli_fail(&err);
	}
out:
	folders_close(&l.folders);
	query_free(&l.query);
	free(l.ids);
	cli_where_release(&l.where);
	conf_release(&l.conf);
	return code;
}

/* What a change would be made to. */
int cli_list_chosen(struct cli *c, const struct cli_where *w)
{
	struct cli_rows rows = { .cli = c, .now = rt_now() / 1000000 };
	struct slice rest = sl(w->ids), id;
	struct err err = ERR_INIT;
	struct conf conf;
	int code, r;

	if (!w->ids)
		return run(c, w, false, false);
	if (cli_conf(c, &conf, &code) != 0)
		return code;
	rows.conf = &conf;
	r = folders_open(&rows.folders, &conf, &err);
	while (r >= 0 && sl_word(&rest, &id))
		r = index_by_id(folders_index(rows.folders), 0, id, cli_row, &rows, &err);
	folders_close(&rows.folders);
	conf_release(&conf);
	if (r < 0)
		return cli_fail(&err);
	return cli_flush() == 0 ? EXIT_OK : EXIT_ERROR;
}

int cli_list(struct cli *c)
{
	return run(c, NULL, false, false);
}

int cli_count(struct cli *c)
{
	return run(c, NULL, false, true);
}

int cli_search(struct cli *c)
{
	return run(c, NULL, true, false);
}
