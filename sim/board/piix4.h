/* SPDX-License-Identifier: MIT */
/* The PIIX4 south bridge: four PCI functions, and the way of PCI interrupts to the i8259 pair. */
#ifndef SIM_BOARD_PIIX4_H
#define SIM_BOARD_PIIX4_H

#include "sim/board/pci.h"

struct piix4;

/* What its chips may do to the machine. */
enum piix4_event { PIIX4_POWER_OFF, PIIX4_RESET };

/* Makes the bus, with the bridge's functions in `slot`. The bridge lives as long as its bus. */
struct pci_bus *piix4_new(struct services *, unsigned slot,
			  void (*event)(struct services *, enum piix4_event));

/* Ports that the bridge itself answers, by their number: a byte, or a part of a word or double
 * word of the power management registers. Return false when none of its own. */
bool piix4_load(struct pci_bus *, uint32_t port, uint8_t *value);
bool piix4_store(struct pci_bus *, uint32_t port, uint8_t value);

/* The PCI interrupt A..D (0..3) that a function's INTA# is wired to on a malta; -1: none. */
int piix4_wire(unsigned slot);

#define PIIX4_ROUTE 0x60 /* function 0: interrupt of A, B, C, D; bit 7: none */

#endif
