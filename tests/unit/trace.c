/* SPDX-License-Identifier: MIT */
/*
 * Trace files: what is written is read back, equal calls make equal bytes, and no damage goes
 * unnoticed: every byte of a small file is flipped and every length cut. Where a checksum would
 * hide the check behind it, the case recomputes the checksums as a forger would.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "sim/base/output.h"
#include "sim/base/rng.h"
#include "traces/layout.h"
#include "traces/trace.h"

static char folder[] = "/tmp/discosim-trace-XXXXXX";
static char path[64], other[64];

#define H "0123456789abcdef0123456789abcdef"

static const struct trace_info sample_info = {.processors = 3,
					      .ram_bytes = 64 << 20,
					      .tlb_entries = 64,
					      .region_only = true,
					      .source = "capture",
					      .guest = "radix",
					      .command = "-n 1024 \\ \n\t\"two words\" \xc3\xa9",
					      .guest_hash = "0123456789abcdef",
					      .core_version = "core 1",
					      .board = "malta",
					      .model = "24Kf",
					      .images = "0 " H " shared 8192 base.img\n"
							"1 " H " private 0 a b\n"};

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/t.trace", folder);
	snprintf(other, sizeof(other), "%s/u.trace", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(path);
	unlink(other);
	return rmdir(folder); /* fails when something was left behind */
}

/* A stream of valid records that is different for every seed and place. */
static struct record sample(struct rng *rng)
{
	uint64_t x = rng_next(rng);

	switch (x & 7) {
	case 0:
		return record_make(RECORD_EXCEPTION, 0x80000180,
				   x & 8 ? EXC_REFILL | 2u : 8u); /* TLBL, Sys */
	case 1:
		return record_make(RECORD_STORE, 0x1000 + (x >> 40), REF_ARG(4, 0, 1));
	case 2:
		return record_make(RECORD_LOAD, 0x1000 + (x >> 40), REF_ARG(4, 0, 1));
	case 3:
		return record_make(RECORD_MAP, (uint32_t)(x >> 32) & ~0xfffu, (x >> 8) & 0xfffff);
	default:
		return record_make(RECORD_RUN, (uint32_t)(x >> 32) & ~3u, 1 + (x >> 8) % 20);
	}
}

static void write_sample(const char *name, const struct trace_info *info, const size_t *records,
			 size_t piece, enum trace_codec codec)
{
	struct error err = {.text = ""};
	struct trace_writer *w = trace_create(name, info, codec, &err);

	assert_non_null(w);
	for (unsigned p = 0; p < info->processors; p++) {
		struct rng rng = {p};
		struct record *all = malloc((records[p] + 1) * sizeof(*all));

		for (size_t i = 0; i < records[p]; i++)
			all[i] = sample(&rng);
		for (size_t i = 0; i < records[p]; i += piece)
			assert_int_equal(
				trace_append(w, p, all + i,
					     records[p] - i < piece ? records[p] - i : piece, &err),
				0);
		free(all);
	}
	assert_int_equal(trace_finish(w, &err), 0);
	assert_string_equal(err.text, "");
}

/* Reads all of a file; 0 when it is as written, 1 when it was refused (err says why). */
static int refused(const char *name, struct error *err)
{
	struct trace *t;

	err->text[0] = '\0';
	t = trace_open(name, err);
	if (!t)
		return 1;
	for (unsigned p = 0; p < trace_info_of(t)->processors; p++) {
		const struct record *records;
		struct trace_cursor c;
		long n;

		trace_cursor_init(&c, t, p);
		while ((n = trace_cursor_next(&c, &records, err)) > 0)
			;
		trace_cursor_release(&c);
		if (n < 0) {
			trace_close(t);
			return 1;
		}
	}
	trace_close(t);
	return 0;
}

