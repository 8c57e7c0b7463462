/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * acct: the configuration file becomes struct conf.  The table in opts.c says
 * which settings exist; the functions below read each, and one that the table
 * has and they do not is a bug that a test would hit.
 */
#include "priv.h"
#include <errno.h>
#include <unistd.h>

void conf_set(char **field, struct slice value)
{
	free(*field);
	*field = sl_dup(value);
}

/* ---- keys ---- */

static int get_leave(struct slice v, struct account *a)
{
	uint64_t days;
	bool yes;
	unsigned sec;

	if (conf_bool(v, &yes) == 0) {
		a->leave = yes ? LEAVE_FOREVER : LEAVE_NO;
		return 0;
	}
	if (sl_iis(v, "forever") || sl_iis(v, "for ever") || sl_iis(v, "always")) {
		a->leave = LEAVE_FOREVER;
		return 0;
	}
	if (sl_iis(v, "until-deleted") || sl_iis(v, "until deleted")) {
		a->leave = LEAVE_UNTIL_DELETED;
		return 0;
	}
	if (sl_ends(v, "days"))
		v = sl_trim(sl_head(v, v.n - 4));
	else if (sl_ends(v, "day"))
		v = sl_trim(sl_head(v, v.n - 3));
	if (sl_u64(v, 36500, &days) == 0) {
		a->leave_days = (unsigned)days;
	} else if (v.n && v.p[v.n - 1] == 'd' && conf_duration(v, &sec) == 0) {
		a->leave_days = sec / 86400;
	} else {
		return -1;
	}
	a->leave = a->leave_days ? LEAVE_DAYS : LEAVE_NO;
	return 0;
}

static int get_address(struct slice v, struct addr *out, struct err *err)
{
	struct addrs list = { 0 };
	int r = addrs_parse_typed(v, &list, err);

	if (r == 0 && (list.n != 1 || !list.v[0].domain))
		r = err_set(err, ERR_CONFIG, _("One address with a domain is expected."));
	if (r == 0)
		r = addr_check(&list.v[0], err);
	if (r == 0) {
		struct addr old = *out;

		*out = list.v[0];
		list.v[0] = old;        /* of an earlier line; released with the list */
	}
	addrs_release(&list);
	return r;
}

