/* SPDX-License-Identifier: MIT */
/*
 * The core on small programs: delay slots, exceptions, interrupts, waiting, predecoded code that
 * changes. Arithmetic is judged against QEMU (tests/qemu.sh).
 */
#include "tests/unit/mips_machine.h"

static void an_exception_in_a_delay_slot_points_to_the_branch(void **state)
{
	struct machine *m = *state;

	put_vectors(m);
	PUT(m, CODE, NOP, BEQ(0, 0, 4), LW(2, 1, 0), STOP);
	run(m);
	assert_int_equal(EPC(m->cpu), CODE + 4);
	assert_int_equal(CAUSE(m->cpu) >> 31, 1);
	assert_int_equal(CODE_OF(m->cpu), 4);
}

static void a_delay_slot_may_lie_in_the_next_page_or_be_missing_there(void **state)
{
	struct machine *m = *state;

	put_vectors(m);
	PUT(m, 0x80001ffc, BEQ(0, 0, 3), ADDIU(2, 0, 5), STOP, NOP, ADDIU(3, 0, 6), STOP);
	run_cpu(m, m->cpu, 0x80001ffc);
	assert_int_equal(cpu_gpr(m->cpu, 2), 5);
	assert_int_equal(cpu_gpr(m->cpu, 3), 6);
	assert_int_equal(cpu_pc(m->cpu), 0x80002014);
	map(m, 0, 0x00400000, LO(0x1000, 7), LO(0x2000, 1), 0);
	run_cpu(m, m->cpu, 0x00400ffc);
	assert_int_equal(CODE_OF(m->cpu), 2);
	assert_int_equal(CAUSE(m->cpu) >> 31, 1);
	assert_int_equal(EPC(m->cpu), 0x00400ffc);
	assert_int_equal(cpu_cp0(m->cpu, 8, 0), 0x00401000);
}

static void a_branch_in_a_delay_slot_is_a_reserved_instruction(void **state)
{
	struct machine *m = *state;

	put_vectors(m);
	PUT(m, CODE, BEQ(0, 0, 4), BEQ(0, 0, 4), STOP);
	run(m);
	assert_int_equal(CODE_OF(m->cpu), 10);
	assert_int_equal(EPC(m->cpu), CODE);
}

static void an_exception_at_exception_level_keeps_epc_and_takes_the_general_vector(void **state)
{
	struct machine *m = *state;

	put_vectors(m);
	PUT(m, CODE, SYSCALL, STOP);
	PUT(m, GENERAL, LUI(4, 0x40), LW(2, 0, 4), STOP); /* the handler misses in the TLB */
	cpu_set_pc(m->cpu, CODE);
	cpu_run(m->cpu, 4);
	assert_int_equal(EPC(m->cpu), CODE);
	assert_int_equal(CODE_OF(m->cpu), 2);
	assert_int_equal(cpu_cp0(m->cpu, 8, 0), 0x400000);
	assert_int_equal(cpu_tlb_refills(m->cpu), 0);
}

static void a_handler_that_faults_at_once_uses_up_the_budget(void **state)
{
	struct machine *m = *state;

	PUT(m, GENERAL, SYSCALL);
	watch(m);
	cpu_set_pc(m->cpu, GENERAL);
	assert_int_equal(cpu_run(m->cpu, 5000), CPU_BUDGET);
	assert_int_equal(cpu_instructions(m->cpu), 0);
}

/* Lets the timer or a line interrupt a loop that counts in $2. */
static void put_counting_loop(struct machine *m)
{
	PUT(m, CODE, ADDIU(2, 2, 1), ADDIU(2, 2, 1), J(CODE), NOP);
	PUT(m, GENERAL, MFC0(26, 14), MFC0(25, 13), STOP);
}

