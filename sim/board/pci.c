/* SPDX-License-Identifier: MIT */
/*
 * See pci.h. PCI Local Bus Specification 2.2, chapters 3 (decoding) and 6 (configuration space).
 * What a guest can write of a configuration header: Command (the bits below), Cache Line Size,
 * Latency Timer, Interrupt Line, base address registers down to their size, Status by writing
 * ones. There are no expansion ROMs, no capabilities and no 64-bit registers. A base address
 * register claims accesses when the Command bit of its space is set and its address is not 0.
 */
#include "sim/board/pci.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sim/board/isa.h"

enum {
	ID = 0x00,
	COMMAND = 0x04,
	CLASS_REVISION = 0x08,
	CACHE_LINE = 0x0c,
	HEADER_TYPE = 0x0e,
	BAR0 = 0x10,
	SUBSYSTEM = 0x2c,
	INTERRUPT = 0x3c,
	OWN = 0x40,
};

#define COMMAND_IO	0x0001u
#define COMMAND_MEMORY	0x0002u
#define COMMAND_MASTER	0x0004u
#define COMMAND_WRITE	0x054fu /* I/O, memory, master, special, parity, SERR#, INTx off */
#define COMMAND_NO_INTX 0x0400u
#define STATUS_INTX	0x0008u /* in the upper half of the register at 4 */
#define STATUS_CLEAR	0xf9000000u
#define MULTI_FUNCTION	0x80u
#define BAR_IO		1u

struct window {
	struct pci_function *function;
	unsigned bar;
	bool io;
	uint32_t start, bytes;
};

struct pci_bus {
	void *owner;
	void (*line)(void *owner, struct pci_function *, enum source);
	struct pci_function *function[PCI_SLOTS][PCI_PARTS];
	struct window *window; /* what is decoded now */
	unsigned windows, room;
};

