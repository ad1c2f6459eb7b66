/* SPDX-License-Identifier: MIT */
#include "sim/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int command_failed(const struct error *err)
{
	return err->usage ? 2 : 1;
}

/* Around the command's own argp: --help, and where a parse stopped. */
struct outer {
	const struct argp *argp;
	const char *name;
	void *input;
	int stopped; /* index in argv after the word that was not understood; 0: none */
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct outer *outer = state->input;
	char name[64];

	(void)arg;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = outer->input;
		return 0;
	case '?':
		snprintf(name, sizeof(name), "discosim %s", outer->name);
		argp_help(outer->argp, stdout, ARGP_HELP_STD_HELP & ~(unsigned)ARGP_HELP_EXIT_OK,
			  name);
		fflush(stdout);
		exit(0);
	case ARGP_KEY_ERROR:
		outer->stopped = state->next;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/*
 * argp prints its own complaints on a stream of our choosing only through getopt's variable, so
 * the parse runs silently and we say in one line what it stopped at. --help counts only where an
 * option may stand: what follows a guest is the guest's.
 */
int command_parse(const struct argp *argp, int argc, char **argv, void *input, struct error *err)
{
	static const struct argp_option options[] = {{"help", '?', NULL, 0, NULL, 0}, {0}};
	const struct argp_child children[] = {{argp, 0, NULL, 0}, {0}};
	const struct argp outer_argp = {.options = options, .parser = parse, .children = children};
	struct outer outer = {argp, argv[0], input, 0};
	error_t e = argp_parse(&outer_argp, argc, argv, ARGP_SILENT | ARGP_IN_ORDER, NULL, &outer);

	if (e && !err->text[0])
		error_usage(err,
			    "%s: unknown option or missing value at '%s'; see 'discosim %s --help'",
			    outer.name,
			    outer.stopped > 0 && outer.stopped <= argc ? argv[outer.stopped - 1]
								       : "",
			    outer.name);
	else if (e)
		err->usage = 1;
	return e ? -1 : 0;
}

error_t command_takes_nothing(int key, char *arg, struct argp_state *state)
{
	if (key != ARGP_KEY_ARG)
		return ARGP_ERR_UNKNOWN;
	error_usage(state->input, "%s: '%s' is one operand too many", state->argv[0], arg);
	return EINVAL;
}
