/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * logs: what the jobs did, and the transcript of each session with a line of explanation
 * for those who learn how mail works.
 */
#include "screens.h"

/* ---- what the lines of a transcript mean ---- */

static const struct meaning { bool client; const char *starts, *means; } meanings[] = {
	{ true, "EHLO", N_("The client greets and asks what the server can do.") },
	{ true, "HELO", N_("The client greets an old server.") },
	{ true, "STARTTLS", N_("From here on all is encrypted.") },
	{ true, "STLS", N_("From here on all is encrypted.") },
	{ true, "AUTH", N_("The client logs in; what proves it is not shown.") },
	{ true, "MAIL FROM", N_("Envelope: who sends; notices go there.") },
	{ true, "RCPT TO", N_("Envelope: one recipient; the server answers for each.") },
	{ true, "DATA", N_("The message follows, header and text; a line with a dot ends it.") },
	{ true, "BDAT", N_("A counted piece of the message follows.") },
	{ true, ".", N_("The end of the message: now the server takes it or not.") },
	{ true, "RSET", N_("What was begun is dropped.") },
	{ true, "NOOP", N_("Nothing, to keep the line alive.") },
	{ true, "QUIT", N_("The client says goodbye; a POP3 server deletes now.") },
	{ true, "CAPA", N_("The client asks what the POP3 server can do.") },
	{ true, "USER", N_("Whose mailbox.") },
	{ true, "PASS", N_("The password, not shown.") },
	{ true, "APOP", N_("Logging in without sending the password.") },
	{ true, "STAT", N_("How many messages, how many octets?") },
	{ true, "LIST", N_("The size of each message?") },
	{ true, "UIDL", N_("The lasting name of each message? So none is fetched twice.") },
	{ true, "RETR", N_("The whole message, please.") },
	{ true, "TOP", N_("Its header, please.") },
	{ true, "DELE", N_("It may be deleted: it is safe here.") },
	{ false, "220", N_("The server is there.") },
	{ false, "221", N_("Goodbye.") },
	{ false, "235", N_("Logged in.") },
	{ false, "250", N_("Done.") },
	{ false, "334", N_("More of the login, please.") },
	{ false, "354", N_("Go on: the message, please.") },
	{ false, "4", N_("Not now: try again later.") },
	{ false, "5", N_("No, and it will stay no.") },
	{ false, "+OK", N_("Done.") },
	{ false, "-ERR", N_("No.") },
};

/* What a server says it can do, in its answers to EHLO and CAPA. */
static const struct meaning abilities[] = {
	{ false, "SIZE", N_("The largest message that it takes, in octets.") },
	{ false, "STARTTLS", N_("Here it can encrypt: STARTTLS begins it.") },
	{ false, "STLS", N_("It can encrypt: STLS begins it.") },
	{ false, "AUTH", N_("Ways to log in.") },
	{ false, "SASL", N_("Ways to log in.") },
	{ false, "PIPELINING", N_("Several commands may be sent at once, without waiting for each answer.") },
	{ false, "8BITMIME", N_("It takes text in bytes of eight bits.") },
	{ false, "SMTPUTF8", N_("It takes addresses in any script.") },
	{ false, "CHUNKING", N_("It takes messages in counted pieces (BDAT).") },
	{ false, "BINARYMIME", N_("It takes bytes that are no lines.") },
	{ false, "DSN", N_("It can report what became of a message.") },
	{ false, "ENHANCEDSTATUSCODES", N_("Its answers have a second code that says why.") },
	{ false, "HELP", N_("It explains itself.") },
	{ false, "TOP", N_("It can give a header alone.") },
	{ false, "UIDL", N_("It has lasting names for messages.") },
};

static const char *ability_of(struct slice text)
{
	if (sl_starts(text, "250-") || sl_starts(text, "250 "))
		text = sl_skip(text, 4);
	for (size_t i = 0; i < ARRAY_LEN(abilities); i++) {
		size_t n = strlen(abilities[i].starts);

		if (sl_istarts(text, abilities[i].starts) && (text.n == n || text.p[n] == ' ' || text.p[n] == '='))
			return abilities[i].means;
	}
	return NULL;
}

static const char *meaning_of(struct slice line)
{
	bool client = sl_starts(line, "C: ");
	struct slice text = sl_skip(line, 3);

	if (sl_starts(line, "S: ") && ability_of(text))
		return ability_of(text);
	if (sl_starts(line, "S: 250-"))
		return NULL;            /* more follows */

	if (!client && !sl_starts(line, "S: "))
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(meanings); i++) {
		const struct meaning *m = &meanings[i];
		size_t n = strlen(m->starts);

		if (m->client == client && sl_istarts(text, m->starts) &&
		    (text.n == n || !ascii_isalnum(text.p[n]) || !ascii_isalnum(m->starts[n - 1]) || (!client && n == 1)))
			return m->means;
	}
	return NULL;
}

