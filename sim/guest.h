/* SPDX-License-Identifier: MIT */
/* What the commands run and capture share: the options that describe a machine and its guest, and
 * the loop that executes it. */
#ifndef SIM_GUEST_H
#define SIM_GUEST_H

#include "sim/board/board.h"
#include "sim/command.h"

struct guest_options {
	struct error *err; /* set by the command before parsing */
	uint64_t processors, ram_bytes, tlb_entries, max_insns;
	const char *board, *root;
	bool stats, quiet;
	const char *guest; /* NULL until found */
	char **argv;	   /* the guest's arguments: the rest of the command line */
	int argc;
};

#define GUEST_ARGS_DOC "GUEST [ARG...]"

/* Parses into a struct guest_options (its input): as a command's own argp, or as a child. */
extern const struct argp guest_argp;

/* The defaults. */
void guest_options_init(struct guest_options *o, struct error *err);

/* Builds the machine on the process's own standard streams. Returns NULL with the error set. */
struct board *guest_board(const struct guest_options *o, bool region_only, struct error *err);

/*
 * Executes until the guest exits. `check`, when not NULL, is asked now and then whether its owner
 * is still well (0) or has failed (-1, error set). Returns 0 when the guest has exited, or -1:
 * stopped by the user, by --max-insns, by the check or by what the guest did.
 */
int guest_execute(const struct guest_options *o, struct board *board, const char *what,
		  int (*check)(void *owner, struct error *err), void *owner, struct error *err);

#endif
