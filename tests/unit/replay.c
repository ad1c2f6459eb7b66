/* SPDX-License-Identifier: MIT */
/*
 * The replay on small traces made here, against times computed by hand. At 400 MHz a cycle is
 * 2.5 ns: an L2 hit takes 20 cycles, a local miss 120, a remote one 360, a dirty one 620, and a
 * request occupies a memory for 56. A guest page n lies on node n mod N where a test says
 * round_robin. Every processor has its code in one line, so that its first instruction misses once
 * and no other does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "sim/base/rng.h"
#include "sim/point.h"

#define MAX_RECORDS 65536
#define CODE	    0x00400000u /* + processor * 4096 -> guest page `processor` */
#define DATA	    0x10000000u /* + n * 4096 -> guest page 16 + n */
#define LOCK_PA	    0x00009040u
#define CHARGED	    136 /* first 16 instructions: a local miss and themselves */

/* A trace being made: a list of records per processor. */
struct script {
	unsigned processors, tlb_entries;
	struct record *records[8];
	unsigned n[8];
};

static void add(struct script *s, unsigned p, enum record_kind kind, uint32_t addr, uint32_t arg)
{
	assert_true(s->n[p] < MAX_RECORDS);
	s->records[p][s->n[p]++] = record_make(kind, addr, arg);
}

static void begin(struct script *s, unsigned processors)
{
	*s = (struct script){.processors = processors, .tlb_entries = 64};
	for (unsigned p = 0; p < processors; p++) {
		s->records[p] = calloc(MAX_RECORDS, sizeof(struct record));
		add(s, p, RECORD_MODE, 0, MODE_USER);
		for (unsigned i = 0; i < 8; i++)
			add(s, p, RECORD_MAP, CODE + i * 4096, i);
		for (unsigned i = 0; i < 16; i++)
			add(s, p, RECORD_MAP, DATA + i * 4096, 16 + i);
	}
}

/* 16 instructions of one line, `times` times. */
static void work(struct script *s, unsigned p, unsigned times)
{
	while (times--)
		add(s, p, RECORD_RUN, CODE + p * 4096, 16);
}

/* One instruction that references. */
static void refer(struct script *s, unsigned p, enum record_kind kind, uint32_t va)
{
	add(s, p, RECORD_RUN, CODE + p * 4096, 1);
	add(s, p, kind, va, REF_ARG(4, 0, 0));
}

static void load(struct script *s, unsigned p, uint32_t va)
{
	refer(s, p, RECORD_LOAD, va);
}

static void store(struct script *s, unsigned p, uint32_t va)
{
	refer(s, p, RECORD_STORE, va);
}

static void wait_pass(struct script *s, unsigned p, uint32_t pa, unsigned class, unsigned count)
{
	add(s, p, RECORD_SYNC_WAIT, pa, class);
	add(s, p, RECORD_RUN, CODE + p * 4096 + 2048, 100); /* spinning */
	add(s, p, RECORD_LOAD, DATA, REF_ARG(4, 0, 50));
	add(s, p, RECORD_SYNC_PASS, pa, class);
	add(s, p, RECORD_OPERAND, count, 0);
}

/* A refill handler of 8 instructions at KSEG0 page 8, for a page of DATA. */
static void refill(struct script *s, unsigned p, uint32_t va, unsigned index)
{
	add(s, p, RECORD_EXCEPTION, CODE, 2 | EXC_REFILL);
	add(s, p, RECORD_OPERAND, va, 0);
	add(s, p, RECORD_MODE, 0, MODE_KERNEL | MODE_EXL);
	add(s, p, RECORD_RUN, 0x80008000, 8);
	add(s, p, RECORD_PRIVILEGED, 0x80008000, PRIV_MFC0);
	add(s, p, RECORD_PRIVILEGED, 0x80008008, PRIV_MTC0);
	add(s, p, RECORD_PRIVILEGED, 0x8000800c, PRIV_MTC0);
	add(s, p, RECORD_TLB_WRITE, va & ~0x1fffu,
	    index | TLBW_RANDOM | TLBW_VALID0 | TLBW_VALID1 | TLBW_DIRTY0 | TLBW_DIRTY1 | 12 << 16);
	add(s, p, RECORD_ERET, CODE, 0);
	add(s, p, RECORD_MODE, 0, MODE_USER);
}

/* What a test asks for; texts end with NULL. */
struct setting {
	const char *system, *policy;
	const char *set[16]; /* key, value, ... */
};

static json_t *try_replay(struct script *s, const struct setting *setting, struct error *err)
{
	struct trace_info info = {.processors = s->processors,
				  .ram_bytes = 1 << 20,
				  .tlb_entries = s->tlb_entries,
				  .source = "capture",
				  .guest = "made",
				  .command = "",
				  .guest_hash = "0123456789abcdef0123456789abcdef",
				  .core_version = "1"};
	char path[] = "/tmp/discosim-replay-XXXXXX";
	int fd = mkstemp(path);
	struct trace_writer *writer = trace_create(path, &info, TRACE_LZ4, err);
	struct point point;
	struct trace *trace;
	json_t *result;

	assert_true(fd >= 0);
	close(fd);
	assert_non_null(writer);
	for (unsigned p = 0; p < s->processors; p++)
		if (trace_append(writer, p, s->records[p], s->n[p], err))
			fail_msg("%s", err->text);
	if (trace_finish(writer, err))
		fail_msg("%s", err->text);
	trace = trace_open(path, err);
	if (!trace)
		fail_msg("%s", err->text);
	point_init(&point);
	assert_int_equal(point_set_system(&point, setting->system, err), 0);
	if (setting->policy)
		assert_int_equal(point_set_policy(&point, setting->policy, err), 0);
	for (unsigned i = 0; setting->set[i]; i += 2)
		if (point_set_parameter(&point, setting->set[i], setting->set[i + 1], err))
			fail_msg("%s", err->text);
	assert_int_equal(point_add_trace(&point, trace, "made.trace", err), 0);
	assert_int_equal(point_resolve(&point, err), 0);
	result = point_run(&point, NULL, NULL, err);
	point_release(&point);
	trace_close(trace);
	unlink(path);
	return result;
}

static void drop(struct script *s)
{
	for (unsigned p = 0; p < s->processors; p++)
		free(s->records[p]);
}

static json_t *replay(struct script *s, const struct setting *setting)
{
	struct error err = {.text = ""};
	json_t *result = try_replay(s, setting, &err);

	if (!result)
		fail_msg("%s", err.text);
	drop(s);
	return result;
}

static void replay_fails(struct script *s, const struct setting *setting, const char *text)
{
	struct error err = {.text = ""};

	assert_null(try_replay(s, setting, &err));
	assert_string_equal(err.text, text);
	drop(s);
}

