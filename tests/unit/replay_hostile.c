/* SPDX-License-Identifier: MIT */
/*
 * Streams that obey the format and make no sense: made-up records in any order, with addresses,
 * pages and objects from a few, so that they meet. Whatever they say, a replay ends with a result
 * whose books balance (it checks them itself) or with one line of error, and never with anything
 * else; the sanitizer build of this test is the one that counts.
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
#include "traces/check.h"

#define PROCESSORS 3
#define RECORDS	   600
#define ROUNDS	   120

static uint32_t any_address(struct rng *rng)
{
	static const uint32_t base[] = {0x00400000, 0x10000000, 0x80000000, 0x80010000,
					0xa0000000, 0xc0000000, 0xbfb00000, 0xffffc000};

	return base[rng_below(rng, 8)] + rng_below(rng, 4) * 4096 + (rng_below(rng, 4096) & ~3u);
}

static struct record any_record(struct rng *rng, uint32_t run, enum record_kind last)
{
	static const enum record_kind often[] = {RECORD_RUN,	    RECORD_LOAD, RECORD_STORE,
						 RECORD_LOAD,	    RECORD_MAP,	 RECORD_OPERAND,
						 RECORD_SYNC_SIGNAL};
	enum record_kind kind = rng_below(rng, 4) ? often[rng_below(rng, 7)]
						  : 1 + rng_below(rng, RECORD_KIND_COUNT - 1);
	uint32_t address = any_address(rng), arg = (uint32_t)rng_next(rng) & 0xffffff;

	switch (kind) {
	case RECORD_RUN:
		return record_make(kind, address, 1 + rng_below(rng, 40));
	case RECORD_LOAD:
	case RECORD_STORE:
		return record_make(kind, address,
				   REF_ARG(1 + rng_below(rng, 4), rng_below(rng, 2) * 0x10,
					   run ? rng_below(rng, run) : 0));
	case RECORD_MAP:
		return record_make(kind, (address & ~0xfffu) | rng_below(rng, 8),
				   rng_below(rng, 4) ? rng_below(rng, 24) : arg & 0xfffff);
	case RECORD_MODE:
		return record_make(kind, rng_below(rng, 4), rng_below(rng, 8) % 7);
	case RECORD_OPERAND:
		if (last == RECORD_SYNC_PASS)
			address = rng_below(rng, 100) ? 0 : rng_below(rng, 5);
		return record_make(kind, address, 0);
	case RECORD_SYNC_SIGNAL:
	case RECORD_SYNC_WAIT:
	case RECORD_SYNC_PASS:
		return record_make(kind, 0x3000 + rng_below(rng, 3) * 64, rng_below(rng, 3));
	case RECORD_TLB_WRITE:
	case RECORD_TLB_SNAPSHOT:
		return record_make(kind, address & 0xffffe003,
				   rng_below(rng, 64) | (arg & 0x3f00) |
					   (12 + 2 * rng_below(rng, 7)) << 16);
	case RECORD_ZERO_BEGIN:
	case RECORD_ZERO_END:
		return record_make(kind, rng_below(rng, 2), 0);
	default:
		return record_make(kind, address, arg);
	}
}

/* The first records of a stream map most of the addresses, so that some get far. */
static struct record mapped(unsigned n)
{
	static const uint32_t base[] = {0x00400000, 0x10000000, 0xc0000000, 0xffffc000};

	return record_make(RECORD_MAP, (base[n / 4] + n % 4 * 4096) | MAP_GLOBAL, n);
}

static struct trace *make(const char *path, const struct trace_info *info, uint64_t seed)
{
	struct error err = {.text = ""};
	struct trace_writer *w = trace_create(path, info, TRACE_LZ4, &err);
	struct trace *trace;

	assert_non_null(w);
	for (unsigned p = 0; p < PROCESSORS; p++) {
		struct rng rng = {seed * PROCESSORS + p};
		struct stream_check check;

		stream_check_init(&check, info);
		enum record_kind last = RECORD_NONE;

		for (unsigned n = 0; n < RECORDS || check.wants_operand;) {
			struct record r = n < 16 ? mapped(n) : any_record(&rng, check.run, last);
			struct stream_check before = check;

			if (stream_check_next(&check, r, &err)) {
				check = before;
				continue;
			}
			n++;
			last = record_kind(r);
			if (trace_append(w, p, &r, 1, &err))
				fail_msg("%s", err.text);
		}
	}
	if (trace_finish(w, &err))
		fail_msg("%s", err.text);
	trace = trace_open(path, &err);
	if (!trace)
		fail_msg("%s", err.text);
	return trace;
}

/* Returns whether it gave a result. */
static bool survives(struct trace *trace, const char *system, const char *policy, bool tiny)
{
	static const char *const tiny_machine[] = {
		"l2.size",	 "8K", "l1d.size",	    "2K",  "tlb.entries",   "2",
		"l2tlb.entries", "8",  "memory.node_bytes", "32K", "machine.nodes", "2"};
	struct error err = {.text = ""};
	struct point point;
	json_t *result;

	point_init(&point);
	assert_int_equal(point_set_system(&point, system, &err), 0);
	assert_int_equal(point_set_policy(&point, policy, &err), 0);
	for (unsigned i = 0; tiny && i < sizeof(tiny_machine) / sizeof(tiny_machine[0]); i += 2)
		assert_int_equal(
			point_set_parameter(&point, tiny_machine[i], tiny_machine[i + 1], &err), 0);
	assert_int_equal(point_add_trace(&point, trace, "any.trace", &err), 0);
	assert_int_equal(point_resolve(&point, &err), 0);
	result = point_run(&point, NULL, NULL, &err);
	assert_true((result != NULL) != (err.text[0] != '\0'));
	point_release(&point);
	json_decref(result);
	return result != NULL;
}

static void any_stream_ends_in_a_result_or_in_one_line(void **state)
{
	static const char *const systems[] = {"native", "uma", "disco"};
	struct trace_info info = {.processors = PROCESSORS,
				  .ram_bytes = 32 * 4096,
				  .tlb_entries = 64,
				  .source = "capture",
				  .guest = "any",
				  .command = "",
				  .guest_hash = "",
				  .core_version = "1"};
	char path[] = "/tmp/discosim-hostile-XXXXXX";
	unsigned results = 0, errors = 0;

	(void)state;
	close(mkstemp(path));
	for (uint64_t seed = 0; seed < ROUNDS; seed++) {
		struct trace *trace;

		info.tlb_entries = seed % 3 ? 64 : 16;
		trace = make(path, &info, seed);
		for (unsigned i = 0; i < 3; i++) {
			bool ok =
				survives(trace, systems[i],
					 "disco:trigger=2,sharing=1,write=100,reserve=0,migrate=9",
					 seed & 1);

			results += ok;
			errors += !ok;
		}
		trace_close(trace);
	}
	unlink(path);
	printf("%u results, %u errors\n", results, errors);
	assert_true(results > ROUNDS / 2 && errors > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_stream_ends_in_a_result_or_in_one_line),
	};

	return cmocka_run_group_tests_name("replay_hostile", tests, NULL, NULL);
}
