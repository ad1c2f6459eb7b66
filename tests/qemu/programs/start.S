/* SPDX-License-Identifier: MIT */
/* Start-up of the C programs: stack, FPU on with FR=0 as the o32 ABI has it, exit by UHI. */
	.set	noreorder
	.text
	.globl	__start
__start:
	la	$29, stack_top
	la	$28, _gp
	li	$8, 0x30000000
	mtc0	$8, $12
	ehb
	jal	main
	addiu	$29, $29, -16
	move	$4, $2
1:	li	$25, 1
	sdbbp	1
	b	1b
	nop

	.globl	uhi_write
uhi_write:			/* (const char *, int) to standard output */
	move	$6, $5
	move	$5, $4
	li	$4, 1
	li	$25, 5
	sdbbp	1
	jr	$31
	nop

	.bss
	.balign	16
	.space	65536
stack_top:
	.space	64
