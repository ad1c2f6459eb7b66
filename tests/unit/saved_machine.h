/* SPDX-License-Identifier: MIT */
/*
 * A small machine that has run for a while, as the bytes of its snapshot; and what happens when
 * somebody starts such a file after having changed it. For the hostile test and the fuzzer: the
 * checksums are made right again, so that everything behind them is put to the test.
 */
#ifndef TESTS_UNIT_SAVED_MACHINE_H
#define TESTS_UNIT_SAVED_MACHINE_H

#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sim/base/hash.h"
#include "sim/base/output.h"
#include "sim/board/board.h"

#define SAVED_HEADER  48 /* bytes before the first field: sim/base/snapshot.c */
#define SAVED_RECORDS 65536

struct saved_machine {
	uint8_t *data;
	size_t bytes;
	/* Where the contents of its fields are, memory and empty ones left out. */
	struct saved_field {
		size_t at, bytes;
	} *field;
	size_t fields;
};

/* Loaded at 0x80010000, started at its end, which copies it to 0x80000000. From 0x80000400 on: loads,
 * stores, LL and SC, code that is changed, TLB writes, the timer, marks, and the ports of the malta's
 * devices; with handlers that skip what faulted. */
/* clang-format off */
static const uint32_t saved_machine_code[] = {
	[0x000 / 4] = 0x42000006, /* refill: tlbwr; eret */
	0x42000018,
	[0x180 / 4] = 0x401a7000, /* general: mfc0 k0, epc; addiu k0, k0, 4; mtc0 k0, epc; eret */
	0x275a0004, 0x409a7000, 0x42000018,
	[0x400 / 4] = 0x3c088000, /* lui t0, 0x8000 */
	0x3c0c0040, /* lui t4, 0x0040 */
	0x8d0a1000, /* loop: lw t2, 0x1000(t0) */
	0x254a0001, /* addiu t2, t2, 1 */
	0xad0a1000, /* sw t2, 0x1000(t0) */
	0xc10b1004, /* ll t3, 0x1004(t0) */
	0xe10b1004, /* sc t3, 0x1004(t0) */
	0xad0005f0, /* sw zero, 0x5f0(t0) */
	0x42000006, /* tlbwr */
	0x8d8d0000, /* lw t5, 0(t4) */
	0x258c1000, /* addiu t4, t4, 0x1000 */
	0x400d4800, /* mfc0 t5, count */
	0x25ad0400, /* addiu t5, t5, 0x400 */
	0x408d5800, /* mtc0 t5, compare */
	0x24180007, /* li t8, 7: signal */
	0x8d041000, /* lw a0, 0x1000(t0) */
	0x308400fc, /* andi a0, a0, 0xfc */
	0x00882025, /* or a0, a0, t0 */
	0x24050002, /* li a1, 2 */
	0x000007c0, /* monitor call */
	0x0c000180, /* jal 0x600 */
	0x0000000c, /* syscall, in the delay slot */
	0x3c0eb800, /* lui t6, 0xb800: I/O */
	0xa1ca0040, /* sb t2, 0x40(t6): i8254 */
	0x91cd0040, /* lbu t5, 0x40(t6) */
	0xa1ca03f8, /* sb t2, 0x3f8(t6): UART */
	0x91cd03fd, /* lbu t5, 0x3fd(t6) */
	0xa1ca0070, /* sb t2, 0x70(t6): RTC */
	0x91cd0071, /* lbu t5, 0x71(t6) */
	0x91cd0021, /* lbu t5, 0x21(t6): i8259 */
	0x91cd0064, /* lbu t5, 0x64(t6): i8042 */
	0x3c0fbbe0, /* lui t7, 0xbbe0: GT-64120 */
	0x8ded0cf8, /* lw t5, 0xcf8(t7) */
	0x8ded0c34, /* lw t5, 0xc34(t7): acknowledge */
	0x1000ffdf, /* b loop */
	0x00000000, /* nop */
	[0x600 / 4] = 0x03e00008, /* jr ra; nop */
	0x00000000,
	[0x700 / 4] = 0x3c088001, /* start: lui t0, 0x8001 */
	0x3c098000, /* lui t1, 0x8000 */
	0x252a0700, /* addiu t2, t1, 0x700 */
	0x8d0b0000, /* copy: lw t3, 0(t0) */
	0xad2b0000, /* sw t3, 0(t1) */
	0x25290004, /* addiu t1, t1, 4 */
	0x152afffc, /* bne t1, t2, copy */
	0x25080004, /* addiu t0, t0, 4 */
	0x40806000, /* mtc0 zero, status */
	0x08000100, /* j 0x80000400; nop */
	0x00000000,
};
/* clang-format on */

/* An ELF file in memory; the descriptor. */
static inline int saved_machine_guest(void)
{
	struct {
		Elf32_Ehdr header;
		Elf32_Phdr segment;
	} f = {
		.header = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT},
			   .e_type = ET_EXEC,
			   .e_machine = EM_MIPS,
			   .e_entry = 0x80010700,
			   .e_phoff = sizeof(Elf32_Ehdr),
			   .e_flags = 0x70001001,
			   .e_phentsize = sizeof(Elf32_Phdr),
			   .e_phnum = 1},
		.segment = {PT_LOAD, sizeof(f), 0x80010000, 0x80010000, sizeof(saved_machine_code),
			    sizeof(saved_machine_code), 7, 4},
	};
	int fd = memfd_create("guest", MFD_CLOEXEC);

	if (write(fd, &f, sizeof(f)) != sizeof(f) ||
	    write(fd, saved_machine_code, sizeof(saved_machine_code)) != sizeof(saved_machine_code))
		abort();
	return fd;
}

