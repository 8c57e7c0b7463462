/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smtpd_data: the text of a message on its way in, by DATA or BDAT (RFC 3030).
 * A message that will be refused is read to its end and dropped on the way;
 * a chunk that nobody asked for is eaten, since its bytes come in any case.
 */
#include "base/base.h"
#include "proto/priv.h"

/* Whatever comes next may be the text of the mail. */
enum smtpd_st smtpd_data_refused(struct smtpd *s, int code, const char *enh, const char *text)
{
	smtpd_tx_reset(s);
	s->wary = true;
	return code == 503 ? smtpd_mistake(s, code, enh, text) :
		smtpd_reply(s, SD_CMD, code, enh, text);
}

/* The bytes of this chunk come in any case; they are eaten, then this is said. */
static enum smtpd_st eat(struct smtpd *s, int code, const char *enh, const char *text)
{
	s->chunk.eat = true;
	s->chunk.code = code;
	snprintf(s->chunk.enh, sizeof(s->chunk.enh), "%s", enh ? enh : "");
	free(s->chunk.text);
	s->chunk.text = mem_strdup(text);
	smtpd_tx_reset(s);
	return SD_BDAT;
}

enum smtpd_st smtpd_cmd_bdat(struct smtpd *s, struct slice arg)
{
	struct slice size, last = SL_NONE;

	if (!sl_word(&arg, &size) || sl_u64(size, CHUNK_MAX, &s->chunk.left) != 0 ||
		(sl_word(&arg, &last) && !sl_iis(last, "LAST")) || sl_trim(arg).n) {
		/* How much follows is not known, so nothing after it can be trusted. */
		smtpd_tx_reset(s);
		return smtpd_reply(s, SD_CLOSE, 501, "5.5.4", "BDAT size [LAST]");
	}
	s->chunk.last = last.n > 0;
	s->chunk.eat = false;
	if (!s->tx.open || s->tx.rcpts == 0)
		return eat(s, 503, "5.5.1", s->tx.open ? "No valid recipients" : "MAIL first");
	if (s->chunk.left > s->conf.max_size || s->tx.got + s->chunk.left > s->conf.max_size)
		return eat(s, 552, "5.3.4", NULL);
	if (s->tx.bdat)
		return SD_BDAT;
	s->tx.bdat = true;
	return smtpd_ask(s, EV_DATA);
}

enum smtpd_st smtpd_data_answered(struct smtpd *s, int code, const char *enh, const char *text)
{
	bool yes = code / 100 == 2 || code == 354;

	if (!yes && s->tx.bdat)
		return eat(s, code, enh, text);
	if (!yes)
		return smtpd_data_refused(s, code, enh, text);
	unstuff_init(&s->body, true);
	s->body.raw = s->tx.bdat;
	return s->tx.bdat ? SD_BDAT : smtpd_reply(s, SD_DATA, 354, NULL, text);
}

/* All bytes are there; what becomes of them. */
static enum smtpd_st body_end(struct smtpd *s)
{
	if (s->body.bare) {
		smtpd_tx_reset(s);
		return smtpd_reply(s, SD_CLOSE, 550, "5.6.11", "A bare CR or LF is in the message");
	}
	if (s->tx.too_big) {
		smtpd_tx_reset(s);
		return smtpd_reply(s, SD_CMD, 552, "5.3.4", NULL);
	}
	return smtpd_ask(s, EV_STORE);
}

enum smtpd_st smtpd_chunk_end(struct smtpd *s)
{
	if (s->chunk.eat)
		return s->chunk.code == 503 ? smtpd_mistake(s, 503, s->chunk.enh, s->chunk.text) :
			smtpd_reply(s, SD_CMD, s->chunk.code, s->chunk.enh, s->chunk.text);
	if (!s->chunk.last)
		return smtpd_reply(s, SD_CMD, 250, "2.0.0", NULL);
	s->body.bare |= unstuff_held(&s->body);
	return body_end(s);
}

/* A run that may go to the owner. */
static bool wanted(struct smtpd *s, struct slice run)
{
	s->tx.got += run.n;
	s->tx.too_big |= s->tx.got > s->conf.max_size;
	return !s->tx.too_big && !s->body.bare;
}

static int data_dot(struct smtpd *s, struct slice *in, struct slice *out)
{
	int rc;

	while ((rc = unstuff_next(&s->body, in, out)) == 1)
		if (wanted(s, *out))
			return 1;
	if (rc == 2)
		s->st = body_end(s);
	return rc;
}

static int data_chunk(struct smtpd *s, struct slice *in, struct slice *out)
{
	while (s->chunk.left && in->n) {
		struct slice part = sl_head(*in, (size_t)MIN(s->chunk.left, in->n)), rest = part;
		int rc = 0;

		if (s->chunk.eat)
			rest.n = 0;
		else
			rc = unstuff_next(&s->body, &rest, out);
		s->chunk.left -= part.n - rest.n;
		*in = sl_skip(*in, part.n - rest.n);
		if (rc == 1 && wanted(s, *out))
			return 1;
	}
	if (s->chunk.left)
		return 0;
	s->st = smtpd_chunk_end(s);
	return s->asked == EV_STORE ? 2 : -1;
}

int smtpd_data(void *ctx, struct slice *in, struct slice *out)
{
	struct smtpd *s = ctx;

	if (s->st == SD_DATA)
		return data_dot(s, in, out);
	return s->st == SD_BDAT ? data_chunk(s, in, out) : -1;
}
