/* SPDX-License-Identifier: MIT */
/*
 * The framework around a policy (policies/policy.h): it owns the policy's state, tells it of first
 * references and hot pages, checks what it answers, does it, and charges it.
 *
 * A page is hot for a processor when its second-level misses on it since the last reset reach a
 * multiple of the trigger (FLASH's counters, SOSP'97 4.2.3); the processor that missed then asks
 * the policy, when it is next its turn. It pays for the move (Table 3: a fixed part and one per
 * processor of the machine, as monitor_move_cycles under every system: native stands for an
 * in-kernel policy of the same cost), but for what every other processor whose TLB held the page
 * pays for an interrupt: together the processors pay what the table says. Shootdown is precise
 * (backmaps): migration and collapse drop the page's entries from TLBs and L2TLBs, replication only
 * makes them read-only or points them to the new copy. The lines of machine pages that are given
 * back leave all caches. A copy keeps both memories busy for the service time of all its lines.
 *
 * A page with replicas is read-only: the first write to it asks the policy (replica_write), whose
 * answer leaves one copy. A page that finds no free frame anywhere takes those of another's
 * replicas. On the bare machine the kernel's own pages (never used through a mapped address) do not
 * move; Disco, which maps the kernel too, moves any. UMA has no placement: pages get a first place,
 * and nothing is hot.
 */
#include <stdlib.h>

#include "sim/replay/machine.h"

static struct policy_machine look(struct machine *m, uint64_t now)
{
	return (struct policy_machine){.nodes = m->nodes,
				       .processors = m->processors,
				       .node_of = m->node_of,
				       .distance_ns = m->distance_ns,
				       .free_frames = m->pages.free_frames,
				       .now_ns = now * 1000 / m->params->cpu_mhz};
}

static struct policy_page look_at(struct machine *m, uint32_t number)
{
	struct page *p = pages_at(&m->pages, number);

	pages_refresh(&m->pages, p);
	return (struct policy_page){.number = number,
				    .home = p->home,
				    .copies = p->replicas,
				    .misses = p->misses,
				    .writes = p->writes,
				    .migrations = p->migrations,
				    .state = p->policy_state};
}

int placement_init(struct machine *m)
{
	const struct policy *policy = m->config->policy;
	const void *params = m->config->policy_params;

	for (unsigned from = 0; from < m->nodes; from++)
		for (unsigned to = 0; to < m->nodes; to++)
			m->distance_ns[from * m->nodes + to] =
				(uint32_t)(from == to || m->system == SYSTEM_UMA
						   ? m->params->local_ns
						   : m->params->remote_ns);
	m->policy_global = calloc(1, policy->global_bytes ? policy->global_bytes : 1);
	if (!m->policy_global)
		return error_set(m->err, "policy %s: no memory for its state", policy->name);
	m->next_interval = ORDER_NEVER;
	if (m->system == SYSTEM_UMA)
		return 0;
	m->trigger = policy->trigger ? policy->trigger(params) : 0;
	m->counting = m->trigger != 0;
	if (policy->interval_ns && policy->interval_ns(params)) {
		m->interval = cycles_of_ns(m->params, policy->interval_ns(params));
		m->interval += m->interval == 0;
		m->next_interval = m->interval;
	}
	return 0;
}

void placement_release(struct machine *m)
{
	free(m->policy_global);
	m->policy_global = NULL;
}

void placement_miss(struct machine *m, struct processor *p, uint32_t number, bool write,
		    bool upgrade)
{
	struct page *page = m->pages.page[number];

	if (number >= m->guest_pages) /* the monitor's own */
		return;
	pages_refresh(&m->pages, page);
	page->writes += write;
	if (upgrade || ++page->misses[p->number] % m->trigger || page->frozen ||
	    !m->config->policy->hot)
		return;
	p->hot = true;
	p->hot_page = number;
	p->hot_write = write;
}

/* A processor is interrupted to drop or change a translation. Returns what that costs it. */
static uint64_t interrupt(struct machine *m, struct processor *q)
{
	uint64_t cycles = cycles_of_ns(m->params, m->params->shootdown_ns);
	uint64_t key = order_get(&m->order, q->number);

	if (q->finished)
		return 0;
	q->count.shootdowns++;
	charge(q, &q->count.monitor_move_cycles, cycles);
	if (key != ORDER_NEVER)
		order_set(&m->order, q->number, key + order_key(cycles, 0));
	return cycles;
}

