/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cli: the command line face of pabal.  Messages go to standard error as
 * "pabal: what: why"; standard output stays empty on success but for what was
 * asked for.  Exit codes are those of doc/pabal.1.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "base/base.h"

/* What the command line hands over to the screens; main fills it. */
struct conf;
struct cli_screens {
	int (*open)(const char *conf_path, const char *folder, const char *script);     /* the exit code */
	int (*check)(const struct conf *, struct err *);        /* are all keys bound to something? */
	int (*keys)(const struct conf *, struct str *out, struct err *);        /* what they are */
};
/* All of pabal(1): returns the exit code. */
int cli_main(int argc, char **argv, const struct cli_screens *);

#endif
