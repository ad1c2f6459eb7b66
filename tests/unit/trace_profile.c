/* SPDX-License-Identifier: MIT */
/*
 * The profile of small streams in which a kernel does what MIPS Linux does: each test says in which
 * row the instructions must be found. The helpers below emit the records of the kernel's steps;
 * step(n) is n instructions of whatever is running.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sim/base/rng.h"
#include "traces/profile.h"

enum { INT = 0, MOD = 1, TLBL = 2, TLBS = 3, SYS = 8, CPU_UNUSABLE = 11 };
enum { READ = 4003, WRITE = 4004, EXIT = 4001, GETPID = 4020 };

#define TASK(n)	      (0x81000000u + 0x1000u * (n))
#define RESUME	      0x80020000u
#define AFTER_RESUME  0x80010108u
#define RET_FROM_FORK 0x80030000u

static struct profile p;
static uint64_t instructions;
static uint32_t pc;

static void put(enum record_kind kind, uint32_t addr, uint32_t arg)
{
	if (kind == RECORD_RUN) {
		instructions += arg;
		pc = addr + 4 * arg;
	}
	profile_next(&p, record_make(kind, addr, arg));
}

static void begin(void)
{
	profile_init(&p);
	instructions = 0;
	put(RECORD_MODE, 1, MODE_USER);
}

static void run_at(uint32_t addr, unsigned n)
{
	put(RECORD_RUN, addr, n);
}

/* Straight on. */
static void step(unsigned n)
{
	run_at(pc, n);
}

static void load(uint32_t addr)
{
	put(RECORD_LOAD, addr, REF_ARG(4, 0, 0));
}

static void store(uint32_t addr)
{
	put(RECORD_STORE, addr, REF_ARG(4, 0, 0));
}

static void exception(unsigned code, uint32_t flags, uint32_t operand)
{
	put(RECORD_EXCEPTION, pc, code | flags);
	put(RECORD_OPERAND, operand, 0);
	put(RECORD_MODE, 1, MODE_OF(p.mode) | MODE_EXL);
	pc = 0x80000180;
}

/* Exception level left, as Linux does after it has saved the registers. */
static void to_kernel(void)
{
	put(RECORD_MODE, 1, MODE_KERNEL);
}

static void eret(unsigned mode)
{
	put(RECORD_MODE, 1, mode | MODE_EXL);
	put(RECORD_ERET, 0x00400000, 0);
	put(RECORD_MODE, 1, mode);
	pc = mode == MODE_USER ? 0x00400000 : 0x80040000;
}

static void system_call(uint32_t number)
{
	exception(SYS, 0, number);
	to_kernel();
}

static void fault(unsigned code, uint32_t address)
{
	exception(code, 0, address);
	if (MODE_OF(p.mode) == MODE_USER)
		to_kernel();
}

static void refill(uint32_t address)
{
	exception(TLBL, EXC_REFILL, address);
}

static void interrupt(uint32_t lines)
{
	exception(INT, lines << 8, 0);
	to_kernel();
}

/* resume() of Linux, from one thread's structure to another's. */
static void switch_threads(unsigned from, unsigned to, uint32_t target)
{
	run_at(0x80010100, 2); /* the call */
	run_at(RESUME, 1);
	put(RECORD_PRIVILEGED, RESUME, PRIV_MFC0 | 12 << 3 << 8);
	run_at(RESUME + 4, 24);
	store(TASK(from) + 44);
	for (unsigned i = 0; i < 10; i++)
		store(TASK(from) + 4 * i);
	store(TASK(from) + 40);
	for (unsigned i = 0; i < 10; i++)
		load(TASK(to) + 4 * i);
	store(0x80400000); /* the kernel stack pointer */
	put(RECORD_PRIVILEGED, RESUME + 100, PRIV_MFC0 | 12 << 3 << 8);
	run_at(RESUME + 100, 5);
	load(TASK(to) + 44);
	run_at(target, 1);
}

static void clear_page(uint32_t page)
{
	for (unsigned i = 0; i < 1024; i++)
		store(page + 4 * i);
}

static void copy_page(uint32_t page, uint32_t from)
{
	for (unsigned i = 0; i < 1024; i++) {
		load(from + 4 * i);
		store(page + 4 * i);
	}
}

