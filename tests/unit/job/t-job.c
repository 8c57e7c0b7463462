/* SPDX-License-Identifier: GPL-3.0-or-later
 * job: both ends of the line to a job.  This program is its own job: proc_self()
 * is the test, and "--job" makes it serve one. */
#include "../store/box.h"
#include "job/priv.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static char *home, *conf_path;
static int listen_fd;
static uint16_t port;

/* ---- what the owner hears ---- */

struct heard {
	struct err end; int ends, items, notes, asked;
	const char *password;           /* to answer, or NULL: none */
	struct str who;                 /* account, user and host asked for */
	struct loop *loop;
};

static void on_item(void *ctx, const struct wire *w)
{
	(void)w;
	((struct heard *)ctx)->items++;
}

static void on_note(void *ctx, enum log_level level, struct slice text)
{
	(void)level; (void)text;
	((struct heard *)ctx)->notes++;
}

static int on_password(void *ctx, struct slice account, struct slice user, struct slice host, struct str *out)
{
	struct heard *h = ctx;

	h->asked++;
	str_clear(&h->who);
	str_addf(&h->who, SL_FMT " " SL_FMT " " SL_FMT, SL_ARG(account), SL_ARG(user), SL_ARG(host));
	return h->password ? str_adds(out, h->password) : -1;
}

static void on_end(void *ctx, const struct err *err)
{
	struct heard *h = ctx;

	h->end = *err;
	h->ends++;
	if (h->loop)
		loop_stop(h->loop);
}

static void heard_init(struct heard *h)
{
	memset(h, 0, sizeof(*h));
	str_init(&h->who, 4096);
}

static struct job_events events(struct heard *h)
{
	return (struct job_events){ .item = on_item, .note = on_note, .password = on_password, .end = on_end, .ctx = h };
}

/* ---- helpers ---- */

static void write_conf(const char *more)
{
	char *text = tbox_path("[account home]\naddress = me@x.test\npop3 = pop3+plain://me@127.0.0.1:%u\n%s", port, more);

	tbox_put(conf_path, sl(text));
	free(text);
}

/* Starts a job; turns the loop until it is over or 20 s went by. */
static struct job *begin(struct heard *h, const struct job_spec *spec)
{
	struct job_events ev = events(h);
	struct err err = ERR_INIT;
	struct job *j;

	h->loop = loop_new();
	j = job_start(h->loop, spec, &ev, &err);
	if (!j)
		tap_note("%s", err.text);
	return j;
}

static void wait_end(struct heard *h)
{
	struct err err = ERR_INIT;
	int64_t until = rt_mono() + 20000000;

	while (!h->ends && rt_mono() < until)
		if (loop_turn(h->loop, 100000, &err) != 0)
			break;
}

static void finish(struct heard *h, struct job **j)
{
	job_free(j);
	loop_free(&h->loop);
	str_release(&h->who);
}

/* The connection of a job, while its owner's loop turns; -1 after 20 s. */
static int accept_job(struct loop *loop)
{
	struct err err = ERR_INIT;
	int64_t until = rt_mono() + 20000000;
	char peer[64];
	int fd;

	while ((fd = sock_accept(listen_fd, peer)) < 0 && rt_mono() < until) {
		struct pollfd p = { .fd = listen_fd, .events = POLLIN };

		if (loop)
			loop_turn(loop, 10000, &err);
		else
			poll(&p, 1, 100);
	}
	return fd;
}

/* Does the other side close within 10 s? */
static bool closes(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char buf[512];
	ssize_t n;

	while (poll(&p, 1, 10000) == 1) {
		n = recv(fd, buf, sizeof(buf), 0);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			return true;
	}
	return false;
}

static struct job_spec fetch_spec(const char *account)
{
	return (struct job_spec){ .kind = "fetch", .account = account, .conf_path = conf_path };
}

/* ---- the same asked both ways ---- */

