/* SPDX-License-Identifier: MIT */
/*
 * IEEE 754 arithmetic on bit patterns, as a MIPS FPU with legacy NaNs (the top fraction bit of a
 * *signalling* NaN is set) gives it. Every NaN result is the default NaN, as on the reference
 * machine. An operation adds the exceptions it raises to fpu->raised and never traps by itself.
 */
#ifndef SIM_MIPS_FPU_H
#define SIM_MIPS_FPU_H

#include <stdbool.h>
#include <stdint.h>

/* Exceptions, as in FCSR's cause (from bit 12), enable (7) and flag (2) fields. */
enum { FP_INEXACT = 1, FP_UNDERFLOW = 2, FP_OVERFLOW = 4, FP_DIVIDE = 8, FP_INVALID = 16 };
enum fp_rounding { ROUND_NEAREST = 0, ROUND_ZERO = 1, ROUND_UP = 2, ROUND_DOWN = 3 };

#define FCSR_CAUSE 0x0003f000u
#define FCSR_FLUSH 0x01000000u
#define FCSR_WRITE 0xff83ffffu

struct fpu {
	union fpr {
		uint64_t wide;
		uint32_t word[2]; /* low, high */
	} reg[32]; /* FR=0: a double is the low words of an even and the next odd one */
	uint32_t fcsr, fir;
	uint8_t raised;
};

#define FP_OPERATIONS(s, type)                                                                \
	type fp_add_##s(struct fpu *, type a, type b);                                        \
	type fp_sub_##s(struct fpu *, type a, type b);                                        \
	type fp_mul_##s(struct fpu *, type a, type b);                                        \
	type fp_div_##s(struct fpu *, type a, type b);                                        \
	type fp_sqrt_##s(struct fpu *, type a);                                               \
	/* Bits 0..3 as in C.cond: unordered, equal, less, and whether any NaN is invalid. */ \
	bool fp_compare_##s(struct fpu *, type a, type b, unsigned condition);                \
	uint32_t fp_##s##_to_w(struct fpu *, type a, enum fp_rounding);                       \
	uint64_t fp_##s##_to_l(struct fpu *, type a, enum fp_rounding);                       \
	type fp_##s##_from_l(struct fpu *, int64_t a)
FP_OPERATIONS(s, uint32_t);
FP_OPERATIONS(d, uint64_t);
#undef FP_OPERATIONS

uint64_t fp_s_to_d(struct fpu *, uint32_t a);
uint32_t fp_d_to_s(struct fpu *, uint64_t a);

#define FP_ONE_S 0x3f800000u
#define FP_ONE_D 0x3ff0000000000000ull

/* The control registers of CFC1 and CTC1. */
uint32_t fp_control(const struct fpu *, unsigned reg);
void fp_set_control(struct fpu *, unsigned reg, uint32_t value);

static inline enum fp_rounding fp_mode(const struct fpu *f)
{
	return f->fcsr & 3;
}

/* After an operation: sets the cause field from what was raised, and the flags when no trap is
 * enabled for it. Returns whether the instruction traps. */
static inline bool fp_traps(struct fpu *f)
{
	uint32_t raised = f->raised;

	f->fcsr = (f->fcsr & ~FCSR_CAUSE) | raised << 12;
	f->raised = 0;
	if (raised & f->fcsr >> 7)
		return true;
	f->fcsr |= raised << 2;
	return false;
}

static inline bool fp_condition(const struct fpu *f, unsigned cc)
{
	return f->fcsr >> (cc ? 24 + cc : 23) & 1;
}

static inline void fp_set_condition(struct fpu *f, unsigned cc, bool on)
{
	uint32_t bit = 1u << (cc ? 24 + cc : 23);

	f->fcsr = on ? f->fcsr | bit : f->fcsr & ~bit;
}

#endif
