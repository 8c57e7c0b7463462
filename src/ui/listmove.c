/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * listmove: moving in a list, and its threads.
 */
#include "screens.h"

#define LIST(s) ((s)->app->list)

/* ---- moving ---- */

static void go(struct screen *s, uint64_t k)
{
	list_goto(&LIST(s)->at, k);
	list_moved(LIST(s));
}

static void do_next_undeleted(struct screen *s, const char *arg)
{
	(void)arg;
	if (!list_step(LIST(s), 1))
		app_say(s->app, STYLE_DIM, "%s", _("This is the last message."));
}

static void do_previous_undeleted(struct screen *s, const char *arg)
{
	(void)arg;
	if (!list_step(LIST(s), -1))
		app_say(s->app, STYLE_DIM, "%s", _("This is the first message."));
}

static void do_next_entry(struct screen *s, const char *arg)
{
	(void)arg;
	list_move(&LIST(s)->at, 1);
	list_moved(LIST(s));
}

static void do_previous_entry(struct screen *s, const char *arg)
{
	(void)arg;
	list_move(&LIST(s)->at, -1);
	list_moved(LIST(s));
}

static void do_next_page(struct screen *s, const char *arg)
{
	(void)arg;
	list_page(&LIST(s)->at, 1);
	list_moved(LIST(s));
}

static void do_previous_page(struct screen *s, const char *arg)
{
	(void)arg;
	list_page(&LIST(s)->at, -1);
	list_moved(LIST(s));
}

static void do_next_line(struct screen *s, const char *arg)
{
	(void)arg;
	list_scroll(&LIST(s)->at, 1);
	list_moved(LIST(s));
}

static void do_previous_line(struct screen *s, const char *arg)
{
	(void)arg;
	list_scroll(&LIST(s)->at, -1);
	list_moved(LIST(s));
}

static void do_half_down(struct screen *s, const char *arg)
{
	(void)arg;
	list_move(&LIST(s)->at, LIST(s)->at.rows / 2);
	list_moved(LIST(s));
}

static void do_half_up(struct screen *s, const char *arg)
{
	(void)arg;
	list_move(&LIST(s)->at, -(LIST(s)->at.rows / 2));
	list_moved(LIST(s));
}

static void do_first(struct screen *s, const char *arg)
{
	(void)arg;
	go(s, 0);
}

static void do_last(struct screen *s, const char *arg)
{
	(void)arg;
	go(s, UINT64_MAX);
}

static void do_top(struct screen *s, const char *arg)
{
	(void)arg;
	go(s, LIST(s)->at.top);
}

static void do_middle(struct screen *s, const char *arg)
{
	(void)arg;
	go(s, LIST(s)->at.top + (uint64_t)LIST(s)->at.rows / 2);
}

static void do_bottom(struct screen *s, const char *arg)
{
	(void)arg;
	go(s, LIST(s)->at.top + (uint64_t)MAX(LIST(s)->at.rows - 1, 0));
}

static void jump_typed(void *ctx, const char *text)
{
	struct app *a = ctx;
	uint64_t n;

	if (!text)
		return;
	if (sl_u64(sl_trim(sl(text)), INT64_MAX, &n) != 0 || n == 0 || n > a->list->at.n) {
		app_say(a, STYLE_WARNING, _("There is no message %s; they go from 1 to %llu."), text, (unsigned long long)a->list->at.n);
	} else {
		go(&a->list->s, n - 1);
		if (a->top->ops->where == WHERE_MESSAGE)
			message_here(a->top);
	}
}

static void do_jump(struct screen *s, const char *arg)
{
	char digit[2] = { s->app->last_key >= '1' && s->app->last_key <= '9' ? (char)s->app->last_key : 0, 0 };

	if (arg[0])
		jump_typed(s->app, arg);
	else
		ask_line(s->app, &(struct ask_opts){ .label = _("Jump to message: "), .text = digit, .done = jump_typed, .ctx = s->app });
}

static void do_next_new(struct screen *s, const char *arg)
{
	(void)arg;
	list_seek(LIST(s), "~U", 1, true);
}

static void do_previous_new(struct screen *s, const char *arg)
{
	(void)arg;
	list_seek(LIST(s), "~U", -1, true);
}

