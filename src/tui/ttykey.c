/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ttykey: keys that terminfo does not name, or not in the form that is sent; and
 * letters of several bytes.
 */
#include "tui/priv.h"

const struct tty_seq tty_seqs[] = {
	{ "PS", "\033[200~", KEY_PASTE_ON }, { "PE", "\033[201~", KEY_PASTE_OFF },
	{ "kxIN", "\033[I", KEY_FOCUS_IN }, { "kxOUT", "\033[O", KEY_FOCUS_OUT },
	{ "kLFT5", "\033[1;5D", KEY_CTRL_LEFT }, { "kRIT5", "\033[1;5C", KEY_CTRL_RIGHT },
	{ "kUP5", "\033[1;5A", KEY_CTRL_UP }, { "kDN5", "\033[1;5B", KEY_CTRL_DOWN },
	{ "kHOM5", "\033[1;5H", KEY_CTRL_HOME }, { "kEND5", "\033[1;5F", KEY_CTRL_END },
	{ "kDC5", "\033[3;5~", KEY_CTRL_DELETE },
	{ "kLFT", "\033[1;2D", KEY_SHIFT_LEFT }, { "kRIT", "\033[1;2C", KEY_SHIFT_RIGHT },
	{ "kUP", "\033[1;2A", KEY_SHIFT_UP }, { "kDN", "\033[1;2B", KEY_SHIFT_DOWN },
	{ "kLFT3", "\033[1;3D", KEY_ALT | KEY_LEFT_ }, { "kRIT3", "\033[1;3C", KEY_ALT | KEY_RIGHT_ },
	{ "kUP3", "\033[1;3A", KEY_ALT | KEY_UP_ }, { "kDN3", "\033[1;3B", KEY_ALT | KEY_DOWN_ },
	{ NULL, "\033[Z", KEY_BACKTAB },
	{ NULL, "\033[A", KEY_UP_ }, { NULL, "\033OA", KEY_UP_ }, { NULL, "\033[B", KEY_DOWN_ }, { NULL, "\033OB", KEY_DOWN_ },
	{ NULL, "\033[C", KEY_RIGHT_ }, { NULL, "\033OC", KEY_RIGHT_ }, { NULL, "\033[D", KEY_LEFT_ }, { NULL, "\033OD", KEY_LEFT_ },
	{ NULL, "\033[H", KEY_HOME_ }, { NULL, "\033OH", KEY_HOME_ }, { NULL, "\033[1~", KEY_HOME_ }, { NULL, "\033[7~", KEY_HOME_ },
	{ NULL, "\033[F", KEY_END_ }, { NULL, "\033OF", KEY_END_ }, { NULL, "\033[4~", KEY_END_ }, { NULL, "\033[8~", KEY_END_ },
	{ NULL, "\033OP", KEY_F1_ }, { NULL, "\033OQ", KEY_F1_ + 1 }, { NULL, "\033OR", KEY_F1_ + 2 }, { NULL, "\033OS", KEY_F1_ + 3 },
	{ NULL, "\033[2~", KEY_INSERT }, { NULL, "\033[3~", KEY_DELETE }, { NULL, "\033[5~", KEY_PGUP }, { NULL, "\033[6~", KEY_PGDN },
};

const int tty_seqs_n = (int)ARRAY_LEN(tty_seqs);

key_code letter_add(struct letter *l, char byte)
{
	size_t n = 0;
	wchar_t c = 0;

	for (int tries = 0; tries < 2; tries++) {
		mbstate_t state;

		memset(&state, 0, sizeof(state));
		l->bytes[l->n++] = byte;
		n = mbrtowc(&c, l->bytes, l->n, &state);
		if (n == (size_t)-2 && l->n < sizeof(l->bytes))
			return KEY_NONE_;
		if (n == (size_t)-1 && l->n > 1) {
			l->n = 0;        /* perhaps this one begins another */
			continue;
		}
		break;
	}
	l->n = 0;
	/* glibc reads letters behind the last of Unicode, where our keys without one are:
	 * text that is pasted could press them */
	return n == (size_t)-1 || n == (size_t)-2 || (key_code)c > 0x10ffff ? KEY_NONE_ : (key_code)c;
}