static bool mech_ok(struct slice v)
{
	static const char *const known[] = { "SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "PLAIN", "LOGIN", "APOP", "USER" };

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (sl_iis(v, known[i]))
			return true;
	return false;
}

static int get_fingerprint(struct slice v, char **out)
{
	char hex[65];
	size_t n = 0;

	for (size_t i = 0; i < v.n; i++) {
		if (v.p[i] == ':' || v.p[i] == ' ')
			continue;
		if (hex_val(v.p[i]) < 0 || n == 64)
			return -1;
		hex[n++] = (char)ascii_lower(v.p[i]);
	}
	if (n != 64)
		return -1;
	conf_set(out, sl_make(hex, 64));
	return 0;
}

/* A name to greet with or to put into Message-IDs: ASCII, unlike one to connect to. */
static bool own_name_ok(struct slice v)
{
	for (size_t i = 0; i < v.n; i++)
		if ((unsigned char)v.p[i] >= 0x7f)
			return false;
	return conf_host_ok(v);
}

/* A general setting; 1: no such key. */
static int take_general(struct reading *r, struct slice k, struct slice v, struct err *err)
{
	struct conf *c = r->conf;

	if (sl_is(k, "default-account")) {
		conf_set(&c->default_account, v);
	} else if (sl_is(k, "mail")) {
		return conf_take_path(r, k, v, &c->mail, err);
	} else if (sl_is(k, "data")) {
		return conf_take_path(r, k, v, &c->data, err);
	} else if (sl_is(k, "trash")) {
		conf_set(&c->trash, v);
	} else if (sl_is(k, "archive")) {
		conf_set(&c->archive, v);
	} else if (sl_is(k, "drafts")) {
		conf_set(&c->drafts, v);
	} else if (sl_is(k, "junk")) {
		conf_set(&c->junk, v);
	} else if (sl_is(k, "index-text")) {
		return conf_no(r, k, v, &c->no_text, err);
	} else if (sl_is(k, "thread-by-subject")) {
		if (conf_bool(v, &c->thread_subjects) != 0)
			return conf_bad(r, k, v, _("yes or no"), err);
	} else if (sl_is(k, "lists")) {
		if (addrs_parse_typed(v, &c->lists, err) != 0) {
			err->kind = ERR_CONFIG;
			return err_prefix(err, "%s:%u", r->file, r->line);
		}
	} else if (sl_is(k, "retry")) {
		if (conf_duration(v, &c->retry) != 0 || c->retry == 0)
			return conf_bad(r, k, v, _("a time such as 30m or 1h"), err);
	} else if (sl_is(k, "retry-max")) {
		if (conf_duration(v, &c->retry_max) != 0 || c->retry_max == 0)
			return conf_bad(r, k, v, _("a time such as 4h"), err);
	} else if (sl_is(k, "give-up")) {
		if (conf_duration(v, &c->give_up) != 0 || c->give_up == 0)
			return conf_bad(r, k, v, _("a time such as 5d"), err);
	} else if (sl_is(k, "timeout")) {
		if (conf_duration(v, &c->timeout) != 0)
			return conf_bad(r, k, v, _("a time such as 60s"), err);
	} else if (sl_is(k, "hostname")) {
		if (!own_name_ok(v))
			return conf_bad(r, k, v, _("a host name"), err);
		conf_set(&c->hostname, v);
	} else {
		return look_take(r, k, v, err);
	}
	return 0;
}

static int take_server(struct reading *r, struct slice v, bool smtp, struct server *out, struct err *err)
{
	server_release(out);
	if (server_parse(v, smtp, out, err) == 0)
		return 0;
	err_prefix(err, "%s:%u", r->file, r->line);
	return -1;
}

/* A setting of an account; 1: no such key. */
static int take_account(struct reading *r, struct slice k, struct slice v, struct err *err)
{
	struct account *a = r->acct;
	uint64_t n;

	if (sl_is(k, "address")) {
		if (get_address(v, &a->address, err) != 0)
			return err_prefix(err, "%s:%u", r->file, r->line);
	} else if (sl_is(k, "smtp")) {
		return take_server(r, v, true, &a->smtp, err);
	} else if (sl_is(k, "pop3")) {
		return take_server(r, v, false, &a->pop3, err);
	} else if (sl_is(k, "password")) {
		conf_set(&a->password, v);
		r->conf->any_secret = true;
	} else if (sl_is(k, "password-command")) {
		conf_set(&a->password_command, v);
	} else if (sl_is(k, "auth")) {
		if (!mech_ok(v))
			return conf_bad(r, k, v, _("SCRAM-SHA-256, SCRAM-SHA-1, CRAM-MD5, PLAIN, LOGIN, APOP or USER"), err);
		conf_set(&a->auth, v);
		for (char *p = a->auth; *p; p++)
			*p = (char)ascii_upper(*p);
	} else if (sl_is(k, "allow-cleartext-password")) {
		if (conf_bool(v, &a->cleartext_password) != 0)
			return conf_bad(r, k, v, _("yes or no"), err);
	} else if (sl_is(k, "tls-trust-file")) {
		return conf_take_path(r, k, v, &a->tls_trust, err);
	} else if (sl_is(k, "tls-fingerprint")) {
		if (get_fingerprint(v, &a->tls_fingerprint) != 0)
			return conf_bad(r, k, v, _("64 hexadecimal digits (SHA-256)"), err);
	} else if (sl_is(k, "leave-on-server")) {
		if (get_leave(v, a) != 0)
			return conf_bad(r, k, v, _("yes, no, a number of days, or until-deleted"), err);
	} else if (sl_is(k, "inbox")) {
		conf_set(&a->inbox, v);
	} else if (sl_is(k, "sent")) {
		conf_set(&a->sent, v);
	} else if (sl_is(k, "helo")) {
		if (!own_name_ok(v))
			return conf_bad(r, k, v, _("a host name"), err);
		conf_set(&a->helo, v);
	} else if (sl_is(k, "max-fetch")) {
		if (sl_u64(v, 1 << 20, &n) != 0 || n == 0)
			return conf_bad(r, k, v, _("a number of MiB"), err);
		a->max_fetch = (unsigned)n;
	} else if (sl_is(k, "identities")) {
		if (addrs_parse_typed(v, &a->identities, err) != 0) {
			err->kind = ERR_CONFIG;
			return err_prefix(err, "%s:%u", r->file, r->line);
		}
	} else if (sl_is(k, "signature")) {
		return conf_take_path(r, k, v, &a->signature, err);
	} else {
		return 1;
	}
	return 0;
}

static int enter_account(struct reading *r, struct slice name, struct err *err)
{
	struct conf *c = r->conf;

	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] < ' ' || name.p[i] == '/')
			return err_set(err, ERR_CONFIG, _("%s:%u: The name of an account may not hold / or control characters."), r->file, r->line);
	for (size_t i = 0; i < c->n_accounts; i++) {
		if (sl_is(name, c->accounts[i].name)) {
			r->acct = &c->accounts[i];
			return 0;
		}
	}
	c->accounts = mem_array(c->accounts, c->n_accounts + 1, sizeof(*c->accounts));
	r->acct = &c->accounts[c->n_accounts++];
	*r->acct = (struct account){ .name = sl_dup(name), .max_fetch = 1024 };
	return 0;
}

