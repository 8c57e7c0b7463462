/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * listact: what a list does with messages, and changing to another mailbox.
 */
#include "screens.h"

#define LIST(s) ((s)->app->list)

/* The current one; NULL: said that there is none. */
static const struct row *row_here(struct screen *s)
{
	const struct row *w = list_current(LIST(s));

	if (!w)
		app_say(s->app, STYLE_WARNING, "%s", _("There is no message here."));
	return w;
}

static void next_entry(struct screen *s)
{
	list_move(&LIST(s)->at, 1);
	list_moved(LIST(s));
}

/* ---- tags ---- */

static void do_tag(struct screen *s, const char *arg)
{
	struct screen_list *l = LIST(s);
	const struct row *w;
	struct picks p;

	(void)arg;
	if (s->app->tag_prefix) {       /* all that are: none is, then */
		list_chosen(l, &p);
		if (p.n)
			app_say(s->app, STYLE_NORMAL, ngettext_("%zu message is no longer tagged.", "%zu messages are no longer tagged.", p.n), p.n);
		picks_merge(&l->tagged, &p, false);
		picks_clear(&p);
		return;
	}
	w = row_here(s);
	if (!w)
		return;
	list_tag(l, w, !picks_has(&l->tagged, w->id));
	list_move(&l->at, 1);
	list_moved(l);
}

static void do_tag_pattern(struct screen *s, const char *arg)
{
	list_pick(s, arg, 't', _("Tag messages like: "));
}

static void do_untag_pattern(struct screen *s, const char *arg)
{
	list_pick(s, arg, 'T', _("Untag messages like: "));
}

static void do_tag_prefix(struct screen *s, const char *arg)
{
	(void)arg;
	s->app->tag_prefix = !s->app->tag_prefix;
}

/* ---- deleting ---- */

static void mark(struct screen *s, bool deleted)
{
	struct screen_list *l = LIST(s);
	bool many = s->app->tag_prefix;
	struct picks p;

	if (!list_may_change(LIST(s)))
		return;
	list_chosen(l, &p);
	for (size_t i = 0; i < p.n; i++) {
		if (deleted)
			picks_append(&l->deleted, p.v[i].id, p.v[i].key);
		else
			picks_del(&l->deleted, p.v[i].id);
	}
	picks_sort(&l->deleted);
	if (many && p.n)
		app_say(s->app, STYLE_NORMAL, deleted ? ngettext_("%zu message is marked as deleted.", "%zu messages are marked as deleted.", p.n)
			: ngettext_("%zu message is no longer marked as deleted.", "%zu messages are no longer marked as deleted.", p.n), p.n);
	picks_clear(&p);
	if (!many && deleted && !list_step(l, 1))
		list_step(l, -1);
	else if (!many && !deleted)
		next_entry(s);
	app_dirty(s->app);
}

static void do_delete(struct screen *s, const char *arg)
{
	(void)arg;
	mark(s, true);
}

static void do_undelete(struct screen *s, const char *arg)
{
	(void)arg;
	mark(s, false);
}

static void do_delete_pattern(struct screen *s, const char *arg)
{
	if (list_may_change(LIST(s)))
		list_pick(s, arg, 'd', _("Delete messages like: "));
}

static void do_undelete_pattern(struct screen *s, const char *arg)
{
	list_pick(s, arg, 'u', _("Undelete messages like: "));
}

static void purge_answered(void *ctx, bool yes)
{
	if (yes)
		act_purge(ctx);
}

static void do_sync(struct screen *s, const char *arg)
{
	struct screen_list *l = LIST(s);

	(void)arg;
	if (l->deleted.n == 0) {
		app_say(s->app, STYLE_NORMAL, "%s", _("No message is marked as deleted. New mail is looked for."));
		jobs_index(s->app, l->path, true);
		return;
	}
	if (act_for_good(s->app, l->path))
		act_ask_purge(s->app, purge_answered, NULL, s->app);
	else
		act_purge(s->app);
}

