/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * priv: the configuration while it is read: acct.c and rules.c share it.
 */
#ifndef CONF_PRIV_H
#define CONF_PRIV_H

#include "conf/conf.h"

struct reading {
	struct conf *conf;
	struct account *acct;           /* of the section at hand */
	size_t at;                      /* of the filter, search or folder at hand */
	struct slice section;
	const char *file;
	unsigned line;
};

/* ---- acct.c ---- */

/* ERR_CONFIG: that is no value for the key; want says what to write. */
int  conf_bad(struct reading *, struct slice key, struct slice value, const char *want, struct err *);
void conf_set(char **field, struct slice value);
int  conf_bool(struct slice, bool *out);
/* A setting that is yes where nothing is said, kept as its opposite. */
int  conf_no(struct reading *, struct slice key, struct slice value, bool *out, struct err *);
/* A mailbox setting is a path, or a name below the root of the mailboxes. */
void conf_place(const struct conf *, char **box);

/* ---- rules.c: one section is entered, one setting of it taken (1: no such key) ---- */

int  rules_enter_filter(struct reading *, struct slice name, struct err *);
int  rules_filter(struct reading *, struct slice key, struct slice value, struct err *);
int  rules_enter_search(struct reading *, struct slice name, struct err *);
int  rules_search(struct reading *, struct slice key, struct slice value, struct err *);
int  rules_enter_folder(struct reading *, struct slice name, struct err *);
int  rules_folder(struct reading *, struct slice key, struct slice value, struct err *);
int  rules_finish(struct conf *, struct err *);         /* all was read: is it whole? */
void rules_release(struct conf *);

/* ---- look.c: the settings of the screens (1: no such key) ---- */

int  look_take(struct reading *, struct slice key, struct slice value, struct err *);
int  look_enter_bind(struct reading *, struct slice name, struct err *);
int  look_bind(struct reading *, struct slice key, struct slice value, struct err *);
void look_init(struct conf *);
void look_finish(struct conf *);
void look_release(struct conf *);
/* A path that begins with / or ~/. */
int  conf_take_path(struct reading *, struct slice key, struct slice value, char **out, struct err *);

#endif
