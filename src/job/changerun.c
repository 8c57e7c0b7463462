/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * changerun: changes as a job: which messages, what with them, and taking it back.
 */
#include "priv.h"
#include <time.h>

/* ---- flags as people write them ---- */

static unsigned flag_named(struct slice word)
{
	static const struct { const char *name; unsigned bit; } names[] = {
		{ "seen", FLAG_SEEN }, { "read", FLAG_SEEN }, { "flagged", FLAG_FLAGGED }, { "replied", FLAG_REPLIED },
		{ "answered", FLAG_REPLIED }, { "passed", FLAG_PASSED }, { "draft", FLAG_DRAFT }, { "trashed", FLAG_TRASHED },
		{ "deleted", FLAG_TRASHED },
	};
	unsigned bits = 0;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (sl_iis(word, names[i].name))
			return names[i].bit;
	for (size_t i = 0; i < word.n; i++) {
		unsigned one = flags_bits(sl_make(word.p + i, 1));

		if (!one)
			return 0;
		bits |= one;
	}
	return bits;
}

int change_parse_flags(const char *text, unsigned *set, unsigned *clear, struct err *err)
{
	struct slice rest = sl(text);

	*set = *clear = 0;
	while ((rest = sl_trim(rest)).n) {
		char sign = rest.p[0];
		size_t n = 1;
		unsigned bits;

		while (n < rest.n && !strchr("+- \t,", rest.p[n]))
			n++;
		bits = flag_named(sl_make(rest.p + 1, n - 1));
		if ((sign != '+' && sign != '-') || !bits)
			return err_set(err, ERR_INPUT, _("\"%s\" does not say which flags. Write such as \"+flagged -seen\" or +F-S; there are seen, flagged, replied, passed, draft and trashed."), text);
		*(sign == '+' ? set : clear) |= bits;
		*(sign == '+' ? clear : set) &= ~bits;
		rest = sl_skip(rest, n);
		if (rest.n && rest.p[0] == ',')
			rest = sl_skip(rest, 1);
	}
	if (*set | *clear)
		return 0;
	return err_set(err, ERR_INPUT, "%s", _("No flag was named. Write such as \"+flagged -seen\"."));
}

/* ---- which messages ---- */

struct chosen { int64_t *v; size_t n, cap; bool twice; };

static int take_id(void *ctx, const struct index_row *row)
{
	struct chosen *c = ctx;

	mem_grow(c->v, c->n, c->cap);
	c->v[c->n++] = row->msg.id;
	return 0;
}

struct exact { struct chosen *out; uint64_t key; };

static int take_exact(void *ctx, const struct index_row *row)
{
	struct exact *e = ctx;

	return row->msg.ref.key == e->key ? take_id(e->out, row) : 0;
}

/* #ID:KEY.  An index made anew gives its ids again, so the key has to be right, too; a
 * message that is not there any more is none of ours. */
static int choose_exact(struct folders *folders, struct slice word, struct chosen *out, struct err *err)
{
	struct exact e = { .out = out };
	uint64_t v[2] = { 0, 0 };
	size_t part = 0;

	for (size_t i = 1; i < word.n; i++) {
		int digit = hex_val((unsigned char)word.p[i]);

		if (word.p[i] == ':' && part == 0)
			part = 1;
		else if (digit < 0 || v[part] >> 60)
			return err_set(err, ERR_INPUT, _("\"" SL_FMT "\" names no message."), SL_ARG(word));
		else
			v[part] = v[part] << 4 | (uint64_t)digit;
	}
	e.key = v[1];
	return index_get(folders_index(folders), (int64_t)v[0], take_exact, &e, err) < 0 ? -1 : 0;
}

static int choose_ids(struct folders *folders, struct slice rest, struct chosen *out, struct err *err)
{
	struct slice word;

	while (sl_word(&rest, &word)) {
		size_t had = out->n;

		if (word.p[0] == '#') {
			if (choose_exact(folders, word, out, err) != 0)
				return -1;
			continue;
		}
		if (index_by_id(folders_index(folders), 0, word, take_id, out, err) < 0)
			return -1;
		if (out->n == had)
			return err_set(err, ERR_NOTFOUND, _("There is no message " SL_FMT ". pabal --list shows the ids."), SL_ARG(word));
		if (out->n > had + 1)
			return err_set(err, ERR_INPUT, _(SL_FMT " means more than one message. Give more of its id."), SL_ARG(word));
	}
	return 0;
}

