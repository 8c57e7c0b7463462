/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * schema: the tables.  Numbers of 64 bits without a sign are kept as they lie, with
 * one.  Texts of sorts are bytes that compare as such (keys.c).
 *
 * msg has what a row shows; mid every ident that was seen, also of messages that are
 * not there, and its thread (the id of a message that is or was in it); tfold the
 * threads of each folder; joined threads that are one, until there are indexes; rank counts (rank.c); change is the log of events; edit
 * what a person did to threads.
 */
#include "index/priv.h"

const char ix_schema[] =
	"CREATE TABLE state(one INTEGER PRIMARY KEY, lean INTEGER, subjects INTEGER, next INTEGER);"
	"INSERT INTO state VALUES(1, 0, 0, 1);"
	"CREATE TABLE folder(id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL UNIQUE, kind INTEGER, "
	" role INTEGER, no_text INTEGER, whole INTEGER, dev INTEGER, ino INTEGER, stamp BLOB, sum INTEGER NOT NULL DEFAULT 0, last BLOB, "
	" total INTEGER NOT NULL DEFAULT 0, unread INTEGER NOT NULL DEFAULT 0, flagged INTEGER NOT NULL DEFAULT 0, "
	" bytes INTEGER NOT NULL DEFAULT 0, textless INTEGER NOT NULL DEFAULT 0);"
	"CREATE TABLE addr(id INTEGER PRIMARY KEY, name TEXT NOT NULL, spec TEXT NOT NULL, folded TEXT NOT NULL, UNIQUE(name, spec));"
	"CREATE TABLE msg(id INTEGER PRIMARY KEY, folder INTEGER NOT NULL, flags INTEGER, date INTEGER, received INTEGER, "
	" size INTEGER, thread INTEGER, ident INTEGER, sender INTEGER, textless INTEGER, attachments INTEGER, zone INTEGER, "
	" key INTEGER, print INTEGER, ino INTEGER, pos INTEGER, fresh INTEGER, name TEXT, mid TEXT, subject TEXT, "
	" skey BLOB, bkey BLOB, refs BLOB);"
	/* a key comes once; the first screen shows while a mailbox is read */
	"CREATE INDEX msg_key ON msg(folder, key);"
	"CREATE INDEX msg_date ON msg(folder, date);"
	"CREATE TABLE rcpt(msg INTEGER, n INTEGER, kind INTEGER, addr INTEGER, PRIMARY KEY(msg, n)) WITHOUT ROWID;"
	"CREATE TABLE mid(ident INTEGER PRIMARY KEY, thread INTEGER);"
	"CREATE TABLE joined(a INTEGER, b INTEGER, PRIMARY KEY(a, b)) WITHOUT ROWID;"
	"CREATE TABLE edit(child INTEGER PRIMARY KEY, parent INTEGER);"
	"CREATE TABLE tfold(folder INTEGER, thread INTEGER, latest INTEGER, n INTEGER, PRIMARY KEY(folder, thread)) WITHOUT ROWID;"
	"CREATE INDEX tfold_latest ON tfold(folder, latest, thread, n);"
	"CREATE TABLE rank(folder INTEGER, sort INTEGER, key, id INTEGER, n INTEGER, PRIMARY KEY(folder, sort, key, id)) WITHOUT ROWID;"
	"CREATE TABLE change(seq INTEGER PRIMARY KEY AUTOINCREMENT, what INTEGER, folder INTEGER, msg INTEGER);"
	"INSERT INTO change(what, folder, msg) VALUES(120, 0, 0);";

static const struct { const char *name, *on; } late[] = {
	{ "msg_thread", "msg(thread, folder, date)" },
	{ "mid_thread", "mid(thread)" },
	{ "msg_ino", "msg(ino) WHERE ino <> 0" },
	{ "msg_ident", "msg(ident)" },
	{ "msg_sender", "msg(sender)" },
	{ "msg_received", "msg(folder, received)" },
	{ "msg_size", "msg(folder, size)" },
	{ "msg_skey", "msg(folder, skey)" },
	{ "msg_bkey", "msg(folder, bkey)" },
	/* the conditions stand as find.c writes them */
	{ "msg_unread", "msg(folder, date) WHERE (flags & 16) = 0" },
	{ "msg_flagged", "msg(folder, date) WHERE (flags & 2) <> 0" },
	{ "msg_textless", "msg(folder, date) WHERE textless = 1" },
	{ "rcpt_addr", "rcpt(addr, kind)" },
};

static int each(struct index *i, const char *fmt_head, bool with_on, struct err *err)
{
	struct str s;
	int r = 0;

	str_init(&s, 65536);
	for (size_t k = 0; r == 0 && k < ARRAY_LEN(late); k++) {
		str_clear(&s);
		str_addf(&s, "%s %s%s%s", fmt_head, late[k].name, with_on ? " ON " : "", with_on ? late[k].on : "");
		r = ix_exec(i, s.p, err);
	}
	str_release(&s);
	return r;
}

int ix_schema_drop(struct index *i, struct err *err)
{
	return each(i, "DROP INDEX IF EXISTS", false, err);
}

int ix_schema_make(struct index *i, struct err *err)
{
	return each(i, "CREATE INDEX IF NOT EXISTS", true, err);
}
