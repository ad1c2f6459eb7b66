/* SPDX-License-Identifier: MIT */
/*
 * Monitor calls and annotated synchronisation primitives, for the kernel and for programs.
 *
 * The simulator wants the physical address of a synchronisation object: a sync call takes the TLB
 * exceptions that a load from the object would take, and is then made again.
 */
#ifndef LIBOS_MONITOR_H
#define LIBOS_MONITOR_H

#include <stdint.h>

#include "sim/base/monitor_call.h"

#define LIBOS_STRING_(x) #x
#define LIBOS_STRING(x)	 LIBOS_STRING_(x)
#define LIBOS_MCALL	 ".word " LIBOS_STRING(MONITOR_CALL_INSN)

/* The result of the call, or `otherwise` on a machine that takes it for a no-op. */
static inline uint32_t monitor_call(uint32_t op, uint32_t a, uint32_t otherwise)
{
	register uint32_t t8 __asm__("$24") = op;
	register uint32_t a0 __asm__("$4") = a;
	register uint32_t v0 __asm__("$2") = otherwise;

	__asm__ volatile(LIBOS_MCALL : "+r"(v0) : "r"(t8), "r"(a0) : "memory");
	return v0;
}

static inline void monitor_sync(uint32_t op, volatile void *object, uint32_t class,
				uint32_t participants)
{
	register uint32_t t8 __asm__("$24") = op;
	register volatile void *a0 __asm__("$4") = object;
	register uint32_t a1 __asm__("$5") = class;
	register uint32_t a2 __asm__("$6") = participants;
	register uint32_t v0 __asm__("$2");

	__asm__ volatile(LIBOS_MCALL : "=r"(v0) : "r"(t8), "r"(a0), "r"(a1), "r"(a2) : "memory");
}

/* The new value. */
static inline uint32_t atomic_add(volatile uint32_t *at, uint32_t n)
{
	uint32_t value;

	__asm__ volatile(".set push; .set noreorder; .set noat; sync; 1: ll %0, %1; "
			 "addu $1, %0, %2; sc $1, %1; beqz $1, 1b; addu %0, %0, %2; sync; .set pop"
			 : "=&r"(value), "+R"(*at)
			 : "r"(n)
			 : "memory");
	return value;
}

/*
 * A lock: test and test-and-set. The span from WAIT to PASS is waiting and may be left out by a
 * replay, so the new holder then writes the lock's line once more, as any holder does.
 */
struct lock {
	volatile uint32_t held;
	volatile uint32_t uses;
} __attribute__((aligned(128)));

static inline uint32_t lock_try(struct lock *lock)
{
	uint32_t taken;

	__asm__ volatile(".set push; .set noreorder; ll %0, %1; bnez %0, 1f; xori %0, %0, 1; "
			 "sc %0, %1; b 2f; nop; 1: move %0, $0; 2: sync; .set pop"
			 : "=&r"(taken), "+R"(lock->held)
			 :
			 : "memory");
	return taken;
}

static inline void lock_acquire(struct lock *lock)
{
	uint32_t taken = lock_try(lock);

	monitor_sync(MCALL_SYNC_WAIT, &lock->held, MCALL_LOCK, 0);
	while (!taken) {
		while (lock->held)
			;
		taken = lock_try(lock);
	}
	monitor_sync(MCALL_SYNC_PASS, &lock->held, MCALL_LOCK, 0);
	lock->uses++;
}

static inline void lock_release(struct lock *lock)
{
	monitor_sync(MCALL_SYNC_SIGNAL, &lock->held, MCALL_LOCK, 0);
	__asm__ volatile("sync" ::: "memory");
	lock->held = 0;
}

/* An event: something that was 0 becomes 1 and stays. */
static inline void event_set(volatile uint32_t *event)
{
	monitor_sync(MCALL_SYNC_SIGNAL, event, MCALL_EVENT, 0);
	__asm__ volatile("sync" ::: "memory");
	*event = 1;
}

/* Waits until *event is `value`; who changes it signals it first. */
static inline void event_wait(volatile uint32_t *event, uint32_t value)
{
	monitor_sync(MCALL_SYNC_WAIT, event, MCALL_EVENT, 0);
	while (*event != value)
		;
	monitor_sync(MCALL_SYNC_PASS, event, MCALL_EVENT, 0);
	__asm__ volatile("sync" ::: "memory");
}

#endif
