/* SPDX-License-Identifier: MIT */
/*
 * Intel 8042 as IBM's PC/AT and PS/2 technical references programmed it: its own commands, and the
 * answer to a byte for a device that is not there (0xfe with the time-out bit). One byte of output
 * is held at a time, as in the chip; commands that have nothing to do here are accepted.
 */
#include "sim/board/i8042.h"

#include <stdlib.h>

#include "sim/board/isa.h"

enum { FULL = 0x01, SYSTEM = 0x04, COMMAND = 0x08, UNLOCKED = 0x10, FROM_MOUSE = 0x20 };
#define TIMED_OUT 0x40
enum { MODE_KEYBOARD_INT = 0x01, MODE_MOUSE_INT = 0x02, MODE_SYSTEM = 0x04 };
#define NOBODY 0xfe

struct i8042 {
	struct device device;
	unsigned keyboard_interrupt, mouse_interrupt;
	void (*reset)(struct services *);
	uint8_t mode, status, output, command; /* command: what the next data byte is for, or 0 */
	uint8_t memory[32], port;
	bool raised[2]; /* keyboard, mouse */
};

static void set_line(struct i8042 *d, unsigned which, bool raised)
{
	struct services *s = d->device.services;

	if (d->raised[which] == raised)
		return;
	d->raised[which] = raised;
	s->interrupt(s, which ? d->mouse_interrupt : d->keyboard_interrupt, raised, SOURCE_OTHER);
}

static void follow(struct i8042 *d)
{
	bool full = d->status & FULL, mouse = d->status & FROM_MOUSE;

	set_line(d, 0, full && !mouse && d->mode & MODE_KEYBOARD_INT);
	set_line(d, 1, full && mouse && d->mode & MODE_MOUSE_INT);
}

static void answer(struct i8042 *d, uint8_t byte, uint8_t flags)
{
	d->output = byte;
	d->status = (uint8_t)((d->status & ~(FROM_MOUSE | TIMED_OUT)) | FULL | flags);
}

static void command(struct i8042 *d, uint8_t c)
{
	d->command = 0;
	if (c >= 0x20 && c < 0x40) {
		answer(d, c == 0x20 ? d->mode : d->memory[c & 31], 0);
		return;
	}
	if (c >= 0xf0) {
		if (!(c & 1))
			d->reset(d->device.services);
		return;
	}
	switch (c) {
	case 0xa7:
		d->mode |= 0x20;
		break;
	case 0xa8:
		d->mode &= (uint8_t)~0x20;
		break;
	case 0xa9: /* test of the mouse's port, of the keyboard's: well */
	case 0xab:
		answer(d, 0, 0);
		break;
	case 0xaa:
		d->status |= SYSTEM;
		answer(d, 0x55, 0);
		break;
	case 0xad:
		d->mode |= 0x10;
		break;
	case 0xae:
		d->mode &= (uint8_t)~0x10;
		break;
	case 0xc0:
		answer(d, 0x80, 0);
		break;
	case 0xd0:
		answer(d, d->port, 0);
		break;
	default:
		if ((c >= 0x60 && c < 0x80) || (c >= 0xd1 && c <= 0xd4))
			d->command = c; /* takes a byte */
		break;
	}
}

static void data(struct i8042 *d, uint8_t v)
{
	uint8_t c = d->command;

	d->command = 0;
	switch (c) {
	case 0x60:
		d->mode = v;
		d->status = (uint8_t)((d->status & ~SYSTEM) | (v & MODE_SYSTEM));
		break;
	case 0xd1:
		d->port = v | 1;
		if (!(v & 1))
			d->reset(d->device.services);
		break;
	case 0xd2: /* as if the keyboard, the mouse had sent it */
		answer(d, v, 0);
		break;
	case 0xd3:
		answer(d, v, FROM_MOUSE);
		break;
	case 0xd4: /* to the mouse */
		answer(d, NOBODY, FROM_MOUSE | TIMED_OUT);
		break;
	case 0: /* to the keyboard */
		answer(d, NOBODY, TIMED_OUT);
		break;
	default:
		d->memory[c & 31] = v;
		break;
	}
}

uint8_t i8042_load(struct device *device, unsigned reg)
{
	struct i8042 *d = (struct i8042 *)device;

	if (reg & 4)
		return d->status;
	d->status &= (uint8_t) ~(FULL | FROM_MOUSE | TIMED_OUT);
	follow(d);
	return d->output;
}

void i8042_store(struct device *device, unsigned reg, uint8_t value)
{
	struct i8042 *d = (struct i8042 *)device;

	if (reg & 4) {
		d->status |= COMMAND;
		command(d, value);
	} else {
		d->status &= (uint8_t)~COMMAND;
		data(d, value);
	}
	follow(d);
}

static void walk(struct device *device, struct snapshot *s)
{
	struct i8042 *d = (struct i8042 *)device;

	snapshot_field(s, "i8042.mode", d->mode);
	snapshot_field(s, "i8042.status", d->status);
	snapshot_field(s, "i8042.output", d->output);
	snapshot_field(s, "i8042.command", d->command);
	snapshot_field(s, "i8042.memory", d->memory);
	snapshot_field(s, "i8042.port", d->port);
	snapshot_flag(s, "i8042.raised", &d->raised[0]);
	snapshot_flag(s, "i8042.raised", &d->raised[1]);
}

static void release(struct device *device)
{
	free(device);
}

static const struct device_kind kind = {"i8042", NULL, walk, release};

struct device *i8042_new(struct services *services, unsigned keyboard_interrupt,
			 unsigned mouse_interrupt, void (*reset)(struct services *))
{
	struct i8042 *d = calloc(1, sizeof(*d));

	if (!d)
		abort();
	d->device = (struct device){&kind, services, DEVICE_NEVER};
	d->keyboard_interrupt = keyboard_interrupt;
	d->mouse_interrupt = mouse_interrupt;
	d->reset = reset;
	d->status = UNLOCKED;
	d->port = 0xcf;
	return &d->device;
}
