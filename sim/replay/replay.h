/* SPDX-License-Identifier: MIT */
/*
 * Replay: traces through TLBs, caches, directory, memories with queues, under a system (native,
 * uma, disco) and a placement policy, in simulated time. One call is one point.
 */
#ifndef SIM_REPLAY_REPLAY_H
#define SIM_REPLAY_REPLAY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "policies/policy.h"
#include "sim/base/counter.h"
#include "sim/base/error.h"
#include "sim/base/param.h"
#include "traces/trace.h"

/* Parameters of the machine and of the monitor's costs; the rows say what each means and where its
 * default comes from. sim/replay/params.c */
struct machine_params;
extern const struct param machine_rows[];
size_t machine_params_bytes(void);
/* What only several parameters together can show. Returns 0, or -1 with key and value named. */
int machine_params_check(const struct machine_params *, struct error *err);

/* Time categories of a processor, all in cycles; they add up to the run's time exactly. `stall`
 * is data or instruction stall. Which category a cycle falls in never depends on the policy. */
#define TIME_CATEGORIES(X)                                                                     \
	X(user_cycles, "cycles", "user instructions executed")                                 \
	X(kernel_cycles, "cycles", "guest kernel instructions executed")                       \
	X(cache_cycles, "cycles", "stalled on second-level cache hits")                        \
	X(local_cycles, "cycles", "stalled on misses served by the node's own memory")         \
	X(remote_cycles, "cycles", "stalled on misses served by other nodes")                  \
	X(tlb_cycles, "cycles", "TLB refills that no traced handler did")                      \
	X(monitor_trap_cycles, "cycles", "monitor: TLB misses, L2TLB, forwarded exceptions")   \
	X(monitor_emulation_cycles, "cycles", "monitor: privileged instructions emulated")     \
	X(monitor_move_cycles, "cycles", "monitor: page migration, replication, collapse")     \
	X(monitor_other_cycles, "cycles", "monitor: page zeroing and other calls")             \
	X(sync_cycles, "cycles", "waiting for locks, barriers and events in the traced order") \
	X(idle_cycles, "cycles", "idle, or finished before the last processor")

/* All counters of a result, by dimension; for result_write, show and `discosim models`. */
extern const struct counter_row replay_machine_rows[];
extern const struct counter_row replay_processor_rows[]; /* the categories come first */
extern const struct counter_row replay_node_rows[];

/* What a point is, resolved. Nothing is owned. */
struct replay_config {
	const struct machine_params *machine;
	const char *system; /* "native", "uma", "disco" */
	const struct policy *policy;
	const void *policy_params;   /* NULL when it has none */
	struct trace *const *traces; /* one per virtual machine, side by side */
	unsigned trace_count;
	void (*progress)(void *context, uint64_t references); /* may be NULL */
	void *context;
};

/* The systems, for --help and errors: name and one line each; ends with NULL. */
struct system_row {
	const char *name, *help;
};
extern const struct system_row replay_systems[];

/* Runs one point. Returns the objects "machine", "processor" and "node" of analysis/result.h in
 * one new JSON object, or NULL with the error set (damaged trace, too many processors, memory
 * full, interrupted()). Deterministic; may run in any thread, several at a time. */
json_t *replay_run(const struct replay_config *config, struct error *err);

#endif
