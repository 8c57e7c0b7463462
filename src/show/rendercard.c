/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rendercard: parts that hold facts for programs, shown as lines for people.
 */
#include "priv.h"
#include <libical/ical.h>

/* "Name:\tvalue", or a heading. */
static void put_fact(struct render *r, struct slice line)
{
	ssize_t tab = sl_find(line, '\t');
	struct str text;

	str_init(&text, STR_MAX);
	str_addsl(&text, line);
	if (tab >= 0)
		text.p[tab] = ' ';
	if (line.n == 0)
		line_put(r, LINE_TEXT, SL_NONE, NULL, 0, 0, false, 0);
	else
		line_wrap(r, LINE_TEXT, str_sl(&text), tab >= 0 ? (size_t)tab : line.n, 4, 0);
	str_release(&text);
}

static void ask_answer(struct render *r)
{
	struct str key;

	str_init(&key, 64);
	if (render_key(r, "answer-invitation", &key))
		line_note(r, _("It asks for an answer (%s)."), key.p);
	else
		line_note(r, "%s", _("It asks for an answer."));
	str_release(&key);
}

void calendar_put(struct render *r, struct slice text)
{
	struct err err = ERR_INIT;
	icalcomponent *calendar = calendar_parse(text, &err);
	struct slice rest, line;
	struct str words;

	if (!calendar) {
		line_note(r, "%s", err.text);
		return;
	}
	str_init(&words, STR_MAX);
	if (calendar_words(calendar, r->n_pieces == 1, &words) == 0)
		line_note(r, "%s", _("This calendar has no entries."));
	rest = str_sl(&words);
	while (sl_line(&rest, &line))
		put_fact(r, line);
	if (icalcomponent_get_method(calendar) == ICAL_METHOD_REQUEST)
		ask_answer(r);
	icalcomponent_free(calendar);
	str_release(&words);
}

void cards_put(struct render *r, struct slice text)
{
	struct vcards cards = { 0 };
	struct str fact;

	str_init(&fact, STR_MAX);
	vcards_parse(text, &cards);
	for (size_t i = 0; i < cards.n; i++) {
		str_clear(&fact);
		str_addf(&fact, "%s\t%s", _("Name:"), cards.v[i].name ? cards.v[i].name : _("(no name)"));
		if (i)
			put_fact(r, SL_NONE);
		put_fact(r, str_sl(&fact));
		for (size_t k = 0; k < cards.v[i].n_lines; k++)
			put_fact(r, sl(cards.v[i].lines[k]));
	}
	if (cards.n == 0)
		line_note(r, "%s", _("This visiting card can't be read."));
	else if (cards.more)
		line_note(r, "%s", _("There are more cards in it; the part can be saved."));
	vcards_release(&cards);
	str_release(&fact);
}
