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
	key_code last_key;              /* that ran the command                  */
	bool tag_prefix;                /* ; was typed: the next command is for all tagged */
	bool dirty, quit, hup, below_minimum;
	int exit_code;
	struct area area;               /* of the top screen, as drawn last      */
	enum style said_style; char *said;      /* the status line, until the next key */
	int64_t index_seq;
	struct watch *esc_timer, *watch_fd, *watch_timer, *fetch_timer, *count_timer, *leave_timer, *due_timer;
	int inotify;
	bool pasting, paste_cr; struct str paste;
	char *picked_in;                /* where a file was chosen last         */
	struct choices found_people, friends; int64_t friends_at; struct trust trust;   /* the last look into the address book; known.c */
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
void app_fail(struct app *, const struct err *);
void app_changed(struct app *, unsigned what);          /* tells every screen */
void app_look(struct app *);                            /* tells the screens what the index was told meanwhile */
void app_key(struct app *, key_code);
void app_draw(struct app *);
void app_turn_over(int64_t *before);                    /* says so when a turn was long; before: 0 at first */
bool app_idle(const struct app *);                      /* no job, nothing to finish */
/* A slice of work now and then until fn says it is over (false); not while keys wait. */
void app_later(struct app *, bool (*fn)(void *ctx), void *ctx);
/* Wrapped, from the top; rows used.  And what stands in a list that has no rows. */
int  appdraw_lines(struct grid *, struct area, const char *text, enum style);
void appdraw_empty(struct app *, struct area, const char *what, const char *next);
bool appdraw_hint(struct app *, const struct mouse *);  /* a click on one does it */ void appdraw_note(struct app *, int row, int col, int cols, const char *text); char *appdraw_clean(const char *text);   /* one line, cleaned; owned */
int  appdraw_text(struct app *, int row, int cols, struct slice text, enum style);      /* upwards from row; columns of the last */

/* ---- move.c: commands of every screen with ops->rows, or ops->about ---- */

void move_next(struct screen *, const char *), move_previous(struct screen *, const char *), move_next_page(struct screen *, const char *),
	move_previous_page(struct screen *, const char *), move_first(struct screen *, const char *), move_last(struct screen *, const char *),
	move_exit(struct screen *, const char *);
void move_mouse(struct screen *, const struct mouse *, int top, int per, const char *double_click);
void answer_reply(struct screen *, const char *), answer_group(struct screen *, const char *), answer_list(struct screen *, const char *),
	answer_forward(struct screen *, const char *), answer_forward_attached(struct screen *, const char *),
	answer_bounce(struct screen *, const char *), answer_resend(struct screen *, const char *);

/* ---- ask.c: the prompt on the status line ---- */

void choices_add(struct choices *, const char *), choices_note(struct choices *, const char *note) /* of the last */, choices_release(struct choices *);
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
void ask_yes(struct app *, bool deflt, void (*done)(void *ctx, bool yes), void *ctx, const char *fmt, ...) PRINTF(5, 6); void ask_may_stay(struct app *, void (*stay)(void *ctx)); /* may_stay: what Esc does then in place of no */
/* One key of a few: "(y)es, (n)o, (a)ll" with keys "yna"; 0: none of them. */
void ask_choice(struct app *, const char *keys, void (*done)(void *ctx, char key), void *ctx, const char *fmt, ...) PRINTF(5, 6);
bool ask_key(struct app *, key_code);
void ask_paste(struct app *, struct slice), ask_mouse(struct app *, const struct mouse *), ask_draw(struct app *, struct grid *, int row), ask_cancel(struct app *), ask_history_free(void);
bool ask_is_line(const struct app *), ask_completes(const struct app *);       /* of the one that is open */
void complete_folder(struct app *, const char *piece, struct choices *);
void complete_file(struct app *, const char *piece, struct choices *); const char *typed_file(const char *text);   /* behind // or /~/ it begins anew */
void complete_address(struct app *, const char *piece, struct choices *);
void complete_command(struct app *, const char *piece, struct choices *);

/* ---- picks.c: sets of messages ---- */
struct pick { int64_t id; uint64_t key; };      /* of the index, of its mailbox */
struct picks { struct pick *v; size_t n, cap; }; /* in the order of ids */
bool picks_has(const struct picks *, int64_t id);
void picks_add(struct picks *, int64_t id, uint64_t key), picks_del(struct picks *, int64_t id), picks_append(struct picks *, int64_t id, uint64_t key); /* append: in any order, picks_sort then */
void picks_sort(struct picks *), picks_clear(struct picks *);
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
size_t jobs_running(const struct app *) /* and waiting */; const char *stop_of(const char *sentence);   /* what it lacks at its end */
/* k from 0, the newest first; NULL: no more. */
struct task *jobs_log(const struct app *, size_t k);
void jobs_words(const struct app *, struct str *out);   /* one line about what runs, or "" */
/* account, item NULL: all, what is due.  by_hand: a password that was declined is asked for again. */
void jobs_fetch(struct app *, const char *account, bool by_hand), jobs_send(struct app *, const char *item, bool by_hand);
void jobs_index(struct app *, const char *folder, bool quiet);  /* NULL: all */
void jobs_file(struct app *, const char *what, struct str *path);       /* a new file of ours below cache/, for ids and transcripts */