static uint64_t in_rows(void)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < PROFILE_ROWS; i++)
		sum += p.row[i].own.instructions;
	return sum;
}

static void end(void)
{
	profile_end(&p);
	assert_int_equal(in_rows(), instructions);
	profile_release(&p);
}

static const struct profile_row *call(unsigned number)
{
	return &p.row[PROFILE_CALL_LINUX + number - 4000];
}

static void a_system_call_lasts_from_its_exception_to_the_return_to_user_mode(void **state)
{
	(void)state;
	begin();
	step(10);
	for (int i = 0; i < 3; i++) {
		system_call(GETPID);
		step(100);
		load(0x81000000);
		store(0x81000004);
		put(RECORD_PRIVILEGED, 0, PRIV_MTC0);
		put(RECORD_CACHE_OP, 0, 1);
		put(RECORD_CACHE_OP, 0, 32);
		eret(MODE_USER);
		step(10);
	}
	system_call(5000);
	step(3);
	end();
	assert_int_equal(p.row[PROFILE_USER].own.instructions, 40);
	assert_int_equal(call(GETPID)->calls, 3);
	assert_int_equal(call(GETPID)->own.instructions, 300);
	assert_int_equal(call(GETPID)->own.loads, 3);
	assert_int_equal(call(GETPID)->own.stores, 3);
	assert_int_equal(call(GETPID)->own.privileged, 6); /* ERET is one */
	assert_int_equal(call(GETPID)->own.cache_ops, 3);
	assert_int_equal(p.row[PROFILE_CALL_OTHER].calls, 1); /* not over, but counted */
	assert_int_equal(p.row[PROFILE_CALL_OTHER].own.instructions, 3);
}

static void a_refill_is_of_the_user_or_a_fault_of_the_service_that_it_interrupts(void **state)
{
	(void)state;
	begin();
	refill(0x00401000);
	step(11);
	put(RECORD_TLB_WRITE, 0, 12 << 16);
	eret(MODE_USER);
	system_call(READ);
	step(20);
	refill(0xc0001000);
	step(11);
	put(RECORD_TLB_WRITE, 0, 12 << 16);
	eret(MODE_KERNEL);
	step(20);
	fault(TLBS, 0x00402000); /* copy to the user */
	to_kernel();
	step(50);
	interrupt(0x80);
	step(7);
	eret(MODE_KERNEL);
	step(50);
	eret(MODE_KERNEL);
	step(20);
	eret(MODE_USER);
	end();
	assert_int_equal(p.row[PROFILE_UTLB_MISS].calls, 1);
	assert_int_equal(p.row[PROFILE_UTLB_MISS].own.instructions, 11);
	assert_int_equal(p.row[PROFILE_UTLB_MISS].own.tlb_writes, 1);
	assert_int_equal(p.row[PROFILE_KERNEL_FAULT].calls, 1);
	assert_int_equal(p.row[PROFILE_KERNEL_FAULT].own.instructions, 11);
	assert_int_equal(p.row[PROFILE_QUICK_FAULT].own.instructions, 100);
	assert_int_equal(call(READ)->kernel_faults, 2);
	assert_int_equal(call(READ)->own.instructions, 60);
	assert_int_equal(call(READ)->nested.instructions, 111); /* without the interrupt */
	assert_int_equal(call(READ)->nested.tlb_writes, 1);
	assert_int_equal(call(READ)->own.tlb_writes, 0);
	assert_int_equal(p.row[PROFILE_INTERRUPT + SOURCE_TIMER].calls, 1);
	assert_int_equal(p.row[PROFILE_INTERRUPT + SOURCE_TIMER].own.instructions, 7);
}

static void a_page_fault_in_kernel_mode_counts_as_one_from_user_mode(void **state)
{
	(void)state;
	begin();
	system_call(READ);
	fault(TLBS, 0x00402000);
	step(500);
	to_kernel(); /* exception level is left */
	step(500);
	eret(MODE_KERNEL);
	fault(TLBS, 0x00402000);
	step(30); /* and here it is not */
	eret(MODE_KERNEL);
	fault(TLBS, 0x00403000);
	to_kernel();
	clear_page(0x81234000);
	step(700);
	eret(MODE_KERNEL);
	put(RECORD_MAP, 0x00403001, 0x1234);
	eret(MODE_USER);
	end();
	assert_int_equal(p.row[PROFILE_QUICK_FAULT].calls, 1);
	assert_int_equal(p.row[PROFILE_DEMAND_ZERO].calls, 1);
	assert_int_equal(p.row[PROFILE_KERNEL_FAULT].calls, 1);
	assert_int_equal(call(READ)->kernel_faults, 3);
	assert_int_equal(call(READ)->nested.instructions, 1730);
}