static void both(const char *what, const struct job_spec *spec, enum err_kind kind, const char *word)
{
	struct heard h;
	struct job *j;
	struct job_events ev;
	struct err err = ERR_INIT;

	heard_init(&h);
	ev = events(&h);
	is_int(job_here(spec, &ev, &err), kind == ERR_NONE ? 0 : -1, "%s, here: %s", what, err.text);
	is_int(h.ends, 1, "... ends once");
	ok(h.end.kind == kind && strstr(h.end.text, word), "... and says so");
	str_release(&h.who);
	heard_init(&h);
	j = begin(&h, spec);
	wait_end(&h);
	is_int(h.ends, 1, "%s, in a process: ends once", what);
	ok(h.end.kind == kind && strstr(h.end.text, word), "... and says so: %s", h.end.text);
	finish(&h, &j);
}

static void t_short(void)
{
	struct job_spec spec = fetch_spec("nobody");

	write_conf("");
	both("an account that is not there", &spec, ERR_NOTFOUND, "nobody");
	spec.kind = "dance";
	both("a job that is not there", &spec, ERR_INPUT, "dance");
	spec = (struct job_spec){ .kind = "send", .conf_path = conf_path };
	both("sending an empty outbox", &spec, ERR_NONE, "");
	spec.item = "0123456789abcdef";
	both("sending an item that is not there", &spec, ERR_NOTFOUND, "0123456789abcdef");
	write_conf("nonsense = 1\n");
	spec = fetch_spec("home");
	both("a configuration that is not usable", &spec, ERR_CONFIG, ":4: ");
	write_conf("");
	spec.trace = "/nonexistent/trace";
	both("a transcript that can't be written", &spec, ERR_SYS, "/nonexistent/trace");
}

/* ---- what waits for its time, or for its writer ---- */

static int write_hello(void *ctx, struct sink *sink, struct err *err)
{
	(void)ctx;
	return sink_write(sink, SL("Subject: x\n\nhello\n"), err);
}

static unsigned attempts(struct outbox *o, const char *id)
{
	struct err err = ERR_INIT;
	struct item it;
	unsigned n;

	if (outbox_get(o, id, &it, &err) != 0)
		return 99;
	n = it.sending.attempts;
	item_release(&it);
	return n;
}

/* No server is set up, so each try fails, and is counted. */
static void t_later(void)
{
	char *db = tbox_path("%s/pabal/state.db", home), *dir = tbox_path("%s/pabal/outbox", home);
	struct rcpt to = { .addr = (char[]){ "a@y.test" } };
	struct envelope env = { .account = (char[]){ "home" }, .from = (char[]){ "me@x.test" }, .message_id = (char[]){ "1@x" },
		.subject = (char[]){ "x" }, .created = rt_now() / 1000000, .rcpt = &to, .n = 1 };
	struct job_spec spec = { .kind = "send", .conf_path = conf_path };
	char now[64], later[64], held[64];
	struct err err = ERR_INIT;
	struct outbox *o = NULL;
	struct state *s = NULL;
	struct job_events ev;
	struct heard h;

	write_conf("");
	if (state_open(&s, db, &err) != 0 || outbox_open(&o, dir, s, &err) != 0)
		tap_note("%s", err.text);
	outbox_put(o, &env, write_hello, NULL, now, &err);
	outbox_put(o, &env, write_hello, NULL, held, &err);
	env.send_at = env.created + 3600;
	outbox_put(o, &env, write_hello, NULL, later, &err);
	attempts(o, held);
	is_int(state_item_hold(s, held, true, &err), 0, "an item is held back: %s", err.text);
	heard_init(&h);
	ev = events(&h);
	is_int(job_here(&spec, &ev, &err), 0, "what is due is tried");
	ok(attempts(o, now) == 1 && attempts(o, later) == 0 && attempts(o, held) == 0, "... and nothing else");
	spec.all = true;
	is_int(job_here(&spec, &ev, &err), 0, "all that waits is tried");
	ok(attempts(o, now) == 2 && attempts(o, later) == 0 && attempts(o, held) == 0, "... but what waits for its time or is held back");
	spec.all = false;
	spec.item = held;
	is_int(job_here(&spec, &ev, &err), -1, "what is held back is not sent by its name either");
	ok(err.kind == ERR_LOCKED && attempts(o, held) == 0, "... it is said why: %s", err.text);
	spec.item = later;
	is_int(job_here(&spec, &ev, &err), 0, "what waits for its time is, where somebody asks for it");
	is_int((int)attempts(o, later), 1, "... it was tried");
	is_int(state_item_hold(s, held, false, &err), 0, "it is let go");
	spec.item = NULL;
	is_int(job_here(&spec, &ev, &err), 0, "what is due is tried");
	is_int((int)attempts(o, held), 1, "... and it was");
	outbox_remove(o, now, &err);
	outbox_remove(o, later, &err);
	outbox_remove(o, held, &err);
	outbox_close(&o);
	state_close(&s);
	str_release(&h.who);
	free(db);
	free(dir);
}

