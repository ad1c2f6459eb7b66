/* SPDX-License-Identifier: MIT */
/*
 * discosim: a trace-driven, analytical simulator of the memory system of Disco (Bugnion, Devine,
 * Rosenblum, SOSP'97). This file finds the command, runs it, and is the only one that prints an
 * error and exits: 0 success, 1 a run that failed, 2 wrong usage.
 */
#include "sim/command.h"

#include <stdio.h>
#include <string.h>

#include "sim/base/progress.h"

static void usage(FILE *out)
{
	fprintf(out, "usage: discosim COMMAND [OPTION...]\n\n"
		     "A trace-driven simulator of the memory system of the Disco virtual machine "
		     "monitor.\n\nCommands (each has --help):\n");
	for (size_t i = 0; commands[i]; i++)
		fprintf(out, "  %-10s %s\n", commands[i]->name, commands[i]->help);
	fprintf(out, "\n  --help     this text\n  --version  the version\n");
}

static int unknown_command(const char *name, struct error *err)
{
	const char *names[64], *near;
	size_t n = 0;

	for (; commands[n] && n < 64; n++)
		names[n] = commands[n]->name;
	near = nearest_word(name, names, n);
	if (near)
		return error_usage(err, "unknown command '%s'; did you mean '%s'?", name, near);
	return error_usage(err, "unknown command '%s'; 'discosim --help' lists them", name);
}

int main(int argc, char **argv)
{
	struct error err = {.text = ""};
	int status = 2;

	if (argc < 2) {
		usage(stderr);
		return 2;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		usage(stdout);
		return 0;
	}
	if (!strcmp(argv[1], "--version")) {
		printf("discosim %s\n", DISCOSIM_VERSION);
		return 0;
	}
	interrupt_install();
	for (size_t i = 0; commands[i]; i++)
		if (!strcmp(argv[1], commands[i]->name)) {
			status = commands[i]->run(argc - 1, argv + 1, &err);
			goto done;
		}
	unknown_command(argv[1], &err);
done:
	if (err.text[0])
		fprintf(stderr, "discosim: %s\n", err.text);
	if (status == 0 && (fflush(stdout) || ferror(stdout))) {
		fprintf(stderr, "discosim: cannot write to standard output\n");
		status = 1;
	}
	return status;
}
