/* SPDX-License-Identifier: MIT */
/* The interrupt controllers: priorities, masks, ends of interrupt, the second chip, hostile use. */
#include "tests/unit/chip_machine.h"

#include "sim/board/i8259.h"

static void output(struct services *s, bool raised, enum source source)
{
	struct chip_machine *m = (struct chip_machine *)s;

	m->output = raised;
	m->source = source;
}

/* Initialised as Linux does it: vectors 0x20 and 0x28, edges, no automatic end, nothing masked. */
static void pair(struct chip_machine *m)
{
	static const struct {
		uint8_t reg, value;
	} init[] = {{0, 0x11}, {1, 0x20}, {1, 4}, {1, 1}, {2, 0x11},
		    {3, 0x28}, {3, 2},	  {3, 1}, {1, 0}, {3, 0}};

	chip_machine_init(m);
	m->device = i8259_new(&m->services, output);
	for (size_t i = 0; i < sizeof(init) / sizeof(init[0]); i++)
		i8259_store(m->device, init[i].reg, init[i].value);
}

static void line(struct chip_machine *m, unsigned n, bool up)
{
	i8259_input(m->device, n, up, SOURCE_DISK);
}

static void end(struct chip_machine *m, unsigned n)
{
	if (n >= 8)
		i8259_store(m->device, 2, 0x60 | (n - 8));
	i8259_store(m->device, 0, 0x60 | (n >= 8 ? 2 : n));
}

static void every_input_gives_its_vector(void **state)
{
	struct chip_machine m;

	(void)state;
	pair(&m);
	for (unsigned n = 0; n < 16; n++) {
		if (n == 2)
			continue;
		line(&m, n, true);
		assert_true(m.output);
		assert_int_equal(m.source, SOURCE_DISK);
		assert_int_equal(i8259_acknowledge(m.device), 0x20 + n);
		assert_false(m.output);
		line(&m, n, false);
		end(&m, n);
		assert_false(m.output);
	}
	chip_release(&m);
}

static void an_acknowledge_without_request_is_input_7(void **state)
{
	struct chip_machine m;

	(void)state;
	pair(&m);
	assert_int_equal(i8259_acknowledge(m.device), 0x27);
	i8259_store(m.device, 0, 0x0b);
	assert_int_equal(i8259_load(m.device, 0), 0); /* nothing is in service */
	chip_release(&m);
}

static void the_highest_priority_comes_first_and_interrupts_lower_ones(void **state)
{
	/* What is raised, in order; what acknowledges give, each followed by its end. */
	static const struct {
		unsigned raised[4], count;
		uint8_t vectors[4];
	} cases[] = {
		{{4, 1, 8, 3}, 4, {0x21, 0x28, 0x23, 0x24}},
		{{15, 14, 7, 0}, 4, {0x20, 0x2e, 0x2f, 0x27}},
		{{12, 10, 11, 5}, 4, {0x2a, 0x2b, 0x2c, 0x25}},
	};
	struct chip_machine m;

	(void)state;
	pair(&m);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (unsigned k = 0; k < cases[i].count; k++)
			line(&m, cases[i].raised[k], true);
		for (unsigned k = 0; k < cases[i].count; k++) {
			assert_int_equal(i8259_acknowledge(m.device), cases[i].vectors[k]);
			end(&m, cases[i].vectors[k] - 0x20u);
		}
		assert_false(m.output);
		for (unsigned k = 0; k < cases[i].count; k++)
			line(&m, cases[i].raised[k], false);
	}
	line(&m, 5, true);
	i8259_acknowledge(m.device);
	line(&m, 6, true);
	assert_false(m.output); /* lower than what is in service */
	line(&m, 3, true);
	assert_true(m.output);
	assert_int_equal(i8259_acknowledge(m.device), 0x23);
	end(&m, 3);
	assert_false(m.output);
	end(&m, 5);
	assert_true(m.output);
	assert_int_equal(i8259_acknowledge(m.device), 0x26);
	chip_release(&m);
}

