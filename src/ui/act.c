/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * act: what happens to messages: changes as jobs, taking them back, and what every
 * screen that shows a message can do with it.
 */
#include "screens.h"
#include <unistd.h>

/* ---- changes ---- */

char *act_ids(struct app *a, const struct picks *p)
{
	struct err err = ERR_INIT;
	struct str ids, path;

	str_init(&ids, 256 << 20);
	for (size_t i = 0; i < p->n; i++)
		str_addf(&ids, "%s#%llx:%llx", i ? " " : "", (unsigned long long)p->v[i].id, (unsigned long long)p->v[i].key);
	if (ids.n < WIRE_MAX / 4)
		return str_detach(&ids);
	str_init(&path, 65536);
	str_addc(&path, '@');
	jobs_file(a, "ids", &path);
	if (fs_replace(path.p + 1, str_sl(&ids), &err) != 0) {
		app_fail(a, &err);
		str_clear(&path);
	}
	str_release(&ids);
	return path.n ? str_detach(&path) : NULL;
}

bool act_for_good(const struct app *a, const char *path)
{
	return !a->conf.trash || (path && folder_role(&a->conf, path) == 't');
}

static void changed_item(void *ctx, struct task *t, const struct wire *w)
{
	struct app *a = ctx;
	uint64_t n = 0, gone = 0;
	struct str what;

	str_init(&what, WIRE_MAX);
	wire_get(w, strcmp(t->spec.what, "undo") == 0 ? "of" : "what", &what);
	wire_get_u64(w, "n", &n);
	wire_get_u64(w, "gone", &gone);
	if (strcmp(t->spec.what, "undo") == 0)
		app_say(a, STYLE_GOOD, ngettext_("Taken back (%s): %llu message is as it was.", "Taken back (%s): %llu messages are as they were.", n), what.p, (unsigned long long)n);
	else if (strcmp(t->spec.what, "delete") == 0 && act_for_good(a, t->from ? folder_of(a->folders, t->from) : NULL))
		app_say(a, STYLE_GOOD, ngettext_("%llu message is gone for good.", "%llu messages are gone for good.", n), (unsigned long long)n);
	else if (!t->quiet && n + gone == 0)
		app_say(a, STYLE_NORMAL, "%s", _("Nothing had to be changed."));
	else if (!t->quiet)
		app_say(a, STYLE_GOOD, ngettext_("%llu message: %s.  {undo} takes it back.", "%llu messages: %s.  {undo} takes it back.", n), (unsigned long long)n, what.p);
	if (gone && !t->quiet)
		app_say(a, STYLE_WARNING, ngettext_("%llu message was not there any more.", "%llu messages were not there any more.", gone), (unsigned long long)gone);
	str_release(&what);
}

static void changed_end(void *ctx, struct task *t)
{
	struct app *a = ctx;

	(void)t;
	rows_flags_done(a->list->rows);
	app_look(a);
	jobs_index(a, NULL, true);
}

/* NULL: it did not begin, and why was said. */
static struct task *change(struct app *a, const char *what, const struct picks *p, const char *to, bool quiet, void (*end)(void *, struct task *))
{
	bool flags = strcmp(what, "flag") == 0;
	struct job_spec spec = { .kind = "change", .what = what };
	unsigned set = 0, clear = 0;
	struct err err = ERR_INIT;
	struct task *t;
	char *ids;

	if (p->n == 0)
		return NULL;
	if (flags && change_parse_flags(to, &set, &clear, &err) != 0) {
		app_fail(a, &err);
		return NULL;
	}
	ids = act_ids(a, p);
	if (!ids)
		return NULL;
	spec.ids = ids;
	spec.flags = flags ? to : NULL;
	spec.to = flags ? NULL : to;
	for (size_t i = 0; flags && i < p->n && i < 1000; i++)
		rows_flags(a->list->rows, p->v[i].id, set, clear);
	t = jobs_start(a, &spec, _("Changing messages"), quiet, changed_item, end, a);
	free(ids);
	return t->over ? NULL : t;
}

void act_change(struct app *a, const char *what, const struct picks *p, const char *to)
{
	change(a, what, p, to, p->n == 1 && strcmp(what, "flag") == 0, changed_end);
}

