/* SPDX-License-Identifier: MIT */
/* Inside the program half of the libos: start, and the way into the kernel. */
#ifndef LIBOS_PROGRAM_H
#define LIBOS_PROGRAM_H

#include <stdint.h>

#define ARGUMENT_BYTES 1024

/* The kernel enters every processor's thread here. */
void user_start(unsigned number, unsigned processors);

static inline int system_call(uint32_t op, uint32_t a, uint32_t b, uint32_t c)
{
	register uint32_t v0 __asm__("$2") = op;
	register uint32_t a0 __asm__("$4") = a;
	register uint32_t a1 __asm__("$5") = b;
	register uint32_t a2 __asm__("$6") = c;

	__asm__ volatile("syscall" : "+r"(v0) : "r"(a0), "r"(a1), "r"(a2) : "memory");
	return v0;
}

#endif
