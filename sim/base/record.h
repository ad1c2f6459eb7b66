/* SPDX-License-Identifier: MIT */
/*
 * The vocabulary of discosim: what a guest processor did, as a stream of 8-byte records. The core
 * reports in it, the trace files store it, the replay consumes it. The stream says what the guest
 * did, never what a particular cache or TLB of a replay would do.
 *
 *   63                            32 31                       8 7       0
 *  +--------------------------------+--------------------------+---------+
 *  |             addr               |           arg            |  kind   |
 *  +--------------------------------+--------------------------+---------+
 *
 * Addresses are guest-virtual (VA) unless the kind says guest-physical (PA). A record that needs
 * a second word is followed at once by RECORD_OPERAND, which carries it in addr.
 *
 * Order. A RUN record comes first and says that `arg` instructions were executed from `addr` on,
 * one after the other; the data records of those instructions follow it, in program order, each
 * with the index of its instruction in the run (REF_INDEX). A taken branch ends a run after its
 * delay slot. An instruction that raised an exception is not counted in a run (it did not
 * complete), and has no data record. LOAD, STORE, MAP and CACHE_OP may stand among the data records
 * of a run; every other kind takes effect after all instructions of the run before it.
 *
 * Imported traces (struct trace_info, tlb_entries 0) come from processors without our segments and
 * with instructions of any size: each instruction that is not 4 bytes at a multiple of 4 is a
 * FETCH, which counts as a run of one (it may straddle two lines, and touches both); a reference
 * may straddle lines, and one of more than 8 bytes is several records, all but the first marked
 * REF_CONTINUES, to be counted once; every page has a MAP before its first use, also where KSEG0
 * and KSEG1 would be. A source that recorded no instructions gives data records without a run.
 */
#ifndef SIM_BASE_RECORD_H
#define SIM_BASE_RECORD_H

#include <stdint.h>

struct record {
	uint32_t addr;
	uint32_t info; /* kind in bits 0..7, arg in bits 8..31 */
};

