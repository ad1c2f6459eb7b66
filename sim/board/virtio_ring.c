/* SPDX-License-Identifier: MIT */
/* See virtio_ring.h. */
#include "sim/board/virtio_ring.h"

#include <string.h>

#define PAGE 4096u

/* Offsets from the ring's first page. */
#define DESCRIPTORS 0u
#define AVAILABLE   (16u * VIRTIO_RING_SIZE)
#define USED	    ((AVAILABLE + 6 + 2 * VIRTIO_RING_SIZE + PAGE - 1) / PAGE * PAGE)

#define FLAG_NEXT     1u
#define FLAG_WRITE    2u
#define FLAG_INDIRECT 4u
#define NO_INTERRUPT  1u /* available.flags */

struct descriptor {
	uint64_t pa;
	uint32_t bytes;
	uint16_t flags, next;
};
_Static_assert(sizeof(struct descriptor) == 16, "as in the guest's memory");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the guest's words are little-endian");

static uint64_t at(const struct virtio_ring *ring, uint32_t offset)
{
	return ((uint64_t)ring->page << 12) + offset;
}

static bool in_ram(const struct services *s, const struct descriptor *d)
{
	return d->bytes && d->pa < s->ram_bytes && d->bytes <= s->ram_bytes - d->pa;
}

static int add(const struct services *s, struct virtio_chain *c, const struct descriptor *d)
{
	bool write = d->flags & FLAG_WRITE;

	if ((d->flags & FLAG_INDIRECT) || !in_ram(s, d) || (c->writable && !write) ||
	    c->readable + c->writable == VIRTIO_RING_SIZE)
		return -1; /* the last of these is a loop */
	c->piece[c->readable + c->writable] = (struct virtio_piece){d->pa, d->bytes};
	if (write) {
		c->writable++;
		c->write_bytes += d->bytes;
	} else {
		c->readable++;
		c->read_bytes += d->bytes;
	}
	return 0;
}

int virtio_ring_take(const struct services *s, struct virtio_ring *ring, struct virtio_chain *c)
{
	struct descriptor d;
	uint16_t index, next;

	if (!ring->page)
		return 0;
	if (dma_read(s, at(ring, AVAILABLE + 2), &index, 2))
		return -1;
	if (index == ring->taken)
		return 0;
	if ((uint16_t)(index - ring->taken) > VIRTIO_RING_SIZE ||
	    dma_read(s, at(ring, AVAILABLE + 4 + 2 * (ring->taken % VIRTIO_RING_SIZE)), &next, 2))
		return -1;
	c->head = next;
	c->readable = c->writable = 0;
	c->read_bytes = c->write_bytes = 0;
	do {
		if (next >= VIRTIO_RING_SIZE ||
		    dma_read(s, at(ring, DESCRIPTORS + 16 * next), &d, sizeof(d)) || add(s, c, &d))
			return -1;
		next = d.next;
	} while (d.flags & FLAG_NEXT);
	ring->taken++;
	return 1;
}

int virtio_ring_give(struct services *s, struct virtio_ring *ring, uint16_t head, uint32_t written,
		     bool *interrupt)
{
	uint32_t element[2] = {head, written};
	uint16_t index = (uint16_t)(ring->given + 1), flags;
	uint32_t place = USED + 4 + 8 * (ring->given % VIRTIO_RING_SIZE);

	if (!ring->page || dma_write(s, at(ring, place), element, sizeof(element)) ||
	    dma_write(s, at(ring, USED + 2), &index, 2) ||
	    dma_read(s, at(ring, AVAILABLE), &flags, 2))
		return -1;
	ring->given = index;
	*interrupt = !(flags & NO_INTERRUPT);
	return 0;
}

uint32_t virtio_chain_next(const struct virtio_chain *c, bool writable, uint64_t *offset,
			   uint32_t most, uint64_t *pa)
{
	const struct virtio_piece *p = c->piece + (writable ? c->readable : 0);
	unsigned pieces = writable ? c->writable : c->readable;
	uint64_t skip = *offset;
	uint32_t bytes;

	for (; pieces && skip >= p->bytes; p++, pieces--)
		skip -= p->bytes;
	if (!pieces)
		return 0;
	*pa = p->pa + skip;
	bytes = PAGE - *pa % PAGE;
	if (bytes > p->bytes - skip)
		bytes = (uint32_t)(p->bytes - skip);
	if (bytes > most)
		bytes = most;
	*offset += bytes;
	return bytes;
}

int virtio_chain_read(const struct services *s, const struct virtio_chain *c, uint64_t offset,
		      void *to, uint32_t bytes)
{
	uint8_t *p = to;

	while (bytes) {
		uint64_t pa = 0;
		uint32_t part = virtio_chain_next(c, false, &offset, bytes, &pa);

		if (!part || dma_read(s, pa, p, part))
			return -1;
		p += part;
		bytes -= part;
	}
	return 0;
}

int virtio_chain_write(struct services *s, const struct virtio_chain *c, uint64_t offset,
		       const void *from, uint32_t bytes)
{
	const uint8_t *p = from;

	while (bytes) {
		uint64_t pa = 0;
		uint32_t part = virtio_chain_next(c, true, &offset, bytes, &pa);

		if (!part || dma_write(s, pa, p, part))
			return -1;
		p += part;
		bytes -= part;
	}
	return 0;
}