struct syncing { struct folders *folders; struct err *err; };

static int sync_one(void *ctx, const char *path, enum box_kind kind)
{
	struct syncing *s = ctx;
	struct err own = ERR_INIT;
	int64_t id;

	(void)kind;
	if (folder_sync(s->folders, path, UINT64_MAX, NULL, &id, &own) < 0)
		log_msg(LOG_WARN, "%s", own.text);
	return 0;
}

static bool asked_to_stop(void *front)
{
	return front_stop(front);
}

static int choose_pattern(struct front *front, struct folders *folders, const struct job_spec *spec, struct chosen *out, struct err *err)
{
	struct search_spec how = { .stop = asked_to_stop, .ctx = front };
	struct query_error why;
	struct query *q = NULL;
	struct search *s = NULL;
	int64_t folder;
	char *path;
	int r;

	if (query_parse(sl(spec->pattern), rt_now() / 1000000, &q, &why) != 0)
		return err_set(err, ERR_INPUT, _("The pattern is wrong at character %zu: %s"), why.at + 1, why.text);
	if (spec->folder) {
		path = folder_path(folders_conf(folders), spec->folder);
		r = folder_sync(folders, path, UINT64_MAX, NULL, &folder, err);
		how.folders = &folder;
		how.n = 1;
		free(path);
	} else {
		r = folders_each(folders, sync_one, &(struct syncing){ folders, err }, err);
	}
	how.query = q;
	if (r >= 0)
		r = search_open(&s, folders, &how, err);
	if (r >= 0)
		r = search_next(s, UINT64_MAX, take_id, out, err);
	search_close(&s);
	query_free(&q);
	return r < 0 ? -1 : 0;
}

static int choose_file(struct folders *folders, const char *path, struct chosen *out, struct err *err)
{
	struct str text;
	int r;

	str_init(&text, 256 << 20);
	r = fs_slurp(path, 256 << 20, &text, err);
	if (r == 0)
		r = choose_ids(folders, str_sl(&text), out, err);
	str_release(&text);
	return r;
}

int change_choose(struct front *front, struct folders *folders, const struct job_spec *spec, int64_t **ids, size_t *n, struct err *err)
{
	struct chosen c = { 0 };
	int r;

	if (!spec->ids)
		r = choose_pattern(front, folders, spec, &c, err);
	else if (spec->ids[0] == '@')
		r = choose_file(folders, spec->ids + 1, &c, err);
	else
		r = choose_ids(folders, sl(spec->ids), &c, err);

	if (r != 0) {
		free(c.v);
		c = (struct chosen){ 0 };
	}
	*ids = c.v;
	*n = c.n;
	return r;
}

/* ---- what with them ---- */

struct doing { struct change *change; const struct job_spec *spec; char *to; unsigned set, clear; const struct conf *conf; struct err *err; };

static int archive(struct doing *d, const struct index_row *row)
{
	struct date_parts t;
	struct str path;
	int r;

	date_split(row->date, date_zone(row->date), &t);
	str_init(&path, 65536);
	str_addf(&path, "%s/%04d", d->to, t.year);
	r = change_move(d->change, row, path.p, 0, 0, d->err);
	str_release(&path);
	return r;
}

static int do_one(void *ctx, const struct index_row *row)
{
	struct doing *d = ctx;
	const char *what = d->spec->what;

	if (strcmp(what, "flag") == 0)
		return change_flags(d->change, row, d->set, d->clear, d->err);
	if (strcmp(what, "move") == 0)
		return change_move(d->change, row, d->to, 0, 0, d->err);
	if (strcmp(what, "copy") == 0)
		return change_copy(d->change, row, d->to, d->err);
	if (strcmp(what, "archive") == 0)
		return archive(d, row);
	return change_delete(d->change, row, d->err);
}

static void describe(const struct job_spec *spec, const struct conf *conf, const char *to, struct str *out)
{
	if (strcmp(spec->what, "flag") == 0)
		str_addf(out, _("flags %s"), spec->flags);
	else if (strcmp(spec->what, "move") == 0)
		str_addf(out, _("move to %s"), folder_name(conf, to));
	else if (strcmp(spec->what, "copy") == 0)
		str_addf(out, _("copy to %s"), folder_name(conf, to));
	else if (strcmp(spec->what, "archive") == 0)
		str_adds(out, _("archive"));
	else
		str_adds(out, _("delete"));
}

