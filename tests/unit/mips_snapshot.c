/* SPDX-License-Identifier: MIT */
/*
 * The processors in a snapshot: a restored set goes on exactly as the saved one, to the last
 * record. The guest is made to depend on all that could be forgotten: what TLBWR replaced, timers,
 * waiting, links, the FPU, and code that is rewritten, which ends blocks early and so moves
 * interrupts.
 */
#include <stdio.h>
#include <unistd.h>

#include "sim/base/hash.h"
#include "sim/base/snapshot.h"
#include "sim/mips/state.h"
#include "tests/unit/mips_machine.h"

#define SUBROUTINE	0x80002000u
#define SCRATCH		0x00400000u /* 64 pages, mapped one to one to 0x00040000 */
#define BNE(s, t, off)	I(5, s, t, off)
#define ANDI(t, s, imm) I(12, s, t, imm)
#define JAL(va)		(3u << 26 | ((va) >> 2 & 0x3ffffff))
#define SLL(d, t, a)	((t) << 16 | (d) << 11 | (a) << 6)
#define SRL(d, t, a)	(SLL(d, t, a) | 2)
#define OR(d, s, t)	R(37, s, t, d)
#define ADDU(d, s, t)	R(33, s, t, d)
#define MUL(d, s, t)	(0x70000002u | (s) << 21 | (t) << 16 | (d) << 11)
#define MTC1(t, f)	(0x44800000u | (t) << 16 | (f) << 11)
#define CVT_D_W(d, s)	(0x46800021u | (s) << 11 | (d) << 6)
#define ADD_D(d, s, t)	(0x46200000u | (t) << 16 | (s) << 11 | (d) << 6)
#define SDC1(f, imm, s) I(61, s, f, imm)
#define JR(s)		((s) << 21 | 8u)

static void put_guest(struct machine *m)
{
	/* Refill: the pair at BadVAddr (Context holds its number), valid and writable. */
	PUT(m, REFILL, MFC0(26, 10), SRL(26, 26, 13), ANDI(26, 26, 31), SLL(26, 26, 7),
	    ADDIU(26, 26, 0x1000 + 7), MTC0(26, 2), ADDIU(26, 26, 0x40), MTC0(26, 3), TLBWR, ERET);
	PUT(m, GENERAL, MFC0(26, 11), ADDIU(26, 26, 701), MTC0(26, 11), ADDIU(20, 20, 1), ERET);
	PUT(m, SUBROUTINE, ADDIU(10, 10, 1), JR(31), NOP);
	PUT(m, CODE, LUI(16, 0x8000), ORI(16, 16, 0x8000), LUI(17, 0x41c6), ORI(17, 17, 0x4e6d),
	    LUI(13, 0x8000), ORI(13, 13, 0x2000), MUL(2, 2, 17), ADDIU(2, 2, 12345), SRL(4, 2, 10),
	    ANDI(4, 4, 63), SLL(4, 4, 12), LUI(5, SCRATCH >> 16), OR(4, 4, 5), SW(2, 0, 4),
	    LW(6, 8, 4), ADDU(7, 7, 6), MFC0(8, 1), ADDU(7, 7, 8), LL(9, 0, 16), MFC0(8, 9),
	    ADDIU(9, 9, 1), SC(9, 0, 16), ANDI(14, 2, 0x0300), BNE(14, 0, 5), ANDI(11, 2, 255),
	    LUI(12, 0x254a), OR(11, 11, 12), SW(11, 0, 13), SW(11, 64, 13), JAL(SUBROUTINE), NOP,
	    MTC1(2, 0), CVT_D_W(2, 0), ADD_D(4, 4, 2), SDC1(4, 8, 16), ANDI(14, 2, 0xf000),
	    BNE(14, 0, -31), NOP, WAIT, J(CODE + 24), NOP);
	for (unsigned n = 0; n < PROCESSORS; n++) {
		struct cpu *cpu = cpus_get(m->cpus, n);

		cpu_set_gpr(cpu, 8, 0x30008001);
		cpu_set_gpr(cpu, 9, 100 + 37 * n);
		cpu_set_gpr(cpu, 2, n);
		PUT(m, 0x80003000, MTC0(9, 11), MTC0(8, 12), STOP);
		run_cpu(m, cpu, 0x80003000);
		cpu_set_pc(cpu, CODE);
	}
}

