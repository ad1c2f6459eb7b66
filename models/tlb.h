/* SPDX-License-Identifier: MIT */
/*
 * A processor's TLB as in the R10000: fully associative, each entry a pair of pages, ASIDs,
 * global bit, random replacement among the entries that are not wired. Used for the modelled
 * hardware TLB (native, disco). Deterministic: the random sequence comes from a seed, or the
 * index from the trace (tlb_write with an index).
 */
#ifndef MODELS_TLB_H
#define MODELS_TLB_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/rng.h"

#define TLB_MISS	UINT32_MAX
#define TLB_MAX_ENTRIES 1024

struct tlb_entry {
	uint32_t vpn2; /* VA >> 13, low bits of larger pages cleared */
	uint32_t mask; /* vpn2 bits that do not take part in the match (page size - 4 KB) */
	uint16_t asid;
	bool global, used;
	bool present[2];  /* even and odd page: loaded */
	bool writable[2]; /* D bit */
};

struct tlb {
	unsigned entries, wired;
	struct rng rng;
	struct tlb_entry *entry; /* [entries], owned */
	uint32_t *index;	 /* owned: what the implementation needs to find fast */
};

void tlb_init(struct tlb *, unsigned entries, unsigned wired, uint64_t seed);
void tlb_release(struct tlb *);

/* The entry that holds the page of `va`, loaded, for this ASID, or TLB_MISS. */
uint32_t tlb_find(const struct tlb *, uint32_t va, uint16_t asid);
/* Loads the page of `va` (4 KB pages): into the pair's entry if it is there, else in a random one
 * that is not wired. Returns the entry's number. */
uint32_t tlb_load(struct tlb *, uint32_t va, uint16_t asid, bool global, bool writable);
/* Writes a whole entry at a given index, as TLBWI and a traced TLBWR do. */
void tlb_write(struct tlb *, unsigned index, const struct tlb_entry *entry);
/* Drops the page of `va` for an ASID (any when the entry is global). Returns whether it was there.
 */
bool tlb_drop(struct tlb *, uint32_t va, uint16_t asid);
/* Drops everything (another virtual processor is scheduled: SOSP'97 section 4.2.2). */
void tlb_flush(struct tlb *);

#endif
