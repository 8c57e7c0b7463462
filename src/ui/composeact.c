/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * composeact: the commands of a message being written.
 */
#include "screens.h"
#include <fcntl.h>
#include <unistd.h>

#define COMPOSE(s) ((struct screen_compose *)(s))

/* What is passed on takes nothing else; false: said so. */
static bool may_write(struct screen_compose *k)
{
	if (k->c->resend)
		app_say(k->s.app, STYLE_WARNING, "%s", _("A message that is passed on as it is takes nothing of yours but who sends it and who gets it. {forward-message} forwards it with a text of yours."));
	return !k->c->resend;
}

/* ---- fields ---- */

static void edit_field(struct screen *s, enum field f, const char *arg)
{
	struct screen_compose *k = COMPOSE(s);

	if ((unsigned)f >= compose_fields(k) && !may_write(k))
		return;
	if (arg[0]) {
		edit_set(&k->fields[f], "");
		edit_insert(&k->fields[f], sl(arg));
		compose_changed(k);
		app_dirty(s->app);
	} else {
		k->filling = false;
		compose_edit_field(k, f);
	}
}

static void do_from(struct screen *s, const char *arg)
{
	edit_field(s, FIELD_FROM, arg);
}

static void do_to(struct screen *s, const char *arg)
{
	edit_field(s, FIELD_TO, arg);
}

static void do_cc(struct screen *s, const char *arg)
{
	edit_field(s, FIELD_CC, arg);
}

static void do_bcc(struct screen *s, const char *arg)
{
	edit_field(s, FIELD_BCC, arg);
}

static void do_reply_to(struct screen *s, const char *arg)
{
	edit_field(s, FIELD_REPLY_TO, arg);
}

static void do_subject(struct screen *s, const char *arg)
{
	edit_field(s, FIELD_SUBJECT, arg);
}

/* ---- the text ---- */

static char *text_file(struct screen_compose *k, struct slice content)
{
	char *path = path_join(k->c->dir, "editing.txt");
	struct err err = ERR_INIT;

	if (fs_replace(path, content, &err) == 0)
		return path;
	app_fail(k->s.app, &err);
	free(path);
	return NULL;
}

/* What the editor left, into text; false: said why the text stays as it was. */
static bool take_edited(struct screen_compose *k, const char *path, int code, struct str *text)
{
	struct err err = ERR_INIT;
	struct str left;
	bool ok = false;

	str_init(&left, TEXT_MAX);
	if (fs_slurp(path, TEXT_MAX, &left, &err) != 0 && err.kind != ERR_NOTFOUND) {
		app_fail(k->s.app, &err);
	} else if (code && (left.n == 0 || sl_eq(str_sl(&left), str_sl(text)))) {
		app_say(k->s.app, STYLE_WARNING, code == 127 ?
			_("The editor is not there (the shell ended with code %d), so the text stays as it was. The setting editor, or $EDITOR, names it.") :
			_("The editor ended with code %d, so the text stays as it was."), code);
	} else if (left.n == 0 && text->n) {
		app_say(k->s.app, STYLE_WARNING, "%s", _("The editor left no text, so the text stays as it was."));
	} else {
		str_clear(text);
		str_addsl(text, str_sl(&left));
		if (code)
			app_say(k->s.app, STYLE_WARNING, _("The editor ended with code %d; the text is what it left."), code);
		ok = true;
	}
	str_release(&left);
	return ok;
}

/* Runs the editor on text: what it left, or false. */
static bool edited(struct screen_compose *k, struct str *text)
{
	bool ok = false;
	char *path;
	int code;

	if (!may_write(k) || !extern_allowed(k->s.app) || !compose_store(k))
		return false;
	path = text_file(k, str_sl(text));
	if (!path)
		return false;
	code = extern_edit(k->s.app, path);
	if (code >= 0)
		ok = take_edited(k, path, code, text);
	fs_unlink(FS_CWD, path);
	free(path);
	return ok;
}

