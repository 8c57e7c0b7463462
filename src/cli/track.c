/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * track: what became of each recipient of what was sent (--track).
 */
#include "priv.h"
#include "io/io.h"
#include <unistd.h>

struct tracking { struct cli *cli; struct state *state; int64_t now; uint64_t n; struct str out; struct err *err; };

/* ---- one event of a history ---- */

static int event_json(void *ctx, const struct track_event *e)
{
	struct str *s = ctx;

	str_adds(s, s->p[s->n - 1] == '[' ? "{\"at\":" : ",{\"at\":");
	cli_json_time(s, e->at);
	str_addf(s, ",\"state\":\"%s\",", track_word(e->state));
	cli_json(s, "code", e->code);
	str_addc(s, ',');
	cli_json(s, "reason", e->text);
	str_addc(s, ',');
	cli_json(s, "by", e->by);
	str_addc(s, ',');
	cli_json(s, "notice", e->notice);
	str_addf(s, ",\"counted\":%s}", e->counted ? "true" : "false");
	return 0;
}

/* "delivered (2.0.0): text", the server's words on the same line. */
static void add_state(struct str *s, int state, const char *code, const char *text)
{
	str_adds(s, track_words(state));
	if (code && code[0])
		str_addf(s, " (%s)", code);
	if (text && text[0])
		str_addf(s, ": %s", text);
}

static int event_text(void *ctx, const struct track_event *e)
{
	struct tracking *t = ctx;

	str_clear(&t->out);
	str_adds(&t->out, "        ");
	fmt_date(&t->out, e->at, t->now);
	str_addf(&t->out, "  %s", e->counted ? "" : _("not counted: "));
	add_state(&t->out, e->state, e->code, e->text);
	if (e->by && e->by[0])
		str_addf(&t->out, " [%s]", e->by);
	cli_print(str_sl(&t->out), false);
	return 0;
}

/* ---- one message ---- */

static int as_json(struct tracking *x, const struct track *t, const char *only)
{
	struct str *s = &x->out;
	int r = 0;

	for (size_t k = 0; k < t->n && r == 0; k++) {
		const struct track_rcpt *c = &t->rcpt[k];

		if (only && !sl_ieq(sl(c->addr), sl(only)))
			continue;
		str_clear(s);
		str_addc(s, '{');
		cli_json(s, "message_id", t->message_id);
		str_addc(s, ',');
		cli_json(s, "envelope_id", t->envid);
		str_addc(s, ',');
		cli_json(s, "subject", t->subject);
		str_addc(s, ',');
		cli_json(s, "recipient", c->addr);
		str_addf(s, ",\"state\":\"%s\",", track_word(c->state));
		cli_json(s, "code", c->code);
		str_addc(s, ',');
		cli_json(s, "reason", c->text);
		str_adds(s, ",\"since\":");
		cli_json_time(s, c->at);
		str_addf(s, ",\"notices\":%s,\"history\":[", t->dsn < 0 ? "null" : t->dsn ? "true" : "false");
		r = state_track_events(x->state, t->id, k, event_json, s, x->err);
		str_adds(s, "]}\n");
		fwrite(s->p, 1, s->n, stdout);
	}
	return r;
}

static int as_text(struct tracking *x, const struct track *t, const char *only)
{
	struct str *s = &x->out;
	int r = 0;

	str_clear(s);
	fmt_date(s, t->at, x->now);
	str_addf(s, "  %s", t->subject && t->subject[0] ? t->subject : _("(no subject)"));
	cli_print(str_sl(s), false);
	for (size_t k = 0; k < t->n && r == 0; k++) {
		const struct track_rcpt *c = &t->rcpt[k];

		if (only && !sl_ieq(sl(c->addr), sl(only)))
			continue;
		str_clear(s);
		str_addf(s, "    %s: ", c->addr);
		add_state(s, c->state, c->code, c->text);
		if (c->state == TRACK_ACCEPTED && t->dsn == 0)
			str_adds(s, _("; its server sends no notices, so nothing more may be heard"));
		cli_print(str_sl(s), false);
		if (x->cli->verbose || x->cli->n)
			r = state_track_events(x->state, t->id, k, event_text, x, x->err);
	}
	return r;
}

