/* SPDX-License-Identifier: MIT */
/*
 * Compresses the chunks of a writer in threads beside it, so that a capture is not held up. Chunks
 * come out in the order in which they went in: the file does not depend on the threads.
 */
#ifndef TRACES_PIPELINE_H
#define TRACES_PIPELINE_H

#include "traces/container.h"

struct chunk_job {
	unsigned processor;
	struct record *records; /* room for TRACE_CHUNK */
	size_t n;
	/* What a thread finds: */
	struct trace_totals totals; /* of this chunk alone */
	int bad_kind;		    /* a record's kind that does not exist, or -1 */
	uint64_t content, stored;   /* as in struct trace_chunk_row */
	void *compressed;
	int bytes; /* of it; below TRACE_STORED_LEAST: Blosc failed */
};

struct pipeline;

struct pipeline *pipeline_new(const struct codec *codec);
/* Stops the threads; what they had not finished is lost. */
void pipeline_free(struct pipeline *p);

bool pipeline_full(struct pipeline *p);
/* Hands over a buffer of n records, and replaces it by one that is free. Must not be full. */
void pipeline_put(struct pipeline *p, unsigned processor, struct record **buffer, size_t n);
/* The oldest chunk, when it is compressed (`wait`: waits for it); NULL when it is not, or when
 * there is none. It stays the oldest until it is dropped. */
struct chunk_job *pipeline_oldest(struct pipeline *p, bool wait);
void pipeline_drop(struct pipeline *p);

#endif
