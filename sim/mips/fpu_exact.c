/* SPDX-License-Identifier: MIT */
/*
 * See fpu_exact.h. IEEE 754-2008 with the choices of the reference machine (QEMU's 24Kf):
 * tininess is detected after rounding; underflow is raised only with a loss of accuracy, even
 * when its trap is enabled; FCSR.FS replaces a result that is tiny before rounding by a zero of
 * its sign and raises nothing; conversions out of range give the largest integer.
 */
#include "sim/mips/fpu_exact.h"

const struct format fp_single = {23, 8}, fp_double = {52, 11};

static int bias(const struct format *f)
{
	return (1 << (f->exponent_bits - 1)) - 1;
}

static uint64_t infinity(const struct format *f)
{
	return ((1ull << f->exponent_bits) - 1) << f->fraction_bits;
}

uint64_t number_nan(const struct format *f)
{
	return infinity(f) | ((1ull << (f->fraction_bits - 1)) - 1);
}

static struct number invalid(struct fpu *fpu)
{
	fpu->raised |= FP_INVALID;
	return (struct number){.kind = NUMBER_QUIET};
}

struct number number_unpack(const struct format *f, uint64_t bits)
{
	uint64_t fraction = bits & ((1ull << f->fraction_bits) - 1);
	int exponent = bits >> f->fraction_bits & ((1u << f->exponent_bits) - 1);
	struct number n = {.negative = bits >> (f->fraction_bits + f->exponent_bits) & 1};

	if (exponent == (1 << f->exponent_bits) - 1) {
		n.kind = !fraction			      ? NUMBER_INFINITE
			 : fraction >> (f->fraction_bits - 1) ? NUMBER_SIGNALLING
							      : NUMBER_QUIET;
		return n;
	}
	if (exponent == 0) {
		if (!fraction)
			return n;
		exponent = 1;
	} else {
		fraction |= 1ull << f->fraction_bits;
	}
	n.kind = NUMBER_FINITE;
	unsigned shift = __builtin_clzll(fraction);

	n.fraction = fraction << shift;
	n.exponent = exponent - bias(f) + (int)(63 - f->fraction_bits) - (int)shift;
	return n;
}

/* Shifts right; what falls out stays as the lowest bit. */
static uint64_t shift_sticky(uint64_t v, unsigned by)
{
	if (by == 0)
		return v;
	if (by > 63)
		return v != 0;
	return v >> by | (v << (64 - by) != 0);
}

/* Drops `low` bits by the rounding mode; the result may carry into one more bit. */
static uint64_t round_off(uint64_t v, unsigned low, bool negative, enum fp_rounding mode)
{
	uint64_t rest = v & ((1ull << low) - 1), half = 1ull << (low - 1), kept = v >> low;

	switch (mode) {
	case ROUND_NEAREST:
		return kept + (rest > half || (rest == half && kept & 1));
	case ROUND_UP:
		return kept + (rest && !negative);
	case ROUND_DOWN:
		return kept + (rest && negative);
	default:
		return kept;
	}
}

static uint64_t overflow(struct fpu *fpu, const struct format *f, bool negative)
{
	enum fp_rounding mode = fp_mode(fpu);
	bool away = mode == ROUND_NEAREST || mode == (negative ? ROUND_DOWN : ROUND_UP);

	fpu->raised |= FP_OVERFLOW | FP_INEXACT;
	return infinity(f) - !away;
}

/* Magnitude of a finite number. */
static uint64_t pack_finite(struct fpu *fpu, const struct format *f, struct number n)
{
	enum fp_rounding mode = fp_mode(fpu);
	unsigned low = 63 - f->fraction_bits;
	int exponent = n.exponent + bias(f);
	bool tiny = false;

	if (exponent <= 0) {
		if (fpu->fcsr & FCSR_FLUSH)
			return 0;
		tiny = exponent < 0 ||
		       round_off(n.fraction, low, n.negative, mode) >> (f->fraction_bits + 1) == 0;
		n.fraction = shift_sticky(n.fraction, 1 - exponent);
		exponent = 0;
	}
	bool inexact = n.fraction & ((1ull << low) - 1);
	uint64_t fraction = round_off(n.fraction, low, n.negative, mode);

	/* The leading one (or a carry) counts in the exponent field. */
	uint64_t bits = fraction;

	if (exponent > 0) {
		if (exponent >= (1 << f->exponent_bits) - 1)
			return overflow(fpu, f, n.negative);
		bits += (uint64_t)(exponent - 1) << f->fraction_bits;
	}
	if (bits >= infinity(f))
		return overflow(fpu, f, n.negative);
	if (inexact)
		fpu->raised |= FP_INEXACT | (tiny ? FP_UNDERFLOW : 0);
	return bits;
}

uint64_t number_pack(struct fpu *fpu, const struct format *f, struct number n)
{
	uint64_t sign = (uint64_t)n.negative << (f->fraction_bits + f->exponent_bits);

	switch (n.kind) {
	case NUMBER_ZERO:
		return sign;
	case NUMBER_FINITE:
		return sign | pack_finite(fpu, f, n);
	case NUMBER_INFINITE:
		return sign | infinity(f);
	default:
		return number_nan(f);
	}
}

bool number_is_nan(struct fpu *fpu, struct number a)
{
	if (a.kind == NUMBER_SIGNALLING)
		fpu->raised |= FP_INVALID;
	return a.kind >= NUMBER_QUIET;
}

/* Of two operands; both are looked at. */
static bool any_nan(struct fpu *fpu, struct number a, struct number b)
{
	bool first = number_is_nan(fpu, a);

	return number_is_nan(fpu, b) || first;
}

static const struct number a_nan = {.kind = NUMBER_QUIET};

