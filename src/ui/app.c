/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * app: the stack of screens and the loop behind them.
 *
 * Invariants.
 * 1. A screen is drawn from what the app knows; nothing is read while it is drawn but
 *    windows of the index.
 * 2. A closed screen is freed at the end of the turn, when nobody on the stack holds it.
 */
#include "screens.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

enum { SLICE_US = 8000, SLOW_US = 100000 };

/* ---- screens ---- */

void app_push(struct app *a, struct screen *s)
{
	s->app = a;
	s->below = a->top;
	a->top = s;
	a->n_typed = 0;
	app_dirty(a);
}

static void free_screen(void *ctx)
{
	struct screen *s = ctx;

	s->ops->free(s);
}

void app_close(struct screen *s)
{
	struct app *a = s->app;
	struct screen **at = &a->top;

	while (*at && *at != s)
		at = &(*at)->below;
	bug_on(!*at);
	*at = s->below;
	jobs_forget(a, s);
	loop_later(a->loop, free_screen, s);
	a->n_typed = 0;
	app_dirty(a);
}

void app_raise(struct screen *s)
{
	struct app *a = s->app;
	struct screen **at = &a->top;

	while (*at && *at != s)
		at = &(*at)->below;
	bug_on(!*at);
	*at = s->below;
	s->below = a->top;
	a->top = s;
	app_dirty(a);
}

struct screen *app_screen(struct app *a, enum where where)
{
	for (struct screen *s = a->top; s; s = s->below)
		if (s->ops->where == where)
			return s;
	return NULL;
}

void app_dirty(struct app *a)
{
	a->dirty = true;
}

void app_changed(struct app *a, unsigned what)
{
	struct screen *next;

	for (struct screen *s = a->top; s; s = next) {
		next = s->below;
		if (s->ops->changed)
			s->ops->changed(s, what);
	}
	app_dirty(a);
}

/* ---- saying ---- */

