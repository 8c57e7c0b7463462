/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cli: the options, and which mode they mean.
 */
#include "priv.h"
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <unistd.h>

enum mode_opt {
	O_SUBJECT = 1, O_CC, O_BCC, O_ATTACH, O_FROM, O_ACCOUNT, O_HEADER, O_MARKDOWN, O_NOTIFY, O_ASK_RECEIPT,
	O_FETCH, O_FLUSH, O_DUE, O_OUTBOX, O_DROP, O_LIST, O_SEARCH, O_COUNT, O_LIMIT, O_SORT, O_INDEX, O_FOLDERS,
	O_FLAG, O_MOVE, O_COPY, O_DELETE, O_ARCHIVE, O_UNDO, O_HISTORY, O_FILTER, O_WHY, O_JOIN, O_BREAK, O_DRY,
	O_CREATE, O_RENAME, O_REMOVE, O_CONVERT, O_DEDUPE, O_COMPACT, O_IMPORT, O_EXPORT, O_TO, O_FORCE, O_SHOW, O_PARTS, O_EXTRACT, O_OUT,
	O_CHECK, O_NOTICE, O_TRACK, O_SEND_RECEIPT, O_KEYS, O_DEMO, O_OPEN, O_SCRIPT, O_TRACE, O_CONF, O_JSON, O_VERBOSE, O_HELP, O_VERSION, O_JOB,
};

