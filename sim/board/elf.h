/* SPDX-License-Identifier: MIT */
/* The guest image: a 32-bit little-endian MIPS executable (ELF, System V ABI MIPS supplement). */
#ifndef SIM_BOARD_ELF_H
#define SIM_BOARD_ELF_H

#include <stddef.h>
#include <stdint.h>

#include "sim/base/error.h"

/*
 * Copies the loadable segments of a file image into RAM (physical 0 up, zeroed by the caller) and
 * fills *entry. Whatever the bytes are, nothing outside file and ram is touched. Returns 0, or -1
 * with what is wrong and what was wanted; RAM may then hold some of the segments.
 */
int elf_load(const void *file, size_t bytes, uint8_t *ram, uint32_t ram_bytes, uint32_t *entry,
	     struct error *err);

/* Of a file that elf_load has taken: the first physical address of its segments, and the one after
 * the last. */
void elf_extent(const void *file, uint32_t *first, uint32_t *end);

#endif
