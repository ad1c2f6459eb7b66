/* SPDX-License-Identifier: MIT */
/*
 * A reference beyond the first-level hit: caches, directory, memories and their queues.
 *
 * The processor is in-order and blocking, and stores stall as loads do (SOSP'97 5.1: a statically
 * scheduled, non-superscalar pipeline). A first-level hit is part of the instruction's cycle. The
 * second level includes the first and holds the protocol's state; a first-level line that may be
 * written is MODIFIED there too. L1 lines leave with their L2 line.
 *
 * A miss goes to the home of its machine page and waits in the queue of that memory; its stall is a
 * minimum latency plus the waiting:
 *
 *	local   the home is the own node, and no cache of another node has the only valid copy
 *	remote  two nodes take part
 *	dirty   the home is another node, and the cache of a third supplies the line
 *
 * It reaches a remote home (remote - local) / 2 after it was issued, and is done when it arrives
 * there, if by then it is the earliest of all: queues see requests in time order. An upgrade is
 * charged as a miss without owner. Acknowledgements of invalidations are not waited for (eager
 * exclusive replies, as in FLASH). Writebacks, also those of a downgrade, occupy the home's memory
 * but stall nobody; dropping a shared line tells the directory at no cost. UMA: every miss takes
 * the local latency, no queues, all of it local.
 */
#include "sim/replay/machine.h"

static void drop_first_level(struct machine *m, struct processor *q, uint64_t l2_line)
{
	unsigned d = m->l2_shift - q->l1d.line_shift, i = m->l2_shift - q->l1i.line_shift;

	for (uint64_t line = l2_line << d; line < (l2_line + 1) << d; line++)
		cache_invalidate(&q->l1d, line);
	for (uint64_t line = l2_line << i; line < (l2_line + 1) << i; line++)
		cache_invalidate(&q->l1i, line);
	q->fetch_line = NO_FETCH_LINE;
}

/* A cache keeps its line, for reading only. */
static void downgrade(struct machine *m, struct processor *q, uint64_t l2_line)
{
	unsigned d = m->l2_shift - q->l1d.line_shift;
	uint32_t id = cache_find(&q->l2, l2_line);

	if (id != CACHE_MISS)
		q->l2.state[id] = LINE_SHARED;
	for (uint64_t line = l2_line << d; line < (l2_line + 1) << d; line++) {
		id = cache_find(&q->l1d, line);
		if (id != CACHE_MISS)
			q->l1d.state[id] = LINE_SHARED;
	}
}

/* Something that nobody waits for keeps a memory busy. */
static void occupy(struct machine *m, unsigned node, uint64_t when, uint64_t cycles)
{
	struct memory_queue *q = &m->queue[node];

	if (m->system == SYSTEM_UMA || !cycles)
		return;
	q->free_at = (q->free_at > when ? q->free_at : when) + cycles;
	q->counters.requests++;
	q->counters.busy_cycles += cycles;
}

static unsigned home_of(const struct machine *m, uint64_t machine_page)
{
	return (unsigned)(machine_page / m->pages.frames_per_node);
}

/* Makes room at `id` of p's second level. */
static void evict(struct machine *m, struct processor *p, uint32_t id)
{
	uint64_t line = p->l2.tag[id];

	if (line == CACHE_NO_LINE)
		return;
	drop_first_level(m, p, line);
	if (p->l2.state[id] == LINE_MODIFIED) {
		p->count.writebacks++;
		directory_apply(&m->directory, line, p->number, DIR_WRITEBACK);
		occupy(m, home_of(m, line >> (PAGE_SHIFT - m->l2_shift)), p->time, m->service);
	} else {
		directory_apply(&m->directory, line, p->number, DIR_DROP);
	}
}

/* The turn, the home's queue and the stall of one request. *local says which kind it was. */
static uint64_t stall(struct machine *m, struct processor *p, unsigned home, uint64_t arrival,
		      int owner, bool *local)
{
	unsigned supplier = owner >= 0 ? m->node_of[owner] : home;
	uint64_t wait;

	*local = true;
	if (m->system == SYSTEM_UMA)
		return m->local;
	wait = m->service ? memory_request(&m->queue[home], arrival, m->service) : 0;
	p->count.queue_cycles += wait;
	if (home == p->node && supplier == p->node)
		return m->local + wait;
	*local = false;
	if (home != p->node && supplier != p->node && supplier != home)
		return m->dirty + wait;
	return m->remote + wait;
}

static uint64_t arrival_at(const struct machine *m, const struct processor *p, unsigned home)
{
	return home == p->node || m->system == SYSTEM_UMA ? p->time : p->time + m->trip;
}

static void invalidate(struct machine *m, uint64_t caches, uint64_t line)
{
	for (; caches; caches &= caches - 1) {
		struct processor *q = &m->processor[__builtin_ctzll(caches)];

		cache_invalidate(&q->l2, line);
		drop_first_level(m, q, line);
		q->count.invalidations++;
	}
}

