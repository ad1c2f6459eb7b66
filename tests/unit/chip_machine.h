/* SPDX-License-Identifier: MIT */
/* What the tests of the malta's chips share: a board that is a clock, a page of RAM, and a note of
 * every interrupt line. */
#ifndef TESTS_UNIT_CHIP_MACHINE_H
#define TESTS_UNIT_CHIP_MACHINE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/base/rng.h"
#include "sim/board/device.h"

#define MICROSECOND (BOARD_HZ / 1000000u)
#define SECOND	    ((uint64_t)BOARD_HZ)

struct chip_machine {
	struct services services; /* first */
	struct device *device;
	uint64_t time;
	uint32_t lines;	     /* interrupt lines that are up */
	unsigned raises[32]; /* how often each has gone up */
	enum source source;  /* who raised one last */
	unsigned events;     /* resets, power off */
	unsigned failures;   /* services.fail */
	bool output;	     /* of an i8259 pair */
};

static inline uint64_t chip_now(const struct services *s)
{
	return ((const struct chip_machine *)s)->time;
}

static inline void chip_interrupt(struct services *s, unsigned number, bool raised,
				  enum source source)
{
	struct chip_machine *m = (struct chip_machine *)s;

	assert_true(number < 32);
	if (raised) {
		m->raises[number]++;
		m->source = source;
	}
	m->lines = (m->lines & ~(1u << number)) | (uint32_t)raised << number;
}

static inline void chip_report(struct services *s, const struct record *r, unsigned count)
{
	(void)s, (void)r, (void)count;
}

static inline void chip_fail(struct services *s, const struct error *err)
{
	(void)err;
	((struct chip_machine *)s)->failures++;
}

static inline void chip_event(struct services *s)
{
	((struct chip_machine *)s)->events++;
}

static inline void chip_machine_init(struct chip_machine *m)
{
	*m = (struct chip_machine){.services = {.board = m,
						.now = chip_now,
						.interrupt = chip_interrupt,
						.report = chip_report,
						.fail = chip_fail}};
}

/* Lets time pass up to a moment, with the device's turns in between. */
static inline void chip_until(struct chip_machine *m, uint64_t to)
{
	unsigned turns = 0;

	while (m->device->due <= to) {
		assert_true(++turns < 1000000); /* it must ask for later turns */
		if (m->device->due > m->time)
			m->time = m->device->due;
		m->device->kind->due(m->device, m->time);
	}
	m->time = to;
}

static inline void chip_release(struct chip_machine *m)
{
	m->device->kind->release(m->device);
}

#endif
