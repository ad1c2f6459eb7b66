/* SPDX-License-Identifier: MIT */
/* What an observer of the core is told, record by record. */
#include "tests/unit/mips_machine.h"

static void expect(struct machine *m, const struct record *records, unsigned n)
{
	if (m->observer.next != m->window)
		drain(&m->observer);
	for (unsigned i = 0; i < n && i < m->count; i++)
		if (m->records[i].addr != records[i].addr || m->records[i].info != records[i].info)
			fail_msg("record %u: %s %08x %06x, wanted %s %08x %06x", i,
				 record_kind_name(record_kind(m->records[i])), m->records[i].addr,
				 record_arg(m->records[i]),
				 record_kind_name(record_kind(records[i])), records[i].addr,
				 record_arg(records[i]));
	assert_int_equal(m->count, n);
}
#define EXPECT(m, ...)                                  \
	expect(m, (const struct record[]){__VA_ARGS__}, \
	       sizeof((const struct record[]){__VA_ARGS__}) / sizeof(struct record))
#define REC(kind, addr, arg)                                         \
	{                                                            \
		addr, (uint32_t)RECORD_##kind | (uint32_t)(arg) << 8 \
	}

static void an_observer_sees_runs_then_their_references_then_the_rest(void **state)
{
	struct machine *m = *state;

	map(m, 6, 0x00400000, LO(0x9000, 7), 0, 0);
	PUT(m, CODE, LUI(4, 0x40), LW(2, 8, 4), SW(2, 12, 4), I(40, 4, 2, 1), /* sb */
	    BEQ(0, 0, 1), LW(3, 8, 4), SYSCALL, STOP);
	PUT(m, GENERAL, MFC0(26, 14), ADDIU(26, 26, 4), MTC0(26, 14), ERET);
	watch(m);
	cpu_set_gpr(m->cpu, 2, 0);
	run(m);
	EXPECT(m, REC(MODE, 0, MODE_KERNEL),
	       REC(TLB_SNAPSHOT, 0x00400000,
		   6 | TLBW_GLOBAL * 0 | TLBW_VALID0 | TLBW_DIRTY0 | 12 << 16),
	       REC(RUN, CODE, 6), REC(MAP, 0x00400000 | MAP_WRITABLE, 9),
	       REC(LOAD, 0x00400008, REF_ARG(4, 0, 1)), REC(STORE, 0x0040000c, REF_ARG(4, 0, 2)),
	       REC(STORE, 0x00400001, REF_ARG(1, 0, 3)), REC(LOAD, 0x00400008, REF_ARG(4, 0, 5)),
	       REC(EXCEPTION, CODE + 24, 8), REC(OPERAND, 0, 0), REC(MODE, 0, MODE_EXL),
	       REC(RUN, GENERAL, 1), REC(PRIVILEGED, GENERAL, PRIV_MFC0 | 14 << 11),
	       REC(RUN, GENERAL + 4, 2), REC(PRIVILEGED, GENERAL + 8, PRIV_MTC0 | 14 << 11),
	       REC(RUN, GENERAL + 12, 1), REC(ERET, CODE + 28, 0), REC(MODE, 0, MODE_KERNEL),
	       REC(RUN, CODE + 28, 1));
}

static void a_run_is_cut_where_an_exception_leaves_it(void **state)
{
	struct machine *m = *state;

	put_vectors(m);
	PUT(m, CODE, ADDIU(4, 0, 1), SW(0, DATA & 0xffff, 5), LW(2, 0, 4), LW(3, 4, 5), STOP);
	cpu_set_gpr(m->cpu, 5, 0x80000000 + 0x10000);
	watch(m);
	run(m);
	EXPECT(m, REC(MODE, 0, MODE_KERNEL), REC(RUN, CODE, 2), REC(STORE, DATA, REF_ARG(4, 0, 1)),
	       REC(EXCEPTION, CODE + 8, 4), REC(OPERAND, 1, 0), REC(MODE, 0, MODE_EXL),
	       REC(RUN, GENERAL, 2));
}

static void tlb_writes_links_waits_and_mode_changes_are_reported(void **state)
{
	struct machine *m = *state;

	cpu_set_gpr(m->cpu, 4, DATA);
	cpu_set_gpr(m->cpu, 9, 0x00402007);
	PUT(m, CODE, LL(2, 0, 4), SC(2, 0, 4), SC(2, 0, 4), MTC0(9, 10), TLBWI, WAIT, STOP);
	watch(m);
	cpu_set_pc(m->cpu, CODE);
	assert_int_equal(cpu_run(m->cpu, 50), CPU_WAITING);
	cpu_interrupt(m->cpu, 0, true, SOURCE_DISK);
	assert_int_equal(cpu_run(m->cpu, 50), CPU_WAITING); /* masked */
	EXPECT(m, REC(MODE, 0, MODE_KERNEL), REC(RUN, CODE, 4),
	       REC(LOAD, DATA, REF_ARG(4, REF_LINKED, 0)),
	       REC(STORE, DATA, REF_ARG(4, REF_LINKED, 1)),
	       REC(PRIVILEGED, CODE + 12, PRIV_MTC0 | 10 << 11), REC(MODE, 7, MODE_KERNEL),
	       REC(RUN, CODE + 16, 1), REC(TLB_WRITE, 0x00402007, 0 | 12 << 16),
	       REC(RUN, CODE + 20, 1), REC(PRIVILEGED, CODE + 20, PRIV_WAIT),
	       REC(IDLE_BEGIN, CODE + 20, 0));
}

