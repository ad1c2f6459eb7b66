/* SPDX-License-Identifier: MIT */
/*
 * Probes: sharing patterns whose right page placement is known by arithmetic. P processors, F pages
 * (-f) each or together, N passes (-n); a pass touches one word of every line (-s bytes apart, 128
 * by default: L = 32 lines in a page). F pages are more than the second-level cache holds, so each
 * touch of a line is a miss (384 pages = 1.5 MB against 1 MB: an LRU cache of any associativity
 * that is swept in a circle has evicted a line before it comes round again), or the line is dirty
 * in another cache. So every page has N x L misses for each processor that sweeps it.
 *
 * private	F pages each, touched first by processor 0, then used by their owner alone.
 *		First touch: all on node 0, remote share (P-1)/P. Round robin: (P-1)/P too, but
 *		spread over all memories. Migration: a page moves once, to its owner; with a trigger
 *		of T misses the remote share is about (P-1)/P x T/(N x L), and P-1 of P pages move.
 * readshared	F pages together, written by processor 0 before the region, then only read.
 *		First touch and round robin: (P-1)/P remote. Replication: a copy on each node, P-1
 *		for each page, remote share T/(N x L) of the P-1 that had none. No migration.
 * collapse	readshared, but in the middle (phase 2) processor 0 writes one word of every page:
 *		every page with copies collapses to one, once. After that as at the beginning.
 * writeshared	F pages together, all processors add to a word of their own in every line. Each
 *		page has the same misses from all nodes: local share 1/P wherever it lies, nothing
 *		is to be won, pages stay (no migration, no replication).
 * migratory	P chunks of F pages, each under a lock and used by one processor at a time: in pass
 *		i processor p takes chunk (p + i) mod P. A visit misses L times in a page, over all
 *		passes as often from each node. Local share 1/P wherever pages lie; a move at each
 *		visit would save L x (900 - 300) ns = 19 us at a cost of 60 to 100 us: pages stay.
 * phase	F pages each, touched first by their owner; after half of the passes (phase 2) each
 *		is used by the next processor. First touch: first half local, second remote: share
 *		1/2. Round robin: (P-1)/P. Migration: every page moves once, in phase 2; remote
 *		share about T/(N x L).
 *
 * The shares are of the misses of the sweeps; stacks, kernel and roll call (region.c) come on top.
 * The region is what follows the initialisation. Every sum is checked.
 */
#include "traces/guests/libos/libos.h"

#define MAX_BYTES (1u << 29) /* of all sets */

struct probe {
	unsigned pages, passes, stride, threads;
	uint8_t *memory; /* `sets` sets of `pages` pages */
	unsigned sets;
	struct {
		struct lock lock;
	} chunk[MAX_PROCESSORS];
	struct barrier barrier;
	volatile uint32_t wrong; /* readers that saw something else than was written */
};

static uint32_t *set_of(const struct probe *p, unsigned number)
{
	return (uint32_t *)(p->memory + number * p->pages * PAGE_BYTES);
}

static unsigned touches(const struct probe *p)
{
	return p->pages * (PAGE_BYTES / p->stride);
}

/* Adds 1 to a word of every line of a set. */
static void sweep_write(const struct probe *p, unsigned set, unsigned word)
{
	unsigned step = p->stride / 4;
	uint32_t *at = set_of(p, set) + word;

	for (unsigned n = touches(p); n; n--, at += step)
		*(volatile uint32_t *)at += 1;
}

/* Reads a word of every line of set 0, from `first` on and round to it. */
static uint32_t sweep_read(const struct probe *p, unsigned first)
{
	unsigned step = p->stride / 4, count = touches(p);
	uint32_t sum = 0;

	for (unsigned n = first; n < count; n++)
		sum += *(volatile uint32_t *)(set_of(p, 0) + n * step);
	for (unsigned n = 0; n < first; n++)
		sum += *(volatile uint32_t *)(set_of(p, 0) + n * step);
	return sum;
}

static void touch_first(const struct probe *p, unsigned set)
{
	for (unsigned page = 0; page < p->pages; page++)
		*(volatile uint32_t *)((uint8_t *)set_of(p, set) + page * PAGE_BYTES) = 0;
}

static void touch_all(struct probe *p)
{
	for (unsigned set = 0; set < p->sets; set++)
		touch_first(p, set);
}

static void write_ones(struct probe *p)
{
	touch_all(p);
	sweep_write(p, 0, 0);
}

static void run_private(struct probe *p, unsigned self)
{
	for (unsigned i = 0; i < p->passes; i++)
		sweep_write(p, self, 0);
}

/* Each starts at its own place, so that they do not follow each other through the pages. */
static void read_passes(struct probe *p, unsigned self, unsigned passes, uint32_t expected)
{
	for (unsigned i = 0; i < passes; i++)
		if (sweep_read(p, touches(p) * self / p->threads) != expected)
			p->wrong = 1;
}

static void run_readshared(struct probe *p, unsigned self)
{
	read_passes(p, self, p->passes, touches(p));
}

