/* SPDX-License-Identifier: MIT */
/*
 * The state of the processors, for the files of this folder only.
 *
 * Time of a processor is counted in `steps`: an instruction, an exception taken and an
 * instruction's time spent idle are one step each. Count, the timer and budgets are in steps, so
 * that a guest that only raises exceptions still uses up its budget.
 *
 * Memory goes through a "soft TLB", a direct-mapped array of host addresses for each of the four
 * modes of address translation; it holds only what the guest's TLB or a fixed segment allows now.
 * A page whose code is predecoded never has a write tag, so stores to it take the slow path and
 * drop the code. Predecoded code is by physical page, shared by all processors.
 */
#ifndef SIM_MIPS_STATE_H
#define SIM_MIPS_STATE_H

#include "sim/base/rng.h"
#include "sim/mips/cpu.h"
#include "sim/mips/fpu.h"
#include "sim/mips/insn.h"

#define PAGE_SIZE  4096u
#define PAGE_MASK  0xfffff000u
#define PAGE_WORDS 1024

/* CP0 registers as rd * 8 + sel. */
enum {
	CP0_INDEX = 0 * 8,
	CP0_RANDOM = 1 * 8,
	CP0_MVPCONTROL = 0 * 8 + 1,
	CP0_MVPCONF0 = 0 * 8 + 2,
	CP0_MVPCONF1 = 0 * 8 + 3,
	CP0_VPECONTROL = 1 * 8 + 1,
	CP0_VPECONF0 = 1 * 8 + 2,
	CP0_VPECONF1 = 1 * 8 + 3,
	CP0_VPESCHEDULE = 1 * 8 + 5,
	CP0_VPESCHEFBACK = 1 * 8 + 6,
	CP0_VPEOPT = 1 * 8 + 7,
	CP0_TCSTATUS = 2 * 8 + 1,
	CP0_TCBIND = 2 * 8 + 2,
	CP0_TCRESTART = 2 * 8 + 3,
	CP0_TCHALT = 2 * 8 + 4,
	CP0_TCCONTEXT = 2 * 8 + 5,
	CP0_TCSCHEDULE = 2 * 8 + 6,
	CP0_TCSCHEFBACK = 2 * 8 + 7,
	CP0_ENTRYLO0 = 2 * 8,
	CP0_ENTRYLO1 = 3 * 8,
	CP0_CONTEXT = 4 * 8,
	CP0_USERLOCAL = 4 * 8 + 2,
	CP0_PAGEMASK = 5 * 8,
	CP0_WIRED = 6 * 8,
	CP0_SRSCONF0 = 6 * 8 + 1,
	CP0_SRSCONF1 = 6 * 8 + 2,
	CP0_SRSCONF2 = 6 * 8 + 3,
	CP0_SRSCONF3 = 6 * 8 + 4,
	CP0_SRSCONF4 = 6 * 8 + 5,
	CP0_HWRENA = 7 * 8,
	CP0_BADVADDR = 8 * 8,
	CP0_COUNT = 9 * 8,
	CP0_ENTRYHI = 10 * 8,
	CP0_COMPARE = 11 * 8,
	CP0_STATUS = 12 * 8,
	CP0_INTCTL = 12 * 8 + 1,
	CP0_SRSCTL = 12 * 8 + 2,
	CP0_CAUSE = 13 * 8,
	CP0_EPC = 14 * 8,
	CP0_PRID = 15 * 8,
	CP0_EBASE = 15 * 8 + 1,
	CP0_CONFIG = 16 * 8,
	CP0_CONFIG1 = 16 * 8 + 1,
	CP0_CONFIG2 = 16 * 8 + 2,
	CP0_CONFIG3 = 16 * 8 + 3,
	CP0_LLADDR = 17 * 8,
	CP0_DEBUG = 23 * 8,
	CP0_DEPC = 24 * 8,
	CP0_ERRCTL = 26 * 8,
	CP0_TAGLO = 28 * 8,
	CP0_DATALO = 28 * 8 + 1,
	CP0_ERROREPC = 30 * 8,
	CP0_DESAVE = 31 * 8,
};

#define STATUS_IE	 0x00000001u
#define STATUS_EXL	 0x00000002u
#define STATUS_ERL	 0x00000004u
#define STATUS_KSU_SHIFT 3
#define STATUS_IM	 0x0000ff00u
#define STATUS_BEV	 0x00400000u
#define STATUS_FR	 0x04000000u
#define STATUS_CU0	 0x10000000u
#define STATUS_CU1	 0x20000000u
#define CAUSE_BD	 0x80000000u
#define CAUSE_TI	 0x40000000u
#define CAUSE_DC	 0x08000000u
#define CAUSE_IV	 0x00800000u
#define CAUSE_IP	 0x0000ff00u
#define DEBUG_DM	 0x40000000u
#define TCSTATUS_IXMT	 0x00000400u /* no interrupts for this thread */
#define DEBUG_DBD	 0x80000000u

