/* SPDX-License-Identifier: MIT */
/*
 * The two checksums of a trace file's header (traces/layout.h): writer and reader compute them
 * here, in the same way.
 */
#include "traces/layout.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

uint64_t trace_header_hash(const struct trace_header *h)
{
	return hash64(h, offsetof(struct trace_header, header_hash));
}

int trace_read_at(int fd, void *data, size_t bytes, uint64_t offset)
{
	char *p = data;

	while (bytes) {
		ssize_t got = pread(fd, p, bytes, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got == 0)
			errno = 0;
		if (got <= 0)
			return -1;
		p += got;
		bytes -= (size_t)got;
		offset += (uint64_t)got;
	}
	return 0;
}

static int by_offset(const void *a, const void *b)
{
	const struct trace_chunk_row *const *x = a, *const *y = b;

	return ((*x)->offset > (*y)->offset) - ((*x)->offset < (*y)->offset);
}

static int hash_gap(int fd, XXH3_state_t *state, uint64_t from, uint64_t to, struct error *err)
{
	char buffer[1 << 16];

	while (from < to) {
		size_t n = to - from < sizeof(buffer) ? (size_t)(to - from) : sizeof(buffer);

		if (trace_read_at(fd, buffer, n, from))
			return error_set(err, "cannot read %zu bytes at %" PRIu64 ": %s", n, from,
					 errno ? strerror(errno) : "the file ends there");
		XXH3_64bits_update(state, buffer, n);
		from += n;
	}
	return 0;
}

int trace_outside_hash(int fd, uint64_t file_bytes, const struct trace_chunk_row *rows, size_t n,
		       uint64_t *hash, struct error *err)
{
	const struct trace_chunk_row **sorted = malloc((n + 1) * sizeof(*sorted));
	XXH3_state_t *state = XXH3_createState();
	uint64_t at = sizeof(struct trace_header);
	int rc = 0;

	XXH3_64bits_reset(state);
	for (size_t i = 0; i < n; i++)
		sorted[i] = &rows[i];
	qsort(sorted, n, sizeof(*sorted), by_offset);
	for (size_t i = 0; i < n && !rc; i++) {
		const struct trace_chunk_row *row = sorted[i];

		if (row->offset < at || row->offset > file_bytes ||
		    row->bytes > file_bytes - row->offset)
			rc = error_set(err,
				       "damaged: a chunk of processor %u (%" PRIu64
				       " bytes at %" PRIu64
				       ") lies outside the file or over another chunk",
				       row->processor, row->bytes, row->offset);
		else
			rc = hash_gap(fd, state, at, row->offset, err);
		at = row->offset + row->bytes;
	}
	if (!rc)
		rc = hash_gap(fd, state, at, file_bytes, err);
	*hash = XXH3_64bits_digest(state);
	XXH3_freeState(state);
	free(sorted);
	return rc;
}
