/* SPDX-License-Identifier: GPL-3.0-or-later
 * trust: what is said of a sender by facts: results of the provider that is believed,
 * who is known, and addresses that look like one that is. */
#include "base/base.h"
#include "show/show.h"
#include "../../tap.h"

static const char *const book[] = { "bob@bank.example", "kim@paypal.example", "mod@rnail.example", "jo@examples.org", "al@gmail.com",
	"ann@amazon.de", "me@xn--e1awd7f.example" };

static int known(void *ctx, const char *spec)
{
	int *answer = ctx;

	(void)spec;
	return *answer;
}

static void friends(void *ctx, void (*each)(void *, const char *), void *to)
{
	(void)ctx;
	for (size_t i = 0; i < ARRAY_LEN(book); i++)
		each(to, book[i]);
}

static void check(const char *header, const struct trust *t, const char *want_wrong, const char *want_fine, const char *name)
{
	struct str wrong, fine;
	struct env env = { 0 };

	str_init(&wrong, STR_MAX);
	str_init(&fine, STR_MAX);
	env_parse(sl(header), &mime_limits_default, &env);
	is_int(trust_line(sl(header), &env, t, &wrong, &fine), 0, "%s", name);
	is_str(wrong.p, want_wrong, "%s: what is wrong", name);
	is_str(fine.p, want_fine, "%s: what is fine", name);
	env_release(&env);
	str_release(&wrong);
	str_release(&fine);
}

#define AR "Authentication-Results: "
static const struct { const char *name, *header, *wrong, *fine; } auth[] = {
	{ "all pass", AR "mx.test; spf=pass smtp.mailfrom=a@x.example; dkim=pass (2048-bit key) header.d=x.example;\n dmarc=pass header.from=x.example\nFrom: a@x.example\n",
		"", "mx.test says: SPF pass for x.example, DKIM pass for x.example, DMARC pass." },
	{ "somebody else's results", AR "mx.evil; dkim=pass header.d=x.example; dmarc=pass\nFrom: a@x.example\n", "", "" },
	{ "results below those of another host's", AR "mx.test; dmarc=fail\nReceived: from q\n" AR "mx.test; dmarc=pass\nFrom: a@x.example\n",
		"mx.test says: DMARC fail.", "" },
	{ "several fields of one host", AR "MX.test; spf=pass smtp.mailfrom=x.example\n" AR "mx.test; dkim=pass header.i=@x.example\nFrom: a@x.example\n",
		"", "MX.test says: SPF pass for x.example, DKIM pass for x.example." },
	{ "a failure that another result makes good", AR "mx.test; spf=fail smtp.mailfrom=l.example; dkim=fail header.d=l.example; dkim=pass header.d=x.example\nFrom: a@x.example\n",
		"", "mx.test says: SPF fail for l.example, DKIM pass for x.example." },
	{ "failures", AR "two.test 1; spf=fail (not so) smtp.mailfrom=x.example; dkim=none\nFrom: a@x.example\n",
		"two.test says: SPF fail for x.example, DKIM none.", "" },
	{ "blanks, versions and comments", AR "(c) mx.test (d) 1 ; dkim / 1 = pass (x) header . d = x.example\nFrom: a@x.example\n", "", "" },
	{ "no results", AR "mx.test; none\nFrom: a@x.example\n", "", "" },
	{ "words that are none", AR "mx.test; dkim=\"pass for your.bank\"; spf=excellent; dmarc=\x1b[1m\nFrom: a@x.example\n", "", "mx.test says: DKIM pass." },
	{ "a domain that is none", AR "mx.test; dkim=pass header.d=\"x y\"\nFrom: a@x.example\n", "", "mx.test says: DKIM pass." },
	{ "a comment without end", AR "mx.test (; dkim=pass\nFrom: a@x.example\n", "", "" },
	{ "a pass of another author", AR "mx.test; dmarc=pass header.from=y.example\nFrom: a@x.example\n", "", "mx.test says: DMARC pass for y.example." },
	{ "two authors", AR "mx.test; dmarc=pass header.from=x.example\nFrom: a@x.example\nFrom: b@y.example\n",
		"It says more than once who wrote it, which no honest program does.", "mx.test says: DMARC pass." },
	{ "nothing in it", AR "\nFrom: a@x.example\n", "", "" },
	{ "a name within the name", AR "mx.test.evil; dmarc=pass\nFrom: a@x.example\n", "", "" },
};