/* A line that the second level has not got, or has not got for writing (upgrade). */
static enum step request(struct machine *m, struct processor *p, const struct shortcut *s,
			 uint64_t line, bool write, bool upgrade, bool code)
{
	unsigned home = home_of(m, s->machine_page);
	uint64_t arrival = arrival_at(m, p, home), cycles;
	struct directory_answer answer;
	uint32_t id;
	bool local;

	if (!turn_at(m, p, arrival))
		return BLOCKED;
	answer = directory_apply(&m->directory, line, p->number,
				 upgrade ? DIR_UPGRADE
				 : write ? DIR_WRITE
					 : DIR_READ);
	cycles = stall(m, p, home, arrival, answer.owner, &local);
	if (answer.owner >= 0) {
		p->count.l2_dirty++;
		if (!write)
			downgrade(m, &m->processor[answer.owner], line);
	}
	invalidate(m, answer.invalidate, line);
	if (answer.to_memory)
		occupy(m, home, arrival, m->service);
	if (upgrade) {
		p->count.upgrades++;
		p->count.remote_upgrades += !local;
		p->l2.state[cache_find(&p->l2, line)] = LINE_MODIFIED;
	} else {
		++*(code    ? local ? &p->count.l2_local_code : &p->count.l2_remote_code
		    : local ? &p->count.l2_local_data
			    : &p->count.l2_remote_data);
		id = cache_victim(&p->l2, line);
		evict(m, p, id);
		cache_fill(&p->l2, id, line, write ? LINE_MODIFIED : LINE_SHARED);
	}
	charge(p, local ? p->at.local : p->at.remote, cycles);
	if (m->counting)
		placement_miss(m, p, s->page, write, upgrade);
	return DONE;
}

/* Sees to it that the second level has the line, for writing if asked. */
static enum step second_level(struct machine *m, struct processor *p, const struct shortcut *s,
			      uint64_t line, bool write, bool code, bool first_level_hit)
{
	uint32_t id = cache_find(&p->l2, line);

	if (id == CACHE_MISS)
		return request(m, p, s, line, write, false, code);
	if (write && p->l2.state[id] == LINE_SHARED) {
		enum step step = request(m, p, s, line, true, true, code);

		if (step != DONE)
			return step;
	} else if (!first_level_hit) {
		p->count.l2_hits++;
		charge(p, p->at.cache, m->l2_hit);
	}
	cache_touch(&p->l2, id);
	return DONE;
}

enum step access_data(struct machine *m, struct processor *p, const struct shortcut *s,
		      uint32_t offset, bool write)
{
	uint64_t address = (uint64_t)s->machine_page << PAGE_SHIFT | offset;
	uint64_t line = address >> p->l1d.line_shift;
	uint32_t id = cache_find(&p->l1d, line);
	enum step step;

	if (id == CACHE_MISS || (write && p->l1d.state[id] != LINE_MODIFIED)) {
		step = second_level(m, p, s, address >> m->l2_shift, write, false,
				    id != CACHE_MISS);
		if (step != DONE)
			return step;
		if (id == CACHE_MISS) {
			p->ref_missed = true;
			cache_fill(&p->l1d, cache_victim(&p->l1d, line), line,
				   write ? LINE_MODIFIED : LINE_SHARED);
			return DONE;
		}
		p->l1d.state[id] = LINE_MODIFIED;
	}
	cache_touch(&p->l1d, id);
	return DONE;
}

enum step access_code(struct machine *m, struct processor *p, const struct shortcut *s,
		      uint32_t offset)
{
	uint64_t address = (uint64_t)s->machine_page << PAGE_SHIFT | offset;
	uint64_t line = address >> p->l1i.line_shift;
	uint32_t id = cache_find(&p->l1i, line);
	enum step step;

	if (id != CACHE_MISS) {
		cache_touch(&p->l1i, id);
		return DONE;
	}
	step = second_level(m, p, s, address >> m->l2_shift, false, true, false);
	if (step != DONE)
		return step;
	p->code_missed = true;
	cache_fill(&p->l1i, cache_victim(&p->l1i, line), line, LINE_SHARED);
	return DONE;
}

enum step access_uncached(struct machine *m, struct processor *p, const struct shortcut *s)
{
	unsigned home = home_of(m, s->machine_page);
	uint64_t arrival = arrival_at(m, p, home), cycles;
	bool local;

	if (!turn_at(m, p, arrival))
		return BLOCKED;
	cycles = stall(m, p, home, arrival, -1, &local);
	p->count.uncached++;
	charge(p, local ? p->at.local : p->at.remote, cycles);
	return DONE;
}

void access_purge(struct machine *m, uint32_t machine_page)
{
	uint64_t first = (uint64_t)machine_page * m->page_lines;
	uint64_t caches = directory_forget_page(&m->directory, machine_page);

	for (; caches; caches &= caches - 1) {
		struct processor *q = &m->processor[__builtin_ctzll(caches)];

		for (uint64_t line = first; line < first + m->page_lines; line++)
			if (cache_invalidate(&q->l2, line) != LINE_INVALID)
				drop_first_level(m, q, line);
	}
}

void access_clean(struct machine *m, struct processor *p, uint32_t machine_page)
{
	uint64_t first = (uint64_t)machine_page * m->page_lines;

	for (uint64_t line = first; line < first + m->page_lines; line++) {
		const struct directory_entry *e = directory_at(&m->directory, line);
		unsigned owner;

		if (e->state != DIR_MODIFIED)
			continue;
		owner = (unsigned)__builtin_ctzll(e->sharers);
		if (owner == p->number) { /* it keeps the line, for reading */
			directory_apply(&m->directory, line, owner, DIR_WRITEBACK);
			directory_apply(&m->directory, line, owner, DIR_READ);
		} else { /* p reads the line for the copy, and does not keep it */
			directory_apply(&m->directory, line, p->number, DIR_READ);
			directory_apply(&m->directory, line, p->number, DIR_DROP);
		}
		downgrade(m, &m->processor[owner], line);
	}
}

void access_copy(struct machine *m, unsigned from, unsigned to, uint64_t when)
{
	occupy(m, from, when, m->service * m->page_lines);
	occupy(m, to, when, m->service * m->page_lines);
}

void access_device(struct machine *m, unsigned home, uint32_t bytes, uint64_t when)
{
	uint32_t lines = bytes >> m->l2_shift;

	occupy(m, home, when, m->service * (lines < m->page_lines ? lines : m->page_lines));
}
