/* SPDX-License-Identifier: MIT */
/*
 * models/pages.h: each action by hand, full memory, counters by generation, and random sequences
 * of actions with pages_consistent and a count of frames after each.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "models/pages.h"
#include "sim/base/rng.h"

static struct pages new_coloured_pages(unsigned nodes, uint32_t count, uint32_t frames,
				       uint32_t colours, size_t policy_bytes)
{
	struct pages t;
	struct error err = {0};

	if (pages_init(&t, nodes, nodes, count, frames, colours, policy_bytes, &err) < 0)
		fail_msg("%s", err.text);
	return t;
}

static struct pages new_pages(unsigned nodes, uint32_t count, uint32_t frames, size_t policy_bytes)
{
	return new_coloured_pages(nodes, count, frames, 1, policy_bytes);
}

static void a_page_has_the_same_colour_on_every_node_while_frames_of_it_last(void **state)
{
	struct pages t = new_coloured_pages(4, 64, 32, 8, 0);

	(void)state;
	/* interleaved over the nodes, as round robin does: all 8 colours are used evenly */
	for (uint32_t i = 0; i < 32; i++) {
		pages_place(&t, i, i % 4);
		assert_int_equal(pages_at(&t, i)->copy[i % 4] % 8, i % 8);
	}
	pages_migrate(&t, 5, 3);
	assert_int_equal(pages_at(&t, 5)->copy[3] % 8, 5);
	/* node 0 has four frames of colour 0: pages 0, 8, 16, 24 took them, the next gets colour 1
	 */
	pages_place(&t, 40, 0);
	assert_int_equal(pages_at(&t, 40)->copy[0] % 8, 1);
	assert_true(pages_consistent(&t));
	pages_release(&t);
}

static void a_page_is_placed_on_the_node_asked_for(void **state)
{
	struct pages t = new_pages(4, 100, 10, 0);
	const struct page *p;

	(void)state;
	assert_null(t.page[42]);
	assert_int_equal(pages_at(&t, 42)->replicas, 0);
	assert_int_equal(pages_place(&t, 42, 2), 2);
	p = pages_at(&t, 42);
	assert_int_equal(p->home, 2);
	assert_int_equal(p->replicas, 1 << 2);
	for (unsigned node = 0; node < 4; node++)
		assert_int_equal(pages_machine(p, node), 20);
	assert_int_equal(pages_user(&t, 20), 42);
	assert_int_equal(pages_user(&t, 21), UINT32_MAX);
	assert_int_equal(t.free_frames[2], 9);
	assert_true(pages_consistent(&t));
	pages_release(&t);
}

static void a_full_node_passes_a_page_to_the_next_and_full_memory_refuses(void **state)
{
	struct pages t = new_pages(3, 100, 2, 0);
	static const int expected[] = {1, 1, 2, 2, 0, 0, -1};

	(void)state;
	for (uint32_t i = 0; i < 7; i++)
		assert_int_equal(pages_place(&t, i, 1), expected[i]);
	assert_int_equal(pages_at(&t, 6)->replicas, 0);
	assert_int_equal(pages_migrate(&t, 0, 0), -1);
	assert_int_equal(pages_replicate(&t, 0, 2), -1);
	assert_int_equal(pages_at(&t, 0)->home, 1);
	assert_int_equal(pages_at(&t, 0)->replicas, 1 << 1);
	assert_int_equal(pages_at(&t, 0)->migrations, 0);
	assert_true(pages_consistent(&t));
	pages_release(&t);
}

static void a_migration_moves_the_frame_and_gives_the_old_one_back(void **state)
{
	struct pages t = new_pages(2, 10, 1, 0);

	(void)state;
	pages_place(&t, 3, 0);
	assert_int_equal(pages_migrate(&t, 3, 1), 0);
	assert_int_equal(pages_at(&t, 3)->home, 1);
	assert_int_equal(pages_machine(pages_at(&t, 3), 0), 1);
	assert_int_equal(pages_user(&t, 0), UINT32_MAX);
	assert_int_equal(pages_user(&t, 1), 3);
	assert_int_equal(pages_at(&t, 3)->migrations, 1);
	assert_int_equal(pages_place(&t, 4, 0), 0); /* the freed frame is used again */
	assert_int_equal(pages_user(&t, 0), 4);
	assert_true(pages_consistent(&t));
	pages_release(&t);
}

static void a_replica_serves_its_own_node_and_the_master_the_others(void **state)
{
	struct pages t = new_pages(4, 10, 4, 0);
	const struct page *p;

	(void)state;
	pages_place(&t, 0, 0);
	assert_int_equal(pages_replicate(&t, 0, 2), 0);
	assert_int_equal(pages_replicate(&t, 0, 3), 0);
	p = pages_at(&t, 0);
	assert_int_equal(p->replicas, 0xd);
	assert_int_equal(p->home, 0);
	assert_int_equal(pages_machine(p, 0), 0);
	assert_int_equal(pages_machine(p, 1), 0);
	assert_int_equal(pages_machine(p, 2), 8);
	assert_int_equal(pages_machine(p, 3), 12);
	for (uint32_t machine = 0; machine < 16; machine += 4)
		assert_int_equal(pages_user(&t, machine), machine == 4 ? UINT32_MAX : 0);
	assert_true(pages_consistent(&t));

	pages_collapse(&t, 0, 2);
	assert_int_equal(p->home, 2);
	assert_int_equal(p->replicas, 1 << 2);
	assert_int_equal(pages_machine(p, 0), 8);
	assert_int_equal(t.free_frames[0] + t.free_frames[1] + t.free_frames[3], 12);
	assert_true(pages_consistent(&t));
	pages_release(&t);
}

