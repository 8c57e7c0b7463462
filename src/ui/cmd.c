/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cmd: the commands that every screen has, and commands by name.
 */
#include "screens.h"

static const char *const names[WHERE_COUNT] = { "all", "list", "message", "parts", "compose", "editor", "mailboxes", "outbox", "delivery", "text", "pick" };

const char *where_name(enum where w)
{
	return names[w];
}

int where_by_name(struct slice name, enum where *out)
{
	for (int w = 0; w < WHERE_COUNT; w++) {
		/* mutt's words for the same */
		if (sl_is(name, names[w]) || (w == WHERE_LIST && sl_is(name, "index")) || (w == WHERE_MESSAGE && sl_is(name, "pager")) ||
		    (w == WHERE_ALL && sl_is(name, "generic")) || (w == WHERE_PARTS && sl_is(name, "attach")) || (w == WHERE_MAILBOXES && sl_is(name, "browser"))) {
			*out = (enum where)w;
			return 0;
		}
	}
	return -1;
}

static const struct cmd *const tables[WHERE_COUNT][4] = {
	[WHERE_ALL] = { all_cmds }, [WHERE_LIST] = { list_cmds, list_move_cmds, list_view_cmds }, [WHERE_MESSAGE] = { message_cmds, message_act_cmds },
	[WHERE_PARTS] = { parts_cmds }, [WHERE_COMPOSE] = { compose_cmds }, [WHERE_EDITOR] = { editor_cmds }, [WHERE_MAILBOXES] = { mailboxes_cmds },
	[WHERE_OUTBOX] = { outbox_cmds }, [WHERE_DELIVERY] = { delivery_cmds }, [WHERE_TEXT] = { text_cmds }, [WHERE_PICK] = { pick_cmds },
};

const struct cmd *cmd_next(enum where w, const struct cmd *c)
{
	const struct cmd *const *t = tables[w];

	if (!c)
		return t[0];
	if (c[1].name)
		return c + 1;
	for (size_t i = 0; i + 1 < ARRAY_LEN(tables[w]) && t[i]; i++) {
		const struct cmd *at = t[i];

		while (at->name && at != c)
			at++;
		if (at == c)
			return t[i + 1];
	}
	return NULL;
}

const struct cmd *cmd_find(enum where w, struct slice name)
{
	for (const struct cmd *c = cmd_next(w, NULL); c; c = cmd_next(w, c))
		if (sl_is(name, c->name))
			return c;
	return w == WHERE_ALL ? NULL : cmd_find(WHERE_ALL, name);
}

static void run_one(struct app *a, struct slice line)
{
	struct slice rest = sl_trim(line), word;
	const struct cmd *c;
	char *arg;

	if (!sl_word(&rest, &word))
		return;
	c = cmd_find(a->top->ops->where, word);
	if (!c) {
		app_say(a, STYLE_ERROR, _("There is no command \"" SL_FMT "\" here. ? lists what there is."), SL_ARG(word));
		return;
	}
	arg = sl_dup(sl_trim(rest));
	c->fn(a->top, arg);
	free(arg);
}

void cmd_macro(struct app *a, struct slice text)
{
	while (text.n > 0 && !app_waits(a)) {
		ssize_t end = text.p[0] == '<' ? sl_find(text, '>') : -1;
		size_t n = end > 0 ? (size_t)end + 1 : utf8_grapheme(text);
		const struct cmd *c = end > 0 ? cmd_find(a->top->ops->where, sl_make(text.p + 1, (size_t)end - 1)) : NULL;
		key_code keys[KEYS_MAX];
		int k = c ? 0 : keys_parse(text.p[0] == ' ' ? SL("<Space>") : sl_head(text, n), keys, KEYS_MAX);

		if (c && !a->ask) {
			app_lay(a);
			c->fn(a->top, "");
		}
		for (int i = 0; i < k; i++)
			app_key(a, keys[i]);
		text = sl_skip(text, n);
	}
	if (text.n)
		app_wait_with(a, text);
}

void cmd_run(struct app *a, const char *line)
{
	if (line[0] == '<')
		cmd_macro(a, sl(line));
	else
		run_one(a, sl(line));
}

