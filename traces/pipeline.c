/* SPDX-License-Identifier: MIT */
/*
 * A ring of chunks and two threads: one chunk fills while two are compressed and one waits. One
 * lock guards the states; a thread owns its chunk while it is TAKEN, the writer when it is DONE.
 * HDF5 is never called here.
 */
#include "traces/pipeline.h"

#include <blosc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS	4
#define THREADS 2

enum state { FREE, READY, TAKEN, DONE };

struct pipeline {
	const struct codec *codec;
	pthread_t threads[THREADS];
	unsigned started;
	pthread_mutex_t lock;
	pthread_cond_t ready, done;
	bool quit;
	unsigned oldest, used; /* slots oldest..oldest+used-1, modulo SLOTS */
	struct {
		enum state state;
		struct chunk_job job;
	} slots[SLOTS];
};

static void count(struct chunk_job *job)
{
	uint64_t kinds[256] = {0}, instructions = 0, refills = 0;

	for (size_t i = 0; i < job->n; i++) {
		struct record r = job->records[i];

		kinds[record_kind(r)]++;
		instructions += record_kind(r) == RECORD_RUN ? record_arg(r) : 0;
		refills += record_kind(r) == RECORD_EXCEPTION && (record_arg(r) & EXC_REFILL);
	}
	job->bad_kind = kinds[RECORD_NONE] ? RECORD_NONE : -1;
	for (int k = RECORD_KIND_COUNT; k < 256; k++)
		if (kinds[k])
			job->bad_kind = k;
	job->totals = (struct trace_totals){
		.records = job->n,
		.instructions = instructions + kinds[RECORD_FETCH],
		.loads = kinds[RECORD_LOAD],
		.stores = kinds[RECORD_STORE],
		.exceptions = kinds[RECORD_EXCEPTION],
		.tlb_refills = refills,
		.maps = kinds[RECORD_MAP],
		.sync_passes = kinds[RECORD_SYNC_PASS],
		.interrupts = kinds[RECORD_INTERRUPT],
		.idles = kinds[RECORD_IDLE_BEGIN],
		.requests = kinds[RECORD_IO_BEGIN],
	};
}

static void compress(const struct codec *codec, struct chunk_job *job)
{
	count(job);
	job->content = hash64(job->records, job->n * sizeof(*job->records));
	memset(job->records + job->n, 0, (TRACE_CHUNK - job->n) * sizeof(*job->records));
	job->bytes = blosc_compress_ctx(codec->level, BLOSC_SHUFFLE, sizeof(*job->records),
					TRACE_CHUNK_BYTES, job->records, job->compressed,
					TRACE_STORED_MOST, codec->name, codec->block_bytes, 1);
	if (job->bytes > 0)
		job->stored = hash64(job->compressed, (size_t)job->bytes);
}

static void *work(void *argument)
{
	struct pipeline *p = argument;

	pthread_mutex_lock(&p->lock);
	for (;;) {
		unsigned i = 0, slot = 0;

		for (; i < p->used; i++) {
			slot = (p->oldest + i) % SLOTS;
			if (p->slots[slot].state == READY)
				break;
		}
		if (p->quit)
			break;
		if (i == p->used) {
			pthread_cond_wait(&p->ready, &p->lock);
			continue;
		}
		p->slots[slot].state = TAKEN;
		pthread_mutex_unlock(&p->lock);
		compress(p->codec, &p->slots[slot].job);
		pthread_mutex_lock(&p->lock);
		p->slots[slot].state = DONE;
		pthread_cond_signal(&p->done);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

struct pipeline *pipeline_new(const struct codec *codec)
{
	struct pipeline *p = calloc(1, sizeof(*p));

	p->codec = codec;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->ready, NULL);
	pthread_cond_init(&p->done, NULL);
	return p;
}

void pipeline_free(struct pipeline *p)
{
	pthread_mutex_lock(&p->lock);
	p->quit = true;
	pthread_cond_broadcast(&p->ready);
	pthread_mutex_unlock(&p->lock);
	for (unsigned i = 0; i < p->started; i++)
		pthread_join(p->threads[i], NULL);
	for (unsigned i = 0; i < SLOTS; i++) {
		free(p->slots[i].job.records);
		free(p->slots[i].job.compressed);
	}
	pthread_mutex_destroy(&p->lock);
	pthread_cond_destroy(&p->ready);
	pthread_cond_destroy(&p->done);
	free(p);
}

bool pipeline_full(struct pipeline *p)
{
	return p->used == SLOTS; /* only the writer changes it */
}

void pipeline_put(struct pipeline *p, unsigned processor, struct record **buffer, size_t n)
{
	unsigned slot = (p->oldest + p->used) % SLOTS;
	struct chunk_job *job = &p->slots[slot].job;
	struct record *empty = job->records ? job->records : malloc(TRACE_CHUNK_BYTES);

	job->processor = processor;
	job->records = *buffer;
	job->n = n;
	*buffer = empty;
	if (!job->compressed)
		job->compressed = malloc(TRACE_STORED_MOST);
	while (p->started < THREADS && !pthread_create(&p->threads[p->started], NULL, work, p))
		p->started++;
	if (!p->started) { /* no threads to be had: here, then */
		compress(p->codec, job);
		p->slots[slot].state = DONE;
		p->used++;
		return;
	}
	pthread_mutex_lock(&p->lock);
	p->slots[slot].state = READY;
	p->used++;
	pthread_cond_signal(&p->ready);
	pthread_mutex_unlock(&p->lock);
}

struct chunk_job *pipeline_oldest(struct pipeline *p, bool wait)
{
	struct chunk_job *job = NULL;

	pthread_mutex_lock(&p->lock);
	while (wait && p->used && p->slots[p->oldest].state != DONE)
		pthread_cond_wait(&p->done, &p->lock);
	if (p->used && p->slots[p->oldest].state == DONE)
		job = &p->slots[p->oldest].job;
	pthread_mutex_unlock(&p->lock);
	return job;
}

void pipeline_drop(struct pipeline *p)
{
	pthread_mutex_lock(&p->lock);
	p->slots[p->oldest].state = FREE;
	p->oldest = (p->oldest + 1) % SLOTS;
	p->used--;
	pthread_mutex_unlock(&p->lock);
}
