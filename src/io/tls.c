/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tls: a transport that encrypts for another one.  With cert.c the only file
 * that includes OpenSSL (3, and 1.1.1 with the same calls).
 *
 * Invariants:
 *   1. Every client context is made by tls_client, which cannot make one that
 *      does not verify: by authority and name, or by the pin and nothing else.
 *   2. The names are those of subjectAltName, never the common name (RFC 9525).
 *   3. An end without close_notify is a failure: what came may be cut short.
 *   4. No byte of the owner is written before the handshake is verified.
 */
#include "io/priv.h"
#include <errno.h>
#include <limits.h>
#include <arpa/inet.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

struct tls_ctx {
	SSL_CTX *ssl;
	bool server;
	char pin[CERT_PIN_LEN];         /* "": none */
};

struct tls {
	struct transport base;
	struct transport *under;
	SSL *ssl;
	char *host;                     /* NULL: we are the server */
	const struct tls_ctx *ctx;
	bool ready, broken, eof;
	struct err under_err;           /* kind ERR_NONE: the transport below is well */
	int why;                        /* X509_V_ERR_ of a refused certificate */
	X509 *leaf, *current;
	char words[96];
};

/* ---- the transport below, as OpenSSL wants to see it ---- */

static int bio_result(BIO *b, struct tls *t, ssize_t n)
{
	BIO_clear_retry_flags(b);
	if (n == IO_READ)
		BIO_set_retry_read(b);
	else if (n == IO_WRITE)
		BIO_set_retry_write(b);
	else if (n == 0)
		t->eof = true;
	return n < 0 ? -1 : (int)n;
}

static int bio_read(BIO *b, char *buf, int n)
{
	struct tls *t = BIO_get_data(b);

	return bio_result(b, t, t->under->ops->read(t->under, buf, (size_t)n, &t->under_err));
}

static int bio_write(BIO *b, const char *buf, int n)
{
	struct tls *t = BIO_get_data(b);

	return bio_result(b, t, t->under->ops->write(t->under, buf, (size_t)n, &t->under_err));
}

static long bio_ctrl(BIO *b, int cmd, long num, void *ptr)
{
	struct tls *t = BIO_get_data(b);

	switch (cmd) {
	case BIO_CTRL_FLUSH:
		return 1;
	case BIO_CTRL_EOF:
		return t->eof;
	}
	return 0;
}

static BIO *bio_over(struct tls *t)
{
	static BIO_METHOD *method;
	BIO *b;

	if (!method) {
		method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "transport");
		bug_on(!method);
		BIO_meth_set_read(method, bio_read);
		BIO_meth_set_write(method, bio_write);
		BIO_meth_set_ctrl(method, bio_ctrl);
	}
	b = BIO_new(method);
	bug_on(!b);
	BIO_set_data(b, t);
	BIO_set_init(b, 1);
	return b;
}

/* ---- verifying ---- */

static void keep(struct tls *t, int why, X509 *leaf, X509 *current)
{
	if (t->why)
		return;
	t->why = why;
	if (leaf && X509_up_ref(leaf))
		t->leaf = leaf;
	if (current && X509_up_ref(current))
		t->current = current;
}

static struct tls *tls_of(X509_STORE_CTX *sc)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(sc, SSL_get_ex_data_X509_STORE_CTX_idx());

	return SSL_get_app_data(ssl);
}

static int on_verify(int fine, X509_STORE_CTX *sc)
{
	if (!fine)
		keep(tls_of(sc), X509_STORE_CTX_get_error(sc), X509_STORE_CTX_get0_cert(sc),
			X509_STORE_CTX_get_current_cert(sc));
	return fine;
}

/* In place of all of OpenSSL's checks where there is a pin. */
static int check_pin(X509_STORE_CTX *sc, void *ctx)
{
	const struct tls_ctx *conf = ctx;
	X509 *leaf = X509_STORE_CTX_get0_cert(sc);
	char pin[CERT_PIN_LEN];

	cert_pin(leaf, pin);
	if (CRYPTO_memcmp(pin, conf->pin, sizeof(pin)) == 0) {
		X509_STORE_CTX_set_error(sc, X509_V_OK);
		return 1;
	}
	keep(tls_of(sc), X509_V_ERR_CERT_REJECTED, leaf, leaf);
	X509_STORE_CTX_set_error(sc, X509_V_ERR_CERT_REJECTED);
	return 0;
}

