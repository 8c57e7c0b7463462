/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * options: the command line of pabald, and the file of users.
 */
#include "priv.h"
#include <unistd.h>

const char *const service_names[SV_COUNT] = { "smtp", "smtps", "pop3", "pop3s" };

enum { O_DOMAIN = 1, O_USER, O_USERS, O_ROOT, O_SMTP, O_SMTPS, O_POP3, O_POP3S, O_CERT, O_KEY,
	O_MAX_SIZE, O_MAX_SESSIONS, O_READY, O_TRACE, O_CAPTURE, O_RELAY, O_RETRY, O_WARN, O_GIVE_UP, O_HELP, O_VERSION };

static const struct arg_opt options[] = {
	{ 0, "domain", "DOMAIN", O_DOMAIN, N_("take mail for DOMAIN (repeatable; default: localhost)") },
	{ 0, "user", "NAME:PASSWORD", O_USER, N_("a user; NAME may be name@domain (repeatable)") },
	{ 0, "users", "FILE", O_USERS, N_("users from FILE, one NAME:PASSWORD a line") },
	{ 0, "root", "DIR", O_ROOT, N_("where mail is kept (default: ~/.local/share/pabald)") },
	{ 0, "smtp", "ADDR:PORT", O_SMTP, N_("listen for SMTP with STARTTLS (default 2525 when no port is named)") },
	{ 0, "smtps", "ADDR:PORT", O_SMTPS, N_("listen for SMTP over TLS") },
	{ 0, "pop3", "ADDR:PORT", O_POP3, N_("listen for POP3 with STLS (default 2110 when no port is named)") },
	{ 0, "pop3s", "ADDR:PORT", O_POP3S, N_("listen for POP3 over TLS") },
	{ 0, "cert", "FILE", O_CERT, N_("certificate (PEM); without it one is made in the root") },
	{ 0, "key", "FILE", O_KEY, N_("its key (PEM)") },
	{ 0, "max-size", "N", O_MAX_SIZE, N_("the largest message in bytes (default 268435456)") },
	{ 0, "max-sessions", "N", O_MAX_SESSIONS, N_("sessions at once (default 200)") },
	{ 0, "ready-file", "FILE", O_READY, N_("written when all listen: smtp=ADDR:PORT and so on") },
	{ 0, "trace", "[FILE]", O_TRACE, N_("write every dialogue to FILE or standard error") },
	{ 0, "capture", NULL, O_CAPTURE, N_("take mail for anybody; what is for no user goes to the first one (capture:capture when none is named)") },
	{ 0, "relay", "DOMAIN=HOST:PORT", O_RELAY, N_("pass mail of users for DOMAIN on to HOST; DOMAIN *: for all others; HOST mx: who takes its mail as DNS says (repeatable)") },
	{ 0, "retry", "TIME", O_RETRY, N_("between two tries of what could not be passed on (default 30m)") },
	{ 0, "warn", "TIME", O_WARN, N_("when its sender is told that it is late (default 4h)") },
	{ 0, "give-up", "TIME", O_GIVE_UP, N_("when it is given up (default 5d)") },
	{ 'h', "help", NULL, O_HELP, N_("show this help") },
	{ 'V', "version", NULL, O_VERSION, N_("show the version") },
	{ 0, NULL, NULL, 0, NULL },
};

static void set(char **field, const char *value)
{
	free(*field);
	*field = mem_strdup(value);
}

/* A name that becomes a folder: no path, nothing hidden, no control. */
static bool name_ok(struct slice s)
{
	if (s.n == 0 || s.n > 200 || s.p[0] == '.' || !utf8_valid(s))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f || strchr("/:\\<>\"", s.p[i]))
			return false;
	return true;
}

static bool same_domain(const char *a, const char *b)
{
	return a && b ? strcasecmp(a, b) == 0 : a == b;
}

/* The first of a name has the mailbox NAME, the next ones NAME@DOMAIN; so a user
 * who is added behind the others takes nobody's mailbox. */
static int choose_box(const struct options *o, struct user *u, struct err *err)
{
	bool taken = false;
	struct str box;

	for (size_t i = 0; i < o->n_users; i++) {
		const struct user *other = &o->users[i];

		if (strcasecmp(other->name, u->name) != 0)
			continue;
		taken = true;
		if (same_domain(other->domain, u->domain))
			return err_set(err, ERR_INPUT, _("The user \"%s\" is named twice."), u->name);
	}
	str_init(&box, 1024);
	str_adds(&box, u->name);
	if (taken)
		str_addf(&box, "@%s", u->domain ? u->domain : "");
	u->box = str_detach(&box);
	return 0;
}

