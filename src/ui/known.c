/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * known: whom one knows: oneself, the address book, and to whom one writes.  It is asked
 * when a message is shown, so the answers must not take long.
 */
#include "screens.h"

#define FRIENDS_MAX 2000
#define FRIENDS_AGE ((int64_t)300 * 1000000)

static bool is_own(const struct app *a, const char *spec)
{
	struct addrs l = { 0 };
	struct err ignored = ERR_INIT;
	bool own = addrs_parse_typed(sl(spec), &l, &ignored) == 0 && l.n == 1 && conf_account_by_address(&a->conf, &l.v[0]);

	addrs_release(&l);
	return own;
}

static bool in_book(const struct app *a, const char *spec)
{
	for (size_t i = 0; i < a->friends.n; i++)
		if (strcasecmp(a->friends.v[i], spec) == 0)
			return true;
	return false;
}

static int known(void *ctx, const char *spec)
{
	struct err ignored = ERR_INIT;
	struct app *a = ctx;

	if (is_own(a, spec) || in_book(a, spec))
		return 1;
	return index_known_address(folders_index(a->folders), spec, &ignored);
}

static int take(void *ctx, const char *spec)
{
	struct app *a = ctx;

	if (a->friends.n < FRIENDS_MAX)
		choices_add(&a->friends, spec);
	return 0;
}

static void take_own(struct app *a)
{
	struct str spec;

	str_init(&spec, 4096);
	for (size_t i = 0; i < a->conf.n_accounts; i++) {
		const struct account *acct = &a->conf.accounts[i];

		str_clear(&spec);
		if (addr_spec(&acct->address, &spec) == 0)
			take(a, spec.p);
		for (size_t k = 0; k < acct->identities.n; k++) {
			str_clear(&spec);
			if (addr_spec(&acct->identities.v[k], &spec) == 0)
				take(a, spec.p);
		}
	}
	str_release(&spec);
}

/* Not for every message: now and then. */
static void gather(struct app *a)
{
	struct contacts book = { 0 };
	struct err ignored = ERR_INIT;
	int64_t now = rt_mono();

	if (a->friends_at && now - a->friends_at < FRIENDS_AGE)
		return;
	a->friends_at = MAX(now, 1);
	choices_release(&a->friends);
	take_own(a);
	if (contacts_load(&a->conf, &book, &ignored) == 0)
		for (size_t i = 0; i < book.n; i++)
			take(a, book.v[i].addr);
	contacts_release(&book);
	index_written_to(folders_index(a->folders), FRIENDS_MAX, take, a, &ignored);
}

static void friends(void *ctx, void (*each)(void *, const char *), void *to)
{
	struct app *a = ctx;

	gather(a);
	for (size_t i = 0; i < a->friends.n; i++)
		each(to, a->friends.v[i]);
}

const struct trust *known_trust(struct app *a)
{
	a->trust = (struct trust){ .authserv = a->conf.look.trusted_authserv, .known = known, .friends = friends, .ctx = a };
	return &a->trust;
}

void known_release(struct app *a)
{
	choices_release(&a->friends);
}