/* ---- contexts ---- */

static const char *ssl_reason(void)
{
	unsigned long code = ERR_peek_error();
	const char *words;

#ifdef ERR_SYSTEM_ERROR
	if (ERR_SYSTEM_ERROR(code))
		return strerror((int)ERR_GET_REASON(code));
#endif
	words = ERR_reason_error_string(code);
	return words ? words : _("no reason given");
}

/* Never asks a terminal for the passphrase of a key. */
static int no_passphrase(char *buf, int size, int rw, void *ctx)
{
	return -1;
}

static struct tls_ctx *ctx_new(bool server)
{
	struct tls_ctx *ctx = mem_zalloc(sizeof(*ctx));

	ERR_clear_error();
	ctx->server = server;
	ctx->ssl = SSL_CTX_new(server ? TLS_server_method() : TLS_client_method());
	bug_on(!ctx->ssl);
	SSL_CTX_set_min_proto_version(ctx->ssl, TLS1_2_VERSION);
	SSL_CTX_set_options(ctx->ssl, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
		(server ? SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE : 0));
	SSL_CTX_set_mode(ctx->ssl, SSL_MODE_ENABLE_PARTIAL_WRITE |
		SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(ctx->ssl, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_read_ahead(ctx->ssl, 1);
	SSL_CTX_set_default_passwd_cb(ctx->ssl, no_passphrase);
	if (server)
		SSL_CTX_set_num_tickets(ctx->ssl, 0);
	return ctx;
}

/* 64 hex digits, with or without colons, to lower case. */
static int parse_pin(const char *text, char pin[CERT_PIN_LEN])
{
	size_t n = 0;

	for (; *text; text++) {
		if (*text == ':' || *text == ' ')
			continue;
		if (hex_val((unsigned char)*text) < 0 || n == CERT_PIN_LEN - 1)
			return -1;
		pin[n++] = (char)ascii_lower((unsigned char)*text);
	}
	pin[n] = 0;
	return n == CERT_PIN_LEN - 1 ? 0 : -1;
}

struct tls_ctx *tls_client(const char *trust, const char *pin, struct err *e)
{
	struct tls_ctx *ctx = ctx_new(false);

	SSL_CTX_set_verify(ctx->ssl, SSL_VERIFY_PEER, on_verify);
	if (pin) {
		SSL_CTX_set_cert_verify_callback(ctx->ssl, check_pin, ctx);
		if (parse_pin(pin, ctx->pin) == 0)
			return ctx;
		err_set(e, ERR_CONFIG, _("\"%s\" is not a fingerprint; "
			"64 hexadecimal digits (SHA-256) are needed"), pin);
	} else if (trust) {
		/* The file may hold the certificate of the server itself. */
		X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(ctx->ssl), X509_V_FLAG_PARTIAL_CHAIN);
		if (SSL_CTX_load_verify_locations(ctx->ssl, trust, NULL) == 1)
			return ctx;
		err_set(e, ERR_CONFIG, _("cannot read certificates from %s: %s"), trust, ssl_reason());
	} else {
		if (SSL_CTX_set_default_verify_paths(ctx->ssl) == 1)
			return ctx;
		err_set(e, ERR_CONFIG, _("cannot read the certificates of this system: %s"), ssl_reason());
	}
	tls_free(&ctx);
	return NULL;
}

struct tls_ctx *tls_client_any(void)
{
	struct tls_ctx *ctx = ctx_new(false);

	SSL_CTX_set_verify(ctx->ssl, SSL_VERIFY_NONE, NULL);
	return ctx;
}

struct tls_ctx *tls_server(const char *cert, const char *key, struct err *e)
{
	struct tls_ctx *ctx = ctx_new(true);

