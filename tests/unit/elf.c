/* SPDX-License-Identifier: MIT */
/* The loader against files built in memory: one good one, and what each kind of damage is told. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/rng.h"
#include "sim/board/elf.h"

#define RAM	(1u << 20)
#define GUARD	4096u
#define PAYLOAD 64

struct image {
	Elf32_Ehdr header;
	Elf32_Phdr segment[2];
	uint8_t payload[PAYLOAD];
};

/* Two segments: code at 0x80010000, and user data linked at 0x00400000 placed at 0x00020000. */
static struct image good(void)
{
	struct image f = {
		.header = {.e_type = ET_EXEC,
			   .e_machine = EM_MIPS,
			   .e_version = EV_CURRENT,
			   .e_entry = 0x80010004,
			   .e_phoff = offsetof(struct image, segment),
			   .e_flags = 0x70001001,
			   .e_ehsize = sizeof(Elf32_Ehdr),
			   .e_phentsize = sizeof(Elf32_Phdr),
			   .e_phnum = 2},
		.segment = {{PT_LOAD, offsetof(struct image, payload), 0x80010000, 0x80010000,
			     PAYLOAD, 128, PF_R | PF_X, 4096},
			    {PT_LOAD, offsetof(struct image, payload) + 32, 0x00400000, 0x80020000,
			     32, 32, PF_R | PF_W, 4096}},
	};

	memcpy(f.header.e_ident, ELFMAG, SELFMAG);
	f.header.e_ident[EI_CLASS] = ELFCLASS32;
	f.header.e_ident[EI_DATA] = ELFDATA2LSB;
	f.header.e_ident[EI_VERSION] = EV_CURRENT;
	for (unsigned i = 0; i < PAYLOAD; i++)
		f.payload[i] = (uint8_t)(i + 1);
	return f;
}

/* RAM between two guards, both filled with a pattern that must survive. */
static int load(const void *file, size_t bytes, uint8_t **ram, uint32_t *entry, struct error *err)
{
	uint8_t *all = malloc(RAM + 2 * GUARD);
	int rc;

	err->text[0] = '\0';
	memset(all, 0xa5, RAM + 2 * GUARD);
	*ram = all + GUARD;
	rc = elf_load(file, bytes, *ram, RAM, entry, err);
	for (unsigned i = 0; i < GUARD; i++) {
		assert_int_equal(all[i], 0xa5);
		assert_int_equal(all[GUARD + RAM + i], 0xa5);
	}
	return rc;
}

static void a_good_file_lands_where_its_physical_addresses_say(void **state)
{
	struct image f = good();
	struct error err;
	uint32_t entry;
	uint8_t *ram;

	(void)state;
	assert_int_equal(load(&f, sizeof(f), &ram, &entry, &err), 0);
	assert_int_equal(entry, 0x80010004);
	assert_memory_equal(ram + 0x10000, f.payload, PAYLOAD);
	for (unsigned i = PAYLOAD; i < 128; i++)
		assert_int_equal(ram[0x10000 + i], 0);
	assert_int_equal(ram[0x10000 + 128], 0xa5);
	assert_memory_equal(ram + 0x20000, f.payload + 32, 32);
	free(ram - GUARD);
}

static void a_low_address_is_physical_and_kseg1_is_the_same_as_kseg0(void **state)
{
	struct image f = good();
	struct error err;
	uint32_t entry;
	uint8_t *ram;

	(void)state;
	f.segment[0].p_paddr = 0xa0010000;
	f.segment[1].p_paddr = 0x00020000;
	f.header.e_entry = 0xa0010000;
	assert_int_equal(load(&f, sizeof(f), &ram, &entry, &err), 0);
	assert_int_equal(entry, 0xa0010000);
	assert_memory_equal(ram + 0x20000, f.payload + 32, 32);
	free(ram - GUARD);
}

struct damage {
	const char *name;
	size_t offset, bytes; /* of the field */
	uint32_t value;
	const char *says;
};

#define H(field) offsetof(struct image, header.field), sizeof(((struct image *)0)->header.field)
#define S(n, field) \
	offsetof(struct image, segment[n].field), sizeof(((struct image *)0)->segment[n].field)

