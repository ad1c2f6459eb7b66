/* SPDX-License-Identifier: MIT */
/*
 * Files that appear whole or not at all: written under a temporary name in the same folder, then
 * renamed. What is not committed is removed.
 */
#ifndef SIM_BASE_OUTPUT_H
#define SIM_BASE_OUTPUT_H

#include "sim/base/error.h"

struct output {
	char *final;	 /* the name asked for; owned */
	char *temporary; /* write to this one; owned; "<final>.tmp-<pid>" */
};

/* Checks that the folder exists and can be written, and names the temporary file (not created).
 * Returns 0 or -1. */
int output_begin(struct output *o, const char *path, struct error *err);

/* Flushes the temporary file to disk and renames it. Releases either way. Returns 0 or -1. */
int output_commit(struct output *o, struct error *err);

/* Removes the temporary file, if any, and releases. */
void output_abandon(struct output *o);

/* The whole file as a NUL-terminated string (caller frees), or NULL. */
char *read_whole_file(const char *path, size_t *bytes, struct error *err);

#endif
