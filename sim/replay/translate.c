/* SPDX-License-Identifier: MIT */
/*
 * From a virtual address to the machine page it lies on, and what that costs.
 *
 * native, uma: the trace's own refill handlers are the truth for the traced TLB. At a refill
 * exception the modelled TLB is asked: a miss executes the handler, a hit (a larger TLB) skips it.
 * A modelled TLB of the traced geometry takes each TLB write at the traced index and so stays
 * equal to the traced one; one of another geometry replaces at random. A reference that misses
 * where the trace has no handler is charged tlb.refill_cycles. KSEG0 is not mapped: a page that was
 * never used through a mapped address belongs to the kernel and cannot be moved (PAGE_MAPPED).
 *
 * disco (SOSP'97 4.2.2): every TLB miss traps to the monitor, which looks into its L2TLB: a hit
 * loads the TLB and the guest's handler is skipped; a miss is forwarded and the handler runs, its
 * TLB writes and privileged instructions emulated. A forwarded miss that has no handler in the
 * trace is charged as a typical one (cost.handler_privileged). The kernel's KSEG0 is relocated
 * into mapped space: its pages take TLB entries, and their misses are served from the pmap alone.
 *
 * The L2TLB is the one structure of the monitor that is read at every miss and takes much of a
 * first-level cache: what a lookup reads goes through the modelled caches. The rest of the
 * monitor's work is charged in cycles that include its stalls.
 *
 * Entries are pairs, whoever loads them: a guest's handler writes both pages, and so did Disco
 * ("4 KB page pairs", SOSP'97 5.2).
 *
 * A translation of the guest that changes (another MAP of the same page and ASID) leaves the L2TLB;
 * a guest that invalidates its whole TLB empties the L2TLB too. The relocated kernel's entries then
 * come back from the pmap.
 *
 * KSEG1 and pages that the guest maps uncached go past the caches; physical addresses outside RAM
 * are devices.
 */
#include "sim/replay/machine.h"

#define KSEG0_VPN  0x80000u
#define KSEG_PAGES 0x20000u /* 512 MB */

static void forget_vpn(struct processor *p, uint32_t vpn)
{
	struct shortcut *s = &p->shortcut[vpn & (SHORTCUTS - 1)];

	if ((s->read_tag & 0xfffff) == vpn)
		s->read_tag = s->write_tag = SHORTCUT_NONE;
	p->fetch_line = NO_FETCH_LINE;
}

void translate_forget_all(struct processor *p)
{
	for (unsigned i = 0; i < SHORTCUTS; i++)
		p->shortcut[i].read_tag = p->shortcut[i].write_tag = SHORTCUT_NONE;
	p->fetch_line = NO_FETCH_LINE;
}

void translate_init(struct machine *m, struct processor *p, const struct trace_info *info)
{
	const struct machine_params *params = m->params;

	p->imported = info->tlb_entries == 0;
	p->traced_entries = info->tlb_entries < MAX_TRACED_TLB ? info->tlb_entries : MAX_TRACED_TLB;
	p->same_tlb = m->system != SYSTEM_DISCO && info->tlb_entries == params->tlb_entries;
	tlb_init(&p->tlb, (unsigned)params->tlb_entries, 0, params->tlb_seed + p->stream);
	page_map_init(&p->map);
	translate_forget_all(p);
}

/* A modelled entry changed: shortcuts to what it held, and to what it now holds, are void. */
static void entry_changed(struct processor *p, uint32_t index)
{
	uint32_t old = p->slot_vpn2[index], new = p->tlb.entry[index].vpn2;

	if (p->tlb.entry[index].mask || old == UINT32_MAX) {
		translate_forget_all(p);
	} else {
		forget_vpn(p, old << 1);
		forget_vpn(p, old << 1 | 1);
		forget_vpn(p, new << 1);
		forget_vpn(p, new << 1 | 1);
	}
	p->slot_vpn2[index] = p->tlb.entry[index].mask ? UINT32_MAX : new;
}

static void load(struct processor *p, uint32_t va, bool global)
{
	uint16_t asid = (uint16_t)(p->asid_tag >> 20);

	entry_changed(p, tlb_load(&p->tlb, va, asid, global, true));
}

