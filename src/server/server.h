/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * server: pabald, a small SMTP and POP3 server for a desk, a class or a test
 * bench: one process, one loop, a Maildir for each user.
 */
#ifndef SERVER_SERVER_H
#define SERVER_SERVER_H

#include "base/base.h"

/* All of pabald(8): returns the exit code. */
int server_main(int argc, char **argv);

#endif
