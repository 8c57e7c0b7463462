/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * io: the event loop, connections, TLS, children.  Nothing here knows mail.
 * One process, one poll(); no call blocks but those that say so.  Handlers may
 * close anything at any time: memory is released at the end of the turn.
 */
#ifndef IO_IO_H
#define IO_IO_H

#include "base/base.h"
#include <sys/socket.h>

/* ---- loop.c: one poll() ---- */

struct loop;
struct watch;                                   /* a descriptor, timer, child or signal watched */
struct loop *loop_new(void);                    /* ignores SIGPIPE and SIGXFSZ */
void loop_free(struct loop **);
struct watch *loop_fd(struct loop *, int fd, short events,
	void (*fn)(void *ctx, short revents), void *ctx);
void watch_events(struct watch *, short events);        /* 0: none for now */
/* Once, after usec of the monotonic clock; the watch is gone after it ran. */
struct watch *loop_timer(struct loop *, int64_t usec, void (*fn)(void *ctx), void *ctx);
/* After this turn's descriptors were served: for work gathered over a turn. Once. */
struct watch *loop_later(struct loop *, void (*fn)(void *ctx), void *ctx);
/* fn when that child ended (status as waitpid's). */
struct watch *loop_child(struct loop *, pid_t, void (*fn)(void *ctx, int status), void *ctx);
struct watch *loop_signal(struct loop *, int signo, void (*fn)(void *ctx, int signo), void *ctx);
void watch_free(struct watch **);               /* NULL is fine; never run again */
/* Runs until loop_stop (returns 0) or a poll error (-1). */
int  loop_run(struct loop *, struct err *);
int  loop_turn(struct loop *, int64_t max_wait_usec, struct err *);     /* one turn */
void loop_stop(struct loop *);

/* ---- conn.c: buffered bytes and lines over a transport ---- */

/* What carries the bytes.  Non-blocking: > 0 bytes, 0 closed by the peer (read
 * only; a TLS close without close_notify is an error), -1 failed (err), or
 * IO_READ / IO_WRITE: come back when poll says so. */
enum { IO_READ = -2, IO_WRITE = -3 };
struct transport {
	const struct transport_ops {
		ssize_t (*read)(struct transport *, void *, size_t, struct err *);
		ssize_t (*write)(struct transport *, const void *, size_t, struct err *);
		bool    (*pending)(struct transport *);         /* decrypted bytes that poll can't see */
		void    (*shutdown)(struct transport *);        /* says goodbye, does not wait */
		void    (*free)(struct transport **);
	} *ops;
	int fd;
};

struct conn;
enum conn_event {       /* why ready was called; bits */
	CONN_IN = 1,            /* bytes came                                  */
	CONN_OUT = 2,           /* less than the low-water mark is queued      */
	CONN_TLS = 4,           /* the handshake is done                       */
	CONN_GONE = 8,          /* closed, failed or late: conn_error says why; once */
};
/* Takes the transport. ready is called from the loop and may do anything,
 * conn_free included. */
struct conn *conn_new(struct loop *, struct transport *,
	void (*ready)(struct conn *, unsigned events, void *ctx), void *ctx);
void conn_free(struct conn **);
/* Bytes that came and were not taken yet; borrowed until the next turn or taking. */
struct slice conn_peek(struct conn *);
void conn_take(struct conn *, size_t n);
/* One line without CRLF.  A lone LF ends one too; strict: it stays in the line,
 * so that the owner can refuse it at once. Triple: 0 none complete, -1 longer
 * than max (err). Borrowed until the next call. */
int  conn_line(struct conn *, size_t max, bool strict, struct slice *line, struct err *);
/* Reading stops by itself when CONN_IN_MAX bytes wait. */
#define CONN_IN_MAX  (256 * 1024)
#define CONN_LOW     (64 * 1024)
#define CONN_HIGH    (256 * 1024)
int  conn_queue(struct conn *, struct slice);   /* copies; never refuses while open */
size_t conn_queued(const struct conn *);        /* over CONN_HIGH: stop and wait for CONN_OUT */
/* Tries to write what is queued now instead of in the next turn. */
void conn_flush(struct conn *);
/* The one clock of a connection: the owner's wait, seconds from now; bytes that
 * come do not move it, but every CONN_PROGRESS bytes that go out of a long
 * queue start it anew.  0 stops it. Late: CONN_GONE with ERR_TIMEOUT. */
#define CONN_PROGRESS 4096
void conn_deadline(struct conn *, unsigned seconds);
/* The only way to change the transport.  Refused (-1, ERR_TLS) when bytes that
 * came before the handshake wait to be read.  CONN_TLS or CONN_GONE follows. */
struct tls_ctx;
int  conn_starttls(struct conn *, struct tls_ctx *, const char *host, struct err *);
bool conn_tls_on(const struct conn *);
const char *conn_tls_words(const struct conn *);        /* "TLS 1.3, TLS_AES_128...", or NULL */
/* Sends what is queued, then closes and frees itself; for goodbyes. */
void conn_finish(struct conn **);
const struct err *conn_error(const struct conn *);      /* of CONN_GONE; NONE: the peer closed */
const char *conn_peer(const struct conn *);             /* "127.0.0.1:25", or "" */
/* Bytes read and written in all. */
void conn_counts(const struct conn *, uint64_t *in, uint64_t *out);

/* ---- sock.c: sockets, through a table of calls that tests replace ---- */