/* kind, what addr holds, what arg holds */
#define RECORD_KINDS(X)                                                                            \
	X(NONE, "none", "never written; a zeroed record is invalid")                               \
	X(RUN, "run", "addr: VA of the first instruction; arg: instructions executed (1..65535)")  \
	X(LOAD, "load", "addr: VA; arg: REF_* fields")                                             \
	X(STORE, "store", "addr: VA; arg: REF_* fields")                                           \
	X(MAP, "map",                                                                              \
	  "addr: VA page | MAP_* flags; arg: PA page number the current ASID's page has now")      \
	X(MODE, "mode", "addr: ASID; arg: MODE_* fields, whenever one changes")                    \
	X(EXCEPTION, "exception",                                                                  \
	  "addr: EPC; arg: EXC_* fields. Then OPERAND: BadVAddr, or the system call number (v0) "  \
	  "for Sys")                                                                               \
	X(ERET, "eret", "addr: VA returned to")                                                    \
	X(TLB_WRITE, "tlb_write", "addr: EntryHi (VPN2 | ASID); arg: TLBW_* fields")               \
	X(PRIVILEGED, "privileged", "addr: VA of the instruction; arg: PRIV_* fields")             \
	X(CACHE_OP, "cache_op", "addr: VA; arg: the op field of CACHE, or 32 + hint of PREF")      \
	X(IDLE_BEGIN, "idle_begin", "addr: VA of WAIT")                                            \
	X(IDLE_END, "idle_end",                                                                    \
	  "addr: pending interrupt lines; arg: SOURCE_* that ended it. Then OPERAND: how long, "   \
	  "in cycles of GUEST_HZ, all ones: that or more")                                         \
	X(SYNC_SIGNAL, "sync_signal",                                                              \
	  "addr: PA of the object; arg: SYNC_* class. Adds 1 to the object's count")               \
	X(SYNC_WAIT, "sync_wait",                                                                  \
	  "addr: PA of the object; arg: SYNC_* class. What follows up to SYNC_PASS is spinning")   \
	X(SYNC_PASS, "sync_pass",                                                                  \
	  "addr: PA of the object; arg: SYNC_* class. Then OPERAND: the count that had to be "     \
	  "reached")                                                                               \
	X(REGION_BEGIN, "region_begin", "the guest's region of interest begins")                   \
	X(REGION_END, "region_end", "it ends")                                                     \
	X(PHASE, "phase", "addr: the guest's phase number")                                        \
	X(ZERO_BEGIN, "zero_begin",                                                                \
	  "addr: PA page that the guest begins to zero; a monitor may do it instead, up to "       \
	  "ZERO_END")                                                                              \
	X(ZERO_END, "zero_end", "addr: PA page")                                                   \
	X(PAGE_FREED, "page_freed",                                                                \
	  "addr: PA page put on the free list without chance of reclaim")                          \
	X(OPERAND, "operand", "addr: second word of the record before")                            \
	X(INPUT_OUTPUT, "input_output",                                                            \
	  "addr: bytes; arg: UHI operation. The board served a host request")                      \
	X(TLB_SNAPSHOT, "tlb_snapshot", "as TLB_WRITE: what the TLB held when recording began")    \
	X(FETCH, "fetch",                                                                          \
	  "addr: VA; arg: bytes (1..255). One instruction of that size, as a RUN of one "          \
	  "(imported traces of other processors)")                                                 \
	X(INTERRUPT, "interrupt",                                                                  \
	  "addr: the board's interrupt number; arg: SOURCE_*. A device raised its line")           \
	X(IO_BEGIN, "io_begin",                                                                    \
	  "addr: number of the request, from 0 in each machine; arg: IO_* fields. The guest "      \
	  "started a device; the DISK and NETWORK records up to the next record of another kind "  \
	  "are its parts")                                                                         \
	X(DISK, "disk",                                                                            \
	  "addr: 4 KB block of the image; arg: DISK_* fields. Then OPERAND: PA of its first byte") \
	X(NETWORK, "network",                                                                      \
	  "addr: bytes of a frame that lie in one page; arg: NETWORK_* fields. Then OPERAND: PA "  \
	  "of the first")                                                                          \
	X(IO_END, "io_end",                                                                        \
	  "addr: number of the request; arg: IO_* fields. The device is done, its interrupt "      \
	  "follows")

enum record_kind {
#define X(name, word, help) RECORD_##name,
	RECORD_KINDS(X)
#undef X
		RECORD_KIND_COUNT
};

/* Cycles per second of a captured guest's time; an instruction takes one. */
#define GUEST_HZ 200000000u

/* arg of LOAD and STORE */
#define REF_BYTES(arg) ((arg)&15)   /* 1..8 bytes really touched */
#define REF_LINKED     0x10	    /* LL, or an SC that succeeded */
#define REF_MODIFY     0x20	    /* imported: STORE to what the same instruction's LOAD read */
#define REF_CONTINUES  0x40	    /* imported: next piece of the reference before, over 8 bytes */
#define REF_INDEX(arg) ((arg) >> 8) /* instruction of the run, from 0; 16 bits */
#define REF_ARG(bytes, flags, index) \
	((uint32_t)(bytes) | (uint32_t)(flags) | (uint32_t)(index) << 8)

/* addr of MAP, below the page number. KSEG0 and KSEG1 are not mapped and have no MAP: PA = VA &
 * 0x1fffffff. */
#define MAP_WRITABLE 1u /* D bit of the guest's entry */
#define MAP_GLOBAL   2u /* holds for every ASID */
#define MAP_UNCACHED 4u /* cache attribute says uncached */

/* arg of MODE */
enum { MODE_KERNEL = 0, MODE_SUPERVISOR = 1, MODE_USER = 2 };
#define MODE_OF(arg) ((arg)&3)
#define MODE_EXL     4u /* exception or error level set: always kernel rights */

