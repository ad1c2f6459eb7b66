/* SPDX-License-Identifier: MIT */
/*
 * models/tlb.h: pairs, ASIDs, global and wired entries, page sizes, drops and flushes by hand;
 * closed forms of random replacement; and random operations against a linear scan of all entries.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "models/tlb.h"

#define PAGE 4096u

static void a_page_is_found_only_after_it_was_loaded(void **state)
{
	struct tlb t;
	uint32_t i;

	(void)state;
	tlb_init(&t, 64, 0, 1);
	assert_int_equal(tlb_find(&t, 0x400000, 1), TLB_MISS);
	i = tlb_load(&t, 0x400123, 1, false, true);
	assert_in_range(i, 0, 63);
	assert_int_equal(tlb_find(&t, 0x400000, 1), i);
	assert_int_equal(tlb_find(&t, 0x400fff, 1), i);
	assert_true(t.entry[i].writable[0]);
	assert_int_equal(tlb_find(&t, 0x3fffff, 1), TLB_MISS);
	tlb_release(&t);
}

static void the_other_page_of_a_pair_misses_until_loaded_and_then_shares_the_entry(void **state)
{
	struct tlb t;
	uint32_t i;

	(void)state;
	tlb_init(&t, 64, 0, 1);
	i = tlb_load(&t, 0x10000, 3, false, false);
	assert_int_equal(tlb_find(&t, 0x11000, 3), TLB_MISS);
	assert_int_equal(tlb_load(&t, 0x11000, 3, false, true), i);
	assert_int_equal(tlb_find(&t, 0x10000, 3), i);
	assert_int_equal(tlb_find(&t, 0x11000, 3), i);
	assert_false(t.entry[i].writable[tlb_odd(&t.entry[i], 0x10000)]);
	assert_true(t.entry[i].writable[tlb_odd(&t.entry[i], 0x11000)]);
	assert_int_equal(tlb_find(&t, 0x12000, 3), TLB_MISS);
	/* Loading a page again, e.g. now writable, keeps the entry. */
	assert_int_equal(tlb_load(&t, 0x10000, 3, false, true), i);
	assert_true(t.entry[i].writable[0]);
	tlb_release(&t);
}

static void an_entry_belongs_to_its_asid_unless_global(void **state)
{
	struct tlb t;
	uint32_t global;

	(void)state;
	tlb_init(&t, 64, 0, 7);
	tlb_write(&t, 8,
		  &(struct tlb_entry){.vpn2 = 1, .asid = 1, .used = true, .present = {true, true}});
	assert_int_equal(tlb_find(&t, 0x2000, 2), TLB_MISS);
	tlb_write(&t, 9,
		  &(struct tlb_entry){.vpn2 = 1, .asid = 2, .used = true, .present = {true, true}});
	assert_int_equal(tlb_find(&t, 0x2000, 1), 8);
	assert_int_equal(tlb_find(&t, 0x2000, 2), 9);
	global = tlb_load(&t, 0x80004000, 1, true, true);
	for (uint16_t asid = 0; asid < 256; asid++)
		assert_int_equal(tlb_find(&t, 0x80004abc, asid), global);
	tlb_release(&t);
}

static void the_global_bit_is_the_and_of_the_pair_s(void **state)
{
	struct tlb t;
	uint32_t i;

	(void)state;
	tlb_init(&t, 64, 0, 7);
	i = tlb_load(&t, 0x6000, 1, true, false);
	assert_int_equal(tlb_load(&t, 0x7000, 4, false, false), i);
	assert_int_equal(tlb_find(&t, 0x6000, 1), TLB_MISS);
	assert_int_equal(tlb_find(&t, 0x6000, 4), i);
	assert_int_equal(tlb_find(&t, 0x7000, 4), i);
	tlb_release(&t);
}

