/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * appkey: from keys to commands.
 *
 * Invariants.
 * 1. Pasted text never runs a command.
 * 2. A command is for what the person saw or asked to see: what is typed while the list
 *    looks for something waits for what it finds ("/bank", Enter, d), and is forgotten
 *    where that is nothing.
 */
#include "screens.h"

enum { ESC_WAIT_US = 500000 };

/* ---- what waits ---- */

bool app_waits(const struct app *a)
{
	enum where where = a->top->ops->where;

	return !a->ask && (where == WHERE_LIST || where == WHERE_MESSAGE) && list_seeks(a->list);
}

static void wait_with(struct app *a, key_code k)
{
	if (a->n_held < ARRAY_LEN(a->held))
		a->held[a->n_held++] = k;
	app_say(a, STYLE_DIM, "%s", _("What is typed waits for what is found. {stop-job} stops the search."));
}

void app_wait_with(struct app *a, struct slice macro)
{
	struct str rest;

	str_init(&rest, STR_MAX);
	if (a->held_macro)              /* of one within this one, which goes first */
		str_adds(&rest, a->held_macro);
	str_addsl(&rest, macro);
	free(a->held_macro);
	a->held_macro = str_detach(&rest);
}

void app_go_on(struct app *a)
{
	while ((a->held_macro || a->n_held) && !app_waits(a)) {
		char *macro = a->held_macro;
		key_code k = a->held[0];

		a->held_macro = NULL;
		if (macro) {
			cmd_macro(a, sl(macro));
		} else {
			memmove(a->held, a->held + 1, --a->n_held * sizeof(k));
			app_key(a, k);
		}
		free(macro);
	}
}

void app_forget_waiting(struct app *a)
{
	free(a->held_macro);
	a->held_macro = NULL;
	a->n_held = 0;
}

/* ---- commands ---- */

static void run_binding(struct app *a, const struct binding *b)
{
	bool for_tagged = a->tag_prefix;

	a->n_typed = 0;
	if (b->macro)
		cmd_run(a, b->macro);
	else if (b->cmd)
		b->cmd->fn(a->top, b->arg ? b->arg : "");
	if (for_tagged && a->tag_prefix && !a->ask && !a->said)
		app_say(a, STYLE_DIM, "%s", _("This command is not for tagged messages."));
	/* one command only, also when that one has no use for it; what it asks belongs to it */
	a->tag_prefix = a->tag_prefix && (!for_tagged || a->ask);
}

static void no_such_key(struct app *a)
{
	struct str keys, help;

	str_init(&keys, 256);
	str_init(&help, 64);
	keys_format(a->typed, a->n_typed, &keys);
	if (!keymap_key_of(&a->keymap, a->top->ops->where, cmd_find(a->top->ops->where, SL("help")), &help))
		str_adds(&help, "F1");
	if (!(a->n_typed == 1 && a->typed[0] == 27))
		app_say(a, STYLE_WARNING, _("The key %s does nothing here. %s shows what there is."), keys.p, help.p);
	a->n_typed = 0;
	a->tag_prefix = false;
	if (a->tty)
		tty_bell(a->tty);
	str_release(&keys);
	str_release(&help);
}

static bool longer_possible(struct app *a)
{
	const struct keymap *m = &a->keymap;

	for (size_t i = 0; i < m->n; i++)
		if ((m->v[i].where == a->top->ops->where || m->v[i].where == WHERE_ALL) && m->v[i].n > a->n_typed &&
		    memcmp(m->v[i].keys, a->typed, a->n_typed * sizeof(key_code)) == 0)
			return true;
	return false;
}

static void sequence_over(void *ctx)
{
	struct app *a = ctx;
	const struct binding *b = NULL;

	a->esc_timer = NULL;
	if (a->ask || a->n_typed == 0)
		return;
	if (keymap_find(&a->keymap, a->top->ops->where, a->typed, a->n_typed, &b) == 1)
		run_binding(a, b);
	else
		no_such_key(a);
	app_dirty(a);
}

static void take_key(struct app *a, key_code k)
{
	const struct binding *b = NULL;
	int found;

	watch_free(&a->esc_timer);
	if (a->n_typed == KEYS_MAX)
		a->n_typed = 0;
	a->typed[a->n_typed++] = k;
	a->last_key = k;
	found = keymap_find(&a->keymap, a->top->ops->where, a->typed, a->n_typed, &b);
	if (found == 1 && (a->n_typed > 1 || k != 27 || !longer_possible(a)))
		run_binding(a, b);
	else if (found >= 0)
		a->esc_timer = a->typed[0] == 27 ? loop_timer(a->loop, ESC_WAIT_US, sequence_over, a) : NULL;
	else
		no_such_key(a);
}

static void mouse(struct app *a)
{
	struct mouse m = tty_mouse(a->tty);

	if (appdraw_hint(a, &m))
		return;
	if (a->ask)
		ask_mouse(a, &m);
	else if (a->top->ops->mouse && m.row >= a->area.row && m.row < a->area.row + a->area.rows)
		a->top->ops->mouse(a->top, &m, a->area);
}

static void pasted(struct app *a)
{
	a->pasting = false;
	app_dirty(a);
	if (a->ask)
		ask_paste(a, str_sl(&a->paste));
	else if (a->top->ops->pasted)
		a->top->ops->pasted(a->top, str_sl(&a->paste));
	else
		app_say(a, STYLE_WARNING, "%s", _("What was pasted is not taken here, so that no command runs by accident."));
	str_clear(&a->paste);
}

static void collect(struct app *a, key_code k)
{
	char utf8[4];

	if (k == KEY_PASTE_OFF)
		pasted(a);
	else if (k == 13 || (k == 10 && !a->paste_cr))
		str_addc(&a->paste, '\n');
	else if (k == 9 || key_is_text(k))
		str_add(&a->paste, utf8, utf8_encode(k, utf8));
	a->paste_cr = k == 13;          /* CR LF is one line end */
}

void app_key(struct app *a, key_code k)
{
	if (a->pasting) {
		collect(a, k);
		return;
	}
	app_lay(a);
	app_dirty(a);
	if (k == KEY_PASTE_ON) {
		a->pasting = true;
		return;
	}
	if (k == KEY_RESIZE_) {
		app_changed(a, CHANGED_SIZE);
		return;
	}
	if (k == KEY_MOUSE_ && a->tty && !app_waits(a))
		mouse(a);
	if (k == KEY_MOUSE_ || k == KEY_FOCUS_IN || k == KEY_FOCUS_OUT)
		return;
	if (app_waits(a)) {
		if (k != KEY_CTRL('c')) {
			wait_with(a, k);
			return;
		}
		app_forget_waiting(a);
	}
	if (a->ask) {
		ask_key(a, k);
		return;
	}
	app_unsay(a);
	if (a->n_typed == 1 && a->typed[0] == 27 && a->top->ops->key && a->top->ops->key(a->top, k | KEY_ALT)) {
		a->n_typed = 0;
		watch_free(&a->esc_timer);
		return;
	}
	if (a->n_typed == 0 && a->top->ops->key && a->top->ops->key(a->top, k))
		return;
	if (k & KEY_ALT) {
		take_key(a, 27);
		watch_free(&a->esc_timer);
		k &= ~(key_code)KEY_ALT;
	}
	take_key(a, k);
}
