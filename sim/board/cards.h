/* SPDX-License-Identifier: MIT */
/*
 * The cards in a board's PCI connectors: the disks and the network that the user asked for, as
 * virtio devices.
 */
#ifndef SIM_BOARD_CARDS_H
#define SIM_BOARD_CARDS_H

#include "sim/board/board.h"
#include "sim/board/pci.h"

struct disk;

struct cards {
	unsigned disks;
	struct disk *disk[BOARD_MAX_DISKS]; /* their devices' */
	char *identities;		    /* owned; NULL without disks */
};

/* Puts them into the connectors, slots first..first+slots-1, disks in their order before the
 * network; the bus owns the devices. Returns 0, or -1 with the error set; cards_release either way.
 */
int cards_insert(struct cards *, struct pci_bus *, struct services *, const struct board_config *,
		 unsigned first, unsigned slots, struct error *);
/* What the disks are, a line each, for struct board; NULL without disks. Again after a restore. */
const char *cards_identify(struct cards *);
/* The machine is off: disks write what they have to keep. Returns 0 or -1. */
int cards_off(struct cards *, struct error *);
/* After the bus. */
void cards_release(struct cards *);

#endif