static uint64_t of(const json_t *r, const char *name)
{
	const json_t *value = json_object_get(json_object_get(r, "machine"), name);

	if (!value)
		fail_msg("no counter %s", name);
	return (uint64_t)json_integer_value(value);
}

static uint64_t at(const json_t *r, const char *dimension, const char *name, unsigned i)
{
	const json_t *value =
		json_array_get(json_object_get(json_object_get(r, dimension), name), i);

	if (!value)
		fail_msg("no counter %s of %s %u", name, dimension, i);
	return (uint64_t)json_integer_value(value);
}

static uint64_t p(const json_t *r, unsigned processor, const char *name)
{
	return at(r, "processor", name, processor);
}

/* A stall of either mode: "cache", "local", "remote". */
static uint64_t stalled(const json_t *r, unsigned processor, const char *where)
{
	char user[32], kernel[32];

	snprintf(user, sizeof(user), "user_%s_cycles", where);
	snprintf(kernel, sizeof(kernel), "kernel_%s_cycles", where);
	return p(r, processor, user) + p(r, processor, kernel);
}

#define NO_TLB "tlb.refill_cycles", "0"

static void a_miss_to_the_own_memory_takes_300_ns(void **state)
{
	static const struct setting native = {"native", "first_touch", {NULL}};
	struct script s;
	json_t *r;

	(void)state;
	begin(&s, 1);
	load(&s, 0, DATA);
	load(&s, 0, DATA + 4);	/* the same first-level line */
	load(&s, 0, DATA + 32); /* the same second-level line */
	r = replay(&s, &native);
	assert_int_equal(p(r, 0, "user_cycles"), 3);
	assert_int_equal(p(r, 0, "kernel_tlb_cycles"),
			 2 * 14); /* code and data: no handler is traced */
	assert_int_equal(stalled(r, 0, "local"), 2 * 120);
	assert_int_equal(stalled(r, 0, "cache"), 20);
	assert_int_equal(of(r, "time_cycles"), 3 + 28 + 240 + 20);
	assert_int_equal(of(r, "l2_local_data"), 1);
	assert_int_equal(of(r, "l2_local_code"), 1);
	assert_int_equal(of(r, "l1d_misses"), 2);
	assert_int_equal(of(r, "tlb_misses"), 2);
	json_decref(r);
}

static void a_miss_to_another_node_takes_900_ns(void **state)
{
	static const struct setting native = {
		"native", "round_robin", {"machine.nodes", "2", NO_TLB, NULL}};
	struct script s;
	json_t *r;

	(void)state;
	begin(&s, 1);
	load(&s, 0, DATA + 0x1000); /* guest page 17: node 1 */
	r = replay(&s, &native);
	assert_int_equal(stalled(r, 0, "remote"), 360);
	assert_int_equal(of(r, "l2_remote_data"), 1);
	assert_int_equal(of(r, "time_cycles"), 120 + 1 + 360);
	assert_int_equal(at(r, "node", "requests", 1), 1);
	assert_int_equal(at(r, "node", "busy_cycles", 1), 56);
	json_decref(r);
}

static void a_line_dirty_in_a_third_node_takes_1550_ns(void **state)
{
	static const struct setting native = {"native", "round_robin", {NO_TLB, NULL}};
	struct script s;
	json_t *r;

	(void)state;
	begin(&s, 3);
	work(&s, 0, 100);
	load(&s, 0, DATA + 0x1000);  /* guest page 17: node 2 */
	store(&s, 1, DATA + 0x1000); /* long before */
	r = replay(&s, &native);
	assert_int_equal(stalled(r, 1, "remote"), 360);
	assert_int_equal(stalled(r, 0, "remote"), 620);
	assert_int_equal(p(r, 0, "l2_dirty"), 1);
	assert_int_equal(of(r, "time_cycles"), 120 + 1600 + 1 + 620);
	/* the sharing writeback occupies the home too */
	assert_int_equal(at(r, "node", "busy_cycles", 2), 3 * 56);
	json_decref(r);
}

static void a_dirty_line_is_further_when_remote_is_further_unless_said_otherwise(void **state)
{
	static const struct {
		struct setting setting;
		uint64_t stall; /* cycles of 2.5 ns */
	} cases[] = {
		{{"native", "round_robin", {NO_TLB, "latency.remote_ns", "1800", NULL}}, 1240},
		{{"native", "round_robin", {NO_TLB, "latency.dirty_ns", "2000", NULL}}, 800},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct script s;
		json_t *r;

		begin(&s, 3);
		work(&s, 0, 1000);
		load(&s, 0, DATA + 0x1000);
		store(&s, 1, DATA + 0x1000);
		r = replay(&s, &cases[i].setting);
		assert_int_equal(p(r, 0, "l2_dirty"), 1);
		assert_int_equal(stalled(r, 0, "remote"), cases[i].stall);
		json_decref(r);
	}
}

static void two_misses_at_once_queue_at_their_home(void **state)
{
	static const struct setting native = {
		"native", "round_robin", {"machine.nodes", "3", NO_TLB, NULL}};
	struct script s;
	json_t *r;

	(void)state;
	begin(&s, 2);		    /* on nodes 0 and 1 */
	load(&s, 0, DATA + 0x1000); /* guest page 17: node 2 */
	load(&s, 1, DATA + 0x1080);
	r = replay(&s, &native);
	assert_int_equal(stalled(r, 0, "remote"), 360);
	assert_int_equal(stalled(r, 1, "remote"), 360 + 56);
	assert_int_equal(p(r, 1, "queue_cycles"), 56);
	assert_int_equal(p(r, 0, "idle_cycles"), 56);
	assert_int_equal(at(r, "node", "wait_cycles", 2), 56);
	json_decref(r);
}

static void uma_takes_300_ns_for_every_miss_and_has_no_queue(void **state)
{
	static const struct setting uma = {
		"uma", "round_robin", {"machine.nodes", "3", NO_TLB, NULL}};
	struct script s;
	json_t *r;

	(void)state;
	begin(&s, 2);
	load(&s, 0, DATA + 0x1000);
	load(&s, 1, DATA + 0x1080);
	r = replay(&s, &uma);
	assert_int_equal(stalled(r, 0, "local"), 240);
	assert_int_equal(stalled(r, 1, "local"), 240);
	assert_int_equal(of(r, "time_cycles"), 241);
	assert_int_equal(of(r, "queue_cycles"), 0);
	json_decref(r);
}

