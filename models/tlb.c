/* SPDX-License-Identifier: MIT */
/*
 * The TLB's slower paths: loading, dropping, and keeping the index exact. An entry is in exactly
 * one chain while it is used, and used while at least one of its pages is loaded or it was
 * written so by tlb_write (a guest may write a pair of invalid pages, which then occupies an
 * entry as it does in hardware).
 *
 * Source: MIPS R10000 User's Manual, chapter on memory management (paired entries, Random and
 * Wired, conflicting entries are invalidated by a write).
 */
#include "models/tlb.h"

#include <assert.h>
#include <stdlib.h>

static uint32_t *chain_of(struct tlb *t, const struct tlb_entry *e)
{
	return e->mask ? &t->large : &t->head[tlb_hash(t, e->vpn2)];
}

static void link_entry(struct tlb *t, uint32_t i)
{
	uint32_t *chain = chain_of(t, &t->entry[i]);

	t->next[i] = *chain;
	*chain = i;
}

/* Empties entry i. */
static void drop_entry(struct tlb *t, uint32_t i)
{
	uint32_t *p;

	if (!t->entry[i].used)
		return;
	for (p = chain_of(t, &t->entry[i]); *p != i; p = &t->next[*p])
		assert(*p != TLB_MISS);
	*p = t->next[i];
	t->entry[i] = (struct tlb_entry){0};
}

void tlb_init(struct tlb *t, unsigned entries, unsigned wired, uint64_t seed)
{
	uint32_t heads = 1;

	assert(entries >= 1 && entries <= TLB_MAX_ENTRIES && wired < entries);
	/* Twice as many chains as entries: half of the lookups that miss see an empty one. */
	while (heads < 2 * entries)
		heads *= 2;
	*t = (struct tlb){.entries = entries, .wired = wired, .rng = {seed}};
	t->head_mask = heads - 1;
	t->entry = calloc(entries, sizeof(*t->entry));
	t->next = calloc(entries, sizeof(*t->next));
	t->head = calloc(heads, sizeof(*t->head));
	if (!t->entry || !t->next || !t->head)
		abort(); /* some KB */
	tlb_flush(t);
}

void tlb_release(struct tlb *t)
{
	free(t->entry);
	free(t->next);
	free(t->head);
	*t = (struct tlb){0};
}

void tlb_flush(struct tlb *t)
{
	for (unsigned i = 0; i < t->entries; i++)
		t->entry[i] = (struct tlb_entry){0};
	for (uint32_t h = 0; h <= t->head_mask; h++)
		t->head[h] = TLB_MISS;
	t->large = TLB_MISS;
}

static bool overlap(const struct tlb_entry *a, const struct tlb_entry *b)
{
	return ((a->vpn2 ^ b->vpn2) & ~(a->mask | b->mask)) == 0 &&
	       (a->global || b->global || a->asid == b->asid);
}

static void drop_overlapping_in(struct tlb *t, uint32_t first, const struct tlb_entry *e)
{
	for (uint32_t i = first, next; i != TLB_MISS; i = next) {
		next = t->next[i];
		if (overlap(&t->entry[i], e))
			drop_entry(t, i);
	}
}

void tlb_write(struct tlb *t, unsigned index, const struct tlb_entry *entry)
{
	struct tlb_entry e = *entry; /* may point into the table that we are about to change */

	assert(index < t->entries);
	drop_entry(t, index);
	if (!e.used)
		return;
	e.vpn2 &= ~e.mask;
	if (e.mask == 0) {
		drop_overlapping_in(t, t->head[tlb_hash(t, e.vpn2)], &e);
		drop_overlapping_in(t, t->large, &e);
	} else {
		for (uint32_t i = 0; i < t->entries; i++)
			if (t->entry[i].used && overlap(&t->entry[i], &e))
				drop_entry(t, i);
	}
	t->entry[index] = e;
	link_entry(t, index);
}

uint32_t tlb_load(struct tlb *t, uint32_t va, uint16_t asid, bool global, bool writable)
{
	uint32_t i = tlb_find_pair(t, va, asid);
	struct tlb_entry e;
	unsigned odd;

	/* A larger page that covers va gives way to the 4 KB pair: tlb_write drops it. */
	if (i != TLB_MISS && t->entry[i].mask == 0) {
		e = t->entry[i];
		e.global = e.global && global;
		e.asid = asid;
	} else {
		i = t->wired + rng_below(&t->rng, t->entries - t->wired);
		e = (struct tlb_entry){
			.vpn2 = va >> 13, .asid = asid, .global = global, .used = true};
	}
	odd = tlb_odd(&e, va);
	e.present[odd] = true;
	e.writable[odd] = writable;
	tlb_write(t, i, &e);
	return i;
}

bool tlb_drop(struct tlb *t, uint32_t va, uint16_t asid)
{
	uint32_t i = tlb_find(t, va, asid);
	unsigned odd;

	if (i == TLB_MISS)
		return false;
	odd = tlb_odd(&t->entry[i], va);
	t->entry[i].present[odd] = false;
	t->entry[i].writable[odd] = false;
	if (!t->entry[i].present[!odd])
		drop_entry(t, i);
	return true;
}