/* ---- ends that nobody planned ---- */

static pid_t job_pid(void)
{
	struct str s;
	struct err err = ERR_INIT;
	char *path = tbox_path("%s/pid", home);
	uint64_t pid = 0;

	str_init(&s, 64);
	fs_slurp(path, 64, &s, &err);
	sl_u64(str_sl(&s), INT32_MAX, &pid);
	str_release(&s);
	free(path);
	return (pid_t)pid;
}

static void t_cancel(void)
{
	struct job_spec spec = fetch_spec("home");
	struct heard h;
	struct job *j;
	int64_t from;
	int fd;

	write_conf("");
	heard_init(&h);
	j = begin(&h, &spec);
	fd = accept_job(h.loop);
	ok(fd >= 0 && !h.ends, "a job waits for a silent server");
	from = rt_mono();
	job_cancel(j);
	job_cancel(j);
	wait_end(&h);
	ok(h.ends == 1 && h.end.kind == ERR_CANCEL, "P27: cancelled, it says so: %s", h.end.text);
	ok(rt_mono() - from < 1000000, "P27: ... within a second");
	ok(closes(fd), "... and its connection is gone");
	job_cancel(j);
	ok(true, "cancelling what is over does no harm");
	finish(&h, &j);
	close(fd);
}

static void t_killed(int signo)
{
	struct job_spec spec = fetch_spec("home");
	struct heard h;
	struct job *j;
	int fd;

	heard_init(&h);
	j = begin(&h, &spec);
	fd = accept_job(h.loop);
	kill(job_pid(), signo);
	wait_end(&h);
	is_int(h.ends, 1, "a job that got signal %d is over", signo);
	ok(h.end.kind == ERR_SYS && strstr(h.end.text, "The job ended before it was done"), "... and that is said: %s", h.end.text);
	finish(&h, &j);
	close(fd);
}

static void t_freed(void)
{
	struct job_spec spec = fetch_spec("home");
	struct heard h;
	struct job *j;
	int fd;

	heard_init(&h);
	j = begin(&h, &spec);
	fd = accept_job(h.loop);
	finish(&h, &j);
	ok(!h.ends && closes(fd), "a job that is freed is killed");
	close(fd);
}

static void t_orphan(void)
{
	struct job_spec spec = fetch_spec("home");
	pid_t owner;
	int fd, status;

	fflush(stdout);
	owner = fork();
	if (owner == 0) {
		struct heard h;
		struct err err = ERR_INIT;

		heard_init(&h);
		begin(&h, &spec);
		for (;;)
			loop_turn(h.loop, -1, &err);
	}
	fd = accept_job(NULL);
	ok(fd >= 0, "a job whose owner");
	kill(owner, SIGKILL);
	waitpid(owner, &status, 0);
	ok(closes(fd), "... is killed ends by itself");
	close(fd);
}

/* One that does not listen: by the clock of the test. */
static void t_stubborn(void)
{
	struct job_spec spec = fetch_spec("home");
	struct err err = ERR_INIT;
	struct heard h;
	struct job *j;
	int64_t now = 1700000000000000;

	heard_init(&h);
	setenv("T_JOB_STUBBORN", "1", 1);
	j = begin(&h, &spec);
	unsetenv("T_JOB_STUBBORN");
	while (job_pid() == 0)
		loop_turn(h.loop, 10000, &err);
	rt_set_clock(now);
	job_cancel(j);
	rt_set_clock(now + 2000001);
	loop_turn(h.loop, 0, &err);
	ok(!h.ends, "one that does not listen gets SIGTERM after 2 s");
	rt_set_clock(now + 5000002);
	loop_turn(h.loop, 0, &err);
	rt_set_clock(-1);
	wait_end(&h);
	ok(h.ends == 1 && strstr(h.end.text, "before it was done"), "... and SIGKILL after 5");
	finish(&h, &j);
}

