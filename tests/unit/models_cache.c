/* SPDX-License-Identifier: MIT */
/*
 * models/cache.h: hand-computed cases as tables, closed forms (cyclic and uniform random
 * references), and random streams against a reference model written another way: per set a list
 * of lines in order of use.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "models/cache.h"
#include "sim/base/rng.h"

#define LINE 128

static struct cache new_cache(unsigned sets, unsigned ways)
{
	struct cache c;
	struct error err = {0};

	if (cache_init(&c, (uint64_t)sets * ways * LINE, ways, LINE, &err) < 0)
		fail_msg("%s", err.text);
	return c;
}

/* A reference as the replay makes it. Returns the line it replaced, or CACHE_NO_LINE. */
static uint64_t reference(struct cache *c, uint64_t line, int *hit)
{
	uint32_t id = cache_find(c, line);
	uint64_t victim = CACHE_NO_LINE;

	*hit = id != CACHE_MISS;
	if (*hit) {
		cache_touch(c, id);
	} else {
		id = cache_victim(c, line);
		if (c->state[id] != LINE_INVALID)
			victim = c->tag[id];
		cache_fill(c, id, line, LINE_SHARED);
	}
	return victim;
}

/* Steps of a case: a line number and what becomes of it: 'h' hit, 'c' cold fill of an invalid way,
 * 'v' fill that replaces `victim`, 'i' invalidation of a line that is there, 'n' of one that is
 * not. */
struct step {
	uint64_t line;
	char what;
	uint64_t victim;
};

struct by_hand {
	const char *name;
	unsigned sets, ways;
	struct step steps[16]; /* what == 0 ends */
};

static const struct by_hand hand_cases[] = {
	{"direct-mapped: lines of one set replace each other",
	 4,
	 1,
	 {{0, 'c', 0},
	  {0, 'h', 0},
	  {4, 'v', 0},
	  {0, 'v', 4},
	  {1, 'c', 0},
	  {0, 'h', 0},
	  {5, 'v', 1}}},
	{"direct-mapped: neighbours lie in different sets",
	 4,
	 1,
	 {{0, 'c', 0},
	  {1, 'c', 0},
	  {2, 'c', 0},
	  {3, 'c', 0},
	  {0, 'h', 0},
	  {3, 'h', 0},
	  {4, 'v', 0}}},
	{"2-way: the way used longer ago is replaced",
	 2,
	 2,
	 {{0, 'c', 0},
	  {2, 'c', 0},
	  {0, 'h', 0},
	  {4, 'v', 2},
	  {0, 'h', 0},
	  {2, 'v', 4},
	  {4, 'v', 0},
	  {1, 'c', 0},
	  {2, 'h', 0}}},
	{"2-way: a hit on the newest changes no order",
	 1,
	 2,
	 {{7, 'c', 0},
	  {8, 'c', 0},
	  {8, 'h', 0},
	  {8, 'h', 0},
	  {9, 'v', 7},
	  {8, 'h', 0},
	  {7, 'v', 9}}},
	{"4-way: full LRU order",
	 1,
	 4,
	 {{1, 'c', 0},
	  {2, 'c', 0},
	  {3, 'c', 0},
	  {4, 'c', 0},
	  {2, 'h', 0},
	  {1, 'h', 0},
	  {5, 'v', 3},
	  {6, 'v', 4},
	  {7, 'v', 2},
	  {1, 'h', 0},
	  {8, 'v', 5},
	  {9, 'v', 6},
	  {7, 'h', 0},
	  {3, 'v', 1}}},
	{"an invalidated way is filled before the LRU is replaced",
	 1,
	 4,
	 {{1, 'c', 0},
	  {2, 'c', 0},
	  {3, 'c', 0},
	  {4, 'c', 0},
	  {3, 'i', 0},
	  {3, 'n', 0},
	  {5, 'c', 0},
	  {1, 'h', 0},
	  {6, 'v', 2},
	  {4, 'i', 0},
	  {1, 'i', 0},
	  {7, 'c', 0},
	  {8, 'c', 0},
	  {9, 'v', 5}}},
	{"3-way: the number of ways need not be a power of two",
	 2,
	 3,
	 {{0, 'c', 0},
	  {2, 'c', 0},
	  {4, 'c', 0},
	  {1, 'c', 0},
	  {6, 'v', 0},
	  {2, 'h', 0},
	  {8, 'v', 4},
	  {1, 'h', 0}}},
	{"lines that differ only far up are different lines",
	 1,
	 2,
	 {{5, 'c', 0},
	  {5 + (1ull << 32), 'c', 0},
	  {5, 'h', 0},
	  {5 + (1ull << 57), 'v', 5 + (1ull << 32)},
	  {5, 'h', 0}}},
};