static void a_refill_handler_that_misses_itself_is_one_refill_and_a_kernel_fault(void **state)
{
	(void)state;
	begin();
	refill(0x00401000);
	step(3);
	exception(TLBL, 0, 0xc0000000); /* through the general vector: EXL was set */
	step(30);
	put(RECORD_ERET, 0x00401000, 0); /* one return, to the user */
	put(RECORD_MODE, 1, MODE_USER);
	step(5);
	end();
	assert_int_equal(p.row[PROFILE_UTLB_MISS].calls, 1);
	assert_int_equal(p.row[PROFILE_UTLB_MISS].own.instructions, 3);
	assert_int_equal(p.row[PROFILE_UTLB_MISS].nested.instructions, 30);
	assert_int_equal(p.row[PROFILE_UTLB_MISS].kernel_faults, 1);
	assert_int_equal(p.row[PROFILE_KERNEL_FAULT].calls, 1);
	assert_int_equal(p.row[PROFILE_USER].own.instructions, 5);
}

/* What the handler fills, and what the missing page is mapped to afterwards. */
static void a_fault_is_what_it_did_for_the_page_that_was_missing(void **state)
{
	enum { NOTHING = 0, ZERO = 1, COPY = 2, REQUEST = 4, HALF = 8, FAST = 16 };
	static const struct {
		unsigned row;
		unsigned does;
		uint32_t mapped_to; /* 0: no MAP */
	} cases[] = {
		{PROFILE_QUICK_FAULT, NOTHING, 0x2000},
		{PROFILE_QUICK_FAULT, NOTHING, 0},
		{PROFILE_DEMAND_ZERO, ZERO, 0x1234},
		{PROFILE_DEMAND_ZERO, ZERO, 0},
		{PROFILE_QUICK_FAULT, ZERO, 0x2000}, /* it was a page table */
		{PROFILE_COPY_ON_WRITE, COPY, 0x1235},
		{PROFILE_COPY_ON_WRITE, COPY, 0},
		{PROFILE_COPY_ON_WRITE, ZERO | COPY, 0x1235},
		{PROFILE_DEMAND_ZERO, ZERO | COPY, 0x1234},
		{PROFILE_QUICK_FAULT, HALF, 0x1236},
		{PROFILE_FAST_FAULT, FAST, 0x2000},
		{PROFILE_DEMAND_ZERO, FAST | ZERO, 0x1234},
		{PROFILE_PAGE_IN, ZERO | REQUEST, 0x1234},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		begin();
		exception(i & 1 ? TLBL : TLBS, 0, 0x00403abc);
		if (!(cases[i].does & FAST))
			to_kernel();
		step(40);
		if (cases[i].does & ZERO)
			clear_page(0x81234000);
		if (cases[i].does & COPY)
			copy_page(0x81235000, 0xffff7000);
		if (cases[i].does & HALF)
			for (unsigned j = 0; j < 512; j++)
				store(0x81236000 + 4 * j);
		if (cases[i].does & REQUEST)
			put(RECORD_IO_BEGIN, 0, SOURCE_DISK);
		eret(MODE_USER);
		put(RECORD_MAP, 0x00500001, 0x1234); /* of another page */
		if (cases[i].mapped_to)
			put(RECORD_MAP, 0x00403001, cases[i].mapped_to);
		step(1);
		end();
		for (unsigned row = PROFILE_UTLB_MISS; row < PROFILE_ROWS; row++)
			if (p.row[row].calls != (row == cases[i].row))
				fail_msg("case %zu: row %u", i, row);
		assert_int_equal(p.row[cases[i].row].own.instructions, 40);
	}
}

