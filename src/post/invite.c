/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * invite: an invitation is answered (iTIP, RFC 5546 3.2.3; iMIP, RFC 6047): a calendar
 * that names the same event, and of those who were invited the one who answers.
 */
#include "priv.h"
#include <libical/ical.h>

#define INVITE_MAX  ((size_t)1 << 20)
#define EVENTS_MAX  100

static const icalparameter_partstat states[] = {
	[INVITE_ACCEPT] = ICAL_PARTSTAT_ACCEPTED, [INVITE_TENTATIVE] = ICAL_PARTSTAT_TENTATIVE, [INVITE_DECLINE] = ICAL_PARTSTAT_DECLINED,
};

/* ---- the invitation ---- */

static icalcomponent *read_part(const struct recalled *m, const struct part *p)
{
	struct err ignored = ERR_INIT;
	icalcomponent *c = NULL;
	struct sink sink;
	struct str text;

	str_init(&text, INVITE_MAX);
	sink_str(&sink, &text);
	if (part_text(p, m->fd, m->mem, &sink, &ignored) == 0)
		c = calendar_parse(str_sl(&text), &ignored);
	str_release(&text);
	if (c && icalcomponent_get_method(c) != ICAL_METHOD_REQUEST) {
		icalcomponent_free(c);
		c = NULL;
	}
	return c;
}

static icalcomponent *find_request(const struct recalled *m)
{
	icalcomponent *c = NULL;

	for (const struct part *p = tree_next(m->tree, NULL); p && !c; p = tree_next(m->tree, p))
		if (part_is_calendar(p))
			c = read_part(m, p);
	return c;
}

static bool is_entry(icalcomponent *c)
{
	return icalcomponent_isa(c) == ICAL_VEVENT_COMPONENT || icalcomponent_isa(c) == ICAL_VTODO_COMPONENT;
}

static icalcomponent *first_entry(icalcomponent *calendar)
{
	icalcomponent *c = icalcomponent_get_first_component(calendar, ICAL_ANY_COMPONENT);

	while (c && !is_entry(c))
		c = icalcomponent_get_next_component(calendar, ICAL_ANY_COMPONENT);
	return c;
}

/* "mailto:a@b": the one address in it. */
static bool take_address(const char *uri, struct addrs *out)
{
	struct err ignored = ERR_INIT;
	struct str plain;
	bool good;

	if (!uri || !sl_istarts(sl(uri), "mailto:"))
		return false;
	str_init(&plain, 4096);
	good = str_unpct(&plain, sl(uri + strlen("mailto:"))) == 0 && !strpbrk(plain.p, "\r\n,;") &&
		addrs_parse_typed(str_sl(&plain), out, &ignored) == 0 && out->n == 1 && out->v[0].domain && addr_check(&out->v[0], &ignored) == 0;
	if (!good)
		addrs_release(out);
	str_release(&plain);
	return good;
}

/* ---- who answers ---- */

static icalproperty *own_attendee(icalcomponent *entry, const struct conf *conf, struct addrs *who)
{
	icalproperty *p = icalcomponent_get_first_property(entry, ICAL_ATTENDEE_PROPERTY);

	for (; p; p = icalcomponent_get_next_property(entry, ICAL_ATTENDEE_PROPERTY)) {
		if (!take_address(icalproperty_get_attendee(p), who))
			continue;
		if (compose_is_me(conf, &who->v[0]))
			return p;
		/* calendars take no care of letters */
		for (char *q = who->v[0].local; *q; q++)
			*q = (char)ascii_lower((unsigned char)*q);
		if (compose_is_me(conf, &who->v[0]))
			return p;
		addrs_release(who);
	}
	return NULL;
}

