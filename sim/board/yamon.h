/* SPDX-License-Identifier: MIT */
/* What the malta's boot monitor leaves to the program that it starts. */
#ifndef SIM_BOARD_YAMON_H
#define SIM_BOARD_YAMON_H

#include "sim/board/board.h"
#include "sim/board/pci.h"

/* Loads the guest, the initial RAM disk and the tables into RAM (zeroed), and sets the first
 * processor's registers to start it. Fills hash with the guest's. Returns 0 or -1. */
int yamon_boot(const struct board_config *, uint8_t *ram, struct cpu *, char *hash, struct error *);
/* Sets the system controller, the bridge and the interrupt controllers up as it does. */
void yamon_devices(struct pci_function *gt64120, struct pci_function *piix4, struct device *pic);

#endif
