/* SPDX-License-Identifier: MIT */
/* The clock: dates in both codings, the update bit in step with time, setting, interrupts. */
#include "tests/unit/chip_machine.h"

#include <time.h>

#include "sim/board/rtc.h"

enum { INPUT = 8 };
enum { SECONDS = 0, MINUTES = 2, HOURS = 4, WEEKDAY = 6, DAY = 7, MONTH = 8, YEAR = 9 };
enum { A = 10, B = 11, C = 12, D = 13, CENTURY = 0x32 };
enum { SET = 0x80, BINARY = 4, HOURS_24 = 2, PERIODIC = 0x40, ALARM = 0x20, UPDATE = 0x10 };

static void clock_new(struct chip_machine *m)
{
	chip_machine_init(m);
	m->device = rtc_new(&m->services, INPUT);
}

static uint8_t get(struct chip_machine *m, unsigned i)
{
	rtc_store(m->device, 0, (uint8_t)i);
	return rtc_load(m->device, 1);
}

static void put(struct chip_machine *m, unsigned i, uint8_t v)
{
	rtc_store(m->device, 0, (uint8_t)i);
	rtc_store(m->device, 1, v);
}

static void it_starts_at_a_fixed_date(void **state)
{
	static const uint8_t bcd[] = {
		[SECONDS] = 0, [MINUTES] = 0, [HOURS] = 0, [WEEKDAY] = 6, [DAY] = 1, [MONTH] = 1,
		[YEAR] = 0x27, [A] = 0x26,    [B] = 2,	   [C] = 0,	  [D] = 0x80};
	struct chip_machine m;

	(void)state;
	clock_new(&m);
	for (unsigned i = 0; i < sizeof(bcd); i++)
		if (i != 1 && i != 3 && i != 5)
			assert_int_equal(get(&m, i), bcd[i]);
	assert_int_equal(get(&m, CENTURY), 0x20);
	assert_int_equal(rtc_load(m.device, 0), 0xff);
	chip_release(&m);
}

static void the_update_bit_is_up_before_each_second_and_time_moves_when_it_falls(void **state)
{
	struct chip_machine m;
	const uint64_t window = 2228 * MICROSECOND;

	(void)state;
	clock_new(&m);
	for (uint64_t s = 1; s < 70; s++) {
		m.time = s * SECOND - window - 1;
		assert_int_equal(get(&m, A), 0x26);
		m.time = s * SECOND - window;
		assert_int_equal(get(&m, A), 0xa6);
		m.time = s * SECOND - 1;
		assert_int_equal(get(&m, A), 0xa6);
		assert_int_equal(get(&m, SECONDS), (s - 1) % 60 / 10 << 4 | (s - 1) % 60 % 10);
		m.time = s * SECOND;
		assert_int_equal(get(&m, A), 0x26);
		assert_int_equal(get(&m, SECONDS), s % 60 / 10 << 4 | s % 60 % 10);
	}
	chip_release(&m);
}

/* As Linux sets it: stop, write, go. */
static void set_to(struct chip_machine *m, int64_t t)
{
	time_t at = (time_t)t;
	struct tm tm;

	gmtime_r(&at, &tm);
	put(m, B, SET | BINARY | HOURS_24);
	put(m, YEAR, (uint8_t)(tm.tm_year % 100));
	put(m, CENTURY, (uint8_t)(tm.tm_year / 100 + 19));
	put(m, MONTH, (uint8_t)(tm.tm_mon + 1));
	put(m, DAY, (uint8_t)tm.tm_mday);
	put(m, HOURS, (uint8_t)tm.tm_hour);
	put(m, MINUTES, (uint8_t)tm.tm_min);
	put(m, SECONDS, (uint8_t)tm.tm_sec);
	put(m, B, BINARY | HOURS_24);
}

static void it_agrees_with_the_calendar(void **state)
{
	static const int64_t starts[] = {
		951782399,		/* 2000-02-28 23:59:59 */
		1709164799,		/* 2024-02-28 23:59:59 */
		1677628799,		/* 2023-02-28 23:59:59 */
		1798761599,		/* 2026-12-31 23:59:59 */
		2147483647, 4107542399, /* 2100-02-28 23:59:59 */
		0,	    946684799,
	};
	struct chip_machine m;

	(void)state;
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		clock_new(&m);
		m.time = 12345678;
		set_to(&m, starts[i]);
		for (int64_t after = 0; after < 3; after++) {
			time_t at = (time_t)(starts[i] + after);
			struct tm tm;

			gmtime_r(&at, &tm);
			assert_int_equal(get(&m, SECONDS), tm.tm_sec);
			assert_int_equal(get(&m, MINUTES), tm.tm_min);
			assert_int_equal(get(&m, HOURS), tm.tm_hour);
			assert_int_equal(get(&m, WEEKDAY), tm.tm_wday + 1);
			assert_int_equal(get(&m, DAY), tm.tm_mday);
			assert_int_equal(get(&m, MONTH), tm.tm_mon + 1);
			assert_int_equal(get(&m, YEAR), tm.tm_year % 100);
			m.time += SECOND;
		}
		chip_release(&m);
	}
}

static void twelve_hours_have_a_morning_and_an_afternoon(void **state)
{
	static const struct {
		unsigned hour;
		uint8_t binary, decimal;
	} cases[] = {
		{0, 12, 0x12}, {1, 1, 0x01}, {11, 11, 0x11}, {12, 0x8c, 0x92}, {23, 0x8b, 0x91}};
	struct chip_machine m;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		clock_new(&m);
		m.time = cases[i].hour * 3600ull * SECOND;
		put(&m, B, BINARY);
		assert_int_equal(get(&m, HOURS), cases[i].binary);
		put(&m, B, 0);
		assert_int_equal(get(&m, HOURS), cases[i].decimal);
		put(&m, HOURS, cases[i].decimal); /* and back */
		put(&m, B, BINARY | HOURS_24);
		assert_int_equal(get(&m, HOURS), cases[i].hour);
		chip_release(&m);
	}
}

