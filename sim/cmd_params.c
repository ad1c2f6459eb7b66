/* SPDX-License-Identifier: MIT */
/* discosim params: the machine's parameters. */
#include <stdio.h>

#include "sim/command.h"
#include "sim/replay/replay.h"

static int run(int argc, char **argv, struct error *err)
{
	static const struct argp argp = {
		.parser = command_takes_nothing,
		.doc = "Lists the parameters of the modelled machine, for --set key=value, machine "
		       "files and sweeps: key, default, unit, range, meaning [source]. "
		       "Counts may end in K, M or G (1024-based)."};

	if (command_parse(&argp, argc, argv, err, err))
		return command_failed(err);
	params_print(machine_rows, stdout);
	return 0;
}

const struct command command_params = {
	.name = "params",
	.run = run,
	.help = "list the parameters of the modelled machine",
};
