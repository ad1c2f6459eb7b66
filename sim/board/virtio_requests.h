/* SPDX-License-Identifier: MIT */
/*
 * The requests of a virtio device that are under way: what the device has done already, and when
 * the guest hears of it. They are over one after the other, in the order of the ring. With each go
 * the records IO_BEGIN and IO_END (sim/base/record.h).
 */
#ifndef SIM_BOARD_VIRTIO_REQUESTS_H
#define SIM_BOARD_VIRTIO_REQUESTS_H

#include "sim/board/virtio_pci.h"

struct virtio_request {
	uint64_t due;
	uint32_t number;  /* in the records */
	uint32_t written; /* bytes, to the chain */
	uint32_t arg;	  /* of its IO_END */
	uint16_t head;
	uint8_t orphan; /* the driver has gone: nobody waits for it */
};

struct virtio_requests {
	uint64_t busy; /* until then the device is at the requests before */
	uint32_t first, count;
	struct virtio_request request[VIRTIO_RING_SIZE]; /* a queue */
};

/* Begins the request of a chain: IO_BEGIN with this arg. Returns it, with nothing written, or NULL
 * when more are under way than a ring can have. */
struct virtio_request *virtio_begin(struct virtio_device *, struct virtio_requests *, uint16_t head,
				    uint32_t arg);
/* Says how long the device was at it, after which it is over. */
void virtio_takes(struct virtio_device *, struct virtio_requests *, struct virtio_request *,
		  uint64_t cycles);
/* Ends those whose time has come: IO_END, and back to the guest through the ring. */
void virtio_end(struct virtio_device *, struct virtio_requests *, unsigned ring, uint64_t now);
/* The driver has gone: they end at once, as failed, and the guest hears nothing. */
void virtio_orphan(struct virtio_device *, struct virtio_requests *);
/* When the first is over, or DEVICE_NEVER. */
uint64_t virtio_next(const struct virtio_requests *);
void virtio_requests_snapshot(struct virtio_requests *, struct snapshot *, const char *name);

#endif
