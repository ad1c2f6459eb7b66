/* SPDX-License-Identifier: MIT */
/*
 * Steps of the differential test for the first of two 34Kf processors, of which the second stays
 * halted: MTTR and MFTR of its registers and of the processor's own, the extension's registers,
 * YIELD. What the reference machine does not do as the manual says is left out, see
 * sim/mips/README.md.
 */
#include "tests/qemu/generator.h"

#define SOURCE	     8 /* registers of the steps */
#define RESULT	     9
#define RESULT2	     10
#define EHB	     0x000000c0u
#define AND_RESULT_7 0x01274824u /* and $9, $9, $7 */
#define TCSTATUS_A   0x2000u

static uint32_t any(struct generator *g)
{
	return (uint32_t)(rng_next(&g->rng) >> 32);
}

static uint32_t mftr(unsigned to, unsigned number, unsigned u, unsigned sel, unsigned h)
{
	return 0x41000000 | number << 16 | to << 11 | u << 5 | h << 4 | sel;
}

static uint32_t mttr(unsigned from, unsigned number, unsigned u, unsigned sel, unsigned h)
{
	return 0x41800000 | from << 16 | number << 11 | u << 5 | h << 4 | sel;
}

/* VPEControl.TargTC; the other bits are cleared. */
static void address(struct generator *g, unsigned tc)
{
	emit(g, 0x34070000 | tc); /* li $7 */
	emit(g, mtc0(7, 1, 1));
	emit(g, EHB);
}

/* General registers, LO and HI of either processor. */
static void register_step(struct generator *g)
{
	unsigned number = 1 + below(g, 31), sel = 0;

	if (number == 26 || number == 27)
		number = 30;
	if (chance(g, 30)) {
		sel = 1;
		number = below(g, 2);
	}
	address(g, below(g, 2));
	set(g, SOURCE, any(g));
	emit(g, mttr(SOURCE, number, 1, sel, 0));
	emit(g, mftr(RESULT, number, 1, sel, 0));
}

/* Registers of the second VPE and its thread. */
static void other_step(struct generator *g)
{
	static const struct {
		uint8_t number, sel;
		uint32_t written, always, compared;
	} some[] = {
		{1, 1, 0x003080ff, 0, 0xffffffff},  /* VPEControl */
		{1, 2, 0x00000003, 0, 0xffffffff},  /* VPEConf0 */
		{2, 1, 0x3010bcff, 0, 0xffffffff},  /* TCStatus */
		{2, 3, 0xfffffffc, 0, 0xffffffff},  /* TCRestart */
		{2, 4, 0x00000000, 1, 0xffffffff},  /* TCHalt: it must stay */
		{2, 5, 0xffffffff, 0, 0xffffffff},  /* TCContext */
		{2, 6, 0xffffffff, 0, 0xffffffff},  /* TCSchedule */
		{2, 7, 0xffffffff, 0, 0xffffffff},  /* TCScheFBack */
		{10, 0, 0xffffe0ff, 0, 0xffffffff}, /* EntryHi */
		{13, 0, 0x00c00300, 0, 0x00c00300}, /* Cause */
		{15, 1, 0xffffffff, 0, 0xffffffff}, /* EBase */
	};
	unsigned i = below(g, sizeof(some) / sizeof(some[0]));

	address(g, 1);
	set(g, SOURCE, (any(g) & some[i].written) | some[i].always);
	emit(g, mttr(SOURCE, some[i].number, 0, some[i].sel, 0));
	emit(g, mftr(RESULT, some[i].number, 0, some[i].sel, 0));
	emit(g, 0x3c070000 | some[i].compared >> 16);
	emit(g, 0x34e70000 | (some[i].compared & 0xffff));
	emit(g, AND_RESULT_7);
}