/* ---- what is marked goes into the trash ---- */

struct staying { struct app *app; int64_t from; bool there; };

static int is_there(void *ctx, const struct index_row *row)
{
	struct staying *s = ctx;
	const char *path = folder_of(s->app->folders, row->msg.folder);

	s->there = s->from ? row->msg.folder == s->from : path && folder_role(&s->app->conf, path) != 't';
	return 0;
}

/* What was not carried out is marked again, where its list is still the one that is shown. */
static void purge_end(void *ctx, struct task *t)
{
	struct app *a = ctx;
	struct screen_list *l = a->list;
	bool shown = t->from ? l->path && l->shown == t->from : !l->path;
	struct err ignored = ERR_INIT;
	size_t left = 0;
	struct str why;

	changed_end(a, t);
	if (t->err.kind == ERR_NONE)
		return;
	for (size_t i = 0; i < t->picks.n; i++) {
		struct staying s = { a, t->from, false };

		index_get(folders_index(a->folders), t->picks.v[i].id, is_there, &s, &ignored);
		left += s.there;
		if (s.there && shown)
			picks_append(&l->deleted, t->picks.v[i].id, t->picks.v[i].key);
	}
	if (left == 0)
		return;
	picks_sort(&l->deleted);
	watch_free(&a->leave_timer);    /* who was leaving is told first */
	str_init(&why, 4096);
	str_addf(&why, "%s%s ", t->err.text, stop_of(t->err.text));
	str_addf(&why, shown ? ngettext_("%zu message stays where it was, still marked as deleted; {sync-mailbox} tries again.", "%zu messages stay where they were, still marked as deleted; {sync-mailbox} tries again.", left)
		: ngettext_("%zu message stays where it was, no longer marked; {delete-message} marks it there.", "%zu messages stay where they were, no longer marked; {delete-message} marks them there.", left), left);
	app_say(a, STYLE_ERROR, "%s", why.p);
	str_release(&why);
}

void act_ask_purge(struct app *a, void (*done)(void *, bool), void (*stay)(void *), void *ctx)
{
	size_t n = a->list->deleted.n;

	if (act_for_good(a, a->list->path))
		ask_yes(a, false, done, ctx, ngettext_("Remove %zu deleted message for good?", "Remove %zu deleted messages for good?", n), n);
	else
		ask_yes(a, true, done, ctx, ngettext_("Move %zu deleted message to the trash?", "Move %zu deleted messages to the trash?", n), n);
	ask_may_stay(a, stay);
}

void act_purge(struct app *a)
{
	struct screen_list *l = a->list;
	struct task *t = change(a, "delete", &l->deleted, NULL, false, purge_end);

	if (!t)
		return;
	t->picks = l->deleted;
	t->from = l->path ? l->shown : 0;
	l->deleted = (struct picks){ 0 };
}

void act_undo(struct app *a)
{
	struct job_spec spec = { .kind = "change", .what = "undo" };

	if (a->pending_send.on) {
		cmd_run(a, "outbox");
		cmd_run(a, "take-back");
		return;
	}
	if (a->list->deleted.n && a->top == &a->list->s) {
		size_t n = a->list->deleted.n;

		picks_clear(&a->list->deleted);
		app_say(a, STYLE_GOOD, ngettext_("%zu message is no longer marked as deleted.", "%zu messages are no longer marked as deleted.", n), n);
		return;
	}
	jobs_start(a, &spec, _("Taking back"), false, changed_item, changed_end, a);
}

/* ---- one message ---- */

struct finding { int64_t folder; struct box_ref ref; char *name; uint64_t ident; char *from, *from_name; bool found; };

static int take(void *ctx, const struct index_row *row)
{
	struct finding *f = ctx;

	f->folder = row->msg.folder;
	f->ref = row->msg.ref;
	f->name = mem_strdup(row->msg.ref.name);
	f->ref.name = f->name;
	f->ident = row->ident;
	f->from = mem_strdup(row->from);
	f->from_name = mem_strdup(row->from_name);
	f->found = true;
	return 0;
}

static void finding_release(struct finding *f)
{
	free(f->name);
	free(f->from);
	free(f->from_name);
}

