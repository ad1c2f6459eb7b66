/* SPDX-License-Identifier: MIT */
/*
 * One point, from the traces to the counters: builds the machine, gives the processors their turns
 * in simulated time, checks the books, and tears down.
 *
 * Turns. The earliest processor runs. It goes on while it touches only what is its own (hits in
 * its caches), at most replay.quantum_cycles beyond the next earliest; a step that others can see
 * it does only while it is the earliest (machine.h). Ties go to the lower number, so a run is
 * deterministic.
 *
 * Books. At the end every processor is padded with idle to the run's time and its categories must
 * add up to it; instructions, loads and stores consumed must be the trace's totals. Both are
 * checked in every run: a difference is an error of ours or a damaged trace, never a result.
 *
 * Several traces are virtual machines side by side: their processors and guest pages follow each
 * other, and nothing else is shared but the machine.
 */
#include "sim/replay/replay.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/progress.h"
#include "sim/replay/machine.h"
#include "sim/replay/report.h"

#define MAX_PROCESSORS 64
/* A processor alone comes back after so many cycles, for progress and Ctrl-C. */
#define TURN_CYCLES 1000000

const struct system_row replay_systems[] = {
	[SYSTEM_NATIVE] = {"native", "the guest on the bare ccNUMA machine; its own TLB handlers"},
	[SYSTEM_UMA] = {"uma", "the guest on a bus-like machine: every miss as a local one, no "
			       "queues; page moves do nothing"},
	[SYSTEM_DISCO] = {"disco", "the guest on the Disco monitor: L2TLB, emulation, relocated "
				   "kernel"},
	{NULL, NULL},
};

static int find_system(const char *name, enum system_kind *kind, struct error *err)
{
	for (unsigned i = 0; replay_systems[i].name; i++) {
		if (!strcmp(replay_systems[i].name, name)) {
			*kind = (enum system_kind)i;
			return 0;
		}
	}
	return error_set(err, "unknown system '%s'", name);
}

static int add_processor(struct machine *m, unsigned number, const struct trace *trace,
			 unsigned stream, unsigned machine, uint32_t page_base, uint32_t page_count)
{
	const struct machine_params *c = m->params;
	struct processor *p = &m->processor[number];

	p->number = (uint8_t)number;
	p->machine = (uint8_t)machine;
	p->stream = (uint8_t)stream;
	p->node = m->node_of[number];
	p->count.virtual_machine = machine;
	p->count.home_node = p->node;
	p->page_base = page_base;
	p->page_count = page_count;
	stream_set_mode(p, true);
	translate_init(m, p, trace_info_of(trace));
	trace_cursor_init(&p->cursor, trace, stream);
	if (cache_init(&p->l1i, c->l1i_bytes, c->l1i_ways, c->l1i_line, m->err) ||
	    cache_init(&p->l1d, c->l1d_bytes, c->l1d_ways, c->l1d_line, m->err) ||
	    cache_init(&p->l2, c->l2_bytes, c->l2_ways, c->l2_line, m->err) ||
	    l2tlb_init(&p->l2tlb, (unsigned)c->l2tlb_entries, (unsigned)c->l2tlb_ways, m->err))
		return -1;
	order_set(&m->order, number, order_key(0, number));
	return 0;
}

static uint32_t guest_pages(const struct trace *trace)
{
	const struct trace_info *info = trace_info_of(trace);

	uint64_t pages = info->ram_bytes >> PAGE_SHIFT;

	return pages < 1u << 20 ? (uint32_t)pages : 1u << 20; /* records hold 20 bits */
}

static uint32_t round_up(uint32_t n, uint32_t to)
{
	return to ? (n + to - 1) / to * to : n;
}

/* The monitor's pages come after the guests', each processor's on its node. Their numbers, which
 * give a page its colour, are such that it is the same for each processor. */
static int place_l2tlbs(struct machine *m, uint32_t pages, uint32_t room)
{
	for (unsigned i = 0; i < m->processors; i++) {
		struct processor *p = &m->processor[i];

		p->l2tlb_page = m->pages.count - (m->processors - i) * room;
		for (uint32_t n = 0; n < pages; n++)
			if (pages_place(&m->pages, p->l2tlb_page + n, p->node) < 0)
				return error_set(m->err,
						 "the L2TLBs of %u processors take more memory "
						 "than the machine has; raise memory.node_bytes",
						 m->processors);
	}
	return 0;
}

