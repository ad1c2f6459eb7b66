/* SPDX-License-Identifier: MIT */
/*
 * See fpu.h. Two ways to every result: fpu_exact.c does all cases in integers. The common case,
 * rounding to nearest with a result far from the ends of the range, is done by the host's
 * double arithmetic, whose rounding mode is never changed; whether it was exact is found by an
 * error-free transformation (Ogita, Rump, Oishi, "Accurate sum and dot product", SIAM J. Sci.
 * Comput. 26, 2005, section 2): FCSR's cause field must tell inexact results of each instruction,
 * so the host's sticky flags would have to be cleared and read around every operation, which costs
 * more. Singles are computed in double: one rounding more is harmless for + - * / and the square
 * root (Figueroa, "When is double rounding innocuous?", SIGNUM Newsletter 30, 1995).
 */
#include <math.h>
#include <string.h>

#include "sim/mips/fpu.h"
#include "sim/mips/fpu_exact.h"

static double as_double(uint64_t bits)
{
	double v;

	memcpy(&v, &bits, sizeof(v));
	return v;
}

static uint64_t double_bits(double v)
{
	uint64_t bits;

	memcpy(&bits, &v, sizeof(bits));
	return bits;
}

static double single_value(uint32_t bits)
{
	float v;

	memcpy(&v, &bits, sizeof(v));
	return v;
}

static uint32_t single_bits(float v)
{
	uint32_t bits;

	memcpy(&bits, &v, sizeof(bits));
	return bits;
}

/* Exponent field within bounds (inclusive)? */
static bool within_d(uint64_t bits, unsigned low, unsigned high)
{
	return (bits >> 52 & 0x7ff) - low <= high - low;
}

static bool within_s(uint32_t bits)
{
	return (bits >> 23 & 0xff) - 2 <= 253 - 2;
}

static bool nearest(const struct fpu *f)
{
	return fp_mode(f) == ROUND_NEAREST;
}

/* Far from the ends: neither a result nor its rounding error can leave the range of doubles. */
#define LOW  128
#define HIGH 1900

static void inexact(struct fpu *f, bool really)
{
	f->raised |= really ? FP_INEXACT : 0;
}

static double sum_error(double a, double b, double sum)
{
	double part = sum - a;

	return (a - (sum - part)) + (b - part);
}

typedef struct number binary(struct fpu *, struct number, struct number);

static uint64_t exact_d(struct fpu *f, binary *operation, uint64_t a, uint64_t b)
{
	return number_pack(
		f, &fp_double,
		operation(f, number_unpack(&fp_double, a), number_unpack(&fp_double, b)));
}

static uint32_t exact_s(struct fpu *f, binary *operation, uint32_t a, uint32_t b)
{
	return number_pack(
		f, &fp_single,
		operation(f, number_unpack(&fp_single, a), number_unpack(&fp_single, b)));
}

uint64_t fp_add_d(struct fpu *f, uint64_t a, uint64_t b)
{
	if (nearest(f) && within_d(a, LOW, HIGH) && within_d(b, LOW, HIGH)) {
		double x = as_double(a), y = as_double(b), sum = x + y;

		inexact(f, sum_error(x, y, sum) != 0);
		return double_bits(sum);
	}
	return exact_d(f, number_add, a, b);
}

uint64_t fp_sub_d(struct fpu *f, uint64_t a, uint64_t b)
{
	struct number x, y;

	if (nearest(f) && within_d(a, LOW, HIGH) && within_d(b, LOW, HIGH))
		return fp_add_d(f, a, b ^ 1ull << 63);
	x = number_unpack(&fp_double, a);
	y = number_unpack(&fp_double, b);
	y.negative = !y.negative;
	return number_pack(f, &fp_double, number_add(f, x, y));
}

uint64_t fp_mul_d(struct fpu *f, uint64_t a, uint64_t b)
{
	double x = as_double(a), y = as_double(b), product = x * y;

	if (nearest(f) && within_d(double_bits(product), LOW, HIGH)) {
		inexact(f, fma(x, y, -product) != 0);
		return double_bits(product);
	}
	return exact_d(f, number_multiply, a, b);
}

uint64_t fp_div_d(struct fpu *f, uint64_t a, uint64_t b)
{
	double x = as_double(a), y = as_double(b), quotient = x / y;

	if (nearest(f) && within_d(a, LOW, HIGH) && within_d(double_bits(quotient), LOW, HIGH)) {
		inexact(f, fma(quotient, y, -x) != 0);
		return double_bits(quotient);
	}
	return exact_d(f, number_divide, a, b);
}

uint64_t fp_sqrt_d(struct fpu *f, uint64_t a)
{
	if (nearest(f) && !(a >> 63) && within_d(a, LOW, HIGH)) {
		double x = as_double(a), root = sqrt(x);

		inexact(f, fma(root, root, -x) != 0);
		return double_bits(root);
	}
	return number_pack(f, &fp_double, number_root(f, number_unpack(&fp_double, a)));
}

uint32_t fp_add_s(struct fpu *f, uint32_t a, uint32_t b)
{
	double x = single_value(a), y = single_value(b), sum = x + y;
	uint32_t bits = single_bits((float)sum);

	if (nearest(f) && within_s(bits)) {
		inexact(f, (float)sum != sum || sum_error(x, y, sum) != 0);
		return bits;
	}
	return exact_s(f, number_add, a, b);
}

uint32_t fp_sub_s(struct fpu *f, uint32_t a, uint32_t b)
{
	struct number x = number_unpack(&fp_single, b);

	if (x.kind >= NUMBER_QUIET) /* its sign must not matter, so do not flip it */
		return exact_s(f, number_add, a, b);
	return fp_add_s(f, a, b ^ 1u << 31);
}

