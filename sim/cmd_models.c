/* SPDX-License-Identifier: MIT */
/* discosim models: the systems that a trace can be replayed under, and what is counted. */
#include <stdio.h>

#include "sim/command.h"
#include "sim/replay/replay.h"

static void print_rows(const char *title, const struct counter_row *rows)
{
	printf("\n%s\n", title);
	for (; rows->name; rows++)
		printf("  %-26s %-7s %s\n", rows->name, rows->unit, rows->help);
}

static int run(int argc, char **argv, struct error *err)
{
	static const struct argp argp = {
		.parser = command_takes_nothing,
		.doc = "Lists the systems that a trace can be replayed under, and the "
		       "counters of a result with their units.",
	};

	if (command_parse(&argp, argc, argv, err, err))
		return command_failed(err);
	printf("systems\n");
	for (size_t i = 0; replay_systems[i].name; i++)
		printf("  %-26s %s\n", replay_systems[i].name, replay_systems[i].help);
	print_rows("counters of the machine", replay_machine_rows);
	print_rows("counters of each processor (the times add up to time_cycles)",
		   replay_processor_rows);
	print_rows("counters of each node", replay_node_rows);
	return 0;
}

const struct command command_models = {
	.name = "models",
	.run = run,
	.help = "list systems and counters",
};
