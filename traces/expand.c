/* SPDX-License-Identifier: MIT */
/*
 * Fetches are given out as late as the data references of a run allow, with the last one held back
 * for the pieces that may follow it. A run's first page is translated where the run stands, because
 * a MAP for the run after it may already lie between; further pages where they are fetched.
 */
#include "traces/expand.h"

#include <stdlib.h>
#include <string.h>

#define PAGES	 (1u << 20)
#define UNMAPPED UINT32_MAX

/* Page numbers by address space, allocated when first mapped; [256] holds for every ASID. */
struct page_map {
	uint32_t *spaces[257];
};

static void map_page(struct page_map *m, unsigned asid, struct record r)
{
	unsigned space = r.addr & MAP_GLOBAL ? 256 : asid & 255;
	uint32_t page = r.addr >> 12;

	if (!m->spaces[space]) {
		m->spaces[space] = malloc(PAGES * sizeof(uint32_t));
		memset(m->spaces[space], 0xff, PAGES * sizeof(uint32_t));
	}
	m->spaces[space][page] = record_arg(r);
	/* The later report holds: a global page replaces each space's own. */
	for (unsigned i = 0; space == 256 && i < 256; i++)
		if (m->spaces[i])
			m->spaces[i][page] = UNMAPPED;
}

static int translate(const struct expander *e, uint64_t *addr, struct error *err)
{
	uint32_t page = (uint32_t)(*addr >> 12), found = UNMAPPED;
	const uint32_t *own = e->map->spaces[e->asid & 255], *global = e->map->spaces[256];

	if (!e->mapped_only && page >= 0x80000 && page < 0xc0000) { /* KSEG0, KSEG1 */
		*addr &= 0x1fffffff;
		return 0;
	}
	if (own)
		found = own[page];
	if (found == UNMAPPED && global)
		found = global[page];
	if (found == UNMAPPED)
		return error_set(err,
				 "the trace has no translation of 0x%08x (address space %u) where "
				 "it is used; export virtual addresses instead",
				 (uint32_t)*addr, e->asid & 255);
	*addr = (uint64_t)found << 12 | (*addr & 0xfff);
	return 0;
}

void expander_init(struct expander *e, const struct trace_info *info, bool physical,
		   void (*emit)(void *to, const struct reference *r), void *to)
{
	memset(e, 0, sizeof(*e));
	e->emit = emit;
	e->to = to;
	e->mapped_only = !info->tlb_entries;
	if (physical)
		e->map = calloc(1, sizeof(*e->map));
}

void expander_release(struct expander *e)
{
	for (unsigned i = 0; e->map && i < 257; i++)
		free(e->map->spaces[i]);
	free(e->map);
}

static int emit(struct expander *e, struct reference *r, struct error *err)
{
	if (!r->bytes)
		return 0;
	if (e->map && translate(e, &r->addr, err))
		return -1;
	e->emit(e->to, r);
	r->bytes = 0;
	return 0;
}

/* Fetches the instructions of the run before number `index`, which must have been executed. */
static int fetch_up_to(struct expander *e, uint32_t index, struct error *err)
{
	if (e->run_done >= index || e->run_done >= e->run_length)
		return 0;
	if (emit(e, &e->pending, err))
		return -1;
	for (; e->run_done < index && e->run_done < e->run_length; e->run_done++) {
		uint32_t addr = e->run_addr + e->run_done * e->run_bytes;
		struct reference r = {REFERENCE_FETCH, addr, e->run_bytes};

		if (e->map && addr >> 12 == e->run_addr >> 12)
			r.addr = e->run_page | (addr & 0xfff);
		else if (e->map && translate(e, &r.addr, err))
			return -1;
		e->emit(e->to, &r);
	}
	return 0;
}

int expander_end(struct expander *e, struct error *err)
{
	int rc = fetch_up_to(e, e->run_length, err);

	e->run_length = e->run_done = 0;
	return rc || emit(e, &e->pending, err) ? -1 : 0;
}

static int data(struct expander *e, struct record r, struct error *err)
{
	bool store = record_kind(r) == RECORD_STORE;
	uint32_t arg = record_arg(r), bytes = REF_BYTES(arg);

	if (fetch_up_to(e, REF_INDEX(arg) + 1, err))
		return -1;
	if (e->pending.bytes && store && (arg & REF_MODIFY)) {
		if (e->pending.kind == REFERENCE_LOAD || e->pending.kind == REFERENCE_MODIFY) {
			e->pending.kind = REFERENCE_MODIFY;
			return 0;
		}
	}
	if (e->pending.bytes && (arg & REF_CONTINUES)) {
		e->pending.bytes += bytes;
		return 0;
	}
	if (emit(e, &e->pending, err))
		return -1;
	e->pending = (struct reference){store ? REFERENCE_STORE : REFERENCE_LOAD, r.addr, bytes};
	return 0;
}

int expander_next(struct expander *e, struct record r, struct error *err)
{
	switch (record_kind(r)) {
	case RECORD_LOAD:
	case RECORD_STORE:
		return data(e, r, err);
	case RECORD_CACHE_OP:
		return 0;
	case RECORD_MAP:
		/* Fetches and references before it have used the page as it was. */
		if (e->map) {
			if (emit(e, &e->pending, err))
				return -1;
			map_page(e->map, e->asid, r);
		}
		return 0;
	default:
		break;
	}
	if (expander_end(e, err))
		return -1;
	if (record_kind(r) == RECORD_RUN || record_kind(r) == RECORD_FETCH) {
		bool run = record_kind(r) == RECORD_RUN;

		e->run_addr = r.addr;
		e->run_length = run ? record_arg(r) : 1;
		e->run_bytes = run ? 4 : record_arg(r);
		e->run_page = r.addr & ~0xfffu;
		return e->map ? translate(e, &e->run_page, err) : 0;
	} else if (record_kind(r) == RECORD_MODE) {
		e->asid = r.addr;
	}
	return 0;
}
