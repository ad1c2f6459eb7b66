/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer entry: any accesses to any device of the malta board, with time and input passing in
 * between; a disk and a network card are in its connectors, switched on. The bytes are operations
 * of ten: what and how wide, where, a value. The processor's own accesses come through the same two
 * functions.
 */
#include <elf.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sim/board/malta.h"

#define CODE 0x80100000u
#define CARD 0x2000u /* ports of the first card */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Waits for an interrupt, for ever: nobody handles one. */
static const uint32_t code[] = {0x42000020, 0x1000fffe, 0};

static const struct {
	uint32_t start, bytes;
} places[8] = {
	{0x18000000, 0x1100},	/* ISA, power management */
	{0x18000000, 0x200000}, /* I/O space */
	{0x1be00000, 0x1000},	/* GT-64120 */
	{0x1be00cf8, 8},	/* configuration cycles */
	{0x10000000, 0x200000}, /* memory space */
	{0x1f000000, 0x1000},	/* FPGA */
	{0x1e000000, 0x2000000}, {0, UINT32_MAX},
};

static struct board *build(int input, int null, const char *disk)
{
	struct {
		Elf32_Ehdr header;
		Elf32_Phdr segment;
		uint32_t code[3];
	} f = {
		.header = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT},
			   .e_type = ET_EXEC,
			   .e_machine = EM_MIPS,
			   .e_entry = CODE,
			   .e_phoff = sizeof(Elf32_Ehdr),
			   .e_flags = 0x70001001,
			   .e_phentsize = sizeof(Elf32_Phdr),
			   .e_phnum = 1},
		.segment = {PT_LOAD, offsetof(__typeof__(f), code), CODE, CODE, sizeof(code),
			    sizeof(code), 7, 4},
	};
	int fd = memfd_create("guest", MFD_CLOEXEC);
	char path[64];
	struct board_config config = {
		.guest = path,
		.processors = 1,
		.tlb_entries = 16,
		.ram_bytes = 2 << 20,
		.input = input,
		.output = null,
		.error = null,
		.disk = {{.image = disk}},
		.disks = 1,
		.network = "user",
	};
	struct error err = {.text = ""};
	struct board *board = NULL;

	memcpy(f.code, code, sizeof(code));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (write(fd, &f, sizeof(f)) == sizeof(f))
		board = board_new(&board_malta, &config, &err);
	close(fd);
	return board;
}

/* The virtio devices in the connectors, placed and switched on, with rings at 0x4000 and 0x8000. */
static void start_cards(struct malta *m)
{
	for (unsigned card = 0; card < 2; card++) {
		unsigned slot = 18 + card;
		uint32_t port = CARD + 0x100 * card;

		pci_config_store(m->pci, slot, 0, 0x10, 4, port);
		pci_config_store(m->pci, slot, 0, 0x04, 2, 5);
		for (unsigned ring = 0; ring <= card; ring++) {
			pci_store(m->pci, true, port + 0x0e, 2, ring);
			pci_store(m->pci, true, port + 0x08, 4, 4 + 4 * ring);
		}
		pci_store(m->pci, true, port + 0x12, 1, 7);
	}
}

/* A register of a card or a word of its rings. */
static void card_operation(struct malta *m, unsigned what, uint32_t number, uint32_t value)
{
	uint32_t port = CARD + 0x100 * (what & 1), loaded;
	unsigned bytes = 1u << (what >> 1 & 3) % 3;

	number &= ~(bytes - 1);
	if (what & 8)
		cpus_write(m->board.cpus, 0x4000 + number % 0x7000, &value, bytes);
	else if (what & 16)
		pci_load(m->pci, true, port + number % 64, bytes, &loaded);
	else
		pci_store(m->pci, true, port + number % 64, bytes, value);
}

static void operation(struct board *board, const uint8_t *p)
{
	struct malta *m = (struct malta *)board;
	struct cpu *cpu = cpus_get(board->cpus, 0);
	unsigned bytes = 1u << (p[0] >> 3 & 3);
	uint32_t pa, number, v;
	uint64_t loaded;
	struct error err;

	memcpy(&number, p + 2, 4);
	memcpy(&v, p + 6, 4);
	pa = (places[p[0] & 7].start + number % places[p[0] & 7].bytes) & ~(bytes - 1);
	if (p[0] & 0x80 && p[0] & 0x40) {
		m->current = cpu;
		card_operation(m, p[0], number, v);
		m->current = NULL;
	} else if (p[0] & 0x80) {
		board_run(board, p[1] * 100u + 1, &err);
	} else if (pa >= m->bus.ram_bytes) {
		m->current = cpu;
		if (p[0] & 0x40)
			malta_load(m, cpu, pa, bytes, &loaded);
		else
			malta_store(m, cpu, pa, bytes, (uint64_t)v << 32 | v);
		m->current = NULL;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int input = memfd_create("input", MFD_CLOEXEC),
	    null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int disk = memfd_create("disk", MFD_CLOEXEC);
	struct board *board;
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", disk);
	if (ftruncate(disk, 128 << 10))
		abort();
	if (write(input, data, size) != (ssize_t)size || lseek(input, 0, SEEK_SET))
		abort();
	board = build(input, null, path);
	if (!board)
		abort();
	start_cards((struct malta *)board);
	for (size_t at = 0; at + 10 <= size && board->state == BOARD_RUNNING; at += 10)
		operation(board, data + at);
	board_free(board);
	close(disk);
	close(input);
	close(null);
	return 0;
}