/* As the picture in sim/base/snapshot.c says. */
static inline void saved_machine_find_fields(struct saved_machine *m)
{
	size_t room = m->bytes / 17 + 1;

	m->field = malloc(room * sizeof(*m->field));
	m->fields = 0;
	for (size_t at = SAVED_HEADER; at < m->bytes;) {
		uint16_t name_bytes, kind;
		uint64_t size;
		uint32_t block;

		memcpy(&name_bytes, m->data + at, 2);
		memcpy(&kind, m->data + at + 2, 2);
		memcpy(&size, m->data + at + 8, 8);
		at += 16u + name_bytes;
		if (kind != 2) {
			if (size)
				m->field[m->fields++] = (struct saved_field){at, size};
			at += size;
			continue;
		}
		for (uint64_t done = 0; done < size; done += 262144) {
			memcpy(&block, m->data + at, 4);
			at += 4u + block;
		}
	}
}

/* Saves the machine after some ten thousand instructions. */
static inline struct saved_machine saved_machine_new(const char *board_name)
{
	char folder[] = "/tmp/saved_machine_XXXXXX", path[64], guest[64];
	char *argv[] = {"an", "argument"};
	int fd = saved_machine_guest(), null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct board_config config = {
		.guest = guest,
		.argv = argv,
		.argc = 2,
		.processors = 2,
		.tlb_entries = 16,
		.ram_bytes = 1 << 20,
		.input = null,
		.output = null,
		.error = null,
	};
	bool devices = !strcmp(board_name, "malta");
	int disk = memfd_create("disk", MFD_CLOEXEC); /* stays open: the snapshot names it */
	char image[64];
	struct error err = {.text = ""};
	struct saved_machine m;
	struct board *board;

	snprintf(image, sizeof(image), "/proc/self/fd/%d", disk);
	if (ftruncate(disk, 65536))
		abort();
	if (devices) {
		config.disk[0].image = image;
		config.disks = 1;
		config.network = "user";
		config.model = CPU_34KF;
	}
	snprintf(guest, sizeof(guest), "/proc/self/fd/%d", fd);
	if (!mkdtemp(folder))
		abort();
	snprintf(path, sizeof(path), "%s/machine", folder);
	board = board_new(board_kind_find(board_name, &err), &config, &err);
	if (!board || board_run(board, 30000, &err) || board_save(board, path, &err)) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
	board_free(board);
	m.data = (uint8_t *)read_whole_file(path, &m.bytes, &err);
	saved_machine_find_fields(&m);
	unlink(path);
	rmdir(folder);
	close(fd);
	close(null);
	return m;
}

static inline void saved_machine_seal(uint8_t *file, size_t bytes)
{
	uint64_t words[] = {bytes, hash64(file + SAVED_HEADER, bytes - SAVED_HEADER)}, hash;

	memcpy(file + 24, words, sizeof(words));
	hash = hash64(file, 40);
	memcpy(file + 40, &hash, sizeof(hash));
}

struct saved_machine_stream {
	struct observer observer; /* first */
	struct record record[SAVED_RECORDS];
};

static inline void saved_machine_drain(struct observer *o)
{
	o->next = ((struct saved_machine_stream *)o)->record;
}

static inline void saved_machine_translated(struct observer *o, uint32_t va_flags, uint32_t asid,
					    uint32_t pa_page)
{
	(void)asid;
	*o->next++ = record_make(RECORD_MAP, va_flags, pa_page);
}

static inline void saved_machine_observe(struct board *board, struct saved_machine_stream *stream)
{
	for (unsigned n = 0; n < board->processors; n++) {
		stream[n].observer =
			(struct observer){stream[n].record, stream[n].record + SAVED_RECORDS,
					  saved_machine_drain, saved_machine_translated};
		cpu_observe(cpus_get(board->cpus, n), &stream[n].observer);
	}
}

/* Starts it and runs it a while, recorded. Returns 0 when it could be started, or -1 with the
 * reason. */
static inline int saved_machine_try(const uint8_t *file, size_t bytes, struct error *err)
{
	static struct saved_machine_stream stream[BOARD_MAX_PROCESSORS];
	int fd = memfd_create("machine", MFD_CLOEXEC);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), rc = -1;
	struct board_config config = {.input = null, .output = null, .error = null};
	struct error end = {.text = ""};
	struct board *board;
	char path[64];

	if (write(fd, file, bytes) != (ssize_t)bytes)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	board = board_open(path, &config, err);
	if (board) {
		rc = 0;
		saved_machine_observe(board, stream);
		for (int i = 0; i < 10 && board->state == BOARD_RUNNING; i++)
			if (board_run(board, 1000, &end))
				break;
		for (unsigned n = 0; n < board->processors; n++)
			cpu_observe(cpus_get(board->cpus, n), NULL);
		board_free(board);
	}
	close(fd);
	close(null);
	return rc;
}

#endif
