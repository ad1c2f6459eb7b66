/* SPDX-License-Identifier: MIT */
/*
 * The caches and the directory of several processors against an implementation of another kind:
 * the replay keeps tags, states and a directory of sharers; the one here keeps no directory at all.
 * It is the definition of the MSI protocol: every cache is a list of (line, may write), most
 * recently used first, and a write looks through the lists of all others.
 *
 * The references are random, by random processors, in one global order that an event per
 * reference enforces, so timing cannot change a count. Sets lie inside a page in all caches, so
 * placement cannot either.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "sim/base/rng.h"
#include "sim/point.h"

#define CODE	   0x00400000u /* + processor * 4096 -> guest page `processor` */
#define DATA	   0x10000000u /* + n * 4096 -> guest page 16 + n */
#define EVENT_PA   0x00009040u
#define PROCESSORS 4
#define STEPS	   20000

struct shape {
	unsigned l1_bytes, l1_ways, l1_line, l2_bytes, l2_ways, l2_line;
	unsigned pages, hot_lines, write_percent;
	const char *set[16];
};

/* ---- the other implementation ---- */

struct held {
	uint32_t line;
	bool writable;
};
struct list_cache {
	unsigned sets, ways, line_bytes, used[64];
	struct held held[64][8]; /* most recently used first */
};
struct tally {
	uint64_t l1i_misses, l1d_misses, l2_hits, l2_misses, upgrades, dirty, writebacks,
		invalidations;
};
struct node {
	struct list_cache l1i, l1d, l2;
	struct tally tally;
};

static struct held *find(struct list_cache *c, uint32_t line)
{
	unsigned set = line % c->sets;

	for (unsigned i = 0; i < c->used[set]; i++)
		if (c->held[set][i].line == line)
			return &c->held[set][i];
	return NULL;
}

static bool take_out(struct list_cache *c, uint32_t line, struct held *taken)
{
	struct held *h = find(c, line), *list = c->held[line % c->sets];

	if (!h)
		return false;
	*taken = *h;
	memmove(h, h + 1, (size_t)(list + --c->used[line % c->sets] - h) * sizeof(*h));
	return true;
}

static void put_first(struct list_cache *c, struct held h)
{
	struct held *list = c->held[h.line % c->sets];

	memmove(list + 1, list, c->used[h.line % c->sets]++ * sizeof(h));
	list[0] = h;
}

static void use(struct list_cache *c, uint32_t line)
{
	struct held h;

	assert_true(take_out(c, line, &h));
	put_first(c, h);
}

/* The parts of a second-level line leave the first level (or may no longer be written there). */
static void first_level(struct node *n, uint32_t l2_line, bool leave)
{
	struct list_cache *const caches[] = {&n->l1i, &n->l1d};

	for (unsigned i = 0; i < 2; i++) {
		unsigned parts = n->l2.line_bytes / caches[i]->line_bytes;

		for (uint32_t line = l2_line * parts; line < (l2_line + 1) * parts; line++) {
			struct held *h = find(caches[i], line), gone;

			if (h && leave)
				take_out(caches[i], line, &gone);
			else if (h)
				h->writable = false;
		}
	}
}

/* A first-level line that only has to be told that it may be written is no second-level hit. */
static void get(struct node *nodes, struct node *n, uint32_t line, bool write, bool first_level_hit)
{
	struct held *mine = find(&n->l2, line), gone;

	if (mine && (mine->writable || !write)) {
		n->tally.l2_hits += !first_level_hit;
		use(&n->l2, line);
		return;
	}
	for (struct node *o = nodes; o < nodes + PROCESSORS; o++) {
		struct held *theirs = o == n ? NULL : find(&o->l2, line);

		if (!theirs)
			continue;
		n->tally.dirty += theirs->writable;
		if (!write) {
			theirs->writable = false;
			first_level(o, line, false);
			continue;
		}
		take_out(&o->l2, line, &gone);
		first_level(o, line, true);
		o->tally.invalidations++;
	}
	if (mine) {
		n->tally.upgrades++;
		mine->writable = true;
		use(&n->l2, line);
		return;
	}
	n->tally.l2_misses++;
	if (n->l2.used[line % n->l2.sets] == n->l2.ways) {
		gone = n->l2.held[line % n->l2.sets][n->l2.ways - 1];
		n->tally.writebacks += gone.writable;
		take_out(&n->l2, gone.line, &gone);
		first_level(n, gone.line, true);
	}
	put_first(&n->l2, (struct held){line, write});
}

