/* SPDX-License-Identifier: MIT */
/*
 * memsys: a memory-system simulator as an engineer of the paper's time ran it beside the Verilog
 * simulation of the engineering workload. Eight processors with a two-way first-level and a
 * four-way second-level cache, kept coherent by invalidation through a directory; the references
 * are generated: strides through private arrays, chases of a chain of pointers, and a part to
 * lines that all share. Its own tables (directory, chain, caches) are a megabyte and a half.
 *
 *	memsys [REFERENCES] [SEED]
 *
 * Deterministic. Checks that caches and directory agree at the end; prints the counts and a
 * checksum.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define PROCESSORS 8
#define LINE_SHIFT 6
#define LINES	   (1u << 18) /* of memory: 16 MB */
#define LINK_LINES (1u << 15) /* of the pointer chain */

/* A cache's tags: line + 1, 0 is empty; in a set the most recently used comes first. */
struct cache {
	unsigned sets, ways;
	uint32_t *tags;
	uint64_t hits, misses;
};

enum { UNCACHED, SHARED, EXCLUSIVE };
struct directory_entry {
	uint8_t state, owner, sharers;
};

struct processor {
	struct cache first, second;
	uint32_t stride_at, chase_at, random;
};

struct machine {
	struct processor processors[PROCESSORS];
	struct directory_entry *directory;
	uint32_t *chain;
	uint64_t invalidations, forwards, upgrades, cycles;
	uint32_t checksum;
};

static void *need(size_t n, size_t bytes)
{
	void *p = calloc(n, bytes);

	if (!p) {
		fprintf(stderr, "memsys: no memory\n");
		exit(1);
	}
	return p;
}