static void turns(struct machine *m, unsigned rounds)
{
	for (unsigned i = 0; i < rounds; i++)
		for (unsigned n = 0; n < PROCESSORS; n++)
			cpu_run(cpus_get(m->cpus, n), 61);
}

static void observe_all(struct machine *m)
{
	watch(m);
	for (unsigned n = 1; n < PROCESSORS; n++)
		cpu_observe(cpus_get(m->cpus, n), &m->observer);
}

static void assert_equal_machines(struct machine *a, struct machine *b)
{
	drain(&a->observer);
	drain(&b->observer);
	assert_int_equal(a->count, b->count);
	assert_memory_equal(a->records, b->records, a->count * sizeof(*a->records));
	assert_memory_equal(a->ram, b->ram, RAM);
	for (unsigned n = 0; n < PROCESSORS; n++) {
		struct cpu *p = cpus_get(a->cpus, n), *q = cpus_get(b->cpus, n);

		for (unsigned r = 0; r < 32; r++)
			assert_int_equal(cpu_gpr(p, r), cpu_gpr(q, r));
		for (unsigned r = 0; r < 256; r++)
			assert_int_equal(cpu_cp0(p, r / 8, r % 8), cpu_cp0(q, r / 8, r % 8));
		assert_int_equal(cpu_pc(p), cpu_pc(q));
		assert_int_equal(cpu_time(p), cpu_time(q));
		assert_int_equal(cpu_instructions(p), cpu_instructions(q));
		assert_int_equal(cpu_tlb_refills(p), cpu_tlb_refills(q));
	}
}

static void name_file(char *path, size_t size)
{
	int fd;

	snprintf(path, size, "/tmp/mips_snapshot.XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
}

static int try_save(struct machine *m, const char *path)
{
	struct error err;
	struct snapshot *s = snapshot_create(path, &err);

	assert_non_null(s);
	snapshot_memory(s, "ram", m->ram, RAM);
	cpus_snapshot(m->cpus, s);
	return snapshot_close(s, &err);
}

static void save(struct machine *m, const char *path)
{
	assert_int_equal(try_save(m, path), 0);
}

static int restore(struct machine *m, const char *path, struct error *err)
{
	struct snapshot *s = snapshot_open(path, err);

	assert_non_null(s);
	snapshot_memory(s, "ram", m->ram, RAM);
	cpus_snapshot(m->cpus, s);
	return snapshot_close(s, err);
}

static void a_restored_set_goes_on_as_the_saved_one_to_the_last_record(void **state)
{
	char path[64];
	struct error err = {0};
	uint32_t interrupts = 0;

	(void)state;
	name_file(path, sizeof(path));
	for (unsigned rounds = 0; rounds < 90; rounds++) {
		struct machine *unsaved, *saved, *restored;

		setup((void **)&unsaved);
		setup((void **)&saved);
		setup((void **)&restored);
		put_guest(unsaved);
		put_guest(saved);
		put_guest(restored);
		turns(restored, rounds % 7); /* what it did before must not matter */
		turns(unsaved, rounds);
		turns(saved, rounds);
		save(saved, path);
		if (restore(restored, path, &err))
			fail_msg("%s", err.text);
		observe_all(unsaved);
		observe_all(saved);
		observe_all(restored);
		turns(unsaved, 40);
		turns(saved, 40);
		turns(restored, 40);
		interrupts = cpu_gpr(unsaved->cpu, 20);
		assert_equal_machines(unsaved, saved);
		assert_equal_machines(unsaved, restored);
		teardown((void **)&unsaved);
		teardown((void **)&saved);
		teardown((void **)&restored);
	}
	assert_in_range(interrupts, 3, 100);
	unlink(path);
}

static void equal_machines_give_equal_files(void **state)
{
	char path[2][64], text[2][HASH_TEXT_SIZE];
	struct error err;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct machine *m;

		name_file(path[i], sizeof(path[i]));
		setup((void **)&m);
		put_guest(m);
		if (i)
			observe_all(m); /* who watches is no part of the state */
		turns(m, 20);
		save(m, path[i]);
		assert_int_equal(hash_file(path[i], text[i], &err), 0);
		teardown((void **)&m);
		unlink(path[i]);
	}
	assert_string_equal(text[0], text[1]);
}

