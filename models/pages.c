/* SPDX-License-Identifier: MIT */
/*
 * The pmap and memmap. A page's record with its arrays is one allocation, made on first use. A
 * frame of a node has a colour, frame modulo colours; a page gets a frame of the colour of its
 * guest-physical number, or of the next colour that has one, so that what a page conflicts with in
 * a physically indexed cache does not depend on the node that it lies on (without this, pages
 * interleaved over N nodes fall on an Nth of the colours). Each node hands out the frames of a
 * colour from the lowest on and takes them back on a stack; one array by machine page holds, for a
 * used frame, its user, and for a frame that was given back, the next on its stack.
 *
 * Counters are reset by making the table's generation newer than the pages'; a page catches up when
 * it is looked at (pages_refresh), so that an interval's end costs nothing per page.
 *
 * Source: SOSP'97 sections 4.2.2 (pmap) and 4.2.3 (memmap, miss counters); page colouring: Kessler
 * and Hill, ACM TOCS 10(4), 1992. SOSP does not say how frames were chosen.
 */
#include "models/pages.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* memmap words: 0 never used; USED | user; or the next frame of the free stack + 1. */
#define USED 0x80000000u

struct pages_private {
	uint32_t *memmap;     /* [nodes * frames_per_node] */
	uint32_t *given_back; /* [nodes * colours] top of the stack: machine page + 1, 0: empty */
	uint32_t *never_used; /* [nodes * colours] frames of the colour from here on were never used
			       */
};

/* A page's arrays follow it in its allocation, the policy's state first: its alignment is any. */
#define ALIGNED(bytes) (((bytes) + 15) & ~(size_t)15)

int pages_init(struct pages *t, unsigned nodes, unsigned processors, uint32_t guest_pages,
	       uint32_t frames_per_node, uint32_t colours, size_t policy_bytes, struct error *err)
{
	struct pages_private *m;

	*t = (struct pages){.nodes = nodes,
			    .processors = processors,
			    .frames_per_node = frames_per_node,
			    .count = guest_pages,
			    .colours = colours < 1		   ? 1
				       : colours > frames_per_node ? frames_per_node
								   : colours,
			    .policy_bytes = policy_bytes};
	if (nodes < 1 || nodes > MAX_NODES)
		return error_set(err, "pages: %u nodes, wanted 1 to %u", nodes, MAX_NODES);
	if (processors < 1 || processors > 64)
		return error_set(err, "pages: %u processors, wanted 1 to 64", processors);
	if (frames_per_node < 1 || (uint64_t)nodes * frames_per_node >= USED || guest_pages >= USED)
		return error_set(err,
				 "pages: %u guest pages on %u nodes of %u frames, wanted 1 frame "
				 "or more, and fewer than 2^31 pages and frames",
				 guest_pages, nodes, frames_per_node);
	t->page = calloc(guest_pages ? guest_pages : 1, sizeof(*t->page));
	t->free_frames = calloc(nodes, sizeof(*t->free_frames));
	t->private = m = calloc(1, sizeof(*m));
	if (m) {
		m->memmap = calloc((size_t)nodes * frames_per_node, sizeof(*m->memmap));
		m->given_back = calloc((size_t)nodes * t->colours, sizeof(*m->given_back));
		m->never_used = calloc((size_t)nodes * t->colours, sizeof(*m->never_used));
	}
	if (!t->page || !t->free_frames || !m || !m->memmap || !m->given_back || !m->never_used) {
		pages_release(t);
		return error_set(err,
				 "pages: no memory for %u guest pages on %u nodes of %u frames",
				 guest_pages, nodes, frames_per_node);
	}
	for (unsigned n = 0; n < nodes; n++) {
		t->free_frames[n] = frames_per_node;
		for (uint32_t c = 0; c < t->colours; c++)
			m->never_used[n * t->colours + c] = c;
	}
	return 0;
}

