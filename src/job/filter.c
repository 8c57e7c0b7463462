/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * filter: the rules of the configuration, over what a fetch has brought or over what is
 * there.  Rules are tried in the order of the file; flags add up, the last folder
 * named wins, and a rule ends the search unless it says otherwise.
 */
#include "priv.h"

struct rule { const struct conf_filter *f; struct query *query; char *to; unsigned set, clear; };
struct verdict { const struct rule *by; const char *to; unsigned set, clear; };
struct filtering {
	struct front *front; struct folders *folders; struct state *state; struct change *change;
	const struct conf *conf;
	struct rule *rules; size_t n_rules;
	bool dry;
	struct map *folders_met; bool refused;  /* targets that were tried; one can't be used */
	struct { uint64_t ident; const char *rule; } *why; size_t n_why, cap_why;
	struct err *err;
};

/* ---- rules ---- */

static void rules_free(struct filtering *x)
{
	for (size_t i = 0; i < x->n_rules; i++) {
		query_free(&x->rules[i].query);
		free(x->rules[i].to);
	}
	free(x->rules);
}

static int rules_read(struct filtering *x, struct err *err)
{
	const struct conf *c = x->conf;
	struct query_error why;

	for (size_t i = 0; i < c->n_filters; i++) {
		const struct conf_filter *f = &c->filters[i];
		struct rule *r;

		x->rules = mem_array(x->rules, x->n_rules + 1, sizeof(*x->rules));
		r = &x->rules[x->n_rules++];
		*r = (struct rule){ .f = f, .to = f->move ? folder_path(c, f->move) : NULL };
		if (query_parse(sl(f->pattern), rt_now() / 1000000, &r->query, &why) != 0)
			return err_set(err, ERR_CONFIG, _("%s:%u: The pattern of the filter %s is wrong at character %zu: %s"),
				c->path, f->line, f->name, why.at + 1, why.text);
		if (f->flags && change_parse_flags(f->flags, &r->set, &r->clear, err) != 0) {
			err->kind = ERR_CONFIG;
			return err_prefix(err, "%s:%u", c->path, f->line);
		}
	}
	return 0;
}

int filter_check(const struct conf *conf, struct err *err)
{
	struct filtering x = { .conf = conf };
	int r = rules_read(&x, err);

	rules_free(&x);
	return r;
}

/* ---- one message ---- */

/* 1 something is to be done, 0 not, -1 */
static int judge(struct filtering *x, const struct index_row *row, struct verdict *v, struct err *err)
{
	*v = (struct verdict){ 0 };
	for (size_t i = 0; i < x->n_rules; i++) {
		const struct rule *r = &x->rules[i];
		int hit = search_test(x->folders, r->query, row, err);

		if (hit < 0)
			return -1;
		if (!hit)
			continue;
		v->by = r;
		v->set = (v->set | r->set) & ~r->clear;
		v->clear = (v->clear | r->clear) & ~r->set;
		v->to = r->to ? r->to : v->to;
		if (r->f->stop)
			break;
	}
	return v->by != NULL;
}

static void tell(struct filtering *x, const struct index_row *row, const struct verdict *v)
{
	char id[13];

	snprintf(id, sizeof(id), "%012llx", (unsigned long long)(row->msg.ref.key >> 16));
	front_item(x->front, "filtered", "id", id, "rule", v->by->f->name, "to", v->to ? folder_name(x->conf, v->to) : "",
		"flags", v->by->f->flags ? v->by->f->flags : "", "subject", row->subject, NULL);
}

/* A folder that can't be had keeps no other filter from its work. */
static bool takes(struct filtering *x, const char *to)
{
	const void *met = map_get(x->folders_met, sl(to));
	struct err own = ERR_INIT;
	struct box box;
	int kind, r;

	if (met)
		return met == x;
	kind = box_kind_of(to, &own);
	r = kind == 0 ? box_create(to, BOX_MAILDIR, &own) : MIN(kind, 0);
	if (r == 0 && (r = box_open(&box, to, &own)) == 0) {
		if (box.read_only)
			r = err_set(&own, ERR_INPUT, _("%s can only be read."), to);
		box_close(&box);
	}
	map_put(x->folders_met, sl(to), r == 0 ? (void *)x : (void *)x->folders_met);
	if (r != 0) {
		front_note(x->front, LOG_WARN, _("Mail for %s stays where it is: %s"), folder_name(x->conf, to), own.text);
		x->refused = true;
	}
	return r == 0;
}

