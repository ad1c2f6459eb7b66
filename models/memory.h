/* SPDX-License-Identifier: MIT */
/*
 * The queue at a node's memory controller: one first-come first-served server with a deterministic
 * service time (occupancy). Contention decides the published result: with bare 300/900 ns the
 * paper's Figure 8 cannot be reached (mean remote latencies of about 1.3 and 2.4 us). Requests
 * come in time order (the replay sees to that), so the waiting times are exact for this server;
 * with Poisson arrivals they are M/D/1's.
 */
#ifndef MODELS_MEMORY_H
#define MODELS_MEMORY_H

#include <stdint.h>

#include "sim/base/counter.h"

#define MEMORY_COUNTERS(X)                                              \
	X(requests, "1", "requests served by the node's memory")        \
	X(busy_cycles, "cycles", "time the node's memory was occupied") \
	X(wait_cycles, "cycles", "time requests waited for the node's memory")
struct memory_counters {
	MEMORY_COUNTERS(COUNTER_FIELD)
};

struct memory_queue {
	uint64_t free_at; /* cycles */
	struct memory_counters counters;
};

/* A request that arrives at `now` and occupies the server for `service` cycles; returns the cycles
 * that it waits before it is served. */
static inline uint64_t memory_request(struct memory_queue *q, uint64_t now, uint64_t service)
{
	uint64_t wait = q->free_at > now ? q->free_at - now : 0;

	q->free_at = now + wait + service;
	q->counters.requests++;
	q->counters.busy_cycles += service;
	q->counters.wait_cycles += wait;
	return wait;
}

#endif