void pages_release(struct pages *t)
{
	for (uint32_t i = 0; t->page && i < t->count; i++)
		free(t->page[i]);
	if (t->private) {
		free(t->private->memmap);
		free(t->private->given_back);
		free(t->private->never_used);
	}
	free(t->private);
	free(t->free_frames);
	free(t->page);
	*t = (struct pages){0};
}

struct page *pages_at(struct pages *t, uint32_t number)
{
	size_t policy = ALIGNED(sizeof(struct page)), copy = policy + ALIGNED(t->policy_bytes),
	       misses = copy + t->nodes * sizeof(uint32_t);
	struct page *p;
	char *block;

	assert(number < t->count);
	if (t->page[number])
		return t->page[number];
	block = calloc(1, misses + t->processors * sizeof(uint32_t));
	if (!block)
		abort();
	p = (struct page *)block;
	p->policy_state = block + policy;
	p->copy = (uint32_t *)(block + copy);
	p->misses = (uint32_t *)(block + misses);
	p->generation = t->generation;
	for (unsigned n = 0; n < t->nodes; n++)
		p->copy[n] = NO_MACHINE_PAGE;
	return t->page[number] = p;
}

/* A free frame of a node and colour, taken off the books, or NO_MACHINE_PAGE. */
static uint32_t take_coloured(struct pages *t, unsigned node, uint32_t colour)
{
	struct pages_private *m = t->private;
	uint32_t list = node * t->colours + colour, machine;

	if (m->given_back[list]) {
		machine = m->given_back[list] - 1;
		m->given_back[list] = m->memmap[machine];
		return machine;
	}
	if (m->never_used[list] >= t->frames_per_node)
		return NO_MACHINE_PAGE;
	machine = node * t->frames_per_node + m->never_used[list];
	m->never_used[list] += t->colours;
	return machine;
}

/* Gives page `number` a frame of a node. Returns false when the node has none left. */
static bool take_frame(struct pages *t, uint32_t number, unsigned node)
{
	struct page *p = pages_at(t, number);
	uint32_t machine = NO_MACHINE_PAGE;

	assert(node < t->nodes && p->copy[node] == NO_MACHINE_PAGE);
	if (t->free_frames[node] == 0)
		return false;
	for (uint32_t i = 0; machine == NO_MACHINE_PAGE; i++) {
		assert(i < t->colours);
		machine = take_coloured(t, node, (number + i) % t->colours);
	}
	t->private->memmap[machine] = USED | number;
	t->free_frames[node]--;
	p->copy[node] = machine;
	p->replicas |= 1ull << node;
	return true;
}

static void give_frame_back(struct pages *t, struct page *p, unsigned node)
{
	struct pages_private *m = t->private;
	uint32_t machine = p->copy[node];
	uint32_t list = node * t->colours + machine % t->frames_per_node % t->colours;

	assert(machine != NO_MACHINE_PAGE);
	m->memmap[machine] = m->given_back[list];
	m->given_back[list] = machine + 1;
	t->free_frames[node]++;
	p->copy[node] = NO_MACHINE_PAGE;
	p->replicas &= ~(1ull << node);
}

int pages_place(struct pages *t, uint32_t number, unsigned node)
{
	struct page *p = pages_at(t, number);

	assert(node < t->nodes && p->replicas == 0);
	for (unsigned i = 0; i < t->nodes; i++) {
		unsigned n = (node + i) % t->nodes;

		if (take_frame(t, number, n)) {
			p->home = (uint8_t)n;
			return (int)n;
		}
	}
	return -1;
}

int pages_replicate(struct pages *t, uint32_t number, unsigned node)
{
	assert(pages_at(t, number)->replicas != 0);
	return take_frame(t, number, node) ? 0 : -1;
}

void pages_collapse(struct pages *t, uint32_t number, unsigned keep)
{
	struct page *p = pages_at(t, number);

	assert(keep < t->nodes && p->copy[keep] != NO_MACHINE_PAGE);
	for (uint64_t rest = p->replicas & ~(1ull << keep); rest; rest &= rest - 1)
		give_frame_back(t, p, (unsigned)__builtin_ctzll(rest));
	p->home = (uint8_t)keep;
}