/* Asks every processor: a TLB may hold a page that was never referenced, loaded with its pair.
 * Returns what it costs the others. */
static uint64_t shootdown(struct machine *m, struct processor *p, uint32_t number, bool keep)
{
	uint64_t others = 0;

	for (unsigned i = 0; i < m->processors; i++) {
		struct processor *q = &m->processor[i];

		if (translate_shootdown(q, number, keep) && q != p)
			others += interrupt(m, q);
	}
	return others;
}

/* p pays what an action costs in all, but for what the others have paid. */
static void charge_move(struct machine *m, struct processor *p, uint64_t fixed_ns,
			uint64_t processor_ns, uint64_t others)
{
	uint64_t all = cycles_of_ns(m->params, fixed_ns + processor_ns * m->processors);

	charge(p, &p->count.monitor_move_cycles, all > others ? all - others : 0);
}

/* The lines of every copy but the one on `keep` leave the caches. */
static void purge_copies(struct machine *m, const struct page *page, unsigned keep)
{
	for (uint64_t rest = page->replicas & ~(1ull << keep); rest; rest &= rest - 1)
		access_purge(m, page->copy[__builtin_ctzll(rest)]);
}

static enum policy_outcome migrate(struct machine *m, struct processor *p, uint32_t number,
				   unsigned node)
{
	const struct machine_params *c = m->params;
	struct page *page = m->pages.page[number];
	unsigned from = page->home;
	bool copies = page->copy[node] == NO_MACHINE_PAGE;
	uint64_t others;

	if (node == from)
		return POLICY_REFUSED;
	if (copies && !m->pages.free_frames[node])
		return POLICY_NO_MEMORY;
	purge_copies(m, page, node);
	pages_migrate(&m->pages, number, node);
	others = shootdown(m, p, number, false);
	if (copies)
		access_copy(m, from, node, p->time);
	charge_move(m, p, c->migrate_ns, c->migrate_processor_ns, others);
	p->count.migrations++;
	return POLICY_DONE;
}

static enum policy_outcome replicate(struct machine *m, struct processor *p, uint32_t number,
				     unsigned node)
{
	const struct machine_params *c = m->params;
	struct page *page = m->pages.page[number];
	uint64_t others;

	if (page->copy[node] != NO_MACHINE_PAGE)
		return POLICY_REFUSED;
	if (pages_replicate(&m->pages, number, node) < 0)
		return POLICY_NO_MEMORY;
	access_clean(m, p, page->copy[page->home]);
	others = shootdown(m, p, number, true);
	access_copy(m, page->home, node, p->time);
	charge_move(m, p, c->replicate_ns, c->replicate_processor_ns, others);
	p->count.replications++;
	return POLICY_DONE;
}

static enum policy_outcome collapse(struct machine *m, struct processor *p, uint32_t number,
				    unsigned node)
{
	const struct machine_params *c = m->params;
	struct page *page = m->pages.page[number];
	uint64_t others;

	if (page->copy[node] == NO_MACHINE_PAGE || !(page->replicas & (page->replicas - 1)))
		return POLICY_REFUSED;
	purge_copies(m, page, node);
	pages_collapse(&m->pages, number, node);
	others = shootdown(m, p, number, false);
	charge_move(m, p, c->collapse_ns, c->collapse_processor_ns, others);
	p->count.collapses++;
	return POLICY_DONE;
}

/* All memory is in use: some page's replicas are given back, going round over all pages. */
static bool reclaim(struct machine *m, struct processor *p)
{
	for (uint32_t n = 0; n < m->guest_pages; n++) {
		uint32_t number = m->reclaim_at;
		const struct page *page = m->pages.page[number];

		m->reclaim_at = number + 1 < m->guest_pages ? number + 1 : 0;
		if (!page || !(page->replicas & (page->replicas - 1)))
			continue;
		collapse(m, p, number, page->home);
		p->count.reclaimed++;
		return true;
	}
	return false;
}

