/* SPDX-License-Identifier: MIT */
/* See memory.h. Segments: "MIPS32 Architecture For Programmers Volume III", rev. 2, chapter 4. */
#include "sim/mips/memory.h"
#include "sim/mips/code.h"
#include "sim/mips/tlb.h"

#define UNMAPPED(va) ((va) >> 30 == 2) /* KSEG0 and KSEG1 */

enum { MODE_ERROR_LEVEL = 3 }; /* of struct cpu.mode, after MODE_USER */

static int fail(struct cpu *cpu, unsigned code, uint32_t va, bool refill)
{
	cpu->fault = (struct fault){
		.code = code,
		.refill = refill,
		.has_address = true,
		.has_page = true,
		.address = va,
	};
	return -1;
}

static int fail_alignment(struct cpu *cpu, enum access access, uint32_t va)
{
	cpu->fault = (struct fault){
		.code = access == ACCESS_STORE ? EXC_ADDRESS_STORE : EXC_ADDRESS_LOAD,
		.has_address = true,
		.address = va,
	};
	return -1;
}

static int fail_bus(struct cpu *cpu, enum access access)
{
	cpu->fault = (struct fault){.code = access == ACCESS_FETCH ? EXC_BUS_FETCH : EXC_BUS_DATA};
	return -1;
}

/* May the mode use the segment at all? */
static bool segment_allowed(unsigned mode, uint32_t va)
{
	switch (mode) {
	case MODE_USER:
		return va < 0x80000000;
	case MODE_SUPERVISOR:
		return va < 0x80000000 || va >> 29 == 6;
	default:
		return true;
	}
}

int translate(struct cpu *cpu, uint32_t va, enum access access, struct translation *t)
{
	bool store = access == ACCESS_STORE;

	if (!segment_allowed(cpu->mode, va))
		return fail(cpu, store ? EXC_ADDRESS_STORE : EXC_ADDRESS_LOAD, va, false);
	if (UNMAPPED(va)) {
		*t = (struct translation){.pa = va & 0x1fffffff, .writable = true};
		return 0;
	}
	if (cpu->mode == MODE_ERROR_LEVEL && va < 0x80000000) {
		*t = (struct translation){.pa = va, .writable = true};
		return 0;
	}
	const struct tlb_entry *e = cpu_tlb_find(cpu, va);

	if (!e)
		return fail(cpu, store ? EXC_TLB_STORE : EXC_TLB_LOAD, va, true);
	uint32_t page = ((e->mask | 0x1fff) >> 1) + 1; /* bytes of one half */
	const struct tlb_half *h = &e->half[(va & page) != 0];

	if (!h->valid)
		return fail(cpu, store ? EXC_TLB_STORE : EXC_TLB_LOAD, va, false);
	if (store && !h->dirty)
		return fail(cpu, EXC_TLB_MODIFIED, va, false);
	*t = (struct translation){
		.pa = (h->pa & ~(page - 1)) | (va & (page - 1)),
		.map = (h->dirty ? MAP_WRITABLE : 0) | (e->global ? MAP_GLOBAL : 0) |
		       (h->cache == 2 ? MAP_UNCACHED : 0),
		.mapped = true,
		.writable = h->dirty,
	};
	return 0;
}

static bool in_ram(const struct cpu *cpu, uint32_t pa)
{
	return pa < cpu->set->bus.ram_bytes;
}

static void report_translation(struct cpu *cpu, uint32_t va, const struct translation *t)
{
	if (cpu->observer && t->mapped)
		cpu->observer->translated(cpu->observer, (va & PAGE_MASK) | t->map,
					  cpu->cp0[CP0_ENTRYHI] & 0xff, t->pa >> 12);
}

/* Makes a page of RAM accessible without the slow path, as far as it may be. */
static void fill(struct cpu *cpu, uint32_t va, const struct translation *t)
{
	struct data_entry *e = &cpu->soft->data[va / PAGE_SIZE % SOFT_DATA];
	uint32_t page = va & PAGE_MASK;

	if (e->read == page)
		return; /* here because its code is write-protected */
	report_translation(cpu, va, t);
	e->read = page;
	e->write = t->writable && !cpu->set->code[t->pa / PAGE_SIZE] ? page : SOFT_NONE;
	e->addend = (uintptr_t)cpu->set->bus.ram + (t->pa & PAGE_MASK) - page;
	cpu->soft->used = true;
}

int fetch_slow(struct cpu *cpu, uint32_t va)
{
	struct fetch_entry *e = &cpu->soft->fetch[va / PAGE_SIZE % SOFT_FETCH];
	struct translation t;

	if (va & 3)
		return fail_alignment(cpu, ACCESS_FETCH, va);
	if (translate(cpu, va, ACCESS_FETCH, &t) < 0)
		return -1;
	if (!in_ram(cpu, t.pa))
		return fail_bus(cpu, ACCESS_FETCH);
	report_translation(cpu, va, &t);
	e->tag = va & PAGE_MASK;
	e->pa = t.pa & PAGE_MASK;
	e->code = code_page(cpu->set, t.pa);
	cpu->soft->used = true;
	return 0;
}

