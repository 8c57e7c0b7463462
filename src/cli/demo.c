/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * demo: the whole story of a mail, with two servers of its own, in a folder that goes away.
 * alice@crepes.fr writes to bob@hamburger.edu, to somebody who does not exist and to a server
 * that is off; she hears what became of each.  kihyun@uu.ac.kr looks in.  On a terminal the
 * person plays it; otherwise it is played, with what was said on each part of the way.
 */
#include "priv.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STATE_S = 90, LOOK_US = 100000 };

static volatile sig_atomic_t stopped, child;

bool demo_stopped(void)
{
	return stopped;
}

static void on_signal(int signo)
{
	(void)signo;
	stopped = 1;
	if (child > 0)
		kill((pid_t)child, SIGTERM);
}

/* The servers and the folder go with the demo, however it ends. */
static void catch_signals(bool on_screen)
{
	static const int ends[] = { SIGTERM, SIGHUP, SIGPIPE, SIGINT, SIGQUIT };
	struct sigaction end = { .sa_handler = on_signal }, ignore = { .sa_handler = SIG_IGN };

	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		sigaction(ends[i], on_screen && i >= 3 ? &ignore : &end, NULL);         /* there they are keys of the screen */
}

/* ---- the people ---- */

static int write_config(const struct demo *d, const struct person *p, struct err *err)
{
	char *dir = demo_path(d, "%s/pabal", p->name), *file = path_join(dir, "config");
	const struct demo_server *v = &d->servers[p->server];
	struct str s;
	int r;

	str_init(&s, 8192);
	str_addf(&s, "hostname = %s\nundo-send = 2s\nfetch-every = 3s\nretry = 2s\n", p->domain);
	str_addf(&s, "[account %s]\naddress = \"%s <%s@%s>\"\n", p->name, p->shown, p->name, p->domain);
	str_addf(&s, "smtp = smtp+plain://%s%%40%s@%s\npop3 = pop3+plain://%s%%40%s@%s\n", p->name, p->domain, v->smtp, p->name, p->domain, v->pop3);
	str_addf(&s, "auth = USER\npassword = %s\nleave-on-server = no\nhelo = %s\n", p->password, p->domain);
	r = fs_mkdirs(dir, err);
	if (r == 0)
		r = fs_replace(file, str_sl(&s), err);
	str_release(&s);
	free(dir);
	free(file);
	return r;
}

static void become(const struct demo *d, size_t who)
{
	char *home = demo_path(d, "%s", demo_people[who].name);

	setenv("HOME", home, 1);
	setenv("XDG_CONFIG_HOME", home, 1);
	setenv("XDG_DATA_HOME", home, 1);
	setenv("XDG_CACHE_HOME", home, 1);
	free(home);
}

/* pabal as that person; its exit code. */
static int run(const struct demo *d, size_t who, char *const argv[], const char *text)
{
	struct err err = ERR_INIT;
	int status = -1;
	struct proc p;

	if (stopped)
		return -1;
	become(d, who);
	if (proc_start(&p, argv, text ? PROC_IN : 0, &err) != 0) {
		cli_say("%s", err.text);
		return -1;
	}
	child = (sig_atomic_t)p.pid;
	if (text && fs_write_all(p.in, text, strlen(text)) != 0)
		cli_say("%s", _("The command did not take its input."));
	if (text)
		close(p.in);
	while (waitpid(p.pid, &status, 0) < 0 && errno == EINTR)
		;
	child = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Shows a command as the person would type it, and runs it. */
static int as(const struct demo *d, size_t who, const char *text, ...)
{
	char *argv[16] = { mem_strdup(proc_self()) };
	const char *arg;
	int n = 1, code;
	va_list ap;

	printf("\n%s$ pabal", demo_people[who].name);
	va_start(ap, text);
	while (n < 15 && (arg = va_arg(ap, const char *))) {
		printf(strpbrk(arg, " ?'<>") ? " '%s'" : " %s", arg);
		argv[n++] = mem_strdup(arg);
	}
	va_end(ap);
	if (text)
		printf(" <<END\n%sEND", text);
	printf("\n");
	fflush(stdout);
	code = run(d, who, argv, text ? text : "");
	for (int i = 0; i < n; i++)
		free(argv[i]);
	return code;
}

/* Fetches without a word. */
static void fetch(const struct demo *d, size_t who)
{
	char *self = mem_strdup(proc_self()), *argv[] = { self, (char[]){ "--fetch" }, NULL };
	int out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3), err = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	fflush(stdout);
	if (out >= 0 && err >= 0 && null >= 0) {
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		run(d, who, argv, "");
		dup2(out, STDOUT_FILENO);
		dup2(err, STDERR_FILENO);
	}
	close(out);
	close(err);
	close(null);
	free(self);
}

