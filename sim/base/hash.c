/* SPDX-License-Identifier: MIT */
#include "sim/base/hash.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

uint64_t hash64(const void *data, size_t bytes)
{
	return XXH3_64bits(data, bytes);
}

static void print(XXH128_hash_t h, char text[HASH_TEXT_SIZE])
{
	snprintf(text, HASH_TEXT_SIZE, "%016" PRIx64 "%016" PRIx64, h.high64, h.low64);
}

void hash_text(const void *data, size_t bytes, char text[HASH_TEXT_SIZE])
{
	print(XXH3_128bits(data, bytes), text);
}

int hash_file(const char *path, char text[HASH_TEXT_SIZE], struct error *err)
{
	FILE *f = fopen(path, "rb");
	XXH3_state_t *state;
	char buffer[1 << 16];
	size_t n;
	int rc = 0;

	if (!f)
		return error_set(err, "%s: %s", path, strerror(errno));
	state = XXH3_createState();
	XXH3_128bits_reset(state);
	while ((n = fread(buffer, 1, sizeof(buffer), f)) > 0)
		XXH3_128bits_update(state, buffer, n);
	if (ferror(f))
		rc = error_set(err, "%s: read error: %s", path, strerror(errno));
	print(XXH3_128bits_digest(state), text);
	XXH3_freeState(state);
	fclose(f);
	return rc;
}
