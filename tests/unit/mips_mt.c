/* SPDX-License-Identifier: MIT */
/*
 * The MT extension: who executes, what MFTR and MTTR reach, threads that cannot be had. What a
 * guest sees of two processors at work is compared with the reference machine in tests/mt.sh.
 */
#include "tests/unit/mips_machine.h"

#define CP0_REGISTER(t, d, sel) ((t) << 16 | (d) << 11 | (sel))
#define MTC0S(t, d, sel)	(0x40800000u | CP0_REGISTER(t, d, sel))
#define MFC0S(t, d, sel)	(0x40000000u | CP0_REGISTER(t, d, sel))
/* MFTR to $d of the register t, MTTR from $t to the register d; u 0: CP0 */
#define MFTR(d, t, u, sel, h) (0x41000000u | CP0_REGISTER(t, d, sel) | (u) << 5 | (h) << 4)
#define MTTR(t, d, u, sel, h) (0x41800000u | CP0_REGISTER(t, d, sel) | (u) << 5 | (h) << 4)
#define DVPE(t)		      (0x41600001u | (t) << 16)
#define EVPE(t)		      (0x41600021u | (t) << 16)
#define DMT(t)		      (0x41600bc1u | (t) << 16)
#define EMT(t)		      (0x41600be1u | (t) << 16)
#define FORK(d, s, t)	      (0x7c000008u | (s) << 21 | (t) << 16 | (d) << 11)
#define YIELD(d, s)	      (0x7c000009u | (s) << 21 | (d) << 11)

enum { EXC_RI = 10, EXC_MT = 25 };
enum { IN = 8, OUT = 9 }; /* registers of the little programs */
#define OTHER_CODE 0x80005000u

static int setup_mt(void **state)
{
	return setup_model(state, CPU_34KF);
}
#define TEST_MT(f) cmocka_unit_test_setup_teardown(f, setup_mt, teardown)

/* Executes one instruction on processor n with $8 = in, and returns $9. */
static uint32_t execute(struct machine *m, unsigned n, uint32_t insn, uint32_t in)
{
	struct cpu *cpu = cpus_get(m->cpus, n);

	cpu_set_gpr(cpu, IN, in);
	PUT(m, 0x80003400, insn, STOP);
	run_cpu(m, cpu, 0x80003400);
	return cpu_gpr(cpu, OUT);
}

static void address(struct machine *m, unsigned by, unsigned tc)
{
	execute(m, by, MTC0S(IN, 1, 1), tc);
}

/* As a kernel does it. */
static void start(struct machine *m, unsigned n, uint32_t pc)
{
	address(m, 0, n);
	execute(m, 0, MTTR(IN, 2, 0, 3, 0), pc);
	execute(m, 0, MTTR(IN, 2, 0, 1, 0), 0x30002000);
	execute(m, 0, MTTR(IN, 2, 0, 4, 0), 0);
	execute(m, 0, MTTR(IN, 1, 0, 2, 0), 3);
}

static void put_other(struct machine *m)
{
	PUT(m, OTHER_CODE, ADDIU(2, 2, 1), J(OTHER_CODE), NOP);
}

static void only_the_first_processor_is_active_after_reset(void **state)
{
	struct machine *m = *state;

	for (unsigned n = 0; n < PROCESSORS; n++) {
		struct cpu *cpu = cpus_get(m->cpus, n);

		assert_int_equal(cpu_active(cpu), n == 0);
		assert_int_equal(cpu_cp0(cpu, 0, 2), (PROCESSORS - 1) << 10 | (PROCESSORS - 1));
		assert_int_equal(cpu_cp0(cpu, 2, 4), n != 0);
		assert_int_equal(cpu_cp0(cpu, 2, 2), n << 21 | n);
	}
}

static void the_time_of_a_halted_processor_passes_and_nothing_wakes_it(void **state)
{
	struct machine *m = *state;
	struct cpu *cpu = cpus_get(m->cpus, 1);

	address(m, 0, 1);
	execute(m, 0, MTTR(IN, 11, 0, 0, 0), 50);	  /* Compare */
	execute(m, 0, MTTR(IN, 12, 0, 0, 0), 0x10008001); /* Status: timer, enabled */
	assert_int_equal(cpu_run(cpu, 1000), CPU_WAITING);
	assert_int_equal(cpu_time(cpu), 1000);
	assert_int_equal(cpu_instructions(cpu), 0);
	assert_int_equal(CAUSE(cpu) >> 30 & 1, 1);
}

