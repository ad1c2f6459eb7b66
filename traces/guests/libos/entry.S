/* SPDX-License-Identifier: MIT */
/*
 * The kernel's assembly: exception vectors, the way into and out of the kernel, start of a
 * processor, the call to the host.
 *
 * The TLB refill handler is the classic one: the page table is an array in KSEG0 with one EntryLo
 * per page, so that the pair of a miss is two loads at page_table + VPN2 * 8.
 */
#include "traces/guests/libos/kernel.h"

#define BADVADDR $8
#define ENTRYLO0 $2
#define ENTRYLO1 $3
#define CONTEXT	 $4
#define STATUS	 $12
#define CAUSE	 $13
#define EPC	 $14
#define EBASE	 $15, 1

	.set	noreorder
	.set	noat

	.section .vectors, "ax"
/* 0x80000000: TLB refill */
	mfc0	$k1, CONTEXT		/* PTEBase is 0: VPN2 << 4 */
	lui	$k0, %hi(page_table)
	srl	$k1, $k1, 1
	addu	$k0, $k0, $k1
	lw	$k1, %lo(page_table)($k0)
	lw	$k0, %lo(page_table + 4)($k0)
	mtc0	$k1, ENTRYLO0
	mtc0	$k0, ENTRYLO1
	ehb
	tlbwr
	eret

	.org	0x180
/* 0x80000180: every other exception. From user mode on the processor's kernel stack (its number
 * is in EBase), from kernel mode on the present one. */
	mfc0	$k0, STATUS
	andi	$k0, $k0, 0x10
	beqz	$k0, 1f
	 move	$k1, $sp
	mfc0	$k1, EBASE
	ext	$k1, $k1, 0, 10
	sll	$k1, $k1, KERNEL_STACK_SHIFT
	lui	$k0, %hi(kernel_stacks + (1 << KERNEL_STACK_SHIFT))
	addiu	$k0, $k0, %lo(kernel_stacks + (1 << KERNEL_STACK_SHIFT))
	addu	$k1, $k1, $k0
1:	addiu	$k1, $k1, -FRAME_BYTES
	sw	$sp, 29 * 4($k1)
	move	$sp, $k1
	.irp	r, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,28,30,31
	sw	$\r, \r * 4($sp)
	.endr
	mfhi	$t0
	mflo	$t1
	mfc0	$t2, EPC
	mfc0	$t3, STATUS
	sw	$t0, FRAME_HI($sp)
	sw	$t1, FRAME_LO($sp)
	sw	$t2, FRAME_EPC($sp)
	sw	$t3, FRAME_STATUS($sp)
	move	$a0, $sp
	mfc0	$a1, CAUSE
	mfc0	$a2, BADVADDR
	ins	$t3, $zero, 0, 5	/* kernel mode, exceptions allowed again */
	mtc0	$t3, STATUS
	ehb
	jal	kernel_exception
	 addiu	$sp, $sp, -16
	addiu	$sp, $sp, 16
	lw	$t0, FRAME_HI($sp)
	lw	$t1, FRAME_LO($sp)
	lw	$t2, FRAME_EPC($sp)
	lw	$t3, FRAME_STATUS($sp)
	mthi	$t0
	mtlo	$t1
	mtc0	$t3, STATUS		/* as saved: with EXL */
	ehb
	mtc0	$t2, EPC
	.irp	r, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,28,30,31
	lw	$\r, \r * 4($sp)
	.endr
	lw	$sp, 29 * 4($sp)
	ehb
	eret

	.text
/* Registers of every processor: kernel mode without ERL and BEV, an empty TLB of 4 KB pages. */
	.ent	processor_init
processor_init:
	li	$t0, STATUS_KERNEL
	mtc0	$t0, STATUS
	mtc0	$zero, CAUSE
	mtc0	$zero, $4		/* Context */
	mtc0	$zero, $5		/* PageMask */
	mtc0	$zero, $6		/* Wired */
	mtc0	$zero, ENTRYLO0
	mtc0	$zero, ENTRYLO1
	mfc0	$t0, $16, 1		/* Config1 */
	ext	$t0, $t0, 25, 6		/* last TLB entry */
	lui	$t1, 0x8000
	sll	$t2, $t0, 13		/* entry i gets the unmatchable VPN2 of KSEG0 + i * 8 KB */
1:	addu	$t3, $t1, $t2
	mtc0	$t3, $10		/* EntryHi */
	mtc0	$t0, $0			/* Index */
	ehb
	tlbwi
	addiu	$t2, $t2, -0x2000
	bnez	$t0, 1b
	 addiu	$t0, $t0, -1
	mtc0	$zero, $10
	ehb
	ctc1	$zero, $31		/* round to nearest, no traps */
	jr	$ra
	 nop
	.end	processor_init

	.globl	kernel_entry
	.ent	kernel_entry
kernel_entry:
	lui	$sp, %hi(kernel_stacks + (1 << KERNEL_STACK_SHIFT) - 32)
	addiu	$sp, $sp, %lo(kernel_stacks + (1 << KERNEL_STACK_SHIFT) - 32)
	jal	processor_init
	 nop
	jal	kernel_main
	 nop
	.end	kernel_entry

/* From the mailbox: $sp, $a0 = argument, $a1 = number. */
	.globl	processor_entry
	.ent	processor_entry
processor_entry:
	jal	processor_init
	 nop
	jal	processor_main
	 nop
	.end	processor_entry

/* enter_user(pc, sp, number, processors): the program sees number and processors in $a0, $a1. */
	.globl	enter_user
	.ent	enter_user
enter_user:
	li	$t0, STATUS_USER_EXL
	mtc0	$t0, STATUS
	ehb
	mtc0	$a0, EPC
	move	$sp, $a1
	move	$a0, $a2
	move	$a1, $a3
	move	$ra, $zero
	ehb
	eret
	.end	enter_user

/* int uhi(op, a, b, c) */
	.globl	uhi
	.ent	uhi
uhi:
	move	$t9, $a0
	move	$a0, $a1
	move	$a1, $a2
	move	$a2, $a3
	sdbbp	1
	jr	$ra
	 nop
	.end	uhi
