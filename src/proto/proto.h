/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * proto: SMTP and POP3, both sides, as engines without any I/O.  An engine is
 * fed what came in and asked what it wants; job/drive.c joins it to a
 * connection, tests join a client to a server in memory and cut the dialogue
 * at every byte.  The only clock is none: a wait carries its time-out.
 *
 * The one rule of use: do what next() asked, and only that, then ask again.
 * Bytes are taken from the connection only while it answers WANT_READ or
 * WANT_SINK; so STARTTLS, DATA and AUTH continuations can't be confused.
 */
#ifndef PROTO_PROTO_H
#define PROTO_PROTO_H

#include "base/base.h"

enum want {
	WANT_READ,      /* one line: call line() with it, without CRLF (servers: only
	                 * CRLF ends a line; a lone CR or LF stays in it)           */
	WANT_WRITE,     /* send act->out (act->secret: the log shows act->shown)    */
	WANT_TLS,       /* encrypt now (client or server handshake), then tls_up()  */
	WANT_SECRET,    /* the password of act->user: secret(), or none known: secret(NONE) */
	WANT_SINK,      /* message bytes come: pass what is there to data()         */
	WANT_BODY,      /* send the message of the owner through struct stuff, then sent() */
	WANT_COMMIT,    /* owner: record that the end of data goes out, then go()   */
	WANT_NEXT,      /* a client is idle: give it work or quit                   */
	WANT_EVENT,     /* something to know: act->event; then ask again            */
	WANT_ANSWER,    /* a server engine asks its owner: act->event; answer by smtpd_answer... */
	WANT_DONE,      /* the session ended as it should                           */
	WANT_FAIL,      /* it ended with act->err                                   */
};

enum act_event {
	EV_NONE,
	/* smtp */
	EV_MAIL_DONE,   /* every recipient of the mail at hand has its result       */
	/* pop3; num, and uid, size or err where they belong */
	EV_STAT, EV_UID, EV_SIZE, EV_LIST_END, EV_GOT, EV_REFUSED, EV_DELETED,
	/* smtpd asks */
	EV_MAIL, EV_RCPT, EV_DATA, EV_STORE, EV_VRFY, EV_RESET,
	/* pop3d asks */
	EV_OPEN, EV_RETR, EV_UPDATE,
	/* both servers tell */
	EV_LOGIN, EV_LOGIN_FAILED,
};

struct act {
	struct slice out;       /* WANT_WRITE; borrowed until the next call         */
	bool quiet;             /* clients: no reply is outstanding, so bytes that wait to
	                         * be read now answer nothing: lost() with ERR_PROTO */
	bool secret;            /* act->out holds a secret                          */
	struct slice shown;     /* what a transcript may show in its place          */
	unsigned timeout;       /* seconds that WANT_READ, _SINK, _BODY may take    */
	enum act_event event;
	const char *user;       /* WANT_SECRET, EV_OPEN, EV_LOGIN                   */
	uint32_t num;           /* pop3, pop3d: message number                      */
	uint64_t size, count;   /* EV_SIZE, EV_STAT, EV_MAIL (SIZE=), EV_RETR: count =
	                         * lines of TOP or UINT64_MAX; WANT_BODY without dot:
	                         * exactly size octets must go out */
	struct slice uid;       /* EV_UID                                           */
	const char *addr;       /* EV_MAIL, EV_RCPT, EV_VRFY: "local@domain", "" for <> */
	bool dot;               /* WANT_BODY: dot-stuffing on (off inside BDAT)      */
	struct err err;         /* WANT_FAIL, EV_REFUSED                            */
};

/* Every engine by its verbs; unused ones are NULL. */
struct engine {
	enum want (*next)(void *, struct act *);
	void (*line)(void *, struct slice);
	/* Takes bytes off *in; 1: *out is a run of the message, call again;
	 * 0: more is needed; 2: the message is complete; -1: ask next(). */
	int  (*data)(void *, struct slice *in, struct slice *out);
	void (*tls_up)(void *);
	void (*secret)(void *, struct slice password);
	void (*sent)(void *);           /* the body went out whole                  */
	void (*go)(void *);             /* what WANT_COMMIT asked is on disk        */
	void (*lost)(void *, const struct err *);       /* connection gone or late; ask next() on */
};

/* ---- line.c: what SMTP and POP3 share ---- */

#define PROTO_LINE_MAX 65536            /* a longer reply or command line is an error */

/* A reply of SMTP, RFC 5321 4.2, RFC 2034. */
struct reply { int code; char enh[16]; char *text; /* lines joined by one blank, owned */ };
void reply_release(struct reply *);
int  reply_copy(struct reply *to, const struct reply *from);
/* Collects lines of one reply.  Triple: 1 complete, 0 more lines follow, -1 not
 * a reply, mixed codes or over 512 lines (err). */