static void set_cp0(struct machine *m, unsigned rd, uint32_t value)
{
	cpu_set_gpr(m->cpu, 8, value);
	PUT(m, 0x80003200, MTC0(8, rd), STOP);
	run_cpu(m, m->cpu, 0x80003200);
}

static void the_timer_interrupts_when_count_reaches_compare(void **state)
{
	struct machine *m = *state;

	put_counting_loop(m);
	set_cp0(m, 9, 0);
	set_cp0(m, 11, 1000);
	set_cp0(m, 12, 0x10008001);
	cpu_set_pc(m->cpu, CODE);
	uint64_t before = cpu_instructions(m->cpu);
	uint32_t count = cpu_cp0(m->cpu, 9, 0);

	assert_int_equal(cpu_run(m->cpu, 100000), CPU_REQUESTED);
	assert_int_equal(CODE_OF(m->cpu), 0);
	assert_int_equal(cpu_gpr(m->cpu, 25) & 0x40008000, 0x40008000);
	/* at the first end of a block after it */
	assert_in_range(count + cpu_instructions(m->cpu) - before, 1000, 1000 + 4 + 3);
	set_cp0(m, 11, 5); /* writing Compare acknowledges */
	assert_int_equal(CAUSE(m->cpu) & 0x40008000, 0);
}

static void a_line_interrupts_when_unmasked_enabled_and_not_in_a_handler(void **state)
{
	static const struct {
		uint32_t status;
		int taken;
	} cases[] = {{0x10001001, 1}, {0x10001000, 0}, {0x10000801, 0},
		     {0x10001003, 0}, {0x10001005, 0}, {0x1000ff01, 1}};
	struct machine *m = *state;

	for (unsigned i = 0; i < 6; i++) {
		put_counting_loop(m);
		cpu_interrupt(m->cpu, 2, false, SOURCE_DISK);
		set_cp0(m, 12, cases[i].status);
		cpu_interrupt(m->cpu, 2, true, SOURCE_DISK);
		cpu_set_pc(m->cpu, CODE);
		assert_int_equal(cpu_run(m->cpu, 1000),
				 cases[i].taken ? CPU_REQUESTED : CPU_BUDGET);
	}
}

static void vectored_interrupts_go_by_number(void **state)
{
	struct machine *m = *state;

	put_vectors(m);
	PUT(m, 0x80000200 + 5 * 0x20, ADDIU(27, 0, 9), STOP);
	PUT(m, CODE, J(CODE), NOP);
	set_cp0(m, 13, 0x00800000);
	cpu_set_gpr(m->cpu, 8, 1 << 5);
	PUT(m, 0x80003200, MTC0(8, 12) | 1, STOP); /* IntCtl.VS: 32 bytes */
	run_cpu(m, m->cpu, 0x80003200);
	set_cp0(m, 12, 0x1000ff01);
	cpu_interrupt(m->cpu, 1, true, SOURCE_DISK);
	cpu_interrupt(m->cpu, 3, true, SOURCE_DISK);
	run(m);
	assert_int_equal(cpu_gpr(m->cpu, 27), 9); /* IP5 before IP3 */
}

static void a_waiting_processor_sleeps_until_its_timer_or_a_line(void **state)
{
	struct machine *m = *state;

	PUT(m, CODE, WAIT, ADDIU(2, 0, 1), STOP);
	set_cp0(m, 12, 0x10009000);
	set_cp0(m, 9, 0);
	set_cp0(m, 11, 1000);
	cpu_set_pc(m->cpu, CODE);
	assert_int_equal(cpu_run(m->cpu, 500), CPU_WAITING);
	assert_int_equal(cpu_run(m->cpu, 100), CPU_WAITING);
	assert_int_equal(cpu_gpr(m->cpu, 2), 0);
	assert_in_range(cpu_cp0(m->cpu, 9, 0), 600, 620);
	assert_int_equal(cpu_run(m->cpu, 1000), CPU_REQUESTED);
	assert_int_equal(cpu_gpr(m->cpu, 2), 1);

	set_cp0(m, 11, 0);
	cpu_set_pc(m->cpu, CODE);
	assert_int_equal(cpu_run(m->cpu, 50), CPU_WAITING);
	cpu_interrupt(m->cpu, 2, true, SOURCE_DISK);
	assert_int_equal(cpu_run(m->cpu, 50), CPU_REQUESTED);
}