static void a_write_to_a_shared_line_invalidates_the_others(void **state)
{
	static const struct setting native = {"native", "round_robin", {NO_TLB, NULL}};
	struct script s;
	json_t *r;

	(void)state;
	begin(&s, 2);
	load(&s, 0, DATA); /* guest page 16: node 0 */
	load(&s, 1, DATA);
	work(&s, 0, 100);
	store(&s, 0, DATA);
	store(&s, 0, DATA); /* a hit */
	work(&s, 1, 300);
	load(&s, 1, DATA); /* dirty in the home's cache */
	r = replay(&s, &native);
	assert_int_equal(p(r, 0, "upgrades"), 1);
	assert_int_equal(stalled(r, 0, "local"), 120 + 120 + 120);
	assert_int_equal(p(r, 1, "invalidations"), 1);
	assert_int_equal(p(r, 1, "l2_dirty"), 1);
	assert_int_equal(stalled(r, 1, "remote") - p(r, 1, "queue_cycles"), 2 * 360);
	json_decref(r);
}

static void a_lock_is_passed_in_the_traced_order(void **state)
{
	static const struct setting native = {"native", "round_robin", {NO_TLB, NULL}};
	struct script s;
	json_t *r;

	(void)state;
	begin(&s, 2);
	work(&s, 0, 1);
	wait_pass(&s, 0, LOCK_PA, SYNC_LOCK, 0); /* free: page 9 is on node 1 */
	work(&s, 0, 62);
	add(&s, 0, RECORD_SYNC_SIGNAL, LOCK_PA, SYNC_LOCK);
	work(&s, 1, 1);
	wait_pass(&s, 1, LOCK_PA, SYNC_LOCK, 1); /* needs the release */
	r = replay(&s, &native);
	assert_int_equal(stalled(r, 0, "remote"), 360);
	assert_int_equal(p(r, 0, "sync_cycles"), 0);
	/* released at 136 + 360 + 992; the waiter came at 136, and its store finds the line dirty
	 */
	assert_int_equal(p(r, 1, "sync_cycles"), 1488 - CHARGED);
	assert_int_equal(stalled(r, 1, "remote"), 360);
	assert_int_equal(of(r, "time_cycles"), 1488 + 360);
	assert_int_equal(of(r, "sync_passes"), 2);
	assert_int_equal(of(r, "sync_waits"), 1);
	json_decref(r);
}

static void spinning_is_dropped_and_accounted(void **state)
{
	static const struct setting native = {"native", "round_robin", {NO_TLB, NULL}};
	struct script s;
	json_t *r;

	(void)state;
	begin(&s, 1);
	work(&s, 0, 1);
	add(&s, 0, RECORD_SYNC_WAIT, LOCK_PA, SYNC_LOCK);
	add(&s, 0, RECORD_RUN, CODE + 2048, 1000);
	add(&s, 0, RECORD_LOAD, DATA, REF_ARG(4, 0, 50));
	refill(&s, 0, DATA + 0x2000, 3); /* an exception among the spinning */
	add(&s, 0, RECORD_RUN, CODE + 2048, 100);
	add(&s, 0, RECORD_STORE, DATA, REF_ARG(4, REF_LINKED, 99));
	add(&s, 0, RECORD_SYNC_PASS, LOCK_PA, SYNC_LOCK);
	add(&s, 0, RECORD_OPERAND, 0, 0);
	r = replay(&s, &native);
	assert_int_equal(of(r, "dropped_instructions"), 1108);
	assert_int_equal(of(r, "dropped_references"), 2);
	assert_int_equal(of(r, "instructions"), 1124);
	assert_int_equal(of(r, "tlb_dropped"), 1);
	assert_int_equal(of(r, "time_cycles"), CHARGED + 120); /* the lock's line */
	json_decref(r);
}

static void a_barrier_of_three_lets_all_go_when_the_last_comes(void **state)
{
	static const struct setting native = {"native", "round_robin", {NO_TLB, NULL}};
	static const unsigned times[3] = {10, 100, 50};
	struct script s;
	json_t *r;

	(void)state;
	begin(&s, 3);
	for (unsigned i = 0; i < 3; i++) {
		work(&s, i, times[i]);
		add(&s, i, RECORD_SYNC_SIGNAL, LOCK_PA, SYNC_BARRIER);
		wait_pass(&s, i, LOCK_PA, SYNC_BARRIER, 3);
	}
	r = replay(&s, &native);
	assert_int_equal(p(r, 0, "sync_cycles"), (100 - 10) * 16);
	assert_int_equal(p(r, 1, "sync_cycles"), 0);
	assert_int_equal(p(r, 2, "sync_cycles"), (100 - 50) * 16);
	assert_int_equal(of(r, "sync_passes"), 3);
	json_decref(r);
}

static void a_lock_taken_by_a_handler_inside_spinning_keeps_its_order(void **state)
{
	static const struct setting native = {"native", "round_robin", {NO_TLB, NULL}};
	struct script s;
	json_t *r;

	(void)state;
	begin(&s, 2);
	work(&s, 0, 1);
	add(&s, 0, RECORD_SYNC_WAIT, LOCK_PA, SYNC_BARRIER);
	add(&s, 0, RECORD_SYNC_WAIT, LOCK_PA + 128, SYNC_LOCK); /* a kernel's, in between */
	add(&s, 0, RECORD_SYNC_PASS, LOCK_PA + 128, SYNC_LOCK);
	add(&s, 0, RECORD_OPERAND, 1, 0);
	add(&s, 0, RECORD_SYNC_SIGNAL, LOCK_PA + 128, SYNC_LOCK);
	add(&s, 0, RECORD_SYNC_PASS, LOCK_PA, SYNC_BARRIER);
	add(&s, 0, RECORD_OPERAND, 0, 0);
	work(&s, 1, 100);
	add(&s, 1, RECORD_SYNC_SIGNAL, LOCK_PA + 128, SYNC_LOCK);
	work(&s, 1, 100);
	wait_pass(&s, 1, LOCK_PA + 128, SYNC_LOCK, 2);
	r = replay(&s, &native);
	assert_int_equal(p(r, 0, "sync_cycles"), 99 * 16);
	assert_int_equal(p(r, 1, "sync_cycles"), 0);
	assert_int_equal(of(r, "sync_passes"), 3);
	json_decref(r);
}

static void refills_of_the_traced_tlb_are_those_of_the_trace(void **state)
{
	static const struct setting native = {"native", "first_touch", {NULL}};
	struct script s;
	json_t *r;

	(void)state;
	begin(&s, 1);
	for (unsigned i = 0; i < 8; i++) { /* one entry: each write replaces the one before */
		add(&s, 0, RECORD_TLB_WRITE, CODE, 0 | TLBW_VALID0 | 12 << 16);
		work(&s, 0, 1);
		refill(&s, 0, DATA + (i % 4) * 0x2000, 7);
		load(&s, 0, DATA + (i % 4) * 0x2000);
	}
	r = replay(&s, &native);
	assert_int_equal(of(r, "tlb_handled"), 8);
	assert_int_equal(of(r, "tlb_misses"), 8);
	assert_int_equal(p(r, 0, "kernel_tlb_cycles"), 0);
	assert_int_equal(p(r, 0, "kernel_cycles"), 8 * 8);
	json_decref(r);
}

