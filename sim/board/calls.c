/* SPDX-License-Identifier: MIT */
/*
 * Monitor calls (sim/base/monitor_call.h) of any board: each becomes a record of the calling
 * processor's stream. Marks of the region of interest go to the streams of all processors.
 *
 * A processor that is between SYNC_WAIT and SYNC_PASS when recording begins (its WAIT is in no
 * stream) gets a SYNC_WAIT right after REGION_BEGIN, so in every stream a SYNC_PASS follows a
 * SYNC_WAIT of the same object; a stream may end inside a wait. Waits nest (an exception handler
 * that takes a lock while the program waits): a PASS belongs to the latest WAIT that is open. The
 * counts of SYNC_PASS are relative to what is recorded: see sync.c.
 */
#include "sim/board/calls.h"

#include <stdarg.h>
#include <stdio.h>

#include "sim/base/monitor_call.h"
#include "sim/base/snapshot.h"

#define MAX_OBJECTS (1u << 20)

enum { T8 = 24, V0 = 2, A0 = 4 };

_Static_assert(MCALL_LOCK == (int)SYNC_LOCK && MCALL_BARRIER == (int)SYNC_BARRIER &&
		       MCALL_EVENT == (int)SYNC_EVENT,
	       "the guest's classes are the records' classes");

