/* SPDX-License-Identifier: MIT */
/*
 * The disk images of a traced machine, as lines of its provenance. The lines are strict, because
 * replays decide by them which blocks of two machines are the same: anything unexpected is an error
 * and not an image that is never shared.
 */
#include <stdlib.h>
#include <string.h>

#include "traces/trace.h"

#define MOST_SECTORS (UINT64_C(1) << 35) /* 32-bit numbers of 4 KB blocks */

/* A decimal number without sign and leading zeros, ended by a blank; -1 when it is none. */
static int take_number(const char **p, uint64_t most, uint64_t *number)
{
	char *end;

	if (**p < '0' || **p > '9' || (**p == '0' && (*p)[1] != ' '))
		return -1;
	*number = strtoull(*p, &end, 10);
	if (end - *p > 19 || *end != ' ' || *number > most)
		return -1;
	*p = end + 1;
	return 0;
}

static int take_word(const char **p, const char *word)
{
	size_t bytes = strlen(word);

	if (strncmp(*p, word, bytes))
		return -1;
	*p += bytes;
	return 0;
}

/* Reads the line at *p and moves *p to the next one. */
static int take_image(const char **p, unsigned wanted, struct trace_image *image)
{
	const size_t digits = HASH_TEXT_SIZE - 1;
	const char *end = strchr(*p, '\n');
	uint64_t number;

	if (!end || take_number(p, TRACE_MAX_IMAGES - 1, &number) || number != wanted)
		return -1;
	if (strspn(*p, "0123456789abcdef") != digits || (*p)[digits] != ' ')
		return -1;
	memcpy(image->hash, *p, digits);
	image->hash[digits] = '\0';
	*p += digits + 1;
	image->shared = !take_word(p, "shared ");
	if (!image->shared && take_word(p, "private "))
		return -1;
	if (take_number(p, MOST_SECTORS, &image->sectors) || *p >= end)
		return -1;
	image->name = *p;
	image->name_bytes = (unsigned)(end - *p);
	*p = end + 1;
	return 0;
}

int trace_images(const char *text, struct trace_image images[TRACE_MAX_IMAGES], struct error *err)
{
	const char *p = text ? text : "";
	unsigned n = 0;

	for (; *p; n++) {
		struct trace_image *image = &images[n];

		if (n == TRACE_MAX_IMAGES)
			return error_set(err, "more than %d disk images", TRACE_MAX_IMAGES);
		if (take_image(&p, n, image))
			return error_set(err, "line %u of the disk images is none", n + 1);
	}
	return (int)n;
}