static void a_larger_tlb_skips_handlers_of_the_trace(void **state)
{
	static const struct setting native = {
		"native", "first_touch", {"tlb.entries", "1024", NULL}};
	struct script s;
	json_t *r;

	(void)state;
	begin(&s, 1);
	for (unsigned i = 0; i < 8; i++) {
		work(&s, 0, 1);
		refill(&s, 0, DATA + (i % 4) * 0x2000, 7);
		load(&s, 0, DATA + (i % 4) * 0x2000);
	}
	r = replay(&s, &native);
	assert_int_equal(of(r, "tlb_handled"), 4);
	assert_int_equal(of(r, "tlb_skipped"), 4);
	assert_int_equal(of(r, "skipped_instructions"), 4 * 8);
	assert_int_equal(p(r, 0, "kernel_cycles"), 4 * 8);
	json_decref(r);
}

/* Two pages of a pair, no handler in the trace: one miss for the code's pair, one for theirs. */
static void a_refill_without_a_handler_loads_both_pages_of_the_pair(void **state)
{
	static const struct setting native = {"native", "first_touch", {"tlb.entries", "32", NULL}};
	static const struct setting disco = {"disco", "first_touch", {NULL}};
	static const struct setting *both[] = {&native, &disco};

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct script s;
		json_t *r;

		begin(&s, 1);
		load(&s, 0, DATA);
		load(&s, 0, DATA + 4096);
		r = replay(&s, both[i]);
		assert_int_equal(of(r, "tlb_misses"), 2);
		assert_int_equal(of(r, "forwarded"), i ? 2 : 0);
		json_decref(r);
	}
}

static void the_l2tlb_learns_and_loads_both_pages_of_a_pair(void **state)
{
	/* one entry: code and data take it from each other */
	static const struct setting disco = {"disco", "first_touch", {"tlb.entries", "1", NULL}};
	struct script s;
	json_t *r;

	(void)state;
	begin(&s, 1);
	load(&s, 0, DATA);
	load(&s, 0, DATA + 4096); /* its instruction's page is an L2TLB hit, and so is its own */
	add(&s, 0, RECORD_LOAD, DATA, REF_ARG(4, 0, 0)); /* came with it */
	r = replay(&s, &disco);
	assert_int_equal(of(r, "forwarded"), 2);
	assert_int_equal(of(r, "l2tlb_hits"), 2);
	assert_int_equal(of(r, "tlb_misses"), 4);
	json_decref(r);
}

/* Processor 1 only touches the page's neighbour, with a handler that loads both. */
static void a_move_drops_a_translation_that_came_with_its_pair(void **state)
{
	static const struct setting native = {
		"native", "disco:trigger=4", {"memory.service_ns", "0", NULL}};
	struct script s;
	json_t *r;

	(void)state;
	begin(&s, 3);
	store(&s, 0, DATA);
	refill(&s, 1, DATA + 4096, 7);
	load(&s, 1, DATA + 4096);
	work(&s, 1, 4000);
	work(&s, 2, 100);
	for (unsigned i = 1; i <= 8; i++)
		load(&s, 2, DATA + i * 128);
	r = replay(&s, &native);
	assert_int_equal(of(r, "migrations"), 1);
	assert_int_equal(p(r, 1, "shootdowns"), 1);
	json_decref(r);
}

static void disco_emulates_a_forwarded_refill_and_skips_one_its_l2tlb_knows(void **state)
{
	/* one entry, so that every page change misses; the L2TLB holds all */
	static const struct setting disco = {"disco", "first_touch", {"tlb.entries", "1", NULL}};
	struct script s;
	json_t *r;

	(void)state;
	begin(&s, 1);
	refill(&s, 0, DATA, 7); /* forwarded: kernel faults at KSEG0, then the write */
	add(&s, 0, RECORD_RUN, 0x80008000, 1);
	refill(&s, 0, DATA, 7); /* the kernel page took the entry: L2TLB hit */
	r = replay(&s, &disco);
	assert_int_equal(of(r, "forwarded"), 1);
	assert_int_equal(of(r, "tlb_handled"), 1);
	assert_int_equal(of(r, "tlb_skipped"), 1);
	/* KSEG0: first by the handler, and again after the handler's TLB write took its entry */
	assert_int_equal(of(r, "kernel_faults"), 2);
	assert_int_equal(of(r, "l2tlb_hits"), 2);
	assert_int_equal(p(r, 0, "monitor_trap_cycles"), 30);
	/* a set's line misses when it is first read; ASID 0's sets are the global ones */
	assert_int_equal(p(r, 0, "monitor_fault_cycles"), 120 + 60 + 17);
	assert_int_equal(p(r, 0, "monitor_tlb_cycles"), 120 + 17);
	assert_int_equal(p(r, 0, "monitor_privileged_cycles"), 3 * 30 + 30);
	assert_int_equal(p(r, 0, "monitor_tlb_write_cycles"), 60);
	assert_int_equal(of(r, "emulated_mtc0"), 2);
	assert_int_equal(of(r, "emulated_mfc0"), 1);
	assert_int_equal(of(r, "emulated_eret"), 1);
	assert_int_equal(of(r, "emulated_tlb_writes"), 1);
	assert_int_equal(of(r, "skipped_instructions"), 8);
	json_decref(r);
}

static void disco_charges_traps_privileged_instructions_and_zeroing(void **state)
{
	static const struct setting disco = {"disco", "first_touch", {NULL}};
	static const struct setting native = {"native", "first_touch", {NO_TLB, NULL}};
	const struct setting *settings[2] = {&disco, &native};

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct script s;
		json_t *r;

		begin(&s, 1);
		work(&s, 0, 1);
		add(&s, 0, RECORD_EXCEPTION, CODE, 8); /* system call */
		add(&s, 0, RECORD_OPERAND, 4001, 0);
		add(&s, 0, RECORD_ZERO_BEGIN, 20, 0);
		work(&s, 0, 64);
		add(&s, 0, RECORD_ZERO_END, 20, 0);
		add(&s, 0, RECORD_ERET, CODE, 0);
		r = replay(&s, settings[i]);
		assert_int_equal(of(r, "traps"), i ? 0 : 1);
		assert_int_equal(of(r, "zeroed_pages"), i ? 0 : 1);
		assert_int_equal(p(r, 0, "monitor_call_cycles"), i ? 0 : 3960);
		assert_int_equal(p(r, 0, "monitor_privileged_cycles"), i ? 0 : 4 * 30 + 30);
		assert_int_equal(p(r, 0, "monitor_tlb_write_cycles"), i ? 0 : 60);
		assert_int_equal(of(r, "skipped_instructions"), i ? 0 : 1024);
		assert_int_equal(p(r, 0, "kernel_cycles"), i ? 1024 : 0);
		json_decref(r);
	}
}