static void external(struct screen_compose *k)
{
	struct str text;

	str_init(&text, TEXT_MAX + 1);
	text_get(k->text, &text);
	if (edited(k, &text)) {
		text_set(k->text, str_sl(&text));
		compose_changed(k);
		compose_store(k);
	}
	str_release(&text);
}

static void do_edit(struct screen *s, const char *arg)
{
	struct screen_compose *k = COMPOSE(s);

	(void)arg;
	k->editing = false;
	if (!may_write(k))
		return;
	if (s->app->conf.look.editor && s->app->tty)
		external(k);
	else
		editor_open(s->app, k);
}

static void do_external(struct screen *s, const char *arg)
{
	(void)arg;
	external(COMPOSE(s));
}

/* Header lines and text in one file, as mutt's E. */
static void do_edit_headers(struct screen *s, const char *arg)
{
	static const char *const names[FIELDS] = { "From", "To", "Cc", "Bcc", "Reply-To", "Subject" };
	struct screen_compose *k = COMPOSE(s);
	struct slice block, body;
	struct str all, body_text;
	struct hdr h;
	size_t n;

	(void)arg;
	str_init(&all, TEXT_MAX + 65536);
	str_init(&body_text, TEXT_MAX + 1);
	for (int f = 0; f < FIELDS; f++)
		str_addf(&all, "%s: %s\n", names[f], k->fields[f].text.p);
	str_addc(&all, '\n');
	text_get(k->text, &body_text);
	str_addsl(&all, str_sl(&body_text));
	if (edited(k, &all)) {
		n = hdr_length(str_sl(&all));
		block = sl_head(str_sl(&all), n);
		body = sl_skip(str_sl(&all), n);
		for (int f = 0; f < FIELDS; f++)
			edit_set(&k->fields[f], "");
		while (hdr_next(&block, &h) == 1) {
			for (int f = 0; f < FIELDS; f++) {
				if (!sl_iis(h.name, names[f]))
					continue;
				str_clear(&body_text);
				hdr_unfold(h.value, &body_text);
				edit_insert(&k->fields[f], str_sl(&body_text));
			}
		}
		text_set(k->text, body);
		compose_changed(k);
	}
	str_release(&all);
	str_release(&body_text);
}

/* ---- attachments ---- */

static void attach(void *ctx, const char *path)
{
	struct screen_compose *k = ctx;
	struct err err = ERR_INIT;
	char *own;

	if (!path || !path[0])
		return;
	own = path_expand(path);
	if (compose_attach(k->c, own, &err) == 0) {
		compose_changed(k);
		list_size(&k->at, compose_fields(k) + k->c->n_files, k->at.rows);
		app_say(k->s.app, STYLE_GOOD, _("Attached: %s"), own);
	} else {
		app_fail(k->s.app, &err);
	}
	free(own);
}

static void do_attach(struct screen *s, const char *arg)
{
	if (!may_write(COMPOSE(s)))
		return;
	if (arg[0])
		attach(COMPOSE(s), arg);
	else
		pick_file(s->app, _("Attach: Enter chooses, t tags several"), attach, COMPOSE(s));
}

static void attach_message_typed(void *ctx, const char *text)
{
	struct screen_compose *k = ctx;
	struct app *a = k->s.app;
	struct picks *p = &a->list->tagged;

	(void)text;
	for (size_t i = 0; i < p->n; i++) {
		struct render *r = act_open(a, p->v[i].id);
		struct err err = ERR_INIT;
		struct slice mem;
		struct src src;
		int fd;

		if (!r)
			break;
		render_bytes(r, &fd, &mem);
		if (fd >= 0)
			src_range(&src, fd, 0, -1);
		else
			src_mem(&src, mem);
		if (compose_attach_src(k->c, &src, "message.eml", "message/rfc822", &err) != 0)
			app_fail(a, &err);
		src_release(&src);
		render_free(&r);
	}
	compose_changed(k);
	app_dirty(a);
}

static void do_attach_message(struct screen *s, const char *arg)
{
	(void)arg;
	if (!may_write(COMPOSE(s)))
		return;
	if (s->app->list->tagged.n == 0)
		app_say(s->app, STYLE_WARNING, "%s", _("Tag the messages in the list first: {aside} goes there and back."));
	else
		attach_message_typed(COMPOSE(s), "");
}

