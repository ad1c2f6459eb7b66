/* SPDX-License-Identifier: MIT */
/* Open addressing, linear probing, at most half full; see page_map.h. */
#include "sim/replay/page_map.h"

#include <stdlib.h>

static uint32_t mix(uint32_t x)
{
	x *= 0x9e3779b1u;
	return x ^ x >> 15;
}

static void *zeroed(uint32_t n, size_t size)
{
	void *p = calloc(n, size);

	if (!p)
		abort();
	return p;
}

void page_map_init(struct page_map *m)
{
	*m = (struct page_map){.slots = 256, .back_slots = 256};
	m->key = zeroed(m->slots, sizeof(*m->key));
	m->value = zeroed(m->slots, sizeof(*m->value));
	m->back = zeroed(m->back_slots, sizeof(*m->back));
}

void page_map_release(struct page_map *m)
{
	free(m->key);
	free(m->value);
	free(m->back);
	*m = (struct page_map){0};
}

/* The slot of a key, or the empty one where it belongs. */
static uint32_t slot_of(const struct page_map *m, uint32_t key)
{
	uint32_t i = mix(key) & (m->slots - 1);

	while (m->key[i] && m->key[i] != key + 1)
		i = (i + 1) & (m->slots - 1);
	return i;
}

static void grow(struct page_map *m)
{
	struct page_map old = *m;

	m->slots *= 2;
	m->key = zeroed(m->slots, sizeof(*m->key));
	m->value = zeroed(m->slots, sizeof(*m->value));
	for (uint32_t i = 0; i < old.slots; i++) {
		if (old.key[i]) {
			uint32_t slot = slot_of(m, old.key[i] - 1);

			m->key[slot] = old.key[i];
			m->value[slot] = old.value[i];
		}
	}
	free(old.key);
	free(old.value);
}

/* Adds a backmap entry unless it is there. */
static void back_add(struct page_map *m, uint64_t entry)
{
	uint32_t i = mix((uint32_t)(entry >> 32)) & (m->back_slots - 1);

	for (; m->back[i]; i = (i + 1) & (m->back_slots - 1))
		if (m->back[i] == entry)
			return;
	m->back[i] = entry;
	m->back_used++;
}

static void back_grow(struct page_map *m)
{
	uint64_t *old = m->back;
	uint32_t n = m->back_slots;

	m->back_slots *= 2;
	m->back_used = 0;
	m->back = zeroed(m->back_slots, sizeof(*m->back));
	for (uint32_t i = 0; i < n; i++)
		if (old[i])
			back_add(m, old[i]);
	free(old);
}

bool page_map_set(struct page_map *m, uint32_t key, uint32_t value)
{
	uint32_t slot = slot_of(m, key);
	bool moved = m->key[slot] && m->value[slot] != value;

	if (m->key[slot] && !moved)
		return false;
	if (!m->key[slot]) {
		m->key[slot] = key + 1;
		m->used++;
	}
	m->value[slot] = value;
	back_add(m, (uint64_t)PAGE_MAP_PAGE(value) << 32 | (key + 1));
	if (m->used > m->slots / 2)
		grow(m);
	if (m->back_used > m->back_slots / 2)
		back_grow(m);
	return moved;
}

uint32_t page_map_value(const struct page_map *m, uint32_t key)
{
	uint32_t slot = slot_of(m, key);

	return m->key[slot] ? m->value[slot] : PAGE_MAP_NONE;
}

uint32_t page_map_find(const struct page_map *m, uint32_t asid_tag, uint32_t vpn, bool *global)
{
	uint32_t slot = slot_of(m, asid_tag | vpn);

	*global = false;
	if (m->key[slot])
		return m->value[slot];
	slot = slot_of(m, PAGE_MAP_GLOBAL | vpn);
	*global = m->key[slot];
	return m->key[slot] ? m->value[slot] : PAGE_MAP_NONE;
}

bool page_map_users(const struct page_map *m, uint32_t pa_page, uint32_t *at, uint32_t *key)
{
	uint32_t start = mix(pa_page) & (m->back_slots - 1);

	for (;;) {
		uint64_t entry = m->back[(start + *at) & (m->back_slots - 1)];

		if (!entry)
			return false;
		(*at)++;
		if (entry >> 32 == pa_page) {
			*key = (uint32_t)entry - 1;
			return true;
		}
	}
}
