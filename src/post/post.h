/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * post: the post office.  What to send, the outbox that loses nothing, and
 * what became of it.  No sockets, no terminal.
 */
#ifndef POST_POST_H
#define POST_POST_H

#include "base/base.h"
#include "mime/mime.h"
#include "conf/conf.h"
#include "store/store.h"
#include "index/index.h"

/* ---- draft.c: what to send, filled by every front end ---- */

struct draft {
	const struct account *account;
	struct addr from;               /* empty: the account's                   */
	char *sender;                   /* envelope sender; NULL: from            */
	struct addrs to, cc, bcc, reply_to;
	char *subject;                  /* NULL: no field                         */
	char *in_reply_to, *references;
	struct gen_field *fields; size_t n_fields;
	int text_fd;                    /* the body in a file, any line ends; -1: empty; owned */
	bool is_raw;                    /* -t: text_fd is a whole message, header and body */
	char **files; size_t n_files;   /* paths of attachments                   */
};
void draft_init(struct draft *);
void draft_release(struct draft *);
/* Reads a stream to its end into a nameless file in dir: text_fd. */
int  draft_spool(struct draft *, struct src *, const char *dir, struct err *);
/* Adds a typed list ("a@x, Name <b@y>") to to, cc or bcc. */
int  draft_add(struct addrs *, const char *typed, struct err *);
/* Checks all that can be checked before anything is written: recipients,
 * addresses, line breaks in arguments, files readable. */
int  draft_check(struct draft *, struct err *);
/* -t: recipients are taken from To, Cc and Bcc of the raw message; Resent fields
 * win where they are.  A field that holds something else than addresses is refused. */
int  draft_from_raw(struct draft *, struct err *);
/* The header of text_fd with its blank line, or all of it where none ends it;
 * nothing where the text does not begin with a field or a blank line. */
int  draft_raw_header(const struct draft *, struct str *out, struct err *);
/* Everybody it goes to, each once, as envelope addresses (A-labels). */
int  draft_recipients(const struct draft *, char ***addrs, size_t *n, struct err *);

/* ---- outbox.c: one folder an item (numbered invariants there) ---- */

struct outbox;
int  outbox_open(struct outbox **, const char *dir, struct state *, struct err *);
void outbox_close(struct outbox **);
/* An envelope, as the item's file "envelope" holds it. */
struct rcpt { char *addr, *orcpt, *notify; };
struct envelope {
	char *account, *from;           /* from "" : the null sender              */
	char *message_id, *subject;     /* for listings                           */
	char *envid, *ret;              /* or NULL                                */
	char *stamp;                    /* state_stamp at queue time              */
	int64_t created;
	struct rcpt *rcpt; size_t n;
};
void envelope_release(struct envelope *);
/* From here on nothing loses it: written under tmp/, synced, renamed, synced.
 * write puts the message (LF) into the sink. id: the new item's name. */
int  outbox_put(struct outbox *, const struct envelope *, int (*write)(void *ctx, struct sink *, struct err *), void *ctx, char id[64], struct err *);
/* The draft as an item: generates, checks, queues. */
int  outbox_put_draft(struct outbox *, const struct conf *, struct draft *, char id[64], struct err *);

struct item {
	char id[64];
	struct envelope env;
	struct sending sending;
	struct fates fates;             /* one for each recipient, same order     */
	off_t size;
	bool lost_state;                /* the database is not the one it was queued with */
};
void item_release(struct item *);
struct items { struct item *v; size_t n, cap; };
void items_release(struct items *);
int  outbox_list(struct outbox *, struct items *, struct err *);        /* oldest first */
int  outbox_get(struct outbox *, const char *id, struct item *, struct err *);
int  outbox_message(struct outbox *, const char *id, struct err *);     /* descriptor of the message */
/* One process sends an item: 0 and *lock, or -1 with ERR_LOCKED. */
int  outbox_lock(struct outbox *, const char *id, int *lock, struct err *);
/* Under the lock, before sending: an attempt that a crash cut short makes its
 * waiting recipients unsure (invariant 4). */
