/* SPDX-License-Identifier: MIT */
/*
 * The bytes of a trace file that we read without HDF5's help (pictures in traces/README.md): the
 * header, which lies in the 512-byte user block before the HDF5 data, and the three tables that it
 * points to, which are also HDF5 datasets. HDF5 1.10 may crash on damaged files, so the reader
 * never calls it: it believes the header, after its checksum, and what the header's second
 * checksum covers, which is every byte outside the chunks. Chunks carry a checksum each.
 */
#ifndef TRACES_LAYOUT_H
#define TRACES_LAYOUT_H

#include <stdint.h>

#include "sim/base/error.h"
#include "traces/trace.h"

/* The tables are read and written as they lie in memory. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "trace files are little-endian");

#define TRACE_MAGIC	   "discosim trace\r\n" /* 16 bytes; the line end shows text conversions */
#define TRACE_CHUNK_BYTES  (TRACE_CHUNK * sizeof(struct record))
#define TRACE_STORED_LEAST 16			    /* Blosc's own header */
#define TRACE_STORED_MOST  (TRACE_CHUNK_BYTES + 16) /* incompressible: a header, and a copy */

/* Offsets and lengths are in bytes from the start of the file. */
struct trace_header {
	char magic[16];
	uint32_t format, finished;
	uint64_t file_bytes;
	uint64_t chunks_at, chunks;	/* struct trace_chunk_row [chunks]: dataset /chunks */
	uint64_t totals_at, processors; /* struct trace_totals [processors]: dataset /totals */
	uint64_t info_at, info_bytes;	/* text: dataset /info */
	uint64_t zero[52];
	uint64_t outside_hash; /* XXH3-64 of all bytes from 512 on that belong to no chunk */
	uint64_t header_hash;  /* XXH3-64 of the 504 bytes before */
};
_Static_assert(sizeof(struct trace_header) == 512, "the user block");

/* One chunk; the rows are sorted by processor, then by place in the stream. */
struct trace_chunk_row {
	uint32_t processor, records; /* all but a processor's last chunk have TRACE_CHUNK records */
	uint64_t offset, bytes;	     /* of the Blosc buffer */
	uint64_t instructions;	     /* of the processor, before this chunk */
	uint64_t stored;	     /* XXH3-64 of the Blosc buffer */
	uint64_t content; /* XXH3-64 of the records, without the padding of a last chunk */
};
_Static_assert(sizeof(struct trace_chunk_row) == 48, "no padding");
_Static_assert(sizeof(struct record) == 8, "no padding");

/* Of the bytes before the field header_hash. */
uint64_t trace_header_hash(const struct trace_header *h);

/* Checks that the chunks lie inside the file and apart from each other, and hashes everything else
 * after the header. Returns 0, or -1 with the error set (without the file's name). */
int trace_outside_hash(int fd, uint64_t file_bytes, const struct trace_chunk_row *rows, size_t n,
		       uint64_t *hash, struct error *err);

/* pread of all the bytes. Returns 0 or -1 (errno, or 0 at the end of the file). */
int trace_read_at(int fd, void *data, size_t bytes, uint64_t offset);

/* struct trace_info as text: a line "key=value" per field, in a fixed order, with backslash and
 * control characters as \xx; the last line is program_version. */
char *trace_info_text(const struct trace_info *info);
/* The reverse; strings are owned by the info and freed by trace_info_release. */
int trace_info_parse(const char *text, size_t bytes, struct trace_info *info, struct error *err);
void trace_info_copy(struct trace_info *to, const struct trace_info *from);
void trace_info_release(struct trace_info *info);

/* The strings and numbers of struct trace_info, in the order of the text. */
#define TRACE_STRINGS(X)                                                \
	X(source, "where the records come from: capture, or a format")  \
	X(guest, "name of the guest program or imported file")          \
	X(command, "arguments of the guest")                            \
	X(guest_hash, "XXH3-128 of the guest program or imported file") \
	X(core_version, "version of the functional core that recorded") \
	X(board, "kind of machine")                                     \
	X(model, "model of its processors")                             \
	X(images, "disk images, a line each: number, hash, shared or private, sectors, name")
#define TRACE_NUMBERS(X)                                                         \
	X(processors, TRACE_MAX_PROCESSORS, "processors of the guest's machine") \
	X(ram_bytes, UINT64_MAX, "memory of the guest's machine, in bytes")      \
	X(tlb_entries, 4096, "entries of the guest's TLB; 0: imported")          \
	X(region_only, 1, "1: only the guest's region of interest was recorded")

#endif
