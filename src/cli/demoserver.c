/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * demoserver: the servers of the demo, on free ports of this machine: one takes mail for
 * crepes.fr, one for hamburger.edu (and uu.ac.kr); each passes on what is for the other.
 * Both know a third one that is off.  They try again every two seconds in place of half an
 * hour, and say after five that a mail is late.
 */
#include "priv.h"
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { START_S = 60, HOP_S = 60, TRIES = 5, LOOK_US = 20000, TRANSCRIPT_MAX = 16 << 20 };

const struct person demo_people[] = {
	[DEMO_ALICE]  = { "alice",  "Alice", "crepes.fr",     "alice0",  0 },
	[DEMO_BOB]    = { "bob",    "Bob",   "hamburger.edu", "bob0",    1 },
	[DEMO_KIHYUN] = { "kihyun", "기현",  "uu.ac.kr",      "kihyun0", 1 },
};

char *demo_path(const struct demo *d, const char *fmt, ...)
{
	struct str s;
	va_list ap;

	str_init(&s, 65536);
	str_addf(&s, "%s/", d->home);
	va_start(ap, fmt);
	str_vaddf(&s, fmt, ap);
	va_end(ap);
	return str_detach(&s);
}

/* ---- mail that is there already ---- */

static int put_sample(const struct demo *d, const struct sample *s, const char *domain, struct err *err)
{
	char *path = demo_path(d, "%s/mail/%s", domain, s->user), name[128];
	struct maildir box;
	int fd, r;

	r = maildir_open(&box, path, true, err);
	free(path);
	if (r != 0)
		return -1;
	fd = maildir_tmp(&box, name, err);
	r = fd < 0 ? -1 : fs_write_all(fd, s->text, strlen(s->text)) == 0 && fs_close(&fd) == 0 ? 0
		: err_sys(err, _("Can't write the sample messages"));
	if (r == 0)
		r = maildir_publish(&box, name, NULL, err);
	maildir_close(&box);
	return r;
}

static int put_samples(const struct demo *d, struct err *err)
{
	int r = 0;

	for (const struct sample *s = samples; s->user && r == 0; s++)
		for (size_t i = 0; i < DEMO_PEOPLE && r == 0; i++)
			if (strcmp(demo_people[i].name, s->user) == 0)
				r = put_sample(d, s, d->servers[demo_people[i].server].domain, err);
	return r;
}

/* ---- ports ---- */

static int hold(char where[64], struct err *err)
{
	uint16_t port = 0;
	int fd = sock_hold(&port, err);

	snprintf(where, 64, "127.0.0.1:%u", (unsigned)port);
	return fd;
}

/* Each server must know the port of the other before it runs. */
static int choose_ports(struct demo *d, struct err *err)
{
	int fd[2], r;

	fd[0] = hold(d->servers[0].smtp, err);
	fd[1] = hold(d->servers[1].smtp, err);
	r = fd[0] < 0 || fd[1] < 0 ? -1 : 0;
	for (size_t i = 0; i < 2; i++)
		if (fd[i] >= 0)
			close(fd[i]);
	return r;
}

/* ---- starting ---- */

static char *server_program(void)
{
	const char *self = proc_self(), *slash = strrchr(self, '/');
	struct str s;

	str_init(&s, 65536);
	if (slash) {
		str_add(&s, self, (size_t)(slash - self) + 1);
		str_adds(&s, "pabald");
		if (access(s.p, X_OK) == 0)
			return str_detach(&s);
		str_clear(&s);
	}
	str_adds(&s, "pabald");
	return str_detach(&s);
}