static void refer(struct node *nodes, struct node *n, struct list_cache *l1, uint64_t *misses,
		  uint32_t address, bool write)
{
	uint32_t line = address / l1->line_bytes;
	struct held *h = find(l1, line), gone;

	if (h && (h->writable || !write)) {
		use(l1, line);
		return;
	}
	*misses += !h;
	get(nodes, n, address / n->l2.line_bytes, write, h);
	if (take_out(l1, line, &gone)) {
		put_first(l1, (struct held){line, true});
		return;
	}
	if (l1->used[line % l1->sets] == l1->ways)
		take_out(l1, l1->held[line % l1->sets][l1->ways - 1].line, &gone);
	put_first(l1, (struct held){line, write});
}

/* ---- the same references as a trace ---- */

struct stream {
	struct record records[STEPS * 8];
	unsigned n;
};

static void add(struct stream *s, enum record_kind kind, uint32_t addr, uint32_t arg)
{
	assert_true(s->n < sizeof(s->records) / sizeof(*s->records));
	s->records[s->n++] = record_make(kind, addr, arg);
}

static void begin(struct stream *s, const struct shape *shape)
{
	s->n = 0;
	add(s, RECORD_MODE, 0, MODE_USER);
	for (unsigned i = 0; i < PROCESSORS; i++)
		add(s, RECORD_MAP, CODE + i * 4096, i);
	for (unsigned i = 0; i < shape->pages; i++)
		add(s, RECORD_MAP, DATA + i * 4096, 16 + i);
}

static void step(struct stream *s, unsigned p, unsigned number, bool wait, uint32_t offset,
		 bool write)
{
	if (wait) {
		add(s, RECORD_SYNC_WAIT, EVENT_PA, SYNC_EVENT);
		add(s, RECORD_SYNC_PASS, EVENT_PA, SYNC_EVENT);
		add(s, RECORD_OPERAND, number, 0);
	}
	add(s, RECORD_RUN, CODE + p * 4096, 1);
	add(s, write ? RECORD_STORE : RECORD_LOAD, DATA + offset, REF_ARG(4, 0, 0));
	add(s, RECORD_SYNC_SIGNAL, EVENT_PA, SYNC_EVENT);
}

static json_t *replay(struct stream *streams, const struct shape *shape)
{
	struct trace_info info = {.processors = PROCESSORS,
				  .ram_bytes = 1 << 20,
				  .tlb_entries = 64,
				  .source = "capture",
				  .guest = "made",
				  .command = "",
				  .guest_hash = "0123456789abcdef0123456789abcdef",
				  .board = "bare",
				  .model = "24Kf",
				  .images = "",
				  .core_version = "1"};
	struct error err = {.text = ""};
	char path[] = "/tmp/discosim-coherence-XXXXXX";
	int fd = mkstemp(path);
	struct trace_writer *writer = trace_create(path, &info, TRACE_LZ4, &err);
	struct point point;
	struct trace *trace;
	json_t *result;

	assert_true(fd >= 0);
	close(fd);
	assert_non_null(writer);
	for (unsigned p = 0; p < PROCESSORS; p++)
		if (trace_append(writer, p, streams[p].records, streams[p].n, &err))
			fail_msg("%s", err.text);
	if (trace_finish(writer, &err))
		fail_msg("%s", err.text);
	trace = trace_open(path, &err);
	if (!trace)
		fail_msg("%s", err.text);
	point_init(&point);
	assert_int_equal(point_set_system(&point, "native", &err), 0);
	assert_int_equal(point_set_policy(&point, "round_robin", &err), 0);
	for (unsigned i = 0; shape->set[i]; i += 2)
		if (point_set_parameter(&point, shape->set[i], shape->set[i + 1], &err))
			fail_msg("%s", err.text);
	assert_int_equal(point_add_trace(&point, trace, "made.trace", &err), 0);
	assert_int_equal(point_resolve(&point, &err), 0);
	result = point_run(&point, NULL, NULL, &err);
	if (!result)
		fail_msg("%s", err.text);
	point_release(&point);
	trace_close(trace);
	unlink(path);
	return result;
}

