/* SPDX-License-Identifier: MIT */
/*
 * mark: monitor calls from a shell script (sim/base/monitor_call.h). Prints nothing; does nothing
 * under QEMU. It is as small as a program can be, without a C library or dynamic linking, because
 * the end of one mark and the start of another are inside of what they enclose.
 *
 *	mark region-begin | region-end | snapshot	exit status 0
 *	mark phase N					exit status 0
 *	mark processors					exit status: the number of processors, 0
 *							where nobody answers
 */
#include "sim/base/monitor_call.h"

#define SYS_EXIT  4001
#define SYS_WRITE 4004

static int monitor_call(int operation, long argument)
{
	register long op __asm__("$24") = operation;
	register long a0 __asm__("$4") = argument;
	register long v0 __asm__("$2") = 0;
	__asm__ volatile("sll $0, $0, 31" : "+r"(v0) : "r"(op), "r"(a0) : "memory");
	return v0;
}

static long system_call(long number, long a, long b, long c)
{
	register long v0 __asm__("$2") = number;
	register long a0 __asm__("$4") = a;
	register long a1 __asm__("$5") = b;
	register long a2 __asm__("$6") = c;
	register long a3 __asm__("$7");
	__asm__ volatile("syscall"
			 : "+r"(v0), "=r"(a3)
			 : "r"(a0), "r"(a1), "r"(a2)
			 : "$1", "$3", "$8", "$9", "$10", "$11", "$12", "$13", "$14", "$15", "$24",
			   "$25", "hi", "lo", "memory");
	return v0;
}

static int same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

static const struct {
	const char *name;
	int operation, has_argument;
} marks[] = {
	{"region-begin", MCALL_REGION_BEGIN, 0},
	{"region-end", MCALL_REGION_END, 0},
	{"phase", MCALL_PHASE, 1},
	{"processors", MCALL_PROCESSORS, 0},
	{"snapshot", MCALL_SNAPSHOT, 0},
};

/* 0 to 2^31 - 1 in decimal, or -1. */
static long number(const char *text)
{
	long n = 0;
	if (!*text)
		return -1;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || n > (0x7fffffff - (*text - '0')) / 10)
			return -1;
		n = n * 10 + (*text - '0');
	}
	return n;
}

static int run(long argc, char **argv)
{
	static const char usage[] = "usage: mark region-begin|region-end|phase N|snapshot|processors\n";
	for (unsigned i = 0; argc >= 2 && i < sizeof(marks) / sizeof(*marks); i++) {
		if (!same(argv[1], marks[i].name) || argc != 2 + marks[i].has_argument)
			continue;
		long argument = marks[i].has_argument ? number(argv[2]) : 0;
		if (argument < 0)
			break;
		int result = monitor_call(marks[i].operation, argument);
		return marks[i].operation == MCALL_PROCESSORS ? result : 0;
	}
	system_call(SYS_WRITE, 2, (long)usage, sizeof(usage) - 1);
	return 2;
}

/* The kernel starts a program with argc and argv on its stack and no return address. */
__attribute__((used, noreturn)) static void start(long *stack)
{
	system_call(SYS_EXIT, run(stack[0], (char **)(stack + 1)), 0, 0);
	__builtin_unreachable();
}
__asm__(".globl __start\n"
	"__start:\n\t"
	".set push\n\t"
	".set noreorder\n\t"
	"move $4, $29\n\t"
	"move $31, $0\n\t"
	"addiu $29, $29, -32\n\t"
	"j start\n\t"
	"nop\n\t"
	".set pop\n");
