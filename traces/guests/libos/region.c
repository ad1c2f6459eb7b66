/* SPDX-License-Identifier: MIT */
/*
 * The region of interest. What a recording from its begin to its end mark contains:
 *
 * begin	Processor 0 makes the mark when all others have arrived: they are about to wait for
 *		the event `go`, or do, and nobody holds a lock. Recorded: processor 0 signals and
 *		sets `go`; each other processor passes it (a WAIT before the mark is not recorded;
 *		what is left of its spinning is a few instructions).
 * roll call	Each processor loads one word of each page it was the first to touch before the
 *		region, through KSEG0 and in order of page number, so that a placement by first
 *		touch sees who initialised the data. Then a barrier of all, and phase 1.
 * end		The others signal `arrived` and wait for `go`: their streams end in that waiting.
 *		Processor 0 waits for `arrived`, passes it, and makes the mark.
 *
 * All objects are used for the first time inside what is recorded, but for `arrived` of the begin.
 */
#include "traces/guests/libos/libos.h"
#include "traces/guests/libos/program.h"
#include "traces/guests/libos/syscall.h"

struct gathering {
	volatile uint32_t arrived OWN_LINE;
	volatile uint32_t go OWN_LINE;
};

static struct gathering begin, end;
static struct barrier roll_call;

static void gather(struct gathering *at, unsigned threads, uint32_t mark)
{
	if (thread_self()) {
		monitor_sync(MCALL_SYNC_SIGNAL, &at->arrived, MCALL_EVENT, 0);
		atomic_add(&at->arrived, 1);
		event_wait(&at->go, 1);
	} else {
		event_wait(&at->arrived, threads - 1);
		monitor_call(mark, 0, 0);
		event_set(&at->go);
	}
}

void region_begin(unsigned threads)
{
	if (thread_self() == 0)
		barrier_init(&roll_call, threads);
	gather(&begin, threads, MCALL_REGION_BEGIN);
	system_call(SYS_ROLL_CALL, 0, 0, 0);
	barrier_wait(&roll_call);
	phase_mark(1);
}

void region_end(unsigned threads)
{
	gather(&end, threads, MCALL_REGION_END);
}
