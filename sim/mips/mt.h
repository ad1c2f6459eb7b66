/* SPDX-License-Identifier: MIT */
/*
 * The multi-threading extension: each processor of a 34Kf is a virtual processing element (VPE)
 * with one thread context (TC) of the same number. A VPE executes when it is activated
 * (VPEConf0.VPA), its TC is (TCStatus.A) and is not halted, and no other VPE has stopped the rest
 * (DVPE). On a 24Kf nothing of this exists and every processor executes.
 */
#ifndef SIM_MIPS_MT_H
#define SIM_MIPS_MT_H

#include "sim/mips/state.h"

/* What MFTR and MTTR name: their fields u, sel, h and the register number. */
struct thread_register {
	uint8_t number, select;
	bool is_cp0, high; /* is_cp0: u = 0 */
};

static inline bool mt_has(const struct cpu *cpu)
{
	return cpu->set->config.model == CPU_34KF;
}

void mt_reset(struct cpu *);

/* Is it one of the extension's registers (as rd * 8 + sel)? */
bool mt_owns(unsigned reg);
/* Reads and writes one; `own`: by the processor itself (MTC0), not by another (MTTR). */
uint32_t mt_read(const struct cpu *, unsigned reg);
void mt_write(struct cpu *, unsigned reg, uint32_t value, bool own);

/* DVPE and EVPE, DMT and EMT: return the old MVPControl or VPEControl. */
uint32_t mt_enable_vpes(struct cpu *, bool on);
uint32_t mt_enable_threads(struct cpu *, bool on);

/* Is there such a register? If not, naming it is a reserved instruction. */
bool mt_names(struct thread_register);
/* MFTR and MTTR by a processor, of the TC that its VPEControl names. */
uint32_t mt_move_from(struct cpu *, struct thread_register, uint64_t now);
void mt_move_to(struct cpu *, struct thread_register, uint64_t now, uint32_t value);

/* FORK: no TC is ever free. YIELD: returns 0, or -1 with a thread exception in cpu->fault. */
void mt_fork(struct cpu *);
int mt_yield(struct cpu *, int32_t qualifier);

/* Derives who executes, after anything has changed. */
void mt_update(struct cpus *);

#endif
