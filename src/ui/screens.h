/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * screens: what each screen is made of, and how one opens another.
 */
#ifndef UI_SCREENS_H
#define UI_SCREENS_H

#include "priv.h"

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
bool rows_where(struct rows *, int64_t id, uint64_t *k);
void rows_keep(const struct rows *, struct picks *);    /* of these only what it holds, folded or not */
void rows_changed(struct rows *, bool appeared);        /* the index changed: the window is read anew; appeared: new ones may be found */
/* Flags as they will be, until the job that sets them is over. */
void rows_flags(struct rows *, int64_t id, unsigned set, unsigned clear);
void rows_flags_done(struct rows *);
void rows_fold(struct rows *, uint64_t k, bool fold);   /* the thread of row k   */
void rows_fold_all(struct rows *, bool fold);

/* ---- list.c, listdraw.c, listact.c, listview.c: the messages of a mailbox ---- */

struct side { char *path, *name; char role; uint64_t unread, total; };
struct screen_list {
	struct screen s;
	struct rows *rows; struct list at;
	char *path, *limit, *title, *pattern;   /* path NULL: pattern is looked for everywhere */
	char *before;                           /* the mailbox before, or NULL    */
	bool read_only, reverse, narrowing;
	bool known, is_sent;                    /* the index has the folder; it is the Sent of an account */
	enum index_sort sort;
	int64_t current;                        /* id of the row at the cursor    */
	int64_t heard;                          /* events of the index until then */
	int64_t shown, there;                   /* folder shown, and the one that has the path now */
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
bool list_seeks(const struct screen_list *);    /* where the cursor, the tags or the rows will be is not known yet */
void list_show(struct screen_list *);           /* the rows of path, limit and order, anew */
void list_forget(struct screen_list *);         /* tags, deletions and searches of another folder */
void list_drop_job(struct screen_list *, struct task **);       /* one search    */
char *list_folder(const struct app *, const char *name);        /* path of what was typed; "": the inbox, "-": the mailbox before */
void list_open(struct app *, const char *folder);       /* by name as folder_path; NULL: the inbox */
void list_come_up(struct app *);                        /* to the top of the stack */
void list_search(struct app *, const char *pattern, const char *title); /* everywhere; title NULL: the pattern */
const struct row *list_current(struct screen_list *);
/* To the next (or the one before) message that is not deleted; false: there is none. */
bool list_step(struct screen_list *, int by);
void list_step_off(struct screen_list *, const struct picks *); /* off the current one, which goes */
bool list_may_change(struct screen_list *);     /* false: said that it is read-only */
/* The messages that a command means: the tagged ones after ;, else the current one. */
void list_chosen(struct screen_list *, struct picks *out);
void list_area_split(const struct app *, struct area whole, struct area *side, struct area *list, struct area *message);

/* ---- act.c: what happens to messages ---- */
bool act_for_good(const struct app *, const char *path);        /* what is deleted there goes to no trash */
void act_change(struct app *, const char *what, const struct picks *, const char *to);  /* what: "flag", "move", "copy", "delete", "archive"; to: mailbox or flags */
void act_undo(struct app *);
/* What is marked in the list, to the trash; what stays is marked again. */
void act_purge(struct app *);
void act_ask_purge(struct app *, void (*done)(void *ctx, bool yes), void (*stay)(void *ctx), void *ctx);
/* As job_spec.ids; owned; NULL: said why. */
char *act_ids(struct app *, const struct picks *);
/* folder path and key in hex with a line end between, as struct compose wants them; owned. */
char *act_about(struct app *, int64_t id);
void act_flag_about(struct app *, const char *about, const char *flags);        /* if it is there still */
struct render *act_open(struct app *, int64_t id);      /* NULL: said why        */
struct render *act_read(struct app *, int64_t id);      /* the same, and pieces are joined */
enum act_ask { ACT_MOVE, ACT_COPY };
void act_ask_folder(struct app *, enum act_ask, const struct picks *);
void act_pipe(struct app *, const struct picks *);
void act_label(struct app *, const struct picks *);
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
void message_about(struct screen *, char what);
void message_onward(struct screen *);                   /* to the next message, or out of it */
bool message_step(struct screen_message *, int by);     /* another message of the list, in the same place */
bool message_here(struct screen *);                     /* the current one of the list */
void message_open(struct app *, int64_t id);
/* A message that is in no mailbox (attached, or a file): r becomes its own. */
void message_open_render(struct app *, struct render *r, const char *title);
struct render *message_render(struct screen *);         /* of a message screen that has read it all, else NULL and said */
int64_t message_id(struct screen *);                    /* 0: in no mailbox      */

/* ---- known.c: whom the person knows; receipt.c: who wants to know ---- */
const struct trust *known_trust(struct app *);          /* for render_opts       */
void known_release(struct app *);
void receipt_shown(struct app *, const struct render *);

/* ---- parts.c, partrows.c, partsave.c ---- */
struct part_inside;
struct part_row {
	const struct part *part; unsigned depth; char label[64];
	const struct inner *inside; const struct part_inside *in; struct part *own; int fd;
};
struct part_rows { struct part_row *v; size_t n, cap, looked; struct part_inside *insides; };
void part_rows_fill(struct part_rows *, struct render *);
void part_rows_release(struct part_rows *);
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
	struct list at;                         /* rows: the fields, then the attachments */
	bool editing, filling;                  /* a field; one after the other, as at first */
	struct choices choices; size_t choice, from;    /* of the field that is edited   */
	struct watch *save_timer; bool unsaved, failing;       /* failing: the last try */
	unsigned passed;                        /* checks that the person passed  */
	struct speller *speller;
};
/* c becomes its own; edit: straight into the text. */
void compose_open(struct app *, struct compose *c, bool edit);
const struct account *compose_writer(struct app *);     /* NULL: said that there is none */
void compose_start(struct app *, const char *to);       /* a new message; to NULL, or "mailto:..." */
/* What: 'r' 'g' 'L' 'f' (inline) 'F' (attached) 'b' (resend) 'e' (edit as new) 'd' (go on
 * with a draft, which goes when this one is safe) 'y' 't' 'n' (an invitation); r becomes its own. */
