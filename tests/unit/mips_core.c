/* SPDX-License-Identifier: MIT */
/*
 * The core on small programs: translation, exceptions, interrupts, predecoded code that changes,
 * links between processors, and what an observer is told, record by record. Arithmetic is judged
 * against QEMU (tests/qemu.sh).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/mips/cpu.h"

enum { RAM = 1 << 20, RECORDS = 1 << 16, PROCESSORS = 3 };

#define CODE	0x80001000u /* where programs start */
#define DATA	0x80008000u
#define REFILL	0x80000000u
#define GENERAL 0x80000180u

/* A tiny assembler. */
#define R(function, s, t, d) ((uint32_t)(s) << 21 | (t) << 16 | (d) << 11 | (function))
#define I(op, s, t, imm)     ((uint32_t)(op) << 26 | (s) << 21 | (t) << 16 | ((imm)&0xffff))
#define ADDIU(t, s, imm)     I(9, s, t, imm)
#define LUI(t, imm)	     I(15, 0, t, imm)
#define ORI(t, s, imm)	     I(13, s, t, imm)
#define LW(t, imm, s)	     I(35, s, t, imm)
#define SW(t, imm, s)	     I(43, s, t, imm)
#define LL(t, imm, s)	     I(48, s, t, imm)
#define SC(t, imm, s)	     I(56, s, t, imm)
#define BEQ(s, t, off)	     I(4, s, t, off)
#define ADD(d, s, t)	     R(32, s, t, d)
#define MTC0(t, d)	     (0x40800000u | (t) << 16 | (d) << 11)
#define MFC0(t, d)	     (0x40000000u | (t) << 16 | (d) << 11)
#define J(va)		     (2u << 26 | ((va) >> 2 & 0x3ffffff))
#define NOP		     0u
#define SYSCALL		     0x0000000cu
#define ERET		     0x42000018u
#define TLBWI		     0x42000002u
#define TLBWR		     0x42000006u
#define TLBP		     0x42000008u
#define WAIT		     0x42000020u
#define EI		     0x41606020u
#define MCALL		     0x000007c0u
#define SDBBP_UHI	     0x7000007fu
#define STOP		     SDBBP_UHI /* the board's hook ends the run */

struct machine {
	uint8_t *ram;
	struct cpus *cpus;
	struct cpu *cpu;
	struct observer observer;
	struct record *records, window[2048];
	unsigned count, drain_room;
	int stops, calls, bus_stores;
	uint32_t bus_pa, require;
	uint64_t bus_value;
};

static void stop(void *board, struct cpu *cpu)
{
	((struct machine *)board)->stops++;
	cpu_request_stop(cpu);
}

static void call(void *board, struct cpu *cpu)
{
	struct machine *m = board;
	uint32_t pa;

	if (m->require) {
		if (cpu_require(cpu, m->require, &pa) < 0)
			return;
		cpu_set_gpr(cpu, 2, pa);
	}
	m->calls++;
	cpu_report(cpu, record_make(RECORD_PHASE, 7, 0));
}

static int bus_load(void *board, struct cpu *cpu, uint32_t pa, unsigned bytes, uint64_t *value)
{
	(void)board;
	(void)cpu;
	if (pa != 0x1f000000)
		return -1;
	*value = 0x1122334455667788ull & (bytes == 8 ? ~0ull : (1ull << 8 * bytes) - 1);
	return 0;
}

static int bus_store(void *board, struct cpu *cpu, uint32_t pa, unsigned bytes, uint64_t value)
{
	struct machine *m = board;

	m->bus_stores++;
	cpu_report(cpu, record_make(RECORD_INPUT_OUTPUT, pa, bytes));
	m->bus_pa = pa;
	m->bus_value = value;
	return 0;
}

static void drain(struct observer *o)
{
	struct machine *m = (struct machine *)((char *)o - offsetof(struct machine, observer));
	unsigned n = o->next - m->window;

	assert_true(m->count + n <= RECORDS);
	memcpy(m->records + m->count, m->window, n * sizeof(*m->window));
	m->count += n;
	o->next = m->window;
}

static void translated(struct observer *o, uint32_t va_flags, uint32_t asid, uint32_t pa_page)
{
	(void)asid;
	*o->next++ = record_make(RECORD_MAP, va_flags, pa_page);
}

