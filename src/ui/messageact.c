/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * messageact: the commands of a message.
 */
#include "screens.h"

#define MESSAGE(s) ((struct screen_message *)(s))

/* ---- moving in it ---- */

static void do_next_page(struct screen *s, const char *arg)
{
	struct screen_message *m = MESSAGE(s);

	(void)arg;
	if (m->top + (size_t)m->rows >= render_lines(m->r) && m->done) {
		if (!message_step(m, 1))
			app_say(s->app, STYLE_DIM, "%s", _("This is the end of the last message."));
		return;
	}
	message_scroll(m, MAX(m->rows - 1, 1));
}

static void do_previous_page(struct screen *s, const char *arg)
{
	(void)arg;
	message_scroll(MESSAGE(s), -(int64_t)MAX(MESSAGE(s)->rows - 1, 1));
}

static void do_half_down(struct screen *s, const char *arg)
{
	(void)arg;
	message_scroll(MESSAGE(s), MAX(MESSAGE(s)->rows / 2, 1));
}

static void do_half_up(struct screen *s, const char *arg)
{
	(void)arg;
	message_scroll(MESSAGE(s), -(int64_t)MAX(MESSAGE(s)->rows / 2, 1));
}

static void do_next_line(struct screen *s, const char *arg)
{
	(void)arg;
	message_scroll(MESSAGE(s), 1);
}

static void do_previous_line(struct screen *s, const char *arg)
{
	(void)arg;
	message_scroll(MESSAGE(s), -1);
}

static void do_top(struct screen *s, const char *arg)
{
	(void)arg;
	message_scroll(MESSAGE(s), -(int64_t)MESSAGE(s)->top);
}

static void do_bottom(struct screen *s, const char *arg)
{
	(void)arg;
	message_scroll(MESSAGE(s), (int64_t)render_lines(MESSAGE(s)->r));
}

static void do_skip_quoted(struct screen *s, const char *arg)
{
	struct screen_message *m = MESSAGE(s);
	size_t k = m->top, n = render_lines(m->r);

	(void)arg;
	while (k < n && render_line(m->r, k)->kind != LINE_QUOTE)
		k++;
	while (k < n && render_line(m->r, k)->kind == LINE_QUOTE)
		k++;
	if (k < n)
		message_scroll(m, (int64_t)k - (int64_t)m->top);
	else
		app_say(s->app, STYLE_DIM, "%s", _("No more quoted text is below."));
}

/* ---- other messages ---- */

static void to_other(struct screen *s, int by)
{
	if (!MESSAGE(s)->id)
		app_say(s->app, STYLE_DIM, "%s", _("This message is in no list."));
	else if (!message_step(MESSAGE(s), by))
		app_say(s->app, STYLE_DIM, "%s", by > 0 ? _("This is the last message.") : _("This is the first message."));
}

static void do_next(struct screen *s, const char *arg)
{
	(void)arg;
	to_other(s, 1);
}

static void do_previous(struct screen *s, const char *arg)
{
	(void)arg;
	to_other(s, -1);
}

static void do_exit(struct screen *s, const char *arg)
{
	(void)arg;
	app_close(s);
}

/* The list goes there; the message that it comes to is shown then. */
static void do_next_new(struct screen *s, const char *arg)
{
	(void)arg;
	if (!MESSAGE(s)->id) {
		app_say(s->app, STYLE_DIM, "%s", _("This message is in no list."));
		return;
	}
	list_seek(s->app->list, "~U", 1, true);
	s->app->list->seek_shows = s->app->list->seeking;
}

/* ---- how it is shown ---- */

static void do_weed(struct screen *s, const char *arg)
{
	(void)arg;
	MESSAGE(s)->opts.all_headers = !MESSAGE(s)->opts.all_headers;
	message_layout(MESSAGE(s));
}

static void do_raw(struct screen *s, const char *arg)
{
	(void)arg;
	MESSAGE(s)->opts.raw = !MESSAGE(s)->opts.raw;
	MESSAGE(s)->top = 0;
	message_layout(MESSAGE(s));
}