static void hand_computed_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(hand_cases) / sizeof(*hand_cases); i++) {
		const struct by_hand *t = &hand_cases[i];
		struct cache c = new_cache(t->sets, t->ways);

		for (const struct step *s = t->steps; s < t->steps + 16 && s->what; s++) {
			uint64_t victim;
			char got;
			int hit;

			if (s->what == 'i' || s->what == 'n') {
				got = cache_invalidate(&c, s->line) == LINE_INVALID ? 'n' : 'i';
				victim = 0;
			} else {
				victim = reference(&c, s->line, &hit);
				got = hit ? 'h' : victim == CACHE_NO_LINE ? 'c' : 'v';
			}
			if (got != s->what || (got == 'v' && victim != s->victim))
				fail_msg(
					"%s: step %d (line %llu): %c, victim %llu; wanted %c, %llu",
					t->name, (int)(s - t->steps), (unsigned long long)s->line,
					got, (unsigned long long)victim, s->what,
					(unsigned long long)s->victim);
		}
		cache_release(&c);
	}
}

static void state_is_kept_per_line_and_returned_by_invalidate(void **state)
{
	struct cache c = new_cache(2, 2);
	uint32_t id;

	(void)state;
	cache_fill(&c, cache_victim(&c, 4), 4, LINE_SHARED);
	cache_fill(&c, cache_victim(&c, 6), 6, LINE_MODIFIED);
	id = cache_find(&c, 4);
	assert_int_equal(c.state[id], LINE_SHARED);
	c.state[id] = LINE_MODIFIED;
	assert_int_equal(cache_invalidate(&c, 4), LINE_MODIFIED);
	assert_int_equal(cache_find(&c, 4), CACHE_MISS);
	assert_int_equal(c.state[id], LINE_INVALID);
	assert_int_equal(c.state[cache_find(&c, 6)], LINE_MODIFIED);
	cache_release(&c);
}

static void find_and_victim_change_nothing(void **state)
{
	struct cache c = new_cache(1, 4);
	uint8_t age[4];
	int hit;

	(void)state;
	for (uint64_t line = 0; line < 4; line++)
		reference(&c, line, &hit);
	memcpy(age, c.age, sizeof(age));
	for (int i = 0; i < 10; i++) {
		assert_int_not_equal(cache_find(&c, (uint64_t)i % 4), CACHE_MISS);
		assert_int_equal(cache_victim(&c, 100), cache_find(&c, 0));
	}
	assert_memory_equal(age, c.age, sizeof(age));
	cache_release(&c);
}

static const struct {
	unsigned sets, ways;
} shapes[] = {{1, 1}, {64, 1}, {512, 2}, {16, 4}, {4, 8}, {1, 64}, {8, 3}, {128, 16}};
#define SHAPES (sizeof(shapes) / sizeof(*shapes))

static uint64_t cyclic_misses(unsigned sets, unsigned ways, uint64_t lines, unsigned rounds)
{
	struct cache c = new_cache(sets, ways);
	uint64_t misses = 0;
	int hit;

	for (unsigned r = 0; r < rounds; r++) {
		for (uint64_t line = 0; line < lines; line++) {
			reference(&c, 1000 + line, &hit);
			misses += !hit;
		}
	}
	cache_release(&c);
	return misses;
}