static void a_page_may_be_cleared_in_pieces_and_is_mapped_after_an_interrupt(void **state)
{
	(void)state;
	begin();
	fault(TLBS, 0x00403000);
	for (unsigned i = 0; i < 1024; i++) {
		store(0x81234000 + 4 * i);
		if (i == 700) {
			interrupt(0x80);
			step(9);
			clear_page(0x81777000);
			store(0x81234000);
			eret(MODE_KERNEL);
		}
	}
	eret(MODE_USER);
	interrupt(0x80);
	step(9);
	eret(MODE_USER);
	put(RECORD_MAP, 0x00403001, 0x1234);
	end();
	assert_int_equal(p.row[PROFILE_DEMAND_ZERO].calls, 1);
	assert_int_equal(p.row[PROFILE_INTERRUPT + SOURCE_TIMER].calls, 2);
}

static void the_marks_of_a_guest_say_that_a_page_was_zeroed(void **state)
{
	(void)state;
	begin();
	fault(TLBS, 0x00403000);
	put(RECORD_ZERO_BEGIN, 0x01234000, 0);
	put(RECORD_ZERO_END, 0x01234000, 0);
	eret(MODE_USER);
	put(RECORD_MAP, 0x00403001, 0x1234);
	end();
	assert_int_equal(p.row[PROFILE_DEMAND_ZERO].calls, 1);
}

static void a_service_that_sleeps_goes_on_when_its_thread_does(void **state)
{
	(void)state;
	begin();
	system_call(READ); /* thread 1 */
	step(10);
	switch_threads(1, 0, RET_FROM_FORK); /* idle: 1st time, anywhere */
	step(100);
	put(RECORD_IDLE_BEGIN, pc, 0);
	put(RECORD_INTERRUPT, 14, SOURCE_DISK);
	put(RECORD_IDLE_END, 4, SOURCE_DISK);
	put(RECORD_OPERAND, 5000, 0);
	interrupt(0x04);
	step(60);
	eret(MODE_KERNEL);
	step(100);
	switch_threads(0, 2, RET_FROM_FORK); /* a new process */
	step(4);
	eret(MODE_USER);
	step(1000);
	system_call(WRITE);
	step(8);
	switch_threads(2, 1, AFTER_RESUME);
	step(20);
	eret(MODE_USER); /* read ends */
	system_call(READ);
	switch_threads(1, 2, AFTER_RESUME);
	step(5);
	eret(MODE_USER); /* write ends */
	system_call(EXIT);
	step(6);
	switch_threads(2, 0, AFTER_RESUME);
	switch_threads(0, 2, RET_FROM_FORK); /* another in the same place */
	step(1);
	end();
	/* A switch is 27 instructions of the old thread and 6 of the new one. */
	assert_int_equal(p.switches, 6);
	assert_int_equal(call(READ)->calls, 2);
	assert_int_equal(call(READ)->own.instructions, (10 + 27) + (6 + 20) + 27);
	assert_int_equal(call(WRITE)->calls, 1);
	assert_int_equal(call(WRITE)->own.instructions, (8 + 27) + (6 + 5));
	assert_int_equal(call(EXIT)->calls, 1);
	assert_int_equal(call(EXIT)->own.instructions, 6 + 27 + 5); /* until the jump */
	assert_int_equal(p.row[PROFILE_USER].own.instructions, 1000);
	assert_int_equal(p.row[PROFILE_INTERRUPT + SOURCE_DISK].own.instructions, 60);
	assert_int_equal(p.idles[SOURCE_DISK], 1);
	assert_int_equal(p.idle_cycles[SOURCE_DISK], 5000);
}

static void copies_of_memory_are_no_switches(void **state)
{
	static const uint32_t from = 0x81100000, to = 0x81200000;

	(void)state;
	begin();
	system_call(READ);
	for (unsigned block = 1; block < 12; block++) { /* words in a block of a copy */
		put(RECORD_PRIVILEGED, 0, PRIV_MFC0 | 12 << 3 << 8);
		run_at(0x80050000, 64);
		for (unsigned i = 0; i < 64; i += block) {
			for (unsigned j = 0; j < block && block < 10; j++)
				store(to + 4 * (i + j));
			for (unsigned j = 0; j < block; j++)
				load(from + 4 * (i + j));
		}
	}
	put(RECORD_PRIVILEGED, 0, PRIV_MFC0 | 12 << 3 << 8);
	for (unsigned i = 0; i < 10; i++) /* saved and restored at once: the same thread */
		store(to + 4 * i);
	for (unsigned i = 0; i < 10; i++)
		load(to + 4 * i);
	end();
	assert_int_equal(p.switches, 0);
}