/* An entry holds a pair of pages, and whoever loads it loads both if it knows them: a guest's
 * handler what the guest maps, the monitor what its L2TLB has or, of KSEG0, what is placed. */
static bool knows_other(struct machine *m, struct processor *p, uint32_t other, bool l2tlb_hit)
{
	uint32_t vpn = other >> 12, pa_page = vpn & (KSEG_PAGES - 1);
	bool global;

	if (l2tlb_hit)
		return l2tlb_has(&p->l2tlb, other, (uint16_t)(p->asid_tag >> 20));
	if (!p->imported && vpn >> 18 == 2)
		return pa_page < p->page_count && m->pages.page[p->page_base + pa_page] &&
		       m->pages.page[p->page_base + pa_page]->replicas;
	return page_map_find(&p->map, p->asid_tag, vpn, &global) != PAGE_MAP_NONE;
}

static void load_pair(struct machine *m, struct processor *p, uint32_t va, bool global,
		      bool l2tlb_hit)
{
	uint32_t other = va ^ 1u << 12;
	uint16_t asid = (uint16_t)(p->asid_tag >> 20);

	load(p, va, global);
	if (!knows_other(m, p, other, l2tlb_hit))
		return;
	if (tlb_find(&p->tlb, other, asid) == TLB_MISS)
		load(p, other, global);
	if (m->system == SYSTEM_DISCO && !l2tlb_hit)
		l2tlb_insert(&p->l2tlb, other, asid, global);
}

/* What a lookup in the L2TLB reads, through the caches, on the monitor's account. */
static enum step read_l2tlb(struct machine *m, struct processor *p, uint32_t va, bool kernel,
			    uint64_t *category)
{
	struct mode_times guest = p->at;
	struct processor_counters *c = &p->count;
	uint64_t hits = c->l2_hits, local = c->l2_local_data, remote = c->l2_remote_data;
	bool missed = p->ref_missed;
	enum step step = DONE;
	uint32_t slot[2];
	unsigned n =
		m->params->l2tlb_entry_bytes
			? l2tlb_probes(&p->l2tlb, va, (uint16_t)(p->asid_tag >> 20), kernel, slot)
			: 0;

	p->at = (struct mode_times){category, category, category, category};
	for (unsigned i = 0; i < n && step == DONE; i++) {
		uint32_t at = slot[i] * (uint32_t)m->params->l2tlb_entry_bytes;
		struct shortcut s = {.page = p->l2tlb_page + (at >> PAGE_SHIFT)};

		s.machine_page = pages_machine(m->pages.page[s.page], p->node);
		step = access_data(m, p, &s, at & 0xfff, false);
	}
	c->monitor_l2_hits += c->l2_hits - hits;
	c->monitor_l2_misses += c->l2_local_data - local + c->l2_remote_data - remote;
	c->l2_hits = hits;
	c->l2_local_data = local;
	c->l2_remote_data = remote;
	p->at = guest;
	p->ref_missed = missed;
	return step;
}

/* A miss that no handler of the trace serves. */
static enum step miss(struct machine *m, struct processor *p, uint32_t va, bool global)
{
	const struct machine_params *c = m->params;
	uint16_t asid = (uint16_t)(p->asid_tag >> 20);
	bool hit = false;

	if (m->system == SYSTEM_DISCO) {
		enum step step = read_l2tlb(m, p, va, false, &p->count.monitor_tlb_cycles);

		if (step != DONE)
			return step;
		hit = l2tlb_lookup(&p->l2tlb, va, asid);
	}
	p->count.tlb_misses++;
	if (m->system != SYSTEM_DISCO) {
		charge(p, &p->count.kernel_tlb_cycles, c->tlb_refill_cycles);
	} else if (hit) {
		p->count.l2tlb_hits++;
		charge(p, &p->count.monitor_tlb_cycles, c->l2tlb_hit_cycles);
	} else {
		p->count.forwarded++;
		p->count.emulated_tlb_writes++;
		p->count.emulated_other += c->handler_privileged;
		p->count.emulated_eret++;
		charge(p, &p->count.monitor_trap_cycles, c->forward_cycles);
		charge(p, &p->count.kernel_tlb_cycles, c->tlb_refill_cycles);
		charge(p, &p->count.monitor_tlb_write_cycles, c->tlb_write_cycles);
		charge(p, &p->count.monitor_privileged_cycles,
		       (c->handler_privileged + 1) * c->privileged_cycles);
		l2tlb_insert(&p->l2tlb, va, asid, global);
	}
	load_pair(m, p, va, global, hit);
	return DONE;
}

