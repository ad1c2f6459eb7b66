/* SPDX-License-Identifier: MIT */
/*
 * What must hold between the models whenever no step is under way, checked once at the end of each
 * run: every second-level line is what the directory says it is, the first level is within the
 * second and writable only where that is, shortcuts agree with the TLB and with where pages lie,
 * and every machine page has one user.
 */
#include "sim/replay/machine.h"

/* Walking the memmap of a huge machine would take longer than a small run. */
#define MOST_FRAMES (1u << 20)

static bool second_level(struct machine *m, const struct processor *p)
{
	for (uint32_t id = 0; id < p->l2.sets * p->l2.ways; id++) {
		const struct directory_entry *e;

		if (p->l2.tag[id] == CACHE_NO_LINE)
			continue;
		e = directory_at(&m->directory, p->l2.tag[id]);
		if (!(e->sharers >> p->number & 1) ||
		    (e->state == DIR_MODIFIED) != (p->l2.state[id] == LINE_MODIFIED))
			return false;
	}
	return true;
}

static bool first_level(const struct machine *m, const struct processor *p, const struct cache *c)
{
	for (uint32_t id = 0; id < c->sets * c->ways; id++) {
		uint32_t below;

		if (c->tag[id] == CACHE_NO_LINE)
			continue;
		below = cache_find(&p->l2, c->tag[id] >> (m->l2_shift - c->line_shift));
		if (below == CACHE_MISS ||
		    (c->state[id] == LINE_MODIFIED && p->l2.state[below] != LINE_MODIFIED))
			return false;
	}
	return true;
}

static bool shortcuts(const struct machine *m, const struct processor *p)
{
	for (unsigned i = 0; i < SHORTCUTS; i++) {
		const struct shortcut *s = &p->shortcut[i];
		uint32_t va = s->read_tag << 12;
		bool unmapped = !p->imported && va >> 30 == 2 && m->system != SYSTEM_DISCO;
		const struct page *page;

		if (s->read_tag == SHORTCUT_NONE)
			continue;
		page = m->pages.page[s->page];
		if (pages_machine(page, p->node) != s->machine_page ||
		    (s->write_tag != SHORTCUT_NONE && (page->replicas & (page->replicas - 1))) ||
		    (!unmapped && tlb_find(&p->tlb, va, (uint16_t)(s->read_tag >> 20)) == TLB_MISS))
			return false;
	}
	return true;
}

bool machine_consistent(struct machine *m)
{
	for (unsigned i = 0; i < m->processors; i++) {
		const struct processor *p = &m->processor[i];

		if (!second_level(m, p) || !first_level(m, p, &p->l1d) ||
		    !first_level(m, p, &p->l1i) || !shortcuts(m, p))
			return false;
	}
	return (uint64_t)m->nodes * m->pages.frames_per_node > MOST_FRAMES ||
	       pages_consistent(&m->pages);
}
