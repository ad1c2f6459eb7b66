/* SPDX-License-Identifier: MIT */
/* libFuzzer entry: any bytes as the code of a guest on two processors, run for a while while it is
 * being recorded. It may end in any way but must not touch the host. */
#include <elf.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sim/board/board.h"

#define CODE	0x80100000u
#define RECORDS 65536

struct stream {
	struct observer observer; /* first */
	struct record record[RECORDS];
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void drain(struct observer *o)
{
	o->next = ((struct stream *)o)->record;
}

static void translated(struct observer *o, uint32_t va_flags, uint32_t asid, uint32_t pa_page)
{
	(void)asid;
	*o->next++ = record_make(RECORD_MAP, va_flags, pa_page);
}

static struct board *load(const uint8_t *code, size_t size, int null)
{
	struct {
		Elf32_Ehdr header;
		Elf32_Phdr segment;
	} f = {
		.header = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT},
			   .e_type = ET_EXEC,
			   .e_machine = EM_MIPS,
			   .e_entry = CODE,
			   .e_phoff = sizeof(Elf32_Ehdr),
			   .e_flags = 0x70001001,
			   .e_phentsize = sizeof(Elf32_Phdr),
			   .e_phnum = 1},
		.segment = {PT_LOAD, sizeof(f), CODE, CODE, (uint32_t)size, (uint32_t)size, 7, 4},
	};
	int fd = memfd_create("guest", MFD_CLOEXEC);
	char path[64];
	struct board_config config = {
		.guest = path,
		.processors = 2,
		.tlb_entries = 16,
		.ram_bytes = 2 << 20,
		.input = null,
		.output = null,
		.error = null,
	};
	struct error err = {.text = ""};
	struct board *board = NULL;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (write(fd, &f, sizeof(f)) == sizeof(f) && write(fd, code, size) == (ssize_t)size)
		board = board_new(board_kind_find("bare", &err), &config, &err);
	close(fd);
	return board;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct stream stream[2];
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct board *board = size ? load(data, size, null) : NULL;
	struct error err = {.text = ""};

	for (unsigned n = 0; board && n < 2; n++) {
		stream[n].observer = (struct observer){stream[n].record, stream[n].record + RECORDS,
						       drain, translated};
		cpu_observe(cpus_get(board->cpus, n), &stream[n].observer);
	}
	for (int i = 0; board && i < 20 && board->state == BOARD_RUNNING; i++)
		if (board_run(board, 1000, &err))
			break;
	board_free(board);
	close(null);
	return 0;
}
