/* SPDX-License-Identifier: MIT */
/*
 * Fuzzes the imports: the first byte chooses the format, the rest is the file. What is accepted
 * must verify, and exported and imported again it must be the same trace.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "traces/check.h"
#include "traces/format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *trace, const struct trace_format *format, const char *text,
		  const char *again)
{
	struct error err = {.text = ""};
	struct progress progress;
	struct trace *a = trace_open(trace, &err), *b = NULL;

	progress_begin(&progress, "", "", 0, true);
	if (!a || trace_verify(a, &progress, &err) ||
	    trace_export(a, 0, format, false, text, true, &err) ||
	    trace_import(text, format, again, TRACE_LZ4, true, &err) ||
	    !(b = trace_open(again, &err)) ||
	    memcmp(trace_totals_of(a, 0), trace_totals_of(b, 0), sizeof(struct trace_totals))) {
		fprintf(stderr, "not the same again: %s\n", err.text);
		abort();
	}
	trace_close(a);
	trace_close(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char folder[] = "/tmp/discosim-fuzz-XXXXXX", name[64], trace[64], text[64], again[64];
	const struct trace_format *format;
	struct error err = {.text = ""};
	int fd;

	if (size < 1)
		return 0;
	format = trace_formats[data[0] % 2];
	fd = memfd_create("text", 0);
	if (!mkdtemp(folder) || write(fd, data + 1, size - 1) != (ssize_t)size - 1)
		abort();
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	snprintf(trace, sizeof(trace), "%s/a.trace", folder);
	snprintf(again, sizeof(again), "%s/b.trace", folder);
	snprintf(text, sizeof(text), "%s/a.txt", folder);
	if (!trace_import(name, format, trace, TRACE_LZ4, true, &err))
		check(trace, format, text, again);
	else if (!err.text[0])
		abort();
	close(fd);
	unlink(trace);
	unlink(again);
	unlink(text);
	if (rmdir(folder)) /* something was left behind */
		abort();
	return 0;
}
