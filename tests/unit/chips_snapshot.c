/* SPDX-License-Identifier: MIT */
/* A chip whose state is saved after any use and restored into a new one goes on as the first does.
 */
#include "tests/unit/chip_machine.h"

#include <stdio.h>
#include <unistd.h>

#include "sim/base/snapshot.h"
#include "sim/board/i8042.h"
#include "sim/board/i8254.h"
#include "sim/board/i8259.h"
#include "sim/board/rtc.h"
#include "sim/board/uart16550.h"

static void output(struct services *s, bool raised, enum source source)
{
	struct chip_machine *m = (struct chip_machine *)s;

	m->output = raised;
	m->source = source;
}

static struct device *new_i8259(struct services *s)
{
	return i8259_new(s, output);
}

static struct device *new_i8254(struct services *s)
{
	return i8254_new(s, 0);
}

static struct device *new_rtc(struct services *s)
{
	return rtc_new(s, 8);
}

static struct device *new_uart(struct services *s)
{
	return uart16550_new(s, 4, 1843200, NULL);
}

static struct device *new_i8042(struct services *s)
{
	return i8042_new(s, 1, 12, chip_event);
}

static const struct chip {
	const char *name;
	unsigned regs;
	struct device *(*create)(struct services *);
	uint8_t (*load)(struct device *, unsigned reg);
	void (*store)(struct device *, unsigned reg, uint8_t value);
} chips[] = {
	{"i8259", 6, new_i8259, i8259_load, i8259_store},
	{"i8254", 4, new_i8254, i8254_load, i8254_store},
	{"rtc", 4, new_rtc, rtc_load, rtc_store},
	{"uart", 8, new_uart, uart16550_load, uart16550_store},
	{"i8042", 5, new_i8042, i8042_load, i8042_store},
};

enum { CHIPS = sizeof(chips) / sizeof(chips[0]) };

/* One use of a chip; what it says. */
static uint8_t use(const struct chip *c, struct chip_machine *m, uint64_t r)
{
	unsigned reg = (unsigned)(r >> 8 & 0xff) % c->regs;
	uint8_t said = 0;

	if (c->load == i8259_load && (r & 12) == 4)
		i8259_input(m->device, r >> 40 & 15, r >> 44 & 1, SOURCE_DISK);
	else if (r & 1)
		c->store(m->device, reg, (uint8_t)(r >> 16));
	else
		said = c->load(m->device, reg);
	chip_until(m, m->time + (r >> 48 & 0xfff) * (r & 2 ? 1000 : 1));
	return said;
}

static void walk(struct device *device, struct snapshot *s, struct error *err)
{
	if (!s)
		fail_msg("%s", err->text);
	device->kind->snapshot(device, s);
	if (snapshot_close(s, err))
		fail_msg("%s", err->text);
}

static void a_restored_chip_goes_on_as_the_saved_one(void **state)
{
	struct rng rng = {23};
	char path[] = "/tmp/discosim-chips-XXXXXX";
	struct error err = {.text = ""};

	(void)state;
	close(mkstemp(path));
	for (unsigned i = 0; i < CHIPS; i++) {
		for (unsigned round = 0; round < 40; round++) {
			struct chip_machine a, b;

			chip_machine_init(&a);
			a.device = chips[i].create(&a.services);
			for (unsigned n = rng_below(&rng, 3000); n; n--)
				use(&chips[i], &a, rng_next(&rng));
			walk(a.device, snapshot_create(path, &err), &err);
			chip_machine_init(&b);
			b.time = a.time;
			b.lines = a.lines;
			b.output = a.output;
			b.device = chips[i].create(&b.services);
			walk(b.device, snapshot_open(path, &err), &err);
			assert_int_equal(a.device->due, b.device->due);
			for (unsigned n = 0; n < 3000; n++) {
				uint64_t r = rng_next(&rng);

				if (use(&chips[i], &a, r) != use(&chips[i], &b, r) ||
				    a.lines != b.lines || a.output != b.output ||
				    a.device->due != b.device->due)
					fail_msg("%s: round %u, use %u differs", chips[i].name,
						 round, n);
			}
			chip_release(&a);
			chip_release(&b);
		}
	}
	unlink(path);
}

/* A count of 1 stays when another mode is set, until the mode's own count is written. */
static void a_timer_between_two_modes_can_be_restored(void **state)
{
	char path[] = "/tmp/discosim-chips-XXXXXX";
	struct error err = {.text = ""};

	(void)state;
	close(mkstemp(path));
	for (unsigned mode = 0; mode < 6; mode++) {
		struct chip_machine a, b;

		chip_machine_init(&a);
		a.device = new_i8254(&a.services);
		i8254_store(a.device, 3, 0x30); /* counter 0: both bytes, mode 0 */
		i8254_store(a.device, 0, 1);
		i8254_store(a.device, 0, 0);
		i8254_store(a.device, 3, (uint8_t)(0x30 | mode << 1));
		walk(a.device, snapshot_create(path, &err), &err);
		chip_machine_init(&b);
		b.device = new_i8254(&b.services);
		walk(b.device, snapshot_open(path, &err), &err);
		chip_until(&a, SECOND / 1000);
		chip_until(&b, SECOND / 1000);
		assert_int_equal(a.device->due, b.device->due);
		chip_release(&a);
		chip_release(&b);
	}
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_restored_chip_goes_on_as_the_saved_one),
		cmocka_unit_test(a_timer_between_two_modes_can_be_restored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
