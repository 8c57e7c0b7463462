/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mx: who takes the mail of a domain, as DNS says.  The answer of the resolver is foreign:
 * bounded, and names that are none are left out.
 */
#include "io/priv.h"
#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>

#define HOSTS_MAX 20            /* more are not tried */

struct mx { unsigned rank; uint32_t luck; char host[256]; };
struct records { struct mx *v; size_t n; bool odd; };

static int by_rank(const void *a, const void *b)
{
	const struct mx *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return x->luck < y->luck ? -1 : x->luck > y->luck;
}

/* "" is the root: a domain that takes no mail. */
static bool is_host(const char *p)
{
	while (ascii_isalnum(*p) || *p == '-' || *p == '_' || *p == '.')
		p++;
	return !*p;
}

/* The MX records of an answer, best first; odd: there was something that could not be read. */
static struct records take(const unsigned char *answer, int len)
{
	struct records r = { .odd = true };
	ns_msg msg;
	ns_rr rr;

	if (ns_initparse(answer, len, &msg) != 0)
		return r;
	r.odd = false;
	for (int i = 0; i < ns_msg_count(msg, ns_s_an); i++) {
		struct mx m;

		if (ns_parserr(&msg, ns_s_an, i, &rr) != 0) {
			r.odd = true;
			break;
		}
		if (ns_rr_type(rr) != ns_t_mx)
			continue;
		if (ns_rr_rdlen(rr) < 3 || dn_expand(ns_msg_base(msg), ns_msg_end(msg), ns_rr_rdata(rr) + 2, m.host, sizeof(m.host)) < 0 ||
		    !is_host(m.host)) {
			r.odd = true;
			continue;
		}
		m.rank = ns_get16(ns_rr_rdata(rr));
		rt_random(&m.luck, sizeof(m.luck));
		r.v = mem_array(r.v, r.n + 1, sizeof(*r.v));
		r.v[r.n++] = m;
	}
	if (r.n)
		qsort(r.v, r.n, sizeof(*r.v), by_rank);
	return r;
}

static void add(char ***hosts, size_t *n, const char *host)
{
	*hosts = mem_array(*hosts, *n + 1, sizeof(**hosts));
	(*hosts)[(*n)++] = mem_strdup(host);
}

int mx_lookup(const char *domain, char ***hosts, size_t *n, struct err *err)
{
	unsigned char answer[8192];
	struct records found = { 0 };
	struct str name;
	int len;

	*hosts = NULL;
	*n = 0;
	str_init(&name, 1024);
	if (idn_to_ascii(domain, &name, err) != 0) {
		str_release(&name);
		return -1;
	}
	len = res_query(name.p, ns_c_in, ns_t_mx, answer, sizeof(answer));
	if (len > 0)
		found = take(answer, MIN(len, (int)sizeof(answer)));
	if (len < 0 && h_errno == HOST_NOT_FOUND)
		err_set(err, ERR_NOTFOUND, _("There is no such mail domain as %s."), domain);
	else if ((len < 0 && h_errno != NO_DATA) || (found.odd && found.n == 0))
		err_set(err, ERR_TEMP, _("The name service does not say who takes the mail of %s."), domain);
	else if (found.n == 0)
		add(hosts, n, name.p);
	for (size_t i = 0; i < MIN(found.n, HOSTS_MAX); i++)
		add(hosts, n, found.v[i].host);
	free(found.v);
	str_release(&name);
	return *n ? 0 : -1;
}