/* Processor 0 touches the page first; then processor 1 misses on `lines` lines of it. */
static void private_page_of_another(struct script *s, unsigned lines)
{
	begin(s, 2);
	work(s, 0, 1);
	store(s, 0, DATA);
	work(s, 0, 4000); /* it is still there when the page moves */
	work(s, 1, 100);
	for (unsigned i = 1; i <= lines; i++)
		load(s, 1, DATA + i * 128);
}

static void a_page_of_one_user_migrates_at_the_trigger(void **state)
{
	static const struct setting native = {
		"native", "disco:trigger=4", {NO_TLB, "memory.service_ns", "0", NULL}};
	struct script s;
	json_t *r;

	(void)state;
	private_page_of_another(&s, 20);
	r = replay(&s, &native);
	assert_int_equal(of(r, "migrations"), 1);
	assert_int_equal(p(r, 1, "l2_remote_data"), 4);
	assert_int_equal(p(r, 1, "l2_local_data"), 16);
	/* (32000 + 2 * 4375) ns; the others' interrupt 2000 ns */
	assert_int_equal(p(r, 1, "monitor_move_cycles"), 16300 - 800);
	assert_int_equal(p(r, 0, "monitor_move_cycles"), 800);
	assert_int_equal(p(r, 0, "shootdowns"), 1);
	assert_int_equal(of(r, "hot_events"), 5); /* again at each multiple: already there */
	assert_int_equal(of(r, "hot_pages"), 1);
	assert_int_equal(at(r, "node", "pages", 1), 2); /* its code and the page */
	json_decref(r);
}

static void one_miss_before_the_trigger_nothing_moves(void **state)
{
	static const struct setting native = {"native", "disco:trigger=4", {NO_TLB, NULL}};
	struct script s;
	json_t *r;

	(void)state;
	private_page_of_another(&s, 3);
	r = replay(&s, &native);
	assert_int_equal(of(r, "hot_events"), 0);
	assert_int_equal(of(r, "migrations"), 0);
	json_decref(r);
}

static void counters_are_reset_after_the_interval(void **state)
{
	static const struct setting native = {
		"native", "disco:trigger=4,interval_ms=1", {NO_TLB, NULL}};
	struct script s;
	json_t *r;

	(void)state;
	private_page_of_another(&s, 3);
	work(&s, 1, 400000 / 16);
	load(&s, 1, DATA + 4 * 128);
	r = replay(&s, &native);
	assert_int_equal(of(r, "intervals"), 1);
	assert_int_equal(of(r, "migrations"), 0);
	json_decref(r);
}

static void a_full_node_gets_no_page(void **state)
{
	/* two frames a node: code and one page */
	static const struct setting native = {
		"native", "disco:trigger=4", {"memory.node_bytes", "8192", NO_TLB, NULL}};
	struct script s;
	json_t *r;

	(void)state;
	begin(&s, 2);
	store(&s, 0, DATA);
	work(&s, 1, 100);
	store(&s, 1, DATA + 0x1000);
	for (unsigned i = 1; i < 5; i++)
		load(&s, 1, DATA + i * 128);
	r = replay(&s, &native);
	assert_int_equal(of(r, "no_memory"), 1);
	assert_int_equal(of(r, "migrations"), 0);
	json_decref(r);
}

static void an_unmapped_kernel_page_cannot_move_on_the_bare_machine(void **state)
{
	static const struct setting settings[2] = {
		{"native", "disco:trigger=4", {NO_TLB, NULL}},
		{"disco", "disco:trigger=4", {NO_TLB, NULL}},
	};

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct script s;
		json_t *r;

		begin(&s, 2);
		store(&s, 0, 0x80010000);
		work(&s, 0, 4000);
		work(&s, 1, 100);
		for (unsigned line = 1; line < 10; line++)
			load(&s, 1, 0x80010000 + line * 128);
		r = replay(&s, &settings[i]);
		assert_int_equal(of(r, "migrations"), i ? 1 : 0);
		assert_int_equal(of(r, "refused"), i ? 0 : 2);
		json_decref(r);
	}
}

/* Both read four lines of a page on node 0, then processor 1 more of them. */
static void read_shared(struct script *s)
{
	begin(s, 2);
	for (unsigned i = 0; i < 4; i++)
		load(s, 0, DATA + i * 128);
	work(s, 1, 100);
	for (unsigned i = 0; i < 8; i++)
		load(s, 1, DATA + i * 128);
}

#define REPLICATE "disco:trigger=4,sharing=2,reserve=0"

static void a_read_shared_page_is_replicated(void **state)
{
	static const struct setting native = {
		"native", REPLICATE, {NO_TLB, "memory.service_ns", "0", NULL}};
	struct script s;
	json_t *r;

	(void)state;
	read_shared(&s);
	r = replay(&s, &native);
	assert_int_equal(of(r, "replications"), 1);
	assert_int_equal(of(r, "migrations"), 0);
	assert_int_equal(p(r, 1, "l2_remote_data"), 4);
	assert_int_equal(p(r, 1, "l2_local_data"), 4);
	assert_int_equal(p(r, 1, "monitor_move_cycles"), (41000 + 2 * 2000) * 4 / 10);
	assert_int_equal(at(r, "node", "replicas", 1), 1);
	json_decref(r);
}

static void a_write_to_a_replicated_page_collapses_it(void **state)
{
	static const struct setting native = {
		"native", REPLICATE, {NO_TLB, "memory.service_ns", "0", NULL}};
	struct script s;
	json_t *r;

	(void)state;
	read_shared(&s);
	work(&s, 0, 4000);
	store(&s, 0, DATA);
	store(&s, 0, DATA + 4);
	work(&s, 1, 10000);
	load(&s, 1, DATA + 20 * 128); /* its copy is gone */
	r = replay(&s, &native);
	assert_int_equal(of(r, "replications"), 1);
	assert_int_equal(of(r, "collapses"), 1);
	/* of the collapse's cost processor 1 pays an interrupt, and it paid one of the replication
	 */
	assert_int_equal(p(r, 0, "monitor_move_cycles"), (27000 + 2 * 4375) * 4 / 10 - 800 + 800);
	assert_int_equal(p(r, 1, "shootdowns"), 1);
	assert_int_equal(p(r, 1, "l2_remote_data"), 5);
	assert_int_equal(at(r, "node", "replicas", 1), 0);
	json_decref(r);
}

