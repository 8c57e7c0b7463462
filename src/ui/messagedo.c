/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * messagedo: what is done with the message that is shown: answers, flags, mailboxes.
 */
#include "screens.h"
#include <unistd.h>

#define MESSAGE(s) ((struct screen_message *)(s))

/* The message as a set of one; false: it is in no mailbox. */
static bool one(struct screen *s, struct picks *p)
{
	struct screen_message *m = MESSAGE(s);
	const struct row *w = list_current(s->app->list);

	*p = (struct picks){ 0 };
	if (m->id && w && w->id == m->id) {
		picks_append(p, w->id, w->key);
		return true;
	}
	app_say(s->app, STYLE_WARNING, "%s", m->id ? _("This message is not in the list any more.") : _("This message is in no mailbox."));
	return false;
}

static bool may_change(struct screen *s, struct picks *p)
{
	return list_may_change(s->app->list) && one(s, p);
}

/* On to the next message; out of it when there is none. */
void message_onward(struct screen *s)
{
	if (!message_step(MESSAGE(s), 1))
		app_close(s);
}

static void do_delete(struct screen *s, const char *arg)
{
	struct picks p;

	(void)arg;
	if (!may_change(s, &p))
		return;
	picks_add(&s->app->list->deleted, p.v[0].id, p.v[0].key);
	picks_clear(&p);
	message_onward(s);
}

static void do_undelete(struct screen *s, const char *arg)
{
	(void)arg;
	picks_del(&s->app->list->deleted, MESSAGE(s)->id);
	app_dirty(s->app);
}

static void do_delete_thread(struct screen *s, const char *arg)
{
	struct app *a = s->app;
	struct picks p;

	(void)arg;
	if (!one(s, &p))
		return;
	picks_clear(&p);
	app_close(s);
	cmd_find(WHERE_LIST, SL("delete-thread"))->fn(&a->list->s, "");
}

static void flag(struct screen *s, unsigned bit, const char *set, const char *clear)
{
	const struct row *w = list_current(s->app->list);
	struct picks p;
	bool on;

	if (!may_change(s, &p))
		return;
	on = !(w && (w->flags & bit));
	act_change(s->app, "flag", &p, on ? set : clear);
	if (bit == FLAG_SEEN)
		app_say(s->app, STYLE_NORMAL, "%s", on ? _("Marked as read.") : _("Marked as unread."));
	else
		app_say(s->app, STYLE_NORMAL, "%s", on ? _("Important.") : _("No longer important."));
	picks_clear(&p);
}

static void do_flag(struct screen *s, const char *arg)
{
	(void)arg;
	flag(s, FLAG_FLAGGED, "+flagged", "-flagged");
}

static void do_toggle_new(struct screen *s, const char *arg)
{
	(void)arg;
	flag(s, FLAG_SEEN, "+seen", "-seen");
}

/* What the list does with its current message, which is this one. */
static void by_list(struct screen *s, const char *command, const char *arg)
{
	struct picks p;

	if (one(s, &p))
		cmd_find(WHERE_LIST, sl(command))->fn(&s->app->list->s, arg);
	picks_clear(&p);
}

static void do_set_flag(struct screen *s, const char *arg)
{
	by_list(s, "set-flag", arg);
}

static void do_clear_flag(struct screen *s, const char *arg)
{
	by_list(s, "clear-flag", arg);
}

/* The same where the list goes on to another message, which is shown then. */
static void by_move(struct screen *s, const char *command)
{
	const struct row *w;

	by_list(s, command, "");
	w = list_current(s->app->list);
	if (MESSAGE(s)->id && w && w->id != MESSAGE(s)->id)
		message_here(s);
}

static void do_tag(struct screen *s, const char *arg)
{
	(void)arg;
	by_move(s, "tag-entry");
}

static void do_next_thread(struct screen *s, const char *arg)
{
	(void)arg;
	by_move(s, "next-thread");
}

static void do_previous_thread(struct screen *s, const char *arg)
{
	(void)arg;
	by_move(s, "previous-thread");
}

static void do_parent(struct screen *s, const char *arg)
{
	(void)arg;
	by_move(s, "parent-message");
}

