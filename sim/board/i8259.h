/* SPDX-License-Identifier: MIT */
/* The pair of interrupt controllers of a PC: 15 inputs, and one output to the processor. */
#ifndef SIM_BOARD_I8259_H
#define SIM_BOARD_I8259_H

#include "sim/board/device.h"

/* `output` hears when the master's INT changes, and who raised an input last. */
struct device *i8259_new(struct services *,
			 void (*output)(struct services *, bool raised, enum source));

/* Input 0..15; 2 is where the second chip is connected and cannot be raised. */
void i8259_input(struct device *, unsigned number, bool raised, enum source);
/* The processor's (here the GT-64120's) acknowledge cycle: the vector. */
uint8_t i8259_acknowledge(struct device *);

/* reg 0, 1: the master's ports (0x20); 2, 3: the slave's (0xa0); 4, 5: edge or level (0x4d0). */
uint8_t i8259_load(struct device *, unsigned reg);
void i8259_store(struct device *, unsigned reg, uint8_t value);

#endif