static void mttr_starts_a_processor_where_tcrestart_says(void **state)
{
	struct machine *m = *state;
	struct cpu *cpu = cpus_get(m->cpus, 2);

	put_other(m);
	start(m, 2, OTHER_CODE);
	assert_true(cpu_active(cpu));
	assert_false(cpu_active(cpus_get(m->cpus, 1)));
	assert_int_equal(cpu_run(cpu, 30), CPU_BUDGET);
	assert_int_equal(cpu_gpr(cpu, 2), 10);
}

static void each_of_the_four_conditions_stops_a_processor(void **state)
{
	static const struct {
		uint32_t insn, value, back;
	} cases[] = {
		{MTTR(IN, 2, 0, 4, 0), 1, 0},			/* TCHalt */
		{MTTR(IN, 2, 0, 1, 0), 0x30000000, 0x30002000}, /* TCStatus.A */
		{MTTR(IN, 1, 0, 2, 0), 2, 3},			/* VPEConf0.VPA */
		{MTC0S(IN, 0, 1), 0, 1},			/* MVPControl.EVP */
	};
	struct machine *m = *state;
	struct cpu *cpu = cpus_get(m->cpus, 1);

	put_other(m);
	start(m, 1, OTHER_CODE);
	for (unsigned i = 0; i < 4; i++) {
		execute(m, 0, cases[i].insn, cases[i].value);
		assert_false(cpu_active(cpu));
		assert_true(cpu_active(m->cpu));
		assert_int_equal(cpu_run(cpu, 100), CPU_WAITING);
		execute(m, 0, cases[i].insn, cases[i].back);
		assert_true(cpu_active(cpu));
	}
	assert_int_equal(cpu_instructions(cpu), 0);
}

static void a_processor_that_halts_itself_stops_at_once(void **state)
{
	struct machine *m = *state;

	cpu_set_gpr(m->cpu, IN, 1);
	PUT(m, CODE, MTC0S(IN, 2, 4), ADDIU(2, 0, 5), STOP);
	cpu_set_pc(m->cpu, CODE);
	assert_int_equal(cpu_run(m->cpu, 100), CPU_WAITING);
	assert_int_equal(cpu_gpr(m->cpu, 2), 0);
	assert_int_equal(cpu_pc(m->cpu), CODE + 4);
	assert_int_equal(cpu_instructions(m->cpu), 1);
}

static void dvpe_stops_all_others_until_evpe(void **state)
{
	struct machine *m = *state;

	put_other(m);
	start(m, 1, OTHER_CODE);
	start(m, 2, OTHER_CODE);
	assert_int_equal(execute(m, 0, DVPE(OUT), 0), 1);
	assert_int_equal(execute(m, 0, DVPE(OUT), 0), 0);
	for (unsigned n = 0; n < PROCESSORS; n++)
		assert_int_equal(cpu_active(cpus_get(m->cpus, n)), n == 0);
	assert_int_equal(execute(m, 0, EVPE(OUT), 0), 0);
	for (unsigned n = 0; n < PROCESSORS; n++)
		assert_true(cpu_active(cpus_get(m->cpus, n)));
}

static void who_is_no_master_stops_nobody_and_reaches_nobody(void **state)
{
	struct machine *m = *state;

	start(m, 1, OTHER_CODE);
	execute(m, 0, MTTR(IN, 1, 0, 2, 0), 1); /* VPA without MVP */
	assert_int_equal(execute(m, 1, DVPE(OUT), 0), 1);
	assert_true(cpu_active(m->cpu));
	cpu_set_gpr(m->cpu, 5, 77);
	address(m, 1, 0);
	assert_int_equal(execute(m, 1, MFTR(OUT, 5, 1, 0, 0), 0), UINT32_MAX);
	execute(m, 1, MTTR(IN, 5, 1, 0, 0), 1);
	assert_int_equal(cpu_gpr(m->cpu, 5), 77);
	address(m, 1, 1); /* but itself */
	assert_int_equal(execute(m, 1, MFTR(OUT, IN, 1, 0, 0), 123), 123);
}

static void a_software_interrupt_by_mttr_wakes_a_waiting_processor(void **state)
{
	struct machine *m = *state;
	struct cpu *cpu = cpus_get(m->cpus, 1);

	PUT(m, OTHER_CODE, WAIT, ADDIU(2, 2, 1), J(OTHER_CODE), NOP);
	PUT(m, GENERAL, ADDIU(3, 3, 1), MTC0(0, 13), ERET);
	start(m, 1, OTHER_CODE);
	execute(m, 0, MTTR(IN, 12, 0, 0, 0), 0x10000101);
	assert_int_equal(cpu_run(cpu, 100), CPU_WAITING);
	execute(m, 0, MTTR(IN, 13, 0, 0, 0), 0x100);
	assert_int_equal(cpu_run(cpu, 4), CPU_BUDGET);
	assert_int_equal(cpu_gpr(cpu, 3), 1);
	assert_int_equal(EPC(cpu), OTHER_CODE + 4);
	assert_int_equal(cpu_run(cpu, 100), CPU_WAITING);
	assert_int_equal(cpu_gpr(cpu, 2), 1);
}

