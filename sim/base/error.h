/* SPDX-License-Identifier: MIT */
/*
 * The user's failures. A function that can fail because of what the user gave (a file, a key, a
 * guest) takes a `struct error *`, fills it with one line that says place, value and what was
 * wanted, and returns -1 (or NULL). Only main() prints and exits. Our own failures are assert()s.
 */
#ifndef SIM_BASE_ERROR_H
#define SIM_BASE_ERROR_H

#include <stddef.h>

struct error {
	char text[1024]; /* one line, no newline; empty when nothing failed */
	int usage;	 /* wrong command line: main exits 2 instead of 1 */
};

/* Sets the text (printf-style; control characters are replaced by '?'). Returns -1, always. */
int error_set(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* As error_set, for a wrong command line (exit status 2). */
int error_usage(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Puts "prefix: " before a text that is already set. Returns -1, always. */
int error_prefix(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The candidate nearest to `word` by edit distance, or NULL when none is near. */
const char *nearest_word(const char *word, const char *const *candidates, size_t n);

#endif