static void a_masked_input_waits(void **state)
{
	struct chip_machine m;

	(void)state;
	pair(&m);
	i8259_store(m.device, 1, 0x10);
	assert_int_equal(i8259_load(m.device, 1), 0x10);
	line(&m, 4, true);
	assert_false(m.output);
	i8259_store(m.device, 0, 0x0a);
	assert_int_equal(i8259_load(m.device, 0), 0x10); /* the request is there */
	i8259_store(m.device, 1, 0);
	assert_true(m.output);
	assert_int_equal(i8259_acknowledge(m.device), 0x24);
	chip_release(&m);
}

static void an_edge_counts_once_and_a_level_as_long_as_it_lasts(void **state)
{
	struct chip_machine m;

	(void)state;
	pair(&m);
	i8259_store(m.device, 5, 0xff);
	assert_int_equal(i8259_load(m.device, 5), 0xde); /* 8 and 13 have to be edges */
	i8259_store(m.device, 5, 1 << 2);
	line(&m, 11, true);
	assert_int_equal(i8259_acknowledge(m.device), 0x2b);
	end(&m, 11);
	assert_false(m.output); /* an edge */
	line(&m, 10, true);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(i8259_acknowledge(m.device), 0x2a);
		end(&m, 10);
		assert_true(m.output); /* still up */
	}
	line(&m, 10, false);
	assert_false(m.output);
	chip_release(&m);
}

static void ends_of_interrupt_rotation_and_automatic_end(void **state)
{
	struct chip_machine m;

	(void)state;
	pair(&m);
	line(&m, 3, true);
	line(&m, 4, true);
	i8259_acknowledge(m.device);
	i8259_store(m.device, 0, 0xa0); /* ends the highest, which becomes the lowest */
	line(&m, 3, false);
	line(&m, 3, true);
	assert_int_equal(i8259_acknowledge(m.device), 0x24);
	i8259_store(m.device, 0, 0x20);
	assert_int_equal(i8259_acknowledge(m.device), 0x23);
	i8259_store(m.device, 0, 0x20);
	i8259_store(m.device, 0, 0x11); /* again, with automatic ends */
	i8259_store(m.device, 1, 0x40);
	i8259_store(m.device, 1, 4);
	i8259_store(m.device, 1, 3);
	i8259_store(m.device, 1, 0);
	for (int i = 0; i < 3; i++) {
		line(&m, 6, true);
		assert_int_equal(i8259_acknowledge(m.device), 0x46);
		line(&m, 6, false);
	}
	chip_release(&m);
}

static void a_poll_acknowledges(void **state)
{
	struct chip_machine m;

	(void)state;
	pair(&m);
	i8259_store(m.device, 0, 0x0c);
	assert_int_equal(i8259_load(m.device, 0), 7); /* nobody */
	line(&m, 5, true);
	i8259_store(m.device, 0, 0x0c);
	assert_int_equal(i8259_load(m.device, 0), 0x85);
	i8259_store(m.device, 0, 0x0b);
	assert_int_equal(i8259_load(m.device, 0), 0x20);
	chip_release(&m);
}

static void any_use_leaves_a_working_pair(void **state)
{
	struct rng rng = {7};
	struct chip_machine m;

	(void)state;
	pair(&m);
	for (int i = 0; i < 300000; i++) {
		uint64_t r = rng_next(&rng);

		switch (r & 3) {
		case 0:
			i8259_store(m.device, (r >> 8) % 6, (uint8_t)(r >> 16));
			break;
		case 1:
			i8259_load(m.device, (r >> 8) % 6);
			break;
		case 2:
			line(&m, (r >> 8) % 20, r >> 16 & 1);
			break;
		default:
			i8259_acknowledge(m.device);
			break;
		}
	}
	for (unsigned n = 0; n < 16; n++)
		line(&m, n, false);
	m.device->kind->release(m.device);
	every_input_gives_its_vector(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_input_gives_its_vector),
		cmocka_unit_test(an_acknowledge_without_request_is_input_7),
		cmocka_unit_test(the_highest_priority_comes_first_and_interrupts_lower_ones),
		cmocka_unit_test(a_masked_input_waits),
		cmocka_unit_test(an_edge_counts_once_and_a_level_as_long_as_it_lasts),
		cmocka_unit_test(ends_of_interrupt_rotation_and_automatic_end),
		cmocka_unit_test(a_poll_acknowledges),
		cmocka_unit_test(any_use_leaves_a_working_pair),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