static int set_up(struct machine *m)
{
	const struct replay_config *config = m->config;
	const struct machine_params *c = m->params;
	uint64_t all_pages = 0;
	uint32_t l2tlb_pages, l2tlb_room, colours;
	unsigned number = 0;
	uint32_t base = 0;

	m->processors = 0;
	for (unsigned i = 0; i < config->trace_count; i++) {
		m->processors += trace_info_of(config->traces[i])->processors;
		all_pages += guest_pages(config->traces[i]);
	}
	if (!m->processors || m->processors > MAX_PROCESSORS || all_pages > 1u << 30)
		return error_set(m->err,
				 "%u processors and %" PRIu64 " guest pages in all; wanted 1 to "
				 "%d and at most 2^30",
				 m->processors, all_pages, MAX_PROCESSORS);
	m->guest_pages = (uint32_t)all_pages;
	colours = (uint32_t)(c->l2_bytes / c->l2_ways >> PAGE_SHIFT);
	l2tlb_pages = m->system == SYSTEM_DISCO
			      ? (uint32_t)((c->l2tlb_entries * c->l2tlb_entry_bytes + 4095) / 4096)
			      : 0;
	l2tlb_room = round_up(l2tlb_pages, colours);
	all_pages = round_up(m->guest_pages, colours) + (uint64_t)l2tlb_room * m->processors;
	m->nodes = c->nodes ? (unsigned)c->nodes : m->processors;
	m->l2_hit = cycles_of_ns(c, c->l2_hit_ns);
	m->local = cycles_of_ns(c, c->local_ns);
	m->remote = cycles_of_ns(c, c->remote_ns);
	m->dirty = cycles_of_ns(c, c->dirty_ns ? c->dirty_ns : c->remote_ns * 31 / 18);
	m->service = cycles_of_ns(c, c->service_ns);
	m->trip = (m->remote - m->local) / 2;
	m->quantum = c->quantum_cycles;
	m->l2_shift = (unsigned)__builtin_ctzll(c->l2_line);
	m->page_lines = 1u << (PAGE_SHIFT - m->l2_shift);
	order_init(&m->order, m->processors);
	for (unsigned i = 0; i < m->processors; i++)
		m->node_of[i] = (uint8_t)(i * m->nodes / m->processors);
	if (placement_init(m) ||
	    pages_init(&m->pages, m->nodes, m->processors, (uint32_t)all_pages,
		       (uint32_t)(c->node_bytes >> PAGE_SHIFT), colours, config->policy->page_bytes,
		       m->err) ||
	    directory_init(&m->directory, (uint64_t)m->nodes * m->pages.frames_per_node,
			   m->page_lines, m->err))
		return -1;
	m->page_flags = calloc(m->guest_pages, 1);
	m->processor = calloc(m->processors, sizeof(*m->processor));
	m->virtual_machine = calloc(config->trace_count, sizeof(*m->virtual_machine));
	if (!m->page_flags || !m->processor || !m->virtual_machine)
		return error_set(m->err, "no memory for %u processors", m->processors);
	for (unsigned i = 0; i < config->trace_count; i++) {
		const struct trace *trace = config->traces[i];
		uint32_t pages = guest_pages(trace);

		for (unsigned s = 0; s < trace_info_of(trace)->processors; s++, number++)
			if (add_processor(m, number, trace, s, i, base, pages))
				return -1;
		base += pages;
	}
	return place_l2tlbs(m, l2tlb_pages, l2tlb_room);
}

static void tear_down(struct machine *m)
{
	for (unsigned i = 0; m->processor && i < m->processors; i++) {
		struct processor *p = &m->processor[i];

		cache_release(&p->l1i);
		cache_release(&p->l1d);
		cache_release(&p->l2);
		tlb_release(&p->tlb);
		l2tlb_release(&p->l2tlb);
		page_map_release(&p->map);
		trace_cursor_release(&p->cursor);
	}
	free(m->processor);
	free(m->virtual_machine);
	free(m->page_flags);
	directory_release(&m->directory);
	pages_release(&m->pages);
	placement_release(m);
	objects_release(m);
}

