/* SPDX-License-Identifier: MIT */
/*
 * A board: processors, RAM, devices, and a guest in them. The commands run and capture see boards
 * only through this header; a kind of board is one descriptor in the table of boards.c.
 *
 * A board prints nothing but what its guest writes on its console, reads no clock, and does the
 * same on every host: the same guest with the same arguments and files executes the same
 * instructions.
 */
#ifndef SIM_BOARD_BOARD_H
#define SIM_BOARD_BOARD_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/error.h"
#include "sim/base/hash.h"
#include "sim/mips/cpu.h"

#define BOARD_MAX_PROCESSORS 64
#define BOARD_MAX_DISKS	     8
#define BOARD_MAX_RAM	     (512u << 20) /* what KSEG0 can reach */

/* A disk: an image file. Shared is read-only, with what the guest writes in a copy-on-write overlay
 * of this machine: in memory, gone at the end, or kept in `overlay`. Private is written in place.
 */
struct board_disk {
	const char *image;
	const char *overlay; /* file, or NULL; shared ones only */
	bool private;
};

/* What a machine is built from. A kind of board refuses what it does not have. Strings are not
 * owned; board_new makes copies, which a kind may keep. */
struct board_config {
	const char *guest;	  /* the ELF file */
	char *const *argv;	  /* the guest's arguments after its own name */
	int argc;		  /* their number */
	unsigned processors;	  /* 1..BOARD_MAX_PROCESSORS */
	unsigned tlb_entries;	  /* 16..64 */
	uint32_t ram_bytes;	  /* multiple of 4096, up to BOARD_MAX_RAM */
	const char *root;	  /* folder of the guest's files, or NULL for none */
	int input, output, error; /* descriptors of the guest's 0, 1, 2; not owned */
	bool region_only;	  /* signals outside the region of interest are not recorded */
	enum cpu_model model;
	const char *initrd; /* file, or NULL */
	struct board_disk disk[BOARD_MAX_DISKS];
	unsigned disks;
	const char *network; /* NULL: no network device; "user": see virtio_net.h */
	bool pause_at_call;  /* at the guest's next MCALL_SNAPSHOT */
	uint64_t pause_at;   /* once so many instructions have been executed; 0: never */
	/* A snapshot's state comes next (board_open): `guest` and `initrd` are names only, nothing
	 * is loaded. */
	bool restored;
};

/* Who records. `region` is called for all processors at once: with true just before the
 * REGION_BEGIN records, with false just after the REGION_END records. May be NULL. */
struct board_watch {
	void *owner;
	void (*region)(void *owner, bool begins);
};

/* Paused: at the moment that its configuration asked for, between two turns of its processors. It
 * may be saved; board_run goes on. */
enum board_state { BOARD_RUNNING, BOARD_PAUSED, BOARD_EXITED, BOARD_FAILED };

struct board_kind;
struct snapshot;

/* The part that all kinds have; read only for the drivers. */
struct board {
	const struct board_kind *kind;
	struct cpus *cpus;
	unsigned processors;
	enum board_state state;
	int exit_status;	/* the guest's, 0..255, when it has exited */
	unsigned regions;	/* regions of interest begun */
	const char *guest_name; /* last part of the guest's path, or as restored */
	char guest_hash[HASH_TEXT_SIZE];
	const char *disks; /* what its disks are, a line each (see disk.h); NULL: none */
	const struct board_config *config; /* its own copy */
	bool pause_called;		   /* the guest makes an MCALL_SNAPSHOT in this turn */
	uint64_t pause_at;		   /* instructions, until they have been reached */
};

struct board_kind {
	const char *name, *help;
	uint32_t ram_bytes; /* when the user does not say */
	struct board *(*create)(const struct board_config *, struct error *);
	void (*destroy)(struct board *);
	void (*watch)(struct board *, const struct board_watch *);
	int (*run)(struct board *, uint64_t insns, struct error *);
	/* Walks all that decides what happens next, RAM and processors included. */
	void (*snapshot)(struct board *, struct snapshot *);
};

extern const struct board_kind *const board_kinds[]; /* NULL-terminated */

/* The kind of that name, or NULL with the known ones listed. */
const struct board_kind *board_kind_find(const char *name, struct error *err);

/* Builds the machine and loads the guest. Returns NULL with the error set. */
struct board *board_new(const struct board_kind *, const struct board_config *, struct error *);
void board_free(struct board *);

/* Sets who records; not owned. Before the first board_run. */
void board_set_watch(struct board *, const struct board_watch *);

/* Goes on for about `insns` instructions, over all processors together. Returns 0 while the guest
 * runs or when it has exited (see state), -1 when it did something that it may not do. */
int board_run(struct board *, uint64_t insns, struct error *);

/* For kinds: every processor has had its turn, the machine is at rest. Pauses it when its moment
 * has come. A guest's MCALL_SNAPSHOT ends its turn, whether anyone wants to pause or not, so that
 * the turns are always the same. */
void board_round_over(struct board *);

/* Saves a machine that is between two turns, after which it may go on. Returns 0 or -1. */
int board_save(struct board *, const char *path, struct error *);
/* Builds a machine from a file that board_save wrote. Of the configuration, what a snapshot does
 * not hold counts: root, descriptors, region_only, pauses, and where the disk images lie when there
 * are any; the same as saved when there are none. Returns NULL with the error set. */
struct board *board_open(const char *path, const struct board_config *, struct error *);

/* Over all processors. */
uint64_t board_instructions(const struct board *);

#endif