enum step placement_place(struct machine *m, struct processor *p, uint32_t page)
{
	const struct policy *policy = m->config->policy;
	struct policy_machine machine = look(m, p->time);
	struct policy_page view = look_at(m, page);
	unsigned node = policy->place(m->config->policy_params, m->policy_global, &machine, &view,
				      p->number);

	if (node >= m->nodes)
		return stream_error(m, p, "policy %s places page %u on node %u of a machine of %u",
				    policy->name, page, node, m->nodes);
	while (pages_place(&m->pages, page, node) < 0)
		if (!reclaim(m, p))
			return stream_error(m, p,
					    "all memory is in use: %u nodes of %llu bytes; raise "
					    "memory.node_bytes",
					    m->nodes, (unsigned long long)m->params->node_bytes);
	p->count.placed++;
	m->count.pages_used++;
	return DONE;
}

/* Does what the policy decided, and reports back. */
static enum policy_outcome act(struct machine *m, struct processor *p, uint32_t number,
			       struct policy_decision decision)
{
	const struct policy *policy = m->config->policy;
	enum policy_outcome outcome = POLICY_REFUSED;
	bool movable = decision.node < m->nodes &&
		       (m->system == SYSTEM_DISCO || (m->page_flags[number] & PAGE_MAPPED));
	struct policy_machine machine;
	struct policy_page view;

	switch (decision.action) {
	case POLICY_LEAVE:
		return POLICY_DONE;
	case POLICY_MIGRATE:
		if (movable)
			outcome = migrate(m, p, number, decision.node);
		break;
	case POLICY_REPLICATE:
		if (movable)
			outcome = replicate(m, p, number, decision.node);
		break;
	case POLICY_COLLAPSE:
		if (movable)
			outcome = collapse(m, p, number, decision.node);
		break;
	case POLICY_FREEZE:
		m->pages.page[number]->frozen = true;
		p->count.freezes++;
		outcome = POLICY_DONE;
		break;
	}
	p->count.refused += outcome == POLICY_REFUSED;
	p->count.no_memory += outcome == POLICY_NO_MEMORY;
	if (policy->outcome) {
		machine = look(m, p->time);
		view = look_at(m, number);
		policy->outcome(m->config->policy_params, m->policy_global, &machine, &view,
				decision, outcome);
	}
	return outcome;
}

void placement_hot(struct machine *m, struct processor *p)
{
	struct policy_machine machine = look(m, p->time);
	struct policy_page view = look_at(m, p->hot_page);

	p->hot = false;
	p->count.hot_events++;
	if (!(m->page_flags[p->hot_page] & PAGE_WAS_HOT)) {
		m->page_flags[p->hot_page] |= PAGE_WAS_HOT;
		m->count.hot_pages++;
	}
	act(m, p, p->hot_page,
	    m->config->policy->hot(m->config->policy_params, m->policy_global, &machine, &view,
				   p->number, p->hot_write));
}

void placement_replica_write(struct machine *m, struct processor *p, uint32_t number)
{
	const struct policy *policy = m->config->policy;
	struct page *page = pages_at(&m->pages, number);
	unsigned keep = page->copy[p->node] != NO_MACHINE_PAGE ? p->node : page->home;
	struct policy_decision decision = {POLICY_COLLAPSE, keep};

	if (policy->replica_write) {
		struct policy_machine machine = look(m, p->time);
		struct policy_page view = look_at(m, number);

		decision = policy->replica_write(m->config->policy_params, m->policy_global,
						 &machine, &view, p->number);
	}
	if ((decision.action == POLICY_COLLAPSE || decision.action == POLICY_MIGRATE) &&
	    act(m, p, number, decision) == POLICY_DONE)
		return;
	p->count.refused += decision.action != POLICY_COLLAPSE && decision.action != POLICY_MIGRATE;
	collapse(m, p, number, keep); /* the write cannot wait for a better answer */
}

void placement_interval(struct machine *m, uint64_t now)
{
	const struct policy *policy = m->config->policy;

	while (now >= m->next_interval) {
		struct policy_machine machine = look(m, m->next_interval);

		if (policy->interval)
			policy->interval(m->config->policy_params, m->policy_global, &machine);
		pages_reset_counters(&m->pages);
		m->count.intervals++;
		m->next_interval += m->interval;
	}
}
