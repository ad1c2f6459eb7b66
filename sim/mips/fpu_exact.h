/* SPDX-License-Identifier: MIT */
/*
 * The exact, slow arithmetic under sim/mips/fpu.c: a number is taken apart into sign, exponent
 * and 64-bit fraction, and put together again in either format with any rounding.
 */
#ifndef SIM_MIPS_FPU_EXACT_H
#define SIM_MIPS_FPU_EXACT_H

#include "sim/mips/fpu.h"

enum number_kind { NUMBER_ZERO, NUMBER_FINITE, NUMBER_INFINITE, NUMBER_QUIET, NUMBER_SIGNALLING };

/* Finite: fraction / 2^63 * 2^exponent, with the fraction's top bit set. */
struct number {
	enum number_kind kind;
	bool negative;
	int exponent;
	uint64_t fraction;
};

struct format {
	unsigned fraction_bits, exponent_bits;
};
extern const struct format fp_single, fp_double;

struct number number_unpack(const struct format *, uint64_t bits);
/* The lowest bit of the fraction may stand for any smaller remainder. */
uint64_t number_pack(struct fpu *, const struct format *, struct number);
uint64_t number_nan(const struct format *);

/* Any of them a NaN: the result is one, and signalling ones are invalid. */
bool number_is_nan(struct fpu *, struct number a);

struct number number_add(struct fpu *, struct number a, struct number b);
struct number number_multiply(struct fpu *, struct number a, struct number b);
struct number number_divide(struct fpu *, struct number a, struct number b);
struct number number_root(struct fpu *, struct number a);
/* To a signed integer of so many bits; invalid gives the largest one. */
uint64_t number_to_integer(struct fpu *, struct number a, unsigned bits, enum fp_rounding);

#endif
