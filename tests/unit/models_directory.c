/* SPDX-License-Identifier: MIT */
/*
 * models/directory.h: every row by hand, and exhaustive exploration of all global states that 2, 3
 * and 4 caches can reach with one line, under the program's own table. A global state is what each
 * cache holds, what the directory believes, and where the last written data are; the caches do
 * what the directory's answers ask and nothing else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "models/directory.h"
#include "sim/base/rng.h"

static struct directory new_directory(uint64_t pages, unsigned lines_per_page)
{
	struct directory d;
	struct error err = {0};

	if (directory_init(&d, pages, lines_per_page, &err) < 0)
		fail_msg("%s", err.text);
	return d;
}

static void the_rows_are_complete_and_in_order(void **state)
{
	(void)state;
	assert_int_equal(directory_row_count, DIR_STATE_COUNT * DIR_EVENT_COUNT);
	for (unsigned i = 0; i < directory_row_count; i++) {
		const struct directory_row *row = &directory_rows[i];

		assert_int_equal(row->state, i / DIR_EVENT_COUNT);
		assert_int_equal(row->event, i % DIR_EVENT_COUNT);
		/* A legal row does exactly one thing with the requester, an illegal one nothing. */
		assert_int_equal(row->add_requester + row->only_requester + row->remove_requester,
				 row->legal);
		if (!row->legal)
			assert_false(row->owner_supplies || row->invalidate_others ||
				     row->to_memory || row->requester_has);
	}
}

static void every_row_does_what_the_protocol_says(void **state)
{
	/* Cache 2 asks; sharers as bits. A legal event that is not listed fails the count below. */
	static const struct {
		enum directory_state state;
		uint64_t sharers;
		enum directory_event event;
		enum directory_state next;
		uint64_t next_sharers, invalidate;
		int owner;
		bool to_memory;
	} cases[] = {
		{DIR_UNCACHED, 0, DIR_READ, DIR_SHARED, 4, 0, -1, false},
		{DIR_UNCACHED, 0, DIR_WRITE, DIR_MODIFIED, 4, 0, -1, false},
		{DIR_SHARED, 0xb, DIR_READ, DIR_SHARED, 0xf, 0, -1, false},
		{DIR_SHARED, 0xb, DIR_WRITE, DIR_MODIFIED, 4, 0xb, -1, false},
		{DIR_SHARED, 0xf, DIR_UPGRADE, DIR_MODIFIED, 4, 0xb, -1, false},
		{DIR_SHARED, 4, DIR_UPGRADE, DIR_MODIFIED, 4, 0, -1, false},
		{DIR_SHARED, 0xf, DIR_DROP, DIR_SHARED, 0xb, 0, -1, false},
		{DIR_SHARED, 4, DIR_DROP, DIR_UNCACHED, 0, 0, -1, false},
		{DIR_MODIFIED, 8, DIR_READ, DIR_SHARED, 0xc, 0, 3, true},
		{DIR_MODIFIED, 1ull << 63, DIR_READ, DIR_SHARED, 1ull << 63 | 4, 0, 63, true},
		{DIR_MODIFIED, 1, DIR_WRITE, DIR_MODIFIED, 4, 1, 0, false},
		{DIR_MODIFIED, 4, DIR_WRITEBACK, DIR_UNCACHED, 0, 0, -1, true},
	};
	unsigned seen[DIR_STATE_COUNT * DIR_EVENT_COUNT] = {0}, legal = 0, covered = 0;
	struct directory d = new_directory(4, 32);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint64_t line = 32 * 3 + i;
		struct directory_entry *e = directory_at(&d, line);
		struct directory_answer a;

		*e = (struct directory_entry){cases[i].sharers, (uint8_t)cases[i].state};
		a = directory_apply(&d, line, 2, cases[i].event);
		if (e->state != cases[i].next || e->sharers != cases[i].next_sharers ||
		    a.invalidate != cases[i].invalidate || a.owner != cases[i].owner ||
		    a.to_memory != cases[i].to_memory)
			fail_msg("case %zu: state %d, sharers %llx, invalidate %llx, owner %d, "
				 "to memory %d",
				 i, e->state, (unsigned long long)e->sharers,
				 (unsigned long long)a.invalidate, a.owner, a.to_memory);
		seen[cases[i].state * DIR_EVENT_COUNT + cases[i].event] = 1;
	}
	for (unsigned i = 0; i < directory_row_count; i++) {
		legal += directory_rows[i].legal;
		covered += seen[i];
	}
	assert_int_equal(legal, covered);
	directory_release(&d);
}

/* A global state of up to 4 caches and one line. Data are "the last written" or stale; a new write
 * makes every other copy stale. */
