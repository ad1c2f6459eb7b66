/* SPDX-License-Identifier: MIT */
/*
 * Writes the steps of the differential test against QEMU from the instruction table: every row
 * many times, with random operands, in all modes. `generate SEED STEPS STEPS.bin LISTING.txt [mt]`;
 * with mt they are for two 34Kf processors.
 * What a row needs to be meaningful (an address in its base register, a branch target that exists)
 * follows from its syntax column. Left out, with the reasons in sim/mips/README.md: sdbbp, wait,
 * deret, the monitor call, MFC0 of what QEMU does not share with us.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/mips/cpu.h"
#include "sim/mips/insn.h"
#include "tests/qemu/generator.h"

#define UNMAPPED 0x20000000u

static uint32_t with(uint32_t word, const struct insn_row *row, char letter, uint32_t value)
{
	uint32_t mask = insn_field_mask(row, letter);

	return mask ? (word & ~mask) | (value << __builtin_ctz(mask) & mask) : word;
}

static bool has(const struct insn_row *row, char letter)
{
	return strchr(row->pattern, letter) != NULL;
}

static bool is_kernel(const struct generator *g)
{
	return !(g->step.status & (USER | SUPERVISOR));
}

static uint32_t scratch(struct generator *g)
{
	if (is_kernel(g) && chance(g, 60))
		return SCRATCH_KSEG0;
	return chance(g, 8) ? SCRATCH_READ : SCRATCH_USER;
}

/* An address for a load or store; mostly a good one. */
static uint32_t address(struct generator *g)
{
	switch (below(g, 40)) {
	case 0:
		return UNMAPPED + below(g, 1 << 16);
	case 1:
		return 0xc0001000 + below(g, 64);
	case 2:
		return is_kernel(g) ? 0xe0002000 : SCRATCH_KSEG0 + below(g, 32);
	case 3:
	case 4:
	case 5:
	case 6:
		return scratch(g) + below(g, 48);
	default:
		return scratch(g) + below(g, 6) * 8 + (chance(g, 40) ? 4 : 0);
	}
}

/* All operand fields at random; FPU rows prefer even registers when FR=0. */
static uint32_t random_word(struct generator *g, const struct insn_row *row)
{
	static const char letters[] = "stdarmlnehkpiuojc";
	uint32_t word = row->value;

	for (const char *c = letters; *c; c++) {
		uint32_t v = rng_next(&g->rng) >> 32;

		if (!has(row, *c))
			continue;
		if (strchr("std", *c))
			v = reg(g);
		if (strchr("stdar", *c) && strchr(row->syntax, 'F') && !g->full && chance(g, 85))
			v &= ~1u;
		word = with(word, row, *c, v);
	}
	if (has(row, 'l') && chance(g, 90)) { /* EXT, INS: mostly a field that exists */
		unsigned low = below(g, 32), size = 1 + below(g, 32 - low);

		word = with(word, row, 'l', low);
		word = with(word, row, 'm', strcmp(row->name, "ext") ? low + size - 1 : size - 1);
	}
	if (!strcmp(row->name, "cfc1") || !strcmp(row->name, "ctc1")) {
		static const unsigned controls[] = {0, 25, 26, 28, 31};

		word = with(word, row, 's', controls[below(g, 5)]);
	}
	/* A register both read and written, and equal operands, are worth more than chance. */
	if (has(row, 's') && has(row, 't') && chance(g, 10))
		word = with(word, row, 't', insn_field(row, word, 's'));
	if (has(row, 't') && has(row, 'd') && chance(g, 10))
		word = with(word, row, 'd', insn_field(row, word, 't'));
	return word;
}

/* Gives the base (and index) registers an address. */
static uint32_t aim(struct generator *g, const struct insn_row *row, uint32_t word)
{
	uint32_t at = address(g), s = insn_field(row, word, 's');

	while (s == 0)
		s = reg(g);
	word = with(word, row, 's', s);
	if (strstr(row->syntax, ",t(s)")) {
		uint32_t t = insn_field(row, word, 't');

		if (t == s) {
			set(g, s, at / 2);
		} else {
			uint32_t index = t ? below(g, 256) : 0;

			set(g, t, index);
			set(g, s, at - index);
		}
	} else {
		set(g, s, at - (uint32_t)(int16_t)insn_field(row, word, 'i'));
	}
	return word;
}