static uint32_t get(const struct pci_function *f, unsigned offset)
{
	const uint8_t *p = f->config + offset;

	return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

static void set(struct pci_function *f, unsigned offset, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		f->config[offset + i] = (uint8_t)(value >> 8 * i);
}

struct pci_bus *pci_bus_new(void *owner,
			    void (*line)(void *owner, struct pci_function *, enum source))
{
	struct pci_bus *bus = calloc(1, sizeof(*bus));

	if (!bus)
		abort();
	bus->owner = owner;
	bus->line = line;
	return bus;
}

void pci_bus_free(struct pci_bus *bus)
{
	if (!bus)
		return;
	for (unsigned i = 0; i < PCI_SLOTS * PCI_PARTS; i++) {
		struct pci_function *f = bus->function[i / PCI_PARTS][i % PCI_PARTS];

		if (f)
			f->device.kind->release(&f->device);
	}
	free(bus->window);
	free(bus);
}

void *pci_bus_owner(const struct pci_bus *bus)
{
	return bus->owner;
}

struct pci_function *pci_function_at(const struct pci_bus *bus, unsigned slot, unsigned part)
{
	return slot < PCI_SLOTS && part < PCI_PARTS ? bus->function[slot][part] : NULL;
}

void pci_attach_part(struct pci_bus *bus, unsigned slot, unsigned part, struct pci_function *f)
{
	const struct pci_function_kind *k = f->pci;

	assert(slot < PCI_SLOTS && part < PCI_PARTS && !bus->function[slot][part]);
	bus->function[slot][part] = f;
	f->bus = bus;
	f->slot = slot;
	f->part = part;
	f->raised = false;
	memset(f->config, 0, sizeof(f->config));
	set(f, ID, k->vendor | (uint32_t)k->device << 16);
	set(f, CLASS_REVISION, k->class_revision);
	set(f, SUBSYSTEM, k->subsystem_vendor | (uint32_t)k->subsystem << 16);
	set(f, INTERRUPT, k->interrupts ? 0x100 : 0);
	for (unsigned i = 0; i < PCI_BARS; i++) {
		assert(!k->bar[i].bytes || (k->bar[i].bytes >= 16 && k->load && k->store &&
					    !(k->bar[i].bytes & (k->bar[i].bytes - 1))));
		if (k->bar[i].bytes && k->bar[i].io)
			set(f, BAR0 + 4 * i, BAR_IO);
	}
	if (part && bus->function[slot][0])
		bus->function[slot][0]->config[HEADER_TYPE] |= MULTI_FUNCTION;
}

void pci_attach(struct pci_bus *bus, unsigned slot, struct pci_function *f)
{
	pci_attach_part(bus, slot, 0, f);
}

static void tell_line(struct pci_function *f, enum source source)
{
	f->bus->line(f->bus->owner, f, source);
}

void pci_interrupt(struct pci_function *f, bool raised, enum source source)
{
	assert(f->pci->interrupts);
	if (f->raised == raised)
		return;
	f->raised = raised;
	f->config[COMMAND + 2] =
		(uint8_t)((f->config[COMMAND + 2] & ~STATUS_INTX) | (raised ? STATUS_INTX : 0));
	tell_line(f, source);
}

bool pci_interrupting(const struct pci_function *f)
{
	return f->raised && !(get(f, COMMAND) & COMMAND_NO_INTX);
}

bool pci_bus_master(const struct pci_function *f)
{
	return get(f, COMMAND) & COMMAND_MASTER;
}

/* ---- decoding ---- */

static void add_windows(struct pci_bus *bus, struct pci_function *f)
{
	uint32_t command = get(f, COMMAND);

	for (unsigned i = 0; i < PCI_BARS; i++) {
		bool io = f->pci->bar[i].io;
		uint32_t bytes = f->pci->bar[i].bytes;
		uint32_t start = get(f, BAR0 + 4 * i) & ~(io ? 3u : 15u);

		if (!bytes || !start || !(command & (io ? COMMAND_IO : COMMAND_MEMORY)))
			continue;
		if (bus->windows == bus->room) {
			bus->room += 16;
			bus->window = realloc(bus->window, bus->room * sizeof(*bus->window));
			if (!bus->window)
				abort();
		}
		bus->window[bus->windows++] = (struct window){f, i, io, start, bytes};
	}
}

static void decode(struct pci_bus *bus)
{
	bus->windows = 0;
	for (unsigned i = 0; i < PCI_SLOTS * PCI_PARTS; i++)
		if (bus->function[i / PCI_PARTS][i % PCI_PARTS])
			add_windows(bus, bus->function[i / PCI_PARTS][i % PCI_PARTS]);
}

static const struct window *window_of(const struct pci_bus *bus, bool io, uint32_t address)
{
	for (unsigned i = 0; i < bus->windows; i++) {
		const struct window *w = &bus->window[i];

		if (w->io == io && address - w->start < w->bytes)
			return w;
	}
	return NULL;
}

bool pci_load(struct pci_bus *bus, bool io, uint32_t address, unsigned bytes, uint32_t *value)
{
	const struct window *w = window_of(bus, io, address);

	if (w)
		*value = w->function->pci->load(w->function, w->bar, address - w->start, bytes);
	return w;
}

bool pci_store(struct pci_bus *bus, bool io, uint32_t address, unsigned bytes, uint32_t value)
{
	const struct window *w = window_of(bus, io, address);

	if (w)
		w->function->pci->store(w->function, w->bar, address - w->start, bytes, value);
	return w;
}

/* ---- configuration space ---- */

bool pci_config_load(struct pci_bus *bus, unsigned slot, unsigned part, unsigned offset,
		     unsigned bytes, uint32_t *value)
{
	struct pci_function *f = pci_function_at(bus, slot, part);

	*value = bytes == 4 ? UINT32_MAX : (1u << 8 * bytes) - 1;
	if (!f)
		return false;
	*value &= get(f, offset & 0xfc) >> 8 * (offset & 3);
	return true;
}

/* The bits of a register that a write may change. */
static uint32_t writable(const struct pci_function *f, unsigned offset)
{
	unsigned bar = (offset - BAR0) / 4;

	if (offset >= OWN)
		return f->pci->registers ? UINT32_MAX : 0;
	if (offset >= BAR0 && bar < PCI_BARS)
		return f->pci->bar[bar].bytes ? ~(f->pci->bar[bar].bytes - 1) : 0;
	switch (offset) {
	case COMMAND:
		return COMMAND_WRITE;
	case CACHE_LINE:
		return 0xffff; /* and Latency Timer */
	case INTERRUPT:
		return 0xff; /* Interrupt Line */
	default:
		return 0;
	}
}

bool pci_config_store(struct pci_bus *bus, unsigned slot, unsigned part, unsigned offset,
		      unsigned bytes, uint32_t value)
{
	struct pci_function *f = pci_function_at(bus, slot, part);
	unsigned shift = 8 * (offset & 3);
	uint32_t lanes = (bytes == 4 ? UINT32_MAX : (1u << 8 * bytes) - 1) << shift;
	uint32_t mask, old;

	if (!f)
		return false;
	offset &= 0xfc;
	mask = writable(f, offset) & lanes;
	old = get(f, offset);
	if (offset == COMMAND)
		old &= ~(value << shift & lanes & STATUS_CLEAR);
	set(f, offset, (old & ~mask) | (value << shift & mask));
	if (offset == COMMAND || (offset >= BAR0 && offset < BAR0 + 4 * PCI_BARS))
		decode(bus);
	if (offset == COMMAND && f->pci->interrupts)
		tell_line(f, SOURCE_OTHER); /* it may have been masked or unmasked */
	if (f->pci->configured)
		f->pci->configured(f, offset);
	return true;
}

void pci_bus_snapshot(struct pci_bus *bus, struct snapshot *s)
{
	for (unsigned i = 0; i < PCI_SLOTS * PCI_PARTS; i++) {
		struct pci_function *f = bus->function[i / PCI_PARTS][i % PCI_PARTS];
		uint32_t id[2];

		if (!f)
			continue;
		id[0] = i;
		id[1] = get(f, ID);
		snapshot_same(s, "pci.function", id, sizeof(id), "a function on PCI");
		snapshot_field(s, "pci.config", f->config);
		snapshot_flag(s, "pci.raised", &f->raised);
	}
	if (snapshot_restoring(s))
		decode(bus);
}
