/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * idn: names of hosts and mail domains as the network writes them (IDNA 2008,
 * RFC 5890).  The only file with libidn2.
 */
#include "base/base.h"
#include "io/io.h"
#include <idn2.h>

/* Blanks and control characters never belong into a name: they would end a
 * command line of a protocol. */
static bool is_clean(struct slice name)
{
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] <= ' ' || name.p[i] == 0x7F)
			return false;
	return name.n > 0;
}

int idn_to_ascii(const char *name, struct str *out, struct err *e)
{
	struct slice in = sl(name);
	bool ascii = true;
	char *made = NULL;
	int rc;

	for (size_t i = 0; i < in.n; i++)
		ascii = ascii && (unsigned char)in.p[i] < 0x80;
	if (!is_clean(in))
		return err_set(e, ERR_INPUT, _("\"%s\" is not the name of a host"), name);
	if (in.p[0] == '[')             /* an address literal of mail */
		return str_addsl(out, in);
	if (!ascii) {
		rc = idn2_to_ascii_8z(name, &made, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
		if (rc != IDN2_OK)
			return err_set(e, ERR_INPUT, _("\"%s\" is not the name of a host: %s"),
				name, idn2_strerror(rc));
		in = sl(made);
	}
	rc = 0;
	if (in.n > 254 || !is_clean(in))
		rc = err_set(e, ERR_INPUT, _("\"%s\" is too long for the name of a host"), name);
	for (size_t i = 0; rc == 0 && i < in.n; i++)
		rc = str_addc(out, (char)ascii_lower(in.p[i]));
	if (rc != 0 && out->full)
		err_set(e, ERR_LIMIT, _("the name \"%.60s...\" is too long"), name);
	idn2_free(made);
	return rc;
}

int idn_to_unicode(const char *name, struct str *out, struct err *e)
{
	char *made = NULL;
	int rc = idn2_to_unicode_8z8z(name, &made, 0);

	if (rc != IDN2_OK)
		return err_set(e, ERR_INPUT, _("\"%s\" is not the name of a host: %s"), name, idn2_strerror(rc));
	rc = str_adds(out, made);
	idn2_free(made);
	return rc == 0 ? 0 : err_set(e, ERR_LIMIT, _("the name \"%.60s...\" is too long"), name);
}
