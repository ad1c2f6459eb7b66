/* SPDX-License-Identifier: MIT */
/*
 * Predecoded code: basic blocks by the physical address of their first instruction. A block ends
 * after a delay slot, an instruction that changes machine state, 64 instructions, or at the end
 * of its page. What a block holds depends only on memory, never on what was executed before.
 */
#ifndef SIM_MIPS_CODE_H
#define SIM_MIPS_CODE_H

#include "sim/mips/state.h"

#define BLOCK_INSNS 64
#define NO_SLOT	    255

struct block {
	struct block *next; /* of the page, or in the graveyard */
	uint32_t bytes;	    /* of host memory */
	uint8_t count;	    /* instructions */
	uint8_t slot;	    /* index of the delay slot, or NO_SLOT */
	struct insn insn[]; /* count of them and the end */
};

struct code_page {
	struct block *at[PAGE_WORDS]; /* by first instruction */
	struct block *slot;	      /* first word, as the delay slot of another page's branch */
	struct block *all;	      /* list */
	uint32_t covered[PAGE_WORDS / 32]; /* bit set: the word is in some block */
};

/* The code page of a page of RAM, made (and write-protected in every soft TLB) when there is none.
 */
struct code_page *code_page(struct cpus *, uint32_t pa);

/* Predecodes from a word of RAM. Owned by the page. */
struct block *code_block(struct cpus *, struct code_page *, uint32_t pa);
struct block *code_slot(struct cpus *, struct code_page *, uint32_t pa);

/* RAM has changed: drops blocks that hold any of these bytes. Returns whether there were any; the
 * blocks themselves stay readable until the next one is made. */
bool code_changed(struct cpus *, uint32_t pa, uint32_t bytes);

/* Which blocks there are: a store to one of them ends the storing block, so that where interrupts
 * are looked for depends on it. Restoring predecodes the same blocks from RAM. */
void code_snapshot(struct cpus *, struct snapshot *);

void code_free(struct cpus *);

#endif
