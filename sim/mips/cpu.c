/* SPDX-License-Identifier: MIT */
/*
 * The set of processors and the doors of sim/mips/cpu.h. A waiting processor's time passes with
 * the budgets that it is given, up to the moment its timer wakes it.
 */
#include "sim/mips/cpu.h"

#include <assert.h>
#include <stdlib.h>

#include "sim/mips/code.h"
#include "sim/mips/cp0.h"
#include "sim/mips/exception.h"
#include "sim/mips/execute.h"
#include "sim/mips/memory.h"
#include "sim/mips/mt.h"
#include "sim/mips/tlb.h"

static void *zeroed(size_t count, size_t size)
{
	void *p = calloc(count, size);

	if (!p)
		abort();
	return p;
}

struct cpus *cpus_new(const struct cpu_config *config, const struct bus *bus)
{
	struct cpus *set = zeroed(1, sizeof(*set));

	assert(config->processors >= 1 && config->processors <= 64);
	assert(config->model != CPU_34KF || config->processors <= CPU_34KF_MAX_PROCESSORS);
	assert(config->tlb_entries >= 16 && config->tlb_entries <= 64);
	assert(config->count_insns >= 1 && bus->ram_bytes % PAGE_SIZE == 0);
	set->bus = *bus;
	set->config = *config;
	decoder_init(&set->decoder);
	set->code = zeroed(bus->ram_bytes / PAGE_SIZE + 1, sizeof(*set->code));
	set->cpu = zeroed(config->processors, sizeof(*set->cpu));
	for (unsigned i = 0; i < config->processors; i++) {
		struct cpu *cpu = &set->cpu[i];

		cpu->set = set;
		cpu->number = i;
		cpu->rng.state = config->seed + i * 0x632be59bd9b4e019ull;
		cpu_tlb_reset(cpu);
		memory_flush(cpu);
		cp0_reset(cpu);
		status_changed(cpu);
	}
	mt_update(set);
	return set;
}

void cpus_free(struct cpus *set)
{
	if (!set)
		return;
	code_free(set);
	for (unsigned i = 0; i < set->config.processors; i++)
		free(set->cpu[i].deferred);
	free(set->cpu);
	free(set);
}

struct cpu *cpus_get(struct cpus *set, unsigned number)
{
	assert(number < set->config.processors);
	return &set->cpu[number];
}

bool attend(struct cpu *cpu)
{
	if (cpu->steps >= cpu->timer_at)
		cp0_timer_fired(cpu);
	if (!cpu->waiting && !cpu->stopped &&
	    interrupt_due(cpu)) /* else idle() says first that it has ended */
		interrupt_enter(cpu, cpu->pc);
	cpu->attention_at = cpu->until < cpu->timer_at ? cpu->until : cpu->timer_at;
	return cpu->steps >= cpu->until || cpu->stop_requested || cpu->waiting || cpu->stopped ||
	       (cpu->observer != NULL) != cpu->observed;
}

/* What ended an idle time: who raised a line, the timer, or, by a software interrupt, another
 * processor; this one was waiting. */
static enum source idle_source(const struct cpu *cpu, uint32_t pending)
{
	for (unsigned line = 0; line < 6; line++)
		if (cpu->lines & pending >> 10 & 1u << line)
			return (enum source)cpu->source[line];
	return pending & 0x8000 ? SOURCE_TIMER : SOURCE_PROCESSOR;
}

void idle_end(struct cpu *cpu, uint32_t pending)
{
	uint64_t slept = cpu->steps - cpu->idle_from;

	cpu->waiting = false;
	observer_room(cpu);
	if (!cpu->observer)
		return;
	observe(cpu, RECORD_IDLE_END, pending >> 8, idle_source(cpu, pending));
	observe(cpu, RECORD_OPERAND, slept < UINT32_MAX ? (uint32_t)slept : UINT32_MAX, 0);
}

