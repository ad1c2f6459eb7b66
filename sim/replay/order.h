/* SPDX-License-Identifier: MIT */
/*
 * Who is next: a tournament over the processors' wake-up times. A key is time * 64 + number, so
 * that ties go to the lower number and the order is total. Changing a key is one path to the
 * root; the runner-up is the best loser along the winner's path.
 */
#ifndef SIM_REPLAY_ORDER_H
#define SIM_REPLAY_ORDER_H

#include <stdint.h>

#define ORDER_NEVER UINT64_MAX
#define ORDER_SIZE  64

struct order {
	unsigned leaves;	      /* power of two */
	uint64_t key[2 * ORDER_SIZE]; /* a heap-shaped tree: leaf n is key[leaves + n] */
};

static inline uint64_t order_key(uint64_t time, unsigned number)
{
	return time << 6 | number;
}

static inline uint64_t order_time(uint64_t key)
{
	return key == ORDER_NEVER ? ORDER_NEVER : key >> 6;
}

static inline void order_set(struct order *o, unsigned number, uint64_t key)
{
	unsigned i = o->leaves + number;

	o->key[i] = key;
	for (i /= 2; i; i /= 2)
		o->key[i] = o->key[2 * i] < o->key[2 * i + 1] ? o->key[2 * i] : o->key[2 * i + 1];
}

static inline void order_init(struct order *o, unsigned processors)
{
	o->leaves = 1;
	while (o->leaves < processors)
		o->leaves *= 2;
	for (unsigned i = 0; i < 2 * ORDER_SIZE; i++)
		o->key[i] = ORDER_NEVER;
}

static inline uint64_t order_get(const struct order *o, unsigned number)
{
	return o->key[o->leaves + number];
}

/* The smallest key; its number is in the low 6 bits. */
static inline uint64_t order_first(const struct order *o)
{
	return o->key[1];
}

/* The smallest key of all but `number`. */
static inline uint64_t order_second(const struct order *o, unsigned number)
{
	uint64_t best = ORDER_NEVER;

	for (unsigned i = o->leaves + number; i > 1; i /= 2)
		if (o->key[i ^ 1] < best)
			best = o->key[i ^ 1];
	return best;
}

#endif
