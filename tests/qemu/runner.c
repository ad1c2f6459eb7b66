/* SPDX-License-Identifier: MIT */
/*
 * The guest of the differential test: executes the generated steps one after the other and writes
 * the state after each to standard output (UHI). Everything random comes from the steps, so two
 * machines that execute alike write the same bytes.
 */
#include "tests/qemu/state.h"
#include "tests/qemu/step.h"

extern const struct step steps[];
extern const uint32_t step_count;
extern uint8_t state[STATE_BYTES], code_pages[8192], scratch_pages[8192];
void run_step(void);
int main(void);

#define BREAK 0x0000000d
#define BATCH 256

static uint8_t results[BATCH][STATE_BYTES];

static long host(long operation, long a, long b, long c)
{
	register long v0 __asm__("$2");
	register long r4 __asm__("$4") = a;
	register long r5 __asm__("$5") = b;
	register long r6 __asm__("$6") = c;
	register long t9 __asm__("$25") = operation;

	__asm__ volatile("sdbbp 1"
			 : "=r"(v0), "+r"(r4), "+r"(r5)
			 : "r"(r6), "r"(t9)
			 : "$3", "$7", "memory");
	return v0;
}

static void write_all(const uint8_t *from, long bytes)
{
	while (bytes > 0) {
		long n = host(5, 1, (long)from, bytes);

		if (n <= 0)
			host(1, 1, 0, 0);
		from += n;
		bytes -= n;
	}
}

static uint32_t *word(unsigned offset)
{
	return (uint32_t *)(state + offset);
}

static uint32_t next(uint32_t *seed)
{
	uint32_t x = *seed;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return *seed = x;
}

static uint32_t integer(uint32_t *seed)
{
	static const uint32_t corners[] = {0,	       1,	   0xffffffff, 0x7fffffff,
					   0x80000000, 0x80000001, 0x0000ffff, 0xffff8000,
					   31,	       32,	   0x7f,       0x80};
	uint32_t pick = next(seed);

	if (pick % 4 == 0)
		return corners[(pick >> 8) % (sizeof(corners) / sizeof(corners[0]))];
	return pick % 4 == 1 ? next(seed) & 0xff : next(seed);
}

static uint32_t single(uint32_t *seed)
{
	static const uint32_t corners[] = {
		0x00000000, 0x80000000, 0x3f800000, 0xbf800000, 0x7f800000, 0xff800000,
		0x7fbfffff, 0x7fffffff, 0x7fc00001, 0xffc00000, 0x7f800001, 0xff812345,
		0x00000001, 0x807fffff, 0x007fffff, 0x00800000, 0x00800001, 0x7f7fffff,
		0xff7fffff, 0x3f7fffff, 0x3f800001, 0x4b000000, 0x4affffff, 0x3f000000,
		0x3effffff, 0x4f000000, 0xcf000000, 0x4effffff, 0xcf000001, 0x5f000000,
		0xdf000000, 0x5effffff, 0x40490fdb, 0x2f800000, 0x33800000, 0x34000000};
	uint32_t pick = next(seed);

	switch (pick % 8) {
	case 0:
	case 1:
	case 2:
		return corners[(pick >> 8) % (sizeof(corners) / sizeof(corners[0]))];
	case 3: /* near one */
		return 0x3e000000 + (next(seed) & 0x81ffffff);
	case 4: /* few fraction bits: exact results */
		return next(seed) & 0xbff80000;
	case 5: /* near the ends of the exponents */
		return next(seed) & 0x81ffffff;
	default:
		return next(seed);
	}
}

static uint64_t wide(uint32_t high, uint32_t low)
{
	return (uint64_t)high << 32 | low;
}

static uint64_t real(uint32_t *seed)
{
	static const uint64_t corners[] = {
		0x0000000000000000, 0x8000000000000000, 0x3ff0000000000000, 0xbff0000000000000,
		0x7ff0000000000000, 0xfff0000000000000, 0x7ff7ffffffffffff, 0x7fffffffffffffff,
		0x7ff8000000000001, 0xfff8000000000000, 0x7ff0000000000001, 0x0000000000000001,
		0x800fffffffffffff, 0x000fffffffffffff, 0x0010000000000000, 0x0010000000000001,
		0x7fefffffffffffff, 0xffefffffffffffff, 0x3fefffffffffffff, 0x3ff0000000000001,
		0x4330000000000000, 0x432fffffffffffff, 0x3fe0000000000000, 0x3fdfffffffffffff,
		0x41dfffffffc00000, 0x41e0000000000000, 0xc1e0000000000000, 0xc1e0000000200000,
		0x43e0000000000000, 0xc3e0000000000000, 0x43dfffffffffffff, 0x36a0000000000000,
		0x3810000000000000, 0x380fffffffffffff, 0x47efffffe0000000, 0x47effffff0000000,
		0x47f0000000000000, 0x3690000000000000, 0x41dfffffffe00000, 0x3ca0000000000000};
	uint32_t pick = next(seed);

	switch (pick % 8) {
	case 0:
	case 1:
	case 2:
		return corners[(pick >> 8) % (sizeof(corners) / sizeof(corners[0]))];
	case 3:
		return wide(0x3fc00000 + (next(seed) & 0x803fffff), next(seed));
	case 4:
		return wide(next(seed) & 0xbfff0000, 0);
	case 5:
		return wide(next(seed) & 0x803fffff, next(seed));
	case 6: /* around the range of singles and of integers */
		return wide((next(seed) & 0x87ffffff) + 0x3c000000, next(seed));
	default:
		return wide(next(seed), next(seed));
	}
}

