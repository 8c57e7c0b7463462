/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of io share and nobody else needs.
 */
#ifndef IO_PRIV_H
#define IO_PRIV_H

#include "io/io.h"

/* free(mem) at the end of the turn (or with the loop), so that the handler on
 * the stack may still look at it. */
void loop_release(struct loop *, void *mem);
/* fn is called with the watch's ctx if the loop is freed before the watch. */
void watch_on_loop_free(struct watch *, void (*fn)(void *ctx));

/* Contexts of servers accept, those of clients connect. */
bool tls_is_server(const struct tls_ctx *);

/* cert.c: what certificates say; x509_st is OpenSSL's. */
struct x509_st;
#define CERT_PIN_LEN 65                 /* SHA-256 in hex with its NUL */
void cert_pin(struct x509_st *, char out[CERT_PIN_LEN]);
/* why: an X509_V_ERR_ of OpenSSL; current is the one of the chain it is about. */
int  cert_refused(const char *host, int why, struct x509_st *leaf, struct x509_st *current,
	struct err *);

/* "127.0.0.1:25", "[::1]:25"; other families: "". */
void sock_words(const struct sockaddr *, socklen_t, char out[64]);

#ifdef SMALL_BUFFERS
#define IO_STEP 64u
#else
#define IO_STEP (16u * 1024)
#endif

#endif
