/* SPDX-License-Identifier: MIT */
/*
 * What a replay counts, as rows: struct fields, units, descriptions and the variables of the
 * results come from these lists. A counter that is not the time's is per processor, so that no
 * sum is kept twice: the machine's are made of the processors' at the end.
 */
#ifndef SIM_REPLAY_COUNTERS_H
#define SIM_REPLAY_COUNTERS_H

#include "models/memory.h"
#include "sim/base/counter.h"
#include "sim/replay/replay.h"

/* Consumed from the trace: with `skipped` and `dropped` among them, all equal the trace's totals.
 */
#define CONSUMED_COUNTERS(X)                                                                     \
	X(instructions, "1", "instructions of the trace, the skipped and dropped ones included") \
	X(loads, "1", "data loads of the trace")                                                 \
	X(stores, "1", "data stores of the trace")                                               \
	X(dropped_instructions, "1", "of them: spinning, replaced by waiting")                   \
	X(dropped_references, "1", "loads and stores of spinning")                               \
	X(skipped_instructions, "1", "of them: handlers and zeroing that were not executed")     \
	X(skipped_references, "1", "loads and stores of those")

#define CACHE_COUNTERS(X)                                                               \
	X(l1i_misses, "1", "first-level instruction cache misses")                      \
	X(l1d_misses, "1", "data references that miss in the first-level cache")        \
	X(l2_hits, "1", "second-level cache hits")                                      \
	X(l2_local_data, "1", "second-level data misses served by the own node")        \
	X(l2_remote_data, "1", "second-level data misses served by other nodes")        \
	X(l2_local_code, "1", "second-level instruction misses served by the own node") \
	X(l2_remote_code, "1", "second-level instruction misses served by other nodes") \
	X(l2_dirty, "1", "of the misses: supplied by another processor's cache")        \
	X(upgrades, "1", "writes to lines held shared")                                 \
	X(remote_upgrades, "1", "of them: granted by other nodes")                      \
	X(uncached, "1", "references that go past the caches")                          \
	X(writebacks, "1", "modified lines replaced")                                   \
	X(invalidations, "1", "lines lost to other processors' writes")                 \
	X(queue_cycles, "cycles", "waited in memory queues; part of the stalls")

#define TRANSLATION_COUNTERS(X)                                                             \
	X(tlb_misses, "1", "misses of the modelled TLB")                                    \
	X(tlb_handled, "1", "TLB refills done by a handler of the trace")                   \
	X(tlb_skipped, "1", "handlers of the trace skipped: the modelled TLB or L2TLB hit") \
	X(tlb_dropped, "1", "refill exceptions inside what was dropped or skipped")         \
	X(l2tlb_hits, "1", "TLB misses found in the monitor's L2TLB")                       \
	X(forwarded, "1", "TLB misses passed on to the guest")                              \
	X(kernel_faults, "1", "TLB misses on the relocated kernel segment")                 \
	X(traps, "1", "other exceptions passed on to the guest")                            \
	X(emulated_tlb_writes, "1", "TLB writes emulated, but for the next")                \
	X(emulated_tlb_updates, "1", "TLB writes of valid pages at the guest's own index")  \
	X(emulated_mfc0, "1", "MFC0 emulated")                                              \
	X(emulated_mtc0, "1", "MTC0 emulated")                                              \
	X(emulated_di_ei, "1", "DI and EI emulated")                                        \
	X(emulated_eret, "1", "ERET emulated")                                              \
	X(emulated_other, "1", "other privileged instructions emulated")                    \
	X(monitor_l2_hits, "1", "second-level hits of reading the L2TLB")                   \
	X(monitor_l2_misses, "1", "second-level misses of reading the L2TLB")               \
	X(l2tlb_flushes, "1", "times that the guest emptied its whole TLB")                 \
	X(zeroed_pages, "1", "pages zeroed by the monitor")

#define DEVICE_COUNTERS(X)                                                \
	X(device_accesses, "1", "references to device registers")         \
	X(requests, "1", "requests to disks and networks")                \
	X(request_bytes, "bytes", "what they transferred")                \
	X(requests_awaited, "1",                                          \
	  "requests that were not done when their interrupt came in the " \
	  "trace")                                                        \
	X(device_interrupts, "1", "interrupts that devices raised")       \
	X(idle_periods, "1", "times that the processor went idle")

#define MOVE_COUNTERS(X)                                                      \
	X(placed, "1", "pages first referenced by this processor")            \
	X(hot_events, "1", "miss counters that reached the policy's trigger") \
	X(migrations, "1", "pages migrated")                                  \
	X(replications, "1", "copies of pages made")                          \
	X(collapses, "1", "pages whose replicas were given back")             \
	X(freezes, "1", "pages frozen")                                       \
	X(reclaimed, "1", "of the collapses: for memory")                     \
	X(refused, "1", "policy actions that made no sense")                  \
	X(no_memory, "1", "policy actions that found no free frame")          \
	X(shootdowns, "1", "interrupts to drop or change a translation")      \
	X(sync_passes, "1", "locks, barriers and events passed")              \
	X(sync_waits, "1", "of them: had to wait")

#define PROCESSOR_COUNTERS(X)   \
	CONSUMED_COUNTERS(X)    \
	CACHE_COUNTERS(X)       \
	TRANSLATION_COUNTERS(X) \
	DEVICE_COUNTERS(X)      \
	MOVE_COUNTERS(X)

/* Of a processor alone, not added up. */
#define PLACE_COUNTERS(X)                                                         \
	X(virtual_machine, "1", "number of the trace that the processor replays") \
	X(home_node, "1", "node that the processor is on")                        \
	X(finished_cycles, "cycles", "when its stream ended")

#define MACHINE_COUNTERS(X)                             \
	X(time_cycles, "cycles", "the run's time")      \
	X(hot_pages, "1", "pages that had a hot event") \
	X(pages_used, "1", "guest pages placed")        \
	X(intervals, "1", "counter reset intervals that passed")

#define NODE_COUNTERS(X)                                   \
	X(pages, "1", "master copies of pages at the end") \
	X(replicas, "1", "other copies of pages at the end")

struct processor_counters {
	TIME_CATEGORIES(COUNTER_FIELD)
	PROCESSOR_COUNTERS(COUNTER_FIELD)
	PLACE_COUNTERS(COUNTER_FIELD)
};
struct machine_counters {
	MACHINE_COUNTERS(COUNTER_FIELD)
};
struct node_counters {
	NODE_COUNTERS(COUNTER_FIELD)
};

#endif
