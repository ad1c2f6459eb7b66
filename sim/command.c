/* SPDX-License-Identifier: MIT */
#include "sim/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int command_failed(const struct error *err)
{
	return err->usage ? 2 : 1;
}

/*
 * argp prints its own complaints on a stream of our choosing only through getopt's variable, so
 * the parse runs silently and we say in one line what getopt stopped at.
 */
int command_parse(const struct argp *argp, int argc, char **argv, void *input, struct error *err)
{
	char name[64];
	char *saved = argv[0];
	int index = 0, rc;
	error_t e;

	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++) {
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-?")) {
			snprintf(name, sizeof(name), "discosim %s", argv[0]);
			argp_help(argp, stdout, ARGP_HELP_STD_HELP & ~(unsigned)ARGP_HELP_EXIT_OK,
				  name);
			fflush(stdout);
			exit(0);
		}
	}
	e = argp_parse(argp, argc, argv, ARGP_SILENT | ARGP_IN_ORDER, &index, input);
	argv[0] = saved;
	rc = e ? -1 : 0;
	if (e && !err->text[0])
		error_usage(err,
			    "%s: unknown option or missing value at '%s'; see 'discosim %s --help'",
			    argv[0], index > 0 && index <= argc ? argv[index - 1] : "", argv[0]);
	else if (e)
		err->usage = 1;
	return rc;
}
