/* SPDX-License-Identifier: MIT */
/*
 * Any instruction words in any state must not harm the host: two processors on 64 KB of RAM run
 * what the fuzzer gives, with and without an observer, whose stream must stay well formed.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/mips/cpu.h"

enum { RAM = 1 << 16, CODE = 0x1000 };

struct board {
	struct observer observer;
	struct record window[2048];
	int calls;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void drain(struct observer *o)
{
	struct board *b = (struct board *)o;

	for (struct record *r = b->window; r < o->next; r++)
		if (record_kind(*r) == RECORD_NONE || record_kind(*r) >= RECORD_KIND_COUNT ||
		    (record_kind(*r) == RECORD_RUN && (!record_arg(*r) || record_arg(*r) > 65)))
			abort();
	o->next = b->window;
}

static void translated(struct observer *o, uint32_t va_flags, uint32_t asid, uint32_t pa_page)
{
	(void)asid;
	*o->next++ = record_make(RECORD_MAP, va_flags, pa_page);
}

static int load(void *board, struct cpu *cpu, uint32_t pa, unsigned bytes, uint64_t *value)
{
	(void)board;
	(void)cpu;
	*value = pa * 0x9e3779b97f4a7c15ull;
	return bytes == 1 && pa & 1 ? -1 : 0;
}

static int store(void *board, struct cpu *cpu, uint32_t pa, unsigned bytes, uint64_t value)
{
	(void)board;
	(void)cpu;
	(void)value;
	return bytes == 2 && pa & 2 ? -1 : 0;
}

/* Attaches or detaches the observer, or copies to and from guest memory. */
static void call(void *board, struct cpu *cpu)
{
	struct board *b = board;
	char copy[64] = "copied";
	uint32_t pa;

	switch (b->calls++ % 5) {
	case 0:
		cpu_observe(cpu, NULL);
		break;
	case 1:
		cpu_observe(cpu, &b->observer);
		break;
	case 2:
		cpu_read(cpu, cpu_gpr(cpu, 4), copy, sizeof(copy));
		break;
	case 3:
		cpu_write(cpu, cpu_gpr(cpu, 4), copy, sizeof(copy));
		break;
	default:
		cpu_require(cpu, cpu_gpr(cpu, 4), &pa);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t start[] = {
		0x3c1a8000, /* lui $26, 0x8000: handler of everything: skip it */
		0x401a7000, /* mfc0 $26, EPC */
		0x275a0004, 0x409a7000, 0x42000018,
	};
	struct board *board = calloc(1, sizeof(*board));
	uint8_t *ram = calloc(1, RAM);
	struct cpu_config config = {2, 16, 3, 1};
	struct bus bus = {.ram = ram,
			  .ram_bytes = RAM,
			  .board = board,
			  .load = load,
			  .store = store,
			  .semihost = call,
			  .monitor_call = call};
	struct cpus *cpus = cpus_new(&config, &bus);

	board->observer = (struct observer){board->window, board->window + 2048, drain, translated};
	memcpy(ram, start, sizeof(start));
	memcpy(ram + 0x180, start, sizeof(start));
	if (size > 64) { /* registers first, then code */
		for (unsigned i = 0; i < 16; i++) {
			uint32_t v;

			memcpy(&v, data + 4 * i, 4);
			cpu_set_gpr(cpus_get(cpus, 0), i + 1, v);
			cpu_set_gpr(cpus_get(cpus, 1), i + 1, i % 2 ? v : 0x80001000 + v % 0x2000);
		}
		data += 64;
		size -= 64;
	}
	memcpy(ram + CODE, data, size < 0x4000 ? size : 0x4000);
	for (unsigned n = 0; n < 2; n++)
		cpu_set_pc(cpus_get(cpus, n), 0x80000000 + CODE);
	cpu_observe(cpus_get(cpus, 0), &board->observer);
	for (unsigned turn = 0; turn < 6; turn++) {
		cpu_run(cpus_get(cpus, turn % 2), 300);
		cpu_interrupt(cpus_get(cpus, turn % 2), turn % 6, turn % 3, SOURCE_OTHER);
	}
	for (size_t i = 0; i + 4 <= size && i < 256; i += 4) {
		uint32_t word;
		char text[48];

		memcpy(&word, data + i, 4);
		disassemble(word, 0x80001000, text, sizeof(text));
	}
	cpus_free(cpus);
	free(ram);
	free(board);
	return 0;
}