/* ---- rows.c: the rows of a list, of any length ---- */
struct row {
	int64_t id, folder, thread, date; uint64_t key, size, ident;
	unsigned flags, attachments, depth;
	char *from_name, *from, *subject, *message_id, *to;     /* to: only where it is the folder of what was sent */
	uint64_t folded;                /* rows hidden below it                  */
	bool last_child;                /* for the tree                          */
};
struct rows;
struct rows *rows_new(struct app *);
void rows_free(struct rows **);
/* A folder in an order: a window on the index. */
int  rows_folder(struct rows *, int64_t folder, enum index_sort, bool reverse, struct err *);
/* What a pattern finds, as it is found by a job.  folders: 0: everywhere. */
void rows_find(struct rows *, const char *folder, const char *pattern, enum index_sort, bool reverse);
bool rows_finding(const struct rows *);         /* more may come */
uint64_t rows_count(const struct rows *);
const struct row *rows_get(struct rows *, uint64_t k);  /* borrowed until the next call that may load; NULL: not there (any more) */
bool rows_where(struct rows *, int64_t id, uint64_t *k); void rows_keep(const struct rows *, struct picks *);  /* of these only what it holds, folded or not */
void rows_changed(struct rows *, bool appeared);        /* the index changed: the window is read anew; appeared: new ones may be found */
/* Flags as they will be, until the job that sets them is over. */
void rows_flags(struct rows *, int64_t id, unsigned set, unsigned clear), rows_flags_done(struct rows *);
void rows_fold(struct rows *, uint64_t k, bool fold), rows_fold_all(struct rows *, bool fold);  /* the thread of row k; all */

/* ---- list.c, listdraw.c, listact.c, listview.c: the messages of a mailbox ---- */

struct side { char *path, *name; char role; uint64_t unread, total; };
struct screen_list {
	struct screen s;
	struct rows *rows; struct list at;
	char *path, *limit, *title, *pattern, *before;  /* path NULL: pattern is looked for everywhere; before: the mailbox before, or NULL */
	bool read_only, reverse, known, narrowing, is_sent;     /* known: the index has the folder; is_sent: it is the Sent of an account */
	enum index_sort sort;
	int64_t current, heard, shown, there;          /* ids: of the row at the cursor; heard: events of the index until then; of the folder shown, and of the one that has the path now */
	struct picks tagged, deleted;
	struct side *sides; size_t n_sides; struct list side_at;
	/* the last search: what it found, in order, and where to go then */
	char *sought; struct picks found; struct task *seeking; int seek_by; bool seek_quiet, seek_shows;
	struct picks picked;                    /* what a pattern found so far    */
	struct task *picking; char pick_what, pick_asked;       /* 't' tag, 'T' untag, 'd' delete, 'u' undelete, by pattern */
	struct state *states; struct outbox *outbox;    /* open where sent mail is */
};
struct screen *list_new(struct app *);
void list_about(struct screen *, char what);
void list_reload(struct screen_list *);         /* after its rows changed: the cursor stays on its message */
void list_moved(struct screen_list *);          /* the cursor is on another row */
void list_sides(struct screen_list *);          /* the mailboxes and their counts, anew */
void list_tag(struct screen_list *, const struct row *, bool on);
void list_pick(struct screen *, const char *arg, char what, const char *label);        /* tags or deletes what matches */
void list_draw(struct screen *, struct grid *, struct area, bool focus);
void list_states(struct screen_list *);         /* what became of them, anew; only where sent mail is */
void list_states_free(struct screen_list *);
/* listview.c: to the next of what a pattern finds; by -1: the one before. */
void list_seek(struct screen_list *, const char *pattern, int by, bool quiet);
void list_show(struct screen_list *);           /* the rows of path, limit and order, anew */
void list_forget(struct screen_list *), list_drop_job(struct screen_list *, struct task **);    /* tags, deletions and searches of another folder; one search */
/* By name as folder_path; NULL: the inbox.  list_folder: the path of what was typed; "": the inbox, "-": the mailbox before. */
char *list_folder(const struct app *, const char *name); void list_open(struct app *, const char *folder), list_come_up(struct app *);  /* to the top of the stack */
void list_search(struct app *, const char *pattern, const char *title); /* everywhere; title NULL: the pattern */
const struct row *list_current(struct screen_list *);
/* To the next (or the one before) message that is not deleted; false: there is none. */
bool list_step(struct screen_list *, int by); void list_step_off(struct screen_list *, const struct picks *); /* off the current one, which goes */
bool list_may_change(struct screen_list *);     /* false: said that it is read-only */
/* The messages that a command means: the tagged ones after ;, else the current one. */
void list_chosen(struct screen_list *, struct picks *out);
void list_area_split(const struct app *, struct area whole, struct area *side, struct area *list, struct area *message);