char *act_about(struct app *a, int64_t id)
{
	struct finding f = { 0 };
	struct err ignored = ERR_INIT;
	const char *path;
	struct str s;

	str_init(&s, 65536);
	if (index_get(folders_index(a->folders), id, take, &f, &ignored) == 1 && (path = folder_of(a->folders, f.folder)))
		str_addf(&s, "%s\n%016llx", path, (unsigned long long)f.ref.key);
	finding_release(&f);
	return str_detach(&s);
}

static int take_pick(void *ctx, const struct index_row *row)
{
	picks_append(ctx, row->msg.id, row->msg.ref.key);
	return 0;
}

void act_flag_about(struct app *a, const char *about, const char *flags)
{
	struct slice rest = sl(about), path, key;
	struct err ignored = ERR_INIT;
	struct picks p = { 0 };

	while (rest.n && sl_cut(&rest, '\n', &path) && sl_cut(&rest, '\n', &key)) {
		char *z = sl_dup(path);
		struct index_folder f;

		if (index_folder(folders_index(a->folders), z, &f, &ignored) == 1) {
			index_by_id(folders_index(a->folders), f.id, key, take_pick, &p, &ignored);
			index_folder_release(&f);
		}
		free(z);
	}
	change(a, "flag", &p, flags, true, changed_end);
	picks_clear(&p);
}

struct render *act_open(struct app *a, int64_t id)
{
	struct finding f = { 0 };
	struct err err = ERR_INIT;
	struct render *r = NULL;
	struct box *box;
	struct str mem;
	int fd = -1;

	str_init(&mem, STR_MAX);
	if (index_get(folders_index(a->folders), id, take, &f, &err) == 1 && (box = folder_box(a->folders, f.folder, &err)) &&
	    box_read(box, &f.ref, &mem, &fd, &err) == 0) {
		r = render_open(fd, &mem, &a->conf);
	} else {
		if (!f.found || err.kind == ERR_NOTFOUND)
			err_set(&err, ERR_NOTFOUND, "%s", _("This message is not there any more: another program moved or removed it."));
		app_fail(a, &err);
		jobs_index(a, NULL, true);
	}
	str_release(&mem);
	finding_release(&f);
	return r;
}

struct render *act_read(struct app *a, int64_t id)
{
	struct err ignored = ERR_INIT;
	struct partial p;
	struct str whole;
	struct render *r;

	str_init(&whole, STR_MAX);
	if (partial_join(a->folders, id, &whole, &p, &ignored) == 1) {
		r = render_open(-1, &whole, &a->conf);
		app_say(a, STYLE_NORMAL, ngettext_("Joined from %u piece in this mailbox.", "Joined from %u pieces in this mailbox.", p.total), p.total);
	} else {
		r = act_open(a, id);
		if (r && p.found)
			app_say(a, STYLE_WARNING, _("Pieces of this message are not in this mailbox: %s. It can be read when all are."), p.missing);
	}
	str_release(&whole);
	return r;
}

/* ---- into another mailbox ---- */

struct moving { struct app *app; enum act_ask what; struct picks picks; };

static void moving_free(struct moving *m)
{
	picks_clear(&m->picks);
	free(m);
}

static void move_now(struct moving *m, const char *folder)
{
	struct app *a = m->app;
	bool whole = m->what == ACT_MOVE;

	act_change(a, whole ? "move" : "copy", &m->picks, folder);
	for (size_t i = 0; i < m->picks.n; i++)
		picks_del(&a->list->tagged, m->picks.v[i].id);
	if (whole && a->top->ops->where == WHERE_MESSAGE && m->picks.n == 1 && message_id(a->top) == m->picks.v[0].id)
		message_onward(a->top);
	else if (whole)
		list_step_off(a->list, &m->picks);
	moving_free(m);
}

struct creating { struct moving *m; char *folder; };

static void create_answered(void *ctx, bool yes)
{
	struct creating *c = ctx;

	if (yes)
		move_now(c->m, c->folder);
	else
		moving_free(c->m);
	free(c->folder);
	free(c);
}

