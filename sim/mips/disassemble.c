/* SPDX-License-Identifier: MIT */
/* An instruction as text, from the syntax column of the instruction table (sim/mips/insn.h). */
#include <stdio.h>
#include <string.h>

#include "sim/mips/cpu.h"
#include "sim/mips/insn.h"

static const struct insn_row *row_of(uint32_t word)
{
	const struct insn_row *best = NULL;

	for (unsigned i = 0; i < INSN_ROWS; i++) {
		const struct insn_row *row = &insn_rows[i];

		if ((word & row->mask) == row->value &&
		    (!best || __builtin_popcount(row->mask) > __builtin_popcount(best->mask)))
			best = row;
	}
	return best;
}

static unsigned field(const struct insn_row *row, uint32_t word, char letter)
{
	return insn_field(row, word, letter);
}

static void operand(FILE *out, const struct insn_row *row, uint32_t word, uint32_t pc, char c)
{
	switch (c) {
	case 's':
	case 't':
	case 'd':
		fprintf(out, "$%u", field(row, word, c));
		break;
	case 'S':
	case 'T':
	case 'D':
		fprintf(out, "$%u", field(row, word, c - 'A' + 'a'));
		break;
	case 'i':
		fprintf(out, "%d", (int16_t)field(row, word, c));
		break;
	case 'u':
	case 'c':
		fprintf(out, "0x%x", field(row, word, c));
		break;
	case 'o':
		fprintf(out, "0x%x", pc + 4 + (uint32_t)(int16_t)field(row, word, c) * 4);
		break;
	case 'j':
		fprintf(out, "0x%x", ((pc + 4) & 0xf0000000) | field(row, word, c) << 2);
		break;
	case 'n':
		fprintf(out, "$fcc%u", field(row, word, c));
		break;
	case 'z':
		fprintf(out, "%u", field(row, word, 'm') + 1);
		break;
	case 'y':
		fprintf(out, "%d", (int)field(row, word, 'm') - (int)field(row, word, 'l') + 1);
		break;
	case 'a':
	case 'l':
	case 'e':
	case 'h':
	case 'k':
	case 'p':
		fprintf(out, "%u", field(row, word, c));
		break;
	default:
		fputc(c, out);
	}
}

void disassemble(uint32_t word, uint32_t pc, char *text, unsigned size)
{
	const struct insn_row *row = row_of(word);
	char line[128] = "";
	FILE *out = fmemopen(line, sizeof(line), "w");

	if (size == 0 || !out) {
		if (out)
			fclose(out);
		return;
	}
	if (!row)
		fprintf(out, ".word 0x%08x", word);
	else {
		for (const char *c = row->name; *c; c++)
			fputc(*c == '_' ? '.' : *c, out);
		if (*row->syntax)
			fputc(' ', out);
		for (const char *c = row->syntax; *c; c++) {
			if (*c == 'F') {
				c++;
				fprintf(out, "$f%u", field(row, word, *c));
			} else if (*c == 'C') {
				c++;
				fprintf(out, "$%u", field(row, word, *c));
			} else {
				operand(out, row, word, pc, *c);
			}
		}
	}
	fclose(out);
	snprintf(text, size, "%s", line);
}