static void do_html(struct screen *s, const char *arg)
{
	(void)arg;
	MESSAGE(s)->opts.html = !MESSAGE(s)->opts.html;
	message_layout(MESSAGE(s));
	app_say(s->app, STYLE_DIM, "%s", MESSAGE(s)->opts.html ? _("The HTML of the message, where it has one.") : _("The plain text of the message, where it has one."));
}

static void do_quoted(struct screen *s, const char *arg)
{
	(void)arg;
	MESSAGE(s)->opts.fold_quotes = !MESSAGE(s)->opts.fold_quotes;
	message_layout(MESSAGE(s));
}

static void charset_typed(void *ctx, const char *text)
{
	struct app *a = ctx;
	struct screen_message *m = (struct screen_message *)app_screen(a, WHERE_MESSAGE);

	if (!text || !m)
		return;
	if (text[0] && !charset_table(sl(text)) && strcasecmp(text, "utf-8") != 0) {
		app_say(a, STYLE_ERROR, _("There is no character set %s. Such as utf-8, euc-kr, iso-2022-jp, gb18030, big5, koi8-r or windows-1252 are known."), text);
		return;
	}
	free(m->charset);
	m->charset = text[0] ? mem_strdup(text) : NULL;
	message_layout(m);
}

static void do_charset(struct screen *s, const char *arg)
{
	if (arg[0])
		charset_typed(s->app, arg);
	else
		ask_line(s->app, &(struct ask_opts){ .label = _("Read the text as (nothing: as the message says): "), .history = "charset", .done = charset_typed, .ctx = s->app });
}

/* ---- finding ---- */

static bool line_has(struct screen_message *m, size_t k, struct slice needle)
{
	struct str folded;
	bool has;

	str_init(&folded, 1 << 20);
	utf8_casefold(&folded, render_line(m->r, k)->text);
	has = sl_search(str_sl(&folded), needle) >= 0;
	str_release(&folded);
	return has;
}

static void find(struct screen_message *m, int by)
{
	size_t n = render_lines(m->r), at = m->has_match ? m->match : m->top;
	struct str needle;
	bool found = false;

	str_init(&needle, 65536);
	utf8_casefold(&needle, sl(m->sought));
	for (size_t i = m->has_match; i <= n && n && !found; i++) {
		size_t k = (at + (by > 0 ? i : n - i % n)) % n;

		if (line_has(m, k, str_sl(&needle))) {
			if (by > 0 ? k < at : k > at)
				app_say(m->s.app, STYLE_DIM, "%s", by > 0 ? _("From the start again.") : _("From the end again."));
			found = true;
			m->match = k;
		}
	}
	str_release(&needle);
	m->has_match = found;
	if (!found)
		app_say(m->s.app, STYLE_WARNING, _("\"%s\" is not in this message."), m->sought);
	else if (m->match < m->top || m->match >= m->top + (size_t)m->rows)
		message_scroll(m, (int64_t)m->match - (int64_t)m->top - m->rows / 3);
	app_dirty(m->s.app);
}

static void find_typed(void *ctx, const char *text)
{
	struct app *a = ctx;
	struct screen_message *m = (struct screen_message *)app_screen(a, WHERE_MESSAGE);

	if (!m || !text)
		return;
	free(m->sought);
	m->sought = text[0] ? mem_strdup(text) : NULL;
	m->has_match = false;
	if (m->sought)
		find(m, 1);
	app_dirty(a);
}

static void do_find(struct screen *s, const char *arg)
{
	if (arg[0])
		find_typed(s->app, arg);
	else
		ask_line(s->app, &(struct ask_opts){ .label = _("Find in the message: "), .history = "text", .done = find_typed, .ctx = s->app });
}

static void do_find_next(struct screen *s, const char *arg)
{
	(void)arg;
	if (MESSAGE(s)->sought)
		find(MESSAGE(s), 1);
	else
		do_find(s, "");
}