static const struct arg_opt options[] = {
	{ 'f', "open", "MAILBOX", O_OPEN, N_("open this mailbox on the screen; without any option the inbox") },
	{ 's', "subject", "SUBJECT", O_SUBJECT, N_("the subject of the message") },
	{ 'c', "cc", "ADDR", O_CC, N_("a copy to ADDR (repeatable)") },
	{ 'b', "bcc", "ADDR", O_BCC, N_("a hidden copy to ADDR (repeatable)") },
	{ 'a', "attach", "FILE", O_ATTACH, N_("attach FILE (repeatable; or: -a FILE... -- ADDR...)") },
	{ 'r', "from", "ADDR", O_FROM, N_("write as ADDR") },
	{ 't', NULL, NULL, O_HEADER, N_("standard input is a whole message; its To, Cc and Bcc are the recipients") },
	{ 0, "markdown", NULL, O_MARKDOWN, N_("the text is Markdown: send it as it is and as HTML") },
	{ 'N', "notify", "WHEN", O_NOTIFY, N_("notices wanted: success, failure, delay, with commas between, or never (default: failure,delay)") },
	{ 0, "ask-receipt", NULL, O_ASK_RECEIPT, N_("ask the readers to say that it was read") },
	{ 0, "account", "NAME", O_ACCOUNT, N_("use this account") },
	{ 0, "fetch", NULL, O_FETCH, N_("fetch new mail of all accounts, or of those named") },
	{ 0, "flush", NULL, O_FLUSH, N_("try all that waits in the outbox, or the items named") },
	{ 0, "due", NULL, O_DUE, N_("--flush: only what its own schedule has come to; for cron") },
	{ 0, "outbox", NULL, O_OUTBOX, N_("show what waits in the outbox") },
	{ 0, "drop", NULL, O_DROP, N_("remove the items named from the outbox") },
	{ 0, "list", NULL, O_LIST, N_("list the inbox, or the mailbox named, or what a pattern finds in it") },
	{ 0, "search", "PATTERN", O_SEARCH, N_("list what a pattern finds in all mailboxes") },
	{ 0, "count", NULL, O_COUNT, N_("count what --list would list") },
	{ 0, "limit", "N", O_LIMIT, N_("list so many messages at most") },
	{ 0, "sort", "KEY", O_SORT, N_("by date, received, sender, subject, size or thread; - before it: reverse") },
	{ 0, "folders", NULL, O_FOLDERS, N_("list the mailboxes: unread, messages, size") },
	{ 0, "index", NULL, O_INDEX, N_("bring the index of all mailboxes, or of those named, up to date") },
	{ 0, "flag", "FLAGS", O_FLAG, N_("change flags, such as \"+flagged -seen\", of the messages named (ids, or a mailbox and a pattern)") },
	{ 0, "move", "TO", O_MOVE, N_("move the messages named into the mailbox TO") },
	{ 0, "copy", "TO", O_COPY, N_("copy the messages named into the mailbox TO") },
	{ 0, "delete", NULL, O_DELETE, N_("move the messages named into the trash; those that are there go for good") },
	{ 0, "archive", NULL, O_ARCHIVE, N_("move the messages named into the archive, by year") },
	{ 0, "undo", NULL, O_UNDO, N_("take back the last change, or the one with the number named") },
	{ 0, "history", NULL, O_HISTORY, N_("list the changes that can be taken back") },
	{ 0, "filter", NULL, O_FILTER, N_("apply the filters to the inbox, or to the mailbox or the messages named") },
	{ 0, "why", NULL, O_WHY, N_("say which filter moved the messages named") },
	{ 0, "join", "ID", O_JOIN, N_("the messages named are answers to ID: their threads are joined") },
	{ 0, "break", NULL, O_BREAK, N_("the messages named begin threads of their own") },
	{ 0, "create", "NAME", O_CREATE, N_("make a mailbox: a maildir, or with --to mbox an mbox") },
	{ 0, "rename", "NAME", O_RENAME, N_("give the mailbox NAME the name that follows") },
	{ 0, "remove-folder", "NAME", O_REMOVE, N_("remove an empty mailbox; with --force its messages go into the trash first") },
	{ 0, "convert", "NAME", O_CONVERT, N_("turn a mailbox into what --to says, mbox or maildir") },
	{ 0, "dedupe", NULL, O_DEDUPE, N_("move what is twice in the mailboxes named, or in all, into the trash") },
	{ 0, "compact", NULL, O_COMPACT, N_("remove messages marked as trashed, and what was left over, from the mailboxes named or all") },
	{ 0, "import", NULL, O_IMPORT, N_("copy messages of other mailboxes (mbox, Maildir, MH, .eml, .gz) into --to") },
	{ 0, "export", NULL, O_EXPORT, N_("copy messages into the mbox, Maildir/ or - of -o") },
	{ 0, "to", "NAME", O_TO, N_("where to, or what, for --import, --create and --convert") },
	{ 0, "force", NULL, O_FORCE, N_("also a mailbox that is not empty") },
	{ 0, "dry-run", NULL, O_DRY, N_("only say what would be done") },
	{ 0, "show", NULL, O_SHOW, N_("show a message: an id of --list, a file, or -") },
	{ 0, "parts", NULL, O_PARTS, N_("show the MIME tree of a message") },
	{ 0, "notice", NULL, O_NOTICE, N_("say what a notice reports of each recipient: an id of --list, a file, or -") },
	{ 0, "track", NULL, O_TRACK, N_("say what became of what was sent, or of the Message-IDs and addresses named") },
	{ 0, "send-receipt", NULL, O_SEND_RECEIPT, N_("tell those who ask for it that the messages named were read") },
	{ 0, "extract", "N", O_EXTRACT, N_("save part N of a message (see -o)") },
	{ 'o', "output", "DIR", O_OUT, N_("where --extract and --export save; - is standard output") },
	{ 0, "check-config", NULL, O_CHECK, N_("check the configuration") },
	{ 0, "keys", NULL, O_KEYS, N_("list the commands of all screens with their keys") },
	{ 0, "demo", NULL, O_DEMO, N_("try everything with two servers of its own, in a folder that goes away") },
	{ 0, "trace", "[FILE]", O_TRACE, N_("write the dialogue with the server to FILE or standard error") },
	{ 0, "json", NULL, O_JSON, N_("print one JSON object a line") },
	{ 'F', "config", "FILE", O_CONF, N_("read this configuration") },
	{ 'v', "verbose", NULL, O_VERBOSE, N_("say more") },
	{ 'h', "help", NULL, O_HELP, N_("show this help") },
	{ 'V', "version", NULL, O_VERSION, N_("show the version") },
	{ 0, "job", NULL, O_JOB, NULL },
	{ 0, "script", "FILE", O_SCRIPT, NULL },
	{ 0, NULL, NULL, 0, NULL },
};

/* ---- saying ---- */

void cli_say(const char *fmt, ...)
{
	char text[4096];
	struct str line;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	str_init(&line, 65536);
	str_adds(&line, "pabal: ");
	utf8_sanitize(&line, sl(text), CLEAN_LINE);
	str_addc(&line, '\n');
	fs_write_all(STDERR_FILENO, line.p, line.n);
	str_release(&line);
}

