/* SPDX-License-Identifier: MIT */
/*
 * The functional MIPS32 Release 2 core: what a board may do with it. A `struct cpus` is a set of
 * processors that share RAM and predecoded code; they run one at a time, in the caller's thread,
 * so a machine is deterministic. No timing here: Count advances with instructions.
 *
 * A core does not know that it is traced: when it has an observer it reports, in the records of
 * sim/base/record.h, what it does.
 */
#ifndef SIM_MIPS_CPU_H
#define SIM_MIPS_CPU_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/error.h"
#include "sim/base/record.h"

#define CPU_VERSION "3" /* goes up whenever the same guest would give another trace */

struct cpu;
struct cpus;

/* What the processors see of their board; not owned, must outlive them. RAM is physical 0 up. */
struct bus {
	uint8_t *ram;
	uint32_t ram_bytes; /* multiple of 4096 */
	void *board;	    /* passed to the hooks below */
	/* Physical accesses outside RAM, 1, 2, 4 or 8 bytes, naturally aligned. Return 0, or -1 for
	 * a bus error. */
	int (*load)(void *board, struct cpu *cpu, uint32_t pa, unsigned bytes, uint64_t *value);
	int (*store)(void *board, struct cpu *cpu, uint32_t pa, unsigned bytes, uint64_t value);
	/* `sdbbp 1`: UHI. The program counter is already past it. */
	void (*semihost)(void *board, struct cpu *cpu);
	/* MONITOR_CALL_INSN. */
	void (*monitor_call)(void *board, struct cpu *cpu);
	/* An exception is about to enter its vector (may be NULL). */
	void (*exception)(void *board, struct cpu *cpu, unsigned code, uint32_t epc,
			  uint32_t vector);
};

/* What the processors say they are (PRId, Config). A 34Kf has the MT extension: each processor is a
 * virtual processing element (VPE) with one thread context, and reaches the others' registers with
 * MFTR and MTTR; those above 0 start halted. */
enum cpu_model { CPU_24KF, CPU_34KF };
#define CPU_34KF_MAX_PROCESSORS 16 /* what MVPConf0 can say */

struct cpu_config {
	enum cpu_model model;
	unsigned processors;  /* 1..64; of a 34Kf 1..CPU_34KF_MAX_PROCESSORS */
	unsigned tlb_entries; /* 16..64 pairs of pages */
	unsigned count_insns; /* instructions per increment of Count, >= 1 */
	uint64_t seed;	      /* of the random replacement */
};

/* Where a core's records go. The core writes at next and calls drain when fewer than
 * OBSERVER_ROOM records are free; drain must make room (next and limit are its to change). */
#define OBSERVER_ROOM 1024
struct observer {
	struct record *next, *limit;
	void (*drain)(struct observer *);
	/* A mapped page's (not KSEG0/1) translation is used for the first time since the core last
	 * forgot it: VA page (12 low bits MAP_* flags) of the current ASID, and PA page number. The
	 * callee decides whether this is news, and if so appends a MAP record at next. */
	void (*translated)(struct observer *, uint32_t va_flags, uint32_t asid, uint32_t pa_page);
};

enum cpu_stop {
	CPU_BUDGET,    /* the instructions asked for were executed */
	CPU_WAITING,   /* WAIT: nothing to do until an interrupt; or not active */
	CPU_REQUESTED, /* cpu_request_stop was called by a hook */
};

/* Creates the processors in reset state for a bare board: kernel mode, Status.BEV=0, ERL=0,
 * FPU and CP0 usable, EBase 0x80000000 with CPUNum, TLB empty, pc 0. Returns NULL never (aborts
 * without memory). Free with cpus_free. */
struct cpus *cpus_new(const struct cpu_config *config, const struct bus *bus);
void cpus_free(struct cpus *);
struct cpu *cpus_get(struct cpus *, unsigned number);

