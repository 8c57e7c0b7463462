/* SPDX-License-Identifier: GPL-3.0-or-later
 * watch: whatever changes in a mailbox makes the descriptor readable; reading and what
 * happens elsewhere does not. */
#include "box.h"
#include "store/store.h"
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#define M1 "From a@b.example Tue Mar  3 09:30:00 2026\nSubject: 1\n\none\n\n"

static char *home;
static int w = -1;

static char *at(const char *name)
{
	static char *kept[8];
	static unsigned next;
	char **p = &kept[next++ % 8];

	free(*p);
	return *p = tbox_path("%s/%s", home, name);
}

/* inotify tells before the call that changes returns: nothing is waited for. */
static bool told(void)
{
	struct pollfd p = { .fd = w, .events = POLLIN };
	bool yes = poll(&p, 1, 0) == 1;

	is_int(watch_drain(w), yes, "what was told is forgotten");
	return yes && poll(&p, 1, 0) == 0;
}

static void add(const char *name)
{
	struct err err = ERR_INIT;

	is_int(watch_add(w, at(name), &err), 0, "%s is watched: %s", name, err.text);
}

static void t_maildir(void)
{
	struct err err = ERR_INIT;
	struct box b;
	uint64_t n, sum;

	box_create(at("m"), BOX_MAILDIR, &err);
	add("m");
	ok(!told(), "nothing happened");
	tbox_put(at("m/tmp/1.a.h"), SL("A: b\n\n"));
	ok(!told(), "in tmp/ is nothing yet");
	rename(at("m/tmp/1.a.h"), at("m/new/1.a.h"));
	ok(told(), "a message came");
	rename(at("m/new/1.a.h"), at("m/cur/1.a.h:2,"));
	ok(told(), "it was seen");
	rename(at("m/cur/1.a.h:2,"), at("m/cur/1.a.h:2,S"));
	ok(told(), "a flag");
	box_open(&b, at("m"), &err);
	box_sum(&b, &n, &sum, &err);
	box_close(&b);
	ok(!told(), "reading is no change");
	unlink(at("m/cur/1.a.h:2,S"));
	ok(told(), "it was removed");
	rename(at("m"), at("m2"));
	ok(told(), "the mailbox was renamed");
}

static void t_mbox(void)
{
	struct box b;
	struct err err = ERR_INIT;
	uint64_t n, sum;
	int fd;

	tbox_put(at("box"), SL(M1));
	add("box");
	ok(!told(), "nothing happened");
	box_open(&b, at("box"), &err);
	box_sum(&b, &n, &sum, &err);
	box_close(&b);
	ok(!told(), "reading is no change");
	fd = open(at("box"), O_WRONLY | O_APPEND);
	ok(fd >= 0 && write(fd, M1, strlen(M1)) > 0, "appended");
	ok(told(), "it came");
	close(fd);
	told();
	tbox_put(at("other"), SL(M1));
	told();
	rename(at("other"), at("box"));
	ok(told(), "another file in its place");
	add("box");
	told();
	fd = open(at("box"), O_WRONLY | O_APPEND);
	ok(fd >= 0 && write(fd, M1, strlen(M1)) > 0 && told(), "which is watched when that is said again");
	close(fd);
}

static void t_rest(void)
{
	struct err err = ERR_INIT;

	mkdir(at("mh"), 0700);
	tbox_put(at("mh/1"), SL("A: b\n\n"));
	add("mh");
	tbox_put(at("mh/2"), SL("A: b\n\n"));
	ok(told(), "MH: a message");
	is_int(watch_add(w, at("nothing"), &err), -1, "%s", err.text);
	mkfifo(at("fifo"), 0600);
	is_int(watch_add(w, at("fifo"), &err), -1, "%s", err.text);
}

int main(void)
{
	w = watch_open();
	if (w < 0)
		tap_skip_all("this system has no inotify");
	ok((fcntl(w, F_GETFL) & O_NONBLOCK) && (fcntl(w, F_GETFD) & FD_CLOEXEC), "it does not wait, and children don't get it");
	home = tbox_dir();
	t_maildir();
	t_mbox();
	t_rest();
	close(w);
	free(home);
	return tap_done();
}
