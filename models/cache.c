/* SPDX-License-Identifier: MIT */
/*
 * The cache's slower paths. LRU is kept as an age per way: the ages of a set are always a
 * permutation of 0..ways-1, so the least recently used way is the one of age ways-1. Invalid ways
 * are filled first, the lowest numbered one before the others; when none is left, age decides.
 */
#include "models/cache.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

/* Ids are 32 bits and ids * 10 bytes have to fit in a host's memory. */
#define MAX_LINES (1u << 28)

static bool power_of_two(uint64_t n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

int cache_init(struct cache *c, uint64_t bytes, uint64_t ways, uint64_t line_bytes,
	       struct error *err)
{
	uint64_t lines = line_bytes ? bytes / line_bytes : 0;

	*c = (struct cache){0};
	if (ways < 1 || ways > 64)
		return error_set(err, "cache: %llu ways, wanted 1 to 64", (unsigned long long)ways);
	if (!power_of_two(line_bytes))
		return error_set(err, "cache: lines of %llu bytes, wanted a power of two",
				 (unsigned long long)line_bytes);
	if (bytes % line_bytes || lines % ways || !power_of_two(lines / ways))
		return error_set(err,
				 "cache: %llu bytes in %llu ways and lines of %llu bytes, wanted a "
				 "number of sets that is a power of two",
				 (unsigned long long)bytes, (unsigned long long)ways,
				 (unsigned long long)line_bytes);
	if (lines > MAX_LINES)
		return error_set(err, "cache: %llu lines, wanted at most %u",
				 (unsigned long long)lines, MAX_LINES);

	c->sets = (uint32_t)(lines / ways);
	c->ways = (uint32_t)ways;
	c->line_shift = (unsigned)__builtin_ctzll(line_bytes);
	c->tag = malloc(lines * sizeof(*c->tag));
	c->state = calloc(lines, sizeof(*c->state));
	c->age = malloc(lines * sizeof(*c->age));
	if (!c->tag || !c->state || !c->age) {
		cache_release(c);
		return error_set(err, "cache: no memory for %llu lines", (unsigned long long)lines);
	}
	for (uint32_t id = 0; id < lines; id++) {
		c->tag[id] = CACHE_NO_LINE;
		c->age[id] = (uint8_t)(id % c->ways);
	}
	return 0;
}

void cache_release(struct cache *c)
{
	free(c->tag);
	free(c->state);
	free(c->age);
	*c = (struct cache){0};
}

void cache_make_recent(struct cache *c, uint32_t id)
{
	uint32_t first = id - id % c->ways;
	uint8_t *age = c->age + first, old = c->age[id];

	for (uint32_t way = 0; way < c->ways; way++)
		age[way] += age[way] < old;
	c->age[id] = 0;
}

uint32_t cache_victim(const struct cache *c, uint64_t line)
{
	uint32_t first = cache_set(c, line), oldest = first;

	for (uint32_t id = first; id < first + c->ways; id++)
		if (c->tag[id] == CACHE_NO_LINE)
			return id;
	if (c->ways == 2)
		return first + c->age[first + 1];
	for (uint32_t id = first; id < first + c->ways; id++)
		if (c->age[id] > c->age[oldest])
			oldest = id;
	return oldest;
}

void cache_fill(struct cache *c, uint32_t id, uint64_t line, enum line_state state)
{
	assert(line != CACHE_NO_LINE && state != LINE_INVALID);
	assert(id - cache_set(c, line) < c->ways);
	c->tag[id] = line;
	c->state[id] = (uint8_t)state;
	cache_touch(c, id);
}

enum line_state cache_invalidate(struct cache *c, uint64_t line)
{
	uint32_t id = cache_find(c, line);
	enum line_state had;

	if (id == CACHE_MISS)
		return LINE_INVALID;
	had = (enum line_state)c->state[id];
	c->tag[id] = CACHE_NO_LINE;
	c->state[id] = LINE_INVALID;
	return had;
}
