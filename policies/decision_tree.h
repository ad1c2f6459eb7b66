/* SPDX-License-Identifier: MIT */
/*
 * What the policies that follow the decision tree of Verghese, Devine, Gupta, Rosenblum
 * (ASPLOS'96) share: disco.c is the whole tree, migrate_only.c and replicate_only.c are its halves,
 * as in that paper. The thresholds are from memory; SOSP'97 prints none.
 *
 *	a processor's misses on a page reach `trigger`
 *	  another processor's misses > `sharing` ?
 *	    no   moved fewer than `migrate` times since the reset: migrate here, else leave
 *	    yes  writes > `write`: leave. Memory short (less than `reserve` frames): leave.
 *	         else replicate here
 *
 * All counters are cleared every interval. The first place is the first toucher's node. A write
 * to a replicated page collapses it onto the writer's node, if it has a copy. The limit is the
 * page's moves as the framework counts them, which include what a collapse undid.
 */
#ifndef POLICIES_DECISION_TREE_H
#define POLICIES_DECISION_TREE_H

#include "policies/policy.h"

/* A policy that has no row for a field does not read it. */
struct tree {
	uint64_t trigger, sharing, write, migrate, interval_ms, reserve;
};

#define TREE_SOURCE "Verghese et al., ASPLOS'96, base values, from memory"
// clang-format off
#define TREE_ROW(name, value, min, unit, help, source) \
	{#name, PARAM_COUNT, offsetof(struct tree, name), value, min, 1e9, 0, unit, help, source, NULL}
#define TREE_TRIGGER TREE_ROW(trigger, 128, 1, "1", \
	"misses of a processor on a page that make it hot", TREE_SOURCE)
#define TREE_SHARING TREE_ROW(sharing, 0, 0, "1", \
	"misses of another processor above which a page is shared; 0: a quarter of the trigger", \
	TREE_SOURCE)
#define TREE_WRITE TREE_ROW(write, 1, 0, "1", \
	"writes above which a shared page is left alone", TREE_SOURCE)
#define TREE_MIGRATE TREE_ROW(migrate, 1, 0, "1", \
	"migrations of a page between two resets", TREE_SOURCE)
#define TREE_INTERVAL TREE_ROW(interval_ms, 100, 0, "ms", \
	"time between resets of the counters; 0: never", TREE_SOURCE)
#define TREE_RESERVE TREE_ROW(reserve, 64, 0, "1", \
	"free frames of a node below which nothing is replicated", \
	"ours: stands for the papers' memory pressure")
// clang-format on

static inline uint64_t tree_trigger(const void *params)
{
	return ((const struct tree *)params)->trigger;
}

static inline uint64_t tree_interval_ns(const void *params)
{
	return ((const struct tree *)params)->interval_ms * 1000000;
}

static inline unsigned tree_place(const void *params, void *global,
				  const struct policy_machine *machine,
				  const struct policy_page *page, unsigned processor)
{
	(void)params, (void)global, (void)page;
	return machine->node_of[processor];
}

/* Whether the processor's node has no copy of the page yet. */
static inline bool tree_is_remote(const struct policy_page *page, unsigned node)
{
	return !(page->copies >> node & 1);
}

static inline bool tree_is_shared(const struct tree *t, const struct policy_machine *machine,
				  const struct policy_page *page, unsigned processor)
{
	uint64_t sharing = t->sharing ? t->sharing : t->trigger / 4;

	for (unsigned i = 0; i < machine->processors; i++)
		if (i != processor && page->misses[i] > sharing)
			return true;
	return false;
}

/* The right answer for an unshared page. */
static inline struct policy_decision tree_migrate(const struct tree *t,
						  const struct policy_page *page, unsigned node)
{
	return (struct policy_decision){
		page->migrations < t->migrate ? POLICY_MIGRATE : POLICY_LEAVE, node};
}

/* The right answer for a shared page. */
static inline struct policy_decision tree_replicate(const struct tree *t,
						    const struct policy_machine *machine,
						    const struct policy_page *page, unsigned node)
{
	bool leave = page->writes > t->write || machine->free_frames[node] <= t->reserve;

	return (struct policy_decision){leave ? POLICY_LEAVE : POLICY_REPLICATE, node};
}

#endif
