/* SPDX-License-Identifier: MIT */
/*
 * Replication only: the right half of the decision tree of Verghese, Devine, Gupta, Rosenblum,
 * ASPLOS'96, one of their baselines. A hot page that others use too, and that was written at most
 * `write` times since the reset, is copied to the processor's node; pages of one user stay.
 */
#include "policies/policy.h"

struct parameters {
	uint64_t trigger, sharing, write, interval_ms, reserve;
};

#define SOURCE "Verghese et al., ASPLOS'96, base values, from memory"
// clang-format off
#define ROW(name, value, min, max, unit, help, source) \
	{#name, PARAM_COUNT, offsetof(struct parameters, name), value, min, max, 0, unit, help, \
	 source, NULL}
// clang-format on

static const struct param rows[] = {
	ROW(trigger, 128, 1, 1e9, "1", "misses of a processor on a page that make it hot", SOURCE),
	ROW(sharing, 0, 0, 1e9, "1",
	    "misses of another processor above which a page is shared; 0: a quarter of the trigger",
	    SOURCE),
	ROW(write, 1, 0, 1e9, "1", "writes above which a shared page is left alone", SOURCE),
	ROW(interval_ms, 100, 0, 1e9, "ms", "time between resets of the counters; 0: never",
	    SOURCE),
	ROW(reserve, 64, 0, 1e9, "1", "free frames of a node below which nothing is replicated",
	    "ours: stands for the papers' memory pressure"),
	{.key = NULL},
};

static uint64_t trigger(const void *params)
{
	return ((const struct parameters *)params)->trigger;
}

static uint64_t interval_ns(const void *params)
{
	return ((const struct parameters *)params)->interval_ms * 1000000;
}

static unsigned place(const void *params, void *global, const struct policy_machine *machine,
		      const struct policy_page *page, unsigned processor)
{
	(void)params, (void)global, (void)page;
	return machine->node_of[processor];
}

static bool shared(const struct parameters *p, const struct policy_machine *machine,
		   const struct policy_page *page, unsigned processor)
{
	uint64_t sharing = p->sharing ? p->sharing : p->trigger / 4;

	for (unsigned i = 0; i < machine->processors; i++)
		if (i != processor && page->misses[i] > sharing)
			return true;
	return false;
}

static struct policy_decision hot(const void *params, void *global,
				  const struct policy_machine *machine,
				  const struct policy_page *page, unsigned processor, bool write)
{
	const struct parameters *p = params;
	unsigned node = machine->node_of[processor];

	(void)global, (void)write;
	if (page->copies >> node & 1 || !shared(p, machine, page, processor) ||
	    page->writes > p->write || machine->free_frames[node] <= p->reserve)
		return (struct policy_decision){POLICY_LEAVE, node};
	return (struct policy_decision){POLICY_REPLICATE, node};
}

const struct policy policy_replicate_only = {
	.version = POLICY_VERSION,
	.size = sizeof(struct policy),
	.name = "replicate_only",
	.help = "replicates hot pages that are shared and only read, leaves all others",
	.source = "Verghese et al., ASPLOS'96",
	.params = rows,
	.params_bytes = sizeof(struct parameters),
	.trigger = trigger,
	.interval_ns = interval_ns,
	.place = place,
	.hot = hot,
};
