/* SPDX-License-Identifier: MIT */
/*
 * The libos kernel: start of the processors, and exceptions. One address space, one user thread
 * per processor, no scheduling and no interrupts; what a program needs of an operating system in
 * the spirit of SplashOS (Disco, SOSP'97, section 4.4), except that it keeps its own page table.
 */
#include "traces/guests/libos/kernel.h"
#include "traces/guests/libos/monitor.h"
#include "traces/guests/libos/syscall.h"

extern char user_start[];
uint8_t kernel_stacks[MAX_PROCESSORS << KERNEL_STACK_SHIFT] __attribute__((aligned(PAGE_BYTES)));
static unsigned processors;

static uint32_t user_stack(unsigned number)
{
	return STACK_TOP - (number << STACK_SHIFT) - THREAD_BYTES - 32;
}

static void release(unsigned number)
{
	volatile uint32_t *box =
		(volatile uint32_t *)(0xa0000000u + MAILBOX_BASE + number * MAILBOX_STRIDE);
	uint8_t *top = kernel_stacks + ((number + 1) << KERNEL_STACK_SHIFT);

	box[MAILBOX_STACK / 4] = (uint32_t)top - 32;
	box[MAILBOX_ARGUMENT / 4] = 0;
	box[MAILBOX_ENTRY / 4] = (uint32_t)processor_entry;
}

static void release_all(void)
{
	for (unsigned n = 1; n < processors; n++)
		release(n);
}

void kernel_main(void)
{
	processors = monitor_call(MCALL_PROCESSORS, 0, 1);
	if (processors > MAX_PROCESSORS)
		processors = MAX_PROCESSORS;
	memory_init(processors);
	enter_user((uint32_t)user_start, user_stack(0), 0, processors);
}

void processor_main(unsigned argument, unsigned number)
{
	(void)argument;
	enter_user((uint32_t)user_start, user_stack(number), number, processors);
}

static void complain_hex(const char *label, uint32_t value)
{
	char text[9];

	for (int i = 0; i < 8; i++)
		text[i] = "0123456789abcdef"[value >> (28 - 4 * i) & 15];
	text[8] = 0;
	host_complain(label);
	host_complain(text);
}

void kernel_crash(const struct frame *frame, uint32_t cause, uint32_t bad_va, const char *why)
{
	static const char *const names[32] = {
		"$0 ", "at ", "v0 ", "v1 ", "a0 ", "a1 ", "a2 ", "a3 ", "t0 ", "t1 ", "t2 ",
		"t3 ", "t4 ", "t5 ", "t6 ", "t7 ", "s0 ", "s1 ", "s2 ", "s3 ", "s4 ", "s5 ",
		"s6 ", "s7 ", "t8 ", "t9 ", "k0 ", "k1 ", "gp ", "sp ", "fp ", "ra ",
	};

	host_complain("libos: ");
	host_complain(why);
	complain_hex("\n  cause ", cause);
	complain_hex(" address ", bad_va);
	complain_hex(" epc ", frame->epc);
	complain_hex(" status ", frame->status);
	for (int i = 0; i < 32; i++) {
		host_complain(i % 8 ? " " : "\n  ");
		complain_hex(names[i], frame->gpr[i]);
	}
	host_complain("\n");
	host_exit(EXIT_CRASH);
}

static unsigned processor_number(void)
{
	uint32_t ebase;

	__asm__ volatile("mfc0 %0, $15, 1" : "=r"(ebase));
	return ebase & 0x3ff;
}

void kernel_exception(struct frame *frame, uint32_t cause, uint32_t bad_va)
{
	unsigned number = processor_number();
	const char *why = "unexpected exception";

	switch (cause >> 2 & 31) {
	case EXC_TLB_LOAD:
	case EXC_TLB_STORE:
		if (memory_fault(bad_va, number))
			return;
		why = "access to an address that is not mapped, or no more memory";
		break;
	case EXC_MODIFIED:
		why = "store to a page that is read-only";
		break;
	case EXC_DATA_BUS:
		why = "bus error: no more memory, or none at this address";
		break;
	case EXC_SYSCALL:
		frame->epc += 4;
		switch (frame->gpr[2]) {
		case SYS_GROW:
			frame->gpr[2] = memory_grow(frame->gpr[4]);
			return;
		case SYS_ROLL_CALL:
			memory_roll_call(number);
			return;
		case SYS_START:
			release_all();
			return;
		default:
			if (host_system_call(frame))
				return;
			why = "bad system call";
		}
	}
	kernel_crash(frame, cause, bad_va, why);
}
