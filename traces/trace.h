/* SPDX-License-Identifier: MIT */
/*
 * Trace files: one HDF5 file per virtual machine, one stream of records (sim/base/record.h) per
 * processor, in chunks of TRACE_CHUNK records compressed by Blosc (HDF5 filter 32001). The layout
 * is documented in traces/README.md and traces/layout.h, the order rules are checked by check.c. A
 * file without its `finished` mark, or with a chunk that fails its checksum, is refused with the
 * chunk named.
 */
#ifndef TRACES_TRACE_H
#define TRACES_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/error.h"
#include "sim/base/hash.h"
#include "sim/base/record.h"

#define TRACE_FORMAT	     2
#define TRACE_CHUNK	     131072 /* records */
#define TRACE_MAX_PROCESSORS 64
#define TRACE_MAX_IMAGES     16

/* Where a trace comes from, and what was recorded. Strings are owned by the struct's holder. */
struct trace_info {
	unsigned processors;
	uint64_t ram_bytes;
	unsigned tlb_entries;	/* of the functional core; 0: imported */
	bool region_only;	/* only between the guest's region marks */
	const char *source;	/* "capture", "din", "lackey" */
	const char *guest;	/* name of the guest program or imported file */
	const char *command;	/* guest arguments, as typed */
	const char *guest_hash; /* of the ELF or imported file */
	const char *core_version;
	const char *board;  /* kind of machine: "bare", "malta"; "" when imported */
	const char *model;  /* of its processors: "24Kf", "34Kf"; "" when imported */
	const char *images; /* disk images, a line for each: trace_images() */
};

/*
 * A disk image of the machine, as a DISK record's DISK_IMAGE numbers them. In trace_info.images
 * each is a line "NUMBER HASH KIND SECTORS NAME\n": numbers from 0 in order; the hash of the
 * image's content before the guest ran (of the base alone when it has an overlay), 32 hexadecimal
 * digits; "shared" (read-only, with an overlay of this machine) or "private"; sectors of 512 bytes;
 * the last part of the file's name. Blocks of shared images with equal hashes are the same blocks.
 */
struct trace_image {
	char hash[HASH_TEXT_SIZE];
	bool shared;
	uint64_t sectors;
	const char *name; /* not ended by NUL: it is name_bytes long, and lies in the text */
	unsigned name_bytes;
};
/* Reads the lines. Returns the number of images, or -1 with the wrong line's number. */
int trace_images(const char *text, struct trace_image images[TRACE_MAX_IMAGES], struct error *err);

/* Totals of one processor's stream; the writer counts them, the reader checks them. */
#define TRACE_TOTALS(X)                                                 \
	X(records, "1", "records in the stream")                        \
	X(instructions, "1", "instructions executed")                   \
	X(loads, "1", "data loads")                                     \
	X(stores, "1", "data stores")                                   \
	X(exceptions, "1", "exceptions taken")                          \
	X(tlb_refills, "1", "exceptions through the TLB refill vector") \
	X(maps, "1", "page translations reported")                      \
	X(sync_passes, "1", "locks, barriers and events passed")        \
	X(interrupts, "1", "interrupt lines raised by devices")         \
	X(idles, "1", "idle periods begun")                             \
	X(requests, "1", "requests to disks and networks begun")
struct trace_totals {
#define X(name, unit, help) uint64_t name;
	TRACE_TOTALS(X)
#undef X
};

/* How hard to compress. */
enum trace_codec { TRACE_LZ4, TRACE_ZSTD };

struct trace_writer;

/* Creates the file under a temporary name. Returns NULL with the error set. */
struct trace_writer *trace_create(const char *path, const struct trace_info *info,
				  enum trace_codec codec, struct error *err);
/* Appends records to a processor's stream; they are copied. Returns 0 or -1 (disk full...). */
int trace_append(struct trace_writer *, unsigned processor, const struct record *records, size_t n,
		 struct error *err);
/* Writes what is left, the totals and the finished mark, and renames. Frees. Returns 0 or -1. */
int trace_finish(struct trace_writer *, struct error *err);
/* Removes what was written. Frees. */
void trace_abandon(struct trace_writer *);

struct trace;

/* Opens and checks everything but the chunks' contents. Any number of cursors, in any threads,
 * may read one open trace. Returns NULL with the error set. */
struct trace *trace_open(const char *path, struct error *err);
void trace_close(struct trace *);
const char *trace_path(const struct trace *); /* as given to trace_open */
const struct trace_info *trace_info_of(const struct trace *);
const struct trace_totals *trace_totals_of(const struct trace *, unsigned processor);
/* Identity of the content (metadata and all records): equal for equal traces. */
const char *trace_hash(const struct trace *);
uint64_t trace_compressed_bytes(const struct trace *); /* of all chunks */
uint64_t trace_file_bytes(const struct trace *);

/* Reads one processor's stream chunk by chunk. */
struct trace_cursor {
	const struct trace *trace;
	unsigned processor;
	uint64_t next_chunk;
	struct record *buffer; /* owned */
};
void trace_cursor_init(struct trace_cursor *, const struct trace *, unsigned processor);
/* Decodes and checks the next chunk; *records stays valid until the next call. Returns the number
 * of records, 0 at the end, -1 with the damaged chunk named. */
long trace_cursor_next(struct trace_cursor *, const struct record **records, struct error *err);
void trace_cursor_release(struct trace_cursor *);
/* Goes to the chunk that has this record or instruction of the stream (from 0); the next
 * trace_cursor_next decodes it, or returns 0 when there is none. Returns the number of the chunk's
 * first record; *instructions, if not NULL, is the number of instructions before it. */
uint64_t trace_cursor_seek_record(struct trace_cursor *, uint64_t record, uint64_t *instructions);
uint64_t trace_cursor_seek_instruction(struct trace_cursor *, uint64_t instruction,
				       uint64_t *instructions);

#endif