struct global {
	uint8_t cache[4]; /* 0 invalid, 1 shared, 2 modified */
	uint8_t fresh;	  /* bit per cache, bit 7: memory: holds the last written data */
	uint8_t state;	  /* the directory's */
	uint8_t sharers;
};
#define MEMORY 0x80u

static unsigned pack(const struct global *g)
{
	unsigned n = g->state;

	for (int i = 0; i < 4; i++)
		n = n * 3 + g->cache[i];
	return (n * 16 + g->sharers) * 32 + (g->fresh & 15) + (g->fresh & MEMORY ? 16 : 0);
}
#define STATES (3 * 81 * 16 * 32)

/* What holds in every reachable state. */
static void check(const struct global *g, unsigned caches)
{
	unsigned modified = 0, valid = 0;

	for (unsigned i = 0; i < caches; i++) {
		modified += g->cache[i] == 2;
		valid |= (g->cache[i] != 0) << i;
		/* No cache reads stale data. */
		if (g->cache[i] && !(g->fresh >> i & 1))
			fail_msg("cache %u holds stale data", i);
	}
	/* One writer, and then no readers. */
	assert_true(modified == 0 || (modified == 1 && (valid & (valid - 1)) == 0));
	/* Nothing is lost: without a writer the memory has the last data. */
	assert_true(modified == 1 || g->fresh & MEMORY);
	/* The directory knows exactly who has the line, and how. */
	assert_int_equal(g->sharers, valid);
	assert_int_equal(g->state, modified ? DIR_MODIFIED : valid ? DIR_SHARED : DIR_UNCACHED);
}

/* Cache c does what a processor or a replacement makes it do. Returns the event or -1: none needed
 * (a hit). The kinds: 0 read, 1 write, 2 replace. */
static int event_of(const struct global *g, unsigned c, unsigned kind)
{
	static const int events[3][3] = {
		{DIR_READ, -1, -1},
		{DIR_WRITE, DIR_UPGRADE, -1},
		{-1, DIR_DROP, DIR_WRITEBACK},
	};

	return events[kind][g->cache[c]];
}

static struct global step(struct directory *d, struct global g, unsigned c, unsigned kind)
{
	int event = event_of(&g, c, kind);
	struct directory_entry *e = directory_at(d, 0);
	struct directory_answer a = {.owner = -1};
	unsigned data;

	*e = (struct directory_entry){g.sharers, g.state};
	if (event >= 0) {
		const struct directory_row *row =
			&directory_rows[g.state * DIR_EVENT_COUNT + (unsigned)event];

		if (!row->legal || row->requester_has != (g.sharers >> c & 1))
			fail_msg("illegal event %d in directory state %d", event, g.state);
		a = directory_apply(d, 0, c, (enum directory_event)event);
	}
	/* Data for the requester: from the owner, its own copy, or memory. */
	if (a.owner >= 0) {
		assert_int_equal(g.cache[a.owner], 2);
		data = g.fresh >> a.owner & 1;
		g.cache[a.owner] = 1;
	} else if (g.cache[c]) {
		data = g.fresh >> c & 1;
	} else {
		data = (g.fresh & MEMORY) != 0;
	}
	if (a.to_memory)
		g.fresh = (uint8_t)((g.fresh & ~MEMORY) | (data ? MEMORY : 0));
	for (unsigned i = 0; i < 4; i++) {
		if (a.invalidate >> i & 1) {
			assert_int_not_equal(g.cache[i], 0); /* never one that has not got it */
			g.cache[i] = 0;
			g.fresh &= (uint8_t) ~(1u << i);
		}
	}
	if (kind == 2) {
		g.cache[c] = 0;
		g.fresh &= (uint8_t) ~(1u << c);
	} else {
		if (event >= 0)
			g.cache[c] = kind == 1 ? 2 : 1;
		if (kind == 1) /* a write: no other copy is the last any more */
			g.fresh = (uint8_t)(1u << c);
		else
			g.fresh = (uint8_t)((g.fresh & ~(1u << c)) | data << c);
	}
	g.state = e->state;
	g.sharers = (uint8_t)e->sharers;
	return g;
}

