/* SPDX-License-Identifier: MIT */
/*
 * moments KIND: says when it may be saved. `work`: two moments, then a region in which all takes
 * part that a snapshot has to carry: the second processor, which waits since before (SYNC_WAIT),
 * code that was executed and is now changed, the timer and WAIT, a counter in memory, the console.
 */
#include "tests/guests/guest.h"

GUEST_START

#define MAILBOX(n, word) (*(volatile u32 *)(0xa0000000u + MAILBOX_BASE + (n) * MAILBOX_STRIDE + (word)))

static volatile u32 go, done, sum = 5;
static u32 other_stack[256];
static u32 code[64] __attribute__((aligned(4096)));

static void signal_event(volatile u32 *object)
{
	monitor_call(MCALL_SYNC_SIGNAL, (u32)object, MCALL_EVENT, 0, 0);
	*object = 1;
}

static void wait_event(volatile u32 *object)
{
	monitor_call(MCALL_SYNC_WAIT, (u32)object, MCALL_EVENT, 0, 0);
	while (!*object)
		;
	monitor_call(MCALL_SYNC_PASS, (u32)object, MCALL_EVENT, 0, 0);
}

void second(void);
void second(void)
{
	wait_event(&go);
	for (u32 i = 0; i < 3000; i++)
		sum += i;
	signal_event(&done);
	for (;;)
		;
}

/* addiu $2, $0, n; jr $31; nop, somewhere in the page `code`. */
static u32 made(u32 at, u32 n)
{
	volatile u32 *p = code + at;

	p[0] = 0x24020000 | n;
	p[1] = 0x03e00008;
	p[2] = 0;
	__asm__ volatile(".set push\n.set mips32r2\nsync\n.set pop");
	return ((u32(*)(void))p)();
}

/* Waits for the timer a few times, without a handler: interrupts are disabled, WAIT wakes. */
static u32 timer(void)
{
	u32 count, status, woken = 0;

	__asm__ volatile("mfc0 %0, $12" : "=r"(status));
	status |= 0x8000; /* IM7 */
	__asm__ volatile("mtc0 %0, $12" : : "r"(status));
	for (int i = 0; i < 3; i++) {
		__asm__ volatile("mfc0 %0, $9" : "=r"(count));
		count += 20000;
		__asm__ volatile("mtc0 %0, $11" : : "r"(count));
		__asm__ volatile(".set push\n.set mips32r2\nwait\n.set pop");
		woken++;
	}
	return woken;
}

static int work(void)
{
	char line[16];
	int n;

	made(0, 1);
	made(8, 2);
	MAILBOX(1, MAILBOX_STACK) = (u32)(other_stack + 250);
	MAILBOX(1, MAILBOX_ENTRY) = (u32)second;
	timer();
	print("one\n");
	monitor_call(MCALL_SNAPSHOT, 0, 0, 0, 0);
	print("two\n");
	sum += made(8, 3);
	monitor_call(MCALL_SNAPSHOT, 0, 0, 0, 0);
	print("three\n");
	monitor_call(MCALL_REGION_BEGIN, 0, 0, 0, 0);
	signal_event(&go);
	sum += timer() + made(0, 4) + made(16, 5) + made(8, 6);
	wait_event(&done);
	n = uhi(4, 0, (u32)line, sizeof(line)).value;
	uhi(5, 1, (u32)line, (u32)n);
	monitor_call(MCALL_REGION_END, 0, 0, 0, 0);
	print_number((int)sum);
	print("\n");
	return 3;
}

int guest_main(int argc, char **argv)
{
	const char *kind = argc > 1 ? argv[1] : "";

	if (same(kind, "work"))
		return work();
	if (same(kind, "open")) {
		uhi(2, (u32) "given", 0, 0);
		monitor_call(MCALL_SNAPSHOT, 0, 0, 0, 0);
	}
	if (same(kind, "inside")) {
		monitor_call(MCALL_REGION_BEGIN, 0, 0, 0, 0);
		monitor_call(MCALL_SNAPSHOT, 0, 0, 0, 0);
		monitor_call(MCALL_REGION_END, 0, 0, 0, 0);
	}
	if (same(kind, "closed")) { /* descriptor 1 stays closed, the arguments stay readable */
		uhi(3, 1, 0, 0);
		monitor_call(MCALL_SNAPSHOT, 0, 0, 0, 0);
		uhi(5, 1, (u32) "lost", 4);
		return uhi(9, 0, 0, 0).value;
	}
	return 5;
}
