/* SPDX-License-Identifier: MIT */
/*
 * The machine's parameters as rows, with where each default comes from. "SOSP" is Bugnion, Devine,
 * Rosenblum, SOSP'97; what that paper does not print is ours, and the source says how it was
 * derived. Times of the memory system are nanoseconds and become whole processor cycles; costs of
 * code that the processor itself executes are cycles.
 *
 * The monitor's costs (l2tlb.hit_cycles and cost.*_cycles) are one solution of three published
 * facts: a fast refill takes 35 ns = 14 cycles on IRIX (Table 2); 93 % of them are caught by the
 * L2TLB; a TLB miss on Disco costs 2.1 to 2.4 times a native refill (Figure 5). With 17 cycles for
 * a hit, a forwarded miss of a handler with three privileged instructions and one TLB write is 30 +
 * 14 + 4 * 30 + 60 = 224 cycles (the fourth is ERET), and the mix 0.93 * 17 + 0.07 * 224 = 31.5
 * cycles, 2.25 times 14. The L2TLB's size is the power of two with which our own Pmake (Linux, make
 * and cc1) comes closest to the 93 %: of 5.5 million refills 512 entries catch 88 %, 1024 95 %, 4096
 * 99 %.
 */
#include "sim/replay/params.h"

#include "sim/replay/replay.h"

#define KB 1024.0
#define MB (1024.0 * 1024.0)

#define AT(field) offsetof(struct machine_params, field)
#define COUNT(key, field, value, min, max, unit, help, source)                            \
	{                                                                                 \
		key, PARAM_COUNT, AT(field), value, min, max, 0, unit, help, source, NULL \
	}
#define POWER(key, field, value, min, max, unit, help, source)                            \
	{                                                                                 \
		key, PARAM_COUNT, AT(field), value, min, max, 1, unit, help, source, NULL \
	}

#define HARDWARE "R10000 hardware; SOSP does not print it"
#define DERIVED	 "ours, derived: SOSP Table 2 and Figure 5; see sim/replay/params.c"
#define LINE8_16 "SOSP Table 3: a line through 8 and 16 processors"