/* ---- sections ---- */

static const struct section {
	const char *word;
	enum opt_where where;
	int (*enter)(struct reading *, struct slice name, struct err *);
	int (*take)(struct reading *, struct slice k, struct slice v, struct err *);
	bool any_key;                   /* keys are not settings of the table    */
} sections[] = {
	{ "account", OPT_ACCOUNT, enter_account, take_account, false },
	{ "filter", OPT_FILTER, rules_enter_filter, rules_filter, false },
	{ "search", OPT_SEARCH, rules_enter_search, rules_search, false },
	{ "folder", OPT_FOLDER, rules_enter_folder, rules_folder, false },
	{ "bind", OPT_BIND, look_enter_bind, look_bind, true },
	{ "general", OPT_GENERAL, NULL, take_general, false },
};

static const char *section_of(enum opt_where where)
{
	for (size_t i = 0; i < ARRAY_LEN(sections); i++)
		if (sections[i].where == where)
			return sections[i].word;
	bug_on(true);
}

static int unknown(struct reading *r, enum opt_where where, struct slice k, struct err *err)
{
	const char *near = opts_nearest(where, k);

	if (near)
		return err_set(err, ERR_CONFIG, _("%s:%u: There is no setting \"" SL_FMT "\" here. Did you mean %s?"),
			r->file, r->line, SL_ARG(k), near);
	for (const struct opt *o = opts_all(); o->name; o++) {
		if (o->where == where || !sl_is(k, o->name))
			continue;
		if (o->where == OPT_GENERAL)
			return err_set(err, ERR_CONFIG, _("%s:%u: \"%s\" belongs before the first section, or into [general]."), r->file, r->line, o->name);
		return err_set(err, ERR_CONFIG, _("%s:%u: \"%s\" belongs into a section [%s NAME]."), r->file, r->line, o->name, section_of(o->where));
	}
	return err_set(err, ERR_CONFIG, _("%s:%u: There is no setting \"" SL_FMT "\" here. pabal.conf(5) lists all of them."),
		r->file, r->line, SL_ARG(k));
}