static void a_migration_gives_replicas_back_and_keeps_the_copy_that_the_node_has(void **state)
{
	struct pages t = new_pages(4, 10, 4, 0);
	uint32_t copy;

	(void)state;
	pages_place(&t, 0, 0);
	pages_replicate(&t, 0, 1);
	pages_replicate(&t, 0, 3);
	copy = pages_machine(pages_at(&t, 0), 3);
	assert_int_equal(pages_migrate(&t, 0, 3), 0);
	assert_int_equal(pages_at(&t, 0)->replicas, 1 << 3);
	assert_int_equal(pages_machine(pages_at(&t, 0), 0), copy);
	pages_replicate(&t, 0, 1);
	assert_int_equal(pages_migrate(&t, 0, 2), 0);
	assert_int_equal(pages_at(&t, 0)->replicas, 1 << 2);
	assert_int_equal(pages_at(&t, 0)->migrations, 2);
	assert_true(pages_consistent(&t));
	pages_release(&t);
}

static void frames_are_handed_out_from_the_lowest_on(void **state)
{
	struct pages t = new_pages(2, 64, 32, 0);

	(void)state;
	for (uint32_t i = 0; i < 32; i++) {
		pages_place(&t, i, 1);
		assert_int_equal(pages_machine(pages_at(&t, i), 0), 32 + i);
	}
	pages_release(&t);
}

static void a_reset_zeroes_the_counters_of_every_page_when_it_is_looked_at(void **state)
{
	struct pages t = new_pages(4, 10, 4, 0);
	struct page *p, *later;

	(void)state;
	pages_place(&t, 0, 0);
	p = pages_at(&t, 0);
	for (unsigned i = 0; i < 4; i++)
		p->misses[i] = 10 + i;
	p->writes = 5;
	p->frozen = true;
	pages_migrate(&t, 0, 1);
	pages_refresh(&t, p); /* nothing was reset yet */
	assert_int_equal(p->misses[3], 13);
	assert_int_equal(p->migrations, 1);
	pages_reset_counters(&t);
	pages_reset_counters(&t);
	pages_migrate(&t, 0, 2); /* counts from zero */
	assert_int_equal(p->migrations, 1);
	pages_refresh(&t, p);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(p->misses[i], 0);
	assert_int_equal(p->writes, 0);
	assert_int_equal(p->migrations, 1);
	assert_false(p->frozen);
	assert_int_equal(p->home, 2);
	later = pages_at(&t, 1); /* made after resets: nothing to catch up with */
	later->writes = 3;
	pages_refresh(&t, later);
	assert_int_equal(later->writes, 3);
	pages_release(&t);
}

static void policy_state_is_zeroed_separate_and_survives_everything(void **state)
{
	static const size_t sizes[] = {1, 3, 8, 40, 1000};

	(void)state;
	for (size_t s = 0; s < sizeof(sizes) / sizeof(*sizes); s++) {
		struct pages t = new_pages(3, 20, 20, sizes[s]);

		for (uint32_t i = 0; i < 20; i++) {
			unsigned char *bytes = pages_at(&t, i)->policy_state;

			assert_int_equal((uintptr_t)bytes % 16, 0);
			for (size_t k = 0; k < sizes[s]; k++)
				assert_int_equal(bytes[k], 0);
			memset(bytes, (int)i + 1, sizes[s]);
			pages_place(&t, i, i % 3);
			pages_replicate(&t, i, (i + 1) % 3);
			pages_migrate(&t, i, (i + 2) % 3);
			memset(pages_at(&t, i)->misses, 0xff, 3 * sizeof(uint32_t));
		}
		pages_reset_counters(&t);
		for (uint32_t i = 0; i < 20; i++) {
			unsigned char *bytes = pages_at(&t, i)->policy_state;

			pages_refresh(&t, pages_at(&t, i));
			for (size_t k = 0; k < sizes[s]; k++)
				assert_int_equal(bytes[k], i + 1);
		}
		assert_true(pages_consistent(&t));
		pages_release(&t);
	}
}

