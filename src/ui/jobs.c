/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * jobs: what runs in the background, what waits for it, and what was done.
 *
 * Jobs of one kind go one after the other (fetches: of one account), so that nobody
 * waits for a lock; searches run at once.
 */
#include "screens.h"
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

enum { LOG_MAX = 200, ASK_US = 300000 };

/* A password that was typed, until the screen ends or it is refused. */
struct typed { char *account, *label; struct str text; };       /* label: what it was asked with; no text: it was declined */

struct jobs {
	struct app *app;
	struct task **v; size_t n, cap;         /* the oldest first */
	uint64_t number;
	int64_t looked;
	struct typed *typed; size_t n_typed, cap_typed;
};

struct jobs *jobs_new(struct app *a)
{
	struct jobs *j = mem_zalloc(sizeof(*j));

	j->app = a;
	return j;
}

static struct typed *typed_for(struct jobs *j, const char *label)
{
	for (size_t i = 0; i < j->n_typed; i++)
		if (strcmp(j->typed[i].label, label) == 0)
			return &j->typed[i];
	return NULL;
}

static void typed_forget(struct jobs *j, struct typed *p)
{
	str_wipe(&p->text);
	str_release(&p->text);
	free(p->account);
	free(p->label);
	*p = j->typed[--j->n_typed];
}

/* The strings of a spec, all but conf_path, are the task's. */
static const size_t own_strings[] = { offsetof(struct job_spec, kind), offsetof(struct job_spec, account), offsetof(struct job_spec, item),
	offsetof(struct job_spec, folder), offsetof(struct job_spec, what), offsetof(struct job_spec, pattern),
	offsetof(struct job_spec, ids), offsetof(struct job_spec, to), offsetof(struct job_spec, flags) };

static const char **spec_string(struct job_spec *s, size_t i)
{
	return (const char **)(void *)((char *)s + own_strings[i]);
}

/* A password that a job waits for. */
struct asked { struct app *app; uint64_t number; uint32_t id; char *account, *label; struct watch *timer; };

static void asked_free(struct asked **q)
{
	if (*q) {
		watch_free(&(*q)->timer);
		free((*q)->account);
		free((*q)->label);
	}
	free(*q);
	*q = NULL;
}

static void task_free(struct task *t)
{
	asked_free(&t->asking);
	job_free(&t->job);
	if (t->spec.ids && t->spec.ids[0] == '@')
		fs_unlink(FS_CWD, t->spec.ids + 1);
	if (t->trace)
		fs_unlink(FS_CWD, t->trace);
	for (size_t i = 0; i < ARRAY_LEN(own_strings); i++)
		free((char *)(uintptr_t)*spec_string(&t->spec, i));
	free(t->title);
	free(t->what);
	free(t->words);
	free(t->trace);
	picks_clear(&t->picks);
	str_release(&t->notes);
	free(t);
}

void jobs_free(struct jobs **jp)
{
	struct jobs *j = *jp;

	if (!j)
		return;
	for (size_t i = 0; i < j->n; i++)
		task_free(j->v[i]);
	free(j->v);
	while (j->n_typed)
		typed_forget(j, j->typed);
	free(j->typed);
	free(j);
	*jp = NULL;
}

/* ---- files of ours ---- */

void jobs_file(struct app *a, const char *what, struct str *path)
{
	struct err ignored = ERR_INIT;
	char *dir = path_join(a->conf.cache, what), name[128];

	fs_mkdirs(dir, &ignored);
	fs_unique(name);
	str_addf(path, "%s/%s", dir, name);
	free(dir);
}

/* ---- the log ---- */

struct task *jobs_log(const struct app *a, size_t k)
{
	const struct jobs *j = a->jobs;

	return k < j->n ? j->v[j->n - 1 - k] : NULL;
}

static void forget_old(struct jobs *j)
{
	size_t to = 0, over = 0;

	for (size_t i = 0; i < j->n; i++)
		over += j->v[i]->over;
	for (size_t i = 0; i < j->n; i++) {
		struct task *t = j->v[i];

		if (t->over && !t->job && (over > LOG_MAX || (t->quiet && t->err.kind == ERR_NONE))) {
			over--;
			task_free(t);
		} else {
			j->v[to++] = t;
		}
	}
	j->n = to;
}

