/* SPDX-License-Identifier: MIT */
/* Properties of the instruction table as a whole: what makes "written once" safe. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/base/rng.h"
#include "sim/mips/cpu.h"
#include "sim/mips/insn.h"

static uint32_t random_word(struct rng *rng, const struct insn_row *row)
{
	uint32_t word = row->value | ((uint32_t)(rng_next(rng) >> 32) & ~row->mask);

	return word & ~insn_field_mask(row, 'x');
}

static void every_pattern_has_32_bits_of_which_a_field_is_one_stretch(void **state)
{
	static const char letters[] = "stdarmlnehkpiuojcx";

	(void)state;
	for (unsigned i = 0; i < INSN_ROWS; i++) {
		const struct insn_row *row = &insn_rows[i];
		uint32_t all = row->mask;

		assert_int_equal(row->mask >> 26, 63); /* the decoder's first index */
		for (const char *c = letters; *c; c++) {
			uint32_t mask = insn_field_mask(row, *c);

			assert_int_equal(all & mask, 0);
			all |= mask;
			if (mask &&
			    ((mask >> __builtin_ctz(mask)) & ((mask >> __builtin_ctz(mask)) + 1)))
				fail_msg("%s: field %c is in pieces", row->name, *c);
		}
		if (all != 0xffffffff)
			fail_msg("%s: unknown letter in %s", row->name, row->pattern);
	}
}

static void rows_overlap_only_where_one_is_a_special_case_of_the_other(void **state)
{
	(void)state;
	for (unsigned i = 0; i < INSN_ROWS; i++)
		for (unsigned k = 0; k < i; k++) {
			const struct insn_row *a = &insn_rows[i], *b = &insn_rows[k];
			uint32_t both = a->mask & b->mask;

			if ((a->value ^ b->value) & both)
				continue;
			if ((both != a->mask && both != b->mask) || a->mask == b->mask)
				fail_msg("%s and %s overlap", a->name, b->name);
		}
}

/* Is another row a special case that this word belongs to? */
static int is_special(uint32_t word, unsigned row)
{
	for (unsigned i = 0; i < INSN_ROWS; i++)
		if (i != row && (word & insn_rows[i].mask) == insn_rows[i].value &&
		    __builtin_popcount(insn_rows[i].mask) > __builtin_popcount(insn_rows[row].mask))
			return 1;
	return 0;
}

static void every_row_decodes_to_itself(void **state)
{
	struct decoder decoder;
	struct rng rng = {1};

	(void)state;
	decoder_init(&decoder);
	for (unsigned i = 0; i < INSN_ROWS; i++)
		for (unsigned n = 0; n < 1000; n++) {
			uint32_t word = random_word(&rng, &insn_rows[i]);

			if (!is_special(word, i))
				assert_int_equal(decoder_find(&decoder, word), i);
		}
}

static void the_decoder_agrees_with_a_search_of_the_table_on_any_word(void **state)
{
	struct decoder decoder;
	struct rng rng = {2};

	(void)state;
	decoder_init(&decoder);
	for (unsigned n = 0; n < 200000; n++) {
		uint32_t word = rng_next(&rng) >> 32;
		unsigned best = OP_reserved;

		for (unsigned i = 0; i < INSN_ROWS; i++)
			if ((word & insn_rows[i].mask) == insn_rows[i].value &&
			    !is_special(word, i))
				best = i;
		assert_int_equal(decoder_find(&decoder, word), best);
	}
}

static void a_result_for_register_0_goes_to_the_sink(void **state)
{
	struct decoder decoder;
	struct insn in;

	(void)state;
	decoder_init(&decoder);
	insn_decode(&decoder, 0x00430021, &in); /* addu $0,$2,$3 */
	assert_int_equal(in.d, GPR_SINK);
	insn_decode(&decoder, 0x8c400000, &in); /* lw $0,0($2) */
	assert_int_equal(in.t, GPR_SINK);
	insn_decode(&decoder, 0xac400000, &in); /* sw $0,0($2): reads it */
	assert_int_equal(in.t, 0);
	insn_decode(&decoder, 0x46020000, &in); /* add.s $f0,$f0,$f2: no general register */
	assert_int_equal(in.d, 0);
}

struct line {
	char text[64];
	uint32_t word;
};

static int by_text(const void *a, const void *b)
{
	return strcmp(((const struct line *)a)->text, ((const struct line *)b)->text);
}

static void different_instructions_have_different_texts(void **state)
{
	enum { EACH = 40 };
	struct line *lines = calloc(INSN_ROWS * EACH, sizeof(*lines));
	struct rng rng = {3};
	unsigned n = 0;

	(void)state;
	for (unsigned i = 0; i < INSN_ROWS; i++)
		for (unsigned k = 0; k < EACH; k++) {
			struct line *l = &lines[n++];

			l->word = random_word(&rng, &insn_rows[i]);
			disassemble(l->word, 0x80001000, l->text, sizeof(l->text));
			assert_null(strstr(l->text, ".word"));
		}
	qsort(lines, n, sizeof(*lines), by_text);
	for (unsigned i = 1; i < n; i++)
		if (lines[i].word != lines[i - 1].word && !strcmp(lines[i].text, lines[i - 1].text))
			fail_msg("%08x and %08x are both '%s'", lines[i - 1].word, lines[i].word,
				 lines[i].text);
	free(lines);
}

static void known_words_read_as_in_the_manual(void **state)
{
	static const struct {
		uint32_t word;
		const char *text;
	} cases[] = {
		{0x00851021, "addu $2,$4,$5"},
		{0x8fbf001c, "lw $31,28($29)"},
		{0x1000ffff, "beq $0,$0,0x80001000"},
		{0x0c000400, "jal 0x80001000"},
		{0x7c831844, "ins $3,$4,1,3"},
		{0x7ca42104, "ins $4,$5,4,1"},
		{0x7ca41900, "ext $4,$5,4,4"},
		{0x46020000, "add.s $f0,$f0,$f2"},
		{0x46241034, "c.olt.d $fcc0,$f2,$f4"},
		{0x40026000, "mfc0 $2,$12,0"},
		{0x4c851020, "madd.s $f0,$f4,$f2,$f5"},
		{0x000007c0, "mcall"},
		{0x7000007f, "sdbbp 0x1"},
		{0x00000000, "nop"},
		{0xffffffff, NULL},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[64], unknown[64];

		disassemble(cases[i].word, 0x80001000, text, sizeof(text));
		snprintf(unknown, sizeof(unknown), ".word 0x%08x", cases[i].word);
		assert_string_equal(text, cases[i].text ? cases[i].text : unknown);
	}
}

static void a_text_is_cut_to_the_room_there_is(void **state)
{
	char text[8] = "xxxxxxx";

	(void)state;
	disassemble(0x00851021, 0, text, 5);
	assert_string_equal(text, "addu");
	disassemble(0x00851021, 0, text, 0);
	assert_string_equal(text, "addu");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pattern_has_32_bits_of_which_a_field_is_one_stretch),
		cmocka_unit_test(rows_overlap_only_where_one_is_a_special_case_of_the_other),
		cmocka_unit_test(every_row_decodes_to_itself),
		cmocka_unit_test(the_decoder_agrees_with_a_search_of_the_table_on_any_word),
		cmocka_unit_test(a_result_for_register_0_goes_to_the_sink),
		cmocka_unit_test(different_instructions_have_different_texts),
		cmocka_unit_test(known_words_read_as_in_the_manual),
		cmocka_unit_test(a_text_is_cut_to_the_room_there_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