/* arg of EXCEPTION: MIPS ExcCode in bits 0..4 */
#define EXC_CODE(arg)	    ((arg)&31)
#define EXC_REFILL	    0x20u /* TLB refill, through the refill vector */
#define EXC_DELAY_SLOT	    0x40u
#define EXC_INTERRUPTS(arg) (((arg) >> 8) & 255) /* Cause.IP & Status.IM, for Int */

/* arg of TLB_WRITE: index in bits 0..7 */
#define TLBW_INDEX(arg)	     ((arg)&255)
#define TLBW_RANDOM	     0x100u
#define TLBW_GLOBAL	     0x200u
#define TLBW_VALID0	     0x400u
#define TLBW_VALID1	     0x800u
#define TLBW_DIRTY0	     0x1000u
#define TLBW_DIRTY1	     0x2000u
#define TLBW_PAGE_SHIFT(arg) (((arg) >> 16) & 31) /* log2 of the bytes of one page of the pair */

/* arg of PRIVILEGED: what, and the CP0 register where there is one */
#define PRIV_KINDS(X) X(MFC0) X(MTC0) X(TLBP) X(TLBR) X(DI) X(EI) X(WAIT) X(OTHER)
enum priv_kind {
#define X(name) PRIV_##name,
	PRIV_KINDS(X)
#undef X
		PRIV_KIND_COUNT
};
#define PRIV_KIND(arg)	   ((arg)&255)
#define PRIV_REGISTER(arg) (((arg) >> 8) & 255) /* rd << 3 | sel */

enum { SYNC_LOCK = 0, SYNC_BARRIER = 1, SYNC_EVENT = 2, SYNC_CLASS_COUNT = 3 };

/* Where an interrupt comes from, and what an idle processor was waiting for. OTHER is what a board
 * cannot tell. */
#define SOURCES(X)            \
	X(OTHER, "other")     \
	X(TIMER, "timer")     \
	X(CONSOLE, "console") \
	X(DISK, "disk")       \
	X(NETWORK, "network") \
	X(PROCESSOR, "processor") /* another processor of the machine */
enum source {
#define X(name, word) SOURCE_##name,
	SOURCES(X)
#undef X
		SOURCE_COUNT
};

/* arg of IO_BEGIN and IO_END */
#define IO_SOURCE(arg) ((arg)&15) /* SOURCE_DISK, SOURCE_NETWORK */
#define IO_WRITE       0x10u	  /* from the guest's memory to the device */
#define IO_FAILED      0x20u	  /* the device refused it (IO_END) */

/* arg of DISK: one piece lies in one page of memory and in one 4 KB block of the image. Sectors are
 * 512 bytes. A machine's images are numbered in the order of the command line; which file is behind
 * a number, and whether it is shared, the trace's provenance says. */
#define DISK_IMAGE(arg)	  ((arg)&15)
#define DISK_WRITE	  0x10u /* from memory to disk */
#define DISK_OVERLAY	  0x20u /* of the machine's own copy of the block, not the base's */
#define DISK_FIRST(arg)	  (((arg) >> 8) & 7)   /* first sector in the block */
#define DISK_SECTORS(arg) (((arg) >> 12) & 15) /* 1..8 */

/* arg of NETWORK */
#define NETWORK_SEND  0x10u
#define NETWORK_FIRST 0x20u /* first piece of its frame */

static inline enum record_kind record_kind(struct record r)
{
	return (enum record_kind)(r.info & 255);
}

static inline uint32_t record_arg(struct record r)
{
	return r.info >> 8;
}

static inline struct record record_make(enum record_kind kind, uint32_t addr, uint32_t arg)
{
	return (struct record){addr, (uint32_t)kind | arg << 8};
}

/* The word of a kind as `trace dump` prints it, and its line of help; NULL beyond the last. */
const char *record_kind_name(unsigned kind);
const char *record_kind_help(unsigned kind);

#endif