/* A message that can't be read stays where it is. */
static int one(void *ctx, const struct index_row *row)
{
	struct filtering *x = ctx;
	struct err own = ERR_INIT;
	struct verdict v;
	int r = judge(x, row, &v, &own);

	if (r < 0 && own.kind != ERR_NOTFOUND)
		front_note(x->front, LOG_WARN, "%s", own.text);
	if (r != 1 || (v.to && !x->dry && !takes(x, v.to)))
		return 0;
	tell(x, row, &v);
	if (x->dry)
		return 0;
	mem_grow(x->why, x->n_why, x->cap_why);
	x->why[x->n_why].ident = row->ident;
	x->why[x->n_why++].rule = v.by->f->name;
	if (v.to)
		return change_move(x->change, row, v.to, v.set, v.clear, x->err);
	return change_flags(x->change, row, v.set, v.clear, x->err);
}

/* ---- a run ---- */

static int remember(struct filtering *x, struct err *err)
{
	int64_t now = rt_now() / 1000000;
	int r = state_begin(x->state, err);

	for (size_t i = 0; i < x->n_why && r == 0; i++)
		r = state_why_put(x->state, x->why[i].ident, x->why[i].rule, now, err);
	if (r == 0)
		return state_commit(x->state, err);
	state_rollback(x->state);
	return -1;
}

static int over_ids(struct filtering *x, const int64_t *ids, size_t n, struct err *err)
{
	struct err own = ERR_INIT;
	int r = 1, end = 1;

	if (!x->dry && change_begin(&x->change, x->front, x->folders, x->state, _("filters"), err) != 0)
		return -1;
	for (size_t i = 0; i < n && r == 1; i++) {
		r = index_get(folders_index(x->folders), ids[i], one, x, err) < 0 ? -1 : 1;
		if (r == 1 && x->change)
			r = change_step(x->change, err);
		if (r == 1 && front_stop(x->front))
			r = 0;
	}
	if (x->change)
		end = change_end(&x->change, NULL, NULL, r == 1 ? err : &own);
	r = MIN(r, end);
	if (x->n_why && remember(x, r == 1 ? err : &own) != 0)
		r = -1;
	if (r == 0)
		return err_set(err, ERR_CANCEL, "%s", _("Stopped. What was filtered stays so."));
	return r == 1 ? 0 : -1;
}

static int open_all(struct filtering *x, struct err *err)
{
	char *path = path_join(x->conf->data, "state.db");
	int r = rules_read(x, err);

	x->folders_met = map_new();
	if (r == 0)
		r = fs_mkdirs(x->conf->data, err);
	if (r == 0)
		r = state_open(&x->state, path, err);
	if (r == 0)
		r = folders_open(&x->folders, x->conf, err);
	free(path);
	return r;
}

static void close_all(struct filtering *x)
{
	folders_close(&x->folders);
	state_close(&x->state);
	rules_free(x);
	map_free(&x->folders_met);
	free(x->why);
}

int filter_run(struct front *front, const struct conf *conf, const struct job_spec *spec, struct err *err)
{
	struct filtering x = { .front = front, .conf = conf, .dry = spec->what && strcmp(spec->what, "try") == 0, .err = err };
	int64_t *ids = NULL;
	size_t n = 0;
	int r;

	if (conf->n_filters == 0)
		return err_set(err, ERR_CONFIG, "%s", _("There are no filters. Add a section [filter NAME] with pattern and move to the configuration."));
	r = open_all(&x, err);
	if (r == 0)
		r = change_choose(front, x.folders, spec, &ids, &n, err);
	if (r == 0)
		r = over_ids(&x, ids, n, err);
	if (r == 0 && x.refused)
		r = err_set(err, ERR_INPUT, "%s", _("Not all was filtered."));
	free(ids);
	close_all(&x);
	return r;
}

struct new_ids { int64_t *v; size_t n; };

static int take_new(void *ctx, const struct index_row *row)
{
	struct new_ids *ids = ctx;

	ids->v[ids->n++] = row->msg.id;
	return 0;
}

int filter_new(struct front *front, const struct conf *conf, const char *inbox, const char *const *files, size_t n, struct err *err)
{
	struct filtering x = { .front = front, .conf = conf, .err = err };
	struct new_ids ids = { .n = 0 };
	int64_t folder;
	char *path;
	int r;

	if (conf->n_filters == 0 || n == 0)
		return 0;
	path = folder_path(conf, inbox);
	ids.v = mem_array(NULL, n, sizeof(*ids.v));
	r = open_all(&x, err);
	if (r == 0 && folder_sync(x.folders, path, UINT64_MAX, NULL, &folder, err) < 0)
		r = -1;
	for (size_t i = 0; i < n && r == 0; i++) {
		char hex[17];

		snprintf(hex, sizeof(hex), "%016llx", (unsigned long long)entry_key(files[i]));
		r = MIN(index_by_id(folders_index(x.folders), folder, sl(hex), take_new, &ids, err), 0);
	}
	if (r == 0)
		r = over_ids(&x, ids.v, ids.n, err);
	free(ids.v);
	free(path);
	close_all(&x);
	return r;
}