/* "open-mailbox Wo": by what the command takes. */
static void complete_argument(struct app *a, struct slice name, const char *arg, struct choices *out)
{
	static const struct { const char *args; void (*fn)(struct app *, const char *, struct choices *); } kinds[] = {
		{ "MAILBOX", complete_folder }, { "FILE", complete_file }, { "ADDRESS", complete_address }, { "ADDRESSES", complete_address }, { "[ADDRESS]", complete_address } };
	const struct cmd *c = cmd_find(a->top->ops->where, name);
	struct choices found = { 0 };
	struct str line;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (c && c->args && strcmp(c->args, kinds[i].args) == 0)
			kinds[i].fn(a, arg, &found);
	str_init(&line, 65536);
	for (size_t i = 0; i < found.n; i++) {
		str_clear(&line);
		str_addf(&line, SL_FMT " %s", SL_ARG(name), found.v[i]);
		choices_add(out, line.p);
	}
	str_release(&line);
	choices_release(&found);
}

void complete_command(struct app *a, const char *piece, struct choices *out)
{
	enum where places[2] = { a->top->ops->where, WHERE_ALL };
	size_t n = strcspn(piece, " ");

	if (piece[n]) {
		complete_argument(a, sl_make(piece, n), piece + n + 1, out);
		return;
	}
	for (size_t i = 0; i < 2; i++)
		for (const struct cmd *c = cmd_next(places[i], NULL); c; c = cmd_next(places[i], c))
			if (sl_starts(sl(c->name), piece))
				choices_add(out, c->name);
}

/* ---- the commands of all screens ---- */

static void command_typed(void *ctx, const char *text)
{
	if (text && text[0])
		cmd_run(ctx, text);
}

static void do_command(struct screen *s, const char *arg)
{
	struct ask_opts o = { .label = ":", .history = "command", .complete = complete_command, .done = command_typed, .ctx = s->app };

	if (arg[0])
		cmd_run(s->app, arg);
	else
		ask_line(s->app, &o);
}

static void do_help(struct screen *s, const char *arg)
{
	(void)arg;
	help_open(s->app, s->ops->where);
}

static void do_quit(struct screen *s, const char *arg)
{
	(void)arg;
	app_quit(s->app);
}

static void do_redraw(struct screen *s, const char *arg)
{
	(void)arg;
	if (s->app->tty)
		tty_redraw(s->app->tty);
	app_dirty(s->app);
}

static void do_suspend(struct screen *s, const char *arg)
{
	(void)arg;
	extern_stop(s->app);
}

static void shell_typed(void *ctx, const char *text)
{
	if (text)
		extern_run(ctx, text[0] ? text : "${SHELL:-sh}", text[0] != 0);
}

static void do_shell(struct screen *s, const char *arg)
{
	struct ask_opts o = { .label = _("Shell command (Enter alone: a shell): "), .history = "shell", .complete = complete_file, .done = shell_typed, .ctx = s->app };

	if (arg[0])
		extern_run(s->app, arg, true);
	else if (extern_allowed(s->app))
		ask_line(s->app, &o);
}

static void do_delivery(struct screen *s, const char *arg)
{
	(void)arg;
	delivery_open(s->app);
}

static void do_outbox(struct screen *s, const char *arg)
{
	(void)arg;
	outbox_screen_open(s->app);
}

static void do_mailboxes(struct screen *s, const char *arg)
{
	(void)arg;
	mailboxes_open(s->app);
}

static void do_log(struct screen *s, const char *arg)
{
	(void)arg;
	log_open_screen(s->app);
}

static void do_transcript(struct screen *s, const char *arg)
{
	(void)arg;
	transcript_open(s->app, NULL);
}

static void do_setup(struct screen *s, const char *arg)
{
	(void)arg;
	setup_open(s->app);
}

static void do_undo(struct screen *s, const char *arg)
{
	(void)arg;
	act_undo(s->app);
}

static void do_mail(struct screen *s, const char *arg)
{
	compose_start(s->app, arg[0] ? arg : NULL);
}

static void do_query(struct screen *s, const char *arg)
{
	book_query(s->app, arg);
}

static void do_identity(struct screen *s, const char *arg)
{
	struct app *a = s->app;
	size_t n = a->conf.n_accounts;

	(void)arg;
	if (n == 0) {
		app_say(a, STYLE_WARNING, "%s", _("No account is set up yet. {setup} sets one up."));
		return;
	}
	a->writer = a->writer % n + 1;
	app_say(a, STYLE_NORMAL, _("New messages are written as %s."), a->conf.accounts[a->writer - 1].name);
}

static void do_recall(struct screen *s, const char *arg)
{
	(void)arg;
	compose_drafts(s->app);
}

static void do_fetch(struct screen *s, const char *arg)
{
	jobs_fetch(s->app, arg[0] ? arg : NULL, true);
}

static void do_flush(struct screen *s, const char *arg)
{
	(void)arg;
	jobs_send(s->app, NULL, true);
}

