/* SPDX-License-Identifier: MIT */
/*
 * What a processor's MAP records said: virtual page of an address space -> guest-physical page, and
 * back (the backmap that a shootdown needs). Two open-addressing tables that only grow. A backmap
 * entry may be out of date; whoever uses it checks with page_map_value.
 */
#ifndef SIM_REPLAY_PAGE_MAP_H
#define SIM_REPLAY_PAGE_MAP_H

#include <stdbool.h>
#include <stdint.h>

#define PAGE_MAP_GLOBAL 0x10000000u /* in a key: holds for every ASID */
#define PAGE_MAP_NONE	UINT32_MAX

struct page_map {
	uint32_t *key;	 /* ASID << 20 | virtual page, or GLOBAL | virtual page; + 1, 0: empty */
	uint32_t *value; /* PA page number | PAGE_MAP_UNCACHED */
	uint32_t slots, used;
	uint64_t *back; /* PA page << 32 | key + 1; 0: empty */
	uint32_t back_slots, back_used;
};

#define PAGE_MAP_UNCACHED 0x80000000u
#define PAGE_MAP_PAGE(v)  ((v)&0x7fffffffu)

void page_map_init(struct page_map *);
void page_map_release(struct page_map *);
/* Returns whether the page lay elsewhere before (then translations of it are stale). */
bool page_map_set(struct page_map *, uint32_t key, uint32_t value);
/* The value of the address space's page, else of the global one, or PAGE_MAP_NONE; *global says
 * which. */
uint32_t page_map_find(const struct page_map *, uint32_t asid_tag, uint32_t vpn, bool *global);
/* The value of this very key, or PAGE_MAP_NONE. */
uint32_t page_map_value(const struct page_map *, uint32_t key);
/* Walks the keys that were once mapped to a PA page: start with *at = 0; returns false at the end.
 */
bool page_map_users(const struct page_map *, uint32_t pa_page, uint32_t *at, uint32_t *key);

#endif
