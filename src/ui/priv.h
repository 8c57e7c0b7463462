/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * priv: what the screens share.  One process, one loop; whatever takes long is a job.
 * A screen draws what the index and the mailboxes say and never waits.
 */
#ifndef UI_PRIV_H
#define UI_PRIV_H

#include "ui/ui.h"
#include "job/job.h"
#include "tui/tui.h"

struct app;
struct screen;

/* ---- cmd.c: commands are data ---- */

/* Where a command lives; the words of [bind CONTEXT]. */
enum where { WHERE_ALL, WHERE_LIST, WHERE_MESSAGE, WHERE_PARTS, WHERE_COMPOSE, WHERE_EDITOR, WHERE_MAILBOXES,
	WHERE_OUTBOX, WHERE_DELIVERY, WHERE_TEXT, WHERE_PICK, WHERE_COUNT };

/* Tables by context, each in the file of its functions.  keys: names of key.c with blanks between ("q <Esc>v ,u"; a key
 * sequence has no blanks inside).  alpine, vi: NULL where they are the same. */
struct cmd {
	const char *name, *keys, *alpine, *vi;
	const char *args;               /* "PATTERN", "[FOLDER]"; NULL: none     */
	const char *hint;               /* a word for the hint lines, N_(); NULL */
	const char *help;               /* a sentence, N_()                      */
	void (*fn)(struct screen *, const char *arg);   /* arg "" where none was given: then it asks */
};
extern const struct cmd all_cmds[], list_cmds[], list_move_cmds[], list_view_cmds[], message_cmds[], message_act_cmds[], parts_cmds[],
	compose_cmds[], editor_cmds[], mailboxes_cmds[], outbox_cmds[], delivery_cmds[], text_cmds[], pick_cmds[];       /* a name of NULL ends each */
const char *where_name(enum where);
int  where_by_name(struct slice, enum where *);
/* All of a context, one after the other; NULL starts and ends. */
const struct cmd *cmd_next(enum where, const struct cmd *);
/* A command of the context, else of WHERE_ALL; NULL. */
const struct cmd *cmd_find(enum where, struct slice name);
/* "limit ~U": runs it on the top screen; says what is wrong. */
void cmd_run(struct app *, const char *line);
void cmd_macro(struct app *, struct slice);             /* "<limit>~U<Enter>": names of commands, names of keys, and keys */

/* ---- keys.c: which keys mean which command ---- */

enum { KEYS_MAX = 6 };
struct binding { enum where where; key_code keys[KEYS_MAX]; size_t n; const struct cmd *cmd; char *arg; char *macro; unsigned line; };
struct keymap { struct binding *v; size_t n, cap; };
/* The defaults of a map and then the [bind] sections: ERR_CONFIG with file and line for an
 * unknown context, command or key, and for a key that means two things. */
int  keymap_make(struct keymap *, const struct conf *, struct err *);
void keymap_release(struct keymap *);
/* 1: *b; 0: more keys may follow; -1: nothing.  The context's own before those of all. */
int  keymap_find(const struct keymap *, enum where, const key_code *, size_t n, const struct binding **b);
/* The first key of a command, as hints show it; false: none. */
bool keymap_key_of(const struct keymap *, enum where, const struct cmd *, struct str *out);
void keymap_all_keys_of(const struct keymap *, enum where, const struct cmd *, struct str *out);
void keys_name(const struct app *, const char *text, struct str *out);  /* a sentence, "{command}" replaced by its key; app_say does so, too */

/* ---- app.c, appdraw.c: the stack of screens and the loop behind them ---- */

enum changed { CHANGED_INDEX = 1, CHANGED_JOBS = 2, CHANGED_OUTBOX = 4, CHANGED_SIZE = 8, CHANGED_NEW = 16 /* with INDEX: messages appeared */ };

