/* SPDX-License-Identifier: MIT */
/* See virtio_requests.h. */
#include "sim/board/virtio_requests.h"

#include <stdio.h>

#include "sim/base/snapshot.h"

static void report(struct virtio_device *v, enum record_kind kind, const struct virtio_request *p)
{
	struct services *s = v->function.device.services;
	struct record r = record_make(kind, p->number, p->arg);

	s->report(s, &r, 1);
}

struct virtio_request *virtio_begin(struct virtio_device *v, struct virtio_requests *q,
				    uint16_t head, uint32_t arg)
{
	struct services *s = v->function.device.services;
	struct virtio_request *p = &q->request[(q->first + q->count) % VIRTIO_RING_SIZE];

	if (q->count == VIRTIO_RING_SIZE)
		return NULL;
	q->count++;
	*p = (struct virtio_request){
		.number = (uint32_t)s->requests++,
		.arg = arg,
		.head = head,
	};
	report(v, RECORD_IO_BEGIN, p);
	return p;
}

void virtio_takes(struct virtio_device *v, struct virtio_requests *q, struct virtio_request *p,
		  uint64_t cycles)
{
	struct services *s = v->function.device.services;
	uint64_t now = s->now(s);

	q->busy = (q->busy > now ? q->busy : now) + cycles;
	p->due = q->busy;
}

void virtio_end(struct virtio_device *v, struct virtio_requests *q, unsigned ring, uint64_t now)
{
	while (q->count && q->request[q->first].due <= now) {
		struct virtio_request *p = &q->request[q->first];

		q->first = (q->first + 1) % VIRTIO_RING_SIZE;
		q->count--;
		report(v, RECORD_IO_END, p);
		if (!p->orphan)
			virtio_give(v, ring, p->head, p->written);
	}
}

void virtio_orphan(struct virtio_device *v, struct virtio_requests *q)
{
	struct services *s = v->function.device.services;

	q->busy = s->now(s);
	for (uint32_t i = 0; i < q->count; i++) {
		struct virtio_request *p = &q->request[(q->first + i) % VIRTIO_RING_SIZE];

		p->due = q->busy;
		p->arg |= IO_FAILED;
		p->orphan = 1;
	}
}

uint64_t virtio_next(const struct virtio_requests *q)
{
	return q->count ? q->request[q->first].due : DEVICE_NEVER;
}

static void walk(struct virtio_requests *q, struct snapshot *s, const char *name)
{
	char field[64];

#define FIELD(text, member) \
	(snprintf(field, sizeof(field), "%s.%s", name, text), snapshot_field(s, field, member))
	FIELD("busy", q->busy);
	FIELD("first", q->first);
	FIELD("count", q->count);
	snapshot_check(s, field, q->first < VIRTIO_RING_SIZE && q->count <= VIRTIO_RING_SIZE);
	for (uint32_t i = 0; i < q->count && !snapshot_failed(s); i++) {
		struct virtio_request *p = &q->request[(q->first + i) % VIRTIO_RING_SIZE];

		FIELD("request.due", p->due);
		FIELD("request.number", p->number);
		FIELD("request.written", p->written);
		FIELD("request.arg", p->arg);
		snapshot_check(s, field, !(p->arg & ~(15u | IO_WRITE | IO_FAILED)));
		FIELD("request.head", p->head);
		FIELD("request.orphan", p->orphan);
	}
#undef FIELD
}

void virtio_requests_snapshot(struct virtio_requests *q, struct snapshot *s, const char *name)
{
	walk(q, s, name);
	if (snapshot_failed(s) && snapshot_restoring(s))
		q->first = q->count = 0;
}