static void do_undelete_thread(struct screen *s, const char *arg)
{
	(void)arg;
	by_move(s, "undelete-thread");
}

static void do_read_thread(struct screen *s, const char *arg)
{
	(void)arg;
	by_move(s, "read-thread");
}

static void do_jump(struct screen *s, const char *arg)
{
	by_list(s, "jump", arg);
}

static void do_sort(struct screen *s, const char *arg)
{
	by_list(s, "sort-mailbox", arg);
}

static void do_sort_reverse(struct screen *s, const char *arg)
{
	by_list(s, "sort-reverse", arg);
}

static void do_sync(struct screen *s, const char *arg)
{
	struct app *a = s->app;

	if (picks_has(&a->list->deleted, MESSAGE(s)->id))
		app_close(s);
	cmd_find(WHERE_LIST, SL("sync-mailbox"))->fn(&a->list->s, arg);
}

static void to_folder(struct screen *s, const char *arg, enum act_ask what)
{
	struct picks p;

	if (what == ACT_MOVE ? !may_change(s, &p) : !one(s, &p))
		return;
	if (arg[0]) {
		act_change(s->app, what == ACT_MOVE ? "move" : "copy", &p, arg);
		if (what == ACT_MOVE)
			message_onward(s);
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
	if (!may_change(s, &p))
		return;
	act_change(s->app, "archive", &p, NULL);
	picks_clear(&p);
	message_onward(s);
}

/* An answer has its own copy of what it needs, so the message may be closed meanwhile. */
void message_about(struct screen *s, char what)
{
	struct screen_message *m = MESSAGE(s);
	struct slice mem;
	struct render *r;
	struct str own;
	int fd;

	if (!message_render(s))
		return;
	render_bytes(m->r, &fd, &mem);
	str_init(&own, STR_MAX);
	str_addsl(&own, mem);
	r = m->id ? (strchr("bF", what) ? act_open : act_read)(s->app, m->id) : render_open(fd >= 0 ? dup(fd) : -1, &own, &s->app->conf);
	str_release(&own);
	if (r)
		compose_about(s->app, r, m->id, what);
}

static void do_label(struct screen *s, const char *arg)
{
	struct picks p;

	(void)arg;
	if (!may_change(s, &p))
		return;
	act_label(s->app, &p);
	picks_clear(&p);
}

static void do_pipe(struct screen *s, const char *arg)
{
	struct picks p;

	(void)arg;
	if (one(s, &p))
		act_pipe(s->app, &p);
	picks_clear(&p);
}

static void do_print(struct screen *s, const char *arg)
{
	struct picks p;

	(void)arg;
	if (one(s, &p))
		act_print(s->app, &p);
	picks_clear(&p);
}

static void do_why(struct screen *s, const char *arg)
{
	(void)arg;
	if (MESSAGE(s)->id)
		act_why(s->app, MESSAGE(s)->id);
}

static void do_alias(struct screen *s, const char *arg)
{
	(void)arg;
	if (MESSAGE(s)->id)
		act_alias(s->app, MESSAGE(s)->id);
}

static void do_change(struct screen *s, const char *arg)
{
	cmd_find(WHERE_LIST, SL("change-folder"))->fn(&s->app->list->s, arg);
}

/* ---- invitations ---- */

static void invite_chosen(void *ctx, char key)
{
	struct app *a = ctx;
	struct screen *s = app_screen(a, WHERE_MESSAGE);

	if (s && key)
		message_about(s, key == 'a' ? 'y' : key == 't' ? 't' : 'n');
}

static void do_invite(struct screen *s, const char *arg)
{
	if (arg[0])
		invite_chosen(s->app, (char)ascii_lower((unsigned char)arg[0]));
	else if (message_render(s))
		ask_choice(s->app, "atd", invite_chosen, s->app, _("The invitation: (a)ccept, (t)entative, (d)ecline? "));
}

const struct cmd message_act_cmds[] = {
	{ "delete-message", "d", "D d", "d", NULL, N_("Delete"), N_("Mark the message as deleted and go on to the next."), do_delete },
	{ "undelete-message", "u", "U u", NULL, NULL, N_("Undelete"), N_("Take the mark off."), do_undelete },
	{ "delete-thread", "^D", NULL, "", NULL, NULL, N_("Mark the thread as deleted."), do_delete_thread },
	{ "undelete-thread", "^U", NULL, "", NULL, NULL, N_("Take the mark off the thread."), do_undelete_thread },
	{ "sync-mailbox", "$", "X", NULL, NULL, NULL, N_("Move what is marked as deleted to the trash."), do_sync },
	{ "tag-entry", "t", ": t", NULL, NULL, NULL, N_("Tag or untag the message and go on to the next."), do_tag },
	{ "jump", "1 2 3 4 5 6 7 8 9", NULL, NULL, "NUMBER", NULL, N_("To the message with a number."), do_jump },
	{ "next-thread", "^N", "<Esc>n", "}", NULL, NULL, N_("To the next thread."), do_next_thread },
	{ "previous-thread", "^P", "<Esc>p", "{", NULL, NULL, N_("To the thread before."), do_previous_thread },
	{ "parent-message", "P", "", NULL, NULL, NULL, N_("To the message that this one answers."), do_parent },
	{ "read-thread", "^R", NULL, NULL, NULL, NULL, N_("Mark the thread as read."), do_read_thread },
	{ "sort-mailbox", "o", "$", NULL, "ORDER", NULL, N_("Change the order of the list."), do_sort },
	{ "sort-reverse", "O", "", NULL, "ORDER", NULL, N_("Change the order of the list, turned around."), do_sort_reverse },
	{ "save-message", "s", "S s", NULL, "MAILBOX", N_("Move"), N_("Move the message into another mailbox."), do_save },
	{ "copy-message", "C", "<Esc>c", NULL, "MAILBOX", NULL, N_("Copy the message into another mailbox."), do_copy },
	{ "archive", "A", ",e", NULL, NULL, N_("Archive"), N_("Move the message into the archive of its year."), do_archive },
	{ "flag-message", "F", "*", "*", NULL, N_("Flag"), N_("Mark the message as important, or take the mark off."), do_flag },
	{ "toggle-new", "N", ",N", "N", NULL, NULL, N_("Mark the message as unread."), do_toggle_new },
	{ "set-flag", "w", "w", NULL, "FLAGS", NULL, N_("Set a flag."), do_set_flag },
	{ "clear-flag", "W", ",W", NULL, "FLAGS", NULL, N_("Clear a flag."), do_clear_flag },
	{ "reply", "r", "r", NULL, NULL, N_("Reply"), N_("Answer the sender."), answer_reply },
	{ "group-reply", "g", "R g", "a", NULL, N_("Reply all"), N_("Answer everybody."), answer_group },
	{ "list-reply", "L", ",L", NULL, NULL, NULL, N_("Answer the mailing list."), answer_list },
	{ "forward-message", "f", "F f", "F", "[attached]", N_("Forward"), N_("Pass the message on, its text in yours."), answer_forward },
	{ "forward-attached", "<Esc>f", NULL, NULL, NULL, NULL, N_("Pass the message on as an attachment."), answer_forward_attached },
	{ "bounce-message", "b", "B b", NULL, NULL, NULL, N_("Send the message on as it is."), answer_bounce },
	{ "resend-message", "<Esc>e", NULL, NULL, NULL, NULL, N_("Write a new message that begins as this one."), answer_resend },
	{ "answer-invitation", ",y", NULL, NULL, "[accept|tentative|decline]", NULL, N_("Answer the invitation in the message."), do_invite },
	{ "edit-label", "Y", NULL, NULL, NULL, NULL, N_("Give the message a label (X-Label), or take it away; ~y finds it."), do_label },
	{ "pipe-message", "|", NULL, NULL, NULL, NULL, N_("Give the message to a command of the shell."), do_pipe },
	{ "print-message", "p", "%", ",p", NULL, NULL, N_("Print the message as it is shown (lpr)."), do_print },
	{ "create-alias", "a", "<Esc>a", "<Esc>a", NULL, NULL, N_("Take the sender into the address book."), do_alias },
	{ "change-folder", "c", "G", NULL, "MAILBOX", NULL, N_("Open another mailbox."), do_change },
	{ "why", ",w", NULL, NULL, NULL, NULL, N_("Say why the message is here: filter, mailbox, identity."), do_why },
	{ NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL },
};
