/* SPDX-License-Identifier: MIT */
/*
 * The commands of discosim, one file each (sim/cmd_*.c). A command
 * parses its own arguments with argp, and returns the process's exit status; on a failure it fills
 * the error and returns 1 (or 2 when err->usage is set), and main prints the one line.
 */
#ifndef SIM_COMMAND_H
#define SIM_COMMAND_H

#include <argp.h>
#include <stdbool.h>

#include "sim/base/error.h"
#include "sim/base/version.h"

struct command {
	const char *name;
	int (*run)(int argc, char **argv, struct error *err);
	const char *help; /* one line */
};

/* argp_parse for a command: --help prints and exits 0; a wrong option or operand becomes a usage
 * error in err (nothing is printed or exited). Returns 0 or -1. */
int command_parse(const struct argp *argp, int argc, char **argv, void *input, struct error *err);

/* The parser of a command that takes no options and no operands; its input is the struct error. */
error_t command_takes_nothing(int key, char *arg, struct argp_state *state);

/* 1, or 2 when the error is one of usage. */
int command_failed(const struct error *err);

/* All commands, by name; NULL-terminated. Written by make from the files sim/cmd_*.c, each of which
 * defines `const struct command command_<name>`. */
extern const struct command *const commands[];

#endif