static void user_release(struct user *u)
{
	if (u->password)
		mem_wipe(u->password, strlen(u->password));
	free(u->name);
	free(u->domain);
	free(u->password);
	free(u->box);
}

static int add_user(struct options *o, struct slice text, struct err *err)
{
	ssize_t colon = sl_find(text, ':'), at;
	struct user u = { 0 };
	struct slice name;

	if (colon < 0)
		return err_set(err, ERR_INPUT, _("A user is written NAME:PASSWORD; the colon is missing."));
	name = sl_head(text, (size_t)colon);
	if (!name_ok(name))
		return err_set(err, ERR_INPUT, _("\"" SL_FMT "\" is no name for a user."), SL_ARG(name));
	at = sl_find(name, '@');
	u.name = sl_dup(at >= 0 ? sl_head(name, (size_t)at) : name);
	u.domain = at >= 0 ? sl_dup(sl_skip(name, (size_t)at + 1)) : NULL;
	u.password = sl_dup(sl_skip(text, (size_t)colon + 1));
	if (choose_box(o, &u, err) != 0) {
		user_release(&u);
		return -1;
	}
	o->users = mem_array(o->users, o->n_users + 1, sizeof(*o->users));
	o->users[o->n_users++] = u;
	return 0;
}

static int add_users(struct options *o, const char *path, struct err *err)
{
	struct slice rest, line;
	struct str text;
	unsigned n = 0;
	int r;

	str_init(&text, 16 << 20);
	r = fs_slurp(path, 16 << 20, &text, err);
	rest = str_sl(&text);
	while (r == 0 && sl_line(&rest, &line)) {
		n++;
		line = sl_trim(line);
		if (line.n == 0 || line.p[0] == '#')
			continue;
		r = add_user(o, line, err);
		if (r != 0)
			err_prefix(err, "%s:%u", path, n);
	}
	str_wipe(&text);
	str_release(&text);
	return r;
}

static int number(const char *value, uint64_t max, uint64_t *out, const char *name, struct err *err)
{
	if (sl_u64(sl(value), max, out) == 0 && *out > 0)
		return 0;
	return err_set(err, ERR_INPUT, _("--%s takes a number from 1 to %llu, not \"%s\"."), name, (unsigned long long)max, value);
}

/* "domain=host:port", "*=mx" */
static int add_route(struct options *o, struct slice text, struct err *err)
{
	ssize_t eq = sl_find(text, '=');
	struct slice domain = eq > 0 ? sl_head(text, (size_t)eq) : SL_NONE, host = eq > 0 ? sl_skip(text, (size_t)eq + 1) : SL_NONE;
	struct str url;
	struct server server;

	if (!sl_is(domain, "*") && !name_ok(domain))
		return err_set(err, ERR_INPUT, _("A way is written DOMAIN=HOST:PORT, *=HOST:PORT or *=mx, not \"" SL_FMT "\"."), SL_ARG(text));
	if (!sl_is(host, "mx")) {
		str_init(&url, 1024);
		str_addf(&url, "smtp+relay://" SL_FMT, SL_ARG(host));
		if (server_parse(str_sl(&url), true, &server, err) != 0) {
			str_release(&url);
			return -1;
		}
		server_release(&server);
		str_release(&url);
	}
	o->routes = mem_array(o->routes, o->n_routes + 1, sizeof(*o->routes));
	o->routes[o->n_routes++] = (struct route){ .domain = sl_dup(domain), .host = sl_is(host, "mx") ? NULL : sl_dup(host) };
	return 0;
}

static int duration(const char *value, unsigned *out, const char *name, struct err *err)
{
	if (conf_duration(sl(value), out) == 0 && *out > 0)
		return 0;
	return err_set(err, ERR_INPUT, _("--%s takes a time such as 30m, 4h or 5d, not \"%s\"."), name, value);
}

const struct route *route_find(const struct options *o, const char *domain)
{
	const struct route *any = NULL;

	for (size_t i = 0; i < o->n_routes; i++) {
		if (strcasecmp(o->routes[i].domain, domain) == 0)
			return &o->routes[i];
		if (strcmp(o->routes[i].domain, "*") == 0)
			any = &o->routes[i];
	}
	return any;
}