int pages_migrate(struct pages *t, uint32_t number, unsigned node)
{
	struct page *p = pages_at(t, number);

	assert(node < t->nodes && p->replicas != 0 && p->home != node);
	if (p->copy[node] == NO_MACHINE_PAGE && !take_frame(t, number, node))
		return -1;
	pages_collapse(t, number, node);
	pages_refresh(t, p);
	p->migrations++;
	return 0;
}

uint32_t pages_user(const struct pages *t, uint32_t machine_page)
{
	uint32_t word;

	assert(machine_page < t->nodes * t->frames_per_node);
	word = t->private->memmap[machine_page];
	return word & USED ? word & ~USED : UINT32_MAX;
}

void pages_reset_counters(struct pages *t)
{
	t->generation++;
}

void pages_refresh(const struct pages *t, struct page *p)
{
	if (p->generation == t->generation)
		return;
	memset(p->misses, 0, t->processors * sizeof(*p->misses));
	p->writes = 0;
	p->migrations = 0;
	p->frozen = false;
	p->generation = t->generation;
}

/* A page's own books: its copies are the bits of `replicas`, lie where they say, and the memmap
 * names the page. Adds its copies to used[]. */
static bool page_consistent(const struct pages *t, uint32_t number, uint64_t *used)
{
	const struct page *p = t->page[number];

	if (p->replicas && !(p->replicas >> p->home & 1))
		return false;
	for (unsigned n = 0; n < t->nodes; n++) {
		if ((p->replicas >> n & 1) != (p->copy[n] != NO_MACHINE_PAGE))
			return false;
		if (p->copy[n] == NO_MACHINE_PAGE)
			continue;
		if (p->copy[n] / t->frames_per_node != n || pages_user(t, p->copy[n]) != number)
			return false;
		used[n]++;
	}
	return t->nodes == MAX_NODES || p->replicas >> t->nodes == 0;
}

/* Counts a node's free frames of a colour: those of its stack and those never used. Returns false
 * when one of them has a user, another colour, or comes round again. */
static bool count_free(const struct pages *t, unsigned node, uint32_t colour, uint64_t *count)
{
	const struct pages_private *m = t->private;
	uint32_t first = node * t->frames_per_node, list = node * t->colours + colour;

	for (uint32_t frame = m->never_used[list]; frame < t->frames_per_node;
	     frame += t->colours) {
		if (pages_user(t, first + frame) != UINT32_MAX)
			return false;
		++*count;
	}
	for (uint32_t next = m->given_back[list]; next; next = m->memmap[next - 1]) {
		if (next - 1 < first || next - 1 >= first + m->never_used[list] ||
		    (next - 1 - first) % t->colours != colour ||
		    pages_user(t, next - 1) != UINT32_MAX || *count >= t->frames_per_node)
			return false;
		++*count;
	}
	return true;
}

/* A node's frames are free or used, none both. */
static bool node_consistent(const struct pages *t, unsigned node, uint64_t used)
{
	uint32_t first = node * t->frames_per_node;
	uint64_t free_frames = 0, users = 0;

	for (uint32_t colour = 0; colour < t->colours; colour++)
		if (!count_free(t, node, colour, &free_frames))
			return false;
	for (uint32_t i = first; i < first + t->frames_per_node; i++)
		users += pages_user(t, i) != UINT32_MAX;
	return users == used && free_frames == t->free_frames[node] &&
	       free_frames + used == t->frames_per_node;
}

bool pages_consistent(const struct pages *t)
{
	uint64_t used[MAX_NODES] = {0};

	for (uint32_t i = 0; i < t->count; i++)
		if (t->page[i] && !page_consistent(t, i, used))
			return false;
	for (unsigned n = 0; n < t->nodes; n++)
		if (!node_consistent(t, n, used[n]))
			return false;
	return true;
}