static bool file_here(struct screen_compose *k, size_t *i)
{
	unsigned fields = compose_fields(k);

	if (k->at.at >= fields && k->at.at - fields < k->c->n_files) {
		*i = (size_t)(k->at.at - fields);
		return true;
	}
	if (k->c->n_files == 1) {
		*i = 0;
		return true;
	}
	app_say(k->s.app, STYLE_WARNING, "%s", k->c->n_files ? _("Choose an attachment with the arrows first.") : _("Nothing is attached. {attach-file} attaches a file."));
	return false;
}

static void do_detach(struct screen *s, const char *arg)
{
	struct screen_compose *k = COMPOSE(s);
	size_t i;

	(void)arg;
	if (!file_here(k, &i))
		return;
	compose_detach(k->c, i);
	list_size(&k->at, compose_fields(k) + k->c->n_files, k->at.rows);
	compose_changed(k);
	app_say(s->app, STYLE_NORMAL, "%s", _("Detached; the file itself stays."));
}

static void described(void *ctx, const char *text)
{
	struct screen_compose *k = ctx;
	size_t i;

	if (!text || !file_here(k, &i))
		return;
	free(k->c->files[i].description);
	k->c->files[i].description = text[0] ? mem_strdup(text) : NULL;
	compose_changed(k);
}

static void do_describe(struct screen *s, const char *arg)
{
	struct screen_compose *k = COMPOSE(s);
	size_t i;

	if (!file_here(k, &i))
		return;
	if (arg[0])
		described(k, arg);
	else
		ask_line(s->app, &(struct ask_opts){ .label = _("Description: "), .text = k->c->files[i].description, .done = described, .ctx = k });
}

static void reorder(struct screen *s, int by)
{
	struct screen_compose *k = COMPOSE(s);
	size_t i;

	if (!file_here(k, &i) || (by < 0 ? i == 0 : i + 1 >= k->c->n_files))
		return;
	compose_reorder(k->c, i, i + (size_t)(int64_t)by);
	list_move(&k->at, by);
	compose_changed(k);
}

static void do_up(struct screen *s, const char *arg)
{
	(void)arg;
	reorder(s, -1);
}

static void do_down(struct screen *s, const char *arg)
{
	(void)arg;
	reorder(s, 1);
}

/* ---- wishes ---- */

static void do_notice(struct screen *s, const char *arg)
{
	struct screen_compose *k = COMPOSE(s);

	(void)arg;
	k->c->notify_success = !k->c->notify_success;
	compose_changed(k);
	app_say(s->app, STYLE_NORMAL, "%s", k->c->notify_success ? _("A notice is asked for when it was delivered, where servers give one.") : _("A notice comes only when it fails or is late."));
}

static void do_receipt(struct screen *s, const char *arg)
{
	struct screen_compose *k = COMPOSE(s);

	(void)arg;
	if (!may_write(k))
		return;
	k->c->receipt = !k->c->receipt;
	compose_changed(k);
	app_say(s->app, STYLE_NORMAL, "%s", k->c->receipt ? _("The reader is asked for a receipt, and may say no.") : _("No receipt is asked for."));
}

static void do_markdown(struct screen *s, const char *arg)
{
	struct screen_compose *k = COMPOSE(s);

	(void)arg;
	if (!may_write(k))
		return;
	k->c->markdown = !k->c->markdown;
	compose_changed(k);
	app_say(s->app, STYLE_NORMAL, "%s", k->c->markdown ? _("The text counts as Markdown: it goes out as it is, and as HTML beside it.") : _("The text goes out as plain text only."));
}

static void do_identity(struct screen *s, const char *arg)
{
	(void)arg;
	compose_edit_field(COMPOSE(s), FIELD_FROM);
	app_say(s->app, STYLE_DIM, "%s", _("Tab goes through your addresses."));
}

/* ---- sending and keeping ---- */

static void do_send(struct screen *s, const char *arg)
{
	(void)arg;
	compose_send(COMPOSE(s));
}