static uint64_t of(const json_t *result, const char *name, unsigned p)
{
	const json_t *value =
		json_array_get(json_object_get(json_object_get(result, "processor"), name), p);

	if (!value)
		fail_msg("no counter %s of processor %u", name, p);
	return (uint64_t)json_integer_value(value);
}

#define SHAPE(l1, l1w, l2, l2w, line, pages, hot, writes)                                         \
	{                                                                                         \
		l1, l1w, 32, l2, l2w, line, pages, hot, writes,                                   \
		{                                                                                 \
			"l1d.size", #l1, "l1d.ways", #l1w, "l1i.line", "32", "l2.size", #l2,      \
				"l2.ways", #l2w, "l2.line", #line, "tlb.refill_cycles", "0", NULL \
		}                                                                                 \
	}

static void random_references_of_four_processors_count_as_the_definition_says(void **state)
{
	static const struct shape shapes[] = {
		SHAPE(512, 2, 4096, 2, 128, 16, 8, 30),	 /* sharing of a few lines */
		SHAPE(512, 1, 2048, 1, 64, 16, 200, 30), /* and capacity */
		SHAPE(1024, 4, 8192, 4, 128, 4, 128, 5), /* read-mostly */
		SHAPE(256, 2, 4096, 2, 32, 8, 40, 90),	 /* write-mostly, lines of one size */
	};
	struct stream *streams = calloc(PROCESSORS, sizeof(*streams));
	struct rng rng = {.state = 42};

	(void)state;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
		const struct shape *s = &shapes[i];
		struct node *nodes = calloc(PROCESSORS, sizeof(*nodes));
		unsigned last = PROCESSORS;
		json_t *r;

		for (unsigned p = 0; p < PROCESSORS; p++) {
			struct node *n = &nodes[p];

			n->l1i = (struct list_cache){.sets = 64, .ways = 2, .line_bytes = 32};
			n->l1d = (struct list_cache){.sets = s->l1_bytes / s->l1_ways / 32,
						     .ways = s->l1_ways,
						     .line_bytes = 32};
			n->l2 = (struct list_cache){.sets = s->l2_bytes / s->l2_ways / s->l2_line,
						    .ways = s->l2_ways,
						    .line_bytes = s->l2_line};
			begin(&streams[p], s);
		}
		for (unsigned k = 0; k < STEPS; k++) {
			unsigned p = (unsigned)(rng_next(&rng) % PROCESSORS);
			bool write = rng_next(&rng) % 100 < s->write_percent;
			uint32_t offset = (uint32_t)(rng_next(&rng) % (s->pages * 1024)) * 4;

			if (rng_next(&rng) % 2) /* half of them to a few lines */
				offset = (uint32_t)(rng_next(&rng) % s->hot_lines) * 32;
			step(&streams[p], p, k, p != last, offset, write);
			if (p != last) /* who passes an event reads it */
				refer(nodes, &nodes[p], &nodes[p].l1d, &nodes[p].tally.l1d_misses,
				      EVENT_PA, false);
			refer(nodes, &nodes[p], &nodes[p].l1i, &nodes[p].tally.l1i_misses,
			      CODE + p * 4096, false);
			refer(nodes, &nodes[p], &nodes[p].l1d, &nodes[p].tally.l1d_misses,
			      DATA + offset, write);
			last = p;
		}
		r = replay(streams, s);
		for (unsigned p = 0; p < PROCESSORS; p++) {
			const struct tally *t = &nodes[p].tally;

			assert_int_equal(of(r, "l1i_misses", p), t->l1i_misses);
			assert_int_equal(of(r, "l1d_misses", p), t->l1d_misses);
			assert_int_equal(of(r, "l2_hits", p), t->l2_hits);
			assert_int_equal(of(r, "l2_local_data", p) + of(r, "l2_remote_data", p) +
						 of(r, "l2_local_code", p) +
						 of(r, "l2_remote_code", p),
					 t->l2_misses);
			assert_int_equal(of(r, "upgrades", p), t->upgrades);
			assert_int_equal(of(r, "l2_dirty", p), t->dirty);
			assert_int_equal(of(r, "writebacks", p), t->writebacks);
			assert_int_equal(of(r, "invalidations", p), t->invalidations);
			assert_true(t->dirty > 100 && t->invalidations > 100 && t->l2_hits > 100);
		}
		json_decref(r);
		free(nodes);
	}
	free(streams);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_references_of_four_processors_count_as_the_definition_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
