/* SPDX-License-Identifier: MIT */
/*
 * Start-up, exception vectors and the switch into a step, for tests/qemu/runner.c. A step is
 * entered by ERET with all registers loaded from `state`, and always ends in an exception, which
 * saves them there again. $26 and $27 belong to this file.
 */
#include "tests/qemu/state.h"

#define STATUS_DRIVER 0x34000000 /* CU0, CU1, FR; kernel, no exception level */

	.set noreorder
	.set noat
	.set mips32r2
	.set fp=64

	.text
	.globl __start
__start:
	la	$29, stack_top
	la	$28, _gp
	li	$8, 0x34400000		/* BEV, so that EBase may be written */
	mtc0	$8, $12
	ehb
	la	$8, vectors
	mtc0	$8, $15, 1
	li	$8, STATUS_DRIVER
	mtc0	$8, $12
	mtc0	$0, $13			/* Cause.IV = 0 */
	ehb
	jal	main
	nop
	move	$4, $2
1:	li	$25, 1
	sdbbp	1
	b	1b
	nop

	.balign 4096
vectors:
	li	$27, 1			/* refill */
	la	$26, common
	jr	$26
	nop
	.org	vectors + 0x180
	li	$27, 0
	la	$26, common
	jr	$26
	nop
	.org	vectors + 0x200

common:
	la	$26, state
	.irp	r, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,28,29,30,31
	sw	$\r, 4*\r($26)
	.endr
	sw	$27, STATE_VECTOR($26)
	mfhi	$8
	sw	$8, STATE_HI($26)
	mflo	$8
	sw	$8, STATE_LO($26)
	mfc0	$8, $12
	sw	$8, STATE_STATUS($26)
	mfc0	$8, $14
	sw	$8, STATE_EPC($26)
	mfc0	$8, $13
	sw	$8, STATE_CAUSE($26)
	mfc0	$8, $8
	sw	$8, STATE_BADVADDR($26)
	mfc0	$8, $10
	sw	$8, STATE_ENTRYHI($26)
	mfc0	$8, $4
	sw	$8, STATE_CONTEXT($26)
	mfc0	$8, $0
	sw	$8, STATE_INDEX($26)
	mfc0	$8, $2
	sw	$8, STATE_ENTRYLO0($26)
	mfc0	$8, $3
	sw	$8, STATE_ENTRYLO1($26)
	mfc0	$8, $5
	sw	$8, STATE_PAGEMASK($26)
	lw	$9, STATE_FULL($26)
	li	$8, STATUS_DRIVER
	beqz	$9, 2f
	nop
	mtc0	$8, $12			/* leaves the exception level */
	ehb
	.irp	r, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	.word	0xf7400000 + (\r << 16) + STATE_FPR + 8 * \r	/* sdc1 */
	.endr
	b	3f
	nop
2:	li	$9, ~0x04000000
	and	$9, $8, $9
	mtc0	$9, $12
	ehb
	.irp	r, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	.word	0xe7400000 + (\r << 16) + STATE_FPR + 8 * \r	/* swc1 */
	.endr
	mtc0	$8, $12
	ehb
3:	cfc1	$8, $31
	sw	$8, STATE_FCSR($26)
	ctc1	$0, $31
	la	$26, kept
	.irp	r, 16,17,18,19,20,21,22,23,28,29,30,31
	lw	$\r, 4*\r($26)
	.endr
	jr	$31
	nop

/* void run_step(void): from `state`, at STATE_EPC with STATE_STATUS. */
	.globl run_step
run_step:
	la	$26, kept
	.irp	r, 16,17,18,19,20,21,22,23,28,29,30,31
	sw	$\r, 4*\r($26)
	.endr
	la	$26, state
	lw	$9, STATE_FULL($26)
	beqz	$9, 2f
	nop
	.irp	r, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	.word	0xd7400000 + (\r << 16) + STATE_FPR + 8 * \r	/* ldc1 */
	.endr
	b	3f
	nop
2:	li	$8, STATUS_DRIVER & ~0x04000000
	mtc0	$8, $12
	ehb
	.irp	r, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	.word	0xc7400000 + (\r << 16) + STATE_FPR + 8 * \r	/* lwc1 */
	.endr
3:	lw	$8, STATE_FCSR($26)
	ctc1	$8, $31
	lw	$8, STATE_STATUS($26)
	mtc0	$8, $12
	ehb
	lw	$8, STATE_EPC($26)
	mtc0	$8, $14
	lw	$8, STATE_HI($26)
	mthi	$8
	lw	$8, STATE_LO($26)
	mtlo	$8
	ehb
	.irp	r, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,28,29,30,31
	lw	$\r, 4*\r($26)
	.endr
	eret
	nop

	.bss
	.balign	16
	.space	8192
stack_top:
	.space	16
kept:	.space	128
	.globl state
	.balign	8
state:	.space	STATE_BYTES
	.section .pages, "aw", @nobits
	.globl code_pages
code_pages: .space 8192
	.globl scratch_pages
scratch_pages: .space 8192

	.section .rodata
	.balign	8
	.globl steps, step_count
steps:	.incbin "steps.bin"
steps_end:
step_count: .word (steps_end - steps) / 104