// clang-format off
const struct param machine_rows[] = {
	COUNT("cpu.mhz", cpu_mhz, 400, 1, 10000, "MHz", "processor clock",
	      "derived: SOSP 5.1, twice the R10000's 200 MHz"),
	COUNT("machine.nodes", nodes, 0, 0, 64, "1", "nodes; 0: as many as processors",
	      "SOSP 4: one processor per node"),
	COUNT("memory.node_bytes", node_bytes, 32 * MB, 4 * KB, 64 * 1024 * MB, "bytes",
	      "memory of each node", "SOSP 5.3: 256 MB on 8 nodes"),
	COUNT("replay.quantum_cycles", quantum_cycles, 100, 0, 1e9, "cycles",
	      "how far cache hits may run ahead of the earliest processor",
	      "ours: below the shortest miss; see sim/replay/README.md"),
	POWER("l1i.size", l1i_bytes, 32 * KB, 64, 64 * MB, "bytes",
	      "first-level instruction cache", "SOSP 5.1"),
	COUNT("l1i.ways", l1i_ways, 2, 1, 64, "1", "its associativity", HARDWARE),
	POWER("l1i.line", l1i_line, 64, 16, 4096, "bytes", "its line", HARDWARE),
	POWER("l1d.size", l1d_bytes, 32 * KB, 64, 64 * MB, "bytes", "first-level data cache",
	      "SOSP 5.1"),
	COUNT("l1d.ways", l1d_ways, 2, 1, 64, "1", "its associativity", HARDWARE),
	POWER("l1d.line", l1d_line, 32, 16, 4096, "bytes", "its line", HARDWARE),
	POWER("l2.size", l2_bytes, 1 * MB, 128, 1024 * MB, "bytes",
	      "second-level cache, unified, inclusive", "SOSP 5.1; 256K for Raytrace, 5.5"),
	COUNT("l2.ways", l2_ways, 2, 1, 64, "1", "its associativity", HARDWARE),
	POWER("l2.line", l2_line, 128, 16, 4096, "bytes", "its line, the unit of coherence",
	      "FLASH; SOSP does not print it"),
	COUNT("l2.hit_ns", l2_hit_ns, 50, 0, 1e6, "ns", "stall of a second-level hit",
	      "Verghese et al., ASPLOS'96, from memory"),
	COUNT("latency.local_ns", local_ns, 300, 0, 1e6, "ns",
	      "miss served by the node's own memory, without waiting", "SOSP 5.1"),
	COUNT("latency.remote_ns", remote_ns, 900, 0, 1e6, "ns",
	      "miss served by another node, without waiting", "SOSP 5.1"),
	COUNT("latency.dirty_ns", dirty_ns, 0, 0, 1e6, "ns",
	      "miss supplied by the cache of a third node, without waiting; 0: 31/18 of "
	      "latency.remote_ns (1550 of 900)",
	      "derived: FLASH's 191/111, rounded"),
	COUNT("memory.service_ns", service_ns, 140, 0, 1e6, "ns",
	      "time a request occupies the home node's memory controller; 0: no contention",
	      "FLASH's 14 cycles of 10 ns to the first 8 bytes"),
	COUNT("tlb.entries", tlb_entries, 64, 1, 1024, "1", "TLB entries, each a pair of pages",
	      HARDWARE),
	COUNT("tlb.refill_cycles", tlb_refill_cycles, 14, 0, 1e6, "cycles",
	      "TLB refill that no handler of the trace does", "SOSP Table 2: 0.035 us"),
	COUNT("tlb.seed", tlb_seed, 1, 0, 9e15, "1",
	      "of random replacement, where the trace does not say the index", "ours"),
	COUNT("device.access_ns", device_ns, 1000, 0, 1e6, "ns",
	      "stall of an access to a device's register",
	      "assumed: a read over two bus bridges; SOSP does not print it"),
	COUNT("disk.latency_ns", disk_latency_ns, 10500000, 0, 1e11, "ns",
	      "until a disk is at a request that does not follow the one before; disks serve one "
	      "after the other",
	      "HP 97560, SimOS's disk (from memory): its seek to a next track, 3 ms, and half a turn"),
	COUNT("disk.rate_kb", disk_rate, 2400, 1, 1e9, "KB/s", "what a disk transfers in a second",
	      "HP 97560: 72 sectors a turn, 4002 turns a minute"),
	COUNT("network.latency_ns", network_latency_ns, 100000, 0, 1e11, "ns",
	      "until the network is ready for a request", "assumed"),
	COUNT("network.rate_kb", network_rate, 12500, 1, 1e9, "KB/s",
	      "what the network transfers in a second", "100 Mbit/s Ethernet"),
	POWER("l2tlb.entries", l2tlb_entries, 1024, 1, 1 << 22, "1",
	      "translations in the monitor's second-level TLB of a virtual processor",
	      "calibrated: catches 95 % of the refills of our Pmake; SOSP Table 2: 93 %"),
	POWER("l2tlb.ways", l2tlb_ways, 4, 1, 64, "1", "its associativity",
	      "ours: SOSP does not print it"),
	COUNT("l2tlb.entry_bytes", l2tlb_entry_bytes, 16, 0, 64, "bytes",
	      "of an entry: the sets that a lookup reads go through the modelled caches; 0: the "
	      "caches do not see it",
	      "ours: a tag and a pair of R10000 EntryLo registers"),
	COUNT("l2tlb.hit_cycles", l2tlb_hit_cycles, 17, 0, 1e6, "cycles",
	      "monitor: TLB miss found in the L2TLB, without the stalls of reading it", DERIVED),
	COUNT("cost.forward_cycles", forward_cycles, 30, 0, 1e6, "cycles",
	      "monitor: exception passed on to the guest", DERIVED),
	COUNT("cost.tlb_write_cycles", tlb_write_cycles, 60, 0, 1e6, "cycles",
	      "monitor: other TLB write of the guest emulated", DERIVED),
	COUNT("cost.tlb_update_cycles", tlb_update_cycles, 1600, 0, 1e6, "cycles",
	      "monitor: TLB write at an index that the guest chose, of a valid page: a translation "
	      "that is new or has changed, and its backmap",
	      "derived: SOSP Table 2, QUICK_FAULT, 0.80 of 5 us"),
	COUNT("cost.privileged_cycles", privileged_cycles, 30, 0, 1e6, "cycles",
	      "monitor: other privileged instruction or ERET emulated", DERIVED),
	COUNT("cost.handler_privileged", handler_privileged, 3, 0, 1000, "1",
	      "privileged instructions of a forwarded refill whose handler is not in the trace",
	      DERIVED),
	COUNT("cost.kernel_fault_cycles", kernel_fault_cycles, 60, 0, 1e6, "cycles",
	      "monitor: TLB miss on the relocated kernel segment, not in the L2TLB",
	      "ours: as an emulated TLB write; Table 2 gives only sums"),
	COUNT("cost.zero_page_ns", zero_page_ns, 9900, 0, 1e9, "ns",
	      "monitor: a page zeroed for the guest",
	      "derived: SOSP Table 2, DEMAND_ZERO, 0.47 of 21 us"),
	COUNT("cost.device_cycles", device_cycles, 200, 0, 1e6, "cycles",
	      "monitor: access to a device's register emulated",
	      "assumed: the guest's drivers are not Disco's, which made one call a request"),
	COUNT("cost.request_cycles", request_cycles, 1000, 0, 1e9, "cycles",
	      "monitor: request of the guest to a device, fixed part", "assumed"),
	COUNT("cost.request_page_cycles", request_page_cycles, 100, 0, 1e9, "cycles",
	      "monitor: request to a device, per piece of a page: its machine address", "assumed"),
	COUNT("cost.migrate_ns", migrate_ns, 32000, 0, 1e9, "ns", "page migration, fixed part",
	      LINE8_16),
	COUNT("cost.migrate_processor_ns", migrate_processor_ns, 4375, 0, 1e9, "ns",
	      "page migration, per processor of the machine", LINE8_16),
	COUNT("cost.replicate_ns", replicate_ns, 41000, 0, 1e9, "ns",
	      "page replication, fixed part", LINE8_16),
	COUNT("cost.replicate_processor_ns", replicate_processor_ns, 2000, 0, 1e9, "ns",
	      "page replication, per processor of the machine", LINE8_16),
	COUNT("cost.collapse_ns", collapse_ns, 27000, 0, 1e9, "ns",
	      "replicas given back, fixed part", "ours: a migration without its copy of 5 us"),
	COUNT("cost.collapse_processor_ns", collapse_processor_ns, 4375, 0, 1e9, "ns",
	      "replicas given back, per processor of the machine", "ours: as migration"),
	COUNT("cost.shootdown_ns", shootdown_ns, 2000, 0, 1e9, "ns",
	      "on each processor whose TLB loses or changes an entry by a page move",
	      "ours: half of what a processor adds to a migration, of whose cost it is a part"),
	{.key = NULL},
};
// clang-format on

