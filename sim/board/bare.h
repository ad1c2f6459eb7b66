/* SPDX-License-Identifier: MIT */
/*
 * The bare board's own state, shared by its files: bare.c (processors, mailbox, exceptions),
 * uhi.c (host requests) and calls.c (monitor calls).
 */
#ifndef SIM_BOARD_BARE_H
#define SIM_BOARD_BARE_H

#include "sim/board/board.h"
#include "sim/board/confine.h"
#include "sim/board/sync.h"

#define MAX_NESTED_WAITS 4
#define UHI_FILES	 64 /* that a guest may have open at a time, its console included */

enum uhi_file_kind { UHI_CLOSED, UHI_CONSOLE, UHI_FILE };

struct uhi_file {
	enum uhi_file_kind kind;
	int host; /* descriptor; of a console, where writes go */
};

struct processor {
	bool started;
	uint32_t entry, stack, argument; /* mailbox */
	/* An exception that found no handler: reported when the core has come to rest. */
	bool lost;
	unsigned lost_code;
	uint32_t lost_epc, lost_vector;
	/* Exceptions since the last completed instruction. */
	uint64_t storm_at;
	unsigned storm;
	/* What it is between SYNC_WAIT and SYNC_PASS of, the outermost first: an exception handler
	 * may wait for a lock while the program waits for something else. */
	unsigned waits;
	struct {
		uint32_t pa, sync_class;
	} wait[MAX_NESTED_WAITS];
};

struct bare {
	struct board board; /* first: the rest of the program sees only this */
	struct bus bus;
	struct processor processor[BOARD_MAX_PROCESSORS];
	unsigned started;
	unsigned idle_rounds; /* idle times skipped since the last instruction */
	struct error trouble; /* set by a hook: the guest is stopped */

	const struct board_watch *watch;
	bool region_only, in_region;
	struct sync_table sync;

	struct confine confine;
	struct uhi_file file[UHI_FILES];
	char input[4096]; /* console bytes read ahead */
	uint32_t input_from, input_to;
	int console_input, console_error;
	char **argv; /* owned; argv[0] is the guest's name */
	int argc;
};

/* Ends the guest with an error: "guest: processor N at 0x...: " and the text. */
void bare_fail(struct bare *, struct cpu *, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Hooks of struct bus. */
void bare_semihost(void *board, struct cpu *cpu);
void bare_monitor_call(void *board, struct cpu *cpu);

/* What these files add to a snapshot: the state of monitor calls; the console. A guest's open files
 * cannot be saved. */
void calls_snapshot(struct bare *, struct snapshot *);
void uhi_snapshot(struct bare *, struct snapshot *);

/* Opens the console and the root folder, copies the arguments; closes and frees. */
int uhi_init(struct bare *, const struct board_config *, struct error *);
void uhi_release(struct bare *);

extern const struct board_kind board_bare;

#endif