/* A miss on the relocated KSEG0: the monitor's pmap knows the answer. */
static enum step kernel_fault(struct machine *m, struct processor *p, uint32_t va)
{
	enum step step = read_l2tlb(m, p, va, true, &p->count.monitor_fault_cycles);
	bool hit;

	if (step != DONE)
		return step;
	hit = l2tlb_lookup(&p->l2tlb, va, 0);
	p->count.tlb_misses++;
	p->count.kernel_faults++;
	if (hit) {
		p->count.l2tlb_hits++;
		charge(p, &p->count.monitor_fault_cycles, m->params->l2tlb_hit_cycles);
	} else {
		charge(p, &p->count.monitor_fault_cycles, m->params->kernel_fault_cycles);
		l2tlb_insert(&p->l2tlb, va, 0, true);
	}
	load_pair(m, p, va, true, hit);
	return DONE;
}

enum step translate_refill(struct machine *m, struct processor *p, uint32_t va, bool *execute)
{
	uint16_t asid = (uint16_t)(p->asid_tag >> 20);
	bool global;

	*execute = false;
	if (tlb_find(&p->tlb, va, asid) != TLB_MISS) {
		p->count.tlb_skipped++;
		return DONE;
	}
	if (m->system == SYSTEM_DISCO) {
		enum step step = read_l2tlb(m, p, va, false, &p->count.monitor_tlb_cycles);

		if (step != DONE)
			return step;
	}
	p->count.tlb_misses++;
	if (m->system == SYSTEM_DISCO) {
		if (l2tlb_lookup(&p->l2tlb, va, asid)) {
			p->count.l2tlb_hits++;
			p->count.tlb_skipped++;
			charge(p, &p->count.monitor_tlb_cycles, m->params->l2tlb_hit_cycles);
			page_map_find(&p->map, p->asid_tag, va >> 12, &global);
			load_pair(m, p, va, global, true);
			return DONE;
		}
		p->count.forwarded++;
		charge(p, &p->count.monitor_trap_cycles, m->params->forward_cycles);
	}
	p->count.tlb_handled++;
	*execute = true;
	return DONE;
}

/* Both pages of a traced entry leave the modelled TLB and the L2TLB. */
static void drop_pair(struct processor *p, const struct tlb_entry *e)
{
	uint32_t bytes = (e->mask + 1) << 12, va = e->vpn2 << 13;

	for (unsigned odd = 0; odd < 2; odd++) {
		tlb_drop(&p->tlb, va + odd * bytes, e->asid);
		l2tlb_drop(&p->l2tlb, va + odd * bytes, e->asid);
	}
	if (e->mask)
		translate_forget_all(p);
	forget_vpn(p, e->vpn2 << 1);
	forget_vpn(p, e->vpn2 << 1 | 1);
}

/* The modelled TLB is not the traced one: where does this entry go? */
static uint32_t place_entry(struct processor *p, const struct tlb_entry *e)
{
	uint32_t i = tlb_find_pair(&p->tlb, e->vpn2 << 13, e->asid);

	if (i != TLB_MISS && p->tlb.entry[i].mask == e->mask)
		return i;
	return p->tlb.wired + rng_below(&p->tlb.rng, p->tlb.entries - p->tlb.wired);
}

static void emulate_write(struct machine *m, struct processor *p, uint32_t arg)
{
	bool update = !(arg & TLBW_RANDOM) && arg & (TLBW_VALID0 | TLBW_VALID1);

	++*(update ? &p->count.emulated_tlb_updates : &p->count.emulated_tlb_writes);
	charge(p, &p->count.monitor_tlb_write_cycles,
	       update ? m->params->tlb_update_cycles : m->params->tlb_write_cycles);
}

/* A guest that invalidates index after index up to the last means every translation, also those
 * that its TLB has lost already and that the monitor still has (Linux does so when ASIDs run out).
 */
