/* SPDX-License-Identifier: MIT */
/*
 * Intel 8254 data sheet. A counter is not stepped: what it holds and what its output is follow from
 * the tick at which it was loaded. All six modes count; where the loading of a new count waits for
 * the end of the running one (modes 2 and 3) we load at once, as QEMU does. Counter 0's output is
 * an interrupt line, and `due` its next change; counter 2's gate is in port B.
 */
#include "sim/board/i8254.h"

#include <stdlib.h>

#include "sim/board/isa.h"

enum { ACCESS_LATCH = 0, ACCESS_LOW = 1, ACCESS_HIGH = 2, ACCESS_BOTH = 3 };

struct counter {
	uint64_t loaded; /* tick at which it began to count */
	uint64_t held;	 /* ticks counted when the gate went low, modes 0, 2, 3, 4 */
	uint32_t count;	 /* 1..65536 */
	uint16_t latch;
	uint8_t mode, access, latched; /* bytes of the latch that wait to be read */
	uint8_t status, low;	       /* the latched status; the low byte written first */
	bool bcd, gate, running, second_read, second_write, status_latched;
};

struct i8254 {
	struct device device;
	unsigned interrupt;
	bool raised, speaker;
	struct counter counter[3];
};

static uint64_t tick(const struct i8254 *d)
{
	return ticks_of(d->device.services->now(d->device.services), I8254_HZ);
}

static bool periodic(const struct counter *c)
{
	return c->mode == 2 || c->mode == 3;
}

static uint64_t counted(const struct counter *c, uint64_t now)
{
	if (c->mode != 1 && c->mode != 5 && !c->gate)
		return c->held;
	return now - c->loaded;
}

static bool output(const struct counter *c, uint64_t now)
{
	uint64_t t = counted(c, now);

	if (!c->running)
		return c->mode != 0;
	switch (c->mode) {
	case 0:
	case 1:
		return t >= c->count;
	case 2:
		return !c->gate || t % c->count != c->count - 1;
	case 3:
		return !c->gate || t % c->count < (c->count + 1) / 2;
	default:
		return t != c->count;
	}
}

static uint16_t value(const struct counter *c, uint64_t now)
{
	uint64_t t = counted(c, now);
	uint32_t v, full = c->bcd ? 10000 : 65536;

	if (!c->running)
		v = c->count;
	else if (c->mode == 2)
		v = (uint32_t)(c->count - t % c->count);
	else if (c->mode == 3) /* counts by two, twice */
		v = (uint32_t)(c->count - 2 * (t % ((c->count + 1) / 2)));
	else
		v = (uint32_t)((full + c->count - t % full) % full);
	v %= full;
	if (c->bcd)
		v = v / 1000 << 12 | v / 100 % 10 << 8 | v / 10 % 10 << 4 | v % 10;
	return (uint16_t)v;
}

/* Ticks from now until the output changes; 0: never. */
static uint64_t until_change(const struct counter *c, uint64_t now)
{
	uint64_t t = counted(c, now), phase = t % c->count, half = (c->count + 1) / 2;

	if (!c->running || (c->mode != 1 && c->mode != 5 && !c->gate))
		return 0;
	switch (c->mode) {
	case 0:
	case 1:
		return t < c->count ? c->count - t : 0;
	case 2:
		return phase == c->count - 1 ? 1 : c->count - 1 - phase;
	case 3:
		return phase < half ? half - phase : c->count - phase;
	default:
		return t < c->count ? c->count - t : t == c->count ? 1 : 0;
	}
}

/* Counter 0's line follows its output. */
static void follow(struct i8254 *d)
{
	uint64_t now = tick(d), wait = until_change(&d->counter[0], now);
	bool raised = output(&d->counter[0], now);

	d->device.due = wait ? cycles_of(now + wait, I8254_HZ) : DEVICE_NEVER;
	if (raised == d->raised)
		return;
	d->raised = raised;
	d->device.services->interrupt(d->device.services, d->interrupt, raised, SOURCE_TIMER);
}

static void due(struct device *device, uint64_t now)
{
	(void)now;
	follow((struct i8254 *)device);
}

static void load_count(struct i8254 *d, struct counter *c, uint32_t v)
{
	if (c->bcd)
		v = (v >> 12) * 1000 + (v >> 8 & 15) * 100 + (v >> 4 & 15) * 10 + (v & 15);
	c->count = v ? v : c->bcd ? 10000 : 65536;
	if (periodic(c) && c->count == 1)
		c->count = 2; /* 1 is not allowed there */
	c->held = 0;
	if (c->mode == 1 || c->mode == 5)
		return; /* the gate starts these */
	c->running = true;
	c->loaded = tick(d);
}

static void set_gate(struct i8254 *d, struct counter *c, bool gate)
{
	uint64_t now = tick(d);

	if (gate == c->gate)
		return;
	if (!gate && c->mode != 1 && c->mode != 5)
		c->held = now - c->loaded;
	if (gate && (c->mode == 0 || c->mode == 4))
		c->loaded = now - c->held; /* it goes on */
	else if (gate) {
		c->loaded = now;
		c->running = true;
	}
	c->gate = gate;
}

static void latch_count(struct counter *c, uint64_t now)
{
	if (c->latched)
		return;
	c->latch = value(c, now);
	c->latched = c->access;
}

