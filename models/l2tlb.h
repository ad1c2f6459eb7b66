/* SPDX-License-Identifier: MIT */
/*
 * Disco's second-level TLB (SOSP'97 section 4.2.2): a software cache, in the monitor's memory, of
 * recent virtual-to-machine translations of one virtual processor, consulted first on every TLB
 * miss. The paper prints neither size nor organisation; we model a set-associative table with LRU
 * replacement, entries one 4 KB page each, keyed by (virtual page, ASID or global). The set is a
 * hash of both, so that processes with the same layout do not crowd the same sets; a lookup
 * probes the ASID's set, then the global one.
 */
#ifndef MODELS_L2TLB_H
#define MODELS_L2TLB_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/error.h"

struct l2tlb {
	unsigned sets, ways; /* sets: 0 when there is none */
	uint64_t *key;	     /* [sets * ways] 0 = empty; owned */
	uint8_t *age;	     /* [sets * ways] 0 = most recently used of its set; owned */
};

/* entries: power of two >= ways, or 0 for none (every lookup misses); ways: power of two, at most
 * 128. Returns 0 or -1. */
int l2tlb_init(struct l2tlb *, unsigned entries, unsigned ways, struct error *err);
void l2tlb_release(struct l2tlb *);
bool l2tlb_lookup(struct l2tlb *, uint32_t va, uint16_t asid);	  /* a hit becomes most recent */
bool l2tlb_has(const struct l2tlb *, uint32_t va, uint16_t asid); /* changes nothing */
/* The sets that a lookup reads, by their first slot, in order: the ASID's, and if the translation
 * is not there the global one; only that with `global`. Returns their number, 0 to 2. */
unsigned l2tlb_probes(const struct l2tlb *, uint32_t va, uint16_t asid, bool global,
		      uint32_t slot[2]);
void l2tlb_insert(struct l2tlb *, uint32_t va, uint16_t asid, bool global);
bool l2tlb_drop(struct l2tlb *, uint32_t va, uint16_t asid); /* also a global entry of the page */
void l2tlb_flush(struct l2tlb *);

#endif