static void while_it_is_set_it_stands(void **state)
{
	struct chip_machine m;

	(void)state;
	clock_new(&m);
	put(&m, B, SET | HOURS_24);
	m.time = 5 * SECOND;
	assert_int_equal(get(&m, SECONDS), 0);
	m.time = 6 * SECOND - 1;
	assert_int_equal(get(&m, A) & 0x80, 0);
	put(&m, B, HOURS_24);
	m.time += 2 * SECOND;
	assert_int_equal(get(&m, SECONDS), 2);
	chip_release(&m);
}

static void the_update_interrupt_comes_every_second(void **state)
{
	struct chip_machine m;

	(void)state;
	clock_new(&m);
	put(&m, B, UPDATE | HOURS_24);
	for (unsigned s = 1; s < 5; s++) {
		chip_until(&m, s * SECOND - 1);
		assert_int_equal(m.raises[INPUT], s - 1);
		chip_until(&m, s * SECOND);
		assert_int_equal(m.raises[INPUT], s);
		assert_int_equal(get(&m, C) & ~PERIODIC, 0x80 | UPDATE);
		assert_int_equal(m.lines, 0); /* reading C ends it */
		assert_int_equal(get(&m, C), 0);
	}
	chip_release(&m);
}

static void the_alarm_comes_when_all_of_its_bytes_match(void **state)
{
	static const struct {
		uint8_t hours, minutes, seconds;
		unsigned first, next; /* seconds after the start */
	} cases[] = {
		{0x00, 0x00, 0x03, 3, 86403},
		{0xc0, 0x01, 0x00, 60, 3660},
		{0xff, 0xff, 0x10, 10, 70},
		{0xff, 0xff, 0xff, 1, 2},
	};
	struct chip_machine m;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		clock_new(&m);
		put(&m, 1, cases[i].seconds);
		put(&m, 3, cases[i].minutes);
		put(&m, 5, cases[i].hours);
		put(&m, B, ALARM | HOURS_24);
		chip_until(&m, cases[i].first * SECOND - 1);
		assert_int_equal(m.raises[INPUT], 0);
		chip_until(&m, cases[i].first * SECOND);
		assert_int_equal(m.raises[INPUT], 1);
		assert_int_equal(get(&m, C) & ALARM, ALARM);
		chip_until(&m, cases[i].next * SECOND - 1);
		assert_int_equal(m.raises[INPUT], 1);
		chip_until(&m, cases[i].next * SECOND);
		assert_int_equal(m.raises[INPUT], 2);
		chip_release(&m);
	}
}

static void the_periodic_interrupt_keeps_its_rate(void **state)
{
	static const struct {
		uint8_t rate;
		unsigned hz;
	} cases[] = {{6, 1024}, {15, 2}, {3, 8192}, {1, 256}, {13, 8}, {0, 0}};
	struct chip_machine m;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned count = 0;

		clock_new(&m);
		put(&m, A, 0x20 | cases[i].rate);
		put(&m, B, PERIODIC | HOURS_24);
		while (m.device->due <= 2 * SECOND) {
			chip_until(&m, m.device->due);
			count += get(&m, C) & PERIODIC ? 1 : 0;
		}
		assert_int_equal(count, 2 * cases[i].hz);
		chip_release(&m);
	}
}

static void its_memory_keeps_what_it_is_given(void **state)
{
	struct chip_machine m;

	(void)state;
	clock_new(&m);
	for (unsigned i = 14; i < 128; i++)
		if (i != CENTURY)
			put(&m, i, (uint8_t)(i * 7));
	for (unsigned i = 0; i < 128; i++) { /* the upper bank */
		rtc_store(m.device, 2, (uint8_t)i);
		rtc_store(m.device, 3, (uint8_t)(i * 5));
	}
	for (unsigned i = 14; i < 128; i++)
		if (i != CENTURY)
			assert_int_equal(get(&m, i), (uint8_t)(i * 7));
	for (unsigned i = 0; i < 128; i++) {
		rtc_store(m.device, 2, (uint8_t)i);
		assert_int_equal(rtc_load(m.device, 3), (uint8_t)(i * 5));
	}
	chip_release(&m);
}

static void any_use_asks_for_later_turns_only(void **state)
{
	struct rng rng = {11};
	struct chip_machine m;

	(void)state;
	clock_new(&m);
	for (int i = 0; i < 200000; i++) {
		uint64_t r = rng_next(&rng);

		if (r & 1)
			rtc_store(m.device, r >> 8 & 3, (uint8_t)(r >> 16) & (r & 16 ? 15 : 255));
		else
			rtc_load(m.device, r >> 8 & 3);
		chip_until(&m, m.time + (r >> 32 & 0xfffff));
		assert_true(m.device->due > m.time);
	}
	chip_release(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_starts_at_a_fixed_date),
		cmocka_unit_test(
			the_update_bit_is_up_before_each_second_and_time_moves_when_it_falls),
		cmocka_unit_test(it_agrees_with_the_calendar),
		cmocka_unit_test(twelve_hours_have_a_morning_and_an_afternoon),
		cmocka_unit_test(while_it_is_set_it_stands),
		cmocka_unit_test(the_update_interrupt_comes_every_second),
		cmocka_unit_test(the_alarm_comes_when_all_of_its_bytes_match),
		cmocka_unit_test(the_periodic_interrupt_keeps_its_rate),
		cmocka_unit_test(its_memory_keeps_what_it_is_given),
		cmocka_unit_test(any_use_asks_for_later_turns_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
