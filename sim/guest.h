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
	uint64_t model; /* enum cpu_model */
	const char *board, *root, *initrd;
	bool stats, quiet;
	unsigned given;	      /* GIVEN_*: what may not contradict a snapshot */
	const char *from;     /* snapshot to start from, instead of a guest */
	const char *snapshot; /* where to save the machine, or NULL */
	uint64_t snapshot_at; /* after so many instructions; 0: when the guest says so */
	struct board_disk disk[BOARD_MAX_DISKS];
	unsigned disks;
	const char *network; /* NULL: none */
	const char *guest;   /* NULL until found */
	char **argv;	     /* the guest's arguments: the rest of the command line */
	int argc;
};

enum { GIVEN_BOARD = 1, GIVEN_PROCESSORS = 2, GIVEN_RAM = 4, GIVEN_TLB = 8, GIVEN_MODEL = 16 };

#define GUEST_ARGS_DOC "GUEST [ARG...]\n--from SNAPSHOT"

/* For --help: what a user at a terminal has to know. */
#define GUEST_CONSOLE_DOC                                                                   \
	"A terminal's keys go to the malta's console as they are typed; Ctrl-A x switches " \
	"the machine off."

/* Parses into a struct guest_options (its input): as a command's own argp, or as a child. */
extern const struct argp guest_argp;

/* The defaults. */
void guest_options_init(struct guest_options *o, struct error *err);

/* Builds the machine, or takes it from its snapshot, on the process's own standard streams. Returns
 * NULL with the error set. */
struct board *guest_board(const struct guest_options *o, bool region_only, struct error *err);

/*
 * Executes until the guest exits or its snapshot is to be taken. `check`, when not NULL, is asked
 * now and then whether its owner is still well (0) or has failed (-1, error set). Returns 0 when
 * that is so, or -1: stopped by the user, by --max-insns, by the check or by what the guest did.
 */
int guest_execute(const struct guest_options *o, struct board *board, const char *what,
		  int (*check)(void *owner, struct error *err), void *owner, struct error *err);

#endif