static int take(struct options *o, int id, const char *value, struct err *err)
{
	uint64_t n;

	switch (id) {
	case O_DOMAIN:
		if (!name_ok(sl(value)))
			return err_set(err, ERR_INPUT, _("\"%s\" is no domain."), value);
		o->domains = mem_array(o->domains, o->n_domains + 1, sizeof(*o->domains));
		o->domains[o->n_domains++] = mem_strdup(value);
		return 0;
	case O_USER: return add_user(o, sl(value), err);
	case O_USERS: return add_users(o, value, err);
	case O_ROOT: set(&o->root, value); return 0;
	case O_SMTP: case O_SMTPS: case O_POP3: case O_POP3S: set(&o->listen[id - O_SMTP], value); return 0;
	case O_CERT: set(&o->cert, value); return 0;
	case O_KEY: set(&o->key, value); return 0;
	case O_READY: set(&o->ready_file, value); return 0;
	case O_TRACE: set(&o->trace, value ? value : "-"); return 0;
	case O_CAPTURE: o->capture = true; return 0;
	case O_RELAY: return add_route(o, sl(value), err);
	case O_RETRY: return duration(value, &o->retry, "retry", err);
	case O_WARN: return duration(value, &o->warn, "warn", err);
	case O_GIVE_UP: return duration(value, &o->give_up, "give-up", err);
	case O_MAX_SIZE: return number(value, (uint64_t)1 << 40, &o->max_size, "max-size", err);
	case O_MAX_SESSIONS:
		if (number(value, 100000, &n, "max-sessions", err) != 0)
			return -1;
		o->max_sessions = (unsigned)n;
		return 0;
	}
	return 0;
}

static int show_help(void)
{
	struct str s;

	str_init(&s, 65536);
	str_adds(&s, _("Usage: pabald [--domain D]... [--user NAME:PASSWORD]... [--smtp PORT] [--pop3 PORT] ...\n\n"));
	arg_help(options, &s);
	fwrite(s.p, 1, s.n, stdout);
	str_release(&s);
	return 0;
}

static int settle(struct options *o, struct err *err)
{
	bool any = false;
	char *home;

	for (size_t i = 0; i < SV_COUNT; i++)
		any = any || o->listen[i];
	if (!any) {
		set(&o->listen[SV_SMTP], "2525");
		set(&o->listen[SV_POP3], "2110");
	}
	if (!o->root) {
		home = path_expand("~/.local/share/pabald");
		o->root = home;
	}
	if (o->capture && o->n_users == 0 && add_user(o, SL("capture:capture"), err) != 0)
		return -1;
	if (o->n_domains == 0) {
		o->domains = mem_array(NULL, 1, sizeof(*o->domains));
		o->domains[o->n_domains++] = mem_strdup("localhost");
	}
	if (!o->cert != !o->key)
		return err_set(err, ERR_INPUT, _("--cert and --key go together."));
	return 1;
}

int options_parse(struct options *o, int argc, char **argv, struct err *err)
{
	struct arg a;
	int id;

	*o = (struct options){ .max_size = 256 << 20, .max_sessions = 200, .retry = 30 * 60, .warn = 4 * 3600, .give_up = 5 * 86400 };
	arg_init(&a, argc, argv, options);
	while ((id = arg_next(&a, err)) >= 0) {
		if (id == 0)
			return err_set(err, ERR_INPUT, _("pabald takes no \"%s\"; options begin with --."), a.value);
		if (id == O_HELP)
			return show_help();
		if (id == O_VERSION) {
			printf("pabald %s\n", VERSION);
			return 0;
		}
		if (take(o, id, a.value, err) != 0)
			return -1;
	}
	return id == -2 ? -1 : settle(o, err);
}

void options_release(struct options *o)
{
	for (size_t i = 0; i < o->n_domains; i++)
		free(o->domains[i]);
	for (size_t i = 0; i < o->n_users; i++)
		user_release(&o->users[i]);
	for (size_t i = 0; i < SV_COUNT; i++)
		free(o->listen[i]);
	for (size_t i = 0; i < o->n_routes; i++) {
		free(o->routes[i].domain);
		free(o->routes[i].host);
	}
	free(o->routes);
	free(o->domains);
	free(o->users);
	free(o->root);
	free(o->cert);
	free(o->key);
	free(o->ready_file);
	free(o->trace);
	memset(o, 0, sizeof(*o));
}

bool domain_is_ours(const struct options *o, const char *domain)
{
	for (size_t i = 0; i < o->n_domains; i++)
		if (strcasecmp(o->domains[i], domain) == 0)
			return true;
	for (size_t i = 0; i < o->n_users; i++)
		if (o->users[i].domain && strcasecmp(o->users[i].domain, domain) == 0)
			return true;
	return false;
}

const struct user *user_find(const struct options *o, const char *name)
{
	const char *at = strrchr(name, '@');
	struct slice local = at ? sl_range(name, at) : sl(name);
	const struct user *any = NULL;

	for (size_t i = 0; i < o->n_users; i++) {
		const struct user *u = &o->users[i];

		if (!sl_iis(local, u->name))
			continue;
		if (at && u->domain && strcasecmp(u->domain, at + 1) == 0)
			return u;
		if (!any && (!at || (!u->domain && domain_is_ours(o, at + 1))))
			any = u;
	}
	return any;
}