static void check_sample(const char *name, const struct trace_info *info, const size_t *records)
{
	struct error err = {.text = ""};
	struct trace *t = trace_open(name, &err);

	assert_string_equal(err.text, "");
	assert_non_null(t);
	assert_int_equal(trace_info_of(t)->processors, info->processors);
	assert_int_equal(trace_info_of(t)->ram_bytes, info->ram_bytes);
	assert_int_equal(trace_info_of(t)->tlb_entries, info->tlb_entries);
	assert_int_equal(trace_info_of(t)->region_only, info->region_only);
	assert_string_equal(trace_info_of(t)->source, info->source);
	assert_string_equal(trace_info_of(t)->guest, info->guest);
	assert_string_equal(trace_info_of(t)->command, info->command);
	assert_string_equal(trace_info_of(t)->guest_hash, info->guest_hash);
	assert_string_equal(trace_info_of(t)->core_version, info->core_version);
	assert_string_equal(trace_info_of(t)->board, info->board);
	assert_string_equal(trace_info_of(t)->model, info->model);
	assert_string_equal(trace_info_of(t)->images, info->images);
	for (unsigned p = 0; p < info->processors; p++) {
		const struct trace_totals *got = trace_totals_of(t, p);
		struct trace_totals want = {.records = records[p]};
		const struct record *chunk;
		struct rng rng = {p};
		struct trace_cursor c;
		size_t at = 0;
		long n;

		trace_cursor_init(&c, t, p);
		while ((n = trace_cursor_next(&c, &chunk, &err)) > 0) {
			for (long i = 0; i < n; i++) {
				struct record r = sample(&rng);

				assert_int_equal(chunk[i].addr, r.addr);
				assert_int_equal(chunk[i].info, r.info);
				want.instructions +=
					record_kind(r) == RECORD_RUN ? record_arg(r) : 0;
				want.loads += record_kind(r) == RECORD_LOAD;
				want.stores += record_kind(r) == RECORD_STORE;
				want.maps += record_kind(r) == RECORD_MAP;
				want.exceptions += record_kind(r) == RECORD_EXCEPTION;
				want.tlb_refills += record_kind(r) == RECORD_EXCEPTION &&
						    (record_arg(r) & EXC_REFILL);
			}
			at += (size_t)n;
		}
		assert_int_equal(n, 0);
		assert_int_equal(at, records[p]);
		assert_memory_equal(got, &want, sizeof(want));
		trace_cursor_release(&c);
	}
	trace_close(t);
}

static void what_is_written_is_read_back_at_every_size_around_a_chunk(void **state)
{
	static const size_t cases[][3] = {
		{0, 0, 0},
		{1, 0, 2},
		{TRACE_CHUNK - 1, TRACE_CHUNK, TRACE_CHUNK + 1},
		{2 * TRACE_CHUNK, 3, 2 * TRACE_CHUNK + 1},
	};
	static const size_t pieces[] = {1, 1000, 3 * TRACE_CHUNK};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (size_t j = 0; j < sizeof(pieces) / sizeof(*pieces); j++) {
			write_sample(path, &sample_info, cases[i], pieces[j], j % 2);
			check_sample(path, &sample_info, cases[i]);
		}
}

static void sixty_four_processors_fit_and_sixty_five_do_not(void **state)
{
	struct trace_info info = sample_info;
	struct error err = {.text = ""};
	size_t records[64];

	(void)state;
	for (unsigned p = 0; p < 64; p++)
		records[p] = 10 + p;
	info.processors = 64;
	write_sample(path, &info, records, 7, TRACE_LZ4);
	check_sample(path, &info, records);
	info.processors = 65;
	assert_null(trace_create(path, &info, TRACE_LZ4, &err));
	assert_non_null(strstr(err.text, "65 processors; a trace has 1 to 64"));
	info.processors = 0;
	assert_null(trace_create(path, &info, TRACE_LZ4, &err));
}

