/* SPDX-License-Identifier: MIT */
/*
 * Galileo GT-64120 data sheet, little-endian. Modelled: where its registers are, the windows from
 * the processors to PCI with their remapping, PCI configuration and interrupt acknowledge cycles,
 * master aborts in the interrupt cause register. The registers of what is not modelled (SDRAM
 * timing, DMA channels, timers, the second PCI bus, its PCI base addresses) are not there: they
 * read as 0. SDRAM is wherever the board has RAM. Its interrupt outputs are not connected.
 */
#include "sim/board/gt64120.h"

#include <stdlib.h>

#include "sim/board/isa.h"

enum {
	CPU_CONFIGURATION = 0x000,
	MULTI_GT = 0x120,
	M0_REMAP = 0x0f8,
	M1_REMAP = 0x100,
	PCI0_COMMAND = 0xc00,
	INTERRUPT_CAUSE = 0xc18,
	INTERRUPT_MASK = 0xc1c,
	PCI0_ACKNOWLEDGE = 0xc34,
	CONFIG_ADDRESS = 0xcf8,
	CONFIG_DATA = 0xcfc,
};

#define CAUSE_SUMMARY	   1u
#define CAUSE_MASTER_ABORT 0x00040000u
#define CONFIG_ENABLE	   0x80000000u
#define REGISTER_BYTES	   0x1000u
#define BLOCK_SHIFT	   21 /* windows begin and end at multiples of 2 MB */

/* A register that holds what is written to it, in these bits. */
static const struct {
	uint16_t offset;
	uint32_t reset, writable;
} registers[] = {
	{CPU_CONFIGURATION, 0x00001000, 0x000fffff},
	{GT_PCI0_IO_LOW, 0x080, 0x7fff},
	{GT_PCI0_IO_HIGH, 0x00f, 0x7f},
	{GT_PCI0_M0_LOW, 0x090, 0x7fff},
	{GT_PCI0_M0_HIGH, 0x01f, 0x7f},
	{GT_INTERNAL, 0x0a0, 0x7fff},
	{GT_PCI0_M1_LOW, 0x790, 0x7fff},
	{GT_PCI0_M1_HIGH, 0x01f, 0x7f},
	{GT_PCI0_IO_REMAP, 0x080, 0x7ff},
	{M0_REMAP, 0x090, 0x7ff},
	{M1_REMAP, 0x790, 0x7ff},
	{MULTI_GT, 3, 0},
	{PCI0_COMMAND, 0x00010001, 0x0401fc0f},
	{INTERRUPT_CAUSE, 0, 0},
	{INTERRUPT_MASK, 0, 0x3c3ffffe},
	{CONFIG_ADDRESS, 0, 0x80fffffc},
};

enum { REGISTERS = sizeof(registers) / sizeof(registers[0]), WINDOWS = 3 };

static const struct {
	uint16_t low, high, remap;
	enum gt64120_target target;
} windows[WINDOWS] = {
	{GT_PCI0_IO_LOW, GT_PCI0_IO_HIGH, GT_PCI0_IO_REMAP, GT_PCI_IO},
	{GT_PCI0_M0_LOW, GT_PCI0_M0_HIGH, M0_REMAP, GT_PCI_MEMORY},
	{GT_PCI0_M1_LOW, GT_PCI0_M1_HIGH, M1_REMAP, GT_PCI_MEMORY},
};

struct gt64120 {
	struct pci_function function;
	struct pci_bus *bus;
	uint8_t (*acknowledge)(struct services *);
	uint32_t value[REGISTERS];
	/* The windows as they decode now. */
	uint32_t internal;
	struct {
		uint32_t start, last, keep, base;
	} window[WINDOWS];
};

static uint32_t *find(struct gt64120 *gt, uint32_t offset, uint32_t *writable)
{
	for (unsigned i = 0; i < REGISTERS; i++)
		if (registers[i].offset == offset) {
			if (writable)
				*writable = registers[i].writable;
			return &gt->value[i];
		}
	return NULL;
}

static uint32_t get(struct gt64120 *gt, uint32_t offset)
{
	return *find(gt, offset, NULL);
}

/* Bits 7 up of LOW are the address from bit 28 up; the seven below it go from LOW's to HIGH's. The
 * bits in which the window's ends agree are replaced by those of REMAP. */