static void add_line(struct screen *page, struct slice line)
{
	const char *means = meaning_of(line);
	enum style style = sl_starts(line, "C: ") ? STYLE_CLIENT : sl_starts(line, "S: ") ? STYLE_SERVER : STYLE_DIM;
	struct str s;

	sheet_add(page, style, line);
	if (!means)
		return;
	str_init(&s, 4096);
	str_addf(&s, "      %s", _(means));
	sheet_add(page, STYLE_DIM, str_sl(&s));
	str_release(&s);
}

void transcript_open(struct app *a, const struct task *t)
{
	struct err err = ERR_INIT;
	struct slice rest, line;
	struct screen *page;
	struct str text;

	for (size_t k = 0; !t && jobs_log(a, k); k++)
		if (jobs_log(a, k)->trace)
			t = jobs_log(a, k);
	page = sheet_new(a, t ? t->title : _("The wire"));
	if (!t || !t->trace) {
		sheet_note(page, _("No session with a server was held yet. {fetch-mail} fetches mail; then {transcript} shows what was said."));
		return;
	}
	str_init(&text, 8 << 20);
	if (fs_slurp(t->trace, 8 << 20, &text, &err) != 0) {
		sheet_add(page, STYLE_NORMAL, sl(_("Nothing was said: no connection was made.")));
	} else {
		for (rest = str_sl(&text); sl_line(&rest, &line); )
			add_line(page, line);
	}
	if (t->over && t->err.kind != ERR_NONE)
		sheet_add(page, STYLE_ERROR, sl(t->err.text));
	str_release(&text);
}

/* ---- the log ---- */

static void one_chosen(struct screen *page, size_t line, void *ctx)
{
	const struct task *t;
	struct slice rest, text;
	struct screen *notes;

	(void)ctx;
	for (size_t k = 0; (t = jobs_log(page->app, k)) && t->number != sheet_id_of(page, line); k++)
		;
	if (!t)
		return;
	if (t->trace) {
		transcript_open(page->app, t);
		return;
	}
	notes = sheet_new(page->app, t->title);
	if (t->err.kind != ERR_NONE)
		sheet_add(notes, STYLE_ERROR, sl(t->err.text));
	for (rest = str_sl(&t->notes); sl_line(&rest, &text); )
		sheet_add(notes, STYLE_NORMAL, text);
	if (sheet_lines(notes) == 0)
		sheet_add(notes, STYLE_NORMAL, sl(t->over ? _("Done; there was nothing to say.") : _("It is still running.")));
}

/* Anew whenever something begins or ends: what is chosen is what is seen. */
static void fill(struct screen *page)
{
	const struct task *t;
	struct str line;

	sheet_clear(page);
	str_init(&line, 8192);
	for (size_t k = 0; (t = jobs_log(page->app, k)); k++) {
		int64_t at = (t->began ? t->began : rt_now()) / 1000000;
		struct date_parts d;

		if (t->quiet && t->err.kind == ERR_NONE)
			continue;
		date_split(at, date_zone(at), &d);
		str_clear(&line);
		str_addf(&line, "%02d:%02d:%02d  ", d.hour, d.min, d.sec);
		sheet_column(&line, t->title, 29);
		if (!t->over)
			str_adds(&line, t->job ? _("running") : _("waiting"));
		else
			str_adds(&line, t->err.kind == ERR_NONE ? _("done") : t->err.text);
		sheet_add(page, t->err.kind != ERR_NONE && t->err.kind != ERR_CANCEL ? STYLE_ERROR : t->over ? STYLE_NORMAL : STYLE_DIM, str_sl(&line));
		sheet_id(page, t->number);
	}
	sheet_indent(page, sheet_lines(page) == 0 ? 0 : grid_cols(page->app->grid) < 60 ? 10 : 40);
	sheet_on_enter(page, sheet_lines(page) ? one_chosen : NULL, NULL);
	if (sheet_lines(page) == 0)
		sheet_note(page, _("Nothing was done in the background yet. Whatever is fetched, sent, moved or read stands here afterwards, with its last words; Enter shows what a server said. {fetch-mail} fetches mail now."));
	str_release(&line);
}

void log_open_screen(struct app *a)
{
	struct screen *page = sheet_new(a, _("Log: what was done in the background (Enter shows more)"));

	sheet_on_change(page, fill);
	fill(page);
}
