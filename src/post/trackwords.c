/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * trackwords: what became of what was sent, in sentences for its reader, a recipient each.
 */
#include "post.h"

#define TOLD 5                  /* recipients, each with its line               */
#define TRACKS 8                /* times that one message went out, looked at   */
#define REASON 300
#define SILENT (2 * 86400)      /* then a refusal would have been heard          */

bool track_is_ours(const struct conf *conf, const struct env *env, struct slice header)
{
	struct hdr h;

	for (size_t i = 0; i < env->from.n; i++)
		if (conf_account_by_address(conf, &env->from.v[i]))
			return true;
	for (size_t i = 0; i < env->sender.n; i++)
		if (conf_account_by_address(conf, &env->sender.v[i]))
			return true;
	return hdr_find(header, "Resent-From", &h);
}

/* ---- one recipient ---- */

static int add_state(struct str *out, int state, const char *who, const char *when)
{
	switch (state) {
	case TRACK_QUEUED: return str_addf(out, _("%s: waits to be sent since %s"), who, when);
	case TRACK_ACCEPTED: return str_addf(out, _("%s: taken by the server on %s"), who, when);
	case TRACK_RELAYED: return str_addf(out, _("%s: went on to a server that gives no notices on %s"), who, when);
	case TRACK_DELIVERED: return str_addf(out, _("%s: delivered on %s"), who, when);
	case TRACK_DELAYED: return str_addf(out, _("%s: late, and still tried, as said on %s"), who, when);
	case TRACK_FAILED: return str_addf(out, _("%s: failed on %s"), who, when);
	case TRACK_READ: return str_addf(out, _("%s: read on %s"), who, when);
	case TRACK_DELETED: return str_addf(out, _("%s: deleted unread on %s"), who, when);
	case TRACK_EXPIRED: return str_addf(out, _("%s: given up on %s"), who, when);
	default: return str_addf(out, _("%s: unclear since %s"), who, when);
	}
}

static bool is_worry(int state)
{
	return track_is_failure(state) || state == TRACK_DELAYED || state == TRACK_UNCLEAR;
}

/* In words, or as the server said it; nothing where there is neither. */
static struct slice reason_of(const char *code, const char *text)
{
	const char *words = notice_reason(code ? code : "");

	return sl_head(sl(words ? words : text ? text : ""), REASON);
}

void track_reason(const char *code, const char *text, struct str *out)
{
	struct slice s = reason_of(code, text);

	if (code && code[0])
		str_addf(out, " (%s)", code);
	if (s.n)
		str_addf(out, ": " SL_FMT, SL_ARG(s));
}

static void tell(const struct track *t, const struct track_rcpt *c, int64_t now, struct str *out)
{
	struct str line, when;

	str_init(&line, STR_MAX);
	str_init(&when, 64);
	fmt_moment(&when, c->at, now);
	add_state(&line, c->state, c->addr, when.p);
	if (is_worry(c->state))
		track_reason(c->code, c->text, &line);
	else if (c->state == TRACK_ACCEPTED && t->dsn == 0)
		str_adds(&line, _("; its server sends no notices, so nothing more may be heard"));
	if (line.p[line.n - 1] != '.')
		str_addc(&line, '.');
	utf8_sanitize(out, str_sl(&line), CLEAN_LINE);
	str_addc(out, '\n');
	str_release(&line);
	str_release(&when);
}

/* ---- a message ---- */

struct told { const struct track *t; const struct track_rcpt *c; size_t turn; };
struct telling { struct track v[TRACKS]; size_t n; struct told *rcpts; size_t n_rcpts, cap; struct map *seen; };

/* The newest that is known of each address. */
static void take(struct telling *x, const struct track *t)
{
	struct str key;

	str_init(&key, STR_MAX);
	for (size_t k = 0; k < t->n; k++) {
		str_clear(&key);
		utf8_casefold(&key, sl(t->rcpt[k].addr));
		if (map_get(x->seen, str_sl(&key)))
			continue;
		map_put(x->seen, str_sl(&key), x);
		mem_grow(x->rcpts, x->n_rcpts, x->cap);
		x->rcpts[x->n_rcpts] = (struct told){ t, &t->rcpt[k], x->n_rcpts };
		x->n_rcpts++;
	}
	str_release(&key);
}

static int rank(int state)
{
	return track_is_failure(state) ? 0 : is_worry(state) ? 1 : 2;
}

static int worst_first(const void *a, const void *b)
{
	const struct told *x = a, *y = b;
	int r = rank(x->c->state) - rank(y->c->state);

	return r ? r : (x->turn > y->turn) - (x->turn < y->turn);
}