static void equal_calls_make_equal_bytes_and_the_hash_knows_no_codec(void **state)
{
	static const size_t records[] = {200000, 5, 131072}, less[] = {200000, 5, 131071};
	struct error err = {.text = ""};
	char hashes[3][HASH_TEXT_SIZE];
	size_t n, m;
	char *a, *b;

	(void)state;
	write_sample(path, &sample_info, records, 100, TRACE_LZ4);
	write_sample(other, &sample_info, records, 100, TRACE_LZ4);
	a = read_whole_file(path, &n, &err);
	b = read_whole_file(other, &m, &err);
	assert_int_equal(n, m);
	assert_memory_equal(a, b, n);
	free(a);
	free(b);
	for (int i = 0; i < 3; i++) {
		struct trace *t;

		write_sample(path, &sample_info, i == 2 ? less : records, 4096,
			     i == 1 ? TRACE_ZSTD : TRACE_LZ4);
		t = trace_open(path, &err);
		strcpy(hashes[i], trace_hash(t));
		trace_close(t);
	}
	assert_string_equal(hashes[0], hashes[1]);
	assert_string_not_equal(hashes[0], hashes[2]);
}

static void put_file(const char *name, const char *data, size_t n)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0666);

	assert_int_equal(write(fd, data, n), n);
	close(fd);
}

static void every_flipped_byte_is_noticed(void **state)
{
	static const size_t records[] = {300, 0, 40};
	struct error err = {.text = ""};
	struct rng rng = {1};
	size_t n;
	char *data;
	int fd;

	(void)state;
	write_sample(path, &sample_info, records, 100, TRACE_LZ4);
	data = read_whole_file(path, &n, &err);
	put_file(other, data, n);
	assert_int_equal(refused(other, &err), 0);
	fd = open(other, O_WRONLY);
	for (size_t i = 0; i < n; i++) {
		char flipped = (char)(data[i] ^ 1 << rng_below(&rng, 8));

		assert_int_equal(pwrite(fd, &flipped, 1, (off_t)i), 1);
		if (!refused(other, &err))
			fail_msg("a flip of byte %zu goes unnoticed", i);
		assert_int_equal(strncmp(err.text, other, strlen(other)), 0);
		assert_int_equal(pwrite(fd, data + i, 1, (off_t)i), 1);
	}
	close(fd);
	free(data);
}

static void every_shorter_and_longer_file_is_refused(void **state)
{
	static const size_t records[] = {300, 0, 40};
	struct error err = {.text = ""};
	size_t n;
	char *data;

	(void)state;
	write_sample(path, &sample_info, records, 100, TRACE_LZ4);
	data = read_whole_file(path, &n, &err);
	put_file(other, data, n);
	assert_int_equal(truncate(other, (off_t)n + 1), 0);
	assert_int_equal(refused(other, &err), 1);
	for (size_t length = n; length-- > 0; length -= length > 600 ? 6 : 0) {
		assert_int_equal(truncate(other, (off_t)length), 0);
		if (!refused(other, &err))
			fail_msg("a cut to %zu bytes goes unnoticed", length);
	}
	free(data);
}

/* One change of a finished file, and the checksums made to fit where the case is about what lies
 * behind them. */
struct forgery {
	const char *name;
	void (*change)(char *file);
	const char *message;
};

static struct trace_header *header_of(char *file)
{
	return (struct trace_header *)file;
}

/* HDF5 puts datasets anywhere. */
typedef struct trace_chunk_row unaligned_row __attribute__((aligned(1)));
typedef struct trace_totals unaligned_totals __attribute__((aligned(1)));
typedef uint32_t unaligned_word __attribute__((aligned(1)));

static unaligned_row *row_of(char *file, size_t i)
{
	return (unaligned_row *)(file + header_of(file)->chunks_at) + i;
}

static void not_finished(char *file)
{
	header_of(file)->finished = 0;
}

static void newer_format(char *file)
{
	header_of(file)->format = 3;
}

static void older_format(char *file)
{
	header_of(file)->format = 1;
}

static void many_processors(char *file)
{
	header_of(file)->processors = 65;
}

static void endless_table(char *file)
{
	header_of(file)->chunks = UINT64_MAX / 48;
}

static void table_outside(char *file)
{
	header_of(file)->info_at = UINT64_MAX - 4;
}

static void chunk_over_chunk(char *file)
{
	row_of(file, 1)->offset = row_of(file, 0)->offset + 1;
}

static void chunk_outside(char *file)
{
	row_of(file, 1)->offset = UINT64_MAX - 3;
}