static bool excluded(const struct generator *g, const struct insn_row *row)
{
	static const char *const mt[] = {"dvpe", "evpe", "dmt", "emt", "fork", "yield"};
	static const char *const names[] = {"sdbbp", "wait", "deret", "mcall", "mfc0", "mtc0",
					    "tlbwi", "tlbr", "tlbwr", "tlbp",  "eret", "rdhwr",
					    "ll",    "sc",   "cop2",  "mftr",  "mttr"};

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i], row->name))
			return true;
	for (unsigned i = 0; i < sizeof(mt) / sizeof(mt[0]) && g->mt; i++)
		if (!strcmp(mt[i], row->name))
			return true;
	return false;
}

static const struct insn_row *row_named(const char *name)
{
	for (unsigned i = 0; i < INSN_ROWS; i++)
		if (!strcmp(insn_rows[i].name, name))
			return &insn_rows[i];
	fprintf(stderr, "generate: no row %s\n", name);
	exit(1);
}

static uint32_t row_word(struct generator *g, const struct insn_row *row);

static uint32_t plain(struct generator *g, const char *name)
{
	return random_word(g, row_named(name));
}

/* Something for a delay slot: harmless, faulting, or another jump. */
static uint32_t slot_word(struct generator *g)
{
	static const char *const some[] = {"addiu", "add", "mul",    "add_d", "sqrt_s",	 "teq",
					   "lui",   "seb", "c_lt_s", "addi",  "syscall", "movz"};
	const struct insn_row *row;

	switch (below(g, 10)) {
	case 0:
		return 0;
	case 1:
	case 2:
	case 3: { /* a load or store; its base must not be the jump's register */
		unsigned before = g->sets;

		row = row_named(chance(g, 50) ? "lw" : "sw");
		uint32_t word = aim(g, row, random_word(g, row));

		if (before && g->sets > before &&
		    g->step.set[before].reg == g->step.set[before - 1].reg) {
			g->step.set[--g->sets].reg = 0;
			return 0;
		}
		return word;
	}
	default:
		return plain(g, some[below(g, sizeof(some) / sizeof(some[0]))]);
	}
}

static uint32_t jump_register(struct generator *g, const struct insn_row *row, uint32_t word,
			      uint32_t here)
{
	uint32_t s = insn_field(row, word, 's'), to = here + 4 * (2 + below(g, 8));

	while (s == 0 || (has(row, 'd') && s == insn_field(row, word, 'd')))
		s = reg(g);
	if (chance(g, 10))
		to |= 2; /* bit 0 would be MIPS16 there */
	else if (chance(g, 5))
		to = UNMAPPED;
	set(g, s, to);
	return with(word, row, 's', s);
}

static bool is_likely(const struct insn_row *row)
{
	return has(row, 'o') && row->name[strlen(row->name) - 1] == 'l' &&
	       strcmp(row->name, "bltzal") && strcmp(row->name, "bgezal");
}

static void branch_step(struct generator *g, const struct insn_row *row)
{
	static const int offsets[] = {1, 2, 4, 7, -4, -9, 1};
	uint32_t word = random_word(g, row), here, s = insn_field(row, word, 's');
	/* QEMU does not see a jump in a branch that can never be taken, nor its delay slot. */
	bool never = has(row, 'o') && (!s || s == insn_field(row, word, 't'));

	if (chance(g, 12)) { /* the delay slot in another page, perhaps not there */
		g->step.offset = 4092;
		if (chance(g, 40) && g->step.va != CODE_KSEG0 && !is_likely(row) && !never)
			g->step.va = CODE_HALF;
	}
	here = g->step.va + g->step.offset;
	if (has(row, 'o'))
		word = with(word, row, 'o', (uint32_t)offsets[below(g, 7)]);
	if (has(row, 'j'))
		word = with(word, row, 'j', (here + 4 * (2 + below(g, 8))) >> 2);
	if (!has(row, 'o') && !has(row, 'j'))
		word = jump_register(g, row, word, here);
	emit(g, word);
	emit(g, never ? 0 : slot_word(g));
}

static uint32_t row_word(struct generator *g, const struct insn_row *row)
{
	uint32_t word = random_word(g, row);

	return strstr(row->syntax, "(s)") ? aim(g, row, word) : word;
}

/* Writes a TLB entry (its place and address go together, so that no two entries overlap), reads it
 * back or probes, and goes on to use a page. */