static void interrupts_belong_to_the_device_that_raised_its_line(void **state)
{
	static const struct {
		int raised; /* -1: none */
		uint32_t lines;
		enum source source;
	} cases[] = {
		{-1, 0x80, SOURCE_TIMER},
		{-1, 0x01, SOURCE_PROCESSOR},
		{-1, 0x81, SOURCE_TIMER},
		{-1, 0x04, SOURCE_OTHER},
		{SOURCE_DISK, 0x04, SOURCE_DISK},
		{-1, 0x04, SOURCE_DISK}, /* the line was still up */
		{SOURCE_NETWORK, 0x84, SOURCE_NETWORK},
		{SOURCE_CONSOLE, 0x80, SOURCE_TIMER}, /* not yet taken */
		{-1, 0x04, SOURCE_CONSOLE},
	};
	uint64_t wanted[SOURCE_COUNT] = {0};

	(void)state;
	begin();
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (cases[i].raised >= 0)
			put(RECORD_INTERRUPT, 3, (uint32_t)cases[i].raised);
		interrupt(cases[i].lines);
		step(1);
		eret(MODE_USER);
		wanted[cases[i].source]++;
	}
	end();
	for (unsigned s = 0; s < SOURCE_COUNT; s++)
		assert_int_equal(p.row[PROFILE_INTERRUPT + s].calls, wanted[s]);
	assert_int_equal(p.interrupts[SOURCE_DISK], 1);
}

static void requests_and_their_pieces_are_added_up_by_image_and_direction(void **state)
{
	(void)state;
	begin();
	system_call(WRITE);
	put(RECORD_IO_BEGIN, 0, SOURCE_DISK | IO_WRITE);
	put(RECORD_DISK, 7, 3 | DISK_WRITE | DISK_OVERLAY | 8 << 12);
	put(RECORD_OPERAND, 0x1000, 0);
	put(RECORD_DISK, 8, 3 | DISK_WRITE | 1 << 12);
	put(RECORD_OPERAND, 0x2000, 0);
	eret(MODE_USER);
	put(RECORD_IO_BEGIN, 1, SOURCE_NETWORK);
	put(RECORD_NETWORK, 1514, NETWORK_FIRST);
	put(RECORD_OPERAND, 0x1000, 0);
	put(RECORD_IO_END, 0, SOURCE_DISK | IO_WRITE | IO_FAILED);
	end();
	assert_int_equal(p.disk[3][1].parts, 2);
	assert_int_equal(p.disk[3][1].bytes, 4608);
	assert_int_equal(p.disk[3][1].overlay_bytes, 4096);
	assert_int_equal(p.disk[3][0].parts, 0);
	assert_int_equal(p.network[0].bytes, 1514);
	assert_int_equal(p.requests[1], 1);
	assert_int_equal(p.requests[0], 1);
	assert_int_equal(p.failed_requests, 1);
	assert_int_equal(call(WRITE)->requests, 1);
}

static void time_goes_where_the_instructions_go(void **state)
{
	(void)state;
	begin();
	profile_charge(&p, 5);
	system_call(READ);
	profile_charge(&p, 7);
	eret(MODE_USER);
	profile_charge(&p, 1);
	end();
	assert_int_equal(p.row[PROFILE_USER].own.cycles, 6);
	assert_int_equal(call(READ)->own.cycles, 7);
}

static void whatever_the_stream_each_instruction_is_in_one_row(void **state)
{
	static const uint32_t addresses[] = {0, 4, 0x80001000, 0x81000000, 0xc0000000, 0xfffffffc};
	struct rng rng = {1};

	(void)state;
	for (unsigned round = 0; round < 200; round++) {
		uint64_t loads = 0, sum = 0;

		begin();
		for (unsigned i = 0; i < 5000; i++) {
			uint64_t x = rng_next(&rng);
			enum record_kind kind = 1 + x % (RECORD_KIND_COUNT - 1);
			uint32_t arg = (uint32_t)(x >> 8) & 0xffff;

			switch (x >> 60) {
			case 0:
				switch_threads(x >> 8 & 3, x >> 10 & 3,
					       x & 4096 ? AFTER_RESUME : RET_FROM_FORK);
				loads += 11;
				break;
			case 1:
				exception(x >> 8 & 31, (uint32_t)(x >> 13) & 0xff20, (uint32_t)x);
				break;
			case 2:
				eret(x & 256 ? MODE_USER : MODE_KERNEL);
				break;
			case 3:
				switch_threads((unsigned)i * 5, (unsigned)(x >> 20) & 0xfff, 0);
				loads += 11;
				break;
			default:
				loads += kind == RECORD_LOAD;
				instructions += kind == RECORD_FETCH;
				put(kind, addresses[x >> 32 & 3], arg);
			}
		}
		end();
		for (unsigned i = 0; i < PROFILE_ROWS; i++)
			sum += p.row[i].own.loads;
		assert_int_equal(sum, loads);
	}
}

