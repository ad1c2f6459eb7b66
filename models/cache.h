/* SPDX-License-Identifier: MIT */
/*
 * A set-associative cache with true LRU replacement: tags only, no data. It knows nothing of its
 * neighbours: it says hit or miss, names a victim, and the replay decides what happens next. A
 * tag maps a line number (address / line bytes) to a line id (set * ways + way); state
 * and age are arrays by id, so that a test needs no fakes.
 *
 * The set is the line number modulo the number of sets. An invalid way's tag is CACHE_NO_LINE, so
 * that a lookup compares tags alone: change a valid line's state by writing state[id], but make
 * it invalid through cache_invalidate only.
 */
#ifndef MODELS_CACHE_H
#define MODELS_CACHE_H

#include <stdint.h>

#include "sim/base/error.h"

/* Line states of the invalidation protocol (models/directory.h). */
enum line_state { LINE_INVALID = 0, LINE_SHARED = 1, LINE_MODIFIED = 2 };

#define CACHE_MISS    UINT32_MAX
#define CACHE_NO_LINE UINT64_MAX

struct cache {
	uint32_t sets, ways;
	unsigned line_shift; /* log2 of the bytes of a line */
	uint64_t *tag;	     /* [sets * ways] line number, or CACHE_NO_LINE; owned */
	uint8_t *state;	     /* [sets * ways] enum line_state; owned */
	uint8_t *age;	     /* [sets * ways] 0 = most recently used of its set; owned */
};

/* bytes, ways and line_bytes: line_bytes and bytes / (ways * line_bytes) must be powers of two,
 * ways 1..64. Returns 0 or -1. Release with cache_release. */
int cache_init(struct cache *, uint64_t bytes, uint64_t ways, uint64_t line_bytes,
	       struct error *err);
void cache_release(struct cache *);

/* First id of the set that a line belongs to. */
static inline uint32_t cache_set(const struct cache *c, uint64_t line)
{
	return (uint32_t)(line & (c->sets - 1)) * c->ways;
}

/* The id of the line, or CACHE_MISS. Changes nothing. Two ways, the machine's usual number, are
 * looked at together: which of them hits is not to be predicted, a branch on it costs more. */
static inline uint32_t cache_find(const struct cache *c, uint64_t line)
{
	uint32_t first = cache_set(c, line);
	const uint64_t *tag = c->tag + first;

	if (c->ways == 2) {
		uint32_t way = tag[1] == line;

		return tag[way] == line ? first + way : CACHE_MISS;
	}
	for (uint32_t way = 0; way < c->ways; way++)
		if (tag[way] == line)
			return first + way;
	return CACHE_MISS;
}

/* cache_touch for more than two ways and a line that is not the most recent one already. */
void cache_make_recent(struct cache *, uint32_t id);

/* Marks a line most recently used. */
static inline void cache_touch(struct cache *c, uint32_t id)
{
	if (c->ways == 2) {
		c->age[id ^ 1] = 1;
		c->age[id] = 0;
	} else if (c->age[id] != 0) {
		cache_make_recent(c, id);
	}
}

/* The id that a fill of `line` would replace: an invalid way if there is one, else the LRU. */
uint32_t cache_victim(const struct cache *, uint64_t line);
/* Puts `line` at `id`, a way of its set, in a valid state and marks it most recently used. */
void cache_fill(struct cache *, uint32_t id, uint64_t line, enum line_state);
/* Drops the line if it is there; returns the state it had. */
enum line_state cache_invalidate(struct cache *, uint64_t line);

#endif
