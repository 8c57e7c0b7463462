/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mimemake: mail to measure mime on, the same every time. */
#define BASE_NO_BANS
#include "mime.h"
#include <fcntl.h>
#include <unistd.h>

static uint64_t seed = 88172645463325252u;

static uint32_t next(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)((seed >> 11) % n);
}

static void words(struct str *s, size_t bytes, enum language kind)
{
	static const char *const ascii[] = { "the", "rider", "carries", "word", "across", "every", "hill", "and", "brings", "an", "answer", "back", "before", "noon", "to", "us" };
	static const char *const latin[] = { "le", "caf\xc3\xa9", "proche", "du", "ch\xc3\xa2teau", "est", "ouvert", "jusqu'\xc3\xa0", "dix", "heures", "f\xc3\xbcr", "alle", "leute", "und", "hoy", "todos" };
	static const char *const korean[] = { "파발은", "말을", "타고", "소식을", "전하는", "사람이다", "오늘", "아침에", "편지를", "받았습니다", "그리고", "곧", "답을", "보낼", "것입니다", "안녕히" };
	const char *const *pool = kind == WORDS_ASCII ? ascii : kind == WORDS_LATIN ? latin : korean;
	size_t end = s->n + bytes;

	for (unsigned n = 1; s->n < end; n++) {
		str_adds(s, pool[next(16)]);
		str_adds(s, n % 80 == 0 ? ".\n\n" : n % 13 == 0 ? ".\n" : " ");
	}
	str_addc(s, '\n');
}

static void encoded(struct str *s, struct slice bytes, enum enc enc)
{
	struct enc_state st;

	enc_init(&st, enc, true);
	enc_feed(&st, bytes, true, s);
}

static void noise(struct str *s, size_t n)
{
	for (; n; n--)
		str_addc(s, (char)next(256));
}

static void text_part(struct str *s, const char *subtype, size_t bytes, enum language kind)
{
	struct str text;

	str_init(&text, STR_MAX);
	if (strcmp(subtype, "html") == 0)
		make_newsletter(&text, bytes);
	else
		words(&text, bytes, kind);
	str_addf(s, "Content-Type: text/%s; charset=\"UTF-8\"\nContent-Transfer-Encoding: %s\n\n", subtype, kind == WORDS_ASCII ? "7bit" : "quoted-printable");
	if (kind == WORDS_ASCII)
		str_addsl(s, str_sl(&text));
	else
		encoded(s, str_sl(&text), ENC_QP);
	str_release(&text);
}

static void file_part(struct str *s, size_t bytes, const char *type, unsigned i)
{
	struct str raw;

	str_init(&raw, STR_MAX);
	noise(&raw, bytes);
	str_addf(s, "Content-Type: %s; name=\"report %u.pdf\"\nContent-Transfer-Encoding: base64\n"
		"Content-Disposition: attachment;\n\tfilename*=UTF-8''report%%20%u%%C3%%A9.pdf;\n\tfilename=\"report %u.pdf\"\n\n", type, i, i, i);
	encoded(s, str_sl(&raw), ENC_BASE64);
	str_release(&raw);
}

static void alternative(struct str *s, unsigned i, enum language kind)
{
	str_addf(s, "Content-Type: multipart/alternative; boundary=\"----=_alt_%u\"\n\n------=_alt_%u\n", i, i);
	text_part(s, "plain", 500 + next(3000), kind);
	str_addf(s, "------=_alt_%u\n", i);
	text_part(s, "html", 1500 + next(9000), kind);
	str_addf(s, "------=_alt_%u--\n", i);
}