/* The messages one after the other, batches between them. */
int change_each(struct change *c, struct folders *folders, const int64_t *ids, size_t n,
	int (*each)(void *ctx, const struct index_row *), void *ctx, struct err *err)
{
	int r = 1;

	for (size_t i = 0; i < n && r == 1; i++) {
		if (index_get(folders_index(folders), ids[i], each, ctx, err) < 0)
			r = -1;
		else
			r = change_step(c, err);
	}
	return r;
}

static int carry_out(struct front *front, struct folders *folders, struct state *state, const struct job_spec *spec, struct err *err)
{
	const struct conf *conf = folders_conf(folders);
	struct doing d = { .spec = spec, .conf = conf, .err = err };
	uint64_t done = 0, gone = 0;
	char n_done[24], n_gone[24];
	int64_t *ids = NULL;
	struct err own = ERR_INIT;
	struct str what;
	size_t n;
	int r, end;

	if (strcmp(spec->what, "flag") == 0 && change_parse_flags(spec->flags ? spec->flags : "", &d.set, &d.clear, err) != 0)
		return -1;
	if (change_choose(front, folders, spec, &ids, &n, err) != 0)
		return -1;
	d.to = strcmp(spec->what, "archive") == 0 ? folder_path(conf, conf->archive) : spec->to ? folder_path(conf, spec->to) : NULL;
	str_init(&what, 4096);
	describe(spec, conf, d.to, &what);
	r = n == 0 ? 0 : change_begin(&d.change, front, folders, state, what.p, err);
	if (n && r == 0) {
		r = change_each(d.change, folders, ids, n, do_one, &d, err);
		end = change_end(&d.change, &done, &gone, r == 1 ? err : &own);
		r = MIN(r, end);
		if (r == 0)
			err_set(err, ERR_CANCEL, _("Stopped. %llu messages were done, the others are as they were."), (unsigned long long)done);
		r = r == 1 ? 0 : -1;
	}
	snprintf(n_done, sizeof(n_done), "%llu", (unsigned long long)done);
	snprintf(n_gone, sizeof(n_gone), "%llu", (unsigned long long)gone);
	front_item(front, "changed", "what", what.p, "n", n_done, "gone", n_gone, NULL);
	str_release(&what);
	free(d.to);
	free(ids);
	return r;
}

/* ---- taking back ---- */

struct undoing {
	struct front *front; struct folders *folders; struct state *state; struct change *change;
	int64_t action; char *what; struct err *err; uint64_t lost;
};

static int newest(void *ctx, const struct journal_row *row)
{
	struct undoing *u = ctx;

	if (u->action == 0)
		u->action = row->action;
	if (!u->what)
		u->what = mem_strdup(row->what);
	return 0;
}

static int folder_id(struct undoing *u, const char *path, int64_t *id)
{
	return folder_sync(u->folders, path, UINT64_MAX, NULL, id, u->err) < 0 ? -1 : 0;
}

static int note_back(void *ctx, const struct index_row *row)
{
	struct { struct change *c; const struct journal_row *j; const struct journal_item *it; } *n = ctx;
	unsigned changed = n->it->set | n->it->clear;

	if (n->j->kind == 'f')
		return change_back(n->c, row, 'f', "", "", n->it->old & changed, ~n->it->old & changed);
	if (n->j->kind == 'c')
		return change_back(n->c, row, 'd', "", "", 0, 0);
	return change_back(n->c, row, 'm', n->j->from, n->it->name, n->it->old & changed, ~n->it->old & changed);
}

static uint64_t key_in_target(const struct journal_item *it)
{
	uint64_t key = 0;

	if (it->to_name[0] != '#')
		return entry_key(it->to_name);
	for (const char *p = it->to_name + 1; hex_val((unsigned char)*p) >= 0; p++)
		key = key << 4 | (uint64_t)hex_val((unsigned char)*p);
	return key;
}

static int back(void *ctx, const struct journal_row *row)
{
	struct undoing *u = ctx;
	const char *where = row->kind == 'f' ? row->from : row->to;
	struct err own = ERR_INIT;
	int64_t id;

	if (box_kind_of(where, &own) <= 0) {
		u->lost += row->n;
		front_note(u->front, LOG_WARN, _("%s is not there any more, so %zu messages stay as they are."), where, row->n);
		return 0;
	}
	if (folder_id(u, where, &id) != 0)
		return -1;
	for (size_t i = 0; i < row->n; i++) {
		struct { struct change *c; const struct journal_row *j; const struct journal_item *it; } n = { u->change, row, &row->v[i] };
		uint64_t key = row->kind == 'f' ? row->v[i].key : key_in_target(&row->v[i]);
		char hex[17];
		int found;

		snprintf(hex, sizeof(hex), "%016llx", (unsigned long long)key);
		found = index_by_id(folders_index(u->folders), id, sl(hex), note_back, &n, u->err);
		if (found < 0)
			return -1;
		u->lost += found == 0;
	}
	return 0;
}