int cli_code(enum err_kind kind)
{
	switch (kind) {
	case ERR_NONE: return EXIT_OK;
	case ERR_NET: case ERR_TIMEOUT: case ERR_TEMP: case ERR_LOCKED: case ERR_CANCEL: return EXIT_LATER;
	case ERR_TLS: case ERR_PROTO: return EXIT_WIRE;
	case ERR_AUTH: return EXIT_LOGIN;
	case ERR_PERM: return EXIT_REFUSED;
	case ERR_CONFIG: return EXIT_CONFIG_;
	case ERR_SYS: case ERR_LIMIT: case ERR_INPUT: case ERR_NOTFOUND: case ERR_EXISTS: return EXIT_ERROR;
	}
	return EXIT_ERROR;
}

int cli_fail(const struct err *err)
{
	cli_say("%s", err->text);
	return cli_code(err->kind);
}

void cli_print(struct slice text, bool lines)
{
	struct str out;

	str_init(&out, STR_MAX);
	utf8_sanitize(&out, text, lines ? CLEAN_LINES | CLEAN_TABS : CLEAN_LINE);
	fwrite(out.p, 1, out.n, stdout);
	if (!lines)
		putchar('\n');
	str_release(&out);
}

void cli_json(struct str *s, const char *key, const char *value)
{
	str_addf(s, "\"%s\":", key);
	if (value && value[0])
		str_addjson(s, sl(value));
	else
		str_adds(s, "null");
}

void cli_json_time(struct str *s, int64_t sec)
{
	if (sec == 0) {
		str_adds(s, "null");
		return;
	}
	str_addc(s, '"');
	fmt_iso(s, sec, date_zone(sec));
	str_addc(s, '"');
}

int cli_flush(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	cli_say(_("Can't write to standard output: %s."), strerror(errno));
	return -1;
}

int cli_conf(const struct cli *c, struct conf *conf, int *code)
{
	struct err err = ERR_INIT;

	if (conf_load(conf, c->conf_path, &err) == 0)
		return 0;
	cli_fail(&err);
	*code = EXIT_CONFIG_;   /* also when the file can't be read */
	return -1;
}

int cli_password(struct slice account, struct slice user, struct slice host, struct str *out)
{
	struct str prompt;
	char *typed;
	int r = -1;

	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
		return -1;
	str_init(&prompt, 4096);
	str_addf(&prompt, _("Password of " SL_FMT " at " SL_FMT " (account " SL_FMT "): "), SL_ARG(user), SL_ARG(host), SL_ARG(account));
	typed = getpass(prompt.p);
	if (typed) {
		r = str_adds(out, typed);
		mem_wipe(typed, strlen(typed));
	}
	str_release(&prompt);
	return r;
}

static int usage(const char *text)
{
	cli_say("%s", text);
	cli_say("%s", _("pabal --help lists all options."));
	return EXIT_USAGE;
}

static int help(void)
{
	struct str s;

	str_init(&s, 65536);
	str_adds(&s, _("Usage:\n"
		"  pabal [-f MAILBOX]\n"
		"  pabal -s SUBJECT [-c CC]... [-b BCC]... [-a FILE]... [--markdown] [-N WHEN] [--ask-receipt] [--] ADDR... < TEXT\n"
		"  pabal -t < MESSAGE\n"
		"  pabal --fetch [ACCOUNT]...\n"
		"  pabal --list|--count [MAILBOX] [PATTERN] [--limit N] [--sort KEY] | --search PATTERN\n"
		"  pabal --folders | --index [MAILBOX]...\n"
		"  pabal --flag FLAGS|--move TO|--copy TO|--delete|--archive ID...|[MAILBOX] PATTERN | --undo [N] | --history\n"
		"  pabal --filter [--dry-run] [ID...|[MAILBOX] PATTERN] | --why ID... | --join ID ID... | --break ID...\n"
		"  pabal --create NAME [--to mbox] | --rename OLD NEW | --remove-folder NAME [--force] | --convert NAME --to mbox|maildir\n"
		"  pabal --import FILE... [--to MAILBOX] | --export [MAILBOX] [PATTERN] -o FILE|FOLDER/|- | --dedupe|--compact [MAILBOX]...\n"
		"  pabal --show|--parts|--extract N MSG|FILE|- [-o DIR|-] | --notice|--send-receipt MSG|FILE|-\n"
		"  pabal --outbox | --flush [--due|ID...] | --drop ID... | --track [MSGID|ADDR]...\n"
		"  pabal --check-config | --keys | --demo\n\n"));
	arg_help(options, &s);
	fwrite(s.p, 1, s.n, stdout);
	str_release(&s);
	return cli_flush() == 0 ? EXIT_OK : EXIT_ERROR;
}