/* Lets the time of a waiting or stopped processor pass. Returns whether it is awake. */
static bool idle(struct cpu *cpu)
{
	for (;;) {
		uint32_t pending = interrupts_pending(cpu) & cpu->cp0[CP0_STATUS] & STATUS_IM;

		if (pending && !cpu->stopped) {
			idle_end(cpu, pending);
			return true;
		}
		if (cpu->steps >= cpu->until)
			return false;
		uint64_t to = cpu->until < cpu->timer_at ? cpu->until : cpu->timer_at;

		cpu->idle_steps += to - cpu->steps;
		cpu->steps = to;
		if (cpu->steps >= cpu->timer_at)
			cp0_timer_fired(cpu);
	}
}

static bool any_other_linked(const struct cpu *cpu)
{
	for (unsigned i = 0; i < cpu->set->config.processors; i++)
		if (&cpu->set->cpu[i] != cpu && cpu->set->cpu[i].linked)
			return true;
	return false;
}

enum cpu_stop cpu_run(struct cpu *cpu, uint64_t insns)
{
	cpu->until = cpu->steps + insns;
	cpu->others_linked = any_other_linked(cpu);
	for (;;) {
		if (cpu->stop_requested) {
			cpu->stop_requested = false;
			return CPU_REQUESTED;
		}
		if ((cpu->waiting || cpu->stopped) && !idle(cpu))
			return CPU_WAITING;
		if (cpu->steps >= cpu->until)
			return CPU_BUDGET;
		cpu->attention_at = 0;
		cpu->observed = cpu->observer != NULL;
		if (cpu->observed)
			execute_observed(cpu);
		else
			execute_plain(cpu);
	}
}

void cpu_request_stop(struct cpu *cpu)
{
	cpu->stop_requested = true;
	cpu->attention_at = 0;
}

bool cpu_may_semihost(const struct cpu *cpu)
{
	return cpu->set->bus.semihost && cpu->mode != MODE_USER;
}

void cpu_semihost(struct cpu *cpu)
{
	cpu->set->bus.semihost(cpu->set->bus.board, cpu);
}

void cpu_monitor_call(struct cpu *cpu)
{
	if (cpu->set->bus.monitor_call)
		cpu->set->bus.monitor_call(cpu->set->bus.board, cpu);
}

unsigned cpu_number(const struct cpu *cpu)
{
	return cpu->number;
}

uint64_t cpu_instructions(const struct cpu *cpu)
{
	return cpu->steps - cpu->exceptions - cpu->idle_steps;
}

uint64_t cpu_time(const struct cpu *cpu)
{
	return cpu->steps;
}

uint64_t cpu_tlb_refills(const struct cpu *cpu)
{
	return cpu->refills;
}

uint32_t cpu_gpr(const struct cpu *cpu, unsigned r)
{
	return cpu->gpr[r & 31];
}

void cpu_set_gpr(struct cpu *cpu, unsigned r, uint32_t value)
{
	if (r & 31)
		cpu->gpr[r & 31] = value;
}

uint32_t cpu_pc(const struct cpu *cpu)
{
	return cpu->pc;
}

void cpu_set_pc(struct cpu *cpu, uint32_t pc)
{
	cpu->pc = pc;
}

uint32_t cpu_cp0(const struct cpu *cpu, unsigned rd, unsigned sel)
{
	return cp0_peek(cpu, (rd & 31) * 8 + (sel & 7), cpu->steps);
}

void cpu_interrupt(struct cpu *cpu, unsigned line, bool raised, enum source source)
{
	assert(line < 6);
	if (raised)
		cpu->source[line] = (uint8_t)source;
	cpu->lines = (cpu->lines & ~(1u << line)) | (unsigned)raised << line;
	cpu->attention_at = 0;
}