static void run_collapse(struct probe *p, unsigned self)
{
	read_passes(p, self, p->passes / 2, touches(p));
	barrier_wait(&p->barrier);
	phase_mark(2);
	if (self == 0)
		for (unsigned page = 0; page < p->pages; page++)
			set_of(p, 0)[page * (PAGE_BYTES / 4)] += 1;
	barrier_wait(&p->barrier);
	read_passes(p, self, p->passes - p->passes / 2, touches(p) + p->pages);
}

static void run_writeshared(struct probe *p, unsigned self)
{
	for (unsigned i = 0; i < p->passes; i++)
		sweep_write(p, 0, self);
}

static void run_migratory(struct probe *p, unsigned self)
{
	for (unsigned i = 0; i < p->passes; i++) {
		unsigned set = (self + i) % p->threads;

		lock_acquire(&p->chunk[set].lock);
		sweep_write(p, set, 0);
		lock_release(&p->chunk[set].lock);
	}
}

static void run_phase(struct probe *p, unsigned self)
{
	for (unsigned i = 0; i < p->passes; i++) {
		if (i == p->passes / 2) {
			barrier_wait(&p->barrier);
			phase_mark(2);
		}
		sweep_write(p, (self + (i >= p->passes / 2)) % p->threads, 0);
	}
}

/* Every pass of a writer adds 1 to touches() words; what the words must add up to at the end, in
 * units of touches() for each processor, and in words once. */
struct mode {
	const char *name;
	bool one_set;					     /* all processors use the same pages */
	void (*prepare)(struct probe *);		     /* by processor 0 */
	void (*prepare_own)(const struct probe *, unsigned); /* or by each its own set */
	void (*run)(struct probe *, unsigned self);
	bool writes; /* each processor, in each pass */
};
static const struct mode modes[] = {
	{"private", false, touch_all, NULL, run_private, true},
	{"readshared", true, write_ones, NULL, run_readshared, false},
	{"collapse", true, write_ones, NULL, run_collapse, false},
	{"writeshared", true, touch_all, NULL, run_writeshared, true},
	{"migratory", false, touch_all, NULL, run_migratory, true},
	{"phase", false, NULL, touch_first, run_phase, true},
};

struct job {
	struct probe probe;
	const struct mode *mode;
};

static void probe_thread(unsigned self, void *argument)
{
	struct job *job = argument;

	if (job->mode->prepare_own)
		job->mode->prepare_own(&job->probe, self);
	region_begin(job->probe.threads);
	job->mode->run(&job->probe, self);
	region_end(job->probe.threads);
}

/* Returns the exit status. */
static int verify(const struct job *job)
{
	const struct probe *p = &job->probe;
	const uint32_t *word = set_of(p, 0), *end = set_of(p, p->sets);
	uint64_t sum = 0, expected = touches(p);

	for (; word != end; word++)
		sum += *word;
	if (job->mode->writes)
		expected *= p->threads * p->passes;
	else if (job->mode->run == run_collapse)
		expected += p->pages;
	printf("probe: %s: %u pages, %u passes, every %u bytes\n", job->mode->name, p->pages,
	       p->passes, p->stride);
	if (sum == expected && !p->wrong) {
		printf("probe: right\n");
		return 0;
	}
	printf("probe: FAILED: sum %llu, expected %llu; %s\n", (unsigned long long)sum,
	       (unsigned long long)expected,
	       p->wrong ? "a reader saw a wrong sum" : "readers agree");
	return 1;
}

int main(int argc, char **argv)
{
	static struct job job = {.probe = {.pages = 384, .passes = 48, .stride = LINE_BYTES}};
	struct probe *p = &job.probe;
	unsigned processors = processor_count();
	const char *name;
	const struct option table[] = {
		{'f', &p->pages, 1, 1 << 15},
		{'n', &p->passes, 2, 1 << 20},
		{'s', &p->stride, 4, PAGE_BYTES},
		{'p', &p->threads, 1, processors},
		{0},
	};

	p->threads = processors;
	options(argc, argv, table, &name, 1,
		"probe [-f PAGES] [-n PASSES] [-s STRIDE (a power of two)] [-p PROCESSORS] "
		"private|readshared|collapse|writeshared|migratory|phase");
	for (unsigned i = 0; i < sizeof(modes) / sizeof(*modes); i++)
		if (!strcmp(name, modes[i].name))
			job.mode = &modes[i];
	if (!job.mode || p->stride & (p->stride - 1)) {
		fprintf(STANDARD_ERROR, "%s, -s %u: %s\n", name, p->stride,
			job.mode ? "the stride is not a power of two" : "no such probe");
		return 2;
	}
	if (job.mode->run == run_writeshared && p->stride < 4 * p->threads) {
		fprintf(STANDARD_ERROR, "writeshared: -s %u is no room for %u words\n", p->stride,
			p->threads);
		return 2;
	}
	p->sets = job.mode->one_set ? 1 : p->threads;
	if (p->pages > MAX_BYTES / PAGE_BYTES / p->sets)
		die("-f %u: more than %u MB for all processors", p->pages, MAX_BYTES >> 20);
	p->memory = need(PAGE_BYTES, p->sets * p->pages * PAGE_BYTES);
	barrier_init(&p->barrier, p->threads);
	if (job.mode->prepare)
		job.mode->prepare(p);
	parallel(p->threads, probe_thread, &job);
	return verify(&job);
}
