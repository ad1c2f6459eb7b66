/* SPDX-License-Identifier: MIT */
/*
 * The state of a machine in a file, so that a booted machine can be started many times.
 *
 * Each part of a machine describes its state once, in one function that walks its fields; the same
 * walk saves them or restores them. A field has a name and a size, and a restore meets the same
 * names and sizes in the same order or fails: a file of another machine or another version is
 * refused in one line, never half understood. After the first failure all further calls do nothing
 * (saving) or zero the field (restoring), so a walk needs no checks but those of what it has read:
 * a restored value that could do harm (an index, a length) is checked with snapshot_check.
 */
#ifndef SIM_BASE_SNAPSHOT_H
#define SIM_BASE_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/error.h"

struct snapshot;

/* Opens a file for one walk. Return NULL with the error set. A file that is not a whole snapshot
 * (truncated, damaged, of another version of the format) is refused here, by its checksum. */
struct snapshot *snapshot_create(const char *path, struct error *err);
struct snapshot *snapshot_open(const char *path, struct error *err);
/* Ends the walk and frees. A file being saved appears under its name only if all went well; of one
 * being restored every byte must have been used. Returns 0, or -1 with the error set. */
int snapshot_close(struct snapshot *, struct error *err);
/* Frees; nothing is left of a file that was being saved. */
void snapshot_abandon(struct snapshot *);

bool snapshot_restoring(const struct snapshot *);

/* A field of `bytes` bytes at data. The name is a short path, "rtc.registers", for messages. */
void snapshot_bytes(struct snapshot *, const char *name, void *data, size_t bytes);
#define snapshot_field(s, name, field) snapshot_bytes(s, name, &(field), sizeof(field))
/* Large and mostly zero: RAM, the blocks of an overlay. Compressed. */
void snapshot_memory(struct snapshot *, const char *name, void *data, size_t bytes);
/* Something that must be the same in both machines: its size, a hash of its disk image. `what`
 * begins the message, "the disk image 0": "... is not what it was when the machine was saved". */
void snapshot_same(struct snapshot *, const char *name, const void *data, size_t bytes,
		   const char *what);
/* Makes the snapshot fail unless ok. */
void snapshot_check(struct snapshot *, const char *name, bool ok);
/* Makes it fail for a reason that the user can do something about: "a file is open". */
void snapshot_refuse(struct snapshot *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Whether it has failed already. */
bool snapshot_failed(const struct snapshot *);

#endif
