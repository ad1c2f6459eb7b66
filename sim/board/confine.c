/* SPDX-License-Identifier: MIT */
#include "sim/board/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PATH_BYTES 4096

static int open_below(int folder, const char *path, int flags, mode_t mode)
{
	struct open_how how = {
		.flags = (unsigned)(flags | O_CLOEXEC),
		.mode = flags & O_CREAT ? mode & 0777 : 0,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	int fd, tries = 0;

	/* EAGAIN: something moved while a `..` was resolved; the kernel could not be sure. */
	do
		fd = (int)syscall(SYS_openat2, folder, path, &how, sizeof(how));
	while (fd < 0 && errno == EAGAIN && ++tries < 100);
	return fd < 0 ? -errno : fd;
}

int confine_init(struct confine *c, const char *folder, struct error *err)
{
	int probe;

	c->folder = -1;
	if (!folder)
		return 0;
	c->folder = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (c->folder < 0)
		return error_set(err, "--root %s: %s; wanted a folder", folder, strerror(errno));
	probe = open_below(c->folder, ".", O_PATH, 0);
	if (probe < 0) {
		confine_release(c);
		return error_set(err,
				 "--root %s: this kernel cannot confine a guest's files "
				 "(openat2: %s); wanted Linux 5.6 or newer",
				 folder, strerror(-probe));
	}
	close(probe);
	return 0;
}

void confine_release(struct confine *c)
{
	if (c->folder >= 0)
		close(c->folder);
	c->folder = -1;
}

int confine_open(const struct confine *c, const char *path, int flags, mode_t mode)
{
	struct stat st;
	int fd;

	if (c->folder < 0)
		return -EACCES;
	/* O_NONBLOCK: a pipe in the folder must not stop us before we have seen what it is; it
	 * changes nothing for regular files. */
	fd = open_below(c->folder, path, flags | O_NONBLOCK | O_NOCTTY, mode);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) || !(S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))) {
		close(fd);
		return -EACCES;
	}
	return fd;
}

/* The last part of a path is unlinked below the folder that holds it, so that only the folder has
 * to be resolved and a last part that is a symbolic link is what goes away. */
int confine_unlink(const struct confine *c, const char *path)
{
	char parent[PATH_BYTES + 2];
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	int folder, rc = 0;

	if (c->folder < 0)
		return -EACCES;
	if (strlen(path) >= PATH_BYTES)
		return -ENAMETOOLONG;
	if (!*path)
		return -ENOENT;
	if (!*name || !strcmp(name, ".") || !strcmp(name, ".."))
		return -EISDIR;
	snprintf(parent, sizeof(parent), "./%.*s", (int)(name - path), path);
	folder = open_below(c->folder, parent, O_PATH | O_DIRECTORY, 0);
	if (folder < 0)
		return folder;
	if (unlinkat(folder, name, 0))
		rc = -errno;
	close(folder);
	return rc;
}
