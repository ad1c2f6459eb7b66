/* SPDX-License-Identifier: MIT */
/*
 * What the tests of the core share: a tiny assembler, three processors on a megabyte of RAM with a
 * board that notes what happens, and an observer that keeps every record.
 */
#ifndef TESTS_UNIT_MIPS_MACHINE_H
#define TESTS_UNIT_MIPS_MACHINE_H

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
	unsigned bus_reports; /* records of each store; 0 is 1 */
	uint32_t bus_pa, require;
	uint64_t bus_value;
};

static inline void stop(void *board, struct cpu *cpu)
{
	((struct machine *)board)->stops++;
	cpu_request_stop(cpu);
}

static inline void call(void *board, struct cpu *cpu)
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

static inline int bus_load(void *board, struct cpu *cpu, uint32_t pa, unsigned bytes,
			   uint64_t *value)
{
	(void)board;
	(void)cpu;
	if (pa != 0x1f000000)
		return -1;
	*value = 0x1122334455667788ull & (bytes == 8 ? ~0ull : (1ull << 8 * bytes) - 1);
	return 0;
}

static inline int bus_store(void *board, struct cpu *cpu, uint32_t pa, unsigned bytes,
			    uint64_t value)
{
	struct machine *m = board;

	m->bus_stores++;
	for (unsigned i = 0; i < (m->bus_reports ? m->bus_reports : 1); i++)
		cpu_report(cpu, record_make(RECORD_INPUT_OUTPUT, pa, bytes));
	m->bus_pa = pa;
	m->bus_value = value;
	return 0;
}

static inline void drain(struct observer *o)
{
	struct machine *m = (struct machine *)((char *)o - offsetof(struct machine, observer));
	unsigned n = o->next - m->window;

	assert_true(m->count + n <= RECORDS);
	memcpy(m->records + m->count, m->window, n * sizeof(*m->window));
	m->count += n;
	o->next = m->window;
}

static inline void translated(struct observer *o, uint32_t va_flags, uint32_t asid,
			      uint32_t pa_page)
{
	(void)asid;
	*o->next++ = record_make(RECORD_MAP, va_flags, pa_page);
}

static inline int setup_model(void **state, enum cpu_model model)
{
	struct machine *m = calloc(1, sizeof(*m));
	struct cpu_config config = {model, PROCESSORS, 16, 1, 42};

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

static inline int setup(void **state)
{
	return setup_model(state, CPU_24KF);
}

static inline int teardown(void **state)
{
	struct machine *m = *state;

	cpus_free(m->cpus);
	free(m->ram);
	free(m->records);
	free(m);
	return 0;
}

static inline void put(struct machine *m, uint32_t va, const uint32_t *words, unsigned n)
{
	assert_int_equal(cpu_write(m->cpu, va, words, 4 * n), 0);
}
#define PUT(m, va, ...)                             \
	put(m, va, (const uint32_t[]){__VA_ARGS__}, \
	    sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static inline uint32_t word(struct machine *m, uint32_t va)
{
	uint32_t v = 0xdeadbeef;

	assert_int_equal(cpu_read(m->cpu, va, &v, 4), 0);
	return v;
}

/* Runs a processor from an address to STOP. */
static inline void run_cpu(struct machine *m, struct cpu *cpu, uint32_t pc)
{
	int before = m->stops;

	cpu_set_pc(cpu, pc);
	assert_int_equal(cpu_run(cpu, 100000), CPU_REQUESTED);
	assert_int_equal(m->stops, before + 1);
}

static inline void run(struct machine *m)
{
	run_cpu(m, m->cpu, CODE);
}

static inline void watch(struct machine *m)
{
	m->observer = (struct observer){
		m->window, m->window + (m->drain_room ? m->drain_room : 2048), drain, translated};
	cpu_observe(m->cpu, &m->observer);
}

#define EPC(cpu)     cpu_cp0(cpu, 14, 0)
#define CAUSE(cpu)   cpu_cp0(cpu, 13, 0)
#define CODE_OF(cpu) (CAUSE(cpu) >> 2 & 31)

/* Vectors that stop at once; $27 says through which. */
static inline void put_vectors(struct machine *m)
{
	PUT(m, REFILL, ADDIU(27, 0, 1), STOP);
	PUT(m, GENERAL, ADDIU(27, 0, 2), STOP);
	PUT(m, 0x80000200, ADDIU(27, 0, 3), STOP);
}

/* Writes a TLB entry through instructions. */
static inline void map(struct machine *m, unsigned index, uint32_t hi, uint32_t lo0, uint32_t lo1,
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

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
