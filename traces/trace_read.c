/* SPDX-License-Identifier: MIT */
/*
 * Reads a trace file without HDF5, which is neither thread-safe nor safe against damaged files: the
 * header and its tables are plain bytes at known places (traces/layout.h). Nothing is believed
 * before its checksum holds; and because a checksum can be forged, every number is also checked
 * against the file before it is used. Chunks are read with pread and not through a mapping: a
 * failing disk or a file cut short meanwhile is then an error and not a signal.
 */
#include "traces/layout.h"

#include <blosc.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

struct trace {
	int fd;
	char *path;
	struct trace_header header;
	struct trace_info info;
	char *info_text;
	struct trace_totals totals[TRACE_MAX_PROCESSORS];
	struct trace_chunk_row *rows;
	size_t first[TRACE_MAX_PROCESSORS + 1]; /* rows of processor p: first[p]..first[p+1]-1 */
	uint64_t compressed_bytes;
	char hash[HASH_TEXT_SIZE];
};

/* A table of n rows of so many bytes: inside the file? */
static int inside(const struct trace_header *h, uint64_t at, uint64_t n, uint64_t row_bytes)
{
	return at >= sizeof(*h) && at <= h->file_bytes && n <= (h->file_bytes - at) / row_bytes;
}

static int check_header(struct trace *t, uint64_t file_bytes, struct error *err)
{
	const struct trace_header *h = &t->header;

	if (memcmp(h->magic, TRACE_MAGIC, sizeof(h->magic)))
		return error_set(err, "not a discosim trace");
	if (trace_header_hash(h) != h->header_hash)
		return error_set(err, "damaged: the header's checksum does not hold");
	if (h->format != TRACE_FORMAT)
		return error_set(err, "trace format %" PRIu32 "; this program reads format %d%s",
				 h->format, TRACE_FORMAT,
				 h->format < TRACE_FORMAT ? "; record it again" : "");
	if (h->finished != 1)
		return error_set(err, "unfinished: its writing was interrupted; record it again");
	if (h->file_bytes != file_bytes)
		return error_set(
			err, "damaged: %" PRIu64 " bytes long; it was %" PRIu64 " when finished",
			file_bytes, h->file_bytes);
	if (h->processors < 1 || h->processors > TRACE_MAX_PROCESSORS)
		return error_set(err, "damaged: %" PRIu64 " processors; wanted 1 to %d",
				 h->processors, TRACE_MAX_PROCESSORS);
	if (!inside(h, h->chunks_at, h->chunks, sizeof(*t->rows)) ||
	    !inside(h, h->totals_at, h->processors, sizeof(*t->totals)) ||
	    !inside(h, h->info_at, h->info_bytes, 1))
		return error_set(err, "damaged: a table lies outside the file");
	return 0;
}

static int read_part(const struct trace *t, void *data, uint64_t bytes, uint64_t offset,
		     struct error *err)
{
	if (trace_read_at(t->fd, data, bytes, offset))
		return error_set(err, "cannot read %" PRIu64 " bytes at %" PRIu64 ": %s", bytes,
				 offset, errno ? strerror(errno) : "the file ends there");
	return 0;
}

/* Sorted, complete, of possible sizes, and in agreement with the totals? */
static int check_rows(struct trace *t, struct error *err)
{
	size_t i = 0;

	for (unsigned p = 0; p < t->header.processors; p++) {
		uint64_t records = 0, instructions = 0;

		t->first[p] = i;
		for (; i < t->header.chunks && t->rows[i].processor == p; i++) {
			const struct trace_chunk_row *row = &t->rows[i];
			int last = i + 1 == t->header.chunks || t->rows[i + 1].processor != p;

			if (row->records < 1 || row->records > TRACE_CHUNK ||
			    (!last && row->records != TRACE_CHUNK) ||
			    row->bytes < TRACE_STORED_LEAST || row->bytes > TRACE_STORED_MOST ||
			    row->instructions < instructions)
				return error_set(err,
						 "damaged: processor %u, chunk %zu: impossible "
						 "row in the chunk table",
						 p, i - t->first[p]);
			records += row->records;
			instructions = row->instructions;
			t->compressed_bytes += row->bytes;
		}
		if (records != t->totals[p].records || instructions > t->totals[p].instructions)
			return error_set(err,
					 "damaged: processor %u: %" PRIu64
					 " records in its chunks; its totals say %" PRIu64,
					 p, records, t->totals[p].records);
	}
	t->first[t->header.processors] = i;
	if (i != t->header.chunks)
		return error_set(err, "damaged: the chunk table is not sorted by processor");
	return 0;
}

