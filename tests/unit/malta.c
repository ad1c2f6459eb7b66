/* SPDX-License-Identifier: MIT */
/* The malta board: where accesses go, what the boot monitor leaves, devices' times and waiting,
 * ends. The guests are a few hand-encoded instructions at 0x80100000. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/rng.h"
#include "sim/board/i8254.h"
#include "sim/board/isa.h"
#include "sim/board/malta.h"

#define CODE 0x80100000u
#define DATA 0x80200000u

enum { ZERO, T0 = 8, T1, T2, T3, A0 = 4 };

#define NOP		 0u
#define LUI(t, v)	 (0x3c000000u | (t) << 16 | ((v)&0xffff))
#define ORI(t, s, v)	 (0x34000000u | (s) << 21 | (t) << 16 | ((v)&0xffff))
#define ANDI(t, s, v)	 (0x30000000u | (s) << 21 | (t) << 16 | ((v)&0xffff))
#define LI(t, v)	 LUI(t, (v) >> 16), ORI(t, t, v)
#define SW(t, off, base) (0xac000000u | (base) << 21 | (t) << 16 | ((off)&0xffff))
#define BEQ(s, t, by)	 (0x10000000u | (s) << 21 | (t) << 16 | ((by)&0xffff))
#define MTC0(t, d)	 (0x40800000u | (t) << 16 | (d) << 11)
#define MFC0(t, d)	 (0x40000000u | (t) << 16 | (d) << 11)
#define WAIT		 0x42000020u
#define SPIN		 BEQ(ZERO, ZERO, -1), NOP
/* The FPGA's reset ends the machine. */
#define OFF LI(T0, 0xbf000500), ORI(T1, ZERO, 0x42), SW(T1, 0, T0), SPIN

struct machine {
	struct board *board;
	struct malta *m;
	struct cpu *cpu;
	struct error err;
};

static struct machine start_several(unsigned processors, const uint32_t *code, size_t words,
				    const char *initrd, int argc, char *const *argv)
{
	struct machine t = {.err = {.text = ""}};
	char path[] = "/tmp/discosim-malta-XXXXXX";
	struct {
		Elf32_Ehdr header;
		Elf32_Phdr segment;
	} f = {
		.header = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT},
			   .e_type = ET_EXEC,
			   .e_machine = EM_MIPS,
			   .e_version = EV_CURRENT,
			   .e_entry = CODE,
			   .e_phoff = sizeof(Elf32_Ehdr),
			   .e_flags = 0x70001001,
			   .e_phentsize = sizeof(Elf32_Phdr),
			   .e_phnum = 1},
		.segment = {PT_LOAD, sizeof(f), CODE, CODE, (uint32_t)words * 4, 4096, 7, 4},
	};
	struct board_config config = {
		.guest = path,
		.argv = argv,
		.argc = argc,
		.model = processors > 1 ? CPU_34KF : CPU_24KF,
		.processors = processors,
		.tlb_entries = 64,
		.ram_bytes = 16 << 20,
		.initrd = initrd,
		.input = open("/dev/null", O_RDONLY),
		.output = open("/dev/null", O_WRONLY),
		.error = STDERR_FILENO,
	};
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, &f, sizeof(f)), sizeof(f));
	assert_int_equal(write(fd, code, words * 4), words * 4);
	close(fd);
	t.board = board_new(&board_malta, &config, &t.err);
	if (!t.board)
		fail_msg("%s", t.err.text);
	unlink(path);
	t.m = (struct malta *)t.board;
	t.cpu = cpus_get(t.board->cpus, 0);
	return t;
}

static struct machine start(const uint32_t *code, size_t words, const char *initrd, int argc,
			    char *const *argv)
{
	return start_several(1, code, words, initrd, argc, argv);
}

#define START(code) start(code, sizeof(code) / sizeof((code)[0]), NULL, 0, NULL)

static void release(struct machine *t)
{
	int input = t->board->config->input, output = t->board->config->output;

	board_free(t->board);
	close(input);
	close(output);
}