/* The server writes its addresses when it listens. */
static int wait_ready(const struct demo *d, struct demo_server *v, struct err *err)
{
	char *file = demo_path(d, "%s.ready", v->domain);
	int64_t until = rt_mono() + (int64_t)START_S * 1000000;
	struct err ignored = ERR_INIT;
	struct slice rest, line;
	struct str text;

	str_init(&text, 4096);
	v->pop3[0] = 0;
	while (!v->pop3[0] && !demo_stopped() && rt_mono() < until) {
		if (waitpid(v->pid, NULL, WNOHANG) == v->pid) {
			v->pid = 0;
			break;
		}
		str_clear(&text);
		if (access(file, R_OK) == 0 && fs_slurp(file, 4096, &text, &ignored) == 0)
			for (rest = str_sl(&text); sl_line(&rest, &line); )
				if (sl_starts(line, "pop3="))
					snprintf(v->pop3, sizeof(v->pop3), SL_FMT, SL_ARG(sl_skip(line, 5)));
		if (!v->pop3[0])
			usleep(LOOK_US);
	}
	str_release(&text);
	free(file);
	return v->pop3[0] ? 0 : err_set(err, ERR_SYS, _("The server pabald did not start."));
}

/* What it has to say does not belong on the screen of the demo. */
static int spawn(const struct demo *d, struct demo_server *v, char *const argv[], struct err *err)
{
	char *log = demo_path(d, "%s.log", v->domain);
	int keep = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3), fd = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), r;
	struct proc p;

	if (keep < 0 || fd < 0 || dup2(fd, STDERR_FILENO) < 0) {
		r = err_sys(err, _("Can't write %s"), log);
	} else {
		r = proc_start(&p, argv, PROC_GROUP, err);
		if (r == 0)
			v->pid = p.pid;
	}
	if (keep >= 0) {
		dup2(keep, STDERR_FILENO);
		close(keep);
	}
	if (fd >= 0)
		close(fd);
	free(log);
	return r;
}

/* One argument a line. */
static void add_args(const struct demo *d, size_t which, struct str *s)
{
	const struct demo_server *v = &d->servers[which], *other = &d->servers[!which];
	char *base = demo_path(d, "%s", v->domain);

	str_addf(s, "--root=%s\n--ready-file=%s.ready\n--trace=%s.trace\n", base, base, base);
	str_addf(s, "--smtp=%s\n--pop3=127.0.0.1:0\n--domain=%s\n", v->smtp, v->domain);
	str_addf(s, "--retry=2s\n--warn=5s\n--give-up=10m\n--relay=off.example=%s\n", d->off);
	for (size_t i = 0; i < DEMO_PEOPLE; i++) {
		const struct person *p = &demo_people[i];

		if (p->server == which)
			str_addf(s, "--user=%s@%s:%s\n", p->name, p->domain, p->password);
		else
			str_addf(s, "--relay=%s=%s\n", p->domain, other->smtp);
	}
	free(base);
}

static int start(struct demo *d, size_t which, struct err *err)
{
	char *argv[32] = { server_program() };
	struct slice rest, line;
	struct str args;
	size_t n = 1;
	int r;

	str_init(&args, 1 << 20);
	add_args(d, which, &args);
	for (rest = str_sl(&args); n < ARRAY_LEN(argv) - 1 && sl_line(&rest, &line); )
		argv[n++] = sl_dup(line);
	r = spawn(d, &d->servers[which], argv, err);
	while (n)
		free(argv[--n]);
	str_release(&args);
	return r == 0 ? wait_ready(d, &d->servers[which], err) : -1;
}

