/* SPDX-License-Identifier: MIT */
/* The interval timer: every mode's output at and around its moments, counts, latches, port B. */
#include "tests/unit/chip_machine.h"

#include "sim/board/i8254.h"
#include "sim/board/isa.h"

enum { INPUT = 0, CONTROL = 3 };

static void timer(struct chip_machine *m)
{
	chip_machine_init(m);
	m->device = i8254_new(&m->services, INPUT);
}

/* The first cycle of a tick. */
static uint64_t at(uint64_t tick)
{
	return cycles_of(tick, I8254_HZ);
}

static void load(struct chip_machine *m, unsigned counter, unsigned mode, unsigned count)
{
	i8254_store(m->device, CONTROL, (uint8_t)(counter << 6 | 3 << 4 | mode << 1));
	i8254_store(m->device, counter, (uint8_t)count);
	i8254_store(m->device, counter, (uint8_t)(count >> 8));
}

static unsigned count(struct chip_machine *m, unsigned counter)
{
	unsigned low;

	i8254_store(m->device, CONTROL, (uint8_t)(counter << 6)); /* latch */
	low = i8254_load(m->device, counter);
	return low | (unsigned)i8254_load(m->device, counter) << 8;
}

static void the_output_changes_at_its_tick_in_every_mode(void **state)
{
	/* The level before, then the ticks at which it changes. */
	static const struct {
		unsigned mode, count, initial, changes;
		uint64_t tick[6];
	} cases[] = {
		{0, 1000, 0, 1, {1000}},
		{0, 1, 0, 1, {1}},
		{2, 1000, 1, 6, {999, 1000, 1999, 2000, 2999, 3000}},
		{3, 1000, 1, 6, {500, 1000, 1500, 2000, 2500, 3000}},
		{3, 1001, 1, 4, {501, 1001, 1502, 2002}},
		{4, 1000, 1, 2, {1000, 1001}},
		{2, 0, 1, 2, {65535, 65536}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct chip_machine m;
		unsigned level = cases[i].initial;

		timer(&m);
		load(&m, 0, cases[i].mode, cases[i].count);
		assert_int_equal(m.lines, level);
		for (unsigned k = 0; k < cases[i].changes; k++) {
			chip_until(&m, at(cases[i].tick[k]) - 1);
			assert_int_equal(m.lines, level);
			level = !level;
			chip_until(&m, at(cases[i].tick[k]));
			assert_int_equal(m.lines, level);
		}
		assert_int_equal(m.source, SOURCE_TIMER);
		chip_release(&m);
	}
}

static void counts_go_down_with_time(void **state)
{
	static const struct {
		unsigned mode, count;
		uint64_t tick;
		unsigned value;
	} cases[] = {
		{0, 1000, 0, 1000}, {0, 1000, 400, 600}, {0, 1000, 1001, 65535},
		{2, 1000, 0, 1000}, {2, 1000, 999, 1},	 {2, 1000, 1000, 1000},
		{3, 1000, 0, 1000}, {3, 1000, 499, 2},	 {3, 1000, 500, 1000},
		{4, 1000, 1, 999},  {2, 0, 1, 65535},	 {0, 5, 70000, 5 + 65536 * 2 - 70000},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct chip_machine m;

		timer(&m);
		load(&m, 0, cases[i].mode, cases[i].count);
		chip_until(&m, at(cases[i].tick));
		assert_int_equal(count(&m, 0), cases[i].value);
		chip_release(&m);
	}
}

static void a_latch_holds_until_it_is_read(void **state)
{
	struct chip_machine m;

	(void)state;
	timer(&m);
	load(&m, 0, 2, 0x1234);
	i8254_store(m.device, CONTROL, 0);
	chip_until(&m, at(100));
	i8254_store(m.device, CONTROL, 0); /* too late: the first one counts */
	assert_int_equal(i8254_load(m.device, 0), 0x34);
	assert_int_equal(i8254_load(m.device, 0), 0x12);
	assert_int_equal(i8254_load(m.device, 0), (0x1234 - 100) & 255); /* running again */
	assert_int_equal(i8254_load(m.device, 0), (0x1234 - 100) >> 8);
	i8254_store(m.device, CONTROL, 0xc2); /* read back: status and count of counter 0 */
	assert_int_equal(i8254_load(m.device, 0), 0x80 | 3 << 4 | 2 << 1);
	assert_int_equal(i8254_load(m.device, 0), (0x1234 - 100) & 255);
	assert_int_equal(i8254_load(m.device, 0), (0x1234 - 100) >> 8);
	chip_release(&m);
}

static void single_bytes_and_decimal_counts(void **state)
{
	struct chip_machine m;

	(void)state;
	timer(&m);
	i8254_store(m.device, CONTROL, 2 << 6 | 1 << 4 | 2 << 1); /* low byte only */
	i8254_store_port_b(m.device, 0, 1);
	i8254_store(m.device, 2, 200);
	chip_until(&m, at(50));
	assert_int_equal(i8254_load(m.device, 2), 150);
	i8254_store(m.device, CONTROL, 2 << 6 | 2 << 4 | 2 << 1); /* high byte only */
	i8254_store(m.device, 2, 2);
	assert_int_equal(i8254_load(m.device, 2), 2);
	i8254_store(m.device, CONTROL, 0 << 6 | 3 << 4 | 2 << 1 | 1); /* decimal */
	i8254_store(m.device, 0, 0x00);
	i8254_store(m.device, 0, 0x10);
	chip_until(&m, m.time + at(1));
	assert_int_equal(count(&m, 0), 0x0999);
	chip_release(&m);
}

static void counter_2_counts_while_its_gate_is_up(void **state)
{
	struct chip_machine m;

	(void)state;
	timer(&m);
	load(&m, 2, 0, 1000);
	chip_until(&m, at(2000));
	assert_int_equal(i8254_load_port_b(m.device, 0) & 0x21, 0); /* gate down: nothing yet */
	i8254_store_port_b(m.device, 0, 1);
	chip_until(&m, at(2999));
	assert_int_equal(i8254_load_port_b(m.device, 0) & 0x21, 1);
	chip_until(&m, at(3001));
	assert_int_equal(i8254_load_port_b(m.device, 0) & 0x21, 0x21);
	i8254_store_port_b(m.device, 0, 2);
	assert_int_equal(i8254_load_port_b(m.device, 0) & 3, 2);
	chip_release(&m);
}

static void any_use_asks_for_later_turns_only(void **state)
{
	struct rng rng = {3};
	struct chip_machine m;

	(void)state;
	timer(&m);
	for (int i = 0; i < 200000; i++) {
		uint64_t r = rng_next(&rng);

		if (r & 1)
			i8254_store(m.device, r >> 8 & 3, (uint8_t)(r >> 16));
		else if (r & 2)
			i8254_load(m.device, r >> 8 & 3);
		else if (r & 4)
			i8254_store_port_b(m.device, 0, (uint8_t)(r >> 16));
		else
			i8254_load_port_b(m.device, 0);
		chip_until(&m, m.time + (r >> 32 & 0xfff));
		assert_true(m.device->due > m.time);
	}
	chip_release(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_output_changes_at_its_tick_in_every_mode),
		cmocka_unit_test(counts_go_down_with_time),
		cmocka_unit_test(a_latch_holds_until_it_is_read),
		cmocka_unit_test(single_bytes_and_decimal_counts),
		cmocka_unit_test(counter_2_counts_while_its_gate_is_up),
		cmocka_unit_test(any_use_asks_for_later_turns_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
