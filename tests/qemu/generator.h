/* SPDX-License-Identifier: MIT */
/* What the parts of the differential test's generator share: the step being made, random choices.
 */
#include <stdbool.h>

#include "sim/base/rng.h"
#include "tests/qemu/step.h"

#define STATUS_CU0 0x10000000u
#define STATUS_CU1 0x20000000u
#define STATUS_FR  0x04000000u
#define SUPERVISOR 0x08u
#define USER	   0x10u

struct generator {
	struct rng rng;
	struct step step;
	unsigned sets;
	bool full; /* FR=1 */
	bool mt;   /* for a 34Kf */
};

static inline uint32_t below(struct generator *g, uint32_t n)
{
	return rng_below(&g->rng, n);
}

static inline bool chance(struct generator *g, unsigned of_a_hundred)
{
	return below(g, 100) < of_a_hundred;
}

/* Any but $26 and $27, which belong to the runner. */
static inline unsigned reg(struct generator *g)
{
	unsigned r = below(g, 30);

	return r < 26 ? r : r + 2;
}

static inline void set(struct generator *g, unsigned r, uint32_t value)
{
	if (g->sets < STEP_SETS && r) {
		g->step.set[g->sets].reg = r;
		g->step.set[g->sets++].value = value;
	}
}

static inline void emit(struct generator *g, uint32_t word)
{
	g->step.words[g->step.count++] = word;
}

static inline uint32_t mtc0(unsigned rt, unsigned rd, unsigned sel)
{
	return 0x40800000 | rt << 16 | rd << 11 | sel;
}

static inline uint32_t mfc0(unsigned rt, unsigned rd, unsigned sel)
{
	return 0x40000000 | rt << 16 | rd << 11 | sel;
}

/* A step that concerns the MT extension (generate_mt.c). */
void mt_step(struct generator *);
