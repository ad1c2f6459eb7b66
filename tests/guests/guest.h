/* SPDX-License-Identifier: MIT */
/* The little that the test guests need: a start on the first processor, host requests (UHI),
 * printing, monitor calls. Each guest defines guest_main and is one file; see guests.sh. */
#ifndef TESTS_GUESTS_GUEST_H
#define TESTS_GUESTS_GUEST_H

#include "sim/base/monitor_call.h"

typedef unsigned int u32;
typedef unsigned char u8;

int guest_main(int argc, char **argv);

struct uhi_result {
	int value, error;
};

static inline struct uhi_result uhi(u32 operation, u32 a, u32 b, u32 c)
{
	register u32 t9 __asm__("$25") = operation;
	register u32 a0 __asm__("$4") = a, a1 __asm__("$5") = b, a2 __asm__("$6") = c;
	register u32 v0 __asm__("$2") = 0, v1 __asm__("$3") = 0;

	__asm__ volatile(".set push\n.set mips32r2\nsdbbp 1\n.set pop"
			 : "+r"(v0), "+r"(v1)
			 : "r"(t9), "r"(a0), "r"(a1), "r"(a2)
			 : "memory");
	return (struct uhi_result){(int)v0, (int)v1};
}

static inline u32 monitor_call(u32 call, u32 a, u32 b, u32 c, u32 otherwise)
{
	register u32 t8 __asm__("$24") = call, v0 __asm__("$2") = otherwise;
	register u32 a0 __asm__("$4") = a, a1 __asm__("$5") = b, a2 __asm__("$6") = c;

	__asm__ volatile(".word 0x000007c0" : "+r"(v0) : "r"(t8), "r"(a0), "r"(a1), "r"(a2) : "memory");
	return v0;
}

static inline u32 length_of(const char *s)
{
	u32 n = 0;

	while (s[n])
		n++;
	return n;
}

static inline void print(const char *s)
{
	uhi(5, 1, (u32)s, length_of(s));
}

static inline void print_number(int n)
{
	char text[12], *p = text + 11;
	u32 v = n < 0 ? -(u32)n : (u32)n;

	*p = 0;
	do
		*--p = (char)('0' + v % 10);
	while (v /= 10);
	if (n < 0)
		*--p = '-';
	print(p);
}

static inline int same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

/* First in the image: gives the processor a stack, collects the arguments, runs, exits. */
#define GUEST_START                                                              \
	__asm__(".section .text.start,\"ax\"\n"                                  \
		".globl __start\n__start:\n"                                     \
		"lui $sp, %hi(guest_stack + 16352)\n"                            \
		"addiu $sp, $sp, %lo(guest_stack + 16352)\n"                     \
		"jal guest_collect\nnop\n"                                       \
		".text\n");                                                      \
	char guest_stack[16384] __attribute__((aligned(16)));                    \
	static char guest_text[1024], *guest_argv[16];                           \
	void guest_collect(void);                                                \
	void guest_collect(void)                                                 \
	{                                                                        \
		int n = uhi(9, 0, 0, 0).value;                                   \
		u32 used = 0;                                                    \
                                                                                 \
		for (int i = 0; i < n && i < 15; i++) {                          \
			guest_argv[i] = guest_text + used;                       \
			used += (u32)uhi(10, (u32)i, 0, 0).value + 1;            \
			uhi(11, (u32)i, (u32)guest_argv[i], 0);                  \
		}                                                                \
		uhi(1, (u32)guest_main(n, guest_argv), 0, 0);                    \
		for (;;)                                                         \
			;                                                        \
	}

#endif
