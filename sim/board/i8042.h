/* SPDX-License-Identifier: MIT */
/* The keyboard controller of a PC, with neither keyboard nor mouse plugged in. */
#ifndef SIM_BOARD_I8042_H
#define SIM_BOARD_I8042_H

#include "sim/board/device.h"

/* `reset` is called when the guest pulses the reset line. */
struct device *i8042_new(struct services *, unsigned keyboard_interrupt, unsigned mouse_interrupt,
			 void (*reset)(struct services *));

/* reg 0: data (0x60); 4: status and command (0x64). */
uint8_t i8042_load(struct device *, unsigned reg);
void i8042_store(struct device *, unsigned reg, uint8_t value);

#endif
