/* SPDX-License-Identifier: MIT */
/* The executor's two compilations, and what the instructions' meanings need from cpu.c. */
#ifndef SIM_MIPS_EXECUTE_H
#define SIM_MIPS_EXECUTE_H

#include "sim/mips/state.h"

/* Each runs from cpu->pc until attend() says to stop; cpu->pc is then valid. */
void execute_plain(struct cpu *);
void execute_observed(struct cpu *);

/* Called between blocks when steps has reached attention_at, with cpu->pc valid: fires the timer,
 * takes interrupts, sets the next attention_at. Returns whether the executor must return. */
bool attend(struct cpu *);

/* A waiting processor wakes: what is pending, as in Cause.IP, if an interrupt did it. */
void idle_end(struct cpu *, uint32_t pending);

bool cpu_may_semihost(const struct cpu *);
void cpu_semihost(struct cpu *);
void cpu_monitor_call(struct cpu *);

#endif