static void chunk_of_no_records(char *file)
{
	row_of(file, 0)->records = 0;
}

static void chunk_of_many_records(char *file)
{
	row_of(file, 0)->records = TRACE_CHUNK + 1;
}

static void chunk_of_foreign_processor(char *file)
{
	row_of(file, 1)->processor = 7;
}

static void wrong_totals(char *file)
{
	((unaligned_totals *)(file + header_of(file)->totals_at))[2].records++;
}

static void wrong_provenance(char *file)
{
	file[header_of(file)->info_at] = 'S';
}

static void short_provenance(char *file)
{
	header_of(file)->info_bytes--;
}

static void blosc_of_another_size(char *file)
{
	unaligned_word *bytes = (unaligned_word *)(file + row_of(file, 0)->offset + 4);

	*bytes += 8;
	row_of(file, 0)->stored = hash64(file + row_of(file, 0)->offset, row_of(file, 0)->bytes);
}

static void blosc_of_a_wild_block(char *file)
{
	unaligned_word *block = (unaligned_word *)(file + row_of(file, 0)->offset + 16);

	*block = 0xfffffff0;
	row_of(file, 0)->stored = hash64(file + row_of(file, 0)->offset, row_of(file, 0)->bytes);
}

static void wrong_content(char *file)
{
	row_of(file, 1)->content++;
}

static void forged_files_are_refused_by_name_processor_and_chunk(void **state)
{
	static const size_t records[] = {300, 0, 40};
	static const struct forgery cases[] = {
		{"unfinished", not_finished, "unfinished: its writing was interrupted"},
		{"format", newer_format, "trace format 3; this program reads format 2"},
		{"format", older_format,
		 "trace format 1; this program reads format 2; record it again"},
		{"processors", many_processors, "damaged: 65 processors; wanted 1 to 64"},
		{"table", endless_table, "a table lies outside the file"},
		{"info", table_outside, "a table lies outside the file"},
		{"overlap", chunk_over_chunk, "lies outside the file or over another chunk"},
		{"outside", chunk_outside, "lies outside the file or over another chunk"},
		{"empty chunk", chunk_of_no_records, "processor 0, chunk 0: impossible row"},
		{"full chunk", chunk_of_many_records, "processor 0, chunk 0: impossible row"},
		{"foreign", chunk_of_foreign_processor, "processor 2: 0 records in its chunks"},
		{"totals", wrong_totals,
		 "processor 2: 40 records in its chunks; its totals say 41"},
		{"info", wrong_provenance, "its provenance has no valid 'source'"},
		{"info", short_provenance, "its provenance has no valid 'program_version'"},
		{"blosc", blosc_of_another_size, "processor 0, chunk 0: Blosc cannot decode it"},
		{"blosc", blosc_of_a_wild_block, "processor 0, chunk 0: Blosc cannot decode it"},
		{"content", wrong_content,
		 "processor 2, chunk 0: the checksum of its records does not hold"},
	};
	struct error err = {.text = ""};
	size_t n;
	char *data, *copy;

	(void)state;
	write_sample(path, &sample_info, records, 100, TRACE_LZ4);
	data = read_whole_file(path, &n, &err);
	copy = malloc(n);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct trace_header *h = header_of(copy);
		const unaligned_row *table;
		struct trace_chunk_row rows[2];
		int fd;

		memcpy(copy, data, n);
		table = row_of(copy, 0);
		cases[i].change(copy);
		memcpy(rows, table, sizeof(rows));
		put_file(other, copy, n);
		fd = open(other, O_RDONLY);
		if (trace_outside_hash(fd, n, rows, 2, &h->outside_hash, &err))
			h->outside_hash = 0;
		close(fd);
		h->header_hash = trace_header_hash(h);
		put_file(other, copy, n);
		assert_int_equal(refused(other, &err), 1);
		if (!strstr(err.text, cases[i].message) || strncmp(err.text, other, strlen(other)))
			fail_msg("%s: '%s' does not say '%s'", cases[i].name, err.text,
				 cases[i].message);
	}
	free(copy);
	free(data);
}