static int mark(void *ctx, const struct journal_row *row)
{
	struct undoing *u = ctx;

	return state_journal_set(u->state, row->id, JOURNAL_UNDONE, u->err);
}

static int undo(struct front *front, struct folders *folders, struct state *state, const struct job_spec *spec, struct err *err)
{
	struct undoing u = { .front = front, .folders = folders, .state = state, .err = err };
	uint64_t done = 0, gone = 0, number = 0;
	char n_done[24], n_gone[24];
	struct err own = ERR_INIT;
	int r, end;

	if (spec->item && sl_u64(sl(spec->item), INT64_MAX, &number) != 0)
		return err_set(err, ERR_INPUT, _("\"%s\" is no number of an action. pabal --history shows them."), spec->item);
	u.action = (int64_t)number;
	if (state_journal_each(state, u.action, JOURNAL_DONE, newest, &u, err) != 0)
		return -1;
	if (u.action == 0 || (number && state_journal_each(state, u.action, JOURNAL_DONE, newest, &u, err) != 0))
		return err_set(err, ERR_NOTFOUND, "%s", _("There is nothing to take back."));
	if (change_begin(&u.change, front, folders, state, NULL, err) != 0) {
		free(u.what);
		return -1;
	}
	r = state_journal_each(state, u.action, JOURNAL_DONE, back, &u, err) == 0 ? 1 : -1;
	end = change_end(&u.change, &done, &gone, r == 1 ? err : &own);
	r = MIN(r, end);
	if (r == 1 && state_journal_each(state, u.action, JOURNAL_DONE, mark, &u, err) != 0)
		r = -1;
	if (r == 0)
		err_set(err, ERR_CANCEL, _("Stopped. %llu messages were taken back; again, and the others are."), (unsigned long long)done);
	snprintf(n_done, sizeof(n_done), "%llu", (unsigned long long)done);
	snprintf(n_gone, sizeof(n_gone), "%llu", (unsigned long long)(gone + u.lost));
	front_item(front, "changed", "what", "undo", "of", u.what ? u.what : "", "n", n_done, "gone", n_gone, NULL);
	free(u.what);
	return r == 1 ? 0 : -1;
}

/* ---- recovery, and the job ---- */

struct mending { struct folders *folders; struct state *state; bool wait; struct err *err; };

static bool held(const char *path)
{
	struct err err = ERR_INIT;
	struct mbox_lock k;

	if (box_kind_of(path, &err) != BOX_MBOX)
		return false;
	if (mbox_lock(&k, path, false, 0, &err) != 0)
		return err.kind == ERR_LOCKED;
	mbox_unlock(&k);
	return false;
}

static int mend_one(void *ctx, const struct journal_row *row)
{
	struct mending *m = ctx;

	if (row->state != JOURNAL_PLANNED && row->state != JOURNAL_COPIED)
		return 0;
	if (!m->wait && (held(row->from) || held(row->to)))
		return 0;
	return change_mend(m->folders, m->state, row, m->err);
}

int change_recover(struct folders *folders, struct state *state, bool wait, struct err *err)
{
	struct mending m = { folders, state, wait, err };

	if (state_journal_each(state, 0, JOURNAL_PLANNED, mend_one, &m, err) != 0)
		return -1;
	return state_journal_each(state, 0, JOURNAL_COPIED, mend_one, &m, err);
}

int change_run(struct front *front, const struct conf *conf, const struct job_spec *spec, struct err *err)
{
	struct folders *folders = NULL;
	struct state *state = NULL;
	char *path = path_join(conf->data, "state.db");
	int r = -1;

	if (fs_mkdirs(conf->data, err) == 0 && state_open(&state, path, err) == 0 && folders_open(&folders, conf, err) == 0)
		r = strcmp(spec->what, "undo") == 0 ? undo(front, folders, state, spec, err) : carry_out(front, folders, state, spec, err);
	folders_close(&folders);
	state_close(&state);
	free(path);
	return r;
}