static void do_find_back(struct screen *s, const char *arg)
{
	(void)arg;
	if (MESSAGE(s)->sought)
		find(MESSAGE(s), -1);
	else
		do_find(s, "");
}

/* ---- links ---- */

static void quote(struct str *out, const char *text)
{
	str_addc(out, '\'');
	for (const char *p = text; *p; p++)
		if (*p == '\'')
			str_adds(out, "'\\''");
		else
			str_addc(out, *p);
	str_addc(out, '\'');
}

struct opening { struct app *app; char *url; };

static void open_answered(void *ctx, char key)
{
	struct opening *o = ctx;
	struct str cmd;

	if (key == 'o' && sl_istarts(sl(o->url), "mailto:")) {
		compose_start(o->app, o->url);
	} else if (key == 'o') {
		str_init(&cmd, 65536);
		str_adds(&cmd, "${BROWSER:-xdg-open} ");
		quote(&cmd, o->url);
		extern_run(o->app, cmd.p, false);
		str_release(&cmd);
	} else if (key == 's') {
		app_say(o->app, STYLE_NORMAL, "%s", o->url);
	}
	free(o->url);
	free(o);
}

static void open_link(struct app *a, const struct render_link *l)
{
	bool web = sl_istarts(sl(l->url), "http://") || sl_istarts(sl(l->url), "https://") || sl_istarts(sl(l->url), "mailto:");
	struct opening *o;

	if (!web) {
		app_say(a, STYLE_WARNING, _("pabal opens only web pages and addresses: %s"), l->url);
		return;
	}
	o = mem_zalloc(sizeof(*o));
	*o = (struct opening){ a, mem_strdup(l->url) };
	if (l->deceptive)
		ask_choice(a, "osn", open_answered, o, _("Its text says %s, but it leads to %s. (o)pen, (s)how, (n)o? "), l->shown, l->host);
	else
		ask_choice(a, "osn", open_answered, o, _("It leads to %s. (o)pen, (s)how the whole address, (n)o? "), l->host[0] ? l->host : l->url);
}

static void link_entered(struct screen *page, size_t line, void *ctx)
{
	struct app *a = page->app;
	struct screen_message *m = (struct screen_message *)app_screen(a, WHERE_MESSAGE);
	const struct render_link *l = m ? render_link(m->r, line / 2) : NULL;

	(void)ctx;
	if (l)
		open_link(a, l);
}

static void link_typed(void *ctx, const char *text)
{
	struct app *a = ctx;
	struct screen_message *m = (struct screen_message *)app_screen(a, WHERE_MESSAGE);
	uint64_t n;

	if (!text || !text[0] || !m)
		return;
	if (sl_u64(sl(text), 1000000, &n) != 0 || n == 0 || n > render_links(m->r))
		app_say(a, STYLE_WARNING, _("There is no link %s."), text);
	else
		open_link(a, render_link(m->r, (size_t)n - 1));
}

static void do_links(struct screen *s, const char *arg)
{
	struct screen_message *m = MESSAGE(s);
	struct screen *page;
	struct str line;

	if (arg[0]) {
		link_typed(s->app, arg);
		return;
	}
	if (render_links(m->r) == 0) {
		app_say(s->app, STYLE_DIM, "%s", _("This message has no links."));
		return;
	}
	page = sheet_new(s->app, _("Links"));
	str_init(&line, 65536);
	for (size_t k = 0; k < render_links(m->r); k++) {
		const struct render_link *l = render_link(m->r, k);

		str_clear(&line);
		str_addf(&line, "[%zu] %s%s%s", k + 1, l->host[0] ? l->host : l->url, l->shown[0] ? "  " : "", l->shown);
		if (l->deceptive)
			str_adds(&line, _("   The text names another host than it leads to!"));
		sheet_add(page, l->deceptive ? STYLE_WARNING : STYLE_LINK, str_sl(&line));
		str_clear(&line);
		str_addf(&line, "    %s", l->url);
		sheet_add(page, STYLE_DIM, str_sl(&line));
	}
	sheet_indent(page, 4);
	sheet_on_enter(page, link_entered, NULL);
	str_release(&line);
}