struct reply_in { struct str text; int code; char enh[16]; unsigned lines; };
int  reply_feed(struct reply_in *, struct slice line, struct reply *out, struct err *);

/* The local form (LF) to the wire (RFC 5321 2.3.8, 4.5.2): every LF, CRLF and
 * bare CR becomes CRLF, then dots at line starts are doubled (if dot). */
struct stuff { bool dot, at_start, cr; };
void stuff_init(struct stuff *, bool dot);
int  stuff_feed(struct stuff *, struct slice in, struct str *out);
/* The missing final CRLF if any; the closing "." is the engine's. */
int  stuff_end(struct stuff *, struct str *out);

/* The wire to the local form: CRLF becomes LF, one dot is taken off, CRLF.CRLF
 * ends.  strict (server): a bare CR or LF is remembered in bare.  Not strict
 * (POP3 client): bare CR and LF are kept as bytes; only CRLF . CRLF ends. */
struct unstuff { int state; bool strict, bare, end; char keep[4];
	bool raw;               /* BDAT: dots are text and nothing is an end; set after _init */
};
void unstuff_init(struct unstuff *, bool strict);
/* 1: *out is a run (borrowed from *in, or from the struct); 0: in is used up;
 * 2: the end was seen, the rest stays in *in. */
int  unstuff_next(struct unstuff *, struct slice *in, struct slice *out);

/* ---- sasl.c: logging in, both sides (GNU SASL) ---- */

/* Client: SCRAM-SHA-256, SCRAM-SHA-1, CRAM-MD5, PLAIN, LOGIN in this order, exact
 * names; the last two only when plain_ok.  only: one name the configuration
 * insists on, or NULL. */
struct sasl;
const char *sasl_pick(struct slice offered, const char *only, bool plain_ok);
struct sasl *sasl_client(const char *mech, const char *user, struct slice password, const char *service, const char *host, struct err *);
/* Server: the same mechanisms; lookup asks for the password of a user (false: none). */
struct sasl *sasl_server(const char *mech, const char *service, const char *host, struct err *);
/* One step, base64 in and out.  1 done (out may hold a last message), 0 send
 * out and go on, 2 (server) the password of sasl_user() is needed: give it by
 * sasl_give and step again with the same input; -1 failed. At most 20 steps. */
int  sasl_step(struct sasl *, struct slice in, struct str *out, struct err *);
const char *sasl_user(const struct sasl *);
void sasl_give(struct sasl *, struct slice password, bool known);
bool sasl_client_first(const struct sasl *);    /* has an initial response */
void sasl_free(struct sasl **);
const char *sasl_mechs(bool plain_ok);          /* what a server offers, "SCRAM-SHA-256 ..." */

/* clear; STARTTLS or STLS required; from the start; STARTTLS where it is offered */
enum tls_mode { TLS_NONE, TLS_UPGRADE, TLS_DIRECT, TLS_MAY };

/* ---- smtp.c: RFC 5321 client ---- */

struct smtp_conf {
	const char *helo;       /* our name, or an address literal                  */
	const char *host;       /* the server's name, for SASL                      */
	enum tls_mode tls;
	const char *user;       /* log in as; NULL: do not                          */
	const char *mech;       /* only this mechanism; NULL: the best              */
	bool clear_ok;          /* passwords without TLS allowed (loopback, or the setting) */
};
enum rcpt_state { RCPT_NEW, RCPT_SENT /* accepted by the server */, RCPT_TEMP, RCPT_PERM, RCPT_UNSURE };
struct smtp_rcpt {
	const char *addr, *orcpt, *notify;      /* orcpt "rfc822;a@b" or NULL; notify "FAILURE,DELAY" or NULL */
	enum rcpt_state state; struct reply reply;
};
struct smtp_mail {
	const char *from;       /* "" for the null sender                           */
	const char *envid, *ret;        /* DSN; NULL: not asked                     */
	uint64_t size;          /* octets with CRLF, before dots are doubled; exact, for BDAT
	                         * promises them; 0: not known, no BDAT             */
	bool eight_bit;         /* the body holds 8-bit bytes: refused where 8BITMIME lacks */
	bool utf8;              /* addresses or header need SMTPUTF8                */
	bool chunk;             /* in BDAT where it is offered: no dots to look for */
	bool last;              /* QUIT may go out together with the end of data    */
	struct smtp_rcpt *rcpt; size_t n;
	/* filled by the engine */
	bool dsn;               /* the server took the DSN parameters               */
};
enum { SMTP_SIZE = 1, SMTP_PIPELINING = 2, SMTP_8BITMIME = 4, SMTP_UTF8 = 8,
	SMTP_CHUNKING = 16, SMTP_ENHANCED = 32, SMTP_DSN = 64, SMTP_STARTTLS = 128, SMTP_AUTH = 256 };