/* Over the provenance (but not the version of the program that wrote the file), the totals, and the
 * checksums of the content: no codec, no place in the file. */
static void identify(struct trace *t)
{
	const char *version = strstr(t->info_text, "\nprogram_version=");
	size_t text = (size_t)(version - t->info_text);
	size_t totals = t->header.processors * sizeof(*t->totals);
	size_t bytes = text + totals + t->header.chunks * sizeof(uint64_t);
	char *all = malloc(bytes + 1), *p = all;

	memcpy(p, t->info_text, text);
	memcpy(p += text, t->totals, totals);
	p += totals;
	for (size_t i = 0; i < t->header.chunks; i++, p += sizeof(uint64_t))
		memcpy(p, &t->rows[i].content, sizeof(uint64_t));
	hash_text(all, bytes, t->hash);
	free(all);
}

static int load(struct trace *t, struct error *err)
{
	struct trace_header *h = &t->header;
	struct stat st;
	uint64_t hash;

	if (fstat(t->fd, &st))
		return error_set(err, "%s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return error_set(err, "not a file");
	if ((uint64_t)st.st_size < sizeof(*h))
		return error_set(err, "not a discosim trace");
	if (read_part(t, h, sizeof(*h), 0, err) || check_header(t, (uint64_t)st.st_size, err))
		return -1;
	t->rows = malloc((h->chunks + 1) * sizeof(*t->rows));
	t->info_text = malloc(h->info_bytes + 1);
	if (!t->rows || !t->info_text)
		return error_set(err, "no memory for its tables");
	t->info_text[h->info_bytes] = '\0';
	if (read_part(t, t->rows, h->chunks * sizeof(*t->rows), h->chunks_at, err) ||
	    read_part(t, t->totals, h->processors * sizeof(*t->totals), h->totals_at, err) ||
	    read_part(t, t->info_text, h->info_bytes, h->info_at, err) ||
	    trace_outside_hash(t->fd, h->file_bytes, t->rows, h->chunks, &hash, err))
		return -1;
	if (hash != h->outside_hash)
		return error_set(err, "damaged: the checksum of its tables does not hold");
	if (check_rows(t, err) || trace_info_parse(t->info_text, h->info_bytes, &t->info, err))
		return -1;
	if (t->info.processors != h->processors)
		return error_set(err,
				 "damaged: %u processors in its provenance, %" PRIu64 " streams",
				 t->info.processors, h->processors);
	identify(t);
	return 0;
}

struct trace *trace_open(const char *path, struct error *err)
{
	struct trace *t = calloc(1, sizeof(*t));

	t->path = strdup(path);
	t->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (t->fd < 0)
		error_set(err, "%s: %s", path, strerror(errno));
	else if (load(t, err))
		error_prefix(err, "%s", path);
	else
		return t;
	trace_close(t);
	return NULL;
}

void trace_close(struct trace *t)
{
	if (!t)
		return;
	if (t->fd >= 0)
		close(t->fd);
	trace_info_release(&t->info);
	free(t->info_text);
	free(t->rows);
	free(t->path);
	free(t);
}

const char *trace_path(const struct trace *t)
{
	return t->path;
}

uint64_t trace_file_bytes(const struct trace *t)
{
	return t->header.file_bytes;
}

const struct trace_info *trace_info_of(const struct trace *t)
{
	return &t->info;
}

const struct trace_totals *trace_totals_of(const struct trace *t, unsigned processor)
{
	return &t->totals[processor];
}

const char *trace_hash(const struct trace *t)
{
	return t->hash;
}

uint64_t trace_compressed_bytes(const struct trace *t)
{
	return t->compressed_bytes;
}

void trace_cursor_init(struct trace_cursor *c, const struct trace *t, unsigned processor)
{
	*c = (struct trace_cursor){.trace = t, .processor = processor};
}

/* No replay has to defend itself against kinds that do not exist. */
static int kinds_exist(const struct record *records, size_t n)
{
	int bad = 0;

	for (size_t i = 0; i < n; i++)
		bad |= (uint8_t)(records[i].info - 1) >= RECORD_KIND_COUNT - 1;
	return !bad;
}

/* NULL, or what is wrong with the chunk. */
static const char *decode(const struct trace_chunk_row *row, const void *stored,
			  struct record *records)
{
	size_t bytes;

	if (hash64(stored, row->bytes) != row->stored)
		return "its checksum does not hold";
	if (blosc_cbuffer_validate(stored, row->bytes, &bytes) || bytes != TRACE_CHUNK_BYTES ||
	    blosc_decompress_ctx(stored, records, TRACE_CHUNK_BYTES, 1) != (int)TRACE_CHUNK_BYTES)
		return "Blosc cannot decode it";
	if (hash64(records, row->records * sizeof(*records)) != row->content)
		return "the checksum of its records does not hold";
	if (!kinds_exist(records, row->records))
		return "a record of a kind that does not exist";
	return NULL;
}

long trace_cursor_next(struct trace_cursor *c, const struct record **records, struct error *err)
{
	const struct trace *t = c->trace;
	size_t first = t->first[c->processor], n = t->first[c->processor + 1] - first;
	const struct trace_chunk_row *row;
	const char *wrong;
	char *stored;

	if (c->next_chunk >= n)
		return 0;
	row = &t->rows[first + c->next_chunk];
	if (!c->buffer)
		c->buffer = malloc(TRACE_CHUNK_BYTES + TRACE_STORED_MOST);
	stored = (char *)c->buffer + TRACE_CHUNK_BYTES;
	if (read_part(t, stored, row->bytes, row->offset, err)) {
		error_prefix(err, "%s: processor %u, chunk %" PRIu64, t->path, c->processor,
			     c->next_chunk);
		return -1;
	}
	wrong = decode(row, stored, c->buffer);
	if (wrong)
		return error_set(err, "%s: damaged: processor %u, chunk %" PRIu64 ": %s", t->path,
				 c->processor, c->next_chunk, wrong);
	c->next_chunk++;
	*records = c->buffer;
	return row->records;
}

/* Goes to a chunk of the stream, or to its end. */
static uint64_t seek(struct trace_cursor *c, size_t chunk, uint64_t *instructions)
{
	const struct trace *t = c->trace;
	size_t first = t->first[c->processor], n = t->first[c->processor + 1] - first;

	c->next_chunk = chunk < n ? chunk : n;
	if (instructions)
		*instructions = chunk < n ? t->rows[first + chunk].instructions
					  : t->totals[c->processor].instructions;
	return chunk < n ? (uint64_t)chunk * TRACE_CHUNK : t->totals[c->processor].records;
}

uint64_t trace_cursor_seek_record(struct trace_cursor *c, uint64_t record, uint64_t *instructions)
{
	return seek(c, record / TRACE_CHUNK, instructions);
}

uint64_t trace_cursor_seek_instruction(struct trace_cursor *c, uint64_t instruction,
				       uint64_t *instructions)
{
	const struct trace *t = c->trace;
	const struct trace_chunk_row *rows = t->rows + t->first[c->processor];
	size_t low = 0, high = t->first[c->processor + 1] - t->first[c->processor];

	if (instruction >= t->totals[c->processor].instructions)
		return seek(c, high, instructions);
	while (high - low > 1) { /* rows[low].instructions <= instruction */
		size_t middle = low + (high - low) / 2;

		if (rows[middle].instructions <= instruction)
			low = middle;
		else
			high = middle;
	}
	return seek(c, low, instructions);
}

void trace_cursor_release(struct trace_cursor *c)
{
	free(c->buffer);
	c->buffer = NULL;
}
