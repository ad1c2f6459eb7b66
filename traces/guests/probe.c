/* SPDX-License-Identifier: MIT */
/*
 * Probes: sharing patterns whose right page placement is known by arithmetic. P processors, F pages
 * (-f), N passes (-n). A pass over a page reads a word of every line (-s bytes apart, 128 by
 * default: L = 32 lines) and, but for readshared, writes one of them, the next one in each pass.
 * F pages are more than the second-level cache holds, so that each touch of a line is a miss: an
 *LRU cache that is swept in a circle has evicted a line before it comes round again, if every set
 *has more lines than ways. In 1 MB with 2 ways that takes 3 x 128 pages; 400 leave room for a few
 * pages that are not neighbours. So a page has N x L misses of each processor that sweeps it.
 *
 * private	F pages each, touched first by processor 0, then used by their owner alone.
 *		First touch: all on node 0, remote share (P-1)/P. Round robin: (P-1)/P too, but
 *		spread over all memories. Migration: P-1 of P pages move once, to their owner; with
 *		a trigger of T misses the remote share is about (P-1)/P x T/(N x L).
 * readshared	F pages together, written by processor 0 before the region, then only read.
 *		First touch and round robin: (P-1)/P remote. Replication: a copy on each node, P-1
 *		for each page, remote share about (P-1)/P x T/(N x L). No migration.
 * collapse	readshared, but in the middle (phase 2) processor 0 writes one word of every page:
 *		every page with copies collapses to one, once. After that as at the beginning.
 * writeshared	F pages together, read and written by all. Each page has the same misses from all
 *		nodes: local share 1/P wherever it lies; nothing is to be won, pages stay (neither
 *		migration nor replication).
 * migratory	F pages in P chunks, each under a lock and used by one processor at a time: in pass
 *		i processor p takes chunk (p + i) mod P; N counts rounds of P visits. A visit misses
 *		L times in a page, as often from each node. Local share 1/P wherever pages lie; a
 *		move at each visit would save L x (900 - 300) ns = 19 us at a cost of 60 to 100 us:
 *		pages stay.
 * phase	F pages each, touched first by their owner; after half of the passes (phase 2) each
 *		is used by the next processor. First touch: first half local, second remote: share
 *		1/2. Round robin: (P-1)/P. Migration: every page moves once, in phase 2, when the
 *		policy has forgotten the first; remote share at least T/(N x L).
 *
 * The shares are of the misses of the sweeps; stacks, kernel and roll call (region.c) come on top.
 * They hold when a page can collect T misses before the policy forgets them. What limits that is
 * the memory of node 0, where private and first touch put everything: P x F x T misses must fit in
 * an interval (8 x 400 x 128 in 100 ms: one in 244 ns). That is why only one line in L is written:
 *a write costs the memory two further visits. With more processors use fewer passes an interval:
 * lower -f is no way (the pages would fit the cache), a longer interval or lower trigger is.
 *
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
	volatile uint32_t turn OWN_LINE;
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

/* Reads a word of every line of pages first..last-1 of a set, and adds 1 to a word of one line of
 * each page. The words read do not matter, that they are read does. */
static void sweep(const struct probe *p, unsigned set, unsigned first, unsigned last, unsigned word,
		  unsigned pass)
{
	unsigned step = p->stride / 4, lines = PAGE_BYTES / p->stride;
	uint32_t *page = set_of(p, set) + first * (PAGE_BYTES / 4);

	for (unsigned n = first; n < last; n++, page += PAGE_BYTES / 4) {
		volatile uint32_t *written = page + pass % lines * step + word;

		for (volatile uint32_t *at = page; at != page + PAGE_BYTES / 4; at += step)
			(void)*at;
		*written += 1;
	}
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

/* One after the other, so that the pages of a set have neighbouring numbers. */
static void touch_own(struct probe *p, unsigned self)
{
	event_wait(&p->turn, self);
	touch_first(p, self);
	monitor_sync(MCALL_SYNC_SIGNAL, &p->turn, MCALL_EVENT, 0);
	p->turn = self + 1;
}

static void touch_all(struct probe *p)
{
	for (unsigned set = 0; set < p->sets; set++)
		touch_first(p, set);
}

static void write_ones(struct probe *p)
{
	unsigned step = p->stride / 4;

	for (unsigned n = 0; n < touches(p); n++)
		set_of(p, 0)[n * step] = 1;
}

static void run_private(struct probe *p, unsigned self)
{
	for (unsigned i = 0; i < p->passes; i++)
		sweep(p, self, 0, p->pages, 0, i);
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

/* Each has its own word in a line, and begins at another line. */
static void run_writeshared(struct probe *p, unsigned self)
{
	for (unsigned i = 0; i < p->passes; i++)
		sweep(p, 0, 0, p->pages, self, i + self);
}

static void run_migratory(struct probe *p, unsigned self)
{
	for (unsigned i = 0; i < p->passes * p->threads; i++) {
		unsigned chunk = (self + i) % p->threads;

		lock_acquire(&p->chunk[chunk].lock);
		sweep(p, 0, p->pages * chunk / p->threads, p->pages * (chunk + 1) / p->threads, 0,
		      i);
		lock_release(&p->chunk[chunk].lock);
	}
}

static void run_phase(struct probe *p, unsigned self)
{
	for (unsigned i = 0; i < p->passes; i++) {
		if (i == p->passes / 2) {
			barrier_wait(&p->barrier);
			phase_mark(2);
		}
		sweep(p, (self + (i >= p->passes / 2)) % p->threads, 0, p->pages, 0, i);
	}
}

struct mode {
	const char *name;
	bool one_set;					    /* all processors use the same pages */
	void (*prepare)(struct probe *);		    /* by processor 0 */
	void (*prepare_own)(struct probe *, unsigned self); /* or by each its own set */
	void (*run)(struct probe *, unsigned self);
	bool writes; /* every processor a word of every page, in every pass */
};
static const struct mode modes[] = {
	{"private", false, touch_all, NULL, run_private, true},
	{"readshared", true, write_ones, NULL, run_readshared, false},
	{"collapse", true, write_ones, NULL, run_collapse, false},
	{"writeshared", true, touch_all, NULL, run_writeshared, true},
	{"migratory", true, touch_all, NULL, run_migratory, true},
	{"phase", false, NULL, touch_own, run_phase, true},
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
	uint64_t sum = 0, expected = touches(p) + (job->mode->run == run_collapse ? p->pages : 0);

	for (; word != end; word++)
		sum += *word;
	if (job->mode->writes)
		expected = (uint64_t)p->pages * p->threads * p->passes;
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
	static struct job job = {.probe = {.pages = 400, .passes = 48, .stride = LINE_BYTES}};
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