/* What Status and TCStatus, EntryHi and TCStatus share. */
static void shared_step(struct generator *g)
{
	address(g, 1);
	set(g, SOURCE, any(g) & 0x3010bcff);
	emit(g, mttr(SOURCE, 2, 0, 1, 0));
	set(g, 11, any(g) & 0x0478ff07);
	emit(g, mttr(11, 12, 0, 0, 0));
	emit(g, mftr(RESULT, 12, 0, 0, 0));
	set(g, 12, any(g) & 0xffffe0ff);
	emit(g, mttr(12, 10, 0, 0, 0));
	emit(g, mftr(RESULT2, 2, 0, 1, 0));
	emit(g, mftr(11, 10, 0, 0, 0));
}

/* The processor's own registers by MTC0 and MFC0. */
static void own_step(struct generator *g)
{
	static const struct {
		uint8_t rd, sel;
		uint32_t written, always;
	} some[] = {
		{0, 1, 0x0000000e, 1},		/* MVPControl, but EVP */
		{1, 1, 0x00308001, 0},		/* VPEControl */
		{1, 3, 0xffffffff, 0},		/* VPEConf1 */
		{1, 4, 0xffffffff, 0},		/* YQMask */
		{1, 5, 0xffffffff, 0},		/* VPESchedule */
		{1, 6, 0xffffffff, 0},		/* VPEScheFBack */
		{1, 7, 0xffffffff, 0},		/* VPEOpt */
		{2, 1, 0x0f00c400, 0x30002000}, /* TCStatus */
		{2, 5, 0xffffffff, 0},		/* TCContext */
		{2, 6, 0xffffffff, 0},		/* TCSchedule */
		{2, 7, 0xffffffff, 0},		/* TCScheFBack */
		{6, 1, 0xffffffff, 0},		/* SRSConf0 */
		{6, 2, 0x000ffc01, 0},		/* SRSConf1 */
		{6, 5, 0x3ff00000, 0},		/* SRSConf4 */
		{0, 2, 0xffffffff, 0},		/* MVPConf0 */
		{2, 4, 0x00000000, 0},		/* TCHalt */
	};
	unsigned i = below(g, sizeof(some) / sizeof(some[0]));

	set(g, SOURCE, (any(g) & some[i].written) | some[i].always);
	emit(g, mtc0(SOURCE, some[i].rd, some[i].sel));
	emit(g, EHB);
	emit(g, mfc0(RESULT, some[i].rd, some[i].sel));
	emit(g, mfc0(RESULT2, 2, 1));
}

/* YIELD, but with 0; and why there was a thread exception before. */
static void yield_step(struct generator *g)
{
	static const uint32_t values[] = {0xffffffff, 0xfffffffe, 1, 0x80000000, 0x7fffffff, 5};

	set(g, SOURCE, values[below(g, 6)]);
	set(g, 11, any(g) & 0x00308001);
	set(g, 12, (any(g) & 0x00100000) | 0x30000000 | TCSTATUS_A);
	emit(g, mfc0(RESULT, 1, 1));
	emit(g, mtc0(11, 1, 1));
	emit(g, mtc0(12, 2, 1));
	emit(g, EHB);
	emit(g, 0x7c000009 | SOURCE << 21 | RESULT2 << 11);
	emit(g, mfc0(RESULT, 1, 1));
}

static void enable_step(struct generator *g)
{
	emit(g, 0x41600001 | RESULT << 16); /* dvpe */
	emit(g, EHB);
	emit(g, 0x41600021); /* evpe */
}

void mt_step(struct generator *g)
{
	g->step.status &= ~(USER | SUPERVISOR);
	g->step.status |= STATUS_CU0 | STATUS_CU1;
	g->step.va = CODE_KSEG0;
	switch (below(g, 12)) {
	case 0:
	case 1:
	case 2:
		register_step(g);
		break;
	case 3:
	case 4:
	case 5:
		other_step(g);
		break;
	case 6:
	case 7:
		shared_step(g);
		break;
	case 8:
	case 9:
		own_step(g);
		break;
	case 10:
		yield_step(g);
		break;
	default:
		enable_step(g);
	}
}