/* ---- questions ---- */

/* A POP3 server of one session, in a process of its own: what it was told. */
static void server(int out)
{
	char buf[4096], peer[64];
	struct pollfd p = { .fd = listen_fd, .events = POLLIN };
	int fd;
	ssize_t n;

	poll(&p, 1, 20000);
	fd = sock_accept(listen_fd, peer);
	fcntl(fd, F_SETFL, 0);
	send(fd, "+OK hello\r\n", 11, MSG_NOSIGNAL);
	while ((n = recv(fd, buf, sizeof(buf), 0)) > 0) {
		struct slice rest = sl_make(buf, (size_t)n), line;

		while (sl_line(&rest, &line)) {
			const char *say = sl_istarts(line, "USER") ? "+OK\r\n" : sl_istarts(line, "QUIT") ? "+OK bye\r\n" : "-ERR no\r\n";

			if (write(out, line.p, line.n) < 0 || write(out, "|", 1) < 0)
				_exit(1);
			send(fd, say, strlen(say), MSG_NOSIGNAL);
		}
	}
	_exit(0);
}

static void asked(const char *password, bool here)
{
	struct job_spec spec = fetch_spec("home");
	struct heard h;
	char told[4096] = "";
	size_t got = 0;
	ssize_t n;
	pid_t pid;
	int v[2], status;

	if (pipe(v) != 0)
		exit(99);
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		server(v[1]);
	close(v[1]);
	heard_init(&h);
	h.password = password;
	if (here) {
		struct job_events ev = events(&h);
		struct err err = ERR_INIT;

		job_here(&spec, &ev, &err);
		str_release(&h.who);
	} else {
		struct job *j = begin(&h, &spec);

		wait_end(&h);
		is_str(h.who.p, "home me 127.0.0.1", "the owner is asked for the password of an account, a user and a host");
		finish(&h, &j);
	}
	while (got < sizeof(told) - 1 && (n = read(v[0], told + got, sizeof(told) - 1 - got)) > 0)
		got += (size_t)n;
	told[got] = 0;
	close(v[0]);
	waitpid(pid, &status, 0);
	ok(h.asked > 0, "%s is asked", here ? "the caller" : "the owner");
	is_int(h.end.kind, ERR_AUTH, "... and the login fails: %s", h.end.text);
	if (password)
		ok(strstr(told, "PASS ge heim|"), "... with what was answered");
	else
		ok(!strstr(told, "PASS"), "... without a password, as nobody gave one");
	ok(!strstr(h.end.text, "ge heim"), "... which is not repeated");
}

/* ---- lines ---- */

static void progress(void *ctx, uint64_t done, uint64_t total, struct slice what)
{
	*(int *)ctx += done == 3 && total == 5 && sl_is(what, "a b");
}

static void t_dispatch(void)
{
	static const char *const junk[] = { "", " ", "item", "item x", "item 1 kind", "progress -1 done=1", "\xff\xfe", "ask", "done" };
	int seen = 0;
	struct heard h;
	struct job_events ev = { .progress = progress, .ctx = &seen };
	struct wire w;

	is_int(job_dispatch(&ev, SL("progress 1 done=3 total=5 what=a%20b"), &w), 0, "a line of progress");
	is_int(seen, 1, "... is heard");
	heard_init(&h);
	ev = events(&h);
	job_dispatch(&ev, SL("item 1 kind=sent item=x"), &w);
	job_dispatch(&ev, SL("note 1 level=99 text=x"), &w);
	is_int(job_dispatch(&ev, SL("ask 7 kind=password"), &w), 1, "a question is for the caller");
	ok(h.items == 1 && h.notes == 1 && w.id == 7, "... items and notes are heard");
	for (size_t i = 0; i < ARRAY_LEN(junk); i++)
		job_dispatch(&ev, sl(junk[i]), &w);
	ok(h.items == 1 && h.notes == 1, "what is no message is not");
	ev = (struct job_events){ .ctx = &h };
	job_dispatch(&ev, SL("item 1 kind=x"), &w);
	job_dispatch(&ev, SL("progress 1 done=1"), &w);
	job_dispatch(&ev, SL("note 1 text=x"), &w);
	ok(true, "nobody has to listen");
	str_release(&h.who);
}