void app_say(struct app *a, enum style style, const char *fmt, ...)
{
	struct str line, named;
	char text[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	str_init(&line, 8192);
	str_init(&named, 8192);
	keys_name(a, text, &named);
	utf8_sanitize(&line, str_sl(&named), CLEAN_LINE);
	str_release(&named);
	free(a->said);
	a->said = str_detach(&line);
	a->said_style = style;
	app_dirty(a);
}

void app_unsay(struct app *a)
{
	free(a->said);
	a->said = NULL;
	app_dirty(a);
}

void app_fail(struct app *a, const struct err *err)
{
	app_say(a, STYLE_ERROR, "%s", err->text);
}

/* What a sentence that goes before another one lacks. */
const char *stop_of(const char *text)
{
	return text[0] && strchr(".!?", text[strlen(text) - 1]) ? "" : ".";
}

/* ---- the index and the mailboxes ---- */

struct looking { bool any, appeared; };

static int took_event(void *ctx, char what, int64_t folder, int64_t id)
{
	struct looking *l = ctx;

	(void)folder;
	(void)id;
	l->any = true;
	l->appeared = l->appeared || what == 'a' || what == 'x';
	return 0;
}

void app_look(struct app *a)
{
	struct looking l = { 0 };
	struct err ignored = ERR_INIT;

	if (index_events(folders_index(a->folders), &a->index_seq, took_event, &l, &ignored) == 0 && l.any)
		app_changed(a, CHANGED_INDEX | (l.appeared ? CHANGED_NEW : 0));
}

static void fetch_now(void *ctx)
{
	struct app *a = ctx;

	a->fetch_timer = loop_timer(a->loop, (int64_t)a->conf.look.fetch_every * 1000000, fetch_now, a);
	jobs_fetch(a, NULL, false);
}

/* ---- work in slices ---- */

struct slice_work { struct app *app; bool (*fn)(void *); void *ctx; };

static void work_slice(void *ctx)
{
	struct slice_work *w = ctx;
	struct app *a = w->app;
	int64_t until = rt_mono() + SLICE_US;

	while (w->fn(w->ctx)) {
		if (rt_mono() >= until) {
			loop_timer(a->loop, 0, work_slice, w);
			return;
		}
	}
	a->later--;
	free(w);
	app_dirty(a);
}

void app_later(struct app *a, bool (*fn)(void *), void *ctx)
{
	struct slice_work *w = mem_zalloc(sizeof(*w));

	*w = (struct slice_work){ a, fn, ctx };
	a->later++;
	loop_timer(a->loop, 0, work_slice, w);
}

bool app_idle(const struct app *a)
{
	return a->later == 0 && jobs_running(a) == 0 && !a->esc_timer;
}

/* ---- the terminal ---- */

static void keys_came(void *ctx, short revents)
{
	struct app *a = ctx;
	bool gone = false;
	key_code k;

	(void)revents;
	for (unsigned n = 0; n < 4096 && tty_key(a->tty, &k, &gone); n++)
		app_key(a, k);
	if (gone)
		a->hup = a->quit = true;
}

static void resized(void *ctx, int signo)
{
	struct app *a = ctx;
	int rows, cols;

	(void)signo;
	tty_resized(a->tty);
	tty_size(a->tty, &rows, &cols);
	grid_resize(a->grid, rows, cols);
	app_changed(a, CHANGED_SIZE);
}

static void told_to_stop(void *ctx, int signo)
{
	struct app *a = ctx;

	a->hup = a->quit = true;
	a->exit_code = signo == SIGHUP ? 0 : 128 + signo;
}

/* ---- leaving ---- */

static void leave_when_done(void *ctx)
{
	struct app *a = ctx;

	a->leave_timer = NULL;
	if (app_idle(a))
		a->quit = true;
	else
		a->leave_timer = loop_timer(a->loop, 50000, leave_when_done, a);
}

void app_quit(struct app *a)
{
	for (struct screen *s = a->top; s; s = s->below)
		if (s->ops->may_close && !s->ops->may_close(s))
			return;
	if (a->pending_send.on) {
		a->pending_send.on = false;
		jobs_send(a, NULL, true);
	}
	if (app_idle(a) || a->leave_timer) {
		a->quit = true;
		return;
	}
	app_say(a, STYLE_WARNING, "%s", _("Finishing what was begun; once more leaves at once, and the rest is done next time."));
	leave_when_done(a);
}

/* ---- the whole ---- */

/* What the log says goes to a file: the screen is not the place for it. */
static void open_log(struct app *a)
{
	struct err ignored = ERR_INIT;
	char *path;
	int fd;

	if (a->opts->script)
		log_open(STDERR_FILENO, LOG_INFO);
	if (a->opts->script || fs_mkdirs(a->conf.cache, &ignored) != 0)
		return;
	path = path_join(a->conf.cache, "log");
	fd = fs_open(FS_CWD, path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (fd >= 0)
		log_open(fd, LOG_INFO);
	free(path);
}

static int open_terminal(struct app *a, struct err *err)
{
	struct tty_opts o = { theme_by_name(a->conf.look.theme), !a->conf.look.no_mouse };
	int rows = 24, cols = 80;

	if (!a->opts->script) {
		if (tty_open(&a->tty, &o, err) != 0)
			return -1;
		tty_size(a->tty, &rows, &cols);
	}
	a->grid = grid_new(rows, cols);
	return 0;
}

static void start(struct app *a)
{
	bool fetches = false;

	list_open(a, a->opts->folder);
	jobs_index(a, a->opts->folder, true);
	jobs_index(a, NULL, true);
	compose_check_left(a);
	delivery_news(a, a->said ? a->said : "");
	for (size_t i = 0; i < a->conf.n_accounts; i++)
		fetches = fetches || a->conf.accounts[i].pop3.set;
	if (a->opts->script)
		return;
	boxwatch_open(a);
	jobs_send(a, NULL, false);
	if (fetches && a->conf.look.fetch_every)
		fetch_now(a);
}

void app_turn_over(struct app *a, int64_t *before)
{
	int64_t now;

	app_go_on(a);
	now = rt_cpu();
	if (*before && now - *before > SLOW_US)
		log_msg(LOG_INFO, "a turn took %lld ms of processor time", (long long)(now - *before) / 1000);
	*before = now;
}

static int run(struct app *a, struct err *err)
{
	int64_t cpu = 0;
	struct watch *keys = loop_fd(a->loop, tty_fd(a->tty), POLLIN, keys_came, a);
	struct watch *winch = loop_signal(a->loop, SIGWINCH, resized, a);
	struct watch *hup = loop_signal(a->loop, SIGHUP, told_to_stop, a);
	struct watch *term = loop_signal(a->loop, SIGTERM, told_to_stop, a);
	int r = 0;

	while (!a->quit && r == 0) {
		if (a->dirty)
			app_draw(a);
		r = loop_turn(a->loop, -1, err);
		app_turn_over(a, &cpu);
	}
	watch_free(&keys);
	watch_free(&winch);
	watch_free(&hup);
	watch_free(&term);
	return r;
}

static void release(struct app *a)
{
	ask_cancel(a);
	app_forget_waiting(a);
	while (a->top) {
		struct screen *s = a->top;

		a->top = s->below;
		s->ops->free(s);
	}
	jobs_free(&a->jobs);            /* what the screens asked for last was said to it */
	tty_close(&a->tty);
	grid_free(&a->grid);
	watch_free(&a->esc_timer);
	boxwatch_close(a);
	watch_free(&a->fetch_timer);
	watch_free(&a->count_timer);
	watch_free(&a->leave_timer);
	watch_free(&a->due_timer);
	loop_free(&a->loop);
	folders_close(&a->folders);
	keymap_release(&a->keymap);
	ask_history_free();
	str_release(&a->paste);
	free(a->said);
	free(a->picked_in);
	choices_release(&a->found_people);
	known_release(a);
	conf_release(&a->conf);
}

int ui_main(const struct ui_opts *o)
{
	struct app a = { .opts = o, .inotify = -1 };
	struct err err = ERR_INIT;
	int r;

	if (conf_load(&a.conf, o->conf_path, &err) != 0) {
		fprintf(stderr, "pabal: %s\n", err.text);
		return 78;
	}
	str_init(&a.paste, TEXT_MAX);
	open_log(&a);
	r = keymap_make(&a.keymap, &a.conf, &err);
	if (r == 0)
		r = folders_open(&a.folders, &a.conf, &err);
	if (r == 0)
		r = open_terminal(&a, &err);
	if (r == 0) {
		struct err ignored = ERR_INIT;

		index_events(folders_index(a.folders), &a.index_seq, took_event, &(struct looking){ 0 }, &ignored);
		a.loop = loop_new();
		a.jobs = jobs_new(&a);
		app_push(&a, list_new(&a));
		start(&a);
		if (o->script)
			a.exit_code = script_run(&a, o->script);
		else
			r = run(&a, &err);
	}
	release(&a);
	if (r != 0)
		fprintf(stderr, "pabal: %s\n", err.text);
	return r == 0 ? a.exit_code : err.kind == ERR_CONFIG ? 78 : 1;
}
