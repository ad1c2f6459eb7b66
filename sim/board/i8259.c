/* SPDX-License-Identifier: MIT */
/*
 * Intel 8259A data sheet, and the PIIX4's for the edge/level registers. Modelled: priorities with
 * rotation, masks, the special mask, automatic and specific ends of interrupt, polling, cascading
 * through input 2, fully nested and special fully nested mode. Not modelled: the vectors of
 * MCS-80 mode and buffered mode, which no PC chip set has. An edge stays latched until it is
 * acknowledged, as in QEMU, where a real chip forgets one whose line falls before; an acknowledge
 * without a request gives input 7, the spurious interrupt.
 */
#include "sim/board/i8259.h"

#include <stdlib.h>

#include "sim/board/isa.h"

#define CASCADE 2

enum { ICW1 = 0x10, ICW1_ICW4 = 0x01, ICW1_SINGLE = 0x02, OCW3 = 0x08 };
enum { ICW4_AUTO = 0x02, ICW4_SPECIAL_NESTED = 0x10 };

struct chip {
	uint8_t requests, masked, in_service;
	uint8_t lines;	  /* levels of the inputs */
	uint8_t level;	  /* inputs that are level triggered (ELCR) */
	uint8_t vector;	  /* of input 0 */
	uint8_t lowest;	  /* input with the lowest priority is lowest - 1: rotation */
	uint8_t expected; /* ICW that the next write to port 1 is: 0 none, 2, 3, 4 */
	bool read_in_service, poll, special_mask, automatic, rotates, special_nested, icw4, single;
};

struct i8259 {
	struct device device;
	struct chip chip[2];
	void (*output)(struct services *, bool raised, enum source);
	bool raised;
	uint8_t source; /* who raised an input last */
};

static const uint8_t elcr_possible[2] = {0xf8, 0xde}; /* not timer, keyboard, cascade, clock, FPU */

/* 0 highest, 8 for no bit at all. */
static unsigned priority(const struct chip *c, uint8_t bits)
{
	unsigned p = 0;

	if (!bits)
		return 8;
	while (!(bits >> ((p + c->lowest) & 7) & 1))
		p++;
	return p;
}

/* The input to serve now, or -1. */
static int pending(const struct chip *c, bool master)
{
	uint8_t serving = c->in_service;
	unsigned p = priority(c, (uint8_t)(c->requests & ~c->masked));

	if (p == 8)
		return -1;
	if (c->special_mask)
		serving &= (uint8_t)~c->masked;
	if (c->special_nested && master)
		serving &= (uint8_t) ~(1u << CASCADE);
	return p < priority(c, serving) ? (int)((p + c->lowest) & 7) : -1;
}

static void set_line(struct chip *c, unsigned n, bool raised)
{
	uint8_t bit = (uint8_t)(1u << n);

	if (raised && (c->level & bit || !(c->lines & bit)))
		c->requests |= bit;
	else if (!raised && c->level & bit)
		c->requests &= (uint8_t)~bit;
	c->lines = raised ? c->lines | bit : c->lines & (uint8_t)~bit;
}

/* The second chip's INT, and with it the first one's, follow from the requests. */
static void update(struct i8259 *d)
{
	bool slave = pending(&d->chip[1], false) >= 0, raised;

	/* A request behind another is a pulse of the second chip's INT, so as good as a level. */
	if (slave)
		d->chip[0].requests |= 1u << CASCADE;
	else
		d->chip[0].requests &= (uint8_t) ~(1u << CASCADE);
	raised = pending(&d->chip[0], true) >= 0;
	if (raised != d->raised) {
		d->raised = raised;
		d->output(d->device.services, raised, (enum source)d->source);
	}
}

void i8259_input(struct device *device, unsigned number, bool raised, enum source source)
{
	struct i8259 *d = (struct i8259 *)device;

	if (number > 15 || number == CASCADE)
		return;
	if (raised)
		d->source = (uint8_t)source;
	set_line(&d->chip[number / 8], number % 8, raised);
	update(d);
}

static void acknowledge(struct chip *c, unsigned n)
{
	uint8_t bit = (uint8_t)(1u << n);

	if (!(c->level & bit))
		c->requests &= (uint8_t)~bit;
	if (!c->automatic)
		c->in_service |= bit;
	else if (c->rotates)
		c->lowest = (n + 1) & 7;
}

uint8_t i8259_acknowledge(struct device *device)
{
	struct i8259 *d = (struct i8259 *)device;
	int n = pending(&d->chip[0], true), slave;
	uint8_t vector;

	if (n < 0) {
		vector = d->chip[0].vector + 7;
	} else if (n == CASCADE) {
		slave = pending(&d->chip[1], false);
		if (slave >= 0)
			acknowledge(&d->chip[1], (unsigned)slave);
		acknowledge(&d->chip[0], CASCADE);
		vector = (uint8_t)(d->chip[1].vector + (slave >= 0 ? slave : 7));
	} else {
		acknowledge(&d->chip[0], (unsigned)n);
		vector = (uint8_t)(d->chip[0].vector + n);
	}
	update(d);
	return vector;
}

