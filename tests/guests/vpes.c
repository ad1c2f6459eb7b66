/* SPDX-License-Identifier: MIT */
/*
 * The MT extension seen by a guest: the first VPE starts the second by MTTR, they send each other
 * software interrupts, count together by LL/SC, and one stops the other (DVPE, TCHalt). Prints the
 * same on a real 34Kf, the reference machine and ours.
 */
#include "tests/guests/guest.h"

GUEST_START

#define MT	     ".set push\n.set mips32r2\n.set mt\n.set noreorder\n.set noat\n"
#define END	     "\nehb\n.set pop"
#define MFC0(rd, sel) ({ u32 v_; __asm__ volatile(MT "mfc0 %0, $" #rd ", " #sel END : "=r"(v_)); v_; })
#define MTC0(rd, sel, value) \
	__asm__ volatile(MT "mtc0 %0, $" #rd ", " #sel END : : "r"((u32)(value)) : "memory")
/* Of the other thread: CP0 registers, general registers. */
#define MFTC0(rd, sel) \
	({ u32 v_; __asm__ volatile(MT "mftr %0, $" #rd ", 0, " #sel ", 0" END : "=r"(v_)); v_; })
#define MTTC0(rd, sel, value)                                                                \
	__asm__ volatile(MT "mttr %0, $" #rd ", 0, " #sel ", 0" END : : "r"((u32)(value)) \
			 : "memory")
#define MFTGPR(r) \
	({ u32 v_; __asm__ volatile(MT "mftr %0, $" #r ", 1, 0, 0" END : "=r"(v_)); v_; })
#define MTTGPR(r, value) \
	__asm__ volatile(MT "mttr %0, $" #r ", 1, 0, 0" END : : "r"((u32)(value)) : "memory")

#define TCSTATUS_IXMT 0x400u
#define TCSTATUS_A    0x2000u
#define EVP	      1u
#define VPC	      2u

static u32 dvpe(void)
{
	u32 old;

	__asm__ volatile(MT "dvpe %0" END : "=r"(old) : : "memory");
	return old;
}

static void evpe(u32 old)
{
	if (old & EVP)
		__asm__ volatile(MT "evpe" END : : : "memory");
}

static void address_thread(u32 tc)
{
	MTC0(1, 1, (MFC0(1, 1) & ~0xffu) | tc);
}

/* Counts the software interrupts of each VPE, by EBase.CPUNum. */
volatile u32 interrupts[2];
void vectors(void);
__asm__(".section .text.vectors,\"ax\"\n.balign 4096\n.globl vectors\nvectors:\n"
	".org vectors + 0x180\n" MT
	"mfc0 $26, $15, 1\nandi $26, $26, 0x3ff\nsll $26, $26, 2\n"
	"lui $27, %hi(interrupts)\naddu $26, $26, $27\n"
	"lw $27, %lo(interrupts)($26)\naddiu $27, $27, 1\nsw $27, %lo(interrupts)($26)\n"
	"mfc0 $26, $13\naddiu $27, $0, -0x301\nand $26, $26, $27\nmtc0 $26, $13\nehb\neret\nnop\n"
	".set pop\n.text\n");

static void take_interrupts(void)
{
	MTC0(12, 0, 0x30400000);
	MTC0(15, 1, (u32)vectors);
	MTC0(13, 0, 0);
	MTC0(12, 0, 0x30000301);
}

static void interrupt_other(u32 tc)
{
	u32 old = dvpe();

	address_thread(tc);
	MTTC0(13, 0, MFTC0(13, 0) | 0x100);
	evpe(old);
}

enum { COMMAND_NONE, COMMAND_WAIT, COMMAND_ADD, COMMAND_SEND, COMMAND_COUNT };
static volatile u32 command, done, shared, ticks, restarted;
static char other_stack[4096] __attribute__((aligned(16)));

static void add_many(void)
{
	for (u32 i = 0; i < 20000; i++) {
		u32 v;

		__asm__ volatile(MT "1: ll %0, %1\naddiu %0, %0, 1\nsc %0, %1\nbeqz %0, 1b\nnop" END
				 : "=&r"(v), "+m"(shared)
				 :
				 : "memory");
	}
}

static void other_main(u32 argument)
{
	take_interrupts();
	done = argument;
	for (;;) {
		u32 now = command, from = interrupts[1];

		switch (now) {
		case COMMAND_WAIT:
			while (interrupts[1] - from < 5)
				__asm__ volatile(MT "wait" END : : : "memory");
			break;
		case COMMAND_ADD:
			add_many();
			break;
		case COMMAND_SEND:
			interrupt_other(0);
			break;
		case COMMAND_COUNT:
			for (;;)
				ticks++;
		default:
			continue;
		}
		command = COMMAND_NONE;
		done = now;
	}
}

static void restarted_main(void)
{
	restarted = 1;
	for (;;)
		ticks++;
}

static void start(void (*where)(u32), u32 argument)
{
	dvpe();
	MTC0(0, 1, MFC0(0, 1) | VPC);
	address_thread(1);
	MTTC0(2, 4, 1);
	MTTC0(1, 2, MFTC0(1, 2) | 2); /* it may address others too */
	MTTC0(12, 0, 0x00400000);
	MTTC0(13, 0, 0);
	MTTC0(2, 3, where);
	MTTC0(2, 1, (MFTC0(2, 1) & ~(TCSTATUS_IXMT | 0x1800)) | TCSTATUS_A | 0x10000000);
	MTTC0(2, 4, 0);
	MTTC0(1, 2, MFTC0(1, 2) | 1);
	MTTGPR(29, other_stack + sizeof(other_stack) - 32);
	MTTGPR(4, argument);
	MTC0(0, 1, MFC0(0, 1) & ~VPC);
	evpe(EVP);
}

static void say(const char *what, u32 value)
{
	char text[12];

	for (int i = 0; i < 8; i++)
		text[i] = "0123456789abcdef"[value >> (28 - 4 * i) & 15];
	text[8] = '\n';
	text[9] = 0;
	print(what);
	print(" ");
	print(text);
}

static void order(u32 what)
{
	done = COMMAND_NONE;
	command = what;
}

static void say_registers(void)
{
	say("PRId", MFC0(15, 0));
	say("Config", MFC0(16, 0) & ~7u); /* K0: QEMU leaves it to the kernel, we are the boot monitor */
	say("Config1", MFC0(16, 1) & ~0x7e00000eu); /* TLB entries, watch registers, MIPS16, EJTAG */
	say("Config2", MFC0(16, 2));
	say("Config3", MFC0(16, 3) & ~0x2400u); /* UserLocal, DSP */
	say("MVPConf0", MFC0(0, 2));
	say("MVPConf1", MFC0(0, 3));
	say("MVPControl", MFC0(0, 1));
	say("VPEControl", MFC0(1, 1));
	say("VPEConf0", MFC0(1, 2));
	say("VPEConf1", MFC0(1, 3));
	say("VPESchedule", MFC0(1, 5));
	say("VPEOpt", MFC0(1, 7));
	say("TCStatus", MFC0(2, 1) & TCSTATUS_A);
	say("TCHalt", MFC0(2, 4));
	say("TCContext", MFC0(2, 5));
	say("SRSConf0", MFC0(6, 1));
	say("SRSConf3", MFC0(6, 4));
	say("SRSConf4", MFC0(6, 5));
	address_thread(1);
	say("the other's TCHalt", MFTC0(2, 4));
	say("the other's TCStatus", MFTC0(2, 1) & TCSTATUS_A);
	say("the other's VPEConf0", MFTC0(1, 2));
	say("the other's EBase", MFTC0(15, 1) & 0x3ff);
	address_thread(7);
	say("nobody's TCHalt", MFTC0(2, 4));
}

/* The other one counts on: in time, for the reference machine gives each a tenth of a second. */
static int goes_on(u32 before)
{
	for (u32 i = 0; i < 1u << 30; i++)
		if (ticks != before)
			return 1;
	return 0;
}

static void delay(void)
{
	for (volatile u32 i = 0; i < 100000; i++)
		;
}

int guest_main(int argc, char **argv)
{
	u32 old, before, sent;

	(void)argc;
	(void)argv;
	say_registers();
	take_interrupts();
	start(other_main, 77);
	while (!done)
		;
	say("started with", done);

	order(COMMAND_WAIT);
	for (sent = 0; done != COMMAND_WAIT; sent++) {
		before = interrupts[1];
		interrupt_other(1);
		while (interrupts[1] == before)
			;
		delay();
	}
	say("waited for five interrupts", sent >= 5 && sent <= 7);
	order(COMMAND_SEND);
	while (done != COMMAND_SEND)
		;
	say("interrupts answered", interrupts[0]);
	order(COMMAND_ADD);
	add_many();
	while (done != COMMAND_ADD)
		;
	say("counted together", shared);

	order(COMMAND_COUNT);
	while (!ticks)
		;
	old = dvpe();
	say("MVPControl was", old & EVP);
	before = ticks;
	delay();
	say("stopped by DVPE", ticks == before);
	evpe(old);
	say("goes on after EVPE", goes_on(before));

	address_thread(1);
	old = dvpe();
	MTTC0(2, 4, 1);
	evpe(old);
	before = ticks;
	delay();
	say("halted", ticks == before);
	MTTGPR(23, 0x12345678);
	say("its register", MFTGPR(23));
	start((void (*)(u32))restarted_main, 0);
	say("restarted elsewhere", goes_on(before) && restarted);
	return 0;
}