static void tell_all(struct telling *x, const char *all, struct str *wrong, struct str *fine)
{
	int64_t now = rt_now() / 1000000;
	size_t more;

	if (x->n_rcpts > 1)
		qsort(x->rcpts, x->n_rcpts, sizeof(*x->rcpts), worst_first);
	for (size_t i = 0; i < MIN(x->n_rcpts, (size_t)TOLD); i++)
		/* late is no alarm */
		tell(x->rcpts[i].t, x->rcpts[i].c, now, track_is_failure(x->rcpts[i].c->state) ? wrong : fine);
	if (x->n_rcpts <= TOLD)
		return;
	more = x->n_rcpts - TOLD;
	str_addf(fine, ngettext_("and %zu more: %s shows all.", "and %zu more: %s shows all.", more), more, all);
	str_addc(fine, '\n');
}

int track_tell(struct state *s, const char *message_id, const char *all, struct str *wrong, struct str *fine, struct err *err)
{
	struct telling x = { .seen = map_new() };
	int64_t below = INT64_MAX;
	int r = 0;

	while (x.n < TRACKS && (r = state_track_get(s, 'm', message_id, below, &x.v[x.n], err)) == 1) {
		below = x.v[x.n].id;
		take(&x, &x.v[x.n++]);
	}
	if (r >= 0)
		tell_all(&x, all, wrong, fine);
	for (size_t i = 0; i < x.n; i++)
		track_release(&x.v[i]);
	free(x.rcpts);
	map_free(&x.seen);
	return r < 0 ? -1 : 0;
}

int track_tell_stray(struct state *s, const struct report *rep, struct str *fine, struct err *err)
{
	bool notice = rep->kind == REPORT_DSN || rep->kind == REPORT_MDN || rep->kind == REPORT_BOUNCE;
	struct track t;
	int r;

	if (!notice || !rep->message_id || !rep->message_id[0])
		return 0;
	r = state_track_get(s, 'm', rep->message_id, INT64_MAX, &t, err);
	if (r == 0 && rep->envelope_id && rep->envelope_id[0])
		r = state_track_get(s, 'e', rep->envelope_id, INT64_MAX, &t, err);
	if (r == 1)
		track_release(&t);
	if (r == 0)
		str_addf(fine, "%s\n", _("It is about no message that pabal sent from here."));
	return MIN(r, 0);
}

/* ---- an address ---- */

struct last { int64_t at; bool bad, own; char *code, *text; int64_t taken; };

static bool is_certain(const struct track_event *e)
{
	return e->state == TRACK_DELIVERED || e->state == TRACK_READ || e->state == TRACK_DELETED || (e->state == TRACK_FAILED && e->code[0] == '5');
}

static int take_fate(void *ctx, const struct track_event *e)
{
	struct last *f = ctx;

	if (e->state == TRACK_ACCEPTED)
		f->taken = MAX(f->taken, e->at);
	if (!is_certain(e) || e->at <= f->at)
		return 0;
	free(f->code);
	free(f->text);
	f->at = e->at;
	f->bad = e->state == TRACK_FAILED;
	f->own = e->by[0] == 0;
	f->code = mem_strdup(e->code);
	f->text = mem_strdup(e->text);
	return 0;
}

int track_failed(struct state *s, const char *addr, struct str *why, struct err *err)
{
	struct last f = { 0 };
	int64_t now = rt_now() / 1000000;
	struct slice reason;
	struct str line;
	int r = state_track_fates(s, addr, take_fate, &f, err);

	str_init(&line, STR_MAX);
	/* whom our own server refused, it may take later; another one says nothing when it
	 * delivers, but would have refused within days */
	f.bad = f.bad && !(f.taken > f.at && (f.own || now - f.taken > SILENT));
	if (r == 0 && f.bad) {
		struct str day;

		str_init(&day, 64);
		fmt_day(&day, f.at, now);
		reason = reason_of(f.code, f.text);
		str_addf(&line, reason.n ? _("failed on %s: " SL_FMT) : _("failed on %s (%.*s)"), day.p,
			SL_ARG(reason.n ? reason : sl(f.code)));
		str_release(&day);
		if (line.p[line.n - 1] != '.')
			str_addc(&line, '.');
		utf8_sanitize(why, str_sl(&line), CLEAN_LINE);
		r = 1;
	}
	free(f.code);
	free(f.text);
	str_release(&line);
	return r;
}
