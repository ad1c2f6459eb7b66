/* SPDX-License-Identifier: MIT */
/* The core's memory: TLB, modes and their segments, links between processors, bus, host copies. */
#include "tests/unit/mips_machine.h"

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
	};
	struct machine *m = *state;

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_missing_page_is_refilled_and_used),
		TEST(tlb_faults_tell_refill_invalid_and_modified_apart),
		TEST(an_entry_serves_its_asid_or_all_when_global),
		TEST(pages_of_every_size_translate_both_halves),
		TEST(a_new_entry_takes_effect_on_a_page_already_in_use),
		TEST(random_replacement_spares_the_wired_entries),
		TEST(another_processors_store_to_the_line_breaks_a_link),
		TEST(sc_needs_its_ll_and_an_exception_between_breaks_it),
		TEST(each_mode_has_its_segments_and_rights),
		TEST(at_error_level_user_addresses_are_physical),
		TEST(addresses_outside_ram_go_to_the_bus),
		TEST(host_copies_stop_at_what_is_not_mapped_or_not_ram),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
