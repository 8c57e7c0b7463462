/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pabal: the program.
 */
#include "base/base.h"
#include "cli/cli.h"
#include "ui/ui.h"

static int open_screens(const char *conf_path, const char *folder, const char *script)
{
	return ui_main(&(struct ui_opts){ conf_path, folder, script });
}

int main(int argc, char **argv)
{
	static const struct cli_screens screens = { open_screens, ui_check, ui_keys };

	return cli_main(argc, argv, &screens);
}