static int finish(struct machine *t)
{
	int rc = 0;

	for (int i = 0; i < 1000 && !rc && t->board->state == BOARD_RUNNING; i++)
		rc = board_run(t->board, 10000, &t->err);
	return rc;
}

static uint32_t word(struct machine *t, uint32_t va)
{
	uint32_t v;

	assert_int_equal(cpu_read(t->cpu, va, &v, 4), 0);
	return v;
}

static void text(struct machine *t, uint32_t va, char to[256])
{
	assert_int_equal(cpu_read(t->cpu, va, to, 255), 0);
	to[255] = '\0';
}

static int load(struct machine *t, uint32_t pa, unsigned bytes, uint64_t *v)
{
	int rc;

	t->m->current = t->cpu;
	rc = malta_load(t->m, t->cpu, pa, bytes, v);
	t->m->current = NULL;
	return rc;
}

static int store(struct machine *t, uint32_t pa, unsigned bytes, uint64_t v)
{
	int rc;

	t->m->current = t->cpu;
	rc = malta_store(t->m, t->cpu, pa, bytes, v);
	t->m->current = NULL;
	return rc;
}

static const uint32_t spin[] = {SPIN};

static void an_access_reaches_what_is_there_in_any_width(void **state)
{
	static const struct {
		uint32_t pa;
		unsigned bytes;
		int rc;
		uint64_t value;
	} cases[] = {
		{0x1fc00010, 4, 0, 0x420}, /* revision */
		{0x1fc00011, 1, 0, 0x04},	{0x1fc00010, 2, 0, 0x420},
		{0x1fc00010, 8, 0, 0x420},	{0x1fc00000, 4, 0, 0}, /* empty flash */
		{0x1f000208, 4, 0, 2},				       /* little-endian */
		{0x1be00068, 4, 0, 0xdf},			       /* where the GT-64120 is */
		{0x1be00069, 1, 0, 0},		{0x1be00058, 8, 0, 0x80}, /* M0's low end */
		{0x180003fd, 1, 0, 0x60},				  /* the console's LSR */
		{0x180003fc, 4, 0, 0x00b06000}, /* MCR, LSR, MSR, scratch */
		{0x18000021, 1, 0, 0},		/* interrupt mask */
		{0x18000300, 1, 0, 0xff},	/* nobody on ISA */
		{0x18000300, 4, 0, 0xffffffff}, {0x18012340, 4, 0, 0xffffffff}, /* on PCI */
		{0x10000000, 4, 0, 0xffffffff}, {0x10000000, 8, 0, 0xffffffffffffffff},
		{0x10000002, 2, 0, 0xffff},	{0x01000000, 4, -1, 0}, /* above RAM */
		{0x1c000000, 4, -1, 0},		{0x20000000, 4, -1, 0},
		{0xfffffff8, 8, -1, 0},
	};
	struct machine t = START(spin);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t v = 0;

		assert_int_equal(load(&t, cases[i].pa, cases[i].bytes, &v), cases[i].rc);
		if (!cases[i].rc)
			assert_int_equal(v, cases[i].value);
		if (cases[i].rc)
			assert_int_equal(store(&t, cases[i].pa, cases[i].bytes, 0), -1);
	}
	assert_int_equal(store(&t, 0x180003ff, 1, 0x5a), 0);
	assert_int_equal(store(&t, 0x18000020, 2, 0xff0a), 0); /* a command, then the mask */
	{
		uint64_t v;

		load(&t, 0x180003ff, 1, &v);
		assert_int_equal(v, 0x5a);
		load(&t, 0x18000021, 1, &v);
		assert_int_equal(v, 0xff);
	}
	release(&t);
}

