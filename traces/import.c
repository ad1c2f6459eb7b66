/* SPDX-License-Identifier: MIT */
/*
 * Makes a trace of one processor from a format of another program. Consecutive instructions of 4
 * bytes at multiples of 4 become runs, others FETCH records. Addresses lose all but their low 32
 * bits: cache sets and page offsets stay the same, and so does which references are to the same
 * page, as long as no two pages become one; where two would, the file is refused. Every page is its
 * own physical page (a MAP before its first use), so physically indexed caches see the same bits.
 */
#include "traces/format.h"

#include <errno.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define PAGE	 4096u
#define PAGES	 (1u << 20)
#define RUN_MOST 65535u
#define GATHERED (1u << 16) /* records held back until a run's length is known */

struct importer {
	struct trace_writer *writer;
	uint32_t *high;	    /* by page: bits 32..63 of the addresses in it */
	uint8_t *seen;	    /* by page */
	struct record *run; /* the run's record, then what follows it */
	uint32_t length;    /* records held back; 0: the run, if any, can no longer grow */
	uint32_t index;	    /* in the run, of the last instruction */
};

static int close_run(struct importer *im, struct error *err)
{
	uint32_t n = im->length;

	im->length = 0;
	return n ? trace_append(im->writer, 0, im->run, n, err) : 0;
}

static int put(struct importer *im, struct record r, struct error *err)
{
	if (im->length == GATHERED && close_run(im, err))
		return -1;
	if (!im->length)
		return trace_append(im->writer, 0, &r, 1, err);
	im->run[im->length++] = r;
	return 0;
}

/* A page that is touched for the first time gets its MAP. *new is set when there was one. */
static int touch(struct importer *im, uint64_t addr, bool *new, struct error *err)
{
	uint32_t page = (uint32_t)addr / PAGE, high = (uint32_t)(addr >> 32);

	if (im->seen[page] && im->high[page] != high)
		return error_set(err,
				 "page 0x%" PRIx64 ", and page 0x%" PRIx64
				 " of an earlier line, are the same in the 32 bits of a trace's "
				 "addresses",
				 addr, (uint64_t)im->high[page] << 32 | page * (uint64_t)PAGE);
	*new = !im->seen[page];
	im->seen[page] = 1;
	im->high[page] = high;
	return 0;
}

static int touch_all(struct importer *im, const struct reference *r, struct error *err)
{
	bool fetch = r->kind == REFERENCE_FETCH;
	uint64_t last = r->addr + r->bytes - 1;

	if (last < r->addr || (last ^ r->addr) >> 32)
		return error_set(err, "%u bytes at 0x%" PRIx64 " cross a border of 4 GiB", r->bytes,
				 r->addr);
	for (uint64_t page = r->addr / PAGE; page <= last / PAGE; page++) {
		bool new = false;

		if (touch(im, page * PAGE, &new, err))
			return -1;
		if (!new)
			continue;
		/* A fetch's translation has to stand before its run. */
		if ((fetch && close_run(im, err)) ||
		    put(im,
			record_make(RECORD_MAP, (uint32_t)(page * PAGE) | MAP_WRITABLE,
				    (uint32_t)page & (PAGES - 1)),
			err))
			return -1;
	}
	return 0;
}

static int fetch(struct importer *im, const struct reference *r, struct error *err)
{
	uint32_t addr = (uint32_t)r->addr;
	bool plain = r->bytes == 4 && !(addr & 3);
	struct record *run = im->run;

	if (im->length && plain && record_kind(*run) == RECORD_RUN &&
	    addr == run->addr + 4 * record_arg(*run) && record_arg(*run) < RUN_MOST) {
		im->index = record_arg(*run);
		*run = record_make(RECORD_RUN, run->addr, im->index + 1);
		return 0;
	}
	if (close_run(im, err))
		return -1;
	*run = plain ? record_make(RECORD_RUN, addr, 1) : record_make(RECORD_FETCH, addr, r->bytes);
	im->length = 1;
	im->index = 0;
	return 0;
}

static int data(struct importer *im, enum record_kind kind, const struct reference *r,
		uint32_t flags, struct error *err)
{
	for (uint32_t done = 0; done < r->bytes; done += 8) {
		uint32_t bytes = r->bytes - done < 8 ? r->bytes - done : 8;

		if (put(im,
			record_make(kind, (uint32_t)r->addr + done,
				    REF_ARG(bytes, flags | (done ? REF_CONTINUES : 0), im->index)),
			err))
			return -1;
	}
	return 0;
}

