/* SPDX-License-Identifier: MIT */
/*
 * The only door between devices and the guest's memory (device.h): every range is checked here,
 * whole, before a byte moves.
 */
#include <string.h>

#include "sim/board/device.h"
#include "sim/mips/cpu.h"

static bool in_ram(const struct services *s, uint64_t pa, uint64_t bytes)
{
	return pa <= s->ram_bytes && bytes <= s->ram_bytes - pa;
}

int dma_read(const struct services *s, uint64_t pa, void *to, uint64_t bytes)
{
	if (!in_ram(s, pa, bytes))
		return -1;
	memcpy(to, s->ram + pa, bytes);
	return 0;
}

int dma_write(struct services *s, uint64_t pa, const void *from, uint64_t bytes)
{
	if (!in_ram(s, pa, bytes))
		return -1;
	if (bytes)
		cpus_write(s->cpus, (uint32_t)pa, from, (uint32_t)bytes);
	return 0;
}
