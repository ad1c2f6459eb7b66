/* SPDX-License-Identifier: MIT */
/*
 * Inside the libos kernel: its sizes, the saved registers of an exception, its own page table.
 * Included by C and (the part above __ASSEMBLER__) by assembly.
 */
#ifndef LIBOS_KERNEL_H
#define LIBOS_KERNEL_H

#define MAX_PROCESSORS	   64
#define KERNEL_STACK_SHIFT 13 /* 8 KB for each processor */
#define PAGE_SHIFT	   12
#define PAGE_BYTES	   4096

/* struct frame: 32 words of general registers, then these; behind 16 bytes of argument area. */
#define FRAME_HI     128
#define FRAME_LO     132
#define FRAME_EPC    136
#define FRAME_STATUS 140
#define FRAME_BYTES  144

/* User address space: program, heap, stacks; the linker script places the program. */
#define HEAP_BASE    0x10000000
#define HEAP_LIMIT   0x50000000
#define STACK_TOP    0x7f000000 /* of processor 0; the next ones below */
#define STACK_SHIFT  20		/* 1 MB of address space for each processor's */
#define THREAD_BYTES 128	/* at the top of a stack, the thread's own data */

/* Status: user mode with FPU (32-bit registers), interrupts off; and the kernel's. */
#define STATUS_USER_EXL 0x20000012
#define STATUS_KERNEL	0x20000000

#define EXIT_CRASH 125 /* exit status after an unexpected exception */

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct frame {
	uint32_t gpr[32];
	uint32_t hi, lo, epc, status;
};

enum {
	EXC_MODIFIED = 1,
	EXC_TLB_LOAD = 2,
	EXC_TLB_STORE = 3,
	EXC_DATA_BUS = 7,
	EXC_SYSCALL = 8,
};

/* entry.S */
__attribute__((noreturn)) void enter_user(uint32_t pc, uint32_t sp, uint32_t number,
					  uint32_t processors);
void kernel_entry(void);
void processor_entry(void);
int uhi(unsigned op, uintptr_t a, uintptr_t b, uintptr_t c);

/* memory.c */
void memory_init(unsigned processors);
/* Makes the page of va usable, with a new zeroed page if it has none. False: no such page, or no
 * RAM. */
bool memory_fault(uint32_t va, unsigned processor);
/* Extends the heap; returns its previous end, or 0 when the address space is used up. */
uint32_t memory_grow(uint32_t bytes);
/* Loads one word of every page that this processor was the first to touch. */
void memory_roll_call(unsigned processor);

/* host.c */
/* False: not a system call, or an argument outside user space. */
bool host_system_call(struct frame *);
__attribute__((noreturn)) void host_exit(int status);
/* Writes text to standard error. %-free; for the register dump. */
void host_complain(const char *text);

/* kernel.c */
void kernel_main(void);
void processor_main(unsigned argument, unsigned number);
void kernel_exception(struct frame *, uint32_t cause, uint32_t bad_va);
__attribute__((noreturn)) void kernel_crash(const struct frame *, uint32_t cause, uint32_t bad_va,
					    const char *why);
#endif
#endif