static void a_global_entry_takes_the_place_of_the_pages_of_single_asids(void **state)
{
	struct tlb t;
	unsigned used = 0;

	(void)state;
	tlb_init(&t, 64, 0, 7);
	for (uint16_t asid = 0; asid < 10; asid++)
		tlb_write(&t, asid,
			  &(struct tlb_entry){
				  .vpn2 = 5, .asid = asid, .used = true, .present = {true, true}});
	assert_int_equal(tlb_find(&t, 5 << 13, 3), 3);
	tlb_load(&t, 5 << 13, 77, true, false);
	for (unsigned i = 0; i < 64; i++)
		used += t.entry[i].used;
	assert_int_equal(used, 1);
	tlb_release(&t);
}

static void wired_entries_are_never_replaced(void **state)
{
	struct tlb t;

	(void)state;
	tlb_init(&t, 16, 3, 42);
	for (unsigned i = 0; i < 3; i++)
		tlb_write(&t, i,
			  &(struct tlb_entry){.vpn2 = 0x70000 + i,
					      .asid = 1,
					      .used = true,
					      .present = {true, true}});
	for (uint32_t page = 0; page < 5000; page++)
		assert_in_range(tlb_load(&t, page * 2 * PAGE, 1, false, false), 3, 15);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(tlb_find(&t, (0x70000 + i) << 13, 1), i);
	tlb_release(&t);
}

static void every_entry_that_is_not_wired_is_replaced_equally_often(void **state)
{
	struct tlb t;
	double times[64] = {0}, n = 61000, mean = n / 61;

	(void)state;
	tlb_init(&t, 64, 3, 4);
	for (uint32_t page = 0; page < (uint32_t)n; page++)
		times[tlb_load(&t, page * 2 * PAGE, 1, false, false)]++;
	for (unsigned i = 0; i < 64; i++)
		assert_true(i < 3 ? times[i] == 0 : fabs(times[i] - mean) < 4.5 * sqrt(mean));
	tlb_release(&t);
}

static void the_same_seed_gives_the_same_replacements_and_another_seed_others(void **state)
{
	struct tlb a, b, c;
	unsigned same = 0;

	(void)state;
	tlb_init(&a, 64, 0, 1);
	tlb_init(&b, 64, 0, 1);
	tlb_init(&c, 64, 0, 2);
	for (uint32_t page = 0; page < 1000; page++) {
		uint32_t i = tlb_load(&a, page * 2 * PAGE, 1, false, false);

		assert_int_equal(tlb_load(&b, page * 2 * PAGE, 1, false, false), i);
		same += tlb_load(&c, page * 2 * PAGE, 1, false, false) == i;
	}
	assert_in_range(same, 1, 60); /* 1 in 64 by chance */
	tlb_release(&a);
	tlb_release(&b);
	tlb_release(&c);
}

static void larger_pages_translate_their_whole_pair(void **state)
{
	/* page bytes = 4 KB * 4^n; the odd page begins one page size after the even one */
	(void)state;
	for (unsigned shift = 12; shift <= 24; shift += 2) {
		uint32_t bytes = 1u << shift, base = 0x40000000, mask = (bytes >> 12) - 1;
		struct tlb t;

		tlb_init(&t, 8, 0, 1);
		tlb_write(&t, 5,
			  &(struct tlb_entry){.vpn2 = base >> 13,
					      .mask = mask,
					      .asid = 9,
					      .used = true,
					      .present = {true, false}});
		assert_int_equal(tlb_find(&t, base, 9), 5);
		assert_int_equal(tlb_find(&t, base + bytes - 1, 9), 5);
		assert_int_equal(tlb_find(&t, base + bytes, 9), TLB_MISS);
		assert_int_equal(tlb_find_pair(&t, base + bytes, 9), 5);
		assert_int_equal(tlb_find_pair(&t, base + 2 * bytes - 1, 9), 5);
		assert_int_equal(tlb_find_pair(&t, base + 2 * bytes, 9), TLB_MISS);
		assert_int_equal(tlb_find_pair(&t, base - 1, 9), TLB_MISS);
		assert_int_equal(tlb_find(&t, base, 8), TLB_MISS);
		t.entry[5].present[1] = true;
		assert_int_equal(tlb_find(&t, base + bytes, 9), 5);
		tlb_release(&t);
	}
}

