/* SPDX-License-Identifier: MIT */
/*
 * The count that had to be reached. A lock or an event: every signal so far. A barrier of n: the
 * last full round of n signals, since faster processors may already have reached the next round.
 * Memory is reused: when the class or the number of participants changes, rounds are counted from
 * there. Signals outside the recorded region are subtracted, because a replay never sees them.
 */
#include "sim/board/sync.h"

#include <stdlib.h>

#include "sim/base/record.h"
#include "sim/base/snapshot.h"

void sync_release(struct sync_table *t)
{
	free(t->slots);
	*t = (struct sync_table){0};
}

static struct sync_object *slot_of(struct sync_table *t, uint32_t pa)
{
	size_t i = (pa * 0x9e3779b1u) & (t->room - 1);

	while (t->slots[i].used && t->slots[i].pa != pa)
		i = (i + 1) & (t->room - 1);
	return &t->slots[i];
}

static void grow(struct sync_table *t)
{
	struct sync_table bigger = {.room = t->room ? t->room * 2 : 64, .used = t->used};

	bigger.slots = calloc(bigger.room, sizeof(*bigger.slots));
	if (!bigger.slots)
		abort();
	for (size_t i = 0; i < t->room; i++)
		if (t->slots[i].used)
			*slot_of(&bigger, t->slots[i].pa) = t->slots[i];
	free(t->slots);
	*t = bigger;
}

static struct sync_object *object_of(struct sync_table *t, uint32_t pa, uint32_t sync_class)
{
	struct sync_object *o;

	if (2 * t->used >= t->room)
		grow(t);
	o = slot_of(t, pa);
	if (!o->used) {
		*o = (struct sync_object){.pa = pa, .sync_class = sync_class, .used = true};
		t->used++;
	} else if (o->sync_class != sync_class) {
		o->sync_class = sync_class;
		o->participants = 0;
		o->base = o->passed = o->signals;
	}
	return o;
}

void sync_signal(struct sync_table *t, uint32_t pa, uint32_t sync_class, bool recorded)
{
	struct sync_object *o = object_of(t, pa, sync_class);

	o->signals++;
	if (!recorded)
		o->unrecorded++;
}

uint32_t sync_pass(struct sync_table *t, uint32_t pa, uint32_t sync_class, uint32_t participants)
{
	struct sync_object *o = object_of(t, pa, sync_class);
	uint64_t needed = o->signals;

	if (sync_class == SYNC_BARRIER) {
		uint64_t n = participants ? participants : 1;

		if (o->participants && o->participants != n)
			o->base = o->passed;
		o->participants = (uint32_t)n;
		needed = o->base + (o->signals - o->base) / n * n;
	}
	o->passed = needed;
	return (uint32_t)(needed > o->unrecorded ? needed - o->unrecorded : 0);
}

/* An object as a snapshot holds it. */
struct saved_object {
	uint32_t pa, sync_class, participants, zero;
	uint64_t signals, base, passed;
};

static struct saved_object saved_object(const struct sync_object *o)
{
	return (struct saved_object){
		.pa = o->pa,
		.sync_class = o->sync_class,
		.participants = o->participants,
		.signals = o->signals,
		.base = o->base,
		.passed = o->passed,
	};
}

static int by_pa(const void *a, const void *b)
{
	const struct saved_object *x = a, *y = b;

	return (x->pa > y->pa) - (x->pa < y->pa);
}

static void restore(struct sync_table *t, const struct saved_object *from, uint32_t n,
		    struct snapshot *s)
{
	for (uint32_t i = 0; i < n; i++) {
		struct sync_object *o = object_of(t, from[i].pa, from[i].sync_class);

		snapshot_check(s, "sync.objects",
			       from[i].sync_class < SYNC_CLASS_COUNT && t->used == i + 1 &&
				       from[i].base <= from[i].signals &&
				       from[i].passed <= from[i].signals);
		o->participants = from[i].participants;
		o->signals = o->unrecorded = from[i].signals;
		o->base = from[i].base;
		o->passed = from[i].passed;
	}
}

void sync_snapshot(struct sync_table *t, struct snapshot *s, uint32_t most)
{
	uint32_t used = (uint32_t)t->used, n = 0;
	struct saved_object *saved;

	snapshot_field(s, "sync.count", used);
	snapshot_check(s, "sync.count", used <= most);
	if (snapshot_failed(s))
		return;
	saved = calloc((size_t)used + 1, sizeof(*saved));
	if (!saved)
		abort();
	for (size_t i = 0; i < t->room && !snapshot_restoring(s); i++)
		if (t->slots[i].used)
			saved[n++] = saved_object(&t->slots[i]);
	qsort(saved, n, sizeof(*saved), by_pa); /* whatever the table's history */
	snapshot_bytes(s, "sync.objects", saved, used * sizeof(*saved));
	if (snapshot_restoring(s) && !snapshot_failed(s)) {
		sync_release(t);
		restore(t, saved, used, s);
	}
	free(saved);
}
