/* SPDX-License-Identifier: MIT */
/*
 * First touch: a page lies on the node of the processor that references it first, and stays there.
 * A baseline of Verghese, Devine, Gupta, Rosenblum, ASPLOS'96.
 */
#include "policies/policy.h"

static unsigned place(const void *params, void *global, const struct policy_machine *machine,
		      const struct policy_page *page, unsigned processor)
{
	(void)params, (void)global, (void)page;
	return machine->node_of[processor];
}

const struct policy policy_first_touch = {
	.version = POLICY_VERSION,
	.size = sizeof(struct policy),
	.name = "first_touch",
	.help = "on the node of the first processor that uses the page; never moved",
	.source = "Verghese et al., ASPLOS'96",
	.place = place,
};
