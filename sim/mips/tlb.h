/* SPDX-License-Identifier: MIT */
/* The guest's TLB: software-refilled pairs of pages of variable size, and its instructions. */
#ifndef SIM_MIPS_TLB_H
#define SIM_MIPS_TLB_H

#include "sim/mips/state.h"

/* No entry matches a mapped address. */
void cpu_tlb_reset(struct cpu *);

/* The entry that translates a mapped address under the current ASID, or NULL. */
const struct tlb_entry *cpu_tlb_find(const struct cpu *, uint32_t va);

/* The instructions, on the CP0 registers. An index beyond the TLB is taken modulo its size. */
void cpu_tlb_read(struct cpu *);
void cpu_tlb_probe(struct cpu *);
void cpu_tlb_write(struct cpu *, unsigned index, bool random);

/* A random index not below Wired. */
unsigned cpu_tlb_random(struct cpu *);

/* TLB_SNAPSHOT of every entry with a valid half. */
void cpu_tlb_snapshot(struct cpu *);

#endif
