/* SPDX-License-Identifier: MIT */
/*
 * Monitor calls of the bare board (sim/base/monitor_call.h): each becomes a record of the calling
 * processor's stream. Marks of the region of interest go to the streams of all processors.
 *
 * A processor that is between SYNC_WAIT and SYNC_PASS when recording begins (its WAIT is in no
 * stream) gets a SYNC_WAIT right after REGION_BEGIN, so in every stream a SYNC_PASS follows a
 * SYNC_WAIT of the same object; a stream may end inside a wait. Waits nest (an exception handler
 * that takes a lock while the program waits): a PASS belongs to the latest WAIT that is open. The
 * counts of SYNC_PASS are relative to what is recorded: see sync.c.
 */
#include "sim/base/monitor_call.h"

#include <stdlib.h>

#include "sim/base/snapshot.h"
#include "sim/board/bare.h"

#define MAX_OBJECTS (1u << 20)

enum { T8 = 24, V0 = 2, A0 = 4 };

_Static_assert(MCALL_LOCK == (int)SYNC_LOCK && MCALL_BARRIER == (int)SYNC_BARRIER &&
		       MCALL_EVENT == (int)SYNC_EVENT,
	       "the guest's classes are the records' classes");

static bool recorded(const struct bare *b)
{
	return !b->region_only || b->in_region;
}

static void report_all(struct bare *b, struct record r)
{
	for (unsigned n = 0; n < b->board.processors; n++)
		cpu_report(cpus_get(b->board.cpus, n), r);
}

static void region_begin(struct bare *b, struct cpu *cpu)
{
	if (b->in_region) {
		bare_fail(b, cpu, "region of interest begun twice");
		return;
	}
	b->in_region = true;
	b->board.regions++;
	if (b->watch && b->watch->region)
		b->watch->region(b->watch->owner, true);
	report_all(b, record_make(RECORD_REGION_BEGIN, 0, 0));
	if (!b->region_only)
		return;
	for (unsigned n = 0; n < b->board.processors; n++) {
		const struct processor *p = &b->processor[n];

		for (unsigned i = 0; i < p->waits; i++)
			cpu_report(cpus_get(b->board.cpus, n),
				   record_make(RECORD_SYNC_WAIT, p->wait[i].pa,
					       p->wait[i].sync_class));
	}
}

static void region_end(struct bare *b, struct cpu *cpu)
{
	if (!b->in_region) {
		bare_fail(b, cpu, "region of interest ended before it began");
		return;
	}
	report_all(b, record_make(RECORD_REGION_END, 0, 0));
	b->in_region = false;
	if (b->watch && b->watch->region)
		b->watch->region(b->watch->owner, false);
}

static void synchronise(struct bare *b, struct cpu *cpu, unsigned call)
{
	struct processor *p = &b->processor[cpu_number(cpu)];
	uint32_t va = cpu_gpr(cpu, A0), class = cpu_gpr(cpu, A0 + 1), pa, count;

	if (class >= SYNC_CLASS_COUNT) {
		bare_fail(b, cpu,
			  "monitor call %u: class %u; wanted 0 (lock), 1 (barrier) or 2 "
			  "(event)",
			  call, class);
		return;
	}
	if (b->sync.used >= MAX_OBJECTS) {
		bare_fail(b, cpu, "more than %u synchronisation objects", MAX_OBJECTS);
		return;
	}
	if (cpu_require(cpu, va, &pa))
		return;
	switch (call) {
	case MCALL_SYNC_SIGNAL:
		sync_signal(&b->sync, pa, class, recorded(b));
		cpu_report(cpu, record_make(RECORD_SYNC_SIGNAL, pa, class));
		break;
	case MCALL_SYNC_WAIT:
		if (p->waits == MAX_NESTED_WAITS) {
			bare_fail(b, cpu, "more than %d waits nested", MAX_NESTED_WAITS);
			return;
		}
		p->wait[p->waits].pa = pa;
		p->wait[p->waits++].sync_class = class;
		cpu_report(cpu, record_make(RECORD_SYNC_WAIT, pa, class));
		break;
	case MCALL_SYNC_PASS:
		if (!p->waits || p->wait[p->waits - 1].pa != pa ||
		    p->wait[p->waits - 1].sync_class != class) {
			bare_fail(b, cpu,
				  "monitor call %u passes an object (0x%08x, class %u) "
				  "that it did not wait for last",
				  call, va, class);
			return;
		}
		p->waits--;
		count = sync_pass(&b->sync, pa, class, cpu_gpr(cpu, A0 + 2));
		cpu_report(cpu, record_make(RECORD_SYNC_PASS, pa, class));
		cpu_report(cpu, record_make(RECORD_OPERAND, count, 0));
		break;
	}
}