static void a_write_drops_the_entries_that_it_overlaps(void **state)
{
	struct tlb_entry small = {.vpn2 = 0x101, .asid = 1, .used = true, .present = {true, true}};
	struct tlb_entry big = {
		.vpn2 = 0x100, .mask = 3, .asid = 1, .used = true, .present = {true, true}};
	struct tlb t;

	(void)state;
	tlb_init(&t, 8, 0, 1);
	tlb_write(&t, 0, &small);
	tlb_write(&t, 1, &big);
	assert_false(t.entry[0].used);
	assert_int_equal(tlb_find(&t, 0x101 << 13, 1), 1);
	tlb_write(&t, 2, &small);
	assert_false(t.entry[1].used);
	assert_int_equal(tlb_find(&t, 0x101 << 13, 1), 2);
	assert_int_equal(tlb_find(&t, 0x100 << 13, 1), TLB_MISS);
	tlb_write(&t, 3, &t.entry[2]); /* moved, not doubled */
	assert_int_equal(tlb_find(&t, 0x101 << 13, 1), 3);
	assert_false(t.entry[2].used);
	small.asid = 2;
	tlb_write(&t, 4, &small); /* another address space: no overlap */
	assert_int_equal(tlb_find(&t, 0x101 << 13, 1), 3);
	tlb_release(&t);
}

static void a_pair_of_invalid_pages_occupies_an_entry_but_translates_nothing(void **state)
{
	struct tlb t;

	(void)state;
	tlb_init(&t, 8, 0, 1);
	tlb_write(&t, 6, &(struct tlb_entry){.vpn2 = 8, .asid = 1, .used = true});
	assert_int_equal(tlb_find(&t, 8 << 13, 1), TLB_MISS);
	assert_int_equal(tlb_load(&t, 8 << 13, 1, false, false), 6);
	assert_int_equal(tlb_find(&t, 8 << 13, 1), 6);
	tlb_write(&t, 6, &(struct tlb_entry){.used = false});
	assert_int_equal(tlb_find(&t, 8 << 13, 1), TLB_MISS);
	tlb_release(&t);
}

static void a_drop_takes_one_page_and_says_whether_it_was_there(void **state)
{
	struct tlb t;

	(void)state;
	tlb_init(&t, 64, 0, 1);
	tlb_load(&t, 0x10000, 1, false, false);
	tlb_load(&t, 0x11000, 1, false, false);
	assert_false(tlb_drop(&t, 0x10000, 2));
	assert_true(tlb_drop(&t, 0x10000, 1));
	assert_false(tlb_drop(&t, 0x10000, 1));
	assert_int_equal(tlb_find(&t, 0x10000, 1), TLB_MISS);
	assert_int_not_equal(tlb_find(&t, 0x11000, 1), TLB_MISS);
	assert_true(tlb_drop(&t, 0x11000, 1));
	for (unsigned i = 0; i < 64; i++)
		assert_false(t.entry[i].used);
	tlb_load(&t, 0x20000, 1, true, false);
	assert_true(tlb_drop(&t, 0x20000, 55));
	tlb_release(&t);
}

static void a_flush_drops_everything_wired_entries_too(void **state)
{
	struct tlb t;

	(void)state;
	tlb_init(&t, 64, 2, 1);
	tlb_write(&t, 0,
		  &(struct tlb_entry){
			  .vpn2 = 1, .global = true, .used = true, .present = {true, true}});
	tlb_write(&t, 1,
		  &(struct tlb_entry){.vpn2 = 64,
				      .mask = 15,
				      .global = true,
				      .used = true,
				      .present = {true, true}});
	for (uint32_t page = 0; page < 500; page++)
		tlb_load(&t, page * PAGE, 1, page & 1, true);
	tlb_flush(&t);
	for (uint32_t page = 0; page < 1000; page++)
		assert_int_equal(tlb_find_pair(&t, page * PAGE, 1), TLB_MISS);
	tlb_release(&t);
}

