/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * setup: an account in six questions, written into the configuration.
 */
#include "screens.h"
#include <unistd.h>

enum { Q_NAME, Q_ADDRESS, Q_POP3, Q_SMTP, Q_PASSWORD, Q_SECTION, QUESTIONS };
struct setup { struct app *app; struct screen *page; char *answers[QUESTIONS]; unsigned at; };

static const char *const labels[QUESTIONS] = { N_("Your name"), N_("Your address"), N_("Server to fetch from"), N_("Server to send by"),
	N_("Command that prints the password"), N_("Short name for the account") };
static const char *const notes[QUESTIONS] = {
	N_("As others see it above your mail, for example: Jane Doe"),
	N_("For example: jane@example.org"),
	N_("pop3s://USER@SERVER (TLS), pop3://USER@SERVER (STLS), or pop3+plain://USER@SERVER:PORT (clear text); empty: nothing is fetched"),
	N_("smtps://USER@SERVER (TLS), smtp://USER@SERVER (STARTTLS), or smtp+plain://SERVER:PORT (clear text)"),
	N_("Such as: pass show mail/home; empty: pabal asks for the password when it is needed"),
	N_("Such as: home"),
};

static void setup_free(struct setup *s)
{
	for (size_t i = 0; i < QUESTIONS; i++)
		free(s->answers[i]);
	free(s);
}

static void show(struct setup *s)
{
	struct str line;

	sheet_clear(s->page);
	sheet_indent(s->page, 4);
	str_init(&line, 8192);
	for (unsigned i = 0; i < QUESTIONS; i++) {
		str_clear(&line);
		str_addf(&line, "%s: %s", _(labels[i]), s->answers[i] ? s->answers[i] : "");
		sheet_add(s->page, i == s->at ? STYLE_BOLD : s->answers[i] ? STYLE_NORMAL : STYLE_DIM, str_sl(&line));
		if (i == s->at) {
			str_clear(&line);
			str_addf(&line, "    %s", _(notes[i]));
			sheet_add(s->page, STYLE_DIM, str_sl(&line));
		}
	}
	str_release(&line);
	app_dirty(s->app);
}

/* What is likely, so that Enter is enough. */
static void guess(const struct setup *s, struct str *out)
{
	const char *a = s->answers[Q_ADDRESS], *at = a ? strrchr(a, '@') : NULL;

	if (s->at == Q_POP3 && at)
		str_addf(out, "pop3s://%.*s%%40%s@pop.%s", (int)(at - a), a, at + 1, at + 1);
	else if (s->at == Q_SMTP && at)
		str_addf(out, "smtps://%.*s%%40%s@smtp.%s", (int)(at - a), a, at + 1, at + 1);
	else if (s->at == Q_SECTION && at)
		str_add(out, at + 1, strcspn(at + 1, "."));
}

static int check(struct setup *s, const char *text, struct err *err)
{
	struct addrs list = { 0 };
	struct server server = { 0 };
	int r = 0;

	if (s->at == Q_ADDRESS) {
		r = addrs_parse_typed(sl(text), &list, err);
		if (r == 0 && (list.n != 1 || !list.v[0].domain))
			r = err_set(err, ERR_INPUT, "%s", _("One address such as jane@example.org is needed."));
		addrs_release(&list);
	} else if ((s->at == Q_POP3 && text[0]) || s->at == Q_SMTP) {
		r = server_parse(sl(text), s->at == Q_SMTP, &server, err);
		if (r == 0 && s->at == Q_POP3 && (!server.user || !server.user[0]))
			r = err_set(err, ERR_INPUT, "%s", _("Who logs in there stands before the server, such as pop3s://jane%40example.org@pop.example.org; the @ of an address is written %40."));
		server_release(&server);
	} else if (s->at == Q_SECTION && (!text[0] || strpbrk(text, "[]/\"\\"))) {
		r = err_set(err, ERR_INPUT, "%s", _("A short name of letters is needed."));
	}
	return r;
}

static void ask(struct setup *s);

static void value(struct str *out, const char *key, const char *text)
{
	str_addf(out, "%s = \"", key);
	for (const char *p = text; *p; p++)
		str_addf(out, *p == '"' || *p == '\\' ? "\\%c" : "%c", *p);
	str_adds(out, "\"\n");
}

