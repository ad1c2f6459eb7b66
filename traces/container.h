/* SPDX-License-Identifier: MIT */
/*
 * The HDF5 side of a trace file, for writing only (the reader needs no HDF5, see traces/layout.h).
 * HDF5 is not thread-safe: one thread at a time in the whole process.
 */
#ifndef TRACES_CONTAINER_H
#define TRACES_CONTAINER_H

#include "traces/layout.h"

struct container;

/* How a codec is known to Blosc and to its HDF5 filter. */
struct codec {
	const char *name; /* as blosc_compress_ctx wants it */
	int level;
	unsigned number;    /* Blosc's number of it, in the filter's parameters */
	size_t block_bytes; /* 0: Blosc chooses */
};
extern const struct codec trace_codecs[];

/* Creates the file with its empty datasets; messages call it `name`. Returns NULL with the error
 * set. */
struct container *container_create(const char *path, const char *name, unsigned processors,
				   const struct codec *codec, struct error *err);
/* Appends one compressed chunk of so many records to a processor's dataset. */
int container_append(struct container *, unsigned processor, const void *data, size_t bytes,
		     unsigned records, struct error *err);
/* Fills in the rows' offsets, writes tables and attributes, closes and frees; says in `header`
 * where the tables lie. `first` are the first 16 bytes of the first row's chunk. */
int container_finish(struct container *, const struct trace_info *info, const char *info_text,
		     struct trace_chunk_row *rows, size_t n, const void *first,
		     const struct trace_totals *totals, struct trace_header *header,
		     struct error *err);
/* Closes and frees; the file is not valid. */
void container_abandon(struct container *);

#endif