static void notice_flush(struct processor *p, uint32_t arg, uint32_t index)
{
	if (arg & (TLBW_RANDOM | TLBW_VALID0 | TLBW_VALID1)) {
		p->invalidated = 0;
		return;
	}
	p->invalidated = index == p->invalidated_index + 1 ? p->invalidated + 1 : 1;
	p->invalidated_index = index;
	if (index + 1 < p->traced_entries || 2 * p->invalidated < p->traced_entries)
		return;
	p->count.l2tlb_flushes++;
	p->invalidated = 0;
	tlb_flush(&p->tlb);
	l2tlb_flush(&p->l2tlb);
	translate_forget_all(p);
}

enum step translate_tlb_write(struct machine *m, struct processor *p, struct record r, bool execute)
{
	uint32_t arg = record_arg(r), shift = TLBW_PAGE_SHIFT(arg), index = TLBW_INDEX(arg);
	struct tlb_entry old = p->traced[index],
			 e = {
				 .mask = shift > 12 && shift < 29 ? (1u << (shift - 12)) - 1 : 0,
				 .asid = r.addr & 0xff,
				 .global = arg & TLBW_GLOBAL,
				 .used = true,
				 .present = {arg & TLBW_VALID0, arg & TLBW_VALID1},
				 .writable = {arg & TLBW_DIRTY0, arg & TLBW_DIRTY1},
			 };

	if (index >= p->traced_entries)
		return stream_error(m, p, "TLB write at index %u of %u entries", index,
				    p->traced_entries);
	e.vpn2 = (r.addr >> 13) & ~e.mask;
	if (execute && m->system == SYSTEM_DISCO)
		emulate_write(m, p, arg);
	if (!p->same_tlb)
		notice_flush(p, arg, index);
	p->traced[index] = e;
	if (p->same_tlb) {
		tlb_write(&p->tlb, index, &e);
		entry_changed(p, index);
		return DONE;
	}
	/* The guest replaced this very entry: what it held is gone for it, wherever we hold it. */
	if (old.used && !(arg & TLBW_RANDOM))
		drop_pair(p, &old);
	if (!e.present[0] && !e.present[1])
		return DONE;
	index = place_entry(p, &e);
	tlb_write(&p->tlb, index, &e);
	entry_changed(p, index);
	for (unsigned odd = 0; odd < 2 && m->system == SYSTEM_DISCO; odd++)
		if (e.present[odd])
			l2tlb_insert(&p->l2tlb, (e.vpn2 << 13) + odd * ((e.mask + 1) << 12), e.asid,
				     e.global);
	return DONE;
}

/* Where a guest page lies for p; places it if it is new, frees it of replicas for a write. */
static enum step resolve(struct machine *m, struct processor *p, uint32_t page, bool write,
			 struct shortcut *out)
{
	struct page *record = pages_at(&m->pages, page);

	if (!record->replicas) {
		if (!turn_at(m, p, p->time))
			return BLOCKED;
		if (placement_place(m, p, page) != DONE)
			return FAILED;
	}
	if (write && (record->replicas & (record->replicas - 1))) {
		if (!turn_at(m, p, p->time))
			return BLOCKED;
		placement_replica_write(m, p, page);
	}
	out->page = page;
	out->machine_page = pages_machine(record, p->node);
	return DONE;
}

enum step translate_physical(struct machine *m, struct processor *p, uint32_t pa, bool write,
			     struct shortcut *found)
{
	if (pa >> 12 >= p->page_count)
		return stream_error(m, p, "address 0x%08x is outside the guest's memory", pa);
	return resolve(m, p, p->page_base + (pa >> 12), write, found);
}