int load_slow(struct cpu *cpu, uint32_t va, unsigned bytes, uint64_t *value)
{
	const struct bus *bus = &cpu->set->bus;
	struct translation t;

	if (va & (bytes - 1))
		return fail_alignment(cpu, ACCESS_LOAD, va);
	if (translate(cpu, va, ACCESS_LOAD, &t) < 0)
		return -1;
	*value = 0;
	if (in_ram(cpu, t.pa)) {
		fill(cpu, va, &t);
		memcpy(value, bus->ram + t.pa, bytes);
		return 0;
	}
	if (!bus->load || bus->load(bus->board, cpu, t.pa, bytes, value) < 0)
		return fail_bus(cpu, ACCESS_LOAD);
	report_translation(cpu, va, &t);
	return 0;
}

int store_slow(struct cpu *cpu, uint32_t va, unsigned bytes, uint64_t value)
{
	const struct bus *bus = &cpu->set->bus;
	struct translation t;

	if (va & (bytes - 1))
		return fail_alignment(cpu, ACCESS_STORE, va);
	if (translate(cpu, va, ACCESS_STORE, &t) < 0)
		return -1;
	if (in_ram(cpu, t.pa)) {
		fill(cpu, va, &t);
		memcpy(bus->ram + t.pa, &value, bytes);
		if (cpu->others_linked)
			break_links(cpu, t.pa);
		return code_changed(cpu->set, t.pa, bytes) ? STORED_CODE : STORED;
	}
	if (!bus->store || bus->store(bus->board, cpu, t.pa, bytes, value) < 0)
		return fail_bus(cpu, ACCESS_STORE);
	report_translation(cpu, va, &t);
	return STORED;
}

int store_part(struct cpu *cpu, uint32_t at, uint32_t first, unsigned bytes, uint32_t value)
{
	const struct data_entry *e = &cpu->soft->data[at / PAGE_SIZE % SOFT_DATA];
	int stored = STORED;

	if (e->write == (at & PAGE_MASK) && !cpu->others_linked) {
		memcpy((void *)(e->addend + first), &value, bytes);
		return STORED;
	}
	for (unsigned i = 0; i < bytes; i++) {
		int one = store_slow(cpu, first + i, 1, value >> 8 * i & 255);

		if (one < 0) {
			if (cpu->fault.has_address)
				cpu->fault.address = at;
			return -1;
		}
		stored |= one;
	}
	return stored;
}

void break_links(struct cpu *cpu, uint32_t pa)
{
	struct cpus *set = cpu->set;

	for (unsigned i = 0; i < set->config.processors; i++) {
		struct cpu *other = &set->cpu[i];

		if (other != cpu && other->linked && (other->link_pa ^ pa) < LINK_LINE)
			other->linked = false;
	}
}

void link_set(struct cpu *cpu, uint32_t va)
{
	struct translation t = {0};

	cpu->linked = translate(cpu, va, ACCESS_LOAD, &t) == 0;
	cpu->link_pa = t.pa;
	cpu->cp0[CP0_LLADDR] = t.pa >> 4;
}

bool link_holds(struct cpu *cpu, uint32_t va)
{
	struct translation t;

	return cpu->linked && translate(cpu, va, ACCESS_LOAD, &t) == 0 && t.pa == cpu->link_pa;
}

static void forget(struct soft_tlb *soft, unsigned data, unsigned fetch, uint32_t page)
{
	if (soft->data[data].read == page)
		soft->data[data].read = soft->data[data].write = SOFT_NONE;
	if (soft->fetch[fetch].tag == page)
		soft->fetch[fetch].tag = SOFT_NONE;
}

void memory_flush_page(struct cpu *cpu, uint32_t va)
{
	for (unsigned m = 0; m < SOFT_MODES; m++)
		forget(&cpu->softs[m], va / PAGE_SIZE % SOFT_DATA, va / PAGE_SIZE % SOFT_FETCH,
		       va & PAGE_MASK);
}

static void flush(struct cpu *cpu, bool all)
{
	for (unsigned m = 0; m < SOFT_MODES; m++) {
		struct soft_tlb *soft = &cpu->softs[m];
		bool left = false;

		if (!soft->used && !all)
			continue;
		for (unsigned i = 0; i < SOFT_DATA; i++)
			if (all || !UNMAPPED(soft->data[i].read))
				soft->data[i].read = soft->data[i].write = SOFT_NONE;
			else
				left = true;
		for (unsigned i = 0; i < SOFT_FETCH; i++)
			if (all || !UNMAPPED(soft->fetch[i].tag))
				soft->fetch[i].tag = SOFT_NONE;
			else
				left = true;
		soft->used = left;
	}
}

void memory_flush(struct cpu *cpu)
{
	flush(cpu, true);
}

void memory_flush_mapped(struct cpu *cpu)
{
	flush(cpu, false);
}

void memory_protect(struct cpu *cpu, uint32_t pa)
{
	uintptr_t host = (uintptr_t)cpu->set->bus.ram + pa;

	for (unsigned m = 0; m < SOFT_MODES; m++) {
		struct data_entry *e = cpu->softs[m].data;

		if (!cpu->softs[m].used)
			continue;
		for (unsigned i = 0; i < SOFT_DATA; i++)
			if (e[i].write != SOFT_NONE && e[i].write + e[i].addend == host)
				e[i].write = SOFT_NONE;
	}
}
