/* SPDX-License-Identifier: MIT */
/*
 * What a page fault did. A handler that stores to a whole 4 KB page of KSEG0 in ascending order has
 * zeroed it if it hardly loaded anything meanwhile (clear_page), and copied something into it if it
 * loaded as much. But a kernel zeroes other pages too: page tables, and with CONFIG_INIT_ON_ALLOC
 * every page that it allocates. So the fault is a DEMAND_ZERO, or a COPY_ON_WRITE, only if that
 * page is what the missing page is mapped to when the instruction is tried again, which its MAP
 * says. No MAP comes when the page is mapped to what it was mapped to before; then the fault is
 * what its pages say. Faults in kernel mode, where it copies from and to the user, are judged
 * alike; those that the handler answers at exception level are kernel TLB faults, as refills are. A
 * guest's own ZERO_END marks count as well.
 */
#include "traces/profile_parts.h"

#define PAGE	   4096u
#define FEW_LOADS  64u
#define MANY_LOADS 512u /* a quarter of the words: they may be double words */

static bool unmapped(uint32_t va)
{
	return va >> 29 == 4;
}

static void note(uint32_t pages[PROFILE_PAGES], unsigned *n, uint32_t page)
{
	pages[(*n)++ % PROFILE_PAGES] = page; /* the latest ones */
}

void profile_pages_zeroed(struct profile_frame *f, uint32_t pa)
{
	note(f->zeroed_page, &f->zeroed, pa >> 12);
}

void profile_pages_load(struct profile_frame *f)
{
	f->loads++;
}

void profile_pages_store(struct profile_frame *f, uint32_t addr, uint32_t bytes)
{
	if (!(addr & (PAGE - 1)) && unmapped(addr)) {
		f->filling = addr;
		f->next = addr;
		f->loads = 0;
	}
	if (addr != f->next || !f->filling)
		return;
	f->next += bytes;
	if (f->next - f->filling < PAGE)
		return;
	if (f->loads >= MANY_LOADS)
		note(f->copied_page, &f->copied, (f->filling & 0x1fffffff) >> 12);
	else if (f->loads <= FEW_LOADS)
		note(f->zeroed_page, &f->zeroed, (f->filling & 0x1fffffff) >> 12);
	f->filling = 0;
}

static bool among(const uint32_t pages[PROFILE_PAGES], unsigned n, uint32_t page)
{
	for (unsigned i = 0; i < n && i < PROFILE_PAGES; i++)
		if (pages[i] == page)
			return true;
	return false;
}

static unsigned row_of(const struct profile_frame *f)
{
	if (f->sum.requests)
		return PROFILE_PAGE_IN;
	if (f->mapped ? among(f->copied_page, f->copied, f->mapped_to) : f->copied > 0)
		return PROFILE_COPY_ON_WRITE;
	if (f->mapped ? among(f->zeroed_page, f->zeroed, f->mapped_to) : f->zeroed > 0)
		return PROFILE_DEMAND_ZERO;
	if (f->left)
		return PROFILE_QUICK_FAULT;
	return f->row == PROFILE_QUICK_FAULT ? PROFILE_FAST_FAULT : f->row;
}

void profile_pages_settle(struct profile *p)
{
	if (p->is_pending)
		profile_commit(p, &p->pending, row_of(&p->pending));
	p->is_pending = false;
}

void profile_pages_closed(struct profile *p, const struct profile_frame *f)
{
	profile_pages_settle(p);
	p->pending = *f;
	p->is_pending = true;
	if (f->mapped || f->sum.requests || !(f->zeroed || f->copied))
		profile_pages_settle(p);
}

void profile_pages_mapped(struct profile *p, struct record r)
{
	struct profile_thread *t = p->thread;
	struct profile_frame *top = t->depth ? &t->frame[t->depth - 1] : NULL;
	struct profile_frame *f = top && top->fault && top->page == r.addr >> 12 ? top : NULL;

	if (!f && p->is_pending && p->pending.page == r.addr >> 12)
		f = &p->pending;
	if (!f)
		return;
	f->mapped = true;
	f->mapped_to = record_arg(r);
	if (f == &p->pending)
		profile_pages_settle(p);
}