struct sock_calls {
	int (*connect)(int, const struct sockaddr *, socklen_t);
	ssize_t (*recv)(int, void *, size_t, int);
	ssize_t (*send)(int, const void *, size_t, int);
	int (*getaddrinfo)(const char *, const char *, const void *hints, void **res);
};
extern struct sock_calls sock_sys;
struct transport *sock_transport(int fd);       /* takes a connected socket  */
/* Resolves (blocking: only jobs and servers at start do this; IDN names by IDNA
 * 2008) and connects to each address in turn, 250 ms ahead of the last where it
 * hangs; done(fd or -1, err) is called from the loop. */
struct sock_dial;
struct sock_dial *sock_connect(struct loop *, const char *host, const char *port, unsigned seconds,
	void (*done)(void *ctx, int fd, const struct err *), void *ctx);
void sock_dial_free(struct sock_dial **);
/* "[ADDR:]PORT", default address 127.0.0.1, port 0: a free one; *port_r what it
 * got.  The descriptor listens, non-blocking, close-on-exec. */
int  sock_listen(const char *where, uint16_t *port_r, struct err *);
/* A free port of 127.0.0.1 that is nobody else's while the descriptor is open, and on which
 * nobody listens: who connects is refused. */
int  sock_hold(uint16_t *port_r, struct err *);
int  sock_accept(int listen_fd, char peer[64]);         /* -1: none now (errno) */
bool sock_is_loopback(const char *host);        /* a loopback literal or "localhost" */
/* A-labels of a host or mail domain (IDNA 2008); ASCII is only lowered. */
int  idn_to_ascii(const char *name, struct str *out, struct err *);
int  idn_to_unicode(const char *name, struct str *out, struct err *);   /* and back, as people read it */

/* ---- mx.c: who takes the mail of a domain (RFC 5321 5.1) ---- */

/* Blocks for as long as the resolver does: for jobs.  Hosts in the order to try them, equal ones
 * shuffled; a domain without MX records: itself.  *hosts "" (n 1): it takes no mail (RFC 7505).
 * ERR_NOTFOUND: there is no such domain; ERR_TEMP: nobody says. */
int  mx_lookup(const char *domain, char ***hosts, size_t *n, struct err *);

/* ---- tls.c: the only file with OpenSSL ---- */

/* Client: verifies certificate and host name (SAN only, RFC 9525; addresses by
 * iPAddress), TLS 1.2 at least, SNI for names.  trust: a file of certificates in
 * place of the system's, or NULL.  pin: SHA-256 of the certificate in hex, the
 * only thing checked then, or NULL. */
struct tls_ctx *tls_client(const char *trust, const char *pin, struct err *);
/* Between servers, whose certificates are anybody's (RFC 7435): hidden from who only
 * listens, and no more. */
struct tls_ctx *tls_client_any(void);
struct tls_ctx *tls_server(const char *cert, const char *key, struct err *);
void tls_free(struct tls_ctx **);
/* Wraps a transport and takes it (not on failure: NULL); contexts of servers
 * accept, host is NULL for them.  read and write run the handshake if need be. */
struct transport *tls_wrap(struct tls_ctx *, struct transport *, const char *host, struct err *);
bool tls_ready(struct transport *);             /* handshake done (and verified) */
/* 1 done, IO_READ or IO_WRITE: wait, -1: err in words, with what the certificate says. */
int  tls_handshake(struct transport *, struct err *);
const char *tls_words(struct transport *);
/* A key and self-signed certificate for these names ("localhost", "127.0.0.1",
 * ...), 0600, ten years, EC P-256; files made anew or left alone if both are there. */
int  tls_make_cert(const char *cert, const char *key, const char *const *names, size_t n,
	struct err *);

/* ---- proc.c: the only file that forks ---- */

struct proc { pid_t pid; int in, out, err; };   /* our ends; -1: not asked for */
enum { PROC_IN = 1, PROC_OUT = 2, PROC_ERR = 4, PROC_GROUP = 8 /* own process group */,
	PROC_PAIR = 16 /* in and out are one socketpair: proc.in */ };
/* argv[0] is looked up in PATH; no shell; all our descriptors are closed in it. */
int  proc_start(struct proc *, char *const argv[], unsigned flags, struct err *);
/* Blocking, with a limit in seconds: what a command prints (password-command,
 * through "sh -c"); at most cap bytes; exit status not 0: err with its words. */
int  proc_output(const char *command, unsigned seconds, size_t cap, struct str *out, struct err *);
/* Blocks until bytes can be read there, at most so long: for programs that answer at once. */
bool io_wait(int fd, int ms);
/* Our own executable, for jobs. */
const char *proc_self(void);
void proc_set_self(const char *path);           /* argv[0] of main, resolved once */

/* ---- wire.c: one message a line between a job and its owner ---- */

/* "verb 12 key=value key=value": words, then pairs with %XX values. */
struct wire { struct slice verb; uint32_t id; struct slice rest; };
#define WIRE_MAX 16384
int  wire_parse(struct slice line, struct wire *, struct err *);
/* The decoded value of key; false when absent or broken. */
bool wire_get(const struct wire *, const char *key, struct str *out);
int  wire_get_u64(const struct wire *, const char *key, uint64_t *out);
void wire_start(struct str *, const char *verb, uint32_t id);
void wire_add(struct str *, const char *key, struct slice value);
void wire_addn(struct str *, const char *key, uint64_t);
void wire_end(struct str *);

#endif