static struct number add_finite(struct fpu *fpu, struct number a, struct number b)
{
	if (a.exponent < b.exponent) {
		struct number t = a;

		a = b;
		b = t;
	}
	/* One bit of room above; operands have at most 53 bits, so nothing is lost here. */
	uint64_t x = a.fraction >> 1, y = shift_sticky(b.fraction >> 1, a.exponent - b.exponent);
	uint64_t sum;

	if (a.negative == b.negative) {
		sum = x + y;
	} else if (x >= y) {
		sum = x - y;
	} else {
		sum = y - x;
		a.negative = b.negative;
	}
	if (sum == 0)
		return (struct number){.negative = fp_mode(fpu) == ROUND_DOWN};
	unsigned shift = __builtin_clzll(sum);

	a.fraction = sum << shift;
	a.exponent += 1 - (int)shift;
	return a;
}

struct number number_add(struct fpu *fpu, struct number a, struct number b)
{
	if (any_nan(fpu, a, b))
		return a_nan;
	if (a.kind == NUMBER_INFINITE)
		return b.kind == NUMBER_INFINITE && a.negative != b.negative ? invalid(fpu) : a;
	if (b.kind == NUMBER_INFINITE)
		return b;
	if (a.kind == NUMBER_FINITE && b.kind == NUMBER_FINITE)
		return add_finite(fpu, a, b);
	if (a.kind == NUMBER_FINITE)
		return a;
	if (b.kind == NUMBER_ZERO && a.negative != b.negative)
		b.negative = fp_mode(fpu) == ROUND_DOWN;
	return b;
}

struct number number_multiply(struct fpu *fpu, struct number a, struct number b)
{
	bool negative = a.negative != b.negative;

	if (any_nan(fpu, a, b))
		return a_nan;
	if (a.kind == NUMBER_INFINITE || b.kind == NUMBER_INFINITE) {
		if (a.kind == NUMBER_ZERO || b.kind == NUMBER_ZERO)
			return invalid(fpu);
		return (struct number){.kind = NUMBER_INFINITE, .negative = negative};
	}
	if (a.kind == NUMBER_ZERO || b.kind == NUMBER_ZERO)
		return (struct number){.negative = negative};
	unsigned __int128 product = (unsigned __int128)a.fraction * b.fraction;
	struct number n = {NUMBER_FINITE, negative, a.exponent + b.exponent + 1, product >> 64};

	if ((uint64_t)product)
		n.fraction |= 1;
	if (!(n.fraction >> 63)) { /* operands have 53 bits: the bit that moves in is 0 */
		n.fraction <<= 1;
		n.exponent--;
	}
	return n;
}

struct number number_divide(struct fpu *fpu, struct number a, struct number b)
{
	bool negative = a.negative != b.negative;

	if (any_nan(fpu, a, b))
		return a_nan;
	if (a.kind == b.kind && a.kind != NUMBER_FINITE)
		return invalid(fpu); /* 0/0, inf/inf */
	if (a.kind == NUMBER_INFINITE || b.kind == NUMBER_ZERO) {
		if (a.kind == NUMBER_FINITE)
			fpu->raised |= FP_DIVIDE;
		return (struct number){.kind = NUMBER_INFINITE, .negative = negative};
	}
	if (a.kind == NUMBER_ZERO || b.kind == NUMBER_INFINITE)
		return (struct number){.negative = negative};
	unsigned __int128 from = (unsigned __int128)a.fraction << 63;
	uint64_t quotient = from / b.fraction;
	struct number n = {NUMBER_FINITE, negative, a.exponent - b.exponent, quotient};

	if (!(quotient >> 63)) {
		n.fraction <<= 1;
		n.exponent--;
	}
	n.fraction |= from % b.fraction != 0;
	return n;
}

struct number number_root(struct fpu *fpu, struct number a)
{
	if (number_is_nan(fpu, a))
		return a_nan;
	if (a.kind == NUMBER_ZERO || (a.kind == NUMBER_INFINITE && !a.negative))
		return a;
	if (a.negative)
		return invalid(fpu);
	bool odd = a.exponent & 1;
	unsigned __int128 square = (unsigned __int128)a.fraction << (odd ? 64 : 63);
	uint64_t root = 0;

	for (int bit = 63; bit >= 0; bit--) {
		uint64_t trial = root | 1ull << bit;

		if ((unsigned __int128)trial * trial <= square)
			root = trial;
	}
	a.exponent = (a.exponent - odd) / 2;
	a.fraction = root | ((unsigned __int128)root * root != square);
	return a;
}

uint64_t number_to_integer(struct fpu *fpu, struct number a, unsigned bits, enum fp_rounding mode)
{
	uint64_t most = (1ull << (bits - 1)) - 1;
	uint64_t magnitude = 0;
	bool inexact = false;

	if (a.kind == NUMBER_ZERO)
		return 0;
	if (a.kind != NUMBER_FINITE || a.exponent > 63) {
		fpu->raised |= FP_INVALID;
		return most;
	}
	if (a.exponent == 63) {
		magnitude = a.fraction;
	} else {
		/* Fixed point with two bits below the integer. */
		uint64_t fixed = a.exponent == 62 ? 0 : shift_sticky(a.fraction, 61 - a.exponent);

		if (a.exponent == 62) { /* at most 53 bits: it is an integer */
			magnitude = a.fraction >> 1;
		} else {
			inexact = fixed & 3;
			magnitude = round_off(fixed, 2, a.negative, mode);
		}
	}
	if (magnitude > most + a.negative) {
		fpu->raised |= FP_INVALID;
		return most;
	}
	if (inexact)
		fpu->raised |= FP_INEXACT;
	return a.negative ? -magnitude : magnitude;
}
