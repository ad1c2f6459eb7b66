/* SPDX-License-Identifier: MIT */
/*
 * The order rules of a stream: each case is a short stream and what is said about it. And the
 * synchronisation of whole traces: what can be replayed and what would hang.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "traces/check.h"

#define R(kind, addr, arg)                                 \
	{                                                  \
		addr, RECORD_##kind | (uint32_t)(arg) << 8 \
	}
#define HASH		    "0123456789abcdef0123456789abcdef"
#define REF(kind, index)    R(kind, 0x1000, REF_ARG(4, 0, index))
#define TLB(kind, entry, s) R(kind, 0, (entry) | (s) << 16)

#define DISK_READ(first, sectors) ((first) << 8 | (sectors) << 12)

enum { IMPORTED = 1, REGION_ONLY = 2 };

// clang-format off
static const struct check_case {
	const char *message; /* NULL: the stream is right */
	int flags;
	struct record stream[6]; /* up to the first NONE */
} cases[] = {
	{NULL, 0, {R(RUN, 0x1000, 2), REF(LOAD, 0), REF(STORE, 1), REF(LOAD, 1), R(RUN, 0x1000, 1), REF(LOAD, 0)}},
	{NULL, 0, {R(RUN, 0x1000, 3), REF(LOAD, 0), R(MAP, 0x2001, 5), R(CACHE_OP, 0x1000, 33), REF(LOAD, 2)}},
	{NULL, 0, {R(EXCEPTION, 0, 8), R(OPERAND, 4001, 0), R(ERET, 0, 0)}},
	{NULL, 0, {R(SYNC_WAIT, 64, SYNC_LOCK), R(RUN, 0, 9), R(SYNC_PASS, 64, SYNC_LOCK), R(OPERAND, 0, 0)}},
	{NULL, 0, {R(IDLE_BEGIN, 0, 0), R(IDLE_END, 0, 0), R(OPERAND, 99, 0), R(IDLE_BEGIN, 0, 0)}},
	{NULL, 0, {TLB(TLB_WRITE, 63, 12), TLB(TLB_SNAPSHOT, 0, 28)}},
	{NULL, REGION_ONLY, {R(IDLE_END, 0, 0), R(OPERAND, 99, 0), R(REGION_END, 0, 0), R(ZERO_END, 5, 0)}},
	{NULL, IMPORTED, {REF(LOAD, 0), R(FETCH, 0x1001, 15), REF(LOAD, 0)}},
	{"record 0 (unknown): kind 31; wanted 1 to 30", 0, {{0, 31}}},
	{"record 0 (run): 0 instructions; wanted 1 to 65535", 0, {R(RUN, 0x1000, 0)}},
	{"record 0 (run): 65536 instructions; wanted 1 to 65535", 0, {R(RUN, 0x1000, 65536)}},
	{"record 0 (run): address 0x00001002; wanted a multiple of 4", 0, {R(RUN, 0x1002, 1)}},
	{"record 0 (fetch): only imported traces have it", 0, {R(FETCH, 0x1002, 1)}},
	{"record 0 (fetch): 256 bytes; wanted 1 to 255", IMPORTED, {R(FETCH, 0x1002, 256)}},
	{"record 0 (load): no run before it", 0, {REF(LOAD, 0)}},
	{"record 2 (store): no run before it", 0, {R(RUN, 0x1000, 2), R(MODE, 0, 0), REF(STORE, 0)}},
	{"record 1 (load): instruction 2 of a run of 2", 0, {R(RUN, 0x1000, 2), REF(LOAD, 2)}},
	{"record 1 (load): instruction 1 of a run of 1", IMPORTED, {R(FETCH, 0x1001, 3), REF(LOAD, 1)}},
	{"record 2 (load): instruction 0 after instruction 1 of the same run", 0, {R(RUN, 0x1000, 2), REF(LOAD, 1), REF(LOAD, 0)}},
	{"record 1 (load): 0 bytes; wanted 1 to 8", 0, {R(RUN, 0x1000, 1), R(LOAD, 0, REF_ARG(0, 0, 0))}},
	{"record 1 (store): 9 bytes; wanted 1 to 8", 0, {R(RUN, 0x1000, 1), R(STORE, 0, REF_ARG(9, 0, 0))}},
	{"record 0 (map): physical page 0x100000; wanted at most 0xfffff", 0, {R(MAP, 0, 0x100000)}},
	{"record 0 (mode): mode 3; wanted 0 to 2", 0, {R(MODE, 0, 3)}},
	{"record 1 (run): the record before it wants an operand", 0, {R(EXCEPTION, 0, 0), R(RUN, 0, 1)}},
	{"record 1 (operand): the record before it has no operand", 0, {R(RUN, 0, 1), R(OPERAND, 0, 1)}},
	{"record 1: the stream ends where an operand should be", 0, {R(SYNC_PASS, 0, 0)}},
	{"record 0 (tlb_write): entry 64 of a TLB of 64", 0, {TLB(TLB_WRITE, 64, 12)}},
	{"record 0 (tlb_snapshot): pages of 2^11 bytes; wanted 2^12 to 2^28", 0, {TLB(TLB_SNAPSHOT, 1, 11)}},
	{"record 0 (tlb_write): entry 0 of a TLB of 0", IMPORTED, {TLB(TLB_WRITE, 0, 12)}},
	{"record 0 (privileged): instruction 8; wanted 0 to 7", 0, {R(PRIVILEGED, 0, PRIV_KIND_COUNT)}},
	{"record 0 (idle_end): none is open", 0, {R(IDLE_END, 0, 0)}},
	{"record 1 (idle_begin): one is open already", 0, {R(IDLE_BEGIN, 0, 0), R(IDLE_BEGIN, 0, 0)}},
	{"record 2 (idle_end): none is open", REGION_ONLY, {R(IDLE_END, 0, 0), R(OPERAND, 99, 0), R(IDLE_END, 0, 0)}},
	{"record 1 (region_begin): one is open already", 0, {R(REGION_BEGIN, 0, 0), R(REGION_BEGIN, 0, 0)}},
	{"record 1 (zero_end): of page 0x00002000, while 0x00001000 is being zeroed", 0, {R(ZERO_BEGIN, 0x1000, 0), R(ZERO_END, 0x2000, 0)}},
	{"record 0 (sync_signal): class 3; wanted 0 to 2", 0, {R(SYNC_SIGNAL, 0, 3)}},
	{"record 1 (sync_wait): one is open already", 0, {R(SYNC_WAIT, 0, 0), R(SYNC_WAIT, 0, 0)}},
	{"record 1 (sync_pass): of 0x00000008, class 0, while it waits for 0x00000004, class 0", 0, {R(SYNC_WAIT, 4, 0), R(SYNC_PASS, 8, 0)}},
	/* Interrupts, and what devices do. */
	{NULL, 0, {R(INTERRUPT, 14, SOURCE_DISK), R(INTERRUPT, 0, SOURCE_OTHER)}},
	{"record 0 (interrupt): source 6; wanted 0 to 5", 0, {R(INTERRUPT, 0, SOURCE_COUNT)}},
	{"record 1 (idle_end): source 6; wanted 0 to 5", 0, {R(IDLE_BEGIN, 0, 0), R(IDLE_END, 0, SOURCE_COUNT)}},
	{NULL, 0, {R(IO_BEGIN, 7, SOURCE_DISK), R(DISK, 1, DISK_READ(0, 8)), R(OPERAND, 0x3000, 0), R(DISK, 2, DISK_READ(7, 1) | DISK_OVERLAY), R(OPERAND, 0x4e00, 0), R(IO_END, 7, SOURCE_DISK | IO_FAILED)}},
	{NULL, 0, {R(IO_BEGIN, 0, SOURCE_NETWORK | IO_WRITE), R(NETWORK, 14, NETWORK_SEND | NETWORK_FIRST), R(OPERAND, 0x3ff2, 0), R(NETWORK, 4096, NETWORK_SEND), R(OPERAND, 0x5000, 0), R(RUN, 0, 1)}},
	{NULL, 0, {R(IO_BEGIN, 0, SOURCE_DISK | IO_WRITE), R(DISK, 0, DISK_READ(0, 1) | DISK_WRITE | 1), R(OPERAND, 0, 0), R(IO_BEGIN, 2, SOURCE_DISK)}},
	{"record 0 (io_begin): source 1; wanted 3 (disk) or 4 (network)", 0, {R(IO_BEGIN, 0, SOURCE_TIMER)}},
	{"record 0 (io_begin): flags 0x20", 0, {R(IO_BEGIN, 0, SOURCE_DISK | IO_FAILED)}},
	{"record 0 (io_end): flags 0x40", 0, {R(IO_END, 0, SOURCE_DISK | 0x40)}},
	{"record 1 (io_begin): number 3 after number 3", 0, {R(IO_BEGIN, 3, SOURCE_DISK), R(IO_BEGIN, 3, SOURCE_DISK)}},
	{"record 0 (disk): no io_begin before it", 0, {R(DISK, 0, DISK_READ(0, 8))}},
	{"record 2 (disk): no io_begin before it", 0, {R(IO_BEGIN, 0, SOURCE_DISK), R(MAP, 0, 0), R(DISK, 0, DISK_READ(0, 8))}},
	{"record 1 (network): of a request to another device", 0, {R(IO_BEGIN, 0, SOURCE_DISK), R(NETWORK, 1, NETWORK_FIRST)}},
	{"record 1 (disk): against the direction of its request", 0, {R(IO_BEGIN, 0, SOURCE_DISK), R(DISK, 0, DISK_READ(0, 8) | DISK_WRITE | DISK_OVERLAY)}},
	{"record 2 (run): the record before it wants an operand", 0, {R(IO_BEGIN, 0, SOURCE_DISK), R(DISK, 0, DISK_READ(0, 8)), R(RUN, 0, 1)}},
	{"record 1 (disk): image 2; the machine has 2", 0, {R(IO_BEGIN, 0, SOURCE_DISK), R(DISK, 0, DISK_READ(0, 8) | 2)}},
	{"record 1 (disk): 0 sectors from sector 0 of a block; a block has 8", 0, {R(IO_BEGIN, 0, SOURCE_DISK), R(DISK, 0, DISK_READ(0, 0))}},
	{"record 1 (disk): 2 sectors from sector 7 of a block; a block has 8", 0, {R(IO_BEGIN, 0, SOURCE_DISK), R(DISK, 0, DISK_READ(7, 2))}},
	{"record 1 (disk): block 125 of an image of 1000 sectors", 0, {R(IO_BEGIN, 0, SOURCE_DISK), R(DISK, 125, DISK_READ(0, 1))}},
	{"record 1 (disk): in the overlay of image 1, which is private", 0, {R(IO_BEGIN, 0, SOURCE_DISK), R(DISK, 0, DISK_READ(0, 1) | DISK_OVERLAY | 1)}},
	{"record 1 (disk): written to image 0, which is shared", 0, {R(IO_BEGIN, 0, SOURCE_DISK | IO_WRITE), R(DISK, 0, DISK_READ(0, 1) | DISK_WRITE)}},
	{"record 2 (operand): 4096 bytes at 0x00003004 are not in one page", 0, {R(IO_BEGIN, 0, SOURCE_DISK), R(DISK, 0, DISK_READ(0, 8)), R(OPERAND, 0x3004, 0)}},
	{"record 2 (operand): 512 bytes at 0x00010000, and 65536 bytes of memory", 0, {R(IO_BEGIN, 0, SOURCE_DISK), R(DISK, 0, DISK_READ(0, 1)), R(OPERAND, 0x10000, 0)}},
	{"record 1 (network): 4097 bytes; wanted 1 to 4096", 0, {R(IO_BEGIN, 0, SOURCE_NETWORK), R(NETWORK, 4097, NETWORK_FIRST)}},
	{"record 1 (network): a request's first piece, not marked as the first of its frame", 0, {R(IO_BEGIN, 0, SOURCE_NETWORK), R(NETWORK, 1, 0)}},
};
// clang-format on