static void replicas_are_given_back_before_a_page_finds_no_memory(void **state)
{
	/* three frames a node: two pages of code, one of data and its copy, two more, and a third
	 */
	static const struct setting native = {
		"native", REPLICATE, {"memory.node_bytes", "12288", NO_TLB, NULL}};
	struct script s;
	json_t *r;

	(void)state;
	read_shared(&s);
	for (unsigned i = 1; i <= 3; i++)
		load(&s, 1, DATA + i * 4096);
	r = replay(&s, &native);
	assert_int_equal(of(r, "replications"), 1);
	assert_int_equal(of(r, "collapses"), 1);
	assert_int_equal(of(r, "reclaimed"), 1);
	assert_int_equal(of(r, "pages_used"), 6);
	json_decref(r);

	read_shared(&s);
	for (unsigned i = 1; i <= 4; i++)
		load(&s, 1, DATA + i * 4096);
	replay_fails(&s, &native,
		     "processor 1, record 148: all memory is in use: 2 nodes of 12288 bytes; raise "
		     "memory.node_bytes");
}

static void a_write_shared_page_stays(void **state)
{
	static const struct setting native = {"native", REPLICATE, {NO_TLB, NULL}};
	struct script s;
	json_t *r;

	(void)state;
	begin(&s, 2);
	for (unsigned i = 0; i < 8; i++) {
		store(&s, 0, DATA + i * 128);
		work(&s, 1, 20);
		store(&s, 1, DATA + (i + 8) * 128);
	}
	r = replay(&s, &native);
	assert_int_equal(of(r, "hot_events"), 4);
	assert_int_equal(of(r, "replications") + of(r, "migrations"), 0);
	json_decref(r);
}

/* A trace with a bit of everything, from a seed. */
static void random_script(struct script *s, uint64_t seed)
{
	struct rng rng = {seed};

	begin(s, 4);
	for (unsigned i = 0; i < 4; i++) {
		for (unsigned n = 0; n < 3000; n++) {
			uint32_t va = DATA + (rng_below(&rng, 16 * 4096) & ~3u);

			refer(s, i, rng_below(&rng, 4) ? RECORD_LOAD : RECORD_STORE, va);
			if (rng_below(&rng, 50) == 0)
				refill(s, i, va, rng_below(&rng, 64));
			if (n % 500 == 499) {
				add(s, i, RECORD_SYNC_SIGNAL, LOCK_PA, SYNC_BARRIER);
				wait_pass(s, i, LOCK_PA, SYNC_BARRIER, 4 * (n / 500 + 1));
			}
		}
	}
}

static void the_time_categories_of_every_processor_add_up_to_the_time(void **state)
{
	static const struct setting settings[] = {
		{"native",
		 "disco:trigger=8,sharing=4,write=1000,reserve=0",
		 {"l2.size", "16K", "l1d.size", "4K", NULL}},
		{"disco",
		 "disco:trigger=8,reserve=0",
		 {"l2.size", "16K", "tlb.entries", "8", NULL}},
		{"disco", "round_robin", {"machine.nodes", "2", "l2tlb.entries", "16", NULL}},
		{"uma", "first_touch", {"replay.quantum_cycles", "0", NULL}},
	};

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct script s;
		json_t *r;

		random_script(&s, i);
		r = replay(&s, &settings[i]);
		for (unsigned n = 0; n < 4; n++) {
			uint64_t sum = 0;
#define X(name, unit, help) sum += p(r, n, #name);
			TIME_CATEGORIES(X)
#undef X
			assert_int_equal(sum, of(r, "time_cycles"));
		}
		json_decref(r);
	}
}

static void the_same_point_gives_the_same_numbers(void **state)
{
	static const struct setting disco = {
		"disco", "disco:trigger=8,reserve=0", {"l2.size", "16K", NULL}};
	char *first = NULL;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct script s;
		json_t *r;
		char *text;

		random_script(&s, 5);
		r = replay(&s, &disco);
		text = json_dumps(r, JSON_SORT_KEYS);
		if (first)
			assert_string_equal(first, text);
		else
			first = strdup(text);
		free(text);
		json_decref(r);
	}
	free(first);
}

static void a_signal_that_never_comes_is_an_error_that_names_the_object(void **state)
{
	static const struct setting native = {"native", "first_touch", {NULL}};
	struct script s;

	(void)state;
	begin(&s, 2);
	wait_pass(&s, 1, LOCK_PA, SYNC_LOCK, 1);
	replay_fails(&s, &native,
		     "processor 1 waits at record 29 for signal 1 of object 0x00009040, which "
		     "never comes");
}

static void what_a_stream_cannot_mean_is_an_error_with_its_place(void **state)
{
	static const struct setting native = {"native", "first_touch", {NULL}};
	static const struct setting small = {
		"native", "first_touch", {"memory.node_bytes", "4096", NULL}};
	struct script s;

	(void)state;
	begin(&s, 1);
	load(&s, 0, 0x20000000);
	replay_fails(&s, &native,
		     "processor 0, record 26: reference to 0x20000000, which no record maps");
	begin(&s, 1);
	load(&s, 0, DATA);
	replay_fails(&s, &small,
		     "processor 0, record 26: all memory is in use: 1 nodes of 4096 bytes; raise "
		     "memory.node_bytes");
	begin(&s, 1);
	wait_pass(&s, 0, 0x08000000, SYNC_LOCK, 0);
	replay_fails(&s, &native,
		     "processor 0, record 29: address 0x08000000 is outside the guest's memory");
}

static void references_that_go_past_the_caches_are_charged_to_their_home(void **state)
{
	static const struct setting native = {
		"native", "round_robin", {"machine.nodes", "2", NO_TLB, NULL}};
	struct script s;
	json_t *r;

	(void)state;
	begin(&s, 1);
	load(&s, 0, 0xa0010000);  /* KSEG1: page 16, node 0 */
	load(&s, 0, 0xa0011000);  /* page 17, node 1 */
	store(&s, 0, 0xa0011000); /* again: nothing is kept */
	store(&s, 0, 0xbfb00000); /* a device: 1 us */
	r = replay(&s, &native);
	assert_int_equal(of(r, "uncached"), 3);
	assert_int_equal(of(r, "device_accesses"), 1);
	assert_int_equal(stalled(r, 0, "local"), 120 + 120);
	assert_int_equal(p(r, 0, "kernel_device_cycles"), 400);
	assert_int_equal(stalled(r, 0, "remote"), 2 * 360);
	json_decref(r);
}

static void every_instruction_fetched_past_the_caches_is_charged(void **state)
{
	static const struct setting native = {"native", "first_touch", {NO_TLB, NULL}};
	struct script s;
	json_t *r;

	(void)state;
	begin(&s, 1);
	add(&s, 0, RECORD_RUN, 0xa0010000, 4);
	work(&s, 0, 1); /* from a line of a cache, and back */
	add(&s, 0, RECORD_RUN, 0xa0010000, 4);
	r = replay(&s, &native);
	assert_int_equal(of(r, "uncached"), 8);
	json_decref(r);
}

