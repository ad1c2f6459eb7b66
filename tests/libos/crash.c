/* SPDX-License-Identifier: MIT */
/* A guest that does what it may not do: the kernel says so and exits with 125. */
#include "traces/guests/libos/libos.h"

static const uint32_t constant = 1;

int main(int argc, char **argv)
{
	const char *way = argc > 1 ? argv[1] : "";
	volatile uintptr_t odd = (uintptr_t)argv + 1;

	if (!strcmp(way, "null"))
		*(volatile uint32_t *)0 = 1;
	else if (!strcmp(way, "constant"))
		*(volatile uint32_t *)&constant = 2;
	else if (!strcmp(way, "kernel"))
		return *(volatile uint32_t *)0x80000000;
	else if (!strcmp(way, "unaligned"))
		return *(volatile uint32_t *)odd;
	else if (!strcmp(way, "stack"))
		return main(argc, argv) + (int)way[0];
	else if (!strcmp(way, "buffer"))
		file_write(STANDARD_OUTPUT, (void *)0x7ffffff0, 0x100);
	else if (!strcmp(way, "memory"))
		memset(need(4, 1u << 29), 1, 1u << 29);
	return 0;
}