static void later_typed(void *ctx, const char *text)
{
	if (text)
		compose_send_later(ctx, text);
}

static void do_later(struct screen *s, const char *arg)
{
	if (arg[0])
		compose_send_later(COMPOSE(s), arg);
	else
		ask_line(s->app, &(struct ask_opts){ .label = _("Send when (18:00, +2h, tomorrow 9:00, 2026-12-24 8:00): "), .history = "when", .done = later_typed, .ctx = COMPOSE(s) });
}

static void do_preview(struct screen *s, const char *arg)
{
	struct screen_compose *k = COMPOSE(s);
	struct err err = ERR_INIT;
	struct str none;
	int fd;

	(void)arg;
	if (!compose_store(k))
		return;
	fd = compose_preview(k->c, &s->app->conf, &err);
	if (fd < 0) {
		app_fail(s->app, &err);
		return;
	}
	str_init(&none, 16);
	message_open_render(s->app, render_open(fd, &none, &s->app->conf), _("As it will go out"));
	str_release(&none);
}

static void do_postpone(struct screen *s, const char *arg)
{
	struct screen_compose *k = COMPOSE(s);
	struct err err = ERR_INIT;

	(void)arg;
	if (!compose_store(k))
		return;
	if (compose_postpone(k->c, &s->app->conf, &err) != 0) {
		app_fail(s->app, &err);
		return;
	}
	s->app->postponed = true;
	app_say(s->app, STYLE_GOOD, _("Kept in %s; {recall-message} goes on with it."), folder_name(&s->app->conf, s->app->conf.drafts));
	jobs_index(s->app, NULL, true);
	compose_leave(k);
}

static void do_drop(struct screen *s, const char *arg)
{
	struct screen_compose *k = COMPOSE(s);
	struct err err = ERR_INIT;

	(void)arg;
	compose_take(k);
	if (k->lock >= 0)
		fs_close(&k->lock);
	if (compose_drop(k->c, &err) != 0)
		app_fail(s->app, &err);
	compose_leave(k);
}

static void abort_answered(void *ctx, char key)
{
	struct screen_compose *k = ctx;

	if (key == 'p')
		do_postpone(&k->s, "");
	else if (key == 'd')
		do_drop(&k->s, "");
}

static void do_abort(struct screen *s, const char *arg)
{
	struct screen_compose *k = COMPOSE(s);

	(void)arg;
	compose_take(k);
	if (!k->c->to[0] && !k->c->cc[0] && !k->c->bcc[0] && !k->c->subject[0] && k->c->n_files == 0 && !compose_has_text(k))
		do_drop(s, "");
	else
		ask_choice(s->app, "pdc", abort_answered, k, "%s", _("Leave this message: (p)ostpone it, (d)rop it for good, or (c)ancel? "));
}

/* The list comes to the top, and the message stays open below. */
static void do_aside(struct screen *s, const char *arg)
{
	bool saved = compose_store(COMPOSE(s));

	(void)arg;
	app_raise(&s->app->list->s);
	if (saved)
		app_say(s->app, STYLE_NORMAL, "%s", _("The message you write stays open; {recall-message} goes back to it."));
}

static void do_spelling(struct screen *s, const char *arg)
{
	(void)arg;
	if (!may_write(COMPOSE(s)))
		return;
	editor_open(s->app, COMPOSE(s));
	cmd_run(s->app, "check-spelling");
}

static void do_enter(struct screen *s, const char *arg)
{
	struct screen_compose *k = COMPOSE(s);

	(void)arg;
	if (k->at.at < compose_fields(k))
		compose_edit_field(k, (enum field)k->at.at);
	else
		do_describe(s, "");
}