static void tlb_step(struct generator *g)
{
	unsigned index = WIRED + below(g, 16 - WIRED);
	uint32_t ones = chance(g, 70) ? 0 : chance(g, 50) ? 3 : 15; /* 4, 16, 64 KB */
	uint32_t va = 0x10000000 + index * 0x100000, asid = below(g, 3);
	uint32_t pfn = 0x1000 + index * 0x100 + (below(g, 8) << 5);

	g->step.status &= ~(USER | SUPERVISOR);
	g->step.va = CODE_KSEG0;
	switch (below(g, 3)) {
	case 0: /* write */
		set(g, 8, va | asid);
		set(g, 9, pfn << 6 | 3 << 3 | below(g, 8));
		set(g, 10, (pfn + 16) << 6 | 3 << 3 | below(g, 8));
		set(g, 11, ones << 13);
		emit(g, mtc0(8, 10, 0));
		emit(g, mtc0(9, 2, 0));
		emit(g, mtc0(10, 3, 0));
		emit(g, mtc0(11, 5, 0));
		emit(g, 0x340c0000 | index); /* li $12 */
		emit(g, mtc0(12, 0, 0));
		emit(g, 0x000000c0);
		emit(g, 0x42000002);
		/* The reference goes on using what TLBWR replaced (allowed, if it was not flushed
		 * by software): make that equal. Wired is 15, so the place is known. */
		if (index == 15 && chance(g, 50))
			emit(g, 0x42000006);
		emit(g, mtc0(0, 5, 0));
		break;
	case 1: /* probe and read */
		set(g, 8, va | asid);
		emit(g, mtc0(8, 10, 0));
		emit(g, 0x000000c0);
		emit(g, 0x42000008);
		emit(g, 0x000000c0);
		emit(g, mfc0(9, 0, 0));
		emit(g, 0x340c0000 | index);
		emit(g, mtc0(12, 0, 0));
		emit(g, 0x000000c0);
		emit(g, 0x42000001);
		emit(g, 0x000000c0);
		emit(g, mfc0(10, 5, 0));
		emit(g, mtc0(0, 5, 0));
		break;
	default: { /* use */
		static const char *const names[] = {"lw", "sw", "lb", "sh", "lwl", "sdc1"};
		const struct insn_row *row = row_named(names[below(g, 6)]);
		uint32_t word = with(random_word(g, row), row, 's', 8);

		set(g, 8,
		    va + below(g, 32) * 0x1000 + below(g, 16) * 8 -
			    (uint32_t)(int16_t)insn_field(row, word, 'i'));
		emit(g, word);
		if (chance(g, 30)) {
			set(g, 9, asid);
			g->step.words[1] = word;
			g->step.words[0] = mtc0(9, 10, 0);
			g->step.count = 2;
		}
	}
	}
}

/* Writes and reads CP0 registers that a guest owns; what is read lands in $9 and $10. */
static void cp0_step(struct generator *g)
{
	static const struct {
		uint8_t rd, sel;
		bool writable;
	} some[] = {{2, 0, true},  {3, 0, true},   {4, 0, true},  {5, 0, true},
		    {6, 0, false}, {7, 0, true},   {8, 0, false}, {10, 0, true},
		    {14, 0, true}, {30, 0, true},  {31, 0, true}, {12, 1, true},
		    {0, 0, true},  {15, 0, false}, {13, 0, true}, {12, 0, false}};
	unsigned i = below(g, sizeof(some) / sizeof(some[0]));
	uint32_t value = rng_next(&g->rng) >> 32;

	if (some[i].rd == 13)
		value &= 0x00400300; /* not IV or DC: the runner relies on them */
	if (some[i].rd == 7)
		value &= 15; /* UserLocal is not theirs */
	if (some[i].rd == 0)
		value &= 15;
	if (some[i].rd == 5)
		value = ((1u << 2 * below(g, 7)) - 1) << 13;
	set(g, 8, value);
	if (some[i].writable)
		emit(g, mtc0(8, some[i].rd, some[i].sel));
	emit(g, 0x000000c0);
	emit(g, mfc0(9, some[i].rd, some[i].sel));
	if (some[i].rd == 13) { /* the timer's and lines' bits are not ours to compare */
		emit(g, 0x3c0a0040);
		emit(g, 0x354a0300);
		emit(g, 0x012a4824); /* and $9, $9, $10 */
	}
	if (some[i].rd == 5)
		emit(g, mtc0(0, 5, 0));
}