static void do_exit(struct screen *s, const char *arg)
{
	struct picks marked = LIST(s)->deleted;

	(void)arg;
	LIST(s)->deleted = (struct picks){ 0 };
	app_quit(s->app);
	if (s->app->ask)                /* whoever stays has them still */
		LIST(s)->deleted = marked;
	else
		picks_clear(&marked);
}

static void do_quit(struct screen *s, const char *arg)
{
	(void)arg;
	app_quit(s->app);
}

/* ---- flags and mailboxes ---- */

static void flag(struct screen *s, const char *flags)
{
	struct picks p;

	if (!list_may_change(LIST(s)))
		return;
	list_chosen(LIST(s), &p);
	act_change(s->app, "flag", &p, flags);
	picks_clear(&p);
}

/* By the current one: what it has is taken from all, what it lacks given to all. */
static void toggle(struct screen *s, unsigned bit, const char *set, const char *clear)
{
	const struct row *w = list_current(LIST(s));
	bool many = s->app->tag_prefix;

	flag(s, w && (w->flags & bit) ? clear : set);
	if (!many)
		next_entry(s);
}

static void do_flag(struct screen *s, const char *arg)
{
	(void)arg;
	toggle(s, FLAG_FLAGGED, "+flagged", "-flagged");
}

static void do_toggle_new(struct screen *s, const char *arg)
{
	(void)arg;
	toggle(s, FLAG_SEEN, "+seen", "-seen");
}

static void flag_chosen(struct screen *s, char key, bool set)
{
	static const struct { char key; const char *set, *clear; } keys[] = { { 'N', "-seen", "+seen" }, { 'r', "+replied", "-replied" },
		{ '!', "+flagged", "-flagged" }, { 'f', "+passed", "-passed" }, { 'd', "+draft", "-draft" }, { 'D', "+trashed", "-trashed" } };

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (keys[i].key == key)
			flag(s, set ? keys[i].set : keys[i].clear);
}

static void set_chosen(void *ctx, char key)
{
	flag_chosen(ctx, key, true);
}

static void clear_chosen(void *ctx, char key)
{
	flag_chosen(ctx, key, false);
}

static void do_set_flag(struct screen *s, const char *arg)
{
	if (arg[0])
		flag(s, arg);
	else
		ask_choice(s->app, "Nr!fdD", set_chosen, s, "%s", _("Set flag: (N)ew, (r)eplied, (!) important, (f)orwarded, (d)raft, (D)eleted? "));
}

static void do_clear_flag(struct screen *s, const char *arg)
{
	if (arg[0])
		flag(s, arg);
	else
		ask_choice(s->app, "Nr!fdD", clear_chosen, s, "%s", _("Clear flag: (N)ew, (r)eplied, (!) important, (f)orwarded, (d)raft, (D)eleted? "));
}

static void to_folder(struct screen *s, const char *arg, enum act_ask what)
{
	struct picks p;

	if (what == ACT_MOVE && !list_may_change(LIST(s)))
		return;
	list_chosen(LIST(s), &p);
	if (arg[0]) {
		act_change(s->app, what == ACT_MOVE ? "move" : "copy", &p, arg);
		if (what == ACT_MOVE)
			list_step_off(LIST(s), &p);
	} else {
		act_ask_folder(s->app, what, &p);
	}
	picks_clear(&p);
}

static void do_save(struct screen *s, const char *arg)
{
	to_folder(s, arg, ACT_MOVE);
}

static void do_copy(struct screen *s, const char *arg)
{
	to_folder(s, arg, ACT_COPY);
}

static void do_archive(struct screen *s, const char *arg)
{
	struct picks p;

	(void)arg;
	if (!list_may_change(LIST(s)))
		return;
	list_chosen(LIST(s), &p);
	act_change(s->app, "archive", &p, NULL);
	list_step_off(LIST(s), &p);
	picks_clear(&p);
}

/* ---- another mailbox ---- */

struct changing { struct app *app; char *folder; bool read_only; };