/* The identity that was invited; where the invitation came by a list, the one written to. */
static void write_as(struct compose *c, const struct conf *conf, const struct recalled *m, struct addrs *who)
{
	const struct addr *identity = NULL;
	const struct account *a;
	struct str why;

	if (who->n) {
		a = conf_account_by_address(conf, &who->v[0]);
		for (size_t i = 0; i < a->identities.n; i++)
			if (!conf_own(&a->address, &who->v[0]) && conf_own(&a->identities.v[i], &who->v[0]))
				identity = &a->identities.v[i];
		compose_write_as(c, a, identity);
		return;
	}
	str_init(&why, 65536);
	a = reply_identity(conf, m->env, m->header, &identity, &why);
	if (a) {
		compose_write_as(c, a, identity);
		addrs_add(who, identity ? identity : &a->address);
	}
	str_release(&why);
}

/* ---- the answer ---- */

static void clone(icalcomponent *from, icalproperty_kind kind, icalcomponent *to)
{
	icalproperty *p = icalcomponent_get_first_property(from, kind);

	if (p)
		icalcomponent_add_property(to, icalproperty_new_clone(p));
}

/* A time in a zone is told as UTC: the answer brings no zones along. */
static void clone_instance(icalcomponent *from, icalcomponent *to)
{
	icalproperty *p = icalcomponent_get_first_property(from, ICAL_RECURRENCEID_PROPERTY);
	struct icaltimetype t = p ? icalproperty_get_datetime_with_component(p, from) : icaltime_null_time();

	if (icaltime_is_null_time(t))
		return;
	if (t.is_date || !t.zone)
		clone(from, ICAL_RECURRENCEID_PROPERTY, to);
	else
		icalcomponent_add_property(to, icalproperty_new_recurrenceid(icaltime_convert_to_zone(t, icaltimezone_get_utc_timezone())));
}

static icalproperty *new_attendee(icalproperty *invited, const struct addr *who, icalparameter_partstat state)
{
	icalparameter *cn = invited ? icalproperty_get_first_parameter(invited, ICAL_CN_PARAMETER) : NULL;
	const char *name = cn ? icalparameter_get_cn(cn) : who->name;
	icalproperty *p;
	struct str uri;

	str_init(&uri, 4096);
	str_adds(&uri, "mailto:");
	addr_spec(who, &uri);
	p = icalproperty_new_attendee(invited ? icalproperty_get_attendee(invited) : uri.p);
	icalproperty_add_parameter(p, icalparameter_new_partstat(state));
	if (name && *name)
		icalproperty_add_parameter(p, icalparameter_new_cn(name));
	str_release(&uri);
	return p;
}

static void add_entry(icalcomponent *reply, icalcomponent *from, const struct conf *conf, const struct addr *who, icalparameter_partstat state)
{
	icalcomponent *to = icalcomponent_new(icalcomponent_isa(from));
	struct addrs own = { 0 };
	icalproperty *invited = own_attendee(from, conf, &own);

	addrs_release(&own);
	clone(from, ICAL_UID_PROPERTY, to);
	/* not that of the invitation: it tells a later answer from an earlier one */
	icalcomponent_add_property(to, icalproperty_new_dtstamp(icaltime_from_timet_with_zone((time_t)(rt_now() / 1000000), 0, icaltimezone_get_utc_timezone())));
	clone(from, ICAL_SEQUENCE_PROPERTY, to);
	clone_instance(from, to);
	clone(from, ICAL_ORGANIZER_PROPERTY, to);
	icalcomponent_add_property(to, new_attendee(invited, who, state));
	clone(from, ICAL_SUMMARY_PROPERTY, to);
	icalcomponent_add_component(reply, to);
}

static void make_reply(icalcomponent *request, const struct conf *conf, const struct addr *who, icalparameter_partstat state, struct str *out)
{
	icalcomponent *reply = icalcomponent_vanew(ICAL_VCALENDAR_COMPONENT, icalproperty_new_prodid("-//pabal//EN"),
		icalproperty_new_version("2.0"), icalproperty_new_method(ICAL_METHOD_REPLY), NULL);
	icalcomponent *c = icalcomponent_get_first_component(request, ICAL_ANY_COMPONENT);
	char *text;

	for (unsigned n = 0; c && n < EVENTS_MAX; c = icalcomponent_get_next_component(request, ICAL_ANY_COMPONENT)) {
		if (!is_entry(c))
			continue;
		add_entry(reply, c, conf, who, state);
		n++;
	}
	text = icalcomponent_as_ical_string_r(reply);
	for (const char *p = text; *p; p++)
		if (*p != '\r')
			str_addc(out, *p);
	icalmemory_free_buffer(text);
	icalcomponent_free(reply);
}