static void decode(struct gt64120 *gt)
{
	gt->internal = get(gt, GT_INTERNAL) << BLOCK_SHIFT;
	for (unsigned i = 0; i < WINDOWS; i++) {
		uint32_t low = get(gt, windows[i].low), high = get(gt, windows[i].high);
		uint32_t start = low << BLOCK_SHIFT, last, keep;

		last = (((low & ~0x7fu) | high) << BLOCK_SHIFT) + ((1u << BLOCK_SHIFT) - 1);
		if (low >> 11 || (low & 0x7f) > high) /* beyond 4 GB, or closed */
			last = start - 1;
		keep = start ^ last;
		for (unsigned shift = 1; shift < 32; shift *= 2)
			keep |= keep >> shift;
		gt->window[i].start = start;
		gt->window[i].last = last;
		gt->window[i].keep = keep;
		gt->window[i].base = get(gt, windows[i].remap) << BLOCK_SHIFT & ~keep;
	}
}

enum gt64120_target gt64120_decode(const struct pci_function *f, uint32_t pa, uint32_t *to)
{
	const struct gt64120 *gt = (const struct gt64120 *)f;

	*to = pa - gt->internal;
	if (*to < REGISTER_BYTES)
		return GT_REGISTERS;
	for (unsigned i = 0; i < WINDOWS; i++)
		if (pa >= gt->window[i].start && pa <= gt->window[i].last) {
			*to = (pa & gt->window[i].keep) | gt->window[i].base;
			return windows[i].target;
		}
	return GT_NOWHERE;
}

void gt64120_abort(struct pci_function *f)
{
	*find((struct gt64120 *)f, INTERRUPT_CAUSE, NULL) |= CAUSE_MASTER_ABORT | CAUSE_SUMMARY;
}

static uint32_t config_load(struct gt64120 *gt)
{
	uint32_t at = get(gt, CONFIG_ADDRESS), value = UINT32_MAX;

	if (!(at & CONFIG_ENABLE))
		return value;
	if (at >> 16 & 0xff ||
	    !pci_config_load(gt->bus, at >> 11 & 31, at >> 8 & 7, at & 0xfc, 4, &value))
		gt64120_abort(&gt->function);
	return value;
}

static void config_store(struct gt64120 *gt, uint32_t value)
{
	uint32_t at = get(gt, CONFIG_ADDRESS);

	if (!(at & CONFIG_ENABLE))
		return;
	if (at >> 16 & 0xff ||
	    !pci_config_store(gt->bus, at >> 11 & 31, at >> 8 & 7, at & 0xfc, 4, value))
		gt64120_abort(&gt->function);
}

uint32_t gt64120_load(struct pci_function *f, uint32_t offset)
{
	struct gt64120 *gt = (struct gt64120 *)f;
	const uint32_t *r = find(gt, offset, NULL);

	switch (offset) {
	case CONFIG_DATA:
		return config_load(gt);
	case PCI0_ACKNOWLEDGE:
		return gt->acknowledge(f->device.services);
	default:
		return r ? *r : 0;
	}
}

void gt64120_store(struct pci_function *f, uint32_t offset, uint32_t value)
{
	struct gt64120 *gt = (struct gt64120 *)f;
	uint32_t writable, *r = find(gt, offset, &writable);

	if (offset == CONFIG_DATA) {
		config_store(gt, value);
	} else if (offset == INTERRUPT_CAUSE) { /* writing a 0 clears */
		*r &= value;
		*r = (*r & ~CAUSE_SUMMARY) | (*r > CAUSE_SUMMARY);
	} else if (r) {
		*r = (*r & ~writable) | (value & writable);
	}
	for (unsigned i = 0; i < WINDOWS; i++)
		if (offset == windows[i].low) /* remapping starts as none */
			*find(gt, windows[i].remap, NULL) = value & 0x7ff;
	decode(gt);
}

static void walk(struct device *device, struct snapshot *s)
{
	struct gt64120 *gt = (struct gt64120 *)device;

	snapshot_field(s, "gt64120.registers", gt->value);
	decode(gt);
}

static void release(struct device *device)
{
	free(device);
}

static const struct device_kind kind = {"gt64120", NULL, walk, release};
static const struct pci_function_kind function_kind = {
	.vendor = 0x11ab, .device = 0x4620, .class_revision = 0x06000010};

struct pci_function *gt64120_new(struct services *services, struct pci_bus *bus,
				 uint8_t (*acknowledge)(struct services *))
{
	struct gt64120 *gt = calloc(1, sizeof(*gt));

	if (!gt)
		abort();
	gt->function.device = (struct device){&kind, services, DEVICE_NEVER};
	gt->function.pci = &function_kind;
	gt->bus = bus;
	gt->acknowledge = acknowledge;
	for (unsigned i = 0; i < REGISTERS; i++)
		gt->value[i] = registers[i].reset;
	decode(gt);
	pci_attach(bus, 0, &gt->function);
	return &gt->function;
}
