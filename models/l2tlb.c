/* SPDX-License-Identifier: MIT */
/*
 * The second-level TLB: keys and ages by slot, as in models/cache.c. A page is in the table at most
 * twice for one ASID (its own and a global entry); inserting one kind takes the other's place.
 *
 *   63    62..49  48        47       32 31    20 19             0
 *  +-----+-------+--------+-----------+--------+---------------+
 *  |  1  |   0   | global |   ASID    |   0    | virtual page  |
 *  +-----+-------+--------+-----------+--------+---------------+
 */
#include "models/l2tlb.h"

#include <stdlib.h>

#define NO_SLOT UINT32_MAX

static uint64_t private_key(uint32_t va, uint16_t asid)
{
	return 1ull << 63 | (uint64_t)asid << 32 | va >> 12;
}

static uint64_t global_key(uint32_t va)
{
	return 1ull << 63 | 1ull << 48 | va >> 12;
}

/* First slot of the key's set. Consecutive pages go to consecutive sets, shifted by the ASID times
 * an odd number (2^16 / golden ratio). */
static uint32_t set_of(const struct l2tlb *t, uint64_t key)
{
	uint32_t page = (uint32_t)key, tag = (uint32_t)(key >> 32) & 0x1ffff;

	return ((page + tag * 40503u) & (t->sets - 1)) * t->ways;
}

static uint32_t find(const struct l2tlb *t, uint64_t key)
{
	uint32_t first;

	if (t->sets == 0)
		return NO_SLOT;
	first = set_of(t, key);
	for (uint32_t i = first; i < first + t->ways; i++)
		if (t->key[i] == key)
			return i;
	return NO_SLOT;
}

static void touch(struct l2tlb *t, uint32_t slot)
{
	uint8_t *age = t->age + (slot & ~(t->ways - 1)), old = t->age[slot];

	for (uint32_t way = 0; way < t->ways; way++)
		age[way] += age[way] < old;
	t->age[slot] = 0;
}

static bool empty_slot(struct l2tlb *t, uint64_t key)
{
	uint32_t slot = find(t, key);

	if (slot != NO_SLOT)
		t->key[slot] = 0;
	return slot != NO_SLOT;
}

int l2tlb_init(struct l2tlb *t, unsigned entries, unsigned ways, struct error *err)
{
	*t = (struct l2tlb){0};
	if (ways == 0 || (ways & (ways - 1)) || ways > 128)
		return error_set(err, "L2TLB: %u ways, wanted a power of two from 1 to 128", ways);
	t->ways = ways;
	if (entries == 0)
		return 0;
	if ((entries & (entries - 1)) || entries < ways)
		return error_set(err, "L2TLB: %u entries, wanted 0 or a power of two from %u on",
				 entries, ways);
	t->key = malloc(entries * sizeof(*t->key));
	t->age = malloc(entries * sizeof(*t->age));
	if (!t->key || !t->age) {
		l2tlb_release(t);
		return error_set(err, "L2TLB: no memory for %u entries", entries);
	}
	t->sets = entries / ways;
	l2tlb_flush(t);
	return 0;
}

void l2tlb_release(struct l2tlb *t)
{
	free(t->key);
	free(t->age);
	*t = (struct l2tlb){0};
}

bool l2tlb_has(const struct l2tlb *t, uint32_t va, uint16_t asid)
{
	return find(t, private_key(va, asid)) != NO_SLOT || find(t, global_key(va)) != NO_SLOT;
}

bool l2tlb_lookup(struct l2tlb *t, uint32_t va, uint16_t asid)
{
	uint32_t slot = find(t, private_key(va, asid));

	if (slot == NO_SLOT)
		slot = find(t, global_key(va));
	if (slot == NO_SLOT)
		return false;
	touch(t, slot);
	return true;
}

unsigned l2tlb_probes(const struct l2tlb *t, uint32_t va, uint16_t asid, bool global,
		      uint32_t slot[2])
{
	unsigned n = 0;

	if (t->sets == 0)
		return 0;
	if (!global)
		slot[n++] = set_of(t, private_key(va, asid));
	if (global || find(t, private_key(va, asid)) == NO_SLOT)
		slot[n++] = set_of(t, global_key(va));
	return n;
}

void l2tlb_insert(struct l2tlb *t, uint32_t va, uint16_t asid, bool global)
{
	uint64_t key = global ? global_key(va) : private_key(va, asid);
	uint32_t slot, first;

	if (t->sets == 0)
		return;
	empty_slot(t, global ? private_key(va, asid) : global_key(va));
	slot = find(t, key);
	if (slot == NO_SLOT) {
		first = slot = set_of(t, key);
		for (uint32_t i = first; i < first + t->ways; i++) {
			if (t->key[i] == 0) {
				slot = i;
				break;
			}
			if (t->age[i] > t->age[slot])
				slot = i;
		}
		t->key[slot] = key;
	}
	touch(t, slot);
}

bool l2tlb_drop(struct l2tlb *t, uint32_t va, uint16_t asid)
{
	bool own = empty_slot(t, private_key(va, asid));

	return empty_slot(t, global_key(va)) || own;
}

void l2tlb_flush(struct l2tlb *t)
{
	for (uint32_t i = 0; i < t->sets * t->ways; i++) {
		t->key[i] = 0;
		t->age[i] = (uint8_t)(i % t->ways);
	}
}
