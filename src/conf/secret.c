/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * secret: where passwords come from.  They stand in memory only as long as a
 * login takes (one that was typed: as long as the screen runs), and never in argv,
 * environment or logs.
 */
#include "conf.h"
#include "io/io.h"

int secret_get(const struct account *a, struct str *out, struct err *err)
{
	struct str printed;
	struct slice rest, line = SL_NONE;
	int r = 0;

	if (a->password)
		return str_adds(out, a->password);
	if (!a->password_command)
		return err_set(err, ERR_NOTFOUND,
			_("The account %s has no password. Set password-command or password in its section."), a->name);
	str_init(&printed, 65536);
	if (proc_output(a->password_command, 60, 65536, &printed, err) != 0) {
		err_prefix(err, _("The password-command of the account %s failed"), a->name);
		r = -1;
	} else {
		rest = str_sl(&printed);
		if (!sl_line(&rest, &line) || line.n == 0)
			r = err_set(err, ERR_AUTH, _("The password-command of the account %s printed nothing."), a->name);
		else
			r = str_addsl(out, line);
	}
	str_wipe(&printed);
	str_release(&printed);
	return r;
}
