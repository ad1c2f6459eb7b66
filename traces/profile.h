/* SPDX-License-Identifier: MIT */
/*
 * What a processor's instructions were for: user code, a service of the guest's kernel (those of
 * the paper's Table 2 by name: UTLB_MISS, QUICK_FAULT, DEMAND_ZERO; each system call), an
 * interrupt, kernel threads, the idle loop. A profile is fed a stream record by record; every
 * instruction, load and store is in exactly one row. It prints nothing. How a service is recognised
 * without a word from the kernel is in profile.c, profile_pages.c and profile_threads.c.
 */
#ifndef TRACES_PROFILE_H
#define TRACES_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/record.h"

/* What is counted for a service. */
#define PROFILE_COSTS(X)                                                         \
	X(instructions, "instructions executed")                                 \
	X(loads, "data loads")                                                   \
	X(stores, "data stores")                                                 \
	X(tlb_writes, "TLB entries written")                                     \
	X(privileged, "other privileged instructions, ERET included, CACHE not") \
	X(cache_ops, "CACHE instructions")                                       \
	X(cycles, "time, where a replay feeds the profile and calls profile_charge")
struct profile_cost {
#define X(name, help) uint64_t name;
	PROFILE_COSTS(X)
#undef X
};

/* The rows. Linux system calls come by number; PROFILE_CALL are numbers below 64 (other kernels'),
 * PROFILE_CALL_OTHER all that are neither. */
#define PROFILE_LINUX_CALLS 512
enum {
	PROFILE_USER,
	PROFILE_IDLE,	       /* the idle thread: its loop, and what it schedules */
	PROFILE_THREAD,	       /* kernel threads, booting, new processes up to their first return */
	PROFILE_UTLB_MISS,     /* refill exceptions from user mode */
	PROFILE_FAST_FAULT,    /* other TLB exceptions, handled without leaving exception level */
	PROFILE_QUICK_FAULT,   /* other TLB exceptions that provide no new page */
	PROFILE_DEMAND_ZERO,   /* those that zero a page and map it */
	PROFILE_COPY_ON_WRITE, /* those that copy a page and map the copy */
	PROFILE_PAGE_IN,       /* those that begin a request to a disk */
	PROFILE_KERNEL_FAULT,  /* refills in kernel mode, and other TLB exceptions there that are
				  fast */
	PROFILE_INTERRUPT,     /* and SOURCE_COUNT rows */
	PROFILE_EXCEPTION = PROFILE_INTERRUPT + SOURCE_COUNT, /* by ExcCode: 32 rows */
	PROFILE_CALL = PROFILE_EXCEPTION + 32,
	PROFILE_CALL_LINUX = PROFILE_CALL + 64, /* 4000 and up */
	PROFILE_CALL_OTHER = PROFILE_CALL_LINUX + PROFILE_LINUX_CALLS,
	PROFILE_ROWS,
};

struct profile_row {
	uint64_t calls;		    /* how often the service was begun */
	struct profile_cost own;    /* in exactly one row each */
	struct profile_cost nested; /* of exceptions but interrupts that it met in the kernel: these
				     * are own costs of other rows too */
	uint64_t kernel_faults;	    /* TLB exceptions among them */
	uint64_t requests;	    /* to disks and networks, begun in it */
};

#define PROFILE_PAGES 4 /* zeroed or copied in one service */

/* A service that has begun and not yet ended. */
struct profile_frame {
	unsigned row; /* of a fault: what it is if it provides no page */
	bool fault;   /* a TLB exception through the general vector */
	bool interrupt;
	bool left;   /* the handler has left exception level, as it does for all but the simplest */
	bool mapped; /* the page that was missing has been mapped: to mapped_to */
	uint32_t page; /* virtual, that was missing */
	uint32_t mapped_to;
	struct profile_row sum; /* its own and its nested costs */
	/* The page that it is filling in KSEG0, and the pages that it has filled. */
	uint32_t filling, next, loads;
	unsigned zeroed, copied;
	uint32_t zeroed_page[PROFILE_PAGES], copied_page[PROFILE_PAGES];
};

#define PROFILE_DEPTH 8

/* A thread of the guest's kernel, known by the place where its registers are saved. */
struct profile_thread {
	uint32_t key;	    /* VA of its saved registers; 0: not yet known */
	uint32_t resume_at; /* where it will go on when it is switched to; 0: not known */
	bool idle;
	unsigned depth;
	struct profile_frame frame[PROFILE_DEPTH];
};

struct profile_transfers {
	uint64_t parts, bytes, overlay_bytes;
};

struct profile {
	struct profile_row row[PROFILE_ROWS];
	/* What devices did: [DISK_IMAGE][write?], [send?], and by source. */
	struct profile_transfers disk[16][2], network[2];
	uint64_t requests[2], failed_requests; /* [write?] */
	uint64_t interrupts[SOURCE_COUNT], idles[SOURCE_COUNT], idle_cycles[SOURCE_COUNT];
	uint64_t idles_too_long; /* of at least 2^32 - 1 cycles, counted as that */
	uint64_t switches;	 /* of threads */

	/* Private from here. */
	struct profile_cost *now;    /* where costs go */
	struct profile_frame *fault; /* the service that is running, if it is a fault */
	uint32_t mode;		     /* arg of the last MODE */
	struct record before;	     /* whose OPERAND comes next */
	uint32_t raised;	     /* sources since the last interrupt taken, a bit each */
	enum source last_source;
	struct profile_frame pending; /* a fault that has ended; its row is settled by a MAP */
	bool is_pending;
	struct profile_thread *thread;	 /* running */
	struct profile_thread **threads; /* open addressing by key */
	unsigned thread_count;
	/* Runs, to recognise a switch. */
	uint32_t run_end, call_end;
	bool awaiting_target; /* has switched; the next jump says where the thread goes on */
	unsigned armed;	      /* records left in which the registers must be saved and restored */
	unsigned saves, restores;
	uint32_t save_at, restore_at, last_store;
};

void profile_init(struct profile *p);
/* The next record of the stream. Any will do; one that stream_check_next refuses has no meaning. */
void profile_next(struct profile *p, struct record r);
/* Adds time to what the processor is doing now. */
static inline void profile_charge(struct profile *p, uint64_t cycles)
{
	p->now->cycles += cycles;
}
/* After the last record: services that have not ended are put into their rows. */
void profile_end(struct profile *p);
void profile_release(struct profile *p);
/* Adds the rows and device counts of one profile that has ended to another's. */
void profile_add(struct profile *to, const struct profile *from);

/* The name of a row: "user", "UTLB_MISS", "open", "interrupt: disk", ... */
#define PROFILE_NAME_BYTES 40
const char *profile_row_name(unsigned row, char buffer[PROFILE_NAME_BYTES]);
/* Whether a row belongs to the system's time: all but user code and the idle loop. */
bool profile_row_is_system(unsigned row);

#endif
