/* SPDX-License-Identifier: MIT */
/* Monitor calls (sim/base/monitor_call.h): the part of a board that answers them. */
#ifndef SIM_BOARD_CALLS_H
#define SIM_BOARD_CALLS_H

#include "sim/board/board.h"
#include "sim/board/sync.h"

#define CALLS_NESTED_WAITS 4

struct calls {
	struct board *board;
	uint32_t ram_bytes;
	/* The guest made a call that it may not make: ends it with the text. */
	void (*fail)(struct board *, struct cpu *, const char *text);
	const struct board_watch *watch; /* or NULL */
	bool region_only, in_region;
	struct sync_table sync;
	/* What a processor is between SYNC_WAIT and SYNC_PASS of, the outermost first: an exception
	 * handler may wait for a lock while the program waits for something else. */
	struct call_waits {
		unsigned waits;
		struct {
			uint32_t pa, sync_class;
		} wait[CALLS_NESTED_WAITS];
	} processor[BOARD_MAX_PROCESSORS];
};

/* Makes the call that the processor has executed. */
void calls_make(struct calls *, struct cpu *);
void calls_snapshot(struct calls *, struct snapshot *);
void calls_release(struct calls *);

#endif