static void fill_registers(const struct step *step)
{
	uint32_t seed = step->seed | 1;
	uint64_t *fpr = (uint64_t *)(state + STATE_FPR);

	for (unsigned i = 0; i < 32; i++)
		*word(STATE_GPR + 4 * i) = integer(&seed);
	*word(STATE_HI) = integer(&seed);
	*word(STATE_LO) = integer(&seed);
	for (unsigned i = 0; i < 32; i++)
		fpr[i] = next(&seed) & 1 ? real(&seed) : wide(next(&seed), single(&seed));
	for (unsigned i = 0; i < 32 && !(step->status & 0x04000000); i += 2)
		if (next(&seed) & 1) { /* a pair that makes a double */
			uint64_t v = real(&seed);

			fpr[i] = (uint32_t)v;
			fpr[i + 1] = v >> 32;
		}
	for (unsigned i = 0; i < 64; i++)
		scratch_pages[i] = next(&seed);
	for (unsigned i = 0; i < STEP_SETS; i++)
		if (step->set[i].reg)
			*word(STATE_GPR + 4 * step->set[i].reg) = step->set[i].value;
}

static void place_code(const struct step *step)
{
	uint32_t *code = (uint32_t *)(code_pages + step->offset);

	for (int i = -16; i < 32; i++)
		if ((uint8_t *)(code + i) >= code_pages &&
		    (uint8_t *)(code + i) < code_pages + 8192)
			code[i] = BREAK;
	for (unsigned i = 0; i < step->count; i++)
		code[i] = step->words[i];
	for (int i = -16; i < 32; i += 4)
		__asm__ volatile("synci 0(%0)" : : "r"(code + i) : "memory");
}

static void tlb_set(unsigned index, uint32_t hi, uint32_t lo0, uint32_t lo1)
{
	__asm__ volatile("mtc0 %0, $0\n mtc0 %1, $10\n mtc0 %2, $2\n mtc0 %3, $3\n mtc0 $0, $5\n"
			 "ehb\n tlbwi\n ehb"
			 :
			 : "r"(index), "r"(hi), "r"(lo0), "r"(lo1));
}

/* EntryLo of a KSEG0 page: cacheable, global. */
static uint32_t entry_lo(const void *page, uint32_t flags)
{
	return ((uint32_t)page & 0x1ffff000) >> 6 | 3 << 3 | flags | 1;
}

static void set_up_tlb(void)
{
	for (unsigned i = 0; i < 16; i++)
		tlb_set(i, 0x80000000 + i * 0x2000, 0, 0);
	tlb_set(0, CODE_USER, entry_lo(code_pages, 6), entry_lo(code_pages + 4096, 6));
	tlb_set(1, SCRATCH_USER, entry_lo(scratch_pages, 6), entry_lo(scratch_pages + 4096, 6));
	tlb_set(2, CODE_HALF, entry_lo(code_pages, 6), entry_lo(code_pages + 4096, 0));
	tlb_set(3, SCRATCH_READ, entry_lo(scratch_pages, 2), entry_lo(scratch_pages + 4096, 2));
	__asm__ volatile("mtc0 %0, $6\n mtc0 $0, $10\n mtc0 $0, $7\n ehb" : : "r"(15));
}

static void copy(uint8_t *to, const uint8_t *from, unsigned bytes)
{
	while (bytes--)
		*to++ = *from++;
}

int main(void)
{
	unsigned held = 0;

	if ((uint32_t)code_pages != CODE_KSEG0 || (uint32_t)scratch_pages != SCRATCH_KSEG0)
		return 2;
	set_up_tlb();
	for (uint32_t i = 0; i < step_count; i++) {
		const struct step *step = &steps[i];

		fill_registers(step);
		place_code(step);
		*word(STATE_FULL) = step->status & 0x04000000;
		*word(STATE_STATUS) = step->status | 2;
		*word(STATE_EPC) = step->va + step->offset;
		*word(STATE_FCSR) = step->fcsr;
		run_step();
		*word(STATE_CAUSE) &= ~0x4000ff00u | 0x300; /* the timer runs as it likes */
		if ((*word(STATE_CAUSE) >> 2 & 31) != 11)
			*word(STATE_CAUSE) &= ~0x30000000u; /* CE is of that exception only */
		copy(state + STATE_MEMORY, scratch_pages, 64);
		copy(results[held++], state, STATE_BYTES);
		if (held == BATCH || i + 1 == step_count) {
			write_all(results[0], held * STATE_BYTES);
			held = 0;
		}
	}
	return 0;
}
