/* SPDX-License-Identifier: MIT */
/*
 * Start of a program, threads and barriers. Threads are the processors: processor 0 runs main, the
 * others are released by the first parallel() and then wait here for work. What is private to a
 * thread lies at the top of its stack, which is aligned to its size, so it is found from the stack
 * pointer.
 */
#include "traces/guests/libos/kernel.h"
#include "traces/guests/libos/libos.h"
#include "traces/guests/libos/program.h"
#include "traces/guests/libos/syscall.h"

struct thread {
	uint32_t number;
};

static struct {
	volatile uint32_t generation; /* event: work was given out */
	unsigned threads;
	void (*body)(unsigned, void *);
	void *argument;
} work OWN_LINE;
static struct {
	volatile uint32_t finished; /* event: of the threads but the first */
} work_done OWN_LINE;
static uint32_t count OWN_LINE;

static struct thread *self(void)
{
	uint32_t sp;

	__asm__("move %0, $sp" : "=r"(sp));
	return (struct thread *)((sp | ((1u << STACK_SHIFT) - 1)) + 1 - THREAD_BYTES);
}

unsigned processor_count(void)
{
	return count;
}

unsigned thread_self(void)
{
	return self()->number;
}

void parallel(unsigned threads, void (*body)(unsigned, void *), void *argument)
{
	work.threads = threads;
	work.body = body;
	work.argument = argument;
	work_done.finished = 0;
	if (threads > 1) {
		if (!work.generation)
			system_call(SYS_START, 0, 0, 0);
		monitor_sync(MCALL_SYNC_SIGNAL, &work.generation, MCALL_EVENT, 0);
		__asm__ volatile("sync" ::: "memory");
		work.generation++;
	}
	body(0, argument);
	if (threads > 1)
		event_wait(&work_done.finished, count - 1);
}

static void serve(unsigned number)
{
	for (uint32_t generation = 1;; generation++) {
		event_wait(&work.generation, generation);
		if (number < work.threads)
			work.body(number, work.argument);
		monitor_sync(MCALL_SYNC_SIGNAL, &work_done.finished, MCALL_EVENT, 0);
		atomic_add(&work_done.finished, 1);
	}
}

void barrier_init(struct barrier *barrier, unsigned participants)
{
	barrier->arrived = barrier->generation = 0;
	barrier->participants = participants;
}

void barrier_wait(struct barrier *barrier)
{
	uint32_t generation = barrier->generation;

	monitor_sync(MCALL_SYNC_SIGNAL, barrier, MCALL_BARRIER, barrier->participants);
	if (atomic_add(&barrier->arrived, 1) == barrier->participants) {
		barrier->arrived = 0;
		__asm__ volatile("sync" ::: "memory");
		barrier->generation = generation + 1;
	}
	monitor_sync(MCALL_SYNC_WAIT, barrier, MCALL_BARRIER, barrier->participants);
	while (barrier->generation == generation)
		;
	monitor_sync(MCALL_SYNC_PASS, barrier, MCALL_BARRIER, barrier->participants);
	__asm__ volatile("sync" ::: "memory");
}

void exit(int status)
{
	for (;;)
		system_call(SYS_EXIT, status, 0, 0);
}

static int run_main(void)
{
	int argc = system_call(SYS_ARGUMENTS, 0, 0, 0);
	char **argv = need(sizeof(*argv), (argc > 0 ? argc + 1 : 1) * sizeof(*argv));
	char *text = need(1, ARGUMENT_BYTES);

	for (int i = 0; i < argc; i++) {
		int length = system_call(SYS_ARGUMENT, i, (uint32_t)text, ARGUMENT_BYTES);

		if (length < 0)
			die("libos: argument %d is longer than %d bytes", i, ARGUMENT_BYTES - 1);
		argv[i] = strcpy(need(1, length + 1), text);
	}
	argv[argc > 0 ? argc : 0] = NULL;
	free(text);
	return main(argc, argv);
}

void user_start(unsigned number, unsigned processors)
{
	self()->number = number;
	if (number)
		serve(number);
	count = processors;
	exit(run_main());
}
