/* SPDX-License-Identifier: MIT */
/*
 * The state of the processors in a snapshot: what the guest can see, and what decides what happens
 * next (time, the random generator, links, which blocks are predecoded). Soft TLBs, the mode and
 * the contents of predecoded blocks follow from it. Values that would do harm are checked; what a
 * guest could have put there itself needs no check. Structures are packed into words, so that equal
 * machines give equal bytes.
 */
#include "sim/base/snapshot.h"
#include "sim/mips/code.h"
#include "sim/mips/cp0.h"
#include "sim/mips/exception.h"
#include "sim/mips/memory.h"
#include "sim/mips/mt.h"
#include "sim/mips/tlb.h"

enum { TLB_ENTRIES = 64 };

struct saved_entry {
	uint32_t va, mask, owner; /* owner: ASID, GLOBAL */
	struct {
		uint32_t pa, flags; /* flags: cache attribute, VALID, DIRTY */
	} half[2];
};
enum { GLOBAL = 0x100, VALID = 8, DIRTY = 16, HALF_FLAGS = 31 };

static struct saved_entry pack(const struct tlb_entry *e)
{
	struct saved_entry to = {e->va, e->mask, e->asid | (e->global ? GLOBAL : 0), {{0}}};

	for (unsigned h = 0; h < 2; h++) {
		to.half[h].pa = e->half[h].pa;
		to.half[h].flags = e->half[h].cache | (e->half[h].valid ? VALID : 0) |
				   (e->half[h].dirty ? DIRTY : 0);
	}
	return to;
}

static struct tlb_entry unpack(const struct saved_entry *from)
{
	struct tlb_entry e = {.va = from->va,
			      .mask = from->mask,
			      .asid = from->owner & 0xff,
			      .global = from->owner & GLOBAL};

	for (unsigned h = 0; h < 2; h++)
		e.half[h] = (struct tlb_half){.pa = from->half[h].pa,
					      .cache = from->half[h].flags & 7,
					      .valid = from->half[h].flags & VALID,
					      .dirty = from->half[h].flags & DIRTY};
	return e;
}

static bool entry_good(const struct saved_entry *e)
{
	return cp0_page_mask(e->mask) == e->mask && !(e->va & (e->mask | 0x1fff)) &&
	       e->owner < 2 * GLOBAL && !((e->half[0].pa | e->half[1].pa) & ~PAGE_MASK) &&
	       (e->half[0].flags | e->half[1].flags) <= HALF_FLAGS;
}

static void walk_tlb(struct cpu *cpu, struct snapshot *s)
{
	struct saved_entry saved[TLB_ENTRIES];
	bool good = true;

	for (unsigned i = 0; i < TLB_ENTRIES; i++)
		saved[i] = pack(&cpu->tlb[i]);
	snapshot_field(s, "cpu.tlb", saved);
	for (unsigned i = 0; i < TLB_ENTRIES; i++)
		good = good && entry_good(&saved[i]);
	snapshot_check(s, "cpu.tlb", good);
	for (unsigned i = 0; i < TLB_ENTRIES && good && snapshot_restoring(s); i++)
		cpu->tlb[i] = unpack(&saved[i]);
}

/* Flags of a processor as bits of one word. */
static void walk_flags(struct cpu *cpu, struct snapshot *s)
{
	bool *const flags[] = {&cpu->linked, &cpu->waiting, &cpu->stop_requested};
	enum { COUNT = sizeof(flags) / sizeof(flags[0]) };
	uint32_t bits = 0;

	for (unsigned i = 0; i < COUNT; i++)
		bits |= (uint32_t)*flags[i] << i;
	snapshot_field(s, "cpu.flags", bits);
	snapshot_check(s, "cpu.flags", bits < 1u << COUNT);
	for (unsigned i = 0; i < COUNT; i++)
		*flags[i] = bits >> i & 1;
}