static void test_auth(void)
{
	struct trust t = { .authserv = "mx.test, two.test" }, none = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(auth); i++)
		check(auth[i].header, &t, auth[i].wrong, auth[i].fine, auth[i].name);
	check(auth[0].header, &none, "", "", "nobody is believed unasked");
}

static void test_sender(void)
{
	struct trust t = { .authserv = "mx.test" };

	check("Return-Path: <b@esp.example>\nFrom: a@x.example\n", &t, "", "It was handed in by a sender at esp.example.", "another envelope");
	check("Return-Path: <b@mail.x.example>\nFrom: a@x.example\n", &t, "", "", "an envelope of the same house");
	check("Return-Path: <>\nFrom: a@x.example\n", &t, "", "", "no envelope");
	check("From: a@x.example\nSender: s@y.example\n", &t, "", "It was sent by s@y.example for the author.", "another sender");
	check("From: a@x.example\nSender: s@y.example\nList-Id: <l.y.example>\n", &t, "", "", "a mailing list sends for others");
	check("Return-Path: <b@esp.example>\nAuthentication-Results: mx.test; dmarc=pass\nFrom: a@x.example\n", &t, "", "mx.test says: DMARC pass.",
		"what the domain allows needs no word");
	check("From: \"bob@bank.example\" <x@evil.example>\nReply-To: e@f.example\n", &t,
		"The sender calls itself \"bob@bank.example\", but the address is x@evil.example.\nAnswers would go to e@f.example, not to the sender.", "",
		"the words of the header alone are there, too");
	check("Subject: x\n", &t, "", "", "no sender");
}

static void test_known(void)
{
	int answer = 0;
	struct trust t = { .authserv = "mx.test", .known = known, .ctx = &answer };

	check("From: a@x.example\n", &t, "", "This is the first mail from this address.", "a first one");
	answer = 1;
	check("From: a@x.example\n", &t, "", "", "one of many");
	check("From: a@x.example\nSender: s@y.example\n", &t, "", "It was sent by s@y.example for the author. There was mail from or to this address before.", "one of many, sent by another");
	answer = -1;
	check("From: a@x.example\n", &t, "", "", "not known yet");
}

static const struct { const char *from, *like; } alike[] = {
	{ "bob@bank.example", NULL }, { "BOB@Bank.example", NULL }, { "else@bank.example", NULL },
	{ "b0b@bank.example", "bob@bank.example" },
	{ "kim@paypa1.example", "kim@paypal.example" }, { "kim@paypai.example", "kim@paypal.example" },
	{ "any@p\xD0\xB0ypal.example", "kim@paypal.example" },          /* a Cyrillic letter */
	{ "any@xn--pypal-4ve.example", "kim@paypal.example" },          /* the same, as the network has it */
	{ "any@mail.example", "mod@rnail.example" },
	{ "jo@example.org", "jo@examples.org" }, { "jo@exmaples.org", "jo@examples.org" }, { "jo@eaxmplse.org", NULL },
	{ "x@news.examples.org", NULL },
	{ "al@ymail.com", NULL }, { "al@gmial.com", "al@gmail.com" }, { "ann@amazon.se", NULL }, { "ann@amazom.de", "ann@amazon.de" },
	{ "x@y.z", NULL }, { "x@stranger.example", NULL },
};

static void test_alike(void)
{
	struct trust t = { .friends = friends };

	for (size_t i = 0; i < ARRAY_LEN(alike); i++) {
		struct str header, want;

		str_init(&header, STR_MAX);
		str_init(&want, STR_MAX);
		str_addf(&header, "From: %s\n", alike[i].from);
		if (alike[i].like)
			str_addf(&want, "The address %s looks like %s, which you know, but is another.", alike[i].from, alike[i].like);
		check(header.p, &t, want.p, "", alike[i].from);
		str_release(&header);
		str_release(&want);
	}
}

int main(void)
{
	test_auth();
	test_sender();
	test_known();
	test_alike();
	return tap_done();
}
