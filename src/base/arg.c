/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * arg: command lines from a table, so that parsing and --help cannot disagree.
 * Long names are matched whole: an abbreviation that works today would bind a
 * script to the options of today.
 */
#include "base/base.h"

void arg_init(struct arg *a, int argc, char **argv, const struct arg_opt *opts)
{
	*a = (struct arg){ .argc = argc, .argv = argv, .opts = opts, .at = 1 };
}

static bool is_end(const struct arg_opt *o)
{
	return !o->letter && !o->name;
}

static bool value_optional(const struct arg_opt *o)
{
	return o->value && o->value[0] == '[';
}

/* What was typed goes to a terminal inside a sentence: clean and short. */
static void set_seen(struct arg *a, const char *dashes, struct slice name)
{
	struct str clean;

	str_init(&clean, 512);
	utf8_sanitize(&clean, sl_head(name, 48), CLEAN_LINE);
	str_cut(&clean, utf8_fit(str_sl(&clean), 48, NULL));
	snprintf(a->seen, sizeof(a->seen), "%s%.60s", dashes, clean.p);
	str_release(&clean);
}

static int unknown(struct arg *a, struct err *e)
{
	err_set(e, ERR_INPUT, "%s is not an option here; --help lists them", a->seen);
	return -2;
}

/* A needed value that does not stand beside its option is the next word. */
static int take_value(struct arg *a, const struct arg_opt *o, struct err *e)
{
	if (!o->value || value_optional(o))
		return o->id;
	if (a->at >= a->argc) {
		err_set(e, ERR_INPUT, "%s needs a value after it", a->seen);
		return -2;
	}
	a->value = a->argv[a->at++];
	return o->id;
}

static int next_letter(struct arg *a, struct err *e)
{
	const char *rest = a->cluster + 1;
	const struct arg_opt *o = a->opts;

	set_seen(a, "-", sl_make(a->cluster, 1));
	while (!is_end(o) && o->letter != *a->cluster)
		o++;
	a->cluster = NULL;
	if (is_end(o))
		return unknown(a, e);
	if (!*rest)
		return take_value(a, o, e);
	if (o->value)
		a->value = rest;
	else
		a->cluster = rest;
	return o->id;
}

static int next_long(struct arg *a, const char *word, struct err *e)
{
	const char *equals = strchr(word, '=');
	struct slice name = equals ? sl_range(word + 2, equals) : sl(word + 2);
	const struct arg_opt *o = a->opts;

	set_seen(a, "--", name);
	while (!is_end(o) && !(o->name && sl_is(name, o->name)))
		o++;
	if (is_end(o))
		return unknown(a, e);
	if (!equals)
		return take_value(a, o, e);
	if (!o->value) {
		err_set(e, ERR_INPUT, "%s takes no value", a->seen);
		return -2;
	}
	a->value = equals + 1;
	return o->id;
}

int arg_next(struct arg *a, struct err *e)
{
	const char *word;

	a->value = NULL;
	if (a->cluster)
		return next_letter(a, e);
	if (a->at >= a->argc)
		return -1;
	word = a->argv[a->at++];
	if (!a->only_operands && strcmp(word, "--") == 0) {
		a->only_operands = true;
		return arg_next(a, e);
	}
	if (a->only_operands || word[0] != '-' || word[1] == 0) {
		a->value = word;
		return 0;
	}
	if (word[1] == '-')
		return next_long(a, word, e);
	a->cluster = word + 1;
	return next_letter(a, e);
}

/* "  -o, --output=FILE", into out after clearing it. */
static void left_column(const struct arg_opt *o, struct str *out)
{
	bool optional = value_optional(o);
	struct slice value = sl(o->value);

	if (optional)
		value = sl_make(value.p + 1, value.n - 2);
	str_clear(out);
	if (o->letter)
		str_addf(out, "  -%c%s", o->letter, o->name ? ", " : "");
	else
		str_adds(out, "      ");
	if (o->name)
		str_addf(out, "--%s", o->name);
	if (!o->value)
		return;
	if (optional)
		str_addf(out, o->name ? "[=" SL_FMT "]" : "[" SL_FMT "]", SL_ARG(value));
	else
		str_addf(out, o->name ? "=" SL_FMT : " " SL_FMT, SL_ARG(value));
}

void arg_help(const struct arg_opt *opts, struct str *out)
{
	struct str left;
	int width = 0;

	str_init(&left, 1024);
	for (const struct arg_opt *o = opts; !is_end(o); o++) {
		left_column(o, &left);
		if (o->help)
			width = MAX(width, utf8_width(str_sl(&left)));
	}
	for (const struct arg_opt *o = opts; !is_end(o); o++) {
		if (!o->help)
			continue;
		left_column(o, &left);
		str_addf(out, "%s%*s  %s\n", left.p, width - utf8_width(str_sl(&left)), "",
			_(o->help));
	}
	str_release(&left);
}
