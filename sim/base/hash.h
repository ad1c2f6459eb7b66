/* SPDX-License-Identifier: MIT */
/* Content hashes (XXH3, 128 bits as 32 hex digits for identities; 64 bits for chunk checksums). */
#ifndef SIM_BASE_HASH_H
#define SIM_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "sim/base/error.h"

#define HASH_TEXT_SIZE 33

uint64_t hash64(const void *data, size_t bytes);

/* The 128-bit hash of a buffer as text. */
void hash_text(const void *data, size_t bytes, char text[HASH_TEXT_SIZE]);

/* The same of a whole file's bytes. Returns 0, or -1 with the file named. */
int hash_file(const char *path, char text[HASH_TEXT_SIZE], struct error *err);

#endif