/* A request of two pieces, 4 KB each, from block `block` on. */
static void disk_request(struct script *s, unsigned p, uint32_t number, uint32_t block)
{
	add(s, p, RECORD_IO_BEGIN, number, SOURCE_DISK);
	for (unsigned i = 0; i < 2; i++) {
		add(s, p, RECORD_DISK, block + i, 1 | 8 << 12); /* image 1, a whole block */
		add(s, p, RECORD_OPERAND, 0x20000 + i * 4096, 0);
	}
}

static void disk_done(struct script *s, unsigned p, uint32_t number)
{
	add(s, p, RECORD_IO_END, number, SOURCE_DISK);
	add(s, p, RECORD_INTERRUPT, 10, SOURCE_DISK);
}

static void idle_begins(struct script *s, unsigned p)
{
	add(s, p, RECORD_IDLE_BEGIN, CODE, 0);
}

static void idle_ends(struct script *s, unsigned p, unsigned slept)
{
	add(s, p, RECORD_IDLE_END, 4, 0);
	add(s, p, RECORD_OPERAND, slept, 0);
}

/* 10 us to a block, and 4096 bytes in 10 us: at 400 MHz a request of 8192 takes 12000 cycles. */
#define DISK "disk.latency_ns", "10000", "disk.rate_kb", "409600"

static void idle_for_a_disk_ends_when_the_request_is_done(void **state)
{
	static const struct setting native = {"native", "first_touch", {DISK, NO_TLB, NULL}};
	struct script s;
	json_t *r;

	(void)state;
	begin(&s, 1);
	work(&s, 0, 1);
	disk_request(&s, 0, 7, 100); /* at 136: done at 12136 */
	work(&s, 0, 10);	     /* shortens the wait by 160 */
	idle_begins(&s, 0);
	disk_done(&s, 0, 7);
	idle_ends(&s, 0, 1000000); /* the trace's disk was much slower */
	work(&s, 0, 1);
	disk_request(&s, 0, 8, 102); /* at 12152, goes on where the last one ended: 8000 */
	disk_request(&s, 0, 9, 102); /* behind it: 20152 + 12000 */
	work(&s, 0, 1000);	     /* 28152: the first is done when its interrupt comes */
	disk_done(&s, 0, 8);
	work(&s, 0, 1); /* 28168 */
	disk_done(&s, 0, 9);
	r = replay(&s, &native);
	assert_int_equal(of(r, "time_cycles"), 20152 + 12000);
	assert_int_equal(p(r, 0, "idle_io_cycles"), 12000 - 160 + 32152 - 28168);
	assert_int_equal(p(r, 0, "idle_sleep_cycles"), 0);
	assert_int_equal(of(r, "requests"), 3);
	assert_int_equal(of(r, "request_bytes"), 3 * 8192);
	assert_int_equal(of(r, "requests_awaited"), 2);
	assert_int_equal(of(r, "device_interrupts"), 3);
	assert_int_equal(of(r, "idle_periods"), 1);
	json_decref(r);
}

static void a_frame_that_arrives_comes_when_it_came_in_the_trace(void **state)
{
	static const struct setting native = {"native", "first_touch", {NO_TLB, NULL}};
	struct script s;
	json_t *r;

	(void)state;
	begin(&s, 1);
	work(&s, 0, 1);
	idle_begins(&s, 0);
	add(&s, 0, RECORD_IO_BEGIN, 7, SOURCE_NETWORK);
	add(&s, 0, RECORD_NETWORK, 60, NETWORK_FIRST);
	add(&s, 0, RECORD_OPERAND, 0x20000, 0);
	add(&s, 0, RECORD_IO_END, 7, SOURCE_NETWORK);
	add(&s, 0, RECORD_INTERRUPT, 10, SOURCE_NETWORK);
	idle_ends(&s, 0, 500); /* at 200 MHz */
	r = replay(&s, &native);
	assert_int_equal(p(r, 0, "idle_sleep_cycles"), 1000);
	assert_int_equal(p(r, 0, "idle_io_cycles"), 0);
	assert_int_equal(of(r, "requests"), 1);
	assert_int_equal(of(r, "request_bytes"), 60);
	json_decref(r);
}

static void idle_for_anything_else_lasts_as_long_as_the_guest_slept(void **state)
{
	static const struct setting native = {"native", "first_touch", {DISK, NO_TLB, NULL}};
	struct script s;
	json_t *r;

	(void)state;
	begin(&s, 1);
	add(&s, 0, RECORD_IO_END, 3, SOURCE_DISK); /* of before the region */
	idle_ends(&s, 0, 12345);		   /* so was its beginning */
	work(&s, 0, 1);
	idle_begins(&s, 0);
	add(&s, 0, RECORD_INTERRUPT, 0, SOURCE_CONSOLE);
	idle_ends(&s, 0, 500); /* at 200 MHz */
	r = replay(&s, &native);
	assert_int_equal(p(r, 0, "idle_sleep_cycles"), 1000);
	assert_int_equal(p(r, 0, "idle_io_cycles"), 0);
	assert_int_equal(of(r, "time_cycles"), CHARGED + 1000);
	json_decref(r);
}

static void disco_emulates_device_accesses_and_passes_requests_on(void **state)
{
	static const struct setting disco = {"disco", "first_touch", {DISK, NULL}};
	struct script s;
	json_t *r;

	(void)state;
	begin(&s, 1);
	work(&s, 0, 1);
	disk_request(&s, 0, 0, 0); /* the head is there already */
	store(&s, 0, 0xb8000010);
	idle_begins(&s, 0);
	disk_done(&s, 0, 0);
	idle_ends(&s, 0, 0);
	r = replay(&s, &disco);
	assert_int_equal(p(r, 0, "monitor_device_cycles"), 1000 + 2 * 100 + 200);
	/* the request begins when the monitor has passed it on, and two pages' work shorten it */
	assert_int_equal(p(r, 0, "idle_io_cycles"), 8000 - 2 * 100 - 200 - 1);
	json_decref(r);
}

static void the_l2tlb_is_read_through_the_caches(void **state)
{
	static const struct setting settings[2] = {
		{"disco", "first_touch", {"tlb.entries", "1", "l2tlb.entry_bytes", "0", NULL}},
		{"disco", "first_touch", {"tlb.entries", "1", NULL}},
	};
	uint64_t tlb[2];

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct script s;
		json_t *r;

		begin(&s, 1);
		for (unsigned n = 0; n < 32; n++) /* code and data in turn: both always miss */
			load(&s, 0, DATA + n % 16 * 4096);
		r = replay(&s, &settings[i]);
		/* Code, and eight pairs of data: each forwarded once, then in the L2TLB. */
		assert_int_equal(of(r, "tlb_misses"), 64);
		tlb[i] = p(r, 0, "monitor_tlb_cycles");
		json_decref(r);
	}
	/* 16 sets of 64 bytes: eight second-level lines, each missed once, each read twice; data of
	 * the guest can throw them out of the first level only */
	assert_true(tlb[1] - tlb[0] >= 8 * 120 + 8 * 20 && (tlb[1] - tlb[0]) % 20 == 0);
}

