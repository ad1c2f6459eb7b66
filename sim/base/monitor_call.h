/* SPDX-License-Identifier: MIT */
/*
 * Monitor calls: what a guest may tell the simulator. One instruction, `sll $0,$0,31`
 * (0x000007c0), a no-op on real MIPS hardware and under QEMU, from any mode. Operation in $24
 * (t8), arguments in $4..$7 (a0..a3), result in $2 (v0); no other register changes. A guest sets
 * v0 to what it wants to see where nobody answers, so the same ELF runs on real hardware.
 * Included by guests too (C and assembly): only #defines here.
 */
#ifndef SIM_BASE_MONITOR_CALL_H
#define SIM_BASE_MONITOR_CALL_H

#define MONITOR_CALL_INSN 0x000007c0

#define MCALL_REGION_BEGIN 1 /* the region of interest begins, on all processors */
#define MCALL_REGION_END   2
#define MCALL_PHASE	   3  /* a0: phase number, for the trace */
#define MCALL_PROCESSORS   4  /* v0 = number of processors of this machine */
#define MCALL_SYNC_WAIT	   5  /* a0: VA of the object, a1: class; the caller starts to wait */
#define MCALL_SYNC_PASS	   6  /* a0: VA, a1: class, a2: participants (barrier); it may go on */
#define MCALL_SYNC_SIGNAL  7  /* a0: VA, a1: class; lock released, barrier or event reached */
#define MCALL_ZERO_BEGIN   8  /* a0: PA of a page the guest is about to zero */
#define MCALL_ZERO_END	   9  /* a0: PA of the page it has zeroed */
#define MCALL_PAGE_FREED   10 /* a0: PA of a page freed without chance of reclaim */
#define MCALL_SNAPSHOT	   11 /* a good moment to save the machine, if the user asked for it */

/* Classes of synchronisation objects. Mark SIGNAL before the store that lets others pass, and
 * PASS after the load that let the caller pass. */
#define MCALL_LOCK    0
#define MCALL_BARRIER 1
#define MCALL_EVENT   2

/*
 * The mailbox of the bare board, at this physical address, word access, through KSEG1. Processors
 * above 0 start parked. Write STACK and ARGUMENT of processor n, then ENTRY: it starts at that VA
 * in kernel mode with $29 = STACK, $4 = ARGUMENT, $5 = n. Reading ENTRY gives 0 while it is parked.
 *
 *	MAILBOX_BASE + n * MAILBOX_STRIDE + {ENTRY, STACK, ARGUMENT}
 */
#define MAILBOX_BASE	 0x1fb00000
#define MAILBOX_STRIDE	 16
#define MAILBOX_ENTRY	 0
#define MAILBOX_STACK	 4
#define MAILBOX_ARGUMENT 8

#endif
