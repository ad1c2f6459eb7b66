/* SPDX-License-Identifier: MIT */
/*
 * The blocks that one machine has written of a disk whose base all machines share: a sparse array
 * of 4 KB blocks in memory, and the file that it can be kept in (its format: overlay.c).
 */
#ifndef SIM_BOARD_OVERLAY_H
#define SIM_BOARD_OVERLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/error.h"
#include "sim/base/hash.h"

#define OVERLAY_BLOCK 4096u

struct snapshot;

struct overlay {
	uint32_t blocks;   /* of the disk */
	uint32_t used;	   /* blocks in it */
	uint8_t ***groups; /* [block / 1024][block % 1024], NULL where nothing was written */
};

/* What an overlay lies over. */
struct overlay_base {
	char hash[HASH_TEXT_SIZE];
	uint64_t bytes;
};

/* Returns 0, or -1 without memory. */
int overlay_init(struct overlay *, uint32_t blocks);
void overlay_release(struct overlay *);

/* The block's content, or NULL when it was never written. block < blocks. */
uint8_t *overlay_get(const struct overlay *, uint32_t block);
/* The same; a new one has any content. NULL without memory. */
uint8_t *overlay_add(struct overlay *, uint32_t block);

/* Reads an empty overlay from a file; one that does not exist is an empty one. Returns 0, or -1
 * when it is damaged, no overlay, or one of another base. */
int overlay_load(struct overlay *, const char *path, const struct overlay_base *, struct error *);
/* Writes it to a file, whole or not at all. */
int overlay_save(const struct overlay *, const char *path, const struct overlay_base *,
		 struct error *);
/* Saves or restores all blocks. */
void overlay_snapshot(struct overlay *, struct snapshot *, const char *name);

#endif
