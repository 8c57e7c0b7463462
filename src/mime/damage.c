/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * damage: what is wrong with the encoding of a body, which its decoder passes
 * over without a word.  One pass over the raw bytes, for notes only.
 */
#include "base/base.h"
#include "mime/mime.h"
#include "mime/priv.h"

struct damage {
	enum enc enc;
	uint64_t letters;       /* of base64 since the beginning or padding     */
	bool padded, junk, behind, bad, high;
	unsigned after;         /* quoted-printable: where a byte stands behind '=' */
};

static void base64_byte(struct damage *d, char c)
{
	if (ascii_isalnum(c) || c == '+' || c == '/') {
		d->behind |= d->padded;
		d->letters++;
	} else if (c == '=') {
		d->padded = true;
	} else if (c != '\n' && c != '\r' && !ascii_isblank(c)) {
		d->junk = true;
	}
}

/* After '=': 1 nothing yet, 2 a hex digit, 3 blanks or CR. */
static void qp_byte(struct damage *d, char c)
{
	bool blank = ascii_isblank(c) || c == '\r';

	if (d->after == 1) {
		d->after = hex_val(c) >= 0 ? 2 : blank ? 3 : 0;
		d->bad |= d->after == 0 && c != '\n';
	} else if (d->after == 2) {
		d->after = 0;
		d->bad |= hex_val(c) < 0;
	} else if (d->after == 3) {
		d->after = blank ? 3 : 0;
		d->bad |= !blank && c != '\n';
	} else if (c == '=') {
		d->after = 1;
	}
}

static void look(struct damage *d, struct slice block)
{
	for (size_t i = 0; i < block.n; i++) {
		d->high |= (unsigned char)block.p[i] >= 0x80;
		if (d->enc == ENC_BASE64)
			base64_byte(d, block.p[i]);
		else if (d->enc == ENC_QP)
			qp_byte(d, block.p[i]);
	}
}

static const char *verdict(const struct damage *d)
{
	if (d->enc == ENC_BASE64 && d->behind)
		return "something follows the end of the base64";
	if (d->enc == ENC_BASE64 && d->junk)
		return "the base64 has bytes that belong to nothing";
	if (d->enc == ENC_BASE64 && !d->padded && d->letters % 4)
		return "the base64 is cut off";
	if (d->enc == ENC_QP && d->bad)
		return "the quoted-printable has a = that means nothing";
	if (d->enc == ENC_QP && d->after)
		return "the quoted-printable is cut off";
	if ((d->enc == ENC_7BIT || d->enc == ENC_QP) && d->high)
		return "bytes of eight bits stand where seven are said";
	return NULL;
}

const char *part_damage(const struct part *p, int fd, struct slice mem)
{
	struct part raw = *p;
	struct damage d = { .enc = p->enc };
	struct err ignored = ERR_INIT;
	struct part_src ps;
	char buf[16384];
	ssize_t n;

	if (p->kind != PART_LEAF)
		return NULL;
	raw.enc = ENC_BINARY;
	part_open(&ps, &raw, fd, mem);
	while ((n = src_read(part_src(&ps), buf, sizeof(buf), &ignored)) > 0)
		look(&d, sl_make(buf, (size_t)n));
	part_close(&ps);
	return verdict(&d);
}
