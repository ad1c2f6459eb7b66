/* SPDX-License-Identifier: MIT */
/* Entering and leaving exceptions, interrupts, and what follows from Status and EntryHi. */
#ifndef SIM_MIPS_EXCEPTION_H
#define SIM_MIPS_EXCEPTION_H

#include "sim/mips/state.h"

/* Takes cpu->fault, raised by the instruction at `at` (in_slot: a delay slot). Sets cpu->pc. */
void exception_enter(struct cpu *, uint32_t at, bool in_slot);

/* ERET and DERET: sets cpu->pc. */
void exception_return(struct cpu *);
void debug_return(struct cpu *);

/* Cause.IP as it is now: software bits, lines and the timer. */
uint32_t interrupts_pending(const struct cpu *);
/* Is an interrupt to be taken now? */
bool interrupt_due(const struct cpu *);
/* Takes it, before the instruction at `at`. */
void interrupt_enter(struct cpu *, uint32_t at);

/* Status (or Debug) or EntryHi has changed: derives the mode, reports it, looks for interrupts. */
void status_changed(struct cpu *);
void set_entryhi(struct cpu *, uint32_t value);

/* Reports MODE when it differs from what was last reported. */
void report_mode(struct cpu *);

#endif