static void any_accesses_leave_memory_alone(void **state)
{
	static const uint32_t base[] = {0x18000000, 0x1be00000, 0x10000000, 0x1f000000, 0};
	struct machine t = START(spin);
	uint8_t *before = malloc(t.m->bus.ram_bytes);
	struct rng rng = {17};
	uint64_t v;

	(void)state;
	assert_non_null(before);
	memcpy(before, t.m->bus.ram, t.m->bus.ram_bytes);
	for (int i = 0; i < 500000 && t.board->state == BOARD_RUNNING; i++) {
		uint64_t r = rng_next(&rng);
		unsigned bytes = 1u << (r & 3), n = (r >> 2) % 5;
		uint32_t pa = n == 4 ? (uint32_t)(r >> 32) : base[n] + (uint32_t)(r >> 32) % 0x2000;

		pa &= ~(bytes - 1);
		if (pa < t.m->bus.ram_bytes || (pa & ~7u) == 0x1f000500 || pa - 0x18000cf8 < 8 ||
		    pa - 0x18001000 < 64)
			continue; /* RAM is the core's; what ends the machine has tests of its own
				   */
		if (r & 0x100)
			load(&t, pa, bytes, &v);
		else
			store(&t, pa, bytes, rng_next(&rng));
		if (!(r >> 20 & 1023))
			board_run(t.board, 1000, &t.err);
	}
	assert_memory_equal(before, t.m->bus.ram, t.m->bus.ram_bytes);
	free(before);
	release(&t);
}

static void the_boot_monitor_leaves_arguments_and_an_initial_disk(void **state)
{
	static char *const argv[] = {"console=ttyS0", "quiet"};
	char path[] = "/tmp/discosim-initrd-XXXXXX", said[256], wanted[256];
	int fd = mkstemp(path);
	struct machine t;
	uint32_t vector;

	(void)state;
	assert_int_equal(write(fd, "0123456789", 10), 10);
	close(fd);
	t = start(spin, 2, path, 2, argv);
	unlink(path);
	assert_int_equal(cpu_pc(t.cpu), CODE);
	assert_int_equal(cpu_gpr(t.cpu, A0), 2);
	assert_int_equal(cpu_gpr(t.cpu, A0 + 3), 16 << 20);
	vector = cpu_gpr(t.cpu, A0 + 1);
	text(&t, word(&t, vector + 4), said);
	snprintf(wanted, sizeof(wanted),
		 "rd_start=0xffffffff80fe0000 rd_size=10 console=ttyS0 quiet");
	assert_string_equal(said, wanted);
	assert_memory_equal(t.m->bus.ram + 0xfe0000, "0123456789", 10);
	assert_int_equal(word(&t, vector + 8), 0);
	vector = cpu_gpr(t.cpu, A0 + 2);
	text(&t, word(&t, vector), said);
	assert_string_equal(said, "memsize");
	text(&t, word(&t, vector + 4), said);
	assert_string_equal(said, "16777216");
	release(&t);
}

/* Counter 0 of the i8254 runs out once, after so many ticks. */
static void set_timer(struct machine *t, unsigned ticks)
{
	store(t, 0x18000043, 1, 0x30);
	store(t, 0x18000040, 1, ticks & 255);
	store(t, 0x18000040, 1, ticks >> 8);
}

static void a_devices_time_is_met(void **state)
{
	/* Looks for IP2 and notes Count when it is there. */
	static const uint32_t code[] = {LI(T3, DATA),	   MFC0(T0, 13), ANDI(T0, T0, 0x400),
					BEQ(T0, ZERO, -3), NOP,		 MFC0(T1, 9),
					SW(T1, 0, T3),	   OFF};
	static const unsigned ticks[] = {1, 2, 50, 119, 120, 1000, 20001, 65535};

	(void)state;
	for (size_t i = 0; i < sizeof(ticks) / sizeof(ticks[0]); i++) {
		struct machine t = START(code);
		uint64_t due = cycles_of(ticks[i], I8254_HZ), seen;

		set_timer(&t, ticks[i]);
		assert_int_equal(finish(&t), 0);
		assert_int_equal(t.board->state, BOARD_EXITED);
		assert_int_equal(t.board->exit_status, 0);
		seen = 2ull * word(&t, DATA);
		assert_in_range(seen, due - 2, due + 64 + 10);
		release(&t);
	}
}