static uint8_t poll(struct i8259 *d, unsigned number)
{
	struct chip *c = &d->chip[number];
	int n = pending(c, number == 0);

	c->poll = false;
	if (n < 0)
		return 7;
	acknowledge(c, (unsigned)n);
	update(d);
	return (uint8_t)(0x80 | n);
}

uint8_t i8259_load(struct device *device, unsigned reg)
{
	struct i8259 *d = (struct i8259 *)device;
	struct chip *c = &d->chip[reg >> 1 & 1];

	if (reg >= 4)
		return d->chip[reg & 1].level;
	if (c->poll)
		return poll(d, reg >> 1);
	if (reg & 1)
		return c->masked;
	return c->read_in_service ? c->in_service : c->requests;
}

static void initialise(struct chip *c, uint8_t value)
{
	*c = (struct chip){
		.lines = c->lines,
		.level = c->level,
		.requests = c->lines & c->level,
		.expected = 2,
		.icw4 = value & ICW1_ICW4,
		.single = value & ICW1_SINGLE,
	};
}

/* OCW2: rotate, specific and end of interrupt are its upper three bits. */
static void command(struct chip *c, uint8_t value)
{
	unsigned n = value & 7, p;

	switch (value >> 5) {
	case 0:
	case 4:
		c->rotates = value >> 7;
		break;
	case 1:
	case 5:
		p = priority(c, c->in_service);
		if (p == 8)
			break;
		n = (p + c->lowest) & 7;
		c->in_service &= (uint8_t) ~(1u << n);
		if (value >> 5 == 5)
			c->lowest = (n + 1) & 7;
		break;
	case 3:
		c->in_service &= (uint8_t) ~(1u << n);
		break;
	case 6:
		c->lowest = (n + 1) & 7;
		break;
	case 7:
		c->in_service &= (uint8_t) ~(1u << n);
		c->lowest = (n + 1) & 7;
		break;
	}
}

static void store_command(struct chip *c, uint8_t value)
{
	if (value & ICW1) {
		initialise(c, value);
	} else if (value & OCW3) {
		c->poll = value & 4;
		if (value & 2)
			c->read_in_service = value & 1;
		if (value & 0x40)
			c->special_mask = value & 0x20;
	} else {
		command(c, value);
	}
}

static void store_data(struct chip *c, uint8_t value)
{
	switch (c->expected) {
	case 0:
		c->masked = value;
		break;
	case 2:
		c->vector = value & 0xf8;
		c->expected = !c->single ? 3 : c->icw4 ? 4 : 0;
		break;
	case 3: /* which input the other chip is at is soldered */
		c->expected = c->icw4 ? 4 : 0;
		break;
	default:
		c->automatic = value & ICW4_AUTO;
		c->special_nested = value & ICW4_SPECIAL_NESTED;
		c->expected = 0;
		break;
	}
}

void i8259_store(struct device *device, unsigned reg, uint8_t value)
{
	struct i8259 *d = (struct i8259 *)device;
	struct chip *c = &d->chip[reg >> 1 & 1];

	if (reg >= 4) {
		c = &d->chip[reg & 1];
		c->level = value & elcr_possible[reg & 1];
		c->requests = (uint8_t)((c->requests & ~c->level) | (c->lines & c->level));
	} else if (reg & 1) {
		store_data(c, value);
	} else {
		store_command(c, value);
	}
	update(d);
}

static void walk(struct device *device, struct snapshot *s)
{
	struct i8259 *d = (struct i8259 *)device;

	for (unsigned i = 0; i < 2; i++) {
		struct chip *c = &d->chip[i];

		snapshot_field(s, "i8259.requests", c->requests);
		snapshot_field(s, "i8259.masked", c->masked);
		snapshot_field(s, "i8259.in_service", c->in_service);
		snapshot_field(s, "i8259.lines", c->lines);
		snapshot_field(s, "i8259.level", c->level);
		snapshot_field(s, "i8259.vector", c->vector);
		snapshot_field(s, "i8259.lowest", c->lowest);
		snapshot_check(s, "i8259.lowest", c->lowest < 8);
		snapshot_field(s, "i8259.expected", c->expected);
		snapshot_flag(s, "i8259.read_in_service", &c->read_in_service);
		snapshot_flag(s, "i8259.poll", &c->poll);
		snapshot_flag(s, "i8259.special_mask", &c->special_mask);
		snapshot_flag(s, "i8259.automatic", &c->automatic);
		snapshot_flag(s, "i8259.rotates", &c->rotates);
		snapshot_flag(s, "i8259.special_nested", &c->special_nested);
		snapshot_flag(s, "i8259.icw4", &c->icw4);
		snapshot_flag(s, "i8259.single", &c->single);
	}
	snapshot_flag(s, "i8259.raised", &d->raised);
	snapshot_field(s, "i8259.source", d->source);
	snapshot_check(s, "i8259.source", d->source < SOURCE_COUNT);
}

static void release(struct device *device)
{
	free(device);
}

static const struct device_kind kind = {"i8259", NULL, walk, release};

struct device *i8259_new(struct services *services,
			 void (*output)(struct services *, bool raised, enum source))
{
	struct i8259 *d = calloc(1, sizeof(*d));

	if (!d)
		abort();
	d->device = (struct device){&kind, services, DEVICE_NEVER};
	d->output = output;
	return &d->device;
}
