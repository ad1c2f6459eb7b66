/* SPDX-License-Identifier: MIT */
/* The fields of the machine's parameters; their rows are in params.c. Inside sim/replay only. */
#ifndef SIM_REPLAY_PARAMS_H
#define SIM_REPLAY_PARAMS_H

#include <stdint.h>

#include "sim/base/error.h"
#include "sim/base/param.h"

struct machine_params {
	uint64_t cpu_mhz, nodes, node_bytes, quantum_cycles;
	uint64_t l1i_bytes, l1i_ways, l1i_line, l1d_bytes, l1d_ways, l1d_line;
	uint64_t l2_bytes, l2_ways, l2_line, l2_hit_ns;
	uint64_t local_ns, remote_ns, dirty_ns, service_ns;
	uint64_t tlb_entries, tlb_refill_cycles, tlb_seed;
	uint64_t device_ns, disk_latency_ns, disk_rate, network_latency_ns, network_rate;
	uint64_t l2tlb_entries, l2tlb_ways, l2tlb_entry_bytes, l2tlb_hit_cycles;
	uint64_t forward_cycles, tlb_write_cycles, privileged_cycles, handler_privileged;
	uint64_t tlb_update_cycles, kernel_fault_cycles, zero_page_ns;
	uint64_t device_cycles, request_cycles, request_page_cycles;
	uint64_t migrate_ns, migrate_processor_ns, replicate_ns, replicate_processor_ns;
	uint64_t collapse_ns, collapse_processor_ns, shootdown_ns;
};

/* Nanoseconds as cycles, rounded to the nearest. */
static inline uint64_t cycles_of_ns(const struct machine_params *p, uint64_t ns)
{
	return (ns * p->cpu_mhz + 500) / 1000;
}

#endif
