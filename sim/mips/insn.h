/* SPDX-License-Identifier: MIT */
/*
 * The instruction table seen from C. Every instruction is one row of a sim/mips/insn_*.def file:
 *
 *	ROW(name, kind, pattern, syntax, meaning)
 *
 * name: the mnemonic, with '_' for '.'. kind: NEXT (falls to the next one), SLOT (a jump with a
 * delay slot) or LAST (changes machine state: a predecoded block ends after it). pattern: 32 bits
 * in groups of 6 5 5 5 5 6; 0 and 1 are fixed, x is ignored, other letters are operand fields.
 * meaning: C, in the words of sim/mips/execute.inc.
 *
 * Fields: s t d a registers or shift amounts, r the fourth FPU register, m l the bit-field ones,
 * n the FPU condition, e the CP0 select, k and p the u and h of MFTR, h a hint; i u 16-bit signed
 * and unsigned immediates, o a branch offset, j a jump index, c a code.
 * Syntax: a field letter prints that operand; S T D stand for a general register that is
 * *written* (the decoder redirects $0 on their account), F and C before a letter name an FPU or a
 * coprocessor register, z y the sizes of EXT and INS; everything else is printed as it is.
 *
 * Two rows may overlap only where one is a special case of the other (nop of sll); the decoder
 * takes the one with more fixed bits.
 */
#ifndef SIM_MIPS_INSN_H
#define SIM_MIPS_INSN_H

#include <stdint.h>

enum insn_op {
#define ROW(name, kind, pattern, syntax, ...) OP_##name,
#include "sim/mips/insn_all.def"
#undef ROW
	INSN_ROWS,
	/* What the predecoder adds: a word without a row, and the ends of a block. */
	OP_reserved = INSN_ROWS,
	OP_end_fall,   /* go on at the next address */
	OP_end_branch, /* after a delay slot: go where the branch said */
	OP_end_split,  /* the delay slot lies in the next page */
	OP_COUNT
};

enum insn_kind { INSN_NEXT, INSN_SLOT, INSN_LAST };

struct insn_row {
	const char *name, *pattern, *syntax;
	enum insn_kind kind;
	uint32_t mask, value; /* the fixed bits */
};

extern const struct insn_row insn_rows[INSN_ROWS];

/* A predecoded instruction. The meaning of the operands depends on the row; register 32 is a
 * sink for results written to $0. */
struct insn {
	uint16_t op;
	uint8_t s, t, d, a;
	uint8_t index; /* in its block */
	int32_t imm;
};
#define GPR_SINK 32

/* Rows by primary opcode, the more special ones first. */
struct decoder {
	uint16_t first[65];
	uint16_t row[INSN_ROWS];
};
void decoder_init(struct decoder *);

/* The row of a word, or OP_reserved. */
unsigned decoder_find(const struct decoder *, uint32_t word);

/* Fills everything but index; a branch offset is left relative to the delay slot. */
void insn_decode(const struct decoder *, uint32_t word, struct insn *);

/* The value of a field letter in a word, by the row's pattern (0 if the row lacks it). */
uint32_t insn_field(const struct insn_row *, uint32_t word, char letter);
/* Bits that the letter occupies. */
uint32_t insn_field_mask(const struct insn_row *, char letter);

#endif
