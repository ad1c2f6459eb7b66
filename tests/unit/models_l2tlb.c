/* SPDX-License-Identifier: MIT */
/* models/l2tlb.h: keys, LRU within a set, global entries, drops; closed forms; a list model. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "models/l2tlb.h"
#include "sim/base/rng.h"

#define PAGE 4096u

static struct l2tlb new_table(unsigned entries, unsigned ways)
{
	struct l2tlb t;
	struct error err = {0};

	if (l2tlb_init(&t, entries, ways, &err) < 0)
		fail_msg("%s", err.text);
	return t;
}

static void a_translation_is_found_for_its_page_and_asid_only(void **state)
{
	struct l2tlb t = new_table(1024, 4);

	(void)state;
	assert_false(l2tlb_lookup(&t, 0x5000, 1));
	l2tlb_insert(&t, 0x5123, 1, false);
	assert_true(l2tlb_lookup(&t, 0x5fff, 1));
	assert_false(l2tlb_lookup(&t, 0x6000, 1));
	assert_false(l2tlb_lookup(&t, 0x4000, 1));
	assert_false(l2tlb_lookup(&t, 0x5000, 2));
	l2tlb_release(&t);
}

static void page_zero_of_asid_zero_is_a_translation_like_others(void **state)
{
	struct l2tlb t = new_table(16, 4);

	(void)state;
	assert_false(l2tlb_lookup(&t, 0, 0));
	l2tlb_insert(&t, 0, 0, false);
	assert_true(l2tlb_lookup(&t, 0, 0));
	assert_true(l2tlb_drop(&t, 0, 0));
	assert_false(l2tlb_lookup(&t, 0, 0));
	l2tlb_release(&t);
}

static void a_global_translation_is_found_for_every_asid(void **state)
{
	struct l2tlb t = new_table(64, 4);

	(void)state;
	l2tlb_insert(&t, 0x80001000, 3, true);
	for (unsigned asid = 0; asid < 65536; asid += 255)
		assert_true(l2tlb_lookup(&t, 0x80001000, (uint16_t)asid));
	assert_true(l2tlb_drop(&t, 0x80001000, 99));
	assert_false(l2tlb_lookup(&t, 0x80001000, 3));
	l2tlb_release(&t);
}

static void inserting_one_kind_takes_the_other_s_place(void **state)
{
	struct l2tlb t = new_table(64, 4);

	(void)state;
	l2tlb_insert(&t, 0x1000, 3, true);
	l2tlb_insert(&t, 0x1000, 3, false);
	assert_true(l2tlb_lookup(&t, 0x1000, 3));
	assert_false(l2tlb_lookup(&t, 0x1000, 4));
	l2tlb_insert(&t, 0x1000, 3, true);
	assert_true(l2tlb_lookup(&t, 0x1000, 4));
	assert_true(l2tlb_drop(&t, 0x1000, 4));
	assert_false(l2tlb_lookup(&t, 0x1000, 3));
	l2tlb_release(&t);
}

static void a_drop_takes_the_page_for_its_asid_and_says_whether_it_was_there(void **state)
{
	struct l2tlb t = new_table(64, 4);

	(void)state;
	l2tlb_insert(&t, 0x1000, 1, false);
	l2tlb_insert(&t, 0x1000, 2, false);
	assert_false(l2tlb_drop(&t, 0x1000, 3));
	assert_true(l2tlb_drop(&t, 0x1000, 1));
	assert_false(l2tlb_drop(&t, 0x1000, 1));
	assert_true(l2tlb_lookup(&t, 0x1000, 2));
	l2tlb_flush(&t);
	assert_false(l2tlb_lookup(&t, 0x1000, 2));
	l2tlb_release(&t);
}

static void the_least_recently_used_of_a_full_set_is_replaced(void **state)
{
	struct l2tlb t = new_table(4, 4); /* one set */

	(void)state;
	for (uint32_t page = 1; page <= 4; page++)
		l2tlb_insert(&t, page * PAGE, 1, false);
	assert_true(l2tlb_lookup(&t, 1 * PAGE, 1));
	l2tlb_insert(&t, 2 * PAGE, 1, false); /* there already: now the most recent */
	l2tlb_insert(&t, 5 * PAGE, 1, false);
	assert_false(l2tlb_lookup(&t, 3 * PAGE, 1));
	l2tlb_insert(&t, 6 * PAGE, 1, false);
	assert_false(l2tlb_lookup(&t, 4 * PAGE, 1));
	assert_true(l2tlb_drop(&t, 5 * PAGE, 1));
	l2tlb_insert(&t, 7 * PAGE, 1, false); /* into the empty slot */
	assert_true(l2tlb_lookup(&t, 1 * PAGE, 1));
	assert_true(l2tlb_lookup(&t, 2 * PAGE, 1));
	assert_true(l2tlb_lookup(&t, 6 * PAGE, 1));
	assert_true(l2tlb_lookup(&t, 7 * PAGE, 1));
	l2tlb_release(&t);
}

static void pages_in_a_row_as_many_as_entries_all_fit(void **state)
{
	static const unsigned ways[] = {1, 2, 8, 128};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct l2tlb t = new_table(1024, ways[i]);
		unsigned hits = 0;

		for (uint32_t page = 0; page < 1024; page++)
			l2tlb_insert(&t, (700 + page) * PAGE, 5, false);
		for (uint32_t page = 0; page < 1024; page++)
			hits += l2tlb_lookup(&t, (700 + page) * PAGE, 5);
		assert_int_equal(hits, 1024);
		/* One page a set more, cyclic: nothing is found any more under LRU. */
		hits = 0;
		for (unsigned round = 0; round < 3; round++) {
			for (uint32_t page = 0; page < 1024 + 1024 / ways[i]; page++) {
				bool hit = l2tlb_lookup(&t, page * PAGE, 6);

				hits += hit;
				if (!hit)
					l2tlb_insert(&t, page * PAGE, 6, false);
			}
		}
		assert_int_equal(hits, 0);
		l2tlb_release(&t);
	}
}