static int attach(struct compose *c, struct slice text, struct err *err)
{
	struct src src;
	int r;

	src_mem(&src, text);
	r = compose_attach_src(c, &src, "invite.ics", "text/calendar; method=REPLY", err);
	src_release(&src);
	if (r == 0)
		c->files[c->n_files - 1].is_inline = true;
	c->markdown = false;
	return r;
}

static void add_subject(struct str *out, enum invite_answer answer, const char *title)
{
	switch (answer) {
	case INVITE_ACCEPT: str_addf(out, _("Accepted: %s"), title); break;
	case INVITE_TENTATIVE: str_addf(out, _("Tentative: %s"), title); break;
	case INVITE_DECLINE: str_addf(out, _("Declined: %s"), title); break;
	}
}

static void add_sentence(struct str *out, enum invite_answer answer, const char *who)
{
	switch (answer) {
	case INVITE_ACCEPT: str_addf(out, _("%s accepts this invitation."), who); break;
	case INVITE_TENTATIVE: str_addf(out, _("%s accepts this invitation tentatively."), who); break;
	case INVITE_DECLINE: str_addf(out, _("%s declines this invitation."), who); break;
	}
}

static void set_words(struct compose *c, const struct conf *conf, icalcomponent *entry, enum invite_answer answer)
{
	const char *summary = icalcomponent_get_summary(entry);
	struct str clean, text;

	str_init(&clean, 65536);
	str_init(&text, STR_MAX);
	utf8_sanitize(&clean, sl_head(sl(summary && *summary ? summary : _("(no title)")), 4096), CLEAN_LINE);
	add_subject(&text, answer, clean.p);
	compose_set(&c->subject, text.p);
	str_clear(&text);
	add_sentence(&text, answer, c->from);
	str_addc(&text, '\n');
	compose_add_signature(compose_account(c, conf), &text);
	free(c->text);
	c->text = word_detach(&text);
	str_release(&clean);
	str_release(&text);
}

static int answer_entry(struct compose *c, const struct conf *conf, const struct recalled *m, icalcomponent *request, enum invite_answer answer, struct err *err)
{
	icalcomponent *entry = first_entry(request);
	icalproperty *organizer = entry ? icalcomponent_get_first_property(entry, ICAL_ORGANIZER_PROPERTY) : NULL;
	struct addrs to = { 0 }, who = { 0 };
	struct str text;
	int r = -1;

	str_init(&text, INVITE_MAX);
	if (!organizer || !take_address(icalproperty_get_organizer(organizer), &to)) {
		err_set(err, ERR_INPUT, "%s", _("This invitation does not say who organizes it, so nobody can be answered but the sender."));
	} else {
		own_attendee(entry, conf, &who);
		write_as(c, conf, m, &who);
		if (who.n == 0) {
			err_set(err, ERR_INPUT, "%s", _("No account is set up, so nothing can be sent."));
		} else {
			make_reply(request, conf, &who.v[0], states[answer], &text);
			compose_list(&c->to, &to);
			set_words(c, conf, entry, answer);
			compose_take_thread(c, m->env);
			c->about_flag = 'R';
			r = attach(c, str_sl(&text), err);
		}
	}
	addrs_release(&to);
	addrs_release(&who);
	str_release(&text);
	return r;
}

int compose_invite_reply(struct compose *c, const struct conf *conf, struct render *r, enum invite_answer answer, struct err *err)
{
	icalcomponent *request;
	struct recalled m;
	int failed;

	if (compose_ready(r, &m, err) != 0)
		return -1;
	request = find_request(&m);
	if (!request)
		return err_set(err, ERR_INPUT, "%s", _("This message has no invitation that asks for an answer."));
	failed = answer_entry(c, conf, &m, request, answer, err);
	icalcomponent_free(request);
	return failed;
}
