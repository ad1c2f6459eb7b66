/* SPDX-License-Identifier: MIT */
/*
 * The libos (traces/guests/libos/libos.h) as a library on Linux, so that a guest of the bare board
 * is a Linux program too, from the same source. The compiler reads this file before a source
 * (-include); it stands for libos/monitor.h, libos/program.h and libos/kernel.h, whose contents are
 * what differs:
 *
 * Threads are those of Linux, so they wait by giving up the processor and not by spinning, and
 * synchronisation is not annotated: who waits for whom, and on which processor, is the kernel's
 * work here, and stands in the trace as the kernel's instructions.
 * Memory, strings and exit are the C library's. Printing is the libos's (print.c), under names of
 * its own beside the C library's.
 */
#ifndef LIBOS_MONITOR_H
#define LIBOS_MONITOR_H
#define LIBOS_PROGRAM_H
#define LIBOS_KERNEL_H

#include <sched.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/monitor_call.h"

int printf(const char *format, ...) __asm__("libos_printf");
int fprintf(int file, const char *format, ...) __asm__("libos_fprintf");
int snprintf(char *to, size_t n, const char *format, ...) __asm__("libos_snprintf");
int vfprintf(int file, const char *format, va_list) __asm__("libos_vfprintf");
int vsnprintf(char *to, size_t n, const char *format, va_list) __asm__("libos_vsnprintf");

/* What file.c asks the libos's kernel for: SYS_OPEN, SYS_CLOSE, SYS_READ, SYS_WRITE. -1: failed. */
int system_call(uint32_t op, uint32_t a, uint32_t b, uint32_t c);

/* Phases only; a script marks the region (mark region-begin). */
static inline uint32_t monitor_call(uint32_t op, uint32_t a, uint32_t otherwise)
{
	register uint32_t t8 __asm__("$24") = op;
	register uint32_t a0 __asm__("$4") = a;
	register uint32_t v0 __asm__("$2") = otherwise;

	__asm__ volatile("sll $0, $0, 31" : "+r"(v0) : "r"(t8), "r"(a0) : "memory");
	return v0;
}

/* The new value. */
static inline uint32_t atomic_add(volatile uint32_t *at, uint32_t n)
{
	return __atomic_add_fetch(at, n, __ATOMIC_SEQ_CST);
}

struct lock {
	volatile uint32_t held;
	volatile uint32_t uses;
} __attribute__((aligned(128)));

static inline void lock_acquire(struct lock *lock)
{
	while (__atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE))
		sched_yield();
	lock->uses++;
}

static inline void lock_release(struct lock *lock)
{
	__atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
}

static inline void event_set(volatile uint32_t *event)
{
	__atomic_store_n(event, 1, __ATOMIC_RELEASE);
}

static inline void event_wait(volatile uint32_t *event, uint32_t value)
{
	while (__atomic_load_n(event, __ATOMIC_ACQUIRE) != value)
		sched_yield();
}

#endif
