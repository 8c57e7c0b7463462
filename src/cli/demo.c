/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * demo: everything once, with a pabald of its own, in a folder that goes away:
 * alice@crepes.fr writes to bob@hamburger.edu, who fetches, reads and answers;
 * kihyun@uu.ac.kr looks in.
 */
#include "priv.h"
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct person { const char *name, *shown, *domain, *password; } people[] = {
	{ "alice",  "Alice", "crepes.fr",     "alice0"  },
	{ "bob",    "Bob",   "hamburger.edu", "bob0"    },
	{ "kihyun", "기현",  "uu.ac.kr",      "kihyun0" },
};

struct demo {
	char home[4096];
	char smtp[64], pop3[64];        /* "127.0.0.1:2525" */
	struct proc server;
};

static char *at(const struct demo *d, const char *fmt, ...) PRINTF(2, 3);
static char *at(const struct demo *d, const char *fmt, ...)
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

/* ---- the server ---- */

static int put_samples(const struct demo *d, struct err *err)
{
	for (const struct sample *s = samples; s->user; s++) {
		char *path = at(d, "server/mail/%s", s->user), name[128];
		struct maildir box;
		int fd, r;

		r = maildir_open(&box, path, true, err);
		free(path);
		if (r != 0)
			return -1;
		fd = maildir_tmp(&box, name, err);
		if (fd >= 0) {
			r = fs_write_all(fd, s->text, strlen(s->text)) == 0 && fs_close(&fd) == 0 ? 0
				: err_sys(err, _("Can't write the sample messages"));
			if (r == 0)
				r = maildir_publish(&box, name, NULL, err);
		} else {
			r = -1;
		}
		maildir_close(&box);
		if (r != 0)
			return -1;
	}
	return 0;
}

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

static void take_ready(struct demo *d, struct slice text)
{
	struct slice line;

	while (sl_line(&text, &line)) {
		if (sl_starts(line, "smtp="))
			snprintf(d->smtp, sizeof(d->smtp), SL_FMT, SL_ARG(sl_skip(line, 5)));
		else if (sl_starts(line, "pop3="))
			snprintf(d->pop3, sizeof(d->pop3), SL_FMT, SL_ARG(sl_skip(line, 5)));
	}
}

/* The server writes its addresses when it listens; 10 s at most. */
static int wait_ready(struct demo *d, const char *file, struct err *err)
{
	struct err ignored = ERR_INIT;
	struct str text;
	int r = -1;

	str_init(&text, 4096);
	for (int tries = 0; tries < 1000 && r != 0; tries++) {
		int status;

		if (waitpid(d->server.pid, &status, WNOHANG) == d->server.pid) {
			d->server.pid = 0;
			break;
		}
		str_clear(&text);
		if (access(file, R_OK) == 0 && fs_slurp(file, 4096, &text, &ignored) == 0)
			r = 0;
		else
			usleep(10000);
	}
	take_ready(d, str_sl(&text));
	str_release(&text);
	if (r != 0 || !d->smtp[0] || !d->pop3[0])
		return err_set(err, ERR_SYS, _("The server pabald did not start."));
	return 0;
}

static int start_server(struct demo *d, struct err *err)
{
	char *program = server_program(), *root = at(d, "server"), *ready = at(d, "ready");
	char *argv[32];
	char args[ARRAY_LEN(people)][2][128];
	int n = 0, r;

	argv[n++] = program;
	for (size_t i = 0; i < ARRAY_LEN(people); i++) {
		snprintf(args[i][0], sizeof(args[i][0]), "--domain=%s", people[i].domain);
		snprintf(args[i][1], sizeof(args[i][1]), "--user=%s@%s:%s", people[i].name, people[i].domain, people[i].password);
		argv[n++] = args[i][0];
		argv[n++] = args[i][1];
	}
	argv[n++] = mem_strdup("--root");
	argv[n++] = root;
	argv[n++] = mem_strdup("--smtp=127.0.0.1:0");
	argv[n++] = mem_strdup("--pop3=127.0.0.1:0");
	argv[n++] = mem_strdup("--ready-file");
	argv[n++] = ready;
	argv[n] = NULL;
	r = proc_start(&d->server, argv, PROC_GROUP, err);
	if (r == 0)
		r = wait_ready(d, ready, err);
	free(argv[n - 6]);
	free(argv[n - 4]);
	free(argv[n - 3]);
	free(argv[n - 2]);
	free(program);
	free(root);
	free(ready);
	return r;
}

/* ---- the people ---- */

static int write_config(const struct demo *d, const struct person *p, struct err *err)
{
	char *dir = at(d, "%s/pabal", p->name), *file = path_join(dir, "config");
	struct str s;
	int r;

	str_init(&s, 8192);
	str_addf(&s, "[account %s]\naddress = \"%s <%s@%s>\"\n", p->name, p->shown, p->name, p->domain);
	str_addf(&s, "smtp = smtp+plain://%s\npop3 = pop3+plain://%s%%40%s@%s\n", d->smtp, p->name, p->domain, d->pop3);
	str_addf(&s, "auth = USER\npassword = %s\nleave-on-server = no\nhelo = %s\n", p->password, p->domain);
	r = fs_mkdirs(dir, err);
	if (r == 0)
		r = fs_replace(file, str_sl(&s), err);
	str_release(&s);
	free(dir);
	free(file);
	return r;
}