size_t machine_params_bytes(void)
{
	return sizeof(struct machine_params);
}

static int check_cache(const char *name, uint64_t bytes, uint64_t ways, uint64_t line,
		       struct error *err)
{
	uint64_t sets = bytes / (ways * line);

	if (!sets || (sets & (sets - 1)) || sets * ways * line != bytes)
		return error_set(err,
				 "%s.size: %llu bytes of %llu ways with lines of %llu bytes do not "
				 "make a power of two of sets",
				 name, (unsigned long long)bytes, (unsigned long long)ways,
				 (unsigned long long)line);
	return 0;
}

static int check_line(const char *name, uint64_t line, uint64_t l2_line, struct error *err)
{
	if (line > l2_line)
		return error_set(err,
				 "%s.line: %llu is more than l2.line %llu; the second level holds "
				 "all of the first",
				 name, (unsigned long long)line, (unsigned long long)l2_line);
	return 0;
}

int machine_params_check(const struct machine_params *p, struct error *err)
{
	if (check_cache("l1i", p->l1i_bytes, p->l1i_ways, p->l1i_line, err) ||
	    check_cache("l1d", p->l1d_bytes, p->l1d_ways, p->l1d_line, err) ||
	    check_cache("l2", p->l2_bytes, p->l2_ways, p->l2_line, err) ||
	    check_line("l1i", p->l1i_line, p->l2_line, err) ||
	    check_line("l1d", p->l1d_line, p->l2_line, err))
		return -1;
	if (p->node_bytes % 4096)
		return error_set(err, "memory.node_bytes: %llu is not a multiple of the page, 4096",
				 (unsigned long long)p->node_bytes);
	if (p->remote_ns < p->local_ns)
		return error_set(err, "latency.remote_ns: %llu is less than latency.local_ns %llu",
				 (unsigned long long)p->remote_ns, (unsigned long long)p->local_ns);
	if (p->l2tlb_ways > p->l2tlb_entries)
		return error_set(err, "l2tlb.ways: %llu is more than l2tlb.entries %llu",
				 (unsigned long long)p->l2tlb_ways,
				 (unsigned long long)p->l2tlb_entries);
	return 0;
}
