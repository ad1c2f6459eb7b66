/* SPDX-License-Identifier: MIT */
/* discosim policies: the page placement policies with their parameters. */
#include <stdio.h>

#include "policies/policy.h"
#include "sim/command.h"

static int run(int argc, char **argv, struct error *err)
{
	static const struct argp argp = {
		.parser = command_takes_nothing,
		.doc = "Lists the page placement policies and their parameters: key, default, "
		       "unit, range, meaning [source].",
	};

	if (command_parse(&argp, argc, argv, err, err))
		return command_failed(err);
	for (size_t i = 0; policies[i]; i++) {
		printf("%-14s %s [%s]\n", policies[i]->name, policies[i]->help,
		       policies[i]->source);
		if (policies[i]->params)
			params_print(policies[i]->params, stdout);
	}
	return 0;
}

const struct command command_policies = {
	.name = "policies",
	.run = run,
	.help = "list the page placement policies and their parameters",
};