	if (SSL_CTX_use_certificate_chain_file(ctx->ssl, cert) != 1)
		err_set(e, ERR_CONFIG, _("cannot use the certificate in %s: %s"), cert, ssl_reason());
	else if (SSL_CTX_use_PrivateKey_file(ctx->ssl, key, SSL_FILETYPE_PEM) != 1)
		err_set(e, ERR_CONFIG, _("cannot use the key in %s: %s"), key, ssl_reason());
	else if (SSL_CTX_check_private_key(ctx->ssl) != 1)
		err_set(e, ERR_CONFIG, _("the key in %s does not belong to the certificate in %s"), key, cert);
	else
		return ctx;
	tls_free(&ctx);
	return NULL;
}

void tls_free(struct tls_ctx **cp)
{
	struct tls_ctx *ctx = *cp;

	*cp = NULL;
	if (!ctx)
		return;
	SSL_CTX_free(ctx->ssl);
	free(ctx);
}

bool tls_is_server(const struct tls_ctx *ctx)
{
	return ctx->server;
}

/* ---- the transport ---- */

/* What an unsuccessful call means: 0, IO_READ, IO_WRITE, or -1 and err. */
static ssize_t result(struct tls *t, int ret, struct err *e)
{
	const char *host = t->host ? t->host : _("the client");
	int code = SSL_get_error(t->ssl, ret);
	int reason = ERR_GET_REASON(ERR_peek_error());

	if (code == SSL_ERROR_WANT_READ)
		return IO_READ;
	if (code == SSL_ERROR_WANT_WRITE)
		return IO_WRITE;
	if (code == SSL_ERROR_ZERO_RETURN)
		return 0;
	t->broken = true;
	if (t->why && t->ctx->pin[0]) {
		char pin[CERT_PIN_LEN];

		cert_pin(t->leaf, pin);
		return err_set(e, ERR_TLS, _("the certificate of %s is not the one of tls-fingerprint: "
			"its fingerprint is %s; if the server got a new certificate, "
			"ask its owner to confirm that"), host, pin);
	}
	if (t->why)
		return cert_refused(host, t->why, t->leaf, t->current, e);
	if (t->under_err.kind != ERR_NONE) {
		*e = t->under_err;
		return -1;
	}
	if (t->eof && !t->ready)
		return err_set(e, ERR_NET, _("%s closed the connection while TLS was set up"), host);
	if (t->eof)
		return err_set(e, ERR_NET, _("%s broke off the TLS connection without a goodbye; "
			"what came last may be cut short"), host);
	if (!t->ready && (reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST))
		return err_set(e, ERR_TLS, _("%s does not answer with TLS here; "
			"it may want to start in clear text"), host);
	return err_set(e, ERR_TLS, _("TLS with %s failed: %s"), host, ssl_reason());
}

int tls_handshake(struct transport *base, struct err *e)
{
	struct tls *t = (struct tls *)base;
	const char *version;
	int ret;

	if (t->ready)
		return 1;
	ERR_clear_error();
	ret = SSL_do_handshake(t->ssl);
	if (ret != 1) {
		ssize_t rc = result(t, ret, e);

		return rc == 0 ? err_set(e, ERR_NET, _("%s closed the connection while TLS was set up"),
			t->host ? t->host : _("the client")) : (int)rc;
	}
	if (!t->ctx->server && SSL_CTX_get_verify_mode(t->ctx->ssl) != SSL_VERIFY_NONE && SSL_get_verify_result(t->ssl) != X509_V_OK)
		return cert_refused(t->host, (int)SSL_get_verify_result(t->ssl), NULL, NULL, e);
	t->ready = true;
	version = SSL_get_version(t->ssl);      /* "TLSv1.3" */
	snprintf(t->words, sizeof(t->words), "TLS %s, %s",
		strncmp(version, "TLSv", 4) == 0 ? version + 4 : version,
		SSL_get_cipher_name(t->ssl));
	return 1;
}

static ssize_t tls_read(struct transport *base, void *buf, size_t n, struct err *e)
{
	struct tls *t = (struct tls *)base;
	int got = tls_handshake(base, e);

	if (got != 1)
		return got;
	ERR_clear_error();
	got = SSL_read(t->ssl, buf, (int)MIN(n, (size_t)INT_MAX));
	return got > 0 ? got : result(t, got, e);
}

static ssize_t tls_write(struct transport *base, const void *buf, size_t n, struct err *e)
{
	struct tls *t = (struct tls *)base;
	int put = tls_handshake(base, e);
	ssize_t rc;

	if (put != 1)
		return put;
	ERR_clear_error();
	put = SSL_write(t->ssl, buf, (int)MIN(n, (size_t)INT_MAX));
	if (put > 0)
		return put;
	rc = result(t, put, e);
	return rc == 0 ? err_set(e, ERR_NET, _("the TLS connection is closed")) : rc;
}

static bool tls_pending(struct transport *base)
{
	struct tls *t = (struct tls *)base;

	return SSL_has_pending(t->ssl) || t->under->ops->pending(t->under);
}

static void tls_shutdown(struct transport *base)
{
	struct tls *t = (struct tls *)base;

	ERR_clear_error();
	if (t->ready && !t->broken)
		SSL_shutdown(t->ssl);
	t->under->ops->shutdown(t->under);
}

static void tls_transport_free(struct transport **tp)
{
	struct tls *t = (struct tls *)*tp;

	*tp = NULL;
	SSL_free(t->ssl);
	X509_free(t->leaf);
	X509_free(t->current);
	t->under->ops->free(&t->under);
	free(t->host);
	free(t);
}

static const struct transport_ops tls_ops = {
	tls_read, tls_write, tls_pending, tls_shutdown, tls_transport_free
};

/* Whom the certificate must be for, and SNI. */
static int set_host(struct tls *t, const char *host, struct err *e)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(t->ssl);
	struct str name;
	int rc = 0;

