/* SPDX-License-Identifier: MIT */
/* The interval timer of a PC: three counters at 1.193182 MHz, counter 0 on an interrupt line. */
#ifndef SIM_BOARD_I8254_H
#define SIM_BOARD_I8254_H

#include "sim/board/device.h"

#define I8254_HZ 1193182u

struct device *i8254_new(struct services *, unsigned interrupt);

/* reg 0..2: a counter; 3: control word (0x40). */
uint8_t i8254_load(struct device *, unsigned reg);
void i8254_store(struct device *, unsigned reg, uint8_t value);
/* System control port B (0x61): bit 0 counter 2's gate, bit 1 the loudspeaker (there is none), bit
 * 4 refresh, bit 5 counter 2's output. */
uint8_t i8254_load_port_b(struct device *, unsigned reg);
void i8254_store_port_b(struct device *, unsigned reg, uint8_t value);

#endif
