/* SPDX-License-Identifier: MIT */
/*
 * Where pages lie: the monitor's pmap (guest-physical page -> machine page, one per virtual
 * machine) and memmap (machine page -> user), with the home node's copy, replicas, and FLASH's miss
 * counters per page and processor (SOSP'97 sections 4.2.2 and 4.2.3). Machine pages are numbered
 * node * frames_per_node + frame, so a page's node is a division. It keeps books; it knows no
 * policy, time or cost.
 */
#ifndef MODELS_PAGES_H
#define MODELS_PAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/error.h"

#define PAGE_SHIFT	12
#define MAX_NODES	64
#define NO_MACHINE_PAGE UINT32_MAX

struct page {
	uint64_t replicas;   /* nodes that hold a copy, the home's bit included; 0: not placed */
	uint32_t *copy;	     /* [nodes] machine page of each copy or NO_MACHINE_PAGE; owned */
	uint32_t *misses;    /* [processors] since the last reset; owned */
	uint32_t writes;     /* write misses and upgrades since the last reset */
	uint32_t migrations; /* since the last reset */
	uint32_t generation; /* of the counters: older than the table's means all zero */
	uint8_t home;
	bool frozen;
	void *policy_state; /* zeroed, of the size given at init; owned */
};

struct pages {
	unsigned nodes, processors;
	uint32_t frames_per_node, count, colours;
	uint32_t generation; /* advanced by pages_reset_counters */
	size_t policy_bytes;
	struct page **page; /* [count] by guest-physical page of all machines; NULL until placed */
	uint64_t *free_frames; /* [nodes] frames left */
	/* The rest is the implementation's: free lists and the memmap. */
	struct pages_private *private;
};

/* colours: sets of the largest physically indexed cache way in pages; 0 or 1: frames are handed out
 * from the lowest on. */
int pages_init(struct pages *, unsigned nodes, unsigned processors, uint32_t guest_pages,
	       uint32_t frames_per_node, uint32_t colours, size_t policy_bytes, struct error *err);
void pages_release(struct pages *);

/* The page's record, made (not placed) on first use. Asserts number < count. */
struct page *pages_at(struct pages *, uint32_t number);
/* Puts the master copy on a node, or on the nearest following one with a free frame. Returns the
 * node, or -1 when all memory is full. Asserts that the page is not placed yet. */
int pages_place(struct pages *, uint32_t number, unsigned node);
/* Moves the master to a node and counts it in `migrations`; replicas are given back. A node that
 * has a copy keeps it, now as the master. Asserts that it is not the home already. -1: no free
 * frame there, and nothing has changed. */
int pages_migrate(struct pages *, uint32_t number, unsigned node);
/* Adds a read-only copy. Asserts that the node has none. -1: no free frame there. */
int pages_replicate(struct pages *, uint32_t number, unsigned node);
/* Gives all replicas back, keeping the copy on node `keep`, which must have one, as the master. */
void pages_collapse(struct pages *, uint32_t number, unsigned keep);
/* The copy a node uses: its own if there is one, else the master. */
static inline uint32_t pages_machine(const struct page *p, unsigned node)
{
	return p->copy[node] != NO_MACHINE_PAGE ? p->copy[node] : p->copy[p->home];
}
/* The guest-physical page that uses a machine page, or UINT32_MAX (the memmap's back pointer). */
uint32_t pages_user(const struct pages *, uint32_t machine_page);
/* All counters of all pages become zero and no page is frozen any more (lazily, by generation). */
void pages_reset_counters(struct pages *);
/* Brings one page's counters up to the table's generation; call before reading or adding. */
void pages_refresh(const struct pages *, struct page *);
/* Checks every machine page against its user, and the free counts. For tests and debug builds. */
bool pages_consistent(const struct pages *);

#endif