static void cyclic_walk_that_fits_has_only_cold_misses(void **state)
{
	(void)state;
	for (size_t i = 0; i < SHAPES; i++) {
		uint64_t lines = (uint64_t)shapes[i].sets * shapes[i].ways;

		assert_int_equal(cyclic_misses(shapes[i].sets, shapes[i].ways, lines, 5), lines);
		assert_int_equal(cyclic_misses(shapes[i].sets, shapes[i].ways, lines / 2, 5),
				 lines / 2);
	}
}

static void cyclic_walk_one_line_per_set_too_long_always_misses(void **state)
{
	(void)state;
	for (size_t i = 0; i < SHAPES; i++) {
		uint64_t sets = shapes[i].sets, lines = sets * (shapes[i].ways + 1);

		assert_int_equal(cyclic_misses((unsigned)sets, shapes[i].ways, lines, 5),
				 5 * lines);
	}
}

static void cyclic_walk_a_few_lines_too_long_misses_in_the_sets_concerned(void **state)
{
	(void)state;
	/* Of a walk of sets * ways + k lines, k sets get ways + 1 lines and miss always (LRU), the
	 * others only at first. */
	for (size_t i = 0; i < SHAPES; i++) {
		uint64_t sets = shapes[i].sets, ways = shapes[i].ways, k = sets / 4;

		assert_int_equal(cyclic_misses((unsigned)sets, (unsigned)ways, sets * ways + k, 7),
				 7 * k * (ways + 1) + (sets - k) * ways);
	}
}

/* Uniform references to F lines: whatever C lines a full cache of C lines holds, the next reference
 * hits with probability C/F, independently of the past. So hits are binomial. */
static void uniform_random_references_hit_in_proportion(void **state)
{
	static const struct {
		unsigned capacity, footprint;
	} cases[] = {{1, 2}, {4, 5}, {16, 64}, {64, 65}, {64, 128}, {64, 1000}};
	struct rng rng = {12345};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct cache c = new_cache(1, cases[i].capacity);
		double p = (double)cases[i].capacity / cases[i].footprint, n = 200000, hits = 0;
		int hit;

		for (unsigned line = 0; line < cases[i].capacity; line++)
			reference(&c, line, &hit);
		for (int j = 0; j < (int)n; j++) {
			reference(&c, rng_below(&rng, cases[i].footprint), &hit);
			hits += hit;
		}
		if (fabs(hits - n * p) > 4 * sqrt(n * p * (1 - p)))
			fail_msg("%u of %u lines: %.0f hits, expected %.0f", cases[i].capacity,
				 cases[i].footprint, hits, n * p);
		cache_release(&c);
	}
}

/* The reference model: per set the lines in order of use, the newest first. */
struct lists {
	uint64_t *line; /* [sets][ways] */
	unsigned *length;
	unsigned sets, ways;
};

static int list_position(const struct lists *l, uint64_t line)
{
	unsigned set = (unsigned)(line % l->sets);

	for (unsigned i = 0; i < l->length[set]; i++)
		if (l->line[set * l->ways + i] == line)
			return (int)i;
	return -1;
}

static void list_remove(struct lists *l, unsigned set, unsigned position)
{
	uint64_t *list = l->line + set * l->ways;

	memmove(list + position, list + position + 1,
		(l->length[set] - position - 1) * sizeof(*list));
	l->length[set]--;
}

static uint64_t list_reference(struct lists *l, uint64_t line, int *hit)
{
	unsigned set = (unsigned)(line % l->sets);
	uint64_t *list = l->line + set * l->ways, victim = CACHE_NO_LINE;
	int position = list_position(l, line);

	*hit = position >= 0;
	if (*hit) {
		list_remove(l, set, (unsigned)position);
	} else if (l->length[set] == l->ways) {
		victim = list[l->ways - 1];
		l->length[set]--;
	}
	memmove(list + 1, list, l->length[set] * sizeof(*list));
	list[0] = line;
	l->length[set]++;
	return victim;
}

