/* SPDX-License-Identifier: MIT */
/*
 * Intel 82371AB (PIIX4) data sheet. Function 0 routes PCI interrupts A to D to inputs of the i8259
 * pair by its registers 0x60 to 0x63, the level of an input being the "or" of what is routed there.
 * Function 1 is an IDE controller without drives, function 2 a USB controller with nothing plugged
 * in: configuration space, and registers that read as that. Function 3 is power management: its
 * timer, and the control register by which Linux switches the machine off. Port 0xcf9 resets.
 *
 * Not modelled: SMBus, SMIs and the power management's own interrupt, ISA DMA, positive decoding.
 */
#include "sim/board/piix4.h"

#include <stdlib.h>

#include "sim/board/isa.h"

#define PM_HZ	    3579545u
#define RESET_PORT  0xcf9
#define RESET_NOW   4
#define PM_BASE	    0x40 /* configuration registers of function 3 */
#define PM_MISC	    0x80
#define PM_BYTES    64
#define PM_STATUS   0 /* I/O registers at PM_BASE */
#define PM_ENABLE   2
#define PM_CONTROL  4
#define PM_TIMER    8
#define SUSPEND	    0x20 /* upper byte of PM_CONTROL: bit 13, SUS_EN */
#define SUSPEND_OFF 0x1c /* bits 10 to 12: SUS_TYP, 0: soft off */
#define USB_COMMAND 0
#define USB_RESETS  6u /* of USB_COMMAND: they end at once */
#define USB_STATUS  2
#define USB_HALTED  0x20
#define USB_PORT    16 /* two words */

struct piix4 {
	struct pci_function bridge; /* function 0 */
	void (*event)(struct services *, enum piix4_event);
	uint16_t routed; /* inputs that are raised by PCI */
};

struct power {
	struct pci_function function;
	struct piix4 *bridge;
	uint8_t reg[PM_BYTES];
};

struct usb {
	struct pci_function function;
	uint8_t reg[32];
};

/* The board's wiring, as its manual has it and as Linux expects it: slots 10 (USB), 11 (Ethernet),
 * 12 (sound) are on the board, 18 to 21 are connectors. */
int piix4_wire(unsigned slot)
{
	switch (slot) {
	case 10:
		return 3;
	case 11:
		return 1;
	case 12:
		return 2;
	case 18:
	case 19:
	case 20:
	case 21:
		return (int)slot - 18;
	default:
		return -1;
	}
}

/* ---- function 0: interrupts, reset ---- */

static int input_of(const struct piix4 *b, int wire)
{
	uint8_t route = wire < 0 ? 0x80 : b->bridge.config[PIIX4_ROUTE + wire];

	return route & 0x80 ? -1 : route & 15;
}

/* Brings the inputs to what is raised now; `news` is the function that has just been raised. */
static void route(struct piix4 *b, const struct pci_function *news, enum source source)
{
	struct services *services = b->bridge.device.services;
	uint16_t raised = 0, changed;

	for (unsigned i = 0; i < PCI_SLOTS * PCI_PARTS; i++) {
		const struct pci_function *f =
			pci_function_at(b->bridge.bus, i / PCI_PARTS, i % PCI_PARTS);
		int n = f && pci_interrupting(f) ? input_of(b, piix4_wire(f->slot)) : -1;

		if (n < 0)
			continue;
		raised |= (uint16_t)(1u << n);
		if (f == news)
			b->routed &= (uint16_t) ~(1u << n); /* news also when it was up already */
	}
	changed = raised ^ b->routed;
	b->routed = raised;
	for (unsigned n = 0; n < 16; n++)
		if (changed >> n & 1)
			services->interrupt(services, n, raised >> n & 1, source);
}

static void line(void *owner, struct pci_function *f, enum source source)
{
	route(owner, f->raised ? f : NULL, source);
}

static void bridge_configured(struct pci_function *f, unsigned offset)
{
	if (offset == PIIX4_ROUTE)
		route((struct piix4 *)f, NULL, SOURCE_OTHER);
}

static void bridge_walk(struct device *device, struct snapshot *s)
{
	snapshot_field(s, "piix4.routed", ((struct piix4 *)device)->routed);
}

/* ---- function 2: USB ---- */

static uint32_t usb_load(struct pci_function *f, unsigned bar, uint32_t offset, unsigned bytes)
{
	const struct usb *u = (const struct usb *)f;
	uint32_t v = 0;

	(void)bar;
	for (unsigned i = 0; i < bytes; i++)
		v |= (uint32_t)u->reg[offset + i] << 8 * i;
	return v;
}

static void usb_store(struct pci_function *f, unsigned bar, uint32_t offset, unsigned bytes,
		      uint32_t value)
{
	struct usb *u = (struct usb *)f;

	(void)bar;
	for (unsigned i = 0; i < bytes; i++) {
		uint8_t v = (uint8_t)(value >> 8 * i);

		if (offset + i == USB_COMMAND)
			u->reg[USB_COMMAND] = v & (uint8_t)~USB_RESETS;
		else if (offset + i < USB_PORT && offset + i != USB_STATUS)
			u->reg[offset + i] = v;
	}
	u->reg[USB_STATUS] = u->reg[USB_COMMAND] & 1 ? 0 : USB_HALTED;
}

static void usb_walk(struct device *device, struct snapshot *s)
{
	snapshot_field(s, "usb.registers", ((struct usb *)device)->reg);
}

/* ---- function 1: IDE, nothing behind its bus master registers ---- */

