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
#include "show/show.h"
#include "query/query.h"

/* ---- draft.c: what to send, filled by every front end ---- */

/* name NULL: that of path; type NULL: as type_of says. */
struct draft_file { char *path, *name, *type, *description; bool is_inline; };
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
	struct draft_file *files; size_t n_files;       /* attachments            */
	bool markdown;                  /* the text is sent as HTML, too (UTF-8 only) */
	char *headers;                  /* more fields, "Name: value" lines; or NULL */
	bool receipt;                   /* Disposition-Notification-To: from      */
	char *notify;                   /* for RCPT (RFC 3461); NULL: FAILURE,DELAY */
	int64_t send_at;                /* not before; 0: now                     */
	char *message_id;               /* without <>; NULL: a new one            */
};
void draft_init(struct draft *);
/* One more attachment; the caller may fill in the rest of it. */
struct draft_file *draft_attach(struct draft *, const char *path);
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
	int64_t created, send_at;       /* send_at: not before; 0: at once        */
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
bool item_scheduled(const struct item *, int64_t now);   /* its time to be sent has not come */
bool item_failed(const struct item *);          /* a recipient failed for good, or is unsure */
/* Copies the message into the Sent Maildir under a name made from the id, never twice. */
int  outbox_copy_sent(struct outbox *, const struct item *, const char *maildir, struct err *);
int  outbox_remove(struct outbox *, const char *id, struct err *);
/* When it is tried next, after its attempts so far and one now: the interval doubles up to its most. */
int64_t outbox_next_try(const struct conf *, const struct item *, int64_t now);

/* ---- folder.c: the mailboxes of a person, by name, with their index ---- */

/* "INBOX" (and mutt's "=INBOX") lies below conf->mail; a path (/x, ./x, ~/x) is itself;
 * NULL and "!": the inbox of the default account, "<": its Sent.  The caller's, without links in it. */
char *folder_path(const struct conf *, const char *name);
const char *folder_name(const struct conf *, const char *path);         /* borrows from path */
char folder_role(const struct conf *, const char *path);                /* as index_folder.role */
/* An index with the mailboxes that are open beside it. */
struct folders;
int  folders_open(struct folders **, const struct conf *, struct err *);
void folders_close(struct folders **);
struct index *folders_index(struct folders *);
void folders_look(struct folders *);      /* after the index changed: a mailbox may have another name now */
const struct conf *folders_conf(const struct folders *);
/* Brings the index up to date with a mailbox: as sync_folder. */
int  folder_sync(struct folders *, const char *path, uint64_t max, const struct sync_events *, int64_t *id, struct err *);
/* Its texts: 1, 0 stopped, -1; nothing to do where the configuration says no. */
int  folder_texts(struct folders *, int64_t id, const struct sync_events *, struct err *);
/* The open mailbox of an id; stays open until folders_close or folders_look.  NULL: err. */
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

/* ---- compose.c, composesave.c, composecheck.c, composeout.c, recall.c, recallmsg.c: a message
 * being written ---- */

/* Saved as one types, in a folder data/compose/ID: "fields" (these strings, one a line,
 * percent-encoded), "text", and "files/" with what was attached from memory or another
 * message.  Each save is atomic and synced; a crash loses at most what was typed since. */
