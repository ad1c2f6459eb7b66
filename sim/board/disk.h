/* SPDX-License-Identifier: MIT */
/*
 * A disk of the guest: an image file whose blocks have an identity. A shared image is opened
 * read-only, by as many machines as like to; what a machine writes goes to its overlay, 4 KB blocks
 * in memory, which is thrown away at the end or kept in a file. A private image is read and written
 * in place, by one machine at a time: it is locked, against users of the same file as a shared
 * image too.
 */
#ifndef SIM_BOARD_DISK_H
#define SIM_BOARD_DISK_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/board/board.h"

#define DISK_BLOCK  4096u
#define DISK_SECTOR 512u

struct disk;
struct snapshot;

/* Opens the image and the overlay's file, if there is one; not the latter when the machine is
 * `restored`, for then a snapshot says what the overlay holds. Returns NULL with the error set. The
 * names in the configuration must outlive the disk. */
struct disk *disk_open(const struct board_disk *, bool restored, struct error *);
void disk_close(struct disk *);

uint64_t disk_sectors(const struct disk *);
/* "HASH shared SECTORS NAME": the image's content before the guest ran (XXH3-128), "private"
 * instead of "shared", and the last part of the file's name. */
const char *disk_identity(const struct disk *);
/* Whether the block was written by this machine, of a shared disk. block is in the image. */
bool disk_overlaid(const struct disk *, uint32_t block);

/* A range that lies in one block and in the image. Return 0, or -1 when the host fails. */
int disk_read(struct disk *, uint64_t offset, void *to, uint32_t bytes, struct error *);
int disk_write(struct disk *, uint64_t offset, const void *from, uint32_t bytes, struct error *);

/* The machine is off: writes the overlay to its file, if there is one; what was written to a
 * private image reaches the host's disk. Returns 0 or -1; then the file is what it was before. */
int disk_finish(struct disk *, struct error *);

/* The content of the image must be the same; the overlay is saved and restored. */
void disk_snapshot(struct disk *, unsigned number, struct snapshot *);

#endif
