/* SPDX-License-Identifier: MIT */
/* The bare board's own state, shared by its files: bare.c (processors, mailbox, exceptions) and
 * uhi.c (host requests). */
#ifndef SIM_BOARD_BARE_H
#define SIM_BOARD_BARE_H

#include "sim/board/board.h"
#include "sim/board/calls.h"
#include "sim/board/confine.h"

#define UHI_FILES 64 /* that a guest may have open at a time, its console included */

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
};

struct bare {
	struct board board; /* first: the rest of the program sees only this */
	struct bus bus;
	struct processor processor[BOARD_MAX_PROCESSORS];
	unsigned started;
	unsigned idle_rounds; /* idle times skipped since the last instruction */
	struct error trouble; /* set by a hook: the guest is stopped */

	struct calls calls;

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

/* Hook of struct bus. */
void bare_semihost(void *board, struct cpu *cpu);

/* What uhi.c adds to a snapshot: the console. A guest's open files cannot be saved. */
void uhi_snapshot(struct bare *, struct snapshot *);

/* Opens the console and the root folder, copies the arguments; closes and frees. */
int uhi_init(struct bare *, const struct board_config *, struct error *);
void uhi_release(struct bare *);

extern const struct board_kind board_bare;

#endif
