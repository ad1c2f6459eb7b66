/* SPDX-License-Identifier: MIT */
/*
 * Addresses and memory: translation with the rights of a mode, the soft TLB, and the slow paths
 * of fetches, loads and stores. Every access to the host's memory is to a whole page that was
 * checked to lie in the guest's RAM when its soft TLB entry was made.
 */
#ifndef SIM_MIPS_MEMORY_H
#define SIM_MIPS_MEMORY_H

#include <string.h>

#include "sim/mips/state.h"

enum access { ACCESS_FETCH, ACCESS_LOAD, ACCESS_STORE };

struct translation {
	uint32_t pa, map; /* map: MAP_* flags */
	bool mapped, writable;
};

/* 0, or -1 with cpu->fault filled. */
int translate(struct cpu *, uint32_t va, enum access, struct translation *);

/* Each 0, or -1 with cpu->fault filled. Any alignment: a wrong one is the fault. */
int load_slow(struct cpu *, uint32_t va, unsigned bytes, uint64_t *value);
int fetch_slow(struct cpu *, uint32_t va);
/* And STORED_CODE when predecoded code was dropped: the block must be left after this. */
enum { STORED = 0, STORED_CODE = 1 };
int store_slow(struct cpu *, uint32_t va, unsigned bytes, uint64_t value);
/* 1 to 4 bytes inside of the word around `at` (SWL, SWR), from `first` on. */
int store_part(struct cpu *, uint32_t at, uint32_t first, unsigned bytes, uint32_t value);

/* A store to RAM by this processor while others hold links: breaks theirs to the line. */
void break_links(struct cpu *, uint32_t pa);
/* LL has loaded from here; whether an SC to here would succeed. */
void link_set(struct cpu *, uint32_t va);
bool link_holds(struct cpu *, uint32_t va);

/* Forgets soft TLB entries: all, those of mapped segments, one page, the write rights of a page
 * of RAM. */
void memory_flush(struct cpu *);
void memory_flush_mapped(struct cpu *);
void memory_flush_page(struct cpu *, uint32_t va);
void memory_protect(struct cpu *, uint32_t pa);

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	       "guest memory is accessed in the host's byte order, which must be little-endian");

static inline uint32_t load_le32(const void *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

#endif