static void do_cancel(struct screen *s, const char *arg)
{
	struct task *t;

	(void)arg;
	for (size_t k = 0; (t = jobs_log(s->app, k)); k++) {
		if (!t->over) {
			jobs_cancel(s->app, t);
			app_say(s->app, STYLE_NORMAL, _("Stopping: %s"), t->title);
			return;
		}
	}
	app_say(s->app, STYLE_NORMAL, "%s", _("Nothing runs that could be stopped."));
}

static void do_theme(struct screen *s, const char *arg)
{
	const struct theme *t = theme_by_name(arg);

	if (!t)
		app_say(s->app, STYLE_ERROR, "%s", _("Themes are dark, light and mono."));
	else if (s->app->tty)
		tty_theme(s->app->tty, t);
}

static void search_typed(void *ctx, const char *text)
{
	if (text && text[0])
		list_search(ctx, text, NULL);
}

static void do_search_all(struct screen *s, const char *arg)
{
	struct ask_opts o = { .label = _("Find in all mailboxes: "), .history = "pattern", .done = search_typed, .ctx = s->app };

	if (arg[0])
		list_search(s->app, arg, NULL);
	else
		ask_line(s->app, &o);
}

static void do_version(struct screen *s, const char *arg)
{
	(void)arg;
	app_say(s->app, STYLE_NORMAL, "pabal %s", PACKAGE_VERSION);
}

const struct cmd all_cmds[] = {
	{ "help", "? <F1>", "? <F1> ^G", NULL, NULL, N_("Help"), N_("Show all keys and commands of this screen; typing narrows them."), do_help },
	{ "menu", "<F10>", NULL, NULL, NULL, NULL, N_("Choose a command from a list."), do_help },
	{ "enter-command", ":", NULL, NULL, "COMMAND", N_("Command"), N_("Run a command by its name; Tab completes it."), do_command },
	{ "mail", "m", "C m", NULL, "[ADDRESS]", N_("Write"), N_("Write a new message."), do_mail },
	{ "recall-message", "R", "<Esc>r", NULL, NULL, N_("Drafts"), N_("Go on with a message that was postponed."), do_recall },
	{ "query", "Q", ",Q", NULL, "NAME", NULL, N_("Look somebody up in the address book and in earlier mail."), do_query },
	{ "identity", "I", NULL, NULL, NULL, NULL, N_("Write new messages as the next account."), do_identity },
	{ "outbox", "X", NULL, NULL, NULL, N_("Outbox"), N_("Show what waits to be sent."), do_outbox },
	{ "delivery", "S ,d", NULL, NULL, NULL, N_("Delivery"), N_("Show what became of what was sent."), do_delivery },
	{ "mailboxes", "y ,f", "L", NULL, NULL, N_("Mailboxes"), N_("Show all mailboxes: make, rename, empty and remove them."), do_mailboxes },
	{ "search-everywhere", ",s", NULL, NULL, "PATTERN", N_("Find all"), N_("Find messages in all mailboxes."), do_search_all },
	{ "fetch-mail", "G", NULL, "^N", "[ACCOUNT]", N_("Fetch"), N_("Fetch new mail."), do_fetch },
	{ "flush", ",x", NULL, NULL, NULL, NULL, N_("Send now what waits in the outbox and is due."), do_flush },
	{ "undo", "^_", NULL, NULL, NULL, N_("Undo"), N_("Take back the last deletion, move, copy or change of flags, or a message that is about to be sent."), do_undo },
	{ "transcript", "E", NULL, NULL, NULL, N_("Wire"), N_("Show what pabal and the server said in the last session, line by line."), do_transcript },
	{ "log", ",l", NULL, NULL, NULL, N_("Log"), N_("Show what was done in the background."), do_log },
	{ "stop-job", "^C", NULL, NULL, NULL, N_("Stop"), N_("Stop what runs in the background."), do_cancel },
	{ "setup", ",a", NULL, NULL, NULL, N_("Setup"), N_("Set up an account."), do_setup },
	{ "shell-escape", "!", NULL, NULL, "[COMMAND]", NULL, N_("Run a command of the shell."), do_shell },
	{ "suspend", "^Z", NULL, NULL, NULL, NULL, N_("Stop pabal until it is continued by the shell (fg)."), do_suspend },
	{ "refresh", "^L", NULL, NULL, NULL, NULL, N_("Draw the screen anew."), do_redraw },
	{ "theme", NULL, NULL, NULL, "NAME", NULL, N_("Change the colours: dark, light or mono."), do_theme },
	{ "show-version", "V", NULL, NULL, NULL, NULL, N_("Show the version."), do_version },
	{ "quit-all", ",q", NULL, NULL, NULL, NULL, N_("Leave pabal from any screen."), do_quit },
	{ NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL },
};