static uint32_t random_next(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static void cache_init(struct cache *c, unsigned bytes, unsigned ways)
{
	c->ways = ways;
	c->sets = bytes >> LINE_SHIFT;
	c->sets /= ways;
	c->tags = need(c->sets * ways, sizeof(*c->tags));
}

static uint32_t *set_of(const struct cache *c, uint32_t line)
{
	return c->tags + (line & (c->sets - 1)) * c->ways;
}

/* Puts the line first in its set; returns whether it was there, and what fell out (0: nothing). */
static int cache_touch(struct cache *c, uint32_t line, uint32_t *victim)
{
	uint32_t *set = set_of(c, line), tag = line + 1, moved = tag;

	*victim = 0;
	for (unsigned way = 0; way < c->ways; way++) {
		uint32_t t = set[way];

		set[way] = moved;
		if (t == tag) {
			c->hits++;
			return 1;
		}
		moved = t;
	}
	*victim = moved;
	c->misses++;
	return 0;
}

static int cache_has(const struct cache *c, uint32_t line)
{
	const uint32_t *set = set_of(c, line);

	for (unsigned way = 0; way < c->ways; way++)
		if (set[way] == line + 1)
			return 1;
	return 0;
}

static void cache_remove(struct cache *c, uint32_t line)
{
	uint32_t *set = set_of(c, line);
	unsigned to = 0;

	for (unsigned way = 0; way < c->ways; way++)
		if (set[way] != line + 1)
			set[to++] = set[way];
	while (to < c->ways)
		set[to++] = 0;
}

static void leaves(struct machine *m, unsigned self, uint32_t line)
{
	struct directory_entry *d = &m->directory[line];

	cache_remove(&m->processors[self].first, line);
	d->sharers &= ~(1u << self);
	if (!d->sharers)
		d->state = UNCACHED;
}

static void invalidate_others(struct machine *m, unsigned self, uint32_t line)
{
	for (unsigned p = 0; p < PROCESSORS; p++)
		if (p != self && m->directory[line].sharers >> p & 1) {
			cache_remove(&m->processors[p].second, line);
			leaves(m, p, line);
			m->invalidations++;
		}
}

/* One reference of a processor; returns its cycles. */
static unsigned reference(struct machine *m, unsigned self, uint32_t line, int write)
{
	struct processor *p = &m->processors[self];
	struct directory_entry *d = &m->directory[line];
	uint32_t victim;
	unsigned cycles = 1;

	if (!cache_touch(&p->first, line, &victim)) {
		cycles = 10;
		if (!cache_touch(&p->second, line, &victim)) {
			cycles = 60;
			if (victim)
				leaves(m, self, victim - 1);
			if (d->state == EXCLUSIVE) {
				cycles = 90;
				m->forwards++;
				if (!write)
					d->state = SHARED;
			}
		}
	}
	if (write && !(d->state == EXCLUSIVE && d->owner == self)) {
		if (d->sharers & ~(1u << self)) {
			cycles += 40;
			m->upgrades++;
			invalidate_others(m, self, line);
		}
		d->state = EXCLUSIVE;
		d->owner = self;
	} else if (d->state == UNCACHED) {
		d->state = SHARED;
	}
	d->sharers |= 1u << self;
	return cycles;
}

/* The next line that a processor refers to, and whether it writes. */
static uint32_t generate(struct machine *m, unsigned self, int *write)
{
	struct processor *p = &m->processors[self];
	uint32_t r = random_next(&p->random);

	*write = (r >> 8 & 7) < 2;
	if ((r & 15) == 0)
		return LINES - 1 - (r >> 12 & 255); /* shared by all */
	if ((r & 15) < 3) {
		*write = 0;
		p->chase_at = m->chain[p->chase_at];
		return p->chase_at;
	}
	if ((r & 15) == 3)
		p->stride_at = (p->stride_at + 1) & 0x3fff;
	return LINK_LINES + self * 0x4000 + p->stride_at;
}

/* A chain through all of its lines, in an order without neighbourhood. */
static void make_chain(struct machine *m)
{
	for (uint32_t i = 0; i < LINK_LINES; i++)
		m->chain[i] = (i * 20021 + 4099) & (LINK_LINES - 1);
}

/* Each line of a second level has its sharer's bit, and there are as many bits as lines; each line
 * of a first level is in the second. */
static unsigned check(const struct machine *m)
{
	unsigned wrong = 0, bits = 0, lines = 0;

	for (uint32_t line = 0; line < LINES; line++)
		bits += __builtin_popcount(m->directory[line].sharers);
	for (unsigned p = 0; p < PROCESSORS; p++) {
		const struct cache *first = &m->processors[p].first;
		const struct cache *second = &m->processors[p].second;

		for (unsigned i = 0; i < second->sets * second->ways; i++) {
			const struct directory_entry *d;

			if (!second->tags[i])
				continue;
			d = &m->directory[second->tags[i] - 1];
			lines++;
			wrong += !(d->sharers >> p & 1);
			wrong += d->state == EXCLUSIVE && (d->owner != p || d->sharers != 1u << p);
		}
		for (unsigned i = 0; i < first->sets * first->ways; i++)
			wrong += first->tags[i] && !cache_has(second, first->tags[i] - 1);
	}
	return wrong + (bits != lines);
}

int main(int argc, char **argv)
{
	static struct machine m;
	unsigned long references = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
	uint32_t seed = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
	uint64_t first = 0, second = 0;
	unsigned wrong;

	m.directory = need(LINES, sizeof(*m.directory));
	m.chain = need(LINK_LINES, sizeof(*m.chain));
	make_chain(&m);
	for (unsigned p = 0; p < PROCESSORS; p++) {
		cache_init(&m.processors[p].first, 32 << 10, 2);
		cache_init(&m.processors[p].second, 512 << 10, 4);
		m.processors[p].random = (seed * PROCESSORS + p) * 2654435761u | 1;
		m.processors[p].chase_at = p * (LINK_LINES / PROCESSORS);
	}
	for (unsigned long i = 0; i < references; i++) {
		unsigned self = i % PROCESSORS;
		int write;
		uint32_t line = generate(&m, self, &write);
		unsigned cycles = reference(&m, self, line, write);

		m.cycles += cycles;
		m.checksum = (m.checksum << 1 | m.checksum >> 31) ^ (line + cycles);
	}
	wrong = check(&m);
	for (unsigned p = 0; p < PROCESSORS; p++) {
		first += m.processors[p].first.misses;
		second += m.processors[p].second.misses;
	}
	printf("memsys: %lu references, %llu and %llu misses, %llu forwards, %llu upgrades, "
	       "%llu invalidations\n",
	       references, (unsigned long long)first, (unsigned long long)second,
	       (unsigned long long)m.forwards, (unsigned long long)m.upgrades,
	       (unsigned long long)m.invalidations);
	printf("memsys: %llu cycles, checksum %08x\n", (unsigned long long)m.cycles, m.checksum);
	if (wrong)
		printf("memsys: FAILED: %u lines are where the directory does not have them\n",
		       wrong);
	return wrong != 0;
}
