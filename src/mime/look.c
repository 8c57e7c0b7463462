/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * look: which transfer encoding a body needs, from one pass over its bytes.
 *
 * Text may be rewritten by its writer (line ends, a final LF), so only what
 * 7bit cannot carry counts.  A file must come back byte for byte from any
 * reader: CR, and "From " at a line start, are changed on the way by some.
 */
#include "base/base.h"
#include "mime/mime.h"

#define LINE_OCTETS 998         /* RFC 5322 2.1.1 */

/* match counts how much of "From " the line has shown at its start. */
static void look_line(struct enc_look *look, struct slice part, bool ended)
{
	static const char from[] = "From ";

	for (size_t i = 0; i < part.n && look->match < 5 && look->match == look->line + i; i++) {
		if (part.p[i] != from[look->match])
			break;
		if (++look->match == 5)
			look->from = true;
	}
	look->line += part.n;
	look->longest = MAX(look->longest, look->line);
	if (ended) {
		look->line = 0;
		look->match = 0;
	}
}

void enc_look_feed(struct enc_look *look, struct slice in)
{
	const unsigned char *p = (const unsigned char *)in.p;
	uint64_t high = 0, nul = 0, ctl = 0, cr = 0;

	if (in.n == 0)
		return;
	for (size_t i = 0; i < in.n; i++) {
		high += p[i] >> 7;
		nul += p[i] == 0;
		cr += p[i] == '\r';
		ctl += (p[i] < 32 && (p[i] < 9 || p[i] > 13)) || p[i] == 127;
	}
	look->n += in.n;
	look->high += high;
	look->nul += nul;
	look->cr += cr;
	look->ctl += ctl;
	look->last_nl = in.p[in.n - 1] == '\n';
	while (in.n) {
		const char *nl = memchr(in.p, '\n', in.n);
		size_t n = nl ? (size_t)(nl - in.p) : in.n;

		look_line(look, sl_head(in, n), nl != NULL);
		in = sl_skip(in, n + (nl != NULL));
	}
}

enum enc enc_look_best(const struct enc_look *look, bool text, bool allow_8bit)
{
	uint64_t escaped = look->high + look->ctl + look->cr;
	bool lines = look->nul == 0 && look->cr == 0 && look->longest <= LINE_OCTETS;

	if (!text && (look->from || look->ctl))
		lines = false;
	if (lines && look->high == 0)
		return ENC_7BIT;
	if (lines && allow_8bit)
		return ENC_8BIT;
	if (look->nul || look->ctl > look->n / 16 || (!text && look->cr))
		return ENC_BASE64;
	/* Three octets for an escape, soft breaks; four for three, line ends. */
	return look->n + 2 * escaped + look->n / 72 <= look->n / 3 * 4 + look->n / 57 + 4 ?
		ENC_QP : ENC_BASE64;
}