/* The job's side, fed by hand. */
static void t_worker(const char *what, const char *say, bool hang_up, const char *want, int code)
{
	char got[8192];
	size_t n_got = 0;
	int v[2], status;
	ssize_t n;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, v) != 0)
		exit(99);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		close(v[0]);
		dup2(v[1], 0);
		_exit(worker_main());
	}
	close(v[1]);
	while (*say) {
		n = send(v[0], say, MIN(strlen(say), (size_t)1000), MSG_NOSIGNAL);
		if (n <= 0)
			break;
		say += n;
	}
	if (hang_up)
		shutdown(v[0], SHUT_WR);
	while (n_got < sizeof(got) - 1 && (n = recv(v[0], got + n_got, sizeof(got) - 1 - n_got, 0)) > 0)
		n_got += (size_t)n;
	got[n_got] = 0;
	close(v[0]);
	waitpid(pid, &status, 0);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == code, "a job that hears %s ends with %d", what, code);
	ok(sl_starts(sl(got), "hello 1\n") && strstr(got, want), "... after a word");
}

static void t_workers(void)
{
	char *start = tbox_path("start 1 kind=send conf=%s\n", conf_path);
	char *odd = tbox_path("\n\nwhat\nanswer 9 value=x\nstart x\n%s%s", start, start);
	char *endless = mem_alloc(3 * WIRE_MAX + 1);

	write_conf("");
	memset(endless, 'x', 3 * WIRE_MAX);
	endless[3 * WIRE_MAX] = 0;
	t_worker("what to do", start, false, "done 1\n", 0);
	t_worker("nonsense first", odd, false, "done 1\n", 0);
	t_worker("nothing", "", true, "", 1);
	t_worker("a line without end", endless, false, "", 1);
	t_worker("of no job", "start 1\n", false, "fail 1 kind=", 1);
	free(start);
	free(odd);
	free(endless);
}

static int serve(void)
{
	char *path = getenv("T_JOB_HOME") ? tbox_path("%s/pid", getenv("T_JOB_HOME")) : NULL;
	char pid[24];

	if (getenv("T_JOB_STUBBORN"))
		signal(SIGTERM, SIG_IGN);
	snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	if (path)
		tbox_put(path, sl(pid));
	free(path);
	while (getenv("T_JOB_STUBBORN"))
		pause();
	return worker_main();
}

int main(int argc, char **argv)
{
	struct err err = ERR_INIT;
	char *pid_file;
	int fds;

	if (argc > 1 && strcmp(argv[1], "--job") == 0)
		return serve();
	home = tbox_dir();
	conf_path = tbox_path("%s/config", home);
	pid_file = tbox_path("%s/pid", home);
	setenv("T_JOB_HOME", home, 1);
	setenv("XDG_DATA_HOME", home, 1);
	fds = tap_open_fds();
	listen_fd = sock_listen("127.0.0.1:0", &port, &err);
	t_short();
	t_later();
	t_cancel();
	t_killed(SIGKILL);
	t_killed(SIGTERM);
	t_freed();
	t_orphan();
	unlink(pid_file);
	t_stubborn();
	asked("ge heim", false);
	asked("ge heim", true);
	asked(NULL, false);
	asked(NULL, true);
	t_dispatch();
	t_workers();
	ok(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD, "no child is left");
	close(listen_fd);
	is_int(tap_open_fds(), fds, "no descriptor was left open");
	free(home);
	free(conf_path);
	free(pid_file);
	return tap_done();
}