size_t jobs_running(const struct app *a)
{
	size_t n = 0;

	for (size_t i = 0; i < a->jobs->n; i++)
		n += !a->jobs->v[i]->over;
	return n;
}

void jobs_words(const struct app *a, struct str *out)
{
	const struct task *best = NULL;
	size_t n = 0;

	for (size_t i = 0; i < a->jobs->n; i++) {
		const struct task *t = a->jobs->v[i];

		if (t->over || !t->job || (t->quiet && t->total < 500))
			continue;
		n++;
		best = t;
	}
	if (!best)
		return;
	if (best->what && best->what[0])
		utf8_sanitize(out, sl(best->what), CLEAN_LINE);
	else
		str_adds(out, best->title);
	if (best->total)
		str_addf(out, " %llu/%llu", (unsigned long long)best->done, (unsigned long long)best->total);
	if (n > 1)
		str_addf(out, " (+%zu)", n - 1);
}

/* ---- running ---- */

static void start_next(struct jobs *);

static bool same_lane(const struct job_spec *a, const struct job_spec *b)
{
	if (strcmp(a->kind, "find") == 0 || strcmp(b->kind, "find") == 0)
		return false;
	if (strcmp(a->kind, "fetch") == 0)
		return strcmp(b->kind, "fetch") == 0 && strcmp(a->account, b->account) == 0;
	if (strcmp(a->kind, "change") == 0 || strcmp(a->kind, "manage") == 0)
		return strcmp(b->kind, "change") == 0 || strcmp(b->kind, "manage") == 0;
	return strcmp(a->kind, b->kind) == 0;
}

static void on_progress(void *ctx, uint64_t done, uint64_t total, struct slice what)
{
	struct task *t = ctx;
	struct jobs *j = t->app->jobs;

	t->done = done;
	t->total = total;
	free(t->what);
	t->what = sl_dup(what);
	if (strcmp(t->spec.kind, "find") != 0 && rt_mono() - j->looked > 300000) {
		app_look(t->app);
		j->looked = rt_mono();
	}
	app_dirty(t->app);
}

static void on_item(void *ctx, const struct wire *w)
{
	struct task *t = ctx;
	struct jobs *j = t->app->jobs;
	struct str refused;

	str_init(&refused, WIRE_MAX);
	for (size_t i = t->trace && wire_get(w, "refused", &refused) ? j->n_typed : 0; i-- > 0;)
		if (sl_is(str_sl(&refused), j->typed[i].account))
			typed_forget(j, &j->typed[i]);
	str_release(&refused);
	if (t->item)
		t->item(t->ctx, t, w);
}

static void on_note(void *ctx, enum log_level level, struct slice text)
{
	struct task *t = ctx;

	if (level > LOG_INFO)
		return;
	utf8_sanitize(&t->notes, text, CLEAN_LINE);
	str_addc(&t->notes, '\n');
	if (level <= LOG_WARN && !t->quiet)
		app_say(t->app, STYLE_WARNING, SL_FMT, SL_ARG(text));
}

static void answer(struct task *t, uint32_t id, const struct typed *p)
{
	t->declined = p->text.n == 0;
	job_answer(t->job, id, t->declined ? SL_NONE : str_sl(&p->text));
}

/* The answer comes when it was typed; nothing typed is none. */
static void password_typed(void *ctx, const char *text)
{
	struct asked *q = ctx;
	struct jobs *j = q->app->jobs;
	struct typed *p = typed_for(j, q->label);

	if (p)
		typed_forget(j, p);
	mem_grow(j->typed, j->n_typed, j->cap_typed);
	p = &j->typed[j->n_typed++];
	*p = (struct typed){ .account = mem_strdup(q->account), .label = mem_strdup(q->label) };
	str_init(&p->text, 65536);
	str_adds(&p->text, text ? text : "");
	for (size_t i = 0; i < j->n; i++)
		if (j->v[i]->number == q->number && j->v[i]->job)
			answer(j->v[i], q->id, p);
	asked_free(&q);
}

static bool is_typing(const struct app *a)
{
	return a->ask || a->top->ops->where == WHERE_EDITOR || (a->top->ops->typing && a->top->ops->typing(a->top));
}

