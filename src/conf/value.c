/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * value: what the values of settings mean: yes and no, times, paths.
 */
#include "priv.h"

int conf_bad(struct reading *r, struct slice key, struct slice value, const char *want, struct err *err)
{
	return err_set(err, ERR_CONFIG, _("%s:%u: \"" SL_FMT "\" is no value for " SL_FMT ". Write %s."),
		r->file, r->line, SL_ARG(value), SL_ARG(key), want);
}

int conf_bool(struct slice v, bool *out)
{
	if (sl_iis(v, "yes") || sl_iis(v, "true") || sl_iis(v, "on"))
		*out = true;
	else if (sl_iis(v, "no") || sl_iis(v, "false") || sl_iis(v, "off"))
		*out = false;
	else
		return -1;
	return 0;
}

/* A setting that is yes where nothing is said, kept as its opposite. */
int conf_no(struct reading *r, struct slice k, struct slice v, bool *out, struct err *err)
{
	bool yes;

	if (conf_bool(v, &yes) != 0)
		return conf_bad(r, k, v, _("yes or no"), err);
	*out = !yes;
	return 0;
}

int conf_duration(struct slice s, unsigned *seconds)
{
	uint64_t total = 0;

	s = sl_trim(s);
	if (s.n == 0)
		return -1;
	while (s.n > 0) {
		size_t n = 0;
		uint64_t v, unit = 1;

		while (n < s.n && ascii_isdigit(s.p[n]))
			n++;
		if (sl_u64(sl_head(s, n), 1000000000, &v) != 0)
			return -1;
		s = sl_skip(s, n);
		if (s.n > 0) {
			switch (s.p[0]) {
			case 's': unit = 1; break;
			case 'm': unit = 60; break;
			case 'h': unit = 3600; break;
			case 'd': unit = 86400; break;
			case 'w': unit = 7 * 86400; break;
			default: return -1;
			}
			s = sl_skip(s, 1);
		}
		total += v * unit;
		if (total > 1000000000)
			return -1;
	}
	*seconds = (unsigned)total;
	return 0;
}

/* Cron and jobs start elsewhere: a path that depends on where would be another
 * one there. */
int conf_take_path(struct reading *r, struct slice k, struct slice v, char **out, struct err *err)
{
	char *plain;

	if (!sl_starts(v, "/") && !sl_starts(v, "~/"))
		return conf_bad(r, k, v, _("a path that begins with / or ~/"), err);
	plain = sl_dup(v);
	free(*out);
	*out = path_expand(plain);
	free(plain);
	return 0;
}
