/* SPDX-License-Identifier: MIT */
/*
 * Fuzzes the trace reader with whole files. Random bytes do not get past the checksums, so an input
 * is read as changes to a small valid file, (position, byte) by (position, byte); its first byte
 * says which checksums are then made to hold: none, those of the tables, also those of the chunks
 * as stored, also those of the records. What opens is verified and its references are expanded.
 */
#include <blosc.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sim/base/output.h"
#include "traces/check.h"
#include "traces/expand.h"
#include "traces/layout.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct record sample[] = {
	{0, RECORD_MODE | MODE_USER << 8},
	{0x400001, RECORD_MAP | 5 << 8},
	{0x400000, RECORD_RUN | 3 << 8},
	{0x400010, RECORD_LOAD | REF_ARG(4, 0, 1) << 8},
	{0x400018, RECORD_STORE | REF_ARG(8, 0, 2) << 8},
	{0x400008, RECORD_EXCEPTION | (8 | EXC_REFILL) << 8},
	{0x1234, RECORD_OPERAND},
	{0x1000, RECORD_TLB_WRITE | (3 | 12 << 16) << 8},
	{64, RECORD_SYNC_SIGNAL},
	{64, RECORD_SYNC_WAIT},
	{64, RECORD_SYNC_PASS},
	{1, RECORD_OPERAND},
	{14, RECORD_INTERRUPT | SOURCE_DISK << 8},
	{7, RECORD_IO_BEGIN | SOURCE_DISK << 8},
	{1, RECORD_DISK | (8 << 12) << 8},
	{0x3000, RECORD_OPERAND},
	{7, RECORD_IO_END | SOURCE_DISK << 8},
	{0, RECORD_IDLE_BEGIN},
};

/* A valid file of two processors; made once, never freed. */
static const char *valid_file(size_t *bytes)
{
	static char *file;
	static size_t length;

	if (!file) {
		struct trace_info info = {
			.processors = 2,
			.tlb_entries = 64,
			.source = "capture",
			.ram_bytes = 1 << 20,
			.images = "0 0123456789abcdef0123456789abcdef shared 99 a\n"};
		char path[] = "/tmp/discosim-fuzz-XXXXXX";
		struct error err = {.text = ""};
		struct trace_writer *w;

		close(mkstemp(path));
		w = trace_create(path, &info, TRACE_LZ4, &err);
		for (unsigned p = 0; p < 2; p++)
			trace_append(w, p, sample, sizeof(sample) / sizeof(*sample), &err);
		if (trace_finish(w, &err) || !(file = read_whole_file(path, &length, &err)))
			abort();
		unlink(path);
	}
	*bytes = length;
	return file;
}

static void seal(char *file, size_t size, int fd, unsigned how)
{
	struct trace_header *h = (struct trace_header *)file;
	struct record *records = malloc(TRACE_CHUNK_BYTES);
	struct error err;
	size_t n = h->chunks, bytes;
	struct trace_chunk_row *rows = malloc((n < 16 ? n + 1 : 16) * sizeof(*rows));

	if (n < 16 && h->chunks_at < size && n * sizeof(*rows) <= size - h->chunks_at) {
		memcpy(rows, file + h->chunks_at, n * sizeof(*rows));
		for (size_t i = 0; i < n; i++) {
			const char *stored;

			if (rows[i].offset > size || rows[i].bytes > size - rows[i].offset)
				continue;
			stored = file + rows[i].offset;
			if (how >= 2)
				rows[i].stored = hash64(stored, rows[i].bytes);
			if (how >= 3 && rows[i].records <= TRACE_CHUNK && rows[i].bytes >= 16 &&
			    !blosc_cbuffer_validate(stored, rows[i].bytes, &bytes) &&
			    bytes == TRACE_CHUNK_BYTES &&
			    blosc_decompress_ctx(stored, records, bytes, 1) == (int)bytes)
				rows[i].content = hash64(records, 8 * (size_t)rows[i].records);
		}
		memcpy(file + h->chunks_at, rows, n * sizeof(*rows));
		if (pwrite(fd, file, size, 0) == (ssize_t)size)
			trace_outside_hash(fd, size, rows, n, &h->outside_hash, &err);
	}
	h->header_hash = trace_header_hash(h);
	free(rows);
	free(records);
}

static void ignore(void *to, const struct reference *r)
{
	(void)to;
	(void)r;
}

static void read_all(struct trace *t)
{
	struct error err = {.text = ""};
	struct progress progress;

	progress_begin(&progress, "", "", 0, true);
	trace_verify(t, &progress, &err);
	for (unsigned p = 0; p < trace_info_of(t)->processors; p++) {
		const struct record *records;
		struct trace_cursor cursor;
		struct expander expander;
		long n;

		trace_cursor_init(&cursor, t, p);
		trace_cursor_seek_instruction(&cursor, 2, NULL);
		expander_init(&expander, trace_info_of(t), p & 1, ignore, NULL);
		while ((n = trace_cursor_next(&cursor, &records, &err)) > 0)
			for (long i = 0; i < n && !expander_next(&expander, records[i], &err); i++)
				;
		expander_end(&expander, &err);
		expander_release(&expander);
		trace_cursor_release(&cursor);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = {.text = ""};
	char name[64], *file;
	struct trace *t;
	size_t length;
	int fd;

	if (size < 1)
		return 0;
	file = malloc(valid_file(&length) ? length : 1);
	memcpy(file, valid_file(&length), length);
	for (size_t i = 1; i + 2 < size; i += 3)
		file[(data[i] | data[i + 1] << 8) % length] = (char)data[i + 2];
	fd = memfd_create("trace", 0);
	if (data[0] & 3)
		seal(file, length, fd, data[0] & 3);
	if (pwrite(fd, file, length, 0) != (ssize_t)length)
		abort();
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	t = trace_open(name, &err);
	if (t)
		read_all(t);
	else if (!err.text[0])
		abort();
	trace_close(t);
	close(fd);
	free(file);
	return 0;
}