static void linked_step(struct generator *g)
{
	uint32_t at = scratch(g) + 8 * below(g, 6), t = 2 + below(g, 6);

	set(g, 8, at);
	emit(g, 0xc1000000 | t << 16); /* ll */
	if (chance(g, 30))
		emit(g, 0x24090000 | below(g, 1 << 16)); /* addiu $9, $0 */
	if (chance(g, 20))
		emit(g, 0x8d090000 | below(g, 4) * 4);				  /* lw $9 */
	emit(g, 0xe1000000 | (10 + below(g, 6)) << 16 | (chance(g, 80) ? 0 : 4)); /* sc */
}

static void hardware_step(struct generator *g)
{
	static const unsigned registers[] = {0, 1, 4, 30};
	unsigned t = reg(g);

	emit(g, 0x7c00003b | t << 16 | registers[below(g, 4)] << 11);
}

/* Mode, FPU state, place. */
static void choose_mode(struct generator *g)
{
	struct step *step = &g->step;

	*step = (struct step){.seed = (uint32_t)rng_next(&g->rng) | 1};
	g->sets = 0;
	g->full = chance(g, 50);
	step->status = (g->full ? STATUS_FR : 0) | (chance(g, 97) ? STATUS_CU1 : 0) |
		       (chance(g, 90) ? STATUS_CU0 : 0);
	step->va = CODE_KSEG0;
	step->offset = 64 + 4 * below(g, 64);
	if (chance(g, 40)) {
		step->status |= chance(g, 70) ? USER : SUPERVISOR;
		step->va = CODE_USER;
	} else if (chance(g, 10)) {
		step->va = CODE_USER;
	}
	step->fcsr = below(g, 4) | (uint32_t)below(g, 32) << 2 | below(g, 256) << 24;
	if (chance(g, 80))
		step->fcsr &= ~0x01000000u; /* FS */
	if (chance(g, 50))
		step->fcsr &= ~3u;
	if (chance(g, 20))
		step->fcsr |= below(g, 32) << 7;
}

static void make_step(struct generator *g, unsigned number)
{
	choose_mode(g);
	if (g->mt && chance(g, 70)) {
		mt_step(g);
		return;
	}
	switch (g->mt ? 40 : below(g, 40)) {
	case 0:
	case 1:
	case 2:
	case 3:
		tlb_step(g);
		return;
	case 4:
		g->step.status &= ~(USER | SUPERVISOR);
		g->step.va = CODE_KSEG0;
		cp0_step(g);
		return;
	case 5:
		linked_step(g);
		return;
	case 6:
		hardware_step(g);
		return;
	}
	const struct insn_row *row = &insn_rows[number % INSN_ROWS];

	while (excluded(g, row))
		row = &insn_rows[below(g, INSN_ROWS)];
	if (row->kind == INSN_SLOT)
		branch_step(g, row);
	else
		emit(g, row_word(g, row));
}

static void list(FILE *out, const struct generator *g, unsigned number)
{
	const struct step *step = &g->step;

	fprintf(out, "%u\tstatus=%08x fcsr=%08x seed=%08x va=%08x:", number, step->status,
		step->fcsr, step->seed, step->va + step->offset);
	for (unsigned i = 0; i < step->count; i++) {
		char text[64];

		disassemble(step->words[i], step->va + step->offset + 4 * i, text, sizeof(text));
		fprintf(out, " %s;", text);
	}
	for (unsigned i = 0; i < STEP_SETS; i++)
		if (step->set[i].reg)
			fprintf(out, " $%u=%08x", step->set[i].reg, step->set[i].value);
	fprintf(out, "\n");
}

int main(int argc, char **argv)
{
	if (argc < 5 || (argc > 5 && strcmp(argv[5], "mt"))) {
		fprintf(stderr, "usage: generate SEED STEPS STEPS.bin LISTING.txt [mt]\n");
		return 2;
	}
	struct generator g = {.rng = {strtoull(argv[1], NULL, 0)}, .mt = argc > 5};
	unsigned steps = strtoul(argv[2], NULL, 0);
	FILE *binary = fopen(argv[3], "wb"), *listing = fopen(argv[4], "w");

	if (!binary || !listing) {
		perror("generate");
		return 1;
	}
	for (unsigned i = 0; i < steps; i++) {
		make_step(&g, i);
		list(listing, &g, i);
		fwrite(&g.step, sizeof(g.step), 1, binary);
	}
	return fclose(binary) || fclose(listing);
}