static void what_a_device_wrote_has_left_the_caches(void **state)
{
	static const struct setting native = {
		"native", "first_touch", {DISK, NO_TLB, "memory.service_ns", "0", NULL}};

	(void)state;
	for (unsigned writes = 0; writes < 2; writes++) { /* from memory to disk, and back */
		struct script s;
		json_t *r;

		begin(&s, 1);
		store(&s, 0, DATA);	   /* guest page 16 */
		store(&s, 0, DATA + 4096); /* and the next, which is not transferred */
		add(&s, 0, RECORD_IO_BEGIN, 0, SOURCE_DISK | (writes ? 0 : IO_WRITE));
		add(&s, 0, RECORD_DISK, 0, (writes ? 0 : DISK_WRITE) | 8 << 12);
		add(&s, 0, RECORD_OPERAND, 16 * 4096, 0);
		disk_done(&s, 0, 0);
		load(&s, 0, DATA);
		load(&s, 0, DATA + 4096);
		r = replay(&s, &native);
		assert_int_equal(of(r, "l2_local_data"), writes ? 3 : 2);
		json_decref(r);
	}
}

static void disco_charges_an_update_of_the_tlb_more_than_a_refill(void **state)
{
	static const struct setting disco = {"disco", "first_touch", {NULL}};
	struct script s;
	json_t *r;

	(void)state;
	begin(&s, 1);
	add(&s, 0, RECORD_TLB_WRITE, DATA, 5 | TLBW_VALID0 | 12 << 16);
	add(&s, 0, RECORD_TLB_WRITE, DATA, 6 | TLBW_VALID0 | TLBW_RANDOM | 12 << 16);
	add(&s, 0, RECORD_TLB_WRITE, 0x80000000, 5 | 12 << 16);
	r = replay(&s, &disco);
	assert_int_equal(of(r, "emulated_tlb_updates"), 1);
	assert_int_equal(of(r, "emulated_tlb_writes"), 2);
	assert_int_equal(p(r, 0, "monitor_tlb_write_cycles"), 1600 + 2 * 60);
	json_decref(r);
}

/* Linux does this when it has used all ASIDs. */
static void a_guest_that_invalidates_its_whole_tlb_empties_the_l2tlb(void **state)
{
	static const struct setting disco = {"disco", "first_touch", {"tlb.entries", "1", NULL}};

	(void)state;
	for (unsigned last = 63; last <= 64; last++) {
		struct script s;
		json_t *r;

		begin(&s, 1);
		refill(&s, 0, DATA, 7);
		refill(&s, 0, DATA + 8192, 7); /* the guest's TLB has lost the first */
		for (unsigned i = 0; i < last; i++)
			add(&s, 0, RECORD_TLB_WRITE, 0x80000000 + i * 8192, i | 12 << 16);
		refill(&s, 0, DATA, 7);
		r = replay(&s, &disco);
		assert_int_equal(of(r, "l2tlb_flushes"), last == 64);
		assert_int_equal(of(r, "forwarded"), last == 64 ? 3 : 2);
		json_decref(r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_miss_to_the_own_memory_takes_300_ns),
		cmocka_unit_test(a_miss_to_another_node_takes_900_ns),
		cmocka_unit_test(a_line_dirty_in_a_third_node_takes_1550_ns),
		cmocka_unit_test(
			a_dirty_line_is_further_when_remote_is_further_unless_said_otherwise),
		cmocka_unit_test(two_misses_at_once_queue_at_their_home),
		cmocka_unit_test(uma_takes_300_ns_for_every_miss_and_has_no_queue),
		cmocka_unit_test(a_write_to_a_shared_line_invalidates_the_others),
		cmocka_unit_test(a_lock_is_passed_in_the_traced_order),
		cmocka_unit_test(spinning_is_dropped_and_accounted),
		cmocka_unit_test(a_barrier_of_three_lets_all_go_when_the_last_comes),
		cmocka_unit_test(a_lock_taken_by_a_handler_inside_spinning_keeps_its_order),
		cmocka_unit_test(refills_of_the_traced_tlb_are_those_of_the_trace),
		cmocka_unit_test(a_larger_tlb_skips_handlers_of_the_trace),
		cmocka_unit_test(a_refill_without_a_handler_loads_both_pages_of_the_pair),
		cmocka_unit_test(the_l2tlb_learns_and_loads_both_pages_of_a_pair),
		cmocka_unit_test(a_move_drops_a_translation_that_came_with_its_pair),
		cmocka_unit_test(disco_emulates_a_forwarded_refill_and_skips_one_its_l2tlb_knows),
		cmocka_unit_test(disco_charges_traps_privileged_instructions_and_zeroing),
		cmocka_unit_test(disco_charges_an_update_of_the_tlb_more_than_a_refill),
		cmocka_unit_test(a_guest_that_invalidates_its_whole_tlb_empties_the_l2tlb),
		cmocka_unit_test(idle_for_a_disk_ends_when_the_request_is_done),
		cmocka_unit_test(every_instruction_fetched_past_the_caches_is_charged),
		cmocka_unit_test(a_frame_that_arrives_comes_when_it_came_in_the_trace),
		cmocka_unit_test(idle_for_anything_else_lasts_as_long_as_the_guest_slept),
		cmocka_unit_test(disco_emulates_device_accesses_and_passes_requests_on),
		cmocka_unit_test(the_l2tlb_is_read_through_the_caches),
		cmocka_unit_test(what_a_device_wrote_has_left_the_caches),
		cmocka_unit_test(a_page_of_one_user_migrates_at_the_trigger),
		cmocka_unit_test(one_miss_before_the_trigger_nothing_moves),
		cmocka_unit_test(counters_are_reset_after_the_interval),
		cmocka_unit_test(a_full_node_gets_no_page),
		cmocka_unit_test(an_unmapped_kernel_page_cannot_move_on_the_bare_machine),
		cmocka_unit_test(a_read_shared_page_is_replicated),
		cmocka_unit_test(a_write_to_a_replicated_page_collapses_it),
		cmocka_unit_test(replicas_are_given_back_before_a_page_finds_no_memory),
		cmocka_unit_test(a_write_shared_page_stays),
		cmocka_unit_test(the_time_categories_of_every_processor_add_up_to_the_time),
		cmocka_unit_test(the_same_point_gives_the_same_numbers),
		cmocka_unit_test(a_signal_that_never_comes_is_an_error_that_names_the_object),
		cmocka_unit_test(what_a_stream_cannot_mean_is_an_error_with_its_place),
		cmocka_unit_test(references_that_go_past_the_caches_are_charged_to_their_home),
	};

	return cmocka_run_group_tests_name("replay", tests, NULL, NULL);
}