static void become(const struct demo *d, const struct person *p)
{
	char *home = at(d, "%s", p->name);

	setenv("HOME", home, 1);
	setenv("XDG_CONFIG_HOME", home, 1);
	setenv("XDG_DATA_HOME", home, 1);
	setenv("XDG_CACHE_HOME", home, 1);
	free(home);
}

/* Shows a command as the person would type it, runs it, returns its code. */
static int as(const struct demo *d, size_t who, const char *text, ...)
{
	char *argv[16] = { mem_strdup(proc_self()) };
	struct err err = ERR_INIT;
	const char *arg;
	struct proc p;
	int n = 1, status = -1;
	va_list ap;

	become(d, &people[who]);
	printf("\n%s$ pabal", people[who].name);
	va_start(ap, text);
	while (n < 15 && (arg = va_arg(ap, const char *))) {
		bool quote = strpbrk(arg, " ?'<>") != NULL;

		printf(quote ? " '%s'" : " %s", arg);
		argv[n++] = mem_strdup(arg);
	}
	va_end(ap);
	if (text)
		printf(" <<END\n%sEND", text);
	printf("\n");
	fflush(stdout);
	if (proc_start(&p, argv, PROC_IN, &err) != 0) {
		cli_say("%s", err.text);
	} else {
		if (text && fs_write_all(p.in, text, strlen(text)) != 0)
			cli_say("%s", _("The command did not take its input."));
		close(p.in);
		while (waitpid(p.pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	for (int i = 0; i < n; i++)
		free(argv[i]);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The newest message of a person's inbox: its id. */
static int newest(const struct demo *d, size_t who, char id[13])
{
	char *path = at(d, "%s/pabal/mail/INBOX", people[who].name);
	struct err ignored = ERR_INIT;
	struct entries all;
	struct maildir box;
	int r = -1;

	if (maildir_open(&box, path, false, &ignored) == 0) {
		if (maildir_scan(&box, &all, &ignored) == 0) {
			if (all.n) {
				entry_id(all.v[0].name, id);
				r = 0;
			}
			entries_release(&all);
		}
		maildir_close(&box);
	}
	free(path);
	return r;
}

static int play(const struct demo *d)
{
	char id[13];
	int bad = 0;

	printf(_("pabald is running in %s:\nSMTP at %s, POP3 at %s.\n"), d->home, d->smtp, d->pop3);
	bad |= as(d, 0, "Do you like ketchup?\nHow about pickles?\n", "--trace", "-s", "Do you like ketchup?", "bob@hamburger.edu", NULL);
	bad |= as(d, 1, NULL, "--trace", "--fetch", NULL);
	bad |= as(d, 1, NULL, "--list", NULL);
	if (newest(d, 1, id) != 0)
		return -1;
	bad |= as(d, 1, NULL, "--show", id, NULL);
	bad |= as(d, 1, "> Do you like ketchup?\n> How about pickles?\n\nYes. And mustard.\n",
		"--trace", "-s", "Re: Do you like ketchup?", "-c", "kihyun@uu.ac.kr", "alice@crepes.fr", NULL);
	bad |= as(d, 0, NULL, "--fetch", "-v", NULL);
	bad |= as(d, 0, NULL, "--list", NULL);
	bad |= as(d, 2, NULL, "--trace", "--fetch", NULL);
	if (newest(d, 2, id) != 0)
		return -1;
	bad |= as(d, 2, NULL, "--show", id, NULL);
	return bad ? -1 : 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void stop(struct demo *d)
{
	if (d->server.pid > 0) {
		kill(d->server.pid, SIGTERM);
		while (waitpid(d->server.pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	nftw(d->home, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int cli_demo(struct cli *c)
{
	const char *base = getenv("TMPDIR");
	struct err err = ERR_INIT;
	struct demo d = { 0 };
	int r = 0, code = EXIT_OK;

	if (c->n) {
		cli_say("%s", _("--demo takes no arguments."));
		return EXIT_USAGE;
	}
	snprintf(d.home, sizeof(d.home), "%s/pabal-demo-XXXXXX", base && base[0] == '/' ? base : "/tmp");
	if (!mkdtemp(d.home)) {
		err_sys(&err, _("Can't make a folder for the demo"));
		return cli_fail(&err);
	}
	dup2(STDOUT_FILENO, STDERR_FILENO);     /* one stream, in order */
	r = put_samples(&d, &err);
	if (r == 0)
		r = start_server(&d, &err);
	for (size_t i = 0; i < ARRAY_LEN(people) && r == 0; i++)
		r = write_config(&d, &people[i], &err);
	if (r != 0) {
		code = cli_fail(&err);
	} else if (play(&d) != 0) {
		cli_say("%s", _("The demo did not go as it should."));
		code = EXIT_ERROR;
	} else {
		printf("%s", _("\nThe loop is closed: written, sent, fetched, read and answered.\n"));
	}
	stop(&d);
	if (cli_flush() != 0)
		code = EXIT_ERROR;
	return code;
}
