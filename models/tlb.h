/* SPDX-License-Identifier: MIT */
/*
 * A processor's TLB as in the R10000: fully associative, each entry a pair of pages, ASIDs,
 * global bit, random replacement among the entries that are not wired (unused ones are not
 * preferred: the hardware does not look). Used for the modelled hardware TLB (native, disco).
 * Deterministic: the random sequence comes from a seed, or the index from the trace (tlb_write).
 *
 * No two entries ever translate the same address: a write drops what it would overlap, as the
 * R10000 does, so what tlb_find answers never depends on an order. Lookups go through chains of
 * entries hashed by virtual page pair; entries of larger pages are in one chain of their own.
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
	uint32_t mask; /* vpn2 bits that do not take part in the match: page bytes / 4 KB - 1 */
	uint16_t asid;
	bool global, used;
	bool present[2];  /* even and odd page: loaded */
	bool writable[2]; /* D bit */
};

struct tlb {
	unsigned entries, wired;
	struct rng rng;
	struct tlb_entry *entry; /* [entries], owned */
	/* The index: chains of used entries, TLB_MISS ends one. */
	uint32_t *head; /* [head_mask + 1] by tlb_hash: entries of 4 KB pages; owned */
	uint32_t *next; /* [entries]; owned */
	uint32_t head_mask;
	uint32_t large; /* head of the chain of entries of larger pages */
};

/* Asserts 1 <= entries <= TLB_MAX_ENTRIES and wired < entries. */
void tlb_init(struct tlb *, unsigned entries, unsigned wired, uint64_t seed);
void tlb_release(struct tlb *);

/* Which page of an entry's pair `va` is in: 0 even, 1 odd. */
static inline unsigned tlb_odd(const struct tlb_entry *e, uint32_t va)
{
	return ((va >> 12) & (e->mask + 1)) != 0;
}

static inline uint32_t tlb_hash(const struct tlb *t, uint32_t vpn2)
{
	return (vpn2 ^ vpn2 >> 9) & t->head_mask;
}

static inline bool tlb_matches(const struct tlb_entry *e, uint32_t va, uint16_t asid)
{
	return ((e->vpn2 ^ va >> 13) & ~e->mask) == 0 && (e->global || e->asid == asid);
}

/* The entry whose pair `va` is in, for this ASID, whether the page is loaded or not, or TLB_MISS.
 */
static inline uint32_t tlb_find_pair(const struct tlb *t, uint32_t va, uint16_t asid)
{
	uint32_t i;

	for (i = t->head[tlb_hash(t, va >> 13)]; i != TLB_MISS; i = t->next[i])
		if (tlb_matches(&t->entry[i], va, asid))
			return i;
	for (i = t->large; i != TLB_MISS; i = t->next[i])
		if (tlb_matches(&t->entry[i], va, asid))
			return i;
	return TLB_MISS;
}

/* The entry that holds the page of `va`, loaded, for this ASID, or TLB_MISS. */
static inline uint32_t tlb_find(const struct tlb *t, uint32_t va, uint16_t asid)
{
	uint32_t i = tlb_find_pair(t, va, asid);

	return i != TLB_MISS && t->entry[i].present[tlb_odd(&t->entry[i], va)] ? i : TLB_MISS;
}

/* Loads the page of `va` (4 KB pages): into the pair's entry if it is there, else in a random one
 * that is not wired. An entry has one global bit, the AND of its pages'. Returns its number. */
uint32_t tlb_load(struct tlb *, uint32_t va, uint16_t asid, bool global, bool writable);
/* Writes a whole entry at a given index, as TLBWI and a traced TLBWR do; entries that it overlaps
 * are dropped. An entry with `used` false just empties the index. */
void tlb_write(struct tlb *, unsigned index, const struct tlb_entry *entry);
/* Drops the page of `va` for an ASID (any when the entry is global). Returns whether it was there.
 */
bool tlb_drop(struct tlb *, uint32_t va, uint16_t asid);
/* Drops everything (another virtual processor is scheduled: SOSP'97 section 4.2.2). */
void tlb_flush(struct tlb *);

#endif