struct compose_file {
	char *path;                     /* a file of the person's, or one in files/ (own) */
	bool own;
	char *name, *type, *description;        /* type NULL: as type_of says    */
	bool is_inline;
	uint64_t size; int64_t mtime;   /* when it was attached                  */
};
struct compose {
	char id[64];
	char *dir;                      /* its folder                            */
	char *account;
	char *from, *to, *cc, *bcc, *reply_to, *subject;        /* as typed; never NULL */
	char *in_reply_to, *references; /* ids, or NULL                          */
	char *text;                     /* LF lines, UTF-8                       */
	struct compose_file *files; size_t n_files;
	char *headers;                  /* further fields, "Name: value" lines, or NULL */
	bool notify_success, notify_failure, notify_delay, receipt;
	bool markdown;                  /* the text is sent as HTML, too         */
	int64_t send_at;                /* 0: now                                */
	char *about; char about_flag;   /* the message answered ('R') or passed on ('P'), as folder path + "\n" + key in hex, and so on for more; NULL */
	char *draft;                    /* the message in Drafts that it was recalled from, likewise; NULL */
	unsigned rcpts_before;          /* that a reply to all goes to, of itself; for the check */
	char *resend;                   /* a whole message in files/ that goes out as it is, with Resent- fields; NULL */
	char *message_id;               /* since it was about to be queued: if a crash makes it go twice, both bear it */
	uint64_t saved_fields, saved_text;      /* hashes of what the folder holds; 0: nothing */
};
/* An empty one, saved nowhere before the first compose_save. */
void compose_init(struct compose *, const struct conf *, const struct account *);
void compose_release(struct compose *);
int  compose_save(struct compose *, struct err *);
int  compose_load(struct compose *, const struct conf *, const char *id, struct err *);
/* Removes the folder: only after it was queued, postponed, or the person said so. */
int  compose_drop(struct compose *, struct err *);
/* What is there (after a crash, or of another pabal that writes): newest first. locked: it is
 * being written right now. */
int  compose_each(const struct conf *, int (*each)(void *ctx, const char *id, bool locked, const struct compose *), void *ctx, struct err *);
/* One process writes it: as long as *lock is open. */
int  compose_lock(const struct compose *, int *lock, struct err *);
int  compose_attach(struct compose *, const char *path, struct err *);
/* Bytes from somewhere (a part, a message) become a file of its own in files/. */
int  compose_attach_src(struct compose *, struct src *, const char *name, const char *type, struct err *);
void compose_detach(struct compose *, size_t k);
void compose_reorder(struct compose *, size_t from, size_t to);
/* What one should look at before sending.  Each is a bit. */
enum compose_check {
	CHECK_NO_RCPT = 1, CHECK_BAD_ADDR = 2, CHECK_FILE_GONE = 4,             /* these can't be passed */
	CHECK_NO_SUBJECT = 8, CHECK_FORGOT_FILE = 16, CHECK_SIZE = 32, CHECK_MANY_RCPTS = 64, CHECK_FILE_CHANGED = 128,
	CHECK_EMPTY = 256, CHECK_FAILED_BEFORE = 512,
};
/* st: what is known of the recipients, or NULL.  max_size: the server's, 0 not known.  words: a
 * sentence for each bit, LF between, in the order of bits; quoted
 * lines and the signature do not count for forgotten attachments (English, Korean, German,
 * French, Spanish, Japanese, Chinese words, and the setting attach-words). */
unsigned compose_check(const struct compose *, const struct conf *, struct state *st, uint64_t max_size, struct str *words);
/* As a draft for outbox_put_draft. */
int  compose_draft(const struct compose *, const struct conf *, struct draft *out, struct err *);
/* The whole message as it would go out, into a nameless file: a descriptor. */
int  compose_preview(const struct compose *, const struct conf *, struct err *);
/* Queues it; then its folder goes, and the draft that it was recalled from: id is the item's. */
int  compose_queue(struct compose *, const struct conf *, struct outbox *, char id[64], struct err *);
/* Into the Drafts mailbox as a message with all its files; what it was recalled from goes
 * when this one is safe; the folder is removed. */
int  compose_postpone(struct compose *, const struct conf *, struct err *);
/* From a message: one of Drafts, or (edit as new) any. It stays. */
int  compose_recall(struct compose *, const struct conf *, struct render *, struct err *);
/* The type of a part with its parameters, as compose_attach_src takes it. */
void compose_part_type(const struct part *, struct str *out);
/* From an item of the outbox: it stays there (hold it first). */
int  compose_from_item(struct compose *, const struct conf *, struct outbox *, const char *id, struct err *);

/* ---- reply.c, replyto.c, replytext.c, mailto.c: answers ---- */

enum reply_to { REPLY_SENDER, REPLY_ALL, REPLY_LIST };
/* To and Cc by Reply-To, Mail-Followup-To, List-Post; never to oneself (all addresses and
 * identities of all accounts) unless nobody else is left; each once.  Subject "Re: " once
 * (Re:, AW:, SV:, 답장:, 回复: and the like count); From: the identity that was written to.
 * The text: attribution, quote ("> ", format=flowed joined), signature. */
