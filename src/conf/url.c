/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * url: servers as the person writes them, "smtps://user@host:port".  The scheme
 * says how the line is protected; clear text has a scheme of its own, so nobody
 * gets it by leaving something out.
 */
#include "conf.h"

void server_release(struct server *s)
{
	free(s->host);
	free(s->port);
	free(s->user);
	memset(s, 0, sizeof(*s));
}

/* The last two are for servers, which pass mail on without a login: to a host, or to who
 * takes the mail of a domain. */
static const struct { const char *scheme; bool smtp; enum conf_tls tls; const char *port; } schemes[] = {
	{ "smtps://",      true,  CONF_TLS,      "465" },
	{ "smtp://",       true,  CONF_STARTTLS, "587" },
	{ "smtp+plain://", true,  CONF_PLAIN,    "25"  },
	{ "pop3s://",      false, CONF_TLS,      "995" },
	{ "pop3://",       false, CONF_STARTTLS, "110" },
	{ "pop3+plain://", false, CONF_PLAIN,    "110" },
	{ "smtp+relay://", true,  CONF_MAY,      "25"  },
	{ "smtp+mx://",    true,  CONF_MAY,      "25"  },
};

bool conf_host_ok(struct slice h)
{
	if (h.n == 0 || h.n > 255 || h.p[0] == '-')
		return false;
	for (size_t i = 0; i < h.n; i++)
		if ((unsigned char)h.p[i] <= ' ' || strchr("/@?#\\<>\"", h.p[i]))
			return false;
	return true;
}

static int take_user(struct slice s, struct server *out, struct err *err)
{
	struct str user;
	bool good;

	if (sl_find(s, ':') >= 0)
		return err_set(err, ERR_CONFIG, _("A password does not belong into an address; use password-command."));
	str_init(&user, 1024);
	good = str_unpct(&user, s) == 0 && user.n > 0;
	for (size_t i = 0; i < user.n; i++)
		good = good && (unsigned char)user.p[i] >= ' ' && user.p[i] != 0x7f;
	if (good)
		out->user = str_detach(&user);
	str_release(&user);
	return good ? 0 : err_set(err, ERR_CONFIG, _("The user before @ is empty or badly escaped."));
}

/* host, or [address] of IPv6; what follows it is left in rest. */
static int take_host(struct slice *rest, struct slice *host, struct err *err)
{
	ssize_t end;

	if (rest->n && rest->p[0] == '[') {
		end = sl_find(*rest, ']');
		if (end < 0)
			return err_set(err, ERR_CONFIG, _("The bracket of the address is not closed."));
		*host = sl_make(rest->p + 1, (size_t)end - 1);
		*rest = sl_skip(*rest, (size_t)end + 1);
		if (rest->n && rest->p[0] != ':')
			return err_set(err, ERR_CONFIG, _("Only :port may follow the address in brackets."));
	} else {
		end = sl_find(*rest, ':');
		*host = end >= 0 ? sl_head(*rest, (size_t)end) : *rest;
		*rest = sl_skip(*rest, host->n);
	}
	if (!conf_host_ok(*host))
		return err_set(err, ERR_CONFIG, _("The host name is missing or not usable."));
	return 0;
}

/* [user@]host[:port]; the user %-escaped, and a bare @ in it is fine. */
static int take_authority(struct slice s, struct server *out, struct err *err)
{
	struct slice host;
	ssize_t at = -1;
	uint64_t port;

	if (sl_ends(s, "/"))
		s = sl_head(s, s.n - 1);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '@')
			at = (ssize_t)i;
	if (at >= 0 && take_user(sl_head(s, (size_t)at), out, err) != 0)
		return -1;
	s = sl_skip(s, (size_t)(at + 1));
	if (take_host(&s, &host, err) != 0)
		return -1;
	if (s.n) {
		s = sl_skip(s, 1);
		if (sl_u64(s, 65535, &port) != 0 || port == 0)
			return err_set(err, ERR_CONFIG, _("The port is not a number from 1 to 65535."));
		out->port = sl_dup(s);
	}
	out->host = sl_dup(host);
	return 0;
}

int server_parse(struct slice url, bool smtp, struct server *out, struct err *err)
{
	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		if (schemes[i].smtp != smtp || !sl_istarts(url, schemes[i].scheme))
			continue;
		out->tls = schemes[i].tls;
		out->mx = strcmp(schemes[i].scheme, "smtp+mx://") == 0;
		if (take_authority(sl_skip(url, strlen(schemes[i].scheme)), out, err) != 0) {
			server_release(out);
			return -1;
		}
		if (!out->port)
			out->port = mem_strdup(schemes[i].port);
		out->set = true;
		return 0;
	}
	return err_set(err, ERR_CONFIG, smtp
		? _("An SMTP server is written smtps://, smtp:// or smtp+plain://, then user@host:port.")
		: _("A POP3 server is written pop3s://, pop3:// or pop3+plain://, then user@host:port."));
}
