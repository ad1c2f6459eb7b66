/* SPDX-License-Identifier: MIT */
/* Writes one processor's references in a format of another program. */
#include "traces/format.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/output.h"

struct sink {
	const struct trace_format *format;
	FILE *file;
};

static void put(void *to, const struct reference *r)
{
	const struct sink *sink = to;
	char line[FORMAT_LINE];

	fwrite_unlocked(line, 1, sink->format->print(line, r), sink->file);
}

static int export_stream(const struct trace *t, unsigned processor, bool physical,
			 struct sink *sink, struct progress *progress, struct error *err)
{
	struct expander expander;
	struct trace_cursor cursor;
	const struct record *records;
	uint64_t done = 0;
	long n, i = 0;
	int rc = 0;

	trace_cursor_init(&cursor, t, processor);
	expander_init(&expander, trace_info_of(t), physical, put, sink);
	while (!rc && (n = trace_cursor_next(&cursor, &records, err)) != 0) {
		if (n < 0 || interrupted() || ferror(sink->file)) {
			rc = n < 0 ? -1 : interrupted() ? error_set(err, "interrupted") : 0;
			break;
		}
		for (i = 0; i < n && !rc; i++, done++)
			if (expander_next(&expander, records[i], err))
				rc = error_prefix(err, "%s: processor %u, record %llu",
						  trace_path(t), processor,
						  (unsigned long long)done);
		progress_update(progress, done);
	}
	if (!rc && expander_end(&expander, err))
		rc = error_prefix(err, "%s: processor %u, at the end", trace_path(t), processor);
	expander_release(&expander);
	trace_cursor_release(&cursor);
	return rc;
}

int trace_export(const struct trace *t, unsigned processor, const struct trace_format *format,
		 bool physical, const char *path, bool quiet, struct error *err)
{
	bool to_stdout = !strcmp(path, "-");
	struct sink sink = {format, stdout};
	struct output output = {0};
	struct progress progress;
	int rc;

	if (!to_stdout) {
		if (output_begin(&output, path, err))
			return -1;
		sink.file = fopen(output.temporary, "w");
		if (!sink.file) {
			rc = error_set(err, "%s: cannot write: %s", path, strerror(errno));
			output_abandon(&output);
			return rc;
		}
	}
	progress_begin(&progress, "export", "records", trace_totals_of(t, processor)->records,
		       quiet || to_stdout);
	rc = export_stream(t, processor, physical, &sink, &progress, err);
	progress_end(&progress, trace_totals_of(t, processor)->records);
	errno = 0;
	if ((fflush(sink.file) || ferror(sink.file)) && !rc)
		rc = error_set(err, "%s: cannot write: %s", path,
			       errno ? strerror(errno) : "write error");
	if (to_stdout)
		return rc;
	if (fclose(sink.file) && !rc)
		rc = error_set(err, "%s: cannot write: %s", path, strerror(errno));
	if (!rc)
		return output_commit(&output, err);
	output_abandon(&output);
	return rc;
}