/* ---- reading the command line ---- */

struct parsed { struct cli cli; int mode; bool mode_twice, dashes, send_words; size_t n_after; };

static void add(const char ***v, size_t *n, const char *value)
{
	*v = mem_array(*v, *n + 1, sizeof(**v));
	(*v)[(*n)++] = value;
}

static void set_mode(struct parsed *p, int mode)
{
	p->mode_twice = p->mode_twice || (p->mode && p->mode != mode);
	p->mode = mode;
}

static void take_option(struct parsed *p, int id, const char *value)
{
	struct cli *c = &p->cli;

	switch ((enum mode_opt)id) {
	case O_SUBJECT: c->subject = value; p->send_words = true; break;
	case O_CC: add(&c->cc, &c->n_cc, value); p->send_words = true; break;
	case O_BCC: add(&c->bcc, &c->n_bcc, value); p->send_words = true; break;
	case O_ATTACH: add(&c->files, &c->n_files, value); p->send_words = true; break;
	case O_FROM: c->from = value; p->send_words = true; break;
	case O_HEADER: c->from_header = true; p->send_words = true; break;
	case O_MARKDOWN: c->markdown = true; p->send_words = true; break;
	case O_NOTIFY: c->notify = value; p->send_words = true; break;
	case O_ASK_RECEIPT: c->ask_receipt = true; p->send_words = true; break;
	case O_ACCOUNT: c->account = value; break;
	case O_OUT: c->out = value; break;
	case O_LIMIT: c->limit = value; break;
	case O_SORT: c->sort = value; break;
	case O_TRACE: c->trace = value ? value : "-"; break;
	case O_SCRIPT: c->script = value; break;
	case O_CONF: c->conf_path = value; break;
	case O_JSON: c->json = true; break;
	case O_VERBOSE: c->verbose = true; break;
	case O_DRY: c->dry_run = true; break;
	case O_TO: c->to = value; break;
	case O_FORCE: c->force = true; break;
	case O_DUE: c->due = true; break;
	case O_OPEN: case O_CREATE: case O_RENAME: case O_REMOVE: case O_CONVERT: case O_JOIN:
	case O_EXTRACT: case O_SEARCH: case O_FLAG: case O_MOVE: case O_COPY:
		c->number = value;
		set_mode(p, id);
		break;
	case O_FETCH: case O_FLUSH: case O_OUTBOX: case O_DROP: case O_LIST: case O_SHOW: case O_PARTS:
	case O_COUNT: case O_INDEX: case O_FOLDERS: case O_DELETE: case O_ARCHIVE: case O_UNDO: case O_HISTORY: case O_FILTER: case O_WHY: case O_BREAK:
	case O_DEDUPE: case O_COMPACT: case O_IMPORT: case O_EXPORT: case O_CHECK: case O_NOTICE: case O_TRACK: case O_SEND_RECEIPT: case O_KEYS: case O_DEMO: case O_HELP: case O_VERSION: case O_JOB:
		set_mode(p, id);
		break;
	}
}

/* mutt's "-a f1 f2 -- addr": what stands between -a (operand from) and "--"
 * (operand to) are files too. */
static void split_files(struct parsed *p, size_t from, size_t to)
{
	struct cli *c = &p->cli;

	if (!p->dashes || c->n_files == 0)
		return;
	for (size_t i = from; i < to; i++)
		add(&c->files, &c->n_files, c->operands[i]);
	memmove(c->operands + from, c->operands + to, (c->n - to) * sizeof(*c->operands));
	c->n -= to - from;
}

