/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * wire: one message a line between a job and its owner, readable in a log and
 * typable by hand.  A line is checked whole when it is parsed, so wire_get can
 * only fail for a key that is not there or a value over the caller's limit.
 */
#include "io/io.h"

static bool is_word(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ascii_isalnum((unsigned char)s.p[i]) && s.p[i] != '-' && s.p[i] != '_')
			return false;
	return s.n > 0;
}

/* What str_addpct writes and str_unpct reads. */
static bool is_value(struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c <= ' ' || c >= 0x7F)
			return false;
		if (c == '%' && (s.n - i < 3 || hex_val((unsigned char)s.p[i + 1]) < 0 ||
				 hex_val((unsigned char)s.p[i + 2]) < 0))
			return false;
	}
	return true;
}

int wire_parse(struct slice line, struct wire *w, struct err *e)
{
	struct slice rest = line, verb, num, pair, key;
	uint64_t id;

	if (line.n > WIRE_MAX)
		return err_set(e, ERR_LIMIT, _("a job's message is longer than %d bytes"), WIRE_MAX);
	if (!sl_cut(&rest, ' ', &verb) || !is_word(verb) ||
	    !sl_cut(&rest, ' ', &num) || sl_u64(num, UINT32_MAX, &id) != 0)
		return err_set(e, ERR_PROTO, _("a job's message does not begin with a word and a number"));
	w->verb = verb;
	w->id = (uint32_t)id;
	w->rest = rest;
	while (sl_cut(&rest, ' ', &pair))
		if (sl_find(pair, '=') < 0 || !sl_cut(&pair, '=', &key) || !is_word(key) || !is_value(pair))
			return err_set(e, ERR_PROTO, _("a job's message holds something other than key=value"));
	return 0;
}

/* The encoded value; the first where there are two. */
static bool find(const struct wire *w, const char *key, struct slice *value)
{
	struct slice rest = w->rest, name;

	while (sl_cut(&rest, ' ', value))
		if (sl_cut(value, '=', &name) && sl_is(name, key))
			return true;
	return false;
}

bool wire_get(const struct wire *w, const char *key, struct str *out)
{
	struct slice value;
	size_t before = out->n;

	if (!find(w, key, &value))
		return false;
	if (str_unpct(out, value) == 0)
		return true;
	str_cut(out, before);
	return false;
}

int wire_get_u64(const struct wire *w, const char *key, uint64_t *out)
{
	struct slice value;

	return find(w, key, &value) ? sl_u64(value, UINT64_MAX, out) : -1;
}

void wire_start(struct str *s, const char *verb, uint32_t id)
{
	str_addf(s, "%s %u", verb, id);
}

void wire_add(struct str *s, const char *key, struct slice value)
{
	str_addf(s, " %s=", key);
	str_addpct(s, value);
}

void wire_addn(struct str *s, const char *key, uint64_t value)
{
	str_addf(s, " %s=%llu", key, (unsigned long long)value);
}

void wire_end(struct str *s)
{
	str_addc(s, '\n');
}