static int each(struct tracking *x, char by, const char *what, uint64_t limit)
{
	int64_t below = INT64_MAX;
	struct track t;
	int r = 0;

	for (uint64_t i = 0; i < limit && (r = state_track_get(x->state, by, what, below, &t, x->err)) == 1; i++) {
		const char *only = by == 'a' ? what : NULL;

		below = t.id;
		x->n++;
		r = x->cli->json ? as_json(x, &t, only) : as_text(x, &t, only);
		track_release(&t);
		if (r != 0)
			return -1;
	}
	return r < 0 ? -1 : 0;
}

/* What waits and was never tried has no rows yet. */
static int take_outbox(const struct conf *conf, struct state *state, struct err *err)
{
	char *dir = path_join(conf->data, "outbox");
	struct outbox *box = NULL;
	struct items all = { 0 };
	int r = 0;

	if (access(dir, F_OK) == 0) {
		r = outbox_open(&box, dir, state, err);
		if (r == 0)
			r = outbox_list(box, &all, err);
		for (size_t i = 0; i < all.n && r == 0; i++)
			r = track_item(state, &all.v[i], NULL, err);
	}
	items_release(&all);
	outbox_close(&box);
	free(dir);
	return r;
}

/* A domain of another script goes out as DNS has it. */
static bool as_sent(const char *addr, struct str *out)
{
	const char *at = strrchr(addr, '@');
	struct err ignored = ERR_INIT;
	struct str host;
	bool is;

	str_init(&host, STR_MAX);
	is = at && idn_to_ascii(at + 1, &host, &ignored) == 0 && str_addf(out, "%.*s%s", (int)(at + 1 - addr), addr, host.p) == 0;
	str_release(&host);
	return is;
}

/* A Message-ID has a host, as an address has; what was sent tells which it is. */
static int one(struct tracking *x, const char *arg, uint64_t limit)
{
	char *bare = mem_strdup(arg[0] == '<' ? arg + 1 : arg);
	uint64_t before = x->n;
	size_t n = strlen(bare);
	struct str addr;
	int r;

	str_init(&addr, STR_MAX);
	if (n && bare[n - 1] == '>')
		bare[n - 1] = 0;
	r = each(x, 'm', bare, limit);
	if (r == 0 && x->n == before)
		r = each(x, 'a', bare, limit);
	if (r == 0 && x->n == before && as_sent(bare, &addr))
		r = each(x, 'a', addr.p, limit);
	if (r == 0 && x->n == before)
		r = err_set(x->err, ERR_NOTFOUND, _("Nothing that was sent from here has the Message-ID %s, or went to such an address."), bare);
	str_release(&addr);
	free(bare);
	return r;
}

int cli_track(struct cli *c)
{
	struct err err = ERR_INIT;
	struct tracking x = { .cli = c, .now = rt_now() / 1000000, .err = &err };
	uint64_t limit = 100;
	struct conf conf;
	int code = EXIT_OK, r;
	char *path;

	if (c->limit && cli_number(c->limit, &limit) != 0)
		return EXIT_USAGE;
	if (cli_conf(c, &conf, &code) != 0)
		return code;
	str_init(&x.out, STR_MAX);
	path = path_join(conf.data, "state.db");
	r = fs_mkdirs(conf.data, &err);
	if (r == 0)
		r = state_open(&x.state, path, &err);
	if (r == 0)
		r = take_outbox(&conf, x.state, &err);
	for (size_t i = 0; i < c->n && r == 0; i++)
		r = one(&x, c->operands[i], limit);
	if (r == 0 && c->n == 0)
		r = each(&x, '*', NULL, limit);
	if (r != 0)
		code = cli_fail(&err);
	else if (x.n == 0 && !c->json && isatty(STDOUT_FILENO))
		cli_say("%s", _("Nothing was sent from here yet."));
	if (cli_flush() != 0)
		code = EXIT_ERROR;
	state_close(&x.state);
	free(path);
	str_release(&x.out);
	conf_release(&conf);
	return code;
}
