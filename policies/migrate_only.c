/* SPDX-License-Identifier: MIT */
/*
 * Migration only: the left half of the decision tree of Verghese, Devine, Gupta, Rosenblum,
 * ASPLOS'96, one of their baselines. A hot page that no other processor uses moves to the
 * processor's node, at most `migrate` times between two resets; shared pages stay.
 */
#include "policies/policy.h"

struct parameters {
	uint64_t trigger, sharing, migrate, interval_ms;
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
	ROW(migrate, 1, 0, 1e9, "1", "migrations of a page between two resets", SOURCE),
	ROW(interval_ms, 100, 0, 1e9, "ms", "time between resets of the counters; 0: never",
	    SOURCE),
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
	if (page->copies >> node & 1)
		return (struct policy_decision){POLICY_LEAVE, node};
	if (shared(p, machine, page, processor) || page->migrations >= p->migrate)
		return (struct policy_decision){POLICY_LEAVE, node};
	return (struct policy_decision){POLICY_MIGRATE, node};
}

const struct policy policy_migrate_only = {
	.version = POLICY_VERSION,
	.size = sizeof(struct policy),
	.name = "migrate_only",
	.help = "migrates hot pages of one user, leaves shared ones",
	.source = "Verghese et al., ASPLOS'96",
	.params = rows,
	.params_bytes = sizeof(struct parameters),
	.trigger = trigger,
	.interval_ns = interval_ns,
	.place = place,
	.hot = hot,
};