static void an_interrupt_exempt_thread_takes_none(void **state)
{
	struct machine *m = *state;
	struct cpu *cpu = cpus_get(m->cpus, 1);

	put_other(m);
	PUT(m, GENERAL, ADDIU(3, 3, 1), MTC0(0, 13), ERET);
	start(m, 1, OTHER_CODE);
	execute(m, 0, MTTR(IN, 12, 0, 0, 0), 0x10000101);
	execute(m, 0, MTTR(IN, 2, 0, 1, 0), 0x30002400);
	execute(m, 0, MTTR(IN, 13, 0, 0, 0), 0x100);
	cpu_run(cpu, 100);
	assert_int_equal(cpu_gpr(cpu, 3), 0);
	execute(m, 0, MTTR(IN, 2, 0, 1, 0), 0x30002000);
	cpu_run(cpu, 100);
	assert_int_equal(cpu_gpr(cpu, 3), 1);
}

static void what_mttr_writes_the_other_has_and_mftr_reads(void **state)
{
	static const struct {
		uint8_t number, u, sel, h;
		uint32_t written, read;
	} cases[] = {
		{7, 1, 0, 0, 0x12345678, 0x12345678},  /* $7 */
		{0, 1, 0, 0, 0x12345678, 0},	       /* $0 */
		{0, 1, 1, 0, 0x11111111, 0x11111111},  /* LO */
		{1, 1, 1, 0, 0x22222222, 0x22222222},  /* HI */
		{3, 1, 2, 0, 0x33333333, 0x33333333},  /* $f3 */
		{31, 1, 3, 0, 0x00000003, 0x00000003}, /* FCSR */
		{0, 0, 0, 0, 5, 5},		       /* Index */
		{9, 0, 0, 0, 1000, 1000},	       /* Count of a processor at time 0 */
		{11, 0, 0, 0, 2000, 2000},	       /* Compare */
		{10, 0, 0, 0, 0xabcde0ff, 0xabcde0ff}, /* EntryHi */
		{12, 0, 0, 0, 0xffffffff, 0x3478ff07}, /* Status: CU and KSU belong to TCStatus */
		{13, 0, 0, 0, 0xffffffff, 0x08c00300}, /* Cause */
		{14, 0, 0, 0, 0x80001234, 0x80001234}, /* EPC */
		{15, 0, 1, 0, 0x80123000, 0x80123001}, /* EBase */
		{1, 0, 1, 0, 0xffffffff, 0x003080ff},  /* VPEControl */
		{1, 0, 2, 0, 0xffffffff, 0x00000003},  /* VPEConf0 */
		{1, 0, 5, 0, 0x87654321, 0x87654321},  /* VPESchedule */
		{1, 0, 7, 0, 0xffffffff, 0x0000ffff},  /* VPEOpt */
		{2, 0, 1, 0, 0xffffffff, 0x3010bcff},  /* TCStatus */
		{2, 0, 2, 0, 0xffffffff, 0x00220001},  /* TCBind */
		{2, 0, 3, 0, 0x80004000, 0x80004000},  /* TCRestart */
		{2, 0, 5, 0, 0x55555555, 0x55555555},  /* TCContext */
		{2, 0, 6, 0, 0x66666666, 0x66666666},  /* TCSchedule */
	};
	struct machine *m = *state;

	address(m, 0, 1);
	execute(m, 0, MTTR(0, 12, 0, 0, 0), 0);
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t number = cases[i].number, u = cases[i].u, sel = cases[i].sel;

		execute(m, 0, MTTR(IN, number, u, sel, cases[i].h), cases[i].written);
		uint32_t read = execute(m, 0, MFTR(OUT, number, u, sel, cases[i].h), 0);

		if (read != cases[i].read)
			fail_msg("case %u: wrote %08x, read %08x, wanted %08x", i, cases[i].written,
				 read, cases[i].read);
	}
	assert_int_equal(cpu_gpr(cpus_get(m->cpus, 1), 7), 0x12345678);
	assert_int_equal(cpu_gpr(m->cpu, 7), 0);
}