static void more_threads_than_a_kernel_has_are_forgotten(void **state)
{
	(void)state;
	begin();
	system_call(READ);
	for (unsigned i = 0; i < 10000; i++) {
		switch_threads(i, i + 1, AFTER_RESUME);
		exception(INT, 0x8000, 0);
		step(1);
	}
	end();
	assert_int_equal(p.row[PROFILE_INTERRUPT + SOURCE_TIMER].calls, 10000);
	assert_int_equal(call(READ)->calls, 1);
}

static void rows_have_the_names_of_table_2_and_of_linux(void **state)
{
	static const struct {
		unsigned row;
		const char *name;
	} cases[] = {
		{PROFILE_USER, "user"},
		{PROFILE_UTLB_MISS, "UTLB_MISS"},
		{PROFILE_QUICK_FAULT, "QUICK_FAULT"},
		{PROFILE_DEMAND_ZERO, "DEMAND_ZERO"},
		{PROFILE_INTERRUPT + SOURCE_NETWORK, "interrupt: network"},
		{PROFILE_EXCEPTION + CPU_UNUSABLE, "coprocessor unusable"},
		{PROFILE_EXCEPTION + 31, "exception 31"},
		{PROFILE_CALL + 5, "system call 5"},
		{PROFILE_CALL_LINUX + 3, "read"},
		{PROFILE_CALL_LINUX + 4, "write"},
		{PROFILE_CALL_LINUX + 5, "open"},
		{PROFILE_CALL_LINUX + 11, "execve"},
		{PROFILE_CALL_LINUX + 288, "openat"},
		{PROFILE_CALL_LINUX + 511, "system call 4511"},
		{PROFILE_CALL_OTHER, "system call of no known number"},
	};
	char name[PROFILE_NAME_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(profile_row_name(cases[i].row, name), cases[i].name);
	for (unsigned row = 0; row < PROFILE_ROWS; row++)
		assert_true(profile_row_name(row, name) && strlen(profile_row_name(row, name)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_system_call_lasts_from_its_exception_to_the_return_to_user_mode),
		cmocka_unit_test(
			a_refill_is_of_the_user_or_a_fault_of_the_service_that_it_interrupts),
		cmocka_unit_test(a_page_fault_in_kernel_mode_counts_as_one_from_user_mode),
		cmocka_unit_test(
			a_refill_handler_that_misses_itself_is_one_refill_and_a_kernel_fault),
		cmocka_unit_test(a_fault_is_what_it_did_for_the_page_that_was_missing),
		cmocka_unit_test(a_page_may_be_cleared_in_pieces_and_is_mapped_after_an_interrupt),
		cmocka_unit_test(the_marks_of_a_guest_say_that_a_page_was_zeroed),
		cmocka_unit_test(a_service_that_sleeps_goes_on_when_its_thread_does),
		cmocka_unit_test(copies_of_memory_are_no_switches),
		cmocka_unit_test(interrupts_belong_to_the_device_that_raised_its_line),
		cmocka_unit_test(requests_and_their_pieces_are_added_up_by_image_and_direction),
		cmocka_unit_test(time_goes_where_the_instructions_go),
		cmocka_unit_test(whatever_the_stream_each_instruction_is_in_one_row),
		cmocka_unit_test(more_threads_than_a_kernel_has_are_forgotten),
		cmocka_unit_test(rows_have_the_names_of_table_2_and_of_linux),
	};

	return cmocka_run_group_tests_name("trace profile", tests, NULL, NULL);
}