static int end(struct demo_server *v)
{
	int status = 0;

	if (v->pid <= 0)
		return 0;
	kill(v->pid, SIGTERM);
	while (waitpid(v->pid, &status, 0) < 0 && errno == EINTR)
		;
	v->pid = 0;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

/* What a server wrote before it gave up says more than that it did. */
static void explain(const struct demo *d)
{
	struct err ignored = ERR_INIT;
	struct str text;

	str_init(&text, 65536);
	for (size_t i = 0; i < ARRAY_LEN(d->servers); i++) {
		char *log = demo_path(d, "%s.log", d->servers[i].domain);

		str_clear(&text);
		if (fs_slurp(log, 65536, &text, &ignored) == 0 && text.n)
			cli_say(SL_FMT, SL_ARG(sl_trim(str_sl(&text))));
		free(log);
	}
	str_release(&text);
}

/* Somebody may take a port between the choice and the start. */
int demo_serve(struct demo *d, struct err *err)
{
	int r = -1;

	d->servers[0].domain = demo_people[DEMO_ALICE].domain;
	d->servers[1].domain = demo_people[DEMO_BOB].domain;
	d->off_fd = hold(d->off, err);
	if (d->off_fd < 0 || put_samples(d, err) != 0)
		return -1;
	for (unsigned i = 0; i < TRIES && r != 0; i++) {
		r = choose_ports(d, err);
		for (size_t k = 0; k < ARRAY_LEN(d->servers) && r == 0; k++)
			r = start(d, k, err);
		for (size_t k = 0; k < ARRAY_LEN(d->servers) && r != 0; k++)
			end(&d->servers[k]);
	}
	if (r != 0)
		explain(d);
	return r;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

int demo_stop(struct demo *d)
{
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(d->servers); i++)
		if (end(&d->servers[i]) != 0)
			r = -1;
	if (r != 0)
		explain(d);
	if (d->off_fd >= 0)
		close(d->off_fd);
	nftw(d->home, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return r;
}

/* ---- what servers say to each other ---- */

/* The first conversation with that one; true: it is over, be it that nobody answered. */
static bool conversation(struct slice rest, const char *to, struct str *out)
{
	int host = (int)(strrchr(to, ':') - to);
	bool in = false, over = false;
	struct slice line;
	struct str begin;
	unsigned n = 0;

	str_init(&begin, 256);
	str_addf(&begin, "*: connecting to %.*s port %s", host, to, to + host + 1);
	str_clear(out);
	while (!over && sl_line(&rest, &line)) {
		if (sl_starts(line, "*: session ") || sl_starts(line, "*: connecting to "))
			in = sl_eq(line, str_sl(&begin));
		if (!in)
			continue;
		str_addf(out, SL_FMT "\n", SL_ARG(line));
		over = sl_starts(line, "S: 221 ") || (++n == 2 && sl_starts(line, "*: "));
	}
	str_release(&begin);
	return over;
}

/* The transcript of a server as far as it is. */
static int transcript(const struct demo *d, const struct demo_server *v, struct str *out)
{
	char *file = demo_path(d, "%s.trace", v->domain);
	struct err ignored = ERR_INIT;
	int r;

	str_clear(out);
	r = access(file, R_OK) == 0 ? fs_slurp(file, TRANSCRIPT_MAX, out, &ignored) : 0;
	free(file);
	return r;
}

void demo_mark(struct demo *d)
{
	struct str text;

	str_init(&text, TRANSCRIPT_MAX);
	for (size_t i = 0; i < ARRAY_LEN(d->servers); i++)
		if (transcript(d, &d->servers[i], &text) == 0)
			d->servers[i].mark = text.n;
	str_release(&text);
}

int demo_hop(const struct demo *d, size_t from, const char *to)
{
	const char *name = to == d->off ? "off.example" : d->servers[to == d->servers[1].smtp].domain;
	int64_t until = rt_mono() + (int64_t)HOP_S * 1000000;
	const struct demo_server *v = &d->servers[from];
	struct str text, out;
	bool over = false;

	str_init(&text, TRANSCRIPT_MAX);
	str_init(&out, TRANSCRIPT_MAX);
	while (!over && !demo_stopped() && rt_mono() < until) {
		over = transcript(d, v, &text) == 0 && conversation(sl_skip(str_sl(&text), v->mark), to, &out);
		if (!over)
			usleep(LOOK_US);
	}
	printf("\n%s -> %s\n", v->domain, name);
	cli_print(str_sl(&out), true);
	str_release(&text);
	str_release(&out);
	return over ? 0 : -1;
}