static void header(struct str *s, unsigned i)
{
	for (unsigned k = 0; k < 4; k++)
		str_addf(s, "Received: from mx%u.bench.test (mx%u.bench.test [192.0.2.%u])\n\tby mail.bench.test (Relay) with ESMTPS id %08x%08x\n"
			"\tfor <me@bench.test>; Wed, 01 Jan 2020 00:00:%02u +0000\n", k, k, k, i, next(1u << 30), k);
	str_adds(s, "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=bench.test; s=s1;\n\th=from:to:subject:date:message-id:mime-version;\n\tbh=");
	for (unsigned k = 0; k < 4; k++) {
		for (unsigned c = 0; c < 70; c++)
			str_addc(s, "ABCDEFGHIJKLMNOPabcdefghijklmnop0123456789+/"[next(44)]);
		str_adds(s, k == 0 ? ";\n\tb=" : k == 3 ? "\n" : "\n\t ");
	}
	str_addf(s, "From: %s <sender%u@bench.test>\nTo: Me <me@bench.test>,\n \"Other, One\" <other%u@bench.test>\n",
		i % 3 ? "Sender Name" : "=?UTF-8?B?7YyM67CcIOyCrOuejA==?=", next(2000), next(300));
	str_addf(s, "Subject: %s number %u\n", i % 4 ? "A message of the bench" : "=?UTF-8?Q?caf=C3=A9_pr=C3=A8s_du?=\n =?UTF-8?Q?_ch=C3=A2teau?=", i);
	str_addf(s, "Message-ID: <%u.%08x@bench.test>\nDate: ", i, next(1u << 30));
	date_write(s, 1500000000 + (int64_t)i * 977, 540);
	str_adds(s, "\nList-Unsubscribe: <https://lists.bench.test/u?x=1>,\n <mailto:u@bench.test>\nX-Mailer: bench 1.0\nMIME-Version: 1.0\n");
}

static void message(struct str *s, unsigned i)
{
	enum language kind = i % 7 == 3 ? WORDS_KOREAN : i % 7 == 5 ? WORDS_LATIN : WORDS_ASCII;

	str_clear(s);
	header(s, i);
	if (i % 10 < 4) {
		text_part(s, "plain", 500 + next(4000), kind);
	} else if (i % 10 < 7) {
		alternative(s, i, kind);
	} else {
		str_addf(s, "Content-Type: multipart/mixed;\n boundary=\"=-mixed-%u\"\n\nThis is a multi-part message.\n--=-mixed-%u\n", i, i);
		if (i % 10 == 9)
			alternative(s, i, kind);
		else
			text_part(s, "plain", 300 + next(2000), kind);
		str_addf(s, "--=-mixed-%u\n", i);
		file_part(s, 5000 + next(30000), "application/pdf", i);
		if (i % 10 == 9) {
			str_addf(s, "--=-mixed-%u\nContent-Type: message/rfc822\n\n", i);
			header(s, i + 1);
			text_part(s, "plain", 1000, WORDS_ASCII);
		}
		str_addf(s, "--=-mixed-%u--\n", i);
	}
}