static void an_observer_that_stays_attached_is_told_of_the_restored_state(void **state)
{
	struct machine *m = *state;
	char path[64];
	struct error err;

	name_file(path, sizeof(path));
	put_guest(m);
	turns(m, 30);
	save(m, path);
	watch(m);
	drain(&m->observer);
	m->count = 0;
	assert_int_equal(restore(m, path, &err), 0);
	drain(&m->observer);
	assert_int_equal(record_kind(m->records[0]), RECORD_MODE);
	assert_int_equal(record_kind(m->records[1]), RECORD_TLB_SNAPSHOT);
	unlink(path);
}

static void a_set_of_another_configuration_is_refused(void **state)
{
	static const struct {
		struct cpu_config config;
		const char *wanted;
	} cases[] = {
		{{CPU_34KF, PROCESSORS, 16, 1, 42}, "processor model"},
		{{CPU_24KF, PROCESSORS - 1, 16, 1, 42}, "number of processors"},
		{{CPU_24KF, PROCESSORS, 17, 1, 42}, "TLB entries"},
		{{CPU_24KF, PROCESSORS, 16, 2, 42}, "Count"},
	};
	struct machine *m = *state;
	struct bus bus = {.ram = m->ram, .ram_bytes = RAM};
	char path[64];

	name_file(path, sizeof(path));
	save(m, path);
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = {0};
		struct machine other = {.ram = m->ram, .cpus = cpus_new(&cases[i].config, &bus)};

		assert_int_equal(restore(&other, path, &err), -1);
		if (!strstr(err.text, cases[i].wanted))
			fail_msg("case %u: %s", i, err.text);
		cpus_free(other.cpus);
	}
	unlink(path);
}

static void who_was_stopped_is_stopped(void **state)
{
	struct machine *m, *restored;
	char path[64];
	struct error err;

	(void)state;
	name_file(path, sizeof(path));
	setup_model((void **)&m, CPU_34KF);
	setup_model((void **)&restored, CPU_34KF);
	cpu_activate(cpus_get(m->cpus, 2));
	PUT(m, CODE, 0x41600001, STOP); /* dvpe */
	run(m);
	save(m, path);
	assert_int_equal(restore(restored, path, &err), 0);
	for (unsigned n = 0; n < PROCESSORS; n++)
		assert_int_equal(cpu_active(cpus_get(restored->cpus, n)), n == 0);
	PUT(restored, CODE, 0x41600021, STOP); /* evpe */
	run(restored);
	for (unsigned n = 0; n < PROCESSORS; n++)
		assert_int_equal(cpu_active(cpus_get(restored->cpus, n)), n != 1);
	teardown((void **)&m);
	teardown((void **)&restored);
	unlink(path);
}

static void bad_mask(struct cpu *cpu)
{
	cpu->tlb[3].mask = 0x2000;
}

static void bad_address(struct cpu *cpu)
{
	cpu->tlb[3].half[1].pa = 0x123;
}

static void bad_timer(struct cpu *cpu)
{
	cpu->timer_at = cpu->steps - 1;
}

static void bad_steps(struct cpu *cpu)
{
	cpu->steps = cpu->timer_at = UINT64_MAX - 5;
}

static void bad_lines(struct cpu *cpu)
{
	cpu->lines = 64;
}

static void values_that_no_guest_can_cause_are_refused(void **state)
{
	static void (*const spoil[])(struct cpu *) = {bad_mask, bad_address, bad_timer, bad_steps,
						      bad_lines};
	char path[64];

	(void)state;
	name_file(path, sizeof(path));
	for (unsigned i = 0; i < sizeof(spoil) / sizeof(spoil[0]); i++) {
		struct machine *m;

		setup((void **)&m);
		put_guest(m);
		turns(m, 5);
		spoil[i](cpus_get(m->cpus, 1));
		assert_int_equal(try_save(m, path), -1); /* both ways through the same walk */
		teardown((void **)&m);
	}
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_restored_set_goes_on_as_the_saved_one_to_the_last_record),
		TEST(equal_machines_give_equal_files),
		TEST(an_observer_that_stays_attached_is_told_of_the_restored_state),
		TEST(a_set_of_another_configuration_is_refused),
		TEST(who_was_stopped_is_stopped),
		TEST(values_that_no_guest_can_cause_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