/* To the next row (by 1 or -1) that is this deep at most. */
static void to_depth(struct screen *s, int by, unsigned depth)
{
	struct screen_list *l = LIST(s);
	uint64_t k = l->at.at;
	const struct row *w;

	while (by > 0 ? k + 1 < l->at.n : k > 0) {
		k += (uint64_t)(int64_t)by;
		w = rows_get(l->rows, k);
		if (w && w->depth <= depth) {
			go(s, k);
			return;
		}
	}
	app_say(s->app, STYLE_DIM, "%s", _("There is no other thread there."));
}

static void do_next_thread(struct screen *s, const char *arg)
{
	(void)arg;
	to_depth(s, 1, 0);
}

static void do_previous_thread(struct screen *s, const char *arg)
{
	const struct row *w = list_current(LIST(s));

	(void)arg;
	if (w && w->depth)
		to_depth(s, -1, 0);
	to_depth(s, -1, 0);
}

static void do_next_subthread(struct screen *s, const char *arg)
{
	const struct row *w = list_current(LIST(s));

	(void)arg;
	to_depth(s, 1, w ? w->depth : 0);
}

static void do_previous_subthread(struct screen *s, const char *arg)
{
	const struct row *w = list_current(LIST(s));

	(void)arg;
	to_depth(s, -1, w ? w->depth : 0);
}

static void do_parent(struct screen *s, const char *arg)
{
	const struct row *w = list_current(LIST(s));

	(void)arg;
	if (!w || w->depth == 0)
		app_say(s->app, STYLE_DIM, "%s", _("This message answers none of this list."));
	else
		to_depth(s, -1, w->depth - 1);
}

static void do_root(struct screen *s, const char *arg)
{
	const struct row *w = list_current(LIST(s));

	(void)arg;
	if (w && w->depth)
		to_depth(s, -1, 0);
}

/* ---- threads ---- */

static bool threaded(struct screen *s)
{
	if (LIST(s)->sort == SORT_THREAD)
		return true;
	app_say(s->app, STYLE_WARNING, "%s", _("Threads are seen in the order of threads: {sort-mailbox} and then t."));
	return false;
}

static void do_collapse(struct screen *s, const char *arg)
{
	struct screen_list *l = LIST(s);
	const struct row *w = list_current(l);
	bool fold = !(w && w->folded);

	(void)arg;
	if (!w || !threaded(s))
		return;
	rows_fold(l->rows, l->at.at, fold);
	list_size(&l->at, rows_count(l->rows), l->at.rows);
	if (fold && (w = list_current(l)) && w->depth)
		to_depth(s, -1, 0);
	list_reload(l);
}

static void do_collapse_all(struct screen *s, const char *arg)
{
	struct screen_list *l = LIST(s);
	const struct row *w;
	bool any = false;

	(void)arg;
	if (!threaded(s))
		return;
	for (uint64_t k = l->at.top; k < l->at.top + (uint64_t)l->at.rows && (w = rows_get(l->rows, k)); k++)
		any = any || w->folded;
	rows_fold_all(l->rows, !any);
	list_reload(l);
}

/* All of the thread, or the current message and what answers it. */
static void thread_each(struct screen *s, bool all, void (*fn)(struct screen_list *, const struct row *))
{
	struct screen_list *l = LIST(s);
	const struct row *w = list_current(l);
	unsigned depth = w ? w->depth : 0;
	int64_t thread;
	uint64_t k;

	if (!w)
		return;
	thread = w->thread;
	if (w->folded)
		rows_fold(l->rows, l->at.at, false);
	for (k = l->at.at; all && k > 0 && (w = rows_get(l->rows, k - 1)) && w->thread == thread; k--)
		;
	for (uint64_t from = k; (w = rows_get(l->rows, k)) && w->thread == thread && (all || k == from || w->depth > depth); k++)
		fn(l, w);
	list_size(&l->at, rows_count(l->rows), l->at.rows);
	go(s, k < l->at.n ? k : l->at.n);
}

static void tag_one(struct screen_list *l, const struct row *w)
{
	list_tag(l, w, true);
}