static void change_now(struct changing *c)
{
	struct app *a = c->app;

	list_come_up(a);
	if (a->list->path) {
		free(a->list->before);
		a->list->before = mem_strdup(a->list->path);
	}
	list_open(a, c->folder[0] ? c->folder : NULL);
	a->list->read_only = c->read_only;
	jobs_index(a, a->list->path, true);
	free(c->folder);
	free(c);
}

static void change_not(void *ctx)
{
	struct changing *c = ctx;

	free(c->folder);
	free(c);
}

static void sync_answered(void *ctx, bool yes)
{
	struct changing *c = ctx;

	if (yes)
		act_purge(c->app);
	else
		picks_clear(&c->app->list->deleted);
	if (c->app->list->deleted.n == 0) {
		change_now(c);
		return;
	}
	change_not(c);
}

static void change_to(struct app *a, const char *folder, bool read_only)
{
	struct changing *c = mem_zalloc(sizeof(*c));
	struct err err = ERR_INIT;
	char *path = list_folder(a, folder);
	int kind = box_kind_of(path, &err);

	*c = (struct changing){ a, path, read_only };
	if (kind > 0 || strcmp(path, a->list->path ? a->list->path : "") == 0) {
		if (a->list->deleted.n)
			act_ask_purge(a, sync_answered, change_not, c);
		else
			change_now(c);
		return;
	}
	if (kind == 0)
		err_set(&err, ERR_NOTFOUND, _("There is no mailbox %s. {mailboxes} shows those there are."), folder_name(&a->conf, path));
	app_fail(a, &err);
	change_not(c);
}

static void folder_typed(void *ctx, const char *text)
{
	if (text)
		change_to(ctx, text, false);
}

static void read_only_typed(void *ctx, const char *text)
{
	if (text)
		change_to(ctx, text, true);
}

static void do_change(struct screen *s, const char *arg)
{
	if (arg[0])
		change_to(s->app, arg, false);
	else
		ask_line(s->app, &(struct ask_opts){ .label = _("Open mailbox: "), .history = "folder", .complete = complete_folder, .done = folder_typed, .ctx = s->app });
}

static void do_change_ro(struct screen *s, const char *arg)
{
	if (arg[0])
		change_to(s->app, arg, true);
	else
		ask_line(s->app, &(struct ask_opts){ .label = _("Open mailbox read-only: "), .history = "folder", .complete = complete_folder, .done = read_only_typed, .ctx = s->app });
}

static void do_inboxes(struct screen *s, const char *arg)
{
	(void)arg;
	list_search(s->app, "~A", _("All mail"));
}

static void side_move(struct screen *s, int by)
{
	list_move(&LIST(s)->side_at, by);
	app_dirty(s->app);
}

static void do_side_next(struct screen *s, const char *arg)
{
	(void)arg;
	side_move(s, 1);
}

static void do_side_previous(struct screen *s, const char *arg)
{
	(void)arg;
	side_move(s, -1);
}

static void do_side_open(struct screen *s, const char *arg)
{
	struct screen_list *l = LIST(s);

	(void)arg;
	if (l->side_at.at < l->n_sides)
		change_to(s->app, l->sides[l->side_at.at].path, false);
}

/* ---- one message ---- */

static void do_display(struct screen *s, const char *arg)
{
	const struct row *w = row_here(s);

	(void)arg;
	if (w)
		message_open(s->app, w->id);
}

/* As mutt's h: with all fields, or without when they were shown. */
static void do_display_weed(struct screen *s, const char *arg)
{
	do_display(s, arg);
	if (s->app->top->ops->where == WHERE_MESSAGE)
		cmd_run(s->app, "display-toggle-weed");
}

static void do_address(struct screen *s, const char *arg)
{
	const struct row *w = row_here(s);

	(void)arg;
	if (w)
		app_say(s->app, STYLE_NORMAL, "%s%s<%s>", w->from_name, w->from_name[0] ? " " : "", w->from);
}

static void do_toggle_write(struct screen *s, const char *arg)
{
	struct screen_list *l = LIST(s);

	(void)arg;
	l->read_only = !l->read_only;
	app_say(s->app, STYLE_NORMAL, "%s", l->read_only ? _("Nothing is changed in this mailbox from here on; again, and it may be.") : _("This mailbox may be changed."));
}