int  outbox_settle(struct outbox *, struct item *, struct err *);
/* Is there anything to try for this item now? (waiting recipients, not held, time come) */
bool item_due(const struct item *, int64_t now);
bool item_waiting(const struct item *);         /* a recipient still waits     */
bool item_failed(const struct item *);          /* a recipient failed for good, or is unsure */
/* Copies the message into the Sent Maildir under a name made from the id, never twice. */
int  outbox_copy_sent(struct outbox *, const struct item *, const char *maildir, struct err *);
int  outbox_remove(struct outbox *, const char *id, struct err *);
/* Seconds until the next try after so many attempts: the retry interval. */
int64_t outbox_next_try(const struct conf *, const struct item *, int64_t now);

/* ---- query.c, qtree.c, qdate.c, qregex.c: the pattern language, text to tree ---- */

/* mutt's: ~f ~t ~c ~C (to, cc) ~L (from, to, cc) ~e ~s ~i ~x ~b ~B ~h take text:
 * without metacharacters a substring in any case, else a POSIX extended regular
 * expression, in any case unless it has a capital; =f: a substring always, exact
 * where it has a capital.  In the text, ~b and plain words find words as the index
 * does (words_find); =b is a substring.  ~d ~r take dates (<7d =1w 2/3/2026- 2026-03-02*1w
 * -yesterday), ~z ~X numbers (>10k 1M-5M).  ~D ~U ~N ~O ~R ~F ~Q ~T ~A ~v ~p ~P
 * ~l ~= ~$ stand alone.  ~(...) threads with such a message, ! not, | or, nothing:
 * and.  A word alone: in sender, recipients, subject or text.  Quotes "" and ''
 * hold blanks; \ before a quote or itself takes its meaning; ~ ) | end a word. */
enum query_kind { QUERY_ALL, QUERY_TERM, QUERY_AND, QUERY_OR, QUERY_THREAD };
enum query_how {                /* how the text of a term is looked for       */
	QUERY_FOLD,             /* needle, folded, in folded text             */
	QUERY_EXACT,            /* needle in NFC text                         */
	QUERY_REGEX,
};
enum query_need {               /* what must be known of a message            */
	QUERY_NEEDS_FLAGS = 1,  /* flags, fresh, tagged, collapsed, duplicate, unreferenced */
	QUERY_NEEDS_ENV = 2,
	QUERY_NEEDS_DATES = 4,  /* received, and env.date                     */
	QUERY_NEEDS_SIZE = 8,
	QUERY_NEEDS_WHO = 16,   /* is_me, is_list                             */
	QUERY_NEEDS_THREAD = 32,
	QUERY_NEEDS_PARTS = 64, /* attachments                                */
	QUERY_NEEDS_HEADER = 128,
	QUERY_NEEDS_TEXT = 256,
	QUERY_NEEDS_RAW = 512,
	QUERY_NEEDS_SCAN = 1024, /* exact text, a regular expression, =b: not in words */
};
struct query {
	enum query_kind kind;
	bool negated;
	char letter;            /* of a term, as typed: 'f' of ~f; 0: a plain word */
	enum query_how how;
	char *text;             /* what was typed, NFC; NULL where none follows */
	char *needle;           /* folded or NFC                              */
	int64_t min, max;       /* of a range, both in it                     */
	unsigned needs;         /* query_need of it and all below it          */
	struct query_regex *regex;
	struct query *child, *next;     /* AND, OR: two and more; THREAD: one */
};
/* at and n: bytes of the text, the character (or word) it points at; n is 0 at the end. */
struct query_error { char text[240]; size_t at, n; };
/* 0, or -1 and what is wrong.  Pure but for the local time zone; now in seconds.
 * Limits: 256 KiB of text, 1,000 terms, 32 parentheses deep. */
int  query_parse(struct slice text, int64_t now, struct query **, struct query_error *);
struct query *query_all(void);                  /* as of the empty text */
void query_free(struct query **);
unsigned query_needs(const struct query *);
/* Text that gives the same tree again (dates: at the same time); -1: out is full. */
int  query_format(const struct query *, struct str *out);
/* A tree for one that knows no more than `can` (query_need): finds all that the
 * whole one finds, and perhaps more; what it finds is then asked of the whole. */
struct query *query_narrow(const struct query *, unsigned can);

/* ---- match.c: one message against a tree ---- */