static int take(void *ctx, struct slice section, struct slice k, struct slice v, unsigned line, struct err *err)
{
	const struct section *sec = &sections[ARRAY_LEN(sections) - 1];
	struct slice rest = section, word = SL_NONE, name;
	struct reading *r = ctx;
	int found;

	r->line = line;
	if (sl_word(&rest, &word)) {
		size_t i = 0;

		while (i < ARRAY_LEN(sections) && !sl_is(word, sections[i].word))
			i++;
		name = sl_trim(rest);
		if (i == ARRAY_LEN(sections) || (name.n && !sections[i].enter))
			return err_set(err, ERR_CONFIG, _("%s:%u: There is no section [" SL_FMT "]. Write [general], [account NAME], [filter NAME], [search NAME], [folder NAME] or [bind CONTEXT]."),
				r->file, line, SL_ARG(section));
		sec = &sections[i];
		if (name.n >= 2 && name.p[0] == '"' && name.p[name.n - 1] == '"')
			name = sl_make(name.p + 1, name.n - 2);
		if (sec->enter && name.n == 0)
			return err_set(err, ERR_CONFIG, _("%s:%u: The section needs a name: [%s home]."), r->file, line, sec->word);
		if (sec->enter && sec->enter(r, name, err) != 0)
			return -1;
	}
	r->section = section;
	if (!sec->any_key && !opts_has(sec->where, k))
		return unknown(r, sec->where, k, err);
	if (v.n == 0)
		return err_set(err, ERR_CONFIG, _("%s:%u: The setting \"" SL_FMT "\" has no value."), r->file, line, SL_ARG(k));
	found = sec->take(r, k, v, err);
	bug_on(found == 1);             /* the table has what is not read here */
	return found;
}

/* ---- the whole ---- */

static char *xdg(const char *var, const char *fallback)
{
	const char *base = getenv(var), *home = getenv("HOME");
	char *dir, *path;

	if (base && base[0] == '/')
		return path_join(base, "pabal");
	dir = path_join(home && home[0] ? home : "/", fallback);
	path = path_join(dir, "pabal");
	free(dir);
	return path;
}

/* A mailbox setting is a path, or a name below the root of the mailboxes. */
void conf_place(const struct conf *c, char **box)
{
	char *path;

	if ((*box)[0] == '/' || sl_starts(sl(*box), "~/"))
		path = path_expand(*box);
	else
		path = path_join(c->mail, *box);
	free(*box);
	*box = path;
}

static int finish_account(struct conf *c, struct account *a, struct err *err)
{
	if (!a->address.local)
		return err_set(err, ERR_CONFIG, _("%s: The account %s has no address. Add: address = you@example.org"), c->path, a->name);
	if (!a->inbox)
		a->inbox = mem_strdup("INBOX");
	if (!a->sent)
		a->sent = mem_strdup("Sent");
	conf_place(c, &a->inbox);
	if (sl_iis(sl(a->sent), "no")) {
		free(a->sent);
		a->sent = NULL;
	} else {
		conf_place(c, &a->sent);
	}
	return 0;
}

/* A folder where nothing is said: a name below the root. */
static void place_or(const struct conf *c, char **box, const char *name)
{
	if (!*box)
		*box = mem_strdup(name);
	conf_place(c, box);
}

static int finish(struct conf *c, struct err *err)
{
	if (!c->mail)
		c->mail = path_join(c->data, "mail");
	for (size_t i = 0; i < c->n_accounts; i++)
		if (finish_account(c, &c->accounts[i], err) != 0)
			return -1;
	if (c->trash && sl_iis(sl(c->trash), "no")) {
		free(c->trash);
		c->trash = NULL;
	} else {
		place_or(c, &c->trash, "Trash");
	}
	place_or(c, &c->archive, "Archive");
	place_or(c, &c->drafts, "Drafts");
	place_or(c, &c->junk, "Junk");
	look_finish(c);
	return rules_finish(c, err);
}