/* ---- act.c: what happens to messages ---- */
bool act_for_good(const struct app *, const char *path);        /* what is deleted there goes to no trash */
void act_change(struct app *, const char *what, const struct picks *, const char *to);  /* what: "flag", "move", "copy", "delete", "archive"; to: mailbox or flags */
void act_undo(struct app *), act_purge(struct app *), act_ask_purge(struct app *, void (*done)(void *ctx, bool yes), void (*stay)(void *ctx), void *ctx);   /* purge: what is marked in the list, to the trash; what stays is marked again */
/* As job_spec.ids; owned; NULL: said why. */
char *act_ids(struct app *, const struct picks *);
/* folder path and key in hex with a line end between, as struct compose wants them; owned. */
char *act_about(struct app *, int64_t id);
void act_flag_about(struct app *, const char *about, const char *flags);        /* if it is there still */
struct render *act_open(struct app *, int64_t id), *act_read(struct app *, int64_t id);      /* NULL: said why; read: pieces are joined */
enum act_ask { ACT_MOVE, ACT_COPY };
void act_ask_folder(struct app *, enum act_ask, const struct picks *);
void act_pipe(struct app *, const struct picks *), act_label(struct app *, const struct picks *);
void act_why(struct app *, int64_t id);
void act_print(struct app *, const struct picks *);
void act_alias(struct app *, int64_t id);               /* book.c */
void book_query(struct app *, const char *text);

/* ---- message.c, messageact.c ---- */
struct screen_message {
	struct screen s;
	struct render *r; struct render_opts opts; bool done, seen, working;
	int64_t id; char *title;
	size_t top, keep; bool restore;         /* keep: paragraphs before the top, while it is laid out anew */
	char *sought; size_t match; bool has_match;
	char *charset, *fate; bool ours;        /* ours: sent from here; what was said of it */
	int rows, cols;                         /* of the text, as drawn last     */
	uint64_t generation;                    /* of the layout: old work stops  */
};
void message_draw(struct screen *, struct grid *, struct area, bool focus);
void message_layout(struct screen_message *);           /* anew, for what opts say */
void message_scroll(struct screen_message *, int64_t lines);
void message_about(struct screen *, char what), message_onward(struct screen *);       /* to the next message, or out of it */
bool message_step(struct screen_message *, int by), message_here(struct screen *);      /* another message of the list, in the same place; its current one */
void message_open(struct app *, int64_t id), known_release(struct app *); const struct trust *known_trust(struct app *);        /* known.c: for render_opts */
/* A message that is in no mailbox (attached, or a file): r becomes its own. */
void message_open_render(struct app *, struct render *r, const char *title);
struct render *message_render(struct screen *);         /* of a message screen that has read it all, else NULL and said */
int64_t message_id(struct screen *); void receipt_shown(struct app *, const struct render *);  /* id 0: in no mailbox */

/* ---- parts.c, partrows.c, partsave.c ---- */
struct part_inside;
struct part_row { const struct part *part; unsigned depth; char label[64]; const struct inner *inside; const struct part_inside *in; struct part *own; int fd; };
struct part_rows { struct part_row *v; size_t n, cap, looked; struct part_inside *insides; };
void part_rows_fill(struct part_rows *, struct render *), part_rows_release(struct part_rows *);
bool part_rows_look(struct part_rows *, struct render *);       /* into one more part for files inside; false: all are known */
int  part_row_bytes(struct app *, struct render *, struct part_row *, int *fd, struct slice *mem, struct err *);  /* as part_open takes them */
/* Asks where to (arg: there) and saves; s is the screen that owns fd and mem. */
void part_save(struct screen *s, const struct part *, int fd, struct slice mem, const char *arg);
void parts_open(struct app *, struct screen *message);  /* the MIME tree of what is open */
void parts_open_id(struct app *, int64_t id);

/* ---- compose.c, composeact.c, composesend.c, drafts.c, editor.c, speller.c, pick.c ---- */

