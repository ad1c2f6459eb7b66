/* SPDX-License-Identifier: MIT */
/*
 * Counters as rows. A model lists its counters once, as an X-macro of (field, unit, help):
 *
 *	#define CACHE_COUNTERS(X) X(hits, "1", "references found in the cache") ...
 *	struct cache_counters { CACHE_COUNTERS(COUNTER_FIELD) };
 *	static const struct counter_row rows[] = {
 *		CACHE_COUNTERS(COUNTER_ROW) COUNTER_END };
 *
 * All fields are uint64_t, in the order of the list, so a counter struct is also an array of
 * them; `show`, the results and the figures know a counter by its row's name.
 */
#ifndef SIM_BASE_COUNTER_H
#define SIM_BASE_COUNTER_H

#include <stddef.h>
#include <stdint.h>

struct counter_row {
	const char *name, *unit, *help;
};

#define COUNTER_FIELD(name, unit, help) uint64_t name;
#define COUNTER_ROW(name, unit, help)	{#name, unit, help},
#define COUNTER_END              \
	{                        \
		NULL, NULL, NULL \
	}

#endif
