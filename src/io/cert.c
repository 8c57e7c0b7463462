/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cert: what is wrong with a certificate, in words, and a certificate of our
 * own for a server that has none.  With tls.c the only file with OpenSSL.
 */
#include "io/priv.h"
#include <limits.h>
#include <arpa/inet.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <unistd.h>

void cert_pin(X509 *cert, char out[CERT_PIN_LEN])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	bug_on(X509_digest(cert, EVP_sha256(), sum, &n) != 1 || n != 32);
	for (unsigned i = 0; i < n; i++) {
		out[2 * i] = digits[sum[i] >> 4];
		out[2 * i + 1] = digits[sum[i] & 15];
	}
	out[2 * n] = 0;
}

/* ---- in words ---- */

static void date_words(const ASN1_TIME *when, char out[32])
{
	struct tm tm = { 0 };

	if (ASN1_TIME_to_tm(when, &tm) == 1)
		snprintf(out, 32, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
	else
		snprintf(out, 32, "%s", _("an unreadable date"));
}

/* Adds one name, cleaned, while there is room; false when there is none. */
static bool add_name(struct str *out, struct slice name)
{
	struct str clean;
	bool fits;

	str_init(&clean, 1024);
	utf8_sanitize(&clean, sl_head(name, 100), CLEAN_LINE);
	fits = out->n + clean.n + 2 < 120;
	if (fits)
		str_addf(out, "%s%s", out->n ? ", " : "", clean.p);
	else
		str_adds(out, ", ...");
	str_release(&clean);
	return fits;
}

static void names_words(X509 *cert, struct str *out)
{
	GENERAL_NAMES *all = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);

	for (int i = 0; i < sk_GENERAL_NAME_num(all); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(all, i);
		char addr[INET6_ADDRSTRLEN];
		const ASN1_STRING *s;
		struct slice words = SL_NONE;

		if (name->type == GEN_DNS) {
			s = name->d.dNSName;
			words = sl_make((const char *)ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s));
		} else if (name->type == GEN_IPADD) {
			int n = ASN1_STRING_length(name->d.iPAddress);

			if ((n == 4 || n == 16) && inet_ntop(n == 4 ? AF_INET : AF_INET6,
					ASN1_STRING_get0_data(name->d.iPAddress), addr, sizeof(addr)))
				words = sl(addr);
		}
		if (words.n && !add_name(out, words))
			break;
	}
	GENERAL_NAMES_free(all);
	if (out->n == 0)
		str_adds(out, _("none"));
}

/* The common name or organization of who issued it. */
static void issuer_words(X509 *cert, struct str *out)
{
	X509_NAME *issuer = X509_get_issuer_name(cert);
	const int kinds[] = { NID_commonName, NID_organizationName };
	char name[128];

	for (size_t i = 0; i < ARRAY_LEN(kinds) && out->n == 0; i++) {
		int n = X509_NAME_get_text_by_NID(issuer, kinds[i], name, sizeof(name));

		if (n > 0)
			add_name(out, sl(name));
	}
	if (out->n == 0)
		str_adds(out, _("somebody without a name"));
}

/* What is wrong, without what to do about it. */
static void why_words(const char *host, int why, X509 *leaf, X509 *current, struct str *out)
{
	bool above = X509_cmp(current, leaf) != 0;
	struct str more;
	char date[32];

	str_init(&more, 256);
	switch (why) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
		date_words(X509_get0_notAfter(current), date);
		str_addf(out, above ? _("a certificate that vouches for %s expired on %s") :
			_("the certificate of %s expired on %s"), host, date);
		break;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		date_words(X509_get0_notBefore(current), date);
		str_addf(out, above ? _("a certificate that vouches for %s is valid only from %s on") :
			_("the certificate of %s is valid only from %s on "
				"(is the clock of this computer right?)"), host, date);
		break;
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		names_words(leaf, &more);
		str_addf(out, _("the certificate of %s is for other names: %s"), host, more.p);
		break;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		str_addf(out, _("the certificate of %s is self-signed, so nobody vouches for it"), host);
		break;
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		issuer_words(current, &more);
		str_addf(out, _("the certificate of %s was issued by %s, an authority unknown here"),
			host, more.p);
		break;
	default:        /* OpenSSL has some eighty, with words for each */
		str_addf(out, _("the certificate of %s is not accepted: %s"), host,
			X509_verify_cert_error_string(why));
	}
	str_release(&more);
}

/* A trust file would help. */
static bool is_unknown(int why)
{
	return why == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT ||
		why == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN ||
		why == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT ||
		why == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
		why == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE;
}

int cert_refused(const char *host, int why, X509 *leaf, X509 *current, struct err *e)
{
	char pin[CERT_PIN_LEN];
	struct str words;

	if (!leaf || !current)
		return err_set(e, ERR_TLS, _("the certificate of %s is not accepted: %s"), host,
			X509_verify_cert_error_string(why));
	str_init(&words, 1024);
	why_words(host, why, leaf, current, &words);
	cert_pin(leaf, pin);
	err_set(e, ERR_TLS, is_unknown(why) ?
		_("%s; if you know it is the right one, set tls-fingerprint = %s, "
			"or tls-trust-file to a file with the certificate of its authority") :
		_("%s; if you know it is the right one all the same, set tls-fingerprint = %s"),
		words.p, pin);
	str_release(&words);
	return -1;
}

/* ---- making one ---- */