static uint32_t ide_load(struct pci_function *f, unsigned bar, uint32_t offset, unsigned bytes)
{
	(void)f, (void)bar, (void)offset, (void)bytes;
	return 0;
}

static void ide_store(struct pci_function *f, unsigned bar, uint32_t offset, unsigned bytes,
		      uint32_t value)
{
	(void)f, (void)bar, (void)offset, (void)bytes, (void)value;
}

/* ---- function 3: power management ---- */

static bool power_register(const struct power *p, uint32_t port, uint32_t *reg)
{
	const uint8_t *config = p->function.config;
	uint32_t base = (config[PM_BASE] & 0xc0u) | (uint32_t)config[PM_BASE + 1] << 8;

	*reg = port - base;
	return base && config[PM_MISC] & 1 && *reg < PM_BYTES;
}

static uint8_t power_load(const struct power *p, uint32_t reg)
{
	struct services *services = p->function.device.services;

	if (reg - PM_TIMER < 3)
		return (uint8_t)(ticks_of(services->now(services), PM_HZ) >> 8 * (reg - PM_TIMER));
	return p->reg[reg];
}

static void power_store(struct power *p, uint32_t reg, uint8_t value)
{
	struct services *services = p->function.device.services;

	if (reg == PM_CONTROL + 1 && value & SUSPEND && !(value & SUSPEND_OFF))
		p->bridge->event(services, PIIX4_POWER_OFF);
	if (reg == PM_CONTROL + 1)
		value &= (uint8_t)~SUSPEND;
	if (reg >= PM_ENABLE && reg < PM_CONTROL + 4) /* nothing sets a status */
		p->reg[reg] = value;
}

static void power_walk(struct device *device, struct snapshot *s)
{
	snapshot_field(s, "piix4.power", ((struct power *)device)->reg);
}

/* ---- ports ---- */

static struct piix4 *bridge_of(const struct pci_bus *bus)
{
	return pci_bus_owner(bus);
}

bool piix4_load(struct pci_bus *bus, uint32_t port, uint8_t *value)
{
	const struct pci_function *f = &bridge_of(bus)->bridge;
	const struct power *p =
		(const struct power *)pci_function_at(bus, f->slot, 3); /* its own */
	uint32_t reg;

	if (port == RESET_PORT) {
		*value = 0;
		return true;
	}
	if (!power_register(p, port, &reg))
		return false;
	*value = power_load(p, reg);
	return true;
}

bool piix4_store(struct pci_bus *bus, uint32_t port, uint8_t value)
{
	struct piix4 *b = bridge_of(bus);
	struct power *p = (struct power *)pci_function_at(bus, b->bridge.slot, 3);
	uint32_t reg;

	if (port == RESET_PORT) {
		if (value & RESET_NOW)
			b->event(b->bridge.device.services, PIIX4_RESET);
		return true;
	}
	if (!power_register(p, port, &reg))
		return false;
	power_store(p, reg, value);
	return true;
}

/* ---- building ---- */

static void release(struct device *device)
{
	free(device);
}

static const struct device_kind bridge_device = {"piix4", NULL, bridge_walk, release};
static const struct device_kind ide_device = {"ide", NULL, NULL, release};
static const struct device_kind usb_device = {"usb", NULL, usb_walk, release};
static const struct device_kind power_device = {"power", NULL, power_walk, release};

static const struct pci_function_kind bridge_kind = {
	.vendor = 0x8086,
	.device = 0x7110,
	.class_revision = 0x06010002,
	.registers = true,
	.configured = bridge_configured,
};
static const struct pci_function_kind ide_kind = {
	.vendor = 0x8086,
	.device = 0x7111,
	.class_revision = 0x01018001,
	.bar = {[4] = {16, true}},
	.registers = true,
	.load = ide_load,
	.store = ide_store,
};
static const struct pci_function_kind usb_kind = {
	.vendor = 0x8086,
	.device = 0x7112,
	.class_revision = 0x0c030001,
	.bar = {[4] = {32, true}},
	.interrupts = true,
	.registers = true,
	.load = usb_load,
	.store = usb_store,
};
static const struct pci_function_kind power_kind = {
	.vendor = 0x8086,
	.device = 0x7113,
	.class_revision = 0x06800003,
	.registers = true,
};

static void *make(struct services *services, size_t bytes, const struct device_kind *device,
		  const struct pci_function_kind *kind)
{
	struct pci_function *f = calloc(1, bytes);

	if (!f)
		abort();
	f->device = (struct device){device, services, DEVICE_NEVER};
	f->pci = kind;
	return f;
}

struct pci_bus *piix4_new(struct services *services, unsigned slot,
			  void (*event)(struct services *, enum piix4_event))
{
	struct piix4 *b = make(services, sizeof(*b), &bridge_device, &bridge_kind);
	struct usb *usb = make(services, sizeof(*usb), &usb_device, &usb_kind);
	struct power *power = make(services, sizeof(*power), &power_device, &power_kind);
	struct pci_bus *bus = pci_bus_new(b, line);

	b->event = event;
	power->bridge = b;
	usb->reg[USB_STATUS] = USB_HALTED;
	usb->reg[USB_PORT] = usb->reg[USB_PORT + 2] = 0x80;
	pci_attach(bus, slot, &b->bridge);
	pci_attach_part(bus, slot, 1,
			make(services, sizeof(struct pci_function), &ide_device, &ide_kind));
	pci_attach_part(bus, slot, 2, &usb->function);
	pci_attach_part(bus, slot, 3, &power->function);
	for (unsigned i = 0; i < 4; i++)
		b->bridge.config[PIIX4_ROUTE + i] = 0x80;
	return bus;
}