static void latch_status(struct counter *c, uint64_t now)
{
	if (c->status_latched)
		return;
	c->status = (uint8_t)(output(c, now) << 7 | (!c->running) << 6 | c->access << 4 |
			      c->mode << 1 | c->bcd);
	c->status_latched = true;
}

static void control(struct i8254 *d, uint8_t v)
{
	struct counter *c = &d->counter[v >> 6 & 3];
	uint64_t now = tick(d);

	if (v >> 6 == 3) { /* read-back */
		for (unsigned i = 0; i < 3; i++) {
			if (v & 2u << i && !(v & 0x20))
				latch_count(&d->counter[i], now);
			if (v & 2u << i && !(v & 0x10))
				latch_status(&d->counter[i], now);
		}
		return;
	}
	if ((v >> 4 & 3) == ACCESS_LATCH) {
		latch_count(c, now);
		return;
	}
	c->access = v >> 4 & 3;
	c->mode = (v >> 1 & 7) > 5 ? (v >> 1 & 3) : v >> 1 & 7;
	c->bcd = v & 1;
	c->running = c->second_read = c->second_write = false;
	c->latched = 0;
	c->held = 0;
}

uint8_t i8254_load(struct device *device, unsigned reg)
{
	struct i8254 *d = (struct i8254 *)device;
	struct counter *c = &d->counter[reg % 3];
	uint16_t v;

	if (reg == 3)
		return 0;
	if (c->status_latched) {
		c->status_latched = false;
		return c->status;
	}
	if (c->latched == ACCESS_BOTH || c->latched == ACCESS_LOW) {
		c->latched &= ACCESS_HIGH;
		return (uint8_t)c->latch;
	}
	if (c->latched == ACCESS_HIGH) {
		c->latched = 0;
		return c->latch >> 8;
	}
	v = value(c, tick(d));
	if (c->access == ACCESS_BOTH)
		c->second_read = !c->second_read;
	return c->access == ACCESS_HIGH || (c->access == ACCESS_BOTH && !c->second_read) ? v >> 8
											 : v & 255;
}

void i8254_store(struct device *device, unsigned reg, uint8_t v)
{
	struct i8254 *d = (struct i8254 *)device;
	struct counter *c = &d->counter[reg % 3];

	if (reg == 3) {
		control(d, v);
	} else if (c->access == ACCESS_BOTH && !c->second_write) {
		c->low = v;
		c->second_write = true;
		if (c->mode == 0)
			c->running = false; /* the first byte stops it */
	} else {
		c->second_write = false;
		load_count(d, c,
			   c->access == ACCESS_BOTH   ? (uint32_t)v << 8 | c->low
			   : c->access == ACCESS_HIGH ? (uint32_t)v << 8
						      : v);
	}
	follow(d);
}

uint8_t i8254_load_port_b(struct device *device, unsigned reg)
{
	struct i8254 *d = (struct i8254 *)device;
	uint64_t now = tick(d);

	(void)reg;
	return (uint8_t)(d->counter[2].gate | d->speaker << 1 | (now / 18 & 1) << 4 |
			 output(&d->counter[2], now) << 5); /* refresh: every 15 us */
}

void i8254_store_port_b(struct device *device, unsigned reg, uint8_t v)
{
	struct i8254 *d = (struct i8254 *)device;

	(void)reg;
	d->speaker = v & 2;
	set_gate(d, &d->counter[2], v & 1);
}

static void walk(struct device *device, struct snapshot *s)
{
	struct i8254 *d = (struct i8254 *)device;

	snapshot_field(s, "i8254.due", device->due);
	snapshot_flag(s, "i8254.raised", &d->raised);
	snapshot_flag(s, "i8254.speaker", &d->speaker);
	for (unsigned i = 0; i < 3; i++) {
		struct counter *c = &d->counter[i];

		snapshot_field(s, "i8254.mode", c->mode);
		snapshot_check(s, "i8254.mode", c->mode <= 5);
		snapshot_field(s, "i8254.loaded", c->loaded);
		snapshot_field(s, "i8254.held", c->held);
		snapshot_field(s, "i8254.count", c->count);
		snapshot_check(s, "i8254.count", c->count >= 1 && c->count <= 65536);
		snapshot_field(s, "i8254.latch", c->latch);
		snapshot_field(s, "i8254.access", c->access);
		snapshot_field(s, "i8254.latched", c->latched);
		snapshot_field(s, "i8254.status", c->status);
		snapshot_field(s, "i8254.low", c->low);
		snapshot_flag(s, "i8254.bcd", &c->bcd);
		snapshot_flag(s, "i8254.gate", &c->gate);
		snapshot_flag(s, "i8254.running", &c->running);
		snapshot_flag(s, "i8254.second_read", &c->second_read);
		snapshot_flag(s, "i8254.second_write", &c->second_write);
		snapshot_flag(s, "i8254.status_latched", &c->status_latched);
	}
}

static void release(struct device *device)
{
	free(device);
}

static const struct device_kind kind = {"i8254", due, walk, release};

struct device *i8254_new(struct services *services, unsigned interrupt)
{
	struct i8254 *d = calloc(1, sizeof(*d));

	if (!d)
		abort();
	d->device = (struct device){&kind, services, DEVICE_NEVER};
	d->interrupt = interrupt;
	for (unsigned i = 0; i < 3; i++)
		d->counter[i] = (struct counter){
			.count = 65536, .access = ACCESS_BOTH, .mode = 3, .gate = i != 2};
	return &d->device;
}