uint32_t fp_mul_s(struct fpu *f, uint32_t a, uint32_t b)
{
	double product = single_value(a) * single_value(b);
	uint32_t bits = single_bits((float)product);

	if (nearest(f) && within_s(bits)) {
		inexact(f, (float)product != product);
		return bits;
	}
	return exact_s(f, number_multiply, a, b);
}

uint32_t fp_div_s(struct fpu *f, uint32_t a, uint32_t b)
{
	double x = single_value(a), y = single_value(b);
	float quotient = (float)(x / y);

	if (nearest(f) && within_s(single_bits(quotient))) {
		inexact(f, (double)quotient * y != x);
		return single_bits(quotient);
	}
	return exact_s(f, number_divide, a, b);
}

uint32_t fp_sqrt_s(struct fpu *f, uint32_t a)
{
	double x = single_value(a);
	float root = (float)sqrt(x);

	if (nearest(f) && x > 0 && within_s(single_bits(root))) {
		inexact(f, (double)root * root != x);
		return single_bits(root);
	}
	return number_pack(f, &fp_single, number_root(f, number_unpack(&fp_single, a)));
}

static bool compare(struct fpu *f, struct number a, struct number b, double x, double y,
		    unsigned condition)
{
	bool nan = number_is_nan(f, a);

	nan |= number_is_nan(f, b);
	if (nan) {
		if (condition & 8)
			f->raised |= FP_INVALID;
		return condition & 1;
	}
	return (condition & 2 && x == y) || (condition & 4 && x < y);
}

bool fp_compare_d(struct fpu *f, uint64_t a, uint64_t b, unsigned condition)
{
	return compare(f, number_unpack(&fp_double, a), number_unpack(&fp_double, b), as_double(a),
		       as_double(b), condition);
}

bool fp_compare_s(struct fpu *f, uint32_t a, uint32_t b, unsigned condition)
{
	return compare(f, number_unpack(&fp_single, a), number_unpack(&fp_single, b),
		       single_value(a), single_value(b), condition);
}

uint32_t fp_s_to_w(struct fpu *f, uint32_t a, enum fp_rounding mode)
{
	return number_to_integer(f, number_unpack(&fp_single, a), 32, mode);
}

uint32_t fp_d_to_w(struct fpu *f, uint64_t a, enum fp_rounding mode)
{
	return number_to_integer(f, number_unpack(&fp_double, a), 32, mode);
}

uint64_t fp_s_to_l(struct fpu *f, uint32_t a, enum fp_rounding mode)
{
	return number_to_integer(f, number_unpack(&fp_single, a), 64, mode);
}

uint64_t fp_d_to_l(struct fpu *f, uint64_t a, enum fp_rounding mode)
{
	return number_to_integer(f, number_unpack(&fp_double, a), 64, mode);
}

static struct number from_integer(int64_t a)
{
	struct number n = {.negative = a < 0};

	if (a) {
		uint64_t magnitude = a < 0 ? -(uint64_t)a : (uint64_t)a;
		unsigned shift = __builtin_clzll(magnitude);

		n.kind = NUMBER_FINITE;
		n.fraction = magnitude << shift;
		n.exponent = 63 - (int)shift;
	}
	return n;
}

uint32_t fp_s_from_l(struct fpu *f, int64_t a)
{
	return number_pack(f, &fp_single, from_integer(a));
}

uint64_t fp_d_from_l(struct fpu *f, int64_t a)
{
	return number_pack(f, &fp_double, from_integer(a));
}

static struct number quieted(struct fpu *f, struct number n)
{
	if (number_is_nan(f, n))
		n.kind = NUMBER_QUIET;
	return n;
}

uint64_t fp_s_to_d(struct fpu *f, uint32_t a)
{
	return number_pack(f, &fp_double, quieted(f, number_unpack(&fp_single, a)));
}

uint32_t fp_d_to_s(struct fpu *f, uint64_t a)
{
	return number_pack(f, &fp_single, quieted(f, number_unpack(&fp_double, a)));
}

uint32_t fp_control(const struct fpu *f, unsigned reg)
{
	switch (reg) {
	case 0:
		return f->fir;
	case 25: /* FCCR: the conditions side by side */
		return (f->fcsr >> 24 & 0xfe) | (f->fcsr >> 23 & 1);
	case 26: /* FEXR: cause and flags */
		return f->fcsr & 0x0003f07c;
	case 28: /* FENR: enables, FS as bit 2, rounding mode */
		return (f->fcsr & 0x00000f83) | (f->fcsr >> 22 & 4);
	case 31:
		return f->fcsr;
	default:
		return 0;
	}
}

static void set_bits(struct fpu *f, uint32_t value, uint32_t mask)
{
	f->fcsr = (f->fcsr & ~mask) | (value & mask);
}

void fp_set_control(struct fpu *f, unsigned reg, uint32_t value)
{
	switch (reg) {
	case 25:
		if (!(value & 0xffffff00))
			set_bits(f, (value & 0xfe) << 24 | (value & 1) << 23, 0xfe800000);
		break;
	case 26:
		if (!(value & 0x007c0000))
			set_bits(f, value, 0x0003f07c);
		break;
	case 28:
		if (!(value & 0x007c0000))
			set_bits(f, (value & 0x00000f83) | (value & 4) << 22, 0x01000f83);
		break;
	case 31:
		set_bits(f, value, FCSR_WRITE);
		break;
	default:
		break;
	}
}