/* The guest-physical page of a virtual address, after the TLB. */
static enum step guest_page(struct machine *m, struct processor *p, uint32_t va, uint32_t *pa_page,
			    bool *uncached)
{
	uint32_t vpn = va >> 12, value;
	bool global;

	if (!p->imported && va >> 30 == 2) { /* KSEG0 and KSEG1 */
		*pa_page = vpn & (KSEG_PAGES - 1);
		*uncached = va >> 29 == 5;
		if (*uncached || *pa_page >= p->page_count)
			return DONE;
		if (m->system == SYSTEM_DISCO &&
		    tlb_find(&p->tlb, va, (uint16_t)(p->asid_tag >> 20)) == TLB_MISS)
			return kernel_fault(m, p, va);
		return DONE;
	}
	value = page_map_find(&p->map, p->asid_tag, vpn, &global);
	if (value == PAGE_MAP_NONE)
		return stream_error(m, p, "reference to 0x%08x, which no record maps", va);
	if (tlb_find(&p->tlb, va, (uint16_t)(p->asid_tag >> 20)) == TLB_MISS) {
		enum step step = miss(m, p, va, global);

		if (step != DONE)
			return step;
	}
	*pa_page = PAGE_MAP_PAGE(value);
	*uncached = value & PAGE_MAP_UNCACHED;
	if (*pa_page < p->page_count)
		m->page_flags[p->page_base + *pa_page] |= PAGE_MAPPED;
	return DONE;
}

enum step translate_virtual(struct machine *m, struct processor *p, uint32_t va, bool write,
			    const struct shortcut **found, bool *uncached)
{
	uint32_t tag = p->asid_tag | va >> 12, pa_page = 0;
	struct shortcut *s = &p->shortcut[(va >> 12) & (SHORTCUTS - 1)], new = {.page = UINT32_MAX};
	const struct page *page;
	enum step step = guest_page(m, p, va, &pa_page, uncached);

	if (step != DONE)
		return step;
	*uncached |= pa_page >= p->page_count;
	if (pa_page < p->page_count) {
		uint64_t collapses = p->count.collapses + p->count.migrations;

		step = resolve(m, p, p->page_base + pa_page, write, &new);
		/* a write that gave replicas back lost its own translation: it misses again */
		if (step == DONE && collapses != p->count.collapses + p->count.migrations)
			step = guest_page(m, p, va, &pa_page, uncached);
		if (step != DONE)
			return step;
	}
	if (*uncached) {
		p->uncached = new;
		*found = &p->uncached;
		return DONE;
	}
	page = m->pages.page[new.page];
	new.read_tag = tag;
	new.write_tag = page->replicas &(page->replicas - 1) ? SHORTCUT_NONE : tag;
	*s = new;
	*found = s;
	return DONE;
}

void translate_map(struct machine *m, struct processor *p, struct record r)
{
	uint32_t vpn = r.addr >> 12;
	uint32_t key = (r.addr & MAP_GLOBAL ? PAGE_MAP_GLOBAL : p->asid_tag) | vpn;
	uint32_t value =
		(record_arg(r) & 0xfffff) | (r.addr & MAP_UNCACHED ? PAGE_MAP_UNCACHED : 0);

	if (!page_map_set(&p->map, key, value))
		return;
	translate_forget_all(p);
	if (m->system == SYSTEM_DISCO)
		l2tlb_drop(&p->l2tlb, vpn << 12, (uint16_t)(p->asid_tag >> 20));
}

bool translate_shootdown(struct processor *p, uint32_t page, bool keep)
{
	uint32_t pa_page = page - p->page_base, at = 0, key;
	bool had = false;

	if (pa_page >= p->page_count)
		return false;
	if (!p->imported && pa_page < KSEG_PAGES) {
		uint32_t va = (KSEG0_VPN + pa_page) << 12;

		had |= keep ? tlb_find(&p->tlb, va, 0) != TLB_MISS : tlb_drop(&p->tlb, va, 0);
		if (!keep)
			l2tlb_drop(&p->l2tlb, va, 0);
		forget_vpn(p, va >> 12);
	}
	while (page_map_users(&p->map, pa_page, &at, &key)) {
		uint32_t va = key << 12;
		uint16_t asid = (key >> 20) & 0xff;
		uint32_t value = page_map_value(&p->map, key);

		if (value == PAGE_MAP_NONE || PAGE_MAP_PAGE(value) != pa_page)
			continue;
		had |= keep ? tlb_find(&p->tlb, va, asid) != TLB_MISS : tlb_drop(&p->tlb, va, asid);
		if (!keep)
			l2tlb_drop(&p->l2tlb, va, asid);
		forget_vpn(p, va >> 12);
	}
	return had;
}
