/* SPDX-License-Identifier: MIT */
/* Snapshots with right checksums and wild values: whatever they say, the simulator reads and writes
 * the guest's memory alone (as AddressSanitizer sees it), and ends in one line or in a run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/base/rng.h"
#include "tests/unit/saved_machine.h"

#define TRIES 1500

/* 1, 2, 4 or 8 bytes: all zeros, all ones, one bit, anything. */
static void change(uint8_t *at, size_t left, struct rng *rng)
{
	size_t bytes = (size_t)1 << rng_below(rng, 4);
	uint32_t how = rng_below(rng, 4);

	for (size_t i = 0; i < bytes && i < left; i++)
		at[i] = how == 0   ? 0
			: how == 1 ? 0xff
			: how == 2 ? at[i] ^ (i ? 0 : 1u << rng_below(rng, 8))
				   : (uint8_t)rng_next(rng);
}

/* Somewhere in a field, any field as often as any other; now and then anywhere in the file. */
static void change_somewhere(const struct saved_machine *m, uint8_t *file, struct rng *rng)
{
	const struct saved_field *f = &m->field[rng_below(rng, (uint32_t)m->fields)];
	size_t at = f->at + rng_below(rng, (uint32_t)f->bytes), end = f->at + f->bytes;

	if (!rng_below(rng, 8)) {
		at = SAVED_HEADER + rng_below(rng, (uint32_t)(m->bytes - SAVED_HEADER));
		end = m->bytes;
	}
	change(file + at, end - at, rng);
}

static void changed_snapshots_of(const char *board)
{
	struct saved_machine m = saved_machine_new(board);
	uint8_t *file = malloc(m.bytes);
	struct rng rng = {.state = 42};
	unsigned started = 0;

	for (int i = 0; i < TRIES; i++) {
		struct error err = {.text = ""};
		size_t bytes = m.bytes;

		memcpy(file, m.data, bytes);
		for (uint32_t n = rng_below(&rng, 3); n < 3; n++)
			change_somewhere(&m, file, &rng);
		if (i % 16 == 0)
			bytes = SAVED_HEADER + rng_below(&rng, (uint32_t)(m.bytes - SAVED_HEADER));
		saved_machine_seal(file, bytes);
		if (!saved_machine_try(file, bytes, &err))
			started++;
		else
			assert_non_null(strstr(err.text, "/proc/self/fd/"));
	}
	assert_true(started > TRIES / 20 && started < TRIES);
	assert_int_equal(saved_machine_try(m.data, m.bytes, &(struct error){.text = ""}), 0);
	print_message("%u of %u changed snapshots of the %s board started\n", started, TRIES,
		      board);
	free(file);
	free(m.field);
	free(m.data);
}

static void a_changed_snapshot_of_the_bare_board_does_no_harm(void **state)
{
	(void)state;
	changed_snapshots_of("bare");
}

static void a_changed_snapshot_of_the_malta_board_does_no_harm(void **state)
{
	(void)state;
	changed_snapshots_of("malta");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_changed_snapshot_of_the_bare_board_does_no_harm),
		cmocka_unit_test(a_changed_snapshot_of_the_malta_board_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