/* What is typed at this moment is no password. */
static void ask_when_free(void *ctx)
{
	struct task *t = ctx;
	struct asked *q = t->asking;

	q->timer = NULL;
	if (is_typing(t->app)) {
		q->timer = loop_timer(t->app->loop, ASK_US, ask_when_free, t);
		return;
	}
	t->asking = NULL;
	ask_line(t->app, &(struct ask_opts){ .label = q->label, .hidden = true, .done = password_typed, .ctx = q });
}

static void on_ask(void *ctx, uint32_t id, struct slice account, struct slice user, struct slice host)
{
	struct task *t = ctx;
	const struct typed *p;
	struct str label;

	str_init(&label, 4096);
	str_addf(&label, _("Password of " SL_FMT " at " SL_FMT ": "), SL_ARG(user), SL_ARG(host));
	p = typed_for(t->app->jobs, label.p);
	if (p && (p->text.n || !t->by_hand)) {
		answer(t, id, p);
		str_release(&label);
		return;
	}
	asked_free(&t->asking);
	t->asking = mem_zalloc(sizeof(*t->asking));
	*t->asking = (struct asked){ .app = t->app, .number = t->number, .id = id, .account = sl_dup(account), .label = str_detach(&label) };
	if (is_typing(t->app))
		app_say(t->app, STYLE_WARNING, _("%s waits for its password, which is asked for when nothing is typed."), t->title);
	ask_when_free(t);
}

/* By a timer it is said again only where nothing else is. */
static void say_declined(struct app *a, const struct task *t)
{
	if (!t->by_hand && a->said)
		return;
	if (strcmp(t->spec.kind, "fetch") == 0)
		app_say(a, STYLE_WARNING, _("%s was not fetched, as its password was not given. The mail stays on the server; {fetch-mail} asks for the password again."), t->spec.account);
	else
		app_say(a, STYLE_WARNING, "%s", _("Not sent, as the password was not given. What waits is safe in the outbox ({outbox}); {flush} asks for the password again."));
}

/* What happened, where the mail is, and which key mends it. */
static void say_failure(struct app *a, const struct task *t)
{
	const char *stop = stop_of(t->err.text);

	if (t->quiet && strcmp(t->spec.kind, "index") == 0 && !a->said)
		app_say(a, STYLE_WARNING, _("Not all mailboxes were read: %s%s No message is lost; what is shown may be old."), t->err.text, stop);
	else if (t->quiet && strcmp(t->spec.kind, "change") != 0)
		return;
	else if (t->declined)
		say_declined(a, t);
	else if (strcmp(t->spec.kind, "fetch") == 0 && t->err.kind == ERR_AUTH)
		app_say(a, STYLE_ERROR, _("%s was not fetched: %s%s The mail stays on the server; {fetch-mail} asks again, {transcript} shows the session."), t->spec.account, t->err.text, stop);
	else if (strcmp(t->spec.kind, "fetch") == 0)
		app_say(a, STYLE_ERROR, _("%s was not fetched: %s%s The mail stays on the server; {fetch-mail} tries again, {transcript} shows the session."), t->spec.account, t->err.text, stop);
	else if (strcmp(t->spec.kind, "send") == 0)
		app_say(a, STYLE_ERROR, _("Not sent: %s%s What waits is safe in the outbox ({outbox}), and is tried again."), t->err.text, stop);
	else if (strcmp(t->spec.kind, "change") == 0 && strcmp(t->spec.what, "undo") == 0 && t->err.kind == ERR_NOTFOUND)
		app_say(a, STYLE_DIM, "%s", t->err.text);      /* nothing to take back */
	else if (strcmp(t->spec.kind, "change") == 0)
		app_say(a, STYLE_ERROR, _("Not all was done: %s%s No message is lost; the log ({log}) has more."), t->err.text, stop);
	else
		app_fail(a, &t->err);
}

static void free_later(void *ctx)
{
	struct task *t = ctx;

	job_free(&t->job);
	forget_old(t->app->jobs);
}

