/* SPDX-License-Identifier: MIT */
/*
 * Which thread of the guest's kernel is running. A service may sleep, and other threads, and their
 * services, run meanwhile. Address spaces do not tell threads apart: kernel threads and the idle
 * thread run in whichever was last, user threads share theirs, and ASIDs are recycled. What every
 * switch does is save and restore the registers that a called function must keep: MIPS Linux reads
 * Status (MFC0), stores ten words at ascending addresses (s0-s7, sp, fp) into the old thread's
 * structure, and loads ten from the new one's. Nothing else looks like that: copies alternate loads
 * and stores in blocks of at most eight. The addresses name the two threads.
 *
 * The jump that ends the switch leads behind the call where the thread left, unless the structure
 * has been given to a new thread: so services of threads that are no more do not linger.
 *
 * Each processor's stream is profiled on its own. A thread that moves between processors leaves its
 * open service behind: its calls are counted right, and what it does up to its return to user mode
 * on the other processor is counted as whatever it had open there, or as PROFILE_THREAD. Kernels
 * that switch otherwise look like one thread, whose service ends with any return to user mode.
 */
#include <stdlib.h>
#include <string.h>

#include "traces/profile_parts.h"

#define ROOM	  8192 /* slots: a power of two */
#define MOST	  (ROOM / 2)
#define REGISTERS 10 /* s0-s7, sp, fp */
#define WITHIN	  48 /* records from MFC0 to the last load */

static bool in_kseg0(uint32_t va)
{
	return va >> 29 == 4;
}

static void *memory(size_t n, size_t bytes)
{
	void *p = calloc(n, bytes);

	if (!p)
		abort();
	return p;
}

static void forget_all(struct profile *p)
{
	for (unsigned i = 0; i < ROOM; i++)
		if (p->threads[i]) {
			profile_close_thread(p, p->threads[i]);
			free(p->threads[i]);
			p->threads[i] = NULL;
		}
	p->thread_count = 0;
}

static struct profile_thread **slot(struct profile *p, uint32_t key)
{
	unsigned i = (key * 0x9e3779b1u) >> 16 & (ROOM - 1);

	while (p->threads[i] && p->threads[i]->key != key)
		i = (i + 1) & (ROOM - 1);
	return &p->threads[i];
}

static struct profile_thread *find(struct profile *p, uint32_t key)
{
	struct profile_thread **s = slot(p, key);

	if (!*s && p->thread_count == MOST) { /* no real kernel has so many */
		forget_all(p);
		s = slot(p, key);
	}
	if (!*s) {
		*s = memory(1, sizeof(**s));
		(*s)->key = key;
		p->thread_count++;
	}
	return *s;
}

void profile_threads_init(struct profile *p)
{
	p->threads = memory(ROOM, sizeof(struct profile_thread *));
	p->thread = find(p, 0);
}

void profile_threads_release(struct profile *p)
{
	forget_all(p);
	free(p->threads);
	p->threads = NULL;
	p->thread = NULL;
}

/* The first switch tells who had been running. */
static void name_first(struct profile *p, uint32_t key)
{
	struct profile_thread *t = p->thread, *named = find(p, key);

	*named = *t;
	named->key = key;
	t->depth = 0;
	p->thread = named;
}

static void switch_threads(struct profile *p)
{
	struct profile_thread *old;

	if (!p->thread->key)
		name_first(p, p->save_at);
	/* It should be the one that we think is running; if not, its record was lost or forged. */
	old = find(p, p->save_at);
	old->resume_at = p->call_end;
	p->thread = find(p, p->restore_at);
	p->switches++;
	p->awaiting_target = true;
	profile_locate(p);
}

void profile_threads_arm(struct profile *p)
{
	p->armed = WITHIN;
	p->saves = p->restores = 0;
	p->last_store = 0;
}

void profile_threads_store(struct profile *p, uint32_t addr)
{
	p->armed--;
	if (p->restores) {
		p->armed = 0;
		return;
	}
	if (addr == p->last_store + 4) {
		p->saves++;
	} else if (p->saves < REGISTERS) {
		p->save_at = addr;
		p->saves = 1;
	}
	p->last_store = addr;
}

void profile_threads_load(struct profile *p, uint32_t addr)
{
	p->armed--;
	if (!p->restores)
		p->restore_at = addr;
	if (p->saves < REGISTERS || addr != p->restore_at + 4 * p->restores) {
		p->armed = 0;
		return;
	}
	if (++p->restores < REGISTERS)
		return;
	p->armed = 0;
	if (p->restore_at != p->save_at && in_kseg0(p->restore_at) && in_kseg0(p->save_at))
		switch_threads(p);
}

static void arrived(struct profile *p, uint32_t target)
{
	struct profile_thread *t = p->thread;

	p->awaiting_target = false;
	if (t->resume_at && t->resume_at != target) {
		profile_close_thread(p, t);
		t->idle = false;
		profile_locate(p);
	}
}

void profile_threads_run(struct profile *p, struct record r)
{
	if (r.addr != p->run_end) {
		if (p->awaiting_target)
			arrived(p, r.addr);
		p->call_end = p->run_end;
	}
	p->run_end = r.addr + 4 * record_arg(r);
}