/* clang-format off */
static const struct damage damages[] = {
	{"magic", 0, 1, 0x7e, "not an ELF file"},
	{"class 64", EI_CLASS, 1, ELFCLASS64, "a 64-bit ELF file"},
	{"class 9", EI_CLASS, 1, 9, "unknown class"},
	{"big-endian", EI_DATA, 1, ELFDATA2MSB, "a big-endian ELF file"},
	{"byte order 0", EI_DATA, 1, 0, "unknown byte order"},
	{"x86", H(e_machine), EM_386, "another machine (number 3)"},
	{"object file", H(e_type), ET_REL, "an object file that is not linked"},
	{"PIE", H(e_type), ET_DYN, "position-independent"},
	{"core dump", H(e_type), ET_CORE, "a core dump"},
	{"type 77", H(e_type), 77, "not an executable"},
	{"MIPS64", H(e_flags), 0x60000000, "built for MIPS64;"},
	{"Release 6", H(e_flags), 0x90000000, "built for MIPS32 Release 6"},
	{"microMIPS", H(e_flags), 0x72000000, "built for microMIPS"},
	{"MIPS16", H(e_flags), 0x74000000, "built for MIPS16"},
	{"N32", H(e_flags), 0x20000020, "built for the N32 ABI"},
	{"no program header", H(e_phnum), 0, "nothing to load"},
	{"size of program headers", H(e_phentsize), 56, "program headers of 56 bytes; wanted 32"},
	{"program headers beyond the end", H(e_phoff), 0xffffffff, "truncated: the program headers"},
	{"many program headers", H(e_phnum), 0xffff, "truncated: the program headers"},
	{"segment beyond the end", S(0, p_offset), 0xfffffff0, "truncated: segment 0"},
	{"segment longer than the file", S(1, p_filesz), 33, "truncated: segment 1"},
	{"more bytes in the file", S(0, p_memsz), 63, "segment 0 has 64 bytes in the file and only 63"},
	{"outside RAM", S(0, p_paddr), 0x80100000, "segment 0 needs physical 0x00100000"},
	{"ends outside RAM", S(0, p_paddr), 0x800fffc0, "RAM ends at 0x100000"},
	{"wraps around", S(0, p_memsz), 0xffffffff, "segment 0 needs physical"},
	{"high physical", S(1, p_paddr), 0xfffffff0, "segment 1 needs physical 0xfffffff0"},
	{"overlap", S(1, p_paddr), 0x80010070, "segment 1 overlaps another"},
	{"entry odd", H(e_entry), 0x80010002, "entry 0x80010002; wanted a word address"},
	{"entry in KUSEG", H(e_entry), 0x00400000, "wanted a word address in KSEG0"},
	{"entry in KSEG2", H(e_entry), 0xc0000000, "wanted a word address in KSEG0"},
	{"entry elsewhere", H(e_entry), 0x80010080, "lies in no loaded segment"},
	{"no loadable segment", S(0, p_type), PT_NOTE, ""},
};
/* clang-format on */

static void every_kind_of_damage_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		const struct damage *d = &damages[i];
		struct image f = good();
		struct error err;
		uint32_t entry;
		uint8_t *ram;

		memcpy((char *)&f + d->offset, &d->value, d->bytes);
		if (!*d->says) { /* the last row: no segment at all */
			f.segment[1].p_type = PT_NOTE;
			assert_int_equal(load(&f, sizeof(f), &ram, &entry, &err), -1);
			assert_string_equal(err.text, "no loadable segment");
		} else {
			assert_int_equal(load(&f, sizeof(f), &ram, &entry, &err), -1);
			if (!strstr(err.text, d->says))
				fail_msg("%s: said '%s', wanted '%s'", d->name, err.text, d->says);
		}
		free(ram - GUARD);
	}
}

static void a_file_cut_anywhere_is_refused(void **state)
{
	struct image f = good();

	(void)state;
	for (size_t bytes = 0; bytes < sizeof(f); bytes++) {
		char *cut = malloc(bytes ? bytes : 1); /* so that a sanitizer sees a read beyond */
		struct error err;
		uint32_t entry;
		uint8_t *ram;

		memcpy(cut, &f, bytes);
		assert_int_equal(load(cut, bytes, &ram, &entry, &err), -1);
		assert_true(err.text[0]);
		free(ram - GUARD);
		free(cut);
	}
}

static void flipped_bits_never_reach_beyond_ram(void **state)
{
	struct rng rng = {1};

	(void)state;
	for (unsigned round = 0; round < 2000; round++) {
		struct image f = good();
		struct error err;
		uint32_t entry;
		uint8_t *ram;

		for (unsigned i = rng_below(&rng, 4); i < 4; i++)
			((uint8_t *)&f)[rng_below(&rng, offsetof(struct image, payload))] ^=
				(uint8_t)(1u << rng_below(&rng, 8));
		if (!load(&f, sizeof(f), &ram, &entry, &err))
			assert_true(entry >= 0x80000000u && entry < 0xc0000000u);
		free(ram - GUARD);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_file_lands_where_its_physical_addresses_say),
		cmocka_unit_test(a_low_address_is_physical_and_kseg1_is_the_same_as_kseg0),
		cmocka_unit_test(every_kind_of_damage_is_named),
		cmocka_unit_test(a_file_cut_anywhere_is_refused),
		cmocka_unit_test(flipped_bits_never_reach_beyond_ram),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
