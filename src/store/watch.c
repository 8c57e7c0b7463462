/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * watch: word that a mailbox changed, where the system gives it (inotify).  It is a
 * hint and no more: what changed is what the mailbox itself says then.
 */
#include "priv.h"
#include <errno.h>
#include <unistd.h>

#ifdef HAVE_SYS_INOTIFY_H
#include <sys/inotify.h>

/* Of names only: for what happens to the files themselves the system would mark each
 * name that it knows of in the folder, 60 ms for a million. */
#define IN_FOLDER (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO)
#define IN_FILE   (IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB)
#define IN_SELF   (IN_DELETE_SELF | IN_MOVE_SELF)

int watch_open(void)
{
	return inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
}

/* Two mailboxes may want to hear of one folder. */
static int add(int fd, const char *path, uint32_t mask, const char *box, struct err *err)
{
	if (inotify_add_watch(fd, path, mask | IN_SELF | IN_MASK_ADD) >= 0)
		return 0;
	if (errno == ENOSPC)
		return err_set(err, ERR_LIMIT, _("The system watches no more folders for this user "
			"(fs.inotify.max_user_watches), so changes of %s are seen a little later."), box);
	return box_lost(box, err);
}

static int add_sub(int fd, const char *path, const char *sub, struct err *err)
{
	char *name = path_join(path, sub);
	int r = add(fd, name, IN_FOLDER | IN_ONLYDIR | IN_DONT_FOLLOW, path, err);

	free(name);
	return r;
}

/* A file, and its folder: there another file may get its name. */
static int add_file(int fd, const char *path, struct err *err)
{
	char *real = realpath(path, NULL), *slash;
	int r = real ? add(fd, real, IN_FILE, path, err) : box_lost(path, err);

	slash = real ? strrchr(real, '/') : NULL;
	if (r == 0 && slash) {
		slash[slash == real] = 0;
		r = add(fd, real, IN_MOVED_TO | IN_CREATE, path, err);
	}
	free(real);
	return r;
}

int watch_add(int fd, const char *path, struct err *err)
{
	int kind = box_kind_of(path, err);

	if (kind < 0)
		return -1;
	if (kind == 0)
		return err_set(err, ERR_NOTFOUND, _("There is no mailbox %s."), path);
	if (kind == BOX_MBOX || kind == BOX_FILE)
		return add_file(fd, path, err);
	if (kind != BOX_MAILDIR)
		return add(fd, path, IN_FOLDER, path, err);
	if (add_sub(fd, path, "new", err) != 0 || add_sub(fd, path, "cur", err) != 0)
		return -1;
	return add(fd, path, 0, path, err);
}

int watch_drain(int fd)
{
	_Alignas(struct inotify_event) char buf[4096];
	bool some = false;

	while (fs_read(fd, buf, sizeof(buf)) > 0)
		some = true;
	return some;
}

#else

int watch_open(void)
{
	return -1;
}

int watch_add(int fd, const char *path, struct err *err)
{
	return err_set(err, ERR_INPUT, _("This system tells nothing of changes of %s."), path);
}

int watch_drain(int fd)
{
	return 0;
}

#endif
