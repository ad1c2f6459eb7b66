/* SPDX-License-Identifier: MIT */
/*
 * Migration only, one of the baselines of Verghese et al.: the left half of the tree of
 * decision_tree.h. A hot page that no other processor uses moves to the processor's node; shared
 * pages stay.
 */
#include "policies/decision_tree.h"

static const struct param rows[] = {
	TREE_TRIGGER, TREE_SHARING, TREE_MIGRATE, TREE_INTERVAL, {.key = NULL},
};

static struct policy_decision hot(const void *params, void *global,
				  const struct policy_machine *machine,
				  const struct policy_page *page, unsigned processor, bool write)
{
	unsigned node = machine->node_of[processor];

	(void)global, (void)write;
	if (!tree_is_remote(page, node) || tree_is_shared(params, machine, page, processor))
		return (struct policy_decision){POLICY_LEAVE, node};
	return tree_migrate(params, page, node);
}

const struct policy policy_migrate_only = {
	.version = POLICY_VERSION,
	.size = sizeof(struct policy),
	.name = "migrate_only",
	.help = "migrates hot pages of one user, leaves shared ones",
	.source = "Verghese et al., ASPLOS'96",
	.params = rows,
	.params_bytes = sizeof(struct tree),
	.trigger = tree_trigger,
	.interval_ns = tree_interval_ns,
	.place = tree_place,
	.hot = hot,
};
