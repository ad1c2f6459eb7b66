/* SPDX-License-Identifier: MIT */
/*
 * Drives the devices of a malta board as a kernel would, and says what it sees on the serial
 * console: what the boot monitor left, PCI, the clock against Count, timer interrupts, input by
 * interrupt; then switches the board off. Says the same on ours and under QEMU. With the argument
 * `short` it leaves the clock out, with `stuck` it waits for ever, with `spin` it runs for ever,
 * with `reset` it ends by the FPGA.
 */
typedef unsigned int u32;
typedef unsigned char u8;

#define IO	     0xb8000000u
#define GT	     0xbbe00000u
#define WORD(a)	     (*(volatile u32 *)(a))
#define BYTE(a)	     (*(volatile u8 *)(a))
#define PORT(p)	     BYTE(IO + (p))
#define PORT_WORD(p) (*(volatile unsigned short *)(IO + (p)))

void guest_main(int argc, char **argv, char **environment, u32 memory);

__asm__(".section .text.start,\"ax\"\n"
	".globl __start\n__start:\n"
	"lui $sp, %hi(guest_stack + 16352)\n"
	"addiu $sp, $sp, %lo(guest_stack + 16352)\n"
	"j guest_main\nnop\n"
	".text\n");
char guest_stack[16384] __attribute__((aligned(16)));

static void put(char c)
{
	while (!(PORT(0x3fd) & 0x20))
		;
	PORT(0x3f8) = (u8)c;
}

static void print(const char *s)
{
	while (*s)
		put(*s++);
}

static void hex(u32 v, int digits)
{
	while (digits--)
		put("0123456789abcdef"[v >> 4 * digits & 15]);
}

static int same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

static u32 count(void)
{
	u32 v;

	__asm__ volatile("mfc0 %0, $9" : "=r"(v));
	return v;
}

static u32 config(u32 slot, u32 part, u32 offset)
{
	WORD(GT + 0xcf8) = 0x80000000u | slot << 11 | part << 8 | offset;
	return WORD(GT + 0xcfc);
}

static void set_config(u32 slot, u32 part, u32 offset, u32 v)
{
	WORD(GT + 0xcf8) = 0x80000000u | slot << 11 | part << 8 | offset;
	WORD(GT + 0xcfc) = v;
}

static void what_the_monitor_left(int argc, char **argv, char **environment, u32 memory)
{
	print("arguments ");
	hex((u32)argc, 1);
	print(": ");
	print(argv[1]);
	print("\nmemory ");
	hex(memory, 8);
	for (; environment[0]; environment += 2) {
		print("\n");
		print(environment[0]);
		print(same(environment[0], "rngseed") ? "" : " ");
		print(same(environment[0], "rngseed") ? "" : environment[1]);
	}
	print("\nrevision ");
	hex(WORD(0xbfc00010) >> 10 & 3, 1);
	print("\n");
}

static void pci(void)
{
	for (u32 slot = 0; slot < 31; slot++)
		for (u32 part = 0; part < 8; part++) {
			u32 id = config(slot, part, 0);

			if (id == 0xffffffff || (part && !(config(slot, 0, 12) & 0x800000)))
				continue;
			print("pci ");
			hex(slot, 2);
			print(".");
			hex(part, 1);
			print(" ");
			hex(id, 8);
			print(" class ");
			hex(config(slot, part, 8) >> 8, 6);
			print("\n");
		}
	print("routes ");
	hex(config(10, 0, 0x60), 8);
	print("\n");
}

static u8 cmos(u8 i)
{
	PORT(0x70) = i;
	return PORT(0x71);
}

/* As Linux measures Count: from one rise of the update bit to the next. */
static u32 second(void)
{
	u32 from;

	while (cmos(10) & 0x80)
		;
	while (!(cmos(10) & 0x80))
		;
	from = count();
	while (cmos(10) & 0x80)
		;
	while (!(cmos(10) & 0x80))
		;
	return count() - from;
}

static void clocks(void)
{
	u8 before = cmos(0);
	u32 a = second(), b = second(), apart = a > b ? a - b : b - a;
	int passed = cmos(0) - before;

	print(apart < a / 20 ? "seconds are equally long\n" : "seconds differ\n");
	print(passed || cmos(0) < 4 ? "the clock runs\n" : "the clock stands\n");
}

static void interrupt_controllers(u8 mask)
{
	static const u8 init[][2] = {{0x20, 0x11}, {0x21, 0x20}, {0x21, 4}, {0x21, 1},
				     {0xa0, 0x11}, {0xa1, 0x28}, {0xa1, 2}, {0xa1, 1}};

	for (u32 i = 0; i < sizeof(init) / sizeof(init[0]); i++)
		PORT(init[i][0]) = init[i][1];
	PORT(0x21) = mask;
	PORT(0xa1) = 0xff;
}

/* Waits for an interrupt of the controllers, and ends it. Returns its vector. */
static u32 interrupt(void)
{
	u32 cause, vector;

	do
		__asm__ volatile("mfc0 %0, $13" : "=r"(cause));
	while (!(cause & 0x400));
	vector = WORD(GT + 0xc34) & 0xff;
	PORT(0x20) = 0x60 | (vector & 7);
	return vector;
}

static void timer(void)
{
	interrupt_controllers(0xfe);
	PORT(0x43) = 0x34; /* counter 0, mode 2, a hundred times a second */
	PORT(0x40) = 11932 & 255;
	PORT(0x40) = 11932 >> 8;
	for (int i = 0; i < 5; i++) {
		print("timer ");
		hex(interrupt(), 2);
		print("\n");
	}
	PORT(0x43) = 0x30;
}

static void input(void)
{
	char c;

	interrupt_controllers(0xef);
	PORT(0x3fc) = 0x0b;
	PORT(0x3f9) = 1;
	print("line ");
	do {
		u32 vector = interrupt();

		c = (char)PORT(0x3f8);
		put(vector == 0x24 ? (c >= 'a' && c <= 'z' ? c - 32 : c) : '?');
	} while (c != '\n');
	PORT(0x3f9) = 0;
}

static void off(void)
{
	set_config(10, 3, 0x40, 0x1001);
	set_config(10, 3, 4, 1);
	set_config(10, 3, 0x80, 1);
	PORT_WORD(0x1004) = 0x2000;
	for (;;)
		;
}

void guest_main(int argc, char **argv, char **environment, u32 memory)
{
	if (same(argv[1], "stuck"))
		__asm__ volatile("mtc0 $0, $12\n ehb\n wait\n");
	if (same(argv[1], "spin"))
		for (;;)
			;
	if (same(argv[1], "reset")) {
		print("reset\n");
		WORD(0xbf000500) = 0x42;
	}
	what_the_monitor_left(argc, argv, environment, memory);
	pci();
	if (!same(argv[1], "short"))
		clocks();
	timer();
	input();
	off();
}