static void random_streams_equal_a_model_of_lists(void **state)
{
	struct rng rng = {99};

	(void)state;
	for (size_t i = 0; i < SHAPES; i++) {
		unsigned sets = shapes[i].sets, ways = shapes[i].ways;
		struct cache c = new_cache(sets, ways);
		struct lists l = {calloc((size_t)sets * ways, 8), calloc(sets, sizeof(unsigned)),
				  sets, ways};
		uint64_t near = 0;

		for (int j = 0; j < 100000; j++) {
			uint64_t line = rng_below(&rng, 3 * sets * ways), was, is;
			int hit, list_hit;

			if (rng_below(&rng, 2)) /* half of the references close to each other */
				line = near = (near + rng_below(&rng, 3)) % (3 * sets * ways);
			if (rng_below(&rng, 20) == 0) {
				int position = list_position(&l, line);

				assert_int_equal(cache_invalidate(&c, line) != LINE_INVALID,
						 position >= 0);
				if (position >= 0)
					list_remove(&l, (unsigned)(line % sets),
						    (unsigned)position);
				continue;
			}
			is = reference(&c, line, &hit);
			was = list_reference(&l, line, &list_hit);
			assert_int_equal(hit, list_hit);
			assert_int_equal(is, was);
		}
		free(l.line);
		free(l.length);
		cache_release(&c);
	}
}

static void ages_of_a_set_stay_a_permutation(void **state)
{
	struct cache c = new_cache(4, 8);
	struct rng rng = {5};
	int hit;

	(void)state;
	for (int i = 0; i < 5000; i++) {
		reference(&c, rng_below(&rng, 64), &hit);
		if (i % 3 == 0)
			cache_invalidate(&c, rng_below(&rng, 64));
		for (unsigned set = 0; set < 4; set++) {
			unsigned seen = 0;

			for (unsigned way = 0; way < 8; way++)
				seen |= 1u << c.age[set * 8 + way];
			assert_int_equal(seen, 255);
		}
	}
	cache_release(&c);
}

static void shapes_that_make_no_sense_are_refused_with_a_reason(void **state)
{
	static const struct {
		uint64_t bytes, ways, line;
		const char *says;
	} cases[] = {
		{1024, 0, 64, "0 ways"},
		{65 * 64, 65, 64, "65 ways"},
		{1024, 2, 0, "0 bytes"},
		{1024, 2, 48, "48 bytes"},
		{1000, 2, 64, "1000 bytes"},
		{0, 2, 64, "0 bytes"},
		{3 * 2 * 64, 2, 64, "384 bytes"},
		{64, 2, 64, "64 bytes"},
		{1ull << 50, 2, 64, "lines, wanted at most"},
		{UINT64_MAX, 1, 1, "wanted a number of sets"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct cache c;
		struct error err = {0};

		assert_int_equal(cache_init(&c, cases[i].bytes, cases[i].ways, cases[i].line, &err),
				 -1);
		if (!strstr(err.text, cases[i].says))
			fail_msg("case %zu: \"%s\" does not say \"%s\"", i, err.text,
				 cases[i].says);
		cache_release(&c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hand_computed_cases),
		cmocka_unit_test(state_is_kept_per_line_and_returned_by_invalidate),
		cmocka_unit_test(find_and_victim_change_nothing),
		cmocka_unit_test(cyclic_walk_that_fits_has_only_cold_misses),
		cmocka_unit_test(cyclic_walk_one_line_per_set_too_long_always_misses),
		cmocka_unit_test(cyclic_walk_a_few_lines_too_long_misses_in_the_sets_concerned),
		cmocka_unit_test(uniform_random_references_hit_in_proportion),
		cmocka_unit_test(random_streams_equal_a_model_of_lists),
		cmocka_unit_test(ages_of_a_set_stay_a_permutation),
		cmocka_unit_test(shapes_that_make_no_sense_are_refused_with_a_reason),
	};

	return cmocka_run_group_tests_name("models/cache", tests, NULL, NULL);
}