static void folder_typed(void *ctx, const char *text)
{
	struct moving *m = ctx;
	struct err err = ERR_INIT;
	struct creating *c;
	char *path;
	int kind;

	if (!text || !text[0]) {
		moving_free(m);
		return;
	}
	path = list_folder(m->app, text);
	kind = box_kind_of(path, &err);
	if (kind > 0) {
		move_now(m, path);
		free(path);
	} else if (kind == 0) {
		c = mem_zalloc(sizeof(*c));
		*c = (struct creating){ m, path };
		ask_yes(m->app, true, create_answered, c, _("There is no mailbox %s. Make it?"), folder_name(&m->app->conf, path));
	} else {
		app_fail(m->app, &err);
		free(path);
		moving_free(m);
	}
}

void act_ask_folder(struct app *a, enum act_ask what, const struct picks *p)
{
	struct moving *m;
	struct str label;

	if (p->n == 0)
		return;
	m = mem_zalloc(sizeof(*m));
	*m = (struct moving){ .app = a, .what = what };
	for (size_t i = 0; i < p->n; i++)
		picks_append(&m->picks, p->v[i].id, p->v[i].key);
	str_init(&label, 256);
	if (p->n == 1)
		str_adds(&label, what == ACT_MOVE ? _("Move to mailbox: ") : _("Copy to mailbox: "));
	else
		str_addf(&label, what == ACT_MOVE ? _("Move %zu messages to mailbox: ") : _("Copy %zu messages to mailbox: "), p->n);
	ask_line(a, &(struct ask_opts){ .label = label.p, .history = "folder", .complete = complete_folder, .done = folder_typed, .ctx = m });
	str_release(&label);
}

/* ---- pipe ---- */

/* One after the other with an empty line between, into one command, as mutt does. */
struct piping { struct app *app; struct picks picks; size_t at; struct render *r; struct src one; };

static void pipe_close(struct piping *p)
{
	if (p->r)
		src_release(&p->one);
	render_free(&p->r);
}

static ssize_t pipe_read(struct src *s, void *buf, size_t n, struct err *err)
{
	struct piping *p = s->ctx;
	struct slice mem;
	ssize_t got;
	int fd;

	if (!p->r) {
		if (p->at == p->picks.n)
			return 0;
		p->r = act_open(p->app, p->picks.v[p->at++].id);
		if (!p->r)
			return err_set(err, ERR_NOTFOUND, "%s", _("A message is not there any more."));
		render_bytes(p->r, &fd, &mem);
		if (fd >= 0)
			src_range(&p->one, fd, 0, -1);
		else
			src_mem(&p->one, mem);
	}
	got = src_read(&p->one, buf, n, err);
	if (got != 0)
		return got;
	pipe_close(p);
	if (p->at == p->picks.n)
		return 0;
	*(char *)buf = '\n';
	return 1;
}

static void pipe_typed(void *ctx, const char *text)
{
	struct piping *p = ctx;
	struct src all = { .read = pipe_read, .ctx = p, .fd = -1 };

	if (text && text[0])
		extern_pipe(p->app, text, &all);
	pipe_close(p);
	picks_clear(&p->picks);
	free(p);
}

void act_pipe(struct app *a, const struct picks *p)
{
	struct piping *x;
	struct str label;

	if (p->n == 0 || !extern_allowed(a))
		return;
	x = mem_zalloc(sizeof(*x));
	x->app = a;
	for (size_t i = 0; i < p->n; i++)
		picks_append(&x->picks, p->v[i].id, p->v[i].key);
	str_init(&label, 256);
	if (p->n == 1)
		str_adds(&label, _("Pipe to command: "));
	else
		str_addf(&label, _("Pipe %zu messages to command: "), p->n);
	ask_line(a, &(struct ask_opts){ .label = label.p, .history = "shell", .done = pipe_typed, .ctx = x });
	str_release(&label);
}

/* ---- on paper ---- */

void act_print(struct app *a, const struct picks *p)
{
	struct render_opts opts = { .width = 76, .headers = a->conf.look.headers };
	struct err err = ERR_INIT;
	struct str text;
	struct src src;

	if (p->n == 0 || !extern_allowed(a))
		return;
	str_init(&text, STR_MAX);
	for (size_t i = 0; i < p->n; i++) {
		struct render *r = act_open(a, p->v[i].id);

		if (!r)
			break;
		render_layout(r, &opts);
		while (render_step(r, 1000000, &err) == 0)
			;
		for (size_t k = 0; k < render_lines(r); k++) {
			str_addsl(&text, render_line(r, k)->text);
			str_addc(&text, '\n');
		}
		str_adds(&text, i + 1 < p->n ? "\f" : "");
		render_free(&r);
	}
	src_mem(&src, str_sl(&text));
	if (text.n && extern_pipe(a, "lpr", &src) == 0)
		app_say(a, STYLE_NORMAL, ngettext_("%zu message was printed by lpr.", "%zu messages were printed by lpr.", p->n), p->n);
	str_release(&text);
}

