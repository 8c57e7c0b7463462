/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * proto/priv: what the files of this folder share and nobody else sees.
 */
#ifndef PROTO_PRIV_H
#define PROTO_PRIV_H

#include "proto/proto.h"

/* ---- line.c ---- */

/* Everything back to zero; the text of err only as far as it was used. */
void act_reset(struct act *);
/* A line of a server as the middle of a sentence: cleaned, at most 200 bytes. */
struct words { char z[208]; };
struct words words_of(struct slice);
/* A browser that was sent to our port: servers close (cross-protocol attacks). */
bool line_is_http(struct slice verb);
/* A CR that may turn out to be a bare one. */
bool unstuff_held(const struct unstuff *);
/* A line taken from a lenient pump may still end in a lone LF. */
struct slice line_chomp(struct slice);

/* ---- sasl.c ---- */

/* The limit on one line of AUTH, RFC 4954 section 4. */
#define SASL_LINE_MAX 12288
#define SASL_STEPS_MAX 20
bool secret_same(struct slice, struct slice);   /* in constant time for one length */
void secret_wipe_free(char **);

/* ---- md5.c: for APOP only (RFC 1321) ---- */

void md5_hex(struct slice a, struct slice b, char out[33]);     /* of a and b in a row */

/* ---- smtp.c: the session; smtp_auth.c: logging in; smtp_mail.c: one mail ---- */

struct smtp_ext { unsigned caps; uint64_t max_size; struct str mechs; };
enum smtp_st { ST_GREET, ST_EHLO, ST_HELO, ST_STARTTLS, ST_TLS, ST_LOGIN, ST_AUTH, ST_CANCEL,
	ST_IDLE, ST_ENVELOPE, ST_DOT, ST_BODY, ST_CHUNK, ST_COMMIT, ST_END, ST_REPORT, ST_QUIT, ST_DONE, ST_FAIL };

/* The commands of an envelope in their order; the writer and the reader each walk it. */
enum smtp_step { STEP_RSET, STEP_MAIL, STEP_RCPT, STEP_DATA, STEP_OVER };
struct smtp_walk { enum smtp_step step; size_t rcpt; };

struct smtp {
	struct smtp_conf conf;
	enum smtp_st st, then;               /* then: what follows REPORT                */
	bool tls_on, rset_due;
	struct smtp_ext ext;
	struct str out; bool out_ready, out_quiet, out_secret; char shown[64];
	unsigned due;                   /* replies that must still come             */
	struct reply_in in;
	struct reply reply;
	struct sasl *sasl; bool sasl_done; struct str initial; const char *mech;
	struct err err;
	struct smtp_mail *mail;
	struct {
		struct smtp_walk w, r;  /* the next command to write, to read the reply of */
		size_t taken;           /* recipients that the server took      */
		bool chunk;             /* BDAT, not DATA                       */
		bool end_out, quit_out; /* the end of data, QUIT went out       */
		bool failed;            /* by refusal, for all that have no result */
		struct reply refusal;
	} tx;
};

/* The session can't go on: s->err is set, a mail at hand gets its results. */
enum smtp_st smtp_fail(struct smtp *, const struct reply *);
/* The same with words for an answer that says no, or fits nothing. */
enum smtp_st smtp_refused(struct smtp *, const struct reply *);
/* "550 5.1.1 words"; from before TLS the code alone. */
struct words smtp_said(const struct smtp *, const struct reply *);
enum smtp_st smtp_want_login(struct smtp *);
enum smtp_st smtp_login(struct smtp *, struct slice password);
enum smtp_st smtp_after_auth(struct smtp *, const struct reply *);
void smtp_login_clear(struct smtp *);
/* One line of an EHLO reply after the first, without its code. */
void ext_line(struct smtp_ext *, struct slice);
/* Our own refusals, as results of recipients; nothing of such a one is sent. */
void env_check(struct smtp_mail *, const struct smtp_ext *, const char *host);
/* As many commands as may be under way, into s->out. */
void env_write(struct smtp *);
/* The end of a mail: who has no result yet gets this one. */
enum smtp_st mail_finish(struct smtp *, enum rcpt_state, const struct reply *, enum smtp_st then);
enum rcpt_state mail_by_code(int code);
enum smtp_st after_envelope(struct smtp *, const struct reply *);
enum smtp_st after_dot(struct smtp *);
enum smtp_st after_chunk(struct smtp *, const struct reply *);
enum smtp_st after_end(struct smtp *, const struct reply *);

/* ---- pop3.c: the session; pop3_auth.c: logging in ---- */

enum pop3_st { PS_GREET, PS_CAPA, PS_CAPA_LIST, PS_STLS, PS_TLS, PS_LOGIN, PS_AUTH, PS_CANCEL,
	PS_APOP, PS_USER, PS_PASS, PS_RUN, PS_LISTING, PS_SINK, PS_DONE, PS_FAIL };
enum pop3_kind { C_STAT, C_UIDL, C_LIST, C_RETR, C_TOP, C_DELE, C_QUIT };
struct pop3_cmd { enum pop3_kind kind; uint32_t num; unsigned lines; };

