/* SPDX-License-Identifier: MIT */
/* The table of formats, and the words that they share. */
#include "traces/format.h"

#include <stdio.h>
#include <string.h>

const struct trace_format *const trace_formats[] = {&format_din, &format_lackey, NULL};

const struct trace_format *trace_format_find(const char *name, struct error *err)
{
	for (size_t i = 0; trace_formats[i]; i++)
		if (!strcmp(trace_formats[i]->name, name))
			return trace_formats[i];
	error_usage(err, "unknown format '%s'; wanted", name);
	for (size_t i = 0; trace_formats[i]; i++) {
		size_t n = strlen(err->text);

		snprintf(err->text + n, sizeof(err->text) - n, "%s %s", i ? " or" : "",
			 trace_formats[i]->name);
	}
	return NULL;
}

char *format_hex(char *p, uint64_t number, unsigned digits)
{
	unsigned n = digits;

	while (n < 16 && number >> (4 * n))
		n++;
	while (n--)
		*p++ = "0123456789abcdef"[number >> (4 * n) & 15];
	return p;
}

int format_take_hex(const char **p, uint64_t *number)
{
	const char *q = *p, *start;

	if (q[0] == '0' && (q[1] == 'x' || q[1] == 'X'))
		q += 2;
	*number = 0;
	for (start = q;; q++) {
		unsigned digit;

		if (*q >= '0' && *q <= '9')
			digit = (unsigned)(*q - '0');
		else if ((*q | 32) >= 'a' && (*q | 32) <= 'f')
			digit = (unsigned)((*q | 32) - 'a' + 10);
		else
			break;
		if (*number >> 60)
			return -1;
		*number = *number << 4 | digit;
	}
	if (q == start)
		return -1;
	*p = q;
	return 0;
}