static void halves_of_fpu_registers_are_as_the_other_has_them(void **state)
{
	struct machine *m = *state;

	address(m, 0, 1);
	for (unsigned full = 0; full < 2; full++) {
		execute(m, 0, MTTR(IN, 12, 0, 0, 0), full ? 0x04000000 : 0); /* Status.FR */
		execute(m, 0, MTTR(IN, 4, 1, 2, 0), 0x1111);
		execute(m, 0, MTTR(IN, 5, 1, 2, 0), 0x2222);
		execute(m, 0, MTTR(IN, 4, 1, 2, 1), 0x3333);
		assert_int_equal(execute(m, 0, MFTR(OUT, 4, 1, 2, 0), 0), 0x1111);
		assert_int_equal(execute(m, 0, MFTR(OUT, 4, 1, 2, 1), 0), 0x3333);
		assert_int_equal(execute(m, 0, MFTR(OUT, 5, 1, 2, 0), 0), full ? 0x2222 : 0x3333);
	}
}

static void a_thread_that_is_not_there_reads_as_ones_and_takes_nothing(void **state)
{
	struct machine *m = *state;

	address(m, 0, PROCESSORS);
	assert_int_equal(execute(m, 0, MFTR(OUT, 2, 0, 4, 0), 0), UINT32_MAX);
	execute(m, 0, MTTR(IN, 7, 1, 0, 0), 5);
	for (unsigned n = 0; n < PROCESSORS; n++)
		assert_int_equal(cpu_gpr(cpus_get(m->cpus, n), 7), 0);
}

static void tcstatus_shares_fields_with_status_and_entryhi(void **state)
{
	struct machine *m = *state;

	execute(m, 0, MTC0S(IN, 12, 0), 0x10000000);
	execute(m, 0, MTC0S(IN, 10, 0), 0x42);
	assert_int_equal(execute(m, 0, MFC0S(OUT, 2, 1), 0), 0x10002042);
	execute(m, 0, MTC0S(IN, 2, 1), 0x30002017);
	assert_int_equal(execute(m, 0, MFC0S(OUT, 12, 0), 0), 0x30000000);
	assert_int_equal(execute(m, 0, MFC0S(OUT, 10, 0), 0), 0x17);
	address(m, 0, 1);
	execute(m, 0, MTTR(IN, 2, 0, 1, 0), 0x20001012); /* user mode, halted as it is */
	assert_int_equal(cpu_cp0(cpus_get(m->cpus, 1), 12, 0) & 0xf0000018, 0x20000010);
	assert_int_equal(cpu_cp0(cpus_get(m->cpus, 1), 10, 0), 0x12);
}

static void fork_and_yield_find_no_thread(void **state)
{
	static const struct {
		uint32_t insn, in, control, status;
		int why; /* of the thread exception, or -1 */
	} cases[] = {
		{FORK(4, IN, 3), 0x80001000, 0, 0x30002000, 1},
		{YIELD(OUT, IN), 0, 0, 0x30002000, 0},
		{YIELD(OUT, IN), 4, 0, 0x30002000, 2},
		{YIELD(OUT, IN), (uint32_t)-1, 0, 0x30102000, -1},
		{YIELD(OUT, IN), (uint32_t)-1, 0x00200000, 0x30002000, -1},
		{YIELD(OUT, IN), (uint32_t)-1, 0x00200000, 0x30102000, 4},
		{YIELD(OUT, IN), (uint32_t)-2, 0x00200000, 0x30102000, -1},
	};
	struct machine *m = *state;

	put_vectors(m);
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		execute(m, 0, MTC0S(IN, 12, 0), 0x30000000); /* leaves the exception */
		execute(m, 0, MTC0S(IN, 1, 1), cases[i].control);
		execute(m, 0, MTC0S(IN, 2, 1), cases[i].status);
		cpu_set_gpr(m->cpu, 27, 0);
		cpu_set_gpr(m->cpu, OUT, 1234);
		execute(m, 0, cases[i].insn, cases[i].in);
		if (cases[i].why < 0) {
			assert_int_equal(cpu_gpr(m->cpu, 27), 0);
			assert_int_equal(cpu_gpr(m->cpu, OUT), 0);
			continue;
		}
		assert_int_equal(cpu_gpr(m->cpu, 27), 2);
		assert_int_equal(CODE_OF(m->cpu), EXC_MT);
		assert_int_equal(cpu_cp0(m->cpu, 1, 1) >> 16 & 7, cases[i].why);
	}
}

