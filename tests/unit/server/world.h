/* SPDX-License-Identifier: GPL-3.0-or-later
 * world: servers of pabald's own code and people's jobs in one loop, under a clock that is set */
#ifndef TESTS_SERVER_WORLD_H
#define TESTS_SERVER_WORLD_H

#include "../store/box.h"
#include "server/priv.h"

struct host {
	struct serving server; struct options opt;
	int fd[2]; uint16_t port[2]; struct watch *watch[2];    /* SMTP, POP3 */
};
struct person { char *conf_path; struct conf conf; };

/* For main: true where this process is a job of the test ("--job"); *code is its exit code. */
bool world_is_job(int argc, char **argv, int *code);
void world_begin(int64_t now);
void world_end(void);
const char *world_dir(void);
/* The clock goes on; then everybody does what is due, until all rest. */
void world_pass(int64_t seconds);
int64_t world_now(void);

/* Ports first, for others to know them; then the server itself, with these options. */
void host_listen(struct host *);
void host_start(struct host *, const char *name, const char *const *options);
void host_end(struct host *);
/* A server on a port of its own that says "not now" to every recipient; how often it was asked. */
uint16_t busy_listen(void);
unsigned busy_asked(void);

void person_begin(struct person *, const char *name, const char *address, const struct host *, const char *user);
void person_end(struct person *);
void person_job(struct person *, const char *kind);             /* "send", "fetch"; until all rest */
int  person_open(struct person *, struct state **, struct outbox **);

#endif
