/* SPDX-License-Identifier: MIT */
/*
 * Disco's second-level TLB (SOSP'97 section 4.2.2): a software cache, in the monitor's memory, of
 * recent virtual-to-machine translations of one virtual processor, consulted first on every TLB
 * miss. The paper prints neither size nor organisation; we model a set-associative table with LRU
 * replacement, entries one 4 KB page each, keyed by (virtual page, ASID or global).
 */
#ifndef MODELS_L2TLB_H
#define MODELS_L2TLB_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/error.h"

struct l2tlb {
	unsigned sets, ways;
	uint64_t *key; /* [sets * ways] 0 = empty; owned */
	uint8_t *age;  /* [sets * ways]; owned */
};

/* entries: power of two >= ways, or 0 for none (every lookup misses); ways: power of two. */
int l2tlb_init(struct l2tlb *, unsigned entries, unsigned ways, struct error *err);
void l2tlb_release(struct l2tlb *);
bool l2tlb_lookup(struct l2tlb *, uint32_t va, uint16_t asid); /* a hit becomes most recent */
void l2tlb_insert(struct l2tlb *, uint32_t va, uint16_t asid, bool global);
bool l2tlb_drop(struct l2tlb *, uint32_t va, uint16_t asid); /* also a global entry of the page */
void l2tlb_flush(struct l2tlb *);

#endif