/* To n messages it is one answer, to all who wrote: the oldest first, each quoted. */
int  compose_reply(struct compose *, const struct conf *, struct render *const *, size_t n, enum reply_to, struct err *);
/* inline: header lines and text, and its attachments as files; else as message/rfc822. */
int  compose_forward(struct compose *, const struct conf *, struct render *const *, size_t n, bool as_attachment, struct err *);
int  compose_resend(struct compose *, const struct conf *, struct render *, struct err *);       /* as it is, RFC 5322 3.6.6 */
/* The answer to an invitation, as its organizer's calendar reads it (invite.c). */
enum invite_answer { INVITE_ACCEPT, INVITE_TENTATIVE, INVITE_DECLINE };
int  compose_invite_reply(struct compose *, const struct conf *, struct render *, enum invite_answer, struct err *);
/* A mailto: URL (RFC 6068); only to, cc, bcc, subject, body, in-reply-to count. */
int  compose_mailto(struct compose *, const struct conf *, struct slice url, struct err *);
/* The account and identity that this message was written to; NULL identity: the account's own.
 * why: a sentence that says by what it was chosen. */
const struct account *reply_identity(const struct conf *, const struct env *, struct slice header, const struct addr **identity, struct str *why);
/* Begins the text of an empty message: the signature of the account. */
void compose_signature(struct compose *, const struct conf *);

/* ---- partial.c: a message in pieces (RFC 2046 5.2.2) ---- */

/* total 0: not known; missing: the numbers of those that are not there, "2, 4-6". */
struct partial { unsigned found, total; char missing[64]; };
/* Of a piece: 1: the whole message is in out; 0: it is no piece (found 0), or not all of them lie
 * in its mailbox; -1.  Looks for half a second at most. */
int  partial_join(struct folders *, int64_t id, struct str *out, struct partial *, struct err *);
/* The same of open messages in any order; -1 too where several are not pieces of one. */
int  partial_join_open(const int *fds, size_t n, struct str *out, struct partial *, struct err *);

/* ---- contacts.c: the address book and who was written to ---- */

/* The file `address-book`: lines "nick  Name <addr>  # note"; mutt's "alias nick Name <addr>"
 * is read too. */
struct contact { char *nick, *name, *addr, *note; uint64_t used; /* times written to or heard from */ char *failed; /* as track_failed says; NULL */ };
struct contacts { struct contact *v; size_t n, cap; };
void contacts_release(struct contacts *);
int  contacts_load(const struct conf *, struct contacts *out, struct err *);
/* Adds or replaces (by address) one line; the rest of the file stays as it is. */
int  contacts_put(const struct conf *, const struct contact *, struct err *);
int  contacts_drop(const struct conf *, const char *addr, struct err *);
/* What begins (name, any word of it, nick, address) with typed, in any case: the book's first,
 * then those of earlier mail, most used first; at most max. */
int  contacts_find(const struct contacts *, struct index *, struct slice typed, size_t max, struct contacts *out, struct err *);

/* Marks those that mail did not reach, and puts them last. */
int  contacts_mark(struct contacts *, struct state *, struct err *);

/* ---- track.c: what became of each recipient of what was sent ---- */

/* The state database of a person, for those who only look: NULL where there is none yet. */
int  track_open(const struct conf *, struct state **, struct err *);

/* Numbers stand in the state database. */
enum track_state {
	TRACK_QUEUED,           /* it waits here                               */
	TRACK_ACCEPTED,         /* our server has it                           */
	TRACK_RELAYED,          /* it went on to a server that gives no notices */
	TRACK_DELIVERED, TRACK_DELAYED, TRACK_FAILED, TRACK_READ,
	TRACK_DELETED,          /* unread                                      */
	TRACK_UNCLEAR,          /* an answer never came, or a notice can't be understood */
	TRACK_EXPIRED,          /* it was tried for days and given up          */
};
const char *track_word(int state);              /* "deleted": for programs     */
const char *track_words(int state);             /* for people                  */
bool track_is_failure(int state);
/* An item of the outbox is followed from now on, if it is not yet; t: as it stands (NULL:
 * not wanted). */
