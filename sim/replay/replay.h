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

/* Time categories of a processor, all in cycles; they add up to the run's time exactly. Stalls are
 * those of instructions and data. Which category a cycle falls in never depends on the policy.
 * Prefixes group them: user_ and kernel_ are the guest's, by its mode; monitor_ is the monitor's,
 * by cause. */
#define TIME_CATEGORIES(X)                                                                        \
	X(user_cycles, "cycles", "user instructions executed")                                    \
	X(kernel_cycles, "cycles", "guest kernel instructions executed")                          \
	X(user_cache_cycles, "cycles", "user: stalled on second-level cache hits")                \
	X(kernel_cache_cycles, "cycles", "kernel: stalled on second-level cache hits")            \
	X(user_local_cycles, "cycles", "user: stalled on misses served by the own node")          \
	X(kernel_local_cycles, "cycles", "kernel: stalled on misses served by the own node")      \
	X(user_remote_cycles, "cycles", "user: stalled on misses served by other nodes")          \
	X(kernel_remote_cycles, "cycles", "kernel: stalled on misses served by other nodes")      \
	X(kernel_tlb_cycles, "cycles", "kernel: TLB refills that no traced handler did")          \
	X(kernel_device_cycles, "cycles", "kernel: stalled on device registers")                  \
	X(monitor_tlb_cycles, "cycles", "monitor: the guest's TLB misses found in the L2TLB")     \
	X(monitor_fault_cycles, "cycles", "monitor: TLB misses on the relocated kernel")          \
	X(monitor_trap_cycles, "cycles", "monitor: exceptions passed on to the guest")            \
	X(monitor_tlb_write_cycles, "cycles", "monitor: TLB writes emulated")                     \
	X(monitor_privileged_cycles, "cycles", "monitor: other privileged instructions emulated") \
	X(monitor_device_cycles, "cycles", "monitor: device accesses and requests emulated")      \
	X(monitor_move_cycles, "cycles", "monitor: page migration, replication, collapse")        \
	X(monitor_call_cycles, "cycles", "monitor: page zeroing")                                 \
	X(sync_cycles, "cycles", "waiting for locks, barriers and events in the traced order")    \
	X(idle_io_cycles, "cycles", "idle until a request to a device was done")                  \
	X(idle_sleep_cycles, "cycles", "idle until another interrupt, as long as in the trace")   \
	X(idle_cycles, "cycles", "finished before the last processor")

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
