/* SPDX-License-Identifier: MIT */
/*
 * The legacy PCI transport of virtio, that all virtio devices of a board share: the registers below
 * an I/O base address register, the rings, reset, the interrupt. A kind of device (virtio_blk.c,
 * virtio_net.c) is a descriptor and a struct that begins with struct virtio_device.
 */
#ifndef SIM_BOARD_VIRTIO_PCI_H
#define SIM_BOARD_VIRTIO_PCI_H

#include "sim/board/pci.h"
#include "sim/board/virtio_ring.h"

#define VIRTIO_RINGS	    2 /* that a device may have */
#define VIRTIO_CONFIG_BYTES 64

struct virtio_device;

struct virtio_kind {
	unsigned rings;
	uint32_t features; /* offered */
	enum source source;
	/* The guest has put something into a ring. Called in the board's time, not in the middle of
	 * the guest's store. */
	void (*serve)(struct virtio_device *, unsigned ring);
	/* The driver has gone: forgets all requests. */
	void (*reset)(struct virtio_device *);
};

struct virtio_device {
	struct pci_function function; /* first */
	const struct virtio_kind *kind;
	uint64_t own_due;  /* when the device wants its `due`, or DEVICE_NEVER */
	uint32_t features; /* that the driver has taken */
	uint32_t notified; /* rings, a bit each, that have not been served yet */
	uint16_t selected; /* ring */
	uint8_t status, interrupts;
	struct virtio_ring ring[VIRTIO_RINGS];
	uint8_t config[VIRTIO_CONFIG_BYTES]; /* what the guest reads from 0x14 on */
};

/* Sets up the common part of a device whose memory is zeroed. */
void virtio_init(struct virtio_device *, const struct device_kind *,
		 const struct pci_function_kind *, const struct virtio_kind *, struct services *);

/* For struct pci_function_kind: register accesses. */
#define VIRTIO_BAR_BYTES 128
uint32_t virtio_load(struct pci_function *, unsigned bar, uint32_t offset, unsigned bytes);
void virtio_store(struct pci_function *, unsigned bar, uint32_t offset, unsigned bytes,
		  uint32_t value);
/* First thing in a device's `due`: serves what has been notified. */
void virtio_serve(struct virtio_device *, uint64_t now);
/* Sets when the device's `due` is to be called next, whatever the guest does; DEVICE_NEVER: not. */
void virtio_set_due(struct virtio_device *, uint64_t when);
/* First thing in a device's `snapshot`. */
void virtio_snapshot(struct virtio_device *, struct snapshot *, const char *name);

/* Whether the driver runs and the rings may be touched. */
bool virtio_ready(const struct virtio_device *);
/* Takes the next chain of a ring. Returns false when there is none; a broken ring breaks the
 * device. */
bool virtio_take(struct virtio_device *, unsigned ring, struct virtio_chain *);
/* Gives a chain back and interrupts the guest, if it likes. */
void virtio_give(struct virtio_device *, unsigned ring, uint16_t head, uint32_t written);
/* The guest has done what no driver does: until it resets the device, nothing more happens. */
void virtio_break(struct virtio_device *);

#endif