/* Random replacement, uniform references to N pairs: whatever E pairs a full TLB of E entries
 * holds, the next reference hits with probability E/N, independently of the past. */
static void uniform_random_references_hit_in_proportion(void **state)
{
	static const struct {
		unsigned entries, pairs;
	} cases[] = {{1, 3}, {48, 50}, {64, 65}, {64, 128}, {64, 4096}, {100, 300}};
	struct rng rng = {31};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		unsigned e = cases[i].entries, pairs = cases[i].pairs;
		double p = (double)e / pairs, n = 200000, hits = 0;
		struct tlb t;

		tlb_init(&t, e, 0, i);
		for (unsigned k = 0; k < e; k++) /* full from the start */
			tlb_write(&t, k,
				  &(struct tlb_entry){.vpn2 = k,
						      .asid = 1,
						      .used = true,
						      .present = {true, true}});
		for (int j = 0; j < (int)n; j++) {
			uint32_t va = rng_below(&rng, pairs) << 13;

			if (tlb_find(&t, va, 1) != TLB_MISS)
				hits++;
			else
				tlb_load(&t, va, 1, false, true);
		}
		if (fabs(hits - n * p) > 4 * sqrt(n * p * (1 - p)))
			fail_msg("%u entries, %u pairs: %.0f hits, expected %.0f", e, pairs, hits,
				 n * p);
		tlb_release(&t);
	}
}

/* Random replacement, a cyclic walk over N pairs: a pair survives the m misses until its next turn
 * with probability (1 - 1/E)^m, and m is the misses of a round, N (1 - h): h = (1 - 1/E)^(N (1 -
 * h)), solved by iteration from 0. Holds in the mean for large E (m is treated as constant). */
static void a_cyclic_walk_hits_as_random_replacement_predicts(void **state)
{
	static const unsigned pairs[] = {66, 72, 80, 96, 128, 256};
	const double e = 64;

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		double n = pairs[i], h = 0, hits = 0, references = 0;
		struct tlb t;

		for (int j = 0; j < 100000; j++)
			h = pow(1 - 1 / e, n * (1 - h));
		tlb_init(&t, 64, 0, 17);
		for (unsigned round = 0; round < 3000; round++) {
			for (uint32_t pair = 0; pair < pairs[i]; pair++) {
				bool hit = tlb_find(&t, pair << 13, 1) != TLB_MISS;

				if (!hit)
					tlb_load(&t, pair << 13, 1, false, true);
				if (round >= 100) {
					references++;
					hits += hit;
				}
			}
		}
		if (fabs(hits / references - h) > 0.015)
			fail_msg("%u pairs: hit rate %.4f, expected %.4f", pairs[i],
				 hits / references, h);
		tlb_release(&t);
	}
}

static void a_working_set_of_half_the_entries_ends_up_loaded(void **state)
{
	struct tlb t;

	(void)state;
	tlb_init(&t, 64, 0, 3);
	for (unsigned round = 0; round < 200; round++)
		for (uint32_t page = 0; page < 64; page++)
			if (tlb_find(&t, page * PAGE, 1) == TLB_MISS)
				tlb_load(&t, page * PAGE, 1, false, true);
	for (uint32_t page = 0; page < 64; page++) /* 32 pairs */
		assert_int_not_equal(tlb_find(&t, page * PAGE, 1), TLB_MISS);
	tlb_release(&t);
}