static EVP_PKEY *make_key(void)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
	EVP_PKEY *key = NULL;

	if (!ctx || EVP_PKEY_keygen_init(ctx) != 1 ||
	    EVP_PKEY_CTX_set_ec_paramgen_curve_nid(ctx, NID_X9_62_prime256v1) != 1 ||
	    EVP_PKEY_keygen(ctx, &key) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static bool add_ext(X509 *cert, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *ext;
	bool fine;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, cert, cert, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	fine = ext && X509_add_ext(cert, ext, -1) == 1;
	X509_EXTENSION_free(ext);
	return fine;
}

/* One name as dNSName or iPAddress, built by hand: a comma in it adds nothing. */
static bool add_san(GENERAL_NAMES *all, const char *text, struct err *e)
{
	GENERAL_NAME *name = GENERAL_NAME_new();
	ASN1_OCTET_STRING *ip = a2i_IPADDRESS(text);
	ASN1_IA5STRING *dns;
	struct str ascii;

	bug_on(!name);
	str_init(&ascii, 512);
	if (ip) {
		GENERAL_NAME_set0_value(name, GEN_IPADD, ip);
	} else if (idn_to_ascii(text, &ascii, e) == 0) {
		dns = ASN1_IA5STRING_new();
		bug_on(!dns || ASN1_STRING_set(dns, ascii.p, (int)ascii.n) != 1);
		GENERAL_NAME_set0_value(name, GEN_DNS, dns);
	} else {
		GENERAL_NAME_free(name);
		str_release(&ascii);
		return false;
	}
	str_release(&ascii);
	bug_on(sk_GENERAL_NAME_push(all, name) <= 0);
	return true;
}

static bool add_sans(X509 *cert, const char *const *names, size_t n, struct err *e)
{
	GENERAL_NAMES *all = GENERAL_NAMES_new();
	bool fine = true;

	for (size_t i = 0; i < n && fine; i++)
		fine = add_san(all, names[i], e);
	fine = fine && X509_add1_ext_i2d(cert, NID_subject_alt_name, all, 0, X509V3_ADD_DEFAULT) == 1;
	GENERAL_NAMES_free(all);
	return fine;
}

static bool set_serial(X509 *cert)
{
	unsigned char raw[16];
	BIGNUM *bn;
	bool fine;

	rt_random(raw, sizeof(raw));
	raw[0] = (raw[0] & 0x3F) | 0x40;        /* positive, full length */
	bn = BN_bin2bn(raw, sizeof(raw), NULL);
	fine = bn && BN_to_ASN1_INTEGER(bn, X509_get_serialNumber(cert));
	BN_free(bn);
	return fine;
}

/* A leaf that is its own trust anchor. */
static X509 *make_leaf(EVP_PKEY *key, const char *const *names, size_t n, struct err *e)
{
	time_t now = (time_t)(rt_now() / 1000000);
	X509 *cert = X509_new();
	X509_NAME *who;

	bug_on(!cert);
	who = X509_get_subject_name(cert);
	if (X509_set_version(cert, 2) == 1 && set_serial(cert) &&
	    X509_NAME_add_entry_by_txt(who, "CN", MBSTRING_UTF8,
		(const unsigned char *)"pabald", -1, -1, 0) == 1 &&
	    X509_set_issuer_name(cert, who) == 1 &&
	    ASN1_TIME_adj(X509_getm_notBefore(cert), now, -1, 0) &&
	    ASN1_TIME_adj(X509_getm_notAfter(cert), now, 3652, 0) &&
	    X509_set_pubkey(cert, key) == 1 &&
	    add_ext(cert, NID_basic_constraints, "critical,CA:FALSE") &&
	    add_ext(cert, NID_key_usage, "critical,digitalSignature") &&
	    add_ext(cert, NID_ext_key_usage, "serverAuth") &&
	    add_ext(cert, NID_subject_key_identifier, "hash") &&
	    add_ext(cert, NID_authority_key_identifier, "keyid:always") &&
	    add_sans(cert, names, n, e) && X509_sign(cert, key, EVP_sha256()) > 0)
		return cert;
	X509_free(cert);
	return NULL;
}

static struct slice bio_bytes(BIO *b)
{
	char *p = NULL;
	long n = BIO_get_mem_data(b, &p);

	return sl_make(p, (size_t)n);
}

static int write_pem(const char *cert_path, const char *key_path, X509 *cert, EVP_PKEY *key,
	struct err *e)
{
	BIO *c = BIO_new(BIO_s_mem()), *k = BIO_new(BIO_s_secmem());
	int rc = -1;

	if (!c || !k || PEM_write_bio_X509(c, cert) != 1 ||
	    PEM_write_bio_PrivateKey(k, key, NULL, NULL, 0, NULL, NULL) != 1)
		err_set(e, ERR_SYS, _("cannot write a certificate: OpenSSL refuses"));
	else if (fs_replace(key_path, bio_bytes(k), e) == 0 &&
		 fs_replace(cert_path, bio_bytes(c), e) == 0)
		rc = 0;
	BIO_free(c);
	BIO_free(k);
	return rc;
}

int tls_make_cert(const char *cert_path, const char *key_path, const char *const *names, size_t n,
	struct err *e)
{
	struct err why = ERR_INIT;
	EVP_PKEY *key;
	X509 *cert;
	int rc = -1;

	if (access(cert_path, F_OK) == 0 && access(key_path, F_OK) == 0)
		return 0;
	ERR_clear_error();
	err_set(&why, ERR_SYS, _("cannot make a certificate: OpenSSL refuses"));
	key = make_key();
	cert = key ? make_leaf(key, names, n, &why) : NULL;
	if (cert)
		rc = write_pem(cert_path, key_path, cert, key, &why);
	X509_free(cert);
	EVP_PKEY_free(key);
	if (rc != 0)
		*e = why;
	return rc;
}
