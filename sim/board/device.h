/* SPDX-License-Identifier: MIT */
/*
 * What all devices of a board have in common: what they may use (struct services), what they must
 * answer (struct device_kind). A device knows the guest's memory, its interrupt line and the
 * board's clock only through here; it prints nothing and reads no clock of the host.
 *
 * Time is in cycles since reset; an instruction takes one. An interrupt number is an input of the
 * board's interrupt controller (0..15 on the malta: the ISA interrupts of its i8259 pair).
 *
 * The guest's memory is the only memory that a device can reach, whatever addresses the guest gave
 * it: the dma functions check each byte, and there is no other way.
 */
#ifndef SIM_BOARD_DEVICE_H
#define SIM_BOARD_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/error.h"
#include "sim/base/record.h"

#define BOARD_HZ     GUEST_HZ /* cycles per second of the guest's time */
#define DEVICE_NEVER UINT64_MAX

struct snapshot;
struct cpus;

/* What a board gives its devices. Not owned by them, outlives them. */
struct services {
	struct cpus *cpus;
	const uint8_t *ram; /* to read; writes go through dma_write */
	uint32_t ram_bytes;
	void *board;
	uint64_t (*now)(const struct services *);
	/* Raises or lowers an interrupt line. `source` says who, for the trace. */
	void (*interrupt)(struct services *, unsigned number, bool raised, enum source);
	/* Appends records to the stream of the processor that is accessing the device now or has
	 * just told it to do something, or of processor 0 when none has (its own time has come). */
	void (*report)(struct services *, const struct record *, unsigned count);
	/* The host cannot do what a device needs (a full disk): the guest is stopped with this
	 * error; what the device answers no longer matters. */
	void (*fail)(struct services *, const struct error *);
	uint64_t requests; /* IO_BEGIN numbers given so far; the board saves it */
};

struct device;

struct device_kind {
	const char *name; /* "rtc"; prefix of its snapshot fields */
	/* Board time has reached device->due. It sets a later due. May be NULL when due is never
	 * set. */
	void (*due)(struct device *, uint64_t now);
	/* Walks the device's state, `due` included. */
	void (*snapshot)(struct device *, struct snapshot *);
	/* Frees the device and closes what it holds. */
	void (*release)(struct device *);
};

struct device { /* first member of a device's own struct */
	const struct device_kind *kind;
	struct services *services;
	uint64_t due; /* cycles, or DEVICE_NEVER */
};

/* Copies between a device and the guest's memory. Return 0, or -1 when a byte of the range is not
 * RAM; then nothing has been copied. 64-bit addresses, for rings say what they like. */
int dma_read(const struct services *, uint64_t pa, void *to, uint64_t bytes);
int dma_write(struct services *, uint64_t pa, const void *from, uint64_t bytes);

#endif