static void each_stream_is_judged_by_the_order_rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct check_case *c = &cases[i];
		struct trace_info info = {.tlb_entries = c->flags & IMPORTED ? 0 : 64,
					  .region_only = c->flags & REGION_ONLY,
					  .ram_bytes = 65536,
					  .images = "0 " HASH " shared 1000 base\n"
						    "1 " HASH " private 8 home\n"};
		struct error err = {.text = ""};
		struct stream_check check;
		int rc = 0;

		stream_check_init(&check, &info);
		for (size_t j = 0; j < 6 && c->stream[j].info && !rc; j++)
			rc = stream_check_next(&check, c->stream[j], &err);
		if (!rc)
			rc = stream_check_end(&check, &check.totals, &err);
		if (strcmp(err.text, c->message ? c->message : "") || rc != (c->message ? -1 : 0))
			fail_msg("case %zu: '%s' instead of '%s'", i, err.text,
				 c->message ? c->message : "");
	}
}

static void totals_that_do_not_agree_are_named(void **state)
{
	static const struct record stream[] = {R(RUN, 0, 7),
					       REF(LOAD, 0),
					       R(EXCEPTION, 0, EXC_REFILL),
					       R(OPERAND, 0, 0),
					       R(INTERRUPT, 0, 0),
					       R(IDLE_BEGIN, 0, 0),
					       R(IO_BEGIN, 0, SOURCE_DISK)};
	static const struct trace_totals right = {.records = 7,
						  .instructions = 7,
						  .loads = 1,
						  .exceptions = 1,
						  .tlb_refills = 1,
						  .interrupts = 1,
						  .idles = 1,
						  .requests = 1};
	struct trace_info info = {.tlb_entries = 64};
	struct error err = {.text = ""};
	struct stream_check check;

	(void)state;
	stream_check_init(&check, &info);
	for (size_t i = 0; i < 7; i++)
		assert_int_equal(stream_check_next(&check, stream[i], &err), 0);
	assert_int_equal(stream_check_end(&check, &right, &err), 0);
#define X(name, unit, help)                                                        \
	{                                                                          \
		struct trace_totals wrong = right;                                 \
		wrong.name += 1;                                                   \
		assert_int_equal(stream_check_end(&check, &wrong, &err), -1);      \
		assert_non_null(strstr(err.text, " " #name " counted; the file")); \
	}
	TRACE_TOTALS(X)
#undef X
}

// clang-format off
/* Two processors; a count is what a pass waits for. */
static const struct sync_case {
	const char *message;
	struct record streams[2][6];
} sync_cases[] = {
	/* A lock passed from one to the other, and back. */
	{NULL, {{R(SYNC_PASS, 64, 0), R(OPERAND, 0, 0), R(SYNC_SIGNAL, 64, 0), R(SYNC_PASS, 64, 0), R(OPERAND, 2, 0)},
		{R(SYNC_PASS, 64, 0), R(OPERAND, 1, 0), R(SYNC_SIGNAL, 64, 0)}}},
	/* A barrier: both signal, then both pass. */
	{NULL, {{R(SYNC_SIGNAL, 64, 1), R(SYNC_PASS, 64, 1), R(OPERAND, 2, 0)},
		{R(SYNC_SIGNAL, 64, 1), R(SYNC_PASS, 64, 1), R(OPERAND, 2, 0)}}},
	{"processor 0, record 0 (sync_pass): waits for 3 signals of 0x00000040; only 1 can come before it",
	 {{R(SYNC_PASS, 64, 1), R(OPERAND, 3, 0)}, {R(SYNC_SIGNAL, 64, 1)}}},
	/* Each waits for what the other does behind its own wait. */
	{"processor 0, record 1 (sync_pass): waits for 1 signals of 0x00000040; only 0 can come before it",
	 {{R(RUN, 0, 1), R(SYNC_PASS, 64, 2), R(OPERAND, 1, 0), R(SYNC_SIGNAL, 68, 2)},
	  {R(SYNC_PASS, 68, 2), R(OPERAND, 1, 0), R(SYNC_SIGNAL, 64, 2)}}},
};
// clang-format on

// clang-format off
/* Two processors; the last row is a region's. */
static const struct request_case {
	const char *message;
	bool region_only;
	struct {
		unsigned processor;
		struct record r;
	} events[4];
} request_cases[] = {
	{NULL, false, {{0, R(IO_BEGIN, 5, SOURCE_DISK)}, {1, R(IO_END, 5, SOURCE_DISK | IO_FAILED)}, {1, R(IO_BEGIN, 6, SOURCE_DISK)}}},
	{NULL, false, {{0, R(IO_END, 4, SOURCE_DISK)}, {0, R(IO_BEGIN, 5, SOURCE_DISK)}}}, /* older than the trace */
	{NULL, true, {{0, R(IO_BEGIN, 4, SOURCE_DISK)}, {0, R(IO_END, 5, SOURCE_DISK)}}},
	{"processor 1: record 1 (io_end): request 6 has no beginning", false, {{0, R(IO_BEGIN, 5, SOURCE_DISK)}, {1, R(IO_END, 6, SOURCE_DISK)}}},
	{"processor 1: record 1 (io_begin): request 5 has begun already", false, {{0, R(IO_BEGIN, 5, SOURCE_DISK)}, {1, R(IO_BEGIN, 5, SOURCE_DISK)}}},
	{"processor 1: record 2 (io_end): request 5 has ended already", false, {{0, R(IO_BEGIN, 5, SOURCE_DISK)}, {0, R(IO_END, 5, SOURCE_DISK)}, {1, R(IO_END, 5, SOURCE_DISK)}}},
	{"processor 0: record 1 (io_end): request 5 began as another", false, {{0, R(IO_BEGIN, 5, SOURCE_DISK)}, {0, R(IO_END, 5, SOURCE_NETWORK)}}},
	{"processor 0: record 1 (io_end): request 5 began as another", false, {{0, R(IO_BEGIN, 5, SOURCE_DISK)}, {0, R(IO_END, 5, SOURCE_DISK | IO_WRITE)}}},
	{"processor 0: record 0 (io_end): request 5 begins only later", false, {{0, R(IO_END, 5, SOURCE_DISK)}, {0, R(IO_BEGIN, 5, SOURCE_DISK)}}},
};
// clang-format on

static void requests_end_once_and_as_what_they_began(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(request_cases) / sizeof(*request_cases); i++) {
		const struct request_case *c = &request_cases[i];
		struct trace_info info = {.region_only = c->region_only};
		struct error err = {.text = ""};
		struct request_log log = {0};
		int rc;

		for (size_t j = 0; j < 4 && c->events[j].r.info; j++)
			request_log_add(&log, c->events[j].processor, j, c->events[j].r);
		rc = request_log_check(&log, &info, &err);
		request_log_release(&log);
		if (rc != (c->message ? -1 : 0) || strcmp(err.text, c->message ? c->message : ""))
			fail_msg("case %zu: '%s' instead of '%s'", i, err.text,
				 c->message ? c->message : "");
	}
}

static void a_synchronisation_that_would_hang_is_named(void **state)
{
	char path[] = "/tmp/discosim-check-XXXXXX";

	(void)state;
	close(mkstemp(path));
	for (size_t i = 0; i < sizeof(sync_cases) / sizeof(*sync_cases); i++) {
		const struct trace_info info = {.processors = 2, .tlb_entries = 64};
		const char *message = sync_cases[i].message;
		struct error err = {.text = ""};
		struct trace_writer *w = trace_create(path, &info, TRACE_LZ4, &err);
		struct progress progress;
		struct trace *t;
		int rc;

		for (unsigned p = 0; p < 2; p++) {
			size_t n = 0;

			while (n < 6 && sync_cases[i].streams[p][n].info)
				n++;
			assert_int_equal(trace_append(w, p, sync_cases[i].streams[p], n, &err), 0);
		}
		assert_int_equal(trace_finish(w, &err), 0);
		t = trace_open(path, &err);
		progress_begin(&progress, "verify", "records", 0, true);
		rc = trace_verify(t, &progress, &err);
		trace_close(t);
		if (rc != (message ? -1 : 0) || (message && !strstr(err.text, message)))
			fail_msg("case %zu: '%s' instead of '%s'", i, err.text,
				 message ? message : "");
	}
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_stream_is_judged_by_the_order_rules),
		cmocka_unit_test(totals_that_do_not_agree_are_named),
		cmocka_unit_test(requests_end_once_and_as_what_they_began),
		cmocka_unit_test(a_synchronisation_that_would_hang_is_named),
	};

	return cmocka_run_group_tests_name("trace check", tests, NULL, NULL);
}