/* Only what query_needs names must be filled; a callback that it names is set. */
struct match_input {
	const struct env *env;
	const char *flags;      /* Maildir letters, any order                 */
	bool fresh;             /* nobody has listed it yet (in new/)         */
	bool tagged, collapsed, duplicate, unreferenced;
	unsigned attachments;
	uint64_t size;
	int64_t received;       /* seconds; ~d too where Date is none         */
	bool (*is_me)(void *ctx, const struct addr *);
	bool (*is_list)(void *ctx, const struct addr *);
	/* Has its thread such a message?  1, 0, -1. */
	int (*thread)(void *ctx, const struct query *, struct err *);
	/* Decoded text as UTF-8, header, whole message; borrowed until the match ends.
	 * Each is called when it is needed, once at most. */
	int (*body)(void *ctx, struct slice *, struct err *);
	int (*header)(void *ctx, struct slice *, struct err *);
	int (*raw)(void *ctx, struct slice *, struct err *);
	void *ctx;
};
/* 1 or 0; -1 where a callback failed, or there is no memory for a regular
 * expression.  What is cheap is asked first.  A regular expression sees a line
 * at a time, and a line of over 16 KiB in pieces that overlap by 1 KiB. */
int  query_match(const struct query *, const struct match_input *, struct err *);

/* ---- folder.c: the mailboxes of a person, by name, with their index ---- */

/* "INBOX" lies below conf->mail; a path (/x, ./x, ~/x) is itself; NULL: the inbox of
 * the default account.  The caller's, without links in it. */
char *folder_path(const struct conf *, const char *name);
const char *folder_name(const struct conf *, const char *path);         /* borrows from path */
char folder_role(const struct conf *, const char *path);                /* as index_folder.role */
/* An index with the mailboxes that are open beside it. */
struct folders;
int  folders_open(struct folders **, const struct conf *, struct err *);
void folders_close(struct folders **);
struct index *folders_index(struct folders *);
const struct conf *folders_conf(const struct folders *);
/* Brings the index up to date with a mailbox: as sync_folder. */
int  folder_sync(struct folders *, const char *path, uint64_t max, const struct sync_events *, int64_t *id, struct err *);
/* Its texts: 1, 0 stopped, -1; nothing to do where the configuration says no. */
int  folder_texts(struct folders *, int64_t id, const struct sync_events *, struct err *);
/* The open mailbox of an id; stays open until folders_close.  NULL: err. */
struct box *folder_box(struct folders *, int64_t id, struct err *);
const char *folder_of(struct folders *, int64_t id);                    /* its path, or NULL */
/* Every mailbox there is: below conf->mail, and what the accounts name. */
int  folders_each(struct folders *, int (*each)(void *ctx, const char *path, enum box_kind), void *ctx, struct err *);

/* ---- search.c: the messages that a pattern finds ---- */

struct search;
struct search_spec {
	const struct query *query;      /* borrowed until search_close            */
	const int64_t *folders; size_t n;       /* 0: all but trash and junk      */
	enum index_sort sort; bool reverse;
	bool (*stop)(void *ctx); void *ctx;
};
int  search_open(struct search **, struct folders *, const struct search_spec *, struct err *);
/* Must messages be read for it?  Then it takes long, and found ones come as they are met. */
bool search_reads(const struct search *);
/* How many there may be, and how many were looked at. */
int  search_progress(struct search *, uint64_t *done, uint64_t *total, struct err *);
/* The next ones, in order, at most `limit`: 1 there may be more, 0 that was all or it
 * was stopped, -1. */
int  search_next(struct search *, uint64_t limit, int (*each)(void *ctx, const struct index_row *), void *ctx, struct err *);
int  search_count(struct search *, uint64_t *n, struct err *);          /* from here on */
void search_close(struct search **);
/* One message of the index against a tree: 1, 0, -1. */
int  search_test(struct folders *, const struct query *, const struct index_row *, struct err *);

/* ---- fmt.c: facts as text, for listings ---- */

/* "1.2K", "34M"; "Nov 21" or "14:05" (today); both for columns. */
int  fmt_size(struct str *, uint64_t);
int  fmt_date(struct str *, int64_t sec, int64_t now);
/* RFC 3339, "2026-11-21T09:00:00+09:00"; zone in minutes east. */
int  fmt_iso(struct str *, int64_t sec, int zone);

#endif
