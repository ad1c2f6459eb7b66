/* SPDX-License-Identifier: MIT */
/*
 * Writes a trace file. Records are gathered per processor; a full chunk is counted and compressed
 * by Blosc (bytes shuffled by place in the record) in a thread, checked, and given to the container
 * here, for HDF5 is used by the caller's thread only. The last chunk of a processor is padded with
 * zero records. The file's order of chunks is the order in which they became full, so equal calls
 * make equal files. The finished mark is the last thing
 * written (struct trace_header), and then the file gets its name.
 */
#include "traces/pipeline.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/output.h"

struct stream {
	struct record *buffer; /* TRACE_CHUNK records */
	size_t fill;
	struct trace_chunk_row *rows;
	size_t chunks;
	struct trace_totals totals;
	char first[TRACE_STORED_LEAST]; /* of the first chunk as stored */
};

struct trace_writer {
	struct output output;
	struct container *container;
	struct trace_info info;
	const struct codec *codec;
	struct pipeline *pipeline;
	struct stream streams[TRACE_MAX_PROCESSORS];
};

static void release(struct trace_writer *w)
{
	for (unsigned p = 0; p < TRACE_MAX_PROCESSORS; p++) {
		free(w->streams[p].buffer);
		free(w->streams[p].rows);
	}
	if (w->pipeline)
		pipeline_free(w->pipeline);
	trace_info_release(&w->info);
	free(w);
}

/* Writes the header beside HDF5, which leaves the user block alone. */
static int put_header(const char *path, const struct trace_header *header)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), rc = -1;

	if (fd < 0)
		return -1;
	errno = 0;
	if (pwrite(fd, header, sizeof(*header), 0) == (ssize_t)sizeof(*header))
		rc = 0;
	if (close(fd))
		rc = -1;
	return rc;
}

static void begin_header(struct trace_header *header)
{
	memset(header, 0, sizeof(*header));
	memcpy(header->magic, TRACE_MAGIC, sizeof(header->magic));
	header->format = TRACE_FORMAT;
}

struct trace_writer *trace_create(const char *path, const struct trace_info *info,
				  enum trace_codec codec, struct error *err)
{
	struct trace_writer *w;
	struct trace_image images[TRACE_MAX_IMAGES];
	struct trace_header header;

	if (trace_images(info->images, images, err) < 0) {
		error_prefix(err, "%s", path);
		return NULL;
	}
	if (info->processors < 1 || info->processors > TRACE_MAX_PROCESSORS) {
		error_set(err, "%s: %u processors; a trace has 1 to %d", path, info->processors,
			  TRACE_MAX_PROCESSORS);
		return NULL;
	}
	w = calloc(1, sizeof(*w));
	if (output_begin(&w->output, path, err)) {
		release(w);
		return NULL;
	}
	trace_info_copy(&w->info, info);
	w->codec = &trace_codecs[codec];
	w->pipeline = pipeline_new(w->codec);
	w->container = container_create(w->output.temporary, path, info->processors, w->codec, err);
	if (!w->container) {
		output_abandon(&w->output);
		release(w);
		return NULL;
	}
	begin_header(&header);
	header.header_hash = trace_header_hash(&header);
	if (put_header(w->output.temporary, &header)) {
		error_set(err, "%s: cannot write: %s", path, strerror(errno));
		trace_abandon(w);
		return NULL;
	}
	return w;
}

/* A compressed chunk goes into the file; its row and its share of the totals are noted. A kind that
 * does not exist is the caller's mistake. */
static int store(struct trace_writer *w, const struct chunk_job *job, struct error *err)
{
	struct stream *s = &w->streams[job->processor];
	struct trace_chunk_row *row;

	if (job->bad_kind >= 0)
		return error_set(err,
				 "%s: processor %u: a record of kind %d among records %" PRIu64
				 " to %" PRIu64 "; wanted 1 to %d",
				 w->output.final, job->processor, job->bad_kind, s->totals.records,
				 s->totals.records + job->n - 1, RECORD_KIND_COUNT - 1);
	if (job->bytes < TRACE_STORED_LEAST)
		return error_set(err, "%s: Blosc cannot compress with %s", w->output.final,
				 w->codec->name);
	if (!(s->chunks & (s->chunks - 1)))
		s->rows = realloc(s->rows, (s->chunks ? 2 * s->chunks : 1) * sizeof(*s->rows));
	row = &s->rows[s->chunks];
	*row = (struct trace_chunk_row){.processor = job->processor,
					.records = (uint32_t)job->n,
					.bytes = (uint64_t)job->bytes,
					.instructions = s->totals.instructions,
					.stored = job->stored,
					.content = job->content};
	if (!s->chunks)
		memcpy(s->first, job->compressed, sizeof(s->first));
#define X(name, unit, help) s->totals.name += job->totals.name;
	TRACE_TOTALS(X)
#undef X
	s->chunks++;
	return container_append(w->container, job->processor, job->compressed, row->bytes,
				row->records, err);
}