/* Executes at least `insns` instructions (it may exceed by less than a block of 64), unless it
 * stops before. Exceptions and interrupts are the guest's affair and do not stop it, but an
 * instruction that raised one is taken off the budget too, so that a handler that faults at once
 * cannot keep the call from returning. While a processor waits (WAIT), the time of `insns`
 * instructions passes instead: its Count advances, cpu_instructions does not; when nothing woke it
 * meanwhile the answer is CPU_WAITING. */
enum cpu_stop cpu_run(struct cpu *, uint64_t insns);
void cpu_request_stop(struct cpu *);

/* Whether it executes, or would but for WAIT. A processor of a 34Kf that is halted, not activated,
 * or stopped by another (DVPE) does not: its time passes. */
bool cpu_active(const struct cpu *);
/* Starts a halted processor of a 34Kf, as another one would by MTTR. For a board that starts them
 * in a way of its own; no effect on a 24Kf. */
void cpu_activate(struct cpu *);

unsigned cpu_number(const struct cpu *);
uint64_t cpu_instructions(const struct cpu *); /* executed since reset */
/* Time since reset, in cycles: instructions, exceptions taken and idle time. In a load or store
 * hook it is that of the beginning of the block, up to 64 instructions earlier. */
uint64_t cpu_time(const struct cpu *);
uint64_t cpu_tlb_refills(const struct cpu *); /* refill exceptions taken since reset */

uint32_t cpu_gpr(const struct cpu *, unsigned r);
void cpu_set_gpr(struct cpu *, unsigned r, uint32_t value);
uint32_t cpu_pc(const struct cpu *);
void cpu_set_pc(struct cpu *, uint32_t pc);
uint32_t cpu_cp0(const struct cpu *, unsigned rd, unsigned sel);

/* Hardware interrupt line 0..5 (Cause.IP2..IP7). The source is what an idle time that the line ends
 * has been waiting for. */
void cpu_interrupt(struct cpu *, unsigned line, bool raised, enum source);

/* Translates without side effect, with the rights of the current mode. Returns 0 or -1. */
int cpu_translate(struct cpu *, uint32_t va, bool write, uint32_t *pa);
/* From a monitor_call hook: a page that the call names must be mapped. Returns 0 with the physical
 * address when a load at va would find it. Otherwise -1, and once the hook has returned (it must do
 * nothing more) the call takes the exception that the load would take; the guest's handler returns
 * to the call, which is then made again. */
int cpu_require(struct cpu *, uint32_t va, uint32_t *pa);
/* Copies between guest-virtual memory (RAM only) and the host. Returns 0, or -1 where a page is
 * not mapped; the part before it has been copied. Writing keeps predecoded code correct. */
int cpu_read(struct cpu *, uint32_t va, void *to, uint32_t bytes);
int cpu_write(struct cpu *, uint32_t va, const void *from, uint32_t bytes);

/* A device writes `bytes` bytes at physical address pa, all in RAM. Keeps predecoded code and links
 * correct. (Reading is the board's own affair: it has the RAM.) */
void cpus_write(struct cpus *, uint32_t pa, const void *from, uint32_t bytes);

/* Saves or restores all that the guest can see and all that decides what happens next, of every
 * processor, but not RAM and observers. Between two calls of cpu_run only, and RAM is restored
 * before: what was predecoded is predecoded again. Restoring into a set of another configuration
 * fails with the snapshot's error set. */
struct snapshot;
void cpus_snapshot(struct cpus *, struct snapshot *);

/* Attaches (or with NULL detaches) an observer, not owned. Attaching reports MODE and a
 * TLB_SNAPSHOT of every valid entry, and forgets which translations were used. May be called from
 * a monitor_call hook. */
void cpu_observe(struct cpu *, struct observer *);
/* Appends a record to the observer's stream, if there is one. For boards, from their hooks; what a
 * load or store hook reports comes after the run that it interrupts. */
void cpu_report(struct cpu *, struct record);

/* One instruction as assembly text, "addu $2,$4,$5"; an unknown word as ".word 0x...". */
void disassemble(uint32_t word, uint32_t pc, char *text, unsigned size);

#endif
