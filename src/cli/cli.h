/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cli: the command line face of pabal.  Messages go to standard error as
 * "pabal: what: why"; standard output stays empty on success but for what was
 * asked for.  Exit codes are those of doc/pabal.1.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "base/base.h"

/* All of pabal(1): returns the exit code. */
int cli_main(int argc, char **argv);

#endif