static int add(struct importer *im, const struct reference *r, struct error *err)
{
	int rc = touch_all(im, r, err);

	if (rc)
		return rc;
	if (r->kind == REFERENCE_FETCH)
		return fetch(im, r, err);
	if (r->kind != REFERENCE_STORE)
		rc = data(im, RECORD_LOAD, r, 0, err);
	if (!rc && r->kind != REFERENCE_LOAD)
		rc = data(im, RECORD_STORE, r, r->kind == REFERENCE_MODIFY ? REF_MODIFY : 0, err);
	return rc;
}

/* A line without its end, whole. Returns 1, 0 at the end of the file, -1. */
static int next_line(FILE *in, char line[FORMAT_LINE], size_t *bytes, struct error *err)
{
	char *end;

	/* A NUL inside a line would hide the rest of it: mark the place behind the line. */
	memset(line, 1, FORMAT_LINE);
	if (!fgets(line, FORMAT_LINE, in))
		return ferror(in) ? error_set(err, "read error: %s", strerror(errno)) : 0;
	end = memchr(line, '\n', FORMAT_LINE);
	*bytes = end ? (size_t)(end - line) + 1 : strlen(line);
	if (!end && !feof(in))
		return error_set(err, "longer than %d characters, or no text", FORMAT_LINE - 2);
	if (end) {
		*end = '\0';
		if (strlen(line) != (size_t)(end - line))
			return error_set(err, "not a text: it has a NUL");
		if (end > line && end[-1] == '\r')
			end[-1] = '\0';
	}
	return 1;
}

static int import_lines(struct importer *im, FILE *in, const struct trace_format *format,
			struct progress *progress, uint64_t *number, struct error *err)
{
	char line[FORMAT_LINE];
	uint64_t done = 0;
	size_t bytes = 0;
	int rc;

	for (*number = 1; (rc = next_line(in, line, &bytes, err)) > 0; ++*number) {
		const char *wanted = NULL;
		struct reference r;

		done += bytes;
		rc = format->parse(line, &r, &wanted);
		if (rc < 0)
			return error_set(err, "'%.100s': wanted %s", line, wanted);
		if (rc && add(im, &r, err))
			return -1;
		if (!(*number & 0xffff)) {
			progress_update(progress, done);
			if (interrupted())
				return error_set(err, "interrupted");
		}
	}
	return rc;
}

static int import_stream(struct importer *im, FILE *in, const char *path,
			 const struct trace_format *format, struct progress *progress,
			 struct error *err)
{
	const struct record mode = record_make(RECORD_MODE, 0, MODE_USER);
	uint64_t number = 1;

	if (trace_append(im->writer, 0, &mode, 1, err))
		return -1;
	if (import_lines(im, in, format, progress, &number, err))
		return error_prefix(err, "%s:%" PRIu64, path, number);
	return close_run(im, err);
}

int trace_import(const char *path, const struct trace_format *format, const char *trace,
		 enum trace_codec codec, bool quiet, struct error *err)
{
	char hash[HASH_TEXT_SIZE], *copy = strdup(path);
	struct trace_info info = {.processors = 1,
				  .ram_bytes = (uint64_t)PAGES * PAGE,
				  .source = format->name,
				  .guest = basename(copy),
				  .command = "",
				  .guest_hash = hash,
				  .core_version = ""};
	struct importer im = {0};
	struct progress progress;
	struct stat st;
	FILE *in = NULL;
	int rc = 0;

	if (stat(path, &st) || (S_ISREG(st.st_mode) && !(in = fopen(path, "r"))))
		rc = error_set(err, "%s: %s", path, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		rc = error_set(err, "%s: not a file", path);
	else
		rc = hash_file(path, hash, err);
	if (!rc && !(im.writer = trace_create(trace, &info, codec, err)))
		rc = -1;
	if (!rc) {
		im.high = calloc(PAGES, sizeof(*im.high));
		im.seen = calloc(PAGES, 1);
		im.run = malloc(GATHERED * sizeof(*im.run));
		progress_begin(&progress, "import", "bytes", (uint64_t)st.st_size, quiet);
		rc = import_stream(&im, in, path, format, &progress, err);
		progress_end(&progress, (uint64_t)st.st_size);
		if (rc)
			trace_abandon(im.writer);
		else
			rc = trace_finish(im.writer, err);
	}
	if (in)
		fclose(in);
	free(im.high);
	free(im.seen);
	free(im.run);
	free(copy);
	return rc;
}