struct smtp;
extern const struct engine smtp_engine;
struct smtp *smtp_new(const struct smtp_conf *);        /* conf is copied */
void smtp_free(struct smtp **);
unsigned smtp_caps(const struct smtp *);                /* bits above; valid at WANT_NEXT */
uint64_t smtp_max_size(const struct smtp *);            /* 0: not said   */
/* At WANT_NEXT: work through this mail; it must live until EV_MAIL_DONE or the
 * end.  Refusals of ours (SIZE, SMTPUTF8) come as results, nothing is sent. A
 * connection lost after the end of data leaves RCPT_UNSURE. */
void smtp_mail(struct smtp *, struct smtp_mail *);
void smtp_quit(struct smtp *);

/* ---- pop3.c: RFC 1939, 2449, 2595, 5034 client ---- */

struct pop3_conf {
	const char *host; enum tls_mode tls;
	const char *user, *mech;        /* mech: "APOP", "USER", a SASL name, NULL: the best */
	bool clear_ok;
	unsigned window;        /* commands under way at once where PIPELINING is offered; 0: 64 */
	uint32_t max_messages;  /* more in a listing is an error; 0: 10,000,000     */
};
enum { POP3_UIDL = 1, POP3_TOP = 2, POP3_PIPELINING = 4, POP3_STLS = 8, POP3_RESP_CODES = 16 };
struct pop3;
extern const struct engine pop3_engine;
struct pop3 *pop3_new(const struct pop3_conf *);
void pop3_free(struct pop3 **);
unsigned pop3_caps(const struct pop3 *);
/* At WANT_NEXT or any time after login: queue commands; they go out in order,
 * pipelined as far as offered.  STAT gives EV_STAT (count, size); UIDL an EV_UID
 * for each message and EV_LIST_END (EV_REFUSED: the server lacks it), LIST
 * likewise with EV_SIZE; RETR and TOP give WANT_SINK (act->num) and EV_GOT, or
 * EV_REFUSED; DELE gives EV_DELETED or EV_REFUSED. */
void pop3_stat(struct pop3 *);
void pop3_uidl(struct pop3 *);
void pop3_list(struct pop3 *);
void pop3_retr(struct pop3 *, uint32_t num);
void pop3_top(struct pop3 *, uint32_t num, unsigned lines);
void pop3_dele(struct pop3 *, uint32_t num);
void pop3_quit(struct pop3 *);          /* WANT_DONE when the server said +OK; else WANT_FAIL */

/* ---- smtpd.c: RFC 5321 server ---- */

struct smtpd_conf {
	const char *host;               /* our name in greeting and EHLO            */
	bool tls_offered, tls_on;       /* STARTTLS can be done; TLS is on already  */
	bool plain_ok;                  /* PLAIN and LOGIN also without TLS (loopback) */
	bool auth_offered, auth_needed; /* needed: MAIL only after login            */
	uint64_t max_size; unsigned max_rcpts, max_errors;
};
struct smtpd_param { const char *name, *value; };
struct smtpd;
extern const struct engine smtpd_engine;
struct smtpd *smtpd_new(const struct smtpd_conf *);
void smtpd_free(struct smtpd **);
/* WANT_ANSWER with EV_MAIL, EV_RCPT, EV_DATA (before 354), EV_STORE (message
 * complete: now it is the owner's, also when the client is gone), EV_VRFY: one
 * of these replies.  text NULL: the usual words.  Until then next() repeats its
 * question; EV_RESET tells to drop a mail that was begun and not yet stored. */
void smtpd_answer(struct smtpd *, int code, const char *enh, const char *text);
/* What was asked so far; valid until EV_RESET or the next EV_MAIL. */
const char *smtpd_helo(const struct smtpd *);
const char *smtpd_user(const struct smtpd *);           /* logged in as, or NULL */
bool smtpd_is_esmtp(const struct smtpd *);
/* Of the MAIL or RCPT asked about; xtext is decoded, no control character is in
 * it; NULL: not given. */
const char *smtpd_param(const struct smtpd *, bool of_rcpt, const char *name);

/* ---- pop3d.c: RFC 1939 server ---- */

struct pop3d_conf { const char *host; bool tls_offered, tls_on, plain_ok; const char *stamp; /* APOP, or NULL */ };
struct pop3d_msg { uint64_t size; const char *uid; bool deleted; };     /* size in octets on the wire */
struct pop3d;
extern const struct engine pop3d_engine;
struct pop3d *pop3d_new(const struct pop3d_conf *);
void pop3d_free(struct pop3d **);
/* Answer to EV_OPEN: the maildrop (the owner's array, borrowed to the end), or a
 * refusal ("[IN-USE] ..."). */
void pop3d_open(struct pop3d *, struct pop3d_msg *v, size_t n, const char *refusal);
/* EV_RETR: WANT_ANSWER; answer with pop3d_ready(true) and WANT_BODY follows, or
 * false: -ERR.  EV_UPDATE: remove what is marked deleted, answer whether all went. */
void pop3d_ready(struct pop3d *, bool ok);

#endif