static unsigned explore(unsigned caches)
{
	static uint8_t seen[STATES];
	static struct global queue[STATES];
	struct directory d = new_directory(1, 32);
	unsigned head = 0, tail = 0, rows_used = 0;
	bool used[DIR_STATE_COUNT * DIR_EVENT_COUNT] = {false};

	memset(seen, 0, sizeof(seen));
	queue[tail] = (struct global){.fresh = MEMORY};
	seen[pack(&queue[tail++])] = 1;
	while (head < tail) {
		struct global g = queue[head++];
		unsigned moves = 0;

		check(&g, caches);
		for (unsigned c = 0; c < caches; c++) {
			for (unsigned kind = 0; kind < 3; kind++) {
				struct global next = step(&d, g, c, kind);
				int event = event_of(&g, c, kind);

				if (event >= 0)
					used[g.state * DIR_EVENT_COUNT + (unsigned)event] = true;
				/* Progress: a read or write leaves the right to it, always. */
				if (kind < 2 && next.cache[c] < kind + 1)
					fail_msg("cache %u did not get what it asked for", c);
				moves += pack(&next) != pack(&g);
				if (!seen[pack(&next)]) {
					seen[pack(&next)] = 1;
					queue[tail++] = next;
				}
			}
		}
		assert_true(moves > 0); /* no state without a way out */
	}
	for (unsigned i = 0; i < directory_row_count; i++)
		rows_used += used[i] == directory_rows[i].legal;
	assert_int_equal(rows_used, directory_row_count); /* no legal row is dead */
	directory_release(&d);
	return tail;
}

static void all_reachable_states_are_coherent(void **state)
{
	(void)state;
	/* By hand: the line is in no cache, modified in one of n, or shared by one of the 2^n - 1
	 * non-empty sets: 1 + n + 2^n - 1 states, and data are fresh wherever they are valid; a
	 * modified line's memory is stale. */
	assert_int_equal(explore(2), 6);
	assert_int_equal(explore(3), 11);
	assert_int_equal(explore(4), 20);
}

static void lines_do_not_disturb_each_other(void **state)
{
	struct directory d = new_directory(8, 32);
	struct rng rng = {3};

	(void)state;
	directory_apply(&d, 100, 5, DIR_WRITE);
	for (int i = 0; i < 1000; i++) {
		uint64_t line = rng_below(&rng, 8 * 32);
		struct directory_entry *e = directory_at(&d, line);

		if (line != 100 && !(e->sharers >> 9 & 1))
			directory_apply(&d, line, 9, DIR_READ);
	}
	assert_int_equal(directory_at(&d, 100)->state, DIR_MODIFIED);
	assert_int_equal(directory_at(&d, 100)->sharers, 1 << 5);
	directory_release(&d);
}

static void entries_exist_only_for_pages_that_were_cached(void **state)
{
	struct directory d = new_directory(1 << 20, 32);
	unsigned pages = 0;

	(void)state;
	for (uint64_t page = 0; page < 1 << 20; page += 1 << 16)
		directory_apply(&d, page * 32 + 31, 0, DIR_READ);
	for (uint64_t page = 0; page < 1 << 20; page++)
		pages += d.page[page] != NULL;
	assert_int_equal(pages, 16);
	directory_release(&d);
}

static void a_forgotten_page_names_the_caches_and_is_uncached(void **state)
{
	struct directory d = new_directory(4, 32);

	(void)state;
	assert_int_equal(directory_forget_page(&d, 2), 0); /* never cached */
	directory_apply(&d, 2 * 32 + 0, 1, DIR_READ);
	directory_apply(&d, 2 * 32 + 0, 7, DIR_READ);
	directory_apply(&d, 2 * 32 + 31, 63, DIR_WRITE);
	directory_apply(&d, 1 * 32 + 31, 4, DIR_READ); /* the pages beside it */
	directory_apply(&d, 3 * 32 + 0, 5, DIR_WRITE);
	assert_int_equal(directory_forget_page(&d, 2), 1ull << 1 | 1ull << 7 | 1ull << 63);
	assert_int_equal(directory_forget_page(&d, 2), 0);
	for (unsigned i = 0; i < 32; i++)
		assert_int_equal(directory_at(&d, 2 * 32 + i)->state, DIR_UNCACHED);
	assert_int_equal(directory_at(&d, 1 * 32 + 31)->sharers, 1 << 4);
	assert_int_equal(directory_at(&d, 3 * 32)->state, DIR_MODIFIED);
	directory_apply(&d, 2 * 32, 1, DIR_READ); /* may be cached anew */
	directory_release(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rows_are_complete_and_in_order),
		cmocka_unit_test(every_row_does_what_the_protocol_says),
		cmocka_unit_test(all_reachable_states_are_coherent),
		cmocka_unit_test(lines_do_not_disturb_each_other),
		cmocka_unit_test(entries_exist_only_for_pages_that_were_cached),
		cmocka_unit_test(a_forgotten_page_names_the_caches_and_is_uncached),
	};

	return cmocka_run_group_tests_name("models/directory", tests, NULL, NULL);
}
