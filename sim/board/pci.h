/* SPDX-License-Identifier: MIT */
/*
 * A PCI bus with functions in its slots (one function each). PCI Local Bus Specification 2.2. The
 * bus answers configuration cycles from the functions' configuration bytes, sizes and places their
 * base address registers, routes accesses in I/O and memory space to them, and their INTA# line
 * to the board's interrupt controller. A slot without a function reads as all ones.
 */
#ifndef SIM_BOARD_PCI_H
#define SIM_BOARD_PCI_H

#include "sim/board/device.h"

#define PCI_SLOTS 32
#define PCI_BARS  6

struct pci_bus;
struct pci_function;

struct pci_function_kind {
	uint16_t vendor, device, subsystem_vendor, subsystem;
	uint32_t class_revision; /* as in the register at 8: class << 8 | revision */
	struct {
		uint32_t bytes; /* power of two, 16 or more; 0: no such register */
		bool io;	/* I/O space, not memory space */
	} bar[PCI_BARS];
	bool interrupts; /* has INTA# */
	/* An access inside base address register `bar`, 1, 2 or 4 bytes, naturally aligned. */
	uint32_t (*load)(struct pci_function *, unsigned bar, uint32_t offset, unsigned bytes);
	void (*store)(struct pci_function *, unsigned bar, uint32_t offset, unsigned bytes,
		      uint32_t value);
};

struct pci_function { /* first member of a function's own struct */
	struct device device;
	const struct pci_function_kind *pci;
	/* The rest is the bus's. */
	struct pci_bus *bus;
	unsigned slot;
	uint8_t config[256];
	bool raised; /* INTA# */
};

/* Puts a function into an empty slot; the bus releases it (device.kind->release) at its end. */
void pci_attach(struct pci_bus *, unsigned slot, struct pci_function *);
/* The function's INTA#, level triggered. */
void pci_interrupt(struct pci_function *, bool raised, enum source);
/* Whether the guest has allowed the function to reach memory (Command register, bus master). */
bool pci_bus_master(const struct pci_function *);

#endif
