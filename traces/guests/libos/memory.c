/* SPDX-License-Identifier: MIT */
/*
 * The kernel's memory: one page table (an array of EntryLo, read by the refill handler in entry.S)
 * and pages that are zeroed and mapped when they are first touched, in order of first touch. So
 * the number of a guest-physical page says when it was touched; where it lies is not decided here.
 *
 * Two processors may touch a page at once: one of 64 locks, chosen by the page, decides. Frames
 * are handed out by an atomic addition, so that faults of different pages zero side by side.
 *
 * Each processor has a chain of the pages that it touched first. The roll call lets every processor
 * load one word of each: made at the start of a recorded region, it shows a replay that begins
 * there the first touches of the initialisation that it has not seen. The loaded image and the page
 * table count as processor 0's.
 */
#include "traces/guests/libos/kernel.h"
#include "traces/guests/libos/monitor.h"

#define FRAMES	    65536 /* of the 256 MB below the devices */
#define FAULT_LOCKS 64
#define KSEG0	    0x80000000u

#define ENTRYLO_VALID	 2u
#define ENTRYLO_DIRTY	 4u
#define ENTRYLO_CACHED	 0x18u
#define ENTRYLO_OF(page) ((uint32_t)(page) << 6 | ENTRYLO_CACHED | ENTRYLO_VALID)

#define FRAME_OF(label) (((uint32_t)(label)-KSEG0) >> PAGE_SHIFT)

/* From the linker script. */
extern char kernel_text[], kernel_bss[], program_text[], program_data[], program_bss[],
	program_end[], program_load[], free_memory[];

uint32_t page_table[KSEG0 >> PAGE_SHIFT] __attribute__((aligned(PAGE_BYTES)));
/* The next page of the same processor; 0 ends a chain. */
static uint16_t chain[FRAMES] __attribute__((aligned(PAGE_BYTES)));
static struct {
	uint16_t first, last;
} __attribute__((aligned(128))) touched[MAX_PROCESSORS];
static uint32_t next_frame __attribute__((aligned(128)));
static struct lock fault_locks[FAULT_LOCKS];
static struct lock heap_lock;
static uint32_t heap_end, lowest_stack;

static void append(unsigned processor, uint32_t frame)
{
	if (touched[processor].first)
		chain[touched[processor].last] = frame;
	else
		touched[processor].first = frame;
	touched[processor].last = frame;
}

void memory_init(unsigned processors)
{
	uint32_t frame = FRAME_OF(program_load);

	for (uint32_t image = FRAME_OF(kernel_text); image < FRAME_OF(kernel_bss); image++)
		append(0, image);
	for (uint32_t va = (uint32_t)program_text; va < (uint32_t)program_bss; va += PAGE_BYTES) {
		append(0, frame);
		page_table[va >> PAGE_SHIFT] =
			ENTRYLO_OF(frame++) | (va < (uint32_t)program_data ? 0 : ENTRYLO_DIRTY);
	}
	next_frame = FRAME_OF(free_memory);
	heap_end = HEAP_BASE;
	lowest_stack = STACK_TOP - (processors << STACK_SHIFT);
}

static bool zeroed_on_demand(uint32_t va)
{
	return (va >= (uint32_t)program_bss && va < (uint32_t)program_end) ||
	       (va >= HEAP_BASE && va < *(volatile uint32_t *)&heap_end) ||
	       (va >= lowest_stack && va < STACK_TOP);
}

/* A zeroed page for a program, or 0 when RAM is used up: there, a store gives a bus error (see
 * kernel.c) or, under QEMU, nothing. */
static uint32_t new_page(unsigned processor)
{
	uint32_t frame = atomic_add(&next_frame, 1) - 1;
	uint32_t pa = frame << PAGE_SHIFT;
	volatile uint32_t *word = (volatile uint32_t *)(KSEG0 + pa);

	*word = ~pa;
	if (frame >= FRAMES || *word != ~pa)
		return 0;
	append(processor, frame);
	monitor_call(MCALL_ZERO_BEGIN, pa, 0);
	for (volatile uint32_t *end = word + PAGE_BYTES / 4; word != end; word += 8) {
		word[0] = 0;
		word[1] = 0;
		word[2] = 0;
		word[3] = 0;
		word[4] = 0;
		word[5] = 0;
		word[6] = 0;
		word[7] = 0;
	}
	monitor_call(MCALL_ZERO_END, pa, 0);
	return frame;
}

/* The TLB holds the pair of va with an invalid entry, or (it was replaced since) does not. */
static void tlb_refresh(uint32_t va)
{
	uint32_t pair = va >> (PAGE_SHIFT + 1) << 1, index;

	__asm__ volatile("mtc0 %0, $10; ehb; tlbp; ehb; mfc0 %1, $0"
			 : "=&r"(pair), "=r"(index)
			 : "0"(va & ~(2 * PAGE_BYTES - 1)));
	pair = va >> (PAGE_SHIFT + 1) << 1;
	__asm__ volatile("mtc0 %0, $2; mtc0 %1, $3; ehb" ::"r"(page_table[pair]),
			 "r"(page_table[pair + 1]));
	if ((int32_t)index >= 0)
		__asm__ volatile("tlbwi; ehb" ::: "memory");
	else
		__asm__ volatile("tlbwr; ehb" ::: "memory");
}

bool memory_fault(uint32_t va, unsigned processor)
{
	uint32_t page = va >> PAGE_SHIFT;
	struct lock *lock = &fault_locks[page % FAULT_LOCKS];

	if (va >= KSEG0)
		return false;
	if (!(page_table[page] & ENTRYLO_VALID)) {
		if (!zeroed_on_demand(va))
			return false;
		lock_acquire(lock);
		if (!(*(volatile uint32_t *)&page_table[page] & ENTRYLO_VALID)) {
			uint32_t frame = new_page(processor);

			if (frame)
				page_table[page] = ENTRYLO_OF(frame) | ENTRYLO_DIRTY;
		}
		lock_release(lock);
		if (!(page_table[page] & ENTRYLO_VALID))
			return false;
	}
	tlb_refresh(va);
	return true;
}

uint32_t memory_grow(uint32_t bytes)
{
	uint32_t old;

	lock_acquire(&heap_lock);
	old = heap_end;
	bytes = (bytes + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
	if (bytes > HEAP_LIMIT - old)
		old = 0;
	else
		heap_end = old + bytes;
	lock_release(&heap_lock);
	return old;
}

static void load_word(const volatile void *at)
{
	(void)*(const volatile uint32_t *)at;
}

/* The pages of the page table that describe from..to. */
static void load_table(uint32_t from, uint32_t to)
{
	uint32_t pages = PAGE_BYTES / sizeof(*page_table);

	for (uint32_t i = (from >> PAGE_SHIFT) / pages; i <= ((to - 1) >> PAGE_SHIFT) / pages; i++)
		load_word(&page_table[i * pages]);
}

void memory_roll_call(unsigned processor)
{
	for (uint32_t frame = touched[processor].first; frame; frame = chain[frame])
		load_word((void *)(KSEG0 + (frame << PAGE_SHIFT)));
	if (processor)
		return;
	load_word((void *)KSEG0);
	load_table((uint32_t)program_text, (uint32_t)program_end);
	load_table(HEAP_BASE, heap_end);
	load_table(lowest_stack, STACK_TOP);
}
