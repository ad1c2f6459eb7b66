/* SPDX-License-Identifier: MIT */
/*
 * Round-robin interleaving: guest-physical page n lies on node n mod N, whoever uses it. The
 * baseline of Disco's scalability runs, because IRIX 5.3 makes a hot spot of the node that holds
 * its kernel data (Bugnion, Devine, Rosenblum, SOSP'97, section 5.4).
 */
#include "policies/policy.h"

static unsigned place(const void *params, void *global, const struct policy_machine *machine,
		      const struct policy_page *page, unsigned processor)
{
	(void)params, (void)global, (void)processor;
	return page->number % machine->nodes;
}

const struct policy policy_round_robin = {
	.version = POLICY_VERSION,
	.size = sizeof(struct policy),
	.name = "round_robin",
	.help = "page n on node n modulo the number of nodes; never moved",
	.source = "SOSP'97 5.4",
	.place = place,
};