struct screen_ops {
	enum where where;
	void (*title)(struct screen *, struct str *left, struct str *right);
	/* Puts the grid's cursor when focus. */
	void (*draw)(struct screen *, struct grid *, struct area, bool focus);
	/* Keys before the bindings (fields, editors); true: taken.  NULL: none. */
	bool (*key)(struct screen *, key_code);
	void (*pasted)(struct screen *, struct slice);  /* NULL: keys one by one */
	void (*mouse)(struct screen *, const struct mouse *, struct area);      /* inside its area; NULL */
	void (*changed)(struct screen *, unsigned what);        /* enum changed; NULL */
	/* Asked before it is closed by quit: false, and it asks and closes by itself later. NULL */
	bool (*may_close)(struct screen *);
	bool (*typing)(struct screen *);        /* keys are text now: other hints. NULL */
	struct list *(*rows)(struct screen *);  /* what move.c moves in; NULL    */
	void (*about)(struct screen *, char what);      /* compose_about of its message; NULL */
	void (*free)(struct screen *);
	const char *hints;              /* names of commands for the hint lines, the most needed first */
};
struct screen { const struct screen_ops *ops; struct app *app; struct screen *below; };

struct ask;
struct jobs;
struct choices { char **v; size_t n, cap; char **notes; size_t n_notes, cap_notes; /* what is to be said of one, or NULL */ };
struct app {
	const struct ui_opts *opts;
	struct conf conf;
	struct folders *folders;
	struct keymap keymap;
	struct loop *loop;
	struct tty *tty;                /* NULL: a script draws into the grid    */
	struct grid *grid;
	struct screen *top;
	struct ask *ask;                /* the prompt that is open, or NULL      */
	struct jobs *jobs;
	key_code typed[KEYS_MAX]; size_t n_typed;       /* of a sequence that is not whole yet */
	key_code held[64]; size_t n_held; char *held_macro;     /* what waits (appkey.c): the rest of a macro, then keys */
	key_code last_key;              /* that ran the command                  */
	bool tag_prefix;                /* ; was typed: the next command is for all tagged */
	bool dirty, shows, quit, hup, below_minimum;    /* shows: what is drawn now will be seen */
	int exit_code;
	struct area area;               /* of the top screen, as drawn last      */
	enum style said_style; char *said;      /* the status line, until the next key */
	int64_t index_seq;
	struct watch *esc_timer, *watch_fd, *watch_timer, *fetch_timer, *count_timer, *leave_timer, *due_timer;
	int inotify; uint64_t n_watched;
	bool pasting, paste_cr; struct str paste;
	char *picked_in;                /* where a file was chosen last         */
	struct choices found_people, friends; int64_t friends_at; struct trust trust;   /* the last look into the address book; known.c */
	bool postponed;                 /* one was, since the drafts were shown */
	size_t writer;                  /* the account that writes, + 1; 0: as the mailbox says */
	unsigned later;                 /* work that goes on by itself (wait-idle waits for it) */
	struct pending_send { char id[64], said[128]; int64_t at; bool on; } pending_send;      /* said: the last of its words */
	struct screen_list *list;       /* the list: always there */
};
void app_push(struct app *, struct screen *);           /* it is the app's now   */
void app_close(struct screen *);                        /* wherever it is; freed at the end of the turn */
struct screen *app_screen(struct app *, enum where);    /* the topmost of that kind, or NULL */
void app_raise(struct screen *);                        /* to the top of the stack */
void app_quit(struct app *);                            /* asks each screen that has something to keep */
void app_dirty(struct app *);                           /* drawn anew before the next wait */
/* One sentence on the status line, cleaned; also in the log when it is a warning or an error. */
void app_say(struct app *, enum style, const char *fmt, ...) PRINTF(3, 4);
void app_unsay(struct app *);
void app_fail(struct app *, const struct err *);
void app_changed(struct app *, unsigned what);          /* tells every screen */
void app_look(struct app *);                            /* tells the screens what the index was told meanwhile */
/* appkey.c.  While the list looks for something, what is typed waits: app_go_on, each turn. */
void app_key(struct app *, key_code);
bool app_waits(const struct app *);
void app_wait_with(struct app *, struct slice macro);
void app_go_on(struct app *);
void app_forget_waiting(struct app *);
void app_draw(struct app *);
/* Into the grid only, when something changed: a command acts on what its screen would show,
 * as several keys can come before one is seen. */