int cpu_translate(struct cpu *cpu, uint32_t va, bool write, uint32_t *pa)
{
	struct fault kept = cpu->fault;
	struct translation t;
	int r = translate(cpu, va, write ? ACCESS_STORE : ACCESS_LOAD, &t);

	cpu->fault = kept;
	if (r == 0)
		*pa = t.pa;
	return r;
}

int cpu_require(struct cpu *cpu, uint32_t va, uint32_t *pa)
{
	struct translation t;

	if (translate(cpu, va, ACCESS_LOAD, &t) < 0) {
		cpu->call_faulted = true;
		return -1;
	}
	*pa = t.pa;
	return 0;
}

/* Calls `each` for every part of the range that lies in one page, with its place in RAM. */
static int each_page(struct cpu *cpu, uint32_t va, uint32_t bytes, bool write, void *arg,
		     void (*each)(struct cpu *, uint32_t pa, uint32_t bytes, void **arg))
{
	while (bytes) {
		uint32_t part = PAGE_SIZE - va % PAGE_SIZE, pa = 0;

		if (part > bytes)
			part = bytes;
		if (cpu_translate(cpu, va, write, &pa) < 0 || pa >= cpu->set->bus.ram_bytes)
			return -1;
		each(cpu, pa, part, &arg);
		va += part;
		bytes -= part;
	}
	return 0;
}

static void read_part(struct cpu *cpu, uint32_t pa, uint32_t bytes, void **to)
{
	memcpy(*to, cpu->set->bus.ram + pa, bytes);
	*to = (char *)*to + bytes;
}

void cpus_write(struct cpus *set, uint32_t pa, const void *from, uint32_t bytes)
{
	assert(pa <= set->bus.ram_bytes && bytes <= set->bus.ram_bytes - pa);
	memcpy(set->bus.ram + pa, from, bytes);
	code_changed(set, pa, bytes);
	for (unsigned i = 0; i < set->config.processors; i++) {
		uint32_t line = set->cpu[i].link_pa & ~(LINK_LINE - 1);

		if (line < pa + bytes && line + LINK_LINE > pa)
			set->cpu[i].linked = false;
	}
}

static void write_part(struct cpu *cpu, uint32_t pa, uint32_t bytes, void **from)
{
	cpus_write(cpu->set, pa, *from, bytes);
	*from = (char *)*from + bytes;
}

int cpu_read(struct cpu *cpu, uint32_t va, void *to, uint32_t bytes)
{
	return each_page(cpu, va, bytes, false, to, read_part);
}

int cpu_write(struct cpu *cpu, uint32_t va, const void *from, uint32_t bytes)
{
	return each_page(cpu, va, bytes, true, (void *)from, write_part);
}

void cpu_observe(struct cpu *cpu, struct observer *observer)
{
	cpu->observer = observer;
	cpu->attention_at = 0;
	memory_flush(cpu);
	if (!observer)
		return;
	observer_room(cpu);
	cpu->reported_mode = cpu->reported_asid = UINT32_MAX;
	report_mode(cpu);
	cpu_tlb_snapshot(cpu);
}

void observe_deferred(struct cpu *cpu)
{
	for (unsigned i = 0; i < cpu->deferred_count; i++) {
		observer_room(cpu);
		*cpu->observer->next++ = cpu->deferred[i];
	}
	observer_room(cpu);
	cpu->deferred_count = 0;
}

void cpu_report(struct cpu *cpu, struct record r)
{
	if (!cpu->observer)
		return;
	if (cpu->run_open) { /* from a load or store hook: comes after the run */
		if (cpu->deferred_count == cpu->deferred_room) {
			cpu->deferred_room += 256;
			cpu->deferred =
				realloc(cpu->deferred, cpu->deferred_room * sizeof(*cpu->deferred));
			if (!cpu->deferred)
				abort();
		}
		cpu->deferred[cpu->deferred_count++] = r;
		return;
	}
	observer_room(cpu);
	*cpu->observer->next++ = r;
}
