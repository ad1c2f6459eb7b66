/* SPDX-License-Identifier: MIT */
/*
 * The state of one replay, shared by the files of this folder:
 *
 *	stream.c     a processor's records, one after the other; spans that are left out
 *	translate.c  address -> machine page: TLB, L2TLB, handlers, placement of new pages
 *	access.c     caches, directory, memories and their queues
 *	placement.c  the policy: hot pages, moves, replicas
 *	objects.c       locks, barriers and events in the traced order
 *	replay.c     set-up, whose turn it is, results
 *
 * A step that others can see is done only by the earliest processor of all: the function asks
 * turn_at(), which when it is not yet its turn notes when it will be; the function then returns
 * BLOCKED without having changed anything, and the whole record is tried again later.
 */
#ifndef SIM_REPLAY_MACHINE_H
#define SIM_REPLAY_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "models/cache.h"
#include "models/directory.h"
#include "models/l2tlb.h"
#include "models/memory.h"
#include "models/pages.h"
#include "models/tlb.h"
#include "sim/replay/counters.h"
#include "sim/replay/order.h"
#include "sim/replay/page_map.h"
#include "sim/replay/params.h"
#include "sim/replay/replay.h"

enum step { DONE, BLOCKED, FAILED };

enum system_kind { SYSTEM_NATIVE, SYSTEM_UMA, SYSTEM_DISCO };

/* Recent translations of a processor, direct-mapped by virtual page; an entry is there only while
 * the modelled TLB holds the page and the page lies where it says. */
#define SHORTCUTS     512
#define SHORTCUT_NONE UINT32_MAX
struct shortcut {
	uint32_t read_tag;  /* ASID << 20 | virtual page */
	uint32_t write_tag; /* the same where a write needs nothing first */
	uint32_t machine_page, page;
};

#define SPAN_DEPTH     8
#define NO_FETCH_LINE  UINT32_MAX
#define MAX_TRACED_TLB 256
#define PAGE_MAPPED    1 /* used through a mapped address: can be moved by any system */
#define PAGE_WAS_HOT   2

/* Where the time of a guest's mode goes. */
struct mode_times {
	uint64_t *run, *cache, *local, *remote;
};

struct processor {
	uint64_t time;	  /* cycles */
	uint64_t horizon; /* may run on cache hits up to here */
	const struct record *next, *end;
	uint32_t run_addr, run_length, run_done;
	uint32_t fetch_line;  /* virtual line that the last instruction came from */
	struct mode_times at; /* of the mode that it is in */
	uint32_t asid_tag;    /* ASID << 20 */
	bool ref_missed;      /* the reference at hand missed in the first level */
	bool last_missed;     /* so did the one before, which it may continue */
	bool code_missed;     /* the fetch at hand missed */
	bool kernel, exl;
	uint8_t node, number, machine, stream;
	uint32_t l2tlb_page; /* first page of its L2TLB, in the monitor's memory on its node */
	uint32_t page_base;  /* of its virtual machine's guest-physical pages */
	uint32_t page_count;
	struct shortcut shortcut[SHORTCUTS], uncached;
	struct cache l1i, l1d, l2;
	struct tlb tlb;
	struct l2tlb l2tlb;
	struct page_map map;
	struct processor_counters count;

	/* The TLB as the traced processor had it, where the modelled one differs. */
	struct tlb_entry traced[MAX_TRACED_TLB];
	unsigned traced_entries;
	uint32_t slot_vpn2[TLB_MAX_ENTRIES]; /* what each modelled entry translates, to forget it */
	bool same_tlb;			     /* the modelled TLB is the traced one */
	bool imported;
	uint32_t invalidated, invalidated_index; /* invalid TLB writes in a row, up to this index */

	/* Left out, up to their ends: spinning, a handler, a zeroing. */
	bool skipping;
	unsigned span_depth, handler_depth;
	uint64_t span[SPAN_DEPTH];
	bool zeroing;
	uint32_t zero_page;
	bool passing; /* a SYNC_PASS got its turn; its reference remains */

	struct record held; /* waits for its OPERAND */
	bool holding;

	bool hot,
		hot_write; /* a page of ours became hot: the policy is asked when its turn comes */
	uint32_t hot_page;

	uint64_t wait_object, wait_count; /* blocked in objects.c until the count is reached */
	bool waiting, finished;

	bool idle, woken; /* between IDLE_BEGIN and IDLE_END; a request of it has been waited for */
	uint64_t idle_from;
	struct request *request; /* whose parts follow, or NULL */
	uint32_t part;		 /* arg of the DISK or NETWORK record whose operand is to come */

	struct trace_cursor cursor;
	const struct record *chunk;
	uint64_t chunk_first; /* number of the chunk's first record */
};

/* A request to a device, from its IO_BEGIN to its IO_END. */
struct request {
	uint64_t done; /* when the device will be */
	uint32_t number;
	bool open, positioned; /* positioned: its first part has been seen */
	bool arrives;	       /* a frame from outside: nobody has waited for it */
};

/* What the processors of one virtual machine share: its devices. */
#define MOST_REQUESTS 1024 /* open at once; a power of two */
#define DISK_IMAGES   16
struct virtual_machine {
	struct request request[MOST_REQUESTS]; /* by number modulo */
	uint64_t disk_free[DISK_IMAGES], network_free;
	uint64_t disk_next[DISK_IMAGES]; /* sector after the last one transferred */
};

struct sync_object {
	uint64_t key; /* address + 1; 0: empty */
	uint64_t count;
	uint64_t waiters; /* bit per processor */
};