/* The file as it was, and the account below it. */
static int write_conf(struct setup *s, char **path_r, struct err *err)
{
	const char *base = getenv("XDG_CONFIG_HOME"), *slash;
	char *dir = base && base[0] == '/' ? path_join(base, "pabal") : path_expand("~/.config/pabal"), *path = NULL, *head;
	struct addr who = { .name = s->answers[Q_NAME] };
	struct addrs list = { 0 };
	struct str text, shown;
	int r;

	path = s->app->conf.path ? mem_strdup(s->app->conf.path) : s->app->opts->conf_path ? mem_strdup(s->app->opts->conf_path) : path_join(dir, "config");
	slash = strrchr(path, '/');
	head = slash ? mem_strndup(path, (size_t)(slash - path)) : mem_strdup(".");
	str_init(&text, 1 << 20);
	str_init(&shown, 8192);
	r = fs_mkdirs(head, err);
	if (r == 0 && access(path, F_OK) == 0)
		r = fs_slurp(path, 1 << 20, &text, err);
	if (text.n && text.p[text.n - 1] != '\n')
		str_addc(&text, '\n');
	addrs_parse_typed(sl(s->answers[Q_ADDRESS]), &list, err);
	if (list.n) {
		who.local = list.v[0].local;
		who.domain = list.v[0].domain;
		addr_show(&who, &shown);
	}
	str_addf(&text, "%s[account %s]\n", text.n ? "\n" : "", s->answers[Q_SECTION]);
	value(&text, "address", shown.p);
	if (s->answers[Q_POP3][0])
		value(&text, "pop3", s->answers[Q_POP3]);
	value(&text, "smtp", s->answers[Q_SMTP]);
	if (s->answers[Q_PASSWORD][0])
		value(&text, "password-command", s->answers[Q_PASSWORD]);
	if (r == 0)
		r = fs_replace(path, str_sl(&text), err);
	addrs_release(&list);
	str_release(&text);
	str_release(&shown);
	free(head);
	free(dir);
	*path_r = path;
	return r;
}

/* What is read anew holds from now on; a message that is open keeps pointers into the old. */
static void use(struct app *a)
{
	struct err err = ERR_INIT;
	struct conf conf;

	if (app_screen(a, WHERE_COMPOSE)) {
		app_say(a, STYLE_WARNING, "%s", _("The account is there when pabal is started again; a message is open now."));
	} else if (conf_load(&conf, a->opts->conf_path, &err) != 0) {
		app_fail(a, &err);
	} else {
		conf_release(&a->conf);
		a->conf = conf;
		list_open(a, NULL);
		app_say(a, STYLE_GOOD, "%s", _("The account is set up. {fetch-mail} fetches its mail, {mail} writes."));
		jobs_index(a, NULL, true);
	}
}

static void write_answered(void *ctx, bool yes)
{
	struct setup *s = ctx;
	struct app *a = s->app;
	struct err err = ERR_INIT;
	char *path = NULL;
	int r = 1;

	if (yes)
		r = write_conf(s, &path, &err);
	for (struct screen *p = a->top; p; p = p->below) {
		if (p == s->page && !a->quit) {         /* at the end all pages go */
			app_close(p);
			break;
		}
	}
	if (r < 0)
		app_fail(a, &err);
	else if (r == 0)
		use(a);
	else
		app_say(a, STYLE_NORMAL, "%s", _("Nothing was set up."));
	free(path);
	setup_free(s);
}

static void typed(void *ctx, const char *text)
{
	struct setup *s = ctx;
	struct err err = ERR_INIT;

	if (!text) {
		app_say(s->app, STYLE_NORMAL, "%s", _("Nothing was set up."));
		if (s->app->top == s->page && !s->app->quit)
			app_close(s->page);
		setup_free(s);
		return;
	}
	if (check(s, text, &err) != 0) {
		app_fail(s->app, &err);
		free(s->answers[s->at]);
		s->answers[s->at] = mem_strdup(text);
		ask(s);
		return;
	}
	free(s->answers[s->at]);
	s->answers[s->at] = mem_strdup(text);
	s->at++;
	ask(s);
}

static void go_back(void *ctx)
{
	struct setup *s = ctx;

	s->at--;
	ask(s);
}

static void ask(struct setup *s)
{
	struct str label, text;

	show(s);
	if (s->at == QUESTIONS) {
		ask_yes(s->app, true, write_answered, s, "%s", _("Write this account into the configuration?"));
		ask_on_esc(s->app, go_back);
		return;
	}
	str_init(&label, 1024);
	str_init(&text, 4096);
	str_addf(&label, "%s: ", _(labels[s->at]));
	if (s->answers[s->at])
		str_adds(&text, s->answers[s->at]);
	else
		guess(s, &text);
	ask_line(s->app, &(struct ask_opts){ .label = label.p, .text = text.p, .done = typed, .ctx = s });
	if (s->at > 0)
		ask_on_esc(s->app, go_back);
	str_release(&label);
	str_release(&text);
}

void setup_open(struct app *a)
{
	struct setup *s = mem_zalloc(sizeof(*s));

	s->app = a;
	s->page = sheet_new(a, _("A new account (Esc goes back)"));
	ask(s);
}
