/* SPDX-License-Identifier: MIT */
/*
 * Nanoseconds of the models' operations, each a mean over many with the inputs made beforehand;
 * the time of the loop that reads them is measured and taken off. The machine is the paper's:
 * 32 KB and 1 MB 2-way caches, a 64-entry TLB, a directory of 8 caches.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "models/cache.h"
#include "models/directory.h"
#include "models/l2tlb.h"
#include "models/memory.h"
#include "models/pages.h"
#include "models/tlb.h"

#define N      (1 << 20)
#define ROUNDS 8

static uint64_t input[N];
static volatile uint64_t sink;

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double loop_ns;

/* The best of ROUNDS passes over the inputs: the machine may be shared. `x` is the input. */
#define MEASURE(result, statement)                                \
	do {                                                      \
		double best_ = 1e30;                              \
		for (int round_ = 0; round_ < ROUNDS; round_++) { \
			double start_ = now_ns(), took_;          \
			uint64_t sum = 0;                         \
			for (int i = 0; i < N; i++) {             \
				uint64_t x = input[i];            \
				statement;                        \
			}                                         \
			sink = sum;                               \
			took_ = (now_ns() - start_) / N;          \
			best_ = took_ < best_ ? took_ : best_;    \
		}                                                 \
		result = best_ - loop_ns;                         \
	} while (0)

static void report(const char *what, double ns)
{
	printf("%-58s %7.2f ns\n", what, ns);
}

static void fill(struct rng *rng, uint32_t n)
{
	for (int i = 0; i < N; i++)
		input[i] = rng_below(rng, n);
}

static struct cache filled(uint64_t bytes, uint64_t ways, uint64_t line)
{
	struct cache c;
	struct error err = {0};

