/* SPDX-License-Identifier: MIT */
/*
 * Disco's dynamic placement, migrate and replicate: the whole decision tree of decision_tree.h,
 * which SOSP'97 section 4.2.3 follows in outline.
 */
#include "policies/decision_tree.h"

static const struct param rows[] = {
	TREE_TRIGGER,  TREE_SHARING, TREE_WRITE,    TREE_MIGRATE,
	TREE_INTERVAL, TREE_RESERVE, {.key = NULL},
};

static struct policy_decision hot(const void *params, void *global,
				  const struct policy_machine *machine,
				  const struct policy_page *page, unsigned processor, bool write)
{
	unsigned node = machine->node_of[processor];

	(void)global, (void)write;
	if (!tree_is_remote(page, node))
		return (struct policy_decision){POLICY_LEAVE, node};
	if (tree_is_shared(params, machine, page, processor))
		return tree_replicate(params, machine, page, node);
	return tree_migrate(params, page, node);
}

const struct policy policy_disco = {
	.version = POLICY_VERSION,
	.size = sizeof(struct policy),
	.name = "disco",
	.help = "migrates pages of one user, replicates read-shared ones, leaves write-shared ones",
	.source = "Verghese et al., ASPLOS'96; SOSP'97 4.2.3",
	.params = rows,
	.params_bytes = sizeof(struct tree),
	.trigger = tree_trigger,
	.interval_ns = tree_interval_ns,
	.place = tree_place,
	.hot = hot,
};