static int parse(int argc, char **argv, struct parsed *p, struct err *err)
{
	size_t n_before = 0, at_attach = 0;
	struct arg a;
	int id;

	arg_init(&a, argc, argv, options);
	while ((id = arg_next(&a, err)) >= 0) {
		if (id > 0) {
			if (id == O_ATTACH && p->cli.n_files == 0)
				at_attach = p->cli.n;
			take_option(p, id, a.value);
			continue;
		}
		if (a.only_operands)
			p->dashes = true;
		else
			n_before++;
		add(&p->cli.operands, &p->cli.n, a.value);
	}
	split_files(p, at_attach, n_before);
	return id == -2 ? -1 : 0;
}

/* A transcript that can't be written is said before anything is done. */
static int check_trace(const char *path)
{
	struct err err = ERR_INIT;
	int fd;

	if (!path || strcmp(path, "-") == 0)
		return 0;
	fd = fs_open_named(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (fd >= 0)
		return fs_close(&fd);
	err_sys(&err, _("Can't write the transcript to %s"), path);
	cli_fail(&err);
	return -1;
}

static int run(struct parsed *p)
{
	struct cli *c = &p->cli;

	if (p->mode_twice)
		return usage(_("These options do not go together."));
	if (p->mode && p->send_words)
		return usage(_("Options for sending do not go with this one."));
	if (check_trace(c->trace) != 0)
		return EXIT_ERROR;
	switch (p->mode) {
	case 0:
		if (c->n || p->send_words)
			return cli_send(c);
		if (c->script || (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)))
			return c->screens->open(c->conf_path, NULL, c->script);
		return usage(_("Say what to do: send (-s SUBJECT ADDR), --fetch, --list, --show, --demo."));
	case O_OPEN: return c->screens->open(c->conf_path, c->number, c->script);
	case O_FETCH: return cli_fetch(c);
	case O_FLUSH: return cli_flush_outbox(c);
	case O_OUTBOX: return cli_outbox(c);
	case O_DROP: return cli_drop(c);
	case O_LIST: return cli_list(c);
	case O_SEARCH: return cli_search(c);
	case O_COUNT: return cli_count(c);
	case O_INDEX: return cli_index(c);
	case O_FOLDERS: return cli_folders(c);
	case O_FLAG: return cli_flag(c);
	case O_MOVE: return cli_move(c);
	case O_COPY: return cli_copy(c);
	case O_DELETE: return cli_delete(c);
	case O_ARCHIVE: return cli_archive(c);
	case O_UNDO: return cli_undo(c);
	case O_HISTORY: return cli_history(c);
	case O_FILTER: return cli_filter(c);
	case O_WHY: return cli_why(c);
	case O_JOIN: return cli_join(c);
	case O_BREAK: return cli_break(c);
	case O_CREATE: return cli_create(c);
	case O_RENAME: return cli_rename_folder(c);
	case O_REMOVE: return cli_remove_folder(c);
	case O_CONVERT: return cli_convert(c);
	case O_DEDUPE: return cli_dedupe(c);
	case O_COMPACT: return cli_compact(c);
	case O_IMPORT: return cli_import(c);
	case O_EXPORT: return cli_export(c);
	case O_SHOW: return cli_show(c);
	case O_PARTS: return cli_parts(c);
	case O_EXTRACT: return cli_extract(c);
	case O_CHECK: return cli_check_config(c);
	case O_NOTICE: return cli_notice(c);
	case O_TRACK: return cli_track(c);
	case O_SEND_RECEIPT: return cli_send_receipt(c);
	case O_KEYS: return cli_keys(c);
	case O_DEMO: return cli_demo(c);
	case O_HELP: return help();
	case O_JOB: return worker_main();
	default:
		printf("pabal %s\n", VERSION);
		return cli_flush() == 0 ? EXIT_OK : EXIT_ERROR;
	}
}

int cli_main(int argc, char **argv, const struct cli_screens *screens)
{
	struct parsed p = { .cli.screens = screens };
	struct err err = ERR_INIT;
	int code;

	fs_hold_std();
	setlocale(LC_ALL, "");
	guess_reader(setlocale(LC_CTYPE, NULL));
#if defined(ENABLE_NLS) && ENABLE_NLS
	bindtextdomain("pabal", LOCALEDIR);
	textdomain("pabal");
#endif
	umask(077);
	proc_set_self(argv[0]);
	if (parse(argc, argv, &p, &err) != 0)
		code = usage(err.text);
	else
		code = run(&p);
	free(p.cli.operands);
	free(p.cli.cc);
	free(p.cli.bcc);
	free(p.cli.files);
	return code;
}