static void what_is_no_trace_is_refused(void **state)
{
	struct error err = {.text = ""};

	(void)state;
	put_file(other, "hello", 5);
	assert_int_equal(refused(other, &err), 1);
	assert_non_null(strstr(err.text, "not a discosim trace"));
	assert_int_equal(refused(folder, &err), 1);
	assert_non_null(strstr(err.text, "not a file"));
	assert_int_equal(refused("/nonexistent/t", &err), 1);
	assert_non_null(strstr(err.text, "/nonexistent/t: No such file"));
}

static void a_record_of_a_kind_that_does_not_exist_is_not_written(void **state)
{
	static const uint32_t kinds[] = {RECORD_NONE, RECORD_KIND_COUNT, 255};

	(void)state;
	unlink(path);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		struct error err = {.text = ""};
		struct trace_writer *w = trace_create(path, &sample_info, TRACE_LZ4, &err);
		struct record r = {0x1000, kinds[i]};

		assert_int_equal(trace_append(w, 1, &r, 1, &err), 0);
		assert_int_equal(trace_finish(w, &err), -1);
		assert_non_null(strstr(err.text, "processor 1: a record of kind"));
		assert_int_equal(access(path, F_OK), -1);
	}
}

static void an_unfinished_trace_is_refused_and_an_abandoned_one_leaves_nothing(void **state)
{
	struct error err = {.text = ""};
	struct record r = record_make(RECORD_RUN, 0x1000, 1);
	struct trace_writer *w;
	char temporary[96];

	(void)state;
	unlink(path);
	w = trace_create(path, &sample_info, TRACE_LZ4, &err);
	for (size_t i = 0; i < 2 * TRACE_CHUNK; i++)
		assert_int_equal(trace_append(w, 0, &r, 1, &err), 0);
	/* What a killed writer would leave. */
	snprintf(temporary, sizeof(temporary), "%s.tmp-%ld", path, (long)getpid());
	assert_int_equal(refused(temporary, &err), 1);
	assert_non_null(strstr(err.text, "unfinished: its writing was interrupted"));
	assert_int_equal(trace_append(w, 3, &r, 1, &err), -1);
	trace_abandon(w);
	assert_int_equal(access(path, F_OK), -1);
	assert_null(trace_create("/nonexistent/folder/t", &sample_info, TRACE_LZ4, &err));
}

/* HDF5 forgets a buffer of its own when a write fails; that is not ours to find. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libhdf5_serial";
}

/* The disk is full after so many bytes, at every stage of the writing. */
static void a_full_disk_is_an_error_and_leaves_nothing(void **state)
{
	struct rlimit before, limit;
	struct record *records = malloc(2 * TRACE_CHUNK * sizeof(*records));
	struct rng rng = {3};
	size_t whole;
	struct stat st;

	(void)state;
	for (size_t i = 0; i < 2 * TRACE_CHUNK; i++)
		records[i] = sample(&rng);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	limit = before;
	unlink(path);
	for (whole = 0, limit.rlim_cur = 0;; limit.rlim_cur += whole ? whole / 23 : 1 << 30) {
		struct error err = {.text = ""};
		struct trace_writer *w;
		int rc = -1;

		if (!whole)
			limit.rlim_cur = before.rlim_cur;
		setrlimit(RLIMIT_FSIZE, &limit);
		w = trace_create(path, &sample_info, TRACE_LZ4, &err);
		if (w) {
			rc = trace_append(w, 0, records, 2 * TRACE_CHUNK, &err) ||
			     trace_append(w, 2, records, 100, &err);
			if (rc)
				trace_abandon(w);
			else
				rc = trace_finish(w, &err);
		}
		setrlimit(RLIMIT_FSIZE, &before);
		if (!whole) {
			assert_int_equal(rc, 0);
			assert_int_equal(stat(path, &st), 0);
			whole = (size_t)st.st_size;
			limit.rlim_cur = 0;
			unlink(path);
			continue;
		}
		if (!rc) {
			assert_true(limit.rlim_cur >= whole);
			break;
		}
		assert_int_equal(access(path, F_OK), -1);
		if (!strstr(err.text, "File too large"))
			fail_msg("%lu bytes: '%s'", (unsigned long)limit.rlim_cur, err.text);
	}
	assert_int_equal(stat(path, &st), 0);
	free(records);
}