static int load_file(struct conf *c, bool named, struct err *err)
{
	struct reading r = { .conf = c, .file = c->path };
	struct str text;
	struct stat st;
	int ret;

	if (stat(c->path, &st) != 0 && errno == ENOENT && !named) {
		free(c->path);
		c->path = NULL;
		return 0;
	}
	str_init(&text, 1 << 20);
	ret = fs_slurp(c->path, 1 << 20, &text, err);
	if (ret == 0)
		ret = ini_parse(str_sl(&text), c->path, take, &r, err);
	if (ret == 0 && c->any_secret && stat(c->path, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 077))
		ret = err_set(err, ERR_CONFIG,
			_("%s holds a password and others can read it. Run: chmod 600 %s"), c->path, c->path);
	str_wipe(&text);
	str_release(&text);
	return ret;
}

int conf_load(struct conf *c, const char *path, struct err *err)
{
	char *dir;

	memset(c, 0, sizeof(*c));
	c->retry = 30 * 60;
	c->retry_max = 4 * 3600;
	c->give_up = 5 * 86400;
	look_init(c);
	c->data = xdg("XDG_DATA_HOME", ".local/share");
	c->cache = xdg("XDG_CACHE_HOME", ".cache");
	if (path) {
		c->path = mem_strdup(path);
	} else {
		dir = xdg("XDG_CONFIG_HOME", ".config");
		c->path = path_join(dir, "config");
		free(dir);
	}
	if (load_file(c, path != NULL, err) != 0)
		goto fail;
	if (finish(c, err) != 0)
		goto fail;
	if (c->default_account && !conf_account(c, c->default_account)) {
		err_set(err, ERR_CONFIG, _("%s: default-account names %s, but there is no section [account %s]."),
			c->path, c->default_account, c->default_account);
		goto fail;
	}
	return 0;
fail:
	conf_release(c);
	return -1;
}

static void account_release(struct account *a)
{
	struct addrs one = { .v = mem_alloc(sizeof(struct addr)), .n = 1, .cap = 1 };

	one.v[0] = a->address;
	addrs_release(&one);
	if (a->password)
		mem_wipe(a->password, strlen(a->password));
	server_release(&a->smtp);
	server_release(&a->pop3);
	free(a->name);
	free(a->password);
	free(a->password_command);
	free(a->auth);
	free(a->tls_trust);
	free(a->tls_fingerprint);
	free(a->inbox);
	free(a->sent);
	free(a->helo);
	free(a->signature);
	addrs_release(&a->identities);
}

void conf_release(struct conf *c)
{
	for (size_t i = 0; i < c->n_accounts; i++)
		account_release(&c->accounts[i]);
	rules_release(c);
	look_release(c);
	addrs_release(&c->lists);
	free(c->trash);
	free(c->archive);
	free(c->drafts);
	free(c->junk);
	free(c->accounts);
	free(c->path);
	free(c->data);
	free(c->cache);
	free(c->mail);
	free(c->default_account);
	free(c->hostname);
	memset(c, 0, sizeof(*c));
}

struct account *conf_account(const struct conf *c, const char *name)
{
	if (!name)
		name = c->default_account;
	if (!name)
		return c->n_accounts ? &c->accounts[0] : NULL;
	for (size_t i = 0; i < c->n_accounts; i++)
		if (strcmp(c->accounts[i].name, name) == 0)
			return &c->accounts[i];
	return NULL;
}

bool conf_own(const struct addr *own, const struct addr *who)
{
	struct addr x = *own;

	if (!own->local || !who->local || !sl_ieq(sl(own->local), sl(who->local)))
		return false;
	x.local = who->local;
	return addr_same(&x, who);
}

struct account *conf_account_by_address(const struct conf *c, const struct addr *addr)
{
	for (size_t i = 0; i < c->n_accounts; i++) {
		struct account *a = &c->accounts[i];

		if (conf_own(&a->address, addr))
			return a;
		for (size_t k = 0; k < a->identities.n; k++)
			if (conf_own(&a->identities.v[k], addr))
				return a;
	}
	return NULL;
}

const char *conf_hostname(const struct conf *c)
{
	static char name[256];

	if (c->hostname)
		return c->hostname;
	if (gethostname(name, sizeof(name) - 1) != 0 || !conf_host_ok(sl(name)))
		return "localhost";
	return name;
}
