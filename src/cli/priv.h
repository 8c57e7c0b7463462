/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * priv: what the modes of the command line share.
 */
#ifndef CLI_PRIV_H
#define CLI_PRIV_H

#include "cli/cli.h"
#include "job/job.h"

enum { EXIT_OK = 0, EXIT_ERROR = 1, EXIT_USAGE = 64, EXIT_REFUSED = 69, EXIT_SOFT = 70,
	EXIT_LATER = 75, EXIT_WIRE = 76, EXIT_LOGIN = 77, EXIT_CONFIG_ = 78 };

struct cli {
	const char *conf_path;          /* -F */
	const char *account;            /* --account */
	const char *trace;              /* "-" or a file, or NULL */
	const char *out;                /* -o */
	const char *number;             /* the value of the mode: --extract N, --search PATTERN, --move TO */
	const char *to;                 /* --to */
	const char *limit, *sort;       /* --limit, --sort */
	const char *script;             /* keys for the screens, for tests */
	const struct cli_screens *screens;
	bool json, verbose, dry_run, force, due;
	const char **operands; size_t n;
	/* sending */
	const char *subject, *from;
	const char **cc, **bcc, **files; size_t n_cc, n_bcc, n_files;
	bool from_header, markdown;     /* -t, --markdown */
	const char *notify;             /* --notify */
	bool ask_receipt;               /* --ask-receipt */
};

/* One line on standard error: "pabal: text", cleaned for the terminal. */
void cli_say(const char *fmt, ...) PRINTF(1, 2);
/* Says err and returns the exit code that belongs to it. */
int  cli_fail(const struct err *);
int  cli_code(enum err_kind);
/* One line (or text of lines) on standard output, cleaned. */
void cli_print(struct slice text, bool lines);
/* "key":"value" or null where there is none; a time as a string, 0 as null. */
void cli_json(struct str *, const char *key, const char *value);
void cli_json_time(struct str *, int64_t sec);
int  cli_flush(void);                   /* -1: standard output is closed or full */
/* The configuration, or -1 after saying what is wrong (exit code in *code). */
int  cli_conf(const struct cli *, struct conf *, int *code);
/* Asks at the terminal; -1 where there is none. */
int  cli_password(struct slice account, struct slice user, struct slice host, struct str *out);
/* Name of a mailbox argument to a path: a path as it is, else below conf->mail. */
char *cli_mailbox(const struct conf *, const char *arg);
/* A message: a file, "-" (standard input, kept in a nameless file), or an id of
 * --list.  A descriptor, or -1 with err. */
int  cli_message(const struct cli *, const char *arg, struct err *err);
/* The same of the operands: one message, or the pieces of one (message/partial), which are joined;
 * says which are missing. */
int  cli_whole(const struct cli *, struct err *err);

int  cli_send(struct cli *);
/* Tries an item that was put into the outbox a moment ago: the exit code. */
int  cli_try_item(struct cli *, const char *id);
int  cli_send_receipt(struct cli *);
int  cli_flush_outbox(struct cli *);
int  cli_fetch(struct cli *);
/* ---- list.c, row.c ---- */

/* "date", "-size": the order; -1: said what is wrong. */
int  cli_sort(const char *key, enum index_sort *, bool *reverse);
/* The pattern, or "@NAME" of a saved search; -1: said what is wrong. */
int  cli_pattern(const struct conf *, const char *text, struct query **);
/* A number of messages; NULL: no limit.  -1: said what is wrong. */
int  cli_number(const char *text, uint64_t *out);
bool cli_is_id(const char *);
/* [FOLDER|PATH] [PATTERN] as --list reads them; -1: said what is wrong. */
struct cli_where { char *path, *ids; const char *pattern; bool inboxes; };
int  cli_operands(const struct cli *, const struct conf *, struct cli_where *);
void cli_where_release(struct cli_where *);
/* Rows on standard output, as text or JSON; cli_row is an `each`. */
struct cli_rows {
	const struct cli *cli; const struct conf *conf; struct folders *folders;
	int64_t now; uint64_t n;
	void (*to)(void *ctx, const struct index_row *, struct str *out); void *ctx;    /* NULL: the index knows To */
};
int  cli_row(void *ctx, const struct index_row *);

