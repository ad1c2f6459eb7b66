/* SPDX-License-Identifier: MIT */
/*
 * MIPS YAMON User's Manual: a program finds the number of its arguments, their vector, the
 * environment (a vector of name, value, ..., 0) and the memory's size in a0 to a3. Linux takes the
 * arguments after the first as its command line. The tables' place and the RAM disk's, told in
 * rd_start and rd_size in front of the command line, are those of QEMU's malta.
 */
#include "sim/board/yamon.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/base/output.h"
#include "sim/board/elf.h"
#include "sim/board/gt64120.h"
#include "sim/board/i8259.h"
#include "sim/board/piix4.h"

#define KSEG0	     0x80000000u
#define TABLES	     0x2000u /* physical; the vectors and the texts */
#define TABLES_BYTES 0x3000u
#define ARGUMENTS    TABLES
#define ENVIRONMENT  (TABLES + 64)
#define TEXTS	     (TABLES + 256)
#define LINE_MOST    4095 /* what Linux has room for */
#define DISK_ALIGN   0x10000u
#define GUEST_MOST   (256u << 20)
#define STACK	     TABLES /* below the tables, as a guest without one of its own needs it */

#define RANDOM_SEED "646973636f73696d2d646973636f73696d2d646973636f73696d2d646973636f"

enum { A0 = 4, A1 = 5, A2 = 6, A3 = 7, SP = 29 };

/* Not a pipe or device, which would never end. */
static char *read_regular(const char *path, const char *what, size_t *bytes, struct error *err)
{
	struct stat st;

	if (!stat(path, &st) && !S_ISREG(st.st_mode)) {
		error_set(err, "%s: not a regular file; wanted %s", path, what);
		return NULL;
	}
	if (!stat(path, &st) && st.st_size > GUEST_MOST) {
		error_set(err, "%s: %lld bytes; wanted %s of at most %u", path,
			  (long long)st.st_size, what, GUEST_MOST);
		return NULL;
	}
	return read_whole_file(path, bytes, err);
}

/* Puts the RAM disk below the end of RAM. Returns its place, 0 with no disk; -1 cast on failure. */
static int load_disk(const struct board_config *config, uint8_t *ram, uint32_t guest_end,
		     uint32_t *start, uint32_t *size, struct error *err)
{
	size_t bytes;
	char *file;
	uint64_t room;

	*start = *size = 0;
	if (!config->initrd)
		return 0;
	file = read_regular(config->initrd, "an initial RAM disk", &bytes, err);
	if (!file)
		return -1;
	guest_end = (guest_end + DISK_ALIGN - 1) & ~(DISK_ALIGN - 1);
	room = config->ram_bytes > guest_end + DISK_ALIGN
		       ? config->ram_bytes - guest_end - DISK_ALIGN
		       : 0;
	if (!bytes || bytes > room) {
		free(file);
		return error_set(err,
				 "%s: %zu bytes; wanted 1 to %" PRIu64
				 ", what is free above the guest; see --ram",
				 config->initrd, bytes, room);
	}
	*start = (uint32_t)(config->ram_bytes - bytes - DISK_ALIGN) & ~(DISK_ALIGN - 1);
	*size = (uint32_t)bytes;
	memcpy(ram + *start, file, bytes);
	free(file);
	return 0;
}

/* The command line: what tells the RAM disk, then the guest's arguments. */
static int command_line(const struct board_config *config, uint32_t start, uint32_t size,
			char line[LINE_MOST + 1], struct error *err)
{
	size_t used = 0;

	line[0] = '\0';
	if (size)
		used = (size_t)sprintf(line, "rd_start=0xffffffff%08x rd_size=%u", KSEG0 + start,
				       size);
	for (int i = 0; i < config->argc; i++) {
		size_t more = strlen(config->argv[i]) + (used ? 1 : 0);

		if (used + more > LINE_MOST)
			return error_set(err,
					 "the guest's command line is longer than %d bytes, which "
					 "is what Linux takes",
					 LINE_MOST);
		used += (size_t)sprintf(line + used, "%s%s", used ? " " : "", config->argv[i]);
	}
	return 0;
}

struct tables {
	uint8_t *ram;
	uint32_t text; /* where the next goes */
};

static void put_word(struct tables *t, uint32_t pa, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		t->ram[pa + i] = (uint8_t)(value >> 8 * i);
}