/* Times never run backwards, and leave room for centuries to come. */
static bool times_good(const struct cpu *cpu)
{
	return cpu->steps < UINT64_MAX >> 2 && cpu->timer_at >= cpu->steps &&
	       cpu->exceptions <= cpu->steps && cpu->idle_steps <= cpu->steps - cpu->exceptions &&
	       cpu->idle_from <= cpu->steps;
}

static void walk_times(struct cpu *cpu, struct snapshot *s)
{
	snapshot_field(s, "cpu.steps", cpu->steps);
	snapshot_field(s, "cpu.timer", cpu->timer_at);
	snapshot_field(s, "cpu.exceptions", cpu->exceptions);
	snapshot_field(s, "cpu.idle", cpu->idle_steps);
	snapshot_field(s, "cpu.idle_from", cpu->idle_from);
	snapshot_field(s, "cpu.refills", cpu->refills);
	snapshot_field(s, "cpu.count", cpu->count_base);
	snapshot_check(s, "cpu.steps", times_good(cpu));
}

static void walk_cpu(struct cpu *cpu, struct snapshot *s)
{
	snapshot_field(s, "cpu.gpr", cpu->gpr);
	snapshot_field(s, "cpu.hi", cpu->hi);
	snapshot_field(s, "cpu.lo", cpu->lo);
	snapshot_field(s, "cpu.pc", cpu->pc);
	snapshot_field(s, "cpu.fpr", cpu->fpu.reg);
	snapshot_field(s, "cpu.fcsr", cpu->fpu.fcsr);
	snapshot_field(s, "cpu.fpu_raised", cpu->fpu.raised);
	snapshot_check(s, "cpu.fpu_raised", cpu->fpu.raised < 32);
	snapshot_field(s, "cpu.cp0", cpu->cp0);
	snapshot_field(s, "cpu.link", cpu->link_pa);
	snapshot_field(s, "cpu.lines", cpu->lines);
	snapshot_check(s, "cpu.lines", cpu->lines < 1 << 6);
	snapshot_field(s, "cpu.source", cpu->source);
	for (unsigned i = 0; i < 6; i++)
		snapshot_check(s, "cpu.source", cpu->source[i] < SOURCE_COUNT);
	snapshot_field(s, "cpu.random", cpu->rng.state);
	walk_flags(cpu, s);
	walk_times(cpu, s);
	walk_tlb(cpu, s);
}

/* What follows from the state that has been read. */
static void derive(struct cpu *cpu)
{
	struct observer *observer = cpu->observer;

	cpu->gpr[0] = 0;
	cpu->observer = NULL;
	cpu->run_open = cpu->call_faulted = false;
	memory_flush(cpu);
	status_changed(cpu);
	if (observer)
		cpu_observe(cpu, observer);
}

void cpus_snapshot(struct cpus *set, struct snapshot *s)
{
	const struct cpu_config *config = &set->config;
	uint32_t model = config->model;

	snapshot_same(s, "cpus.model", &model, sizeof(model), "the processor model");
	snapshot_same(s, "cpus.processors", &config->processors, sizeof(config->processors),
		      "the number of processors");
	snapshot_same(s, "cpus.tlb_entries", &config->tlb_entries, sizeof(config->tlb_entries),
		      "the number of TLB entries");
	snapshot_same(s, "cpus.count_insns", &config->count_insns, sizeof(config->count_insns),
		      "the pace of Count");
	snapshot_same(s, "cpus.ram_bytes", &set->bus.ram_bytes, sizeof(set->bus.ram_bytes),
		      "the size of RAM");
	snapshot_field(s, "cpus.mvp_control", set->mvp_control);
	snapshot_field(s, "cpus.single", set->single);
	for (unsigned i = 0; i < config->processors; i++)
		walk_cpu(&set->cpu[i], s);
	code_snapshot(set, s);
	mt_update(set);
	for (unsigned i = 0; i < config->processors && snapshot_restoring(s); i++)
		derive(&set->cpu[i]);
}
