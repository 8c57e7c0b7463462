/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * talk: a dialogue from a file, and an engine that takes part in it.
 *
 *   # name: one line
 *   # engine: smtp | pop3 | smtpd | pop3d
 *   # conf: tls=starttls user=alice password=secret mech=PLAIN clear ...
 *   # mail: from=a@x.test size=9 last ...      smtp: what to send, in order
 *   # rcpt: b@x.test notify=FAILURE ...        of the mail above
 *   # body: text\n                             of the mail above
 *   # do: stat uidl retr 1 quit                pop3: queued at the next WANT_NEXT
 *   # answer: rcpt b@x.test 550 5.1.1 no       smtpd: other than yes
 *   # drop: uid1:Subject: a\n\nb\n             pop3d: a message of the maildrop
 *   # event: rcpt b@x.test sent 250            what must come out, in order
 *   S: 220 hi                                  the lines of both sides, CRLF added
 *   C: EHLO {any}                              {any} stands for anything
 *   T:                                         the TLS handshake
 *   X:                                         the peer hangs up
 *
 * \r \n \0 \t \\ \xHH stand for bytes, \c at the end for "no CRLF"; "S*9: a"
 * is that line nine times.
 */
#ifndef TESTS_TALK_H
#define TESTS_TALK_H

#include "../../tap.h"
#include "proto/proto.h"

struct talk_line { char who; struct str text; };
struct talk_mail { struct smtp_mail m; char *from, *envid, *ret; struct str body; };
struct talk {
	char name[200], engine[8], conf[400];
	struct talk_line *lines; size_t n, cap;
	struct talk_mail mails[8]; size_t n_mails;
	struct smtp_rcpt rcpts[8][400]; size_t n_rcpts[8];
	char *dos[8]; size_t n_dos;
	char *answers[16]; size_t n_answers;
	struct { char *uid; struct str text; } drop[16]; size_t n_drop;
	struct str events;
	size_t peer_bytes;
};

/* 0, or -1 with err. */
int  talk_read(struct talk *, const char *path, struct err *);
void talk_release(struct talk *);
/* "key=value" or "key" of the conf line: its value, "" for a bare key, or NULL. */
const char *talk_conf(const struct talk *, const char *key, char out[128]);

/* One run: the peer's bytes come in pieces of chunk (0: as much as is there) and
 * end after cut of them.  log: the events, a line each, and how it ended. */
struct talk_run {
	size_t chunk, cut;
	struct str log;
	size_t fed;                     /* bytes of the peer that were delivered */
	size_t sent_at;                 /* fed when the first was reported sent, or SIZE_MAX */
	bool end_out;                   /* the end of a message went out        */
	bool stuck;                     /* it did not go as the script says     */
	bool untrue;                    /* a result that can't be known         */
	enum want end;
};
void talk_play(const struct talk *, struct talk_run *);

#endif