/* Stores a text, and its address in slot `index` of the vector. */
static void put_text(struct tables *t, uint32_t vector, unsigned index, const char *text)
{
	size_t bytes = strlen(text) + 1;

	memcpy(t->ram + t->text, text, bytes);
	put_word(t, vector + 4 * index, KSEG0 + t->text);
	t->text += (uint32_t)bytes;
}

static void put_tables(const struct board_config *config, uint8_t *ram, const char *line)
{
	struct tables t = {ram, TEXTS};
	const char *slash = strrchr(config->guest, '/');
	char name[256], size[16];

	snprintf(name, sizeof(name), "%s", slash ? slash + 1 : config->guest);
	snprintf(size, sizeof(size), "%u", config->ram_bytes);
	put_text(&t, ARGUMENTS, 0, name);
	put_text(&t, ARGUMENTS, 1, line);
	put_word(&t, ARGUMENTS + 8, 0);
	put_text(&t, ENVIRONMENT, 0, "memsize");
	put_text(&t, ENVIRONMENT, 1, size);
	put_text(&t, ENVIRONMENT, 2, "ememsize");
	put_text(&t, ENVIRONMENT, 3, size);
	put_text(&t, ENVIRONMENT, 4, "modetty0");
	put_text(&t, ENVIRONMENT, 5, "38400n8r");
	/* As QEMU gives one; always the same, so that runs repeat. */
	put_text(&t, ENVIRONMENT, 6, "rngseed");
	put_text(&t, ENVIRONMENT, 7, RANDOM_SEED);
	put_word(&t, ENVIRONMENT + 32, 0);
}

int yamon_boot(const struct board_config *config, uint8_t *ram, struct cpu *cpu, char *hash,
	       struct error *err)
{
	uint32_t entry, first, end, start, size;
	char line[LINE_MOST + 1];
	size_t bytes;
	char *file = read_regular(config->guest, "a guest's ELF file", &bytes, err);
	int rc;

	if (!file)
		return -1;
	hash_text(file, bytes, hash);
	rc = elf_load(file, bytes, ram, config->ram_bytes, &entry, err);
	if (!rc)
		elf_extent(file, &first, &end);
	free(file);
	if (!rc && first < TABLES + TABLES_BYTES)
		rc = error_set(err,
			       "begins at physical 0x%08x; wanted 0x%08x or more, below it are the "
			       "boot monitor's tables",
			       first, TABLES + TABLES_BYTES);
	if (rc)
		return error_prefix(err, "%s", config->guest);
	if (load_disk(config, ram, end, &start, &size, err) ||
	    command_line(config, start, size, line, err))
		return -1;
	put_tables(config, ram, line);
	cpu_set_gpr(cpu, A0, 2);
	cpu_set_gpr(cpu, A1, KSEG0 + ARGUMENTS);
	cpu_set_gpr(cpu, A2, KSEG0 + ENVIRONMENT);
	cpu_set_gpr(cpu, A3, config->ram_bytes);
	cpu_set_gpr(cpu, SP, KSEG0 + STACK);
	cpu_set_pc(cpu, entry);
	return 0;
}

void yamon_devices(struct pci_function *gt64120, struct pci_function *piix4, struct device *pic)
{
	static const struct {
		uint16_t offset;
		uint16_t value; /* address >> 21 */
	} windows[] = {
		{GT_INTERNAL, 0x0df},	   /* 0x1be00000 */
		{GT_PCI0_IO_LOW, 0x0c0},   /* 0x18000000 */
		{GT_PCI0_IO_HIGH, 0x040},  /* 0x181fffff */
		{GT_PCI0_IO_REMAP, 0x000}, /* port 0 */
		{GT_PCI0_M0_LOW, 0x080},   /* 0x10000000 */
		{GT_PCI0_M0_HIGH, 0x03f},  /* 0x17ffffff */
		{GT_PCI0_M1_LOW, 0x0c1},   /* 0x18200000 */
		{GT_PCI0_M1_HIGH, 0x05e},  /* 0x1bdfffff */
	};

	for (size_t i = 0; i < sizeof(windows) / sizeof(windows[0]); i++)
		gt64120_store(gt64120, windows[i].offset, windows[i].value);
	/* A and B to interrupt 10, C and D to 11, level triggered. */
	for (unsigned i = 0; i < 4; i++)
		pci_config_store(piix4->bus, piix4->slot, 0, PIIX4_ROUTE + i, 1, 10 + i / 2);
	i8259_store(pic, 5, 1u << 2 | 1u << 3);
}
