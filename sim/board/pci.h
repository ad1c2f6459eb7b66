/* SPDX-License-Identifier: MIT */
/*
 * A PCI bus with functions in its slots. PCI Local Bus Specification 2.2. The bus answers
 * configuration cycles from the functions' configuration bytes, sizes and places their base address
 * registers, routes accesses in I/O and memory space to them, and hands their INTA# lines to who
 * owns the bus. A slot without a function reads as all ones.
 */
#ifndef SIM_BOARD_PCI_H
#define SIM_BOARD_PCI_H

#include "sim/board/device.h"

#define PCI_SLOTS 32
#define PCI_PARTS 8 /* functions of one slot */
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
	bool registers; /* its own configuration registers, 0x40 up, can be written */
	/* A configuration register, `offset` a multiple of 4, was written (may be NULL). */
	void (*configured)(struct pci_function *, unsigned offset);
};

struct pci_function { /* first member of a function's own struct */
	struct device device;
	const struct pci_function_kind *pci;
	/* The rest is the bus's. */
	struct pci_bus *bus;
	unsigned slot, part;
	uint8_t config[256];
	bool raised; /* INTA# */
};

/* Puts a function into an empty slot; the bus releases it (device.kind->release) at its end. */
void pci_attach(struct pci_bus *, unsigned slot, struct pci_function *);
/* The same as function `part` of a slot with several. */
void pci_attach_part(struct pci_bus *, unsigned slot, unsigned part, struct pci_function *);
/* The function's INTA#, level triggered. */
void pci_interrupt(struct pci_function *, bool raised, enum source);
/* Whether it is raised and not masked by the Command register. */
bool pci_interrupting(const struct pci_function *);
/* Whether the guest has allowed the function to reach memory (Command register, bus master). */
bool pci_bus_master(const struct pci_function *);

/* ---- for the board ---- */

/* `line` hears of every change of an INTA#, and may ask the functions which of them are raised. */
struct pci_bus *pci_bus_new(void *owner,
			    void (*line)(void *owner, struct pci_function *, enum source));
void pci_bus_free(struct pci_bus *);
void *pci_bus_owner(const struct pci_bus *);
/* The function there, or NULL. */
struct pci_function *pci_function_at(const struct pci_bus *, unsigned slot, unsigned part);
/* The bus's part of every function's state; not the functions' own. */
void pci_bus_snapshot(struct pci_bus *, struct snapshot *);

/* Configuration cycles, 1, 2 or 4 bytes, naturally aligned. Return false when nobody answered: then
 * a load has given all ones. */
bool pci_config_load(struct pci_bus *, unsigned slot, unsigned part, unsigned offset,
		     unsigned bytes, uint32_t *value);
bool pci_config_store(struct pci_bus *, unsigned slot, unsigned part, unsigned offset,
		      unsigned bytes, uint32_t value);
/* Accesses in I/O or memory space, 1, 2 or 4 bytes, naturally aligned. Return false when no base
 * address register claims the address; then nothing happened. */
bool pci_load(struct pci_bus *, bool io, uint32_t address, unsigned bytes, uint32_t *value);
bool pci_store(struct pci_bus *, bool io, uint32_t address, unsigned bytes, uint32_t value);

#endif