static void delete_one(struct screen_list *l, const struct row *w)
{
	picks_add(&l->deleted, w->id, w->key);
}

static void undelete_one(struct screen_list *l, const struct row *w)
{
	picks_del(&l->deleted, w->id);
}

static struct picks *thread_picks;

static void pick_one(struct screen_list *l, const struct row *w)
{
	(void)l;
	picks_append(thread_picks, w->id, w->key);
}

static void do_tag_thread(struct screen *s, const char *arg)
{
	(void)arg;
	if (threaded(s))
		thread_each(s, true, tag_one);
}

static void do_delete_thread(struct screen *s, const char *arg)
{
	(void)arg;
	if (list_may_change(LIST(s)) && threaded(s))
		thread_each(s, true, delete_one);
}

static void do_delete_subthread(struct screen *s, const char *arg)
{
	(void)arg;
	if (list_may_change(LIST(s)) && threaded(s))
		thread_each(s, false, delete_one);
}

static void do_undelete_thread(struct screen *s, const char *arg)
{
	(void)arg;
	if (threaded(s))
		thread_each(s, true, undelete_one);
}

static void do_undelete_subthread(struct screen *s, const char *arg)
{
	(void)arg;
	if (threaded(s))
		thread_each(s, false, undelete_one);
}

static void read_thread(struct screen *s, bool all)
{
	struct picks p = { 0 };

	if (!list_may_change(LIST(s)) || !threaded(s))
		return;
	thread_picks = &p;
	thread_each(s, all, pick_one);
	act_change(s->app, "flag", &p, "+seen");
	picks_clear(&p);
}

static void do_read_thread(struct screen *s, const char *arg)
{
	(void)arg;
	read_thread(s, true);
}

static void do_read_subthread(struct screen *s, const char *arg)
{
	(void)arg;
	read_thread(s, false);
}

/* The current message becomes an answer to the tagged one, or begins a thread. */
static void edit_thread(struct screen *s, bool join)
{
	struct screen_list *l = LIST(s);
	const struct row *w = list_current(l);
	char *path = path_join(s->app->conf.data, "state.db");
	struct index *index = folders_index(s->app->folders);
	struct state *st = NULL;
	struct err err = ERR_INIT;
	uint64_t parent = 0;
	struct row tagged = { 0 };

	if (w && join && l->tagged.n == 1) {
		uint64_t child = w->ident, k;
		const struct row *p = rows_where(l->rows, l->tagged.v[0].id, &k) ? rows_get(l->rows, k) : NULL;

		parent = p ? p->ident : 0;
		tagged.ident = child;
	} else if (w) {
		tagged.ident = w->ident;
	}
	if (!w || (join && (!parent || parent == tagged.ident)))
		app_say(s->app, STYLE_WARNING, "%s", _("Tag the one message that this one answers ({tag-entry}), and then {link-threads} joins them."));
	else if (state_open(&st, path, &err) != 0 || state_edit_put(st, tagged.ident, parent, &err) != 0 ||
	    index_thread_edit(index, tagged.ident, parent, &err) != 0)
		app_fail(s->app, &err);
	else
		app_say(s->app, STYLE_GOOD, "%s", join ? _("Joined.") : _("This message begins a thread of its own now."));
	state_close(&st);
	free(path);
	app_changed(s->app, CHANGED_INDEX);
}

static void do_link(struct screen *s, const char *arg)
{
	(void)arg;
	edit_thread(s, true);
}

static void do_break(struct screen *s, const char *arg)
{
	(void)arg;
	edit_thread(s, false);
}

