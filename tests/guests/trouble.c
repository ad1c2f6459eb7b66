/* SPDX-License-Identifier: MIT */
/* trouble KIND: does one thing that a guest should not do. */
#include "tests/guests/guest.h"

GUEST_START

static volatile u32 *const nowhere = (u32 *)0x00000010;

#define MAILBOX(n, word) (*(volatile u32 *)(0xa0000000u + MAILBOX_BASE + (n) * MAILBOX_STRIDE + (word)))

static void instructions(const char *kind)
{
	if (same(kind, "reserved"))
		__asm__ volatile(".word 0x7c00003f");
	if (same(kind, "load"))
		(void)*nowhere;
	if (same(kind, "store"))
		*nowhere = 1;
	if (same(kind, "unaligned"))
		__asm__ volatile("lw $2, 2($0)");
	if (same(kind, "jump"))
		__asm__ volatile("li $2, 0x7f000000\njr $2\nnop");
	if (same(kind, "delay"))
		__asm__ volatile(".set push\n.set noreorder\nb 1f\nteq $0, $0\n1: nop\n.set pop");
	if (same(kind, "syscall"))
		__asm__ volatile("syscall");
	if (same(kind, "overflow"))
		__asm__ volatile("lui $2, 0x7fff\nadd $2, $2, $2");
	if (same(kind, "bus"))
		(void)*(volatile u32 *)0xbf000000u;
	if (same(kind, "spin"))
		for (;;)
			;
	if (same(kind, "wait"))
		__asm__ volatile(".set push\n.set mips32r2\nwait\n.set pop");
	if (same(kind, "storm")) { /* a handler that is a reserved instruction */
		for (u32 at = 0x80000180; at < 0x800001a0; at += 4)
			*(volatile u32 *)at = 0x7c00003f;
		__asm__ volatile(".set push\n.set mips32r2\nsync\n.set pop\nsyscall");
	}
}

static void requests(const char *kind)
{
	static char big[5000];

	if (same(kind, "request"))
		uhi(99, 0, 0, 0);
	if (same(kind, "pointer"))
		uhi(5, 1, 0x00400000, 10);
	if (same(kind, "length"))
		uhi(5, 2, 0x80100000, 0x7fffffff);
	if (same(kind, "assert"))
		uhi(14, (u32) "x == 1", (u32) "trouble.c", 7);
	if (same(kind, "path")) {
		struct uhi_result r;

		for (u32 i = 0; i < sizeof(big) - 1; i++)
			big[i] = 'a';
		r = uhi(2, (u32)big, 0, 0);
		print_number(r.value);
		print_number(r.error);
		print("\n");
	}
	if (same(kind, "descriptors")) {
		int n = 0;

		while (uhi(2, (u32) "given", 0, 0).value >= 0 && n < 1000)
			n++;
		print_number(n);
		print(" opened\n");
	}
}

static void calls(const char *kind)
{
	if (same(kind, "call"))
		monitor_call(77, 0, 0, 0, 0);
	if (same(kind, "class"))
		monitor_call(MCALL_SYNC_WAIT, 0x80100000, 9, 0, 0);
	if (same(kind, "pass"))
		monitor_call(MCALL_SYNC_PASS, 0x80100000, MCALL_LOCK, 0, 0);
	if (same(kind, "page"))
		monitor_call(MCALL_PAGE_FREED, 0x7ffff000, 0, 0, 0);
	if (same(kind, "twice")) {
		monitor_call(MCALL_REGION_BEGIN, 0, 0, 0, 0);
		monitor_call(MCALL_REGION_BEGIN, 0, 0, 0, 0);
	}
	if (same(kind, "end"))
		monitor_call(MCALL_REGION_END, 0, 0, 0, 0);
	if (same(kind, "mailbox"))
		MAILBOX(1, MAILBOX_ENTRY) = 2;
	if (same(kind, "restart"))
		MAILBOX(0, MAILBOX_ENTRY) = 0x80100000;
	if (same(kind, "processor"))
		MAILBOX(2, MAILBOX_ENTRY) = 0x80100000;
}

int guest_main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	instructions(argv[1]);
	requests(argv[1]);
	calls(argv[1]);
	return 0;
}