static void time_jumps_while_all_wait(void **state)
{
	/* Lets IP2 through without taking it, waits, notes Count. */
	static const uint32_t code[] = {LI(T3, DATA), LI(T0, 0x10000400), MTC0(T0, 12),	 WAIT,
					NOP,	      MFC0(T1, 9),	  SW(T1, 0, T3), OFF};
	/* 50 ms; and such that the timer runs out in a turn in which nobody executes anything. */
	static const unsigned ticks[] = {59659, 121, 180, 238};

	(void)state;
	for (size_t i = 0; i < sizeof(ticks) / sizeof(ticks[0]); i++) {
		struct machine t = START(code);
		uint64_t due = cycles_of(ticks[i], I8254_HZ);

		set_timer(&t, ticks[i]);
		if (finish(&t))
			fail_msg("%u ticks: %s", ticks[i], t.err.text);
		assert_int_equal(t.board->state, BOARD_EXITED);
		assert_in_range(2ull * word(&t, DATA), due - 2, due + 64);
		assert_in_range(board_instructions(t.board), 10, 100);
		release(&t);
	}
}

static void time_does_not_jump_while_one_executes(void **state)
{
	/* The first processor goes round in long blocks, the second waits. */
	enum { BLOCK = 27 };
	static const uint32_t code[BLOCK + 3] = {
		[BLOCK - 2] = BEQ(ZERO, ZERO, 1 - BLOCK), [BLOCK] = WAIT};
	struct machine t = start_several(2, code, sizeof(code) / 4, NULL, 0, NULL);
	struct cpu *other = cpus_get(t.board->cpus, 1);
	uint64_t before = 0;

	(void)state;
	cpu_set_pc(other, CODE + 4 * BLOCK);
	cpu_activate(other);
	store(&t, 0x18000043, 1, 0x36); /* the i8254: a square wave of 12 ticks */
	store(&t, 0x18000040, 1, 12);
	store(&t, 0x18000040, 1, 0);
	for (int round = 0; round < 20000; round++) {
		assert_int_equal(board_run(t.board, 1, &t.err), 0);
		assert_in_range(cpu_time(t.cpu), before, before + 300);
		before = cpu_time(t.cpu);
	}
	assert_in_range(cpu_instructions(other), 1, 2);
	release(&t);
}

static void waiting_for_nothing_is_an_error(void **state)
{
	static const uint32_t code[] = {MTC0(ZERO, 12), WAIT, SPIN};
	struct machine t = START(code);

	(void)state;
	assert_int_equal(finish(&t), -1);
	assert_int_equal(t.board->state, BOARD_FAILED);
	assert_non_null(strstr(t.err.text, "stuck: every processor waits (WAIT)"));
	release(&t);
}

static void each_way_to_end_it_ends_it(void **state)
{
	static const struct {
		uint32_t pa;
		unsigned bytes;
		uint32_t value;
		bool ends;
	} cases[] = {
		{0x1f000500, 4, 0x41, false}, {0x1f000500, 4, 0x42, true},
		{0x18000cf9, 1, 2, false},    {0x18000cf9, 1, 6, true},
		{0x18000064, 1, 0xff, false}, {0x18000064, 1, 0xfe, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct machine t = START(spin);

		store(&t, cases[i].pa, cases[i].bytes, cases[i].value);
		assert_int_equal(t.board->state, cases[i].ends ? BOARD_EXITED : BOARD_RUNNING);
		release(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_access_reaches_what_is_there_in_any_width),
		cmocka_unit_test(any_accesses_leave_memory_alone),
		cmocka_unit_test(the_boot_monitor_leaves_arguments_and_an_initial_disk),
		cmocka_unit_test(a_devices_time_is_met),
		cmocka_unit_test(time_jumps_while_all_wait),
		cmocka_unit_test(time_does_not_jump_while_one_executes),
		cmocka_unit_test(waiting_for_nothing_is_an_error),
		cmocka_unit_test(each_way_to_end_it_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
