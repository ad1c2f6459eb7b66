/* SPDX-License-Identifier: MIT */
/*
 * See virtio_pci.h. Virtual I/O Device specification 1.0, section 4.1.4.8 (legacy interface), which
 * is the 0.9.5 specification's section 2.3; no MSI-X. Registers below base address register 0:
 *
 *	0x00  4  r    features of the device
 *	0x04  4  rw   features that the driver takes
 *	0x08  4  rw   page of the selected ring
 *	0x0c  2  r    its size; 0: there is no such ring
 *	0x0e  2  rw   number of the selected ring
 *	0x10  2   w   number of a ring with something new
 *	0x12  1  rw   status; writing 0 is reset
 *	0x13  1  r    interrupt cause; reading clears it and lowers INTA#
 *	0x14          the device's configuration, any width
 *
 * An access of another width than the register's reads as 0 and writes nothing.
 *
 * A notification is served when the guest's turn ends (device.due), not inside its store: what a
 * device reports then is not limited, and it may write the code that is being executed. A device
 * whose ring makes no sense shows FAILED (128) in its status, which a driver otherwise sets for
 * itself, and does nothing until it is reset.
 */
#include "sim/board/virtio_pci.h"

#include <stdio.h>
#include <string.h>

#include "sim/base/snapshot.h"

enum {
	HOST_FEATURES = 0x00,
	GUEST_FEATURES = 0x04,
	RING_PAGE = 0x08,
	RING_SIZE = 0x0c,
	RING_SELECT = 0x0e,
	NOTIFY = 0x10,
	STATUS = 0x12,
	INTERRUPTS = 0x13,
	CONFIG = 0x14,
};

#define STATUS_DRIVER_OK 4u
#define STATUS_FAILED	 128u
#define INTERRUPT_RING	 1u

static struct virtio_device *of(struct pci_function *f)
{
	return (struct virtio_device *)f;
}

void virtio_init(struct virtio_device *v, const struct device_kind *kind,
		 const struct pci_function_kind *pci, const struct virtio_kind *virtio,
		 struct services *services)
{
	v->function.device = (struct device){kind, services, DEVICE_NEVER};
	v->function.pci = pci;
	v->kind = virtio;
	v->own_due = DEVICE_NEVER;
}

void virtio_set_due(struct virtio_device *v, uint64_t when)
{
	struct services *s = v->function.device.services;

	v->own_due = when;
	v->function.device.due = v->notified ? s->now(s) : when;
}

static void reset(struct virtio_device *v)
{
	v->features = v->notified = 0;
	v->selected = 0;
	v->status = v->interrupts = 0;
	memset(v->ring, 0, sizeof(v->ring));
	virtio_set_due(v, DEVICE_NEVER);
	pci_interrupt(&v->function, false, v->kind->source);
	v->kind->reset(v);
}

void virtio_break(struct virtio_device *v)
{
	v->status |= STATUS_FAILED;
}

bool virtio_ready(const struct virtio_device *v)
{
	return (v->status & (STATUS_DRIVER_OK | STATUS_FAILED)) == STATUS_DRIVER_OK &&
	       pci_bus_master(&v->function);
}

bool virtio_take(struct virtio_device *v, unsigned ring, struct virtio_chain *chain)
{
	int r = 0;

	if (virtio_ready(v))
		r = virtio_ring_take(v->function.device.services, &v->ring[ring], chain);
	if (r < 0)
		virtio_break(v);
	return r > 0;
}

void virtio_give(struct virtio_device *v, unsigned ring, uint16_t head, uint32_t written)
{
	bool interrupt;

	if (!virtio_ready(v))
		return;
	if (virtio_ring_give(v->function.device.services, &v->ring[ring], head, written,
			     &interrupt))
		virtio_break(v);
	else if (interrupt) {
		v->interrupts |= INTERRUPT_RING;
		pci_interrupt(&v->function, true, v->kind->source);
	}
}

static void notify(struct virtio_device *v, uint32_t rings)
{
	v->notified |= rings;
	virtio_set_due(v, v->own_due);
}

void virtio_serve(struct virtio_device *v, uint64_t now)
{
	uint32_t rings = v->notified;

	(void)now;
	v->notified = 0;
	virtio_set_due(v, v->own_due);
	for (unsigned i = 0; i < v->kind->rings; i++)
		if ((rings >> i & 1) && virtio_ready(v))
			v->kind->serve(v, i);
}

static struct virtio_ring *selected(struct virtio_device *v)
{
	return v->selected < v->kind->rings ? &v->ring[v->selected] : NULL;
}

uint32_t virtio_load(struct pci_function *f, unsigned bar, uint32_t offset, unsigned bytes)
{
	struct virtio_device *v = of(f);
	uint32_t value = 0;

	(void)bar;
	if (offset >= CONFIG) {
		for (unsigned i = 0; i < bytes; i++)
			if (offset - CONFIG + i < VIRTIO_CONFIG_BYTES)
				value |= (uint32_t)v->config[offset - CONFIG + i] << 8 * i;
		return value;
	}
	switch (offset << 4 | bytes) {
	case HOST_FEATURES << 4 | 4:
		return v->kind->features;
	case GUEST_FEATURES << 4 | 4:
		return v->features;
	case RING_PAGE << 4 | 4:
		return selected(v) ? selected(v)->page : 0;
	case RING_SIZE << 4 | 2:
		return selected(v) ? VIRTIO_RING_SIZE : 0;
	case RING_SELECT << 4 | 2:
		return v->selected;
	case STATUS << 4 | 1:
		return v->status;
	case INTERRUPTS << 4 | 1:
		value = v->interrupts;
		v->interrupts = 0;
		pci_interrupt(f, false, v->kind->source);
		return value;
	default:
		return 0;
	}
}

static void set_status(struct virtio_device *v, uint8_t status)
{
	uint8_t before = v->status;

	if (!status) {
		reset(v);
		return;
	}
	v->status = status | (before & STATUS_FAILED);
	/* What lies in the rings already needs no notification. */
	if (!(before & STATUS_DRIVER_OK) && (status & STATUS_DRIVER_OK))
		notify(v, (1u << v->kind->rings) - 1);
}

void virtio_store(struct pci_function *f, unsigned bar, uint32_t offset, unsigned bytes,
		  uint32_t value)
{
	struct virtio_device *v = of(f);

	(void)bar;
	switch (offset << 4 | bytes) {
	case GUEST_FEATURES << 4 | 4:
		v->features = value & v->kind->features;
		break;
	case RING_PAGE << 4 | 4:
		if (selected(v))
			*selected(v) = (struct virtio_ring){.page = value};
		break;
	case RING_SELECT << 4 | 2:
		v->selected = (uint16_t)value;
		break;
	case NOTIFY << 4 | 2:
		if (value < v->kind->rings)
			notify(v, 1u << value);
		break;
	case STATUS << 4 | 1:
		set_status(v, (uint8_t)value);
		break;
	default:
		break;
	}
}

void virtio_snapshot(struct virtio_device *v, struct snapshot *s, const char *name)
{
	char field[64];

#define FIELD(member)                                            \
	(snprintf(field, sizeof(field), "%s.%s", name, #member), \
	 snapshot_bytes(s, field, &v->member, sizeof(v->member)))
	FIELD(function.device.due);
	FIELD(own_due);
	FIELD(features);
	FIELD(notified);
	FIELD(selected);
	FIELD(status);
	FIELD(interrupts);
	for (unsigned i = 0; i < v->kind->rings; i++) {
		FIELD(ring[i].page);
		FIELD(ring[i].taken);
		FIELD(ring[i].given);
	}
#undef FIELD
}