static void the_end_of_idling_says_how_long_it_was(void **state)
{
	struct machine *m = *state;

	cpu_set_gpr(m->cpu, 9, cpu_cp0(m->cpu, 12, 0) | 1 << 10); /* IM2, without IE */
	PUT(m, CODE, MTC0(9, 12), WAIT, STOP);
	cpu_set_pc(m->cpu, CODE);
	watch(m);
	assert_int_equal(cpu_run(m->cpu, 1000), CPU_WAITING);
	cpu_interrupt(m->cpu, 0, true, SOURCE_DISK);
	cpu_run(m->cpu, 1000);
	EXPECT(m, REC(MODE, 0, MODE_KERNEL), REC(RUN, CODE, 1),
	       REC(PRIVILEGED, CODE, PRIV_MTC0 | 12 << 11), REC(RUN, CODE + 4, 1),
	       REC(PRIVILEGED, CODE + 4, PRIV_WAIT), REC(IDLE_BEGIN, CODE + 4, 0),
	       REC(IDLE_END, 4, SOURCE_DISK), REC(OPERAND, 1000 - 2, 0), REC(RUN, CODE + 8, 1));
}

static enum source idle_source(struct machine *m)
{
	m->observer.drain(&m->observer);
	for (unsigned i = 0; i < m->count; i++)
		if (record_kind(m->records[i]) == RECORD_IDLE_END)
			return (enum source)record_arg(m->records[i]);
	fail_msg("no end of idling");
	return SOURCE_OTHER;
}

static void the_end_of_idling_says_what_was_waited_for(void **state)
{
	static const struct {
		unsigned line; /* 6: the timer */
		enum source source;
	} cases[] = {{0, SOURCE_DISK}, {3, SOURCE_NETWORK}, {5, SOURCE_CONSOLE}, {6, SOURCE_TIMER}};
	struct machine *m = *state;

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cpu_set_gpr(m->cpu, 8, cases[i].line == 6 ? 100 : 0); /* Compare */
		cpu_set_gpr(m->cpu, 9, 0x1000ff00);		      /* all masks, without IE */
		PUT(m, CODE, MTC0(0, 9), MTC0(8, 11), MTC0(9, 12), WAIT, STOP);
		cpu_set_pc(m->cpu, CODE);
		watch(m);
		cpu_run(m->cpu, 20);
		if (cases[i].line < 6)
			cpu_interrupt(m->cpu, cases[i].line, true, cases[i].source);
		cpu_run(m->cpu, 1000);
		assert_int_equal(idle_source(m), cases[i].source);
		if (cases[i].line < 6)
			cpu_interrupt(m->cpu, cases[i].line, false, SOURCE_OTHER);
		m->count = 0;
	}
}

static void a_hook_may_report_more_than_the_observer_has_room_for(void **state)
{
	struct machine *m = *state;
	unsigned reported = 0;

	cpu_set_gpr(m->cpu, 4, 0xbf000000);
	PUT(m, CODE, SW(2, 0, 4), SW(2, 4, 4), STOP);
	m->bus_reports = 5000;
	watch(m);
	run(m);
	m->observer.drain(&m->observer);
	for (unsigned i = 0; i < m->count; i++)
		reported += record_kind(m->records[i]) == RECORD_INPUT_OUTPUT;
	assert_int_equal(reported, 2 * 5000);
	assert_int_equal(record_kind(m->records[1]), RECORD_RUN);
	assert_int_equal(record_arg(m->records[1]), 3);
}

static void the_stream_does_not_depend_on_when_it_is_drained(void **state)
{
	struct machine *m = *state;
	struct record *first;
	unsigned n;

	PUT(m, CODE, ADDIU(2, 2, 1), SW(2, DATA & 0x7fff, 3), LW(5, DATA & 0x7fff, 3), MFC0(6, 12),
	    I(5, 2, 7, -5 & 0xffff), LW(8, 4, 4), STOP);
	cpu_set_gpr(m->cpu, 3, 0x80010000);
	cpu_set_gpr(m->cpu, 4, 0x80010000);
	cpu_set_gpr(m->cpu, 7, 3000);
	watch(m);
	run(m);
	drain(&m->observer);
	n = m->count;
	assert_true(n > 12000);
	first = malloc(n * sizeof(*first));
	memcpy(first, m->records, n * sizeof(*first));
	m->count = 0;
	m->drain_room = 1100;
	cpu_set_gpr(m->cpu, 2, 0);
	watch(m);
	run(m);
	drain(&m->observer);
	assert_int_equal(m->count, n);
	assert_memory_equal(m->records, first, n * sizeof(*first));
	free(first);
}