void compose_about(struct app *, struct render *r, int64_t id, char what);
void compose_about_all(struct app *, const struct picks *, char what);  /* several: only brgLfF */
void compose_correct(struct app *, struct render *, const char *to);
void compose_changed(struct screen_compose *);          /* saved soon            */
bool compose_store(struct screen_compose *);            /* now; false: said why not */
void compose_take(struct screen_compose *);             /* fields and text into c */
void compose_show(struct screen_compose *);             /* and back              */
void compose_edit_field(struct screen_compose *, enum field);
unsigned compose_fields(const struct screen_compose *); /* how many: without those of no effect */
bool compose_has_text(const struct screen_compose *);   /* above a signature     */
void compose_leave(struct screen_compose *);            /* its screens are closed; the model is dropped */
void compose_send(struct screen_compose *);             /* checks, then the outbox */
void compose_send_later(struct screen_compose *, const char *when);
int  post_open(struct app *, struct state **, struct outbox **, struct err *);  /* post_close in any case */
void post_close(struct state **, struct outbox **);
void send_take_back(struct app *, const char *item);    /* out of the outbox, to be changed */
void send_wait(struct app *, const char *item, int64_t at);     /* sends it then, unless it is taken back */
void send_plan(struct app *);                           /* all that waits, when its time comes */
void send_learn_limit(struct app *, const struct wire *, uint64_t max); /* of a server, remembered in the cache */
void send_when(struct str *, int64_t at, int64_t now);  /* the hour, and the day if it is another */
struct screen *compose_of_draft(struct app *, int64_t id);        /* the open one that was recalled from this one, or NULL */
void compose_drafts(struct app *);                      /* those that are open, left by a crash, or postponed */
void compose_check_left(struct app *);                  /* at start: says what a crash left */
void editor_open(struct app *, struct screen_compose *);
struct speller *speller_new(struct app *);              /* NULL: there is none */
void speller_free(struct speller **);
bool speller_wrong(struct speller *, struct slice word);
void speller_suggest(struct speller *, struct slice word, struct choices *);
void speller_accept(struct speller *, struct slice word);
struct screen_compose *editor_owner(const struct screen *);
/* Asks for files (or one folder): done is called with each, then with NULL. */
void pick_file(struct app *, const char *title, void (*done)(void *ctx, const char *path), void *ctx);
const void *pick_owner(const struct screen *);          /* its ctx               */

/* ---- mailboxes.c, outbox.c, sheet.c, logs.c, help.c, setup.c ---- */
void mailboxes_open(struct app *);
void outbox_screen_open(struct app *);
void delivery_open(struct app *);
void delivery_news(struct app *, const char *before);   /* what failed and nobody looked at: said behind that */
const char *delivery_word(int track_state);
void setup_open(struct app *);
void log_open_screen(struct app *);
void help_open(struct app *, enum where);
void transcript_open(struct app *, const struct task *);        /* NULL: of the last session */
/* Lines of text with styles, that can be scrolled and searched: help, logs, headers. */
struct screen *sheet_new(struct app *, const char *title);
void sheet_add(struct screen *, enum style, struct slice line);  /* cleaned; long ones are wrapped */
void sheet_on_enter(struct screen *, void (*fn)(struct screen *, size_t line, void *ctx), void *ctx);    /* lines can be chosen then */
void sheet_on_change(struct screen *, void (*fn)(struct screen *));     /* the index, jobs, the outbox or the window changed */
void sheet_note(struct screen *, const char *text);      /* as keys_name, not cleaned */
void sheet_filter(struct screen *);                      /* typing narrows it from the start on */
void sheet_indent(struct screen *, int cols);            /* of the rows that go on a long line */
size_t sheet_lines(const struct screen *);
void sheet_clear(struct screen *);
void sheet_id(struct screen *, uint64_t);                /* of the line added last: the cursor stays on it when all are added anew */
uint64_t sheet_id_of(const struct screen *, size_t line);
void sheet_column(struct str *line, const char *text, int cols);  /* as wide as that and a blank, whatever letters are in it */

#endif