/* ---- why is it here ---- */

/* What it stands below in its thread. */
static void thread_words(struct app *a, int64_t id, struct str *out)
{
	const struct row *w;
	unsigned depth;
	uint64_t k;

	if (!rows_where(a->list->rows, id, &k) || !(w = rows_get(a->list->rows, k)) || w->depth == 0)
		return;
	for (depth = w->depth; k > 0 && (w = rows_get(a->list->rows, k - 1)) && w->depth >= depth; k--)
		;
	if (k > 0 && w)
		str_addf(out, _("In its thread it answers \"%s\" of %s, as its References say. "), w->subject, w->from_name[0] ? w->from_name : w->from);
}

void act_why(struct app *a, int64_t id)
{
	char *db = path_join(a->conf.data, "state.db");
	struct finding f = { 0 };
	struct err err = ERR_INIT;
	struct state *st = NULL;
	struct str rule, words;
	struct render *r;
	const char *path;
	int64_t at;

	str_init(&rule, 4096);
	str_init(&words, 8192);
	if (index_get(folders_index(a->folders), id, take, &f, &err) != 1) {
		app_say(a, STYLE_WARNING, "%s", _("This message is not there any more."));
	} else {
		path = folder_of(a->folders, f.folder);
		if (access(db, F_OK) == 0 && state_open(&st, db, &err) == 0 && state_why_get(st, f.ident, &rule, &at, &err) == 1)
			str_addf(&words, _("The filter %s put it into %s. "), rule.p, folder_name(&a->conf, path ? path : ""));
		else
			str_addf(&words, _("No filter touched it: it is in %s because it came or was put there. "), folder_name(&a->conf, path ? path : ""));
		thread_words(a, id, &words);
		r = act_open(a, id);
		if (r) {
			const struct addr *identity;
			struct str why;

			while (render_step(r, 1000000, &err) == 0)
				;
			str_init(&why, 4096);
			if (render_env(r) && reply_identity(&a->conf, render_env(r), render_header(r), &identity, &why))
				str_addsl(&words, str_sl(&why));
			str_release(&why);
			render_free(&r);
		}
		app_say(a, STYLE_NORMAL, "%s", words.p);
	}
	state_close(&st);
	finding_release(&f);
	str_release(&rule);
	str_release(&words);
	free(db);
}

/* ---- labels ---- */

static void labelled(void *ctx, struct task *t)
{
	struct app *a = ctx;

	if (t->err.kind == ERR_NONE)
		app_say(a, STYLE_GOOD, "%s", _("Labelled; ~y finds it. The message as it was is in the trash."));
	jobs_index(a, NULL, true);
}

struct labelling { struct app *app; struct picks picks; };

static void label_typed(void *ctx, const char *text)
{
	struct labelling *x = ctx;
	char *ids = text ? act_ids(x->app, &x->picks) : NULL;

	if (ids) {
		jobs_start(x->app, &(struct job_spec){ .kind = "manage", .what = "label", .ids = ids, .to = text }, _("Labelling"), false, NULL, labelled, x->app);
		while (x->app->top->ops->where == WHERE_MESSAGE)
			app_close(x->app->top);
	}
	free(ids);
	picks_clear(&x->picks);
	free(x);
}

void act_label(struct app *a, const struct picks *p)
{
	struct labelling *x;

	if (p->n == 0)
		return;
	x = mem_zalloc(sizeof(*x));
	x->app = a;
	for (size_t i = 0; i < p->n; i++)
		picks_append(&x->picks, p->v[i].id, p->v[i].key);
	ask_line(a, &(struct ask_opts){ .label = _("Label (empty: none): "), .history = "label", .done = label_typed, .ctx = x });
}
