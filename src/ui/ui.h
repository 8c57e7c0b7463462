/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ui: the screens.
 */
#ifndef UI_UI_H
#define UI_UI_H

#include "base/base.h"

struct ui_opts {
	const char *conf_path;          /* -F, or NULL                           */
	const char *folder;             /* what to open; NULL: the inbox         */
	const char *script;             /* a file of keys and commands; no terminal then */
};
/* The full screen, until the person leaves it: the exit code. */
int ui_main(const struct ui_opts *);
/* Do the [bind] sections name keys and commands that are there? ERR_CONFIG */
struct conf;
int ui_check(const struct conf *, struct err *);
/* All commands of all screens, a line each: keys, name, what it does. */
int ui_keys(const struct conf *, struct str *out, struct err *);

#endif