static void disk_images_are_lines_of_a_strict_form(void **state)
{
	// clang-format off
	static const struct {
		int n; /* -1: line 1 is wrong; -2: line 2 */
		const char *text;
	} cases[] = {
		{0, ""},
		{1, "0 " H " shared 0 a\n"},
		{2, "0 " H " private 34359738368 name with blanks\n1 " H " shared 9 b\n"},
		{-1, "0 " H " shared 0 a"}, {-1, "1 " H " shared 0 a\n"}, {-1, "00 " H " shared 0 a\n"},
		{-1, "0 " H " public 0 a\n"}, {-1, "0 " H "0 shared 0 a\n"}, {-1, "0 0123 shared 0 a\n"},
		{-1, "0 " H " shared -1 a\n"}, {-1, "0 " H " shared 34359738369 a\n"},
		{-1, "0 " H " shared 99999999999999999999999 a\n"},
		{-1, "0 " H " shared 8\n"}, {-1, "0 " H " shared 8 \n"}, {-1, "\n"}, {-1, "0"},
		{-2, "0 " H " shared 0 a\n0 " H " shared 0 a\n"}, {-2, "0 " H " shared 0 a\n\n"},
	};
	// clang-format on
	struct trace_image images[TRACE_MAX_IMAGES];
	struct trace_info info = sample_info;
	struct error err = {.text = ""};
	char text[TRACE_MAX_IMAGES * 64 + 64], *p = text;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int n = trace_images(cases[i].text, images, &err);
		char line[64];

		snprintf(line, sizeof(line), "line %d of the disk images is none", -cases[i].n);
		if (n != (cases[i].n < 0 ? -1 : cases[i].n) || (n < 0 && strcmp(err.text, line)))
			fail_msg("'%s': %d, %s", cases[i].text, n, err.text);
	}
	assert_int_equal(trace_images(cases[2].text, images, &err), 2);
	assert_string_equal(images[0].hash, H);
	assert_false(images[0].shared);
	assert_true(images[0].sectors == 34359738368);
	assert_int_equal(images[0].name_bytes, 16);
	assert_memory_equal(images[0].name, "name with blanks", 16);
	assert_true(images[1].shared);
	for (int i = 0; i <= TRACE_MAX_IMAGES; i++) {
		if (i == TRACE_MAX_IMAGES)
			assert_int_equal(trace_images(text, images, &err), TRACE_MAX_IMAGES);
		p += sprintf(p, "%d " H " shared 1 a\n", i);
	}
	assert_int_equal(trace_images(text, images, &err), -1);
	info.images = text;
	assert_null(trace_create(path, &info, TRACE_LZ4, &err));
	assert_non_null(strstr(err.text, "/t.trace: more than 16 disk images"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_back_at_every_size_around_a_chunk),
		cmocka_unit_test(sixty_four_processors_fit_and_sixty_five_do_not),
		cmocka_unit_test(equal_calls_make_equal_bytes_and_the_hash_knows_no_codec),
		cmocka_unit_test(every_flipped_byte_is_noticed),
		cmocka_unit_test(every_shorter_and_longer_file_is_refused),
		cmocka_unit_test(disk_images_are_lines_of_a_strict_form),
		cmocka_unit_test(forged_files_are_refused_by_name_processor_and_chunk),
		cmocka_unit_test(what_is_no_trace_is_refused),
		cmocka_unit_test(a_record_of_a_kind_that_does_not_exist_is_not_written),
		cmocka_unit_test(
			an_unfinished_trace_is_refused_and_an_abandoned_one_leaves_nothing),
		cmocka_unit_test(a_full_disk_is_an_error_and_leaves_nothing),
	};

	return cmocka_run_group_tests_name("trace", tests, make_folder, remove_folder);
}