/* Stores what is compressed; with `all`, waits for the rest. */
static int store_compressed(struct trace_writer *w, bool all, struct error *err)
{
	struct chunk_job *job;

	while ((job = pipeline_oldest(w->pipeline, all || pipeline_full(w->pipeline)))) {
		if (store(w, job, err))
			return -1;
		pipeline_drop(w->pipeline);
	}
	return 0;
}

static int flush(struct trace_writer *w, unsigned processor, struct error *err)
{
	struct stream *s = &w->streams[processor];

	if (store_compressed(w, false, err))
		return -1;
	pipeline_put(w->pipeline, processor, &s->buffer, s->fill);
	s->fill = 0;
	return 0;
}

int trace_append(struct trace_writer *w, unsigned processor, const struct record *records, size_t n,
		 struct error *err)
{
	struct stream *s = &w->streams[processor];

	if (processor >= w->info.processors)
		return error_set(err, "%s: records of processor %u of %u", w->output.final,
				 processor, w->info.processors);
	if (!s->buffer && n)
		s->buffer = malloc(TRACE_CHUNK_BYTES);
	while (n) {
		size_t part = TRACE_CHUNK - s->fill < n ? TRACE_CHUNK - s->fill : n;

		memcpy(s->buffer + s->fill, records, part * sizeof(*records));
		s->fill += part;
		records += part;
		n -= part;
		if (s->fill == TRACE_CHUNK && flush(w, processor, err))
			return -1;
	}
	return 0;
}

static int seal(const char *path, struct trace_header *header, const struct trace_chunk_row *rows,
		struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc = 0;
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		rc = error_set(err, "%s: %s", path, strerror(errno));
	if (!rc) {
		header->file_bytes = (uint64_t)st.st_size;
		rc = trace_outside_hash(fd, header->file_bytes, rows, header->chunks,
					&header->outside_hash, err);
	}
	if (fd >= 0)
		close(fd);
	if (rc)
		return rc;
	header->finished = 1;
	header->header_hash = trace_header_hash(header);
	if (put_header(path, header))
		return error_set(err, "%s: cannot write: %s", path, strerror(errno));
	return 0;
}

int trace_finish(struct trace_writer *w, struct error *err)
{
	struct trace_totals totals[TRACE_MAX_PROCESSORS];
	struct trace_chunk_row *rows;
	struct trace_header header;
	const char *first = NULL;
	size_t n = 0;
	char *text;
	int rc = 0;

	for (unsigned p = 0; p < w->info.processors && !rc; p++)
		if (w->streams[p].fill)
			rc = flush(w, p, err);
	if (rc || store_compressed(w, true, err)) {
		trace_abandon(w);
		return -1;
	}
	for (unsigned p = 0; p < w->info.processors; p++)
		n += w->streams[p].chunks;
	rows = malloc((n + 1) * sizeof(*rows));
	n = 0;
	for (unsigned p = 0; p < w->info.processors; p++) {
		const struct stream *s = &w->streams[p];

		if (s->chunks)
			memcpy(rows + n, s->rows, s->chunks * sizeof(*rows));
		if (s->chunks && !first)
			first = s->first;
		n += s->chunks;
		totals[p] = s->totals;
	}
	begin_header(&header);
	text = trace_info_text(&w->info);
	rc = container_finish(w->container, &w->info, text, rows, n, first, totals, &header, err);
	if (!rc)
		rc = seal(w->output.temporary, &header, rows, err);
	free(text);
	free(rows);
	if (!rc)
		rc = output_commit(&w->output, err);
	else
		output_abandon(&w->output);
	release(w);
	return rc;
}

void trace_abandon(struct trace_writer *w)
{
	container_abandon(w->container);
	output_abandon(&w->output);
	release(w);
}