void list_about(struct screen *s, char what)
{
	const char *path = LIST(s)->path;
	struct picks p;

	list_chosen(LIST(s), &p);
	if (what == 'e' && path && folder_role(&s->app->conf, path) == 'd')
		what = 'd';             /* a draft is gone on with */
	compose_about_all(s->app, &p, what);
	picks_clear(&p);
}

static void do_parts(struct screen *s, const char *arg)
{
	const struct row *w = row_here(s);

	(void)arg;
	if (w)
		parts_open_id(s->app, w->id);
}

static void do_label(struct screen *s, const char *arg)
{
	struct picks p;

	(void)arg;
	if (!list_may_change(LIST(s)))
		return;
	list_chosen(LIST(s), &p);
	act_label(s->app, &p);
	picks_clear(&p);
}

static void do_pipe(struct screen *s, const char *arg)
{
	struct picks p;

	(void)arg;
	list_chosen(LIST(s), &p);
	act_pipe(s->app, &p);
	picks_clear(&p);
}

static void do_print(struct screen *s, const char *arg)
{
	struct picks p;

	(void)arg;
	list_chosen(LIST(s), &p);
	act_print(s->app, &p);
	picks_clear(&p);
}

/* Which mailboxes have new mail. */
static void do_buffy(struct screen *s, const char *arg)
{
	struct screen_list *l = LIST(s);
	struct str names;

	(void)arg;
	str_init(&names, 4096);
	for (size_t i = 0; i < l->n_sides; i++)
		if (l->sides[i].unread)
			str_addf(&names, "%s%s (%llu)", names.n ? ", " : "", l->sides[i].name, (unsigned long long)l->sides[i].unread);
	app_say(s->app, STYLE_NORMAL, names.n ? _("Unread: %s") : _("Nothing is unread anywhere."), names.p);
	str_release(&names);
}

static void do_why(struct screen *s, const char *arg)
{
	const struct row *w = row_here(s);

	(void)arg;
	if (w)
		act_why(s->app, w->id);
}

static void do_alias(struct screen *s, const char *arg)
{
	const struct row *w = row_here(s);

	(void)arg;
	if (w)
		act_alias(s->app, w->id);
}