static void do_link(struct screen *s, const char *arg)
{
	if (arg[0])
		link_typed(s->app, arg);
	else
		ask_line(s->app, &(struct ask_opts){ .label = _("Open link number: "), .done = link_typed, .ctx = s->app });
}

static void do_parts(struct screen *s, const char *arg)
{
	(void)arg;
	parts_open(s->app, s);
}

const struct cmd message_cmds[] = {
	{ "exit", "q i x <Left> <Esc>", "< q <Left> <Esc>", "q <Left> <Esc>", NULL, N_("Back"), N_("Back to the list."), do_exit },
	{ "next-page", "<Space> z <PageDown>", "<Space> <PageDown>", "<Space> ^F <PageDown>", NULL, N_("Down"), N_("One page down; behind the end: the next message."), do_next_page },
	{ "previous-page", "- Z <PageUp>", NULL, "^B - <PageUp>", NULL, N_("Up"), N_("One page up."), do_previous_page },
	{ "half-down", "]", "", "^D ]", NULL, NULL, N_("Half a page down."), do_half_down },
	{ "half-up", "[", "", "^U [", NULL, NULL, N_("Half a page up."), do_half_up },
	{ "next-line", "<Enter> <Down>", "<Down> ^N", "j <Down> <Enter>", NULL, NULL, N_("One line down."), do_next_line },
	{ "previous-line", "<Backspace> <Up>", "<Up> ^P", "k <Up> <Backspace>", NULL, NULL, N_("One line up."), do_previous_line },
	{ "top", "^ <Home>", NULL, "gg <Home>", NULL, NULL, N_("To the start."), do_top },
	{ "bottom", "<End>", NULL, "G <End>", NULL, NULL, N_("To the end."), do_bottom },
	{ "skip-quoted", "S", "", NULL, NULL, NULL, N_("Over the quoted text."), do_skip_quoted },
	{ "next-undeleted", "j J", "n N", "J", NULL, N_("Next"), N_("The next message."), do_next },
	{ "previous-undeleted", "k K", "p P", "K", NULL, N_("Previous"), N_("The message before."), do_previous },
	{ "next-new-then-unread", "<Tab>", NULL, NULL, NULL, NULL, N_("To the next unread message of the list."), do_next_new },
	{ "display-toggle-weed", "h", "H h", NULL, NULL, N_("Headers"), N_("Show all header fields, or the chosen ones."), do_weed },
	{ "display-raw", ",r", NULL, NULL, NULL, N_("Source"), N_("Show the message as it came, byte for byte."), do_raw },
	{ "toggle-html", ",h", NULL, NULL, NULL, N_("HTML"), N_("Show the HTML in place of the plain text, or back."), do_html },
	{ "toggle-quoted", "T", NULL, NULL, NULL, N_("Quotes"), N_("Fold or show quoted text."), do_quoted },
	{ "charset", ",c", NULL, NULL, "NAME", NULL, N_("Read the text in another character set."), do_charset },
	{ "search", "/", "W /", NULL, "TEXT", N_("Find"), N_("Find text in the message."), do_find },
	{ "search-next", "n", "<Esc>w", NULL, NULL, NULL, N_("To the next place of the text."), do_find_next },
	{ "search-opposite", "<Esc>/", "", NULL, NULL, NULL, N_("To the place before."), do_find_back },
	{ "links", "^B", NULL, ",b", "[NUMBER]", N_("Links"), N_("List the links, with the hosts that they lead to."), do_links },
	{ "open-link", ",o", NULL, NULL, "NUMBER", NULL, N_("Open a link by its number."), do_link },
	{ "view-attachments", "v", "> v", NULL, NULL, N_("Parts"), N_("Show the parts of the message: view, save, pipe, remove."), do_parts },
	{ NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL },
};