struct machine {
	const struct replay_config *config;
	const struct machine_params *params;
	enum system_kind system;
	unsigned processors, nodes;
	struct processor *processor;
	struct virtual_machine *virtual_machine; /* [config->trace_count] */
	uint8_t node_of[64];
	uint64_t l2_hit, local, remote, dirty, service, trip; /* cycles */
	unsigned l2_shift, page_lines;
	bool counting; /* misses per page, for a policy that acts */

	struct order order;
	unsigned current;   /* whose turn it is */
	uint64_t runner_up; /* smallest key of the others */
	uint64_t quantum;

	struct directory directory;
	struct memory_queue queue[MAX_NODES];
	struct pages pages;
	uint32_t guest_pages; /* of `pages`; those after them are the monitor's */
	uint8_t *page_flags;  /* [guest_pages] PAGE_* */
	uint32_t reclaim_at;  /* page to look at first when replicas have to be given back */

	struct sync_object *sync; /* open addressing */
	uint32_t sync_slots, sync_used;

	void *policy_global;
	uint64_t trigger, interval, next_interval; /* misses, cycles, cycles */
	uint32_t distance_ns[MAX_NODES * MAX_NODES];

	struct machine_counters count;
	uint64_t reported; /* when progress was, cycles */
	struct error *err;
};

/* Whether p may do at `when` what others can see. If not, it is noted when it may. */
static inline bool turn_at(struct machine *m, struct processor *p, uint64_t when)
{
	uint64_t key = order_key(when, p->number);

	if (key <= m->runner_up)
		return true;
	order_set(&m->order, p->number, key);
	return false;
}

static inline void charge(struct processor *p, uint64_t *category, uint64_t cycles)
{
	p->time += cycles;
	*category += cycles;
}

/* An error of the trace or of the machine, at p's record. Returns FAILED. */
enum step stream_error(struct machine *, struct processor *, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Sets where time is charged. */
void stream_set_mode(struct processor *, bool kernel);
/* stream.c: runs p until it has to wait for its turn, for a lock, or ends. */
enum step stream_run(struct machine *, struct processor *);

/* translate.c */
void translate_init(struct machine *, struct processor *, const struct trace_info *);
/* Finds where `va` lies. DONE: *found is a shortcut that holds until the next translation. With
 * `*uncached`, the reference goes past the caches (found->page UINT32_MAX: not memory). */
enum step translate_virtual(struct machine *, struct processor *, uint32_t va, bool write,
			    const struct shortcut **found, bool *uncached);
/* The same for a guest-physical address of p's machine, without a TLB. */
enum step translate_physical(struct machine *, struct processor *, uint32_t pa, bool write,
			     struct shortcut *found);
/* An EXC_REFILL exception: says whether its handler in the trace is executed or skipped. */
enum step translate_refill(struct machine *, struct processor *, uint32_t va, bool *execute);
enum step translate_tlb_write(struct machine *, struct processor *, struct record, bool execute);
void translate_forget_all(struct processor *);
/* Drops a guest page's translations on p (keep: only those that allow writing are changed to
 * read-only, and stay in the TLB). Returns whether the TLB had one. */
bool translate_shootdown(struct processor *, uint32_t page, bool keep);

/* A MAP record: a page's translation is new or has changed. */
void translate_map(struct machine *, struct processor *, struct record);

/* devices.c: requests, interrupts and idle time; each kind of record that these are about. */
enum step devices_record(struct machine *, struct processor *, struct record);
/* The second word of DISK, NETWORK and IDLE_END. */
enum step devices_operand(struct machine *, struct processor *, struct record, uint32_t operand);
/* A reference to a device's register. */
void devices_access(struct machine *, struct processor *);

/* access.c: one reference to machine memory. Charges stalls. */
enum step access_data(struct machine *, struct processor *, const struct shortcut *,
		      uint32_t offset, bool write);
enum step access_code(struct machine *, struct processor *, const struct shortcut *,
		      uint32_t offset);
enum step access_uncached(struct machine *, struct processor *, const struct shortcut *);
/* All caches forget a machine page's lines. */
void access_purge(struct machine *, uint32_t machine_page);

/* Modified lines of a page are written back, as p's reading the page for a copy does. */
void access_clean(struct machine *, struct processor *p, uint32_t machine_page);
/* The copy of a page keeps both memories busy. */
void access_copy(struct machine *, unsigned from, unsigned to, uint64_t when);

/* So does a device that transfers `bytes` bytes of a page. */
void access_device(struct machine *, unsigned home, uint32_t bytes, uint64_t when);

/* placement.c */
int placement_init(struct machine *);
void placement_release(struct machine *);
/* Gives a page its first place, for p. Returns DONE or FAILED (memory full). */
enum step placement_place(struct machine *, struct processor *, uint32_t page);
/* A second-level miss (or upgrade) of p on a page. */
void placement_miss(struct machine *, struct processor *, uint32_t page, bool write, bool upgrade);
/* Asks the policy about p->hot_page and does what it says. */
void placement_hot(struct machine *, struct processor *);
/* p writes to a page that has replicas: after this it has none. */
void placement_replica_write(struct machine *, struct processor *, uint32_t page);
/* Called with the time of the earliest processor. */
void placement_interval(struct machine *, uint64_t now);

/* objects.c */
void objects_signal(struct machine *, struct processor *, uint64_t object);
/* True when the count is reached; else p waits and must return. */
bool objects_pass(struct machine *, struct processor *, uint64_t object, uint64_t count);
void objects_release(struct machine *);

/* consistent.c: whether the models agree with each other; between steps they must. */
bool machine_consistent(struct machine *);

#endif
