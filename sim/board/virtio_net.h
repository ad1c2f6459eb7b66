/* SPDX-License-Identifier: MIT */
/* The guest's network device (legacy virtio, type 1), on an Ethernet with nothing but subnet.h. */
#ifndef SIM_BOARD_VIRTIO_NET_H
#define SIM_BOARD_VIRTIO_NET_H

#include "sim/board/virtio_pci.h"

/* How long a frame is on its way, either direction. Ours: a switched 100 Mbit/s Ethernet. */
#define NET_LATENCY_CYCLES  (BOARD_HZ / 50000)		/* 20 us */
#define NET_CYCLES_PER_BYTE (BOARD_HZ / (12500 * 1000)) /* 100 Mbit/s */

/* Makes the device, for pci_attach; `services` outlives it. */
struct pci_function *virtio_net_new(struct services *);

#endif
