/* SPDX-License-Identifier: MIT */
/*
 * See tlb.h. "MIPS32 Architecture For Programmers Volume III", rev. 2, chapter 4.9 and 8. The
 * random index comes from the seeded generator when it is asked for, so that equal seeds give
 * equal runs. Pages are 4 KB to 256 MB; a PageMask that is not a run of ones counts as 4 KB.
 */
#include "sim/mips/tlb.h"
#include "sim/mips/exception.h"
#include "sim/mips/memory.h"

#define ENTRYLO_G 1u
#define ENTRYLO_V 2u
#define ENTRYLO_D 4u

void cpu_tlb_reset(struct cpu *cpu)
{
	for (unsigned i = 0; i < 64; i++) /* KSEG0 addresses are never looked up */
		cpu->tlb[i] = (struct tlb_entry){.va = 0x80000000 + i * 0x2000};
}

static bool matches(const struct tlb_entry *e, uint32_t va, uint8_t asid)
{
	return ((va ^ e->va) & ~(e->mask | 0x1fff)) == 0 && (e->global || e->asid == asid);
}

const struct tlb_entry *cpu_tlb_find(const struct cpu *cpu, uint32_t va)
{
	uint8_t asid = cpu->cp0[CP0_ENTRYHI];

	for (unsigned i = 0; i < cpu->set->config.tlb_entries; i++)
		if (matches(&cpu->tlb[i], va, asid))
			return &cpu->tlb[i];
	return NULL;
}

void cpu_tlb_probe(struct cpu *cpu)
{
	uint32_t hi = cpu->cp0[CP0_ENTRYHI];

	cpu->cp0[CP0_INDEX] |= 0x80000000;
	for (unsigned i = 0; i < cpu->set->config.tlb_entries; i++)
		if (matches(&cpu->tlb[i], hi, hi)) {
			cpu->cp0[CP0_INDEX] = i;
			return;
		}
}

static uint32_t entry_lo(const struct tlb_entry *e, const struct tlb_half *h)
{
	return h->pa >> 6 | h->cache << 3 | (h->dirty ? ENTRYLO_D : 0) |
	       (h->valid ? ENTRYLO_V : 0) | (e->global ? ENTRYLO_G : 0);
}

void cpu_tlb_read(struct cpu *cpu)
{
	const struct tlb_entry *e = &cpu->tlb[cpu->cp0[CP0_INDEX] % cpu->set->config.tlb_entries];

	cpu->cp0[CP0_PAGEMASK] = e->mask;
	cpu->cp0[CP0_ENTRYLO0] = entry_lo(e, &e->half[0]);
	cpu->cp0[CP0_ENTRYLO1] = entry_lo(e, &e->half[1]);
	set_entryhi(cpu, e->va | e->asid);
}

static struct tlb_half half_of(uint32_t lo)
{
	return (struct tlb_half){
		.pa = (lo & 0x03ffffc0) << 6,
		.cache = lo >> 3 & 7,
		.valid = lo & ENTRYLO_V,
		.dirty = lo & ENTRYLO_D,
	};
}

static void report(struct cpu *cpu, enum record_kind kind, unsigned index, uint32_t random)
{
	const struct tlb_entry *e = &cpu->tlb[index];
	uint32_t shift = 12 + __builtin_popcount(e->mask >> 13);

	observe(cpu, kind, e->va | e->asid,
		index | random | (e->global ? TLBW_GLOBAL : 0) |
			(e->half[0].valid ? TLBW_VALID0 : 0) |
			(e->half[1].valid ? TLBW_VALID1 : 0) |
			(e->half[0].dirty ? TLBW_DIRTY0 : 0) |
			(e->half[1].dirty ? TLBW_DIRTY1 : 0) | shift << 16);
}

/* What the soft TLB may know from an entry. */
static void forget(struct cpu *cpu, const struct tlb_entry *e)
{
	uint32_t asid = cpu->cp0[CP0_ENTRYHI] & 0xff;

	if ((!e->global && e->asid != asid) || (!e->half[0].valid && !e->half[1].valid))
		return;
	if (e->mask) {
		memory_flush_mapped(cpu);
		return;
	}
	memory_flush_page(cpu, e->va);
	memory_flush_page(cpu, e->va + PAGE_SIZE);
}

void cpu_tlb_write(struct cpu *cpu, unsigned index, bool random)
{
	const uint32_t *cp0 = cpu->cp0;
	struct tlb_entry *e = &cpu->tlb[index %= cpu->set->config.tlb_entries];
	uint32_t mask = cp0[CP0_PAGEMASK];

	forget(cpu, e);
	*e = (struct tlb_entry){
		.va = cp0[CP0_ENTRYHI] & ~(mask | 0x1fff),
		.mask = mask,
		.asid = cp0[CP0_ENTRYHI],
		.global = cp0[CP0_ENTRYLO0] & cp0[CP0_ENTRYLO1] & ENTRYLO_G,
		.half = {half_of(cp0[CP0_ENTRYLO0]), half_of(cp0[CP0_ENTRYLO1])},
	};
	forget(cpu, e); /* it may hide another entry */
	if (cpu->observer)
		report(cpu, RECORD_TLB_WRITE, index, random ? TLBW_RANDOM : 0);
}

unsigned cpu_tlb_random(struct cpu *cpu)
{
	unsigned entries = cpu->set->config.tlb_entries;
	unsigned wired = cpu->cp0[CP0_WIRED];

	if (wired >= entries)
		return entries - 1;
	return wired + rng_below(&cpu->rng, entries - wired);
}

void cpu_tlb_snapshot(struct cpu *cpu)
{
	for (unsigned i = 0; i < cpu->set->config.tlb_entries; i++)
		if (cpu->tlb[i].half[0].valid || cpu->tlb[i].half[1].valid)
			report(cpu, RECORD_TLB_SNAPSHOT, i, 0);
}
