/* SPDX-License-Identifier: MIT */
/*
 * The provenance of a trace as text, the content of its dataset /info: one line "key=value" per
 * field of struct trace_info, in a fixed order, so that equal traces have equal texts. Backslash
 * and control characters of a value are written as a backslash and two hexadecimal digits.
 */
#include "traces/layout.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/version.h"

static void put_escaped(FILE *out, const char *key, const char *value)
{
	fprintf(out, "%s=", key);
	for (const unsigned char *p = (const unsigned char *)value; p && *p; p++) {
		if (*p < ' ' || *p == '\\' || *p == 127)
			fprintf(out, "\\%02x", *p);
		else
			putc(*p, out);
	}
	putc('\n', out);
}

char *trace_info_text(const struct trace_info *info)
{
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

#define X(name, help) put_escaped(out, #name, info->name);
	TRACE_STRINGS(X)
#undef X
#define X(name, most, help) fprintf(out, #name "=%" PRIu64 "\n", (uint64_t)info->name);
	TRACE_NUMBERS(X)
#undef X
	put_escaped(out, "program_version", DISCOSIM_VERSION);
	fclose(out);
	return text;
}

static int hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The value of the line at *p, which must be of this key; moves *p to the next line. NULL when the
 * line is another or malformed. Caller frees. */
static char *take(const char **p, const char *end, const char *key)
{
	size_t length = strlen(key);
	const char *stop = memchr(*p, '\n', (size_t)(end - *p)), *q;
	char *value, *w;

	if (!stop || (size_t)(stop - *p) <= length || memcmp(*p, key, length) ||
	    (*p)[length] != '=')
		return NULL;
	w = value = malloc((size_t)(stop - *p));
	for (q = *p + length + 1; q < stop; q++) {
		int high = -1, low = -1;

		if (*q != '\\') {
			*w++ = *q;
			continue;
		}
		if (stop - q > 2) {
			high = hex(q[1]);
			low = hex(q[2]);
		}
		if (high < 0 || low < 0 || !(high << 4 | low)) {
			free(value);
			return NULL;
		}
		*w++ = (char)(high << 4 | low);
		q += 2;
	}
	*w = '\0';
	*p = stop + 1;
	if (strlen(value) != (size_t)(w - value)) { /* a NUL in the file */
		free(value);
		return NULL;
	}
	return value;
}

static int take_number(const char **p, const char *end, const char *key, uint64_t most,
		       uint64_t *number)
{
	char *value = take(p, end, key), *stop;
	int ok = value && *value >= '0' && *value <= '9';

	if (ok) {
		*number = strtoull(value, &stop, 10);
		ok = !*stop && strlen(value) <= 20 && *number <= most;
	}
	free(value);
	return ok ? 0 : -1;
}

int trace_info_parse(const char *text, size_t bytes, struct trace_info *info, struct error *err)
{
	const char *p = text, *end = text + bytes, *wanted = NULL;
	struct trace_image images[TRACE_MAX_IMAGES];
	char *version = NULL;
	uint64_t number;

	memset(info, 0, sizeof(*info));
#define X(name, help)                                        \
	if (!wanted && !(info->name = take(&p, end, #name))) \
		wanted = #name;
	TRACE_STRINGS(X)
#undef X
#define X(name, most, help)                                          \
	if (!wanted) {                                               \
		if (take_number(&p, end, #name, most, &number))      \
			wanted = #name;                              \
		else                                                 \
			info->name = (__typeof__(info->name))number; \
	}
	TRACE_NUMBERS(X)
#undef X
	if (!wanted && trace_images(info->images, images, err) < 0)
		wanted = "images";
	if (!wanted && !(version = take(&p, end, "program_version")))
		wanted = "program_version";
	free(version);
	if (!wanted && p == end)
		return 0;
	trace_info_release(info);
	return error_set(err, "damaged: its provenance has no valid '%s'",
			 wanted ? wanted : "last line");
}

void trace_info_copy(struct trace_info *to, const struct trace_info *from)
{
	*to = *from;
#define X(name, help) to->name = strdup(from->name ? from->name : "");
	TRACE_STRINGS(X)
#undef X
}

void trace_info_release(struct trace_info *info)
{
#define X(name, help) free((char *)(uintptr_t)info->name);
	TRACE_STRINGS(X)
#undef X
	memset(info, 0, sizeof(*info));
}
