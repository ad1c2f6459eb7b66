/* SPDX-License-Identifier: MIT */
/* The malta board's own state, for its files: malta.c (time, turns, building), malta_bus.c (where
 * an access goes). */
#ifndef SIM_BOARD_MALTA_H
#define SIM_BOARD_MALTA_H

#include "sim/board/cards.h"
#include "sim/board/calls.h"
#include "sim/board/console.h"
#include "sim/board/isa.h"
#include "sim/board/pci.h"

enum { MALTA_PORTS = 16, MALTA_DEVICES = 64, MALTA_UARTS = 3, MALTA_SLOT_BRIDGE = 10 };

/* Interrupt numbers from here on are lines of processor 0 instead of inputs of the i8259 pair. */
#define MALTA_LINE 16u

struct malta {
	struct board board; /* first: the rest of the program sees only this */
	struct bus bus;
	struct services services;
	struct error trouble; /* the guest is stopped */
	struct calls calls;

	struct console *console;
	struct pci_bus *pci;
	struct pci_function *gt;
	struct cards cards;
	struct device *pic, *pit, *rtc, *keyboard, *uart[MALTA_UARTS];
	struct isa_ports port[MALTA_PORTS];
	unsigned ports;
	uint32_t leds; /* the FPGA's display */

	struct device *device[MALTA_DEVICES];  /* all of them, those on PCI too */
	unsigned devices, isa_devices;	       /* isa_devices: the first of them, the board's own */
	struct device *clocked[MALTA_DEVICES]; /* those that have times of their own */
	unsigned clocks;

	struct cpu *current; /* whose turn it is, or NULL */
	struct cpu *asking;  /* who ended this turn by telling a device to do something, or NULL */
	uint64_t time;	     /* all processors have reached it */
	uint64_t latest;     /* what any device has been told */
	uint64_t target;     /* where this turn ends */
};

/* Hooks of struct bus. */
int malta_load(void *board, struct cpu *, uint32_t pa, unsigned bytes, uint64_t *value);
int malta_store(void *board, struct cpu *, uint32_t pa, unsigned bytes, uint64_t value);

/* The first cycle at which a device has something to do. */
uint64_t malta_soonest(const struct malta *);
/* The machine ends: switched off, reset. */
void malta_off(struct malta *);

extern const struct board_kind board_malta;

#endif