/* What newsletters are: tables in tables, styles everywhere, long links. */
void make_newsletter(struct str *s, size_t bytes)
{
	size_t end = s->n + bytes;

	str_adds(s, "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>News</title><style type=\"text/css\">\n"
		"body { margin: 0; padding: 0 } .row { width: 600px } .hide { display: none } a.btn { color: #fff; background: #06c }\n"
		"@media (max-width: 600px) { .row { width: 100% !important } td.col { display: block } }\n#foot { font-size: 11px; color: #999 }\n"
		"</style></head>\n<body bgcolor=\"#f4f4f4\"><div class=\"hide\" style=\"display:none;max-height:0\">Preview of the news</div>\n"
		"<table width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\"><tr><td align=\"center\">\n");
	for (unsigned i = 0; s->n < end; i++) {
		str_addf(s, "<table class=\"row\" width=\"600\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" style=\"border-collapse:collapse;width:600px;background-color:#ffffff\">"
			"<tr>\n  <td class=\"col\" width=\"200\" valign=\"top\" style=\"padding:10px 20px;font-family:Arial,Helvetica,sans-serif\">\n"
			"    <a href=\"https://click.bench.test/e/%08x/%08x?u=%u&amp;utm_source=news&amp;utm_medium=email\" target=\"_blank\" style=\"text-decoration:none\">"
			"<img src=\"https://img.bench.test/p/%u.jpg\" width=\"160\" height=\"120\" alt=\"Picture %u\" border=\"0\" style=\"display:block\"></a>\n  </td>\n"
			"  <td class=\"col\" width=\"400\" style=\"padding:10px;font-size:14px;line-height:20px;color:#333333\">"
			"<h2 style=\"margin:0 0 8px;font-size:18px\"><font color=\"#222222\">Offer %u &mdash; ", next(1u << 30), next(1u << 30), i, i, i, i);
		words(s, 30, i % 5 ? WORDS_ASCII : WORDS_KOREAN);
		str_adds(s, "</font></h2>\n<p style=\"margin:0\"><span style=\"color:#333\">");
		words(s, 200 + next(300), i % 5 ? WORDS_ASCII : WORDS_KOREAN);
		str_addf(s, "</span> <b>only&nbsp;%u.99&nbsp;&euro;</b><br>\n<a class=\"btn\" href=\"https://click.bench.test/b/%08x\" style=\"color:#ffffff;background-color:#0066cc;padding:8px\">Read more</a></p>"
			"</td></tr></table>\n", i, next(1u << 30));
	}
	str_adds(s, "</td></tr></table><p id=\"foot\">You get this because you asked. <a href=\"https://bench.test/unsubscribe\">Unsubscribe</a></p>"
		"<img src=\"https://track.bench.test/open?x=1\" width=\"1\" height=\"1\"></body></html>\n");
}

static int save(const char *path, struct slice bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || fs_write_all(fd, bytes.p, bytes.n) != 0 || close(fd) != 0) {
		perror(path);
		return 1;
	}
	return 0;
}

int make_messages(const char *dir, unsigned n)
{
	char path[4096];
	struct str s;
	int rc = 0;

	str_init(&s, STR_MAX);
	for (unsigned i = 0; i < n && rc == 0; i++) {
		message(&s, i);
		snprintf(path, sizeof(path), "%s/%05u.eml", dir, i);
		rc = save(path, str_sl(&s));
	}
	str_release(&s);
	return rc;
}

/* Random bytes are made once and repeated: they are read, not packed. */
static void raw(struct str *s, size_t bytes)
{
	noise(s, MIN(bytes, (size_t)1 << 20));
	while (s->n < bytes) {
		str_reserve(s, s->n);
		str_add(s, s->p, MIN(s->n, bytes - s->n));
	}
}

int make_file(const char *kind, const char *path, size_t bytes)
{
	struct str s, out;
	int rc;

	str_init(&s, STR_MAX);
	str_init(&out, STR_MAX);
	if (strcmp(kind, "newsletter") == 0) {
		make_newsletter(&s, bytes);
	} else if (strcmp(kind, "raw") == 0) {
		raw(&s, bytes);
	} else if (strcmp(kind, "message") == 0) {
		header(&s, 1);
		str_adds(&s, "Content-Type: multipart/mixed; boundary=\"=-b\"\n\n--=-b\nContent-Type: text/plain\n\nSee the file.\n--=-b\n"
			"Content-Type: application/octet-stream\nContent-Disposition: attachment; filename=\"big.bin\"\nContent-Transfer-Encoding: base64\n\n");
		raw(&out, bytes);
		encoded(&s, str_sl(&out), ENC_BASE64);
		str_adds(&s, "--=-b--\n");
	} else {
		words(&s, bytes, strcmp(kind, "korean") == 0 ? WORDS_KOREAN : WORDS_LATIN);
	}
	rc = save(path, str_sl(&s));
	str_release(&s);
	str_release(&out);
	return rc;
}