int  track_item(struct state *, const struct item *, struct track *t, struct err *);
/* What item->fates says of recipient k now; expired: its time was over.  The server that
 * we speak to is believed whatever was heard before. */
int  track_fate(struct state *, struct track *, const struct item *, size_t k, bool expired, struct err *);
/* A notice came (its Message-ID, else a hash of it): what it says of recipients of ours is
 * noted, and counts where nothing more certain is known: a failure never becomes a success
 * or the reverse.  It is matched by envelope id, Message-ID, subject and recipient of the
 * returned header, recipient alone, in that order.  What it says of an address that a message
 * of ours never named goes into the history of that, and changes nothing.  each: for what it
 * says of a recipient (k, from 0; counts is false for such an address).  1 it is about a message of ours; 0 it is not; 2 it was heard before; -1 */
typedef void track_each_fn(void *ctx, const struct track *, size_t k, const struct track_event *, bool counts);
int  track_hear(struct state *, const struct report *, const char *notice, int64_t at, track_each_fn *each, void *ctx, struct err *);

/* ---- trackwords.c: the same in sentences ---- */

/* Can it have been sent from here?  From one's own address, or passed on. */
bool track_is_ours(const struct conf *, const struct env *, struct slice header);
/* What became of each recipient of a message of ours, a sentence a line, cleaned; wrong: of those
 * that failed.  Of a few, the worst first; all: what shows the others.  Nothing was sent: "". */
int  track_tell(struct state *, const char *message_id, const char *all, struct str *wrong, struct str *fine, struct err *);
/* A notice that names a message by its Message-ID, and none such was sent from here: says so. */
int  track_tell_stray(struct state *, const struct report *, struct str *fine, struct err *);
/* Did the last that is known for certain of an address fail for good?  why: "failed on Nov 21: There
 * is no such mailbox.", cleaned.  1, 0, -1 */
int  track_failed(struct state *, const char *addr, struct str *why, struct err *);
/* " (5.1.1): There is no such mailbox."; not cleaned. */
void track_reason(const char *code, const char *text, struct str *out);

/* ---- receipt.c: read receipts (RFC 8098; numbered rules there) ---- */

enum receipt { RECEIPT_NO, RECEIPT_ASK, RECEIPT_SEND };
/* What is to be done when the message was shown; to: who wants it, the caller's. */
enum receipt receipt_wanted(const struct conf *, struct slice header, const struct env *, char **to);
/* 1: it was not answered (or refused) before, and is from now on; 0, -1 */
int  receipt_once(struct state *, const struct env *, struct err *);
int  receipt_put(const struct conf *, struct outbox *, struct slice header, const struct env *, const char *to, bool automatic, char id[64], struct err *);

/* ---- dsn.c: what a server reports (RFC 3461, 3464, 6533) ---- */

struct dsn_rcpt {
	const char *addr, *orcpt;       /* orcpt as RCPT had it, or NULL         */
	enum report_action action;      /* failed, delayed, delivered, relayed: the same for all */
	const char *status;             /* "5.1.1"                               */
	const char *remote, *diagnostic;        /* who said what, or NULL        */
	int64_t until;                  /* tried until then; 0: no more          */
};
struct dsn { const char *host, *to, *envid; bool full /* RET=FULL */; int64_t arrival, now; const struct dsn_rcpt *v; size_t n; };
/* A whole message (LF); message: the one it is about. */
int  dsn_write(const struct dsn *, struct src *message, struct sink *, struct err *);

/* ---- fmt.c: facts as text, for listings ---- */

/* "1.2K", "34M"; "Nov 21" or "14:05" (today); both for columns. */
int  fmt_size(struct str *, uint64_t);
int  fmt_date(struct str *, int64_t sec, int64_t now);
/* "Nov 21" and "Nov 21, 14:05", for sentences. */
int  fmt_day(struct str *, int64_t sec, int64_t now);
int  fmt_moment(struct str *, int64_t sec, int64_t now);
/* RFC 3339, "2026-11-21T09:00:00+09:00"; zone in minutes east. */
int  fmt_iso(struct str *, int64_t sec, int zone);

#endif