struct pop3 {
	struct pop3_conf conf;
	enum pop3_st st;
	bool tls_on;
	unsigned caps;
	struct str mechs; unsigned capa_lines;
	char stamp[256];                /* of the greeting, for APOP            */
	struct str out; bool out_ready; char shown[64]; bool out_secret;
	unsigned due;                   /* replies that must still come         */
	const char *mech; struct sasl *sasl; bool sasl_done; struct str initial;
	char *password;                 /* only between USER and PASS           */
	struct pop3_cmd *q; size_t head, next, n, cap;       /* [head, next) is under way */
	uint32_t last;                  /* number of the last line of a listing */
	struct unstuff body; bool deletes;      /* a DELE went out              */
	enum act_event event; uint32_t num; uint64_t size, count; char uid[70]; size_t uid_n;
	struct err err, event_err;
};

enum pop3_status { P_OK, P_ERR, P_MORE, P_NONSENSE };

enum pop3_st pop3_nonsense(struct pop3 *, struct slice line);
/* What the code in brackets means, RFC 2449 section 8, RFC 3206. */
enum err_kind pop3_err_kind(struct slice text, enum err_kind otherwise);
/* "VERB arg text" into out; secret: the log shows **** in place of text. */
void pop3_put(struct pop3 *, const char *verb, const char *arg, struct slice text, bool secret);
enum pop3_st pop3_want_login(struct pop3 *);
enum pop3_st pop3_login(struct pop3 *, struct slice password);
enum pop3_st pop3_after_login(struct pop3 *, enum pop3_status, struct slice line,
	struct slice text);
enum pop3_st pop3_after_auth(struct pop3 *, enum pop3_status, struct slice line,
	struct slice text);
void pop3_login_clear(struct pop3 *);

struct smtpd_params { struct smtpd_param v[8]; size_t n; };

/* ---- smtpd.c: the session; smtpd_auth.c: AUTH; smtpd_data.c: DATA and BDAT ---- */

#define CHUNK_MAX (UINT64_MAX / 2)

enum smtpd_st { SD_CMD, SD_ASK, SD_TLS, SD_AUTH, SD_SECRET, SD_AUTH_END, SD_DATA, SD_BDAT,
	SD_CLOSE, SD_DONE, SD_FAIL };

struct smtpd {
	struct smtpd_conf conf;
	enum smtpd_st st;
	bool tls_on, esmtp, wary;       /* wary: a refused DATA may have text behind it */
	unsigned errors, bad_logins;
	char *helo, *user;
	struct str out; bool out_ready;
	enum act_event event, asked;    /* event: to tell; asked: waits for its answer */
	struct str addr;
	struct sasl *sasl; struct str auth_in, auth_out;
	struct unstuff body;
	struct { uint64_t left; bool last, eat; int code; char enh[16], *text; } chunk;
	struct {
		bool open;              /* MAIL was taken                       */
		bool bdat, too_big;
		unsigned rcpts;
		uint64_t size, got;     /* SIZE=, and what came                 */
		struct smtpd_params mail, rcpt;
	} tx;
	struct err err;
};

/* Says it and goes to that state; 421 closes. */
enum smtpd_st smtpd_reply(struct smtpd *, enum smtpd_st then, int code, const char *enh,
	const char *text);
/* The client's mistake: too many of them and it has to go. */
enum smtpd_st smtpd_mistake(struct smtpd *, int code, const char *enh, const char *text);
enum smtpd_st smtpd_ask(struct smtpd *, enum act_event);
void smtpd_tx_clear(struct smtpd *);
void smtpd_tx_reset(struct smtpd *);            /* and the owner has to throw away what it began */
enum smtpd_st smtpd_cmd_auth(struct smtpd *, struct slice arg);
enum smtpd_st smtpd_auth_line(struct smtpd *, struct slice line);
enum smtpd_st smtpd_auth_step(struct smtpd *);
void smtpd_login_clear(struct smtpd *);
enum smtpd_st smtpd_cmd_bdat(struct smtpd *, struct slice arg);
enum smtpd_st smtpd_data_refused(struct smtpd *, int code, const char *enh, const char *text);
enum smtpd_st smtpd_data_answered(struct smtpd *, int code, const char *enh, const char *text);
enum smtpd_st smtpd_chunk_end(struct smtpd *);
int  smtpd_data(void *, struct slice *in, struct slice *out);

/* ---- smtpd_arg.c: the arguments of SMTP commands, RFC 5321 4.1.2 ---- */

/* Takes "<...>" off the front of rest: *addr becomes "local@domain" without a
 * source route, or empty for <>.  false: not a path. */
bool arg_path(struct slice *rest, bool rcpt, struct str *addr);
bool arg_domain(struct slice);                  /* a domain or an address literal */
void smtpd_params_release(struct smtpd_params *);
const char *smtpd_params_get(const struct smtpd_params *, const char *name);
/* " KEY=value ..." up to the end.  0, or the code of the reply: 501 a broken
 * one, 552 a SIZE that no number holds, 555 an unknown one. */
int  smtpd_params_parse(struct smtpd_params *, struct slice rest, bool rcpt);

#endif