	str_init(&name, 512);
	X509_VERIFY_PARAM_set_hostflags(param,
		X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
	if (host[0] == '[' && strchr(host, ']'))
		str_add(&name, host + 1, (size_t)(strchr(host, ']') - host) - 1);
	else if (idn_to_ascii(host, &name, e) != 0)
		rc = -1;
	while (name.n > 1 && name.p[name.n - 1] == '.')
		str_cut(&name, name.n - 1);
	/* An address is compared with iPAddress names and never sent as SNI. */
	if (rc == 0 && X509_VERIFY_PARAM_set1_ip_asc(param, name.p) != 1 &&
	    (X509_VERIFY_PARAM_set1_host(param, name.p, name.n) != 1 ||
	     SSL_set_tlsext_host_name(t->ssl, name.p) != 1))
		rc = err_set(e, ERR_INPUT, _("\"%s\" is not the name of a host"), host);
	str_release(&name);
	ERR_clear_error();
	return rc;
}

struct transport *tls_wrap(struct tls_ctx *ctx, struct transport *under, const char *host,
	struct err *e)
{
	struct tls *t = mem_zalloc(sizeof(*t));
	BIO *bio;

	bug_on(!ctx->server && !host);
	t->base = (struct transport){ .ops = &tls_ops, .fd = under->fd };
	t->ssl = SSL_new(ctx->ssl);
	bug_on(!t->ssl);
	t->ctx = ctx;
	SSL_set_app_data(t->ssl, t);
	if (ctx->server) {
		SSL_set_accept_state(t->ssl);
	} else {
		SSL_set_connect_state(t->ssl);
		if (set_host(t, host, e) != 0) {
			SSL_free(t->ssl);
			free(t);
			return NULL;
		}
		t->host = mem_strdup(host);
	}
	t->under = under;
	bio = bio_over(t);
	SSL_set_bio(t->ssl, bio, bio);
	return &t->base;
}

bool tls_ready(struct transport *base)
{
	return ((struct tls *)base)->ready;
}

const char *tls_words(struct transport *base)
{
	return ((struct tls *)base)->words;
}