static void on_end(void *ctx, const struct err *err)
{
	struct task *t = ctx;
	struct app *a = t->app;

	t->over = true;
	t->ended = rt_now();
	t->err = *err;
	asked_free(&t->asking);
	if (err->kind != ERR_NONE && err->kind != ERR_CANCEL)
		say_failure(a, t);
	loop_later(a->loop, free_later, t);
	app_look(a);
	app_changed(a, CHANGED_JOBS | (strcmp(t->spec.kind, "send") == 0 ? CHANGED_OUTBOX : 0));
	if (t->end)
		t->end(t->ctx, t);
	start_next(a->jobs);
}

static void start_task(struct jobs *j, struct task *t)
{
	struct job_events ev = { .progress = on_progress, .item = on_item, .note = on_note, .ask = on_ask, .end = on_end, .ctx = t };
	struct err err = ERR_INIT;

	t->spec.conf_path = j->app->opts->conf_path;
	t->spec.trace = t->trace;
	t->began = rt_now();
	t->job = job_start(j->app->loop, &t->spec, &ev, &err);
	if (!t->job)
		on_end(t, &err);
}

static void start_next(struct jobs *j)
{
	for (size_t i = 0; i < j->n; i++) {
		struct task *t = j->v[i];
		bool blocked = t->over || t->job;

		for (size_t k = 0; k < i && !blocked; k++)
			blocked = !j->v[k]->over && same_lane(&j->v[k]->spec, &t->spec);
		if (!blocked)
			start_task(j, t);
	}
}

struct task *jobs_start(struct app *a, const struct job_spec *spec, const char *title, bool quiet,
	void (*item)(void *, struct task *, const struct wire *), void (*end)(void *, struct task *), void *ctx)
{
	struct task *t = mem_zalloc(sizeof(*t));
	struct jobs *j = a->jobs;
	struct str path;

	t->spec = *spec;
	for (size_t i = 0; i < ARRAY_LEN(own_strings); i++)
		*spec_string(&t->spec, i) = mem_strdup(*spec_string(&t->spec, i));
	t->app = a;
	t->number = ++j->number;
	t->title = mem_strdup(title);
	t->quiet = quiet;
	t->item = item;
	t->end = end;
	t->ctx = ctx;
	str_init(&t->notes, 1 << 20);
	if (strcmp(spec->kind, "fetch") == 0 || strcmp(spec->kind, "send") == 0) {
		str_init(&path, 65536);
		jobs_file(a, "wire", &path);
		t->trace = str_detach(&path);
	}
	mem_grow(j->v, j->n, j->cap);
	j->v[j->n++] = t;
	start_next(j);
	app_dirty(a);
	return t;
}

void jobs_cancel(struct app *a, struct task *t)
{
	struct err err = ERR_INIT;

	if (t->over)
		return;
	t->cancelled = true;
	if (t->job) {
		job_cancel(t->job);
		return;
	}
	err_set(&err, ERR_CANCEL, "%s", _("Stopped before it began."));
	t->over = true;
	t->ended = rt_now();
	t->err = err;
	if (t->end)
		t->end(t->ctx, t);
}

void jobs_forget(struct app *a, void *ctx)
{
	for (size_t i = 0; i < a->jobs->n; i++) {
		if (a->jobs->v[i]->ctx == ctx) {
			a->jobs->v[i]->item = NULL;
			a->jobs->v[i]->end = NULL;
		}
	}
}

/* ---- what everybody asks for ---- */

/* What came, and what notices said. */
static void fetch_item(void *ctx, struct task *t, const struct wire *w)
{
	uint64_t n = 0;
	struct str state;

	(void)ctx;
	if (wire_get_u64(w, "new", &n) == 0)
		t->fresh += n;
	str_init(&state, 64);
	if (wire_get(w, "state", &state) && (strcmp(state.p, "failed") == 0 || strcmp(state.p, "expired") == 0))
		t->failed++;
	str_release(&state);
}

static bool waits_already(struct app *a, const char *kind, const char *folder)
{
	for (size_t i = 0; i < a->jobs->n; i++) {
		const struct task *t = a->jobs->v[i];

		if (!t->over && !t->job && strcmp(t->spec.kind, kind) == 0 &&
		    (t->spec.folder ? folder && strcmp(t->spec.folder, folder) == 0 : !folder))
			return true;
	}
	return false;
}

static void index_end(void *ctx, struct task *t)
{
	if (t->failed)
		delivery_news(ctx, "");
	boxwatch_indexed(ctx);
}