const struct cmd list_cmds[] = {
	{ "display-message", "<Enter> <Space>", "<Enter> > V", "<Enter> <Space> l", NULL, N_("Read"), N_("Read the message."), do_display },
	{ "quit", "q", "Q q", NULL, NULL, N_("Quit"), N_("Leave pabal; deleted messages go into the trash."), do_quit },
	{ "exit", "x", "", NULL, NULL, NULL, N_("Leave pabal; messages marked as deleted stay."), do_exit },
	{ "tag-entry", "t", ": t", "t v", NULL, N_("Tag"), N_("Tag or untag the message."), do_tag },
	{ "tag-pattern", "T", "T", NULL, "PATTERN", NULL, N_("Tag all messages that a pattern finds."), do_tag_pattern },
	{ "untag-pattern", "^T", NULL, NULL, "PATTERN", NULL, N_("Untag all messages that a pattern finds."), do_untag_pattern },
	{ "tag-prefix", ";", "A", NULL, NULL, NULL, N_("The next command is for all tagged messages."), do_tag_prefix },
	{ "delete-message", "d", "D d", "d", NULL, N_("Delete"), N_("Mark the message as deleted; sync-mailbox moves it to the trash."), do_delete },
	{ "undelete-message", "u", "U u", NULL, NULL, N_("Undelete"), N_("Take the mark off."), do_undelete },
	{ "delete-pattern", "D", "", NULL, "PATTERN", NULL, N_("Mark all messages that a pattern finds as deleted."), do_delete_pattern },
	{ "undelete-pattern", "U", "", NULL, "PATTERN", NULL, N_("Take the mark off all messages that a pattern finds."), do_undelete_pattern },
	{ "sync-mailbox", "$", "X", NULL, NULL, N_("Purge"), N_("Move what is marked as deleted to the trash."), do_sync },
	{ "save-message", "s", "S s", NULL, "MAILBOX", N_("Move"), N_("Move the message into another mailbox."), do_save },
	{ "copy-message", "C", "<Esc>c", NULL, "MAILBOX", NULL, N_("Copy the message into another mailbox."), do_copy },
	{ "archive", "A", ",e", NULL, NULL, N_("Archive"), N_("Move the message into the archive of its year."), do_archive },
	{ "flag-message", "F", "*", "*", NULL, N_("Flag"), N_("Mark the message as important, or take the mark off."), do_flag },
	{ "toggle-new", "N", ",N", "N", NULL, NULL, N_("Turn read into unread, and back."), do_toggle_new },
	{ "set-flag", "w", "w", NULL, "FLAGS", NULL, N_("Set a flag."), do_set_flag },
	{ "clear-flag", "W", "", NULL, "FLAGS", NULL, N_("Clear a flag."), do_clear_flag },
	{ "edit-label", "Y", NULL, NULL, NULL, NULL, N_("Give the message a label (X-Label), or take it away; ~y finds it."), do_label },
	{ "reply", "r", "r", NULL, NULL, N_("Reply"), N_("Answer the sender."), answer_reply },
	{ "group-reply", "g", "R g", "a", NULL, N_("Reply all"), N_("Answer everybody."), answer_group },
	{ "list-reply", "L", ",L", NULL, NULL, NULL, N_("Answer the mailing list."), answer_list },
	{ "forward-message", "f", "F f", "F", "[attached]", N_("Forward"), N_("Pass the message on, its text in yours."), answer_forward },
	{ "forward-attached", "<Esc>f", NULL, NULL, NULL, NULL, N_("Pass the message on as an attachment."), answer_forward_attached },
	{ "bounce-message", "b", "B b", NULL, NULL, NULL, N_("Send the message on as it is."), answer_bounce },
	{ "resend-message", "<Esc>e", NULL, NULL, NULL, NULL, N_("Write a new message that begins as this one."), answer_resend },
	{ "view-attachments", "v", "v", ",v", NULL, NULL, N_("Show the parts of the message."), do_parts },
	{ "pipe-message", "|", NULL, NULL, NULL, NULL, N_("Give the message to a command of the shell."), do_pipe },
	{ "print-message", "p", "%", ",p", NULL, NULL, N_("Print the message (lpr)."), do_print },
	{ "display-toggle-weed", "h", "H", ",H", NULL, NULL, N_("Read the message with all header fields."), do_display_weed },
	{ "display-address", "@", NULL, NULL, NULL, NULL, N_("Say the whole address of the sender."), do_address },
	{ "toggle-write", "%", "", NULL, NULL, NULL, N_("Switch the mailbox to read-only, and back."), do_toggle_write },
	{ "buffy-list", ".", NULL, NULL, NULL, NULL, N_("Say which mailboxes have unread mail."), do_buffy },
	{ "create-alias", "a", "<Esc>a", "<Esc>a", NULL, NULL, N_("Take the sender into the address book."), do_alias },
	{ "change-folder", "c", "G", NULL, "MAILBOX", N_("Open"), N_("Open another mailbox."), do_change },
	{ "change-folder-readonly", "<Esc>c", "", NULL, "MAILBOX", NULL, N_("Open another mailbox and change nothing in it."), do_change_ro },
	{ "all-mail", ",u", NULL, NULL, NULL, NULL, N_("Show the messages of all mailboxes in one list."), do_inboxes },
	{ "sidebar-next", "<C-Down>", NULL, NULL, NULL, NULL, N_("To the next mailbox at the left."), do_side_next },
	{ "sidebar-previous", "<C-Up>", NULL, NULL, NULL, NULL, N_("To the mailbox before at the left."), do_side_previous },
	{ "sidebar-open", "<C-Right> +", NULL, NULL, NULL, NULL, N_("Open the mailbox that is marked at the left."), do_side_open },
	{ "why", ",w", NULL, NULL, NULL, NULL, N_("Say why the message is here: filter, mailbox, identity."), do_why },
	{ NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL },
};
