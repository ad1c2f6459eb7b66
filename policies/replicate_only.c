/* SPDX-License-Identifier: MIT */
/*
 * Replication only, one of the baselines of Verghese et al.: the right half of the tree of
 * decision_tree.h. A hot page that others use too, and that is hardly written, is copied to the
 * processor's node; pages of one user stay.
 */
#include "policies/decision_tree.h"

static const struct param rows[] = {
	TREE_TRIGGER, TREE_SHARING, TREE_WRITE, TREE_INTERVAL, TREE_RESERVE, {.key = NULL},
};

static struct policy_decision hot(const void *params, void *global,
				  const struct policy_machine *machine,
				  const struct policy_page *page, unsigned processor, bool write)
{
	unsigned node = machine->node_of[processor];

	(void)global, (void)write;
	if (!tree_is_remote(page, node) || !tree_is_shared(params, machine, page, processor))
		return (struct policy_decision){POLICY_LEAVE, node};
	return tree_replicate(params, machine, page, node);
}

const struct policy policy_replicate_only = {
	.version = POLICY_VERSION,
	.size = sizeof(struct policy),
	.name = "replicate_only",
	.help = "replicates hot pages that are shared and only read, leaves all others",
	.source = "Verghese et al., ASPLOS'96",
	.params = rows,
	.params_bytes = sizeof(struct tree),
	.trigger = tree_trigger,
	.interval_ns = tree_interval_ns,
	.place = tree_place,
	.hot = hot,
};