/* What a linear scan of all entries finds; fails when two entries translate the same address. */
static uint32_t scan(const struct tlb *t, uint32_t va, uint16_t asid)
{
	uint32_t found = TLB_MISS;

	for (uint32_t i = 0; i < t->entries; i++) {
		const struct tlb_entry *e = &t->entry[i];
		uint64_t bytes = ((uint64_t)e->mask + 1) * PAGE;
		uint64_t base = (uint64_t)e->vpn2 * 2 * PAGE;

		if (!e->used || !(e->global || e->asid == asid) || va < base ||
		    va >= base + 2 * bytes)
			continue;
		assert_int_equal(found, TLB_MISS);
		found = i;
	}
	if (found != TLB_MISS) {
		uint64_t base = (uint64_t)t->entry[found].vpn2 * 2 * PAGE;
		uint64_t bytes = ((uint64_t)t->entry[found].mask + 1) * PAGE;

		if (!t->entry[found].present[(va - base) / bytes])
			return TLB_MISS;
	}
	return found;
}

static void random_operations_find_what_a_scan_of_all_entries_finds(void **state)
{
	static const unsigned sizes[] = {1, 2, 16, 64, 200};

	(void)state;
	for (size_t s = 0; s < sizeof(sizes) / sizeof(*sizes); s++) {
		struct rng rng = {s};
		struct tlb t;

		tlb_init(&t, sizes[s], sizes[s] > 8 ? 2 : 0, s);
		for (int step = 0; step < 60000; step++) {
			uint32_t va = rng_below(&rng, 256) * PAGE + rng_below(&rng, PAGE);
			uint16_t asid = (uint16_t)rng_below(&rng, 3);
			bool global = rng_below(&rng, 4) == 0;

			va |= rng_below(&rng, 3) ? 0 : 0xc0000000;
			assert_int_equal(tlb_find(&t, va, asid), scan(&t, va, asid));
			switch (rng_below(&rng, 10)) {
			case 0: {
				bool there = scan(&t, va, asid) != TLB_MISS;

				assert_int_equal(tlb_drop(&t, va, asid), there);
				assert_int_equal(scan(&t, va, asid), TLB_MISS);
				break;
			}
			case 1: {
				uint32_t mask = (1u << 2 * rng_below(&rng, 4)) - 1;

				tlb_write(
					&t, rng_below(&rng, sizes[s]),
					&(struct tlb_entry){.vpn2 = va >> 13,
							    .mask = mask,
							    .asid = asid,
							    .global = global,
							    .used = rng_below(&rng, 8) != 0,
							    .present = {rng_below(&rng, 2), true}});
				break;
			}
			case 2:
				if (rng_below(&rng, 500) == 0)
					tlb_flush(&t);
				break;
			default: {
				uint32_t i = tlb_load(&t, va, asid, global, true);

				assert_int_equal(scan(&t, va, asid), i);
			}
			}
		}
		tlb_release(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_is_found_only_after_it_was_loaded),
		cmocka_unit_test(
			the_other_page_of_a_pair_misses_until_loaded_and_then_shares_the_entry),
		cmocka_unit_test(an_entry_belongs_to_its_asid_unless_global),
		cmocka_unit_test(the_global_bit_is_the_and_of_the_pair_s),
		cmocka_unit_test(a_global_entry_takes_the_place_of_the_pages_of_single_asids),
		cmocka_unit_test(wired_entries_are_never_replaced),
		cmocka_unit_test(every_entry_that_is_not_wired_is_replaced_equally_often),
		cmocka_unit_test(the_same_seed_gives_the_same_replacements_and_another_seed_others),
		cmocka_unit_test(larger_pages_translate_their_whole_pair),
		cmocka_unit_test(a_write_drops_the_entries_that_it_overlaps),
		cmocka_unit_test(a_pair_of_invalid_pages_occupies_an_entry_but_translates_nothing),
		cmocka_unit_test(a_drop_takes_one_page_and_says_whether_it_was_there),
		cmocka_unit_test(a_flush_drops_everything_wired_entries_too),
		cmocka_unit_test(uniform_random_references_hit_in_proportion),
		cmocka_unit_test(a_cyclic_walk_hits_as_random_replacement_predicts),
		cmocka_unit_test(a_working_set_of_half_the_entries_ends_up_loaded),
		cmocka_unit_test(random_operations_find_what_a_scan_of_all_entries_finds),
	};

	return cmocka_run_group_tests_name("models/tlb", tests, NULL, NULL);
}
