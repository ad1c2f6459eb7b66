/* SPDX-License-Identifier: MIT */
/*
 * The synchronisation objects of a guest: how many signals each has had, and from that the count
 * that a processor had to see before it could pass. A replay lets a processor pass once that many
 * SYNC_SIGNAL records of the object, over all streams of the trace, have been replayed.
 */
#ifndef SIM_BOARD_SYNC_H
#define SIM_BOARD_SYNC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sync_object {
	uint32_t pa;
	uint32_t sync_class, participants; /* of the last signal; of the last pass */
	bool used;
	uint64_t signals;    /* since the guest started */
	uint64_t base;	     /* of those, belonging to an earlier use of the same memory */
	uint64_t passed;     /* the count that the last pass had to see */
	uint64_t unrecorded; /* signals that are in no trace: outside the region of interest */
};

struct snapshot;

/* Open addressing by PA; grows. Release with sync_release. */
struct sync_table {
	struct sync_object *slots;
	size_t room, used;
};

void sync_release(struct sync_table *t);

/* A lock was released, a barrier or event reached. */
void sync_signal(struct sync_table *t, uint32_t pa, uint32_t sync_class, bool recorded);

/* A processor passes; participants counts for barriers only (0 is taken as 1). Returns the number
 * of recorded signals that had to come first. */
uint32_t sync_pass(struct sync_table *t, uint32_t pa, uint32_t sync_class, uint32_t participants);

/* Walks up to `most` objects. A restored machine's signals so far are in no trace: recording can
 * only begin later. */
void sync_snapshot(struct sync_table *t, struct snapshot *s, uint32_t most);

#endif