/* Nobody can go on: all have finished, or the order of the objects is broken. */
static int all_stand(struct machine *m)
{
	for (unsigned i = 0; i < m->processors; i++) {
		const struct processor *p = &m->processor[i];

		if (!p->finished)
			return error_set(
				m->err,
				"processor %u waits at record %" PRIu64 " for signal %" PRIu64
				" of object 0x%08" PRIx64 ", which never comes",
				i, p->chunk_first + (uint64_t)(p->next - p->chunk), p->wait_count,
				p->wait_object - ((uint64_t)p->page_base << PAGE_SHIFT));
	}
	return 0;
}

static uint64_t consumed(const struct machine *m)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < m->processors; i++)
		n += m->processor[i].count.instructions + m->processor[i].count.loads +
		     m->processor[i].count.stores;
	return n;
}

static int take_turns(struct machine *m)
{
	for (;;) {
		uint64_t first = order_first(&m->order), now = order_time(first), limit;
		struct processor *p = &m->processor[first & 63];

		if (first == ORDER_NEVER)
			return all_stand(m);
		if (now >= m->next_interval)
			placement_interval(m, now);
		m->runner_up = order_second(&m->order, p->number);
		limit = now + TURN_CYCLES;
		if (limit > m->next_interval)
			limit = m->next_interval;
		if (m->runner_up != ORDER_NEVER && limit > order_time(m->runner_up) + m->quantum)
			limit = order_time(m->runner_up) + m->quantum;
		p->horizon = limit;
		if (stream_run(m, p) == FAILED)
			return -1;
		if (now - m->reported >= TURN_CYCLES) { /* a lone processor's turns are that long */
			m->reported = now;
			if (interrupted())
				return error_set(m->err, "interrupted");
			if (m->config->progress)
				m->config->progress(m->config->context, consumed(m));
		}
	}
}

static int check_consumed(struct machine *m, const struct processor *p)
{
	const struct trace_totals *t = trace_totals_of(p->cursor.trace, p->stream);

	if (p->count.instructions == t->instructions && p->count.loads == t->loads &&
	    p->count.stores == t->stores)
		return 0;
	return error_set(m->err,
			 "processor %u: %" PRIu64 " instructions, %" PRIu64 " loads and %" PRIu64
			 " stores were replayed, but its trace says %" PRIu64 ", %" PRIu64
			 " and %" PRIu64,
			 p->number, p->count.instructions, p->count.loads, p->count.stores,
			 t->instructions, t->loads, t->stores);
}

static int close_books(struct machine *m)
{
	assert(machine_consistent(m));
	for (unsigned i = 0; i < m->processors; i++)
		if (m->processor[i].time > m->count.time_cycles)
			m->count.time_cycles = m->processor[i].time;
	for (unsigned i = 0; i < m->processors; i++) {
		struct processor *p = &m->processor[i];
		uint64_t sum = 0;

		p->count.finished_cycles = p->time;
		charge(p, &p->count.idle_cycles, m->count.time_cycles - p->time);
#define X(name, unit, help) sum += p->count.name;
		TIME_CATEGORIES(X)
#undef X
		if (sum != m->count.time_cycles)
			return error_set(m->err,
					 "processor %u: its time categories add up to %" PRIu64
					 " cycles of %" PRIu64,
					 i, sum, m->count.time_cycles);
		if (check_consumed(m, p))
			return -1;
	}
	return 0;
}

json_t *replay_run(const struct replay_config *config, struct error *err)
{
	struct machine *m = calloc(1, sizeof(*m));
	json_t *result = NULL;

	if (!m) {
		error_set(err, "no memory");
		return NULL;
	}
	m->config = config;
	m->params = config->machine;
	m->err = err;
	if (!find_system(config->system, &m->system, err) && !set_up(m) && !take_turns(m) &&
	    !close_books(m))
		result = report(m);
	tear_down(m);
	free(m);
	return result;
}