/* ---- bar.c ---- */

/* A bar on standard error while something takes long (from half a second on); drawn and wiped: at once. */
struct cli_bar { bool on, drawn; const char *what; int64_t since, last; };
void cli_bar_draw(uint64_t done, uint64_t total, struct slice what);
void cli_bar_wipe(void);
void cli_bar(struct cli_bar *, uint64_t done, uint64_t total, struct slice what);
void cli_bar_sync(void *bar, uint64_t done, uint64_t total);
void cli_bar_clear(struct cli_bar *);
/* A job of a command: its bar, what it notes, and the code to exit with.  The caller sets
   cli and adds what it does with items; ctx is the struct cli_job, first in what is around it. */
struct cli_job { struct cli *cli; struct cli_bar bar; int code; };
struct job_events cli_job_events(struct cli_job *);

/* ---- change.c ---- */

char *cli_ids(const struct cli *);      /* all operands are ids: one string; else NULL */
/* Ids, or [FOLDER] PATTERN; spec borrows from w.  -1: said what is wrong. */
int  cli_choose(const struct cli *, const struct conf *, struct job_spec *, struct cli_where *w);
int  cli_list_chosen(struct cli *, const struct cli_where *);
int  cli_flag(struct cli *);
int  cli_move(struct cli *);
int  cli_copy(struct cli *);
int  cli_delete(struct cli *);
int  cli_archive(struct cli *);
int  cli_undo(struct cli *);
int  cli_history(struct cli *);

/* ---- thread.c ---- */

int  cli_join(struct cli *);
int  cli_break(struct cli *);

/* ---- manage.c ---- */

int  cli_create(struct cli *);
int  cli_rename_folder(struct cli *);
int  cli_remove_folder(struct cli *);
int  cli_convert(struct cli *);
int  cli_dedupe(struct cli *);
int  cli_compact(struct cli *);
int  cli_import(struct cli *);
int  cli_export(struct cli *);

/* ---- filter.c ---- */

int  cli_filter(struct cli *);
int  cli_why(struct cli *);

int  cli_list(struct cli *);
int  cli_search(struct cli *);
int  cli_count(struct cli *);
int  cli_index(struct cli *);
int  cli_folders(struct cli *);
int  cli_show(struct cli *);
int  cli_parts(struct cli *);
/* showparts.c */
uint64_t cli_decoded_size(const struct part *, int fd);
void cli_part_rows(struct cli *, const struct mime_tree *, int fd);
int  cli_extract(struct cli *);
int  cli_outbox(struct cli *);
int  cli_drop(struct cli *);
int  cli_check_config(struct cli *);
int  cli_keys(struct cli *);
int  cli_notice(struct cli *);
int  cli_track(struct cli *);
int  cli_demo(struct cli *);

/* ---- demoserver.c: the two servers of the demo, and a port on which nobody listens ---- */

struct person { const char *name, *shown, *domain, *password; size_t server; };
extern const struct person demo_people[];
enum { DEMO_ALICE, DEMO_BOB, DEMO_KIHYUN, DEMO_PEOPLE };

struct demo {
	char home[4096];
	struct demo_server {
		const char *domain;
		char smtp[64], pop3[64];        /* "127.0.0.1:2525" */
		pid_t pid;                      /* 0: it does not run */
		size_t mark;                    /* in its transcript */
	} servers[2];
	char off[64];                           /* where nobody listens */
	int off_fd;                             /* so that nobody else does */
};
char *demo_path(const struct demo *, const char *fmt, ...) PRINTF(2, 3);
int  demo_serve(struct demo *, struct err *);
/* Ends them and removes the folder; -1: one did not end well. */
int  demo_stop(struct demo *);
/* What servers say to each other counts from here on. */
void demo_mark(struct demo *);
/* Waits until that server has spoken with the one there (a minute at most), and shows what was
 * said; -1: it did not. */
int  demo_hop(const struct demo *, size_t from, const char *to);

/* demo.c: a signal asks for the end. */
bool demo_stopped(void);

/* ---- samples.c ---- */

struct sample { const char *user, *name, *text; };
extern const struct sample samples[];   /* user NULL ends */

#endif