static void unaligned_accesses_report_the_bytes_they_touch(void **state)
{
	struct machine *m = *state;

	cpu_set_gpr(m->cpu, 4, DATA);
	PUT(m, CODE, I(34, 4, 2, 6), I(38, 4, 2, 3), I(42, 4, 2, 5), I(46, 4, 2, 2), STOP);
	watch(m);
	run(m); /* lwl 6, lwr 3, swl 5, swr 2 */
	EXPECT(m, REC(MODE, 0, MODE_KERNEL), REC(RUN, CODE, 5),
	       REC(LOAD, DATA + 4, REF_ARG(3, 0, 0)), REC(LOAD, DATA + 3, REF_ARG(1, 0, 1)),
	       REC(STORE, DATA + 4, REF_ARG(2, 0, 2)), REC(STORE, DATA + 2, REF_ARG(2, 0, 3)));
}

static void what_a_device_reports_comes_after_the_run(void **state)
{
	struct machine *m = *state;

	PUT(m, CODE, LUI(4, 0xbf00), SW(0, 8, 4), LW(2, 0, 4), STOP);
	watch(m);
	run(m);
	EXPECT(m, REC(MODE, 0, MODE_KERNEL), REC(RUN, CODE, 4),
	       REC(STORE, 0xbf000008, REF_ARG(4, 0, 1)), REC(LOAD, 0xbf000000, REF_ARG(4, 0, 2)),
	       REC(INPUT_OUTPUT, 0x1f000008, 4));
}

static void a_monitor_call_reports_after_its_run_and_may_need_a_page(void **state)
{
	struct machine *m = *state;

	PUT(m, CODE, NOP, MCALL, STOP);
	PUT(m, REFILL, ADDIU(27, 0, LO(0x9000, 7)), MTC0(27, 2), MTC0(0, 3), TLBWR, ERET);
	m->require = 0x00400020;
	watch(m);
	run(m);
	assert_int_equal(m->calls, 1);
	assert_int_equal(cpu_gpr(m->cpu, 2), 0x9020);
	assert_int_equal(cpu_tlb_refills(m->cpu), 1);
	drain(&m->observer);
	assert_int_equal(record_kind(m->records[1]), RECORD_RUN);
	assert_int_equal(record_arg(m->records[1]), 1); /* not the call: it has not completed */
	assert_int_equal(record_kind(m->records[2]), RECORD_EXCEPTION);
	assert_int_equal(m->records[2].addr, CODE + 4);
	assert_int_equal(record_kind(m->records[m->count - 2]), RECORD_PHASE);
	assert_int_equal(record_arg(m->records[m->count - 3]), 1);
}

static void instructions_are_counted_alike_with_and_without_an_observer(void **state)
{
	struct machine *m = *state;
	uint64_t plain;

	PUT(m, CODE, ADDIU(2, 2, 1), I(21, 2, 7, -2 & 0xffff), NOP, STOP); /* bnel */
	cpu_set_gpr(m->cpu, 7, 100);
	run(m);
	plain = cpu_instructions(m->cpu);
	assert_int_equal(plain, 300); /* 99 * 3 + 2, the slot skipped at last, and STOP */
	cpu_set_gpr(m->cpu, 2, 0);
	watch(m);
	run(m);
	assert_int_equal(cpu_instructions(m->cpu), 2 * plain);
	drain(&m->observer);
	uint64_t in_runs = 0;

	for (unsigned i = 0; i < m->count; i++)
		if (record_kind(m->records[i]) == RECORD_RUN)
			in_runs += record_arg(m->records[i]);
	assert_int_equal(in_runs, plain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_observer_sees_runs_then_their_references_then_the_rest),
		TEST(a_run_is_cut_where_an_exception_leaves_it),
		TEST(tlb_writes_links_waits_and_mode_changes_are_reported),
		TEST(the_end_of_idling_says_how_long_it_was),
		TEST(the_end_of_idling_says_what_was_waited_for),
		TEST(a_hook_may_report_more_than_the_observer_has_room_for),
		TEST(the_stream_does_not_depend_on_when_it_is_drained),
		TEST(unaligned_accesses_report_the_bytes_they_touch),
		TEST(what_a_device_reports_comes_after_the_run),
		TEST(a_monitor_call_reports_after_its_run_and_may_need_a_page),
		TEST(instructions_are_counted_alike_with_and_without_an_observer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