void jobs_index(struct app *a, const char *folder, bool quiet)
{
	struct job_spec spec = { .kind = "index", .folder = folder };

	if (!waits_already(a, "index", folder))
		jobs_start(a, &spec, _("Reading mailboxes"), quiet, fetch_item, index_end, a);
}

static void fetch_end(void *ctx, struct task *t)
{
	struct app *a = ctx;

	if (t->fresh) {
		app_say(a, STYLE_GOOD, ngettext_("%llu new message.", "%llu new messages.", t->fresh), (unsigned long long)t->fresh);
		if (a->tty)
			tty_bell(a->tty);
	} else if (t->err.kind == ERR_NONE && !a->said) {
		app_say(a, STYLE_DIM, _("No new mail (%s)."), t->spec.account);
	}
	if (t->fresh || t->failed)
		delivery_news(a, t->fresh && a->said ? a->said : "");
	jobs_index(a, NULL, true);
}

void jobs_fetch(struct app *a, const char *account, bool by_hand)
{
	struct str title;
	bool any = false;

	str_init(&title, 1024);
	for (size_t i = 0; i < a->conf.n_accounts; i++) {
		struct account *acct = &a->conf.accounts[i];
		struct job_spec spec = { .kind = "fetch", .account = acct->name };

		if (!acct->pop3.set || (account && strcmp(account, acct->name) != 0))
			continue;
		any = true;
		str_clear(&title);
		str_addf(&title, _("Fetching %s"), acct->name);
		jobs_start(a, &spec, title.p, false, fetch_item, fetch_end, a)->by_hand = by_hand;
	}
	str_release(&title);
	if (!any)
		app_say(a, STYLE_WARNING, "%s", account ? _("There is no such account with a POP3 server.") : _("No account has a POP3 server. {setup} sets one up."));
}

static void send_item(void *ctx, struct task *t, const struct wire *w)
{
	struct str fate, text, why;
	uint64_t max;

	if (wire_get_u64(w, "max", &max) == 0) {
		send_learn_limit(ctx, w, max);
		return;
	}
	str_init(&fate, 64);
	str_init(&text, WIRE_MAX);
	str_init(&why, WIRE_MAX);
	if (wire_get(w, "fate", &fate) && wire_get(w, "addr", &why)) {
		t->accepted += strcmp(fate.p, "accepted") == 0;
		t->unsure += strcmp(fate.p, "unsure") == 0;
		t->failed += strcmp(fate.p, "failed") == 0;
		wire_get(w, "text", &text);
		str_addf(&why, ": %s", text.p);
		if (strcmp(fate.p, "failed") != 0)
			str_clear(&why);
	} else {
		wire_get(w, "why", &why);
	}
	if (why.n) {
		free(t->words);
		t->words = str_detach(&why);
	}
	str_release(&fate);
	str_release(&text);
	str_release(&why);
}

static void send_end(void *ctx, struct task *t)
{
	struct app *a = ctx;

	if (t->failed) {
		app_say(a, STYLE_ERROR, _("Refused for good: %s%s The message is kept in the outbox ({outbox})."), t->words, stop_of(t->words));
		delivery_news(a, a->said);
	} else if (t->declined)
		say_declined(a, t);
	else if (t->unsure)
		app_say(a, STYLE_WARNING, "%s", _("The server's answer never came, so the message may have gone or not. The outbox ({outbox}) asks what to do."));
	else if (t->words)
		app_say(a, STYLE_WARNING, _("Not sent yet: %s%s It waits in the outbox ({outbox}) and is tried again."), t->words, stop_of(t->words));
	else if (t->accepted)
		app_say(a, STYLE_GOOD, ngettext_("Sent: the server took it for %u recipient.", "Sent: the server took it for %u recipients.", t->accepted), t->accepted);
	app_changed(a, CHANGED_OUTBOX);
	if (t->accepted || t->failed)
		jobs_index(a, NULL, true);
}

void jobs_send(struct app *a, const char *item, bool by_hand)
{
	struct job_spec spec = { .kind = "send", .item = item };

	jobs_start(a, &spec, _("Sending"), item == NULL, send_item, send_end, a)->by_hand = by_hand;
}