	if (cache_init(&c, bytes, ways, line, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		exit(1);
	}
	for (uint64_t l = 0; l < bytes / line; l++)
		cache_fill(&c, cache_victim(&c, l), l, LINE_SHARED);
	return c;
}

static void caches(struct rng *rng)
{
	static const struct {
		const char *hit, *miss;
		uint64_t bytes, ways, line;
	} shapes[] = {
		{"L1 32 KB 2-way: find + touch, hit", "L1 32 KB 2-way: find + victim + fill, miss",
		 32768, 2, 32},
		{"L2 1 MB 2-way: find + touch, hit", "L2 1 MB 2-way: find + victim + fill, miss",
		 1 << 20, 2, 128},
		{"1 MB 8-way: find + touch, hit", "1 MB 8-way: find + victim + fill, miss", 1 << 20,
		 8, 128},
	};
	double ns;

	for (size_t s = 0; s < sizeof(shapes) / sizeof(*shapes); s++) {
		struct cache c = filled(shapes[s].bytes, shapes[s].ways, shapes[s].line);
		uint32_t lines = c.sets * c.ways;

		fill(rng, lines);
		MEASURE(ns, {
			uint32_t id = cache_find(&c, x);
			if (id != CACHE_MISS)
				cache_touch(&c, id);
			sum += id;
		});
		report(shapes[s].hit, ns);
		for (int i = 0; i < N; i++) /* never the same line twice in any set's memory */
			input[i] = lines + (uint64_t)i;
		MEASURE(ns, {
			if (cache_find(&c, x) == CACHE_MISS) {
				uint32_t id = cache_victim(&c, x);
				sum += c.tag[id];
				cache_fill(&c, id, x, LINE_SHARED);
			}
		});
		report(shapes[s].miss, ns);
		cache_release(&c);
	}
}

static void tlbs(struct rng *rng)
{
	struct l2tlb second;
	struct error err = {0};
	struct tlb t;
	double ns;

	tlb_init(&t, 64, 0, 1);
	for (unsigned i = 0; i < 64; i++)
		tlb_write(&t, i,
			  &(struct tlb_entry){
				  .vpn2 = i, .asid = 1, .used = true, .present = {true, true}});
	fill(rng, 128);
	MEASURE(ns, sum += tlb_find(&t, (uint32_t)x << 12, 1));
	report("TLB 64 entries: find, hit, random pages", ns);
	fill(rng, 1 << 19);
	for (int i = 0; i < N; i++)
		input[i] += 128;
	MEASURE(ns, sum += tlb_find(&t, (uint32_t)x << 12, 1));
	report("TLB 64 entries: find, miss", ns);
	MEASURE(ns, sum += tlb_load(&t, (uint32_t)x << 12, 1, false, true));
	report("TLB 64 entries: load in place of a random entry", ns);
	tlb_release(&t);

	if (l2tlb_init(&second, 4096, 4, &err) < 0)
		exit(1);
	for (uint32_t page = 0; page < 4096; page++)
		l2tlb_insert(&second, page << 12, 1, false);
	fill(rng, 4096);
	MEASURE(ns, sum += l2tlb_lookup(&second, (uint32_t)x << 12, 1));
	report("L2TLB 4096 entries 4-way: lookup, hit", ns);
	l2tlb_release(&second);
}

static void directories(struct rng *rng)
{
	struct directory d;
	struct error err = {0};
	static const struct {
		const char *what;
		uint32_t pages;
	} sizes[] = {{"directory: apply, 8 caches, 1,024 lines", 32},
		     {"directory: apply, 8 caches, 1,048,576 lines", 32768}};
	double ns;

	for (size_t s = 0; s < 2; s++) {
		if (directory_init(&d, sizes[s].pages, 32, &err) < 0)
			exit(1);
		/* Cache, read or write in the low bits; what the cache then does follows from the
		 * entry: an upgrade or a hit when it has the line. */
		fill(rng, sizes[s].pages * 32 * 16);
		MEASURE(ns, {
			unsigned cache = x & 7;
			bool write = x >> 3 & 1;
			struct directory_entry *e = directory_at(&d, x >> 4);
			if (!(e->sharers >> cache & 1))
				sum += directory_apply(&d, x >> 4, cache,
						       write ? DIR_WRITE : DIR_READ)
					       .invalidate;
			else if (write && e->state == DIR_SHARED)
				sum += directory_apply(&d, x >> 4, cache, DIR_UPGRADE).invalidate;
			else
				sum += directory_apply(&d, x >> 4, cache,
						       e->state == DIR_SHARED ? DIR_DROP
									      : DIR_WRITEBACK)
					       .invalidate;
		});
		report(sizes[s].what, ns);
		directory_release(&d);
	}
}

static void memories_and_pages(struct rng *rng)
{
	struct memory_queue q = {0};
	struct pages t;
	struct error err = {0};
	double ns;

	fill(rng, 40);
	MEASURE(ns, sum += memory_request(&q, q.free_at + x - 20, 20));
	report("memory: request", ns);
	if (pages_init(&t, 8, 8, 16384, 16384, 128, 0, &err) < 0)
		exit(1);
	for (uint32_t i = 0; i < 16384; i++)
		pages_place(&t, i, i % 8);
	fill(rng, 16384);
	MEASURE(ns, {
		struct page *p = pages_at(&t, (uint32_t)x);
		pages_refresh(&t, p);
		sum += pages_machine(p, i & 7) + p->misses[i & 7]++;
	});
	report("pages: at + refresh + machine + count a miss, 64 MB", ns);
	MEASURE(ns, {
		struct page *p = pages_at(&t, (uint32_t)x);
		sum += (uint64_t)pages_migrate(&t, (uint32_t)x, (p->home + 1u) % 8);
	});
	report("pages: migrate", ns);
	pages_release(&t);
}

int main(void)
{
	struct rng rng = {1};

	fill(&rng, 1000);
	MEASURE(loop_ns, sum += x);
	caches(&rng);
	tlbs(&rng);
	directories(&rng);
	memories_and_pages(&rng);
	return 0;
}