/* The newest message of a person's inbox: its id. */
static int newest(const struct demo *d, size_t who, char id[13])
{
	char *path = demo_path(d, "%s/pabal/mail/INBOX", demo_people[who].name);
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

/* What became of the last mail to that address; -1: nothing is known. */
static int state_of(const struct demo *d, size_t who, const char *addr)
{
	char *db = demo_path(d, "%s/pabal/state.db", demo_people[who].name);
	struct err ignored = ERR_INIT;
	struct state *s = NULL;
	struct track t;
	int state = -1;

	if (state_open(&s, db, &ignored) == 0 && state_track_get(s, 'a', addr, INT64_MAX, &t, &ignored) == 1) {
		for (size_t i = 0; i < t.n; i++)
			if (sl_ieq(sl(t.rcpt[i].addr), sl(addr)))
				state = t.rcpt[i].state;
		track_release(&t);
	}
	state_close(&s);
	free(db);
	return state;
}

/* Fetches until that became of it; -1: it did not in time. */
static int comes_to(const struct demo *d, size_t who, const char *addr, int state)
{
	int64_t until = rt_mono() + (int64_t)STATE_S * 1000000;

	while (!stopped && state_of(d, who, addr) != state) {
		if (rt_mono() > until) {
			cli_say(_("%s: not \"%s\" after %d seconds."), addr, track_words(state), STATE_S);
			return -1;
		}
		usleep(LOOK_US);
		fetch(d, who);
	}
	return stopped ? -1 : 0;
}

/* ---- the story, without a terminal ---- */

static void tell(const char *sentences)
{
	printf("\n== %s\n", sentences);
	fflush(stdout);
}

/* There, to his mailbox, and the answer back. */
static int there_and_back(struct demo *d)
{
	const char *crepes = d->servers[0].smtp, *hamburger = d->servers[1].smtp;
	char id[13];
	int bad = 0;

	demo_mark(d);
	tell(_("1. alice's mail program hands her mail to her server (SMTP)."));
	bad |= as(d, DEMO_ALICE, "Do you like ketchup?\nHow about pickles?\n", "--trace", "-s", "Do you like ketchup?", "bob@hamburger.edu", NULL);
	tell(_("2. It stands in the queue of her server, which passes it on to bob's server (SMTP)."));
	bad |= demo_hop(d, 0, hamburger);
	tell(_("3. Bob's server put it into his mailbox. His mail program fetches it (POP3)."));
	bad |= as(d, DEMO_BOB, NULL, "--trace", "--fetch", NULL);
	bad |= as(d, DEMO_BOB, NULL, "--list", NULL);
	if (bad || newest(d, DEMO_BOB, id) != 0)
		return -1;
	bad |= as(d, DEMO_BOB, NULL, "--show", id, NULL);
	tell(_("4. He answers, with a copy to kihyun, whose mailbox is on his server.\n   Hers goes back the same way."));
	demo_mark(d);
	bad |= as(d, DEMO_BOB, "> Do you like ketchup?\n> How about pickles?\n\nYes. And mustard.\n",
		"--trace", "-s", "Re: Do you like ketchup?", "-c", "kihyun@uu.ac.kr", "alice@crepes.fr", NULL);
	bad |= demo_hop(d, 1, crepes);
	bad |= as(d, DEMO_ALICE, NULL, "--fetch", "-v", NULL);
	bad |= as(d, DEMO_ALICE, NULL, "--list", NULL);
	bad |= as(d, DEMO_KIHYUN, NULL, "--trace", "--fetch", NULL);
	if (bad || newest(d, DEMO_KIHYUN, id) != 0)
		return -1;
	bad |= as(d, DEMO_KIHYUN, NULL, "--show", id, NULL);
	return bad;
}

/* Three recipients, three fates. */
static int what_became(struct demo *d)
{
	const char *crepes = d->servers[0].smtp, *hamburger = d->servers[1].smtp;
	int bad = 0;

	demo_mark(d);
	tell(_("5. alice writes to bob, to a user who does not exist, and to a server that is off.\n   She asks to be told what becomes of it (NOTIFY), and when it is read."));
	bad |= as(d, DEMO_ALICE, "There are crepes tonight.\n", "--trace", "--notify", "success,failure,delay", "--ask-receipt", "-s", "Crepes",
		"bob@hamburger.edu", "nobody@hamburger.edu", "carol@off.example", NULL);
	tell(_("6. Her server passes it on. Bob's server refuses the user who does not exist ..."));
	bad |= bad ? -1 : demo_hop(d, 0, hamburger);
	tell(_("7. ... and nobody answers for off.example. That mail waits in her server's queue,\n   and is tried again every two seconds (elsewhere: every half hour)."));
	bad |= bad ? -1 : demo_hop(d, 0, d->off);
	tell(_("8. Bob's server reports the delivery: a mail to her that has no sender\n   (MAIL FROM:<>), so that nothing ever answers it."));
	bad |= bad ? -1 : demo_hop(d, 1, crepes);
	tell(_("9. alice fetches what the servers report, and sees what became of it."));
	if (bad || comes_to(d, DEMO_ALICE, "bob@hamburger.edu", TRACK_DELIVERED) != 0 || comes_to(d, DEMO_ALICE, "nobody@hamburger.edu", TRACK_FAILED) != 0 ||
	    comes_to(d, DEMO_ALICE, "carol@off.example", TRACK_DELAYED) != 0)
		return -1;
	bad |= as(d, DEMO_ALICE, NULL, "--list", NULL);
	bad |= as(d, DEMO_ALICE, NULL, "--track", NULL);
	bad |= as(d, DEMO_BOB, NULL, "--fetch", NULL);
	return bad;
}

static int corrected_and_read(struct demo *d)
{
	char id[13];
	int bad = 0;

	tell(_("10. The wrong address was meant to be bob's. She corrects it (on the screen with one\n   key, e), and it is delivered."));
	bad |= as(d, DEMO_ALICE, "There are crepes tonight.\n", "--notify", "success,failure,delay", "--ask-receipt", "-s", "Crepes", "bob@hamburger.edu", NULL);
	if (bad || comes_to(d, DEMO_ALICE, "bob@hamburger.edu", TRACK_DELIVERED) != 0)
		return -1;
	bad |= as(d, DEMO_ALICE, NULL, "--track", "--limit", "1", NULL);
	tell(_("11. Bob reads it. Asked whether alice may know (on the screen he is), he says yes."));
	bad |= as(d, DEMO_BOB, NULL, "--fetch", NULL);
	if (bad || newest(d, DEMO_BOB, id) != 0)
		return -1;
	bad |= as(d, DEMO_BOB, NULL, "--show", id, NULL);
	demo_mark(d);
	bad |= as(d, DEMO_BOB, NULL, "--trace", "--send-receipt", id, NULL);
	tell(_("12. The receipt goes back from server to server, and alice sees that it was read."));
	if (bad || demo_hop(d, 1, d->servers[0].smtp) != 0 || comes_to(d, DEMO_ALICE, "bob@hamburger.edu", TRACK_READ) != 0)
		return -1;
	bad |= as(d, DEMO_ALICE, NULL, "--track", "bob@hamburger.edu", NULL);
	return bad;
}

static int play(struct demo *d)
{
	printf(_("Two servers run in %s:\n"), d->home);
	for (size_t i = 0; i < ARRAY_LEN(d->servers); i++)
		printf(_("pabald for %s: SMTP at %s, POP3 at %s.\n"), d->servers[i].domain, d->servers[i].smtp, d->servers[i].pop3);
	printf(_("Nobody listens at %s, where the mail of off.example would go.\n"), d->off);
	if (there_and_back(d) != 0 || what_became(d) != 0 || corrected_and_read(d) != 0)
		return -1;
	tell(_("The loop is closed: written, sent, passed on, fetched, read and answered;\n   and where it was not, alice knows why."));
	return 0;
}

/* ---- on a terminal ---- */

/* Somebody of the demo, or nobody: it ends. */
static size_t ask_who(void)
{
	char line[64];

	for (;;) {
		printf("%s", _("Who are you now? (a)lice, (b)ob, (k)ihyun; (q)uit the demo: "));
		fflush(stdout);
		if (stopped || !fgets(line, sizeof(line), stdin) || line[0] == 'q')
			return DEMO_PEOPLE;
		for (size_t i = 0; i < DEMO_PEOPLE; i++)
			if (line[0] == demo_people[i].name[0])
				return i;
	}
}

static int play_screens(struct demo *d)
{
	char *self = mem_strdup(proc_self()), *argv[] = { self, NULL };
	size_t who = DEMO_ALICE;
	int r = 0;

	for (size_t i = 0; i < DEMO_PEOPLE; i++)
		fetch(d, i);
	while (who < DEMO_PEOPLE && r == 0) {
		r = run(d, who, argv, NULL);
		if (r == 0)
			who = ask_who();
	}
	free(self);
	return stopped ? -1 : r;
}

int cli_demo(struct cli *c)
{
	const char *base = getenv("TMPDIR");
	struct demo d = { .off_fd = -1 };
	struct err err = ERR_INIT;
	int r, code = EXIT_OK;
	bool on_screen;

	if (c->n) {
		cli_say("%s", _("--demo takes no arguments."));
		return EXIT_USAGE;
	}
	snprintf(d.home, sizeof(d.home), "%s/pabal-demo-XXXXXX", base && base[0] == '/' ? base : "/tmp");
	if (!mkdtemp(d.home)) {
		err_sys(&err, _("Can't make a folder for the demo"));
		return cli_fail(&err);
	}
	on_screen = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	if (!on_screen)
		dup2(STDOUT_FILENO, STDERR_FILENO);     /* one stream, in order */
	catch_signals(on_screen);
	r = demo_serve(&d, &err);
	for (size_t i = 0; i < DEMO_PEOPLE && r == 0; i++)
		r = write_config(&d, &demo_people[i], &err);
	if (r != 0)
		code = cli_fail(&err);
	else if ((on_screen ? play_screens(&d) : play(&d)) != 0)
		code = EXIT_ERROR;
	if (demo_stop(&d) != 0 || (code != EXIT_OK && r == 0)) {
		cli_say("%s", stopped ? _("The demo was stopped.") : _("The demo did not go as it should."));
		code = EXIT_ERROR;
	}
	if (cli_flush() != 0)
		code = EXIT_ERROR;
	return code;
}
