/* SPDX-License-Identifier: MIT */
/*
 * The one pseudo-random generator of the simulation: SplitMix64 (Steele, Lea, Flood, OOPSLA'14,
 * "Fast splittable pseudorandom number generators"). Small, seedable, the same on every host.
 */
#ifndef SIM_BASE_RNG_H
#define SIM_BASE_RNG_H

#include <stdint.h>

struct rng {
	uint64_t state;
};

static inline uint64_t rng_next(struct rng *rng)
{
	uint64_t z = (rng->state += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

/* A number in 0..n-1; n must not be 0. The bias is below n / 2^32. */
static inline uint32_t rng_below(struct rng *rng, uint32_t n)
{
	return (uint32_t)(((rng_next(rng) >> 32) * n) >> 32);
}

#endif
