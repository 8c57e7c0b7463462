/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * conf: settings, accounts and secrets.  One INI file; every key stands in one
 * table (opts.c) with its type, default, check and help, from which the manual
 * is made.  An unknown key or a bad value is an error with file and line.
 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include "base/base.h"
#include "mime/mime.h"

enum conf_tls { CONF_PLAIN, CONF_STARTTLS, CONF_TLS, CONF_MAY /* between servers: where it is offered */ };

struct server {                         /* smtps://user@host:port                */
	bool set;
	enum conf_tls tls;
	char *host, *port, *user;       /* user NULL: no login                   */
	bool mx;                        /* host is a domain: its MX records say who takes its mail */
};

enum leave { LEAVE_FOREVER, LEAVE_NO, LEAVE_DAYS, LEAVE_UNTIL_DELETED };

struct account {
	char *name;
	struct addr address;            /* display name and address of the writer */
	struct server smtp, pop3;
	char *password, *password_command;
	char *auth;                     /* one mechanism, or NULL: the best      */
	char *tls_trust, *tls_fingerprint;
	bool cleartext_password;        /* a password without TLS off loopback   */
	enum leave leave; unsigned leave_days;
	char *inbox, *sent;             /* Maildir paths; sent NULL: no copy kept */
	char *helo;                     /* name to greet with, or NULL           */
	unsigned max_fetch;             /* MiB; a larger message is left there   */
	struct addrs identities;        /* further addresses to write as         */
	char *signature;                /* a file, or NULL                       */
};

/* [filter NAME], in the order of the file: what a message that the pattern finds
 * comes to. */
struct conf_filter {
	char *name, *pattern;
	char *move;                     /* Maildir path, or NULL: it stays       */
	char *flags;                    /* "+flagged -seen" as typed, or NULL    */
	bool stop;                      /* no later filter looks at it           */
	unsigned line;
};
struct conf_search { char *name, *pattern; };   /* [search NAME]             */
struct conf_folder { char *path; bool no_text; };       /* [folder NAME]     */

/* [bind CONTEXT]: key = command.  ui checks both. */
struct conf_bind { char *context, *key, *command; unsigned line; };

/* How the screens look and behave. */
struct conf_look {
	char *keys;                     /* "mutt", "alpine", "vi"                */
	char *theme;                    /* "dark", "light", "mono"               */
	char *headers;                  /* shown of a message, in order          */
	char *sort;                     /* as --sort                             */
	char *layout;                   /* "auto", "list", "below", "beside"     */
	char *sidebar;                  /* "auto", "yes", "no"                   */
	bool no_mouse, no_hints, markdown;
	char *editor;                   /* a command; NULL: the built-in one     */
	char *speller;                  /* a command that speaks ispell -a; "no"; NULL: what is there */
	char *address_book;             /* its path                              */
	char *attach_words;             /* further words for the check; NULL     */
	char *trusted_authserv;         /* names of hosts whose Authentication-Results count; NULL */
	char *save_to;                  /* where attachments are saved           */
	char *receipts;                 /* "never", "ask", "always"              */
	struct addrs receipts_for;      /* whose receipts need no question       */
	unsigned wrap;                  /* column at which text is wrapped; 0: not */
	unsigned warn_rcpts;            /* a reply to all of more is asked about; 0: never */
	unsigned undo_send;             /* seconds before what is sent leaves    */
	unsigned fetch_every;           /* seconds; 0: only when asked           */
	struct conf_bind *binds; size_t n_binds;
};

struct conf {
	char *path;                     /* of the file, or NULL: there was none  */
	char *data, *cache;             /* $XDG_DATA_HOME/pabal and so on        */
	char *mail;                     /* root of the Maildir tree              */
	char *trash, *archive, *drafts, *junk;  /* Maildir paths; trash NULL: delete at once */
	bool no_text;                   /* texts are not indexed                 */
	bool thread_subjects;           /* answers without references join by subject */
	struct addrs lists;             /* addresses of mailing lists (~l)       */
	struct conf_filter *filters; size_t n_filters;
	struct conf_search *searches; size_t n_searches;
	struct conf_folder *folders; size_t n_folders;
	struct account *accounts; size_t n_accounts;
	char *default_account;
	unsigned retry, retry_max;      /* seconds between tries: at first, and at most */
	unsigned give_up;               /* seconds until a try is the last       */
	unsigned timeout;               /* seconds; 0: those of the RFCs         */
	char *hostname;                 /* for Message-ID and HELO; NULL: ask the system */
	bool any_secret;                /* the file holds a password             */
	struct conf_look look;
};

/* ---- file.c: INI text to sections and keys ---- */

/* Calls fn for each "key = value" with its section ("" before the first) and
 * line; stops at the first -1.  Comments are lines starting with # or ;
 * a value may stand in double quotes (\" \\ \n \t); a line ending in \ goes on. */
int  ini_parse(struct slice text, const char *file,
	int (*fn)(void *ctx, struct slice section, struct slice key, struct slice value, unsigned line, struct err *),
	void *ctx, struct err *);

/* ---- opts.c: the table ---- */

enum opt_where { OPT_GENERAL, OPT_ACCOUNT, OPT_FILTER, OPT_SEARCH, OPT_FOLDER, OPT_BIND };
struct opt {
	enum opt_where where;
	const char *name, *type, *def;  /* def as text, NULL: none               */
	const char *help;               /* N_("...")                             */
};
/* The table, for manual and help; name NULL ends it. */
const struct opt *opts_all(void);
bool opts_has(enum opt_where, struct slice name);
/* The known name nearest to a wrong one (edit distance 2 at most), or NULL. */
const char *opts_nearest(enum opt_where, struct slice name);

/* ---- acct.c: the configuration as a whole ---- */

/* Reads path (NULL: $XDG_CONFIG_HOME/pabal/config, which may be missing).
 * ERR_CONFIG with "file:line: ..." for anything wrong in it; a password in a
 * file that others can read is refused. */
int  conf_load(struct conf *, const char *path, struct err *);
void conf_release(struct conf *);
struct account *conf_account(const struct conf *, const char *name);   /* NULL: the default; may be NULL */
/* Is it this address of one's own?  In any case: people write Jane@ as well as jane@. */
bool conf_own(const struct addr *own, const struct addr *who);
/* The account whose address, or one of whose identities, is this one (conf_own); or NULL. */
struct account *conf_account_by_address(const struct conf *, const struct addr *);
/* "30m", "5d", "1h30m", "90" (seconds). */
int  conf_duration(struct slice, unsigned *seconds);
/* The name of this host for Message-ID and EHLO: setting, or system, or "localhost". */
const char *conf_hostname(const struct conf *);

/* ---- url.c: servers ---- */

int  server_parse(struct slice url, bool smtp, struct server *, struct err *);
void server_release(struct server *);
bool conf_host_ok(struct slice);        /* may stand as a host in a URL */

/* ---- secret.c: passwords ---- */

/* The password of an account: setting, or what password-command prints (first
 * line, limit 60 s), or ERR_NOTFOUND. Wipe it with str_wipe. */
int  secret_get(const struct account *, struct str *out, struct err *);

#endif
