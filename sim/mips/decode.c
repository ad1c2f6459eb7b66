/* SPDX-License-Identifier: MIT */
/*
 * The instruction table itself, and finding a word's row and operands in it. Fixed bits are
 * computed from the pattern texts at compile time; fields are read from the text when a block is
 * predecoded, which is rare.
 */
#include <string.h>

#include "sim/mips/insn.h"

/* Character of bit k (from the left) in groups of 6 5 5 5 5 6 with a space between. */
#define AT(p, k)      ((p)[(k) + ((k) > 5) + ((k) > 10) + ((k) > 15) + ((k) > 20) + ((k) > 25)])
#define ONE(p, k, c)  ((uint32_t)(AT(p, k) == (c)) << (31 - (k)))
#define FOUR(p, k, c) (ONE(p, k, c) | ONE(p, k + 1, c) | ONE(p, k + 2, c) | ONE(p, k + 3, c))
#define BITS(p, c)                                                                         \
	(FOUR(p, 0, c) | FOUR(p, 4, c) | FOUR(p, 8, c) | FOUR(p, 12, c) | FOUR(p, 16, c) | \
	 FOUR(p, 20, c) | FOUR(p, 24, c) | FOUR(p, 28, c))

#define ROW(name, kind, pattern, syntax, ...)     \
	{#name,                                   \
	 pattern,                                 \
	 syntax,                                  \
	 INSN_##kind,                             \
	 BITS(pattern, '0') | BITS(pattern, '1'), \
	 BITS(pattern, '1')},
const struct insn_row insn_rows[INSN_ROWS] = {
#include "sim/mips/insn_all.def"
};
#undef ROW

#define ROW(name, kind, pattern, syntax, ...) \
	_Static_assert(sizeof(pattern) == 38, #name ": a pattern has 32 bits and 5 spaces");
#include "sim/mips/insn_all.def"
#undef ROW

void decoder_init(struct decoder *d)
{
	unsigned n = 0;

	for (unsigned opcode = 0; opcode < 64; opcode++) {
		d->first[opcode] = n;
		for (unsigned i = 0; i < INSN_ROWS; i++)
			if (insn_rows[i].value >> 26 == opcode)
				d->row[n++] = i;
		for (unsigned i = d->first[opcode] + 1; i < n; i++) { /* more fixed bits first */
			uint16_t row = d->row[i];
			int bits = __builtin_popcount(insn_rows[row].mask);
			unsigned k = i;

			for (; k > d->first[opcode] &&
			       __builtin_popcount(insn_rows[d->row[k - 1]].mask) < bits;
			     k--)
				d->row[k] = d->row[k - 1];
			d->row[k] = row;
		}
	}
	d->first[64] = n;
}

unsigned decoder_find(const struct decoder *d, uint32_t word)
{
	for (unsigned i = d->first[word >> 26]; i < d->first[(word >> 26) + 1]; i++) {
		const struct insn_row *row = &insn_rows[d->row[i]];

		if ((word & row->mask) == row->value)
			return d->row[i];
	}
	return OP_reserved;
}

uint32_t insn_field_mask(const struct insn_row *row, char letter)
{
	uint32_t mask = 0;

	for (const char *c = row->pattern; *c; c++)
		if (*c != ' ')
			mask = mask << 1 | (*c == letter);
	return mask;
}

uint32_t insn_field(const struct insn_row *row, uint32_t word, char letter)
{
	uint32_t mask = insn_field_mask(row, letter);

	return mask ? (word & mask) >> __builtin_ctz(mask) : 0;
}

void insn_decode(const struct decoder *decoder, uint32_t word, struct insn *in)
{
	static const char letters[] = "stdarmlnehkpiuojc";

	*in = (struct insn){.op = decoder_find(decoder, word)};
	if (in->op == OP_reserved) {
		in->imm = (int32_t)word;
		return;
	}
	const struct insn_row *row = &insn_rows[in->op];

	for (const char *c = letters; *c; c++) {
		if (!strchr(row->pattern, *c))
			continue;
		uint32_t v = insn_field(row, word, *c);

		switch (*c) {
		case 's':
			in->s = v;
			break;
		case 't':
			in->t = v;
			break;
		case 'd':
		case 'm':
			in->d = v;
			break;
		case 'a':
		case 'r':
		case 'l':
		case 'n':
		case 'e':
		case 'h':
			in->a = v;
			break;
		case 'k':
			in->imm |= (int32_t)v;
			break;
		case 'p':
			in->imm |= (int32_t)v << 1;
			break;
		case 'i':
			in->imm = (int16_t)v;
			break;
		case 'o':
			in->imm = (int32_t)(int16_t)v * 4;
			break;
		case 'j':
			in->imm = (int32_t)(v << 2);
			break;
		default:
			in->imm = (int32_t)v;
		}
	}
	for (const char *c = row->syntax; *c; c++) {
		if (*c == 'F' || *c == 'C')
			c++; /* a register, but no general one */
		else if (*c == 'S' && in->s == 0)
			in->s = GPR_SINK;
		else if (*c == 'T' && in->t == 0)
			in->t = GPR_SINK;
		else if (*c == 'D' && in->d == 0)
			in->d = GPR_SINK;
	}
}
