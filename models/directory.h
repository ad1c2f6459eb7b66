/* SPDX-License-Identifier: MIT */
/*
 * The directory: per machine line, which caches have it, and the invalidation protocol (MSI) as a
 * table of rows (state, event) -> (next state, what has to be done). One entry per line that was
 * ever cached, in a page-granular two-level table (a dense array of all lines took 17 GB). Full
 * bit vector, at most 64 caches. It decides and remembers; it moves nothing and knows no time:
 * the replay invalidates the caches, charges latencies and queues.
 */
#ifndef MODELS_DIRECTORY_H
#define MODELS_DIRECTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/error.h"

enum directory_state { DIR_UNCACHED, DIR_SHARED, DIR_MODIFIED, DIR_STATE_COUNT };
enum directory_event {
	DIR_READ,      /* read miss */
	DIR_WRITE,     /* write miss */
	DIR_UPGRADE,   /* write to a line the cache has shared */
	DIR_WRITEBACK, /* a modified line is replaced */
	DIR_DROP,      /* a shared line is replaced (replacement hint) */
	DIR_EVENT_COUNT
};

struct directory_entry {
	uint64_t sharers; /* bit per cache; exactly one when modified */
	uint8_t state;	  /* enum directory_state */
};

/* What an event asks the machine to do. */
struct directory_answer {
	uint64_t invalidate; /* caches that must drop the line */
	int owner;	/* cache that must supply (and on a read downgrade) it, or -1: memory */
	bool to_memory; /* the home memory is written (writeback, sharing writeback) */
};

struct directory {
	unsigned lines_per_page;       /* page bytes / line bytes; a power of two */
	unsigned page_shift;	       /* its log2 */
	uint64_t pages;		       /* machine pages */
	struct directory_entry **page; /* [pages], NULL until a line of it is cached; owned */
};

int directory_init(struct directory *, uint64_t machine_pages, unsigned lines_per_page,
		   struct error *err);
void directory_release(struct directory *);
/* The entry of a machine line, made (uncached) on first use. Asserts that the page exists. */
struct directory_entry *directory_at(struct directory *, uint64_t line);
/* Applies an event of a cache to a line. Asserts that the protocol allows it in this state. */
struct directory_answer directory_apply(struct directory *, uint64_t line, unsigned cache,
					enum directory_event);
/* Forgets a page's lines; returns the union of caches that had any (for a page move). */
uint64_t directory_forget_page(struct directory *, uint64_t machine_page);

/* The protocol's rows, for tests and the checker: one for every state and event, the row of
 * (state, event) at state * DIR_EVENT_COUNT + event. */
struct directory_row {
	enum directory_state state;
	enum directory_event event;
	enum directory_state next; /* UNCACHED instead when no sharer is left */
	bool legal;
	bool requester_has; /* the requester must be a sharer; otherwise it must not be one */
	bool add_requester, only_requester, remove_requester; /* what becomes of the sharers */
	bool owner_supplies, invalidate_others, to_memory;
};
extern const struct directory_row directory_rows[];
extern const unsigned directory_row_count;

#endif