const struct cmd list_move_cmds[] = {
	{ "next-undeleted", "j <Down>", "n <Down> j", NULL, NULL, NULL, N_("To the next message that is not deleted."), do_next_undeleted },
	{ "previous-undeleted", "k <Up>", "p <Up> k", NULL, NULL, NULL, N_("To the message before that is not deleted."), do_previous_undeleted },
	{ "next-entry", "J", "N", NULL, NULL, NULL, N_("To the next message."), do_next_entry },
	{ "previous-entry", "K", "P", NULL, NULL, NULL, N_("To the message before."), do_previous_entry },
	{ "next-page", "z <PageDown> <Right>", "<Space> <PageDown> ^V", "^F <PageDown>", NULL, NULL, N_("One page down."), do_next_page },
	{ "previous-page", "Z <PageUp> <Left>", "- <PageUp> ^Y", "^B <PageUp>", NULL, NULL, N_("One page up."), do_previous_page },
	{ "next-line", ">", "", "^E", NULL, NULL, N_("Scroll down by one line."), do_next_line },
	{ "previous-line", "<", "", "^Y", NULL, NULL, N_("Scroll up by one line."), do_previous_line },
	{ "half-down", "]", "", "^D", NULL, NULL, N_("Half a page down."), do_half_down },
	{ "half-up", "[", "", "^U", NULL, NULL, N_("Half a page up."), do_half_up },
	{ "first-entry", "= <Home>", "<Home>", "gg <Home>", NULL, NULL, N_("To the first message."), do_first },
	{ "last-entry", "* <End>", "<End>", "G <End>", NULL, NULL, N_("To the last message."), do_last },
	{ "top-page", "H", "", NULL, NULL, NULL, N_("To the top of the page."), do_top },
	{ "middle-page", "M", "", NULL, NULL, NULL, N_("To the middle of the page."), do_middle },
	{ "bottom-page", "<Esc>L", "", "", NULL, NULL, N_("To the bottom of the page."), do_bottom },
	{ "jump", "1 2 3 4 5 6 7 8 9", "J 1 2 3 4 5 6 7 8 9", NULL, "NUMBER", NULL, N_("To the message with a number."), do_jump },
	{ "next-new-then-unread", "<Tab>", NULL, NULL, NULL, N_("Next new"), N_("To the next unread message."), do_next_new },
	{ "previous-new-then-unread", "<Esc><Tab> <BackTab>", NULL, NULL, NULL, NULL, N_("To the unread message before."), do_previous_new },
	{ "next-thread", "^N", "<Esc>n", "}", NULL, NULL, N_("To the next thread."), do_next_thread },
	{ "previous-thread", "^P", "<Esc>p", "{", NULL, NULL, N_("To the thread before."), do_previous_thread },
	{ "next-subthread", "<Esc>n", "", NULL, NULL, NULL, N_("To the next branch of the thread."), do_next_subthread },
	{ "previous-subthread", "<Esc>p", "", NULL, NULL, NULL, N_("To the branch of the thread before."), do_previous_subthread },
	{ "parent-message", "P", "", NULL, NULL, NULL, N_("To the message that this one answers."), do_parent },
	{ "root-message", "(", NULL, NULL, NULL, NULL, N_("To the first message of the thread."), do_root },
	{ "collapse-thread", "<Esc>v", "/", "za <Esc>v", NULL, N_("Fold"), N_("Fold or unfold the thread."), do_collapse },
	{ "collapse-all", "<Esc>V", NULL, "zM zR <Esc>V", NULL, NULL, N_("Fold or unfold all threads."), do_collapse_all },
	{ "tag-thread", "<Esc>t", NULL, NULL, NULL, NULL, N_("Tag the thread."), do_tag_thread },
	{ "delete-thread", "^D", NULL, "", NULL, NULL, N_("Mark the thread as deleted."), do_delete_thread },
	{ "delete-subthread", "<Esc>d", NULL, NULL, NULL, NULL, N_("Mark the message and what answers it as deleted."), do_delete_subthread },
	{ "undelete-subthread", "<Esc>u", NULL, NULL, NULL, NULL, N_("Take the mark off the message and what answers it."), do_undelete_subthread },
	{ "read-subthread", "<Esc>r", "", NULL, NULL, NULL, N_("Mark the message and what answers it as read."), do_read_subthread },
	{ "undelete-thread", "^U", NULL, "", NULL, NULL, N_("Take the mark off the thread."), do_undelete_thread },
	{ "read-thread", "^R", NULL, NULL, NULL, NULL, N_("Mark the thread as read."), do_read_thread },
	{ "break-thread", "#", NULL, NULL, NULL, NULL, N_("Let the message begin a thread of its own."), do_break },
	{ "link-threads", "&", NULL, NULL, NULL, NULL, N_("Join the message to the tagged one, as its answer."), do_link },
	{ NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL },
};
