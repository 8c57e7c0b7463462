/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pabald: the small server.
 */
#include "base/base.h"
#include "server/server.h"

int main(int argc, char **argv)
{
	return server_main(argc, argv);
}