static void processes_of_one_layout_do_not_crowd_the_same_sets(void **state)
{
	struct l2tlb t = new_table(1024, 4);
	unsigned hits = 0;

	(void)state;
	/* 16 address spaces with the same 32 pages: half of the table. With the set taken from the
	 * page alone, 32 of 256 sets would hold 4 of 16 pages each. */
	for (uint16_t asid = 0; asid < 16; asid++)
		for (uint32_t page = 0; page < 32; page++)
			l2tlb_insert(&t, 0x400000 + page * PAGE, asid, false);
	for (uint16_t asid = 0; asid < 16; asid++)
		for (uint32_t page = 0; page < 32; page++)
			hits += l2tlb_lookup(&t, 0x400000 + page * PAGE, asid);
	assert_in_range(hits, 400, 512);
	l2tlb_release(&t);
}

static void uniform_random_lookups_hit_in_proportion(void **state)
{
	struct l2tlb t = new_table(64, 64); /* one set: see models_cache.c for the formula */
	double n = 200000, p = 64.0 / 200, hits = 0;
	struct rng rng = {8};

	(void)state;
	for (uint32_t page = 0; page < 64; page++)
		l2tlb_insert(&t, page * PAGE, 1, false);
	for (int i = 0; i < (int)n; i++) {
		uint32_t va = rng_below(&rng, 200) * PAGE;

		if (l2tlb_lookup(&t, va, 1))
			hits++;
		else
			l2tlb_insert(&t, va, 1, false);
	}
	assert_true(fabs(hits - n * p) < 4 * sqrt(n * p * (1 - p)));
	l2tlb_release(&t);
}

static void without_entries_every_lookup_misses(void **state)
{
	struct l2tlb t = new_table(0, 4);

	(void)state;
	l2tlb_insert(&t, 0x1000, 1, false);
	l2tlb_insert(&t, 0x1000, 1, true);
	assert_false(l2tlb_lookup(&t, 0x1000, 1));
	assert_false(l2tlb_drop(&t, 0x1000, 1));
	l2tlb_flush(&t);
	l2tlb_release(&t);
}

static void random_operations_equal_a_list_of_uses(void **state)
{
	/* One set of 8: the list of keys, newest first, is the whole model. */
	struct l2tlb t = new_table(8, 8);
	struct rng rng = {77};
	struct {
		uint32_t page;
		uint16_t asid;
	} list[8];
	unsigned length = 0;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		uint32_t page = rng_below(&rng, 6), at;
		uint16_t asid = (uint16_t)rng_below(&rng, 3);
		bool there;

		for (at = 0; at < length; at++)
			if (list[at].page == page && list[at].asid == asid)
				break;
		there = at < length;
		if (rng_below(&rng, 10) == 0) {
			assert_int_equal(l2tlb_drop(&t, page * PAGE, asid), there);
			if (there)
				memmove(list + at, list + at + 1, (--length - at) * sizeof(*list));
			continue;
		}
		assert_int_equal(l2tlb_lookup(&t, page * PAGE, asid), there);
		if (!there) {
			l2tlb_insert(&t, page * PAGE, asid, false);
			at = length < 8 ? length++ : 7;
		}
		memmove(list + 1, list, at * sizeof(*list));
		list[0].page = page;
		list[0].asid = asid;
	}
	l2tlb_release(&t);
}

static void shapes_that_make_no_sense_are_refused_with_a_reason(void **state)
{
	static const struct {
		unsigned entries, ways;
		const char *says;
	} cases[] = {
		{1024, 0, "0 ways"},	   {1024, 3, "3 ways"}, {1024, 256, "256 ways"},
		{1000, 4, "1000 entries"}, {4, 8, "4 entries"}, {3, 1, "3 entries"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct l2tlb t;
		struct error err = {0};

		assert_int_equal(l2tlb_init(&t, cases[i].entries, cases[i].ways, &err), -1);
		assert_non_null(strstr(err.text, cases[i].says));
		l2tlb_release(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_translation_is_found_for_its_page_and_asid_only),
		cmocka_unit_test(page_zero_of_asid_zero_is_a_translation_like_others),
		cmocka_unit_test(a_global_translation_is_found_for_every_asid),
		cmocka_unit_test(inserting_one_kind_takes_the_other_s_place),
		cmocka_unit_test(a_drop_takes_the_page_for_its_asid_and_says_whether_it_was_there),
		cmocka_unit_test(the_least_recently_used_of_a_full_set_is_replaced),
		cmocka_unit_test(pages_in_a_row_as_many_as_entries_all_fit),
		cmocka_unit_test(processes_of_one_layout_do_not_crowd_the_same_sets),
		cmocka_unit_test(uniform_random_lookups_hit_in_proportion),
		cmocka_unit_test(without_entries_every_lookup_misses),
		cmocka_unit_test(random_operations_equal_a_list_of_uses),
		cmocka_unit_test(shapes_that_make_no_sense_are_refused_with_a_reason),
	};

	return cmocka_run_group_tests_name("models/l2tlb", tests, NULL, NULL);
}