static int setup(void **state)
{
	struct machine *m = calloc(1, sizeof(*m));
	struct cpu_config config = {PROCESSORS, 16, 1, 42};

	m->ram = calloc(1, RAM);
	m->records = calloc(RECORDS, sizeof(*m->records));
	struct bus bus = {.ram = m->ram,
			  .ram_bytes = RAM,
			  .board = m,
			  .load = bus_load,
			  .store = bus_store,
			  .semihost = stop,
			  .monitor_call = call};
	m->cpus = cpus_new(&config, &bus);
	m->cpu = cpus_get(m->cpus, 0);
	*state = m;
	return 0;
}

static int teardown(void **state)
{
	struct machine *m = *state;

	cpus_free(m->cpus);
	free(m->ram);
	free(m->records);
	free(m);
	return 0;
}

static void put(struct machine *m, uint32_t va, const uint32_t *words, unsigned n)
{
	assert_int_equal(cpu_write(m->cpu, va, words, 4 * n), 0);
}
#define PUT(m, va, ...)                             \
	put(m, va, (const uint32_t[]){__VA_ARGS__}, \
	    sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static uint32_t word(struct machine *m, uint32_t va)
{
	uint32_t v = 0xdeadbeef;

	assert_int_equal(cpu_read(m->cpu, va, &v, 4), 0);
	return v;
}

/* Runs a processor from an address to STOP. */
static void run_cpu(struct machine *m, struct cpu *cpu, uint32_t pc)
{
	int before = m->stops;

	cpu_set_pc(cpu, pc);
	assert_int_equal(cpu_run(cpu, 100000), CPU_REQUESTED);
	assert_int_equal(m->stops, before + 1);
}

static void run(struct machine *m)
{
	run_cpu(m, m->cpu, CODE);
}

static void watch(struct machine *m)
{
	m->observer = (struct observer){
		m->window, m->window + (m->drain_room ? m->drain_room : 2048), drain, translated};
	cpu_observe(m->cpu, &m->observer);
}

#define EPC(cpu)     cpu_cp0(cpu, 14, 0)
#define CAUSE(cpu)   cpu_cp0(cpu, 13, 0)
#define CODE_OF(cpu) (CAUSE(cpu) >> 2 & 31)

/* Vectors that stop at once; $27 says through which. */
static void put_vectors(struct machine *m)
{
	PUT(m, REFILL, ADDIU(27, 0, 1), STOP);
	PUT(m, GENERAL, ADDIU(27, 0, 2), STOP);
	PUT(m, 0x80000200, ADDIU(27, 0, 3), STOP);
}

/* Writes a TLB entry through instructions. */
static void map(struct machine *m, unsigned index, uint32_t hi, uint32_t lo0, uint32_t lo1,
		uint32_t mask)
{
	cpu_set_gpr(m->cpu, 8, index);
	cpu_set_gpr(m->cpu, 9, hi);
	cpu_set_gpr(m->cpu, 10, lo0);
	cpu_set_gpr(m->cpu, 11, lo1);
	cpu_set_gpr(m->cpu, 12, mask);
	PUT(m, 0x80003000, MTC0(8, 0), MTC0(9, 10), MTC0(10, 2), MTC0(11, 3), MTC0(12, 5), TLBWI,
	    STOP);
	run_cpu(m, m->cpu, 0x80003000);
}

#define LO(pa, flags) ((pa) >> 6 | 3 << 3 | (flags)) /* flags: G 1, V 2, D 4 */

static void a_missing_page_is_refilled_and_used(void **state)
{
	struct machine *m = *state;

	PUT(m, CODE, LUI(4, 0x40), LW(2, 16, 4), STOP);
	PUT(m, REFILL, MFC0(26, 8), ADDIU(27, 0, LO(0x9000, 7)), MTC0(27, 2), MTC0(0, 3), TLBWR,
	    ERET);
	PUT(m, 0x80009010, 4711);
	run(m);
	assert_int_equal(cpu_gpr(m->cpu, 2), 4711);
	assert_int_equal(cpu_gpr(m->cpu, 26), 0x400010);
	assert_int_equal(cpu_tlb_refills(m->cpu), 1);
}

static void tlb_faults_tell_refill_invalid_and_modified_apart(void **state)
{
	struct machine *m = *state;

	put_vectors(m);
	map(m, 3, 0x00400000, LO(0x9000, 2), LO(0xa000, 0), 0);
	static const struct {
		uint32_t insn, address, code, vector;
	} cases[] = {
		{LW(2, 0, 4), 0x00400004, 0, 0}, {SW(2, 0, 4), 0x00400004, 1, 2},
		{LW(2, 0, 4), 0x00401004, 2, 2}, {SW(2, 0, 4), 0x00401004, 3, 2},
		{LW(2, 0, 4), 0x00402004, 2, 1}, {SW(2, 0, 4), 0x00402004, 3, 1},
		{LW(2, 0, 4), 0x00400001, 4, 2}, {SW(2, 0, 4), 0x00400002, 5, 2},
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		PUT(m, CODE, cases[i].insn, STOP);
		PUT(m, 0x80003100, MTC0(0, 12), STOP); /* EXL = 0 */
		run_cpu(m, m->cpu, 0x80003100);
		cpu_set_gpr(m->cpu, 4, cases[i].address);
		cpu_set_gpr(m->cpu, 27, 0);
		run(m);
		assert_int_equal(cpu_gpr(m->cpu, 27), cases[i].vector);
		if (!cases[i].vector)
			continue;
		assert_int_equal(CODE_OF(m->cpu), cases[i].code);
		assert_int_equal(EPC(m->cpu), CODE);
		assert_int_equal(cpu_cp0(m->cpu, 8, 0), cases[i].address);
	}
}

static void an_entry_serves_its_asid_or_all_when_global(void **state)
{
	struct machine *m = *state;
	uint32_t pa;

	map(m, 0, 0x00400005, LO(0x9000, 6), LO(0xa000, 6), 0);
	map(m, 1, 0x00600005, LO(0xb000, 7), LO(0xc000, 7), 0);
	assert_int_equal(cpu_translate(m->cpu, 0x00401234, true, &pa), 0);
	assert_int_equal(pa, 0xa234);
	PUT(m, CODE, ADDIU(8, 0, 6), MTC0(8, 10), STOP);
	run(m);
	assert_int_equal(cpu_translate(m->cpu, 0x00401234, true, &pa), -1);
	assert_int_equal(cpu_translate(m->cpu, 0x00601234, true, &pa), 0);
	assert_int_equal(pa, 0xc234);
}

static void pages_of_every_size_translate_both_halves(void **state)
{
	struct machine *m = *state;
	uint32_t pa;

	for (unsigned bits = 12; bits <= 28; bits += 2) {
		uint32_t page = 1u << bits, mask = (page - 1) << 1 & 0x1fffe000;

		map(m, 2, 0x40000000, LO(0, 7), LO(page & 0x0fffffff, 7), mask);
		assert_int_equal(cpu_translate(m->cpu, 0x40000000 + page - 4, false, &pa), 0);
		assert_int_equal(pa, page - 4);
		assert_int_equal(cpu_translate(m->cpu, 0x40000000 + page + 8, false, &pa), 0);
		assert_int_equal(pa, (page & 0x0fffffff) + 8);
		assert_int_equal(cpu_translate(m->cpu, 0x40000000 + 2 * page, false, &pa), -1);
	}
}

static void a_new_entry_takes_effect_on_a_page_already_in_use(void **state)
{
	struct machine *m = *state;

	PUT(m, 0x80009000, 1);
	PUT(m, 0x8000a000, 2);
	map(m, 0, 0x00400000, LO(0x9000, 7), 0, 0);
	PUT(m, CODE, LUI(4, 0x40), LW(2, 0, 4), STOP);
	run(m);
	assert_int_equal(cpu_gpr(m->cpu, 2), 1);
	map(m, 0, 0x00400000, LO(0xa000, 7), 0, 0);
	run(m);
	assert_int_equal(cpu_gpr(m->cpu, 2), 2);
}

static void random_replacement_spares_the_wired_entries(void **state)
{
	struct machine *m = *state;
	uint32_t pa, seen = 0;

	map(m, 4, 0x00400000, LO(0x9000, 7), 0, 0);
	PUT(m, CODE, ADDIU(8, 0, 5), MTC0(8, 6), MTC0(9, 10), TLBWR, TLBP, MFC0(2, 0), STOP);
	for (unsigned i = 0; i < 500; i++) {
		cpu_set_gpr(m->cpu, 9, 0x10000000 + i * 0x2000);
		run(m);
		assert_in_range(cpu_gpr(m->cpu, 2), 5, 15);
		seen |= 1u << cpu_gpr(m->cpu, 2);
	}
	assert_int_equal(seen, 0xffe0);
	assert_int_equal(cpu_translate(m->cpu, 0x00400000, true, &pa), 0);
}

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
		cpu_interrupt(m->cpu, 2, false);
		set_cp0(m, 12, cases[i].status);
		cpu_interrupt(m->cpu, 2, true);
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
	cpu_interrupt(m->cpu, 1, true);
	cpu_interrupt(m->cpu, 3, true);
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
	cpu_interrupt(m->cpu, 2, true);
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

/* LL on processor 0, then processor 1 stores at an offset, then SC on processor 0. */
static uint32_t linked_with_store_at(struct machine *m, uint32_t offset)
{
	struct cpu *other = cpus_get(m->cpus, 1);

	PUT(m, CODE, LL(2, 0, 4), STOP, ADDIU(2, 2, 1), SC(2, 0, 4), STOP);
	PUT(m, 0x80005000, SW(5, 0, 4), STOP);
	cpu_set_gpr(m->cpu, 4, DATA);
	run(m);
	cpu_set_gpr(other, 4, DATA + offset);
	run_cpu(m, other, 0x80005000);
	run_cpu(m, m->cpu, CODE + 8);
	return cpu_gpr(m->cpu, 2);
}

static void another_processors_store_to_the_line_breaks_a_link(void **state)
{
	struct machine *m = *state;

	assert_int_equal(linked_with_store_at(m, 0), 0);
	assert_int_equal(linked_with_store_at(m, 28), 0);
	assert_int_equal(linked_with_store_at(m, 32), 1);
	assert_int_equal(linked_with_store_at(m, 0x1000), 1);
	assert_int_equal(linked_with_store_at(m, 0), 0);
	assert_int_equal(word(m, DATA), 0); /* what the last store left */
}

static void sc_needs_its_ll_and_an_exception_between_breaks_it(void **state)
{
	struct machine *m = *state;

	cpu_set_gpr(m->cpu, 4, DATA);
	PUT(m, CODE, ADDIU(2, 0, 5), SC(2, 0, 4), LL(3, 0, 4), SC(3, 4, 4), STOP);
	run(m);
	assert_int_equal(cpu_gpr(m->cpu, 2), 0);
	assert_int_equal(cpu_gpr(m->cpu, 3), 0);
	PUT(m, CODE, LL(2, 0, 4), SYSCALL, SC(2, 0, 4), STOP);
	PUT(m, GENERAL, MFC0(26, 14), ADDIU(26, 26, 4), MTC0(26, 14), ERET);
	run(m);
	assert_int_equal(cpu_gpr(m->cpu, 2), 0);
	PUT(m, CODE, LL(2, 0, 4), ADDIU(2, 0, 9), SC(2, 0, 4), STOP);
	run(m);
	assert_int_equal(cpu_gpr(m->cpu, 2), 1);
	assert_int_equal(word(m, DATA), 9);
}

/* Runs one instruction at 0x00400000 (mapped to CODE's page) in a mode; the exception code. */
static unsigned in_mode(struct machine *m, uint32_t status, uint32_t insn)
{
	put_vectors(m);
	map(m, 0, 0x00400000, LO(0x1000, 7), LO(0x9000, 7), 0);
	map(m, 1, 0xc0000000, LO(0xa000, 7), LO(0xa000, 7), 0);
	PUT(m, CODE, insn, SYSCALL);
	cpu_set_gpr(m->cpu, 8, status | 2);
	cpu_set_gpr(m->cpu, 9, 0x00400000);
	cpu_set_gpr(m->cpu, 16, 0xc0000000);
	cpu_set_gpr(m->cpu, 17, 0x80000000);
	cpu_set_gpr(m->cpu, 18, 0xe0000000);
	PUT(m, 0x80003000, MTC0(9, 14), MTC0(8, 12), ERET);
	run_cpu(m, m->cpu, 0x80003000);
	return CODE_OF(m->cpu);
}

static void each_mode_has_its_segments_and_rights(void **state)
{
	enum { KERNEL = 0, SUPERVISOR = 8, USER = 16, FINE = 8 };
	static const struct {
		uint32_t status, insn;
		unsigned code;
	} cases[] = {
		{KERNEL, LW(2, 0, 17), FINE},
		{SUPERVISOR, LW(2, 0, 17), 4},
		{USER, LW(2, 0, 17), 4},
		{KERNEL, LW(2, 0, 16), FINE},
		{SUPERVISOR, LW(2, 0, 16), FINE},
		{USER, LW(2, 0, 16), 4},
		{USER, SW(2, 0, 16), 5},
		{KERNEL, LW(2, 0, 18), 2},
		{SUPERVISOR, LW(2, 0, 18), 4},
		{KERNEL, MFC0(2, 12), FINE},
		{SUPERVISOR, MFC0(2, 12), 11},
		{USER, MFC0(2, 12), 11},
		{USER | 0x10000000, MFC0(2, 12), FINE},
		{USER, 0x46000000, 11},
		{USER | 0x20000000, 0x46000000, FINE},
		{USER, SDBBP_UHI, 1000},
	};
	struct machine *m = *state;

	for (unsigned i = 0; i + 1 < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(in_mode(m, cases[i].status, cases[i].insn), cases[i].code);
}

static void at_error_level_user_addresses_are_physical(void **state)
{
	struct machine *m = *state;

	PUT(m, DATA, 31337);
	PUT(m, CODE, ADDIU(8, 0, 4), MTC0(8, 12), LUI(4, 0), ORI(4, 4, 0x8000), LW(2, 0, 4), STOP);
	run(m);
	assert_int_equal(cpu_gpr(m->cpu, 2), 31337);
}

static void addresses_outside_ram_go_to_the_bus(void **state)
{
	struct machine *m = *state;

	put_vectors(m);
	PUT(m, CODE, LUI(4, 0xbf00), LW(2, 0, 4), SW(2, 8, 4), STOP);
	run(m);
	assert_int_equal(cpu_gpr(m->cpu, 2), 0x55667788);
	assert_int_equal(m->bus_stores, 1);
	assert_int_equal(m->bus_pa, 0x1f000008);
	assert_int_equal(m->bus_value, 0x55667788);
	PUT(m, CODE, LUI(4, 0xbf00), LW(2, 4, 4), STOP);
	run(m);
	assert_int_equal(CODE_OF(m->cpu), 7); /* the bus refused */
	run_cpu(m, m->cpu, 0xa0000000 + RAM);
	assert_int_equal(CODE_OF(m->cpu), 6); /* no code there */
}

static void host_copies_stop_at_what_is_not_mapped_or_not_ram(void **state)
{
	struct machine *m = *state;
	char buffer[8192] = {0};

	assert_int_equal(cpu_read(m->cpu, 0x80000000 + RAM - 16, buffer, 16), 0);
	assert_int_equal(cpu_read(m->cpu, 0x80000000 + RAM - 16, buffer, 17), -1);
	assert_int_equal(cpu_read(m->cpu, 0x00400000, buffer, 1), -1);
	map(m, 0, 0x00400000, LO(0x9000, 7), LO(0xb000, 3), 0);
	memset(buffer, 0x5a, sizeof(buffer));
	assert_int_equal(cpu_write(m->cpu, 0x00400800, buffer, 4096), -1); /* second page: no D */
	assert_int_equal(word(m, 0x80009ffc), 0x5a5a5a5a);
	assert_int_equal(word(m, 0x8000b000), 0);
}

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
	cpu_interrupt(m->cpu, 0, true);
	assert_int_equal(cpu_run(m->cpu, 50), CPU_WAITING); /* masked */
	EXPECT(m, REC(MODE, 0, MODE_KERNEL), REC(RUN, CODE, 4),
	       REC(LOAD, DATA, REF_ARG(4, REF_LINKED, 0)),
	       REC(STORE, DATA, REF_ARG(4, REF_LINKED, 1)),
	       REC(PRIVILEGED, CODE + 12, PRIV_MTC0 | 10 << 11), REC(MODE, 7, MODE_KERNEL),
	       REC(RUN, CODE + 16, 1), REC(TLB_WRITE, 0x00402007, 0 | 12 << 16),
	       REC(RUN, CODE + 20, 1), REC(PRIVILEGED, CODE + 20, PRIV_WAIT),
	       REC(IDLE_BEGIN, CODE + 20, 0));
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

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_missing_page_is_refilled_and_used),
		TEST(tlb_faults_tell_refill_invalid_and_modified_apart),
		TEST(an_entry_serves_its_asid_or_all_when_global),
		TEST(pages_of_every_size_translate_both_halves),
		TEST(a_new_entry_takes_effect_on_a_page_already_in_use),
		TEST(random_replacement_spares_the_wired_entries),
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
		TEST(another_processors_store_to_the_line_breaks_a_link),
		TEST(sc_needs_its_ll_and_an_exception_between_breaks_it),
		TEST(each_mode_has_its_segments_and_rights),
		TEST(at_error_level_user_addresses_are_physical),
		TEST(addresses_outside_ram_go_to_the_bus),
		TEST(host_copies_stop_at_what_is_not_mapped_or_not_ram),
		TEST(an_observer_sees_runs_then_their_references_then_the_rest),
		TEST(a_run_is_cut_where_an_exception_leaves_it),
		TEST(tlb_writes_links_waits_and_mode_changes_are_reported),
		TEST(the_stream_does_not_depend_on_when_it_is_drained),
		TEST(unaligned_accesses_report_the_bytes_they_touch),
		TEST(what_a_device_reports_comes_after_the_run),
		TEST(a_monitor_call_reports_after_its_run_and_may_need_a_page),
		TEST(instructions_are_counted_alike_with_and_without_an_observer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
