/* SPDX-License-Identifier: MIT */
/*
 * The heap: one list of free blocks in order of address, first fit, neighbours merged, under one
 * lock. Every block has a header of 16 bytes in front of it. A block is taken from the front of
 * what is free, so the rest's header is the only memory touched behind it; what is handed out is
 * touched first by the one who uses it.
 */
#include "traces/guests/libos/libos.h"
#include "traces/guests/libos/program.h"
#include "traces/guests/libos/syscall.h"

#define HEADER	   16u
#define GROW_BYTES (1u << 20)

struct block {
	uint32_t bytes; /* with the header */
	struct block *next;
	uint32_t unused[2];
};

static struct lock lock;
static struct block first; /* of 0 bytes, below all others */

/* Puts a block back into the list behind `before`, merged with its neighbours. */
static void insert(struct block *before, struct block *block)
{
	block->next = before->next;
	if (block->next && (char *)block + block->bytes == (char *)block->next) {
		block->bytes += block->next->bytes;
		block->next = block->next->next;
	}
	if (before != &first && (char *)before + before->bytes == (char *)block) {
		before->bytes += block->bytes;
		before->next = block->next;
	} else {
		before->next = block;
	}
}

static struct block *predecessor(const struct block *block)
{
	struct block *before = &first;

	while (before->next && before->next < block)
		before = before->next;
	return before;
}

/* The header of an aligned payload inside a free block, or NULL when it does not fit. */
static struct block *fit(struct block *in, uint32_t alignment, uint32_t bytes)
{
	uint32_t payload = ((uint32_t)in + HEADER + alignment - 1) & ~(alignment - 1);
	uint32_t front = payload - HEADER - (uint32_t)in;

	/* The headers are multiples of 16, so a front part can hold its own. */
	return front < in->bytes && bytes <= in->bytes - front ? (struct block *)(payload - HEADER)
							       : NULL;
}

static struct block *take(uint32_t alignment, uint32_t bytes)
{
	for (struct block *before = &first; before->next; before = before->next) {
		struct block *in = before->next, *block = fit(in, alignment, bytes);
		uint32_t front;

		if (!block)
			continue;
		front = (char *)block - (char *)in;
		block->bytes = in->bytes - front;
		block->next = in->next;
		if (front) {
			in->bytes = front;
			in->next = block;
			before = in;
		}
		before->next = block->next;
		if (block->bytes - bytes >= 2 * HEADER) {
			struct block *rest = (struct block *)((char *)block + bytes);

			rest->bytes = block->bytes - bytes;
			rest->next = before->next;
			before->next = rest;
			block->bytes = bytes;
		}
		return block;
	}
	return NULL;
}

void *aligned_alloc(size_t alignment, size_t bytes)
{
	struct block *block;

	if (alignment < HEADER)
		alignment = HEADER;
	if (alignment & (alignment - 1) || bytes > 0x40000000 || alignment > 0x1000000)
		return NULL;
	bytes = (bytes + HEADER + HEADER - 1) & ~(HEADER - 1);
	lock_acquire(&lock);
	block = take(alignment, bytes);
	if (!block) {
		uint32_t more = (bytes + alignment + GROW_BYTES - 1) & ~(GROW_BYTES - 1);
		struct block *new = (struct block *)system_call(SYS_GROW, more, 0, 0);

		if (new) {
			new->bytes = more;
			insert(predecessor(new), new);
			block = take(alignment, bytes);
		}
	}
	lock_release(&lock);
	return block ? (char *)block + HEADER : NULL;
}

void *malloc(size_t bytes)
{
	return aligned_alloc(HEADER, bytes);
}

void *calloc(size_t n, size_t bytes)
{
	void *p = bytes && n > 0xffffffffu / bytes ? NULL : malloc(n * bytes);

	return p ? memset(p, 0, n * bytes) : NULL;
}

void free(void *payload)
{
	struct block *block = (struct block *)((char *)payload - HEADER);

	if (!payload)
		return;
	lock_acquire(&lock);
	insert(predecessor(block), block);
	lock_release(&lock);
}

void *need(size_t alignment, size_t bytes)
{
	void *p = aligned_alloc(alignment, bytes);

	if (!p)
		die("no memory for %zu bytes", bytes);
	return p;
}
