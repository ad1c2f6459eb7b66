/* SPDX-License-Identifier: MIT */
/*
 * A split ring of legacy virtio (Virtual I/O Device specification, OASIS, 1.0, sections 2.4 and
 * 4.1.5.1.3 for the legacy layout; 0.9.5 before it), the device's side. Its memory is the guest's:
 *
 *	page << 12                    16 bytes a descriptor      2 bytes a head
 *	+-----------------------------+--------------------------+--------+
 *	| descriptors                 | flags, index, heads      | to the next multiple of 4096
 *	+-----------------------------+--------------------------+--------+
 *	| used: flags, index, (head, bytes written) ...          |
 *	+--------------------------------------------------------+
 *
 * The guest may write anything there, at any time. All of it is read and written through the dma
 * functions, a chain is taken in whole and checked before anybody acts on it, and what makes no
 * sense is an answer (-1), after which the device touches the ring no more. Indirect descriptors
 * and event indices are not offered: the ring is as long as the longest request of a Linux driver.
 */
#ifndef SIM_BOARD_VIRTIO_RING_H
#define SIM_BOARD_VIRTIO_RING_H

#include "sim/board/device.h"

#define VIRTIO_RING_SIZE 256 /* descriptors of every ring */

struct virtio_ring {
	uint32_t page;	/* number of its first page; 0: not set up */
	uint16_t taken; /* chains taken from the guest; wraps, as the guest's index does */
	uint16_t given; /* chains given back */
};

/* A part of a chain: `bytes` bytes (1 or more) from pa on, all in RAM. */
struct virtio_piece {
	uint64_t pa;
	uint32_t bytes;
};

/* A request: pieces that the device may read, then pieces that it may write. */
struct virtio_chain {
	uint16_t head;
	unsigned readable, writable;	  /* pieces */
	uint64_t read_bytes, write_bytes; /* in them */
	struct virtio_piece piece[VIRTIO_RING_SIZE];
};

/* Takes the next chain. Returns 1, 0 when there is none, or -1 when the ring is broken. */
int virtio_ring_take(const struct services *, struct virtio_ring *, struct virtio_chain *);
/* Gives a chain back, with the number of bytes that were written to it. Returns 0 with *interrupt
 * saying whether the guest wants one, or -1 when the ring is broken. */
int virtio_ring_give(struct services *, struct virtio_ring *, uint16_t head, uint32_t written,
		     bool *interrupt);

/* Copies `bytes` bytes of the chain's readable (writable) memory from offset on. Return 0, or -1
 * when it has fewer. */
int virtio_chain_read(const struct services *, const struct virtio_chain *, uint64_t offset,
		      void *to, uint32_t bytes);
int virtio_chain_write(struct services *, const struct virtio_chain *, uint64_t offset,
		       const void *from, uint32_t bytes);

/* Walks a range of the chain's readable or writable memory: the piece of it at *offset that lies in
 * one 4 KB page and has at most `most` bytes. Returns its length, 0 at the end; adds it to
 * *offset. */
uint32_t virtio_chain_next(const struct virtio_chain *, bool writable, uint64_t *offset,
			   uint32_t most, uint64_t *pa);

#endif
