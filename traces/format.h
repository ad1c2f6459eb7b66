/* SPDX-License-Identifier: MIT */
/*
 * Trace formats of other programs: text, one reference a line. A format is one file
 * (traces/format_*.c) and one row in traces/format.c.
 */
#ifndef TRACES_FORMAT_H
#define TRACES_FORMAT_H

#include "sim/base/progress.h"
#include "traces/expand.h"

#define FORMAT_LINE 512 /* bytes of the longest line, with its end */

struct trace_format {
	const char *name, *help;
	/* Writes the lines of a reference, at most FORMAT_LINE bytes; returns how many. */
	size_t (*print)(char *line, const struct reference *r);
	/* Returns 1 with the reference, 0 for a line without one, -1 for a malformed line with what
	 * was wanted. The line has no line end. */
	int (*parse)(const char *line, struct reference *r, const char **wanted);
};

extern const struct trace_format format_din, format_lackey;
extern const struct trace_format *const trace_formats[]; /* NULL-terminated */

/* NULL with the error set (one of usage) and the known formats named. */
const struct trace_format *trace_format_find(const char *name, struct error *err);

/* Text of a number in hexadecimal, with at least so many digits; returns the end. */
char *format_hex(char *p, uint64_t number, unsigned digits);
/* Reads a hexadecimal number at *p of at most 64 bits, with or without 0x; moves *p behind it.
 * Returns 0 or -1. */
int format_take_hex(const char **p, uint64_t *number);

/* One processor's references as text into the file, "-" for standard output. Returns 0 or -1. */
int trace_export(const struct trace *t, unsigned processor, const struct trace_format *format,
		 bool physical, const char *path, bool quiet, struct error *err);

/* A text file as a trace of one processor. Returns 0 or -1 with file and line. */
int trace_import(const char *path, const struct trace_format *format, const char *trace,
		 enum trace_codec codec, bool quiet, struct error *err);

#endif
