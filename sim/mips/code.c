/* SPDX-License-Identifier: MIT */
/*
 * Predecoded blocks, see code.h. Changing one word of code drops all blocks of its page: exact,
 * and simpler than finding the blocks. A page that once held code stays write-protected, so a
 * page with both code and data has slower stores. When the blocks of a guest take more than
 * CODE_LIMIT, all are dropped.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/base/snapshot.h"
#include "sim/mips/code.h"
#include "sim/mips/memory.h"

#define CODE_LIMIT (256u << 20)

static void bury_page(struct cpus *set, struct code_page *page)
{
	while (page->all) {
		struct block *b = page->all;

		page->all = b->next;
		b->next = set->graveyard;
		set->graveyard = b;
	}
	memset(page->at, 0, sizeof(page->at));
	memset(page->covered, 0, sizeof(page->covered));
	page->slot = NULL;
}

static void clear_graveyard(struct cpus *set)
{
	while (set->graveyard) {
		struct block *b = set->graveyard;

		set->graveyard = b->next;
		set->code_bytes -= b->bytes;
		free(b);
	}
}

struct code_page *code_page(struct cpus *set, uint32_t pa)
{
	struct code_page **page = &set->code[pa / PAGE_SIZE];

	if (!*page) {
		*page = calloc(1, sizeof(**page));
		if (!*page)
			abort();
		for (unsigned i = 0; i < set->config.processors; i++)
			memory_protect(&set->cpu[i], pa & PAGE_MASK);
	}
	return *page;
}

static void bury_all(struct cpus *set)
{
	for (uint32_t i = 0; i < set->bus.ram_bytes / PAGE_SIZE; i++)
		if (set->code[i])
			bury_page(set, set->code[i]);
	clear_graveyard(set);
}

static struct block *make(struct cpus *set, struct code_page *page, uint32_t pa, bool slot)
{
	struct insn insn[BLOCK_INSNS + 2] = {0};
	uint32_t left = (PAGE_SIZE - (pa & ~PAGE_MASK)) / 4;
	unsigned n = 0, slot_index = slot ? 0 : NO_SLOT, limit = slot ? 1 : BLOCK_INSNS;
	unsigned end = slot ? OP_end_branch : OP_end_fall;
	bool after_branch = slot;

	clear_graveyard(set);
	if (set->code_bytes > CODE_LIMIT)
		bury_all(set);
	while (n < limit && n < left) {
		struct insn *in = &insn[n];
		uint32_t word = load_le32(set->bus.ram + pa + 4 * n);

		insn_decode(&set->decoder, word, in);
		in->index = n++;
		bool row = in->op != OP_reserved;

		if (after_branch) {
			if (row && insn_rows[in->op].kind == INSN_SLOT)
				*in = (struct insn){
					.op = OP_reserved, .index = in->index, .imm = word};
			break;
		}
		if (row && insn_rows[in->op].kind == INSN_SLOT) {
			if (strchr(insn_rows[in->op].pattern, 'o'))
				in->imm += 4 * n; /* relative to the block */
			after_branch = true;
			if (n == left) {
				end = OP_end_split;
				break;
			}
			end = OP_end_branch;
			slot_index = n;
			limit = n + 1;
		} else if (row && insn_rows[in->op].kind == INSN_LAST) {
			break;
		}
	}
	insn[n].op = end;
	insn[n].index = n;

	struct block *b = malloc(sizeof(*b) + (n + 1) * sizeof(b->insn[0]));

	if (!b)
		abort();
	b->bytes = sizeof(*b) + (n + 1) * sizeof(b->insn[0]);
	b->count = n;
	b->slot = slot_index;
	memcpy(b->insn, insn, (n + 1) * sizeof(insn[0]));
	set->code_bytes += b->bytes;
	b->next = page->all;
	page->all = b;
	for (unsigned i = 0; i < n; i++) {
		unsigned w = (pa / 4 + i) % PAGE_WORDS;

		page->covered[w / 32] |= 1u << w % 32;
	}
	return b;
}

struct block *code_block(struct cpus *set, struct code_page *page, uint32_t pa)
{
	return page->at[pa / 4 % PAGE_WORDS] = make(set, page, pa, false);
}

struct block *code_slot(struct cpus *set, struct code_page *page, uint32_t pa)
{
	if (!page->slot)
		page->slot = make(set, page, pa, true);
	return page->slot;
}

bool code_changed(struct cpus *set, uint32_t pa, uint32_t bytes)
{
	bool any = false;

	for (uint32_t at = pa & ~3u; at < pa + bytes; at += 4) {
		struct code_page *page = set->code[at / PAGE_SIZE];
		unsigned w = at / 4 % PAGE_WORDS;

		if (page && page->covered[w / 32] >> w % 32 & 1) {
			bury_page(set, page);
			any = true;
		}
	}
	return any;
}

/* The blocks of one page in a snapshot. */
struct saved_page {
	uint32_t number, slot;
	uint32_t start[PAGE_WORDS / 32]; /* bit set: a block starts here */
};

static bool save_page(const struct code_page *page, uint32_t number, struct saved_page *to)
{
	if (!page || !page->all)
		return false;
	*to = (struct saved_page){.number = number, .slot = page->slot != NULL};
	for (unsigned w = 0; w < PAGE_WORDS; w++)
		to->start[w / 32] |= (uint32_t)(page->at[w] != NULL) << w % 32;
	return true;
}

static void restore_page(struct cpus *set, const struct saved_page *from)
{
	uint32_t pa = from->number * PAGE_SIZE;
	struct code_page *page = code_page(set, pa);

	if (from->slot)
		code_slot(set, page, pa);
	for (unsigned w = 0; w < PAGE_WORDS; w++)
		if (from->start[w / 32] >> w % 32 & 1 && !page->at[w])
			code_block(set, page, pa + 4 * w);
}

void code_snapshot(struct cpus *set, struct snapshot *s)
{
	uint32_t pages = set->bus.ram_bytes / PAGE_SIZE, count = 0;
	struct saved_page *saved = calloc(pages + 1, sizeof(*saved));

	if (!saved)
		abort();
	for (uint32_t i = 0; i < pages && !snapshot_restoring(s); i++)
		count += save_page(set->code[i], i, &saved[count]);
	snapshot_field(s, "code.pages", count);
	snapshot_check(s, "code.pages", count <= pages);
	snapshot_bytes(s, "code.blocks", saved, (count <= pages ? count : 0) * sizeof(*saved));
	if (snapshot_restoring(s))
		bury_all(set);
	for (uint32_t i = 0; i < count && i < pages && snapshot_restoring(s); i++) {
		bool good = saved[i].number < pages && set->code_bytes <= CODE_LIMIT;

		snapshot_check(s, "code.blocks", good);
		if (!good)
			break;
		restore_page(set, &saved[i]);
	}
	free(saved);
}

void code_free(struct cpus *set)
{
	for (uint32_t i = 0; i < set->bus.ram_bytes / PAGE_SIZE; i++)
		if (set->code[i]) {
			bury_page(set, set->code[i]);
			free(set->code[i]);
		}
	clear_graveyard(set);
	free(set->code);
}
