/* SPDX-License-Identifier: MIT */
/*
 * A ring of handed-over buffers and a stack of empty ones, one lock. The ring's order is the order
 * of the calls, so the file's bytes do not depend on how fast the thread is. The trace's own
 * threads compress; this one does what is left of trace_append, gathering and writing, so that
 * neither a copy nor a slow disk stops the guest (a sixth of the time of a capture that misses the
 * TLB often).
 */
#include "sim/append.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#define WAITING 64 /* buffers on their way: 8 MiB */

struct parcel {
	unsigned processor;
	size_t n;
	struct record *buffer;
};

struct appender {
	struct trace_writer *trace;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t work, room; /* something to write or to end; an empty buffer */
	struct parcel ring[WAITING];
	unsigned first, count; /* of ring; the one being written counts */
	struct record **empty; /* stack */
	unsigned empties;
	bool ending, drop, failed;
	struct error error;
};

/* The lock is held on entry and on return, not while writing. */
static void write_first(struct appender *a)
{
	struct parcel p = a->ring[a->first];
	bool skip = a->failed || a->drop;
	struct error err = {.text = ""};
	int rc = 0;

	pthread_mutex_unlock(&a->lock);
	if (!skip)
		rc = trace_append(a->trace, p.processor, p.buffer, p.n, &err);
	pthread_mutex_lock(&a->lock);
	if (rc && !a->failed) {
		a->failed = true;
		a->error = err;
	}
	a->first = (a->first + 1) % WAITING;
	a->count--;
	a->empty[a->empties++] = p.buffer;
	pthread_cond_signal(&a->room);
}

static void *append(void *appender)
{
	struct appender *a = appender;

	pthread_mutex_lock(&a->lock);
	while (a->count || !a->ending) {
		if (a->count)
			write_first(a);
		else
			pthread_cond_wait(&a->work, &a->lock);
	}
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

static void *memory(size_t bytes)
{
	void *p = calloc(1, bytes);

	if (!p)
		abort();
	return p;
}

struct appender *appender_start(struct trace_writer *trace, unsigned owners)
{
	struct appender *a = memory(sizeof(*a));
	sigset_t all, before;

	a->trace = trace;
	a->empties = owners + WAITING;
	a->empty = memory(a->empties * sizeof(*a->empty));
	for (unsigned i = 0; i < a->empties; i++)
		a->empty[i] = memory(APPEND_RECORDS * sizeof(**a->empty));
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->work, NULL);
	pthread_cond_init(&a->room, NULL);
	/* Signals are for the thread that may sit in a console read. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (pthread_create(&a->thread, NULL, append, a))
		abort();
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return a;
}

struct record *appender_buffer(struct appender *a)
{
	struct record *buffer;

	pthread_mutex_lock(&a->lock);
	while (!a->empties)
		pthread_cond_wait(&a->room, &a->lock);
	buffer = a->empty[--a->empties];
	pthread_mutex_unlock(&a->lock);
	return buffer;
}

void appender_hand_over(struct appender *a, unsigned processor, struct record *buffer, size_t n)
{
	pthread_mutex_lock(&a->lock);
	while (a->count == WAITING)
		pthread_cond_wait(&a->room, &a->lock);
	a->ring[(a->first + a->count++) % WAITING] = (struct parcel){processor, n, buffer};
	pthread_cond_signal(&a->work);
	pthread_mutex_unlock(&a->lock);
}

int appender_check(struct appender *a, struct error *err)
{
	int rc = 0;

	pthread_mutex_lock(&a->lock);
	if (a->failed) {
		*err = a->error;
		rc = -1;
	}
	pthread_mutex_unlock(&a->lock);
	return rc;
}

int appender_stop(struct appender *a, bool drop, struct error *err)
{
	int rc;

	pthread_mutex_lock(&a->lock);
	a->ending = true;
	a->drop = drop;
	pthread_cond_signal(&a->work);
	pthread_mutex_unlock(&a->lock);
	pthread_join(a->thread, NULL);
	rc = appender_check(a, err);
	for (unsigned i = 0; i < a->empties; i++)
		free(a->empty[i]);
	free(a->empty);
	pthread_mutex_destroy(&a->lock);
	pthread_cond_destroy(&a->work);
	pthread_cond_destroy(&a->room);
	free(a);
	return rc;
}