void app_lay(struct app *);
void app_turn_over(struct app *, int64_t *before);      /* keys that waited; says so when a turn was long; before: 0 at first */
bool app_idle(const struct app *);                      /* no job, nothing to finish */
/* boxwatch: hears of changes, and looks at what the index knows of since an index job ended. */
void boxwatch_open(struct app *);
void boxwatch_indexed(struct app *);
void boxwatch_close(struct app *);
/* A slice of work now and then until fn says it is over (false); not while keys wait. */
void app_later(struct app *, bool (*fn)(void *ctx), void *ctx);
/* Wrapped, from the top; rows used.  And what stands in a list that has no rows. */
int  appdraw_lines(struct grid *, struct area, const char *text, enum style);
void appdraw_empty(struct app *, struct area, const char *what, const char *next);
bool appdraw_hint(struct app *, const struct mouse *);  /* a click on one does it */
void appdraw_note(struct app *, int row, int col, int cols, const char *text);
char *appdraw_clean(const char *text);                  /* one line, cleaned; owned */
int  appdraw_text(struct app *, int row, int cols, struct slice text, enum style);      /* upwards from row; columns of the last */

/* ---- move.c: commands of every screen with ops->rows, or ops->about ---- */

void move_next(struct screen *, const char *);
void move_previous(struct screen *, const char *);
void move_next_page(struct screen *, const char *);
void move_previous_page(struct screen *, const char *);
void move_first(struct screen *, const char *);
void move_last(struct screen *, const char *);
void move_exit(struct screen *, const char *);
void move_mouse(struct screen *, const struct mouse *, int top, int per, const char *double_click);
void answer_reply(struct screen *, const char *);
void answer_group(struct screen *, const char *);
void answer_list(struct screen *, const char *);
void answer_forward(struct screen *, const char *);
void answer_forward_attached(struct screen *, const char *);
void answer_bounce(struct screen *, const char *);
void answer_resend(struct screen *, const char *);

/* ---- ask.c: the prompt on the status line ---- */

void choices_add(struct choices *, const char *);
void choices_note(struct choices *, const char *note);          /* of the last   */
void choices_release(struct choices *);
const char *choices_note_of(const struct choices *, size_t k);  /* or NULL */
struct ask_opts {
	const char *label;              /* "Limit to: "                          */
	const char *text;               /* to begin with; NULL                   */
	bool hidden;                    /* a password                            */
	bool list;                      /* of addresses: pieces between commas are completed */
	const char *history;            /* a name; NULL: nothing is remembered   */
	void (*complete)(struct app *, const char *piece, struct choices *);       /* Tab; NULL */
	void (*typing)(void *ctx, const char *text);    /* after each change; NULL */
	void (*done)(void *ctx, const char *text);      /* NULL: cancelled. Called once; ctx is its own to free */
	void *ctx;
};
void ask_line(struct app *, const struct ask_opts *);
/* Esc, ^C, ^G and "other" keys: no.  Enter: as deflt. */
void ask_yes(struct app *, bool deflt, void (*done)(void *ctx, bool yes), void *ctx, const char *fmt, ...) PRINTF(5, 6);
void ask_may_stay(struct app *, void (*stay)(void *ctx));       /* what Esc does then in place of no */
void ask_on_esc(struct app *, void (*esc)(void *ctx));  /* the last one does that at Esc, and no more */
/* One key of a few: "(y)es, (n)o, (a)ll" with keys "yna"; 0: none of them. */
void ask_choice(struct app *, const char *keys, void (*done)(void *ctx, char key), void *ctx, const char *fmt, ...) PRINTF(5, 6);
bool ask_key(struct app *, key_code);
void ask_paste(struct app *, struct slice);
void ask_mouse(struct app *, const struct mouse *);
void ask_draw(struct app *, struct grid *, int row);
void ask_cancel(struct app *);
void ask_history_free(void);
bool ask_is_line(const struct app *);                   /* the one that is open  */
bool ask_completes(const struct app *);
void complete_folder(struct app *, const char *piece, struct choices *);
void complete_file(struct app *, const char *piece, struct choices *);
const char *typed_file(const char *text);               /* behind // or /~/ it begins anew */
void complete_address(struct app *, const char *piece, struct choices *);
void complete_command(struct app *, const char *piece, struct choices *);

