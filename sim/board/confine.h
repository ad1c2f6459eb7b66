/* SPDX-License-Identifier: MIT */
/*
 * Host files that a guest may name. All names are resolved below one folder, whatever `..`,
 * absolute paths and symbolic links they go through: Linux's openat2 with RESOLVE_IN_ROOT does it
 * in the kernel, where nothing can race. Without a folder every name is refused with EACCES.
 */
#ifndef SIM_BOARD_CONFINE_H
#define SIM_BOARD_CONFINE_H

#include <sys/types.h>

#include "sim/base/error.h"

struct confine {
	int folder; /* -1: nothing may be opened */
};

/* Takes a folder, or NULL for none. Returns 0, or -1 with the folder named. */
int confine_init(struct confine *c, const char *folder, struct error *err);
void confine_release(struct confine *c);

/* open(2) of a regular file or folder; anything else (a pipe, a device) is refused with EACCES.
 * Returns a descriptor or -errno. */
int confine_open(const struct confine *c, const char *path, int flags, mode_t mode);

/* unlink(2) of a file (never a folder). Returns 0 or -errno. */
int confine_unlink(const struct confine *c, const char *path);

#endif