static void registers_without_a_thread_s_own_are_reserved(void **state)
{
	static const uint32_t words[] = {MFTR(OUT, 2, 1, 1, 0), MFTR(OUT, 16, 1, 1, 0),
					 MFTR(OUT, 0, 1, 4, 0), MTTR(IN, 4, 1, 1, 0),
					 MTTR(IN, 31, 1, 5, 0), MTTR(IN, 0, 1, 7, 0)};
	struct machine *m = *state;

	put_vectors(m);
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		execute(m, 0, MTC0S(IN, 12, 0), 0x30000000);
		execute(m, 0, words[i], 0);
		assert_int_equal(CODE_OF(m->cpu), EXC_RI);
	}
}

static void a_24kf_has_none_of_this(void **state)
{
	static const uint32_t words[] = {DVPE(9),
					 EVPE(9),
					 DMT(9),
					 EMT(9),
					 MFTR(OUT, 2, 0, 4, 0),
					 MTTR(IN, 2, 0, 4, 0),
					 FORK(4, 5, 6),
					 YIELD(4, 5)};
	struct machine *m = *state;

	put_vectors(m);
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		execute(m, 0, MTC0S(IN, 12, 0), 0x30000000);
		execute(m, 0, words[i], 0);
		assert_int_equal(CODE_OF(m->cpu), EXC_RI);
	}
	execute(m, 0, MTC0S(IN, 12, 0), 0x30000000);
	execute(m, 0, MTC0S(IN, 2, 4), 1);
	assert_int_equal(execute(m, 0, MFC0S(OUT, 2, 4), 0), 0);
	for (unsigned n = 0; n < PROCESSORS; n++)
		assert_true(cpu_active(cpus_get(m->cpus, n)));
}

static void what_is_done_to_another_is_in_that_one_s_records(void **state)
{
	struct machine *m = *state;
	struct cpu *cpu = cpus_get(m->cpus, 1);
	unsigned before;

	PUT(m, OTHER_CODE, WAIT, J(OTHER_CODE), NOP);
	start(m, 1, OTHER_CODE);
	m->observer = (struct observer){m->window, m->window + 2048, drain, translated};
	cpu_observe(cpu, &m->observer);
	cpu_run(cpu, 100);
	drain(&m->observer);
	before = m->count;
	execute(m, 0, MTTR(IN, 2, 0, 1, 0), 0x30002033); /* its ASID */
	execute(m, 0, MTTR(IN, 2, 0, 3, 0), OTHER_CODE); /* ends its idle time */
	drain(&m->observer);
	assert_int_equal(m->count, before + 3);
	assert_int_equal(record_kind(m->records[before]), RECORD_MODE);
	assert_int_equal(m->records[before].addr, 0x33);
	assert_int_equal(record_kind(m->records[before + 1]), RECORD_IDLE_END);
	assert_int_equal(record_kind(m->records[before + 2]), RECORD_OPERAND);
	assert_int_equal(m->records[before + 2].addr, cpu_time(cpu) - 1);
}

static void a_board_may_start_a_processor_itself(void **state)
{
	struct machine *m = *state;
	struct cpu *cpu = cpus_get(m->cpus, 1);

	put_other(m);
	cpu_set_pc(cpu, OTHER_CODE);
	cpu_activate(cpu);
	assert_true(cpu_active(cpu));
	assert_int_equal(cpu_run(cpu, 30), CPU_BUDGET);
	assert_int_equal(cpu_gpr(cpu, 2), 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_MT(only_the_first_processor_is_active_after_reset),
		TEST_MT(the_time_of_a_halted_processor_passes_and_nothing_wakes_it),
		TEST_MT(mttr_starts_a_processor_where_tcrestart_says),
		TEST_MT(each_of_the_four_conditions_stops_a_processor),
		TEST_MT(a_processor_that_halts_itself_stops_at_once),
		TEST_MT(dvpe_stops_all_others_until_evpe),
		TEST_MT(who_is_no_master_stops_nobody_and_reaches_nobody),
		TEST_MT(a_software_interrupt_by_mttr_wakes_a_waiting_processor),
		TEST_MT(an_interrupt_exempt_thread_takes_none),
		TEST_MT(what_mttr_writes_the_other_has_and_mftr_reads),
		TEST_MT(halves_of_fpu_registers_are_as_the_other_has_them),
		TEST_MT(a_thread_that_is_not_there_reads_as_ones_and_takes_nothing),
		TEST_MT(tcstatus_shares_fields_with_status_and_entryhi),
		TEST_MT(fork_and_yield_find_no_thread),
		TEST_MT(registers_without_a_thread_s_own_are_reserved),
		TEST(a_24kf_has_none_of_this),
		TEST_MT(what_is_done_to_another_is_in_that_one_s_records),
		TEST_MT(a_board_may_start_a_processor_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