enum exception_code {
	EXC_INTERRUPT = 0,
	EXC_TLB_MODIFIED = 1,
	EXC_TLB_LOAD = 2,
	EXC_TLB_STORE = 3,
	EXC_ADDRESS_LOAD = 4,
	EXC_ADDRESS_STORE = 5,
	EXC_BUS_FETCH = 6,
	EXC_BUS_DATA = 7,
	EXC_SYSCALL = 8,
	EXC_BREAKPOINT = 9,
	EXC_RESERVED = 10,
	EXC_COPROCESSOR = 11,
	EXC_OVERFLOW = 12,
	EXC_TRAP = 13,
	EXC_FPU = 15,
	EXC_THREAD = 25,
	EXC_DEBUG = 32, /* not an ExcCode: enters debug mode */
};

struct tlb_entry {
	uint32_t va;   /* of the pair */
	uint32_t mask; /* PageMask: address bits above 12 that do not count */
	uint8_t asid;
	bool global;
	struct tlb_half {
		uint32_t pa;
		uint8_t cache;
		bool valid, dirty;
	} half[2];
};

/* Kernel, supervisor, user, and kernel with ERL (its useg is unmapped). */
enum { SOFT_MODES = 4, SOFT_DATA = 512, SOFT_FETCH = 128 };
#define SOFT_NONE 0x800u /* a tag that no address has */

#define LINK_LINE 32u /* bytes that one LL watches */

struct data_entry {
	uint32_t read, write; /* VA page, or SOFT_NONE */
	uintptr_t addend;     /* host address = VA + addend */
};
struct fetch_entry {
	uint32_t tag, pa;
	struct code_page *code;
};
struct soft_tlb {
	struct data_entry data[SOFT_DATA];
	struct fetch_entry fetch[SOFT_FETCH];
	bool used;
};

/* What went wrong, for exception_enter. */
struct fault {
	uint8_t code, coprocessor;
	bool refill, has_address, has_page; /* has_page: translation failed */
	uint32_t address;
};

struct cpu {
	uint32_t gpr[33]; /* and GPR_SINK */
	uint32_t hi, lo;
	uint32_t pc;			       /* valid outside of the executor's loop */
	uint32_t mode;			       /* index of soft_tlb */
	bool cp0_usable, fpu_usable, fpu_full; /* of Status: rights, CU1, FR */
	bool linked, others_linked;
	uint32_t link_pa;
	struct soft_tlb *soft;
	uint64_t steps, attention_at; /* look up from the code when steps reaches this */
	struct fpu fpu;

	uint64_t until, timer_at; /* in steps */
	uint64_t exceptions, idle_steps, refills;
	uint64_t idle_from;  /* steps at the last WAIT that waited */
	uint64_t count_base; /* Count = steps / count_insns + count_base, unless Cause.DC */
	bool waiting, stop_requested, observed, run_open;
	bool call_faulted; /* by cpu_require */
	bool stopped;	   /* MT: halted, not activated, or stopped by another processor */
	uint8_t lines;	   /* hardware interrupts */
	uint8_t source[6]; /* who raised them last */
	uint32_t reported_mode, reported_asid;
	struct fault fault;
	unsigned deferred_count, deferred_room; /* what the board reported while a run was open */
	struct record *deferred;
	struct observer *observer;
	struct cpus *set;
	struct rng rng;
	unsigned number;
	uint32_t cp0[256];
	struct tlb_entry tlb[64];
	struct soft_tlb softs[SOFT_MODES];
};

struct cpus {
	struct bus bus;
	struct cpu_config config;
	struct decoder decoder;
	struct code_page **code; /* by physical page; NULL where none is predecoded */
	struct block *graveyard; /* dropped, perhaps still being executed */
	uint64_t code_bytes;
	struct cpu *cpu;
	uint32_t mvp_control; /* MT: one for all */
	uint32_t single;      /* MT: who executes while MVPControl.EVP is clear */
};

/* Between two runs: makes sure that what follows finds room. */
static inline void observer_room(struct cpu *cpu)
{
	struct observer *o = cpu->observer;

	if (o && o->limit - o->next < OBSERVER_ROOM)
		o->drain(o);
}

/* A run has been closed: what waited for that follows it. */
void observe_deferred(struct cpu *);

/* Appends to the observer's stream; there is one, and it has room. */
static inline void observe(struct cpu *cpu, enum record_kind kind, uint32_t addr, uint32_t arg)
{
	*cpu->observer->next++ = record_make(kind, addr, arg);
}

#endif
