/* SPDX-License-Identifier: MIT */
/*
 * Locks, barriers and events in the order of the traced program: a processor passes an object when
 * as many signals were given to it as the trace says it needed (sim/base/record.h). Signals are
 * given at the signaller's simulated time, so a waiter goes on when the last one it needs comes;
 * who gets a lock next is as in the traced run, whatever the timing. The trace being a run that
 * happened, every processor in its program order, this cannot deadlock; a stream that does is
 * damaged, and named.
 */
#include <stdlib.h>

#include "sim/replay/machine.h"

/* The object's slot; made if new. Pointers hold until the next call. */
static struct sync_object *object_at(struct machine *m, uint64_t object)
{
	uint32_t i;

	if (2 * m->sync_used >= m->sync_slots) {
		struct sync_object *old = m->sync;
		uint32_t n = m->sync_slots;

		m->sync_slots = n ? 2 * n : 256;
		m->sync = calloc(m->sync_slots, sizeof(*m->sync));
		if (!m->sync)
			abort();
		m->sync_used = 0;
		for (uint32_t j = 0; j < n; j++)
			if (old[j].key)
				*object_at(m, old[j].key - 1) = old[j];
		free(old);
	}
	i = (uint32_t)(object * 0x9e3779b97f4a7c15ull >> 33) & (m->sync_slots - 1);
	while (m->sync[i].key && m->sync[i].key != object + 1)
		i = (i + 1) & (m->sync_slots - 1);
	if (!m->sync[i].key) {
		m->sync[i].key = object + 1;
		m->sync_used++;
	}
	return &m->sync[i];
}

void objects_signal(struct machine *m, struct processor *p, uint64_t object)
{
	struct sync_object *o = object_at(m, object);

	o->count++;
	for (uint64_t rest = o->waiters; rest; rest &= rest - 1) {
		struct processor *q = &m->processor[__builtin_ctzll(rest)];
		uint64_t key;

		if (q->wait_count > o->count)
			continue;
		o->waiters &= ~(1ull << q->number);
		q->waiting = false;
		if (p->time > q->time)
			charge(q, &q->count.sync_cycles, p->time - q->time);
		key = order_key(q->time, q->number);
		order_set(&m->order, q->number, key);
		/* p may have been free to run on because q stood still */
		if (key < m->runner_up) {
			m->runner_up = key;
			if (p->horizon > q->time + m->quantum)
				p->horizon = q->time + m->quantum;
		}
	}
}

bool objects_pass(struct machine *m, struct processor *p, uint64_t object, uint64_t count)
{
	struct sync_object *o = object_at(m, object);

	if (o->count >= count)
		return true;
	o->waiters |= 1ull << p->number;
	p->waiting = true;
	p->wait_object = object;
	p->wait_count = count;
	p->count.sync_waits++;
	order_set(&m->order, p->number, ORDER_NEVER);
	return false;
}

void objects_release(struct machine *m)
{
	free(m->sync);
}