const struct cmd compose_cmds[] = {
	{ "send-message", "y", "^X y", NULL, NULL, N_("Send"), N_("Send the message; what looks forgotten is asked about first."), do_send },
	{ "send-later", "Y", NULL, NULL, "WHEN", N_("Send later"), N_("Send the message at a time."), do_later },
	{ "quit", "q <Esc>", "^C q <Esc>", NULL, NULL, N_("Leave"), N_("Leave the message: postpone or drop it."), do_abort },
	{ "postpone-message", "P", "^O P", NULL, NULL, N_("Postpone"), N_("Keep the message in the drafts."), do_postpone },
	{ "drop-message", NULL, NULL, NULL, NULL, NULL, N_("Drop the message for good."), do_drop },
	{ "aside", ",z <Left>", NULL, NULL, NULL, N_("Read mail"), N_("Read other mail meanwhile; recall-message comes back."), do_aside },
	{ "choose", "<Enter>", NULL, NULL, NULL, NULL, N_("Edit the field, or describe the attachment."), do_enter },
	{ "edit-message", "e", "e", "e i", NULL, N_("Text"), N_("Write the text."), do_edit },
	{ "edit-external", "<Esc>e", NULL, NULL, NULL, NULL, N_("Write the text in the editor of the setting editor or of $EDITOR."), do_external },
	{ "edit-headers", "E", NULL, NULL, NULL, NULL, N_("Write header and text in that editor."), do_edit_headers },
	{ "edit-to", "t", NULL, NULL, "ADDRESSES", N_("To"), N_("Who it is for."), do_to },
	{ "edit-cc", "c", NULL, NULL, "ADDRESSES", N_("Cc"), N_("Who gets a copy."), do_cc },
	{ "edit-bcc", "b", NULL, NULL, "ADDRESSES", N_("Bcc"), N_("Who gets a copy that the others do not see."), do_bcc },
	{ "edit-subject", "s", NULL, NULL, "TEXT", N_("Subject"), N_("What it is about."), do_subject },
	{ "edit-from", "<Esc>f", NULL, NULL, "ADDRESS", N_("From"), N_("Who it is from; Tab goes through your addresses."), do_from },
	{ "edit-reply-to", "r", NULL, NULL, "ADDRESSES", NULL, N_("Where answers go."), do_reply_to },
	{ "identity", "I", NULL, NULL, NULL, NULL, N_("Write as another of your addresses."), do_identity },
	{ "attach-file", "a", "^J a", NULL, "FILE", N_("Attach"), N_("Attach files."), do_attach },
	{ "attach-message", "A", NULL, NULL, NULL, NULL, N_("Attach the messages that are tagged in the list."), do_attach_message },
	{ "detach-file", "D", NULL, NULL, NULL, N_("Detach"), N_("Take an attachment off."), do_detach },
	{ "edit-description", "d", NULL, NULL, "TEXT", NULL, N_("Describe an attachment."), do_describe },
	{ "move-up", "-", NULL, NULL, NULL, NULL, N_("Move the attachment up."), do_up },
	{ "move-down", "+", NULL, NULL, NULL, NULL, N_("Move the attachment down."), do_down },
	{ "toggle-notice", ",n", NULL, NULL, NULL, N_("Notice"), N_("Ask the servers to say when it was delivered."), do_notice },
	{ "toggle-receipt", ",m", NULL, NULL, NULL, N_("Receipt"), N_("Ask the reader to say that it was read."), do_receipt },
	{ "toggle-markdown", ",h", NULL, NULL, NULL, N_("HTML, too"), N_("Send the text, which is Markdown then, as HTML, too."), do_markdown },
	{ "preview", "p v", NULL, NULL, NULL, N_("Preview"), N_("Show the whole message as it will go out."), do_preview },
	{ "check-spelling", "i", NULL, "<Esc>s", NULL, N_("Spelling"), N_("Go through the words that look misspelt."), do_spelling },
	{ "next-entry", "j <Down> <Tab>", "<Down> <Tab>", NULL, NULL, NULL, N_("To the next line."), move_next },
	{ "previous-entry", "k <Up> <BackTab>", "<Up> <BackTab>", NULL, NULL, NULL, N_("To the line before."), move_previous },
	{ "first-entry", "= <Home>", NULL, "gg <Home>", NULL, NULL, N_("To the first line."), move_first },
	{ "last-entry", "* <End>", NULL, "G <End>", NULL, NULL, N_("To the last line."), move_last },
	{ NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL },
};
