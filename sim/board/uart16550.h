/* SPDX-License-Identifier: MIT */
/* A serial port: National's PC16550D. */
#ifndef SIM_BOARD_UART16550_H
#define SIM_BOARD_UART16550_H

#include "sim/board/console.h"
#include "sim/board/device.h"

/* `clock_hz` is 16 times the rate of divisor 1. The console may be NULL: a port with nothing
 * connected. Not owned. */
struct device *uart16550_new(struct services *, unsigned interrupt, uint32_t clock_hz,
			     struct console *);
/* The console, a terminal's, may have something to read. */
void uart16550_look(struct device *);

uint8_t uart16550_load(struct device *, unsigned reg);
void uart16550_store(struct device *, unsigned reg, uint8_t value);

#endif
