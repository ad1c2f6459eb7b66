/* SPDX-License-Identifier: MIT */
/*
 * The invalidation protocol as rows. Atomic transactions: the replay finishes one event before the
 * next, so there are no transient states, no races and no negative acknowledgements; what they
 * cost in time is the replay's to charge. With replacement hints, so that the sharer set is exact
 * and an invalidation never goes to a cache that has not got the line.
 *
 * Source: Censier, Feautrier, "A new solution to coherence problems in multicache systems", IEEE
 * Trans. Computers C-27 (1978): full bit vector and modified bit. MSI with sharing writeback and
 * replacement hints as in Lenoski et al., "The directory-based cache coherence protocol for the
 * DASH multiprocessor", ISCA'90.
 */
#include "models/directory.h"

#include <assert.h>
#include <stdlib.h>

#define YES true

// clang-format off
#define ROW(from, what, ...) \
	[DIR_##from * DIR_EVENT_COUNT + DIR_##what] = {.state = DIR_##from, .event = DIR_##what, __VA_ARGS__}

const struct directory_row directory_rows[DIR_STATE_COUNT * DIR_EVENT_COUNT] = {
	ROW(UNCACHED, READ,      .legal = YES, .next = DIR_SHARED,   .add_requester = YES),
	ROW(UNCACHED, WRITE,     .legal = YES, .next = DIR_MODIFIED, .only_requester = YES),
	ROW(UNCACHED, UPGRADE),
	ROW(UNCACHED, WRITEBACK),
	ROW(UNCACHED, DROP),

	ROW(SHARED,   READ,      .legal = YES, .next = DIR_SHARED,   .add_requester = YES),
	ROW(SHARED,   WRITE,     .legal = YES, .next = DIR_MODIFIED, .only_requester = YES,
	                         .invalidate_others = YES),
	ROW(SHARED,   UPGRADE,   .legal = YES, .next = DIR_MODIFIED, .requester_has = YES,
	                         .only_requester = YES, .invalidate_others = YES),
	ROW(SHARED,   WRITEBACK),
	ROW(SHARED,   DROP,      .legal = YES, .next = DIR_SHARED,   .requester_has = YES,
	                         .remove_requester = YES),

	/* The owner supplies the reader, keeps the line shared, and the home's memory is written. */
	ROW(MODIFIED, READ,      .legal = YES, .next = DIR_SHARED,   .add_requester = YES,
	                         .owner_supplies = YES, .to_memory = YES),
	/* Ownership moves from cache to cache; the memory stays stale. */
	ROW(MODIFIED, WRITE,     .legal = YES, .next = DIR_MODIFIED, .only_requester = YES,
	                         .owner_supplies = YES, .invalidate_others = YES),
	ROW(MODIFIED, UPGRADE),
	ROW(MODIFIED, WRITEBACK, .legal = YES, .next = DIR_UNCACHED, .requester_has = YES,
	                         .remove_requester = YES, .to_memory = YES),
	ROW(MODIFIED, DROP),
};
// clang-format on
const unsigned directory_row_count = DIR_STATE_COUNT * DIR_EVENT_COUNT;

int directory_init(struct directory *d, uint64_t machine_pages, unsigned lines_per_page,
		   struct error *err)
{
	assert(lines_per_page && (lines_per_page & (lines_per_page - 1)) == 0);
	*d = (struct directory){.lines_per_page = lines_per_page,
				.page_shift = (unsigned)__builtin_ctz(lines_per_page),
				.pages = machine_pages};
	d->page = calloc(machine_pages ? machine_pages : 1, sizeof(*d->page));
	if (!d->page)
		return error_set(err, "directory: no memory for %llu machine pages",
				 (unsigned long long)machine_pages);
	return 0;
}

void directory_release(struct directory *d)
{
	for (uint64_t i = 0; d->page && i < d->pages; i++)
		free(d->page[i]);
	free(d->page);
	*d = (struct directory){0};
}

struct directory_entry *directory_at(struct directory *d, uint64_t line)
{
	uint64_t number = line >> d->page_shift;
	struct directory_entry *page;

	assert(number < d->pages);
	page = d->page[number];
	if (!page) {
		page = d->page[number] = calloc(d->lines_per_page, sizeof(*page));
		if (!page)
			abort();
	}
	return &page[line & (d->lines_per_page - 1)];
}

struct directory_answer directory_apply(struct directory *d, uint64_t line, unsigned cache,
					enum directory_event event)
{
	struct directory_entry *e = directory_at(d, line);
	const struct directory_row *row = &directory_rows[e->state * DIR_EVENT_COUNT + event];
	uint64_t requester = 1ull << cache, others = e->sharers & ~requester;
	struct directory_answer answer = {.owner = -1, .to_memory = row->to_memory};

	assert(row->legal && row->requester_has == (others != e->sharers));
	if (row->owner_supplies)
		answer.owner = __builtin_ctzll(e->sharers);
	if (row->invalidate_others)
		answer.invalidate = others;
	if (row->add_requester)
		e->sharers |= requester;
	else if (row->only_requester)
		e->sharers = requester;
	else if (row->remove_requester)
		e->sharers = others;
	e->state = e->sharers ? row->next : DIR_UNCACHED;
	return answer;
}

uint64_t directory_forget_page(struct directory *d, uint64_t machine_page)
{
	struct directory_entry *page;
	uint64_t caches = 0;

	assert(machine_page < d->pages);
	page = d->page[machine_page];
	for (unsigned i = 0; page && i < d->lines_per_page; i++) {
		caches |= page[i].sharers;
		page[i] = (struct directory_entry){0};
	}
	return caches;
}
