/* SPDX-License-Identifier: MIT */
/* Reading and writing the system coprocessor's registers. `now` is in steps. */
#ifndef SIM_MIPS_CP0_H
#define SIM_MIPS_CP0_H

#include "sim/mips/state.h"

void cp0_reset(struct cpu *);

/* reg: rd * 8 + sel. Registers that do not exist read as 0 and ignore writes. */
uint32_t cp0_read(struct cpu *, unsigned reg, uint64_t now);
/* As cp0_read, without drawing a random number. */
uint32_t cp0_peek(const struct cpu *, unsigned reg, uint64_t now);
void cp0_write(struct cpu *, unsigned reg, uint32_t value, uint64_t now);

/* A PageMask as written: pages of 4 KB, 16 KB ... 256 MB; anything else is 4 KB. */
uint32_t cp0_page_mask(uint32_t value);

/* EI and DI: returns the old Status. */
uint32_t cp0_set_interrupts(struct cpu *, bool on);

/* RDHWR. Returns 0, or -1 when it is not allowed. */
int cp0_read_hardware(struct cpu *, unsigned rd, uint64_t now, uint32_t *value);

/* Count has reached Compare. */
void cp0_timer_fired(struct cpu *);

#endif
