/* SPDX-License-Identifier: MIT */
/* A disk of the guest as a virtio block device (legacy virtio, type 2). */
#ifndef SIM_BOARD_VIRTIO_BLK_H
#define SIM_BOARD_VIRTIO_BLK_H

#include "sim/board/disk.h"
#include "sim/board/virtio_pci.h"

/* How long a request takes: the disk serves one after the other, each LATENCY and the time of its
 * bytes. Ours: what a virtual disk on a flash device does; a replay times the requests anew. */
#define DISK_LATENCY_CYCLES  (BOARD_HZ / 10000)		 /* 100 us */
#define DISK_CYCLES_PER_BYTE (BOARD_HZ / (40 * 1000000)) /* 40 MB/s */

/* Makes the device, for pci_attach. It owns the disk from now on; `number` is what its records call
 * it, and `services` outlives it. */
struct pci_function *virtio_blk_new(struct services *, struct disk *, unsigned number);

#endif
