/* SPDX-License-Identifier: MIT */
/*
 * Debian's libgcc has the routines of soft floating point, but with the calling convention of
 * hard floating point: arguments in $f12 and $f14, result in $f0. These wrappers (ld --wrap) stand
 * between a program compiled with -msoft-float and them. The arithmetic is libgcc's, in integers.
 */
	.set	noreorder
	.set	hardfloat
	.text

	/* in1, in2: d, s or i (none); out: d, s or i (also 64-bit integers: already in place) */
	.macro	wrap name, in1, in2, out
	.globl	__wrap_\name
__wrap_\name:
	addiu	$29, $29, -32
	sw	$31, 28($29)
	.ifc	\in1, d
	mtc1	$4, $f12
	mtc1	$5, $f13
	.endif
	.ifc	\in1, s
	mtc1	$4, $f12
	.endif
	.ifc	\in2, d
	mtc1	$6, $f14
	mtc1	$7, $f15
	.endif
	.ifc	\in2, s
	mtc1	$5, $f14
	.endif
	jal	__real_\name
	nop
	.ifc	\out, d
	mfc1	$2, $f0
	mfc1	$3, $f1
	.endif
	.ifc	\out, s
	mfc1	$2, $f0
	.endif
	lw	$31, 28($29)
	jr	$31
	addiu	$29, $29, 32
	.endm

	.irp	n, add, sub, mul, div
	wrap	__\n\()df3, d, d, d
	wrap	__\n\()sf3, s, s, s
	.endr
	.irp	n, eq, ne, lt, le, gt, ge, unord
	wrap	__\n\()df2, d, d, i
	wrap	__\n\()sf2, s, s, i
	.endr
	wrap	__fixdfsi, d, i, i
	wrap	__fixunsdfsi, d, i, i
	wrap	__fixsfsi, s, i, i
	wrap	__fixunssfsi, s, i, i
	wrap	__fixdfdi, d, i, i
	wrap	__floatsidf, i, i, d
	wrap	__floatunsidf, i, i, d
	wrap	__floatdidf, i, i, d
	wrap	__floatsisf, i, i, s
	wrap	__floatunsisf, i, i, s
	wrap	__extendsfdf2, s, i, d
	wrap	__truncdfsf2, d, i, s
