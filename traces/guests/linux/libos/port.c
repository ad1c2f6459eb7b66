/* SPDX-License-Identifier: MIT */
/*
 * The libos on Linux (see port.h): threads by pthreads, one for each number, memory and files of
 * the C library. print.c, file.c and options.c of the libos are used as they are.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "traces/guests/libos/libos.h"
#include "traces/guests/libos/syscall.h"

static __thread unsigned self;

struct start {
	unsigned number;
	void (*body)(unsigned, void *);
	void *argument;
};

unsigned processor_count(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > MAX_PROCESSORS ? MAX_PROCESSORS : n;
}

unsigned thread_self(void)
{
	return self;
}

static void *run_thread(void *argument)
{
	const struct start *start = argument;

	self = start->number;
	start->body(start->number, start->argument);
	return NULL;
}

void parallel(unsigned threads, void (*body)(unsigned, void *), void *argument)
{
	struct start starts[MAX_PROCESSORS];
	pthread_t ids[MAX_PROCESSORS];

	for (unsigned i = 1; i < threads; i++) {
		starts[i] = (struct start){i, body, argument};
		if (pthread_create(&ids[i], NULL, run_thread, &starts[i]))
			die("thread %u cannot be started", i);
	}
	body(0, argument);
	for (unsigned i = 1; i < threads; i++)
		pthread_join(ids[i], NULL);
}

void barrier_init(struct barrier *barrier, unsigned participants)
{
	barrier->arrived = barrier->generation = 0;
	barrier->participants = participants;
}

void barrier_wait(struct barrier *barrier)
{
	uint32_t generation = barrier->generation;

	if (atomic_add(&barrier->arrived, 1) == barrier->participants) {
		barrier->arrived = 0;
		__atomic_store_n(&barrier->generation, generation + 1, __ATOMIC_RELEASE);
	}
	while (__atomic_load_n(&barrier->generation, __ATOMIC_ACQUIRE) == generation)
		sched_yield();
}

/* All threads wait for each other, as on the bare board; the marks are the script's. */
void region_begin(unsigned threads)
{
	static volatile uint32_t arrived;

	atomic_add(&arrived, 1);
	event_wait(&arrived, threads);
}

void region_end(unsigned threads)
{
	static volatile uint32_t arrived;

	atomic_add(&arrived, 1);
	event_wait(&arrived, threads);
}

void *need(size_t alignment, size_t bytes)
{
	void *p = NULL;

	if (posix_memalign(&p, alignment < 16 ? 16 : alignment, bytes))
		die("no memory for %zu bytes", bytes);
	return p;
}

int system_call(uint32_t op, uint32_t a, uint32_t b, uint32_t c)
{
	const char *name = (const char *)a;
	int result;

	do {
		switch (op) {
		case SYS_OPEN:
			result = b == FILE_READ ? open(name, O_RDONLY)
						: open(name, O_WRONLY | O_CREAT | O_TRUNC, c);
			break;
		case SYS_CLOSE:
			return close(a);
		case SYS_READ:
			result = read(a, (void *)b, c);
			break;
		case SYS_WRITE:
			result = write(a, (const void *)b, c);
			break;
		default:
			die("system call %u is not one of Linux's", op);
		}
	} while (result < 0 && errno == EINTR);
	return result;
}