/* ---- picks.c: sets of messages ---- */
struct pick { int64_t id; uint64_t key; };      /* of the index, of its mailbox */
struct picks { struct pick *v; size_t n, cap; }; /* in the order of ids */
bool picks_has(const struct picks *, int64_t id);
void picks_add(struct picks *, int64_t id, uint64_t key);
void picks_del(struct picks *, int64_t id);
void picks_append(struct picks *, int64_t id, uint64_t key);    /* in any order: picks_sort then */
void picks_sort(struct picks *);
void picks_clear(struct picks *);
void picks_merge(struct picks *, const struct picks *other, bool add);  /* add them, or take them out; both sorted */
void picks_take(struct picks *, const struct wire *);    /* what a find job sends, in the order of the list */

/* ---- jobs.c: jobs as the screens see them ---- */
struct task {                           /* running, waiting, or in the log       */
	struct app *app; uint64_t number;
	struct job_spec spec;           /* strings are its own                   */
	char *title;                    /* "Fetching home"                       */
	struct job *job;                /* NULL: waits, or over                  */
	bool over, quiet;               /* quiet: says nothing when it went well, not in the log */
	uint64_t done, total; char *what;
	int64_t began, ended;
	struct err err;
	struct str notes;               /* what it said, a line each             */
	char *trace;                    /* the file of its transcript, or NULL   */
	void (*item)(void *ctx, struct task *, const struct wire *);
	void (*end)(void *ctx, struct task *); void *ctx;
	bool cancelled, by_hand, declined; struct asked *asking;        /* no timer began it; the password that it asks for was not given */
	uint64_t fresh; unsigned accepted, failed, unsure; char *words; /* what a fetch and a send told */
	struct picks picks; int64_t from;       /* what act_purge deletes, and the folder (0: a search) that showed it */
};
struct jobs *jobs_new(struct app *);
void jobs_free(struct jobs **);         /* stops what still runs */
/* Starts it, or puts it into the line of its kind.  item, end may be NULL; end is not
 * called when the app ends.  Borrowed: valid until it ends. */
struct task *jobs_start(struct app *, const struct job_spec *, const char *title, bool quiet,
	void (*item)(void *ctx, struct task *, const struct wire *), void (*end)(void *ctx, struct task *), void *ctx);
void jobs_cancel(struct app *, struct task *);
void jobs_forget(struct app *, void *ctx);      /* its callbacks are not called any more */
size_t jobs_running(const struct app *);                /* and waiting           */
const char *stop_of(const char *sentence);              /* what it lacks at its end */
/* k from 0, the newest first; NULL: no more. */
struct task *jobs_log(const struct app *, size_t k);
void jobs_words(const struct app *, struct str *out);   /* one line about what runs, or "" */
/* account, item NULL: all, what is due.  by_hand: a password that was declined is asked for again. */
void jobs_fetch(struct app *, const char *account, bool by_hand);
void jobs_send(struct app *, const char *item, bool by_hand);
void jobs_index(struct app *, const char *folder, bool quiet);  /* NULL: all */
void jobs_file(struct app *, const char *what, struct str *path);       /* a new file of ours below cache/, for ids and transcripts */

/* ---- extern.c: other programs on the terminal ---- */
/* Runs "sh -c command" on the terminal and waits; the screen comes back.  pause: until a key
 * is pressed.  Its exit code, or -1 and said. */
int  extern_run(struct app *, const char *command, bool pause);
/* The same with bytes on its standard input. */
int  extern_pipe(struct app *, const char *command, struct src *);
int  extern_edit(struct app *, const char *path);       /* in the editor of the configuration or $EDITOR */
void extern_stop(struct app *);                         /* until it is continued (^Z) */
bool extern_allowed(struct app *);      /* there is a terminal to give away; else said */

/* ---- script.c: keys and commands from a file ---- */
int  script_run(struct app *, const char *path);        /* the exit code */

#endif
