/* SPDX-License-Identifier: MIT */
/*
 * A stream of records as the references it stands for, in program order: each instruction fetched,
 * then what it read and wrote. For exports, which have no runs; pieces of one wide reference
 * (REF_CONTINUES) become one again, and a load and store of the same instruction (REF_MODIFY) too.
 */
#ifndef TRACES_EXPAND_H
#define TRACES_EXPAND_H

#include "traces/trace.h"

enum reference_kind { REFERENCE_FETCH, REFERENCE_LOAD, REFERENCE_STORE, REFERENCE_MODIFY };

struct reference {
	enum reference_kind kind;
	uint64_t addr; /* 32 bits in our traces; more in what is imported */
	uint32_t bytes;
};

struct expander {
	void (*emit)(void *to, const struct reference *r);
	void *to;
	struct page_map *map;				    /* NULL: virtual addresses */
	uint32_t run_addr, run_length, run_bytes, run_done; /* run_bytes: of one instruction */
	uint64_t run_page;				    /* its first page, translated */
	struct reference pending;			    /* bytes 0: none */
	uint32_t asid;
	bool mapped_only; /* imported: no unmapped segments */
};

/* With `physical`, addresses go through the MAP records of the trace. */
void expander_init(struct expander *e, const struct trace_info *info, bool physical,
		   void (*emit)(void *to, const struct reference *r), void *to);
/* Returns 0, or -1 when a page has no translation. */
int expander_next(struct expander *e, struct record r, struct error *err);
/* What is left of the last run. */
int expander_end(struct expander *e, struct error *err);
void expander_release(struct expander *e);

#endif