/* Random actions; a plain count of the frames per node stands against free_frames. */
static void random_actions(unsigned nodes, uint32_t count, uint32_t frames, uint32_t colours,
			   uint64_t seed)
{
	struct pages t = new_coloured_pages(nodes, count, frames, colours, 8);
	uint64_t free_frames[MAX_NODES], done = 0, refused = 0;
	struct rng rng = {seed};

	for (unsigned n = 0; n < nodes; n++)
		free_frames[n] = frames;
	for (int i = 0; i < 4000; i++) {
		uint32_t number = rng_below(&rng, count);
		unsigned node = rng_below(&rng, nodes);
		struct page *p = pages_at(&t, number);
		uint64_t before = p->replicas;
		int got = 0;

		if (!before)
			got = pages_place(&t, number, node);
		else if (rng_below(&rng, 3) == 0 && !(before >> node & 1))
			got = pages_replicate(&t, number, node);
		else if (rng_below(&rng, 2) && p->home != node)
			got = pages_migrate(&t, number, node);
		else if (before >> node & 1)
			pages_collapse(&t, number, node);
		else
			continue;
		if (got < 0) {
			refused++;
			assert_int_equal(p->replicas, before);
		}
		done++;
		for (unsigned n = 0; n < nodes; n++) {
			free_frames[n] += before >> n & 1;
			free_frames[n] -= p->replicas >> n & 1;
			assert_int_equal(free_frames[n], t.free_frames[n]);
		}
		if (!pages_consistent(&t))
			fail_msg("inconsistent after action %d (page %u, node %u)", i, number,
				 node);
	}
	assert_true(done > 1000);
	/* Memory that holds every page on every node never refuses; a tight one must have. */
	assert_true(frames >= count ? refused == 0 : refused > 0);
	pages_release(&t);
}

static void random_sequences_of_actions_stay_consistent(void **state)
{
	(void)state;
	random_actions(2, 30, 30, 1, 1);
	random_actions(8, 60, 60, 16, 2);
	random_actions(8, 60, 9, 4, 3);
	random_actions(3, 20, 5, 3, 4);
	random_actions(64, 40, 1, 8, 5);
	random_actions(64, 10, 10, 7, 6);
}

static void damage_is_noticed(void **state)
{
	(void)state;
	for (int what = 0; what < 7; what++) {
		struct pages t = new_pages(3, 10, 4, 0);
		struct page *p;

		pages_place(&t, 0, 0);
		pages_place(&t, 1, 0);
		pages_replicate(&t, 0, 1);
		pages_migrate(&t, 1, 2);
		assert_true(pages_consistent(&t));
		p = pages_at(&t, 0);
		switch (what) {
		case 0:
			p->replicas &= ~2ull;
			break;
		case 1:
			p->home = 2;
			break;
		case 2:
			p->copy[1] = pages_machine(pages_at(&t, 1), 2);
			break;
		case 3:
			t.free_frames[2]++;
			break;
		case 4:
			p->replicas |= 1ull << 40;
			break;
		case 5: /* a copy that nobody has any more */
			p->replicas &= ~2ull;
			p->copy[1] = NO_MACHINE_PAGE;
			break;
		case 6:
			p->copy[1] = 7;
			break;
		}
		if (pages_consistent(&t))
			fail_msg("damage %d was not noticed", what);
		pages_release(&t);
	}
}

static void sizes_that_make_no_sense_are_refused_with_a_reason(void **state)
{
	static const struct {
		unsigned nodes, processors;
		uint32_t count, frames;
		const char *says;
	} cases[] = {
		{0, 1, 10, 10, "0 nodes"},
		{65, 1, 10, 10, "65 nodes"},
		{1, 0, 10, 10, "0 processors"},
		{1, 65, 10, 10, "65 processors"},
		{1, 1, 10, 0, "of 0 frames"},
		{64, 1, 10, 1u << 26, "67108864 frames"},
		{1, 1, 1u << 31, 10, "2147483648 guest pages"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pages t;
		struct error err = {0};

		assert_int_equal(pages_init(&t, cases[i].nodes, cases[i].processors, cases[i].count,
					    cases[i].frames, 1, 0, &err),
				 -1);
		if (!strstr(err.text, cases[i].says))
			fail_msg("\"%s\" does not say \"%s\"", err.text, cases[i].says);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_is_placed_on_the_node_asked_for),
		cmocka_unit_test(a_page_has_the_same_colour_on_every_node_while_frames_of_it_last),
		cmocka_unit_test(a_full_node_passes_a_page_to_the_next_and_full_memory_refuses),
		cmocka_unit_test(a_migration_moves_the_frame_and_gives_the_old_one_back),
		cmocka_unit_test(a_replica_serves_its_own_node_and_the_master_the_others),
		cmocka_unit_test(
			a_migration_gives_replicas_back_and_keeps_the_copy_that_the_node_has),
		cmocka_unit_test(frames_are_handed_out_from_the_lowest_on),
		cmocka_unit_test(a_reset_zeroes_the_counters_of_every_page_when_it_is_looked_at),
		cmocka_unit_test(policy_state_is_zeroed_separate_and_survives_everything),
		cmocka_unit_test(random_sequences_of_actions_stay_consistent),
		cmocka_unit_test(damage_is_noticed),
		cmocka_unit_test(sizes_that_make_no_sense_are_refused_with_a_reason),
	};

	return cmocka_run_group_tests_name("models/pages", tests, NULL, NULL);
}