enum field { FIELD_FROM, FIELD_TO, FIELD_CC, FIELD_BCC, FIELD_REPLY_TO, FIELD_SUBJECT, FIELDS };
struct screen_compose {
	struct screen s;
	struct compose *c; int lock;
	struct edit fields[FIELDS]; struct text *text;
	struct list at; bool editing, filling;  /* rows: the fields, then the attachments; filling: one after the other, as at first */
	struct choices choices; size_t choice, from;    /* of the field that is edited   */
	struct watch *save_timer; bool unsaved;
	unsigned passed;                        /* checks that the person passed  */
	struct speller *speller;
};
/* c becomes its own; edit: straight into the text. */
void compose_open(struct app *, struct compose *c, bool edit);
const struct account *compose_writer(struct app *); void compose_start(struct app *, const char *to);       /* NULL: said that there is none; a new message, to NULL or mailto: */
/* What: 'r' 'g' 'L' 'f' (inline) 'F' (attached) 'b' (resend) 'e' (edit as new) 'd' (go on
 * with a draft, which goes when this one is safe) 'y' 't' 'n' (an invitation); r becomes its own. */
void compose_about(struct app *, struct render *r, int64_t id, char what), compose_about_all(struct app *, const struct picks *, char what); /* all: only brgLfF of several */
void compose_correct(struct app *, struct render *, const char *to), compose_changed(struct screen_compose *);          /* saved soon */
bool compose_store(struct screen_compose *);            /* now; false: said why not */
void compose_take(struct screen_compose *), compose_show(struct screen_compose *);     /* fields and text into c, and back */
void compose_edit_field(struct screen_compose *, enum field); unsigned compose_fields(const struct screen_compose *); bool compose_has_text(const struct screen_compose *);   /* how many it has: without those of no effect; text above a signature */
void compose_leave(struct screen_compose *);            /* its screens are closed; the model is dropped */
void compose_send(struct screen_compose *);             /* checks, then the outbox */
void compose_send_later(struct screen_compose *, const char *when);
int  post_open(struct app *, struct state **, struct outbox **, struct err *);  /* post_close in any case */
void post_close(struct state **, struct outbox **);
void send_take_back(struct app *, const char *item);    /* out of the outbox, to be changed */
void send_wait(struct app *, const char *item, int64_t at), send_plan(struct app *);    /* sends it then, unless it is taken back; all that waits, when its time comes */
void send_learn_limit(struct app *, const struct wire *, uint64_t max), send_when(struct str *, int64_t at, int64_t now);      /* of a server, remembered in the cache; the hour, and the day if it is another */
void compose_drafts(struct app *);                      /* those that are open, left by a crash, or postponed */
void compose_check_left(struct app *);                  /* at start: says what a crash left */
void editor_open(struct app *, struct screen_compose *);
struct speller *speller_new(struct app *);              /* NULL: there is none */
void speller_free(struct speller **);
bool speller_wrong(struct speller *, struct slice word);
void speller_suggest(struct speller *, struct slice word, struct choices *), speller_accept(struct speller *, struct slice word);
/* Asks for files (or one folder): done is called with each, then with NULL. */
const void *pick_owner(const struct screen *);           /* its ctx */
struct screen_compose *editor_owner(const struct screen *);
void pick_file(struct app *, const char *title, void (*done)(void *ctx, const char *path), void *ctx);

/* ---- mailboxes.c, outbox.c, sheet.c, logs.c, help.c, setup.c ---- */
void mailboxes_open(struct app *);
void outbox_screen_open(struct app *), delivery_open(struct app *), delivery_news(struct app *, const char *before) /* what failed and nobody looked at: said behind that */, setup_open(struct app *), log_open_screen(struct app *); const char *delivery_word(int track_state);
/* Lines of text with styles, that can be scrolled and searched: help, logs, headers. */
struct screen *sheet_new(struct app *, const char *title);
void sheet_add(struct screen *, enum style, struct slice line);  /* cleaned; long ones are wrapped */
void sheet_on_enter(struct screen *, void (*fn)(struct screen *, size_t line, void *ctx), void *ctx);    /* lines can be chosen then */
void sheet_on_change(struct screen *, void (*fn)(struct screen *));     /* the index, jobs, the outbox or the window changed */
void sheet_note(struct screen *, const char *text);      /* as keys_name, not cleaned */
void sheet_filter(struct screen *);                      /* typing narrows it from the start on */
void sheet_indent(struct screen *, int cols);            /* of the rows that go on a long line */
size_t sheet_lines(const struct screen *); uint64_t sheet_id_of(const struct screen *, size_t line);
void sheet_clear(struct screen *), sheet_id(struct screen *, uint64_t);   /* id of the line added last: the cursor stays on it when all are added anew */
void sheet_column(struct str *line, const char *text, int cols);  /* as wide as that and a blank, whatever letters are in it */
void help_open(struct app *, enum where), transcript_open(struct app *, const struct task *);  /* task NULL: of the last session */

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
