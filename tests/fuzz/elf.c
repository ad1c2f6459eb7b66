/* SPDX-License-Identifier: MIT */
/* libFuzzer entry: any bytes as a guest file. Nothing outside 1 MB of RAM may be touched. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "sim/board/elf.h"

#define RAM (1u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *ram = malloc(RAM);
	struct error err;
	uint32_t entry;

	elf_load(data, size, ram, RAM, &entry, &err);
	free(ram);
	return 0;
}