static void page(struct bare *b, struct cpu *cpu, unsigned call, enum record_kind kind)
{
	uint32_t pa = cpu_gpr(cpu, A0);

	if (pa % 4096 || pa >= b->bus.ram_bytes)
		bare_fail(b, cpu,
			  "monitor call %u: 0x%08x is not the physical address of a page "
			  "of RAM",
			  call, pa);
	else
		cpu_report(cpu, record_make(kind, pa, 0));
}

void bare_monitor_call(void *board, struct cpu *cpu)
{
	struct bare *b = board;
	uint32_t call = cpu_gpr(cpu, T8);

	switch (call) {
	case MCALL_REGION_BEGIN:
		region_begin(b, cpu);
		break;
	case MCALL_REGION_END:
		region_end(b, cpu);
		break;
	case MCALL_PHASE:
		cpu_report(cpu, record_make(RECORD_PHASE, cpu_gpr(cpu, A0), 0));
		break;
	case MCALL_PROCESSORS:
		cpu_set_gpr(cpu, V0, b->board.processors);
		break;
	case MCALL_SYNC_WAIT:
	case MCALL_SYNC_PASS:
	case MCALL_SYNC_SIGNAL:
		synchronise(b, cpu, call);
		break;
	case MCALL_SNAPSHOT:
		b->board.pause_called = true;
		cpu_request_stop(cpu);
		break;
	case MCALL_ZERO_BEGIN:
		page(b, cpu, call, RECORD_ZERO_BEGIN);
		break;
	case MCALL_ZERO_END:
		page(b, cpu, call, RECORD_ZERO_END);
		break;
	case MCALL_PAGE_FREED:
		page(b, cpu, call, RECORD_PAGE_FREED);
		break;
	default:
		bare_fail(b, cpu, "unknown monitor call %u ($24); wanted 1 to %d", call,
			  MCALL_SNAPSHOT);
	}
}

/* What one processor waits for, as a snapshot holds it. */
struct saved_waits {
	uint32_t waits;
	uint32_t pa[MAX_NESTED_WAITS], sync_class[MAX_NESTED_WAITS];
};

static void walk_waits(struct processor *p, struct snapshot *s)
{
	struct saved_waits w = {.waits = p->waits};

	for (unsigned i = 0; i < p->waits; i++) {
		w.pa[i] = p->wait[i].pa;
		w.sync_class[i] = p->wait[i].sync_class;
	}
	snapshot_field(s, "calls.waits", w);
	snapshot_check(s, "calls.waits", w.waits <= MAX_NESTED_WAITS);
	for (unsigned i = 0; i < MAX_NESTED_WAITS; i++)
		snapshot_check(s, "calls.waits", w.sync_class[i] < SYNC_CLASS_COUNT);
	if (snapshot_failed(s))
		return;
	p->waits = w.waits;
	for (unsigned i = 0; i < p->waits; i++) {
		p->wait[i].pa = w.pa[i];
		p->wait[i].sync_class = w.sync_class[i];
	}
}

void calls_snapshot(struct bare *b, struct snapshot *s)
{
	uint8_t in_region = b->in_region;

	snapshot_field(s, "calls.in_region", in_region);
	b->in_region = in_region;
	if (snapshot_restoring(s) && in_region && b->region_only)
		snapshot_refuse(s, "saved inside a region of interest, whose beginning --roi "
				   "would miss; wanted a snapshot from before it");
	for (unsigned n = 0; n < b->board.processors; n++)
		walk_waits(&b->processor[n], s);
	sync_snapshot(&b->sync, s, MAX_OBJECTS);
}
