/* SPDX-License-Identifier: MIT */
/* The Galileo GT-64120 system controller: what lies between the processors and PCI. */
#ifndef SIM_BOARD_GT64120_H
#define SIM_BOARD_GT64120_H

#include "sim/board/pci.h"

/* Where an address of the processors goes. */
enum gt64120_target { GT_NOWHERE, GT_REGISTERS, GT_PCI_IO, GT_PCI_MEMORY };

/* The bus is not owned; the controller is its slot 0 and belongs to it. `acknowledge` makes an
 * interrupt acknowledge cycle and gives the vector. */
struct pci_function *gt64120_new(struct services *, struct pci_bus *,
				 uint8_t (*acknowledge)(struct services *));

/* Fills *to, what the address is there: a register, an address on PCI. */
enum gt64120_target gt64120_decode(const struct pci_function *, uint32_t pa, uint32_t *to);

/* Registers are words, at multiples of 4. */
uint32_t gt64120_load(struct pci_function *, uint32_t offset);
void gt64120_store(struct pci_function *, uint32_t offset, uint32_t value);
/* A cycle on PCI that nobody answered: the cause register shows a master abort. */
void gt64120_abort(struct pci_function *);

/* Offsets that boot code uses. */
enum {
	GT_PCI0_IO_LOW = 0x048,
	GT_PCI0_IO_HIGH = 0x050,
	GT_PCI0_M0_LOW = 0x058,
	GT_PCI0_M0_HIGH = 0x060,
	GT_INTERNAL = 0x068,
	GT_PCI0_M1_LOW = 0x080,
	GT_PCI0_M1_HIGH = 0x088,
	GT_PCI0_IO_REMAP = 0x0f0,
};

#endif