static void fail(struct calls *, struct cpu *, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void fail(struct calls *c, struct cpu *cpu, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	c->fail(c->board, cpu, text);
}

static bool recorded(const struct calls *c)
{
	return !c->region_only || c->in_region;
}

static void report_all(struct calls *c, struct record r)
{
	for (unsigned n = 0; n < c->board->processors; n++)
		cpu_report(cpus_get(c->board->cpus, n), r);
}

static void region_begin(struct calls *c, struct cpu *cpu)
{
	if (c->in_region) {
		fail(c, cpu, "region of interest begun twice");
		return;
	}
	c->in_region = true;
	c->board->regions++;
	if (c->watch && c->watch->region)
		c->watch->region(c->watch->owner, true);
	report_all(c, record_make(RECORD_REGION_BEGIN, 0, 0));
	if (!c->region_only)
		return;
	for (unsigned n = 0; n < c->board->processors; n++) {
		const struct call_waits *p = &c->processor[n];

		for (unsigned i = 0; i < p->waits; i++)
			cpu_report(cpus_get(c->board->cpus, n),
				   record_make(RECORD_SYNC_WAIT, p->wait[i].pa,
					       p->wait[i].sync_class));
	}
}

static void region_end(struct calls *c, struct cpu *cpu)
{
	if (!c->in_region) {
		fail(c, cpu, "region of interest ended before it began");
		return;
	}
	report_all(c, record_make(RECORD_REGION_END, 0, 0));
	c->in_region = false;
	if (c->watch && c->watch->region)
		c->watch->region(c->watch->owner, false);
}

static void synchronise(struct calls *c, struct cpu *cpu, unsigned call)
{
	struct call_waits *p = &c->processor[cpu_number(cpu)];
	uint32_t va = cpu_gpr(cpu, A0), class = cpu_gpr(cpu, A0 + 1), pa, count;

	if (class >= SYNC_CLASS_COUNT) {
		fail(c, cpu,
		     "monitor call %u: class %u; wanted 0 (lock), 1 (barrier) or 2 "
		     "(event)",
		     call, class);
		return;
	}
	if (c->sync.used >= MAX_OBJECTS) {
		fail(c, cpu, "more than %u synchronisation objects", MAX_OBJECTS);
		return;
	}
	if (cpu_require(cpu, va, &pa))
		return;
	switch (call) {
	case MCALL_SYNC_SIGNAL:
		sync_signal(&c->sync, pa, class, recorded(c));
		cpu_report(cpu, record_make(RECORD_SYNC_SIGNAL, pa, class));
		break;
	case MCALL_SYNC_WAIT:
		if (p->waits == CALLS_NESTED_WAITS) {
			fail(c, cpu, "more than %d waits nested", CALLS_NESTED_WAITS);
			return;
		}
		p->wait[p->waits].pa = pa;
		p->wait[p->waits++].sync_class = class;
		cpu_report(cpu, record_make(RECORD_SYNC_WAIT, pa, class));
		break;
	case MCALL_SYNC_PASS:
		if (!p->waits || p->wait[p->waits - 1].pa != pa ||
		    p->wait[p->waits - 1].sync_class != class) {
			fail(c, cpu,
			     "monitor call %u passes an object (0x%08x, class %u) "
			     "that it did not wait for last",
			     call, va, class);
			return;
		}
		p->waits--;
		count = sync_pass(&c->sync, pa, class, cpu_gpr(cpu, A0 + 2));
		cpu_report(cpu, record_make(RECORD_SYNC_PASS, pa, class));
		cpu_report(cpu, record_make(RECORD_OPERAND, count, 0));
		break;
	}
}

static void page(struct calls *c, struct cpu *cpu, unsigned call, enum record_kind kind)
{
	uint32_t pa = cpu_gpr(cpu, A0);

	if (pa % 4096 || pa >= c->ram_bytes)
		fail(c, cpu,
		     "monitor call %u: 0x%08x is not the physical address of a page "
		     "of RAM",
		     call, pa);
	else
		cpu_report(cpu, record_make(kind, pa, 0));
}

void calls_make(struct calls *c, struct cpu *cpu)
{
	uint32_t call = cpu_gpr(cpu, T8);

	switch (call) {
	case MCALL_REGION_BEGIN:
		region_begin(c, cpu);
		break;
	case MCALL_REGION_END:
		region_end(c, cpu);
		break;
	case MCALL_PHASE:
		cpu_report(cpu, record_make(RECORD_PHASE, cpu_gpr(cpu, A0), 0));
		break;
	case MCALL_PROCESSORS:
		cpu_set_gpr(cpu, V0, c->board->processors);
		break;
	case MCALL_SYNC_WAIT:
	case MCALL_SYNC_PASS:
	case MCALL_SYNC_SIGNAL:
		synchronise(c, cpu, call);
		break;
	case MCALL_SNAPSHOT:
		c->board->pause_called = true;
		cpu_request_stop(cpu);
		break;
	case MCALL_ZERO_BEGIN:
		page(c, cpu, call, RECORD_ZERO_BEGIN);
		break;
	case MCALL_ZERO_END:
		page(c, cpu, call, RECORD_ZERO_END);
		break;
	case MCALL_PAGE_FREED:
		page(c, cpu, call, RECORD_PAGE_FREED);
		break;
	default:
		fail(c, cpu, "unknown monitor call %u ($24); wanted 1 to %d", call, MCALL_SNAPSHOT);
	}
}

/* What one processor waits for, as a snapshot holds it. */
struct saved_waits {
	uint32_t waits;
	uint32_t pa[CALLS_NESTED_WAITS], sync_class[CALLS_NESTED_WAITS];
};

static void walk_waits(struct call_waits *p, struct snapshot *s)
{
	struct saved_waits w = {.waits = p->waits};

	for (unsigned i = 0; i < p->waits; i++) {
		w.pa[i] = p->wait[i].pa;
		w.sync_class[i] = p->wait[i].sync_class;
	}
	snapshot_field(s, "calls.waits", w);
	snapshot_check(s, "calls.waits", w.waits <= CALLS_NESTED_WAITS);
	for (unsigned i = 0; i < CALLS_NESTED_WAITS; i++)
		snapshot_check(s, "calls.waits", w.sync_class[i] < SYNC_CLASS_COUNT);
	if (snapshot_failed(s))
		return;
	p->waits = w.waits;
	for (unsigned i = 0; i < p->waits; i++) {
		p->wait[i].pa = w.pa[i];
		p->wait[i].sync_class = w.sync_class[i];
	}
}

void calls_snapshot(struct calls *c, struct snapshot *s)
{
	uint8_t in_region = c->in_region;

	snapshot_field(s, "calls.in_region", in_region);
	c->in_region = in_region;
	if (snapshot_restoring(s) && in_region && c->region_only)
		snapshot_refuse(s, "saved inside a region of interest, whose beginning --roi "
				   "would miss; wanted a snapshot from before it");
	for (unsigned n = 0; n < c->board->processors; n++)
		walk_waits(&c->processor[n], s);
	sync_snapshot(&c->sync, s, MAX_OBJECTS);
}

void calls_release(struct calls *c)
{
	sync_release(&c->sync);
}