static void a_store_into_the_running_block_counts_from_the_next_instruction(void **state)
{
	struct machine *m = *state;

	PUT(m, CODE, SW(5, 8, 4), NOP, ADDIU(2, 0, 1), STOP);
	cpu_set_gpr(m->cpu, 4, CODE);
	cpu_set_gpr(m->cpu, 5, ADDIU(2, 0, 77));
	run(m);
	assert_int_equal(cpu_gpr(m->cpu, 2), 77);

	PUT(m, CODE, BEQ(0, 0, 3), SW(5, 16, 4), NOP, NOP, ADDIU(2, 0, 1), STOP);
	cpu_set_gpr(m->cpu, 5, ADDIU(2, 0, 78));
	run(m); /* the store in a delay slot: the jump is still taken */
	assert_int_equal(cpu_gpr(m->cpu, 2), 78);
}

static void code_changed_by_another_processor_or_the_host_is_seen(void **state)
{
	struct machine *m = *state;
	struct cpu *other = cpus_get(m->cpus, 1);

	PUT(m, CODE, ADDIU(2, 0, 1), STOP);
	PUT(m, 0x80005000, SW(5, 0, 4), STOP);
	run(m);
	run_cpu(m, other, CODE);
	cpu_set_gpr(other, 4, CODE);
	cpu_set_gpr(other, 5, ADDIU(2, 0, 2));
	run_cpu(m, other, 0x80005000);
	run(m);
	assert_int_equal(cpu_gpr(m->cpu, 2), 2);
	PUT(m, CODE, ADDIU(2, 0, 3));
	run(m);
	run_cpu(m, other, CODE);
	assert_int_equal(cpu_gpr(m->cpu, 2), 3);
	assert_int_equal(cpu_gpr(other, 2), 3);
}

static void data_beside_code_in_a_page_can_be_stored_to(void **state)
{
	struct machine *m = *state;

	PUT(m, CODE, LUI(4, 0x8000), SW(5, 0x1800, 4), LW(2, 0x1800, 4), STOP);
	cpu_set_gpr(m->cpu, 5, 99);
	run(m);
	assert_int_equal(cpu_gpr(m->cpu, 2), 99);
	assert_int_equal(word(m, 0x80001800), 99);
}

/* Linux would take a bit that stays set for parity of caches that have none. */
static void error_control_has_nothing_to_set(void **state)
{
	struct machine *m = *state;

	set_cp0(m, 26, 0xffffffff);
	assert_int_equal(cpu_cp0(m->cpu, 26, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_exception_in_a_delay_slot_points_to_the_branch),
		TEST(a_delay_slot_may_lie_in_the_next_page_or_be_missing_there),
		TEST(a_branch_in_a_delay_slot_is_a_reserved_instruction),
		TEST(an_exception_at_exception_level_keeps_epc_and_takes_the_general_vector),
		TEST(a_handler_that_faults_at_once_uses_up_the_budget),
		TEST(the_timer_interrupts_when_count_reaches_compare),
		TEST(a_line_interrupts_when_unmasked_enabled_and_not_in_a_handler),
		TEST(vectored_interrupts_go_by_number),
		TEST(a_waiting_processor_sleeps_until_its_timer_or_a_line),
		TEST(a_store_into_the_running_block_counts_from_the_next_instruction),
		TEST(code_changed_by_another_processor_or_the_host_is_seen),
		TEST(data_beside_code_in_a_page_can_be_stored_to),
		TEST(error_control_has_nothing_to_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
